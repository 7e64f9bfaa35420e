"""XES out (IEEE 1849-2023): a trace for each consignment, an event for each transition of what it does.

What a consignment does at a place is an *activity*; the lifecycle extension says how far it is: ``schedule`` as it
comes, ``start``, ``suspend``, ``resume``, ``complete``, or ``withdraw`` and ``autoskip`` where it goes on elsewhere.
What happens to voyages and gates belongs to no single consignment: it is in OCEL (`kervan.formats.ocel`).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate.eventlog import EventLog
from kervan.formats.eventlog import KINDS, consignment_id, instants, plain

__all__ = ["write", "write_packed"]

#: Kind to transition, of the standard lifecycle model.
_TRANSITIONS: Final = {
    "began": "complete", "finished": "complete",
    "joined_queue": "schedule", "diverted": "autoskip", "reneged": "withdraw", "service_began": "start",
    "service_interrupted": "suspend", "service_resumed": "resume", "service_ended": "complete",
    "travel_began": "start", "travel_ended": "complete",
    "joined_lane": "schedule", "boarded": "start", "landed": "complete",
    "blocked": "schedule", "entered_yard": "start", "left_yard": "complete",
}  # fmt: skip
#: Kinds that go on with the activity at their place; the others begin one, except after those they belong to.
_GO_ON: Final = {
    "reneged", "service_interrupted", "service_resumed", "service_ended", "travel_ended", "boarded", "landed",
    "left_yard",
}  # fmt: skip
_AFTER: Final = {"service_began": "joined_queue", "entered_yard": "blocked"}

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2023" xes.features="">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace">
<string key="concept:name" value="unknown"/>
</global>
<global scope="event">
<string key="concept:name" value="unknown"/>
<string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000000+00:00"/>
</global>
<classifier name="Activity" scope="event" keys="concept:name"/>
<classifier name="Transition" scope="event" keys="concept:name lifecycle:transition"/>
<string key="concept:name" value="Kervan simulation"/>
<string key="lifecycle:model" value="standard"/>
<int key="seed" value="{seed}"/>
<int key="replication" value="{replication}"/>
"""


def write(log: EventLog, path: Path, origin: np.datetime64) -> None:
    """Write the events of all consignments, one consignment after the other.

    Parameters
    ----------
    log
        The events.
    path
        Where to.
    origin
        When the run starts, UTC.
    """
    with path.open("wb") as file:
        _write_log(log, file, origin)


def write_packed(log: EventLog, path: Path, origin: np.datetime64) -> None:
    """Write the same, compressed with gzip; without name and time, so that the same log gives the same bytes."""
    with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        _write_log(log, packed, origin)


def _write_log(log: EventLog, file: IO[bytes] | gzip.GzipFile, origin: np.datetime64) -> None:
    places = [quoteattr(plain(f"{what} {name}")) for what, name in log.places]
    file.write(_HEAD.format(seed=log.seed, replication=log.replication).encode())
    for events in _traces(log):
        file.write(_trace(log, events, places, origin).encode())
    file.write(b"</log>\n")


def _traces(log: EventLog) -> Iterator[NDArray[np.void]]:
    """Yield the events of each consignment, in the order of sources and ordinals."""
    own = np.flatnonzero(log.events["source"] >= 0)
    key = log.events["source"][own].astype(np.int64) << 32 | log.events["ordinal"][own]
    order = np.argsort(key, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(key[order])) + 1, len(own))
    first = 0
    for last in ends if len(own) else ():
        yield log.events[own[order[first:last]]]
        first = last


def _trace(log: EventLog, events: NDArray[np.void], places: list[str], origin: np.datetime64) -> str:
    source, ordinal, program = (int(events[name][0]) for name in ("source", "ordinal", "program"))
    lines = [
        f'<trace>\n<string key="concept:name" value={quoteattr(plain(consignment_id(log, source, ordinal)))}/>\n'
        f'<string key="source" value={quoteattr(plain(log.sources[source]))}/>\n'
        f'<int key="ordinal" value="{ordinal}"/>\n<int key="program" value="{program}"/>\n'
    ]
    times = np.datetime_as_string(instants(events["time_h"], origin), unit="us").tolist()
    columns = (events[name].tolist() for name in ("kind", "place", "operation", "voyage"))
    current: dict[int, int] = {}
    count, before = 0, ""
    for at, number, place, operation, voyage in zip(times, *columns, strict=True):
        kind = KINDS[number]
        if kind not in _GO_ON and _AFTER.get(kind, "none") != before:
            count += 1
            current[place] = count
        before = kind
        activity = f'"{kind}"' if place < 0 else places[place]
        lines.append(
            f'<event>\n<string key="concept:name" value={activity}/>\n'
            f'<string key="concept:instance" value="{current[place]}"/>\n'
            f'<string key="lifecycle:transition" value="{_TRANSITIONS[kind]}"/>\n'
            f'<date key="time:timestamp" value="{at}+00:00"/>\n<string key="event" value="{kind}"/>\n'
            f'<int key="operation" value="{operation}"/>\n'
        )
        lines.append(f'<int key="voyage" value="{voyage}"/>\n</event>\n' if voyage >= 0 else "</event>\n")
    lines.append("</trace>\n")
    return "".join(lines)
