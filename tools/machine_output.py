"""Write docs/reference/machine-output.md from the JSON schemas of the outputs.

Run from the root of a checkout::

    python tools/machine_output.py          # writes the page
    python tools/machine_output.py --check  # exit code 1 if it is stale
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
  answer (no way leads there), 4 when the ledger refuses, 1 for a bug.

The JSON Schemas (draft 2020-12) are in the package: `importlib.resources.files("kervan") / "schemas"`. In CSV, `route` prints the
stages of every itinerary, `check` the problems, `scenario show` the interventions that take effect and its edits, `scenario diff`
the cells that differ, `convert` the tables, `ledger log` the events, `ledger verify` the problems; a blank cell is what is `null` in JSON.

```python
import json
import subprocess
import sys

command = [sys.executable, "-m", "kervan.cli", "route", "Mine", "Town", "--package", "starter", "--json"]
answer = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
[(way["hours_mean"], way["cost_usd"]) for way in answer["itineraries"]]
```
"""


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


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(not (PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
