"""The ways: rail, road and sea links of the facts, cut at the borders they pass, and those that were missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .places import moved, positions
from .rows import ESTIMATE, great_circle_km, plain, read, source_of

NEVER = 9999

#: Speed while moving, km/h, by mode and country: (speed, source). CPMM "speed without delay", latest year;
#: the other figures are estimates.
_SPEED: dict[tuple[str, str], tuple[float, str]] = {
    ("rail", "CN"): (80.2, "CP23CN"), ("rail", "KZ"): (57.9, "CP22KZ"), ("rail", "TM"): (29.3, "CP22TM"),
    ("rail", "RU"): (43.2, "NPK26"), ("rail", "UZ"): (43.2, "EST"), ("rail", "KG"): (35.0, "EST"),
    ("rail", "AZ"): (45.0, "EST"), ("rail", "GE"): (40.0, "EST"), ("rail", "TR"): (45.0, "EST"),
    ("rail", "IR"): (45.0, "EST"), ("rail", "BY"): (50.0, "EST"), ("rail", "AM"): (40.0, "EST"),
    ("rail", ""): (60.0, "EST"),
    ("road", "CN"): (80.5, "CP23CN"), ("road", "KZ"): (51.1, "CP22KZ"), ("road", "UZ"): (45.6, "CP22UZ"),
    ("road", "TM"): (53.5, "CP22TM"), ("road", "AZ"): (53.3, "CP22AZ"), ("road", "GE"): (35.2, "CP23GE"),
    ("road", "KG"): (42.0, "CP22RD"), ("road", "RU"): (55.0, "EST"), ("road", "IR"): (55.0, "EST"),
    ("road", "TR"): (60.0, "EST"), ("road", ""): (65.0, "EST"),
    ("sea", ""): (22.0, "EST"),
}  # fmt: skip

#: Links of the facts that are cut at a border, replaced or modelled elsewhere.
_DROPPED = {
    "KZ_BOLASHAK-TM_BEREKET.rail", "TM_BEREKET-IR_INCHEHBORUN.rail", "KZ_ATYRAU-RU_ASTRAKHAN.rail",
    "KZ_ATYRAU-RU_ASTRAKHAN.road", "KZ_ORAL-RU_OZINKI.rail", "RU_OZINKI-KZ_ORAL.road",
    "KZ_PETROPAVL-RU_YEKATERINBURG.rail", "CN_KASHGAR-KG_IRKESHTAM_OSH.road", "KG_IRKESHTAM_OSH-UZ_ANDIJAN.road",
    "KZ_TAZHEN-UZ_KUNGRAD.road", "BG_SOFIA-HU_BUDAPEST.rail", "HU_BUDAPEST-DE_DUISBURG.rail",
    "KZ_AISHABIBI-KG_CHALDOVAR.road", "KZ_LUGOVAYA-KZ_AISHABIBI.road", "UZ_KUNGRAD-UZ_BUKHARA.rail",
    "UZ_SAMARKAND-UZ_BUKHARA.rail", "AZ_ALAT-AZ_BAKU.rail", "AZ_BAKU-AZ_ABSHERON.rail",
}  # fmt: skip

#: Lengths put right: link -> (km, source, quality, note).
_LENGTHS: dict[str, tuple[float, str, str, str]] = {
    "CN_LANZHOU-CN_URUMQI.rail": (1904, "WPLANXIN", "published", ""),
    "CN_LIANYUNGANG-CN_ZHENGZHOU.rail": (539, "WPLONGHAI", "published", "km 33 to km 572"),
    "CN_ZHENGZHOU-CN_XIAN.rail": (511, "WPLONGHAI", "published", "km 572 to km 1,083"),
    "CN_XIAN-CN_LANZHOU.rail": (676, "WPLONGHAI", "published", "km 1,083 to km 1,759"),
    "CN_URUMQI-CN_JINGHE.rail": (381.5, "WPWUJING2", "published", "second line of 2009"),
    "CN_JINGHE-CN_ALASHANKOU.rail": (
        78.5,
        "WPBEIJIANG",
        "published",
        "460 km Urumqi-Alashankou less 381.5 km; second track opened fully in 2024 [PPLPT]",
    ),
    "CN_JINGHE-CN_KHORGOS.rail": (286, "WPJINGYIHUO", "published", ""),
    "KZ_DOSTYK-KZ_AKTOGAY.rail": (304, "WPAKTDOS", "published", "second track opened on 30 September 2025 [KP2512]"),
    "KZ_AKTOGAY-KZ_MOYINTY.rail": (
        532,
        "RF2502",
        "published",
        "836 km Dostyk-Moyinty less 304 km [WPAKTDOS]; second "
        "track "
        "opened on 30 September 2025; 37-41 trains a day seen on both tracks [INF2601]",
    ),
    "KZ_ZHEZKAZGAN-KZ_SAKSAUL.rail": (
        517,
        "UIC14",
        "estimated",
        "988 km Zhezkazgan-Beyneu published; the cut 517 + 471 km is recalled",
    ),
    "KZ_SHALKAR-KZ_BEYNEU.rail": (
        471,
        "UIC14",
        "estimated",
        "988 km Zhezkazgan-Beyneu published; the cut 517 + 471 km is recalled",
    ),
    "KZ_SHALKAR-KZ_KANDYAGASH.rail": (273, "WPARAL", "published", "km 553 to km 826"),
    "KZ_SAKSAUL-KZ_SHALKAR.rail": (
        169,
        "WPARAL",
        "estimated",
        "666 km Shalkar-Kyzylorda published; the cut at Saksaulskaya is ours",
    ),
    "KZ_SAKSAUL-KZ_KYZYLORDA.rail": (
        497,
        "WPARAL",
        "estimated",
        "666 km Shalkar-Kyzylorda published; the cut at Saksaulskaya is ours",
    ),
    "KZ_BEYNEU-KZ_MANGYSTAU.rail": (404, "XALQ24", "published", ""),
    "KZ_ZHANAOZEN-KZ_BOLASHAK.rail": (146, "INF1305", "published", ""),
    "KZ_LUGOVAYA-KG_KAINDY.rail": (
        80.5,
        "WIKIRAILKG",
        "estimated",
        "322.7 km Lugovaya-Balykchy less 167.9 km leaves 154.8 to Bishkek; the cut at Kaindy is ours",
    ),
    "KG_KAINDY-KG_BISHKEK.rail": (
        74.3,
        "WIKIRAILKG",
        "estimated",
        "322.7 km Lugovaya-Balykchy less 167.9 km leaves 154.8 to Bishkek; the cut at Kaindy is ours",
    ),
    "AZ_ALAT-AZ_GANJA.rail": (288, "RAILLY19", "estimated", "503 km Baku-border published; the cuts are ours"),
    "AZ_GANJA-AZ_BOYUKKESIK.rail": (137, "RAILLY19", "estimated", "503 km Baku-border published; the cuts are ours"),
    "GE_KARTSAKHI-TR_KARS.rail": (76, "RAILLY19", "published", ""),
    "TR_KARS-TR_SIVAS.rail": (
        844.1,
        "WPANKARS",
        "estimated",
        "1,446.1 km Ankara-Kars published; 602 km Ankara-Sivas recalled",
    ),
    "TR_SIVAS-TR_ANKARA.rail": (
        602,
        "WPANKARS",
        "estimated",
        "1,446.1 km Ankara-Kars published; the cut at Sivas is recalled",
    ),
    "TR_ANKARA-TR_ISTANBUL.rail": (576.6, "WPISTANK", "published", ""),
    "RO_CONSTANTA-RO_BUCHAREST.rail": (225, "WPCFR", "published", ""),
}

#: Capacity of both directions: link -> (amount, unit, note).
_CAPACITY: dict[str, tuple[float, str, str]] = {
    "CN_TACHENG-KZ_BAKHTY.rail1435": (10e6, "t", "half of the 20 Mt claimed [AVTO]"),
    "CN_TACHENG-KZ_BAKHTY.rail1520": (10e6, "t", "half of the 20 Mt claimed [AVTO]"),
    "KZ_BAKHTY-KZ_AYAGOZ.rail": (20e6, "t", "claim: CN-KZ total 28 to 48 Mt [AVTO]"),
    "KZ_BEYNEU-KZ_MANGYSTAU.rail": (
        12e6,
        "t",
        "claimed 6 Mt of the TITR rail segment, 10 Mt by 2027 [KTZI25], and 6 Mt "
        "of the North-South branch [DAR2402], which share the line",
    ),
    "KZ_ZHANAOZEN-KZ_BOLASHAK.rail": (6e6, "t", "6 Mt in 2023, 10 Mt targeted for 2027 [DAR2402]"),
    "KZ_SARYAGASH-UZ_KELES.rail": (33e6, "t", "32.3 Mt went in 2025, when the junction was at its limit [QAZ2602]"),
    "GE_TBILISI-GE_SAMTREDIA.rail": (48e6, "t", "after the modernisation of 2025, 27 Mt before [SP2512]"),
    "AZ_BOYUKKESIK-GE_GARDABANI.rail": (27e6, "t", "old capacity of the Georgian trunk [SP2512]"),
    "GE_MARABDA-GE_AKHALKALAKI.rail": (5e6, "t", "from 20 May 2024, 1 Mt before [TR240506]"),
    "GE_AKHALKALAKI-GE_KARTSAKHI.rail": (5e6, "t", "from 20 May 2024, 1 Mt before [TR240506]"),
    "CN_KASHGAR-CN_TORUGART.rail": (15e6, "t", "design of the whole line [RG25]"),
    "CN_TORUGART-KG_MAKMAL.rail": (15e6, "t", "design of the whole line [RG25]"),
    "KG_MAKMAL-KG_JALALABAD.rail": (15e6, "t", "design of the whole line [RG25]"),
}

#: Lines over mountain passes, where the design speed says little of freight, and the speed of a freight train there.
_MOUNTAIN = {"CN_KASHGAR-CN_TORUGART.rail", "CN_TORUGART-KG_MAKMAL.rail", "KG_MAKMAL-KG_JALALABAD.rail"}
_MOUNTAIN_KM_PER_H = 40.0

#: Mean loss at a known bottleneck of a link, h: (hours, note).
_DELAYS: dict[str, tuple[float, str]] = {
    "TR_ISTANBUL-TR_HALKALI.rail": (7.5, "freight passes Marmaray at night only; a window of 5 h means 7.5 h of "
                                         "waiting "
                                    "on average (19^2 / 48)"),
    "KZ_KAZYBEKBEK-KZ_ALMATY.rail": (8.0, "Almaty node: congestion and change of locomotive; the by-pass is claimed to "
                                     "save 24 h [LOGI], of which one third is taken here"),
    "GE_MARABDA-GE_AKHALKALAKI.rail": (11.1, "mountain line of one track: passing and banking so that "
                                       "Gardabani-Akhalkalaki takes the 24 h promised as the longest [DAY2510]"),
    "TR_KARS-TR_SIVAS.rail": (17.5, "mountain line of one track: passing and banking so that Kars-Istanbul takes the "
                              "70 h promised as the longest [DAY2510]; that all of it is lost here is an estimate"),
    "KZ_SARYAGASH-UZ_KELES.rail": (6.0, "junction at its limit, trains wait at Darbaza [KUN2311]; estimate"),
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """A link the facts do not have; ``length_km`` of 0 means great circle times ``circuity``."""

    start: str
    end: str
    mode: str
    length_km: float = 0.0
    circuity: float = 1.15
    source_id: str = ESTIMATE
    quality: str = "estimated"
    note: str = ""
    gauge_mm: int = 0
    status: str = "existing"
    opens_year: int = 0
    tracks: int = 0
    electrification: str = "unknown"


def _rail(start: str, end: str, gauge_mm: int, length_km: float = 0.0, **more: object) -> Way:
    return Way(start, end, "rail", length_km, gauge_mm=gauge_mm, **more)  # type: ignore[arg-type]


def _road(start: str, end: str, length_km: float = 0.0, **more: object) -> Way:
    return Way(start, end, "road", length_km, **more)  # type: ignore[arg-type]


_RECALLED = {"source_id": "MEM", "quality": "estimated"}
_BUILDING = {"status": "construction", "opens_year": NEVER}
_PROPOSED = {"status": "proposed", "opens_year": NEVER}

#: Links that were missing.
_ADDED: tuple[Way, ...] = (
    # borders that links of the facts jumped over
    _rail("KZ_BOLASHAK", "TM_SERHETYAKA", 1520, circuity=1.1), _rail("TM_SERHETYAKA", "TM_BEREKET", 1520,
                                                                     circuity=1.12),
    _rail("TM_BEREKET", "TM_AKYAYLA", 1520, circuity=1.15), _rail("TM_AKYAYLA", "IR_INCHEHBORUN", 1520, circuity=1.15),
    _rail("KZ_ATYRAU", "KZ_GANYUSHKINO", 1520), _rail("KZ_GANYUSHKINO", "RU_AKSARAYSKAYA", 1520),
    _rail("RU_AKSARAYSKAYA", "RU_ASTRAKHAN", 1520, circuity=1.1),
    _rail("KZ_ORAL", "KZ_TASKALA", 1520, circuity=1.08), _rail("KZ_TASKALA", "RU_OZINKI", 1520, circuity=1.08),
    _rail("KZ_PETROPAVL", "RU_PETUKHOVO", 1520, circuity=1.08),
    _rail("RU_PETUKHOVO", "RU_YEKATERINBURG", 1520, circuity=1.15, note="by Kurgan"),
    _rail("BG_SOFIA", "BG_KALOTINA", 1435, circuity=1.2), _rail("BG_KALOTINA", "RS_DIMITROVGRAD", 1435, circuity=1.2),
    _rail("RS_DIMITROVGRAD", "RS_BELGRADE", 1435, circuity=1.3, note="by Nis"),
    _rail("RS_BELGRADE", "RS_SUBOTICA", 1435, circuity=1.15), _rail("RS_SUBOTICA", "HU_KELEBIA", 1435, circuity=1.1),
    _rail("HU_KELEBIA", "HU_BUDAPEST", 1435, circuity=1.1),
    _rail("HU_BUDAPEST", "AT_VIENNA", 1435, circuity=1.15), _rail("AT_VIENNA", "DE_DUISBURG", 1435, circuity=1.2),
    _rail("BG_SVILENGRAD", "BG_RUSE", 1435, circuity=1.45, note="by Stara Zagora and Gorna Oryahovitsa"),
    _rail("BG_RUSE", "RO_BUCHAREST", 1435, circuity=1.15),
    _rail("CN_ZHENGZHOU", "CN_SHANGHAI", 1435, circuity=1.2, note="by Xuzhou and Nanjing"),
    # northern route
    _rail("KZ_ASTANA", "KZ_TOBOL", 1520, circuity=1.12, note="by Yesil"),
    _rail("KZ_TOBOL", "RU_KARTALY", 1520, circuity=1.1), _rail("KZ_TOBOL", "KZ_KOSTANAY", 1520, circuity=1.15),
    _rail("RU_KARTALY", "RU_SAMARA", 1520, circuity=1.35, note="by Magnitogorsk and Ufa"),
    _rail("RU_SAMARA", "RU_MOSCOW", 1520, circuity=1.22), _rail("RU_SARATOV", "RU_SAMARA", 1520, circuity=1.3),
    _rail("PL_WARSAW", "AT_VIENNA", 1435, circuity=1.25, note="by Katowice and Breclav"),
    _rail("PL_WARSAW", "HU_BUDAPEST", 1435, circuity=1.4, note="by Zilina"),
    _rail("PL_WARSAW", "PL_LODZ", 1435, circuity=1.15), _rail("PL_LODZ", "DE_DUISBURG", 1435, circuity=1.15),
    _rail("PL_LODZ", "DE_HAMBURG", 1435, circuity=1.2), _rail("DE_HAMBURG", "DE_DUISBURG", 1435, circuity=1.2),
    _rail("KZ_AYAGOZ", "KZ_SEMEY", 1520, circuity=1.15),
    # Kazakhstan, Kyrgyz Republic, Uzbekistan
    _rail("KZ_ALTYNKOL", "KZ_KHORGOSGW", 1520, 10.0, note="spur to the dry port, circuity not applied: 'about 10 km'",
          **_RECALLED),
    _rail("KZ_LUGOVAYA", "KG_KAINDY", 1520, circuity=1.15), _rail("KG_KAINDY", "KG_BISHKEK", 1520, circuity=1.15),
    _rail("KG_BISHKEK", "KG_BALYKCHY", 1520, 167.9, source_id="WPBISHBAL", quality="published"),
    _rail("KZ_MOYINTY", "KZ_KYZYLZHAR", 1520, circuity=1.1, note="cut-off under construction, about 302-322 km "
                                                                 "recalled",
          **_BUILDING),
    _rail("KZ_KYZYLZHAR", "KZ_ZHEZKAZGAN", 1520, circuity=1.1,
          note="part of Zharyk-Zhezkazgan; stands apart so that the cut-off can join it", **_BUILDING),
    _rail("UZ_KUNGRAD", "UZ_UCHKUDUK", 1520, circuity=1.2, note="by Nukus and Misken"),
    _rail("UZ_UCHKUDUK", "UZ_NAVOI", 1520, circuity=1.2), _rail("UZ_NAVOI", "UZ_BUKHARA", 1520, circuity=1.2),
    _rail("UZ_NAVOI", "UZ_SAMARKAND", 1520, circuity=1.15),
    _rail("UZ_SAMARKAND", "UZ_TERMEZ", 1520, circuity=1.35, note="by Karshi and Boysun"),
    _rail("UZ_TERMEZ", "AF_HAIRATAN", 1520, circuity=1.3),
    _rail("UZ_ANDIJAN", "KG_IRKESHTAM_OSH", 1520, circuity=1.35, note="by Savay and Kara-Suu"),
    # Caucasus, Iran, Türkiye
    _rail("AZ_ALAT", "AZ_ABSHERON", 1520, circuity=1.12, electrification="yes", tracks=2),
    _rail("AZ_ABSHERON", "AZ_BAKU", 1520, circuity=1.25, electrification="yes", tracks=2),
    _rail("AZ_YALAMA", "RU_SAMUR", 1520, circuity=1.1), _rail("RU_SAMUR", "RU_DERBENT", 1520, circuity=1.15),
    _rail("RU_DERBENT", "RU_MAKHACHKALA", 1520, circuity=1.1),
    _rail("RU_MAKHACHKALA", "RU_ASTRAKHAN", 1520, circuity=1.25, note="by Kizlyar"),
    _rail("RU_ASTRAKHAN", "RU_SARATOV", 1520, circuity=1.15),
    _rail("AZ_ASTARA", "IR_ASTARA", 1520, circuity=1.2),
    _rail("AZ_ALAT", "AZ_HORADIZ", 1520, circuity=1.15, note="by Osmanli"),
    _rail("AZ_HORADIZ", "AZ_AGBEND", 1520, 110.4, note="110.4 km, under construction", source_id="MEM", **_BUILDING),
    _rail("AZ_AGBEND", "AM_MEGHRI", 1520, note="with Meghri-Ordubad 42 km [MINTR]", circuity=1.1, **_PROPOSED),
    _rail("AM_MEGHRI", "AZ_ORDUBAD", 1520, note="with Agbend-Meghri 42 km [MINTR]", circuity=1.1, **_PROPOSED),
    _rail("AZ_ORDUBAD", "AZ_NAKHCHIVAN", 1520, circuity=1.2, note="existing line of 188 km to be rebuilt [DAYNAX]",
          **_PROPOSED),
    _rail("AZ_NAKHCHIVAN", "TR_DILUCU", 1435, circuity=1.15, note="gauge change taken at Nakhchivan", **_PROPOSED),
    _rail("TR_DILUCU", "TR_IGDIR", 1435, circuity=1.15, note="Kars-Dilucu 224 km [STAND]", **_BUILDING),
    _rail("TR_IGDIR", "TR_KARS", 1435, circuity=1.25, note="Kars-Dilucu 224 km [STAND]", **_BUILDING),
    _rail("TR_SAMSUN", "TR_SIVAS", 1435, 378.0, note="recalled", **_RECALLED),
    # roads
    _road("CN_XIAN", "CN_LANZHOU", circuity=1.2), _road("CN_LANZHOU", "CN_URUMQI", circuity=1.15),
    _road("CN_URUMQI", "CN_JINGHE", circuity=1.1), _road("CN_JINGHE", "CN_KHORGOS", circuity=1.2),
    _road("CN_JINGHE", "CN_ALASHANKOU", circuity=1.15), _road("CN_URUMQI", "CN_KASHGAR", circuity=1.35),
    _road("CN_CHONGQING", "CN_XIAN", circuity=1.25), _road("CN_CHENGDU", "CN_XIAN", circuity=1.25),
    _road("CN_ZHENGZHOU", "CN_XIAN", circuity=1.12), _road("CN_ZHENGZHOU", "CN_SHANGHAI", circuity=1.15),
                           _road("CN_KHORGOS", "CN_DULATA", circuity=1.2),
    _road("CN_URUMQI", "CN_TACHENG", circuity=1.25), _road("CN_URUMQI", "CN_MAIKAPCHAGAI", circuity=1.25),
    _road("CN_ALASHANKOU", "KZ_DOSTYK", circuity=1.1),
    _road("CN_MAIKAPCHAGAI", "KZ_MAIKAPSHAGAI", circuity=1.3), _road("KZ_MAIKAPSHAGAI", "KZ_AYAGOZ", circuity=1.3),
    _road("CN_KASHGAR", "CN_IRKESHTAM", circuity=1.2), _road("CN_IRKESHTAM", "KG_IRKESHTAM", circuity=1.3),
    _road("KG_IRKESHTAM", "KG_IRKESHTAM_OSH", circuity=1.6), _road("CN_KASHGAR", "CN_TORUGART", circuity=1.2),
    _road("CN_TORUGART", "KG_TORUGART", circuity=1.4), _road("KG_TORUGART", "KG_NARYN", circuity=1.5),
    _road("KG_NARYN", "KG_BALYKCHY", circuity=1.5), _road("KG_BALYKCHY", "KG_BISHKEK", circuity=1.2),
    _road("KG_BALYKCHY", "KG_KARAKOL", circuity=1.15), _road("KG_KARAKOL", "KG_KARKYRA", circuity=1.3),
    _road("KG_KARKYRA", "KZ_KEGEN", circuity=1.2), _road("KZ_KEGEN", "KZ_ALMATY", circuity=1.25),
    _road("KG_IRKESHTAM_OSH", "KG_DOSTUK", circuity=1.2), _road("KG_DOSTUK", "UZ_DUSTLIK", circuity=1.3),
    _road("UZ_DUSTLIK", "UZ_ANDIJAN", circuity=1.2), _road("KG_BISHKEK", "KG_IRKESHTAM_OSH", circuity=2.1,
                                                           note="by Too-Ashuu and Toktogul"),
    _road("KG_BISHKEK", "KG_TOKMOK", circuity=1.1), _road("KG_TOKMOK", "KZ_SARTOBE", circuity=1.3),
    _road("KZ_SARTOBE", "KZ_AUKHATTY", circuity=1.4), _road("KZ_SYPATAI", "KG_CHALDOVAR", circuity=1.3),
    _road("KZ_LUGOVAYA", "KZ_SYPATAI", circuity=1.2), _road("KZ_TARAZ", "KZ_AISHABIBI", circuity=1.3),
    _road("KZ_AISHABIBI", "KG_CHONKAPKA", circuity=1.3), _road("KG_CHONKAPKA", "KG_TALAS", circuity=1.3),
    _road("KG_KAPCHAGAY", "KG_TALAS", circuity=1.3), _road("KG_TALAS", "KG_BISHKEK", circuity=1.6),
    _road("KZ_SHYMKENT", "KZ_KAZYGURT", circuity=1.15), _road("KZ_KAZYGURT", "UZ_NAJIMOV", circuity=1.3),
    _road("UZ_NAJIMOV", "UZ_TASHKENT", circuity=1.25),
    _road("KZ_SHYMKENT", "KZ_KAPLANBEK", circuity=1.15), _road("KZ_KAPLANBEK", "UZ_NAVOIY_POST", circuity=1.3),
    _road("UZ_NAVOIY_POST", "UZ_TASHKENT", circuity=1.25),
    _road("KZ_KONYSBAYEV", "KZ_ATAMEKEN", circuity=1.3), _road("KZ_ATAMEKEN", "UZ_GULISTAN", circuity=1.3),
    _road("UZ_GULISTAN", "UZ_TASHKENT", circuity=1.2), _road("UZ_GULISTAN", "UZ_SAMARKAND", circuity=1.2),
    _road("KZ_KONYSBAYEV", "KZ_SYRDARYA", circuity=1.3), _road("KZ_SYRDARYA", "UZ_MALIK", circuity=1.3),
    _road("UZ_MALIK", "UZ_TASHKENT", circuity=1.2),
    _road("KZ_ATAMEKEN", "KZ_TSELINNY", circuity=1.3), _road("KZ_TSELINNY", "UZ_OKOLTIN", circuity=1.3),
    _road("UZ_OKOLTIN", "UZ_SAMARKAND", circuity=1.2),
    _road("KZ_TAZHEN", "UZ_DAUTOTA", circuity=1.2), _road("UZ_DAUTOTA", "UZ_KUNGRAD", circuity=1.15),
    _road("UZ_SAMARKAND", "UZ_TERMEZ", circuity=1.3), _road("UZ_TERMEZ", "AF_HAIRATAN", circuity=1.3),
    _road("KZ_ATYRAU", "KZ_GANYUSHKINO"), _road("KZ_GANYUSHKINO", "RU_AKSARAYSKAYA"),
    _road("RU_AKSARAYSKAYA", "RU_ASTRAKHAN", circuity=1.1), _road("KZ_BEYNEU", "KZ_ATYRAU", circuity=1.2),
    _road("KZ_ORAL", "KZ_TASKALA", circuity=1.1), _road("KZ_TASKALA", "RU_OZINKI", circuity=1.15),
    _road("RU_OZINKI", "RU_SARATOV", circuity=1.1), _road("RU_SARATOV", "RU_MOSCOW", circuity=1.15),
    _road("KZ_AKTOBE", "KZ_ORAL", circuity=1.15), _road("KZ_AKTOBE", "KZ_ZHAISAN", circuity=1.2),
    _road("KZ_ZHAISAN", "RU_SAGARCHIN", circuity=1.2), _road("RU_SAGARCHIN", "RU_ORENBURG", circuity=1.15),
    _road("RU_ORENBURG", "RU_SAMARA", circuity=1.15), _road("RU_SAMARA", "RU_MOSCOW", circuity=1.2),
    _road("KZ_ASTANA", "KZ_PETROPAVL", circuity=1.12), _road("KZ_PETROPAVL", "RU_PETUKHOVO", circuity=1.1),
    _road("RU_PETUKHOVO", "RU_YEKATERINBURG", circuity=1.2), _road("KZ_ALMATY", "KZ_MOYINTY", circuity=1.2),
    _road("KZ_MOYINTY", "KZ_KARAGANDY", circuity=1.15), _road("KZ_KARAGANDY", "KZ_ASTANA", circuity=1.1),
    _road("RU_MOSCOW", "BY_MINSK", circuity=1.08), _road("BY_MINSK", "BY_BREST", circuity=1.08),
    _road("BY_BREST", "PL_MALASZEWICZE", circuity=1.2), _road("PL_MALASZEWICZE", "PL_WARSAW", circuity=1.12),
    _road("PL_WARSAW", "DE_DUISBURG", circuity=1.15),
    _road("AZ_YALAMA", "RU_SAMUR", circuity=1.3), _road("RU_SAMUR", "RU_MAKHACHKALA", circuity=1.15),
    _road("RU_MAKHACHKALA", "RU_ASTRAKHAN", circuity=1.25), _road("AZ_YALAMA", "AZ_BAKU", circuity=1.12),
    _road("AZ_BAKU", "AZ_ALAT", circuity=1.2), _road("AZ_ALAT", "AZ_ASTARA", circuity=1.2),
    _road("AZ_ASTARA", "IR_ASTARA", circuity=1.3), _road("IR_ASTARA", "IR_TEHRAN", circuity=1.5),
    _road("GE_TBILISI", "GE_LARS", circuity=1.3), _road("GE_LARS", "RU_VERKHNYLARS", circuity=1.3),
    _road("RU_VERKHNYLARS", "RU_VLADIKAVKAZ", circuity=1.2),
    _road("RU_VLADIKAVKAZ", "RU_SARATOV", circuity=1.25, note="schematic, by Volgograd"),
    _road("GE_SARPI", "TR_SARP", circuity=1.3), _road("TR_SARP", "TR_TRABZON", circuity=1.15),
    _road("TR_TRABZON", "TR_SAMSUN", circuity=1.15), _road("TR_SAMSUN", "TR_ANKARA", circuity=1.25),
    _road("TR_ANKARA", "TR_ISTANBUL", circuity=1.25), _road("TR_ANKARA", "TR_MERSIN", circuity=1.3),
    _road("TR_ISTANBUL", "TR_HALKALI", circuity=1.3), _road("TR_HALKALI", "TR_KAPIKULE", circuity=1.1),
    _road("TR_KAPIKULE", "BG_SVILENGRAD", circuity=1.2), _road("BG_SVILENGRAD", "BG_SOFIA", circuity=1.15),
    _road("BG_SOFIA", "BG_KALOTINA", circuity=1.15), _road("BG_KALOTINA", "RS_DIMITROVGRAD", circuity=1.2),
    _road("RS_DIMITROVGRAD", "RS_BELGRADE", circuity=1.25), _road("RS_BELGRADE", "RS_SUBOTICA", circuity=1.15),
    _road("RS_SUBOTICA", "HU_KELEBIA", circuity=1.3), _road("HU_KELEBIA", "HU_BUDAPEST", circuity=1.15),
    _road("BG_SVILENGRAD", "BG_RUSE", circuity=1.25), _road("BG_RUSE", "RO_BUCHAREST", circuity=1.15),
    _road("RO_CONSTANTA", "RO_BUCHAREST", circuity=1.1), _road("RO_BUCHAREST", "RO_CURTICI", circuity=1.3),
    _road("RO_CURTICI", "HU_BUDAPEST", circuity=1.15), _road("HU_BUDAPEST", "AT_VIENNA", circuity=1.12),
    _road("AT_VIENNA", "DE_DUISBURG", circuity=1.2), _road("BG_BURGAS", "BG_SOFIA", circuity=1.15),
    _road("TM_ASHGABAT", "TM_SARAHS", circuity=1.2), _road("TM_SARAHS", "IR_SARAKHS", circuity=1.3),
    _road("IR_SARAKHS", "IR_TEHRAN", circuity=1.2), _road("IR_TEHRAN", "IR_TABRIZ", circuity=1.2),
    _road("IR_TABRIZ", "IR_BAZARGAN", circuity=1.25), _road("IR_BAZARGAN", "TR_GURBULAK", circuity=1.3),
    _road("TR_GURBULAK", "TR_ERZURUM", circuity=1.2), _road("TR_ERZURUM", "TR_SIVAS", circuity=1.2),
    _road("TR_SIVAS", "TR_ANKARA", circuity=1.2), _road("IR_TEHRAN", "IR_BANDARABBAS", circuity=1.2),
    _road("AZ_BAKU", "AZ_ABSHERON", circuity=1.2), _road("KZ_DOSTYK", "KZ_AKTOGAY", circuity=1.4),
    _road("UZ_TASHKENT", "UZ_OYBEK", circuity=1.3), _road("UZ_OYBEK", "TJ_FOTEHOBOD", 2.0),
    _road("TJ_FOTEHOBOD", "TJ_DUSHANBE", circuity=1.5, note="by Khujand"),
    _road("KZ_DOSTYK", "KZ_ALMATY", circuity=1.4, note="by Usharal and Taldykorgan"),
    _road("KZ_BAKHTY", "KZ_ALMATY", circuity=1.3, note="by Usharal and Taldykorgan"),
    _road("KZ_AYAGOZ", "KZ_ALMATY", circuity=1.2), _road("KZ_AYAGOZ", "KZ_SEMEY", circuity=1.2),
    _road("KZ_SEMEY", "KZ_ASTANA", circuity=1.25, note="by Pavlodar"),
    _road("KZ_ASTANA", "KZ_KOSTANAY", circuity=1.2), _road("KZ_KOSTANAY", "KZ_AKTOBE", circuity=1.3),
    _road("KZ_ATYRAU", "KZ_ORAL", circuity=1.08), _road("KZ_ATYRAU", "KZ_AKTOBE", circuity=1.15),
    _road("KZ_MOYINTY", "KZ_KORDAY", circuity=1.2, note="by Burubaital"),
    _road("RU_YEKATERINBURG", "RU_SAMARA", circuity=1.25, note="by Ufa"),
    _road("RU_YEKATERINBURG", "RU_MOSCOW", circuity=1.26, note="by Kazan"),
    # seas
    Way("TM_TURKMENBASHI", "IR_AMIRABAD", "sea", circuity=1.1), Way("RO_CONSTANTA", "TR_ISTANBUL", "sea",
                                                                    circuity=1.05),
    Way("GE_BATUMI", "TR_ISTANBUL", "sea", circuity=1.06), Way("GE_POTI", "BG_BURGAS", "sea", circuity=1.04),
    Way("CN_LIANYUNGANG", "CN_SHANGHAI", "sea", circuity=1.3),
    Way("CN_SHANGHAI", "IR_BANDARABBAS", "sea", 10600.0, source_id="MEM", note="recalled sea distance"),
    Way("CN_SHANGHAI", "ZA_CAPE", "sea", 14300.0, source_id="MEM",
        note="the way most liners take since 2024; 25,900 km Shanghai-Rotterdam recalled, the cut is ours"),
    Way("ZA_CAPE", "NL_ROTTERDAM", "sea", 11600.0, source_id="MEM",
        note="the way most liners take since 2024; 25,900 km Shanghai-Rotterdam recalled, the cut is ours"),
    Way("CN_SHANGHAI", "RO_CONSTANTA", "sea", 15900.0, source_id="MEM", note="by Suez; recalled distance"),
    Way("CN_SHANGHAI", "TR_ISTANBUL", "sea", 15500.0, source_id="MEM", note="by Suez; recalled distance"),
    Way("TR_ISTANBUL", "NL_ROTTERDAM", "sea", 5900.0, source_id="MEM", note="recalled sea distance"),
    Way("GE_ANAKLIA", "RO_CONSTANTA", "sea", circuity=1.04, note="opens with the "
                                                                 "port", **_PROPOSED),  # type: ignore[arg-type]
    Way("GE_ANAKLIA", "TR_ISTANBUL", "sea", circuity=1.06, note="opens with the "
                                                                "port", **_PROPOSED),  # type: ignore[arg-type]
)  # fmt: skip

#: Weather scope of sea links by the sea they cross.
_CASPIAN = {"KZ_AKTAU", "KZ_KURYK", "TM_TURKMENBASHI", "AZ_ALAT", "IR_AMIRABAD", "RU_MAKHACHKALA", "RU_ASTRAKHAN"}
_BLACK_SEA = {"GE_POTI", "GE_BATUMI", "GE_ANAKLIA", "RO_CONSTANTA", "BG_BURGAS"}

#: Lifetimes that the status of the facts does not say: link -> (status, opens, note).
_LIFETIME: dict[str, tuple[str, int, str]] = {
    "KZ_ZHIBEKZHOLY-UZ_GISHTKUPRIK.road": ("construction", NEVER, "closed from 5 February 2025 for rebuilding; "
                                                                  "reopening "
                                           "planned for 31 July 2026 [INFZZ], an intervention opens it"),
    "TR_BANDIRMA-TR_TEKIRDAG.sea": ("existing", 2025, "train ferry opened 9 May 2025"),
    "KZ_KAPLANBEK-UZ_NAVOIY_POST.road": ("closed", 0, "people and cars only [NEWSORG25]"),
    "KZ_SYRDARYA-UZ_MALIK.road": ("closed", 0, "people and cars only, by daylight [DIYOR24]"),
    "KZ_TSELINNY-UZ_OKOLTIN.road": ("closed", 0, "people and cars only, by daylight [DIYOR24]"),
    "KG_JALALABAD-UZ_ANDIJAN.rail": ("existing", 0, "existing Soviet line by Savay, to be rebuilt for the new railway"),
}  # fmt: skip


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the surface links."""
    points, old = positions(facts), moved(facts)
    rows: list[dict[str, object]] = []
    for row in read(facts, "corridor/links.csv"):
        if row["mode"] in ("rail", "road", "sea"):
            rows += _from_facts(row, points, old)
    rows += [_from_way(way, points) for way in _ADDED]
    return {"links": pd.DataFrame([_finished(row) for row in rows])}


def _straight(points: dict[str, tuple[float, float, float]], start: str, end: str) -> float:
    return great_circle_km(points[start][:2], points[end][:2])


def _from_facts(
    row: dict[str, str], points: dict[str, tuple[float, float, float]], old: dict[str, tuple[float, float]]
) -> list[dict[str, object]]:
    """Return the row as one link, or as two where both gauges run."""
    start, end, mode = row["from"], row["to"], row["mode"]
    name = f"{start}-{end}.{mode}"
    if name in _DROPPED:
        return []
    straight = _straight(points, start, end)
    length, note = float(row["distance_km"]), plain(row["source_note"])
    is_source = row["data_flag"] == "source"
    source, quality = source_of(row["source_note"]), "published" if is_source else "estimated"
    if not is_source:
        if start in old or end in old:  # the same detour over the corrected straight line
            before = great_circle_km(old.get(start, points[start][:2]), old.get(end, points[end][:2]))
            length = round(max(length * straight / before, 1.02 * straight), 1)
            note = f"{note}; scaled to the corrected position of an end"
        if source not in ("MEM",) and "great-circle" in row["source_note"]:
            source = ESTIMATE
    status, opens = _status(row["status"])
    base: dict[str, object] = {
        "from_node_id": start, "to_node_id": end, "mode": mode, "length_km": length, "note": note,
        "source_id": source, "quality": quality, "status": status, "opens_year": opens,
        "track_count": int(row["tracks"].split("-")[0] or 0) if row["tracks"] else (1 if mode == "rail" else 0),
        "electrification": _electrification(row["electrified"], mode),
    }  # fmt: skip
    if row["typical_speed_kmh"] == "120":
        base["speed_km_per_h"] = 80.0
        base["note"] = f"{note}; design speed 120 km/h, freight taken at 80"
    if name in _MOUNTAIN:
        base["speed_km_per_h"] = _MOUNTAIN_KM_PER_H
        base["note"] = f"{note}; mountain line of one track, freight taken at {_MOUNTAIN_KM_PER_H:g} km/h; assumed"
    if mode != "rail":
        return [base | {"link_id": name, "gauge_mm": 0}]
    gauges = [int(text) for text in row["gauge_mm"].split(";")]
    if len(gauges) == 1:
        return [base | {"link_id": name, "gauge_mm": gauges[0]}]
    return [base | {"link_id": f"{name}{gauge}", "gauge_mm": gauge, "track_count": 1} for gauge in gauges]


def _from_way(way: Way, points: dict[str, tuple[float, float, float]]) -> dict[str, object]:
    straight = _straight(points, way.start, way.end)
    length, note = way.length_km, way.note
    if not length:
        length = max(round(straight * way.circuity, 1), 1.0)
        note = f"great circle {straight:.0f} km x {way.circuity}; {note}".rstrip("; ")
    return {
        "link_id": f"{way.start}-{way.end}.{way.mode}", "from_node_id": way.start, "to_node_id": way.end,
        "mode": way.mode.split("-")[0], "length_km": length, "note": note, "source_id": way.source_id,
        "quality": way.quality, "status": way.status, "opens_year": way.opens_year, "gauge_mm": way.gauge_mm,
        "track_count": way.tracks or (1 if way.mode == "rail" else 0), "electrification": way.electrification,
    }  # fmt: skip


def _status(text: str) -> tuple[str, int]:
    for word in ("construction", "planned"):
        if text.startswith(word):
            return word, NEVER
    return "existing", 0


def _electrification(text: str, mode: str) -> str:
    if mode != "rail" or not text:
        return "unknown"
    return next((word for word in ("yes", "partly", "no") if text.startswith(word)), "unknown")


def _finished(row: dict[str, object]) -> dict[str, object]:
    """Add speed, capacity, delay, weather scope and corrections to a link."""
    link_id, mode = str(row["link_id"]), str(row["mode"])
    start, end = str(row["from_node_id"]), str(row["to_node_id"])
    speed, speed_source = _SPEED.get((mode, start[:2]), _SPEED[mode, ""])
    row.setdefault("speed_km_per_h", speed)
    notes = [str(row["note"])]
    if link_id in _LENGTHS:
        row["length_km"], row["source_id"], row["quality"], note = _LENGTHS[link_id]
        notes = [note]
    if speed_source != ESTIMATE and row["speed_km_per_h"] == speed:
        notes.append(f"speed {speed:g} km/h without delay [{speed_source}]")
    elif row["quality"] == "published":  # a row is as good as the weaker of its length and its speed
        row["quality"] = "estimated"
        notes.append(f"length published, speed of {row['speed_km_per_h']:g} km/h estimated")
    if link_id in _CAPACITY:
        row["capacity_per_year"], row["capacity_unit"], note = _CAPACITY[link_id]
        notes.append(f"capacity: {note}")
    if link_id in _DELAYS:
        row["delay_h"], note = _DELAYS[link_id]
        notes.append(note)
    if link_id in _LIFETIME:
        row["status"], row["opens_year"], note = _LIFETIME[link_id]
        notes.append(note)
    if mode == "sea":
        ends = {start, end}
        row["closure_scope"] = "caspian" if ends & _CASPIAN else "black_sea" if ends & _BLACK_SEA else ""
    row["time_cv_frac"] = {"rail": 0.15, "road": 0.15, "sea": 0.1}[mode]
    row["note"] = "; ".join(text for text in notes if text)
    return row
