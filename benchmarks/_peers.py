"""The four benchmark models in the words of each simulator: Kervan and those peers that are installed.

Every function simulates ``n`` consignments from an empty start and returns their mean hours from door to door. The
models are M/M/1 with load 0.9 and service of an hour; M/M/10 with the same; ten M/M/1 in tandem; and a corridor:
Poisson arrivals at 2 an hour, a border post of three officers (exponential, 0.8 h) open from 0 to 16 h each day, a
railway (lognormal, 24 h), a ferry for 50 that sails when full or 48 h after the first came, unless the weather is shut
(exponential, 120 h open, 12 h shut; one lognormal crossing of 14 h a sailing), and a railway (lognormal, 36 h).

An *event* is a timed step of one consignment: its arrival, the end of a service, of a travel, or of its crossing.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from kervan.engines.simulate.model import Hours, Lane, Law, Model, Ride, Source, Spells, Station, Travel, Visit
from kervan.engines.simulate.run import Run, run_listed, run_model

STEPS = {"M/M/1": 1, "M/M/10": 1, "tandem": 10, "corridor": 4}
RHO, TANDEM = 0.9, 10
OFFICERS, CLOSES_H, DAY_H, BORDER_H, GAP_H = 3, 16.0, 24.0, 0.8, 0.5
SHIP, TIMEOUT_H, FAIR_H, STORM_H = 50, 48.0, 120.0, 12.0
RAIL_1, CROSSING, RAIL_2 = (24.0, 0.3), (14.0, 0.2), (36.0, 0.3)


def lognormal(mean_cv: tuple[float, float]) -> tuple[float, float]:
    """Return the parameters of a lognormal law from its mean and coefficient of variation."""
    variance = math.log1p(mean_cv[1] ** 2)
    return math.log(mean_cv[0]) - variance / 2, math.sqrt(variance)


def theory(model: str) -> float | None:
    """Return the mean in the steady state, where there is a closed form."""
    if model == "corridor":
        return None
    if model != "M/M/10":
        return STEPS[model] / (1.0 - RHO)
    blocked, load = 1.0, 10 * RHO
    for servers in range(1, 11):
        blocked = load * blocked / (servers + load * blocked)
    return 1.0 + blocked / (1.0 - RHO * (1.0 - blocked)) / (10 - load)


# ── Kervan ──────────────────────────────────────────────────────────────────────────────────────────


def kervan_model(model: str, n: int) -> tuple[Model, float]:
    """Return the model and a horizon after which all are home."""

    def expo(mean_h: float) -> Law:
        return Law.of("exponential", mean_h)

    if model != "corridor":
        servers, count = (10 if model == "M/M/10" else 1), STEPS[model]
        names, gap = [f"station {number}" for number in range(count)], 1.0 / (RHO * servers)
        steps = tuple(Visit(name, expo(1.0)) for name in names)
        made = Model((Source("demand", expo(gap), ((1.0, steps),), most=n),), tuple(Station(s, servers) for s in names))
        return made, (n + 8 * math.sqrt(n)) * gap + 2000 * count
    rails = [Travel(f"rail {k}", Law.of("lognormal", *law)) for k, law in enumerate((RAIL_1, RAIL_2))]
    program = (Visit("border", expo(BORDER_H)), rails[0], Ride("ferry"), rails[1])
    return Model(
        (Source("demand", expo(GAP_H), ((1.0, program),), most=n),),
        (Station("border", OFFICERS, ("hours",)),),
        (
            Hours("hours", tuple((DAY_H * day, DAY_H * day + CLOSES_H) for day in range(7))),
            Spells("weather", ((0.0, FAIR_H, STORM_H),)),
        ),
        lanes=(Lane("ferry", SHIP, Law.of("lognormal", *CROSSING), timeout_h=TIMEOUT_H, gates=("weather",)),),
    ), (n + 8 * math.sqrt(n)) * GAP_H + 1000


def kervan_run(model: str, n: int, seed: int, *, recursion: bool = True) -> Run:
    made, horizon_h = kervan_model(model, n)
    run = run_model if recursion else run_listed
    return run(made, horizon_h, seed=1, replication=seed)


def kervan(model: str, n: int, seed: int, *, recursion: bool = True) -> float:
    found = kervan_run(model, n, seed, recursion=recursion).records
    assert len(found) == n, "not all are home"
    return float(found["total_h"].mean())


def kervan_events(model: str, n: int, seed: int) -> float:
    """Simulate with the event list, which models with feedback, yards or fleets need."""
    return kervan(model, n, seed, recursion=False)


# ── SimPy ───────────────────────────────────────────────────────────────────────────────────────────


def _queues(model: str) -> tuple[int, int, float]:
    servers = 10 if model == "M/M/10" else 1
    return STEPS[model], servers, RHO * servers


def simpy(model: str, n: int, seed: int) -> float:
    import simpy as peer

    env, rng, hours = peer.Environment(), random.Random(seed), [0.0]  # noqa: S311
    walk = _simpy_corridor(peer, env, rng) if model == "corridor" else _simpy_queues(peer, env, rng, model)
    rate = 1 / GAP_H if model == "corridor" else _queues(model)[2]

    def consignment() -> Generator[Any, Any, None]:
        began = env.now
        yield from walk()
        hours[0] += env.now - began

    def demand() -> Generator[Any, Any, None]:
        under_way = []
        for _ in range(n):
            yield env.timeout(rng.expovariate(rate))
            under_way.append(env.process(consignment()))
        for one in under_way:
            if one.is_alive:
                yield one

    env.run(until=env.process(demand()))
    return hours[0] / n


def _simpy_queues(peer: Any, env: Any, rng: random.Random, model: str) -> Callable[[], Generator[Any, Any, None]]:
    count, servers, _ = _queues(model)
    stations = [peer.Resource(env, servers) for _ in range(count)]

    def walk() -> Generator[Any, Any, None]:
        for station in stations:
            with station.request() as turn:
                yield turn
                yield env.timeout(rng.expovariate(1.0))

    return walk


def _simpy_corridor(peer: Any, env: Any, rng: random.Random) -> Callable[[], Generator[Any, Any, None]]:
    border, ferry = peer.Resource(env, OFFICERS), Ferry(rng)
    rail_1, rail_2 = lognormal(RAIL_1), lognormal(RAIL_2)

    def sail(passengers: list[Any], crossing_h: float) -> Generator[Any, Any, None]:
        yield env.timeout(crossing_h)
        for landed in passengers:
            landed.succeed()

    def look(_: Any = None) -> None:
        while passengers := ferry.board(env.now):
            env.process(sail(passengers, ferry.crossing_h()))
        if (due := ferry.next_due(env.now)) is not None:
            env.timeout(due - env.now).callbacks.append(look)

    def weather() -> Generator[Any, Any, None]:
        while True:
            ferry.is_open = True
            look()
            yield env.timeout(rng.expovariate(1 / FAIR_H))
            ferry.is_open = False
            yield env.timeout(rng.expovariate(1 / STORM_H))

    def walk() -> Generator[Any, Any, None]:
        with border.request() as turn:
            yield turn
            if (hour := env.now % DAY_H) >= CLOSES_H:
                yield env.timeout(DAY_H - hour)
            yield env.timeout(rng.expovariate(1 / BORDER_H))
        yield env.timeout(rng.lognormvariate(*rail_1))
        landed = env.event()
        ferry.join(env.now, landed)
        look()
        yield landed
        yield env.timeout(rng.lognormvariate(*rail_2))

    env.process(weather())
    return walk


class Ferry:
    """The queue of the ferry and its rule, for the peers that are plain Python."""

    def __init__(self, rng: random.Random) -> None:
        self.queue: deque[tuple[float, Any]] = deque()
        self.is_open, self.asked = True, -1.0
        self._rng, self._law = rng, lognormal(CROSSING)

    def join(self, now: float, passenger: Any) -> None:
        self.queue.append((now, passenger))

    def board(self, now: float) -> list[Any]:
        """Return those who sail now, if any."""
        queue = self.queue
        if not (self.is_open and queue and (len(queue) >= SHIP or now >= queue[0][0] + TIMEOUT_H)):
            return []
        return [queue.popleft()[1] for _ in range(min(SHIP, len(queue)))]

    def next_due(self, now: float) -> float | None:
        """Return when the first in the queue has waited long enough, once for each."""
        if not self.queue or self.asked == (due := self.queue[0][0] + TIMEOUT_H) or due <= now:
            return None
        self.asked = due
        return due

    def crossing_h(self) -> float:
        return self._rng.lognormvariate(*self._law)


# ── salabim ─────────────────────────────────────────────────────────────────────────────────────────


def salabim(model: str, n: int, seed: int) -> float:
    import salabim as peer

    peer.yieldless(False)  # noqa: FBT003
    env, rng = peer.Environment(trace=False), random.Random(seed)  # noqa: S311
    hours, left = [0.0], [n]
    walk = _salabim_corridor(peer, env, rng) if model == "corridor" else _salabim_queues(peer, rng, model)
    rate = 1 / GAP_H if model == "corridor" else _queues(model)[2]

    class Consignment(peer.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            began = env.now()
            yield from walk(self)
            hours[0] += env.now() - began
            left[0] -= 1
            if left[0] == 0:
                env.main().activate()

    class Demand(peer.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            for _ in range(n):
                yield self.hold(rng.expovariate(rate))
                Consignment()

    Demand()
    env.run()
    return hours[0] / n


def _salabim_queues(peer: Any, rng: random.Random, model: str) -> Callable[[Any], Generator[Any, Any, None]]:
    count, servers, _ = _queues(model)
    stations = [peer.Resource(capacity=servers) for _ in range(count)]

    def walk(self: Any) -> Generator[Any, Any, None]:
        for station in stations:
            yield self.request(station)
            yield self.hold(rng.expovariate(1.0))
            self.release(station)

    return walk


def _salabim_corridor(peer: Any, env: Any, rng: random.Random) -> Callable[[Any], Generator[Any, Any, None]]:
    border, ferry = peer.Resource(capacity=OFFICERS), Ferry(rng)
    rail_1, rail_2 = lognormal(RAIL_1), lognormal(RAIL_2)
    look = _salabim_ferry(peer, env, rng, ferry)

    def walk(self: Any) -> Generator[Any, Any, None]:
        yield self.request(border)
        if (hour := env.now() % DAY_H) >= CLOSES_H:
            yield self.hold(DAY_H - hour)
        yield self.hold(rng.expovariate(1 / BORDER_H))
        self.release(border)
        yield self.hold(rng.lognormvariate(*rail_1))
        ferry.join(env.now(), self)
        look()
        yield self.passivate()
        yield self.hold(rng.lognormvariate(*rail_2))

    return walk


def _salabim_ferry(peer: Any, env: Any, rng: random.Random, ferry: Ferry) -> Callable[[], None]:

    class Sailing(peer.Component):  # type: ignore[misc]
        def process(self, passengers: list[Any]) -> Generator[Any, Any, None]:
            yield self.hold(ferry.crossing_h())
            for passenger in passengers:
                passenger.activate()

    class Due(peer.Component):  # type: ignore[misc]
        def process(self, time: float) -> Generator[Any, Any, None]:
            yield self.hold(till=time)
            look()

    def look() -> None:
        while passengers := ferry.board(env.now()):
            Sailing(passengers=passengers)
        if (due := ferry.next_due(env.now())) is not None:
            Due(time=due)

    class Weather(peer.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            while True:
                ferry.is_open = True
                look()
                yield self.hold(rng.expovariate(1 / FAIR_H))
                ferry.is_open = False
                yield self.hold(rng.expovariate(1 / STORM_H))

    Weather()
    return look


# ── Ciw ─────────────────────────────────────────────────────────────────────────────────────────────


def ciw(model: str, n: int, seed: int) -> float:
    """Simulate with Ciw; it has no batch that sails when full or after a time, hence no corridor."""
    import ciw as peer

    count, servers, rate = _queues(model)
    peer.seed(seed)
    network = peer.create_network(
        arrival_distributions=[peer.dists.Exponential(rate), *[None] * (count - 1)],
        service_distributions=[peer.dists.Exponential(1.0)] * count,
        routing=[[float(column == row + 1) for column in range(count)] for row in range(count)],
        number_of_servers=[servers] * count,
    )
    simulation = peer.Simulation(network)
    simulation.simulate_until_max_customers(n, method="Finish")
    gone = simulation.nodes[-1].all_individuals
    hours = [one.data_records[-1].exit_date - one.data_records[0].arrival_date for one in gone]
    return sum(hours) / len(hours)
