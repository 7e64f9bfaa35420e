"""The memory of a run, and what every part of the kernel does with it: draws, units, events, the agenda."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.events import push, tag
from kervan.engines.simulate.keyed import draw, uniform
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.parts import njit

__all__ = [
    "chance",
    "count_busy",
    "count_open",
    "count_queue",
    "drawn",
    "free_unit",
    "put_on_agenda",
    "schedule",
    "take_unit",
]

#: Kinds of events, in the order in which they are taken at the same time.
GATE, UNLOADED, ARRIVED, LOADED, SERVED, TRAVELLED, IMPATIENT, DUE, ARRIVAL_OF = (np.int64(kind) for kind in range(9))
#: Why a run stops.
DONE, PAUSED, MORE_UNITS, MORE_RECORDS, TOO_MANY_EVENTS, TOO_MANY_ALIVE, ENDLESS, TOO_MANY_TRACED = range(8)
#: As ``numpy.int64`` constants do not make the compiler write a function once more for each of them.
ZERO: Final = np.int64(0)
#: Of all files of the engine, for the functions that are kept on disk: see `kernel`.
STAMP: Final = zlib.crc32(b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))) or 1
#: Of `ticks`.
TICKS_PER_H: Final = 2.0**33
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
def ticks(hours):  # type: ignore[no-untyped-def]
    """Return hours in whole units of 2⁻³³ h (0.4 µs), whose sums do not depend on the order of adding."""
    return np.int64(hours * TICKS_PER_H)


@njit(error_model="numpy")
def count_busy(m, f, station, servers):  # type: ignore[no-untyped-def]
    """Count a server that is taken (-1) or given back (1) now: what is in between is its time in use."""
    week = m[station + at.ST_WEEKS] + at.WK_SIZE * m[at.WEEK]
    m[week + at.WK_BUSY] += servers * ticks(f[at.NOW] - WEEK_H * m[at.WEEK])


@njit(error_model="numpy")
def count_open(m, f, station):  # type: ignore[no-untyped-def]
    """Count the time since a station has opened, or since the week began."""
    f[m[station + at.ST_WEEKS] + at.WK_SIZE * m[at.WEEK] + at.WK_OPEN] += f[at.NOW] - f[station + at.ST_OPENED]
    f[station + at.ST_OPENED] = f[at.NOW]


@njit(error_model="numpy")
def count_queue(m, f, station, since):  # type: ignore[no-untyped-def]
    """Count the time that one of the queue has waited until now, in the weeks in which it was."""
    number, until = m[at.WEEK], f[at.NOW]
    week, start = m[station + at.ST_WEEKS] + at.WK_SIZE * number, WEEK_H * number
    while since < start:
        f[week + at.WK_QUEUE] += until - start
        until, week, start = start, week - at.WK_SIZE, start - WEEK_H
    f[week + at.WK_QUEUE] += until - since
