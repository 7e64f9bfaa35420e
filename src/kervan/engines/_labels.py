"""Label setting: every Pareto-optimal path between two vertices over three costs.

Follows Mandow and Pérez de la Cruz (2010), "Multiobjective A* search with consistent heuristics", Journal
of the ACM 57(5), with the dimensionality reduction of Pulido, Mandow and Pérez de la Cruz (2015),
Computers & Operations Research 64, sections 3 and 4. ``docs/explanation/routing.md`` has the mathematics,
and says why this is plain Python.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

import numpy as np

from kervan.errors import NotConverged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kervan.engines._graph import Graph

__all__ = ["MOST_LABELS", "pareto_paths"]

#: A search with more partial itineraries than this is given up (some seconds and a gigabyte).
MOST_LABELS: Final = 3_000_000

# An arc as the search sees it: head, three reduced costs, place in the graph.
_Arc = tuple[int, float, float, float, int]
# A label: vertex, arc it came by, label before it.
_Label = tuple[int, int, int]


def pareto_paths(
    graph: Graph,
    start: int,
    goal: int,
    rest: NDArray[np.float64],
    limit: NDArray[np.float64],
    epsilon: float = 0.0,
) -> list[list[int]]:
    """Return a path for every point of the Pareto set, as places of arcs in the graph.

    Parameters
    ----------
    graph
        Where to search.
    start, goal
        Vertices.
    rest
        Least cost from every vertex to the goal by each criterion alone (a row a vertex); infinite where
        there is no way. These are the lower bounds: what is left cannot cost less.
    limit
        Largest total of each criterion.
    epsilon
        0 for the whole set. Otherwise every point of it is within a factor 1 + ε of a point returned, in
        all three criteria at once.

    Raises
    ------
    NotConverged
        When there are more than `MOST_LABELS` partial itineraries.
    """
    if not (rest[start] <= limit).all() or not np.isfinite(rest[start]).all():
        return []
    found, labels = _search(_reduced(graph, rest), rest[start], start, goal, limit, 1.0 + epsilon)
    paths = []
    for label in found:
        path = []
        _, arc, before = labels[label]
        while before >= 0:
            path.append(arc)
            _, arc, before = labels[before]
        paths.append(path[::-1])
    return paths


def _reduced(graph: Graph, rest: NDArray[np.float64]) -> list[list[_Arc]]:
    """Return the arcs out of every vertex with reduced costs ``c + rest(head) - rest(tail)``, all 0 or more.

    With them the total of a label is at once what it cost so far plus the least that is left.
    """
    with np.errstate(invalid="ignore"):
        cost = graph.cost + rest[graph.head] - rest[graph.tail]
    keep = np.isfinite(cost).all(axis=1)
    out: list[list[_Arc]] = [[] for _ in range(graph.vertex_count)]
    heads, places = graph.head[keep].tolist(), np.flatnonzero(keep).tolist()
    for tail, head, (first, second, third), place in zip(
        graph.tail[keep].tolist(), heads, cost[keep].tolist(), places, strict=True
    ):
        out[tail].append((head, first, second, third, place))
    return out


def _search(
    out: list[list[_Arc]],
    least: NDArray[np.float64],
    start: int,
    goal: int,
    limit: NDArray[np.float64],
    slack: float,
) -> tuple[list[int], list[_Label]]:
    """Return the labels settled at the goal, and all labels.

    Labels leave the heap in lexicographic order of their totals, so a label settled earlier is no worse in
    the first criterion, and dominance needs only the other two: at every vertex the settled labels form a
    staircase, ``second`` rising and ``third`` falling.
    """
    second: list[list[float]] = [[] for _ in out]
    third: list[list[float]] = [[] for _ in out]
    most_1, most_2, most_3 = limit.tolist()
    goal_2, goal_3 = second[goal], third[goal]
    labels: list[_Label] = [(start, -1, -1)]
    heap = [(*least.tolist(), 0)]
    found: list[int] = []
    while heap:
        total_1, total_2, total_3, label = heappop(heap)
        here = labels[label][0]
        if _is_beaten(goal_2, goal_3, total_2 * slack, total_3 * slack):
            continue
        if _is_beaten(second[here], third[here], total_2, total_3):
            continue
        _settle(second[here], third[here], total_2, total_3)
        if here == goal:
            found.append(label)
            continue
        if len(labels) > MOST_LABELS:
            raise NotConverged(
                f"more than {MOST_LABELS:,} partial itineraries; set epsilon (0.01, say), or restrict vehicle kinds"
            )
        for head, cost_1, cost_2, cost_3, arc in out[here]:
            new_1, new_2, new_3 = total_1 + cost_1, total_2 + cost_2, total_3 + cost_3
            steps = second[head]
            # The two tests of _is_beaten, written out: this is the inner loop.
            place = bisect_right(steps, new_2)
            if place and third[head][place - 1] <= new_3:
                continue
            place = bisect_right(goal_2, new_2 * slack)
            if place and goal_3[place - 1] <= new_3 * slack:
                continue
            if new_1 <= most_1 and new_2 <= most_2 and new_3 <= most_3:
                heappush(heap, (new_1, new_2, new_3, len(labels)))
                labels.append((head, arc, label))
    return found, labels


def _is_beaten(second: list[float], third: list[float], new_2: float, new_3: float) -> bool:
    """Return whether a step of the staircase is no higher and no further than the point."""
    place = bisect_right(second, new_2)
    return place > 0 and third[place - 1] <= new_3


def _settle(second: list[float], third: list[float], new_2: float, new_3: float) -> None:
    """Put a point on the staircase, and take the steps it beats away."""
    first = last = bisect_left(second, new_2)
    while last < len(second) and third[last] >= new_3:
        last += 1
    second[first:last] = [new_2]
    third[first:last] = [new_3]
