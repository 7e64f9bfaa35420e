"""Oil, gas and uranium: fields, plants, lines, tankers, terminals and what carriage on them costs.

Oil and gas lines are two modes (`oil_pipeline`, `gas_pipeline`) with a vehicle kind each, so that oil can
never be routed into a gas line. A line of the facts that passes several places is cut there: the length of
the whole is as published, the cut is ours and marked as an estimate unless a source prints the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from .frames import QUALITY, Row, frame, great_circle_km, read, split
from .places import positions

NEVER = 9999
KZT_PER_USD_2023 = 456.0
BARRELS_PER_T = 7.4

#: Items of energy.csv that stand for a place the surface network already has.
SAME_PLACE = {
    "TENGIZ": "KZ_TENGIZ", "UZEN": "KZ_ZHANAOZEN", "ATYRAU": "KZ_ATYRAU", "CPC_NOVO": "RU_NOVOROSSIYSK",
    "AKTAU": "KZ_AKTAU", "KURYK": "KZ_KURYK", "MAKHACHKALA": "RU_MAKHACHKALA", "ALAT": "AZ_ALAT",
    "SANGACHAL": "AZ_SANGACHAL", "TBILISI": "GE_TBILISI", "SUPSA": "GE_SUPSA", "BATUMI": "GE_BATUMI",
    "POTI": "GE_POTI", "CEYHAN": "TR_CEYHAN", "TURKMENBASHI": "TM_TURKMENBASHI", "SHYMKENT": "KZ_SHYMKENT",
    "KHORGOS": "CN_KHORGOS", "ALASHANKOU": "CN_ALASHANKOU", "SAMARA": "RU_SAMARA", "ERZURUM": "TR_ERZURUM",
}  # fmt: skip

#: New places: item of energy.csv -> (node_id, kind, country).
NEW_PLACE = {
    "KASHAGAN": ("KZ_KASHAGAN", "field", "KZ"), "ESKENE": ("KZ_ESKENE", "plant", "KZ"),
    "KARACHAGANAK": ("KZ_KARACHAGANAK", "field", "KZ"),
    "KROPOTKIN": ("RU_KROPOTKIN", "plant", "RU"), "SCHWEDT": ("DE_SCHWEDT", "market", "DE"),
    "DUBENDI": ("AZ_DUBENDI", "port", "AZ"), "ACG": ("AZ_ACG", "field", "AZ"),
    "SHAHDENIZ": ("AZ_SHAHDENIZ", "field", "AZ"), "KULEVI": ("GE_KULEVI", "port", "GE"),
    "TURKGOZU": ("TR_TURKGOZU", "border", "TR"),
    "ESKISEHIR": ("TR_ESKISEHIR", "market", "TR"), "KIPOI": ("GR_KIPOI", "border", "GR"),
    "KOMOTINI": ("GR_KOMOTINI", "junction", "GR"), "STARAZAGORA": ("BG_STARAZAGORA", "market", "BG"),
    "MELENDUGNO": ("IT_MELENDUGNO", "market", "IT"), "KIYANLY": ("TM_KIYANLY", "plant", "TM"),
    "GARABOGAZ": ("TM_GARABOGAZ", "plant", "TM"), "GALKYNYSH": ("TM_GALKYNYSH", "field", "TM"),
    "GEDAIM": ("UZ_GEDAIM", "border", "UZ"), "ATASU": ("KZ_ATASU", "junction", "KZ"),
    "KENKIYAK": ("KZ_KENKIYAK", "junction", "KZ"), "KUMKOL": ("KZ_KUMKOL", "field", "KZ"),
    "INKAI": ("KZ_INKAI", "field", "KZ"), "STPETERSBURG": ("RU_STPETERSBURG", "port", "RU"),
    "WUQIA": ("CN_WUQIA", "border", "CN"), "MAGTYMGULY": ("TM_MAGTYMGULY", "field", "TM"),
    "NEKA": ("IR_NEKA", "port", "IR"), "DOGUBAYAZIT": ("TR_DOGUBAYAZIT", "border", "TR"),
}  # fmt: skip

#: Places the facts do not have but a chain needs: node_id -> (name, kind, country, lon, lat, accuracy km, note).
RECALLED_PLACE = {
    "IT_TRIESTE": ("Trieste, Mediterranean crude market", "market", "IT", 13.76, 45.63, 5.0,
                   "stands for the Mediterranean refineries that take CPC and Azeri crude; recalled position"),
    "FR_LEHAVRE": ("Le Havre, western uranium market", "market", "FR", 0.11, 49.48, 5.0,
                   "stands for the western converters in France and, by transhipment, in North America; recalled"
                   " position"),
    "RU_ALEXANDROVGAI": ("Alexandrov Gai gas border", "border", "RU", 48.57, 50.14, 10.0, "recalled position"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A pipeline: an item of the facts (or recalled values) along a chain of places."""

    item: str
    mode: str
    chain: Sequence[str]
    kms: Sequence[float] = ()
    status: str = "existing"
    suffix: str = ""
    capacity: float = float("inf")
    total_km: float = 0.0
    note: str = ""
    sources: Sequence[str] = field(default_factory=tuple)


LINES = (
    Line("CPC", "oil_pipeline", ("KZ_TENGIZ", "KZ_ATYRAU", "RU_ASTRAKHAN", "RU_KROPOTKIN", "RU_NOVOROSSIYSK"),
         note="passes north of Astrakhan; the Russian section takes up to 83 Mt"),
    Line("ATYRAU_SAMARA", "oil_pipeline", ("KZ_ATYRAU", "RU_SAMARA")),
    Line("KENKIYAK_ATYRAU", "oil_pipeline", ("KZ_ATYRAU", "KZ_KENKIYAK"), note="reversed in 2021: flows east"),
    Line("KENKIYAK_KUMKOL", "oil_pipeline", ("KZ_KENKIYAK", "KZ_KUMKOL")),
    Line("ATASU_ALASHANKOU", "oil_pipeline", ("KZ_ATASU", "CN_ALASHANKOU")),
    Line("BTC", "oil_pipeline", ("AZ_SANGACHAL", "GE_TBILISI", "TR_TURKGOZU", "TR_ERZURUM", "TR_CEYHAN")),
    Line("BAKU_SUPSA", "oil_pipeline", ("AZ_SANGACHAL", "GE_TBILISI", "GE_SUPSA"), status="closed", suffix="wrep",
         note="idle since March 2022"),
    Line("MAKHACHKALA_NOVO", "oil_pipeline", ("RU_MAKHACHKALA", "RU_NOVOROSSIYSK")),
    Line("KCTS", "oil_pipeline", ("KZ_ESKENE", "KZ_KURYK", "AZ_DUBENDI"), kms=(739.0, 371.0), status="proposed",
         note="739 km is printed for the onshore leg; the rest of 1110 km is the seabed leg"),
    Line("SCP", "gas_pipeline", ("AZ_SANGACHAL", "GE_TBILISI", "TR_TURKGOZU")),
    Line("TANAP", "gas_pipeline", ("TR_TURKGOZU", "TR_ERZURUM", "TR_ESKISEHIR", "GR_KIPOI")),
    Line("TAP", "gas_pipeline", ("GR_KIPOI", "GR_KOMOTINI", "IT_MELENDUGNO")),
    Line("IGB", "gas_pipeline", ("GR_KOMOTINI", "BG_STARAZAGORA")),
    Line("CAGP_A", "gas_pipeline", ("UZ_GEDAIM", "KZ_SHYMKENT", "CN_KHORGOS"), suffix="a"),
    Line("CAGP_B", "gas_pipeline", ("UZ_GEDAIM", "KZ_SHYMKENT", "CN_KHORGOS"), suffix="b"),
    Line("CAGP_C", "gas_pipeline", ("UZ_GEDAIM", "KZ_SHYMKENT", "CN_KHORGOS"), suffix="c"),
    Line("CAGP_D", "gas_pipeline", ("TM_GALKYNYSH", "CN_WUQIA"), status="proposed"),
    Line("TCGP", "gas_pipeline", ("TM_KIYANLY", "AZ_SANGACHAL"), status="proposed"),
    Line("TC_INTERCONN", "gas_pipeline", ("TM_MAGTYMGULY", "AZ_ACG"), status="proposed"),
)  # fmt: skip

#: Lines the facts do not list; lengths and capacities are recalled or great circle x 1.1.
RECALLED_LINES = (
    Line("KASHAGAN_SHORE", "oil_pipeline", ("KZ_KASHAGAN", "KZ_ESKENE"), total_km=95.0),
    Line("ESKENE_ATYRAU", "oil_pipeline", ("KZ_ESKENE", "KZ_ATYRAU"), note="Kashagan crude joins CPC at Atyrau"),
    Line("KATS", "oil_pipeline", ("KZ_KARACHAGANAK", "KZ_ATYRAU"), total_km=635.0, capacity=11e6),
    Line("UZEN_ATYRAU", "oil_pipeline", ("KZ_ZHANAOZEN", "KZ_ATYRAU"), note="southern part of Uzen-Atyrau-Samara"),
    Line("UZEN_AKTAU", "oil_pipeline", ("KZ_ZHANAOZEN", "KZ_AKTAU"), total_km=142.0, capacity=8e6),
    Line("KUMKOL_ATASU", "oil_pipeline", ("KZ_KUMKOL", "KZ_ATASU"), capacity=20e6,
         note="Kumkol-Karakoin-Atasu, part of the western Kazakhstan-China chain"),
    Line("DRUZHBA", "oil_pipeline", ("RU_SAMARA", "DE_SCHWEDT"), capacity=20e6,
         note="northern Druzhba; capacity open to Kazakh oil is not published"),
    Line("ACG_OIL", "oil_pipeline", ("AZ_ACG", "AZ_SANGACHAL"), total_km=187.0, capacity=60e6),
    Line("DUBENDI_SANGACHAL", "oil_pipeline", ("AZ_DUBENDI", "AZ_SANGACHAL"), capacity=10e6,
         note="schematic transfer from the tanker berths to the head of BTC"),
    Line("ACG_GAS", "gas_pipeline", ("AZ_ACG", "AZ_SANGACHAL"), total_km=187.0, capacity=15e9),
    Line("SHAHDENIZ_GAS", "gas_pipeline", ("AZ_SHAHDENIZ", "AZ_SANGACHAL"), total_km=100.0, capacity=30e9),
    Line("EAST_WEST", "gas_pipeline", ("TM_GALKYNYSH", "TM_KIYANLY"), total_km=890.0, capacity=30e9,
         note="East-West line from Shatlyk (773 km) with its feeder from Galkynysh"),
    Line("KIYANLY_BLOCK1", "gas_pipeline", ("TM_MAGTYMGULY", "TM_KIYANLY"), capacity=10e9),
    Line("CAGP_TM", "gas_pipeline", ("TM_GALKYNYSH", "UZ_GEDAIM"), capacity=55e9,
         note="Turkmen feeder of lines A-C"),
    Line("BBS", "gas_pipeline", ("KZ_BEYNEU", "KZ_SHYMKENT"), total_km=1454.0, capacity=15e9,
         note="Beyneu-Bozoy-Shymkent"),
    Line("CAC_NORTH", "gas_pipeline", ("RU_ALEXANDROVGAI", "KZ_BEYNEU"), capacity=11e9,
         note="Central Asia-Centre in reverse: Russian gas to Uzbekistan; capacity is the plan for 2026"),
    Line("CAC_SOUTH", "gas_pipeline", ("KZ_BEYNEU", "UZ_KUNGRAD", "UZ_BUKHARA"), capacity=11e9,
         note="Central Asia-Centre in reverse; capacity is the plan for 2026"),
    Line("TM_IR", "gas_pipeline", ("TM_GALKYNYSH", "TM_SARAHS", "IR_TEHRAN"), capacity=12e9,
         note="Dauletabad-Sarakhs-Khangiran and the Iranian grid, schematic"),
    Line("IR_TR", "gas_pipeline", ("IR_TEHRAN", "IR_TABRIZ", "TR_DOGUBAYAZIT", "TR_ERZURUM"), capacity=10e9,
         note="Tabriz-Ankara line and the Iranian grid, schematic"),
    Line("SCP_TR", "gas_pipeline", ("TR_ERZURUM", "TR_ESKISEHIR"), capacity=7e9, suffix="botas",
         note="national grid that takes the gas of the first South Caucasus contract"),
)  # fmt: skip

#: Parts of a published length that a source prints itself: item -> km of the parts.
PRINTED_PARTS = {"BTC": (443.0, 249.0, 1076.0), "SCP": (443.0, 249.0)}


def _points(facts: Path) -> dict[str, tuple[float, float]]:
    points = {node: (lon, lat) for node, (lon, lat, _) in positions(facts).items()}
    points |= {row["node_id"]: (row["lon_deg"], row["lat_deg"]) for row in _nodes(facts)}
    return points


#: Names of places that the facts call by what crosses the border there.
PLACE_NAMES = {"TURKGOZU": "Turkgozu", "DOGUBAYAZIT": "Dogubayazit"}


def _nodes(facts: Path) -> list[Row]:
    rows: list[Row] = []
    for row in read(facts, "systems/energy.csv"):
        if row["kind"] != "node" or row["item"] in SAME_PLACE:
            continue
        node_id, kind, country = NEW_PLACE[row["item"]]
        rows.append({
            "node_id": node_id, "name": PLACE_NAMES.get(row["item"], row["name"]), "kind": kind,
            "country_code": country,
            "lon_deg": float(row["lon"]), "lat_deg": float(row["lat"]),
            "accuracy_km": round(float(row["value"]) * 111.0, 1), "aliases": row["item"],
            "note": f"{row['name']}; {row['note']}; recalled position", "source_id": "REC", "quality": "estimated",
        })  # fmt: skip
    for node_id, (name, kind, country, lon, lat, accuracy, note) in RECALLED_PLACE.items():
        rows.append({
            "node_id": node_id, "name": name, "kind": kind, "country_code": country, "lon_deg": lon, "lat_deg": lat,
            "accuracy_km": accuracy, "note": note, "source_id": "REC", "quality": "estimated",
        })  # fmt: skip
    return rows


def _fact(facts: Path, item: str, metric: str) -> Row:
    for row in read(facts, "systems/energy.csv"):
        if row["kind"] == "link" and row["item"] == item and row["metric"] == metric:
            return dict(row)
    raise KeyError(f"energy.csv has no {metric} of {item}")


def _lengths(
    line: Line, total: float, points: dict[str, tuple[float, float]], accuracy: dict[str, float]
) -> tuple[list[float], str]:
    """Return the km of each part of a line and how they were found."""
    straight = [great_circle_km(points[a], points[b]) for a, b in zip(line.chain, line.chain[1:], strict=False)]
    if line.kms:
        return list(line.kms), "parts as printed"
    printed = PRINTED_PARTS.get(line.item)
    if printed and len(printed) == len(straight):
        return list(printed), "parts as printed"
    if printed:  # the last printed part is cut once more
        last = split(printed[-1], straight[len(printed) - 1 :])
        return [*printed[:-1], *last], "parts as printed; the last one cut by great circle"
    if not total:
        return [1.1 * km for km in straight], "great circle x 1.1"
    slack = sum(accuracy.get(node, 2.0) for node in (line.chain[0], line.chain[-1]))
    if total < 0.98 * sum(straight) - slack:
        return [1.05 * km for km in straight], f"great circle x 1.05; the printed {total:g} km is shorter than straight"
    return split(total, straight), "" if len(straight) == 1 else f"{total:g} km in all, cut in proportion"


def _link_rows(facts: Path) -> list[Row]:
    points = _points(facts)
    accuracy = {row["node_id"]: row["accuracy_km"] for row in _nodes(facts)}
    rows: list[Row] = []
    for line in LINES:
        length, capacity = _fact(facts, line.item, "length"), _fact(facts, line.item, "capacity")
        scale = 1e6 if line.mode == "oil_pipeline" else 1e9
        kms, how = _lengths(line, float(length["value"]), points, accuracy)
        published = length["status"] == "L" and (not how or how == "parts as printed")
        rows += _parts(line, kms, float(capacity["value"]) * scale, "; ".join(filter(None, (
            capacity["name"] or line.item, line.note, how, capacity["note"][:160]))), capacity["source_id"],
            "published" if published else "estimated")  # fmt: skip
    for line in RECALLED_LINES:
        kms, how = _lengths(line, line.total_km, points, accuracy)
        rows += _parts(line, kms, line.capacity, "; ".join(filter(None, (line.item, line.note, "recalled", how))),
                       "REC" if line.total_km else "EST", "estimated")  # fmt: skip
    return rows


def _parts(line: Line, kms: Sequence[float], capacity: float, note: str, source: str, quality: str) -> list[Row]:
    oil = line.mode == "oil_pipeline"
    rows = []
    for start, end, km in zip(line.chain, line.chain[1:], kms, strict=False):
        if line.item == "CPC" and start.startswith("RU_"):
            capacity = 83e6
        rows.append({
            "link_id": f"{start}-{end}.{line.mode}" + (f".{line.suffix}" if line.suffix else ""),
            "from_node_id": start, "to_node_id": end, "mode": line.mode, "direction": "forward",
            "length_km": round(km, 1), "speed_km_per_h": 5.0 if oil else 30.0, "time_cv_frac": 0.05,
            "capacity_per_year": "" if capacity == float("inf") else capacity,
            "capacity_unit": "t" if oil else "m3", "status": line.status,
            "opens_year": NEVER if line.status == "proposed" else "", "note": note, "source_id": source,
            "quality": quality,
        })  # fmt: skip
    return rows


def _modes() -> list[Row]:
    note = "a mode of its own, so that oil and gas lines cannot be mistaken for one another"
    return [
        {"mode": "oil_pipeline", "name": "Oil pipeline", "note": note, "source_id": "EST", "quality": "estimated"},
        {"mode": "gas_pipeline", "name": "Gas pipeline", "note": note, "source_id": "EST", "quality": "estimated"},
    ]


def _vehicle_kinds() -> list[Row]:
    return [
        {"vehicle_kind": "oil_pipe", "mode": "oil_pipeline", "name": "Oil in a pipeline",
         "emission_kg_per_t_km": 0.010, "emission_scope": "wtw", "source_id": "REC", "quality": "estimated",
         "note": "about 0.02 kWh/(t km) of pumping at 0.5 kg/kWh; recalled order of magnitude"},
        {"vehicle_kind": "gas_pipe", "mode": "gas_pipeline", "name": "Gas in a pipeline",
         "emission_kg_per_t_km": 0.070, "emission_scope": "wtw", "source_id": "REC", "quality": "estimated",
         "note": "about 2.5 % of the gas burnt per 1000 km, leaks not counted; recalled order of magnitude"},
        {"vehicle_kind": "tanker", "mode": "sea", "name": "Caspian tanker",
         "emission_kg_per_t_km": 0.00921, "emission_scope": "ttw", "source_id": "DEFRA25", "quality": "published",
         "note": "crude tanker of 10,000-59,999 dwt, tank to wheel"},
        {"vehicle_kind": "ocean_tanker", "mode": "sea", "name": "Ocean tanker",
         "emission_kg_per_t_km": 0.0059, "emission_scope": "ttw", "source_id": "REC", "quality": "estimated",
         "note": "crude tanker of 80,000-119,999 dwt, tank to wheel; recalled"},
        {"vehicle_kind": "class7_ship", "mode": "sea", "name": "Ship licensed for uranium (class 7)",
         "emission_kg_per_t_km": 0.01612, "emission_scope": "ttw", "source_id": "DEFRA25", "quality": "estimated",
         "note": "factor of the average container ship; carries uranium only"},
    ]  # fmt: skip


#: Sea links and the ships on them: (from, to, km, kind, capacity t at full draft, headway h, load h, unload h, USD/t,
#: fleet, source, note).
SEA = (
    ("KZ_AKTAU", "AZ_DUBENDI", 400.0, "tanker", 12_000, 60.5, 14.0, 18.0, 13.5, "kmtf_tankers_12k", "KURK",
     "headway from 1.45 Mt of 2024 in loads of 10,000 t"),
    ("KZ_AKTAU", "RU_MAKHACHKALA", 331.0, "tanker", 6_800, 28.7, 12.0, 16.0, 12.0, "kmtf_tankers_7k", "MENK",
     "headway from 1.984 Mt of 2023 in loads of 6,500 t; Russian ships carry part"),
    ("TM_KIYANLY", "AZ_DUBENDI", 0.0, "tanker", 7_000, 14.6, 12.0, 16.0, 12.0, "asco_tankers", "EST",
     "headway from about 3.9 Mt of Turkmen oil by BTC in loads of 6,500 t"),
    ("RU_NOVOROSSIYSK", "IT_TRIESTE", 2_960.0, "ocean_tanker", 100_000, 12.4, 24.0, 30.0, 14.0, "", "EST",
     "headway from 70.5 Mt of 2025; through the Straits; length and fare recalled"),
    ("TR_CEYHAN", "IT_TRIESTE", 2_480.0, "ocean_tanker", 100_000, 30.1, 24.0, 30.0, 9.0, "", "EST",
     "headway from 29.1 Mt of 2024; length and fare recalled"),
    ("GE_SUPSA", "IT_TRIESTE", 3_060.0, "ocean_tanker", 90_000, 168.0, 30.0, 30.0, 15.0, "", "EST",
     "length and fare recalled"),
    ("GE_BATUMI", "IT_TRIESTE", 3_080.0, "ocean_tanker", 60_000, 168.0, 30.0, 30.0, 15.0, "", "EST",
     "length and fare recalled"),
    ("GE_POTI", "FR_LEHAVRE", 6_050.0, "class7_ship", 1_500, 720.0, 48.0, 24.0, 150.0, "", "EST",
     "through the Straits; length, interval and fare are assumptions"),
    ("TM_GARABOGAZ", "AZ_ALAT", 0.0, "bulk_ship", 5_000, 57.0, 24.0, 24.0, 15.0, "", "EST",
     "urea; headway from 770 kt in loads of 5,000 t; interval and fare are assumptions"),
    ("RU_STPETERSBURG", "FR_LEHAVRE", 2_750.0, "class7_ship", 1_500, 336.0, 48.0, 24.0, 90.0, "", "EST",
     "length, interval and fare are assumptions"),
)  # fmt: skip

_SCOPE = {"tanker": "caspian", "bulk_ship": "caspian", "ocean_tanker": "", "class7_ship": ""}


def _sea(facts: Path) -> tuple[list[Row], list[Row]]:
    points = _points(facts)
    links, services = [], []
    for start, end, km, kind, load, headway, load_h, unload_h, fare, fleet, source, note in SEA:
        straight = great_circle_km(points[start], points[end])
        quality = "published" if source == "KURK" else "estimated"
        link_id = f"{start}-{end}.sea"
        if (start, end) != ("KZ_AKTAU", "RU_MAKHACHKALA"):
            links.append({
                "link_id": link_id, "from_node_id": start, "to_node_id": end, "mode": "sea", "direction": "both",
                "length_km": round(km or 1.1 * straight, 1), "speed_km_per_h": 18.5 if _SCOPE[kind] else 24.0,
                "time_cv_frac": 0.15, "closure_scope": _SCOPE[kind],
                "note": note if km else f"great circle x 1.1; {note}", "source_id": source, "quality": quality,
            })  # fmt: skip
        services.append({
            "service_id": f"{start}-{end}.{kind}",
            "name": f"{{{start}}} to {{{end}}}, {kind.replace('_', ' ').replace('class7', 'class 7')}",
            "link_id": link_id, "vehicle_kind": kind, "fleet_id": fleet, "direction": "forward",
            "vehicle_capacity_count": load, "capacity_unit": "t", "rule": "full_or_timeout", "headway_h": headway,
            "headway_cv_frac": 0.7, "timeout_h": 240.0 if _SCOPE[kind] else "", "load_h": load_h,
            "unload_h": unload_h, "cost_usd_per_t": fare,
            "note": f"{note}; load, unloading and fare are estimates", "source_id": source, "quality": "estimated",
        })  # fmt: skip
    return links, services


#: Russian tankers between Aktau and Makhachkala; assumed.
RUSSIAN_TANKERS = 2


def _fleets(facts: Path) -> list[Row]:
    count = {
        row["metric"]: int(float(row["value"]))
        for row in read(facts, "systems/energy.csv")
        if row["kind"] == "fleet" and row["metric"].startswith("tankers_")
    }
    return [
        {"fleet_id": "kmtf_tankers_12k", "name": "Kazmortransflot tankers of 12,400 dwt", "vehicle_kind": "tanker",
         "vehicle_count": count["tankers_12400dwt"], "vehicle_capacity_count": 12_000, "capacity_unit": "t",
         "payload_frac": 0.833, "source_id": "DARY", "quality": "published",
         "note": "10,000 t of 12,000 t usable at the draft of April 2025"},
        {"fleet_id": "kmtf_tankers_7k", "name": "Kazmortransflot and Russian tankers of 7-8,000 dwt",
         "vehicle_kind": "tanker",
         "vehicle_count": count["tankers_8000dwt"] + RUSSIAN_TANKERS, "vehicle_capacity_count": 6_800,
         "capacity_unit": "t",
         "payload_frac": 0.956, "source_id": "DARY", "quality": "estimated",
         "note": "6,500 t of 6,800 t usable at the draft of May 2024; two ships of Kazmortransflot and as many Russian "
                 "ones, which carry part of the oil to Makhachkala; their number is assumed"},
        {"fleet_id": "asco_tankers", "name": "Caspian tankers of other owners", "vehicle_kind": "tanker",
         "vehicle_count": 12, "vehicle_capacity_count": 7_000, "capacity_unit": "t", "payload_frac": 0.93,
         "source_id": "REC", "quality": "estimated",
         "note": "Azerbaijani and Turkmen tankers that serve Kiyanly-Dubendi; number recalled, low confidence"},
    ]  # fmt: skip


#: Where a simulation makes the wait of its own tankers and berths: parcels in the tanks have no queue of their own.
SHIPS_QUEUE = ("KZ_AKTAU", "AZ_DUBENDI")
#: More parcels at once than there can be.
UNBOUND = 1000
#: Oil terminals: (node, from mode and kind, to mode and kind, tag, capacity t, wait h, service h, USD/t, source, note).
OIL_PORTS = (
    ("KZ_AKTAU", "oil_pipeline", "oil_pipe", "sea", "tanker", "oil_pipeline-tanker", 7.5e6, 24.0, 8.0, 2.5,
     "PN2309A", "three oil berths, 7.5 Mt a year; the wait for a berth is the missing time of a cycle of 9-10 days"),
    ("KZ_AKTAU", "rail", "wagon", "sea", "tanker", "rail-tanker", 7.5e6, 24.0, 14.0, 4.0,
     "PN2309A", "unloading of tank wagons, then the same three berths"),
    ("AZ_DUBENDI", "sea", "tanker", "oil_pipeline", "oil_pipe", "tanker-oil_pipeline", 10e6, 12.0, 6.0, 2.5,
     "EST", "half of the 4-6 USD/t of terminals in the estimate of the Aktau route"),
    ("RU_MAKHACHKALA", "sea", "tanker", "oil_pipeline", "oil_pipe", "tanker-oil_pipeline", 7e6, 12.0, 6.0, 2.5,
     "EST", "capacity is an order of magnitude"),
    ("RU_NOVOROSSIYSK", "oil_pipeline", "oil_pipe", "sea", "ocean_tanker", "oil_pipeline-ocean_tanker", 83e6, 24.0,
     12.0, 1.0, "TAS52", "three single-point moorings; 83 Mt is the Russian section"),
    ("TR_CEYHAN", "oil_pipeline", "oil_pipe", "sea", "ocean_tanker", "oil_pipeline-ocean_tanker", 50e6, 12.0, 12.0,
     1.0, "EST", "two jetties recalled"),
    ("GE_SUPSA", "oil_pipeline", "oil_pipe", "sea", "ocean_tanker", "oil_pipeline-ocean_tanker", 7.2e6, 24.0, 12.0,
     1.5, "EST", "one mooring recalled"),
    ("GE_BATUMI", "rail", "wagon", "sea", "ocean_tanker", "rail-ocean_tanker", 15e6, 24.0, 24.0, 4.0,
     "WPPT", "oil terminal of 15 Mt a year"),
)  # fmt: skip


def _facilities() -> tuple[list[Row], list[Row]]:
    facilities, steps = [], []
    for node, from_mode, from_kind, to_mode, to_kind, tag, cap, wait, service, usd, source, note in OIL_PORTS:
        facility_id = f"{node}.port.{tag}"
        quality = "published" if source in ("PN2309A", "WPPT", "TAS52") else "estimated"
        facilities.append({
            "facility_id": facility_id, "node_id": node,
            "name": f"{{{node}}} oil terminal ({tag.replace('_', ' ').replace('-', ' to ')})",
            "kind": "port", "from_mode": from_mode, "from_vehicle_kind": from_kind, "to_mode": to_mode,
            "to_vehicle_kind": to_kind, "capacity_per_year": cap, "capacity_unit": "t", "note": note,
            "source_id": source, "quality": quality,
        })  # fmt: skip
        for number, (name, kind, share, waits) in enumerate((
            ("Cargo documents and quality certificate", "documents", 0.25, 0.0),
            ("Berth or tank storage", "berth", 0.75, wait)), start=1):  # fmt: skip
            steps.append({
                "facility_id": facility_id, "step_no": number, "name": name, "kind": kind,
                "server_count": UNBOUND if kind == "berth" and node in SHIPS_QUEUE else "",
                "service_h": round(share * service, 2),
                "wait_h": waits, "electronic_frac": 0.0, "cost_usd_per_t": usd if kind == "berth" else 0.0,
                "note": f"the split into steps is an estimate; {note}", "source_id": source, "quality": "estimated",
            })  # fmt: skip
    extra = _uranium_facilities()
    gates = _sea_gates()
    facilities += gates
    steps += [
        {
            "facility_id": gate["facility_id"], "step_no": 1, "name": "Cargo documents", "kind": "documents",
            "service_h": 2.0, "note": "assumption; " + gate["note"], "source_id": "EST",
            "quality": "estimated",
        }
        for gate in gates
    ]  # fmt: skip
    rail = {
        "facility_id": "KZ_TENGIZ.terminal.rail.out", "node_id": "KZ_TENGIZ", "name": "Tengiz rail loading rack",
        "kind": "terminal", "to_mode": "rail", "to_vehicle_kind": "wagon", "capacity_per_year": 9e6,
        "capacity_unit": "t", "note": "loading of tank wagons; capacity recalled", "source_id": "KTOF",
        "quality": "estimated",
    }  # fmt: skip
    steps.append({
        "facility_id": rail["facility_id"], "step_no": 1, "name": "Loading of tank wagons", "kind": "loading",
        "service_h": 6.0, "wait_h": 12.0,
        "cost_usd_per_t": round(1213.2 / KZT_PER_USD_2023, 2),
        "note": "KazTransOil rail loading fee of 2023 at 456 KZT/USD; hours are estimates", "source_id": "KTOF",
        "quality": "published",
    })  # fmt: skip
    return [*facilities, rail, *extra[0]], [*steps, *extra[1]]


def _sea_gates() -> list[Row]:
    """Return where oil and uranium enter and leave the sea: no ship is boarded without a terminal."""
    rows = (
        ("TM_KIYANLY.terminal.sea.out", "TM_KIYANLY", "", "tanker", "tanker berth of the oil fields offshore"),
        ("TM_GARABOGAZ.terminal.sea.out", "TM_GARABOGAZ", "", "bulk_ship", "urea terminal"),
        ("IT_TRIESTE.terminal.sea.in", "IT_TRIESTE", "ocean_tanker", "", "end of the oil chain"),
        ("FR_LEHAVRE.terminal.sea.in", "FR_LEHAVRE", "class7_ship", "", "end of the uranium chain"),
    )
    return [
        {
            "facility_id": facility_id, "node_id": node, "name": f"{{{node}}}: {note}", "kind": "terminal",
            "from_mode": "sea" if arrives else "", "from_vehicle_kind": arrives, "to_mode": "" if arrives else "sea",
            "to_vehicle_kind": leaves, "note": "loading and unloading are times of the service",
            "source_id": "EST", "quality": "estimated",
        }
        for facility_id, node, arrives, leaves, note in rows
    ]  # fmt: skip


def _uranium_facilities() -> tuple[list[Row], list[Row]]:
    rows = (
        ("KZ_KYZYLORDA.transload.truck-wagon", "KZ_KYZYLORDA", "transload", "road", "truck", "rail", "wagon", 24.0,
         24.0, 10.0, "drums in twenty-foot containers from the mines of Suzak to rail"),
        ("KZ_KYZYLORDA.transload.truck-block_train", "KZ_KYZYLORDA", "transload", "road", "truck", "rail",
         "block_train", 24.0, 72.0, 10.0, "wait for a container train with room for class 7 cargo"),
        ("GE_POTI.port.rail-class7_ship", "GE_POTI", "port", "rail", "", "sea", "class7_ship", 36.0, 48.0, 25.0,
         "class 7 permit and secured storage"),
        ("RU_STPETERSBURG.port.rail-class7_ship", "RU_STPETERSBURG", "port", "rail", "", "sea", "class7_ship", 36.0,
         24.0, 15.0, "class 7 permit and secured storage; the cheaper base case"),
    )  # fmt: skip
    facilities, steps = [], []
    for facility_id, node, kind, from_mode, from_kind, to_mode, to_kind, service, wait, usd, note in rows:
        facilities.append({
            "facility_id": facility_id, "node_id": node, "name": f"{{{node}}} uranium transfer", "kind": kind,
            "from_mode": from_mode, "from_vehicle_kind": from_kind, "to_mode": to_mode, "to_vehicle_kind": to_kind,
            "note": f"{note}; assumption", "source_id": "EST", "quality": "estimated",
        })  # fmt: skip
        steps.append({
            "facility_id": facility_id, "step_no": 1, "name": "Class 7 permit, survey and transfer",
            "kind": "security", "commodity_id": "uranium", "service_h": service, "wait_h": wait,
            "cost_usd_per_t": usd, "note": f"{note}; assumption", "source_id": "EST", "quality": "estimated",
        })  # fmt: skip
    return facilities, steps


def _surface_links(facts: Path) -> list[Row]:
    """Return the two surface links that the uranium chain needs and the corridor facts lack."""
    points = _points(facts)
    rows = (
        ("KZ_INKAI", "KZ_KYZYLORDA", "road", 1.3, 45.0, 0, "road from the mines of the Suzak district to rail"),
        ("RU_MOSCOW", "RU_STPETERSBURG", "rail", 1.02, 50.0, 1520, "October Railway, about 650 km"),
    )
    return [
        {
            "link_id": f"{a}-{b}.{mode}", "from_node_id": a, "to_node_id": b, "mode": mode, "direction": "both",
            "length_km": round(bend * great_circle_km(points[a], points[b]), 1), "speed_km_per_h": speed,
            "time_cv_frac": 0.15, "gauge_mm": gauge or "", "track_count": 2 if gauge else "",
            "electrification": "yes" if gauge else "unknown", "note": f"{note}; great circle x {bend}",
            "source_id": "EST", "quality": "estimated",
        }
        for a, b, mode, bend, speed, gauge, note in rows
    ]  # fmt: skip


#: Oil that a simulation sends through a line together: a parcel of our own, small against a tanker.
PARCEL_T = 1000.0


def _oil_carriage(links: list[Row]) -> list[Row]:
    kto = 4849.39 / KZT_PER_USD_2023 / 1000
    btc = 3.5 * BARRELS_PER_T / 1768
    cpc = [row for row in links if "Caspian Pipeline Consortium" in str(row["note"])]
    kazakh, russian = (sum(row["length_km"] for row in cpc if row["from_node_id"].startswith(c)) for c in ("KZ", "RU"))
    cpc_russia = (38.0 - kazakh * kto) / russian
    rates = (
        ("", btc, "KTOT", "where no tariff is known: the rate of BTC"),
        ("KZ", kto, "KTOT", "KazTransOil domestic tariff of July 2023, 4,849 KZT/t per 1000 km at 456 KZT/USD"),
        ("RU", cpc_russia, "REC", "so that Tengiz-Novorossiysk costs the 38 USD/t recalled for CPC"),
        ("AZ", btc, "TODT", "BTC: 3-4 USD a barrel over 1768 km, price of 2006"),
        ("GE", btc, "TODT", "BTC: 3-4 USD a barrel over 1768 km, price of 2006"),
        ("TR", btc, "TODT", "BTC: 3-4 USD a barrel over 1768 km, price of 2006"),
        ("CN", kto, "KTOT", "as in Kazakhstan"),
    )
    return [
        {
            "carriage_id": f"crude_oil.oil_pipe.{country}" if country else "crude_oil.oil_pipe",
            "commodity_id": "crude_oil", "vehicle_kind": "oil_pipe", "country_code": country,
            "cost_usd_per_unit_km": round(rate, 6), "shipment_units": PARCEL_T, "note": note, "source_id": source,
            "quality": "published" if source in ("TODT",) or country == "KZ" else "estimated",
        }
        for country, rate, source, note in rates
    ]  # fmt: skip


def _carriage(links: list[Row]) -> list[Row]:
    """Return what lines, tankers and class 7 ships charge; wagons, trains and ferries stand in `carriage.py`."""
    fare = ("EST", "estimated", "the fare is the service's")
    cells: tuple[tuple[str, str, str, float, dict[str, float], str, str, str], ...] = (
        ("crude_oil", "tanker", "", 0.0, {}, *fare),
        ("oil_products", "tanker", "", 0.0, {}, *fare),
        ("crude_oil", "ocean_tanker", "", 0.0, {}, *fare),
        ("oil_products", "ocean_tanker", "", 0.0, {}, *fare),
        ("gas", "gas_pipe", "", 2.5e-5, {}, "REC", "estimated", "2.5 USD per 1000 m3 and 100 km; recalled range 1.7-3"),
        ("gas", "gas_pipe", "TR", round(70 / 1000 / 1841, 9), {}, "REPT", "published",
         "TANAP: 70 USD per 1000 m3 over 1841 km, of 2016"),
        ("uranium", "truck", "KZ", 0.12, {"delay_h_per_km": 0.01, "shipment_units": 15.0}, "EST", "estimated",
         "from the mines to rail only; above the general road rate: escort and permits"),
        ("uranium", "class7_ship", "", 0.0, {}, *fare),
    )  # fmt: skip
    rows: list[Row] = []
    for commodity, kind, country, rate, extra, source, quality, note in cells:
        rows.append({
            "carriage_id": f"{commodity}.{kind}" + (f".{country}" if country else ""), "commodity_id": commodity,
            "vehicle_kind": kind, "country_code": country, "cost_usd_per_unit_km": rate, **extra, "note": note,
            "source_id": source, "quality": quality,
        })  # fmt: skip
    return [*_oil_carriage(links), *rows]


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the partial tables of the oil, gas and uranium systems."""
    lines = _link_rows(facts)
    sea_links, services = _sea(facts)
    facilities, steps = _facilities()
    parts = {
        "nodes": _nodes(facts),
        "modes": _modes(),
        "vehicle_kinds": _vehicle_kinds(),
        "links": [*lines, *sea_links, *_surface_links(facts)],
        "fleets": _fleets(facts),
        "services": services,
        "facilities": facilities,
        "steps": steps,
        "carriage": _carriage(lines),
    }
    assert set(QUALITY.values()) >= {row["quality"] for rows in parts.values() for row in rows if "quality" in row}
    return {name: frame(rows) for name, rows in parts.items()}
