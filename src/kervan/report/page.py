"""From the story to what the template shows: figures with their two sizes and their table, and plain tables."""

from __future__ import annotations

import calendar
import math
import shlex
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kervan.drawing import palette
from kervan.drawing.countries import country_name
from kervan.drawing.numbers import count, days, hours, kg, km, money, percent, plain, round_figures, span, usd
from kervan.drawing.svg import Markup, el
from kervan.report import findings
from kervan.report.charts import (
    Bar,
    Move,
    Part,
    Point,
    hours_chart,
    quality_chart,
    scenario_chart,
    scenario_sign,
)
from kervan.report.checks import checks_section
from kervan.report.choking import choking_section
from kervan.report.diagrams import MEASURES, Measure, distance_diagram, drawable
from kervan.report.figures import NARROW, WIDE, Figure, Size, figure
from kervan.report.grid import Grid, Head, link_to
from kervan.report.mapfigure import corridor_map, sea_map
from kervan.report.profiles import DOING, Profile, profile
from kervan.report.promises import promises_section

if TYPE_CHECKING:
    import pandas as pd

    from kervan.report.story import Journey, Outcome, Story, Trip, Way

__all__ = ["context"]

_MINUS: Final = "\u2212"


def context(story: Story) -> dict[str, Any]:
    """Return everything the template needs."""
    trips = [trip for trip in story.trips if trip.ways]
    return {
        "story": story,
        "meta": story.net.meta,
        "year": story.net.year,
        "title": findings.headline(story),
        "dek": findings.dek(story),
        "scores": _scores(story, trips),
        "map": _map(story) if trips else None,
        "trips": [_trip(trip, number) for number, trip in enumerate(story.trips, 1)],
        "hours": _hours(trips) if trips else None,
        "hours_title": findings.hours_headline(trips[0]) if trips else "",
        "scenarios": _scenarios(story),
        "choking": choking_section(story),
        "checks": checks_section(story),
        "promises": promises_section(story.settings.register) if story.settings.register else None,
        "quality": _quality(trips) if trips else None,
        "quality_title": findings.trust_headline(trips[0]) if trips else "Where the numbers come from",
        "sources": _sources(story, trips),
        "source_count": count(len(_sources(story, trips)), "source"),
        "provenance": _provenance(story, trips),
        "emission_note": findings.emission_note(story.net, trips) if trips else "",
    }


# ── key numbers and map ─────────────────────────────────────────────────────────────────────────────


def _scores(story: Story, trips: Sequence[Trip]) -> Grid:
    heads = (
        Head("From " + story.origin_name + " to", is_number=False), Head("Mean time"), Head("Nine in ten within"),
        Head("Cost"), Head(f"CO₂e, {_scope(trips)}"), Head("Distance"),
        Head("hours straight from observed or published figures"),
    )  # fmt: skip
    rows = [
        (trip.name, days(trip.main.hours), days(float(trip.main.row["hours_p90"])), usd(trip.main.usd),
         kg(trip.main.kg), km(float(trip.main.row["length_km"])),
         percent(findings.firm_frac(trip.main.grounds, "hours")))
        for trip in trips
    ]  # fmt: skip
    when = f"{_when(story.settings.month)}, network of {story.net.year}"
    cargo = f"{story.cargo[:1].upper()}{story.cargo[1:]}"
    return Grid(f"{cargo}, {when}, by the best route of the corridor", heads, rows)


def _scope(trips: Sequence[Trip]) -> str:
    return findings.scope_words(findings.scope_of([way for trip in trips for way in trip.ways]))


def _when(month: int) -> str:
    """Return the month of departure in words."""
    return f"in {calendar.month_name[month]}" if month else "in the mean of the year"


def _map(story: Story) -> Figure:
    modes = list(dict.fromkeys(mode for trip in story.trips for way in trip.ways for mode in way.modes))
    words = [
        el("span", palette.mode_name(mode), style=f"color:{palette.mode_colour(mode)};font-weight:600")
        for mode in modes
    ]
    note = el("span", "Strong: the best route of the corridor to each destination. Light: the other routes. ",
              [[", " if number else "", word] for number, word in enumerate(words)], ". ",
              [[el("span", _inline_sign(kind), f"\u00a0{word}", class_="key"), " "] for kind, word in _SIGNS],
              "Borders and names imply no opinion on the status of any territory; "
              "disputed borders are dashed. Map: Natural Earth.")  # fmt: skip
    rows = [
        (way.name, trip.name, palette.mode_name(", ".join(dict.fromkeys(way.modes))), _places(way))
        for trip in story.trips for way in trip.ways
    ]  # fmt: skip
    heads = (Head("Route", is_number=False), Head("To", is_number=False), Head("On", is_number=False),
             Head("Borders, ports and changes of gauge passed", is_number=False))  # fmt: skip

    def draw(size: Size) -> Markup:
        whole = corridor_map(f"map-{size.key}", story, size.width, is_narrow=size.is_narrow)
        return el("div", whole, sea_map("sea-n", story, size.width)) if size.is_narrow else whole

    title = findings.map_headline([trip for trip in story.trips if trip.ways])
    return figure(title, draw, note, (Grid("The routes on the map", heads, rows),))


_SIGNS: Final = (("border", "border"), ("port", "port"), ("gauge", "change of gauge."))


def _inline_sign(kind: str) -> Markup:
    from kervan.drawing.maps import sign

    return el("svg", sign(kind, 7.0, 7.0, 4.0), width="14", height="14", viewBox="0 0 14 14", class_="sign",
              aria_hidden="true")  # fmt: skip


def _places(way: Way) -> str:
    stages = way.stages[way.stages["kind"].isin(["border", "gauge_change", "service", "port", "transload"])]
    return ", ".join(dict.fromkeys([*stages["from_name"]]))


# ── trips ───────────────────────────────────────────────────────────────────────────────────────────


def _trip(trip: Trip, number: int) -> dict[str, Any]:
    key = f"trip{number}"
    found: dict[str, Any] = {
        "key": key, "name": trip.name, "title": findings.trip_headline(trip, is_first=number == 1),
        "lede": findings.trip_lede(trip), "trouble": trip.trouble,
    }  # fmt: skip
    if not trip.ways:
        return found
    found["table"] = _ways_table(trip)
    found["figures"] = _distance(key, trip, is_first=number == 1)
    found["stages"] = [_stages_table(way, trip.name) for way in trip.ways]
    return found


def _ways_table(trip: Trip) -> Grid:
    heads = (
        Head("Route", is_number=False), Head("Mean", "days"), Head("Half within", "days"), Head("Nine in ten", "days"),
        Head("Cost", "USD"), Head("CO₂e", f"kg, {_scope([trip])}"), Head("Distance", "km"),
    )  # fmt: skip
    rows = [
        (_way_words(way), days(way.hours, unit=False), days(float(way.row["hours_p50"]), unit=False),
         days(float(way.row["hours_p90"]), unit=False), money(way.usd), money(way.kg),
         plain(float(way.row["length_km"])))
        for way in trip.ways
    ]  # fmt: skip
    return Grid(f"Routes to {trip.name}", heads, rows, frozenset({0}))


def _way_words(way: Way) -> Markup:
    rival = [" ", el("small", "competitor")] if way.is_rival else ""
    return el("span", f"{way.number}\u2002{way.name}", rival)


_HOW_TO_READ: Final = (
    "How to read it: a slope is travel, the flatter the faster; a step is a border, a port or a change of gauge, where "
    "the cargo stands. In colour the best route of the corridor, in grey the others. Method: UNESCAP."
)


def _distance(key: str, trip: Trip, *, is_first: bool) -> list[Figure]:
    figures = []
    for measure, what in MEASURES.items():
        lines = [profile(way.stages, measure, way.name, way.number, is_main=way is trip.main) for way in trip.ways]
        drawn = drawable(lines, [way.number for way in trip.ways if way.is_named and not way.is_rival])
        numbers = {one.number for one in drawn}
        note = " ".join(
            f"{way.number}\u2002{way.name} runs out of the picture: {days(way.hours)} and {usd(way.usd)} over "
            f"{km(float(way.row['length_km']))}."
            for way in trip.ways if way.number not in numbers
        )  # fmt: skip
        if is_first and measure == "hours":
            note = f"{_HOW_TO_READ} {note}"
        title = f"{what.title} to {trip.name}"
        draw = partial(_drawn_distance, key=f"{key}-{measure}", lines=drawn, what=what, title=title)
        figures.append(figure(title, draw, note))
    return figures


def _drawn_distance(size: Size, *, key: str, lines: Sequence[Profile], what: Measure, title: str) -> Markup:
    return distance_diagram(f"{key}-{size.key}", lines, what, title, size.width, is_narrow=size.is_narrow)


def _stages_table(way: Way, destination: str) -> Grid:
    heads = (
        Head("Stage", is_number=False), Head("Where", is_number=False), Head("Distance", "km"), Head("Moving", "h"),
        Head("Waiting", "h"), Head("Procedures", "h"), Head("Cost", "USD"),
        Head("CO₂e", f"kg, {findings.scope_words(way.row['emission_scope'])}"),
        Head("Rests on", is_number=False),
    )  # fmt: skip
    rows = []
    for row in way.stages.to_dict("records"):
        moves = row["length_km"] > 0
        place = f"{row['from_name']} to {row['to_name']}" if moves else row["from_name"]
        doing = palette.mode_name(row["mode"]) if moves else DOING.get(row["kind"], row["kind"])
        rows.append((f"{place}, {doing}" if doing else place, country_name(row["country_code"]),
                     plain(row["length_km"]) if moves else "",
                     *(_bare(row[name]) for name in ("hours_moving", "hours_waiting", "hours_procedure")),
                     money(row["cost_usd"]), money(row["emission_kg"]), row["quality"]))  # fmt: skip
    return Grid(f"{way.number}\u2002{way.name}, stage by stage to {destination}", heads, rows)


def _bare(value: float) -> str:
    if value < 0.05:
        return "0"
    return hours(value).split("\u00a0")[0]


# ── hours ───────────────────────────────────────────────────────────────────────────────────────────


def _hours(trips: Sequence[Trip]) -> list[Figure]:
    high = max(trip.main.hours for trip in trips)
    most = max(bar.total for trip in trips for bar in _hour_bars(trip)[1:])
    figures = []
    for number, trip in enumerate(trips, 1):
        bars = _hour_bars(trip)
        title = f"Hours to {trip.name}"
        wide = (WIDE - 40 * (min(len(trips), 3) - 1)) / min(len(trips), 3)
        rows = [
            (bar.name, *(_bare(sum(part.size for part in bar.parts if _kind(part.key) == kind))
                         for kind in ("moving", "waiting", "procedure")), _bare(bar.total))
            for bar in bars
        ]  # fmt: skip
        heads = (Head("Country", is_number=False), Head("Moving", "h"), Head("Waiting", "h"),
                 Head("Procedures", "h"), Head("Together", "h"))  # fmt: skip
        grid = Grid(title, heads, rows, frozenset({0}))
        draw = partial(_drawn_hours, key=f"hours{number}", bars=bars, high=high, most=most, title=title)
        figures.append(figure(title, draw, "", (grid,), (Size("w", wide), Size("m", NARROW), Size("n", NARROW))))
    return figures


def _drawn_hours(size: Size, *, key: str, bars: Sequence[Bar], high: float, most: float, title: str) -> Markup:
    return hours_chart(f"{key}-{size.key}", bars, (high, most), title, size.width)


def _kind(key: str) -> str:
    return key if key in ("waiting", "procedure") else "moving"


def _hour_bars(trip: Trip) -> list[Bar]:
    stages = trip.main.stages
    whole = Bar("In all", _hour_parts(stages), is_strong=True)
    parts = [
        Bar("At sea" if code == "XZ" else country_name(code), _hour_parts(part))
        for code, part in findings.by_country(stages)
    ]
    return [whole, *parts]


def _hour_parts(stages: pd.DataFrame) -> tuple[Part, ...]:
    moving = stages[stages["hours_moving"] > 0].groupby("mode", sort=False)["hours_moving"].sum()
    parts = [
        Part(mode, palette.mode_name(mode), float(size))
        for mode, size in zip(map(str, moving.index), moving, strict=True)
    ]
    parts.append(Part("waiting", "waiting", float(stages["hours_waiting"].sum())))
    parts.append(Part("procedure", "procedures", float(stages["hours_procedure"].sum())))
    return tuple(parts)


# ── scenarios ───────────────────────────────────────────────────────────────────────────────────────


def _scenarios(story: Story) -> dict[str, Any]:
    journeys = story.journeys
    found: dict[str, Any] = {
        "title": _unbroken(findings.scenario_headline(journeys), journeys),
        "lede": findings.scenario_lede(journeys), "table": None,
        "troubles": story.scenario_troubles, "figure": None,
        "list": [(one.title or one.name, one.description, findings.scenario_effect(journeys, one.title or one.name))
                 for one in story.settings.scenarios],
    }  # fmt: skip
    if not journeys or len(journeys[0].outcomes) < 2:
        found["lede"] = "The package names fewer than two scenarios, so there is nothing to set side by side."
        return found
    moves = [
        Move(journey.name, tuple(_point(one, journey.outcomes[0]) for one in journey.outcomes)) for journey in journeys
    ]
    title = "Change of the mean time under each scenario"
    note = [
        [el("svg", scenario_sign(number, 7.0, 7.0), width="14", height="14", viewBox="0 0 14 14", class_="sign",
            aria_hidden="true"), f"\u00a0{outcome.scenario} "]
        for number, outcome in enumerate(journeys[0].outcomes)
    ]  # fmt: skip
    found["figure"] = figure(
        title,
        lambda size: scenario_chart(f"scen-{size.key}", moves, title, size.width, is_narrow=size.is_narrow),
        el("span", note),
    )
    found["table"] = _scenario_table(journeys)
    return found


def _unbroken(words: str, journeys: Sequence[Journey]) -> Markup:
    """Return a headline in which the name of the first journey stays on one line."""
    name = journeys[0].name if journeys else ""
    before, found, after = words.partition(name) if name else (words, "", "")
    return el("span", before, el("span", found, class_="whole") if found else "", after)


def _point(one: Outcome, base: Outcome) -> Point:
    """Return where a scenario puts a journey; where it goes otherwise than before, how, and for what money."""
    words = ""
    if one.modes != base.modes and math.isfinite(one.hours) and math.isfinite(base.hours):
        by = " and ".join(palette.mode_name(mode) for mode in one.modes)
        was = " and ".join(palette.mode_name(mode) for mode in base.modes)
        dear = round_figures(one.usd - base.usd, 2)
        words = f"by {by} instead of {was}"
        if abs(dear) >= 1:
            words += f", {usd(abs(dear))} {'more' if dear > 0 else 'less'}"
    return Point(one.scenario, one.scenario, one.hours, words)


def _scenario_table(journeys: Sequence[Journey]) -> Grid:
    """Return the journeys with mean time, nine in ten and cost under each scenario, side by side."""
    heads = [Head("Journey", is_number=False)]
    groups = [("", 1)]
    for outcome in journeys[0].outcomes:
        groups.append((outcome.scenario, 3))
        heads += [Head("Mean"), Head("Nine in ten"), Head("Cost", "USD")]
    rows = []
    for journey in journeys:
        base = journey.outcomes[0]
        cells: list[Any] = [journey.name]
        for number, one in enumerate(journey.outcomes):
            if not math.isfinite(one.hours):
                cells += ["no route", "", ""]
                continue
            cells += [
                _with_change(span(one.hours), _hours_change(one.hours - base.hours if number else 0.0)),
                span(one.p90),
                _with_change(plain(one.usd), _usd_change(one.usd - base.usd if number else 0.0)),
            ]
        rows.append(cells)
    return Grid("Journeys under each scenario", heads, rows, groups=groups)


def _with_change(words: str, shown: str) -> Markup:
    return el("span", words, " ", el("small", shown, class_="change")) if shown else el("span", words)


def _hours_change(value: float) -> str:
    r"""Return a change in hours with its sign, to a tenth below ten hours; nothing where it would read 0.

    Examples
    --------
    >>> _hours_change(-2.24), _hours_change(0.03)
    ('−2.2\xa0h', '')
    """
    return _signed(value, hours(abs(value))) if abs(value) >= 0.05 else ""


def _usd_change(value: float) -> str:
    """Return a change in dollars with its sign, two figures and no cents; nothing below a dollar.

    Examples
    --------
    >>> _usd_change(-67.1), _usd_change(5.4), _usd_change(0.3)
    ('−67', '+5', '')
    """
    return _signed(value, plain(round(round_figures(abs(value), 2)))) if abs(value) >= 1 else ""


def _signed(value: float, words: str) -> str:
    return f"{_MINUS if value < 0 else '+'}{words}"


# ── how sure, and from where ────────────────────────────────────────────────────────────────────────


def _quality(trips: Sequence[Trip]) -> Figure:
    bars = []
    for trip in trips:
        for measure, words in (("hours", "hours"), ("usd", "USD"), ("kg", "CO₂e")):
            shares = findings.quality_shares(trip.main.grounds, measure)
            bars.append(Bar(f"{trip.name}, {words}", tuple(Part(name, name, size) for name, size in shares.items())))
    heads = (Head("Number", is_number=False), *(Head(name) for name in palette.QUALITIES))
    rows = [(bar.name, *(percent(part.size / bar.total if bar.total else 0.0) for part in bar.parts)) for bar in bars]
    title = "Share of each headline number by the quality of what it rests on"
    note = (
        "Each hour, dollar and kilogram counts as good as the worst row it was computed from. Observed: measured by "
        "somebody named. Published: an official or named figure. Claimed: a promise. Estimated: worked out or assumed, "
        "with the reason in the tables."
    )
    return figure(title, lambda size: quality_chart(f"qual-{size.key}", bars, title, size.width), note,
                   (Grid(title, heads, rows),))  # fmt: skip


def _sources(story: Story, trips: Sequence[Trip]) -> list[dict[str, str]]:
    """Return the sources that the main ways rest on, those of most hours first."""
    weight: dict[str, float] = {}
    for trip in trips:
        for row in trip.main.stages.to_dict("records"):
            size = sum(float(row[name]) for name in ("hours_moving", "hours_waiting", "hours_procedure"))
            for source_id in filter(None, str(row["source_ids"]).split(";")):
                weight[source_id] = weight.get(source_id, 0.0) + size
    listed = []
    sources = {row["source_id"]: row for row in story.net["sources"].to_dict("records")}
    for source_id in sorted(weight, key=lambda one: (-weight[one], one)):
        if source_id in sources:
            source = sources[source_id]
            year = f", {source['year']}" if source["year"] else ""
            words = f"{source['publisher']}: {source['title']}{year}"
            listed.append({"id": source_id, "words": words, "grade": str(source["grade"]),
                           "url": link_to(str(source["url"]))})  # fmt: skip
    return listed


def _provenance(story: Story, trips: Sequence[Trip]) -> list[tuple[str, str]]:
    import kervan

    net = story.net
    found = [
        ("Package", f"{net.meta.title or net.meta.name}, version {net.meta.version}, base year {net.meta.base_year}"),
        ("Money", f"US dollars of {net.meta.price_year}"),
        ("Digest of the data", net.digest),
        ("Kervan", kervan.__version__),
    ]
    if trips:
        found.append(("Question", _question(story, trips)))
        found.append(("The same on the command line", _command(story, trips[0])))
    if net.meta.licence or net.meta.attribution:
        found.append(
            ("Data", " ".join(filter(None, (f"{net.meta.licence}." if net.meta.licence else "", net.meta.attribution))))
        )
    found.append(("To make this page again", f"kervan report --package {net.meta.name}"))
    return found


def _question(story: Story, trips: Sequence[Trip]) -> str:
    settings = story.settings
    ends = " and ".join(filter(None, [", ".join(trip.name for trip in trips[:-1]), trips[-1].name]))
    words = f"{story.cargo[:1].upper()}{story.cargo[1:]} from {story.origin_name} to {ends}, leaving "
    words += f"{_when(settings.month)}, on the network of {story.net.year}."
    if settings.month:
        words += " Without a month the answer is the mean of the year, which differs by how often weather stops ships."
    return words


def _command(story: Story, trip: Trip) -> str:
    """Return the command that gives the itineraries of a trip."""
    settings = story.settings
    parts = ["kervan", "route", settings.origin, trip.destination, "--commodity", settings.commodity_id, "--quantity",
             f"{settings.quantity:g}"]  # fmt: skip
    if settings.depart:
        parts += ["--depart", settings.depart]
    if story.net.year != story.net.meta.base_year:
        parts += ["--year", str(story.net.year)]
    return shlex.join([*parts, "--package", story.net.meta.name])
