"""What is wrong with a model: every problem at once, each with the part it is in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from kervan.engines.simulate.model import (
    LAWS,
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
from kervan.engines.simulate.paths import faults_of, yards_inside
from kervan.errors import ParamsError, did_you_mean

__all__ = ["check_model", "problems_of"]

_SHOWN = 50
_MOST_AT_ONCE = 10_000
#: Less than this is a matter of rounding.
_LEAST_OPEN_H = 1e-9


def check_model(model: Model) -> None:
    """Raise if a model cannot be run.

    Raises
    ------
    ParamsError
        With every problem, a line each.
    """
    found = list(problems_of(model))
    if found:
        more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        raise ParamsError("the model cannot run:\n" + "\n".join(f"- {line}" for line in [*found[:_SHOWN], *more]))


def problems_of(model: Model) -> Iterator[str]:
    """Yield everything that is wrong with a model."""
    names = {
        what: [part.name for part in getattr(model, f"{what}s")]
        for what in ("source", "station", "gate", "yard", "lane", "fleet", "port")
    }
    if not model.sources:
        yield "a model has at least one source"
    for what, given in names.items():
        for name in sorted({name for name in given if given.count(name) > 1}):
            yield f"{what} {name} stands twice"
    yield from _clashes([*names["source"], *names["lane"], *names["gate"], *names["fleet"]])
    checks: tuple[tuple[str, Callable[[Any], Iterator[str]]], ...] = (
        ("gate", lambda gate: _gate(gate, names["yard"])),
        ("station", lambda station: _station(station, names["gate"])),
        ("yard", lambda yard: _at_least_one("places", yard.places)),
        ("port", lambda port: _at_least_one("berths", port.berths)),
        ("lane", lambda lane: _lane(lane, names)),
        ("fleet", lambda fleet: _fleet(fleet, model)),
        ("source", lambda source: _source(source, model, names)),
    )
    found = [
        f"{what} {part.name}: {words}"
        for what, check in checks
        for part in getattr(model, f"{what}s")
        for words in check(part)
    ]
    yield from found
    # Whether parts that are sound fit together.
    if not found:
        for lane in model.lanes:
            yield from (f"lane {lane.name}: {words}" for words in _fills(lane, model))
        for what, parts in (("station", model.stations), ("lane", model.lanes)):
            for part in parts:
                yield from (f"{what} {part.name}: {words}" for words in _opens(part.gates, model))


def _at_least_one(words: str, count: int) -> Iterator[str]:
    if not 1 <= count < 2**31:
        yield f"{count} {words}, must be 1 or more"


def _station(station: Station, gates: list[str]) -> Iterator[str]:
    if station.servers is not None:
        yield from _at_least_one("servers", station.servers)
    if station.at_closing not in ("finish", "interrupt", "restart"):
        yield f"no way of closing called {station.at_closing!r}; finish, interrupt or restart"
    yield from _known("gates", "gate", station.gates, gates)


def _clashes(names: list[str]) -> Iterator[str]:
    """Two owners of draws whose keys are the same would draw the same numbers."""
    seen: dict[int, str] = {}
    for name in names:
        other = seen.setdefault(key_of(name), name)
        if other != name:
            yield f"{other} and {name} have the same key; rename one"


def _known(where: str, what: str, used: tuple[str, ...], known: list[str]) -> Iterator[str]:
    for name in used:
        if name not in known:
            yield f"{where}: no {what} called {name!r}{did_you_mean(name, known)}"


def _law(words: str, law: Law, *, positive: bool = False) -> Iterator[str]:
    if law.kind not in LAWS:
        yield f"{words}: no law called {law.kind!r}; one of {', '.join(LAWS)}"
    elif law.kind == "empirical" and (
        len(law.quantiles_h) < 2
        or not all(math.isfinite(value) and value >= 0 for value in law.quantiles_h)
        or any(a > b for a, b in pairwise(law.quantiles_h))
    ):
        yield f"{words}: an empirical law needs two or more rising quantiles of 0 h or more"
    elif not (math.isfinite(law.mean_h) and law.mean_h >= 0 and math.isfinite(law.cv_frac) and law.cv_frac >= 0):
        yield f"{words}: mean {law.mean_h:g} h and variation {law.cv_frac:g} must be finite and 0 or more"
    elif positive and law.mean_h <= 0:
        yield f"{words}: mean {law.mean_h:g} h, must be above 0"
    elif law.kind == "exponential" and law.cv_frac != 1:
        yield f"{words}: an exponential law has variation 1, not {law.cv_frac:g}"
    elif law.kind in ("lognormal", "gamma") and (law.cv_frac <= 0 or law.mean_h <= 0):
        yield f"{words}: a {law.kind} law needs a mean and a variation above 0; else it is deterministic"
    elif law.kind == "deterministic" and law.cv_frac != 0:
        yield f"{words}: a deterministic law has variation 0, not {law.cv_frac:g}"


def _rising(spans: tuple[tuple[float, float], ...], most: float) -> bool:
    flat = [edge for span in spans for edge in span]
    return (
        all(a < b for a, b in spans) and all(a <= b for a, b in pairwise(flat)) and min(flat) >= 0 and flat[-1] <= most
    )


def _edges(spans: tuple[tuple[float, float], ...]) -> list[float]:
    """Return when spans begin and end, but for where one begins as another ends."""
    edges = [edge for span in spans for edge in span]
    return [edge for edge in edges if edges.count(edge) == 1]


def _gate(gate: Gate, yards: list[str]) -> Iterator[str]:
    match gate:
        case Hours():
            yield from _hours(gate)
        case Spells():
            yield from _spells(gate)
        case Failures():
            yield from _law("time to failure", gate.up, positive=True)
            yield from _law("time to repair", gate.down, positive=True)
        case Outages():
            if not gate.spans_h or not _rising(gate.spans_h, math.inf):
                yield "outages must be sorted spans from 0 h on that do not overlap"
            elif [edge for edge in _edges(gate.spans_h) if edge < math.inf] == [0.0]:
                yield "it never opens"
        case Embargo():
            yield from _known("embargo", "yard", (gate.yard,), yards)
            if not 0 <= gate.low < gate.high:
                yield f"it must be lifted (at {gate.low}) below where it begins (at {gate.high})"


def _hours(gate: Hours) -> Iterator[str]:
    if not gate.spans_h:
        yield "it never opens"
    elif not _rising(gate.spans_h, WEEK_H):
        yield "opening hours must be sorted spans within 0 ... 168 h that do not overlap"
    if not 0 <= gate.offset_h < WEEK_H:
        yield f"the run begins at {gate.offset_h:g} h of the week, must be from 0 to below 168"


def _spells(gate: Spells) -> Iterator[str]:
    if not _begins_at_zero([piece[0] for piece in gate.pieces_h]):
        yield "pieces must begin at 0 h and rise"
    if any(not 0 < mean < math.inf for piece in gate.pieces_h for mean in piece[1:]):
        yield "mean open and closed spells must be above 0 h and finite"


def _begins_at_zero(starts: list[float]) -> bool:
    return bool(starts) and starts[0] == 0 and all(a < b < math.inf for a, b in pairwise(starts))


def _lane(lane: Lane, names: dict[str, list[str]]) -> Iterator[str]:
    yield from _law("crossing", lane.crossing)
    if not 0 < lane.capacity < math.inf:
        yield f"capacity {lane.capacity:g}, must be above 0 and finite"
    if lane.rule not in ("full_or_timeout", "clock"):
        yield f"no rule called {lane.rule!r}; full_or_timeout or clock"
    if not lane.timeout_h > 0:
        yield f"timeout {lane.timeout_h:g} h, must be above 0"
    if lane.rule == "clock":
        yield from _law("headway", lane.headway, positive=True)
    for words, value in (("offset", lane.offset_h), ("loading", lane.load_h), ("unloading", lane.unload_h)):
        if not 0 <= value < math.inf:
            yield f"{words} {value:g} h, must be 0 or more and finite"
    yield from _known("gates", "gate", lane.gates, names["gate"])
    if lane.fleet:
        yield from _known("vehicles", "fleet", (lane.fleet,), names["fleet"])
        yield from _known("ends", "port", (lane.from_port, lane.to_port), names["port"])
        if lane.from_port == lane.to_port:
            yield f"begins and ends at {lane.from_port}"


def _fleet(fleet: Fleet, model: Model) -> Iterator[str]:
    lanes = [lane for lane in model.lanes if lane.fleet == fleet.name]
    if fleet.vehicles < 1:
        yield f"{fleet.vehicles} vehicles, must be 1 or more"
    if not lanes:
        yield "no lane has it"
    if fleet.policy not in ("longest", "rotation"):
        yield f"no policy called {fleet.policy!r}; longest or rotation"
    ports = sorted({port for lane in lanes for port in (lane.from_port, lane.to_port)})
    given = {(a, b) for a, b, _ in fleet.positioning}
    for pair in ((a, b) for a in ports for b in ports if a != b and (a, b) not in given):
        yield f"no law of an empty voyage from {pair[0]} to {pair[1]}"
    for a, b, law in fleet.positioning:
        yield from _law(f"empty voyage from {a} to {b}", law)


def _source(source: Source, model: Model, names: dict[str, list[str]]) -> Iterator[str]:
    yield from _law("headway", source.headway, positive=True)
    yield from _season(source.season)
    if not 0 <= source.offset_h < math.inf:
        yield f"offset {source.offset_h:g} h, must be 0 or more and finite"
    if not 1 <= source.group <= _MOST_AT_ONCE:
        yield f"groups of {source.group}, must be from 1 to {_MOST_AT_ONCE:,}"
    if not 0 < source.size < math.inf:
        yield f"size {source.size:g}, must be above 0 and finite"
    if not 0 <= source.priority < MOST_PRIORITIES:
        yield f"priority {source.priority}, must be from 0 to {MOST_PRIORITIES - 1}"
    shares = [share for share, _ in source.programs]
    if not shares or not all(share >= 0 for share in shares) or not math.isclose(sum(shares), 1.0, abs_tol=1e-9):
        yield "shares of its programs must be 0 or more and add up to 1"
    lanes = {lane.name: lane for lane in model.lanes}
    for number, (_, program) in enumerate(source.programs):
        if all(_is_label(label, len(program)) for op in program for label in _labels_of(op)):
            yield from (f"program {number}, operation {place}: {words}" for place, words in faults_of(program))
        for place, op in enumerate(program):
            where = f"program {number}, operation {place}: "
            yield from (where + words for words in _operation(op, names))
            yield from (where + words for words in _labels(op, place, len(program)))
            if isinstance(op, Ride) and op.lane in lanes:
                yield from (where + words for words in _rides(source, op, lanes[op.lane]))


def _season(season: tuple[tuple[float, float], ...]) -> Iterator[str]:
    if not _begins_at_zero([start for start, _ in season]):
        yield "the season must begin at 0 h and rise"
    elif not all(0 <= factor < math.inf for _, factor in season) or season[-1][1] <= 0:
        yield "factors of the season must be 0 or more, the last one above 0"


def _rides(source: Source, ride: Ride, lane: Lane) -> Iterator[str]:
    size = _size(source, ride)
    if not 0 < size < math.inf:
        yield f"size {size:g}, must be above 0 and finite"
    if size > lane.capacity:
        yield f"a consignment of {size:g} does not fit into lane {lane.name} of {lane.capacity:g}"


def _size(source: Source, ride: Ride) -> float:
    return source.size if ride.size is None else ride.size


def _fills(lane: Lane, model: Model) -> Iterator[str]:
    """Check that a lane that waits until it is full can be: each consignment waits at one place at a time."""
    if lane.rule != "full_or_timeout" or lane.timeout_h < math.inf:
        return
    sizes: dict[Source, float] = {}
    yards: list[frozenset[str]] = []
    for source in model.sources:
        for _, program in source.programs:
            for op, inside in zip(program, yards_inside(program), strict=True):
                if isinstance(op, Ride) and op.lane == lane.name:
                    sizes[source] = max(sizes.get(source, 0.0), _size(source, op))
                    yards.append(inside)
    come = sum(math.inf if one.most is None else one.most * one.group * size for one, size in sizes.items())
    if sizes and come < lane.capacity:
        yield f"it has no timeout and can never fill: all that come take {come:g} of {lane.capacity:g}"
    for yard in (yard for yard in model.yards if yards and all(yard.name in inside for inside in yards)):
        room = yard.places * max(sizes.values())
        if room < lane.capacity:
            yield (
                f"it has no timeout and can never fill: whoever waits for it is inside yard {yard.name}, whose "
                f"{yard.places} take {room:g} of {lane.capacity:g}"
            )


def _opens(gates: tuple[str, ...], model: Model) -> Iterator[str]:
    """Check that opening hours have a time in common."""
    hours = [gate for gate in model.gates if isinstance(gate, Hours) and gate.name in gates]
    common = [(0.0, WEEK_H)]
    for gate in hours:
        begins = [((start - gate.offset_h) % WEEK_H, end - start) for start, end in gate.spans_h]
        spans = [(start - turn, start - turn + length) for start, length in begins for turn in (0.0, WEEK_H)]
        both = [(max(a, c), min(b, d)) for a, b in common for c, d in spans]
        common = [(start, end) for start, end in both if end - start > _LEAST_OPEN_H]
    if not common:
        yield f"it never opens: the hours of {' and '.join(gate.name for gate in hours)} have none in common"


def _operation(op: Operation, names: dict[str, list[str]]) -> Iterator[str]:
    match op:
        case Visit():
            yield from _visit(op, names["station"])
        case Travel():
            for words, law in (("travel", op.law), ("waiting", op.waiting), ("procedure", op.procedure)):
                yield from _law(words, law)
        case Ride():
            yield from _known("ride", "lane", (op.lane,), names["lane"])
            yield from _known("leaves", "yard", (op.leaves,) if op.leaves else (), names["yard"])
        case Enter() | Leave():
            yield from _known("yard", "yard", (op.yard,), names["yard"])
        case Branch():
            yield from _shares(chance=op.chance)


def _visit(op: Visit, stations: list[str]) -> Iterator[str]:
    yield from _known("visit", "station", (op.station,), stations)
    yield from _law("service", op.law)
    yield from _law("electronic service", op.electronic_law)
    yield from _shares(share=op.share, electronic=op.electronic)
    if op.patience is not None:
        yield from _law("patience", op.patience)
    if not op.divert_above_h >= 0:
        yield f"diverts above {op.divert_above_h} h, must be 0 or more"
    if op.otherwise is None and (op.patience is not None or op.divert_above_h < math.inf):
        yield "who leaves the queue must know where to go on (otherwise)"


def _labels(op: Operation, place: int, count: int) -> Iterator[str]:
    """Check where an operation goes on: within the program, and when it is left out, later."""
    for label in _labels_of(op):
        if not _is_label(label, count):
            yield f"goes on at {label}, must be from 0 to {count}"
        elif not isinstance(op, Branch) and label <= place:
            yield f"goes on (otherwise) at {label}, must be a later operation"


def _labels_of(op: Operation) -> list[int]:
    label = op.to if isinstance(op, Branch) else op.otherwise if isinstance(op, Visit | Enter) else None
    return [] if label is None else [label]


def _is_label(label: int, count: int) -> bool:
    return 0 <= label <= count


def _shares(**shares: float) -> Iterator[str]:
    for name, value in shares.items():
        if not 0 <= value <= 1:
            yield f"{name} {value:g}, must be from 0 to 1"
