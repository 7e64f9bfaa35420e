"""Labels on a map: each gets the best free place around its point, the important ones first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from kervan.drawing.svg import text_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Label", "Placed", "place", "spread"]

Anchor = Literal["start", "middle", "end"]
Box = tuple[float, float, float, float]

#: Directions to try, in order of liking: right, left, above, below, then the corners.
_SIDES: Final[tuple[tuple[float, float, Anchor], ...]] = (
    (1, 0, "start"), (-1, 0, "end"), (0, -1, "middle"), (0, 1, "middle"),
    (0.75, -0.8, "start"), (-0.75, -0.8, "end"), (0.75, 0.8, "start"), (-0.75, 0.8, "end"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """Words to be written beside a point.

    Parameters
    ----------
    x, y
        The point.
    lines
        One or two lines of text.
    size
        Of the letters in pixels.
    rank
        The lower, the earlier placed.
    bold
        Whether the first line is bold.
    gap
        Pixels kept free around the point.
    is_needed
        Whether it may be written over something rather than left out.
    key
        For the caller.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    size: float = 12.0
    rank: int = 5
    bold: bool = False
    gap: float = 6.0
    is_needed: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with its place: baseline of the first line, and the box it fills."""

    label: Label
    x: float
    y: float
    anchor: Anchor
    box: Box
    is_far: bool = False


@dataclass
class _Paper:
    """What lies on the paper already; local to one call of `place`."""

    frame: Box
    taken: list[Box] = field(default_factory=list)
    marks: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))

    def cost(self, box: Box) -> float:
        left, top, right, bottom = box
        if left < self.frame[0] or top < self.frame[1] or right > self.frame[2] or bottom > self.frame[3]:
            return 1e6
        overlap = sum(_overlap(box, other) for other in self.taken)
        x, y = self.marks[:, 0], self.marks[:, 1]
        hits = int(((x >= left - 1) & (x <= right + 1) & (y >= top - 1) & (y <= bottom + 1)).sum())
        return overlap * 50 + hits * 30


def place(
    labels: Iterable[Label], frame: Box, *, marks: Sequence[tuple[float, float]] = (), taken: Sequence[Box] = ()
) -> list[Placed]:
    """Return where each label goes; those without a free place are left out unless they are needed.

    Parameters
    ----------
    labels
        The labels.
    frame
        Left, top, right and bottom of the paper.
    marks
        Points that should not be covered (drawn lines, other places).
    taken
        Boxes that must not be covered.
    """
    paper = _Paper(frame, list(taken), np.array(marks, dtype=float).reshape(-1, 2))
    out: list[Placed] = []
    for label in sorted(labels, key=lambda one: (one.rank, -one.y, one.x)):
        tried = [(paper.cost(one.box) + penalty, number, one) for number, (penalty, one) in enumerate(_places(label))]
        cost, _, best = min(tried, key=lambda item: item[:2])
        if cost < 300 or (label.is_needed and cost < 1e6):
            out.append(best)
            paper.taken.append(best.box)
    return out


def _places(label: Label) -> Iterable[tuple[float, Placed]]:
    width = max(text_width(line, label.size, bold=label.bold) for line in label.lines) * 1.04
    height = label.size * 1.18 * len(label.lines)
    for reach, far in ((1.0, 0.0), (2.2, 12.0), (4.0, 40.0), (6.5, 80.0)):
        for number, (dx, dy, anchor) in enumerate(_SIDES):
            gap = label.gap * reach
            x = label.x + dx * gap
            middle = label.y + dy * (gap + height / 2 if dy else 0.0)
            left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
            box = (left, middle - height / 2, left + width, middle + height / 2)
            y = middle - height / 2 + label.size * 0.93
            yield number * 3.0 + far, Placed(label, x, y, anchor, box, reach > 3)


def _overlap(one: Box, two: Box) -> float:
    across = min(one[2], two[2]) - max(one[0], two[0])
    along = min(one[3], two[3]) - max(one[1], two[1])
    return max(across, 0.0) * max(along, 0.0)


def spread(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Return positions in the order given, as near as they can be to those wanted and ``least`` apart.

    Examples
    --------
    >>> spread([10, 11, 50], 10, 0, 100)
    [5.5, 15.5, 50.0]
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    groups: list[tuple[float, int]] = []  # middle of a block of labels, and how many it holds
    for number in order:
        groups.append((_within(wanted[number], 1, least, low, high), 1))
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < least * (groups[-1][1] + groups[-2][1]) / 2 - 1e-9:
            (middle_2, count_2), (middle_1, count_1) = groups.pop(), groups.pop()
            both = count_1 + count_2
            middle = (middle_1 * count_1 + middle_2 * count_2) / both
            groups.append((_within(middle, both, least, low, high), both))
    placed = [middle + least * (k - (size - 1) / 2) for middle, size in groups for k in range(size)]
    out = [0.0] * len(wanted)
    for number, position in zip(order, placed, strict=True):
        out[number] = position
    return out


def _within(middle: float, size: int, least: float, low: float, high: float) -> float:
    half = least * (size - 1) / 2
    return min(max(middle, low + half), max(high - half, low + half))
