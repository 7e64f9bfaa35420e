"""`route`: Pareto-optimal itineraries of one consignment over time, money and emissions.

``docs/explanation/routing.md`` has the mathematics, ``docs/explanation/reliability.md`` says how P50 and P90
arise. `matrix` and `least_cost` answer many origins and destinations at once, by generalised cost alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from kervan.arcs import AT_SEA
from kervan.engines import Engine
from kervan.engines._alternatives import Ruler, differing, penalised
from kervan.engines._graph import Graph, graph_of, nondominated
from kervan.engines._itineraries import FRONT, GROUNDS_TABLE, ITINERARIES, STAGES, Chosen, framed, tables_of
from kervan.engines._labels import pareto_paths
from kervan.engines._params import names, number, whole
from kervan.engines._reasons import Question, no_path
from kervan.errors import ParamsError, UnknownName, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kervan.arcs import Arcs
    from kervan.network import Network
    from kervan.result import Result
    from kervan.schema import Table

__all__ = ["ENGINE", "RouteParams", "route_json", "solve", "ways_of"]

_SCHEMA: Final = "kervan.route/1"
_MOST_ALTERNATIVES: Final = 50
_MOST_QUANTITY: Final = 1e12
_MOST_PRICE: Final = 1e9
_SLACK: Final = 1e-9


@dataclass(frozen=True)
class RouteParams:
    """What is to be sent, from where to where, and what matters to the sender.

    Parameters
    ----------
    origin, destination
        Places, by ``node_id`` (`kervan.Network.find_node` finds the id of a name).
    commodity_id
        What is sent.
    quantity
        How much, in units of the commodity. Money and emissions grow with it; time is that of one consignment.
    depart
        Date or month of departure, ISO 8601 (``2026-02``, ``2026-02-14``, ``2026-02-14T08:00``): its month
        says how often the weather stops ships. None takes the mean of the year. The year of the network is
        chosen with `kervan.at`, not here.
    via
        Places to pass, in this order. To pass is to go on: a consignment does not turn back there to the place it
        came from, nor come back before it has passed the next one.
    avoid
        Places not to touch.
    modes
        Modes to use; empty: all.
    vehicle_kinds
        Where a mode has one of its kinds named here, only those of its kinds are used.
    alternatives
        How many itineraries to return at most.
    similarity
        Largest share of the hours on the way (without those in facilities) of either of two itineraries that they
        may spend on the same ways with the same vehicle.
    stretch
        Largest generalised cost of an itinerary outside the Pareto set, as a multiple of the least.
    value_of_time_usd_per_unit_h
        What an hour is worth, for a unit of the commodity; None takes that of the commodity.
    carbon_price_usd_per_t
        Price of a tonne of CO2 equivalent in the generalised cost.
    max_hours, max_cost_usd, max_emission_kg
        Bounds on mean hours, money and emissions of the whole consignment; None: no bound.
    epsilon
        0 finds the whole Pareto set; ε finds a part of it that covers the rest within a factor 1 + ε, faster.

    Raises
    ------
    ParamsError
        When a parameter lies outside its range.

    Examples
    --------
    >>> RouteParams(origin="A", destination="B", commodity_id="container", depart="2026-02").month
    2
    """

    origin: str
    destination: str
    commodity_id: str
    quantity: float = 1.0
    depart: str | None = None
    via: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    vehicle_kinds: tuple[str, ...] = ()
    alternatives: int = 5
    similarity: float = 0.7
    stretch: float = 2.0
    value_of_time_usd_per_unit_h: float | None = None
    carbon_price_usd_per_t: float = 0.0
    max_hours: float | None = None
    max_cost_usd: float | None = None
    max_emission_kg: float | None = None
    epsilon: float = 0.0

    def __post_init__(self) -> None:
        for name in ("origin", "destination", "commodity_id"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise ParamsError(f"{name} must be the id of one, not {shown(getattr(self, name))}")
        for name in ("via", "avoid", "modes", "vehicle_kinds"):
            names(self, name)
        if self.origin == self.destination:
            raise ParamsError(f"origin and destination are both {self.origin}; a consignment goes somewhere else")
        lost = sorted({self.origin, self.destination, *self.via} & set(self.avoid))
        if lost:
            raise ParamsError(f"{', '.join(lost)} cannot be both passed and avoided")
        number(self, "quantity", above=0.0, at_most=_MOST_QUANTITY)
        number(self, "similarity", at_most=1.0)
        number(self, "stretch", at_least=1.0)
        number(self, "carbon_price_usd_per_t", at_most=_MOST_PRICE)
        number(self, "epsilon", at_most=10.0)
        for name in ("value_of_time_usd_per_unit_h", "max_hours", "max_cost_usd", "max_emission_kg"):
            if getattr(self, name) is not None:
                number(self, name, at_most=_MOST_PRICE if name.startswith("value") else math.inf)
        whole(self, "alternatives", 1, _MOST_ALTERNATIVES)
        _month(self.depart)

    @property
    def month(self) -> int:
        """Month of departure 1 ... 12; 0 for the mean of the year."""
        return _month(self.depart)


def _month(depart: str | None) -> int:
    if depart is None:
        return 0
    try:
        text = f"{depart}-01" if re.fullmatch(r"\d{4}-\d{2}", depart) else depart
        return datetime.fromisoformat(text).month
    except (TypeError, ValueError):
        raise ParamsError(
            f"depart must be a date like 2026-02-14 or a month like 2026-02, not {shown(depart)}"
        ) from None


# ── the question on a network ───────────────────────────────────────────────────────────────────────


def barred_kinds(net: Network, named: Sequence[str] = (), modes: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the vehicle kinds that may not be used: other kinds of the modes of those named, and other modes' kinds.

    Raises
    ------
    UnknownName
        When there is no such vehicle kind or mode.
    """
    kinds = net["vehicle_kinds"]
    mode = dict(zip(kinds["vehicle_kind"], kinds["mode"], strict=True))
    for name in named:
        if name not in mode:
            raise UnknownName("vehicle kind", name, mode)
    for name in modes:
        if name not in set(net["modes"]["mode"]):
            raise UnknownName("mode", name, net["modes"]["mode"])
    chosen = {mode[name] for name in named}
    return tuple(
        kind
        for kind in mode
        if (mode[kind] in chosen and kind not in named) or (len(modes) > 0 and mode[kind] not in modes)
    )


def check_places(net: Network, *names: str) -> None:
    """Raise `UnknownName` for the first of these that is no place of the network."""
    known = set(net["nodes"]["node_id"])
    for name in names:
        if name not in known:
            raise UnknownName("place", name, known)


def prices(net: Network, params: RouteParams) -> NDArray[np.float64]:
    """Return USD for an hour, a dollar and a kilogram of CO2e of one unit: the weights of the generalised cost."""
    hour = params.value_of_time_usd_per_unit_h
    if hour is None:
        commodities = net["commodities"]
        row = commodities["commodity_id"] == params.commodity_id
        hour = float(commodities.loc[row, "value_of_time_usd_per_unit_h"].iloc[0])
    return np.array([hour, 1.0, params.carbon_price_usd_per_t / 1000.0])


def limits(params: RouteParams) -> NDArray[np.float64]:
    """Return the bounds on hours, and on USD and kg of one unit, a billionth wider against rounding."""
    bounds = (params.max_hours, params.max_cost_usd, params.max_emission_kg)
    most = np.array([math.inf if bound is None else bound for bound in bounds])
    per_unit: NDArray[np.float64] = most * (1 + _SLACK) / np.array([1.0, params.quantity, params.quantity])
    return per_unit


@dataclass(frozen=True, slots=True)
class Posed:
    """A question put to a network: its arcs, its graph, and where to begin and end.

    Parameters
    ----------
    question
        What was asked.
    arcs, graph
        The extended graph of the commodity, and the part of it that may be used.
    start, goal
        Vertices of the graph; negative where the commodity cannot be handed over there.
    """

    question: Question
    arcs: Arcs
    graph: Graph
    start: int
    goal: int


def posed(net: Network, params: RouteParams) -> Posed:
    """Put a question to a network.

    Raises
    ------
    ParamsError
        When the origin or the destination is to be passed on the way.
    UnknownName
        When a place, commodity, mode or vehicle kind is not in the network.
    """
    check_places(net, params.origin, params.destination, *params.via, *params.avoid)
    barred = barred_kinds(net, params.vehicle_kinds, params.modes)
    arcs = net.arcs(params.commodity_id, params.month)
    # An origin first or a destination last is passed anyway.
    via = list(params.via)
    via = via[1:] if via[:1] == [params.origin] else via
    via = via[:-1] if via[-1:] == [params.destination] else via
    lost = sorted({params.origin, params.destination} & set(via))
    if lost:
        raise ParamsError(f"via: {' and '.join(lost)} begins or ends the way, and cannot be passed within it")
    question = Question(params.origin, params.destination, tuple(via), params.avoid, barred, params.month)
    ends = params.origin, params.destination
    graph = graph_of(arcs, via=via, avoid=params.avoid, without_kinds=barred, ends=ends)
    start, goal = arcs.gate(params.origin, "gate_out"), arcs.gate(params.destination, "gate_in")
    return Posed(question, arcs, graph, start, goal if goal < 0 else goal + graph.layer_starts[-1])


def solve(net: Network, params: RouteParams) -> dict[str, pd.DataFrame]:
    """Return itineraries, their stages, and the whole Pareto set.

    Raises
    ------
    UnknownName
        When a place, commodity, mode or vehicle kind is not in the network.
    NoPath
        When no itinerary answers; the message says why.
    NotConverged
        When there are too many partial itineraries.
    """
    arcs, described, front = _found(net, params)
    return {**tables_of(net, arcs, described, params.quantity), "front": framed(FRONT, front)}


def ways_of(net: Network, params: RouteParams) -> tuple[Arcs, list[Chosen]]:
    """Return the itineraries that `solve` describes, as rows of the arc table, by rising generalised cost.

    Raises
    ------
    UnknownName, NoPath, NotConverged
        As `solve`.
    """
    arcs, described, _ = _found(net, params)
    return arcs, described


def _found(net: Network, params: RouteParams) -> tuple[Arcs, list[Chosen], dict[str, Any]]:
    """Return the arcs, the itineraries, and the columns of the Pareto set."""
    asked = posed(net, params)
    graph, start, goal = asked.graph, asked.start, asked.goal
    paths: list[list[int]] = []
    if min(start, goal) >= 0:
        rest = np.column_stack([graph.distance_to(graph.cost[:, number], goal) for number in range(3)])
        paths = pareto_paths(graph, start, goal, rest, limits(params), params.epsilon)
    if not paths:
        raise no_path(net, asked.arcs, asked.question, limits(params), params.quantity)
    return asked.arcs, *_answer(net, params, asked, paths)


def _answer(
    net: Network, params: RouteParams, asked: Posed, paths: list[list[int]]
) -> tuple[list[Chosen], dict[str, Any]]:
    """Return the chosen itineraries of the Pareto set, further ones where they are too few, and the set itself."""
    arcs, graph, price = asked.arcs, asked.graph, prices(net, params)
    points = np.array([graph.cost[path].sum(axis=0) for path in paths])
    order = np.lexsort((*points.T[::-1], points @ price))
    order = order[nondominated(points)[order]]
    points, paths = points[order], [paths[place] for place in order]
    is_way = arcs.array("link_id")[graph.arc] != ""
    amounts = np.column_stack([arcs.array("length_km")[graph.arc], graph.cost])
    ruler = Ruler(graph.arc, np.where(is_way, graph.cost[:, 0], 0.0), amounts, params.similarity)
    chosen = differing(paths, points, ruler, params.alternatives)
    taken = [paths[place] for place in chosen]
    missing, most = params.alternatives - len(taken), params.stretch * float(points[0] @ price)
    found = penalised(graph, (asked.start, asked.goal), graph.cost @ price, taken, ruler, missing, most)
    strays = bool(params.via) or _returns(arcs, graph, paths[0])
    more = [
        path
        for path in found
        if (graph.cost[path].sum(axis=0) <= limits(params)).all() and (strays or not _returns(arcs, graph, path))
    ]
    costs = np.vstack([points[chosen], *(graph.cost[path].sum(axis=0) for path in more)])
    ranks = np.lexsort((*costs.T[::-1], costs @ price))
    described = [
        Chosen(
            rows=graph.arc[[*taken, *more][place]].tolist(),
            generalised_usd=float(costs[place] @ price) * params.quantity,
            is_pareto=not _is_dominated(costs[place], points),
        )
        for place in ranks
    ]
    number = {chosen[place]: rank for rank, place in enumerate(ranks.tolist(), 1) if place < len(chosen)}
    front: dict[str, Any] = {
        "point": range(1, len(points) + 1),
        "hours_mean": points[:, 0],
        "cost_usd": points[:, 1] * params.quantity,
        "emission_kg": points[:, 2] * params.quantity,
        "generalised_cost_usd": points @ price * params.quantity,
        "itinerary": [number.get(place, 0) for place in range(len(points))],
    }
    return described, front


def _returns(arcs: Arcs, graph: Graph, path: list[int]) -> bool:
    """Return whether a path enters a country again that it has left; nobody would, if the best way does not."""
    codes = arcs.table["country_code"].iloc[graph.arc[path]]
    entered = [code for code, _ in groupby(code for code in codes if code != AT_SEA)]
    return len(set(entered)) < len(entered)


def _is_dominated(cost: NDArray[np.float64], points: NDArray[np.float64]) -> bool:
    no_worse = (points <= cost * (1 + _SLACK)).all(axis=1)
    return bool((no_worse & (points < cost * (1 - _SLACK)).any(axis=1)).any())


#: Tables of the result.
OUTPUTS: Final[dict[str, Table]] = {
    "itineraries": ITINERARIES,
    "stages": STAGES,
    "grounds": GROUNDS_TABLE,
    "front": FRONT,
}

ENGINE: Final = Engine(
    name="route",
    doc="Pareto-optimal itineraries of one consignment over time, money and emissions, stage by stage.",
    params=RouteParams,
    outputs=OUTPUTS,
    solve=solve,
)


def route_json(result: Result) -> dict[str, Any]:
    """Return a result of this engine as plain values for machines, schema ``kervan.route/1``.

    Parameters
    ----------
    result
        What `kervan.run` returned for ``"route"``.

    Returns
    -------
    dict
        ``schema``, ``package``, ``year``, ``scenario``, ``params`` and ``itineraries``, each with its
        ``stages``; units are in the names (hours, USD, kg CO2e, km).
    """
    ran = result.provenance
    stages = result["stages"].rename(columns={"from_node_id": "from", "to_node_id": "to"})
    items = result["itineraries"].to_dict("records")
    for item in items:
        part = stages[stages["itinerary"] == item["itinerary"]].drop(columns="itinerary")
        item["stages"] = part.to_dict("records")
        for stage in item["stages"]:
            stage["source_ids"] = [name for name in stage["source_ids"].split(";") if name]
            stage["link_ids"] = [name for name in stage["link_ids"].split(";") if name]
    return {
        "schema": _SCHEMA,
        "package": ran.package,
        "year": ran.year,
        "scenario": ran.scenario,
        "params": {name: list(value) if isinstance(value, tuple) else value for name, value in ran.params.items()},
        "itineraries": items,
    }
