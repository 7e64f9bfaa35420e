"""Reading raw tables: every problem at once, with its place and what would be right; nothing guessed."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conftest import BASE, link, node, rows
from kervan import _conform
from kervan.errors import Problem
from kervan.schema import MAX_PROBLEMS, TABLES, Column, Table, check, units_of

NODE = node("A") | {"source_id": "S1", "quality": "observed"}


def one(table: str, cells: dict[str, Any]) -> tuple[pd.DataFrame, list[Problem]]:
    return TABLES[table].conform(pd.DataFrame([cells], dtype="object"), f"{table}.csv")


def about(problems: list[Problem], column: str) -> str:
    """Return the one problem of a column."""
    found = [problem.message for problem in problems if problem.column == column]
    assert len(found) == 1, problems
    return found[0]


def package(**tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        **BASE, "nodes": rows("nodes", node("A"), node("B", lon=51.0)), "links": rows("links", link("A", "B")), **tables
    }  # fmt: skip


# ── declarations ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "kind", "unit", "why"),
    [
        ("length_mi", "float", "km", "ends in '_km'"),
        ("length_km", "float", "mi", "not in UNITS"),
        ("speed_km_per_h", "float", "h", "ends in '_h'"),  # ends in _h, and is no time
        ("emission_kg_per_t_km", "float", "km", "ends in '_km'"),
        ("share", "float", "1", "ends in '_frac'"),
        ("state", "choice", "", "a choice has choices"),
    ],
)
def test_a_column_whose_name_and_unit_disagree_cannot_be_defined(name: str, kind: Any, unit: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Column(name, kind, "…", unit=unit)


def test_choices_belong_to_a_choice_only() -> None:
    with pytest.raises(ValueError, match="a choice has choices"):
        Column("name", "text", "…", choices=("a",))


def test_a_table_gives_its_columns_by_name() -> None:
    table = TABLES["links"]
    assert table["length_km"].unit == "km"
    assert table.names[:2] == ("link_id", "from_node_id")
    assert units_of(table)["speed_km_per_h"] == "km/h"
    assert "link_id" not in units_of(table)
    with pytest.raises(KeyError):
        table["length_mi"]


# ── cells ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("column", "cell", "read"),
    [
        ("lon_deg", "12.5", 12.5), ("lon_deg", " +1e1 ", 10.0), ("lon_deg", ".5", 0.5), ("lon_deg", 7, 7.0),
        ("lon_deg", np.float32(0.5), 0.5), ("accuracy_km", "", 1.0), ("accuracy_km", None, 1.0),
        ("accuracy_km", float("nan"), 1.0), ("accuracy_km", pd.NA, 1.0), ("accuracy_km", np.float32("nan"), 1.0),
        ("name", "  Aktau ", "Aktau"), ("name", 2025.0, "2025"), ("name", "Ақтау", "Ақтау"), ("note", None, ""),
        ("lat_deg", "-0.0", 0.0),
    ],
)  # fmt: skip
def test_a_cell_that_is_right_is_read(column: str, cell: Any, read: Any) -> None:
    frame, problems = one("nodes", {**NODE, column: cell})
    assert problems == []
    assert frame[column].iloc[0] == read
    assert str(frame[column].iloc[0]) == str(read)  # also no negative zero


@pytest.mark.parametrize(
    ("table", "column", "cell", "why"),
    [
        ("nodes", "lon_deg", "east", "must be a number"),
        ("nodes", "lon_deg", "", "must not be blank"),
        ("nodes", "lon_deg", None, "must not be blank"),
        ("nodes", "lon_deg", "12,5", "decimal point: 12.5?"),
        ("nodes", "lon_deg", "2024-05-01", "looks like a date"),
        ("nodes", "lon_deg", "01.05.2024", "looks like a date"),
        ("nodes", "lon_deg", dt.datetime(2024, 5, 1), "is a date of the spreadsheet"),  # noqa: DTZ001
        ("nodes", "lon_deg", True, "not true or false"),
        ("nodes", "lon_deg", "181", "must lie in -180 to 180 deg"),
        ("nodes", "lon_deg", math.inf, "must be a finite number"),
        ("nodes", "lon_deg", 10**400, "is too large a number"),
        ("nodes", "lon_deg", "1" * 20_000 + "x", "must be a number"),
        ("nodes", "lon_deg", [1.0], "must be a number"),
        ("nodes", "accuracy_km", -1, "must lie in 0 to 40000 km"),
        ("nodes", "accuracy_km", -math.inf, "must be a finite number"),
        ("links", "capacity_per_year", -math.inf, "must be a finite number"),
        ("links", "capacity_per_year", "1e999", "is too large a number"),
        ("links", "gauge_mm", "1520.5", "must be a whole number"),
        ("links", "gauge_mm", "2001", "must lie in 0 to 2000 mm"),
        ("links", "time_cv_frac", "inf", "must be a finite number"),
        ("nodes", "name", "a\x00b", "holds a control character"),
        ("nodes", "name", "\ud800", "holds a control character"),  # half a character cannot be written
        ("nodes", "name", "x" * 2001, "is longer than 2000 characters"),
        ("nodes", "name", dt.date(2024, 5, 1), "is a date of the spreadsheet"),
        ("nodes", "name", ["a"], "must be text"),
        ("nodes", "name", b"a", "must be text"),
        ("nodes", "node_id", "has space", "is not a key"),
        ("nodes", "node_id", "../etc", "is not a key"),
        ("nodes", "node_id", "=1+1", "is not a key"),
        ("nodes", "node_id", "x" * 81, "is not a key"),
        ("nodes", "kind", "citty", "did you mean 'city'?"),
        ("nodes", "kind", "x" * 10_000_000, "is longer than 2000 characters"),
        ("nodes", "quality", "good", "must be one of observed, published"),
        ("modes", "has_gauge", "perhaps", "must be true or false"),
        ("interventions", "edits", "{", "is not JSON"),
        ("interventions", "edits", {1, 2}, "is not JSON"),
        ("interventions", "edits", '{"op": "add"}', "must be a JSON list of objects"),
        ("interventions", "edits", '[{"a": 1, "a": 2}]', "a name appears twice"),
        ("interventions", "edits", '[{"a": NaN}]', "is not JSON"),
        ("interventions", "edits", '[{"a": "\\ud800"}]', "holds a control character"),
        ("interventions", "edits", "[" * 50_000, "is not JSON"),
        ("interventions", "edits", "x" * 100_001, "is longer than 100000 characters"),
    ],
)
def test_a_cell_that_is_wrong_says_what_would_be_right(table: str, column: str, cell: Any, why: str) -> None:
    _, problems = one(table, {column: cell})
    assert why in about(problems, column)
    shown = next(problem for problem in problems if problem.column == column)
    assert (shown.table, shown.row, shown.file) == (table, 2, f"{table}.csv")
    assert len(shown.value) <= 80
    assert len(str(shown)) < 500


@pytest.mark.parametrize(("cell", "read"), [("yes", True), ("TRUE", True), (1.0, True), ("no", False), ("", False)])
def test_flags_read_as_people_write_them(cell: Any, read: bool) -> None:
    frame, problems = one(
        "modes", {"mode": "rail", "name": "Rail", "has_gauge": cell} | {"source_id": "S1", "quality": "observed"}
    )
    assert problems == []
    assert frame["has_gauge"].tolist() == [read]


def test_json_is_kept_in_one_spelling() -> None:
    frame, _ = one("interventions", {"edits": '[ {"op" : "é", "n": 1e2} ]'})
    assert frame["edits"].iloc[0] == '[{"op":"é","n":100.0}]'


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_column_not_declared_and_one_missing_are_problems_of_the_heading() -> None:
    raw = pd.DataFrame([NODE]).rename(columns={"lon_deg": "lon_degree"})
    _, problems = TABLES["nodes"].conform(raw)
    assert about(problems, "lon_degree") == "no such column in nodes; did you mean 'lon_deg'?"
    assert about(problems, "lon_deg").startswith("the column is missing")
    assert {problem.row for problem in problems} == {1}


def test_a_column_that_appears_twice_is_one_problem_and_not_read() -> None:
    raw = pd.DataFrame([[*NODE.values(), "B"]], columns=[*NODE, "name"])
    _, problems = TABLES["nodes"].conform(raw)
    assert about([p for p in problems if "twice" in p.message], "name") == "the column appears twice"


def test_a_key_that_appears_twice_names_the_row_it_was_in_before() -> None:
    raw = rows("nodes", node("A"), node("B"), node("A"))
    _, problems = TABLES["nodes"].conform(raw)
    assert [str(problem) for problem in problems] == [
        "nodes, row 4, column node_id: the key appears already in row 2 ('A')"
    ]


def test_rows_whose_key_cannot_be_read_are_not_called_repeated() -> None:
    raw = rows("nodes", node("a b"), node("c d"), node("") | {"name": "N"})
    _, problems = TABLES["nodes"].conform(raw)
    assert len(problems) == 3
    assert not any("already" in problem.message for problem in problems)


def test_empty_templates_hold_every_column_with_its_dtype() -> None:
    for table in TABLES.values():
        empty = table.empty()
        assert tuple(empty.columns) == table.names
        assert len(empty) == 0
        again, problems = table.conform(empty)
        assert problems == []
        assert again.dtypes.equals(empty.dtypes)


@pytest.mark.parametrize(
    "values",
    [
        pd.array([1.0, None], dtype="Float64"),
        pd.array([1, None], dtype="Int64"),
        pd.Categorical(["1", "x"]),
        pd.to_datetime(["2024-01-01", None]),
        pd.to_timedelta([1, 2]),
        pd.period_range("2020", periods=2),
        np.array([1j, 2]),
        np.array([2**63, 1], dtype="uint64"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_any_dtype_is_read_or_refused_and_never_raises(values: Any) -> None:
    for column in ("lon_deg", "name", "kind"):
        _, problems = TABLES["nodes"].conform(pd.DataFrame({column: values}))
        assert problems


def test_headings_of_any_sort_are_problems_and_nothing_worse() -> None:
    deep = pd.MultiIndex.from_tuples([("node_id", "x"), ("name", "y")])
    for columns in (deep, [1, 2], [None, 2.5], ["a" * 1_000_000, "\x00"]):
        _, problems = TABLES["nodes"].conform(pd.DataFrame([[1, 2]], columns=columns))
        assert problems
        assert max(len(str(problem)) for problem in problems) < 500


def test_the_table_given_is_left_alone() -> None:
    raw = rows("links", link("A", "B"), link("B", "A"))
    before = raw.copy()
    frame, _ = TABLES["links"].conform(raw)
    frame["length_km"] = 0.0
    frame.loc[0, "name"] = "x"
    pd.testing.assert_frame_equal(raw, before)
    typed, _ = TABLES["links"].conform(TABLES["links"].conform(raw)[0])
    pd.testing.assert_frame_equal(typed, TABLES["links"].conform(raw)[0])


# ── packages ────────────────────────────────────────────────────────────────────────────────────────


def test_a_sound_package_has_no_problem() -> None:
    tables, problems = check(package())
    assert problems == []
    assert set(tables) == set(TABLES)
    assert tables["links"]["from_node_id"].tolist() == ["A"]


def test_all_problems_of_a_package_come_at_once() -> None:
    broken = package(
        nodes=rows("nodes", node("A", lon=999.0), node("A")),
        links=rows("links", link("A", "X", speed_km_per_h="fast")),
        lnks=rows("links", link("A", "B")),
    )
    _, problems = check(broken, files={"nodes": "nodes.csv"})
    assert [str(problem) for problem in problems] == [
        "lnks: no such table in the schema; did you mean 'links'?",
        "nodes.csv, row 2, column lon_deg: must lie in -180 to 180 deg ('999.0')",
        "nodes.csv, row 3, column node_id: the key appears already in row 2 ('A')",
        "links, row 2, column speed_km_per_h: must be a number ('fast')",
        "links, row 2, column to_node_id: no such row in nodes ('X')",
    ]


def test_ten_thousand_problems_are_a_bounded_list_in_little_time() -> None:
    count = 10_000
    places = [NODE | {"node_id": f"KZ_STATION_{i}"} for i in range(2_000)]
    lines = [link(f"KZ_STATOIN_{i}", "nowhere") for i in range(count)]
    _, problems = check(package(nodes=pd.DataFrame(places), links=rows("links", *lines)))
    assert len(problems) == MAX_PROBLEMS + 1
    assert "more problems" in problems[-1].message
    assert "did you mean 'KZ_STATION_0'" in problems[0].message


def test_a_reference_may_be_blank_only_where_the_default_is() -> None:
    free, problems = one("services", {"fleet_id": ""})
    assert not [problem for problem in problems if problem.column == "fleet_id"]
    assert free["fleet_id"].tolist() == [""]
    assert about(one("services", {"link_id": ""})[1], "link_id") == "must not be blank"


def test_tables_called_sound_are_taken_as_they_are_and_their_references_still_checked() -> None:
    tables, _ = check(package())
    again, problems = check(tables, sound=set(tables))
    assert problems == []
    assert again["links"] is tables["links"]
    fewer = {**tables, "nodes": rows("nodes", node("A"))}
    _, problems = check(fewer, sound=set(tables) - {"nodes"})
    assert about(problems, "to_node_id") == "no such row in nodes"


@pytest.mark.parametrize(
    ("table", "row", "column", "why"),
    [
        ("links", link("A", "A"), "to_node_id", "joins two different nodes"),
        ("links", link("A", "B", length_km=50.0), "length_km", "shorter than the straight line"),
        ("links", link("A", "B", gauge_mm=0), "gauge_mm", "needs its gauge"),
        ("links", link("A", "B", "road", gauge_mm=1520), "gauge_mm", "has no gauge"),
        ("links", link("A", "B", closure_scope="lake"), "closure_scope", "no such scope"),
        ("links", link("A", "B", opens_year=2030, closes_year=2020), "closes_year", "closes before it opens"),
        ("carriage", {"carriage_id": "again", "commodity_id": "box", "vehicle_kind": "train",
                      "cost_usd_per_unit_km": 1}, "carriage_id", "appear already"),
        ("calendars", {"calendar_id": "c", "weekday": 0, "opens_h": 9, "closes_h": 9}, "closes_h", "before it opens"),
        ("services", {"service_id": "s", "name": "S", "link_id": "A-B.rail", "vehicle_kind": "ship",
                      "rule": "headway", "headway_h": 1}, "vehicle_kind", "does not run on the mode"),
    ],
)  # fmt: skip
def test_rules_that_need_more_than_one_column(table: str, row: dict[str, Any], column: str, why: str) -> None:
    given = pd.concat([BASE[table], rows(table, row)]) if table in BASE else rows(table, row)
    _, problems = check(package(**{table: given}))
    assert [problem.column for problem in problems] == [column]
    assert why in problems[0].message


POST = {"facility_id": "f", "node_id": "A", "name": "F", "kind": "border_post", "from_mode": "rail", "to_mode": "rail",
        "from_country_code": "AA", "to_country_code": "BB"}  # fmt: skip
YARD = {"facility_id": "f", "node_id": "A", "name": "F", "kind": "gauge_yard", "from_mode": "rail", "to_mode": "rail",
        "from_gauge_mm": 1435, "to_gauge_mm": 1520}  # fmt: skip
PORT = {"facility_id": "f", "node_id": "A", "name": "F", "kind": "port", "from_mode": "rail", "to_mode": "sea"}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (POST | {"to_country_code": ""}, "names the two countries"),
        (POST | {"to_country_code": "AA"}, "names the two countries"),
        (POST | {"to_country_code": "ZZ"}, "no place is in one of the two countries"),
        (POST | {"from_country_code": "BB", "to_country_code": "CC"}, "stands in one of its two countries"),
        (POST | {"to_mode": "road"}, "keeps the mode"),
        (POST | {"to_mode": ""}, "only a terminal"),
        (POST | {"from_vehicle_kind": "truck"}, "does not run on from_mode"),
        (POST | {"to_vehicle_kind": "truck"}, "does not run on to_mode"),
        (YARD | {"to_gauge_mm": 1435}, "two different gauges"),
        (YARD | {"to_gauge_mm": 0}, "two different gauges"),
        (PORT | {"from_gauge_mm": 1435}, "only a gauge yard changes the gauge"),
        (PORT | {"kind": "terminal", "from_mode": "", "to_mode": ""}, "has a mode of arrival or of departure"),
        (PORT | {"to_mode": ""}, "only a terminal"),
        (PORT | {"to_mode": "rail"}, "must name the two vehicles"),
        (PORT | {"from_mode": "", "kind": "terminal", "from_vehicle_kind": "train"}, "does not run on from_mode"),
    ],
)
def test_rules_of_facilities(row: dict[str, Any], why: str) -> None:
    places = rows("nodes", node("A"), node("B", "BB", lon=51.0), node("C", "CC", lon=52.0))
    _, problems = check(package(nodes=places, facilities=rows("facilities", row)))
    assert any(why in problem.message for problem in problems), problems


def test_facilities_as_they_should_be_break_no_rule() -> None:
    places = rows("nodes", node("A"), node("B", "BB", lon=51.0))
    for row in (POST, YARD, PORT, PORT | {"kind": "terminal", "from_mode": ""}):
        assert check(package(nodes=places, facilities=rows("facilities", row)))[1] == []


def test_paper_is_not_quicker_than_the_electronic_procedure() -> None:
    step = {"facility_id": "f", "step_no": 1, "name": "S", "kind": "customs", "service_h": 1.0,
            "electronic_frac": 0.1, "electronic_service_h": 2.0}  # fmt: skip
    _, problems = check(package(facilities=rows("facilities", PORT), steps=rows("steps", step)))
    assert about(problems, "electronic_service_h") == "the electronic procedure takes longer than the paper one"


def test_another_declaration_can_be_checked_with_the_same_code() -> None:
    spec = {"cups": Table("cups", ("cup_id",), "a cup", (Column("cup_id", "id", "Key."),), is_required=True)}
    tables, problems = check({"cups": pd.DataFrame({"cup_id": ["a", "b"]})}, spec)
    assert problems == []
    assert tables["cups"]["cup_id"].tolist() == ["a", "b"]


def test_one_absurd_number_cannot_round_the_others_away() -> None:
    """Every column of an amount has a largest value, so that the sums along a route stay exact to a cent."""
    unbounded = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if column.kind == "float" and column.unit and math.isinf(column.at_most)
    ]
    assert unbounded == []
    step = TABLES["steps"]["cost_usd_per_t"].at_most * TABLES["commodities"]["mass_t_per_unit"].at_most
    rate = TABLES["carriage"]["cost_usd_per_unit_km"].at_most * TABLES["links"]["length_km"].at_most
    assert max(step, rate) * 2.0**-50 < 0.01


def test_a_column_of_unknowns_is_still_taken_as_it_is() -> None:
    column = TABLES["links"]["capacity_per_year"]
    assert _conform._is_clean(column, pd.Series([1.0, math.inf]))
    assert not _conform._is_clean(column, pd.Series([1e300]))


@pytest.mark.parametrize("column", ["length_km", "note", "link_id", "track_count", "edits"])
def test_a_number_of_thousands_of_digits_is_a_problem(column: str) -> None:
    table = TABLES["interventions" if column == "edits" else "links"]
    _, problems = table.conform(pd.DataFrame({column: pd.Series([10**5000], dtype="object")}))
    assert [problem.value for problem in problems if problem.column == column] == ["a very large whole number"]
