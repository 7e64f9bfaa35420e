"""State tables brought up to date with their declarations, and rebuilt from the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from kervan.errors import InputError, LedgerError
from kervan.ledger._database import Database
from kervan.ledger.events import FIELDS, event_of, stream_fault
from kervan.ledger.projections import Projection, State, create

__all__ = ["bring_up_to_date", "pages", "rebuild"]

_BATCH: Final = 2_000


def pages(
    database: Database, place: str, after: int, conditions: Sequence[str], values: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    """Yield rows of events page by page: nothing is held open meanwhile, and what is there never changes."""
    where = " AND ".join([*conditions, f"{place} > ?"])
    sql = f"SELECT {place}, {FIELDS} FROM ledger_events WHERE {where} ORDER BY {place} LIMIT {_BATCH}"  # noqa: S608
    while rows := database.fetch(sql, (*values, after)):
        yield from (row[1:] for row in rows)
        after = rows[-1][0]


def rebuild(database: Database, projection: Projection) -> None:
    """Empty the tables of a projection and fill them again from the log, while nobody appends to it."""
    with database.transaction():
        _lock(database, projection)
        _refill(database, projection)


def bring_up_to_date(database: Database, projections: Sequence[Projection]) -> None:
    """Create the tables of new projections, and make those of older versions anew.

    Raises
    ------
    LedgerError
        When the database has tables of a newer version.
    InputError
        When a declaration was changed and its version was not.
    """
    if all(_is_current(database, projection) for projection in projections):
        return
    with database.transaction():
        database.lock(["layout"])
        for projection in projections:
            if _is_current(database, projection):
                continue
            _lock(database, projection)
            for name in _stored(database, projection.name)[2]:
                database.run(f"DROP TABLE {name}", ())
            create(database, projection.tables)
            database.run("DELETE FROM ledger_projections WHERE name = ?", (projection.name,))
            database.run(
                "INSERT INTO ledger_projections (name, version, streams, tables) VALUES (?, ?, ?, ?)",
                (projection.name, projection.version, json.dumps(projection.streams), _declaration(projection)),
            )
            _refill(database, projection)


def _lock(database: Database, projection: Projection) -> None:
    faults = [fault for stream in projection.streams if (fault := stream_fault(stream))]
    if faults:
        raise InputError(f"the projection {projection.name}: {'; '.join(faults)}")
    database.lock([*(f"stream {stream}" for stream in projection.streams), f"table {projection.name}"])


def _refill(database: Database, projection: Projection) -> None:
    state = State(database, projection.tables)
    state.clear()
    marks = ", ".join("?" * len(projection.streams))
    for row in pages(database, "position", 0, [f"stream IN ({marks})"], projection.streams):
        projection.apply(event_of(row), state)
    state.flush()


def _stored(database: Database, name: str) -> tuple[int, str, dict[str, Any]]:
    """Return version, streams and tables of a projection as the database knows them."""
    found = database.fetch("SELECT version, streams, tables FROM ledger_projections WHERE name = ?", (name,))
    version, streams, tables = found[0] if found else (0, "[]", "{}")
    return int(version), streams, json.loads(tables)


def _is_current(database: Database, projection: Projection) -> bool:
    """Whether the tables in the database are those of this projection."""
    version, streams, tables = _stored(database, projection.name)
    if version > projection.version:
        raise LedgerError(
            f"{database.name} has version {version} of the projection {projection.name}, and this Kervan knows "
            f"{projection.version}: open it with the Kervan that wrote it, or a later one"
        )
    declared = json.dumps(projection.streams), json.loads(_declaration(projection))
    if version == projection.version and (streams, tables) != declared:
        raise InputError(f"the projection {projection.name} was changed, and its version is {version} still")
    return version == projection.version


def _declaration(projection: Projection) -> str:
    """Return the tables of a projection as text, to see when they have changed."""
    return json.dumps(
        {
            name: {"columns": list(table.columns.items()), "key": table.key, "indices": table.indices}
            for name, table in projection.tables.items()
        }
    )
