"""The bins of `_histogram`, compiled for the kernel."""

from __future__ import annotations

from numba import njit

from kervan.engines.simulate import _histogram

__all__ = ["bin_of"]

bin_of = njit(error_model="numpy")(_histogram.bin_of)
