"""State tables that follow from the log alone: declared here, changed with the append, rebuilt from the log.

A projection says which tables it keeps and what an event does to them. It reads no clock and no other table, so
that the same events always give the same rows, in the database of the ledger or in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from kervan.errors import InputError, UnknownName
from kervan.ledger._database import Database, Sqlite
from kervan.ledger.events import Event

__all__ = ["Kind", "Projection", "Rows", "State", "Table", "replay"]

Kind = Literal["text", "integer", "real", "text?", "integer?", "real?"]
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,48}", re.ASCII)
_KINDS: Final = {"text": str, "integer": int, "real": float}
#: Rows kept in memory before they are written.
_HELD: Final = 50_000

Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A state table.

    Parameters
    ----------
    columns
        Name to kind; one that ends in ``?`` may be null.
    key
        The columns that name a row.
    indices
        Groups of columns that rows are looked up by.
    """

    columns: Mapping[str, Kind]
    key: tuple[str, ...]
    indices: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        for name, kind in self.columns.items():
            if not _NAME.fullmatch(name) or kind.removesuffix("?") not in _KINDS:
                raise InputError(f"a column {name!r} of kind {kind!r} cannot be declared")
        for named in (self.key, *self.indices):
            if not named or set(named) - set(self.columns):
                raise InputError(f"a key or index {named!r} does not name columns of the table")
        if any(self.columns[name].endswith("?") for name in self.key):
            raise InputError(f"a column of the key {self.key!r} may not be null")


@dataclass(frozen=True, slots=True)
class Projection:
    """Tables, and how an event changes them.

    Parameters
    ----------
    name
        Its name, unique in a ledger.
    version
        Grows with every change of the tables or of ``apply``: opening a ledger rebuilds an older one.
    tables
        The tables it keeps, by name.
    apply
        What an event does, by `State.get`, `State.put` and `State.delete`. It refuses one with a `KervanError`.
    streams
        The streams whose events it reads.
    """

    name: str
    version: int
    tables: Mapping[str, Table]
    apply: Callable[[Event, State], None]
    streams: tuple[str, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.version < 1 or not self.streams:
            raise InputError(f"a projection needs a name, a version from 1 and streams: {self.name!r}")
        for name in self.tables:
            if not _NAME.fullmatch(name) or name.startswith(("ledger_", "sqlite_", "pg_")):
                raise InputError(f"a state table cannot be called {name!r}")


class Rows(Protocol):
    """Whatever answers questions about state tables: a ledger, or what `replay` returns."""

    def rows(
        self,
        table: str,
        where: Mapping[str, Any] | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Return rows of a state table."""

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Return the rows of a query in SQL that both databases understand."""


class State:
    """The state tables of a database, with what is not written yet on top."""

    def __init__(self, database: Database, tables: Mapping[str, Table]) -> None:
        self._database = database
        self._tables = tables
        self._held: dict[str, dict[Key, Row | None]] = {name: {} for name in tables}
        self._is_new: set[str] = set()
        self._count = 0

    def get(self, table: str, key: Any) -> Row | None:
        """Return a copy of the row with this key (a tuple where it has several columns), or None."""
        declared, whole = self._declared(table), _key(key)
        held = self._held[table]
        if whole in held:
            row = held[whole]
            return dict(row) if row is not None else None
        if table in self._is_new:
            return None
        where = " AND ".join(f"{name} = ?" for name in declared.key)
        found = self._database.fetch(f"SELECT {', '.join(declared.columns)} FROM {table} WHERE {where}", whole)  # noqa: S608
        return dict(zip(declared.columns, found[0], strict=True)) if found else None

    def put(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row, or replace the one with its key.

        Raises
        ------
        InputError
            When a column is missing, unknown, or of another kind.
        """
        declared = self._declared(table)
        whole = {name: _cell(table, name, kind, row) for name, kind in declared.columns.items()}
        if len(row) != len(whole):
            raise UnknownName(f"column of {table}", next(iter(set(row) - set(whole))), whole)
        self._hold(table, tuple(whole[name] for name in declared.key), whole)

    def delete(self, table: str, key: Any) -> None:
        """Remove the row with this key, if there is one."""
        self._declared(table)
        self._hold(table, _key(key), None)

    def rows(
        self,
        table: str,
        where: Mapping[str, Any] | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Return rows of a table.

        Parameters
        ----------
        table
            Its name.
        where
            Column to value: equal to it, null for None, one of several for a list or tuple.
        order
            Columns to sort by, ``-name`` downwards; nulls come first, and the key decides the rest.
        limit
            Most rows to return.
        """
        declared = self._declared(table)
        conditions, values = ["1 = 1"], list[Any]()
        for name, value in (where or {}).items():
            _known(table, declared, name)
            condition, more = _condition(name, value)
            conditions.append(condition)
            values += more
        parts = [_ordered(_known(table, declared, name.removeprefix("-")), name) for name in order]
        parts += [name for name in declared.key if name not in order]
        sql = f"SELECT {', '.join(declared.columns)} FROM {table} WHERE {' AND '.join(conditions)}"  # noqa: S608
        sql += f" ORDER BY {', '.join(parts)}" + (f" LIMIT {int(limit)}" if limit is not None else "")
        self.flush()
        return [dict(zip(declared.columns, row, strict=True)) for row in self._database.fetch(sql, values)]

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Return the rows of a query with parameters ``:name``, in SQL that SQLite and PostgreSQL understand."""
        self.flush()
        return self._database.query(sql, parameters or {})

    def clear(self) -> None:
        """Remove every row of every table."""
        for name in self._tables:
            self._database.run(f"DELETE FROM {name}", ())  # noqa: S608
            self._held[name] = {}
            self._is_new.add(name)

    def flush(self) -> None:
        """Write what is held."""
        for name, held in self._held.items():
            if not held:
                continue
            declared = self._tables[name]
            gone = [key for key, row in held.items() if row is None]
            if gone and name not in self._is_new:
                where = " AND ".join(f"{column} = ?" for column in declared.key)
                self._database.run(f"DELETE FROM {name} WHERE {where}", *gone)  # noqa: S608
            self._database.run(_upsert(name, declared), *(tuple(row.values()) for row in held.values() if row))
            self._held[name] = {}
            self._is_new.discard(name)
        self._count = 0

    def _hold(self, table: str, key: Key, row: Row | None) -> None:
        self._held[table][key] = row
        self._count += 1
        if self._count > _HELD:
            self.flush()

    def _declared(self, table: str) -> Table:
        if table not in self._tables:
            raise UnknownName("state table", table, self._tables)
        return self._tables[table]


def _key(key: Any) -> Key:
    return key if isinstance(key, tuple) else (key,)


def _cell(table: str, name: str, kind: str, row: Mapping[str, Any]) -> Any:
    if name not in row:
        raise InputError(f"a row of {table} lacks the column {name!r}")
    value = row[name]
    if value is None and kind.endswith("?"):
        return None
    wanted = _KINDS[kind.removesuffix("?")]
    if type(value) is wanted:
        return value
    if (wanted is float and isinstance(value, int)) or (wanted is int and isinstance(value, bool)):
        return wanted(value)
    raise InputError(f"{table}.{name} holds {kind}, not {type(value).__name__}")


def _known(table: str, declared: Table, name: str) -> str:
    if name not in declared.columns:
        raise UnknownName(f"column of {table}", name, declared.columns)
    return name


def _condition(name: str, value: Any) -> tuple[str, list[Any]]:
    if value is None:
        return f"{name} IS NULL", []
    if isinstance(value, list | tuple):
        return (f"{name} IN ({', '.join('?' * len(value))})", list(value)) if value else ("1 = 0", [])
    return f"{name} = ?", [value]


def _ordered(name: str, given: str) -> str:
    return f"{name} {'DESC' if given.startswith('-') else 'ASC'} NULLS {'LAST' if given.startswith('-') else 'FIRST'}"


def _upsert(name: str, table: Table) -> str:
    others = [column for column in table.columns if column not in table.key]
    action = f"UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in others)}" if others else "NOTHING"
    columns, marks = ", ".join(table.columns), ", ".join("?" * len(table.columns))
    return f"INSERT INTO {name} ({columns}) VALUES ({marks}) ON CONFLICT ({', '.join(table.key)}) DO {action}"  # noqa: S608


def create(database: Database, tables: Mapping[str, Table]) -> None:
    """Create state tables with their indices."""
    for name, table in tables.items():
        columns = [
            f"{column} {database.types[kind.removesuffix('?')]}{'' if kind.endswith('?') else ' NOT NULL'}"
            for column, kind in table.columns.items()
        ]
        database.run(f"CREATE TABLE {name} ({', '.join(columns)}, PRIMARY KEY ({', '.join(table.key)}))", ())
        for number, index in enumerate(table.indices, 1):
            database.run(f"CREATE INDEX {name}_by_{number} ON {name} ({', '.join(index)})", ())


def replay(projections: Projection | Sequence[Projection], events: Iterable[Event]) -> State:
    """Return, in memory, the state that events lead to: what was known when the last of them was recorded.

    Examples
    --------
    >>> from kervan.ledger import Draft, open_ledger
    >>> def count(event, state):
    ...     row = state.get("counts", event.subject) or {"subject": event.subject, "events": 0}
    ...     state.put("counts", row | {"events": row["events"] + 1})
    >>> counts = Projection("counts", 1, {"counts": Table({"subject": "text", "events": "integer"}, ("subject",))},
    ...                     count, ("border",))
    >>> with open_ledger("border.db", projections=(counts,)) as ledger:
    ...     draft = Draft("truck.arrived", "AA-123", {}, "post 1", "2025-05-21T10:00:00+06:00")
    ...     recorded = ledger.append("border", [draft, draft])
    ...     replay(counts, ledger.events("border")).rows("counts")
    [{'subject': 'AA-123', 'events': 2}]
    """
    given = (projections,) if isinstance(projections, Projection) else tuple(projections)
    tables = {name: table for projection in given for name, table in projection.tables.items()}
    state = State(Sqlite(""), tables)
    create(state._database, tables)
    state._is_new |= set(tables)
    for event in events:
        for projection in given:
            if event.stream in projection.streams:
                projection.apply(event, state)
    state.flush()
    return state
