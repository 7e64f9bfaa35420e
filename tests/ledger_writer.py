"""Writers of a ledger that are killed while they write: run by tests/test_ledger_crash.py as a program of its own.

``python ledger_writer.py PLACE KILLS SEED`` starts one writer after the other, kills each with SIGKILL after it has
acknowledged a few events and a little more, and prints the numbers that were acknowledged.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

from kervan.ledger import Draft, Event, Projection, State, Table, open_ledger

#: Events of one append: half of them would be a half state.
AT_ONCE = 3


def total(event: Event, state: State) -> None:
    """Keep the number of events, and the sum of what they say."""
    row = state.get("totals", "all") or {"name": "all", "events": 0, "sum": 0}
    state.put("totals", row | {"events": row["events"] + 1, "sum": row["sum"] + event.body["number"]})


TOTALS = Projection(
    "totals",
    1,
    {"totals": Table({"name": "text", "events": "integer", "sum": "integer"}, ("name",))},
    total,
    ("work",),
)


def drafts(number: int) -> list[Draft]:
    """Return what is appended together under one number."""
    at = "2025-05-21T10:00:00Z"
    return [Draft("work.done", f"piece-{part}", {"number": number}, "writer", at) for part in range(AT_ONCE)]


def write(place: str, first: int, pipe: int) -> None:
    """Append until killed, and say each time when it is done."""
    with open_ledger(place, projections=(TOTALS,)) as ledger:
        for number in range(first, sys.maxsize):
            ledger.append("work", drafts(number), key=f"number-{number}")
            os.write(pipe, f"{number}\n".encode())


def kill_one(place: str, first: int, chance: random.Random) -> list[int]:
    """Start a writer, kill it in the middle of its work, and return what it acknowledged."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.close(reading)
        try:
            write(place, first, writing)
        finally:
            os._exit(1)  # only a fault leads here
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        seen = [int(file.readline()) for _ in range(chance.randint(1, 4))]
        time.sleep(chance.random() * 0.01)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return seen + [int(line) for line in file.read().split(b"\n")[:-1]]


def main() -> None:
    """Kill as many writers as asked for."""
    place, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance, acknowledged = random.Random(seed), list[int]()  # noqa: S311 - it chooses when to kill
    for turn in range(kills):
        acknowledged += kill_one(place, turn * 1_000_000, chance)
    sys.stdout.write(json.dumps(acknowledged))


if __name__ == "__main__":
    main()
