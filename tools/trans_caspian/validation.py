"""What an observation speaks of, and what it is for: the map from published figures to questions to the model.

A `vehicle_kind` means that no other vehicle of its sort takes part: with `block_train` or `wagon` no truck, with
`deep_sea_ship` no train; a figure of the feeder to Constanta avoids Istanbul, where the ocean lines' feeders call.
`SPEAKS_OF` maps the id of an observation (see `observations.py`) to words that must stand in
its place, so that a change of the facts is noticed, and the columns to set. `CALIBRATED` lists the figures that
`CALIBRATION.md` says were used to set the tables: they are `calibration` and can never also be `validation`. All else
is context, and `CALIBRATION.md` says why.
"""

from __future__ import annotations

from .frames import Row

CASPIAN = "KZ_AKTAU;AZ_ALAT"
#: Places that only the railway passes, so that a truck cannot take over the last leg to the Georgian ports.
GEORGIA = f"{CASPIAN};AZ_BOYUKKESIK;GE_SAMTREDIA"


def _route(origin: str, destination: str, via: str = "", kind: str = "block_train", **more: str) -> Row:
    return {
        "origin_node_id": origin, "destination_node_id": destination, "via_node_ids": via, "vehicle_kind": kind,
        "commodity_id": "container", "role": "validation", **more,
    }  # fmt: skip


def _facility(facility_id: str, kind: str = "truck", **more: str) -> Row:
    return {"facility_id": facility_id, "vehicle_kind": kind, "role": "validation", **more}


def _rate(origin: str, destination: str, via: str = "", **more: str) -> Row:
    return _route(origin, destination, via, "", **more)


TIMES: dict[str, tuple[str, Row]] = {
    "cost.002": ("CN-KZ border to Poti", _route("CN_KHORGOS", "GE_POTI", GEORGIA, note="as the AZ minister says")),
    "cost.004": ("whole KZ-AZ-GE", _route("CN_KHORGOS", "GE_POTI", GEORGIA)),
    "cost.008": ("Altynkol-Absheron", _route("KZ_ALTYNKOL", "AZ_ABSHERON", CASPIAN, measure="stage_hours")),
    "cost.009": ("Altynkol-Poti", _route("KZ_ALTYNKOL", "GE_POTI", GEORGIA, measure="stage_hours")),
    "cost.010": ("Altynkol-Constanta", _route("KZ_ALTYNKOL", "RO_CONSTANTA", f"{GEORGIA};GE_POTI",
                                              avoid_node_ids="TR_ISTANBUL", measure="stage_hours")),
    "cost.011": ("Xi'an-Baku", _route("CN_XIAN", "AZ_ABSHERON", f"KZ_ALTYNKOL;{CASPIAN}")),
    "cost.012": ("Xi'an-Altynkol", _route("CN_XIAN", "AZ_ABSHERON", f"KZ_ALTYNKOL;{CASPIAN}", note="December")),
    "cost.014": ("Almaty-Aktau", _route("KZ_ALMATY", "GE_POTI", f"KZ_ZHEZKAZGAN;{GEORGIA}", "wagon",
                                        note="boxes from Almaty taken as single wagons, the source does not say")),
    "cost.015": ("Constanta", _route("CN_XIAN", "RO_CONSTANTA", f"{GEORGIA};GE_POTI", avoid_node_ids="TR_ISTANBUL")),
    "cost.016": ("Budapest", _route("CN_XIAN", "HU_BUDAPEST", f"{GEORGIA};GE_POTI;RO_CONSTANTA",
                                        avoid_node_ids="TR_ISTANBUL")),
    "cost.018": ("Xi'an-Mersin", _route("CN_XIAN", "TR_MERSIN", f"KZ_ALTYNKOL;{CASPIAN};GE_AKHALKALAKI;TR_KARS")),
    "cost.023": ("Kars-Mersin", _route("TR_KARS", "TR_MERSIN", note="a longest time, the mean should lie below")),
    "cost.028": ("CN border-PL border", _route("CN_ALASHANKOU", "BY_BREST", "RU_MOSCOW")),
    "cost.029": ("China-Poland", _route("CN_XIAN", "PL_MALASZEWICZE", "RU_MOSCOW", note="origin in China not said")),
    "cost.030": ("Xi'an-Duisburg", _route("CN_XIAN", "DE_DUISBURG", "RU_MOSCOW")),
    "cost.043": ("Shanghai-Poti", _route("CN_SHANGHAI", "GE_POTI", "", "deep_sea_ship")),
    "cost.050": ("China-Europe via Cape", _route("CN_SHANGHAI", "NL_ROTTERDAM", "ZA_CAPE", "deep_sea_ship")),
    "cost.156": ("Sarakhs-Bandar", _route("IR_SARAKHS", "IR_BANDARABBAS", "IR_TEHRAN")),
}  # fmt: skip

LENGTHS: dict[str, tuple[str, Row]] = {
    "cost.157": ("China border", _route("CN_KHORGOS", "GE_POTI", GEORGIA, note="its sea leg is not said")),
    "cost.158": ("Dostyk-Aktogay", _route("KZ_DOSTYK", "KZ_AKTAU", "KZ_ZHEZKAZGAN;KZ_BEYNEU", "wagon")),
}

RATES: dict[str, tuple[str, Row]] = {
    "cost.033": ("ERAI", _rate("KZ_DOSTYK", "BY_BREST", "RU_MOSCOW",
                               note="the same index a year after the figure that set the rate")),
    "cost.035": ("through rail", _rate("CN_CHENGDU", "DE_DUISBURG", "RU_MOSCOW", note="Chengdu is the low end")),
    "cost.036": ("through rail", _rate("CN_CHENGDU", "DE_DUISBURG", "RU_MOSCOW", note="Chengdu is the low end")),
    "cost.038": ("Turkmenbashi", _rate("UZ_TASHKENT", "TR_ISTANBUL", "TM_TURKMENBASHI;AZ_ALAT;GE_AKHALKALAKI;TR_KARS",
                                       note="Derince lies by Istanbul; price of 2020")),
    "cost.039": ("Karakalpakstan", _rate("UZ_TASHKENT", "TR_ISTANBUL",
                                         "UZ_KUNGRAD;KZ_AKTAU;AZ_ALAT;GE_AKHALKALAKI;TR_KARS",
                                         note="Derince lies by Istanbul; price of 2020")),
    "cost.042": ("Shanghai-Poti", _route("CN_SHANGHAI", "GE_POTI", "", "deep_sea_ship")),
}  # fmt: skip

#: CPMM prints the speed of all its samples in a country; the route that stands for them is ours.
SPEEDS: dict[str, tuple[str, Row]] = {
    "cost.086": ("KZ road", _route("KZ_KHORGOSGW", "KZ_SHYMKENT", "", "truck", note="route chosen to stand for KZ")),
    "cost.091": ("KZ rail", _route("CN_ALASHANKOU", "KZ_SARYAGASH", "", "wagon", note="route chosen to stand for KZ")),
    "cost.092": ("KZ rail", _route("CN_ALASHANKOU", "KZ_SARYAGASH", "", "wagon", note="route chosen to stand for KZ")),
    "cost.122": ("PRC rail", _route("CN_XIAN", "KZ_DOSTYK", "", "wagon", note="route chosen to stand for China")),
    "cost.150": ("all CAREC rail", _route("CN_URUMQI", "UZ_TASHKENT", "", "wagon",
                                          note="route chosen to stand for all")),
}  # fmt: skip

#: Border times that `observations` does not map by itself (it maps every time and cost of a named post).
FACILITY_TIMES: dict[str, tuple[str, Row]] = {
    "border.234": ("KZ_KONYSBAYEV", _facility("KZ_KONYSBAYEV.border.KZ-UZ.road", note="wait of the hundredth truck")),
}  # fmt: skip


def _simulated(node: str = "", kind: str = "", facility: str = "", **more: str) -> Row:
    return {"node_id": node, "vehicle_kind": kind, "facility_id": facility, "role": "validation", **more}


#: What only a simulation answers: queues, throughputs, voyages and closed hours (`CALIBRATION.md` has the list).
SIMULATED: dict[str, tuple[str, Row]] = {
    "border.207": ("KZ_KHORGOSGW", _simulated("KZ_KHORGOSGW", "truck", "CN_KHORGOS.border.KZ-CN.road",
                                              note="with Kalzhat shut for about a week")),
    "border.224": ("KG_AKTILEK", _simulated("KG_AKTILEK", "truck", "KG_AKTILEK.border.KG-KZ.road",
                                            note="November", measure="longest_queue")),
    "border.226": ("KG_AKTILEK", _simulated("KG_AKTILEK", "truck", "KG_AKTILEK.border.KG-KZ.road",
                                            note="December", measure="longest_queue")),
    "border.227": ("KG_AKTILEK", _simulated("KG_AKTILEK", "truck", "KG_AKTILEK.border.KG-KZ.road",
                                            note="October", measure="longest_queue")),
    "border.239": ("KZ_SARYAGASH", _simulated("KZ_SARYAGASH", "wagon",
                                              note="wagons held on the way to Saryagash", measure="longest_queue")),
    "border.241": ("AZ_REDBRIDGE", _simulated("AZ_REDBRIDGE", "truck", "AZ_REDBRIDGE.border.AZ-GE.road",
                                              measure="longest_queue")),
    "port.019": ("KZ_KURYK", _simulated("KZ_KURYK",
                                        note="rail and ro-ro ferries together", measure="departures_per_day")),
    "port.021": ("KZ_KURYK", _simulated("KZ_KURYK", "wagon",
                                        note="rail and ro-ro ferries together", measure="voyage_load")),
    "port.023": ("KZ_KURYK", _simulated("KZ_KURYK", "wagon", measure="carried_per_day")),
    "port.025": ("KZ_KURYK", _simulated("KZ_KURYK", "wagon", measure="mean_queue")),
    "port.028": ("CASPIAN", _simulated(note="closed days of January")),
    "port.029": ("CASPIAN", _simulated(note="closed hours of 20 October to 7 December")),
    "port.064": ("Azerbaijan (RoPax)", _simulated("KZ_KURYK", "roro_ferry",
                                                  measure="voyage_hours", note="hours a one-way voyage")),
    "port.066": ("Zarifa Aliyeva", _simulated("KZ_KURYK", "roro_ferry",
                                              measure="voyage_hours", note="hours a one-way voyage")),
    "port.067": ("RoPax pair", _simulated("KZ_KURYK", "roro_ferry", measure="voyage_load", note="load of a voyage")),
}  # fmt: skip

SPEAKS_OF: dict[str, tuple[str, Row]] = {**SIMULATED, **TIMES, **LENGTHS, **RATES, **SPEEDS, **FACILITY_TIMES}

#: Figures that set the tables (CALIBRATION.md), and the facility they set where it is one.
CALIBRATED: tuple[str, ...] = (
    # borders.csv: times
    *(f"border.{n:03d}" for n in (4, 27, 34, 38, 42, 50, 62, 65, 77, 80, 90, 93, 100, 106, 109, 117, 120, 124, 129, 130,
                                  133, 138, 141, 152, 155, 167, 170, 176, 179, 187, 198, 202)),
    # borders.csv: costs
    *(f"border.{n:03d}" for n in (8, 46, 54, 68, 69, 83, 96, 103, 127, 131, 132, 158, 161, 173, 182, 184, 190, 206)),
    # borders.csv: capacities, throughputs and container trains
    *(f"border.{n:03d}" for n in (208, 209, 210, 213, 214, 215, 217, 218, 220, 221, 222, 223, 225, 231, 232, 233,
                                  236, 242)),
    # costs_times.csv: rates, speeds of the latest year, guaranteed times, emission factors
    *(f"cost.{n:03d}" for n in (21, 22, 24, 25, 27, 32, 49, 54, 63, 64, 67, 70, 73, 76, 79, 81, 84, 87, 90, 93, 96, 99,
                                102, 105, 108, 111, 114, 117, 120, 123, 126, 129, 132, 135, 138, 142, 144, 146, 162,
                                163,
                                168, 169, 172, 174, 176, 179)),
    # ports_services.csv and volumes.csv
    *(f"port.{n:03d}" for n in (3, 4, 5, 17, 20, 24, 37, 38, 45, 46, 49, 61, 75, 81, 82, 83)),
    "volume.030",
)  # fmt: skip

#: The facility or way that a figure set, where it set one alone.
SETS: dict[str, Row] = {
    "cost.021": _route("AZ_ALAT", "AZ_BOYUKKESIK"),
    "cost.022": _route("GE_GARDABANI", "GE_AKHALKALAKI"),
    "cost.024": _route("TR_KARS", "TR_ISTANBUL"),
    "cost.025": _route(
        "KZ_ALTYNKOL", "KZ_AKTAU", note="counted from the border; the model's answer begins at the terminal"
    ),
    "cost.027": _route("KZ_DOSTYK", "BY_BREST", "RU_MOSCOW"),
    "cost.032": _rate("KZ_DOSTYK", "BY_BREST", "RU_MOSCOW"),
    "cost.049": _route("CN_SHANGHAI", "NL_ROTTERDAM", "", "deep_sea_ship"),
}

#: Figures printed in the notes of the facts, which have no row of their own there.
FIGURES: list[Row] = []


def _figure(observation_id: str, quantity: str, place: str, value: float, unit: str, source: str, **more: str) -> None:
    FIGURES.append({
        "observation_id": observation_id, "quantity": quantity, "place": place, "value": value, "unit": unit,
        "kind": "observed", "source_id": source, "quality": "published", **more,
    })  # fmt: skip


def _published_lengths() -> None:
    mersin = f"KZ_ALTYNKOL;{CASPIAN};GE_AKHALKALAKI;TR_KARS"
    lengths = (
        ("length.baku_boyukkesik", "Baku-Boyuk Kesik", 500.0, "RP15", "AZ_BAKU", "AZ_BOYUKKESIK", "", "about 500 km"),
        ("length.baku_kars", "Baku-Tbilisi-Kars", 850.0, "MEN2309", "AZ_BAKU", "TR_KARS", "", "826 km is also quoted"),
        ("length.bolashak_incheh", "Bolashak-Iranian border (Turkmen part)", 700.0, "MEHR18", "KZ_BOLASHAK",
         "IR_INCHEHBORUN", "", "Kazakhstan-Turkmenistan-Iran railway, as printed"),
        ("length.xian_mersin", "Xi'an-Altynkol-Aktau-Mersin", 9000.0, "TEN21", "CN_XIAN", "TR_MERSIN", mersin,
         "rounded"),
    )  # fmt: skip
    for observation_id, place, km, source, origin, destination, via, note in lengths:
        _figure(observation_id, "length", place, km, "km", source, note=note,
                **_route(origin, destination, via, "block_train" if via else "wagon"))  # fmt: skip
    _figure("length.cku", "length", "Kashgar-Andijan (China-Kyrgyzstan-Uzbekistan), as planned", 523.0, "km", "RG25",
            year="2030", note="the railway is not open before 2030",
            **{**_route("CN_KASHGAR", "UZ_ANDIJAN", "KG_MAKMAL", "wagon"), "kind": "planned"})  # fmt: skip
    calibrated = (
        ("length.gardabani_poti", "Gardabani-Poti", 360.0, "UZT16", "GE_GARDABANI", "GE_POTI"),
        ("length.gardabani_batumi", "Gardabani-Batumi", 396.0, "UZT16", "GE_GARDABANI", "GE_BATUMI"),
        ("length.marabda_kartsakhi", "Marabda-Kartsakhi", 184.0, "TAB17", "GE_MARABDA", "GE_KARTSAKHI"),
        ("length.dostyk_moyinty", "Dostyk-Moyinty, second track", 836.0, "TR2509SK", "KZ_DOSTYK", "KZ_MOYINTY"),
        ("length.btc", "Baku-Tbilisi-Ceyhan pipeline", 1768.0, "INVB", "AZ_SANGACHAL", "TR_CEYHAN"),
    )
    for observation_id, place, km, source, origin, destination in calibrated:
        note = "the lengths of the links were set by it"
        kind = "oil_pipe" if "pipeline" in place else "wagon"
        _figure(observation_id, "length", place, km, "km", source, note=note, origin_node_id=origin,
                destination_node_id=destination, vehicle_kind=kind, role="calibration")  # fmt: skip


def _others() -> None:
    _figure("fibre.almaty_frankfurt", "other", "Almaty-Frankfurt, round trip", 85.0, "ms", "GEOC",
            note="RIPE Atlas traceroute; the model's light takes 70 ms there and back", origin_node_id="KZ_ALMATY",
            destination_node_id="DE_FRANKFURT", commodity_id="data")  # fmt: skip
    _figure("fibre.europe_china", "other", "Europe-China by Kazakhstan, round trip", 180.0, "ms", "CTE",
            note="against 240 ms by submarine cable", commodity_id="data", kind="claimed")  # fmt: skip


def _fleets_and_backlogs() -> None:
    """Add figures that only a simulation answers and that stand in the words of a row of the facts."""
    _figure("fleet.kmtf_voyages", "other", "Kazmortransflot container ships, Aktau to Alat: laden voyages a ship", 57.1,
            "count/year", "TURK25", year="2024", vehicle_kind="container_ship", node_id="KZ_AKTAU", role="validation",
            measure="voyages_per_vehicle",
            note="51,400 TEU of 2024 by four ships at 225 TEU, two block trains [UIC19]",
            quality="estimated")  # fmt: skip
    _figure(
        "fleet.kuryk_trucks_waiting",
        "queue",
        "Kuryk: lorries that wait for a ferry",
        1000.0,
        "count",
        "EVRI",
        year="2024",
        period="November-December",
        vehicle_kind="truck",
        node_id="KZ_KURYK",
        measure="mean_queue",
        role="validation",
        note="about 1,000; the port was closed half of the time, the model's storms close a third",
    )
    _figure(
        "fleet.aktau_grain_wagons",
        "queue",
        "Aktau: wagons of grain that wait for a ship",
        700.0,
        "count",
        "INF251010",
        year="2025",
        period="October",
        vehicle_kind="wagon",
        commodity_id="grain",
        node_id="KZ_AKTAU",
        role="validation",
        note="14 calls of ships in September; owners preferred Astrakhan-Iran",
    )
    _figure("fleet.stormy_january", "other", "Xi'an-Altynkol-Aktau-Alat-Absheron: a month of ten storm days against "
            "the month before", 24.0, "h", "INBU26", year="2026", period="January against December",
            commodity_id="container", role="validation", note="16-21 days after 15-20 days: a day more")  # fmt: skip


_published_lengths()
_others()
_fleets_and_backlogs()
