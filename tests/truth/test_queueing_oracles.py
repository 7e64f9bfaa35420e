"""The oracles against each other and against known special cases, before they judge anything."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

import numpy as np
import pytest
from scipy.integrate import quad

from kervan.engines.simulate.model import Law
from truth import queueing as q


def test_erlang_by_hand() -> None:
    assert q.erlang_b(1, 1.0) == pytest.approx(1 / 2)
    assert q.erlang_b(2, 1.0) == pytest.approx(1 / 5)
    assert q.erlang_c(1, 0.8) == pytest.approx(0.8)
    assert q.erlang_c(2, 1.0) == pytest.approx(1 / 3)
    # One server: the wait is the time less the service.
    assert q.mmc_wait(0.8, 1.0, 1) == pytest.approx(q.mm1_time(0.8, 1.0) - 1.0)


def test_one_server_has_many_names() -> None:
    wait = q.mmc_wait(0.8, 1.0, 1)
    assert q.mg1_wait(0.8, 1.0, 2.0) == pytest.approx(wait)
    assert q.cobham([0.8], 1.0, 2.0) == pytest.approx([wait])
    assert q.groups_wait(0.8, 1, 1.0) == pytest.approx(wait)
    assert q.gm1_wait(lambda s: 0.8 / (0.8 + s), 1.0) == pytest.approx(wait)
    assert q.jackson([0.8], [[0.0]], [1.0], [1]) == pytest.approx(q.mm1_time(0.8, 1.0))
    assert q.tandem_time_quantile(1, 0.8, 1.0, 0.95) == pytest.approx(q.mm1_time_quantile(0.8, 1.0, 0.95))
    # Burke's groups against the chain.
    law = q.stationary(0, lambda n: [(n + 3, 0.2), (n - 1, 1.0)] if 0 < n < 300 else [(n + 3, 0.2)] if n == 0
                       else [(n - 1, 1.0)])  # fmt: skip
    assert q.groups_wait(0.2, 3, 1.0) == pytest.approx(q.mean(law, lambda n: n) / 0.6 - 1.0)


def test_priorities_share_the_wait_out() -> None:
    # Kleinrock's conservation law: the mean wait over the classes is that without priorities.
    waits = q.cobham([0.2, 0.3, 0.3], 1.0, 1.5)
    assert np.average(waits, weights=[0.2, 0.3, 0.3]) == pytest.approx(q.mg1_wait(0.8, 1.0, 1.5))
    assert waits == sorted(waits)


def test_finite_room_lies_between_loss_and_queue() -> None:
    lost, wait = q.finite_room(2.4, 1.0, 3, 3)
    assert lost == pytest.approx(q.erlang_b(3, 2.4))
    assert wait == 0.0
    lost, wait = q.finite_room(2.4, 1.0, 3, 400)
    assert lost == pytest.approx(0.0, abs=1e-12)
    assert wait == pytest.approx(q.mmc_wait(2.4, 1.0, 3))


def test_the_patient_and_the_hasty() -> None:
    gone, wait = q.erlang_a(2.4, 1.0, 3, 1e7)
    assert gone == pytest.approx(0.0, abs=1e-6)
    assert wait == pytest.approx(q.mmc_wait(2.4, 1.0, 3), rel=1e-5)
    assert q.erlang_a(2.4, 1.0, 3, 1e-9)[0] == pytest.approx(q.erlang_b(3, 2.4), rel=1e-6)
    # Patience like service: as many in the system as in M/M/∞.
    gone, wait = q.erlang_a(2.4, 1.0, 3, 1.0)
    assert 2.4 * wait + 2.4 * (1 - gone) == pytest.approx(q.infinite_servers(2.4, 1.0))


def test_infinitely_many_servers_in_time() -> None:
    assert q.infinite_servers_at(1e4, [(0, 2.0)], 3.0) == pytest.approx(6.0)
    pieces = [(0.0, 2.0), (5.0, 0.0), (8.0, 4.0)]
    rate = lambda u: 2.0 if u < 5 else 0.0 if u < 8 else 4.0  # noqa: E731
    by_hand = quad(lambda u: rate(u) * math.exp(-(10 - u) / 3), 0, 10, points=[5, 8])[0]
    assert q.infinite_servers_at(10, pieces, 3.0) == pytest.approx(by_hand)
    assert q.infinite_servers_at(4, pieces, 3.0) == pytest.approx(6 * -math.expm1(-4 / 3))


def test_moments() -> None:
    assert q.second_moment(Law.of("exponential", 2.0)) == pytest.approx(8.0)
    assert q.second_moment(Law.empirical([0.0, 2.0])) == pytest.approx(4 / 3)


def test_a_gate_that_opens_and_shuts() -> None:
    assert q.closure_wait(90.0, 10.0, 200.0) == pytest.approx((0.1, 1.0))
    # Always the same means: the two-state chain, which is 1 - exp inside the integral.
    both = 1 / 90 + 1 / 10
    by_hand = quad(lambda t: 0.1 * -math.expm1(-both * t), 0, 40)[0] / 40
    for pieces in ([(0.0, 90.0, 10.0)], [(0.0, 90.0, 10.0), (15.0, 90.0, 10.0), (50.0, 1.0, 1.0)]):
        assert q.shut_share(pieces, 40.0) == pytest.approx(by_hand)
    # After a very long piece it is the share of the last one.
    assert q.shut_share([(0.0, 90.0, 10.0), (100.0, 10.0, 30.0)], 1e6) == pytest.approx(0.75, rel=1e-3)


def test_services_that_are_broken_off() -> None:
    for closing in ("finish", "interrupt", "restart"):
        assert q.completion(5.0, 1e9, 4.0, closing) == pytest.approx(5.0, rel=1e-6)
    # Short services: the share of the time that the gate is open, whatever happens at closing.
    for closing in ("finish", "interrupt", "restart"):
        assert q.completion(1e-6, 20.0, 4.0, closing) == pytest.approx(1e-6 * 24 / 20, rel=1e-4)
    assert q.completion(5.0, 20.0, 4.0, "finish") < q.completion(5.0, 20.0, 4.0, "interrupt")
    assert q.completion(5.0, 20.0, 4.0, "interrupt") < q.completion(5.0, 20.0, 4.0, "restart")


def test_breakdowns_chain_and_formula_agree() -> None:
    for rate, service_h, up_h, down_h in ((0.5, 1.0, 20.0, 5.0), (0.3, 1.0, 5.0, 2.0), (1.0, 1 / 3, 10.0, 10.0)):
        chain = q.breakdowns(rate, service_h, 1, up_h, down_h, 600)
        assert chain == pytest.approx(q.breakdowns_closed_form(rate, service_h, up_h, down_h))
    assert q.breakdowns(2.4, 1.0, 3, 1e9, 1e-3, 300) == pytest.approx(q.mmc_wait(2.4, 1.0, 3) + 1.0, rel=1e-6)


def test_opening_hours_special_cases() -> None:
    for closing in ("finish", "interrupt"):
        # Open all day but for an instant: M/M/c.
        wait = q.opening_hours(1.2, 1.0, 2, open_h=24 - 1e-7, day_h=24.0, at_closing=closing, most=60)
        assert wait == pytest.approx(q.mmc_wait(1.2, 1.0, 2), rel=1e-6)
        # Hardly any work: only the wait for opening.
        quick = q.opening_hours(0.5, 1e-4, 2, open_h=16, day_h=24.0, at_closing=closing, most=40)
        assert quick == pytest.approx(q.hours_wait(16, 24), rel=1e-3)
    # Short days: the server is as good as slower by the share that it is open.
    wait = q.opening_hours(0.5, 1.0, 1, open_h=0.02, day_h=0.03, at_closing="interrupt", most=120)
    assert wait == pytest.approx(q.mm1_time(0.5, 1.5) - 1.5, rel=0.02)


def test_batches() -> None:
    assert q.full_or_timeout_wait(2.0, 50, 1e4) == pytest.approx(q.full_wait(2.0, 50))
    assert q.full_or_timeout_wait(2.0, 400, 15.0) == pytest.approx(q.timeout_wait(2.0, 15.0))
    assert q.full_or_timeout_wait(2.0, 1, 15.0) == 0.0


def test_scheduled_carrier_roots_and_chain_agree() -> None:
    # Those left behind as a chain from one departure to the next: left + Poisson - capacity, never below 0.
    arrivals, capacity, size = 4.0, 5, 400
    step = np.zeros((size, size))
    poisson = np.exp(-arrivals + np.arange(size) * math.log(arrivals) - [math.lgamma(k + 1) for k in range(size)])
    for left in range(size):
        for came, p in enumerate(poisson[:60]):
            step[left, min(size - 1, max(0, left + came - capacity))] += p
    law = np.linalg.matrix_power(step, 2**14)[0]
    law /= law.sum()
    assert q.scheduled_wait(2.0, 2.0, capacity) == pytest.approx(1.0 + float(law @ np.arange(size)) / 2.0)


def test_random_carrier_root_and_chain_agree() -> None:
    law = q.stationary(0, lambda n: [(max(0, n - 5), 0.5), *([(n + 1, 2.0)] if n < 400 else [])])
    assert q.random_carrier_wait(2.0, 2.0, 5) == pytest.approx(q.mean(law, lambda n: n) / 2.0)
    # Room for all: the rest of a headway.
    assert q.random_carrier_wait(2.0, 2.0, 500) == pytest.approx(2.0)


def test_bulk_service_special_cases() -> None:
    assert q.bulk_service_wait(0.8, 1.0, least=1, capacity=1, most=400) == pytest.approx(q.mmc_wait(0.8, 1.0, 1))
    # Very quick service, whole loads only: the wait is that of forming one.
    quick = q.bulk_service_wait(2.0, 1e-6, least=5, capacity=5, most=60)
    assert quick == pytest.approx(q.full_wait(2.0, 5), rel=1e-5)
    # Whole loads only are E_5/M/1 once the load is complete.
    erlang = q.gm1_wait(lambda s: (2.0 / (2.0 + s)) ** 5, 2.0)
    whole = q.bulk_service_wait(2.0, 2.0, least=5, capacity=5, most=600)
    assert whole == pytest.approx(q.full_wait(2.0, 5) + erlang)


@pytest.mark.parametrize(("vehicles", "berths"), [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2)])
def test_cycles_of_vehicles_and_the_event_graph_agree(vehicles: int, berths: int) -> None:
    # A vehicle loads (3 h) at one of some berths, sails (4), unloads (2) at one of two, sails back (5). The state is
    # when the last loads and unloads ended; a node for each of the last ones, arcs by the round that is waited for.
    load_h, out_h, unload_h, back_h = 3.0, 4.0, 2.0, 5.0
    span = max(vehicles, berths, 2)
    weights = np.full((2 * span, 2 * span), -math.inf)
    for age in range(1, span):  # what was `age - 1` rounds ago is now `age` rounds ago
        weights[age - 1, age] = weights[span + age - 1, span + age] = 0.0
    weights[span + vehicles - 1, 0] = back_h + load_h
    weights[berths - 1, 0] = load_h
    for source in range(2 * span):  # the unloading of this round follows the loading of this round
        weights[source, span] = weights[source, 0] + out_h + unload_h
    weights[span + 1, span] = max(weights[span + 1, span], unload_h)
    slowest = q.greatest_cycle_mean(weights)
    rate = q.cycle_rate(vehicles, load_h + out_h + unload_h + back_h, [(berths, load_h), (2, unload_h)])
    assert rate == pytest.approx(1 / slowest)


def test_one_berth_special_cases() -> None:
    assert q.berth_rate(1, 10.0, 2.0) == pytest.approx(1 / 12)
    assert q.berth_rate(40, 10.0, 2.0) == pytest.approx(1 / 2, rel=1e-6)
    # Two: a busy period goes on as long as the other one comes back during a loading.
    loadings = math.exp(2 / 10)
    assert q.berth_rate(2, 10.0, 2.0) == pytest.approx(loadings / (2 * loadings + 5))


def test_blocking_by_hand() -> None:
    assert q.saturated_pair_rate(1.0, 1.0, 1) == pytest.approx(2 / 3)
    assert q.saturated_pair_rate(1.0, 1.0, 3) == pytest.approx(4 / 5)
    assert q.saturated_pair_rate(1.0, 1e9, 1) == pytest.approx(1.0)
    # With all the room in the world, two queues of their own.
    time = q.blocking_pair_time(0.5, 1.0, 1.0, 100, 100)
    assert time == pytest.approx(2 * q.mm1_time(0.5, 1.0))
    # The first server is as quick as lightning: as if the queue stood before the second.
    assert q.blocking_pair_time(0.5, 1e-7, 1.0, 1, 60) == pytest.approx(q.mm1_time(0.5, 1.0), rel=1e-5)


def test_three_in_series_without_room() -> None:
    # Each server: 0 empty, 1 at work, 2 blocked; the first is never empty, the last never blocked.
    def settled(a: int, b: int, c: int) -> tuple[int, int, int]:
        if b == 2 and c == 0:
            b, c = 0, 1
        if a == 2 and b == 0:
            a, b = 1, 1
        return a, b, c

    def moves(state: Hashable) -> Iterable[tuple[Hashable, float]]:
        a, b, c = state  # type: ignore[misc]
        if a == 1:
            yield settled(2, b, c), 1.0
        if b == 1:
            yield settled(a, 2, c), 1.0
        if c == 1:
            yield settled(a, b, 0), 1.0

    law = q.stationary((1, 0, 0), moves)
    assert q.mean(law, lambda state: state[2]) == pytest.approx(q.saturated_triple_rate())


def test_embargo_special_cases() -> None:
    # Shut at 1, open at 0: one after the other.
    assert q.embargo_rate(1.0, 1, 1.0, 1, 0) == pytest.approx(1 / 2)
    # One server, lifted one below where it begins: those who come before a room that is full are lost.
    assert q.embargo_rate(1.0, 1, 0.8, 4, 3) == pytest.approx(1.0 - q.finite_room(1.0, 1.25, 1, 4)[0])
