"""The engine and its slow twin give the same bits on random models; and what must hold of any run, and of the twin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kervan.engines.simulate.check import problems_of
from kervan.engines.simulate.model import Enter, Law, Leave, Model, Ride, Source, Station, Travel, Visit, Yard
from kervan.engines.simulate.run import run_model
from kervan.errors import SolveError
from property.simulate_models import models
from simulate_twin import run_twin

SETTINGS = settings(
    deadline=None, derandomize=True, max_examples=400, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)  # fmt: skip
FEWER = settings(SETTINGS, max_examples=120)


def outcome(run: Any, model: Model, horizon_h: float, seed: int) -> Any:
    """Return what a run gives, or that it has no answer and why: the first word."""
    try:
        return run(model, horizon_h, seed=seed, replication=seed % 3, warm_h=seed % 2 * 50.0)
    except SolveError as error:
        return "deadlock" if "deadlock" in str(error) else "no answer"


def twin_of(drawn: tuple[Model, float], seed: int) -> Any:
    model, horizon_h = drawn
    assume(not list(problems_of(model)))
    run = outcome(run_twin, model, horizon_h, seed)
    assume(not isinstance(run, str))
    return run


@SETTINGS
@given(models(), st.integers(0, 2**32 - 1))
def test_the_engine_and_its_twin_give_the_same_bits(drawn: tuple[Model, float], seed: int) -> None:
    model, horizon_h = drawn
    assume(not list(problems_of(model)))
    twin, run = outcome(run_twin, model, horizon_h, seed), outcome(run_model, model, horizon_h, seed)
    if isinstance(twin, str) or isinstance(run, str):
        assert twin == run
        return
    assert np.array_equal(twin.records, run.records)
    assert (twin.made, twin.alive, twin.events) == (run.made.tolist(), run.alive, run.events)
    for part in ("stations", "lanes", "fleets", "operations"):
        ours, theirs = getattr(twin, part), getattr(run, part)
        assert ours.dtype == theirs.dtype
        for name in ours.dtype.names:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9, atol=1e-9, err_msg=f"{part}.{name}")


@FEWER
@given(models(), st.integers(0, 2**32 - 1))
def test_nobody_is_lost_and_the_parts_add_up(drawn: tuple[Model, float], seed: int) -> None:
    run = twin_of(drawn, seed)
    records = run.records
    assert sum(run.made) == len(records) + run.alive
    who = list(zip(records["source"].tolist(), records["ordinal"].tolist(), strict=True))
    assert len(set(who)) == len(who)
    assert all(ordinal < run.made[source] for source, ordinal in who)
    assert (np.diff(records["began_h"] + records["total_h"]) >= -1e-9).all()
    assert (records["moving_h"] >= 0).all()
    assert (records["waiting_h"] >= -1e-9).all()
    assert (records["total_h"] - records["moving_h"] - records["waiting_h"] >= -1e-9).all()


@FEWER
@given(models(), st.integers(0, 2**32 - 1))
def test_vehicles_are_always_somewhere_and_nobody_exceeds_the_servers(drawn: tuple[Model, float], seed: int) -> None:
    (model, horizon_h), run = drawn, twin_of(drawn, seed)
    for fleet, row in zip(model.fleets, run.fleets, strict=True):
        hours = sum(row[name] for name in row.dtype.names if name.endswith("_h"))
        assert hours == pytest.approx(fleet.vehicles * horizon_h)
    for station, weeks in zip(model.stations, run.stations, strict=True):
        lengths_h = np.minimum(168.0, horizon_h - 168.0 * np.arange(len(weeks)))
        assert (weeks["open_h"] <= lengths_h + 1e-9).all()
        if station.servers is not None:
            assert (weeks["busy_area_h"] <= station.servers * lengths_h + 1e-9).all()
    for lane, row in zip(model.lanes, run.lanes, strict=True):
        assert row["carried"] <= row["voyages"] * lane.capacity + 1e-9
        assert row["first_waits_h"] <= row["waits_h"] + 1e-9


@FEWER
@given(models(), st.integers(0, 2**31 - 1))
def test_the_hours_by_operation_are_those_of_the_consignments(drawn: tuple[Model, float], half: int) -> None:
    run = twin_of(drawn, 2 * half)  # an even seed: without a warm-up
    assume(run.alive == 0)
    for source in range(len(drawn[0].sources)):
        records, rows = (part[part["source"] == source] for part in (run.records, run.operations))
        for name in ("total_h", "moving_h", "waiting_h"):
            assert rows[name].sum() == pytest.approx(records[name].sum(), rel=1e-9, abs=1e-9)


@FEWER
@given(models(), st.integers(0, 2**32 - 1))
def test_little_holds_on_the_path_where_nobody_is_left(drawn: tuple[Model, float], seed: int) -> None:
    model, run = drawn[0], twin_of(drawn, seed)
    assume(run.alive == 0)
    patient = {
        station.name
        for station in model.stations
        if not any(
            isinstance(op, Visit) and op.station == station.name and op.patience
            for source in model.sources for _, program in source.programs for op in program
        )
    }  # fmt: skip
    for station, weeks in zip(model.stations, run.stations, strict=True):
        if station.name in patient:
            assert weeks["queue_area_h"].sum() == pytest.approx(weeks["waits_h"].sum(), rel=1e-12, abs=1e-9)
    for lane, row in zip(model.lanes, run.lanes, strict=True):
        sizes = {
            op.size or source.size
            for source in model.sources for _, program in source.programs for op in program
            if isinstance(op, Ride) and op.lane == lane.name
        }  # fmt: skip
        if sizes == {1.0}:
            assert row["queue_area_h"] == pytest.approx(row["waits_h"], rel=1e-12, abs=1e-9), lane.name


def test_the_twin_finds_the_mean_of_one_server_within_its_interval() -> None:
    service = Visit("Desk", Law.of("exponential", 0.5))
    model = Model((Source("Trucks", Law.of("exponential", 1.0), ((1.0, (service,)),)),), (Station("Desk"),))
    means = [run_twin(model, 1500.0, replication=n).records["waiting_h"][100:].mean() for n in range(8)]
    half_width = 2.365 * np.std(means, ddof=1) / math.sqrt(len(means))  # 95 %, seven degrees of freedom
    assert abs(np.mean(means) - 0.5) < half_width < 0.2


def test_a_deadlock_is_named() -> None:
    def way(first: str, second: str) -> tuple[tuple[float, Any], ...]:
        return (
            (
                1.0,
                (
                    Enter(first),
                    Travel("shunt", Law.of("deterministic", 2.0)),
                    Enter(second),
                    Leave(first),
                    Leave(second),
                ),
            ),
        )

    each = Law.of("deterministic", 1.0)
    model = Model(
        (Source("East", each, way("North yard", "South yard")), Source("West", each, way("South yard", "North yard"))),
        yards=(Yard("North yard", 1), Yard("South yard", 1), Yard("Far yard", 1)),
    )
    with pytest.raises(SolveError, match="deadlock"):
        run_twin(model, 100.0)
    with pytest.raises(SolveError, match=r"deadlock.* who hold yard North yard, yard South yard wait") as caught:
        run_model(model, 100.0)
    assert "Far yard" not in str(caught.value)
