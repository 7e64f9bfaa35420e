"""From longitude and latitude to the paper: a conformal conic, a view fitted to the things shown, clipped shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Projection", "View", "clip_line", "clip_ring", "great_circle_km", "projection_for", "thinned", "view_of"]

_EARTH_KM: Final = 6371.0
_LEAST_CONE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Projection:
    """Lambert's conformal conic on the sphere; a plain cylinder where the cone would be too flat or too wide.

    Parameters
    ----------
    lon_deg, lat_deg
        The middle of what is shown.
    low_deg, high_deg
        The two parallels kept true.
    is_conic
        False for things near the equator or around the globe.
    """

    lon_deg: float
    lat_deg: float
    low_deg: float
    high_deg: float
    is_conic: bool = True

    def forward(self, lon_deg: Any, lat_deg: Any) -> tuple[Floats, Floats]:
        """Return kilometres east and north of the middle."""
        lon = np.radians(np.asarray(lon_deg, dtype=float) - self.lon_deg)
        lat = np.radians(np.clip(np.asarray(lat_deg, dtype=float), -85.0, 85.0))
        middle = np.radians(self.lat_deg)
        if not self.is_conic:
            return _EARTH_KM * lon * np.cos(middle), _EARTH_KM * (lat - middle)
        bend, size, radius_0 = self._cone
        radius = size / _tan(lat) ** bend
        return _EARTH_KM * radius * np.sin(bend * lon), _EARTH_KM * (radius_0 - radius * np.cos(bend * lon))

    def back(self, east_km: float, north_km: float) -> tuple[float, float]:
        """Return longitude and latitude of kilometres east and north of the middle."""
        middle = np.radians(self.lat_deg)
        if not self.is_conic:
            lon, lat = east_km / _EARTH_KM / np.cos(middle), north_km / _EARTH_KM + middle
        else:
            bend, size, radius_0 = self._cone
            across, along = east_km / _EARTH_KM, radius_0 - north_km / _EARTH_KM
            radius = np.sign(bend) * np.hypot(across, along)
            lon = np.arctan2(np.sign(bend) * across, np.sign(bend) * along) / bend
            lat = 2 * np.arctan((size / radius) ** (1 / bend)) - np.pi / 2
        return float(np.degrees(lon)) + self.lon_deg, float(np.degrees(lat))

    @property
    def _cone(self) -> tuple[float, float, float]:
        """How the cone bends, its size, and the radius of the middle parallel."""
        low, high = np.radians(self.low_deg), np.radians(self.high_deg)
        bend = float(np.log(np.cos(low) / np.cos(high)) / np.log(_tan(high) / _tan(low)))
        size = float(np.cos(low) * _tan(low) ** bend / bend)
        return bend, size, float(size / _tan(np.radians(self.lat_deg)) ** bend)


def _tan(lat: Any) -> Any:
    return np.tan(np.pi / 4 + lat / 2)


def projection_for(lon_deg: Iterable[float], lat_deg: Iterable[float]) -> Projection:
    """Return the projection that suits these points."""
    lon, lat = np.asarray(list(lon_deg), dtype=float), np.asarray(list(lat_deg), dtype=float)
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    middle, reach = float(south + north) / 2, max(float(north - south) / 3, 1.0)
    low, high = middle - reach, middle + reach
    bent = abs(np.sin(np.radians((low + high) / 2)))
    conic = bool(bent > _LEAST_CONE and low * high > 0 and east - west < 170 and max(abs(low), abs(high)) < 80)
    return Projection(float((west + east) / 2), middle, low, high, conic)


@dataclass(frozen=True, slots=True)
class View:
    """A window of the projected map, in pixels with y downwards.

    Parameters
    ----------
    projection
        How the globe lies flat.
    km_per_px
        Scale.
    left_km, top_km
        Kilometres east and north of the middle at the top left corner.
    width, height
        In pixels.
    """

    projection: Projection
    km_per_px: float
    left_km: float
    top_km: float
    width: float
    height: float

    def at(self, lon_deg: Any, lat_deg: Any) -> tuple[Floats, Floats]:
        """Return pixels from the left and from the top."""
        east, north = self.projection.forward(lon_deg, lat_deg)
        return (east - self.left_km) / self.km_per_px, (self.top_km - north) / self.km_per_px

    def points(self, ring: Sequence[Sequence[float]]) -> Floats:
        """Return the pixels of a list of (longitude, latitude) as an array of rows (x, y)."""
        array = np.asarray(ring, dtype=float)
        return np.column_stack(self.at(array[:, 0], array[:, 1]))


def view_of(
    lon_deg: Sequence[float], lat_deg: Sequence[float], width: float, *,
    pad: tuple[float, float, float, float] = (40.0, 60.0, 40.0, 60.0), least: float = 160.0, most: float = 620.0,
) -> View:  # fmt: skip
    """Return the view of a width that holds these points with room around them.

    Parameters
    ----------
    lon_deg, lat_deg
        What must be inside.
    width
        Of the view in pixels.
    pad
        Room at the top, right, bottom and left in pixels.
    least, most
        Limits of the height.
    """
    projection = projection_for(lon_deg, lat_deg)
    east, north = projection.forward(lon_deg, lat_deg)
    top, right, bottom, left = pad
    across, along = float(np.ptp(east)), float(np.ptp(north))
    scale = max(across / (width - left - right), along / (most - top - bottom), 0.02)
    height = float(min(max(along / scale + top + bottom, least), most))
    middle_x, middle_y = float(east.min() + east.max()) / 2, float(north.min() + north.max()) / 2
    left_km = middle_x - scale * (width + left - right) / 2
    top_km = middle_y + scale * (height + top - bottom) / 2
    return View(projection, scale, left_km, top_km, float(width), round(height))


def thinned(points: Floats, least_px: float = 0.6) -> Floats:
    """Return a line without the points that lie nearer than that to the one kept before (ends stay)."""
    if len(points) < 3:
        return points
    kept = [0]
    last_x, last_y = points[0]
    for number in range(1, len(points) - 1):
        x, y = points[number]
        if abs(x - last_x) + abs(y - last_y) >= least_px:
            kept.append(number)
            last_x, last_y = x, y
    kept.append(len(points) - 1)
    return points[kept]


def clip_ring(points: Floats, box: tuple[float, float, float, float]) -> Floats:
    """Return the part of a filled ring inside a box (left, top, right, bottom), after Sutherland and Hodgman."""
    left, top, right, bottom = box
    for axis, bound, keep_above in ((0, left, True), (0, right, False), (1, top, True), (1, bottom, False)):
        if not len(points):
            break
        values = points[:, axis]
        inside = values >= bound if keep_above else values <= bound
        if inside.all():
            continue
        points = _clip_side(points, axis, bound, inside)
    return points


def _clip_side(points: Floats, axis: int, bound: float, inside: NDArray[np.bool_]) -> Floats:
    out: list[Floats] = []
    before, was_inside = points[-1], bool(inside[-1])
    for point, is_inside in zip(points, inside.tolist(), strict=True):
        if is_inside != was_inside:
            share = (bound - before[axis]) / (point[axis] - before[axis])
            out.append(before + share * (point - before))
        if is_inside:
            out.append(point)
        before, was_inside = point, is_inside
    return np.array(out) if out else np.empty((0, 2))


def clip_line(points: Floats, box: tuple[float, float, float, float]) -> list[Floats]:
    """Return the pieces of a line that touch a box; each keeps one point beyond the edge."""
    left, top, right, bottom = box
    x, y = points[:, 0], points[:, 1]
    inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    near = inside.copy()
    near[1:] |= inside[:-1]
    near[:-1] |= inside[1:]
    pieces: list[Floats] = []
    start: int | None = None
    for number, is_near in enumerate([*near.tolist(), False]):
        if is_near and start is None:
            start = number
        elif not is_near and start is not None:
            if number - start > 1:
                pieces.append(points[start:number])
            start = None
    return pieces


def great_circle_km(lon_1: Any, lat_1: Any, lon_2: Any, lat_2: Any) -> Floats:
    """Return the shortest distance over the sphere."""
    one, two = np.radians(lat_1), np.radians(lat_2)
    part = np.sin((two - one) / 2) ** 2
    part = part + np.cos(one) * np.cos(two) * np.sin(np.radians(np.asarray(lon_2) - np.asarray(lon_1)) / 2) ** 2
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(part, 0.0, 1.0))))
