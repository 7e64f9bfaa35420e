"""Waits counted in fixed bins, so that a station keeps its quantiles without keeping its waits.

The edges rise by a sixteenth of an octave (4.4 %) from 2⁻⁶ h (56 s) to 2¹² h (171 days), the same for every
station and run: counts of several runs are added. Waits of exactly zero, usually many, have a bin of their own.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kervan.errors import ParamsError

__all__ = ["WAIT_BINS", "WAIT_EDGES_H", "bin_of", "histogram_quantile"]

PER_OCTAVE: Final = 16
LEAST_LOG2: Final = -6
_MOST_LOG2: Final = 12
#: Bin 0: no wait. Bin 1: a wait below edge 1, however short. Bin k: from edge k - 1 to below edge k. Last: beyond.
WAIT_BINS: Final = (_MOST_LOG2 - LEAST_LOG2) * PER_OCTAVE + 2
#: The edges between the bins (h).
WAIT_EDGES_H: Final[NDArray[np.float64]] = np.exp2(np.arange(WAIT_BINS - 1) / PER_OCTAVE + LEAST_LOG2)


def bin_of(wait_h: float) -> int:
    """Return the bin of a wait; plain arithmetic, so that it can also be compiled.

    Examples
    --------
    >>> bin_of(0.0), bin_of(1e-9), bin_of(1.0), bin_of(1e9)
    (0, 1, 97, 289)
    """
    if wait_h <= 0.0:
        return 0
    place = math.floor((math.log2(wait_h) - LEAST_LOG2) * PER_OCTAVE) + 1
    return int(min(max(place, 1), WAIT_BINS - 1))


def histogram_quantile(counts: ArrayLike, probability: float) -> float:
    """Return a quantile of waits that were counted with `bin_of`.

    It lies in the bin of the wait with rank ⌈probability · number⌉, linear between its edges; so it is wrong by
    less than the width of that bin: 4.4 % of the wait, or a minute for the shortest.

    Parameters
    ----------
    counts
        Of each bin; of several runs, added up.
    probability
        From 0 to 1.

    Returns
    -------
    float
        Hours; 0 exactly if so many did not wait, infinite if the wait is beyond the last edge.

    Raises
    ------
    ParamsError
        If nobody was counted, or the counts are not those of `WAIT_BINS` bins.
    """
    given = np.asarray(counts)
    if given.shape != (WAIT_BINS,):
        raise ParamsError(f"counts of shape {given.shape}, must be one for each of {WAIT_BINS} bins")
    if not 0 <= probability <= 1:
        raise ParamsError(f"probability {probability:g}, must be from 0 to 1")
    below = np.cumsum(given)
    total = int(below[-1])
    if total <= 0:
        raise ParamsError("nobody was counted, so there is no quantile")
    rank = min(max(probability * total, 1.0), float(total))
    # Of 100 waits, P95 is the 95th: 0.95 · 100 must not come out as a hair more than 95.
    place = int(np.searchsorted(below, rank - 1e-9 * total))
    if place == 0:
        return 0.0
    if place == WAIT_BINS - 1:
        return math.inf
    low = float(WAIT_EDGES_H[place - 1]) if place > 1 else 0.0
    inside = (rank - float(below[place - 1])) / float(given[place])
    return low + min(max(inside, 0.0), 1.0) * (float(WAIT_EDGES_H[place]) - low)
