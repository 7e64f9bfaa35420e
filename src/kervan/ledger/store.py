"""The ledger: events are appended in one transaction with the state tables that follow from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from kervan.errors import (
    BrokenChain,
    InputError,
    KeyReused,
    LedgerError,
    Problem,
    SchemaError,
    StaleVersion,
    UnknownName,
    shown,
)
from kervan.ledger._canonical import id_fault
from kervan.ledger._database import Database, connect
from kervan.ledger._layout import migrate
from kervan.ledger.checkpoints import Checkpoint, key_name, parse_checkpoint, sign
from kervan.ledger.events import (
    FIRST_HASH,
    Draft,
    Event,
    checked,
    event_of,
    hash_of,
    instant,
    record,
    records,
    stamp,
    stream_fault,
)
from kervan.ledger.exports import write_export
from kervan.ledger.merkle import Frontier
from kervan.ledger.projections import Projection, Row, State, create

__all__ = ["Ledger", "open_ledger"]

_FIELDS: Final = "stream, sequence, type, subject, actor, event_at, recorded_at, body, corrects, previous_hash, hash"
_INSERT: Final = f"INSERT INTO ledger_events ({_FIELDS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608
_BATCH: Final = 2_000
_BODY_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class _Head:
    """The end of a stream."""

    size: int = 0
    hash: str = FIRST_HASH
    recorded_at: str = ""


class Ledger:
    """An append-only log of events and the state tables that follow from it; `open_ledger` opens one."""

    def __init__(self, database: Database, projections: Sequence[Projection], clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._projections = {projection.name: projection for projection in projections}
        self._tables = {name: table for projection in projections for name, table in projection.tables.items()}
        if len(self._projections) < len(projections) or len(self._tables) < sum(len(p.tables) for p in projections):
            raise InputError("two projections of a ledger, or two of their tables, have the same name")
        migrate(database)
        self._bring_up_to_date()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # ── append ──────────────────────────────────────────────────────────────────────────────────────────

    def append(
        self, stream: str, drafts: Sequence[Draft], expected: Mapping[str, int] | None = None, key: str = ""
    ) -> tuple[Event, ...]:
        """Record events, all of them or none, and return them when they are on disk.

        Parameters
        ----------
        stream
            The log to add to.
        drafts
            What to record, in order.
        expected
            Subject to its `version` as the writer saw it: another one means that somebody was quicker.
        key
            A name for this call. The same call under the same key returns what it recorded the first time.

        Raises
        ------
        SchemaError
            With every problem of every draft, also an event to correct that does not exist.
        StaleVersion
            When a subject has another version than expected.
        KeyReused
            When the key was used for other events.
        """
        drafts = tuple(drafts)
        bodies = checked(stream, drafts)
        if fault := id_fault(key, may_be_empty=True):
            raise InputError(f"the key {shown(key)} {fault}")
        content = _content(drafts, bodies)
        with self._database.transaction():
            head = self._locked_head(stream)
            if key and (earlier := self._earlier(stream, key, content)):
                return earlier
            self._check_expected(stream, drafts, expected or {})
            _check_corrections(stream, drafts, head.size)
            readers = self._readers(stream)
            events = self._record(stream, drafts, bodies, head)
            if key:
                self._database.execute(
                    "INSERT INTO ledger_keys (stream, key, content, first, last) VALUES (?, ?, ?, ?, ?)",
                    (stream, key, content, head.size + 1, head.size + len(events)),
                )
            state = State(self._database, self._tables)
            for event in events:
                for projection in readers:
                    projection.apply(event, state)
            state.flush()
        return events

    def _locked_head(self, stream: str) -> _Head:
        """Return the end of a stream, which nobody else moves until the transaction ends."""
        sql = f"SELECT size, head, recorded_at FROM ledger_streams WHERE stream = ?{self._database.for_update}"  # noqa: S608
        found = self._database.execute(sql, (stream,))
        if not found:
            self._begin_stream(stream)
            found = self._database.execute(sql, (stream,))
        return _Head(*found[0])

    def _begin_stream(self, stream: str) -> None:
        self._database.execute(
            "INSERT INTO ledger_streams (stream, size, head, recorded_at) VALUES (?, 0, ?, '') ON CONFLICT DO NOTHING",
            (stream, FIRST_HASH),
        )

    def _earlier(self, stream: str, key: str, content: str) -> tuple[Event, ...]:
        """Return what was recorded under a key, or nothing."""
        found = self._database.execute(
            "SELECT content, first, last FROM ledger_keys WHERE stream = ? AND key = ?", (stream, key)
        )
        if not found:
            return ()
        before, first, last = found[0]
        if before != content:
            raise KeyReused(
                f"the key {shown(key)} stands for the events {stream}/{first} to {stream}/{last}, which say something "
                f"else; take another key"
            )
        rows = self._database.execute(
            f"SELECT {_FIELDS} FROM ledger_events WHERE stream = ? AND sequence BETWEEN ? AND ? ORDER BY sequence",  # noqa: S608
            (stream, first, last),
        )
        return tuple(map(event_of, rows))

    def _check_expected(self, stream: str, drafts: Sequence[Draft], expected: Mapping[str, int]) -> None:
        stale = {}
        words = []
        for subject, version in expected.items():
            actual = self.version(stream, subject)
            if actual == version:
                continue
            stale[subject] = (version, actual)
            theirs = next(iter(self._last(stream, subject)), None)
            ours = next((draft for draft in drafts if draft.subject == subject), None)
            words.append(_conflict(subject, version, actual, theirs, ours))
        if stale:
            raise StaleVersion(stale, "\n".join(words))

    def _last(self, stream: str, subject: str) -> list[Event]:
        rows = self._database.execute(
            f"SELECT {_FIELDS} FROM ledger_events WHERE stream = ? AND subject = ? ORDER BY sequence DESC LIMIT 1",  # noqa: S608
            (stream, subject),
        )
        return [event_of(row) for row in rows]

    def _record(self, stream: str, drafts: Sequence[Draft], bodies: Sequence[str], head: _Head) -> tuple[Event, ...]:
        """Write the events and move the end of the stream."""
        recorded_at = max(stamp(self._clock()), head.recorded_at)
        rows, before = [], head.hash
        for sequence, (draft, body) in enumerate(zip(drafts, bodies, strict=True), head.size + 1):
            own = hash_of(record(stream, sequence, draft, body, recorded_at, before))
            rows.append(
                (stream, sequence, draft.type, draft.subject, draft.actor, draft.event_at, recorded_at, body,
                 draft.corrects, before, own)
            )  # fmt: skip
            before = own
        self._database.many(_INSERT, rows)
        self._database.execute(
            "UPDATE ledger_streams SET size = ?, head = ?, recorded_at = ? WHERE stream = ?",
            (head.size + len(rows), before, recorded_at, stream),
        )
        return tuple(map(event_of, rows))

    # ── read ────────────────────────────────────────────────────────────────────────────────────────────

    def version(self, stream: str, subject: str) -> int:
        """Return the number of events about a subject in a stream."""
        sql = "SELECT count(*) FROM ledger_events WHERE stream = ? AND subject = ?"
        return int(self._database.execute(sql, (stream, subject))[0][0])

    def streams(self) -> dict[str, int]:
        """Return every stream with its number of events."""
        rows = self._database.execute("SELECT stream, size FROM ledger_streams WHERE size > 0 ORDER BY stream")
        return {stream: int(size) for stream, size in rows}

    def events(
        self,
        stream: str = "",
        after: int = 0,
        subject: str = "",
        type: str = "",  # noqa: A002 - the name of the field
        recorded_until: str = "",
    ) -> Iterator[Event]:
        """Return events in the order in which they were recorded, read as they are asked for.

        Parameters
        ----------
        stream
            The log to read; empty: all of them.
        after
            Leave out the first so many of the stream; only with ``stream``.
        subject, type
            Those about this thing, of this type.
        recorded_until
            Those recorded by then: a moment with its zone, or a day, which ends in UTC.

        Raises
        ------
        InputError
            When ``recorded_until`` is no moment, or ``after`` is given without a stream.
        """
        if after and not stream:
            raise InputError("`after` counts the events of one stream: name it")
        given: list[tuple[str, Any]] = [("stream = ?", stream), ("subject = ?", subject), ("type = ?", type)]
        if recorded_until:
            given.append(("recorded_at <= ?", stamp(instant(recorded_until, may_be_day=True))))
        given = [pair for pair in given if pair[1]]
        place = "sequence" if stream else "position"
        return map(event_of, self._pages(place, after, [sql for sql, _ in given], [value for _, value in given]))

    def _pages(self, place: str, after: int, conditions: list[str], values: list[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield rows of events page by page: nothing is held open meanwhile, and what is there never changes."""
        where = " AND ".join([*conditions, f"{place} > ?"])
        sql = f"SELECT {place}, {_FIELDS} FROM ledger_events WHERE {where} ORDER BY {place} LIMIT {_BATCH}"  # noqa: S608
        while rows := self._database.execute(sql, (*values, after)):
            yield from (row[1:] for row in rows)
            after = rows[-1][0]

    def rows(
        self,
        table: str,
        where: Mapping[str, Any] | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Return rows of a state table, as `State.rows` does."""
        return State(self._database, self._tables).rows(table, where, order, limit)

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Return the rows of a query with parameters ``:name``, in SQL that SQLite and PostgreSQL understand."""
        return self._database.query(sql, parameters or {})

    # ── proof ───────────────────────────────────────────────────────────────────────────────────────────

    def checkpoint(self, stream: str, key: str) -> Checkpoint:
        """Sign the root of the Merkle tree over a stream, keep the signature and return it.

        Parameters
        ----------
        stream
            The log; the name of the key ends in it, as in ``ministry.example/register``.
        key
            A private key of `kervan.ledger.checkpoints.new_key`.

        Raises
        ------
        BrokenChain
            When an event is not what was recorded, or does not lead to the checkpoints signed before.
        InputError
            When the stream has no events, or the key is for another one.
        """
        name = key_name(key)
        if name.rpartition("/")[2] != stream:
            raise InputError(f"the key of {name} does not sign {shown(stream)}: its name ends in another stream")
        earlier = {checkpoint.size: checkpoint for checkpoint in self.checkpoints(stream)}
        frontier = Frontier()
        for _, own in records(self.events(stream)):
            frontier.add(bytes.fromhex(own))
            before = earlier.pop(frontier.size, None)
            if before is not None and before.root != frontier.root():
                raise BrokenChain(
                    f"the first {before.size} events of {stream} are not those that were signed: {before.note}"
                )
        if earlier or not frontier.size:
            raise (BrokenChain if earlier else InputError)(
                f"{stream} has {frontier.size} events; there is nothing to sign"
                + (f", and {max(earlier)} were signed before" if earlier else "")
            )
        signed = sign(frontier.size, frontier.root(), key)
        self._database.execute(
            "INSERT INTO ledger_checkpoints (stream, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (stream, signed.size, signed.root.hex(), signed.note),
        )
        return signed

    def checkpoints(self, stream: str) -> list[Checkpoint]:
        """Return the checkpoints of a stream, oldest first."""
        sql = "SELECT note FROM ledger_checkpoints WHERE stream = ? ORDER BY size, note"
        return [parse_checkpoint(note) for (note,) in self._database.execute(sql, (stream,))]

    def export(self, stream: str, path: str | Path, *, overwrite: bool = False) -> int:
        """Write a stream to a file that proves itself, with its checkpoints, and return the number of events.

        Raises
        ------
        BrokenChain
            When an event is not what was recorded; nothing is written.
        FormatError
            When the file exists and must not be overwritten, or cannot be written.
        UnknownName
            When there is no such stream.
        """
        if stream not in (known := self.streams()):
            raise UnknownName("stream", stream, known)
        notes = self.checkpoints(stream)
        return write_export(path, stream, records(self.events(stream)), notes, overwrite=overwrite)

    # ── state tables ────────────────────────────────────────────────────────────────────────────────────

    def rebuild(self, projection: Projection | str) -> None:
        """Empty the tables of a projection and fill them again from the log."""
        name = projection if isinstance(projection, str) else projection.name
        if name not in self._projections:
            raise UnknownName("projection", name, self._projections)
        with self._database.transaction():
            self._lock_streams(self._projections[name])
            self._refill(self._projections[name])

    def _bring_up_to_date(self) -> None:
        """Create the tables of new projections, and make those of older versions anew."""
        if all(self._is_current(projection) for projection in self._projections.values()):
            return
        with self._database.transaction():
            self._database.lock_layout()
            for projection in self._projections.values():
                if self._is_current(projection):
                    continue
                self._lock_streams(projection)
                for name in self._stored(projection.name)[2]:
                    self._database.execute(f"DROP TABLE {name}")
                create(self._database, projection.tables)
                self._database.execute("DELETE FROM ledger_projections WHERE name = ?", (projection.name,))
                self._database.execute(
                    "INSERT INTO ledger_projections (name, version, streams, tables) VALUES (?, ?, ?, ?)",
                    (projection.name, projection.version, json.dumps(projection.streams), _declaration(projection)),
                )
                self._refill(projection)

    def _stored(self, name: str) -> tuple[int, str, dict[str, Any]]:
        found = self._database.execute(
            "SELECT version, streams, tables FROM ledger_projections WHERE name = ?", (name,)
        )
        version, streams, tables = found[0] if found else (0, "[]", "{}")
        return int(version), streams, json.loads(tables)

    def _is_current(self, projection: Projection) -> bool:
        """Whether the tables in the database are those of this projection."""
        version, streams, tables = self._stored(projection.name)
        if version > projection.version:
            raise LedgerError(
                f"{self._database.name} has version {version} of the projection {projection.name}, and this Kervan "
                f"knows {projection.version}: open it with the Kervan that wrote it, or a later one"
            )
        if version == projection.version and (
            json.dumps(projection.streams) != streams or json.loads(_declaration(projection)) != tables
        ):
            raise InputError(f"the projection {projection.name} was changed and has the version {version} still")
        return version == projection.version

    def _lock_streams(self, projection: Projection) -> None:
        for stream in sorted(projection.streams):
            if fault := stream_fault(stream):
                raise InputError(fault)
            self._locked_head(stream)

    def _refill(self, projection: Projection) -> None:
        state = State(self._database, projection.tables)
        state.clear()
        marks = ", ".join("?" * len(projection.streams))
        for row in self._pages("position", 0, [f"stream IN ({marks})"], list(projection.streams)):
            projection.apply(event_of(row), state)
        state.flush()

    def _readers(self, stream: str) -> list[Projection]:
        """Return the projections that read a stream; the database may know none that is not opened with it."""
        sql = "SELECT name, version FROM ledger_projections WHERE replace(streams, ?, '') <> streams ORDER BY name"
        found = self._database.execute(f"{sql}{self._database.for_update}", (json.dumps(stream),))
        for name, version in found:
            ours = self._projections[name].version if name in self._projections else 0
            if ours != version:
                what = "was opened without" if not ours else f"was opened with version {ours} of"
                raise LedgerError(
                    f"{self._database.name} {what} the projection {name}, version {version}, which reads {stream}: "
                    f"its tables would fall behind; open the ledger with it"
                )
        return [self._projections[name] for name, _ in found]


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


def _conflict(subject: str, expected: int, actual: int, theirs: Event | None, ours: Draft | None) -> str:
    """Return what a stale edit would have written over, and what it says itself."""
    words = f"{shown(subject)} has version {actual}, not {expected}"
    if theirs is not None and actual > expected:
        words += f": {theirs.actor} recorded {theirs.id} ({theirs.type}) at {theirs.recorded_at}: {_brief(theirs.body)}"
    if ours is not None:
        words += f"; refused: {ours.actor} ({ours.type}): {_brief(ours.body)}"
    return words


def _brief(body: Mapping[str, Any]) -> str:
    text = json.dumps(dict(body), ensure_ascii=False, default=list)
    return text if len(text) <= _BODY_SHOWN else text[: _BODY_SHOWN - 1] + "…"


def _declaration(projection: Projection) -> str:
    """Return the tables of a projection as text, to see when they have changed."""
    return json.dumps(
        {
            name: {"columns": list(table.columns.items()), "key": table.key, "indices": table.indices}
            for name, table in projection.tables.items()
        }
    )


def _now() -> datetime:
    return datetime.now(UTC)


def open_ledger(
    where: str | PathLike[str],
    projections: Sequence[Projection] = (),
    clock: Callable[[], datetime] = _now,
    *,
    must_exist: bool = False,
) -> Ledger:
    """Open a ledger, and make it if there is none yet.

    Parameters
    ----------
    where
        A file (``register.db``, ``sqlite:///register.db``), or ``postgresql://user@host/name``.
    projections
        The state tables to keep with it.
    clock
        Gives the present moment, with its zone.
    must_exist
        Refuse to make a ledger where there is none.

    Raises
    ------
    InputError
        When nothing can be there, or something else is.
    LedgerError
        When a newer Kervan has written it, or the server does not answer.

    Examples
    --------
    >>> with open_ledger("example.db") as ledger:
    ...     draft = Draft("road.opened", "KZ-12", {"lanes": 4}, "ministry", "2025-05-21T10:00:00+05:00")
    ...     [event.id for event in ledger.append("roads", [draft])]
    ['roads/1']
    """
    return Ledger(connect(fspath(where), must_exist=must_exist), projections, clock)
