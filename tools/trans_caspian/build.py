"""Put the partial tables together, in a fixed order, and write them as a package of CSV files."""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import re
from pathlib import Path

import pandas as pd

from kervan.errors import Problem
from kervan.formats import read_meta
from kervan.formats.frictionless import descriptor
from kervan.schema import TABLES, Column, check

#: Modules that give partial tables, in order; where two give the same key the first one counts.
PARTS = (
    "places", "ways", "posts", "ships", "carriage", "energy", "fibre", "demand", "projects", "observations", "sources",
)  # fmt: skip


def assemble(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of the package: every part's rows, one row a key, columns and rows in a fixed order."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for name in PARTS:
        if importlib.util.find_spec(f"trans_caspian.{name}") is None:
            continue
        for table, frame in importlib.import_module(f"trans_caspian.{name}").tables(facts).items():
            parts[table].append(frame.astype(object))
    tables = {}
    for name, frames in parts.items():
        table = TABLES[name]
        whole = pd.concat(frames, ignore_index=True) if frames else table.empty().astype(object)
        whole = whole.reindex(columns=list(table.names))
        whole = whole.drop_duplicates(list(table.key), keep="first")
        tables[name] = whole.sort_values(list(table.key), kind="stable", ignore_index=True)
    return _named(tables)


_PLACE = re.compile(r"\{(\w+)\}")


def _named(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables with every ``{node_id}`` in a name replaced by the name of the place."""
    nodes = tables["nodes"]
    names = {
        node_id: re.split(r" \(|,", name)[0] for node_id, name in zip(nodes["node_id"], nodes["name"], strict=True)
    }
    for frame in (tables["facilities"], tables["services"]):
        frame["name"] = [_PLACE.sub(lambda found: names[found.group(1)], name) for name in frame["name"]]
    return tables


def problems_of(tables: dict[str, pd.DataFrame]) -> list[Problem]:
    """Return what the schema finds wrong with the tables as they will be written."""
    return check({name: _as_text(name, frame) for name, frame in tables.items()})[1]


def write(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Write one CSV a table (UTF-8, line feeds, blank for a default of infinity) and ``datapackage.json``.

    ``package.toml`` and the scenarios are kept by hand.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        _as_text(name, frame).to_csv(out / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    if (out / "package.toml").is_file():
        text = json.dumps(descriptor(read_meta(out)), indent=1, ensure_ascii=False)
        (out / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _as_text(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    columns = {column.name: [_cell(column, value) for value in frame[column.name]] for column in TABLES[name].columns}
    return pd.DataFrame(columns, dtype="str")


def _cell(column: Column, value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if column.kind == "int":
        return str(int(float(str(value))))
    if column.kind == "flag":
        return "true" if value in (True, "true", "True", 1) else "false"
    if column.kind == "float":
        number = float(str(value))
        return "" if math.isinf(number) else f"{number:.10g}"
    return " ".join(str(value).split())
