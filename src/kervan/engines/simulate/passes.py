"""The compiled passes of `recursion`: each takes all that happens at one place in a stretch of time.

A *consignment* is a row of ``units`` (integers) and of its view as floats, ``hours``. What it does next is an *entry*:
a time, and a tag that says by which event and who: kind of event, its serial number, row. Entries at the same time
stand in the order of kind and number, which is that of `kernel`, and those of one event in the order in which it lets
them walk.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from kervan.engines.simulate.elementary import exp, is_central, ln, middle, tail
from kervan.engines.simulate.keyed import (
    ARRIVAL,
    CROSSING,
    DETERMINISTIC,
    EXPONENTIAL,
    HEADWAY,
    LOGNORMAL,
    SPELL,
    block,
    draw,
    unit,
)  # fmt: skip
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.waits import bin_of
from kervan.engines.simulate.world import ARRIVAL_OF, DUE, SERVED, TRAVELLED, UNLOADED, ZERO, ticks

__all__ = [
    "arrivals", "begin", "book", "chances", "count", "draws", "due", "finish", "sail", "serve", "travel", "turns"
]  # fmt: skip

#: Columns of a consignment; the first is that of a record, which holds three numbers.
(WHO, BEGAN, MOVING, WAITING, FROM, MOVED, WAITED, SERIAL, OP, UNIT_SIZE) = range(10)
#: A tag is kind, serial number (35 bits) and row (24 bits); of a voyage, the number is lane (10 bits) and voyage.
ROW_BITS, VOYAGE_BITS, KIND_BITS = 24, 25, 59
ROW = np.int64((1 << ROW_BITS) - 1)
MOST_LANES = 1 << (KIND_BITS - ROW_BITS - VOYAGE_BITS)
#: Columns of a station in a week, counts and hours.
ARRIVED, BEGUN, ENDED, LONGEST, BUSY, COUNTS = range(6)
WAITS_H, QUEUE_H, SUMS = range(3)
#: A lane: what it is, and how it stands.
(CAPACITY, TIMEOUT_H, LOAD_H, UNLOAD_H, IS_CLOCK, CROSSING_LAW, HEADWAY_LAW, LANE_SIZE) = (0, 1, 2, 3, 4, 5, 8, 11)
(SIZE_WAITING, TOUCHED_H, AREA_H, WAITS_OF, FIRST_WAITS, CARRIED, NEXT_DUE, LANE_HOURS) = range(8)
(VOYAGES, BOARDED, TICKS, IS_DUE, LOST, EVENTS, IS_SHUT, TURNED, LANE_COUNTS) = range(9)

_GATE = np.int64(0)


# ── draws ───────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _draw_all(law, key, who, ordinals, out):  # type: ignore[no-untyped-def]
    """Draw a law for many ordinals; the loops are such that the compiler takes several at a time."""
    owner, place, purpose = who
    code, a, b = np.int64(law[0]), law[1], law[2]
    if code == DETERMINISTIC:
        out[:] = a
    elif code == EXPONENTIAL:
        for i in range(len(out)):
            first, _ = block(key, owner, ordinals[i], place, purpose << 8)
            out[i] = -a * ln(unit(first))
    elif code == LOGNORMAL:
        chance = np.empty(len(out))
        for i in range(len(out)):
            first, _ = block(key, owner, ordinals[i], place, purpose << 8)
            chance[i] = unit(first)
        for i in range(len(out)):
            out[i] = middle(chance[i])
        for i in range(len(out)):
            if not is_central(chance[i]):
                out[i] = tail(chance[i])
        for i in range(len(out)):
            out[i] = exp(a + b * out[i])
    else:
        for i in range(len(out)):
            out[i] = draw((code, a, b), law, key, owner, ordinals[i], place, ZERO, purpose)


@njit(error_model="numpy")
def _ordinals(tags, units):  # type: ignore[no-untyped-def]
    """Return the ordinals of consignments; what stands above their 32 bits does not count."""
    found = np.empty(len(tags), np.int64)
    for i in range(len(tags)):
        found[i] = units[tags[i] & ROW, WHO]
    return found


@njit(error_model="numpy")
def draws(law, key, who, tags, units):  # type: ignore[no-untyped-def]
    """Return a draw of each of these; ``who`` is owner, place and purpose."""
    out = np.empty(len(tags))
    _draw_all(law, key, who, _ordinals(tags, units), out)
    return out


@njit(error_model="numpy")
def chances(key, who, tags, units):  # type: ignore[no-untyped-def]
    """Return a uniform of each of these."""
    owner, place, purpose = who
    ordinals, out = _ordinals(tags, units), np.empty(len(tags))
    for i in range(len(out)):
        first, _ = block(key, owner, ordinals[i], place, purpose << 8)
        out[i] = unit(first)
    return out


# ── arrivals and gates ──────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def arrivals(law, key, owner, first, season, state, times):  # type: ignore[no-untyped-def]
    """Write the next times of arrival, from the number ``first`` on; return whether each is after the one before.

    ``state`` is the operational time, the piece of the season, where it starts in operational time, and the last time.
    """
    _draw_all(law, key, (owner, ZERO, ARRIVAL), np.arange(first, first + len(times)), times)
    operational, piece, start, before = state[0], np.int64(state[1]), state[2], state[3]
    last, is_rising = len(season) // 2 - 1, True
    for i in range(len(times)):
        operational = operational + times[i]
        while piece < last:
            after = start + (season[2 * piece + 2] - season[2 * piece]) * season[2 * piece + 1]
            if operational < after:
                break
            piece, start = piece + 1, after
        time = season[2 * piece] + (operational - start) / season[2 * piece + 1]
        is_rising &= time > before
        times[i] = before = time
    state[0], state[1], state[2], state[3] = operational, piece, start, before
    return is_rising


@njit(error_model="numpy")
def begin(times, tags, who, serial, units, hours, rows):  # type: ignore[no-untyped-def]
    """Make consignments in these rows; their tags come without the row."""
    for i in range(len(times)):
        row = rows[i]
        units[row, WHO], units[row, SERIAL] = who[i], serial + i
        hours[row, BEGAN] = hours[row, FROM] = times[i]
        hours[row, MOVING] = hours[row, WAITING] = hours[row, MOVED] = hours[row, WAITED] = 0.0
        tags[i] |= row


@njit(error_model="numpy")
def turns(laws, pieces, key, owner, horizon, out):  # type: ignore[no-untyped-def]
    """Write when a gate turns, of failures (no pieces) or of spells; return how often, or -1 if there is no room."""
    up, down = laws
    now, count, piece = 0.0, 0, 0
    while count < len(out):
        if len(pieces):
            while 3 * (piece + 1) < len(pieces) and pieces[3 * (piece + 1)] <= now:
                piece += 1
            law = (np.int64(EXPONENTIAL), pieces[3 * piece + 1 + count % 2], 0.0)
        elif count % 2:
            law = (np.int64(down[0]), down[1], down[2])
        else:
            law = (np.int64(up[0]), up[1], up[2])
        now = now + draw(law, down if count % 2 else up, key, owner, np.int64(count), ZERO, ZERO, SPELL)
        if now >= horizon:
            return count
        out[count] = now
        count += 1
    return -1


# ── entries ─────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def due(times, tags, until, out_times, out_tags):  # type: ignore[no-untyped-def]
    """Take the entries before a time, in their order; the others move to the front.

    Returns
    -------
    int
        How many; -1 where two voyages of two lanes are unloaded at the same time, whose order is not known here.
    """
    taken, left, is_sorted, before = 0, 0, True, -1.0
    for i in range(len(times)):
        time, tag = times[i], tags[i]
        if time < until:
            out_times[taken], out_tags[taken] = time, tag
            is_sorted &= before < time
            before = time
            taken += 1
        else:
            times[left], tags[left] = time, tag
            left += 1
    if is_sorted:
        return taken
    _sort(out_times[:taken], out_tags[:taken])
    for i in range(1, taken):
        if out_times[i] == out_times[i - 1] and out_tags[i] >> KIND_BITS == out_tags[i - 1] >> KIND_BITS == UNLOADED:
            if (out_tags[i] ^ out_tags[i - 1]) >> (ROW_BITS + VOYAGE_BITS):
                return -1
    return taken


@njit(error_model="numpy", forceinline=True)
def _is_after(time, tag, other_time, other_tag):  # type: ignore[no-untyped-def]
    return time > other_time or (time == other_time and tag >> ROW_BITS > other_tag >> ROW_BITS)


@njit(error_model="numpy")
def _sort(times, tags):  # type: ignore[no-untyped-def]
    """Sort entries: by buckets of equal length first, and then by insertion; by merging where they crowd together."""
    n = len(times)
    low, high = times.min(), times.max()
    old_times, old_tags = times.copy(), tags.copy()
    if high > low:
        scale, places = (n - 0.5) / (high - low), np.zeros(n + 1, np.int64)
        for i in range(n):
            places[np.int64((old_times[i] - low) * scale) + 1] += 1
        for i in range(n):
            places[i + 1] += places[i]
        for i in range(n):
            bucket = np.int64((old_times[i] - low) * scale)
            place = places[bucket]
            places[bucket] = place + 1
            times[place], tags[place] = old_times[i], old_tags[i]
    moves = 0
    for i in range(1, n):
        time, tag, place = times[i], tags[i], i
        while place > 0 and _is_after(times[place - 1], tags[place - 1], time, tag):
            times[place], tags[place] = times[place - 1], tags[place - 1]
            place -= 1
        times[place], tags[place] = time, tag
        moves += i - place
        if moves > 8 * n + 1000:
            times[:], tags[:] = old_times, old_tags
            _merge_all(times, tags, old_times, old_tags)
            return


@njit(error_model="numpy")
def _merge_all(times, tags, other_times, other_tags):  # type: ignore[no-untyped-def]
    """Sort by merging, from pairs up."""
    n, width = len(times), 1
    while width < n:
        for start in range(0, n, 2 * width):
            middle_of, end = min(start + width, n), min(start + 2 * width, n)
            a, b = start, middle_of
            for place in range(start, end):
                if b >= end or (a < middle_of and not _is_after(times[a], tags[a], times[b], tags[b])):
                    other_times[place], other_tags[place] = times[a], tags[a]
                    a += 1
                else:
                    other_times[place], other_tags[place] = times[b], tags[b]
                    b += 1
        times[:], tags[:] = other_times, other_tags
        width *= 2


@njit(error_model="numpy")
def count(times, tags, op, warm, units, hours, sums):  # type: ignore[no-untyped-def]
    """Count those who leave an operation (-1: each its own), as `kernel` does, and from when they are on the next."""
    for i in range(len(times)):
        row, now = tags[i] & ROW, times[i]
        moving, waiting = hours[row, MOVING], hours[row, WAITING]
        if now >= warm:
            here = op if op >= 0 else units[row, OP]
            sums[here, 0] += 1.0
            sums[here, 1] += now - hours[row, FROM]
            sums[here, 2] += moving - hours[row, MOVED]
            sums[here, 3] += waiting - hours[row, WAITED]
        hours[row, FROM], hours[row, MOVED], hours[row, WAITED] = now, moving, waiting


@njit(error_model="numpy")
def finish(times, tags, units, hours, records):  # type: ignore[no-untyped-def]
    """Write the records of those who have arrived, and return their rows."""
    rows, numbers = np.empty(len(times), np.int64), records.view(np.float64)
    for i in range(len(times)):
        row = tags[i] & ROW
        rows[i] = row
        records[i, 0] = units[row, WHO]
        numbers[i, 1], numbers[i, 2] = hours[row, BEGAN], times[i] - hours[row, BEGAN]
        numbers[i, 3], numbers[i, 4] = hours[row, MOVING], hours[row, WAITING]
    return rows


@njit(error_model="numpy")
def travel(times, tags, laws, units, hours, horizon):  # type: ignore[no-untyped-def]
    """Let them travel; times and tags become those of the end. Return how many end before the horizon, or -1.

    It is -1 where a travel takes no time.
    """
    need, delay, procedure = laws
    left = 0
    for i in range(len(times)):
        row, hours_of = tags[i] & ROW, need[i]
        hours[row, MOVING] += hours_of
        if len(delay):
            hours[row, WAITING] += delay[i]
            hours_of = hours_of + (delay[i] + procedure[i])
        end = times[i] + hours_of
        if not end > times[i]:
            return -1
        if end < horizon:
            times[left], tags[left] = end, (TRAVELLED << KIND_BITS) | (units[row, SERIAL] << ROW_BITS) | row
            left += 1
    return left


@njit(error_model="numpy", forceinline=True)
def _week_of(time):  # type: ignore[no-untyped-def]
    week = np.int64(time * (1.0 / WEEK_H))
    if time < WEEK_H * week:
        return week - 1
    return week + 1 if time >= WEEK_H * (week + 1) else week


# ── stations ────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def serve(line, starts, free, spans, place, units, weeks):  # type: ignore[no-untyped-def]
    """Let a line of consignments pass a station: when each begins, and when it ends.

    Kiefer and Wolfowitz: each begins when it comes or when the first server is free, whichever is later, or when the
    station opens after that.

    Parameters
    ----------
    line
        Times, tags and hours of service, in the order in which they come; the hours become the ends.
    starts
        When those before began who had not begun as the last one came, and by which event; room for these.
    free
        When each server is free, and by which event, as a heap; none if there are as many as come.
    spans
        When it opens and closes.
    place
        How many of ``starts`` are from before; the present span; what happens at closing. The first two are set.
    units
        The consignments, as integers and as hours.
    weeks
        Counts by week, and the horizon.

    Returns
    -------
    bool
        Whether each service took time.
    """
    times, tags, need = line
    begins, causes = starts
    free_h, free_by = free
    opens, closes = spans
    words, hours = units
    counts, horizon = weeks
    before, span, closing = place[0], place[1], place[2]
    next_begun, week = 0, _week_of(times[0])
    takes_time = True
    for i in range(len(times)):
        now, came, row = times[i], tags[i] >> ROW_BITS, tags[i] & ROW
        start, cause, waits = now, came, False
        if len(free_h) and (free_h[0] > now or (free_h[0] == now and free_by[0] > came)):
            start, cause, waits = free_h[0], free_by[0], True
        if start < horizon:
            while opens[span] <= start and closes[span] <= start:
                span += 1
            if opens[span] > start:
                start, cause, waits = opens[span], _GATE, True
        while now >= WEEK_H * (week + 1):
            week += 1
        counts[week, ARRIVED] += 1
        if waits:
            while next_begun < before + i and _has_begun(begins[next_begun], causes[next_begun], now, came):
                next_begun += 1
            counts[week, LONGEST] = max(counts[week, LONGEST], before + i - next_begun + 1)
        end = math.inf
        if start < horizon:
            hours[row, WAITING] += start - now
            end = start + need[i]
            if closing:
                end = _pass_closings(start, need[i], spans, span, (closing == 2, horizon, row), hours)
            takes_time &= end > start
        else:
            start = math.inf
        begins[before + i], causes[before + i], need[i] = start, cause, end
        if len(free_h):
            _free_at(free_h, free_by, end, (SERVED << (KIND_BITS - ROW_BITS)) | words[row, SERIAL])
    while next_begun < before + len(times) and begins[next_begun] <= times[-1]:
        next_begun += 1
    place[0], place[1] = next_begun, span
    return takes_time


@njit(error_model="numpy", forceinline=True)
def _has_begun(begun, cause, now, came):  # type: ignore[no-untyped-def]
    return begun < now or (begun == now and cause <= came)


@njit(error_model="numpy")
def _pass_closings(start, need, spans, span, limits, hours):  # type: ignore[no-untyped-def]
    """Return when a service ends that stops whenever the station closes, and count its waiting."""
    opens, closes = spans
    begins_anew, horizon, row = limits
    end = start + need
    while end >= closes[span]:
        closed, opened = closes[span], opens[span + 1]
        if opened >= horizon:
            return math.inf
        hours[row, WAITING] += opened - closed
        left = end - closed
        if begins_anew:
            hours[row, WAITING] += need - left
            left = need
        end, span = opened + left, span + 1
    return end


@njit(error_model="numpy")
def _free_at(times, causes, time, cause):  # type: ignore[no-untyped-def]
    """Put the first of the heap to where it belongs now that it is free at another time."""
    n, hole, child = len(times), 0, 1
    while child < n:
        if child + 1 < n and _is_sooner(times, causes, child + 1, times[child], causes[child]):
            child += 1
        if not _is_sooner(times, causes, child, time, cause):
            break
        times[hole], causes[hole] = times[child], causes[child]
        hole, child = child, 2 * child + 1
    times[hole], causes[hole] = time, cause


@njit(error_model="numpy", forceinline=True)
def _is_sooner(times, causes, place, time, cause):  # type: ignore[no-untyped-def]
    return times[place] < time or (times[place] == time and causes[place] < cause)


@njit(error_model="numpy")
def book(line, starts, weeks, bins, limits, units):  # type: ignore[no-untyped-def]
    """Write a line that has been served into the statistics; times and tags become those of the ends.

    Returns
    -------
    int
        How many services end before the horizon.
    """
    times, tags, ends = line
    counts, sums = weeks
    horizon, warm = limits
    week, left = _week_of(times[0]), 0
    for i in range(len(times)):
        now, start, end = times[i], starts[i], ends[i]
        until = min(start, horizon)
        while until >= WEEK_H * (week + 1) and week + 1 < len(counts):
            week += 1
        if start < horizon:
            counts[week, BEGUN] += 1
            counts[week, BUSY] -= ticks(start - WEEK_H * week)
            sums[week, WAITS_H] += start - now
            if start >= warm:
                bins[bin_of(start - now)] += 1
        if start > now:
            _count_queue(sums, week, now, until)
        if end < horizon:
            last = _week_of(end)
            counts[last, ENDED] += 1
            counts[last, BUSY] += ticks(end - WEEK_H * last)
            times[left] = end
            row = tags[i] & ROW
            tags[left] = (SERVED << KIND_BITS) | (units[row, SERIAL] << ROW_BITS) | row
            left += 1
    return left


@njit(error_model="numpy")
def _count_queue(sums, week, since, until):  # type: ignore[no-untyped-def]
    while since < WEEK_H * week:
        sums[week, QUEUE_H] += until - WEEK_H * week
        until, week = WEEK_H * week, week - 1
    sums[week, QUEUE_H] += until - since


# ── lanes ───────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def sail(queue, joined, lane, state, shifts, who, limits, hours):  # type: ignore[no-untyped-def]
    """Let a lane sail until a time.

    Parameters
    ----------
    queue
        When each came, its tag and its size; the first ``joined`` have been in the queue before.
    lane, state
        What the lane is; hours and counts of how it stands.
    shifts
        When it closes and opens, by turns.
    who
        Key of the run, owner of the draws, number of the lane.
    limits
        Until when, and the horizon.
    hours
        The consignments.

    Returns
    -------
    tuple
        How many have boarded (-1 where a crossing or a headway takes no time), and when and by which event they land.
    """
    since, tags, sizes = queue
    stand, counts = state
    until, horizon = limits
    head, last = 0, joined
    out_times, out_tags = np.empty(len(since)), np.empty(len(since), np.int64)
    while True:
        now, kind = _next_event(since, tags, last, stand, counts, shifts)
        if now >= until:
            return head, out_times, out_tags
        if kind == _GATE:
            counts[TURNED] += 1
            counts[IS_SHUT] = 1 - counts[IS_SHUT]
        elif kind == DUE:
            if not _tick(now, lane, stand, counts, who):
                return -1, out_times, out_tags
        else:
            event = tags[last] >> ROW_BITS
            while last < len(since) and since[last] == now and tags[last] >> ROW_BITS == event:
                _touch(now, stand)
                stand[SIZE_WAITING] += sizes[last]
                last += 1
                if last == head + 1:
                    _await_timeout(now, since, head, last, lane, stand)
        while counts[IS_SHUT] == 0 and _is_due(now, since, head, last, lane, state):
            crossing, landed = _cross(now, lane, counts, who, horizon)
            if not crossing > 0.0:
                return -1, out_times, out_tags
            first = head
            head = _board(now, queue, (head, last), lane, state, crossing, hours)
            by = (UNLOADED << KIND_BITS) | ((who[2] << VOYAGE_BITS | counts[VOYAGES]) << ROW_BITS)
            for i in range(first, head):
                out_times[i], out_tags[i] = landed, by | (tags[i] & ROW)
            counts[VOYAGES] += 1


@njit(error_model="numpy")
def _next_event(since, tags, last, stand, counts, shifts):  # type: ignore[no-untyped-def]
    """Return when something happens next, and what: a gate turns, the lane is due, or someone comes."""
    came = since[last] if last < len(since) else math.inf
    turned = shifts[counts[TURNED]] if counts[TURNED] < len(shifts) else math.inf
    due_at = stand[NEXT_DUE]
    if turned <= came and turned <= due_at:
        return turned, _GATE
    if came < due_at or (came == due_at and came < math.inf and tags[last] >> KIND_BITS < DUE):
        return came, ARRIVAL_OF
    return due_at, DUE


@njit(error_model="numpy")
def _tick(now, lane, stand, counts, who):  # type: ignore[no-untyped-def]
    """Take a timeout or a departure time; return whether the next departure time is later."""
    counts[EVENTS] += 1
    if not lane[IS_CLOCK]:
        stand[NEXT_DUE] = math.inf
        return True
    counts[LOST] += counts[IS_DUE]
    counts[IS_DUE] = 1
    stand[NEXT_DUE] = now + _lane_draw(lane, HEADWAY_LAW, who, counts[TICKS], HEADWAY)
    counts[TICKS] += 1
    return stand[NEXT_DUE] > now


@njit(error_model="numpy")
def _lane_draw(lane, law, who, ordinal, purpose):  # type: ignore[no-untyped-def]
    code = (np.int64(lane[law]), lane[law + 1], lane[law + 2])
    return draw(code, lane, who[0], who[1], ordinal, ZERO, ZERO, purpose)


@njit(error_model="numpy")
def _touch(now, stand):  # type: ignore[no-untyped-def]
    stand[AREA_H] += stand[SIZE_WAITING] * (now - stand[TOUCHED_H])
    stand[TOUCHED_H] = now


@njit(error_model="numpy")
def _await_timeout(now, since, head, last, lane, stand):  # type: ignore[no-untyped-def]
    if lane[IS_CLOCK]:
        return
    time = since[head] + lane[TIMEOUT_H] if head < last else math.inf
    stand[NEXT_DUE] = time if time > now else math.inf


@njit(error_model="numpy")
def _is_due(now, since, head, last, lane, state):  # type: ignore[no-untyped-def]
    stand, counts = state
    if lane[IS_CLOCK]:
        return counts[IS_DUE] == 1
    return head < last and (stand[SIZE_WAITING] >= lane[CAPACITY] or now >= since[head] + lane[TIMEOUT_H])


@njit(error_model="numpy")
def _cross(now, lane, counts, who, horizon):  # type: ignore[no-untyped-def]
    """Draw a crossing, count its events, and return it and when it is unloaded."""
    crossing = _lane_draw(lane, CROSSING_LAW, who, counts[VOYAGES], CROSSING)
    loaded = now + lane[LOAD_H]
    arrived = loaded + crossing
    landed = arrived + lane[UNLOAD_H]
    counts[EVENTS] += np.int64(loaded < horizon) + np.int64(arrived < horizon) + np.int64(landed < horizon)
    return (crossing if arrived > loaded else 0.0), landed


@njit(error_model="numpy")
def _board(now, queue, ends, lane, state, crossing, hours):  # type: ignore[no-untyped-def]
    """Let as many as fit board, and return who is first in the queue then."""
    since, tags, sizes = queue
    stand, counts = state
    head, last = ends
    _touch(now, stand)
    room, first = lane[CAPACITY], head
    if head < last:
        stand[FIRST_WAITS] += now - since[head]
    while head < last and sizes[head] <= room:
        waited, row = now - since[head], tags[head] & ROW
        room -= sizes[head]
        hours[row, WAITING] += waited
        hours[row, MOVING] += crossing
        stand[WAITS_OF] += waited
        stand[SIZE_WAITING] -= sizes[head]
        stand[CARRIED] += sizes[head]
        head += 1
    if head == last:
        stand[SIZE_WAITING] = 0.0
    counts[BOARDED] += head - first
    counts[IS_DUE] = 0
    if head > first:
        _await_timeout(now, since, head, last, lane, stand)
    return head
