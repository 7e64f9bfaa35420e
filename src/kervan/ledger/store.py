"""The ledger: events are appended in one transaction with the state tables that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kervan.errors import BrokenChain, InputError, UnknownName, shown
from kervan.ledger._append import append, version_of
from kervan.ledger._database import Database, connect
from kervan.ledger._layout import migrate
from kervan.ledger._tables import bring_up_to_date, pages, rebuild
from kervan.ledger.checkpoints import Checkpoint, log_of, parse_checkpoint, sign
from kervan.ledger.events import Draft, Event, event_of, instant, records, stamp
from kervan.ledger.exports import write_export
from kervan.ledger.merkle import Frontier
from kervan.ledger.projections import Projection, Row, State

__all__ = ["Ledger", "open_ledger"]


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
        bring_up_to_date(database, projections)

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
        return append(self._database, self._projections, self._clock, stream, tuple(drafts), dict(expected or {}), key)

    # ── read ────────────────────────────────────────────────────────────────────────────────────────────

    def version(self, stream: str, subject: str) -> int:
        """Return the number of events about a subject in a stream."""
        return version_of(self._database, stream, subject)

    def streams(self) -> dict[str, int]:
        """Return every stream with its number of events."""
        rows = self._database.fetch(
            "SELECT s.stream, (SELECT max(e.sequence) FROM ledger_events e WHERE e.stream = s.stream) "
            "FROM ledger_streams s ORDER BY s.stream"
        )
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
        conditions, values = [sql for sql, _ in given], [value for _, value in given]
        return map(event_of, pages(self._database, place, after, conditions, values))

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
        name = log_of(key, is_private=True)
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
        self._database.run(
            "INSERT INTO ledger_checkpoints (stream, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (stream, signed.size, signed.root.hex(), signed.note),
        )
        return signed

    def checkpoints(self, stream: str) -> list[Checkpoint]:
        """Return the checkpoints of a stream, oldest first."""
        sql = "SELECT note FROM ledger_checkpoints WHERE stream = ? ORDER BY size, note"
        return [parse_checkpoint(note) for (note,) in self._database.fetch(sql, (stream,))]

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
        rebuild(self._database, self._projections[name])


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
    database = connect(fspath(where), must_exist=must_exist)
    try:
        return Ledger(database, projections, clock)
    except BaseException:
        database.close()
        raise
