"""Laws of edits: order of edits on different rows, repetition, composition; and nothing given is ever changed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conftest import COMMON, link, network, node, rows
from kervan.errors import ScenarioError
from kervan.network import Network
from kervan.scenario import Add, Close, Edit, Remove, Scale, Scenario, Set

SETTINGS = settings(deadline=None, derandomize=True, max_examples=15)
FEW = settings(SETTINGS, max_examples=6)  # those that expand the graph
PLACES = ["A", "B", "C", "D", "E"]


def chain() -> Network:
    """Four railways and four roads in a row.

    ::

        A ══ B ══ C ══ D ══ E
        A ── B ── C ── D ── E
    """
    pairs = list(pairwise(PLACES))
    return network(
        nodes=rows("nodes", *[node(name, lon=50.0 + i) for i, name in enumerate(PLACES)]),
        links=rows("links", *[link(a, b, mode, 120.0) for mode in ("rail", "road") for a, b in pairs]),
    )


NET = chain()
LINKS = NET["links"]["link_id"].tolist()
FACTORS = st.sampled_from([0.25, 0.5, 2.0, 4.0])  # powers of two: products are exact
some_links = st.lists(st.sampled_from(LINKS), min_size=1, max_size=4, unique=True)


def frames(net: Network) -> dict[str, pd.DataFrame]:
    return {name: net[name].copy(deep=True) for name in net}


def assert_same(one: dict[str, pd.DataFrame], two: dict[str, pd.DataFrame]) -> None:
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, two[name])


def apply(*edits: Edit) -> Network:
    return Scenario("s", edits).apply(NET)


def edit_on(links: list[str]) -> st.SearchStrategy[Edit]:
    """Edits of exactly these rows of the links (or of the places, or of nothing there yet)."""
    where = {"link_id": links}
    return st.one_of(
        st.builds(lambda note: Set("links", where, {"note": note}), st.sampled_from(["x", "y"])),
        st.builds(lambda speed: Set("links", where, {"speed_km_per_h": speed}), st.floats(1, 200)),
        st.builds(lambda factor: Scale("links", where, {"speed_km_per_h": factor}), FACTORS),
        st.builds(lambda factor: Scale("links", where, {"length_km": 1 + factor, "time_cv_frac": factor}), FACTORS),
        st.just(Close("links", where)),
        st.just(Remove("links", where)),
    )


@st.composite
def two_edits_apart(draw: st.DrawFn) -> tuple[Edit, Edit]:
    """Draw edits of two disjoint sets of links."""
    both = draw(st.permutations(LINKS))
    first, second = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return draw(edit_on(list(both[:first]))), draw(edit_on(list(both[first : first + second])))


@SETTINGS
@given(two_edits_apart())
def test_edits_of_different_rows_commute(edits: tuple[Edit, Edit]) -> None:
    one, two = apply(*edits), apply(*edits[::-1])
    assert_same(frames(one), frames(two))
    assert one.digest == two.digest


@SETTINGS
@given(some_links, FACTORS, st.integers(2, 30))
def test_edits_of_different_tables_commute(links: list[str], factor: float, km: int) -> None:
    new = {**link("A", "E", "road", 600.0 + km), **COMMON}
    edits: list[Edit] = [
        Scale("carriage", {}, {"cost_usd_per_unit_km": factor}),
        Set("nodes", {"node_id": "C"}, {"name": "Sea"}),
        Remove("links", {"link_id": links}),
        Add("demand", ({"demand_id": "d", "origin_node_id": "A", "destination_node_id": "E", "commodity_id": "box",
                        "year": 2025, "volume_per_year": km, "kind": "claimed", **COMMON},)),
    ]  # fmt: skip
    assert apply(*edits).digest == apply(*edits[::-1]).digest
    added = [Add("links", (new,)), Set("links", {"link_id": links}, {"note": "x"})]
    one, two = (apply(*order)["links"].sort_values("link_id", ignore_index=True) for order in (added, added[::-1]))
    pd.testing.assert_frame_equal(one, two)


@SETTINGS
@given(some_links, st.floats(1, 200), st.sampled_from(["", "a", "é"]))
def test_set_changes_something_or_is_refused(links: list[str], speed: float, note: str) -> None:
    edit = Set("links", {"link_id": links}, {"speed_km_per_h": speed, "note": note})
    given = NET["links"].query("link_id in @links")
    if (given["speed_km_per_h"] == speed).all() and not note:
        with pytest.raises(ScenarioError, match="changes nothing"):
            apply(edit)
        return
    assert apply(edit) != NET
    with pytest.raises(ScenarioError, match=r"edit 2 \(set\): changes nothing"):
        apply(edit, edit)


@SETTINGS
@given(some_links, FACTORS.filter(lambda factor: factor != 1), FACTORS.filter(lambda factor: factor != 1))
def test_scales_multiply(links: list[str], one: float, two: float) -> None:
    assume(one * two != 1)
    where = {"link_id": links}
    steps = apply(Scale("links", where, {"speed_km_per_h": one}), Scale("links", where, {"speed_km_per_h": two}))
    assert steps.digest == apply(Scale("links", where, {"speed_km_per_h": one * two})).digest
    back = apply(Scale("links", where, {"speed_km_per_h": one}), Scale("links", where, {"speed_km_per_h": 1 / one}))
    assert back.digest == NET.digest


@SETTINGS
@given(some_links, some_links)
def test_the_last_set_counts(first: list[str], second: list[str]) -> None:
    net = apply(Set("links", {"link_id": first}, {"note": "1"}), Set("links", {"link_id": second}, {"note": "2"}))
    for link_id, note in zip(net["links"]["link_id"], net["links"]["note"], strict=True):
        assert note == ("2" if link_id in second else "1" if link_id in first else "")


@FEW
@given(two_edits_apart())
def test_the_network_given_keeps_its_values(edits: tuple[Edit, Edit]) -> None:
    """Compare values, not the digest: that is kept once computed and would not notice."""
    fresh = chain()
    before, arcs = frames(fresh), fresh.arcs("box").table.copy(deep=True)
    after = Scenario("s", edits).apply(fresh)
    links = after["links"]
    links["length_km"] *= 2
    links.loc[:, "note"] = "changed"
    assert_same(before, frames(fresh))
    pd.testing.assert_frame_equal(fresh.arcs("box").table, arcs)


@SETTINGS
@given(two_edits_apart(), two_edits_apart())
def test_the_digest_differs_exactly_when_the_content_does(one: tuple[Edit, Edit], two: tuple[Edit, Edit]) -> None:
    first, second = apply(*one), apply(*two)
    same = all(first[name].equals(second[name]) for name in first)
    assert (first.digest == second.digest) == same
    assert (first == second) == same


@FEW
@given(some_links)
def test_nothing_flows_on_what_is_closed_or_removed_and_all_else_as_before(links: list[str]) -> None:
    before = NET.arcs("box").table
    columns = ["link_id", "from_node_id", "moving_h", "cost_usd_per_unit"]
    for edit in (Close("links", {"link_id": links}), Remove("links", {"link_id": links})):
        after = apply(edit).arcs("box").table
        assert not after["link_id"].isin(links).any()
        kept = before[~before["link_id"].isin([*links, ""])][columns].sort_values(columns, ignore_index=True)
        left = after[after["link_id"] != ""][columns].sort_values(columns, ignore_index=True)
        pd.testing.assert_frame_equal(left, kept)


@FEW
@given(st.sampled_from([2.0, 4.0, 0.5]))
def test_twice_as_long_takes_twice_the_hours_dollars_and_grams(factor: float) -> None:
    """Units in place of unit arithmetic: a scaled length scales what depends on it and nothing else."""
    base = apply(Scale("links", {}, {"length_km": 4.0})).arcs("box").table
    scaled = apply(Scale("links", {}, {"length_km": 4.0 * factor})).arcs("box").table
    for column in ("length_km", "moving_h", "cost_usd_per_unit", "emission_kg_per_unit"):
        np.testing.assert_allclose(scaled[column], factor * base[column])
    np.testing.assert_allclose(scaled["variance_h2"], factor**2 * base["variance_h2"])
    for column in ("waiting_h", "procedure_h", "capacity_per_year"):
        np.testing.assert_allclose(scaled[column], base[column])


@pytest.mark.parametrize("values", [{"note": "x"}, {"speed_km_per_h": 60}])
def test_a_scenario_of_all_its_edits_is_the_chain_of_scenarios_of_one(values: dict[str, Any]) -> None:
    edits = (Set("links", {"mode": "rail"}, values), Scale("links", {"mode": "road"}, {"length_km": 2.0}))
    chained = Scenario("b", edits[1:]).apply(Scenario("a", edits[:1]).apply(NET))
    assert chained.digest == apply(*edits).digest
