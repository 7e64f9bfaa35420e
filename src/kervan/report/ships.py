"""Ships in a simulated year: voyages and cycles of fleets, and waits for a departure, under each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kervan.drawing.maps import short_name
from kervan.drawing.numbers import percent
from kervan.drawing.svg import el
from kervan.engines.simulate.kept import MOST_QUEUES
from kervan.report.grid import Grid, Head
from kervan.report.places import Row, around, records

if TYPE_CHECKING:
    from kervan.network import Network
    from kervan.report.years import Year

__all__ = ["fleets_grid", "services_grid"]


def fleets_grid(years: Sequence[Year]) -> Grid | None:
    """Return voyages and cycles of the fleets, a scenario beside the other; None where there is no fleet."""
    tables = [{row["fleet_id"]: row for row in records(year.result["fleets"])} for year in years]
    if not tables[0]:
        return None
    names = {row["fleet_id"]: row["name"] for year in reversed(years) for row in records(year.net["fleets"])}
    heads, groups = [Head("Fleet", is_number=False)], [("", 1)]
    for number, year in enumerate(years):
        groups.append((year.title, 2 if number else 6))
        heads += [Head("Laden voyages", "a year"), Head("Out and back", "days")]
        if not number:
            heads += [
                Head("Vehicles"),
                Head("Load"),
                Head("For a berth", "of the time"),
                Head("Weather", "of the time"),
            ]
    rows = []
    for fleet_id in dict.fromkeys(name for table in tables for name in table):
        cells: list[Any] = [names.get(fleet_id, fleet_id)]
        base = tables[0].get(fleet_id)
        for number, table in enumerate(tables):
            cells += _fleet(table.get(fleet_id), base if number else None, is_first=not number)
        rows.append(cells)
    return Grid("Fleets: voyages and cycle, which come out of the simulation", heads, rows, groups=groups)


def _fleet(row: Row | None, base: Row | None, *, is_first: bool) -> list[Any]:
    if row is None:
        return ["–"] * (6 if is_first else 2)
    more = f"with {row['vehicles']} vehicles" if base and base["vehicles"] != row["vehicles"] else ""
    voyages = around(row["voyages_per_year"], row["voyages_half_width_per_year"])
    cells: list[Any] = [
        el("span", voyages, " ", el("small", more, class_="change")) if more else voyages,
        around(row["cycle_h"] / 24, row["cycle_half_width_h"] / 24),
    ]  # fmt: skip
    if is_first:
        cells += [f"{row['vehicles']:,}", *(percent(row[f"{name}_frac"]) for name in ("load", "anchor", "weather"))]
    return cells


def services_grid(years: Sequence[Year]) -> Grid | None:
    """Return the services of the fleets on which the waits for a departure are longest.

    Those of no fleet sail by the headway of the tables, so that their wait is no result.
    """
    table = years[0].result["services"]
    table = table[(table["mean_wait_h"] > 0) & (table["fleet_id"] != "")]
    lanes = table.sort_values(["mean_wait_h", "lane"], ascending=[False, True])["lane"].head(MOST_QUEUES)
    if not len(lanes):
        return None
    tables = [{row["lane"]: row for row in records(year.result["services"])} for year in years]
    names = {lane: name for year in reversed(years) for lane, name in _lane_names(year.net).items()}
    heads, groups = [Head("Service", is_number=False)], [("", 1)]
    for year in years:
        groups.append((year.title, 3))
        heads += [Head("Departures", "a year"), Head("Load"), Head("Mean wait", "h")]
    cells = [
        (names.get(lane, lane), *(cell for one in tables for cell in _service(one.get(lane)))) for lane in lanes
    ]  # fmt: skip
    return Grid("Longest waits for a ship of a fleet", heads, cells, groups=groups)


def _service(row: Row | None) -> tuple[str, str, str]:
    if row is None:
        return "–", "–", "–"
    departures = around(row["voyages_per_year"], row["voyages_half_width_per_year"])
    return departures, percent(row["load_frac"]), around(row["mean_wait_h"], row["wait_half_width_h"])


def _lane_names(net: Network) -> dict[str, str]:
    """Return what the lanes of the services are called: from where, to where, by what."""
    nodes = {row["node_id"]: short_name(row["name"]) for row in records(net["nodes"])}
    kinds = dict(zip(net["vehicle_kinds"]["vehicle_kind"], net["vehicle_kinds"]["name"], strict=True))
    links = net["links"].set_index("link_id")
    found = {}
    for row in records(net["services"]):
        ends = [str(links.at[row["link_id"], f"{end}_node_id"]) for end in ("from", "to")]
        for start, end in (ends, reversed(ends)):
            kind = kinds.get(row["vehicle_kind"], row["vehicle_kind"])
            found[f"{row['service_id']} > {end}"] = f"{nodes[start]} to {nodes[end]} ({kind})"
    return found
