"""The memory of a run, and what every part of the kernel does with it: draws, units, events, the agenda."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.events import push, tag
from kervan.engines.simulate.keyed import draw, uniform

__all__ = ["chance", "drawn", "free_unit", "put_on_agenda", "schedule", "take_unit", "touch"]

#: Kinds of events, in the order in which they are taken at the same time.
GATE, UNLOADED, ARRIVED, LOADED, SERVED, TRAVELLED, IMPATIENT, DUE, ARRIVAL_OF = (np.int64(kind) for kind in range(9))
#: Why a run stops.
DONE, PAUSED, MORE_UNITS, MORE_RECORDS, TOO_MANY_EVENTS, TOO_MANY_ALIVE, ENDLESS, TOO_MANY_TRACED = range(8)
#: As ``numpy.int64`` constants do not make the compiler write a function once more for each of them.
ZERO: Final = np.int64(0)
#: Operations that one consignment may go through without time passing.
MOST_OPERATIONS: Final = 10_000


def _integers(_typing: Any, _address: Any) -> Any:
    return _seen_as(types.int64, ir.IntType(64))


def _floats(_typing: Any, _address: Any) -> Any:
    return _seen_as(types.float64, ir.DoubleType())


def _seen_as(kind: Any, word: Any) -> Any:
    # Bare pointers, because an array is passed to a function as seven words and its references are counted at every
    # call: together that costs more than all the rest. Whoever calls keeps the memory alive.
    def write(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], word.as_pointer())

    return types.CPointer(kind)(types.int64), write  # type: ignore[no-untyped-call]


#: ``integers(address)`` and ``floats(address)`` are the memory there as words of 64 bits, without bounds.
integers: Any = intrinsic(_integers)
floats: Any = intrinsic(_floats)


@njit(error_model="numpy")
def drawn(m, f, law, owner, ordinal, place, lap, purpose):  # type: ignore[no-untyped-def]
    """Return a draw of the law that is written at ``law``."""
    return draw((m[law], f[law + 1], f[law + 2]), f, m[at.KEY], owner, ordinal, place, lap, purpose)


@njit(error_model="numpy")
def chance(m, unit, place, purpose):  # type: ignore[no-untyped-def]
    """Return the uniform of a consignment at a place."""
    owner = m[m[unit + at.UN_SOURCE] + at.SO_KEY]
    return uniform(m[at.KEY], owner, m[unit + at.UN_ORDINAL], place, m[unit + at.UN_LAP], purpose)


@njit(error_model="numpy")
def schedule(e, t, time, kind, serial, address):  # type: ignore[no-untyped-def]
    """Add an event and return its slot."""
    return push(e, t, time, tag(kind, serial, address))


@njit(error_model="numpy")
def take_unit(m):  # type: ignore[no-untyped-def]
    """Return a free unit; the loop has made sure that there is one."""
    unit = m[at.FREE]
    m[at.FREE] = m[unit + at.UN_NEXT]
    m[at.FREE_COUNT] -= 1
    return unit


@njit(error_model="numpy")
def free_unit(m, unit):  # type: ignore[no-untyped-def]
    """Give a unit back."""
    m[unit + at.UN_NEXT] = m[at.FREE]
    m[at.FREE] = unit
    m[at.FREE_COUNT] += 1


@njit(error_model="numpy")
def put_on_agenda(m, thing):  # type: ignore[no-untyped-def]
    """Have a station, yard, lane or fleet looked at before the event is over."""
    if m[thing + at.LISTED]:
        return
    m[thing + at.LISTED] = 1
    size = m[at.AGENDA_SIZE]
    place = m[at.AGENDA_HEAD] + m[at.AGENDA_COUNT]
    m[m[at.AGENDA] + (place if place < size else place - size)] = thing
    m[at.AGENDA_COUNT] += 1


@njit(error_model="numpy")
def touch(m, f, station):  # type: ignore[no-untyped-def]
    """Bring the time integrals of a station up to now; to be called before a number changes."""
    elapsed = f[at.NOW] - f[station + at.ST_TOUCHED]
    if elapsed > 0.0:
        week = m[station + at.ST_WEEKS] + at.WK_SIZE * m[at.WEEK]
        f[week + at.WK_QUEUE] += m[station + at.ST_WAITING] * elapsed
        f[week + at.WK_BUSY] += m[station + at.ST_BUSY] * elapsed
        if m[station + at.ST_SHUT] == 0:
            f[week + at.WK_OPEN] += elapsed
        f[station + at.ST_TOUCHED] = f[at.NOW]
