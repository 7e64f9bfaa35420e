"""Drawing primitives: colours that can be told apart, words that are escaped, maps that are true."""

from __future__ import annotations

import doctest
import importlib
import itertools
import pkgutil
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kervan.drawing
from kervan.drawing import palette
from kervan.drawing.basemap import area_names, basemap, map_layers, sea_way
from kervan.drawing.geo import clip_line, clip_ring, great_circle_km, projection_for, thinned, view_of
from kervan.drawing.labels import Label, place, spread
from kervan.drawing.maps import Mark, RouteLine, Sheet, draw_labels, draw_marks, draw_routes, place_labels, sampled
from kervan.drawing.svg import drawing, el, polyline, text_width, wrapped
from kervan.network import Network

parsed = ET.fromstring  # of what was made here
HOSTILE = '<script>alert(1)</script>" onload="x&'


@pytest.mark.parametrize("name", [f"kervan.drawing.{m.name}" for m in pkgutil.iter_modules(kervan.drawing.__path__)])
def test_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


# ── colours ─────────────────────────────────────────────────────────────────────────────────────────

#: Machado, Oliveira and Fernandes (2009), severity 1.0: how linear sRGB looks without one kind of cone.
SIGHT = {
    "common": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: str) -> Any:
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, two: str = "#ffffff") -> float:
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: Any) -> Any:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.cbrt(xyz / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("colour", [*palette.MODES.values(), palette.INK, palette.MUTED, *palette._SPARE])
def test_words_in_any_colour_can_be_read(colour: str) -> None:
    assert contrast(colour) >= 4.5


@pytest.mark.parametrize("sight", SIGHT)
def test_modes_can_be_told_apart_by_everybody(sight: str) -> None:
    seen = {mode: lab(np.array(SIGHT[sight]) @ linear(colour)) for mode, colour in palette.MODES.items()}
    for (one, first), (two, second) in itertools.combinations(seen.items(), 2):
        assert np.linalg.norm(first - second) > 17, f"{one} and {two} under {sight}"


def test_a_mode_nobody_named_has_one_colour_for_ever() -> None:
    assert palette.mode_colour("barge") == palette.mode_colour("barge")
    assert palette.mode_colour("barge").startswith("#")


# ── markup ──────────────────────────────────────────────────────────────────────────────────────────


@given(st.text())
def test_text_and_attributes_never_become_markup(words: str) -> None:
    clean = "".join(
        letter for letter in words if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff")
    )
    clean = "".join(letter for letter in clean if not 0xD800 <= ord(letter) <= 0xDFFF)
    found = parsed(el("text", el("b", clean), clean, title=clean))
    assert list(found) == [found[0]]
    assert not len(found[0])


def test_a_drawing_has_a_name_a_description_and_a_role() -> None:
    found = parsed(drawing("k", 10, 20, HOSTILE, "how to read it", el("rect", width=1.0)))
    assert found.get("role") == "img"
    assert found.get("aria-labelledby") == "k-t k-d"
    assert [one.get("id") for one in found[:2]] == ["k-t", "k-d"]
    assert found[0].text == HOSTILE


@given(st.lists(st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)), min_size=2, max_size=30))
def test_a_path_written_relative_ends_where_it_should(points: list[tuple[float, float]]) -> None:
    path = polyline(points)
    x = y = 0.0
    import re

    for command, numbers in re.findall(r"([Mlhv])([^Mlhvz]*)", path):
        values = [float(value) for value in re.findall(r"-?\d+\.?\d*", numbers)]
        dx, dy = {"h": (values[0], 0.0), "v": (0.0, values[0])}.get(command, tuple(values[:2]))
        x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
    assert x == pytest.approx(points[-1][0], abs=0.051)
    assert y == pytest.approx(points[-1][1], abs=0.051)


@given(st.text(alphabet="abc XYZ", max_size=60), st.floats(20, 200))
def test_lines_of_a_broken_text_fit_or_hold_one_word(words: str, width: float) -> None:
    lines = wrapped(words, width, 10)
    assert " ".join(lines) == " ".join(words.split())
    assert all(text_width(line, 10) <= width or " " not in line for line in lines)


# ── maps ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_projection_is_true_along_its_two_parallels() -> None:
    projection = projection_for([20, 110], [34, 52])
    for parallel in (projection.low_deg, projection.high_deg):
        lon = np.array([65.0, 65.01])
        east, north = projection.forward(lon, [parallel, parallel])
        drawn = float(np.hypot(np.diff(east), np.diff(north))[0])
        assert drawn == pytest.approx(float(great_circle_km(65.0, parallel, 65.01, parallel)), rel=1e-6)


def test_the_projection_keeps_angles() -> None:
    projection = projection_for([20, 110], [34, 52])
    east, north = projection.forward([50.0, 50.001, 50.0], [45.0, 45.0, 45.001])
    along = np.array([east[1] - east[0], north[1] - north[0]])
    up = np.array([east[2] - east[0], north[2] - north[0]])
    assert abs(along @ up) / np.linalg.norm(along) / np.linalg.norm(up) < 1e-4
    assert np.linalg.norm(along) / np.linalg.norm(up) == pytest.approx(np.cos(np.radians(45.0)), rel=1e-4)


@given(st.floats(-170, 170), st.floats(-60, 60), st.floats(0.1, 60), st.floats(0.1, 20))
def test_any_part_of_the_world_can_be_drawn_and_found_again(lon: float, lat: float, wide: float, tall: float) -> None:
    projection = projection_for([lon, lon + wide], [lat, lat + tall])
    east, north = projection.forward(lon + wide / 3, lat + tall / 3)
    back_lon, back_lat = projection.back(float(east), float(north))
    assert back_lon == pytest.approx(lon + wide / 3, abs=1e-6)
    assert back_lat == pytest.approx(lat + tall / 3, abs=1e-6)


@given(st.floats(-120, 120), st.floats(-55, 55), st.floats(0, 40), st.floats(0, 20), st.sampled_from([350.0, 1080.0]))
def test_a_view_holds_what_it_was_made_for(lon: float, lat: float, wide: float, tall: float, width: float) -> None:
    view = view_of([lon, lon + wide], [lat, lat + tall], width)
    x, y = view.at([lon, lon + wide], [lat, lat + tall])
    assert (x >= -1e-6).all()
    assert (x <= view.width + 1e-6).all()
    assert (y >= -1.0).all()
    assert (y <= view.height + 1.0).all()


def test_a_ring_is_cut_to_the_box_and_keeps_its_area() -> None:
    # A square of side 10 around the corner of the box: a quarter of it lies inside.
    ring = np.array([[-5.0, -5.0], [5.0, -5.0], [5.0, 5.0], [-5.0, 5.0]])
    cut = clip_ring(ring, (0.0, 0.0, 100.0, 100.0))
    x, y = cut[:, 0], cut[:, 1]
    area = abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2
    assert area == pytest.approx(25.0)
    assert clip_ring(ring + 1000, (0.0, 0.0, 100.0, 100.0)).shape == (0, 2)


def test_a_line_is_cut_into_the_pieces_near_the_box() -> None:
    line = np.array([[float(x), 0.0] for x in range(-50, 60, 10)])
    (piece,) = clip_line(line, (-15.0, -5.0, 15.0, 5.0))
    assert piece[:, 0].tolist() == [-20.0, -10.0, 0.0, 10.0, 20.0]
    assert clip_line(line + 500, (-15.0, -5.0, 15.0, 5.0)) == []


def test_a_thinned_line_keeps_its_ends() -> None:
    line = np.array([[x / 10, 0.0] for x in range(100)])
    thin = thinned(line, 1.0)
    assert thin[0].tolist() == line[0].tolist()
    assert thin[-1].tolist() == line[-1].tolist()
    assert len(thin) < 15


def test_the_basemap_knows_the_caspian_from_the_land() -> None:
    aktau, alat, shanghai, constanta = (51.2, 43.6), (49.4, 39.9), (121.5, 31.2), (28.7, 44.2)
    assert basemap()["land"]
    poti, istanbul = (41.65, 42.15), (28.98, 41.01)
    assert sea_way(aktau, alat) == (aktau, alat)
    assert sea_way(shanghai, constanta) == ()
    # Straight it would run along the coast of Anatolia, over land.
    bow = sea_way(poti, istanbul)
    assert (bow[0], bow[-1]) == (poti, istanbul)
    assert max(lat for _, lat in bow) > 42.5


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), min_size=1, max_size=25))
def test_no_label_covers_another_or_leaves_the_paper(points: list[tuple[float, float]]) -> None:
    placed = place([Label(x, y, ("Somewhere",), key=str(n)) for n, (x, y) in enumerate(points)], (0, 0, 400, 300))
    for one in placed:
        assert one.box[0] >= 0
        assert one.box[2] <= 400
        assert one.box[1] >= 0
        assert one.box[3] <= 300
    for one, two in itertools.combinations(placed, 2):
        across = min(one.box[2], two.box[2]) - max(one.box[0], two.box[0])
        along = min(one.box[3], two.box[3]) - max(one.box[1], two.box[1])
        assert min(across, 0) or min(along, 0) or across * along < 300 / 50 + 1e-9


def test_the_more_important_label_is_placed_first() -> None:
    crowd = [Label(100, 50, ("A rather long name",), rank=rank, key=str(rank)) for rank in (5, 1, 3)]
    placed = place(crowd, (0, 0, 240, 64))
    assert placed[0].label.key == "1"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=9), st.floats(1, 10))
def test_spread_positions_keep_their_order_and_distance(wanted: list[float], least: float) -> None:
    found = spread(wanted, least, 0, 100)
    ordered = [found[number] for number in sorted(range(len(wanted)), key=lambda n: wanted[n])]
    assert all(two - one >= least - 1e-6 for one, two in itertools.pairwise(ordered))
    assert min(found) >= -1e-6
    assert max(found) <= 100 + 1e-6 or least * (len(wanted) - 1) > 100


def test_a_map_writes_every_name_once_and_escaped() -> None:
    places = {"A": (50.0, 42.0), "B": (53.0, 41.0)}
    sheet = Sheet(view_of([50.0, 53.0], [41.0, 42.0], 400), places)
    route = RouteLine(("A", "B"), ("rail",))
    marks = [Mark("A", "end", (HOSTILE,), 0, is_needed=True), Mark("B", "port", ("Port",), 1, is_needed=True)]
    placed = place_labels(marks, sheet, 12, avoid=sampled([route], sheet))
    drawn = el("g", map_layers(sheet.view), draw_routes([route], sheet), draw_marks(marks, sheet), draw_labels(placed),
               area_names(sheet.view, 10, []))  # fmt: skip
    words = [one.text for one in parsed(drawn).iter("tspan")]
    assert sorted(words) == sorted([HOSTILE, "Port"])
    assert palette.mode_colour("rail") in drawn


# ── notebooks ───────────────────────────────────────────────────────────────────────────────────────


def test_a_network_shows_itself(mini_corridor: Network) -> None:
    shown = mini_corridor._repr_html_()
    parsed(shown)
    assert "6 nodes" in shown
    assert shown == mini_corridor._repr_html_()


def test_a_network_with_markup_in_its_names_shows_it_as_text(mini_corridor: Network) -> None:
    from dataclasses import replace

    hostile = Network.of(
        meta=replace(mini_corridor.meta, title=HOSTILE), **{name: mini_corridor[name] for name in mini_corridor}
    )
    assert "<script" not in hostile._repr_html_()


def test_a_result_shows_its_tables_with_units(mini_corridor: Network) -> None:
    import kervan as kv

    result = kv.run(mini_corridor, "route", kv.RouteParams(origin="A", destination="T", commodity_id="box"))
    shown = result._repr_html_()
    parsed(shown)
    assert "hours_mean" in shown
    assert "kg CO2e" in shown
    # What only programs read is as long as a page is wide.
    assert "link_ids" not in shown
    assert "source_ids" not in shown


def test_a_result_that_knows_its_places_shows_a_map(mini_corridor: Network) -> None:
    from dataclasses import replace

    import kervan as kv

    result = kv.run(mini_corridor, "route", kv.RouteParams(origin="A", destination="T", commodity_id="box"))
    shown = replace(result, _places={name: mini_corridor[name] for name in ("nodes", "links")})._repr_html_()
    words = [one.text for one in parsed(shown).iter() if one.tag.endswith("tspan")]
    assert {"A", "T"} <= set(words)
    assert all(palette.mode_colour(mode) in shown for mode in set(result["stages"]["mode"]))
    assert shown.index("<svg") < shown.index("<table")


def test_the_map_of_a_network_names_its_places(mini_corridor: Network) -> None:
    words = [one.text for one in parsed(mini_corridor._repr_html_()).iter() if one.tag.endswith("tspan")]
    assert set(mini_corridor["nodes"]["name"]) & set(words)
