"""Parameters, stages, labels, reasons and machine output of the route engine."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kervan as kv
from conftest import BASE, link, network, node, rows
from kervan.engines import _labels
from kervan.engines._itineraries import framed
from kervan.engines.least import MATRIX, least_cost, matrix, totals, totals_if_any
from kervan.engines.route import RouteParams, barred_kinds, route_json
from kervan.errors import NotConverged, ParamsError, UnknownName
from kervan.network import Network
from kervan.result import Result
from kervan.scenario import Close, Remove, Scenario, Set
from kervan.schema import Column, Table

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
    ],
)  # fmt: skip
def test_a_parameter_outside_its_range_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        RouteParams(**{**ENDS, **wrong})


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


def test_a_place_to_pass_off_the_way_is_a_detour_there_and_back() -> None:
    # A ─ B ─ C with a spur B ─ S of 40 km: via S costs 80 km more.
    net = network(
        nodes=rows("nodes", *(node(name, lon=50 + place / 50) for place, name in enumerate("ABCS"))),
        links=rows("links", link("A", "B"), link("B", "C"), link("B", "S", length_km=40.0)),
    )
    found = route(net, destination="C", via=("S",))["itineraries"]
    assert found["length_km"].tolist() == pytest.approx([280.0])
    # Both orders of two spurs are different ways.
    assert route(net, destination="C", via=("S", "B"))["itineraries"]["length_km"].iloc[0] == pytest.approx(280.0)
    assert route(net, destination="C", via=("B", "S"))["itineraries"]["length_km"].iloc[0] == pytest.approx(280.0)


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
    assert route(net, destination="D")["itineraries"]["label"].tolist() == ["Train"]


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
    # The sailing takes 61 of 107 h, so 43 % is common (31 % of the slower one).
    assert len(route(net, similarity=0.42)["itineraries"]) == 1
    found = route(net, similarity=0.44)["itineraries"]
    assert found["label"].tolist() == [f"Q – R – S (train, ship and truck) · {number}" for number in (1, 2)]
    assert found["cost_usd"].tolist() == pytest.approx([630.0, 560.0])


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
