"""A corridor's tables as a model: what each row becomes, and truths that come out of a whole year."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kervan as kv
from kervan.engines.simulate._when import Clock, week_spans
from kervan.engines.simulate.corridor import corridor_of
from kervan.engines.simulate.load import loads_of
from kervan.engines.simulate.model import Branch, Enter, Hours, Ride, Spells, Travel, Visit
from kervan.engines.simulate.params import SimulateParams
from kervan.engines.simulate.traffic import demand_of, traffic_of
from kervan.errors import ParamsError, UnknownName
from kervan.network import Network
from kervan.result import Result
from kervan.schema import TABLES, UNKNOWN_SERVERS

SHORT = {"lead_d": 20.0, "tail_d": 30.0, "threads": 1}


def starter(**tables: pd.DataFrame) -> Network:
    """Return the starter corridor with boxes of one TEU, and some tables replaced."""
    net = kv.load("starter")
    return net.replace(**{"carriage": net["carriage"].assign(shipment_units=1.0), **tables})


def boundless(net: Network) -> Network:
    """Return a network in which nobody competes: servers not known, ships always there, departures at random."""
    return net.replace(
        steps=net["steps"].assign(server_count=UNKNOWN_SERVERS),
        services=net["services"].assign(fleet_id="", headway_cv_frac=1.0, rule="headway"),
        yards=net["yards"].iloc[:0], failures=net["failures"].iloc[:0],
        demand=net["demand"].assign(season_id="", arrival="poisson", group_count=1),
    )  # fmt: skip


def simulated(net: Network, **params: Any) -> Result:
    return kv.run(net, "simulate", SimulateParams(**{"replications": 4, **SHORT, **params}))


def one_row(table: str, **values: Any) -> pd.DataFrame:
    """Return a table of one row; what is not given has its default."""
    row = {column.name: values.get(column.name, column.default) for column in TABLES[table].columns}
    return pd.DataFrame([row | {"source_id": "invented", "quality": "estimated"}])


# ── truths ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_where_nobody_competes_a_year_takes_what_the_route_says() -> None:
    """Travel, measured waits, the mixture of papers, doors, departures at random, storms: all means are the route's."""
    net = boundless(starter())
    question = kv.RouteParams(origin="XA_MINE", destination="XC_TOWN", commodity_id="container", alternatives=1)
    way = kv.run(net, "route", question)["itineraries"].iloc[0]
    found = simulated(net, replications=40, confidence=0.999)["od"].iloc[0]
    assert found["consignments"] > 190_000
    assert abs(found["mean_h"] - way["hours_mean"]) < found["half_width_h"] < 0.02 * way["hours_mean"]
    for part in ("moving", "procedure"):
        assert found[f"{part}_h"] == pytest.approx(way[f"hours_{part}"], rel=0.01)


@pytest.mark.slow
def test_a_single_server_at_the_border_has_the_wait_of_pollaczek_and_khinchine() -> None:
    """Poisson arrivals stay Poisson over a railway where nobody hinders anybody (M/G/inf), so the post is M/G/1.

    W = λ s² (1 + c²) / (2 (1 - λ s)) with λ = 5,000 a year, s = 1 h, c = 0.5.
    """
    net = boundless(starter())
    steps = net["steps"]
    post = steps["facility_id"] == "XA_PASS.XA-XB.rail"
    net = net.replace(steps=steps.assign(server_count=steps["server_count"].where(~post, 1)))
    queue = (
        simulated(net, replications=20, confidence=0.999)["facilities"].set_index("station").loc["XA_PASS.XA-XB.rail 1"]
    )
    load = 5000 / 8760
    wait_h = load * 1.25 / (2 * (1 - load))
    assert abs(queue["mean_wait_h"] - wait_h) < queue["wait_half_width_h"] < 0.2 * wait_h
    assert abs(queue["utilisation_frac"] - load) < queue["utilisation_half_width_frac"]
    assert queue["offered_frac"] == pytest.approx(load)
    assert queue["capacity_per_year"] == pytest.approx(8760)


@pytest.mark.slow
def test_a_closed_port_keeps_back_what_comes_and_recovers() -> None:
    """Ten days at 5,000 boxes a year are 137; the ferry of 100 TEU a day clears them in about two days."""
    net = boundless(starter(disruptions=one_row(
        "disruptions", disruption_id="strike", name="Strike", node_id="XB_PORT", start_d=100.0, length_d=10.0
    )))  # fmt: skip
    found = simulated(net, replications=6)["recovery"].iloc[0]
    assert found["peak_backlog_count"] == pytest.approx(5000 / 365 * 10, rel=0.2)
    assert 108 <= found["peak_d"] <= 113
    assert 1 <= found["recovery_d"] <= 12


# ── one answer ──────────────────────────────────────────────────────────────────────────────────────


def test_the_bits_do_not_depend_on_threads() -> None:
    one, two = (simulated(starter(), replications=3, threads=threads)["run"]["digest"].iloc[0] for threads in (1, 2))
    other = simulated(starter(), replications=3, seed=2)["run"]["digest"].iloc[0]
    assert one == two != other


def test_progress_is_told_and_the_network_is_left_alone() -> None:
    net, told = starter(), []
    before = net.digest
    kv.run(net, "simulate", SimulateParams(replications=2, **SHORT), watch=told.append)
    assert [step.done for step in told] == [0, 1, 2]
    assert net.digest == before


def test_replications_are_added_until_the_mean_is_known_well_enough() -> None:
    run = simulated(starter(), replications=None, half_width_frac=0.05)["run"].iloc[0]
    assert run["replications"] >= 5
    assert run["half_width_h"] <= 0.05 * run["mean_h"]
    short = simulated(starter(), replications=None, half_width_frac=1e-6, most_replications=5)
    assert "interval" in set(short["notes"]["kind"])


def test_too_much_work_is_told_before_and_after() -> None:
    net, told = starter(), []
    result = kv.run(net, "simulate", SimulateParams(replications=1, volume_factor=3.0, **SHORT), watch=told.append)
    words = "utilisation 1.71 at steps XA_PASS.XA-XB.rail 1 (Customs, leaving)"
    assert any(words in warning for warning in told[0].warnings)
    notes = result["notes"]
    assert "XA_PASS.XA-XB.rail 1" in set(notes.loc[notes["kind"] == "unstable", "place"])


# ── what becomes of the rows ────────────────────────────────────────────────────────────────────────


def test_demand_is_that_of_the_year_and_else_of_the_base_year() -> None:
    net = starter()
    more = one_row("demand", demand_id="other", origin_node_id="XC_TOWN", destination_node_id="XA_MINE",
                   commodity_id="container", year=2025, volume_per_year=10.0, kind="assumed")  # fmt: skip
    net = net.replace(demand=pd.concat([net["demand"], more]))
    params = SimulateParams()
    assert set(demand_of(net, params)["demand_id"]) == {"mine-town.2025", "other"}
    assert set(demand_of(net.replace(year=2030), params)["demand_id"]) == {"mine-town.2030", "other"}
    assert demand_of(net, SimulateParams(demand_ids=("other",)))["demand_id"].tolist() == ["other"]
    with pytest.raises(UnknownName, match="did you mean 'other'"):
        demand_of(net, SimulateParams(demand_ids=("othr",)))
    with pytest.raises(ParamsError, match="there is no demand in 2025"):
        demand_of(net.replace(demand=net["demand"].iloc[:0]), params)


def test_shares_of_ways_follow_the_logit_and_no_scale_takes_the_cheapest() -> None:
    net = starter()
    alone = traffic_of(net, SimulateParams())[0][0].ways
    assert [way.share for way in alone] == [1.0]
    asked = kv.RouteParams(origin="XA_MINE", destination="XC_TOWN", commodity_id="container", alternatives=3)
    costs = kv.run(net, "route", asked)["itineraries"]["generalised_cost_usd"].to_numpy()
    net = net.replace(commodities=net["commodities"].assign(choice_scale_usd_per_unit=300.0))
    shares = [way.share for way in traffic_of(net, SimulateParams())[0][0].ways]
    expected = np.exp(-(costs - costs[0]) / 300)
    assert shares == pytest.approx((expected / expected.sum()).tolist())


def test_a_row_without_a_way_is_left_out_and_a_fixed_way_that_is_shut_is_an_error() -> None:
    net = starter()
    net = net.replace(links=net["links"].assign(status=np.where(net["links"]["mode"] == "sea", "closed", "existing")))
    with pytest.raises(ParamsError, match=r"nothing can be simulated:\nmine-town\.2025: no itinerary"):
        traffic_of(net, SimulateParams())
    fixed = net.replace(demand=net["demand"].assign(via_node_ids="XB_PORT"))
    with pytest.raises(ParamsError, match=r"demand mine-town\.2025: "):
        traffic_of(fixed, SimulateParams())


def test_flows_without_a_size_of_consignments_are_left_out() -> None:
    net = kv.load("starter")
    net = net.replace(carriage=net["carriage"].assign(shipment_units=math.inf))
    with pytest.raises(ParamsError, match="a continuous flow"):
        traffic_of(net, SimulateParams())


def test_a_program_follows_the_arcs() -> None:
    corridor = corridor_of(starter(), SimulateParams())
    ((_, whole),) = corridor.model.sources[0].programs
    # It is held back at the origin while the quay is under embargo, and takes a place there on its way.
    assert [op.station for op in whole[:1] if isinstance(op, Visit)] == ["embargo XB_PORT.sea"]
    assert [op for op in whole if isinstance(op, Enter)] == [Enter("XB_PORT.sea")]
    program = [op for op in whole[1:] if not isinstance(op, Enter)]
    kinds = [type(op).__name__ for op in program]
    assert kinds == ["Travel", "Visit", "Travel", "Visit", "Visit", "Travel", "Visit", "Ride", "Visit", "Travel"]
    assert [op.station for op in program if isinstance(op, Visit)] == [
        "XA_PASS.XA-XB.rail 1", "XB_PASS.XA-XB.rail 1", "XB_PASS.gauge 1", "XB_PORT.rail-sea 1", "XC_PORT.sea-road 1",
    ]  # fmt: skip
    rides = [op for op in program if isinstance(op, Ride)]
    assert [(op.lane, op.size) for op in rides] == [("lake.ferry > XC_PORT", 1.0)]
    travels = [op.law.mean_h for op in program if isinstance(op, Travel)]
    assert travels == pytest.approx([5.0, 0.25, 8.0, 2.0])
    lanes = {lane.name: lane for lane in corridor.model.lanes}
    assert lanes["lake.ferry > XC_PORT"].crossing.mean_h == pytest.approx(8.0)
    assert (lanes["lake.ferry > XC_PORT"].fleet, lanes["lake.ferry > XB_PORT"].fleet) == ("ferries", "ferries")
    stage_kinds = [stage.kind for stage in corridor.stages[0][0]]
    assert stage_kinds.count("service") == 1
    assert {type(gate).__name__ for gate in corridor.model.gates} >= {"Hours", "Spells"}


def test_servers_that_are_not_known_make_no_queue_and_keep_the_measured_wait() -> None:
    corridor = corridor_of(boundless(starter()), SimulateParams())
    ((_, program),) = corridor.model.sources[0].programs
    posts = [op for op in program if isinstance(op, Travel) and op.waiting.mean_h > 0]
    assert [(op.waiting.mean_h, op.procedure.mean_h) for op in posts] == [(2.0, 1.0)]
    assert all(station.servers is None for station in corridor.model.stations)


def test_a_known_capacity_of_a_link_is_a_server_that_takes_each_consignment_its_share_of_the_year() -> None:
    links = kv.load("starter")["links"]
    net = starter(links=links.assign(
        capacity_per_year=np.where(links["link_id"] == "pass.rail", 120_000.0, math.inf), capacity_unit="t"
    ))  # fmt: skip
    load = loads_of(corridor_of(net, SimulateParams()).model)["pass.rail line"]
    assert load.service_h == pytest.approx(12.0 * 8760 / 120_000)  # 12 t a box
    assert load.offered_frac == pytest.approx(5000 * 12 / 120_000)


def test_who_may_leave_a_queue_has_another_way_from_there() -> None:
    steps = kv.load("starter")["steps"]
    post = steps["facility_id"] == "XA_PASS.XA-XB.rail"
    ramp = one_row("facilities", facility_id="ramp", node_id="XA_PASS", name="Ramp", kind="transload", from_mode="rail",
                   to_mode="road")  # fmt: skip
    net = starter(
        steps=steps.assign(divert_above_h=np.where(post, 1.0, math.inf)),
        facilities=pd.concat([kv.load("starter")["facilities"], ramp]),
    )
    corridor = corridor_of(net, SimulateParams())
    ((_, program),) = corridor.model.sources[0].programs
    visit = next(op for op in program if isinstance(op, Visit) and op.divert_above_h < math.inf)
    assert visit.otherwise is not None
    assert isinstance(program[visit.otherwise - 1], Branch)  # the way in the queue ends before the other begins
    others = [op.station for op in program[visit.otherwise :] if isinstance(op, Visit)]
    assert others[0] == "XA_PASS.XA-XB.road 1"
    assert "XA_PASS.XA-XB.rail 1" not in others
    assert len(corridor.stages[0][0]) == len(program)


def test_a_breakdown_and_a_season_and_a_batch_become_parts() -> None:
    base = kv.load("starter")
    steps = base["steps"]
    gauge = steps["facility_id"] == "XB_PASS.gauge"
    seasons = pd.concat([one_row("seasons", season_id="harvest", month=month, factor_frac=2.0 if month > 6 else 0.0)
                         for month in range(1, 13)])  # fmt: skip
    net = starter(
        failures=one_row("failures", failure_id="f", facility_id="XA_PASS.XA-XB.rail", up_h=500.0, down_h=5.0),
        steps=steps.assign(batch_count=np.where(gauge, 10, 1), batch_timeout_h=np.where(gauge, 24.0, math.inf)),
        seasons=seasons, demand=base["demand"].assign(season_id="harvest"),
    )  # fmt: skip
    model = corridor_of(net, SimulateParams(lead_d=0.0)).model
    assert "failure f" in next(one for one in model.stations if one.name == "XA_PASS.XA-XB.rail 1").gates
    train = next(lane for lane in model.lanes if lane.name.startswith("XB_PASS.gauge 1 > "))
    assert (train.capacity, train.timeout_h, train.load_h) == (10.0, 24.0, 4.0)
    factors = [factor for _, factor in model.sources[0].season]
    assert factors[:12] == [0.0] * 6 + [2.0] * 6


# ── the clock ───────────────────────────────────────────────────────────────────────────────────────


def test_the_clock_knows_weeks_months_and_leap_years() -> None:
    clock = Clock(2024, 45.0, 10.0)
    assert clock.until_h - clock.warm_h == 366 * 24
    assert clock.start.isoformat() == "2023-11-17T00:00:00+00:00"
    assert clock.week_offset_h == 4 * 24  # a Friday
    months = list(clock.months())
    assert [month for _, month in months] == [11, 12, *range(1, 13), 1]
    assert months[1][0] == 14 * 24
    assert months[2][0] == clock.warm_h


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 23), st.floats(0.1, 1.0)), min_size=1, max_size=20),
       st.floats(-14, 14))  # fmt: skip
def test_opening_hours_keep_their_length_in_any_zone(openings: list[tuple[int, float, float]], offset: float) -> None:
    rows = [
        {"weekday": day, "opens_h": opens, "closes_h": opens + length * (24 - opens), "utc_offset_h": offset}
        for day, opens, length in openings
    ]
    spans = week_spans(rows)
    local = week_spans([{**row, "utc_offset_h": 0.0} for row in rows])
    assert sum(b - a for a, b in spans) == pytest.approx(sum(b - a for a, b in local))
    assert all(0 <= a < b <= 168 + 1e-9 for a, b in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_months_without_storms_do_not_carry_over() -> None:
    corridor = corridor_of(starter(), SimulateParams(lead_d=0.0, tail_d=0.0))
    weather = next(gate for gate in corridor.model.gates if isinstance(gate, Spells))
    assert [piece[1:] for piece in weather.pieces_h[:2]] == [(90.0, 10.0), (730.0, 1e-6)]
    office = next(gate for gate in corridor.model.gates if isinstance(gate, Hours))
    assert office.offset_h == 2 * 24  # 1 January 2025 was a Wednesday
