"""OCEL 2.0 out, as JSON and as SQLite: events that are about several things at once.

Objects are consignments, voyages, vehicles and facilities (stations, yards, lanes, gates and ways). An event of a
consignment is related to it (``consignment``), to where it is (``at``) and to its voyage; one of a voyage also to its
vehicle, and from the end of loading on to all consignments ``aboard``. A voyage ``serves`` its lane and is ``made by``
its vehicle.

References
----------
Berti et al., "OCEL (Object-Centric Event Log) 2.0 Specification", 2023, https://www.ocel-standard.org.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

import numpy as np

from kervan.engines.simulate.eventlog import EventLog
from kervan.errors import FormatError
from kervan.formats.eventlog import KINDS, instants, parts_of, plain

__all__ = ["write_json", "write_sqlite"]

#: Type of object to its attributes and their types.
_OBJECTS: Final = {
    "consignment": {"source": "string", "ordinal": "integer", "program": "integer"},
    "voyage": {"number": "integer"},
    "vehicle": {"fleet": "string", "number": "integer"},
    "facility": {"kind": "string", "name": "string"},
}
#: Events of a voyage that are about those aboard.
_ABOARD: Final = {"loading_ended", "sailed", "arrived", "unloading_began", "unloading_ended"}
_OF_CONSIGNMENTS: Final = KINDS[: KINDS.index("finished") + 1]
_OF_ALL_TIME: Final = "1970-01-01T00:00:00Z"


class _Event(NamedTuple):
    id: str
    type: str
    time: str
    operation: int | None
    related: list[tuple[str, str]]


class _Object(NamedTuple):
    id: str
    type: str
    attributes: dict[str, Any]
    related: list[tuple[str, str]]


class _Ids:
    """What things are called: the parts of an id that need no work for each event."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.sources = [plain(name) for name in log.sources]
        self.places = [plain(f"facility:{what}:{name}") for what, name in log.places]
        self.vehicles = [plain(f"vehicle:{fleet}#{number}") for fleet, number in log.vehicles]

    def consignment(self, source: int, ordinal: int) -> str:
        return f"consignment:{self.sources[source]}#{ordinal}"


def _events(log: EventLog, origin: np.datetime64) -> Iterator[_Event]:
    """Yield all events, as they happened."""
    ids, number = _Ids(log), 0
    aboard: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    names = ("kind", "source", "ordinal", "place", "operation", "voyage", "vehicle")
    for part in parts_of(log):
        times = np.datetime_as_string(instants(part["time_h"], origin), unit="us").tolist()
        for time, *row in zip(times, *(part[name].tolist() for name in names), strict=True):
            number += 1
            yield _event(number, time, row, ids, aboard)


def _event(
    number: int, time: str, row: list[int], ids: _Ids, aboard: defaultdict[int, list[tuple[str, str]]]
) -> _Event:
    which, source, ordinal, place, operation, voyage, vehicle = row
    kind, related = KINDS[which], []
    if source >= 0:
        related.append((ids.consignment(source, ordinal), "consignment"))
        if kind == "boarded":
            aboard[voyage].append((related[0][0], "aboard"))
    if place >= 0:
        related.append((ids.places[place], "at"))
    if voyage >= 0:
        related.append((f"voyage:{voyage}", "voyage"))
    if vehicle >= 0:
        related.append((ids.vehicles[vehicle], "vehicle"))
    if kind in _ABOARD:
        related += aboard.get(voyage, ())
        if kind == "unloading_ended":
            aboard.pop(voyage, None)
    return _Event(f"e{number}", kind, f"{time}Z", operation if source >= 0 else None, related)


def _objects(log: EventLog) -> Iterator[_Object]:
    """Yield all objects: every part of the model, and every consignment and voyage that an event is about."""
    ids = _Ids(log)
    for identity, (what, name) in zip(ids.places, log.places, strict=True):
        yield _Object(identity, "facility", {"kind": what, "name": plain(name)}, [])
    for identity, (fleet, number) in zip(ids.vehicles, log.vehicles, strict=True):
        yield _Object(identity, "vehicle", {"fleet": plain(fleet), "number": number}, [])
    own = log.events[(log.events["voyage"] >= 0) & (log.events["source"] < 0)]
    for row in own[np.unique(own["voyage"], return_index=True)[1]]:
        related = [(ids.places[row["place"]], "serves")]
        if row["vehicle"] >= 0:
            related.append((ids.vehicles[row["vehicle"]], "made by"))
        yield _Object(f"voyage:{row['voyage']}", "voyage", {"number": int(row["voyage"])}, related)
    own = log.events[log.events["kind"] == KINDS.index("began")]
    for source, ordinal, program in zip(
        *(own[name].tolist() for name in ("source", "ordinal", "program")), strict=True
    ):
        about = {"source": ids.sources[source], "ordinal": ordinal, "program": program}
        yield _Object(ids.consignment(source, ordinal), "consignment", about, [])


def _attributes(kind: str) -> dict[str, str]:
    return {"operation": "integer"} if kind in _OF_CONSIGNMENTS else {}


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────


def write_json(log: EventLog, path: Path, origin: np.datetime64) -> None:
    """Write events and objects as OCEL 2.0 JSON; an event or object is a line.

    Parameters
    ----------
    log
        The events.
    path
        Where to.
    origin
        When the run starts, UTC.
    """
    kinds = {kind: _attributes(kind) for kind in KINDS}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"objectTypes": {json.dumps(_declared(_OBJECTS))},\n"eventTypes": {json.dumps(_declared(kinds))}')
        _write_list(file, "events", map(_event_json, _events(log, origin)))
        _write_list(file, "objects", map(_object_json, _objects(log)))
        file.write("}\n")


def _declared(types: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": one, "type": kind} for one, kind in attributes.items()]}
        for name, attributes in types.items()
    ]


def _write_list(file: TextIO, name: str, rows: Iterable[dict[str, Any]]) -> None:
    file.write(f',\n"{name}": [')
    between = "\n"
    for row in rows:
        file.write(between + json.dumps(row, ensure_ascii=False))
        between = ",\n"
    file.write("\n]")


def _event_json(event: _Event) -> dict[str, Any]:
    attributes = [] if event.operation is None else [{"name": "operation", "value": event.operation}]
    return {
        "id": event.id, "type": event.type, "time": event.time, "attributes": attributes,
        "relationships": _related_json(event.related),
    }  # fmt: skip


def _object_json(thing: _Object) -> dict[str, Any]:
    attributes = [{"name": name, "time": _OF_ALL_TIME, "value": value} for name, value in thing.attributes.items()]
    return {
        "id": thing.id, "type": thing.type, "attributes": attributes, "relationships": _related_json(thing.related)
    }  # fmt: skip


def _related_json(related: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"objectId": identity, "qualifier": qualifier} for identity, qualifier in related]


# ── SQLite ──────────────────────────────────────────────────────────────────────────────────────────

_TABLES: Final = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL, FOREIGN KEY (ocel_type) REFERENCES event_map_type (ocel_type));
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL, FOREIGN KEY (ocel_type) REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (
    ocel_event_id TEXT NOT NULL, ocel_object_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),
    FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id), FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id));
CREATE TABLE object_object (
    ocel_source_id TEXT NOT NULL, ocel_target_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),
    FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id), FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id));
"""
_SQL_TYPES: Final = {"string": "TEXT", "integer": "INTEGER"}
_AT_ONCE: Final = 10_000


def write_sqlite(log: EventLog, path: Path, origin: np.datetime64) -> None:
    """Write events and objects as OCEL 2.0 SQLite, with the keys of the standard.

    Parameters
    ----------
    log
        The events.
    path
        Where to.
    origin
        When the run starts, UTC.

    Raises
    ------
    FormatError
        When the database cannot be written.
    """
    try:
        # The file is new and nobody else's: a journal would protect nothing.
        with closing(sqlite3.connect(path)) as base:
            base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES + _type_tables())
            base.execute("BEGIN")
            base.executemany("INSERT INTO event_map_type VALUES (?, ?)", [(kind, kind) for kind in KINDS])
            base.executemany("INSERT INTO object_map_type VALUES (?, ?)", [(kind, kind) for kind in _OBJECTS])
            for things in _some(_objects(log)):
                _insert_objects(base, things)
            for events in _some(_events(log, origin)):
                _insert_events(base, events)
            base.execute("COMMIT")
    except sqlite3.Error as error:
        raise FormatError(f"{path.name} cannot be written: {error}") from None


def _type_tables() -> str:
    """Return a table for each type; names are ours, and plain."""
    found = []
    for kind in KINDS:
        columns = "".join(f", {name} {_SQL_TYPES[of]}" for name, of in _attributes(kind).items())
        found.append(f"CREATE TABLE event_{kind} (ocel_id TEXT PRIMARY KEY REFERENCES event, ocel_time TEXT{columns});")
    for kind, attributes in _OBJECTS.items():
        columns = "".join(f", {name} {_SQL_TYPES[of]}" for name, of in attributes.items())
        found.append(
            f"CREATE TABLE object_{kind} (ocel_id TEXT REFERENCES object, ocel_time TEXT, "
            f"ocel_changed_field TEXT{columns});"
        )
    return "\n".join(found)


def _some(things: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield things some at a time."""
    left = iter(things)
    while part := list(islice(left, _AT_ONCE)):
        yield part


def _insert_objects(base: sqlite3.Connection, things: list[_Object]) -> None:
    base.executemany("INSERT INTO object VALUES (?, ?)", [(one.id, one.type) for one in things])
    rows = ((one.id, *related) for one in things for related in one.related)
    base.executemany("INSERT INTO object_object VALUES (?, ?, ?)", rows)
    for kind, attributes in _OBJECTS.items():
        marks = ", ?" * len(attributes)
        base.executemany(
            f"INSERT INTO object_{kind} VALUES (?, ?, NULL{marks})",  # noqa: S608 - kinds are ours
            [(one.id, _instant(_OF_ALL_TIME), *one.attributes.values()) for one in things if one.type == kind],
        )


def _insert_events(base: sqlite3.Connection, events: list[_Event]) -> None:
    base.executemany("INSERT INTO event VALUES (?, ?)", [(one.id, one.type) for one in events])
    rows = ((one.id, *related) for one in events for related in one.related)
    base.executemany("INSERT INTO event_object VALUES (?, ?, ?)", rows)
    by_kind: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for one in events:
        known = (one.id, _instant(one.time))
        by_kind[one.type].append(known if one.operation is None else (*known, one.operation))
    for kind, own in by_kind.items():
        marks = ", ".join("?" * len(own[0]))
        base.executemany(f"INSERT INTO event_{kind} VALUES ({marks})", own)  # noqa: S608 - kinds are ours


def _instant(time: str) -> str:
    """Return an instant as the standard's example writes it in a database."""
    return time.removesuffix("Z").replace("T", " ")
