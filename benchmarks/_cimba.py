"""The benchmark models for cimba, which compiles them; apart, because it reads the annotations of its classes.

The corridor is there twice. Written for speed, travels are pools of processes, larger than the number that is ever
under way; written in the obvious way, each consignment is a process.
"""

import cimba as cb
from cimba import random as draws

from benchmarks._peers import (
    BORDER_H,
    CLOSES_H,
    CROSSING,
    DAY_H,
    FAIR_H,
    GAP_H,
    OFFICERS,
    RAIL_1,
    RAIL_2,
    RHO,
    SHIP,
    STORM_H,
    TIMEOUT_H,
    lognormal,
)

MU_1, SIGMA_1 = lognormal(RAIL_1)
MU_SEA, SIGMA_SEA = lognormal(CROSSING)
MU_2, SIGMA_2 = lognormal(RAIL_2)
_MOST = 64  # above the passengers of a sailing, to put two numbers into one


class Queue(cb.Model):
    """One queue of one server."""

    n: cb.Param[int] = 1
    line: cb.Store[float]
    hours: float = 0.0
    done: int = 0
    mean: cb.Output[float]

    @cb.process
    def demand(self):
        for _ in range(self.n):
            cb.hold(draws.exponential(1.0 / RHO))
            self.line.put(cb.now())

    @cb.process
    def server(self):
        while self.done < self.n:
            began = self.line.get()
            cb.hold(draws.exponential(1.0))
            self.hours += cb.now() - began
            self.done += 1
        cb.end_trial()

    @cb.on_end
    def measure(self):
        self.mean = self.hours / self.done


class TenServers(cb.Model):
    """One queue of ten servers."""

    n: cb.Param[int] = 1
    line: cb.Store[float]
    hours: float = 0.0
    done: int = 0
    mean: cb.Output[float]

    @cb.process
    def demand(self):
        for _ in range(self.n):
            cb.hold(draws.exponential(0.1 / RHO))
            self.line.put(cb.now())

    @cb.process(copies=10)
    def server(self):
        while True:
            began = self.line.get()
            cb.hold(draws.exponential(1.0))
            self.hours += cb.now() - began
            self.done += 1
            if self.done == self.n:
                cb.end_trial()

    @cb.on_end
    def measure(self):
        self.mean = self.hours / self.done


class Link(cb.Model):
    """One of the queues in tandem."""

    n: cb.Param[int] = 1
    line: cb.Store[float]
    after: cb.Ref[cb.Store[float]]

    @cb.process
    def server(self):
        for _ in range(self.n):
            began = self.line.get()
            cb.hold(draws.exponential(1.0))
            self.after.put(began)


class Tandem(cb.Model):
    """Ten queues in tandem."""

    n: cb.Param[int] = 1
    links: list[Link]
    line: cb.Ref[cb.Store[float]]
    home: cb.Store[float]
    hours: float = 0.0
    done: int = 0
    mean: cb.Output[float]

    @cb.process
    def demand(self):
        for _ in range(self.n):
            cb.hold(draws.exponential(1.0 / RHO))
            self.line.put(cb.now())

    @cb.process
    def arrive(self):
        while self.done < self.n:
            began = self.home.get()
            self.hours += cb.now() - began
            self.done += 1
        cb.end_trial()

    @cb.on_end
    def measure(self):
        self.mean = self.hours / self.done


class Corridor(cb.Model):
    """Border, railway, ferry, railway."""

    n: cb.Param[int] = 1
    line: cb.Store[float]
    rail_1: cb.Store[float]
    rail_2: cb.Store[float]
    sailings: cb.Store[int]
    began: cb.Array[float]
    joined: cb.Array[float]
    first: int = 0
    last: int = 0
    is_open: int = 1
    hours: float = 0.0
    done: int = 0
    mean: cb.Output[float]

    @cb.process
    def demand(self):
        for _ in range(self.n):
            cb.hold(draws.exponential(GAP_H))
            self.line.put(cb.now())

    @cb.process(copies=3)
    def officer(self):
        while True:
            began = self.line.get()
            hour = cb.now() % DAY_H
            if hour >= CLOSES_H:
                cb.hold(DAY_H - hour)
            cb.hold(draws.exponential(BORDER_H))
            self.rail_1.put(began)

    @cb.process(copies=256)
    def before_the_sea(self):
        while True:
            began = self.rail_1.get()
            cb.hold(draws.lognormal(MU_1, SIGMA_1))
            self.began[self.last] = began
            self.joined[self.last] = cb.now()
            self.last += 1
            if self.last - self.first == 1:
                cb.schedule(self.due, TIMEOUT_H)
            self.look()

    @cb.process
    def weather(self):
        while True:
            self.is_open = 1
            self.look()
            cb.hold(draws.exponential(FAIR_H))
            self.is_open = 0
            cb.hold(draws.exponential(STORM_H))

    @cb.event
    def due(self):
        self.look()

    @cb.function
    def look(self) -> None:
        while (
            self.is_open == 1
            and self.last > self.first
            and (self.last - self.first >= SHIP or cb.now() >= self.joined[self.first] + TIMEOUT_H)
        ):
            count = min(SHIP, self.last - self.first)
            self.sailings.put(self.first * _MOST + count)
            self.first += count
            if self.last > self.first and cb.now() < self.joined[self.first] + TIMEOUT_H:
                cb.schedule(self.due, self.joined[self.first] + TIMEOUT_H - cb.now())

    @cb.process(copies=64)
    def vessel(self):
        while True:
            what = self.sailings.get()
            cb.hold(draws.lognormal(MU_SEA, SIGMA_SEA))
            for place in range(what // _MOST, what // _MOST + what % _MOST):
                self.rail_2.put(self.began[place])

    @cb.process(copies=1024)
    def after_the_sea(self):
        while True:
            began = self.rail_2.get()
            cb.hold(draws.lognormal(MU_2, SIGMA_2))
            self.hours += cb.now() - began
            self.done += 1
            if self.done == self.n:
                cb.end_trial()

    @cb.on_end
    def measure(self):
        self.mean = self.hours / self.done


class Way(cb.Model):
    """The same corridor, with a process for each consignment."""

    n: cb.Param[int] = 1
    border: cb.Resource
    sailed: cb.Condition
    joined: cb.Array[float]
    crossing: cb.Array[float]
    first: int = 0
    last: int = 0
    is_open: int = 1
    hours: float = 0.0
    done: int = 0
    mean: cb.Output[float]

    @cb.process
    def demand(self):
        for _ in range(self.n):
            cb.hold(draws.exponential(GAP_H))
            cb.spawn(Consignment, way=self)

    @cb.process
    def weather(self):
        while True:
            self.is_open = 1
            self.look()
            cb.hold(draws.exponential(FAIR_H))
            self.is_open = 0
            cb.hold(draws.exponential(STORM_H))

    @cb.event
    def due(self):
        self.look()

    @cb.function
    def look(self) -> None:
        while (
            self.is_open == 1
            and self.last > self.first
            and (self.last - self.first >= SHIP or cb.now() >= self.joined[self.first] + TIMEOUT_H)
        ):
            count = min(SHIP, self.last - self.first)
            crossing = draws.lognormal(MU_SEA, SIGMA_SEA)
            for place in range(self.first, self.first + count):
                self.crossing[place] = crossing
            self.first += count
            self.sailed.signal()
            if self.last > self.first and cb.now() < self.joined[self.first] + TIMEOUT_H:
                cb.schedule(self.due, self.joined[self.first] + TIMEOUT_H - cb.now())

    @cb.on_end
    def measure(self):
        self.mean = self.hours / self.done


class Consignment(cb.Model):
    """One of them."""

    way: cb.Ref[Way]
    place: int = 0

    @cb.predicate
    def has_sailed(self) -> bool:
        return self.way.first > self.place

    @cb.process
    def go(self):
        way = self.way
        began = cb.now()
        way.border.acquire()
        hour = cb.now() % DAY_H
        if hour >= CLOSES_H:
            cb.hold(DAY_H - hour)
        cb.hold(draws.exponential(BORDER_H))
        way.border.release()
        cb.hold(draws.lognormal(MU_1, SIGMA_1))
        self.place = way.last
        way.joined[self.place] = cb.now()
        way.last += 1
        if way.last - way.first == 1:
            cb.schedule(way.due, TIMEOUT_H)
        way.look()
        way.sailed.wait_until(self.has_sailed)
        cb.hold(way.crossing[self.place])
        cb.hold(draws.lognormal(MU_2, SIGMA_2))
        way.hours += cb.now() - began
        way.done += 1
        if way.done == way.n:
            cb.end_trial()
        cb.release(self)


def _tandem(n: int) -> Tandem:
    model = Tandem()
    model.links, model.home = [Link() for _ in range(10)], cb.Store()
    for link in model.links:
        link.line = cb.Store()
    model.line = model.links[0].line
    for number, link in enumerate(model.links):
        link.n = n
        link.after = model.links[number + 1].line if number < 9 else model.home
    return model


def run(model: str, n: int, seed: int) -> float:
    """Simulate ``n`` consignments and return their mean hours."""
    made = {"M/M/1": Queue, "M/M/10": TenServers, "corridor": Corridor}[model]() if model != "tandem" else _tandem(n)
    if model == "corridor":
        made.began, made.joined = cb.Array(n), cb.Array(n)
    return _mean(made, n, seed)


def run_processes(model: str, n: int, seed: int) -> float:
    """Simulate the corridor with a process for each consignment."""
    assert model == "corridor"
    made = Way()
    made.border, made.sailed = cb.Resource(capacity=OFFICERS), cb.Condition()
    made.joined, made.crossing = cb.Array(n), cb.Array(n)
    return _mean(made, n, seed)


def _mean(made: cb.Model, n: int, seed: int) -> float:
    made.n = n
    window = cb.Window(warmup=0.0, duration=1e12)
    return float(cb.Experiment(made, window=window, seed=seed).run()[made].mean.values[0, 0])
