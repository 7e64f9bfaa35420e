"""What every declared table and column owes: a meaning, a unit in its name, a valid default, a target."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from kervan.schema import REQUIRED, TABLES, UNITS, Column, Table, check

COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in TABLES.values()
    for column in table.columns
]
A_VALUE = {"id": "x", "text": "x", "int": 1, "float": 1.0, "flag": True, "json": "[]"}


def cells(table: Table, **given: Any) -> dict[str, Any]:
    """Return a row with a value in every column that must be filled."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.is_required:
            value = column.choices[0] if column.choices else A_VALUE[column.kind]
            row[column.name] = max(value, column.at_least) if column.kind in ("int", "float") else value
    return {**row, **given}


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_says_what_it_means(table: Table, column: Column) -> None:
    assert column.doc
    assert column.doc == column.doc.strip()
    assert column.doc.endswith((".", ")"))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_number_has_the_unit_its_name_ends_in(table: Table, column: Column) -> None:
    if column.kind not in ("int", "float"):
        assert column.unit == ""
        return
    ending = max((suffix for suffix in UNITS.values() if column.name.endswith(suffix)), key=len, default="")
    assert UNITS.get(column.unit, "") == ending


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_default_is_a_value_the_column_takes(table: Table, column: Column) -> None:
    if column.default is REQUIRED:
        return
    if column.default != "":
        frame, problems = table.conform(pd.DataFrame([cells(table, **{column.name: column.default})], dtype="object"))
        assert problems == []
        assert frame[column.name].iloc[0] == column.default
    left_out, problems = table.conform(pd.DataFrame([cells(table)], dtype="object"))
    assert problems == []
    assert left_out[column.name].iloc[0] == column.default


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_that_must_be_filled_says_so_when_blank(table: Table, column: Column) -> None:
    _, problems = table.conform(pd.DataFrame([cells(table, **{column.name: None})], dtype="object"))
    assert [problem.column for problem in problems] == [column.name] * column.is_required


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_ranges_are_ranges_of_numbers(table: Table, column: Column) -> None:
    if column.kind not in ("int", "float"):
        assert (column.at_least, column.at_most) == (-math.inf, math.inf)
    assert column.at_least < column.at_most
    if column.kind == "int":
        assert column.at_least > -(2**53)
        assert column.at_most < 2**53  # every whole number in between is exact


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_reference_is_to_a_table_with_one_key_column_of_the_same_kind(table: Table, column: Column) -> None:
    if not column.refers_to:
        return
    target = TABLES[column.refers_to]
    assert target[target.key[0]].kind == column.kind == "id"
    assert column.default in (REQUIRED, "")
    assert target.key[0] in column.name or column.name.endswith(target.key[0]) or column.name.endswith("mode")


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_table_is_a_plural_with_a_key_a_meaning_and_distinct_columns(table: Table) -> None:
    assert table.name.endswith("s") or table.name in ("demand", "carriage")
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)
    assert all(table[name].is_required for name in table.key)
    assert table.doc


@pytest.mark.parametrize("table", [t for t in TABLES.values() if t.name != "sources"], ids=lambda t: t.name)
def test_every_row_of_data_has_a_source_and_a_quality(table: Table) -> None:
    assert table["source_id"].is_required
    assert table["source_id"].refers_to == "sources"
    assert table["quality"].choices == ("observed", "published", "claimed", "estimated")


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_an_empty_template_conforms_and_is_complete(table: Table) -> None:
    frame, problems = table.conform(table.empty())
    assert problems == []
    pd.testing.assert_frame_equal(frame, table.empty())


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_what_is_conformed_is_conformed_already(table: Table) -> None:
    once, problems = table.conform(pd.DataFrame([cells(table)], dtype="object"))
    twice, again = table.conform(once)
    assert problems == again == []
    pd.testing.assert_frame_equal(once, twice)


def test_the_empty_package_names_what_it_needs() -> None:
    _, problems = check({})
    assert {problem.table for problem in problems} == {name for name, table in TABLES.items() if table.is_required}
