"""Random networks that obey every rule of the schema, with texts as unpleasant as the schema allows."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from kervan._conform import great_circle_km
from kervan.network import Meta, Network
from kervan.schema import TABLES, Column

__all__ = ["cells", "metas", "networks", "texts"]

#: What spreadsheets, CSV, markup and terminals trip over, and letters of the corridor.
_NASTY = list("=+-@'\",;|<>&\\/\t\n\r_x0041 éığŞцяაბ中—…\u00a0\u200e\u2028\ufeff\ufffe\U0001f42a")
_WORDS = [
    "=1+1", "+7", "-", "@SUM(A1)", "'quoted", "NaN", "inf", "None", "true", "1e5", "0012", "2025-01-02", "<b>x</b>",
    "_x000D_", "x005F_", "1,5", "a\r\nb", "NULL", "#N/A",
]  # fmt: skip
_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:+\-]{0,6}", fullmatch=True)


def texts(*, may_be_blank: bool = True) -> st.SearchStrategy[str]:
    """Return texts that the schema takes, trimmed as it trims them."""
    letters = st.one_of(
        st.sampled_from(_NASTY),
        st.characters(exclude_categories=("Cs", "Cc")),
    )
    some = st.one_of(
        st.text(letters, max_size=12),
        st.sampled_from(_WORDS),
    ).map(str.strip)
    return some if may_be_blank else some.filter(bool)


def cells(column: Column) -> st.SearchStrategy[Any]:
    """Return values of one column, by its declaration alone."""
    if column.kind == "choice":
        return st.sampled_from(column.choices)
    if column.kind == "flag":
        return st.booleans()
    if column.kind == "int":
        return st.integers(int(max(column.at_least, -(2**53))), int(min(column.at_most, 2**53)))
    if column.kind == "float":
        low = max(column.at_least, -1e15)
        numbers = st.floats(low, min(column.at_most, 1e15), allow_nan=False)
        return st.one_of(numbers, st.just(math.inf)) if column.default == math.inf else numbers
    if column.kind == "json":
        values = st.one_of(texts(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
        return st.lists(st.dictionaries(texts(), values, max_size=2), max_size=2)
    if column.kind == "id":
        return _IDS if column.is_required else st.one_of(st.just(""), _IDS)
    return texts(may_be_blank=not column.is_required)


@st.composite
def metas(draw: st.DrawFn) -> Meta:
    """Return what a package may say of itself."""
    years = st.integers(1990, 2100)
    return Meta(
        name=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,12}", fullmatch=True)),
        title=draw(texts()), version=draw(texts()), description=draw(texts()), licence=draw(texts()),
        base_year=draw(years), price_year=draw(years), attribution=draw(texts()),
    )  # fmt: skip


class _Drawn:
    """The tables of one random network, row by row."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}

    def ids(self, table: str) -> list[str]:
        return [row[TABLES[table].key[0]] for row in self.rows[table]]

    def one_of(self, table: str) -> Any:
        return self._draw(st.sampled_from(self.rows[table]))

    def add(self, table: str, **fixed: Any) -> None:
        """Add a row: what a rule ties down is given, references name rows that are there, the rest is random."""
        row: dict[str, Any] = {}
        for column in TABLES[table].columns:
            if column.name in fixed:
                row[column.name] = fixed[column.name]
            elif column.refers_to:
                known = self.ids(column.refers_to) + ([] if column.is_required else [""])
                row[column.name] = self._draw(st.sampled_from(known))
            else:
                row[column.name] = self._draw(cells(column))
        self.rows[table].append(row)


def _base(drawn: _Drawn) -> None:
    drawn.add("sources", source_id="S1")
    for mode, gauge in (("rail", True), ("road", False), ("sea", False)):
        drawn.add("modes", mode=mode, has_gauge=gauge)
    for kind, mode in (("train", "rail"), ("truck", "road"), ("ship", "sea")):
        drawn.add("vehicle_kinds", vehicle_kind=kind, mode=mode)
    drawn.add("commodities", commodity_id="box")
    for kind in ("train", "truck", "ship"):
        drawn.add("carriage", carriage_id=f"box.{kind}", commodity_id="box", vehicle_kind=kind, country_code="")


def _ways(drawn: _Drawn, draw: st.DrawFn) -> None:
    for number in range(draw(st.integers(2, 4))):
        drawn.add("nodes", node_id=f"N{number}", country_code=draw(st.sampled_from(["AA", "BB"])))
    for number in range(draw(st.integers(0, 2))):
        drawn.add("closures", closure_id=f"C{number}")
    scopes = ["", *(row["scope"] for row in drawn.rows["closures"])]
    for number in range(draw(st.integers(1, 4))):
        start, end = draw(st.permutations(drawn.rows["nodes"]))[:2]
        mode = draw(st.sampled_from(["rail", "road", "sea"]))
        straight = float(great_circle_km(start["lon_deg"], start["lat_deg"], end["lon_deg"], end["lat_deg"]))
        opens, closes = sorted([draw(st.integers(0, 9999)), draw(st.integers(0, 9999))])
        drawn.add(
            "links", link_id=f"L{number}", from_node_id=start["node_id"], to_node_id=end["node_id"], mode=mode,
            length_km=draw(st.floats(straight, 40_000)),
            gauge_mm=draw(st.sampled_from([1435, 1520])) if mode == "rail" else 0,
            closure_scope=draw(st.sampled_from(scopes)), opens_year=opens, closes_year=closes,
        )  # fmt: skip


def _stops(drawn: _Drawn, draw: st.DrawFn) -> None:
    for day in draw(st.lists(st.integers(0, 6), max_size=2, unique=True)):
        opens = draw(st.floats(0, 23))
        drawn.add("calendars", calendar_id="K", weekday=day, opens_h=opens, closes_h=draw(st.floats(opens + 0.5, 24)))
    free = {"from_vehicle_kind": "", "to_vehicle_kind": "", "from_gauge_mm": 0, "to_gauge_mm": 0,
            "from_country_code": "", "to_country_code": ""}  # fmt: skip

    def scope() -> str:
        return draw(st.sampled_from(["", *(row["scope"] for row in drawn.rows["closures"])]))

    if draw(st.booleans()):
        drawn.add(
            "facilities",
            **{
                **free,
                "closure_scope": scope(),
                "facility_id": "F1",
                "kind": "port",
                "from_mode": "rail",
                "to_mode": "sea",
            },
        )
    if draw(st.booleans()):
        gauges = {"from_mode": "rail", "to_mode": "rail", "from_gauge_mm": 1435, "to_gauge_mm": 1520}
        own = {"closure_scope": scope(), "facility_id": "F2", "kind": "gauge_yard", **gauges}
        drawn.add("facilities", **{**free, **own})
    for facility in drawn.ids("facilities"):
        for number in range(draw(st.integers(0, 2))):
            hours = draw(st.floats(0, 8760))
            drawn.add("steps", facility_id=facility, step_no=number + 1, service_h=hours,
                      electronic_service_h=draw(st.floats(0, hours)))  # fmt: skip


def _rest(drawn: _Drawn, draw: st.DrawFn) -> None:
    if draw(st.booleans()):
        drawn.add("fleets", fleet_id="V1")
    kinds = {"rail": "train", "road": "truck", "sea": "ship"}
    for number in range(draw(st.integers(0, 2))):
        link = drawn.one_of("links")
        drawn.add("services", service_id=f"V{number}", link_id=link["link_id"], vehicle_kind=kinds[link["mode"]])
    if draw(st.booleans()):
        for month in range(1, 13):
            drawn.add("seasons", season_id="S", month=month, factor_frac=2.0 if month > 6 else 0.0)
    places = draw(st.integers(1, 1000))
    drawn.add("yards", yard_id="Y", place_count=places, embargo_count=places, lift_count=places - 1)
    drawn.add("berths")
    facility, link = drawn.ids("facilities")[:1], drawn.ids("links")[0]
    drawn.add("failures", failure_id="B", facility_id="".join(facility), link_id="" if facility else link)
    drawn.add("disruptions", disruption_id="D", node_id="", facility_id="", link_id=link)
    for table, most in (("demand", 2), ("interventions", 2), ("observations", 2)):
        for number in range(draw(st.integers(0, most))):
            drawn.add(table, **{TABLES[table].key[0]: f"{table}.{number}"})


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Return small networks that obey every rule, with rows in most tables."""
    drawn = _Drawn(draw)
    _base(drawn)
    _ways(drawn, draw)
    _stops(drawn, draw)
    _rest(drawn, draw)
    tables = {name: pd.DataFrame(rows, dtype="object") for name, rows in drawn.rows.items() if rows}
    return Network.of(meta=draw(metas()), year=draw(st.integers(1990, 2100)), **tables)
