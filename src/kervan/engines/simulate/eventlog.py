"""The events of one replication as a flat log: who, what, when and where.

`kervan.engines.simulate.run.run_traced` keeps them. Here is what they mean; `kervan.formats.eventlog` writes them to
files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate.model import Enter, Leave, Model, Operation, Ride, Travel, Visit
from kervan.errors import ParamsError

if TYPE_CHECKING:
    from kervan.engines.simulate.run import Run

__all__ = ["EVENT", "EVENT_KINDS", "EventLog", "check_traceable", "left_by", "log_of", "place_of", "places_of"]

#: An event. ``kind`` is a place in `EVENT_KINDS`, ``place`` one in `EventLog.places`, ``vehicle`` one in
#: `EventLog.vehicles`; voyages are numbered as they are made. -1 is none; ``ordinal`` is 0 where ``source`` is -1.
EVENT: Final = np.dtype([
    ("time_h", "f8"), ("ordinal", "u4"), ("source", "i2"), ("program", "i2"), ("place", "i4"), ("operation", "i2"),
    ("kind", "i2"), ("voyage", "i4"), ("vehicle", "i4"),
])  # fmt: skip

#: What can happen: to a consignment, to a voyage, to a gate. The first have a source, the second a voyage and none.
EVENT_KINDS: Final = {
    "began": "A consignment comes into being.",
    "joined_queue": "It joins the queue of a station.",
    "diverted": "It goes on elsewhere, as too many wait at a station, or as a yard is full.",
    "reneged": "It leaves the queue of a station, its patience at an end.",
    "service_began": "A service begins.",
    "service_interrupted": "The service stops, as the station closes.",
    "service_resumed": "The service goes on, or begins anew.",
    "service_ended": "The service ends; the server may still be held.",
    "travel_began": "A move begins.",
    "travel_ended": "The move ends.",
    "joined_lane": "It joins the queue of a lane.",
    "boarded": "It is taken by a voyage.",
    "landed": "It leaves the voyage.",
    "blocked": "It finds a yard full and waits before it.",
    "entered_yard": "It takes a place of a yard.",
    "left_yard": "It gives the place back.",
    "finished": "It has come to the end of its program.",
    "assigned": "A vehicle is assigned to a lane: its voyage is made.",
    "loading_began": "A voyage boards and begins to load.",
    "loading_ended": "It is loaded.",
    "sailed": "It sails, laden.",
    "sailed_empty": "A vehicle sails empty to the port of departure of the lane.",
    "arrived": "A voyage, laden or empty, is over the water.",
    "unloading_began": "It begins to unload, at a berth if it has a vehicle.",
    "unloading_ended": "It is unloaded and over.",
    "gate_opened": "A gate opens.",
    "gate_closed": "A gate closes.",
}

_MOST_PARTS: Final = 2**15 - 1


@dataclass(frozen=True, slots=True)
class EventLog:
    """Events, and what their numbers stand for.

    Parameters
    ----------
    events
        Of `EVENT`, in the order in which they happened.
    sources
        Names of the sources.
    places
        ``(what, name)`` of each place: a station, lane, yard, gate, or the key of a travel.
    vehicles
        ``(fleet, number from 0)`` of each vehicle.
    replication, seed
        Of the run.
    """

    events: NDArray[np.void]
    sources: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    vehicles: tuple[tuple[str, int], ...]
    replication: int
    seed: int


def log_of(run: Run, model: Model) -> EventLog:
    """Return the events of a run that was traced.

    Parameters
    ----------
    run
        Of `kervan.engines.simulate.run.run_traced`.
    model
        The model.

    Raises
    ------
    ParamsError
        When the run was not traced.
    """
    if run.trace is None:
        raise ParamsError("the run kept no events; make it with run_traced")
    return EventLog(
        run.trace, tuple(source.name for source in model.sources), places_of(model),
        tuple((fleet.name, number) for fleet in model.fleets for number in range(fleet.vehicles)),
        run.replication, run.seed,
    )  # fmt: skip


def place_of(op: Operation | None) -> tuple[str, str]:
    """Return what and where an operation is; blank for a branch and for the end."""
    match op:
        case Visit():
            return "station", op.station
        case Travel():
            return "travel", op.key
        case Ride():
            return "lane", op.lane
        case Enter() | Leave():
            return "yard", op.yard
        case _:
            return "", ""


def left_by(op: Operation | None) -> tuple[str, str]:
    """Return the yard whose place an operation gives back; blank for none."""
    match op:
        case Leave():
            return "yard", op.yard
        case Ride():
            return "yard", op.leaves
        case _:
            return "", ""


def places_of(model: Model) -> tuple[tuple[str, str], ...]:
    """Return every place of a model: stations, lanes, yards, gates, and what consignments travel on."""
    parts = [(what, part.name) for what in ("station", "lane", "yard", "gate") for part in getattr(model, f"{what}s")]
    ways = {place_of(op): None for one in model.sources for _, program in one.programs for op in program
            if isinstance(op, Travel)}  # fmt: skip
    return *parts, *ways


def check_traceable(model: Model, most: int) -> None:
    """Refuse what the numbers of an event cannot hold.

    Raises
    ------
    ParamsError
        When there are too many sources, or a program or the number of programs is too long, or ``most`` is not
        a number of events.
    """
    longest = max((len(program) for one in model.sources for _, program in one.programs), default=0)
    parts = max(len(model.sources), longest, *(len(one.programs) for one in model.sources))
    if parts > _MOST_PARTS:
        raise ParamsError(f"at most {_MOST_PARTS:,} sources, programs and operations can be traced, not {parts:,}")
    if not 1 <= most <= 2**31:
        raise ParamsError(f"max_trace must be from 1 to {2**31:,}, not {most}")
