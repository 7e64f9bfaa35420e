"""Ships: fleets, the services they run, their berths and yards, and the weather that stops them; broken lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from .rows import ESTIMATE, read
from .terminals import BERTHS

#: (fleet, name, vehicle kind, ships, capacity, unit, payload share, source, quality, note). Lines of which is known
#: only that there is always a ship have no fleet. Lorries cross on rail ferries too, and nobody says how many. The 18
#: ships (13 ferries, 2 RoPax, 3 ro-ro ships) are shared out by the full loads on offer westward in a year: 613 + 306 of
#: wagons, 333 of lorries from Kuryk and 431 from Turkmenbashi, which makes 10, 3 and 5.
_FLEETS: tuple[tuple[object, ...], ...] = (
    ("caspian_feeder", "Aktau-Alat container feeders", "container_ship", 6, 250, "TEU", 0.85, "SIA25", "published",
     "4 KMTF and 2 ASCO ships; about 250 TEU a load; 0.85: a dry ship of 6,500 t loads 5,500 t [ICMA]"),
    ("caspian_feeder_south", "Baku-Turkmenbashi container ships", "container_ship", 2, 210, "TEU", 0.85, "TOD22",
     "published", "Shair Sabir and Mahmud Rahimov; 210 TEU as Rasul Rza [INFM22]; load share as at Aktau"),
    ("caspian_rail_ferry", "ASCO rail ferries", "rail_ferry", 10, 38, "wagon", 0.85, "TR230428", "estimated",
     "13 ferries less 3 that carry lorries; 38 wagons: 8 of 28 (Dagestan class [EURT]) and 5 of 54 on two decks "
     "[AT2108], the split recalled; load share assumed"),
    ("caspian_ropax", "ASCO RoPax Azerbaijan and Zarifa Aliyeva and a ferry with lorries", "roro_ferry", 3, 50,
     "truck", 0.81, "SEA2212", "estimated", "50 trucks; trucks -19 % by draft [VK2503]; one ferry added, assumed"),
    ("caspian_roro", "ASCO ro-ro ships and two ferries with lorries", "roro_ferry", 5, 40, "truck", 0.81, "NCA2312",
     "estimated", "3 RoRo ships in December 2023; 40 trucks assumed; two ferries added, assumed"),
    ("caspian_dry", "Dry cargo ships of Aktau", "bulk_ship", 8, 6500, "t", 0.85, "ICMA", "estimated",
     "a 6,500 t ship loads 5,500 t; 8 ships assumed from 14 calls in a month of shortage [INF251010]"),
    ("black_sea_feeder", "Poti-Constanta feeder", "container_ship", 1, 210, "TEU", 1.0, "INFM22", "published",
     "Rasul Rza, 210 TEU, three departures a month"),
    ("black_sea_feeder_batumi", "Batumi-Constanta feeder", "container_ship", 1, 350, "TEU", 1.0, "MC19", "estimated",
     "line planned in 2019; ship assumed"),
    ("black_sea_ferry", "Batumi-Burgas ferry", "roro_ferry", 1, 90, "truck", 1.0, "DWV", "estimated",
     "weekly, 60 h; capacity assumed"),
    ("marmara_train_ferry", "Bandirma-Tekirdag train ferry", "rail_ferry", 2, 50, "wagon", 1.0, "TR250304", "estimated",
     "two ferries of 50 wagons assumed"),
    ("van_train_ferry", "Lake Van train ferries", "rail_ferry", 2, 50, "wagon", 1.0, "TR250304", "published",
     "two ferries; 50 wagons recalled"),
)  # fmt: skip

_HANDLING = "half of the 20.1 h a ship was handled on average at Baku in 2024 [TR250603]"

#: (link, vehicle, fleet, capacity, unit, rule, headway h, its cv, timeout h, load h, unload h, source, quality, note).
_SERVICES: tuple[tuple[object, ...], ...] = (
    ("KZ_AKTAU-AZ_ALAT.sea", "container_ship", "caspian_feeder", 250, "TEU", "full_or_timeout", 24.8, 1.0, 96.0,
     10.0, 10.0, "SIA25", "estimated",
     f"89,000 TEU a year by six ships of 250 TEU: 59 round trips each, one sailing in 24.8 h; a ship takes what two "
     f"block trains bring [UIC19] and sails, after 4 days at the latest, which is assumed; {_HANDLING}"),
    ("KZ_KURYK-AZ_ALAT.sea", "rail_ferry", "caspian_rail_ferry", 38, "wagon", "full_or_timeout", 14.3, 1.0, 72.0, 4.0,
     4.0,
     "SILK23", "estimated", "16,500 wagons in 304 days of 2023 at 38 x 0.85 a voyage: a rail sailing in 14.3 h; 6-8 h "
                            "to turn round [AT2108]"),
    ("KZ_KURYK-AZ_ALAT.sea", "roro_ferry", "caspian_ropax", 50, "truck", "full_or_timeout", 37.9, 1.0, 96.0, 4.0, 4.0,
     "PN2101", "estimated", "15,284 trucks of 2020 at 33 a voyage, half each way: a sailing in 37.9 h; sails when "
                            "full"),
    ("TM_TURKMENBASHI-AZ_ALAT.sea", "rail_ferry", "caspian_rail_ferry", 38, "wagon", "full_or_timeout", 24.9, 1.0, 72.0,
     4.0, 4.0, "PN2101", "estimated", "19,761 wagons of 2020 at 28 a voyage, half each way: a sailing in 24.9 h"),
    ("TM_TURKMENBASHI-AZ_ALAT.sea", "roro_ferry", "caspian_roro", 40, "truck", "full_or_timeout", 20.7, 1.0, 72.0, 4.0,
     4.0, "PN2101", "estimated", "27,934 trucks of 2020 at 33 a voyage, half each way: a sailing in 20.7 h"),
    ("TM_TURKMENBASHI-AZ_ALAT.sea", "container_ship", "caspian_feeder_south", 210, "TEU", "full_or_timeout", 120.0, 0.7,
     240.0,
     10.0,
     10.0, "TOD22", "estimated",
     f"17,500 TEU from April 2019 to early 2022, both ways at 60 % of 210 TEU: a sailing in about 120 h; {_HANDLING}"),
    ("TM_TURKMENBASHI-AZ_ALAT.sea", "bulk_ship", "caspian_dry", 6500, "t", "full_or_timeout", 120.0, 1.0, 240.0,
     24.0, 24.0, ESTIMATE, "estimated", "assumed"),
    ("TM_TURKMENBASHI-IR_AMIRABAD.sea", "bulk_ship", "caspian_dry", 6500, "t", "full_or_timeout", 168.0, 1.0, 336.0,
     24.0, 24.0, ESTIMATE, "estimated", "assumed"),
    ("KZ_AKTAU-AZ_ALAT.sea", "bulk_ship", "caspian_dry", 6500, "t", "full_or_timeout", 72.0, 1.0, 240.0,
     24.0, 24.0, ESTIMATE, "estimated", "assumed"),
    ("KZ_AKTAU-IR_AMIRABAD.sea", "bulk_ship", "caspian_dry", 6500, "t", "full_or_timeout", 38.0, 1.0, 240.0,
     24.0, 24.0, "INF251010", "estimated", "1.27 Mt of grain in 2024/25 at 5,500 t a ship: a sailing in 38 h"),
    ("KZ_AKTAU-RU_MAKHACHKALA.sea", "bulk_ship", "caspian_dry", 6500, "t", "full_or_timeout", 168.0, 1.0, 336.0,
     24.0, 24.0, ESTIMATE, "estimated", "assumed"),
    ("IR_AMIRABAD-RU_ASTRAKHAN.sea", "bulk_ship", "", 6500, "t", "headway", 24.0, 1.0, None, 24.0, 24.0,
     "LADA2510",
     "estimated", "competes with Aktau for the ships; a sailing a day assumed"),
    ("GE_POTI-RO_CONSTANTA.sea", "container_ship", "black_sea_feeder", 210, "TEU", "headway", 243.5, 0.3, None, 10.0,
     10.0,
     "INFM22", "published", "three departures a month"),
    ("GE_BATUMI-RO_CONSTANTA.sea", "container_ship", "black_sea_feeder_batumi", 350, "TEU", "headway", 243.5, 0.3, None,
     10.0, 10.0, "MC19", "estimated", "regular line planned in 2019; headway taken as at Poti"),
    ("GE_POTI-RO_CONSTANTA.sea", "bulk_ship", "", 5000, "t", "headway", 96.0, 1.0, None, 24.0, 24.0,
     ESTIMATE,
     "estimated", "assumed"),
    ("GE_BATUMI-RO_CONSTANTA.sea", "bulk_ship", "", 5000, "t", "headway", 96.0, 1.0, None, 24.0, 24.0,
     ESTIMATE,
     "estimated", "assumed"),
    ("GE_BATUMI-BG_BURGAS.sea", "roro_ferry", "black_sea_ferry", 90, "truck", "timetable", 168.0, 0.1, None, 6.0, 6.0,
     "DWV",
     "published", "weekly"),
    ("GE_POTI-BG_BURGAS.sea", "container_ship", "", 1000, "TEU", "headway", 168.0, 0.3, None, 10.0, 10.0,
     ESTIMATE, "estimated", "weekly assumed"),
    ("GE_POTI-TR_ISTANBUL.sea", "container_ship", "", 1000, "TEU", "headway", 56.0, 0.5, None, 10.0,
     10.0,
     ESTIMATE, "estimated", "three sailings a week of the ocean lines' feeders assumed"),
    ("GE_BATUMI-TR_ISTANBUL.sea", "container_ship", "", 1000, "TEU", "headway", 168.0, 0.5, None, 10.0,
     10.0,
     ESTIMATE, "estimated", "weekly assumed"),
    ("RO_CONSTANTA-TR_ISTANBUL.sea", "container_ship", "", 1000, "TEU", "headway", 84.0, 0.5, None, 10.0,
     10.0, ESTIMATE, "estimated", "two sailings a week assumed"),
    ("GE_ANAKLIA-RO_CONSTANTA.sea", "container_ship", "", 1000, "TEU", "headway", 84.0, 0.5, None,
     10.0, 10.0,
     ESTIMATE, "estimated", "two sailings a week once the port is open; assumed"),
    ("GE_ANAKLIA-TR_ISTANBUL.sea", "container_ship", "", 1000, "TEU", "headway", 84.0, 0.5, None, 10.0,
     10.0,
     ESTIMATE, "estimated", "two sailings a week once the port is open; assumed"),
    ("TR_BANDIRMA-TR_TEKIRDAG.sea", "rail_ferry", "marmara_train_ferry", 50, "wagon", "headway", 12.0, 0.5, None, 1.5,
     1.5,
     "TR250304", "estimated", "two sailings a day each way assumed"),
    ("TR_VAN-TR_TATVAN.sea", "rail_ferry", "van_train_ferry", 50, "wagon", "headway", 12.0, 0.5, None, 1.5, 1.5,
     "TR250304",
     "published", "two round trips a day"),
    ("CN_SHANGHAI-NL_ROTTERDAM.sea", "deep_sea_ship", "", 14000, "TEU", "headway", 84.0, 0.5, None,
     12.0, 12.0,
     ESTIMATE, "estimated", "by Suez, where few lines sail since 2024; two sailings a week assumed"),
    ("CN_SHANGHAI-ZA_CAPE.sea", "deep_sea_ship", "", 14000, "TEU", "headway", 24.0, 0.5, None, 12.0,
     0.0, ESTIMATE, "estimated", "a sailing a day assumed"),
    ("ZA_CAPE-NL_ROTTERDAM.sea", "deep_sea_ship", "", 14000, "TEU", "headway", 0.0, 0.0, None, 0.0,
     12.0, ESTIMATE, "estimated", "the same ship sails on: no wait"),
    ("CN_SHANGHAI-GE_POTI.sea", "deep_sea_ship", "", 14000, "TEU", "headway", 84.0, 0.5, None, 12.0,
     84.0,
     ESTIMATE, "estimated", "with a transhipment of 3 days near Istanbul or Piraeus; assumed"),
    ("CN_SHANGHAI-TR_MERSIN.sea", "deep_sea_ship", "", 14000, "TEU", "headway", 84.0, 0.5, None, 12.0,
     36.0,
     ESTIMATE, "estimated", "two sailings a week; a day for calls on the way; assumed"),
    ("CN_SHANGHAI-TR_ISTANBUL.sea", "deep_sea_ship", "", 14000, "TEU", "headway", 84.0, 0.5, None, 12.0,
     36.0, ESTIMATE, "estimated", "two sailings a week; a day for calls on the way; assumed"),
    ("CN_SHANGHAI-RO_CONSTANTA.sea", "deep_sea_ship", "", 14000, "TEU", "headway", 84.0, 0.5, None, 12.0,
     60.0, ESTIMATE, "estimated", "with a transhipment of 2 days near Istanbul or Piraeus; assumed"),
    ("CN_SHANGHAI-IR_BANDARABBAS.sea", "deep_sea_ship", "", 5000, "TEU", "headway", 168.0, 0.5, None,
     12.0,
     12.0, ESTIMATE, "estimated", "weekly assumed"),
    ("TR_ISTANBUL-NL_ROTTERDAM.sea", "deep_sea_ship", "", 3000, "TEU", "headway", 84.0, 0.5, None,
     12.0, 12.0,
     ESTIMATE, "estimated", "two sailings a week assumed"),
    ("CN_LIANYUNGANG-CN_SHANGHAI.sea", "deep_sea_ship", "", 1000, "TEU", "headway", 24.0, 0.5, None,
     12.0,
     12.0, ESTIMATE, "estimated", "coastal feeder, a sailing a day assumed"),
)  # fmt: skip

#: Probability that the Black Sea ports of Georgia are closed, by month; assumed (winter swell at Poti).
_BLACK_SEA_CLOSED = (0.08, 0.08, 0.06, 0.04, 0.02, 0.02, 0.02, 0.02, 0.03, 0.04, 0.06, 0.08)
_BLACK_SEA_SPELL_H = 30.0


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return fleets, services, closures, berths, yards and breakdowns."""
    return {
        "fleets": pd.DataFrame([_fleet(row) for row in _FLEETS]),
        "services": pd.DataFrame([_service(row) for row in _SERVICES]),
        "closures": pd.DataFrame([*_caspian(facts), *_black_sea()]),
        "berths": pd.DataFrame([_berth(*item) for item in BERTHS.items()]),
        "yards": pd.DataFrame(_YARDS),
        "failures": pd.DataFrame(list(_failures(facts))),
    }


def _berth(where: tuple[str, str], what: tuple[int, str, str, str]) -> dict[str, object]:
    names = ("berth_count", "source_id", "quality", "note")
    return {"node_id": where[0], "vehicle_kind": where[1], **dict(zip(names, what, strict=True))}


#: Places for wagons and lorries that wait for a ship. The railway stopped loading for Kuryk at more than 1,000 wagons
#: (22 April to 30 June 2025); what fits beyond, and the quiet backlog at which it begins again, are assumed.
_YARDS: list[dict[str, object]] = [{
    "yard_id": "KZ_KURYK.sea", "node_id": "KZ_KURYK", "to_mode": "sea", "place_count": 2000, "embargo_count": 1000,
    "lift_count": 250, "source_id": "WTM25", "quality": "estimated",
    "note": "loading for Kuryk embargoed at more than 1,000 wagons, 22 April to 30 June 2025; places and the end of an "
            "embargo are assumed; lorries count too",
}]  # fmt: skip

#: Rates of hazards.csv (events a year) that stop a line altogether: id -> link.
_BREAKS = {"HZ060": "KZ_BEYNEU-KZ_MANGYSTAU.rail", "HZ066": "GE_TBILISI-GE_SAMTREDIA.rail"}
_HOURS_A_YEAR = 8766.0


def _failures(facts: Path) -> Iterator[dict[str, object]]:
    """Yield the breakdowns of lines for which a yearly rate and a duration are given."""
    for row in read(facts, "systems/hazards.csv"):
        if row["id"] in _BREAKS:
            rate, days = float(row["value"]), float(row["duration_days"])
            yield {
                "failure_id": f"{_BREAKS[row['id']]}.{row['kind']}", "link_id": _BREAKS[row["id"]],
                "up_h": round(_HOURS_A_YEAR / rate, 1), "down_h": round(24 * days, 1), "down_law": "exponential",
                "note": f"{row['place']}, {row['event']}: {rate:g} a year of {days:g} days; {row['note']}",
                "source_id": row["source_id"], "quality": "estimated",
            }  # fmt: skip


def _fleet(row: tuple[object, ...]) -> dict[str, object]:
    names = ("fleet_id", "name", "vehicle_kind", "vehicle_count", "vehicle_capacity_count", "capacity_unit",
             "payload_frac",
             "source_id", "quality", "note")  # fmt: skip
    return dict(zip(names, row, strict=True))


def _service(row: tuple[object, ...]) -> dict[str, object]:
    names = ("link_id", "vehicle_kind", "fleet_id", "vehicle_capacity_count", "capacity_unit", "rule", "headway_h",
             "headway_cv_frac", "timeout_h", "load_h", "unload_h", "source_id", "quality", "note")  # fmt: skip
    service = dict(zip(names, row, strict=True))
    way = str(service["link_id"]).removesuffix(".sea")
    ends = " to ".join(f"{{{end}}}" for end in way.split("-"))
    kind = str(service["vehicle_kind"])
    service["service_id"] = f"{way}.{kind}"
    service["name"] = f"{ends}, {kind.replace('_', ' ').replace('roro', 'ro-ro')}"
    return service


def _caspian(facts: Path) -> list[dict[str, object]]:
    """Return the closures of the Caspian from the storm model: closed share by month and the mean spell."""
    rows = [row for row in read(facts, "systems/hazards.csv") if row["kind"] == "storm_model"]
    spell = next(float(row["value"]) for row in rows if row["event"] == "event duration") * 24
    closures = []
    for row in rows:
        if row["event"] == "closure probability":
            month, share = int(row["date"].split()[-1]), float(row["value"])
            note = (
                f"closed {share:.1%} of the time, {row['note']}; spells of {spell:.0f} h; Aktau/Kuryk, taken for every "
                "crossing because Alat closes in the same storms"
            )
            closures.append(_closure("caspian", month, share, spell, note))
    return closures


def _black_sea() -> list[dict[str, object]]:
    note = "closed share assumed: winter swell at Poti; spells of 30 h"
    return [
        _closure("black_sea", month, share, _BLACK_SEA_SPELL_H, note)
        for month, share in enumerate(_BLACK_SEA_CLOSED, 1)
    ]


def _closure(scope: str, month: int, share: float, spell: float, note: str) -> dict[str, object]:
    return {
        "closure_id": f"{scope}.{month:02d}", "scope": scope, "month": month,
        "open_h": round(spell * (1 - share) / share, 2), "closed_h": spell, "note": note, "source_id": ESTIMATE,
        "quality": "estimated",
    }  # fmt: skip
