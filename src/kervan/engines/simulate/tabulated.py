"""From what was gathered of a corridor's replications to the declared tables."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from kervan.engines._itineraries import framed
from kervan.engines.simulate._estimates import interval
from kervan.engines.simulate._tables import fleet_rows, lane_rows, od_table, station_rows, week_rows
from kervan.engines.simulate._welch import mser5, recovery, welch
from kervan.engines.simulate.corridor import Corridor
from kervan.engines.simulate.load import Load, loads_of
from kervan.engines.simulate.model import WEEK_H
from kervan.engines.simulate.outputs import OUTPUTS
from kervan.engines.simulate.params import SimulateParams
from kervan.engines.simulate.summary import Gathered
from kervan.errors import NotConverged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kervan.network import Network
    from kervan.result import Result

__all__ = ["Answer", "digest_of", "plain", "tables_of"]

_SCHEMA: Final = "kervan.simulate/1"
_DAY_H: Final = 24.0
_YEAR_H: Final = 8760.0
#: A queue that is this many times as long at the end of the year as at its begin, and this long, grows.
_GROWS, _LONG = 3.0, 20.0
_BUSY: Final = 0.95
#: A backlog within this share of what is under way is none.
_CALM_FRAC: Final = 0.01
_MOST_UNFINISHED: Final = 0.2

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was asked, and what was gathered.

    Parameters
    ----------
    net, params, corridor
        The question.
    whole
        Replications put together.
    calm
        The same without disruptions; None where there are none.
    was_stopped
        Whether Ctrl-C ended it early.
    """

    net: Network
    params: SimulateParams
    corridor: Corridor
    whole: Gathered
    calm: Gathered | None
    was_stopped: bool


def tables_of(answer: Answer) -> dict[str, pd.DataFrame]:
    """Return the tables of a result."""
    loads = loads_of(answer.corridor.model)
    od, facilities, days = _od(answer), _facilities(answer, loads), _days(answer)
    found = {
        "od": od,
        "stages": _stages(answer),
        "facilities": facilities,
        "services": _services(answer),
        "fleets": _fleets(answer),
        "weeks": _weeks(answer),
        "days": days,
        "recovery": _recovery(answer),
    }
    settled_d = _settled(days, answer)
    found["notes"] = _notes(answer, od, facilities, settled_d)
    tables = {name: framed(OUTPUTS[name], columns) for name, columns in found.items()}
    return {**tables, "run": framed(OUTPUTS["run"], _run(answer, settled_d, tables))}


# ── demand rows ─────────────────────────────────────────────────────────────────────────────────────


def _od(answer: Answer) -> Columns:
    corridor, whole = answer.corridor, answer.whole
    ids = list(dict.fromkeys(corridor.demand_ids))
    demand = {flow.demand["demand_id"]: flow.demand for flow in corridor.flows}
    table = od_table(whole.ods, ids, confidence=answer.params.confidence).set_index("source").reindex(ids)
    made, arrived = np.sum(whole.made, axis=0), np.sum(whole.arrived, axis=0)
    filled = table.fillna({"consignments": 0, **dict.fromkeys(("moving_h", "waiting_h", "procedure_h"), 0.0)})
    filled = filled.fillna(math.inf)
    columns: Columns = {name: filled[name].tolist() for name in filled.columns if name != "replications"}
    return columns | {
        "demand_id": ids,
        "origin_node_id": [demand[name]["origin_node_id"] for name in ids],
        "destination_node_id": [demand[name]["destination_node_id"] for name in ids],
        "commodity_id": [demand[name]["commodity_id"] for name in ids],
        "unfinished_frac": (1 - arrived / np.maximum(made, 1)).tolist(),
    }


def _stages(answer: Answer) -> Columns:
    """Return hours by demand row, way and stage; operations of one stage are added up."""
    corridor = answer.corridor
    sums = answer.whole.operations
    counted_h = corridor.clock.horizon_h - corridor.clock.warm_h
    per_year = _YEAR_H / counted_h / answer.whole.count
    rows: list[dict[str, Any]] = []
    by_program: dict[tuple[int, int], list[Any]] = {}
    for row in sums:
        by_program.setdefault((int(row["source"]), int(row["program"])), []).append(row)
    ways: dict[str, int] = {}
    for (source, program), own in by_program.items():
        demand_id = corridor.demand_ids[source]
        ways[demand_id] = way = ways.get(demand_id, 0) + 1
        share = _share(corridor, source, program)
        for number, (stage, part) in enumerate(_by_stage(corridor.stages[source][program], own), 1):
            count = max(float(one["consignments"]) for one in part)
            moving, waiting, total = (
                sum(float(one[name]) for one in part) for name in ("moving_h", "waiting_h", "total_h")
            )
            each = max(count, 1.0)
            rows.append({
                **asdict(stage), "demand_id": demand_id, "way": way, "stage": number, "share_frac": share,
                "consignments_per_year": count * per_year, "moving_h": moving / each,
                "waiting_h": max(waiting, 0.0) / each, "procedure_h": max(total - moving - waiting, 0.0) / each,
            })  # fmt: skip
    return {name: [row[name] for row in rows] for name in OUTPUTS["stages"].names}


def _share(corridor: Corridor, source: int, program: int) -> float:
    """Return the share of the volume of a demand row that takes a program of one of its sources."""
    demand_id = corridor.demand_ids[source]
    flow = next(flow for flow in corridor.flows if flow.demand["demand_id"] == demand_id)
    sizes = sorted({way.size_units for way in flow.ways})
    own = [place for place, name in enumerate(corridor.demand_ids) if name == demand_id]
    ways = [way for way in flow.ways if way.size_units == sizes[own.index(source)]]
    return ways[program].share


def _by_stage(stages: Sequence[Any], rows: Sequence[Any]) -> list[tuple[Any, list[Any]]]:
    """Group operations that follow each other in one stage."""
    found: list[tuple[Any, list[Any]]] = []
    for stage, row in zip(stages, rows, strict=True):
        if found and found[-1][0] == stage:
            found[-1][1].append(row)
        else:
            found.append((stage, [row]))
    return found


# ── places and vehicles ─────────────────────────────────────────────────────────────────────────────


def _facilities(answer: Answer, loads: Mapping[str, Load]) -> Columns:
    corridor, whole = answer.corridor, answer.whole
    window = answer.corridor.window
    counted = np.stack(whole.stations)
    table = station_rows(counted, whole.waits, window.weeks_h, corridor.model, answer.params.confidence)
    names = table["station"].tolist()
    meaning = [corridor.stops.get(name, {}) for name in names]
    yearly = _YEAR_H / WEEK_H
    return {
        "station": names,
        **{key: [one.get(key, "") for one in meaning] for key in ("facility_id", "link_id", "node_id")},
        "step_no": [one.get("step_no", 0) for one in meaning],
        "name": [one.get("name", "Opening") for one in meaning],
        "servers": [0 if math.isinf(count) else int(count) for count in table["servers"]],
        **{name: table[name].clip(0.0, 1.0 if name == "open_frac" else math.inf).tolist() for name in (
            "open_frac", "utilisation_frac", "utilisation_half_width_frac", "mean_wait_h", "wait_half_width_h",
            "p95_wait_h")},
        "offered_frac": [loads[name].offered_frac for name in names],
        "mean_queue_count": table["mean_queue"].tolist(),
        "longest_queue_count": table["longest_queue"].tolist(),
        "throughput_per_year": (table["per_week"] * yearly).tolist(),
        "throughput_half_width_per_year": (table["per_week_half_width"] * yearly).tolist(),
        "capacity_per_year": [loads[name].capacity_per_h * _YEAR_H for name in names],
    }  # fmt: skip


def _services(answer: Answer) -> Columns:
    horizon_h = answer.corridor.clock.horizon_h
    table = lane_rows(answer.whole.lanes, answer.corridor.model, horizon_h, answer.params.confidence)
    return {
        "lane": table["lane"].tolist(),
        "fleet_id": table["fleet"].tolist(),
        "voyages_per_year": table["voyages_per_year"].tolist(),
        "voyages_half_width_per_year": table["voyages_half_width"].tolist(),
        **{name: table[name].tolist() for name in ("load_frac", "mean_wait_h", "wait_half_width_h")},
        "mean_queue_count": table["queue"].tolist(),
    }


def _fleets(answer: Answer) -> Columns:
    horizon_h, whole = answer.corridor.clock.horizon_h, answer.whole
    table = fleet_rows(whole.fleets, whole.lanes, answer.corridor.model, horizon_h, answer.params.confidence)
    table = table.rename(columns={"fleet": "fleet_id", "voyages_half_width": "voyages_half_width_per_year"})
    return {name: table[name].tolist() for name in OUTPUTS["fleets"].names}


def _weeks(answer: Answer) -> Columns:
    whole, clock = answer.whole, answer.corridor.clock
    table = week_rows(
        whole.weeks, whole.weeks_squared, whole.count, clock.horizon_h, answer.corridor.model, answer.params.confidence
    )
    return {
        "station": table["station"].tolist(),
        "week": table["week"].tolist(),
        "begins": [
            (clock.start + timedelta(hours=WEEK_H * week)).strftime("%Y-%m-%dT%H:%MZ") for week in table["week"]
        ],
        "arrived_count": table["arrived"].tolist(),
        "served_count": table["begun"].tolist(),
        "mean_queue_count": table["queue"].tolist(),
        "queue_half_width_count": table["queue_half_width"].tolist(),
        "longest_queue_count": table["longest_queue"].tolist(),
    }


# ── over time ───────────────────────────────────────────────────────────────────────────────────────


def _days(answer: Answer) -> Columns:
    """Return the days of the run; a day on which nobody began has the mean of the one before."""
    days = np.stack(answer.whole.days)
    began, hours = days["began"].sum(axis=0), days["hours"].sum(axis=0)
    mean = pd.Series(np.divide(hours, began, out=np.full(began.shape, np.nan), where=began > 0)).ffill().bfill()
    count = len(mean)
    window = min(7, count // 4)
    smooth = welch(mean.to_numpy()[None, :], window)
    smooth = np.concatenate([smooth, np.full(count - len(smooth), smooth[-1])])
    first = round(answer.corridor.clock.lead_d)
    return {
        "day": (np.arange(count) - first).tolist(),
        "began_count": (began / answer.whole.count).tolist(),
        "arrived_count": days["arrived"].mean(axis=0).tolist(),
        "mean_h": mean.tolist(),
        "welch_h": smooth.tolist(),
    }


def _settled(days: Columns, answer: Answer) -> int:
    """Return the days that MSER-5 cuts off, -1 if the run does not settle."""
    until = int(answer.corridor.clock.until_h / _DAY_H)
    try:
        return mser5(np.array(days["mean_h"][:until]))
    except NotConverged:
        return -1


def _recovery(answer: Answer) -> Columns:
    """Return how many consignments are behind, day by day, and until when."""
    columns: Columns = {name: [] for name in OUTPUTS["recovery"].names}
    if answer.calm is None:
        return columns
    clock = answer.corridor.clock
    behind, under_way = _behind(answer.whole, answer.calm)
    for row in answer.net["disruptions"].to_dict("records"):
        start_h = clock.day(row["start_d"])
        end_h = start_h + row["length_d"] * _DAY_H
        found = recovery(behind, _CALM_FRAC * under_way, start_h, end_h, step_h=_DAY_H, hold_h=3 * _DAY_H)
        columns["disruption_id"].append(row["disruption_id"])
        columns["name"].append(row["name"])
        columns["start_d"].append(row["start_d"])
        columns["length_d"].append(row["length_d"])
        columns["peak_backlog_count"].append(max(found.peak, 0.0))
        columns["peak_d"].append((found.peak_at_h - clock.warm_h) / _DAY_H)
        columns["recovery_d"].append(max(0.0, (found.recovered_at_h - end_h) / _DAY_H))
    return columns


def _behind(whole: Gathered, calm: Gathered) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by how many arrivals a run is behind the calm one on each day, and how many are under way in that."""
    arrived = [np.mean([days["arrived"] for days in one.days], axis=0).cumsum() for one in (whole, calm)]
    began = np.mean([days["began"] for days in calm.days], axis=0).cumsum()
    return arrived[1] - arrived[0], np.maximum(began - arrived[1], 1.0)


# ── notes and the whole ─────────────────────────────────────────────────────────────────────────────


def _notes(answer: Answer, od: Columns, facilities: Columns, settled_d: int) -> Columns:
    """Return what a reader must know."""
    found = [("left_out", one.demand_id, one.reason) for one in answer.corridor.left_out]
    for name, offered in zip(facilities["station"], facilities["offered_frac"], strict=True):
        if offered > 1:
            words = f"utilisation {offered:.2g} is asked of it: its queue grows without end"
            found.append(("unstable", name, words))
    known = {place for kind, place, _ in found if kind == "unstable"}
    found += [("unstable", name, words) for name, words in _growing(answer, facilities) if name not in known]
    for name, share in zip(od["demand_id"], od["unfinished_frac"], strict=True):
        if share > _MOST_UNFINISHED:
            found.append(("unfinished", name, f"{share:.0%} had not arrived by the end: its times are too short"))
    if settled_d < 0 or settled_d > answer.params.lead_d:
        found.append(("unsettled", "", "door-to-door times have not settled when the year begins (MSER-5): a season, a "
                                       "disruption, or a longer lead_d is needed"))  # fmt: skip
    if answer.was_stopped:
        found.append(("stopped", "", f"stopped after {answer.whole.count} replications"))
    found += _interval_note(answer)
    return {
        "number": list(range(1, len(found) + 1)),
        **{name: [note[place] for note in found] for place, name in enumerate(("kind", "place", "message"))},
    }


def _growing(answer: Answer, facilities: Columns) -> list[tuple[str, str]]:
    """Return busy stations whose queue is much longer at the end of the year than at its begin."""
    weeks, window = answer.whole.weeks, answer.corridor.window
    queue = weeks["queue_area_h"] / WEEK_H / answer.whole.count
    first, last = (queue[:, part].mean(axis=1) for part in (
        slice(window.first_week, window.first_week + 4), slice(window.last_week - 4, window.last_week)))  # fmt: skip
    grows = (last > _LONG) & (last > _GROWS * first) & (np.array(facilities["utilisation_frac"]) > _BUSY)
    return [
        (facilities["station"][place], f"its queue grew from {first[place]:,.0f} to {last[place]:,.0f} in the year")
        for place in np.flatnonzero(grows)
    ]


def _interval_note(answer: Answer) -> list[tuple[str, str, str]]:
    params, whole = answer.params, answer.whole
    if params.replications is not None or answer.was_stopped or whole.count < params.most_replications:
        return []
    found = interval(whole.means_h, params.confidence)
    if found.half_width <= params.half_width_frac * found.mean:
        return []
    share = found.half_width / found.mean
    words = (
        f"{whole.count} replications bring the half-width to {share:.1%} of the mean, not {params.half_width_frac:.1%}"
    )
    return [("interval", "", words)]


def _run(answer: Answer, settled_d: int, tables: Mapping[str, pd.DataFrame]) -> Columns:
    whole = answer.whole
    mean = interval(whole.means_h, answer.params.confidence)
    return {
        "seed": [answer.params.seed], "replications": [whole.count], "events": [whole.events],
        "consignments": [int(np.sum(whole.made))], "mean_h": [mean.mean], "half_width_h": [mean.half_width],
        "settled_d": [settled_d], "digest": [digest_of(tables)],
    }  # fmt: skip


def digest_of(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the digest of the bits of all tables."""
    whole = hashlib.sha256()
    for name, frame in tables.items():
        for column in frame.columns:
            values = frame[column]
            is_text = values.dtype == "str"
            content = "\x1f".join(values.tolist()).encode() if is_text else values.to_numpy().tobytes()
            whole.update(f"{name}.{column}\0".encode() + content + b"\0")
    return whole.hexdigest()


def plain(result: Result) -> dict[str, Any]:
    """Return a result as plain values for machines."""
    od = result["od"].rename(columns={
        "origin_node_id": "origin", "destination_node_id": "destination", "commodity_id": "commodity",
    })  # fmt: skip
    run = result["run"].iloc[0].to_dict()
    ran = result.provenance
    return {
        "schema": _SCHEMA, "package": ran.package, "year": ran.year, "scenario": ran.scenario,
        "od": od.to_dict("records"),
        **{name: result[name].to_dict("records") for name in (
            "stages", "facilities", "services", "fleets", "weeks", "recovery", "notes")},
        "run": {**run, "seconds": ran.wall_time_s, "threads": ran.params["threads"]},
    }  # fmt: skip
