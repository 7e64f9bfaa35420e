"""The compiled passes of `recursion`: each takes all that happens at one place in a stretch of time.

A *consignment* is a row of ``units`` (integers) and of its view as floats, ``hours``. What it does next is an *entry*:
a time, and a tag that says by which event and who: kind of event, its serial number, row. Entries at the same time
stand in the order of kind and number, which is that of `kernel`, and those of one event in the order in which it lets
them walk. `serving` has the passes of stations, `sailing` those of lanes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kervan.engines.simulate.elementary import exp, is_central, ln, middle, tail
from kervan.engines.simulate.keyed import DETERMINISTIC, EXPONENTIAL, LOGNORMAL, block, draw, unit
from kervan.engines.simulate.parts import njit
from kervan.engines.simulate.world import ARRIVAL_OF, STAMP, TRAVELLED, UNLOADED, ZERO

__all__ = ["arrivals", "begin", "chances", "draws", "finish", "leave", "travel"]

#: Columns of a consignment; the first is that of a record, which holds three numbers, and the last its serial number
#: and the operation at which it is. A row is a line of the processor's memory.
WHO, BEGAN, MOVING, WAITING, FROM, MOVED, WAITED, SERIAL, UNIT_SIZE = range(9)
OP_BIT = 36
NUMBER = np.int64((1 << OP_BIT) - 1)
#: A tag is kind, serial number (35 bits) and row (24 bits); of a voyage, the number is lane (10 bits) and voyage.
ROW_BITS, VOYAGE_BITS, KIND_BITS = 24, 25, 59
ROW = np.int64((1 << ROW_BITS) - 1)
MOST_LANES = 1 << (KIND_BITS - ROW_BITS - VOYAGE_BITS)


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
        _normals(key, who, ordinals, out)
        for i in range(len(out)):
            out[i] = exp(a + b * out[i])
    else:
        for i in range(len(out)):
            out[i] = draw((code, a, b), law, key, owner, ordinals[i], place, ZERO, purpose)


@njit(error_model="numpy")
def _normals(key, who, ordinals, out):  # type: ignore[no-untyped-def]
    owner, place, purpose = who
    chance = np.empty(len(out))
    for i in range(len(out)):
        first, _ = block(key, owner, ordinals[i], place, purpose << 8)
        chance[i] = unit(first)
    for i in range(len(out)):
        out[i] = middle(chance[i])
    for i in range(len(out)):
        if not is_central(chance[i]):
            out[i] = tail(chance[i])


@njit(error_model="numpy")
def _ordinals(tags, units):  # type: ignore[no-untyped-def]
    """Return the ordinals of consignments; what stands above their 32 bits does not count."""
    found = np.empty(len(tags), np.int64)
    for i in range(len(tags)):
        found[i] = units[tags[i] & ROW, WHO]
    return found


@njit(error_model="numpy")
def _draws(law, key, who, tags, units, out):  # type: ignore[no-untyped-def]
    """Write a draw of each of these; ``who`` is owner, place and purpose."""
    _draw_all(law, key, who, _ordinals(tags, units), out)


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
def _leave(old, new, out, until, counted, units):  # type: ignore[no-untyped-def]
    """Take the entries before a time, in their order, and keep the others.

    Parameters
    ----------
    old, new
        Times and tags of those kept before, and of those who have come to them.
    out
        Room for times and tags of those taken, and for those of the others.
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
        How many are taken, and how many are left. The first is -1 where two voyages of two lanes are unloaded at the
        same time, whose order is not known here.
    """
    out_times, out_tags, times, tags = out
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
    return taken, left


@njit(error_model="numpy")
def _is_known(times, tags, taken):  # type: ignore[no-untyped-def]
    """Say whether no voyages of two lanes are unloaded at the same time."""
    for i in range(1, taken):
        both_landed = tags[i] >> KIND_BITS == UNLOADED and tags[i - 1] >> KIND_BITS == UNLOADED
        if times[i] == times[i - 1] and both_landed and (tags[i] ^ tags[i - 1]) >> (ROW_BITS + VOYAGE_BITS):
            return False
    return True


@njit(error_model="numpy", forceinline=True)
def _is_after(time, tag, other_time, other_tag):  # type: ignore[no-untyped-def]
    return time > other_time or (time == other_time and tag >> ROW_BITS > other_tag >> ROW_BITS)


@njit(error_model="numpy")
def _sort(times, tags, n, low, high):  # type: ignore[no-untyped-def]
    """Sort entries: by buckets of equal length first, and then by insertion; by merging where they crowd together."""
    old_times, old_tags = np.empty(n), np.empty(n, np.int64)
    for i in range(n):
        old_times[i], old_tags[i] = times[i], tags[i]
    if high > low:
        _sort_roughly(times, tags, old_times, old_tags, low, (2 * n - 0.5) / (high - low))
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
def _sort_roughly(times, tags, old_times, old_tags, low, scale):  # type: ignore[no-untyped-def]
    """Put entries into the order of their buckets, each bucket in the order as it was."""
    n = len(old_times)
    last = np.int32(0)
    places = np.empty(2 * n + 1, np.int32)
    for bucket in range(2 * n + 1):
        places[bucket] = 0
    for i in range(n):
        places[np.int64((old_times[i] - low) * scale) + 1] += np.int32(1)
    for bucket in range(2 * n):
        last = np.int32(last + places[bucket])
        places[bucket] = last
    for i in range(n):
        here = np.int64((old_times[i] - low) * scale)
        place = places[here]
        places[here] = place + np.int32(1)
        times[place], tags[place] = old_times[i], old_tags[i]


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


# ── what is called from outside ─────────────────────────────────────────────────────────────────────


def _entries(stamp: int) -> Any:
    """Return the functions that are compiled once and kept on disk; see `kernel`."""

    @njit(cache=True, nogil=True)
    def draws(law, key, who, tags, units, out):  # type: ignore[no-untyped-def]
        _ = stamp
        _draws(law, key, who, tags, units, out)

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
    def leave(old, new, out, until, counted, units):  # type: ignore[no-untyped-def]
        _ = stamp
        return _leave(old, new, out, until, counted, units)

    @njit(cache=True, nogil=True)
    def finish(times, tags, units, records):  # type: ignore[no-untyped-def]
        _ = stamp
        return _finish(times, tags, units, records)

    @njit(cache=True, nogil=True)
    def travel(times, tags, laws, units, horizon):  # type: ignore[no-untyped-def]
        _ = stamp
        return _travel(times, tags, laws, units, horizon)

    return draws, chances, arrivals, begin, leave, finish, travel


draws, chances, arrivals, begin, leave, finish, travel = _entries(STAMP)
