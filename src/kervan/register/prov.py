"""W3C PROV-JSON: where one commitment, its evidence and its judgements come from, and who recorded each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from kervan.ledger import Rows
from kervan.register.schema import key_of
from kervan.register.views import Found, around, find

__all__ = ["trail"]

Row = dict[str, Any]

_CARRIED: Final = ("evidence", "assessments", "milestones", "indicator_observations", "relations")
_LABELS: Final = ("title", "summary", "rationale", "kind")


def trail(tables: Rows, name: str, commitment_id: str) -> Row:
    """Return the trail of one commitment as a PROV-JSON document.

    Parameters
    ----------
    tables
        The tables of a register.
    name
        What the register is called.
    commitment_id
        Key of the commitment.

    Raises
    ------
    UnknownName
        When there is no such commitment.
    """
    start = find(tables, f"commitments/{commitment_id}")[0]
    near = [Found(table, row) for table, _, rows in around(tables, start) if table in _CARRIED for row in rows]
    document: Row = {
        "prefix": {"kervan": f"urn:kervan:register:{quote(name, safe='')}:", "prov": "http://www.w3.org/ns/prov#"},
        "entity": {}, "agent": {}, "activity": {}, "wasDerivedFrom": {}, "wasAttributedTo": {}, "wasGeneratedBy": {},
        "wasAssociatedWith": {},
    }  # fmt: skip
    for found in (start, *near):
        _add(document, found, start, tables)
    for source in _sources(tables, (start, *near)):
        _add_source(document, source)
    return {part: content for part, content in document.items() if content}


def _name(table: str, key: str) -> str:
    return f"kervan:{table}.{quote(key, safe='.-_')}"


def _add(document: Row, found: Found, start: Found, tables: Rows) -> None:
    row, entity = found.row, _name(found.table, found.key)
    label = next((str(row[column]) for column in _LABELS if row.get(column)), found.key)
    document["entity"][entity] = {"prov:label": label, "prov:type": f"kervan:{found.table}"}
    _relate(document, "wasDerivedFrom", {"prov:generatedEntity": entity,
                                         "prov:usedEntity": _name("sources", row["source_id"])})  # fmt: skip
    if found.table != start.table:
        _relate(document, "wasDerivedFrom", {"prov:generatedEntity": entity,
                                             "prov:usedEntity": _name(start.table, start.key)})  # fmt: skip
    event = _name("ledger", row["ledger_event"].replace("/", "."))
    document["activity"][event] = {"prov:label": f"recorded as {row['ledger_event']}"}
    _relate(document, "wasGeneratedBy", {"prov:entity": entity, "prov:activity": event})
    for agent, is_person in _agents(found, tables):
        document["agent"][agent[0]] = {
            "prov:label": agent[1], "prov:type": "prov:Person" if is_person else "prov:Organization"
        }  # fmt: skip
        _relate(document, "wasAttributedTo", {"prov:entity": entity, "prov:agent": agent[0]})


def _agents(found: Found, tables: Rows) -> Iterator[tuple[tuple[str, str], bool]]:
    """Yield who said or judged what a row holds."""
    row = found.row
    for column, table in (("speaker_id", "persons"), ("said_by_id", "organizations"), ("party_ids", "organizations")):
        for key in str(row.get(column, "")).split(";"):
            for body in tables.rows(table, {key_of(table): key}) if key else ():
                yield (_name(table, key), str(body["name"])), table == "persons"
    for column in ("assessor", "second_assessor"):
        if row.get(column):
            yield (_name("assessors", row[column]), str(row[column])), True


def _sources(tables: Rows, given: tuple[Found, ...]) -> list[Row]:
    """Return the sources of rows and those they report on."""
    found: dict[str, Row] = {}
    wanted = [row.row["source_id"] for row in given]
    while wanted:
        key = wanted.pop()
        if key and key not in found:
            found[key] = tables.rows("sources", {"source_id": key})[0]
            wanted.append(found[key]["derived_from_id"])
    return list(found.values())


def _add_source(document: Row, source: Row) -> None:
    entity = _name("sources", source["source_id"])
    told = {"prov:label": source["title"], "prov:type": "kervan:source", "kervan:grade": source["grade"]}
    document["entity"][entity] = told | ({"prov:location": source["url"]} if source["url"] else {})
    publisher = _name("publishers", source["publisher"])
    document["agent"][publisher] = {"prov:label": source["publisher"], "prov:type": "prov:Organization"}
    _relate(document, "wasAttributedTo", {"prov:entity": entity, "prov:agent": publisher})
    if source["derived_from_id"]:
        used = _name("sources", source["derived_from_id"])
        _relate(document, "wasDerivedFrom", {"prov:generatedEntity": entity, "prov:usedEntity": used})


def _relate(document: Row, kind: str, content: Row) -> None:
    document[kind][f"_:{kind}{len(document[kind]) + 1}"] = content
