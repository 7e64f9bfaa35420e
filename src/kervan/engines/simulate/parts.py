"""How the functions of the kernel are compiled."""

from __future__ import annotations

from typing import Any

import numba

__all__ = ["njit"]


def njit(**options: Any) -> Any:
    """Compile as `numba.njit` does.

    What is not kept on disk (``cache``) is a part: other compiled functions call it, and Python must not, for it has no
    wrapper. Two wrappers a function would take a tenth of the time of compiling.
    """
    wrappers = {} if options.get("cache") else {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled: Any = numba.njit  # numba does not type the two
    return compiled(**options, **wrappers)
