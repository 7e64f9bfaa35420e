"""What is wrong with a model is said before it runs, with the name of the part."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from kervan.engines.simulate.check import check_model, problems_of
from kervan.engines.simulate.model import (
    Branch,
    Embargo,
    Enter,
    Fleet,
    Gate,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Operation,
    Outages,
    Port,
    Ride,
    Source,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip
from kervan.errors import ParamsError

HOUR = Law.of("deterministic", 1.0)
DAY = tuple((24.0 * day + 8, 24.0 * day + 18) for day in range(7))
NIGHT = tuple((24.0 * day + 20, 24.0 * day + 23) for day in range(7))


def model(*program: Operation, **more: Any) -> Model:
    """One source, one part of every kind; ``more`` is of the model, and of the source what it has."""
    of_source = {name: more.pop(name) for name in ("most", "size", "group", "headway") if name in more}
    parts: dict[str, Any] = {
        "stations": (Station("desk"),), "yards": (Yard("yard", 3), Yard("siding", 2)),
        "lanes": (Lane("train", 10.0, HOUR),),
    }  # fmt: skip
    source = Source("boxes", of_source.pop("headway", HOUR), ((1.0, program),), **of_source)
    return Model((source,), **{**parts, **more})


def problem(found: Model) -> str:
    problems = list(problems_of(found))
    assert len(problems) == 1, problems
    with pytest.raises(ParamsError, match="the model cannot run"):
        check_model(found)
    return problems[0]


def test_a_sound_model_has_no_problem() -> None:
    program = (
        Enter("yard", 6), Visit("desk", HOUR, patience=HOUR, otherwise=4), Enter("siding"), Leave("siding"),
        Ride("train"), Leave("yard"), Branch("again", 0.5, 0),
    )  # fmt: skip
    assert not list(problems_of(model(*program, size=4.0)))


# ── yards ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("program", "words"), [
    ((Leave("yard"),), "operation 0: leaves yard yard, which it may not be in"),
    ((Enter("yard"), Leave("yard"), Travel("road", HOUR), Leave("yard")), "operation 3: leaves yard yard, which it"),
    ((Enter("yard"), Enter("yard"), Leave("yard")), "operation 1: enters yard yard, which it may be in already"),
    ((Enter("yard"), Travel("road", HOUR)), "operation 1: may end inside yard yard"),
    ((Ride("train", leaves="yard"),), "operation 0: leaves yard yard, which it may not be in"),
    ((Enter("yard"), Ride("train", leaves="yard"), Leave("yard")), "operation 2: leaves yard yard, which it"),
    # Only on one of two ways.
    ((Branch("way", 0.5, 2), Enter("yard"), Leave("yard")), "operation 2: leaves yard yard, which it may not be in"),
    ((Enter("yard", 1), Leave("yard")), "operation 1: leaves yard yard, which it may not be in"),
    ((Enter("yard"), Branch("way", 0.5, 3), Leave("yard")), "operation 1: may end inside yard yard"),
    ((Enter("yard"), Visit("desk", HOUR, patience=HOUR, otherwise=3), Leave("yard")), "operation 1: may end inside"),
    ((Enter("yard"), Visit("desk", HOUR, divert_above_h=1, otherwise=3), Leave("yard")), "operation 1: may end inside"),
    ((Travel("road", HOUR), Enter("yard"), Branch("back", 0.5, 0), Leave("yard")), "operation 1: enters yard yard"),
    ((Branch("for ever", 1.0, 0),), "operation 0: no way leads from here to the end"),
    ((Travel("road", HOUR), Branch("out", 0.5, 3), Branch("for ever", 1.0, 2)), "operation 2: no way leads from here"),
])  # fmt: skip
def test_ways_through_a_program(program: tuple[Operation, ...], words: str) -> None:
    assert problem(model(*program)).startswith(f"source boxes: program 0, {words}")


def test_a_yard_left_by_a_ride() -> None:
    assert not list(problems_of(model(Enter("yard"), Ride("train", leaves="yard"), size=4.0)))


def test_ways_that_nobody_takes_do_not_count() -> None:
    never = (Branch("never", 0.0, 3), Enter("yard"), Leave("yard"), Travel("road", HOUR))
    patient = (Enter("yard"), Visit("desk", HOUR, otherwise=3), Leave("yard"))
    always = (Branch("always", 1.0, 2), Leave("yard"), Travel("road", HOUR))
    for program in (never, patient, always):
        assert not list(problems_of(model(*program)))


def test_many_yards_are_no_problem() -> None:
    yards = tuple(Yard(f"yard {number}", 1) for number in range(100))
    program = tuple(op for yard in yards for op in (Enter(yard.name), Travel("road", HOUR), Leave(yard.name)))
    assert not list(problems_of(model(*program, yards=yards)))


# ── lanes ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("ride", "more", "words"), [
    (Ride("train"), {"most": 9}, "lane train: it has no timeout and can never fill: all that come take 9 of 10"),
    (Ride("train", 0.5), {"most": 3, "group": 6, "size": 4.0}, "can never fill: all that come take 9 of 10"),
    (Ride("train"), {"size": 11.0}, "operation 0: a consignment of 11 does not fit into lane train of 10"),
    (Ride("train", 11.0), {}, "operation 0: a consignment of 11 does not fit into lane train of 10"),
    (Ride("train", 0.0), {}, "operation 0: size 0, must be above 0 and finite"),
    (Ride("train", math.nan), {}, "operation 0: size nan, must be above 0 and finite"),
    (Ride("tram"), {}, "operation 0: ride: no lane called 'tram'"),
])  # fmt: skip
def test_lanes(ride: Ride, more: dict[str, Any], words: str) -> None:
    assert words in problem(model(ride, **more))


def test_a_train_that_forms_in_a_yard_too_small_for_it() -> None:
    inside = (Enter("yard"), Ride("train"), Leave("yard"))
    words = (
        "lane train: it has no timeout and can never fill: whoever waits for it is inside yard yard, whose 3 take 9 of"
    )
    assert problem(model(*inside, size=3.0)).startswith(words)
    assert not list(problems_of(model(*inside, size=4.0)))
    # Others wait for it outside, or it does not wait until it is full.
    assert not list(problems_of(model(*inside, Ride("train"), size=3.0)))
    for lane in (Lane("train", 10.0, HOUR, timeout_h=24.0), Lane("train", 10.0, HOUR, "clock", headway=HOUR)):
        assert not list(problems_of(model(*inside, size=3.0, lanes=(lane,))))


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("gates", "words"), [
    ((Hours("day", DAY), Hours("night", NIGHT)), "it never opens: the hours of day and night have none in common"),
    ((Hours("day", DAY), Hours("half", ((0.0, 8.0),))), "it never opens: the hours of day and half have none"),
    ((Hours("none", ()),), "gate none: it never opens"),
    ((Outages("war", ((0.0, 5.0), (5.0, math.inf))),), "gate war: it never opens"),
])  # fmt: skip
def test_what_never_opens(gates: tuple[Gate, ...], words: str) -> None:
    names = tuple(gate.name for gate in gates)
    desk = model(Visit("desk", HOUR), gates=gates, stations=(Station("desk", 1, names),))
    assert words in problem(desk)
    lane = Lane("train", 10.0, HOUR, gates=names)
    assert words in problem(model(Ride("train"), gates=gates, lanes=(lane,)))


def test_hours_meet_if_only_over_the_end_of_the_week_or_by_their_offsets() -> None:
    late, early = Hours("late", ((160.0, 168.0),)), Hours("early", ((0.0, 4.0),))
    for gates, meet in (((late, early), False), ((late, replace(early, offset_h=3.0)), True),
                        ((late, replace(early, offset_h=5.0)), True), ((replace(late, offset_h=6.0), early), False),
                        ((replace(late, offset_h=164.0), early), True)):  # fmt: skip
        desk = Station("desk", 1, ("late", "early"))
        assert (not list(problems_of(model(Visit("desk", HOUR), gates=gates, stations=(desk,))))) == meet, gates
    # Closed for a while, or for good from some day on, is not never open.
    for outage in (Outages("strike", ((0.0, 5.0),)), Outages("end", ((5.0, math.inf),))):
        desk = Station("desk", 1, ("strike", "end")[outage.name == "end" :][:1])
        assert not list(problems_of(model(Visit("desk", HOUR), gates=(outage,), stations=(desk,))))


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("found", "words"), [
    (model(Visit("desk", HOUR), stations=(Station("desk", 0),)), "station desk: 0 servers, must be 1 or more"),
    (model(Travel("road", Law("deterministic", -1.0))), "operation 0: travel: mean -1 h and variation 0 must be"),
    (model(Travel("road", HOUR, waiting=Law("exponential", math.inf, 1.0))), "operation 0: waiting: mean inf h"),
    (model(Travel("road", HOUR, procedure=Law("gamma", 1.0, math.nan))), "operation 0: procedure: mean 1 h and"),
    (model(Travel("road", HOUR), headway=Law()), "source boxes: headway: mean 0 h, must be above 0"),
    (model(Visit("desk", HOUR, otherwise=9)), "goes on at 9, must be from 0 to 1"),
    (model(Travel("road", HOUR), Visit("desk", HOUR, otherwise=0)), "(otherwise) at 0, must be a later"),
    (model(Branch("away", 0.5, -1)), "goes on at -1, must be from 0 to 1"),
    (model(Branch("away", 1.5, 1)), "chance 1.5, must be from 0 to 1"),
    (model(Enter("yard"), Leave("yard"), yards=(Yard("yard", 0),)), "yard yard: 0 places, must be 1 or more"),
    (model(Travel("road", HOUR), gates=(Embargo("full", "yard", 3, 3),)), "gate full: it must be lifted (at 3) below"),
    (model(Travel("road", HOUR), fleets=(Fleet("ships", 1),)), "fleet ships: no lane has it"),
    (model(Travel("road", HOUR), ports=(Port("harbour", 0),)), "port harbour: 0 berths, must be 1 or more"),
])  # fmt: skip
def test_numbers(found: Model, words: str) -> None:
    assert words in problem(found)


def test_a_fleet_of_none() -> None:
    legs = (("A", "B", HOUR), ("B", "A", HOUR))
    ferry = Lane("train", 10.0, HOUR, fleet="ships", from_port="A", to_port="B")
    ports = (Port("A", 1), Port("B", 1))
    found = model(Ride("train"), lanes=(ferry,), ports=ports, fleets=(Fleet("ships", 0, positioning=legs),))
    assert problem(found) == "fleet ships: 0 vehicles, must be 1 or more"


def test_all_problems_come_at_once() -> None:
    found = list(problems_of(model(Ride("tram"), Visit("dask", HOUR), Leave("yrad"))))
    assert [line.split(": ", 2)[-1] for line in found if "called" in line] == [
        "ride: no lane called 'tram'" + found[1].split("'tram'")[1],
        "visit: no station called 'dask'; did you mean 'desk'?",
        "yard: no yard called 'yrad'; did you mean 'yard'?",
    ]  # fmt: skip
