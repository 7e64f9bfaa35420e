"""Demand of the ten commodities: who wants what, where and when, with the route outside where its price is known.

A published total that is split over origins and destinations by us is marked `estimated`, and the note says how it
was split; a figure of an earlier year that stands for the base year, and an order of magnitude of our own, is of kind
`assumed`: nobody forecast it. The ministry's tonnes (all cargo on the route through Kazakhstan) and the Association's
(through Kazakh and Azerbaijani ports) are different scopes and are never added: the rows here rest on the ministry's,
on the box counts and on customs and pipeline figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .frames import Row, frame, read

MILLION, BILLION = 1e6, 1e9


@dataclass(frozen=True)
class Outside:
    """The route outside the network that a flow could take."""

    name: str = ""
    usd: float | str = ""
    hours: float | str = ""


NONE = Outside()
#: Drewry index of spring 2025, 2304 USD/FEU; 40-55 days round the Cape.
SEA_EUROPE = Outside("sea Shanghai-Rotterdam round the Cape", 1152.0, 1140.0)
#: Argus, November 2025: 2000-2500 USD/FEU and 35-40 days.
SEA_POTI = Outside("sea Shanghai-Poti", 1125.0, 900.0)
#: Through rail by Russia, March 2025: 5250-6100 USD/FEU; China-Poland terminal in 13-15 days.
NORTH_RAIL = Outside("rail by Russia and Belarus", 2838.0, 336.0)

#: Shares of the boxes on the route: (origin, destination, share, outside). Shares are assumptions.
FROM_CHINA = (
    ("CN_XIAN", "AZ_ABSHERON", 0.50, SEA_POTI),
    ("CN_XIAN", "GE_POTI", 0.25, SEA_POTI),
    ("CN_XIAN", "TR_ISTANBUL", 0.15, SEA_EUROPE),
    ("CN_XIAN", "HU_BUDAPEST", 0.10, NORTH_RAIL),
)
REGIONAL = (
    ("KZ_ALMATY", "GE_POTI", 0.30, NONE),
    ("KZ_ALMATY", "TR_ISTANBUL", 0.25, NONE),
    ("UZ_TASHKENT", "TR_ISTANBUL", 0.15, NONE),
    ("TR_ISTANBUL", "KZ_ALMATY", 0.15, NONE),
    ("GE_POTI", "KZ_ALMATY", 0.15, NONE),
)
TEU_PER_TRAIN = 90.0
#: (year, TEU of the whole route, container trains from China, kind, source, note)
BOXES = (
    (2024, 56_500.0, 358.0, "observed", "AT2503", "56,500 TEU in all; 358 trains from China x 90 TEU"),
    (2025, 77_000.0, 400.0, "observed", "REP26", "77,000 TEU in all; about 400 trains from China expected x 90 TEU"),
    (2029, 300_000.0, 2_000.0, "planned", "REP26", "ministry target of 300,000 TEU; 2,000 trains x 90 TEU"),
    (2030, 500_000.0, 3_330.0, "planned", "AT2408", "the president's goal of 500,000 TEU, split as in 2029"),
)  # fmt: skip


def _row(  # noqa: PLR0913, PLR0917 - one argument a column
    origin: str, destination: str, commodity: str, year: int, volume: float, kind: str, source: str, note: str,
    quality: str = "estimated", outside: Outside = NONE, tag: str = "",
) -> Row:  # fmt: skip
    return {
        "demand_id": f"{commodity}.{origin}-{destination}.{year}" + (f".{tag}" if tag else ""),
        "origin_node_id": origin, "destination_node_id": destination, "commodity_id": commodity, "year": year,
        "volume_per_year": round(volume, 1), "kind": kind, "alternative": outside.name,
        "alternative_cost_usd_per_unit": outside.usd, "alternative_time_h": outside.hours, "note": note,
        "source_id": source, "quality": quality,
    }  # fmt: skip


def _containers() -> Iterable[Row]:
    for year, total, trains, kind, source, note in BOXES:
        china = min(trains * TEU_PER_TRAIN, 0.6 * total)
        for shares, teu, which in ((FROM_CHINA, china, "from China"), (REGIONAL, total - china, "regional")):
            for origin, destination, share, outside in shares:
                yield _row(origin, destination, "container", year, share * teu, kind, source,
                           f"{note}; {share:.0%} of the {which} boxes, an assumption", outside=outside)  # fmt: skip
    yield _row("CN_XIAN", "DE_DUISBURG", "container", 2024, 412_000, "observed", "RN25U",
               "northern rail, China to Europe, all its origins and destinations", "observed", SEA_EUROPE)  # fmt: skip
    yield _row("DE_DUISBURG", "CN_XIAN", "container", 2024, 61_800, "observed", "RN25U",
               "northern rail, 15 boxes back for 100", outside=SEA_EUROPE)  # fmt: skip
    wagons = (("UZ_TASHKENT", 30_336), ("RU_MOSCOW", 31_821), ("KG_BISHKEK", 3_497), ("KZ_ALMATY", 34_316))
    for destination, count in wagons:
        yield _row(
            "CN_XIAN",
            destination,
            "container",
            2022,
            2.0 * count,
            "observed",
            "RN22A",
            f"{count:,} wagons through Altynkol x 2 TEU, an assumption; all origins in China put at Xi'an",
        )


#: Wheat of Kazakhstan, September 2024 to April 2025: country in food.csv -> (destination, factor to a year, note).
WHEAT = {
    "Uzbekistan": ("UZ_TASHKENT", 1.5, ""),
    "Tajikistan": ("UZ_SAMARKAND", 1.5, "leaves the network at Samarkand; "),
    "Azerbaijan": ("AZ_BAKU", 1.5, ""),
    "Afghanistan": ("AF_HAIRATAN", 1.5, ""),
    "Kyrgyzstan": ("KG_BISHKEK", 1.5, ""),
}


def _grain(facts: Path) -> Iterable[Row]:
    for row in read(facts, "systems/food.csv"):
        if row["commodity"] == "wheat" and row["period"] == "Sep 2024 - Apr 2025" and row["destination"] in WHEAT:
            destination, factor, note = WHEAT[row["destination"]]
            yield _row("KZ_ASTANA", destination, "grain", 2025, float(row["value"]) * 1e3 * factor, "observed",
                       row["source_id"], f"{note}{row['value']} kt of wheat in eight months x {factor}; origin put at "
                       "Astana")  # fmt: skip
        if row["id"] == "FD017":
            yield _row("KZ_ASTANA", "CN_URUMQI", "grain", 2025, float(row["value"]) * 4e3, "observed",
                       row["source_id"], "355 kt in three months x 4")  # fmt: skip
    yield _row("KZ_ASTANA", "IR_AMIRABAD", "grain", 2025, 1.27 * MILLION, "observed", "INF251010",
               "season 2024/25 by Aktau; origin put at Astana", "observed")  # fmt: skip


def _dry() -> Iterable[Row]:
    """Yield bulk, metals and fertiliser."""
    boxes, mix = 77_000 * 14.0, {"grain": 0.447, "metals": 0.119, "bulk": 0.786}  # Mt at Aktau in 2022
    rest = 4.119 * MILLION - boxes
    note = ("4.119 Mt of the ministry's series for 2025 less boxes at 14 t/TEU, split as the dry cargo of Aktau in 2022"
            " and over destinations by assumption")  # fmt: skip
    for commodity in ("bulk", "metals"):
        volume = rest * mix[commodity] / sum(mix.values())
        origin = "KZ_KARAGANDY" if commodity == "metals" else "KZ_ALMATY"
        for destination, share in (("AZ_BAKU", 0.3), ("GE_POTI", 0.3), ("TR_ISTANBUL", 0.4)):
            yield _row(origin, destination, commodity, 2025, share * volume, "observed", "REP26", note)
    east = 32.0 * MILLION * 14.5 / 23.6
    china = "32 Mt by rail in 2024, 14.5 of 23.6 Mt eastward in 2023; 85 % taken as bulk less copper, an assumption"
    copper = 0.4 * MILLION
    yield _row("KZ_KARAGANDY", "CN_URUMQI", "bulk", 2024, 0.85 * east - copper, "observed", "RN2505", china)
    yield _row("KZ_ZHEZKAZGAN", "CN_URUMQI", "metals", 2024, copper, "assumed", "REC",
               "refined copper, about 0.4 Mt a year, recalled; no figure of rail in the facts")  # fmt: skip
    yield _row("CN_URUMQI", "KZ_ALMATY", "bulk", 2024, 32.0 * MILLION - east, "observed", "RN2505",
               "32 Mt by rail in 2024, 9.1 of 23.6 Mt westward in 2023; all put at Almaty")  # fmt: skip
    uzbek = 32.3 * MILLION - 6.1 * MILLION
    for origin, destination, share in (("KZ_KARAGANDY", "UZ_TASHKENT", 0.75), ("UZ_TASHKENT", "KZ_KARAGANDY", 0.25)):
        yield _row(origin, destination, "bulk", 2025, share * uzbek, "observed", "QAZ2602",
                   "32.3 Mt by rail in 2025 less 6.1 Mt of grain; direction by assumption")  # fmt: skip
    yield _row(
        "KZ_ASTANA",
        "IR_TEHRAN",
        "bulk",
        2023,
        2.1 * MILLION,
        "observed",
        "DAR2402",
        "eastern branch of North-South by rail; origin and destination put at capitals",
    )
    for origin, destination in (("TR_ISTANBUL", "KZ_ALMATY"), ("KZ_ALMATY", "TR_ISTANBUL")):
        yield _row(origin, destination, "bulk", 2024, 27_000 * 18.0 / 2, "observed", "ICE25",
                   "27,000 trucks on the ferries of the route x 18 t, halved by direction; an assumption",
                   tag="trucks")  # fmt: skip
    yield _row("TM_GARABOGAZ", "GE_POTI", "fertiliser", 2024, 1155e3 * 2 / 3, "claimed", "FERT",
               "urea: two thirds of 1,155 kt capacity exported; all put on the western route")  # fmt: skip
    yield _row("AZ_BAKU", "GE_POTI", "fertiliser", 2023, 655e3 * 0.7, "claimed", "FERT2",
               "urea of Sumgait: 70 % of 655 kt exported; origin put at Baku, all put on Poti")  # fmt: skip
    yield _row("UZ_TASHKENT", "KZ_SHYMKENT", "fertiliser", 2024, 270e3, "assumed", "EST",
               "half of the imports of Kazakhstan, about 0.54 Mt; an order of magnitude")  # fmt: skip


def _crude() -> Iterable[Row]:
    rows = (
        ("KZ_TENGIZ", "IT_TRIESTE", 2025, 36.6, "observed", "TPOR", "Tengiz crude put into CPC", "published", ""),
        ("KZ_KASHAGAN", "IT_TRIESTE", 2025, 17.0, "observed", "TPOR", "Kashagan crude put into CPC", "published", ""),
        ("KZ_KARACHAGANAK", "IT_TRIESTE", 2025, 9.2, "observed", "TPOR", "Karachaganak crude put into CPC",
         "published", ""),
        ("KZ_ATYRAU", "RU_SAMARA", 2024, 7.26, "observed", "EST",
         "Atyrau-Samara: 8.7 Mt a year (from ten months) less Germany; leaves the network at Samara", "estimated", ""),
        ("KZ_ATYRAU", "DE_SCHWEDT", 2024, 1.44, "observed", "TR10M", "1.2 Mt in ten months x 1.2", "estimated", ""),
        ("KZ_ZHANAOZEN", "RU_NOVOROSSIYSK", 2023, 1.984, "observed", "MENK",
         "Aktau to Makhachkala; origin put at Uzen", "published", ""),
        ("KZ_TENGIZ", "IT_TRIESTE", 2023, 1.057, "observed", "MENK", "Tengiz crude by Aktau and BTC", "published",
         "btc"),
        ("KZ_ZHANAOZEN", "IT_TRIESTE", 2024, 1.45, "observed", "EST",
         "all Kazakh oil by BTC: from ten and seven months; Reuters prints 1.7", "estimated", "btc"),
        ("KZ_ZHANAOZEN", "IT_TRIESTE", 2025, 2.2, "planned", "N24X7", "agreed volume by BTC", "published", "btc"),
        ("KZ_ZHANAOZEN", "IT_TRIESTE", 2027, 7.0, "planned", "PGJ", "target in talks by BTC", "published", "btc"),
        ("KZ_KUMKOL", "CN_ALASHANKOU", 2024, 1.2, "observed", "KMGAR", "Kazakh export by the Kazakhstan-China line",
         "published", ""),
        ("KZ_ATASU", "CN_ALASHANKOU", 2024, 9.979, "observed", "KMGAR",
         "Russian transit to China; enters from Omsk, here at Atasu", "published", "transit"),
        ("AZ_ACG", "IT_TRIESTE", 2024, 24.4, "observed", "NEFR", "oil exports of Azerbaijan, all put on Ceyhan",
         "estimated", ""),
        ("TM_KIYANLY", "IT_TRIESTE", 2024, 3.9, "observed", "PGJ",
         "3.584 Mt of Kazakh and Turkmen oil in eight months x 1.5 less 1.45 Mt Kazakh", "estimated", ""),
    )  # fmt: skip
    for origin, destination, year, megatonnes, kind, source, note, quality, tag in rows:
        yield _row(origin, destination, "crude_oil", year, megatonnes * MILLION, kind, source, note, quality, tag=tag)
    yield _row("TM_TURKMENBASHI", "GE_BATUMI", "oil_products", 2024, 19_761 * 0.5 * 60, "assumed", "PN2101",
               "half of the 19,761 ferry wagons of 2020 taken as tank wagons of 60 t; low confidence")  # fmt: skip
    yield _row("AZ_BAKU", "GE_BATUMI", "oil_products", 2024, 0.5 * MILLION, "assumed", "EST",
               "order of magnitude; no figure found")  # fmt: skip


def _gas() -> Iterable[Row]:
    rows = (
        ("AZ_SHAHDENIZ", "IT_MELENDUGNO", 2024, 12.9, "observed", "CAUW",
         "gas to Europe; exits in Greece and Bulgaria included", "published"),
        ("AZ_SHAHDENIZ", "IT_MELENDUGNO", 2025, 12.8, "observed", "HABR",
         "gas to Europe; exits in Greece and Bulgaria included", "published"),
        ("AZ_SHAHDENIZ", "TR_ESKISEHIR", 2024, 9.9, "observed", "CAUW", "gas to Türkiye", "published"),
        ("AZ_SHAHDENIZ", "TR_ESKISEHIR", 2025, 9.6, "observed", "HABR", "gas to Türkiye", "published"),
        ("AZ_SHAHDENIZ", "GE_TBILISI", 2024, 2.4, "observed", "CAUW", "gas to Georgia", "published"),
        ("AZ_SHAHDENIZ", "GE_TBILISI", 2025, 2.3, "observed", "HABR", "gas to Georgia", "published"),
        ("TM_GALKYNYSH", "CN_KHORGOS", 2024, 31.0, "observed", "EST", "0.775 x 40 bcm of exports", "estimated"),
        ("RU_ALEXANDROVGAI", "UZ_BUKHARA", 2024, 5.6, "observed", "IFUZ", "Russian gas to Uzbekistan", "published"),
        ("RU_ALEXANDROVGAI", "UZ_BUKHARA", 2025, 7.3, "planned", "IFUZ", "Russian gas to Uzbekistan", "published"),
        ("RU_ALEXANDROVGAI", "UZ_BUKHARA", 2026, 11.0, "planned", "IFUZ", "Russian gas to Uzbekistan", "published"),
        ("TM_GALKYNYSH", "TR_ERZURUM", 2025, 1.3, "planned", "TCA25", "swap through Iran, contract", "published"),
    )  # fmt: skip
    for origin, destination, year, bcm, kind, source, note, quality in rows:
        yield _row(origin, destination, "gas", year, bcm * BILLION, kind, source, note, quality)


def _uranium() -> Iterable[Row]:
    rows = (
        ("FR_LEHAVRE", 2022, 2200, "observed", "ATU", "shipped by Aktau-Alat-Poti", "published", "titr"),
        ("FR_LEHAVRE", 2023, 2300, "observed", "ATU", "shipped by Aktau-Alat-Poti to France, Canada, Romania, India and"
         " the United States; all put at Le Havre", "published", "titr"),
        ("FR_LEHAVRE", 2023, 2300 / 0.64 - 2300, "observed", "APAU",
         "the 36 % of western deliveries that did not take the Caspian route; by St Petersburg", "estimated", "north"),
        ("CN_ALASHANKOU", 2023, 10_345, "observed", "EST", "national output times the share sold to Asia", "estimated",
         ""),
        ("FR_LEHAVRE", 2025, 3500, "planned", "SWU", "plan announced in 2022, without a date", "published", "titr"),
    )  # fmt: skip
    for destination, year, tonnes, kind, source, note, quality, tag in rows:
        yield _row("KZ_INKAI", destination, "uranium", year, tonnes, kind, source, note, quality, tag=tag)


def _data() -> Iterable[Row]:
    rows = (
        ("KZ_ALMATY", "DE_FRANKFURT", 2025, 2000.0, "external traffic of Kazakhstan"),
        ("CN_XIAN", "DE_FRANKFURT", 2025, 1000.0, "China-Europe transit through Kazakhstan"),
        ("AZ_BAKU", "DE_FRANKFURT", 2025, 1500.0, "external traffic of Azerbaijan"),
        ("UZ_TASHKENT", "DE_FRANKFURT", 2025, 1500.0, "external traffic of Uzbekistan"),
        ("GE_TBILISI", "DE_FRANKFURT", 2025, 600.0, "external traffic of Georgia"),
        ("KG_BISHKEK", "DE_FRANKFURT", 2025, 400.0, "external traffic of the Kyrgyz Republic"),
        ("TM_ASHGABAT", "DE_FRANKFURT", 2025, 100.0, "external traffic of Turkmenistan"),
    )
    for origin, destination, year, gbit, note in rows:
        yield _row(origin, destination, "data", year, gbit, "assumed", "REC",
                   f"{note}; order of magnitude, recalled, no figure in the facts")  # fmt: skip


def _carried(rows: list[Row], year: int = 2025) -> Iterable[Row]:
    """Yield the latest observed flow of an earlier year as that of the base year where the base year has none."""
    known = {(row["origin_node_id"], row["destination_node_id"], row["commodity_id"]) for row in rows
             if row["year"] == year}  # fmt: skip
    latest: dict[tuple[str, str, str, str], Row] = {}
    for row in sorted(rows, key=lambda row: row["year"]):
        key = (row["origin_node_id"], row["destination_node_id"], row["commodity_id"])
        tag = row["demand_id"].partition(f".{row['year']}")[2]
        if row["year"] < year and key not in known:
            latest[*key, tag] = row
    for (*_, tag), row in latest.items():
        stem = row["demand_id"].partition(f".{row['year']}")[0]
        yield {
            **row, "demand_id": f"{stem}.{year}{tag}", "year": year, "kind": "assumed", "quality": "estimated",
            "note": f"the figure of {row['year']} carried over to the base year; {row['note']}",
        }  # fmt: skip


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the demand table."""
    rows = [*_containers(), *_grain(facts), *_dry(), *_crude(), *_gas(), *_uranium(), *_data()]
    return {"demand": frame([*rows, *_carried(rows)])}
