"""The trace of a run: by hand where it is small; and where it is not, it must tell the whole run again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kervan.engines.simulate import trace
from kervan.engines.simulate.check import problems_of
from kervan.engines.simulate.eventlog import EVENT, EVENT_KINDS, EventLog, log_of
from kervan.engines.simulate.model import (
    Enter,
    Fleet,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Port,
    Ride,
    Source,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip
from kervan.engines.simulate.run import Run, run_model, run_traced
from kervan.errors import ParamsError, SolveError
from property.simulate_models import models

KINDS = tuple(EVENT_KINDS)
SETTINGS = settings(
    deadline=None, derandomize=True, max_examples=100, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)  # fmt: skip


def fixed(hours: float) -> Law:
    return Law.of("deterministic", hours)


def told(log: EventLog) -> Iterator[tuple[Any, ...]]:
    """Yield events as (time, kind, consignment, place, voyage): names where the log has numbers."""
    for event in log.events:
        who = f"{log.sources[event['source']]}{event['ordinal']}" if event["source"] >= 0 else ""
        place = log.places[event["place"]][1] if event["place"] >= 0 else ""
        yield float(event["time_h"]), KINDS[event["kind"]], who, place, int(event["voyage"])


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_queue_and_a_yard_by_hand() -> None:
    # An arrival each hour from 1 h on, a service of two hours, one server; then a yard of one place for three hours.
    way = (Visit("post", fixed(2.0)), Enter("yard"), Travel("walk", fixed(3.0)), Leave("yard"))
    model = Model((Source("a", fixed(1.0), ((1.0, way),), most=2),), (Station("post"),), yards=(Yard("yard", 1),))
    log = log_of(run_traced(model, 100.0), model)
    assert list(told(log)) == [
        (1.0, "began", "a0", "", -1), (1.0, "service_began", "a0", "post", -1),
        (2.0, "began", "a1", "", -1), (2.0, "joined_queue", "a1", "post", -1),
        (3.0, "service_ended", "a0", "post", -1), (3.0, "entered_yard", "a0", "yard", -1),
        (3.0, "travel_began", "a0", "walk", -1), (3.0, "service_began", "a1", "post", -1),
        (5.0, "service_ended", "a1", "post", -1), (5.0, "blocked", "a1", "yard", -1),
        (6.0, "travel_ended", "a0", "walk", -1), (6.0, "left_yard", "a0", "yard", -1), (6.0, "finished", "a0", "", -1),
        (6.0, "entered_yard", "a1", "yard", -1), (6.0, "travel_began", "a1", "walk", -1),
        (9.0, "travel_ended", "a1", "walk", -1), (9.0, "left_yard", "a1", "yard", -1), (9.0, "finished", "a1", "", -1),
    ]  # fmt: skip
    assert log.events["operation"].tolist() == [0, 0, 0, 0, 0, 1, 2, 0, 0, 1, 2, 3, 4, 1, 2, 2, 3, 4]
    assert set(log.events["program"].tolist()) == {0}


def test_a_ship_that_is_fetched_and_a_post_that_closes_by_hand() -> None:
    # The only ship stands in the west and is wanted in the east; the post works from 20 to 23 h and from 30 h on.
    ways = (Ride("home"), Visit("post", fixed(4.0)))
    model = Model(
        (Source("a", fixed(1.0), ((1.0, ways),), most=1),),
        (Station("post", gates=("day",), at_closing="interrupt"),),
        (Hours("day", ((20.0, 23.0), (30.0, 168.0))),),
        lanes=(
            Lane("out", 1.0, fixed(5.0), fleet="ships", from_port="west", to_port="east"),
            Lane("home", 1.0, fixed(6.0), load_h=2.0, unload_h=3.0, fleet="ships", from_port="east", to_port="west"),
        ),
        fleets=(Fleet("ships", 1, positioning=(("west", "east", fixed(5.0)), ("east", "west", fixed(5.0)))),),
        ports=(Port("west", 1), Port("east", 1)),
    )
    run = run_traced(model, 100.0)
    assert list(told(log_of(run, model))) == [
        (1.0, "began", "a0", "", -1), (1.0, "joined_lane", "a0", "home", -1), (1.0, "assigned", "", "home", 0),
        (1.0, "sailed_empty", "", "home", 0), (6.0, "arrived", "", "home", 0), (6.0, "loading_began", "", "home", 0),
        (6.0, "boarded", "a0", "home", 0), (8.0, "loading_ended", "", "home", 0), (8.0, "sailed", "", "home", 0),
        (14.0, "arrived", "", "home", 0), (14.0, "unloading_began", "", "home", 0), (17.0, "landed", "a0", "home", 0),
        (17.0, "joined_queue", "a0", "post", -1), (17.0, "unloading_ended", "", "home", 0),
        (20.0, "gate_opened", "", "day", -1), (20.0, "service_began", "a0", "post", -1),
        (23.0, "gate_closed", "", "day", -1), (23.0, "service_interrupted", "a0", "post", -1),
        (30.0, "gate_opened", "", "day", -1), (30.0, "service_resumed", "a0", "post", -1),
        (31.0, "service_ended", "a0", "post", -1), (31.0, "finished", "a0", "", -1),
    ]  # fmt: skip
    assert {int(event["vehicle"]) for event in run.trace if event["voyage"] >= 0 > event["source"]} == {0}


def test_leaving_a_queue_and_going_elsewhere_by_hand() -> None:
    slow = Visit("post", fixed(9.0), patience=fixed(0.5), divert_above_h=8.0, otherwise=1)
    model = Model((Source("a", fixed(0.25), ((1.0, (slow,)),), most=3),), (Station("post"),))
    assert list(told(log_of(run_traced(model, 5.0), model))) == [
        (0.25, "began", "a0", "", -1), (0.25, "service_began", "a0", "post", -1),
        (0.5, "began", "a1", "", -1), (0.5, "joined_queue", "a1", "post", -1),
        (0.75, "began", "a2", "", -1), (0.75, "diverted", "a2", "post", -1), (0.75, "finished", "a2", "", -1),
        (1.0, "reneged", "a1", "post", -1), (1.0, "finished", "a1", "", -1),
    ]  # fmt: skip


# ── any model ───────────────────────────────────────────────────────────────────────────────────────

#: Kind to where a consignment must be before, and where it is after. It is in one place at a time.
MOVES = {
    "began": ({""}, "walking"), "finished": ({"walking"}, "gone"),
    "joined_queue": ({"walking"}, "queue"), "diverted": ({"walking"}, "walking"), "reneged": ({"queue"}, "walking"),
    "service_began": ({"walking", "queue"}, "service"), "service_interrupted": ({"service"}, "stopped"),
    "service_resumed": ({"stopped"}, "service"), "service_ended": ({"service"}, "walking"),
    "travel_began": ({"walking"}, "travel"), "travel_ended": ({"travel"}, "walking"),
    "joined_lane": ({"walking"}, "lane"), "boarded": ({"lane"}, "aboard"), "landed": ({"aboard"}, "walking"),
    "blocked": ({"walking"}, "blocked"), "entered_yard": ({"walking", "blocked"}, "walking"),
    "left_yard": ({"walking"}, "walking"),  # or aboard, of a ride that gives it back
}  # fmt: skip
#: Where a consignment that held a server has given it back.
RESTS = {"joined_queue", "service_began", "travel_began", "joined_lane", "finished"}


class Replay:
    """A run told again by its trace alone: no draws, no agenda, only what happened."""

    def __init__(self, log: EventLog, model: Model) -> None:
        self.log, self.model = log, model
        self.where: defaultdict[Any, str] = defaultdict(str)
        self.since: dict[Any, float] = {}
        self.began: dict[Any, float] = {}
        self.moving: Counter[Any] = Counter()
        self.waiting: Counter[Any] = Counter()
        self.holds: dict[Any, int] = {}
        self.busy: Counter[int] = Counter()
        self.inside: Counter[int] = Counter()
        self.load: Counter[int] = Counter()
        self.counts: Counter[tuple[str, int]] = Counter()
        self.voyages: defaultdict[int, dict[str, float]] = defaultdict(dict)
        self.records: list[tuple[Any, ...]] = []
        for row in log.events:
            self.take(row)

    def take(self, row: Any) -> None:
        kind, now, place, voyage = KINDS[row["kind"]], float(row["time_h"]), int(row["place"]), int(row["voyage"])
        self.counts[kind, place] += 1
        if row["source"] < 0:
            if voyage >= 0:
                self.voyages[voyage][kind] = now
            return
        who = int(row["source"]), int(row["ordinal"])
        before, after = MOVES[kind]
        if kind == "left_yard" and self.where[who] == "aboard":
            self.places(who, kind, place, row, voyage)
            return
        assert self.where[who] in before, (kind, self.where[who])
        self.where[who] = after
        self.clock(who, kind, now, voyage)
        self.places(who, kind, place, row, voyage)

    def clock(self, who: Any, kind: str, now: float, voyage: int) -> None:
        """Add hours as the specification does, in its order."""
        if kind == "began":
            self.began[who] = self.since[who] = now
        elif kind == "service_began" or kind in ("reneged", "service_resumed", "boarded"):
            if kind != "service_began" or self.since.get(who) is not None:
                self.waiting[who] += now - self.since[who]
        elif kind == "entered_yard" and self.since[who] is not None:
            self.waiting[who] += now - self.since[who]
        elif kind == "travel_ended":
            self.moving[who] += now - self.since[who]
        elif kind == "landed":
            times = self.voyages[voyage]
            self.waiting[who] += times["sailed"] - times["loading_ended"]
            self.moving[who] += times["arrived"] - times["sailed"]
            self.waiting[who] += times["unloading_began"] - times["arrived"]
        marks = ("joined_queue", "service_interrupted", "travel_began", "joined_lane", "blocked")
        self.since[who] = now if kind in marks else None  # type: ignore[assignment]
        if kind == "finished":
            began = self.began.pop(who)
            self.records.append((*who, began, now - began, self.moving.pop(who, 0.0), self.waiting.pop(who, 0.0)))

    def size(self, who: Any, program: int, operation: int) -> float:
        ride = self.model.sources[who[0]].programs[program][1][operation]
        assert isinstance(ride, Ride)
        return self.model.sources[who[0]].size if ride.size is None else ride.size

    def places(self, who: Any, kind: str, place: int, row: Any, voyage: int) -> None:
        """Nothing holds more than it can."""
        what, name = self.log.places[place] if place >= 0 else ("", "")
        program, operation = int(row["program"]), int(row["operation"])
        if kind in RESTS and who in self.holds:
            self.busy[self.holds.pop(who)] -= 1
        if kind == "service_ended":
            self.holds[who] = place
        elif kind == "service_began":
            self.busy[place] += 1
            servers = next(one.servers for one in self.model.stations if one.name == name)
            # The one who hands on the server gives it back at the end of the walk.
            assert servers is None or self.busy[place] <= servers
        elif kind in ("entered_yard", "left_yard"):
            self.inside[place] += 1 if kind == "entered_yard" else -1
            assert 0 <= self.inside[place] <= next(one.places for one in self.model.yards if one.name == name)
        elif kind == "boarded":
            self.load[voyage] += self.size(who, program, operation)
            assert self.load[voyage] <= next(one.capacity for one in self.model.lanes if one.name == name) + 1e-9
        assert what == "station" or kind not in ("joined_queue", "service_began", "service_ended")
        assert program < len(self.model.sources[who[0]].programs)


def stop_on_the_way(model: Model) -> bool:
    every = [op for source in model.sources for _, program in source.programs for op in program]
    return any(op.waiting.mean_h or op.procedure.mean_h for op in every if isinstance(op, Travel))


def both(drawn: tuple[Model, float], seed: int) -> tuple[Model, Run, Run]:
    model, horizon_h = drawn
    assume(not list(problems_of(model)))
    try:
        plain = run_model(model, horizon_h, seed=seed)
    except SolveError:
        assume(False)
    return model, plain, run_traced(model, horizon_h, seed=seed)


@SETTINGS
@given(models(), st.integers(0, 2**32 - 1))
def test_a_trace_tells_the_whole_run_again(drawn: tuple[Model, float], seed: int) -> None:
    model, plain, run = both(drawn, seed)
    # To be traced changes nothing.
    assert np.array_equal(plain.records, run.records)
    assert all(np.array_equal(getattr(plain, part), getattr(run, part)) for part in ("stations", "lanes", "fleets"))
    assert plain.trace is None
    assert run.trace is not None
    assert (np.diff(run.trace["time_h"]) >= 0).all()
    log = log_of(run, model)
    again = Replay(log, model)
    # Every consignment is somewhere: finished, or under way at the horizon.
    assert Counter(again.where.values())["gone"] == len(run.records)
    assert len(again.where) - len(run.records) == run.alive
    names = ["source", "ordinal", "began_h", "total_h"]
    assert [row[:4] for row in again.records] == run.records[names].tolist()
    waiting, moving = (np.array([row[which] for row in again.records]) for which in (5, 4))
    stops, restarts = stop_on_the_way(model), any(one.at_closing == "restart" and one.gates for one in model.stations)
    if not stops and not restarts:
        assert np.array_equal(waiting, run.records["waiting_h"])
    # The work that a restart loses, and stops on the way, are no events of their own.
    assert (waiting <= run.records["waiting_h"] + 1e-9).all()
    assert (moving >= run.records["moving_h"] - 1e-9).all()
    if not stops:
        np.testing.assert_allclose(moving, run.records["moving_h"], rtol=1e-9, atol=1e-9)
    for place, (what, name) in enumerate(log.places):
        counts = again.counts
        if what == "station":
            weeks = run.stations[[one.name for one in model.stations].index(name)]
            assert counts["service_began", place] == weeks["begun"].sum()
        elif what == "lane":
            lane = run.lanes[[one.name for one in model.lanes].index(name)]
            assert counts["loading_began", place] == lane["voyages"]
            assert counts["boarded", place] == lane["consignments"]


#: Kind of a voyage's event to what its vehicle does from then on.
DOES = {
    "sailed_empty": "sailing", "loading_began": "loading", "loading_ended": "weather", "sailed": "sailing",
    "unloading_began": "unloading", "unloading_ended": "idle", "assigned": "anchor", "arrived": "anchor",
}  # fmt: skip


@SETTINGS
@given(models(), st.integers(0, 2**32 - 1))
def test_a_trace_tells_what_the_vehicles_do(drawn: tuple[Model, float], seed: int) -> None:
    assume(drawn[0].fleets)
    model, _, run = both(drawn, seed)
    log = log_of(run, model)
    assigned = {int(row["voyage"]) for row in log.events if KINDS[row["kind"]] == "assigned"}
    hours: Counter[tuple[str, str]] = Counter()
    for number, (fleet, _) in enumerate(log.vehicles):
        state, since = "idle", 0.0
        for row in log.events[(log.events["vehicle"] == number)]:
            hours[fleet, state] += row["time_h"] - since
            state, since = DOES[KINDS[row["kind"]]], row["time_h"]
            # Who has sailed to stand by, and not for a lane that wants him, is idle when he is there.
            if KINDS[row["kind"]] == "arrived" and int(row["voyage"]) not in assigned:
                state = "idle"
        hours[fleet, state] += run.horizon_h - since
    for fleet, row in zip(model.fleets, run.fleets, strict=True):
        for state in ("idle", "anchor", "loading", "weather", "sailing", "unloading"):
            assert hours[fleet.name, state] == pytest.approx(row[f"{state}_h"], abs=1e-6)


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────────


def busy() -> Model:
    return Model((Source("a", fixed(0.01), ((1.0, (Travel("road", fixed(1.0)),)),)),))


def test_a_trace_has_a_bound_and_says_so() -> None:
    assert len(run_traced(busy(), 1.0, max_trace=10_000).trace) < 10_000  # type: ignore[arg-type]
    with pytest.raises(SolveError, match=r"after .* h there are more than 500 events to keep; give a larger max_trace"):
        run_traced(busy(), 100.0, max_trace=500)
    for wrong in (0, -1, 2**40):
        with pytest.raises(ParamsError, match="max_trace"):
            run_traced(busy(), 1.0, max_trace=wrong)


def test_a_run_without_a_trace_has_no_events() -> None:
    with pytest.raises(ParamsError, match="run_traced"):
        log_of(run_model(busy(), 1.0), busy())


def test_an_event_takes_32_bytes_and_every_kind_has_a_meaning() -> None:
    assert EVENT.itemsize == 32
    assert all(text.endswith(".") for text in EVENT_KINDS.values())
    assert KINDS[trace.BEGAN] == "began"
    assert KINDS[trace.LANDED] == "landed"
    assert KINDS[trace.CLOSED] == "gate_closed"
    assert len(KINDS) - 1 == trace.CLOSED
