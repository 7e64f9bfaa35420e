"""The report: every number computed, every name escaped, nothing fetched, and it works for any package."""

from __future__ import annotations

import doctest
import importlib
import itertools
import pkgutil
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kervan as kv
import kervan.report
from conftest import link, network, node, rows
from kervan.drawing.numbers import days, kg, plain, usd
from kervan.errors import FormatError, UnknownName
from kervan.formats import load, report_settings, scenarios
from kervan.network import Network
from kervan.report import findings, report_html, write_report
from kervan.report.axes import Scale, ticks
from kervan.report.grid import link_to
from kervan.report.page import _point
from kervan.report.profiles import bands, profile, stops
from kervan.report.settings import settings_of
from kervan.report.story import Journey, Outcome, Story, _ridden, gather

HOSTILE = '<script>alert("x")</script>'


@pytest.mark.parametrize("name", [f"kervan.report.{m.name}" for m in pkgutil.iter_modules(kervan.report.__path__)])
def test_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


class Page(HTMLParser):
    """What a test asks of a page: its elements in order, with their text."""

    void = frozenset({"meta", "link", "br", "img", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.void:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] != "style":
            self.texts.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def story_of(net: Network, **settings: Any) -> Story:
    return gather(net, settings_of(net, settings, None), lambda _: None)


@pytest.fixture(scope="module")
def starter() -> str:
    return report_html(load("starter"), report_settings("starter"), scenarios("starter"))


# ── headlines ───────────────────────────────────────────────────────────────────────────────────────


def test_the_headlines_of_the_starter_are_those_worked_out_by_hand(starter: str) -> None:
    # README.md of the package: 56.75 h together, 33.5 h of them standing still, 572 USD, 309.6 kg.
    page = Page(starter)
    assert "A twenty-foot box takes 2.4 days from Mine to Town, and stands still for 1.4 of them" in page.words
    assert "it costs USD 572 and emits 310 kg of CO₂e (" in page.words
    # The sailing (12 + 4 + 8 h) and both ports (3 and 4 h).
    assert "To Town: the sea and its ports take 31 of 57 h" in page.words
    assert "1,030 km to Town, through three countries, one sailing and one change of gauge" in page.words
    # 24 h of sailing in 56.75 h.
    assert "The sea takes 42% of the hours to Town" in page.words
    # The second sailing each day halves the mean wait of 12 h.
    assert "“2030” takes 6 h off Mine–Town , 11% of the 2.4 days it takes" in page.words


def test_headlines_of_a_tiny_network(mini_corridor: Network) -> None:
    story = story_of(mini_corridor, origin="A", destinations=["T"])
    way = story.trips[0].main
    still = float(way.row["hours_waiting"]) + float(way.row["hours_procedure"])
    assert findings.headline(story) == (
        f"A twenty-foot box takes {days(way.hours)} from A to T, and stands still for {days(still, unit=False)} of them"
    )
    assert usd(way.usd) in findings.dek(story)
    assert kg(way.kg) in findings.dek(story)
    assert sum(findings.holders(way.stages).values()) == pytest.approx(way.hours)


def test_every_number_of_the_route_table_is_that_of_the_engine(starter: str) -> None:
    net = load("starter")
    params = kv.RouteParams(origin="XA_MINE", destination="XC_TOWN", commodity_id="container", depart="2025-06")
    words = Page(starter).words
    for row in kv.run(net, "route", params)["itineraries"].to_dict("records"):
        shown = (days(row["hours_mean"], unit=False), days(row["hours_p50"], unit=False),
                 days(row["hours_p90"], unit=False), plain(row["cost_usd"]), plain(row["emission_kg"]),
                 plain(row["length_km"]))  # fmt: skip
        assert " ".join(shown) in words


def test_trip_headline_says_how_the_corridor_fares_against_its_rival() -> None:
    net = network(
        nodes=rows("nodes", node("A"), node("B", lon=52.0)),
        links=rows(
            "links", link("A", "B", length_km=400.0), link("A", "B", "road", length_km=300.0, speed_km_per_h=75.0)
        ),
    )
    story = story_of(net, origin="A", destinations=["B"])
    trip = story.trips[0]
    road = next(way for way in trip.ways if way.modes == ("road",))
    rail = next(way for way in trip.ways if way.modes == ("rail",))
    rival = replace(trip, ways=(rail, replace(road, is_rival=True, name="Northern road")))
    words = findings.trip_headline(rival, is_first=False)
    # 8 h and 200 USD against 4 h and 450 USD.
    assert "slower but USD\u00a0250 cheaper than the Northern road" in words or "pass on rail" in words


def test_a_scenario_that_changes_nothing_is_said_to() -> None:
    same = kv.Scenario("same", title="Nothing at all")
    net = load("starter")
    page = Page(report_html(net, {**report_settings("starter"), "scenarios": ["today", "same"]},
                            {**scenarios("starter"), "same": same}))  # fmt: skip
    assert "None of the scenarios makes Mine–Town shorter" in page.words
    assert "Changes the time and cost of none of these journeys." in page.words


# ── any package ─────────────────────────────────────────────────────────────────────────────────────


def test_without_settings_the_largest_demand_is_shown() -> None:
    net = load("starter")
    demand = net["demand"]
    chosen = settings_of(net, None, None)
    largest = demand.loc[demand["volume_per_year"].idxmax()]
    assert chosen.origin == largest["origin_node_id"]
    assert largest["destination_node_id"] in chosen.destinations
    assert chosen.is_chosen


def test_a_package_with_nothing_but_a_railway_gets_a_page(one_link: Network) -> None:
    page = Page(report_html(one_link))
    assert "A twenty-foot box takes" in page.words
    assert "fewer than two scenarios" in page.words
    assert "holds no observation" in page.words
    assert not page.wrong


def test_a_journey_that_cannot_be_made_is_said_to() -> None:
    net = network(
        nodes=rows("nodes", node("A"), node("B", lon=51.0), node("C", lon=52.0)),
        links=rows("links", link("A", "B")),
    )
    page = Page(report_html(net, {"origin": "A", "destinations": ["C"]}))
    assert "No route leads from A to C" in page.words


def test_a_journey_on_the_other_side_of_the_world_is_drawn() -> None:
    net = network(
        nodes=rows("nodes", node("A", lon=-70.0, lat=-33.0), node("B", lon=-68.0, lat=-34.0)),
        links=rows("links", link("A", "B", length_km=230.0)),
    )
    assert not Page(report_html(net)).wrong


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"orgin": "A"}, FormatError, "did you mean 'origin'"),
        ({"origin": "Q"}, UnknownName, "origin"),
        ({"commodity": "boxes"}, UnknownName, "box"),
        ({"destinations": "B"}, FormatError, "must be a list"),
        ({"quantity": "two"}, FormatError, "quantity must be a number"),
        ({"quantity": -1.0}, FormatError, "quantity must be a number"),
        ({"month": 13}, FormatError, "month must be a number"),
        ({"routes": ["A"]}, FormatError, "routes must name"),
        ({"pairs": [["A"]]}, FormatError, "a pair is"),
        ({"pairs": [["A", "B", "mule"]]}, UnknownName, "mule"),
    ],
)
def test_a_wrong_setting_is_named(one_link: Network, settings: dict[str, Any], error: type, words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        settings_of(one_link, settings, None)


def test_a_scenario_that_is_not_there_is_named(one_link: Network) -> None:
    with pytest.raises(UnknownName, match="did you mean 'today'"):
        settings_of(one_link, {"scenarios": ["todax"]}, {"today": kv.Scenario("today")})


def test_a_scenario_that_cannot_be_applied_is_shown_and_the_rest_goes_on() -> None:
    from kervan.scenario import Close, Scenario

    broken = Scenario("broken", (Close("links", {"link_id": "no-such-link"}),))
    settings = {**report_settings("starter"), "scenarios": ["today", "broken"]}
    page = Page(report_html(load("starter"), settings, {**scenarios("starter"), "broken": broken}))
    assert "A scenario could not be applied: broken, edit 1 (close)" in page.words


# ── the page ────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_well_formed_and_says_what_it_is(starter: str) -> None:
    page = Page(starter)
    assert not page.wrong
    assert not page.stack
    assert starter.startswith("<!DOCTYPE html>")
    assert ("html", {"lang": "en"}) in page.elements
    ids = Counter(attrs["id"] for _, attrs in page.elements if attrs.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    named = {part for _, attrs in page.elements for part in (attrs.get("aria-labelledby") or "").split()}
    assert named <= set(ids)


def test_headings_go_down_one_step_at_a_time(starter: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(starter).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_figure_has_a_table(starter: str) -> None:
    tags = [tag for tag, _ in Page(starter).elements]
    assert tags.count("figure") >= 6
    assert tags.count("table") >= tags.count("figure")


def test_the_page_fetches_nothing_and_runs_nothing(starter: str) -> None:
    page = Page(starter)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "img", "object", "embed", "audio", "video", "base", "form"}
    for tag, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "srcset", "xlink:href", "action", "poster", "background"):
            assert name not in attrs, (tag, attrs)
        if tag != "a" and attrs.get("href"):
            assert attrs["href"] == "data:,"
    assert "url(" not in starter
    assert "@import" not in starter
    policy = next(attrs["content"] for _, attrs in page.elements if attrs.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_names_from_a_package_are_text_and_never_markup() -> None:
    net = load("starter")
    tables: dict[str, pd.DataFrame] = {name: net[name] for name in net}
    for table in (
        "nodes",
        "sources",
        "facilities",
        "steps",
        "commodities",
        "observations",
        "vehicle_kinds",
        "services",
    ):
        frame = tables[table]
        for column in frame.columns:
            if column in ("name", "title", "publisher", "place", "note"):
                frame[column] = HOSTILE + frame[column]
    tables["sources"]["url"] = "javascript:alert(1)"
    meta = replace(net.meta, title=HOSTILE, description=HOSTILE, attribution=HOSTILE, licence=HOSTILE)
    named = {name: replace(one, title=HOSTILE, description=HOSTILE) for name, one in scenarios("starter").items()}
    text = report_html(Network.of(meta=meta, **tables), report_settings("starter"), named)
    page = Page(text)
    assert not page.wrong
    assert "<script" not in text
    assert "javascript:" not in text
    assert not any(tag == "script" for tag, _ in page.elements)
    assert HOSTILE in "".join(page.texts)


def test_the_page_is_the_same_each_time(starter: str) -> None:
    assert report_html(load("starter"), report_settings("starter"), scenarios("starter")) == starter


def test_the_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "deep" / "report.html"
    lines: list[str] = []
    net = load("starter")
    assert write_report(net, target, settings=report_settings("starter"), progress=lines.append) == target
    before = target.read_text(encoding="utf-8")
    assert before.rstrip().endswith("</html>")
    assert lines[0] == "routes to Town"
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]

    def broken(self: Path, other: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_report(net, target)
    assert target.read_text(encoding="utf-8") == before
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]


# ── parts ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_profile_ends_at_the_sums_of_its_stages(mini_corridor: Network) -> None:
    story = story_of(mini_corridor, origin="A", destinations=["T"])
    way = story.trips[0].main
    by_hours = profile(way.stages, "hours", "A–T", 1, is_main=True)
    by_usd = profile(way.stages, "usd", "A–T", 1)
    assert by_hours.total == pytest.approx(way.hours)
    assert by_usd.total == pytest.approx(way.usd)
    assert by_hours.km == pytest.approx(float(way.row["length_km"]))
    for one, two in zip(by_hours.legs, by_hours.legs[1:], strict=False):
        assert (one.to_km, one.high) == (two.from_km, two.low)
    # Standing still, a profile goes up and not along.
    assert all(leg.from_km == leg.to_km for leg in by_hours.legs if leg.is_step)
    assert sum(stop.size for stop in stops(by_hours, 0.0)) == pytest.approx(
        sum(leg.high - leg.low for leg in by_hours.legs if leg.is_step)
    )
    assert [band.country_code for band in bands(by_hours)] == ["AA", "BB", "XZ", "CC"]


def test_the_hub_of_a_corridor_is_what_its_routes_have_in_common() -> None:
    net = load("trans_caspian")
    chosen = settings_of(net, report_settings("trans_caspian"), scenarios("trans_caspian"))
    assert chosen.hub == ("AZ_ALAT",)
    assert chosen.is_rival("", ("CN_XIAN", "RU_MOSCOW"))
    assert not chosen.is_rival("", ("CN_XIAN", "AZ_ALAT"))
    assert chosen.hub_between("AZ_ALAT", "GE_POTI") == ()


@pytest.mark.parametrize("high", [0.0, 0.3, 1.0, 7.4, 13.2, 99.0, 480.0, 12_345.0])
def test_ticks_are_round_and_few(high: float) -> None:
    found = ticks(high, 5)
    assert 1 <= len(found) <= 6
    assert found[0] == 0
    assert found[-1] <= high or high == 0
    assert len({round(step, 9) for step in np.diff(found)}) <= 1


def test_a_scale_maps_its_ends() -> None:
    scale = Scale(0, 10, 100, 300)
    assert (scale(0), scale(10), scale(5)) == (100, 300, 200)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "file:///etc", "", "http://", "x y"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert link_to(url) == ""


# ── the shipped corridor ────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_shipped_corridor_fits_on_a_light_page() -> None:
    text = report_html(load("trans_caspian"), report_settings("trans_caspian"), scenarios("trans_caspian"))
    page = Page(text)
    assert not page.wrong
    assert len(text.encode()) < 3_000_000
    for name in ("Poti", "Istanbul", "Budapest"):
        assert f"Time and distance to {name}" in page.words
    assert "disputed borders are dashed" in page.words
    assert re.search(r"The model is (faster|slower) than published in \d+ of \d+ journeys, by \d+% at the", page.words)
    # Every named route that leads to a destination is in its table.
    assert page.words.count("Middle Corridor by Kuryk, stage by stage") == 3
    assert "Middle Corridor by Constanta, stage by stage to Budapest" in page.words


# ── honesty ─────────────────────────────────────────────────────────────────────────────────────────


def outcome(hours: float, cost: float, *modes: str) -> Outcome:
    return Outcome("later", hours, hours, cost, "", modes)


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (outcome(100.0, 500.0), "Changes the time and cost of none"),
        (outcome(99.9, 500.0), "Less than 1% for A–B."),  # 0.1 h is little, and not nothing
        (outcome(100.0, 498.0), "Less than 1% for A–B."),
        (outcome(97.8, 500.0), "Saves most from A–B: 2% of the time."),
    ],
)
def test_a_scenario_changes_nothing_only_where_it_changes_nothing(later: Outcome, words: str) -> None:
    journey = Journey("A–B", (outcome(100.0, 500.0), later))
    assert words in findings.scenario_effect([journey], "later")


def figures(*items: tuple[str, float]) -> pd.DataFrame:
    rows = [{"role": "validation", "quantity": quantity, "difference_frac": share, "is_within_range": False}
            for quantity, share in items]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_headline_on_published_figures_says_that_the_model_is_faster_and_leaves_lengths_out() -> None:
    times = [("transit_time", share) for share in (-0.3, -0.2, -0.1, 0.05)]
    found = figures(*times, ("speed", 0.5), *[("length", 0.01)] * 7)
    # Three of four below; the median of -0.3, -0.2, -0.1, 0.05 is -0.15.
    headline = "The model is faster than published in 3 of 4 journeys, by 15% at the median"
    assert findings.checks_headline(found) == headline
    words = findings.checks_lede(found)
    assert "within 20% of 3 of 4 times of journeys and 0 of 1 speeds; 0 of these 5 lie in the range" in words
    assert words.endswith("Lengths test the map and not the model: 7 of 7.")


def test_emissions_say_what_they_count_and_what_they_leave_out(starter: str) -> None:
    words = Page(starter).words
    net = load("starter")
    scope = findings.scope_words(str(net["vehicle_kinds"]["emission_scope"].iloc[0]))
    assert f"kg of CO₂e ({scope}" in words
    assert f"greenhouse gases as CO₂ equivalent, {scope}" in words
    assert "Not counted, for want of factors: border posts" in words


def test_the_page_says_how_to_ask_the_same_on_the_command_line(starter: str) -> None:
    words = Page(starter).words
    assert "kervan route XA_MINE XC_TOWN --commodity container --quantity 1 --depart 2025-06 --package starter" in words
    assert "leaving in June, on the network of 2025." in words


def test_a_place_that_is_only_touched_on_a_spur_does_not_name_a_route() -> None:
    # A goes to P and back on the same line, then on to B: that is no route by P.
    assert _ridden(["A", "M", "P", "M", "B"]) == ["A", "M", "M", "B"]
    assert _ridden(["A", "M", "P", "B"]) == ["A", "M", "P", "B"]


def test_a_named_route_is_shown_however_many_are_better() -> None:
    towns = [f"T{number}" for number in range(9)]
    lanes = [part for number, town in enumerate(towns) for part in (
        link("A", town, length_km=300.0 + number), link(town, "B", length_km=300.0 + number))]  # fmt: skip
    net = network(
        nodes=rows("nodes", node("A"), node("B", lon=54.0), *[node(town, lon=52.0, lat=40.0 + number / 5)
                                                              for number, town in enumerate(towns)]),
        links=rows("links", *lanes),
    )  # fmt: skip
    story = story_of(net, origin="A", destinations=["B"], routes={"By the last town": ["T8"]})
    assert "By the last town" in [way.name for way in story.trips[0].ways]


def test_a_switch_of_mode_is_written_beside_the_dot() -> None:
    base, later = outcome(48.0, 850.0, "road"), outcome(61.0, 620.0, "rail")
    assert _point(later, base).words == "by rail instead of road, USD\u00a0230 less"
    assert _point(base, base).words == ""
