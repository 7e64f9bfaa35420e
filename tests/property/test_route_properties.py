"""Laws of the route engine on random networks: what must follow from more links, longer ways, more boxes, bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import kervan as kv
from conftest import link, network, node, rows
from kervan.engines._reliability import least_hours, quantiles
from kervan.network import Network
from kervan.result import Result

SETTINGS = settings(deadline=None, derandomize=True, max_examples=12)
PLACES = "ABCDEF"
CRITERIA = ["hours_mean", "cost_usd", "emission_kg"]

Way = tuple[int, int, str, float, float]

lengths = st.floats(20.0, 400.0).map(lambda x: round(x, 1))
speeds = st.floats(10.0, 90.0).map(lambda x: round(x, 1))


def names(way: Way) -> tuple[int, int, str]:
    """Return what two ways may not share: their ends and mode."""
    return min(way[:2]), max(way[:2]), way[2]


extra = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["rail", "road"]), lengths, speeds).filter(
        lambda way: way[0] != way[1] and names(way) not in {(n, n + 1, "rail") for n in range(5)}
    ),
    min_size=3, max_size=12, unique_by=names,
)  # fmt: skip
#: A railway from A to F past every place, so that there is always a way, and others.
ways = st.tuples(st.lists(st.tuples(lengths, speeds), min_size=5, max_size=5), extra).map(
    lambda drawn: [(n, n + 1, "rail", *drawn[0][n]) for n in range(5)] + drawn[1]
)


def country(name: str) -> str:
    return "AA" if name in "ABC" else "BB"


def built(chosen: list[Way], scale: float = 1.0) -> Network:
    """Return a network of these ways, with a yard for changing at B and E and posts for trucks at the border."""
    places = [node(name, country(name), lon=50 + place / 50) for place, name in enumerate(PLACES)]
    links = [link(PLACES[a], PLACES[b], mode, length_km=km * scale, speed_km_per_h=speed)
             for a, b, mode, km, speed in chosen]  # fmt: skip
    both = {"direction": "both"}
    handled: list[dict[str, Any]] = [
        {"facility_id": f"{name}.yard", "node_id": name, "name": name, "kind": "transload", "from_mode": "rail",
         "to_mode": "road", **both} for name in "BE"
    ]  # fmt: skip
    handled += [
        {"facility_id": f"{name}.post.{a}", "node_id": name, "name": name, "kind": "border_post", "from_mode": "road",
         "to_mode": "road", "from_country_code": a, "to_country_code": b}
        for name in PLACES for a, b in (("AA", "BB"), ("BB", "AA"))
    ]  # fmt: skip
    steps = [
        {"facility_id": item["facility_id"], "step_no": 1, "name": "Step", "kind": "customs", "wait_h": 1.0 + place,
         "service_h": 0.5 * place, "cost_usd_per_t": 0.2 * place}
        for place, item in enumerate(handled)
    ]  # fmt: skip
    return network(nodes=rows("nodes", *places), links=rows("links", *links), facilities=rows("facilities", *handled),
                   steps=rows("steps", *steps))  # fmt: skip


def asked(net: Network, **more: Any) -> Result:
    return kv.run(net, "route", kv.RouteParams(**{"origin": "A", "destination": "F", "commodity_id": "box", **more}))


def answered(net: Network, **more: Any) -> Result:
    """Return the answer, and give up the example where there is none."""
    try:
        return asked(net, **more)
    except kv.NoPath:
        assume(False)
        raise


def best(result: Result) -> pd.Series:
    return result["front"][CRITERIA].min()


@SETTINGS
@given(ways, extra)
def test_more_links_never_make_an_optimum_worse(some: list[Way], more: list[Way]) -> None:
    known = {names(way) for way in some}
    added = [way for way in more if names(way) not in known]
    before, after = asked(built(some)), asked(built([*some, *added]))
    assert (best(after) <= best(before) * (1 + 1e-9)).all()


@SETTINGS
@given(ways, st.sampled_from([0.5, 3.0]))
def test_lengths_scale_kilometres_and_all_that_goes_with_them(chosen: list[Way], scale: float) -> None:
    # Without posts and yards (one mode, one country) hours, money and emissions are all proportional to length.
    rail = [way for way in chosen if way[2] == "rail"]
    one = asked(built(rail), modes=("rail",))["itineraries"]
    other = asked(built(rail, scale), modes=("rail",))["itineraries"]
    for column in ("length_km", "hours_moving", "cost_usd", "emission_kg", "generalised_cost_usd"):
        assert other[column].to_numpy() == pytest.approx(scale * one[column].to_numpy())


@SETTINGS
@given(ways, st.sampled_from([0.5, 2.0, 40.0]))
def test_quantity_scales_money_and_emissions_and_leaves_time(chosen: list[Way], quantity: float) -> None:
    net = built(chosen)
    one, many = asked(net), asked(net, quantity=quantity)
    for table in ("itineraries", "stages", "front"):
        assert len(one[table]) == len(many[table])
        assert many[table]["cost_usd"].to_numpy() == pytest.approx(quantity * one[table]["cost_usd"].to_numpy())
        assert many[table]["emission_kg"].to_numpy() == pytest.approx(quantity * one[table]["emission_kg"].to_numpy())
    assert many["itineraries"]["hours_mean"].tolist() == one["itineraries"]["hours_mean"].tolist()
    assert many["itineraries"]["label"].tolist() == one["itineraries"]["label"].tolist()


@SETTINGS
@given(ways, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_bounds_are_kept_and_lose_nothing_that_keeps_them(chosen: list[Way], a: float, b: float, c: float) -> None:
    net = built(chosen)
    front = asked(net)["front"]
    low, high = front[CRITERIA].min().to_numpy(), front[CRITERIA].max().to_numpy()
    bound = low + np.array([a, b, c]) * (high - low)
    bounds = dict(zip(("max_hours", "max_cost_usd", "max_emission_kg"), bound.tolist(), strict=True))
    within = front[(front[CRITERIA].to_numpy() <= bound * (1 + 1e-9)).all(axis=1)]
    if within.empty:
        with pytest.raises(kv.NoPath, match="max_"):
            asked(net, **bounds)
        return
    result = asked(net, **bounds)
    assert (result["itineraries"][CRITERIA].to_numpy() <= bound * (1 + 1e-8) + 1e-9).all()
    assert result["front"][CRITERIA].to_numpy() == pytest.approx(within[CRITERIA].to_numpy())


@SETTINGS
@given(ways, st.sampled_from([0.01, 0.1, 1.0]))
def test_an_epsilon_front_covers_the_whole(chosen: list[Way], epsilon: float) -> None:
    net = built(chosen)
    exact = asked(net)["front"][CRITERIA].to_numpy()
    cover = asked(net, epsilon=epsilon)["front"][CRITERIA].to_numpy()
    for point in exact:
        assert (cover <= point * (1 + epsilon) * (1 + 1e-9)).all(axis=1).any()


@SETTINGS
@given(ways, st.sampled_from([0.3, 0.7, 1.0]))
def test_stages_add_up_and_itineraries_differ(chosen: list[Way], similarity: float) -> None:
    result = asked(built(chosen), similarity=similarity, alternatives=6)
    itineraries, stages = result["itineraries"], result["stages"]
    sums = stages.groupby("itinerary").sum(numeric_only=True)
    for column in ("length_km", "hours_moving", "hours_waiting", "hours_procedure", "cost_usd", "emission_kg"):
        assert sums[column].to_numpy() == pytest.approx(itineraries[column].to_numpy(), abs=1e-9)
    parts = itineraries[["hours_moving", "hours_waiting", "hours_procedure"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(itineraries["hours_mean"].to_numpy())
    assert itineraries["generalised_cost_usd"].is_monotonic_increasing
    assert itineraries["itinerary"].tolist() == list(range(1, len(itineraries) + 1))
    assert itineraries["label"].is_unique
    assert (itineraries["hours_p50"] <= itineraries["hours_p90"]).all()
    chosen_points = set(result["front"]["itinerary"]) - {0}
    assert chosen_points <= set(itineraries.loc[itineraries["is_pareto"], "itinerary"])
    for _, part in stages.groupby("itinerary"):
        assert part["from_node_id"].iloc[0] == "A"
        assert part["to_node_id"].iloc[-1] == "F"
        assert part["to_node_id"].tolist()[:-1] == part["from_node_id"].tolist()[1:]


@SETTINGS
@given(ways, st.sampled_from("BCDE"), st.sampled_from("BCDE"))
def test_places_to_pass_are_passed_in_order_and_places_to_avoid_are_not(
    chosen: list[Way], via: str, avoid: str
) -> None:
    assume(via != avoid)
    net = built(chosen)
    result = answered(net, via=(via,), avoid=(avoid,))
    for _, part in result["stages"].groupby("itinerary"):
        assert avoid not in set(part["from_node_id"]) | set(part["to_node_id"])
    ends = {item["link_id"]: {item["from_node_id"], item["to_node_id"]}
            for item in net["links"].to_dict("records")}  # fmt: skip
    for _, part in result["stages"].groupby("itinerary"):
        touched = set().union(*(ends[name] for text in part["link_ids"] if text for name in text.split(";")))
        assert via in touched
        assert avoid not in touched
    free = asked(net)
    assert (best(result) >= best(free) * (1 - 1e-9)).all()


@SETTINGS
@given(ways, st.sampled_from("BCDE"), st.sampled_from("BCDE"))
def test_nothing_turns_back_at_a_place_to_pass(chosen: list[Way], one: str, other: str) -> None:
    net = built(chosen)
    result = answered(net, via=(one,) if one == other else (one, other))
    ends = {item["link_id"]: (item["from_node_id"], item["to_node_id"])
            for item in net["links"].to_dict("records")}  # fmt: skip
    for _, part in result["stages"].groupby("itinerary"):
        places = ["A"]
        for name in ";".join(text for text in part["link_ids"] if text).split(";"):
            start, end = ends[name]
            places.append(end if start == places[-1] else start)
        assert places[-1] == "F"
        first = places.index(one)
        at = [first] if one == other else [first, places.index(other, first)]
        assert all(places[place - 1] != places[place + 1] for place in at)
        # Neither is passed again before the next, nor an end of the way between them.
        assert one == other or one not in places[first + 1 : at[1]]
        assert "A" not in places[first:]
        assert "F" not in places[: at[-1]]


@SETTINGS
@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.0, 60)), min_size=1, max_size=10),
    st.floats(0.1, 100), st.sampled_from([0.5, 2.0]),
)  # fmt: skip
def test_quantiles_shift_with_certain_hours_and_scale_with_the_unit(
    stages: list[tuple[float, float]], certain: float, scale: float
) -> None:
    mean, sd = np.array(stages).T
    plain = quantiles(mean, sd, (0.5, 0.9))
    assert quantiles([*mean, certain], [*sd, 0.0], (0.5, 0.9)) == pytest.approx(plain + certain)
    assert quantiles(mean * scale, sd * scale, (0.5, 0.9)) == pytest.approx(plain * scale)
    assert least_hours(mean, sd) <= plain[0] <= plain[1]
