"""Partial dates as they are known: EDTF level 1 (ISO 8601-2:2019), and comparisons that may say "cannot say".

``2025-06`` is some day of June 2025; which one is not known, and none is made up. So every comparison has three
answers: True, False, or None where what is known does not decide it.

Read are ``2025``, ``2025-06``, ``2025-06-12``, the seasons ``2025-21`` … ``2025-24``, digits not known (``202X``,
``2025-XX``, ``2025-06-XX``), a last sign for doubt (``?`` uncertain, ``~`` approximate, ``%`` both), and intervals
``A/B`` where an end may be open (``..``) or not known (nothing). Years run from 0001 to 9999.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

from kervan.errors import InputError, shown

__all__ = ["Edtf", "before", "covers", "parse", "period"]

Span = tuple[dt.date, dt.date]

_DATE: Final = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(-(?P<month>\d{2}|XX)(-(?P<day>\d{2}|XX))?)?(?P<doubt>[?~%]?)", re.ASCII
)
_OPEN: Final = ".."
_LONGEST: Final = 40
_FORMS: Final = "a date is written 2025, 2025-06, 2025-06-12, 2025-06-12?, 202X or 2025-06/2026 (EDTF level 1)"
#: First month and number of months of the seasons; spring begins in March, as in the northern hemisphere.
_SEASONS: Final = {21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3)}
#: How far a date in doubt may lie from what is written: one unit of its precision.
_UNIT_DAYS: Final = {"day": 1, "month": 31, "season": 92, "year": 366, "decade": 3653, "century": 36_525}


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date or interval that has been read.

    Parameters
    ----------
    text
        As it was written.
    first
        Earliest and latest day on which it may begin.
    last
        Earliest and latest day on which it may end; those of ``first`` for a date.
    precision
        ``day``, ``month``, ``season``, ``year``, ``decade``, ``century`` or ``interval``.
    """

    text: str
    first: Span
    last: Span
    precision: str

    @property
    def earliest(self) -> dt.date:
        """The first day it can have to do with."""
        return self.first[0]

    @property
    def latest(self) -> dt.date:
        """The last day it can have to do with; ``date.max`` where it is open."""
        return self.last[1]


def parse(text: str) -> Edtf:
    """Return what an EDTF text says.

    Raises
    ------
    InputError
        When it is no date of level 1, the day does not exist, or an interval ends before it begins.

    Examples
    --------
    >>> parse("2025-06").latest
    datetime.date(2025, 6, 30)
    >>> parse("2025-02-30")
    Traceback (most recent call last):
    kervan.errors.InputError: there is no 30 February 2025
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise InputError(f"{_FORMS}, not {shown(text)}")
    if "/" not in text:
        days, precision = _date(text)
        return Edtf(text, days, days, precision)
    start, _, end = text.partition("/")
    if {start, end} <= {"", _OPEN}:
        raise InputError(f"an interval has a date at one end at least, and {shown(text)} has none")
    first = _date(start)[0] if start not in ("", _OPEN) else None
    last = _date(end)[0] if end not in ("", _OPEN) else None
    if first and last and first[0] > last[1]:
        raise InputError(f"the interval {text} ends before it begins")
    # An open end lies beyond every day; one that is not known lies anywhere from the other end on.
    begins = first or ((dt.date.min, dt.date.min) if start == _OPEN else (dt.date.min, _latest(last)))
    ends = last or ((dt.date.max, dt.date.max) if end == _OPEN else (begins[0], dt.date.max))
    return Edtf(text, begins, ends, "interval")


def _latest(days: Span | None) -> dt.date:
    return days[1] if days else dt.date.max


def _date(text: str) -> tuple[Span, str]:
    """Return the days a date may be, and its precision."""
    found = _DATE.fullmatch(text)
    if not found:
        raise InputError(f"{_FORMS}, not {shown(text)}")
    year, month, day = found["year"], found["month"], found["day"]
    if int(year.replace("X", "9")) == 0:
        raise InputError(f"years run from 0001 to 9999, and {shown(text)} lies outside")
    if "X" in year:
        if month:
            raise InputError(f"where the year is not known in full, month and day are not known either: {shown(text)}")
        days = (dt.date(max(int(year.replace("X", "0")), 1), 1, 1), dt.date(int(year.replace("X", "9")), 12, 31))
        precision = "decade" if year[2] != "X" else "century"
    elif month in (None, "XX"):
        if day not in (None, "XX"):
            raise InputError(f"a day needs its month: {shown(text)}")
        days, precision = (dt.date(int(year), 1, 1), dt.date(int(year), 12, 31)), "year"
    else:
        days, precision = _of_month(int(year), int(month), day, text)
    return (_widened(days, precision) if found["doubt"] else days), precision


def _of_month(year: int, month: int, day: str | None, text: str) -> tuple[Span, str]:
    if month in _SEASONS and day is None:
        begins, count = _SEASONS[month]
        return (dt.date(year, begins, 1), _month_end(year, begins + count - 1)), "season"
    if not 1 <= month <= 12:
        raise InputError(f"there is no month {month:02d}: {shown(text)}")
    if day in (None, "XX"):
        return (dt.date(year, month, 1), _month_end(year, month)), "month"
    try:
        exact = dt.date(year, month, int(str(day)))
    except ValueError:
        name = dt.date(2000, month, 1).strftime("%B")
        raise InputError(f"there is no {int(str(day))} {name} {year}") from None
    return (exact, exact), "day"


def _month_end(year: int, month: int) -> dt.date:
    year, month = (year + 1, month - 12) if month > 12 else (year, month)
    return dt.date(year, month, monthrange(year, month)[1]) if year <= 9999 else dt.date.max


def _widened(days: Span, precision: str) -> Span:
    reach = dt.timedelta(_UNIT_DAYS[precision])
    low = days[0] - reach if days[0] - dt.date.min > reach else dt.date.min
    high = days[1] + reach if dt.date.max - days[1] > reach else dt.date.max
    return low, high


def period(begins: str, ends: str) -> Edtf:
    """Return the interval from one date to another; a blank beginning is not known, a blank end has not come.

    Raises
    ------
    InputError
        When one of them is no date, or it ends before it begins.

    Examples
    --------
    >>> covers(period("2025-06", ""), dt.date(2025, 6, 12)) is None
    True
    """
    first, last = (parse(text) if text else None for text in (begins, ends))
    if first and last and first.earliest > last.latest:
        raise InputError(f"{ends} is before {begins}")
    start = (first.earliest, first.latest) if first else (dt.date.min, last.latest if last else dt.date.max)
    end = (last.earliest, last.latest) if last else (dt.date.max, dt.date.max)
    return Edtf(f"{begins}/{ends or _OPEN}", start, end, "interval")


def before(one: Edtf, other: Edtf) -> bool | None:
    """Return whether one is over before the other begins; None where what is known does not tell.

    Examples
    --------
    >>> before(parse("2025-05"), parse("2025-06")), before(parse("2025"), parse("2025-06")) is None
    (True, True)
    """
    if one.last[1] < other.first[0]:
        return True
    return False if one.last[0] >= other.first[1] else None


def covers(interval: Edtf, day: dt.date) -> bool | None:
    """Return whether a day lies in a period; None where what is known does not tell.

    Examples
    --------
    >>> covers(parse("2025-06/2025-08"), dt.date(2025, 7, 1))
    True
    """
    if interval.first[1] <= day <= interval.last[0]:
        return True
    return False if day < interval.first[0] or day > interval.last[1] else None
