"""Summaries of replications as tables: by demand row, station, week, lane and fleet.

A table has a row for each part of the model, in its order, and a part that nothing happened to has zeros; only a
source none of whose consignments was measured has no row. A column with ``half_width`` in its name is half the
interval over replications of the column before it, infinite for one replication.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kervan.engines.simulate._estimates import interval, paired, pooled_quantile, student
from kervan.engines.simulate._histogram import histogram_quantile
from kervan.engines.simulate.model import WEEK_H, Model
from kervan.errors import ParamsError

if TYPE_CHECKING:
    from kervan.engines.simulate.run import Run

__all__ = [
    "OD_SUMMARY", "OdSummary", "fleet_rows", "fleet_table", "lane_rows", "lane_table", "od_differences", "od_of",
    "od_table", "station_rows", "station_table", "week_rows", "week_table",
]  # fmt: skip

_YEAR_H: Final = 8760.0
_QUANTILES: Final = (("p50_h", 0.50), ("p90_h", 0.90), ("p95_h", 0.95))
_STAGES: Final = ("moving_h", "waiting_h", "procedure_h")
_FLEET_HOURS: Final = ("idle", "anchor", "loading", "weather", "sailing", "unloading")
#: What one replication says of a source: consignments measured, means and quantiles (h).
OD_SUMMARY: Final = np.dtype([
    ("consignments", "i8"), ("mean_h", "f8"), ("p50_h", "f8"), ("p90_h", "f8"), ("p95_h", "f8"), ("moving_h", "f8"),
    ("waiting_h", "f8"), ("procedure_h", "f8"),
])  # fmt: skip

#: A station that is never open has no utilisation: against division by nothing.
_LEAST_OPEN_H: Final = 1e-9


# ── by demand row ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OdSummary:
    """What one replication says of each source.

    Parameters
    ----------
    stats
        Of `OD_SUMMARY`, a row a source; zeros where nothing was measured.
    times_h
        Door-to-door times of each source, rising; none where there are more than were to be kept.
    """

    stats: NDArray[np.void]
    times_h: tuple[NDArray[np.float32], ...]


def od_of(
    records: NDArray[np.void], sources: int, *, warm_h: float = 0.0, until_h: float = math.inf, keep: int = 1000,
    groups: NDArray[np.int64] | None = None,
) -> OdSummary:  # fmt: skip
    """Return what one replication says of each source; after that its records may be forgotten.

    Measured are consignments that *began* from ``warm_h`` to below ``until_h``. A consignment under way at the horizon
    has no record, and it is one of the slow: set ``until_h`` some door-to-door times before the horizon, else the
    times are too short.

    Parameters
    ----------
    records
        Of `RECORD`.
    sources
        How many sources the model has.
    warm_h, until_h
        Between which hours a consignment must have begun.
    keep
        Of how many consignments of a source the times are kept, at 4 B each.
    groups
        The group of each source, if those of several are to be summed up together; ``sources`` counts groups then.
    """
    if not warm_h < until_h:
        raise ParamsError(f"nothing can begin from {warm_h:g} to below {until_h:g} h")
    kept = records[(records["began_h"] >= warm_h) & (records["began_h"] < until_h)]
    source = kept["source"] if groups is None else groups[kept["source"]]
    kept = kept[np.argsort(source, kind="stable")]
    found = np.zeros(sources, dtype=OD_SUMMARY)
    counts = np.bincount(source, minlength=sources)
    ends = np.cumsum(counts)
    total, moving, waiting = (np.ascontiguousarray(kept[name]) for name in ("total_h", "moving_h", "waiting_h"))
    times = [np.empty(0, dtype=np.float32)] * sources
    for source in np.flatnonzero(counts):
        own = slice(ends[source] - counts[source], ends[source])
        levels = np.quantile(total[own], [level for _, level in _QUANTILES], method="median_unbiased")
        means = [float(column[own].mean()) for column in (total, moving, waiting)]
        found[source] = (counts[source], means[0], *levels, *means[1:], means[0] - means[1] - means[2])
        if counts[source] <= keep:
            times[source] = np.sort(total[own]).astype(np.float32)
    return OdSummary(found, tuple(times))


def od_table(summaries: Sequence[OdSummary], names: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """Return door-to-door times of each source over replications.

    Quantiles are those of all consignments of all replications together (`pooled_quantile`): of a few consignments
    a replication, the quantile of each is biased. Where a replication had more than were kept, that bias is small,
    and they are means of the quantiles of each replication (`quantile_interval`).

    Parameters
    ----------
    summaries
        `od_of` of each replication.
    names
        Of the sources.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        ``source``; ``replications`` in which it was measured; ``consignments`` measured in all of them;
        ``mean_h`` over replications, ``half_width_h``; ``p50_h``, ``p50_low_h``, ``p50_high_h``, likewise P90 and P95;
        the means ``moving_h``, ``waiting_h`` and ``procedure_h``, which add up to ``mean_h``.
    """
    together = _stacked(summaries, len(names))
    rows = []
    for place, name in enumerate(names):
        own = together[:, place][together["consignments"][:, place] > 0]
        if not own.size:
            continue
        mean = interval(own["mean_h"], confidence)
        row: dict[str, Any] = {
            "source": name, "replications": own.size, "consignments": int(own["consignments"].sum()),
            "mean_h": mean.mean, "half_width_h": mean.half_width,
        }  # fmt: skip
        times = [one.times_h[place] for one in summaries]
        if sum(one.size for one in times) < row["consignments"]:
            times = []
        for column, level in _QUANTILES:
            row |= dict(zip(_ends(column), _quantile(own[column], times, level, confidence), strict=True))
        rows.append(row | {stage: float(own[stage].mean()) for stage in _STAGES})
    columns = ["source", "replications", "consignments", "mean_h", "half_width_h"]
    return pd.DataFrame(rows, columns=[*columns, *(end for name, _ in _QUANTILES for end in _ends(name)), *_STAGES])


def _ends(column: str) -> tuple[str, str, str]:
    """Return the names of a quantile and of the ends of its interval."""
    stem = column.removesuffix("_h")
    return column, f"{stem}_low_h", f"{stem}_high_h"


def _quantile(
    each: NDArray[np.float64], times: list[NDArray[np.float32]], probability: float, confidence: float
) -> tuple[float, float, float]:
    """Return a quantile of hours and its interval: of all times, or if there are none, over replications."""
    if times:
        pooled = pooled_quantile(times, probability, confidence)
        return pooled.value, max(pooled.low, 0.0), pooled.high
    found = interval(each, confidence)
    return found.mean, max(found.mean - found.half_width, 0.0), found.mean + found.half_width


def od_differences(
    a: Sequence[OdSummary], b: Sequence[OdSummary], names: Sequence[str], *, what: str = "mean_h",
    confidence: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Return what scenario b changes in the door-to-door times of scenario a, paired by replication.

    Parameters
    ----------
    a, b
        `od_of` of the same replications of two scenarios, in the same order; the sources are the same.
    names
        Of the sources. One that is measured in no replication of both has no row.
    what
        Column of `OD_SUMMARY` that is compared.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        ``source``, ``replications``, ``a_h``, ``b_h`` and the fields of `Difference`.
    """
    before, after = _stacked(a, len(names)), _stacked(b, len(names))
    if len(before) != len(after):
        raise ParamsError(f"{len(before)} replications of a and {len(after)} of b cannot be paired")
    rows = []
    for place, name in enumerate(names):
        both = (before["consignments"][:, place] > 0) & (after["consignments"][:, place] > 0)
        if not both.any():
            continue
        ours, theirs = before[what][both, place], after[what][both, place]
        found = paired(ours, theirs, confidence)
        rows.append((
            name, found.count, float(ours.mean()), float(theirs.mean()), found.mean, found.half_width,
            found.probability_b_smaller, found.probability_low, found.probability_high, found.variance_ratio,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "source", "replications", "a_h", "b_h", "difference_h", "half_width_h", "probability_b_smaller",
        "probability_low", "probability_high", "variance_ratio",
    ])  # fmt: skip


def _stacked(summaries: Sequence[OdSummary], sources: int) -> NDArray[np.void]:
    """Return summaries as one array, a row a replication."""
    if not len(summaries) or any(one.stats.shape != (sources,) for one in summaries):
        raise ParamsError(f"there must be a summary of {sources} source(s) of each replication, and at least one")
    return np.stack([one.stats for one in summaries])


# ── by station and week ─────────────────────────────────────────────────────────────────────────────


def station_table(
    runs: Sequence[Run], model: Model, horizon_h: float, *, warm_h: float = 0.0, confidence: float = 0.95
) -> pd.DataFrame:
    """Return how busy each station is, and how long one waits there.

    Counted are whole weeks, from the first that begins at ``warm_h`` or later; the P95 is of the waits in the histogram
    of all runs together, that is of those after the warm-up that the runs were made with.

    Parameters
    ----------
    runs
        Replications.
    model
        Of which.
    horizon_h
        How long they are.
    warm_h
        What is cut off at the start.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        ``station``; ``servers``, infinite for as many as come; ``open_frac``, share of the hours in which it is open;
        ``utilisation_frac``, busy server hours (blocked and interrupted ones too) / server hours open, with its
        half-width: above 1 where much is finished after closing;
        ``mean_wait_h`` of those served, with its half-width; ``p95_wait_h``; ``mean_queue``; ``longest_queue``, the
        mean over replications of the longest; ``per_week``, services begun, with its half-width.
    """
    weeks, hours, first = _weeks(runs, horizon_h, warm_h)
    counted = np.zeros(weeks.shape[:2], dtype=weeks.dtype)
    for name in weeks.dtype.names or ():
        part = weeks[name][:, :, first:]
        counted[name] = part.max(axis=2) if name == "longest" else part.sum(axis=2)
    return station_rows(counted, np.sum([run.waits for run in runs], axis=0), hours, model, confidence)


def station_rows(
    counted: NDArray[np.void], waits: NDArray[np.int64], hours: float, model: Model, confidence: float
) -> pd.DataFrame:
    """Return the table of `station_table`.

    Parameters
    ----------
    counted
        Of `STATION_STATS` (replication, station): sums over the hours counted, and the longest queue.
    waits
        Histogram of waits of each station, of all replications.
    hours
        How long they are counted.
    model, confidence
        As in `station_table`.
    """
    servers = np.array([math.inf if one.servers is None else one.servers for one in model.stations], dtype=float)
    is_open, begun = counted["open_h"], counted["begun"]
    busy = counted["busy_area_h"] / np.maximum(is_open, _LEAST_OPEN_H) / servers
    waited = counted["waits_h"] / np.maximum(begun, 1)
    return pd.DataFrame({
        "station": [one.name for one in model.stations],
        "servers": servers,
        "open_frac": (is_open / hours).mean(axis=0),
        "utilisation_frac": busy.mean(axis=0),
        "utilisation_half_width_frac": _half_widths(busy, confidence),
        "mean_wait_h": waited.mean(axis=0),
        "wait_half_width_h": _half_widths(waited, confidence),
        "p95_wait_h": [histogram_quantile(row, 0.95) if row.any() else 0.0 for row in waits],
        "mean_queue": (counted["queue_area_h"] / hours).mean(axis=0),
        "longest_queue": counted["longest"].mean(axis=0),
        "per_week": begun.mean(axis=0) * WEEK_H / hours,
        "per_week_half_width": _half_widths(begun * WEEK_H / hours, confidence),
    })  # fmt: skip


def week_table(runs: Sequence[Run], model: Model, horizon_h: float, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return queue and throughput of each station in each week.

    Returns
    -------
    DataFrame
        ``station``, ``week`` from 0; ``hours``, fewer than 168 in a last week that is short; the means over
        replications ``arrived``, ``begun``, ``queue`` (on average over the week) with its half-width, and
        ``longest_queue``.
    """
    weeks, _, _ = _weeks(runs, horizon_h, 0.0)
    sums = np.zeros(weeks.shape[1:], dtype=weeks.dtype)
    for name in weeks.dtype.names or ():
        sums[name] = weeks[name].sum(axis=0)
    return week_rows(sums, (weeks["queue_area_h"] ** 2).sum(axis=0), len(runs), horizon_h, model, confidence)


def week_rows(
    sums: NDArray[np.void], squares: NDArray[np.float64], runs: int, horizon_h: float, model: Model, confidence: float
) -> pd.DataFrame:
    """Return the table of `week_table`.

    Parameters
    ----------
    sums, squares
        Sums over replications of `STATION_STATS` (station, week), and of the squares of ``queue_area_h``.
    runs
        How many replications.
    horizon_h, model, confidence
        As in `week_table`.
    """
    count = math.ceil(horizon_h / WEEK_H - 1e-9)
    sums, squares = sums[:, :count], squares[:, :count]
    hours = np.minimum(horizon_h - np.arange(count) * WEEK_H, WEEK_H)
    mean = sums["queue_area_h"] / runs
    if runs > 1:
        variance = np.maximum(squares - runs * mean**2, 0.0) / (runs - 1)
        half_width = student(runs, confidence) * np.sqrt(variance / runs) / hours
    else:
        half_width = np.full(mean.shape, math.inf)
    return pd.DataFrame({
        "station": np.repeat([one.name for one in model.stations], count),
        "week": np.tile(np.arange(count), len(model.stations)),
        "hours": np.tile(hours, len(model.stations)),
        "arrived": (sums["arrived"] / runs).ravel(),
        "begun": (sums["begun"] / runs).ravel(),
        "queue": (mean / hours).ravel(),
        "queue_half_width": half_width.ravel(),
        "longest_queue": (sums["longest"] / runs).ravel(),
    })  # fmt: skip


def _weeks(runs: Sequence[Run], horizon_h: float, warm_h: float) -> tuple[NDArray[np.void], float, int]:
    """Return the weeks of all runs (run, station, week), the hours counted, and the first week counted.

    Kernels may keep a week that begins at the horizon; nothing happens in it, and it is dropped.
    """
    if not len(runs):
        raise ParamsError("there must be at least one replication")
    first = math.ceil(warm_h / WEEK_H - 1e-9)
    hours = horizon_h - first * WEEK_H
    if hours <= 0:
        raise ParamsError(f"no week begins from {warm_h:g} h on, before the horizon of {horizon_h:g} h")
    return np.stack([run.stations for run in runs])[:, :, : math.ceil(horizon_h / WEEK_H - 1e-9)], hours, first


def _half_widths(values: NDArray[np.float64], confidence: float) -> NDArray[np.float64]:
    """Return the half-widths of `interval` of many things at once, the replications along the first axis."""
    factor = student(len(values), confidence)
    if len(values) == 1:
        return np.full(values.shape[1:], math.inf)
    same = values.min(axis=0) == values.max(axis=0)
    found: NDArray[np.float64] = np.where(same, 0.0, factor * values.std(axis=0, ddof=1) / math.sqrt(len(values)))
    return found


# ── by lane and fleet ───────────────────────────────────────────────────────────────────────────────


def lane_table(runs: Sequence[Run], model: Model, counted_h: float, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return voyages and load of each lane.

    Parameters
    ----------
    runs
        Replications.
    model
        Of which.
    counted_h
        Over how many hours the lanes were recorded: the horizon.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        ``lane``; ``fleet``, blank for none; ``voyages_per_year`` with its half-width; ``load_frac``, size carried /
        capacity of the voyages; ``mean_wait_h`` of those who boarded, with its half-width; ``queue``, the mean
        size waiting.
    """
    return lane_rows([run.lanes for run in runs], model, counted_h, confidence)


def lane_rows(parts: Sequence[NDArray[np.void]], model: Model, counted_h: float, confidence: float) -> pd.DataFrame:
    """Return the table of `lane_table` of the lanes of each replication."""
    lanes = _over_runs(parts, counted_h)
    yearly = lanes["voyages"] * (_YEAR_H / counted_h)
    waits = lanes["waits_h"] / np.maximum(lanes["consignments"], 1)
    room = lanes["voyages"].sum(axis=0) * np.array([lane.capacity for lane in model.lanes], dtype=float)
    return pd.DataFrame({
        "lane": [lane.name for lane in model.lanes],
        "fleet": [lane.fleet for lane in model.lanes],
        "voyages_per_year": yearly.mean(axis=0),
        "voyages_half_width": _half_widths(yearly, confidence),
        "load_frac": _shares(lanes["carried"].sum(axis=0), room),
        "mean_wait_h": waits.mean(axis=0),
        "wait_half_width_h": _half_widths(waits, confidence),
        "queue": lanes["queue_area_h"].mean(axis=0) / counted_h,
    })  # fmt: skip


def fleet_table(runs: Sequence[Run], model: Model, counted_h: float, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the cycle of each fleet.

    A *cycle* is a voyage out and one back, laden or empty: ``2 · vehicles · hours / (laden + empty voyages)``. It is
    the time between two departures of a vehicle from the same of two ports, idleness too; multiplied by
    ``1 - idle_frac`` it is what a cycle would take if there were always something to carry.

    Parameters
    ----------
    runs, model, counted_h, confidence
        As in `lane_table`.

    Returns
    -------
    DataFrame
        ``fleet``, ``vehicles``; ``voyages_per_year``, laden ones of all vehicles, with its half-width;
        ``empty_per_year``; ``load_frac`` of the laden; ``cycle_h``, infinite where there was no voyage, with its
        half-width; the shares of the vehicles' hours ``idle_frac``, ``anchor_frac``, ``loading_frac``,
        ``weather_frac``, ``sailing_frac`` and ``unloading_frac``.
    """
    return fleet_rows([run.fleets for run in runs], [run.lanes for run in runs], model, counted_h, confidence)


def fleet_rows(
    parts: Sequence[NDArray[np.void]], sailed: Sequence[NDArray[np.void]], model: Model, counted_h: float,
    confidence: float,
) -> pd.DataFrame:  # fmt: skip
    """Return the table of `fleet_table` of the fleets and lanes of each replication."""
    fleets, lanes = _over_runs(parts, counted_h), _over_runs(sailed, counted_h)
    vehicles = np.array([fleet.vehicles for fleet in model.fleets], dtype=float)
    yearly = fleets["laden"] * (_YEAR_H / counted_h)
    voyages = fleets["laden"] + fleets["empty"]
    cycles = 2 * vehicles * counted_h / np.maximum(voyages, 1)
    some = voyages.min(axis=0) > 0
    belongs = np.array([[lane.fleet == fleet.name for lane in model.lanes] for fleet in model.fleets], dtype=float)
    belongs = belongs.reshape(len(model.fleets), len(model.lanes))
    room = lanes["voyages"].sum(axis=0) * np.array([lane.capacity for lane in model.lanes], dtype=float)
    spent = {name: fleets[f"{name}_h"].mean(axis=0) / (vehicles * counted_h) for name in _FLEET_HOURS}
    return pd.DataFrame({
        "fleet": [fleet.name for fleet in model.fleets],
        "vehicles": vehicles.astype(np.int64),
        "voyages_per_year": yearly.mean(axis=0),
        "voyages_half_width": _half_widths(yearly, confidence),
        "empty_per_year": fleets["empty"].mean(axis=0) * (_YEAR_H / counted_h),
        "load_frac": _shares(belongs @ lanes["carried"].sum(axis=0), belongs @ room),
        "cycle_h": np.where(some, cycles.mean(axis=0), math.inf),
        "cycle_half_width_h": np.where(some, _half_widths(cycles, confidence), math.inf),
        **{f"{name}_frac": share for name, share in spent.items()},
    })  # fmt: skip


def _over_runs(parts: Sequence[NDArray[np.void]], counted_h: float) -> NDArray[np.void]:
    """Return rows of all runs (run, part)."""
    if not parts or not 0 < counted_h < math.inf:
        raise ParamsError(f"there must be at least one replication, and hours above 0, not {counted_h:g}")
    return np.stack(parts)


def _shares(parts: NDArray[np.float64], wholes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return parts / wholes, 0 where there is no whole."""
    found = np.zeros(wholes.shape)
    np.divide(parts, wholes, out=found, where=wholes > 0)
    return found
