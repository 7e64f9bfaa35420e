"""What moves, on what, and on what terms: modes, vehicles, commodities and carriage of the surface network.

The pace of container block trains rests on times of sections (one railway or one union), never on those of whole
journeys, which are left for validation. Nobody publishes measured times of the Trans-Caspian sections: a promised or
targeted time is taken at face value as the mean, that is as a bound on the fast side.

Money is USD per unit and km of 2022-2025 as published, not deflated. CPMM's third indicator (TFI3, USD per
500 km and 20 t) sets trucks and wagons; it holds the money paid at borders, which stand apart here, so half of
one border clearing (one a thousand km) is taken off. Container block trains are set from the ERAI index of 15 July 2024
for the 1520 mm countries; every rate of the Trans-Caspian route itself is left for validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .rows import ESTIMATE

_T_PER_TEU = 14.0
_TEU_PER_TRUCK = 2.0

_MODES = (
    ("rail", "Railway", True, False), ("road", "Road", False, False), ("sea", "Sea and lake", False, True),
)  # fmt: skip

#: vehicle kind, mode, name, kg CO2e per t km, note. DEFRA 2025, direct emissions (tank to wheel).
_KINDS = (
    ("block_train", "rail", "Container block "
                            "train", 0.02779, "rail freight train (UK mix); Kazakh and Chinese traction differ"),
    ("wagon", "rail", "Single wagons", 0.02779, "rail freight train (UK mix); Kazakh and Chinese traction differ"),
    ("truck", "road", "Articulated truck", 0.07703, "articulated truck over 33 t, average load"),
    ("container_ship", "sea", "Container feeder", 0.03675, "container ship of 0-999 TEU"),
    ("deep_sea_ship", "sea", "Ocean container ship", 0.01266, "container ship of 8,000 TEU and more"),
    ("rail_ferry", "sea", "Rail ferry", 0.06105, "ro-ro ferry of 0-1,999 lane metres, for want of a rail ferry factor"),
    ("roro_ferry", "sea", "Ro-ro ferry", 0.06105, "ro-ro ferry of 0-1,999 lane metres"),
    ("bulk_ship", "sea", "Dry cargo ship", 0.01772, "general cargo ship of 5,000-9,999 dwt"),
)  # fmt: skip

#: What a vehicle takes at once, in units of the commodity: boxes of forty feet on land, wagons and lorries by weight.
#: Gondolas and covered wagons take about 65 t, grain hoppers 70 t and tank wagons 60 t; drums of concentrate
#: fill a box of twenty feet with 15 t. Ships take what is there.
_TRUCK_T, _TEU_PER_BOX, _URANIUM_T = 20.0, 2.0, 15.0
_WAGON_T = {"grain": 70.0, "crude_oil": 60.0, "oil_products": 60.0}
_ANY_WAGON_T = 65.0

#: Scale of the choice of a route, USD per unit: a tenth of a usual generalised cost, so that a route with half of the
#: flow loses 5 % of it when it becomes 1 % dearer (the elasticity of a logit share P is -(1 - P) cost / scale). That is
#: about what trade loses to trade costs, -5.0 by Head and Mayer [HM14]; no estimate for routes of this region is known.
_SCALE = {
    "container": 250.0, "grain": 15.0, "bulk": 20.0, "metals": 25.0, "fertiliser": 12.0, "crude_oil": 6.0,
    "oil_products": 8.0, "gas": 0.01, "uranium": 100.0, "truckload": 25.0, "data": 0.0,
}  # fmt: skip

#: commodity, name, unit, t per unit, USD per unit, USD per unit and hour, source, note.
_COMMODITIES: tuple[tuple[object, ...], ...] = (
    ("container", "Containers", "TEU", 14.0, 40_000.0, 10.0, ESTIMATE,
     "420,000 t in 30,000 TEU (NAZ2409), read as gross, as railways bill boxes; value assumed; an hour at 0.6 % of "
     "the value "
     "a day, low end of Hummels and Schaur as recalled [HUMM]"),
    ("grain", "Grain and "
              "flour", "t", 1.0, 230.0, 0.005, ESTIMATE, "value assumed; an hour at 5 % of the value a month"),
    ("bulk", "General bulk", "t", 1.0, 150.0, 0.004, ESTIMATE, "value assumed; an hour at 2 % of the value a month"),
    ("metals", "Metals", "t", 1.0, 900.0, 0.02, ESTIMATE, "value assumed (steel and ferroalloys)"),
    ("fertiliser", "Fertiliser", "t", 1.0, 350.0, 0.006, ESTIMATE, "value assumed"),
    ("crude_oil", "Crude oil", "t", 1.0, 550.0, 0.005, ESTIMATE, "value at about 75 USD a barrel; assumed"),
    ("oil_products", "Oil products", "t", 1.0, 650.0, 0.006, ESTIMATE, "value assumed"),
    ("gas", "Natural gas", "m3", 0.00072, 0.25, 0.0, ESTIMATE, "standard conditions, 0.72 kg/m3; value assumed"),
    ("uranium", "Uranium concentrate", "t", 1.35, 180_000.0, 12.0, ESTIMATE,
     "one t of U3O8 with drums and its share of a 20 ft container: 15 t of concentrate in about 36 drums, 1.3 t of "
     "drums and "
     "securing and 2.3 t of box, so 1.25 to 1.35 t gross; value at about 80 USD a lb of U3O8; a day of delay at 0.16 "
     "%, the "
     "interest, not perishing"),
    ("truckload", "Goods that stay on the lorry", "t", 1.0, 2900.0, 0.7, ESTIMATE,
     "lorries at road posts and on ro-ro ships, whatever they carry; value and hour as a tonne of a container"),
    ("data", "Data traffic", "Gbit/s", 0.0, None, 0.0, ESTIMATE, "sustained rate; no mass"),
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """Terms of a vehicle in a country: money per 20 t truck or TEU and km, and time lost along the way."""

    usd: float
    delay_h_per_km: float
    source_id: str
    quality: str
    note: str


#: Trucks: USD per truck and km, h lost per km.
_TRUCK: dict[str, Terms] = {
    "": Terms(1.6, 0.017, "CIPS19", "estimated", "1.6 USD per truck km assumed; rest so that 7,000 km Khorgos-Poland "
                                                 "take the "
              "13 days of the first TIR truck, with 53 km/h and 60 h of borders"),
    "CN": Terms((2042 - 357 / 2) / 500, 0.017, "CP23CN", "estimated", "TFI3 2023 USD 2,042; rest as on the first TIR "
                                                                      "trucks [CIPS19], "
                "since SWD 31.4 km/h has a border of 16.8 h in it"),
    "KZ": Terms((1030 - 317 / 2) / 500, 0.008, "CP23KZ", "estimated", "TFI3 2023 USD 1,030 (printed as -31 % on "
                                                                      "2022); delay SWOD 51.1 "
                "against SWD 31.2 km/h of 2022 less 4.3 h of border on 1,000 km"),
    "UZ": Terms((687 - 74 / 2) / 500, 0.0077, "CP22UZ", "observed", "TFI3 2022 USD 687; delay SWOD 45.6 against SWD "
                                                                    "29.6 km/h less "
                "4.2 h of border on 1,000 km"),
    "TM": Terms(1.5, 0.0091, "CP22TM", "estimated", "money assumed; delay SWOD 53.5 against SWD 26.4 km/h less 10.1 "
                                                    "h of "
                "border on 1,000 km"),
    "KG": Terms(1.4, 0.017, "CIPS19", "estimated", "money near the Uzbek rate, assumed; rest as on the first TIR "
                                                   "trucks"),
    "AZ": Terms(1.8, 0.0224, "CP23AZ", "estimated", "money assumed; delay SWOD 53.3 (2022) against SWD 22.0 km/h "
                                                    "(2023) less "
                "4.3 h of border on 1,000 km"),
    "GE": Terms((1371 - 121 / 2) / 500, 0.017, "CP23GE", "estimated", "TFI3 2023 USD 1,371; SWD 9.1 km/h is nearly "
                                                                      "all border, so "
                "rest as on the first TIR trucks [CIPS19]"),
}  # fmt: skip

#: Wagons: USD per 20 t and km, h lost per km.
_WAGON: dict[str, Terms] = {
    "": Terms(1.0, 0.035, "NPK26", "estimated", "0.05 USD per t km assumed; delay: consignments at 414.6 km a day "
                                                "against a "
              "technical speed of 43.2 km/h on Russian Railways, February 2025"),
    "RU": Terms(0.8, 0.0347, "NPK26", "estimated", "0.04 USD per t km assumed; delay: 414.6 km a day against 43.2 "
                                                   "km/h"),
    "CN": Terms((612 - 90 / 2) / 500, 0.0406, "CP23CN", "estimated", "TFI3 2023 USD 612; delay so that 80.2 km/h "
                                                                     "becomes the 414.6 km a "
                "day of Russian Railways [NPK26]; CPMM's 15 km/h has the border in it"),
    "KZ": Terms((883 - 297 / 2) / 500, 0.0406, "CP22KZ", "estimated", "TFI3 2022 USD 883; delay so that 57.9 km/h "
                                                                      "becomes the 414.6 km a "
                "day of Russian Railways [NPK26]; CPMM's 10.4 km/h has the border in it"),
    "UZ": Terms((635 - 133 / 2) / 500, 0.0541, "CP22UZ", "estimated", "TFI3 2022 USD 635; delay SWOD 43.2 against "
                                                                      "13.1 km/h that CPMM "
                "measures even without border delay"),
    "TM": Terms((1308 - 81 / 2) / 500, 0.0341, "CP22TM", "estimated", "TFI3 2022 USD 1,308; delay SWOD 29.3 against "
                                                                      "SWD 13.9 km/h less "
                "3.7 h of border on 1,000 km"),
    "GE": Terms(22.14 * 20 / 360, 0.035, "UZT16", "estimated", "special tariff of 2016: USD 22.14 a t for 360 km at "
                                                               "25 t a "
                "wagon; delay as Russian Railways"),
    "AZ": Terms(1.2, 0.035, "UZT16", "estimated", "as Georgia; delay as Russian Railways"),
}  # fmt: skip

#: Container block trains: USD per TEU and km, h lost per km.
_ERAI = 3289 / 2 / 5430
#: How much slower than claimed container trains run: Kazakhstan claims 1,100 km a day [KTZ1100]; 776 km a day
#: is about what five days inside Kazakhstan and 7.31 days Dostyk-Brest leave for running.
_CLAIMED_TO_RUN = 776 / 1100
_KZ_NOTE = (
    "ERAI 15 July 2024 USD 3,289 per FEU over 5,430 km [ERAI24]; delay so that an Altynkol-Aktau train is inside "
    "Kazakhstan for the five days targeted for 2027: 120 h less 14 h at the border and in the gauge yard and 8 h at "
    "Almaty leave 98 h for 3,117 km; a target is a bound on the fast side (factor 1). The 1,100 km a day claimed in "
    "2020 [KTZ1100] are not used"
)
_UNION_NOTE = (
    "ERAI 15 July 2024; delay so that Dostyk-Brest takes the operator's 7.31 days (July 2024), with the Kazakh pace"
)
_TRAIN: dict[str, Terms] = {
    "": Terms(0.40, 0.010, ESTIMATE, "estimated", "assumed"),
    "CN": Terms(0.30, round(24 / (1150 * _CLAIMED_TO_RUN) - 1 / 80.2, 4), "CP23CN", "estimated",
                "money assumed near the 1520 rate, subsidised; delay so that 80.2 km/h becomes 811 km a day: the "
                "recalled target pace of China Railway Express, 1,150 km a day, times 776 / 1,100, as much as is left "
                "of the Kazakh claim [KTZ1100]; a newspaper's mean of 2013, 11,179 km Chongqing-Duisburg in 16 days, "
                "is 699 km a day with the borders in it [CHDAILY13]"),
    "KZ": Terms(_ERAI, 0.0141, "MEN2311", "claimed", _KZ_NOTE),
    "RU": Terms(_ERAI, 0.0072, "ERAI24", "estimated", _UNION_NOTE),
    "BY": Terms(_ERAI, 0.0104, "ERAI24", "estimated", _UNION_NOTE),
    "UZ": Terms(0.35, 0.012, ESTIMATE, "estimated", "assumed"),
    "TM": Terms(0.40, 0.010, ESTIMATE, "estimated", "assumed"),
    "KG": Terms(0.40, 0.015, ESTIMATE, "estimated", "assumed"),
    "AZ": Terms(0.35, 0.0343, "DAY2510", "claimed", "money assumed; delay so that Alat-Boyuk Kesik takes the 24 h "
                "promised in October 2025 as the longest: a promise is taken as the mean, a bound on the fast side "
                "(factor 1)"),
    "GE": Terms(0.40, 0.0343, "DAY2510", "estimated", "money assumed (123 USD a container were promotional [SEA17]); "
                "delay as in Azerbaijan, for want of a time on the Georgian trunk"),
    "TR": Terms(0.35, 0.0037, "DAY2510", "estimated", "money assumed; delay so that, with the 17.5 h lost on "
                "Kars-Sivas, Kars-Istanbul takes the 70 h promised as the longest: a promise is taken as the mean, a "
                "bound on the fast side (factor 1)"),
    "IR": Terms(0.30, 0.010, ESTIMATE, "estimated", "assumed"),
}  # fmt: skip

#: Ships: kind, country of departure -> (USD per TEU km, USD per t km, km/h or None, source, quality, note).
_SHIPS: dict[tuple[str, str], tuple[float, float, float | None, str, str, str]] = {
    ("container_ship", ""): (0.32, 0.02, 25.0, ESTIMATE, "estimated", "about 350 USD a TEU Poti-Constanta; 13.5 knots; "
                             "assumed"),
    ("container_ship", "KZ"): (0.65, 0.04, 21.1, "SEA19", "estimated", "about 300 USD a TEU Aktau-Alat assumed; 22 h "
                                                                       "over "
                               "464 km"),
    ("container_ship", "AZ"): (0.65, 0.04, 21.1, "SEA19", "estimated", "about 300 USD a TEU Aktau-Alat assumed; 22 h "
                                                                       "over "
                               "464 km"),
    ("container_ship", "TM"): (0.65, 0.04, 21.1, "SEA19", "estimated", "as Aktau-Alat"),
    ("deep_sea_ship", ""): (2304 / 2 / 19531, 0.004, 30.0, "WCI2504", "estimated", "Shanghai-Rotterdam USD 2,304 per "
                                                                                   "FEU, "
                            "spring 2025, over 19,531 km; 16 knots assumed"),
    ("rail_ferry", "TM"): (1.0, 0.05, 19.0, "NCA2312", "estimated", "money assumed; 14-20 h Alat-Turkmenbashi, 17 h "
                                                                  "over 324 km"),
    ("rail_ferry", "KZ"): (0.9, 0.05, 20.3, "SEA19", "estimated", "money assumed; 18-24 h Kuryk-Alat, 21 h over 427 "
                                                                  "km"),
    ("rail_ferry", "AZ"): (0.9, 0.05, 20.0, "SEA19", "estimated", "money assumed; 18-24 h Kuryk-Alat, 21 h over 427 "
                                                                  "km"),
    ("rail_ferry", "TR"): (0.6, 0.04, 20.0, ESTIMATE, "estimated", "assumed"),
    **{("roro_ferry", country): (1200 / 2 / 324, 1200 / 20 / 324, 19.0, "NCA2312", "published", "USD 1,200 a truck "
                                 "Alat-Turkmenbashi, 324 km; 17 h of 14-20") for country in ("KZ", "AZ", "TM")},
    ("roro_ferry", "GE"): (0.55, 0.055, 20.4, "DWV", "estimated", "60 h Batumi-Burgas; 1,350 USD a truck assumed"),
    ("roro_ferry", "BG"): (0.55, 0.055, 20.4, "DWV", "estimated", "60 h Batumi-Burgas; 1,350 USD a truck assumed"),
    **{("bulk_ship", country): (0.30, 0.035, 20.0, ESTIMATE, "estimated", "about 16 USD a t Aktau-Alat; 11 knots; "
                                "assumed") for country in ("", "KZ", "AZ", "TM", "IR", "RU")},
}  # fmt: skip

_DRY = ("grain", "bulk", "metals", "fertiliser")


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return modes, vehicle kinds, commodities and carriage."""
    del facts  # the figures stand above with their sources
    return {
        "modes": pd.DataFrame([_mode(row) for row in _MODES]),
        "vehicle_kinds": pd.DataFrame([_kind(row) for row in _KINDS]),
        "commodities": pd.DataFrame([_commodity(row) for row in _COMMODITIES]),
        "carriage": pd.DataFrame([*_land(), *_water()]),
    }


def _mode(row: tuple[str, str, bool, bool]) -> dict[str, object]:
    mode, name, has_gauge, needs_service = row
    return {"mode": mode, "name": name, "has_gauge": has_gauge, "needs_service": needs_service, "note": "",
            "source_id": ESTIMATE, "quality": "published"}  # fmt: skip


def _kind(row: tuple[str, str, str, float, str]) -> dict[str, object]:
    kind, mode, name, factor, note = row
    return {
        "vehicle_kind": kind, "mode": mode, "name": name, "emission_kg_per_t_km": factor, "emission_scope": "ttw",
        "note": f"{note}; direct emissions, upstream not included", "source_id": "DEFRA25", "quality": "published",
    }  # fmt: skip


def _commodity(row: tuple[object, ...]) -> dict[str, object]:
    names = ("commodity_id", "name", "unit", "mass_t_per_unit", "value_usd_per_unit", "value_of_time_usd_per_unit_h",
             "source_id", "note")  # fmt: skip
    whole = dict(zip(names, row, strict=True))
    scale = _SCALE[str(row[0])]
    if scale:
        whole["choice_scale_usd_per_unit"] = scale
        whole["note"] = f"{whole['note']}; choice: a tenth of a usual generalised cost, assumed"
    return {**whole, "quality": "estimated"}


def _shipment(commodity: str, kind: str) -> float | None:
    """Return what one vehicle on land takes of a commodity; None where a ship takes what is there."""
    if kind not in ("block_train", "wagon", "truck"):
        return None
    if commodity in ("container", "uranium"):
        return _TEU_PER_BOX if commodity == "container" else _URANIUM_T
    return _TRUCK_T if kind == "truck" else _WAGON_T.get(commodity, _ANY_WAGON_T)


def _row(
    commodity: str, kind: str, country: str, usd: float, terms: Terms, speed: float | None = None
) -> dict[str, object]:
    tail = f".{country}" if country else ""
    return {
        "carriage_id": f"{commodity}.{kind}{tail}", "commodity_id": commodity, "vehicle_kind": kind,
            "country_code": country,
        "cost_usd_per_unit_km": float(f"{usd:.6g}"), "speed_km_per_h": speed, "delay_h_per_km": terms.delay_h_per_km,
        "delay_cv_frac": 0.8, "shipment_units": _shipment(commodity, kind),
        "note": terms.note, "source_id": terms.source_id, "quality": terms.quality,
    }  # fmt: skip


def _land() -> list[dict[str, object]]:
    rows = []
    for country, terms in _TRAIN.items():
        rows.append(_row("container", "block_train", country, terms.usd, terms))
        rows.append(_row("uranium", "block_train", country, terms.usd / _T_PER_TEU, terms))
    for country, terms in _WAGON.items():
        rows.append(_row("container", "wagon", country, terms.usd * _T_PER_TEU / 20, terms))
        rows += [
            _row(commodity, "wagon", country, terms.usd / 20, terms)
            for commodity in (*_DRY, "crude_oil", "oil_products", "uranium")
        ]
    for country, terms in _TRUCK.items():
        rows.append(_row("container", "truck", country, terms.usd / _TEU_PER_TRUCK, terms))
        rows += [
            _row(commodity, "truck", country, terms.usd / 20, terms)
            for commodity in (*_DRY, "oil_products", "truckload")
        ]
    return rows


def _water() -> list[dict[str, object]]:
    carried = {
        "container_ship": ("container", "uranium"), "deep_sea_ship": ("container", "uranium"), "bulk_ship": _DRY,
        "rail_ferry": ("container", *_DRY, "crude_oil", "oil_products", "uranium"),
        "roro_ferry": ("container", *_DRY, "truckload"),
    }  # fmt: skip
    rows = []
    for (kind, country), (per_teu, per_t, speed, source, quality, note) in _SHIPS.items():
        terms = Terms(0.0, 0.0, source, quality, note)
        for commodity in carried[kind]:
            usd = per_teu if commodity == "container" else per_t
            if commodity == "uranium" and kind != "rail_ferry":
                usd = per_teu / _T_PER_TEU
            rows.append(_row(commodity, kind, country, usd, terms, speed))
    return rows
