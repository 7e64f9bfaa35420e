"""The places of a model that is run without an event list: who comes, what `passes` makes of it, who goes on when."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate import passes, sailing, serving
from kervan.engines.simulate._histogram import WAIT_BINS
from kervan.engines.simulate.keyed import (
    ARRIVAL,
    CROSSING,
    DELAY,
    ELECTRONIC,
    HEADWAY,
    SERVICE,
    TRAVEL,
    law_row,
)  # fmt: skip
from kervan.engines.simulate.model import (
    WEEK_H,
    Branch,
    Lane,
    Law,
    Operation,
    Source,
    Station,
    Travel,
    Visit,
    key_of,
)  # fmt: skip
from kervan.engines.simulate.records import STATION_STATS, Room, expected
from kervan.engines.simulate.world import TICKS_PER_H

if TYPE_CHECKING:
    from kervan.engines.simulate.openings import Shifts
    from kervan.engines.simulate.recursion import Pass

__all__ = [
    "STRETCH", "Arrivals", "End", "Entries", "GivesUp", "LanePlace", "Place", "StationPlace", "TravelPlace", "Units",
    "key", "law_of",
]  # fmt: skip

Floats = NDArray[np.float64]
Words = NDArray[np.int64]

#: Consignments at a time, or as many as are under way if that is more.
STRETCH: Final = 1 << 13
#: Crossings drawn at a time; servers that are kept in their order, and not as a heap.
_CROSSINGS, _FEW = 256, 24
NOWHERE: Final = np.int64(0)
_NO_ENTRIES: Final = (np.empty(0), np.empty(0, np.int64))
_NO_SUMS: Final = np.zeros((0, 4))
_NO_UNITS: Final = (np.zeros((0, passes.UNIT_SIZE), np.int64), np.zeros((0, passes.UNIT_SIZE)))


class GivesUp(Exception):
    """The order of two things is not known here, a bound may be passed, or there is too much to keep."""


@lru_cache(1024)
def law_of(law: Law) -> Floats:
    """Return a law for `passes`: code, two parameters, quantiles."""
    words = [0.0, 0.0, 0.0]
    words[:3] = map(float, law_row(law, words))
    return np.array(words)


class Entries:
    """Entries of `passes`: those that were put in, and those that were left when others were taken."""

    def __init__(self) -> None:
        self._chunks: list[tuple[Floats, Words]] = []
        self._kept: tuple[Floats, Words] = _NO_ENTRIES

    def put(self, times: Floats, tags: Words) -> None:
        """Put entries in."""
        if len(times):
            self._chunks.append((times, tags))

    def all(self) -> tuple[Floats, Words]:
        """Take all, sorted; each chunk is."""
        return self._chunks.pop() if len(self._chunks) == 1 else self.before(math.inf)

    def before(
        self, until: float, counted: tuple[int, float, Floats] | None = None, units: tuple[Words, Floats] | None = None
    ) -> tuple[Floats, Words]:
        """Take those before a time, sorted, and count them as `passes.leave` says."""
        chunks, self._chunks = self._chunks, []
        if not chunks and not len(self._kept[0]):
            return _NO_ENTRIES
        new = chunks[0] if len(chunks) == 1 else _NO_ENTRIES
        if len(chunks) > 1:
            new = np.concatenate([times for times, _ in chunks]), np.concatenate([tags for _, tags in chunks])
        n = len(self._kept[0]) + len(new[0])
        out = np.empty(n), np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64)
        count, left = passes.leave(self._kept, new, out, until, counted or (-2, 0.0, _NO_SUMS), units or _NO_UNITS)
        if count < 0:
            raise GivesUp
        self._kept = out[2][:left], out[3][:left]
        return out[0][:count], out[1][:count]


class Units:
    """The consignments under way: their rows, seen as integers and as hours, and which rows are free."""

    def __init__(self) -> None:
        self.words, self.hours = _NO_UNITS
        self._free: Words = np.empty(0, np.int64)
        self._count = 0

    @property
    def both(self) -> tuple[Words, Floats]:
        """All rows, as integers and as hours."""
        return self.words, self.hours

    def take(self, count: int) -> Words:
        """Return so many rows that are free."""
        if count > self._count:
            old = len(self.words)
            size = old + max(old, count, 2 * STRETCH)
            if size > passes.ROW:
                raise GivesUp
            # Each row is a line of the processor's memory.
            room = np.zeros((size + 1) * passes.UNIT_SIZE, np.int64)
            start = -room.ctypes.data // room.itemsize % passes.UNIT_SIZE
            words = room[start : start + size * passes.UNIT_SIZE].reshape(size, passes.UNIT_SIZE)
            words[:old] = self.words
            self.words, self.hours = words, words.view(np.float64)
            fresh, kept = np.arange(size - 1, old - 1, -1), self._free[: self._count]
            self._free, self._count = np.empty(size, np.int64), len(fresh) + len(kept)
            self._free[: self._count] = np.concatenate([fresh, kept])
        self._count -= count
        return self._free[self._count : self._count + count]

    def give_back(self, rows: Words) -> None:
        """Free rows."""
        self._free[self._count : self._count + len(rows)] = rows
        self._count += len(rows)

    def at(self, tags: Words) -> Words:
        """Return the steps at which consignments are."""
        found: Words = self.words[tags & passes.ROW, passes.SERIAL] >> passes.OP_BIT
        return found

    def put_at(self, tags: Words, at: Words | int) -> None:
        """Write at which steps consignments are."""
        rows = tags & passes.ROW
        self.words[rows, passes.SERIAL] = (self.words[rows, passes.SERIAL] & passes.NUMBER) | (at << passes.OP_BIT)


class Arrivals:
    """A source, and the times that are drawn ahead."""

    def __init__(self, run: Pass, source: Source) -> None:
        self.part, self._run, self._law = source, run, law_of(source.headway)
        self.owner = np.int64(key_of(source.name))
        self._season = np.array([float(value) for piece in source.season for value in piece])
        self._state = np.array([source.offset_h, 0.0, 0.0, -1.0])
        self._times, self._drawn, self._is_over = np.empty(0), 0, False
        self.shares = np.cumsum([share for share, _ in source.programs])[:-1]

    def ahead(self, count: int) -> float:
        """Draw so many times ahead, and return the last one, or infinity if there are no more."""
        most = math.inf if self.part.most is None else self.part.most
        if not self._is_over and len(self._times) <= count // 2:
            times = self._run.series(self._law, self.owner, ARRIVAL, (self._drawn, int(min(count, most - self._drawn))))
            if not passes.arrivals(times, self._season, self._state):
                raise GivesUp
            self._drawn += len(times)
            self._times = np.concatenate([self._times, times])
            self._is_over = self._drawn == most or times[-1] >= self._run.horizon
        return math.inf if self._is_over else float(self._times[-1])

    def take(self, until: float) -> Floats:
        """Take the times before one."""
        count = int(np.searchsorted(self._times, until))
        times, self._times = self._times[:count], self._times[count:]
        return times


def key(op: Operation | None) -> np.int64:
    """Return the place of the draws of an operation."""
    match op:
        case Visit():
            return np.int64(key_of(op.key or op.station))
        case Travel() | Branch():
            return np.int64(key_of(op.key))
    return NOWHERE


# ── places ──────────────────────────────────────────────────────────────────────────────────────────


class Place:
    """A place: who comes to it, and who leaves it later on."""

    remembers = True

    def __init__(self, run: Pass) -> None:
        self.run, self.until, self.steps = run, 0.0, list[int]()
        self.coming, self.leaving = Entries(), Entries()

    def receive(self, times: Floats, tags: Words, at: Words | int) -> None:
        """Let consignments come, and remember at which steps they are if there are several here."""
        if len(self.steps) > 1 and self.remembers:
            self.run.units.put_at(tags, at)
        self.coming.put(times, tags)

    def go(self, until: float) -> None:
        """Take all that happens before a time."""
        self.until = until
        self.work()
        run, own = self.run, self.steps[0] if len(self.steps) == 1 else -1
        times, tags = self.leaving.before(until, (own, run.warm, run.sums), run.units.both)
        if len(times):
            run.walk(times, tags, own + 1 if own >= 0 else run.units.at(tags) + 1)

    def work(self) -> None:
        """Let those who have come in, and say when they leave."""

    def each(self, tags: Words, of: Callable[[int, Words], Floats]) -> Floats:
        """Return what holds for each, by the step at which it is."""
        if len(self.steps) == 1:
            return of(self.steps[0], tags)
        at, out = self.run.units.at(tags), np.empty(len(tags))
        for number in self.steps:
            here = np.flatnonzero(at == number)
            out[here] = of(number, tags[here])
        return out

    def draws(self, law: Law, number: int, purpose: Any, tags: Words) -> Floats:
        """Return draws of a law at a step."""
        run = self.run
        who = (run.owner(number), key(run.steps[number].op), purpose)
        out = np.empty(len(tags))
        passes.draws(law_of(law), run.key, who, tags, run.units.words, out)
        return out


class End(Place):
    """Where consignments are recorded."""

    remembers = False

    def __init__(self, run: Pass) -> None:
        super().__init__(run)
        self._room = Room(expected(run.model, run.horizon))

    def go(self, until: float) -> None:
        """Record those who have arrived."""
        times, tags = self.coming.before(until)
        units = self.run.units
        units.give_back(passes.finish(times, tags, units.both, self._room.take(len(times))))
        self.run.alive -= len(times)

    def records(self) -> Words:
        """Return all records."""
        return self._room.joined()


class TravelPlace(Place):
    """A travel, by itself."""

    def work(self) -> None:
        """See `Place`."""
        times, tags = self.coming.all()
        if not len(times):
            return
        run, number = self.run, self.steps[0]
        op: Any = run.steps[number].op
        need = self.draws(op.law, number, TRAVEL, tags)
        delay = procedure = np.empty(0)
        if op.waiting.mean_h > 0 or op.procedure.mean_h > 0:
            delay, procedure = (
                self.draws(op.waiting, number, DELAY, tags),
                self.draws(op.procedure, number, SERVICE, tags),
            )
        count = passes.travel(times, tags, (need, delay, procedure), run.units.both, run.horizon)
        if count < 0:
            raise GivesUp
        run.events += count
        self.leaving.put(times[:count], tags[:count])


class StationPlace(Place):
    """A station."""

    def __init__(self, run: Pass, part: Station, shifts: Shifts) -> None:
        super().__init__(run)
        self._part, self._shifts, self._spans = part, shifts, shifts.spans()
        self._kept: tuple[Any, ...] = _NO_ENTRIES
        servers, closing = part.servers, ("finish", "interrupt", "restart").index(part.at_closing)
        kept = serving.AS_MANY if servers is None else serving.FEW if servers <= _FEW else serving.MANY
        self._free = np.zeros(servers or 1, np.int64), np.full(servers or 1, -1)
        self._place = np.array([closing, kept, 0])
        self._counts = np.zeros((run.weeks, serving.COUNTS), np.int64)
        self._sums = np.zeros((run.weeks, serving.SUMS))
        self.bins: Words = np.zeros(WAIT_BINS, np.int64)

    def work(self) -> None:
        """See `Place`."""
        times, tags = self.coming.all()
        if not len(times):
            return
        run, ends = self.run, self.each(tags, self._needs)
        books = self._counts, self._sums, self.bins, (run.horizon, run.warm)
        count, *kept = serving.serve(
            (times, tags, ends), self._kept, self._free, self._spans, self._place, run.units.both, books
        )
        if count < 0:
            raise GivesUp
        self._kept = tuple(kept)
        run.events += count
        self.leaving.put(times[:count], tags[:count])

    def _needs(self, number: int, tags: Words) -> Floats:
        """Return how long the services take of those at a step."""
        op: Any = self.run.steps[number].op
        if op.electronic <= 0.0:
            return self.draws(op.law, number, SERVICE, tags)
        electronic = self.draws(op.electronic_law, number, SERVICE, tags)
        if op.electronic >= 1.0:
            return electronic
        run = self.run
        chance = passes.chances(run.key, (run.owner(number), key(op), ELECTRONIC), tags, run.units.words)
        return np.where(chance < op.electronic, electronic, self.draws(op.law, number, SERVICE, tags))

    def rows(self) -> NDArray[np.void]:
        """Return the station's weeks."""
        run, counts = self.run, self._counts
        rows = np.zeros(run.weeks, STATION_STATS)
        rows["arrived"], rows["begun"] = counts[:, serving.ARRIVED], counts[:, serving.BEGUN]
        rows["waits_h"], rows["queue_area_h"] = self._sums[:, serving.WAITS_H], self._sums[:, serving.QUEUE_H]
        lengths = np.full(run.weeks, WEEK_H)
        lengths[-1] = run.horizon - WEEK_H * (run.weeks - 1)
        busy = np.cumsum(counts[:, serving.BEGUN] - counts[:, serving.ENDED])
        rows["busy_area_h"] = counts[:, serving.BUSY] + busy * (lengths * TICKS_PER_H).astype(np.int64)
        rows["busy_area_h"] /= TICKS_PER_H
        rows["open_h"] = self._shifts.open_by_week(run.weeks, run.horizon)
        waiting = np.cumsum(counts[:, serving.ARRIVED] - counts[:, serving.BEGUN])
        rows["longest"] = np.maximum(counts[:, serving.LONGEST], np.concatenate([[0], waiting[:-1]]))
        return rows


class LanePlace(Place):
    """A lane."""

    def __init__(self, run: Pass, part: Lane, number: int, shifts: Shifts) -> None:
        super().__init__(run)
        self._shifts, self._number, self._owner = shifts.times, number, np.int64(key_of(part.name))
        self._crossing, self._headway = law_of(part.crossing), law_of(part.headway)
        self._is_clock = part.rule == "clock"
        self._lane = np.array([part.capacity, part.timeout_h, part.load_h, part.unload_h, float(self._is_clock)])
        self._stand, self._counts = np.zeros(sailing.LANE_HOURS), np.zeros(sailing.LANE_COUNTS, np.int64)
        self._stand[sailing.TIMES_OUT] = math.inf
        self._counts[sailing.IS_SHUT] = int(shifts.is_shut)
        self._clock, self._crossings = np.array([part.offset_h]), np.empty(0)
        self._queue: tuple[Any, ...] = np.empty(0), np.empty(0, np.int64), np.empty(0)

    def work(self) -> None:
        """See `Place`."""
        times, tags = self.coming.all()
        run, counts = self.run, self._counts
        new: tuple[Any, ...] = times, tags, self.each(tags, self._sizes)
        events, has_more = int(counts[sailing.EVENTS]), True
        self._wind_up(self.until)
        while has_more:
            ahead, limits = (self._shifts, self._clock, self._crossings), (self.until, run.horizon, self._number)
            before = counts.copy()
            count, out_times, out_tags, waiting, *queue = sailing.sail(
                self._queue, new, self._lane, (self._stand, counts), ahead, limits, run.units.hours
            )
            if count < 0 or counts[sailing.VOYAGES] >= 1 << passes.VOYAGE_BITS:
                raise GivesUp
            self.leaving.put(out_times[:count], out_tags[:count])
            self._queue, new = tuple(one[:waiting] for one in queue), tuple(one[waiting:] for one in queue)
            since = counts - before
            self._clock, self._crossings = (
                self._clock[since[sailing.TICKED] :],
                self._crossings[since[sailing.VOYAGES] :],
            )
            has_more = not len(self._crossings)
            if has_more:
                voyages = int(counts[sailing.VOYAGES])
                self._crossings = run.series(self._crossing, self._owner, CROSSING, (voyages, _CROSSINGS))
        run.events += int(counts[sailing.EVENTS]) - events

    def _wind_up(self, until: float) -> None:
        """Draw departure times until one is beyond this time."""
        ticked = int(self._counts[sailing.TICKED])
        while self._is_clock and self._clock[-1] < until:
            first = ticked + len(self._clock) - 1
            headways = self.run.series(self._headway, self._owner, HEADWAY, (first, max(64, len(self._clock))))
            more = np.cumsum(np.concatenate([self._clock[-1:], headways]))
            if not (np.diff(more) > 0).all():
                raise GivesUp
            self._clock = np.concatenate([self._clock, more[1:]])

    def _sizes(self, number: int, tags: Words) -> Floats:
        step: Any = self.run.steps[number]
        size = step.op.size
        return np.full(len(tags), float(self.run.sources[step.source].part.size if size is None else size))

    def row(self) -> tuple[float, ...]:
        """Return what `LANE_STATS` has of the lane."""
        stand, counts = self._stand, self._counts
        area = stand[sailing.AREA_H] + stand[sailing.SIZE_WAITING] * (self.run.horizon - stand[sailing.TOUCHED_H])
        return (
            counts[sailing.VOYAGES], counts[sailing.BOARDED], stand[sailing.CARRIED], stand[sailing.WAITS_OF], area,
            counts[sailing.LOST], stand[sailing.FIRST_WAITS],
        )  # fmt: skip
