"""The simulation a second time, slow and plain: what ``docs/explanation/simulation.md`` says, straight from the model.

It shares nothing with the engine but the model and the draws, so that each is a check of the other.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any

import numpy as np

from kervan.engines.simulate import keyed
from kervan.engines.simulate.model import (
    Branch,
    Embargo,
    Enter,
    Failures,
    Gate,
    Hours,
    Law,
    Leave,
    Model,
    Outages,
    Ride,
    Spells,
    Travel,
    Visit,
    key_of,
)  # fmt: skip
from kervan.engines.simulate.records import FLEET_STATS, LANE_STATS, OPERATION_STATS, RECORD, STATION_STATS
from kervan.errors import SolveError

GATE, UNLOADED, ARRIVED, LOADED, SERVED, TRAVELLED, IMPATIENT, DUE, BORN = range(9)
WEEK_H = 168.0


class Thing(SimpleNamespace):
    """Something with a state; two are the same only if they are one."""

    __eq__, __hash__ = object.__eq__, object.__hash__


@dataclass
class TwinRun:
    """The same as a `kervan.engines.simulate.run.Run`, without the histogram."""

    records: Any
    stations: Any
    lanes: Any
    fleets: Any
    operations: Any
    made: list[int]
    alive: int
    events: int


@cache
def _row(law: Law) -> tuple[int, float, float, Any]:
    tables: list[float] = []
    code, a, b = keyed.law_row(law, tables)
    return code, float(a), float(b), np.array(tables, dtype=float)


class Twin:
    """The state of a run; what is kept of a thing is named as the specification names it."""

    def __init__(self, model: Model, horizon_h: float, seed: int, replication: int, warm_h: float) -> None:
        self.warm = warm_h
        self.horizon, self.key, self.now, self.events = horizon_h, keyed.stream(seed, replication), 0.0, 0
        self.heap: list[tuple[float, int, int]] = []
        self.planned: dict[tuple[int, int], float] = {}
        self.agenda: list[Any] = []
        self.units: list[Any] = []
        self.voyages: list[Any] = []
        self.finished: list[tuple[Any, ...]] = []
        self.station_rows = np.zeros((len(model.stations), math.ceil(horizon_h / WEEK_H)), STATION_STATS)
        self.lane_rows = np.zeros(len(model.lanes), LANE_STATS)
        self.fleet_rows = np.zeros(len(model.fleets), FLEET_STATS)
        self.operations = {
            (s, p, o): [0, 0.0, 0.0, 0.0]
            for s, source in enumerate(model.sources)
            for p, (_, program) in enumerate(source.programs)
            for o in range(len(program))
        }
        self.gates = [Thing(spec=gate, open=_opens(gate), turns=self._turns(gate)) for gate in model.gates]
        shut = {gate.spec.name for gate in self.gates if not gate.open}
        self.stations = {
            one.name: Thing(spec=one, work=self.start, rows=rows, busy=0, closed=len(shut & {*one.gates}), serving=[],
                queues=[[] for _ in range(4)], last=0.0)
            for one, rows in zip(model.stations, self.station_rows, strict=True)
        }  # fmt: skip
        self.yards = {one.name: Thing(spec=one, work=self.admit, inside=[], blocked=deque()) for one in model.yards}
        self.lanes = {
            one.name: Thing(spec=one, work=self.sail, n=n, row=self.lane_rows[n], last=0.0,
                closed=len(shut & {*one.gates}), queue=deque(), size=0.0, due=False, departures=0, coming=0, sailed=0,
                held=[], fleet=None)
            for n, one in enumerate(model.lanes)
        }  # fmt: skip
        self.ports = {one.name: Thing(free=one.berths, queue=deque()) for one in model.ports}
        self.fleets = [self._fleet(fleet, self.fleet_rows[n]) for n, fleet in enumerate(model.fleets)]
        self.sources = [Thing(spec=one, n=n, tau=one.offset_h, groups=0, made=0) for n, one in enumerate(model.sources)]
        for n, gate in enumerate(self.gates):
            self.plan(next(gate.turns, math.inf), GATE, n)
        for lane in self.lanes.values():
            if lane.spec.rule == "clock":
                self.plan(lane.spec.offset_h, DUE, lane.n)
        for source in self.sources:
            self.plan_arrival(source)

    def _fleet(self, spec: Any, row: Any) -> Thing:
        laws = {(a, b): law for a, b, law in spec.positioning}
        fleet = Thing(spec=spec, work=self.dispatch, row=row, empties=0, laws=laws)
        fleet.lanes = [lane for lane in self.lanes.values() if lane.spec.fleet == spec.name]
        for lane in fleet.lanes:
            lane.fleet = fleet
        first = [fleet.lanes[n % len(fleet.lanes)] for n in range(spec.vehicles)]
        new = {"fleet": fleet, "state": "idle", "since": 0.0}
        fleet.vehicles = [Thing(lane=lane, port=lane.spec.from_port, **new) for lane in first]
        fleet.idle = list(fleet.vehicles)
        return fleet

    # ── draws, events, agenda ───────────────────────────────────────────────────────────────────────

    def draw(self, law: Law, owner: str, ordinal: int, purpose: Any, place: str = "", lap: int = 0) -> float:
        code, a, b, table = _row(law)
        at = key_of(place) if place else 0
        return float(keyed.draw((code, a, b), table, self.key, key_of(owner), ordinal, at, lap, purpose))

    def hours(self, unit: Thing, law: Law, place: str, purpose: Any) -> float:
        return self.draw(law, unit.source.name, unit.ordinal, purpose, place, unit.lap)

    def below(self, unit: Thing, chance: float, place: str, purpose: Any) -> bool:
        at = (key_of(unit.source.name), unit.ordinal, key_of(place), unit.lap)
        return bool(keyed.uniform(self.key, *at, purpose) < chance)

    def plan(self, time: float, kind: int, serial: int) -> None:
        self.planned[kind, serial] = time
        heapq.heappush(self.heap, (time, kind, serial))

    def cancel(self, kind: int, serial: int) -> float:
        return self.planned.pop((kind, serial), math.nan)

    def put(self, thing: Thing) -> None:
        if thing not in self.agenda:
            self.agenda.append(thing)

    def run(self) -> TwinRun:
        lanes = list(self.lanes.values())
        takes: list[tuple[Any, list[Any]]] = [
            (self.turn, self.gates), (self.unloaded, self.voyages), (self.arrived, self.voyages),
            (self.loaded, self.voyages), (self.served, self.units), (self.walk_on, self.units),
            (self.impatient, self.units), (self.fall_due, lanes), (self.arrive, self.sources),
        ]  # fmt: skip
        while self.heap and self.heap[0][0] < self.horizon:
            time, kind, serial = heapq.heappop(self.heap)
            if self.planned.get((kind, serial)) == time:
                self.now = time
                self.events += 1
                self.cancel(kind, serial)
                take, things = takes[kind]
                take(things[serial])
                while self.agenda:
                    thing = self.agenda.pop(0)
                    thing.work(thing)
        return self._result()

    def _result(self) -> TwinRun:
        self.now = self.horizon
        for station in self.stations.values():
            self.account(station)
        for lane in self.lanes.values():
            self.resize(lane, 0.0)
        for vehicle in (one for fleet in self.fleets for one in fleet.vehicles):
            self.become(vehicle, "idle")
        return TwinRun(
            np.array(self.finished, RECORD), self.station_rows, self.lane_rows, self.fleet_rows,
            np.array([(*place, *row) for place, row in self.operations.items()], OPERATION_STATS),
            [source.made for source in self.sources], len(self.units) - len(self.finished), self.events,
        )  # fmt: skip

    # ── consignments ────────────────────────────────────────────────────────────────────────────────

    def plan_arrival(self, source: Thing) -> None:
        spec, worth, first, factor = source.spec, 0.0, 0.0, 0.0
        if spec.most is None or source.groups < spec.most:
            source.tau += self.draw(spec.headway, spec.name, source.groups, keyed.ARRIVAL)
            source.groups += 1
            for start, weight in spec.season:  # the last piece that begins at or before this operational time
                after = worth + (start - first) * factor
                if after > source.tau:
                    break
                worth, first, factor = after, start, weight
            self.plan(first + (source.tau - worth) / factor, BORN, source.n)

    def arrive(self, source: Thing) -> None:
        self.plan_arrival(source)
        for _ in range(source.spec.group):
            unit = Thing(
                number=len(self.units), source=source.spec, ordinal=source.made, began=self.now, at=0, lap=0,
                moving=0.0, waiting=0.0, since=0.0, station=None, blocked=None, before=(self.now, 0.0, 0.0),
            )  # fmt: skip
            source.made += 1
            self.units.append(unit)
            u = keyed.uniform(self.key, key_of(source.spec.name), unit.ordinal, 0, 0, keyed.ROUTE)
            shares = list(np.cumsum([share for share, _ in source.spec.programs])[:-1])
            unit.choice = next((n for n, most in enumerate(shares) if u < most), len(shares))
            unit.program, unit.of = source.spec.programs[unit.choice][1], source.n
            self.walk(unit, 0)

    def walk_on(self, unit: Thing) -> None:
        self.leave(unit)
        self.walk(unit, unit.at + 1)

    def leave(self, unit: Thing) -> None:
        """Count the operation it has rested in."""
        here, row = (self.now, unit.moving, unit.waiting), self.operations[unit.of, unit.choice, unit.at]
        if self.now >= self.warm:
            row[:] = [row[0] + 1, *(had + b - a for had, a, b in zip(row[1:], unit.before, here, strict=True))]
        unit.before = here

    def walk(self, unit: Thing, at: int) -> None:
        """Go through the program until it rests: an operation gives the next one, or None where it rests."""
        unit.at, held = at, unit.station
        for _ in range(10_000):
            if unit.at == len(unit.program):
                total = self.now - unit.began
                self.finished.append((unit.ordinal, unit.of, unit.choice, unit.began, total, unit.moving, unit.waiting))
                break
            op = unit.program[unit.at]
            following = getattr(self, f"do_{type(op).__name__.lower()}")(unit, op)
            if following is None:
                break
            unit.at = following
        else:
            raise SolveError(f"a consignment of {unit.source.name} goes round without time passing")
        if held and not unit.blocked:
            self.account(held)
            held.busy -= 1
            unit.station = None
            self.put(held)

    def do_travel(self, unit: Thing, op: Travel) -> None:
        hours = self.hours(unit, op.law, op.key, keyed.TRAVEL)
        unit.moving += hours
        waited = self.hours(unit, op.waiting, op.key, keyed.DELAY)
        unit.waiting += waited
        hours += waited + self.hours(unit, op.procedure, op.key, keyed.SERVICE)
        self.plan(self.now + hours, TRAVELLED, unit.number)

    def do_branch(self, unit: Thing, op: Branch) -> int:
        if not self.below(unit, op.chance, op.key, keyed.BRANCH):
            return unit.at + 1
        following, unit.lap = op.to, unit.lap + (op.to <= unit.at)
        return following

    # ── stations ────────────────────────────────────────────────────────────────────────────────────

    def do_visit(self, unit: Thing, op: Visit) -> int | None:
        place, station = op.key or op.station, self.stations[op.station]
        if op.share < 1 and not self.below(unit, op.share, place, keyed.SHARE):
            return unit.at + 1
        self.account(station)["arrived"] += 1
        unit.since, queue = self.now, station.queues[unit.source.priority]
        if _free(station) and not any(station.queues):
            return self.begin(unit, station)
        ahead = sum(map(len, station.queues[: unit.source.priority + 1]))
        if ahead * op.law.mean_h / (station.spec.servers or math.inf) > op.divert_above_h:
            return op.otherwise
        row = self.account(station)
        queue.append(unit)
        row["longest"] = max(row["longest"], sum(map(len, station.queues)))
        if op.patience:
            self.plan(self.now + self.hours(unit, op.patience, place, keyed.PATIENCE), IMPATIENT, unit.number)
        return None

    def begin(self, unit: Thing, station: Thing) -> None:
        row = self.account(station)
        row["begun"] += 1
        row["waits_h"] += self.now - unit.since
        unit.waiting += self.now - unit.since
        op = unit.program[unit.at]
        place = op.key or op.station
        law = op.electronic_law if self.below(unit, op.electronic, place, keyed.ELECTRONIC) else op.law
        unit.full = self.hours(unit, law, place, keyed.SERVICE)
        station.busy += 1
        station.serving.append(unit)
        self.plan(self.now + unit.full, SERVED, unit.number)

    def start(self, station: Thing) -> None:
        while _free(station) and any(station.queues):
            self.account(station)
            unit = next(queue for queue in station.queues if queue).pop(0)
            self.cancel(IMPATIENT, unit.number)
            self.begin(unit, station)

    def served(self, unit: Thing) -> None:
        unit.station = self.stations[unit.program[unit.at].station]
        unit.station.serving.remove(unit)
        self.walk_on(unit)

    def impatient(self, unit: Thing) -> None:
        op = unit.program[unit.at]
        self.account(self.stations[op.station])
        self.stations[op.station].queues[unit.source.priority].remove(unit)
        unit.waiting += self.now - unit.since
        self.leave(unit)
        self.walk(unit, op.otherwise)

    def halt(self, station: Thing) -> None:
        for unit in station.serving if station.spec.at_closing != "finish" else []:
            unit.left, unit.halted = self.cancel(SERVED, unit.number) - self.now, self.now

    def resume(self, station: Thing) -> None:
        for unit in station.serving if station.spec.at_closing != "finish" else []:
            unit.waiting += self.now - unit.halted
            if station.spec.at_closing == "restart":
                unit.waiting += unit.full - unit.left
                unit.left = unit.full
            self.plan(self.now + unit.left, SERVED, unit.number)

    def account(self, station: Thing) -> Any:
        """Add up areas to now, and return the row of this week."""
        waiting, weeks = sum(map(len, station.queues)), len(station.rows)
        while station.last < self.now:
            week = int(station.last // WEEK_H)
            row, until = station.rows[week], min(self.now, (week + 1) * WEEK_H)
            row["queue_area_h"] += waiting * (until - station.last)
            row["busy_area_h"] += station.busy * (until - station.last)
            row["open_h"] += 0.0 if station.closed else until - station.last
            row["longest"] = max(row["longest"], waiting)
            station.last = until
        row = station.rows[min(int(self.now // WEEK_H), weeks - 1)]
        row["longest"] = max(row["longest"], waiting)
        return row

    # ── gates ───────────────────────────────────────────────────────────────────────────────────────

    def _turns(self, gate: Gate) -> Iterator[float]:
        match gate:
            case Hours():
                edges = _edges(gate.spans_h, WEEK_H)  # none if it is always open
                times = (week * WEEK_H + edge - gate.offset_h for week in (count() if edges else ()) for edge in edges)
                yield from (time for time in times if time > 0)
            case Outages():
                yield from (edge for edge in _edges(gate.spans_h, math.inf) if edge > 0)
            case Spells() | Failures():
                for n in count():
                    if isinstance(gate, Failures):
                        law = gate.down if n % 2 else gate.up
                    else:
                        piece = next(piece for piece in reversed(gate.pieces_h) if piece[0] <= self.now)
                        law = Law.of("exponential", piece[1 + n % 2])
                    yield self.now + self.draw(law, gate.name, n, keyed.SPELL)

    def turn(self, gate: Thing) -> None:
        """Open a shut gate, or shut an open one."""
        gate.open = not gate.open
        for place in [*self.stations.values(), *self.lanes.values()]:
            if gate.spec.name in place.spec.gates:
                station = place.work == self.start
                if station:
                    self.account(place)
                before, place.closed = place.closed, place.closed + (-1 if gate.open else 1)
                if not place.closed:
                    (self.resume if station else self.release)(place)
                    self.put(place if station else place.fleet or place)
                elif not before and station:
                    self.halt(place)
        if not isinstance(gate.spec, Embargo):
            self.plan(next(gate.turns, math.inf), GATE, self.gates.index(gate))

    # ── yards ───────────────────────────────────────────────────────────────────────────────────────

    def fill(self, yard: Thing, unit: Thing, by: int) -> None:
        """Take a place or give it back, and turn the embargoes this calls for."""
        (yard.inside.append if by > 0 else yard.inside.remove)(unit)
        for gate in self.gates:
            if isinstance(gate.spec, Embargo) and gate.spec.yard == yard.spec.name:
                held, spec = len(yard.inside), gate.spec
                if (held >= spec.high) if gate.open else (held <= spec.low):
                    self.turn(gate)

    def do_enter(self, unit: Thing, op: Enter) -> int | None:
        yard = self.yards[op.yard]
        if len(yard.inside) < yard.spec.places and not yard.blocked:
            self.fill(yard, unit, 1)
            return unit.at + 1
        if op.otherwise is None:
            unit.blocked, unit.since = yard, self.now
            yard.blocked.append(unit)
            self.look_for_deadlock()
        return op.otherwise

    def do_leave(self, unit: Thing, op: Leave) -> int:
        yard = self.yards[op.yard]
        self.fill(yard, unit, -1)
        self.put(yard)
        return unit.at + 1

    def admit(self, yard: Thing) -> None:
        while len(yard.inside) < yard.spec.places and yard.blocked:
            unit = yard.blocked.popleft()
            unit.blocked = None
            unit.waiting += self.now - unit.since
            self.fill(yard, unit, 1)
            self.walk_on(unit)

    def look_for_deadlock(self) -> None:
        stuck = [yard for yard in self.yards.values() if len(yard.inside) >= yard.spec.places]
        while stuck and (out := [yard for yard in stuck if any(unit.blocked not in stuck for unit in yard.inside)]):
            stuck = [yard for yard in stuck if yard not in out]
        if stuck:
            raise SolveError(f"deadlock at {self.now:g} h: {', '.join(yard.spec.name for yard in stuck)}")

    # ── lanes ───────────────────────────────────────────────────────────────────────────────────────

    def do_ride(self, unit: Thing, op: Ride) -> None:
        lane = self.lanes[op.lane]
        unit.since = self.now
        unit.size = op.size or unit.source.size
        self.resize(lane, unit.size)
        lane.queue.append(unit)
        if len(lane.queue) == 1:
            self.set_timer(lane)
        self.put(lane.fleet or lane)

    def resize(self, lane: Thing, by: float) -> None:
        lane.row["queue_area_h"] += lane.size * (self.now - lane.last)
        lane.size, lane.last = lane.size + by, self.now

    def set_timer(self, lane: Thing) -> None:
        """A lane that fills is due when the first has waited long enough."""
        if lane.spec.rule == "full_or_timeout":
            self.cancel(DUE, lane.n)
            if lane.queue and lane.queue[0].since + lane.spec.timeout_h > self.now:
                self.plan(lane.queue[0].since + lane.spec.timeout_h, DUE, lane.n)

    def fall_due(self, lane: Thing) -> None:
        if lane.spec.rule == "clock":
            lane.row["lost"] += lane.due
            lane.due = True
            hours = self.draw(lane.spec.headway, lane.spec.name, lane.departures, keyed.HEADWAY)
            self.plan(self.now + hours, DUE, lane.n)
            lane.departures += 1
        self.put(lane.fleet or lane)

    def is_due(self, lane: Thing) -> bool:
        if lane.spec.rule == "clock":
            return bool(lane.due)
        timed_out = lane.queue and self.now >= lane.queue[0].since + lane.spec.timeout_h
        return bool(lane.size >= lane.spec.capacity or timed_out)

    def voyage(self, lane: Thing, vehicle: Thing | None = None) -> Thing:
        one = Thing(number=len(self.voyages), lane=lane, vehicle=vehicle, aboard=None, at=self.now)
        self.voyages.append(one)
        return one

    def sail(self, lane: Thing) -> None:
        while not lane.closed and self.is_due(lane):
            self.board(self.voyage(lane))

    def board(self, voyage: Thing) -> None:
        lane, room, voyage.aboard = voyage.lane, voyage.lane.spec.capacity, []
        lane.row["first_waits_h"] += self.now - lane.queue[0].since if lane.queue else 0.0
        while lane.queue and lane.queue[0].size <= room:
            unit = lane.queue.popleft()
            room -= unit.size
            self.resize(lane, -unit.size)
            unit.waiting += self.now - unit.since
            voyage.aboard.append(unit)
            lane.row["waits_h"] += self.now - unit.since
            lane.row["carried"] += unit.size
        lane.size = lane.size if lane.queue else 0.0
        lane.row["voyages"] += 1
        lane.row["consignments"] += len(voyage.aboard)
        lane.due = False
        self.set_timer(lane)
        voyage.hours = self.draw(lane.spec.crossing, lane.spec.name, lane.sailed, keyed.CROSSING)
        lane.sailed += 1
        self.plan(self.now + lane.spec.load_h, LOADED, voyage.number)
        if voyage.vehicle:
            self.become(voyage.vehicle, "loading")
            lane.coming -= 1
            self.put(lane.fleet)

    def loaded(self, voyage: Thing) -> None:
        voyage.at = self.now
        if voyage.vehicle and voyage.lane.closed:
            self.become(voyage.vehicle, "weather")
            voyage.lane.held.append(voyage)
        else:
            self.depart(voyage)

    def release(self, lane: Thing) -> None:
        held, lane.held = lane.held, []
        for voyage in held:
            self.depart(voyage)

    def depart(self, voyage: Thing) -> None:
        lane, hours = voyage.lane, voyage.hours
        for unit in voyage.aboard:
            unit.waiting += self.now - voyage.at
            unit.moving += hours
        self.plan(self.now + hours, ARRIVED, voyage.number)
        if voyage.vehicle:
            lane.fleet.row["laden"] += 1
            self.give_back(lane.spec.from_port)
            self.become(voyage.vehicle, "sailing")

    def arrived(self, voyage: Thing) -> None:
        vehicle, lane, voyage.at = voyage.vehicle, voyage.lane.spec, self.now
        if vehicle is None:
            self.unload(voyage)
            return
        vehicle.port = lane.from_port if voyage.aboard is None else lane.to_port
        if voyage.aboard is None and vehicle.fleet.spec.policy == "rotation":
            self.stand_by(vehicle)
        else:
            self.ask(voyage)

    def unload(self, voyage: Thing) -> None:
        for unit in voyage.aboard:
            unit.waiting += self.now - voyage.at
        self.plan(self.now + voyage.lane.spec.unload_h, UNLOADED, voyage.number)

    def unloaded(self, voyage: Thing) -> None:
        for unit in voyage.aboard:
            self.walk_on(unit)
        if vehicle := voyage.vehicle:
            self.give_back(vehicle.port)
            lanes = vehicle.fleet.lanes
            if vehicle.fleet.spec.policy == "rotation":
                vehicle.lane = lanes[(lanes.index(vehicle.lane) + 1) % len(lanes)]
                if vehicle.port != vehicle.lane.spec.from_port:
                    self.sail_empty(self.voyage(vehicle.lane, vehicle))
                    return
            self.stand_by(vehicle)

    # ── fleets ──────────────────────────────────────────────────────────────────────────────────────

    def become(self, vehicle: Thing, state: str) -> None:
        vehicle.fleet.row[f"{vehicle.state}_h"] += self.now - vehicle.since
        vehicle.state, vehicle.since = state, self.now

    def stand_by(self, vehicle: Thing) -> None:
        self.become(vehicle, "idle")
        vehicle.fleet.idle.append(vehicle)
        self.put(vehicle.fleet)

    def sail_empty(self, voyage: Thing) -> None:
        fleet, vehicle, to_port = voyage.vehicle.fleet, voyage.vehicle, voyage.lane.spec.from_port
        hours = self.draw(fleet.laws[vehicle.port, to_port], fleet.spec.name, fleet.empties, keyed.CROSSING)
        fleet.empties += 1
        fleet.row["empty"] += 1
        self.become(vehicle, "sailing")
        self.plan(self.now + hours, ARRIVED, voyage.number)

    def ask(self, voyage: Thing) -> None:
        self.become(voyage.vehicle, "anchor")
        self.ports[voyage.vehicle.port].queue.append(voyage)
        self.berth(self.ports[voyage.vehicle.port])

    def give_back(self, port: str) -> None:
        self.ports[port].free += 1
        self.berth(self.ports[port])

    def berth(self, port: Thing) -> None:
        while port.free and port.queue:
            port.free -= 1
            voyage = port.queue.popleft()
            if voyage.aboard is None:
                self.board(voyage)
            else:
                self.become(voyage.vehicle, "unloading")
                self.unload(voyage)

    def wants(self, lane: Thing) -> bool:
        whole = 0 if lane.spec.rule == "clock" else math.floor(lane.size / lane.spec.capacity)
        return not lane.closed and max(whole, int(self.is_due(lane))) > lane.coming

    def dispatch(self, fleet: Thing) -> None:
        while found := (self.choose_in_turn if fleet.spec.policy == "rotation" else self.choose_longest)(fleet):
            lane, vehicle = found
            fleet.idle.remove(vehicle)
            vehicle.lane = lane
            lane.coming += 1
            (self.ask if vehicle.port == lane.spec.from_port else self.sail_empty)(self.voyage(lane, vehicle))

    def choose_in_turn(self, fleet: Thing) -> tuple[Thing, Thing] | None:
        pairs = ((lane, one) for lane in fleet.lanes if self.wants(lane) for one in fleet.idle if one.lane == lane)
        return next(pairs, None)

    def choose_longest(self, fleet: Thing) -> tuple[Thing, Thing] | None:
        lanes = [lane for lane in fleet.lanes if self.wants(lane)]
        if not lanes or not fleet.idle:
            return None
        beside = [lane for lane in lanes if any(one.port == lane.spec.from_port for one in fleet.idle)]
        lane = max(beside or lanes, key=lambda one: one.size)
        port = lane.spec.from_port
        if beside:
            return lane, next(one for one in fleet.idle if one.port == port)
        return lane, min(fleet.idle, key=lambda one: fleet.laws[one.port, port].mean_h)


def _free(station: Thing) -> bool:
    return not station.closed and (station.spec.servers is None or station.busy < station.spec.servers)


def _edges(spans: tuple[tuple[float, float], ...], around: float) -> list[float]:
    """Return when spans begin and end, but for where one begins as another ends."""
    edges = [edge % around if edge < math.inf else edge for span in spans for edge in span]
    return sorted(edge for edge in edges if edges.count(edge) == 1)


def _opens(gate: Gate) -> bool:
    at = gate.offset_h if isinstance(gate, Hours) else 0.0
    within = isinstance(gate, Hours | Outages) and any(a <= at < b for a, b in gate.spans_h)
    return within if isinstance(gate, Hours) else not within


def run_twin(model: Model, horizon_h: float, *, seed: int = 0, replication: int = 0, warm_h: float = 0.0) -> TwinRun:
    """Run one replication of a model."""
    return Twin(model, horizon_h, seed, replication, warm_h).run()
