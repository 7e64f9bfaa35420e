"""Numbers as people read them: rounded to what they are worth, with their unit."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["change", "count", "days", "hours", "kg", "km", "money", "percent", "plain", "round_figures", "span", "usd"]

_SPACE: Final = "\u00a0"
_MINUS: Final = "\u2212"
_UNKNOWN: Final = "not known"


def round_figures(value: float, figures: int = 3) -> float:
    """Return the value rounded to so many significant figures.

    Examples
    --------
    >>> round_figures(4937.4)
    4940.0
    """
    if not value or not math.isfinite(value):
        return value
    return round(value, figures - 1 - math.floor(math.log10(abs(value))))


def plain(value: float, figures: int = 3) -> str:
    r"""Return a number with thousands separated and no more figures than asked.

    Examples
    --------
    >>> plain(7338.2), plain(38.04), plain(0.5), plain(-12.0)
    ('7,340', '38', '0.5', '−12')
    """
    if not math.isfinite(value):
        return _UNKNOWN
    rounded = round_figures(value, figures)
    digits = 0 if abs(rounded) >= 10 ** (figures - 1) else figures - 1 - math.floor(math.log10(abs(rounded) or 1))
    written = f"{rounded:,.{min(digits, 3)}f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return written.replace("-", _MINUS)


def hours(value: float) -> str:
    r"""Return hours: whole ones from ten on.

    Examples
    --------
    >>> hours(213.7), hours(6.25)
    ('214\xa0h', '6.2\xa0h')
    """
    if not math.isfinite(value):
        return _UNKNOWN
    return f"{value:,.0f}{_SPACE}h" if abs(value) >= 9.95 else f"{value:.1f}".removesuffix(".0") + f"{_SPACE}h"


def days(value_h: float, *, unit: bool = True) -> str:
    r"""Return hours as days, to a tenth.

    Examples
    --------
    >>> days(214), days(24)
    ('8.9\xa0days', '1.0\xa0day')
    """
    if not math.isfinite(value_h):
        return _UNKNOWN
    written = f"{value_h / 24:.1f}"
    return written + (f"{_SPACE}day{'s' * (written != '1.0')}" if unit else "")


def span(value_h: float) -> str:
    r"""Return a time in hours below two days, in days from there on.

    Examples
    --------
    >>> span(12.3), span(-60)
    ('12\xa0h', '−2.5\xa0days')
    """
    if not math.isfinite(value_h):
        return _UNKNOWN
    return (hours(value_h) if abs(value_h) < 48 else days(value_h)).replace("-", _MINUS)


def usd(value: float) -> str:
    r"""Return US dollars to three figures, and never cents where it is ten dollars or more.

    Examples
    --------
    >>> usd(4937.2), usd(90.3)
    ('USD\xa04,940', 'USD\xa090')
    """
    return f"USD{_SPACE}{money(value)}" if math.isfinite(value) else _UNKNOWN


def money(value: float) -> str:
    """Return dollars (or kilograms) without their unit: three figures, and whole ones from ten on.

    Examples
    --------
    >>> money(4937.2), money(90.3), money(5.44), money(0.123)
    ('4,940', '90', '5.4', '0.1')
    """
    return plain(value) if abs(value) >= 100 or not math.isfinite(value) else plain(round(value, int(abs(value) < 10)))


def kg(value: float) -> str:
    """Return kilograms of CO2 equivalent; tonnes from ten tonnes on."""
    if not math.isfinite(value):
        return _UNKNOWN
    return f"{plain(value / 1000)}{_SPACE}t" if value >= 10_000 else f"{money(value)}{_SPACE}kg"


def km(value: float) -> str:
    r"""Return kilometres to three figures.

    Examples
    --------
    >>> km(7338.2)
    '7,340\xa0km'
    """
    return f"{plain(value)}{_SPACE}km"


def percent(fraction: float) -> str:
    """Return a share in whole per cent; a trace is not called nothing.

    Examples
    --------
    >>> percent(0.384), percent(0.001), percent(0.0), percent(0.9999)
    ('38%', '<1%', '0%', '>99%')
    """
    if not math.isfinite(fraction):
        return _UNKNOWN
    whole = round(fraction * 100)
    if whole == 0 and fraction > 0:
        return "<1%"
    if whole == 100 and fraction < 1:
        return ">99%"
    return f"{whole:,}%".replace("-", _MINUS)


def change(value: float, written: str) -> str:
    r"""Return a difference with its sign; ``written`` is its size as shown to people.

    Examples
    --------
    >>> change(-21.0, hours(21.0)), change(0.0, "0 h")
    ('−21\xa0h', 'no change')
    """
    if not any(letter in "123456789" for letter in written):
        return "no change"
    return f"{_MINUS if value < 0 else '+'}{written}"


def count(number: int, thing: str, things: str = "") -> str:
    """Return a count with its noun; small counts in words.

    Examples
    --------
    >>> count(1, "route"), count(3, "ferry", "ferries"), count(12, "route")
    ('one route', 'three ferries', '12 routes')
    """
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    shown = words[number] if number < len(words) else f"{number:,}"
    return f"{shown} {thing if number == 1 else things or thing + 's'}"
