"""The shipped package: what it must hold, and the sanity a reader would ask for first."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

import kervan as kv
from kervan._conform import great_circle_km
from kervan.network import Network
from kervan.scenario import COMMITTED, Scenario
from kervan.schema import TABLES


@cache
def corridor() -> Network:
    return kv.load("trans_caspian")


def rail_km(net: Network, start: str, end: str) -> float:
    """Length of the shortest chain of railways, whatever the gauge, planned ones too."""
    nodes = net["nodes"]["node_id"]
    links = net["links"]
    links = links[links["mode"] == "rail"]
    number = pd.Series(range(len(nodes)), index=nodes)
    tail, head = number.loc[links["from_node_id"]].to_numpy(), number.loc[links["to_node_id"]].to_numpy()
    # Parallel railways (two gauges) would be added up by a sparse matrix: keep the shortest.
    pairs = pd.DataFrame({"tail": tail, "head": head, "km": links["length_km"].to_numpy()})
    pairs = pairs.groupby(["tail", "head"], as_index=False)["km"].min()
    shape = (len(nodes), len(nodes))
    graph = coo_array((pairs["km"], (pairs["tail"], pairs["head"])), shape=shape).tocsr()
    return float(dijkstra(graph, directed=False, indices=number[start])[number[end]])


@pytest.mark.parametrize(
    ("table", "at_least"),
    [
        ("nodes", 150), ("links", 200), ("facilities", 60), ("fleets", 8), ("commodities", 10), ("interventions", 45),
        ("observations", 300), ("sources", 240),
    ],
)  # fmt: skip
def test_the_package_is_as_large_as_the_corridor(table: str, at_least: int) -> None:
    assert len(corridor()[table]) >= at_least


def test_every_facility_has_steps() -> None:
    net = corridor()
    assert set(net["facilities"]["facility_id"]) == set(net["steps"]["facility_id"])


def test_every_commodity_has_demand_with_a_year_and_can_be_carried() -> None:
    net = corridor()
    commodities = set(net["commodities"]["commodity_id"])
    assert set(net["demand"]["commodity_id"]) == commodities
    assert set(net["carriage"]["commodity_id"]) == commodities


@pytest.mark.parametrize("table", [name for name, table in TABLES.items() if "quality" in table.names])
def test_every_row_has_a_source_and_a_quality(table: str) -> None:
    frame = corridor()[table]
    assert (frame["source_id"] != "").all()
    assert (frame["quality"] != "").all()


def test_no_link_is_shorter_than_the_great_circle_or_absurdly_longer() -> None:
    net = corridor()
    links, nodes = net["links"], net["nodes"].set_index("node_id")
    start, end = nodes.loc[links["from_node_id"]], nodes.loc[links["to_node_id"]]
    straight = great_circle_km(start["lon_deg"], start["lat_deg"], end["lon_deg"], end["lat_deg"])
    slack = start["accuracy_km"].to_numpy() + end["accuracy_km"].to_numpy()
    assert (links["length_km"].to_numpy() >= 0.98 * straight - slack).all()
    on_land = links["mode"].isin(["rail", "road"]).to_numpy() & (straight > 60)
    assert (links["length_km"].to_numpy()[on_land] <= 2.3 * straight[on_land]).all()


def test_everything_hangs_together() -> None:
    net = corridor()
    number = pd.Series(range(len(net["nodes"])), index=net["nodes"]["node_id"])
    links = net["links"]
    ends = (number.loc[links["from_node_id"]].to_numpy(), number.loc[links["to_node_id"]].to_numpy())
    count, label = connected_components(
        coo_array((np.ones(len(links)), ends), shape=(len(number),) * 2), directed=False
    )
    surface = label[number["CN_XIAN"]]
    stray = net["nodes"]["node_id"][label != surface]
    # Oil, gas and cables may be systems of their own; places on road, rail and sea may not be.
    used = links[links["mode"].isin(["rail", "road", "sea"])]
    assert not set(stray) & ({*used["from_node_id"]} | {*used["to_node_id"]}), count


def test_a_train_changes_gauge_only_at_a_gauge_yard() -> None:
    net = corridor()
    arcs = net.arcs("container")
    gauge = arcs.vertices["gauge_mm"].to_numpy()
    mode = arcs.vertices["mode"].to_numpy()
    tail, head = arcs.array("tail"), arcs.array("head")
    changes = (mode[tail] == "rail") & (mode[head] == "rail") & (gauge[tail] != gauge[head])
    assert changes.any()
    assert set(arcs.table.loc[changes, "kind"]) == {"gauge_change"}
    yards = net["facilities"].set_index("facility_id")["kind"]
    assert set(yards.loc[arcs.table.loc[changes, "facility_id"]]) == {"gauge_yard"}


@pytest.mark.parametrize(
    ("start", "end", "published_km", "tolerance"),
    [
        ("KZ_DOSTYK", "KZ_AKTAU", 3083, 0.06),  # Trend 2005: Dostyk-Aktogay-Zhezkazgan-Beyneu-Aktau
        ("GE_GARDABANI", "GE_POTI", 360, 0.05),  # Ukrzaliznytsia 2016, tariff notice
        ("GE_GARDABANI", "GE_BATUMI", 396, 0.05),  # Ukrzaliznytsia 2016, tariff notice
        ("AZ_BAKU", "AZ_BOYUKKESIK", 500, 0.07),  # Region Plus 2015
        ("CN_KASHGAR", "UZ_ANDIJAN", 523, 0.08),  # Railway Gazette 2025
        ("AZ_BAKU", "TR_KARS", 850, 0.08),  # Trend 2023 (826 km is also quoted)
        ("GE_MARABDA", "GE_KARTSAKHI", 184, 0.03),  # Trend 2024
    ],
)
def test_a_chain_of_railways_is_as_long_as_published(
    start: str, end: str, published_km: float, tolerance: float
) -> None:
    assert rail_km(corridor(), start, end) == pytest.approx(published_km, rel=tolerance)


@pytest.mark.parametrize(
    "post",
    [
        "KZ_KORDAY", "KG_AKZHOL", "KZ_KARASU", "KG_AKTILEK", "KZ_AUKHATTY", "KG_KENBULUN", "KZ_AISHABIBI",
        "KG_CHALDOVAR", "KZ_BESAGASH", "KG_KAPCHAGAY", "KZ_ZHIBEKZHOLY", "UZ_GISHTKUPRIK", "KZ_KONYSBAYEV",
        "UZ_YALLAMA", "KZ_TAZHEN", "KZ_SARYAGASH", "UZ_KELES", "KZ_OASIS", "UZ_KARAKALPAK", "KZ_DOSTYK",
        "CN_ALASHANKOU", "KZ_ALTYNKOL", "CN_KHORGOS",
    ],
)  # fmt: skip
def test_every_named_crossing_has_posts_both_ways(post: str) -> None:
    posts = corridor()["facilities"]
    posts = posts[(posts["node_id"] == post) & (posts["kind"] == "border_post")]
    ways = set(zip(posts["from_country_code"], posts["to_country_code"], strict=True))
    assert len(ways) >= 2, posts["facility_id"].tolist()
    assert all((end, start) in ways for start, end in ways)


def test_every_border_outside_a_customs_union_has_a_post() -> None:
    net = corridor()
    links = net["links"][net["links"]["mode"].isin(["rail", "road"])]
    country = net["nodes"].set_index("node_id")["country_code"]
    eu = {"BG", "RO", "HU", "DE", "NL", "PL", "AT", "GR", "IT", "CZ", "SK"}
    posts = net["facilities"][net["facilities"]["kind"] == "border_post"]
    guarded = set(zip(posts["node_id"], posts["from_mode"], posts["from_country_code"], strict=True))
    bare = []
    for link_id, start, end, mode in zip(
        links["link_id"], links["from_node_id"], links["to_node_id"], links["mode"], strict=True
    ):
        ends = (country[start], country[end])
        if ends[0] == ends[1] or set(ends) <= eu:
            continue
        if not {(start, mode, ends[0]), (end, mode, ends[0])} & guarded:
            bare.append(link_id)
    # Russia, Belarus, Kazakhstan and the Kyrgyz Republic share a customs union.
    union = {"RU", "BY", "KZ", "KG"}
    by_id = links.set_index("link_id")
    bare = [
        name for name in bare
        if not {country[by_id.loc[name, "from_node_id"]], country[by_id.loc[name, "to_node_id"]]} <= union
    ]  # fmt: skip
    assert bare == []


def test_every_intervention_edit_touches_something() -> None:
    net = corridor()
    for intervention_id, edits in zip(
        net["interventions"]["intervention_id"], net["interventions"]["edits"], strict=True
    ):
        if json.loads(edits):
            Scenario(f"only {intervention_id}", interventions=(intervention_id,)).apply(net)


@pytest.mark.parametrize("year", [2026, 2027, 2030, 2040])
def test_the_network_of_a_later_year_holds_what_is_committed_by_then(year: int) -> None:
    net = corridor()
    later = kv.at(net, year)
    frame = net["interventions"]
    due = frame["status"].isin(COMMITTED) & (frame["year"] > net.meta.base_year) & (frame["year"] <= year)
    assert later.year == year
    assert (later.digest != net.digest) or not due.any()


def test_planned_railways_are_shut_today_and_the_project_opens_them() -> None:
    net = corridor()
    planned = net["links"][net["links"]["opens_year"] == 9999]
    assert {"KZ_BAKHTY", "CN_TACHENG"} <= {*planned["from_node_id"], *planned["to_node_id"]}
    later = kv.at(net, 2030)
    opened = later.open_rows("links")["link_id"]
    assert opened.str.contains("KZ_BAKHTY-KZ_AYAGOZ").any()
    assert not net.open_rows("links")["link_id"].str.contains("KZ_BAKHTY-KZ_AYAGOZ.rail").any()


def test_calibration_and_validation_never_use_the_same_figure() -> None:
    seen = corridor()["observations"]
    key = ["quantity", "place", "year", "value", "source_id", "facility_id", "vehicle_kind"]
    sides = {
        role: set(map(tuple, seen.loc[seen["role"] == role, key].to_numpy())) for role in ("calibration", "validation")
    }
    assert sides["calibration"]
    assert len(sides["validation"]) >= 25
    assert not sides["calibration"] & sides["validation"]
