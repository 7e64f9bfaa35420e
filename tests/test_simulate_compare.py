"""Two scenarios side by side: the same random numbers, pairs of replications, and a difference known by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kervan as kv
from kervan.engines.simulate import compare as compare_module
from kervan.engines.simulate._estimates import paired
from kervan.engines.simulate.compare import COMPARED, compare, compare_json, compared
from kervan.engines.simulate.engine import Progress
from kervan.engines.simulate.params import SimulateParams
from kervan.engines.simulate.summary import Summary
from kervan.network import Network
from kervan.schema import UNKNOWN_SERVERS

SHORT: dict[str, Any] = {"lead_d": 10.0, "tail_d": 20.0, "threads": 1}


def params(**more: Any) -> SimulateParams:
    return SimulateParams(**{"replications": 3, **SHORT, **more})


def lodged(net: Network, frac: float) -> Network:
    """Return a network in which this share of the papers at the border is lodged electronically."""
    steps = net["steps"]
    return net.replace(steps=steps.assign(electronic_frac=np.where(steps["electronic_service_h"] > 0, frac, 0.0)))


@pytest.fixture(scope="module")
def today() -> Network:
    return kv.load("starter")


@pytest.fixture(scope="module")
def alone(today: Network) -> Network:
    """The starter with nobody in the way: as many servers as come, no breakdowns, yards or fleets."""
    return today.replace(
        steps=today["steps"].assign(server_count=UNKNOWN_SERVERS, service_cv_frac=0.0),
        services=today["services"].assign(fleet_id=""),
        yards=today["yards"].iloc[:0], failures=today["failures"].iloc[:0],
    )  # fmt: skip


def test_a_network_does_not_differ_from_itself(today: Network) -> None:
    tables = compare(today, today, params())
    for table in ("od", "facilities", "total"):
        frame = tables[table]
        assert len(frame)
        assert (frame["difference_h"] == 0).all()
        assert (frame["half_width_h"] == 0).all()
        assert (frame["probability_b_faster_frac"] == 0.5).all()
    assert (tables["fleets"][["voyages_difference_per_year", "cycle_difference_h"]] == 0).all(axis=None)
    assert tables["notes"].empty


def test_the_tables_are_those_declared(today: Network) -> None:
    tables = compare(today, lodged(today, 1.0), params())
    assert list(tables) == list(COMPARED)
    for name, declared in COMPARED.items():
        frame = tables[name]
        assert list(frame.columns) == list(declared.names)
        assert not frame.isna().any(axis=None)
        assert not frame.duplicated(list(declared.key)).any()
        for column in declared.columns:
            assert column.kind != "float" or column.unit, column.name
            if column.kind in ("float", "int"):
                assert frame[column.name].between(column.at_least, column.at_most).all()


def test_what_lodging_electronically_saves_is_known_by_hand(alone: Network) -> None:
    # From none to all lodged: 6 h become 1 h at the only such post on the way, and nothing else changes. What comes
    # later (the ferry, the office that shuts at night) is met at another hour, and changes the rest by chance.
    steps = alone["steps"].assign(calendar_id="")
    alone = alone.replace(steps=steps, services=alone["services"].assign(rule="headway", headway_h=0.0))
    tables = compare(lodged(alone, 0.0), lodged(alone, 1.0), params())
    total = tables["total"].iloc[0]
    assert total["difference_h"] == pytest.approx(-5.0, abs=1e-6)
    assert total["half_width_h"] < 1e-6
    assert (total["probability_b_faster_frac"], total["probability_high_frac"]) == (1.0, 1.0)
    assert tables["od"]["p90_difference_h"].tolist() == pytest.approx([-5.0], abs=1e-6)


def test_it_pairs_what_the_engine_gives_for_each(today: Network) -> None:
    faster = lodged(today, 1.0)
    asked = params()
    tables = compare(today, faster, asked)
    each = [kv.run(net, "simulate", params()) for net in (today, faster)]
    for which, result in zip("ab", each, strict=True):
        assert tables["total"][f"{which}_h"].iloc[0] == pytest.approx(result["run"]["mean_h"].iloc[0], rel=1e-12)
        for table, column in (("od", "mean_h"), ("facilities", "mean_wait_h")):
            key = COMPARED[table].key[0]
            joined = tables[table].merge(result[table], on=key)
            assert len(joined) == len(tables[table])
            assert joined[f"{which}_h"].tolist() == pytest.approx(joined[column].tolist(), rel=1e-9)
        fleets = tables["fleets"].merge(result["fleets"], on="fleet_id")
        assert fleets[f"voyages_{which}_per_year"].tolist() == pytest.approx(fleets["voyages_per_year"].tolist())
        assert fleets[f"cycle_{which}_h"].tolist() == pytest.approx(fleets["cycle_h"].tolist())
    means = [[kv.run(net, "simulate", params(replications=count))["run"]["mean_h"].iloc[0] * count
              for count in (1, 2, 3)] for net in (today, faster)]  # fmt: skip
    wanted = paired(*(np.diff([0.0, *sums]) for sums in means))
    total = tables["total"].iloc[0]
    assert total["difference_h"] == pytest.approx(wanted.mean)
    assert total["half_width_h"] == pytest.approx(wanted.half_width)
    assert total["variance_ratio_frac"] == pytest.approx(wanted.variance_ratio)
    assert total["variance_ratio_frac"] < 1  # the same random numbers gain something


def test_it_goes_on_until_the_difference_is_sure_enough(today: Network) -> None:
    faster = lodged(today, 1.0)
    seen: list[Progress] = []
    tables = compare(today, faster, params(replications=None, half_width_frac=0.004), seen.append)
    total = tables["total"].iloc[0]
    assert total["replications"] >= 5
    assert total["half_width_h"] <= 0.004 * total["a_h"]
    assert [one.done for one in seen] == list(range(total["replications"] + 1))
    assert seen[-1].expected == total["replications"]
    # It stopped as soon as it could: one pair fewer was not enough.
    if total["replications"] > 5:
        fewer = compare(today, faster, params(replications=int(total["replications"]) - 1))["total"].iloc[0]
        assert fewer["half_width_h"] > 0.004 * fewer["a_h"]
    short = compare(today, faster, params(replications=None, half_width_frac=1e-6, most_replications=6))
    assert short["notes"]["kind"].tolist() == ["interval"]


def test_threads_change_nothing(today: Network) -> None:
    faster = lodged(today, 1.0)
    one, other = (compare(today, faster, params(replications=None, threads=count)) for count in (1, 3))
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name], check_exact=True)


def test_rows_of_two_years_are_matched_by_relation(today: Network) -> None:
    later = kv.Scenario("later", year=2030).apply(today)
    found = compare(today, later, params())["od"]
    assert found[["demand_id", "demand_id_b"]].to_numpy().tolist() == [["mine-town.2025", "mine-town.2030"]]


def test_what_only_one_has_is_said(today: Network) -> None:
    row = (
        today["demand"].iloc[:1].assign(demand_id="back.2025", origin_node_id="XC_TOWN", destination_node_id="XA_MINE")
    )
    both = today.replace(demand=pd.concat([today["demand"], row], ignore_index=True))
    there, back = compare(today, both, params()), compare(both, today, params())
    for tables, kind in ((there, "only_b"), (back, "only_a")):
        assert tables["od"]["demand_id"].tolist() == ["mine-town.2025"]
        assert tables["notes"][["kind", "place"]].to_numpy().tolist() == [[kind, "back.2025"]]


def test_ctrl_c_keeps_whole_pairs(today: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = compare_module.summaries_of
    calls: list[int] = []

    def stopped(*arguments: Any) -> Iterator[Summary]:
        calls.append(1)
        if len(calls) == 6:  # the second scenario of the third pair
            raise KeyboardInterrupt
        yield from begin(*arguments)

    monkeypatch.setattr(compare_module, "summaries_of", stopped)
    tables = compare(today, today, params(replications=9))
    assert tables["total"]["replications"].tolist() == [2]
    assert tables["notes"]["kind"].tolist() == ["stopped"]
    calls[:] = [1] * 5
    with pytest.raises(KeyboardInterrupt):
        compare(today, today, params())


def test_a_fleet_that_never_sails_has_no_cycle() -> None:
    found = compare_module._four("cycle", "_h", [np.array([math.inf, 3.0]), np.array([2.0, 3.0])], 0.95)
    assert found == {
        "cycle_a_h": math.inf, "cycle_b_h": 2.5, "cycle_difference_h": math.inf, "cycle_half_width_h": math.inf,
    }  # fmt: skip


def test_a_comparison_knows_what_it_rests_on(today: Network) -> None:
    result = compared(today, (kv.Scenario("one"), kv.Scenario("two", year=2030)), params())
    assert result.provenance.scenario == "one | two"
    assert result.provenance.engine == "compare"
    assert result["scenarios"][["name", "year"]].to_numpy().tolist() == [["one", 2025], ["two", 2030]]
    content = compare_json(result)
    assert content["schema"] == "kervan.compare/1"
    assert content["b"]["package_digest"] != content["a"]["package_digest"]
    json.dumps(content)
