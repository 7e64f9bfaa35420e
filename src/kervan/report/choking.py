"""Where it chokes: worst queues of a simulated year, how surely a consignment arrives, what scenarios change."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kervan.drawing.maps import short_name
from kervan.drawing.numbers import change, count, days, hours, percent, plain, span
from kervan.drawing.svg import Markup, el
from kervan.engines.simulate.kept import MOST_QUEUES, worst_queues
from kervan.report.figures import Figure, Size, figure
from kervan.report.findings import FIRM
from kervan.report.grid import Grid, Head
from kervan.report.queuecharts import SHADES, Ends, Queue, Times, Week, queues_chart, times_chart

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Network
    from kervan.report.story import Story
    from kervan.report.years import Year

__all__ = ["choking_section"]

_DRAWN: Final = 4
_MOST_JOURNEYS: Final = 6
_MOST_TOLD: Final = 5
_TITLE: Final = "Where it chokes"
#: How the station of a yard's embargo is called, and what the limits of a whole facility or line are called here.
_EMBARGO: Final = "embargo "
_LIMITS: Final = {"Capacity": "Capacity of the whole", "Line": "Capacity of the line", "Opening": "Opening hours"}
Row = dict[str, Any]


def choking_section(story: Story) -> dict[str, Any]:
    """Return what the template shows of the simulated years: headline, text, figures and tables.

    Without a year that was computed from these very tables it says how to make one.
    """
    years = story.years.shown
    found: dict[str, Any] = {
        "title": f"{_TITLE} is not simulated yet", "lede": _how_to(story), "troubles": story.years.troubles,
        "queues": None, "chart": None, "times": None, "compared": None, "fleets": None,
        "services": None, "foot": "",
    }  # fmt: skip
    if not years:
        return found
    first = years[0]
    places = _Places.of(first.net)
    worst = _worst(first)
    journeys = _journeys(story)
    return found | {
        "title": _headline(years),
        "lede": _lede(first, worst, places),
        "troubles": (*filter(None, map(_unstable, years)), *story.years.troubles),
        "queues": _queues(first, worst, places) if worst else None,
        "chart": _chart(first, worst, places),
        "times": _times(journeys, years),
        "compared": _compared(journeys, years),
        "fleets": _fleets(years),
        "services": _services(years),
        "foot": _foot(years),
    }


def _records(frame: pd.DataFrame) -> list[Row]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _how_to(story: Story) -> str:
    if not len(story.net["demand"]):
        return "The package has no demand, so there is no traffic to simulate."
    name = story.net.meta.name
    return (
        "No simulated year of these very tables is kept in the package. `kervan report --simulate --package "
        f"{name}` simulates one for this page; `kervan simulate --package {name} --save PACKAGE/simulated/today` keeps "
        "it for the next ones."
    )


# ── words ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Places:
    """What places are called: nodes, facilities, and links by their ends."""

    nodes: dict[str, str]
    facilities: dict[str, str]
    links: dict[str, str]
    yards: dict[str, str]
    quality: dict[tuple[str, int], str]

    @classmethod
    def of(cls, net: Network) -> _Places:
        nodes = {row["node_id"]: short_name(row["name"]) for row in _records(net["nodes"])}
        quality = {(row["facility_id"], 0): row["quality"] for row in _records(net["facilities"])}
        quality |= {(row["link_id"], 0): row["quality"] for row in _records(net["links"])}
        quality |= {(row["facility_id"], row["step_no"]): row["quality"] for row in _records(net["steps"])}
        return cls(
            nodes,
            {row["facility_id"]: row["name"] for row in _records(net["facilities"])},
            {row["link_id"]: f"{nodes[row['from_node_id']]}–{nodes[row['to_node_id']]}" for row in _records(
                net["links"])},
            {row["yard_id"]: nodes[row["node_id"]] for row in _records(net["yards"])},
            quality,
        )  # fmt: skip

    def place(self, row: Row) -> str:
        """Return where a queue is."""
        found = self.facilities.get(row["facility_id"]) or self.links.get(row["link_id"])
        yard = str(row["station"]).removeprefix(_EMBARGO)
        if not found and yard != row["station"]:
            return f"Bound for {self.yards.get(yard, yard)}, whose yard is full"
        return found or self.nodes.get(row["node_id"], str(row["station"]))

    def step(self, row: Row) -> str:
        """Return at what a queue stands."""
        if str(row["station"]).startswith(_EMBARGO):
            return "Embargo"
        return str(row["name"]) if row["step_no"] else _LIMITS.get(row["name"], str(row["name"]))

    def rests_on(self, row: Row) -> str:
        """Return the quality of the row of the tables that a queue comes from."""
        return self.quality.get((row["facility_id"] or row["link_id"], int(row["step_no"])), "")


def _around(value: float, half_width: float) -> str:
    r"""Return a number with half of its interval, both to two figures of that and at most two decimals.

    Examples
    --------
    >>> _around(38.04, 1.23), _around(98381.0, 3210.0), _around(4.0, float("inf")), _around(float("inf"), 1.0)
    ('38.0\xa0±\xa01.2', '98,400\xa0±\xa03,200', '4', '–')
    """
    if not math.isfinite(value):
        return "–"
    if not math.isfinite(half_width) or not half_width:
        return plain(value)
    digits = min(1 - math.floor(math.log10(half_width)), 2)
    shown = (f"{round(one, digits):,.{max(digits, 0)}f}" for one in (value, half_width))
    return "\u00a0±\u00a0".join(shown)


# ── headline ────────────────────────────────────────────────────────────────────────────────────────


def _overfull(year: Year) -> set[str]:
    """Return the queues of which a note says that they are unstable."""
    notes = year.result["notes"]
    return set(notes.loc[notes["kind"] == "unstable", "place"])


def _headline(years: Sequence[Year]) -> str:
    """Return where most wait: in the first year, and in the first of the others in which that is elsewhere."""
    worst = [_worst(year, 1) for year in years]
    places = [_Places.of(year.net).place(rows[0]) if rows else "" for year, rows in zip(years, worst, strict=True)]
    if not worst[0]:
        words = f"{_TITLE}: nowhere, nobody waits in a queue"
    else:
        words = f"{_TITLE}: {places[0]}, a wait of {span(float(worst[0][0]['mean_wait_h']))} on average"
    for year, place in zip(years, places, strict=True):
        if place and place != places[0]:
            return f"{words}; under “{year.title}” {place}"
    return words


def _worst(year: Year, most: int = MOST_QUEUES) -> list[Row]:
    return _records(worst_queues(year.result["facilities"], most))


def _lede(year: Year, worst: Sequence[Row], places: _Places) -> str:
    run = _records(year.result["run"])[0]
    params = year.result.provenance.params
    each = round(run["consignments"] / run["replications"])
    words = [
        f"A whole year of traffic, simulated {count(run['replications'], 'time')}: {plain(each)} consignments "
        "(a wagon, a truck, a box or two, a parcel of a pipeline) that meet at posts, cranes, berths and ships take "
        f"{_around_span(run['mean_h'], run['half_width_h'])} from door to door on average."
    ]
    if worst:
        whole = float(year.result["facilities"]["mean_queue_count"].sum())
        share = sum(float(row["mean_queue_count"]) for row in worst) / whole
        firm = sum(places.rests_on(row) in FIRM for row in worst)
        words.append(
            f"{percent(share)} of those who wait in queues wait in the {len(worst)} below, of which {firm} rest on "
            "observed or published figures."
        )
    factor = params.get("volume_factor", 1.0)
    if factor != 1.0:
        words.append(f"All demand is multiplied by {factor}.")
    if params.get("demand_ids"):
        words.append("Only a part of the demand was simulated, so queues are shorter than with all of it.")
    return " ".join(words)


def _around_span(value: float, half_width: float) -> str:
    in_days = value >= 48
    unit = "days" if in_days else "h"
    return f"{_around(value / 24 if in_days else value, half_width / 24 if in_days else half_width)}\u00a0{unit}"


def _unstable(year: Year) -> str:
    """Return in words which queues of a year grow without end, the longest first, and what that does to its times."""
    notes, places = year.result["notes"], _Places.of(year.net)
    facilities = {row["station"]: row for row in _records(year.result["facilities"])}
    told = {note["place"]: note["message"] for note in _records(notes[notes["kind"] == "unstable"])}
    order = sorted(told, key=lambda one: -facilities[one]["mean_queue_count"] if one in facilities else 0.0)
    words = []
    for one in order[:_MOST_TOLD]:
        row = facilities.get(one)
        where = f"{places.place(row)} ({places.step(row).lower()})" if row else one
        words.append(f"{where}: {told[one]}")
    if not words:
        return ""
    more = f"; and {count(len(order) - _MOST_TOLD, 'more', 'more')}" if len(order) > _MOST_TOLD else ""
    return f"Under “{year.title}” not all can be served. {'; '.join(words)}{more}."


# ── queues ──────────────────────────────────────────────────────────────────────────────────────────


def _queues(year: Year, worst: Sequence[Row], places: _Places) -> Grid:
    heads = (
        Head("Queue", is_number=False), Head("Step", is_number=False), Head("Busy", "share of servers"),
        Head("Mean wait", "h"), Head("19 in 20 wait at most", "h"),
        Head("Waiting at a time"), Head("Longest queue"),
        Head("Served", "a year"), Head("Can serve", "a year"), Head("Rests on", is_number=False),
    )  # fmt: skip
    over = _overfull(year)
    rows = [
        (places.place(row), places.step(row), _busy(row, is_over=row["station"] in over),
         _around(row["mean_wait_h"], row["wait_half_width_h"]), plain(row["p95_wait_h"]),
         plain(row["mean_queue_count"]), plain(round(row["longest_queue_count"])),
         _around(row["throughput_per_year"], row["throughput_half_width_per_year"]),
         plain(row["capacity_per_year"]) if math.isfinite(row["capacity_per_year"]) else "a door",
         places.rests_on(row))
        for row in worst
    ]  # fmt: skip
    many = "The ten worst queues" if len(worst) == MOST_QUEUES else "The queues"
    return Grid(f"{many}, {year.title}", heads, rows)


def _busy(row: Row, *, is_over: bool) -> Markup:
    asked = [" ", el("small", f"asked {percent(row['offered_frac'])}", class_="change")] if is_over else ""
    return el("span", percent(row["utilisation_frac"]) if row["servers"] else "–", asked)


def _chart(year: Year, worst: Sequence[Row], places: _Places) -> Figure | None:
    weeks, this_year = year.result["weeks"].sort_values("week"), f"{year.result.provenance.year}-"
    queues = []
    for row in worst:
        own = weeks[(weeks["station"] == row["station"]) & weeks["begins"].str.startswith(this_year)]
        found = tuple(
            Week(dt.date.fromisoformat(one["begins"][:10]), float(one["mean_queue_count"]),
                 float(one["queue_half_width_count"])) for one in _records(own)
        )  # fmt: skip
        if len(found) > 1:
            queues.append(Queue(places.place(row), places.step(row), found))
    queues = queues[:_DRAWN]
    if not queues:
        return None
    title = "Consignments that wait, week by week"
    note = f"The worst queues of the table, {year.title}, each on a scale of its own; shaded: the interval."
    draw = partial(_drawn_queues, queues=queues, title=title)
    return figure(title, draw, note, (_weeks(queues, title),))


def _drawn_queues(size: Size, *, queues: Sequence[Queue], title: str) -> Markup:
    return queues_chart(f"queues-{size.key}", queues, title, size.width, is_narrow=size.is_narrow)


def _weeks(queues: Sequence[Queue], title: str) -> Grid:
    by_day = [{week.day: week for week in queue.weeks} for queue in queues]
    weeks_of = sorted({day for part in by_day for day in part})
    rows = [
        (f"{day.day} {day:%B %Y}", *(_around(part[day].mean, part[day].half_width) if day in part else "–"
                                     for part in by_day))
        for day in weeks_of
    ]  # fmt: skip
    heads = (Head("Week from", is_number=False), *(Head(f"{queue.place}, {queue.step}") for queue in queues))
    return Grid(title, heads, rows)


# ── journeys ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Journey:
    """A demand row of the first year, and the row of the same relation in each of the others."""

    name: str
    rows: tuple[Row | None, ...]


def _journeys(story: Story) -> list[_Journey]:
    """Return the demand rows of the report's journeys, and the largest others of its commodity while there is room."""
    settings, years = story.settings, story.years.shown
    tables = [_by_relation(year) for year in years]
    ends = [(settings.origin, end) for end in settings.destinations] + [pair[:2] for pair in settings.pairs]
    of_it = [row for row in tables[0].values() if row["commodity_id"] == settings.commodity_id]
    rows = of_it or list(tables[0].values())

    def rank(row: Row) -> tuple[int, int, str]:
        pair = (row["origin_node_id"], row["destination_node_id"])
        return ends.index(pair) if pair in ends else len(ends), -row["consignments"], row["demand_id"]

    names = _Places.of(years[0].net).nodes
    chosen = sorted(rows, key=rank)[:_MOST_JOURNEYS]
    keys = {row["demand_id"]: key for key, row in tables[0].items()}
    return [
        _Journey(_relation_words(row, keys[row["demand_id"]], names), tuple(
            table.get(keys[row["demand_id"]]) for table in tables))
        for row in chosen
    ]  # fmt: skip


def _by_relation(year: Year) -> dict[tuple[str, str, str, int], Row]:
    """Return the demand rows of a year by relation; the same relation has other rows in other years."""
    found: dict[tuple[str, str, str, int], Row] = {}
    for row in _records(year.result["od"].sort_values("demand_id")):
        relation = (row["origin_node_id"], row["destination_node_id"], row["commodity_id"])
        number = sum(key[:3] == relation for key in found)
        found[*relation, number] = row
    return found


def _relation_words(row: Row, key: tuple[str, str, str, int], names: dict[str, str]) -> str:
    ends = [names.get(row[f"{end}_node_id"], str(row[f"{end}_node_id"])) for end in ("origin", "destination")]
    return "–".join(ends) + (f", way {key[3] + 1}" if key[3] else "")


def _missing(row: Row | None, year: Year) -> str:
    """Return why a journey has no time under a scenario, or nothing: with many under way it would be too short."""
    if row is None:
        return "no demand"
    if not math.isfinite(row["p95_h"]):
        return "none arrived"
    notes = year.result["notes"]
    is_late = (notes["place"] == row["demand_id"]) & (notes["kind"] == "unfinished")
    return f"{percent(row['unfinished_frac'])} not arrived" if is_late.any() else ""


def _times(journeys: Sequence[_Journey], years: Sequence[Year]) -> Figure | None:
    groups = []
    for journey in journeys:
        part = []
        for year, row in zip(years, journey.rows, strict=True):
            why = _missing(row, year)
            ends = {
                level: Ends(*(float(row[f"p{level}_{name}h"]) for name in ("", "low_", "high_"))) for level in SHADES
            } if row and not why else {}  # fmt: skip
            part.append(Times(year.title, ends, why))
        groups.append((journey.name, part))
    if not any(one.ends for _, part in groups for one in part):
        return None
    title = "Days until half, nine in ten and nineteen in twenty have arrived"
    draw = partial(_drawn_times, groups=groups, title=title)
    heads = [Head("Journey", is_number=False), Head("Under", is_number=False)]
    for words in ("Half", "Nine in ten", "Nineteen in twenty"):
        heads += [Head(words, "h"), Head("interval", "h")]
    rows = [
        (name, one.name, *(cell for end in one.ends.values() for cell in (plain(end.hours), _between(end))),
         *((one.why, *[""] * 5) if one.why else ()))
        for name, part in groups for one in part
    ]  # fmt: skip
    note = (
        "From door to door, waits in queues and for ships included. At the end: within what nineteen in twenty arrive."
    )
    return figure(title, draw, note, (Grid(title, heads, rows),))


def _between(end: Ends) -> str:
    if not (math.isfinite(end.low) and math.isfinite(end.high)):
        return "–"
    return f"{plain(end.low)} to {plain(end.high)}"


def _drawn_times(size: Size, *, groups: Any, title: str) -> Markup:
    return times_chart(f"times-{size.key}", groups, title, size.width, is_narrow=size.is_narrow)


def _compared(journeys: Sequence[_Journey], years: Sequence[Year]) -> Grid | None:
    if not journeys:
        return None
    heads, groups = [Head("Journey", is_number=False)], [("", 1)]
    for year in years:
        groups.append((year.title, 3))
        heads += [Head("Mean", "days"), Head("Nine in ten within", "days"), Head("Arrived", "a year")]
    runs = [_records(year.result["run"])[0] for year in years]
    rows = []
    for journey in journeys:
        cells: list[Any] = [journey.name]
        base = journey.rows[0] if not _missing(journey.rows[0], years[0]) else None
        for number, (row, year, run) in enumerate(zip(journey.rows, years, runs, strict=True)):
            why = _missing(row, year)
            yearly = plain(row["consignments"] / run["replications"]) if row else ""
            if why or row is None:
                cells += [why, "", yearly]
                continue
            before = base if number else None
            cells += [
                _changed(row, before, "mean_h", _around(row["mean_h"] / 24, row["half_width_h"] / 24)),
                _changed(row, before, "p90_h", _range_days(row)),
                yearly,
            ]
        rows.append(cells)
    return Grid("From door to door under each scenario, simulated", heads, rows, groups=groups)


def _range_days(row: Row) -> str:
    """Return within how many days nine in ten arrive, with the interval of that where it is known."""
    ends = [row["p90_low_h"], row["p90_high_h"]]
    words = days(row["p90_h"], unit=False)
    return f"{words} ({'–'.join(days(end, unit=False) for end in ends)})" if all(map(math.isfinite, ends)) else words


def _changed(row: Row, base: Row | None, name: str, words: str) -> Markup:
    if base is None:
        return el("span", words)
    moved = float(row[name]) - float(base[name])
    shown = change(moved, hours(abs(moved)) if abs(moved) < 48 else span(abs(moved)))
    return el("span", words, " ", el("small", shown, class_="change"))


# ── ships ───────────────────────────────────────────────────────────────────────────────────────────


def _fleets(years: Sequence[Year]) -> Grid | None:
    tables = [{row["fleet_id"]: row for row in _records(year.result["fleets"])} for year in years]
    if not tables[0]:
        return None
    names = {row["fleet_id"]: row["name"] for year in reversed(years) for row in _records(year.net["fleets"])}
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
    voyages = _around(row["voyages_per_year"], row["voyages_half_width_per_year"])
    cells: list[Any] = [
        el("span", voyages, " ", el("small", more, class_="change")) if more else voyages,
        _around(row["cycle_h"] / 24, row["cycle_half_width_h"] / 24),
    ]  # fmt: skip
    if is_first:
        cells += [f"{row['vehicles']:,}", *(percent(row[f"{name}_frac"]) for name in ("load", "anchor", "weather"))]
    return cells


def _services(years: Sequence[Year]) -> Grid | None:
    """Return the services of the fleets on which the waits for a departure are longest.

    Those of no fleet sail by the headway of the tables, so that their wait is no result.
    """
    table = years[0].result["services"]
    table = table[(table["mean_wait_h"] > 0) & (table["fleet_id"] != "")]
    lanes = table.sort_values(["mean_wait_h", "lane"], ascending=[False, True])["lane"].head(MOST_QUEUES)
    if not len(lanes):
        return None
    tables = [{row["lane"]: row for row in _records(year.result["services"])} for year in years]
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
    departures = _around(row["voyages_per_year"], row["voyages_half_width_per_year"])
    return departures, percent(row["load_frac"]), _around(row["mean_wait_h"], row["wait_half_width_h"])


def _lane_names(net: Network) -> dict[str, str]:
    """Return what the lanes of the services are called: from where, to where, by what."""
    nodes = {row["node_id"]: short_name(row["name"]) for row in _records(net["nodes"])}
    kinds = dict(zip(net["vehicle_kinds"]["vehicle_kind"], net["vehicle_kinds"]["name"], strict=True))
    links = net["links"].set_index("link_id")
    found = {}
    for row in _records(net["services"]):
        ends = [str(links.at[row["link_id"], f"{end}_node_id"]) for end in ("from", "to")]
        for start, end in (ends, reversed(ends)):
            kind = kinds.get(row["vehicle_kind"], row["vehicle_kind"])
            found[f"{row['service_id']} > {end}"] = f"{nodes[start]} to {nodes[end]} ({kind})"
    return found


# ── how sure ────────────────────────────────────────────────────────────────────────────────────────


def _foot(years: Sequence[Year]) -> str:
    first = years[0].result
    confidence = float(first.provenance.params.get("confidence", 0.95))
    runs = [_records(year.result["run"])[0] for year in years]
    words = [f"Behind ± stands half of the interval of {percent(confidence)}, over replications."]
    if len(years) > 1:
        words.append(
            "Changes are against the first scenario, and each scenario has an interval of its own, not their difference"
        )
        is_paired = len({(run["seed"], run["replications"]) for run in runs}) == 1
        words[-1] += "; as the same random numbers serve all, that is surer than both suggest." if is_paired else "."
    notes = first["notes"]
    left = int((notes["kind"] == "left_out").sum())
    if left:
        verb = "is" if left == 1 else "are"
        words.append(f"{count(left, 'flow').capitalize()} without consignments (data, gas) {verb} left out.")
    words += [f"{row['message'][:1].upper()}{row['message'][1:]}." for row in _records(
        notes[notes["kind"].isin(["unsettled", "stopped", "interval"])])]  # fmt: skip
    late = sum(int((year.result["notes"]["kind"] == "unfinished").sum()) for year in years)
    if late:
        words.append(
            "No time is given where more than a fifth had not arrived by the end: that of the others is too short."
        )
    made = [
        f"{year.title}: {count(run['replications'], 'replication')} with seed {run['seed']}, {run['events']:,} events, "
        f"Kervan {year.result.provenance.kervan_version}" for year, run in zip(years, runs, strict=True)
    ]  # fmt: skip
    return " ".join([*words, f"{'; '.join(made)}."])
