"""Units of work: the same bits from threads and from a Dask cluster, also when one of its workers is killed."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kervan.engines.simulate.model import Hours, Lane, Law, Model, Ride, Source, Station, Visit
from kervan.engines.simulate.replicate import summaries_of
from kervan.engines.simulate.run import run_model
from kervan.engines.simulate.summary import Gathered, Summary, Window, summary_of
from kervan.engines.simulate.units import Dask, Threads, Unit, executor_of, summaries_in, units_of
from kervan.errors import ParamsError, SolveError, UnknownName

distributed = pytest.importorskip("distributed")


def corridor() -> Model:
    """A post open sixteen hours a day, then a ferry of fifty or two days."""
    way = (Visit("post", Law.of("exponential", 0.8)), Ride("ferry"), Visit("rail", Law.of("gamma", 30.0, 0.3)))
    return Model(
        (Source("boxes", Law.of("exponential", 0.5), ((1.0, way),)),),
        stations=(Station("post", 3, gates=("day",)), Station("rail", None)),
        gates=(Hours("day", tuple((24.0 * day, 24.0 * day + 16) for day in range(7))),),
        lanes=(Lane("ferry", 50.0, Law.of("lognormal", 14.0, 0.2), timeout_h=48.0),),
    )


def work(count: int = 6, horizon_h: float = 2016.0) -> Unit:
    return Unit(corridor(), Window(168.0, horizon_h - 168.0, horizon_h, (0,)), 0, count, seed=3)


def digest(summaries: Iterator[Summary] | list[Summary]) -> str:
    """Return a digest of all that is summed up, to the last bit."""
    whole, gathered = hashlib.sha256(), Gathered()
    for one in summaries:
        gathered.add(one)
        whole.update(repr((one.replication, one.events, one.mean_h)).encode())
        for name in ("days", "stations", "weeks", "waits", "lanes", "fleets", "operations", "made", "arrived"):
            whole.update(getattr(one, name).tobytes())
        whole.update(one.od.stats.tobytes() + b"".join(times.tobytes() for times in one.od.times_h))
    for name in ("weeks", "weeks_squared", "waits", "operations"):
        whole.update(getattr(gathered, name).tobytes())
    return whole.hexdigest()


# ── units ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_in_smaller_ones_is_the_same_replications() -> None:
    parts = list(units_of(work(7), 3))
    assert [(part.first, part.count) for part in parts] == [(0, 3), (3, 3), (6, 1)]
    assert list(units_of(work(1))) == [work(1)]
    for wrong, each in ((replace(work(), count=0), 1), (replace(work(), first=2**32 - 1), 1), (work(), 0)):
        with pytest.raises(ParamsError, match="count must be from 1"):
            list(units_of(wrong, each))


def test_what_a_unit_gives_is_that_of_its_replications() -> None:
    unit = replace(work(), first=4, count=2)
    found = summaries_in(unit)
    runs = [run_model(corridor(), 2016.0, seed=3, replication=number, warm_h=168.0) for number in (4, 5)]
    assert [one.replication for one in found] == [4, 5]
    assert digest(list(found)) == digest([summary_of(run, unit.window) for run in runs])
    assert digest(list(summaries_in(pickle.loads(pickle.dumps(unit))))) == digest(list(found))


def test_what_a_unit_gives_back_does_not_grow_with_the_consignments() -> None:
    busy = replace(corridor(), stations=(Station("post", None), Station("rail", None)))
    crowd = replace(busy, sources=(replace(busy.sources[0], headway=Law.of("exponential", 0.005)),))
    sizes = []
    for model in (busy, crowd):
        (found,) = summaries_in(replace(work(1), model=model))
        sizes.append(len(pickle.dumps(found)))
    assert found.arrived.sum() > 250_000
    assert max(sizes) < 30_000


def test_another_version_is_refused() -> None:
    with pytest.raises(ParamsError, match=r"this machine has Kervan .*, and whoever asks has 0\.0\.0"):
        summaries_in(replace(work(), version="0.0.0"))


# ── threads ─────────────────────────────────────────────────────────────────────────────────────────


def test_threads_and_the_size_of_units_change_no_bit() -> None:
    alone = digest(summaries_of(work(), Threads(1)))
    assert digest(summaries_of(work(), Threads(2))) == alone
    assert digest(summaries_of(work(), Threads(3), each=4)) == alone
    assert digest(summaries_of(replace(work(), seed=4), Threads(1))) != alone


def test_who_stops_asking_keeps_what_there_is_and_little_else_is_begun() -> None:
    begun: list[int] = []

    def do(task: int, is_stopped: Callable[[], bool]) -> int:
        begun.append(task)
        return task

    kept = []
    for found in Threads(2).map(do, iter(range(10_000))):
        kept.append(found)
        if len(kept) == 5:
            break
    assert kept == [0, 1, 2, 3, 4]
    assert len(begun) < 12


def test_an_error_ends_all_and_says_what_it_was() -> None:
    with pytest.raises(SolveError, match="more than 20 consignments are under way"):
        list(summaries_of(replace(work(), max_alive=20), Threads(2)))


INTERRUPTED = """
import os, signal, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may ignore it
from test_simulate_units import Threads, summaries_of, work
list(summaries_of(work(1), Threads(1)))  # compiled
kept, asked = [], time.time()
def interrupt():
    global asked
    while not kept:
        time.sleep(0.01)
    asked = time.time()
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    for one in summaries_of(work(1000, 168.0 * 5200), Threads(2)):
        kept.append(one)
except KeyboardInterrupt:
    print(len(kept), time.time() - asked)
"""


def test_ctrl_c_stops_within_a_second_and_keeps_what_is_finished() -> None:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True, cwd=root, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    count, seconds = ran.stdout.split()
    assert 1 <= int(count) < 1000
    assert float(seconds) < 1.0


# ── Dask ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two workers, each a process of its own that is started again when it dies."""
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found,
        distributed.Client(found) as client,
    ):
        yield client


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
def test_a_cluster_gives_the_same_bits_also_when_a_worker_is_killed(cluster: Any) -> None:
    unit = work(12, 168.0 * 520)
    expected = digest(summaries_of(unit, Threads(2)))
    assert digest(summaries_of(unit, Dask(cluster), each=5)) == expected
    workers = cluster.run(os.getpid)
    assert len(set(workers.values()) | {os.getpid()}) == 3
    found = []
    for one in summaries_of(unit, Dask(cluster)):
        found.append(one)
        if len(found) == 2:
            # One that has a unit in work dies in the middle of it.
            victim = next(worker for worker, tasks in cluster.processing().items() if tasks)
            os.kill(workers[victim], signal.SIGKILL)
    assert digest(found) == expected
    assert set(cluster.run(os.getpid).values()) != set(workers.values())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
def test_errors_and_interruptions_cross_the_cluster(cluster: Any) -> None:
    with pytest.raises(SolveError, match="more than 20 consignments are under way"):
        list(summaries_of(replace(work(), max_alive=20), Dask(cluster)))
    with pytest.raises(ParamsError, match="whoever asks has"):
        list(summaries_of(replace(work(), version="0.0.0"), Dask(cluster)))
    kept = []
    for one in summaries_of(work(500), Dask(cluster)):
        kept.append(one.replication)
        if len(kept) == 3:
            break
    assert kept == [0, 1, 2]
    # What nobody asks for any more is taken off the cluster.
    until = time.time() + 20
    while cluster.processing() and any(cluster.processing().values()) and time.time() < until:
        time.sleep(0.1)
    assert not any(cluster.processing().values())
    # The client of this process is the one that is used where only a name is given.
    with executor_of("dask") as executor:
        assert digest(summaries_of(work(2), executor)) == digest(summaries_of(work(2), Threads(1)))


def test_an_executor_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with executor_of("threads", 3) as executor:
        assert executor == Threads(3)
    with executor_of("threads") as executor:
        assert isinstance(executor, Threads)
        assert executor.count >= 1
    with pytest.raises(UnknownName, match="did you mean 'threads'"), executor_of("thread"):
        pass
    for wrong in (0, -1, 257):
        with pytest.raises(ParamsError, match="threads must be from 1"):
            Threads(wrong)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ParamsError, match=r"pip install 'kervan\[dask\]'"), executor_of("dask"):
        pass


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_named() -> None:
    import dask

    with (
        dask.config.set({"scheduler-address": "tcp://127.0.0.1:9", "distributed.comm.timeouts.connect": "500ms"}),
        pytest.raises(ParamsError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        executor_of("dask"),
    ):
        pass


def test_sums_over_replications_do_not_depend_on_who_made_them() -> None:
    one, other = Gathered(), Gathered()
    for found in summaries_of(work(), Threads(2)):
        one.add(found)
    for found in summaries_of(work(), Threads(1), each=6):
        other.add(found)
    assert one.means_h == other.means_h
    assert one.weeks is not None
    assert other.weeks is not None
    assert np.array_equal(one.weeks, other.weeks)
