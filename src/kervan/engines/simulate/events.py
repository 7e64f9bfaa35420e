"""The list of pending events: a winner tree over slots.

A slot holds a time and a tag; the tree holds at every inner vertex which of its two children comes first, so that a
change costs one comparison a level, without a jump. Times are compared as integers: for numbers from 0 up the bits of a
double are in the order of the numbers. The tag breaks ties: kind, serial number, and the address of what it is about.

Follows Knuth, "The Art of Computer Programming", volume 3, section 5.4.1 (trees of losers and winners).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate.parts import njit

__all__ = ["ADDRESS_BITS", "cancel", "drop", "events_of", "grown_events", "push", "tag"]

# Head: slots in use by the tree, free ones among them, the slot just taken (or -1), and most slots there may be.
SLOTS, FREE_SLOTS, HOLE, MOST_SLOTS, KEYS = range(5)
_INFINITE: Final = np.int64(0x7FF0000000000000)
_START: Final = 8
#: A tag is kind (4 bits), serial number (31 bits) and address (28 bits).
ADDRESS_BITS: Final = 28
SERIAL_BITS: Final = 31


def events_of(most: int) -> NDArray[np.int64]:
    """Return an empty list for at least so many events."""
    room = _START
    while room < most:
        room *= 2
    words = np.zeros(KEYS + 5 * room, dtype=np.int64)
    words[[MOST_SLOTS, HOLE, SLOTS, FREE_SLOTS]] = room, -1, _START, _START
    words[KEYS : KEYS + _START] = _INFINITE
    # As all are the same, the first wins.
    wins = [0] * _START + [*range(_START)]
    for place in range(_START - 1, 0, -1):
        wins[place] = wins[2 * place]
    words[KEYS + 2 * room : KEYS + 2 * room + 2 * _START] = wins
    words[KEYS + 4 * room : KEYS + 4 * room + _START] = range(_START - 1, -1, -1)
    return words


def grown_events(words: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the list with room for at least so many events; no slot moves."""
    old, slots = int(words[MOST_SLOTS]), int(words[SLOTS])
    if old >= most:
        return words
    new = events_of(most)
    room = int(new[MOST_SLOTS])
    for start, length in ((0, slots), (1, slots), (2, 2 * slots), (4, int(words[FREE_SLOTS]))):
        new[KEYS + start * room : KEYS + start * room + length] = words[
            KEYS + start * old : KEYS + start * old + length
        ]
    new[SLOTS], new[FREE_SLOTS], new[HOLE] = slots, words[FREE_SLOTS], words[HOLE]
    return new


@njit(error_model="numpy")
def _prepare(words, times, slots, used):  # type: ignore[no-untyped-def]
    """Let the tree have so many slots, of which the first ``used`` are in use."""
    room = words[MOST_SLOTS]
    tags, wins, free = KEYS + room, KEYS + 2 * room, KEYS + 4 * room
    for slot in range(used, slots):
        times[KEYS + slot] = np.inf
        words[tags + slot] = 0
    for slot in range(slots):
        words[wins + slots + slot] = slot
    for place in range(slots - 1, 0, -1):
        left, right = words[wins + 2 * place], words[wins + 2 * place + 1]
        a, b = words[KEYS + left], words[KEYS + right]
        is_left = a < b or (a == b and words[tags + left] <= words[tags + right])
        words[wins + place] = left if is_left else right
    count = words[FREE_SLOTS]
    for slot in range(slots - 1, used - 1, -1):
        words[free + count] = slot
        count += 1
    words[FREE_SLOTS] = count
    words[SLOTS] = slots


@njit(error_model="numpy")
def tag(kind, serial, address):  # type: ignore[no-untyped-def]
    """Return the tag of an event."""
    return (np.int64(kind) << 59) | (np.int64(serial) << ADDRESS_BITS) | np.int64(address)


@njit(error_model="numpy")
def _put(words, times, slot, time, mark):  # type: ignore[no-untyped-def]
    """Write a slot and play its matches again."""
    room, slots = words[MOST_SLOTS], words[SLOTS]
    tags, wins = KEYS + room, KEYS + 2 * room
    times[KEYS + slot] = time
    words[tags + slot] = mark
    key = words[KEYS + slot]
    place, best, tied = slots + slot, np.int64(slot), False
    while place > 1:  # without a jump: a test for ties here that jumps costs four times as much
        other = words[wins + (place ^ 1)]
        rival = words[KEYS + other]
        wins_other = rival < key
        tied = tied | ((rival == key) & (rival != _INFINITE))
        key = rival if wins_other else key
        best = other if wins_other else best
        place >>= 1
        words[wins + place] = best
    if tied:
        place, best = slots + slot, np.int64(slot)
        key = words[KEYS + slot]
        while place > 1:
            other = words[wins + (place ^ 1)]
            rival = words[KEYS + other]
            if rival < key or (rival == key and words[tags + other] < words[tags + best]):
                key, best = rival, other
            place >>= 1
            words[wins + place] = best


@njit(error_model="numpy")
def push(words, times, time, mark):  # type: ignore[no-untyped-def]
    """Add an event and return its slot; the slot just taken is used again."""
    slot = words[HOLE]
    if slot >= 0:
        words[HOLE] = -1
    else:
        if words[FREE_SLOTS] == 0:
            _prepare(words, times, 2 * words[SLOTS], words[SLOTS])
        count = words[FREE_SLOTS] - 1
        words[FREE_SLOTS] = count
        slot = words[KEYS + 4 * words[MOST_SLOTS] + count]
    _put(words, times, slot, time, mark)
    return slot


@njit(error_model="numpy")
def cancel(words, times, slot):  # type: ignore[no-untyped-def]
    """Take an event out."""
    _put(words, times, slot, np.inf, np.int64(0))
    words[KEYS + 4 * words[MOST_SLOTS] + words[FREE_SLOTS]] = slot
    words[FREE_SLOTS] += 1


@njit(error_model="numpy")
def drop(words, times):  # type: ignore[no-untyped-def]
    """Free the slot just taken, if nothing has used it again."""
    slot = words[HOLE]
    if slot >= 0:
        words[HOLE] = -1
        cancel(words, times, slot)
