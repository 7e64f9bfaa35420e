"""Routes, places and their labels on a map."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kervan.drawing import palette
from kervan.drawing.basemap import Box, sea_way
from kervan.drawing.geo import View
from kervan.drawing.labels import Label, Placed, place
from kervan.drawing.svg import Markup, el, polyline, text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Mark", "RouteLine", "Sheet", "draw_labels", "draw_links", "draw_marks", "draw_routes", "place_labels", "places_of",
    "route_runs", "sampled", "short_name", "sign",
]  # fmt: skip

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A route to draw: the places it passes in order, and the mode between each and the next.

    Parameters
    ----------
    node_ids
        The places.
    modes
        One fewer.
    is_main
        Drawn strong; else lightly, as an alternative.
    name
        What it is called.
    """

    node_ids: tuple[str, ...]
    modes: tuple[str, ...]
    is_main: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to mark: what it is, its words, how much they matter (1 first), and where, if it is no node."""

    node_id: str
    kind: str
    lines: tuple[str, ...]
    rank: int = 5
    is_needed: bool = False
    spot: Point | None = None


@dataclass(frozen=True)
class Sheet:
    """A view and the places that are drawn on it."""

    view: View
    places: Mapping[str, Point]

    def pixel(self, node_id: str) -> Point:
        """Return where a place lies, in pixels."""
        return self._pixels[node_id]

    @cached_property
    def _pixels(self) -> dict[str, Point]:
        where = np.array(list(self.places.values()), dtype=float).reshape(-1, 2)
        x, y = self.view.at(where[:, 0], where[:, 1])
        return dict(zip(self.places, zip(x.tolist(), y.tolist(), strict=True), strict=True))

    def holds(self, spot: Point, margin: float = 0.0) -> bool:
        """Return whether a pixel lies inside, so far from the edge."""
        return margin <= spot[0] <= self.view.width - margin and margin <= spot[1] <= self.view.height - margin


def places_of(nodes: pd.DataFrame) -> dict[str, Point]:
    """Return longitude and latitude of every node."""
    where = zip(nodes["lon_deg"].tolist(), nodes["lat_deg"].tolist(), strict=True)
    return dict(zip(nodes["node_id"], where, strict=True))


def short_name(name: str) -> str:
    """Return a name without what stands in brackets, for a label.

    Examples
    --------
    >>> short_name("Xi'an (International Port area)")
    "Xi'an"
    """
    return re.split(r"\s*[(,;]", name)[0].strip() or name


def route_runs(route: RouteLine, sheet: Sheet) -> list[tuple[str, list[Point]]]:
    """Return the stretches of a route in pixels, one for each run of a mode; far sea lanes over land are left out."""
    runs: list[tuple[str, list[Point]]] = []
    is_joined = False
    for (start, end), mode in zip(itertools.pairwise(route.node_ids), route.modes, strict=False):
        if start == end:
            continue
        points = _drawn(sheet, start, end, mode)
        if not points:
            is_joined = False
            continue
        if is_joined and runs[-1][0] == mode:
            runs[-1][1].extend(points[1:])
        else:
            runs.append((mode, points))
        is_joined = True
    return runs


def _drawn(sheet: Sheet, start: str, end: str, mode: str) -> list[Point]:
    """Return the pixels of a way from place to place; none of a lane that goes by another sea."""
    if mode != "sea":
        return [sheet.pixel(start), sheet.pixel(end)]
    way = sea_way(sheet.places[start], sheet.places[end])
    return [(x, y) for x, y in sheet.view.points(way).tolist()] if way else []


def sampled(routes: Iterable[RouteLine], sheet: Sheet, every: float = 6.0) -> list[Point]:
    """Return points along routes, so many pixels apart."""
    out = []
    for route in routes:
        for _, run in route_runs(route, sheet):
            for (x_1, y_1), (x_2, y_2) in itertools.pairwise(run):
                steps = max(int(max(abs(x_2 - x_1), abs(y_2 - y_1)) / every), 1)
                out += [(x_1 + (x_2 - x_1) * k / steps, y_1 + (y_2 - y_1) * k / steps) for k in range(steps + 1)]
    return out


def draw_routes(routes: Sequence[RouteLine], sheet: Sheet, *, weight: float = 3.2) -> Markup:
    """Return the routes, the strong ones above the light ones, each stretch in the colour of its mode."""
    light, casing, strong = [], [], []
    seen: set[tuple[str, str]] = set()
    for route in sorted(routes, key=lambda one: not one.is_main):
        for mode, points in route_runs(route, sheet):
            path = polyline(points)
            if (mode, path) in seen:
                continue
            seen.add((mode, path))
            colour = palette.mode_colour(mode)
            if route.is_main:
                casing.append(el("path", d=path, stroke=palette.PAPER, stroke_width=weight + 2.4))
                strong.append(el("path", d=path, stroke=colour, stroke_width=weight))
            else:
                light.append(el("path", d=path, stroke=colour, stroke_width=weight * 0.5, stroke_opacity="0.45"))
    style = {"fill": "none", "stroke_linecap": "round", "stroke_linejoin": "round", "aria_hidden": "true"}
    return el("g", light, casing, strong, **style)


def draw_links(links: pd.DataFrame, sheet: Sheet) -> Markup:
    """Return every link as a hairline in the colour of its mode."""
    paths: dict[str, list[str]] = {}
    for start, end, mode in zip(links["from_node_id"], links["to_node_id"], links["mode"], strict=True):
        points = _drawn(sheet, start, end, mode)
        if points:
            paths.setdefault(mode, []).append(polyline(points))
    drawn = [
        el("path", d="".join(found), stroke=palette.mode_colour(mode), stroke_width="0.8", stroke_opacity="0.35")
        for mode, found in sorted(paths.items())
    ]
    return el("g", drawn, fill="none", aria_hidden="true")


def draw_marks(marks: Iterable[Mark], sheet: Sheet, radius: float = 3.6) -> Markup:
    """Return the signs of the places: a square at a border, a ring at a port, a diamond at a change of gauge."""
    ordered = [mark for mark in sorted(marks, key=lambda one: -one.rank) if mark.kind]
    spots = [(mark.kind, mark.spot or sheet.pixel(mark.node_id)) for mark in ordered]
    return el("g", [sign(kind, *spot, radius) for kind, spot in spots if sheet.holds(spot)], aria_hidden="true")


def sign(kind: str, x: float, y: float, radius: float = 3.6) -> Markup:
    """Return the sign of one kind of place; nothing for a kind without one."""
    style: dict[str, Any] = {"fill": palette.PAPER, "stroke": palette.INK, "stroke_width": "1.4"}
    wide = radius * 1.35
    if kind == "end":
        return el("circle", cx=x, cy=y, r=radius * 1.25, fill=palette.INK, stroke=palette.PAPER, stroke_width="1.2")
    if kind == "border":
        return el("rect", x=x - radius, y=y - radius, width=2 * radius, height=2 * radius, **style)
    if kind == "gauge":
        diamond = polyline([(x - wide, y), (x, y - wide), (x + wide, y), (x, y + wide)], closed=True)
        return el("path", d=diamond, **style)
    if kind == "port":
        return el("circle", cx=x, cy=y, r=radius, fill=palette.PAPER, stroke=palette.mode_colour("sea"),
                  stroke_width="2")  # fmt: skip
    return Markup("")


def place_labels(
    marks: Iterable[Mark], sheet: Sheet, size: float, *, avoid: Sequence[Point] = (), taken: Sequence[Box] = ()
) -> list[Placed]:
    """Return the words beside the marks, none over another and, where it can be, none over a drawn line.

    Parameters
    ----------
    marks
        The marks; those without words and those outside are passed over.
    sheet
        Where they lie.
    size
        Of the letters in pixels.
    avoid
        Points of drawn lines.
    taken
        Boxes that are full.
    """
    labels = []
    for mark in marks:
        x, y = mark.spot or sheet.pixel(mark.node_id)
        if mark.lines and sheet.holds((x, y), -4.0):
            is_end = mark.kind == "end"
            labels.append(Label(x, y, mark.lines, size * (1.12 if is_end else 1.0), mark.rank, bold=is_end,
                                gap=size * 0.62, is_needed=mark.is_needed, key=mark.kind))  # fmt: skip
    spots = [(label.x, label.y) for label in labels]
    frame = (3.0, 3.0, sheet.view.width - 3, sheet.view.height - 3)
    return place(labels, frame, marks=[*avoid, *spots, *spots], taken=taken)


def draw_labels(placed: Iterable[Placed]) -> Markup:
    """Return the words of placed labels with a halo, and a thin leader where they stand far from their point."""
    out = []
    for one in placed:
        label, box = one.label, one.box
        if one.is_far:
            x = min(max(label.x, box[0]), box[2])
            y = label.y if box[1] <= label.y <= box[3] else (box[1] + 1 if box[1] > label.y else box[3] - 1)
            out.append(el("line", x1=label.x, y1=label.y, x2=x, y2=y, stroke=palette.FAINT, stroke_width="0.8"))
        lines = [
            el("tspan", line, x=one.x, dy=None if not number else label.size * 1.18,
               font_weight="700" if label.bold and not number else None)
            for number, line in enumerate(label.lines)
        ]  # fmt: skip
        out.append(text(one.x, one.y, lines, anchor=one.anchor, font_size=f"{label.size:.3g}",
                        fill=palette.MUTED if label.key == "route" else None))  # fmt: skip
    return el("g", out, fill=palette.INK, stroke=palette.PAPER, stroke_width="3", stroke_opacity="0.85",
              paint_order="stroke", stroke_linejoin="round")  # fmt: skip
