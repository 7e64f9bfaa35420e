"""The pass of a station: when each of a line of consignments begins and ends; see `passes`.

References
----------
Lindley, "The theory of queues with a single server", *Mathematical Proceedings of the Cambridge Philosophical Society*
48(2), 1952; Kiefer and Wolfowitz, "On the theory of queues with many servers", *Transactions of the American
Mathematical Society* 78(1), 1955.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kervan.engines.simulate.elementary import bits_of, number_of
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.parts import njit
from kervan.engines.simulate.passes import KIND_BITS, NUMBER, ROW, ROW_BITS, SERIAL, WAITING
from kervan.engines.simulate.waits import bin_of
from kervan.engines.simulate.world import SERVED, STAMP, ticks

__all__ = ["serve"]

#: Columns of a station in a week, counts and hours.
ARRIVED, BEGUN, ENDED, LONGEST, BUSY, COUNTS = range(6)
WAITS_H, QUEUE_H, SUMS = range(3)
#: How servers are kept: not at all, in their order, as a heap.
AS_MANY, FEW, MANY = range(3)
CLOSING, KEPT, SPAN = range(3)

_GATE = np.int64(0)


@njit(error_model="numpy", forceinline=True)
def _week_of(time):  # type: ignore[no-untyped-def]
    week = np.int64(time * (1.0 / WEEK_H))
    if time < WEEK_H * week:
        return week - 1
    return week + 1 if time >= WEEK_H * (week + 1) else week


@njit(error_model="numpy")
def _serve(line, kept, free, spans, place, units, books):  # type: ignore[no-untyped-def]
    """Let a line of consignments pass a station: when each begins, and when it ends; and write all that down.

    Each begins when it comes or when the first server is free, whichever is later, or when the station opens after
    that.

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
        How many services end before the horizon, -1 where a service takes no time; and those who have not begun now.
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


def _entry(stamp: int) -> Any:
    @njit(cache=True, nogil=True)
    def serve(line, kept, free, spans, place, units, books):  # type: ignore[no-untyped-def]
        _ = stamp
        return _serve(line, kept, free, spans, place, units, books)

    return serve


serve = _entry(STAMP)
