"""What machines read: every JSON output keeps to its schema, and the schemas to their documentation."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from drawn_register import drawn
from kervan.cli import app
from kervan.errors import Problem
from kervan.formats import read, write
from kervan.ledger import Draft, open_ledger
from kervan.ledger.checkpoints import new_key
from kervan.schema import TABLES

SCHEMAS = {
    entry.name.removesuffix(".json"): json.loads(entry.read_text(encoding="utf-8"))
    for entry in (resources.files("kervan") / "schemas").iterdir()
    if entry.name.endswith(".json")
}
PAGE = Path(__file__).parent.parent / "docs" / "reference" / "machine-output.md"
BY_RAIL = "container train"

DRAWN = ["--register", "drawn.db"]
#: Every command that prints JSON, with its schema.
COMMANDS = {
    "route": ["route", "Mine", "Town", "--package", "starter", "--depart", "2025-06", "--quantity", "2"],
    "check": ["check", "--package", "starter"],
    "validate": ["validate", "--package", "starter"],
    "sources": ["sources", "--package", "starter"],
    "show": ["show", "XA_MINE", "--package", "starter"],
    "scenarios": ["scenario", "list", "--package", "starter"],
    "scenario": ["scenario", "show", "electronic_border", "--package", "starter"],
    "scenario-diff": ["scenario", "diff", "today", "year_2030", "--from", "Mine", "--to", "Town", "-p", "starter"],
    "report": ["report", "--package", "starter"],
    "convert": ["convert", "starter", "starter.geojson"],
    "new": ["new", "mine"],
    "simulate": ["simulate", "-p", "starter", "-n", "2", "--tail-days", "20"],
    "compare": ["compare", "today", "year_2030", "-p", "starter", "-n", "2", "--tail-days", "20"],
    "ledger-log": ["ledger", "log", "border.db"],
    "ledger-export": ["ledger", "export", "border.db", "border", "again.jsonl"],
    "ledger-verify": ["ledger", "verify", "border.jsonl"],
    "ledger-checkpoint": ["ledger", "checkpoint", "border.db", "border", "border.txt", "--key", "border.key"],
    "ledger-proof": ["ledger", "proof", "border.db", "border/2", "proof.json"],
    "ledger-key": ["ledger", "key", "post.example/customs"],
    "register": ["register", *DRAWN, "--on", "2025-07-15"],
    "register-overdue": ["register", "overdue", *DRAWN],
    "register-due": ["register", "due", *DRAWN, "--on", "2025-07-15"],
    "register-show": ["register", "show", "transit", *DRAWN],
    "register-timeline": ["register", "timeline", *DRAWN],
    "register-log": ["register", "log", *DRAWN],
    "register-worth": ["register", "worth", "C_POST", *DRAWN],
    "register-recorded": ["register", "add", "persons", "eve", "name=Eve", "source_id=office", *DRAWN],
    "register-export": ["register", "export", "drawn.ics", *DRAWN],
    "register-candidates": ["register", "review", *DRAWN],
    "register-ingest": ["register", "ingest", "news.txt", *DRAWN],
}
#: Commands whose answer is no table.
NO_TABLE = {f"register-{name}" for name in ("show", "worth", "recorded", "export", "candidates")}


@pytest.fixture(scope="module")
def ledger_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small ledger, an export of it, and a key."""
    folder = tmp_path_factory.mktemp("ledger")
    with open_ledger(folder / "border.db") as ledger:
        draft = Draft("truck.arrived", "AA-123", {"seal": "X-9", "load_t": 18.5}, "post 1", "2025-05-21T10:00:00+06:00")
        ledger.append("border", [draft, draft])
        ledger.export("border", folder / "border.jsonl")
    (folder / "border.key").write_text(new_key("post.example/border")[0], encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _somewhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger_files: Path, request: pytest.FixtureRequest
) -> None:
    """Some commands write files: into a folder of their own; in it are a ledger and, where it is asked, a register."""
    shutil.copytree(ledger_files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    if "[register" in request.node.name:
        with drawn("drawn.db"):
            (tmp_path / "news.txt").write_text("Alania, 5 May 2025. It will open a post by 2027.", encoding="utf-8")


def answer(*arguments: str, code: int = 0) -> Any:
    """Return the parsed JSON of a command."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout, parse_constant=refuse)


def conforms(name: str, content: Any) -> None:
    faults = [fault.message for fault in Draft202012Validator(SCHEMAS[name]).iter_errors(content)]
    assert not faults, faults[:5]


def names_in(schema: Any) -> Iterator[str]:
    """Yield every property a schema declares, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from names_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from names_in(part)


def undeclared(schema: Any, content: Any, where: str = "") -> list[str]:
    """Return the properties of an output that its schema does not declare; maps by name are free."""
    if isinstance(content, list):
        return [name for item in content for name in undeclared(schema.get("items", {}), item, f"{where}[]")]
    if not isinstance(content, dict) or "properties" not in schema:
        return []
    found = [f"{where}.{name}" for name in content if name not in schema["properties"]]
    for name, part in schema["properties"].items():
        if name in content:
            found += undeclared(part, content[name], f"{where}.{name}")
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_says_what_each_field_means(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])

    def described(schema: Any) -> None:
        if isinstance(schema, dict):
            for field, part in schema.get("properties", {}).items():
                assert part.get("description") or part.get("type") == "object" or "oneOf" in part, field
            for part in schema.values():
                described(part)
        elif isinstance(schema, list):
            for part in schema:
                described(part)

    described(SCHEMAS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_an_output_keeps_to_its_schema_and_has_no_field_beyond_it(name: str) -> None:
    content = answer(*COMMANDS[name])
    conforms(name, content)
    assert undeclared(SCHEMAS[name], content) == []
    assert content if name in ("validate", "register-ingest") else content["schema"].startswith("kervan.")


def test_every_schema_has_a_command_and_every_field_a_word_in_the_docs() -> None:
    assert set(SCHEMAS) == set(COMMANDS)
    page = PAGE.read_text(encoding="utf-8")
    for name, schema in SCHEMAS.items():
        assert f"`{schema['title']}`" in page
        missing = [field for field in names_in(schema) if f"`{field}`" not in page]
        assert not missing, (name, missing)


def test_the_page_is_the_one_that_the_schemas_give() -> None:
    tool = PAGE.parents[2] / "tools" / "machine_output.py"
    done = subprocess.run([sys.executable, str(tool), "--check"], check=False)
    assert done.returncode == 0, "run python tools/machine_output.py"


def test_the_schema_refuses_what_is_wrong() -> None:
    # If it accepted everything, keeping to it would mean nothing.
    content = answer(*COMMANDS["route"])
    content["itineraries"][0]["hours_mean"] = "56"
    del content["itineraries"][0]["stages"][0]["from"]
    assert len(list(Draft202012Validator(SCHEMAS["route"]).iter_errors(content))) == 2


def test_a_route_states_the_answers_worked_out_by_hand() -> None:
    content = answer(*COMMANDS["route"])
    by_rail = next(item for item in content["itineraries"] if BY_RAIL in item["label"])
    # Two containers: money and emissions twice those of one, hours the same (README.md of the starter).
    wanted = {
        "length_km": 1030, "hours_mean": 56.75, "hours_moving": 23.25, "hours_waiting": 17, "hours_procedure": 16.5,
        "cost_usd": 1144, "emission_kg": 619.2,
    }  # fmt: skip
    assert {name: by_rail[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)
    assert content["params"]["quantity"] == 2.0
    assert content["year"] == 2025


def test_a_route_adds_up() -> None:
    for item in answer(*COMMANDS["route"])["itineraries"]:
        for name in ("length_km", "hours_moving", "hours_waiting", "hours_procedure", "cost_usd", "emission_kg"):
            assert math.fsum(stage[name] for stage in item["stages"]) == pytest.approx(item[name], rel=1e-12), name
        parts = item["hours_moving"] + item["hours_waiting"] + item["hours_procedure"]
        assert parts == pytest.approx(item["hours_mean"], rel=1e-12)
        assert item["hours_p50"] <= item["hours_p90"]
        ends = [item["stages"][0]["from"], item["stages"][-1]["to"]]
        assert ends == ["XA_MINE", "XC_TOWN"]
        for before, after in zip(item["stages"], item["stages"][1:], strict=False):
            assert before["to"] == after["from"]


def test_check_prints_every_table_and_exits_2_with_problems(tmp_path: Path) -> None:
    content = answer("check", "--package", "starter")
    assert set(content["tables"]) == set(TABLES)
    assert content["tables"]["nodes"] == 6
    assert content["problems"] == []
    path = write(read("starter"), tmp_path / "mine")
    (path / "nodes.csv").write_text("node_id,nmae\nA,x\n", encoding="utf-8")
    content = answer("check", "--package", str(path), code=2)
    conforms("check", content)
    assert set(content["problems"][0]) == set(Problem.__dataclass_fields__)


@pytest.mark.parametrize("what", ["tables", "columns", "links", "mine-pass.rail", "Mine", "invented", "lake.ferry"])
def test_whatever_is_shown_keeps_to_the_schema(what: str) -> None:
    conforms("show", answer("show", what, "--package", "starter"))


def test_an_unknown_number_is_null_and_never_infinity() -> None:
    rows = answer("show", "links", "--package", "starter")["rows"]
    assert {row["capacity_per_year"] for row in rows} == {None}


def test_a_difference_names_every_cell_and_no_other() -> None:
    content = answer("scenario", "diff", "today", "electronic_border", "--package", "starter")
    conforms("scenario-diff", content)
    changed = {(cell["key"], cell["column"], cell["a"], cell["b"]) for cell in content["cells"]}
    posts = ("XA_PASS.XB-XA.rail", "XA_PASS.XB-XA.road", "XB_PASS.XA-XB.rail", "XB_PASS.XA-XB.road")
    assert changed == {(f"{post} 1", "electronic_frac", 0.5, 1.0) for post in posts}
    assert content["route"] is None


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in NO_TABLE])
def test_csv_has_a_heading_and_as_many_cells_in_every_row(name: str) -> None:
    done = CliRunner().invoke(app, [*COMMANDS[name], "--csv"])
    assert done.exit_code == 0
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert len(rows[0]) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    assert "inf" not in {cell for row in rows for cell in row}


def test_the_shipped_corridor_answers_machines() -> None:
    content = answer("route", "Xi'an", "Poti", "--commodity", "container", "--year", "2030")
    conforms("route", content)
    assert content["year"] == 2030
    conforms("validate", answer("validate"))
