"""Choosing a few itineraries that really differ.

First from the Pareto set: the one of least generalised cost, the fastest, the cheapest and the cleanest, then
the rest in order of generalised cost, each only if it differs enough from those taken before. If there are
still too few, further ones are found by penalty: the ways found so far are made dearer and the least-cost path
is taken again, as in de la Barra, Pérez and Añez (1993), "Multidimensional path search and assignment".

What counts is on which ways and with which vehicles: that a yard on the other side of a border changes the
gauge, or that another crane lifts the box, makes no other itinerary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kervan.engines._graph import Graph

__all__ = ["Ruler", "differing", "penalised"]

#: Factor on the weight of a way each time it was found.
_PENALTY: Final = 1.4
_TRIALS_EACH: Final = 4
_SAME: Final = 1e-9
#: Of a large Pareto set only so many are looked at: those of least generalised cost, and the extremes.
_LOOKED_AT: Final = 1000

Path = list[int]


@dataclass(frozen=True, slots=True)
class Ruler:
    """How alike two paths are.

    Parameters
    ----------
    way
        For every arc of the graph, its row in the arc table: a way or facility with its vehicle and service.
    weight
        For every arc, what counts of it: the hours of a way, nothing of a facility.
    amounts
        For every arc what a reader sees of it (kilometres and the three criteria), one row an arc: two itineraries
        with the same sums of all are one.
    similarity
        Largest share of either of two itineraries that may be common.
    """

    way: NDArray[np.int64]
    weight: NDArray[np.float64]
    amounts: NDArray[np.float64]
    similarity: float

    def ways_of(self, path: Path) -> NDArray[np.int64]:
        """Return what a path uses that counts, each once."""
        used = np.asarray(path, dtype=np.int64)
        found: NDArray[np.int64] = np.unique(self.way[used[self.weight[used] > 0]])
        return found

    def shares(self, paths: Sequence[Path]) -> NDArray[np.float64]:
        """Return the share of each path's weight on every way that any of them uses, one row a path."""
        places = np.concatenate([np.asarray(path, dtype=np.int64) for path in paths])
        _, column = np.unique(self.way[places], return_inverse=True)
        count = int(column.max(initial=0)) + 1
        cell = np.repeat(np.arange(len(paths)), [len(path) for path in paths]) * count + column
        table = np.bincount(cell, self.weight[places], len(paths) * count).reshape(len(paths), count)
        total = table.sum(axis=1, keepdims=True)
        shares: NDArray[np.float64] = table / np.where(total > 0, total, 1.0)
        return shares

    def differs(self, path: Path, others: Sequence[Path]) -> bool:
        """Return whether a path has no more than ``similarity`` in common with any of the others, and other sums."""
        sums = self.amounts[path].sum(axis=0)
        if any(np.allclose(sums, self.amounts[other].sum(axis=0), rtol=_SAME, atol=0.0) for other in others):
            return False
        return not others or bool((_common(self.shares([path, *others]), 0)[1:] <= self.similarity).all())


def _common(shares: NDArray[np.float64], one: int) -> NDArray[np.float64]:
    """Return, for every path, the larger of its share common with path ``one`` and of that one's with it."""
    theirs = shares @ (shares[one] > 0)
    its = (shares > 0) @ shares[one]
    common: NDArray[np.float64] = np.maximum(theirs, its)
    return common


def differing(paths: Sequence[Path], points: NDArray[np.float64], ruler: Ruler, count: int) -> list[int]:
    """Return which points of the Pareto set are taken, in rising order.

    Parameters
    ----------
    paths
        A path (places of arcs in the graph) for each point, in order of generalised cost.
    points
        The three criteria of each.
    ruler
        How alike they may be.
    count
        How many at most.
    """
    order = dict.fromkeys([0, *(int(place) for place in points.argmin(axis=0)), *range(len(paths))])
    looked_at = list(order)[:_LOOKED_AT]
    shares = ruler.shares([paths[place] for place in looked_at])
    common = np.zeros(len(looked_at))
    chosen: list[int] = []
    for number, place in enumerate(looked_at):
        if common[number] > ruler.similarity:
            continue
        chosen.append(place)
        if len(chosen) == count:
            break
        common = np.maximum(common, _common(shares, number))
    return sorted(chosen)


def penalised(
    graph: Graph,
    ends: tuple[int, int],
    generalised: NDArray[np.float64],
    taken: Sequence[Path],
    ruler: Ruler,
    count: int,
    most: float,
) -> list[list[int]]:
    """Return up to ``count`` further paths that differ from those taken and from each other.

    Parameters
    ----------
    graph, ends
        Where to search: first and last vertex.
    generalised
        Generalised cost of every arc.
    taken
        The paths there are.
    ruler
        How alike they may be.
    count
        How many at most; there may be none.
    most
        Largest generalised cost of a path.
    """
    found: list[list[int]] = []
    factor = np.ones(int(ruler.way.max(initial=0)) + 1)
    for path in taken:
        factor[ruler.ways_of(path)] *= _PENALTY
    for _ in range(_TRIALS_EACH * count):
        path = graph.tree(generalised * factor[ruler.way], ends[0]).path(ends[1])
        if path and generalised[path].sum() <= most and ruler.differs(path, [*taken, *found]):
            found.append(path)
            if len(found) == count:
                break
        factor[ruler.ways_of(path)] *= _PENALTY
    return found
