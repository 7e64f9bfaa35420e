"""The memory of a run, and what every part of the kernel does with it: draws, units, events, the agenda."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.events import push, tag
from kervan.engines.simulate.keyed import draw, uniform

__all__ = ["World", "chance", "drawn", "free_unit", "put_on_agenda", "schedule", "take_unit", "touch"]

#: Kinds of events, in the order in which they are taken at the same time.
GATE, UNLOADED, ARRIVED, LOADED, SERVED, TRAVELLED, IMPATIENT, DUE, ARRIVAL_OF = range(9)
#: Why a run stops.
DONE, PAUSED, MORE_UNITS, MORE_RECORDS, TOO_MANY_EVENTS, TOO_MANY_ALIVE, DEADLOCK, ENDLESS = range(8)
#: Operations that one consignment may go through without time passing.
MOST_OPERATIONS: Final = 10_000


class World(NamedTuple):
    """The memory of a run.

    Parameters
    ----------
    m, f
        The block of `layout`, as integers and as floats.
    e, t
        The pending events of `events`, as integers and as floats.
    records
        Of `run.RECORD`: those that have finished.
    """

    m: NDArray[np.int64]
    f: NDArray[np.float64]
    e: NDArray[np.int64]
    t: NDArray[np.float64]
    records: NDArray[np.void]


@njit
def drawn(w, law, owner, ordinal, place, lap, purpose):  # type: ignore[no-untyped-def]
    """Return a draw of the law that is written at ``law``."""
    m, f = w.m, w.f
    return draw(m[law], f[law + 1], f[law + 2], f, m[at.SEED], m[at.REPLICATION], owner, ordinal, place, lap, purpose)


@njit
def chance(w, unit, place, purpose):  # type: ignore[no-untyped-def]
    """Return the uniform of a consignment at a place."""
    m = w.m
    owner = m[m[unit + at.UN_SOURCE] + at.SO_KEY]
    return uniform(
        m[at.SEED], m[at.REPLICATION], owner, m[unit + at.UN_ORDINAL], place, m[unit + at.UN_LAP], purpose
    )


@njit
def schedule(w, time, kind, serial, address):  # type: ignore[no-untyped-def]
    """Add an event and return its slot."""
    return push(w.e, w.t, time, tag(kind, serial, address))


@njit
def take_unit(w):  # type: ignore[no-untyped-def]
    """Return a free unit; the loop has made sure that there is one."""
    m = w.m
    unit = m[at.FREE]
    m[at.FREE] = m[unit + at.UN_NEXT]
    m[at.FREE_COUNT] -= 1
    return unit


@njit
def free_unit(w, unit):  # type: ignore[no-untyped-def]
    """Give a unit back."""
    m = w.m
    m[unit + at.UN_NEXT] = m[at.FREE]
    m[at.FREE] = unit
    m[at.FREE_COUNT] += 1


@njit
def put_on_agenda(w, thing):  # type: ignore[no-untyped-def]
    """Have a station, yard, lane or fleet looked at before the event is over."""
    m = w.m
    if m[thing + at.LISTED]:
        return
    m[thing + at.LISTED] = 1
    size = m[at.AGENDA_SIZE]
    place = m[at.AGENDA_HEAD] + m[at.AGENDA_COUNT]
    m[m[at.AGENDA] + (place if place < size else place - size)] = thing
    m[at.AGENDA_COUNT] += 1


@njit
def touch(w, station):  # type: ignore[no-untyped-def]
    """Bring the time integrals of a station up to now; to be called before a number changes."""
    m, f = w.m, w.f
    elapsed = f[at.NOW] - f[station + at.ST_TOUCHED]
    if elapsed > 0.0:
        week = m[station + at.ST_WEEKS] + at.WK_SIZE * m[at.WEEK]
        f[week + at.WK_QUEUE] += m[station + at.ST_WAITING] * elapsed
        f[week + at.WK_BUSY] += m[station + at.ST_BUSY] * elapsed
        f[station + at.ST_TOUCHED] = f[at.NOW]
