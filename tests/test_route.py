"""Parameters, stages, labels, reasons and machine output of the route engine."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kervan as kv
from conftest import BASE, link, network, node, rows
from kervan.engines import _labels
from kervan.engines._alternatives import penalised
from kervan.engines._itineraries import framed
from kervan.engines.least import MATRIX, least_cost, matrix, totals, totals_if_any
from kervan.engines.route import RouteParams, barred_kinds, posed, route_json
from kervan.errors import NotConverged, ParamsError, ScenarioError, UnknownName
from kervan.network import Network
from kervan.result import Result
from kervan.scenario import Close, Remove, Scenario, Set
from kervan.schema import TABLES, Column, Table

ENDS = {"origin": "A", "destination": "T", "commodity_id": "box"}


def route(net: Network, **more: Any) -> Result:
    return kv.run(net, "route", RouteParams(**{**ENDS, **more}))


def edited(net: Network, *edits: Any) -> Network:
    return Scenario("test", edits).apply(net)


def why(net: Network, **more: Any) -> str:
    with pytest.raises(kv.NoPath) as caught:
        route(net, **more)
    return str(caught.value)


# ── parameters ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"origin": ""}, "origin"), ({"commodity_id": 3}, "commodity_id"), ({"destination": "A"}, "both A"),
        ({"quantity": 0}, "quantity"), ({"quantity": math.nan}, "quantity"), ({"quantity": True}, "quantity"),
        ({"quantity": math.inf}, "quantity"), ({"depart": "soon"}, "depart"), ({"depart": "2026-13"}, "depart"),
        ({"depart": 5}, "depart"), ({"via": "QR"}, "via"), ({"via": ("Q", "Q")}, "Q twice"), ({"via": 7}, "via"),
        ({"avoid": ("T",)}, "T cannot be both"), ({"via": ("Q",), "avoid": ("Q",)}, "Q cannot"),
        ({"vehicle_kinds": ("",)}, "vehicle_kinds"), ({"modes": "rail"}, "modes"),
        ({"alternatives": 0}, "alternatives"), ({"alternatives": 51}, "alternatives"),
        ({"alternatives": 2.0}, "alternatives"), ({"similarity": 1.1}, "similarity"), ({"stretch": 0.9}, "stretch"),
        ({"epsilon": -0.1}, "epsilon"), ({"max_hours": -1}, "max_hours"), ({"max_cost_usd": "9"}, "max_cost_usd"),
        ({"value_of_time_usd_per_unit_h": -2}, "value_of_time"), ({"carbon_price_usd_per_t": -2}, "carbon_price"),
        ({"value_of_time_usd_per_unit_h": 1e308}, "value_of_time"), ({"carbon_price_usd_per_t": 1e308}, "carbon_price"),
        ({"quantity": 1e308}, "quantity"), ({"quantity": 10**400}, "quantity"), ({"max_hours": 10**5000}, "max_hours"),
        ({"via": 10**5000}, "via"), ({"depart": 10**5000}, "depart"), ({"alternatives": 10**5000}, "alternatives"),
    ],
)  # fmt: skip
def test_a_parameter_outside_its_range_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        RouteParams(**{**ENDS, **wrong})


def test_numbers_of_numpy_are_numbers() -> None:
    asked = RouteParams(**ENDS, quantity=np.int64(2), max_hours=np.float32(7.5))  # type: ignore[arg-type]
    assert (asked.quantity, asked.max_hours) == (2.0, 7.5)
    assert type(asked.quantity) is float


def test_lists_become_tuples_so_that_parameters_can_be_compared_and_hashed() -> None:
    one, two = RouteParams(**ENDS, via=["Q"]), RouteParams(**ENDS, via=("Q",))  # type: ignore[arg-type]
    assert one == two
    assert hash(one) == hash(two)


@pytest.mark.parametrize(
    ("depart", "month"), [(None, 0), ("2026-02", 2), ("2026-12-31", 12), ("2026-07-01T08:00:00+05:00", 7)]
)
def test_the_month_of_departure(depart: str | None, month: int) -> None:
    assert RouteParams(**ENDS, depart=depart).month == month


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"origin": "AA"}, "place"), ({"via": ("X",)}, "place"), ({"avoid": ("X",)}, "place"),
        ({"commodity_id": "bxo"}, "did you mean 'box'"), ({"vehicle_kinds": ("trian",)}, "did you mean 'train'"),
        ({"modes": ("rial",)}, "did you mean 'rail'"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_in_the_network_is_said(mini_corridor: Network, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownName, match=words):
        route(mini_corridor, **wrong)


def test_a_vehicle_kind_named_bars_the_others_of_its_mode_only() -> None:
    more = rows("vehicle_kinds", {"vehicle_kind": "wagon", "mode": "rail", "name": "Wagon",
                                  "emission_kg_per_t_km": 0.03, "emission_scope": "wtw"})  # fmt: skip
    net = network(nodes=rows("nodes", node("A"), node("B", lon=51.0)), links=rows("links", link("A", "B")),
                  vehicle_kinds=pd.concat([BASE["vehicle_kinds"], more]))  # fmt: skip
    assert barred_kinds(net) == ()
    assert barred_kinds(net, ["wagon"]) == ("train",)
    assert barred_kinds(net, [], ["rail", "sea"]) == ("truck",)
    assert barred_kinds(net, ["train"], ["rail"]) == ("truck", "ship", "wagon")


# ── the question ────────────────────────────────────────────────────────────────────────────────────


def test_restrictions_choose_between_the_two_routes(two_routes: Network) -> None:
    asked = {**ENDS, "destination": "B"}
    assert route(two_routes, **asked, modes=("road",))["itineraries"]["label"].tolist() == ["Truck"]
    assert route(two_routes, **asked, max_hours=7.9)["itineraries"]["label"].tolist() == ["Truck"]
    assert route(two_routes, **asked, max_cost_usd=200)["itineraries"]["label"].tolist() == ["Train"]
    assert route(two_routes, **asked, max_emission_kg=80, quantity=1)["itineraries"]["label"].tolist() == ["Train"]
    # Bounds are for the whole consignment: 10 boxes by rail cost 2000 USD.
    assert route(two_routes, **asked, max_cost_usd=2000, quantity=10)["itineraries"]["label"].tolist() == ["Train"]


def test_an_origin_or_destination_among_the_places_to_pass_changes_nothing(mini_corridor: Network) -> None:
    plain = route(mini_corridor)
    assert route(mini_corridor, via=("A", "R", "T"))["itineraries"].equals(plain["itineraries"])


def spur(*more: dict[str, Any], **tables: pd.DataFrame) -> Network:
    """Return the railway A ─ B ─ C with a spur B ─ S of 40 km, and further links from C, D (beyond S) and S."""
    places = rows("nodes", *(node(name, lon=50 + place / 50) for place, name in enumerate("ABCSD")))
    ways = rows("links", link("A", "B"), link("B", "C"), link("B", "S", length_km=40.0), *more)
    return network(nodes=places, links=ways, **tables)


def test_a_place_to_pass_is_not_one_to_turn_back_at() -> None:
    way_back = "not via S (from S to C there is only the way back, and a place to pass is not one to turn back at)"
    assert why(spur(), destination="C", via=("S",)).endswith(way_back)
    # Nor is it one when the way back leads over a place behind it, over a second track, or in another vehicle.
    assert why(spur(link("S", "D")), destination="C", via=("S",)).endswith(way_back)
    second = link("B", "S", length_km=50.0, link_id="B-S.rail.second")
    assert why(spur(second), destination="C", via=("S",)).endswith(way_back)
    yard = {"facility_id": "S.yard", "node_id": "S", "name": "Yard", "kind": "transload", "from_mode": "rail",
            "to_mode": "road"}  # fmt: skip
    changed = spur(link("B", "S", "road"), link("B", "C", "road"), facilities=rows("facilities", yard))
    assert why(changed, destination="C", via=("S",)).endswith(way_back)
    # Not even when what lies before it is the destination.
    assert "only the way back" in why(spur(), destination="B", via=("S",))


def test_a_place_to_pass_is_left_by_another_way() -> None:
    # From S a second line of 90 km goes on to C: 100 + 40 + 90.
    net = spur(link("S", "C", length_km=90.0))
    found = route(net, destination="C", via=("S",))["itineraries"]
    assert found["length_km"].tolist() == pytest.approx([230.0])
    assert route(net, destination="C", via=("B", "S"))["itineraries"]["length_km"].tolist() == pytest.approx([230.0])


def test_a_place_to_pass_remembers_through_its_facilities_where_a_consignment_came_from() -> None:
    # At S the gauge changes from that of the line from B to that of the lines on to C and, beside it, back to B.
    yard = {"facility_id": "S.gauge", "node_id": "S", "name": "Yard", "kind": "gauge_yard", "from_mode": "rail",
            "to_mode": "rail", "from_gauge_mm": 1435, "to_gauge_mm": 1520, "direction": "both"}  # fmt: skip
    narrow = [link(a, b, gauge_mm=1435) for a, b in ("AB", "BS")]
    wide = [link("B", "S", link_id="B-S.rail.wide"), link("B", "D")]
    places = rows("nodes", *(node(name, lon=50 + place / 50) for place, name in enumerate("ABCSD")))
    net = network(nodes=places, links=rows("links", *narrow, *wide, link("S", "C", length_km=90.0)),
                  facilities=rows("facilities", yard))  # fmt: skip
    assert route(net, destination="D")["itineraries"]["length_km"].tolist() == pytest.approx([400.0])
    assert "only the way back" in why(net, destination="D", via=("S",))
    assert route(net, destination="C", via=("S",))["itineraries"]["length_km"].tolist() == pytest.approx([290.0])


def test_a_way_past_places_does_not_lead_through_its_ends() -> None:
    # A ring A ─ B ─ S ─ A with C behind B: to pass S and not C is to go round it, not by A again.
    net = spur(link("A", "S", length_km=70.0), link("S", "D", length_km=10.0), link("D", "C", length_km=500.0))
    assert route(net, destination="C", via=("S",))["itineraries"]["length_km"].tolist() == pytest.approx([210.0])
    # By B to S, 140 km, and then on: back to B is barred, A is where it began, so D it is.
    found = route(net, destination="C", via=("B", "S"))["itineraries"]
    assert found["length_km"].tolist() == pytest.approx([650.0])


def test_the_carbon_price_enters_the_generalised_cost(two_routes: Network) -> None:
    row = route(two_routes, destination="B", carbon_price_usd_per_t=100.0, quantity=3.0)["itineraries"].iloc[0]
    # Three boxes by rail: 3 (200 + 8 h at 2 USD + 80 kg at 0.1 USD)
    assert row["generalised_cost_usd"] == pytest.approx(3 * (200 + 16 + 8))


def test_a_search_without_end_is_given_up(two_routes: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_labels, "MOST_LABELS", 1)
    with pytest.raises(NotConverged, match="epsilon"):
        route(two_routes, destination="B")


# ── stages and labels ───────────────────────────────────────────────────────────────────────────────


def test_rides_of_one_vehicle_in_one_country_are_one_stage_with_the_worst_quality_and_every_source() -> None:
    sources = rows("sources", *({"source_id": name, "publisher": "Tests", "title": name, "grade": "D"}
                                for name in ("S1", "S2", "S3")))  # fmt: skip
    net = network(
        sources=sources,
        nodes=rows("nodes", node("A"), node("B", lon=50.1), node("C", "BB", 50.2), node("D", "BB", 50.3)),
        links=rows("links", link("A", "B", source_id="S2", quality="claimed"), link("B", "C"),
                   link("C", "D", source_id="S3", quality="estimated")),
    )  # fmt: skip
    stages = route(net, destination="D")["stages"]
    assert stages["country_code"].tolist() == [
        "AA",
        "BB",
    ]  # an open border: the link over it counts to the first country
    assert stages["link_ids"].tolist() == ["A-B.rail;B-C.rail", "C-D.rail"]
    assert stages["quality"].tolist() == ["claimed", "estimated"]
    assert stages["source_ids"].tolist() == ["S1;S2", "S1;S3"]
    # 100 km at 50 km/h with cv 0.1 twice: variances add
    assert stages["hours_sd"].tolist() == pytest.approx([math.sqrt(2) * 0.2, 0.2])
    assert route(net, destination="D")["itineraries"]["quality"].tolist() == ["estimated"]
    assert route(net, destination="D")["itineraries"]["label"].tolist() == ["Train by C"]


def test_stops_are_stages_of_their_own_and_free_access_vanishes(mini_corridor: Network) -> None:
    stages = route(mini_corridor)["stages"]
    assert "access" not in set(stages["kind"])
    assert stages.loc[stages["facility_id"] != "", "facility_id"].tolist() == [
        "P.border.AA-BB.rail", "Q.border.AA-BB.rail", "Q.gauge", "R.port.rail-sea", "S.port.sea-road",
    ]  # fmt: skip
    sailing = stages[stages["kind"] == "service"].iloc[0]
    assert (sailing["service_id"], sailing["link_ids"], sailing["emission_scope"]) == ("R-S.ship", "R-S.sea", "ttw")
    assert stages.loc[stages["kind"] == "border", "emission_scope"].tolist() == ["none", "none"]
    assert route(mini_corridor)["itineraries"]["emission_scope"].tolist() == ["mixed"]


def test_itineraries_by_the_same_places_are_told_apart_by_their_vehicles(mini_corridor: Network) -> None:
    # A second ferry on the same lane, twice as rare and 70 USD cheaper.
    twin = mini_corridor["services"].assign(service_id="R-S.slow", headway_h=96.0, cost_usd_per_t=1.0, name="Slow")
    net = mini_corridor.replace(services=pd.concat([mini_corridor["services"], twin], ignore_index=True))
    # Of 73.3 h outside facilities the sailing takes 61.1, so 16.6 % is common (10 % of the slower one).
    assert len(route(net, similarity=0.16)["itineraries"]) == 1
    found = route(net, similarity=0.17)["itineraries"]
    assert found["label"].tolist() == [f"Q – R – S (train, ship and truck) · {number}" for number in (1, 2)]
    assert found["cost_usd"].tolist() == pytest.approx([630.0, 560.0])


def test_gauge_yards_on_the_two_sides_of_a_border_make_no_other_itinerary() -> None:
    # Both gauges run over the border P ─ Q; the one yard takes 10 h, the other 9 and 100 USD more.
    places = rows("nodes", node("A"), node("P", lon=50.1), node("Q", "BB", 50.2), node("T", "BB", 50.3))
    ways = [link("A", "P", gauge_mm=1435), link("Q", "T")]
    ways += [link("P", "Q", length_km=10.0, gauge_mm=gauge, link_id=f"P-Q.{gauge}") for gauge in (1435, 1520)]
    yards = [{"facility_id": f"{name}.gauge", "node_id": name, "name": "Yard", "kind": "gauge_yard",
              "from_mode": "rail", "to_mode": "rail", "from_gauge_mm": 1435, "to_gauge_mm": 1520}
             for name in "PQ"]  # fmt: skip
    steps = [{"facility_id": f"{name}.gauge", "step_no": 1, "name": "Lift", "kind": "gauge_change", "service_h": work_h,
              "cost_usd_per_t": usd} for name, work_h, usd in (("P", 10.0, 0.0), ("Q", 9.0, 10.0))]  # fmt: skip
    net = network(nodes=places, links=rows("links", *ways), facilities=rows("facilities", *yards),
                  steps=rows("steps", *steps))  # fmt: skip
    found = route(net)
    assert found["front"]["hours_mean"].tolist() == pytest.approx([14.2, 13.2])
    assert found["itineraries"]["hours_mean"].tolist() == pytest.approx([14.2])
    assert len(route(net, similarity=1.0)["itineraries"]) == 2


def test_itineraries_that_are_equal_in_all_a_reader_sees_are_one() -> None:
    # By C and by D it is as far, as fast, as dear and as clean; by E it is farther.
    net = network(
        nodes=rows("nodes", *(node(name, lon=50 + place / 50) for place, name in enumerate("ACDEB"))),
        links=rows("links", *(link(*ends, length_km=110.0 if "E" in ends else 100.0)
                              for ends in ("AC", "CB", "AD", "DB", "AE", "EB"))),
    )  # fmt: skip
    assert route(net, destination="B")["itineraries"]["length_km"].tolist() == pytest.approx([200.0, 220.0])


def test_what_passes_no_post_is_named_by_the_first_place_behind_each_border() -> None:
    # Two cables from A to T, by B and C or by D, in other countries.
    net = network(
        nodes=rows("nodes", node("A"), node("B", "BB", 50.1), node("C", "CC", 50.2), node("D", "DD", 50.3),
                   node("T", "DD", 50.4)),
        links=rows("links", link("A", "B"), link("B", "C"), link("C", "T"), link("A", "D"),
                   link("D", "T", length_km=300.0)),
    )  # fmt: skip
    assert route(net)["itineraries"]["label"].tolist() == ["Train by B – C", "Train by D"]


def test_itineraries_of_the_same_name_are_told_apart_by_a_place_that_only_one_passes() -> None:
    net = network(
        nodes=rows("nodes", *(node(name, lon=50 + place / 10) for place, name in enumerate("ACDT"))),
        links=rows("links", link("A", "T", length_km=50.0), link("A", "C", length_km=40.0),
                   link("C", "T", length_km=40.0), link("C", "D"), link("D", "T")),
    )  # fmt: skip
    found = route(net, stretch=10.0)["itineraries"]
    assert found["label"].tolist() == ["Train", "Train by C", "Train by D"]


# ── reasons ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_thing_is_named(mini_corridor: Network) -> None:
    closed = edited(mini_corridor, Close("links", {"link_id": "Q-R.rail"}))
    assert "if these were open in 2025: Q-R.rail (closed)" in why(closed)
    shut = edited(mini_corridor, Close("facilities", {"facility_id": "Q.gauge"}))
    assert "Q.gauge (closed)" in why(shut)
    late = edited(mini_corridor, Set("services", {"service_id": "R-S.ship"}, {"opens_year": 2030}))
    assert "R-S.ship (opens in 2030)" in why(late)
    never = edited(mini_corridor, Set("links", {"link_id": "S-T.road"}, {"opens_year": 9999, "status": "planned"}))
    assert "S-T.road (planned)" in why(never)
    past = edited(mini_corridor, Set("links", {"link_id": "S-T.road"}, {"closes_year": 2020}))
    assert "S-T.road (closed since 2020)" in why(past)


def test_an_intervention_that_opens_it_is_named(mini_corridor: Network) -> None:
    edits = [{"op": "set", "table": "links", "where": {"link_id": "Q-R.rail"}, "values": {"opens_year": 2030}}]
    projects = rows("interventions", {"intervention_id": "new_line", "title": "Line", "status": "planned", "year": 2030,
                                      "edits": json.dumps(edits)})  # fmt: skip
    net = edited(mini_corridor, Set("links", {"link_id": "Q-R.rail"}, {"opens_year": 9999})).replace(
        interventions=projects
    )
    assert "Q-R.rail (planned, see intervention new_line)" in why(net)


def test_the_fewest_closed_things_are_named() -> None:
    # Two short links by way of C, or one long one: the fewest openings count, not the hours.
    places = [node(name, lon=50 + place / 10) for place, name in enumerate("ACB")]
    links = [link("A", "C", length_km=20.0), link("C", "B", length_km=20.0), link("A", "B", length_km=300.0)]
    net = network(nodes=rows("nodes", *places), links=rows("links", *links))
    shut = edited(net, Close("links", {"mode": "rail"}))
    assert why(shut, destination="B").endswith("if these were open in 2025: A-B.rail (closed)")


def test_a_commodity_that_is_not_carried_is_said(mini_corridor: Network) -> None:
    more = rows("commodities", {"commodity_id": "gas", "name": "Gas", "unit": "m3", "mass_t_per_unit": 0.0007})
    net = mini_corridor.replace(commodities=pd.concat([mini_corridor["commodities"], more], ignore_index=True))
    assert "no vehicle carries it" in why(net, commodity_id="gas")
    cut = edited(mini_corridor, Remove("links", {"link_id": "S-T.road"}))
    assert "cannot be handed over at T (it moves by rail, road, sea" in why(cut)


def test_two_parts_that_nothing_joins(mini_corridor: Network) -> None:
    net = edited(
        mini_corridor,
        Remove("steps", {"facility_id": "Q.gauge"}),
        Remove("facilities", {"facility_id": "Q.gauge"}),
    )
    assert "nothing joins them" in why(net)


@pytest.mark.filterwarnings("error")
def test_bounds_that_are_too_tight_are_told_apart(two_routes: Network) -> None:
    asked = {"destination": "B"}
    assert "the fastest takes 4.0 h and max_hours is 3" in why(two_routes, **asked, max_hours=3)
    assert "the cheapest costs 400 USD and max_cost_usd is 300" in why(
        two_routes, **asked, max_cost_usd=300, quantity=2
    )
    assert "the cleanest emits 80 kg CO2e" in why(two_routes, **asked, max_emission_kg=79)
    # Rail is too slow and the road too dear, though each bound can be kept.
    words = why(two_routes, **asked, max_hours=5, max_cost_usd=300)
    assert "max_hours and max_cost_usd can each be kept alone but not together" in words


def test_a_restriction_that_leaves_no_way_is_named(mini_corridor: Network) -> None:
    assert "there is one, but not avoiding R" in why(mini_corridor, avoid=("R",))
    assert "there is one, but not without ship, train" in why(mini_corridor, modes=("road",)).replace(
        "train, ship", "ship, train"
    )
    both = why(mini_corridor, avoid=("R",), modes=("rail", "sea"))
    assert "there is one, but not avoiding R and without truck" in both


def test_the_leg_that_cannot_be_made_is_named() -> None:
    # One-way links A → B → C and a spur S that only leads in to B.
    net = network(
        nodes=rows("nodes", *(node(name, lon=50 + place / 50) for place, name in enumerate("ABCS"))),
        links=rows("links", *(link(a, b, direction="forward") for a, b in ("AB", "BC", "SB"))),
    )
    words = why(net, destination="C", via=("B", "S"))
    assert words.endswith("there is one, but not via B, S (nothing goes on from B to S)")


# ── many at once ────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_says_why_instead_of_raising(mini_corridor: Network) -> None:
    lonely = pd.concat([mini_corridor["nodes"], rows("nodes", node("Z", "AA", 39.0))], ignore_index=True)
    one_way = edited(
        mini_corridor.replace(nodes=lonely), Set("links", {"link_id": "A-P.rail"}, {"direction": "forward"})
    )
    frame = matrix(one_way, "box", ["A", "Z", "T"], ["A", "Z", "T"]).set_index(
        ["origin_node_id", "destination_node_id"]
    )
    status = frame["status"]
    assert status["A", "A"] == "same place"
    assert status["A", "T"] == "ok"
    assert status["T", "A"] == "no path"
    assert status["Z", "T"] == "not carried at origin"
    assert status["A", "Z"] == "not carried at destination"
    assert frame.loc[status == "ok", "hours_mean"].map(math.isfinite).all()
    assert (frame.loc[~status.isin(["ok", "same place"]), "hours_mean"] == math.inf).all()
    assert not frame.isna().any(axis=None)


def test_no_path_between_places_that_are_both_served(mini_corridor: Network) -> None:
    cut = edited(mini_corridor, Close("facilities", {"facility_id": "Q.gauge"}))
    assert matrix(cut, "box", ["A"], ["R"])["status"].tolist() == ["no path"]
    params = RouteParams(**{**ENDS, "destination": "R"})
    assert totals_if_any(cut, params, "hours") is None
    with pytest.raises(kv.NoPath):
        totals(cut, params, "hours")


def test_the_matrix_has_its_columns_even_when_it_is_empty(mini_corridor: Network) -> None:
    for origins, destinations in (([], []), (["A"], []), ([], ["A"])):
        frame = matrix(mini_corridor, "box", origins, destinations)
        assert list(frame.columns) == list(MATRIX.names)
        assert frame.empty


def test_places_named_twice_are_answered_twice(mini_corridor: Network) -> None:
    frame = matrix(mini_corridor, "box", ["T", "A", "T"], ["R", "R"])
    assert frame["origin_node_id"].tolist() == ["T", "T", "A", "A", "T", "T"]
    assert frame["hours_mean"].iloc[0] == frame["hours_mean"].iloc[-1]
    with pytest.raises(UnknownName, match="place"):
        matrix(mini_corridor, "box", ["A"], ["nowhere"])


def test_one_to_all_has_a_row_for_every_node_and_is_the_best_itinerary(mini_corridor: Network) -> None:
    frame = least_cost(mini_corridor, "box", "A", depart="2026-01").set_index("destination_node_id")
    assert frame.index.tolist() == mini_corridor["nodes"]["node_id"].tolist()
    best = route(mini_corridor, depart="2026-01")["itineraries"].iloc[0]
    for column in ("generalised_cost_usd", "hours_mean", "cost_usd", "emission_kg", "length_km"):
        assert frame.loc["T", column] == pytest.approx(best[column])


# ── machine output ──────────────────────────────────────────────────────────────────────────────────


def test_the_machine_output_has_the_promised_keys(mini_corridor: Network) -> None:
    content = route_json(route(mini_corridor, quantity=2.0, via=("R",)))
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["schema"] == "kervan.route/1"
    assert content["params"]["via"] == ["R"]
    item = content["itineraries"][0]
    assert {"length_km", "hours_mean", "hours_p50", "hours_p90", "hours_moving", "hours_waiting", "hours_procedure",
            "cost_usd", "emission_kg", "stages"} <= set(item)  # fmt: skip
    for stage in item["stages"]:
        assert {"from", "to", "mode", "kind", "length_km", "hours_moving", "hours_waiting", "hours_procedure",
                "cost_usd", "emission_kg", "country_code", "source_ids", "quality"} <= set(stage)  # fmt: skip
        assert stage["source_ids"] == ["S1"]
    assert item["stages"][0]["from"] == "A"
    assert item["stages"][-1]["to"] == "T"
    assert sum(stage["cost_usd"] for stage in item["stages"]) == pytest.approx(item["cost_usd"])


def test_a_column_of_a_result_may_say_hours_first() -> None:
    assert Column("hours_mean", "float", "Hours.", unit="h").unit == "h"
    with pytest.raises(ValueError, match="ends in"):
        Column("mean_hours", "float", "Hours.", unit="h")
    frame = framed(Table("t", (), "", (Column("hours_mean", "float", "Hours.", unit="h"),)), {"hours_mean": [1]})
    assert frame["hours_mean"].dtype == np.float64


@pytest.mark.parametrize("via", [("T", "R"), ("R", "A"), ("R", "T", "Q"), ("T", "A")])
def test_a_destination_passed_first_or_an_origin_last_is_refused_and_not_dropped(
    mini_corridor: Network, via: tuple[str, ...]
) -> None:
    with pytest.raises(ParamsError, match=r"via: .* begins or ends the way"):
        route(mini_corridor, via=via)


def test_a_price_beyond_belief_does_not_change_the_other_routes(two_routes: Network) -> None:
    for price in (1e17, 1e308):
        with pytest.raises(ScenarioError, match="must lie in 0 to"):
            edited(two_routes, Set("carriage", {"vehicle_kind": "ship"}, {"cost_usd_per_unit_km": price}))
    most = TABLES["carriage"]["cost_usd_per_unit_km"].at_most
    dear_road = edited(two_routes, Set("carriage", {"vehicle_kind": "truck"}, {"cost_usd_per_unit_km": most}))
    cost = route(dear_road, destination="B")["itineraries"]["cost_usd"]
    assert cost.min() == pytest.approx(200.0, abs=0.01)


def test_no_further_path_is_not_a_path(two_routes: Network) -> None:
    asked = posed(two_routes, RouteParams(**{**ENDS, "destination": "B"}))
    graph = asked.graph
    ruler: Any = SimpleNamespace(way=graph.arc, ways_of=list, differs=lambda *_: True)
    ends = (asked.goal, asked.start)  # nothing leads back
    assert penalised(graph, ends, graph.cost[:, 0], [], ruler, 3, math.inf) == []
