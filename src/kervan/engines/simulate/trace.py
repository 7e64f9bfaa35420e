"""The trace of a run: what the kernel notes down where something happens, and how that is read.

A call of `note`, `note_voyage` or `note_gate` compiles to nothing where the memory is seen through
`world.integers`, and to a row of the trace where it is seen through `traced_integers`. So the kernel is written
once and compiled a second time when somebody asks for a trace; a run without one is not slowed down.
"""

from __future__ import annotations

from mmap import mmap
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.eventlog import EVENT, left_by, place_of, places_of
from kervan.engines.simulate.layout import Block
from kervan.engines.simulate.model import Model
from kervan.engines.simulate.world import TOO_MANY_TRACED, floats, integers

__all__ = ["note", "note_gate", "note_voyage", "room_for", "trace_of", "traced_integers"]

# In the order of `eventlog.EVENT_KINDS`.
(BEGAN, JOINED_QUEUE, DIVERTED, RENEGED, SERVICE_BEGAN, INTERRUPTED, RESUMED, SERVICE_ENDED, TRAVEL_BEGAN, TRAVEL_ENDED,
 JOINED_LANE, BOARDED, LANDED, BLOCKED, ENTERED, LEFT, FINISHED, ASSIGNED, LOADING_BEGAN, LOADING_ENDED, SAILED,
 SAILED_EMPTY, REACHED, UNLOADING_BEGAN, UNLOADING_ENDED, OPENED, CLOSED) = range(27)  # fmt: skip

NO_VOYAGE: Final = -1
_NOBODY: Final = np.int64(-1)
_LOW: Final = np.int64(0xFFFFFFFF)
_WORDS: Final = EVENT.itemsize // 8
#: A row is, until it is read: time; ordinal; kind and address; vehicle and voyage (32 bits each).
_KIND_BITS: Final = 48
#: So many rows are read at a time.
_AT_ONCE: Final = 1 << 20

#: The type of a memory that is traced. The address space is the one that pointers have anyway: it only tells the two
#: types apart, by which numba compiles a function once for each.
_TRACED: Final[Any] = types.CPointer(types.int64, addrspace=0)  # type: ignore[no-untyped-call]


def _traced_integers(_typing: Any, _address: Any) -> Any:
    def write(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())

    return _TRACED(types.int64), write


def _when_traced(write_row: Any, memory: Any, numbers: Any, count: int) -> Any:
    """Return signature and code of a call that writes a row if the memory is traced, and is nothing if not."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if memory == _TRACED:
            return context.compile_internal(builder, write_row, signature, arguments)
        return context.get_dummy_value()

    return types.void(memory, numbers, *[types.int64] * count), write


def _note(_typing: Any, m: Any, f: Any, kind: Any, unit: Any, op: Any, voyage: Any) -> Any:  # noqa: ARG001
    return _when_traced(_consignment_row, m, f, 4)


def _note_voyage(_typing: Any, m: Any, f: Any, kind: Any, voyage: Any) -> Any:  # noqa: ARG001
    return _when_traced(_voyage_row, m, f, 2)


def _note_gate(_typing: Any, m: Any, f: Any, kind: Any, gate: Any) -> Any:  # noqa: ARG001
    return _when_traced(_gate_row, m, f, 2)


@njit(error_model="numpy")
def _row(m, f, kind, thing, ordinal, last):  # type: ignore[no-untyped-def]
    if m[at.TRACED] >= m[at.MOST_TRACED]:
        m[at.ERROR] = TOO_MANY_TRACED
        return
    row = m[at.TRACE] + 8 * _WORDS * m[at.TRACED]
    m[at.TRACED] += 1
    words = integers(row)
    floats(row)[0] = f[at.NOW]
    words[1], words[2], words[3] = ordinal, (kind << _KIND_BITS) | thing, last


def _consignment_row(m, f, kind, unit, op, voyage):  # type: ignore[no-untyped-def]
    _row(m, f, kind, op, m[unit + at.UN_ORDINAL], (_NOBODY << 32) | (voyage & _LOW))


def _voyage_row(m, f, kind, voyage):  # type: ignore[no-untyped-def]
    _row(m, f, kind, m[voyage + at.VO_LANE], _NOBODY, (m[voyage + at.VO_VEHICLE] << 32) | m[voyage + at.VO_SERIAL])


def _gate_row(m, f, kind, gate):  # type: ignore[no-untyped-def]
    _row(m, f, kind, gate, _NOBODY, _NOBODY)


#: ``note(m, f, kind, unit, op, voyage)``: something happens to a consignment at an operation of its program.
note: Any = intrinsic(_note)
#: ``note_voyage(m, f, kind, voyage)``: something happens to a voyage.
note_voyage: Any = intrinsic(_note_voyage)
#: ``note_gate(m, f, kind, gate)``: a gate turns.
note_gate: Any = intrinsic(_note_gate)
#: ``traced_integers(address)`` is the memory there as ``integers(address)``, but traced.
traced_integers: Any = intrinsic(_traced_integers)


# ── reading it ──────────────────────────────────────────────────────────────────────────────────────


def room_for(most: int) -> NDArray[np.int64]:
    """Return room for so many rows; memory is taken as it is written to."""
    return np.frombuffer(mmap(-1, most * EVENT.itemsize), dtype=np.int64).reshape(most, _WORDS)


def trace_of(model: Model, block: Block, rows: NDArray[np.int64]) -> NDArray[np.void]:
    """Turn rows as the kernel wrote them into events, in place.

    Parameters
    ----------
    model, block
        What ran, and its memory after the run.
    rows
        Those that were written.
    """
    address, meaning = _meanings(model, block)
    vehicles = block.words[int(block.words[at.VEHICLES]) :][: int(block.words[at.VEHICLE_COUNT])]
    events = rows.view(EVENT)[:, 0]
    for start in range(0, len(rows), _AT_ONCE):
        part, found = rows[start : start + _AT_ONCE], events[start : start + _AT_ONCE]
        ordinal, kind = part[:, 1].copy(), part[:, 2] >> _KIND_BITS
        found_at = np.searchsorted(address, part[:, 2] & ((1 << _KIND_BITS) - 1))
        vehicle = part[:, 3] >> 32
        source, program, operation, place, yard = meaning[found_at].T
        found["ordinal"], found["source"], found["program"] = np.maximum(ordinal, 0), source, program
        found["kind"], found["operation"] = kind, operation
        found["place"] = np.where((kind == BEGAN) | (kind == FINISHED), -1, np.where(kind == LEFT, yard, place))
        # What is not an address (-1) comes before all of them.
        found["vehicle"] = np.where(vehicle < 0, -1, np.searchsorted(vehicles, vehicle))
    return events


def _meanings(model: Model, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return addresses, rising, and for each of them source, program, operation, place and yard left; -1 for none."""
    places = {place: number for number, place in enumerate(places_of(model))}
    words, rows = block.words, []
    for what, parts, first, size in (
        ("lane", model.lanes, at.LANES, at.LA_SIZE),
        ("gate", model.gates, at.GATES, at.GA_SIZE),
    ):
        for number, part in enumerate(parts):
            rows.append((int(words[first]) + number * size, -1, -1, -1, places[what, part.name], -1))
    for number, source in enumerate(model.sources):
        programs = int(words[block.sources[number] + at.SO_PROGRAMS])
        for which, (_, program) in enumerate(source.programs):
            start = int(words[programs + which * at.PR_SIZE + at.PR_FIRST])
            for step, op in enumerate((*program, None)):
                there = (places.get(place_of(op), -1), places.get(left_by(op), -1))
                rows.append((start + step * at.OP_SIZE, number, which, step, *there))
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 6)
    return table[:, 0].copy(), table[:, 1:].copy()
