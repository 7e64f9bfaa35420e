"""Finding, reading and writing packages, format by format."""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import frictionless
import openpyxl
import pyarrow.parquet as pq
import pytest

import kervan as kv
from conftest import link, network, node, rows
from kervan.errors import FormatError, ScenarioError, SchemaError, UnknownName
from kervan.formats import (
    Package,
    find,
    load,
    read,
    read_meta,
    report_settings,
    save,
    scenarios,
    shipped,
    write,
)
from kervan.formats._units import OTHER_SUFFIXES, converted, heading_in
from kervan.formats.geojson import feature_collection
from kervan.network import Network
from kervan.schema import TABLES


def problems_of(path: Path) -> list[str]:
    return [str(problem) for problem in read(path).checked()[1]]


@pytest.fixture
def folder(one_link: Network, tmp_path: Path) -> Path:
    """The package of one railway, 100 km at 50 km/h, as a folder."""
    return save(one_link, tmp_path / "one")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# ── finding ─────────────────────────────────────────────────────────────────────────────────────────


def test_shipped_packages_load_by_name() -> None:
    assert {"starter", "trans_caspian"} <= set(shipped())
    assert load("starter").meta.name == "starter"


def test_a_name_that_is_nearly_one_is_asked_back() -> None:
    with pytest.raises(UnknownName, match="did you mean 'trans_caspian'"):
        load("transcaspian")


@pytest.mark.parametrize("name", ["", "no/such/folder", "a\0b", "x" * 5000, "../../nowhere"])
def test_what_is_nowhere_is_an_unknown_name(name: str) -> None:
    with pytest.raises((UnknownName, SchemaError)):
        load(name)


def test_a_shipped_name_goes_before_a_folder_of_that_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.rename(tmp_path / "starter")
    monkeypatch.chdir(tmp_path)
    assert find("starter") == shipped()["starter"]
    assert load("./starter").meta.name == "test"
    assert load(Path("starter")).meta.name == "test"


def test_a_file_of_no_known_ending_is_refused_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "x.doc").write_text("x")
    with pytest.raises(FormatError, match=r"ends in \.doc; give a folder, or \.xlsx, \.geojson"):
        load(tmp_path / "x.doc")
    (tmp_path / "x.geojson").write_text("{}")
    with pytest.raises(FormatError, match="can be written but not read"):
        load(tmp_path / "x.geojson")


def test_settings_metadata_and_scenarios_are_read_without_the_tables(folder: Path) -> None:
    edit(folder / "package.toml", "[package]", '[report]\norigin = "A"\n[package]')
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "shut.toml").write_text(
        '[[edits]]\nop = "close"\ntable = "links"\nwhere = { link_id = "A-B.rail" }\n'
    )
    (folder / "links.csv").write_bytes(b"\x00")
    assert read_meta(folder).name == "test"
    assert report_settings(folder) == {"origin": "A"}
    assert list(scenarios(folder)) == ["shut"]
    assert scenarios(folder)["shut"].name == "shut"


def test_a_scenario_that_is_none_is_an_error_that_names_it(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "bad.toml").write_text("edits = 7")
    with pytest.raises(ScenarioError, match="bad"):
        scenarios(folder)


# ── the native folder ───────────────────────────────────────────────────────────────────────────────


def test_files_are_plain_text_with_shortest_exact_numbers(folder: Path) -> None:
    content = (folder / "links.csv").read_bytes()
    assert b"\r" not in content
    heading, row = content.decode().splitlines()
    cells = dict(zip(heading.split(","), row.split(","), strict=True))
    assert cells["length_km"] == "100"
    assert cells["time_cv_frac"] == "0.1"
    assert cells["capacity_per_year"] == ""  # not known
    assert cells["status"] == "existing"


def test_writing_twice_gives_the_same_bytes(mini_corridor: Network, tmp_path: Path) -> None:
    first, second = save(mini_corridor, tmp_path / "a"), save(mini_corridor, tmp_path / "b")
    for file in sorted(first.iterdir()):
        assert file.read_bytes() == (second / file.name).read_bytes()


def test_notes_and_scenarios_of_a_folder_survive_when_it_is_written_again(folder: Path, two_routes: Network) -> None:
    (folder / "NOTES.md").write_text("mine")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "a.toml").write_text("")
    save(two_routes, folder, overwrite=True)
    assert load(folder) == two_routes
    assert (folder / "NOTES.md").read_text() == "mine"
    assert (folder / "scenarios" / "a.toml").exists()


def test_a_folder_of_another_format_is_not_overwritten(folder: Path, one_link: Network) -> None:
    with pytest.raises(FormatError, match="is a folder of format package, not parquet"):
        save(one_link, folder, to="parquet", overwrite=True)
    with pytest.raises(FormatError, match="exists already"):
        save(one_link, folder.parent / "one", overwrite=False)


def test_the_old_folder_comes_back_when_the_new_one_cannot_take_its_place(
    folder: Path, two_routes: Network, one_link: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Path.rename, []

    def second_fails(self: Path, to: Path) -> Path:
        calls.append(to)
        if len(calls) == 2:
            raise OSError(13, "Permission denied")
        return real(self, to)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(FormatError, match="Permission denied"):
        save(two_routes, folder, overwrite=True)
    assert len(calls) == 3
    assert load(folder) == one_link
    assert [path.name for path in folder.parent.iterdir()] == ["one"]


def test_a_format_and_a_suffix_that_disagree_are_refused(one_link: Network, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"ends in \.xlsx"):
        save(one_link, tmp_path / "x", to="xlsx")
    with pytest.raises(UnknownName, match="did you mean 'parquet'"):
        save(one_link, tmp_path / "x", to="parket")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_data_package_is_valid_frictionless(name: str, tmp_path: Path) -> None:
    folder = write(read(name), tmp_path / name)
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["fieldName", "rowNumber", "message"])[:5]
    assert {resource.name for resource in frictionless.Package(str(folder / "datapackage.json")).resources} == set(
        TABLES
    )


def test_frictionless_finds_what_the_schema_forbids(folder: Path) -> None:
    # If it did not, a valid descriptor would prove nothing.
    edit(folder / "links.csv", "A-B.rail,A,B,rail,both,100", "A-B.rail,A,NOWHERE,rail,sideways,-1")
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    found = sorted(map(tuple, report.flatten(["type", "fieldName"])), key=str)
    assert found == [("constraint-error", "direction"), ("constraint-error", "length_km"), ("foreign-key", None)]


def test_the_descriptor_says_units_meanings_and_defaults(folder: Path) -> None:
    content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    links = next(resource for resource in content["resources"] if resource["name"] == "links")
    fields = {field["name"]: field for field in links["schema"]["fields"]}
    assert fields["length_km"]["unit"] == "km"
    assert fields["length_km"]["description"] == TABLES["links"]["length_km"].doc
    assert fields["delay_h"]["default"] == 0.0
    assert links["schema"]["missingValues"] == [""]
    assert {"fields": ["mode"], "reference": {"resource": "modes", "fields": ["mode"]}} in links["schema"][
        "foreignKeys"
    ]


# ── units ───────────────────────────────────────────────────────────────────────────────────────────


def test_columns_in_other_units_are_read_in_ours(folder: Path) -> None:
    edit(
        folder / "links.csv",
        "length_km,speed_km_per_h,delay_h,time_cv_frac",
        "length_mi,speed_mph,delay_min,time_cv_pct",
    )
    edit(folder / "links.csv", ",both,100,50,0,0.1,", ",both,62.5,31.25,90,10,")
    found = load(folder)["links"].iloc[0]
    # 62.5 mi × 1.609344 = 100.584 km; 31.25 × 1.609344 = 50.292 km/h; 90 min = 1.5 h; 10 % = 0.1: exact.
    assert found[["length_km", "speed_km_per_h", "delay_h", "time_cv_frac"]].tolist() == [100.584, 50.292, 1.5, 0.1]


@pytest.mark.parametrize("cell", ["1e400", "1.7e308", "9" * 5000, "١٢", 10**400])
def test_a_number_too_large_for_another_unit_is_not_without_limit(cell: Any) -> None:
    assert converted(cell, Fraction(365)) is cell  # for the schema to report


def test_a_problem_in_another_unit_names_the_heading_of_the_file(folder: Path) -> None:
    edit(folder / "links.csv", "delay_h", "delay_min")
    edit(folder / "links.csv", ",both,100,50,0,", ",both,100,50,soon,")
    assert problems_of(folder) == ["links.csv, row 2, column delay_min: must be a number (read as delay_h) ('soon')"]


def test_a_quantity_given_in_two_units_is_a_problem(folder: Path) -> None:
    edit(folder / "links.csv", "length_km,speed_km_per_h", "length_km,length_mi")
    assert any("length_mi" in problem for problem in problems_of(folder))


def test_every_suffix_of_the_schema_that_is_converted_exists_in_it() -> None:
    from kervan.schema import UNITS

    assert set(OTHER_SUFFIXES) <= set(UNITS.values())
    for others in OTHER_SUFFIXES.values():
        assert all(factor > 0 for factor in others.values())


def test_a_heading_of_its_own_is_never_converted() -> None:
    for table in TABLES.values():
        for name in table.names:
            assert heading_in(table, name, table.names) is None


@pytest.mark.parametrize(
    ("table", "heading", "column", "worth"),
    [
        ("links", "length_mi", "length_km", 1.609344), ("links", "length_nmi", "length_km", 1.852),
        ("links", "length_m", "length_km", 0.001), ("links", "speed_mph", "speed_km_per_h", 1.609344),
        ("links", "speed_kn", "speed_km_per_h", 1.852), ("links", "speed_m_per_s", "speed_km_per_h", 3.6),
        ("links", "delay_min", "delay_h", 1 / 60), ("links", "delay_s", "delay_h", 1 / 3600),
        ("links", "delay_d", "delay_h", 24), ("services", "timeout_days", "timeout_h", 24),
        ("fleets", "payload_pct", "payload_frac", 0.01), ("links", "gauge_m", "gauge_mm", 1000),
        ("links", "gauge_in", "gauge_mm", 25.4), ("interventions", "capex_musd", "capex_usd", 1e6),
        ("commodities", "mass_kg_per_unit", "mass_t_per_unit", 0.001),
        ("vehicle_kinds", "emission_g_per_t_km", "emission_kg_per_t_km", 0.001),
        ("carriage", "delay_min_per_km", "delay_h_per_km", 1 / 60),
        ("carriage", "cost_usd_per_unit_mi", "cost_usd_per_unit_km", 1 / 1.609344),
        ("steps", "cost_usd_per_kg", "cost_usd_per_t", 1000), ("demand", "volume_per_month", "volume_per_year", 12),
    ],
)  # fmt: skip
def test_other_units_are_worth_what_they_are(table: str, heading: str, column: str, worth: float) -> None:
    found = heading_in(TABLES[table], heading, [])
    assert found is not None
    assert found[0] == column
    assert float(found[1]) == pytest.approx(worth, rel=1e-15)


@pytest.mark.parametrize(
    ("cell", "factor", "value"),
    [("1", Fraction(1, 3), 1 / 3), ("0.1", Fraction(10), 1.0), (True, Fraction(2), True), ("", Fraction(2), ""),
     (math.inf, Fraction(2), math.inf), ("1e999", Fraction(2), "1e999"), (None, Fraction(2), None)],
)  # fmt: skip
def test_conversion_is_exact_and_leaves_what_is_no_number(cell: Any, factor: Fraction, value: Any) -> None:
    assert converted(cell, factor) == value


# ── delimited text as people have it ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_delimiters_and_line_ends_of_spreadsheets_are_read(
    folder: Path, encoding: str, delimiter: str, end: str
) -> None:
    edit(folder / "nodes.csv", "A,A,city", "A,Ağdam; Şəki,city")
    with (folder / "nodes.csv").open(encoding="utf-8", newline="") as handle:
        cells = list(csv.reader(handle))
    with (folder / "nodes.csv").open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle, delimiter=delimiter, lineterminator=end).writerows(cells)
    assert load(folder)["nodes"]["name"].tolist() == ["Ağdam; Şəki", "B"]


def test_blank_lines_are_skipped_and_the_lines_of_problems_still_right(folder: Path) -> None:
    edit(folder / "nodes.csv", "\nA,A,city", "\n\n,,,,,,,,,,\nA,A,town")
    edit(folder / "nodes.csv", "\nB,B,city", '\nB,B,city,AA,51,42,1,,"two\nlines",S1,observed\nB,B,city')
    found = problems_of(folder)
    assert "nodes.csv, row 4, column kind: must be one of" in found[0]
    assert found[1] == "nodes.csv, row 7, column node_id: the key appears already in row 5 ('B')"


def test_empty_cells_at_the_end_of_every_line_are_passed_over(folder: Path, one_link: Network) -> None:
    text = (folder / "nodes.csv").read_text(encoding="utf-8")
    (folder / "nodes.csv").write_text(text.replace("\n", ",,\n"), encoding="utf-8")
    assert load(folder) == one_link


def test_numbers_with_a_decimal_comma_are_told_what_would_be_right(folder: Path) -> None:
    with (folder / "links.csv").open(encoding="utf-8", newline="") as handle:
        cells = list(csv.reader(handle))
    cells[1][5] = "100,5"
    with (folder / "links.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=";").writerows(cells)
    assert problems_of(folder) == [
        "links.csv, row 2, column length_km: must be a number with a decimal point: 100.5? ('100,5')"
    ]


# ── Parquet ─────────────────────────────────────────────────────────────────────────────────────────


def test_parquet_fields_carry_unit_and_meaning(one_link: Network, tmp_path: Path) -> None:
    field = pq.read_schema(save(one_link, tmp_path / "p", to="parquet") / "links.parquet").field("length_km")
    assert field.metadata == {b"unit": b"km", b"doc": TABLES["links"]["length_km"].doc.encode()}


def test_parquet_of_others_is_read_or_reported(one_link: Network, tmp_path: Path) -> None:
    import pyarrow as pa

    path = save(one_link, tmp_path / "p", to="parquet")
    table = pq.read_table(path / "nodes.parquet")
    names = table.column_names
    as_dictionary = table.set_column(names.index("kind"), "kind", table["kind"].dictionary_encode())
    as_float32 = as_dictionary.set_column(names.index("lat_deg"), "lat_deg", table["lat_deg"].cast(pa.float32()))
    with_null = as_float32.set_column(names.index("note"), "note", pa.array([None, "x"]))
    pq.write_table(with_null, path / "nodes.parquet")
    assert load(path)["nodes"]["note"].tolist() == ["", "x"]
    pq.write_table(table.set_column(1, "name", pa.array([["a"], ["b"]])), path / "nodes.parquet")
    assert problems_of(path)[0].startswith("nodes.parquet, row 1, column name: holds list<")


# ── Excel ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def book(mini_corridor: Network, tmp_path: Path) -> Path:
    return save(mini_corridor, tmp_path / "mini.xlsx")


def test_the_workbook_is_one_a_person_can_work_in(book: Path) -> None:
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["README", *TABLES]
    links = sheets["links"]
    heading = {cell.value: cell for cell in links[1]}
    assert links.freeze_panes == "B2"
    assert heading["length_km"].comment.text == "Length along the way.\nUnit: km\nMust be filled."
    lists = {rule.formula1: rule.sqref for rule in links.data_validations.dataValidation}
    assert '"yes,no,partly,unknown"' in lists
    assert links.cell(2, heading["length_km"].column).value == 100  # a number, not a text
    assert links.cell(2, heading["capacity_per_year"].column).value is None


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@A1", '=HYPERLINK("http://x")', "2025-01-02", "0012", "TRUE", "1e5"]
    nodes = rows("nodes", node("A"), node("B", lon=51.0))
    nodes["note"], nodes["aliases"] = ["=1+1", "+1"], ["@A1", "0012"]
    links = rows("links", *[{**link("A", "B"), "link_id": f"L{i}", "note": text} for i, text in enumerate(texts)])
    net = network(nodes=nodes, links=links)
    path = save(net, tmp_path / "x.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert all(cell.quotePrefix for cell in cells if cell.value in ("=1+1", "+1", "@A1"))
    assert load(path)["links"]["note"].tolist() == texts


def test_a_formula_is_a_problem_and_is_not_evaluated(book: Path) -> None:
    sheets = openpyxl.load_workbook(book)
    sheets["links"]["F2"] = "=50+50"
    sheets["nodes"]["B3"] = '=WEBSERVICE("http://127.0.0.1/x")'
    sheets.save(book)
    assert problems_of(book) == [
        "mini.xlsx[nodes], row 3, column name: holds a formula, which is not evaluated; paste its value instead "
        "('=WEBSERVICE(\"http://127.0.0.1/x\")')",
        "mini.xlsx[links], row 2, column length_km: holds a formula, which is not evaluated; paste its value instead "
        "('=50+50')",
    ]


def test_dates_errors_and_stray_cells_of_a_spreadsheet_are_problems(book: Path) -> None:
    import datetime as dt

    sheets = openpyxl.load_workbook(book)
    sheets["links"]["F2"] = dt.datetime(2025, 1, 2)  # noqa: DTZ001 - a workbook has no time zones
    sheets["nodes"]["B3"] = dt.datetime(2025, 1, 2)  # noqa: DTZ001
    sheets["nodes"]["E4"].value, sheets["nodes"]["E4"].data_type = "#REF!", "e"
    sheets["nodes"]["Z5"] = "stray"
    sheets.save(book)
    found = problems_of(book)
    assert any("[links], row 2, column length_km: is a date of the spreadsheet" in problem for problem in found)
    assert any("[nodes], row 3, column name: is a date of the spreadsheet" in problem for problem in found)
    assert any("[nodes], row 4, column lon_deg: holds an error of the spreadsheet" in problem for problem in found)
    assert any("[nodes], row 5: has a cell to the right" in problem for problem in found)
    assert len(found) == 4


def test_a_workbook_as_spreadsheets_save_it_is_read(book: Path, mini_corridor: Network) -> None:
    # openpyxl rewrites it with shared strings and whole numbers as Excel does; sheets of one's own begin with _.
    sheets = openpyxl.load_workbook(book)
    sheets.create_sheet("_mine")["A1"] = "anything"
    sheets["nodes"].insert_rows(3)
    sheets.save(book)
    assert load(book) == mini_corridor


def test_an_unknown_sheet_and_a_missing_readme_are_problems(book: Path) -> None:
    sheets = openpyxl.load_workbook(book)
    sheets["links"].title = "link"
    del sheets["README"]
    sheets.save(book)
    found = problems_of(book)
    assert any("README" in problem and "missing" in problem for problem in found)
    assert any("no such table in the schema; did you mean 'links'" in problem for problem in found)


def test_texts_longer_than_a_cell_come_back(one_link: Network, tmp_path: Path) -> None:
    edits = json.dumps([{"op": "set", "_x0041_": "_x000D_\r" * 10_000}])
    row = {"intervention_id": "I1", "title": "T", "status": "agreed", "edits": edits}
    net = one_link.replace(interventions=rows("interventions", row))
    assert len(net["interventions"]["edits"][0]) > 65_534
    assert load(save(net, tmp_path / "x.xlsx")) == net


# ── GMNS ────────────────────────────────────────────────────────────────────────────────────────────

#: The fields of GMNS 0.96 that are written, with type and what its schema asks of them (spec/*.schema.json there).
GMNS: dict[str, list[dict[str, Any]]] = {
    "node": [
        {"name": "node_id", "type": "any", "constraints": {"required": True, "unique": True}},
        {"name": "name", "type": "string"}, {"name": "node_type", "type": "string"},
        {"name": "x_coord", "type": "number", "constraints": {"required": True}},
        {"name": "y_coord", "type": "number", "constraints": {"required": True}},
    ],
    "link": [
        {"name": "link_id", "type": "any", "constraints": {"required": True, "unique": True}},
        {"name": "from_node_id", "type": "any", "constraints": {"required": True}},
        {"name": "to_node_id", "type": "any", "constraints": {"required": True}},
        {"name": "facility_type", "type": "string"},
        {"name": "directed", "type": "boolean", "constraints": {"required": True}},
        {"name": "length", "type": "number", "constraints": {"minimum": 0}},
        {"name": "free_speed", "type": "number", "constraints": {"minimum": 0, "maximum": 200}},
        {"name": "allowed_uses", "type": "string"},
    ],
    "use_definition": [
        {"name": "use", "type": "string", "constraints": {"required": True, "unique": True}},
        {"name": "persons_per_vehicle", "type": "number", "constraints": {"required": True, "minimum": 0}},
        {"name": "pce", "type": "number", "constraints": {"required": True, "minimum": 0}},
        {"name": "special_conditions", "type": "string"}, {"name": "description", "type": "string"},
    ],
    "config": [
        {"name": "dataset_name", "type": "any"}, {"name": "short_length", "type": "any"},
        {"name": "long_length", "type": "any"}, {"name": "speed", "type": "any"}, {"name": "crs", "type": "any"},
        {"name": "geometry_field_format", "type": "any"}, {"name": "currency", "type": "any"},
        {"name": "version_number", "type": "number"},
        {"name": "id_type", "type": "string", "constraints": {"enum": ["string", "integer"]}},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(shipped()))
def test_gmns_is_what_its_specification_says_by_an_independent_reader(name: str, tmp_path: Path) -> None:
    folder = write(read(name), tmp_path / "gmns", to="gmns")
    resources = []
    for table, fields in GMNS.items():
        heading = (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        own = [{"name": column, "type": "any"} for column in heading if column.startswith("kervan_")]
        assert [column for column in heading if not column.startswith("kervan_")] == [field["name"] for field in fields]
        schema: dict[str, Any] = {"fields": [*fields, *own], "missingValues": ["NaN", ""]}
        if table == "link":
            schema["foreignKeys"] = [
                {"fields": [end], "reference": {"resource": "node", "fields": ["node_id"]}}
                for end in ("from_node_id", "to_node_id")
            ]
        resources.append({"name": table, "path": f"{table}.csv", "schema": schema})
    descriptor = {"name": "gmns", "resources": resources}
    report = frictionless.Package.from_descriptor(descriptor, basepath=str(folder)).validate()
    assert report.valid, report.flatten(["fieldName", "rowNumber", "message"])[:5]
    uses = {use for row in _table(folder / "link.csv") for use in row["allowed_uses"].split(",") if use}
    assert uses <= {row["use"] for row in _table(folder / "use_definition.csv")}


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_gmns_is_read_by_the_reader_of_its_authors(mini_corridor: Network, tmp_path: Path) -> None:
    pytest.importorskip("gmnspy", reason="pip install gmnspy")
    folder = save(mini_corridor, tmp_path / "gmns", to="gmns")
    program = "import sys, gmnspy; print(len(gmnspy.in_out.read_gmns_network(sys.argv[1])['link']))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "5"


def test_a_speed_beyond_what_gmns_allows_is_kept_beside_it(tmp_path: Path) -> None:
    links = rows("links", link("A", "B"), link("A", "B", "road", speed_km_per_h=720_000.0))
    net = network(nodes=rows("nodes", node("A"), node("B", lon=51.0)), links=links)
    folder = save(net, tmp_path / "gmns", to="gmns")
    speeds = [(row["free_speed"], row["kervan_speed_km_per_h"]) for row in _table(folder / "link.csv")]
    assert speeds == [("50", ""), ("", "720000")]
    assert load(folder) == net


def test_gmns_in_miles_and_without_our_files_says_all_that_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "config.csv").write_text("long_length,speed,crs\nmile,mph,EPSG:4326\n")
    (folder / "node.csv").write_text("node_id,x_coord,y_coord,zone_id\n1,50,42,7\n2,51,42,7\n")
    (folder / "link.csv").write_text(
        "link_id,from_node_id,to_node_id,directed,length,free_speed,lanes\n10,1,2,1,62.5,31.25,2\n"
    )
    found = problems_of(folder)
    assert found[0].startswith("kervan_package.toml: is missing")
    assert any("column country_code: the column is missing" in problem for problem in found)
    assert any(problem.startswith("commodities: the table is missing") for problem in found)
    for table in ("modes", "vehicle_kinds", "commodities", "carriage", "sources"):
        shutil.copy(shipped()["starter"] / f"{table}.csv", folder / f"kervan_{table}.csv")
    (folder / "kervan_package.toml").write_text(
        '[package]\nname = "theirs"\nbase_year = 2024\nprice_year = 2024\n'
        '[defaults.nodes]\nkind = "city"\ncountry_code = "US"\nsource_id = "invented"\nquality = "published"\n'
        '[defaults.links]\nmode = "road"\nsource_id = "invented"\nquality = "published"\n'
    )
    net = load(folder)
    assert net["nodes"]["name"].tolist() == ["1", "2"]
    found_link = net["links"].iloc[0]
    assert found_link[["length_km", "speed_km_per_h", "direction"]].tolist() == [100.584, 50.292, "forward"]


def test_gmns_in_units_or_coordinates_nobody_knows_is_refused(one_link: Network, tmp_path: Path) -> None:
    folder = save(one_link, tmp_path / "gmns", to="gmns")
    edit(folder / "config.csv", ",km,km/h,EPSG:4326", ",furlong,knots,EPSG:3857")
    found = problems_of(folder)
    assert [problem.split(":")[0] for problem in found] == [
        "config.csv, row 2, column long_length", "config.csv, row 2, column speed", "config.csv, row 2, column crs",
    ]  # fmt: skip


# ── GeoJSON ─────────────────────────────────────────────────────────────────────────────────────────


def test_geojson_is_rfc_7946(mini_corridor: Network, tmp_path: Path) -> None:
    path = save(mini_corridor, tmp_path / "x.geojson")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["type"] == "FeatureCollection"
    assert "crs" not in content  # RFC 7946, 4: always WGS 84
    kinds = [feature["geometry"]["type"] for feature in content["features"]]
    assert kinds == ["LineString"] * 5 + ["Point"] * 6
    first, last = content["features"][0], content["features"][-1]
    assert first["geometry"]["coordinates"] == [[40.0, 42.0], [41.0, 42.0]]  # longitude first
    assert first["properties"]["capacity_per_year"] is None
    assert (first["properties"]["from_name"], last["properties"]["table"]) == ("A", "nodes")
    assert len({feature["id"] for feature in content["features"]}) == 11


def test_a_line_over_the_antimeridian_is_cut_there() -> None:
    # 170 E to 170 W is 20 degrees: cut half-way, at the mean latitude.
    nodes = rows("nodes", node("A", lon=170.0, lat=0.0), node("B", lon=-170.0, lat=10.0))
    net = network(nodes=nodes, links=rows("links", link("A", "B", length_km=3000.0)))
    found = feature_collection({name: net[name] for name in net})["features"][0]["geometry"]
    assert found == {
        "type": "MultiLineString",
        "coordinates": [[[170.0, 0.0], [180.0, 5.0]], [[-180.0, 5.0], [-170.0, 10.0]]],
    }


# ── the starter ─────────────────────────────────────────────────────────────────────────────────────


def test_the_starter_answers_what_its_readme_works_out_by_hand() -> None:
    net = load("starter")
    question = kv.RouteParams(origin="XA_MINE", destination="XC_TOWN", commodity_id="container", depart="2025-06")
    columns = ["hours_mean", "hours_moving", "hours_waiting", "hours_procedure", "cost_usd", "emission_kg"]
    by_rail, by_road = kv.run(net, "route", question)["itineraries"][columns].to_numpy().tolist()
    assert by_rail == pytest.approx([56.75, 23.25, 17, 16.5, 572, 309.6], rel=1e-12)
    assert by_road == pytest.approx([49.25, 22.25, 16, 11, 1176, 849.6], rel=1e-12)
    later = scenarios("starter")["year_2030"].apply(net)
    # A sailing every 12 h instead of 24 h: 6 h less of waiting.
    assert kv.run(later, "route", question)["itineraries"]["hours_mean"].tolist()[0] == pytest.approx(50.75)
    electronic = scenarios("starter")["electronic_border"].apply(net)
    # 1 h instead of 3.5 h.
    assert kv.run(electronic, "route", question)["itineraries"]["hours_mean"].tolist()[0] == pytest.approx(54.25)


def test_the_readme_of_the_starter_states_those_answers() -> None:
    text = (shipped()["starter"] / "README.md").read_text(encoding="utf-8")
    for figure in ("56.75 h", "572 USD", "309.6 kg", "49.25 h", "1,176 USD", "849.6 kg"):
        assert figure in text


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_descriptor_is_the_generated_one(name: str) -> None:
    from kervan.formats.frictionless import descriptor

    path = shipped()[name] / "datapackage.json"
    if path.exists():
        assert json.loads(path.read_text(encoding="utf-8")) == descriptor(read_meta(name))


def test_packages_keep_what_a_network_does_not_carry(tmp_path: Path) -> None:
    package = read("starter")
    plain = Package.of(package.network())
    kept = Package.of(package.network(), package)
    assert (plain.report, plain.scenarios) == ({}, {})
    assert (kept.report, kept.scenarios) == (package.report, package.scenarios)
