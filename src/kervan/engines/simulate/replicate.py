"""Many replications of a model; what each gives does not depend on where and when it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kervan.engines.simulate.model import Model
from kervan.engines.simulate.run import Run, run_model
from kervan.engines.simulate.summary import Summary
from kervan.engines.simulate.units import Executor, Threads, Unit, summaries_in, units_of
from kervan.errors import ParamsError

__all__ = ["runs_of", "summaries_of"]


def summaries_of(whole: Unit, executor: Executor, each: int = 1) -> Iterator[Summary]:
    """Yield what is kept of replications in their order, as soon as each is there.

    Whoever stops asking (an error, Ctrl-C, a break) keeps what was yielded.

    Parameters
    ----------
    whole
        All replications.
    executor
        Where they are made. The summaries are the same to the last bit wherever that is.
    each
        How many are made at a time by one worker: a small model may need several for the way to be worth it.

    Raises
    ------
    ParamsError
        When the model cannot run, or a number is out of range.
    SolveError
        As `kervan.engines.simulate.run.run_model`.
    """
    for found in executor.map(summaries_in, units_of(whole, each)):
        yield from found


def runs_of(
    model: Model, horizon_h: float, count: int, *, first: int = 0, seed: int = 0, threads: int = 1, **more: Any
) -> Iterator[Run]:
    """Yield whole replications, with every record, in their order.

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
    if not 1 <= count <= 2**32 - first:
        raise ParamsError(f"count must be from 1 to {2**32 - first:,}, not {count}")

    def run(number: int, is_stopped: Callable[[], bool]) -> Run:
        return run_model(model, horizon_h, seed=seed, replication=number, is_stopped=is_stopped, **more)

    yield from Threads(threads).map(run, range(first, first + count))
