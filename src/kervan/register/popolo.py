"""Popolo JSON: persons, organizations, posts, memberships and events, out and in.

Popolo's dates are full or cut off (2025, 2025-06, 2025-06-12). A date that says more (a doubt, an interval) does not
fit and is left out; it stays in the register.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kervan._files import file_fault
from kervan.errors import FormatError, Problem, SchemaError
from kervan.ledger import Rows
from kervan.register.schema import REGISTER
from kervan.register.store import Change

__all__ = ["popolo", "read_popolo"]

Row = dict[str, Any]

_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_MAX_BYTES: Final = 50_000_000
_MAX_ROWS: Final = 200_000
_BAD: Final = re.compile(r"[^A-Za-z0-9_.:+\-]")


def popolo(tables: Rows) -> dict[str, list[Row]]:
    """Return the persons and bodies of a register as one Popolo document."""
    sources = {row["source_id"]: row for row in tables.rows("sources")}
    names: dict[tuple[str, str], list[Row]] = {}
    for row in tables.rows("aliases"):
        for column in ("organization_id", "person_id"):
            if row[column]:
                names.setdefault((column, row[column]), []).append({"name": row["name"]})

    def told(row: Row, cells: Mapping[str, Any], column: str = "") -> Row:
        source = sources.get(row["source_id"], {})
        also = {"other_names": names.get((column, row[column]), [])} if column else {}
        seen = [{"url": source["url"], "note": source["title"]}] if source.get("url") else []
        return {
            name: value for name, value in {**cells, **also, "sources": seen}.items() if value not in ("", [], None)
        }

    return {
        "persons": [told(row, {"id": row["person_id"], "name": row["name"], "sort_name": row["sort_name"]}, "person_id")
                    for row in tables.rows("persons")],
        "organizations": [told(row, _organization(row), "organization_id") for row in tables.rows("organizations")],
        "posts": [told(row, {"id": row["post_id"], "label": row["title"], "organization_id": row["organization_id"],
                             **_dates(row, "from_date", "to_date")}) for row in tables.rows("posts")],
        "memberships": [told(row, _membership(row)) for row in tables.rows("memberships")],
        "events": [told(row, {"id": row["event_id"], "name": row["name"], "classification": row["kind"],
                              "organization_id": row["organization_id"], "location": row["place"],
                              "status": row["status"], **_dates(row, "held_on", "held_on")})
                   for row in tables.rows("events")],
    }  # fmt: skip


def _organization(row: Row) -> Row:
    dates = _dates(row, "founded_on", "dissolved_on")
    return {
        "id": row["organization_id"], "name": row["name"], "classification": row["kind"], "parent_id": row["parent_id"],
        "founding_date": dates.get("start_date"), "dissolution_date": dates.get("end_date"),
        "links": [{"url": row["url"]}] if row["url"] else [],
    }  # fmt: skip


def _membership(row: Row) -> Row:
    member = {"person_id": row["person_id"]} if row["person_id"] else {
        "member": {"@type": "Organization", "id": row["member_organization_id"]}
    }  # fmt: skip
    return {
        "id": row["membership_id"], **member, "organization_id": row["organization_id"], "post_id": row["post_id"],
        "role": row["role"], "on_behalf_of_id": row["on_behalf_of_id"], **_dates(row, "from_date", "to_date"),
    }  # fmt: skip


def _dates(row: Row, start: str, end: str) -> Row:
    """Return the dates that Popolo can say."""
    given = {"start_date": row[start], "end_date": row[end]}
    return {name: text for name, text in given.items() if _DATE.fullmatch(text)}


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────


def read_popolo(path: Path) -> list[Change]:
    """Return the rows of a Popolo file; the file itself becomes their source.

    Raises
    ------
    FormatError
        When it cannot be read as Popolo.
    SchemaError
        With every problem of its objects.
    """
    if fault := file_fault(path, limit=_MAX_BYTES):
        raise FormatError(f"{path}: {fault}")
    raw = path.read_bytes()
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is not JSON in UTF-8: {str(error)[:100]}") from None
    if not isinstance(content, dict) or not {"persons", "organizations"} & set(content):
        raise FormatError(f"{path} is no Popolo file: it has neither persons nor organizations")
    digest = hashlib.sha256(raw).hexdigest()
    source = f"popolo-{digest[:12]}"
    changes = [Change("sources", source, {"publisher": "not stated", "title": path.name, "grade": "D",
                                          "how_read": "read as Popolo JSON"}, file=path.name)]  # fmt: skip
    problems: list[Problem] = []
    for kind, read in _READERS.items():
        for line, item in enumerate(_listed(content, kind, path.name, problems), 1):
            try:
                changes += [Change(change.table, change.key, {**change.cells, "source_id": source}, line=line,
                                   file=f"{path.name}[{kind}]") for change in read(item)]  # fmt: skip
            except (TypeError, ValueError) as error:
                problems.append(Problem(kind, line, "", str(item)[:80], str(error), path.name))
    if problems:
        raise SchemaError(problems, path.name)
    return changes


def _listed(content: Row, kind: str, file: str, problems: list[Problem]) -> list[Row]:
    found = content.get(kind, [])
    if isinstance(found, list) and len(found) <= _MAX_ROWS and all(isinstance(item, dict) for item in found):
        return found
    problems.append(Problem(kind, 0, "", "", f"must be a list of at most {_MAX_ROWS:,} objects", file))
    return []


def _key(item: Row, name: str = "id") -> str:
    """Return an identifier as a key of the register; characters that a key does not have become hyphens."""
    value = item.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str | int):
        raise ValueError(f"{name} is not a text")
    return _BAD.sub("-", str(value))[:80]


def _named(item: Row, *names: str) -> str:
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _person(item: Row) -> Iterator[Change]:
    key = _key(item)
    yield Change("persons", key, {"name": _named(item, "name"), "sort_name": _named(item, "sort_name")})
    yield from _aliases(item, "person_id", key)


def _body(item: Row) -> Iterator[Change]:
    key, sort = _key(item), _named(item, "classification")
    kinds = REGISTER["organizations"]["kind"].choices
    yield Change("organizations", key, {
        "name": _named(item, "name"), "kind": sort if sort in kinds else "other", "parent_id": _key(item, "parent_id"),
        "founded_on": _named(item, "founding_date"), "dissolved_on": _named(item, "dissolution_date"),
        "note": "" if sort in ("", *kinds) else f"classification: {sort}",
    })  # fmt: skip
    yield from _aliases(item, "organization_id", key)


def _aliases(item: Row, column: str, key: str) -> Iterator[Change]:
    others = item.get("other_names") or []
    if not isinstance(others, list):
        raise ValueError("other_names is not a list")
    for number, other in enumerate(others, 1):
        if isinstance(other, dict) and _named(other, "name"):
            yield Change("aliases", f"{key[:70]}.name{number}", {column: key, "name": _named(other, "name")})


def _post(item: Row) -> Iterator[Change]:
    yield Change("posts", _key(item), {
        "organization_id": _key(item, "organization_id"), "title": _named(item, "label", "role"),
        "from_date": _named(item, "start_date"), "to_date": _named(item, "end_date"),
    })  # fmt: skip


def _member(item: Row) -> Iterator[Change]:
    member = item.get("member")
    roles = REGISTER["memberships"]["role"].choices
    role = _named(item, "role")
    yield Change("memberships", _key(item), {
        "person_id": _key(item, "person_id"),
        "member_organization_id": _key(member) if isinstance(member, dict) and not item.get("person_id") else "",
        "organization_id": _key(item, "organization_id"), "post_id": _key(item, "post_id"),
        "role": role if role in roles else "other" if role else "member",
        "on_behalf_of_id": _key(item, "on_behalf_of_id"), "from_date": _named(item, "start_date"),
        "to_date": _named(item, "end_date"), "note": "" if role in ("", *roles) else f"role: {role}",
    })  # fmt: skip


def _event(item: Row) -> Iterator[Change]:
    kinds, states = (REGISTER["events"][name].choices for name in ("kind", "status"))
    start, end = _named(item, "start_date")[:10], _named(item, "end_date")[:10]
    sort, state = _named(item, "classification"), _named(item, "status")
    yield Change("events", _key(item), {
        "name": _named(item, "name"), "kind": sort if sort in kinds else "other",
        "organization_id": _key(item, "organization_id"), "place": _named(item, "location"),
        "held_on": start if end in ("", start) else f"{start}/{end}",
        "status": state if state in states else "announced",
    })  # fmt: skip


_READERS: Final = {
    "organizations": _body, "persons": _person, "posts": _post, "memberships": _member, "events": _event,
}  # fmt: skip
