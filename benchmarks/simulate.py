"""Speed and memory of the simulator, beside SimPy, Ciw, salabim, cimba and a loop in C.

Run from the root of a checkout; peers that are not installed, and C without a compiler, are left out with a line::

    pip install simpy ciw salabim cimba
    python -m benchmarks.simulate           # everything, each in a process of its own
    python -m benchmarks.simulate compile   # one case, in this process
    python -m benchmarks.simulate --json
"""

from __future__ import annotations

import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks import _peers
from benchmarks._measure import Figure, from_json, memory, show
from benchmarks._peers import STEPS, theory
from kervan.engines.simulate.model import (
    Branch,
    Embargo,
    Enter,
    Failures,
    Fleet,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Port,
    Ride,
    Source,
    Spells,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip
from kervan.engines.simulate.run import run_listed

ROOT = Path(__file__).resolve().parent.parent
RUNS = 9
#: Consignments a run of M/M/1; a fifth of them in the other models with more steps.
SIZES = {
    "kervan": 500_000, "kervan_events": 500_000, "cimba": 500_000, "cimba_processes": 500_000, "simpy": 20_000,
    "ciw": 5_000, "salabim": 2_000,
}  # fmt: skip
LONGER = ("tandem", "corridor")
NAMES = {
    "kervan": "Kervan", "kervan_events": "Kervan with its event list", "cimba_processes": "cimba, a process for each",
}  # fmt: skip
#: What a simulator is not asked for.
LEFT_OUT = {("ciw", "corridor"), *(("cimba_processes", model) for model in STEPS if model != "corridor")}
#: Times that Kervan is to be faster, on which model.
PROMISED = {
    ("corridor", "simpy"): 40.0, ("corridor", "cimba"): 8.0, ("M/M/1", "cimba"): 1.2,
    ("M/M/1", "simpy"): 100.0, ("M/M/10", "simpy"): 100.0, ("tandem", "simpy"): 100.0,
}  # fmt: skip
#: Means further apart than so many standard errors are wrong.
MOST_ERRORS = 5.0


@dataclass(frozen=True)
class Taken:
    """What one simulator took for one model: nanoseconds of CPU an event, mean hours, and Kervan's for as many."""

    ns: tuple[float, ...]
    means: tuple[float, ...]
    kervan_means: tuple[float, ...]


# ── one simulator, in this process ──────────────────────────────────────────────────────────────────


def engine(name: str) -> dict[str, Taken]:
    """Time one simulator on every model it can express; seeds differ from run to run."""
    return {model: _timed(name, model) for model in STEPS if (name, model) not in LEFT_OUT}


def _call(name: str) -> Callable[[str, int, int], float]:
    if name.startswith("cimba"):
        from benchmarks import _cimba

        return _cimba.run_processes if name == "cimba_processes" else _cimba.run
    found: Callable[[str, int, int], float] = getattr(_peers, name)
    return found


def _timed(name: str, model: str) -> Taken:
    call, n = _call(name), SIZES[name] // (5 if model in LONGER else 1)
    call(model, min(n, 1000), 0)  # compiles, or warms up
    ns, means = [], []
    for seed in range(1, RUNS + 1):
        start = time.process_time()
        means.append(call(model, n, seed))
        ns.append((time.process_time() - start) / (n * (1 + STEPS[model])) * 1e9)
    as_many = [] if name.startswith("kervan") else [_peers.kervan(model, n, seed) for seed in range(100, 140)]
    return Taken(tuple(ns), tuple(means), tuple(as_many))


def _apart(name: str) -> dict[str, Taken]:
    command = [sys.executable, "-m", "benchmarks.simulate", "engine", name]
    said = subprocess.run(command, cwd=ROOT, env=_one_thread(), stdout=subprocess.PIPE, text=True, check=True).stdout
    return {model: Taken(**{k: tuple(v) for k, v in row.items()}) for model, row in json.loads(said).items()}


def _one_thread() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


# ── the cases ───────────────────────────────────────────────────────────────────────────────────────


def peers() -> list[Figure]:
    """Simulate the four models with every simulator there is, each in a process of its own, and compare."""
    found = {name: _apart(name) for name in SIZES if name.startswith("kervan") or find_spec(name.split("_")[0])}
    for name in SIZES.keys() - found.keys():
        print(f"{name}: not installed, left out", file=sys.stderr)
    figures = []
    for model in STEPS:
        for name, taken in found.items():
            if model in taken:
                speeds = tuple(1e3 / x for x in taken[model].ns)
                figures.append(Figure(f"{model}: {NAMES.get(name, name)}", "M events/s", speeds))
    for own in ("kervan", "kervan_events"):
        figures += [one for model in STEPS for one in _ratios(own, model, found)]
    for own in ("kervan", "kervan_events"):
        mine = found[own]
        turns = tuple(a / b for a, b in zip(mine["corridor"].ns, mine["M/M/1"].ns, strict=True))
        figures.append(Figure(f"corridor / M/M/1, time an event, {NAMES[own]}", "ratio", turns, 1.4))
    figures += reference({NAMES[own]: found[own]["M/M/1"].ns for own in ("kervan", "kervan_events")})
    return figures + [one for name, taken in found.items() for model in taken for one in _errors(name, model, taken)]


def _ratios(own: str, model: str, found: dict[str, dict[str, Taken]]) -> list[Figure]:
    """Return how many times as fast as each peer one of ours is."""
    ours, figures = statistics.median(found[own][model].ns), []
    for name, taken in found.items():
        if not name.startswith("kervan") and model in taken:
            times = tuple(x / ours for x in taken[model].ns)
            bar = PROMISED.get((model, name)) if own == "kervan" else None
            what = f"{model}: {NAMES[own]}, times as fast as {NAMES.get(name, name)}"
            figures.append(Figure(what, "ratio", times, bar, is_least=True))
    return figures


def _errors(name: str, model: str, found: dict[str, Taken]) -> list[Figure]:
    """Return how many standard errors a mean is from the closed form, or from Kervan's of runs as long."""
    taken, expected, spread = found[model], theory(model), 0.0
    if taken.kervan_means:
        expected, spread = statistics.fmean(taken.kervan_means), _error(taken.kervan_means)
    if expected is None:
        return []
    errors = (statistics.fmean(taken.means) - expected) / math.hypot(_error(taken.means), spread)
    what = "Kervan, as many" if taken.kervan_means else f"theory {expected:.4g} h"
    return [
        Figure(
            f"{model}: mean of {NAMES.get(name, name)} from {what}, standard errors", "", (abs(errors),), MOST_ERRORS
        )
    ]


def _error(values: tuple[float, ...]) -> float:
    return statistics.stdev(values) / math.sqrt(len(values))


def reference(ours: dict[str, tuple[float, ...]]) -> list[Figure]:
    """Time the loop in C (``ref.c``), and set Kervan's M/M/1 against it."""
    compiler = shutil.which("cc")
    if compiler is None:
        print("no C compiler: ref.c left out", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder) / "ref")
        source = str(ROOT / "benchmarks" / "ref.c")
        subprocess.run([compiler, "-O3", "-march=native", source, "-o", program, "-lm"], check=True)
        said = [
            subprocess.run([program, str(SIZES["kervan"]), str(k)], capture_output=True, text=True, check=True).stdout
            for k in range(RUNS)
        ]
    loop = statistics.median(float(line.split()[0]) / SIZES["kervan"] / 2 * 1e9 for line in said)
    return [
        Figure("M/M/1: ref.c", "M events/s", (1e3 / loop,)),
        *(
            Figure(
                f"M/M/1: {name} / ref.c, time an event", "ratio", tuple(x / loop for x in ns),
                1.8 if name == "Kervan" else None,
            )
            for name, ns in ours.items()
        ),
    ]  # fmt: skip


def features() -> list[Figure]:
    """Set a model with every feature against the corridor, both with the event list, an event as the kernel counts."""
    full, taken = full_model(), {"full": list[float](), "corridor": list[float]()}
    corridor, horizon_h = _peers.kervan_model("corridor", 200_000)
    for turn in range(RUNS):
        for name, model, until_h in (("full", full, 40_000.0), ("corridor", corridor, horizon_h)):
            start = time.process_time()
            run = run_listed(model, until_h, seed=2, replication=turn)
            taken[name].append((time.process_time() - start) / run.events * 1e9)
    ratios = tuple(a / b for a, b in zip(taken["full"][1:], taken["corridor"][1:], strict=True))
    return [
        Figure("every feature", "ns/event", tuple(taken["full"][1:])),
        Figure("corridor, events of the kernel", "ns/event", tuple(taken["corridor"][1:])),
        Figure("every feature / corridor, time an event", "ratio", ratios, 2.0),
    ]


def full_model() -> Model:
    """Return a model that uses every kind of part."""
    expo, fixed = (lambda mean_h: Law.of("exponential", mean_h)), (lambda hours: Law.of("deterministic", hours))
    program = (
        Visit("documents", Law.of("lognormal", 0.6, 0.8), electronic=0.6, electronic_law=fixed(0.05)),
        Visit("customs", Law.of("gamma", 0.5, 0.7), patience=expo(60.0), otherwise=2),
        Visit("inspection", Law.empirical((0.2, 0.5, 1.0, 3.0)), share=0.2),
        Branch("again", 0.05, 1),
        Travel("rail", Law.of("lognormal", 20.0, 0.3)),
        Enter("yard"),
        Visit("crane", expo(0.1)),
        Ride("ferry"),
        Leave("yard"),
        Ride("train"),
        Travel("road", Law.of("gamma", 10.0, 0.5)),
    )
    back = (Travel("rail back", Law.of("lognormal", 20.0, 0.3)), Ride("ferry back"), Visit("customs", fixed(0.4)))
    season = tuple((730.0 * month, 1.0 + 0.3 * math.sin(month)) for month in range(12))
    sea = {"load_h": 6.0, "unload_h": 6.0, "gates": ("weather",), "fleet": "ferries", "timeout_h": 36.0}
    days = tuple((24.0 * day + 6, 24.0 * day + 22) for day in range(7))
    return Model(
        (
            Source("boxes", expo(0.7), ((0.8, program), (0.2, program[4:])), season=season),
            Source("urgent", expo(5.0), ((1.0, program),), priority=0, size=2.0),
            Source("back", expo(1.5), ((1.0, back),), priority=1),
            Source("block train", fixed(48.0), ((1.0, program[4:]),), group=20, priority=1),
        ),
        (
            Station("documents", 3),
            Station("customs", 4, ("days", "full"), "interrupt"),
            Station("inspection", 2, ("days",), "restart"),
            Station("crane", 2, ("breakdown",)),
        ),
        (
            Hours("days", days),
            Spells("weather", ((0.0, 120.0, 12.0), (4000.0, 200.0, 6.0))),
            Failures("breakdown", expo(200.0), Law.of("gamma", 6.0, 0.5)),
            Embargo("full", "yard", 90, 60),
        ),
        (Yard("yard", 120),),
        (
            Lane("ferry", 60.0, Law.of("lognormal", 14.0, 0.2), from_port="west", to_port="east", **sea),  # type: ignore[arg-type]
            Lane("ferry back", 60.0, Law.of("lognormal", 14.0, 0.2), from_port="east", to_port="west", **sea),  # type: ignore[arg-type]
            Lane("train", 100.0, fixed(12.0), rule="clock", headway=fixed(24.0)),
        ),
        (Fleet("ferries", 5, positioning=(("west", "east", fixed(14.0)), ("east", "west", fixed(14.0)))),),
        (Port("west", 2), Port("east", 2)),
    )


def size() -> list[Figure]:
    """Simulate four million consignments of M/M/1 and of the corridor: bytes of the peak for each."""
    n, figures = 4_000_000, []
    for name, recursion in (("", True), (", event list", False)):
        _peers.kervan("corridor", 1000, 0, recursion=recursion)
        for model in ("M/M/1", "corridor"):
            rise = memory(model, lambda: _peers.kervan_run(model, n, 0, recursion=recursion))  # noqa: B023
            bytes_each = tuple(sample * 1e6 / n for figure in rise for sample in figure.samples)
            if bytes_each:
                figures.append(Figure(f"{model}{name}: memory of a run of {n:,}", "B/consignment", bytes_each, 64.0))
    return figures


def threads() -> list[Figure]:
    """Simulate replications one after the other, and on two threads: wall time."""
    figures = []
    for name, recursion in (("", True), (", event list", False)):
        _peers.kervan("corridor", 1000, 0, recursion=recursion)

        def one(seed: int) -> float:
            return _peers.kervan("corridor", 400_000, seed, recursion=recursion)  # noqa: B023

        times = []
        for _ in range(5):
            start = time.perf_counter()
            for seed in range(4):
                one(seed)
            middle = time.perf_counter()
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(one, range(4)))
            times.append((middle - start) / (time.perf_counter() - middle))
        figures.append(Figure(f"2 threads, times as fast as 1{name}", "ratio", tuple(times), 1.8, is_least=True))
    return figures


_FIRST = """
import time, numba
start, busy = time.perf_counter(), time.process_time()
from benchmarks._peers import kervan
kervan("corridor", 100, 0, recursion={recursion})
print(time.perf_counter() - start, time.process_time() - busy)
"""


def compiling() -> list[Figure]:
    """Take the first run of a process, imports of Kervan's included: without a cache, and with one."""
    figures = []
    for name, recursion in (("", True), (", event list", False)):
        command = [sys.executable, "-c", _FIRST.format(recursion=recursion)]
        with tempfile.TemporaryDirectory() as folder:
            env = {**os.environ, "NUMBA_CACHE_DIR": folder}
            said = [
                subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
                for _ in range(6)
            ]
        wall, cpu = zip(*([float(word) for word in line.split()] for line in said), strict=True)
        figures += [
            Figure(f"first run, nothing compiled{name}", "s", wall[:1], 12.0),
            Figure(f"first run, nothing compiled{name}, CPU", "s", cpu[:1]),
            Figure(f"first run, cached{name}", "s", wall[1:], 0.6),
        ]
    return figures


CASES = {"peers": peers, "features": features, "size": size, "threads": threads, "compile": compiling}


def apart(case: str) -> list[Figure]:
    """Measure a case in a process of its own, so that none inherits the memory of another."""
    command = [sys.executable, "-m", "benchmarks.simulate", case, "--json"]
    return from_json(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)


def measure() -> list[Figure]:
    """Return the figures of every case."""
    return [figure for case in CASES for figure in apart(case)]


def main() -> None:
    chosen = [word for word in sys.argv[1:] if word != "--json"]
    if chosen[:1] == ["engine"]:
        print(json.dumps({model: vars(taken) for model, taken in engine(chosen[1]).items()}))
        return
    if unknown := [word for word in chosen if word not in CASES]:
        raise SystemExit(f"no case called {unknown[0]!r}; there are {', '.join(CASES)}")
    show([figure for case in chosen for figure in CASES[case]()] if chosen else measure())


if __name__ == "__main__":
    main()
