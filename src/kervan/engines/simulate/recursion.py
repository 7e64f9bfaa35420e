"""Models without feedback, without an event list; see "Without an event list" in ``docs/explanation/simulation.md``.

Where consignments pass all places in one direction, a place can be gone through from one end of a stretch of time to the
other before the next place is looked at. What comes out is what `kernel` gives, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate import passes
from kervan.engines.simulate._histogram import WAIT_BINS
from kervan.engines.simulate.keyed import (
    ARRIVAL,
    BRANCH,
    CROSSING,
    DELAY,
    ELECTRONIC,
    HEADWAY,
    ROUTE,
    SERVICE,
    SHARE,
    SPELL,
    TRAVEL,
    law_row,
)  # fmt: skip
from kervan.engines.simulate.layout import turns_of
from kervan.engines.simulate.model import (
    WEEK_H,
    Branch,
    Embargo,
    Failures,
    Gate,
    Hours,
    Lane,
    Law,
    Model,
    Operation,
    Outages,
    Ride,
    Source,
    Spells,
    Station,
    Travel,
    Visit,
    key_of,
)  # fmt: skip
from kervan.engines.simulate.records import FLEET_STATS, LANE_STATS, OPERATION_STATS, RECORD, STATION_STATS, Room, Run, expected
from kervan.engines.simulate.world import TICKS_PER_H
from kervan.errors import SolveError

__all__ = ["is_feed_forward", "pass_through"]

Floats = NDArray[np.float64]
Words = NDArray[np.int64]

#: Consignments at a time, or as many as are under way if that is more.
_STRETCH: Final = 1 << 13
_FEW, _MOST_SERVERS = 24, 10_000
#: Crossings drawn at a time.
_CROSSINGS: Final = 256
_MOST_TURNS: Final = 1 << 20
_NO_ENTRIES: Final = (np.empty(0), np.empty(0, np.int64))
_NO_SUMS: Final = np.zeros((0, 4))
_NO_UNITS: Final = (np.zeros((0, passes.UNIT_SIZE), np.int64), np.zeros((0, passes.UNIT_SIZE)))


# ── which models ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Step:
    """An operation or, without one, the end of a program; its source, program and place in that; the program's first."""

    op: Operation | None
    source: int
    program: int
    place: int
    first: int


def _steps(model: Model) -> list[_Step]:
    steps: list[_Step] = []
    for number, source in enumerate(model.sources):
        for choice, (_, program) in enumerate(source.programs):
            first = len(steps)
            steps += [_Step(op, number, choice, place, first) for place, op in enumerate([*program, None])]
    return steps


def is_feed_forward(model: Model) -> bool:
    """Say whether a model can be run without an event list."""
    return _order(model) is not None


def _order(model: Model) -> list[Any] | None:
    """Return the places of a model in an order in which nobody goes back, or None if there is none.

    A place is a station or lane by its name, or a travel by its number among the steps.
    """
    if model.yards or model.fleets or len(model.lanes) > passes.MOST_LANES:
        return None
    if not all(map(_is_simple_gate, model.gates)) or not all(map(_is_simple_lane, model.lanes)):
        return None
    steps = _steps(model)
    if not all(_is_simple(step) for step in steps) or not _has_one_priority_each(model, steps):
        return None
    if any((station.servers or 0) > _MOST_SERVERS for station in model.stations):
        return None
    before: dict[Any, set[Any]] = {}
    for number, step in enumerate(steps):
        if (here := _place(step.op, number)) is not None:
            before.setdefault(here, set())
            for after in _reached(steps, number + 1):
                before.setdefault(_place(steps[after].op, after), set()).add(here)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        return None


def _place(op: Operation | None, number: int) -> Any:
    match op:
        case Visit():
            return ("station", op.station)
        case Ride():
            return ("lane", op.lane)
        case Travel():
            return ("travel", number)
    return None


def _reached(steps: list[_Step], number: int) -> set[int]:
    """Return the operations in which one may rest next who goes on at this one."""
    found, todo = set(), [number]
    while todo:
        here = todo.pop()
        op = steps[here].op
        if isinstance(op, Branch):
            todo += [here + 1, steps[here].first + op.to]
        elif op is not None:
            found.add(here)
            if isinstance(op, Visit) and op.share < 1.0:
                todo.append(here + 1)
    return found


def _is_simple(step: _Step) -> bool:
    match step.op:
        case Visit() as op:
            laws = ([op.law] if op.electronic < 1 else []) + ([op.electronic_law] if op.electronic > 0 else [])
            return op.patience is None and op.divert_above_h == math.inf and all(map(_takes_time, laws))
        case Travel() as op:
            return any(map(_takes_time, (op.law, op.waiting, op.procedure)))
        case Branch() as op:
            return op.to > step.place
        case Ride() | None:
            return True
    return False


def _takes_time(law: Law) -> bool:
    return law.mean_h > 0 and (law.kind != "empirical" or law.quantiles_h[0] > 0)


def _is_simple_gate(gate: Gate) -> bool:
    return not isinstance(gate, Embargo)


def _is_simple_lane(lane: Lane) -> bool:
    return not lane.fleet and _takes_time(lane.crossing)


def _has_one_priority_each(model: Model, steps: list[_Step]) -> bool:
    seen: dict[str, int] = {}
    for step in steps:
        if isinstance(step.op, Visit):
            priority = model.sources[step.source].priority
            if seen.setdefault(step.op.station, priority) != priority:
                return False
    return True


# ── a run ───────────────────────────────────────────────────────────────────────────────────────────


class _GivesUp(Exception):  # noqa: N818
    """The order of two things is not known here, a bound may be passed, or there is too much to keep."""


def pass_through(
    model: Model, key: int, hours: tuple[float, float], bounds: tuple[int, int], is_stopped: Callable[[], bool]
) -> Run | None:
    """Run a model without an event list.

    Parameters
    ----------
    model
        A model that `kervan.engines.simulate.check.check_model` has passed.
    key
        Of all draws, see `kervan.engines.simulate.keyed.stream`.
    hours
        The horizon and the end of the warm-up (h).
    bounds
        Most events, and most consignments under way.
    is_stopped
        Asked some times a second.

    Returns
    -------
    Run or None
        None if the model cannot be run so, if two things happen at the same time whose order is not known here, or if a
        bound may have been passed: then the event list has the answer, or the error.

    Raises
    ------
    SolveError
        When it was stopped.
    """
    order = _order(model)
    if order is None:
        return None
    try:
        return _Pass(model, order, key, hours).to_the_end(bounds, is_stopped)
    except _GivesUp:
        return None


@lru_cache(1024)
def _law(law: Law) -> Floats:
    """Return a law for `passes`: code, two parameters, quantiles."""
    words = [0.0, 0.0, 0.0]
    words[:3] = map(float, law_row(law, words))
    return np.array(words)


class _Entries:
    """Entries of `passes`: those that were put in, and those that were left when others were taken."""

    def __init__(self) -> None:
        self._chunks: list[tuple[Floats, Words]] = []
        self._kept: tuple[Floats, Words] = _NO_ENTRIES

    def put(self, times: Floats, tags: Words) -> None:
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
        count, out_times, out_tags, left, times, tags = passes.leave(
            self._kept, new, until, counted or (-2, 0.0, _NO_SUMS), units or _NO_UNITS
        )
        if count < 0:
            raise _GivesUp
        self._kept = times[:left], tags[:left]
        return out_times[:count], out_tags[:count]


class _Units:
    """The consignments under way: their rows, seen as integers and as hours, and which rows are free."""

    def __init__(self) -> None:
        self.words, self.hours = _NO_UNITS
        self._free: Words = np.empty(0, np.int64)
        self._count = 0

    @property
    def both(self) -> tuple[Words, Floats]:
        return self.words, self.hours

    def take(self, count: int) -> Words:
        if count > self._count:
            old = len(self.words)
            size = old + max(old, count, 2 * _STRETCH)
            if size > passes.ROW:
                raise _GivesUp
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
        self._free[self._count : self._count + len(rows)] = rows
        self._count += len(rows)

    def at(self, tags: Words) -> Words:
        """Return the steps at which consignments are."""
        return self.words[tags & passes.ROW, passes.SERIAL] >> passes.OP_BIT

    def put_at(self, tags: Words, at: Words | int) -> None:
        rows = tags & passes.ROW
        self.words[rows, passes.SERIAL] = (self.words[rows, passes.SERIAL] & passes.NUMBER) | (at << passes.OP_BIT)


class _Arrivals:
    """A source, and the times that are drawn ahead."""

    def __init__(self, run: _Pass, source: Source) -> None:
        self.part, self._run, self._law = source, run, _law(source.headway)
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
                raise _GivesUp
            self._drawn += len(times)
            self._times = np.concatenate([self._times, times])
            self._is_over = self._drawn == most or times[-1] >= self._run.horizon
        return math.inf if self._is_over else float(self._times[-1])

    def take(self, until: float) -> Floats:
        count = int(np.searchsorted(self._times, until))
        times, self._times = self._times[:count], self._times[count:]
        return times


class _Pass:
    """A run under way."""

    def __init__(self, model: Model, order: list[Any], key: int, hours: tuple[float, float]) -> None:
        self.model, self.key = model, np.int64(key)
        self.horizon, self.warm = hours
        self.steps, self.units, self.weeks = _steps(model), _Units(), max(1, math.ceil(self.horizon / WEEK_H))
        self.sums = np.zeros((len(self.steps), 4))
        self.events = self.alive = 0
        self.groups = np.array([source.group for source in model.sources])
        self.made, self._numbers = np.zeros(len(model.sources), np.int64), np.zeros(2, np.int64)
        turns = {gate.name: _turns(self, gate) for gate in model.gates}
        self.events += sum(len(times) for times, _ in turns.values())
        self.sources = [_Arrivals(self, source) for source in model.sources]
        self.places: dict[Any, _Place] = {}
        for number, part in enumerate(model.stations):
            own = [turns[gate.name] for gate in model.gates if gate.name in part.gates]
            self.places["station", part.name] = _StationPlace(self, part, _Shifts(own))
        for number, lane in enumerate(model.lanes):
            own = [turns[gate.name] for gate in model.gates if gate.name in lane.gates]
            self.places["lane", lane.name] = _LanePlace(self, lane, number, _Shifts(own))
        for number, step in enumerate(self.steps):
            if isinstance(step.op, Travel):
                self.places["travel", number] = _TravelPlace(self)
        # Clocks go on though nobody comes.
        self.order = [self.places[place] for place in [*order, *(self.places.keys() - set(order))]]
        self.end = _End(self)
        self.at: list[_Place] = []
        for number, step in enumerate(self.steps):
            place = self.end if step.op is None else self.places.get(_place(step.op, number), self.end)
            self.at.append(place)
            place.steps.append(number)
        self.by_chance = [
            n for n, step in enumerate(self.steps)
            if isinstance(step.op, Branch) or (isinstance(step.op, Visit) and step.op.share < 1.0)
        ]  # fmt: skip

    def to_the_end(self, bounds: tuple[int, int], is_stopped: Callable[[], bool]) -> Run | None:
        """Go from stretch to stretch until the horizon."""
        until = 0.0
        while until < self.horizon:
            if is_stopped():
                raise SolveError("stopped before the end")
            until = min(self.horizon, *(source.ahead(max(_STRETCH, self.alive)) for source in self.sources))
            self._begin(until, bounds[1])
            for place in self.order:
                place.go(until)
            self.end.go(until)
            if self.events >= bounds[0]:
                raise _GivesUp
        return self._result()

    def series(self, law: Floats, owner: np.int64, purpose: np.int64, numbers: tuple[int, int]) -> Floats:
        """Return draws of one owner from a number on, so many."""
        first, count = numbers
        # To `passes`, these ordinals are rows with nothing else in them.
        return passes.draws(law, self.key, (owner, _NONE, purpose), np.arange(count), np.arange(first, first + count)[:, None])

    def owner(self, number: int) -> np.int64:
        """Return the owner of the draws of a step."""
        return self.sources[self.steps[number].source].owner

    def _begin(self, until: float, most_alive: int) -> None:
        """Make the consignments that begin before a time, and let them walk."""
        found = [source.take(until) for source in self.sources]
        times, source = found[0], np.empty(0, np.int64)
        if len(found) > 1:
            times, source = np.concatenate(found), np.repeat(np.arange(len(found)), [len(one) for one in found])
            order = np.lexsort((source, times))
            times, source = times[order], source[order]
        count = int(self.groups[source].sum()) if len(found) > 1 else int(self.groups[0]) * len(times)
        self.alive += count
        self.events += len(times)
        if self.alive > most_alive:
            raise _GivesUp
        rows = self.units.take(count)
        times, tags = passes.begin((times, source), self.groups, self.made, self._numbers, self.units.both, rows)
        self.walk(times, tags, self._firsts(tags))
    def _firsts(self, tags: Words) -> Words | int:
        """Let consignments choose their programs, and return the first steps of these."""
        if len(self.sources) == 1 and not len(self.sources[0].shares):
            return 0
        firsts = iter([number for number, step in enumerate(self.steps) if step.place == 0])
        source, at = self.units.words[tags & passes.ROW, passes.WHO] >> 32, np.empty(len(tags), np.int64)
        for place, one in enumerate(self.sources):
            own, starts = np.flatnonzero(source == place), np.array([next(firsts) for _ in one.part.programs])
            program = np.zeros(len(own), np.int64)
            if len(starts) > 1:
                chance = passes.chances(self.key, (one.owner, _NONE, ROUTE), tags[own], self.units.words)
                program = np.searchsorted(one.shares, chance, side="right")
                self.units.words[tags[own] & passes.ROW, passes.WHO] |= program << 48
            at[own] = starts[program]
        return at

    def walk(self, times: Floats, tags: Words, at: Words | int) -> None:
        """Let consignments go on from their steps until they rest."""
        if not len(times):
            return
        if isinstance(at, int):
            if at not in self.by_chance:
                self.at[at].receive(times, tags, at)
                return
            at = np.full(len(times), at)
        for number in self.by_chance:
            here = np.flatnonzero(at == number)
            if len(here):
                at[here] = self._by_chance(number, tags[here])
        for place in {id(self.at[number]): self.at[number] for number in np.unique(at)}.values():
            here = np.flatnonzero(np.isin(at, place.steps))
            place.receive(times[here], tags[here], at[here])

    def _by_chance(self, number: int, tags: Words) -> Words:
        """Return where they go on who go on at a visit of some, or at a branch."""
        step = self.steps[number]
        purpose = BRANCH if isinstance(step.op, Branch) else SHARE
        chance = passes.chances(self.key, (self.owner(number), _key(step.op), purpose), tags, self.units.words)
        if isinstance(step.op, Branch):
            return np.where(chance < step.op.chance, step.first + step.op.to, number + 1)
        assert isinstance(step.op, Visit)
        return np.where(chance < step.op.share, number, number + 1)

    def _result(self) -> Run:
        stations, lanes = ([one for one in self.places.values() if isinstance(one, of)] for of in (_StationPlace, _LanePlace))
        kept = [number for number, step in enumerate(self.steps) if step.op is not None]
        operations = np.zeros(len(kept), OPERATION_STATS)
        for name, values in zip(OPERATION_STATS.names or (), (
            [self.steps[n].source for n in kept], [self.steps[n].program for n in kept],
            [self.steps[n].place for n in kept], *self.sums[kept].T,
        ), strict=True):  # fmt: skip
            operations[name] = values
        return Run(
            records=self.end.records().view(RECORD)[:, 0],
            stations=np.array([one.rows() for one in stations], STATION_STATS).reshape(len(stations), self.weeks),
            waits=np.array([one.bins for one in stations], np.int64).reshape(len(stations), WAIT_BINS),
            lanes=np.array([one.row() for one in lanes], LANE_STATS),
            fleets=np.zeros(0, FLEET_STATS),
            operations=operations,
            made=self.made,
            alive=self.alive,
            events=self.events,
            horizon_h=self.horizon,
            warm_h=self.warm,
            seed=int(self.key) >> 32 & 0xFFFFFFFF,
            replication=int(self.key) & 0xFFFFFFFF,
        )


_NONE: Final = np.int64(0)


def _key(op: Operation | None) -> np.int64:
    match op:
        case Visit():
            return np.int64(key_of(op.key or op.station))
        case Travel() | Branch():
            return np.int64(key_of(op.key))
    return _NONE


# ── places ──────────────────────────────────────────────────────────────────────────────────────────


class _Place:
    """A place: who comes to it, and who leaves it later on."""

    def __init__(self, run: _Pass) -> None:
        self.run, self.steps, self.coming, self.leaving = run, list[int](), _Entries(), _Entries()

    def receive(self, times: Floats, tags: Words, at: Words | int) -> None:
        if len(self.steps) > 1:
            self.run.units.put_at(tags, at)
        self.coming.put(times, tags)

    def go(self, until: float) -> None:
        """Take all that happens before a time."""
        self.work(until)
        run, own = self.run, self.steps[0] if len(self.steps) == 1 else -1
        times, tags = self.leaving.before(until, (own, run.warm, run.sums), run.units.both)
        if len(times):
            run.walk(times, tags, own + 1 if own >= 0 else run.units.at(tags) + 1)

    def work(self, until: float) -> None:
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
        run = self.run
        who = (run.owner(number), _key(run.steps[number].op), purpose)
        return passes.draws(_law(law), run.key, who, tags, run.units.words)


class _End(_Place):
    """Where consignments are recorded."""

    def __init__(self, run: _Pass) -> None:
        super().__init__(run)
        self._room = Room(expected(run.model, run.horizon))

    def receive(self, times: Floats, tags: Words, at: Words | int) -> None:
        self.coming.put(times, tags)

    def go(self, until: float) -> None:
        times, tags = self.coming.all()
        units = self.run.units
        units.give_back(passes.finish(times, tags, units.both, self._room.take(len(times))))
        self.run.alive -= len(times)

    def records(self) -> Words:
        return self._room.joined()


class _TravelPlace(_Place):
    """A travel, by itself."""

    def work(self, until: float) -> None:
        times, tags = self.coming.all()
        if not len(times):
            return
        run, number = self.run, self.steps[0]
        op = run.steps[number].op
        assert isinstance(op, Travel)
        need = self.draws(op.law, number, TRAVEL, tags)
        delay = procedure = np.empty(0)
        if op.waiting.mean_h > 0 or op.procedure.mean_h > 0:
            delay, procedure = self.draws(op.waiting, number, DELAY, tags), self.draws(op.procedure, number, SERVICE, tags)
        count = passes.travel(times, tags, (need, delay, procedure), run.units.both, run.horizon)
        if count < 0:
            raise _GivesUp
        run.events += count
        self.leaving.put(times[:count], tags[:count])


class _StationPlace(_Place):
    """A station."""

    def __init__(self, run: _Pass, part: Station, shifts: _Shifts) -> None:
        super().__init__(run)
        self._part, self._shifts, self._spans = part, shifts, shifts.spans()
        self._kept: tuple[Any, ...] = _NO_ENTRIES
        servers, closing = part.servers, ("finish", "interrupt", "restart").index(part.at_closing)
        kept = passes.AS_MANY if servers is None else passes.FEW if servers <= _FEW else passes.MANY
        self._free = np.zeros(servers or 1, np.int64), np.full(servers or 1, -1)
        self._place = np.array([closing, kept, 0])
        self._counts = np.zeros((run.weeks, passes.COUNTS), np.int64)
        self._sums = np.zeros((run.weeks, passes.SUMS))
        self.bins: Words = np.zeros(WAIT_BINS, np.int64)

    def work(self, until: float) -> None:
        times, tags = self.coming.all()
        if not len(times):
            return
        run, ends = self.run, self.each(tags, self._needs)
        books = self._counts, self._sums, self.bins, (run.horizon, run.warm)
        count, *kept = passes.serve(
            (times, tags, ends), self._kept, self._free, self._spans, self._place, run.units.both, books
        )
        if count < 0:
            raise _GivesUp
        self._kept = tuple(kept)
        run.events += count
        self.leaving.put(times[:count], tags[:count])

    def _needs(self, number: int, tags: Words) -> Floats:
        """Return how long the services take of those at a step."""
        op = self.run.steps[number].op
        assert isinstance(op, Visit)
        if op.electronic <= 0.0:
            return self.draws(op.law, number, SERVICE, tags)
        electronic = self.draws(op.electronic_law, number, SERVICE, tags)
        if op.electronic >= 1.0:
            return electronic
        run = self.run
        chance = passes.chances(run.key, (run.owner(number), _key(op), ELECTRONIC), tags, run.units.words)
        return np.where(chance < op.electronic, electronic, self.draws(op.law, number, SERVICE, tags))

    def rows(self) -> NDArray[np.void]:
        """Return the station's weeks."""
        run, counts = self.run, self._counts
        rows = np.zeros(run.weeks, STATION_STATS)
        rows["arrived"], rows["begun"] = counts[:, passes.ARRIVED], counts[:, passes.BEGUN]
        rows["waits_h"], rows["queue_area_h"] = self._sums[:, passes.WAITS_H], self._sums[:, passes.QUEUE_H]
        lengths = np.full(run.weeks, WEEK_H)
        lengths[-1] = run.horizon - WEEK_H * (run.weeks - 1)
        busy = np.cumsum(counts[:, passes.BEGUN] - counts[:, passes.ENDED])
        rows["busy_area_h"] = counts[:, passes.BUSY] + busy * (lengths * TICKS_PER_H).astype(np.int64)
        rows["busy_area_h"] /= TICKS_PER_H
        rows["open_h"] = self._shifts.open_by_week(run.weeks, run.horizon)
        waiting = np.cumsum(counts[:, passes.ARRIVED] - counts[:, passes.BEGUN])
        rows["longest"] = np.maximum(counts[:, passes.LONGEST], np.concatenate([[0], waiting[:-1]]))
        return rows


class _LanePlace(_Place):
    """A lane."""

    def __init__(self, run: _Pass, part: Lane, number: int, shifts: _Shifts) -> None:
        super().__init__(run)
        self._shifts, self._number, self._owner = shifts.times, number, np.int64(key_of(part.name))
        self._crossing, self._headway = _law(part.crossing), _law(part.headway)
        self._is_clock = part.rule == "clock"
        self._lane = np.array([part.capacity, part.timeout_h, part.load_h, part.unload_h, float(self._is_clock)])
        self._stand, self._counts = np.zeros(passes.LANE_HOURS), np.zeros(passes.LANE_COUNTS, np.int64)
        self._stand[passes.TIMES_OUT] = math.inf
        self._counts[passes.IS_SHUT] = int(shifts.is_shut)
        self._clock, self._crossings = np.array([part.offset_h]), np.empty(0)
        self._queue: tuple[Any, ...] = np.empty(0), np.empty(0, np.int64), np.empty(0)

    def work(self, until: float) -> None:
        times, tags = self.coming.all()
        run, counts = self.run, self._counts
        new: tuple[Any, ...] = times, tags, self.each(tags, self._sizes)
        events, has_more = int(counts[passes.EVENTS]), True
        self._wind_up(until)
        while has_more:
            ahead, limits = (self._shifts, self._clock, self._crossings), (until, run.horizon, self._number)
            before = counts.copy()
            count, out_times, out_tags, waiting, *queue = passes.sail(
                self._queue, new, self._lane, (self._stand, counts), ahead, limits, run.units.hours
            )
            if count < 0 or counts[passes.VOYAGES] >= 1 << passes.VOYAGE_BITS:
                raise _GivesUp
            self.leaving.put(out_times[:count], out_tags[:count])
            self._queue, new = tuple(one[:waiting] for one in queue), tuple(one[waiting:] for one in queue)
            since = counts - before
            self._clock, self._crossings = self._clock[since[passes.TICKED] :], self._crossings[since[passes.VOYAGES] :]
            has_more = not len(self._crossings)
            if has_more:
                voyages = int(counts[passes.VOYAGES])
                self._crossings = run.series(self._crossing, self._owner, CROSSING, (voyages, _CROSSINGS))
        run.events += int(counts[passes.EVENTS]) - events

    def _wind_up(self, until: float) -> None:
        """Draw departure times until one is beyond this time."""
        ticked = int(self._counts[passes.TICKED])
        while self._is_clock and self._clock[-1] < until:
            first = ticked + len(self._clock) - 1
            headways = self.run.series(self._headway, self._owner, HEADWAY, (first, max(64, len(self._clock))))
            more = np.cumsum(np.concatenate([self._clock[-1:], headways]))
            if not (np.diff(more) > 0).all():
                raise _GivesUp
            self._clock = np.concatenate([self._clock, more[1:]])

    def _sizes(self, number: int, tags: Words) -> Floats:
        step = self.run.steps[number]
        assert isinstance(step.op, Ride)
        size = step.op.size
        return np.full(len(tags), float(self.run.sources[step.source].part.size if size is None else size))

    def row(self) -> tuple[float, ...]:
        """Return what `LANE_STATS` has of the lane."""
        stand, counts = self._stand, self._counts
        area = stand[passes.AREA_H] + stand[passes.SIZE_WAITING] * (self.run.horizon - stand[passes.TOUCHED_H])
        return (
            counts[passes.VOYAGES], counts[passes.BOARDED], stand[passes.CARRIED], stand[passes.WAITS_OF], area,
            counts[passes.LOST], stand[passes.FIRST_WAITS],
        )  # fmt: skip


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────


def _turns(run: _Pass, gate: Gate) -> tuple[Floats, bool]:
    """Return when a gate turns before the horizon, and whether it is shut at first."""
    if isinstance(gate, Failures | Spells):
        return _drawn_turns(run, gate), False
    assert isinstance(gate, Hours | Outages)
    edges, is_shut = turns_of(gate)
    times = np.array(edges)
    if isinstance(gate, Hours):
        weeks = math.ceil((run.horizon + gate.offset_h) / WEEK_H) + 1
        if weeks * len(edges) > _MOST_TURNS:
            raise _GivesUp
        times = ((WEEK_H * np.arange(weeks))[:, None] + times - gate.offset_h).ravel()
    return times[(times > 0.0) & (times < run.horizon)], is_shut


def _drawn_turns(run: _Pass, gate: Failures | Spells) -> Floats:
    """Return when a gate turns whose spells are drawn, the first an open one."""
    owner, count, times = np.int64(key_of(gate.name)), 64, np.zeros(1)
    while times[-1] < run.horizon:
        count *= 4
        if count > _MOST_TURNS:
            raise _GivesUp
        if isinstance(gate, Failures):
            up, down = (run.series(_law(law), owner, SPELL, (0, count)) for law in (gate.up, gate.down))
            down[::2] = up[::2]
            times = np.cumsum(down)
        else:
            times = _weather(gate, run.series(_law(Law.of("exponential", 1.0)), owner, SPELL, (0, count)))
    return times[times < run.horizon]


def _weather(gate: Spells, spells: Floats) -> Floats:
    """Return when weather turns: each spell has the mean of the time at which it begins."""
    now, piece, times = 0.0, 0, []
    for number, spell in enumerate(spells.tolist()):
        while piece + 1 < len(gate.pieces_h) and gate.pieces_h[piece + 1][0] <= now:
            piece += 1
        now += gate.pieces_h[piece][1 + number % 2] * spell
        times.append(now)
    return np.array(times)


class _Shifts:
    """When a station or lane that needs several gates closes and opens, by turns, and whether it is shut at first."""

    def __init__(self, gates: list[tuple[Floats, bool]]) -> None:
        shut = sum(is_shut for _, is_shut in gates)
        self.is_shut = shut > 0
        self.times = gates[0][0] if gates else np.empty(0)
        if len(gates) > 1:
            times = np.concatenate([times for times, _ in gates])
            number = np.repeat(np.arange(len(gates)), [len(times) for times, _ in gates])
            change = np.concatenate([np.resize([-1, 1] if was_shut else [1, -1], len(times)) for times, was_shut in gates])
            order = np.lexsort((number, times))
            after = shut + np.cumsum(change[order]) > 0
            self.times = times[order][after != np.concatenate([[self.is_shut], after[:-1]])]

    def spans(self) -> tuple[Floats, Floats]:
        """Return when it opens and when it closes; the last is for ever, or never."""
        edges = self.times if self.is_shut else np.concatenate([[-1.0], self.times])
        edges = np.concatenate([edges, np.full(4 - len(edges) % 2, math.inf)])
        return edges[::2].copy(), edges[1::2].copy()

    def open_by_week(self, weeks: int, horizon: float) -> Floats:
        """Return how long it is open in each week."""
        marks = np.unique(np.concatenate([WEEK_H * np.arange(weeks), self.times, [horizon]]))
        is_open = (np.searchsorted(self.times, marks[:-1], side="right") + self.is_shut) % 2 == 0
        number = np.searchsorted(WEEK_H * np.arange(weeks), marks[:-1], side="right") - 1
        return np.bincount(number, weights=np.diff(marks) * is_open, minlength=weeks)
