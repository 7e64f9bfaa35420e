"""Checks that the parameters of several engines share: each raises with the name, the range and what was given."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from kervan.errors import ParamsError, shown

__all__ = ["names", "number", "whole"]


def names(params: object, name: str) -> None:
    """Check a list of ids, and keep it as a tuple."""
    value = getattr(params, name)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise ParamsError(f"{name} must be a list of ids, not {shown(value)}")
    if len(set(value)) != len(value):
        raise ParamsError(f"{name} names {', '.join(sorted({i for i in value if list(value).count(i) > 1}))} twice")
    object.__setattr__(params, name, tuple(value))


def number(
    params: object, name: str, *, at_least: float = 0.0, above: float = -math.inf, at_most: float = math.inf
) -> None:
    """Check a finite number, and keep it as an int or a float."""
    value = getattr(params, name)
    is_number = not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(_float(value))
    if not is_number or not at_least <= value <= at_most or value <= above:
        low = f"above {above:g}" if above >= at_least else f"of {at_least:g} or more"
        high = f" and {at_most:g} or less" if at_most < math.inf else ""
        raise ParamsError(f"{name} must be a number {low}{high}, not {shown(value)}")
    object.__setattr__(params, name, value if isinstance(value, int | float) else _float(value))


def whole(params: object, name: str, at_least: int, at_most: int) -> None:
    """Check a whole number."""
    value: Any = getattr(params, name)
    if isinstance(value, bool) or not isinstance(value, int) or not at_least <= value <= at_most:
        raise ParamsError(f"{name} must be a whole number from {at_least:,} to {at_most:,}, not {shown(value)}")


def _float(value: Real) -> float:
    """Return a number of any kind, one of numpy too, as a float; infinity for one that is larger than any."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
