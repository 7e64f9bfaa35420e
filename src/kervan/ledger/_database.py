"""The thin layer over SQLite and PostgreSQL: one way to run SQL that both understand.

SQL of the house marks parameters with ``?``; queries of users of a ledger with ``:name``. What the two name
differently (types, an identity, a lock on a row) is a field or a method here, and nothing else is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import Any, Final, Protocol
from weakref import finalize

from kervan.errors import FormatError, InputError, LedgerError

__all__ = ["Database", "Sqlite", "connect"]

#: Seconds that a writer waits for another.
_PATIENCE_S: Final = 120.0
#: Says in the head of a SQLite file that it is a ledger ("KRLG").
_APPLICATION: Final = 0x4B524C47


class Database(Protocol):
    """A connection to a database; its methods may be called from any thread, one at a time."""

    name: str
    #: Portable kind of a column to its type.
    types: Mapping[str, str]
    #: Type of a column that counts rows in the order in which they came.
    identity: str
    #: Statements that forbid changing or removing rows of the table of events.
    append_only: Sequence[str]

    def run(self, sql: str, *rows: Sequence[Any]) -> None:
        """Run a statement of the house, once a row of parameters."""

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query of the house."""

    def fetch_all(self, *queries: tuple[str, Sequence[Any]]) -> list[list[tuple[Any, ...]]]:
        """Return the rows of several queries of the house, in one exchange with the server."""

    def query(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a query that cannot change anything, with named parameters."""

    def transaction(self) -> AbstractContextManager[None]:
        """Return a block whose statements all hold or none does."""

    def lock(self, names: Sequence[str]) -> None:
        """Wait until nobody else has these names locked, and keep them until the transaction ends."""

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""

    def close(self) -> None:
        """Close the connection."""


class Sqlite:
    """A file of SQLite, or memory; write-ahead log, every commit on disk before it is acknowledged."""

    types: Mapping[str, str] = MappingProxyType({"text": "TEXT", "integer": "INTEGER", "real": "REAL"})
    identity = "INTEGER PRIMARY KEY AUTOINCREMENT"
    append_only: Sequence[str] = tuple(
        f"CREATE TRIGGER ledger_events_no_{action} BEFORE {action} ON ledger_events BEGIN "
        "SELECT RAISE(ABORT, 'events are only ever added'); END"
        for action in ("update", "delete")
    )

    def __init__(self, path: str, *, must_exist: bool = False) -> None:
        self.name = path or "memory"
        self._lock = RLock()
        self._depth = 0
        if path:
            _check_file(Path(path), must_exist=must_exist)
        try:
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            finalize(self, self._connection.close)  # what `replay` returns is not closed by hand
            self._prepare()
        except sqlite3.Error as error:
            raise FormatError(f"{self.name} cannot be opened as a ledger: {error}") from None

    def _prepare(self) -> None:
        run = self._connection.execute
        # In this order: whoever makes the ledger at this very moment says so before he makes a table.
        tables = run("SELECT count(*) FROM sqlite_master").fetchone()[0]
        application = run("PRAGMA application_id").fetchone()[0]
        if application != _APPLICATION and tables:
            raise FormatError(f"{self.name} is a database, but not a ledger")
        run("PRAGMA journal_mode=WAL").fetchall()
        for pragma in (f"application_id={_APPLICATION}", "synchronous=FULL", "case_sensitive_like=ON",
                       "trusted_schema=OFF"):  # fmt: skip
            if pragma.startswith("application_id") and application == _APPLICATION:
                continue
            run(f"PRAGMA {pragma}")

    def run(self, sql: str, *rows: Sequence[Any]) -> None:
        """Run a statement of the house, once a row of parameters."""
        with self._lock:
            try:
                self._connection.executemany(sql, rows)
            except sqlite3.Error as error:
                raise self._told(error) from None

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query of the house."""
        with self._lock:
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise self._told(error) from None

    def fetch_all(self, *queries: tuple[str, Sequence[Any]]) -> list[list[tuple[Any, ...]]]:
        """Return the rows of several queries of the house."""
        return [self.fetch(*query) for query in queries]

    def query(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a query that cannot change anything, with named parameters."""
        with self._lock:
            self._connection.execute("PRAGMA query_only=ON")
            try:
                found = self._connection.execute(sql, dict(parameters))
                names = [column[0] for column in found.description or ()]
                return [dict(zip(names, row, strict=True)) for row in found]
            except sqlite3.Error as error:
                raise self._told(error) from None
            finally:
                self._connection.execute("PRAGMA query_only=OFF")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Return a block whose statements all hold or none does."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise self._told(error) from None
                raise

    def lock(self, names: Sequence[str]) -> None:
        """Do nothing: there is one writer at a time, the one within `transaction`."""

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        return bool(self.fetch("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    def _told(self, error: sqlite3.Error) -> LedgerError:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            return LedgerError(f"{self.name}: others have been writing for {_PATIENCE_S:.0f} s; try again")
        return LedgerError(f"{self.name}: {error}")


def _check_file(path: Path, *, must_exist: bool) -> None:
    from kervan._files import exists

    is_there = exists(path)
    if is_there and not path.is_file():
        raise FormatError(f"{path} is a folder, not a ledger")
    if must_exist and not is_there:
        raise InputError(f"there is no ledger at {path}")
    if not path.resolve().parent.is_dir():
        raise InputError(f"there is no folder {path.resolve().parent} to keep a ledger in")


def connect(where: str, *, must_exist: bool = False) -> Database:
    """Return a connection to the database that a path or URL names.

    Raises
    ------
    InputError
        When it names none.
    """
    if where.startswith(("postgresql://", "postgres://")):
        from kervan.ledger._postgres import Postgres

        return Postgres(where)
    if where.startswith("sqlite://"):
        where = where.removeprefix("sqlite://").removeprefix("/") if where.startswith("sqlite:///") else ""
        if not where:
            raise InputError("write the path of a SQLite file as sqlite:///folder/file.db")
    elif "://" in where:
        raise InputError(
            f"a ledger is a file, sqlite:///path or postgresql://..., not {where.partition('://')[0]}://..."
        )
    return Sqlite(where, must_exist=must_exist)
