"""Time-distance and cost-distance diagrams."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.drawing import palette
from kervan.drawing.countries import AT_SEA
from kervan.drawing.labels import spread
from kervan.drawing.numbers import days, hours, plain, usd
from kervan.drawing.svg import WIDEST, Markup, cut, drawing, el, polyline, text, text_width, wrapped
from kervan.report.axes import Scale, ticks
from kervan.report.profiles import Band, Leg, Profile, Stop, bands, stops

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MEASURES", "Measure", "distance_diagram", "drawable"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a diagram adds up: its words and how its numbers are written."""

    key: str
    title: str
    axis: str
    total: Callable[[float], str]
    part: Callable[[float], str]
    per_tick: float


MEASURES: Final = {
    "hours": Measure("hours", "Time and distance", "days since departure", days, hours, 24.0),
    "usd": Measure("usd", "Cost and distance", "USD spent", usd, usd, 1.0),
}
_LEAST_LABEL_FRAC: Final = 0.025
_MOST_WIDER: Final = 1.4
_MOST_HIGHER: Final = 2.2
_LEAST_FOR_NAMES: Final = 900.0
_SIZE: Final = 11.5
_LINE: Final = 13.5
_GREY: Final = "#b5b0a6"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Plot:
    width: float
    height: float
    x: Scale
    y: Scale
    is_narrow: bool
    has_names: bool
    measure: Measure


def distance_diagram(
    key: str, profiles: Sequence[Profile], measure: Measure, title: str, width: float, *, is_narrow: bool = False
) -> Markup:
    """Return the diagram of some routes: the main one with its stops named, the others behind it.

    Parameters
    ----------
    key
        Unique on the page.
    profiles
        The routes; exactly one is main.
    measure
        What is added up.
    title
        For a screen reader.
    width
        In pixels.
    is_narrow
        For a phone: fewer words.
    """
    main = next(one for one in profiles if one.is_main)
    has_names = width >= _LEAST_FOR_NAMES
    right = (
        22.0 + 8.0 * (max(one.number for one in profiles) > 9)
        if not has_names
        else 24.0 + WIDEST * max(text_width(_end_words(one, measure), _SIZE, bold=one.is_main) for one in profiles)
    )
    right = min(right, width * 0.42)
    height = 320.0 if is_narrow else (390.0 if measure.key == "hours" else 330.0) - (0 if has_names else 105)
    high, long = max(one.total for one in profiles), max(one.km for one in profiles)
    plot = _Plot(
        width, height, Scale(0, long or 1, 4, width - right), Scale(0, high * 1.03 or 1, height - 50, 26), is_narrow,
        has_names, measure,
    )  # fmt: skip
    others = [one for one in profiles if not one.is_main]
    labels, taken = _stop_labels(main, plot, _tick_boxes(plot))
    parts = [
        _grid(plot), _country_strip(bands(main), plot), [_line(one, plot) for one in others],
        _ends(profiles, plot), _main_line(main, plot), labels, _mode_labels(main, plot, taken),
    ]  # fmt: skip
    desc = (
        f"Across: kilometres from the start. Up: {measure.axis}. Slopes are travel, steps are borders, ports and "
        "transfers. The numbers are in the table of stages."
    )
    return drawing(key, width, height, title, desc, parts)


def drawable(profiles: Sequence[Profile], always: Collection[int] = ()) -> list[Profile]:
    """Return the routes that fit beside the main one; a much longer or higher one would squeeze it.

    Parameters
    ----------
    profiles
        The routes; exactly one is main.
    always
        Numbers of those to draw all the same.
    """
    main = next(one for one in profiles if one.is_main)
    return [
        one for one in profiles
        if one.number in always or (one.km <= _MOST_WIDER * main.km and one.total <= _MOST_HIGHER * main.total)
    ]  # fmt: skip


def _grid(plot: _Plot) -> list[Markup]:
    out = []
    per = plot.measure.per_tick
    left, right = plot.x.start, plot.x.end
    for value in ticks(plot.y.high / per, 5):
        y = plot.y(value * per)
        is_base = value == 0
        out.append(el("line", x1=left, x2=right, y1=y, y2=y, stroke=palette.INK if is_base else palette.GRID,
                      stroke_width="1" if is_base else "0.8"))  # fmt: skip
        if value:
            out.append(text(left, y - 4, plain(value), fill=palette.MUTED, font_size="11"))
    out.append(text(left, 12, plot.measure.axis, fill=palette.MUTED, font_size="11"))
    values = ticks(plot.x.high, 3 if plot.is_narrow else 6)
    for value in values:
        words = f"{plain(value)} km" if value == values[-1] else plain(value)
        x = plot.x(value)
        anchor = "start" if value == 0 else ("end" if x > plot.x.end - 20 and plot.is_narrow else "middle")
        out.append(text(x, plot.height - 4, words, fill=palette.MUTED, font_size="11", anchor=anchor))
    return out


def _tick_boxes(plot: _Plot) -> list[Box]:
    """Return the boxes of the numbers on the upright axis, which no other word may cover."""
    per, left = plot.measure.per_tick, plot.x.start
    found = []
    for value in ticks(plot.y.high / per, 5):
        y = plot.y(value * per)
        found.append((left, y - 14, left + text_width(plain(value), 11) + 4, y))
    return found


def _country_strip(found: Sequence[Band], plot: _Plot) -> list[Markup]:
    """Return the countries of the main route below the axis."""
    out: list[Markup] = []
    top, height = plot.y.start + 6, 18.0
    for number, band in enumerate(found):
        x_1, x_2 = plot.x(band.from_km), plot.x(band.to_km)
        is_sea = band.country_code == AT_SEA
        fill = palette.SEA if is_sea else ("#f1eee7" if number % 2 else "#e7e3da")
        out.append(el("rect", x=x_1, y=top, width=max(x_2 - x_1, 0.8), height=height, fill=fill))
        for words in ("sea" if is_sea else band.name, "" if is_sea else band.country_code):
            if words and text_width(words, 10.5) <= x_2 - x_1 - 4:
                out.append(text((x_1 + x_2) / 2, top + 12.8, words, anchor="middle", font_size="10.5",
                                fill=palette.MUTED))  # fmt: skip
                break
    return out


def _line(one: Profile, plot: _Plot) -> Markup:
    corners = [(plot.x(leg.from_km), plot.y(leg.low)) for leg in one.legs[:1]]
    corners += [(plot.x(leg.to_km), plot.y(leg.high)) for leg in one.legs]
    return el("path", d=polyline(corners), fill="none", stroke=_GREY, stroke_width="1.3")


def _main_line(one: Profile, plot: _Plot) -> Markup:
    out: list[Markup] = []
    for leg in one.legs:
        ends = [(plot.x(leg.from_km), plot.y(leg.low)), (plot.x(leg.to_km), plot.y(leg.high))]
        colour = palette.INK if leg.is_step else palette.mode_colour(leg.mode)
        out.append(el("path", d=polyline(ends), stroke=colour, stroke_width="3" if leg.is_step else "2.6"))
    return el("g", out, fill="none", stroke_linecap="round")


# ── stops ───────────────────────────────────────────────────────────────────────────────────────────


def _stop_labels(main: Profile, plot: _Plot, full: Sequence[Box]) -> tuple[list[Markup], list[Box]]:
    """Return the names of the largest stops, above and left of their steps where it is empty, and all full boxes."""
    found = sorted(stops(main, main.total * _LEAST_LABEL_FRAC), key=lambda stop: -stop.size)
    drawn_on = np.array(_main_points(main, plot))
    out: list[Markup] = []
    taken: list[Box] = list(full)
    for stop in found[: 4 if plot.is_narrow else 9]:
        lines = _stop_lines(stop, plot)
        box, is_left, away = _best_box(stop, lines, plot, taken, drawn_on)
        if box is None:
            continue
        taken.append(box)
        step_x, step_y = plot.x(stop.km), plot.y((stop.low + stop.high) / 2)
        middle = (box[1] + box[3]) / 2
        if away > 10:
            edge = box[2] + 2 if is_left else min(max(step_x, box[0] + 6), box[2] - 6)
            end_y = min(max(step_y, box[1] + 8), box[3] - 4) if is_left else box[3]
            out.append(el("line", x1=step_x - 2, y1=step_y, x2=edge, y2=end_y, stroke=palette.FAINT,
                          stroke_width="0.8"))  # fmt: skip
        out += _block(lines, box[2] if is_left else box[0], middle, "end" if is_left else "start")
    return out, taken


def _best_box(
    stop: Stop, lines: Sequence[str], plot: _Plot, taken: Sequence[Box], drawn_on: NDArray[np.float64]
) -> tuple[Box | None, bool, float]:
    """Return the nearest free box for a label, whether it stands left of its step, and how far it was moved."""
    wide, tall = _block_width(lines) + 2, len(lines) * _LINE
    foot, middle = plot.y(stop.low), plot.y((stop.low + stop.high) / 2)
    start_y = min(middle, foot - tall / 2 - 4)
    best: tuple[float, Box, bool] | None = None
    for up in range(0, 170, 5):
        for left in (0, 16, 34, 60, 90):
            x = plot.x(stop.km) - 10 - left
            for is_left, x_1 in ((True, x - wide), (False, max(plot.x(stop.km) + 4 - left, plot.x.start + 22))):
                y = start_y - up
                box = (x_1, y - tall / 2, x_1 + wide, y + tall / 2)
                cost = up + 0.8 * left + (0 if is_left else 25)
                if (best is None or cost < best[0]) and _fits(box, plot, taken, drawn_on):
                    best = (cost, box, is_left)
    if best is None:
        return None, True, 0.0
    return best[1], best[2], best[0]


def _fits(box: Box, plot: _Plot, taken: Sequence[Box], drawn_on: NDArray[np.float64]) -> bool:
    if box[0] < plot.x.start + 20 or box[2] > plot.x.end or box[1] < 16:
        return False
    if any(box[0] < b[2] + 4 and b[0] < box[2] + 4 and box[1] < b[3] + 2 and b[1] < box[3] + 2 for b in taken):
        return False
    x, y = drawn_on[:, 0], drawn_on[:, 1]
    return not bool(((x > box[0] - 4) & (x < box[2] + 3) & (y > box[1] - 2) & (y < box[3] + 3)).any())


def _main_points(main: Profile, plot: _Plot, every: float = 5.0) -> list[tuple[float, float]]:
    out = []
    for leg in main.legs:
        x_1, x_2, y_1, y_2 = plot.x(leg.from_km), plot.x(leg.to_km), plot.y(leg.low), plot.y(leg.high)
        count = max(int(max(abs(x_2 - x_1), abs(y_2 - y_1)) / every), 1)
        out += [(x_1 + (x_2 - x_1) * k / count, y_1 + (y_2 - y_1) * k / count) for k in range(count + 1)]
    return out


def _stop_lines(stop: Stop, plot: _Plot) -> list[str]:
    first = f"{stop.place} {plot.measure.part(stop.size)}"
    shown = [(words, size) for words, size in stop.parts if size >= 0.08 * stop.size][:3]
    if plot.is_narrow:
        return [first, *wrapped(" and ".join(words for words, _ in shown[:2]), 130, _SIZE)[:2]]
    if len(shown) == 1:
        return [first, shown[0][0]]
    sizes = ", ".join(f"{words}\u00a0{plot.measure.part(size)}" for words, size in shown)
    return [first, *wrapped(sizes, 250, _SIZE)[:2]]


def _block_width(lines: Sequence[str]) -> float:
    return max(text_width(line, _SIZE, bold=not number) for number, line in enumerate(lines))


def _block(lines: Sequence[str], x: float, middle: float, anchor: str) -> list[Markup]:
    top = middle - len(lines) * _LINE / 2 + 10.5
    style: dict[str, Any] = {
        "stroke": palette.PAPER, "stroke_width": "3.5", "paint_order": "stroke", "stroke_linejoin": "round",
    }  # fmt: skip
    return [
        text(x, top + _LINE * number, line, anchor=anchor, font_size=str(_SIZE),
             fill=palette.MUTED if number else palette.INK, font_weight=None if number else "600", **style)
        for number, line in enumerate(lines)
    ]  # fmt: skip


def _mode_labels(main: Profile, plot: _Plot, taken: Sequence[Box]) -> list[Markup]:
    """Return the name of each mode once, below its longest slope, clear of other words."""
    out = []
    longest: dict[str, Leg] = {}
    for leg in main.legs:
        if not leg.is_step and (leg.mode not in longest or _length(leg, plot) > _length(longest[leg.mode], plot)):
            longest[leg.mode] = leg
    boxes = list(taken)
    for mode, leg in longest.items():
        words = palette.mode_name(mode)
        wide = text_width(words, 12, bold=True)
        for share in (0.5, 0.65, 0.35, 0.8, 0.2):
            x = plot.x(leg.from_km) + share * (plot.x(leg.to_km) - plot.x(leg.from_km)) + 8
            y = plot.y(leg.low) + share * (plot.y(leg.high) - plot.y(leg.low)) + 16
            box = (x - 3, y - 12, x + wide + 3, y + 4)
            if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in boxes):
                break
        else:
            continue
        boxes.append(box)
        out.append(text(x, y, words, font_size="12", font_weight="600", fill=palette.mode_colour(mode),
                        stroke=palette.PAPER, stroke_width="3", paint_order="stroke"))  # fmt: skip
    return out


def _length(leg: Leg, plot: _Plot) -> float:
    return abs(plot.x(leg.to_km) - plot.x(leg.from_km)) + abs(plot.y(leg.high) - plot.y(leg.low))


# ── ends ────────────────────────────────────────────────────────────────────────────────────────────


def _ends(profiles: Sequence[Profile], plot: _Plot) -> list[Markup]:
    """Return the name and total of each route at its end, spread so that none covers another."""
    order = sorted(profiles, key=lambda one: plot.y(one.total))
    placed = spread([plot.y(one.total) for one in order], 15.0, plot.y.end, plot.y.start - 8)
    out = []
    for one, y in zip(order, placed, strict=True):
        x, end = plot.x(one.km), plot.x.end + 10
        tone = palette.INK if one.is_main else _GREY
        out.append(el("path", d=polyline([(x + 4, plot.y(one.total)), (plot.x.end, y), (end - 3, y)]), stroke=tone,
                      fill="none", stroke_width="0.8", stroke_dasharray="1.5 2.5"))  # fmt: skip
        out.append(el("circle", cx=x, cy=plot.y(one.total), r="3.6" if one.is_main else "2.4", fill=tone))
        words = _end_words(one, plot.measure) if plot.has_names else str(one.number)
        words = cut(words, plot.width - end, _SIZE, bold=one.is_main) if plot.has_names else words
        out.append(text(end, y + 4, words, font_size=str(_SIZE), fill=palette.INK if one.is_main else palette.MUTED,
                        font_weight="600" if one.is_main else None))  # fmt: skip
    return out


def _end_words(one: Profile, measure: Measure) -> str:
    return f"{one.number}\u2002{measure.total(one.total)}, {one.name}"
