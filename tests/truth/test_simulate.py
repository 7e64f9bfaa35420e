"""The simulation against what is known of queues, each through its own confidence interval.

Independent replications, the warm-up deleted, a t-interval of 99.9 %; seeds are fixed. So that no interval is too wide
to say anything, its half-width has to be a small share of the truth, and models that are wrong on purpose have to fall
outside.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t as student

from kervan.engines.simulate.model import (
    Branch,
    Embargo,
    Enter,
    Failures,
    Fleet,
    Gate,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Operation,
    Port,
    Ride,
    Source,
    Spells,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip
from kervan.engines.simulate.run import Run, run_model
from truth import queueing as q

REPLICATIONS = 64
ARRIVALS = 40_000
WARM = 4_000
DAYS = tuple((24.0 * day, 24.0 * day + 16) for day in range(7))

Measure = Callable[[Run], float]
Values = NDArray[np.float64]


# ── models and what is measured of them ─────────────────────────────────────────────────────────────


def expo(mean_h: float) -> Law:
    return Law.of("exponential", mean_h)


def fixed(hours: float) -> Law:
    return Law.of("deterministic", hours)


def poisson(rate: float, *program: Operation, name: str = "demand", **more: object) -> Source:
    return Source(name, expo(1 / rate), ((1.0, program),), **more)


def crowd(number: int, *program: Operation, name: str = "demand") -> Source:
    """All at once, so that what they meet first never lacks work."""
    return Source(name, fixed(1e-3), ((1.0, program),), group=number, most=1)


def line(rate: float, law: Law, *, servers: int | None = 1, stations: int = 1, **more: object) -> Model:
    """Poisson arrivals to equal stations in series; ``more`` is of the station."""
    names = [f"station {number}" for number in range(stations)]
    gates: tuple[Gate, ...] = more.pop("gates", ())  # type: ignore[assignment]
    places = tuple(Station(name, servers, tuple(gate.name for gate in gates), **more) for name in names)
    return Model((poisson(rate, *(Visit(name, law) for name in names)),), places, gates)


def lane(rate: float, **more: object) -> Model:
    """Poisson arrivals to a lane that never lacks a vehicle."""
    return Model((poisson(rate, Ride("lane")),), lanes=(Lane("lane", crossing=fixed(1.0), **more),))


def sample(
    model: Model, horizon_h: float, measure: Measure, *, seed: int = 1, replications: int = REPLICATIONS
) -> Values:
    return np.array(
        [measure(run_model(model, horizon_h, seed=seed, replication=r)) for r in range(replications)], float
    )


def settled(run: Run, source: int = 0, *, n: int = ARRIVALS, warm: int = WARM) -> NDArray[np.void]:
    """Records of a source from the warm-up on; all of them must have finished."""
    mine = run.records[run.records["source"] == source]
    found = mine[(mine["ordinal"] >= warm) & (mine["ordinal"] < n)]
    assert len(found) == n - warm
    return found


def between(run: Run, from_h: float, to_h: float) -> NDArray[np.void]:
    return run.records[(run.records["began_h"] >= from_h) & (run.records["began_h"] < to_h)]


def horizon(rate: float, n: int = ARRIVALS) -> float:
    """Enough for that many arrivals to come and go."""
    return 1.1 * n / rate + 100


def wait(run: Run, **which: int) -> float:
    return float(settled(run, **which)["waiting_h"].mean())


def time(run: Run, **which: int) -> float:
    return float(settled(run, **which)["total_h"].mean())


def headway(run: Run, first: int, last: int) -> float:
    """Mean time from one end to the next, of those that finish as number ``first`` to ``last``."""
    ends = run.records["began_h"] + run.records["total_h"]
    return float((ends[last] - ends[first]) / (last - first))


def interval(values: Values) -> tuple[float, float]:
    """Return the mean and the half-width of its interval of 99.9 %."""
    count = len(values)
    return float(values.mean()), float(student.ppf(0.9995, count - 1) * values.std(ddof=1) / math.sqrt(count))


def agree(values: Values, truth: float, within: float = 0.04) -> None:
    """The interval holds the truth, and is narrow."""
    middle, half = interval(values)
    assert half <= within * truth, f"too wide: {middle:.6g} ± {half:.3g}, truth {truth:.6g}"
    assert abs(middle - truth) <= half, f"{middle:.6g} ± {half:.3g} does not hold {truth:.6g}"


def refute(values: Values, truth: float) -> None:
    middle, half = interval(values)
    assert abs(middle - truth) > half, f"{middle:.6g} ± {half:.3g} holds {truth:.6g}"


# ── one station ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rate", [0.5, 0.8])
def test_mm1(rate: float) -> None:
    model = line(rate, expo(1.0))
    agree(sample(model, horizon(rate), time), q.mm1_time(rate, 1.0))
    p95 = sample(model, horizon(rate), lambda run: float(np.quantile(settled(run)["total_h"], 0.95)), seed=2)
    agree(p95, q.mm1_time_quantile(rate, 1.0, 0.95))


@pytest.mark.parametrize(("servers", "load"), [(2, 1.6), (3, 2.4), (10, 8.5)])
def test_mmc(servers: int, load: float) -> None:
    model = line(load, expo(1.0), servers=servers)
    agree(sample(model, horizon(load), wait, seed=3), q.mmc_wait(load, 1.0, servers), 0.06)
    waits = sample(model, horizon(load), lambda run: float((settled(run)["waiting_h"] > 0).mean()), seed=4)
    agree(waits, q.erlang_c(servers, load))


@pytest.mark.parametrize("law", [
    fixed(1.0), Law.of("lognormal", 1.0, 0.5), Law.of("gamma", 1.0, 0.7), Law.of("gamma", 1.0, 1.4),
    Law.empirical([0.0, 2.0]), Law.empirical([0.2, 0.5, 0.6, 3.0]),
], ids=lambda law: f"{law.kind}-{law.cv_frac:.2f}")  # fmt: skip
def test_mg1(law: Law) -> None:
    rate = 0.7 / law.mean_h
    agree(sample(line(rate, law), horizon(rate), wait, seed=5), q.mg1_wait(rate, law.mean_h, q.second_moment(law)))


def test_electronic_papers_mix_two_laws() -> None:
    paper, electronic, share = expo(1.5), fixed(0.25), 0.6
    visit = Visit("post", paper, electronic=share, electronic_law=electronic)
    model = Model((poisson(0.9, visit),), (Station("post"),))
    first = share * 0.25 + (1 - share) * 1.5
    square = share * q.second_moment(electronic) + (1 - share) * q.second_moment(paper)
    agree(sample(model, horizon(0.9), wait, seed=6), q.mg1_wait(0.9, first, square))


def test_a_share_that_must_is_a_thinner_stream() -> None:
    model = Model((poisson(2.0, Visit("inspection", expo(1.0), share=0.4)),), (Station("inspection"),))
    agree(sample(model, horizon(2.0), wait, seed=7), 0.4 * (q.mm1_time(0.8, 1.0) - 1.0), 0.06)


def test_regular_and_nearly_regular_arrivals() -> None:
    for law, transform in ((fixed(1.25), lambda s: math.exp(-1.25 * s)),
                           (Law.of("gamma", 1.25, 0.5), lambda s: (1 + 1.25 * s / 4) ** -4)):  # fmt: skip
        model = Model((Source("trains", law, ((1.0, (Visit("yard", expo(1.0)),)),)),), (Station("yard"),))
        agree(sample(model, horizon(0.8), wait, seed=8), q.gm1_wait(transform, 1.0))


def test_groups() -> None:
    model = Model((poisson(0.2, Visit("crane", expo(1.0)), group=4),), (Station("crane"),))
    agree(sample(model, horizon(0.8), wait, seed=9), q.groups_wait(0.2, 4, 1.0), 0.05)


@pytest.mark.parametrize("law", [fixed(1.0), expo(1.0), Law.of("lognormal", 1.0, 1.5)], ids=lambda law: law.kind)
def test_loss_does_not_depend_on_the_law(law: Law) -> None:
    program = (Enter("berths", otherwise=3), Visit("quay", law), Leave("berths"))
    model = Model((poisson(4.0, *program),), (Station("quay", None),), yards=(Yard("berths", 5),))
    lost = sample(model, horizon(4.0), lambda run: float((settled(run)["total_h"] == 0).mean()), seed=10)
    agree(lost, q.erlang_b(5, 4.0))


def lost_and_wait(run: Run) -> tuple[float, float]:
    found = settled(run)
    served = found[found["total_h"] > 0]
    return 1 - len(served) / len(found), float(served["waiting_h"].mean())


def test_finite_room() -> None:
    # As a yard that is full, and as those who turn away because the wait is too long: 0 to 4 waiting are 2 h or less.
    lost, mean_wait = q.finite_room(1.8, 1.0, 2, 7)
    yard = Model((poisson(1.8, Enter("yard", otherwise=3), Visit("post", expo(1.0)), Leave("yard")),),
                 (Station("post", 2),), yards=(Yard("yard", 7),))  # fmt: skip
    away = Model((poisson(1.8, Visit("post", expo(1.0), divert_above_h=2.2, otherwise=1)),), (Station("post", 2),))
    for number, model in enumerate((yard, away)):
        agree(sample(model, horizon(1.8), lambda run: lost_and_wait(run)[0], seed=11 + number), lost, 0.05)
        agree(sample(model, horizon(1.8), lambda run: lost_and_wait(run)[1], seed=13 + number), mean_wait)


def test_impatience() -> None:
    gone, mean_wait = q.erlang_a(3.3, 1.0, 3, 2.0)
    model = Model((poisson(3.3, Visit("post", expo(1.0), patience=expo(2.0), otherwise=1)),), (Station("post", 3),))

    def gave_up(run: Run) -> float:
        found = settled(run)
        return float((found["total_h"] - found["waiting_h"] < 1e-9).mean())

    agree(sample(model, horizon(3.3), gave_up, seed=15), gone)
    agree(sample(model, horizon(3.3), wait, seed=16), mean_wait)


def test_priorities() -> None:
    rates, law = (0.2, 0.3, 0.3), Law.of("gamma", 1.0, 0.8)
    sources = tuple(poisson(rate, Visit("post", law), name=f"class {n}", priority=n) for n, rate in enumerate(rates))
    model = Model(sources, (Station("post"),))
    expected = q.cobham(rates, 1.0, q.second_moment(law))
    numbers = [round(rate * 35_000) for rate in rates]
    found = np.array([
        [wait(run, source=n, n=numbers[n], warm=500) for n in range(3)]
        for run in (run_model(model, 44_000.0, seed=17, replication=r) for r in range(REPLICATIONS))
    ])  # fmt: skip
    for place, truth in enumerate(expected):
        agree(found[:, place], truth, 0.06)


# ── networks ────────────────────────────────────────────────────────────────────────────────────────


def test_tandem() -> None:
    model = line(0.8, expo(1.0), stations=3)
    agree(sample(model, horizon(0.8), time, seed=18), 3 * q.mm1_time(0.8, 1.0))
    p95 = sample(model, horizon(0.8), lambda run: float(np.quantile(settled(run)["total_h"], 0.95)), seed=19)
    agree(p95, q.tandem_time_quantile(3, 0.8, 1.0, 0.95))


def test_network_with_feedback() -> None:
    program = (Visit("one", expo(1.0)), Visit("two", expo(2.0)), Branch("again", 0.3, 0))
    model = Model((poisson(0.5, *program),), (Station("one"), Station("two", 2)))
    truth = q.jackson([0.5, 0.0], [[0, 1], [0.3, 0]], [1.0, 2.0], [1, 2])
    agree(sample(model, horizon(0.5), time, seed=20), truth)


def test_hours_by_operation() -> None:
    # M/M/1 after a road with a stop and a procedure on the way: each stage has its closed form.
    road = Travel("road", Law.of("lognormal", 6.0, 0.4), waiting=expo(2.0), procedure=Law.of("gamma", 1.5, 0.8))
    model = Model((poisson(0.5, road, Branch("inspected", 0.4, 3), Branch("home", 1.0, 4), Visit("post", expo(2.0))),),
                  (Station("post"),))  # fmt: skip
    runs = [run_model(model, 20_000.0, seed=48, replication=r, warm_h=1_000.0) for r in range(REPLICATIONS)]
    found = np.array([run.operations for run in runs])
    # Who only passes a branch has not rested in it.
    assert (found["consignments"][:, 1:3] == 0).all()
    agree(found["consignments"][:, 0].astype(float), 0.5 * 19_000)
    agree(found["consignments"][:, 3].astype(float), 0.4 * 0.5 * 19_000)
    counts = np.maximum(found["consignments"], 1)
    procedures = found["total_h"] - found["moving_h"] - found["waiting_h"]
    for hours, operation, truth in (
        (found["moving_h"], 0, 6.0), (found["waiting_h"], 0, 2.0), (procedures, 0, 1.5),
        (found["waiting_h"], 3, q.mm1_time(0.2, 2.0) - 2.0), (procedures, 3, 2.0),
    ):  # fmt: skip
        agree(hours[:, operation] / counts[:, operation], truth)
    assert (found["moving_h"][:, 3] == 0).all()


def test_infinitely_many_servers() -> None:
    law, weeks = Law.of("lognormal", 6.0, 1.2), 60

    def inside(run: Run) -> float:
        return float(run.stations["busy_area_h"][0, 1:weeks].sum() / ((weeks - 1) * 168))

    agree(sample(line(2.0, law, servers=None), weeks * 168.0, inside, seed=21), q.infinite_servers(2.0, 6.0))


def test_a_season_under_way() -> None:
    # Rates 2, 0 and 4 an hour from 0, 5 and 8 h; under way at 10 h is a Poisson number.
    season = ((0.0, 2.0), (5.0, 0.0), (8.0, 4.0))
    model = Model((poisson(1.0, Travel("road", expo(3.0)), season=season),))
    truth = q.infinite_servers_at(10.0, season, 3.0)
    alive = sample(model, 10.0, lambda run: run.alive, seed=22, replications=4_000)
    agree(alive, truth)
    agree((alive - truth) ** 2, truth, 0.08)


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────


def wait_between_weeks(run: Run) -> float:
    return float(between(run, 168.0, 168.0 * 59)["waiting_h"].mean())


@pytest.mark.parametrize("offset_h", [0.0, 77.7])
def test_opening_hours_without_a_queue(offset_h: float) -> None:
    model = line(2.0, fixed(0.01), servers=None, gates=(Hours("hours", DAYS, offset_h),))
    agree(sample(model, 168.0 * 60, wait_between_weeks, seed=23), q.hours_wait(16, 24))
    weekdays = tuple((24.0 * day + 8, 24.0 * day + 18) for day in range(5))
    model = line(2.0, fixed(0.01), servers=None, gates=(Hours("hours", weekdays, offset_h),))
    agree(sample(model, 168.0 * 60, wait_between_weeks, seed=24), (4 * 14**2 + 62**2) / (2 * 168))


def queue_wait(rate: float, weeks: int) -> Measure:
    """Mean wait as the time average of the queue over the rate, without the first four weeks."""
    return lambda run: float(run.stations["queue_area_h"][0, 4:weeks].sum() / ((weeks - 4) * 168 * rate))


@pytest.mark.parametrize("at_closing", ["finish", "interrupt"])
def test_opening_hours_with_servers(at_closing: str) -> None:
    model = line(1.0, expo(1.0), servers=2, gates=(Hours("hours", DAYS),), at_closing=at_closing)
    truth = q.opening_hours(1.0, 1.0, 2, open_h=16, day_h=24, at_closing=at_closing, most=110)
    agree(sample(model, 168.0 * 150, queue_wait(1.0, 150), seed=25), truth)


@pytest.mark.parametrize("servers", [1, 3])
def test_breakdowns(servers: int) -> None:
    rate, gates = 0.5 * servers, (Failures("crane", expo(20.0), expo(5.0)),)
    model = line(rate, expo(1.0), servers=servers, gates=gates, at_closing="interrupt")
    agree(sample(model, horizon(rate), time, seed=26), q.breakdowns(rate, 1.0, servers, 20.0, 5.0, 400), 0.06)


@pytest.mark.parametrize("at_closing", ["finish", "interrupt", "restart"])
def test_services_that_are_broken_off(at_closing: str) -> None:
    model = Model((crowd(4_000, Visit("post", fixed(5.0))),),
                  (Station("post", 1, ("shift",), at_closing),), (Spells("shift", ((0.0, 20.0, 4.0),)),))  # fmt: skip
    found = sample(model, 50_000.0, lambda run: headway(run, 0, 3_999), seed=27)
    agree(found, q.completion(5.0, 20.0, 4.0, at_closing), 0.02)


def test_a_gate_that_fails() -> None:
    up, down = Law.of("gamma", 60.0, 0.6), Law.of("lognormal", 20.0, 0.9)
    shut, mean_wait = q.closure_wait(60.0, 20.0, q.second_moment(down))
    model = line(1.0, fixed(0.0), servers=None, gates=(Failures("gauge", up, down),))
    agree(
        sample(model, 20_000.0, lambda run: float(between(run, 500, 19_000)["waiting_h"].mean()), seed=28),
        mean_wait,
        0.09,
    )
    agree(
        sample(model, 20_000.0, lambda run: float((between(run, 500, 19_000)["waiting_h"] > 0).mean()), seed=29), shut
    )


def test_a_lane_in_bad_weather() -> None:
    # It is loaded at once, and then vehicles are always there: who comes when it is shut goes when it opens.
    shut, mean_wait = q.closure_wait(40.0, 10.0, 200.0)
    weather = Spells("weather", ((0.0, 40.0, 10.0),))
    sail = Lane("lane", 1.0, fixed(5.0), gates=("weather",))
    model = Model((poisson(1.0, Ride("lane")),), gates=(weather,), lanes=(sail,))
    agree(
        sample(model, 20_000.0, lambda run: float(between(run, 500, 19_500)["waiting_h"].mean()), seed=30),
        mean_wait,
        0.06,
    )
    agree(
        sample(model, 20_000.0, lambda run: float((between(run, 500, 19_500)["waiting_h"] > 0).mean()), seed=31), shut
    )


def test_weather_by_the_month() -> None:
    pieces = ((0.0, 90.0, 10.0), (100.0, 10.0, 30.0), (180.0, 50.0, 5.0))
    model = line(2.0, fixed(0.0), servers=None, gates=(Spells("weather", pieces),))
    waits = sample(model, 900.0, lambda run: float((between(run, 0.0, 300.0)["waiting_h"] > 0).mean()), seed=32,
                   replications=2_000)  # fmt: skip
    agree(waits, q.shut_share(pieces, 300.0), 0.06)


# ── lanes ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("batch", "timeout_h", "truth"), [
    (50, math.inf, q.full_wait(2.0, 50)), (100_000, 15.0, q.timeout_wait(2.0, 15.0)),
    (50, 22.0, q.full_or_timeout_wait(2.0, 50, 22.0)), (5, 1.5, q.full_or_timeout_wait(2.0, 5, 1.5)),
])  # fmt: skip
def test_batches(batch: int, timeout_h: float, truth: float) -> None:
    agree(sample(lane(2.0, capacity=batch, timeout_h=timeout_h), horizon(2.0), wait, seed=33), truth, 0.01)


def test_a_size_is_that_on_the_lane() -> None:
    # Containers of 2 TEU that take one of 50 wagon places each, and one of 2.5 wagons that lets nobody else on.
    ferry = Lane("lane", 50.0, fixed(1.0))
    found = sample(Model((poisson(2.0, Ride("lane", 1.0), size=2.0),), lanes=(ferry,)), horizon(2.0), wait, seed=49)
    agree(found, q.full_wait(2.0, 50), 0.01)
    run = run_model(Model((poisson(2.0, Ride("lane", 50.0), size=2.0),), lanes=(ferry,)), 500.0)
    assert run.lanes["voyages"][0] == run.lanes["consignments"][0] == run.made[0]


def test_departures_lost_and_what_the_first_waited() -> None:
    # A departure every 5 h from 5 h on, and one ship: loads 1 h, sails 6, unloads 2, comes back in 6: 15 h. It boards
    # at 5, 20, 35, ..., 95. The lane is due again from 10 h on, so that the departure of 15 h is lost; the ship that
    # comes at 20 h boards before the departure of 20 h, which makes it due once more, and those of 25 and 30 h are
    # lost, and so on.
    ferry = Lane("ferry", 9.0, fixed(6.0), "clock", headway=fixed(5.0), offset_h=5.0, load_h=1.0, unload_h=2.0,
                 fleet="ship", from_port="A", to_port="B")  # fmt: skip
    legs = (("A", "B", fixed(6.0)), ("B", "A", fixed(6.0)))
    lorry = Source("lorry", fixed(4.0), ((1.0, (Ride("ferry"),)),), most=3)
    model = Model((lorry,), lanes=(ferry,), fleets=(Fleet("ship", 1, "longest", legs),),
                  ports=(Port("A", 1), Port("B", 1)))  # fmt: skip
    run = run_model(model, 101.0)
    assert run.lanes["voyages"][0] == run.fleets["laden"][0] == 7
    assert run.lanes["lost"][0] == 1 + 2 * 5 + 1
    spent = sum(run.fleets[name][0] for name in run.fleets.dtype.names if name.endswith("_h"))
    assert spent == 101.0
    # The lorry of 4 h goes at 5 h; those of 8 and 12 h at 20 h.
    assert run.lanes["first_waits_h"][0] == 1 + 12
    assert run.lanes["waits_h"][0] == 1 + 12 + 8


def test_scheduled_carrier() -> None:
    model = lane(2.0, capacity=5, rule="clock", headway=fixed(2.0), offset_h=0.5)
    found = sample(model, 16_000.0, lambda run: float(between(run, 1_000, 15_000)["waiting_h"].mean()), seed=34)
    agree(found, q.scheduled_wait(2.0, 2.0, 5))


def test_carrier_at_random() -> None:
    model = lane(2.0, capacity=6, rule="clock", headway=expo(2.0))
    agree(sample(model, horizon(2.0), wait, seed=35), q.random_carrier_wait(2.0, 2.0, 6), 0.06)


# ── fleets ──────────────────────────────────────────────────────────────────────────────────────────


def shuttle(rate: float, service_h: float, capacity: int, timeout_h: float) -> Model:
    """One vehicle that comes back at once, after an exponential time."""
    back = (("there", "here", expo(service_h)), ("here", "there", fixed(0.0)))
    return Model(
        (poisson(rate, Ride("ferry")),), ports=(Port("here", 1), Port("there", 1)),
        lanes=(Lane("ferry", capacity, fixed(0.0), timeout_h=timeout_h, fleet="fleet", from_port="here",
                    to_port="there"),),
        fleets=(Fleet("fleet", 1, "rotation", back),),
    )  # fmt: skip


@pytest.mark.parametrize("least", [1, 5])
def test_bulk_service(least: int) -> None:
    model = shuttle(2.0, 2.0, 5, 1e-9 if least == 1 else math.inf)
    truth = q.bulk_service_wait(2.0, 2.0, least=least, capacity=5, most=400)
    agree(sample(model, horizon(2.0), wait, seed=36), truth, 0.06)


@pytest.mark.parametrize(("vehicles", "berths"), [(1, 1), (2, 1), (4, 1), (7, 1), (7, 2)])
def test_closed_cycle(vehicles: int, berths: int) -> None:
    # Load 3 h at A, sail 4, unload 2 at B, empty 1 to C, load 1, sail 5, unload 2 at D, empty 1 to A: 19 h.
    ends = ("A", "B", "C", "D")
    legs = tuple((a, b, fixed(1.0)) for a in ends for b in ends if a != b)
    more = {"fleet": "fleet", "capacity": 2.0}
    model = Model(
        (crowd(8_000, Ride("out"), name="out"), crowd(8_000, Ride("back"), name="back")),
        lanes=(Lane("out", crossing=fixed(4.0), load_h=3.0, unload_h=2.0, from_port="A", to_port="B", **more),
               Lane("back", crossing=fixed(5.0), load_h=1.0, unload_h=2.0, from_port="C", to_port="D", **more)),
        fleets=(Fleet("fleet", vehicles, "rotation", legs),),
        ports=(Port("A", berths), Port("B", 2), Port("C", 1), Port("D", 1)),
    )  # fmt: skip
    run = run_model(model, 6_000.0)
    rounds = 6_000.0 * q.cycle_rate(vehicles, 19.0, [(berths, 3.0), (2, 2.0), (1, 1.0), (1, 2.0)])
    assert run.lanes["voyages"] == pytest.approx(rounds, abs=vehicles + 1)
    assert run.fleets["empty"][0] == pytest.approx(2 * rounds, abs=2 * (vehicles + 1))
    spent = sum(run.fleets[name][0] for name in run.fleets.dtype.names if name.endswith("_h"))
    assert spent == pytest.approx(6_000.0 * vehicles)


def bad_weather_ship(*, gates: tuple[str, ...]) -> Model:
    weather = Spells("weather", ((0.0, 40.0, 20.0),))
    more = {"capacity": 1.0, "crossing": fixed(10.0), "load_h": 2.0, "unload_h": 3.0, "fleet": "ship", "gates": gates}
    legs = (("A", "B", fixed(10.0)), ("B", "A", fixed(10.0)))
    return Model(
        (crowd(2_000, Ride("out"), name="out"), crowd(2_000, Ride("back"), name="back")), gates=(weather,),
        lanes=(Lane("out", from_port="A", to_port="B", **more), Lane("back", from_port="B", to_port="A", **more)),
        fleets=(Fleet("ship", 1, "rotation", legs),), ports=(Port("A", 1), Port("B", 1)),
    )  # fmt: skip


def ship_leg() -> float:
    # Empty after 13 h, assigned when the lane is open; loaded 2 h later, and sails when it is open again.
    return q.completion(13.0, 40.0, 20.0, "finish") + q.completion(2.0, 40.0, 20.0, "finish")


def test_a_ship_waits_for_the_weather() -> None:
    found = sample(bad_weather_ship(gates=("weather",)), 60_000.0, lambda run: headway(run, 100, 2_000), seed=37)
    agree(found, ship_leg(), 0.02)


def test_vehicles_on_demand() -> None:
    # Load 2 h, sail 6, unload 3, back empty 4, as soon as it is wanted, which is always.
    ferry = Lane("ferry", 3.0, fixed(6.0), load_h=2.0, unload_h=3.0, fleet="fleet", from_port="A", to_port="B")
    legs = (("A", "B", fixed(4.0)), ("B", "A", fixed(4.0)))
    model = Model((crowd(9_999, Ride("ferry")),), lanes=(ferry,), fleets=(Fleet("fleet", 4, "longest", legs),),
                  ports=(Port("A", 1), Port("B", 1)))  # fmt: skip
    run = run_model(model, 5_000.0)
    rounds = 5_000.0 * q.cycle_rate(4, 15.0, [(1, 2.0), (1, 3.0)])
    assert run.fleets["laden"] == pytest.approx(rounds, abs=5)
    assert run.fleets["empty"] == pytest.approx(rounds, abs=5)


@pytest.mark.parametrize("vehicles", [1, 2, 5])
def test_vehicles_queue_for_a_berth(vehicles: int) -> None:
    legs = (("here", "there", fixed(0.0)), ("there", "here", fixed(0.0)))
    ferry = Lane("ferry", 1.0, expo(10.0), load_h=2.0, fleet="fleet", from_port="here", to_port="there")
    model = Model((crowd(9_000, Ride("ferry")),), lanes=(ferry,), fleets=(Fleet("fleet", vehicles, "rotation", legs),),
                  ports=(Port("here", 1), Port("there", vehicles)))  # fmt: skip
    found = sample(model, 150_000.0, lambda run: headway(run, 500, 8_500), seed=38)
    agree(1 / found, q.berth_rate(vehicles, 10.0, 2.0), 0.02)


# ── yards ───────────────────────────────────────────────────────────────────────────────────────────


def blocking_pair(source: Callable[..., Source], first: float, places: int) -> Model:
    program = (Visit("one", expo(first)), Enter("yard"), Visit("two", expo(1.0)), Leave("yard"))
    return Model((source(*program),), (Station("one"), Station("two")), yards=(Yard("yard", places),))


@pytest.mark.parametrize("places", [1, 3])
def test_blocking(places: int) -> None:
    model = blocking_pair(lambda *program: poisson(0.5, *program), 0.8, places)
    agree(sample(model, horizon(0.5), time, seed=39), q.blocking_pair_time(0.5, 0.8, 1.0, places, 300))
    busy = blocking_pair(lambda *program: crowd(9_000, *program), 0.8, places)
    found = sample(busy, 30_000.0, lambda run: headway(run, 500, 8_999), seed=40)
    agree(1 / found, q.saturated_pair_rate(1.25, 1.0, places), 0.02)


def test_three_in_series_without_room() -> None:
    program = (Visit("one", expo(1.0)), Enter("second"), Visit("two", expo(1.0)), Enter("third"), Leave("second"),
               Visit("three", expo(1.0)), Leave("third"))  # fmt: skip
    model = Model((crowd(9_000, *program),), (Station("one"), Station("two"), Station("three")),
                  yards=(Yard("second", 1), Yard("third", 1)))  # fmt: skip
    found = sample(model, 40_000.0, lambda run: headway(run, 500, 8_999), seed=41)
    agree(1 / found, q.saturated_triple_rate(), 0.02)


@pytest.mark.parametrize(("servers", "high", "low"), [(1, 5, 1), (3, 6, 2)])
def test_embargo(servers: int, high: int, low: int) -> None:
    program = (Visit("before", expo(2.0)), Enter("yard"), Visit("port", expo(1.0)), Leave("yard"))
    model = Model((crowd(9_000, *program),), (Station("before", servers, ("embargo",)), Station("port")),
                  (Embargo("embargo", "yard", high, low),), (Yard("yard", high + servers),))  # fmt: skip
    found = sample(model, 80_000.0, lambda run: headway(run, 500, 8_900), seed=42)
    agree(1 / found, q.embargo_rate(0.5, servers, 1.0, high, low), 0.02)


# ── what holds for every single run ─────────────────────────────────────────────────────────────────


def everything(most: int | None, size: float = 2.0) -> Model:
    """A bit of all: a post with hours, a yard that blocks, a batch, a ferry, feedback, impatience."""
    program = (
        Visit("post", Law.of("gamma", 1.0, 0.7)), Travel("road", Law.of("lognormal", 5.0, 0.4)), Ride("train"),
        Enter("yard"), Visit("crane", expo(0.3), patience=expo(30.0), otherwise=6), Branch("again", 0.1, 4),
        Leave("yard"), Ride("ferry"),
    )  # fmt: skip
    legs = (("A", "B", expo(4.0)), ("B", "A", expo(4.0)))
    return Model(
        (poisson(1.0, *program, most=most), poisson(0.5, *program, name="urgent", priority=1, most=most, size=size)),
        (Station("post", 3, ("hours",), "interrupt"), Station("crane", 1)),
        (Hours("hours", DAYS), Spells("weather", ((0.0, 60.0, 6.0),))), (Yard("yard", 40),),
        (Lane("train", 20.0, fixed(6.0), timeout_h=24.0),
         Lane("ferry", 60.0, expo(6.0), timeout_h=12.0, load_h=1.0, unload_h=1.0, gates=("weather",), fleet="ferries",
              from_port="A", to_port="B")),
        (Fleet("ferries", 3, "longest", legs),), (Port("A", 1), Port("B", 1)),
    )  # fmt: skip


def test_littles_law_where_all_is_in_play() -> None:
    for replication in range(5):
        run = run_model(everything(3_000, size=1.0), 9_000.0, seed=43, replication=replication)
        assert run.alive == 0
        area, waits = (run.stations[name].sum(axis=1) for name in ("queue_area_h", "waits_h"))
        assert area[0] == pytest.approx(waits[0], rel=1e-12)
        assert area[1] > waits[1]  # at the crane some give up, and their waits end by no service
        assert run.lanes["queue_area_h"] == pytest.approx(run.lanes["waits_h"], rel=1e-12)
        records = run.records
        assert np.all(records["waiting_h"] + records["moving_h"] <= records["total_h"] * (1 + 1e-12))


@pytest.mark.parametrize("load", [0.5, 0.95])
def test_littles_law_at_stations(load: float) -> None:
    source = Source("demand", expo(1 / load), ((1.0, (Visit("one", expo(1.0)), Visit("two", expo(2.0)))),), most=20_000)
    model = Model((source,), (Station("one"), Station("two", 2)))
    run = run_model(model, 60_000.0, seed=44)
    assert run.alive == 0
    waits, areas = run.stations["waits_h"].sum(), run.stations["queue_area_h"].sum()
    assert areas == pytest.approx(waits, rel=1e-12)
    assert run.records["waiting_h"].sum() == pytest.approx(waits, rel=1e-12)
    work = (run.records["total_h"] - run.records["waiting_h"]).sum()
    assert run.stations["busy_area_h"].sum() == pytest.approx(work, rel=1e-12)
    assert run.stations["begun"].sum() == run.stations["arrived"].sum() == 40_000


def test_littles_law_at_a_lane() -> None:
    batches = Lane("lane", 7.0, expo(3.0), timeout_h=5.0)
    run = run_model(Model((poisson(1.0, Ride("lane"), most=5_000),), lanes=(batches,)), 6_000.0, seed=45)
    assert run.alive == 0
    assert run.lanes["queue_area_h"][0] == pytest.approx(run.lanes["waits_h"][0], rel=1e-12)
    assert run.lanes["waits_h"][0] == pytest.approx(run.records["waiting_h"].sum(), rel=1e-12)
    assert run.lanes["consignments"][0] == run.lanes["carried"][0] == 5_000


def test_nobody_is_lost_at_any_time() -> None:
    longest = run_model(everything(None), 3_000.0, seed=46)
    for horizon_h in np.linspace(7.3, 3_000.0, 60):
        run = run_model(everything(None), float(horizon_h), seed=46)
        assert run.made.sum() == len(run.records) + run.alive
        # A shorter run is the beginning of a longer one.
        assert np.array_equal(run.records, longest.records[: len(run.records)])
    whole = run_model(everything(2_000), 9_000.0, seed=47)
    begin, end = whole.records["began_h"], whole.records["began_h"] + whole.records["total_h"]
    for horizon_h in np.linspace(11.1, 9_000.0, 60):
        run = run_model(everything(2_000), float(horizon_h), seed=47)
        assert run.made.sum() == (begin < horizon_h).sum()
        assert run.alive == ((begin < horizon_h) & (end >= horizon_h)).sum()
    for run in (longest, whole):
        for source, made in enumerate(run.made):
            ordinals = run.records["ordinal"][run.records["source"] == source]
            assert len(np.unique(ordinals)) == len(ordinals)
            assert ordinals.max() < made
    assert whole.alive == 0


# ── broken on purpose: the same checks must fail ────────────────────────────────────────────────────


def test_a_server_too_many_is_noticed() -> None:
    refute(sample(line(8.5, expo(1.0), servers=11), horizon(8.5), wait, seed=3), q.mmc_wait(8.5, 1.0, 10))
    refute(sample(line(0.7, expo(1.0)), horizon(0.7), wait, seed=5), q.mg1_wait(0.7, 1.0, 1.5))


def test_a_closure_left_out_is_noticed() -> None:
    truth = q.opening_hours(1.0, 1.0, 2, open_h=16, day_h=24, at_closing="finish", most=110)
    refute(sample(line(1.0, expo(1.0), servers=2), 168.0 * 150, queue_wait(1.0, 150), seed=25), truth)
    # Work that goes on after closing for one that stops.
    stops = line(1.0, expo(1.0), servers=2, gates=(Hours("hours", DAYS),), at_closing="interrupt")
    refute(sample(stops, 168.0 * 150, queue_wait(1.0, 150), seed=25), truth)
    calm = sample(bad_weather_ship(gates=()), 60_000.0, lambda run: headway(run, 100, 2_000), seed=37)
    refute(calm, ship_leg())


def test_a_place_or_a_vehicle_too_many_is_noticed() -> None:
    model = blocking_pair(lambda *program: poisson(0.5, *program), 0.8, 2)
    refute(sample(model, horizon(0.5), time, seed=39), q.blocking_pair_time(0.5, 0.8, 1.0, 1, 300))
    refute(sample(shuttle(2.0, 2.0, 6, 1e-9), horizon(2.0), wait, seed=36),
           q.bulk_service_wait(2.0, 2.0, least=1, capacity=5, most=400))  # fmt: skip
