"""When: dates and deadlines of a sentence, resolved against the day of the document, as EDTF level 1.

A day is never invented: "in June" is ``2025-06``. A month or weekday without a year is the nearest one ahead for what
is planned and the nearest one behind for what is past.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kervan.register.ingest.words import listed

__all__ = ["anchor_of", "time_of"]

_MONTHS: Final = listed("""
    january february march april may june july august september october november december
""")
_DAYS: Final = listed("monday tuesday wednesday thursday friday saturday sunday")
_MONTH: Final = rf"(?P<month>(?:{'|'.join(_MONTHS)}))"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_DAY: Final = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_FULL: Final = (
    r"(?P<iso>(?:19|20)\d\d-[01]\d-[0-3]\d)\b",
    rf"\b(?P<first>[0-3]?\d) (?:and|to|[-–]) ?{_DAY} {_MONTH}(?:,? {_YEAR})?\b",
    rf"\b(?<!\d)(?P<first>[0-3]?\d)[-–]{_DAY} {_MONTH}(?:,? {_YEAR})?\b",
    rf"\b{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?\b",
    rf"\b{_MONTH} {_DAY}(?!\d)(?:,? {_YEAR})?\b",
    rf"\b{_MONTH},? {_YEAR}\b",
    rf"\b(?:in|by|from|until|for|since|late|early|mid|of|during|starting|before|after|next|last|this) {_MONTH}\b",
    rf"\b(?:in|by|from|until|for|since|late|early|mid|of|during|starting|before|after|end)[ -]{_YEAR}\b",
    r"\b(?P<relative>last|this|next|current|the end of the) year\b|(?P<today>\b(?:today|yesterday)\b)",
    rf"\b(?:on )?(?P<weekday>{'|'.join(_DAYS)})\b",
)  # fmt: skip
_PATTERNS: Final = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _FULL)
_UNTIL: Final = re.compile(
    r"\b(?:by|until|before|no later than|not later than)(?: the)?(?: (?:end|close) of)?(?: the)? ?$", re.IGNORECASE
)
_SINCE: Final = re.compile(
    r"\b(?:from|starting(?: in| from)?|as of|since|beginning(?: in)?)(?: the)?(?: start of)? ?$", re.IGNORECASE
)
_LEADING: Final = re.compile(
    r"(?:in|by|from|until|for|since|late|early|mid|of|during|starting|before|after|end|on)[ -]", re.IGNORECASE
)
_HEAD: Final = 400


def anchor_of(text: str) -> dt.date | None:
    """Return the day of a document: the first full date in its first lines, or None.

    Examples
    --------
    >>> anchor_of("ASTANA, November 4, 2023 - The summit ended on Friday.")
    datetime.date(2023, 11, 4)
    """
    days = []
    for pattern in _PATTERNS[:5]:
        for found in pattern.finditer(text[:_HEAD]):
            day = _date(found)
            if isinstance(day, dt.date):
                days.append((found.start(), day))
    return min(days)[1] if days else None


def _date(found: re.Match[str]) -> dt.date | None:
    """Return the day of a full date, or None where it has no year or there is no such day."""
    groups = found.groupdict()
    try:
        if groups.get("iso"):
            return dt.date.fromisoformat(groups["iso"])
        if groups.get("year") and groups.get("day") and groups.get("month"):
            return dt.date(int(groups["year"]), _MONTHS.index(groups["month"].lower()) + 1, int(groups["day"]))
    except ValueError:
        return None
    return None


def time_of(words: str, anchor: dt.date | None, *, is_ahead: bool) -> str:
    """Return the time that words name, as EDTF level 1, or nothing.

    Parameters
    ----------
    words
        A clause.
    anchor
        Day of the document; without one, what needs it is left out.
    is_ahead
        Whether the clause tells of what is to come.

    Examples
    --------
    >>> time_of("will open by the end of 2026", None, is_ahead=True)
    '../2026'
    >>> time_of("will meet in June", dt.date(2025, 5, 21), is_ahead=True)
    '2025-06'
    """
    taken: list[tuple[int, int, str]] = []
    for pattern in _PATTERNS:
        for found in pattern.finditer(words):
            if any(start < found.end() and found.start() < end for start, end, _ in taken):
                continue
            # A day that does not exist takes its place too: its month and year are no time either.
            day = _resolved(found, anchor, is_ahead=is_ahead)
            taken.append((found.start(), found.end(), _open(words, found, day) if day else ""))
    return next((day for _, _, day in sorted(taken) if day), "")


def _open(words: str, found: re.Match[str], day: str) -> str:
    """Return a date with an open end where the words before it say "by" or "from"."""
    lead = _LEADING.match(found[0])
    before = words[max(0, found.start() - 40) : found.start()] + (lead[0].replace("-", " ") if lead else "")
    if (found.groupdict().get("relative") or "").lower().startswith("the end"):
        before += "the end of "
    if "/" in day:
        return day
    return f"../{day}" if _UNTIL.search(before) else f"{day}/.." if _SINCE.search(before) else day


def _resolved(found: re.Match[str], anchor: dt.date | None, *, is_ahead: bool) -> str:
    """Return what a match names, to its own precision."""
    groups = found.groupdict()
    if any(groups.get(name) for name in ("relative", "today", "weekday")):
        return _relative(groups, anchor, is_ahead=is_ahead)
    if groups.get("iso"):
        day = _date(found)
        return day.isoformat() if day else ""
    month = _MONTHS.index(groups["month"].lower()) + 1 if groups.get("month") else 0
    year = (
        int(groups["year"])
        if groups.get("year")
        else _year(month, int(groups.get("day") or 0), anchor, is_ahead=is_ahead)
    )
    if not year:
        return ""
    if not month:
        return f"{year:04d}"
    if not groups.get("day"):
        return f"{year:04d}-{month:02d}"
    try:
        days = [dt.date(year, month, int(day)).isoformat() for day in (groups.get("first"), groups["day"]) if day]
    except ValueError:
        return ""
    return "/".join(days) if days == sorted(days) else ""


def _year(month: int, day: int, anchor: dt.date | None, *, is_ahead: bool) -> int:
    """Return the year of a month without one: the nearest ahead or behind; 0 without a day to count from."""
    if anchor is None or not month:
        return 0
    here, there = (anchor.month, anchor.day if day else 0), (month, day)
    if is_ahead:
        return anchor.year + (there < here)
    return anchor.year - (there > here)


def _relative(groups: dict[str, str | None], anchor: dt.date | None, *, is_ahead: bool) -> str:
    """Return the year or day that is named from the day of the document."""
    if anchor is None:
        return ""
    if word := groups.get("relative"):
        return f"{anchor.year + {'last': -1, 'next': 1}.get(word.lower(), 0):04d}"
    if word := groups.get("today"):
        return (anchor - dt.timedelta(days=word.lower() == "yesterday")).isoformat()
    distance = (anchor.weekday() - _DAYS.index(str(groups["weekday"]).lower())) % 7
    return (anchor + dt.timedelta(days=-distance % 7) if is_ahead else anchor - dt.timedelta(days=distance)).isoformat()
