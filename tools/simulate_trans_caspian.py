"""Simulate the year of the report of the shipped package, and keep what the report shows.

Usage::

    python tools/simulate_trans_caspian.py

For each scenario that ``[report]`` of ``trans_caspian`` names, ten replications with seed 1 are written to
``src/kervan/corridors/trans_caspian/simulated/<scenario>``. The same data give the same bytes, with any number of
threads. To be run whenever the tables, a scenario or the engine change.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
sys.path[:0] = [str(SOURCE)]

from kervan.engines.simulate.kept import kept  # noqa: E402
from kervan.engines.simulate.params import SimulateParams  # noqa: E402
from kervan.formats import load, report_settings, scenarios  # noqa: E402
from kervan.report import simulations  # noqa: E402

PACKAGE = SOURCE / "kervan" / "corridors" / "trans_caspian"


def main() -> int:
    """Simulate and write; nothing is written before all is simulated."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=10, help="of each scenario")
    parser.add_argument("--seed", type=int, default=1, help="of all random numbers")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="folder of the package")
    given = parser.parse_args()
    made = simulations(
        load(given.package), SimulateParams(replications=given.replications, seed=given.seed),
        report_settings(given.package), scenarios(given.package), lambda line: print(line, file=sys.stderr, flush=True),
    )  # fmt: skip
    for name, result in made.items():
        folder = kept(result).save(given.package / "simulated" / name)
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{folder.name}: {size / 1000:,.0f} kB, {result.provenance.wall_time_s:,.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
