"""GeoJSON out (RFC 7946): nodes as points and links as lines, for a map program."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kervan._files import new_file
from kervan.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from kervan.formats._package import Package

__all__ = ["feature_collection", "write"]


def write(package: Package, path: Path, *, overwrite: bool = False) -> None:
    """Write the links and nodes of a checked package as one FeatureCollection.

    Raises
    ------
    FormatError
        When the file is there or cannot be written.
    """
    content = feature_collection({name: table.frame for name, table in package.tables.items()})
    content |= {"name": package.meta.name, "title": package.meta.title, "attribution": package.meta.attribution}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    with new_file(path, overwrite=overwrite) as scratch:
        scratch.write_text(text + "\n", encoding="utf-8", newline="\n")


def feature_collection(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return links, then nodes, as one FeatureCollection; ``table`` in the properties tells them apart."""
    nodes, links = tables["nodes"], tables["links"]
    place = dict(zip(nodes["node_id"], zip(nodes["lon_deg"], nodes["lat_deg"], strict=True), strict=True))
    names = dict(zip(nodes["node_id"], nodes["name"], strict=True))
    features = []
    for row in _rows("links", links):
        start, end = place[row["from_node_id"]], place[row["to_node_id"]]
        named = {"from_name": names[row["from_node_id"]], "to_name": names[row["to_node_id"]]}
        features.append(_feature("links", row["link_id"], _line(start, end), {**row, **named}))
    for row in _rows("nodes", nodes):
        point = {"type": "Point", "coordinates": list(place[row["node_id"]])}
        features.append(_feature("nodes", row["node_id"], point, row))
    return {"type": "FeatureCollection", "features": features}


def _feature(table: str, key: str, geometry: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": f"{table}.{key}", "geometry": geometry, "properties": {"table": table, **row}}


def _rows(name: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [frame[column.name].tolist() for column in TABLES[name].columns]
    return [
        {
            column.name: None if isinstance(value, float) and math.isinf(value) else value
            for column, value in zip(TABLES[name].columns, values, strict=True)
        }
        for values in zip(*columns, strict=True)
    ]


def _line(start: tuple[float, float], end: tuple[float, float]) -> dict[str, Any]:
    """Return the line between two points the short way round, cut at the antimeridian (RFC 7946, 3.1.9)."""
    if abs(end[0] - start[0]) <= 180:
        return {"type": "LineString", "coordinates": [list(start), list(end)]}
    edge = 180.0 if start[0] > 0 else -180.0
    to_edge, beyond = abs(edge - start[0]), abs(-edge - end[0])
    share = to_edge / (to_edge + beyond) if to_edge + beyond else 0.5
    lat = start[1] + share * (end[1] - start[1])
    parts = [[list(start), [edge, lat]], [[-edge, lat], list(end)]]
    return {"type": "MultiLineString", "coordinates": parts}
