"""What every kind of edit owes: it touches something or says so, leaves no reference dangling, changes no input."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from conftest import COMMON, link
from kervan.errors import InputError, ScenarioError
from kervan.network import Network
from kervan.scenario import EDITS, Scenario, edit_from

#: For each kind an edit that works on ``mini_corridor``, then ones that touch nothing or leave a reference dangling.
GOOD: dict[str, dict[str, Any]] = {
    "add": {"op": "add", "table": "links", "rows": [{**link("A", "T", "road", 900.0), **COMMON}]},
    "set": {"op": "set", "table": "links", "where": {"link_id": "S-T.road"}, "values": {"speed_km_per_h": 90.0}},
    "scale": {"op": "scale", "table": "steps", "where": {"kind": "customs"}, "factors": {"service_h": 0.5}},
    "remove": {"op": "remove", "table": "steps", "where": {"facility_id": "Q.gauge"}},
    "close": {"op": "close", "table": "links", "where": {"link_id": "S-T.road"}},
}
TOUCHES_NOTHING: dict[str, list[dict[str, Any]]] = {
    "add": [{"op": "add", "table": "links", "rows": []}],
    "set": [
        {"op": "set", "table": "links", "where": {"link_id": "S-T.raod"}, "values": {"speed_km_per_h": 90.0}},
        {"op": "set", "table": "observations", "where": {}, "values": {"note": "x"}},
        {"op": "set", "table": "links", "where": {"mode": "rail", "gauge_mm": 0}, "values": {"note": "x"}},
        {"op": "set", "table": "links", "where": {"link_id": []}, "values": {"note": "x"}},
    ],
    "scale": [{"op": "scale", "table": "steps", "where": {"kind": "security"}, "factors": {"service_h": 0.5}}],
    "remove": [{"op": "remove", "table": "steps", "where": {"facility_id": "Q.gague"}}],
    "close": [{"op": "close", "table": "links", "where": {"opens_year": 1999}}],
}
DANGLING: dict[str, dict[str, Any]] = {
    "add": {"op": "add", "table": "links", "rows": [{**link("A", "X", "road"), **COMMON}]},
    "set": {"op": "set", "table": "links", "where": {"link_id": "S-T.road"}, "values": {"to_node_id": "X"}},
    "remove": {"op": "remove", "table": "facilities", "where": {"facility_id": "Q.gauge"}},
}
NAMES_NO_ROW = {"scale", "close"}  # they change neither keys nor references


def apply(net: Network, *items: dict[str, Any]) -> Network:
    return Scenario.from_mapping({"name": "what if", "edits": list(items)}).apply(net)


def test_every_kind_has_its_cases() -> None:
    assert set(GOOD) == set(TOUCHES_NOTHING) == set(DANGLING) | NAMES_NO_ROW == set(EDITS)
    for op, kind in EDITS.items():
        assert kind.op == op
        assert kind.__doc__
        assert (kind.apply.__doc__ or "").startswith("Return the table")


@pytest.mark.parametrize("op", EDITS)
def test_an_edit_changes_its_table_alone_and_not_the_network_it_is_given(op: str, mini_corridor: Network) -> None:
    before = {name: mini_corridor[name].copy(deep=True) for name in mini_corridor}
    net = apply(mini_corridor, GOOD[op])
    changed = [name for name in net if not net[name].equals(before[name])]
    assert changed == [GOOD[op]["table"]]
    for name, frame in before.items():
        pd.testing.assert_frame_equal(mini_corridor[name], frame)
    assert net.digest != mini_corridor.digest


@pytest.mark.parametrize("op", EDITS)
def test_the_same_edit_has_the_same_answer_and_dtypes(op: str, mini_corridor: Network) -> None:
    one, two = apply(mini_corridor, GOOD[op]), apply(mini_corridor, GOOD[op])
    assert one == two
    table = GOOD[op]["table"]
    assert one[table].dtypes.equals(mini_corridor[table].dtypes)


@pytest.mark.parametrize(("op", "item"), [(op, item) for op, items in TOUCHES_NOTHING.items() for item in items])
def test_an_edit_that_touches_nothing_is_an_error_naming_scenario_and_edit(
    op: str, item: dict[str, Any], mini_corridor: Network
) -> None:
    with pytest.raises(ScenarioError) as caught:
        apply(mini_corridor, GOOD["set"], item)
    assert str(caught.value).startswith("what if, edit 2")
    assert op in str(caught.value)


@pytest.mark.parametrize("op", DANGLING)
def test_an_edit_that_leaves_a_reference_dangling_is_an_error_naming_both(op: str, mini_corridor: Network) -> None:
    with pytest.raises(ScenarioError, match=rf"(?s)^what if, edit 2 \({op}\): .*no such row in ") as caught:
        apply(mini_corridor, GOOD["set"], DANGLING[op])
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("op", EDITS)
def test_an_unknown_table_offers_the_nearest(op: str) -> None:
    wrong = {**GOOD[op], "table": GOOD[op]["table"][:-1]}
    with pytest.raises(InputError, match=f"no table called .*did you mean '{GOOD[op]['table']}'"):
        edit_from(wrong)


@pytest.mark.parametrize(
    ("op", "part"),
    [(op, part) for op, item in GOOD.items() for part in item if part in ("rows", "where", "values", "factors")],
)
def test_an_unknown_column_offers_the_nearest(op: str, part: str) -> None:
    item = GOOD[op]
    cells = item[part][0] if part == "rows" else item[part]
    known = max(cells, key=len)
    wrong = {known + "s": cells[known]}
    with pytest.raises(ScenarioError, match=f"no column .* in {item['table']}; did you mean '{known}'"):
        edit_from({**item, part: [wrong] if part == "rows" else wrong})


@pytest.mark.parametrize("op", EDITS)
def test_a_part_missing_or_too_many_is_named(op: str) -> None:
    for part in GOOD[op].keys() - {"op"}:
        with pytest.raises(ScenarioError, match=f"^{op} needs .*{part}"):
            edit_from({name: value for name, value in GOOD[op].items() if name != part})
    with pytest.raises(ScenarioError, match=f"^{op} needs .* and has .*when"):
        edit_from({**GOOD[op], "when": 1})
