"""Drawn networks that most tests share. Every figure in them is invented for the test, and small."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from kervan.network import Meta, Network
from kervan.schema import TABLES
from ledger_databases import place, postgres, postgres_server  # noqa: F401 - fixtures for every test

COMMON = {"source_id": "S1", "quality": "observed"}


def rows(table: str, *items: dict[str, Any]) -> pd.DataFrame:
    """Return a raw table of these rows, with the common source and quality."""
    extra = COMMON if "quality" in TABLES[table].names else {}
    return pd.DataFrame([{**extra, **item} for item in items], dtype="object")


def node(node_id: str, country: str = "AA", lon: float = 50.0, lat: float = 42.0, kind: str = "city") -> dict[str, Any]:
    return {
        "node_id": node_id, "name": node_id.title(), "kind": kind, "country_code": country,
        "lon_deg": lon, "lat_deg": lat, "accuracy_km": 1.0,
    }  # fmt: skip


def link(start: str, end: str, mode: str = "rail", length_km: float = 100.0, **more: Any) -> dict[str, Any]:
    gauge = {"gauge_mm": 1520} if mode == "rail" else {}
    return {
        "link_id": f"{start}-{end}.{mode}", "from_node_id": start, "to_node_id": end, "mode": mode,
        "length_km": length_km, "speed_km_per_h": 50.0, "time_cv_frac": 0.1, **gauge, **more,
    }  # fmt: skip


BASE = {
    "sources": rows("sources", {"source_id": "S1", "publisher": "Tests", "title": "Invented", "grade": "D"}),
    "modes": rows(
        "modes",
        {"mode": "rail", "name": "Rail", "has_gauge": True},
        {"mode": "road", "name": "Road"},
        {"mode": "sea", "name": "Sea", "needs_service": True},
    ),
    "vehicle_kinds": rows(
        "vehicle_kinds",
        {
            "vehicle_kind": "train",
            "mode": "rail",
            "name": "Train",
            "emission_kg_per_t_km": 0.02,
            "emission_scope": "wtw",
        },
        {
            "vehicle_kind": "truck",
            "mode": "road",
            "name": "Truck",
            "emission_kg_per_t_km": 0.08,
            "emission_scope": "ttw",
        },
        {"vehicle_kind": "ship", "mode": "sea", "name": "Ship", "emission_kg_per_t_km": 0.01, "emission_scope": "ttw"},
    ),
    "commodities": rows(
        "commodities",
        {
            "commodity_id": "box",
            "name": "Box",
            "unit": "TEU",
            "mass_t_per_unit": 10.0,
            "value_of_time_usd_per_unit_h": 2.0,
        },
    ),
    "carriage": rows(
        "carriage",
        {
            "carriage_id": "box.train",
            "commodity_id": "box",
            "vehicle_kind": "train",
            "cost_usd_per_unit_km": 0.5,
            "shipment_units": 2.0,
        },
        {
            "carriage_id": "box.truck",
            "commodity_id": "box",
            "vehicle_kind": "truck",
            "cost_usd_per_unit_km": 1.5,
            "shipment_units": 2.0,
        },
        {"carriage_id": "box.ship", "commodity_id": "box", "vehicle_kind": "ship", "cost_usd_per_unit_km": 0.2},
    ),
}


def network(meta: Meta | None = None, **tables: pd.DataFrame) -> Network:
    """Return a network of the base tables and these."""
    return Network.of(meta=meta or Meta(name="test", base_year=2025), **{**BASE, **tables})


@pytest.fixture(scope="session")  # a network never changes
def one_link() -> Network:
    """One railway.

    ::

        A ──100 km── B          2 h at 50 km/h, 50 USD, 20 kg a box of 10 t
    """
    return network(nodes=rows("nodes", node("A"), node("B", lon=51.0)), links=rows("links", link("A", "B")))


@pytest.fixture(scope="session")  # a network never changes
def two_routes() -> Network:
    """A slow cheap railway and a fast dear road.

    ::

        A ══rail 400 km, 50 km/h══ B        8 h, 200 USD, 80 kg
        A ──road 300 km, 75 km/h── B        4 h, 450 USD, 240 kg
    """
    return network(
        nodes=rows("nodes", node("A"), node("B", lon=52.0)),
        links=rows(
            "links", link("A", "B", length_km=400.0), link("A", "B", "road", length_km=300.0, speed_km_per_h=75.0)
        ),
    )


@pytest.fixture(scope="session")  # a network never changes
def mini_corridor() -> Network:
    """Everything an arc can be, once.

    ::

        A ══1435══ P │border│ Q ═gauge yard═ 1520 ══ R(port) ~~ferry~~ S(port) ──road── T
        country AA          │        BB              BB                 CC              CC

    P exit post 3 h wait + 2 h; Q entry post, half of the consignments 1 h electronic instead of 5 h;
    gauge yard 4 h; port R 6 h; ferry every 48 h, cv 1, load 3 h, 200 km at 25 km/h, unload 2 h, closed
    one tenth of the time in month 1; port S 2 h behind a door open Monday to Friday 8-18. 2,000 boxes a year go from
    A to T, two in a consignment; two servers change gauges.
    """
    nodes = rows(
        "nodes", node("A", "AA", 40.0), node("P", "AA", 41.0, kind="border"), node("Q", "BB", 41.1, kind="border"),
        node("R", "BB", 45.0, kind="port"), node("S", "CC", 47.0, kind="port"), node("T", "CC", 49.0),
    )  # fmt: skip
    links = rows(
        "links",
        link("A", "P", length_km=100.0, gauge_mm=1435),
        link("P", "Q", length_km=10.0, gauge_mm=1435),
        link("Q", "R", length_km=350.0),
        link("R", "S", "sea", length_km=200.0, speed_km_per_h=25.0, closure_scope="lake"),
        link("S", "T", "road", length_km=180.0, speed_km_per_h=60.0),
    )

    def post(node_id: str, start: str, end: str) -> dict[str, Any]:
        return {
            "facility_id": f"{node_id}.border.{start}-{end}.rail", "node_id": node_id, "name": f"Post {node_id}",
            "kind": "border_post", "from_mode": "rail", "to_mode": "rail", "from_country_code": start,
            "to_country_code": end,
        }  # fmt: skip

    facilities = rows(
        "facilities",
        post("P", "AA", "BB"), post("Q", "AA", "BB"), post("Q", "BB", "AA"), post("P", "BB", "AA"),
        {"facility_id": "Q.gauge", "node_id": "Q", "name": "Yard", "kind": "gauge_yard", "from_mode": "rail",
         "to_mode": "rail", "from_gauge_mm": 1435, "to_gauge_mm": 1520, "direction": "both"},
        {"facility_id": "R.port.rail-sea", "node_id": "R", "name": "Port R", "kind": "port", "from_mode": "rail",
         "to_mode": "sea", "direction": "both"},
        {"facility_id": "S.port.sea-road", "node_id": "S", "name": "Port S", "kind": "port", "from_mode": "sea",
         "to_mode": "road", "direction": "both"},
    )  # fmt: skip
    steps = rows(
        "steps",
        {"facility_id": "P.border.AA-BB.rail", "step_no": 1, "name": "Customs", "kind": "customs", "service_h": 2.0,
         "wait_h": 3.0, "cost_usd_per_t": 1.0},
        {"facility_id": "Q.border.AA-BB.rail", "step_no": 1, "name": "Customs", "kind": "customs", "service_h": 5.0,
         "electronic_frac": 0.5, "electronic_service_h": 1.0},
        {"facility_id": "Q.border.BB-AA.rail", "step_no": 1, "name": "Customs", "kind": "customs", "service_h": 1.0},
        {"facility_id": "P.border.BB-AA.rail", "step_no": 1, "name": "Customs", "kind": "customs", "service_h": 1.0},
        {"facility_id": "Q.gauge", "step_no": 1, "name": "Gauge change", "kind": "gauge_change", "service_h": 4.0,
         "server_count": 2},
        {"facility_id": "R.port.rail-sea", "step_no": 1, "name": "Crane", "kind": "crane", "service_h": 6.0},
        {"facility_id": "S.port.sea-road", "step_no": 1, "name": "Documents", "kind": "documents", "service_h": 2.0,
         "calendar_id": "office"},
    )  # fmt: skip
    calendars = rows(
        "calendars", *[{"calendar_id": "office", "weekday": d, "opens_h": 8.0, "closes_h": 18.0} for d in range(5)]
    )
    closures = rows("closures", {"closure_id": "lake.1", "scope": "lake", "month": 1, "open_h": 90.0, "closed_h": 10.0})
    fleets = rows(
        "fleets",
        {"fleet_id": "ferries", "name": "Ferries", "vehicle_kind": "ship", "vehicle_count": 2,
         "vehicle_capacity_count": 50.0, "capacity_unit": "TEU"},
    )  # fmt: skip
    services = rows(
        "services",
        {"service_id": "R-S.ship", "name": "Ferry", "link_id": "R-S.sea", "vehicle_kind": "ship", "fleet_id": "ferries",
         "rule": "headway", "headway_h": 48.0, "headway_cv_frac": 1.0, "load_h": 3.0, "unload_h": 2.0,
         "cost_usd_per_t": 8.0},
    )  # fmt: skip
    demand = rows(
        "demand",
        {"demand_id": "a-t", "origin_node_id": "A", "destination_node_id": "T", "commodity_id": "box", "year": 2025,
         "volume_per_year": 2000.0, "kind": "observed"},
    )  # fmt: skip
    return network(
        nodes=nodes, links=links, facilities=facilities, steps=steps, calendars=calendars, closures=closures,
        fleets=fleets, services=services, demand=demand,
    )  # fmt: skip
