"""Speed and memory of the route engine, beside `scipy.sparse.csgraph.dijkstra`.

Run from the root of a checkout::

    python -m benchmarks.route          # every case, each in a process of its own
    python -m benchmarks.route tree     # one case, in this process
    python -m benchmarks.route --json
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import kervan as kv
from benchmarks._measure import Figure, from_json, interleaved, memory, milliseconds, peak_of_process, ratio, show
from kervan.engines._graph import Graph, graph_of
from kervan.engines._labels import pareto_paths
from kervan.engines.least import least_cost, matrix
from kervan.engines.route import limits, posed, prices

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
SIDE = 500  # a grid of 250,000 places
SEED = 20261125
DESTINATIONS = {"Poti": "GE_POTI", "Istanbul": "TR_ISTANBUL", "Budapest": "HU_BUDAPEST"}


# ── the grid ────────────────────────────────────────────────────────────────────────────────────────


def edges() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the ends and lengths, 1 to 3 km, of the ways between neighbours of the grid, each once."""
    place = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    start = np.concatenate([place[:, :-1].ravel(), place[:-1].ravel()])
    end = np.concatenate([place[:, 1:].ravel(), place[1:].ravel()])
    return start, end, np.random.default_rng(SEED).uniform(1.0, 3.0, len(start))


def grid_graph() -> tuple[Graph, NDArray[np.float64]]:
    """Return the grid, every way in both directions, and the weights of its arcs."""
    start, end, length = edges()
    tail, head, weight = np.concatenate([start, end]), np.concatenate([end, start]), np.tile(length, 2)
    order = np.lexsort((head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    indptr = np.searchsorted(tail, np.arange(SIDE * SIDE + 1))
    cost = np.column_stack([weight, weight, weight])
    return Graph(SIDE * SIDE, indptr, tail, head, np.arange(len(tail)), cost), weight


def grid_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of a network that is the grid: one vehicle, 1 USD a km and 1 USD an hour at 50 km/h."""
    start, end, length = edges()
    common = {"source_id": "S1", "quality": "estimated"}
    names = np.array([f"N{place}" for place in range(SIDE * SIDE)], dtype=object)
    degrees = 0.005 * np.arange(SIDE)  # some 0.56 km apart: no way is shorter than the straight line

    def one(**row: Any) -> pd.DataFrame:
        return pd.DataFrame([row])

    return {
        "sources": one(source_id="S1", publisher="Benchmark", title="Random grid", grade="D"),
        "modes": one(mode="road", name="Road", **common),
        "vehicle_kinds": one(
            vehicle_kind="truck", mode="road", name="Truck", emission_kg_per_t_km=0.1, emission_scope="wtw", **common
        ),
        "commodities": one(
            commodity_id="box", name="Box", unit="TEU", mass_t_per_unit=10.0, value_of_time_usd_per_unit_h=1.0, **common
        ),
        "carriage": one(
            carriage_id="box.truck", commodity_id="box", vehicle_kind="truck", cost_usd_per_unit_km=1.0, **common
        ),
        "nodes": pd.DataFrame(
            {
                "node_id": names, "name": names, "kind": "city", "country_code": "AA",
                "lon_deg": np.tile(degrees, SIDE), "lat_deg": np.repeat(degrees, SIDE), **common,
            }
        ),
        "links": pd.DataFrame(
            {
                "link_id": [f"L{link}" for link in range(len(start))], "from_node_id": names[start],
                "to_node_id": names[end], "mode": "road", "length_km": length, "speed_km_per_h": 50.0,
                "time_cv_frac": 0.1, "direction": "both", **common,
            }
        ),
    }  # fmt: skip


# ── the cases ───────────────────────────────────────────────────────────────────────────────────────


def tree() -> list[Figure]:
    """Go from one to all on arrays: `Graph.tree`, its matrix included, beside the peer on a finished matrix."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    graph, weight = grid_graph()
    ready = csr_array((weight, graph.head, graph.indptr), shape=(SIDE * SIDE, SIDE * SIDE))
    ours, theirs = graph.tree(weight, 0).distance, dijkstra(ready, indices=0)
    assert np.isfinite(theirs).all()
    assert (ours == theirs).all(), "the distances differ from the peer's"
    taken = interleaved(
        {
            "matrix": lambda: graph.matrix(weight),
            "kervan": lambda: graph.tree(weight, 0),
            "scipy": lambda: dijkstra(ready, indices=0),
        }
    )
    return [
        milliseconds("grid, one to all: Graph.tree", taken["kervan"]),
        milliseconds("grid, one to all: of it building the matrix", taken["matrix"]),
        milliseconds("grid, one to all: scipy, matrix ready", taken["scipy"]),
        ratio("grid, one to all: Graph.tree / scipy", taken["kervan"], taken["scipy"], bar=1.3),
        *memory("grid, one to all: Graph.tree", lambda: graph.tree(weight, 0)),
        *memory("grid, one to all: scipy", lambda: dijkstra(ready, indices=0)),
    ]


def network() -> list[Figure]:
    """Go from one to all through the front door: `least_cost` on tables, beside the peer on bare arrays."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    made: dict[str, Any] = {"tables": grid_tables()}
    checking = _once("check the tables", lambda: made.update(net=kv.Network.of(**made.pop("tables"))))
    net: kv.Network = made["net"]
    expanding = _once("expand the arcs", lambda: net.arcs("box"))
    graph, weight = grid_graph()
    ready = csr_array((weight * (1.0 + 1.0 / 50.0), graph.head, graph.indptr), shape=(SIDE * SIDE, SIDE * SIDE))
    found = least_cost(net, "box", "N0")["generalised_cost_usd"].to_numpy()
    assert np.allclose(found, dijkstra(ready, indices=0), rtol=1e-9), "the costs differ from the peer's"
    expanded = graph_of(net.arcs("box"))
    wide, gate = expanded.matrix(expanded.cost @ np.array([1.0, 1.0, 0.0])), net.arcs("box").gate("N0", "gate_out")
    taken = interleaved(
        {
            "kervan": lambda: least_cost(net, "box", "N0"),
            "scipy": lambda: dijkstra(ready, indices=0),
            "expanded": lambda: dijkstra(wide, indices=gate),
        },
        repeats=7,
    )
    return [
        checking,
        expanding,
        milliseconds("grid as a network: least_cost, arcs expanded", taken["kervan"]),
        milliseconds("grid as a network: scipy on the 250,000 vertices of the grid", taken["scipy"]),
        milliseconds(f"grid as a network: scipy on the {wide.shape[0]:,} expanded vertices", taken["expanded"]),
        ratio("grid as a network: least_cost / scipy on the grid", taken["kervan"], taken["scipy"]),
        ratio("grid as a network: least_cost / scipy on the expanded", taken["kervan"], taken["expanded"]),
        *peak_of_process("grid as a network"),
        *memory("grid as a network: least_cost", lambda: least_cost(net, "box", "N0")),
    ]


def _once(name: str, call: Callable[[], Any]) -> Figure:
    start = time.perf_counter()
    call()
    return Figure(f"grid as a network: {name}", "s", (time.perf_counter() - start,))


def pareto() -> list[Figure]:
    """Ask the three-criteria questions of the report's first page, on the shipped corridor, its arcs expanded."""
    net = kv.load("trans_caspian")
    questions = {
        name: kv.RouteParams(
            origin="CN_XIAN", destination=place, commodity_id="container", quantity=2.0, depart="2025-05"
        )
        for name, place in DESTINATIONS.items()
    }
    calls: dict[str, Callable[[], Any]] = {}
    for name, question in questions.items():
        calls[name] = partial(kv.run, net, "route", question)
        calls[f"{name}, search"] = partial(_search, net, question)
    taken = interleaved(calls, repeats=50)
    gc.disable()  # to tell how much of the longest answers is the interpreter's garbage collector
    calm = interleaved({name: calls[name] for name in questions}, repeats=50)
    gc.enable()
    found = {name: kv.run(net, "route", question)["front"] for name, question in questions.items()}
    assert all(len(_search(net, questions[name])) >= len(front) for name, front in found.items())
    bar = 20.0
    return [
        *(milliseconds(f"Pareto, Xi'an to {name}: kv.run", taken[name], bar) for name in questions),
        *(
            milliseconds(f"Pareto, Xi'an to {name}: search alone, {len(found[name])} points", taken[f"{name}, search"])
            for name in questions
        ),
        *(milliseconds(f"Pareto, Xi'an to {name}: kv.run, garbage collector off", calm[name]) for name in questions),
        *peak_of_process("Pareto"),
        *memory("Pareto, Xi'an to Istanbul: kv.run", calls["Istanbul"]),
    ]


def _search(net: kv.Network, question: kv.RouteParams) -> list[list[int]]:
    """Return the Pareto set as bare paths: the graph of the question, three trees of lower bounds, the labels."""
    asked = posed(net, question)
    rest = np.column_stack([asked.graph.distance_to(asked.graph.cost[:, number], asked.goal) for number in range(3)])
    return pareto_paths(asked.graph, asked.start, asked.goal, rest, limits(question))


def table() -> list[Figure]:
    """Take a hundred by a hundred places of the shipped corridor by generalised cost, its arcs expanded."""
    from scipy.sparse.csgraph import dijkstra

    net = kv.load("trans_caspian")
    arcs = net.arcs("container")
    carried = [
        name for name in net["nodes"]["node_id"] if min(arcs.gate(name, "gate_out"), arcs.gate(name, "gate_in")) >= 0
    ]
    places = [carried[number] for number in np.linspace(0, len(carried) - 1, 100).astype(int)]
    graph, roots = graph_of(arcs), [arcs.gate(name, "gate_out") for name in places]
    terms = kv.RouteParams(origin="CN_XIAN", destination="GE_POTI", commodity_id="container")
    ready = graph.matrix(graph.cost @ prices(net, terms))
    found = matrix(net, "container", places, places)["generalised_cost_usd"].to_numpy().reshape(100, 100)
    goals = [arcs.gate(name, "gate_in") for name in places]
    expected = dijkstra(ready, indices=roots)[:, goals]
    np.fill_diagonal(expected, 0.0)
    assert np.allclose(found, expected, rtol=1e-9), "the costs differ from the peer's"
    taken = interleaved(
        {
            "kervan": lambda: matrix(net, "container", places, places),
            "scipy": lambda: dijkstra(ready, indices=roots, return_predecessors=True),
        }
    )
    return [
        milliseconds("matrix 100 x 100: least.matrix", taken["kervan"], bar=300.0),
        milliseconds("matrix 100 x 100: scipy, costs and predecessors alone", taken["scipy"]),
        ratio("matrix 100 x 100: least.matrix / scipy", taken["kervan"], taken["scipy"]),
        *peak_of_process("matrix 100 x 100"),
        *memory("matrix 100 x 100: least.matrix", lambda: matrix(net, "container", places, places)),
    ]


CASES = {"tree": tree, "network": network, "pareto": pareto, "matrix": table}


def apart(case: str) -> list[Figure]:
    """Measure a case in a process of its own, so that none inherits the memory of another."""
    command = [sys.executable, "-m", "benchmarks.route", case, "--json"]
    return from_json(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)


def measure() -> list[Figure]:
    """Return the figures of every case."""
    return [figure for case in CASES for figure in apart(case)]


def main() -> None:
    chosen = [word for word in sys.argv[1:] if word != "--json"]
    if unknown := [word for word in chosen if word not in CASES]:
        raise SystemExit(f"no case called {unknown[0]!r}; there are {', '.join(CASES)}")
    show([figure for case in chosen for figure in CASES[case]()] if chosen else measure())


if __name__ == "__main__":
    main()
