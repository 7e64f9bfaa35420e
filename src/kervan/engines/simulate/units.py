"""Units of work: some replications of a model, the same whoever does them, wherever and how often.

A unit is all that a machine needs, and what it gives back is small (`Summary`) and depends on nothing else: one that
was lost with a machine is simply done again. An `Executor` does units somewhere and gives back what they give in the
order of the units, so that what is summed up does not depend on it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import kervan
from kervan.engines.simulate.model import Model
from kervan.engines.simulate.summary import Summary, Window, summary_of
from kervan.errors import ParamsError, SolveError, UnknownName

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Dask", "Executor", "Threads", "Unit", "executor_of", "summaries_in", "units_of"]

_MOST_THREADS: Final = 256
#: No more tasks are begun than so many for each that can run, so that a caller who sums up as he goes needs little
#: memory, and one who stops has not begun much in vain.
_AHEAD: Final = 2

Task = TypeVar("Task")
Found = TypeVar("Found")
#: What is done with a task; the second argument is asked now and then whether to give up.
Work = Callable[[Task, Callable[[], bool]], Found]


@dataclass(frozen=True, slots=True)
class Unit:
    """Some replications of a model.

    Parameters
    ----------
    model
        What is simulated.
    window
        How long, and what is counted.
    first, count
        Number of the first replication, and how many.
    seed
        Of all draws.
    max_events, max_alive
        Bounds, as for `kervan.engines.simulate.run.run_model`.
    version
        Of Kervan: another one might give other bits.
    """

    model: Model
    window: Window
    first: int
    count: int = 1
    seed: int = 0
    max_events: int = 2_000_000_000
    max_alive: int = 5_000_000
    version: str = kervan.__version__


def units_of(whole: Unit, each: int = 1) -> Iterator[Unit]:
    """Yield a unit in smaller ones, of so many replications each; the last may have fewer.

    Raises
    ------
    ParamsError
        When there are no replications, or more than there are numbers for.
    """
    if not 1 <= whole.count <= 2**32 - whole.first or each < 1:
        raise ParamsError(f"count must be from 1 to {2**32 - whole.first:,}, not {whole.count}")
    end = whole.first + whole.count
    for first in range(whole.first, end, each):
        yield replace(whole, first=first, count=min(each, end - first))


def never() -> bool:
    """Return False: do not give up."""
    return False


def summaries_in(unit: Unit, is_stopped: Callable[[], bool] = never) -> tuple[Summary, ...]:
    """Do a unit.

    Parameters
    ----------
    unit
        What to do.
    is_stopped
        Asked some times a second; work that is told so is given up.

    Raises
    ------
    ParamsError
        When the model cannot run, or the unit comes from another version of Kervan.
    SolveError
        As `kervan.engines.simulate.run.run_model`.
    """
    from kervan.engines.simulate.run import run_model

    if unit.version != kervan.__version__:
        raise ParamsError(f"this machine has Kervan {kervan.__version__}, and whoever asks has {unit.version}")
    return tuple(
        summary_of(
            run_model(
                unit.model, unit.window.horizon_h, seed=unit.seed, replication=number, warm_h=unit.window.warm_h,
                max_events=unit.max_events, max_alive=unit.max_alive, is_stopped=is_stopped,
            ),
            unit.window,
        )
        for number in range(unit.first, unit.first + unit.count)
    )  # fmt: skip


class Executor(Protocol):
    """Something that does tasks, somewhere."""

    def map(self, work: Work[Task, Found], tasks: Iterable[Task]) -> Iterator[Found]:
        """Yield what each task gives, in the order of the tasks, as soon as it is there.

        Whoever stops asking (an error, Ctrl-C, a break) keeps what was yielded.
        """
        ...


# ── threads of this process ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Threads:
    """Does tasks in threads of this process; tasks that are running when nobody asks any more are given up.

    Parameters
    ----------
    count
        How many run at a time; the memory of one for each.
    """

    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.count <= _MOST_THREADS:
            raise ParamsError(f"threads must be from 1 to {_MOST_THREADS}, not {self.count}")

    def map(self, work: Work[Task, Found], tasks: Iterable[Task]) -> Iterator[Found]:
        """Do tasks in threads; see `Executor`."""
        from concurrent.futures import ThreadPoolExecutor
        from threading import Event

        stop = Event()
        with ThreadPoolExecutor(self.count) as pool:

            def submit(task: Task) -> Any:
                return pool.submit(work, task, stop.is_set)

            try:
                for future in _ahead(submit, tasks, _AHEAD * self.count):
                    yield future.result()
            finally:
                stop.set()
                pool.shutdown(wait=True, cancel_futures=True)


def _ahead(submit: Callable[[Task], Any], tasks: Iterable[Task], most: int) -> Iterator[Any]:
    """Yield futures in the order of the tasks, with no more than so many begun."""
    pending: deque[Any] = deque()
    for task in tasks:
        pending.append(submit(task))
        if len(pending) >= most:
            yield pending.popleft()
    while pending:
        yield pending.popleft()


# ── a Dask cluster ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Dask:
    """Does tasks on a Dask cluster; those of a worker that dies are done again by another.

    A task carries all it needs: nothing is put on the workers beforehand that would be lost with one.

    Parameters
    ----------
    client
        Of the cluster.
    """

    client: Client

    def map(self, work: Work[Task, Found], tasks: Iterable[Task]) -> Iterator[Found]:
        """Do tasks on the cluster; see `Executor`.

        Raises
        ------
        SolveError
            When a task has killed several workers, or the cluster is gone.
        """
        from distributed import CancelledError, KilledWorker
        from distributed.comm import CommClosedError

        begun: list[Future] = []

        def submit(task: Task) -> Future:
            # Not pure: the same unit asked for a second time is a task of its own, whatever became of the first.
            begun.append(self.client.submit(_do, work, task, pure=False))
            return begun[-1]

        cores = sum(self.client.nthreads().values())
        try:
            for future in _ahead(submit, tasks, _AHEAD * max(cores, 1)):
                found = future.result()
                begun.remove(future)
                yield found
        except KilledWorker as error:
            raise SolveError(
                f"several workers died at the same task, the last at {error.last_worker.address}"
            ) from None
        except (CancelledError, CommClosedError) as error:
            raise SolveError(f"the Dask cluster is gone: {error}") from None
        finally:
            if begun and self.client.status == "running":
                self.client.cancel(begun, force=True)


def _do(work: Work[Task, Found], task: Task) -> Found:
    return work(task, never)


@contextmanager
def executor_of(name: str, threads: int = 0) -> Iterator[Executor]:
    """Give an executor by its name.

    Parameters
    ----------
    name
        ``threads``; or ``dask``: the cluster of the client that this process has, else that of Dask's setting
        ``scheduler-address`` (the variable ``DASK_SCHEDULER_ADDRESS``), else one of processes on this machine.
    threads
        How many replications run at a time on this machine; 0: as many as there are cores.

    Raises
    ------
    UnknownName
        When there is no such executor.
    ParamsError
        When Dask is not installed, or no scheduler answers.
    """
    count = threads or min(os.cpu_count() or 1, _MOST_THREADS)
    if name == "threads":
        yield Threads(count)
    elif name == "dask":
        with _client(count) as client:
            yield Dask(client)
    else:
        raise UnknownName("executor", name, ("threads", "dask"))


@contextmanager
def _client(count: int) -> Iterator[Client]:
    """Give the client of this process, or one of its own, closed in the end."""
    try:
        import dask
        from distributed import Client, LocalCluster, get_client
    except ImportError:
        raise ParamsError("a Dask cluster needs the package distributed: pip install 'kervan[dask]'") from None
    try:
        client = get_client()
    except ValueError:
        pass
    else:
        yield client
        return
    address = dask.config.get("scheduler-address", None)
    try:
        if address:
            with Client(address) as client:
                yield client
            return
    except OSError:
        raise ParamsError(f"no Dask scheduler answers at {address}") from None
    with LocalCluster(count, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        yield client
