"""Without an event list a model gives the same bits as with one, and models that need one are told apart."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kervan.engines.simulate import passes, places, recursion, world
from kervan.engines.simulate.check import problems_of
from kervan.engines.simulate.feedforward import is_feed_forward
from kervan.engines.simulate.keyed import stream
from kervan.engines.simulate.model import (
    Branch,
    Enter,
    Fleet,
    Lane,
    Law,
    Leave,
    Model,
    Port,
    Program,
    Ride,
    Source,
    Spells,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip
from kervan.engines.simulate.records import Run
from kervan.engines.simulate.run import run_listed, run_model
from kervan.errors import SolveError
from property.simulate_models import feed_forward_models, models

SETTINGS = settings(
    deadline=None, derandomize=True, max_examples=400, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)  # fmt: skip


def passed(model: Model, horizon_h: float, seed: int) -> Run | None:
    bounds = (10**9, 10**6)
    return recursion.pass_through(model, stream(seed, 3), (horizon_h, 30.0), bounds, lambda: False)


def assert_same(one: Run, other: Run) -> None:
    for field in fields(Run):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if not isinstance(ours, np.ndarray):
            assert ours == theirs, field.name
            continue
        assert ours.dtype == theirs.dtype, field.name
        assert ours.shape == theirs.shape, field.name
        for name in ours.dtype.names or [()]:
            assert ours[name].tobytes() == theirs[name].tobytes(), (field.name, name)


@SETTINGS
@given(feed_forward_models(), st.integers(0, 2**32 - 1))
def test_a_model_gives_the_same_bits_with_and_without_an_event_list(drawn: tuple[Model, float], seed: int) -> None:
    model, horizon_h = drawn
    assume(not list(problems_of(model)))
    assert is_feed_forward(model)
    run = passed(model, horizon_h, seed)
    assume(run is not None)
    assert run is not None
    assert_same(run, run_listed(model, horizon_h, seed=seed, replication=3, warm_h=30.0))


@settings(SETTINGS, max_examples=100)
@given(feed_forward_models(), st.integers(0, 2**32 - 1), st.sampled_from([2, 5, 17]))
def test_the_length_of_a_stretch_does_not_matter(drawn: tuple[Model, float], seed: int, stretch: int) -> None:
    model, horizon_h = drawn
    assume(not list(problems_of(model)))
    whole = passed(model, horizon_h, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "STRETCH", stretch)
        parts = passed(model, horizon_h, seed)
    if whole is not None and parts is not None:
        assert_same(whole, parts)


@settings(SETTINGS, max_examples=100)
@given(models(), st.integers(0, 2**32 - 1))
def test_whatever_the_model_both_ways_say_the_same(drawn: tuple[Model, float], seed: int) -> None:
    model, horizon_h = drawn
    assume(not list(problems_of(model)))
    said: list[Any] = []
    for either in (run_model, run_listed):
        try:
            said.append(either(model, horizon_h, seed=seed))
        except SolveError as error:
            said.append(str(error))
    if isinstance(said[0], str) or isinstance(said[1], str):
        assert said[0] == said[1]
    else:
        assert_same(said[0], said[1])


# ── which models, and what is beyond them ───────────────────────────────────────────────────────────

EXPO = Law.of("exponential", 1.0)
LINE = (Visit("Papers", EXPO), Travel("road", Law.of("lognormal", 5.0, 0.3)), Ride("Ferry"), Visit("Crane", EXPO))
FERRY = Lane("Ferry", 4.0, Law.of("lognormal", 6.0, 0.2), timeout_h=12.0)


def model_of(*programs: Program, **more: Any) -> Model:
    source = Source("Boxes", Law.of("exponential", 2.0), tuple((1 / len(programs), one) for one in programs))
    stations = Station("Papers"), Station("Crane", 2)
    return replace(Model((source,), stations, lanes=(FERRY,)), **more)


def test_a_line_needs_no_event_list() -> None:
    assert is_feed_forward(model_of(LINE))
    assert is_feed_forward(model_of(LINE, LINE[2:], (Branch("left", 0.5, 2), LINE[0], LINE[3])))
    assert is_feed_forward(model_of((Branch("home", 0.5, 1),)))


NOT_SIMPLE = {
    "two stations in either order": model_of(LINE, (LINE[3], LINE[0])),
    "a station twice": model_of((*LINE, LINE[0])),
    "a lane after what it leads to": model_of((*LINE, LINE[2])),
    "a jump back": model_of((*LINE, Branch("again", 0.5, 0))),
    "a jump to itself": model_of((*LINE, Branch("again", 0.5, 4))),
    "patience": model_of((replace(LINE[0], patience=EXPO, otherwise=1), *LINE[1:])),  # type: ignore[type-var]
    "diversion": model_of((replace(LINE[0], divert_above_h=3.0, otherwise=1), *LINE[1:])),  # type: ignore[type-var]
    "no time": model_of((Visit("Papers", Law()), *LINE[1:])),
    "no time at times": model_of((Visit("Papers", Law.empirical((0.0, 2.0))), *LINE[1:])),
    "no time if electronic": model_of((Visit("Papers", EXPO, electronic=0.5), *LINE[1:])),
    "no time to travel": model_of((Travel("road", Law()), *LINE)),
    "no time to cross": model_of(LINE, lanes=(replace(FERRY, crossing=Law()),)),
    "a yard": model_of((Enter("Apron"), *LINE, Leave("Apron")), yards=(Yard("Apron", 3),)),
    "a fleet": model_of(
        LINE, lanes=(replace(FERRY, fleet="Ships", from_port="East", to_port="West"),),
        ports=(Port("East", 1), Port("West", 1)),
        fleets=(Fleet("Ships", 1, positioning=(("East", "West", EXPO), ("West", "East", EXPO))),),
    ),
    "priorities": Model((
        Source("Boxes", EXPO, ((1.0, (LINE[0],)),), priority=1), Source("Mail", EXPO, ((1.0, (LINE[0],)),), priority=0),
    ), (Station("Papers"),)),
    "more servers than it keeps": model_of(LINE, stations=(Station("Papers", 1_000_000), Station("Crane"))),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_SIMPLE)
def test_what_needs_an_event_list_is_told_apart(what: str) -> None:
    model = NOT_SIMPLE[what]
    assert not list(problems_of(model))
    assert not is_feed_forward(model)
    assert passed(model, 100.0, 1) is None
    assert run_model(model, 100.0, seed=1).events > 0


def test_two_lanes_that_land_at_the_same_time_are_left_to_the_event_list() -> None:
    ways = tuple(
        Lane(name, 9.0, Law.of("deterministic", 5.0), "clock", headway=Law.of("deterministic", 6.0)) for name in "AB"
    )
    model = model_of((Ride("A"), LINE[0]), (Ride("B"), LINE[0]), lanes=ways)
    assert is_feed_forward(model)
    assert passed(model, 1000.0, 1) is None
    assert_same(run_model(model, 1000.0, seed=1), run_listed(model, 1000.0, seed=1))


def test_the_bounds_hold_without_an_event_list() -> None:
    model = model_of(LINE)
    events = run_model(model, 1000.0).events
    assert run_model(model, 1000.0, max_events=events + 1).events == events
    for bound in ({"max_events": events}, {"max_alive": 3}):
        messages = []
        for either in (run_model, run_listed):
            with pytest.raises(SolveError, match="more than") as caught:
                either(model, 1000.0, **bound)  # type: ignore[arg-type]
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
    with pytest.raises(SolveError, match="stopped"):
        run_model(model, 1000.0, is_stopped=lambda: True)


def test_weather_that_turns_all_the_time_is_left_to_the_event_list() -> None:
    storms = Spells("Storm", ((0.0, 1e-4, 1e-4),))
    model = model_of(LINE, gates=(storms,), lanes=(replace(FERRY, gates=("Storm",)),))
    assert passed(model, 2000.0, 1) is None


def in_order(times: Any, tags: Any) -> tuple[Any, Any]:
    """Return all entries as the pass takes them."""
    none, n = (np.empty(0), np.empty(0, np.int64)), len(times)
    nobody = np.zeros((0, passes.UNIT_SIZE), np.int64), np.zeros((0, passes.UNIT_SIZE))
    out = np.empty(n), np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64)
    assert passes.leave(none, (times, tags), out, np.inf, (-2, 0.0, np.zeros((0, 4))), nobody) == (n, 0)
    return out[0], out[1]


@SETTINGS
@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 1.5, 2.0, 1e3, 1e300]), st.integers(0, 50)), max_size=80))
def test_entries_are_sorted_by_time_and_event_and_keep_their_order_within_one(drawn: list[tuple[float, int]]) -> None:
    served = int(world.SERVED)
    times = np.array([time for time, _ in drawn])
    tags = np.array([served << 59 | number << 24 | place for place, (_, number) in enumerate(drawn)], np.int64)
    out_times, out_tags = in_order(times, tags)
    order = np.lexsort((tags >> 24, times))
    assert out_times.tolist() == times[order].tolist()
    assert out_tags.tolist() == tags[order].tolist()


def test_entries_that_crowd_together_are_sorted_too() -> None:
    generator = np.random.default_rng(5)
    times = np.concatenate([generator.random(5000) * 1e-9, [1e9]])
    tags = (int(world.SERVED) << 59 | np.arange(len(times)) << 24).astype(np.int64)
    out_times, out_tags = in_order(times, tags)
    order = np.argsort(times, kind="stable")
    assert np.array_equal(out_times, times[order])
    assert np.array_equal(out_tags, tags[order])
