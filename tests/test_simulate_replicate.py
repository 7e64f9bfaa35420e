"""Replications: the same bits however they are made, and no more of them than are asked for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from kervan.engines.simulate.model import Branch, Enter, Hours, Lane, Law, Model, Ride, Source, Station, Visit, Yard
from kervan.engines.simulate.output import paired
from kervan.engines.simulate.replicate import runs_of
from kervan.engines.simulate.run import Run, run_model
from kervan.errors import ParamsError, SolveError


def exponential(mean_h: float) -> Law:
    return Law.of("exponential", mean_h)


def corridor(officers: int = 3) -> Model:
    """A post open sixteen hours a day, then a ferry of fifty or two days."""
    way = (Visit("post", exponential(0.8)), Ride("ferry"), Visit("rail", Law.of("gamma", 30.0, 0.3)))
    return Model(
        (Source("boxes", exponential(0.5), ((1.0, way),)),),
        stations=(Station("post", officers, gates=("day",)), Station("rail", None)),
        gates=(Hours("day", tuple((24.0 * day, 24.0 * day + 16) for day in range(7))),),
        lanes=(Lane("ferry", 50.0, Law.of("lognormal", 14.0, 0.2), timeout_h=48.0),),
    )


def same(a: Run, b: Run) -> bool:
    names = [field.name for field in dataclasses.fields(Run)]
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def test_the_same_bits_whatever_the_number_of_threads_and_the_order() -> None:
    alone = list(runs_of(corridor(), 2000.0, 6, seed=3))
    together = list(runs_of(corridor(), 2000.0, 6, seed=3, threads=2))
    later = list(runs_of(corridor(), 2000.0, 2, first=4, seed=3))
    assert [run.replication for run in together] == list(range(6))
    assert all(same(a, b) for a, b in zip(alone, together, strict=True))
    assert all(same(a, b) for a, b in zip(alone[4:], later, strict=True))
    assert not same(alone[0], dataclasses.replace(alone[1], replication=0))
    assert not same(alone[0], run_model(corridor(), 2000.0, seed=4))


def test_common_random_numbers_make_a_difference_precise() -> None:
    def means(officers: int, seed: int) -> list[float]:
        return [float(run.records["total_h"].mean()) for run in runs_of(corridor(officers), 4000.0, 20, seed=seed)]

    three, four, other = means(3, 1), means(4, 1), means(4, 2)
    common, apart = paired(three, four), paired(three, other)
    assert common.mean < 0
    assert common.half_width < apart.half_width / 1.5
    assert common.probability_b_smaller > 0.9


def test_who_stops_asking_keeps_what_there_is() -> None:
    kept = []
    for run in runs_of(corridor(), 2000.0, 1000, threads=2):
        kept.append(run.replication)
        if len(kept) == 3:
            break
    assert kept == [0, 1, 2]


def test_a_run_that_is_stopped_is_given_up() -> None:
    endless = Model((Source("a", exponential(1e-3), ((1.0, ()),)),))
    with pytest.raises(SolveError, match="stopped before the end"):
        run_model(endless, 1e9, is_stopped=lambda: True)


def test_an_error_in_one_replication_is_the_error_of_all() -> None:
    way = (Visit("post", exponential(1.0)),)
    crowded = Model((Source("a", exponential(0.5), ((1.0, way),)),), stations=(Station("post"),))
    with pytest.raises(SolveError, match=r"more than 200 consignments are under way; most wait at post"):
        list(runs_of(crowded, 1e5, 4, threads=2, max_alive=200))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"count": 0}, "count must be from 1"),
        ({"threads": 0}, "threads must be from 1"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"horizon_h": float("inf")}, "finite"),
        ({"horizon_h": 1e12}, "too many weeks"),
    ],
)
def test_a_number_out_of_range_is_refused(wrong: dict[str, float], words: str) -> None:
    asked = {"horizon_h": 100.0, "count": 1, **wrong}
    with pytest.raises(ParamsError, match=words):
        list(runs_of(corridor(), **asked))  # type: ignore[arg-type]


def test_every_problem_of_a_model_is_said_at_once() -> None:
    way = (
        Visit("pots", Law("exponential", -1.0, 1.0)), Ride("ferry"), Enter("yard"), Branch("again", 2.0, 9),
        Visit("post", Law("gama", 1.0, 0.5), patience=exponential(1.0)),
    )  # fmt: skip
    wrong = Model(
        (Source("a", Law(), ((0.5, way),), size=9.0),),
        stations=(Station("post", 0, gates=("nights",)),),
        gates=(Hours("days", ()),),
        yards=(Yard("yard", 0),),
        lanes=(Lane("ferry", 5.0, Law(), fleet="ships"),),
    )
    with pytest.raises(ParamsError) as caught:
        run_model(wrong, 10.0)
    for words in (
        "gate days: it never opens", "station post: 0 servers", "no gate called 'nights'", "yard yard: 0 places",
        "no fleet called 'ships'", "headway: mean 0 h, must be above 0", "shares of its programs",
        "no station called 'pots'; did you mean 'post'?", "a consignment of 9 does not fit into lane ferry of 5",
        "chance 2, must be from 0 to 1", "goes on at 9", "no law called 'gama'", "must know where to go on",
    ):  # fmt: skip
        assert words in str(caught.value), words
