"""Appending to a ledger: what is checked, and what is written, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from kervan.errors import InputError, KeyReused, LedgerError, Problem, SchemaError, StaleVersion, shown
from kervan.ledger._canonical import id_fault
from kervan.ledger._database import Database
from kervan.ledger.events import FIELDS, FIRST_HASH, Draft, Event, checked, event_of, hash_of, record, stamp
from kervan.ledger.projections import Projection, State

__all__ = ["append", "version_of"]

_INSERT: Final = f"INSERT INTO ledger_events ({FIELDS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608
_LAST: Final = "SELECT sequence, hash, recorded_at FROM ledger_events WHERE stream = ? ORDER BY sequence DESC LIMIT 1"
_READERS: Final = "SELECT name, version FROM ledger_projections WHERE replace(streams, ?, '') <> streams"
_KEPT: Final = "SELECT content, first, last FROM ledger_keys WHERE stream = ? AND key = ?"
_BODY_SHOWN: Final = 200

#: Size of a stream, hash of its last event, and when that was recorded.
Head = tuple[int, str, str]
_EMPTY: Final[Head] = (0, FIRST_HASH, "")


def append(
    database: Database,
    projections: Mapping[str, Projection],
    clock: Callable[[], datetime],
    stream: str,
    drafts: Sequence[Draft],
    expected: Mapping[str, int],
    key: str,
) -> tuple[Event, ...]:
    """Record events and what follows from them, as `kervan.ledger.store.Ledger.append` says."""
    bodies = checked(stream, drafts)
    if fault := id_fault(key, may_be_empty=True):
        raise InputError(f"the key {shown(key)} {fault}")
    content = _content(drafts, bodies) if key else ""
    ours = [projection for projection in projections.values() if stream in projection.streams]
    with database.transaction():
        database.lock([f"stream {stream}", *(f"table {projection.name}" for projection in ours)])
        last, readers, *kept = database.fetch_all(
            (_LAST, (stream,)), (_READERS, (json.dumps(stream),)), *([(_KEPT, (stream, key))] if key else [])
        )
        if any(kept):
            return _earlier(database, stream, key, content, kept[0][0])
        _check_readers(database, stream, dict(readers), projections)
        head: Head = last[0] if last else _EMPTY
        _check_corrections(stream, drafts, head[0])
        _check_expected(database, stream, drafts, expected)
        events = _record(database, stream, drafts, bodies, head, stamp(clock()))
        if key:
            row = (stream, key, content, head[0] + 1, head[0] + len(events))
            database.run("INSERT INTO ledger_keys (stream, key, content, first, last) VALUES (?, ?, ?, ?, ?)", row)
        if ours:
            state = State(database, {name: table for projection in ours for name, table in projection.tables.items()})
            for event in events:
                for projection in ours:
                    projection.apply(event, state)
            state.flush()
    return events


def version_of(database: Database, stream: str, subject: str) -> int:
    """Return the number of events about a subject in a stream."""
    sql = "SELECT count(*) FROM ledger_events WHERE stream = ? AND subject = ?"
    return int(database.fetch(sql, (stream, subject))[0][0])


def _record(
    database: Database, stream: str, drafts: Sequence[Draft], bodies: Sequence[str], head: Head, now: str
) -> tuple[Event, ...]:
    """Write events at the end of a stream."""
    size, before, recorded_at = head
    if not size:
        database.run("INSERT INTO ledger_streams (stream) VALUES (?) ON CONFLICT DO NOTHING", (stream,))
    recorded_at = max(now, recorded_at)
    rows = []
    for sequence, (draft, body) in enumerate(zip(drafts, bodies, strict=True), size + 1):
        own = hash_of(record(stream, sequence, draft, body, recorded_at, before))
        rows.append(
            (stream, sequence, draft.type, draft.subject, draft.actor, draft.event_at, recorded_at, body,
             draft.corrects, before, own)
        )  # fmt: skip
        before = own
    database.run(_INSERT, *rows)
    return tuple(map(event_of, rows))


def _earlier(database: Database, stream: str, key: str, content: str, kept: Sequence[Any]) -> tuple[Event, ...]:
    """Return what was recorded under a key."""
    before, first, last = kept
    if before != content:
        raise KeyReused(
            f"the key {shown(key)} stands for the events {stream}/{first} to {stream}/{last}, which say something "
            "else; take another key"
        )
    sql = f"SELECT {FIELDS} FROM ledger_events WHERE stream = ? AND sequence BETWEEN ? AND ? ORDER BY sequence"  # noqa: S608
    return tuple(map(event_of, database.fetch(sql, (stream, first, last))))


def _check_readers(
    database: Database, stream: str, stored: Mapping[str, int], projections: Mapping[str, Projection]
) -> None:
    """Refuse to append where the database has state tables that would fall behind."""
    for name, version in stored.items():
        ours = projections[name].version if name in projections else 0
        if ours != version:
            how = f"was opened with version {ours} of" if ours else "was opened without"
            raise LedgerError(
                f"{database.name} {how} the projection {name}, version {version}, which reads {stream}: its tables "
                "would fall behind; open the ledger with it"
            )


def _check_expected(database: Database, stream: str, drafts: Sequence[Draft], expected: Mapping[str, int]) -> None:
    """Refuse an edit of a subject about which somebody has recorded something meanwhile."""
    stale, words = {}, []
    for subject, version in expected.items():
        actual = version_of(database, stream, subject)
        if actual == version:
            continue
        sql = f"SELECT {FIELDS} FROM ledger_events WHERE stream = ? AND subject = ? ORDER BY sequence DESC LIMIT 1"  # noqa: S608
        theirs = [event_of(row) for row in database.fetch(sql, (stream, subject))]
        ours = [draft for draft in drafts if draft.subject == subject]
        stale[subject] = (version, actual)
        words.append(_conflict(subject, version, actual, theirs, ours[:1]))
    if stale:
        raise StaleVersion(stale, "\n".join(words))


def _content(drafts: Sequence[Draft], bodies: Sequence[str]) -> str:
    """Return a digest of what a call of `Ledger.append` records."""
    fields = [
        [draft.type, draft.subject, body, draft.actor, draft.event_at, draft.corrects]
        for draft, body in zip(drafts, bodies, strict=True)
    ]
    return sha256(json.dumps(fields).encode()).hexdigest()


def _check_corrections(stream: str, drafts: Sequence[Draft], size: int) -> None:
    known = f"{stream}/1 to {stream}/{size}" if size else "none"
    problems = [
        Problem("event", row, "corrects", draft.corrects, f"there is no such event in {stream}; there is {known}")
        for row, draft in enumerate(drafts, 1)
        if draft.corrects and not _is_event(stream, draft.corrects, size)
    ]
    if problems:
        raise SchemaError(problems, f"the events for {stream}")


def _is_event(stream: str, event_id: str, size: int) -> bool:
    number = event_id.removeprefix(f"{stream}/")
    is_number = number.isascii() and number.isdigit() and len(number) < 19 and number[0] != "0"
    return is_number and number != event_id and int(number) <= size


def _conflict(subject: str, expected: int, actual: int, theirs: Sequence[Event], ours: Sequence[Draft]) -> str:
    """Return what a stale edit would have written over, and what it says itself."""
    words = f"{shown(subject)} has version {actual}, not {expected}"
    for event in theirs:
        words += f": {event.actor} recorded {event.id} ({event.type}) at {event.recorded_at}: {_brief(event.body)}"
    for draft in ours:
        words += f"; refused: {draft.actor} ({draft.type}): {_brief(draft.body)}"
    return words


def _brief(body: Mapping[str, Any]) -> str:
    text = json.dumps(dict(body), ensure_ascii=False, default=list)
    return text if len(text) <= _BODY_SHOWN else text[: _BODY_SHOWN - 1] + "…"
