"""Lanes, fleets, berths and voyages; see "Lanes and fleets" in ``docs/explanation/simulation.md``."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.events import cancel
from kervan.engines.simulate.keyed import CROSSING, HEADWAY
from kervan.engines.simulate.trace import (
    ASSIGNED,
    BOARDED,
    LOADING_BEGAN,
    LOADING_ENDED,
    REACHED,
    SAILED,
    SAILED_EMPTY,
    UNLOADING_BEGAN,
    UNLOADING_ENDED,
    note,
    note_voyage,
)  # fmt: skip
from kervan.engines.simulate.world import (
    ARRIVED,
    DUE,
    LOADED,
    UNLOADED,
    ZERO,
    drawn,
    free_unit,
    put_on_agenda,
    schedule,
    take_unit,
)  # fmt: skip

__all__ = [
    "arrived",
    "depart_held",
    "dispatch",
    "join_lane",
    "loaded",
    "look_at_lane",
    "prepare_lane",
    "tick",
    "unloaded",
]


@njit(error_model="numpy")
def prepare_lane(m, f, e, t, lane):  # type: ignore[no-untyped-def]
    """Schedule the first departure time of a clock."""
    if m[lane + at.LA_RULE]:
        schedule(e, t, f[lane + at.LA_OFFSET], DUE, m[lane + at.LA_INDEX], lane)


@njit(error_model="numpy")
def tick(m, f, e, t, lane):  # type: ignore[no-untyped-def]
    """Take a lane's due event: a timeout, or a departure time."""
    if m[lane + at.LA_RULE]:
        m[lane + at.LA_LOST] += m[lane + at.LA_DUE]
        m[lane + at.LA_DUE] = 1
        headway = drawn(m, f, lane + at.LA_CLOCK, m[lane + at.LA_KEY], m[lane + at.LA_TICKS], ZERO, ZERO, HEADWAY)
        m[lane + at.LA_TICKS] += 1
        schedule(e, t, f[at.NOW] + headway, DUE, m[lane + at.LA_INDEX], lane)
    else:
        m[lane + at.LA_SLOT] = at.NONE
    _examine(m, lane)


@njit(error_model="numpy")
def _examine(m, lane):  # type: ignore[no-untyped-def]
    fleet = m[lane + at.LA_FLEET]
    put_on_agenda(m, lane if fleet < 0 else fleet)


@njit(error_model="numpy")
def _touch(f, lane):  # type: ignore[no-untyped-def]
    f[lane + at.LA_AREA] += f[lane + at.LA_WAITING] * (f[at.NOW] - f[lane + at.LA_TOUCHED])
    f[lane + at.LA_TOUCHED] = f[at.NOW]


@njit(error_model="numpy")
def join_lane(m, f, e, t, unit, lane):  # type: ignore[no-untyped-def]
    """Put a consignment at the end of a lane's queue."""
    _touch(f, lane)
    last = m[lane + at.LA_LAST]
    m[unit + at.UN_NEXT] = at.NONE
    f[unit + at.UN_SINCE] = f[at.NOW]
    if last < 0:
        m[lane + at.LA_FIRST] = unit
        _await_timeout(m, f, e, t, lane)
    else:
        m[last + at.UN_NEXT] = unit
    m[lane + at.LA_LAST] = unit
    m[lane + at.LA_COUNT] += 1
    f[lane + at.LA_WAITING] += f[m[unit + at.UN_OP] + at.OP_LOAD]
    if m[lane + at.LA_FLEET] < 0:
        m[at.RIDERS] += 1
    _examine(m, lane)


@njit(error_model="numpy")
def _await_timeout(m, f, e, t, lane):  # type: ignore[no-untyped-def]
    """Schedule the end of the first one's patience with the lane, in place of that of the one before."""
    if m[lane + at.LA_SLOT] >= 0:
        cancel(e, t, m[lane + at.LA_SLOT])
        m[lane + at.LA_SLOT] = at.NONE
    head = m[lane + at.LA_FIRST]
    if head < 0 or m[lane + at.LA_RULE] or f[lane + at.LA_TIMEOUT] == math.inf:
        return
    time = f[head + at.UN_SINCE] + f[lane + at.LA_TIMEOUT]
    if time > f[at.NOW]:
        m[lane + at.LA_SLOT] = schedule(e, t, time, DUE, m[lane + at.LA_INDEX], lane)


@njit(error_model="numpy")
def _is_due(m, f, lane):  # type: ignore[no-untyped-def]
    if m[lane + at.LA_RULE]:
        return m[lane + at.LA_DUE] == 1
    head = m[lane + at.LA_FIRST]
    if head < 0:
        return False
    full = f[lane + at.LA_WAITING] >= f[lane + at.LA_CAPACITY]
    return full or f[at.NOW] >= f[head + at.UN_SINCE] + f[lane + at.LA_TIMEOUT]


@njit(error_model="numpy")
def look_at_lane(m, f, e, t, lane):  # type: ignore[no-untyped-def]
    """Let voyages without a fleet board while the lane is due and open."""
    while m[lane + at.LA_SHUT] == 0 and _is_due(m, f, lane):
        voyage = _new_voyage(m, lane, np.int64(at.NONE), np.int64(at.LADEN))
        _board(m, f, e, t, voyage, lane)
        schedule(e, t, f[at.NOW] + f[lane + at.LA_LOAD_H], LOADED, m[voyage + at.VO_SERIAL], voyage)


@njit(error_model="numpy")
def _new_voyage(m, lane, vehicle, purpose):  # type: ignore[no-untyped-def]
    voyage = take_unit(m)
    m[voyage + at.VO_LANE], m[voyage + at.VO_VEHICLE], m[voyage + at.VO_PURPOSE] = lane, vehicle, purpose
    m[voyage + at.VO_FIRST] = at.NONE
    m[voyage + at.VO_SERIAL] = m[at.VOYAGES]
    m[at.VOYAGES] += 1
    return voyage


@njit(error_model="numpy")
def _board(m, f, e, t, voyage, lane):  # type: ignore[no-untyped-def]
    """Take as many from the front of the queue as fit, and draw the crossing."""
    _touch(f, lane)
    room, count = f[lane + at.LA_CAPACITY], 0
    unit, last = m[lane + at.LA_FIRST], at.NONE
    m[voyage + at.VO_FIRST] = unit
    note_voyage(m, f, LOADING_BEGAN, voyage)
    if unit >= 0:
        f[lane + at.LA_FIRST_WAITS] += f[at.NOW] - f[unit + at.UN_SINCE]
    while unit >= 0 and f[m[unit + at.UN_OP] + at.OP_LOAD] <= room:
        size = f[m[unit + at.UN_OP] + at.OP_LOAD]
        room -= size
        note(m, f, BOARDED, unit, m[unit + at.UN_OP], m[voyage + at.VO_SERIAL])
        waited = f[at.NOW] - f[unit + at.UN_SINCE]
        f[unit + at.UN_WAITING] += waited
        f[lane + at.LA_WAITS] += waited
        f[lane + at.LA_WAITING] -= size
        f[lane + at.LA_CARRIED] += size
        count += 1
        last, unit = unit, m[unit + at.UN_NEXT]
    if count == 0:
        m[voyage + at.VO_FIRST] = at.NONE
    else:
        m[last + at.UN_NEXT] = at.NONE
    m[lane + at.LA_FIRST] = unit
    if unit < 0:
        m[lane + at.LA_LAST] = at.NONE
        f[lane + at.LA_WAITING] = 0.0
    m[lane + at.LA_COUNT] -= count
    m[lane + at.LA_CARRIED_COUNT] += count
    m[lane + at.LA_DUE] = 0
    if m[lane + at.LA_FLEET] < 0:
        m[at.RIDERS] -= count
    if count > 0:
        _await_timeout(m, f, e, t, lane)
    crossing = drawn(m, f, lane + at.LA_CODE, m[lane + at.LA_KEY], m[lane + at.LA_VOYAGES], ZERO, ZERO, CROSSING)
    f[voyage + at.VO_CROSSING] = crossing
    m[lane + at.LA_VOYAGES] += 1


@njit(error_model="numpy")
def loaded(m, f, e, t, voyage):  # type: ignore[no-untyped-def]
    """End the loading: sail, or wait at the berth for the lane to open."""
    lane = m[voyage + at.VO_LANE]
    note_voyage(m, f, LOADING_ENDED, voyage)
    f[voyage + at.VO_SINCE] = f[at.NOW]
    if m[voyage + at.VO_VEHICLE] < 0 or m[lane + at.LA_SHUT] == 0:
        _depart(m, f, e, t, voyage)
        return
    _become(m, f, m[voyage + at.VO_VEHICLE], np.int64(at.WEATHER))
    _line_up(m, voyage, lane + at.LA_HELD_FIRST)


@njit(error_model="numpy")
def depart_held(m, f, e, t, lane):  # type: ignore[no-untyped-def]
    """Let those sail that have waited for the lane to open, in the order in which they were loaded."""
    voyage = m[lane + at.LA_HELD_FIRST]
    m[lane + at.LA_HELD_FIRST], m[lane + at.LA_HELD_LAST] = at.NONE, at.NONE
    while voyage >= 0:
        after = m[voyage + at.VO_NEXT]
        _depart(m, f, e, t, voyage)
        voyage = after


@njit(error_model="numpy")
def _depart(m, f, e, t, voyage):  # type: ignore[no-untyped-def]
    now, lane, vehicle = f[at.NOW], m[voyage + at.VO_LANE], m[voyage + at.VO_VEHICLE]
    note_voyage(m, f, SAILED, voyage)
    held, crossing = now - f[voyage + at.VO_SINCE], f[voyage + at.VO_CROSSING]
    unit = m[voyage + at.VO_FIRST]
    while unit >= 0:
        f[unit + at.UN_WAITING] += held
        f[unit + at.UN_MOVING] += crossing
        unit = m[unit + at.UN_NEXT]
    schedule(e, t, now + crossing, ARRIVED, m[voyage + at.VO_SERIAL], voyage)
    if vehicle >= 0:
        _become(m, f, vehicle, np.int64(at.SAILING))
        m[m[vehicle + at.VE_FLEET] + at.FL_LADEN] += 1
        _leave_berth(m, f, e, t, m[lane + at.LA_FROM])


@njit(error_model="numpy")
def arrived(m, f, e, t, voyage):  # type: ignore[no-untyped-def]
    """End a crossing, laden or empty."""
    lane, vehicle, purpose = m[voyage + at.VO_LANE], m[voyage + at.VO_VEHICLE], m[voyage + at.VO_PURPOSE]
    note_voyage(m, f, REACHED, voyage)
    f[voyage + at.VO_SINCE] = f[at.NOW]
    if vehicle < 0:
        note_voyage(m, f, UNLOADING_BEGAN, voyage)
        schedule(e, t, f[at.NOW] + f[lane + at.LA_UNLOAD_H], UNLOADED, m[voyage + at.VO_SERIAL], voyage)
    elif purpose == at.LADEN:
        _ask_for_berth(m, f, e, t, voyage, m[lane + at.LA_TO])
    elif purpose == at.TO_BOARD:
        _ask_for_berth(m, f, e, t, voyage, m[lane + at.LA_FROM])
    else:
        _be_idle(m, f, vehicle, m[lane + at.LA_FROM])
        free_unit(m, voyage)


@njit(error_model="numpy")
def unloaded(m, f, e, t, voyage):  # type: ignore[no-untyped-def]
    """End a voyage whose passengers have left: give back the berth, and be idle or go to stand by."""
    lane, vehicle = m[voyage + at.VO_LANE], m[voyage + at.VO_VEHICLE]
    note_voyage(m, f, UNLOADING_ENDED, voyage)
    free_unit(m, voyage)
    if vehicle < 0:
        return
    port, fleet = m[lane + at.LA_TO], m[vehicle + at.VE_FLEET]
    _leave_berth(m, f, e, t, port)
    if m[fleet + at.FL_POLICY]:
        turn = (m[vehicle + at.VE_TURN] + 1) % m[fleet + at.FL_LANE_COUNT]
        m[vehicle + at.VE_TURN] = turn
        lane = m[m[fleet + at.FL_LANES] + turn]
        m[vehicle + at.VE_LANE] = lane
        if m[lane + at.LA_FROM] != port:
            m[vehicle + at.VE_PORT] = port
            _sail_empty(m, f, e, t, vehicle, _new_voyage(m, lane, vehicle, np.int64(at.TO_STAND_BY)))
            return
    _be_idle(m, f, vehicle, port)


# ── vehicles and berths ─────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _become(m, f, vehicle, state):  # type: ignore[no-untyped-def]
    """Change what a vehicle does, and count the hours it did the other."""
    f[m[vehicle + at.VE_FLEET] + at.FL_HOURS + m[vehicle + at.VE_STATE]] += f[at.NOW] - f[vehicle + at.VE_SINCE]
    m[vehicle + at.VE_STATE], f[vehicle + at.VE_SINCE] = state, f[at.NOW]


@njit(error_model="numpy")
def _be_idle(m, f, vehicle, port):  # type: ignore[no-untyped-def]
    fleet = m[vehicle + at.VE_FLEET]
    _become(m, f, vehicle, np.int64(at.IDLE))
    m[vehicle + at.VE_PORT], m[vehicle + at.VE_NEXT] = port, at.NONE
    last = m[fleet + at.FL_LAST]
    if last < 0:
        m[fleet + at.FL_FIRST] = vehicle
    else:
        m[last + at.VE_NEXT] = vehicle
    m[fleet + at.FL_LAST] = vehicle
    m[fleet + at.FL_IDLE] += 1
    put_on_agenda(m, fleet)


@njit(error_model="numpy")
def _sail_empty(m, f, e, t, vehicle, voyage):  # type: ignore[no-untyped-def]
    fleet, lane = m[vehicle + at.VE_FLEET], m[voyage + at.VO_LANE]
    law = _position(m, fleet, m[vehicle + at.VE_PORT], m[lane + at.LA_FROM])
    crossing = drawn(m, f, law, m[fleet + at.FL_KEY], m[fleet + at.FL_EMPTY], ZERO, ZERO, CROSSING)
    m[fleet + at.FL_EMPTY] += 1
    note_voyage(m, f, SAILED_EMPTY, voyage)
    _become(m, f, vehicle, np.int64(at.SAILING))
    schedule(e, t, f[at.NOW] + crossing, ARRIVED, m[voyage + at.VO_SERIAL], voyage)


@njit(error_model="numpy")
def _position(m, fleet, from_port, to_port):  # type: ignore[no-untyped-def]
    """Return where the law of an empty voyage is written; its mean is the fourth word."""
    pair = m[from_port + at.PO_INDEX] * m[fleet + at.FL_PORTS] + m[to_port + at.PO_INDEX]
    return m[fleet + at.FL_POSITION] + 4 * pair


@njit(error_model="numpy")
def _ask_for_berth(m, f, e, t, voyage, port):  # type: ignore[no-untyped-def]
    if m[port + at.PO_BUSY] < m[port + at.PO_BERTHS] and m[port + at.PO_FIRST] < 0:
        _berth(m, f, e, t, voyage, port)
        return
    _become(m, f, m[voyage + at.VO_VEHICLE], np.int64(at.ANCHOR))
    _line_up(m, voyage, port + at.PO_FIRST)


@njit(error_model="numpy")
def _line_up(m, voyage, queue):  # type: ignore[no-untyped-def]
    """Put a voyage at the end of a queue, whose first is written at ``queue`` and the last in the word after it."""
    m[voyage + at.VO_NEXT] = at.NONE
    last = m[queue + 1]
    if last < 0:
        m[queue] = voyage
    else:
        m[last + at.VO_NEXT] = voyage
    m[queue + 1] = voyage


@njit(error_model="numpy")
def _leave_berth(m, f, e, t, port):  # type: ignore[no-untyped-def]
    m[port + at.PO_BUSY] -= 1
    voyage = m[port + at.PO_FIRST]
    if voyage >= 0:
        m[port + at.PO_FIRST] = m[voyage + at.VO_NEXT]
        if m[port + at.PO_FIRST] < 0:
            m[port + at.PO_LAST] = at.NONE
        _berth(m, f, e, t, voyage, port)


@njit(error_model="numpy")
def _berth(m, f, e, t, voyage, port):  # type: ignore[no-untyped-def]
    """Take a berth, to unload or to board."""
    now, lane, vehicle = f[at.NOW], m[voyage + at.VO_LANE], m[voyage + at.VO_VEHICLE]
    m[port + at.PO_BUSY] += 1
    if m[voyage + at.VO_PURPOSE] == at.LADEN:
        _become(m, f, vehicle, np.int64(at.UNLOADING))
        note_voyage(m, f, UNLOADING_BEGAN, voyage)
        unit, waited = m[voyage + at.VO_FIRST], now - f[voyage + at.VO_SINCE]
        while unit >= 0:
            f[unit + at.UN_WAITING] += waited
            unit = m[unit + at.UN_NEXT]
        schedule(e, t, now + f[lane + at.LA_UNLOAD_H], UNLOADED, m[voyage + at.VO_SERIAL], voyage)
        return
    _become(m, f, vehicle, np.int64(at.LOADING))
    m[voyage + at.VO_PURPOSE] = at.LADEN
    m[lane + at.LA_ASSIGNED] -= 1
    _board(m, f, e, t, voyage, lane)
    put_on_agenda(m, m[lane + at.LA_FLEET])
    schedule(e, t, now + f[lane + at.LA_LOAD_H], LOADED, m[voyage + at.VO_SERIAL], voyage)


# ── dispatch ────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def dispatch(m, f, e, t, fleet):  # type: ignore[no-untyped-def]
    """Assign idle vehicles to lanes that want them."""
    while m[fleet + at.FL_IDLE] > 0:
        lane, vehicle = _next_pair(m, f, fleet)
        if vehicle < 0:
            return
        _take_idle(m, fleet, vehicle)
        m[lane + at.LA_ASSIGNED] += 1
        m[vehicle + at.VE_LANE] = lane
        voyage = _new_voyage(m, lane, vehicle, np.int64(at.TO_BOARD))
        note_voyage(m, f, ASSIGNED, voyage)
        if m[vehicle + at.VE_PORT] == m[lane + at.LA_FROM]:
            _ask_for_berth(m, f, e, t, voyage, m[lane + at.LA_FROM])
        else:
            _sail_empty(m, f, e, t, vehicle, voyage)


@njit(error_model="numpy")
def _next_pair(m, f, fleet):  # type: ignore[no-untyped-def]
    """Return the next lane to get a vehicle, and the vehicle; negative if there is none."""
    largest, beside = at.NONE, at.NONE
    for place in range(m[fleet + at.FL_LANE_COUNT]):
        lane = m[m[fleet + at.FL_LANES] + place]
        if m[lane + at.LA_SHUT] or _wanted(m, f, lane) <= 0:
            continue
        is_beside = _idle_for(m, fleet, lane) >= 0
        if is_beside and m[fleet + at.FL_POLICY]:
            beside = lane
            break
        if is_beside and (beside < 0 or f[lane + at.LA_WAITING] > f[beside + at.LA_WAITING]):
            beside = lane
        if largest < 0 or f[lane + at.LA_WAITING] > f[largest + at.LA_WAITING]:
            largest = lane
    if beside >= 0:
        return beside, _idle_for(m, fleet, beside)
    if largest < 0 or m[fleet + at.FL_POLICY]:
        return largest, at.NONE
    return largest, _nearest(m, f, fleet, largest)


@njit(error_model="numpy")
def _wanted(m, f, lane):  # type: ignore[no-untyped-def]
    """Return how many vehicles a lane wants besides those assigned."""
    need = 1 if _is_due(m, f, lane) else 0
    if m[lane + at.LA_RULE] == 0:
        need = max(need, math.floor(f[lane + at.LA_WAITING] / f[lane + at.LA_CAPACITY]))
    return need - m[lane + at.LA_ASSIGNED]


@njit(error_model="numpy")
def _idle_for(m, fleet, lane):  # type: ignore[no-untyped-def]
    """Return the vehicle idle longest at a lane's port of departure; of a fleet that rotates, standing by for it."""
    rotates = m[fleet + at.FL_POLICY]
    vehicle = m[fleet + at.FL_FIRST]
    while vehicle >= 0:
        if m[vehicle + at.VE_PORT] == m[lane + at.LA_FROM] and (not rotates or m[vehicle + at.VE_LANE] == lane):
            return vehicle
        vehicle = m[vehicle + at.VE_NEXT]
    return vehicle


@njit(error_model="numpy")
def _nearest(m, f, fleet, lane):  # type: ignore[no-untyped-def]
    """Return the idle vehicle with the least mean way to a lane's port of departure, the one idle longest of equals."""
    best, least = at.NONE, math.inf
    vehicle = m[fleet + at.FL_FIRST]
    while vehicle >= 0:
        mean = f[_position(m, fleet, m[vehicle + at.VE_PORT], m[lane + at.LA_FROM]) + 3]
        if best < 0 or mean < least:
            best, least = vehicle, mean
        vehicle = m[vehicle + at.VE_NEXT]
    return best


@njit(error_model="numpy")
def _take_idle(m, fleet, vehicle):  # type: ignore[no-untyped-def]
    """Take a vehicle out of the list of the idle."""
    m[fleet + at.FL_IDLE] -= 1
    after, before, other = m[vehicle + at.VE_NEXT], at.NONE, m[fleet + at.FL_FIRST]
    while other != vehicle:
        before, other = other, m[other + at.VE_NEXT]
    if before < 0:
        m[fleet + at.FL_FIRST] = after
    else:
        m[before + at.VE_NEXT] = after
    if after < 0:
        m[fleet + at.FL_LAST] = before
