"""One replication of a model: what goes in, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FLEET_STATS", "LANE_STATS", "RECORD", "STATION_STATS", "Run"]

#: A consignment that has finished; hours. Procedures are ``total_h - moving_h - waiting_h``.
RECORD: Final = np.dtype([
    ("ordinal", "u4"), ("source", "i2"), ("program", "i2"), ("began_h", "f8"), ("total_h", "f8"), ("moving_h", "f8"),
    ("waiting_h", "f8"),
])  # fmt: skip

#: A station in a week: those who came to it, services begun, sum of the waits that ended by a service, time
#: integrals of the number waiting and of busy servers (blocked ones too), and the longest queue.
STATION_STATS: Final = np.dtype([
    ("arrived", "i8"), ("begun", "i8"), ("waits_h", "f8"), ("queue_area_h", "f8"), ("busy_area_h", "f8"),
    ("longest", "i8"),
])  # fmt: skip

#: A lane over the run.
LANE_STATS: Final = np.dtype([
    ("voyages", "i8"), ("consignments", "i8"), ("carried", "f8"), ("waits_h", "f8"), ("queue_area_h", "f8"),
])  # fmt: skip

#: A fleet over the run: voyages, and vehicle hours in each state.
FLEET_STATS: Final = np.dtype([
    ("laden", "i8"), ("empty", "i8"), ("idle_h", "f8"), ("anchor_h", "f8"), ("loading_h", "f8"), ("weather_h", "f8"),
    ("sailing_h", "f8"), ("unloading_h", "f8"),
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
    made
        Consignments that began, of each source.
    alive
        Of them, how many were under way at the horizon.
    events
        How many events were taken.
    """

    records: NDArray[np.void]
    stations: NDArray[np.void]
    waits: NDArray[np.int64]
    lanes: NDArray[np.void]
    fleets: NDArray[np.void]
    made: NDArray[np.int64]
    alive: int
    events: int
