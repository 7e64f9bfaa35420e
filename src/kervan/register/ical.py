"""iCalendar (RFC 5545): meetings, deadlines and milestones as a file that any calendar opens.

A date known to the month or year becomes all-day and as long as that month or year, with a note that says so; no day
is made up. Times are written in UTC, so that no table of time zones is needed. The UID of an entry stays the same from
one export to the next, so that a calendar replaces what it has.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from typing import Any, Final

from kervan.ledger import Rows
from kervan.register.derive import read_date
from kervan.register.schema import PROMISED_FROM
from kervan.register.views import find, known_until

__all__ = ["calendar"]

Row = dict[str, Any]

_STATUS: Final = {"announced": "TENTATIVE", "postponed": "TENTATIVE", "cancelled": "CANCELLED"}
_OCTETS: Final = 75
_FOREVER: Final = 9000


def calendar(tables: Rows, name: str, of: str = "") -> str:
    """Return the meetings, deadlines and milestones of a register as a calendar.

    Parameters
    ----------
    tables
        The tables of a register.
    name
        What the register is called.
    of
        Key of a body: only its meetings, and what it must do.

    Raises
    ------
    UnknownName
        When there is no such body.
    """
    if of:
        find(tables, f"organizations/{of}")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kervan//register//EN", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{_escaped(name)}"]  # fmt: skip
    stamp = _stamp(tables)
    for entry in (*_meetings(tables, of), *_deadlines(tables, of), *_milestones(tables, of)):
        lines += ["BEGIN:VEVENT", f"DTSTAMP:{stamp}", *entry, "END:VEVENT"]
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _stamp(tables: Rows) -> str:
    """Return a moment for DTSTAMP that depends on the register alone, so that the same register gives the same file."""
    return f"{known_until(tables):%Y%m%d}T000000Z"


def _meetings(tables: Rows, of: str) -> Iterator[list[str]]:
    for row in tables.rows("events", order=("first_day", "event_id")):
        if not row["held_on"] or (of and of not in (row["organization_id"], row["host_id"])):
            continue
        told = [f"Status: {row['status']}", *([row["note"]] if row["note"] else [])]
        agenda = tables.rows("agenda_items", {"event_id": row["event_id"]}, order=("item_no",))
        told += [f"{item['item_no']}. {item['title']}" for item in agenda]
        extra = [f"LOCATION:{_escaped(row['place'])}"] if row["place"] else []
        extra += [f"URL:{_line(row['url'])}"] if row["url"].startswith(("http://", "https://")) else []
        extra.append(f"STATUS:{_STATUS.get(row['status'], 'CONFIRMED')}")
        yield _entry(f"event-{row['event_id']}", row["name"], row["held_on"], told, extra, _times(row))


def _deadlines(tables: Rows, of: str) -> Iterator[list[str]]:
    for row in tables.rows("commitments", order=("commitment_id",)):
        is_theirs = not of or of in (row["owner_id"], *row["party_ids"].split(";"))
        if row["deadline"] and row["force"] >= PROMISED_FROM and is_theirs and not row["superseded_by_id"]:
            told = [f"Who: {row['owner_id'] or row['party_ids'] or 'not named'}",
                    f"Deadline {row['deadline']} ({row['deadline_basis']})"]  # fmt: skip
            told += [row["criterion"]] if row["criterion"] else []
            yield _entry(f"commitment-{row['commitment_id']}", f"Due: {row['title']}", row["deadline"], told, [])


def _milestones(tables: Rows, of: str) -> Iterator[list[str]]:
    for row in tables.rows("milestones", order=("milestone_id",)):
        whole = tables.rows("commitments", {"commitment_id": row["commitment_id"]})[0]
        if row["due_on"] and (not of or of in (row["owner_id"], whole["owner_id"], *whole["party_ids"].split(";"))):
            told = [f"Step of: {whole['title']}"]
            yield _entry(f"milestone-{row['milestone_id']}", f"Due: {row['title']}", row["due_on"], told, [])


def _times(row: Row) -> tuple[dt.datetime, dt.datetime] | None:
    """Return beginning and end of a meeting whose day and hour are known; without an end, an hour later is not said."""
    day = read_date(row["held_on"])
    if not row["start_time"] or day.first[0] != day.last[1]:
        return None
    zone = zoneinfo.ZoneInfo(row["time_zone"])
    start, end = (dt.datetime.combine(day.earliest, dt.time.fromisoformat(row[name] or row["start_time"]), zone)
                  for name in ("start_time", "end_time"))  # fmt: skip
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def _entry(
    uid: str,
    title: str,
    date: str,
    told: list[str],
    extra: list[str],
    times: tuple[dt.datetime, dt.datetime] | None = None,
) -> list[str]:
    found = read_date(date)
    lines = [f"UID:{uid}@register.kervan", f"SUMMARY:{_escaped(title)}"]
    if times:
        lines.append(f"DTSTART:{times[0]:%Y%m%dT%H%M%SZ}")
        lines += [f"DTEND:{times[1]:%Y%m%dT%H%M%SZ}"] if times[1] > times[0] else []
    else:
        first, last = found.earliest, found.latest
        if found.first[0] != found.first[1] or found.last[0] != found.last[1]:
            told = [f"The day is not known: {date} is all the source says.", *told]
        first = last if first.year < 2 else first
        last = first if last.year > _FOREVER else last
        lines += [f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{last + dt.timedelta(1):%Y%m%d}",
                  "TRANSP:TRANSPARENT"]  # fmt: skip
    return [*lines, f"DESCRIPTION:{_escaped(chr(10).join(told))}", *extra]


def _line(text: str) -> str:
    return "".join(character for character in text if character >= " " and character != "\x7f")


def _escaped(text: str) -> str:
    """Return a text as a value of type TEXT."""
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    return "\\n".join(_line(part) for part in text.split("\n"))


def _folded(line: str) -> Iterator[str]:
    """Yield a content line in pieces of at most 75 octets; characters are not cut."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _OCTETS:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + width
    yield piece
