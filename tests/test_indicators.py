"""Indicators: the numbers by hand, the shape of the long table, and what every indicator owes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import kervan as kv
from kervan.engines import engine
from kervan.indicators import INDICATORS, KEYS, Indicator, measure
from kervan.network import Network
from kervan.result import Result
from kervan.scenario import Add, Scenario, Set
from kervan.schema import UNITS

STRIKE = {
    "disruption_id": "strike", "name": "Strike", "facility_id": "XB_PASS.gauge", "start_d": 100.0, "length_d": 7.0,
    "source_id": "invented", "quality": "estimated",
}  # fmt: skip
COLUMNS = ["scenario", "engine", "indicator", *KEYS, "unit", "value"]


def asked(net: Network, scenario: Scenario | None = None, **more: Any) -> Result:
    params = kv.RouteParams(**{"origin": "A", "destination": "T", "commodity_id": "box", **more})
    return kv.run(net, "route", params, scenario)


def values(frame: pd.DataFrame, indicator: str, key: str) -> dict[str, float]:
    part = frame[frame["indicator"] == indicator]
    return dict(zip(part[key], part["value"], strict=True))


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_every_indicator_is_documented_and_has_a_unit(name: str) -> None:
    indicator = INDICATORS[name]
    assert indicator.name == name
    assert indicator.doc.endswith(".")
    assert indicator.unit in UNITS
    assert indicator.needs


def test_a_unit_that_does_not_exist_cannot_be_an_indicator() -> None:
    with pytest.raises(ValueError, match="days"):
        Indicator("x", "X.", "days", ("itineraries",), INDICATORS["cost"].value)


def test_the_corridor_by_hand(mini_corridor: Network) -> None:
    frame = measure(mini_corridor, asked(mini_corridor))
    office = (4 * 14**2 + 62**2) / (2 * 168)
    parts = {"moving": 20.2, "waiting": 3 + 48 + 1 / 12 + office, "procedure": 22.0}
    assert values(frame, "hours_by_part", "part") == pytest.approx(parts)
    # AA: 2 h ride, post P 5 h, 0.2 h over the border; BB: post Q 3 h, yard 4, ride 7, port R 6; CC: port S, ride 3.
    by_country = {"AA": 7.2, "BB": 20.0, "XZ": 8 + 48 + 1 / 12 + 5, "CC": office + 2 + 3}
    assert values(frame, "hours_by_country", "country_code") == pytest.approx(by_country)
    assert values(frame, "border_hours", "unit") == pytest.approx({"h": 5 + 3 + 4})
    assert values(frame, "border_count", "unit") == {"count": 2.0}
    assert values(frame, "length_by_mode", "mode") == pytest.approx({"rail": 460.0, "sea": 200.0, "road": 180.0})
    assert values(frame, "emission_by_mode", "mode") == pytest.approx({"rail": 92.0, "sea": 20.0, "road": 144.0})
    assert values(frame, "cost", "unit") == pytest.approx({"USD": 630.0})
    shares = {"observed": 1.0, "published": 0.0, "claimed": 0.0, "estimated": 0.0}
    for indicator in ("hours_quality_frac", "cost_quality_frac", "emission_quality_frac"):
        assert values(frame, indicator, "quality") == shares


def test_breakdowns_add_up_to_the_whole(mini_corridor: Network) -> None:
    frame = measure(mini_corridor, asked(mini_corridor, quantity=7.0))
    sums = frame.groupby("indicator")["value"].sum()
    for whole, parts in {
        "hours_mean": ["hours_by_part", "hours_by_country", "hours_by_mode", "hours_by_kind"],
        "cost": ["cost_by_kind", "cost_by_country"],
        "emission": ["emission_by_mode"],
        "length": ["length_by_mode"],
    }.items():
        for part in parts:
            assert sums[part] == pytest.approx(sums[whole])


def test_the_long_table_has_its_shape(mini_corridor: Network) -> None:
    frame = measure(mini_corridor, asked(mini_corridor))
    assert list(frame.columns) == COLUMNS
    assert not frame.isna().any(axis=None)
    assert not frame.duplicated(COLUMNS[:-1]).any()
    tables = set(engine("route").outputs)
    assert set(frame["indicator"]) == {name for name, one in INDICATORS.items() if set(one.needs) <= tables}
    assert set(frame["engine"]) == {"route"}
    assert frame["value"].dtype == "float64"
    assert measure(mini_corridor, asked(mini_corridor)).equals(frame)


def test_the_scenario_names_the_rows(mini_corridor: Network) -> None:
    faster = Scenario("faster", (Set("services", {"service_id": "R-S.ship"}, {"headway_h": 24.0}),))
    result = asked(mini_corridor, faster)
    frame = measure(faster.apply(mini_corridor), result)
    assert set(frame["scenario"]) == {"faster"}
    assert set(measure(mini_corridor, result, "other")["scenario"]) == {"other"}
    before = values(measure(mini_corridor, asked(mini_corridor)), "hours_mean", "unit")["h"]
    assert before - values(frame, "hours_mean", "unit")["h"] == pytest.approx(24.0)  # ½ · 24 · (1 + 1)


def test_the_best_of_the_front_may_be_better_than_the_first_itinerary(two_routes: Network) -> None:
    frame = measure(two_routes, asked(two_routes, destination="B"))
    found = frame.set_index("indicator")["value"]
    # The train is first; the truck takes 4 h.
    assert (found["hours_mean"], found["least_hours"]) == (8.0, 4.0)
    assert (found["cost"], found["least_cost"]) == (200.0, 200.0)
    assert found["itinerary_count"] == 2


def test_a_simulated_year_by_its_tables() -> None:
    net = kv.load("starter")
    strike = Scenario("strike", (Add("disruptions", [STRIKE]),))
    result = kv.run(net, "simulate", kv.SimulateParams(replications=2, lead_d=10.0, tail_d=30.0), strike)
    frame = measure(net, result)
    assert list(frame.columns) == COLUMNS
    assert not frame.isna().any(axis=None)
    assert not frame.duplicated(COLUMNS[:-1]).any()
    tables = set(engine("simulate").outputs)
    assert set(frame["indicator"]) == {name for name, one in INDICATORS.items() if set(one.needs) <= tables}
    row = result["od"].iloc[0]
    for indicator, column in {"od_hours_mean": "mean_h", "od_hours_p90": "p90_h", "od_hours_p95": "p95_h"}.items():
        assert values(frame, indicator, "demand_id") == {"mine-town.2025": row[column]}
    # One demand row: the whole year is that row.
    assert values(frame, "year_hours_mean", "unit") == {"h": pytest.approx(row["mean_h"])}
    assert values(frame, "waiting_frac", "unit") == {"1": pytest.approx(row["waiting_h"] / row["mean_h"])}
    assert values(frame, "utilisation_max_frac", "unit") == {"1": result["facilities"]["utilisation_frac"].max()}
    assert values(frame, "voyages", "fleet_id") == {"ferries": result["fleets"]["voyages_per_year"].iloc[0]}
    # A gauge yard shut for a week works the backlog off within days, and not in an instant.
    assert 0 < values(frame, "recovery", "disruption_id")["strike"] < 30


def test_indicators_without_their_tables_are_left_out(mini_corridor: Network) -> None:
    whole = asked(mini_corridor)
    part = Result(whole.provenance, {"front": whole.spec["front"]}, {"front": whole["front"]})
    assert set(measure(mini_corridor, part)["indicator"]) == {"least_hours", "least_cost", "least_emission"}
    none = Result(whole.provenance, {}, {})
    assert list(measure(mini_corridor, none).columns) == COLUMNS
    assert measure(mini_corridor, none).empty
