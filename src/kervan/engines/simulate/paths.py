"""The ways a consignment may take through its program, and the yards it is inside of on them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kervan.engines.simulate.model import Branch, Enter, Leave, Operation, Program, Ride, Visit

__all__ = ["faults_of", "yards_inside"]

Yards = frozenset[str]


def yards_inside(program: Program) -> list[Yards]:
    """Return for each operation the yards that a consignment is inside of when it comes to it.

    Of a program without faults these are the same on every way: on two ways to the same operation with different
    yards, a common end would find one of them inside a yard. An operation that is never come to has none.
    """
    states = _states(program)
    return [next(iter(states.get(place, [Yards()]))) for place in range(len(program))]


def faults_of(program: Program) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the ways through a program, and at which operation.

    Whoever leaves a yard is inside it, whoever enters it is not, nobody ends inside a yard, and there is an end.
    """
    count, states = len(program), _states(program)
    for place, op in enumerate(program):
        inside = states.get(place, [])
        left = op.yard if isinstance(op, Leave) else op.leaves if isinstance(op, Ride) else ""
        if left and any(left not in yards for yards in inside):
            yield place, f"leaves yard {left}, which it may not be in"
        elif isinstance(op, Enter) and any(op.yard in yards for yards in inside):
            yield place, f"enters yard {op.yard}, which it may be in already"
        for to, yards in ((to, after) for now in inside for to, after in _ways_on(op, place, now)):
            if to == count and yards:
                yield place, f"may end inside yard {', '.join(sorted(yards))}"
    for place in sorted(states.keys() - _with_an_end(program)):
        yield place, "no way leads from here to the end"
        break


def _states(program: Program) -> dict[int, list[Yards]]:
    """Return for each operation that is come to the yards of the first ways to it: two that differ are enough."""
    found: dict[int, list[Yards]] = {}
    todo = [(0, Yards())]
    while todo:
        place, yards = todo.pop()
        known = found.setdefault(place, [])
        if yards in known or len(known) == 2:
            continue
        known.append(yards)
        if place < len(program):
            todo += _ways_on(program[place], place, yards)
    return found


def _with_an_end(program: Program) -> set[int]:
    """Return the operations from which a way leads to the end."""
    before: dict[int, list[int]] = {}
    for place, op in enumerate(program):
        for to, _ in _ways_on(op, place, Yards()):
            before.setdefault(to, []).append(place)
    found, todo = set[int](), [len(program)]
    while todo:
        place = todo.pop()
        if place not in found:
            found.add(place)
            todo += before.get(place, [])
    return found


def _ways_on(op: Operation, place: int, yards: Yards) -> list[tuple[int, Yards]]:
    """Return where a consignment may go on from an operation, and inside which yards."""
    match op:
        case Enter():
            return [(place + 1, yards | {op.yard}), *_unless_none(op.otherwise, yards)]
        case Leave():
            return [(place + 1, yards - {op.yard})]
        case Ride():
            return [(place + 1, yards - {op.leaves})]
        case Visit():
            goes = op.patience is not None or op.divert_above_h < math.inf
            return [(place + 1, yards), *_unless_none(op.otherwise if goes else None, yards)]
        case Branch():
            return [(op.to, yards)] * (op.chance > 0) + [(place + 1, yards)] * (op.chance < 1)
        case _:
            return [(place + 1, yards)]


def _unless_none(label: int | None, yards: Yards) -> list[tuple[int, Yards]]:
    return [] if label is None else [(label, yards)]
