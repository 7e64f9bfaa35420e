"""The route engine against answers known by hand, by brute force, by another solver and by simulation."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.stats import gamma

import kervan as kv
from conftest import link, network, node, rows
from kervan.arcs import Arcs
from kervan.engines._graph import Graph, criteria, graph_of, nondominated, snapped
from kervan.engines._labels import pareto_paths
from kervan.engines._reliability import least_hours, quantiles
from kervan.engines.least import least_cost, matrix, totals
from kervan.network import Network
from kervan.result import Result


def route(net: Network, origin: str, destination: str, **more: object) -> Result:
    return kv.run(net, "route", kv.RouteParams(origin=origin, destination=destination, commodity_id="box", **more))


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────


def test_two_routes_by_hand(two_routes: Network) -> None:
    found = route(two_routes, "A", "B")["itineraries"]
    # rail 400 km / 50 km/h = 8 h, 0.5 USD/km, 10 t x 400 km x 0.02 kg; road 300 / 75 = 4 h, 1.5 USD/km, 10 x 300 x 0.08
    assert found["hours_mean"].tolist() == pytest.approx([8.0, 4.0])
    assert found["cost_usd"].tolist() == pytest.approx([200.0, 450.0])
    assert found["emission_kg"].tolist() == pytest.approx([80.0, 240.0])
    # At 2 USD/h: 200 + 16 and 450 + 8; both are on the Pareto set.
    assert found["generalised_cost_usd"].tolist() == pytest.approx([216.0, 458.0])
    assert found["is_pareto"].tolist() == [True, True]
    assert found["label"].tolist() == ["Train", "Truck"]
    assert found["emission_scope"].tolist() == ["wtw", "ttw"]


def test_a_high_value_of_time_turns_the_order(two_routes: Network) -> None:
    # The truck saves 4 h for 250 USD: worth it above 62.5 USD/h.
    dear = route(two_routes, "A", "B", value_of_time_usd_per_unit_h=62.6)["itineraries"]
    cheap = route(two_routes, "A", "B", value_of_time_usd_per_unit_h=62.4)["itineraries"]
    assert dear["label"].iloc[0] == "Truck"
    assert cheap["label"].iloc[0] == "Train"


def test_the_corridor_by_hand(mini_corridor: Network) -> None:
    result = route(mini_corridor, "A", "T")
    row = result["itineraries"].iloc[0]
    # 100, 10 and 350 km at 50 km/h; 200 km at 25; 180 km at 60.
    assert row["hours_moving"] == pytest.approx(2 + 0.2 + 7 + 8 + 3)
    # Post P 3 h; ferry ½·48·(1 + 1²); closed 10 of 100 h in one month of twelve: 0.1·10/12; the office at S is shut
    # four nights of 14 h and a weekend of 62 h: Σ c² / (2·168).
    office = (4 * 14**2 + 62**2) / (2 * 168)
    assert row["hours_waiting"] == pytest.approx(3 + 48 + 1 / 12 + office)
    # P 2; Q ½·5 + ½·1; yard 4; port R 6; ferry 3 + 2; port S 2.
    assert row["hours_procedure"] == pytest.approx(2 + 3 + 4 + 6 + 5 + 2)
    # Rail 460 km at 0.5; post P 1 USD/t on 10 t; ferry 200 km at 0.2 and 8 USD/t; road 180 km at 1.5.
    assert row["cost_usd"] == pytest.approx(230 + 10 + 40 + 80 + 270)
    # 10 t: rail 460 km at 0.02, ferry 200 km at 0.01, road 180 km at 0.08.
    assert row["emission_kg"] == pytest.approx(92 + 20 + 144)
    assert row["length_km"] == pytest.approx(840)
    assert row["label"] == "Q – R – S"
    kinds = ["travel", "border", "travel", "border", "gauge_change", "travel", "port", "service", "port", "travel"]
    assert result["stages"]["kind"].tolist() == kinds
    assert result["stages"]["country_code"].tolist() == ["AA", "AA", "AA", "BB", "BB", "BB", "BB", "XZ", "CC", "CC"]


def test_the_month_of_departure_sets_the_wait_for_the_weather(mini_corridor: Network) -> None:
    # In January the ferry is shut a tenth of the time for 10 h more on average: 1 h; in July never.
    waits = {m: float(route(mini_corridor, "A", "T", depart=m)["itineraries"]["hours_waiting"].iloc[0])
             for m in ("2026-01", "2026-07-31T12:00")}  # fmt: skip
    assert waits["2026-01"] - waits["2026-07-31T12:00"] == pytest.approx(1.0)


def test_a_third_way_that_is_dominated_comes_last_and_is_marked() -> None:
    # Two railways by way of C and D, the second longer in every respect, so only a penalty finds it.
    net = network(
        nodes=rows("nodes", *(node(name, lon=50 + place / 10) for place, name in enumerate("ACDB"))),
        links=rows("links", *(link(a, b, length_km=km) for a, b, km in
                              (("A", "C", 100.0), ("C", "B", 100.0), ("A", "D", 110.0), ("D", "B", 110.0)))),
    )  # fmt: skip
    result = route(net, "A", "B")
    assert result["itineraries"]["length_km"].tolist() == pytest.approx([200.0, 220.0])
    assert result["itineraries"]["is_pareto"].tolist() == [True, False]
    assert result["front"]["itinerary"].tolist() == [1]
    assert len(route(net, "A", "B", stretch=1.05)["itineraries"]) == 1  # 10 % dearer is too much then
    assert len(route(net, "A", "B", alternatives=1)["itineraries"]) == 1


# ── brute force ─────────────────────────────────────────────────────────────────────────────────────


def random_graph(seed: int, vertices: int = 7, arcs: int = 18) -> Graph:
    """Return a graph with parallel arcs, loops and zero costs; small whole costs, so that ties are common."""
    random = np.random.default_rng(seed)
    tail, head = random.integers(0, vertices, arcs), random.integers(0, vertices, arcs)
    order = np.lexsort((head, tail))
    tail, head = tail[order], head[order]
    whole = random.integers(0, 3 if seed % 2 else 8, (arcs, 3)).astype(float)
    cost = snapped(whole if seed % 2 else whole + random.random((arcs, 3)))
    return Graph(vertices, np.searchsorted(tail, np.arange(vertices + 1)), tail, head, np.arange(arcs), cost)


def every_simple_path(graph: Graph, start: int, goal: int) -> NDArray[np.float64]:
    """Return the costs of every simple path, by trying all."""
    costs: list[NDArray[np.float64]] = []

    def walk(here: int, seen: frozenset[int], cost: NDArray[np.float64]) -> None:
        if here == goal:
            costs.append(cost)
            return
        for arc in range(graph.indptr[here], graph.indptr[here + 1]):
            there = int(graph.head[arc])
            if there not in seen:
                walk(there, seen | {there}, cost + graph.cost[arc])

    walk(start, frozenset({start}), np.zeros(3))
    return np.array(costs).reshape(-1, 3)


def dominated_by_another(points: NDArray[np.float64], place: int) -> bool:
    """Return, from the definition, whether another point is no worse in all and better in one, or equal and earlier."""
    no_worse = (points <= points[place]).all(axis=1)
    better = (points < points[place]).any(axis=1)
    return bool((no_worse & (better | (np.arange(len(points)) < place))).any())


def pareto_points(graph: Graph, start: int, goal: int, epsilon: float = 0.0) -> NDArray[np.float64]:
    rest = np.column_stack([graph.distance_to(graph.cost[:, number], goal) for number in range(3)])
    paths = pareto_paths(graph, start, goal, rest, np.full(3, np.inf), epsilon)
    return np.array([graph.cost[path].sum(axis=0) for path in paths]).reshape(-1, 3)


@pytest.mark.parametrize("seed", range(150))
def test_the_pareto_set_is_that_of_brute_force(seed: int) -> None:
    graph = random_graph(seed)
    every = every_simple_path(graph, 0, 6)
    wanted = [tuple(point) for place, point in enumerate(every) if not dominated_by_another(every, place)]
    # Costs are snapped to a power of two, so sums are exact and the sets are equal, not just close.
    assert sorted(map(tuple, pareto_points(graph, 0, 6))) == sorted(wanted)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("epsilon", [0.05, 0.5])
def test_an_epsilon_set_covers_the_pareto_set(seed: int, epsilon: float) -> None:
    graph = random_graph(seed, vertices=9, arcs=40)
    exact, cover = pareto_points(graph, 0, 8), pareto_points(graph, 0, 8, epsilon)
    assert len(cover) <= len(exact)
    for point in exact:
        assert (cover <= point * (1 + epsilon) + 1e-12).all(axis=1).any()


@pytest.mark.parametrize("seed", range(30))
def test_nondominated_is_the_definition(seed: int) -> None:
    points = np.random.default_rng(seed).integers(0, 6, (40, 3)).astype(float)
    wanted = [not dominated_by_another(points, place) for place in range(len(points))]
    assert nondominated(points).tolist() == wanted


def test_brute_force_on_a_network_with_a_choice_of_vehicle_at_every_place() -> None:
    # A chain of five links, each by rail or road, with a transload at every place: 2 ** 5 ways.
    names, random = "ABCDEF", np.random.default_rng(3)
    links, places = [], [node(name, lon=50 + place / 10) for place, name in enumerate(names)]
    for start, end in pairwise(names):
        links += [link(start, end, mode, length_km=float(random.uniform(50, 150)),
                       speed_km_per_h=float(random.uniform(20, 90))) for mode in ("rail", "road")]  # fmt: skip
    yards = [{"facility_id": f"{name}.yard", "node_id": name, "name": name, "kind": "transload", "from_mode": "rail",
              "to_mode": "road", "direction": "both"} for name in names]  # fmt: skip
    steps = [{"facility_id": f"{name}.yard", "step_no": 1, "name": "Lift", "kind": "crane", "service_h": 1.0,
              "cost_usd_per_t": 0.5} for name in names]  # fmt: skip
    net = network(nodes=rows("nodes", *places), links=rows("links", *links), facilities=rows("facilities", *yards),
                  steps=rows("steps", *steps))  # fmt: skip
    usd, kg = {"rail": 0.5, "road": 1.5}, {"rail": 0.02, "road": 0.08}
    ways = []
    for choice in range(2**5):
        modes = ["rail" if choice >> place & 1 else "road" for place in range(5)]
        total = np.zeros(3)
        for place, mode in enumerate(modes):
            way = links[2 * place + (mode == "road")]
            km = way["length_km"]
            total += [km / way["speed_km_per_h"], usd[mode] * km, kg[mode] * 10 * km]
            total += [1.0, 5.0, 0.0] if place and modes[place - 1] != mode else [0, 0, 0]
        ways.append(total)
    every = np.array(ways)
    wanted = every[[not dominated_by_another(every, place) for place in range(len(every))]]
    front = route(net, "A", "F")["front"][["hours_mean", "cost_usd", "emission_kg"]].to_numpy()
    assert front[np.lexsort(front.T)] == pytest.approx(wanted[np.lexsort(wanted.T)])


# ── another solver ──────────────────────────────────────────────────────────────────────────────────


def scipy_distances(arcs: Arcs, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return all distances by scipy, built without any code of the engine; a zero kept explicitly is an arc."""
    least: dict[tuple[int, int], float] = {}
    for tail, head, value in zip(arcs.array("tail"), arcs.array("head"), weight, strict=True):
        least[int(tail), int(head)] = min(float(value), least.get((int(tail), int(head)), math.inf))
    shape = (arcs.vertex_count, arcs.vertex_count)
    return np.asarray(dijkstra(coo_array((list(least.values()), tuple(zip(*least, strict=True))), shape=shape).tocsr()))


def hours_of(arcs: Arcs) -> NDArray[np.float64]:
    return np.asarray(arcs.array("moving_h") + arcs.array("waiting_h") + arcs.array("procedure_h"))


@pytest.mark.parametrize("by", ["hours", "cost", "emission", "length"])
def test_single_criterion_results_equal_scipy(mini_corridor: Network, by: str) -> None:
    arcs = mini_corridor.arcs("box")
    weight = {"hours": hours_of(arcs), "cost": arcs.array("cost_usd_per_unit"),
              "emission": arcs.array("emission_kg_per_unit"), "length": arcs.array("length_km")}[by]  # fmt: skip
    measure = {"hours": "hours_mean", "cost": "cost_usd", "emission": "emission_kg", "length": "length_km"}[by]
    wanted = scipy_distances(arcs, weight)
    for origin in "APQRST":
        for destination in "APQRST":
            if origin == destination:
                continue
            start, goal = arcs.gate(origin, "gate_out"), arcs.gate(destination, "gate_in")
            params = kv.RouteParams(origin=origin, destination=destination, commodity_id="box")
            assert totals(mini_corridor, params, by)[measure] == pytest.approx(wanted[start, goal])  # type: ignore[arg-type]


def test_the_matrix_equals_scipy(mini_corridor: Network) -> None:
    arcs = mini_corridor.arcs("box")
    wanted = scipy_distances(arcs, arcs.array("cost_usd_per_unit") + 2.0 * hours_of(arcs))
    frame = matrix(mini_corridor, "box", list("APQRST"), list("TSRQPA"))
    assert frame["origin_node_id"].tolist() == [name for name in "APQRST" for _ in range(6)]
    for row in frame.to_dict("records"):
        start, goal = arcs.gate(row["origin_node_id"], "gate_out"), arcs.gate(row["destination_node_id"], "gate_in")
        is_same = row["origin_node_id"] == row["destination_node_id"]
        assert row["status"] == ("same place" if is_same else "ok")
        assert row["generalised_cost_usd"] == pytest.approx(0.0 if is_same else wanted[start, goal])
        priced = row["cost_usd"] + 2.0 * row["hours_mean"]
        assert row["generalised_cost_usd"] == pytest.approx(priced)


def test_parallel_ways_are_not_added_up_and_free_ones_are_not_lost() -> None:
    # Two railways between the same places (a sparse matrix would add them) and one that takes no time at all.
    net = network(
        nodes=rows("nodes", node("A"), node("B", lon=50.5), node("C", lon=50.6)),
        links=rows("links", link("A", "B", length_km=100.0), link("A", "B", length_km=80.0) | {"link_id": "second"},
                   link("B", "C", length_km=20.0, speed_km_per_h=1e9)),
        carriage=rows("carriage", {"carriage_id": "free", "commodity_id": "box", "vehicle_kind": "train",
                                   "cost_usd_per_unit_km": 0.0}),
    )  # fmt: skip
    row = least_cost(net, "box", "A").set_index("destination_node_id").loc["C"]
    assert row["length_km"] == pytest.approx(100.0)
    assert row["hours_mean"] == pytest.approx(80 / 50 + 20e-9)
    assert row["cost_usd"] == 0.0


def test_snapping_moves_no_cost_by_more_than_a_rounding_error_and_makes_sums_exact() -> None:
    cost = np.random.default_rng(5).lognormal(3, 3, (500, 3))
    near = snapped(cost)
    assert np.abs(near - cost).max() <= cost.sum(axis=0).max() * 2.0**-50
    for _ in range(20):
        order = np.random.default_rng(6).permutation(500)
        assert (near[order].cumsum(axis=0)[-1] == near.cumsum(axis=0)[-1]).all()


def test_lower_bounds_are_exact_on_the_graph(mini_corridor: Network) -> None:
    arcs = mini_corridor.arcs("box")
    graph = graph_of(arcs)
    assert (graph.cost == criteria(arcs)).all()
    goal = arcs.gate("T", "gate_in")
    hours = graph.distance_to(graph.cost[:, 0], goal)
    reached = np.isfinite(hours[graph.head])
    assert (graph.cost[reached, 0] + hours[graph.head[reached]] - hours[graph.tail[reached]] >= 0).all()


# ── reliability ─────────────────────────────────────────────────────────────────────────────────────


def test_equal_exponential_stages_give_the_erlang_law() -> None:
    # Four exponential stages of 6 h: gamma of shape 4 and scale 6, and the approximation is exact.
    wanted = gamma.ppf([0.1, 0.5, 0.9], 4, scale=6.0)
    assert quantiles([6.0] * 4, [6.0] * 4, (0.1, 0.5, 0.9)) == pytest.approx(wanted)
    assert least_hours([6.0] * 4, [6.0] * 4) == pytest.approx(0.0)


def test_certain_stages_shift_the_law() -> None:
    wanted = 100.0 + gamma.ppf([0.5, 0.9], 1, scale=10.0)
    assert quantiles([100.0, 10.0], [0.0, 10.0], (0.5, 0.9)) == pytest.approx(wanted)
    assert quantiles([3.0, 4.0], [0.0, 0.0], (0.5, 0.9)).tolist() == [7.0, 7.0]


@pytest.mark.parametrize("case", ["mini_corridor", "many small", "one long wait", "mixed"])
def test_quantiles_agree_with_monte_carlo_of_the_same_stages(case: str, mini_corridor: Network) -> None:
    random = np.random.default_rng(11)
    stages = {
        "many small": (np.full(30, 5.0), np.full(30, 2.0)),
        "one long wait": (np.array([20.0, 48.0, 6.0]), np.array([2.0, 48.0, 3.0])),
        "mixed": (random.uniform(1, 60, 14), random.uniform(0.1, 25, 14)),
    }
    if case == "mini_corridor":
        frame = route(mini_corridor, "A", "T")["stages"]
        mean = frame[["hours_moving", "hours_waiting", "hours_procedure"]].sum(axis=1).to_numpy()
        sd = frame["hours_sd"].to_numpy()
    else:
        mean, sd = stages[case]
    count = 200_000
    draws = sum(random.gamma((m / s) ** 2, s**2 / m, count) for m, s in zip(mean, sd, strict=True))
    ordered = np.sort(np.asarray(draws))
    for chance in (0.5, 0.9):
        # Distribution-free 99.9 % interval of the sample quantile: order statistics n p ± 3.29 sqrt(n p (1 - p)).
        half = 3.29 * math.sqrt(count * chance * (1 - chance))
        low, high = ordered[int(count * chance - half)], ordered[int(count * chance + half)]
        model = float(quantiles(mean, sd, (chance,))[0])
        # Three moments do not make a law: up to 1.5 % of the total may be the approximation's own.
        own = 0.015 * mean.sum()
        assert low - own <= model <= high + own


def test_the_shift_is_never_negative() -> None:
    random = np.random.default_rng(2)
    for _ in range(200):
        count = int(random.integers(1, 12))
        mean, sd = random.uniform(0.01, 50, count), random.uniform(0, 80, count)
        assert 0.0 <= least_hours(mean, sd) <= mean.sum()
