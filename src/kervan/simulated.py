"""What was published against what comes out of a simulated year.

An observation whose ``measure`` is not ``none`` is answered by the tables of a result of ``simulate``:

==================== ===================================================================================
stage_hours          hours from the origin to the destination along the ways that lead over both, by volume
facility_hours       hours waiting and in procedures at the facility
longest_queue        the longest queue at the facility, or else at the place
mean_queue           what waits on average for the services of the vehicle kind from the place
voyage_hours         hours of a vehicle of the fleets of these services, for each voyage
voyage_load          what such a voyage carries, in the unit of its capacity
voyages_per_vehicle  voyages a year from the place, for each vehicle of the fleets
departures_per_day   voyages a day from the place
carried_per_day      what they carry a day, in the unit of the capacity
==================== ===================================================================================

With a vehicle that is carried (``wagon``, ``truck``) the services are those whose capacity counts it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from kervan.engines._itineraries import framed
from kervan.errors import NoPath
from kervan.validation import VALIDATION, row_of

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Network
    from kervan.result import Result

__all__ = ["validate_simulated"]

_YEAR_D: Final = 365.0
Observation = Mapping[Any, Any]
Answer = tuple[float, str]


def validate_simulated(net: Network, result: Result) -> pd.DataFrame:
    """Compare every published figure that a simulated year answers with what came out.

    Parameters
    ----------
    net
        The network that was simulated.
    result
        What `kervan.run` returned for ``"simulate"``.

    Returns
    -------
    pandas.DataFrame
        Columns of `kervan.validation.VALIDATION`.
    """
    frame = net["observations"]
    chosen = frame[frame["measure"] != "none"]

    def answer(item: Observation) -> Answer:
        return _MEASURES[item["measure"]](net, result, item)

    rows = [row_of(item, answer) for item in chosen.to_dict("records")]
    return framed(VALIDATION, {name: [row[name] for row in rows] for name in VALIDATION.names})


def _stage_hours(net: Network, result: Result, item: Observation) -> Answer:
    """Return hours between two places on the way, of the ways of the simulation that lead over both."""
    kinds = dict(zip(net["nodes"]["node_id"], net["nodes"]["kind"], strict=True))
    # Ways are known by their stops: a junction in the middle of a ride is not told.
    passed = {name for name in str(item["via_node_ids"]).split(";") if kinds.get(name) in ("port", "border")}
    hours, weights, named = 0.0, 0.0, set()
    for (demand_id, _), way in result["stages"].groupby(["demand_id", "way"], sort=False):
        found = _between(way, item, passed)
        volume = float(way["consignments_per_year"].max())
        if found is not None and volume > 0:
            hours, weights = hours + volume * found, weights + volume
            named.add(str(demand_id))
    if not weights:
        raise NoPath("no simulated way leads over these places")
    return hours / weights, ", ".join(sorted(named)[:3])


def _between(way: pd.DataFrame, item: Observation, passed: set[str]) -> float | None:
    places = [*way["from_node_id"], way["to_node_id"].iloc[-1]]
    origin, destination = item["origin_node_id"], item["destination_node_id"]
    if origin not in places or destination not in places or not passed <= set(places):
        return None
    if item["vehicle_kind"] and item["vehicle_kind"] not in set(way["vehicle_kind"]):
        return None
    first, last = places.index(origin), len(places) - 1 - places[::-1].index(destination)
    part = way.iloc[first:last]
    return float(part[["moving_h", "waiting_h", "procedure_h"]].to_numpy().sum()) if first < last else None


def _facility_hours(net: Network, result: Result, item: Observation) -> Answer:
    del net
    stages = result["stages"]
    own = stages[(stages["facility_id"] == item["facility_id"]) & (stages["consignments_per_year"] > 0)]
    if not len(own):
        raise NoPath(f"nothing that was simulated passes {item['facility_id']}")
    hours = own["waiting_h"] + own["procedure_h"]
    return float((hours * own["consignments_per_year"]).sum() / own["consignments_per_year"].sum()), item["facility_id"]


def _longest_queue(net: Network, result: Result, item: Observation) -> Answer:
    del net
    queues = result["facilities"]
    column = "facility_id" if item["facility_id"] else "node_id"
    own = queues[queues[column] == item[column]]
    if not len(own):
        raise NoPath(f"no queue is simulated at {item[column] or 'a place that is not named'}")
    worst = own.loc[own["longest_queue_count"].idxmax()]
    return float(worst["longest_queue_count"]), str(worst["station"])


def _lanes(net: Network, result: Result, item: Observation) -> pd.DataFrame:
    """Return the lanes of services from the place, with vehicles of the kind or for it, and their capacity."""
    links = net["links"].set_index("link_id")
    fleets = net["fleets"].set_index("fleet_id")
    kind, rows = item["vehicle_kind"], []
    lanes = result["services"].set_index("lane")
    for service in net["services"].to_dict("records"):
        link = links.loc[service["link_id"]]
        ends = [link["from_node_id"], link["to_node_id"]]
        if item["node_id"] not in ends or (kind and kind not in (service["vehicle_kind"], service["capacity_unit"])):
            continue
        name = f"{service['service_id']} > {ends[1 - ends.index(item['node_id'])]}"
        if name in lanes.index:
            share = float(fleets["payload_frac"].get(service["fleet_id"], 1.0))
            capacity = float(service["vehicle_capacity_count"]) * share
            known = {str(key): value for key, value in lanes.loc[name].items()}
            rows.append(known | {"lane": name, "capacity": capacity})
    if not rows:
        raise NoPath("no service of the kind from there was simulated")
    return _frame(rows)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)


def _by(own: pd.DataFrame) -> str:
    return ", ".join(own["lane"])


def _mean_queue(net: Network, result: Result, item: Observation) -> Answer:
    own = _lanes(net, result, item)
    return float(own["mean_queue_count"].sum()), _by(own)


def _departures(net: Network, result: Result, item: Observation) -> Answer:
    own = _lanes(net, result, item)
    return float(own["voyages_per_year"].sum()) / _YEAR_D, _by(own)


def _carried(net: Network, result: Result, item: Observation) -> Answer:
    own = _lanes(net, result, item)
    return float((own["voyages_per_year"] * own["load_frac"] * own["capacity"]).sum()) / _YEAR_D, _by(own)


def _load(net: Network, result: Result, item: Observation) -> Answer:
    own = _lanes(net, result, item)
    voyages = float(own["voyages_per_year"].sum())
    carried = float((own["voyages_per_year"] * own["load_frac"] * own["capacity"]).sum())
    return carried / voyages if voyages else math.inf, _by(own)


def _fleets(net: Network, result: Result, item: Observation) -> tuple[pd.DataFrame, pd.DataFrame]:
    own = _lanes(net, result, item)
    fleets = result["fleets"]
    kept = fleets[fleets["fleet_id"].isin(set(own["fleet_id"]) - {""})]
    if not len(kept):
        raise NoPath("the ships of that service are not counted")
    return own, kept


def _voyage_hours(net: Network, result: Result, item: Observation) -> Answer:
    _, fleets = _fleets(net, result, item)
    voyages = float((fleets["voyages_per_year"] + fleets["empty_per_year"]).sum())
    hours = float(fleets["vehicles"].sum()) * _YEAR_D * 24.0
    return hours / voyages if voyages else math.inf, ", ".join(fleets["fleet_id"])


def _per_vehicle(net: Network, result: Result, item: Observation) -> Answer:
    own, fleets = _fleets(net, result, item)
    return float(own["voyages_per_year"].sum()) / float(fleets["vehicles"].sum()), ", ".join(fleets["fleet_id"])


_MEASURES: Final[dict[str, Callable[[Any, Any, Observation], Answer]]] = {
    "stage_hours": _stage_hours,
    "facility_hours": _facility_hours,
    "longest_queue": _longest_queue,
    "mean_queue": _mean_queue,
    "voyage_hours": _voyage_hours,
    "voyage_load": _load,
    "voyages_per_vehicle": _per_vehicle,
    "departures_per_day": _departures,
    "carried_per_day": _carried,
}
