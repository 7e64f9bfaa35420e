"""Time and size of a fresh installation, of the first report, and of starting up.

Run from the root of a checkout, with a package index in reach::

    python -m benchmarks.footprint
    python -m benchmarks.footprint --json
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import venv
from pathlib import Path

from benchmarks._measure import Figure, show

ROOT = Path(__file__).resolve().parent.parent
STARTS = 15


def seconds(command: list[str], folder: Path) -> float:
    """Return how long a command takes as a whole process."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def size_mb(folder: Path) -> float:
    """Return the size of all files under a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def measure() -> list[Figure]:
    """Return the figures of one installation from nothing."""
    with tempfile.TemporaryDirectory(prefix="kervan-footprint-") as name:
        return _measured(Path(name))


def _measured(scratch: Path) -> list[Figure]:
    home = scratch / "venv"
    venv.create(home, with_pip=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    python, kervan, page = str(programs / "python"), str(programs / "kervan"), scratch / "report.html"
    bare = size_mb(home)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-cache-dir", str(ROOT)]
    installing = seconds(pip, scratch)
    added = size_mb(home) - bare
    report = [kervan, "report", "--output", str(page)]
    first = seconds(report, scratch)
    again = [seconds(report, scratch) for _ in range(7)]
    starts: dict[str, list[str]] = {
        "python -c pass": [python, "-c", "pass"],
        "python -c 'import kervan'": [python, "-c", "import kervan"],
        "python, import kervan and load trans_caspian": [python, "-c", "import kervan; kervan.load('trans_caspian')"],
        "kervan --help": [kervan, "--help"],
    }
    bars = {"python -c 'import kervan'": 0.6, "kervan --help": 0.3}
    taken: dict[str, list[float]] = {what: [] for what in starts}
    for _ in range(STARTS):  # in turns, so that a load on the machine meets them all alike
        for what, command in starts.items():
            taken[what].append(seconds(command, scratch))
    return [
        Figure("pip install ., fresh environment, no cache", "s", (installing,), bar=60.0),
        Figure("pip install .: added to the environment", "MB", (added,), bar=900.0),
        Figure("kervan report, the first after it", "s", (first,), bar=10.0),
        Figure("kervan report, again", "s", tuple(again), bar=10.0),
        Figure("kervan report: size of the page", "MB", (page.stat().st_size / 1e6,)),
        *(Figure(what, "s", tuple(times), bars.get(what)) for what, times in taken.items()),
    ]


if __name__ == "__main__":
    show(measure())
