"""The pass of a lane without a fleet: who sails when; see `passes`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kervan.engines.simulate.parts import njit
from kervan.engines.simulate.passes import KIND_BITS, MOVING, ROW, ROW_BITS, VOYAGE_BITS, WAITING
from kervan.engines.simulate.world import DUE, STAMP, UNLOADED

__all__ = ["sail"]

#: A lane: what it is, and how it stands.
CAPACITY, TIMEOUT_H, LOAD_H, UNLOAD_H, IS_CLOCK, LANE_SIZE = range(6)
SIZE_WAITING, TOUCHED_H, AREA_H, WAITS_OF, FIRST_WAITS, CARRIED, TIMES_OUT, LAST_H, LANE_HOURS = range(9)
VOYAGES, BOARDED, TICKED, IS_DUE, LOST, EVENTS, IS_SHUT, TURNED, LANE_COUNTS = range(9)


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
        How many have boarded (-1 where a crossing takes no time), when and by which event they land; how many are in
        the queue; and those, and who has not come to it yet.
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


def _entry(stamp: int) -> Any:
    @njit(cache=True, nogil=True)
    def sail(kept, new, lane, state, times, limits, hours):  # type: ignore[no-untyped-def]
        _ = stamp
        return _sail(kept, new, lane, state, times, limits, hours)

    return sail


sail = _entry(STAMP)
