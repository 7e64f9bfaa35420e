"""What the extended graph lets through, where, and on what."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from conftest import BASE, link, network, node, rows
from kervan.arcs import ARC_COLUMNS, GROUNDS, Arcs
from kervan.errors import ParamsError, UnknownName
from kervan.network import Network

WAGON = {
    "vehicle_kinds": pd.concat(
        [
            BASE["vehicle_kinds"],
            rows(
                "vehicle_kinds",
                {"vehicle_kind": "wagon", "mode": "rail", "name": "Wagon", "emission_kg_per_t_km": 0.03,
                 "emission_scope": "wtw"},
            ),
        ]
    ),
    "carriage": pd.concat(
        [
            BASE["carriage"],
            rows(
                "carriage",
                {"carriage_id": "box.wagon", "commodity_id": "box", "vehicle_kind": "wagon",
                 "cost_usd_per_unit_km": 0.4},
            ),
        ]
    ),
}  # fmt: skip


def hours(net: Network, start: str, end: str, *, vehicle_kind: str = "") -> float:
    """Least hours from place to place, on one vehicle kind only if given; infinite where there is no way."""
    arcs = net.arcs("box")
    tail, head = arcs.gate(start, "gate_out"), arcs.gate(end, "gate_in")
    if tail < 0 or head < 0:
        return math.inf
    table = arcs.table
    if vehicle_kind:
        table = table[table["vehicle_kind"] == vehicle_kind]
    time = table["moving_h"] + table["waiting_h"] + table["procedure_h"] + 1e-9
    best = pd.DataFrame({"tail": table["tail"], "head": table["head"], "time": time})
    best = best.groupby(["tail", "head"], as_index=False)["time"].min()
    shape = (arcs.vertex_count, arcs.vertex_count)
    graph = coo_array((best["time"], (best["tail"], best["head"])), shape=shape).tocsr()
    return round(float(dijkstra(graph, indices=tail)[head]), 6)


def passed(net: Network, **where: Any) -> pd.DataFrame:
    table = net.arcs("box").table
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def post(node_id: str, start: str, end: str, mode: str = "rail", **more: Any) -> dict[str, Any]:
    return {
        "facility_id": f"{node_id}.{start}-{end}.{mode}", "node_id": node_id, "name": "Post", "kind": "border_post",
        "from_mode": mode, "to_mode": mode, "from_country_code": start, "to_country_code": end, **more,
    }  # fmt: skip


def facility(facility_id: str, node_id: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"facility_id": facility_id, "node_id": node_id, "name": facility_id, "kind": kind, **more}


def work(facility_id: str, service_h: float, **more: Any) -> dict[str, Any]:
    return {"facility_id": facility_id, "step_no": 1, "name": "Work", "kind": "customs", "service_h": service_h, **more}


def crossing(*posts: dict[str, Any], steps: list[dict[str, Any]] | None = None, **more: Any) -> Network:
    """A border with the given posts.

    ::

        A ══100 km══ P │border│ Q ══100 km══ B        2 h + 0.2 h + 2 h without posts
        country AA         │          BB
    """
    tables = {
        "nodes": rows("nodes", node("A", lon=49.0), node("P"), node("Q", "BB", 50.05), node("B", "BB", 51.0)),
        "links": rows("links", link("A", "P"), link("P", "Q", length_km=10.0), link("Q", "B")),
        **({"facilities": rows("facilities", *posts)} if posts else {}),
        **({"steps": rows("steps", *steps)} if steps else {}),
        **more,
    }
    return network(**tables)


# ── borders ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_border_without_posts_is_open() -> None:
    assert hours(crossing(), "A", "B") == pytest.approx(4.2)
    assert passed(crossing(), kind="border").empty


def test_posts_on_both_sides_are_passed_in_their_direction() -> None:
    net = crossing(
        post("P", "AA", "BB"), post("Q", "AA", "BB"), post("Q", "BB", "AA"), post("P", "BB", "AA"),
        steps=[work("P.AA-BB.rail", 1.0), work("Q.AA-BB.rail", 2.0), work("Q.BB-AA.rail", 4.0),
               work("P.BB-AA.rail", 8.0)],
    )  # fmt: skip
    assert hours(net, "A", "B") == pytest.approx(4.2 + 1 + 2)
    assert hours(net, "B", "A") == pytest.approx(4.2 + 4 + 8)


def test_a_post_on_one_side_leaves_the_other_side_and_the_other_direction_open() -> None:
    net = crossing(post("Q", "AA", "BB"), steps=[work("Q.AA-BB.rail", 2.0)])
    assert hours(net, "A", "B") == pytest.approx(6.2)
    assert hours(net, "B", "A") == pytest.approx(4.2)


@pytest.mark.parametrize("shut", [{"status": "closed"}, {"closes_year": 2025}, {"opens_year": 9999}])
def test_a_closed_post_shuts_its_side_in_its_direction(shut: dict[str, Any]) -> None:
    net = crossing(post("P", "AA", "BB", **shut), post("Q", "AA", "BB"), post("Q", "BB", "AA"))
    assert hours(net, "A", "B") == math.inf
    assert hours(net, "B", "A") == pytest.approx(4.2)
    assert hours(net, "A", "P") == pytest.approx(2.0)  # home traffic does not meet the post


def test_a_post_of_another_mode_or_toward_another_country_does_not_stand_in_the_way() -> None:
    third = rows(
        "nodes", node("A", lon=49.0), node("P"), node("Q", "BB", 50.05), node("B", "BB", 51.0), node("C", "CC")
    )
    net = crossing(
        post("P", "AA", "BB", "road", status="closed"), post("P", "AA", "CC", status="closed"), nodes=third
    )  # fmt: skip
    assert hours(net, "A", "B") == pytest.approx(4.2)


def test_a_post_in_both_directions_serves_both() -> None:
    net = crossing(post("P", "AA", "BB", direction="both"), steps=[work("P.AA-BB.rail", 3.0)])
    assert hours(net, "A", "B") == hours(net, "B", "A") == pytest.approx(7.2)


@pytest.mark.parametrize("direction", ["forward", "both"])
def test_a_post_for_one_vehicle_bars_the_others_both_ways(direction: str) -> None:
    posts = [post("P", "AA", "BB", from_vehicle_kind="train", direction=direction)]
    if direction == "forward":
        posts.append(post("P", "BB", "AA", from_vehicle_kind="train"))
    net = crossing(*posts, **WAGON)
    for start, end in (("A", "B"), ("B", "A")):
        assert hours(net, start, end, vehicle_kind="train") == pytest.approx(4.2)
        assert hours(net, start, end, vehicle_kind="wagon") == math.inf


def test_two_posts_at_one_place_are_two_ways_through() -> None:
    net = crossing(
        post("P", "AA", "BB"), post("P", "AA", "BB") | {"facility_id": "P.green"},
        steps=[work("P.AA-BB.rail", 5.0), work("P.green", 1.0)],
    )  # fmt: skip
    assert hours(net, "A", "B") == pytest.approx(5.2)
    assert len(passed(net, kind="border", from_node_id="P")) == 2


def test_nobody_starts_or_ends_between_post_and_border() -> None:
    net = crossing(
        post("P", "AA", "BB"), post("Q", "AA", "BB"), steps=[work("P.AA-BB.rail", 1.0), work("Q.AA-BB.rail", 2.0)]
    )
    assert hours(net, "P", "Q") == pytest.approx(3.2)
    arcs = net.arcs("box")
    role = arcs.vertices["role"].to_numpy()
    gates = arcs.table["kind"].eq("access").to_numpy()
    assert "border" not in {*role[arcs.array("tail")[gates]], *role[arcs.array("head")[gates]]}


def test_a_step_for_one_vehicle_or_commodity_is_met_by_it_alone() -> None:
    both = [post("P", "AA", "BB"), post("Q", "AA", "BB")]
    coal = rows("commodities", {"commodity_id": "coal", "name": "Coal", "unit": "t", "mass_t_per_unit": 1.0})
    net = crossing(
        *both,
        steps=[work("P.AA-BB.rail", 3.0, vehicle_kind="wagon"), work("Q.AA-BB.rail", 7.0, commodity_id="coal")],
        **WAGON | {"commodities": pd.concat([BASE["commodities"], coal])},
    )
    assert hours(net, "A", "B", vehicle_kind="train") == pytest.approx(4.2)
    assert hours(net, "A", "B", vehicle_kind="wagon") == pytest.approx(7.2)


# ── gauges ──────────────────────────────────────────────────────────────────────────────────────────


def two_gauges(*facilities: dict[str, Any], steps: list[dict[str, Any]] | None = None, **more: Any) -> Network:
    """Two railways that meet, of different gauge, and a road to the meeting place.

    ::

        A ══1435══ B ══1520══ C
                   │
        D ──road───┘
    """
    tables = {
        "nodes": rows("nodes", node("A", lon=49.0), node("B"), node("C", lon=51.0), node("D", lat=43.0)),
        "links": rows(
            "links", link("A", "B", gauge_mm=1435), link("B", "C"), link("D", "B", "road", length_km=150.0)
        ),
        **({"facilities": rows("facilities", *facilities)} if facilities else {}),
        **({"steps": rows("steps", *steps)} if steps else {}),
        **more,
    }  # fmt: skip
    return network(**tables)


YARD = facility("B.yard", "B", "gauge_yard", from_mode="rail", to_mode="rail", from_gauge_mm=1435, to_gauge_mm=1520)


def test_a_train_does_not_change_gauge_by_itself_nor_at_a_transload() -> None:
    assert hours(two_gauges(), "A", "C") == math.inf
    move = facility(
        "B.move", "B", "transload", from_mode="rail", to_mode="rail", from_vehicle_kind="train", to_vehicle_kind="wagon"
    )
    assert hours(two_gauges(move, **WAGON), "A", "C") == math.inf


def test_a_gauge_yard_lets_through_one_way_or_both() -> None:
    assert hours(two_gauges(YARD), "A", "C") == pytest.approx(4.0)
    assert hours(two_gauges(YARD), "C", "A") == math.inf
    both = two_gauges(YARD | {"direction": "both"}, steps=[work("B.yard", 3.0)])
    assert hours(both, "A", "C") == hours(both, "C", "A") == pytest.approx(7.0)


def test_a_facility_that_nothing_can_use_is_no_arc() -> None:
    places = rows("nodes", *(node(name, lon=50 + place / 10) for place, name in enumerate("ABC")))
    one_gauge = network(
        nodes=places, links=rows("links", link("A", "B"), link("B", "C")), facilities=rows("facilities", YARD)
    )
    assert set(passed(one_gauge)["kind"]) == {"access", "travel"}
    wagons = facility("B.post", "B", "border_post", from_mode="rail", to_mode="rail", from_country_code="AA",
                      to_country_code="BB", from_vehicle_kind="wagon", to_vehicle_kind="wagon")  # fmt: skip
    crossed = network(
        nodes=rows("nodes", node("A"), node("B", lon=50.1), node("C", "BB", 50.2)),
        links=rows("links", link("A", "B"), link("B", "C")), facilities=rows("facilities", wagons),
        vehicle_kinds=WAGON["vehicle_kinds"],
    )  # fmt: skip
    assert set(passed(crossed)["kind"]) == {"access", "travel"}
    assert hours(crossed, "A", "C") == math.inf


def test_a_gauge_yard_keeps_the_vehicle_unless_it_names_both() -> None:
    kept = two_gauges(YARD | {"from_vehicle_kind": "train", "direction": "both"}, **WAGON)
    changes = passed(kept, kind="gauge_change")
    vertices = kept.arcs("box").vertices["vehicle_kind"].to_numpy()
    assert {*vertices[changes["tail"]], *vertices[changes["head"]]} == {"train"}
    formed = two_gauges(YARD | {"from_vehicle_kind": "train", "to_vehicle_kind": "wagon"}, **WAGON)
    changes = passed(formed, kind="gauge_change")
    vertices = formed.arcs("box").vertices["vehicle_kind"].to_numpy()
    assert [*vertices[changes["tail"]], *vertices[changes["head"]]] == ["train", "wagon"]


def test_coming_from_the_road_a_box_boards_either_gauge() -> None:
    lift = facility("B.lift", "B", "transload", from_mode="road", to_mode="rail")
    net = two_gauges(lift, steps=[work("B.lift", 1.0)])
    assert hours(net, "D", "A") == pytest.approx(3 + 1 + 2)
    assert hours(net, "D", "C") == pytest.approx(3 + 1 + 2)
    assert hours(net, "A", "C") == math.inf


# ── changing vehicle and mode ───────────────────────────────────────────────────────────────────────


def test_modes_meet_only_at_a_facility() -> None:
    net = two_gauges()
    assert hours(net, "D", "A") == math.inf


def test_a_facility_with_a_vehicle_of_departure_serves_that_one_only() -> None:
    lift = facility("B.lift", "B", "transload", from_mode="road", to_mode="rail", to_vehicle_kind="wagon")
    net = two_gauges(lift, **WAGON)
    arcs = net.arcs("box")
    moves = passed(net, facility_id="B.lift")
    assert set(arcs.vertices["vehicle_kind"].to_numpy()[moves["head"]]) == {"wagon"}
    assert set(moves["vehicle_kind"]) == {"wagon"}


def test_a_facility_in_both_directions_swaps_modes_and_vehicles() -> None:
    lift = facility(
        "B.lift", "B", "transload", from_mode="road", to_mode="rail", to_vehicle_kind="wagon", direction="both"
    )
    net = two_gauges(lift, steps=[work("B.lift", 1.0)], **WAGON)
    assert hours(net, "D", "A") == hours(net, "A", "D") == pytest.approx(3 + 1 + 2)
    arcs = net.arcs("box")
    moves = passed(net, facility_id="B.lift")
    pairs = {
        (arcs.vertices["vehicle_kind"][t], arcs.vertices["vehicle_kind"][h])
        for t, h in moves[["tail", "head"]].to_numpy()
    }
    assert pairs == {("truck", "wagon"), ("wagon", "truck")}


def test_a_vehicle_changes_kind_within_its_mode_only_where_a_facility_says_so() -> None:
    form = facility(
        "B.form", "B", "transload", from_mode="rail", to_mode="rail", from_vehicle_kind="wagon", to_vehicle_kind="train"
    )
    net = network(
        nodes=rows("nodes", node("A", lon=49.0), node("B"), node("C", lon=51.0)),
        links=rows("links", link("A", "B"), link("B", "C")),
        facilities=rows("facilities", form),
        **WAGON,
    )
    arcs = net.arcs("box")
    kind = arcs.vertices["vehicle_kind"].to_numpy()
    inside = ~arcs.table["kind"].isin(["access", "terminal"]).to_numpy()
    tails, heads = kind[arcs.array("tail")[inside]], kind[arcs.array("head")[inside]]
    changed = tails != heads
    assert list(zip(tails[changed], heads[changed], strict=True)) == [("wagon", "train")]


@pytest.mark.parametrize("shut", [{"status": "closed"}, {"closes_year": 2025}, {"opens_year": 2026}])
def test_a_facility_that_is_not_open_handles_nothing(shut: dict[str, Any]) -> None:
    assert hours(two_gauges(YARD | shut), "A", "C") == math.inf


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────


def with_terminals(*terminals: dict[str, Any], **more: Any) -> Network:
    """One railway, with terminals at A.

    ::

        A ══100 km══ B
    """
    return network(
        nodes=rows("nodes", node("A"), node("B", lon=51.0)),
        links=rows("links", link("A", "B"), link("A", "B", "road", length_km=600.0)),
        **({"facilities": rows("facilities", *terminals)} if terminals else {}),
        **more,
    )


START = facility("A.out", "A", "terminal", to_mode="rail")
END = facility("A.in", "A", "terminal", from_mode="rail")


def test_access_is_free_where_no_terminal_stands() -> None:
    net = with_terminals()
    assert hours(net, "A", "B") == pytest.approx(2.0)
    assert passed(net, kind="terminal").empty


def test_a_terminal_guards_its_own_mode_and_direction() -> None:
    net = with_terminals(START, steps=rows("steps", work("A.out", 5.0)))
    assert hours(net, "A", "B", vehicle_kind="train") == pytest.approx(7.0)
    assert hours(net, "B", "A", vehicle_kind="train") == pytest.approx(2.0)
    assert hours(net, "A", "B", vehicle_kind="truck") == pytest.approx(12.0)


def test_a_terminal_in_both_directions_guards_start_and_end() -> None:
    net = with_terminals(START | {"direction": "both"}, steps=rows("steps", work("A.out", 5.0)))
    assert hours(net, "A", "B", vehicle_kind="train") == hours(net, "B", "A", vehicle_kind="train") == pytest.approx(7)


@pytest.mark.parametrize("shut", [{"status": "closed"}, {"closes_year": 2025}])
def test_a_closed_terminal_shuts_its_mode(shut: dict[str, Any]) -> None:
    net = with_terminals(START | shut)
    assert hours(net, "A", "B", vehicle_kind="train") == math.inf
    assert hours(net, "A", "B") == pytest.approx(12.0)


def test_a_terminal_not_built_yet_changes_nothing() -> None:
    assert hours(with_terminals(START | {"opens_year": 9999}), "A", "B") == pytest.approx(2.0)


def test_a_terminal_for_one_vehicle_bars_the_others_of_its_mode() -> None:
    net = with_terminals(START | {"to_vehicle_kind": "wagon"}, END | {"from_vehicle_kind": "train"}, **WAGON)
    assert hours(net, "A", "B", vehicle_kind="train") == math.inf
    assert hours(net, "A", "B", vehicle_kind="wagon") == pytest.approx(2.0)
    assert hours(net, "B", "A", vehicle_kind="train") == pytest.approx(2.0)
    assert hours(net, "B", "A", vehicle_kind="wagon") == math.inf


# ── services ────────────────────────────────────────────────────────────────────────────────────────


def service(service_id: str, link_id: str = "A-B.rail", vehicle_kind: str = "train", **more: Any) -> dict[str, Any]:
    return {
        "service_id": service_id, "name": service_id, "link_id": link_id, "vehicle_kind": vehicle_kind,
        "rule": "timetable", "headway_h": 24.0, "headway_cv_frac": 0.0, **more,
    }  # fmt: skip


def served(*services: dict[str, Any], **more: Any) -> Network:
    return with_terminals(**({"services": rows("services", *services)} if services else {}), **more)


def test_a_service_replaces_free_travel_of_its_vehicle() -> None:
    net = served(service("daily"), **WAGON)
    assert hours(net, "A", "B", vehicle_kind="train") == pytest.approx(12 + 2)
    assert hours(net, "A", "B", vehicle_kind="wagon") == pytest.approx(2.0)
    assert set(passed(net, vehicle_kind="train", link_id="A-B.rail")["kind"]) == {"service"}


def test_a_train_with_a_timetable_stays_in_its_country() -> None:
    assert set(passed(served(service("daily")), kind="service")["country_code"]) == {"AA"}


def test_two_services_on_one_link_are_two_arcs() -> None:
    net = served(service("daily"), service("hourly", headway_h=2.0))
    assert len(passed(net, kind="service", from_node_id="A")) == 2
    assert hours(net, "A", "B", vehicle_kind="train") == pytest.approx(1 + 2)


@pytest.mark.parametrize("shut", [{"status": "closed"}, {"closes_year": 2025}])
def test_a_closed_service_does_not_become_free_travel(shut: dict[str, Any]) -> None:
    net = served(service("daily", **shut))
    assert hours(net, "A", "B", vehicle_kind="train") == math.inf


def test_a_service_not_begun_yet_changes_nothing() -> None:
    assert hours(served(service("daily", opens_year=9999)), "A", "B") == pytest.approx(2.0)


def test_a_service_forward_only_does_not_run_back() -> None:
    net = served(service("daily", direction="forward"))
    assert hours(net, "A", "B", vehicle_kind="train") == pytest.approx(14.0)
    assert hours(net, "B", "A", vehicle_kind="train") == math.inf


def test_a_ship_needs_a_service_and_a_terminal() -> None:
    at_sea = {
        "nodes": rows("nodes", node("A"), node("B", lon=51.0)), "links": rows("links", link("A", "B", "sea")),
    }  # fmt: skip
    sail = {"services": rows("services", service("ship", "A-B.sea", "ship"))}
    docks = {
        "facilities": rows(
            "facilities", facility("A.out", "A", "terminal", to_mode="sea"),
            facility("B.in", "B", "terminal", from_mode="sea"),
        )
    }  # fmt: skip
    assert hours(network(**at_sea), "A", "B") == math.inf
    assert hours(network(**at_sea, **sail), "A", "B") == math.inf
    assert hours(network(**at_sea, **docks), "A", "B") == math.inf
    net = network(**at_sea, **sail, **docks)
    assert hours(net, "A", "B") == pytest.approx(14.0)
    assert set(passed(net, kind="service")["country_code"]) == {"AA"}  # along a coast, or over a lake
    abroad = network(**at_sea | {"nodes": rows("nodes", node("A"), node("B", "BB", 51.0))}, **sail, **docks)
    assert set(passed(abroad, kind="service")["country_code"]) == {"XZ"}


# ── links, years, terms ─────────────────────────────────────────────────────────────────────────────


def test_a_link_forward_only_has_no_way_back() -> None:
    net = network(
        nodes=rows("nodes", node("A"), node("B", lon=51.0)), links=rows("links", link("A", "B", direction="forward"))
    )
    assert hours(net, "A", "B") == pytest.approx(2.0)
    assert hours(net, "B", "A") == math.inf


@pytest.mark.parametrize(
    ("life", "years"),
    [
        ({"opens_year": 2027}, {2027, 2028}),
        ({"closes_year": 2027}, {2024, 2025, 2026}),
        ({"opens_year": 2026, "closes_year": 2028}, {2026, 2027}),
        ({"opens_year": 9999}, set()),
        ({"opens_year": 2025, "status": "planned"}, {2025, 2026, 2027, 2028}),
    ],
)
def test_a_link_is_used_from_its_first_year_to_the_one_before_its_last(life: dict[str, Any], years: set[int]) -> None:
    net = network(nodes=rows("nodes", node("A"), node("B", lon=51.0)), links=rows("links", link("A", "B", **life)))
    assert {year for year in range(2024, 2029) if hours(net.replace(year=year), "A", "B") < math.inf} == years


def test_the_terms_of_a_country_win_over_the_general_ones() -> None:
    dear = rows(
        "carriage",
        {"carriage_id": "box.train", "commodity_id": "box", "vehicle_kind": "train", "cost_usd_per_unit_km": 1.0},
        {"carriage_id": "box.train.BB", "commodity_id": "box", "vehicle_kind": "train", "cost_usd_per_unit_km": 9.0,
         "country_code": "BB", "speed_km_per_h": 10.0},
    )  # fmt: skip
    for carriage in (dear, dear[::-1]):
        net = crossing(carriage=carriage)
        cost = passed(net, kind="travel").set_index(["from_node_id", "to_node_id"])["cost_usd_per_unit"]
        assert cost["A", "P"] == pytest.approx(100.0)
        assert cost["P", "Q"] == pytest.approx(10.0)  # the country a link starts in
        assert cost["Q", "P"] == pytest.approx(90.0)
        assert cost["Q", "B"] == pytest.approx(900.0)
        assert hours(net, "Q", "B") == pytest.approx(10.0)


def test_terms_of_another_country_alone_carry_nothing_here() -> None:
    only = rows(
        "carriage",
        {"carriage_id": "x", "commodity_id": "box", "vehicle_kind": "train", "cost_usd_per_unit_km": 1.0,
         "country_code": "AA"},
    )  # fmt: skip
    net = crossing(carriage=only)
    assert hours(net, "A", "Q") == pytest.approx(2.2)
    assert hours(net, "A", "B") == math.inf


# ── the table itself ────────────────────────────────────────────────────────────────────────────────


def test_a_commodity_that_nothing_carries_has_an_empty_graph_with_its_dtypes(mini_corridor: Network) -> None:
    gas = rows("commodities", {"commodity_id": "gas", "name": "Gas", "unit": "m3", "mass_t_per_unit": 0.001})
    net = mini_corridor.replace(commodities=pd.concat([BASE["commodities"], gas]))
    empty, full = net.arcs("gas"), net.arcs("box")
    assert (empty.vertex_count, len(empty.table)) == (0, 0)
    assert empty.table.dtypes.equals(full.table.dtypes)
    assert empty.vertices.dtypes.equals(full.vertices.dtypes)
    assert empty.gate("A", "gate_out") == -1


def test_an_unknown_commodity_and_an_impossible_month_are_refused(mini_corridor: Network) -> None:
    with pytest.raises(UnknownName, match="no commodity called 'bax'; did you mean 'box'"):
        mini_corridor.arcs("bax")
    for month in (-1, 13, 1.5, "1"):
        with pytest.raises(ParamsError, match="month"):
            mini_corridor.arcs("box", month)  # type: ignore[arg-type]


def check_shape(arcs: Arcs) -> None:
    table, vertices = arcs.table, arcs.vertices
    assert tuple(table.columns) == ARC_COLUMNS
    assert not table.isna().any().any()
    assert not vertices.isna().any().any()
    assert not vertices.duplicated().any()
    assert table["tail"].is_monotonic_increasing
    ends = table[["tail", "head"]].to_numpy()
    assert ends.min() >= 0
    assert ends.max() < arcs.vertex_count
    assert set(ends.ravel()) == set(range(arcs.vertex_count))
    numbers = table.select_dtypes("number")
    assert (numbers >= 0).all().all()
    assert np.isfinite(numbers.drop(columns="capacity_per_year")).all().all()
    whole = {
        "h": ["moving_h", "waiting_h", "procedure_h"],
        "usd": ["cost_usd_per_unit"],
        "kg": ["emission_kg_per_unit"],
    }
    for unit, parts in whole.items():
        shares = table[[name for name in GROUNDS if name.endswith(f"_{unit}")]]
        np.testing.assert_allclose(shares.sum(axis=1), table[parts].sum(axis=1))
    names = table["source_ids"].str.split(";")
    assert all(len(set(some)) == len(some) for some in names)
    assert (table["source_ids"] == "").equals(table["kind"] == "access")


def test_the_table_has_no_gap_and_is_sorted(mini_corridor: Network) -> None:
    check_shape(mini_corridor.arcs("box"))


def test_the_order_of_rows_in_the_tables_does_not_matter(mini_corridor: Network) -> None:
    turned = mini_corridor.replace(**{name: mini_corridor[name][::-1] for name in mini_corridor})
    pd.testing.assert_frame_equal(turned.arcs("box").table, mini_corridor.arcs("box").table)
    pd.testing.assert_frame_equal(turned.arcs("box").vertices, mini_corridor.arcs("box").vertices)


def test_an_arc_is_as_good_as_the_worst_row_it_comes_from(mini_corridor: Network) -> None:
    steps = mini_corridor["steps"]
    steps.loc[steps["facility_id"] == "Q.gauge", "quality"] = "claimed"
    carriage = mini_corridor["carriage"].assign(quality="estimated", source_id="S1")
    net = mini_corridor.replace(steps=steps, carriage=carriage)
    assert set(passed(net, kind="gauge_change")["quality_rank"]) == {2}
    assert set(passed(net, kind="travel")["quality_rank"]) == {3}
    assert set(passed(net, kind="border")["quality_rank"]) == {0}


def test_a_wait_names_the_sources_of_the_calendar_or_the_closures_it_comes_from(mini_corridor: Network) -> None:
    more = [{"source_id": name, "publisher": "P", "title": "T", "grade": "A"} for name in ("office", "weather")]
    net = mini_corridor.replace(
        sources=pd.concat([BASE["sources"], rows("sources", *more)]),
        calendars=mini_corridor["calendars"].assign(source_id="office", quality="claimed"),
        closures=mini_corridor["closures"].assign(source_id="weather", quality="estimated"),
    )
    door = passed(net, facility_id="S.port.sea-road", mode="road").iloc[0]
    assert (door["source_ids"], door["quality_rank"]) == ("S1;office", 2)
    sailing = passed(net, kind="service").iloc[0]
    assert (sailing["source_ids"], sailing["quality_rank"]) == ("S1;weather", 3)
    assert sailing["estimated_h"] == pytest.approx(1 / 12)  # the closure alone: 1 h in January, in the mean of the year


def test_arcs_are_expanded_once_and_cannot_be_changed_from_outside(mini_corridor: Network) -> None:
    arcs = mini_corridor.arcs("box")
    assert mini_corridor.arcs("box") is arcs
    before = arcs.array("moving_h").copy()
    table, vertices = arcs.table, arcs.vertices
    table["moving_h"] = 0.0
    table.loc[0, "kind"] = "magic"
    vertices.loc[0, "role"] = "magic"
    with pytest.raises(ValueError, match="read-only"):
        arcs.array("moving_h")[0] = 1.0
    again = mini_corridor.arcs("box")
    assert (again.array("moving_h") == before).all()
    assert "magic" not in {*again.table["kind"], *again.vertices["role"]}
