"""The events of a simulation, written for other programs: Parquet, XES (IEEE 1849-2023), OCEL 2.0 (JSON or SQLite).

An event log is not a network, so it has a face of its own: `write_events`. How the path ends says the format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kervan._files import new_file, path_of
from kervan.engines.simulate.eventlog import EVENT_KINDS, EventLog
from kervan.errors import FormatError, shown
from kervan.formats import _lazy

__all__ = ["EVENT_FORMATS", "EventFormat", "write_events"]

_ROWS: Final = 1 << 18
_MICROSECONDS_PER_H: Final = 3.6e9
KINDS: Final = tuple(EVENT_KINDS)


@dataclass(frozen=True, slots=True)
class EventFormat:
    """A kind of file for events.

    Parameters
    ----------
    suffix
        How its files end.
    doc
        What it is, one sentence.
    write
        ``write(log, path, origin)``: the events, to a new file, the run starting at an instant of UTC.
    """

    suffix: str
    doc: str
    write: Callable[[EventLog, Path, np.datetime64], None]


#: Every kind of file for events, by how its files end.
EVENT_FORMATS: Final[Mapping[str, EventFormat]] = {
    entry.suffix: entry
    for entry in (
        EventFormat(".parquet", "One flat table, with units and meanings in the metadata of each field.",
                    _lazy("eventlog", "write_parquet")),
        EventFormat(".xes", "XES, IEEE 1849-2023: a trace for each consignment.", _lazy("xes", "write")),
        EventFormat(".xes.gz", "The same, compressed.", _lazy("xes", "write_packed")),
        EventFormat(".json", "OCEL 2.0 as JSON: consignments, voyages, vehicles and facilities.",
                    _lazy("ocel", "write_json")),
        EventFormat(".jsonocel", "The same.", _lazy("ocel", "write_json")),
        EventFormat(".sqlite", "OCEL 2.0 as an SQLite database.", _lazy("ocel", "write_sqlite")),
    )
}  # fmt: skip


def write_events(log: EventLog, path: str | Path, *, start: datetime, overwrite: bool = False) -> Path:
    """Write the events of a run to a file, whole or not at all.

    Parameters
    ----------
    log
        Of `kervan.engines.simulate.eventlog.log_of`.
    path
        The file; how it ends tells the format, see `EVENT_FORMATS`.
    start
        The instant at which the run starts, with a time zone.
    overwrite
        Whether what is there may be replaced.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    FormatError
        When it cannot be written, or the instants would not be ones.
    """
    path = path_of(path)
    chosen = event_format(path)
    origin = _origin(log, start)
    _check_names(log)
    with new_file(path, overwrite=overwrite) as scratch:
        chosen.write(log, scratch, origin)
    return path


def event_format(path: Path) -> EventFormat:
    """Return the kind of file for events that a path names.

    Raises
    ------
    FormatError
        When it ends in none of `EVENT_FORMATS`.
    """
    for entry in EVENT_FORMATS.values():
        if path.name.lower().endswith(entry.suffix) and len(path.name) > len(entry.suffix):
            return entry
    raise FormatError(f"{path}: a file of events ends in {', '.join(EVENT_FORMATS)}, which says what it is")


def _origin(log: EventLog, start: datetime) -> np.datetime64:
    """Return the start in UTC, if all events lie within the years that a file can hold."""
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise FormatError(f"the start of the run must be an instant with a time zone, not {shown(start)}")
    last = float(log.events["time_h"].max()) if len(log.events) else 0.0
    try:
        _ = start.astimezone(UTC) + timedelta(hours=last + 24)
    except OverflowError:
        raise FormatError(f"{last:,.0f} h from {start} are beyond the year 9999") from None
    return np.datetime64(start.astimezone(UTC).replace(tzinfo=None), "us")


def _check_names(log: EventLog) -> None:
    """Refuse names that `plain` makes the same: two things would become one."""
    for names in (log.sources, log.places, [fleet for fleet, number in log.vehicles if number == 0]):
        texts = [name if isinstance(name, str) else f"{name[0]} {name[1]}" for name in names]
        if len(set(map(plain, texts))) < len(set(texts)):
            raise FormatError("two names differ only in characters that no file of events can hold; rename one")


def instants(time_h: NDArray[np.float64], origin: np.datetime64) -> NDArray[np.datetime64]:
    """Return hours as instants, to the microsecond."""
    found: NDArray[np.datetime64] = origin + np.rint(time_h * _MICROSECONDS_PER_H).astype("timedelta64[us]")
    return found


def consignment_id(log: EventLog, source: int, ordinal: int) -> str:
    """Return what a consignment is called in a file: its source and its number."""
    return f"{log.sources[source]}#{ordinal}"


def parts_of(log: EventLog) -> Iterator[NDArray[np.void]]:
    """Yield the events some at a time."""
    for first in range(0, len(log.events), _ROWS):
        yield log.events[first : first + _ROWS]


# ── Parquet ─────────────────────────────────────────────────────────────────────────────────────────

#: Column, unit, meaning.
_COLUMNS: Final = (
    ("time_h", "h", "Hours from the start of the run."),
    ("at", "", "The instant, UTC."),
    ("event", "", "What happened."),
    ("source", "", "Source of the consignment; null where it is not about one."),
    ("consignment", "", "Number of the consignment among those of its source, from 0."),
    ("program", "", "Number of its program."),
    ("operation", "", "Number of the operation in the program."),
    ("place_kind", "", "What the place is: station, lane, yard, gate or travel."),
    ("place", "", "Where it happened."),
    ("voyage", "", "Number of the voyage, in the order in which they were made."),
    ("fleet", "", "Fleet of the vehicle."),
    ("vehicle", "", "Number of the vehicle in its fleet."),
)


def write_parquet(log: EventLog, path: Path, origin: np.datetime64) -> None:
    """Write the events as one flat table.

    Parameters
    ----------
    log
        The events.
    path
        Where to.
    origin
        When the run starts, UTC.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    words, whole = pa.dictionary(pa.int32(), pa.string()), pa.int64()
    types = {
        "time_h": pa.float64(), "at": pa.timestamp("us", tz="UTC"), "event": words, "source": words,
        "place_kind": words, "place": words, "fleet": words,
    }  # fmt: skip
    schema = pa.schema(
        [pa.field(name, types.get(name, whole), metadata={"unit": unit, "doc": doc}) for name, unit, doc in _COLUMNS],
        metadata={"kervan.table": "events", "seed": str(log.seed), "replication": str(log.replication)},
    )
    with pq.ParquetWriter(path, schema) as writer:
        for part in parts_of(log):
            writer.write_table(pa.Table.from_pydict(_parquet_columns(log, part, origin), schema=schema))


def _parquet_columns(log: EventLog, part: NDArray[np.void], origin: np.datetime64) -> dict[str, Any]:
    import pyarrow as pa

    def named(numbers: NDArray[np.integer[Any]], names: list[str]) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32), mask=numbers < 0), _texts(names))

    def counted(numbers: NDArray[np.integer[Any]], none: NDArray[np.bool_]) -> Any:
        return pa.array(numbers.astype(np.int64), mask=none)

    nobody = part["source"] < 0
    vehicle = np.array([number for _, number in log.vehicles] or [0])[np.maximum(part["vehicle"], 0)]
    return {
        "time_h": part["time_h"].copy(),
        "at": pa.array(instants(part["time_h"], origin), type=pa.timestamp("us", tz="UTC")),
        "event": named(part["kind"], list(KINDS)),
        "source": named(part["source"], list(log.sources)),
        "consignment": counted(part["ordinal"], nobody),
        "program": counted(part["program"], nobody),
        "operation": counted(part["operation"], nobody),
        "place_kind": named(part["place"], [what for what, _ in log.places]),
        "place": named(part["place"], [name for _, name in log.places]),
        "voyage": counted(part["voyage"], part["voyage"] < 0),
        "fleet": named(part["vehicle"], [fleet for fleet, _ in log.vehicles]),
        "vehicle": counted(vehicle, part["vehicle"] < 0),
    }


def _texts(names: list[str]) -> Any:
    import pyarrow as pa

    return pa.array(list(map(plain, names)), type=pa.string())


def plain(text: str) -> str:
    """Return a text that every format can hold: what is no character of XML 1.0 becomes U+FFFD."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(one if _is_character(ord(one)) else "�" for one in text)


def _is_character(code: int) -> bool:
    # XML 1.0, production 2; a line end or tab would not come back as it was.
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
