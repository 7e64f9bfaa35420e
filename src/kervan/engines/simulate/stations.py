"""Stations: coming, starting, closing; see "Stations" in ``docs/explanation/simulation.md``."""

from __future__ import annotations

import math

from numba import njit

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.events import cancel
from kervan.engines.simulate.keyed import ELECTRONIC, PATIENCE, SERVICE
from kervan.engines.simulate.trace import (
    DIVERTED,
    INTERRUPTED,
    JOINED_QUEUE,
    NO_VOYAGE,
    RESUMED,
    SERVICE_BEGAN,
    note,
)  # fmt: skip
from kervan.engines.simulate.waits import bin_of
from kervan.engines.simulate.world import (
    IMPATIENT,
    SERVED,
    chance,
    drawn,
    put_on_agenda,
    schedule,
    touch,
)  # fmt: skip

__all__ = ["come", "give_back", "interrupt", "leave_queue", "resume", "serve_next", "service_over"]


@njit(error_model="numpy")
def come(m, f, e, t, unit, op):  # type: ignore[no-untyped-def]
    """Let a consignment come to a station; return where it goes on, or `layout.NONE` if it stays."""
    station = m[op + at.OP_AT]
    m[m[station + at.ST_WEEKS] + at.WK_SIZE * m[at.WEEK] + at.WK_ARRIVED] += 1
    servers, waiting = m[station + at.ST_SERVERS], m[station + at.ST_WAITING]
    f[unit + at.UN_SINCE] = f[at.NOW]
    if m[station + at.ST_SHUT] == 0 and waiting == 0 and m[station + at.ST_BUSY] < servers:
        touch(m, f, station)
        _begin(m, f, e, t, unit, op, station)
        return at.NONE
    priority = m[m[unit + at.UN_SOURCE] + at.SO_PRIORITY]
    bound = f[op + at.OP_DIVERT]
    if bound < math.inf and servers < at.MANY:
        expected = _ahead(m, station, priority) * f[op + at.OP_MEAN] / servers
        if expected > bound:
            note(m, f, DIVERTED, unit, op, NO_VOYAGE)
            return m[op + at.OP_OTHERWISE]
    touch(m, f, station)
    note(m, f, JOINED_QUEUE, unit, op, NO_VOYAGE)
    _join(m, unit, station, priority)
    if m[op + at.OP_PATIENCE] >= 0:
        owner = m[m[unit + at.UN_SOURCE] + at.SO_KEY]
        patience = drawn(
            m,
            f,
            op + at.OP_PATIENCE,
            owner,
            m[unit + at.UN_ORDINAL],
            m[op + at.OP_PLACE],
            m[unit + at.UN_LAP],
            PATIENCE,
        )
        m[unit + at.UN_PATIENCE] = schedule(e, t, f[at.NOW] + patience, IMPATIENT, m[unit + at.UN_SERIAL], unit)
    return at.NONE


@njit(error_model="numpy")
def _ahead(m, station, priority):  # type: ignore[no-untyped-def]
    """Return how many wait who would be served before a newcomer of this priority."""
    count = 0
    for level in range(priority + 1):
        count += m[station + at.ST_COUNT + level]
    return count


@njit(error_model="numpy")
def _join(m, unit, station, priority):  # type: ignore[no-untyped-def]
    last = m[station + at.ST_LAST + priority]
    m[unit + at.UN_NEXT], m[unit + at.UN_BEFORE] = at.NONE, last
    if last < 0:
        m[station + at.ST_FIRST + priority] = unit
    else:
        m[last + at.UN_NEXT] = unit
    m[station + at.ST_LAST + priority] = unit
    m[station + at.ST_COUNT + priority] += 1
    waiting = m[station + at.ST_WAITING] + 1
    m[station + at.ST_WAITING] = waiting
    week = m[station + at.ST_WEEKS] + at.WK_SIZE * m[at.WEEK]
    m[week + at.WK_LONGEST] = max(m[week + at.WK_LONGEST], waiting)


@njit(error_model="numpy")
def leave_queue(m, f, unit, station):  # type: ignore[no-untyped-def]
    """Take a consignment out of the queue, wherever it stands."""
    touch(m, f, station)
    priority = m[m[unit + at.UN_SOURCE] + at.SO_PRIORITY]
    after, before = m[unit + at.UN_NEXT], m[unit + at.UN_BEFORE]
    if before < 0:
        m[station + at.ST_FIRST + priority] = after
    else:
        m[before + at.UN_NEXT] = after
    if after < 0:
        m[station + at.ST_LAST + priority] = before
    else:
        m[after + at.UN_BEFORE] = before
    m[station + at.ST_COUNT + priority] -= 1
    m[station + at.ST_WAITING] -= 1


@njit(error_model="numpy")
def serve_next(m, f, e, t, station):  # type: ignore[no-untyped-def]
    """Begin whatever services can begin."""
    if m[station + at.ST_SHUT]:
        return
    priority = 0
    while m[station + at.ST_WAITING] > 0 and m[station + at.ST_BUSY] < m[station + at.ST_SERVERS]:
        while m[station + at.ST_FIRST + priority] < 0:
            priority += 1
        unit = m[station + at.ST_FIRST + priority]
        leave_queue(m, f, unit, station)
        if m[unit + at.UN_PATIENCE] >= 0:
            cancel(e, t, m[unit + at.UN_PATIENCE])
            m[unit + at.UN_PATIENCE] = at.NONE
        _begin(m, f, e, t, unit, m[unit + at.UN_OP], station)


@njit(error_model="numpy")
def _begin(m, f, e, t, unit, op, station):  # type: ignore[no-untyped-def]
    """Begin a service; the station has been touched."""
    now = f[at.NOW]
    note(m, f, SERVICE_BEGAN, unit, op, NO_VOYAGE)
    waited = now - f[unit + at.UN_SINCE]
    f[unit + at.UN_WAITING] += waited
    m[station + at.ST_BUSY] += 1
    week = m[station + at.ST_WEEKS] + at.WK_SIZE * m[at.WEEK]
    m[week + at.WK_BEGUN] += 1
    f[week + at.WK_WAITS] += waited
    if now >= f[at.WARM]:
        m[m[station + at.ST_WAITS] + bin_of(waited)] += 1
    law, place = op + at.OP_CODE, m[op + at.OP_PLACE]
    share = f[op + at.OP_ELECTRONIC]
    if share > 0.0 and (share >= 1.0 or chance(m, unit, place, ELECTRONIC) < share):
        law = op + at.OP_E_CODE
    owner = m[m[unit + at.UN_SOURCE] + at.SO_KEY]
    need = drawn(m, f, law, owner, m[unit + at.UN_ORDINAL], place, m[unit + at.UN_LAP], SERVICE)
    m[unit + at.UN_SLOT] = schedule(e, t, now + need, SERVED, m[unit + at.UN_SERIAL], unit)
    if m[station + at.ST_CLOSING] != at.FINISH:
        f[unit + at.UN_NEED], f[unit + at.UN_END] = need, now + need
        _hold(m, unit, station)


@njit(error_model="numpy")
def _hold(m, unit, station):  # type: ignore[no-untyped-def]
    """Keep a service that may be interrupted in the list of those in progress."""
    last = m[station + at.ST_HELD_LAST]
    m[unit + at.UN_NEXT], m[unit + at.UN_BEFORE] = at.NONE, last
    if last < 0:
        m[station + at.ST_HELD_FIRST] = unit
    else:
        m[last + at.UN_NEXT] = unit
    m[station + at.ST_HELD_LAST] = unit


@njit(error_model="numpy")
def service_over(m, unit, station):  # type: ignore[no-untyped-def]
    """End a service; the consignment still holds the server."""
    m[unit + at.UN_HOLDS] = station
    if m[station + at.ST_CLOSING] == at.FINISH:
        return
    after, before = m[unit + at.UN_NEXT], m[unit + at.UN_BEFORE]
    if before < 0:
        m[station + at.ST_HELD_FIRST] = after
    else:
        m[before + at.UN_NEXT] = after
    if after < 0:
        m[station + at.ST_HELD_LAST] = before
    else:
        m[after + at.UN_BEFORE] = before


@njit(error_model="numpy")
def give_back(m, f, station):  # type: ignore[no-untyped-def]
    """Give a server back."""
    touch(m, f, station)
    m[station + at.ST_BUSY] -= 1
    put_on_agenda(m, station)


@njit(error_model="numpy")
def interrupt(m, f, e, t, station):  # type: ignore[no-untyped-def]
    """Stop the services in progress."""
    now = f[at.NOW]
    unit = m[station + at.ST_HELD_FIRST]
    while unit >= 0:
        cancel(e, t, m[unit + at.UN_SLOT])
        note(m, f, INTERRUPTED, unit, m[unit + at.UN_OP], NO_VOYAGE)
        f[unit + at.UN_SINCE] = now
        # From here on the end holds what is left.
        f[unit + at.UN_END] -= now
        unit = m[unit + at.UN_NEXT]


@njit(error_model="numpy")
def resume(m, f, e, t, station):  # type: ignore[no-untyped-def]
    """Go on with the services that were stopped."""
    now, anew = f[at.NOW], m[station + at.ST_CLOSING] == at.RESTART
    unit = m[station + at.ST_HELD_FIRST]
    while unit >= 0:
        left = f[unit + at.UN_END]
        note(m, f, RESUMED, unit, m[unit + at.UN_OP], NO_VOYAGE)
        f[unit + at.UN_WAITING] += now - f[unit + at.UN_SINCE]
        if anew:
            f[unit + at.UN_WAITING] += f[unit + at.UN_NEED] - left
            left = f[unit + at.UN_NEED]
        f[unit + at.UN_END] = now + left
        m[unit + at.UN_SLOT] = schedule(e, t, now + left, SERVED, m[unit + at.UN_SERIAL], unit)
        unit = m[unit + at.UN_NEXT]
