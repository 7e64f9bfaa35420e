"""The event loop: what ``docs/explanation/simulation.md`` says, in the order in which it says it.

Compiled once for all models. A *station*, *unit*, *op* and so on is an address in the memory of the run (`world`),
and fields are offsets (`layout`).
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

from numba import njit

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.deadlock import find_stuck
from kervan.engines.simulate.events import ADDRESS_BITS, HOLE, KEYS, MOST_SLOTS, drop
from kervan.engines.simulate.gates import prepare_gate, turn, yard_changed
from kervan.engines.simulate.keyed import ARRIVAL, BRANCH, DELAY, ROUTE, SERVICE, SHARE, TRAVEL, uniform
from kervan.engines.simulate.lanes import (
    arrived,
    dispatch,
    join_lane,
    loaded,
    look_at_lane,
    prepare_lane,
    tick,
    unloaded,
)  # fmt: skip
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.shelf import shelve, unshelve
from kervan.engines.simulate.stations import come, give_back, leave_queue, serve_next, service_over
from kervan.engines.simulate.trace import (
    BEGAN,
    BLOCKED,
    DIVERTED,
    ENTERED,
    FINISHED,
    JOINED_LANE,
    LANDED,
    LEFT,
    NO_VOYAGE,
    RENEGED,
    SERVICE_ENDED,
    TRAVEL_BEGAN,
    TRAVEL_ENDED,
    note,
    traced_integers,
)  # fmt: skip
from kervan.engines.simulate.world import (
    ARRIVAL_OF,
    ARRIVED,
    DONE,
    DUE,
    ENDLESS,
    GATE,
    IMPATIENT,
    LOADED,
    MORE_RECORDS,
    MORE_UNITS,
    MOST_OPERATIONS,
    PAUSED,
    SERVED,
    TOO_MANY_ALIVE,
    TOO_MANY_EVENTS,
    TRAVELLED,
    UNLOADED,
    ZERO,
    chance,
    drawn,
    floats,
    free_unit,
    integers,
    put_on_agenda,
    schedule,
    take_unit,
    touch,
)  # fmt: skip

__all__ = ["advance", "advance_traced", "close_books", "prepare", "stuck"]

_ADDRESS = (1 << ADDRESS_BITS) - 1
_BLOCKED = -2


@njit(error_model="numpy")
def _prepare(words, events):  # type: ignore[no-untyped-def]
    """Schedule the first event of everything."""
    m, f, e, t = integers(words), floats(words), integers(events), floats(events)
    for place in range(m[at.GATE_COUNT]):
        prepare_gate(m, f, e, t, m[at.GATES] + at.GA_SIZE * place)
    for place in range(m[at.LANE_COUNT]):
        prepare_lane(m, f, e, t, m[at.LANES] + at.LA_SIZE * place)
    source = m[at.SOURCES]
    while source >= 0:
        _next_arrival(m, f, e, t, source)
        source = m[source + at.SO_NEXT]


@njit(error_model="numpy")
def _advance(m, words, events, most, stop):  # type: ignore[no-untyped-def]
    """Take events until the horizon, until ``stop`` of them have been taken, or until there is no room.

    ``m`` is the memory seen as integers; its type says whether a trace is kept (`trace`).

    Returns
    -------
    int
        One of the reasons of `world`. After `MORE_UNITS` and `MORE_RECORDS` it can be called again with more room.
    """
    f, e, t = floats(words), integers(events), floats(events)
    wins, tags = KEYS + 2 * e[MOST_SLOTS] + 1, KEYS + e[MOST_SLOTS]
    horizon = f[at.HORIZON]
    while True:
        if m[at.FREE_COUNT] < m[at.MARGIN] + m[at.RIDERS]:
            return MORE_UNITS
        if m[at.RECORDS] + m[at.ALIVE] + m[at.MARGIN] > most:
            return MORE_RECORDS
        slot = _first(m, f, e, t, wins)
        now = t[KEYS + slot]
        while now >= f[at.NEXT_WEEK] and f[at.NEXT_WEEK] < horizon:
            _next_week(m, f)
        if now >= horizon:
            return DONE
        f[at.NOW] = now
        mark = e[tags + slot]
        e[HOLE] = slot
        _take(m, f, e, t, mark >> 59, mark & _ADDRESS)
        drop(e, t)
        while m[at.AGENDA_COUNT] > 0:
            _work_off(m, f, e, t)
        m[at.EVENTS] += 1
        if m[at.ERROR]:
            return m[at.ERROR]
        if m[at.EVENTS] >= stop:
            if m[at.EVENTS] >= m[at.MOST_EVENTS]:
                return TOO_MANY_EVENTS
            return PAUSED


@njit(error_model="numpy")
def _first(m, f, e, t, wins):  # type: ignore[no-untyped-def]
    """Return the slot of the next event, after what may be before it has been taken off the shelf."""
    while t[KEYS + e[wins]] >= f[at.SHELVED_FROM] and m[at.SLICE] < m[at.SLICES]:
        unshelve(m, f, e, t)
    return e[wins]


@njit(error_model="numpy")
def _take(m, f, e, t, kind, thing):  # type: ignore[no-untyped-def]
    """Take one event."""
    if kind == SERVED:
        note(m, f, SERVICE_ENDED, thing, m[thing + at.UN_OP], NO_VOYAGE)
        service_over(m, thing, m[m[thing + at.UN_OP] + at.OP_AT])
        _walk_on(m, f, e, t, thing)
    elif kind == TRAVELLED:
        note(m, f, TRAVEL_ENDED, thing, m[thing + at.UN_OP], NO_VOYAGE)
        _walk_on(m, f, e, t, thing)
    elif kind == ARRIVAL_OF:
        _arrive(m, f, e, t, thing)
    else:
        _take_rarer(m, f, e, t, kind, thing)


@njit(error_model="numpy")
def _take_rarer(m, f, e, t, kind, thing):  # type: ignore[no-untyped-def]
    if kind == GATE:
        turn(m, f, e, t, thing)
    elif kind == DUE:
        tick(m, f, e, t, thing)
    elif kind == LOADED:
        unit = m[thing + at.VO_FIRST]
        while unit >= 0:
            op = m[unit + at.UN_OP]
            if m[op + at.OP_LEAVES] >= 0:
                note(m, f, LEFT, unit, op, NO_VOYAGE)
                _leave(m, f, e, t, m[op + at.OP_LEAVES])
            unit = m[unit + at.UN_NEXT]
        loaded(m, f, e, t, thing)
    elif kind == ARRIVED:
        arrived(m, f, e, t, thing)
    elif kind == UNLOADED:
        unit = m[thing + at.VO_FIRST]
        while unit >= 0:
            after = m[unit + at.UN_NEXT]
            note(m, f, LANDED, unit, m[unit + at.UN_OP], m[thing + at.VO_SERIAL])
            _walk_on(m, f, e, t, unit)
            unit = after
        unloaded(m, f, e, t, thing)
    elif kind == IMPATIENT:
        op = m[thing + at.UN_OP]
        m[thing + at.UN_PATIENCE] = at.NONE
        note(m, f, RENEGED, thing, op, NO_VOYAGE)
        leave_queue(m, f, thing, m[op + at.OP_AT])
        f[thing + at.UN_WAITING] += f[at.NOW] - f[thing + at.UN_SINCE]
        _count(m, f, thing)
        _walk(m, f, e, t, thing, m[op + at.OP_OTHERWISE])


@njit(error_model="numpy")
def _work_off(m, f, e, t):  # type: ignore[no-untyped-def]
    """Take the first thing off the agenda, and start there what can start."""
    head = m[at.AGENDA_HEAD]
    thing = m[m[at.AGENDA] + head]
    m[at.AGENDA_HEAD] = head + 1 if head + 1 < m[at.AGENDA_SIZE] else 0
    m[at.AGENDA_COUNT] -= 1
    m[thing + at.LISTED] = 0
    kind = m[thing + at.KIND]
    if kind == at.STATION:
        serve_next(m, f, e, t, thing)
    elif kind == at.YARD:
        _let_in(m, f, e, t, thing)
    elif kind == at.LANE:
        look_at_lane(m, f, e, t, thing)
    else:
        dispatch(m, f, e, t, thing)


# ── arrivals ────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _next_arrival(m, f, e, t, source):  # type: ignore[no-untyped-def]
    """Schedule the next arrival of a source: operational time goes on, and the season says when that is."""
    number = m[source + at.SO_ARRIVALS]
    if number >= m[source + at.SO_MOST]:
        return
    headway = drawn(m, f, source + at.SO_CODE, m[source + at.SO_KEY], number, ZERO, ZERO, ARRIVAL)
    operational = f[source + at.SO_OPERATIONAL] + headway
    f[source + at.SO_OPERATIONAL] = operational
    piece, start = m[source + at.SO_PIECE], f[source + at.SO_PIECE_START]
    table, last = m[source + at.SO_SEASON], m[source + at.SO_PIECES] - 1
    while piece < last:
        after = start + (f[table + 2 * piece + 2] - f[table + 2 * piece]) * f[table + 2 * piece + 1]
        if operational < after:
            break
        piece, start = piece + 1, after
    m[source + at.SO_PIECE], f[source + at.SO_PIECE_START] = piece, start
    time = f[table + 2 * piece] + (operational - start) / f[table + 2 * piece + 1]
    schedule(e, t, time, ARRIVAL_OF, m[source + at.SO_INDEX], source)


@njit(error_model="numpy")
def _arrive(m, f, e, t, source):  # type: ignore[no-untyped-def]
    """Make a group of consignments and let them walk, one after the other."""
    m[source + at.SO_ARRIVALS] += 1
    _next_arrival(m, f, e, t, source)
    for _ in range(m[source + at.SO_GROUP]):
        _walk_new(m, f, e, t, source)
    if m[at.ALIVE] > m[at.MOST_ALIVE] and not m[at.ERROR]:
        m[at.ERROR] = TOO_MANY_ALIVE


@njit(error_model="numpy")
def _walk_new(m, f, e, t, source):  # type: ignore[no-untyped-def]
    """Make one consignment and let it walk."""
    unit, ordinal = take_unit(m), m[source + at.SO_MADE]
    m[source + at.SO_MADE] = ordinal + 1
    m[unit + at.UN_SERIAL] = m[at.SERIAL]
    m[at.SERIAL] += 1
    m[at.ALIVE] += 1
    m[unit + at.UN_SOURCE], m[unit + at.UN_ORDINAL] = source, ordinal
    m[unit + at.UN_LAP] = 0
    m[unit + at.UN_HOLDS], m[unit + at.UN_PATIENCE] = at.NONE, at.NONE
    f[unit + at.UN_BEGAN], f[unit + at.UN_MOVING], f[unit + at.UN_WAITING] = f[at.NOW], 0.0, 0.0
    f[unit + at.UN_FROM], f[unit + at.UN_MOVED], f[unit + at.UN_WAITED] = f[at.NOW], 0.0, 0.0
    program, programs = 0, m[source + at.SO_PROGRAMS]
    if m[source + at.SO_PROGRAM_COUNT] > 1:
        u = uniform(m[at.KEY], m[source + at.SO_KEY], ordinal, ZERO, ZERO, ROUTE)
        while u >= f[programs + at.PR_SIZE * program + at.PR_SHARE]:
            program += 1
    m[unit + at.UN_PROGRAM] = program
    first = m[programs + at.PR_SIZE * program + at.PR_FIRST]
    note(m, f, BEGAN, unit, first, NO_VOYAGE)
    _walk(m, f, e, t, unit, first)


# ── walking ─────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _walk_on(m, f, e, t, unit):  # type: ignore[no-untyped-def]
    """Let a consignment that has rested in an operation go on to the next."""
    _count(m, f, unit)
    _walk(m, f, e, t, unit, m[unit + at.UN_OP] + at.OP_SIZE)


@njit(error_model="numpy")
def _count(m, f, unit):  # type: ignore[no-untyped-def]
    """Count the hours of the operation in which a consignment has rested: those since it last went on."""
    op, now, moving, waiting = m[unit + at.UN_OP], f[at.NOW], f[unit + at.UN_MOVING], f[unit + at.UN_WAITING]
    if now >= f[at.WARM]:
        m[op + at.OP_DONE] += 1
        f[op + at.OP_HOURS] += now - f[unit + at.UN_FROM]
        f[op + at.OP_MOVED] += moving - f[unit + at.UN_MOVED]
        f[op + at.OP_WAITED] += waiting - f[unit + at.UN_WAITED]
    f[unit + at.UN_FROM], f[unit + at.UN_MOVED], f[unit + at.UN_WAITED] = now, moving, waiting


@njit(error_model="numpy")
def _walk(m, f, e, t, unit, op):  # type: ignore[no-untyped-def]
    """Let a consignment go on from an operation until it rests; then it gives back the server it held."""
    holds = m[unit + at.UN_HOLDS]
    m[unit + at.UN_HOLDS] = at.NONE
    kind, steps = m[op], 0
    while True:
        if kind == at.VISIT:
            share = f[op + at.OP_SHARE]
            if share >= 1.0 or chance(m, unit, m[op + at.OP_PLACE], SHARE) < share:
                m[unit + at.UN_OP] = op
                op = come(m, f, e, t, unit, op)
                if op < 0:
                    break
            else:
                op += at.OP_SIZE
        elif kind == at.END:
            note(m, f, FINISHED, unit, op, NO_VOYAGE)
            _finish(m, f, unit)
            break
        else:
            op = _step(m, f, e, t, unit, op, kind)
            if op == _BLOCKED:
                m[unit + at.UN_HOLDS] = holds
                return
            if op < 0:
                break
        kind = m[op]
        steps += 1
        if steps > MOST_OPERATIONS:
            m[at.ERROR], m[at.ERROR_AT] = ENDLESS, m[unit + at.UN_SOURCE]
            return
    if holds >= 0:
        give_back(m, f, holds)


@njit(error_model="numpy")
def _step(m, f, e, t, unit, op, kind):  # type: ignore[no-untyped-def]
    """Do one of the other operations; return where to go on, `layout.NONE` to rest, or `_BLOCKED`."""
    if kind == at.TRAVEL:
        owner, ordinal = m[m[unit + at.UN_SOURCE] + at.SO_KEY], m[unit + at.UN_ORDINAL]
        hours = drawn(m, f, op + at.OP_CODE, owner, ordinal, m[op + at.OP_PLACE], m[unit + at.UN_LAP], TRAVEL)
        m[unit + at.UN_OP] = op
        note(m, f, TRAVEL_BEGAN, unit, op, NO_VOYAGE)
        f[unit + at.UN_MOVING] += hours
        if m[op + at.OP_STOPS]:
            hours += _stops(m, f, unit, op)
        shelve(m, f, e, t, unit, f[at.NOW] + hours)
        return at.NONE
    if kind == at.RIDE:
        m[unit + at.UN_OP] = op
        note(m, f, JOINED_LANE, unit, op, NO_VOYAGE)
        join_lane(m, f, e, t, unit, m[op + at.OP_AT])
        return at.NONE
    if kind == at.ENTER:
        return _enter(m, f, e, t, unit, op)
    if kind == at.LEAVE:
        note(m, f, LEFT, unit, op, NO_VOYAGE)
        _leave(m, f, e, t, m[op + at.OP_AT])
        return op + at.OP_SIZE
    if chance(m, unit, m[op + at.OP_PLACE], BRANCH) < f[op + at.OP_CHANCE]:
        if m[op + at.OP_TO] <= op:
            m[unit + at.UN_LAP] += 1
        return m[op + at.OP_TO]
    return op + at.OP_SIZE


@njit(error_model="numpy")
def _stops(m, f, unit, op):  # type: ignore[no-untyped-def]
    """Return the hours that a travel takes besides its moving."""
    source, ordinal, place, lap = (
        m[unit + at.UN_SOURCE],
        m[unit + at.UN_ORDINAL],
        m[op + at.OP_PLACE],
        m[unit + at.UN_LAP],
    )
    waited = drawn(m, f, op + at.OP_DELAY, m[source + at.SO_KEY], ordinal, place, lap, DELAY)
    f[unit + at.UN_WAITING] += waited
    return waited + drawn(m, f, op + at.OP_PROCEDURE, m[source + at.SO_KEY], ordinal, place, lap, SERVICE)


@njit(error_model="numpy")
def _finish(m, f, unit):  # type: ignore[no-untyped-def]
    """Record a consignment that has arrived."""
    integer, number = integers(m[at.FINISHED]), floats(m[at.FINISHED])
    row = 5 * m[at.RECORDS]
    source = m[m[unit + at.UN_SOURCE] + at.SO_INDEX]
    # The three small numbers of `records.RECORD` are one word.
    integer[row] = m[unit + at.UN_ORDINAL] | (source << 32) | (m[unit + at.UN_PROGRAM] << 48)
    number[row + 1] = f[unit + at.UN_BEGAN]
    number[row + 2] = f[at.NOW] - f[unit + at.UN_BEGAN]
    number[row + 3] = f[unit + at.UN_MOVING]
    number[row + 4] = f[unit + at.UN_WAITING]
    m[at.RECORDS] += 1
    m[at.ALIVE] -= 1
    free_unit(m, unit)


# ── yards ───────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _enter(m, f, e, t, unit, op):  # type: ignore[no-untyped-def]
    """Take a place of a yard, go on elsewhere, or be blocked."""
    yard = m[op + at.OP_AT]
    if m[yard + at.YA_INSIDE] < m[yard + at.YA_PLACES] and m[yard + at.YA_FIRST] < 0:
        note(m, f, ENTERED, unit, op, NO_VOYAGE)
        _take_place(m, f, e, t, yard)
        return op + at.OP_SIZE
    if m[op + at.OP_OTHERWISE] >= 0:
        note(m, f, DIVERTED, unit, op, NO_VOYAGE)
        return m[op + at.OP_OTHERWISE]
    note(m, f, BLOCKED, unit, op, NO_VOYAGE)
    m[unit + at.UN_OP], m[unit + at.UN_NEXT], f[unit + at.UN_SINCE] = op, at.NONE, f[at.NOW]
    if m[yard + at.YA_LAST] < 0:
        m[yard + at.YA_FIRST] = unit
    else:
        m[m[yard + at.YA_LAST] + at.UN_NEXT] = unit
    m[yard + at.YA_LAST] = unit
    return _BLOCKED


@njit(error_model="numpy")
def _take_place(m, f, e, t, yard):  # type: ignore[no-untyped-def]
    m[yard + at.YA_INSIDE] += 1
    yard_changed(m, f, e, t, yard)


@njit(error_model="numpy")
def _leave(m, f, e, t, yard):  # type: ignore[no-untyped-def]
    """Give a place of a yard back."""
    m[yard + at.YA_INSIDE] -= 1
    yard_changed(m, f, e, t, yard)
    put_on_agenda(m, yard)


@njit(error_model="numpy")
def _let_in(m, f, e, t, yard):  # type: ignore[no-untyped-def]
    """Let the blocked in while there is room."""
    while m[yard + at.YA_INSIDE] < m[yard + at.YA_PLACES] and m[yard + at.YA_FIRST] >= 0:
        unit = m[yard + at.YA_FIRST]
        m[yard + at.YA_FIRST] = m[unit + at.UN_NEXT]
        if m[yard + at.YA_FIRST] < 0:
            m[yard + at.YA_LAST] = at.NONE
        f[unit + at.UN_WAITING] += f[at.NOW] - f[unit + at.UN_SINCE]
        note(m, f, ENTERED, unit, m[unit + at.UN_OP], NO_VOYAGE)
        _take_place(m, f, e, t, yard)
        _walk_on(m, f, e, t, unit)


# ── time integrals ──────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _next_week(m, f):  # type: ignore[no-untyped-def]
    """Close a week: bring all stations up to its end."""
    f[at.NOW] = f[at.NEXT_WEEK]
    for place in range(m[at.STATION_COUNT]):
        station = m[at.STATIONS] + at.ST_SIZE * place
        touch(m, f, station)
        after = m[station + at.ST_WEEKS] + at.WK_SIZE * (m[at.WEEK] + 1)
        m[after + at.WK_LONGEST] = m[station + at.ST_WAITING]
    m[at.WEEK] += 1
    f[at.NEXT_WEEK] = WEEK_H * (m[at.WEEK] + 1)


@njit(error_model="numpy")
def _close_books(words):  # type: ignore[no-untyped-def]
    """Bring everything up to the horizon."""
    m, f = integers(words), floats(words)
    while f[at.NEXT_WEEK] < f[at.HORIZON]:
        _next_week(m, f)
    f[at.NOW] = f[at.HORIZON]
    for place in range(m[at.STATION_COUNT]):
        touch(m, f, m[at.STATIONS] + at.ST_SIZE * place)
    for place in range(m[at.LANE_COUNT]):
        lane = m[at.LANES] + at.LA_SIZE * place
        f[lane + at.LA_AREA] += f[lane + at.LA_WAITING] * (f[at.NOW] - f[lane + at.LA_TOUCHED])
        f[lane + at.LA_TOUCHED] = f[at.NOW]
    for place in range(m[at.VEHICLE_COUNT]):
        vehicle = m[m[at.VEHICLES] + place]
        f[m[vehicle + at.VE_FLEET] + at.FL_HOURS + m[vehicle + at.VE_STATE]] += f[at.NOW] - f[vehicle + at.VE_SINCE]


# ── those that are called from outside ──────────────────────────────────────────────────────────────


def _entries(stamp: int) -> tuple[Any, Any, Any, Any, Any]:
    """Return the functions that are compiled once and kept on disk.

    Numba asks only whether the file of a cached function has changed, and what it has closed over; so the stamp,
    which is that of all files of the kernel, is closed over.
    """

    @njit(cache=True, nogil=True)
    def prepare(words, events):  # type: ignore[no-untyped-def]
        _prepare(words, events)
        return stamp

    @njit(cache=True, nogil=True)
    def advance(words, events, most, stop):  # type: ignore[no-untyped-def]
        return _advance(integers(words), words, events, most, stop) if stamp else stamp

    @njit(cache=True, nogil=True)
    def advance_traced(words, events, most, stop):  # type: ignore[no-untyped-def]
        return _advance(traced_integers(words), words, events, most, stop) if stamp else stamp

    @njit(cache=True, nogil=True)
    def close_books(words):  # type: ignore[no-untyped-def]
        _close_books(words)
        return stamp

    @njit(cache=True, nogil=True)
    def stuck(words, table):  # type: ignore[no-untyped-def]
        find_stuck(words, table)
        return stamp

    return prepare, advance, advance_traced, close_books, stuck


def _stamp() -> int:
    files = sorted(Path(__file__).parent.glob("*.py"))
    return zlib.crc32(b"".join(file.read_bytes() for file in files)) or 1


prepare, advance, advance_traced, close_books, stuck = _entries(_stamp())
