"""Whatever is fed to `check`, it answers: bounded, never raising, and what it accepts stays as it is."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import BASE, link, node, rows
from kervan.schema import MAX_PROBLEMS, TABLES, check

SETTINGS = settings(deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow])

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.text(st.characters(), max_size=5), st.binary(max_size=5), st.dates(), st.datetimes(), st.timedeltas(),
    st.decimals(allow_nan=False), st.complex_numbers(), st.just(pd.NA), st.just(pd.NaT),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.sampled_from(["1", "1,5", "1e999", "inf", "-inf", "nan", "A", "rail", "train", "box", "true", "[]", "[{}]",
                     "2024-01-01", "=1+1", "\ud800", "\x00", "<b>", " "]),
)  # fmt: skip


@st.composite
def junk(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Draw tables of any names with any columns and cells."""
    tables = {}
    for name in draw(st.lists(st.sampled_from([*TABLES, "lnks", ""]), max_size=4, unique=True)):
        names = TABLES[name].names if name in TABLES else ()
        columns = draw(st.lists(st.one_of(st.sampled_from([*names, "x"]), st.text(max_size=4)), max_size=5))
        count = draw(st.integers(0, 4))
        data = [[draw(CELLS) for _ in columns] for _ in range(count)]
        tables[name] = pd.DataFrame(data, columns=columns, dtype="object", index=range(count))
    return tables


@SETTINGS
@given(junk())
def test_junk_is_answered_with_a_bounded_list_of_problems(tables: dict[str, pd.DataFrame]) -> None:
    before = {name: frame.copy(deep=True) for name, frame in tables.items()}
    conformed, problems = check(tables)
    assert problems
    assert len(problems) <= MAX_PROBLEMS + 1
    assert set(conformed) == set(TABLES)
    for problem in problems:
        assert len(problem.value) <= 80
        assert len(str(problem)) < 1000
        str(problem).encode()
    for name, table in TABLES.items():
        assert tuple(conformed[name].columns) == table.names
        assert not conformed[name].isna().any().any()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(tables[name], frame)


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=10).map(str.strip).filter(bool)
NUMBER = st.floats(0, 1e6)


def row_of(table: str) -> st.SearchStrategy[dict[str, Any]]:
    """Rows that break no rule of one column and refer to the drawn base tables."""
    known = {
        "nodes": ["A", "B"], "modes": ["rail"], "vehicle_kinds": ["train"], "links": ["A-B.rail"],
        "facilities": ["F"], "commodities": ["box"], "sources": ["S1"], "calendars": [""], "fleets": [""],
        "seasons": [""],
    }  # fmt: skip
    cells: dict[str, st.SearchStrategy[Any]] = {}
    for column in TABLES[table].columns:
        if column.refers_to:
            cells[column.name] = st.sampled_from(known[column.refers_to])
        elif column.kind == "choice":
            cells[column.name] = st.sampled_from(column.choices)
        elif column.kind == "id":
            cells[column.name] = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:+\-]{0,79}", fullmatch=True)
        elif column.kind == "int":
            cells[column.name] = st.integers(int(column.at_least), int(column.at_most))
        elif column.kind == "float":
            cells[column.name] = st.floats(max(column.at_least, -1e9), min(column.at_most, 1e9))
        elif column.kind == "flag":
            cells[column.name] = st.booleans()
        elif column.kind == "json":
            cells[column.name] = st.just("[]")
        else:
            cells[column.name] = TEXT if column.is_required else st.one_of(st.just(""), TEXT)
    return st.fixed_dictionaries(cells)


@SETTINGS
@given(st.data())
def test_a_valid_table_passes_and_passing_again_changes_nothing(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["observations", "demand", "closures", "sources", "fleets", "commodities"]))
    drawn = data.draw(st.lists(row_of(table), min_size=1, max_size=4, unique_by=lambda row: row[TABLES[table].key[0]]))
    frame = pd.DataFrame(drawn, dtype="object")
    once, problems = TABLES[table].conform(frame)
    assert problems == []
    for column in TABLES[table].columns:
        assert once[column.name].tolist() == [row[column.name] for row in drawn]
    twice, again = TABLES[table].conform(once)
    assert again == []
    pd.testing.assert_frame_equal(once, twice)
    as_text, from_text = TABLES[table].conform(frame.astype(str))  # as it would come from a CSV file
    assert from_text == []
    pd.testing.assert_frame_equal(once, as_text)


@SETTINGS
@given(st.lists(st.sampled_from(["nodes", "links"]), min_size=1, max_size=2, unique=True), st.integers(0, 5), CELLS)
def test_one_bad_cell_never_hides_another(tables: list[str], row: int, cell: Any) -> None:
    """A package with a known problem keeps it, whatever else is put into another cell."""
    package = {
        **BASE,
        "nodes": rows("nodes", node("A"), node("B", lon=999.0)),
        "links": rows("links", link("A", "B"), link("B", "A", length_km=-1.0)),
    }
    for name in tables:
        notes: list[Any] = ["", ""]
        notes[row % 2] = cell
        package[name] = package[name].assign(note=pd.Series(notes, dtype="object"))
    _, problems = check(package)
    assert {"lon_deg", "length_km"} <= {problem.column for problem in problems}
