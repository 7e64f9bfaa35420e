"""The places: nodes of the facts, put right where a better source was found, and those a chain still needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .rows import RECALL, read, source_of

_KIND = {"gauge_change": "yard"}
_ACCURACY_KM = {"settlement": 2.0, "approx_2km": 2.0, "approx_10km": 10.0, "approx_20km": 20.0}

#: Names people use, where the name of the facts is long or has another spelling.
_NAMES: dict[str, tuple[str, str]] = {
    "CN_XIAN": ("Xi'an", "Xian|Xi'an International Port"),
    "CN_JINGHE": ("Jinghe", ""),
    "CN_KHORGOS": ("Khorgos (China)", "Horgos|Korgas"),
    "CN_TACHENG": ("Tacheng", "Chuguchak|Baktu"),
    "CN_DULATA": ("Dulata", ""),
    "CN_TORUGART": ("Torugart (China)", ""),
    "KZ_DOSTYK": ("Dostyk", "Druzhba"),
    "KZ_ALTYNKOL": ("Altynkol", ""),
    "KZ_KHORGOSGW": ("Khorgos Gateway", "Khorgos|Khorgos dry port|Nur Zholy"),
    "KZ_KALZHAT": ("Kalzhat", "Kolzhat"),
    "KZ_BAKHTY": ("Bakhty", ""),
    "KZ_MANGYSTAU": ("Mangystau", "Mangyshlak"),
    "KZ_AKTAU": ("Aktau", "Port of Aktau"),
    "KZ_KURYK": ("Kuryk", "Port of Kuryk"),
    "KZ_ALMATY": ("Almaty", "Almaty-1"),
    "KZ_ORAL": ("Oral", "Uralsk"),
    "KZ_LUGOVAYA": ("Lugovaya", "Kulan|Lugovoy"),
    "KZ_KONYSBAYEV": ("Konysbayev", "B. Konysbayev"),
    "KZ_ZHIBEKZHOLY": ("Zhibek Zholy", "Chernyaevka"),
    "KZ_AISHABIBI": ("Aisha-Bibi", ""),
    "KZ_OASIS": ("Oasis", "Oazis"),
    "UZ_TASHKENT": ("Tashkent", "Chukursay"),
    "UZ_GISHTKUPRIK": ("Gisht-Kuprik", "Gishtkuprik"),
    "UZ_OLOT": ("Olot", "Alat (Uzbekistan)"),
    "KG_MAKMAL": ("Makmal", ""),
    "KG_JALALABAD": ("Jalal-Abad", "Manas"),
    "KG_IRKESHTAM_OSH": ("Osh", ""),
    "KG_CHALDOVAR": ("Chaldovar", "Chaldybar"),
    "TM_SARAHS": ("Sarahs", ""),
    "TM_TURKMENBASHI": ("Turkmenbashi", "Krasnovodsk"),
    "AZ_ALAT": ("Alat", "Port of Baku|Baku port"),
    "AZ_ABSHERON": ("Absheron", ""),
    "AZ_BOYUKKESIK": ("Boyuk Kesik", "Beyuk-Kesik"),
    "AZ_REDBRIDGE": ("Red Bridge (Azerbaijan)", "Krasny Most|Sinig Korpu"),
    "GE_GARDABANI": ("Gardabani", ""),
    "GE_TSITELIKHIDI": ("Tsiteli Khidi", "Red Bridge (Georgia)"),
    "GE_TBILISI": ("Tbilisi", "Tbilisi dry port"),
    "GE_POTI": ("Poti", "Port of Poti"),
    "GE_BATUMI": ("Batumi", "Port of Batumi"),
    "GE_ANAKLIA": ("Anaklia", ""),
    "GE_KARTSAKHI": ("Kartsakhi", "Karsakhi"),
    "TR_ISTANBUL": ("Istanbul", "Haydarpasa|Ambarli"),
    "TR_KAPIKOY": ("Kapikoy", ""),
    "RO_CONSTANTA": ("Constanta", "Constanța|Agigea"),
    "RU_OZINKI": ("Ozinki", ""),
    "IR_SARAKHS": ("Sarakhs", ""),
    "IR_TEHRAN": ("Tehran", "Aprin"),
    "RU_NOVOROSSIYSK": ("Novorossiysk", ""),
}


@dataclass(frozen=True)
class Point:
    """A corrected or added position with its accuracy and source."""

    lon_deg: float
    lat_deg: float
    accuracy_km: float
    source_id: str
    quality: str
    note: str = ""


def _settlement(lon: float, lat: float, accuracy_km: float = 2.0, note: str = "settlement point") -> Point:
    return Point(lon, lat, accuracy_km, "GEON", "published", note)


#: Positions put right against a better source.
_CORRECTED: dict[str, Point] = {
    "KZ_ZHARYK": _settlement(72.83598, 48.85692),
    "UZ_SYRDARYA": _settlement(68.66167, 40.84361),
    "AZ_ABSHERON": Point(
        49.75,
        40.32,
        6.0,
        "TR1806",
        "estimated",
        "the source puts the new station beside the old "
        "Heybat station in the Garadagh district, south-west of Baku; position read from that",
    ),
    "CN_ALASHANKOU": Point(82.5703, 45.1703, 1.0, "WPALASHAN", "published", "railway station"),
    "AZ_BOYUKKESIK": Point(45.1894, 41.3883, 2.0, "WPBKESIK", "published", "village; the station lies beside it"),
}

#: Places the facts do not have: id -> (name, kind, aliases, position).
_ADDED: dict[str, tuple[str, str, str, Point]] = {}


def _recalled(lon: float, lat: float, accuracy_km: float = 5.0, note: str = "position recalled") -> Point:
    return Point(lon, lat, accuracy_km, RECALL, "estimated", note)


_ADDED |= {
    "CN_MAIKAPCHAGAI": ("Jeminay", "border", "Jimunai", _recalled(85.53, 47.48, 10)),
    "KZ_MAIKAPSHAGAI": ("Maikapshagai", "border", "", Point(85.50, 47.46, 10, "CARAV12", "estimated",
                        "the crossing is named by the source; position recalled")),
    "CN_IRKESHTAM": ("Irkeshtam (China)", "border", "Erkeshtam", _recalled(73.98, 39.70, 10)),
    "KG_IRKESHTAM": ("Irkeshtam", "border", "", _recalled(73.92, 39.68, 10)),
    "KG_TORUGART": ("Torugart", "border", "", _recalled(75.33, 40.55, 10)),
    "KG_NARYN": ("Naryn", "city", "", _settlement(75.9957, 41.4283)),
    "KG_BALYKCHY": ("Balykchy", "city", "Rybachye", _settlement(76.18709, 42.46017)),
    "KG_KAINDY": ("Kaindy", "border", "Kaiyngdy", Point(73.67585, 42.82469, 2, "GEON", "published",
                  "settlement point; rail post named by the Border Service [VBKG20]")),
    "KG_TOKMOK": ("Tokmok", "border", "", Point(75.30, 42.86, 5, "VBKG20", "estimated",
                  "road post near the Dunlarov bridge named by the source; position recalled")),
    "KZ_SARTOBE": ("Sartobe", "border", "Sortobe", _recalled(75.26, 42.87, 5, "faces Tokmok; position recalled")),
    "KZ_SYPATAI": ("Sypatai Batyr", "border", "Merke", _recalled(73.40, 42.86, 10, "faces Chaldovar near Merke")),
    "KG_CHONKAPKA": ("Chon-Kapka", "border", "", Point(71.47, 42.70, 15, "BARO22", "estimated",
                     "road post of the Talas region named by the source; position recalled")),
    "KZ_KEGEN": ("Kegen", "border", "", Point(79.22, 42.86, 10, "BARO22", "estimated",
                 "pair Kegen/Karkyra named by the source; position recalled")),
    "KG_KARKYRA": ("Karkyra", "border", "Karkara", Point(79.20, 42.80, 10, "AZAT25", "estimated",
                   "round the clock from 25 August 2025; position recalled")),
    "KG_KARAKOL": ("Karakol", "city", "", _settlement(78.39197, 42.49047)),
    "KG_TALAS": ("Talas", "city", "", _settlement(72.2417, 42.52256)),
    "KG_DOSTUK": ("Dostuk", "border", "", _recalled(72.72, 40.60, 5)),
    "UZ_DUSTLIK": ("Dustlik", "border", "", _recalled(72.68, 40.61, 5)),
    "KZ_KAZYGURT": ("Kazygurt", "border", "", Point(69.40, 41.47, 10, "NEWSORG25", "estimated",
                    "the crossing is named by the source; position recalled")),
    "UZ_NAJIMOV": ("S. Najimov", "border", "Nazhimov", Point(69.38, 41.44, 10, "DIYOR24", "estimated",
                   "post named by the source; taken as facing Kazygurt; position recalled")),
    "KZ_ATAMEKEN": ("Atameken", "border", "", Point(68.52, 40.70, 15, "NEWSORG25", "estimated",
                    "the crossing is named by the source; position recalled")),
    "UZ_GULISTAN": ("Gulistan", "border", "", _recalled(68.70, 40.62, 15, "taken as facing Atameken")),
    "KZ_KAPLANBEK": ("Kaplanbek", "border", "", Point(69.25, 41.42, 5, "NEWSORG25", "estimated",
                     "the crossing is named by the source (people and cars); position recalled")),
    "UZ_NAVOIY_POST": ("Navoiy post", "border", "", Point(69.26, 41.39, 5, "DIYOR24", "estimated",
                       "post named by the source; taken as facing Kaplanbek; position recalled")),
    "KZ_SYRDARYA": ("Syrdarya (Kazakhstan)", "border", "", Point(68.60, 40.95, 15, "DIYOR24", "estimated",
                    "pair Malik/Syrdarya named by the source (cars and people by day); position recalled")),
    "UZ_MALIK": ("Malik", "border", "", Point(68.64, 40.88, 15, "DIYOR24", "estimated",
                 "pair Malik/Syrdarya named by the source; position recalled")),
    "KZ_TSELINNY": ("Tselinny", "border", "", Point(68.15, 40.75, 15, "DIYOR24", "estimated",
                    "pair Okoltin/Tselinny named by the source; position recalled")),
    "UZ_OKOLTIN": ("Okoltin", "border", "", Point(68.15, 40.65, 15, "DIYOR24", "estimated",
                   "pair Okoltin/Tselinny named by the source; position recalled")),
    "UZ_DAUTOTA": ("Dautota", "border", "Daut-Ata", _recalled(56.10, 44.72, 20, "faces Tazhen")),
    "UZ_NAVOI": ("Navoi", "city", "", _settlement(65.37917, 40.08444)),
    "UZ_UCHKUDUK": ("Uchkuduk", "junction", "", _recalled(63.55, 42.15, 3)),
    "UZ_TERMEZ": ("Termez", "city", "Galaba", _settlement(67.27833, 37.22417)),
    "KZ_TASKALA": ("Taskala", "border", "Syrym rail post", _settlement(50.29454, 51.11073)),
    "KZ_GANYUSHKINO": ("Ganyushkino", "border", "Kurmangazy", _recalled(49.27, 46.60, 5)),
    "RU_AKSARAYSKAYA": ("Aksarayskaya", "border", "Karauzek", _settlement(48.01188, 46.79244, 3.0, "settlement "
                                                                                                   "Aksarayskiy")),
    "RU_PETUKHOVO": ("Petukhovo", "border", "", _settlement(67.90194, 55.06917)),
    "KZ_ZHAISAN": ("Zhaisan", "border", "", _recalled(56.85, 50.82, 10)),
    "RU_SAGARCHIN": ("Sagarchin", "border", "", _recalled(56.80, 50.90, 10)),
    "RU_ORENBURG": ("Orenburg", "city", "", _settlement(55.09883, 51.76712)),
    "RU_SAMUR": ("Samur", "border", "Yarag-Kazmalyar", _settlement(48.48597, 41.82527)),
    "RU_DERBENT": ("Derbent", "city", "", _settlement(48.28759, 42.06622)),
    "RU_VERKHNYLARS": ("Verkhny Lars", "border", "Upper Lars", _recalled(44.63, 42.75, 3)),
    "GE_LARS": ("Lars (Kazbegi)", "border", "Dariali", _recalled(44.63, 42.74, 3)),
    "RU_VLADIKAVKAZ": ("Vladikavkaz", "city", "", _settlement(44.66986, 43.04101)),
    "TM_SERHETYAKA": ("Serhetyaka", "border", "", _recalled(53.85, 41.70, 20)),
    "TM_AKYAYLA": ("Akyayla", "border", "", _recalled(54.80, 37.55, 10)),
    "IR_ASTARA": ("Astara (Iran)", "border", "", _settlement(48.86994, 38.43084)),
    "IR_BAZARGAN": ("Bazargan", "border", "", _settlement(44.3875, 39.3915)),
    "TR_GURBULAK": ("Gurbulak", "border", "", _recalled(44.36, 39.41, 3)),
    "TR_ERZURUM": ("Erzurum", "city", "", _settlement(41.27694, 39.90861)),
    "TR_SARP": ("Sarp", "border", "", _recalled(41.53, 41.51, 2)),
    "TR_SAMSUN": ("Samsun", "port", "", _settlement(36.3361, 41.27976)),
    "TR_TRABZON": ("Trabzon", "port", "", _settlement(39.72694, 41.005)),
    "TR_IGDIR": ("Igdir", "city", "", _settlement(44.045, 39.92371)),
    "TR_DILUCU": ("Dilucu", "border", "", _recalled(44.78, 39.66, 5)),
    "AZ_HORADIZ": ("Horadiz", "city", "", _settlement(47.33496, 39.45015)),
    "AZ_AGBEND": ("Agbend", "border", "", _recalled(46.55, 38.92, 10)),
    "AM_MEGHRI": ("Meghri (Agarak)", "border", "", _settlement(46.19463, 38.86506)),
    "AZ_ORDUBAD": ("Ordubad", "border", "", _settlement(46.02274, 38.90961)),
    "AZ_NAKHCHIVAN": ("Nakhchivan", "city", "", _settlement(45.41222, 39.20889)),
    "BG_KALOTINA": ("Kalotina", "border", "Dragoman", _recalled(22.86, 42.99, 3)),
    "RS_DIMITROVGRAD": ("Dimitrovgrad (Serbia)", "border", "", _settlement(22.77556, 43.01417)),
    "RS_BELGRADE": ("Belgrade", "city", "", _settlement(20.46513, 44.80401)),
    "RS_SUBOTICA": ("Subotica", "border", "Horgos (Serbia)", _settlement(19.66667, 46.1)),
    "HU_KELEBIA": ("Kelebia", "border", "Roszke", _settlement(19.61659, 46.1968)),
    "BG_RUSE": ("Ruse", "city", "", _settlement(25.9534, 43.84872)),
    "AT_VIENNA": ("Vienna", "city", "", _settlement(16.37208, 48.20849)),
    "DE_HAMBURG": ("Hamburg", "port", "", _settlement(9.99302, 53.55073)),
    "PL_LODZ": ("Lodz", "terminal", "Łódź", _settlement(19.47395, 51.77058)),
    "RU_KARTALY": ("Kartaly", "border", "", _settlement(60.64125, 53.05962)),
    "KZ_TOBOL": ("Tobol", "border", "", _settlement(62.5914, 52.69366)),
    "KZ_KOSTANAY": ("Kostanay", "city", "", _recalled(63.63, 53.21, 2)),
    "RU_SAMARA": ("Samara", "city", "", _settlement(50.13553, 53.20767)),
    "KZ_KYZYLZHAR": ("Kyzylzhar", "junction", "", _recalled(69.65, 48.30, 15)),
    "KZ_SEMEY": ("Semey", "city", "Semipalatinsk", _recalled(80.23, 50.41, 2)),
    "TJ_DUSHANBE": ("Dushanbe", "city", "", _settlement(68.77905, 38.53575)),
    "UZ_OYBEK": ("Oybek road crossing (to Fotehobod)", "border", "", _recalled(69.33, 40.42, 15)),
    "TJ_FOTEHOBOD": ("Fotehobod road crossing", "border", "", _recalled(69.34, 40.41, 15)),
    "AF_HAIRATAN": ("Hairatan", "border", "", _recalled(67.42, 37.22, 3)),
    "ZA_CAPE": ("Cape of Good Hope", "junction", "Cape", _recalled(18.47, -34.36, 5)),
}  # fmt: skip


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the nodes."""
    rows = [_from_facts(row) for row in read(facts, "corridor/nodes.csv")]
    for node_id, (name, kind, aliases, point) in _ADDED.items():
        rows.append(_node(node_id, name, kind, aliases, point))
    return {"nodes": pd.DataFrame(rows)}


def positions(facts: Path) -> dict[str, tuple[float, float, float]]:
    """Return longitude, latitude and accuracy (km) of every place of this module."""
    nodes = tables(facts)["nodes"]
    return {
        str(node_id): (float(lon), float(lat), float(accuracy))
        for node_id, lon, lat, accuracy in zip(
            nodes["node_id"], nodes["lon_deg"], nodes["lat_deg"], nodes["accuracy_km"], strict=True
        )
    }


def moved(facts: Path) -> dict[str, tuple[float, float]]:
    """Return the old longitude and latitude of the places this module corrects."""
    rows = read(facts, "corridor/nodes.csv")
    return {row["id"]: (float(row["lon"]), float(row["lat"])) for row in rows if row["id"] in _CORRECTED}


def _from_facts(row: dict[str, str]) -> dict[str, object]:
    node_id = row["id"]
    name, aliases = _NAMES.get(node_id, (row["name"].split(" (")[0].split(",")[0], ""))
    kind = _KIND.get(row["kind"], row["kind"])
    if "junction" in row["name"] and kind == "city":
        kind, name = "junction", name.replace(" junction", "")
    if node_id in _CORRECTED:
        return _node(node_id, name, kind, aliases, _CORRECTED[node_id])
    is_estimate = row["source"].startswith("estimate")
    point = Point(
        float(row["lon"]), float(row["lat"]), _ACCURACY_KM[row["coord_quality"]],
        RECALL if is_estimate else source_of(row["source"]), "estimated" if is_estimate else "published",
        f"{row['name']}; {row['source'].removeprefix('estimate: ')}" if is_estimate else row["name"],
    )  # fmt: skip
    return _node(node_id, name, kind, aliases, point)


def _node(node_id: str, name: str, kind: str, aliases: str, point: Point) -> dict[str, object]:
    return {
        "node_id": node_id, "name": name, "kind": kind, "country_code": node_id[:2], "lon_deg": point.lon_deg,
        "lat_deg": point.lat_deg, "accuracy_km": point.accuracy_km, "aliases": aliases, "note": point.note,
        "source_id": point.source_id, "quality": point.quality,
    }  # fmt: skip
