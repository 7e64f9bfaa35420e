"""Small helpers that the energy, data, demand, projects and observations modules share."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

Row = dict[str, Any]

#: Flags of the facts to the quality of a row; what is not here is a mistake.
QUALITY: dict[str, str] = {
    "L": "published",
    "R": "estimated",
    "E": "estimated",
    "source": "published",
    "observed": "observed",
    "measured": "observed",
    "derived": "estimated",
    "estimate": "estimated",
    "claim": "claimed",
    "reported": "claimed",
    "plan": "published",
    "planned": "published",
    "forecast": "published",
    "administrative": "published",
    "design": "published",
    "unverified": "estimated",
}

_KEY = re.compile(r"\[([A-Za-z0-9][A-Za-z0-9_.:+\-]{0,79})\]")


@lru_cache(maxsize=32)
def _read(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def read(facts: Path, name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one facts file, e.g. ``systems/energy.csv``."""
    return _read(facts / name)


def frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows of unlike columns as one table; a cell that a row does not give is blank."""
    whole = pd.DataFrame([dict(row) for row in rows]).astype(object)
    return whole.where(whole.notna() & (whole != ""), None)


def keys(text: str) -> list[str]:
    """Return the source keys that stand in square brackets in ``text``."""
    return _KEY.findall(text)


def source_id(text: str) -> str:
    """Return the first source key in ``text``."""
    found = keys(text)
    if not found:
        raise ValueError(f"no source key in {text!r}")
    return found[0]


def unlisted_sources(facts: Path, names: Iterable[str], column: str = "source") -> list[Row]:
    """Return sources that facts files cite as ``[KEY] publisher: title address`` but sources.csv does not list."""
    listed = {row["key"] for row in read(facts, "corridor/sources.csv")}
    rows: dict[str, Row] = {}
    for name in names:
        for row in read(facts, name):
            for key, text in re.findall(r"\[([A-Za-z0-9][^\]]*)\]([^|\[]*)", row[column]):
                if key not in listed and key not in rows:
                    url = re.search(r"https?://\S+", text)
                    words = text.replace(url.group(), "") if url else text
                    year = re.search(r"(?:19|20)\d\d", words)
                    rows[key] = {
                        "source_id": key, "publisher": words.strip(), "title": words.strip(),
                        "year": int(year.group()) if year else 0, "url": url.group() if url else "", "grade": "C",
                        "how_read": "excerpt cited by the facts",
                    }  # fmt: skip
    return list(rows.values())


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two (longitude, latitude) points."""
    (lon_a, lat_a), (lon_b, lat_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def split(total: float, parts: Sequence[float]) -> list[float]:
    """Return ``total`` divided in proportion to ``parts``."""
    whole = sum(parts)
    return [total * part / whole for part in parts]


def corridor_points(facts: Path) -> dict[str, tuple[float, float]]:
    """Return (longitude, latitude) of every node of the corridor facts."""
    return {row["id"]: (float(row["lon"]), float(row["lat"])) for row in read(facts, "corridor/nodes.csv")}


def numbers(text: str) -> list[float]:
    """Return the plain numbers in a printed value such as ``8,877 (2022); up to 9.5``."""
    return [float(part.replace(",", "")) for part in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]
