"""Least-cost answers: the best itinerary by one measure alone, and many origins and destinations at once.

These are plain shortest paths, so `scipy.sparse.csgraph.dijkstra` finds them; what is added here is what each
tree carries along its ways: hours, money, emissions and kilometres.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from kervan.engines._graph import Graph, graph_of
from kervan.engines._itineraries import framed
from kervan.engines._reasons import no_path
from kervan.engines.route import Posed, RouteParams, barred_kinds, check_places, posed, prices
from kervan.schema import Column, Table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from kervan.network import Network

__all__ = ["MATRIX", "least_cost", "matrix", "totals", "totals_if_any"]

By = Literal["hours", "cost", "emission", "length", "generalised"]

_PLACES: Final = (
    Column("origin_node_id", "id", "From where."),
    Column("destination_node_id", "id", "To where."),
    Column(
        "status", "choice", "Whether there is a way, and if not why; the numbers are infinite then.",
        choices=("ok", "same place", "no path", "not carried at origin", "not carried at destination"),
    ),
)  # fmt: skip

#: What `matrix` and `least_cost` return, for one unit of the commodity.
MATRIX: Final = Table("matrix", ("origin_node_id", "destination_node_id"), "the least-cost way between two places", (
    *_PLACES,
    Column("generalised_cost_usd", "float", "Cost, hours at the value of time, emissions at the carbon price.",
           unit="USD", at_least=0),
    Column("hours_mean", "float", "Mean door-to-door hours of that way.", unit="h", at_least=0),
    Column("cost_usd", "float", "Its freight, fares and charges.", unit="USD", at_least=0),
    Column("emission_kg", "float", "Its greenhouse gases.", unit="kg CO2e", at_least=0),
    Column("length_km", "float", "Its length.", unit="km", at_least=0),
))  # fmt: skip
_MEASURES: Final = ("generalised_cost_usd", "hours_mean", "cost_usd", "emission_kg", "length_km")


def totals(net: Network, params: RouteParams, by: By) -> dict[str, float]:
    """Return the totals of the itinerary that is least in one measure alone.

    Parameters
    ----------
    net
        The network.
    params
        The question; its bounds, alternatives and epsilon do not matter here.
    by
        What is to be least.

    Returns
    -------
    dict
        ``hours_mean, cost_usd, emission_kg, length_km, generalised_cost_usd`` of the whole consignment.

    Raises
    ------
    NoPath
        When there is none; the message says why.
    """
    asked = posed(net, params)
    found = _totals(net, params, asked, by)
    if found is None:
        raise no_path(net, asked.arcs, asked.question, np.full(3, np.inf), params.quantity)
    return found


def totals_if_any(net: Network, params: RouteParams, by: By) -> dict[str, float] | None:
    """Return what `totals` does, and None where there is no itinerary: cheaper where the reason does not matter."""
    return _totals(net, params, posed(net, params), by)


def _totals(net: Network, params: RouteParams, asked: Posed, by: By) -> dict[str, float] | None:
    graph, start, goal = asked.graph, asked.start, asked.goal
    price, length = prices(net, params), asked.arcs.array("length_km")[graph.arc]
    weights: dict[By, NDArray[np.float64]] = {
        "hours": graph.cost[:, 0],
        "cost": graph.cost[:, 1],
        "emission": graph.cost[:, 2],
        "length": length,
        "generalised": graph.cost @ price,
    }
    path = graph.tree(weights[by], start).path(goal) if min(start, goal) >= 0 else []
    if not path:
        return None
    hours, cost, emission = graph.cost[path].sum(axis=0).tolist()
    return {
        "hours_mean": hours,
        "cost_usd": cost * params.quantity,
        "emission_kg": emission * params.quantity,
        "length_km": float(length[path].sum()),
        "generalised_cost_usd": float(graph.cost[path].sum(axis=0) @ price) * params.quantity,
    }


def matrix(
    net: Network,
    commodity_id: str,
    origins: Sequence[str],
    destinations: Sequence[str],
    *,
    depart: str | None = None,
    vehicle_kinds: Sequence[str] = (),
    value_of_time_usd_per_unit_h: float | None = None,
    carbon_price_usd_per_t: float = 0.0,
) -> pd.DataFrame:
    """Return the ways of least generalised cost from every origin to every destination.

    Parameters
    ----------
    net
        The network.
    commodity_id
        What is sent; the numbers are for one unit of it.
    origins, destinations
        Places, by ``node_id``.
    depart, vehicle_kinds, value_of_time_usd_per_unit_h, carbon_price_usd_per_t
        As in `kervan.RouteParams`.

    Returns
    -------
    pandas.DataFrame
        Columns of `MATRIX`, origin by origin in the order given; where there is no way ``status`` says why
        and the numbers are infinite.

    Raises
    ------
    UnknownName
        When a place, commodity or vehicle kind is not in the network.
    """
    terms = RouteParams(
        origin="*", destination="**", commodity_id=commodity_id, depart=depart, vehicle_kinds=tuple(vehicle_kinds),
        value_of_time_usd_per_unit_h=value_of_time_usd_per_unit_h, carbon_price_usd_per_t=carbon_price_usd_per_t,
    )  # fmt: skip
    check_places(net, *origins, *destinations)
    arcs = net.arcs(commodity_id, terms.month)
    graph = graph_of(arcs, without_kinds=barred_kinds(net, terms.vehicle_kinds))
    starts = np.array([arcs.gate(name, "gate_out") for name in origins], dtype=np.int64)
    goals = np.array([arcs.gate(name, "gate_in") for name in destinations], dtype=np.int64)
    reached = _carried(graph, graph.cost @ prices(net, terms), arcs.array("length_km")[graph.arc], starts, goals)
    return _matrix_table(origins, destinations, starts, goals, reached)


def least_cost(
    net: Network,
    commodity_id: str,
    origin: str,
    *,
    depart: str | None = None,
    vehicle_kinds: Sequence[str] = (),
    value_of_time_usd_per_unit_h: float | None = None,
    carbon_price_usd_per_t: float = 0.0,
) -> pd.DataFrame:
    """Return the ways of least generalised cost from one place to every place.

    Parameters
    ----------
    net, commodity_id
        As in `matrix`.
    origin
        A place, by ``node_id``.
    depart, vehicle_kinds, value_of_time_usd_per_unit_h, carbon_price_usd_per_t
        As in `kervan.RouteParams`.

    Returns
    -------
    pandas.DataFrame
        As `matrix`, a row for every node in the order of the table.
    """
    return matrix(
        net, commodity_id, [origin], net["nodes"]["node_id"].tolist(), depart=depart, vehicle_kinds=vehicle_kinds,
        value_of_time_usd_per_unit_h=value_of_time_usd_per_unit_h, carbon_price_usd_per_t=carbon_price_usd_per_t,
    )  # fmt: skip


def _carried(
    graph: Graph, weight: NDArray[np.float64], length: NDArray[np.float64], starts: NDArray[np.int64],
    goals: NDArray[np.int64],
) -> NDArray[np.float64]:  # fmt: skip
    """Return weight, hours, USD, kg and km of the least way for every (start, goal); infinite where there is none."""
    from scipy.sparse.csgraph import dijkstra

    answer = np.full((len(starts), len(goals), len(_MEASURES)), np.inf)
    known, ends = np.flatnonzero(starts >= 0), np.flatnonzero(goals >= 0)
    if not len(known) or not len(ends):
        return answer
    roots, back = np.unique(starts[known], return_inverse=True)
    _, before = dijkstra(graph.matrix(weight), indices=roots, return_predecessors=True)
    values = np.column_stack([weight, graph.cost, length])
    sums = _along(graph, weight, values, before, roots)[:, goals[ends]]
    answer[np.ix_(known, ends)] = sums[back]
    return answer


def _along(
    graph: Graph, weight: NDArray[np.float64], values: NDArray[np.float64], before: NDArray[np.int32],
    roots: NDArray[np.int64],
) -> NDArray[np.float64]:  # fmt: skip
    """Return the sums of arc values from the root to every vertex of each tree; infinite outside the tree.

    Pointers are doubled: each round adds what the ancestor has gathered and takes the ancestor's ancestor,
    so a way of ``n`` arcs takes ``log2 n`` rounds.
    """
    tree_count, count = before.shape
    flat = before.astype(np.int64).ravel()
    vertex = np.tile(np.arange(count), tree_count)
    offset = np.repeat(np.arange(tree_count) * count, count)
    itself = np.arange(len(flat))
    is_inside = flat >= 0
    sums = np.zeros((len(flat), values.shape[1]))
    sums[is_inside] = values[graph.lightest_arcs(weight, flat[is_inside], vertex[is_inside])]
    ancestor = np.where(is_inside, flat + offset, itself)
    while True:
        further = ancestor[ancestor]
        sums += np.where((ancestor != itself)[:, None], sums[ancestor], 0.0)
        if (further == ancestor).all():
            break
        ancestor = further
    is_inside[np.arange(tree_count) * count + roots] = True
    sums[~is_inside] = np.inf
    return sums.reshape(tree_count, count, -1)


def _matrix_table(
    origins: Sequence[str], destinations: Sequence[str], starts: NDArray[np.int64], goals: NDArray[np.int64],
    reached: NDArray[np.float64],
) -> pd.DataFrame:  # fmt: skip
    """Return the long table of an array (origin, destination, measure)."""
    start, goal = np.repeat(starts, len(destinations)), np.tile(goals, len(origins))
    origin, destination = (
        np.repeat(np.array(origins, dtype=object), len(destinations)),
        list(destinations) * len(origins),
    )
    numbers = reached.reshape(-1, len(_MEASURES))
    is_same = origin == np.array(destination, dtype=object)
    status = np.select(
        [is_same, start < 0, goal < 0, ~np.isfinite(numbers[:, 0])],
        ["same place", "not carried at origin", "not carried at destination", "no path"],
        "ok",
    )
    numbers = np.where(is_same[:, None], 0.0, numbers)
    columns: dict[str, Any] = {"origin_node_id": origin, "destination_node_id": destination, "status": status}
    return framed(MATRIX, columns | {name: numbers[:, place] for place, name in enumerate(_MEASURES)})
