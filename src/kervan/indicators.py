"""Numbers with units, computed from a network and a result, so that scenarios can be compared.

An indicator is a function and one `Indicator` line in `INDICATORS`. `measure` computes all that a result has the
tables for, as one long table. The headline itinerary is the first: the one of least generalised cost.
Where a simulation never reaches something, the value is infinite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from kervan.schema import QUALITIES, UNITS

if TYPE_CHECKING:
    from kervan.network import Network
    from kervan.result import Result

__all__ = ["INDICATORS", "KEYS", "Indicator", "measure"]

#: Columns that may break an indicator down, in the order of `measure`; blank where they do not.
KEYS: Final = ("part", "country_code", "mode", "kind", "quality", "demand_id", "fleet_id", "disruption_id")

Value = Callable[["Network", "Result"], "float | pd.DataFrame"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number with a unit, or several broken down by keys.

    Parameters
    ----------
    name
        Short and stable.
    doc
        What it means, one sentence.
    unit
        A key of `kervan.schema.UNITS`.
    needs
        Tables the result must have.
    value
        ``value(net, result)``: a number, or a table with a column ``value`` and the key columns it is broken
        down by, out of `KEYS`.

    Raises
    ------
    ValueError
        When there is no such unit.
    """

    name: str
    doc: str
    unit: str
    needs: tuple[str, ...]
    value: Value

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"indicator {self.name}: unit {self.unit!r} is not in UNITS")


def measure(net: Network, result: Result, scenario: str = "") -> pd.DataFrame:
    """Return every indicator that the tables of a result allow, as a long table.

    Parameters
    ----------
    net
        The network the result was computed on.
    result
        What an engine returned.
    scenario
        A name to tell results apart by; the scenario of the result if not given.

    Returns
    -------
    pandas.DataFrame
        Columns ``scenario, engine, indicator``, the `KEYS` (blank where an indicator is not broken down by
        them), ``unit`` and ``value``.

    Examples
    --------
    >>> import kervan as kv
    >>> net = kv.load("starter")
    >>> found = kv.run(net, "route", kv.RouteParams(origin="XA_MINE", destination="XC_TOWN", commodity_id="container"))
    >>> frame = measure(net, found)
    >>> sorted(set(frame["unit"]))
    ['1', 'USD', 'count', 'h', 'kg CO2e', 'km']
    """
    texts = {"scenario": scenario or result.provenance.scenario, "engine": result.provenance.engine}
    columns = dict.fromkeys(("scenario", "engine", "indicator", *KEYS, "unit"), "str") | {"value": "float64"}
    parts = [pd.DataFrame({name: [] for name in columns}).astype(columns)]
    for indicator in INDICATORS.values():
        if not set(indicator.needs) <= set(result):
            continue
        value = indicator.value(net, result)
        part = value if isinstance(value, pd.DataFrame) else pd.DataFrame({"value": [float(value)]})
        blank = {key: "" for key in KEYS if key not in part.columns}
        part = part.assign(**texts, **blank, indicator=indicator.name, unit=indicator.unit)
        parts.append(part[list(columns)].astype(columns))
    return pd.concat(parts, ignore_index=True)


# ── of a route ──────────────────────────────────────────────────────────────────────────────────────

_PARTS: Final = {"moving": "hours_moving", "waiting": "hours_waiting", "procedure": "hours_procedure"}


def _first(column: str) -> Value:
    """Return the function that reads a column of the first itinerary."""

    def value(net: Network, result: Result) -> float:
        del net
        return float(result["itineraries"][column].iloc[0])

    return value


def _best(column: str) -> Value:
    """Return the function that reads the least of a column over the Pareto set."""

    def value(net: Network, result: Result) -> float:
        del net
        return float(result["front"][column].min())

    return value


def _stages(result: Result) -> pd.DataFrame:
    """Return the stages of the first itinerary, with their hours."""
    stages = result["stages"]
    first = stages[stages["itinerary"] == 1]
    return first.assign(hours=first[list(_PARTS.values())].sum(axis=1))


def _by(key: str, column: str) -> Value:
    """Return the function that adds up a column of the stages of the first itinerary by a key, in order of the way."""

    def value(net: Network, result: Result) -> pd.DataFrame:
        del net
        sums = _stages(result).groupby(key, sort=False)[column].sum()
        return sums.rename("value").reset_index()

    return value


def _quality_frac(column: str) -> Value:
    """Return the function that shares a column of the first itinerary out by quality, best first."""

    def value(net: Network, result: Result) -> pd.DataFrame:
        del net
        grounds = result["grounds"]
        sums = grounds[grounds["itinerary"] == 1].set_index("quality")[column].reindex(list(QUALITIES))
        total = float(sums.sum())
        return (sums / total if total > 0 else sums).rename("value").rename_axis("quality").reset_index()

    return value


def _hours_by_part(net: Network, result: Result) -> pd.DataFrame:
    del net
    row = result["itineraries"].iloc[0]
    return pd.DataFrame({"part": list(_PARTS), "value": [float(row[column]) for column in _PARTS.values()]})


def _border_hours(net: Network, result: Result) -> float:
    del net
    stages = _stages(result)
    return float(stages.loc[stages["kind"].isin(["border", "gauge_change"]), "hours"].sum())


def _border_count(net: Network, result: Result) -> float:
    del net
    return float((_stages(result)["kind"] == "border").sum())


def _itinerary_count(net: Network, result: Result) -> float:
    del net
    return float(len(result["itineraries"]))


# ── of a simulated year ─────────────────────────────────────────────────────────────────────────────


def _each(table: str, key: str, column: str) -> Value:
    """Return the function that reads a column of a table, row by row under its key."""

    def value(net: Network, result: Result) -> pd.DataFrame:
        del net
        return result[table][[key, column]].rename(columns={column: "value"})

    return value


def _year_hours(net: Network, result: Result) -> float:
    del net
    return float(result["run"]["mean_h"].iloc[0])


def _waiting_frac(net: Network, result: Result) -> float:
    del net
    od = result["od"]
    parts = od[["moving_h", "waiting_h", "procedure_h"]].mul(od["consignments"], axis=0).sum()
    return float(parts["waiting_h"] / parts.sum()) if parts.sum() > 0 else 0.0


def _most_utilised(net: Network, result: Result) -> float:
    del net
    places = result["facilities"]
    return float(places.loc[places["servers"] > 0, "utilisation_frac"].max()) if (places["servers"] > 0).any() else 0.0


_ITINERARIES: Final = ("itineraries",)
_STAGES: Final = ("itineraries", "stages")
_GROUNDS: Final = ("grounds",)
_FRONT: Final = ("front",)
_OD: Final = ("od",)

_ALL: Final = (
    Indicator("hours_mean", "Mean door-to-door hours of the first itinerary.", "h", _ITINERARIES, _first("hours_mean")),
    Indicator("hours_p50", "Hours half of the consignments keep on it.", "h", _ITINERARIES, _first("hours_p50")),
    Indicator("hours_p90", "Hours nine of ten consignments keep on it.", "h", _ITINERARIES, _first("hours_p90")),
    Indicator("cost", "Freight, fares and charges of the first itinerary.", "USD", _ITINERARIES, _first("cost_usd")),
    Indicator("emission", "Greenhouse gases of the first itinerary.", "kg CO2e", _ITINERARIES, _first("emission_kg")),
    Indicator("length", "Length of the first itinerary.", "km", _ITINERARIES, _first("length_km")),
    Indicator("generalised_cost", "Generalised cost of the first itinerary: the least there is.", "USD", _ITINERARIES,
              _first("generalised_cost_usd")),
    Indicator("least_hours", "Mean hours of the fastest itinerary.", "h", _FRONT, _best("hours_mean")),
    Indicator("least_cost", "Money of the cheapest itinerary.", "USD", _FRONT, _best("cost_usd")),
    Indicator("least_emission", "Greenhouse gases of the cleanest itinerary.", "kg CO2e", _FRONT, _best("emission_kg")),
    Indicator("itinerary_count", "Itineraries that really differ.", "count", _ITINERARIES, _itinerary_count),
    Indicator("hours_by_part", "Hours moving, waiting and in procedures.", "h", _ITINERARIES, _hours_by_part),
    Indicator("hours_by_country", "Hours in each country, and at sea (XZ).", "h", _STAGES,
              _by("country_code", "hours")),
    Indicator("hours_by_mode", "Hours on each mode; a stop counts to the mode it leaves on.", "h", _STAGES,
              _by("mode", "hours")),
    Indicator("hours_by_kind", "Hours of each kind of stage.", "h", _STAGES, _by("kind", "hours")),
    Indicator("border_hours", "Hours at border posts and in gauge changes.", "h", _STAGES, _border_hours),
    Indicator("border_count", "Border posts passed.", "count", _STAGES, _border_count),
    Indicator("length_by_mode", "Kilometres on each mode.", "km", _STAGES, _by("mode", "length_km")),
    Indicator("cost_by_kind", "Money of each kind of stage.", "USD", _STAGES, _by("kind", "cost_usd")),
    Indicator("cost_by_country", "Money spent in each country, and at sea (XZ).", "USD", _STAGES,
              _by("country_code", "cost_usd")),
    Indicator("emission_by_mode", "Greenhouse gases of each mode.", "kg CO2e", _STAGES, _by("mode", "emission_kg")),
    Indicator("hours_quality_frac", "Share of the hours that rests on numbers of each quality.", "1", _GROUNDS,
              _quality_frac("hours_mean")),
    Indicator("cost_quality_frac", "Share of the money that rests on numbers of each quality.", "1", _GROUNDS,
              _quality_frac("cost_usd")),
    Indicator("emission_quality_frac", "Share of the emissions that rests on numbers of each quality.", "1", _GROUNDS,
              _quality_frac("emission_kg")),
    Indicator("year_hours_mean", "Mean door-to-door hours of all consignments of a year.", "h", ("run",), _year_hours),
    Indicator("od_hours_mean", "Mean door-to-door hours of each demand row.", "h", _OD,
              _each("od", "demand_id", "mean_h")),
    Indicator("od_hours_p90", "Hours nine of ten consignments of each demand row keep.", "h", _OD,
              _each("od", "demand_id", "p90_h")),
    Indicator("od_hours_p95", "Hours nineteen of twenty consignments of each demand row keep.", "h", _OD,
              _each("od", "demand_id", "p95_h")),
    Indicator("waiting_frac", "Share of the hours of all consignments of a year that is waiting.", "1", _OD,
              _waiting_frac),
    Indicator("utilisation_max_frac", "Utilisation of the queue with the busiest servers.", "1", ("facilities",),
              _most_utilised),
    Indicator("voyages", "Laden voyages of each fleet in a year.", "unit/year", ("fleets",),
              _each("fleets", "fleet_id", "voyages_per_year")),
    Indicator("recovery", "Days from the end of each disruption until its backlog is gone.", "d", ("recovery",),
              _each("recovery", "disruption_id", "recovery_d")),
)  # fmt: skip

#: Every indicator by name.
INDICATORS: Final[Mapping[str, Indicator]] = {indicator.name: indicator for indicator in _ALL}
