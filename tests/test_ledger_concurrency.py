"""Sixty-four writers at once: no gap, no lost edit, no event twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kervan.errors import StaleVersion
from kervan.ledger import Draft, Ledger, open_ledger
from ledger_writer import TOTALS

WRITERS, EACH = 64, 4
AT = "2025-05-21T10:00:00Z"


def together(work: Callable[[int], Any]) -> list[Any]:
    """Run as many writers at once, and return what they return."""
    start = threading.Barrier(WRITERS)

    def one(number: int) -> Any:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def draft(subject: str, number: int) -> Draft:
    return Draft("work.done", subject, {"number": number}, "writer", AT)


def test_sequences_stay_gapless(place: str) -> None:
    ledgers = [open_ledger(place, projections=(TOTALS,)) for _ in range(WRITERS)]

    def write(number: int) -> list[int]:
        ours = []
        for turn in range(EACH):
            drafts = [draft(f"writer-{number}", number), draft(f"writer-{number}", number)]
            events = ledgers[number].append("work", drafts, key=f"{number}-{turn}")
            ours += [event.sequence for event in events]
        return ours

    try:
        sequences = together(write)
        assert sorted(sequence for ours in sequences for sequence in ours) == list(range(1, 2 * WRITERS * EACH + 1))
        assert all(ours[place + 1] == ours[place] + 1 for ours in sequences for place in range(0, len(ours), 2))
        events = list(ledgers[0].events("work"))
        assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]
        assert ledgers[0].rows("totals")[0]["events"] == len(events) == 2 * WRITERS * EACH
    finally:
        for ledger in ledgers:
            ledger.close()


def test_writers_of_one_ledger_may_share_it(place: str) -> None:
    with open_ledger(place) as ledger:
        together(lambda number: ledger.append("work", [draft("same", number)]))
        assert [event.sequence for event in ledger.events("work")] == list(range(1, WRITERS + 1))
        assert {event.body["number"] for event in ledger.events("work")} == set(range(WRITERS))


def test_no_edit_is_lost_where_versions_are_expected(place: str) -> None:
    """Everyone adds one to the same number: read, add, write, and again if somebody was quicker."""
    ledgers = [open_ledger(place) for _ in range(WRITERS)]

    def add(ledger: Ledger) -> int:
        refused = 0
        while True:
            version = ledger.version("work", "number")
            last = list(ledger.events("work", after=version - 1))[-1].body["number"] if version else 0
            try:
                ledger.append("work", [draft("number", last + 1)], expected={"number": version})
            except StaleVersion:
                refused += 1
            else:
                return refused

    try:
        together(lambda number: add(ledgers[number]))
        assert [event.body["number"] for event in ledgers[0].events("work")] == list(range(1, WRITERS + 1))
    finally:
        for ledger in ledgers:
            ledger.close()


def test_the_same_key_at_once_is_recorded_once(place: str) -> None:
    ledgers = [open_ledger(place) for _ in range(WRITERS)]
    try:
        answers = together(lambda number: ledgers[number].append("work", [draft("once", 1)], key="once"))
        assert len(set(map(str, answers))) == 1
        assert ledgers[0].streams() == {"work": 1}
    finally:
        for ledger in ledgers:
            ledger.close()


@pytest.mark.parametrize("turn", range(2))
def test_a_ledger_is_made_by_whoever_comes_first(place: str, turn: int) -> None:
    ledgers = together(lambda _: open_ledger(place, projections=(TOTALS,)))
    for number, ledger in enumerate(ledgers):
        if number % 16 == 0:
            ledger.append("work", [draft("made", number)])
    assert {ledger.rows("totals")[0]["events"] for ledger in ledgers} == {4}
    for ledger in ledgers:
        ledger.close()
