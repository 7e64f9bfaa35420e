"""Where a flow must stop: border posts, gauge yards, ports, transloads and terminals, with their steps.

Where a source gives only a total (CPMM prints one clearing time a crossing and direction) the total is split
into steps by the fixed shares below; every such step is marked `estimated` and its note names total and source.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from .places import tables as place_tables
from .rows import ESTIMATE
from .ways import NEVER
from .ways import tables as way_tables

#: Members of the European Union on the network: no customs and, by land since 2025, no border checks between them.
_EU = {"AT", "BG", "CZ", "DE", "GR", "HU", "IT", "NL", "PL", "RO", "SK"}
#: One customs union and one railway practice.
_OPEN_BORDERS = {frozenset(("RU", "BY"))}
#: Members of the Eurasian Economic Union: no customs between them, only transport and sanitary control.
_EAEU = {"RU", "KZ", "KG", "BY", "AM"}
#: Mean wait of a container train where no regular one runs: node -> (hours, note).
_TRAIN_WAIT: dict[str, tuple[float, str]] = dict.fromkeys(
    ("RU_SAMUR", "AZ_YALAMA"),
    (60.0, "no regular container train runs between Russia and Azerbaijan: one in ten days assumed, half of the wait "
     "on either side"),
)  # fmt: skip


@dataclass(frozen=True)
class Clearing:
    """A measured or assumed time (h) and money (USD a vehicle of 20 t) of one side of a border.

    ``is_own`` says that the time was measured at the post itself; a national average is an estimate of a post.
    """

    hours: float
    usd: float
    source_id: str
    what: str
    is_own: bool = False


def _own(hours: float, usd: float, source_id: str, what: str) -> Clearing:
    return Clearing(hours, usd, source_id, what, is_own=True)


def _cpmm(hours: float, usd: float, source_id: str, what: str) -> Clearing:
    return Clearing(hours, usd, source_id, what)


#: (node, mode, "out" or "in") -> clearing there; the latest year that is neither COVID nor before a rebuild.
_AT_POST: dict[tuple[str, str, str], Clearing] = {
    ("CN_KHORGOS", "road", "out"): _own(
        23.5, 357, "CP22CN", "Khorgos outbound 2022 23.5 h; cost of all PRC posts 2023"
    ),
    ("UZ_OLOT", "road", "out"): _own(3.9, 74, "CP22UZ", "Alat outbound 2022 3.9 h"),
    ("UZ_OLOT", "road", "in"): _own(1.7, 74, "CP22UZ", "Alat inbound 2022 1.7 h"),
    ("AZ_REDBRIDGE", "road", "out"): _own(13.6, 43, "CP22AZ", "Red Bridge outbound 2022 13.6 h, USD 43"),
    ("AZ_REDBRIDGE", "road", "in"): _own(3.1, 69, "CP22AZ", "Red Bridge inbound 2022 3.1 h, USD 69"),
    ("GE_TSITELIKHIDI", "road", "out"): _own(24.2, 92, "CP22GE", "Tsiteli Khidi outbound 2022 24.2 h, USD 92"),
    ("GE_TSITELIKHIDI", "road", "in"): _own(1.8, 44, "CP22GE", "Tsiteli Khidi inbound 2022 1.8 h, USD 44"),
    ("GE_SARPI", "road", "out"): _own(20.8, 10, "CP22GE", "Sarpi outbound 2022 20.8 h, USD 10"),
    ("KG_CHALDOVAR", "road", "out"): _own(6.8, 27, "CP20KG", "Chaldovar outbound 2020 6.8 h (no later year)"),
    ("KG_AKTILEK", "road", "out"): _cpmm(
        6.8, 27, "CP20KG", "as Chaldovar 2020: the queues of 2023 show the same order"
    ),
    ("KZ_DOSTYK", "rail", "in"): _cpmm(
        36.0, 297, "CP22KZ", "36 h of the 78.0 h inbound 2022 that include the gauge change"
    ),
    ("KZ_ALTYNKOL", "rail", "in"): _cpmm(36.0, 297, "CP22KZ", "36 h of the 78.0 h inbound 2022 with the gauge change"),
    ("BY_BREST", "rail", "out"): Clearing(
        12.0, 100, ESTIMATE, "12 h assumed; 10 days in 2021 [SRS21] is the COVID peak"
    ),
    ("PL_MALASZEWICZE", "rail", "in"): Clearing(24.0, 150, ESTIMATE, "24 h assumed for customs of the Union"),
}

#: (country, mode, "out" or "in") -> clearing at any other post of the country.
_IN_COUNTRY: dict[tuple[str, str, str], Clearing] = {
    ("CN", "road", "out"): _cpmm(16.8, 357, "CP23CN", "all PRC road posts 2023 16.8 h, USD 357"),
    ("CN", "road", "in"): _cpmm(16.8, 357, "CP23CN", "all PRC road posts 2023 16.8 h, USD 357"),
    ("CN", "rail", "out"): _cpmm(14.0, 90, "CP23CN", "PRC rail outbound 2023 14.0 h, USD 90"),
    ("CN", "rail", "in"): _cpmm(16.3, 90, "CP23CN", "PRC rail inbound 2023 16.3 h, USD 90"),
    ("KZ", "road", "out"): _cpmm(3.9, 317, "CP23KZ", "KZ road outbound 2023 3.9 h; USD 317 of 2022"),
    ("KZ", "road", "in"): _cpmm(4.6, 317, "CP22KZ", "KZ road inbound 2022 4.6 h, USD 317"),
    ("KZ", "rail", "out"): _cpmm(6.8, 297, "CP22KZ", "KZ rail outbound 2022 6.8 h, USD 297"),
    ("KZ", "rail", "in"): _cpmm(6.8, 297, "CP22KZ", "KZ rail outbound 2022 6.8 h taken for inbound away from China"),
    ("UZ", "road", "out"): _cpmm(3.5, 74, "CP22UZ", "UZ road outbound 2022 3.5 h, USD 74"),
    ("UZ", "road", "in"): _cpmm(5.5, 74, "CP22UZ", "UZ road inbound 2022 5.5 h, USD 74"),
    ("UZ", "rail", "out"): _cpmm(6.8, 133, "CP22UZ", "UZ rail 2022 6.8 h, USD 133"),
    ("UZ", "rail", "in"): _cpmm(6.8, 133, "CP22UZ", "UZ rail 2022 6.8 h, USD 133"),
    ("TM", "road", "out"): _cpmm(34.6, 208, "CP22TM", "TM road outbound 2022 34.6 h; cost of all CAREC posts 2022"),
    ("TM", "road", "in"): _cpmm(5.0, 208, "CP22TM", "TM road inbound 2022 5.0 h; cost of all CAREC posts 2022"),
    ("TM", "rail", "out"): _cpmm(3.7, 81, "CP22TM", "TM rail 2022 3.7 h, USD 81"),
    ("TM", "rail", "in"): _cpmm(3.7, 81, "CP22TM", "TM rail 2022 3.7 h, USD 81"),
    ("KG", "road", "out"): _cpmm(2.1, 27, "CP20KG", "KG road 2020 2.1 h, USD 27 (1.6 h in 2019; no later year)"),
    ("KG", "road", "in"): _cpmm(1.6, 23, "CP20KG", "KG road 2019 1.6 h, USD 23 (no later year)"),
    ("AZ", "road", "out"): _cpmm(4.4, 56, "CP23AZ", "AZ road outbound 2023 4.4 h, USD 56"),
    ("AZ", "road", "in"): _cpmm(4.1, 56, "CP23AZ", "AZ road inbound 2023 4.1 h, USD 56"),
    ("GE", "road", "out"): _cpmm(45.3, 121, "CP23GE", "GE road outbound 2023 45.3 h, USD 121"),
    ("GE", "road", "in"): _cpmm(1.6, 121, "CP23GE", "GE road inbound 2023 1.6 h, USD 121"),
}
_ROAD_ELSEWHERE = _cpmm(9.9, 208, "CP22RD", "all CAREC road posts 2022 9.9 h, USD 208")
_RAIL_ELSEWHERE = Clearing(8.0, 133, ESTIMATE, "8 h assumed, between TM 3.7 h and PRC 14 h")
_EAEU_ROAD = Clearing(2.0, 20, ESTIMATE, "2 h assumed: no customs inside the EAEU, transport and sanitary control only")
_EAEU_RAIL = Clearing(3.0, 20, ESTIMATE, "3 h assumed: no customs inside the EAEU, technical and commercial inspection")

#: Trucks a day each way that a road post passes: node -> (trucks, source, note).
_TRUCKS_A_DAY: dict[str, tuple[float, str, str]] = {
    "CN_KHORGOS": (725, "INF2511", "CN side took 700-750 a day in November 2025"),
    "KZ_KHORGOSGW": (800, "INF2511", "agreed in October 2025; the electronic queue let 650 come in November"),
    "KZ_KALZHAT": (250, "INFB26", "250 trucks a day"), "CN_DULATA": (250, "INFB26", "250 trucks a day"),
    "KZ_KORDAY": (400, "KHAB", "2,500 vehicles a day in all (design); trucks assumed 1 in 6"),
    "KG_AKZHOL": (400, "KHAB", "2,500 vehicles a day in all (design); trucks assumed 1 in 6"),
    "KZ_KARASU": (300, "DALA", "300 a day inbound"), "KG_AKTILEK": (280, "PARYZ", "273 out and 282 in on a busy day"),
    "KZ_KONYSBAYEV": (500, "INF2510", "500 trucks a day (design 1,000)"),
    "UZ_YALLAMA": (500, "INF2510", "500 trucks a day (design 1,000)"),
    "AZ_REDBRIDGE": (300, "AZ24", "about 300 trucks a day released"),
    "GE_TSITELIKHIDI": (300, "AZ24", "about 300 trucks a day released"),
    "TM_FARAP": (500, "DARFA", "half of the 1,000 vehicles a day agreed"),
    "UZ_OLOT": (500, "DARFA", "half of the 1,000 vehicles a day agreed"),
}  # fmt: skip
_T_PER_TRUCK = 20.0
#: Money a vehicle is spread over this load: between the 20 t of CPMM and the 28 t of two boxes of twenty feet.
_T_PER_FEE = 24.0
#: Road posts whose traffic stands in `demand`, by (node, country left): only there is the queue simulated, with the
#: servers that pass the day's trucks; anywhere else the number of lanes and officers is not known, nor is the traffic.
_WATCHED_ROADS = {
    ("KZ_KHORGOSGW", "KZ"), ("CN_KHORGOS", "KZ"), ("KZ_KALZHAT", "KZ"), ("CN_DULATA", "KZ"), ("KG_AKTILEK", "KG"),
    ("KZ_KARASU", "KG"), ("KZ_KONYSBAYEV", "KZ"), ("UZ_YALLAMA", "KZ"), ("AZ_REDBRIDGE", "AZ"),
    ("GE_TSITELIKHIDI", "AZ"),
}  # fmt: skip
#: Wagons a day that one railway takes over from the other: (node, country left) -> (wagons, source, note).
_WAGONS_A_DAY: dict[tuple[str, str], tuple[float, str, str]] = {
    ("CN_ALASHANKOU", "KZ"): (800, "BAQ25", "more than 800 wagons handed over a day in September 2025, that is 57 in "
                              "each of the 14 trains a day that China takes [RN19D]"),
    ("KZ_DOSTYK", "CN"): (900, "RN19D", "12 trains a day agreed in 2019 and 6 of the terminal of 2021 [RG21], of 50 "
                          "wagons each, the last assumed"),
}  # fmt: skip

#: Expected wait at which a lorry turns to the next crossing: as when Kalzhat stood still for a week in November 2025
#: and its lorries went to Nur Zholy [INF2511]; the hours are assumed.
_TURN_AWAY = {"KZ_KALZHAT": 24.0}

#: Posts with hours of their own: node -> calendar.
_CALENDAR: dict[str, str] = {
    "CN_IRKESHTAM": "cn_pass_posts", "CN_TORUGART": "cn_pass_posts", "CN_MAIKAPCHAGAI": "cn_day_posts",
    "CN_DULATA": "cn_day_posts", "CN_TACHENG": "cn_day_posts", "UZ_MALIK": "uz_day_posts", "UZ_OKOLTIN": "uz_day_posts",
}  # fmt: skip
#: Hours a day open, and mean hours lost before a closed door, already inside a measured total and taken off it.
_OPEN_H = {"cn_pass_posts": 40 / 7, "cn_day_posts": 10.0, "uz_day_posts": 12.0}
_DOOR_H = {"cn_pass_posts": 15.2, "cn_day_posts": 4.1, "uz_day_posts": 3.0}

#: Shares of a road clearing total: (name, kind, share of the total as wait, as service, share of vehicles met).
_ROAD_SPLIT: tuple[tuple[str, str, float, float, float], ...] = (
    ("Queue and border guard", "security", 0.60, 0.05, 1.0),
    ("Documents and vehicle permit", "documents", 0.0, 0.07, 1.0),
    ("Weighing", "weighing", 0.0, 0.04, 1.0),
    ("Customs", "customs", 0.0, 0.14, 1.0),
    ("Scanner and inspection", "inspection", 0.0, 0.40, 0.25),
)
#: The same for wagons.
_RAIL_SPLIT: tuple[tuple[str, str, float, float, float], ...] = (
    ("Wait for acceptance and wagons", "handover", 0.70, 0.05, 1.0),
    ("Documents", "documents", 0.0, 0.10, 1.0),
    ("Customs", "customs", 0.0, 0.08, 1.0),
    ("Technical and commercial inspection", "inspection", 0.0, 0.07, 1.0),
)
#: What stands for customs inside the EAEU.
_SANITARY = ("Transport and sanitary control", "phytosanitary")
_ELECTRONIC_KINDS = {"documents": 0.2, "customs": 0.4}


@dataclass
class Stops:
    """Rows being gathered."""

    facilities: list[dict[str, object]] = field(default_factory=list)
    steps: list[dict[str, object]] = field(default_factory=list)

    def add(self, facility_id: str, steps: Iterable[dict[str, object]], **columns: object) -> None:
        """Add a facility and its steps, numbered in order."""
        columns.setdefault("source_id", ESTIMATE)
        columns.setdefault("quality", "estimated")
        node_id = facility_id.partition(".")[0]
        self.facilities.append({"facility_id": facility_id, "node_id": node_id, **columns})
        for number, step in enumerate(steps, start=1):
            self.steps.append({"facility_id": facility_id, "step_no": number, **step})


def step(
    name: str, kind: str, hours: float, *, wait: float = 0.0, source: str = ESTIMATE, quality: str = "estimated",
    note: str = "", **more: object,
) -> dict[str, object]:  # fmt: skip
    """Return one step; ``hours`` is the procedure, ``wait`` the measured wait before it."""
    return {
        "name": name, "kind": kind, "service_h": round(hours, 4), "wait_h": round(wait, 4), "source_id": source,
        "quality": quality, "note": note, **more,
    }  # fmt: skip


def servers_for(per_day: float, hours: float, open_h: float = 24.0) -> int:
    """Return how many servers, ``open_h`` a day, pass ``per_day`` in ``hours`` each while busy 85 % of that time."""
    return max(1, math.ceil(per_day * hours / (open_h * 0.85)))


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return facilities, steps and calendars."""
    from .terminals import add_ports, add_terminals, add_yards

    links = way_tables(facts)["links"]
    stops = Stops()
    for border in _crossings(links):
        _add_post(stops, border)
    add_yards(stops)
    add_ports(stops)
    add_terminals(stops, _rail_cities(facts, links))
    return {
        "facilities": pd.DataFrame(stops.facilities),
        "steps": pd.DataFrame(stops.steps),
        "calendars": pd.DataFrame(_calendars()),
    }


def _rail_cities(facts: Path, links: pd.DataFrame) -> list[str]:
    """Return the cities that a railway passes, in order."""
    nodes = place_tables(facts)["nodes"]
    rail = links[links["mode"] == "rail"]
    passed = {*rail["from_node_id"], *rail["to_node_id"]}
    return sorted(passed & set(nodes.loc[nodes["kind"] == "city", "node_id"]))


@dataclass(frozen=True)
class _Border:
    """One side of a crossing: the post on ``node`` for traffic of ``mode`` between two countries."""

    node: str
    leaving: str
    entering: str
    mode: str
    status: str
    opens_year: int
    is_eaeu: bool

    @property
    def side(self) -> str:
        return "out" if self.node[:2] == self.leaving else "in"


def _crossings(links: pd.DataFrame) -> list[_Border]:
    """Return both posts of both directions of every crossing, once a node, mode and direction."""
    found: dict[tuple[str, str, str, str], _Border] = {}
    for link in links.to_dict("records"):
        start, end, mode = str(link["from_node_id"]), str(link["to_node_id"]), str(link["mode"])
        pair = frozenset((start[:2], end[:2]))
        if len(pair) == 1 or mode == "sea" or pair in _OPEN_BORDERS or pair <= _EU:
            continue
        for a, b in ((start, end), (end, start)):
            for node in (a, b):
                key = (node, a[:2], b[:2], mode)
                border = _Border(*key, str(link["status"]), int(link["opens_year"]), pair <= _EAEU)
                known = found.get(key)
                if known is None or border.opens_year < known.opens_year:
                    found[key] = border
    return list(found.values())


def _clearing(border: _Border) -> Clearing:
    at_post = _AT_POST.get((border.node, border.mode, border.side))
    if at_post is not None and not (border.node in ("KZ_DOSTYK", "KZ_ALTYNKOL") and border.leaving != "CN"):
        return at_post
    if border.is_eaeu and {border.leaving, border.entering} != {"KZ", "KG"}:
        return _EAEU_ROAD if border.mode == "road" else _EAEU_RAIL
    if border.is_eaeu and border.mode == "rail":
        return _EAEU_RAIL
    elsewhere = _ROAD_ELSEWHERE if border.mode == "road" else _RAIL_ELSEWHERE
    return _IN_COUNTRY.get((border.node[:2], border.mode, border.side), elsewhere)


def _add_post(stops: Stops, border: _Border) -> None:
    facility_id = f"{border.node}.border.{border.leaving}-{border.entering}.{border.mode}"
    clearing = _clearing(border)
    steps = _road_steps(border, clearing) if border.mode == "road" else _rail_steps(border, clearing)
    trucks = _TRUCKS_A_DAY.get(border.node) if border.mode == "road" else None
    capacity: dict[str, object] = {}
    note = clearing.what if clearing.is_own else f"{clearing.what}; not measured at this post"
    if trucks:
        capacity = {"capacity_per_year": trucks[0] * 365 * _T_PER_TRUCK, "capacity_unit": "t"}
        note += f"; capacity {trucks[0]:g} trucks a day x {_T_PER_TRUCK:g} t: {trucks[2]} [{trucks[1]}]"
    wagons = _WAGONS_A_DAY.get((border.node, border.leaving)) if border.mode == "rail" else None
    if wagons:
        capacity = {"capacity_per_year": wagons[0] * 365, "capacity_unit": "count"}
        note += f"; capacity {wagons[0]:g} wagons a day: {wagons[2]} [{wagons[1]}]"
    stops.add(
        facility_id, steps,
        name=f"{{{border.node}}}: {border.leaving} to {border.entering} ({border.mode}, {border.side})",
        kind="border_post", from_mode=border.mode, to_mode=border.mode, from_country_code=border.leaving,
        to_country_code=border.entering, status=border.status, opens_year=border.opens_year, note=note,
        source_id=clearing.source_id, quality="observed" if clearing.is_own else "estimated", **capacity,
    )  # fmt: skip


def _road_steps(border: _Border, clearing: Clearing) -> list[dict[str, object]]:
    total, calendar = clearing.hours, _CALENDAR.get(border.node, "")
    total = max(total - _DOOR_H.get(calendar, 0.0), 1.5)
    watched = (border.node, border.leaving) in _WATCHED_ROADS
    note = f"share of a total of {clearing.hours:g} h: {clearing.what}; the split is ours"
    if calendar:
        note += f"; {_DOOR_H[calendar]:g} h of it are the closed door"
    if watched:
        note += "; servers so that the trucks of a day pass while they are busy 85 % of the time"
    steps = []
    for customs_name, customs_kind, wait, service, share in _ROAD_SPLIT:
        is_sanitary = border.is_eaeu and customs_kind == "customs"
        name, kind = _SANITARY if is_sanitary else (customs_name, customs_kind)
        hours = total * service
        more: dict[str, object] = {"share_frac": share, "calendar_id": calendar}
        if watched:
            more["server_count"] = servers_for(
                _TRUCKS_A_DAY[border.node][0] * share, hours, _OPEN_H.get(calendar, 24.0)
            )
        if border.node in _TURN_AWAY and watched and kind == "security":
            more["divert_above_h"] = _TURN_AWAY[border.node]
        if kind in _ELECTRONIC_KINDS:
            more["electronic_service_h"] = round(hours * _ELECTRONIC_KINDS[kind], 4)
        if is_sanitary or kind == "customs":
            more["cost_usd_per_t"] = round(clearing.usd / _T_PER_FEE, 3)
        steps.append(step(name, kind, hours, wait=total * wait, source=clearing.source_id, note=note, **more))
    return steps


def _rail_steps(border: _Border, clearing: Clearing) -> list[dict[str, object]]:
    """Return steps for wagons (CPMM measures all traffic) and, apart, for container block trains."""
    note = (
        f"share of a total of {clearing.hours:g} h: {clearing.what}; measured for all traffic, so taken for wagons; "
        "the split is ours"
    )
    steps = []
    wagons = _WAGONS_A_DAY.get((border.node, border.leaving))
    if wagons:
        note += "; servers so that the wagons of a day pass while they are busy 85 % of the time"
    for name, kind, wait, service, share in _RAIL_SPLIT:
        if border.is_eaeu and kind == "customs":
            continue
        hours = clearing.hours * service
        more: dict[str, object] = {"vehicle_kind": "wagon", "share_frac": share}
        if wagons:
            more["server_count"] = servers_for(wagons[0], hours)
        if kind in _ELECTRONIC_KINDS:
            more["electronic_service_h"] = round(hours * _ELECTRONIC_KINDS[kind], 4)
        if kind == "documents":
            more["cost_usd_per_t"] = round(clearing.usd / _T_PER_FEE, 3)
        steps.append(step(name, kind, hours, wait=clearing.hours * wait, source=clearing.source_id, note=note, **more))
    return steps + _train_steps(border, clearing)


def _train_steps(border: _Border, clearing: Clearing) -> list[dict[str, object]]:
    """Return the steps of a container block train, far shorter than those of wagons."""
    only: dict[str, object] = {"vehicle_kind": "block_train"}
    wait = min(3.0, clearing.hours * 0.3)
    note = "container trains have priority; 3 h, or three tenths of the time of wagons where that is less; assumed"
    wait, note = _TRAIN_WAIT.get(border.node, (wait, note))
    steps = [step("Train: acceptance and documents", "handover", 0.5, wait=wait, note=note, **only)]
    if border.is_eaeu:
        return [*steps, step("Train: inspection", "inspection", 0.5, note="assumed", **only)]
    if border.node[:2] == "KZ":
        customs = step(
            "Train: customs", "customs", 3.0, source="LADA2508", quality="claimed", electronic_frac=1.0,
            electronic_service_h=0.5, note="automated clearance 0.5 h a train, up to 3 h before", **only,
        )  # fmt: skip
    else:
        customs = step(
            "Train: customs", "customs", 3.0, source="LADA2508", note="3 h as in Kazakhstan before automation; assumed",
            electronic_service_h=0.5, **only,
        )  # fmt: skip
    inspection = step("Train: technical and commercial inspection", "inspection", 1.0, note="assumed", **only)
    cost = round(clearing.usd / 5 / _T_PER_FEE, 3)
    inspection |= {
        "cost_usd_per_t": cost,
        "note": "1 h assumed; a fifth of the cost of wagons, one declaration a train",
    }
    return [*steps, customs, inspection]


def _calendars() -> list[dict[str, object]]:
    """Return opening hours; those of the passes and day posts are recalled practice."""
    hours = {
        "cn_pass_posts": (
            range(5),
            10.0,
            18.0,
            8.0,
            "working days 10-18 Beijing time; recalled practice of the passes",
        ),
        "cn_day_posts": (range(7), 9.0, 19.0, 8.0, "every day 9-19; recalled practice"),
        "uz_day_posts": (range(7), 7.0, 19.0, 5.0, "by daylight [DIYOR24]; hours assumed"),
    }
    return [
        {
            "calendar_id": name, "weekday": day, "opens_h": opens, "closes_h": closes, "utc_offset_h": offset,
            "note": note, "source_id": "DIYOR24" if name == "uz_day_posts" else "MEM", "quality": "estimated",
        }
        for name, (days, opens, closes, offset, note) in hours.items()
        for day in days
    ]  # fmt: skip


__all__ = ["NEVER", "Stops", "step", "tables"]
