"""When things are open: the clock of a run, and gates from calendars, closures, breakdowns and disruptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kervan.engines.simulate.model import WEEK_H, Failures, Gate, Hours, Law, Outages, Spells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Clock", "Openings", "Row", "rows_of"]

_DAY_H: Final = 24.0
#: A month without storms is one long open spell with a breath of a closed one, so that the next month begins anew.
_CALM: Final = (730.0, 1e-6)

Row = Mapping[str, Any]


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as records."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of a run: hours from ``lead_d`` days before the year, in UTC.

    Parameters
    ----------
    year
        The year that counts.
    lead_d, tail_d
        Days simulated before and after it.
    """

    year: int
    lead_d: float
    tail_d: float

    @property
    def warm_h(self) -> float:
        """When the year begins (h)."""
        return self.lead_d * _DAY_H

    @property
    def until_h(self) -> float:
        """When the year ends (h)."""
        days = (datetime(self.year + 1, 1, 1, tzinfo=UTC) - datetime(self.year, 1, 1, tzinfo=UTC)).days
        return self.warm_h + days * _DAY_H

    @property
    def horizon_h(self) -> float:
        """When the run ends (h)."""
        return self.until_h + self.tail_d * _DAY_H

    @property
    def start(self) -> datetime:
        """The instant of hour 0."""
        return datetime(self.year, 1, 1, tzinfo=UTC) - timedelta(days=self.lead_d)

    @property
    def week_offset_h(self) -> float:
        """Where in the week, which begins on Monday at 0 h, the run starts (h)."""
        start = self.start
        return start.weekday() * _DAY_H + start.hour + start.minute / 60 + start.second / 3600

    def months(self) -> Iterator[tuple[float, int]]:
        """Yield when each month begins (h), the first at 0, and its number 1 ... 12."""
        at = self.start
        hours = 0.0
        while hours < self.horizon_h:
            yield hours, at.month
            after = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
            hours += (after - at).total_seconds() / 3600
            at = after

    def day(self, start_d: float) -> float:
        """Return the hour of a day of the year, counted from 0."""
        return self.warm_h + start_d * _DAY_H


class Openings:
    """The gates of a corridor, each made when something first needs it."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], clock: Clock) -> None:
        self._tables = tables
        self._clock = clock
        self.gates: dict[str, Gate] = {}

    def calendar(self, calendar_id: str) -> tuple[str, ...]:
        """Return the gate of a calendar; blank has none."""
        rows = [row for row in self._tables["calendars"] if row["calendar_id"] == calendar_id]
        if not rows:
            return ()
        return self._kept(Hours(f"calendar {calendar_id}", week_spans(rows), self._clock.week_offset_h))

    def facility(self, facility: Row) -> tuple[str, ...]:
        """Return the gates of a facility: weather, breakdowns, disruptions of it or of its place."""
        own = self._failures("facility_id", facility["facility_id"])
        own += self._outages("facility_id", facility["facility_id"])
        return (*self._weather(facility["closure_scope"]), *own, *self._outages("node_id", facility["node_id"]))

    def link(self, link: Row) -> tuple[str, ...]:
        """Return the gates of a link: weather, breakdowns, disruptions."""
        link_id = link["link_id"]
        own = (*self._failures("link_id", link_id), *self._outages("link_id", link_id))
        return (*self._weather(link["closure_scope"]), *own)

    def sailing(self, link: Row) -> tuple[str, ...]:
        """Return the gates of a sailing: those of its link, and disruptions of its ports."""
        ends = {link["from_node_id"], link["to_node_id"]}
        return (*self.link(link), *(name for end in sorted(ends) for name in self._outages("node_id", end)))

    def _kept(self, gate: Gate) -> tuple[str, ...]:
        self.gates.setdefault(gate.name, gate)
        return (gate.name,)

    def _weather(self, scope: str) -> tuple[str, ...]:
        months = {row["month"]: row for row in self._tables["closures"] if row["scope"] == scope}
        if not scope or not any(row["closed_h"] > 0 for row in months.values()):
            return ()
        pieces = []
        for start_h, month in self._clock.months():
            row = months.get(month)
            is_stormy = row is not None and row["closed_h"] > 0
            pieces.append((start_h, *((row["open_h"], row["closed_h"]) if is_stormy and row else _CALM)))
        return self._kept(Spells(f"weather {scope}", tuple(pieces)))

    def _failures(self, column: str, name: str) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for row in self._tables["failures"]:
            if row[column] == name:
                up, down = (
                    Law.of("exponential", row["up_h"]),
                    Law.of(row["down_law"], row["down_h"], row["down_cv_frac"]),
                )
                found += self._kept(Failures(f"failure {row['failure_id']}", up, down))
        return found

    def _outages(self, column: str, name: str) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for row in self._tables["disruptions"]:
            start_h = self._clock.day(row["start_d"])
            end_h = min(start_h + row["length_d"] * _DAY_H, self._clock.horizon_h)
            if row[column] == name and start_h < end_h:
                found += self._kept(Outages(f"disruption {row['disruption_id']}", ((start_h, end_h),)))
        return found


def week_spans(rows: Sequence[Row]) -> tuple[tuple[float, float], ...]:
    """Return the spans of a week in UTC, sorted and apart, in which a calendar is open; local hours are shifted.

    Examples
    --------
    >>> week_spans([{"weekday": 0, "opens_h": 2.0, "closes_h": 10.0, "utc_offset_h": 5.0}])
    ((0.0, 5.0), (165.0, 168.0))
    """
    pieces: list[tuple[float, float]] = []
    for row in rows:
        # The remainder of a tiny negative number is rounded to the whole week, which is its begin.
        start = (row["weekday"] * _DAY_H + row["opens_h"] - row["utc_offset_h"]) % WEEK_H % WEEK_H
        end = start + row["closes_h"] - row["opens_h"]
        pieces.append((start, min(end, WEEK_H)))
        if end > WEEK_H:
            pieces.append((0.0, end - WEEK_H))
    spans: list[tuple[float, float]] = []
    for start, end in sorted(pieces):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return tuple(spans)
