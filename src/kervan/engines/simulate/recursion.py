"""Models without feedback, without an event list; see "Without an event list" in ``docs/explanation/simulation.md``.

Where consignments pass all places in one direction, a place can be gone through from one end of a stretch of time to
the other before the next place is looked at. What comes out is what `kernel` gives, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from kervan.engines.simulate import passes, places
from kervan.engines.simulate._histogram import WAIT_BINS
from kervan.engines.simulate.feedforward import order_of, place_of, steps_of
from kervan.engines.simulate.keyed import BRANCH, ROUTE, SHARE
from kervan.engines.simulate.model import WEEK_H, Branch, Model, Travel, Visit
from kervan.engines.simulate.openings import Shifts, turns
from kervan.engines.simulate.places import (
    NOWHERE,
    Arrivals,
    End,
    Floats,
    GivesUp,
    LanePlace,
    Place,
    StationPlace,
    TravelPlace,
    Units,
    Words,
    key,
)  # fmt: skip
from kervan.engines.simulate.records import (
    FLEET_STATS,
    LANE_STATS,
    OPERATION_STATS,
    RECORD,
    STATION_STATS,
    Run,
)  # fmt: skip
from kervan.errors import SolveError

__all__ = ["Pass", "pass_through"]


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
    order = order_of(model)
    if order is None:
        return None
    try:
        return Pass(model, order, key, hours).to_the_end(bounds, is_stopped)
    except GivesUp:
        return None


class Pass:
    """A run under way."""

    def __init__(self, model: Model, order: list[Any], key: int, hours: tuple[float, float]) -> None:
        self.model, self.key = model, np.int64(key)
        self.horizon, self.warm = hours
        self.steps, self.units, self.weeks = steps_of(model), Units(), max(1, math.ceil(self.horizon / WEEK_H))
        self.sums = np.zeros((len(self.steps), 4))
        self.events = self.alive = 0
        self.groups = np.array([source.group for source in model.sources])
        self.made, self._numbers = np.zeros(len(model.sources), np.int64), np.zeros(2, np.int64)
        turned = {gate.name: turns(self, gate) for gate in model.gates}
        self.events += sum(len(times) for times, _ in turned.values())
        self.sources = [Arrivals(self, source) for source in model.sources]
        self.places: dict[Any, Place] = {}
        for part in model.stations:
            own = [turned[gate.name] for gate in model.gates if gate.name in part.gates]
            self.places["station", part.name] = StationPlace(self, part, Shifts(own))
        for number, lane in enumerate(model.lanes):
            own = [turned[gate.name] for gate in model.gates if gate.name in lane.gates]
            self.places["lane", lane.name] = LanePlace(self, lane, number, Shifts(own))
        for number, step in enumerate(self.steps):
            if isinstance(step.op, Travel):
                self.places["travel", number] = TravelPlace(self)
        # Clocks go on though nobody comes.
        self.order = [self.places[place] for place in [*order, *(self.places.keys() - set(order))]]
        self.end = End(self)
        self.at: list[Place] = []
        for number, step in enumerate(self.steps):
            place = self.end if step.op is None else self.places.get(place_of(step.op, number), self.end)
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
            until = min(self.horizon, *(source.ahead(max(places.STRETCH, self.alive)) for source in self.sources))
            self._begin(until, bounds[1])
            for place in self.order:
                place.go(until)
            self.end.go(until)
            if self.events >= bounds[0]:
                raise GivesUp
        return self._result()

    def series(self, law: Floats, owner: np.int64, purpose: np.int64, numbers: tuple[int, int]) -> Floats:
        """Return draws of one owner from a number on, so many."""
        first, count = numbers
        # To `passes`, these ordinals are rows with nothing else in them.
        ordinals = np.arange(first, first + count)[:, None]
        out = np.empty(count)
        passes.draws(law, self.key, (owner, NOWHERE, purpose), np.arange(count), ordinals, out)
        return out

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
            raise GivesUp
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
                chance = passes.chances(self.key, (one.owner, NOWHERE, ROUTE), tags[own], self.units.words)
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
        step: Any = self.steps[number]
        purpose = BRANCH if isinstance(step.op, Branch) else SHARE
        chance = passes.chances(self.key, (self.owner(number), key(step.op), purpose), tags, self.units.words)
        if isinstance(step.op, Branch):
            return np.where(chance < step.op.chance, step.first + step.op.to, number + 1)
        return np.where(chance < step.op.share, number, number + 1)

    def _result(self) -> Run:
        stations = [one for one in self.places.values() if isinstance(one, StationPlace)]
        lanes = [one for one in self.places.values() if isinstance(one, LanePlace)]
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
