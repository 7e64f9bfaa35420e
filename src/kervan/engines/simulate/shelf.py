"""Travels that end later wait on a shelf, sorted roughly, so that the list of pending events stays short.

Most consignments under way are travelling. In the winner tree each would cost every change a level and a miss of the
cache; here those that end in one slice of time are a linked list, and a slice is put into the tree when it may hold the
next event. Follows Brown, "Calendar queues: a fast O(1) priority queue implementation", Communications of the ACM
31(10), 1988, with slices for the whole run and the tree within one. A slice is a power of two hours long, so that
its begin and the slice of a time are exact.
"""

from __future__ import annotations

import math

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.parts import njit
from kervan.engines.simulate.world import TRAVELLED, schedule

__all__ = ["shelve", "unshelve"]


@njit(error_model="numpy")
def shelve(m, f, e, t, unit, time):  # type: ignore[no-untyped-def]
    """Have a travel end then; one that ends after the run waits for ever."""
    if time >= f[at.HORIZON]:
        return
    place = int(time / f[at.SLICE_H])
    if place < m[at.SLICE]:
        schedule(e, t, time, TRAVELLED, m[unit + at.UN_SERIAL], unit)
        return
    shelf = m[at.SHELF] + place
    f[unit + at.UN_END], m[unit + at.UN_NEXT] = time, m[shelf]
    m[shelf] = unit


@njit(error_model="numpy")
def unshelve(m, f, e, t):  # type: ignore[no-untyped-def]
    """Put the next slice that is not empty among the pending events."""
    place, unit = m[at.SLICE], at.NONE
    while place < m[at.SLICES] and unit < 0:
        unit = m[m[at.SHELF] + place]
        place += 1
    m[at.SLICE] = place
    f[at.SHELVED_FROM] = place * f[at.SLICE_H] if place < m[at.SLICES] else math.inf
    while unit >= 0:
        after = m[unit + at.UN_NEXT]
        schedule(e, t, f[unit + at.UN_END], TRAVELLED, m[unit + at.UN_SERIAL], unit)
        unit = after
