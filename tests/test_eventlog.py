"""Event logs in files: read back by programs that share nothing with the writers, against the run itself."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest

from kervan.engines.simulate.eventlog import EVENT, EVENT_KINDS, EventLog, log_of
from kervan.engines.simulate.model import (
    Enter,
    Fleet,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Port,
    Ride,
    Source,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip
from kervan.engines.simulate.run import run_traced
from kervan.errors import FormatError
from kervan.formats.eventlog import EVENT_FORMATS, write_events

START = datetime(2026, 3, 1, 2, tzinfo=timezone(timedelta(hours=5)))
KINDS = tuple(EVENT_KINDS)
#: What somebody might call a post: every format must carry it and none may take it for its own signs.
NASTY = "Dostyk <&\"'> ]]> '); DROP TABLE event;-- ../../etc Достық 多斯特克 🚂"


@cache
def log() -> EventLog:
    """Two flows over a post that closes, a yard and a ship."""
    expo, fixed = (lambda mean: Law.of("exponential", mean)), (lambda hours: Law.of("deterministic", hours))
    out = (
        Visit(NASTY, expo(1.5), patience=expo(12.0), divert_above_h=40.0, otherwise=1), Travel("rail", expo(5.0)),
        Enter("yard"), Ride("ferry"), Leave("yard"),
    )  # fmt: skip
    back = (Ride("ferry back"), Visit(NASTY, expo(0.5)))
    model = Model(
        (Source("a", expo(2.0), ((1.0, out),)), Source(NASTY, expo(3.0), ((1.0, back),))),
        (Station(NASTY, 2, ("day",), "interrupt"),),
        (Hours("day", tuple((24.0 * day + 6, 24.0 * day + 20) for day in range(7))),),
        (Yard("yard", 12),),
        (
            Lane("ferry", 6.0, expo(9.0), timeout_h=24.0, fleet="ships", from_port="W", to_port="E", unload_h=2.0),
            Lane("ferry back", 6.0, expo(9.0), timeout_h=24.0, fleet="ships", from_port="E", to_port="W"),
        ),
        (Fleet("ships", 2, positioning=(("W", "E", fixed(9.0)), ("E", "W", fixed(9.0)))),),
        (Port("W", 1), Port("E", 1)),
    )
    found = log_of(run_traced(model, 500.0, seed=4), model)
    kinds = {KINDS[kind] for kind in found.events["kind"]}
    assert kinds >= {"reneged", "service_interrupted", "blocked", "boarded", "sailed_empty", "gate_closed"}
    return found


def instant(time_h: float) -> datetime:
    return START.astimezone(UTC) + timedelta(microseconds=round(time_h * 3.6e9))


def expected(of: EventLog) -> list[tuple[datetime, str, str, int, str, int]]:
    """Return time, kind, source, ordinal, place and voyage of all events."""
    rows = []
    for row in of.events:
        source = of.sources[row["source"]] if row["source"] >= 0 else ""
        place = of.places[row["place"]][1] if row["place"] >= 0 else ""
        rows.append(
            (instant(row["time_h"]), KINDS[row["kind"]], source, int(row["ordinal"]), place, int(row["voyage"]))
        )
    return rows


# ── Parquet ─────────────────────────────────────────────────────────────────────────────────────────


def test_parquet_holds_every_event_and_says_what_its_columns_mean(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(write_events(log(), tmp_path / "log.parquet", start=START))
    assert table.num_rows == len(log().events)
    assert table.schema.field("time_h").metadata[b"unit"] == b"h"
    assert all(table.schema.field(name).metadata[b"doc"] for name in table.column_names)
    assert table.schema.metadata[b"seed"] == b"4"
    rows = table.to_pylist()
    assert [row["time_h"] for row in rows] == log().events["time_h"].tolist()
    found = [
        (row["at"], row["event"], row["source"] or "", row["consignment"] or 0, row["place"] or "",
         -1 if row["voyage"] is None else row["voyage"])
        for row in rows
    ]  # fmt: skip
    assert found == expected(log())
    assert {row["place_kind"] for row in rows} == {"station", "travel", "yard", "lane", "gate", None}
    assert {(row["fleet"], row["vehicle"]) for row in rows} == {(None, None), ("ships", 0), ("ships", 1)}


# ── XES ─────────────────────────────────────────────────────────────────────────────────────────────

#: The children that an element may have, in their order, by IEEE 1849; attributes may be in any order.
ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id", "list"}
LOG_ORDER = ["extension", "global", "classifier", "attribute", "trace", "event"]
VALUES = {
    "string": r"(?s).*", "int": r"-?\d+",
    "date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
}  # fmt: skip
#: The standard transactional model of the lifecycle extension.
TRANSITIONS = {
    "schedule", "assign", "withdraw", "reassign", "start", "suspend", "resume", "pi_abort", "ate_abort", "complete",
    "autoskip", "manualskip", "unknown",
}  # fmt: skip


def attributes(element: Any) -> dict[str, Any]:
    """Return the attributes of an element and check that each is one."""
    found: dict[str, Any] = {}
    for child in element:
        if child.tag not in ATTRIBUTES:
            continue
        assert set(child.attrib) == {"key", "value"}
        assert re.fullmatch(r"[A-Za-z_:][\w:.-]*", child.get("key")), child.get("key")
        assert re.fullmatch(VALUES[child.tag], child.get("value"))
        assert child.get("key") not in found
        assert not len(child)
        found[child.get("key")] = child.get("value")
    return found


def read_xes(text: bytes) -> tuple[dict[str, Any], list[tuple[dict[str, Any], list[dict[str, Any]]]]]:
    """Read a log and check it against the rules of IEEE 1849."""
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "log"
    assert re.fullmatch(r"\d+(\.\d+)?", root.attrib["xes.version"])
    kinds = ["attribute" if child.tag in ATTRIBUTES else child.tag for child in root]
    assert kinds == sorted(kinds, key=LOG_ORDER.index)
    prefixes = {child.get("prefix") for child in root.findall("extension")}
    declared = {child.get("scope"): attributes(child) for child in root.findall("global")}
    for child in root.findall("classifier"):
        assert re.fullmatch(r"[A-Za-z_][\w.-]*", child.attrib["name"])
        assert set(child.attrib["keys"].split()) <= set(declared[child.get("scope")])
    traces = []
    for trace in root.findall("trace"):
        tags = [child.tag for child in trace]
        assert tags == sorted(tags, key=lambda tag: tag == "event")
        traces.append((attributes(trace), [attributes(event) for event in trace.findall("event")]))
    for about, events in traces:
        assert set(declared["trace"]) <= set(about)
        for event in events:
            assert set(declared["event"]) <= set(event)
            assert {key.split(":")[0] for key in event if ":" in key} <= prefixes
    return attributes(root), traces


def test_xes_is_a_log_of_ieee_1849_with_a_trace_for_each_consignment(tmp_path: Path) -> None:
    about, traces = read_xes(write_events(log(), tmp_path / "log.xes", start=START).read_bytes())
    assert about["lifecycle:model"] == "standard"
    own = [row for row in expected(log()) if row[2]]
    names = [trace["concept:name"] for trace, _ in traces]
    assert len(set(names)) == len(names)
    assert set(names) == {f"{source}#{ordinal}" for _, _, source, ordinal, _, _ in own}
    for trace, events in traces:
        mine = [row for row in own if (row[2], str(row[3])) == (trace["source"], trace["ordinal"])]
        assert [datetime.fromisoformat(event["time:timestamp"]) for event in events] == [row[0] for row in mine]
        assert [event["event"] for event in events] == [row[1] for row in mine]
        assert [event["concept:name"].partition(" ")[2] for event in events] == [row[4] for row in mine]
        assert [int(event.get("voyage", -1)) for event in events] == [row[5] for row in mine]


def test_every_activity_of_a_trace_goes_through_the_lifecycle(tmp_path: Path) -> None:
    _, traces = read_xes(write_events(log(), tmp_path / "log.xes", start=START).read_bytes())
    path = re.compile(r"(schedule )?(start (suspend resume )*complete |withdraw )|autoskip |complete ")
    seen: Counter[str] = Counter()
    for _, events in traces:
        stages: dict[tuple[str, str], str] = {}
        for event in events:
            assert event["lifecycle:transition"] in TRANSITIONS
            key = event["concept:instance"], event["concept:name"]
            stages[key] = stages.get(key, "") + event["lifecycle:transition"] + " "
        assert len({instance for instance, _ in stages}) == len(stages)
        ended = events[-1]["event"] == "finished"
        for stage in stages.values():
            assert path.fullmatch(stage) or not ended, stage
            seen[stage] += 1
    assert seen["schedule start complete "] > 10
    assert seen["schedule withdraw "] > 0


def test_a_packed_log_is_the_same_log_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    plain = write_events(log(), tmp_path / "log.xes", start=START).read_bytes()
    packed = [write_events(log(), tmp_path / f"{n}.xes.gz", start=START).read_bytes() for n in range(2)]
    assert gzip.decompress(packed[0]) == plain
    assert packed[0] == packed[1]


# ── OCEL ────────────────────────────────────────────────────────────────────────────────────────────


def _list_of(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    item = {"type": "object", "properties": {**required, **optional}, "required": list(required),
            "additionalProperties": False}  # fmt: skip
    return {"type": "array", "items": item}


_TEXT, _TIME = {"type": "string"}, {"type": "string", "format": "date-time"}
_TYPES = _list_of({"name": _TEXT, "attributes": _list_of({"name": _TEXT, "type": {
    "enum": ["string", "time", "integer", "float", "boolean"]}})})  # fmt: skip
_VALUE = {"type": ["string", "integer", "number", "boolean"]}
_RELATED = _list_of({"objectId": _TEXT, "qualifier": _TEXT})
#: OCEL 2.0 JSON, section 5.3 of its specification.
OCEL = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object", "required": ["eventTypes", "objectTypes", "events", "objects"], "additionalProperties": False,
    "properties": {
        "eventTypes": _TYPES, "objectTypes": _TYPES,
        "events": _list_of({"id": _TEXT, "type": _TEXT, "time": _TIME},
                           attributes=_list_of({"name": _TEXT, "value": _VALUE}), relationships=_RELATED),
        "objects": _list_of({"id": _TEXT, "type": _TEXT},
                            attributes=_list_of({"name": _TEXT, "time": _TIME, "value": _VALUE}),
                            relationships=_RELATED),
    },
}  # fmt: skip


def test_ocel_json_is_what_the_standard_says(tmp_path: Path) -> None:
    found = json.loads(write_events(log(), tmp_path / "log.json", start=START).read_text(encoding="utf-8"))
    jsonschema.validate(found, OCEL, format_checker=jsonschema.FormatChecker())
    objects = {one["id"]: one for one in found["objects"]}
    assert len(objects) == len(found["objects"])
    assert len({one["id"] for one in found["events"]}) == len(found["events"])
    for part, types in (("events", "eventTypes"), ("objects", "objectTypes")):
        declared = {one["name"]: {a["name"]: a["type"] for a in one["attributes"]} for one in found[types]}
        for one in found[part]:
            kinds = {"string": str, "integer": int}
            assert {a["name"]: type(a["value"]) for a in one["attributes"]} == {
                name: kinds[kind] for name, kind in declared[one["type"]].items()
            }
            assert all(related["objectId"] in objects for related in one["relationships"])
    rows = []
    for event in found["events"]:
        by = {related["qualifier"]: objects[related["objectId"]] for related in event["relationships"]}
        value = {key: {a["name"]: a["value"] for a in one["attributes"]} for key, one in by.items()}
        who, where = value.get("consignment", {}), value.get("at", {})
        rows.append((
            datetime.fromisoformat(event["time"]), event["type"], who.get("source", ""), who.get("ordinal", 0),
            where.get("name", ""), value.get("voyage", {}).get("number", -1),
        ))  # fmt: skip
    assert rows == expected(log())


def test_a_voyage_knows_its_ship_its_lane_and_whom_it_carries(tmp_path: Path) -> None:
    found = json.loads(write_events(log(), tmp_path / "log.json", start=START).read_text(encoding="utf-8"))
    boarded: dict[str, set[str]] = {}
    sailed = 0
    for event in found["events"]:
        by = {(related["qualifier"], related["objectId"]) for related in event["relationships"]}
        voyage = next((one for qualifier, one in by if qualifier == "voyage"), "")
        if event["type"] == "boarded":
            boarded.setdefault(voyage, set()).update(one for qualifier, one in by if qualifier == "consignment")
        elif event["type"] in ("sailed", "unloading_ended"):
            assert {one for qualifier, one in by if qualifier == "aboard"} == boarded.get(voyage, set())
            assert sum(qualifier == "vehicle" for qualifier, _ in by) == 1
            sailed += 1
    assert sailed > 20
    for one in found["objects"]:
        if one["type"] == "voyage":
            assert [related["qualifier"] for related in one["relationships"]] == ["serves", "made by"]


def all_of(base: sqlite3.Connection, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    assert re.fullmatch(r"\w+", table)
    return base.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 - a name of the standard


def test_ocel_sqlite_is_what_the_standard_says_and_holds_the_same(tmp_path: Path) -> None:
    given = json.loads(write_events(log(), tmp_path / "log.jsonocel", start=START).read_text(encoding="utf-8"))
    path = write_events(log(), tmp_path / "log.sqlite", start=START)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        for part, head in (
            ("event", ["ocel_id", "ocel_time"]),
            ("object", ["ocel_id", "ocel_time", "ocel_changed_field"]),
        ):
            assert all_of(base, part, "ocel_id, ocel_type") == [(one["id"], one["type"]) for one in given[f"{part}s"]]
            maps = dict(all_of(base, f"{part}_map_type", "ocel_type, ocel_type_map"))
            assert set(maps) == {one["name"] for one in given[f"{part}Types"]}
            values = {}
            for name in maps.values():
                asked = base.execute(f"SELECT * FROM {part}_{name}")  # noqa: S608
                columns = [column[0] for column in asked.description]
                assert columns[: len(head)] == head
                values |= {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in asked}
            assert set(values) == {one["id"] for one in given[f"{part}s"]}
            for one in given[f"{part}s"]:
                kept = values[one["id"]]
                at = datetime.fromisoformat(f"{kept['ocel_time']}+00:00")
                assert at == datetime.fromisoformat(one.get("time", "1970-01-01T00:00:00Z"))
                assert all(kept[a["name"]] == a["value"] for a in one["attributes"])
        for table, part in (("event_object", "events"), ("object_object", "objects")):
            related = [(one["id"], r["objectId"], r["qualifier"]) for one in given[part] for r in one["relationships"]]
            assert sorted(all_of(base, table)) == sorted(related)
        assert (NASTY,) in all_of(base, "object_facility", "name")


# ── what is wrong, and what is nothing ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", EVENT_FORMATS)
def test_a_log_without_events_is_a_file_all_the_same(suffix: str, tmp_path: Path) -> None:
    empty = EventLog(np.zeros(0, EVENT), ("a",), (), (), 0, 0)
    assert write_events(empty, tmp_path / f"log{suffix}", start=START).stat().st_size > 0


@pytest.mark.parametrize("suffix", EVENT_FORMATS)
def test_nothing_is_written_over_or_left_half_written(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"log{suffix}"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FormatError, match="exists already"):
        write_events(log(), path, start=START)
    broken = dataclasses.replace(log(), places=log().places[:1])
    with pytest.raises((IndexError, ValueError)):
        write_events(broken, path, start=START, overwrite=True)
    assert path.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [path]
    write_events(log(), path, start=START, overwrite=True)
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_size > 1000


@pytest.mark.parametrize(("path", "start", "words"), [
    ("log.csv", START, "ends in .parquet, .xes"), (".xes", START, "ends in"),
    ("log.xes", datetime(2026, 1, 1), "time zone"), ("log.xes", "2026-01-01", "time zone"),  # noqa: DTZ001
    ("log.xes", datetime(9999, 12, 30, tzinfo=UTC), "beyond the year 9999"),
])  # fmt: skip
def test_what_cannot_be_written_is_refused(path: str, start: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=words):
        write_events(log(), tmp_path / path, start=start)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", EVENT_FORMATS)
def test_characters_that_no_xml_can_hold_are_replaced_in_every_format(suffix: str, tmp_path: Path) -> None:
    odd = dataclasses.replace(log(), sources=("a\0b\x1b", "next\nline"))
    content = write_events(odd, tmp_path / f"log{suffix}", start=START).read_bytes()
    if suffix == ".xes":
        names = {trace["source"] for trace, _ in read_xes(content)[1]}
        assert names == {"a�b�", "next�line"}
    with pytest.raises(FormatError, match="rename one"):
        write_events(dataclasses.replace(log(), sources=("a\0", "a\1")), tmp_path / f"x{suffix}", start=START)
