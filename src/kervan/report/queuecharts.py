"""Queues over the weeks of a year, and how surely a consignment arrives: the charts of the simulated year."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kervan.drawing import palette
from kervan.drawing.numbers import plain, span
from kervan.drawing.svg import Markup, cut, drawing, el, polyline, text, text_width
from kervan.report.axes import Scale, ticks

__all__ = ["SHADES", "Ends", "Queue", "Times", "Week", "queues_chart", "times_chart"]

_HALO: Final = {"stroke": palette.PAPER, "stroke_width": "3", "paint_order": "stroke"}
_HEIGHT: Final = 118.0
_BAND: Final = "#dcd6ca"
#: Colour of a bar until half, nine in ten and nineteen in twenty have arrived.
SHADES: Final = {50: "#22435e", 90: "#5d84a3", 95: "#c3d3df"}


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a queue: its first day, the mean number waiting, and half of the interval of that."""

    day: dt.date
    mean: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue over the weeks: where it stands, at what, and its weeks in order."""

    place: str
    step: str
    weeks: tuple[Week, ...]


def queues_chart(key: str, queues: Sequence[Queue], title: str, width: float, *, is_narrow: bool = False) -> Markup:
    """Return a small chart for each queue, on a scale of its own: how many wait, week by week.

    Parameters
    ----------
    key
        Unique on the page.
    queues
        The queues.
    title
        For a screen reader.
    width
        In pixels.
    is_narrow
        For a phone: one below the other.
    """
    across = 1 if is_narrow else 2
    gap, tall = 40.0, _HEIGHT + 80
    wide = (width - gap * (across - 1)) / across
    out: list[Markup] = []
    for number, queue in enumerate(queues):
        left, top = number % across * (wide + gap), number // across * tall
        out += _queue(queue, left, top, wide)
    desc = "A line for each queue: the mean number waiting in each week of the year; its band is the interval."
    return drawing(key, width, tall * math.ceil(len(queues) / across) - 16, title, desc, out)


def _queue(queue: Queue, left: float, top: float, wide: float) -> list[Markup]:
    out: list[Markup] = [
        text(left, top + 13, cut(queue.place, wide, 12.5, bold=True), font_size="12.5", font_weight="600",
             fill=palette.INK),
        text(left, top + 28, cut(queue.step, wide, 11.5), font_size="11.5", fill=palette.MUTED),
    ]  # fmt: skip
    highest = max(week.mean + _known(week.half_width) for week in queue.weeks)
    marks = ticks(highest or 1.0, 3)
    high = max(highest, marks[-1]) or 1.0
    axis = max(text_width(plain(mark), 11) for mark in marks) + 8
    first, last = queue.weeks[0].day.toordinal(), queue.weeks[-1].day.toordinal() + 7
    x = Scale(first, last, left + axis, left + wide - 2)
    y = Scale(0, high, top + 42 + _HEIGHT, top + 42)
    for mark in marks:
        colour = palette.GRID if mark else palette.INK
        out.append(el("line", x1=x.start, x2=x.end, y1=y(mark), y2=y(mark), stroke=colour, stroke_width="0.8"))
        out.append(text(x.start - 6, y(mark) + 4, plain(mark), anchor="end", font_size="11", fill=palette.MUTED))
    out += _months(x, y(0))
    middles = [(x(week.day.toordinal() + 3.5), week) for week in queue.weeks]
    band = [(at, y(week.mean + _known(week.half_width))) for at, week in middles]
    band += [(at, y(max(week.mean - _known(week.half_width), 0.0))) for at, week in reversed(middles)]
    out.append(el("path", d=polyline(band, closed=True), fill=_BAND))
    line = polyline([(at, y(week.mean)) for at, week in middles])
    out.append(el("path", d=line, fill="none", stroke=palette.INK, stroke_width="1.8", stroke_linejoin="round"))
    return out


def _known(half_width: float) -> float:
    """Return half of an interval, or nothing where one replication gives none."""
    return half_width if math.isfinite(half_width) else 0.0


def _months(x: Scale, y: float) -> list[Markup]:
    """Return the quarters of the year below an axis; the first of each month has a tick."""
    out: list[Markup] = []
    first, last = (dt.date.fromordinal(int(day)) for day in (x.low, x.high))
    for year in range(first.year, last.year + 1):
        for month in range(1, 13):
            day = dt.date(year, month, 1).toordinal()
            if not x.low - 7 < day <= x.high - 10:
                continue
            at = x(max(day, x.low))
            out.append(el("line", x1=at, x2=at, y1=y, y2=y + 4, stroke=palette.INK, stroke_width="0.8"))
            if month % 3 == 1:
                out.append(text(at, y + 16, calendar.month_abbr[month], font_size="11", fill=palette.MUTED))
    return out


# ── how surely it arrives ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ends:
    """Hours in which a share has arrived, with the ends of its interval."""

    hours: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Times:
    """A journey under one scenario: hours by share in per cent, one for each of `SHADES`; or why there are none."""

    name: str
    ends: dict[int, Ends]
    why: str = ""


def times_chart(
    key: str, groups: Sequence[tuple[str, Sequence[Times]]], title: str, width: float, *, is_narrow: bool = False
) -> Markup:
    """Return a bar for each journey and scenario: until half, nine in ten and nineteen in twenty have arrived.

    Parameters
    ----------
    key
        Unique on the page.
    groups
        Name of a journey, and its times under each scenario.
    title
        For a screen reader.
    width
        In pixels.
    is_narrow
        For a phone: the name of a scenario stands above its bar.
    """
    rows = [one for _, part in groups for one in part]
    high = max(_last(one) for one in rows if one.ends)
    left = 0.0 if is_narrow else max(text_width(one.name, 12) for one in rows) + 12
    x = Scale(0, high, left, width - 62)
    row = 36.0 if is_narrow else 21.0
    y = 30.0
    out: list[Markup] = [*_shade_names(width)]
    for name, part in groups:
        out.append(text(0, y + 12, name, font_size="12.5", font_weight="600", fill=palette.INK))
        y += 20.0
        for one in part:
            out += _bar(one, x, y, is_narrow=is_narrow)
            y += row
        y += 8.0
    desc = "Dark until half have arrived, lighter until nine in ten, lightest until nineteen in twenty, with intervals."
    return drawing(key, width, y, title, desc, out)


def _last(one: Times) -> float:
    return max(max(end.hours, end.high if math.isfinite(end.high) else 0.0) for end in one.ends.values())


def _bar(one: Times, x: Scale, y: float, *, is_narrow: bool) -> list[Markup]:
    out: list[Markup] = []
    if is_narrow:
        out.append(text(0, y + 11, one.name, font_size="11.5", fill=palette.INK))
        y += 15.0
    else:
        out.append(text(x.start - 8, y + 12, one.name, anchor="end", font_size="12", fill=palette.INK))
    if not one.ends:
        return [*out, text(x.start, y + 12, one.why, font_size="11.5", fill=palette.MUTED)]
    done = 0.0
    for level, end in one.ends.items():
        out.append(el("rect", x=x(done), y=y + 2, width=max(x(end.hours) - x(done), 0.0), height=12.0,
                      fill=SHADES[level]))  # fmt: skip
        done = end.hours
    for number, end in enumerate(one.ends.values()):
        out += _whisker(end, x, y + 4.5 + 3.5 * number)
    out.append(text(x(_last(one)) + 6, y + 12, span(done), font_size="11.5", fill=palette.INK, **_HALO))
    return out


def _whisker(end: Ends, x: Scale, y: float) -> list[Markup]:
    """Return the interval of a bar's end; none where it is not known or too short to see."""
    if not (math.isfinite(end.low) and math.isfinite(end.high)) or x(end.high) - x(end.low) < 1.0:
        return []
    d = f"M{x(end.low):.1f} {y - 2:.1f}v4m0 -2H{x(end.high):.1f}m0 -2v4"
    return [el("path", d=d, fill="none", stroke=palette.PAPER, stroke_width="2.6"),
            el("path", d=d, fill="none", stroke=palette.INK, stroke_width="1")]  # fmt: skip


def _shade_names(width: float) -> list[Markup]:
    words = {50: "half have arrived", 90: "nine in ten", 95: "nineteen in twenty"}
    out: list[Markup] = []
    place = 0.0
    for level, colour in SHADES.items():
        out.append(el("rect", x=place, y=4.0, width=11.0, height=11.0, fill=colour))
        out.append(text(place + 15, 14, words[level], font_size="11.5", fill=palette.INK))
        place += 15 + text_width(words[level], 11.5) + 14
    if width - place > 150:
        out.append(text(place + 4, 14, "├ ┤ interval", font_size="11.5", fill=palette.MUTED))
    return out
