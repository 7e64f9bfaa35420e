"""Why there is no itinerary: the reason a person would ask for next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from kervan.arcs import Arcs, expand, is_open
from kervan.engines._graph import Graph, graph_of
from kervan.errors import NoPath
from kervan.schema import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kervan.network import Network

__all__ = ["Question", "no_path"]

_LIFETIMES: Final = {"links": "link_id", "facilities": "facility_id", "services": "service_id"}
_CLOSED: Final = 1e9
_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Question:
    """Where a consignment goes, and what it may not use.

    Parameters
    ----------
    origin, destination
        Places.
    via, avoid
        Places to pass in order, and not to touch.
    without_kinds
        Vehicle kinds not to use.
    month
        Month of departure, 0 for the mean of the year.
    """

    origin: str
    destination: str
    via: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    without_kinds: tuple[str, ...] = ()
    month: int = 0


def no_path(net: Network, arcs: Arcs, question: Question, limit: NDArray[np.float64], quantity: float) -> NoPath:
    """Return the error that says why there is no itinerary.

    Parameters
    ----------
    net, arcs
        The network, and its arcs for the commodity.
    question
        What was asked.
    limit
        Bounds on hours, USD and kg of one unit.
    quantity
        How many units, to speak of the whole consignment.
    """
    head = f"no itinerary from {question.origin} to {question.destination} for {arcs.commodity_id}: "
    least = _least(arcs, question)
    if least is not None:
        return NoPath(head + _bounds(least, limit, quantity))
    free = replace(question, via=(), avoid=(), without_kinds=())
    if _least(arcs, free) is not None:
        return NoPath(head + _restrictions(arcs, question))
    return NoPath(head + (_closed(net, arcs, free) or _never(net, arcs, free)))


def _ends(arcs: Arcs, question: Question) -> tuple[int, int]:
    return arcs.gate(question.origin, "gate_out"), arcs.gate(question.destination, "gate_in")


def _graph(arcs: Arcs, question: Question, *, may_turn: bool = False) -> Graph:
    ends = question.origin, question.destination
    return graph_of(
        arcs, via=question.via, avoid=question.avoid, without_kinds=question.without_kinds, ends=ends, may_turn=may_turn
    )


def _least(arcs: Arcs, question: Question) -> list[float] | None:
    """Return the least hours, USD and kg of one unit, each for itself; None where there is no way."""
    start, goal = _ends(arcs, question)
    if min(start, goal) < 0:
        return None
    graph = _graph(arcs, question)
    goal += graph.layer_starts[-1]
    least = [float(graph.tree(graph.cost[:, number], start).distance[goal]) for number in range(3)]
    return least if np.isfinite(least).all() else None


def _bounds(least: list[float], limit: NDArray[np.float64], quantity: float) -> str:
    sizes, names = (1.0, quantity, quantity), ("max_hours", "max_cost_usd", "max_emission_kg")
    words = ("the fastest takes {:,.1f} h", "the cheapest costs {:,.0f} USD", "the cleanest emits {:,.0f} kg CO2e")
    broken = [
        f"{word.format(value * size)} and {name} is {bound * size:,.6g}"
        for word, name, value, bound, size in zip(words, names, least, limit.tolist(), sizes, strict=True)
        if value > bound
    ]
    if broken:
        return "; ".join(broken)
    given = [name for name, bound in zip(names, limit, strict=True) if np.isfinite(bound)]
    return f"{' and '.join(given)} can each be kept alone but not together"


def _restrictions(arcs: Arcs, question: Question) -> str:
    """Name the restriction without which there would be a way."""
    looser = {
        "avoiding " + ", ".join(question.avoid): replace(question, avoid=()),
        "without " + ", ".join(question.without_kinds): replace(question, without_kinds=()),
        "via " + ", ".join(question.via): replace(question, via=()),
    }
    alone = [words for words, other in looser.items() if other != question and _least(arcs, other) is not None]
    if not alone:
        every = [words for words, other in looser.items() if other != question]
        return f"there is one, but not {' and '.join(every)}"
    leg = _broken_leg(arcs, question) if alone == ["via " + ", ".join(question.via)] else ""
    return f"there is one, but not {' or '.join(alone)}{leg}"


def _broken_leg(arcs: Arcs, question: Question) -> str:
    """Return the first leg between the places to pass that cannot be made, as far as it can be told."""
    stops = (question.origin, *question.via, question.destination)
    leg = _last_leg(arcs, question, may_turn=False)
    one, other = stops[leg : leg + 2]
    if _last_leg(arcs, question, may_turn=True) > leg:
        return f" (from {one} to {other} there is only the way back, and a place to pass is not one to turn back at)"
    return f" (nothing goes on from {one} to {other})"


def _last_leg(arcs: Arcs, question: Question, *, may_turn: bool) -> int:
    """Return how many places to pass are reached, and one more where the destination is."""
    graph = _graph(arcs, question, may_turn=may_turn)
    start, goal = _ends(arcs, question)
    reached = np.isfinite(graph.tree(graph.cost[:, 0], start).distance)
    if reached[goal + graph.layer_starts[-1]]:
        return len(question.via) + 1
    return int(np.searchsorted(graph.layer_starts, np.flatnonzero(reached).max(), side="right")) - 1


def _closed(net: Network, arcs: Arcs, question: Question) -> str:
    """Say what would have to be open, if that would do; else nothing."""
    tables = {name: net[name] for name in net}
    shut: set[str] = set()
    for name, key in _LIFETIMES.items():
        frame = tables[name]
        shut |= set(frame.loc[~is_open(frame, net.year), key])
        tables[name] = frame.assign(status="existing", opens_year=0, closes_year=NEVER)
    opened = expand(tables, net.year, arcs.commodity_id, question.month)
    start, goal = _ends(opened, question)
    if not shut or min(start, goal) < 0:
        return ""
    graph = _graph(opened, question)
    keys = opened.table[list(_LIFETIMES.values())].isin(shut).sum(axis=1).to_numpy(dtype=float)
    path = graph.tree(graph.cost[:, 0] + _CLOSED * keys[graph.arc], start).path(goal)
    if not path:
        return ""
    used = opened.table.take(graph.arc[path])
    names = [
        _state(net, table, key, value)
        for table, key in _LIFETIMES.items()
        for value in dict.fromkeys(used[key])
        if value in shut
    ]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"there would be one if these were open in {net.year}: {'; '.join(names[:_NAMED])}{more}"


def _state(net: Network, table: str, key: str, value: str) -> str:
    """Return one thing that is not open, why, and which interventions concern it."""
    row = net[table].set_index(key).loc[value]
    if row["status"] == "closed":
        why = "closed"
    elif row["opens_year"] > net.year:
        why = "planned" if row["opens_year"] >= NEVER else f"opens in {row['opens_year']}"
    else:
        why = f"closed since {row['closes_year']}"
    projects = net["interventions"]
    concerned = projects.loc[projects["edits"].str.contains(f'"{value}"', regex=False), "intervention_id"].tolist()
    return f"{value} ({why}{', see intervention ' + ', '.join(concerned) if concerned else ''})"


def _never(net: Network, arcs: Arcs, question: Question) -> str:
    """Say at which end the commodity is not carried, or that nothing joins the two."""
    kinds = net["vehicle_kinds"].merge(net["carriage"], on="vehicle_kind")
    modes = pd.unique(kinds.loc[kinds["commodity_id"] == arcs.commodity_id, "mode"])
    start, goal = _ends(arcs, question)
    missing = [
        name for name, gate in zip((question.origin, question.destination), (start, goal), strict=True) if gate < 0
    ]
    if missing:
        how = f"it moves by {', '.join(modes)}" if len(modes) else "no vehicle carries it"
        return f"it cannot be handed over at {' or '.join(missing)} ({how}, and no open way of these ends there)"
    return "nothing joins them, not even what is planned or closed"
