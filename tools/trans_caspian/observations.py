"""Observations: what was measured, claimed, planned or forecast, in canonical units, with its role.

Rows of the corridor facts are converted one by one (days to hours, kt to tonnes, ranges to low, middle and high).
Which route or facility a figure speaks of, and whether it validates the model or was used to set it, is said in
`validation.py`; everything else is context.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from .frames import Row, corridor_points, frame, numbers, read, source_id, unlisted_sources
from .validation import CALIBRATED, FIGURES, SETS, SPEAKS_OF

KZT_PER_USD_2025 = 520.0
#: Unit of the facts -> canonical unit and factor.
UNITS: dict[str, tuple[str, float]] = {
    "h": ("h", 1.0), "h/train (45-50 cars)": ("h", 1.0), "h/vessel": ("h", 1.0), "days": ("h", 24.0),
    "min": ("h", 1 / 60), "USD": ("USD", 1.0), "KZT (20 MCI)": ("USD", 1 / KZT_PER_USD_2025),
    "trucks/day": ("count/day", 1.0), "vehicles/day": ("count/day", 1.0), "wagons/day handed over": ("count/day", 1.0),
    "vehicles/day inbound": ("count/day", 1.0), "trucks/day out of KG": ("count/day", 1.0),
    "trains/day": ("count/day", 1.0), "train pairs/day": ("count/day", 1.0), "calls/day": ("count/day", 1.0),
    "wagons/day loaded to ferries": ("count/day", 1.0), "days/month": ("count/month", 1.0),
    "wagons/yr": ("count/year", 1.0), "container trains per year": ("count/year", 1.0),
    "trucks": ("count", 1.0), "wagons": ("count", 1.0), "trains": ("count", 1.0), "container trains": ("count", 1.0),
    "trains/wagons": ("count", 1.0), "vessels": ("count", 1.0), "calls": ("count", 1.0), "berths": ("count", 1.0),
    "lanes": ("count", 1.0), "points": ("count", 1.0), "loaded wagons/call": ("count", 1.0),
    "Mt": ("t", 1e6), "kt": ("t", 1e3), "t": ("t", 1.0), "Mt/yr": ("t/year", 1e6), "TEU": ("TEU", 1.0),
    "TEU/yr": ("TEU/year", 1.0), "m": ("m", 1.0), "km": ("km", 1.0), "km/h": ("km/h", 1.0),
    "USD/FEU": ("USD/FEU", 1.0), "USD/container": ("USD/FEU", 1.0), "USD/t": ("USD/t", 1.0),
    "USD per 500 km per 20 t": ("USD/t", 1 / 20), "kg/tkm": ("kg/(t km)", 1.0), "share of time": ("1", 1.0),
    "%": ("1", 0.01), "times": ("1", 1.0), "% m/m": ("1", 0.01), "% of cargo value per day": ("1", 0.01),
    "% of delayed truck dispatches": ("1", 0.01), "% coefficient of variation": ("1", 0.01),
    "USD per 20ft / 40ft": ("USD/FEU", 1.0),
}  # fmt: skip

#: Metric of the facts -> quantity.
QUANTITIES = {
    "clear_time": "facility_time", "inspection_time": "facility_time", "clear_time_extreme": "facility_time",
    "loco_turnaround": "facility_time", "transload_time": "facility_time", "container_handling_time": "facility_time",
    "customs_time_per_train": "facility_time", "wait_for_100th_in_queue": "facility_time",
    "target_time": "facility_time", "wait": "facility_time", "clear_time_with_equeue": "facility_time",
    "clear_cost": "facility_cost", "gauge_change_cost": "facility_cost", "equeue_no_show_deposit": "facility_cost",
    "queue": "queue", "throughput": "throughput", "capacity": "capacity", "closure": "closure",
    "transit_time": "transit_time", "rate": "freight_cost", "tariff": "freight_cost", "TFI3 cost": "freight_cost",
    "SWOD": "speed", "SWD": "speed", "length": "length", "CO2e": "emission_factor", "tonnes": "volume",
    "containers": "volume", "vehicles": "volume", "trains": "volume", "capacity_total": "capacity",
    "oil_capacity": "capacity", "grain_terminal_capacity": "capacity", "throughput_containers": "throughput",
    "container_capacity": "capacity", "capacity_containers": "capacity", "draft": "draft",
    "dredging_target_depth": "draft", "wagon_transfer_rate": "throughput", "wagons": "throughput",
    "trucks": "throughput", "ferry_calls": "throughput", "ferry_calls_per_day": "throughput",
    "backlog_wagons": "queue", "backlog_trucks": "queue", "weather_closure": "closure",
    "vessel_handling_time": "facility_time", "ferry_turnaround": "facility_time", "level_trend": "level",
    "crossing_time": "transit_time", "volume": "volume", "rate_truck": "freight_cost",
}  # fmt: skip

KINDS = {
    "plan": "planned", "planned": "planned", "administrative": "planned", "design": "planned", "forecast": "forecast",
    "claim": "claimed", "reported": "claimed", "unverified": "claimed", "source": "claimed",
}  # fmt: skip
#: In costs_times.csv: metrics that were measured although the flag says only that a source was read.
MEASURED = ("SWOD", "SWD", "TFI3 cost", "CO2e")
INDEXES = ("ERAI", "Drewry WCI")
QUALITY = {
    "measured": "observed", "observed": "observed", "source": "published", "planned": "published", "plan": "published",
    "administrative": "published", "design": "published", "forecast": "published", "claim": "claimed",
    "reported": "claimed", "derived": "estimated", "estimate": "estimated", "unverified": "estimated",
    "L": "published", "R": "estimated", "E": "estimated",
}  # fmt: skip
PLACES = {"AZ_BAKU_PORT": "AZ_ALAT"}
#: What CPMM and others measure at a post as a whole, which a facility of the model answers.
AT_POSTS = ("clear_time", "inspection_time", "wait", "clear_cost")
#: CPMM counts the money of a vehicle of 20 t.
T_PER_VEHICLE = 20.0
_YEAR = re.compile(r"(?:19|20)\d\d")


def _year(text: str) -> int:
    found = _YEAR.search(text)
    return int(found.group()) if found else 0


def _value(text: str) -> tuple[float, float | None, float | None] | None:
    """Return value, low and high of a printed figure; a range gives its middle, more figures give the first."""
    text = text.strip()
    if not re.match(r"[-+>]?\d", text):
        return None
    pair = re.fullmatch(r"([\d,.]+)\s*-\s*([\d,.]+)(?:\s*Tbps)?", text)
    if pair:
        low, high = (float(part.replace(",", "")) for part in pair.groups())
        return (low + high) / 2, low, high
    return numbers(text.lstrip("+>"))[0], None, None


def _scaled(cells: tuple[float, float | None, float | None], factor: float) -> Row:
    value, low, high = cells
    row: Row = {"value": round(value * factor, 6)}
    if low is not None and high is not None:
        row |= {"value_low": round(low * factor, 6), "value_high": round(high * factor, 6)}
    return row


def _borders(facts: Path) -> Iterator[Row]:
    nodes = corridor_points(facts)
    vehicle = {"rail": "wagon", "road": "truck", "road (ferry)": "truck"}
    for number, fact in enumerate(read(facts, "corridor/borders.csv"), start=1):
        cells = _value(fact["value"])
        if cells is None or fact["unit"] not in UNITS:
            continue
        unit, factor = UNITS[fact["unit"]]
        note = [fact["metric"], fact["cause_or_condition"]]
        if fact["metric"] in ("clear_cost", "gauge_change_cost"):
            note.append(f"printed as {fact['value']} {fact['unit']} for {T_PER_VEHICLE:g} t")
            unit, factor = "USD/t", 1 / T_PER_VEHICLE
        node = PLACES.get(fact["bcp_id"], fact["bcp_id"])
        post = _post(fact) if fact["bcp_id"] in nodes and fact["metric"] in AT_POSTS else ""
        yield {
            "observation_id": f"border.{number:03d}", "quantity": QUANTITIES.get(fact["metric"], "other"),
            "place": f"{fact['bcp_id']} ({fact['border_pair']}), {fact['mode']}, {fact['direction']}",
            "node_id": node if node in nodes else "", "vehicle_kind": vehicle[fact["mode"]],
            "year": _year(fact["year"]), "period": fact["year"], **_scaled(cells, factor), "unit": unit,
            "kind": KINDS.get(fact["data_flag"], "observed"),
            "note": "; ".join(filter(None, note)), "facility_id": post, "role": "validation" if post else "",
            "source_id": source_id(fact["source"]), "quality": QUALITY[fact["data_flag"]],
        }  # fmt: skip


def _post(fact: Row) -> str:
    """Return the border post of the model that a row of borders.csv speaks of; empty for both directions at once."""
    node, mode = fact["bcp_id"], fact["mode"]
    home = node[:2]
    abroad = next((code for code in fact["border_pair"].split("-") if code != home), "")
    direction = fact["direction"]
    if direction.startswith("outbound"):
        way = f"{home}-{abroad}"
    elif direction.startswith("inbound"):
        way = f"{abroad}-{home}"
    elif node == "BY_BREST" and direction == "CN to EU":
        way = "BY-PL"
    else:
        return ""
    return f"{node}.border.{way}.{mode}"


def _costs(facts: Path) -> Iterator[Row]:
    for number, fact in enumerate(read(facts, "corridor/costs_times.csv"), start=1):
        low, high = (float(fact[name]) if fact[name] else None for name in ("value_low", "value_high"))
        ends = [end for end in (low, high) if end is not None]
        if not ends or fact["unit"] not in UNITS:
            continue
        unit, factor = UNITS[fact["unit"]]
        is_pair = fact["unit"] == "USD per 20ft / 40ft"  # two sizes of box, not a range
        value = ends[-1] if is_pair else sum(ends) / len(ends)
        spread = (value, low, high) if len(ends) == 2 and low != high and not is_pair else (value, None, None)
        measured = fact["metric"] in MEASURED or any(name in fact["segment"] for name in INDEXES)
        yield {
            "observation_id": f"cost.{number:03d}", "quantity": QUANTITIES.get(fact["metric"], "other"),
            "place": f"{fact['route']}: {fact['segment']}", "year": _year(fact["year"]), "period": fact["year"],
            **_scaled(spread, factor), "unit": unit,
            "kind": "observed" if measured else KINDS.get(fact["data_flag"], "observed"),
            "note": "; ".join(filter(None, (fact["metric"], fact["conditions"], fact["unit"] if factor != 1 else ""))),
            "source_id": source_id(fact["source"]),
            "quality": "observed" if measured and fact["data_flag"] == "source" else QUALITY[fact["data_flag"]],
        }  # fmt: skip


def _volumes(facts: Path) -> Iterator[Row]:
    for number, fact in enumerate(read(facts, "corridor/volumes.csv"), start=1):
        cells = _value(fact["value"])
        if cells is None or fact["unit"] not in UNITS:
            continue
        unit, factor = UNITS[fact["unit"]]
        yield {
            "observation_id": f"volume.{number:03d}", "quantity": QUANTITIES.get(fact["metric"], "other"),
            "place": fact["route"], "year": _year(fact["period"]), "period": fact["period"],
            "commodity_id": "container" if fact["metric"] == "containers" else "", **_scaled(cells, factor),
            "unit": unit, "kind": KINDS.get(fact["data_flag"], "observed"), "note": fact["scope_or_commodity"],
            "source_id": source_id(fact["source"]), "quality": QUALITY[fact["data_flag"]],
        }  # fmt: skip


def _ports(facts: Path) -> Iterator[Row]:
    nodes = corridor_points(facts)
    for number, fact in enumerate(read(facts, "corridor/ports_services.csv"), start=1):
        cells = _value(fact["value"])
        if cells is None or fact["unit"] not in UNITS:
            continue
        unit, factor = UNITS[fact["unit"]]
        if fact["attribute"] == "days_per_one_way_voyage":
            quantity = "other"
        else:
            quantity = QUANTITIES.get(fact["attribute"], "other")
        yield {
            "observation_id": f"port.{number:03d}", "quantity": quantity,
            "place": f"{fact['entity']}: {fact['attribute'].replace('_', ' ')}",
            "node_id": fact["entity"] if fact["entity"] in nodes else "", "year": _year(fact["year"]),
            "period": fact["year"], **_scaled(cells, factor), "unit": unit,
            "kind": {"planned": "planned", "design": "planned"}.get(fact["data_flag"], "observed"),
            "note": "; ".join(filter(None, (fact["value"] if len(fact["value"]) > 12 else "", fact["note"]))),
            "source_id": source_id(fact["source"]), "quality": QUALITY[fact["data_flag"]],
        }  # fmt: skip


def _levels(facts: Path) -> Iterator[Row]:
    """Yield the annual means of the sea since 1995: whole sea, Kazakh sector, altimetry; then loads and drafts."""
    series = {
        "annual_mean_level_whole_sea": "Caspian Sea, whole, Baltic datum (BS77)",
        "annual_mean_level_kazakh_sector": "Caspian Sea, Kazakh sector, Baltic datum (BS77)",
        "dahiti_annual_mean_height": "Caspian Sea, DAHITI altimetry (offset about -0.532 m)",
    }
    for fact in read(facts, "systems/caspian_level.csv"):
        label = series.get(fact["variable"])
        if not label or not fact["year"].isdigit() or int(fact["year"]) < 1995:
            continue
        yield {
            "observation_id": f"level.{fact['variable'].split('_')[-1]}.{fact['year']}", "quantity": "level",
            "place": label, "year": int(fact["year"]), "period": "annual mean", "value": float(fact["value"]),
            "unit": "m", "kind": "observed", "note": fact["note"] or "annual mean; source named as the facts ask",
            "source_id": fact["source_id"], "quality": "estimated" if fact["status"] == "E" else "observed",
        }  # fmt: skip
    yield from _loads(facts)


def _loads(facts: Path) -> Iterator[Row]:
    quantity = {"t": ("draft", "t", 1.0), "m": ("draft", "m", 1.0), "fraction": ("draft", "1", 1.0),
                "%": ("draft", "1", 0.01)}  # fmt: skip
    for number, fact in enumerate(read(facts, "systems/caspian_level.csv"), start=1):
        if fact["kind"] not in ("vessel_loading", "port_depth", "port_level") or fact["unit"] not in quantity:
            continue
        kind, unit, factor = quantity[fact["unit"]]
        key = {"LOGI": "LOGI.sys"}.get(fact["source_id"], fact["source_id"])
        yield {
            "observation_id": f"draft.{number:03d}", "quantity": kind, "place": fact["variable"].replace("_", " "),
            "year": _year(fact["year"]), "period": fact["year"], "value": round(float(fact["value"]) * factor, 4),
            "unit": unit, "kind": "observed", "note": fact["note"] or fact["kind"].replace("_", " "),
            "source_id": key, "quality": QUALITY[fact["status"]],
        }  # fmt: skip


def _hazards(facts: Path) -> Iterator[Row]:
    for fact in read(facts, "systems/hazards.csv"):
        if not fact["duration_days"] or fact["kind"] == "storm_model":
            continue
        yield {
            "observation_id": f"hazard.{fact['id']}", "quantity": "closure",
            "place": f"{fact['place']}: {fact['event']}",
            "year": _year(fact["date"]), "period": fact["date"], "value": round(float(fact["duration_days"]) * 24, 1),
            "unit": "h", "kind": "forecast" if fact["status"] == "E" else "observed",
            "note": "; ".join(filter(None, (fact["kind"], fact["affected"], fact["note"]))),
            "source_id": fact["source_id"], "quality": QUALITY[fact["status"]],
        }  # fmt: skip


def _energy(facts: Path) -> Iterator[Row]:
    commodity = {"oil": "crude_oil", "gas": "gas", "uranium": "uranium"}
    units = {"Mt/yr": ("t", 1e6), "bcm/yr": ("m3", 1e9), "tU/yr": ("t", 1.0), "t/yr": ("t", 1.0),
             "USD/t": ("USD/t", 1.0)}  # fmt: skip
    for fact in read(facts, "systems/energy.csv"):
        if fact["kind"] not in ("producer", "link", "flow", "uranium", "tariff") or fact["unit"] not in units:
            continue
        unit, factor = units[fact["unit"]]
        quantity = {"capacity": "capacity", "tariff": "price"}.get(fact["metric"], "volume")
        if quantity == "capacity":
            continue  # they are the capacities of the links
        plan = any(word in fact["metric"] for word in ("plan", "target", "contract"))
        kind = "planned" if plan else "forecast" if fact["status"] == "E" else "observed"
        yield {
            "observation_id": f"energy.{fact['id']}", "quantity": quantity,
            "place": f"{fact['item'].replace('_', ' ')}: {fact['metric'].replace('_', ' ')}",
            "commodity_id": commodity.get(fact["commodity"] or fact["kind"], "uranium" if fact["item"] == "U" else ""),
            "year": _year(fact["year"]), "period": fact["year"], "value": round(float(fact["value"]) * factor, 3),
            "unit": unit, "kind": kind, "note": fact["note"] or fact["metric"].replace("_", " "),
            "source_id": fact["source_id"], "quality": QUALITY[fact["status"]],
        }  # fmt: skip


def _food(facts: Path) -> Iterator[Row]:
    for fact in read(facts, "systems/food.csv"):
        if fact["kind"] not in ("flow", "level", "stock", "transport") or not fact["unit"].startswith("kt"):
            continue
        yield {
            "observation_id": f"food.{fact['id']}", "quantity": "volume",
            "place": f"{fact['origin']} to {fact['destination'] or 'home'}: {fact['metric']}", "commodity_id": "grain",
            "year": _year(fact["period"]), "period": fact["period"], "value": float(fact["value"]) * 1e3, "unit": "t",
            "kind": "observed", "note": fact["note"] or fact["commodity"], "source_id": fact["source_id"],
            "quality": QUALITY[fact["status"]],
        }  # fmt: skip


_READERS: tuple[Callable[[Path], Iterable[Row]], ...] = (
    _borders, _costs, _volumes, _ports, _levels, _hazards, _energy, _food,
)  # fmt: skip


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the observations with their roles, and the sources that only they cite."""
    rows = {row["observation_id"]: row for read_rows in _READERS for row in read_rows(facts)}
    for observation_id, (said, speaks_of) in SPEAKS_OF.items():
        row = rows[observation_id]
        if said not in row["place"]:
            raise ValueError(f"{observation_id} is {row['place']!r}, not {said!r}: the facts have moved")
        note = "; ".join(filter(None, (row["note"], speaks_of.get("note", ""))))
        said_of = {name: value for name, value in speaks_of.items() if value}
        rows[observation_id] = {**row, **said_of, "note": note}
    for observation_id in CALIBRATED:
        if observation_id in SPEAKS_OF:
            raise ValueError(f"{observation_id} cannot set the model and validate it")
        row = rows[observation_id]
        sets = SETS.get(observation_id, {})
        note = "; ".join(filter(None, (row["note"], sets.get("note", ""))))
        rows[observation_id] = {**row, **sets, "note": note, "role": "calibration"}
    files = ("borders", "costs_times", "volumes", "ports_services")
    sources = unlisted_sources(facts, [f"corridor/{name}.csv" for name in files])
    whole = [{**row, "quality": "claimed"} if row["kind"] == "claimed" else row for row in (*rows.values(), *FIGURES)]
    parts = {"observations": frame(whole)}
    return parts | ({"sources": frame(sources)} if sources else {})
