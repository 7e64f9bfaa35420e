"""How sure a total is: quantiles of a sum of independent stages.

Each stage takes a gamma time with its mean and standard deviation, independent of the others. Their sum has
mean ``μ = Σ m``, variance ``σ² = Σ s²`` and third central moment ``κ = Σ 2 s⁴ / m``; it is approximated by
the translated gamma law with the same three: Kaas, Goovaerts, Dhaene and Denuit, "Modern Actuarial Risk
Theory", 2nd ed. (2008), section 2.5.1. See ``docs/explanation/reliability.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["least_hours", "quantiles"]


def _moments(mean_h: ArrayLike, sd_h: ArrayLike) -> tuple[float, float, float]:
    """Return mean, variance and third central moment of the sum of the stages."""
    mean, variance = np.asarray(mean_h, dtype=float), np.asarray(sd_h, dtype=float) ** 2
    uncertain = (variance > 0) & (mean > 0)
    third = 2 * variance[uncertain] ** 2 / mean[uncertain]
    return float(mean.sum()), float(variance[uncertain].sum()), float(third.sum())


def least_hours(mean_h: ArrayLike, sd_h: ArrayLike) -> float:
    """Return the shift of the approximating law: no total below it has any probability.

    ``μ - 2 σ⁴ / κ``, which by the Cauchy-Schwarz inequality is never negative.
    """
    mean, variance, third = _moments(mean_h, sd_h)
    return max(0.0, mean - 2 * variance**2 / third) if third > 0 else mean


def quantiles(mean_h: ArrayLike, sd_h: ArrayLike, chances: Sequence[float]) -> NDArray[np.float64]:
    """Return the hours that the sum of the stages keeps with each chance.

    Parameters
    ----------
    mean_h, sd_h
        Mean and standard deviation of every stage (h).
    chances
        Probabilities between 0 and 1.

    Returns
    -------
    NDArray
        Quantiles of the total (h), one for each chance.

    Examples
    --------
    Two exponential stages of 10 h: the total is a gamma law of shape 2, whose median is 16.78 h.

    >>> quantiles([10.0, 10.0], [10.0, 10.0], [0.5]).round(2)
    array([16.78])
    """
    from scipy.special import gammaincinv

    mean, variance, third = _moments(mean_h, sd_h)
    if third <= 0:
        return np.full(len(chances), mean)
    shape, scale = 4 * variance**3 / third**2, third / (2 * variance)
    found: NDArray[np.float64] = mean - shape * scale + scale * gammaincinv(shape, np.asarray(chances))
    return found
