"""Many replications of a model, in threads; what each gives does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Event
from typing import Any, Final

from kervan.engines.simulate._estimates import enough
from kervan.engines.simulate.model import Model
from kervan.engines.simulate.run import Run, run_model
from kervan.errors import NotConverged, ParamsError

__all__ = ["runs_of", "runs_until"]

_MOST_THREADS: Final = 256
_AT_ONCE: Final = 2


def runs_of(
    model: Model, horizon_h: float, count: int, *, first: int = 0, seed: int = 0, threads: int = 1, **more: Any
) -> Iterator[Run]:
    """Yield replications in their order, as soon as each is done.

    Whoever stops asking (an error, Ctrl-C, a break) keeps what was yielded; those that are running are given up
    within a second.

    Parameters
    ----------
    model, horizon_h, seed
        As for `kervan.engines.simulate.run.run_model`.
    count, first
        How many replications, and the number of the first. Runs 0 ... 99 are runs 0 ... 49 and 50 ... 99, wherever
        and whenever those are made.
    threads
        How many run at a time; the memory of one run for each.
    **more
        Further arguments of `run_model`.

    Raises
    ------
    ParamsError
        When the model cannot run, or a number is out of range.
    SolveError
        As `run_model`.
    """
    for name, value, most in (("count", count, 2**32 - first), ("threads", threads, _MOST_THREADS)):
        if not 1 <= value <= most:
            raise ParamsError(f"{name} must be from 1 to {most:,}, not {value}")
    stop, numbers = Event(), iter(range(first, first + count))
    with ThreadPoolExecutor(threads) as pool:

        def begin(number: int) -> Any:
            return pool.submit(
                run_model, model, horizon_h, seed=seed, replication=number, is_stopped=stop.is_set, **more
            )

        # No more are begun than a few ahead, so that a caller who sums up as he goes needs little memory.
        pending = [begin(number) for number in islice(numbers, _AT_ONCE * threads)]
        try:
            while pending:
                yield pending.pop(0).result()
                pending += [begin(number) for number in islice(numbers, 1)]
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def runs_until(
    model: Model,
    horizon_h: float,
    half_width_frac: float,
    *,
    confidence: float = 0.95,
    least: int = 5,
    most: int = 10_000,
    **more: Any,
) -> list[Run]:
    """Return as many replications as it takes for the mean time from door to door to be known so well.

    Follows Law, "Simulation Modeling and Analysis", 5th ed. (2015), section 9.4.1: replications are added until the
    half-width of the interval is at most this share of the mean.

    Parameters
    ----------
    model, horizon_h
        As for `runs_of`.
    half_width_frac, confidence
        What is asked for.
    least, most
        How many replications at least and at most.
    **more
        Further arguments of `runs_of`. Consignments that began before ``warm_h`` do not count.

    Raises
    ------
    NotConverged
        When ``most`` are not enough.
    """
    if not 0 < half_width_frac < 1:
        raise ParamsError(f"half_width_frac must be above 0 and below 1, not {half_width_frac:g}")
    runs: list[Run] = []
    means: list[float] = []
    for run in runs_of(model, horizon_h, most, **more):
        counted = run.records["total_h"][run.records["began_h"] >= run.warm_h]
        if not len(counted):
            raise ParamsError("no consignment begins after the warm-up and finishes; the run is too short")
        runs.append(run)
        means.append(float(counted.mean()))
        if len(means) >= least and enough(means, half_width_frac=half_width_frac, confidence=confidence, least=least):
            return runs
    raise NotConverged(f"{most:,} replications do not bring the half-width to {half_width_frac:.1%} of the mean")
