"""Write docs/reference/machine-output.md from the JSON schemas of the outputs.

The schemas of `simulate` and `compare` are themselves written, from the tables that these declare.

Run from the root of a checkout::

    python tools/machine_output.py          # writes the page and those schemas
    python tools/machine_output.py --check  # exit code 1 if one is stale
"""

# ruff: noqa: E501 - the page is prose
from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "src" / "kervan" / "schemas"
PAGE = ROOT / "docs" / "reference" / "machine-output.md"
ORDER = (
    "route",
    "check",
    "validate",
    "sources",
    "show",
    "scenarios",
    "scenario",
    "scenario-diff",
    "report",
    "convert",
    "new",
    "simulate",
    "compare",
    "ledger-log",
    "ledger-export",
    "ledger-verify",
    "ledger-checkpoint",
    "ledger-proof",
    "ledger-key",
    "register",
    "register-overdue",
    "register-due",
    "register-show",
    "register-timeline",
    "register-log",
    "register-worth",
    "register-recorded",
    "register-export",
    "register-candidates",
    "register-ingest",
)
HEAD = """<!-- Written by tools/machine_output.py from src/kervan/schemas. Do not edit: run `make docs`. -->

# Output for machines

Every command that answers takes `--json`, and where a table is the answer `--csv`. What is printed is stable:

* each form has a name and a version in the field `schema`; within a version fields may be added, none goes and none changes
  its meaning or unit;
* units are in the names: `_km`, `hours_`, `_usd` (dollars of the price year of the package), `_kg` (of CO2 equivalent), `_frac`
  (a share, 0.1 is ten per cent); numbers are JSON numbers with every digit, and what is not known, or has no limit, is `null`;
* text is UTF-8; the answer is on the standard output alone, what went wrong on the error stream;
* the exit code is 0 when all is well, 2 when the input is wrong (`check`: when there is a problem), 3 when the question has no
  answer (no way leads there), 4 when the ledger refuses, 130 when Ctrl-C ended it (what `simulate` and `compare` had finished
  by then is printed, with a note of kind `stopped`), 1 for a bug.

The JSON Schemas (draft 2020-12) are in the package: `importlib.resources.files("kervan") / "schemas"`. In CSV, `route` prints the
stages of every itinerary, `simulate` and `compare` the demand rows, `check` the problems, `scenario show` the interventions
that take effect and its edits, `scenario diff` the cells that differ, `convert` the tables, `ledger log` the events,
`ledger verify` the problems; a blank cell is what is `null` in JSON.

```python
import json
import subprocess
import sys

command = [sys.executable, "-m", "kervan.cli", "route", "Mine", "Town", "--package", "starter", "--json"]
answer = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
[(way["hours_mean"], way["cost_usd"]) for way in answer["itineraries"]]
```
"""


# ── schemas of tables ───────────────────────────────────────────────────────────────────────────────

#: Columns that are called otherwise in JSON.
RENAMED = {"origin_node_id": "origin", "destination_node_id": "destination", "commodity_id": "commodity"}
TYPES = {"int": "integer", "float": ["number", "null"], "flag": "boolean"}


def column_schema(column: Any) -> dict[str, Any]:
    """Return the schema of a column; a number that may be infinite is null then."""
    found = {"type": TYPES.get(column.kind, "string"), "description": column.doc}
    return found | ({"enum": list(column.choices)} if column.choices else {})


def row_schema(table: Any, leave: tuple[str, ...] = (), **more: tuple[str, str]) -> dict[str, Any]:
    """Return the schema of a row of a table, without some columns and with some more."""
    properties = {RENAMED.get(c.name, c.name): column_schema(c) for c in table.columns if c.name not in leave}
    properties |= {name: {"type": named, "description": doc} for name, (named, doc) in more.items()}
    doc = table.doc[0].upper() + table.doc[1:] + "."
    return {"type": "object", "description": doc, "required": list(properties), "properties": properties}


def rows_schema(table: Any) -> dict[str, Any]:
    row = row_schema(table)
    return {"type": "array", "description": row.pop("description"), "items": row}


def whole_schema(command: str, form: str, properties: dict[str, Any]) -> dict[str, Any]:
    head = {"schema": {"const": form, "description": "Name and version of this form."},
            "package": {"type": "string", "description": "Name of the package."}}  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"kervan {command} --json",
        "type": "object", "required": [*head, *properties], "properties": head | properties,
    }  # fmt: skip


def written_schemas() -> dict[str, str]:
    """Return the text of the schemas that follow from declared tables, by command."""
    from kervan.engines.simulate.compare import COMPARED
    from kervan.engines.simulate.outputs import OUTPUTS

    seconds = ("number", "How long it took.")
    simulate = {
        "year": {"type": "integer", "description": "The year the network stood for."},
        "scenario": {"type": "string", "description": "The scenario applied, if any."},
        **{name: rows_schema(OUTPUTS[name]) for name in (
            "od", "stages", "facilities", "services", "fleets", "weeks", "recovery", "notes")},
        "run": row_schema(OUTPUTS["run"], seconds=seconds, threads=("integer", "Replications at a time; 0: one a core.")),
    }  # fmt: skip
    total = COMPARED["total"]
    run = ("seed", "events", "digest")
    compare = {
        **{side: row_schema(COMPARED["scenarios"], leave=("side",)) for side in ("a", "b")},
        "total": row_schema(total, leave=run),
        **{name: rows_schema(COMPARED[name]) for name in ("od", "facilities", "fleets", "notes")},
        "run": row_schema(total, leave=tuple(name for name in total.names if name not in (*run, "replications")),
                          seconds=seconds),
    }  # fmt: skip
    found = {
        "simulate": whole_schema("simulate", "kervan.simulate/1", simulate),
        "compare": whole_schema("compare", "kervan.compare/1", compare),
    }
    return {name: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in found.items()}


# ── the page ────────────────────────────────────────────────────────────────────────────────────────


def kind(schema: dict[str, Any]) -> str:
    """Return what a field holds, in a word or two."""
    if "const" in schema:
        return f'`"{schema["const"]}"`'
    if "enum" in schema:
        return " · ".join(f"`{value}`" for value in schema["enum"])
    if "oneOf" in schema:
        return "one of two"
    named = schema.get("type", "object")
    if named == "array":
        return f"list of {kind(schema['items'])}" if "items" in schema else "list"
    return " or ".join(named) if isinstance(named, list) else str(named)


def fields(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield path, kind and meaning of every field at any depth."""
    for part in schema.get("oneOf", []):
        yield from fields(part, prefix)
    if schema.get("type") == "array":
        yield from fields(schema.get("items", {}), prefix)
    for name, part in schema.get("properties", {}).items():
        yield f"{prefix}`{name}`", kind(part), part.get("description", "")
        yield from fields(part, f"{prefix}`{name}` › ")


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for name in ORDER:
        schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
        rows = "\n".join(f"| {path} | {holds} | {doc} |" for path, holds, doc in fields(schema))
        form = "A list of such objects." if schema["type"] == "array" else "An object."
        parts.append(f"## `{schema['title']}`\n\n{form}\n\n| field | holds | meaning |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def stale() -> list[Path]:
    """Return the files that are not what they should be."""
    wanted = {SCHEMAS / f"{name}.json": text for name, text in written_schemas().items()} | {PAGE: page()}
    return [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    if "--check" in sys.argv:
        return 1 if stale() else 0
    for name, text in written_schemas().items():
        (SCHEMAS / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
