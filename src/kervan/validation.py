"""What was published against what the model says: the validation table.

Every observation whose role is ``validation`` or ``calibration`` and whose quantity a route or a facility answers
becomes one row. The question put to the model is this:

============= ======================================================================================
transit_time  mean hours of the fastest itinerary from origin to destination
length        kilometres of the shortest way from origin to destination
freight_cost  USD of the cheapest itinerary, for one unit of the commodity
speed         kilometres by mean hours, waiting and procedures included, of the fastest itinerary
facility_time mean hours of waiting and procedures in the facility
facility_cost USD paid in the facility
============= ======================================================================================

An itinerary passes the places named, in their order. Where a vehicle is named, it is used, and besides it only
what needs a service to run at all (ships), or nothing else where the vehicle named is itself a ship. Where no
commodity is named it is the one that most observations name, else the first that can make the way. A figure of a
later year than the tables is compared with the network of that year, an earlier one with the tables as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from kervan.engines._itineraries import framed
from kervan.engines.least import By, totals, totals_if_any
from kervan.engines.route import RouteParams
from kervan.errors import InputError, NoPath, SolveError
from kervan.scenario import at
from kervan.schema import QUANTITY_UNITS, Column, Table

if TYPE_CHECKING:
    from kervan.network import Network

__all__ = ["VALIDATION", "validate", "validation_json"]

_FEU: Final = 2.0  # TEU
_ROLES: Final = ("validation", "calibration")

#: What `validate` returns.
VALIDATION: Final = Table("validation", ("observation_id",), "a published figure and the model's", (
    Column("observation_id", "id", "The observation."),
    Column("quantity", "text", "What was measured."),
    Column("place", "text", "Where, as people say it."),
    Column("unit", "choice", "Unit of the figures.", choices=QUANTITY_UNITS),
    Column("published", "float", "The published figure, the middle where a range was given."),
    Column("published_low", "float", "Low end of the range; the figure itself where none was given."),
    Column("published_high", "float", "High end of the range; the figure itself where none was given."),
    Column("model", "float", "The model's figure; infinite where the status is not ok."),
    Column("difference_frac", "float", "Model / published - 1; infinite where the status is not ok.", unit="1"),
    Column("is_within_range", "flag", "Whether the model lies in the published range, ends included."),
    Column("role", "choice", "validation: never used to set the tables; calibration: used.", choices=_ROLES),
    Column("kind", "text", "observed, claimed, planned or forecast."),
    Column("year", "int", "Year of the figure; 0: not stated.", unit="year"),
    Column("status", "text", "ok, or why the model has no answer."),
    Column("source_id", "id", "Who published it."),
    Column("note", "text", "What a reader should know.", default=""),
))  # fmt: skip


def validate(net: Network) -> pd.DataFrame:
    """Compare every published figure that a route or facility answers with the model's.

    Parameters
    ----------
    net
        A network with observations.

    Returns
    -------
    pandas.DataFrame
        Columns of `VALIDATION`, in the order of the observations. Figures the model cannot answer stay in, and
        ``status`` says why.

    Examples
    --------
    >>> import kervan as kv
    >>> frame = validate(kv.load("starter"))
    >>> sorted(set(frame["role"])) == sorted({"validation", "calibration"} & set(frame["role"]))
    True
    """
    frame = net["observations"]
    chosen = frame[frame["role"].isin(_ROLES) & frame["quantity"].isin(_ANSWERS)]
    models = _Models(net)
    rows = [_row(models, item) for item in chosen.to_dict("records")]
    return framed(VALIDATION, {name: [row[name] for row in rows] for name in VALIDATION.names})


def validation_json(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the answered rows of the validation table as plain values for machines, schema ``kervan.validation/1``.

    Parameters
    ----------
    frame
        What `validate` returned.
    """
    names = ["observation_id", "quantity", "place", "unit", "published", "published_low", "published_high", "model",
             "difference_frac", "role", "kind", "year", "source_id", "note"]  # fmt: skip
    items = frame.loc[frame["status"] == "ok", names].to_dict("records")
    return [{"schema": "kervan.validation/1"} | {str(name): value for name, value in item.items()} for item in items]


class _Models:
    """The network of each year that a figure speaks of, and the commodities to try."""

    def __init__(self, net: Network) -> None:
        self._net = net
        self._by_year: dict[int, Network] = {}

    def of_year(self, year: int) -> Network:
        if year <= self._net.year:
            return self._net
        if year not in self._by_year:
            self._by_year[year] = at(self._net, year)
        return self._by_year[year]

    @cached_property
    def commodities(self) -> list[str]:
        """Every commodity, the one most observations name first."""
        named = self._net["observations"]["commodity_id"].value_counts(sort=True)
        known = self._net["commodities"]["commodity_id"].tolist()
        return sorted(known, key=lambda name: -int(named.get(name, 0)))


Observation = Mapping[Any, Any]


def _row(models: _Models, item: Observation) -> dict[str, Any]:
    published = item["value"]
    model, status = math.inf, "ok"
    try:
        model = _ANSWERS[item["quantity"]](models, item)
    except (SolveError, InputError) as error:
        status = str(error)
    low, high = (published if math.isinf(end) else end for end in (item["value_low"], item["value_high"]))
    is_known = status == "ok" and published != 0
    if status == "ok" and published == 0:
        status = "the published figure is zero"
    return {
        **item,
        "published": published,
        "published_low": low,
        "published_high": high,
        "model": model if is_known else math.inf,
        "difference_frac": model / published - 1 if is_known else math.inf,
        "is_within_range": bool(is_known and low <= model <= high),
        "status": status,
    }


def _questions(models: _Models, item: Observation) -> Iterator[tuple[Network, RouteParams]]:
    """Yield the question a figure about a way puts to the model, for each commodity it may be about."""
    if not item["origin_node_id"] or not item["destination_node_id"]:
        raise NoPath("the observation names no origin and destination")
    net = models.of_year(item["year"])
    modes, kinds = _vehicles(net, item["vehicle_kind"])
    for commodity_id in [item["commodity_id"]] if item["commodity_id"] else models.commodities:
        yield net, RouteParams(
            origin=item["origin_node_id"], destination=item["destination_node_id"], commodity_id=commodity_id,
            via=tuple(name for name in item["via_node_ids"].split(";") if name), modes=modes, vehicle_kinds=kinds,
        )  # fmt: skip


def _vehicles(net: Network, vehicle_kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the modes and vehicle kinds that a figure about one vehicle speaks of."""
    if not vehicle_kind:
        return (), ()
    kinds, modes = net["vehicle_kinds"], net["modes"]
    mode = kinds.loc[kinds["vehicle_kind"] == vehicle_kind, "mode"].iloc[0]
    served = modes.loc[modes["needs_service"], "mode"].tolist()
    return (mode,) if mode in served else (mode, *served), (vehicle_kind,)


def _least(models: _Models, item: Observation, by: By) -> dict[str, float]:
    """Return the totals of the itinerary the figure speaks of, for the first commodity that can make the way."""
    asked = list(_questions(models, item))
    for net, params in asked:
        found = totals_if_any(net, params, by)
        if found is not None:
            return found
    return totals(*asked[0], by)  # raises, and says why


def _transit_time(models: _Models, item: Observation) -> float:
    return _least(models, item, "hours")["hours_mean"]


def _length(models: _Models, item: Observation) -> float:
    return _least(models, item, "length")["length_km"]


def _speed(models: _Models, item: Observation) -> float:
    found = _least(models, item, "hours")
    return found["length_km"] / found["hours_mean"]


def _per(unit: str, mass_t: float) -> float:
    """Return the factor from USD for one unit of the commodity to the unit of the figure."""
    factors = {"USD": 1.0, "USD/TEU": 1.0, "USD/FEU": _FEU, "USD/t": 1 / mass_t if mass_t > 0 else math.nan}
    if math.isnan(factors.get(unit, math.nan)):
        raise NoPath(f"a price in {unit} cannot be compared")
    return factors[unit]


def _freight_cost(models: _Models, item: Observation) -> float:
    net, commodity_id = models.of_year(item["year"]), item["commodity_id"] or models.commodities[0]
    found = _least(models, {**item, "commodity_id": commodity_id}, "cost")
    return found["cost_usd"] * _per(item["unit"], _mass(net, commodity_id))


def _mass(net: Network, commodity_id: str) -> float:
    """Return the tonnes of one unit of a commodity."""
    frame = net["commodities"]
    return float(frame.loc[frame["commodity_id"] == commodity_id, "mass_t_per_unit"].iloc[0])


def _facility_part(models: _Models, item: Observation) -> tuple[pd.DataFrame, float]:
    """Return the arcs through the facility, in or out of the vehicle named, and the tonnes of a unit in them."""
    if not item["facility_id"]:
        raise NoPath("the observation names no facility")
    net = models.of_year(item["year"])
    for commodity_id in [item["commodity_id"]] if item["commodity_id"] else models.commodities:
        arcs = net.arcs(commodity_id)
        table, vertices = arcs.table, arcs.vertices
        part: pd.DataFrame = table[table["facility_id"] == item["facility_id"]]
        if item["vehicle_kind"]:
            is_kind = (vertices["vehicle_kind"] == item["vehicle_kind"]).to_numpy(dtype=bool)
            part = part[is_kind[part["tail"].to_numpy()] | is_kind[part["head"].to_numpy()]]
        if len(part):
            return part, _mass(net, commodity_id)
    raise NoPath(f"{item['facility_id']} is closed, or nothing of the kind passes it")


def _facility_time(models: _Models, item: Observation) -> float:
    part, _ = _facility_part(models, item)
    return float((part["waiting_h"] + part["procedure_h"]).mean())


def _facility_cost(models: _Models, item: Observation) -> float:
    part, mass_t = _facility_part(models, item)
    return float(part["cost_usd_per_unit"].mean()) * _per(item["unit"], mass_t)


_ANSWERS: Final[dict[str, Callable[[_Models, Observation], float]]] = {
    "transit_time": _transit_time,
    "length": _length,
    "freight_cost": _freight_cost,
    "speed": _speed,
    "facility_time": _facility_time,
    "facility_cost": _facility_cost,
}
