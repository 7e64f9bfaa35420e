"""The register at scale: ``python -m benchmarks.register``, with ``--json`` for machines.

A register of 100,000 commitments with 1,000,000 rows of evidence is recorded in a SQLite file, event by event, and then
asked for its scoreboard and for what is due. Everything drawn comes from a fixed seed.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks._measure import Figure, show
from kervan.ledger import Draft, Ledger, open_ledger
from kervan.register.projection import STREAM, projection
from kervan.register.views import due, overdue, scoreboard

COMMITMENTS, PER_COMMITMENT = 100_000, 10
INSTRUMENTS, PARTIES = 1_000, 5
ON = dt.date(2025, 6, 30)
BATCH = 10_000
REPEATS = 7
AT = "2025-06-01T00:00:00Z"


def drafts(commitments: int, per_commitment: int, seed: int = 1) -> Iterator[Draft]:
    """Yield the events of a register of this size."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    parties = [f"P{number}" for number in range(PARTIES)]

    def added(table: str, key: str, **cells: object) -> Draft:
        return Draft(f"{table}.added", f"{table}/{key}", cells, "benchmark", AT)

    yield added("sources", "s", publisher="benchmark", title="benchmark", grade="D", published_on="2025")
    for party in parties:
        yield added("organizations", party, name=party, kind="state", source_id="s")
    for number in range(min(INSTRUMENTS, commitments)):
        key = f"i{number}"
        yield added("instruments", key, title=key, kind="agreement", adopted_on="2022-11-11", needs_force=True,
                    party_ids=";".join(parties), source_id="s")  # fmt: skip
        yield added("force_rules", f"r{number}", instrument_id=key, kind="after_actions", party_count=3,
                    delay_days=30, later_delay_days=30, source_id="s")  # fmt: skip
        for party in parties[: draw.randrange(PARTIES + 1)]:
            done = f"{draw.randrange(2023, 2026)}-{draw.randrange(1, 13):02d}"
            yield added("party_actions", f"a{number}{party}", instrument_id=key, party_id=party, kind="deposited",
                        done_on=done, source_id="s")  # fmt: skip
    for number in range(commitments):
        key = f"c{number}"
        deadline = f"{draw.randrange(2020, 2035)}-{draw.randrange(1, 13):02d}" if draw.random() < 0.8 else ""
        basis = {"deadline": deadline, "deadline_basis": "the text"} if deadline else {}
        yield added("commitments", key, title=f"Commitment {number}", force=draw.randrange(7), made_on="2020",
                    party_ids=";".join(draw.sample(parties, 2)), instrument_id=f"i{number % INSTRUMENTS}",
                    source_id="s", **basis)  # fmt: skip
        for item in range(per_commitment):
            yield added("evidence", f"{key}.e{item}", commitment_id=key, grade=draw.choice((2, 3, 3, 4, 4, 4, 5)),
                        stance=draw.choice(("supports", "supports", "contradicts")),
                        shows=draw.choice(("delivery", "progress", "progress")), independence_group=f"g{item % 3}",
                        happened_on="2025-01", summary="As reported.", source_id="s")  # fmt: skip
        if number % 2:
            yield added("assessments", f"{key}.a", commitment_id=key, party_id=parties[0], assessed_on="2025-06",
                        judgement="under_way", score=draw.choice(("-1", "0", "+1")), rationale="As reported.",
                        assessor="A", source_id="s")  # fmt: skip


def fill(ledger: Ledger, commitments: int, per_commitment: int) -> int:
    """Record a register of this size and return the number of events."""
    held: list[Draft] = []
    count = 0
    for draft in drafts(commitments, per_commitment):
        held.append(draft)
        if len(held) == BATCH:
            count += len(ledger.append(STREAM, held))
            held = []
    return count + (len(ledger.append(STREAM, held)) if held else 0)


def timed(ask: Callable[[], object]) -> tuple[float, ...]:
    """Return the seconds of several calls, after one to warm up."""
    ask()
    samples = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        ask()
        samples.append(time.perf_counter() - start)
    return tuple(samples)


def measure(commitments: int = COMMITMENTS, per_commitment: int = PER_COMMITMENT) -> list[Figure]:
    """Return what a register of this size takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.db"
        with open_ledger(str(path), (projection(),)) as ledger:
            start = time.perf_counter()
            count = fill(ledger, commitments, per_commitment)
            recorded_s = time.perf_counter() - start
            board = timed(lambda: scoreboard(ledger, ON))
            soon = timed(lambda: due(ledger, ON, 90))
            late = timed(lambda: overdue(ledger, ON))
            found = due(ledger, ON, 90)["commitments"]
            print(scoreboard(ledger, ON), len(found), "due", len(overdue(ledger, ON)), "overdue", file=sys.stderr)
        size = path.stat().st_size / 1e6
    return [
        Figure("events recorded", "1/s", (count / recorded_s,)),
        Figure("file", "MB", (size,)),
        Figure("scoreboard", "s", board, bar=1.0),
        Figure("due in 90 days", "s", soon, bar=0.2),
        Figure("overdue, all rows", "s", late),
    ]


if __name__ == "__main__":
    show(measure())
