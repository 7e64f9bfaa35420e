"""The map of the report: the routes found, what they pass, and the sea they cross enlarged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.drawing import palette
from kervan.drawing.basemap import Box, area_names, map_layers
from kervan.drawing.geo import View, great_circle_km, view_of
from kervan.drawing.maps import (
    Mark,
    RouteLine,
    Sheet,
    draw_labels,
    draw_marks,
    draw_routes,
    place_labels,
    places_of,
    sampled,
    short_name,
)
from kervan.drawing.numbers import days, hours
from kervan.drawing.svg import Markup, drawing, el, polyline, text

if TYPE_CHECKING:
    from kervan.report.story import Story, Trip, Way

__all__ = ["corridor_map", "sea_map"]

_INSET: Final = (430.0, 270.0)
_NEAR_KM: Final = 980.0
_LEAST_ENLARGED: Final = 1.6


@dataclass(frozen=True)
class _Atlas:
    """What both maps are drawn from."""

    trips: tuple[Trip, ...]
    routes: tuple[RouteLine, ...]
    places: dict[str, tuple[float, float]]
    names: dict[str, str]
    origin: str
    origin_name: str

    @property
    def main(self) -> list[RouteLine]:
        return [route for route in self.routes if route.is_main]

    @property
    def main_nodes(self) -> list[str]:
        return sorted({node for route in self.main for node in route.node_ids})


def _atlas(story: Story) -> _Atlas:
    nodes = story.net["nodes"]
    trips = tuple(trip for trip in story.trips if trip.ways)
    routes = tuple(
        RouteLine(way.node_ids, way.modes, is_main=way is trip.main, name=way.name)
        for trip in trips for way in trip.ways
    )  # fmt: skip
    names = {node_id: short_name(name) for node_id, name in zip(nodes["node_id"], nodes["name"], strict=True)}
    return _Atlas(trips, routes, places_of(nodes), names, story.settings.origin, story.origin_name)


def corridor_map(key: str, story: Story, width: float, *, is_narrow: bool = False) -> Markup:
    """Return the map of every way to every destination; on a wide one the sea is enlarged in a corner.

    Parameters
    ----------
    key
        Unique on the page.
    story
        What the page tells.
    width
        In pixels.
    is_narrow
        For a phone: fewer and larger words, no inset.
    """
    atlas = _atlas(story)
    sheet = Sheet(_view(atlas, width, is_narrow=is_narrow), atlas.places)
    inset = None if is_narrow else _inset(atlas, sheet)
    corner = [inset.box] if inset else []
    marks = [mark for mark in _marks(atlas, is_narrow=is_narrow) if inset is None or not inset.names(mark)]
    if not is_narrow:
        marks += _names_of_others(atlas, sheet, corner)
    lines = sampled(atlas.routes, sheet)
    size = 11.5 if is_narrow else 12.5
    placed = place_labels(marks, sheet, size, avoid=sampled(atlas.main, sheet), taken=corner)
    title = f"Map of the routes from {atlas.origin_name} to {', '.join(trip.name for trip in atlas.trips)}"
    desc = "Routes in the colour of their mode; squares are borders, rings ports, diamonds changes of gauge."
    return drawing(
        key, sheet.view.width, sheet.view.height, title, desc,
        map_layers(sheet.view, coarse=1.4 if is_narrow else 0.8),
        area_names(sheet.view, 9.0 if is_narrow else 10.5, [*(one.box for one in placed), *corner], lines),
        draw_routes(atlas.routes, sheet, weight=2.4 if is_narrow else 3.2),
        draw_marks(marks, sheet, 2.6 if is_narrow else 3.6), draw_labels(placed), inset.markup if inset else "",
    )  # fmt: skip


def sea_map(key: str, story: Story, width: float) -> Markup:
    """Return the sea of the first trip by itself, for a phone; nothing where no sea is crossed."""
    atlas = _atlas(story)
    near = _around_the_sea(atlas)
    if not near:
        return Markup("")
    sheet = Sheet(_sea_view(atlas, near, width, 250.0, 340.0), atlas.places)
    layers, _ = _sea_layers(atlas, sheet, 11.0)
    return drawing(key, sheet.view.width, sheet.view.height, "The sea enlarged",
                   "Ports, borders and sailings of the routes shown.", layers)  # fmt: skip


def _view(atlas: _Atlas, width: float, *, is_narrow: bool) -> View:
    main = np.array([atlas.places[node] for node in atlas.main_nodes])
    (west, south), (east, north) = main.min(axis=0) - 1, main.max(axis=0) + 1
    others = {node for route in atlas.routes for node in route.node_ids}
    beside = np.array([atlas.places[node] for node in sorted(others)])
    lon, lat = beside[:, 0], beside[:, 1]
    shown = np.vstack([main, beside[(lon > west) & (lon < east) & (lat > south - 4) & (lat < north + 6)]])
    share = width / 1080
    pad = (16.0, 26.0, 16.0, 22.0) if is_narrow else (26.0, 56.0, 140.0 * share, 48.0)
    return view_of(shown[:, 0].tolist(), shown[:, 1].tolist(), width, pad=pad, least=240 if is_narrow else 480 * share,
                   most=340 if is_narrow else 640)  # fmt: skip


# ── places and names ────────────────────────────────────────────────────────────────────────────────


def _marks(atlas: _Atlas, *, is_narrow: bool) -> list[Mark]:
    """Return the places to mark: both ends, then what the main ways pass, then the ports of the corridor's others."""
    marks = {atlas.origin: Mark(atlas.origin, "end", (atlas.names[atlas.origin],), 0, is_needed=True)}
    for trip in atlas.trips:
        ends = (trip.name, days(trip.main.hours))
        marks[trip.destination] = Mark(trip.destination, "end", ends, 0, is_needed=True)
    for trip in atlas.trips:
        for way in trip.ways:
            is_main = way is trip.main
            for node_ids, kind in _stops_of(way):
                if node_ids[0] in marks or not (is_main or (kind == "port" and not way.is_rival)):
                    continue
                silent = is_narrow and (kind != "port" or not is_main)
                words = () if silent else ("–".join(dict.fromkeys(atlas.names[node] for node in node_ids)),)
                rank = (2 if is_main else 6) - (kind == "port")
                marks[node_ids[0]] = Mark(node_ids[0], kind, words, rank)
                for node in node_ids[1:]:
                    marks.setdefault(node, Mark(node, kind, (), rank))
    return list(marks.values())


def _stops_of(way: Way) -> list[tuple[tuple[str, ...], str]]:
    """Return what a way passes: ports, gauge yards, and borders with the posts of both sides together."""
    kinds = {"border": "border", "gauge_change": "gauge"}
    stages = way.stages
    rows = zip(stages["kind"], stages["from_node_id"], stages["to_node_id"], strict=True)
    found: dict[str, str] = {}
    for kind, start, end in rows:
        if kind == "service":
            found[start] = found[end] = "port"
        elif kind in kinds and found.get(start) != "border":
            found[start] = kinds[kind]
    stops: list[tuple[tuple[str, ...], str]] = []
    for node_id, kind in found.items():
        if stops and kind == "border" == stops[-1][1] and len(stops[-1][0]) == 1:
            stops[-1] = ((*stops[-1][0], node_id), kind)
        else:
            stops.append(((node_id,), kind))
    return stops


def _names_of_others(atlas: _Atlas, sheet: Sheet, corner: Sequence[Box]) -> list[Mark]:
    """Return a name for each rival, where its line is drawn farthest from the other lines."""
    rivals = {way.name for trip in atlas.trips for way in trip.ways if way.is_rival}
    named: list[Mark] = []
    for name in sorted(rivals):
        own = [route for route in atlas.routes if route.name == name]
        rest = np.array(sampled([r for r in atlas.routes if r.name != name], sheet, 12.0) or [(0.0, 0.0)])
        spots = [spot for spot in sampled(own, sheet, 12.0) if sheet.holds(spot, 24.0) and not _hidden(spot, corner)]
        if not spots:
            continue
        there = np.array(spots)
        apart = np.hypot(there[:, None, 0] - rest[None, :, 0], there[:, None, 1] - rest[None, :, 1]).min(axis=1)
        if apart.max() > 14:
            named.append(Mark("", "route", (name,), 3, spot=spots[int(apart.argmax())]))
    return named


def _hidden(spot: tuple[float, float], corner: Sequence[Box]) -> bool:
    return any(box[0] <= spot[0] <= box[2] and box[1] <= spot[1] <= box[3] for box in corner)


# ── the sea enlarged ────────────────────────────────────────────────────────────────────────────────


def _around_the_sea(atlas: _Atlas) -> list[str]:
    """Return what the main ways pass around the first sailing; nothing where there is none."""
    stages = atlas.trips[0].main.stages
    sailings = stages[stages["kind"] == "service"]
    if not len(sailings):
        return []
    ends = np.array([atlas.places[sailings.iloc[0][side]] for side in ("from_node_id", "to_node_id")])
    middle = ends.mean(axis=0)
    passed = {node for trip in atlas.trips for way in trip.ways for nodes, kind in _stops_of(way) for node in nodes
              if way is trip.main or (kind == "port" and not way.is_rival)}  # fmt: skip
    passed |= {trip.destination for trip in atlas.trips}
    found = sorted(passed)
    where = np.array([atlas.places[node] for node in found])
    apart = great_circle_km(where[:, 0], where[:, 1], middle[0], middle[1])
    return [node for node, away in zip(found, apart.tolist(), strict=True) if away < _NEAR_KM]


def _sea_view(atlas: _Atlas, near: Sequence[str], width: float, least: float, most: float) -> View:
    where = np.array([atlas.places[node] for node in near])
    return view_of(where[:, 0].tolist(), where[:, 1].tolist(), width, pad=(34, 62, 30, 52), least=least, most=most)


def _sea_layers(atlas: _Atlas, sheet: Sheet, size: float) -> tuple[list[Markup], set[str]]:
    """Return what is drawn of the sea, and the places that are named there."""
    marks = _marks(atlas, is_narrow=False)
    lines = sampled(atlas.main, sheet)
    lane, box = _lane_words(atlas, sheet)
    placed = place_labels(marks, sheet, size, avoid=lines, taken=box)
    names = area_names(sheet.view, 9.5, [*(one.box for one in placed), *box], sampled(atlas.routes, sheet))
    inside = {mark.node_id for mark in marks if not mark.spot and sheet.holds(sheet.pixel(mark.node_id))}
    layers = [
        map_layers(sheet.view, coarse=0.8), names, draw_routes(atlas.routes, sheet, weight=3.0),
        draw_marks(marks, sheet, 3.4), draw_labels(placed), *lane,
    ]  # fmt: skip
    return layers, inside


def _lane_words(atlas: _Atlas, sheet: Sheet) -> tuple[list[Markup], list[Box]]:
    """Return the hours of the first sailing of the first main way beside it, and the box they fill."""
    stages = atlas.trips[0].main.stages
    row = stages[stages["kind"] == "service"].iloc[0]
    (x_1, y_1), (x_2, y_2) = sheet.pixel(row["from_node_id"]), sheet.pixel(row["to_node_id"])
    words = [f"sailing {hours(float(row['hours_moving']))}", f"waiting {hours(float(row['hours_waiting']))}"]
    style: dict[str, Any] = {
        "fill": palette.mode_colour("sea"), "font_size": "11", "font_weight": "600", "stroke": palette.SEA,
        "stroke_width": "3", "paint_order": "stroke",
    }  # fmt: skip
    x, y = (x_1 + x_2) / 2 + 9, (y_1 + y_2) / 2 + (10 if (x_2 - x_1) * (y_2 - y_1) < 0 else -8)
    lines = [text(x, y + 13 * number, word, anchor="start", **style) for number, word in enumerate(words)]
    return lines, [(x - 2, y - 12, x + 82, y + 17)]


@dataclass(frozen=True)
class _Inset:
    """The enlarged part: its drawing, its box on the map, and the places named in it."""

    markup: Markup
    box: Box
    named: frozenset[str]

    def names(self, mark: Mark) -> bool:
        """Return whether a place is named in it already (ends are named on the map too)."""
        return mark.node_id in self.named and mark.kind != "end"


def _inset(atlas: _Atlas, sheet: Sheet) -> _Inset | None:
    """Return the sea enlarged in the corner where it hides least; nothing where there is no room."""
    near = _around_the_sea(atlas)
    if not near:
        return None
    share = min(sheet.view.width / 1080, 1.0)
    wide, tall = (size * share**0.6 for size in _INSET)
    sea = Sheet(_sea_view(atlas, near, wide, tall * 0.8, tall), atlas.places)
    if sea.view.km_per_px * _LEAST_ENLARGED > sheet.view.km_per_px:
        return None
    drawn = np.array(sampled(atlas.routes, sheet, 10.0))
    wide, tall = sea.view.width, sea.view.height
    corners = [
        (x, y) for y in (sheet.view.height - tall - 10, 10.0)
        for x in np.arange(sheet.view.width - wide - 10, 9.0, -20.0).tolist()
    ]  # fmt: skip
    free = [
        (x, y) for x, y in corners
        if not ((drawn[:, 0] > x - 14) & (drawn[:, 0] < x + wide + 14) & (drawn[:, 1] > y - 14)
                & (drawn[:, 1] < y + tall + 14)).any()
    ]  # fmt: skip
    if not free:
        return None
    x, y = free[0]
    layers, named = _sea_layers(atlas, sea, 11.5)
    inner = el(
        "svg", layers, x=x, y=y, width=wide, height=tall, viewBox=f"0 0 {wide:.0f} {tall:.0f}", overflow="hidden"
    )
    frame = el("rect", x=x, y=y, width=wide, height=tall, fill="none", stroke=palette.INK, stroke_width="1")
    return _Inset(el("g", _window(sea.view, sheet.view), inner, frame), (x - 4, y - 4, x + wide + 4, y + tall + 4),
                  frozenset(named))  # fmt: skip


def _window(inner: View, outer: View) -> Markup:
    """Return the outline on the map of what is enlarged."""
    lean = np.linspace(0.0, 1.0, 9)
    edge = [*((u, 0.0) for u in lean), *((1.0, v) for v in lean), *((1 - u, 1.0) for u in lean),
            *((0.0, 1 - v) for v in lean)]  # fmt: skip
    points = []
    for across, down in edge:
        east = inner.left_km + across * inner.width * inner.km_per_px
        north = inner.top_km - down * inner.height * inner.km_per_px
        lon, lat = inner.projection.back(east, north)
        x, y = outer.at(lon, lat)
        points.append((float(x), float(y)))
    return el("path", d=polyline(points, closed=True), fill="none", stroke=palette.INK, stroke_width="0.8",
              stroke_opacity="0.55")  # fmt: skip
