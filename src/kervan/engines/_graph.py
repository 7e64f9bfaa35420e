"""The extended graph as arrays for searching, and least-cost trees on it.

One `Graph` answers one question: arcs that the question forbids are left out, and where the consignment
has to pass places on its way the graph is laid out in layers (see `kervan.engines._passing`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.engines._passing import layers_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from kervan.arcs import Arcs

__all__ = ["Graph", "Tree", "criteria", "graph_of", "nondominated", "snapped"]

_SNAP_BITS: Final = 50
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Graph:
    """Arcs in the order of their tails, with their criteria.

    Parameters
    ----------
    vertex_count
        Number of vertices, all layers together.
    indptr
        The arcs out of vertex ``v`` are ``indptr[v]:indptr[v + 1]``.
    tail, head
        Ends of every arc.
    arc
        Row of every arc in `kervan.arcs.Arcs.table`.
    cost
        Mean hours, USD and kg CO2e of every arc, per unit of the commodity.
    layer_starts
        The first vertex of every layer; the vertices of `kervan.arcs.Arcs` are the first ones in each.
    """

    vertex_count: int
    indptr: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    arc: NDArray[np.int64]
    cost: NDArray[np.float64]
    layer_starts: tuple[int, ...] = (0,)

    def matrix(self, weight: NDArray[np.float64]) -> csr_array:
        """Return the sparse matrix of arc weights; of parallel arcs the lightest (a sparse matrix would add them)."""
        from scipy.sparse import csr_array

        shape = (self.vertex_count, self.vertex_count)
        if not len(self.tail):
            return csr_array(shape, dtype=np.float64)
        first = self._pairs()
        if len(first) == len(weight):
            return csr_array((weight, self.head, self.indptr), shape=shape)
        least = np.minimum.reduceat(weight, first)
        return csr_array((least, self.head[first], np.searchsorted(first, self.indptr)), shape=shape)

    def _pairs(self) -> NDArray[np.int64]:
        """Return the first arc of every (tail, head)."""
        new = np.ones(len(self.tail), dtype=bool)
        new[1:] = (self.tail[1:] != self.tail[:-1]) | (self.head[1:] != self.head[:-1])
        return np.flatnonzero(new)

    def tree(self, weight: NDArray[np.float64], start: int) -> Tree:
        """Return the least-cost tree out of a vertex."""
        from scipy.sparse.csgraph import dijkstra

        distance, before = dijkstra(self.matrix(weight), indices=start, return_predecessors=True)
        return Tree(self, weight, start, distance, before)

    def distance_to(self, weight: NDArray[np.float64], goal: int) -> NDArray[np.float64]:
        """Return the least weight from every vertex to ``goal``; infinite where there is no way."""
        from scipy.sparse.csgraph import dijkstra

        found: NDArray[np.float64] = dijkstra(self.matrix(weight).T.tocsr(), indices=goal)
        return found

    def lightest_arcs(
        self, weight: NDArray[np.float64], tail: NDArray[np.int64], head: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return for each (tail, head) its lightest arc, as a place in this graph; each pair must have an arc."""
        first = self._pairs()
        pair = np.searchsorted(self.tail[first] * self.vertex_count + self.head[first], tail * self.vertex_count + head)
        lengths = np.diff(first, append=len(weight))
        least = np.flatnonzero(weight == np.repeat(np.minimum.reduceat(weight, first), lengths))
        # Of several arcs that are as light, the first: the last one written stays, so write backwards.
        chosen = np.zeros(len(first), dtype=np.int64)
        chosen[np.repeat(np.arange(len(first)), lengths)[least[::-1]]] = least[::-1]
        found: NDArray[np.int64] = chosen[pair]
        return found


@dataclass(frozen=True, slots=True)
class Tree:
    """Least-cost tree out of one vertex.

    Parameters
    ----------
    graph, weight, start
        What it was grown on, by which weight, from where.
    distance
        Least weight to every vertex; infinite where there is no way.
    before
        The vertex before each; negative where there is none.
    """

    graph: Graph
    weight: NDArray[np.float64]
    start: int
    distance: NDArray[np.float64]
    before: NDArray[np.int32]

    def path(self, goal: int) -> list[int]:
        """Return the arcs (places in the graph) to ``goal`` in order; empty where there is no way."""
        vertices = [goal]
        while vertices[-1] != self.start:
            before = int(self.before[vertices[-1]])
            if before < 0:
                return []
            vertices.append(before)
        ways = np.array(vertices[::-1], dtype=np.int64)
        found: list[int] = self.graph.lightest_arcs(self.weight, ways[:-1], ways[1:]).tolist()
        return found


def criteria(arcs: Arcs) -> NDArray[np.float64]:
    """Return mean hours, USD and kg CO2e per unit of every arc, one row an arc, snapped so that sums are exact."""
    hours = arcs.array("moving_h") + arcs.array("waiting_h") + arcs.array("procedure_h")
    return snapped(np.column_stack([hours, arcs.array("cost_usd_per_unit"), arcs.array("emission_kg_per_unit")]))


def snapped(cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round each column to a multiple of the power of two that is 2⁻⁵⁰ of its sum.

    Sums of such numbers along any simple path are exact in floating point, whatever the order they are
    taken in, so labels and lower bounds compare without a tolerance.
    """
    total = cost.sum(axis=0)
    exponent = np.ceil(np.log2(np.where(total > 0, total, 1.0))).astype(int) - _SNAP_BITS
    step = np.ldexp(1.0, exponent)
    rounded: NDArray[np.float64] = np.round(cost / step) * step
    return rounded


def graph_of(
    arcs: Arcs,
    *,
    via: Sequence[str] = (),
    avoid: Collection[str] = (),
    without_kinds: Collection[str] = (),
    ends: tuple[str, str] = ("", ""),
    may_turn: bool = False,
) -> Graph:
    """Return the graph of one question.

    Parameters
    ----------
    arcs
        The extended graph of the commodity.
    via
        Places to pass, in this order: the graph has a layer for each number of them passed.
    avoid
        Places not to touch.
    without_kinds
        Vehicle kinds not to use.
    ends
        With ``via``, origin and destination: they are not passed between.
    may_turn
        With ``via``, whether ways may turn back at the places to pass.
    """
    count, table = arcs.vertex_count, arcs.table
    tail, head = arcs.array("tail").astype(np.int64), arcs.array("head").astype(np.int64)
    row = np.arange(len(tail))
    cost = criteria(arcs)
    starts: tuple[int, ...] = (0,)
    if avoid or without_kinds:
        shunned = arcs.vertices["node_id"].isin(list(avoid)).to_numpy(dtype=bool)
        keep = ~(shunned[tail] | shunned[head])
        keep &= ~table["vehicle_kind"].isin(list(without_kinds)).to_numpy(dtype=bool)
        tail, head, row = tail[keep], head[keep], row[keep]
    if via:
        layers = layers_of(arcs, (tail, head, row), via, ends, may_turn=may_turn)
        starts, count, tail, head, row = layers.starts, layers.vertex_count, layers.tail, layers.head, layers.row
    indptr = np.searchsorted(tail, np.arange(count + 1))
    return Graph(count, indptr, tail, head, row, cost[row], starts)


def nondominated(points: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows of a table of three costs no other row dominates; of equal rows the first.

    Costs that differ by less than a billionth of the largest count as equal.
    """
    keep = np.zeros(len(points), dtype=bool)
    if not len(points):
        return keep
    scale = np.maximum(points.max(axis=0), np.finfo(float).tiny) * _SAME
    whole = np.round(points / scale)
    order = np.lexsort((whole[:, 2], whole[:, 1], whole[:, 0]))
    # In this order a row is dominated iff an earlier one is no worse in the last two costs.
    stairs = np.empty((0, 2))
    for place in order:
        second, third = whole[place, 1], whole[place, 2]
        if ((stairs[:, 0] <= second) & (stairs[:, 1] <= third)).any():
            continue
        keep[place] = True
        beaten = (stairs[:, 0] >= second) & (stairs[:, 1] >= third)
        stairs = np.vstack([stairs[~beaten], [second, third]])
    return keep
