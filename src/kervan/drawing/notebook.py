"""What a network and a result show of themselves in a notebook."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.drawing.basemap import map_layers
from kervan.drawing.geo import view_of
from kervan.drawing.maps import Sheet, draw_links, places_of
from kervan.drawing.numbers import plain
from kervan.drawing.palette import mode_colour, mode_name
from kervan.drawing.svg import Markup, drawing, el

if TYPE_CHECKING:
    import pandas as pd

    from kervan.result import Provenance
    from kervan.schema import Table

__all__ = ["network_html", "result_html"]

_ROWS_SHOWN: Final = 10
_WIDTH: Final = 720.0


def network_html(title: str, year: int, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return a map of a network and the number of rows of its tables.

    Parameters
    ----------
    title
        Of the package.
    year
        The year the network stands for.
    tables
        Its tables.
    """
    counts = ", ".join(f"{len(frame):,} {name}" for name, frame in tables.items() if len(frame))
    rows = [el("tr", el("td", name), el("td", f"{len(frame):,}", style="text-align:right"))
            for name, frame in tables.items()]  # fmt: skip
    return str(
        el(
            "div",
            el("strong", title),
            f", {year}",
            el("div", _network_map(title, tables)),
            el("div", _mode_words(tables["links"])),
            el("details", el("summary", counts), el("table", el("tbody", rows))),
            class_="kervan-network",
            style="font-family:Helvetica,Arial,sans-serif;max-width:720px",
        )
    )


def _network_map(title: str, tables: Mapping[str, pd.DataFrame]) -> Markup:
    nodes, links = tables["nodes"], tables["links"]
    if not len(nodes):
        return Markup("")
    ends = {*links["from_node_id"], *links["to_node_id"]}
    used = nodes[nodes["node_id"].isin(ends)] if ends else nodes
    view = view_of(used["lon_deg"].tolist(), used["lat_deg"].tolist(), _WIDTH, pad=(14, 14, 14, 14), most=460)
    x, y = view.at(used["lon_deg"].to_numpy(), used["lat_deg"].to_numpy())
    dots = [el("circle", cx=float(a), cy=float(b), r="1.6", fill="#1c1b19") for a, b in zip(x, y, strict=True)]
    desc = f"{len(nodes)} places and {len(links)} links in the colour of their mode"
    key = f"kervan-map-{zlib.crc32(repr((title, len(nodes), len(links))).encode())}"
    return drawing(
        key,
        view.width,
        view.height,
        title,
        desc,
        map_layers(view),
        draw_links(links, Sheet(view, places_of(nodes))),
        dots,
    )


def _mode_words(links: pd.DataFrame) -> list[Markup]:
    lengths = links.groupby("mode")["length_km"].sum().sort_values(ascending=False)
    return [
        el("span", f"{mode_name(mode)} {plain(length)} km ", style=f"color:{mode_colour(mode)};margin-right:1em")
        for mode, length in zip(map(str, lengths.index), lengths, strict=True)
    ]


def result_html(provenance: Provenance, spec: Mapping[str, Table], tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the first rows of every table of a result with their units, and what it is the result of.

    Parameters
    ----------
    provenance
        What ran, on what.
    spec
        Declaration of the tables.
    tables
        The tables.
    """
    under = f", scenario {provenance.scenario}" if provenance.scenario else ""
    line = (
        f"{provenance.engine} on {provenance.package} {provenance.package_version} ({provenance.year}{under}), "
        f"Kervan {provenance.kervan_version}, {provenance.wall_time_s:.2f} s"
    )
    params = ", ".join(f"{name}={value}" for name, value in provenance.params.items() if value not in (None, "", ()))
    parts = [_table_html(name, frame, spec.get(name)) for name, frame in tables.items()]
    return str(el("div", el("strong", line), el("div", params), parts, class_="kervan-result"))


def _table_html(name: str, frame: pd.DataFrame, spec: Table | None) -> Markup:
    units = {column.name: (column.unit, column.doc) for column in spec.columns} if spec else {}
    head = [
        el("th", column, el("br"), el("small", units.get(column, ("", ""))[0]), scope="col",
           title=units.get(column, ("", ""))[1] or None)
        for column in map(str, frame.columns)
    ]  # fmt: skip
    body = [
        el("tr", [_cell(value) for value in row]) for row in frame.head(_ROWS_SHOWN).itertuples(index=False, name=None)
    ]
    more = f"{name}: {len(frame):,} rows" + (f", the first {_ROWS_SHOWN} shown" if len(frame) > _ROWS_SHOWN else "")
    return el("details", el("summary", more), el("table", el("thead", el("tr", head)), el("tbody", body)), open="open")


def _cell(value: Any) -> Markup:
    if isinstance(value, float | np.floating):
        return el("td", plain(float(value), 4), style="text-align:right")
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return el("td", f"{value:,}", style="text-align:right")
    return el("td", str(value)[:200])
