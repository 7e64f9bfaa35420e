"""From paths of arcs to tables: stages, itineraries, and the words that name a route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from kervan.arcs import GROUNDS, QUALITY_OF_RANK
from kervan.engines._reliability import quantiles
from kervan.schema import QUALITIES, Column, Table

if TYPE_CHECKING:
    from kervan.arcs import Arcs
    from kervan.network import Network

__all__ = ["FRONT", "ITINERARIES", "STAGES", "Chosen", "framed", "tables_of"]

SCOPES: Final = ("wtw", "ttw", "mixed", "none")
_KINDS: Final = ("travel", "service", "border", "gauge_change", "port", "transload", "terminal")


def _hours(name: str, doc: str) -> Column:
    return Column(name, "float", doc, unit="h", at_least=0)


_TIMES: Final = (
    _hours("hours_moving", "Mean hours in motion."),
    _hours(
        "hours_waiting", "Mean hours waiting: for a departure, a queue, an opening, the weather, a stop on the way."
    ),
    _hours("hours_procedure", "Mean hours in procedures: customs, handling, gauge change, loading and unloading."),
)
_MONEY: Final = (
    Column("cost_usd", "float", "Freight, fares and charges for the whole consignment.", unit="USD", at_least=0),
    Column("emission_kg", "float", "Greenhouse gases of the whole consignment.", unit="kg CO2e", at_least=0),
)
_GENERALISED: Final = Column(
    "generalised_cost_usd", "float", "Cost, plus hours at the value of time, plus emissions at the carbon price.",
    unit="USD", at_least=0,
)  # fmt: skip
_SCOPE_DOC: Final = (
    "ISO 14083 scope of the emission factors: wtw well-to-wheel, ttw tank-to-wheel only, mixed both, none no emission."
)
_NUMBER: Final = Column("itinerary", "int", "Number of the itinerary, from 1 in order of generalised cost.", at_least=1)

ITINERARIES: Final = Table("itineraries", ("itinerary",), "a way to bring the consignment to its destination", (
    _NUMBER,
    Column("label", "text", "Names of the ports and border places passed, in order, and what else tells it apart."),
    Column("length_km", "float", "Length of the way.", unit="km", at_least=0),
    _hours("hours_mean", "Mean door-to-door hours: moving, waiting and procedures."),
    _hours("hours_p50", "Hours that half of the consignments keep."),
    _hours("hours_p90", "Hours that nine of ten consignments keep."),
    *_TIMES, *_MONEY, _GENERALISED,
    Column("is_pareto", "flag", "Whether no itinerary is as good in time, money and emissions and better in one."),
    Column("quality", "choice", "Worst quality of any number it rests on.", choices=QUALITIES),
    Column("emission_scope", "choice", _SCOPE_DOC, choices=SCOPES),
))  # fmt: skip

STAGES: Final = Table("stages", ("itinerary", "stage"), "a part of an itinerary: a ride, a sailing, or a stop", (
    _NUMBER,
    Column("stage", "int", "Place in the itinerary, from 1.", at_least=1),
    Column("from_node_id", "id", "Where it starts."),
    Column("to_node_id", "id", "Where it ends; the same place for a stop."),
    Column("mode", "id", "What it moves on; for a stop, what it leaves on."),
    Column("vehicle_kind", "id", "In or on what; for a stop, in what it leaves."),
    Column("kind", "choice", "What is done.", choices=_KINDS),
    Column("facility_id", "id", "The facility of a stop; blank on the way.", default=""),
    Column("service_id", "id", "The service of a sailing; blank otherwise.", default=""),
    Column("link_ids", "text", "Links it uses in order, separated by ;.", default=""),
    Column("country_code", "id", "Country it is in (XZ: at sea)."),
    Column("length_km", "float", "Length of the way.", unit="km", at_least=0),
    *_TIMES,
    _hours("hours_sd", "Standard deviation of its hours."),
    *_MONEY,
    Column("quality", "choice", "Worst quality of any number it rests on.", choices=QUALITIES),
    Column("emission_scope", "choice", _SCOPE_DOC, choices=SCOPES),
    Column("source_ids", "text", "Sources of its numbers, separated by ;."),
))  # fmt: skip

FRONT: Final = Table("front", ("point",), "a point of the Pareto set: no itinerary is better in all three", (
    Column("point", "int", "Number of the point, from 1 in order of generalised cost.", at_least=1),
    _hours("hours_mean", "Mean door-to-door hours."),
    *_MONEY, _GENERALISED,
    Column("itinerary", "int", "The itinerary that is this point; 0 where it is not among those returned.", at_least=0),
))  # fmt: skip

GROUNDS_TABLE: Final = Table(
    "grounds", ("itinerary", "quality"), "how much of an itinerary rests on numbers of one quality", (
        _NUMBER,
        Column("quality", "choice", "Quality of the numbers.", choices=QUALITIES),
        _hours("hours_mean", "Mean hours that rest on them."),
        *_MONEY,
    ),
)  # fmt: skip

_SUMS: Final = ("length_km", "hours_moving", "hours_waiting", "hours_procedure", "cost_usd", "emission_kg")
_PER_UNIT: Final = {"cost_usd": "cost_usd_per_unit", "emission_kg": "emission_kg_per_unit"}
_TEXTS: Final = (
    "kind", "from_node_id", "to_node_id", "country_code", "mode", "vehicle_kind", "link_id", "facility_id",
    "service_id", "source_ids",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """An itinerary to be described.

    Parameters
    ----------
    rows
        Its arcs, as rows of the arc table.
    generalised_usd
        Its generalised cost.
    is_pareto
        Whether it is in the Pareto set.
    """

    rows: list[int]
    generalised_usd: float
    is_pareto: bool


def framed(table: Table, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return the declared columns of a result table in their order and dtypes."""
    arrays = {
        column.name: pd.array(columns[column.name], dtype="str")
        if column.dtype == "str"
        else np.array(columns[column.name], dtype=column.dtype)
        for column in table.columns
    }
    return pd.DataFrame(arrays, copy=False)


def tables_of(net: Network, arcs: Arcs, chosen: Sequence[Chosen], quantity: float) -> dict[str, pd.DataFrame]:
    """Return the tables ``itineraries``, ``stages`` and ``grounds`` of these itineraries, numbered as given."""
    kinds = net["vehicle_kinds"]
    scopes = dict(zip(kinds["vehicle_kind"], kinds["emission_scope"], strict=True))
    items = iter(_items(arcs, [row for one in chosen for row in one.rows], quantity))
    whole = [_stages([next(items) for _ in one.rows], scopes) for one in chosen]
    stages = [stage | {"itinerary": number} for number, part in enumerate(whole, 1) for stage in part]
    labels = _labels(net, whole)
    itineraries = [
        _summed(part, one, label) | {"itinerary": number}
        for number, (part, one, label) in enumerate(zip(whole, chosen, labels, strict=True), 1)
    ]
    return {
        "itineraries": framed(ITINERARIES, _columns(ITINERARIES, itineraries)),
        "stages": framed(STAGES, _columns(STAGES, stages)),
        "grounds": framed(GROUNDS_TABLE, _grounds(arcs, chosen, quantity)),
    }


def _grounds(arcs: Arcs, chosen: Sequence[Chosen], quantity: float) -> dict[str, list[Any]]:
    """Return the time, money and emissions of each itinerary shared out by the quality of what they rest on."""
    amounts = np.column_stack([arcs.array(name) for name in GROUNDS])
    sums = [dict(zip(GROUNDS, amounts[one.rows].sum(axis=0).tolist(), strict=True)) for one in chosen]
    measures = {"hours_mean": ("h", 1.0), "cost_usd": ("usd", quantity), "emission_kg": ("kg", quantity)}
    columns: dict[str, list[Any]] = {
        "itinerary": [number for number in range(1, len(chosen) + 1) for _ in QUALITIES],
        "quality": list(QUALITIES) * len(chosen),
    }
    for name, (unit, factor) in measures.items():
        columns[name] = [part[f"{quality}_{unit}"] * factor for part in sums for quality in QUALITIES]
    return columns


def _columns(table: Table, items: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [item[name] for item in items] for name in table.names}


def _stages(items: Sequence[dict[str, Any]], scopes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the stages of one path: rides of one vehicle in one country together, every stop by itself."""
    stages: list[dict[str, Any]] = []
    for item in items:
        if item["kind"] == "access":
            continue
        if stages and _is_same_ride(stages[-1], item):
            _extend(stages[-1], item)
        else:
            stages.append(item)
    for number, stage in enumerate(stages, 1):
        stage |= {
            "stage": number,
            "hours_sd": float(np.sqrt(stage["variance_h2"])),
            "quality": QUALITY_OF_RANK[stage["quality_rank"]],
            "emission_scope": scopes[stage["vehicle_kind"]] if stage["emission_kg"] > 0 else "none",
            "link_ids": ";".join(stage["links"]),
            "source_ids": ";".join(sorted(stage["sources"])),
        }
    return stages


def _items(arcs: Arcs, rows: list[int], quantity: float) -> list[dict[str, Any]]:
    """Return arcs as records, money and emissions for the whole consignment."""
    table, places = arcs.table, np.array(rows, dtype=np.int64)
    columns: dict[str, list[Any]] = {name: table[name].array.take(places).tolist() for name in _TEXTS}
    for name in ("length_km", "variance_h2", "quality_rank"):
        columns[name] = arcs.array(name)[places].tolist()
    for name in ("moving", "waiting", "procedure"):
        columns[f"hours_{name}"] = arcs.array(f"{name}_h")[places].tolist()
    for name, per_unit in _PER_UNIT.items():
        columns[name] = (arcs.array(per_unit)[places] * quantity).tolist()
    items = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for item in items:
        item["links"] = [item["link_id"]] if item["link_id"] else []
        item["passed"] = [item["to_node_id"]]
        item["sources"] = set(item["source_ids"].split(";")) - {""}
    return items


def _is_same_ride(stage: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    same = ("mode", "vehicle_kind", "country_code")
    return stage["kind"] == item["kind"] == "travel" and all(stage[name] == item[name] for name in same)


def _extend(stage: dict[str, Any], item: Mapping[str, Any]) -> None:
    for name in (*_SUMS, "variance_h2"):
        stage[name] += item[name]
    stage["to_node_id"] = item["to_node_id"]
    stage["quality_rank"] = max(stage["quality_rank"], item["quality_rank"])
    stage["links"] += item["links"]
    stage["passed"] += item["passed"]
    stage["sources"] |= item["sources"]


def _summed(stages: Sequence[Mapping[str, Any]], one: Chosen, label: str) -> dict[str, Any]:
    sums: dict[str, Any] = {name: float(sum(stage[name] for stage in stages)) for name in _SUMS}
    means = [stage["hours_moving"] + stage["hours_waiting"] + stage["hours_procedure"] for stage in stages]
    p50, p90 = quantiles(means, [stage["hours_sd"] for stage in stages], (0.5, 0.9)).tolist()
    used = {stage["emission_scope"] for stage in stages} - {"none"}
    worst = max((stage["quality_rank"] for stage in stages), default=0)
    return sums | {
        "label": label,
        "hours_mean": sums["hours_moving"] + sums["hours_waiting"] + sums["hours_procedure"],
        "hours_p50": p50,
        "hours_p90": p90,
        "generalised_cost_usd": one.generalised_usd,
        "is_pareto": one.is_pareto,
        "quality": QUALITY_OF_RANK[worst],
        "emission_scope": "mixed" if len(used) > 1 else next(iter(used), "none"),
    }


# ── names of routes ─────────────────────────────────────────────────────────────────────────────────


def _labels(net: Network, whole: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """Name each route by the ports and border places it passes, and where that is not enough by what else differs.

    That is, in this order: its vehicles, a place that no other of the same name passes, its number.
    """
    names = {
        node_id: name.split(" (")[0]
        for node_id, name in zip(net["nodes"]["node_id"], net["nodes"]["name"], strict=True)
    }
    vehicles = dict(zip(net["vehicle_kinds"]["vehicle_kind"], net["vehicle_kinds"]["name"], strict=True))
    places = [" – ".join(names[node_id] for node_id in _places(part)) for part in whole]
    means = [_vehicles(part, vehicles) for part in whole]
    labels = []
    for place, mean, part in zip(places, means, whole, strict=True):
        is_clear = bool(place) and places.count(place) == 1
        own = f"{place} ({mean})" if place else mean[:1].upper() + mean[1:] + _by(names, _borders(part))
        labels.append(place if is_clear else own)
    passed = [[place for stage in part for place in stage["passed"]] for part in whole]
    labels = _told_apart(labels, passed, names)
    return [label if labels.count(label) == 1 else f"{label} · {i}" for i, label in enumerate(labels, 1)]


def _told_apart(labels: Sequence[str], passed: Sequence[Sequence[str]], names: Mapping[str, str]) -> list[str]:
    """Add to labels that are the same a place that no other of them passes, for as many as have one."""
    found = list(labels)
    for _ in labels:
        # Who is named leaves the others of its group, and one of these may then pass a place alone.
        before = list(found)
        for number, label in enumerate(before):
            others = [passed[n] for n, name in enumerate(before) if name == label and n != number]
            own = [place for place in passed[number] if not any(place in other for other in others)]
            if others and own and label == labels[number]:
                found[number] = f"{label} by {names[own[0]]}"
        if found == before:
            break
    return found


def _by(names: Mapping[str, str], places: Sequence[str]) -> str:
    return " by " + " – ".join(names[place] for place in places) if places else ""


def _borders(stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the first place behind every border, with a post or without: for what passes none, as cables do."""
    return [after["from_node_id"] for before, after in pairwise(stages)
            if before["country_code"] != after["country_code"]]  # fmt: skip


def _places(stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return both ports of every sailing, and of every land border with a post the first place behind it."""
    places: list[str] = []
    has_left = False  # an exit post was passed since the last border
    for number, stage in enumerate(stages):
        before = stages[number - 1] if number else stage
        is_post = stage["kind"] == "border"
        if stage["kind"] == "service":
            places += [stage["from_node_id"], stage["to_node_id"]]
        if before["country_code"] == stage["country_code"]:
            has_left |= is_post
            continue
        if (has_left or is_post) and "service" not in (before["kind"], stage["kind"]):
            places.append(stage["from_node_id"])
        has_left = False
    return [place for place, _ in groupby(places)]


def _vehicles(stages: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Return the vehicles of the way in order: "block train and truck"."""
    used = list(dict.fromkeys(names[s["vehicle_kind"]].lower() for s in stages if s["kind"] in ("travel", "service")))
    return " and ".join([", ".join(used[:-1]), used[-1]] if len(used) > 1 else used)
