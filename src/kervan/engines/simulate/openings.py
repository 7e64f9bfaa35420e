"""When stations and lanes are open in a run without an event list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from kervan.engines.simulate.keyed import SPELL
from kervan.engines.simulate.layout import turns_of
from kervan.engines.simulate.model import WEEK_H, Failures, Gate, Hours, Law, Outages, Spells, key_of
from kervan.engines.simulate.places import Floats, GivesUp, law_of

if TYPE_CHECKING:
    from kervan.engines.simulate.recursion import Pass

__all__ = ["Shifts", "turns"]

_MOST_TURNS: Final = 1 << 20


def turns(run: Pass, gate: Gate) -> tuple[Floats, bool]:
    """Return when a gate turns before the horizon, and whether it is shut at first."""
    if isinstance(gate, Failures | Spells):
        return _drawn_turns(run, gate), False
    if not isinstance(gate, Hours | Outages):
        raise GivesUp
    edges, is_shut = turns_of(gate)
    times = np.array(edges)
    if isinstance(gate, Hours):
        weeks = math.ceil((run.horizon + gate.offset_h) / WEEK_H) + 1
        if weeks * len(edges) > _MOST_TURNS:
            raise GivesUp
        times = ((WEEK_H * np.arange(weeks))[:, None] + times - gate.offset_h).ravel()
    return times[(times > 0.0) & (times < run.horizon)], is_shut


def _drawn_turns(run: Pass, gate: Failures | Spells) -> Floats:
    """Return when a gate turns whose spells are drawn, the first an open one."""
    owner, count, times = np.int64(key_of(gate.name)), 64, np.zeros(1)
    while times[-1] < run.horizon:
        count *= 4
        if count > _MOST_TURNS:
            raise GivesUp
        if isinstance(gate, Failures):
            up, down = (run.series(law_of(law), owner, SPELL, (0, count)) for law in (gate.up, gate.down))
            down[::2] = up[::2]
            times = np.cumsum(down)
        else:
            times = _weather(gate, run.series(law_of(Law.of("exponential", 1.0)), owner, SPELL, (0, count)))
    return times[times < run.horizon]


def _weather(gate: Spells, spells: Floats) -> Floats:
    """Return when weather turns: each spell has the mean of the time at which it begins."""
    now, piece, times = 0.0, 0, []
    for number, spell in enumerate(spells.tolist()):
        while piece + 1 < len(gate.pieces_h) and gate.pieces_h[piece + 1][0] <= now:
            piece += 1
        now += gate.pieces_h[piece][1 + number % 2] * spell
        times.append(now)
    return np.array(times)


class Shifts:
    """When a station or lane that needs several gates closes and opens, by turns, and whether it is shut at first."""

    def __init__(self, gates: list[tuple[Floats, bool]]) -> None:
        shut = sum(is_shut for _, is_shut in gates)
        self.is_shut = shut > 0
        self.times = gates[0][0] if gates else np.empty(0)
        if len(gates) > 1:
            times = np.concatenate([times for times, _ in gates])
            number = np.repeat(np.arange(len(gates)), [len(times) for times, _ in gates])
            change = np.concatenate(
                [np.resize([-1, 1] if was_shut else [1, -1], len(times)) for times, was_shut in gates]
            )
            order = np.lexsort((number, times))
            after = shut + np.cumsum(change[order]) > 0
            self.times = times[order][after != np.concatenate([[self.is_shut], after[:-1]])]

    def spans(self) -> tuple[Floats, Floats]:
        """Return when it opens and when it closes; the last is for ever, or never."""
        edges = self.times if self.is_shut else np.concatenate([[-1.0], self.times])
        edges = np.concatenate([edges, np.full(4 - len(edges) % 2, math.inf)])
        return edges[::2].copy(), edges[1::2].copy()

    def open_by_week(self, weeks: int, horizon: float) -> Floats:
        """Return how long it is open in each week."""
        marks = np.unique(np.concatenate([WEEK_H * np.arange(weeks), self.times, [horizon]]))
        is_open = (np.searchsorted(self.times, marks[:-1], side="right") + self.is_shut) % 2 == 0
        number = np.searchsorted(WEEK_H * np.arange(weeks), marks[:-1], side="right") - 1
        return np.bincount(number, weights=np.diff(marks) * is_open, minlength=weeks).astype(np.float64)
