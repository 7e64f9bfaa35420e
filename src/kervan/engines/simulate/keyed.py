"""Random numbers without a state: each is a function of what it is for.

The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as
1, 2, 3", with the counter (ordinal, owner, place, lap | purpose | attempt) and the key (seed, replication).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit, uint32, uint64

from kervan.engines.simulate.model import LAWS, Law

__all__ = ["LAW_CODES", "draw", "law_row", "ndtri", "philox", "stream", "uniform"]

#: Purposes of draws.
ARRIVAL, ROUTE, SHARE, ELECTRONIC, SERVICE, PATIENCE, BRANCH, TRAVEL, CROSSING, SPELL, HEADWAY, DELAY = (
    np.int64(purpose) for purpose in range(12)
)

LAW_CODES: Final = {name: code for code, name in enumerate(LAWS)}
DETERMINISTIC, EXPONENTIAL, LOGNORMAL, GAMMA, EMPIRICAL = range(5)

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_2_53 = 1.0 / 9007199254740992.0


@njit(error_model="numpy")
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Return 128 random bits as two ``uint64``; all six arguments are ``uint32``."""
    for _ in range(10):
        p0 = uint64(c0) * _M0
        p1 = uint64(c2) * _M1
        n0 = uint32(p1 >> uint64(32)) ^ c1 ^ k0
        n2 = uint32(p0 >> uint64(32)) ^ c3 ^ k1
        c1 = uint32(p1 & _LOW)
        c3 = uint32(p0 & _LOW)
        c0 = n0
        c2 = n2
        k0 = uint32(k0 + _W0)
        k1 = uint32(k1 + _W1)
    return (uint64(c0) << uint64(32)) | uint64(c1), (uint64(c2) << uint64(32)) | uint64(c3)


@njit(error_model="numpy")
def _unit(bits):  # type: ignore[no-untyped-def]
    """Return a number in (0, 1), open at both ends, from 53 of 64 bits."""
    return (float(bits >> uint64(11)) + 0.5) * _2_53


@njit(error_model="numpy")
def uniform(key, owner, ordinal, place, lap, purpose):  # type: ignore[no-untyped-def]
    """Return the uniform of one purpose; the key is that of `stream`."""
    first, _ = _block(key, owner, ordinal, place, (lap << 12) | (purpose << 8))
    return _unit(first)


@njit(error_model="numpy")
def _block(key, owner, ordinal, place, last):  # type: ignore[no-untyped-def]
    return philox(uint32(ordinal), uint32(owner), uint32(place), uint32(last), uint32(key >> 32), uint32(key))


def stream(seed: int, replication: int) -> int:
    """Return seed and replication, both of 32 bits, as the one signed word that all draws take."""
    key = seed << 32 | replication
    return key - 2**64 if key >= 2**63 else key


@njit(error_model="numpy")
def ndtri(p):  # type: ignore[no-untyped-def]
    """Return the standard normal quantile: Wichura (1988), algorithm AS 241, PPND16."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        num = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                  + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
               + 133.14166789178437745) * r + 3.3871328727963666080  # fmt: skip
        den = ((((((5226.4952788528545610 * r + 28729.085735721942674) * r + 39307.895800092710610) * r
                  + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.18700749205790830) * r
               + 42.313330701600911252) * r + 1.0  # fmt: skip
        return q * num / den
    r = math.sqrt(-math.log(p if q < 0 else 1.0 - p))
    x = _tail_near(r - 1.6) if r <= 5.0 else _tail_far(r - 5.0)
    return -x if q < 0 else x


@njit(error_model="numpy")
def _tail_near(r):  # type: ignore[no-untyped-def]
    num = ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
              + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.76949722146069140550) * r
           + 4.63033784615654529590) * r + 1.42343711074968357734  # fmt: skip
    den = ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
              + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940) * r
           + 2.05319162663775882187) * r + 1.0  # fmt: skip
    return num / den


@njit(error_model="numpy")
def _tail_far(r):  # type: ignore[no-untyped-def]
    num = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
              + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580) * r
           + 5.46378491116411436990) * r + 6.65790464350110377720  # fmt: skip
    den = ((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
              + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
           + 5.99832206555887937690e-1) * r + 1.0  # fmt: skip
    return num / den


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
    u = _unit(first)
    if code == EXPONENTIAL:
        return -a * math.log(u)
    if code == LOGNORMAL:
        return math.exp(a + b * ndtri(u))
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
        x = ndtri(_unit(first))
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        if math.log(_unit(second)) < 0.5 * x * x + d - d * v + d * math.log(v):
            if shape >= 1.0:
                return d * v
            # Below 1: times a uniform to the power 1/shape; with the complement of the place no key serves twice.
            other, _ = _block(key, owner, ordinal, ~place, last | attempt)
            return d * v * math.exp(math.log(_unit(other)) / shape)
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
