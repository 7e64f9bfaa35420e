"""Build the shipped register `ots` from the facts folder.

Usage::

    python tools/build_ots.py FACTS OUT

FACTS is the folder ``institutions``; OUT is the folder of the register (``src/kervan/registers/ots``). The same facts
give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "src")]

from kervan.errors import KervanError  # noqa: E402
from ots.build import assembled, write  # noqa: E402
from ots.facts import Facts  # noqa: E402


def main() -> int:
    """Build, check and write the register; return 2 when the check finds problems."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facts", type=Path, help="folder institutions of the facts")
    parser.add_argument("out", type=Path, help="folder of the register")
    arguments = parser.parse_args()
    changes = assembled(Facts(arguments.facts), ROOT / "src" / "kervan" / "corridors" / "trans_caspian")
    try:
        write(changes, arguments.out)
    except KervanError as error:
        print(error)
        return 2
    print(", ".join(f"{count} {table}" for table, count in Counter(change.table for change in changes).items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
