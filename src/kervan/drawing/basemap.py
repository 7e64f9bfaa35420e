"""Land, water and borders of the basemap inside a view, and the names written on them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.drawing import palette
from kervan.drawing.countries import PLACES, WATERS
from kervan.drawing.geo import View, clip_line, clip_ring, great_circle_km, thinned
from kervan.drawing.svg import Markup, el, polyline, text, text_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Box", "area_names", "basemap", "map_layers", "sea_way"]

Box = tuple[float, float, float, float]

_MARGIN: Final = 12.0
_FAR_OVERLAND: Final = 0.35
_FAR_KM: Final = 1_000.0
#: Bows that are tried in this order, by how far the middle lies beside the straight line, as a share of its length.
_BENDS: Final = (0.0, 0.08, -0.08, 0.16, -0.16, 0.24, -0.24)
#: Where a name may move to when its place is taken, in multiples of its size: a little; and far, in a large country.
_SHIFTS: Final = ((0, 0), (0, -1.3), (0, 1.3), (-2, 0), (2, 0))
_FAR_SHIFTS: Final = (*_SHIFTS, (0, -3), (0, 3), (-6, 0), (6, 0), (-5, 2), (5, 2), (-5, -2), (5, -2), (0, 5), (-9, 4))
_LARGE: Final = frozenset({"CN", "IN", "IR", "KZ", "MN", "RU", "TR", "UA"})


@cache
def basemap() -> dict[str, Any]:
    """Return the basemap cut from Natural Earth, or one without shapes where there is none."""
    path = files("kervan").joinpath("report", "basemap.json")
    empty: dict[str, Any] = {"land": [], "lakes": [], "rivers": [], "borders": [], "borders_disputed": []}
    return {**empty, **json.loads(path.read_text(encoding="utf-8"))} if path.is_file() else empty


def map_layers(view: View, *, coarse: float = 0.7) -> Markup:
    """Return sea, land, lakes, rivers and borders inside a view.

    Parameters
    ----------
    view
        What is shown.
    coarse
        Points nearer than that (in pixels) are left out.
    """
    shapes, box = basemap(), (-_MARGIN, -_MARGIN, view.width + _MARGIN, view.height + _MARGIN)
    land = _filled(shapes["land"], view, box, coarse)
    lakes = _filled(shapes["lakes"], view, box, coarse)
    stroke: dict[str, Any] = {"fill": "none", "stroke_linejoin": "round"}
    return el(
        "g",
        el("rect", width=view.width, height=view.height, fill=palette.SEA if land else palette.LAND),
        el("path", d=land, fill=palette.LAND, stroke=palette.COAST, stroke_width="0.7", fill_rule="evenodd"),
        el("path", d=_lines(shapes["rivers"], view, box, coarse), stroke=palette.RIVER, stroke_width="0.8", **stroke),
        el("path", d=lakes, fill=palette.SEA, stroke=palette.COAST, stroke_width="0.5", fill_rule="evenodd"),
        el("path", d=_lines(shapes["borders"], view, box, coarse), stroke=palette.BORDER, stroke_width="0.8", **stroke),
        el("path", d=_lines(shapes["borders_disputed"], view, box, coarse), stroke=palette.BORDER, stroke_width="0.8",
           stroke_dasharray="3 2.5", **stroke),
        aria_hidden="true",
    )  # fmt: skip


def area_names(view: View, size: float, taken: Sequence[Box], marks: Sequence[tuple[float, float]] = ()) -> Markup:
    """Return the names of countries and waters where nothing is written or drawn already.

    Parameters
    ----------
    view
        What is shown.
    size
        Of the letters in pixels.
    taken
        Boxes that are written on.
    marks
        Points that are drawn on.
    """
    if not basemap()["land"]:
        return Markup("")
    out: list[Markup] = []
    boxes = list(taken)
    spots = np.array(marks or [(-1e9, -1e9)], dtype=float)
    areas = [(name, lon, lat, False, code in _LARGE) for code, (name, lon, lat) in PLACES.items()]
    for name, lon, lat, is_water, is_large in [*((*water, True, True) for water in WATERS), *areas]:
        x, y = (float(value) for value in view.at(lon, lat))
        words = name if is_water else name.upper()
        width = text_width(words, size) + (0 if is_water else size * 0.06 * len(words))
        for right, down in _FAR_SHIFTS if is_large else _SHIFTS:
            at_x, at_y = x + right * size, y + down * size
            box = (at_x - width / 2, at_y - size * 0.9, at_x + width / 2, at_y + size * 0.35)
            if _is_free(box, boxes, spots, view):
                boxes.append(box)
                out.append(_area_name(at_x, at_y, words, size, is_water=is_water))
                break
    return el("g", out, aria_hidden="true")


def _area_name(x: float, y: float, words: str, size: float, *, is_water: bool) -> Markup:
    style: dict[str, Any] = {"fill": "#557488", "font_style": "italic"} if is_water else {"fill": "#77726a"}
    return text(x, y, words, anchor="middle", font_size=f"{size:.3g}",
                letter_spacing=None if is_water else f"{size * 0.04:.2g}", **style)  # fmt: skip


def _is_free(box: Box, boxes: Sequence[Box], spots: NDArray[np.float64], view: View) -> bool:
    left, top, right, bottom = box
    if left < 4 or right > view.width - 4 or top < 4 or bottom > view.height - 4:
        return False
    if any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in boxes):
        return False
    x, y = spots[:, 0], spots[:, 1]
    return not bool(((x > left - 3) & (x < right + 3) & (y > top - 2) & (y < bottom + 2)).any())


def _filled(polygons: Iterable[Any], view: View, box: Box, coarse: float) -> str:
    parts = []
    for polygon in polygons:
        for ring in polygon:
            points = view.points(ring)
            low, high = points.min(axis=0), points.max(axis=0)
            if low[0] > box[2] or high[0] < box[0] or low[1] > box[3] or high[1] < box[1]:
                continue
            points = thinned(clip_ring(points, box), coarse)
            if len(points) > 3:
                parts.append(polyline(points.tolist(), closed=True))
    return "".join(parts)


def _lines(lines: Iterable[Any], view: View, box: Box, coarse: float) -> str:
    pieces = (piece for line in lines for piece in clip_line(thinned(view.points(line), coarse), box))
    return "".join(polyline(piece.tolist()) for piece in pieces)


@cache
def sea_way(start: tuple[float, float], end: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Return the points (longitude, latitude) by which a sea lane is drawn; none if it goes by another sea.

    Straight where it can be, else round the coast in the flattest of a few bows. A lane that runs over land however it
    is bent is better left out than drawn across a continent.
    """
    if great_circle_km(*start, *end) <= _FAR_KM:
        return start, end
    bows = [_bowed(start, end, bend) for bend in _BENDS]
    ways = [bow for bow in bows if _on_land_frac(bow) <= _FAR_OVERLAND]
    return ways[0] if ways else ()


def _bowed(start: tuple[float, float], end: tuple[float, float], bend: float) -> tuple[tuple[float, float], ...]:
    """Return points of a bow whose middle lies beside the straight line by a share of its length."""
    if not bend:
        return start, end
    share = np.linspace(0.0, 1.0, 17)
    side = 4 * bend * share * (1 - share)
    along = np.subtract(end, start)
    points = np.array(start) + np.outer(share, along) + np.outer(side, (-along[1], along[0]))
    return tuple((float(lon), float(lat)) for lon, lat in points)


def _on_land_frac(way: tuple[tuple[float, float], ...]) -> float:
    share, known = np.linspace(0.05, 0.95, 25), np.linspace(0.0, 1.0, len(way))
    lon, lat = (np.interp(share, known, [point[axis] for point in way]) for axis in (0, 1))
    inside = np.zeros(len(share), dtype=bool)
    for polygon in basemap()["land"]:
        for ring in polygon:
            inside ^= _within(np.asarray(ring, dtype=float), lon, lat)
    return float(inside.mean())


def _within(ring: NDArray[Any], lon: NDArray[Any], lat: NDArray[Any]) -> NDArray[np.bool_]:
    x_1, y_1, x_2, y_2 = ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1]
    if lon.max() < x_1.min() or lon.min() > x_1.max() or lat.max() < y_1.min() or lat.min() > y_1.max():
        return np.zeros(len(lon), dtype=bool)
    spans = (y_1 > lat[:, None]) != (y_2 > lat[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        cut = x_1 + (lat[:, None] - y_1) / (y_2 - y_1) * (x_2 - x_1)
    crossings = (spans & (lon[:, None] < cut)).sum(axis=1)
    return np.asarray(crossings % 2 == 1, dtype=bool)
