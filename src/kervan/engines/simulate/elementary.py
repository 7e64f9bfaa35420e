"""Logarithm, exponential and normal quantile, by arithmetic alone.

The functions of a C library differ in the last bit from one machine to the next, and a compiler cannot work on
several numbers at a time with them. These are sums and products, so a run has the same bits everywhere, and a loop over
an array of draws does four or eight at once. All are right to within an ulp or two.

References
----------
Logarithm and exponential follow fdlibm (``e_log.c``, ``e_exp.c``; Sun Microsystems, 1993); the normal quantile is
Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution", *Applied Statistics* 37(3),
PPND16.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import int64, njit, types
from numba.extending import intrinsic

__all__ = ["bits_of", "exp", "is_central", "ln", "log2", "middle", "ndtri", "number_of", "tail"]

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_PER_LN2 = 1.44269504088896338700
_HALF_ROOT = 0x3FE6A09E667F3BCD  # the bits of √½
_FRACTION = 0x000FFFFFFFFFFFFF
_LARGEST = 708.0


def _bits(_typing: Any, _number: Any) -> Any:
    return types.int64(types.float64), _seen_as(ir.IntType(64))


def _number(_typing: Any, _bits: Any) -> Any:
    return types.float64(types.int64), _seen_as(ir.DoubleType())


def _seen_as(kind: Any) -> Any:
    return lambda _context, builder, _signature, given: builder.bitcast(given[0], kind)


bits_of: Any = intrinsic(_bits)
number_of: Any = intrinsic(_number)


@njit(error_model="numpy", forceinline=True)
def _parts(x):  # type: ignore[no-untyped-def]
    """Return k and z from √½ to below √2 with x = 2ᵏ z, for a normal number above 0."""
    shifted = bits_of(x) - int64(_HALF_ROOT)
    k = shifted >> 52
    return float(k), number_of((shifted & int64(_FRACTION)) + int64(_HALF_ROOT))


@njit(error_model="numpy", forceinline=True)
def _ln_rest(f):  # type: ignore[no-untyped-def]
    """Return what ln(1 + f) has besides f."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    inner = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
    odd = z * (6.666666666666735130e-01 + w * inner)
    half = 0.5 * f * f
    return half - s * (half + (even + odd))


@njit(error_model="numpy", forceinline=True)
def ln(x):  # type: ignore[no-untyped-def]
    """Return the natural logarithm of a normal number above 0."""
    k, z = _parts(x)
    f = z - 1.0
    return k * _LN2_HIGH - ((_ln_rest(f) - k * _LN2_LOW) - f)


@njit(error_model="numpy", forceinline=True)
def log2(x):  # type: ignore[no-untyped-def]
    """Return the logarithm to base 2 of a normal number above 0; exact for a power of 2."""
    k, z = _parts(x)
    f = z - 1.0
    return k + (f - _ln_rest(f)) * _PER_LN2


@njit(error_model="numpy", forceinline=True)
def exp(x):  # type: ignore[no-untyped-def]
    """Return e to the power x, with x brought to within ±708."""
    x = min(max(x, -_LARGEST), _LARGEST)
    k = np.floor(x * _PER_LN2 + 0.5)
    high, low = x - k * _LN2_HIGH, k * _LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05
                 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))))  # fmt: skip
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    return y * number_of((int64(k) + int64(1023)) << 52)


# ── the normal quantile ─────────────────────────────────────────────────────────────────────────────


@njit(error_model="numpy", forceinline=True)
def is_central(p):  # type: ignore[no-untyped-def]
    """Say whether the normal quantile of p is `middle`; else it is `tail`."""
    return abs(p - 0.5) <= 0.425


@njit(error_model="numpy", forceinline=True)
def middle(p):  # type: ignore[no-untyped-def]
    """Return the normal quantile of a probability near one half."""
    q = p - 0.5
    r = 0.180625 - q * q
    num = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
              + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
           + 133.14166789178437745) * r + 3.3871328727963666080  # fmt: skip
    den = ((((((5226.4952788528545610 * r + 28729.085735721942674) * r + 39307.895800092710610) * r
              + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.18700749205790830) * r
           + 42.313330701600911252) * r + 1.0  # fmt: skip
    return q * num / den


@njit(error_model="numpy")
def tail(p):  # type: ignore[no-untyped-def]
    """Return the normal quantile of a probability far from one half."""
    r = math.sqrt(-ln(p if p < 0.5 else 1.0 - p))
    x = _tail_near(r - 1.6) if r <= 5.0 else _tail_far(r - 5.0)
    return -x if p < 0.5 else x


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
def ndtri(p):  # type: ignore[no-untyped-def]
    """Return the standard normal quantile."""
    return middle(p) if is_central(p) else tail(p)
