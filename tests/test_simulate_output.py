"""The analysis of output: against definitions, against laws whose answer is known, and how often intervals cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from kervan.engines.simulate import output as out
from kervan.engines.simulate.model import Fleet, Lane, Law, Model, Port, Ride, Source, Station, Travel, Visit
from kervan.engines.simulate.run import FLEET_STATS, LANE_STATS, OPERATION_STATS, RECORD, STATION_STATS, Run, run_model
from kervan.errors import Infeasible, NotConverged, ParamsError

hours = st.floats(min_value=0, max_value=1e4)
SETTINGS = settings(deadline=None, derandomize=True, max_examples=100)


def binomial_interval(hits: int, trials: int) -> tuple[float, float]:
    """99.9 %, by Clopper and Pearson, who do not approximate; not the code under test."""
    found = stats.binomtest(hits, trials).proportion_ci(0.999, "exact")
    return found.low, found.high


def dependent(generator: np.random.Generator, replications: int, count: int, rho: float) -> list[NDArray[np.float64]]:
    """Exponential values of mean 1 that hang together within a replication: a normal AR(1) process, transformed."""
    noise = generator.standard_normal((replications, count)) * math.sqrt(1 - rho**2)
    values = generator.standard_normal(replications)
    paths = np.empty((replications, count))
    for place in range(count):
        values = rho * values + noise[:, place] if place else values
        paths[:, place] = values
    return list(-np.log(stats.norm.sf(paths)))


# ── intervals ───────────────────────────────────────────────────────────────────────────────────────


def test_an_interval_is_that_of_another_program() -> None:
    values = [3.1, 4.1, 5.9, 2.6, 5.3]
    found = out.interval(values, 0.9)
    low, high = stats.ttest_1samp(values, 0.0).confidence_interval(0.9)
    assert (found.mean - found.half_width, found.mean + found.half_width) == pytest.approx((low, high))
    assert found.count == 5


def test_one_replication_says_nothing_about_its_own_error() -> None:
    assert out.interval([7.0]) == out.Estimate(7.0, math.inf, math.inf, 1)


@SETTINGS
@given(hours, st.integers(2, 40))
def test_equal_values_have_no_error_at_all(value: float, count: int) -> None:
    assert out.interval([value] * count) == out.Estimate(value, 0.0, 0.0, count)


@pytest.mark.parametrize("law", ["normal", "gamma"])
def test_intervals_cover_as_often_as_they_say(law: str) -> None:
    # A gamma law of shape 25 (a mean over 25 exponential values) is skewed a little, as means over a run are.
    generator = np.random.default_rng(20)
    drawn = generator.normal(3, 2, (4000, 8)) if law == "normal" else generator.gamma(25, 3 / 25, (4000, 8))
    hits = sum(abs(found.mean - 3) <= found.half_width for found in map(out.interval, drawn))
    low, high = binomial_interval(hits, 4000)
    assert low <= 0.95 <= high


@pytest.mark.parametrize(("wrong", "words"), [
    ([], "at least one"), ([1.0, math.nan], "finite"), ([1.0, math.inf], "finite"),
    ([[1.0], [2.0]], "one a replication"),
])  # fmt: skip
def test_values_that_are_none_are_refused(wrong: list[float], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        out.interval(wrong)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, math.nan])
def test_a_confidence_is_between_0_and_1(confidence: float) -> None:
    with pytest.raises(ParamsError, match="confidence"):
        out.interval([1.0, 2.0], confidence)


def test_wilson_is_that_of_another_program() -> None:
    for hits, trials in ((0, 10), (3, 10), (10, 10), (1, 1), (499, 1000)):
        found = stats.binomtest(hits, trials).proportion_ci(0.95, "wilson")
        assert out.wilson(hits, trials) == pytest.approx((found.low, found.high), abs=1e-12)
    with pytest.raises(ParamsError, match="3 of 2"):
        out.wilson(3, 2)


# ── quantiles ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("count", "rho"), [(10, 0.5), (100, 0.9)])
def test_pooled_quantiles_cover_though_the_values_hang_together(count: int, rho: float) -> None:
    generator, true, trials = np.random.default_rng(21), -math.log(0.05), 500
    found = [out.pooled_quantile(dependent(generator, 40, count, rho), 0.95) for _ in range(trials)]
    low, high = binomial_interval(sum(one.low <= true <= one.high for one in found), trials)
    assert low <= 0.95 <= high
    # They are not simply wide: the mean half-width is that of the scatter of the quantiles themselves.
    scatter = 1.96 * np.std([one.value for one in found])
    assert np.mean([(one.high - one.low) / 2 for one in found]) == pytest.approx(scatter, rel=0.35)


def test_quantiles_of_each_replication_cover_where_there_are_many_values_and_not_where_there_are_few() -> None:
    generator, true, trials = np.random.default_rng(22), -math.log(0.05), 400
    covered = {}
    for count in (10, 1000):
        found = [out.quantile_interval(dependent(generator, 20, count, 0.3), 0.95) for _ in range(trials)]
        covered[count] = sum(abs(one.mean - true) <= one.half_width for one in found)
    low, high = binomial_interval(covered[1000], trials)
    assert low <= 0.95 <= high
    assert covered[10] < 0.9 * trials  # the bias that the docstring warns of


def test_a_pooled_quantile_by_hand() -> None:
    # 1 ... 100 in two replications, odd and even: 95 values are at or below 95; the odd ones hold one more.
    odd, even = np.arange(1.0, 101.0, 2), np.arange(2.0, 101.0, 2)
    found = out.pooled_quantile([odd, even], 0.95)
    # Shares 48/50 and 47/50: residuals ±½, sd √½, divided by √2 and 50: s = 0.01; t_1 = 12.706.
    assert found.value == 95.0
    assert found.low == math.floor(100 * (0.95 - 0.12706))
    assert found.high == math.inf
    # Replications of different size with the same shares do not contradict each other.
    same = out.pooled_quantile([np.arange(10.0), np.tile(np.arange(10.0), 9)], 0.5)
    assert (same.value, same.low, same.high) == (4.0, 4.0, 5.0)
    assert out.pooled_quantile([odd], 0.5) == out.PooledQuantile(49.0, -math.inf, math.inf, 1)
    assert out.pooled_quantile([odd, even, []], 1e-9).value == 1.0
    with pytest.raises(ParamsError, match="at least one"):
        out.pooled_quantile([[], []], 0.5)
    with pytest.raises(ParamsError, match="probability"):
        out.pooled_quantile([odd], 1.0)


@SETTINGS
@given(st.lists(st.lists(hours, min_size=1, max_size=20), min_size=2, max_size=6), st.floats(0.05, 0.95))
def test_a_pooled_quantile_is_a_value_within_its_interval(samples: list[list[float]], probability: float) -> None:
    found = out.pooled_quantile(samples, probability)
    every = np.concatenate([np.array(one) for one in samples])
    assert found.value in every
    assert (every <= found.value).mean() >= probability - 1e-9
    assert (every < found.value).mean() <= probability + 1e-9
    assert found.low <= found.value <= found.high


# ── when to stop ────────────────────────────────────────────────────────────────────────────────────


def test_replications_needed_are_just_enough() -> None:
    values = np.random.default_rng(23).normal(100, 20, 10)
    spread = out.interval(values)
    for wanted in (1.0, 5.0, 12.0):
        count = out.replications_needed(values, half_width_abs=wanted)
        reach = [stats.t.ppf(0.975, n - 1) * spread.sd / math.sqrt(n) for n in (count, count - 1)]
        assert reach[0] <= wanted < reach[1] or count == 5
    # 5 % of the true mean: a half-width of 1/21 of the mean found.
    assert out.replications_needed(values, 0.05) == out.replications_needed(values, half_width_abs=spread.mean / 21)
    assert out.replications_needed([5.0, 5.0], 0.01) == 5
    assert out.replications_needed([5.0, 5.0], 0.01, least=30) == 30


def test_enough_asks_for_the_least_number_and_for_the_width() -> None:
    values = [99.0, 101.0, 100.0, 100.0, 100.0, 99.5]
    half_width = out.interval(values).half_width
    assert out.enough(values, half_width_abs=half_width)
    assert not out.enough(values, half_width_abs=half_width * 0.999)
    assert not out.enough(values, half_width_abs=half_width, least=7)
    assert not out.enough([1.0], half_width_abs=1.0, least=1)
    assert out.enough([0.0] * 5, 0.1)
    assert not out.enough([-1.0, 1.0] * 3, 0.1)


@pytest.mark.parametrize("asked", [
    {}, {"half_width_frac": 0.1, "half_width_abs": 1.0}, {"half_width_frac": 0.0}, {"half_width_frac": 1.0},
    {"half_width_frac": math.nan}, {"half_width_abs": 0.0}, {"half_width_abs": -1.0}, {"half_width_abs": math.inf},
    {"half_width_abs": math.nan},
])  # fmt: skip
def test_an_impossible_width_is_refused(asked: dict[str, float]) -> None:
    for function in (out.enough, out.replications_needed):
        with pytest.raises(ParamsError, match="half_width"):
            function([1.0, 2.0, 3.0], **asked)


def test_what_no_number_of_replications_gives_is_said() -> None:
    with pytest.raises(Infeasible, match="no number"):
        out.replications_needed([-1.0, 1.0], 0.1)
    with pytest.raises(Infeasible, match="no number"):
        out.replications_needed([0.0, 1e9], half_width_abs=1e-6)
    with pytest.raises(ParamsError, match="after two"):
        out.replications_needed([1.0], 0.1)


def test_stopping_by_sequence_keeps_the_share_asked_for_nearly_as_often_as_said() -> None:
    generator, trials, hits, counts = np.random.default_rng(24), 600, 0, []
    for _ in range(trials):
        values = generator.gamma(25, 4, 400)  # mean 100, standard deviation 20
        count = next(n for n in range(10, 401) if out.enough(values[:n], 0.1, least=10))
        counts.append(count)
        hits += bool(abs(values[:count].mean() - 100) <= 10)
    # It stops within the asked-for 10 % of the truth at the nominal rate, less the few per cent of early stops.
    assert binomial_interval(hits, trials)[1] >= 0.93
    assert np.mean(counts) == pytest.approx((1.96 * 20 / (100 / 11)) ** 2, rel=0.2)


# ── two scenarios ───────────────────────────────────────────────────────────────────────────────────


def test_pairing_removes_what_both_share() -> None:
    generator = np.random.default_rng(25)
    year, a, b = generator.normal(100, 30, 40), generator.normal(0, 1, 40), generator.normal(-3, 1, 40)
    found = out.paired(year + a, year + b)
    reference = stats.ttest_rel(year + b, year + a).confidence_interval(0.95)
    assert (found.mean - found.half_width, found.mean + found.half_width) == pytest.approx(tuple(reference))
    apart = np.var(year + a, ddof=1) + np.var(year + b, ddof=1)
    assert found.variance_ratio == pytest.approx(np.var(b - a, ddof=1) / apart)
    wins = int((b < a).sum())
    assert found.probability_b_smaller == wins / 40
    assert (found.probability_low, found.probability_high) == out.wilson(wins, 40)
    unpaired = out.paired(year + a, generator.permutation(year) + b)
    assert unpaired.half_width > 5 * found.half_width


def test_a_scenario_against_itself() -> None:
    found = out.paired([1.0, 2.0, 4.0], [1.0, 2.0, 4.0])
    assert (found.mean, found.half_width, found.probability_b_smaller, found.variance_ratio) == (0.0, 0.0, 0.5, 0.0)
    assert out.paired([1.0], [2.0]).variance_ratio == 1.0
    assert out.paired([1.0] * 3, [2.0] * 3).variance_ratio == 1.0
    with pytest.raises(ParamsError, match="paired"):
        out.paired([1.0, 2.0], [1.0])


@SETTINGS
@given(st.lists(st.tuples(hours, hours), min_size=2, max_size=20))
def test_turning_the_scenarios_round_turns_the_difference_round(pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs).T
    there, back = out.paired(a, b), out.paired(b, a)
    assert there.mean == pytest.approx(-back.mean)
    assert there.half_width == pytest.approx(back.half_width)
    assert there.probability_b_smaller == pytest.approx(1 - back.probability_b_smaller)
    assert 0 <= there.variance_ratio <= 2 + 1e-9


# ── over time ───────────────────────────────────────────────────────────────────────────────────────


def mser_by_definition(series: NDArray[np.float64]) -> int:
    z = series[: len(series) // 5 * 5].reshape(-1, 5).mean(axis=1)
    errors = [float(((z[d:] - z[d:].mean()) ** 2).sum()) / (len(z) - d) ** 2 for d in range(len(z) // 2 + 1)]
    return 5 * int(np.argmin(errors))


@SETTINGS
@given(st.integers(0, 2**32 - 1), st.integers(20, 300), st.floats(0, 50), st.floats(1, 40), st.floats(-1e4, 1e4))
def test_mser5_is_what_its_definition_says(seed: int, count: int, start: float, memory: float, level: float) -> None:
    noise = np.random.default_rng(seed).normal(0, 1, count)
    series = level + noise + start * np.exp(-np.arange(count) / memory)
    expected = mser_by_definition(series)
    if expected == 5 * (count // 5 // 2):
        with pytest.raises(NotConverged):
            out.mser5(series)
    else:
        assert out.mser5(series) == expected


def test_mser5_cuts_a_start_and_nothing_else() -> None:
    assert out.mser5([4.0] * 40) == 0
    assert out.mser5([0.1 + 0.2] * 1000) == 0
    assert out.mser5([0.0] * 15 + [7.0, 8.0] * 50) == 15
    assert out.mser5([0.0] * 13 + [7.0, 8.0] * 50) == 15
    with pytest.raises(NotConverged, match="not settled"):
        out.mser5(np.arange(100.0))
    with pytest.raises(ParamsError, match="20 values"):
        out.mser5(np.ones(19))


def test_mser5_of_the_average_finds_the_start_of_a_queue_that_begins_empty() -> None:
    # AR(1) with memory 20 steps that begins 10 standard deviations off: the bias is below a tenth after 92 steps.
    generator = np.random.default_rng(26)
    paths = np.empty((50, 2000))
    values = np.full(50, -10.0)
    for step in range(2000):
        values = 0.95 * values + math.sqrt(1 - 0.95**2) * generator.standard_normal(50)
        paths[:, step] = values
    assert 60 <= out.mser5(paths.mean(axis=0)) <= 200
    smooth = out.welch(paths, 25)
    assert len(smooth) == 1975
    assert abs(smooth[200:]).max() < 0.5 < abs(smooth[:40]).min()


def test_welch_by_definition() -> None:
    paths = np.random.default_rng(27).normal(5, 1, (3, 41))
    average = paths.mean(axis=0)
    for window in (0, 1, 7, 10):
        expected = [average[max(0, i - min(i, window)) : i + min(i, window) + 1].mean() for i in range(41 - window)]
        assert out.welch(paths, window) == pytest.approx(np.array(expected))
    for wrong in (-1, 11):
        with pytest.raises(ParamsError, match="window"):
            out.welch(paths, wrong)


def test_a_recovery_by_hand() -> None:
    backlog = [3, 3, 10, 20, 15, 30, 9, 3, 5, 2, 2]
    # Shut in steps 2 and 3; the highest is a wave that comes after; back at 3 in step 7, for good in step 9.
    assert out.recovery(backlog, 3, 2.0, 4.0, step_h=1.0) == out.Recovery(30.0, 5.0, 7.0)
    assert out.recovery(backlog, 3, 2.0, 4.0, step_h=1.0, hold_h=2.0) == out.Recovery(30.0, 5.0, 9.0)
    assert out.recovery(backlog, 1, 2.0, 4.0, step_h=1.0).recovered_at_h == math.inf
    other = [3, 3, 3, 3, 3, 30, 3, 3, 3, 3, 3]
    assert out.recovery(backlog, other, 2.0, 4.0, step_h=1.0) == out.Recovery(30.0, 5.0, 5.0)
    # Starved while the way to it is shut, then flooded: over after the flood.
    assert out.recovery([3, 3, 0, 0, 9, 3], 3, 2.0, 4.0, step_h=1.0) == out.Recovery(9.0, 4.0, 5.0)
    # Not over in the week in which the disruption ends.
    assert out.recovery([3, 3, 9, 0, 4, 3], 3, 360.0, 600.0, step_h=168.0).recovered_at_h == 840.0
    # In weeks: shut from Tuesday of week 2 to Friday of week 3; week 3 is not over yet.
    assert out.recovery(backlog, 3, 360.0, 600.0, step_h=168.0) == out.Recovery(30.0, 840.0, 1176.0)


@pytest.mark.parametrize("times", [(4.0, 4.0), (-1.0, 4.0), (9.0, 12.0), (math.nan, 1.0)])
def test_a_disruption_lies_within_the_series(times: tuple[float, float]) -> None:
    with pytest.raises(ParamsError, match="disruption"):
        out.recovery([1.0] * 9, 1.0, *times, step_h=1.0)
    with pytest.raises(ParamsError, match="baseline"):
        out.recovery([1.0] * 9, [1.0] * 8, 1.0, 2.0, step_h=1.0)


# ── waits in bins ───────────────────────────────────────────────────────────────────────────────────


@SETTINGS
@given(st.floats(min_value=0, max_value=1e6))
def test_a_wait_lies_between_the_edges_of_its_bin(wait: float) -> None:
    place = out.bin_of(wait)
    edges = [0.0, 0.0, *out.WAIT_EDGES_H[1:], math.inf]
    assert (place == 0) == (wait == 0)
    assert edges[place] * (1 - 1e-12) <= wait <= edges[place + 1] * (1 + 1e-12)


def test_bins_are_the_same_when_compiled() -> None:
    compiled = njit(out.bin_of)
    waits = np.concatenate([[0.0, 1e-300, 1e300], out.WAIT_EDGES_H, np.random.default_rng(28).lognormal(0, 4, 2000)])
    assert [compiled(one) for one in waits] == [out.bin_of(one) for one in waits]
    assert len(out.WAIT_EDGES_H) == out.WAIT_BINS - 1
    assert (out.WAIT_EDGES_H[0], out.WAIT_EDGES_H[-1]) == (2**-6, 2**12)


@SETTINGS
@given(st.lists(st.one_of(st.just(0.0), st.floats(0, 4000)), min_size=1, max_size=200), st.floats(0, 1))
def test_a_quantile_from_bins_is_wrong_by_less_than_the_width_of_a_bin(waits: list[float], probability: float) -> None:
    counts = np.bincount([out.bin_of(one) for one in waits], minlength=out.WAIT_BINS)
    true = float(np.quantile(waits, probability, method="inverted_cdf"))
    found = out.histogram_quantile(counts, probability)
    width = max(true * (2 ** (1 / 16) - 1), out.WAIT_EDGES_H[1]) if true else 0.0
    assert abs(found - true) <= width * (1 + 1e-9)


def test_quantiles_of_an_exponential_wait_that_half_are_spared() -> None:
    counts = np.zeros(out.WAIT_BINS, dtype=np.int64)
    draws = np.random.default_rng(29).exponential(10.0, 20_000)
    np.add.at(counts, [out.bin_of(one) for one in draws], 1)
    counts[0] = 20_000
    assert out.histogram_quantile(counts, 0.5) == 0.0
    # P(wait > x) = ½ exp(-x / 10); linear within bins, the error is far less than a bin.
    assert out.histogram_quantile(counts, 0.95) == pytest.approx(10 * math.log(10), rel=0.02)
    assert out.histogram_quantile(counts, 1.0) >= draws.max() * 2 ** (-1 / 16)


def test_what_has_no_quantile() -> None:
    counts = np.zeros(out.WAIT_BINS, dtype=np.int64)
    for wrong, probability, words in (
        (counts, 0.5, "nobody"),
        (counts[1:], 0.5, "shape"),
        (counts, 1.5, "probability"),
    ):
        with pytest.raises(ParamsError, match=words):
            out.histogram_quantile(wrong, probability)
    counts[1] = 100
    assert 0 < out.histogram_quantile(counts, 0.01) < out.WAIT_EDGES_H[0] < out.histogram_quantile(counts, 1.0)
    counts[-1] = 101
    assert out.histogram_quantile(counts, 0.5) == math.inf


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────


def records_of(*rows: tuple[int, float, float, float, float]) -> NDArray[np.void]:
    found = np.zeros(len(rows), dtype=RECORD)
    for place, (source, began_h, total_h, moving_h, waiting_h) in enumerate(rows):
        found[place] = (place, source, 0, began_h, total_h, moving_h, waiting_h)
    return found


def test_door_to_door_times_by_hand() -> None:
    one = out.od_of(
        records_of((0, 0, 99, 0, 0), (0, 10, 20, 12, 5), (2, 11, 7, 7, 0), (0, 12, 30, 12, 9)), 3, warm_h=10
    )
    two = out.od_of(records_of((0, 10, 27, 12, 8), (0, 50, 999, 0, 0)), 3, until_h=50)
    table = out.od_table([one, two], ["north", "never", "south"])
    assert table["source"].tolist() == ["north", "south"]
    assert table["replications"].tolist() == [2, 1]
    assert table["consignments"].tolist() == [3, 1]
    # Means 25 and 27 of the two replications: 26 ± 12.706 · √2 / √2.
    assert table["mean_h"].tolist() == [26.0, 7.0]
    assert table["half_width_h"].tolist() == pytest.approx([12.706, math.inf], abs=1e-3)
    assert table.loc[0, ["moving_h", "waiting_h", "procedure_h"]].tolist() == [12.0, 7.5, 6.5]
    assert table.loc[0, ["p50_h", "p90_h", "p95_h"]].tolist() == [27.0, 30.0, 30.0]
    assert table["p95_low_h"].min() >= 0
    assert not table.isna().any(axis=None)


def test_quantiles_of_many_consignments_are_means_over_replications() -> None:
    generator = np.random.default_rng(30)
    given_h = [generator.exponential(10.0, 3000) for _ in range(5)]
    runs = [records_of(*((0, 0.0, float(value), 0.0, 0.0) for value in one)) for one in given_h]
    by_replication = out.od_table([out.od_of(one, 1) for one in runs], ["a"]).iloc[0]
    pooled = out.od_table([out.od_of(one, 1, keep=3000) for one in runs], ["a"]).iloc[0]
    expected = out.quantile_interval(given_h, 0.95)
    assert by_replication["p95_h"] == pytest.approx(expected.mean)
    assert by_replication["p95_high_h"] == pytest.approx(expected.mean + expected.half_width)
    assert pooled["p95_h"] == pytest.approx(out.pooled_quantile(given_h, 0.95).value)
    for row in (by_replication, pooled):
        assert row["p95_low_h"] <= 10 * math.log(20) <= row["p95_high_h"]


def test_differences_are_paired_by_replication() -> None:
    a = [out.od_of(records_of((0, 0, 10 + year, 0, 0)), 2) for year in range(5)]
    b = [out.od_of(records_of((0, 0, 8 + year, 0, 0), (1, 0, 1, 0, 0)), 2) for year in range(5)]
    table = out.od_differences(a, b, ["x", "y"])
    row = table.iloc[0]
    assert table["source"].tolist() == ["x"]
    assert (row["a_h"], row["b_h"], row["difference_h"], row["half_width_h"]) == (12.0, 10.0, -2.0, 0.0)
    assert (row["probability_b_smaller"], row["variance_ratio"]) == (1.0, 0.0)
    with pytest.raises(ParamsError, match="paired"):
        out.od_differences(a, b[1:], ["x", "y"])
    with pytest.raises(ParamsError, match="summary of 1 source"):
        out.od_table(a, ["x"])
    with pytest.raises(ParamsError, match="at least one"):
        out.od_table([], ["x"])
    with pytest.raises(ParamsError, match="nothing can begin"):
        out.od_of(records_of(), 1, warm_h=5, until_h=5)


def made_up(busy: float, waits: list[float], voyages: int) -> Run:
    weeks = np.zeros((2, 3), dtype=STATION_STATS)
    weeks[0] = [
        (9, 9, 999.0, 999.0, 168.0, 168.0, 99),
        (4, 4, sum(waits), 84.0, busy, 160.0, 3),
        (2, 2, 0.0, 0.0, busy / 2, 40.0, 1),
    ]
    bins = np.zeros((2, out.WAIT_BINS), dtype=np.int64)
    np.add.at(bins[0], [out.bin_of(one) for one in waits], 1)
    lanes = np.array([(voyages, 10, 30.0, 50.0, 252.0, 0, 0.0), (0, 0, 0.0, 0.0, 0.0, 0, 0.0)], dtype=LANE_STATS)
    fleets = np.array([(voyages, voyages, 42.0, 42.0, 84.0, 84.0, 336.0, 252.0)], dtype=FLEET_STATS)
    return Run(
        records_of(), weeks, bins, lanes, fleets, np.zeros(0, OPERATION_STATS), np.array([10]), 0, 99, 420.0, 0.0, 0, 0
    )


def small_model() -> Model:
    law = Law.of("deterministic", 2.0)
    return Model(
        sources=(Source("s", law, ((1.0, (Ride("ab"),)),)),),
        stations=(Station("post", servers=2), Station("open", servers=None)),
        lanes=(Lane("ab", 10.0, law, fleet="f", from_port="A", to_port="B"), Lane("free", 5.0, law)),
        fleets=(Fleet("f", 2, positioning=(("A", "B", law), ("B", "A", law))),),
        ports=(Port("A", 1), Port("B", 1)),
    )


def test_stations_by_hand() -> None:
    # 420 h: two whole weeks and half a one; the first is cut off.
    runs = [made_up(126.0, [1.0, 3.0], 5), made_up(168.0, [0.0, 8.0], 7)]
    table = out.station_table(runs, small_model(), 420.0, warm_h=100.0)
    post, free = (table.iloc[place] for place in (0, 1))
    # 189 and 252 busy hours of 2 · 200.
    assert post["open_frac"] == pytest.approx(200 / 252)
    assert post["utilisation_frac"] == pytest.approx((0.4725 + 0.63) / 2)
    assert post["utilisation_half_width_frac"] == pytest.approx(stats.t.ppf(0.975, 1) * 0.1575 / 2)
    assert post["mean_wait_h"] == pytest.approx((4 / 6 + 8 / 6) / 2)
    assert post["p95_wait_h"] == pytest.approx(8.0, rel=0.05)
    assert (post["mean_queue"], post["longest_queue"], post["per_week"]) == pytest.approx((84 / 252, 3.0, 4.0))
    assert free.tolist() == ["open", math.inf, *[0.0] * 10]
    assert out.station_table(runs[:1], small_model(), 420.0)["wait_half_width_h"].tolist() == [math.inf] * 2
    assert not table.isna().any(axis=None)
    with pytest.raises(ParamsError, match="no week begins"):
        out.station_table(runs, small_model(), 420.0, warm_h=337.0)
    with pytest.raises(ParamsError, match="at least one"):
        out.station_table([], small_model(), 420.0)


def test_weeks_by_hand() -> None:
    table = out.week_table([made_up(1.0, [2.0], 1)] * 2, small_model(), 420.0)
    assert table["station"].tolist() == ["post"] * 3 + ["open"] * 3
    assert table["hours"].tolist() == [168.0, 168.0, 84.0] * 2
    assert table.loc[:2, "queue"].tolist() == pytest.approx([999 / 168, 0.5, 0.0])
    assert table.loc[:2, "begun"].tolist() == [9.0, 4.0, 2.0]
    assert table["queue_half_width"].tolist() == [0.0] * 6
    # A week that begins at the horizon is none.
    assert len(out.week_table([made_up(1.0, [2.0], 1)], small_model(), 336.0)) == 4


def test_lanes_and_fleets_by_hand() -> None:
    runs = [made_up(1.0, [2.0], 5), made_up(1.0, [2.0], 7)]
    lanes, fleets = out.lane_table(runs, small_model(), 420.0), out.fleet_table(runs, small_model(), 420.0)
    assert lanes["voyages_per_year"].tolist() == pytest.approx([6 * 8760 / 420, 0.0])
    assert lanes["load_frac"].tolist() == pytest.approx([60 / 120, 0.0])
    assert lanes["mean_wait_h"].tolist() == [5.0, 0.0]
    assert lanes["queue"].tolist() == pytest.approx([0.6, 0.0])
    row = fleets.iloc[0]
    assert row["load_frac"] == pytest.approx(0.5)
    # Two ships for 420 h, 10 and 14 voyages: out and back takes 168 and 120 h.
    assert row["cycle_h"] == pytest.approx(144.0)
    assert row["empty_per_year"] == row["voyages_per_year"] == pytest.approx(6 * 8760 / 420)
    shares = [row[f"{name}_frac"] for name in ("idle", "anchor", "loading", "weather", "sailing", "unloading")]
    assert shares == pytest.approx([0.05, 0.05, 0.1, 0.1, 0.4, 0.3])
    still = out.fleet_table([made_up(1.0, [2.0], 0)], small_model(), 420.0).iloc[0]
    assert (still["cycle_h"], still["load_frac"]) == (math.inf, 0.0)
    with pytest.raises(ParamsError, match="above 0"):
        out.lane_table(runs, small_model(), 0.0)


def test_tables_of_a_model_without_stations_lanes_or_fleets_are_empty() -> None:
    law = Law.of("deterministic", 2.0)
    model = Model(sources=(Source("s", law, ((1.0, (Travel("t", law),)),)),))
    runs = [run_model(model, 400.0, replication=number) for number in range(2)]
    assert out.station_table(runs, model, 400.0).empty
    assert out.week_table(runs, model, 400.0).empty
    assert out.lane_table(runs, model, 400.0).empty
    assert out.fleet_table(runs, model, 400.0).empty
    table = out.od_table([out.od_of(run.records, 1) for run in runs], ["s"])
    assert table.loc[0, ["mean_h", "half_width_h", "p95_h", "moving_h"]].tolist() == [2.0, 0.0, 2.0, 2.0]


# ── all of it on a queue whose answers are known ────────────────────────────────────────────────────


def test_a_queue_with_known_answers() -> None:
    # M/M/1, utilisation 0.7, mean service 1 h: a sojourn is exponential, mean 1/0.3 h; P(wait > x) = 0.7 exp(-0.3 x).
    model = Model(
        sources=(Source("s", Law.of("exponential", 1 / 0.7), ((1.0, (Visit("q", Law.of("exponential", 1.0)),)),)),),
        stations=(Station("q"),),
    )
    horizon_h, warm_h = 5208.0, 168.0
    runs = [run_model(model, horizon_h, seed=31, replication=number, warm_h=warm_h) for number in range(20)]
    summaries = [out.od_of(run.records, 1, warm_h=warm_h, until_h=horizon_h - 100) for run in runs]
    row = out.od_table(summaries, ["s"], confidence=0.999).iloc[0]
    assert abs(row["mean_h"] - 1 / 0.3) <= row["half_width_h"]
    for name, level in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95)):
        assert row[f"{name}_low_h"] <= -math.log(1 - level) / 0.3 <= row[f"{name}_high_h"]
    station = out.station_table(runs, model, horizon_h, warm_h=warm_h, confidence=0.999).iloc[0]
    assert abs(station["utilisation_frac"] - 0.7) <= station["utilisation_half_width_frac"]
    assert abs(station["mean_wait_h"] - 0.7 / 0.3) <= station["wait_half_width_h"]
    assert abs(station["per_week"] - 0.7 * 168) <= station["per_week_half_width"]
    assert station["p95_wait_h"] == pytest.approx(math.log(0.7 / 0.05) / 0.3, rel=0.05)
    assert station["mean_queue"] == pytest.approx(0.49 / 0.3, rel=0.1)
