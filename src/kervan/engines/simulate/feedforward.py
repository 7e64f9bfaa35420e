"""Which models can be run without an event list, and in which order their places are gone through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from kervan.engines.simulate.model import (
    Branch,
    Embargo,
    Gate,
    Lane,
    Law,
    Model,
    Operation,
    Ride,
    Travel,
    Visit,
)  # fmt: skip

__all__ = ["MOST_LANES", "Step", "is_feed_forward", "order_of", "place_of", "steps_of"]

_MOST_SERVERS: Final = 10_000
MOST_LANES: Final = 1 << 10


@dataclass(frozen=True, slots=True)
class Step:
    """An operation or, without one, the end of a program.

    Its source, program and place in that; and the number of the first step of the program.
    """

    op: Operation | None
    source: int
    program: int
    place: int
    first: int


def steps_of(model: Model) -> list[Step]:
    """Return all steps of all programs, one after the other."""
    steps: list[Step] = []
    for number, source in enumerate(model.sources):
        for choice, (_, program) in enumerate(source.programs):
            first = len(steps)
            steps += [Step(op, number, choice, place, first) for place, op in enumerate([*program, None])]
    return steps


def is_feed_forward(model: Model) -> bool:
    """Say whether a model can be run without an event list."""
    return order_of(model) is not None


def order_of(model: Model) -> list[Any] | None:
    """Return the places of a model in an order in which nobody goes back, or None if there is none.

    A place is a station or lane by its name, or a travel by its number among the steps.
    """
    if model.yards or model.fleets or len(model.lanes) > MOST_LANES:
        return None
    if not all(map(_is_simple_gate, model.gates)) or not all(map(_is_simple_lane, model.lanes)):
        return None
    steps = steps_of(model)
    if not all(_is_simple(step) for step in steps) or not _has_one_priority_each(model, steps):
        return None
    if any((station.servers or 0) > _MOST_SERVERS for station in model.stations):
        return None
    before: dict[Any, set[Any]] = {}
    for number, step in enumerate(steps):
        if (here := place_of(step.op, number)) is not None:
            before.setdefault(here, set())
            for after in _reached(steps, number + 1):
                before.setdefault(place_of(steps[after].op, after), set()).add(here)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        return None


def place_of(op: Operation | None, number: int) -> Any:
    """Return where one rests in an operation, if one does."""
    match op:
        case Visit():
            return ("station", op.station)
        case Ride():
            return ("lane", op.lane)
        case Travel():
            return ("travel", number)
    return None


def _reached(steps: list[Step], number: int) -> set[int]:
    """Return the operations in which one may rest next who goes on at this one."""
    found, todo = set(), [number]
    while todo:
        here = todo.pop()
        op = steps[here].op
        if isinstance(op, Branch):
            todo += [here + 1, steps[here].first + op.to]
        elif op is not None:
            found.add(here)
            if isinstance(op, Visit) and op.share < 1.0:
                todo.append(here + 1)
    return found


def _is_simple(step: Step) -> bool:
    match step.op:
        case Visit() as op:
            laws = ([op.law] if op.electronic < 1 else []) + ([op.electronic_law] if op.electronic > 0 else [])
            return op.patience is None and op.divert_above_h == math.inf and all(map(_takes_time, laws))
        case Travel() as op:
            return any(map(_takes_time, (op.law, op.waiting, op.procedure)))
        case Branch() as op:
            return op.to > step.place
        case Ride() | None:
            return True
    return False


def _takes_time(law: Law) -> bool:
    return law.mean_h > 0 and (law.kind != "empirical" or law.quantiles_h[0] > 0)


def _is_simple_gate(gate: Gate) -> bool:
    return not isinstance(gate, Embargo)


def _is_simple_lane(lane: Lane) -> bool:
    return not lane.fleet and _takes_time(lane.crossing)


def _has_one_priority_each(model: Model, steps: list[Step]) -> bool:
    seen: dict[str, int] = {}
    for step in steps:
        if isinstance(step.op, Visit):
            priority = model.sources[step.source].priority
            if seen.setdefault(step.op.station, priority) != priority:
                return False
    return True
