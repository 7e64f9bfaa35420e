"""What happens over time: how long a run takes to settle, and how long a corridor takes to recover."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kervan.errors import NotConverged, ParamsError

__all__ = ["Recovery", "mser5", "recovery", "welch"]

_BATCH = 5
_FEWEST_BATCHES = 4


def _finite(given: ArrayLike, dimensions: int, what: str) -> NDArray[np.float64]:
    """Return an array of this many dimensions, not empty, without infinities."""
    found = np.asarray(given, dtype=float)
    if found.ndim != dimensions or not found.size or not np.isfinite(found).all():
        raise ParamsError(f"{what} must be finite numbers in {dimensions} dimension(s), at least one of them")
    return found


def mser5(series: ArrayLike) -> int:
    """Return how many values to cut off at the start of a series: the rule MSER-5.

    The series is cut into batches of five; their means are ``z_0 ... z_{m-1}``. Cut are the first ``d`` batches
    that make the squared standard error of the mean of the rest least::

        Σ_{j ≥ d} (z_j - mean of z_d ... z_{m-1})² / (m - d)²

    ``d`` is looked for in the first half: a series whose least lies at the end of that half is still falling or
    rising there. Give it the *average over replications* only, in which the start-up shows and the noise is small;
    of a single path it cuts off whatever is unusual. A series with seasons or a disruption does not settle.

    Parameters
    ----------
    series
        Average over the replications, at equal steps of time; values that do not fill a batch at the end are left.

    Returns
    -------
    int
        A multiple of five.

    Raises
    ------
    NotConverged
        If the series has not settled in its first half.

    References
    ----------
    White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6), 1997;
    Franklin and White, "Stationarity tests and MSER-5", Proc. Winter Simulation Conference, 2008.

    Examples
    --------
    >>> mser5([9.0] * 10 + [1.0, 2.0] * 20)
    10
    """
    values = _finite(series, 1, "the series")
    count = values.size // _BATCH
    if count < _FEWEST_BATCHES:
        raise ParamsError(f"MSER-5 needs {_BATCH * _FEWEST_BATCHES} values or more, there are {values.size}")
    means = values[: count * _BATCH].reshape(count, _BATCH).mean(axis=1)
    half = count // 2
    # Squares of what is left, about a centre near it, so that little is lost by taking differences.
    centred = (means - means[half:].mean())[::-1]
    left = np.arange(1, count + 1)
    squares = np.cumsum(centred**2) - np.cumsum(centred) ** 2 / left
    errors = (np.maximum(squares, 0.0) / left**2)[::-1][: half + 1]
    # Rounding must not tell apart what is equal: a constant series needs no cut.
    rounding = 8 * np.finfo(float).eps * float(np.abs(means).max())
    least = int(np.argmax(errors <= errors.min() + rounding**2))
    if least == half:
        raise NotConverged("the series has not settled in its first half; take a longer run, or look for an overload")
    return least * _BATCH


def welch(paths: ArrayLike, window: int) -> NDArray[np.float64]:
    """Return the smoothed average of paths, whose plot shows where a run has settled.

    With ``Y_i`` the average over replications, it is the mean of ``Y_{i-w} ... Y_{i+w}``; near the start, where
    there are only ``i`` values before, of ``Y_0 ... Y_{2i}``.

    Parameters
    ----------
    paths
        A row a replication, a column a step of time.
    window
        ``w``: from 0 (no smoothing) to a quarter of the steps.

    Returns
    -------
    NDArray
        ``w`` values fewer than there are steps.

    References
    ----------
    Welch, "The statistical analysis of simulation results", in Lavenberg (ed.), Computer Performance Modeling
    Handbook, 1983, section 6.4; Law, "Simulation Modeling and Analysis", 5th ed. (2015), section 9.5.1.

    Examples
    --------
    >>> welch([[4.0, 2.0, 0.0, 2.0], [8.0, 0.0, 2.0, 0.0]], 1).tolist()
    [6.0, 2.6666666666666665, 1.0]
    """
    average = _finite(paths, 2, "the paths").mean(axis=0)
    steps = average.size
    if not 0 <= window <= steps // 4:
        raise ParamsError(f"a window of {window}, must be from 0 to a quarter of the {steps} steps")
    place = np.arange(steps - window)
    reach = np.minimum(place, window)
    sums = np.concatenate([[0.0], np.cumsum(average)])
    found: NDArray[np.float64] = (sums[place + reach + 1] - sums[place - reach]) / (2 * reach + 1)
    return found


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a disruption did to a backlog.

    Parameters
    ----------
    peak
        The largest backlog between its begin and the recovery.
    peak_at_h
        When the step of the peak began.
    recovered_at_h
        When the backlog was back at its baseline; infinite if it was not by the end.
    """

    peak: float
    peak_at_h: float
    recovered_at_h: float


def recovery(
    backlog: ArrayLike, baseline: ArrayLike, from_h: float, to_h: float, *, step_h: float, hold_h: float = 0.0
) -> Recovery:
    """Return the peak of a backlog after a disruption, and when it is over.

    It is over at the first step, not before the disruption ends, with a backlog at or below the baseline, also
    for ``hold_h`` from there on. Take averages over replications: one path goes below its mean by chance.

    Parameters
    ----------
    backlog
        Mean backlog in each step of time, the first from 0 h.
    baseline
        What is normal: one number, or one for each step. Best is the backlog of the same replications without the
        disruption: with common random numbers the two are equal again when it is over.
    from_h, to_h
        Begin and end of the disruption.
    step_h
        Length of a step: 168 for weeks.
    hold_h
        How long it must stay at or below the baseline, as far as the series shows; at least one step.

    Examples
    --------
    >>> recovery([2, 2, 9, 14, 8, 2, 2], 2, 2.0, 4.0, step_h=1.0)
    Recovery(peak=14.0, peak_at_h=3.0, recovered_at_h=5.0)
    """
    values = _finite(backlog, 1, "the backlog")
    normal = np.asarray(baseline, dtype=float)
    if normal.shape not in ((), values.shape) or not np.isfinite(normal).all():
        raise ParamsError(f"the baseline must be one number, or one for each of {values.size} steps")
    if not 0 < step_h < math.inf or not 0 <= hold_h < math.inf:
        raise ParamsError(f"a step of {step_h:g} h and a hold of {hold_h:g} h: must be above 0, and 0 or more")
    if not 0 <= from_h < to_h or from_h >= values.size * step_h:
        raise ParamsError(f"a disruption from {from_h:g} to {to_h:g} h is not within {values.size * step_h:g} h")
    first = int(from_h / step_h)
    # A step that begins a rounding error before the end begins at the end.
    end = math.ceil(to_h / step_h - 1e-9)
    hold = max(1, math.ceil(hold_h / step_h - 1e-9))
    calm = values <= normal
    over = next((step for step in range(end, values.size) if calm[step : step + hold].all()), values.size)
    peak = first + int(np.argmax(values[first : over + 1]))
    return Recovery(float(values[peak]), peak * step_h, over * step_h if over < values.size else math.inf)
