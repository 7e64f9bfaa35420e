"""What a network and a result show of themselves in a notebook."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.drawing.basemap import map_layers
from kervan.drawing.geo import view_of
from kervan.drawing.maps import (
    Mark,
    RouteLine,
    Sheet,
    draw_labels,
    draw_links,
    draw_marks,
    draw_routes,
    place_labels,
    places_of,
    sampled,
    short_name,
)
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
_NAMES_SHOWN: Final = 40
_MANY: Final = 20
_FACE: Final = "font-family:Helvetica,Arial,sans-serif"
#: Columns for programs, as long as a page is wide.
_LEFT_OUT: Final = ("link_ids", "source_ids")


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
            style=f"{_FACE};max-width:720px",
        )
    )


def _network_map(title: str, tables: Mapping[str, pd.DataFrame]) -> Markup:
    nodes, links = tables["nodes"], tables["links"]
    if not len(nodes):
        return Markup("")
    ends = {*links["from_node_id"], *links["to_node_id"]}
    used = nodes[nodes["node_id"].isin(ends)] if ends else nodes
    framed = used[_is_near(used["lon_deg"]) & _is_near(used["lat_deg"])] if len(used) >= _MANY else used
    view = view_of(framed["lon_deg"].tolist(), framed["lat_deg"].tolist(), _WIDTH, pad=(14, 14, 14, 14), most=460)
    x, y = view.at(used["lon_deg"].to_numpy(), used["lat_deg"].to_numpy())
    dots = [el("circle", cx=float(a), cy=float(b), r="1.6", fill="#1c1b19") for a, b in zip(x, y, strict=True)]
    sheet = Sheet(view, places_of(nodes))
    names = place_labels(_busiest(used, links), sheet, 10.5, avoid=list(zip(x.tolist(), y.tolist(), strict=True)))
    desc = f"{len(nodes)} places and {len(links)} links in the colour of their mode"
    key = f"kervan-map-{zlib.crc32(repr((title, len(nodes), len(links))).encode())}"
    return drawing(
        key,
        view.width,
        view.height,
        title,
        desc,
        map_layers(view),
        draw_links(links, sheet),
        dots,
        draw_labels(names),
    )


def _is_near(degrees: pd.Series) -> pd.Series:
    """Return which places lie inside Tukey's outer fence; a cape far away would shrink all the rest."""
    low, high = degrees.quantile([0.25, 0.75])
    return degrees.between(low - 3 * (high - low), high + 3 * (high - low))


def _busiest(nodes: pd.DataFrame, links: pd.DataFrame) -> list[Mark]:
    """Return the places with most links as marks to be named; the map has room for some of them."""
    counts = links["from_node_id"].value_counts().add(links["to_node_id"].value_counts(), fill_value=0)
    ends = nodes[nodes["kind"].isin(["city", "port"])] if nodes["kind"].isin(["city", "port"]).any() else nodes
    weight = ends["node_id"].map(counts).fillna(0)
    shown = ends.assign(weight=weight).sort_values(["weight", "node_id"], ascending=[False, True]).head(_NAMES_SHOWN)
    return [
        Mark(node_id, "place", (short_name(name),), rank)
        for rank, (node_id, name) in enumerate(zip(shown["node_id"], shown["name"], strict=True))
    ]


def _mode_words(links: pd.DataFrame) -> list[Markup]:
    lengths = links.groupby("mode")["length_km"].sum().sort_values(ascending=False)
    return [
        el("span", f"{mode_name(mode)} {plain(length)} km ", style=f"color:{mode_colour(mode)};margin-right:1em")
        for mode, length in zip(map(str, lengths.index), lengths, strict=True)
    ]


def result_html(
    provenance: Provenance,
    spec: Mapping[str, Table],
    tables: Mapping[str, pd.DataFrame],
    places: Mapping[str, pd.DataFrame] | None = None,
) -> str:
    """Return a map of the itineraries of a result, the first rows of its tables, and what it is the result of.

    Parameters
    ----------
    provenance
        What ran, on what.
    spec
        Declaration of the tables.
    tables
        The tables.
    places
        Tables ``nodes`` and ``links`` to draw the map from; without them there is none.
    """
    under = f", scenario {provenance.scenario}" if provenance.scenario else ""
    line = (
        f"{provenance.engine} on {provenance.package} {provenance.package_version} ({provenance.year}{under}), "
        f"Kervan {provenance.kervan_version}, {provenance.wall_time_s:.2f} s"
    )
    params = ", ".join(f"{name}={value}" for name, value in provenance.params.items() if value not in (None, "", ()))
    drawn = _route_map(line, tables["stages"], places) if places and len(tables.get("stages", ())) else ""
    parts = [_table_html(name, frame, spec.get(name), is_open=not n) for n, (name, frame) in enumerate(tables.items())]
    return str(el("div", el("strong", line), el("div", params), el("div", drawn), parts, class_="kervan-result",
                  style=f"{_FACE};max-width:100%"))  # fmt: skip


def _route_map(title: str, stages: pd.DataFrame, places: Mapping[str, pd.DataFrame]) -> Markup:
    """Return the map of the itineraries, the first one strong, its ends, ports, borders and gauge yards named."""
    nodes, links = places["nodes"], places["links"]
    ends = dict(zip(links["link_id"], zip(links["from_node_id"], links["to_node_id"], strict=True), strict=True))
    routes = [_line_of(part, ends, is_main=not n) for n, (_, part) in enumerate(stages.groupby("itinerary"))]
    where = places_of(nodes)
    passed = sorted({node_id for route in routes for node_id in route.node_ids})
    view = view_of([where[one][0] for one in passed], [where[one][1] for one in passed], _WIDTH,
                   pad=(24, 40, 60, 30), most=460)  # fmt: skip
    sheet = Sheet(view, where)
    names = {node_id: short_name(name) for node_id, name in zip(nodes["node_id"], nodes["name"], strict=True)}
    marks = _stops(stages[stages["itinerary"] == stages["itinerary"].iloc[0]], names)
    labels = place_labels(marks, sheet, 11, avoid=sampled(routes[:1], sheet))
    key = f"kervan-routes-{zlib.crc32(repr((title, passed)).encode())}"
    desc = f"{len(routes)} itineraries in the colours of their modes, the first one strong"
    return drawing(key, view.width, view.height, title, desc, map_layers(view), draw_routes(routes, sheet),
                   draw_marks(marks, sheet, 3.2), draw_labels(labels))  # fmt: skip


def _line_of(stages: pd.DataFrame, ends: Mapping[str, tuple[str, str]], *, is_main: bool) -> RouteLine:
    """Return the line of an itinerary through every place of its links."""
    node_ids, modes = [str(stages["from_node_id"].iloc[0])], []
    for link_ids, mode in zip(stages["link_ids"], stages["mode"], strict=True):
        for link_id in filter(None, link_ids.split(";")):
            one, two = ends[link_id]
            node_ids.append(two if node_ids[-1] == one else one)
            modes.append(mode)
    return RouteLine(tuple(node_ids), tuple(modes), is_main=is_main)


def _stops(stages: pd.DataFrame, names: Mapping[str, str]) -> list[Mark]:
    start, end = str(stages["from_node_id"].iloc[0]), str(stages["to_node_id"].iloc[-1])
    marks = {one: Mark(one, "end", (names[one],), 0, is_needed=True) for one in (start, end)}
    signs = {"border": "border", "gauge_change": "gauge", "port": "port"}
    for row in stages[stages["kind"].isin(list(signs))].to_dict("records"):
        place = str(row["from_node_id"])
        marks.setdefault(place, Mark(place, signs[row["kind"]], (names[place],), 2))
    return list(marks.values())


def _table_html(name: str, frame: pd.DataFrame, spec: Table | None, *, is_open: bool) -> Markup:
    units = {column.name: (column.unit, column.doc) for column in spec.columns} if spec else {}
    shown = frame.drop(columns=[column for column in _LEFT_OUT if column in frame.columns])
    head = [
        el("th", column, el("br"), el("small", units.get(column, ("", ""))[0]), scope="col",
           title=units.get(column, ("", ""))[1] or None)
        for column in map(str, shown.columns)
    ]  # fmt: skip
    body = [
        el("tr", [_cell(value) for value in row]) for row in shown.head(_ROWS_SHOWN).itertuples(index=False, name=None)
    ]
    more = f"{name}: {len(frame):,} rows" + (f", the first {_ROWS_SHOWN} shown" if len(frame) > _ROWS_SHOWN else "")
    table = el("table", el("thead", el("tr", head)), el("tbody", body), style="font-size:12px;white-space:nowrap")
    return el("details", el("summary", more), el("div", table, style="overflow-x:auto"),
              open="open" if is_open else None)  # fmt: skip


def _cell(value: Any) -> Markup:
    if isinstance(value, float | np.floating):
        return el("td", plain(float(value), 4), style="text-align:right")
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return el("td", f"{value:,}", style="text-align:right")
    return el("td", str(value)[:200])
