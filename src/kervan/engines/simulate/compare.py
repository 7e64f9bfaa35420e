"""Two scenarios with the same random numbers, replication by replication: what differs, and how surely.

``docs/explanation/simulation-output.md`` says why the same numbers in both make a difference so much surer.

References
----------
Law, "Simulation Modeling and Analysis", 5th ed., McGraw-Hill (2015), sections 10.2.1 and 11.2.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.engines import stamp
from kervan.engines._itineraries import framed
from kervan.engines.simulate._estimates import Difference, enough, interval, paired, replications_needed
from kervan.engines.simulate.corridor import Corridor
from kervan.engines.simulate.engine import LEAST, Progress, summaries_of
from kervan.engines.simulate.params import SimulateParams
from kervan.engines.simulate.rows import ready, warnings_of
from kervan.engines.simulate.tabulated import digest_of
from kervan.errors import Infeasible, ParamsError, SolveError
from kervan.result import Result
from kervan.schema import Column, Table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from kervan.engines.simulate.summary import Summary
    from kervan.network import Network
    from kervan.scenario import Scenario

__all__ = ["COMPARED", "compare", "compare_json", "compared"]

_SCHEMA: Final = "kervan.compare/1"
_YEAR_H: Final = 8760.0
_SIDES: Final = ("a", "b")

Rows = list[dict[str, Any]]


def _h(name: str, doc: str) -> Column:
    return Column(name, "float", doc, unit="h")


def _share(name: str, doc: str, at_most: float = 1.0) -> Column:
    return Column(name, "float", doc, unit="1", at_least=0, at_most=at_most)


_HALF: Final = "Half of the interval of the difference; infinite for one replication."
_DIFFERENCE: Final = (
    Column("replications", "int", "Pairs in which both were measured.", at_least=1),
    _h("a_h", "Mean hours in a."),
    _h("b_h", "Mean hours in b."),
    _h("difference_h", "Hours in b less those in a."),
    _h("half_width_h", _HALF),
    _share("probability_b_faster_frac", "Share of the years in which b takes fewer hours; equal ones count half."),
    _share("probability_low_frac", "Low end of its interval."),
    _share("probability_high_frac", "High end of its interval."),
    _share("variance_ratio_frac", "Variance of the difference / sum of both variances: what the same random numbers "
           "gain; 1 is what independent runs give.", math.inf),
)  # fmt: skip

_OD: Final = Table("od", ("demand_id",), "a demand row that both have, from door to door", (
    Column("demand_id", "id", "The demand row of a."),
    Column("demand_id_b", "id", "That of b: the same, or the one of the same relation in another year."),
    Column("origin_node_id", "id", "From where."),
    Column("destination_node_id", "id", "To where."),
    Column("commodity_id", "id", "What."),
    Column("consignments_a", "int", "Consignments measured in a, of all replications.", at_least=0),
    Column("consignments_b", "int", "Those in b.", at_least=0),
    *_DIFFERENCE,
    _h("p90_a_h", "Hours that nine of ten keep in a, mean over replications."),
    _h("p90_b_h", "Those in b."),
    _h("p90_difference_h", "Their difference."),
    _h("p90_half_width_h", _HALF),
))  # fmt: skip

_FACILITIES: Final = Table("facilities", ("station",), "a queue that both have: the wait in it", (
    Column("station", "text", "Key of the queue."),
    Column("facility_id", "id", "The facility; blank for a line.", default=""),
    Column("link_id", "id", "The link; blank for a facility.", default=""),
    Column("node_id", "id", "The place.", default=""),
    Column("step_no", "int", "The step; 0 for a limit of the whole.", at_least=0),
    Column("name", "text", "Name of the step."),
    *_DIFFERENCE,
    _share("utilisation_a_frac", "Busy server hours / server hours open, in a.", math.inf),
    _share("utilisation_b_frac", "The same in b.", math.inf),
))  # fmt: skip


def _measure(stem: str, unit: str, ending: str, doc: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{stem}_{part}{ending}", "float", words, unit=unit)
        for part, words in (("a", f"{doc} in a."), ("b", f"{doc} in b."), ("difference", "b less a."),
                            ("half_width", _HALF))
    )  # fmt: skip


_FLEETS: Final = Table("fleets", ("fleet_id",), "a fleet that both have", (
    Column("fleet_id", "id", "The fleet."),
    *_measure("voyages", "unit/year", "_per_year", "Laden voyages"),
    *_measure("cycle", "h", "_h", "Hours out and back, infinite where it does not sail,"),
))  # fmt: skip

_TOTAL: Final = Table("total", ("seed",), "all consignments together", (
    Column("seed", "int", "Seed of all random numbers.", at_least=0),
    *_DIFFERENCE,
    Column("events", "int", "Events of all replications of both.", at_least=0),
    Column("digest", "text", "Of the bits of all other tables."),
))  # fmt: skip

_SCENARIOS: Final = Table("scenarios", ("side",), "one of the two", (
    Column("side", "choice", "Which.", choices=_SIDES),
    Column("name", "text", "Name of the scenario."),
    Column("year", "int", "The year it stands for."),
    Column("package_digest", "text", "Of its network."),
    Column("consignments", "int", "Consignments that began, of all replications.", at_least=0),
))  # fmt: skip

_NOTES: Final = Table("notes", ("number",), "something a reader must know", (
    Column("number", "int", "From 1.", at_least=1),
    Column("kind", "choice", "What about.", choices=("unstable", "left_out", "only_a", "only_b", "stopped",
                                                     "interval")),
    Column("place", "text", "What it concerns: a queue, a demand row."),
    Column("message", "text", "In words."),
))  # fmt: skip

#: Tables of a comparison.
COMPARED: Final[dict[str, Table]] = {
    table.name: table for table in (_SCENARIOS, _OD, _FACILITIES, _FLEETS, _NOTES, _TOTAL)
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """What a comparison needs of one replication."""

    od: NDArray[np.void]
    stations: NDArray[np.void]
    fleets: NDArray[np.void]
    mean_h: float
    events: int
    made: int

    @classmethod
    def of(cls, one: Summary) -> _Kept:
        return cls(one.od.stats, one.stations, one.fleets, one.mean_h, one.events, int(one.made.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One of the two: its name, network and model, and its replications once they are done."""

    name: str
    net: Network
    corridor: Corridor
    kept: Sequence[_Kept] = ()


Pair = tuple[_Side, _Side]


def compare(
    first: Network, second: Network, params: SimulateParams, watch: Callable[[Progress], None] = lambda _: None,
    names: tuple[str, str] = _SIDES,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return what a second network changes against a first: the same replications of both, with the same seed.

    Without a number of replications there are as many as bring the half-width of the difference of the mean times
    from door to door to ``half_width_frac`` of the mean time in the first.

    Parameters
    ----------
    first, second
        The networks, called a and b in the tables.
    params
        As for the engine ``simulate``.
    watch
        Told after each pair of replications how far it is.
    names
        What the two are called in messages.

    Raises
    ------
    ParamsError
        As the engine; the message names the scenario.
    SolveError
        When a replication of one cannot be finished.
    KeyboardInterrupt
        When it comes before the first pair is done; later, the pairs that are done are compared, and a note says so.
    """
    pair = [_side(name, net, params) for name, net in zip(names, (first, second), strict=True)]
    found: list[tuple[_Kept, _Kept]] = []
    was_stopped = False
    most = params.replications or params.most_replications
    warnings = tuple(f"{side.name}: {words}" for side in pair for words in warnings_of(side.corridor))
    watch(Progress(0, most, warnings))
    try:
        for one in _pairs(pair[0], pair[1], params, most):
            found.append(one)
            watch(Progress(len(found), _expected(found, params, most)))
            if params.replications is None and _is_enough(found, params):
                break
    except KeyboardInterrupt:
        if not found:
            raise
        was_stopped = True
    sides = [
        _Side(side.name, side.net, side.corridor, [kept[place] for kept in found]) for place, side in enumerate(pair)
    ]
    return _tables((sides[0], sides[1]), params, was_stopped=was_stopped)


def compared(
    net: Network, scenarios: tuple[Scenario, Scenario], params: SimulateParams,
    watch: Callable[[Progress], None] = lambda _: None,
) -> Result:  # fmt: skip
    """Return the comparison of two scenarios of a network, with what it rests on.

    Raises
    ------
    ParamsError
        As `compare`.
    SolveError
        As `compare`.
    """
    start = time.perf_counter()
    first, second = (scenario.apply(net) for scenario in scenarios)
    tables = compare(first, second, params, watch, (scenarios[0].name, scenarios[1].name))
    provenance = stamp("compare", first, params, time.perf_counter() - start, scenarios)
    return Result(provenance, COMPARED, tables)


def compare_json(result: Result) -> dict[str, Any]:
    """Return a comparison as plain values for machines, schema ``kervan.compare/1``."""
    total = result["total"].iloc[0].to_dict()
    run = {name: total.pop(name) for name in ("seed", "events", "digest")}
    sides = {row.pop("side"): row for row in result["scenarios"].to_dict("records")}
    od = result["od"].rename(columns={
        "origin_node_id": "origin", "destination_node_id": "destination", "commodity_id": "commodity",
    })  # fmt: skip
    return {
        "schema": _SCHEMA, "package": result.provenance.package, **sides, "total": total,
        "od": od.to_dict("records"),
        **{name: result[name].to_dict("records") for name in ("facilities", "fleets", "notes")},
        "run": {"replications": total["replications"], **run, "seconds": result.provenance.wall_time_s},
    }  # fmt: skip


# ── replications ────────────────────────────────────────────────────────────────────────────────────


def _side(name: str, net: Network, params: SimulateParams) -> _Side:
    try:
        return _Side(name, net, ready(net, params))
    except ParamsError as error:
        raise ParamsError(f"{name}: {error}") from None


def _pairs(first: _Side, second: _Side, params: SimulateParams, most: int) -> Iterator[tuple[_Kept, _Kept]]:
    """Yield the replications of both, a few of one and the same of the other by turns."""
    at_once = params.threads or os.cpu_count() or 1
    for begin in range(0, most, at_once):
        count = min(at_once, most - begin)
        ours = [_Kept.of(one) for one in _replications(first, params, count, begin)]
        yield from zip(ours, map(_Kept.of, _replications(second, params, count, begin)), strict=True)


def _replications(side: _Side, params: SimulateParams, count: int, begin: int) -> Iterator[Summary]:
    try:
        yield from summaries_of(side.corridor, params, count, begin)
    except (ParamsError, SolveError) as error:
        raise type(error)(f"{side.name}: {error}") from None


def _differences_h(found: Sequence[tuple[_Kept, _Kept]]) -> NDArray[np.float64]:
    return np.array([b.mean_h - a.mean_h for a, b in found])


def _half_width_h(found: Sequence[tuple[_Kept, _Kept]], params: SimulateParams) -> float:
    """Return the half-width that is asked for."""
    mean: float = np.mean([a.mean_h for a, _ in found], dtype=float).item()
    return params.half_width_frac * mean


def _is_enough(found: Sequence[tuple[_Kept, _Kept]], params: SimulateParams) -> bool:
    return len(found) >= LEAST and enough(
        _differences_h(found), half_width_abs=_half_width_h(found, params), confidence=params.confidence, least=LEAST
    )


def _expected(found: Sequence[tuple[_Kept, _Kept]], params: SimulateParams, most: int) -> int:
    """Return how many pairs it will take, as far as those that are done tell."""
    if params.replications is not None:
        return most
    if len(found) < LEAST:
        return LEAST
    try:
        needed = replications_needed(
            _differences_h(found), half_width_abs=_half_width_h(found, params), confidence=params.confidence
        )
    except Infeasible:
        return most
    return max(len(found), min(needed, most))


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────


def _tables(pair: Pair, params: SimulateParams, *, was_stopped: bool) -> dict[str, pd.DataFrame]:
    matched = _matched(*(side.corridor for side in pair))
    rows: dict[str, Rows] = {
        "scenarios": [
            {"side": which, "name": side.name, "year": side.net.year, "package_digest": side.net.digest,
             "consignments": sum(one.made for one in side.kept)}
            for which, side in zip(_SIDES, pair, strict=True)
        ],
        "od": _od(pair, matched, params.confidence),
        "facilities": _facilities(pair, params.confidence),
        "fleets": _fleets(pair, params.confidence),
        "notes": _notes(pair, matched, params, was_stopped=was_stopped),
    }  # fmt: skip
    tables = {name: _frame(COMPARED[name], part) for name, part in rows.items()}
    means = [np.array([one.mean_h for one in side.kept]) for side in pair]
    total = {
        "seed": params.seed, **_told(means[0], means[1], params.confidence), "digest": digest_of(tables),
        "events": sum(one.events for side in pair for one in side.kept),
    }  # fmt: skip
    return {**tables, "total": _frame(COMPARED["total"], [total])}


def _frame(table: Table, rows: Rows) -> pd.DataFrame:
    return framed(table, {name: [row[name] for row in rows] for name in table.names})


def _told(a: NDArray[np.float64], b: NDArray[np.float64], confidence: float) -> dict[str, Any]:
    """Return the columns of a difference of hours."""
    found: Difference = paired(a, b, confidence)
    return {
        "replications": found.count, "a_h": float(a.mean()), "b_h": float(b.mean()), "difference_h": found.mean,
        "half_width_h": found.half_width, "probability_b_faster_frac": found.probability_b_smaller,
        "probability_low_frac": found.probability_low, "probability_high_frac": found.probability_high,
        "variance_ratio_frac": found.variance_ratio,
    }  # fmt: skip


def _matched(first: Corridor, second: Corridor) -> list[tuple[str, str]]:
    """Return the demand rows of both that belong together: by id, and those left by relation, if there is one each."""
    ours, theirs = (
        {flow.demand["demand_id"]: _relation(flow.demand) for flow in corridor.flows} for corridor in (first, second)
    )
    found = [(name, name) for name in ours if name in theirs]
    left = [{name: relation for name, relation in part.items() if name not in other}
            for part, other in ((ours, theirs), (theirs, ours))]  # fmt: skip
    for name, relation in left[0].items():
        others = [other for other, same in left[1].items() if same == relation]
        if len(others) == 1 and list(left[0].values()).count(relation) == 1:
            found.append((name, others[0]))
    return found


def _relation(demand: Mapping[str, Any]) -> tuple[str, str, str]:
    return demand["origin_node_id"], demand["destination_node_id"], demand["commodity_id"]


def _od(pair: Pair, matched: Sequence[tuple[str, str]], confidence: float) -> Rows:
    stats = [np.stack([one.od for one in side.kept]) for side in pair]
    places = [
        {name: place for place, name in enumerate(dict.fromkeys(side.corridor.demand_ids))} for side in pair
    ]  # fmt: skip
    demand = {flow.demand["demand_id"]: flow.demand for flow in pair[0].corridor.flows}
    rows: Rows = []
    for names in matched:
        a, b = (part[:, place[name]] for part, place, name in zip(stats, places, names, strict=True))
        both = (a["consignments"] > 0) & (b["consignments"] > 0)
        if not both.any():
            continue
        p90 = _told(a["p90_h"][both], b["p90_h"][both], confidence)
        row = demand[names[0]]
        rows.append({
            "demand_id": names[0], "demand_id_b": names[1],
            **{name: row[name] for name in ("origin_node_id", "destination_node_id", "commodity_id")},
            "consignments_a": int(a["consignments"].sum()), "consignments_b": int(b["consignments"].sum()),
            **_told(a["mean_h"][both], b["mean_h"][both], confidence),
            **{f"p90_{name}": p90[name] for name in ("a_h", "b_h", "difference_h", "half_width_h")},
        })  # fmt: skip
    return rows


def _facilities(pair: Pair, confidence: float) -> Rows:
    stations = [[station.name for station in side.corridor.model.stations] for side in pair]
    counted = [np.stack([one.stations for one in side.kept]) for side in pair]
    rows: Rows = []
    for name in stations[0]:
        if name not in stations[1]:
            continue
        parts = [part[:, own.index(name)] for part, own in zip(counted, stations, strict=True)]
        both = (parts[0]["begun"] > 0) & (parts[1]["begun"] > 0)
        if not both.any():
            continue
        waits = [part["waits_h"][both] / part["begun"][both] for part in parts]
        meaning = pair[0].corridor.stops.get(name, {})
        rows.append({
            "station": name, **{key: meaning.get(key, "") for key in ("facility_id", "link_id", "node_id")},
            "step_no": meaning.get("step_no", 0), "name": meaning.get("name", "Opening"),
            **_told(waits[0], waits[1], confidence),
            **{f"utilisation_{which}_frac": _utilisation(side, name, part)
               for which, side, part in zip(_SIDES, pair, parts, strict=True)},
        })  # fmt: skip
    return rows


def _utilisation(side: _Side, name: str, counted: NDArray[np.void]) -> float:
    servers = next(one.servers for one in side.corridor.model.stations if one.name == name)
    room_h = float(counted["open_h"].sum()) * (math.inf if servers is None else servers)
    return float(counted["busy_area_h"].sum()) / room_h if room_h > 0 else 0.0


def _fleets(pair: Pair, confidence: float) -> Rows:
    fleets = [{fleet.name: place for place, fleet in enumerate(side.corridor.model.fleets)} for side in pair]
    counted = [np.stack([one.fleets for one in side.kept]) for side in pair]
    rows: Rows = []
    for name in (name for name in fleets[0] if name in fleets[1]):
        laden, cycles = [], []
        for side, part, place in zip(pair, counted, fleets, strict=True):
            own, hours = part[:, place[name]], side.corridor.clock.horizon_h
            voyages = own["laden"] + own["empty"]
            vehicles = side.corridor.model.fleets[place[name]].vehicles
            laden.append(own["laden"] * (_YEAR_H / hours))
            cycles.append(np.where(voyages > 0, 2 * vehicles * hours / np.maximum(voyages, 1), math.inf))
        rows.append({
            "fleet_id": name,
            **_four("voyages", "_per_year", laden, confidence), **_four("cycle", "_h", cycles, confidence),
        })  # fmt: skip
    return rows


def _four(stem: str, ending: str, values: Sequence[NDArray[np.float64]], confidence: float) -> dict[str, float]:
    """Return both means, their difference and its half-width; infinite where one of them is not known."""
    found = dict.fromkeys(("difference", "half_width"), math.inf)
    if np.isfinite(values).all():
        apart = interval(values[1] - values[0], confidence)
        found = {"difference": apart.mean, "half_width": apart.half_width}
    means = {which: float(part.mean()) for which, part in zip(_SIDES, values, strict=True)}
    return {f"{stem}_{name}{ending}": value for name, value in {**means, **found}.items()}


def _notes(
    pair: Pair, matched: Sequence[tuple[str, str]], params: SimulateParams, *, was_stopped: bool
) -> Rows:  # fmt: skip
    found: list[tuple[str, str, str]] = []
    for side in pair:
        found += [("unstable", "", f"{side.name}: {words}") for words in warnings_of(side.corridor)]
        found += [("left_out", one.demand_id, f"{side.name}: {one.reason}") for one in side.corridor.left_out]
    for place, (kind, side) in enumerate(zip(("only_a", "only_b"), pair, strict=True)):
        known = {names[place] for names in matched}
        found += [(kind, name, f"a demand row that only {side.name} has") for name in dict.fromkeys(
            side.corridor.demand_ids) if name not in known]  # fmt: skip
    kept = list(zip(pair[0].kept, pair[1].kept, strict=True))
    if was_stopped:
        found.append(("stopped", "", f"stopped after {len(kept)} replications of each"))
    elif params.replications is None and len(kept) >= params.most_replications and not _is_enough(kept, params):
        half_width_h = interval(_differences_h(kept), params.confidence).half_width
        words = f"the half-width is {half_width_h:.3g} h, not {_half_width_h(kept, params):.3g} h as asked for"
        found.append(("interval", "", f"{len(kept)} replications do not suffice: {words}"))
    return [
        {"number": number, "kind": kind, "place": place, "message": words}
        for number, (kind, place, words) in enumerate(found, 1)
    ]
