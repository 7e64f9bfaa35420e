"""Small readers and converters shared by the builders."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

#: Source of rows that rest on our own reasoning, said in their note.
ESTIMATE = "EST"
#: Source of rows recalled from general knowledge and not checked against a document.
RECALL = "MEM"

_KEY = re.compile(r"\[([A-Za-z0-9_.:+\-]+)\]")
_EARTH_RADIUS_KM = 6371.0088


def read(facts: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of one facts file."""
    with (facts / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def source_of(text: str, default: str = ESTIMATE) -> str:
    """Return the first source key in square brackets, e.g. ``CP22KZ`` in ``[CP22KZ] ADB/CAREC …``."""
    found = _KEY.search(text)
    return found.group(1) if found else default


def plain(text: str) -> str:
    """Return a note without its source references (they stand in ``source_id``)."""
    text = re.sub(r"\s*\[[A-Za-z0-9_.:+\-]+\][^|]*\|?", " ", text)
    return re.sub(r"\s+", " ", text).strip(" .|")


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two (lon, lat) points in degrees."""
    (lon_a, lat_a), (lon_b, lat_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def country_of(node_id: str) -> str:
    """Return the country code that starts every node id."""
    return node_id[:2]
