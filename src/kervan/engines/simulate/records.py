"""What is recorded of a run: one numpy type a kind of row."""

from __future__ import annotations

from mmap import mmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FLEET_STATS", "LANE_STATS", "OPERATION_STATS", "RECORD", "STATION_STATS", "Room"]

#: A consignment that has finished; hours. Procedures are ``total_h - moving_h - waiting_h``.
RECORD: Final = np.dtype([
    ("ordinal", "u4"), ("source", "i2"), ("program", "i2"), ("began_h", "f8"), ("total_h", "f8"), ("moving_h", "f8"),
    ("waiting_h", "f8"),
])  # fmt: skip

#: A station in a week: those who came to it, services begun, sum of the waits that ended by a service, time
#: integrals of the number waiting, of busy servers (blocked ones too) and of being open, and the longest queue.
STATION_STATS: Final = np.dtype([
    ("arrived", "i8"), ("begun", "i8"), ("waits_h", "f8"), ("queue_area_h", "f8"), ("busy_area_h", "f8"),
    ("open_h", "f8"),
    ("longest", "i8"),
])  # fmt: skip

#: A lane over the run: voyages, who boarded and their size, sum of their waits, time integral of the size waiting,
#: departure times lost, and the waits of the first of each voyage.
LANE_STATS: Final = np.dtype([
    ("voyages", "i8"), ("consignments", "i8"), ("carried", "f8"), ("waits_h", "f8"), ("queue_area_h", "f8"),
    ("lost", "i8"), ("first_waits_h", "f8"),
])  # fmt: skip

#: A fleet over the run: voyages, and vehicle hours in each state.
FLEET_STATS: Final = np.dtype([
    ("laden", "i8"), ("empty", "i8"), ("idle_h", "f8"), ("anchor_h", "f8"), ("loading_h", "f8"), ("weather_h", "f8"),
    ("sailing_h", "f8"), ("unloading_h", "f8"),
])  # fmt: skip

#: An operation of a program: those who rested in it and went on after the warm-up, and their hours in it. Procedures
#: are ``total_h - moving_h - waiting_h``.
OPERATION_STATS: Final = np.dtype([
    ("source", "i8"), ("program", "i8"), ("operation", "i8"), ("consignments", "i8"), ("total_h", "f8"),
    ("moving_h", "f8"), ("waiting_h", "f8"),
])  # fmt: skip

_WORDS: Final = RECORD.itemsize // 8
_LEAST: Final = 1 << 16


class Room:
    """Room for records, in pieces that are mapped by themselves, so that letting one go gives the memory back at once."""

    def __init__(self) -> None:
        self._full: list[NDArray[np.int64]] = []
        self._piece, self._used = _piece(_LEAST), 0

    def take(self, count: int) -> NDArray[np.int64]:
        """Return the next so many rows."""
        self.ensure(count)
        self._used += count
        return self._piece[self._used - count : self._used]

    def ensure(self, count: int) -> NDArray[np.int64]:
        """Return the rows that are left, so many at least."""
        if self._used + count > len(self._piece):
            self._full.append(self._piece[: self._used])
            self._piece, self._used = _piece(max(_LEAST, 2 * count)), 0
        return self._piece[self._used :]

    def joined(self) -> NDArray[np.int64]:
        """Return all rows as one array; each piece is let go as it is copied, so that they are never there twice."""
        pieces = [*self._full, self._piece[: self._used]]
        del self._piece
        self._full.clear()
        place = sum(len(piece) for piece in pieces)
        whole = np.empty((place, _WORDS), dtype=np.int64)
        while pieces:
            piece = pieces.pop()
            whole[place - len(piece) : place] = piece
            place -= len(piece)
        return whole


def _piece(count: int) -> NDArray[np.int64]:
    return np.frombuffer(mmap(-1, count * RECORD.itemsize), dtype=np.int64).reshape(count, _WORDS)
