"""The data corridor: fibre routes overland, the cables under the Caspian, and what a Gbit/s on them costs.

Overland lengths are great circle x 1.3 (the factor of the facts' latency model), because operators do not
publish theirs; seabed lengths are as printed. Light travels 204 km in a millisecond in fibre (c / 1.47).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from .frames import Row, frame, great_circle_km, read
from .places import positions

NEVER = 9999
KM_PER_H = 204.0 * 1000 * 3600  # 204 km/ms
BEND = 1.3
TERABIT = 1000.0  # Gbit/s

#: Landings and exchange points: node_id -> (name, kind, country, lon, lat, accuracy km, source).
PLACES = {
    "AZ_SIYAZAN": ("Siyazan cable landing", "landing", "AZ", 49.11, 41.08, 5.0, "CAPM"),
    "AZ_BUZOVNA": ("Buzovna cable landing", "landing", "AZ", 50.11, 40.52, 5.0, "CAPM"),
    "BG_BALCHIK": ("Balchik cable landing (Caucasus cable)", "landing", "BG", 28.16, 43.42, 5.0, "REC"),
    "DE_FRANKFURT": ("Frankfurt internet exchange", "market", "DE", 8.68, 50.11, 2.0, "GEOC"),
}

#: Overland fibre: (from, to, Gbit/s, note). Capacities are orders of magnitude.
OVERLAND = (
    ("CN_XIAN", "CN_LANZHOU", "Chinese backbone"),
    ("CN_LANZHOU", "CN_URUMQI", "Chinese backbone"),
    ("CN_URUMQI", "CN_KHORGOS", "Chinese backbone to the Khorgos crossing"),
    ("CN_KHORGOS", "KZ_ALMATY", "Khorgos crossing"),
    ("CN_SHANGHAI", "CN_XIAN", "Chinese backbone"),
    ("KZ_ALMATY", "KZ_ASTANA", "Kazakh backbone"),
    ("KZ_ALMATY", "KZ_SHYMKENT", "Kazakh backbone"),
    ("KZ_SHYMKENT", "KZ_KYZYLORDA", "Kazakh backbone"),
    ("KZ_KYZYLORDA", "KZ_AKTOBE", "Kazakh backbone"),
    ("KZ_SHYMKENT", "KZ_AKTAU", "West-East hyperhighway, as the straight leg of the latency model"),
    ("KZ_ASTANA", "KZ_ORAL", "Kazakh backbone"),
    ("KZ_AKTOBE", "KZ_ORAL", "Kazakh backbone"),
    ("KZ_ATYRAU", "KZ_AKTOBE", "Kazakh backbone"),
    ("KZ_AKTAU", "KZ_ATYRAU", "Kazakh backbone"),
    ("KZ_AKTAU", "KZ_KURYK", "Kazakh backbone"),
    ("KZ_ORAL", "RU_SAMARA", "exit to Russia"),
    ("KZ_ASTANA", "KZ_PETROPAVL", "Kazakh backbone"),
    ("KZ_PETROPAVL", "RU_YEKATERINBURG", "exit to Russia"),
    ("RU_YEKATERINBURG", "RU_SAMARA", "Russian backbone"),
    ("RU_SAMARA", "RU_MOSCOW", "Russian backbone"),
    ("RU_MOSCOW", "PL_WARSAW", "transit through Belarus"),
    ("PL_WARSAW", "DE_FRANKFURT", "European backbone"),
    ("KZ_SHYMKENT", "UZ_TASHKENT", "exit to Uzbekistan"),
    ("UZ_TASHKENT", "UZ_SAMARKAND", "Uzbek backbone"),
    ("UZ_SAMARKAND", "UZ_BUKHARA", "Uzbek backbone"),
    ("UZ_BUKHARA", "TM_ASHGABAT", "Turkmenabat junction of the Trans-Asia-Europe line"),
    ("TM_ASHGABAT", "TM_TURKMENBASHI", "Turkmen backbone"),
    ("TM_ASHGABAT", "IR_TEHRAN", "Bajgiran junction of the Trans-Asia-Europe line"),
    ("KZ_ALMATY", "KG_BISHKEK", "exit to the Kyrgyz Republic"),
    ("AZ_SUMGAIT", "AZ_BAKU", "Azerbaijani backbone"),
    ("AZ_SIYAZAN", "AZ_SUMGAIT", "Azerbaijani backbone"),
    ("AZ_BUZOVNA", "AZ_BAKU", "Azerbaijani backbone"),
    ("AZ_SIYAZAN", "RU_MAKHACHKALA", "exit to Russia"),
    ("RU_MAKHACHKALA", "RU_MOSCOW", "Russian backbone"),
    ("AZ_BAKU", "GE_TBILISI", "exit to Georgia"),
    ("GE_TBILISI", "GE_POTI", "Georgian backbone"),
    ("GE_TBILISI", "TR_KARS", "exit to Türkiye"),
    ("TR_KARS", "TR_ANKARA", "Turkish backbone"),
    ("TR_ANKARA", "TR_ISTANBUL", "Turkish backbone"),
    ("TR_ISTANBUL", "BG_SOFIA", "exit to Bulgaria"),
    ("IR_TEHRAN", "IR_TABRIZ", "Iranian backbone"),
    ("IR_TABRIZ", "TR_KARS", "exit to Türkiye"),
    ("BG_BALCHIK", "BG_SOFIA", "Bulgarian backbone"),
    ("BG_SOFIA", "AT_VIENNA", "European backbone"),
    ("AT_VIENNA", "DE_FRANKFURT", "European backbone"),
    ("HU_BUDAPEST", "AT_VIENNA", "European backbone"),
)

#: Seabed cables: (from, to, rows of fibre.csv: length, capacity; Gbit/s where none is printed, status, note).
SUBSEA = (
    ("KZ_AKTAU", "AZ_SUMGAIT", "FB001", "FB003", 0.0, "construction",
     "Trans-Caspian cable, main line; survey done, launch planned for the third or fourth quarter of 2026"),
    ("KZ_KURYK", "AZ_BUZOVNA", "FB010", "", 400 * TERABIT, "planned",
     "Trans-Caspian cable, reserve line; capacity assumed as the main line"),
    ("KZ_AKTAU", "AZ_SIYAZAN", "FB009", "", 400 * TERABIT, "proposed",
     "variant of 2022; stands instead of Aktau-Sumgait, not beside it"),
    ("AZ_SIYAZAN", "TM_TURKMENBASHI", "FB011", "FB012", 0.0, "planned",
     "agreement of 2019; the printed 300 km is shorter than the straight line"),
    ("GE_POTI", "BG_BALCHIK", "", "", 1.2 * TERABIT, "existing", "Caucasus cable of 2008, recalled"),
)  # fmt: skip


def _points(facts: Path) -> dict[str, tuple[float, float]]:
    points = {node: (lon, lat) for node, (lon, lat, _) in positions(facts).items()}
    return points | {node: (cells[3], cells[4]) for node, cells in PLACES.items()}


def _nodes() -> list[Row]:
    return [
        {
            "node_id": node, "name": name, "kind": kind, "country_code": country, "lon_deg": lon, "lat_deg": lat,
            "accuracy_km": accuracy, "note": "position recalled" if source == "REC" else "position as in the facts",
            "source_id": source, "quality": "estimated" if source == "REC" else "published",
        }
        for node, (name, kind, country, lon, lat, accuracy, source) in PLACES.items()
    ]  # fmt: skip


def _row(a: str, b: str, km: float, capacity: float | str, status: str, note: str, source: str, quality: str) -> Row:
    return {
        "link_id": f"{a}-{b}.fibre", "from_node_id": a, "to_node_id": b, "mode": "fibre", "direction": "both",
        "length_km": round(km, 1), "speed_km_per_h": KM_PER_H, "time_cv_frac": 0.02, "capacity_per_year": capacity,
        "capacity_unit": "Gbit/s", "status": status, "opens_year": "" if status == "existing" else NEVER,
        "note": note, "source_id": source, "quality": quality,
    }  # fmt: skip


def _links(facts: Path) -> list[Row]:
    points = _points(facts)
    fact = {row["id"]: row for row in read(facts, "systems/fibre.csv")}
    rows = [
        _row(a, b, BEND * great_circle_km(points[a], points[b]), "", "existing",
             f"{note}; great circle x {BEND}; capacity not published", "EST", "estimated")
        for a, b, note in OVERLAND
    ]  # fmt: skip
    for a, b, length, capacity, assumed_gbit, status, note in SUBSEA:
        straight = great_circle_km(points[a], points[b])
        printed = float(fact[length]["value"]) if length else 0.0
        is_printed = printed > straight
        gbit = float(fact[capacity]["value"]) * TERABIT if capacity else assumed_gbit
        rows.append(_row(
            a, b, printed if is_printed else 1.05 * straight, gbit, status,
            note if is_printed else f"{note}; great circle x 1.05", fact[length]["source_id"] if length else "REC",
            "published" if is_printed and capacity else "estimated",
        ))  # fmt: skip
    return rows


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the partial tables of the data system."""
    modes = [{"mode": "fibre", "name": "Optical fibre", "note": "time is the delay of light one way",
              "source_id": "EST", "quality": "estimated"}]  # fmt: skip
    kinds = [{"vehicle_kind": "fibre", "mode": "fibre", "name": "Data in fibre", "emission_kg_per_t_km": 0.0,
              "emission_scope": "wtw", "note": "data has no mass; energy of equipment is not counted",
              "source_id": "EST", "quality": "estimated"}]  # fmt: skip
    carriage = [{"carriage_id": "data.fibre", "commodity_id": "data", "vehicle_kind": "fibre",
                 "cost_usd_per_unit_km": 17.0,
                 "note": "a Gbit/s for a year: about 10 USD per Mbit/s and month from Almaty to Frankfurt, recalled "
                         "order of magnitude, spread over 7,100 km",
                 "source_id": "REC", "quality": "estimated"}]  # fmt: skip
    parts = {"nodes": _nodes(), "modes": modes, "vehicle_kinds": kinds, "links": _links(facts), "carriage": carriage}
    return {name: frame(rows) for name, rows in parts.items()}
