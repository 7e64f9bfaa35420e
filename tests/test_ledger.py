"""The ledger on both databases: what is recorded, what is refused, and the state that follows from it."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from kervan.errors import (
    BrokenChain,
    FormatError,
    IllegalMove,
    InputError,
    KeyReused,
    LedgerError,
    SchemaError,
    StaleVersion,
    UnknownName,
)
from kervan.ledger import Draft, Event, Ledger, Projection, State, Table, open_ledger, replay
from kervan.ledger._database import connect
from kervan.ledger._layout import MIGRATIONS, migrate
from kervan.ledger.checkpoints import new_key

AT = "2025-05-21T10:00:00+02:00"


def draft(subject: str = "C-1", body: dict[str, Any] | None = None, **more: Any) -> Draft:
    return Draft(**{"type": "commitment.added", "subject": subject, "body": body or {}, "actor": "anna", "event_at": AT,
                    **more})  # fmt: skip


class Clock:
    """A clock that tests set."""

    def __init__(self, start: datetime = datetime(2025, 6, 1, tzinfo=UTC)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now


def count(event: Event, state: State) -> None:
    """Keep how often a subject was spoken of and its last status; nothing may follow on ``closed``."""
    before = state.get("counts", event.subject)
    if before is not None and before["status"] == "closed":
        raise IllegalMove(f"{event.subject} is closed")
    status = event.body.get("status")
    if status == "gone":
        state.delete("counts", event.subject)
        return
    times = before["times"] + 1 if before else 1
    state.put("counts", {"subject": event.subject, "times": times, "status": status, "share": times / 4})
    state.put("words", {"subject": event.subject, "type": event.type})


COLUMNS = {"subject": "text", "times": "integer", "status": "text?", "share": "real"}
COUNTS = Projection(
    "counts",
    1,
    {
        "counts": Table(COLUMNS, ("subject",), (("status",),)),  # type: ignore[arg-type]
        "words": Table({"subject": "text", "type": "text"}, ("subject", "type")),
    },
    count,
    ("register", "border"),
)


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    with open_ledger(place, projections=(COUNTS,), clock=Clock()) as opened:
        yield opened


# ── append ──────────────────────────────────────────────────────────────────────────────────────────────


def test_events_come_back_as_they_were_recorded(ledger: Ledger) -> None:
    body = {"title": "Bakı–Tbilisi 铁路 «»", "n": [1, 2.5, None, True], "deep": {"z": 1, "a": "\n"}}
    first, second = ledger.append("register", [draft(body=body), draft("C-2")])
    assert (first.id, first.sequence, second.id, second.sequence) == ("register/1", 1, "register/2", 2)
    assert first.previous_hash == "0" * 64
    assert second.previous_hash == first.hash
    assert first.recorded_at == "2025-06-01T00:00:00.000000Z"
    assert first.body == body
    (third,) = ledger.append("register", [draft()])
    assert (third.sequence, third.previous_hash) == (3, second.hash)
    assert list(ledger.events("register")) == [first, second, third]
    assert ledger.streams() == {"register": 3}


def test_the_same_events_have_the_same_hashes_in_both_databases(tmp_path: Path, postgres: str) -> None:
    hashes = []
    for place in (str(tmp_path / "a.db"), postgres):
        with open_ledger(place, clock=Clock()) as ledger:
            hashes.append([event.hash for event in ledger.append("a", [draft(), draft("İ", {"x": 1e21})])])
    assert hashes[0] == hashes[1]


def test_streams_are_counted_each_by_itself(ledger: Ledger) -> None:
    ledger.append("register", [draft(), draft()])
    (event,) = ledger.append("border", [draft()])
    assert event.id == "border/1"
    assert [event.stream for event in ledger.events()] == ["register", "register", "border"]


def test_a_projection_that_refuses_leaves_nothing_behind(ledger: Ledger) -> None:
    ledger.append("register", [draft(body={"status": "closed"})])
    with pytest.raises(IllegalMove, match="C-1 is closed"):
        ledger.append("register", [draft("C-9"), draft("C-1")], key="once")
    assert ledger.streams() == {"register": 1}
    assert [row["subject"] for row in ledger.rows("counts")] == ["C-1"]
    (event,) = ledger.append("register", [draft("C-9")], key="once")  # the key was not used up
    assert event.sequence == 2


def test_a_key_gives_the_first_answer_again_and_stands_for_nothing_else(ledger: Ledger) -> None:
    first = ledger.append("register", [draft(body={"n": 1}), draft("C-2")], key="k-1")
    assert ledger.append("register", [draft(body={"n": 1}), draft("C-2")], key="k-1") == first
    with pytest.raises(KeyReused, match="'k-1' stands for the events register/1 to register/2"):
        ledger.append("register", [draft(body={"n": 2}), draft("C-2")], key="k-1")
    assert ledger.streams() == {"register": 2}
    ledger.append("border", [draft()], key="k-1")  # another stream, another key


def test_a_stale_edit_is_refused_and_both_values_are_shown(ledger: Ledger) -> None:
    ledger.append("register", [draft(body={"status": "signed"})], expected={"C-1": 0})
    ledger.append("register", [draft(body={"status": "ratified"}, actor="ben")], expected={"C-1": 1, "C-2": 0})
    with pytest.raises(StaleVersion) as caught:
        ledger.append("register", [draft(body={"status": "dropped"}), draft("C-2")], expected={"C-1": 1, "C-2": 1})
    assert caught.value.stale == {"C-1": (1, 2), "C-2": (1, 0)}
    for shown in ("'C-1' has version 2, not 1", 'ben recorded register/2 (commitment.added)', '"ratified"', '"dropped"',
                  "'C-2' has version 0, not 1"):  # fmt: skip
        assert shown in str(caught.value)
    assert ledger.version("register", "C-1") == 2
    assert ledger.streams() == {"register": 2}


def test_a_correction_names_an_event_of_its_stream(ledger: Ledger) -> None:
    ledger.append("register", [draft()])
    (event,) = ledger.append("register", [draft(corrects="register/1")])
    assert event.corrects == "register/1"
    wrong = ["register/3", "register/0", "register/01", "border/1", "1", "register/", "register/-1", "register/¹"]
    with pytest.raises(SchemaError) as caught:
        ledger.append("register", [draft(corrects=name) for name in wrong])
    assert [problem.value for problem in caught.value.problems] == wrong
    assert "there is register/1 to register/2" in str(caught.value)


def test_recorded_times_never_go_back(place: str) -> None:
    clock = Clock()
    with open_ledger(place, clock=clock) as ledger:
        (first,) = ledger.append("a", [draft()])
        clock.now -= timedelta(hours=1)
        (second,) = ledger.append("a", [draft()])
        assert second.recorded_at == first.recorded_at
        clock.now = datetime(2025, 7, 1, 12, tzinfo=timezone(timedelta(hours=5)))
        (third,) = ledger.append("a", [draft()])
        assert third.recorded_at == "2025-07-01T07:00:00.000000Z"
        clock.now = datetime(2025, 7, 2)  # noqa: DTZ001 - that is the fault
        with pytest.raises(InputError, match="with a zone"):
            ledger.append("a", [draft()])


# ── bad input ───────────────────────────────────────────────────────────────────────────────────────────


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


BAD = {
    "no zone": (draft(event_at="2025-05-21T10:00:00"), "event_at", "has no zone"),
    "no such day": (draft(event_at="2025-02-30T10:00:00Z"), "event_at", "cannot be"),
    "no such hour": (draft(event_at="2025-02-20T24:00:00Z"), "event_at", "is not a moment"),
    "a day": (draft(event_at="2025-02-20"), "event_at", "is not a moment"),
    "year zero": (draft(event_at="0000-01-01T00:00:00Z"), "event_at", "cannot be"),
    "before time": (draft(event_at="0001-01-01T00:00:00+10:00"), "event_at", "cannot be"),
    "no text": (draft(event_at=20250521), "event_at", "is not a moment"),
    "empty subject": (draft(""), "subject", "is empty"),
    "blank": (draft(" C-1"), "subject", "begins or ends with a blank"),
    "turned": (draft("C\u202e1"), "subject", "turns the direction of writing (U+202E)"),
    "control": (draft("C\x1b[31m"), "subject", "a control character (U+001B)"),
    "invisible": (draft("C\u200b1"), "subject", "an invisible character (U+200B)"),
    "long": (draft("C" * 201), "subject", "201 characters"),
    "actor": (draft(actor=None), "actor", "is not a text"),
    "type": (draft(type="Commitment added"), "type", "is not a type"),
    "corrects": (draft(corrects="\n"), "corrects", "which no id may hold"),
    "body": (draft(body=[1]), "body", "is not an object"),  # type: ignore[arg-type]
    "nan": (draft(body={"a": [float("nan")]}), "body.a[0]", "NaN"),
    "infinite": (draft(body={"a": -float("inf")}), "body.a", "infinity"),
    "large number": (draft(body={"a": 2**53}), "body.a", "as text"),
    "huge number": (draft(body={"a": 10**5000}), "body.a", "as text"),
    "key": (draft(body={"a": {1: 2}}), "body.a", "a key that is not a text"),
    "turned key": (draft(body={"\u2066": 2}), "body", "a key that holds a mark"),
    "turned text": (draft(body={"a": "\u061c"}), "body.a", "turns the direction"),
    "nul": (draft(body={"a": "\0"}), "body.a", "a control character (U+0000)"),
    "half": (draft(body={"a": "\ud800"}), "body.a", "half a character"),
    "object": (draft(body={"a": datetime.now(UTC)}), "body.a", "is not a value of JSON"),
    "deep": (draft(body={"a": deep(40)}), "body.a" + "[0]" * 31, "32 levels deep"),
    "large": (draft(body={"a": "x" * 1_000_000}), "body", "at most 1,000,000"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_draft_is_refused_with_its_place_and_nothing_is_stored(place: str, what: str) -> None:
    wrong, column, message = BAD[what]
    with open_ledger(place) as ledger:
        with pytest.raises(SchemaError) as caught:
            ledger.append("a", [draft(), wrong])
        assert ledger.streams() == {}
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (2, column)
    assert message in problem.message


def test_all_problems_of_all_drafts_come_at_once(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db") as ledger, pytest.raises(SchemaError) as caught:
        ledger.append("a", [wrong for wrong, _, _ in BAD.values()])
    assert {problem.row for problem in caught.value.problems} == set(range(1, len(BAD) + 1))


def test_what_a_text_may_hold(ledger: Ledger) -> None:
    text = "Ənənəvi: 1\t2\r\n3 – “x” \u200c क\u200dष 😀"
    (event,) = ledger.append("register", [draft("Şuşa – Nəxçıvan", {text: text})])
    assert next(ledger.events("register")).body == {text: text} == event.body


@pytest.mark.parametrize("stream", ["", "A", "-a", "a/b", "a b", "a" * 65, "ü", None])
def test_a_stream_has_a_plain_name(tmp_path: Path, stream: Any) -> None:
    with open_ledger(tmp_path / "a.db") as ledger, pytest.raises(InputError, match="cannot name a stream"):
        ledger.append(stream, [draft()])


def test_an_append_is_of_some_drafts_and_not_too_many(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db") as ledger:
        for wrong in ([], [draft()] * 10_001):
            with pytest.raises(InputError, match="give 1 to 10,000"):
                ledger.append("a", wrong)
        with pytest.raises(InputError, match="a list of drafts"):
            ledger.append("a", [{"type": "x"}])  # type: ignore[list-item]
        with pytest.raises(InputError, match="the key"):
            ledger.append("a", [draft()], key="\x07")


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────


def test_events_are_found_by_stream_place_subject_type_and_time(place: str) -> None:
    clock = Clock()
    with open_ledger(place, clock=clock) as ledger:
        for day in range(1, 5):
            clock.now = datetime(2025, 6, day, 23, 59, 59, 999_999, tzinfo=UTC)
            ledger.append("a", [draft(f"C-{day % 2}", type=f"x.{'even' if day % 2 == 0 else 'odd'}"), draft("D")])
        ledger.append("b", [draft("C-0")])

        def found(**given: Any) -> list[str]:
            return [event.id for event in ledger.events(**given)]

        assert found(stream="a", after=6) == ["a/7", "a/8"]
        assert found(stream="a", subject="C-0") == ["a/3", "a/7"]
        assert found(subject="C-0") == ["a/3", "a/7", "b/1"]
        assert found(stream="a", type="x.odd") == ["a/1", "a/5"]
        assert found(stream="a", recorded_until="2025-06-02") == ["a/1", "a/2", "a/3", "a/4"]
        assert found(stream="a", recorded_until="2025-06-03T00:59:59+01:00") == ["a/1", "a/2"]
        assert found(stream="nothing") == []
        for wrong in ("2025-02-30", "yesterday", "2025-06-02T10:00:00"):
            with pytest.raises(InputError):
                ledger.events(recorded_until=wrong)
        with pytest.raises(InputError, match="name it"):
            ledger.events(after=3)


def test_a_long_log_is_read_in_pages(place: str) -> None:
    with open_ledger(place) as ledger:
        ledger.append("a", [draft()] * 4_500)
        assert [event.sequence for event in ledger.events("a")] == list(range(1, 4_501))
        assert [event.sequence for event in ledger.events()] == list(range(1, 4_501))


def test_what_is_appended_while_reading_is_read_too(ledger: Ledger) -> None:
    ledger.append("register", [draft()] * 3)
    seen = []
    for event in ledger.events("register"):
        seen.append(event.sequence)
        if event.sequence == 1:
            ledger.append("border", [draft()])
    assert seen == [1, 2, 3]


# ── state tables ────────────────────────────────────────────────────────────────────────────────────────


def fill(ledger: Ledger) -> None:
    ledger.append("register", [draft("C-1", {"status": "signed"}), draft("C-2"), draft("C-3", {"status": "signed"})])
    ledger.append("border", [draft("C-1"), draft("C-4", {"status": "gone"}), draft("Ç", {"status": "a"})])
    ledger.append("register", [draft("C-3", {"status": "gone"}, type="commitment.changed")])


def content(ledger: Ledger) -> bytes:
    return repr([(name, ledger.rows(name)) for name in COUNTS.tables]).encode()


def test_state_follows_from_the_events(ledger: Ledger) -> None:
    fill(ledger)
    assert ledger.rows("counts") == [
        {"subject": "C-1", "times": 2, "status": None, "share": 0.5},
        {"subject": "C-2", "times": 1, "status": None, "share": 0.25},
        {"subject": "Ç", "times": 1, "status": "a", "share": 0.25},
    ]


def test_rows_are_chosen_ordered_and_cut(ledger: Ledger) -> None:
    fill(ledger)

    def subjects(**given: Any) -> list[str]:
        return [row["subject"] for row in ledger.rows("counts", **given)]

    assert subjects(where={"status": None}) == ["C-1", "C-2"]
    assert subjects(where={"subject": ["C-2", "Ç", "?"]}) == ["C-2", "Ç"]
    assert subjects(where={"subject": []}) == []
    assert subjects(where={"times": 1, "status": "a"}) == ["Ç"]
    assert subjects(order=["-times", "status"]) == ["C-1", "C-2", "Ç"]
    assert subjects(order=["-status"]) == ["Ç", "C-1", "C-2"]
    assert subjects(order=["-subject"], limit=2) == ["Ç", "C-2"]
    for wrong in ({"where": {"nmae": 1}}, {"order": ["tmies"]}):
        with pytest.raises(UnknownName, match="no column of counts"):
            subjects(**wrong)
    with pytest.raises(UnknownName, match="did you mean 'counts'"):
        ledger.rows("count")


def test_a_rebuild_gives_the_same_bytes(ledger: Ledger) -> None:
    fill(ledger)
    before = content(ledger)
    ledger._database.run("DELETE FROM counts WHERE subject = ?", ("C-1",))
    assert content(ledger) != before
    ledger.rebuild("counts")
    assert content(ledger) == before
    ledger.rebuild(COUNTS)
    assert content(ledger) == before
    assert repr([(name, replay(COUNTS, ledger.events()).rows(name)) for name in COUNTS.tables]).encode() == before
    with pytest.raises(UnknownName, match="no projection called 'conuts'"):
        ledger.rebuild("conuts")


def test_a_rebuild_of_more_rows_than_are_held_gives_the_same_bytes(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kervan.ledger.projections._HELD", 7)
    with open_ledger(place, projections=(COUNTS,)) as ledger:
        statuses = [{"status": "gone"} if n % 5 == 4 else {"status": str(n)} for n in range(60)]
        ledger.append("register", [draft(f"C-{n % 11}", status) for n, status in enumerate(statuses)])
        before = content(ledger)
        ledger.rebuild("counts")
        assert content(ledger) == before


def test_what_was_known_on_a_day_is_a_replay_until_then(place: str) -> None:
    clock = Clock()
    with open_ledger(place, projections=(COUNTS,), clock=clock) as ledger:
        ledger.append("register", [draft(body={"status": "signed"})])
        clock.now += timedelta(days=10)
        ledger.append("register", [draft(body={"status": "dropped"})])
        then = replay(COUNTS, ledger.events(recorded_until="2025-06-05"))
        question = "SELECT status FROM counts WHERE subject = :subject"
        assert then.query(question, {"subject": "C-1"}) == [{"status": "signed"}]
        assert ledger.query(question, {"subject": "C-1"}) == [{"status": "dropped"}]


def test_a_newer_version_of_a_projection_is_built_from_the_log(place: str) -> None:
    with open_ledger(place) as ledger:
        ledger.append("register", [draft()])
    with open_ledger(place, projections=(COUNTS,)) as ledger:
        assert [row["times"] for row in ledger.rows("counts")] == [1]

    def twice(event: Event, state: State) -> None:
        state.put("counts2", {"subject": event.subject, "times": 2})

    newer = Projection("counts", 2, {"counts2": Table({"subject": "text", "times": "integer"}, ("subject",))}, twice,
                       ("register",))  # fmt: skip
    with open_ledger(place, projections=(newer,)) as ledger:
        assert ledger.rows("counts2") == [{"subject": "C-1", "times": 2}]
        assert not ledger._database.has_table("counts")
    with pytest.raises(LedgerError, match="has version 2 of the projection counts, and this Kervan knows 1"):
        open_ledger(place, projections=(COUNTS,))


def test_a_projection_that_changed_without_a_new_version_is_refused(place: str) -> None:
    open_ledger(place, projections=(COUNTS,)).close()
    other = Projection("counts", 1, {"counts": Table({"subject": "text"}, ("subject",))}, count, COUNTS.streams)
    with pytest.raises(InputError, match="its version is 1 still"):
        open_ledger(place, projections=(other,))


def test_state_tables_cannot_fall_behind(place: str) -> None:
    open_ledger(place, projections=(COUNTS,)).close()
    with open_ledger(place) as ledger:
        with pytest.raises(LedgerError, match="without the projection counts, version 1, which reads register"):
            ledger.append("register", [draft()])
        ledger.append("other", [draft()])  # nobody reads that one
        assert ledger.streams() == {"other": 1}


def put(row: dict[str, Any]) -> Callable[[Event, State], None]:
    return lambda _, state: state.put("counts", row)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"subject": "a", "times": 1, "status": None}, "lacks the column 'share'"),
        ({"subject": "a", "times": 1, "status": None, "share": 1, "x": 1}, "no column of counts called 'x'"),
        ({"subject": None, "times": 1, "status": None, "share": 1}, "counts.subject holds text, not NoneType"),
        ({"subject": "a", "times": 1.5, "status": None, "share": 1}, "counts.times holds integer, not float"),
        ({"subject": "a", "times": "1", "status": None, "share": 1}, "counts.times holds integer, not str"),
    ],
)
def test_a_row_that_a_table_cannot_hold_is_refused(place: str, row: dict[str, Any], message: str) -> None:
    projection = Projection("counts", 1, {"counts": COUNTS.tables["counts"]}, put(row), ("a",))
    with open_ledger(place, projections=(projection,)) as ledger:
        with pytest.raises(InputError, match=message):
            ledger.append("a", [draft()])
        assert ledger.streams() == {}


@pytest.mark.parametrize(
    "declare",
    [
        lambda: Table({"Subject": "text"}, ("Subject",)),
        lambda: Table({"subject": "blob"}, ("subject",)),  # type: ignore[dict-item]
        lambda: Table({"subject": "text"}, ("name",)),
        lambda: Table({"subject": "text"}, ()),
        lambda: Table({"subject": "text?"}, ("subject",)),
        lambda: Projection("p", 0, {}, count, ("a",)),
        lambda: Projection("p", 1, {}, count, ()),
        lambda: Projection("p", 1, {"ledger_events": COUNTS.tables["counts"]}, count, ("a",)),
        lambda: open_ledger("x.db", projections=(COUNTS, COUNTS)),
        lambda: open_ledger("x.db", projections=(Projection("p", 1, {}, count, ("No",)),)),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(
    declare: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        declare()


# ── questions in SQL ────────────────────────────────────────────────────────────────────────────────────


def test_both_databases_answer_alike(ledger: Ledger) -> None:
    fill(ledger)
    question = """
        SELECT count(*) AS n, sum(times) AS total, avg(times) AS mean, max(subject) AS last, sum(share) AS share,
               sum(times) > :least AS is_more, '100 % :not a name' AS text, CAST(min(times) AS bigint) AS least
        FROM counts WHERE subject LIKE 'C%' AND subject NOT LIKE 'c%' AND times >= :least
    """
    assert ledger.query(question, {"least": 1}) == [
        {"n": 2, "total": 3, "mean": 1.5, "last": "C-2", "share": 0.75, "is_more": 1, "text": "100 % :not a name",
         "least": 1}
    ]  # fmt: skip
    assert all(type(value) is not bool for value in ledger.query(question, {"least": 1})[0].values())


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM counts",
        "UPDATE counts SET times = 9",
        "DROP TABLE counts",
        "INSERT INTO ledger_streams VALUES ('x')",
        "SELECT 1; DELETE FROM counts",
        "COMMIT; DELETE FROM counts",
        "SELEKT",
        "SELECT * FROM nothing",
    ],
)
def test_a_question_changes_nothing(ledger: Ledger, sql: str) -> None:
    fill(ledger)
    before = content(ledger)
    with pytest.raises(LedgerError):
        ledger.query(sql)
    assert content(ledger) == before
    ledger.append("register", [draft("C-7")])  # and the ledger goes on


def test_a_projection_may_ask_but_not_write_past_its_state(place: str) -> None:
    def ask(event: Event, state: State) -> None:
        known = state.query("SELECT count(*) AS n FROM counts")[0]["n"]
        assert known == len(state.rows("counts"))
        state.put("counts", {"subject": event.subject, "times": known, "status": None, "share": 0})

    projection = Projection("counts", 1, {"counts": COUNTS.tables["counts"]}, ask, ("a",))
    with open_ledger(place, projections=(projection,)) as ledger:
        ledger.append("a", [draft("A"), draft("B")])
        ledger.append("a", [draft("C")])
        assert [row["times"] for row in ledger.rows("counts")] == [0, 1, 2]
        ledger.rebuild("counts")
        assert [row["times"] for row in ledger.rows("counts")] == [0, 1, 2]


def test_a_question_that_failed_is_no_half_append(place: str) -> None:
    # A server has given the transaction up by then; a projection that goes on must not be believed.
    def careless(event: Event, state: State) -> None:
        with contextlib.suppress(LedgerError):
            state.query("SELEKT")
        state.put("counts", {"subject": event.subject, "times": 1, "status": None, "share": 0})

    projection = Projection("counts", 1, {"counts": COUNTS.tables["counts"]}, careless, ("a",))
    with open_ledger(place, projections=(projection,)) as ledger:
        recorded: tuple[Event, ...] = ()
        with contextlib.suppress(LedgerError):
            recorded = ledger.append("a", [draft("A")])
        assert ledger.streams() == ({"a": 1} if recorded else {})
        assert len(ledger.rows("counts")) == len(recorded)


# ── the database under it ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sql", ["UPDATE ledger_events SET actor = 'eve'", "DELETE FROM ledger_events"])
def test_the_database_itself_refuses_to_change_events(ledger: Ledger, sql: str) -> None:
    ledger.append("register", [draft()])
    with pytest.raises(LedgerError, match="events are only ever added"):
        ledger._database.run(sql, ())
    assert ledger.version("register", "C-1") == 1


def tamper(ledger: Ledger, sql: str) -> None:
    database = ledger._database
    if database.name.endswith(".db"):
        for action in ("update", "delete"):
            database.run(f"DROP TRIGGER ledger_events_no_{action}", ())
    else:
        database.run("DROP TRIGGER ledger_events_no_change ON ledger_events", ())
    database.run(sql, ())


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("UPDATE ledger_events SET body = '{\"n\":3}' WHERE sequence = 2", 2),
        ("UPDATE ledger_events SET actor = 'eve' WHERE sequence = 3", 3),
        ("UPDATE ledger_events SET hash = previous_hash WHERE sequence = 1", 1),
        ("DELETE FROM ledger_events WHERE sequence = 2", 3),
    ],
)
def test_what_was_altered_in_the_database_is_neither_exported_nor_signed(
    place: str, tmp_path: Path, sql: str, first: int
) -> None:
    private, _ = new_key("ministry.example/a")
    with open_ledger(place) as ledger:
        ledger.append("a", [draft(body={"n": n}) for n in range(4)])
        tamper(ledger, sql)
        with pytest.raises(BrokenChain, match=f"a/{first} is not what was recorded"):
            ledger.export("a", tmp_path / "a.jsonl")
        with pytest.raises(BrokenChain, match=f"a/{first} is not what was recorded"):
            ledger.checkpoint("a", private)
        assert ledger.checkpoints("a") == []
    assert not list(tmp_path.glob("*.jsonl"))


def test_a_log_that_was_written_anew_does_not_agree_with_what_was_signed(place: str) -> None:
    private, _ = new_key("ministry.example/a")
    with open_ledger(place) as ledger:
        ledger.append("a", [draft(), draft()])
        ledger.checkpoint("a", private)
        tamper(ledger, "DELETE FROM ledger_events")
        with pytest.raises(BrokenChain, match="2 were signed before"):
            ledger.checkpoint("a", private)
        ledger.append("a", [draft(actor="eve"), draft(), draft()])
        with pytest.raises(BrokenChain, match="the first 2 events of a are not those that were signed"):
            ledger.checkpoint("a", private)


def test_migrations_are_made_once_and_a_newer_database_is_refused(place: str) -> None:
    def second(_: Any) -> list[str]:
        return ["CREATE TABLE ledger_extra (a integer)", "INSERT INTO ledger_extra VALUES (1)"]

    def broken(_: Any) -> list[str]:
        return ["DROP TABLE ledger_extra", "THIS IS NOT SQL"]

    with open_ledger(place) as ledger:
        ledger.append("a", [draft()])
    database = connect(place)
    for _ in range(2):
        migrate(database, (*MIGRATIONS, second))
        assert database.fetch("SELECT a FROM ledger_extra") == [(1,)]
    with pytest.raises(LedgerError):
        migrate(database, (*MIGRATIONS, second, broken))
    assert database.fetch("SELECT a FROM ledger_extra") == [(1,)]
    database.close()
    with pytest.raises(LedgerError, match="has version 2 of the tables of a ledger, and this Kervan knows up to 1"):
        open_ledger(place)


def test_a_ledger_is_there_again_when_it_is_opened_again(place: str) -> None:
    with open_ledger(place, projections=(COUNTS,)) as ledger:
        fill(ledger)
        before, events = content(ledger), list(ledger.events())
    with open_ledger(place, projections=(COUNTS,), must_exist=True) as ledger:
        assert (content(ledger), list(ledger.events())) == (before, events)


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db") as ledger:
        asked = [ledger._database.fetch(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")]
    assert asked == ["wal", 2]  # 2 is FULL


def test_what_is_no_ledger_is_not_made_one(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE notes (a)")
    other.close()
    (tmp_path / "text.db").write_text("This is a text of more than sixteen bytes, and no database.", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name, kind, message in (
        ("other.db", FormatError, "is a database, but not a ledger"),
        ("text.db", FormatError, "cannot be opened as a ledger"),
        (".", FormatError, "is a folder"),
        ("nowhere/a.db", InputError, "there is no folder"),
        ("a\0b", InputError, "cannot be opened"),
        ("mysql://host/db", InputError, "not mysql://"),
        ("sqlite://", InputError, "sqlite:///folder/file.db"),
        ("postgresql://host/db?sslmood=x", InputError, "not the URL"),
        ("postgresql://nobody@127.0.0.1:1/x", LedgerError, "x at 127.0.0.1 cannot be opened"),
    ):
        with pytest.raises(kind, match=message):
            open_ledger(name if "://" in name else tmp_path / name)
    with pytest.raises(InputError, match="there is no ledger at"):
        open_ledger(tmp_path / "new.db", must_exist=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_url_may_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_ledger("sqlite:///a.db").close()
    open_ledger(f"sqlite:///{tmp_path}/b.db").close()
    assert {path.name for path in tmp_path.iterdir()} == {"a.db", "b.db"}


def test_a_password_is_never_shown() -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger("postgresql://anna:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value)


def test_without_psycopg_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"kervan\[postgres\]"):
        open_ledger("postgresql://x/y")
