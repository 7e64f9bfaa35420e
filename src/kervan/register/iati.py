"""IATI 2.03: commitments as activities, their indicators as results.

IATI wants whole days. A date known to the month or year is given as the last day it can be, and a narrative says so.
An activity needs a date: commitments that have none are left out, and a comment in the file counts them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree as Xml  # written only

from kervan.ledger import Rows
from kervan.register.derive import read_date
from kervan.register.schema import FORCES

__all__ = ["iati"]

Row = dict[str, Any]

#: Codes of the IATI codelist ActivityStatus.
_STATUS: Final = {
    "delivered": "4", "claimed": "2", "disputed": "2", "under_way": "2", "not_delivered": "2", "not_started": "1",
    "superseded": "5", "withdrawn": "5",
}  # fmt: skip
_PIPELINE, _IMPLEMENTATION = "1", "2"
_PLANNED_START, _PLANNED_END = "1", "3"
#: Roles of the codelist OrganisationRole, and types of OrganisationType.
_ACCOUNTABLE, _IMPLEMENTING = "2", "4"
_ORGANIZATION: Final = {
    "state": "10", "territory": "10", "ministry": "10", "agency": "15", "parliament": "10", "electoral_body": "15",
    "court": "10", "mission": "10", "international": "40", "organ": "40", "platform": "40", "bank": "40", "fund": "40",
    "company": "70", "association": "23",
}  # fmt: skip
_OTHER_PUBLIC: Final = "15"


def iati(tables: Rows, name: str) -> str:
    """Return the commitments of a register as an IATI 2.03 activity file.

    Parameters
    ----------
    tables
        The tables of a register.
    name
        What the register is called; a publisher puts its own registered identifier in its place.
    """
    root = Xml.Element("iati-activities", {"version": "2.03"})
    states = {row["commitment_id"]: row["status"] for row in tables.rows("commitment_states")}
    bodies = {row["organization_id"]: row for row in tables.rows("organizations")}
    indicators = {row["indicator_id"]: row for row in tables.rows("indicators")}
    left_out = 0
    for row in tables.rows("commitments", order=("commitment_id",)):
        if not row["made_on"] and not row["deadline"]:
            left_out += 1
            continue
        activity = _activity(root, row, name, states[row["commitment_id"]], bodies)
        _result(activity, row, indicators.get(row["indicator_id"]), tables)
    if left_out:
        root.insert(0, Xml.Comment(f" {left_out} commitments without any date are left out "))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _activity(root: Xml.Element, row: Row, name: str, status: str, bodies: dict[str, Row]) -> Xml.Element:
    reporter = "KERVAN-" + re.sub(r"[^A-Za-z0-9.\-]", "-", name)
    activity = Xml.SubElement(root, "iati-activity", {"default-currency": "USD", "xml:lang": "en"})
    Xml.SubElement(activity, "iati-identifier").text = f"{reporter}-{row['commitment_id']}"
    _narrative(Xml.SubElement(activity, "reporting-org", {"ref": reporter, "type": _OTHER_PUBLIC}), name)
    _narrative(Xml.SubElement(activity, "title"), row["title"])
    told = [f"Force: {FORCES[row['force']]}.", f"Status: {status.replace('_', ' ')}.", row["criterion"], row["note"]]
    _narrative(Xml.SubElement(activity, "description", {"type": "1"}), " ".join(part for part in told if part))
    parties = [(party, _ACCOUNTABLE) for party in row["party_ids"].split(";") if party]
    parties += [(row["owner_id"], _IMPLEMENTING)] if row["owner_id"] else []
    for party, role in parties or [("", _ACCOUNTABLE)]:
        body = bodies.get(party)
        kind = {"type": _ORGANIZATION[body["kind"]]} if body and body["kind"] in _ORGANIZATION else {}
        organization = Xml.SubElement(activity, "participating-org", {"role": role, **kind})
        _narrative(organization, body["name"] if body else "not named in the source")
    begun = _IMPLEMENTATION if row["force"] >= FORCES.index("under way") else _PIPELINE
    Xml.SubElement(activity, "activity-status", {"code": _STATUS.get(status, begun)})
    for code, text in ((_PLANNED_START, row["made_on"]), (_PLANNED_END, row["deadline"])):
        if text:
            _date(activity, code, text)
    countries = {bodies[party]["country_code"] for party, _ in parties if party in bodies} - {""}
    if len(countries) == 1:  # shares among several are not known
        Xml.SubElement(activity, "recipient-country", {"code": countries.pop()})
    if row["budget_usd"] is not None:
        _budget(activity, row)
    return activity


def _date(activity: Xml.Element, code: str, text: str) -> None:
    day = read_date(text).latest
    if day == dt.date.max:
        day = read_date(text).earliest
    element = Xml.SubElement(activity, "activity-date", {"type": code, "iso-date": day.isoformat()})
    if read_date(text).precision != "day":
        _narrative(element, f"The source says {text}; the day given is the last that it can be.")


def _budget(activity: Xml.Element, row: Row) -> None:
    first, last = (read_date(text) for text in (row["made_on"] or row["deadline"], row["deadline"] or row["made_on"]))
    start, end = min(first.earliest, last.earliest), max(first.latest, last.latest)
    budget = Xml.SubElement(activity, "budget", {"type": "1", "status": "1"})
    Xml.SubElement(budget, "period-start", {"iso-date": start.isoformat()})
    Xml.SubElement(budget, "period-end", {"iso-date": end.isoformat()})
    value = Xml.SubElement(budget, "value", {"currency": "USD", "value-date": start.isoformat()})
    value.text = repr(float(row["budget_usd"])).removesuffix(".0")


def _result(activity: Xml.Element, row: Row, indicator: Row | None, tables: Rows) -> None:
    if indicator is None:
        return
    known = tables.rows("indicator_observations", {"indicator_id": row["indicator_id"]}, order=("observation_id",))
    values = [value for value in known if value["commitment_id"] in ("", row["commitment_id"])]
    result = Xml.SubElement(activity, "result", {"type": "2"})
    _narrative(Xml.SubElement(result, "title"), indicator["name"])
    ascending = (
        {"ascending": "true" if indicator["better"] == "higher" else "false"}
        if indicator["better"] != "neither"
        else {}
    )
    element = Xml.SubElement(result, "indicator", {"measure": "1", **ascending})
    _narrative(Xml.SubElement(element, "title"), f"{indicator['name']} ({indicator['unit']})")
    if indicator["definition"]:
        _narrative(Xml.SubElement(element, "description"), indicator["definition"])
    for value in values:
        if value["kind"] == "baseline" and value["observed_on"]:
            when = read_date(value["observed_on"])
            exact = {"iso-date": when.earliest.isoformat()} if when.precision == "day" else {}
            Xml.SubElement(element, "baseline", {"year": str(when.earliest.year), **exact, "value": _told(value)})
    for value in _periods(values):
        when = read_date(value["observed_on"])
        period = Xml.SubElement(element, "period")
        Xml.SubElement(period, "period-start", {"iso-date": when.earliest.isoformat()})
        Xml.SubElement(period, "period-end", {"iso-date": when.latest.isoformat()})
        kind = "target" if value["kind"] == "target" else "actual"
        shown = Xml.SubElement(period, kind, {"value": _told(value)})
        if value["kind"] == "claim":
            _narrative(Xml.SubElement(shown, "comment"), "A claim, not a measurement.")


def _periods(values: list[Row]) -> Iterator[Row]:
    for value in values:
        if (
            value["kind"] != "baseline"
            and value["observed_on"]
            and read_date(value["observed_on"]).latest < dt.date.max
        ):
            yield value


def _told(value: Row) -> str:
    return repr(float(value["value"])).removesuffix(".0")


def _narrative(parent: Xml.Element, text: str) -> None:
    Xml.SubElement(parent, "narrative").text = text
