"""`Network`: validated, never changed in place, named by its content."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kervan as kv
from conftest import BASE, link, network, node, rows
from kervan.errors import InputError, ParamsError, SchemaError, UnknownName
from kervan.network import Meta, Network
from kervan.schema import TABLES


def values(net: Network) -> dict[str, pd.DataFrame]:
    """Return deep copies of all tables, to compare with later (a digest is kept and would not notice)."""
    return {name: net[name].copy(deep=True) for name in net}


def assert_same_values(net: Network, before: dict[str, pd.DataFrame]) -> None:
    assert list(net) == list(before)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(net[name], frame)


def test_a_network_holds_every_table_without_a_gap(mini_corridor: Network) -> None:
    assert list(mini_corridor) == list(TABLES)
    for name, table in TABLES.items():
        frame = mini_corridor[name]
        assert not frame.isna().any().any()
        assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == {
            c.name: c.dtype for c in table.columns
        }


def test_a_broken_table_is_refused_with_all_its_problems() -> None:
    with pytest.raises(SchemaError) as caught:
        network(nodes=rows("nodes", node("A", lon=999.0), node("A")))
    assert [problem.column for problem in caught.value.problems] == ["lon_deg", "node_id", ""]


def test_a_table_that_does_not_exist_is_refused_with_a_hint(one_link: Network) -> None:
    with pytest.raises(SchemaError, match="did you mean 'links'"):
        one_link.replace(linkz=one_link["links"])
    with pytest.raises(UnknownName, match="no table called 'linkz'; did you mean 'links'"):
        one_link["linkz"]


def test_changing_a_table_handed_out_leaves_the_network_as_it_was(mini_corridor: Network) -> None:
    before = values(mini_corridor)
    for name in mini_corridor:
        frame = mini_corridor[name]
        for column in frame.columns:
            if len(frame):
                frame.loc[:, column] = frame[column].iloc[-1]
        frame["extra"] = 1
    links = mini_corridor["links"]
    links["length_km"] *= 3
    links.at[0, "mode"] = "road"
    links.iloc[0, 0] = "x"
    del links["speed_km_per_h"]
    assert_same_values(mini_corridor, before)


def test_an_array_handed_out_is_read_only(mini_corridor: Network) -> None:
    with pytest.raises(ValueError, match="read-only"):
        mini_corridor["links"]["length_km"].to_numpy()[0] = 0.0


def test_changing_the_frames_a_network_was_made_of_does_not_reach_it() -> None:
    links = pd.DataFrame([{**link("A", "B"), "source_id": "S1", "quality": "observed"}])
    lengths = np.array([100.0])
    links["length_km"] = lengths
    net = network(nodes=rows("nodes", node("A"), node("B", lon=51.0)), links=links)
    before = values(net)
    lengths[0] = 1.0
    links.loc[0, "length_km"] = 2.0
    links["mode"] = "road"
    again = net.replace(links=net["links"])
    assert_same_values(net, before)
    assert_same_values(again, before)


def test_replace_returns_another_network_and_checks_it_as_a_whole(one_link: Network) -> None:
    before = values(one_link)
    longer = one_link.replace(links=one_link["links"].assign(length_km=500.0))
    assert longer["links"]["length_km"].tolist() == [500.0]
    assert longer.meta is one_link.meta
    assert_same_values(one_link, before)
    with pytest.raises(SchemaError, match="no such row in nodes"):
        one_link.replace(nodes=rows("nodes", node("A")))
    with pytest.raises(SchemaError, match="shorter than the straight line"):
        one_link.replace(nodes=rows("nodes", node("A"), node("B", lon=80.0)))


def test_replacing_the_year_alone_keeps_the_tables(one_link: Network) -> None:
    later = one_link.replace(year=2030)
    assert (one_link.year, later.year) == (2025, 2030)
    assert_same_values(later, values(one_link))
    assert later != one_link


# ── digest ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_content_has_the_same_digest_whatever_it_was_read_from() -> None:
    as_text = rows("links", link("A", "B", length_km="100", capacity_per_year=""))
    as_numbers = rows("links", link("A", "B", length_km=100.0))
    typed = TABLES["links"].conform(as_numbers)[0]
    places = rows("nodes", node("A"), node("B", lon=51.0))
    one, two, three = (network(nodes=places, links=links) for links in (as_text, as_numbers, typed))
    assert one.digest == two.digest == three.digest
    assert one == two
    assert len({one, two, three}) == 1
    assert len(one.digest) == 64


def test_minus_zero_is_zero() -> None:
    lines = rows("links", link("A", "B", length_km=120.0))
    one, two = (
        network(nodes=rows("nodes", node("A", lat=lat), node("B", lon=51.0, lat=0.0)), links=lines)
        for lat in (0.0, -0.0)
    )
    assert one.digest == two.digest


def test_every_cell_counts_in_the_digest(mini_corridor: Network) -> None:
    seen = {mini_corridor.digest, mini_corridor.replace(year=2026).digest}
    links = mini_corridor["links"]
    for change in (
        {"links": links.assign(note="x")},
        {"links": links.assign(time_cv_frac=np.nextafter(links["time_cv_frac"], 1.0))},
        {"links": links.iloc[::-1].reset_index(drop=True)},
        {"sources": mini_corridor["sources"].assign(year=2020)},
        {"modes": mini_corridor["modes"].assign(name="Way")},
        {"demand": rows("demand", {"demand_id": "d", "origin_node_id": "A", "destination_node_id": "T",
                                   "commodity_id": "box", "year": 2025, "volume_per_year": 1, "kind": "observed"})},
    ):  # fmt: skip
        digest = mini_corridor.replace(**change).digest
        assert digest not in seen
        seen.add(digest)
    renamed = network(Meta(name="other"), **{name: mini_corridor[name] for name in mini_corridor})
    assert renamed.digest not in seen


def test_text_moved_from_one_cell_to_the_next_is_another_content(one_link: Network) -> None:
    nodes = one_link["nodes"]
    one = one_link.replace(nodes=nodes.assign(note=["ab", ""]))
    two = one_link.replace(nodes=nodes.assign(note=["a", "b"]))
    assert one.digest != two.digest


def test_a_network_survives_a_journey_between_processes(mini_corridor: Network) -> None:
    copy = pickle.loads(pickle.dumps(mini_corridor))
    assert copy.digest == mini_corridor.digest
    assert_same_values(copy, values(mini_corridor))


# ── meta and year ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 62, "é"])
def test_a_package_name_is_a_key(name: str) -> None:
    with pytest.raises(ParamsError, match="package name"):
        Meta(name=name)


@pytest.mark.parametrize("year", [1899, 2201, "2025", 2025.0, True, None])
def test_a_year_is_a_whole_number_in_reason(year: object) -> None:
    with pytest.raises(ParamsError, match="base_year must be a whole year"):
        Meta(base_year=year)  # type: ignore[arg-type]


def test_the_year_may_come_from_a_table(one_link: Network) -> None:
    later = one_link.replace(year=np.int64(2030))  # type: ignore[arg-type]
    assert later.year == 2030
    assert later.digest == one_link.replace(year=2030).digest
    with pytest.raises(ParamsError, match="year must be a whole year"):
        one_link.replace(year=20_300)


def test_the_year_is_the_base_year_unless_given() -> None:
    tables = {"nodes": rows("nodes", node("A"), node("B", lon=51.0)), "links": rows("links", link("A", "B"))}
    assert Network.of(meta=Meta(base_year=2020), **BASE, **tables).year == 2020
    assert Network.of(meta=Meta(base_year=2020), year=2031, **BASE, **tables).year == 2031


def test_open_rows_are_those_in_use(mini_corridor: Network) -> None:
    links = mini_corridor["links"]
    links.loc[0, "opens_year"], links.loc[1, "status"], links.loc[2, "closes_year"] = 9999, "closed", 2025
    net = mini_corridor.replace(links=links)
    assert net.open_rows("links")["link_id"].tolist() == ["R-S.sea", "S-T.road"]
    assert len(net.open_rows("nodes")) == 6


# ── places by name ──────────────────────────────────────────────────────────────────────────────────


def named() -> Network:
    places = [
        node("KZ_AKTAU", "KZ") | {"name": "Aktau (port)", "aliases": "Shevchenko|Ақтау"},
        node("KZ_AKTOBE", "KZ", lon=51.0) | {"name": "Aktobe"},
        node("HU_BUDAPEST", "HU", lon=52.0) | {"name": "Budapest", "aliases": "Buda|Pest"},
        node("AZ_BAKU_1", "AZ", lon=53.0) | {"name": "Baku, Alat"},
        node("AZ_BAKU_2", "AZ", lon=54.0) | {"name": "Baku, Bilajari"},
        node("XI", "CN", lon=55.0) | {"name": "Xi’an", "aliases": "| |"},
    ]
    return network(nodes=rows("nodes", *places), links=rows("links", link("XI", "AZ_BAKU_1", length_km=900.0)))


@pytest.mark.parametrize(
    ("name", "node_id"),
    [
        ("KZ_AKTAU", "KZ_AKTAU"), ("kz aktau", "KZ_AKTAU"), ("aktau", "KZ_AKTAU"), (" AKTAU  (port) ", "KZ_AKTAU"),
        ("Ақтау", "KZ_AKTAU"), ("shevchenko", "KZ_AKTAU"), ("Pest", "HU_BUDAPEST"), ("baku, alat", "AZ_BAKU_1"),
        ("xi'an", "XI"),
    ],
)  # fmt: skip
def test_a_place_is_found_by_id_name_alias_or_first_word(name: str, node_id: str) -> None:
    assert named().find_node(name) == node_id


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Aktua", "no place called 'Aktua'; did you mean"),
        ("Baku", "no single place .AZ_BAKU_1 and AZ_BAKU_2 are all called so. called 'Baku'"),
        ("HU", "no place called 'HU'"),  # the country of one place is not its name
        ("", "no place called ''"),
        ("(port)", "no place called"),
    ],
)
def test_a_place_not_known_or_not_alone_is_asked_back(name: str, why: str) -> None:
    with pytest.raises(UnknownName, match=why):
        named().find_node(name)


def test_it_shows_itself(mini_corridor: Network) -> None:
    assert repr(mini_corridor).startswith("<Network test 0, year 2025: 6 nodes, 3 modes")


@pytest.mark.parametrize("wrong", [None, 5, ["A"], b"A", 10**5000], ids=["none", "number", "list", "bytes", "huge"])
def test_values_of_other_types_are_told_and_never_trip(one_link: Network, wrong: Any) -> None:
    for ask in (
        one_link.find_node,
        one_link.__getitem__,
        one_link.replace(year=2026).__getitem__,
        lambda value: kv.run(one_link, value),
        lambda value: kv.run(value, "route", kv.RouteParams("A", "B", "box")),
        lambda value: kv.run(one_link, "route", kv.RouteParams("A", "B", "box"), value) if value else kv.load(value),
        lambda value: kv.Scenario("s").apply(value),
        lambda value: Meta(name=value),
        lambda value: Meta(title=value),
    ):
        with pytest.raises(InputError) as raised:
            ask(wrong)
        assert len(str(raised.value)) < 300


def test_what_a_package_says_of_itself_holds_no_control_character() -> None:
    for text in ("a\0b", "a\x1bb", "a\ud800"):
        with pytest.raises(ParamsError, match="title must be text without control characters"):
            Meta(title=text)
    with pytest.raises(ParamsError, match="must be a whole year"):
        Meta(base_year=10**5000)
