"""Gates: when they turn, and what that does; see "Gates" in ``docs/explanation/simulation.md``."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.keyed import EXPONENTIAL, SPELL, draw
from kervan.engines.simulate.lanes import depart_held
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.stations import interrupt, resume
from kervan.engines.simulate.trace import CLOSED, OPENED, note_gate
from kervan.engines.simulate.world import GATE, ZERO, drawn, put_on_agenda, schedule, touch

__all__ = ["prepare_gate", "turn", "yard_changed"]

_SHUT, _OPEN = np.int64(1), np.int64(0)


@njit(error_model="numpy")
def prepare_gate(m, f, e, t, gate):  # type: ignore[no-untyped-def]
    """Set a gate as it is at the start of the run, and schedule its first turn."""
    if m[gate + at.GA_BEGINS_SHUT]:
        _set(m, f, e, t, gate, _SHUT)
    _schedule_turn(m, f, e, t, gate)


@njit(error_model="numpy")
def _schedule_turn(m, f, e, t, gate):  # type: ignore[no-untyped-def]
    time = _next_turn(m, f, gate)
    if time < math.inf:
        schedule(e, t, time, GATE, m[gate + at.GA_INDEX], gate)


@njit(error_model="numpy")
def _next_turn(m, f, gate):  # type: ignore[no-untyped-def]
    """Return when a gate turns next."""
    kind, table, now = m[gate + at.GA_KIND], m[gate + at.GA_TABLE], f[at.NOW]
    if kind == at.HOURS:
        if m[gate + at.GA_COUNT] == 0:
            return math.inf
        return WEEK_H * m[gate + at.GA_WEEK] + f[table + m[gate + at.GA_PLACE]] - f[gate + at.GA_OFFSET]
    if kind == at.OUTAGES:
        place = m[gate + at.GA_PLACE]
        return f[table + place] if place < m[gate + at.GA_COUNT] else math.inf
    turns = m[gate + at.GA_TURNS]
    if kind == at.FAILURES:
        law = gate + (at.GA_DOWN if turns % 2 else at.GA_UP)
        return now + drawn(m, f, law, m[gate + at.GA_KEY], turns, ZERO, ZERO, SPELL)
    if kind == at.SPELLS:
        piece = 0
        while piece + 1 < m[gate + at.GA_COUNT] and f[table + 3 * (piece + 1)] <= now:
            piece += 1
        mean = f[table + 3 * piece + 1 + turns % 2]
        law = (np.int64(EXPONENTIAL), mean, 0.0)
        return now + draw(law, f, m[at.KEY], m[gate + at.GA_KEY], turns, ZERO, ZERO, SPELL)
    return math.inf


@njit(error_model="numpy")
def turn(m, f, e, t, gate):  # type: ignore[no-untyped-def]
    """Turn a gate by its own clock, and schedule the next turn."""
    m[gate + at.GA_TURNS] += 1
    place = m[gate + at.GA_PLACE] + 1
    if m[gate + at.GA_KIND] == at.HOURS and place == m[gate + at.GA_COUNT]:
        place = 0
        m[gate + at.GA_WEEK] += 1
    m[gate + at.GA_PLACE] = place
    _set(m, f, e, t, gate, 1 - m[gate + at.GA_SHUT])
    _schedule_turn(m, f, e, t, gate)


@njit(error_model="numpy")
def _set(m, f, e, t, gate, shut):  # type: ignore[no-untyped-def]
    """Open or shut a gate: stations in the order of the table, then lanes."""
    m[gate + at.GA_SHUT] = shut
    note_gate(m, f, CLOSED if shut else OPENED, gate)
    for place in range(m[gate + at.GA_STATION_COUNT]):
        station = m[m[gate + at.GA_STATIONS] + place]
        touch(m, f, station)
        m[station + at.ST_SHUT] += 1 if shut else -1
        if m[station + at.ST_SHUT] == 1 and shut and m[station + at.ST_CLOSING] != at.FINISH:
            interrupt(m, f, e, t, station)
        elif m[station + at.ST_SHUT] == 0:
            if m[station + at.ST_CLOSING] != at.FINISH:
                resume(m, f, e, t, station)
            put_on_agenda(m, station)
    for place in range(m[gate + at.GA_LANE_COUNT]):
        lane = m[m[gate + at.GA_LANES] + place]
        m[lane + at.LA_SHUT] += 1 if shut else -1
        if m[lane + at.LA_SHUT] == 0:
            depart_held(m, f, e, t, lane)
            put_on_agenda(m, lane if m[lane + at.LA_FLEET] < 0 else m[lane + at.LA_FLEET])


@njit(error_model="numpy")
def yard_changed(m, f, e, t, yard):  # type: ignore[no-untyped-def]
    """Turn the embargoes of a yard as the number inside commands."""
    gate, inside = m[yard + at.YA_EMBARGO], m[yard + at.YA_INSIDE]
    while gate >= 0:
        if m[gate + at.GA_SHUT] == 0 and inside >= m[gate + at.GA_HIGH]:
            _set(m, f, e, t, gate, _SHUT)
        elif m[gate + at.GA_SHUT] == 1 and inside <= m[gate + at.GA_LOW]:
            _set(m, f, e, t, gate, _OPEN)
        gate = m[gate + at.GA_NEXT]
