"""Demand of the ten commodities: who wants what, where and when, with the route outside where its price is known.

A published total that is split over origins and destinations by us is marked `estimated`, and the note says how it
was split; a figure of an earlier year that stands for the base year, and an order of magnitude of our own, is of kind
`assumed`: nobody forecast it. The ministry's tonnes (all cargo on the route through Kazakhstan) and the Association's
(through Kazakh and Azerbaijani ports) are different scopes and are never added: the rows here rest on the ministry's,
on the box counts and on customs and pipeline figures.

A flow that was counted at a crossing or on a route names the places that only this route passes (`via_node_ids`); any
other flow chooses its route. Lorries counted at a post are goods of their own, `truckload`, 20 t each: they say how
busy the post is and nothing of what they carry. Container trains come by schedule as trains, wagons of one sender as
trains where the length of trains is known.
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

#: The ways of the route: what only it passes, westward. To Istanbul by Kars, the way of the railway, by assumption.
TO_BAKU = ("KZ_AKTAU", "AZ_ALAT")
TO_POTI = (*TO_BAKU, "AZ_BOYUKKESIK", "GE_SAMTREDIA")
TO_KARS = (*TO_BAKU, "AZ_BOYUKKESIK", "GE_AKHALKALAKI", "TR_KARS")
BY_TURKMENBASHI = ("TM_TURKMENBASHI", *TO_KARS[1:])
TO_CONSTANTA = (*TO_POTI, "GE_POTI", "RO_CONSTANTA")
#: Shares of the boxes on the route: (origin, destination, share, outside, way). Shares are assumptions.
FROM_CHINA = (
    ("CN_XIAN", "AZ_ABSHERON", 0.50, SEA_POTI, ("KZ_ALTYNKOL", *TO_BAKU)),
    ("CN_XIAN", "GE_POTI", 0.25, SEA_POTI, ("KZ_ALTYNKOL", *TO_POTI)),
    ("CN_XIAN", "TR_ISTANBUL", 0.15, SEA_EUROPE, ("KZ_ALTYNKOL", *TO_KARS)),
    ("CN_XIAN", "HU_BUDAPEST", 0.10, NORTH_RAIL, ("KZ_ALTYNKOL", *TO_CONSTANTA)),
)
REGIONAL = (
    ("KZ_ALMATY", "GE_POTI", 0.30, NONE, TO_POTI),
    ("KZ_ALMATY", "TR_ISTANBUL", 0.25, NONE, TO_KARS),
    ("UZ_TASHKENT", "TR_ISTANBUL", 0.15, NONE, ("UZ_KUNGRAD", *TO_KARS)),
    ("TR_ISTANBUL", "KZ_ALMATY", 0.15, NONE, TO_KARS[::-1]),
    ("GE_POTI", "KZ_ALMATY", 0.15, NONE, TO_POTI[::-1]),
)
TEU_PER_TRAIN = 90.0
#: Boxes of forty feet on a container train of the route (90 TEU [TR241203]) and of the northern way (108 TEU [CP23CN]),
#: and wagons of a train held back before Dostyk (9,900 in 143 trains [TRN22]).
ON_TRAIN, ON_NORTHERN_TRAIN, WAGONS_ON_TRAIN = 45, 54, 69
#: CPMM: Eurasian express trains have priority over wagons at the Chinese border.
EXPRESS = 0
#: (year, TEU of the whole route, container trains from China, kind, source, note)
BOXES = (
    (2024, 56_500.0, 358.0, "observed", "AT2503", "56,500 TEU in all; 358 trains from China x 90 TEU"),
    (2025, 77_000.0, 400.0, "observed", "REP26", "77,000 TEU in all; about 400 trains from China expected x 90 TEU"),
    (2029, 300_000.0, 2_000.0, "planned", "REP26", "ministry target of 300,000 TEU; 2,000 trains x 90 TEU"),
    (2030, 500_000.0, 3_330.0, "planned", "AT2408", "the president's goal of 500,000 TEU, split as in 2029"),
)  # fmt: skip


def _row(  # noqa: PLR0913, PLR0917 - one argument a column
    origin: str, destination: str, commodity: str, year: int, volume: float, kind: str, source: str, note: str,
    quality: str = "estimated", outside: Outside = NONE, tag: str = "", via: tuple[str, ...] = (), **more: object,
) -> Row:  # fmt: skip
    return {
        "demand_id": f"{commodity}.{origin}-{destination}.{year}" + (f".{tag}" if tag else ""),
        "origin_node_id": origin, "destination_node_id": destination, "commodity_id": commodity, "year": year,
        "volume_per_year": round(volume, 1), "kind": kind, "alternative": outside.name,
        "alternative_cost_usd_per_unit": outside.usd, "alternative_time_h": outside.hours, "note": note,
        "source_id": source, "quality": quality, "via_node_ids": ";".join(via), **more,
    }  # fmt: skip


def _train(wagons: int) -> Row:
    """Return the columns of container trains on schedule."""
    return {"arrival": "scheduled", "group_count": wagons, "priority": EXPRESS}


#: Wagons by destination that passed Altynkol westward in 2022, and the boxes of those to Poland and Belarus, TEU.
WAGONS_BY_ALTYNKOL = {"UZ_TASHKENT": 30_336, "RU_MOSCOW": 31_821, "KG_BISHKEK": 3_497, "KZ_ALMATY": 34_316}
NORTH_BY_ALTYNKOL = 2.0 * (12_929 + 5_149)


def _containers() -> Iterable[Row]:
    for year, total, trains, kind, source, note in BOXES:
        china = min(trains * TEU_PER_TRAIN, 0.6 * total)
        for shares, teu, which in ((FROM_CHINA, china, "from China"), (REGIONAL, total - china, "regional")):
            trains_come = _train(ON_TRAIN) if which == "from China" else {"priority": EXPRESS}
            for origin, destination, share, outside, way in shares:
                yield _row(origin, destination, "container", year, share * teu, kind, source,
                           f"{note}; {share:.0%} of the {which} boxes, an assumption", outside=outside, via=way,
                           **trains_come)  # fmt: skip
    north = "northern rail, China to Europe, all its origins and destinations"
    for tag, teu, crossing, note in (
        ("", 412_000 - NORTH_BY_ALTYNKOL, ("KZ_DOSTYK", "RU_MOSCOW"), "less the part by Altynkol"),
        (
            "altynkol",
            NORTH_BY_ALTYNKOL,
            ("KZ_ALTYNKOL", "RU_MOSCOW"),
            "the 12,929 wagons to Poland and 5,149 to Belarus that passed Altynkol in 2022 x 2 TEU [RN22A]",
        ),
    ):
        yield _row("CN_XIAN", "DE_DUISBURG", "container", 2024, teu, "observed", "RN25U", f"{north}; {note}",
                   outside=SEA_EUROPE, tag=tag, via=crossing, **_train(ON_NORTHERN_TRAIN))  # fmt: skip
    yield _row("DE_DUISBURG", "CN_XIAN", "container", 2024, 61_800, "observed", "RN25U",
               "northern rail, 15 boxes back for 100", outside=SEA_EUROPE, via=("RU_MOSCOW", "KZ_DOSTYK"),
               **_train(ON_NORTHERN_TRAIN))  # fmt: skip
    for origin, destination, way in (("UZ_TASHKENT", "TR_ISTANBUL", BY_TURKMENBASHI),
                                     ("TR_ISTANBUL", "UZ_TASHKENT", BY_TURKMENBASHI[::-1])):  # fmt: skip
        yield _row(origin, destination, "container", 2025, 17_500 / 2.9 / 2, "assumed", "TOD22",
                   "17,500 TEU between Baku and Turkmenbashi from April 2019 to early 2022, taken as 2.9 years and "
                   "carried over; half each way; ends by assumption", tag="turkmenbashi", via=way)  # fmt: skip
    for destination, count in WAGONS_BY_ALTYNKOL.items():
        yield _row(
            "CN_XIAN",
            destination,
            "container",
            2022,
            2.0 * count,
            "observed",
            "RN22A",
            f"{count:,} wagons through Altynkol x 2 TEU, an assumption; all origins in China put at Xi'an",
            via=("KZ_ALTYNKOL",),
            group_count=ON_TRAIN,
            priority=EXPRESS,
        )


SARYAGASH = ("KZ_SARYAGASH", "UZ_KELES")
#: Wheat of Kazakhstan, September 2024 to April 2025: country in food.csv -> (destination, factor to a year, note,
#: way by rail).
WHEAT = {
    "Uzbekistan": ("UZ_TASHKENT", 1.5, "", SARYAGASH),
    "Tajikistan": ("UZ_SAMARKAND", 1.5, "leaves the network at Samarkand; ", SARYAGASH),
    "Azerbaijan": ("AZ_BAKU", 1.5, "", TO_BAKU),
    "Afghanistan": ("AF_HAIRATAN", 1.5, "", SARYAGASH),
    "Kyrgyzstan": ("KG_BISHKEK", 1.5, "", ("KZ_LUGOVAYA", "KG_KAINDY")),
}
HARVEST = "grain_export"


def _grain(facts: Path) -> Iterable[Row]:
    for row in read(facts, "systems/food.csv"):
        if row["commodity"] == "wheat" and row["period"] == "Sep 2024 - Apr 2025" and row["destination"] in WHEAT:
            destination, factor, note, way = WHEAT[row["destination"]]
            yield _row("KZ_ASTANA", destination, "grain", 2025, float(row["value"]) * 1e3 * factor, "observed",
                       row["source_id"], f"{note}{row['value']} kt of wheat in eight months x {factor}; origin put at "
                       "Astana", via=way, season_id=HARVEST)  # fmt: skip
        if row["id"] == "FD017":
            yield _row("KZ_ASTANA", "CN_URUMQI", "grain", 2025, float(row["value"]) * 4e3, "observed",
                       row["source_id"], "355 kt in three months x 4; by Dostyk, an assumption",
                       via=DOSTYK)  # fmt: skip
    yield _row("KZ_ASTANA", "IR_AMIRABAD", "grain", 2025, 1.27 * MILLION, "observed", "INF251010",
               "season 2024/25 by Aktau; origin put at Astana", "observed", via=("KZ_AKTAU",),
               season_id=HARVEST)  # fmt: skip


#: The two rail crossings to China, eastward, and the share of Altynkol: 5.3 of 12.7 Mt in January-May 2024 [KTZ2406].
DOSTYK, ALTYNKOL, BY_ALTYNKOL = ("KZ_DOSTYK", "CN_ALASHANKOU"), ("KZ_ALTYNKOL", "CN_KHORGOS"), 5.3 / 12.7
#: Rail between Kazakhstan and China, t a year, and what of it goes west: 32 Mt in 2024, 9.1 of 23.6 Mt in 2023.
WITH_CHINA, WESTWARD = 32.0 * MILLION, 9.1 / 23.6
T_PER_TEU = 14.0
#: Wagons over Kuryk: 16,500 loaded ones in the 304 days to October 2023 [SILK23], at 65 t.
BY_KURYK = 16_500 / 304 * 365 * 65.0


def _dry() -> Iterable[Row]:
    """Yield bulk, metals and fertiliser."""
    yield from _dry_by_the_caspian()
    yield from _dry_with_china()
    boxes = T_PER_TEU * (2.0 * WAGONS_BY_ALTYNKOL["UZ_TASHKENT"] + 0.15 * (77_000 - 36_000))
    uzbek = 32.3 * MILLION - 6.1 * MILLION - boxes - FERTILISER_NORTH
    for origin, destination, share, way in (
        ("KZ_KARAGANDY", "UZ_TASHKENT", 0.75, SARYAGASH), ("UZ_TASHKENT", "KZ_KARAGANDY", 0.25, SARYAGASH[::-1]),
    ):  # fmt: skip
        yield _row(origin, destination, "bulk", 2025, share * uzbek, "observed", "QAZ2602",
                   "32.3 Mt by rail in 2025 less grain, boxes and fertiliser that have rows of their own; direction by "
                   "assumption", via=way, group_count=WAGONS_ON_TRAIN)  # fmt: skip
    yield _row(
        "KZ_ASTANA",
        "IR_TEHRAN",
        "bulk",
        2023,
        2.1 * MILLION,
        "observed",
        "DAR2402",
        "eastern branch of North-South by rail; origin and destination put at capitals",
        via=("KZ_BOLASHAK", "IR_INCHEHBORUN"),
    )
    yield _row("TM_GARABOGAZ", "GE_POTI", "fertiliser", 2024, 1155e3 * 2 / 3, "claimed", "FERT",
               "urea: two thirds of 1,155 kt capacity exported; all put on the western route",
               via=("AZ_ALAT", *TO_POTI[2:]))  # fmt: skip
    yield _row("AZ_BAKU", "GE_POTI", "fertiliser", 2023, 655e3 * 0.7, "claimed", "FERT2",
               "urea of Sumgait: 70 % of 655 kt exported; origin put at Baku, all put on Poti",
               via=TO_POTI[2:])  # fmt: skip
    yield _row("UZ_TASHKENT", "KZ_SHYMKENT", "fertiliser", 2024, FERTILISER_NORTH, "assumed", "EST",
               "half of the imports of Kazakhstan, about 0.54 Mt; an order of magnitude",
               via=SARYAGASH[::-1])  # fmt: skip


FERTILISER_NORTH = 270e3


def _dry_by_the_caspian() -> Iterable[Row]:
    """Yield what the ministry's series leaves after boxes, by the rail ferries of Kuryk and the dry ships of Aktau."""
    mix = {"grain": 0.447, "metals": 0.119, "bulk": 0.786}  # Mt at Aktau in 2022
    rest = 4.119 * MILLION - 77_000 * T_PER_TEU
    note = ("4.119 Mt of the ministry's series for 2025 less boxes at 14 t/TEU, split as the dry cargo of Aktau in 2022"
            " and over destinations by assumption")  # fmt: skip
    flows = {commodity: rest * mix[commodity] / sum(mix.values()) for commodity in ("bulk", "metals")}
    kuryk = BY_KURYK / sum(flows.values())
    ends = (("AZ_BAKU", 0.3, ()), ("GE_POTI", 0.3, TO_POTI[2:]), ("TR_ISTANBUL", 0.4, TO_KARS[2:]))
    for commodity, volume in flows.items():
        origin = "KZ_KARAGANDY" if commodity == "metals" else "KZ_ALMATY"
        for destination, share, onward in ends:
            for port, part in (("KZ_KURYK", kuryk), ("KZ_AKTAU", 1 - kuryk)):
                yield _row(origin, destination, commodity, 2025, part * share * volume, "observed", "REP26",
                           f"{note}; {part:.0%} by this port, so that 54 wagons a day cross from Kuryk as in 2023 "
                           "[SILK23]", tag=port[3:].lower(), via=(port, "AZ_ALAT", *onward))  # fmt: skip


def _dry_with_china() -> Iterable[Row]:
    """Yield what rail carries between Kazakhstan and China beside boxes, grain and copper, by crossing."""
    west_boxes = {"altynkol": NORTH_BY_ALTYNKOL + 36_000 + 2.0 * sum(WAGONS_BY_ALTYNKOL.values()),
                  "dostyk": 412_000 - NORTH_BY_ALTYNKOL}  # fmt: skip
    copper, grain, boxes_east = 0.4 * MILLION, 1.42 * MILLION, 61_800 * T_PER_TEU
    for name, way, share in (("dostyk", DOSTYK, 1 - BY_ALTYNKOL), ("altynkol", ALTYNKOL, BY_ALTYNKOL)):
        total = WITH_CHINA * share
        east = total * (1 - WESTWARD)
        west = total - east - west_boxes[name] * T_PER_TEU
        if name == "dostyk":
            east -= copper + grain + boxes_east
        note = (f"32 Mt by rail in 2024, 14.5 of 23.6 Mt eastward in 2023, {share:.0%} by this crossing as in January-"
                "May 2024 [KTZ2406]; less boxes, grain and copper that have rows of their own")  # fmt: skip
        yield _row("KZ_KARAGANDY", "CN_URUMQI", "bulk", 2024, east, "observed", "RN2505", note, tag=name, via=way,
                   group_count=WAGONS_ON_TRAIN)  # fmt: skip
        city, place = ("KZ_ASTANA", "Astana") if name == "dostyk" else ("KZ_ALMATY", "Almaty")
        yield _row("CN_URUMQI", city, "bulk", 2024, west, "observed", "RN2505", f"{note}; all put at {place}",
                   tag=name, via=way[::-1], group_count=WAGONS_ON_TRAIN)  # fmt: skip
    yield _row("KZ_ZHEZKAZGAN", "CN_URUMQI", "metals", 2024, copper, "assumed", "REC",
               "refined copper, about 0.4 Mt a year, recalled; no figure of rail in the facts; by Dostyk, assumed",
               via=DOSTYK)  # fmt: skip


#: Share of a post's capacity that its lorries take in a mean month, where only what passes on a busy day is known.
BUSY = 0.9
FRUIT = "fruit_and_vegetables"
#: Lorries counted at posts: (origin, destination, year, lorries a day, source, note, way, season). The note says how
#: the mean of the year follows from a busy day.
AT_POSTS: tuple[tuple[str, str, int, float, str, str, tuple[str, ...], str], ...] = (
    ("KZ_ALMATY", "CN_URUMQI", 2025, 650.0, "BAQ2511", "650 a day, what the electronic queue let come when China took "
     "700-750 a day", ("KZ_KHORGOSGW", "CN_KHORGOS"), ""),
    ("KZ_ALMATY", "CN_URUMQI", 2025, BUSY * 250.0, "INFB26", "nine tenths, by assumption, of the 250 a day that pass "
     "Kalzhat", ("KZ_KALZHAT", "CN_DULATA"), ""),
    ("KG_BISHKEK", "KZ_ALMATY", 2023, 273.0 / 1.25, "PARYZ", "273 left on a day of November 2023, taken as the mean of "
     "the season of fruit and vegetables, when 1.25 of the year's mean goes by assumption", ("KG_AKTILEK", "KZ_KARASU"),
     FRUIT),
    ("KZ_SHYMKENT", "UZ_TASHKENT", 2025, BUSY * 500.0, "INF2510", "nine tenths, by assumption, of the 500 a day that "
     "pass Konysbayev with a standing queue", ("KZ_KONYSBAYEV", "UZ_YALLAMA"), ""),
    ("AZ_BAKU", "GE_TBILISI", 2022, BUSY * 300.0 - (13_500 + 13_967) / 365, "AZ24", "nine tenths, by assumption, of "
     "the 300 a day released at Red Bridge with a standing queue, less the lorries off the ferries",
     ("AZ_REDBRIDGE", "GE_TSITELIKHIDI"), ""),
)  # fmt: skip
T_PER_LORRY = 20.0
TO_TURKIYE = ("AZ_ALAT", "AZ_REDBRIDGE", "GE_TSITELIKHIDI", "GE_SARPI")


def _lorries() -> Iterable[Row]:
    """Yield the lorries of the ferries and of the road posts whose traffic is known."""
    ferries = (
        ("KZ_ALMATY", "KZ_KURYK", 2024, 27_000, "ICE25", "27,000 lorries on the ferries of the route"),
        ("UZ_TASHKENT", "TM_TURKMENBASHI", 2020, 27_934, "PN2101", "27,934 lorries between Turkmenbashi and Alat in "
         "2020"),
    )  # fmt: skip
    for end, port, year, lorries, source, note in ferries:
        way = (port, *TO_TURKIYE)
        for origin, destination, via in ((end, "TR_ISTANBUL", way), ("TR_ISTANBUL", end, way[::-1])):
            yield _row(origin, destination, "truckload", year, lorries / 2 * T_PER_LORRY, "observed", source,
                       f"{note}, halved by direction, 20 t each; ends by assumption", via=via)  # fmt: skip
    for origin, destination, year, a_day, source, note, via, season in AT_POSTS:
        yield _row(origin, destination, "truckload", year, a_day * 365 * T_PER_LORRY, "assumed", source,
                   f"{note}; 20 t each; ends by assumption", tag=via[0][3:].lower(), via=via,
                   season_id=season)  # fmt: skip


def _seasons() -> Iterable[Row]:
    """Yield how grain and fruit spread over the months."""
    early, late = 2370.0 / 3, (7600.0 - 2370.0) / 5  # kt a month, September-November and December-April
    mean = 7600.0 / 8
    wheat = {**dict.fromkeys((9, 10, 11), early / mean), **dict.fromkeys((12, 1, 2, 3, 4), late / mean)}
    for month in range(1, 13):
        yield {
            "season_id": HARVEST, "month": month, "factor_frac": round(wheat.get(month, 1.0), 5), "source_id": "TNWW",
            "quality": "estimated",
            "note": "2.37 Mt in September-November 2024 [AT12], 7.6 Mt in September-April; May to August, of which "
                    "nothing is known, as the mean",
        }  # fmt: skip
        yield {
            "season_id": FRUIT, "month": month, "source_id": "PARYZ", "quality": "estimated",
            "factor_frac": 1.25 if month >= 8 else round((12 - 5 * 1.25) / 7, 6),
            "note": "queues of fruit and vegetables from August to December 2023; a quarter more than the mean assumed",
        }  # fmt: skip


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
    by_btc = ("AZ_DUBENDI", "TR_CEYHAN")
    ways = {
        "KZ_TENGIZ": ("RU_NOVOROSSIYSK",), "KZ_KASHAGAN": ("RU_NOVOROSSIYSK",), "KZ_KARACHAGANAK": ("RU_NOVOROSSIYSK",),
        "TM_KIYANLY": by_btc,
    }  # fmt: skip
    for origin, destination, year, megatonnes, kind, source, note, quality, tag in rows:
        way = ("KZ_AKTAU", *by_btc) if tag == "btc" else ways.get(origin, ())
        if destination == "RU_NOVOROSSIYSK":
            way = ("KZ_AKTAU", "RU_MAKHACHKALA")
        yield _row(origin, destination, "crude_oil", year, megatonnes * MILLION, kind, source, note, quality, tag=tag,
                   via=way)  # fmt: skip
    yield _row("TM_TURKMENBASHI", "GE_BATUMI", "oil_products", 2024, 19_761 * 0.5 * 60, "assumed", "PN2101",
               "half of the 19,761 ferry wagons of 2020 taken as tank wagons of 60 t; low confidence",
               via=("AZ_ALAT", *TO_POTI[2:]))  # fmt: skip
    yield _row("AZ_BAKU", "GE_BATUMI", "oil_products", 2024, 0.5 * MILLION, "assumed", "EST",
               "order of magnitude; no figure found", via=TO_POTI[2:])  # fmt: skip


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
    ways = {"titr": (*TO_POTI, "GE_POTI"), "north": ("RU_STPETERSBURG",), "": ()}
    for destination, year, tonnes, kind, source, note, quality, tag in rows:
        yield _row("KZ_INKAI", destination, "uranium", year, tonnes, kind, source, note, quality, tag=tag,
                   via=ways[tag])  # fmt: skip


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
    """Return demand and its seasons."""
    rows = [*_containers(), *_grain(facts), *_dry(), *_lorries(), *_crude(), *_gas(), *_uranium(), *_data()]
    return {"demand": frame([*rows, *_carried(rows)]), "seasons": frame(_seasons())}
