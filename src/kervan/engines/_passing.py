"""Places to pass on the way, as layers of the graph.

A layer is a copy of the graph for each number of places passed so far. To pass a place is to go on from it, so
its situations are there once for each neighbour from which it is reached, and from such a copy no arc leads back
to that neighbour. Nor does one lead into the place again before the next is passed, to the destination before
the last is passed, or to the origin after the first: a way that turned back elsewhere would need one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kervan.arcs import Arcs

__all__ = ["Layers", "layers_of"]


@dataclass(frozen=True, slots=True)
class Layers:
    """The arcs of all layers, in the order of their tails.

    Parameters
    ----------
    starts
        The first vertex of every layer; those of one layer come in their order, and the copies after them.
    vertex_count
        Number of vertices, all layers together.
    tail, head, row
        Ends of every arc, and its row in the arc table.
    """

    starts: tuple[int, ...]
    vertex_count: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    row: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Stop:
    """A place to pass.

    Parameters
    ----------
    is_in, is_out
        For every arc, whether it ends there, and whether it begins there.
    position
        For every vertex, how many situations of the place come before it.
    side
        For every arc to or from another place, the number of this neighbour; -1 if none leads here from it.
    copies, size
        Number of neighbours, and of situations.
    """

    is_in: NDArray[np.bool_]
    is_out: NDArray[np.bool_]
    position: NDArray[np.int64]
    side: NDArray[np.int64]
    copies: int
    size: int


def layers_of(
    arcs: Arcs,
    ways: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    via: Sequence[str],
    ends: tuple[str, str],
    *,
    may_turn: bool,
) -> Layers:
    """Lay the arcs out in layers.

    Parameters
    ----------
    arcs
        The extended graph.
    ways
        Tail, head and row of the arcs that may be used.
    via
        Places to pass, in this order.
    ends
        Origin and destination.
    may_turn
        Whether ways may turn back after all.
    """
    tail, head, row = ways
    stops = [_stop(arcs, name, tail, head) for name in via]
    count = arcs.vertex_count
    *starts, total = np.cumsum([0, count, *(count + stop.copies * stop.size for stop in stops)]).tolist()
    node = arcs.vertices["node_id"]
    into = [(node == end).to_numpy(dtype=bool)[head] & (not may_turn) for end in ends]
    parts = []
    for layer, start in enumerate(starts):
        onto = head + start
        shut = into[0] if layer else np.zeros(len(tail), dtype=bool)
        if layer < len(stops):
            # An arc to the next place climbs to the copy for the neighbour it comes from.
            after = stops[layer]
            climbs = after.is_in & ~after.is_out
            onto = np.where(climbs, starts[layer + 1] + count + after.side * after.size + after.position[head], onto)
            shut = shut | into[1]
        before = stops[layer - 1] if layer else None
        gone = shut | (before.is_in & (not may_turn)) if before else shut
        parts.append((tail[~gone] + start, onto[~gone], row[~gone]))
        if before:
            parts += _onward(before, start + count, (tail, head, row), onto, gone, may_turn=may_turn)
    tail, head, row = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((row, head, tail))
    return Layers(tuple(starts), total, tail[order], head[order], row[order])


def _stop(arcs: Arcs, name: str, tail: NDArray[np.int64], head: NDArray[np.int64]) -> _Stop:
    is_here = (arcs.vertices["node_id"] == name).to_numpy(dtype=bool)
    is_in, is_out = is_here[head], is_here[tail]
    enters, leaves = np.flatnonzero(is_in & ~is_out), np.flatnonzero(is_out & ~is_in)
    places = np.concatenate([enters, leaves])
    number, _ = pd.factorize(arcs.vertices["node_id"].take(np.concatenate([tail[enters], head[leaves]])))
    copies = int(number[: len(enters)].max(initial=-1)) + 1
    side = np.full(len(tail), -1)
    side[places] = np.where(number < copies, number, -1)
    return _Stop(is_in, is_out, np.cumsum(is_here) - 1, side, copies, int(is_here.sum()))


def _onward(
    stop: _Stop,
    first: int,
    ways: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    onto: NDArray[np.int64],
    gone: NDArray[np.bool_],
    *,
    may_turn: bool,
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Return the arcs within and out of the copies of a place, of which ``first`` is the first vertex."""
    tail, head, row = ways
    parts = []
    out = np.flatnonzero(stop.is_out & (stop.is_in | ~gone))
    for side in range(stop.copies):
        here = first + side * stop.size
        on = out if may_turn else out[stop.side[out] != side]
        heads = np.where(stop.is_in[on], here + stop.position[head[on]], onto[on])
        parts.append((here + stop.position[tail[on]], heads, row[on]))
    return parts
