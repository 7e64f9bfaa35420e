"""Bars and dots: where the hours go, what scenarios change, how the model compares, how sure a number is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kervan.drawing import palette
from kervan.drawing.labels import spread
from kervan.drawing.numbers import hours, percent, span
from kervan.drawing.svg import Markup, cut, drawing, el, polyline, text, text_width
from kervan.report.axes import Scale
from kervan.report.findings import BAND_FRAC

__all__ = [
    "Bar", "Check", "Move", "Part", "Point", "checks_chart", "hours_chart", "quality_chart", "scenario_chart", "signed",
]  # fmt: skip

_ROW: Final = 22.0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: its key (a mode, "waiting", "procedure", or a quality), words and size."""

    key: str
    name: str
    size: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of parts."""

    name: str
    parts: tuple[Part, ...]
    is_strong: bool = False

    @property
    def total(self) -> float:
        """Size of all parts."""
        return sum(part.size for part in self.parts)


def _colour(key: str) -> str:
    known = {"waiting": palette.WAITING, "procedure": palette.PROCEDURE, **palette.QUALITIES}
    return known.get(key) or palette.mode_colour(key)


# ── where the hours go ──────────────────────────────────────────────────────────────────────────────


def hours_chart(key: str, bars: Sequence[Bar], high: tuple[float, float], title: str, width: float) -> Markup:
    """Return bars of hours, the first one for all the way, its parts named above it, then one a country.

    Parameters
    ----------
    key
        Unique on the page.
    bars
        The whole way first, then the countries in order.
    high
        Hours at the right end of the bar for all the way, and of those for the countries; the same for charts to be
        compared.
    title
        For a screen reader.
    width
        In pixels.
    """
    left = max(text_width(bar.name, 12, bold=bar.is_strong) for bar in bars) + 12
    whole, part = (Scale(0, size or 1, left, width - 46) for size in high)
    top, gap = 40.0, 26.0
    out: list[Markup] = [*_part_names(bars[0], whole, top, width)]
    if len(bars) > 1:
        out.append(text(left, top + _ROW + gap - 8, "by country, on a scale of its own", font_size="11",
                        fill=palette.MUTED))  # fmt: skip
    for number, bar in enumerate(bars):
        x = part if number else whole
        y = top + number * _ROW + (gap if number else 0)
        tall = 16.0 if bar.is_strong else 12.0
        out.append(text(left - 8, y + 12, bar.name, anchor="end", font_size="12", fill=palette.INK,
                        font_weight="600" if bar.is_strong else None))  # fmt: skip
        out += _pieces(bar, x, y + (16 - tall) / 2, tall)
        out.append(text(x(bar.total) + 6, y + 12, _hours_words(bar.total), font_size="11.5", fill=palette.INK,
                        font_weight="600" if bar.is_strong else None))  # fmt: skip
    desc = "One bar a country: hours moving in the colour of the mode, waiting light grey, procedures dark grey."
    return drawing(key, width, top + len(bars) * _ROW + gap + 4, title, desc, out)


def _hours_words(value: float) -> str:
    return hours(value) if value >= 0.05 else "0"


def _pieces(bar: Bar, x: Scale, y: float, tall: float) -> list[Markup]:
    out, done = [], 0.0
    for part in bar.parts:
        x_1, x_2 = x(done), x(done + part.size)
        if x_2 - x_1 >= 0.3:
            gap = 0.8 if x_2 - x_1 > 3 else 0.0
            out.append(el("rect", x=x_1, y=y, width=x_2 - x_1 - gap, height=tall, fill=_colour(part.key)))
        done += part.size
    return out


def _part_names(bar: Bar, x: Scale, top: float, width: float) -> list[Markup]:
    """Name the parts of a bar above it: what moves in the upper line, what stands still in the lower one."""
    middles, done = {}, 0.0
    for part in bar.parts:
        middles[part.key] = x(done + part.size / 2)
        done += part.size
    out: list[Markup] = []
    for line, keys in ((20.0, None), (6.0, ("waiting", "procedure"))):
        shown = [p for p in bar.parts if p.size > 0 and (p.key in ("waiting", "procedure")) == (keys is not None)]
        words = [f"{part.name} {hours(part.size)}" for part in shown]
        widths = [text_width(word, 11, bold=True) + (12 if keys else 0) for word in words]
        places = _side_by_side([middles[part.key] - w / 2 for part, w in zip(shown, widths, strict=True)], widths,
                               x.start, width)  # fmt: skip
        for part, word, place, wide in zip(shown, words, places, widths, strict=True):
            colour = palette.MUTED if keys else _colour(part.key)
            out.append(text(place, top - line, word, font_size="11", font_weight="600", fill=colour))
            if keys:
                out.append(el("rect", x=place - 11, y=top - line - 8, width=8.0, height=8.0, fill=_colour(part.key)))
            if line > 10:
                foot = min(max(middles[part.key], place + 4), place + wide - 4)
                out.append(el("line", x1=foot, x2=middles[part.key], y1=top - line + 3, y2=top - 1, stroke=colour,
                              stroke_width="0.7", stroke_opacity="0.6"))  # fmt: skip
    return out


def _side_by_side(starts: Sequence[float], widths: Sequence[float], low: float, high: float) -> list[float]:
    """Return left ends near those wanted, so that texts of these widths do not touch and stay inside."""
    places: list[float] = []
    at = low
    for start, wide in zip(starts, widths, strict=True):
        places.append(max(start, at))
        at = places[-1] + wide + 10
    limit = high
    for number in reversed(range(len(places))):
        places[number] = min(places[number], limit - widths[number])
        limit = places[number] - 10
    return places


# ── scenarios ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Point:
    """Where one scenario puts a journey: its key, words, hours (infinite: no way), and what else differs."""

    key: str
    name: str
    hours: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A journey under each scenario, the first of which is what the others are set against."""

    name: str
    points: tuple[Point, ...]


_NOTICED: Final = 0.005
_SIGNS: Final = ("ring", "disc", "diamond", "square", "cross")


def scenario_chart(key: str, moves: Sequence[Move], title: str, width: float, *, is_narrow: bool = False) -> Markup:
    """Return, for each journey, its time under every scenario as a share of the first.

    Parameters
    ----------
    key
        Unique on the page.
    moves
        The journeys.
    title
        For a screen reader.
    width
        In pixels.
    is_narrow
        For a phone: the name of a journey stands above its dots.
    """
    shares = [share for move in moves for share in _shares(move) if math.isfinite(share)]
    low = min(-0.05, *shares, 0.0) * 1.12
    high = max(0.02, *shares, 0.0) * 1.12
    left = 12.0 if is_narrow else max(text_width(move.name, 12.5) for move in moves) + 110
    x = Scale(low, high, left, width - (48 if is_narrow else 60))
    row = 58.0 if is_narrow else 44.0
    top = 44.0
    out: list[Markup] = [
        el("line", x1=x(0), x2=x(0), y1=top - 8, y2=top + row * len(moves), stroke=palette.INK, stroke_width="1"),
        *_change_axis(x, top - 14, top + row * len(moves), moves[0].points[0].name),
    ]
    for number, move in enumerate(moves):
        y = top + row * number + (34 if is_narrow else 20)
        out += _journey(move, x, y, left, is_narrow=is_narrow)
    desc = "Change of the mean time against the first scenario, in per cent; left is faster."
    return drawing(key, width, top + row * len(moves) + 8, title, desc, out)


def _shares(move: Move) -> list[float]:
    base = move.points[0].hours
    return [point.hours / base - 1 if base and math.isfinite(base) else math.inf for point in move.points]


def _change_axis(x: Scale, y: float, bottom: float, base: str) -> list[Markup]:
    out = []
    step = next(s for s in (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 1e9) if (x.high - x.low) / s <= 6)
    for number in range(math.ceil(x.low / step), math.floor(x.high / step) + 1):
        value = number * step
        if number:
            out.append(el("line", x1=x(value), x2=x(value), y1=y + 6, y2=bottom, stroke=palette.GRID,
                          stroke_width="0.8"))  # fmt: skip
        words = base if not number else f"{'+' if value > 0 else ''}{percent(value)}"
        out.append(text(x(value), y, words, anchor="middle", font_size="11", fill=palette.MUTED))
    return out


def _journey(move: Move, x: Scale, y: float, left: float, *, is_narrow: bool) -> list[Markup]:
    base = move.points[0]
    head = span(base.hours)
    out: list[Markup] = []
    if is_narrow:
        out.append(text(0, y - 18, [el("tspan", move.name, font_weight="600"), f"  {head}"], font_size="12",
                        fill=palette.INK))  # fmt: skip
    else:
        out.append(text(0, y + 4, move.name, font_size="12.5", font_weight="600", fill=palette.INK))
        out.append(text(left - 14, y + 4, head, font_size="12", fill=palette.MUTED, anchor="end"))
    shares = _shares(move)
    known = [share for share in shares if math.isfinite(share)]
    if known:
        out.append(el("line", x1=x(min(known)), x2=x(max(known)), y1=y, y2=y, stroke=palette.PROCEDURE,
                      stroke_width="1.6"))  # fmt: skip
    for number, share in enumerate(shares):
        if math.isfinite(share):
            out.append(scenario_sign(number, x(share), y))
    out += _point_words(move, shares, x, y)
    return out


def _point_words(move: Move, shares: Sequence[float], x: Scale, y: float) -> list[Markup]:
    moved = [
        (point, share) for point, share in zip(move.points[1:], shares[1:], strict=True)
        if math.isfinite(share) and abs(share) >= _NOTICED
    ]  # fmt: skip
    words = [span(point.hours) for point, _ in moved]
    places = [x(share) for _, share in moved]
    below = []
    for point, share in moved:
        end = min(x(share) + text_width(point.words, 11) / 2, x.end + 40)
        if point.words:
            below.append(text(end, y + 30, point.words, anchor="end", font_size="11", fill=palette.MUTED, **_HALO))
    if len(places) > 1:
        widest = max(text_width(word, 11) for word in words)
        places = spread(places, widest + 8, x.start + widest / 2 - 8, x.end - widest / 2 + 44)
    return [
        text(place, y + 17, word, anchor="middle", font_size="11", fill=palette.INK, **_HALO)
        for place, word in zip(places, words, strict=True)
    ] + below


def scenario_sign(number: int, x: float, y: float, radius: float = 4.6) -> Markup:
    """Return the sign of the scenario of a number; the first is a ring."""
    kind = _SIGNS[number % len(_SIGNS)]
    if kind == "ring":
        return el("circle", cx=x, cy=y, r=radius, fill=palette.PAPER, stroke=palette.INK, stroke_width="1.8")
    if kind == "disc":
        return el("circle", cx=x, cy=y, r=radius, fill=palette.INK)
    r = radius * 1.3
    if kind == "diamond":
        return el("path", d=polyline([(x - r, y), (x, y - r), (x + r, y), (x, y + r)], closed=True), fill="#7d6f5a",
                  stroke=palette.PAPER, stroke_width="0.8")  # fmt: skip
    if kind == "square":
        return el("rect", x=x - radius, y=y - radius, width=2 * radius, height=2 * radius, fill="#6a675f")
    return el("path", d=f"M{x - r:.1f} {y - r:.1f}l{2 * r:.1f} {2 * r:.1f}m0 {-2 * r:.1f}l{-2 * r:.1f} {2 * r:.1f}",
              stroke=palette.INK, stroke_width="2")  # fmt: skip


# ── model against published figures ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Check:
    """A published figure beside the model's: the difference as a share, the published range likewise, what answered."""

    name: str
    published: str
    model: str
    difference: float
    low: float
    high: float
    by: str = ""


_FAR: Final = 1.0
_LEAST_WIDE: Final = 900.0
_LEAST_TICKS: Final = 290.0
_HALO: Final = {"stroke": palette.PAPER, "stroke_width": "3", "paint_order": "stroke"}


def signed(value: float) -> str:
    """Return a share in per cent with its sign.

    Examples
    --------
    >>> signed(0.234), signed(-0.002)
    ('+23%', '0%')
    """
    return "0%" if not round(value * 100) else ("+" if value > 0 else "") + percent(value)


def checks_chart(key: str, groups: Sequence[tuple[str, Sequence[Check]]], title: str, width: float, *,
                 is_narrow: bool = False) -> Markup:  # fmt: skip
    """Return a dot for each published figure: how far the model lies above or below it.

    Parameters
    ----------
    key
        Unique on the page.
    groups
        Checks under a heading each.
    title
        For a screen reader.
    width
        In pixels.
    is_narrow
        For a phone: the name stands above the dot.
    """
    left = 10.0 if is_narrow else (0.52 if width > _LEAST_WIDE else 0.62) * width
    x = Scale(-_FAR, _FAR, left + (8 if is_narrow else 34), width - (22 if is_narrow else 40))
    y = 26.0
    out: list[Markup] = []
    if not is_narrow:
        for place, words in ((left - 84, "published"), (left - 8, "model")):
            out.append(text(place, 12, words, anchor="end", font_size="11", fill=palette.MUTED))
    for heading, checks in groups:
        if not checks:
            continue
        near = sum(abs(check.difference) <= BAND_FRAC for check in checks)
        count = f"{near} of {len(checks)} within {percent(BAND_FRAC)}"
        out.append(text(0, y + 12, [el("tspan", heading, font_weight="600", fill=palette.INK), f"\u2002{count}"],
                        font_size="12.5", fill=palette.MUTED))  # fmt: skip
        y += 22.0
        for check in sorted(checks, key=lambda one: -one.difference):
            out += _check_row(check, x, y, left, is_narrow=is_narrow)
            y += 54.0 if is_narrow else 35.0 if check.by else 21.0
        y += 12.0
    return drawing(key, width, y, title, _CHECKS_DESC, _checks_back(x, y - 8, is_narrow=is_narrow), out)


_CHECKS_DESC: Final = "A dot left of the middle: the model says less than was published. Shaded: within 20 per cent."


def _checks_back(x: Scale, bottom: float, *, is_narrow: bool) -> list[Markup]:
    out = [
        el("rect", x=x(-BAND_FRAC), y=20.0, width=x(BAND_FRAC) - x(-BAND_FRAC), height=bottom - 20, fill="#eef1ea"),
        el("line", x1=x(0), x2=x(0), y1=20.0, y2=bottom, stroke=palette.INK, stroke_width="1"),
    ]
    for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
        anchor = {-1.0: "start", 1.0: "end"}.get(value, "middle") if is_narrow else "middle"
        words = signed(value) if value else "as published"
        if abs(value) != 0.5 or x.end - x.start > _LEAST_TICKS:
            out.append(text(x(value), 12, words, anchor=anchor, font_size="11", fill=palette.MUTED))
        if abs(value) == 0.5:
            out.append(el("line", x1=x(value), x2=x(value), y1=20.0, y2=bottom, stroke=palette.GRID,
                          stroke_width="0.8"))  # fmt: skip
    return out


def _check_row(check: Check, x: Scale, y: float, left: float, *, is_narrow: bool) -> list[Markup]:
    out = _check_words(check, y, x.end + 20 if is_narrow else left, is_narrow=is_narrow)
    middle = y + (38 if is_narrow else 8)
    out.append(el("line", x1=x.start, x2=x.end, y1=middle, y2=middle, stroke="#ece9e2", stroke_width="0.8"))
    low, high = max(check.low, -_FAR), min(check.high, _FAR)
    if high > low:
        out.append(el("rect", x=x(low), y=middle - 3, width=x(high) - x(low), height=6.0, fill="#cfc9bd"))
    value = min(max(check.difference, -_FAR), _FAR)
    inside = abs(check.difference) <= BAND_FRAC
    if abs(check.difference) > _FAR:
        tip = x(value) + (6 if value > 0 else -6)
        d = polyline([(tip, middle), (tip - 7 * value, middle - 4.5), (tip - 7 * value, middle + 4.5)], closed=True)
        out.append(el("path", d=d, fill=palette.INK))
    else:
        out.append(el("circle", cx=x(value), cy=middle, r="4", fill=palette.INK if inside else palette.PAPER,
                      stroke=palette.INK, stroke_width="1.6"))  # fmt: skip
    is_left = check.difference > _FAR or (value < 0 and x(value) - x.start > 20)
    out.append(text(x(value) + (-10 if is_left else 10), middle + 4, signed(check.difference), font_size="11",
                    fill=palette.MUTED, anchor="end" if is_left else "start", **_HALO))  # fmt: skip
    return out


def _check_words(check: Check, y: float, room: float, *, is_narrow: bool) -> list[Markup]:
    """Return the name of a figure, both its values, and the itinerary that gave the model's."""
    if is_narrow:
        values = ", ".join(filter(None, (f"{check.published}, model {check.model}", check.by)))
        return [
            text(0, y + 10, cut(check.name, room, 11.5), font_size="11.5", fill=palette.INK, **_HALO),
            text(0, y + 24, cut(values, room, 11), font_size="11", fill=palette.MUTED, **_HALO),
        ]
    name = cut(check.name, room - 84 - text_width(check.published, 11.5) * 1.1 - 10, 11.5)
    out = [text(0, y + 12, name, font_size="11.5", fill=palette.INK)]
    for place, words in ((room - 84, check.published), (room - 8, check.model)):
        out.append(text(place, y + 12, words, anchor="end", font_size="11.5", fill=palette.MUTED))
    if check.by:
        by = cut(f"model: {check.by}", room - 8, 10.5)
        out.append(text(0, y + 25, by, font_size="10.5", fill=palette.MUTED))
    return out


# ── how sure ────────────────────────────────────────────────────────────────────────────────────────


def quality_chart(key: str, bars: Sequence[Bar], title: str, width: float) -> Markup:
    """Return one bar of shares for each headline number, by how far the numbers below it can be trusted."""
    left = max(text_width(bar.name, 12) for bar in bars) + 12
    x = Scale(0, 1, left, width - 2)
    out: list[Markup] = []
    top = 30.0
    for number, bar in enumerate(bars):
        y, done = top + number * 26.0, 0.0
        out.append(text(left - 10, y + 13, bar.name, anchor="end", font_size="12", fill=palette.INK))
        for part in bar.parts:
            share = part.size / bar.total if bar.total else 0.0
            x_1, x_2 = x(done), x(done + share)
            if x_2 - x_1 >= 0.3:
                out.append(el("rect", x=x_1, y=y, width=max(x_2 - x_1 - 0.8, 0.3), height=18.0,
                              fill=_colour(part.key)))  # fmt: skip
                if x_2 - x_1 > 34:
                    dark = part.key in ("observed",)
                    out.append(text((x_1 + x_2) / 2, y + 13, percent(share), anchor="middle", font_size="11",
                                    fill=palette.PAPER if dark else palette.INK))  # fmt: skip
            done += share
    out += _quality_names()
    desc = "Each bar is the whole of a headline number, parted by the quality of what it rests on."
    return drawing(key, width, top + len(bars) * 26.0 + 2, title, desc, out)


def _quality_names() -> list[Markup]:
    out, place = [], 0.0
    for name, colour in palette.QUALITIES.items():
        out.append(el("rect", x=place, y=4.0, width=11.0, height=11.0, fill=colour))
        out.append(text(place + 15, 14, name, font_size="11.5", fill=palette.INK))
        place += 15 + text_width(name, 11.5) + 14
    return out
