"""How sure a number of replications is: intervals, when to stop, and differences between two scenarios.

Replications are independent, with the same law; consignments of one replication are not independent, they stand in
the same queues. So every interval here is over replications.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kervan.errors import Infeasible, ParamsError

__all__ = [
    "Difference", "Estimate", "PooledQuantile", "enough", "interval", "paired", "pooled_quantile", "quantile_interval",
    "replications_needed", "student", "wilson",
]  # fmt: skip

_MOST_REPLICATIONS: Final = 10**9


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications.

    Parameters
    ----------
    mean
        Their mean.
    half_width
        Of its interval: mean ± half-width. Infinite for one replication.
    sd
        Standard deviation between replications; infinite, as not known, for one.
    count
        How many.
    """

    mean: float
    half_width: float
    sd: float
    count: int


@dataclass(frozen=True, slots=True)
class PooledQuantile:
    """A quantile of all values of all replications together.

    Parameters
    ----------
    value
        The quantile.
    low, high
        Its interval: two of the values, or infinite where there are too few.
    count
        How many replications.
    """

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Scenario b less scenario a.

    Parameters
    ----------
    mean, half_width
        Of the differences ``b - a`` by replication.
    probability_b_smaller
        Share of the replications in which b is smaller; equal ones count half. It is the chance that b wins in a
        year, and not the chance that b is smaller on average.
    probability_low, probability_high
        Its interval.
    variance_ratio
        Variance of the difference / sum of both variances: below 1 is what common random numbers gain, 1 is what
        independent runs give; 1 also where nothing varies or there is one replication.
    count
        How many pairs.
    """

    mean: float
    half_width: float
    probability_b_smaller: float
    probability_low: float
    probability_high: float
    variance_ratio: float
    count: int


def _values(given: ArrayLike, what: str = "values") -> NDArray[np.float64]:
    """Return finite values in one dimension, at least one."""
    found = np.asarray(given, dtype=float)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise ParamsError(f"{what} must be finite numbers, one a replication, at least one of them")
    return found


def _tail(confidence: float) -> float:
    """Return the probability below the upper end of a two-sided interval."""
    if not 0 < confidence < 1:
        raise ParamsError(f"confidence {confidence:g}, must be between 0 and 1")
    return (1 + confidence) / 2


def student(count: int, confidence: float = 0.95) -> float:
    """Return the factor of Student's t for a two-sided interval from this many values; infinite for one.

    Examples
    --------
    >>> round(student(10), 3)
    2.262
    """
    from scipy.special import stdtrit

    upper = _tail(confidence)
    return float(stdtrit(count - 1, upper)) if count > 1 else math.inf


def interval(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the mean of replications with Student's interval ``mean ± t · sd / √n``.

    Parameters
    ----------
    values
        One of each replication.
    confidence
        How often such an interval covers the true mean, if the values are normal; about so if they are not.

    References
    ----------
    Student, "The probable error of a mean", Biometrika 6(1), 1908; Law (2015), section 9.4.1.

    Examples
    --------
    >>> found = interval([8.0, 10.0, 12.0])
    >>> found.mean, round(found.half_width, 3), found.sd, found.count
    (10.0, 4.968, 2.0, 3)
    """
    found = _values(values)
    factor = student(found.size, confidence)
    if found.size == 1:
        return Estimate(float(found[0]), math.inf, math.inf, 1)
    if found.min() == found.max():  # exactly, where a mean of equal numbers might be a rounding error off
        return Estimate(float(found[0]), 0.0, 0.0, found.size)
    sd = float(found.std(ddof=1))
    return Estimate(float(found.mean()), factor * sd / math.sqrt(found.size), sd, found.size)


def wilson(successes: float, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of Wilson for a probability.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", J. Am. Stat. Assoc. 22, 1927.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    from scipy.special import ndtri

    if trials < 1 or not 0 <= successes <= trials:
        raise ParamsError(f"{successes:g} of {trials} trials: must be from 0 to all of them, and at least one trial")
    z = float(ndtri(_tail(confidence)))
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    reach = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # At the ends the interval reaches 0 and 1 exactly.
    return (0.0 if successes == 0 else centre - reach), (1.0 if successes == trials else centre + reach)


# ── quantiles ───────────────────────────────────────────────────────────────────────────────────────


def _probability(probability: float) -> None:
    if not 0 < probability < 1:
        raise ParamsError(f"probability {probability:g}, must be between 0 and 1")


def quantile_interval(samples: Sequence[ArrayLike], probability: float, confidence: float = 0.95) -> Estimate:
    """Return a quantile as the mean of the quantiles of each replication, with Student's interval.

    For many values a replication: a replication may be forgotten once its quantile is known, so that memory does not
    grow. The price is a bias of order 1/n with n values a replication, which more replications do not take away:
    with n = 10 and forty replications, a 95 % interval of the P95 of exponential values covers it about half the
    time. `pooled_quantile` has no such bias and is the default as long as the values can be kept (see `od_table`).

    Parameters
    ----------
    samples
        Values of each replication; one without values is left out.
    probability
        Between 0 and 1.
    confidence
        Of the interval.

    References
    ----------
    Law (2015), section 9.4.2; the quantile of a replication is number 8 of Hyndman and Fan, "Sample quantiles in
    statistical packages", Am. Stat. 50(4), 1996, whose median is right for any law.
    """
    _probability(probability)
    arrays = [found for found in (np.asarray(sample, dtype=float) for sample in samples) if found.size]
    return interval([float(np.quantile(one, probability, method="median_unbiased")) for one in arrays], confidence)


def pooled_quantile(samples: Sequence[ArrayLike], probability: float, confidence: float = 0.95) -> PooledQuantile:
    """Return a quantile of all values together, with an interval between two of them (order statistics).

    With ``F`` the share of the ``N`` values at or below the quantile, ``F`` has a standard error ``s`` that is
    estimated *between* replications (each a cluster of values that hang together); the interval goes from the
    value of rank ``⌊N (p - t s)⌋`` to that of rank ``⌈N (p + t s)⌉ + 1``. For independent values it becomes that
    of the binomial law; that one alone would be far too narrow for consignments that queue together.

    Parameters
    ----------
    samples
        Values of each replication; all are needed at once. One without values counts as a replication.
    probability
        Between 0 and 1.
    confidence
        Of the interval.

    References
    ----------
    Woodruff, "Confidence intervals for medians and other position measures", J. Am. Stat. Assoc. 47, 1952.
    """
    _probability(probability)
    arrays = [np.asarray(sample, dtype=float) for sample in samples]
    count = len(arrays)
    pooled = np.sort(np.concatenate([np.empty(0), *arrays]))
    if not pooled.size or not np.isfinite(pooled).all():
        raise ParamsError("a quantile needs finite values, at least one of them")
    total = pooled.size
    value = float(pooled[max(math.ceil(probability * total - 1e-9 * total), 1) - 1])
    factor = student(count, confidence)
    if count == 1:
        return PooledQuantile(value, -math.inf, math.inf, 1)
    sizes = np.array([one.size for one in arrays], dtype=float)
    at_or_below = np.array([float((one <= value).sum()) for one in arrays])
    # The share is a ratio of two means: its error is that of the residuals, divided by the mean size.
    residuals = at_or_below - at_or_below.sum() / total * sizes
    reach = factor * float(residuals.std(ddof=1)) / math.sqrt(count) / float(sizes.mean())
    low, high = math.floor(total * (probability - reach)), math.ceil(total * (probability + reach)) + 1
    lower = float(pooled[low - 1]) if low >= 1 else -math.inf
    upper = float(pooled[high - 1]) if high <= total else math.inf
    return PooledQuantile(value, lower, upper, count)


# ── when to stop ────────────────────────────────────────────────────────────────────────────────────


def _bound(mean: float, half_width_frac: float | None, half_width_abs: float | None) -> float:
    """Return the half-width asked for, in the unit of the values.

    A share γ of the *true* mean is kept if the half-width is at most γ / (1 + γ) of the mean found (Law, 9.4.1).
    """
    if (half_width_frac is None) == (half_width_abs is None):
        raise ParamsError("give either half_width_frac or half_width_abs, one of the two")
    if half_width_frac is not None:
        if not 0 < half_width_frac < 1:
            raise ParamsError(f"half_width_frac {half_width_frac:g}, must be between 0 and 1")
        return abs(mean) * half_width_frac / (1 + half_width_frac)
    if half_width_abs is None or not 0 < half_width_abs < math.inf:
        raise ParamsError(f"half_width_abs {half_width_abs}, must be above 0 and finite")
    return half_width_abs


def enough(
    values: ArrayLike,
    half_width_frac: float | None = None,
    half_width_abs: float | None = None,
    confidence: float = 0.95,
    least: int = 5,
) -> bool:
    """Return whether replications may stop: the interval is as narrow as asked for.

    Looking after every replication stops a little too early now and then, when the first values happen to lie close
    together; ``least`` guards against that. Law found that ten serve well; the coverage falls by a few per cent
    with five.

    Parameters
    ----------
    values
        One of each replication so far.
    half_width_frac, half_width_abs
        Half-width wanted, as a share of the true mean or in the unit of the values; one of the two.
    confidence
        Of the interval.
    least
        Fewest replications.

    References
    ----------
    Law (2015), section 9.4.1, "obtaining a specified precision".

    Examples
    --------
    >>> enough([99.0, 101.0, 100.0, 100.0, 100.0], half_width_frac=0.01)
    True
    """
    found = interval(values, confidence)
    bound = _bound(found.mean, half_width_frac, half_width_abs)
    return found.count >= max(least, 2) and found.half_width <= bound


def replications_needed(
    values: ArrayLike,
    half_width_frac: float | None = None,
    half_width_abs: float | None = None,
    confidence: float = 0.95,
    least: int = 5,
) -> int:
    """Return how many replications, in all, will probably give the half-width asked for.

    The least ``n`` with ``t_{n-1} · sd / √n`` within the bound, mean and sd being those of the values so far.

    Parameters
    ----------
    values
        Of two or more replications.
    half_width_frac, half_width_abs, confidence, least
        As in `enough`.

    Raises
    ------
    Infeasible
        If no number would do: a share of a mean of 0, or more than a milliard.

    References
    ----------
    Law (2015), section 9.4.1, equations 9.2 and 9.3.

    Examples
    --------
    >>> replications_needed([8.0, 10.0, 12.0], half_width_abs=1.0)
    18
    """
    found = interval(values, confidence)
    bound = _bound(found.mean, half_width_frac, half_width_abs)
    if found.count < 2:
        raise ParamsError("how many replications are needed can be said after two of them")

    def will_do(count: int) -> bool:
        return student(count, confidence) * found.sd / math.sqrt(count) <= bound

    low = high = max(least, 2)
    while not will_do(high):
        low, high = high, 2 * high
        if high > _MOST_REPLICATIONS:
            raise Infeasible(f"no number of replications gives a half-width of {bound:g}: they spread by {found.sd:g}")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if will_do(middle) else (middle, high)
    return high


# ── two scenarios ───────────────────────────────────────────────────────────────────────────────────


def paired(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Difference:
    """Compare two scenarios that were run with common random numbers, replication by replication.

    Parameters
    ----------
    a, b
        One value of each replication, the same replications in the same order.
    confidence
        Of the interval of the difference, and of that of the probability.

    References
    ----------
    Law (2015), sections 10.2.1 (paired t) and 11.2 (common random numbers); `wilson` for the probability.

    Examples
    --------
    >>> found = paired([10.0, 20.0, 30.0], [9.0, 18.0, 29.0])
    >>> round(found.mean, 3), round(found.half_width, 3), found.probability_b_smaller
    (-1.333, 1.434, 1.0)
    """
    before, after = _values(a, "values of a"), _values(b, "values of b")
    if before.size != after.size:
        raise ParamsError(f"{before.size} replications of a and {after.size} of b cannot be paired")
    found = interval(after - before, confidence)
    smaller = float((after < before).sum()) + 0.5 * float((after == before).sum())
    low, high = wilson(smaller, found.count, confidence)
    apart = interval(before, confidence).sd ** 2 + interval(after, confidence).sd ** 2
    ratio = found.sd**2 / apart if 0 < apart < math.inf else 1.0
    return Difference(found.mean, found.half_width, smaller / found.count, low, high, ratio, found.count)
