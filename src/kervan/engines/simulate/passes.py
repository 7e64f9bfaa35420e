"""The compiled passes of `recursion`: each takes all that happens at one place in a stretch of time.

A *consignment* is a row of ``units`` (integers) and of its view as floats, ``hours``. What it does next is an *entry*:
a time, and a tag that says by which event and who: kind of event, its serial number, row. Entries at the same time
stand in the order of kind and number, which is that of `kernel`, and those of one event in the order in which it lets
them walk.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from kervan.engines.simulate.elementary import bits_of, exp, is_central, ln, middle, number_of, tail
from kervan.engines.simulate.keyed import DETERMINISTIC, EXPONENTIAL, LOGNORMAL, block, draw, unit
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.waits import bin_of
from kervan.engines.simulate.world import ARRIVAL_OF, DUE, SERVED, STAMP, TRAVELLED, UNLOADED, ZERO, ticks

__all__ = ["arrivals", "begin", "chances", "draws", "finish", "leave", "sail", "serve", "travel"]

#: Columns of a consignment; the first is that of a record, which holds three numbers, and the last its serial number and
#: the operation at which it is. A row is a line of the processor's memory.
WHO, BEGAN, MOVING, WAITING, FROM, MOVED, WAITED, SERIAL, UNIT_SIZE = range(9)
OP_BIT = 36
NUMBER = np.int64((1 << OP_BIT) - 1)
#: A tag is kind, serial number (35 bits) and row (24 bits); of a voyage, the number is lane (10 bits) and voyage.
ROW_BITS, VOYAGE_BITS, KIND_BITS = 24, 25, 59
ROW = np.int64((1 << ROW_BITS) - 1)
MOST_LANES = 1 << (KIND_BITS - ROW_BITS - VOYAGE_BITS)
#: Columns of a station in a week, counts and hours.
ARRIVED, BEGUN, ENDED, LONGEST, BUSY, COUNTS = range(6)
WAITS_H, QUEUE_H, SUMS = range(3)
#: A lane: what it is, and how it stands.
CAPACITY, TIMEOUT_H, LOAD_H, UNLOAD_H, IS_CLOCK, LANE_SIZE = range(6)
SIZE_WAITING, TOUCHED_H, AREA_H, WAITS_OF, FIRST_WAITS, CARRIED, TIMES_OUT, LAST_H, LANE_HOURS = range(9)
VOYAGES, BOARDED, TICKED, IS_DUE, LOST, EVENTS, IS_SHUT, TURNED, LANE_COUNTS = range(9)

#: How servers are kept: not at all, in their order, as a heap.
AS_MANY, FEW, MANY = range(3)
CLOSING, KEPT, SPAN = range(3)
_GATE = np.int64(0)


# ── draws ───────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _draw_all(law, key, who, ordinals, out):  # type: ignore[no-untyped-def]
    """Draw a law for many ordinals; the loops are such that the compiler takes several at a time."""
    owner, place, purpose = who
    code, a, b = np.int64(law[0]), law[1], law[2]
    if code == DETERMINISTIC:
        for i in range(len(out)):
            out[i] = a
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
def _draws(law, key, who, tags, units):  # type: ignore[no-untyped-def]
    """Return a draw of each of these; ``who`` is owner, place and purpose."""
    out = np.empty(len(tags))
    _draw_all(law, key, who, _ordinals(tags, units), out)
    return out


@njit(error_model="numpy")
def _chances(key, who, tags, units):  # type: ignore[no-untyped-def]
    """Return a uniform of each of these."""
    owner, place, purpose = who
    ordinals, out = _ordinals(tags, units), np.empty(len(tags))
    for i in range(len(out)):
        first, _ = block(key, owner, ordinals[i], place, purpose << 8)
        out[i] = unit(first)
    return out


# ── arrivals ────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _arrivals(times, season, state):  # type: ignore[no-untyped-def]
    """Make headways the times of arrival; return whether each is after the one before.

    ``state`` is the operational time, the piece of the season, where it starts in operational time, and the last time.
    """
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
def _begin(born, groups, made, numbers, units, rows):  # type: ignore[no-untyped-def]
    """Make consignments in these rows, and return when and by which event.

    Parameters
    ----------
    born
        When a source makes some, and which source; no numbers of sources if there is one only.
    groups, made
        Of each source, how many it makes at once, and how many it has made so far.
    numbers
        Consignments and arrivals so far.
    units, rows
        The consignments, as integers and as hours; which rows to take.
    """
    times, sources = born
    words, hours = units
    out_times, out_tags, made_now = np.empty(len(rows)), np.empty(len(rows), np.int64), 0
    for i in range(len(times)):
        source = sources[i] if len(sources) else 0
        tag = (ARRIVAL_OF << KIND_BITS) | ((numbers[1] + i) << ROW_BITS)
        for _ in range(groups[source]):
            row = rows[made_now]
            words[row, WHO], words[row, SERIAL] = made[source] | source << 32, numbers[0] + made_now
            hours[row, BEGAN] = hours[row, FROM] = times[i]
            hours[row, MOVING] = hours[row, WAITING] = hours[row, MOVED] = hours[row, WAITED] = 0.0
            out_times[made_now], out_tags[made_now] = times[i], tag | row
            made[source] += 1
            made_now += 1
    numbers[0] += made_now
    numbers[1] += len(times)
    return out_times, out_tags


# ── entries ─────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _leave(old, new, until, counted, units):  # type: ignore[no-untyped-def]
    """Take the entries before a time, in their order, and keep the others.

    Parameters
    ----------
    old, new
        Times and tags of those kept before, and of those who have come to them.
    until
        The time.
    counted
        The operation that they leave (-1: each its own; -2: none, do not count), from when on it is counted, and
        how many have left it and the sums of their hours.
    units
        The consignments, as integers and as hours.

    Returns
    -------
    tuple
        How many, when, and by which event; and the same of the others. It is -1 where two voyages of two lanes are
        unloaded at the same time, whose order is not known here.
    """
    n = len(old[0]) + len(new[0])
    out_times, out_tags, times, tags = np.empty(n), np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64)
    taken, left, is_sorted, last, low, high = np.int64(0), np.int64(0), True, -1.0, math.inf, -1.0
    for which in range(2):
        from_times, from_tags = old if which == 0 else new
        for i in range(len(from_times)):
            time, tag = from_times[i], from_tags[i]
            if time < until:
                out_times[taken], out_tags[taken] = time, tag
                is_sorted &= last < time
                last, low, high = time, min(low, time), max(high, time)
                taken += 1
            else:
                times[left], tags[left] = time, tag
                left += 1
    if not is_sorted:
        _sort(out_times, out_tags, taken, low, high)
    if counted[0] > -2:
        _count(out_times, out_tags, taken, counted, units)
    if not is_sorted and not _is_known(out_times, out_tags, taken):
        taken = np.int64(-1)
    return taken, out_times, out_tags, left, times, tags


@njit(error_model="numpy")
def _is_known(times, tags, taken):  # type: ignore[no-untyped-def]
    """Say whether no voyages of two lanes are unloaded at the same time."""
    for i in range(1, taken):
        if times[i] == times[i - 1] and tags[i] >> KIND_BITS == tags[i - 1] >> KIND_BITS == UNLOADED:
            if (tags[i] ^ tags[i - 1]) >> (ROW_BITS + VOYAGE_BITS):
                return False
    return True


@njit(error_model="numpy", forceinline=True)
def _is_after(time, tag, other_time, other_tag):  # type: ignore[no-untyped-def]
    return time > other_time or (time == other_time and tag >> ROW_BITS > other_tag >> ROW_BITS)


@njit(error_model="numpy")
def _sort(times, tags, n, low, high):  # type: ignore[no-untyped-def]
    """Sort entries: by buckets of equal length first, and then by insertion; by merging where they crowd together."""
    old_times, old_tags, places = np.empty(n), np.empty(n, np.int64), np.empty(2 * n + 1, np.int32)
    for i in range(n):
        old_times[i], old_tags[i] = times[i], tags[i]
    if high > low:
        scale, last = (2 * n - 0.5) / (high - low), np.int32(0)
        for bucket in range(2 * n + 1):
            places[bucket] = 0
        for i in range(n):
            places[np.int64((old_times[i] - low) * scale) + 1] += np.int32(1)
        for bucket in range(2 * n):
            last += places[bucket]
            places[bucket] = last
        for i in range(n):
            bucket = np.int64((old_times[i] - low) * scale)
            place = places[bucket]
            places[bucket] = place + np.int32(1)
            times[place], tags[place] = old_times[i], old_tags[i]
    moves = 0
    for i in range(1, n):
        time, tag, place = times[i], tags[i], i
        if _is_after(times[i - 1], tags[i - 1], time, tag):
            while place > 0 and _is_after(times[place - 1], tags[place - 1], time, tag):
                times[place], tags[place] = times[place - 1], tags[place - 1]
                place -= 1
            times[place], tags[place] = time, tag
            moves += i - place
            if moves > 8 * n + 1000:
                _merge_all(times, tags, old_times, old_tags)
                return


@njit(error_model="numpy")
def _merge_all(times, tags, from_times, from_tags):  # type: ignore[no-untyped-def]
    """Sort by merging, from pairs up; from the second two arrays into the first two."""
    n, width = len(from_times), 1
    while width < n:
        for start in range(0, n, 2 * width):
            a, b = start, min(start + width, n)
            half, end = b, min(start + 2 * width, n)
            for place in range(start, end):
                if b >= end or (a < half and not _is_after(from_times[a], from_tags[a], from_times[b], from_tags[b])):
                    times[place], tags[place] = from_times[a], from_tags[a]
                    a += 1
                else:
                    times[place], tags[place] = from_times[b], from_tags[b]
                    b += 1
        for place in range(n):
            from_times[place], from_tags[place] = times[place], tags[place]
        width *= 2


@njit(error_model="numpy")
def _count(times, tags, taken, counted, units):  # type: ignore[no-untyped-def]
    """Count those who leave an operation, as `kernel` does, and from when they are on the next."""
    op, warm, sums = counted
    words, hours = units
    if op >= 0:
        sums[op, 0], sums[op, 1], sums[op, 2], sums[op, 3] = _count_one(times, tags, taken, warm, sums[op], hours)
        return
    for i in range(taken):
        row, now = tags[i] & ROW, times[i]
        if now >= warm:
            here = words[row, SERIAL] >> OP_BIT
            sums[here, 0] += 1.0
            sums[here, 1] += now - hours[row, FROM]
            sums[here, 2] += hours[row, MOVING] - hours[row, MOVED]
            sums[here, 3] += hours[row, WAITING] - hours[row, WAITED]
        hours[row, FROM], hours[row, MOVED], hours[row, WAITED] = now, hours[row, MOVING], hours[row, WAITING]


@njit(error_model="numpy")
def _count_one(times, tags, taken, warm, sums, hours):  # type: ignore[no-untyped-def]
    """Count those who leave one operation, and return its sums."""
    left, total, moved, waited = sums[0], sums[1], sums[2], sums[3]
    for i in range(taken):
        row, now = tags[i] & ROW, times[i]
        moving, waiting = hours[row, MOVING], hours[row, WAITING]
        if now >= warm:
            left += 1.0
            total += now - hours[row, FROM]
            moved += moving - hours[row, MOVED]
            waited += waiting - hours[row, WAITED]
        hours[row, FROM], hours[row, MOVED], hours[row, WAITED] = now, moving, waiting
    return left, total, moved, waited


@njit(error_model="numpy")
def _finish(times, tags, units, records):  # type: ignore[no-untyped-def]
    """Write the records of those who have arrived, and return their rows."""
    words, hours = units
    rows, numbers = np.empty(len(times), np.int64), records.view(np.float64)
    for i in range(len(times)):
        row = tags[i] & ROW
        rows[i] = row
        records[i, 0] = words[row, WHO]
        numbers[i, 1], numbers[i, 2] = hours[row, BEGAN], times[i] - hours[row, BEGAN]
        numbers[i, 3], numbers[i, 4] = hours[row, MOVING], hours[row, WAITING]
    return rows


@njit(error_model="numpy")
def _travel(times, tags, laws, units, horizon):  # type: ignore[no-untyped-def]
    """Let them travel; times and tags become those of the end. Return how many end before the horizon, or -1.

    It is -1 where a travel takes no time.
    """
    need, delay, procedure = laws
    words, hours = units
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
            times[left], tags[left] = end, (TRAVELLED << KIND_BITS) | ((words[row, SERIAL] & NUMBER) << ROW_BITS) | row
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
def _serve(line, kept, free, spans, place, units, books):  # type: ignore[no-untyped-def]
    """Let a line of consignments pass a station: when each begins, and when it ends; and write all that down.

    Each begins when it comes or when the first server is free, whichever is later, or when the station opens after that.

    Parameters
    ----------
    line
        Times, tags and hours of service, in the order in which they come; the first two become those of the ends.
    kept
        When those before begin who had not begun as the last one came, and by which event.
    free
        When each server is free, as the bits of the time, and by which event; the first first.
    spans
        When it opens and closes.
    place
        What happens at closing; how the servers are kept; the present span, which is set.
    units
        The consignments, as integers and as hours.
    books
        Counts and hours by week, the histogram of waits, and the horizon and the end of the warm-up.

    Returns
    -------
    tuple
        How many services end before the horizon; and those who have not begun now. It is -1 where a service takes no time.
    """
    counts, sums, bins, limits = books
    n, before = len(line[0]), len(kept[0])
    last = line[0][n - 1]
    starts = np.empty(before + n), np.empty(before + n, np.int64)
    for i in range(before):
        starts[0][i], starts[1][i] = kept[0][i], kept[1][i]
    if len(free[0]) == 1 and place[CLOSING] == 0 and place[KEPT] == FEW:
        _serve_by_one(line, starts, free, spans, place, units, limits[0])
    else:
        _serve_by_many(line, starts, free, spans, place, units, limits[0])
    if not _count_line(line, starts, before, counts):
        return -1, starts[0], starts[1]
    begun = _book_waits(line[0], starts[0], before, (counts, sums), limits[0])
    _book_bins(line[0], starts[0], (before, begun), bins, limits[1])
    # Who begins by the time of the last one has begun before whoever comes next.
    first = before + n - _longest_now(starts[0], before + n, last)
    return _book_ends(line, begun, counts, units[0], limits[0]), starts[0][first:], starts[1][first:]


@njit(error_model="numpy")
def _serve_by_one(line, starts, free, spans, place, units, horizon):  # type: ignore[no-untyped-def]
    """Serve by one server that finishes what it has begun: Lindley's recursion."""
    times, tags, need = line
    begins, causes = starts
    opens, closes = spans
    words, hours = units
    before = len(begins) - len(times)
    span, free_h, free_by = place[SPAN], number_of(free[0][0]), free[1][0]
    for i in range(len(times)):
        now, came, row = times[i], tags[i] >> ROW_BITS, tags[i] & ROW
        waits = free_h > now or (free_h == now and free_by > came)
        start, cause = (free_h, free_by) if waits else (now, came)
        if opens[span] > start or closes[span] <= start:
            span = _next_span(spans, span, start, horizon)
            if opens[span] > start:
                start, cause = opens[span], _GATE
        start = start if start < horizon else math.inf
        free_h, free_by = start + need[i], (SERVED << (KIND_BITS - ROW_BITS)) | (words[row, SERIAL] & NUMBER)
        hours[row, WAITING] += start - now
        begins[before + i], causes[before + i], need[i] = start, cause, free_h
    place[SPAN], free[0][0], free[1][0] = span, bits_of(free_h), free_by


@njit(error_model="numpy", forceinline=True)
def _next_span(spans, span, start, horizon):  # type: ignore[no-untyped-def]
    """Return the span in which a service may begin at this time or later."""
    opens, closes = spans
    while start < horizon and closes[span] <= start and opens[span] <= start:
        span += 1
    return span


@njit(error_model="numpy")
def _serve_by_many(line, starts, free, spans, place, units, horizon):  # type: ignore[no-untyped-def]
    """Serve by several servers, or as many as come: Kiefer and Wolfowitz' recursion."""
    times, tags, need = line
    begins, causes = starts
    free_h, free_by = free
    opens, closes = spans
    words, hours = units
    span, closing, before = place[SPAN], place[CLOSING], len(begins) - len(times)
    for i in range(len(times)):
        now, came, row = times[i], tags[i] >> ROW_BITS, tags[i] & ROW
        first, by, end = number_of(free_h[0]), free_by[0], math.inf
        waits = (first > now) | ((first == now) & (by > came))
        start, cause = max(first, now), (by if waits else came)
        if opens[span] > start or closes[span] <= start:
            span = _next_span(spans, span, start, horizon)
            if opens[span] > start:
                start, cause = opens[span], _GATE
        if start < horizon:
            hours[row, WAITING] += start - now
            end = start + need[i]
            if closing:
                end = _pass_closings(start, need[i], spans, span, (closing == 2, horizon, row), hours)
        else:
            start = math.inf
        begins[before + i], causes[before + i], need[i] = start, cause, end
        is_over = (SERVED << (KIND_BITS - ROW_BITS)) | (words[row, SERIAL] & NUMBER)
        if place[KEPT] == AS_MANY:
            pass
        elif place[KEPT] == FEW:
            _free_at(free_h, free_by, bits_of(end), is_over)
        else:
            _free_in_heap(free_h, free_by, bits_of(end), is_over)
    place[SPAN] = span


@njit(error_model="numpy")
def _count_line(line, starts, before, counts):  # type: ignore[no-untyped-def]
    """Count who comes in each week, and the longest queue; return whether each service takes time."""
    times, tags, ends = line
    begins, causes = starts
    week, takes_time = _week_of(times[0]), True
    longest = _longest_now(begins, before, times[0])
    for i in range(len(times)):
        now, came, at = times[i], tags[i] >> ROW_BITS, before + i
        if now >= WEEK_H * (week + 1):
            week = _week_of(now)
            longest = _longest_now(begins, at, now)
        counts[week, ARRIVED] += 1
        takes_time &= ends[i] > begins[at] or begins[at] == math.inf
        # Services begin one after the other: more than so many wait if that many places before one still does.
        while longest <= at and begins[at - longest] >= now and causes[at] != came:
            if begins[at - longest] == now and at - longest < at and causes[at - longest] <= came:
                break
            longest += 1
        counts[week, LONGEST] = max(counts[week, LONGEST], longest)
    return takes_time


@njit(error_model="numpy")
def _longest_now(begins, last, now):  # type: ignore[no-untyped-def]
    """Return how many of those before one have not begun at its time."""
    low, high = 0, last
    while low < high:
        place = (low + high) // 2
        low, high = (low, place) if begins[place] > now else (place + 1, high)
    return last - low


@njit(error_model="numpy", forceinline=True)
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


@njit(error_model="numpy", forceinline=True)
def _free_at(times, causes, time, cause):  # type: ignore[no-untyped-def]
    """Put the first server to where it belongs in the order now that it is free at another time."""
    # Without a jump, and with times as integers (see `events`), so that the next one need not wait for the comparisons.
    for place in range(1, len(times)):
        other, by = times[place], causes[place]
        is_sooner = (other < time) | ((other == time) & (by < cause))
        times[place - 1], causes[place - 1] = (other if is_sooner else time), (by if is_sooner else cause)
        time, cause = (time if is_sooner else other), (cause if is_sooner else by)
    times[-1], causes[-1] = time, cause


@njit(error_model="numpy", forceinline=True)
def _free_in_heap(times, causes, time, cause):  # type: ignore[no-untyped-def]
    """Put the first server of a heap to where it belongs."""
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
def _book_bins(times, begins, which, bins, warm):  # type: ignore[no-untyped-def]
    before, begun = which
    places = np.empty(begun, np.int64)
    for i in range(begun):
        places[i] = bin_of(begins[before + i] - times[i])
    for i in range(begun):
        if begins[before + i] >= warm:
            bins[places[i]] += 1


@njit(error_model="numpy")
def _book_ends(line, begun, counts, words, horizon):  # type: ignore[no-untyped-def]
    """Count services ended by week; times and tags become those of the ends. Return how many."""
    times, tags, ends = line
    week, left = 0, 0
    for i in range(begun):
        end, row = ends[i], tags[i] & ROW
        if end < horizon:
            if not WEEK_H * week <= end < WEEK_H * (week + 1):
                week = _week_of(end)
            counts[week, ENDED] += 1
            counts[week, BUSY] += ticks(end - WEEK_H * week)
            times[left] = end
            tags[left] = (SERVED << KIND_BITS) | ((words[row, SERIAL] & NUMBER) << ROW_BITS) | row
            left += 1
    return left


@njit(error_model="numpy")
def _book_waits(times, begins, before, weeks, horizon):  # type: ignore[no-untyped-def]
    """Count services begun and waits by week, and return how many have begun."""
    counts, sums = weeks
    i, n = 0, len(times)
    while i < n and begins[before + i] < horizon:
        week, first, busy = _week_of(begins[before + i]), i, 0
        waits, queue, opened, until = sums[week, WAITS_H], sums[week, QUEUE_H], WEEK_H * week, WEEK_H * (week + 1)
        until = min(until, horizon)
        while i < n and begins[before + i] < until:
            start, now = begins[before + i], times[i]
            waits += start - now
            queue += start - max(now, opened)
            if now < opened:
                _count_queue(sums, week - 1, now, opened)
            busy += ticks(start - opened)
            i += 1
        sums[week, WAITS_H], sums[week, QUEUE_H] = waits, queue
        counts[week, BEGUN] += i - first
        counts[week, BUSY] -= busy
    for late in range(i, n):
        _count_queue(sums, len(sums) - 1, times[late], horizon)
    return i


@njit(error_model="numpy", forceinline=True)
def _count_queue(sums, week, since, until):  # type: ignore[no-untyped-def]
    """Count the time that one waits until this instant of a week."""
    while since < WEEK_H * week:
        sums[week, QUEUE_H] += until - WEEK_H * week
        until, week = WEEK_H * week, week - 1
    sums[week, QUEUE_H] += until - since


# ── lanes ───────────────────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy")
def _sail(kept, new, lane, state, times, limits, hours):  # type: ignore[no-untyped-def]
    """Let a lane sail until a time, or until there are no crossings left: then call again with more.

    Parameters
    ----------
    kept, new
        When each came, its tag and its size, of those in the queue and of those who come.
    lane, state
        What the lane is; hours and counts of how it stands.
    times
        When it closes and opens, by turns; departure times of a clock from the next on; crossings of the next voyages.
    limits
        Until when, the horizon, and the number of the lane.
    hours
        The consignments.

    Returns
    -------
    tuple
        How many have boarded (-1 where a crossing takes no time), when and by which event they land; how many are in the
        queue; and those, and who has not come to it yet.
    """
    queue, joined = _lined_up(kept, new), len(kept[0])
    since, tags, _ = queue
    stand, counts = state
    shifts, clock, crossings = times
    until, horizon, number = limits
    head, last, sailed, ticked, now = np.int64(0), np.int64(joined), 0, 0, stand[LAST_H]
    out_times, out_tags = np.empty(len(since)), np.empty(len(since), np.int64)
    while True:
        while counts[IS_SHUT] == 0 and _is_due(now, since, (head, last), lane, stand, counts):
            if sailed == len(crossings):
                stand[LAST_H] = now
                return head, out_times, out_tags, last - head, since[head:], tags[head:], queue[2][head:]
            first, crossing = head, crossings[sailed]
            loaded = now + lane[LOAD_H]
            arrived = loaded + crossing
            landed = arrived + lane[UNLOAD_H]
            if not arrived > loaded:
                return np.int64(-1), out_times, out_tags, last, since, tags, queue[2]
            counts[EVENTS] += np.int64(loaded < horizon) + np.int64(arrived < horizon) + np.int64(landed < horizon)
            head = _board(now, queue, (head, last), lane, state, crossing, hours)
            by = (UNLOADED << KIND_BITS) | ((number << VOYAGE_BITS | counts[VOYAGES]) << ROW_BITS)
            for i in range(first, head):
                out_times[i], out_tags[i] = landed, by | (tags[i] & ROW)
            counts[VOYAGES] += 1
            sailed += 1
        turned = shifts[counts[TURNED]] if counts[TURNED] < len(shifts) else math.inf
        due_at = clock[ticked] if lane[IS_CLOCK] else stand[TIMES_OUT]
        last, now, is_due = _join(queue, (head, last), (turned, due_at), lane, state)
        if not is_due:
            due_at = due_at if lane[IS_CLOCK] else stand[TIMES_OUT]
            now = min(turned, due_at)
            if now >= until:
                stand[LAST_H] = -1.0  # nothing is due until the next event
                return head, out_times, out_tags, last - head, since[head:], tags[head:], queue[2][head:]
            if turned == now:
                counts[TURNED] += 1
                counts[IS_SHUT] = 1 - counts[IS_SHUT]
            else:
                ticked += _tick(lane, stand, counts)


@njit(error_model="numpy")
def _lined_up(kept, new):  # type: ignore[no-untyped-def]
    n = len(kept[0]) + len(new[0])
    since, tags, sizes = np.empty(n), np.empty(n, np.int64), np.empty(n)
    at = 0
    for which in range(2):
        times, by, size = kept if which == 0 else new
        for i in range(len(times)):
            since[at], tags[at], sizes[at] = times[i], by[i], size[i]
            at += 1
    return since, tags, sizes


@njit(error_model="numpy")
def _join(queue, ends, events, lane, state):  # type: ignore[no-untyped-def]
    """Let those join who come before anything else happens to the lane, until it is due.

    Returns
    -------
    tuple
        How many have joined; when the last one did; whether the lane is due.
    """
    since, tags, sizes = queue
    stand, counts = state
    head, last = ends
    turned, due_at = events
    size, touched, area = stand[SIZE_WAITING], stand[TOUCHED_H], stand[AREA_H]
    now, is_due = -1.0, False
    while last < len(since) and not is_due:
        now, event = since[last], tags[last] >> ROW_BITS
        if now >= turned or now > due_at or (now == due_at and tags[last] >> KIND_BITS > DUE):
            break
        if head == last and not lane[IS_CLOCK]:
            stand[TIMES_OUT] = due_at = _timeout(now, now, lane)
        while last < len(since) and since[last] == now and tags[last] >> ROW_BITS == event:
            area += size * (now - touched)
            touched = now
            size += sizes[last]
            last += 1
        is_due = counts[IS_SHUT] == 0 and not lane[IS_CLOCK] and (
            size >= lane[CAPACITY] or now >= since[head] + lane[TIMEOUT_H]
        )  # fmt: skip
    stand[SIZE_WAITING], stand[TOUCHED_H], stand[AREA_H] = size, touched, area
    return last, now, is_due


@njit(error_model="numpy", forceinline=True)
def _timeout(now, since, lane):  # type: ignore[no-untyped-def]
    time = since + lane[TIMEOUT_H]
    return time if time > now else math.inf


@njit(error_model="numpy")
def _tick(lane, stand, counts):  # type: ignore[no-untyped-def]
    """Take a timeout, or a departure time; return how many of the latter."""
    counts[EVENTS] += 1
    if not lane[IS_CLOCK]:
        stand[TIMES_OUT] = math.inf
        return 0
    counts[LOST] += counts[IS_DUE]
    counts[IS_DUE] = 1
    counts[TICKED] += 1
    return 1


@njit(error_model="numpy", forceinline=True)
def _is_due(now, since, ends, lane, stand, counts):  # type: ignore[no-untyped-def]
    head, last = ends
    if lane[IS_CLOCK]:
        return counts[IS_DUE] == 1
    return head < last and (stand[SIZE_WAITING] >= lane[CAPACITY] or now >= since[head] + lane[TIMEOUT_H])


@njit(error_model="numpy")
def _board(now, queue, ends, lane, state, crossing, hours):  # type: ignore[no-untyped-def]
    """Let as many as fit board, and return who is first in the queue then."""
    since, tags, sizes = queue
    stand, counts = state
    head, last = ends
    stand[AREA_H] += stand[SIZE_WAITING] * (now - stand[TOUCHED_H])
    stand[TOUCHED_H] = now
    room, first, size, carried, waits = lane[CAPACITY], head, stand[SIZE_WAITING], stand[CARRIED], stand[WAITS_OF]
    if head < last:
        stand[FIRST_WAITS] += now - since[head]
    while head < last and sizes[head] <= room:
        waited, row = now - since[head], tags[head] & ROW
        room -= sizes[head]
        hours[row, WAITING] += waited
        hours[row, MOVING] += crossing
        waits += waited
        size -= sizes[head]
        carried += sizes[head]
        head += 1
    stand[SIZE_WAITING], stand[CARRIED], stand[WAITS_OF] = (size if head < last else 0.0), carried, waits
    counts[BOARDED] += head - first
    counts[IS_DUE] = 0
    if head > first and not lane[IS_CLOCK]:
        stand[TIMES_OUT] = _timeout(now, since[head], lane) if head < last else math.inf
    return head


# ── what is called from outside ─────────────────────────────────────────────────────────────────────


def _entries(stamp: int) -> Any:
    """Return the functions that are compiled once and kept on disk; see `kernel`."""

    @njit(cache=True, nogil=True)
    def draws(law, key, who, tags, units):  # type: ignore[no-untyped-def]
        _ = stamp
        return _draws(law, key, who, tags, units)

    @njit(cache=True, nogil=True)
    def chances(key, who, tags, units):  # type: ignore[no-untyped-def]
        _ = stamp
        return _chances(key, who, tags, units)

    @njit(cache=True, nogil=True)
    def arrivals(times, season, state):  # type: ignore[no-untyped-def]
        _ = stamp
        return _arrivals(times, season, state)

    @njit(cache=True, nogil=True)
    def begin(born, groups, made, numbers, units, rows):  # type: ignore[no-untyped-def]
        _ = stamp
        return _begin(born, groups, made, numbers, units, rows)

    @njit(cache=True, nogil=True)
    def leave(old, new, until, counted, units):  # type: ignore[no-untyped-def]
        _ = stamp
        return _leave(old, new, until, counted, units)

    @njit(cache=True, nogil=True)
    def finish(times, tags, units, records):  # type: ignore[no-untyped-def]
        _ = stamp
        return _finish(times, tags, units, records)

    @njit(cache=True, nogil=True)
    def travel(times, tags, laws, units, horizon):  # type: ignore[no-untyped-def]
        _ = stamp
        return _travel(times, tags, laws, units, horizon)

    @njit(cache=True, nogil=True)
    def serve(line, kept, free, spans, place, units, books):  # type: ignore[no-untyped-def]
        _ = stamp
        return _serve(line, kept, free, spans, place, units, books)

    @njit(cache=True, nogil=True)
    def sail(kept, new, lane, state, times, limits, hours):  # type: ignore[no-untyped-def]
        _ = stamp
        return _sail(kept, new, lane, state, times, limits, hours)

    return draws, chances, arrivals, begin, leave, finish, travel, serve, sail


draws, chances, arrivals, begin, leave, finish, travel, serve, sail = _entries(STAMP)
