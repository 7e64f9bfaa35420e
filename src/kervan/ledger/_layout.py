"""The tables of a ledger, as numbered migrations; a database knows how many of them it has seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kervan.errors import LedgerError
from kervan.ledger._database import Database

__all__ = ["MIGRATIONS", "migrate"]

Migration = Callable[[Database], Sequence[str]]


def _first(database: Database) -> Sequence[str]:
    text, integer = database.types["text"], database.types["integer"]
    return (
        f"CREATE TABLE ledger_streams (stream {text} PRIMARY KEY)",
        f"""CREATE TABLE ledger_events (
            position {database.identity}, stream {text} NOT NULL, sequence {integer} NOT NULL, type {text} NOT NULL,
            subject {text} NOT NULL, actor {text} NOT NULL, event_at {text} NOT NULL, recorded_at {text} NOT NULL,
            body {text} NOT NULL, corrects {text} NOT NULL, previous_hash {text} NOT NULL, hash {text} NOT NULL,
            UNIQUE (stream, sequence))""",
        "CREATE INDEX ledger_events_by_subject ON ledger_events (stream, subject, sequence)",
        *database.append_only,
        f"""CREATE TABLE ledger_keys (
            stream {text} NOT NULL, key {text} NOT NULL, content {text} NOT NULL, first {integer} NOT NULL,
            last {integer} NOT NULL, PRIMARY KEY (stream, key))""",
        f"""CREATE TABLE ledger_projections (
            name {text} PRIMARY KEY, version {integer} NOT NULL, streams {text} NOT NULL, tables {text} NOT NULL)""",
        f"""CREATE TABLE ledger_checkpoints (
            stream {text} NOT NULL, size {integer} NOT NULL, root {text} NOT NULL, note {text} NOT NULL,
            PRIMARY KEY (stream, size, note))""",
    )


#: Each brings the tables from one version to the next. A migration that was released is never changed.
MIGRATIONS: Final[tuple[Migration, ...]] = (_first,)


def migrate(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the tables of a database to the newest version, in one transaction.

    Raises
    ------
    LedgerError
        When a newer Kervan has written the database.
    """
    if _version(database) == len(migrations):
        return
    with database.transaction():
        database.lock(["layout"])
        version = _version(database)  # another may have been quicker
        if version > len(migrations):
            raise LedgerError(
                f"{database.name} has version {version} of the tables of a ledger, and this Kervan knows up to "
                f"{len(migrations)}: open it with the Kervan that wrote it, or a later one"
            )
        if not version:
            database.run(f"CREATE TABLE ledger_version (version {database.types['integer']} NOT NULL)", ())
            database.run("INSERT INTO ledger_version VALUES (0)", ())
        for migration in migrations[version:]:
            for statement in migration(database):
                database.run(statement, ())
        database.run("UPDATE ledger_version SET version = ?", (len(migrations),))


def _version(database: Database) -> int:
    if not database.has_table("ledger_version"):
        return 0
    return int(database.fetch("SELECT version FROM ledger_version")[0][0])
