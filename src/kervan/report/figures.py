"""A figure of the page: its heading, its drawing in three sizes, and its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kervan.drawing.svg import Markup
from kervan.report.grid import Grid

__all__ = ["MIDDLE", "NARROW", "SIZES", "WIDE", "Figure", "Size", "figure"]

WIDE: Final = 1080.0
MIDDLE: Final = 700.0
NARROW: Final = 350.0


@dataclass(frozen=True, slots=True)
class Size:
    """One of the sizes a figure is drawn in: its key, its width in pixels, and whether it is for a phone."""

    key: str
    width: float
    is_narrow: bool = False


SIZES: Final = (Size("w", WIDE), Size("m", MIDDLE), Size("n", NARROW, is_narrow=True))


@dataclass(frozen=True)
class Figure:
    """A figure: its heading, its drawing for a wide page, for print and tablets, and for a phone, and its table."""

    title: str
    wide: Markup
    middle: Markup
    narrow: Markup
    note: Any = ""
    grids: tuple[Grid, ...] = ()
    grid_words: str = "The numbers as a table"


def figure(
    title: str,
    draw: Callable[[Size], Markup],
    note: Any = "",
    grids: tuple[Grid, ...] = (),
    sizes: Sequence[Size] = SIZES,
) -> Figure:
    """Return a figure drawn in its three sizes."""
    wide, middle, narrow = (draw(size) for size in sizes)
    return Figure(title, wide, middle, narrow, note, grids)
