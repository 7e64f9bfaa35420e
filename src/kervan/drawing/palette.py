"""One palette: a colour for each mode, two greys for hours that do not move, and the paper and ink of the page.

The mode colours keep a contrast of at least 4.5 : 1 on white, so they serve for text too, and differ from
one another by at least 20 (CIE76) for the three common kinds of colour blindness; `tests/test_drawing.py`
measures both.
"""

from __future__ import annotations

import zlib
from typing import Final

__all__ = [
    "FAINT", "GRID", "INK", "MODES", "MUTED", "PAPER", "PROCEDURE", "QUALITIES", "WAITING", "mode_colour",
    "mode_name",
]  # fmt: skip

PAPER: Final = "#ffffff"
INK: Final = "#1c1b19"
MUTED: Final = "#5f5c57"
FAINT: Final = "#8b877f"
GRID: Final = "#dedbd4"

#: Colours of the modes the schema names; `mode_colour` answers for any other.
MODES: Final = {
    "rail": "#8e1118",
    "road": "#966a00",
    "sea": "#0a4f9e",
    "oil_pipeline": "#43174f",
    "gas_pipeline": "#a3387e",
    "fibre": "#0c8565",
}
_SPARE: Final = ("#5c5a00", "#7a2a5e", "#3f5566", "#6b3d1e")

#: What an hour is spent on.
PROCEDURE: Final = "#8a847c"
WAITING: Final = "#d3cdc2"

#: How far a number can be trusted: the darker, the firmer.
QUALITIES: Final = {
    "observed": "#22435e",
    "published": "#5d84a3",
    "claimed": "#c9a45c",
    "estimated": "#e5ddcf",
}

#: Map.
SEA: Final = "#e3ecf1"
LAND: Final = "#f6f3ec"
COAST: Final = "#b9c6cd"
RIVER: Final = "#d3e0e7"
BORDER: Final = "#cfc8ba"


def mode_colour(mode: str) -> str:
    """Return the one colour of a mode.

    Examples
    --------
    >>> mode_colour("sea")
    '#0a4f9e'
    """
    return MODES.get(mode) or _SPARE[zlib.crc32(mode.encode()) % len(_SPARE)]


def mode_name(mode: str) -> str:
    """Return what a mode is called in running text.

    Examples
    --------
    >>> mode_name("inland_water")
    'inland water'
    """
    return mode.replace("_", " ")
