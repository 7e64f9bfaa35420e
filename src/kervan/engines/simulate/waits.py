"""The bins of `_histogram`, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from kervan.engines.simulate._histogram import LEAST_LOG2, PER_OCTAVE, WAIT_BINS
from kervan.engines.simulate.elementary import log2

__all__ = ["bin_of"]

_LEAST, _MOST = 1e-300, 1e300


@njit(error_model="numpy", forceinline=True)
def bin_of(wait_h):  # type: ignore[no-untyped-def]
    """Return the bin of a wait, without a jump."""
    place = np.floor((log2(min(max(wait_h, _LEAST), _MOST)) - LEAST_LOG2) * PER_OCTAVE)
    inside = np.int64(min(max(place, 0.0), WAIT_BINS - 2.0)) + np.int64(1)
    return inside if wait_h > 0.0 else np.int64(0)
