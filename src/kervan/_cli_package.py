"""Commands on a whole package: check, convert, validate, sources and new."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kervan._cli_output import Field, number, print_csv, print_json, print_table, records, safe, say
from kervan.errors import InputError, KervanError, Problem, ScenarioError

if TYPE_CHECKING:
    from kervan.formats import Package
    from kervan.network import Network

__all__ = ["check", "convert", "new", "print_sources", "print_validation"]

_CHECK_SCHEMA: Final = "kervan.check/1"
_SOURCES_SCHEMA: Final = "kervan.sources/1"
_SHOWN: Final = 50


def check(name: str, form: str) -> int:
    """Print the tables of a package and everything wrong with it; return 2 if anything is.

    Parameters
    ----------
    name
        Name or path of the package.
    form
        ``"json"``, ``"csv"`` (of the problems) or ``"text"``.
    """
    import pandas as pd

    from kervan.formats import read

    package = read(name)
    tables, problems = package.checked()
    if not problems:
        problems = _scenario_problems(package)
    rows = {table: len(frame) for table, frame in tables.items()}
    if form == "json":
        found = [asdict(problem) for problem in problems]
        print_json({"schema": _CHECK_SCHEMA, "package": package.meta.name, "tables": rows, "problems": found})
    elif form == "csv":
        names = ["file", "table", "row", "column", "value", "message"]
        print_csv(pd.DataFrame([asdict(problem) for problem in problems], columns=names))
    else:
        _print_check(package, rows, problems)
    return 2 if problems else 0


def _scenario_problems(package: Package) -> list[Problem]:
    """Return what is wrong with the scenarios and the interventions of a package whose tables are right."""
    from kervan.formats import scenarios_of
    from kervan.scenario import Scenario

    net = package.network()
    problems = []
    for name in package.scenarios:
        try:
            scenarios_of(replace(package, scenarios={name: package.scenarios[name]}))[name].apply(net)
        except KervanError as error:
            problems.append(Problem("scenarios", 0, "", "", str(error), f"{name}.toml"))
    frame = net["interventions"]
    for row, (intervention_id, edits) in enumerate(zip(frame["intervention_id"], frame["edits"], strict=True), 2):
        if edits == "[]":
            continue
        try:
            Scenario(intervention_id, interventions=(intervention_id,)).apply(net)
        except ScenarioError as error:
            problems.append(Problem("interventions", row, "edits", "", str(error), "interventions.csv"))
    return problems


def _print_check(package: Package, rows: dict[str, int], problems: list[Problem]) -> None:
    say(f"{package.meta.title or package.meta.name}, version {package.meta.version}")
    listed = [{"table": table, "rows": count} for table, count in rows.items()]
    print_table(listed, [Field("table", "table"), Field("rows", "rows", number())])
    if not problems:
        say("No problems.")
        return
    say(f"{len(problems)} problem{'s' * (len(problems) != 1)}:")
    for problem in problems[:_SHOWN]:
        say(f"  • {problem}")
    if len(problems) > _SHOWN:
        say(f"  … and {len(problems) - _SHOWN} more (--json lists them)")


def convert(source: str, target: Path, to: str, *, force: bool) -> None:
    """Read a package and write it in another format, with its report settings and scenarios."""
    from kervan.formats import read, write

    package = read(source)
    written = write(package, target, to=to, overwrite=force)
    rows = sum(len(table.frame) for table in package.tables.values())
    say(f"{package.meta.name}: {rows:,} rows written to {written}")


def print_validation(net: Network, form: str) -> None:
    """Print published figures beside the model's."""
    from kervan.validation import validate, validation_json

    table = validate(net)
    if form == "json":
        print_json(validation_json(table))
    elif form == "csv":
        print_csv(table)
    else:
        fields = [
            Field("place", "place", most=48), Field("quantity", "quantity", drop=1),
            Field("published", "published", number(1)), Field("model", "model", number(1)), Field("unit", "unit"),
            Field("difference_frac", "difference", lambda value: f"{float(value):+.0%}"), Field("role", "role", drop=2),
            Field("source_id", "source", most=24, drop=3),
        ]  # fmt: skip
        answered = table[table["status"] == "ok"]
        print_table(records(answered), fields, "Published figures and the model's")
        tested = answered[answered["role"] == "validation"]
        if len(tested):
            middle = float(tested["difference_frac"].abs().median())
            inside = int(tested["is_within_range"].sum())
            say(f"{len(tested)} figures test the model: half of them lie within {middle:.0%}, {inside} in their range.")
        for row in records(table[table["status"] != "ok"]):
            say(f"No answer to {row['observation_id']} ({row['place']}): {row['status']}")


def print_sources(net: Network, form: str) -> None:
    """Print the sources and how many rows rest on each."""
    frame = net["sources"]
    used: dict[str, int] = {}
    for table in net:
        if table != "sources":
            for source_id, count in net[table]["source_id"].value_counts().items():
                used[str(source_id)] = used.get(str(source_id), 0) + int(count)
    frame["row_count"] = [used.get(source_id, 0) for source_id in frame["source_id"].tolist()]
    if form == "json":
        print_json({"schema": _SOURCES_SCHEMA, "sources": records(frame)})
    elif form == "csv":
        print_csv(frame)
    else:
        fields = [
            Field("source_id", "source", most=28), Field("grade", "grade", drop=1),
            Field("publisher", "publisher", most=28, drop=3), Field("title", "title", most=56),
            Field("year", "year", lambda year: str(year) if year else "-", drop=2),
            Field("row_count", "rows", number()),
        ]  # fmt: skip
        print_table(records(frame), fields, f"{len(frame)} sources")


def new(name: str, folder: Path) -> Path:
    """Write a small commented package that passes `check` and routes.

    Raises
    ------
    InputError
        When the name cannot be one, or the folder is there.
    """
    import json

    from kervan._files import new_folder
    from kervan.formats import read, shipped
    from kervan.formats.frictionless import descriptor

    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_\-]{0,60}", name):
        raise InputError(f"{safe(name)!r} cannot be the name of a package: letters, digits, _ and -, a letter first")
    if name in shipped():
        raise InputError(f"{name} is the name of a package that comes with Kervan; choose another")
    template = shipped()["starter"]
    path = folder / name
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} exists already; choose another name")
    with new_folder(path) as scratch:
        for file in sorted(template.rglob("*")):
            if file.is_file() and file.name != "datapackage.json" and "__pycache__" not in file.parts:
                text = _renamed(file.name, file.read_text(encoding="utf-8"), name)
                copy = scratch / file.relative_to(template)
                copy.parent.mkdir(exist_ok=True)
                copy.write_text(text, encoding="utf-8", newline="\n")
        meta = replace(read(template).meta, name=name, title=name)
        described = json.dumps(descriptor(meta), indent=1, ensure_ascii=False)
        (scratch / "datapackage.json").write_text(described + "\n", encoding="utf-8", newline="\n")
    return path


def _renamed(file: str, text: str, name: str) -> str:
    if file == "package.toml":
        text = text.replace('name = "starter"', f'name = "{name}"')
        return text.replace('title = "A corridor to start from"', f'title = "{name}"')
    return text.replace("--package NAME", f"--package {name}") if file == "README.md" else text
