"""The bins in which waits are counted: none, and sixteen to the octave from a minute to half a year."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["WAIT_BINS", "WAIT_EDGES_H", "bin_of"]

_EACH_OCTAVE: Final = 16
_LEAST_LOG2: Final = -6
_MOST_LOG2: Final = 12
#: Bin 0 holds waits of less than the least edge, the last one those from the greatest on.
WAIT_BINS: Final = (_MOST_LOG2 - _LEAST_LOG2) * _EACH_OCTAVE + 2
#: The edges between the bins (h).
WAIT_EDGES_H: Final[NDArray[np.float64]] = np.exp2(np.arange(WAIT_BINS - 1) / _EACH_OCTAVE + _LEAST_LOG2)


@njit(error_model="numpy")
def bin_of(wait_h):  # type: ignore[no-untyped-def]
    """Return the bin of a wait."""
    if wait_h <= 0.0:
        return 0
    place = math.floor((math.log2(wait_h) - _LEAST_LOG2) * _EACH_OCTAVE) + 1
    return int(min(max(place, 0), WAIT_BINS - 1))
