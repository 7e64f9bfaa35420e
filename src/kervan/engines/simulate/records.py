"""What is recorded of a run: one numpy type a kind of row."""

from __future__ import annotations

import math
import mmap
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate.model import Model

__all__ = ["FLEET_STATS", "LANE_STATS", "OPERATION_STATS", "RECORD", "STATION_STATS", "Room", "Run", "expected"]

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


@dataclass(frozen=True, slots=True)
class Run:
    """What one replication gives.

    Parameters
    ----------
    records
        Of `RECORD`, in the order in which they finished.
    stations
        Of `STATION_STATS`, a row a station and a column a week (the last may be short).
    waits
        Histogram of waits begun after the warm-up, a row a station; see `WAIT_EDGES_H`.
    lanes, fleets
        Of `LANE_STATS` and `FLEET_STATS`.
    operations
        Of `OPERATION_STATS`, by source, program and operation.
    made
        Consignments that began, of each source.
    alive
        Of them, how many were under way at the horizon.
    events
        How many events were taken.
    horizon_h, warm_h, seed, replication
        What was asked for.
    trace
        Every event, of `EVENT`, if it was asked for; `kervan.engines.simulate.eventlog.log_of` says what it means.
    """

    records: NDArray[np.void]
    stations: NDArray[np.void]
    waits: NDArray[np.int64]
    lanes: NDArray[np.void]
    fleets: NDArray[np.void]
    operations: NDArray[np.void]
    made: NDArray[np.int64]
    alive: int
    events: int
    horizon_h: float
    warm_h: float
    seed: int
    replication: int
    trace: NDArray[np.void] | None = None


_WORDS: Final = RECORD.itemsize // 8
_LEAST: Final = 1 << 16
#: Addresses for so many records at once at most (5 GB).
_MOST: Final = 1 << 27


def expected(model: Model, horizon_h: float) -> int:
    """Return a number of consignments that a run will hardly pass."""
    count = 0.0
    for source in model.sources:
        ends = [*(start for start, _ in source.season[1:]), math.inf]
        worth = sum(
            max(0.0, min(end, horizon_h) - start) * factor
            for (start, factor), end in zip(source.season, ends, strict=True)
        )
        groups = worth / source.headway.mean_h
        groups += 8 * source.headway.cv_frac * math.sqrt(groups) + 16
        count += source.group * min(groups, math.inf if source.most is None else source.most)
    return int(min(count, _MOST))


class Room:
    """Room for records: addresses for all of them, of which memory is taken when they are written.

    So nothing has to be moved, or is there twice, if the number was foreseen.
    """

    def __init__(self, count: int) -> None:
        self._full: list[NDArray[np.int64]] = []
        self._piece, self._used = _mapped(count), 0

    def take(self, count: int) -> NDArray[np.int64]:
        """Return the next so many rows."""
        rows = self.rest(count)[:count]
        self._used += count
        return rows

    def rest(self, count: int) -> NDArray[np.int64]:
        """Return the rows that are left, so many at least."""
        if self._used + count > len(self._piece):
            self._full.append(self._piece[: self._used])
            self._piece, self._used = _mapped(max(_LEAST, 2 * count)), 0
        return self._piece[self._used :]

    def joined(self) -> NDArray[np.int64]:
        """Return all rows as one array."""
        pieces = [*self._full, self._piece[: self._used]]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _mapped(count: int) -> NDArray[np.int64]:
    # By itself, and not of the heap: what is not written takes no memory, and what is let go is given back.
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    while True:
        try:
            room = mmap.mmap(-1, max(1, count) * RECORD.itemsize, **private)
        except OSError:
            if count <= _LEAST:
                raise
            count //= 2
        else:
            return np.frombuffer(room, dtype=np.int64).reshape(-1, _WORDS)
