"""Arcs against values worked out by hand, and against samples of the process they stand for.

Every sampled truth is compared through its own confidence interval: five standard errors, so that a
right formula fails once in two million seeds; the seeds are fixed besides.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conftest import link, network, node, rows
from kervan.arcs import Arcs
from kervan.network import Network

SIGMAS = 5.0


def the_arc(arcs: Arcs, **where: Any) -> pd.Series:
    """Return the one arc with these values."""
    table = arcs.table
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1, table
    return table.iloc[0]


def assert_mean(sample: np.ndarray, expected: float) -> None:
    error = sample.std(ddof=1) / math.sqrt(len(sample))
    assert abs(sample.mean() - expected) < SIGMAS * error


def assert_variance(sample: np.ndarray, expected: float) -> None:
    """The standard error of a sample variance is √((μ₄ - σ⁴) / n)."""
    spread = (sample - sample.mean()) ** 2
    error = math.sqrt((np.mean(spread**2) - np.mean(spread) ** 2) / len(sample))
    assert abs(spread.mean() - expected) < SIGMAS * error


# ── every arc of the drawn corridor, by hand ────────────────────────────────────────────────────────


def test_a_travel_arc_is_length_over_speed_rate_and_factor(mini_corridor: Network) -> None:
    arc = the_arc(mini_corridor.arcs("box"), link_id="A-P.rail", from_node_id="A")
    assert arc["kind"] == "travel"
    assert arc["moving_h"] == pytest.approx(2.0)  # 100 km at 50 km/h
    assert arc["waiting_h"] == arc["procedure_h"] == 0.0
    assert arc["variance_h2"] == pytest.approx(0.04)  # (0.1 · 2 h)²
    assert arc["cost_usd_per_unit"] == pytest.approx(50.0)  # 0.5 USD a km
    assert arc["emission_kg_per_unit"] == pytest.approx(20.0)  # 0.02 kg/(t km) · 10 t · 100 km


def test_the_exit_post_waits_three_hours_and_works_two(mini_corridor: Network) -> None:
    arc = the_arc(mini_corridor.arcs("box"), facility_id="P.border.AA-BB.rail")
    assert (arc["kind"], arc["country_code"], arc["length_km"]) == ("border", "AA", 0.0)
    assert arc["waiting_h"] == pytest.approx(3.0)
    assert arc["procedure_h"] == pytest.approx(2.0)
    assert arc["variance_h2"] == pytest.approx(10.0)  # wait cv 1: 3² = 9; procedure cv 0.5: 1² = 1
    assert arc["cost_usd_per_unit"] == pytest.approx(10.0)  # 1 USD/t · 10 t


def test_the_entry_post_is_a_mixture_of_paper_and_electronic(mini_corridor: Network) -> None:
    arc = the_arc(mini_corridor.arcs("box"), facility_id="Q.border.AA-BB.rail")
    assert arc["procedure_h"] == pytest.approx(3.0)  # ½ · 5 + ½ · 1
    # E X² = (½ · 25 + ½ · 1)(1 + 0.5²) = 16.25, less 3²
    assert arc["variance_h2"] == pytest.approx(7.25)


def test_the_gauge_yard_takes_four_hours_either_way(mini_corridor: Network) -> None:
    arcs = mini_corridor.arcs("box")
    both = arcs.table[arcs.table["kind"] == "gauge_change"]
    assert both["procedure_h"].tolist() == [4.0, 4.0]
    gauge = arcs.vertices["gauge_mm"].to_numpy()
    assert {(gauge[t], gauge[h]) for t, h in zip(both["tail"], both["head"], strict=True)} == {
        (1435, 1520),
        (1520, 1435),
    }


@pytest.mark.parametrize(
    ("month", "closure_h", "closure_h2"),
    [
        (1, 1.0, 20.0),  # closed 10 of 100 h: 0.1 · 10 h more; second moment 0.1 · 2 · 10²
        (7, 0.0, 0.0),
        (0, 1 / 12, 20 / 12),  # the mean of twelve months, eleven of them open
    ],
)
def test_the_ferry_waits_half_a_headway_stretched_by_its_spread(
    mini_corridor: Network, month: int, closure_h: float, closure_h2: float
) -> None:
    arc = the_arc(mini_corridor.arcs("box", month), service_id="R-S.ship", from_node_id="R")
    assert (arc["kind"], arc["country_code"]) == ("service", "XZ")
    assert arc["moving_h"] == pytest.approx(8.0)  # 200 km at 25 km/h
    assert arc["waiting_h"] == pytest.approx(48.0 + closure_h)  # ½ · 48 h (1 + 1²)
    assert arc["procedure_h"] == pytest.approx(5.0)  # 3 h loading, 2 h unloading
    # Departures at random: the wait is exponential, its variance 48²; moving (0.1 · 8)².
    assert arc["variance_h2"] == pytest.approx(0.64 + 48.0**2 + closure_h2 - closure_h**2)
    assert arc["cost_usd_per_unit"] == pytest.approx(120.0)  # 0.2 · 200 km + 8 USD/t · 10 t
    assert arc["emission_kg_per_unit"] == pytest.approx(20.0)  # 0.01 · 10 t · 200 km


def test_an_office_open_on_weekdays_from_8_to_18_costs_4628_over_336_hours(mini_corridor: Network) -> None:
    arc = the_arc(mini_corridor.arcs("box"), facility_id="S.port.sea-road", mode="road")
    # Four nights of 14 h and a weekend of 62 h: Σc² = 4·196 + 3844 = 4628, Σc³ = 4·2744 + 238328 = 249304.
    assert arc["waiting_h"] == pytest.approx(4628 / 336)
    assert arc["procedure_h"] == pytest.approx(2.0)
    assert arc["variance_h2"] == pytest.approx(1.0 + 249304 / 504 - (4628 / 336) ** 2)


def test_the_whole_way_is_the_sum_of_its_arcs(mini_corridor: Network) -> None:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    arcs = mini_corridor.arcs("box", 1)
    hours = arcs.array("moving_h") + arcs.array("waiting_h") + arcs.array("procedure_h")
    shape = (arcs.vertex_count, arcs.vertex_count)
    graph = coo_array((hours + 1e-12, (arcs.array("tail"), arcs.array("head"))), shape=shape).tocsr()
    total = dijkstra(graph, indices=arcs.gate("A", "gate_out"))[arcs.gate("T", "gate_in")]
    # A-P, exit, P-Q, entry, gauge, Q-R, port R, ferry (8 + 48 + 1 + 5), port S, S-T
    by_hand = 2 + 5 + 0.2 + 3 + 4 + 7 + 6 + 62 + (2 + 4628 / 336) + 3
    assert total == pytest.approx(by_hand)


# ── the formulas against the processes they stand for ───────────────────────────────────────────────


def step_at_port(**step: Any) -> Network:
    """One port whose only procedure is this step, between rail and road.

    ::

        A ══rail══ B(port) ──road── C
    """
    calendars = step.pop("calendars", None)
    steps = step.pop("steps", None) or [step]
    more = {} if calendars is None else {"calendars": rows("calendars", *calendars)}
    return network(
        nodes=rows("nodes", node("A"), node("B", lon=51.0), node("C", lon=52.0)),
        links=rows("links", link("A", "B"), link("B", "C", "road")),
        facilities=rows(
            "facilities",
            {"facility_id": "B.port", "node_id": "B", "name": "B", "kind": "port", "from_mode": "rail",
             "to_mode": "road"},
        ),
        steps=rows("steps", *[
            {"facility_id": "B.port", "step_no": n, "name": "Step", "kind": "crane", "service_h": 0.0, **one}
            for n, one in enumerate(steps, 1)
        ]),
        **more,
    )  # fmt: skip


@pytest.mark.parametrize("share", [1.0, 0.3])
@pytest.mark.parametrize("electronic", [0.0, 0.4, 1.0])
def test_mean_and_variance_of_a_step_are_those_of_a_sample(share: float, electronic: float) -> None:
    net = step_at_port(
        service_h=5.0, service_cv_frac=0.5, electronic_frac=electronic, electronic_service_h=1.0,
        wait_h=3.0, wait_cv_frac=1.0, share_frac=share,
    )  # fmt: skip
    arc = the_arc(net.arcs("box"), facility_id="B.port")
    rng = np.random.default_rng(1)
    count = 400_000
    mean = np.where(rng.random(count) < electronic, 1.0, 5.0)
    service = rng.gamma(4.0, mean / 4.0)  # gamma of shape 1/cv² = 4
    sample = (rng.random(count) < share) * (service + rng.exponential(3.0, count))
    assert_mean(sample, arc["waiting_h"] + arc["procedure_h"])
    assert_variance(sample, arc["variance_h2"])


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.0, 1.5])
def test_the_wait_for_a_departure_is_the_residual_life_of_a_renewal_process(cv: float) -> None:
    """The inspection paradox: whoever comes at random meets the long intervals more often."""
    headway = 48.0
    net = ferry(headway_h=headway, headway_cv_frac=cv)
    arc = the_arc(net.arcs("box"), service_id="B-C.ship", from_node_id="B")
    rng = np.random.default_rng(2)
    gaps = np.full(1_000_000, headway) if cv == 0 else rng.gamma(1 / cv**2, headway * cv**2, 1_000_000)
    departures = np.cumsum(gaps)
    arrivals = rng.uniform(departures[0], departures[-2], 100_000)
    waits = departures[np.searchsorted(departures, arrivals)] - arrivals
    assert_mean(waits, arc["waiting_h"])
    assert_variance(waits, arc["variance_h2"])


def ferry(closures: list[dict[str, Any]] | None = None, **service: Any) -> Network:
    """A ship of known speed without any other delay.

    ::

        A ══rail══ B(port) ~~100 km~~ C(port)
    """
    shut = {} if closures is None else {"closures": rows("closures", *closures)}
    scope = "" if closures is None else "lake"
    return network(
        nodes=rows("nodes", node("A"), node("B", lon=51.0), node("C", lon=52.0)),
        links=rows("links", link("A", "B"), link("B", "C", "sea", time_cv_frac=0.0, closure_scope=scope)),
        services=rows(
            "services",
            {"service_id": "B-C.ship", "name": "Ship", "link_id": "B-C.sea", "vehicle_kind": "ship",
             "rule": "headway", "headway_h": 0.0, **service},
        ),
        **shut,
    )  # fmt: skip


@pytest.mark.parametrize(("open_h", "closed_h"), [(90.0, 10.0), (50.0, 50.0), (10.0, 30.0)])
def test_a_closure_is_that_of_exponential_spells_met_at_a_random_instant(open_h: float, closed_h: float) -> None:
    closures = [{"closure_id": "x", "scope": "lake", "month": 3, "open_h": open_h, "closed_h": closed_h}]
    arc = the_arc(ferry(closures).arcs("box", 3), service_id="B-C.ship", from_node_id="B")
    rng = np.random.default_rng(3)
    spells = np.empty(600_000)
    spells[0::2] = rng.exponential(open_h, 300_000)
    spells[1::2] = rng.exponential(closed_h, 300_000)
    ends = np.cumsum(spells)
    instants = rng.uniform(0.0, ends[-1], 60_000)
    spell = np.searchsorted(ends, instants)
    waits = np.where(spell % 2 == 1, ends[spell] - instants, 0.0)
    assert_mean(waits, arc["waiting_h"])
    assert_variance(waits, arc["variance_h2"])


@pytest.mark.parametrize(
    "hours",
    [
        [(day, 8.0, 18.0) for day in range(5)],
        [(day, 9.0, 13.0) for day in range(7)] + [(day, 14.0, 17.0) for day in range(7)],
        [(6, 0.0, 24.0)],
        [(day, 0.0, 24.0) for day in range(7)],
        [(2, 6.0, 12.0), (2, 10.0, 20.0)],  # openings that overlap
    ],
)
def test_the_wait_at_a_door_is_the_mean_over_the_minutes_of_a_week(hours: list[tuple[int, float, float]]) -> None:
    calendars = [{"calendar_id": "door", "weekday": d, "opens_h": a, "closes_h": b} for d, a, b in hours]
    arc = the_arc(step_at_port(calendars=calendars, calendar_id="door").arcs("box"), facility_id="B.port")
    minute = (np.arange(168 * 60) + 0.5) / 60
    waits = np.full(len(minute), np.inf)
    for day, opens, closes in hours:
        for start, end in ((day * 24 + opens + week * 168, day * 24 + closes + week * 168) for week in (0, 1)):
            waits = np.minimum(waits, np.where(minute < end, np.maximum(start - minute, 0.0), np.inf))
    # The midpoint rule is exact for a mean of straight lines and errs by Δ²/12 in the second moment.
    assert arc["waiting_h"] == pytest.approx(waits.mean(), abs=1e-9)
    assert arc["variance_h2"] == pytest.approx(waits.var(), abs=1e-4)


def test_steps_behind_one_door_wait_for_it_once_if_any_of_them_is_met() -> None:
    calendars = [{"calendar_id": "door", "weekday": 6, "opens_h": 0.0, "closes_h": 24.0}]
    door_h = 144**2 / 336  # closed for six days
    door_h2 = 144**3 / 504
    shares = [0.25, 0.5]
    steps = [{"calendar_id": "door", "share_frac": share} for share in shares]
    any_share = 1 - 0.75 * 0.5
    for order in (steps, steps[::-1]):  # whatever the order of the steps
        arc = the_arc(step_at_port(steps=order, calendars=calendars).arcs("box"), facility_id="B.port")
        assert arc["waiting_h"] == pytest.approx(any_share * door_h)
        assert arc["variance_h2"] == pytest.approx(any_share * door_h2 - (any_share * door_h) ** 2)


@pytest.mark.parametrize(("timeout_h", "expected"), [(math.inf, 48.0), (100.0, 48.0), (12.0, 12.0), (0.0, 0.0)])
def test_a_batch_waits_no_longer_than_its_timeout(timeout_h: float, expected: float) -> None:
    net = ferry(rule="full_or_timeout", headway_h=48.0, headway_cv_frac=1.0, timeout_h=timeout_h)
    arc = the_arc(net.arcs("box"), service_id="B-C.ship", from_node_id="B")
    assert arc["waiting_h"] == pytest.approx(expected)
    # A wait W of at most t has E W² ≤ t E W, so its variance is at most E W (t - E W).
    bound = expected * (timeout_h - expected) if timeout_h < math.inf else 48.0**2
    assert 0 <= arc["variance_h2"] <= bound + 1e-9


def test_delays_along_and_at_a_link_wait_and_spread() -> None:
    net = network(
        nodes=rows("nodes", node("A"), node("B", lon=51.0)),
        links=rows("links", link("A", "B", delay_h=2.0)),
        carriage=rows(
            "carriage",
            {"carriage_id": "box.train", "commodity_id": "box", "vehicle_kind": "train", "cost_usd_per_unit_km": 0.5,
             "speed_km_per_h": 25.0, "delay_h_per_km": 0.03, "delay_cv_frac": 0.5},
        ),
    )  # fmt: skip
    arc = the_arc(net.arcs("box"), link_id="A-B.rail", from_node_id="A")
    assert arc["moving_h"] == pytest.approx(4.0)  # the speed of the carriage, not of the link
    assert arc["waiting_h"] == pytest.approx(5.0)  # 0.03 · 100 km + 2 h
    assert arc["variance_h2"] == pytest.approx(0.4**2 + 1.5**2 + 2.0**2)  # the local delay is exponential
