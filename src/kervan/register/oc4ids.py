"""OC4IDS 0.9: the commitments of a register that are infrastructure projects, as a project package.

A project is a commitment that names an intervention of the twin. OC4IDS wants whole days: a deadline known to the
month or year is given as the latest day it can be (``maxExtentDate``), never as an end date.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from urllib.parse import quote

from kervan.ledger import Rows
from kervan.register.derive import read_date
from kervan.register.views import known_until

__all__ = ["oc4ids"]

Row = dict[str, Any]

_STATUS: Final = {
    "delivered": "completed", "claimed": "completion", "disputed": "completion", "under_way": "implementation",
    "superseded": "cancelled", "withdrawn": "cancelled",
}  # fmt: skip
_BEGUN, _PREPARED, _THOUGHT = 4, 3, "identification"


def oc4ids(tables: Rows, name: str) -> Row:
    """Return the infrastructure projects of a register as a project package.

    Parameters
    ----------
    tables
        The tables of a register.
    name
        What the register is called.
    """
    states = {row["commitment_id"]: row["status"] for row in tables.rows("commitment_states")}
    bodies = {row["organization_id"]: row for row in tables.rows("organizations")}
    sources = {row["source_id"]: row for row in tables.rows("sources")}
    projects = [_project(row, states[row["commitment_id"]], bodies, sources, tables)
                for row in tables.rows("commitments", order=("commitment_id",)) if row["intervention_id"]]  # fmt: skip
    return {
        "uri": f"urn:kervan:register:{quote(name, safe='')}",
        "publishedDate": _moment(known_until(tables)),
        "version": "0.9",
        "publisher": {"name": name},
        "projects": projects,
    }


def _project(row: Row, status: str, bodies: dict[str, Row], sources: dict[str, Row], tables: Rows) -> Row:
    source = sources[row["source_id"]]
    begun = "implementation" if row["force"] >= _BEGUN else "preparation" if row["force"] == _PREPARED else _THOUGHT
    roles: dict[str, list[str]] = {party: ["publicAuthority"] for party in row["party_ids"].split(";") if party}
    if row["owner_id"]:
        roles.setdefault(row["owner_id"], []).append("administrativeEntity")
    project: Row = {
        "id": row["commitment_id"],
        "title": row["title"],
        "description": " ".join(part for part in (row["criterion"], row["note"]) if part) or row["title"],
        "status": _STATUS.get(status, begun),
        "parties": [{"id": party, "name": bodies[party]["name"], "roles": each} for party, each in roles.items()],
        "documents": [{"id": row["source_id"], "title": source["title"],
                       **({"url": source["url"]} if source["url"] else {})}],
        "identifiers": [{"id": row["intervention_id"], "scheme": "KERVAN"}],
    }  # fmt: skip
    period = _period(row)
    if period:
        project["period"] = period
    if row["budget_usd"] is not None:
        project["budget"] = {"amount": {"amount": row["budget_usd"], "currency": "USD"}}
    steps = tables.rows("milestones", {"commitment_id": row["commitment_id"]}, order=("milestone_id",))
    if steps:
        project["milestones"] = [_milestone(step) for step in steps]
    return project


def _milestone(step: Row) -> Row:
    day = read_date(step["due_on"]) if step["due_on"] else None
    exact = {"dueDate": _moment(day.latest)} if day and day.precision == "day" else {}
    when = f" (by {step['due_on']})" if day and not exact else ""
    return {"id": step["milestone_id"], "title": step["title"] + when, **exact}


def _period(row: Row) -> Row:
    found: Row = {}
    if row["made_on"] and (begun := read_date(row["made_on"])).precision == "day":
        found["startDate"] = _moment(begun.earliest)
    if row["deadline"] and (end := read_date(row["deadline"])).latest < dt.date.max:
        found["endDate" if end.precision == "day" else "maxExtentDate"] = _moment(end.latest)
    return found


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
