"""A ledger in PostgreSQL: the same layer as for SQLite, by psycopg."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from types import MappingProxyType
from typing import Any, Final

from kervan.errors import InputError, LedgerError

__all__ = ["Postgres"]

_LEAST_VERSION: Final = 15
_PATIENCE_S: Final = 120
#: Literals, quoted names and casts, which are left alone; a parameter; a sign that psycopg would read.
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|::|:([A-Za-z_]\w*)|%")


class Postgres:
    """A schema of a PostgreSQL server, version 15 or later.

    Raises
    ------
    InputError
        When psycopg is not installed, or the URL is none.
    LedgerError
        When the server does not answer or is too old.
    """

    types: Mapping[str, str] = MappingProxyType(
        {"text": 'text COLLATE "C"', "integer": "bigint", "real": "double precision"}
    )
    identity = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    append_only: Sequence[str] = (
        """CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''events are only ever added''; END'""",
        """CREATE TRIGGER ledger_events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_events
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()""",
    )

    def __init__(self, url: str) -> None:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError:
            raise InputError("a ledger in PostgreSQL needs psycopg: pip install 'kervan[postgres]'") from None
        self._lock = RLock()
        self._is_inside = False
        self._error = psycopg.Error
        try:
            given = conninfo_to_dict(url)
        except psycopg.Error as error:
            raise InputError(f"this is not the URL of a PostgreSQL database: {_first_line(error)}") from None
        self.name = f"{given.get('dbname') or 'the default database'} at {given.get('host') or 'the local server'}"
        try:
            self._connection = psycopg.connect(url, autocommit=True, application_name="kervan", connect_timeout=30)
        except psycopg.Error as error:
            raise LedgerError(f"{self.name} cannot be opened: {_first_line(error)}") from None
        try:
            with self._faults():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        from psycopg.types.numeric import FloatLoader

        class Whole(FloatLoader):
            """Sums of whole numbers are `numeric`; SQLite gives them as whole numbers too."""

            def load(self, data: Any) -> Any:
                """Return a number of the kind that it is."""
                return float(data) if b"." in bytes(data) else int(data)

        class Flag(FloatLoader):
            """SQLite has no truth values but 1 and 0."""

            def load(self, data: Any) -> Any:
                """Return 1 or 0."""
                return int(bytes(data) == b"t")

        version = self._connection.info.server_version // 10_000
        if version < _LEAST_VERSION:
            raise LedgerError(f"{self.name} runs PostgreSQL {version}; a ledger needs {_LEAST_VERSION} or later")
        self._connection.adapters.register_loader("numeric", Whole)
        self._connection.adapters.register_loader("bool", Flag)
        self._connection.execute(
            "SELECT set_config('lock_timeout', %s, false), set_config('synchronous_commit', CASE WHEN "
            "current_setting('synchronous_commit') IN ('off', 'local') THEN 'on' ELSE "
            "current_setting('synchronous_commit') END, false), set_config('client_min_messages', 'warning', false), "
            "set_config('default_transaction_isolation', 'read committed', false)",
            (f"{_PATIENCE_S}s",),
        )

    def run(self, sql: str, *rows: Sequence[Any]) -> None:
        """Run a statement of the house, once a row of parameters."""
        with self._lock, self._faults():
            if len(rows) == 1:
                self._connection.execute(_marked(sql), rows[0])
            elif rows:
                self._connection.cursor().executemany(_marked(sql), rows)

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query of the house."""
        with self._lock, self._faults():
            return self._connection.execute(_marked(sql), parameters).fetchall()

    def fetch_all(self, *queries: tuple[str, Sequence[Any]]) -> list[list[tuple[Any, ...]]]:
        """Return the rows of several queries of the house, in one exchange with the server within a transaction."""
        with self._lock, self._faults():
            return [
                cursor.fetchall()
                for cursor in [self._connection.execute(_marked(sql), given) for sql, given in queries]
            ]

    def query(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a query that cannot change anything, with named parameters."""
        with self._lock, self._faults(), self._read_only():
            # A statement that is prepared cannot have a second one behind it.
            cursor = self._connection.execute(_named(sql), dict(parameters), prepare=True)
            rows = cursor.fetchall()
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in rows]

    @contextmanager
    def _read_only(self) -> Iterator[None]:
        """Return a block that can change nothing, within a transaction or by itself."""
        if not self._is_inside:
            with self._connection.transaction(force_rollback=True):
                self._connection.execute("SET TRANSACTION READ ONLY")
                yield
            return
        self._connection.execute("SAVEPOINT question")
        self._connection.execute("SET TRANSACTION READ ONLY")
        yield
        self._connection.execute("ROLLBACK TO SAVEPOINT question")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Return a block whose statements all hold or none does; they are sent when an answer is needed.

        So an append is two exchanges with the server. `psycopg.Connection.transaction` would make five of them.
        """
        with self._lock, self._faults():
            try:
                self._is_inside = True
                with self._connection.pipeline():
                    self._connection.execute("BEGIN")
                    yield
                    done = self._connection.execute("COMMIT")
                if done.statusmessage != "COMMIT":  # what the server answers when something before had failed
                    raise LedgerError(f"{self.name}: nothing was recorded; a statement of the transaction had failed")
            except BaseException:
                if not self._connection.closed:
                    self._connection.rollback()
                raise
            finally:
                self._is_inside = False

    def lock(self, names: Sequence[str]) -> None:
        """Wait until nobody else has these names locked, and keep them until the transaction ends.

        They are locked in alphabetical order, so that no two writers wait for each other.
        """
        # A number stands for a name and its schema; two names with the same number only wait for one another.
        sql = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ?, 0))"
        for name in sorted(names):
            self.run(sql, (name,))

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        # As a query, not as a name that is resolved: what others have made a moment ago is seen.
        return bool(
            self.fetch("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?", (name,))
        )

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            if self._connection.closed:
                raise LedgerError(
                    f"{self.name}: the connection was lost ({_first_line(error)}). Whether the last events were "
                    "recorded is not known: open the ledger again and append them under the same key"
                ) from None
            raise LedgerError(f"{self.name}: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip()


@lru_cache(maxsize=256)
def _marked(sql: str) -> str:
    """Return a statement of the house, in which a question mark is nothing but a parameter, as psycopg reads it."""
    return sql.replace("%", "%%").replace("?", "%s")


@lru_cache(maxsize=256)
def _named(sql: str) -> str:
    """Return a query with parameters ``:name`` as psycopg reads it."""

    def token(found: re.Match[str]) -> str:
        return f"%({found[1]})s" if found[1] else found[0].replace("%", "%%")

    return _TOKEN.sub(token, sql)
