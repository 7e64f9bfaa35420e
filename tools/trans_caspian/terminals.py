"""Gauge yards, ports, transloads and terminals; a part of `posts`, apart only for length."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .rows import ESTIMATE

if TYPE_CHECKING:
    from .posts import Stops

NEVER = 9999
_Step = dict[str, object]


def _step(name: str, kind: str, hours: float, **more: object) -> _Step:
    from .posts import step

    return step(name, kind, hours, **more)  # type: ignore[arg-type]


# ── gauge yards ─────────────────────────────────────────────────────────────────────────────────────

#: node -> (other gauge first, wagons' wait and work, trains' wait and work, cost USD/t of wagons, note, lifetime).
_ONE_TRAIN = 47
_KHORGOS_TRANSLOAD = ("KG21", "55 min to change the containers of a train of 45-50 cars")


#: Mean fee of a change of gauge at Dostyk in 2020 [CP20KZ], USD 329 for 20 t.
_GAUGE_USD = 329 / 20


def add_yards(stops: Stops) -> None:
    """Add the yards where a train changes between 1435 and 1520 mm."""
    wagon_note = "42 h of the 78.0 h of CPMM 2022 for rail inbound at KZ posts with gauge change; the split is ours"
    for node in ("KZ_DOSTYK", "KZ_ALTYNKOL", "CN_ALASHANKOU", "CN_KHORGOS"):
        is_kz = node.startswith("KZ")
        wait, work = (36.0, 6.0) if is_kz else (12.0, 6.0)
        note = wagon_note if is_kz else "18 h assumed: Kazakh wagons unloaded on the Chinese side"
        _yard(stops, node, wait, work, "CP22KZ" if is_kz else ESTIMATE, note, _GAUGE_USD)
    for node, status in (("GE_AKHALKALAKI", {}), ("TM_SARAHS", {}), ("IR_SARAKHS", {}), ("PL_MALASZEWICZE", {}),
                         ("BY_BREST", {}), ("IR_INCHEHBORUN", {}), ("IR_ASTARA", {}),
                         ("KZ_BAKHTY", {"status": "construction", "opens_year": NEVER}),
                         ("CN_TACHENG", {"status": "construction", "opens_year": NEVER}),
                         ("AZ_NAKHCHIVAN", {"status": "proposed", "opens_year": NEVER}),
                         ("KG_MAKMAL", {"status": "construction", "opens_year": NEVER})):  # fmt: skip
        _yard(stops, node, 18.0, 6.0, ESTIMATE, "24 h assumed, below the measured 42 h of the Chinese border",
              _GAUGE_USD, **status)  # fmt: skip


def _yard(
    stops: Stops, node: str, wait: float, work: float, source: str, note: str, usd: float, **lifetime: object
) -> None:
    only_wagon, only_train = {"vehicle_kind": "wagon"}, {"vehicle_kind": "block_train"}
    steps = [
        _step("Wait for wagons of the other "
              "gauge", "gauge_change", 0.0, wait=wait, source=source, note=note, **only_wagon),
        _step("Change of bogies or reloading of wagons", "transload", work, source=source, note=note,
              cost_usd_per_t=round(usd, 3), **only_wagon),
        _step("Train: wait for locomotive and platforms", "gauge_change", 0.0, wait=5.5, source="RN19",
              note="turnaround of locomotives at Altynkol 5.5 h (2019, agreed 2-3 h), taken as the wait at every yard",
              **only_train),
        _step("Train: containers lifted across", "crane", 0.92, source=_KHORGOS_TRANSLOAD[0],
              quality="observed" if node == "KZ_ALTYNKOL" else "estimated",
              note=_KHORGOS_TRANSLOAD[1] + (f"; {_ONE_TRAIN} wagons at once, one train" if node == "KZ_ALTYNKOL" else
                                            ", taken from Khorgos Gateway"),
              cost_usd_per_t=2.5, **only_train, **({"server_count": _ONE_TRAIN} if node == "KZ_ALTYNKOL" else {})),
        _step("Train: new set made up, brakes tested", "formation", 3.0, note="assumed", **only_train),
    ]  # fmt: skip
    stops.add(
        f"{node}.gauge", steps, name=f"{_title(node)} gauge yard", kind="gauge_yard", from_mode="rail", to_mode="rail",
        from_gauge_mm=1435, to_gauge_mm=1520, direction="both", note=note, source_id=source, **lifetime,
        quality="estimated",
    )  # fmt: skip


def _title(node: str) -> str:
    """Return what `build` replaces by the name of the place."""
    return f"{{{node}}}"


# ── ports ───────────────────────────────────────────────────────────────────────────────────────────

_LAND = {"block_train": "rail", "wagon": "rail", "truck": "road"}
_STACK_NOTE = "handling in the stack; assumed, paid dwell is not published"

#: node -> (ship kinds at the port, land vehicles, cost USD/t of handling, mean documents h, lifetime).
_PORTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, object]]] = {
    "KZ_AKTAU": (("container_ship", "bulk_ship"), ("block_train", "wagon", "truck"), {}),
    "KZ_KURYK": (("rail_ferry", "roro_ferry"), ("wagon", "truck"), {}),
    "TM_TURKMENBASHI": (("rail_ferry", "roro_ferry", "container_ship", "bulk_ship"), ("wagon", "truck",
                                                                                      "block_train"), {}),
    "AZ_ALAT": (("rail_ferry", "roro_ferry", "container_ship", "bulk_ship"), ("block_train", "wagon", "truck"), {}),
    "IR_AMIRABAD": (("bulk_ship",), ("wagon", "truck"), {}),
    "RU_ASTRAKHAN": (("bulk_ship",), ("wagon", "truck"), {}),
    "RU_MAKHACHKALA": (("bulk_ship",), ("wagon",), {}),
    "GE_POTI": (("container_ship", "deep_sea_ship", "bulk_ship"), ("block_train", "wagon", "truck"), {}),
    "GE_BATUMI": (("container_ship", "roro_ferry", "bulk_ship"), ("block_train", "wagon", "truck"), {}),
    "GE_ANAKLIA": (("container_ship", "deep_sea_ship"), ("block_train", "wagon"), {"status": "proposed",
                                                                                   "opens_year": NEVER}),
    "RO_CONSTANTA": (("container_ship", "deep_sea_ship", "bulk_ship"), ("block_train", "wagon", "truck"), {}),
    "BG_BURGAS": (("roro_ferry", "container_ship"), ("truck", "block_train"), {}),
    "TR_ISTANBUL": (("container_ship", "deep_sea_ship"), ("block_train", "wagon", "truck"), {}),
    "TR_MERSIN": (("deep_sea_ship",), ("block_train", "wagon", "truck"), {}),
    "TR_BANDIRMA": (("rail_ferry",), ("block_train", "wagon"), {}),
    "TR_TEKIRDAG": (("rail_ferry",), ("block_train", "wagon"), {}),
    "TR_VAN": (("rail_ferry",), ("block_train", "wagon"), {}),
    "TR_TATVAN": (("rail_ferry",), ("block_train", "wagon"), {}),
    "CN_SHANGHAI": (("deep_sea_ship",), ("block_train", "wagon", "truck"), {}),
    "CN_LIANYUNGANG": (("deep_sea_ship",), ("block_train", "wagon", "truck"), {}),
    "IR_BANDARABBAS": (("deep_sea_ship",), ("block_train", "wagon", "truck"), {}),
    "NL_ROTTERDAM": (("deep_sea_ship",), ("block_train", "wagon", "truck"), {}),
}  # fmt: skip

_CAPACITY: dict[tuple[str, str], tuple[float, str, str, str]] = {
    ("KZ_AKTAU", "container_ship"): (
        140_000,
        "TEU",
        "365",
        "stage 1 of the container hub; sources give 70,000 to 140,000",
    ),
    ("AZ_ALAT", "container_ship"): (
        150_000,
        "TEU",
        "EST",
        "assumed; 38,600 TEU passed in January-April 2025 [TR250603]",
    ),
    ("GE_POTI", "container_ship"): (600_000, "TEU", "CP23GE", "nearly 600,000 TEU handled in 2023"),
    ("GE_BATUMI", "container_ship"): (100_000, "TEU", "WPPT", "100,000 TEU"),
    ("KZ_KURYK", "rail_ferry"): (4_100_000, "t", "AT2108", "rail berth 4.1 Mt"),
    ("KZ_AKTAU", "bulk_ship"): (3_500_000, "t", "EST", "11 Mt of the port less oil 7.5 Mt"),
}

#: Money of one lift or roll between land and ship, USD/t; no tariff is published, all assumed.
_HANDLING_USD = {"container_ship": 6.0, "deep_sea_ship": 6.0, "bulk_ship": 7.0, "rail_ferry": 4.0, "roro_ferry": 2.0}
#: Seas whose ports make their country's border; customs of import and export happens there.
_CUSTOMS_H = {
    "KZ": (0.5, "LADA2508", "claimed", "automated clearance of container trains 0.5 h at Aktau too"),
    "AZ": (1.8, "CP22AZ", "observed", "Port of Baku outbound 2022: 1.8 h"),
    "TM": (3.7, "CP22TM", "observed", "TM posts, rail 2022: 3.7 h"),
}  # fmt: skip
_CUSTOMS_ELSEWHERE = (4.0, ESTIMATE, "estimated", "4 h assumed")
#: Berths: (port, ship) -> (berths, source, quality, note). Where none are given ships never wait for one.
BERTHS: dict[tuple[str, str], tuple[int, str, str, str]] = {
    ("KZ_AKTAU", "container_ship"): (1, "PN2309A", "estimated", "one of three general cargo berths; the split is ours"),
    ("KZ_AKTAU", "bulk_ship"): (3, "PN2309A", "estimated", "two of three general cargo berths and the grain berth; the "
                                "split is ours"),
    ("KZ_AKTAU", "tanker"): (3, "PN2309A", "published", "three oil berths"),
    ("KZ_KURYK", "rail_ferry"): (2, "SEA19", "estimated", "two piers, four ferries at once; half of them taken for "
                                 "rail, by assumption"),
    ("KZ_KURYK", "roro_ferry"): (2, "SEA19", "estimated", "two piers, four ferries at once; half of them taken for "
                                 "lorries, by assumption"),
    ("AZ_ALAT", "container_ship"): (3, "TR250603", "published", "three container berths"),
    ("AZ_ALAT", "rail_ferry"): (2, "MEM", "estimated", "ferry terminal of two berths; recalled"),
    ("AZ_ALAT", "roro_ferry"): (2, "MEM", "estimated", "two ro-ro berths; recalled"),
    ("AZ_ALAT", "bulk_ship"): (4, "MEM", "estimated", "seven general cargo berths less three for containers; recalled"),
    ("AZ_DUBENDI", "tanker"): (4, "MEM", "estimated", "four berths; recalled"),
}  # fmt: skip
_INLAND_PORTS = {"TR_BANDIRMA", "TR_TEKIRDAG", "TR_VAN", "TR_TATVAN"}


def add_ports(stops: Stops) -> None:
    """Add the two directions of every pair of land vehicle and ship that a port joins, and sea gates."""
    for node, (ships, lands, lifetime) in _PORTS.items():
        for ship in ships:
            for land in lands:
                if _joins(node, land, ship):
                    _port(stops, node, land, ship, lifetime)
        for ship in ships:
            if ship in ("container_ship", "deep_sea_ship", "bulk_ship"):
                _sea_gate(stops, node, ship, lifetime)


def _joins(node: str, land: str, ship: str) -> bool:
    """Wagons roll onto rail ferries, trucks onto ro-ro ferries; boxes and bulk are lifted."""
    if ship == "rail_ferry":
        return land == "wagon" or (land == "block_train" and node in _INLAND_PORTS)
    if ship == "roro_ferry":
        return land == "truck"
    if ship == "bulk_ship":
        return land in ("wagon", "truck")
    return True


def _port(stops: Stops, node: str, land: str, ship: str, lifetime: dict[str, object]) -> None:
    land_mode = _LAND[land]
    capacity: dict[str, object] = {}
    note = ""
    if (node, ship) in _CAPACITY:
        amount, unit, source, text = _CAPACITY[node, ship]
        capacity = {"capacity_per_year": amount, "capacity_unit": unit}
        note = f"capacity of the port for this ship, both directions: {text} [{source}]"
    onto = [*_customs(node, is_export=True), *_wait_land(node, ship), _handling(node, ship, "loading")]
    off = [
        *_berth(node, ship),
        _handling(node, ship, "unloading"),
        *_customs(node, is_export=False),
        *_onward(node, land, ship),
    ]
    common: dict[str, object] = {"kind": "port", "note": note, **capacity, **lifetime}
    stops.add(
        f"{node}.port.{land}-{ship}", onto, name=f"{_title(node)} port: {_words(land)} to {_words(ship)}",
        from_mode=land_mode, to_mode="sea", from_vehicle_kind=land, to_vehicle_kind=ship, **common,
    )  # fmt: skip
    stops.add(
        f"{node}.port.{ship}-{land}", off, name=f"{_title(node)} port: {_words(ship)} to {_words(land)}",
        from_mode="sea", to_mode=land_mode, from_vehicle_kind=ship, to_vehicle_kind=land, **common,
    )  # fmt: skip


def _words(vehicle_kind: str) -> str:
    return vehicle_kind.replace("_", " ").replace("roro", "ro-ro")


def _customs(node: str, *, is_export: bool) -> list[_Step]:
    if node in _INLAND_PORTS:
        return []
    hours, source, quality, note = _CUSTOMS_H.get(node[:2], _CUSTOMS_ELSEWHERE)
    if node[:2] == "AZ" and not is_export:
        hours, note = 0.2, "Port of Baku inbound 2022: 0.2 h"
    name = "Export papers and customs" if is_export else "Import papers and customs"
    electronic = {"electronic_service_h": round(0.4 * hours, 3)} if source != "LADA2508" else {}
    return [_step(name, "customs", hours, source=source, quality=quality, note=note, **electronic)]


def _wait_land(node: str, ship: str) -> list[_Step]:
    """Return the waits before a ship that the service itself (headway, closures) does not explain.

    A step that takes no time and has a server stands for a wait that a simulation makes itself, of its ships.
    """
    made_by_ships: dict[str, object] = {"server_count": 1}
    if node == "KZ_KURYK" and ship == "rail_ferry":
        note = (
            "54 wagons a day of 2023 [SILK23]; half of a quiet backlog of 250, assumed; a simulation of the ferries "
            "makes its own"
        )
        return [_step("Wagons held before the ferry", "storage", 0.0, wait=55.2, source="SILK23", note=note,
                      **made_by_ships)]  # fmt: skip
    if node in ("KZ_KURYK", "TM_TURKMENBASHI", "AZ_ALAT") and ship in ("rail_ferry", "roro_ferry"):
        note = (
            "sails when full, travellers report 3-5 days between sailings [TWOB]; a day beyond the headway assumed; a "
            "simulation of the ferries makes its own"
        )
        return [_step("Wait in the ferry queue", "storage", 0.0, wait=24.0, source="TWOB", note=note,
                      **made_by_ships)]  # fmt: skip
    if ship in ("container_ship", "deep_sea_ship"):
        return [_step("Box in the stack", "storage", 6.0, note=_STACK_NOTE)]
    return []


def _berth(node: str, ship: str) -> list[_Step]:
    if node in ("KZ_AKTAU", "AZ_ALAT") and ship == "container_ship":
        note = (
            "round trip 6.2 days of a feeder (89,000 TEU a year by six ships) less 44 h sailing, 40 h handling and "
            "21 h of weather leaves 43 h: a quarter before each berth; estimate"
        )
        return [_step("Ship waits for a berth", "berth", 0.0, wait=11.0, source="SIA25", note=f"{note}; a simulation "
                      "of the berths makes its own", server_count=1)]  # fmt: skip
    if ship in ("container_ship", "deep_sea_ship", "bulk_ship"):
        known: dict[str, object] = {"server_count": 1} if (node, ship) in BERTHS else {}
        return [_step("Ship waits for a berth", "berth", 0.0, wait=8.0, note="8 h assumed", **known)]
    return []


def _handling(node: str, ship: str, kind: str) -> _Step:
    name = {"loading": "Loading", "unloading": "Unloading"}[kind]
    hours = 1.0
    note = "time on the quay beyond the ship's own loading (see the service); 1 h assumed"
    if node in _INLAND_PORTS:
        return _step(name, kind, 1.0, note="train rolls on or off; assumed", cost_usd_per_t=1.0)
    return _step(
        name, kind, hours, note=f"{note}; cost assumed, no tariff is published", cost_usd_per_t=_HANDLING_USD[ship],
    )  # fmt: skip


#: A block train of 90 TEU [TR241203] is made up of boxes of forty feet; the patience of the first one is assumed.
_BATCH: dict[str, object] = {"batch_count": 45, "batch_timeout_h": 96.0, "server_count": 10 * 45}
_FORMS = (
    "a simulation forms trains of 45 boxes of forty feet, 90 TEU [TR241203], or what is there after 4 days, assumed"
)


def _onward(node: str, land: str, ship: str) -> list[_Step]:
    """Return what a consignment waits for after a ship: a block train to be made up, wagons, a truck."""
    if land == "block_train" and node == "AZ_ALAT":
        note = f"310 block trains left the port in 2024, one every 28.3 h; half an interval, at random; {_FORMS}"
        return [_step("Train made up from the ship", "formation", 4.0, wait=14.2, source="TR250222", note=note,
                      **_BATCH)]  # fmt: skip
    if land == "block_train" and node == "KZ_AKTAU":
        note = f"as at Alat, where 310 block trains left in 2024; assumed; {_FORMS}"
        return [_step("Train made up from the ship", "formation", 4.0, wait=14.2, source="TR250222", note=note,
                      **_BATCH)]  # fmt: skip
    if land == "block_train" and node not in _INLAND_PORTS:
        return [_step("Train made up from the ship", "formation", 4.0, wait=24.0, note="one train in two days assumed")]
    if land == "wagon" and ship != "rail_ferry":
        return [_step("Wagons placed and loaded", "formation", 6.0, wait=36.0, note="shortage of wagons; assumed")]
    return []


def _sea_gate(stops: Stops, node: str, ship: str, lifetime: dict[str, object]) -> None:
    """Add the way in and out of a port for cargo of its own city."""
    out_steps = [*_customs(node, is_export=True), _step("Box or cargo in the "
                                                        "port", "storage", 24.0, note="1 day assumed"),
                 _handling(node, ship, "loading")]  # fmt: skip
    in_steps = [*_berth(node, ship), _handling(node, ship, "unloading"), *_customs(node, is_export=False)]
    stops.add(
        f"{node}.terminal.{ship}.out", out_steps, name=f"{_title(node)} port, cargo out "
                                                       f"({_words(ship)})", kind="terminal",
        to_mode="sea", to_vehicle_kind=ship, **lifetime,
    )  # fmt: skip
    stops.add(
        f"{node}.terminal.{ship}.in", in_steps, name=f"{_title(node)} port, cargo in ({_words(ship)})", kind="terminal",
        from_mode="sea", from_vehicle_kind=ship, **lifetime,
    )  # fmt: skip


# ── inland terminals ────────────────────────────────────────────────────────────────────────────────

#: Rail terminals: node -> (block trains a year on this corridor, source, note).
_TRAINS: dict[str, tuple[float, str, str]] = {
    "CN_XIAN": (358, "ICE25", "358 container trains came from China in 2024; taken as Xi'an's, which sends nearly all"),
    "CN_CHONGQING": (52, ESTIMATE, "one a week assumed"), "CN_CHENGDU": (52, ESTIMATE, "one a week assumed"),
    "CN_ZHENGZHOU": (104, ESTIMATE, "two a week assumed"), "CN_URUMQI": (104, ESTIMATE, "two a week assumed"),
    "CN_LANZHOU": (52, ESTIMATE, "one a week assumed"), "CN_LIANYUNGANG": (104, ESTIMATE, "two a week assumed"),
    "KZ_ALTYNKOL": (730, ESTIMATE, "two a day assumed"),
    "KZ_KHORGOSGW": (730, ESTIMATE, "two a day assumed"), "KZ_DOSTYK": (1460, ESTIMATE, "four a day assumed"),
    "KZ_ALMATY": (104, ESTIMATE, "two a week assumed"), "KZ_ASTANA": (104, ESTIMATE, "two a week assumed"),
    "UZ_TASHKENT": (104, ESTIMATE, "two a week assumed"), "KG_BISHKEK": (52, ESTIMATE, "one a week assumed"),
    "TM_ASHGABAT": (52, ESTIMATE, "one a week assumed"), "AZ_ABSHERON": (310, "TR250222", "310 block trains of 2024"),
    "AZ_BAKU": (310, "TR250222", "310 block trains of 2024"), "GE_TBILISI": (104, ESTIMATE, "two a week assumed"),
    "GE_POTI": (310, "TR250222", "block trains of 2024 between Alat and the Georgian ports"),
    "GE_BATUMI": (104, ESTIMATE, "two a week assumed"), "TR_ISTANBUL": (104, ESTIMATE, "two a week assumed"),
    "TR_HALKALI": (104, ESTIMATE, "two a week assumed"), "TR_ANKARA": (104, ESTIMATE, "two a week assumed"),
    "TR_MERSIN": (104, ESTIMATE, "two a week assumed"),
    "RO_CONSTANTA": (156, ESTIMATE, "three a week assumed"), "HU_BUDAPEST": (156, ESTIMATE, "three a week assumed"),
    "AT_VIENNA": (156, ESTIMATE, "three a week assumed"), "DE_DUISBURG": (365, ESTIMATE, "one a day assumed"),
    "PL_MALASZEWICZE": (1460, ESTIMATE, "four a day assumed"), "PL_WARSAW": (365, ESTIMATE, "one a day assumed"),
    "PL_LODZ": (365, ESTIMATE, "one a day assumed"), "DE_HAMBURG": (365, ESTIMATE, "one a day assumed"),
    "RU_MOSCOW": (365, ESTIMATE, "one a day assumed"), "IR_TEHRAN": (52, ESTIMATE, "one a week assumed"),
    "BG_SOFIA": (104, ESTIMATE, "two a week assumed"), "NL_ROTTERDAM": (365, ESTIMATE, "one a day assumed"),
    "CN_KASHGAR": (52, ESTIMATE, "one a week assumed"),
}  # fmt: skip

#: Places where boxes and goods change between train and truck.
_RAIL_ROAD = (
    "CN_XIAN", "CN_URUMQI", "CN_LANZHOU", "CN_KHORGOS", "KZ_KHORGOSGW", "KZ_DOSTYK", "KZ_ALMATY", "KZ_ASTANA",
              "KZ_SHYMKENT",
    "KZ_TARAZ", "KZ_AKTOBE", "KZ_KYZYLORDA", "KZ_BEYNEU", "UZ_TASHKENT", "UZ_ANDIJAN", "UZ_SAMARKAND", "UZ_BUKHARA",
    "UZ_KUNGRAD", "KG_BISHKEK", "KG_IRKESHTAM_OSH", "KG_JALALABAD", "TM_ASHGABAT", "AZ_ABSHERON", "AZ_BAKU", "AZ_GANJA",
    "GE_TBILISI", "TR_KARS", "TR_SIVAS", "TR_ANKARA", "TR_HALKALI", "BG_SOFIA", "RO_BUCHAREST", "HU_BUDAPEST",
              "AT_VIENNA",
    "DE_DUISBURG", "PL_WARSAW", "RU_MOSCOW", "IR_TEHRAN", "CN_KASHGAR",
)  # fmt: skip

#: Places where wagons and block trains are made of each other.
_REGROUP = ("KZ_KHORGOSGW", "KZ_ALTYNKOL", "KZ_DOSTYK", "KZ_ALMATY", "UZ_TASHKENT", "AZ_ALAT", "GE_TBILISI", "KZ_AKTAU")


#: Where no train is known to be loaded: the same everywhere, so that no place is better off for lack of data.
_SELDOM = (104, ESTIMATE, "two a week assumed, as nothing is known of this place")


#: Where published times of a section begin or end with the train on its way.
_ON_THE_WAY = ("TR_KARS",)


def add_terminals(stops: Stops, rail_cities: Iterable[str]) -> None:
    """Add rail gates with the wait for a train, and changes between train, wagon and truck."""
    for node in [*_TRAINS, *(name for name in rail_cities if name not in (*_TRAINS, *_ON_THE_WAY))]:
        _, source, note = _TRAINS.get(node, _SELDOM)
        _rail_gates(stops, node, source, note)
    for node in _RAIL_ROAD:
        _rail_road(stops, node)
    for node in _REGROUP:
        _regroup(stops, node)
    _shared_transfers(stops)


def _shared_transfers(stops: Stops) -> None:
    """Add to the transfers that `energy` builds for uranium the steps of any other cargo that uses them."""
    note = "as every change from truck to train; assumed"
    for kind in ("wagon", "block_train"):
        for number, commodity in enumerate(("container", "grain", "bulk", "metals", "fertiliser", "oil_products"), 11):
            wait = 36.0 if kind == "wagon" else 42.0
            lifted = _step("Lifted and train made up", "transload", 8.0, wait=wait, note=note,
                           cost_usd_per_t=3.0)  # fmt: skip
            facility_id = f"KZ_KYZYLORDA.transload.truck-{kind}"
            stops.steps.append({**lifted, "facility_id": facility_id, "step_no": number, "commodity_id": commodity})


def _rail_gates(stops: Stops, node: str, source: str, note: str) -> None:
    out_steps = [*_departure(node), _lift("Loading", "loading")]
    in_steps = [*_arrival(), _lift("Unloading", "unloading")]
    common: dict[str, object] = {"kind": "terminal", "source_id": source, "quality": "estimated", "note": note}
    stops.add(
        f"{node}.terminal.rail.out", out_steps, name=f"{_title(node)} rail terminal, out", to_mode="rail", **common
    )
    stops.add(
        f"{node}.terminal.rail.in", in_steps, name=f"{_title(node)} rail terminal, in", from_mode="rail", **common
    )


def _lift(name: str, kind: str) -> _Step:
    return _step(name, kind, 4.0, note="assumed", cost_usd_per_t=2.0)


def _departure(node: str) -> list[_Step]:
    """Return the waits before a train takes the consignment."""
    trains, source, note = _TRAINS.get(node, _SELDOM)
    return [
        _step("Train: wait for the next departure", "formation", 4.0, wait=round(8766 / trains / 2, 1), source=source,
              vehicle_kind="block_train", note=f"half of the mean interval of {trains:g} trains a year: {note}"),
        _step("Wagon: placed and marshalled", "formation", 12.0, wait=24.0, vehicle_kind="wagon", note="assumed"),
    ]  # fmt: skip


def _arrival() -> list[_Step]:
    return [_step("Wagon: marshalled and placed", "formation", 12.0, wait=12.0, vehicle_kind="wagon", note="assumed")]


#: Where a train of either gauge can be reached: to reload by a truck into it must not be cheaper than the yard.
_TWO_GAUGES = ("CN_KHORGOS", "KZ_DOSTYK")


def _rail_road(stops: Stops, node: str) -> None:
    """Add the change from truck to train and from train to truck."""
    note = "boxes and goods change between train and truck; assumed"
    if node == "KZ_KHORGOSGW":
        handling = _step("Box handled in the dry "
                         "port", "crane", 5.0, source="KG26", quality="claimed", electronic_frac=1.0,
                         electronic_service_h=1.0, note="5 h, 1 h with the digital yard of 2025",
                         cost_usd_per_t=3.0)  # fmt: skip
    elif node in _TWO_GAUGES:
        handling = _step(
            "Lifted between train and truck", "transload", 4.0, cost_usd_per_t=round(_GAUGE_USD / 2, 3),
            note=f"{note}; half of the price of a change of gauge, since two such steps make one",
        )  # fmt: skip
    else:
        handling = _step("Lifted between train and truck", "transload", 4.0, note=note, cost_usd_per_t=3.0)
    to_truck = _step("Wait for a truck", "storage", 0.0, wait=12.0, note=note)
    common: dict[str, object] = {"kind": "transload", "note": note}
    stops.add(f"{node}.transload.road-rail", [handling, *_departure(node)], name=f"{_title(node)}: truck to train",
              from_mode="road", to_mode="rail", **common)  # fmt: skip
    stops.add(f"{node}.transload.rail-road", [*_arrival(), handling, to_truck], name=f"{_title(node)}: train to truck",
              from_mode="rail", to_mode="road", **common)  # fmt: skip


def _regroup(stops: Stops, node: str) -> None:
    note = "boxes from single wagons wait for a block train; two days assumed"
    stops.add(
        f"{node}.transload.wagon-block_train", [_step("Block train made up", "formation", 6.0, wait=42.0, note=note)],
        name=f"{_title(node)}: wagons to block train", kind="transload", from_mode="rail", to_mode="rail",
        from_vehicle_kind="wagon", to_vehicle_kind="block_train", note=note,
    )  # fmt: skip
    stops.add(
        f"{node}.transload.block_train-wagon", [_step("Block train broken up", "formation", 6.0, wait=12.0,
                                                     note="18 h assumed")],
        name=f"{_title(node)}: block train to wagons", kind="transload", from_mode="rail", to_mode="rail",
        from_vehicle_kind="block_train", to_vehicle_kind="wagon", note="18 h assumed",
    )  # fmt: skip
