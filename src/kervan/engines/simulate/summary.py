"""What is kept of a replication, and the sums over many of them; small, so that a thousand fit into memory."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate._tables import OdSummary, od_of
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.records import OPERATION_STATS, STATION_STATS
from kervan.errors import ParamsError

if TYPE_CHECKING:
    from kervan.engines.simulate.run import Run

__all__ = ["DAY_STATS", "Gathered", "Summary", "Window", "summary_of"]

DAY_H: Final = 24.0

#: A day of a run: those who began in it and arrived some time, the sum of their hours, and those who arrived in it.
DAY_STATS: Final = np.dtype([("began", "i8"), ("hours", "f8"), ("arrived", "i8")])


@dataclass(frozen=True, slots=True)
class Window:
    """What is counted of a run: consignments that begin from ``warm_h`` to below ``until_h``, and whole weeks within.

    Parameters
    ----------
    warm_h, until_h, horizon_h
        Begin and end of what is counted, and end of the run.
    groups
        The group of each source, numbers from 0: door-to-door times are summed up by group.
    """

    warm_h: float
    until_h: float
    horizon_h: float
    groups: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.warm_h < self.until_h <= self.horizon_h < math.inf:
            raise ParamsError(f"cannot count from {self.warm_h:g} to {self.until_h:g} h of {self.horizon_h:g} h")
        if self.last_week <= self.first_week:
            raise ParamsError(f"no whole week lies between {self.warm_h:g} and {self.until_h:g} h")

    @property
    def first_week(self) -> int:
        """The first week that is counted."""
        return math.ceil(self.warm_h / WEEK_H - 1e-9)

    @property
    def last_week(self) -> int:
        """The first week after those that are counted."""
        return math.floor(self.until_h / WEEK_H + 1e-9)

    @property
    def weeks_h(self) -> float:
        """Hours of the weeks that are counted."""
        return (self.last_week - self.first_week) * WEEK_H

    @property
    def days(self) -> int:
        """Days of the run."""
        return math.ceil(self.horizon_h / DAY_H - 1e-9)


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What is kept of one replication.

    Parameters
    ----------
    replication
        Its number.
    od
        Door-to-door times of each group.
    days
        Of `DAY_STATS`.
    stations
        Of `STATION_STATS`, the weeks counted together: sums, and the longest queue.
    weeks
        Of `STATION_STATS`, by station and week of the whole run.
    waits
        Histogram of waits of each station.
    lanes, fleets, operations
        As in `Run`.
    made, arrived
        Consignments that began in the run, of each group, and those of them that arrived.
    events
        How many events were taken.
    """

    replication: int
    od: OdSummary
    days: NDArray[np.void]
    stations: NDArray[np.void]
    weeks: NDArray[np.void]
    waits: NDArray[np.int64]
    lanes: NDArray[np.void]
    fleets: NDArray[np.void]
    operations: NDArray[np.void]
    made: NDArray[np.int64]
    arrived: NDArray[np.int64]
    events: int

    @property
    def mean_h(self) -> float:
        """Mean door-to-door time of all consignments counted."""
        counts = self.od.stats["consignments"]
        if not counts.sum():
            raise ParamsError("no consignment begins within the time counted and arrives; the run is too short")
        return float((self.od.stats["mean_h"] * counts).sum() / counts.sum())


def summary_of(run: Run, window: Window, *, keep: int = 1000) -> Summary:
    """Return what is kept of a replication.

    Parameters
    ----------
    run
        The replication.
    window
        What is counted.
    keep
        Of how many consignments of a group the times are kept, see `od_of`.
    """
    groups, count = np.array(window.groups, dtype=np.int64), max(window.groups) + 1
    records = run.records
    own = groups[records["source"]]
    od = od_of(records, count, warm_h=window.warm_h, until_h=window.until_h, keep=keep, groups=groups)
    return Summary(
        replication=run.replication,
        od=od,
        days=_days(records, window.days),
        stations=_counted(run.stations, window),
        weeks=run.stations,
        waits=run.waits,
        lanes=run.lanes,
        fleets=run.fleets,
        operations=run.operations,
        made=np.bincount(groups, weights=run.made, minlength=count).astype(np.int64),
        arrived=np.bincount(own, minlength=count).astype(np.int64),
        events=run.events,
    )


def _days(records: NDArray[np.void], count: int) -> NDArray[np.void]:
    days = np.zeros(count, dtype=DAY_STATS)
    began = (records["began_h"] / DAY_H).astype(np.int64)
    arrived = ((records["began_h"] + records["total_h"]) / DAY_H).astype(np.int64)
    days["began"] = np.bincount(began, minlength=count)[:count]
    days["hours"] = np.bincount(began, weights=records["total_h"], minlength=count)[:count]
    days["arrived"] = np.bincount(np.minimum(arrived, count - 1), minlength=count)
    return days


def _counted(weeks: NDArray[np.void], window: Window) -> NDArray[np.void]:
    part = weeks[:, window.first_week : window.last_week]
    found = np.zeros(len(weeks), dtype=weeks.dtype)
    for name in weeks.dtype.names or ():
        found[name] = part[name].max(axis=1) if name == "longest" else part[name].sum(axis=1)
    return found


@dataclass(slots=True, eq=False)
class Gathered:
    """Summaries of replications put together, in their order; of weeks, waits and operations only sums are kept.

    Parameters
    ----------
    ods, stations, lanes, fleets, days, made, arrived
        Of each replication.
    weeks, weeks_squared
        Sums over replications of `STATION_STATS`, and of the squares of the mean queue.
    waits, operations
        Sums over replications.
    events
        Of all.
    """

    ods: list[OdSummary] = field(default_factory=list)
    stations: list[NDArray[np.void]] = field(default_factory=list)
    lanes: list[NDArray[np.void]] = field(default_factory=list)
    fleets: list[NDArray[np.void]] = field(default_factory=list)
    days: list[NDArray[np.void]] = field(default_factory=list)
    made: list[NDArray[np.int64]] = field(default_factory=list)
    arrived: list[NDArray[np.int64]] = field(default_factory=list)
    means_h: list[float] = field(default_factory=list)
    weeks: NDArray[np.void] = field(default_factory=lambda: np.zeros((0, 0), dtype=STATION_STATS))
    weeks_squared: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    waits: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    operations: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, dtype=OPERATION_STATS))
    events: int = 0

    def plus(self, one: Summary) -> Gathered:
        """Return these and one more; whatever interrupts it, these stay whole."""
        found = Gathered(*(copy(getattr(self, part.name)) for part in fields(self)))
        found._add(one)
        return found

    def _add(self, one: Summary) -> None:
        queue = one.weeks["queue_area_h"] ** 2
        if not self.count:
            self.weeks, self.weeks_squared = one.weeks.copy(), queue
            self.waits, self.operations = one.waits.copy(), one.operations.copy()
        else:
            self.weeks_squared = self.weeks_squared + queue
            self.waits = self.waits + one.waits
            for whole, part in ((self.weeks, one.weeks), (self.operations, one.operations)):
                for name in whole.dtype.names or ():
                    if name not in ("source", "program", "operation"):
                        whole[name] += part[name]
        self.ods.append(one.od)
        for name in ("stations", "lanes", "fleets", "days", "made", "arrived"):
            getattr(self, name).append(getattr(one, name))
        self.means_h.append(one.mean_h)
        self.events += one.events

    @property
    def count(self) -> int:
        """How many replications."""
        return len(self.ods)
