"""Random numbers without a state: each is a function of what it is for.

The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as
1, 2, 3", with the counter (ordinal, owner, place, lap | purpose | attempt) and the key (seed, replication).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import int64, njit, uint64

from kervan.engines.simulate.elementary import exp, ln, ndtri, number_of
from kervan.engines.simulate.model import LAWS, Law

__all__ = ["LAW_CODES", "block", "draw", "law_row", "philox", "stream", "uniform", "unit"]

#: Purposes of draws.
ARRIVAL, ROUTE, SHARE, ELECTRONIC, SERVICE, PATIENCE, BRANCH, TRAVEL, CROSSING, SPELL, HEADWAY, DELAY = (
    np.int64(purpose) for purpose in range(12)
)

LAW_CODES: Final = {name: code for code, name in enumerate(LAWS)}
DETERMINISTIC, EXPONENTIAL, LOGNORMAL, GAMMA, EMPIRICAL = range(5)

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_ONE, _ULP = np.int64(0x3FF0000000000000), 2.0**-53


@njit(error_model="numpy", forceinline=True)
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Return 128 random bits as two ``uint64``; all six arguments are ``uint64`` below 2³²."""
    for _ in range(10):
        p0, p1 = c0 * _M0, c2 * _M1
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return (c0 << _HALF) | c1, (c2 << _HALF) | c3


@njit(error_model="numpy", forceinline=True)
def unit(bits):  # type: ignore[no-untyped-def]
    """Return a number in (0, 1), open at both ends, from 52 of 64 bits."""
    return (number_of(int64(bits >> uint64(12)) | _ONE) - 1.0) + _ULP


@njit(error_model="numpy", forceinline=True)
def block(key, owner, ordinal, place, last):  # type: ignore[no-untyped-def]
    """Return the random bits of a key; each argument counts modulo 2³², but for the key, which has two halves."""
    return philox(
        uint64(ordinal) & _LOW,
        uint64(owner) & _LOW,
        uint64(place) & _LOW,
        uint64(last) & _LOW,
        uint64(key) >> _HALF,
        uint64(key) & _LOW,
    )


@njit(error_model="numpy")
def _block(key, owner, ordinal, place, last):  # type: ignore[no-untyped-def]
    return block(key, owner, ordinal, place, last)


@njit(error_model="numpy")
def uniform(key, owner, ordinal, place, lap, purpose):  # type: ignore[no-untyped-def]
    """Return the uniform of one purpose; the key is that of `stream`."""
    first, _ = _block(key, owner, ordinal, place, (lap << 12) | (purpose << 8))
    return unit(first)


def stream(seed: int, replication: int) -> int:
    """Return seed and replication, both of 32 bits, as the one signed word that all draws take."""
    key = seed << 32 | replication
    return key - 2**64 if key >= 2**63 else key


@njit(error_model="numpy")
def draw(law, quantiles, key, owner, ordinal, place, lap, purpose):  # type: ignore[no-untyped-def]
    """Return a draw of a law.

    Parameters
    ----------
    law
        Its code and two parameters, as `law_row` writes them.
    quantiles
        All quantile tables, one after the other.
    key, owner, ordinal, place, lap, purpose
        What it is for.
    """
    code, a, b = law
    if code == DETERMINISTIC:
        return a
    last = (lap << 12) | (purpose << 8)
    if code == GAMMA:
        return b * _gamma(a, key, owner, ordinal, place, last)
    first, _ = _block(key, owner, ordinal, place, last)
    u = unit(first)
    if code == EXPONENTIAL:
        return -a * ln(u)
    if code == LOGNORMAL:
        return exp(a + b * ndtri(u))
    start, position = int(a), u * b
    step = int(position)
    low = quantiles[start + step]
    return low + (position - step) * (quantiles[start + step + 1] - low)


@njit(error_model="numpy")
def _gamma(shape, key, owner, ordinal, place, last):  # type: ignore[no-untyped-def]
    """Return a gamma draw of scale 1: Marsaglia and Tsang (2000), a normal and a uniform from each block of bits."""
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    for attempt in range(256):
        first, second = _block(key, owner, ordinal, place, last | attempt)
        x = ndtri(unit(first))
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        if ln(unit(second)) < 0.5 * x * x + d - d * v + d * ln(v):
            if shape >= 1.0:
                return d * v
            # Below 1: times a uniform to the power 1/shape; with the complement of the place no key serves twice.
            other, _ = _block(key, owner, ordinal, ~place, last | attempt)
            return d * v * exp(ln(unit(other)) / shape)
    return shape


def law_row(law: Law, tables: list[float]) -> tuple[int, float, float]:
    """Return code and parameters of a law for `draw`; quantiles are appended to ``tables``."""
    code = LAW_CODES[law.kind]
    if law.kind == "lognormal":
        variance = math.log1p(law.cv_frac**2)
        return code, math.log(law.mean_h) - variance / 2, math.sqrt(variance)
    if law.kind == "gamma":
        return code, 1.0 / law.cv_frac**2, law.mean_h * law.cv_frac**2
    if law.kind == "empirical":
        start = len(tables)
        tables.extend(law.quantiles_h)
        return code, float(start), float(len(law.quantiles_h) - 1)
    return code, law.mean_h, 0.0
