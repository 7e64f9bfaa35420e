"""The 45 interventions of the facts, the electronic border procedures and the cut-off, with the edits they make.

`STATUS` maps the words of the facts to the five honest ones. A project has edits where its effect on the network is
known; those of a project done by the base year set what the tables hold already, so that whoever undoes it knows what
to undo. Where the effect is not known, the note says "effect not modelled" and why. Money in other
currencies is converted at the mean rate of the year it was said in, and the note says so.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from . import digital, posts
from .frames import Row, frame, great_circle_km, read, source_id

NEVER = 9999
EUR_2024, EUR_2025, KZT_2022, KZT_2024 = 1.08, 1.13, 460.0, 469.0

#: id -> (status, first year of effect, quality of the claim).
STATUS: dict[str, tuple[str, int, str]] = {
    "I01": ("construction", 2027, "claimed"), "I02": ("done", 2025, "claimed"),
    "I03": ("construction", 2026, "claimed"), "I04": ("construction", 2026, "claimed"),
    "I05": ("planned", 2026, "claimed"), "I06": ("construction", 2026, "claimed"),
    "I07": ("construction", 2026, "published"), "I08": ("done", 2025, "published"),
    "I09": ("construction", NEVER, "claimed"), "I10": ("agreed", 2027, "published"),
    "I11": ("agreed", 2028, "published"), "I12": ("agreed", NEVER, "published"),
    "I13": ("planned", NEVER, "published"), "I14": ("done", 2024, "observed"),
    "I15": ("done", 2024, "published"), "I16": ("agreed", NEVER, "published"),
    "I17": ("done", 2026, "published"), "I18": ("construction", NEVER, "published"),
    "I19": ("construction", 2027, "claimed"), "I20": ("construction", NEVER, "claimed"),
    "I21": ("construction", 2030, "published"), "I22": ("planned", 2030, "claimed"),
    "I23": ("done", 2025, "claimed"), "I24": ("done", 2025, "claimed"), "I25": ("done", 2025, "published"),
    "I26": ("agreed", 2026, "published"), "I27": ("done", 2021, "published"), "I28": ("done", 2022, "published"),
    "I29": ("construction", 2026, "published"), "I30": ("done", 2024, "published"),
    "I31": ("done", 2025, "claimed"), "I32": ("done", 2025, "claimed"), "I33": ("done", 2024, "claimed"),
    "I34": ("agreed", 2025, "published"), "I35": ("proposed", NEVER, "claimed"),
    "I36": ("agreed", NEVER, "claimed"), "I37": ("agreed", 2028, "claimed"),
    "I38": ("proposed", 2030, "published"), "I39": ("proposed", 2040, "published"),
    "I40": ("agreed", NEVER, "published"), "I41": ("construction", 2026, "published"),
    "I42": ("planned", 2027, "published"), "I43": ("proposed", NEVER, "published"),
    "I44": ("agreed", 2027, "claimed"), "I45": ("done", 2023, "published"),
}  # fmt: skip

#: id -> (USD, how it was found).
CAPEX: dict[str, tuple[float, str]] = {
    "I06": (10.4e9 / KZT_2022, "KZT 10.4 bn of 2022 at 460 KZT/USD"),
    "I15": (100e6, "about USD 100 m, recalled"),
    "I19": (250e6, "over USD 250 m, plan of 2020"),
    "I20": (2.5e9, "USD 2.5 bn of the old concession"),
    "I21": (8e9, "USD 8 bn, of which 4.7 in the Kyrgyz Republic"),
    "I22": (2.4e9 * EUR_2025, "EUR 2.4 bn for Kars-Dilucu only at 1.13 USD/EUR"),
    "I30": (15.4e9 / KZT_2024, "KZT 15.4 bn of 2024 at 469 KZT/USD"),
    "I38": (7e9, "USD 7 bn, whole package"),
    "I39": (17.5e9 * EUR_2024, "EUR 17.5 bn, statement of 2024, at 1.08 USD/EUR"),
    "I40": (10e9 * EUR_2024, "EUR 10 bn pledged in January 2024 at 1.08 USD/EUR; pledges, not capital spent"),
    "I41": (50.6e6, "USD 50.6 m"),
}

#: The commitments of the register that a project fulfils (items of the summit report of 21 May 2025).
COMMITMENT = {"I01": "C17", "I41": "C23", "I42": "C20", "J01": "C13", "J02": "C14"}


def _opens(year: int, *link_ids: str) -> Row:
    return {
        "op": "set", "table": "links", "where": {"link_id": list(link_ids)},
        "values": {"status": "existing", "opens_year": year},
    }  # fmt: skip


def _set(table: str, key: str, ids: str | list[str], **values: object) -> Row:
    return {"op": "set", "table": table, "where": {key: ids}, "values": values}


def _scale(table: str, key: str, ids: str | list[str], **factors: float) -> Row:
    return {"op": "scale", "table": table, "where": {key: ids}, "factors": factors}


TRIPP = (
    "AZ_HORADIZ-AZ_AGBEND.rail", "AZ_AGBEND-AM_MEGHRI.rail", "AM_MEGHRI-AZ_ORDUBAD.rail",
    "AZ_ORDUBAD-AZ_NAKHCHIVAN.rail", "AZ_NAKHCHIVAN-TR_DILUCU.rail", "TR_DILUCU-TR_IGDIR.rail",
    "TR_IGDIR-TR_KARS.rail",
)  # fmt: skip


def _opened(year: int, node_ids: list[str]) -> Row:
    """Return the edit that opens the posts, yards and berths that wait at some places."""
    return {
        "op": "set", "table": "facilities", "where": {"node_id": node_ids, "opens_year": NEVER},
        "values": {"status": "existing", "opens_year": year},
    }  # fmt: skip


def _port(node: str, unit: str, capacity: float) -> Row:
    where = {"node_id": node, "kind": "port", "capacity_unit": unit}
    return {"op": "set", "table": "facilities", "where": where, "values": {"capacity_per_year": capacity}}


def _trucks(node_ids: list[str], per_day: float) -> Row:
    """Return the edit that sets how many trucks of 20 t a day pass the road posts of some places each way."""
    where = {"node_id": node_ids, "kind": "border_post", "from_mode": "road"}
    return {"op": "set", "table": "facilities", "where": where, "values": {"capacity_per_year": per_day * 365 * 20.0}}


IN_TABLES = "already in the tables of the base year"
FEEDER = "KZ_AKTAU-AZ_ALAT.container_ship"
BIG_FEEDER: list[Row] = [
    {"op": "add", "table": "fleets", "rows": [{
        "fleet_id": "caspian_feeder_780", "name": "Shallow-draft feeders of 780 TEU", "vehicle_kind": "container_ship",
        "vehicle_count": 2, "vehicle_capacity_count": 780.0, "capacity_unit": "TEU", "payload_frac": 1.0,
        "note": "built for the low water", "source_id": "PN2509", "quality": "published"}]},
    {"op": "add", "table": "services", "rows": [{
        "service_id": f"{FEEDER}.780", "name": "Aktau to Alat, feeder of 780 TEU", "link_id": "KZ_AKTAU-AZ_ALAT.sea",
        "vehicle_kind": "container_ship", "fleet_id": "caspian_feeder_780", "vehicle_capacity_count": 780.0,
        "capacity_unit": "TEU", "rule": "full_or_timeout", "timeout_h": 192.0, "headway_h": 74.3,
        "headway_cv_frac": 1.0, "load_h": 20.0,
        "unload_h": 20.0, "note": "59 round trips a year as today's ships; twice their loading time, assumed",
        "source_id": "PN2509", "quality": "estimated"}]},
]  # fmt: skip

#: id -> (edits, what they say). The effect of a project without an entry is not modelled, see `WHY_NOT`.
EDITS: dict[str, tuple[list[Row], str]] = {
    "I01": ([_opens(2027, "CN_TACHENG-KZ_BAKHTY.rail1435", "CN_TACHENG-KZ_BAKHTY.rail1520",
                    "KZ_BAKHTY-KZ_AYAGOZ.rail"), _opened(2027, ["CN_TACHENG", "KZ_BAKHTY"])],
            "opens the line with the claimed 20 Mt; a later report says 295 km and service in early 2028"),
    "I02": ([_set("links", "link_id", ["KZ_DOSTYK-KZ_AKTOGAY.rail", "KZ_AKTOGAY-KZ_MOYINTY.rail"], track_count=2)],
            f"{IN_TABLES}: double track; no capacity is set, five times the old one is a claim"),
    "I03": ([_opens(2026, "KZ_ZHETYGEN-KZ_KAZYBEKBEK.rail")],
            "opens the by-pass, which avoids the delay of the Almaty node"),
    "I04": ([_opens(2026, "KZ_DARBAZA-KZ_MAKTAARAL.rail", "KZ_MAKTAARAL-UZ_SYRDARYA.rail"),
             _opened(2026, ["KZ_MAKTAARAL", "UZ_SYRDARYA"])],
            "opens the line beside Saryagash; the claimed 10-14 Mt are not set as a limit"),
    "I05": ([_scale("links", "link_id", "KZ_SARYAGASH-UZ_KELES.rail", capacity_per_year=round(40 / 36, 4))],
            "capacity of the junction from 36 to 40 pairs of trains a day"),
    "I06": ([_port("KZ_AKTAU", "TEU", 240_000.0)], "container capacity from 140,000 to 240,000 TEU"),
    "I07": ([_set("fleets", "fleet_id", "kmtf_tankers_12k", payload_frac=1.0),
             _set("services", "service_id", "KZ_AKTAU-AZ_DUBENDI.tanker", vehicle_capacity_count=12_000.0)],
            "tankers of 12,000 t load 12,000 instead of 10,000 t"),
    "I09": ([_port("KZ_KURYK", "t", 14_100_000.0)],
            "10 Mt more at Kuryk, put on its berths because its own are not in the tables; late, no date"),
    "I10": ([_set("fleets", "fleet_id", "caspian_feeder", vehicle_count=12),
             _scale("services", "service_id", FEEDER, headway_h=0.5)],
            "twice the ships, twice the sailings, if berths allow"),
    "I11": (BIG_FEEDER, "a second service beside the present one"),
    "I12": ([_set("fleets", "fleet_id", "caspian_ropax", vehicle_count=4),
             _scale("services", "service_id", "KZ_KURYK-AZ_ALAT.roro_ferry", headway_h=round(2 / 3, 4))],
            "sailings in proportion to the ships; no date"),
    "I13": ([_port("AZ_ALAT", "TEU", 500_000.0)], "container capacity of the second phase; no date"),
    "I14": ([_set("services", "service_id", FEEDER, load_h=10.0, unload_h=10.0)],
            f"{IN_TABLES}: half of the mean handling of 20.1 h at either end"),
    "I15": ([_set("links", "link_id", ["GE_MARABDA-GE_AKHALKALAKI.rail", "GE_AKHALKALAKI-GE_KARTSAKHI.rail"],
                  capacity_per_year=5_000_000.0)], f"{IN_TABLES}: 5 Mt"),
    "I16": ([_set("links", "link_id", "GE_MARABDA-GE_AKHALKALAKI.rail", delay_h=5.1),
             _set("links", "link_id", "TR_KARS-TR_SIVAS.rail", delay_h=0.0)],
            "the tables take the longest times promised, 24 h Gardabani-Akhalkalaki and 70 h Kars-Istanbul, as the "
            "mean of today; a promise kept would bring the mean to three quarters (assumed): 6 and 17.5 h less, put on "
            "the two sections that only this railway uses; Alat-Boyuk Kesik, shared with the trains to Poti, stays"),
    "I17": ([_set("links", "link_id", "AZ_BOYUKKESIK-GE_GARDABANI.rail", capacity_per_year=48_000_000.0)],
            "capacity from 27 to 48 Mt on the approach; the trunk beyond Tbilisi has it in the tables"),
    "I19": ([_port("GE_POTI", "TEU", 1_000_000.0)], "400,000 TEU more"),
    "I20": ([_opens(2030, "GE_ANAKLIA-GE_SAMTREDIA.rail", "GE_ANAKLIA-RO_CONSTANTA.sea", "GE_ANAKLIA-TR_ISTANBUL.sea"),
             _opened(2030, ["GE_ANAKLIA"])], "opens port, spur and two lines in 2030 if applied; no date is published"),
    "I21": ([_opens(2030, "CN_KASHGAR-CN_TORUGART.rail", "CN_TORUGART-KG_MAKMAL.rail", "KG_MAKMAL-KG_JALALABAD.rail"),
             _opened(2030, ["CN_TORUGART", "KG_MAKMAL"])],
            "opens the line; the claimed 7-8 days and 900 km are for the model to judge"),
    "I22": ([_opens(2030, *TRIPP), _opened(2030, ["AZ_AGBEND", "AM_MEGHRI", "AZ_ORDUBAD", "AZ_NAKHCHIVAN",
                                                  "TR_DILUCU"])],
            "opens the line as a whole; status planned, because the Armenian section has not begun although Azerbaijan"
            " and Türkiye build"),
    "I23": ([_set("links", "link_id", "TR_BANDIRMA-TR_TEKIRDAG.sea", status="existing", opens_year=2025)],
            f"{IN_TABLES}: train ferry"),
    "I26": ([_trucks(["CN_KHORGOS", "KZ_KHORGOSGW"], 1000)], "1,000 trucks a day each way at 20 t"),
    "I27": ([_trucks(["KZ_KORDAY", "KG_AKZHOL"], 400)],
            f"{IN_TABLES}: 2,500 vehicles a day by design, of which 400 trucks each way are assumed"),
    "I28": ([_trucks(["KZ_KONYSBAYEV", "UZ_YALLAMA"], 500)], f"{IN_TABLES}: 500 trucks a day each way"),
    "I29": ([_opens(2026, "KZ_ZHIBEKZHOLY-UZ_GISHTKUPRIK.road"), _opened(2026, ["KZ_ZHIBEKZHOLY", "UZ_GISHTKUPRIK"])],
            "reopens the crossing"),
    "I31": ([{"op": "set", "table": "steps",
              "where": {"facility_id": [f"{node}.border.{way}.rail" for node in ("KZ_ALTYNKOL", "KZ_DOSTYK")
                                        for way in ("CN-KZ", "KZ-CN")],
                        "kind": "customs", "vehicle_kind": "block_train"},
              "values": {"electronic_frac": 1.0, "electronic_service_h": 0.5}}],
            f"{IN_TABLES}: half an hour instead of three for a container train; Aktau has it in its port steps"),
    "I32": ([{"op": "set", "table": "steps",
              "where": {"facility_id": [f"KZ_KHORGOSGW.transload.{way}" for way in ("rail-road", "road-rail")],
                        "kind": "crane"},
              "values": {"electronic_frac": 1.0, "electronic_service_h": 1.0}}],
            f"{IN_TABLES}: one hour instead of five"),
    "I41": ([_opens(2026, "KZ_AKTAU-AZ_SUMGAIT.fibre")], "opens the main cable of 380 km and 400 Tbit/s"),
    "I42": ([_set("fleets", "fleet_id", "kmtf_tankers_12k", vehicle_count=20),
             _scale("services", "service_id", "KZ_AKTAU-AZ_DUBENDI.tanker", headway_h=round(1.45 / 7, 4))],
            "sailings for 7 Mt instead of 1.45; 20 ships at the 0.35 Mt a ship that the ministry's plan implies"),
    "I44": ([_set("links", "link_id", "KZ_BEYNEU-KZ_MANGYSTAU.rail", capacity_per_year=16_000_000.0)],
            "capacity of the corridor from 6 to 10 Mt, set on the line to the ports beside the 6 Mt of the North-South "
            "branch; its ports and ships are I10, I11"),
}  # fmt: skip

PORTS_OF_I35 = ("KZ_AKTAU", "KZ_KURYK", "AZ_ALAT", "TM_TURKMENBASHI", "GE_POTI", "GE_BATUMI")


def _half_fees(facts: Path) -> list[Row]:
    """Return the edit of I35: half the port fees of the corridor."""
    rows = posts.tables(facts)["facilities"]
    ports = sorted(rows.loc[(rows["kind"] == "port") & rows["node_id"].isin(PORTS_OF_I35), "facility_id"])
    return [_scale("steps", "facility_id", ports, cost_usd_per_t=0.5)]


#: Proposals of the energy and data systems, which the 45 do not list: id -> (title, countries, status, USD, claim,
#: edits, note, commitment, source).
PROPOSALS: dict[str, tuple[str, str, str, float | None, str, list[Row], str, str, str]] = {
    "J05": ("Trans-Caspian gas pipeline", "TM;AZ", "proposed", 5e9, "30 bcm a year over 300 km",
            [_opens(2035, "TM_KIYANLY-AZ_SANGACHAL.gas_pipeline")],
            "USD 1.5 bn (seabed only, 2013), 5 bn (2015) and 11.5 bn (2007) are printed; opens in 2035 if applied",
            "C21", "KYIV"),
    "J06": ("Trans-Caspian interconnector (field to field)", "TM;AZ", "proposed", 0.65e9, "10-12 bcm a year over 78 km",
            [_opens(2030, "TM_MAGTYMGULY-AZ_ACG.gas_pipeline")], "USD 0.5-0.8 bn; opens in 2030 if applied", "C21",
            "TURP"),
    "J07": ("Trans-Caspian oil line (Eskene-Kuryk-Baku)", "KZ;AZ", "proposed", 4e9, "23-25, later 56 Mt a year",
            [_opens(2035, "KZ_ESKENE-KZ_KURYK.oil_pipeline", "KZ_KURYK-AZ_DUBENDI.oil_pipeline"),
             _set("links", "link_id", "AZ_DUBENDI-AZ_SANGACHAL.oil_pipeline", capacity_per_year=33_000_000.0)],
            "USD 4 bn of 2009; opens in 2035 if applied, with a wider transfer to Sangachal", "C21", "SRN"),
    "J08": ("Central Asia-China gas line D", "TM;UZ;TJ;KG;CN", "proposed", None, "30 bcm a year",
            [_opens(2030, "TM_GALKYNYSH-CN_WUQIA.gas_pipeline")], "drawn as one leg; opens in 2030 if applied", "",
            "KEBV"),
    "J09": ("Trans-Caspian fibre, reserve cable Kuryk-Buzovna", "KZ;AZ", "planned", None, "330 km",
            [_opens(2027, "KZ_KURYK-AZ_BUZOVNA.fibre")], "date assumed a year after the main cable", "C23", "CAPM"),
    "J10": ("Fibre Siyazan-Turkmenbashi", "AZ;TM", "planned", None, "2-4 Tbit/s over 300 km",
            [_opens(2028, "AZ_SIYAZAN-TM_TURKMENBASHI.fibre")], "agreement of 2019; opens in 2028 if applied", "",
            "BCT"),
    "J11": ("Baku-Supsa line back in use", "AZ;GE;KZ", "proposed", None, "more than 7 Mt a year",
            [_set("links", "link_id", ["AZ_SANGACHAL-GE_TBILISI.oil_pipeline.wrep",
                                       "GE_TBILISI-GE_SUPSA.oil_pipeline.wrep"], status="existing")],
            "idle since March 2022; one of three ways considered for Kazakh oil", "C20", "REPS"),
}  # fmt: skip

NOT_MODELLED = "effect not modelled"
#: Why a project has no edits.
WHY_NOT = {
    "I08": "what the dredged draft of ferries at Kuryk brings is not published",
    "I18": "what new traction and track bring in speed is not published",
    "I24": "10-15 minutes are carriers' words of one pilot post; queues persist where the other side is slower",
    "I25": "what deposits and priority change in the queue is not published",
    "I30": "a budget; what it changes at which post is not published",
    "I33": "the target is a total time; what the operator changes is not said",
    "I34": "the share of the wagon fee in the rates of the tables is not known",
    "I36": "a promoter's claim for the whole journey; its effect at posts is that of J01-J03",
    "I37": "a target for the whole journey; what brings it about is not said",
    "I38": "a package of many measures; the effect is a model result for the whole",
    "I39": "a package of many measures; the effect is a model result for the whole",
    "I40": "pledges of money, without works",
    "I43": "recommendations without numbers",
    "I45": "what coordination brought is not published; the measured times since 2023 hold it",
}  # fmt: skip


def _claim(fact: dict[str, str]) -> str:
    change = " to ".join(filter(None, (fact["before"], fact["after"])))
    return ": ".join(filter(None, (fact["claimed_effect"], f"{change} {fact['unit']}".strip())))


def _interventions(facts: Path) -> list[Row]:
    rows = []
    every = EDITS | {"I35": (_half_fees(facts), "half the port fees, which are all assumed in the tables")}
    for fact in read(facts, "corridor/interventions.csv"):
        name = fact["id"]
        status, year, quality = STATUS[name]
        edits, says = every.get(name, ([], ""))
        if not edits:
            says = f"{NOT_MODELLED}: {WHY_NOT[name]}"
        capex, how = CAPEX.get(name, (None, ""))
        rows.append({
            "intervention_id": name, "title": fact["name"], "country_codes": _countries(fact["countries"]),
            "status": status, "year": year, "capex_usd": round(capex) if capex else None, "claim": _claim(fact),
            "commitment_id": COMMITMENT.get(name, ""), "edits": _json(edits),
            "note": "; ".join(filter(None, (f"facts: {fact['status']}", fact["certainty"], says,
                                            f"capital: {how or fact['capex']}" if how or fact["capex"] else ""))),
            "source_id": source_id(fact["source"]), "quality": quality,
        })  # fmt: skip
    return rows


_GROUPS = {"OTS states": "AZ;KZ;KG;TR;UZ", "Central Asia": "KZ;KG;TJ;TM;UZ"}


def _countries(text: str) -> str:
    return _GROUPS.get(text, text)


def _added(facts: Path) -> list[Row]:
    """Return the cut-off and the proposals that the 45 lack, and the electronic procedures at the borders."""
    rows: list[Row] = [{
        "intervention_id": "J04", "title": "Cut-off Moyinty-Kyzylzhar (329 km)", "country_codes": "KZ",
        "status": "construction", "year": 2027, "claim": "shorter way from Dostyk to Aktau: 329 km, 2025 to 2026",
        "edits": [_opens(2027, "KZ_MOYINTY-KZ_KYZYLZHAR.rail", "KZ_KYZYLZHAR-KZ_ZHEZKAZGAN.rail")],
        "note": "not among the 45 of the facts; completion at the end of 2026, so first full year 2027",
        "source_id": "TR2509SK", "quality": "published",
    }]  # fmt: skip
    rows += [{**row, "year": NEVER, "commitment_id": COMMITMENT.get(row["intervention_id"], "")}
             for row in digital.interventions(facts)]  # fmt: skip
    for name, (title, countries, status, usd, claim, edits, note, commitment, source) in PROPOSALS.items():
        rows.append({
            "intervention_id": name, "title": title, "country_codes": countries, "status": status, "year": NEVER,
            "capex_usd": usd, "claim": claim, "commitment_id": commitment, "edits": edits, "note": note,
            "source_id": source, "quality": "claimed",
        })  # fmt: skip
    return [{**row, "edits": _json(row["edits"])} for row in rows]


def _json(edits: list[Row]) -> str:
    return json.dumps(edits, separators=(",", ":"), ensure_ascii=False)


def _chinese_feeder() -> tuple[list[Row], list[Row]]:
    """Return the railway of 2019 that joins Tacheng to the Chinese network, without which I01 leads nowhere."""
    node = {
        "node_id": "CN_KARAMAY", "name": "Karamay (Baikouquan junction)", "kind": "junction", "country_code": "CN",
        "lon_deg": 85.35, "lat_deg": 45.95, "accuracy_km": 20.0, "note": "position recalled", "source_id": "MEM",
        "quality": "estimated",
    }  # fmt: skip
    base = {"mode": "rail", "speed_km_per_h": 80.2, "time_cv_frac": 0.15, "gauge_mm": 1435}
    return [node], [
        base | {
            "link_id": "CN_KARAMAY-CN_TACHENG.rail", "from_node_id": "CN_KARAMAY", "to_node_id": "CN_TACHENG",
            "length_km": 272.8, "track_count": 1, "note": "opened 30 May 2019; speed as in China [CP23CN]",
            "source_id": "CHDAILY19", "quality": "published",
        },
        base | {
            "link_id": "CN_URUMQI-CN_KARAMAY.rail", "from_node_id": "CN_URUMQI", "to_node_id": "CN_KARAMAY",
            "length_km": round(1.35 * great_circle_km((87.60046, 43.80096), (85.35, 45.95)), 1), "track_count": 1,
            "note": "by Kuytun; great circle x 1.35; speed as in China [CP23CN]", "source_id": "EST",
            "quality": "estimated",
        },
    ]  # fmt: skip


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the interventions, the sources that only they cite and the Chinese end of the third crossing."""
    nodes, links = _chinese_feeder()
    return {
        "interventions": frame([*_interventions(facts), *_added(facts)]), "sources": frame(digital.SOURCES),
        "nodes": frame(nodes), "links": frame(links),
    }  # fmt: skip
