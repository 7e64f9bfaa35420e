"""A model as one block of memory, which is what the kernel runs on.

Everything is a record of 8-byte words in one array, seen as integers and as floats; a thing is known by the
address of its first word, and a field is an offset. Records of what is under way (*units*: consignments and
voyages) come last, so that there may be more of them later and no address moves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kervan.engines.simulate._histogram import WAIT_BINS
from kervan.engines.simulate.keyed import law_row
from kervan.engines.simulate.model import (
    MOST_PRIORITIES,
    WEEK_H,
    Branch,
    Embargo,
    Enter,
    Failures,
    Fleet,
    Gate,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Operation,
    Outages,
    Ride,
    Source,
    Spells,
    Station,
    Travel,
    Visit,
    key_of,
)  # fmt: skip
from kervan.engines.simulate.paths import yards_inside

__all__ = ["Block", "block_of", "grown"]

NONE: Final = -1
MANY: Final = 2**62

# Kinds of things, in their first word; operations have kinds of their own.
STATION, YARD, LANE, FLEET = range(4)
VISIT, TRAVEL, RIDE, ENTER, LEAVE, BRANCH, END = range(7)
HOURS, SPELLS, FAILURES, OUTAGES, EMBARGO = range(5)
FINISH, INTERRUPT, RESTART = range(3)

# fmt: off
# The head of the block: where the run stands, and where the records lie.
(NOW, HORIZON, WARM, KEY, EVENTS, SERIAL, VOYAGES, ALIVE, RECORDS, FINISHED, FREE, FREE_COUNT, MARGIN,
 RIDERS, AGENDA, AGENDA_SIZE, AGENDA_HEAD, AGENDA_COUNT, ERROR, ERROR_AT, WEEK, NEXT_WEEK, MOST_EVENTS, MOST_ALIVE,
 STATIONS, STATION_COUNT, GATES, GATE_COUNT, YARDS, YARD_COUNT, LANES, LANE_COUNT, FLEETS, FLEET_COUNT, PORTS,
 PORT_COUNT, SOURCES, SOURCE_COUNT, VEHICLES, VEHICLE_COUNT, UNITS, SHELF, SLICES, SLICE, SLICE_H, SHELVED_FROM,
 TRACE, TRACED, MOST_TRACED, HEAD_SIZE) = range(50)

# Every thing that can be on the agenda begins with these two.
KIND, LISTED = range(2)

# Queues have four priorities, hence four words for first, last and count.
(ST_SERVERS, ST_CLOSING, ST_SHUT, ST_BUSY, ST_WAITING, ST_HELD_FIRST, ST_HELD_LAST, ST_TOUCHED,
 ST_WEEKS, ST_WAITS, ST_FIRST, ST_LAST, ST_COUNT, ST_SIZE) = (*range(2, 13), 16, 20, 24)
# Of a station in a week, as `run.STATION_STATS`.
WK_ARRIVED, WK_BEGUN, WK_WAITS, WK_QUEUE, WK_BUSY, WK_OPEN, WK_LONGEST, WK_SIZE = range(8)

YA_PLACES, YA_INSIDE, YA_FIRST, YA_LAST, YA_EMBARGO, YA_SIZE = range(2, 8)

(GA_KIND, GA_KEY, GA_BEGINS_SHUT, GA_SHUT, GA_TURNS, GA_TABLE, GA_COUNT, GA_PLACE, GA_WEEK, GA_OFFSET, GA_UP, GA_UP_A,
 GA_UP_B, GA_DOWN, GA_DOWN_A, GA_DOWN_B, GA_STATIONS, GA_STATION_COUNT, GA_LANES, GA_LANE_COUNT, GA_HIGH, GA_LOW,
 GA_NEXT, GA_INDEX, GA_SIZE) = range(25)

(LA_KEY, LA_CAPACITY, LA_RULE, LA_TIMEOUT, LA_LOAD_H, LA_UNLOAD_H, LA_SHUT, LA_CODE, LA_A, LA_B, LA_CLOCK, LA_CLOCK_A,
 LA_CLOCK_B, LA_OFFSET, LA_TICKS, LA_DUE, LA_SLOT, LA_FIRST, LA_LAST, LA_COUNT, LA_WAITING, LA_FLEET, LA_FROM, LA_TO,
 LA_ASSIGNED, LA_HELD_FIRST, LA_HELD_LAST, LA_TOUCHED, LA_INDEX, LA_VOYAGES, LA_CARRIED_COUNT, LA_CARRIED, LA_WAITS,
 LA_AREA, LA_LOST, LA_FIRST_WAITS, LA_SIZE) = range(2, 39)

(FL_KEY, FL_POLICY, FL_LANES, FL_LANE_COUNT, FL_FIRST, FL_LAST, FL_IDLE, FL_POSITION, FL_PORTS, FL_LADEN, FL_EMPTY,
 FL_HOURS, FL_SIZE) = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 19)
# What a vehicle does, and the places of its hours in a fleet.
IDLE, ANCHOR, LOADING, WEATHER, SAILING, UNLOADING = range(6)

VE_FLEET, VE_STATE, VE_PORT, VE_LANE, VE_SINCE, VE_NEXT, VE_TURN, VE_SIZE = range(8)
PO_BERTHS, PO_BUSY, PO_FIRST, PO_LAST, PO_INDEX, PO_SIZE = range(6)

(SO_KEY, SO_CODE, SO_A, SO_B, SO_GROUP, SO_PRIORITY, SO_MOST, SO_PROGRAMS, SO_PROGRAM_COUNT, SO_OPERATIONAL,
 SO_ARRIVALS, SO_MADE, SO_SEASON, SO_PIECES, SO_PIECE, SO_PIECE_START, SO_INDEX, SO_NEXT, SO_SIZE) = range(19)
PR_SHARE, PR_FIRST, PR_SIZE = range(3)

(OP_KIND, OP_PLACE, OP_AT, OP_CODE, OP_A, OP_B, OP_MEAN, OP_SHARE, OP_ELECTRONIC, OP_E_CODE, OP_E_A, OP_E_B,
 OP_PATIENCE, OP_P_A, OP_P_B, OP_DIVERT, OP_OTHERWISE, OP_CHANCE, OP_TO, OP_YARDS, OP_DONE, OP_HOURS, OP_MOVED,
 OP_WAITED, OP_SIZE) = range(25)
# Of a ride its size, and of a travel whether it has more than its law, the waiting and the procedures.
OP_LOAD, OP_STOPS, OP_DELAY, OP_PROCEDURE, OP_LEAVES = OP_MEAN, OP_AT, OP_E_CODE, OP_PATIENCE, OP_TO

# A unit is a consignment ...
(UN_NEXT, UN_BEFORE, UN_SERIAL, UN_SLOT, UN_PATIENCE, UN_OP, UN_LAP, UN_SOURCE, UN_ORDINAL, UN_PROGRAM, UN_HOLDS,
 UN_SINCE, UN_END, UN_NEED, UN_BEGAN, UN_MOVING, UN_WAITING, UN_FROM, UN_MOVED, UN_WAITED,
 UN_SIZE) = range(21)
# ... or a voyage.
VO_NEXT, VO_LANE, VO_SERIAL, VO_FIRST, VO_VEHICLE, VO_PURPOSE, VO_SINCE, VO_CROSSING = range(8)
# Why a vehicle wants a berth, or what an empty voyage ends in.
LADEN, TO_BOARD, TO_STAND_BY = range(3)
# fmt: on


#: The shelf has at most so many slices of time.
_MOST_SLICES: Final = 1 << 15


@dataclass(slots=True)
class Block:
    """A model in memory.

    Parameters
    ----------
    words
        The block.
    stations, lanes, fleets, sources, yards
        Addresses of the parts, in the order of the model.
    operations
        Source, program, operation and address of each operation.
    events
        How many events may be pending besides one or two for each unit.
    weeks
        Weeks for which there are statistics.
    """

    words: NDArray[np.int64]
    stations: list[int]
    lanes: list[int]
    fleets: list[int]
    sources: list[int]
    yards: list[int]
    operations: list[tuple[int, int, int, int]]
    events: int
    weeks: int


class _Writer:
    """A block that grows at its end."""

    def __init__(self) -> None:
        self.size = HEAD_SIZE
        self.integers: dict[int, float] = {}
        self.floats: dict[int, float] = {}
        self.operations: list[tuple[int, int, int, int]] = []

    def take(self, size: int) -> int:
        at, self.size = self.size, self.size + size
        return at

    def put(self, at: int, fields: Mapping[int, float]) -> None:
        """Write fields by their offsets; the type of a value says in which view."""
        for offset, value in fields.items():
            self.set(at + offset, value)

    def set(self, at: int, value: float) -> None:
        kept = self.floats if isinstance(value, float) else self.integers
        kept[at] = value

    def table(self, values: Sequence[float]) -> int:
        at = self.take(len(values))
        for place, value in enumerate(values):
            self.set(at + place, value)
        return at

    def law(self, at: int, law: Law) -> None:
        """Write code and parameters of a law; the quantiles of an empirical one lie in the block too."""
        values: list[float] = []
        code, a, b = law_row(law, values)
        if values:
            a = float(self.table([float(value) for value in values]))
        for place, value in enumerate((code, float(a), float(b))):
            self.set(at + place, value)

    def words(self) -> NDArray[np.int64]:
        block = np.zeros(self.size, dtype=np.int64)
        if self.integers:
            block[list(self.integers)] = list(self.integers.values())
        if self.floats:
            block.view(np.float64)[list(self.floats)] = list(self.floats.values())
        return block


def block_of(model: Model, horizon_h: float, warm_h: float, units: int) -> Block:
    """Return a model in memory, at the start of a run.

    Parameters
    ----------
    model
        A model that `check_model` has passed.
    horizon_h, warm_h
        Length of the run, and from when waits are counted in the histogram.
    units
        For how many consignments and voyages there is room at first.
    """
    writer = _Writer()
    weeks = max(1, math.ceil(horizon_h / WEEK_H))
    gates = {gate.name: writer.take(GA_SIZE) for gate in model.gates}
    stations = {part.name: writer.take(ST_SIZE) for part in model.stations}
    yards = {part.name: writer.take(YA_SIZE) for part in model.yards}
    ports = {part.name: writer.take(PO_SIZE) for part in model.ports}
    fleets = {part.name: writer.take(FL_SIZE) for part in model.fleets}
    lanes = {part.name: writer.take(LA_SIZE) for part in model.lanes}
    kinds = {"station": stations, "yard": yards, "lane": lanes}
    places = {f"{kind} {name}": at for kind, parts in kinds.items() for name, at in parts.items()}
    for part in model.stations:
        _station(writer, part, stations[part.name], weeks)
    for yard in model.yards:
        at = yards[yard.name]
        writer.put(at, {KIND: YARD, YA_PLACES: yard.places, YA_FIRST: NONE, YA_LAST: NONE, YA_EMBARGO: NONE})
    for number, port in enumerate(model.ports):
        writer.put(ports[port.name], {PO_BERTHS: port.berths, PO_FIRST: NONE, PO_LAST: NONE, PO_INDEX: number})
    for number, lane in enumerate(model.lanes):
        _lane(writer, lane, number, lanes, fleets, ports)
    vehicles: list[float] = []
    for fleet in model.fleets:
        vehicles += _fleet(writer, fleet, model, fleets[fleet.name], lanes, ports)
    for number, gate in reversed([*enumerate(model.gates)]):  # so that embargoes are chained in the order of the table
        _gate(writer, gate, gates[gate.name], number, yards)
        _guards(writer, gate, gates[gate.name], model, stations, lanes)
    sources = [_source(writer, source, number, places) for number, source in enumerate(model.sources)]
    for here, after in pairwise([*sources, NONE]):
        writer.put(here, {SO_NEXT: after})
    agenda = len(stations) + len(yards) + len(lanes) + len(fleets) + 1
    writer.put(0,{
        AGENDA: writer.take(agenda), AGENDA_SIZE: agenda, HORIZON: float(horizon_h), WARM: float(warm_h), NEXT_WEEK:
        WEEK_H, GATES: _at(gates), GATE_COUNT: len(gates), STATIONS: _at(stations), STATION_COUNT: len(stations),
        YARDS: _at(yards), YARD_COUNT: len(yards), LANES: _at(lanes), LANE_COUNT: len(lanes), FLEETS: _at(fleets),
        FLEET_COUNT: len(fleets), PORTS: _at(ports), PORT_COUNT: len(ports), SOURCES: sources[0], SOURCE_COUNT:
        len(sources), VEHICLES: writer.table(vehicles), VEHICLE_COUNT: len(vehicles), MARGIN: max(source.group for
        source in model.sources) + 2 * sum(f.vehicles for f in model.fleets) + len(lanes) + 2, FREE: NONE, ERROR_AT:
        NONE
    })  # fmt: skip
    length_h = _slice_h(horizon_h)
    slices = math.ceil(horizon_h / length_h)
    writer.put(
        0, {SHELF: writer.table([NONE] * slices), SLICES: slices, SLICE: 0, SLICE_H: length_h, SHELVED_FROM: 0.0}
    )
    writer.put(0, {UNITS: writer.size})
    found = Block(writer.words(), list(stations.values()), list(lanes.values()), list(fleets.values()), sources,
                  list(yards.values()), writer.operations, len(gates) + len(lanes) + len(sources), weeks)  # fmt: skip
    return grown(found, units)


def _slice_h(horizon_h: float) -> float:
    """Return how long a slice of the shelf is (h): a power of two, so that its begin is exact."""
    return 2.0 ** math.ceil(math.log2(horizon_h / _MOST_SLICES))


def grown(block: Block, units: int) -> Block:
    """Return the block with room for so many units more, all of them free."""
    old = block.words
    words = np.zeros(len(old) + units * UN_SIZE, dtype=np.int64)
    words[: len(old)] = old
    fresh = np.arange(len(old), len(words), UN_SIZE)
    words[fresh + UN_NEXT] = np.append(fresh[1:], words[FREE])
    words[FREE], words[FREE_COUNT] = fresh[0], words[FREE_COUNT] + units
    return replace(block, words=words)


def _at(parts: dict[str, int]) -> int:
    return next(iter(parts.values()), NONE)


def _station(writer: _Writer, part: Station, at: int, weeks: int) -> None:
    closing = ("finish", "interrupt", "restart").index(part.at_closing)
    writer.put(at,{
        KIND: STATION, ST_SERVERS: MANY if part.servers is None else part.servers, ST_CLOSING: closing,
        ST_HELD_FIRST: NONE, ST_HELD_LAST: NONE, ST_WEEKS: writer.take(weeks *
        WK_SIZE), ST_WAITS: writer.take(WAIT_BINS)
    })  # fmt: skip
    for priority in range(MOST_PRIORITIES):
        writer.set(at + ST_FIRST + priority, NONE)
        writer.set(at + ST_LAST + priority, NONE)


def _lane(
    writer: _Writer, lane: Lane, number: int, lanes: dict[str, int], fleets: dict[str, int], ports: dict[str, int]
) -> None:
    at = lanes[lane.name]
    writer.put(at,{
        KIND: LANE, LA_KEY: key_of(lane.name), LA_CAPACITY: float(lane.capacity), LA_RULE: int(lane.rule ==
        "clock"), LA_TIMEOUT: float(lane.timeout_h), LA_LOAD_H: float(lane.load_h), LA_UNLOAD_H:
        float(lane.unload_h), LA_OFFSET: float(lane.offset_h), LA_SLOT: NONE, LA_FIRST: NONE, LA_LAST: NONE,
        LA_FLEET: fleets.get(lane.fleet, NONE), LA_FROM: ports.get(lane.from_port, NONE), LA_TO:
        ports.get(lane.to_port, NONE), LA_HELD_FIRST: NONE, LA_HELD_LAST: NONE, LA_INDEX: number
    })  # fmt: skip
    writer.law(at + LA_CODE, lane.crossing)
    writer.law(at + LA_CLOCK, lane.headway)


def _fleet(
    writer: _Writer, fleet: Fleet, model: Model, at: int, lanes: dict[str, int], ports: dict[str, int]
) -> list[int]:
    """Write a fleet, its vehicles at the ports of departure of its lanes in turn, and the laws between ports."""
    own = [lane for lane in model.lanes if lane.fleet == fleet.name]
    vehicles = [writer.take(VE_SIZE) for _ in range(fleet.vehicles)]
    for number, vehicle in enumerate(vehicles):
        lane = own[number % len(own)]
        after = vehicles[number + 1] if number + 1 < len(vehicles) else NONE
        writer.put(vehicle,{
            VE_FLEET: at, VE_STATE: IDLE, VE_PORT: ports[lane.from_port], VE_LANE: lanes[lane.name], VE_NEXT: after,
            VE_TURN: number % len(own)
        })  # fmt: skip
    laws = {(a, b): law for a, b, law in fleet.positioning}
    names = [port.name for port in model.ports]
    # Four words for each two ports: code, two parameters, mean.
    table = writer.take(4 * len(names) ** 2)
    for (a, b), law in laws.items():
        place = table + 4 * (names.index(a) * len(names) + names.index(b))
        writer.law(place, law)
        writer.set(place + 3, float(law.mean_h))
    writer.put(at,{
        KIND: FLEET, FL_KEY: key_of(fleet.name), FL_POLICY: int(fleet.policy == "rotation"), FL_LANES:
        writer.table([lanes[lane.name] for lane in own]), FL_LANE_COUNT: len(own), FL_FIRST: vehicles[0], FL_LAST:
        vehicles[-1], FL_IDLE: len(vehicles), FL_POSITION: table, FL_PORTS: len(names)
    })  # fmt: skip
    return vehicles


def _merged(spans: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Join spans that touch."""
    out: list[tuple[float, float]] = []
    for start, end in spans:
        if out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _gate(writer: _Writer, gate: Gate, at: int, number: int, yards: dict[str, int]) -> None:
    writer.put(at, {GA_KEY: key_of(gate.name), GA_NEXT: NONE, GA_INDEX: number})
    match gate:
        case Hours():
            edges = [float(edge) for span in _merged(gate.spans_h) for edge in span]
            # Open over the end of the week, or always: the edges at 0 and 168 h are none.
            edges = edges[1:-1] if edges[0] == 0.0 and edges[-1] == WEEK_H else edges
            shut = not any(start <= gate.offset_h < end for start, end in gate.spans_h)
            passed = sum(edge <= gate.offset_h for edge in edges)
            place, week = (passed, 0) if passed < len(edges) else (0, 1)
            writer.put(at, {
                GA_KIND: HOURS, GA_TABLE: writer.table(edges), GA_COUNT: len(edges), GA_OFFSET: float(gate.offset_h),
                GA_BEGINS_SHUT: int(shut), GA_PLACE: place, GA_WEEK: week
            })  # fmt: skip
        case Spells():
            pieces = [float(value) for piece in gate.pieces_h for value in piece]
            writer.put(at, {GA_KIND: SPELLS, GA_TABLE: writer.table(pieces), GA_COUNT: len(gate.pieces_h)})
        case Failures():
            writer.put(at, {GA_KIND: FAILURES})
            writer.law(at + GA_UP, gate.up)
            writer.law(at + GA_DOWN, gate.down)
        case Outages():
            edges = [float(edge) for span in _merged(gate.spans_h) for edge in span]
            shut = edges[0] == 0.0
            writer.put(at, {
                GA_KIND: OUTAGES, GA_TABLE: writer.table(edges), GA_COUNT: len(edges), GA_BEGINS_SHUT: int(shut),
                GA_PLACE: int(shut)
            })  # fmt: skip
        case Embargo():
            yard = yards[gate.yard]
            writer.put(at, {GA_KIND: EMBARGO, GA_HIGH: gate.high, GA_LOW: gate.low})
            writer.put(at, {GA_NEXT: int(writer.integers[yard + YA_EMBARGO])})
            writer.put(yard, {YA_EMBARGO: at})


def _guards(
    writer: _Writer, gate: Gate, at: int, model: Model, stations: dict[str, int], lanes: dict[str, int]
) -> None:
    """Write which stations and lanes need a gate."""
    own = [stations[part.name] for part in model.stations if gate.name in part.gates]
    ways = [lanes[lane.name] for lane in model.lanes if gate.name in lane.gates]
    writer.put(at,{
        GA_STATIONS: writer.table(own), GA_STATION_COUNT: len(own), GA_LANES: writer.table(ways), GA_LANE_COUNT:
        len(ways)
    })  # fmt: skip


def _source(writer: _Writer, source: Source, number: int, places: dict[str, int]) -> int:
    at = writer.take(SO_SIZE)
    season = [float(value) for piece in source.season for value in piece]
    programs = writer.take(PR_SIZE * len(source.programs))
    below = 0.0
    for place, (share, program) in enumerate(source.programs):
        below += share
        first = writer.take(OP_SIZE * (len(program) + 1))
        last = place == len(source.programs) - 1
        writer.put(programs + PR_SIZE * place, {PR_SHARE: 2.0 if last else below, PR_FIRST: first})
        for step, (op, inside) in enumerate(zip(program, yards_inside(program), strict=True)):
            here = first + OP_SIZE * step
            _operation(writer, op, first, here, places)
            writer.put(here, {OP_YARDS: writer.table([len(inside), *(places[f"yard {name}"] for name in inside)])})
            if isinstance(op, Ride):
                writer.put(here, {OP_LOAD: float(source.size if op.size is None else op.size)})
            writer.operations.append((number, place, step, here))
        writer.put(first + OP_SIZE * len(program), {OP_KIND: END})
    writer.put(at,{
        SO_KEY: key_of(source.name), SO_GROUP: source.group, SO_PRIORITY: source.priority, SO_MOST: MANY if
        source.most is None else source.most, SO_PROGRAMS: programs, SO_PROGRAM_COUNT: len(source.programs),
        SO_OPERATIONAL: float(source.offset_h), SO_SEASON: writer.table(season), SO_PIECES: len(source.season),
        SO_INDEX: number
    })  # fmt: skip
    writer.law(at + SO_CODE, source.headway)
    return at


def _operation(writer: _Writer, op: Operation, first: int, at: int, places: dict[str, int]) -> None:
    def label(place: int | None) -> int:
        return NONE if place is None else first + OP_SIZE * place

    match op:
        case Visit():
            writer.put(at,{
                OP_KIND: VISIT, OP_PLACE: key_of(op.key or op.station), OP_AT: places[f"station {op.station}"], OP_MEAN:
                float(op.law.mean_h), OP_SHARE: float(op.share), OP_ELECTRONIC: float(op.electronic), OP_PATIENCE:
                NONE, OP_DIVERT: float(op.divert_above_h), OP_OTHERWISE: label(op.otherwise)
            })  # fmt: skip
            writer.law(at + OP_CODE, op.law)
            writer.law(at + OP_E_CODE, op.electronic_law)
            if op.patience is not None:
                writer.law(at + OP_PATIENCE, op.patience)
        case Travel():
            stops = op.waiting.mean_h > 0 or op.procedure.mean_h > 0
            writer.put(at, {OP_KIND: TRAVEL, OP_PLACE: key_of(op.key), OP_STOPS: int(stops)})
            for place, law in ((OP_CODE, op.law), (OP_DELAY, op.waiting), (OP_PROCEDURE, op.procedure)):
                writer.law(at + place, law)
        case Ride():
            yard = places[f"yard {op.leaves}"] if op.leaves else NONE
            writer.put(at, {OP_KIND: RIDE, OP_AT: places[f"lane {op.lane}"], OP_LEAVES: yard})
        case Enter():
            writer.put(at, {OP_KIND: ENTER, OP_AT: places[f"yard {op.yard}"], OP_OTHERWISE: label(op.otherwise)})
        case Leave():
            writer.put(at, {OP_KIND: LEAVE, OP_AT: places[f"yard {op.yard}"]})
        case Branch():
            writer.put(
                at,{
                OP_KIND: BRANCH, OP_PLACE: key_of(op.key), OP_CHANCE: float(op.chance), OP_TO: label(op.to)
            })  # fmt: skip
