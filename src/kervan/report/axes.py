"""Axes shared by the charts: round ticks, and a scale from values to pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Scale", "ticks"]


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def ticks(high: float, most: int = 5) -> list[float]:
    """Return round values from 0 that cover a range with no more than so many steps.

    Examples
    --------
    >>> ticks(13.2, 4)
    [0.0, 5.0, 10.0]
    """
    if not math.isfinite(high) or high <= 0:
        return [0.0]
    rough = high / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * unit for factor in (1, 2, 2.5, 5, 10) if factor * unit >= rough * 0.999)
    return [round(step * number, 10) for number in range(int(high / step + 1e-9) + 1)]
