"""From door to door in a simulated year: how surely the consignments of the journeys arrive, under each scenario."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kervan.drawing.numbers import change, days, hours, percent, plain, span
from kervan.drawing.svg import Markup, el
from kervan.report.figures import Figure, Size, figure
from kervan.report.grid import Grid, Head
from kervan.report.places import Places, Row, around, records
from kervan.report.queuecharts import SHADES, Ends, Times, times_chart

if TYPE_CHECKING:
    from kervan.report.story import Story
    from kervan.report.years import Year

__all__ = ["Journey", "compared_grid", "journeys_of", "times_figure"]

_MOST_JOURNEYS: Final = 6


@dataclass(frozen=True)
class Journey:
    """A demand row of the first year, and the row of the same relation in each of the others."""

    name: str
    rows: tuple[Row | None, ...]


def journeys_of(story: Story) -> list[Journey]:
    """Return the demand rows of the report's journeys, and the largest others of its commodity while there is room."""
    settings, years = story.settings, story.years.shown
    tables = [_by_relation(year) for year in years]
    ends = [(settings.origin, end) for end in settings.destinations] + [pair[:2] for pair in settings.pairs]
    of_it = [row for row in tables[0].values() if row["commodity_id"] == settings.commodity_id]
    rows = of_it or list(tables[0].values())

    def rank(row: Row) -> tuple[int, int, str]:
        pair = (row["origin_node_id"], row["destination_node_id"])
        return ends.index(pair) if pair in ends else len(ends), -row["consignments"], row["demand_id"]

    names = Places.of(years[0].net).nodes
    chosen = sorted(rows, key=rank)[:_MOST_JOURNEYS]
    keys = {row["demand_id"]: key for key, row in tables[0].items()}
    return [
        Journey(_relation_words(row, keys[row["demand_id"]], names), tuple(
            table.get(keys[row["demand_id"]]) for table in tables))
        for row in chosen
    ]  # fmt: skip


def _by_relation(year: Year) -> dict[tuple[str, str, str, int], Row]:
    """Return the demand rows of a year by relation; the same relation has other rows in other years."""
    found: dict[tuple[str, str, str, int], Row] = {}
    for row in records(year.result["od"].sort_values("demand_id")):
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


def times_figure(journeys: Sequence[Journey], years: Sequence[Year]) -> Figure | None:
    """Return until when half, nine in ten and nineteen in twenty have arrived; None where nobody has a time."""
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


def compared_grid(journeys: Sequence[Journey], years: Sequence[Year]) -> Grid | None:
    """Return mean and nine in ten of each journey, a scenario beside the other, with the changes against the first."""
    if not journeys:
        return None
    heads, groups = [Head("Journey", is_number=False)], [("", 1)]
    for year in years:
        groups.append((year.title, 3))
        heads += [Head("Mean", "days"), Head("Nine in ten within", "days"), Head("Arrived", "a year")]
    runs = [records(year.result["run"])[0] for year in years]
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
                _changed(row, before, "mean_h", around(row["mean_h"] / 24, row["half_width_h"] / 24)),
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
