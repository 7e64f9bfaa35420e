"""Build the shipped package `trans_caspian` from the facts folder.

Usage::

    python tools/build_trans_caspian.py FACTS OUT

FACTS is the folder with ``corridor/`` and ``systems/``; OUT is the package folder
(``src/kervan/corridors/trans_caspian``). The same facts give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "src")]

from trans_caspian.build import assemble, problems_of, write  # noqa: E402


def main() -> int:
    """Build, check and write the package; return 2 when the check finds problems."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facts", type=Path, help="folder with corridor/ and systems/")
    parser.add_argument("out", type=Path, help="folder of the package")
    arguments = parser.parse_args()
    tables = assemble(arguments.facts)
    problems = problems_of(tables)
    for problem in problems:
        print(problem)
    write(tables, arguments.out)
    print(", ".join(f"{len(frame)} {name}" for name, frame in tables.items()))
    return 2 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
