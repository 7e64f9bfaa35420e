"""The shipped package: what it must hold, and the sanity a reader would ask for first."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

import kervan as kv
from kervan._conform import great_circle_km
from kervan.engines.simulate.corridor import corridor_of
from kervan.engines.simulate.load import loads_of
from kervan.engines.simulate.params import SimulateParams
from kervan.formats import scenarios, shipped
from kervan.network import Network
from kervan.scenario import COMMITTED, Scenario
from kervan.schema import TABLES

LAND_SEA = ("rail", "sea")


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


def test_a_figure_that_sets_a_journey_of_block_trains_is_of_one_section_only() -> None:
    seen = corridor()["observations"]
    times = seen[(seen["quantity"] == "transit_time") & (seen["origin_node_id"] != "")]
    setting = times[times["role"] == "calibration"]
    testing = times[times["role"] == "validation"]
    ways = [set(zip(part["origin_node_id"], part["destination_node_id"], strict=True)) for part in (setting, testing)]
    assert len(setting) >= 5
    assert len(testing) >= 15
    assert not ways[0] & ways[1]


def test_a_post_is_called_observed_only_where_it_was_measured_itself() -> None:
    net = corridor()
    posts = net["facilities"][net["facilities"]["kind"] == "border_post"]
    observed = set(posts.loc[posts["quality"] == "observed", "facility_id"])
    seen = net["observations"]
    setting = seen[(seen["role"] == "calibration") & (seen["quantity"] == "facility_time")]
    assert observed
    assert observed <= set(setting["facility_id"])


def test_what_is_claimed_has_the_quality_of_a_claim() -> None:
    seen = corridor()["observations"]
    claims = seen[seen["kind"] == "claimed"]
    assert len(claims) > 30
    assert set(claims["quality"]) == {"claimed"}


def test_every_measured_time_of_a_named_post_sets_it_or_tests_it() -> None:
    net = corridor()
    seen = net["observations"]
    at_posts = seen[(seen["quantity"] == "facility_time") & seen["observation_id"].str.startswith("border.")]
    guarded = set(net["facilities"].loc[net["facilities"]["kind"] == "border_post", "node_id"])
    at_posts = at_posts[at_posts["node_id"].isin(guarded) & at_posts["period"].ne("")]
    left_out = at_posts[at_posts["role"] == "context"]["observation_id"].tolist()
    # A single train of 2020, and a promise that stands among the journeys already.
    assert left_out == ["border.128", "border.244"]


def _cheapest(net: Network, destination: str, *via: str) -> dict[str, float]:
    params = kv.RouteParams(
        "CN_XIAN", destination, "container", via=via, vehicle_kinds=("block_train",), modes=LAND_SEA
    )
    items = kv.run(net, "route", params)["itineraries"]
    return {"usd": float(items["cost_usd"].min()), "hours": float(items["hours_mean"].min())}


def test_lower_water_makes_the_caspian_dearer_and_slower() -> None:
    net = corridor()
    low = scenarios("trans_caspian")["caspian_low_water"].apply(net)
    before, after = (_cheapest(each, "GE_POTI", "KZ_AKTAU", "AZ_ALAT") for each in (net, low))
    # 1.25 times the fare of 464 km by ship for one box, and a quarter more time between sailings.
    assert after["usd"] - before["usd"] == pytest.approx(0.25 * 0.65 * 464, rel=0.01)
    assert after["hours"] - before["hours"] == pytest.approx(0.25 * 24.8, rel=0.01)


def test_the_guarantee_of_baku_tbilisi_kars_touches_no_other_route() -> None:
    net = corridor()
    kept = scenarios("trans_caspian")["btk_guaranteed_times"].apply(net)
    for destination, *via in (
        ("TR_ISTANBUL", "IR_TEHRAN"), ("GE_POTI", "KZ_AKTAU", "AZ_ALAT"), ("HU_BUDAPEST", "RU_MOSCOW"),
    ):  # fmt: skip
        assert _cheapest(kept, destination, *via) == _cheapest(net, destination, *via)
    by_kars = ("TR_ISTANBUL", "AZ_ALAT", "GE_AKHALKALAKI", "TR_KARS")
    assert _cheapest(net, *by_kars)["hours"] - _cheapest(kept, *by_kars)["hours"] == pytest.approx(23.5, abs=0.1)


def test_names_are_those_of_places_and_not_made_of_ids() -> None:
    net = corridor()
    nodes = net["nodes"]
    short = {
        node_id: re.split(r" \(|,", name)[0] for node_id, name in zip(nodes["node_id"], nodes["name"], strict=True)
    }  # fmt: skip
    links = net["links"].set_index("link_id")
    facilities, services = net["facilities"], net["services"]
    for node_id, name in zip(facilities["node_id"], facilities["name"], strict=True):
        assert short[node_id].split()[0] in name
    for link_id, name in zip(services["link_id"], services["name"], strict=True):
        assert short[links.loc[link_id, "from_node_id"]] in name
        assert short[links.loc[link_id, "to_node_id"]] in name
    made_up = r"Khorgosgw|Redbridge|Stpetersburg|Lehavre|Bandarabbas|Xian\b|class7|Boyukkesik|\{|_"
    for frame in (facilities, services, nodes):
        assert not frame["name"].str.contains(made_up).any()


def test_interventions_have_edits_or_say_why_not() -> None:
    frame = corridor()["interventions"]
    is_modelled = frame["edits"].map(json.loads).map(bool)
    assert len(frame) >= 45
    assert is_modelled.sum() >= 42
    assert frame.loc[~is_modelled, "note"].str.contains("effect not modelled: ").all()
    assert not frame.loc[is_modelled, "note"].str.contains("effect not modelled").any()


def test_demand_that_nobody_forecast_is_called_assumed() -> None:
    demand = corridor()["demand"]
    carried = demand["note"].str.contains("carried over|order of magnitude")
    assert carried.any()
    assert set(demand.loc[carried, "kind"]) == {"assumed"}


def test_no_city_is_better_off_for_want_of_a_terminal() -> None:
    net = corridor()
    nodes, links = net["nodes"], net["links"]
    rail = links[links["mode"] == "rail"]
    cities = set(nodes.loc[nodes["kind"] == "city", "node_id"]) & {*rail["from_node_id"], *rail["to_node_id"]}
    gates = net["facilities"]
    gates = set(gates.loc[(gates["kind"] == "terminal") & (gates["to_mode"] == "rail"), "node_id"])
    assert cities - gates <= {"TR_KARS"}  # sections are timed from there
    by_rail = kv.RouteParams("CN_KASHGAR", "UZ_TASHKENT", "container", modes=("rail",))
    stages = kv.run(kv.at(net, 2030), "route", by_rail)["stages"]
    first = stages[stages["itinerary"] == 1].iloc[0]
    assert (first["kind"], first["hours_waiting"] > 24) == ("terminal", True)


def test_a_copy_and_an_encyclopaedia_are_not_graded_as_the_original() -> None:
    sources = corridor()["sources"]
    is_second_hand = sources["publisher"].str.contains(r"^Wikipedia|\(copy ")
    assert is_second_hand.any()
    assert set(sources.loc[is_second_hand, "grade"]) == {"C"}


def test_the_package_describes_itself() -> None:
    assert (shipped()["trans_caspian"] / "datapackage.json").is_file()


@pytest.mark.parametrize(
    ("origin", "destination", "most_km"),
    [
        ("KZ_DOSTYK", "KZ_ALMATY", 800), ("KZ_BAKHTY", "KZ_ALMATY", 900), ("KZ_ASTANA", "KZ_AKTOBE", 1600),
        ("KZ_ATYRAU", "KZ_ORAL", 600), ("KZ_ASTANA", "RU_MOSCOW", 3000), ("KZ_ASTANA", "KZ_ALMATY", 1300),
    ],
)  # fmt: skip
def test_lorries_stay_on_the_roads_of_their_country(origin: str, destination: str, most_km: float) -> None:
    question = kv.RouteParams(origin=origin, destination=destination, commodity_id="container", modes=("road",))
    result = kv.run(corridor(), "route", question)
    assert result["itineraries"]["length_km"].iloc[0] <= most_km
    passed = set(result["stages"].query("itinerary == 1")["country_code"])
    assert passed <= {origin[:2], destination[:2]}


@cache
def _model() -> Any:
    return corridor_of(corridor(), SimulateParams(alternatives=1))


def test_nothing_is_asked_of_a_station_that_it_cannot_do() -> None:
    busy = {name: load.offered_frac for name, load in loads_of(_model().model).items()}
    assert max(busy.values()) < 1
    # What is near its limit is so in the sources: the junction of Saryagash and posts with standing queues.
    near = {name.split(".")[0] for name, share in busy.items() if share > 0.88}
    assert near == {
        "KZ_SARYAGASH-UZ_KELES", "AZ_REDBRIDGE", "GE_TSITELIKHIDI", "KZ_KALZHAT", "CN_DULATA", "KZ_KONYSBAYEV",
        "UZ_YALLAMA", "CN_KHORGOS",
    }  # fmt: skip


def test_a_counted_flow_goes_by_what_it_was_counted_on() -> None:
    kinds = {
        flow.demand["demand_id"]: set(flow.arcs.table["vehicle_kind"].iloc[list(flow.ways[0].rows)]) - {""}
        for flow in _model().flows
        if flow.demand["via_node_ids"]
    }
    wagons = {name for name in kinds if name.endswith((".dostyk", ".altynkol")) and name.startswith("bulk")}
    assert len(wagons) == 4
    assert all(kinds[name] == {"wagon"} for name in wagons)
    assert all({"wagon", "rail_ferry"} == kinds[name] for name in kinds if name.endswith(".kuryk"))
    assert all(kinds[name] <= {"truck", "roro_ferry"} for name in kinds if name.startswith("truckload"))
    assert "container_ship" in kinds["container.CN_XIAN-GE_POTI.2025"]
    assert not {"truck", "wagon"} & kinds["container.CN_XIAN-GE_POTI.2025"]


def test_rail_with_china_is_not_counted_twice() -> None:
    net = corridor()
    demand = net["demand"].query("year == 2025")
    mass = demand["commodity_id"].map(net["commodities"].set_index("commodity_id")["mass_t_per_unit"])
    tonnes = demand["volume_per_year"] * mass
    lands = demand["commodity_id"].isin(["bulk", "metals", "grain", "container"])
    china = demand["origin_node_id"].str.startswith("CN") | demand["destination_node_id"].str.startswith("CN")
    assert tonnes[lands & china].sum() == pytest.approx(32e6, rel=0.001)  # KTZ 2024, all of it


def test_every_figure_that_only_a_simulation_answers_says_what_it_is_for() -> None:
    seen = corridor()["observations"]
    simulated = seen[
        (seen["role"] == "validation") & seen["quantity"].isin(["queue", "throughput", "closure", "other"])
    ]
    assert len(simulated) >= 15
    # A station, a place or a vehicle to look at, or the sea as a whole.
    named = (simulated[["facility_id", "node_id", "vehicle_kind", "commodity_id"]] != "").any(axis=1)
    assert set(simulated.loc[~named, "quantity"]) <= {"closure"}
