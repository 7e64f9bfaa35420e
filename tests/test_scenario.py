"""Scenarios: what an edit does, what it refuses, and how interventions come into effect."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from conftest import link, network, node, rows
from kervan.errors import InputError, ScenarioError, UnknownName
from kervan.network import Meta, Network
from kervan.scenario import Add, Close, Remove, Scale, Scenario, Set, at, edit_from


def after(net: Network, *edits: Any) -> Network:
    return Scenario("s", tuple(edits)).apply(net)


# ── edits ───────────────────────────────────────────────────────────────────────────────────────────


def test_add_puts_rows_at_the_end_with_their_defaults(one_link: Network) -> None:
    row = {**link("A", "B", "road"), "source_id": "S1", "quality": "claimed"}
    links = after(one_link, Add("links", (row,)))["links"]
    assert links["link_id"].tolist() == ["A-B.rail", "A-B.road"]
    assert links["capacity_per_year"].iloc[1] == math.inf
    assert links.dtypes.equals(one_link["links"].dtypes)


def test_add_to_an_empty_table(one_link: Network) -> None:
    row = {"closure_id": "c", "scope": "lake", "month": 1, "open_h": 9, "closed_h": 1, "source_id": "S1",
           "quality": "observed"}  # fmt: skip
    assert after(one_link, Add("closures", (row,)))["closures"]["scope"].tolist() == ["lake"]


def test_add_without_a_needed_cell_names_it(one_link: Network) -> None:
    with pytest.raises(
        ScenarioError, match=r"(?s)s, edit 1 \(add\): .*links, row 3, column to_node_id: must not be blank"
    ):
        after(one_link, Add("links", ({"link_id": "x", "from_node_id": "A", "mode": "rail"},)))


def test_set_changes_the_rows_that_match_and_no_other(two_routes: Network) -> None:
    links = after(two_routes, Set("links", {"mode": "road"}, {"speed_km_per_h": 90, "note": "new road"}))["links"]
    assert links["speed_km_per_h"].tolist() == [50.0, 90.0]
    assert links["note"].tolist() == ["", "new road"]


def test_set_selects_by_membership_and_by_all_columns_together(mini_corridor: Network) -> None:
    changed = after(mini_corridor, Set("links", {"mode": ["rail", "sea"], "gauge_mm": 1435}, {"length_km": 111.0}))
    assert (changed["links"]["length_km"] == 111.0).tolist() == [True, True, False, False, False]


def test_set_to_nothing_takes_the_default_or_is_refused(one_link: Network) -> None:
    changed = after(one_link, Set("links", {}, {"time_cv_frac": 0.5}), Set("links", {}, {"time_cv_frac": None}))
    assert changed["links"]["time_cv_frac"].tolist() == [0.1]
    with pytest.raises(ScenarioError, match="must not be blank"):
        after(one_link, Set("links", {}, {"length_km": None}))


def test_scale_multiplies_and_leaves_the_unknown_unknown(two_routes: Network) -> None:
    known = after(two_routes, Set("links", {"mode": "rail"}, {"capacity_per_year": 10.0}))
    links = after(known, Scale("links", {}, {"length_km": 3, "capacity_per_year": 0.5}))["links"]
    assert links["length_km"].tolist() == [1200.0, 900.0]
    assert links["capacity_per_year"].tolist() == [5.0, math.inf]
    with pytest.raises(ScenarioError, match=r"capacity_per_year is blank .not known. in every row"):
        after(two_routes, Scale("links", {}, {"capacity_per_year": 2.0}))


def test_scale_out_of_the_range_of_a_column_is_refused(one_link: Network) -> None:
    with pytest.raises(ScenarioError, match=r"(?s)edit 1 \(scale\): .*must lie in 0 to 40000 km"):
        after(one_link, Scale("links", {}, {"length_km": 1e6}))


@pytest.mark.parametrize(
    "edit",
    [
        Scale("links", {}, {"delay_h": 3}),
        Scale("links", {}, {"length_km": 1}),
        Set("links", {}, {"speed_km_per_h": "50", "note": None}),
        Set("links", {"mode": "rail"}, {"length_km": 100}),
    ],
)
def test_an_edit_that_changes_no_cell_is_refused(one_link: Network, edit: Any) -> None:
    with pytest.raises(ScenarioError, match=r"s, edit 1 \(.*\): changes nothing; every cell of links"):
        after(one_link, edit)


def test_an_intervention_may_find_its_effect_there_already() -> None:
    net = with_projects()
    frame = net["interventions"]
    done = [{"op": "set", "table": "links", "where": {"mode": "rail"}, "values": {"direction": "both"}}]
    frame.loc[frame["intervention_id"] == "road", "edits"] = json.dumps(done)
    net = net.replace(interventions=frame)
    assert Scenario("s", interventions=("road",)).apply(net) == net


@pytest.mark.parametrize("value", [math.nan, 10**400, 10**5000, {}, [1]], ids=["nan", "large", "huge", "table", "list"])
def test_what_no_cell_can_hold_is_refused(value: Any) -> None:
    for make in (lambda: Set("links", {}, {"delay_h": value}), lambda: Add("links", ({"delay_h": value},))):
        with pytest.raises(ScenarioError, match="delay_h takes one number or text, not"):
            make()
    if not isinstance(value, list):
        with pytest.raises(ScenarioError, match="where: delay_h is compared with a number"):
            Close("links", {"delay_h": value})
    with pytest.raises(ScenarioError, match="must be a number of 0 or more"):
        Scale("links", {}, {"delay_h": value})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Scenario("s", year="2030"),  # type: ignore[arg-type]
        lambda: Scenario("s", edits="x"),  # type: ignore[arg-type]
        lambda: Scenario("s", edits=({"op": "close"},)),  # type: ignore[arg-type]
        lambda: Scenario("s", interventions=5),  # type: ignore[arg-type]
        lambda: Scenario("s", without="road"),  # type: ignore[arg-type]
        lambda: Scenario(5),  # type: ignore[arg-type]
        lambda: Scenario.from_mapping(None),  # type: ignore[arg-type]
        lambda: Scenario.from_mapping([]),  # type: ignore[arg-type]
        lambda: Scenario.from_toml(5),  # type: ignore[arg-type]
        lambda: Scenario("s", year=True),
        lambda: Set("links", {5: 5}, {"note": "x"}),  # type: ignore[dict-item]
        lambda: Set("links", 5, {"note": "x"}),  # type: ignore[arg-type]
        lambda: Set("links", {}, 5),  # type: ignore[arg-type]
        lambda: Scale("links", {}, 5),  # type: ignore[arg-type]
        lambda: Add("links", 5),  # type: ignore[arg-type]
        lambda: Add("links", (5,)),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_another_type_is_told_and_never_trips(make: Any) -> None:
    with pytest.raises(ScenarioError):
        make()


def test_a_year_that_is_no_number_is_told(one_link: Network) -> None:
    with pytest.raises(ScenarioError, match="year must be a whole number"):
        at(one_link, "2030")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a." * 25 + "a = 1", "a key has more than 20 parts"),
        ("year = " + "1" * 5000, "cannot be read as TOML"),
        ("year = 0x" + "f" * 5000, "whole number of more than 64 bits"),
        ("x = " + "[" * 60 + "]" * 60, "nested more than 40 deep"),
        ('title = "a\\u0001b"', "holds a control character"),
    ],
)
def test_a_small_text_that_would_cost_much_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(ScenarioError, match=why):
        Scenario.from_toml(tmp_path / "s.toml")


def test_a_text_with_many_dots_is_not_a_long_key(tmp_path: Path) -> None:
    dots = "a." * 40
    (tmp_path / "s.toml").write_text(f"# {dots}\ntitle = \"{dots}\"\ndescription = '''\n{dots}'''\n")
    assert Scenario.from_toml(tmp_path / "s.toml").title == dots


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s.toml")
    with pytest.raises(ScenarioError, match="is not a plain file"):
        Scenario.from_toml(tmp_path / "s.toml")


@pytest.mark.parametrize("factor", [-1, math.nan, math.inf, "2", True, None, [2]])
def test_a_factor_is_a_number_of_zero_or_more(factor: Any) -> None:
    with pytest.raises(ScenarioError, match="must be a number of 0 or more"):
        Scale("links", {}, {"length_km": factor})


def test_only_measured_quantities_are_scaled() -> None:
    with pytest.raises(ScenarioError, match="gauge_mm is not a measured quantity; use set"):
        Scale("links", {}, {"gauge_mm": 2})


def test_remove_takes_rows_away_and_minds_what_refers_to_them(two_routes: Network) -> None:
    assert after(two_routes, Remove("links", {"mode": "road"}))["links"]["mode"].tolist() == ["rail"]
    with pytest.raises(ScenarioError, match=r"(?s)s, edit 1 \(remove\): .*no such row in nodes"):
        after(two_routes, Remove("nodes", {"node_id": "B"}))


def test_close_keeps_the_row_and_a_second_close_is_an_error(two_routes: Network) -> None:
    close = Close("links", {"mode": "road"})
    closed = after(two_routes, close)
    assert closed["links"]["status"].tolist() == ["existing", "closed"]
    with pytest.raises(ScenarioError, match="is closed already"):
        after(closed, close)


def test_what_has_no_lifetime_cannot_be_closed() -> None:
    with pytest.raises(ScenarioError, match="rows of nodes cannot be closed, those of links, facilities"):
        Close("nodes", {"node_id": "A"})


@pytest.mark.parametrize("kind", [Remove, Close])
def test_what_takes_away_must_say_which_rows(kind: Any) -> None:
    with pytest.raises(ScenarioError, match="say which rows with where"):
        kind("links", {})


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ({"link_id": 5}, "compared with text"),
        ({"link_id": True}, "compared with text"),
        ({"gauge_mm": "1520"}, "compared with a number"),
        ({"gauge_mm": True}, "compared with a number"),
        ({"link_id": {"a": 1}}, "compared with text"),
        ({"link_id": [["A-B.rail"]]}, "compared with text"),
        ({"link_id": None}, "compared with text"),
        ({"opens_year": dt.date(2024, 1, 1)}, "compared with a number"),
        ({"lnk_id": "x"}, "did you mean 'link_id'"),
    ],
)
def test_where_compares_like_with_like(where: dict[str, Any], why: str) -> None:
    for make in (
        lambda: Set("links", where, {"note": "x"}),
        lambda: Scale("links", where, {"length_km": 2}),
        lambda: Remove("links", where),
        lambda: Close("links", where),
    ):
        with pytest.raises(ScenarioError, match=why):
            make()


def test_flags_are_compared_with_true_or_false() -> None:
    assert Set("modes", {"has_gauge": True}, {"note": "x"}).where == {"has_gauge": True}
    with pytest.raises(ScenarioError, match="compared with true or false"):
        Set("modes", {"has_gauge": 1}, {"note": "x"})


def test_one_misspelt_member_of_a_list_is_an_error(mini_corridor: Network) -> None:
    with pytest.raises(ScenarioError, match="links has no row with mode 'rial'; did you mean 'rail'"):
        after(mini_corridor, Set("links", {"mode": ["sea", "rial"]}, {"note": "x"}))


@pytest.mark.parametrize("value", [[1.0, 2.0], {"a": 1}, dt.date(2024, 1, 1), (1,)])
def test_a_cell_takes_one_value(value: Any) -> None:
    """A list would be spread over the rows, one to each."""
    with pytest.raises(ScenarioError, match="takes one number or text"):
        Set("links", {}, {"length_km": value})
    with pytest.raises(ScenarioError, match="takes one number or text"):
        Add("links", ({"length_km": value},))


def test_nothing_to_do_is_an_error() -> None:
    for make in (lambda: Add("links", ()), lambda: Set("links", {}, {}), lambda: Scale("links", {}, {})):
        with pytest.raises(ScenarioError, match="there is no"):
            make()


# ── scenarios ───────────────────────────────────────────────────────────────────────────────────────


def test_edits_are_made_in_order_and_the_network_stays(one_link: Network) -> None:
    before = one_link["links"].copy(deep=True)
    longer = after(one_link, Set("links", {}, {"length_km": 200.0}), Scale("links", {}, {"length_km": 2.0}))
    assert longer["links"]["length_km"].tolist() == [400.0]
    pd.testing.assert_frame_equal(one_link["links"], before)


def test_an_error_names_scenario_edit_and_operation(one_link: Network) -> None:
    with pytest.raises(ScenarioError, match=r"^half, edit 2 \(close\): links has no row with link_id 'A-B.rial'"):
        Scenario("half", (Set("links", {}, {"note": "x"}), Close("links", {"link_id": "A-B.rial"}))).apply(one_link)


def test_no_edit_is_the_same_network(one_link: Network) -> None:
    assert Scenario("none").apply(one_link) == one_link


def test_the_digest_is_of_what_is_done_not_of_what_it_is_called() -> None:
    base = Scenario("a", (Close("links", {"link_id": ["x", "y"]}),), year=2030)
    assert base.digest == Scenario("b", (Close("links", {"link_id": ("x", "y")}),), title="B", year=2030).digest
    others = [
        Scenario("a", (Close("links", {"link_id": ["x"]}),), year=2030),
        Scenario("a", (Close("services", {"service_id": ["x", "y"]}),), year=2030),
        Scenario("a", (Remove("links", {"link_id": ["x", "y"]}),), year=2030),
        Scenario("a", (Close("links", {"link_id": ["x", "y"]}),), year=2031),
        Scenario("a", (Close("links", {"link_id": ["x", "y"]}),), year=2030, without=("z",)),
        Scenario("a", (Close("links", {"link_id": ["x", "y"]}),), year=2030, interventions=("z",)),
    ]
    assert len({base.digest, *(other.digest for other in others)}) == 7


# ── interventions and years ─────────────────────────────────────────────────────────────────────────


def intervention(name: str, year: int, status: str = "agreed", *edits: dict[str, Any]) -> dict[str, Any]:
    return {"intervention_id": name, "title": name, "status": status, "year": year, "edits": json.dumps(edits)}


def opens(link_id: str, year: int) -> dict[str, Any]:
    return {"op": "set", "table": "links", "where": {"link_id": link_id}, "values": {"opens_year": year}}


def with_projects() -> Network:
    """A railway of today, one agreed for 2027, one proposed for 2028, and faster trains agreed for 2029.

    ::

        A ══100 km══ B            today
        A ──road, planned── B     2027 by "road"
        A ~~sea, planned~~ B      2028 by "sea", if it comes
    """
    faster = {"op": "scale", "table": "links", "where": {"mode": "rail"}, "factors": {"speed_km_per_h": 2.0}}
    return network(
        Meta(name="test", base_year=2025),
        nodes=rows("nodes", node("A"), node("B", lon=51.0)),
        links=rows(
            "links", link("A", "B"), link("A", "B", "road", opens_year=9999), link("A", "B", "sea", opens_year=9999)
        ),
        interventions=rows(
            "interventions",
            intervention("fast", 2029, "construction", faster),
            intervention("road", 2027, "agreed", opens("A-B.road", 2027)),
            intervention("sea", 2028, "proposed", opens("A-B.sea", 2028)),
            intervention("old", 2020, "done", {"op": "remove", "table": "links", "where": {"mode": "rail"}}),
            intervention("words", 2026),
        ),
    )


@pytest.mark.parametrize(
    ("year", "open_links", "speed"),
    [(2025, 1, 50.0), (2026, 1, 50.0), (2027, 2, 50.0), (2028, 2, 50.0), (2029, 2, 100.0), (2020, 1, 50.0)],
)
def test_a_year_has_what_is_committed_by_then(year: int, open_links: int, speed: float) -> None:
    net = at(with_projects(), year)
    assert net.year == year
    assert len(net.open_rows("links")) == open_links
    assert net["links"]["speed_km_per_h"].iloc[0] == speed


def test_a_commitment_can_be_broken_and_a_proposal_carried_out() -> None:
    broken = Scenario("broken", year=2030, without=("road",)).apply(with_projects())
    assert broken.open_rows("links")["mode"].tolist() == ["rail"]
    built = Scenario("built", year=2030, interventions=("sea",)).apply(with_projects())
    assert built.open_rows("links")["mode"].tolist() == ["rail", "road", "sea"]
    today = Scenario("today", interventions=("fast", "fast")).apply(with_projects())
    assert today["links"]["speed_km_per_h"].iloc[0] == 100.0  # once


def test_interventions_never_happen_twice() -> None:
    """At 2030 the trains are twice as fast; a second journey to 2030 would make them four times as fast."""
    later = at(with_projects(), 2029)
    with pytest.raises(ScenarioError, match=r"stands for 2029 already.*would happen twice"):
        at(later, 2030)
    assert after(later, Set("links", {"mode": "rail"}, {"note": "x"})).year == 2029


@pytest.mark.parametrize(
    ("scenario", "why"),
    [
        (Scenario("s", interventions=("raod",)), "s: no intervention called 'raod'; did you mean 'road'"),
        (Scenario("s", year=2030, without=("raod",)), "no intervention called 'raod'"),
        (Scenario("s", year=2030, without=("road",), interventions=("road",)), "road is in interventions and"),
        (Scenario("s", without=("road",)), "without needs a year"),
        (Scenario("s", year=20300), "year must be a whole year"),
        (Scenario("s", year=2025, interventions=("old",), edits=(Scale("links", {"mode": "rail"}, {"length_km": 2}),)),
         r"s, edit 1 \(scale\): links has no row with mode 'rail'"),
    ],
)  # fmt: skip
def test_a_scenario_that_contradicts_itself_or_the_network_is_refused(scenario: Scenario, why: str) -> None:
    with pytest.raises(InputError, match=why):
        scenario.apply(with_projects())


def test_an_error_inside_an_intervention_names_it() -> None:
    net = with_projects()
    frame = net["interventions"]
    frame.loc[frame["intervention_id"] == "road", "edits"] = json.dumps([opens("A-B.raod", 2027)])
    with pytest.raises(ScenarioError, match=r"^at 2030, intervention road, edit 1 \(set\): links has no row"):
        at(net.replace(interventions=frame), 2030)
    frame.loc[frame["intervention_id"] == "road", "edits"] = json.dumps([{"op": "opn"}])
    with pytest.raises(ScenarioError, match=r"^at 2030, intervention road: no edit called 'opn'"):
        at(net.replace(interventions=frame), 2030)


# ── files ───────────────────────────────────────────────────────────────────────────────────────────

TOML = """
title = "No ferry"
year = 2030
without = ["road"]

[[edits]]
op = "close"
table = "links"
where = { mode = ["rail"] }

[[edits]]
op = "add"
table = "closures"
rows = [{ closure_id = "c", scope = "x", month = 1, open_h = 9, closed_h = 1, source_id = "S1", quality = "observed" }]
"""


def test_a_scenario_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "no_ferry.toml"
    path.write_text(TOML, encoding="utf-8-sig")
    scenario = Scenario.from_toml(path)
    assert (scenario.name, scenario.title, scenario.year, scenario.without) == ("no_ferry", "No ferry", 2030, ("road",))
    assert [type(edit) for edit in scenario.edits] == [Close, Add]
    net = scenario.apply(with_projects())
    assert net["links"]["status"].tolist() == ["closed", "existing", "existing"]
    assert len(net["closures"]) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[", "x.toml: cannot be read as TOML"),
        ("a = " + "[" * 100_000, "cannot be read as TOML"),
        ("yaer = 2030", "x: no field 'yaer' in a scenario; did you mean 'year'"),
        ("year = 2030.5", "year must be a whole number"),
        ("year = true", "year must be a whole number"),
        ("year = 1066", "from 1990 to 2100"),
        ("edits = 1", "edits must be a list"),
        ("edits = [1]", "x, edit 1: an edit is a table with op and table"),
        ("without = 'road'", "without must be a list of intervention ids"),
        ("interventions = [1]", "interventions must be a list of intervention ids"),
        ("[[edits]]\nop = 'clsoe'", "x, edit 1: no edit called 'clsoe'; did you mean 'close'"),
        ("[[edits]]\nop = ['close']", "x, edit 1: no edit called"),
        ("[[edits]]\nop = 'close'", "x, edit 1: close needs table, where, and has nothing"),
        ("[[edits]]\nop = 'close'\ntable = 'links'\nwhere = 'x'", "close: where must be a table"),
        ("[[edits]]\nop = 'close'\ntable = 1\nwhere = {}", "close: table must be a name"),
        ("[[edits]]\nop = 'close'\ntable = 'lnks'\nwhere = {}", "no table called 'lnks'; did you mean 'links'"),
        ("[[edits]]\nop = 'add'\ntable = 'links'\nrows = {}", "add: rows must be a list of tables"),
        ("[[edits]]\nop = 'add'\ntable = 'links'\nrows = [1]", "add: each row must be a table"),
        ("[[edits]]\nop = 'set'\ntable = 'links'\nwhere = {}\nvalues = {x = 1}", "no column 'x' in links"),
        ("edits = [" + "{op='close'}," * 10_001 + "]", "at most 10000 edits"),
    ],
)
def test_a_file_that_is_no_scenario_says_where_and_why(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_toml(path)
    assert why in str(caught.value)


def test_a_file_that_is_absent_a_folder_binary_or_too_large(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\x00\xfe")
    with (tmp_path / "large.toml").open("wb") as large:
        large.truncate(6_000_000)
    for name in ("absent.toml", ".", "binary.toml"):
        with pytest.raises(ScenarioError, match="cannot be read as TOML"):
            Scenario.from_toml(tmp_path / name)
    with pytest.raises(ScenarioError, match=r"is 6.0 MB; at most 2.0 MB are read"):
        Scenario.from_toml(tmp_path / "large.toml")


def test_an_edit_that_is_not_a_mapping_or_not_known() -> None:
    for item in (None, 1, "close", [("op", "close")]):
        with pytest.raises(ScenarioError, match="an edit is a table"):
            edit_from(item)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="no edit called 'None'"):
        edit_from({})
    with pytest.raises(ScenarioError, match="close needs table, where"):
        edit_from({"op": "close", 1: 2, "table": "links"})  # type: ignore[dict-item]
