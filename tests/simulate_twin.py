"""The simulation a second time, slow and plain: what ``docs/explanation/simulation.md`` says, straight from the model.

It shares nothing with the engine but the model and the draws, so that each is a check of the other.
"""

from __future__ import annotations

import heapq
import math
from itertools import count
from types import SimpleNamespace
from typing import Any

import numpy as np

from kervan.engines.simulate import keyed
from kervan.engines.simulate import model as of
from kervan.engines.simulate.records import FLEET_STATS, LANE_STATS, OPERATION_STATS, RECORD, STATION_STATS
from kervan.errors import SolveError

GATE, UNLOADED, ARRIVED, LOADED, SERVED, TRAVELLED, IMPATIENT, DUE, BORN = range(9)


class Thing(SimpleNamespace):
    __eq__, __hash__ = object.__eq__, object.__hash__  # two are the same only if they are one


class Twin:
    def __init__(self, model: of.Model, horizon_h: float, key: int, warm_h: float) -> None:
        self.key, self.horizon, self.warm, self.now, self.week, self.events = key, horizon_h, warm_h, 0.0, 0, 0
        self.heap, self.agenda, self.records, self.units, self.voyages, self.ticket = [], [], [], [], [], count()
        self.gates = {one.name: Thing(spec=one, n=n, open=opens(one)) for n, one in enumerate(model.gates)}
        self.stations = self.places(model.stations, "servers", self.serve, self.begin, STATION_STATS)
        self.yards = self.places(model.yards, "places", self.serve, self.admit)
        self.ports = self.places(model.ports, "berths", self.serve, self.go)
        self.lanes = self.places(model.lanes, "", self.sail, None, LANE_STATS)
        self.fleets = list(self.places(model.fleets, "", self.dispatch, None, FLEET_STATS).values())
        for fleet in self.fleets:
            fleet.laws = {(a, b): law for a, b, law in fleet.spec.positioning}
            fleet.lanes = [lane for lane in self.lanes.values() if lane.spec.fleet == fleet.spec.name]
            first = [fleet.lanes[n % len(fleet.lanes)] for n in range(fleet.spec.vehicles)]
            fleet.vehicles = [Thing(fleet=fleet, state="idle", lane=lane, port=lane.spec.from_port) for lane in first]
            fleet.idle = list(fleet.vehicles)
            for lane in fleet.lanes:
                lane.fleet, lane.holders, lane.room = fleet, fleet.vehicles, fleet.spec.vehicles
        for gate in self.gates.values():
            gate.turns = self.turns(gate.spec)
            self.plan(next(gate.turns, math.inf), GATE, gate.n, self.turn, gate)
        for lane in (lane for lane in self.lanes.values() if lane.spec.rule == "clock"):
            self.plan(lane.spec.offset_h, DUE, lane.n, self.tick, lane)
        self.sources = [Thing(spec=one, n=n, tau=one.offset_h, groups=0, made=0) for n, one in enumerate(model.sources)]
        for source in self.sources:
            programs = [program for _, program in source.spec.programs]
            source.left = [[[0, 0.0, 0.0, 0.0] for _ in program] for program in programs]
            self.plan_arrival(source)

    def places(self, parts: Any, room: str, work: Any, start: Any, stats: Any = STATION_STATS) -> dict[str, Thing]:
        """Return what has room for some, who hold it, while others wait in its queue of each priority."""
        return {
            one.name: Thing(
                spec=one, n=n, work=work, start=start, room=getattr(one, room, None) or math.inf, holders=[],
                serving=[], queues=[[], [], [], []], gates=getattr(one, "gates", ()), held=[], fleet=None, size=0.0,
                due=False, ticks=0, sailed=0, empty=0, coming=0, timer=None,
                rows=np.zeros(math.ceil(self.horizon / of.WEEK_H), stats))
            for n, one in enumerate(parts)
        }  # fmt: skip

    # ── draws, events, time ─────────────────────────────────────────────────────────────────────────

    def draw(self, law: of.Law, owner: str, ordinal: int, purpose: Any, place: str = "", lap: int = 0) -> float:
        table: list[float] = []
        code, a, b = keyed.law_row(law, table)
        at = (of.key_of(owner), ordinal, of.key_of(place) if place else 0, lap, purpose)
        return float(keyed.draw((code, float(a), float(b)), np.array(table, float), self.key, *at))

    def hours(self, unit: Thing, law: of.Law, place: str, purpose: Any) -> float:
        return self.draw(law, unit.source.spec.name, unit.ordinal, purpose, place, unit.lap)

    def below(self, unit: Thing, chance: float, place: str, purpose: Any) -> bool:
        owner, at = of.key_of(unit.source.spec.name), of.key_of(place) if place else 0
        return bool(keyed.uniform(self.key, owner, unit.ordinal, at, unit.lap, purpose) < chance)

    def plan(self, time: float, kind: int, serial: int, take: Any, thing: Any) -> list[Any]:
        heapq.heappush(self.heap, event := [time, kind, serial, next(self.ticket), take, thing])
        return event

    def put(self, thing: Thing) -> None:
        self.agenda += [] if thing in self.agenda else [thing]

    def add(self, thing: Thing, name: str, value: float = 1) -> None:
        thing.rows[name][self.week] += value

    def pass_time(self, until: float) -> None:
        while self.now < until:
            then = min(until, of.WEEK_H * (self.week + 1))
            for one in self.stations.values():
                self.add(one, "queue_area_h", waiting(one) * (then - self.now))
                self.add(one, "busy_area_h", len(one.holders) * (then - self.now))
                self.add(one, "open_h", (not self.is_shut(one)) * (then - self.now))
            for lane in self.lanes.values():
                self.add(lane, "queue_area_h", lane.size * (then - self.now))
            for vehicle in (one for fleet in self.fleets for one in fleet.vehicles):
                self.add(vehicle.fleet, f"{vehicle.state}_h", then - self.now)
            self.now, self.week = then, int(then // of.WEEK_H)
            for one in self.stations.values() if self.now < self.horizon else ():
                one.rows["longest"][self.week] = max(one.rows["longest"][self.week], waiting(one))

    def run(self) -> Thing:
        while self.heap and self.heap[0][0] < self.horizon:
            time, _, _, _, take, thing = heapq.heappop(self.heap)
            if take:  # else it was cancelled
                self.pass_time(time)
                self.events += 1
                take(thing)
                while self.agenda:
                    due = self.agenda.pop(0)
                    due.work(due)
        self.pass_time(self.horizon)
        if self.stuck():
            raise SolveError("deadlock")
        left = [(s.n, p, o, *row) for s in self.sources for p, rows in enumerate(s.left) for o, row in enumerate(rows)]
        return Thing(
            records=np.array(self.records, RECORD), alive=len(self.units) - len(self.records), events=self.events,
            made=[source.made for source in self.sources], operations=np.array(left, OPERATION_STATS),
            stations=np.array([one.rows for one in self.stations.values()], STATION_STATS),
            lanes=np.array([total(one.rows) for one in self.lanes.values()], LANE_STATS),
            fleets=np.array([total(one.rows) for one in self.fleets], FLEET_STATS),
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
            self.plan(first + (source.tau - worth) / factor, BORN, source.n, self.arrive, source)

    def arrive(self, source: Thing) -> None:
        self.plan_arrival(source)
        shares = np.cumsum([share for share, _ in source.spec.programs])[:-1]
        for _ in range(source.spec.group):
            unit = Thing(
                source=source, ordinal=source.made, serial=len(self.units), began=self.now, moving=0.0, waiting=0.0,
                last=(self.now, 0.0, 0.0), to=0, steps=0, lap=0, timer=None, holds=None, blocked=False,
            )  # fmt: skip
            source.made += 1
            self.units.append(unit)
            unit.choice = next((n for n, s in enumerate(shares) if self.below(unit, s, "", keyed.ROUTE)), len(shares))
            unit.journey = self.journey(unit, source.spec.programs[unit.choice][1])
            self.walk(unit)

    def walk(self, unit: Thing) -> None:
        """Go on until it rests again."""
        unit.blocked, unit.steps = False, 0
        next(unit.journey, None)
        if unit.holds and not unit.blocked:
            unit.holds.holders.remove(unit)
            self.put(unit.holds)
            unit.holds = None

    def journey(self, unit: Thing, program: of.Program) -> Any:  # noqa: C901
        """Go through the program, and yield wherever it rests."""
        while unit.to < len(program):
            op, unit.at, unit.to, unit.steps = program[unit.to], unit.to, unit.to + 1, unit.steps + 1
            if unit.steps > 10_000:
                raise SolveError("a consignment goes round without time passing")
            match op:
                case of.Visit():
                    place = op.key or op.station
                    if op.share >= 1 or self.below(unit, op.share, place, keyed.SHARE):
                        yield from self.visit(unit, op, self.stations[op.station], place)
                case of.Travel():
                    laws = ((op.law, keyed.TRAVEL), (op.waiting, keyed.DELAY), (op.procedure, keyed.SERVICE))
                    moves, waits, works = (self.hours(unit, law, op.key, purpose) for law, purpose in laws)
                    unit.moving, unit.waiting = unit.moving + moves, unit.waiting + waits
                    yield self.plan(self.now + (moves + (waits + works)), TRAVELLED, unit.serial, self.walk, unit)
                case of.Ride():
                    unit.leaves = op.leaves
                    yield self.join(unit, op.size or unit.source.spec.size, self.lanes[op.lane])
                case of.Enter():
                    yield from self.enter(unit, op, self.yards[op.yard])
                case of.Leave():
                    self.leave_yard(unit, self.yards[op.yard])
                case of.Branch() if self.below(unit, op.chance, op.key, keyed.BRANCH):
                    unit.to, unit.lap = op.to, unit.lap + (op.to <= unit.at)
            if unit.steps == 0:  # it has rested
                self.leave(unit, unit.source.left[unit.choice][unit.at], (self.now, unit.moving, unit.waiting))
        who = (unit.ordinal, unit.source.n, unit.choice)
        self.records.append((*who, unit.began, self.now - unit.began, unit.moving, unit.waiting))

    def leave(self, unit: Thing, row: list[float], here: tuple[float, float, float]) -> None:
        if self.now >= self.warm:
            row[:] = [row[0] + 1, *(had + b - a for had, a, b in zip(row[1:], unit.last, here, strict=True))]
        unit.last = here

    # ── stations ────────────────────────────────────────────────────────────────────────────────────

    def visit(self, unit: Thing, op: of.Visit, station: Thing, place: str) -> Any:
        level, unit.op, unit.place, unit.since = unit.source.spec.priority, op, place, self.now
        ahead = sum(map(len, station.queues[: level + 1]))
        self.add(station, "arrived")
        if self.is_free(station) and not waiting(station):
            self.begin(unit)
        elif ahead * op.law.mean_h / station.room > op.divert_above_h:
            unit.to = op.otherwise
            return
        else:
            station.queues[level].append(unit)
            station.rows["longest"][self.week] = max(station.rows["longest"][self.week], waiting(station))
            if op.patience:
                end = self.now + self.hours(unit, op.patience, place, keyed.PATIENCE)
                unit.timer = self.plan(end, IMPATIENT, unit.serial, self.walk, unit)
        yield
        unit.timer = None
        if unit in station.serving:
            station.serving.remove(unit)
            unit.holds = station
        else:
            station.queues[level].remove(unit)
            unit.to, unit.waiting = op.otherwise, unit.waiting + (self.now - unit.since)

    def serve(self, place: Thing) -> None:
        """Start with the first of the most urgent, while there is room."""
        while self.is_free(place) and waiting(place):
            place.start(next(queue for queue in place.queues if queue).pop(0))

    def begin(self, unit: Thing) -> None:
        station = self.stations[unit.op.station]
        cancel(unit.timer)
        self.add(station, "begun")
        self.add(station, "waits_h", self.now - unit.since)
        unit.waiting += self.now - unit.since
        electronic = self.below(unit, unit.op.electronic, unit.place, keyed.ELECTRONIC)
        law = unit.op.electronic_law if electronic else unit.op.law
        unit.full = self.hours(unit, law, unit.place, keyed.SERVICE)
        station.holders.append(unit)
        station.serving.append(unit)
        unit.timer = self.plan(self.now + unit.full, SERVED, unit.serial, self.walk, unit)

    def is_free(self, place: Thing) -> bool:
        return not self.is_shut(place) and len(place.holders) < place.room

    # ── gates and yards ─────────────────────────────────────────────────────────────────────────────

    def turns(self, gate: of.Gate) -> Any:
        """Yield when a gate turns; those that depend on chance are asked as they have turned."""
        match gate:
            case of.Hours() if edges := edges_of(gate.spans_h, of.WEEK_H):
                times = (week * of.WEEK_H + edge - gate.offset_h for week in count() for edge in edges)
                yield from (time for time in times if time > 0)
            case of.Outages():
                yield from (edge for edge in edges_of(gate.spans_h, math.inf) if edge > 0)
            case of.Spells() | of.Failures():
                for n in count():
                    if isinstance(gate, of.Spells):
                        piece = next(piece for piece in reversed(gate.pieces_h) if piece[0] <= self.now)
                        law = of.Law.of("exponential", piece[1 + n % 2])
                    else:
                        law = gate.down if n % 2 else gate.up
                    yield self.now + self.draw(law, gate.name, n, keyed.SPELL)

    def is_shut(self, place: Thing) -> bool:
        return not all(self.gates[name].open for name in place.gates)

    def turn(self, gate: Thing) -> None:
        """Open a shut gate, or shut an open one."""
        places = [one for one in (*self.stations.values(), *self.lanes.values()) if gate.spec.name in one.spec.gates]
        before = [self.is_shut(place) for place in places]
        gate.open = not gate.open
        for place, was_shut in zip(places, before, strict=True):
            for unit in place.serving if was_shut != self.is_shut(place) and is_interrupted(place) else ():
                self.interrupt_or_resume(unit, place)
            if not self.is_shut(place):
                held, place.held = place.held, []
                for voyage in held:
                    self.go(voyage)
                self.put(place.fleet or place)
        self.plan(next(gate.turns, math.inf), GATE, gate.n, self.turn, gate)

    def interrupt_or_resume(self, unit: Thing, station: Thing) -> None:
        if self.is_shut(station):
            cancel(unit.timer)
            unit.left, unit.since = unit.timer[0] - self.now, self.now
            return
        unit.waiting += self.now - unit.since
        if station.spec.at_closing == "restart":
            unit.waiting, unit.left = unit.waiting + (unit.full - unit.left), unit.full
        unit.timer = self.plan(self.now + unit.left, SERVED, unit.serial, self.walk, unit)

    def turn_embargoes(self, yard: Thing) -> None:
        for gate in (gate for gate in self.gates.values() if getattr(gate.spec, "yard", None) == yard.spec.name):
            inside = len(yard.holders)
            if (inside >= gate.spec.high) if gate.open else (inside <= gate.spec.low):
                self.turn(gate)

    def enter(self, unit: Thing, op: of.Enter, yard: Thing) -> Any:
        unit.since, unit.yard = self.now, yard
        if self.is_free(yard) and not waiting(yard):
            yard.holders.append(unit)
            self.turn_embargoes(yard)
        elif op.otherwise is not None:
            unit.to = op.otherwise
        else:
            yard.queues[0].append(unit)
            unit.blocked = True
            yield
            unit.waiting += self.now - unit.since

    def leave_yard(self, unit: Thing, yard: Thing) -> None:
        yard.holders.remove(unit)
        self.turn_embargoes(yard)
        self.put(yard)

    def admit(self, unit: Thing) -> None:
        unit.yard.holders.append(unit)
        self.turn_embargoes(unit.yard)
        self.walk(unit)

    def stuck(self) -> set[Thing]:
        """Return who can never go on: all, less whoever waits for what one of the others may give back, and so on."""
        found, vehicles = set[Thing](), [one for fleet in self.fleets for one in fleet.vehicles]
        left = {*self.units, *self.voyages, *vehicles}
        while found != left:
            found, left = left, set()
            shut = {
                name for name, gate in self.gates.items()
                if isinstance(gate.spec, of.Embargo) and not gate.open
                and len(found.intersection(self.yards[gate.spec.yard].holders)) > gate.spec.low
            }  # fmt: skip
            for place in (one for kind in (self.stations, self.yards, self.ports, self.lanes) for one in kind.values()):
                if shut.intersection(place.gates) or len(found.intersection(place.holders)) == place.room:
                    left.update(one for queue in place.queues for one in queue if not one.timer)
                if shut.intersection(place.gates):
                    left.update(place.held, place.serving if is_interrupted(place) else ())
            for voyage in left.intersection(self.voyages):
                left.update(voyage.aboard, [voyage.vehicle])
            for one in (one for one in vehicles if one in one.fleet.idle and one.fleet.spec.policy == "rotation"):
                left.update([one] if shut.intersection(one.lane.gates) else [])
        return found

    # ── lanes and fleets ────────────────────────────────────────────────────────────────────────────

    def join(self, unit: Thing, size: float, lane: Thing) -> None:
        unit.size, unit.since, lane.size = size, self.now, lane.size + size
        lane.queues[0].append(unit)
        if waiting(lane) == 1:
            self.set_timer(lane)
        self.put(lane.fleet or lane)

    def set_timer(self, lane: Thing) -> None:
        cancel(lane.timer)
        for first in lane.queues[0][:1] if lane.spec.rule == "full_or_timeout" else ():
            if (end := first.since + lane.spec.timeout_h) > self.now:
                lane.timer = self.plan(end, DUE, lane.n, self.tick, lane)

    def tick(self, lane: Thing) -> None:
        if lane.spec.rule == "clock":
            self.add(lane, "lost", lane.due)
            headway = self.draw(lane.spec.headway, lane.spec.name, lane.ticks, keyed.HEADWAY)
            self.plan(self.now + headway, DUE, lane.n, self.tick, lane)
            lane.due, lane.ticks = True, lane.ticks + 1
        self.put(lane.fleet or lane)

    def is_due(self, lane: Thing) -> bool:
        timed_out = waiting(lane) and self.now >= lane.queues[0][0].since + lane.spec.timeout_h
        return lane.due if lane.spec.rule == "clock" else bool(lane.size >= lane.spec.capacity or timed_out)

    def sail(self, lane: Thing) -> None:
        while not self.is_shut(lane) and self.is_due(lane):
            self.set_out(lane, None)

    def set_out(self, lane: Thing, vehicle: Thing | None, *, boards: bool = True) -> None:
        voyage = Thing(serial=len(self.voyages), lane=lane, vehicle=vehicle, boards=boards, aboard=[], timer=None)
        self.voyages.append(voyage)
        voyage.course = self.course(voyage, lane, vehicle)
        self.go(voyage)

    def go(self, voyage: Thing) -> None:
        """Go on until the next event of the voyage, or until another voyage or a gate lets it go on."""
        for time, kind in [event] if (event := next(voyage.course, None)) else ():
            self.plan(time, kind, voyage.serial, self.go, voyage)

    def course(self, voyage: Thing, lane: Thing, vehicle: Thing | None) -> Any:  # noqa: C901
        if vehicle and vehicle.port != lane.spec.from_port:
            yield self.now + self.empty_voyage(vehicle, lane.spec.from_port), ARRIVED
        if not voyage.boards:
            self.be_idle(vehicle)
            return
        if vehicle:
            yield from self.take_berth(voyage, "loading")
            lane.coming -= 1
            self.put(lane.fleet)
        hours = self.board(voyage, lane)
        yield self.now + lane.spec.load_h, LOADED
        for unit in (unit for unit in voyage.aboard if unit.leaves):
            self.leave_yard(unit, self.yards[unit.leaves])
        since = self.now
        if vehicle and self.is_shut(lane):
            vehicle.state = "weather"
            lane.held.append(voyage)
            yield
        for unit in voyage.aboard:
            unit.waiting, unit.moving = unit.waiting + (self.now - since), unit.moving + hours
        if vehicle:
            self.add(vehicle.fleet, "laden")
            self.give_back_berth(voyage, "sailing")
        yield self.now + hours, ARRIVED
        since = self.now
        if vehicle:
            vehicle.port = lane.spec.to_port
            yield from self.take_berth(voyage, "unloading")
        for unit in voyage.aboard:
            unit.waiting += self.now - since
        yield self.now + lane.spec.unload_h, UNLOADED
        for unit in voyage.aboard:
            self.walk(unit)
        if vehicle:
            self.give_back_berth(voyage, "idle")
            self.stand_by(vehicle, vehicle.fleet.lanes)

    def empty_voyage(self, vehicle: Thing, port: str) -> float:
        law, fleet = vehicle.fleet.laws[vehicle.port, port], vehicle.fleet
        vehicle.port, vehicle.state, fleet.empty = port, "sailing", fleet.empty + 1
        self.add(fleet, "empty")
        return self.draw(law, fleet.spec.name, fleet.empty - 1, keyed.CROSSING)

    def take_berth(self, voyage: Thing, state: str) -> Any:
        port, vehicle = self.ports[voyage.vehicle.port], voyage.vehicle
        if not self.is_free(port):
            vehicle.state = "anchor"
            port.queues[0].append(voyage)
            yield
        port.holders.append(voyage)
        vehicle.state = state

    def give_back_berth(self, voyage: Thing, state: str) -> None:
        port, voyage.vehicle.state = self.ports[voyage.vehicle.port], state
        port.holders.remove(voyage)
        self.serve(port)

    def board(self, voyage: Thing, lane: Thing) -> float:
        room, queue = lane.spec.capacity, lane.queues[0]
        self.add(lane, "first_waits_h", self.now - queue[0].since if queue else 0.0)
        while queue and queue[0].size <= room:
            voyage.aboard.append(unit := queue.pop(0))
            room, lane.size = room - unit.size, lane.size - unit.size
            unit.waiting += self.now - unit.since
            for name, value in (("waits_h", self.now - unit.since), ("carried", unit.size), ("consignments", 1)):
                self.add(lane, name, value)
        lane.size, lane.due, lane.sailed = lane.size if queue else 0.0, False, lane.sailed + 1
        self.add(lane, "voyages")
        self.set_timer(lane)
        return self.draw(lane.spec.crossing, lane.spec.name, lane.sailed - 1, keyed.CROSSING)

    def stand_by(self, vehicle: Thing, lanes: list[Thing]) -> None:
        if vehicle.fleet.spec.policy == "rotation":
            vehicle.lane = lanes[(lanes.index(vehicle.lane) + 1) % len(lanes)]
            if vehicle.port != vehicle.lane.spec.from_port:
                self.set_out(vehicle.lane, vehicle, boards=False)
                return
        self.be_idle(vehicle)

    def be_idle(self, vehicle: Thing) -> None:
        vehicle.state = "idle"
        vehicle.fleet.idle.append(vehicle)
        self.put(vehicle.fleet)

    def wants(self, lane: Thing) -> bool:
        whole = 0 if lane.spec.rule == "clock" else math.floor(lane.size / lane.spec.capacity)
        return not self.is_shut(lane) and max(whole, int(self.is_due(lane))) > lane.coming

    def dispatch(self, fleet: Thing) -> None:
        while found := self.choose(fleet, [lane for lane in fleet.lanes if self.wants(lane)]):
            lane, vehicle = found
            fleet.idle.remove(vehicle)
            vehicle.lane, lane.coming = lane, lane.coming + 1
            self.set_out(lane, vehicle)

    def choose(self, fleet: Thing, lanes: list[Thing]) -> tuple[Thing, Thing] | None:
        beside = [(lane, one) for lane in lanes for one in fleet.idle if one.port == lane.spec.from_port]
        if fleet.spec.policy == "rotation":
            return next(((lane, one) for lane, one in beside if one.lane == lane), None)
        if beside:
            return max(beside, key=lambda pair: pair[0].size)  # of equals the first lane, and who is idle longest there
        ways = [(lane, one) for lane in lanes if lane.size == max(lane.size for lane in lanes) for one in fleet.idle]
        ways = [pair for pair in ways if pair[0] == ways[0][0]]
        return min(ways, key=lambda pair: fleet.laws[pair[1].port, pair[0].spec.from_port].mean_h, default=None)


def cancel(event: list[Any] | None) -> None:
    if event:
        event[4] = None


def is_interrupted(place: Thing) -> bool:
    return getattr(place.spec, "at_closing", "finish") != "finish"


def waiting(station: Thing) -> int:
    return sum(map(len, station.queues))


def total(rows: Any) -> tuple[Any, ...]:
    return tuple(rows[name].sum() for name in rows.dtype.names)


def edges_of(spans: tuple[tuple[float, float], ...], around: float) -> list[float]:
    """Return when spans begin and end, but for where one begins as another ends."""
    edges = [edge % around if edge < math.inf else edge for span in spans for edge in span]
    return sorted(edge for edge in edges if edges.count(edge) == 1)


def opens(gate: of.Gate) -> bool:
    at = gate.offset_h if isinstance(gate, of.Hours) else 0.0
    within = isinstance(gate, of.Hours | of.Outages) and any(a <= at < b for a, b in gate.spans_h)
    return within if isinstance(gate, of.Hours) else not within


def run_twin(model: of.Model, horizon_h: float, *, seed: int = 0, replication: int = 0, warm_h: float = 0.0) -> Any:
    """Return the same as a `kervan.engines.simulate.run.Run`, without the histogram."""
    return Twin(model, horizon_h, keyed.stream(seed, replication), warm_h).run()
