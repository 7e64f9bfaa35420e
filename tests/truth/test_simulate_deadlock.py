"""Deadlocks: each is found and named, and what only looks like one is not."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kervan.engines.simulate.check import problems_of
from kervan.engines.simulate.model import (
    Embargo,
    Enter,
    Fleet,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Operation,
    Port,
    Ride,
    Source,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip
from kervan.engines.simulate.run import run_model
from kervan.errors import SolveError
from property.simulate_models import models
from simulate_twin import run_twin

HOUR = Law.of("deterministic", 1.0)


def source(name: str, *program: Operation, headway_h: float = 1.0, most: int = 12) -> Source:
    return Source(name, Law.of("deterministic", headway_h), ((1.0, program),), most=most)


def stuck(model: Model, horizon_h: float = 500.0) -> str:
    """Return what is held by those who are stuck; blank if all arrive, and nobody ever seems stuck before.

    The twin must say the same.
    """
    names = outcome(model, horizon_h)
    if names == "":
        assert run_twin(model, horizon_h).alive == 0
        for hours in range(1, 80):
            under_way = outcome(model, float(hours))
            assert under_way == "" or under_way.isdigit()
    else:
        with pytest.raises(SolveError, match="deadlock"):
            run_twin(model, horizon_h)
    return names


def outcome(model: Model, horizon_h: float, seed: int = 0) -> str:
    """Return what is held by those who are stuck; else how many are under way, blank for none."""
    try:
        return str(run_model(model, horizon_h, seed=seed).alive or "")
    except SolveError as error:
        return re.sub("deadlock, found after .* h: those who hold (.*) wait for each other", r"\1", str(error))


def spill_back(cranes: int, **more: object) -> Model:
    """In the yard one goes to the crane and then out; from the crane others go into the yard.

    East takes all places of the yard, and waits for the crane; West holds the crane, and waits for the yard.
    """
    east = (Enter("yard"), Travel("shunt", HOUR), Visit("crane", HOUR, **more), Leave("yard"))
    west = (Visit("crane", HOUR), Enter("yard"), Travel("shunt", HOUR), Leave("yard"))
    return Model(
        (source("East", *east), source("West", *west)), (Station("crane", cranes), Station("far", 1)),
        yards=(Yard("yard", 2), Yard("empty", 1)),
    )  # fmt: skip


def test_servers_held_by_the_blocked() -> None:
    assert stuck(spill_back(1)) == stuck(spill_back(2)) == "yard yard, station crane"


def test_servers_enough() -> None:
    # Twelve of West at most can be blocked at the crane at a time.
    assert not stuck(spill_back(13))


def test_whoever_gives_up_waiting_sets_the_others_free() -> None:
    assert not stuck(spill_back(1, patience=Law.of("deterministic", 9.0), otherwise=3))
    assert not stuck(spill_back(1, divert_above_h=0.0, otherwise=3))


def test_a_way_past_a_full_yard() -> None:
    model = spill_back(1)
    west = source("West", Visit("crane", HOUR), Enter("yard", 4), Travel("shunt", HOUR), Leave("yard"))
    assert not stuck(replace(model, sources=(model.sources[0], west)))


def test_a_station_that_is_closed_opens_some_day() -> None:
    # From the sixth hour of a week to its last, all wait for the crane; that is long, and not for ever.
    nights = Hours("nights", ((0.0, 5.0), (167.0, 168.0)))
    stay = (Enter("yard"), Visit("crane", HOUR), Leave("yard"))
    model = Model((source("East", *stay),), (Station("crane", 1, ("nights",)),), (nights,), (Yard("yard", 2),))
    assert not stuck(model)


def ring(yards: int, places: int, most: int) -> Model:
    """From every yard into the next, each way begun at another."""
    names = [f"yard {number}" for number in range(yards)]
    sources = tuple(
        source(f"way {n}", Enter(here), Travel("shunt", Law.of("deterministic", 30.0)), Enter(after), Leave(here),
               Travel("shunt", HOUR), Leave(after), most=most)
        for n, (here, after) in enumerate(zip(names, [*names[1:], names[0]], strict=True))
    )  # fmt: skip
    return Model(sources, yards=tuple(Yard(name, places) for name in names))


@pytest.mark.parametrize("yards", [2, 3, 7, 80])
def test_a_ring_of_yards(yards: int) -> None:
    assert stuck(ring(yards, 3, 3)) == ", ".join(f"yard yard {number}" for number in range(yards))
    assert not stuck(ring(yards, 3, 2))


def embargo(low: int, out: int, past: int) -> Model:
    """The crane that empties the yard needs the embargo of the yard to be lifted; some leave without it."""
    by_crane = (Enter("yard"), Visit("crane", HOUR), Leave("yard"))
    by_road = (Enter("yard"), Travel("road", Law.of("deterministic", 20.0)), Leave("yard"))
    return Model(
        (source("past", *by_road, headway_h=0.5, most=past), source("out", *by_crane, headway_h=0.5, most=out)),
        (Station("crane", 1, ("full",)),), (Embargo("full", "yard", 4, low),), (Yard("yard", 9),),
    )  # fmt: skip


def test_an_embargo_that_nobody_can_lift() -> None:
    # It shuts when four are inside; what is at the crane is finished, and the others can only leave by it. They fill
    # the yard in the end.
    assert stuck(embargo(2, 30, 2)) == "yard yard, embargo full"
    # Two of three wait for the crane, and one is too many.
    assert stuck(embargo(1, 3, 2)) == "embargo full"


def test_an_embargo_that_others_lift() -> None:
    # After 1.5 h two wait for the crane, and the two others leave by road after 20 h.
    assert not stuck(embargo(2, 3, 2))


def ferries(berths: int, ships: int, **more: object) -> Model:
    """Outward cargo fills the far yard, whose embargo holds loaded ships at their berths; cargo back needs a ship.

    A ship that has brought some back takes the place in the yard of those aboard with it until it is unloaded.
    """
    out = (Ride("out"), Enter("yard"), Travel("shunt", HOUR), Ride("back"), Leave("yard"))
    each = {"capacity": 1.0, "crossing": HOUR, "timeout_h": 1.0, "fleet": "ships", **more}
    legs = tuple((a, b, HOUR) for a in "AB" for b in "AB" if a != b)
    return Model(
        (source("boxes", *out, headway_h=0.5),), gates=(Embargo("full", "yard", 2, 0),), yards=(Yard("yard", 9),),
        lanes=(Lane("out", gates=("full",), from_port="A", to_port="B", load_h=2.0, **each),
               Lane("back", from_port="B", to_port="A", **each)),
        fleets=(Fleet("ships", ships, "longest", legs),), ports=(Port("A", berths), Port("B", 9)),
    )  # fmt: skip


@pytest.mark.parametrize(("berths", "ships"), [(1, 2), (3, 4), (4, 6)])
def test_ships_that_hold_the_berths_of_those_who_would_set_them_free(berths: int, ships: int) -> None:
    assert stuck(ferries(berths, ships)) == "embargo full, port A, fleet ships"
    assert not stuck(ferries(ships, ships))


def test_no_ship_left_for_those_in_the_yard() -> None:
    # Both ships have loaded at A, where there is a berth to spare, when two come from elsewhere and fill the yard at B.
    model = ferries(3, 2)
    out = source("boxes", Ride("out"), Enter("yard"), Leave("yard"), headway_h=0.1, most=2)
    back = source("others", Enter("yard"), Ride("back"), Leave("yard"), headway_h=0.75, most=2)
    assert stuck(replace(model, sources=(out, back))) == "embargo full, fleet ships"
    assert not stuck(replace(model, sources=(out, replace(back, most=1))))
    # The place in the yard is given back when a ship has loaded, but none comes.
    leaves = source("others", Enter("yard"), Ride("back", leaves="yard"), headway_h=0.75, most=2)
    assert stuck(replace(model, sources=(out, leaves))) == "embargo full, fleet ships"


def test_it_is_looked_for_before_memory_runs_out() -> None:
    east = (Enter("yard"), Travel("shunt", HOUR), Enter("siding"), Leave("yard"), Leave("siding"))
    west = (Enter("siding"), Travel("shunt", HOUR), Enter("yard"), Leave("siding"), Leave("yard"))
    model = Model(
        (source("East", *east, most=10**9), source("West", *west, most=10**9)),
        yards=(Yard("yard", 1), Yard("siding", 1)),
    )
    with pytest.raises(SolveError, match="deadlock"):
        run_model(model, 1e9)
    with pytest.raises(SolveError, match="deadlock"):
        run_model(model, 1e9, max_alive=50)
    with pytest.raises(SolveError, match="deadlock"):
        run_model(model, 1e9, max_events=50)


# ── of any model ────────────────────────────────────────────────────────────────────────────────────


def with_an_end(model: Model) -> Model:
    """Return the model without what may make someone wait for ever without being stuck.

    That is a batch that is never filled, a service that begins anew each time, and a ship that stands by for nobody.
    """
    return replace(
        model,
        sources=tuple(replace(one, most=9) for one in model.sources),
        stations=tuple(
            replace(one, at_closing="interrupt" if one.at_closing == "restart" else one.at_closing)
            for one in model.stations
        ),
        lanes=tuple(replace(one, timeout_h=min(one.timeout_h, 12.0)) for one in model.lanes),
        fleets=tuple(replace(one, policy="longest") for one in model.fleets),
    )


@settings(deadline=None, derandomize=True, max_examples=200, database=None, suppress_health_check=list(HealthCheck))
@given(models(), st.integers(0, 2**32 - 1))
def test_whoever_does_not_arrive_is_stuck_and_whoever_is_stuck_stays_so(drawn: tuple[Model, float], seed: int) -> None:
    model = with_an_end(drawn[0])
    assume(not list(problems_of(model)))

    last = outcome(model, 20_000.0, seed)
    assert last == "" or "yard" in last or "embargo" in last
    for horizon_h in (20.0, 60.0, drawn[1], math.pi * drawn[1]) if last == "" else ():
        found = outcome(model, horizon_h, seed)
        assert found == "" or found.isdigit()
