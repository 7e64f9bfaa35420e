"""Nothing that was acknowledged is lost, and nothing is left half done, whoever is killed."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kervan.errors import LedgerError
from kervan.ledger import Ledger, open_ledger
from kervan.ledger.exports import verify
from ledger_databases import own_server
from ledger_writer import AT_ONCE, TOTALS, drafts

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")]


def check(ledger: Ledger, acknowledged: list[int], tmp_path: Path) -> None:
    """Every acknowledged append is there once and whole, the chain holds, and the state is that of the log."""
    events = list(ledger.events("work"))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    recorded = Counter(event.body["number"] for event in events)
    assert set(recorded.values()) <= {AT_ONCE}
    assert set(acknowledged) <= set(recorded)
    state = ledger.rows("totals")
    assert [(row["events"], row["sum"]) for row in state] == [(len(events), AT_ONCE * sum(recorded))]
    ledger.rebuild("totals")
    assert ledger.rows("totals") == state
    ledger.export("work", tmp_path / "work.jsonl")
    assert verify(tmp_path / "work.jsonl").problem_count == 0


def test_fifty_writers_killed_lose_nothing(place: str, tmp_path: Path) -> None:
    kills = 50
    command = [sys.executable, str(Path(__file__).with_name("ledger_writer.py")), place, str(kills), "1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    acknowledged = json.loads(ran.stdout)
    assert len({number // 1_000_000 for number in acknowledged}) == kills
    with open_ledger(place, projections=(TOTALS,)) as ledger:
        check(ledger, acknowledged, tmp_path)


class Writer(threading.Thread):
    """Appends number after number; when the server goes it waits, opens the ledger again and says the same again."""

    def __init__(self, place: str, first: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.place, self.number, self.stop = place, first, stop
        self.acknowledged: list[int] = []
        self.lost_count = 0

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                with open_ledger(self.place, projections=(TOTALS,)) as ledger:
                    while not self.stop.is_set():
                        ledger.append("work", drafts(self.number), key=f"number-{self.number}")
                        self.acknowledged.append(self.number)
                        self.number += 1
            except LedgerError:
                self.lost_count += 1
                time.sleep(0.05)


def wait_for_more(writers: list[Writer]) -> None:
    """Wait until every writer has acknowledged something since."""
    before = [len(writer.acknowledged) for writer in writers]
    deadline = time.monotonic() + 60
    while any(len(writer.acknowledged) <= count for writer, count in zip(writers, before, strict=True)):
        assert time.monotonic() < deadline, "the writers do not come back"
        time.sleep(0.01)


def kill_and_restart(server: Any) -> None:
    """Kill every process of a server, and start it again on what it left on disk."""
    import psutil

    first = psutil.Process(server.get_pid())
    processes = [first, *first.children(recursive=True)]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    (server.pgdata / "postmaster.pid").unlink()  # it was not asked to stop
    server.ensure_postgres_running()


def test_a_server_killed_five_times_under_load_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(2)  # noqa: S311 - it chooses when to kill
    with own_server() as server:
        place = server.get_uri()
        open_ledger(place, projections=(TOTALS,)).close()
        stop = threading.Event()
        writers = [Writer(place, 1_000_000 * number, stop) for number in range(4)]
        for writer in writers:
            writer.start()
        for _ in range(5):
            wait_for_more(writers)
            time.sleep(chance.random() * 0.05)
            kill_and_restart(server)
        wait_for_more(writers)
        stop.set()
        for writer in writers:
            writer.join(60)
            assert not writer.is_alive()
        assert sum(writer.lost_count for writer in writers) >= 5
        with open_ledger(place, projections=(TOTALS,)) as ledger:
            acknowledged = [number for writer in writers for number in writer.acknowledged]
            check(ledger, acknowledged, tmp_path)
            # What was asked again under its key after a crash is there once.
            assert len(list(ledger.events("work"))) == AT_ONCE * len(set(acknowledged))
