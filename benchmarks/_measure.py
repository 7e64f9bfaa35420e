"""Taking measurements, and showing them: one table on a terminal, JSON for machines."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

REPEATS = 15
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Figure:
    """One measured number, with its bar where something is promised.

    Parameters
    ----------
    name
        What was measured.
    unit
        ``ms``, ``s``, ``MB``, ``ratio`` and so on.
    samples
        Every measurement; the median is what counts.
    bar
        The most the median may be; None where nothing is promised.
    is_least
        Whether the bar is the least the median may be.
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    bar: float | None = None
    is_least: bool = False

    @property
    def median(self) -> float:
        """Median of the samples."""
        return statistics.median(self.samples)

    @property
    def is_met(self) -> bool | None:
        """Whether the median is within the bar; None without a bar."""
        if self.bar is None:
            return None
        return self.median >= self.bar if self.is_least else self.median <= self.bar


def interleaved(calls: dict[str, Callable[[], Any]], repeats: int = REPEATS) -> dict[str, list[float]]:
    """Return the seconds of every call, taken in turns so that a load on the machine meets them all alike."""
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    return taken


def milliseconds(name: str, seconds: Sequence[float], bar: float | None = None) -> Figure:
    """Return times as a figure in milliseconds."""
    return Figure(name, "ms", tuple(second * 1e3 for second in seconds), bar)


def ratio(name: str, ours: Sequence[float], theirs: Sequence[float], bar: float | None = None) -> Figure:
    """Return the ratios of times that were taken one right after the other."""
    return Figure(name, "ratio", tuple(one / other for one, other in zip(ours, theirs, strict=True)), bar)


def memory(name: str, call: Callable[[], Any]) -> list[Figure]:
    """Return by how much the resident memory of this process rises at most during a call (Linux; elsewhere nothing).

    Memory of compiled code counts, which `tracemalloc` does not see.
    """
    if not _STATUS.exists():
        return []
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before = _status_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # sets the peak back to what is resident now
    call()
    return [Figure(f"{name}: memory of the call", "MB", (max(_status_mb("VmHWM") - before, 0.0),))]


def peak_of_process(name: str) -> list[Figure]:
    """Return the most memory that was resident in this process so far (Linux; elsewhere nothing).

    Call it before `memory`, which sets the peak back.
    """
    return [Figure(f"{name}: peak of the process", "MB", (_status_mb("VmHWM"),))] if _STATUS.exists() else []


def _status_mb(name: str) -> float:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(name)


def as_json(figures: Sequence[Figure]) -> str:
    """Return the figures with the machine they were taken on, for machines."""
    rows = [
        {
            "name": figure.name, "unit": figure.unit, "least": min(figure.samples), "median": figure.median,
            "most": max(figure.samples), "samples": list(figure.samples), "bar": figure.bar,
            "is_least": figure.is_least, "is_met": figure.is_met,
        }
        for figure in figures
    ]  # fmt: skip
    machine = {"system": platform.system(), "python": platform.python_version(), "core_count": os.cpu_count()}
    return json.dumps({"schema": "kervan.benchmark/1", "machine": machine, "figures": rows}, indent=2)


def from_json(text: str) -> list[Figure]:
    """Return the figures of `as_json`."""
    rows = json.loads(text)["figures"]
    return [Figure(row["name"], row["unit"], tuple(row["samples"]), row["bar"], row["is_least"]) for row in rows]


def show(figures: Sequence[Figure]) -> None:
    """Print the figures: JSON if the command line has ``--json``, else a table."""
    if "--json" in sys.argv:
        print(as_json(figures))
        return
    table = Table("measured", "unit", "least", "median", "most", "bar", "met", box=None, pad_edge=False)
    for column in table.columns[2:6]:
        column.justify = "right"
    for figure in figures:
        numbers = (min(figure.samples), figure.median, max(figure.samples))
        bar = "" if figure.bar is None else f"{'≥ ' if figure.is_least else ''}{figure.bar:g}"
        table.add_row(
            figure.name, figure.unit, *(_digits(number) for number in numbers), bar,
            {None: "", True: "yes", False: "NO"}[figure.is_met],
        )  # fmt: skip
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _digits(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.2g}" if number < 10 else f"{number:.3g}"
