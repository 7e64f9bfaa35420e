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

An itinerary passes the places named, in their order, and touches none of those to avoid. Where a vehicle is named, it
is used, and besides it only what needs a service to run at all (ships), or nothing else where the vehicle named is
itself a ship. Where no commodity is named it is the one that most observations name, else the first that can make the
way. A figure of a later year than the tables is compared with the network of that year, an earlier one with the tables
as they are.

Which itinerary or facility gave the model's figure stands beside it, so that nobody has to believe that the right
question was answered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from kervan.engines._itineraries import Chosen, framed, tables_of
from kervan.engines._reasons import no_path
from kervan.engines.route import RouteParams, limits, posed
from kervan.errors import InputError, NoPath, SolveError
from kervan.scenario import at
from kervan.schema import QUANTITY_UNITS, Column, Table

if TYPE_CHECKING:
    from kervan.network import Network

__all__ = ["VALIDATION", "row_of", "validate", "validation_json"]

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
    Column("answered_by", "text", "The itinerary or facility that gave the model's figure; blank without an answer."),
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

    def answer(item: Observation) -> Answer:
        return _ANSWERS[item["quantity"]](models, item)

    rows = [row_of(item, answer) for item in chosen.to_dict("records")]
    return framed(VALIDATION, {name: [row[name] for row in rows] for name in VALIDATION.names})


def validation_json(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the answered rows of the validation table as plain values for machines, schema ``kervan.validation/1``.

    Parameters
    ----------
    frame
        What `validate` returned.
    """
    names = ["observation_id", "quantity", "place", "unit", "published", "published_low", "published_high", "model",
             "difference_frac", "answered_by", "role", "kind", "year", "source_id", "note"]  # fmt: skip
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
Answer = tuple[float, str]
By = Literal["hours", "cost", "length"]


@dataclass(frozen=True, slots=True)
class _Way:
    """An itinerary that answers: its totals for one unit, and what it passes in which vehicles."""

    hours: float
    usd: float
    km: float
    label: str


def row_of(item: Observation, answer: Callable[[Observation], Answer]) -> dict[str, Any]:
    """Return the row of an observation: the published figure, and what answers it or why nothing does."""
    published = item["value"]
    model, answered_by, status = math.inf, "", "ok"
    try:
        model, answered_by = answer(item)
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
        "answered_by": answered_by if is_known else "",
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
            via=_listed(item["via_node_ids"]), avoid=_listed(item["avoid_node_ids"]), modes=modes, vehicle_kinds=kinds,
        )  # fmt: skip


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(";") if name)


def _vehicles(net: Network, vehicle_kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the modes and vehicle kinds that a figure about one vehicle speaks of."""
    if not vehicle_kind:
        return (), ()
    kinds, modes = net["vehicle_kinds"], net["modes"]
    mode = kinds.loc[kinds["vehicle_kind"] == vehicle_kind, "mode"].iloc[0]
    served = modes.loc[modes["needs_service"], "mode"].tolist()
    return (mode,) if mode in served else (mode, *served), (vehicle_kind,)


def _least(models: _Models, item: Observation, by: By) -> _Way:
    """Return the itinerary the figure speaks of, for the first commodity that can make the way."""
    asked = list(_questions(models, item))
    for net, params in asked:
        found = _way(net, params, by)
        if found is not None:
            return found
    net, params = asked[0]
    first = posed(net, params)
    raise no_path(net, first.arcs, first.question, limits(params), params.quantity)


def _way(net: Network, params: RouteParams, by: By) -> _Way | None:
    """Return the itinerary that is least in one measure alone; None where there is none."""
    asked = posed(net, params)
    graph = asked.graph
    if min(asked.start, asked.goal) < 0:
        return None
    weight = asked.arcs.array("length_km")[graph.arc] if by == "length" else graph.cost[:, int(by == "cost")]
    path = graph.tree(weight, asked.start).path(asked.goal)
    if not path:
        return None
    tables = tables_of(net, asked.arcs, [Chosen(graph.arc[path].tolist(), 0.0, is_pareto=True)], params.quantity)
    row, stages = tables["itineraries"].iloc[0], tables["stages"]
    vehicles = stages.loc[stages["length_km"] > 0, "vehicle_kind"]
    words, label = _vehicle_words(net, vehicles), str(row["label"])
    by_what = label if label.lower() == words else f"{label}, {words}"
    return _Way(float(row["hours_mean"]), float(row["cost_usd"]), float(row["length_km"]), by_what)


def _vehicle_words(net: Network, vehicle_kinds: Iterable[str]) -> str:
    """Return the names of vehicles in order, each once: "block train and truck"."""
    kinds = net["vehicle_kinds"]
    names = dict(zip(kinds["vehicle_kind"], kinds["name"], strict=True))
    used = list(dict.fromkeys(names[kind].lower() for kind in vehicle_kinds if kind in names))
    return " and ".join([", ".join(used[:-1]), used[-1]] if len(used) > 1 else used)


def _transit_time(models: _Models, item: Observation) -> Answer:
    way = _least(models, item, "hours")
    return way.hours, way.label


def _length(models: _Models, item: Observation) -> Answer:
    way = _least(models, item, "length")
    return way.km, way.label


def _speed(models: _Models, item: Observation) -> Answer:
    way = _least(models, item, "hours")
    return way.km / way.hours, way.label


def _per(unit: str, mass_t: float) -> float:
    """Return the factor from USD for one unit of the commodity to the unit of the figure."""
    factors = {"USD": 1.0, "USD/TEU": 1.0, "USD/FEU": _FEU, "USD/t": 1 / mass_t if mass_t > 0 else math.nan}
    if math.isnan(factors.get(unit, math.nan)):
        raise NoPath(f"a price in {unit} cannot be compared")
    return factors[unit]


def _freight_cost(models: _Models, item: Observation) -> Answer:
    net, commodity_id = models.of_year(item["year"]), item["commodity_id"] or models.commodities[0]
    way = _least(models, {**item, "commodity_id": commodity_id}, "cost")
    return way.usd * _per(item["unit"], _mass(net, commodity_id)), way.label


def _mass(net: Network, commodity_id: str) -> float:
    """Return the tonnes of one unit of a commodity."""
    frame = net["commodities"]
    return float(frame.loc[frame["commodity_id"] == commodity_id, "mass_t_per_unit"].iloc[0])


def _facility_part(models: _Models, item: Observation) -> tuple[pd.DataFrame, float, str]:
    """Return the arcs through the facility, in or out of the vehicle named, the tonnes of a unit in them, and words."""
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
            facilities = net["facilities"]
            name = str(facilities.loc[facilities["facility_id"] == item["facility_id"], "name"].iloc[0])
            vehicles = vertices["vehicle_kind"].iloc[part["head"].to_numpy()]
            words = _vehicle_words(net, vehicles)
            return part, _mass(net, commodity_id), f"{name}, {words}" if words else name
    raise NoPath(f"{item['facility_id']} is closed, or nothing of the kind passes it")


def _facility_time(models: _Models, item: Observation) -> Answer:
    part, _, words = _facility_part(models, item)
    return float((part["waiting_h"] + part["procedure_h"]).mean()), words


def _facility_cost(models: _Models, item: Observation) -> Answer:
    part, mass_t, words = _facility_part(models, item)
    return float(part["cost_usd_per_unit"].mean()) * _per(item["unit"], mass_t), words


_ANSWERS: Final[dict[str, Callable[[_Models, Observation], Answer]]] = {
    "transit_time": _transit_time,
    "length": _length,
    "freight_cost": _freight_cost,
    "speed": _speed,
    "facility_time": _facility_time,
    "facility_cost": _facility_cost,
}
