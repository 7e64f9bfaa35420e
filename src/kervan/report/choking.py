"""Where it chokes: worst queues of a simulated year, how surely a consignment arrives, what scenarios change."""

from __future__ import annotations

import datetime as dt
import math
import shlex
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kervan.drawing.numbers import count, percent, plain, span
from kervan.drawing.svg import Markup, el
from kervan.engines.simulate.kept import MOST_QUEUES, worst_queues
from kervan.report.arrivals import compared_grid, journeys_of, times_figure
from kervan.report.figures import Figure, Size, figure
from kervan.report.findings import FIRM
from kervan.report.grid import Grid, Head
from kervan.report.places import Places, Row, around, records
from kervan.report.queuecharts import Queue, Week, queues_chart
from kervan.report.ships import fleets_grid, services_grid
from kervan.report.years import AS_IT_IS

if TYPE_CHECKING:
    from kervan.report.story import Story
    from kervan.report.years import Year

__all__ = ["choking_section"]

_DRAWN: Final = 4
_MOST_TOLD: Final = 5
_TITLE: Final = "Where it chokes"


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
    places = Places.of(first.net)
    worst = _worst(first)
    journeys = journeys_of(story)
    return found | {
        "title": _headline(years),
        "lede": _lede(first, worst, places),
        "troubles": (*filter(None, map(_unstable, years)), *story.years.troubles),
        "queues": _queues(first, worst, places) if worst else None,
        "chart": _chart(first, worst, places),
        "times": times_figure(journeys, years),
        "compared": compared_grid(journeys, years),
        "fleets": fleets_grid(years),
        "services": services_grid(years),
        "foot": _foot(years),
    }


def _how_to(story: Story) -> Markup:
    if not len(story.net["demand"]):
        return el("span", "The package has no demand, so there is no traffic to simulate.")
    package = story.net.meta.name
    scenario = next((one.name for one in story.settings.scenarios), AS_IT_IS.name)
    here = shlex.join(["kervan", "report", "--simulate", "--package", package])
    keep = shlex.join(["kervan", "simulate", "--package", package, "--scenario", scenario, "--save"])
    return el("span", "The package keeps no simulated year of these very tables. ", el("code", here),
              " simulates one for this page; ", el("code", f"{keep} …/simulated/{scenario}"),
              " with the folder of the package keeps it for the next ones.")  # fmt: skip


# ── words ───────────────────────────────────────────────────────────────────────────────────────────


def _overfull(year: Year) -> set[str]:
    """Return the queues of which a note says that they are unstable."""
    notes = year.result["notes"]
    return set(notes.loc[notes["kind"] == "unstable", "place"])


def _headline(years: Sequence[Year]) -> str:
    """Return where most wait: in the first year, and in the first of the others in which that is elsewhere."""
    worst = [_worst(year, 1) for year in years]
    places = [Places.of(year.net).place(rows[0]) if rows else "" for year, rows in zip(years, worst, strict=True)]
    if not worst[0]:
        words = f"{_TITLE}: nowhere, nobody waits in a queue"
    else:
        words = f"{_TITLE}: {places[0]}, a wait of {span(float(worst[0][0]['mean_wait_h']))} on average"
    for year, place in zip(years, places, strict=True):
        if place and place != places[0]:
            return f"{words}; under “{year.title}” {place}"
    return words


def _worst(year: Year, most: int = MOST_QUEUES) -> list[Row]:
    return records(worst_queues(year.result["facilities"], most))


def _lede(year: Year, worst: Sequence[Row], places: Places) -> str:
    run = records(year.result["run"])[0]
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
    params = year.result.provenance.params
    if params["volume_factor"] != 1.0:
        words.append(f"All demand is multiplied by {plain(params['volume_factor'])}.")
    if params["demand_ids"]:
        words.append("Only a part of the demand was simulated, so queues are shorter than with all of it.")
    return " ".join(words)


def _around_span(value: float, half_width: float) -> str:
    in_days = value >= 48
    unit = "days" if in_days else "h"
    return f"{around(value / 24 if in_days else value, half_width / 24 if in_days else half_width)}\u00a0{unit}"


def _unstable(year: Year) -> str:
    """Return in words which queues of a year grow without end, the longest first."""
    notes, places = year.result["notes"], Places.of(year.net)
    facilities = {row["station"]: row for row in records(year.result["facilities"])}
    told = {note["place"]: note["message"] for note in records(notes[notes["kind"] == "unstable"])}
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


def _queues(year: Year, worst: Sequence[Row], places: Places) -> Grid:
    heads = (
        Head("Queue", is_number=False), Head("Step", is_number=False), Head("Busy", "share of servers"),
        Head("Mean wait", "h"), Head("19 in 20 wait at most", "h"),
        Head("Waiting at a time"), Head("Longest queue"),
        Head("Served", "a year"), Head("Can serve", "a year"), Head("Rests on", is_number=False),
    )  # fmt: skip
    over = _overfull(year)
    rows = [
        (places.place(row), places.step(row), _busy(row, is_over=row["station"] in over),
         around(row["mean_wait_h"], row["wait_half_width_h"]), plain(row["p95_wait_h"]),
         plain(row["mean_queue_count"]), plain(round(row["longest_queue_count"])),
         around(row["throughput_per_year"], row["throughput_half_width_per_year"]),
         plain(row["capacity_per_year"]) if math.isfinite(row["capacity_per_year"]) else "a door",
         places.rests_on(row))
        for row in worst
    ]  # fmt: skip
    many = "The ten worst queues" if len(worst) == MOST_QUEUES else "The queues"
    return Grid(f"{many}, {year.title}", heads, rows)


def _busy(row: Row, *, is_over: bool) -> Markup:
    asked = [" ", el("small", f"asked {percent(row['offered_frac'])}", class_="change")] if is_over else ""
    return el("span", percent(row["utilisation_frac"]) if row["servers"] else "–", asked)


def _chart(year: Year, worst: Sequence[Row], places: Places) -> Figure | None:
    weeks, this_year = year.result["weeks"].sort_values("week"), f"{year.result.provenance.year}-"
    queues = []
    for row in worst:
        own = weeks[(weeks["station"] == row["station"]) & weeks["begins"].str.startswith(this_year)]
        found = tuple(
            Week(dt.date.fromisoformat(one["begins"][:10]), float(one["mean_queue_count"]),
                 float(one["queue_half_width_count"])) for one in records(own)
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
        (f"{day.day} {day:%B %Y}", *(around(part[day].mean, part[day].half_width) if day in part else "–"
                                     for part in by_day))
        for day in weeks_of
    ]  # fmt: skip
    heads = (Head("Week from", is_number=False), *(Head(f"{queue.place}, {queue.step}") for queue in queues))
    return Grid(title, heads, rows)


# ── how sure ────────────────────────────────────────────────────────────────────────────────────────


def _foot(years: Sequence[Year]) -> str:
    first = years[0].result
    confidence = float(first.provenance.params["confidence"])
    runs = [records(year.result["run"])[0] for year in years]
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
    words += [f"{row['message'][:1].upper()}{row['message'][1:]}." for row in records(
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
