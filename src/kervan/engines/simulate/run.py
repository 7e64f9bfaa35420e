"""One replication of a model: what goes in, and what comes out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from mmap import mmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate import layout
from kervan.engines.simulate._histogram import WAIT_BINS
from kervan.engines.simulate.check import check_model
from kervan.engines.simulate.eventlog import check_traceable
from kervan.engines.simulate.events import events_of, grown_events
from kervan.engines.simulate.kernel import advance, advance_traced, close_books, prepare, stuck
from kervan.engines.simulate.keyed import stream
from kervan.engines.simulate.layout import Block, block_of, grown
from kervan.engines.simulate.model import WEEK_H, Embargo, Model, Visit
from kervan.engines.simulate.records import FLEET_STATS, LANE_STATS, OPERATION_STATS, RECORD, STATION_STATS
from kervan.engines.simulate.trace import room_for, trace_of
from kervan.engines.simulate.world import (
    DONE,
    ENDLESS,
    MORE_RECORDS,
    MORE_UNITS,
    PAUSED,
    TOO_MANY_ALIVE,
    TOO_MANY_TRACED,
)  # fmt: skip
from kervan.errors import ParamsError, SolveError

__all__ = [
    "FLEET_STATS", "LANE_STATS", "OPERATION_STATS", "RECORD", "STATION_STATS", "Run", "run_model", "run_traced",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """What one replication gives.

    Parameters
    ----------
    records
        Of `RECORD`, in the order in which they finished.
    stations
        Of `STATION_STATS`, a row a station and a column a week (the last may be short).
    waits
        Histogram of waits begun after the warm-up, a row a station; see `WAIT_EDGES_H`.
    lanes, fleets
        Of `LANE_STATS` and `FLEET_STATS`.
    operations
        Of `OPERATION_STATS`, by source, program and operation.
    made
        Consignments that began, of each source.
    alive
        Of them, how many were under way at the horizon.
    events
        How many events were taken.
    horizon_h, warm_h, seed, replication
        What was asked for.
    trace
        Every event, of `EVENT`, if it was asked for; `kervan.engines.simulate.eventlog.log_of` says what it means.
    """

    records: NDArray[np.void]
    stations: NDArray[np.void]
    waits: NDArray[np.int64]
    lanes: NDArray[np.void]
    fleets: NDArray[np.void]
    operations: NDArray[np.void]
    made: NDArray[np.int64]
    alive: int
    events: int
    horizon_h: float
    warm_h: float
    seed: int
    replication: int
    trace: NDArray[np.void] | None = None


#: Most events between two looks at the keyboard and for a deadlock, and those before the first.
_STRETCH: Final = 2_000_000
_FIRST_STRETCH: Final = 1 << 16
_MOST_STATION_WEEKS: Final = 8_000_000


def run_model(
    model: Model,
    horizon_h: float,
    *,
    seed: int = 0,
    replication: int = 0,
    warm_h: float = 0.0,
    max_events: int = 2_000_000_000,
    max_alive: int = 5_000_000,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Run:
    """Run one replication of a model.

    Parameters
    ----------
    model
        What is simulated.
    horizon_h
        How long (h).
    seed, replication
        The key of all draws, whole numbers from 0 to below 2³².
    warm_h
        From when waits are counted in the histogram, and hours by operation.
    max_events, max_alive
        Bounds on events and on consignments under way.
    is_stopped
        Asked some times a second; a run that is told so is given up.

    Raises
    ------
    ParamsError
        When the model cannot run.
    SolveError
        At a deadlock, when a bound is passed, or when it was stopped.
    """
    block = _block_of(model, horizon_h, seed, replication, warm_h)
    block.words[[layout.MOST_EVENTS, layout.MOST_ALIVE]] = max_events, max_alive
    return _read(*_advance(model, block, advance, is_stopped))


def run_traced(
    model: Model,
    horizon_h: float,
    *,
    seed: int = 0,
    replication: int = 0,
    max_trace: int = 20_000_000,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Run:
    """Run one replication of a model, the same as `run_model` does, and keep every event.

    Parameters
    ----------
    model, horizon_h, seed, replication, is_stopped
        As for `run_model`.
    max_trace
        How many events are kept at most, at 32 B each.

    Raises
    ------
    ParamsError
        When the model cannot run.
    SolveError
        When there are more events, or as `run_model`.
    """
    check_traceable(model, max_trace)
    block = _block_of(model, horizon_h, seed, replication, 0.0)
    rows = room_for(max_trace)
    block.words[[layout.TRACE, layout.MOST_TRACED]] = rows.ctypes.data, max_trace
    block.words[[layout.MOST_EVENTS, layout.MOST_ALIVE]] = _MOST_TRACED_EVENTS, _MOST_TRACED_EVENTS
    block, finished = _advance(model, block, advance_traced, is_stopped)
    trace = trace_of(model, block, rows[: int(block.words[layout.TRACED])])
    return replace(_read(block, finished), trace=trace)


#: Every consignment is traced, and all that is not (a lane that looks at its queue) follows something that is.
_MOST_TRACED_EVENTS: Final = 2**40


def _block_of(model: Model, horizon_h: float, seed: int, replication: int, warm_h: float) -> Block:
    """Return the memory of a run at its start."""
    check_model(model)
    for name, value in (("seed", seed), ("replication", replication)):
        if not 0 <= value < 2**32:
            raise ParamsError(f"{name} must be a whole number from 0 to below 2**32, not {value}")
    if not 0 < horizon_h < math.inf:
        raise ParamsError(f"the horizon must be above 0 h and finite, not {horizon_h}")
    if horizon_h / WEEK_H * len(model.stations) > _MOST_STATION_WEEKS:
        raise ParamsError(f"{len(model.stations):,} stations for {horizon_h:,.0f} h are too many weeks to keep apart")
    block = block_of(model, horizon_h, warm_h, _UNITS)
    block.words[layout.KEY] = stream(seed, replication)
    return block


_UNITS: Final = 256
#: Records are kept in pieces of so many, or more if more may finish at once.
_RECORDS: Final = 1 << 16
_RECORD_WORDS: Final = RECORD.itemsize // 8


def _advance(
    model: Model, block: Block, go_on: Callable[[int, int, int, int], int], is_stopped: Callable[[], bool]
) -> tuple[Block, NDArray[np.int64]]:
    """Run a block to its horizon, with more room where it is needed."""
    units = _UNITS
    words, full = _piece(_RECORDS), []
    each = 2 if _has_patience(model) else 1
    events = events_of(block.events + each * units)
    prepare(block.words.ctypes.data, events.ctypes.data)
    reason, stop = PAUSED, _FIRST_STRETCH
    while reason != DONE:
        most = min(stop, int(block.words[layout.MOST_EVENTS]))
        block.words[layout.FINISHED] = words.ctypes.data
        reason = go_on(block.words.ctypes.data, events.ctypes.data, len(words), most)
        if reason not in (MORE_UNITS, MORE_RECORDS):
            _refuse_deadlock(model, block)
        if reason == PAUSED:
            stop += min(stop, _STRETCH)
            if is_stopped():
                raise SolveError("stopped before the end")
        elif reason == MORE_UNITS:
            more = max(units, 2 * int(block.words[layout.MARGIN] + block.words[layout.RIDERS]))
            block, units = grown(block, more), units + more
            events = grown_events(events, block.events + each * units)
        elif reason == MORE_RECORDS:
            full.append(words[: int(block.words[layout.RECORDS])])
            least = int(block.words[layout.ALIVE] + block.words[layout.MARGIN])
            words = _piece(max(_RECORDS, 2 * least))
            block.words[layout.RECORDS] = 0
        elif reason != DONE:
            raise _error(model, block, reason)
    close_books(block.words.ctypes.data)
    full.append(words[: int(block.words[layout.RECORDS])])
    return block, _joined(full)


def _piece(count: int) -> NDArray[np.int64]:
    """Return room for so many records, mapped by itself so that letting it go gives the memory back at once."""
    room = mmap(-1, count * RECORD.itemsize)
    return np.frombuffer(room, dtype=np.int64).reshape(count, _RECORD_WORDS)


def _joined(pieces: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the pieces as one array; each is let go as it is copied, so that they are never there twice."""
    place = sum(len(piece) for piece in pieces)
    whole = np.empty((place, _RECORD_WORDS), dtype=np.int64)
    while pieces:
        piece = pieces.pop()
        whole[place - len(piece) : place] = piece
        place -= len(piece)
    return whole


def _has_patience(model: Model) -> bool:
    return any(
        isinstance(op, Visit) and op.patience is not None
        for source in model.sources
        for _, program in source.programs
        for op in program
    )


def _refuse_deadlock(model: Model, block: Block) -> None:
    """Raise if some can never go on; it is permanent, so that it does not matter when it is looked for."""
    if not model.yards:
        return
    words = block.words
    table = np.zeros(3 * int(words[layout.UNITS]), dtype=np.int64)
    stuck(words.ctypes.data, table.ctypes.data)
    kinds = (
        ("yard", model.yards, layout.YARDS, layout.YA_SIZE),
        ("embargo", model.gates, layout.GATES, layout.GA_SIZE),
        ("station", model.stations, layout.STATIONS, layout.ST_SIZE),
        ("port", model.ports, layout.PORTS, layout.PO_SIZE),
        ("fleet", model.fleets, layout.FLEETS, layout.FL_SIZE),
    )
    found = [
        f"{kind} {part.name}"
        for kind, parts, first, size in kinds
        for number, part in enumerate(parts)
        if table[words[first] + size * number] and (kind != "embargo" or isinstance(part, Embargo))
    ]
    if any(name.startswith(("yard", "embargo")) for name in found):
        when = float(words.view(np.float64)[layout.NOW])
        raise SolveError(f"deadlock, found after {when:,.1f} h: those who hold {', '.join(found)} wait for each other")


def _error(model: Model, block: Block, reason: int) -> SolveError:
    words = block.words
    when = f"after {float(words.view(np.float64)[layout.NOW]):,.1f} h"
    if reason == ENDLESS:
        name = model.sources[block.sources.index(int(words[layout.ERROR_AT]))].name
        return SolveError(f"{when}: a consignment of {name} goes round without time passing")
    if reason == TOO_MANY_TRACED:
        most = int(words[layout.MOST_TRACED])
        return SolveError(
            f"{when} there are more than {most:,} events to keep; give a larger max_trace or a shorter run"
        )
    if reason == TOO_MANY_ALIVE:
        at = max(block.stations, key=lambda one: int(words[one + layout.ST_WAITING]), default=None)
        where = "" if at is None else f"; most wait at {model.stations[block.stations.index(at)].name}"
        return SolveError(f"{when} more than {int(words[layout.MOST_ALIVE]):,} consignments are under way{where}")
    return SolveError(f"{when} more than {int(words[layout.MOST_EVENTS]):,} events have been taken")


def _read(block: Block, finished: NDArray[np.int64]) -> Run:
    """Read the results of a run out of its memory."""
    words, floats = block.words, block.words.view(np.float64)
    stations = np.zeros((len(block.stations), block.weeks), dtype=STATION_STATS)
    waits = np.zeros((len(block.stations), WAIT_BINS), dtype=np.int64)
    for row, at in enumerate(block.stations):
        first, bins = int(words[at + layout.ST_WEEKS]), int(words[at + layout.ST_WAITS])
        waits[row] = words[bins : bins + WAIT_BINS]
        for place, name in enumerate(STATION_STATS.names or ()):
            view = words if STATION_STATS[name].kind == "i" else floats
            stations[name][row] = view[first + place : first + layout.WK_SIZE * block.weeks : layout.WK_SIZE]
    return Run(
        records=finished.view(RECORD)[:, 0],
        stations=stations,
        waits=waits,
        lanes=_rows(block, block.lanes, layout.LA_VOYAGES, LANE_STATS),
        fleets=_rows(block, block.fleets, layout.FL_LADEN, FLEET_STATS),
        operations=_operations(block),
        made=words[np.array(block.sources) + layout.SO_MADE],
        alive=int(words[layout.ALIVE]),
        events=int(words[layout.EVENTS]),
        horizon_h=float(floats[layout.HORIZON]),
        warm_h=float(floats[layout.WARM]),
        seed=int(words[layout.KEY]) >> 32 & 0xFFFFFFFF,
        replication=int(words[layout.KEY]) & 0xFFFFFFFF,
    )


def _rows(block: Block, things: list[int], first: int, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """Read consecutive fields of things as the rows of a structured array."""
    rows = np.zeros(len(things), dtype=dtype)
    for place, name in enumerate(dtype.names or ()):
        view = block.words if dtype[name].kind == "i" else block.words.view(np.float64)
        rows[name] = view[np.array(things, dtype=np.int64) + first + place]
    return rows


def _operations(block: Block) -> NDArray[np.void]:
    rows = np.zeros(len(block.operations), dtype=OPERATION_STATS)
    places = np.array(block.operations, dtype=np.int64).reshape(-1, 4)
    names = OPERATION_STATS.names or ()
    for column, name in enumerate(names[:3]):
        rows[name] = places[:, column]
    counts = _rows(block, list(places[:, 3]), layout.OP_DONE, np.dtype([(n, OPERATION_STATS[n]) for n in names[3:]]))
    rows[list(names[3:])] = counts
    return rows
