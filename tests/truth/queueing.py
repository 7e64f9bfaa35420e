"""What queues do, from the literature: closed forms, and exact numbers where there is no closed form.

Rates are per hour and times are hours. ``load`` is arrival rate × mean service. Chains are given by a function that
yields ``(next state, rate)`` for a state; it has to keep the states finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.optimize import brentq
from scipy.sparse import csc_array
from scipy.sparse.linalg import spsolve
from scipy.special import gammainc
from scipy.stats import gamma

from kervan.engines.simulate.model import Law

Moves = Callable[[Hashable], Iterable[tuple[Hashable, float]]]


# ── Markov chains ───────────────────────────────────────────────────────────────────────────────────


def generator(start: Hashable, moves: Moves) -> tuple[dict[Hashable, int], csc_array]:
    """Return the places of all states that can be reached and the matrix of rates (rows add up to 0)."""
    place: dict[Hashable, int] = {start: 0}
    todo, entries = [start], []
    while todo:
        state = todo.pop()
        for other, rate in moves(state):
            if other not in place:
                place[other] = len(place)
                todo.append(other)
            entries += [(place[state], place[other], rate), (place[state], place[state], -rate)]
    rows, columns, values = zip(*entries, strict=True)
    return place, csc_array((values, (rows, columns)), shape=(len(place), len(place)))


def stationary(start: Hashable, moves: Moves) -> dict[Hashable, float]:
    """Return the stationary law of a chain whose states all communicate: p·Q = 0 with the sum of p equal to 1."""
    place, rates = generator(start, moves)
    equations = rates.T.tolil()
    equations[0, :] = 1.0
    right = np.zeros(len(place))
    right[0] = 1.0
    found = spsolve(equations.tocsc(), right)
    return {state: float(found[number]) for state, number in place.items()}


def mean(law: dict[Hashable, float], value: Callable[..., float]) -> float:
    """Return the mean of a function of the state."""
    return sum(p * value(state) for state, p in law.items())


# ── one station ─────────────────────────────────────────────────────────────────────────────────────


def second_moment(law: Law) -> float:
    """Return E[S²] of a law of the model."""
    return law.mean_h**2 * (1 + law.cv_frac**2)


def erlang_b(servers: int, load: float) -> float:
    """Return the share of arrivals that find all servers busy and are lost, M/G/c/c.

    Erlang (1917); the recursion is in Jagerman (1974). By Sevastyanov (1957) the law of service does not matter.
    """
    lost = 1.0
    for number in range(1, servers + 1):
        lost = load * lost / (number + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """Return the share of arrivals that wait, M/M/c: Erlang (1917)."""
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


def mmc_wait(rate: float, service_h: float, servers: int) -> float:
    """Return the mean wait of M/M/c: Erlang (1917); Kleinrock (1975), *Queueing Systems* 1, section 3.5."""
    return erlang_c(servers, rate * service_h) * service_h / (servers - rate * service_h)


def mm1_time(rate: float, service_h: float) -> float:
    """Return the mean time in M/M/1: Kleinrock (1975), section 3.2."""
    return service_h / (1 - rate * service_h)


def mm1_time_quantile(rate: float, service_h: float, p: float) -> float:
    """Return a quantile of the time in M/M/1, which is exponential: Kleinrock (1975), section 5.12."""
    return -math.log1p(-p) * mm1_time(rate, service_h)


def tandem_time_quantile(stations: int, rate: float, service_h: float, p: float) -> float:
    """Return a quantile of the time through equal M/M/1 in series, an Erlang law: Reich (1957)."""
    return float(gamma.ppf(p, stations, scale=mm1_time(rate, service_h)))


def mg1_wait(rate: float, service_h: float, square: float) -> float:
    """Return the mean wait of M/G/1; ``square`` is E[S²]: Pollaczek (1930), Khinchine (1932)."""
    return rate * square / (2 * (1 - rate * service_h))


def groups_wait(rate: float, group: int, service_h: float) -> float:
    """Return the mean wait of M^[g]/M/1; ``rate`` counts groups.

    Burke (1975), "Delays in single-server queues with batch input": the group waits as one customer of M/G/1, and
    its members for half of the others on average.
    """
    own = service_h * group
    first = mg1_wait(rate, own, group * service_h**2 + own**2)
    return first + (group - 1) / 2 * service_h


def gm1_wait(arrival_transform: Callable[[float], float], service_h: float) -> float:
    """Return the mean wait of G/M/1, given the transform E[exp(-s·A)] of the time between arrivals.

    Kendall (1953); Kleinrock (1975), section 6.4: σ = A*((1 - σ)·µ), mean wait σ / (µ·(1 - σ)).
    """
    sigma = float(brentq(lambda x: arrival_transform((1 - x) / service_h) - x, 0.0, 1 - 1e-9))
    return sigma * service_h / (1 - sigma)


def cobham(rates: Sequence[float], service_h: float, square: float) -> list[float]:
    """Return the mean wait of each class of M/G/1, most urgent first, services never broken off: Cobham (1954)."""
    residual, above, waits = sum(rates) * square / 2, 0.0, []
    for rate in rates:
        upto = above + rate * service_h
        waits.append(residual / ((1 - above) * (1 - upto)))
        above = upto
    return waits


def finite_room(rate: float, service_h: float, servers: int, room: int) -> tuple[float, float]:
    """Return of M/M/c/K the share lost and the mean wait of the others; ``room`` (K) counts those in service.

    Kleinrock (1975), section 3.6; here from the birth-death weights.
    """
    weight = [1.0]
    for number in range(1, room + 1):
        weight.append(weight[-1] * rate * service_h / min(number, servers))
    law = [value / sum(weight) for value in weight]
    waiting = sum(max(0, number - servers) * p for number, p in enumerate(law))
    return law[-1], waiting / (rate * (1 - law[-1]))


def erlang_a(rate: float, service_h: float, servers: int, patience_h: float) -> tuple[float, float]:
    """Return of M/M/c+M the share that gives up and the mean time in the queue of all.

    Palm (1957); Garnett, Mandelbaum and Reiman (2002), by the birth-death chain.
    """
    weight, number = [1.0], 0
    while weight[-1] > 1e-18 * sum(weight) or number <= servers:
        number += 1
        leaving = min(number, servers) / service_h + max(0, number - servers) / patience_h
        weight.append(weight[-1] * rate / leaving)
    waiting = sum(max(0, place - servers) * value for place, value in enumerate(weight)) / sum(weight)
    return waiting / patience_h / rate, waiting / rate


def jackson(
    rates: Sequence[float], routing: Sequence[Sequence[float]], service_h: Sequence[float], servers: Sequence[int]
) -> float:
    """Return the mean time in an open network, from the first arrival to the last departure: Jackson (1957)."""
    through = np.linalg.solve(np.eye(len(rates)) - np.array(routing, float).T, np.array(rates, float))
    inside = [a * (mmc_wait(a, s, c) + s) for a, s, c in zip(through, service_h, servers, strict=True)]
    return float(sum(inside) / sum(rates))


def infinite_servers(rate: float, service_h: float) -> float:
    """Return the mean number in M/G/∞, whatever the law: Takács (1962), *Theory of Queues*, chapter 3."""
    return rate * service_h


def infinite_servers_at(time_h: float, pieces: Sequence[tuple[float, float]], service_h: float) -> float:
    """Return the mean number in M(t)/M/∞ at a time, empty at 0; pieces are ``(from, rate)``.

    Eick, Massey and Whitt (1993), "The physics of the Mt/G/∞ queue": ∫ rate(u)·P(S > t - u) du. The number is Poisson.
    """
    edges = [*pieces, (math.inf, 0.0)]
    return sum(
        rate * service_h * (math.exp((min(end, time_h) - time_h) / service_h) - math.exp((begin - time_h) / service_h))
        for (begin, rate), (end, _) in pairwise(edges)
        if begin < time_h
    )


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────


def hours_wait(open_h: float, day_h: float) -> float:
    """Return the mean wait for opening where nobody queues and arrivals are even: closed² / (2·day)."""
    return (day_h - open_h) ** 2 / (2 * day_h)


def closure_wait(up_h: float, down_h: float, down_square: float) -> tuple[float, float]:
    """Return the share of arrivals that find a gate shut, and the mean wait of all.

    Alternating renewal process: Cox (1962), *Renewal Theory*, chapter 7; the rest of a closure is E[D²] / (2·E[D]).
    """
    shut = down_h / (up_h + down_h)
    return shut, shut * down_square / (2 * down_h)


def shut_share(pieces: Sequence[tuple[float, float, float]], until_h: float) -> float:
    """Return the share of ``[0, until]`` that a gate is shut whose mean spells change, open at 0.

    Pieces are ``(from, mean open, mean closed)``. A spell keeps the mean of the piece in which it began, so the state
    is (piece of the spell, shut or not); the time shut is integrated by an absorbing row (Van Loan 1978).
    """
    size = 2 * len(pieces)
    law = np.zeros(size + 1)
    law[0] = 1.0
    ends = [*(piece[0] for piece in pieces[1:]), math.inf]
    for now, (begin, end) in enumerate(zip((piece[0] for piece in pieces), ends, strict=True)):
        if begin >= until_h:
            break
        rates = np.zeros((size + 1, size + 1))
        for old, (_, *means) in enumerate(pieces[: now + 1]):
            for shut in (0, 1):
                here, there = 2 * old + shut, 2 * now + 1 - shut
                rates[here, there] += 1 / means[shut]
                rates[here, here] -= 1 / means[shut]
                rates[here, size] = shut
        law = law @ expm(rates * (min(end, until_h) - begin))
    return float(law[size] / until_h)


def completion(need_h: float, up_h: float, down_h: float, at_closing: str) -> float:
    """Return the mean time from one service's begin to the next one's, of a saturated server with exponential spells.

    All services need the same time. ``interrupt`` is Gaver (1962), preemptive-resume; ``restart`` his preemptive-
    repeat-identical, (up + down)·(exp(need/up) - 1); with ``finish`` the next service waits if the two-state chain
    is then shut: need + down·P(shut after need).
    """
    if at_closing == "interrupt":
        return need_h * (1 + down_h / up_h)
    if at_closing == "restart":
        return (up_h + down_h) * math.expm1(need_h / up_h)
    both = 1 / up_h + 1 / down_h
    return need_h + down_h * -math.expm1(-both * need_h) / (up_h * both)


def breakdowns(rate: float, service_h: float, servers: int, up_h: float, down_h: float, most: int) -> float:
    """Return the mean time in M/M/c whose servers stop all at once, at any time, and go on later.

    White and Christie (1958) for one server; here the chain (number inside, up or not), cut at ``most`` inside.
    """

    def moves(state: tuple[int, bool]) -> Iterable[tuple[Hashable, float]]:
        inside, up = state
        if inside < most:
            yield (inside + 1, up), rate
        if inside and up:
            yield (inside - 1, up), min(inside, servers) / service_h
        yield (inside, not up), 1 / up_h if up else 1 / down_h

    return mean(stationary((0, True), moves), lambda state: state[0]) / rate  # type: ignore[arg-type]


def breakdowns_closed_form(rate: float, service_h: float, up_h: float, down_h: float) -> float:
    """Return the mean time of `breakdowns` with one server: White and Christie (1958)."""
    load = rate * service_h * (up_h + down_h) / up_h
    shut = down_h / (up_h + down_h)
    return load * (1 + shut * shut * up_h / service_h) / (1 - load) / rate


def opening_hours(
    rate: float,
    service_h: float,
    servers: int,
    *,
    open_h: float,
    day_h: float,
    at_closing: Literal["finish", "interrupt"],
    most: int,
) -> float:
    """Return the mean time in the queue of M/M/c that is open for the first ``open_h`` of each day.

    Exact but for the cut at ``most`` waiting: the law of (waiting, in service) is carried through the open and the
    shut part of the day by matrix exponentials, which also integrate the number waiting (Van Loan 1978), and is the one
    that repeats itself every day. ``interrupt``: services stop at closing, keep their servers, and go on at opening.
    """

    def phase(*, is_open: bool) -> Moves:
        def moves(state: tuple[int, int]) -> Iterable[tuple[Hashable, float]]:
            waiting, busy = state
            if is_open and busy < servers:
                yield (waiting, busy + 1), rate
            elif waiting < most:
                yield (waiting + 1, busy), rate
            if busy and (is_open or at_closing == "finish"):
                yield _begun(waiting, busy - 1, servers) if is_open else (waiting, busy - 1), busy / service_h

        return moves  # type: ignore[return-value]

    states = [(waiting, busy) for waiting in range(most + 1) for busy in range(servers + 1)]
    place = {state: number for number, state in enumerate(states)}
    opening = [place[_begun(*state, servers)] for state in states] + [len(states)]
    day = _through(states, phase(is_open=True), open_h)[opening] @ _through(
        states, phase(is_open=False), day_h - open_h
    )
    again = day[:-1, :-1].T - np.eye(len(states))
    again[0] = 1.0
    return float(np.linalg.solve(again, np.eye(len(states))[0]) @ day[:-1, -1] / day_h / rate)


def _begun(waiting: int, busy: int, servers: int) -> tuple[int, int]:
    """Return the state once all services that can begin have begun."""
    begin = min(waiting, servers - busy)
    return waiting - begin, busy + begin


def _through(states: Sequence[tuple[int, int]], moves: Moves, hours: float) -> NDArray[np.float64]:
    """Return the transition matrix over a time; its last column adds up the number waiting, the first of a state."""
    place = {state: number for number, state in enumerate(states)}
    rates = np.zeros((len(states) + 1, len(states) + 1))
    for state, here in place.items():
        rates[here, -1] = state[0]
        for other, rate in moves(state):
            rates[here, place[other]] += rate  # type: ignore[index]
            rates[here, here] -= rate
    return np.asarray(expm(rates * hours))


# ── lanes: many at once ─────────────────────────────────────────────────────────────────────────────


def full_wait(rate: float, batch: int) -> float:
    """Return the mean wait where each ``batch`` of Poisson arrivals leaves when it is complete: (K - 1) / (2·rate)."""
    return (batch - 1) / (2 * rate)


def timeout_wait(rate: float, timeout_h: float) -> float:
    """Return the mean wait where all leave together a time after the first came.

    Renewal-reward (Ross 1996, *Stochastic Processes*, section 3.6): (τ + rate·τ²/2) / (1 + rate·τ).
    """
    return (timeout_h + rate * timeout_h**2 / 2) / (1 + rate * timeout_h)


def full_or_timeout_wait(rate: float, batch: int, timeout_h: float) -> float:
    """Return the mean wait where a batch leaves when it is complete or a time after its first, what comes first.

    Renewal-reward over batches: with T(j) the arrival of the j-th after the first, the waits add up to the sum over j
    of j·E[time with j waiting], which are incomplete gamma functions.
    """
    x = rate * timeout_h
    waits = sum((j + 1) * float(gammainc(j + 1, x)) for j in range(batch - 1)) / rate
    return waits / (1 + sum(float(gammainc(j, x)) for j in range(1, batch)))


def scheduled_wait(rate: float, headway_h: float, capacity: int) -> float:
    """Return the mean wait for a carrier of limited capacity that leaves at even times.

    Bailey (1954), "On queueing processes with bulk service"; Downton (1955): with z the roots in the unit disc of
    z^K = exp(-a·(1 - z)), those left behind are (a² - K·(K - 1)) / (2·(K - a)) + the sum of 1 / (1 - z) on average.
    """
    arrivals, left = rate * headway_h, 0.0
    left = (arrivals**2 - capacity * (capacity - 1)) / (2 * (capacity - arrivals))
    for number in range(1, capacity):
        root = 0j
        turn = np.exp(2j * math.pi * number / capacity)
        for _ in range(5000):
            root = turn * np.exp(-arrivals / capacity * (1 - root))
        left += (1 / (1 - root)).real
    return headway_h / 2 + left / rate


def random_carrier_wait(rate: float, headway_h: float, capacity: int) -> float:
    """Return the mean wait for a carrier that leaves after exponential headways, empty or not.

    Kleinrock (1975), section 4.7: the number waiting is geometric with the root r in (0, 1) of
    µ·r^(K+1) - (rate + µ)·r + rate = 0.
    """

    def balance(r: float) -> float:  # divided by 1 - r, which takes the root 1 away
        return rate - sum(r**power for power in range(1, capacity + 1)) / headway_h

    ratio = float(brentq(balance, 0.0, 1.0))
    return ratio / (1 - ratio) / rate


def bulk_service_wait(rate: float, service_h: float, *, least: int, capacity: int, most: int) -> float:
    """Return the mean wait of M/M(a,b)/1: a server that takes from ``least`` to ``capacity`` at once.

    The general rule of Neuts (1967); Medhi (2003), *Stochastic Models in Queueing Theory*, section 6.3. Here the chain
    (waiting, busy or not), cut at ``most`` waiting.
    """

    def moves(state: tuple[int, bool]) -> Iterable[tuple[Hashable, float]]:
        waiting, busy = state
        if not busy:
            yield ((0, True) if waiting + 1 == least else (waiting + 1, False)), rate
            return
        if waiting < most:
            yield (waiting + 1, True), rate
        yield ((waiting - min(waiting, capacity), True) if waiting >= least else (waiting, False)), 1 / service_h

    return mean(stationary((0, False), moves), lambda state: state[0]) / rate  # type: ignore[arg-type]


# ── fleets ──────────────────────────────────────────────────────────────────────────────────────────


def cycle_rate(vehicles: int, cycle_h: float, berths: Sequence[tuple[int, float]]) -> float:
    """Return the rounds an hour of vehicles that go round without any chance.

    The reciprocal of the greatest cycle mean of the event graph: Baccelli, Cohen, Olsder and Quadrat (1992),
    *Synchronization and Linearity*, theorem 3.17. The circuits are the round of the vehicles and, at each port, that of
    its berths, given as ``(berths, hours at berth a round)``.
    """
    return min(vehicles / cycle_h, *(number / hours for number, hours in berths if hours > 0))


def greatest_cycle_mean(weights: NDArray[np.float64]) -> float:
    """Return the greatest mean weight of a cycle of a strongly connected graph (-inf where no arc): Karp (1978)."""
    size = len(weights)
    walks = np.full((size + 1, size), -math.inf)
    walks[0, 0] = 0.0
    for length in range(1, size + 1):
        walks[length] = (walks[length - 1][:, None] + weights).max(axis=0)
    reached = walks[size] > -math.inf
    lengths = size - np.arange(size)[:, None]
    return float(((walks[size] - walks[:size]) / lengths)[:, reached].min(axis=0).max())


def berth_rate(vehicles: int, away_h: float, load_h: float) -> float:
    """Return the loadings an hour at one berth of vehicles that are away for an exponential time.

    Machine interference M/D/1//N, Ashcroft (1950); Takács (1962), chapter 5. The loadings in a busy period are the sum
    of C(N-1, r)·∏ (1 - φ(i))/φ(i) for i ≤ r, where φ(i) = exp(-i·load/away).
    """
    loadings = sum(
        math.comb(vehicles - 1, r) * math.prod(math.expm1(i * load_h / away_h) for i in range(1, r + 1))
        for r in range(vehicles)
    )
    return loadings / (loadings * load_h + away_h / vehicles)


# ── yards ───────────────────────────────────────────────────────────────────────────────────────────


def saturated_pair_rate(rate_1: float, rate_2: float, places: int) -> float:
    """Return the throughput of two exponential servers in series, the first never idle for want of work.

    Hunt (1956), "Sequential arrays of waiting lines": ``places`` count the second server; the second sees a queue with
    one place more, which is the blocked first server.
    """
    ratio = rate_1 / rate_2
    weight = [ratio**number for number in range(places + 2)]
    return rate_2 * (1 - weight[0] / sum(weight))


def saturated_triple_rate() -> float:
    """Return the throughput of three equal servers of rate 1 in series without room between them: Hunt (1956)."""
    return 22 / 39


def blocking_pair_time(rate: float, service_1_h: float, service_2_h: float, places: int, most: int) -> float:
    """Return the mean time through two exponential servers in series with blocking after service.

    Perros (1994), *Queueing Networks with Blocking*, chapter 3; the chain (at the first, at the second) where one more
    than ``places`` at the second means that the first server is blocked; cut at ``most`` at the first.
    """

    def moves(state: tuple[int, int]) -> Iterable[tuple[Hashable, float]]:
        first, second = state
        if first < most:
            yield (first + 1, second), rate
        if first and second <= places:
            yield (first - 1, second + 1), 1 / service_1_h
        if second:
            yield (first, second - 1), 1 / service_2_h

    return mean(stationary((0, 0), moves), sum) / rate  # type: ignore[arg-type]


def embargo_rate(rate_1: float, servers_1: int, rate_2: float, high: int, low: int) -> float:
    """Return the throughput of a saturated station before a yard whose embargo stops it from ``high`` to ``low``.

    Services in progress are finished. Chain (in the yard, embargo or not, in service before it), after the hysteresis
    of Yadin and Naor (1963).
    """

    def moves(state: tuple[int, bool, int]) -> Iterable[tuple[Hashable, float]]:
        inside, shut, busy = state
        if busy:
            fills = shut or inside + 1 >= high
            yield (inside + 1, fills, busy - 1 if fills else busy), busy * rate_1
        if inside:
            stays = shut and inside - 1 > low
            yield (inside - 1, stays, busy if stays else servers_1), rate_2

    law = stationary((0, False, servers_1), moves)
    return rate_2 * (1 - mean(law, lambda state: state[0] == 0))
