"""Commands on a whole package: check, convert, validate, sources and new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._cli_output import Field, number, print_answer, print_csv, print_json, print_table, records, safe, say
from kervan.errors import InputError, KervanError, Problem, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from kervan.formats import Package
    from kervan.network import Network

__all__ = ["check", "convert", "new", "print_new", "print_sources", "print_validation"]

_CHECK_SCHEMA: Final = "kervan.check/1"
_SOURCES_SCHEMA: Final = "kervan.sources/1"
_CONVERT_SCHEMA: Final = "kervan.convert/1"
_NEW_SCHEMA: Final = "kervan.new/1"
_SHOWN: Final = 50
_REASONS_SHOWN: Final = 3
_NEAR: Final = 0.2
_MAPPED: Final = ("links", "nodes")


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


def convert(source: str, target: Path, to: str, form: str = "text", *, force: bool) -> None:
    """Read a package and write it in another format, with its report settings and scenarios."""
    import pandas as pd

    from kervan.formats import read, write

    package = read(source)
    written = write(package, target, to=to, overwrite=force)
    # GeoJSON holds the map alone: a feature a link, and one a place.
    is_map = to == "geojson" or written.suffix.lower() == ".geojson"
    rows = {name: len(table.frame) for name, table in package.tables.items() if not is_map or name in _MAPPED}
    if form == "json":
        print_json({"schema": _CONVERT_SCHEMA, "package": package.meta.name, "path": str(written), "tables": rows})
    elif form == "csv":
        listed = [{"table": name, "rows": count, "path": str(written)} for name, count in rows.items()]
        print_csv(pd.DataFrame(listed, columns=["table", "rows", "path"]))
    else:
        what = f"features ({' and '.join(_MAPPED)})" if is_map else "rows"
        say(f"{package.meta.name}: {sum(rows.values()):,} {what} written to {written}")


def print_validation(net: Network, form: str, *, is_full: bool = False, replications: int = 0) -> None:
    """Print published figures beside the model's, and what answered; on request also those without an answer.

    With a number of replications the year is simulated too, and the figures that it answers are added.
    """
    from kervan.validation import validate, validation_json

    table = validate(net)
    if replications:
        table = _with_simulated(net, table, replications)
    if form == "json":
        print_json(validation_json(table))
    elif form == "csv":
        print_csv(table)
    else:
        fields = [
            Field("place", "place", most=44), Field("quantity", "quantity", drop=2),
            Field("published", "published", number(1)), Field("model", "model", number(1)), Field("unit", "unit"),
            Field("difference_frac", "difference", lambda value: f"{float(value):+.0%}"),
            Field("answered_by", "answered by", most=48, drop=1), Field("role", "role", drop=3),
            Field("source_id", "source", most=24, drop=4),
        ]  # fmt: skip
        answered = table[table["status"] == "ok"]
        print_table(records(answered), fields, "Published figures and the model's")
        for line in _validation_lines(answered[answered["role"] == "validation"]):
            say(line)
        _print_unanswered(records(table[table["status"] != "ok"]), is_full=is_full)


def _with_simulated(net: Network, table: pd.DataFrame, replications: int) -> pd.DataFrame:
    import pandas as pd

    from kervan._cli_simulate import watching
    from kervan.engines import run
    from kervan.engines.simulate.params import SimulateParams
    from kervan.simulated import validate_simulated

    with watching() as watch:
        result = run(net, "simulate", SimulateParams(replications=replications), watch=watch)
    return pd.concat([table, validate_simulated(net, result)], ignore_index=True)


def _validation_lines(tested: pd.DataFrame) -> Iterator[str]:
    """Yield how the model does; lengths test the map rather than the model, and are counted apart."""
    lengths = tested["quantity"] == "length"
    others = tested[~lengths]
    if len(others):
        middle = float(others["difference_frac"].abs().median())
        inside = int(others["is_within_range"].sum())
        yield f"{len(others)} figures test the model: half of them lie within {middle:.0%}, {inside} in their range."
    times = tested[tested["quantity"] == "transit_time"]["difference_frac"]
    if len(times):
        below = int((times < 0).sum())
        yield f"Of {len(times)} journeys {below} are faster in the model, the median {float(times.median()):+.0%}."
    if lengths.any():
        near = int((tested[lengths]["difference_frac"].abs() <= _NEAR).sum())
        yield f"{int(lengths.sum())} lengths test the map: {near} lie within {_NEAR:.0%}."


def _print_unanswered(rows: list[dict[str, Any]], *, is_full: bool) -> None:
    if is_full:
        for row in rows:
            say(f"No answer to {row['observation_id']} ({row['place']}): {row['status']}")
    elif rows:
        reasons = Counter(row["status"] for row in rows).most_common(_REASONS_SHOWN + 1)
        words = [f"{count} × {reason}" for reason, count in reasons[:_REASONS_SHOWN]]
        more = ["others"] if len(reasons) > _REASONS_SHOWN else []
        say(f"{len(rows)} figures have no answer ({'; '.join([*words, *more])}): --verbose lists them.")


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

    from kervan._files import exists, new_folder
    from kervan.formats import read, shipped
    from kervan.formats.frictionless import descriptor

    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_\-]{0,60}", name):
        raise InputError(f"{safe(name)!r} cannot be the name of a package: letters, digits, _ and -, a letter first")
    if name in shipped():
        raise InputError(f"{name} is the name of a package that comes with Kervan; choose another")
    template = shipped()["starter"]
    path = folder / name
    if exists(path) or path.is_symlink():
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


def print_new(name: str, path: Path, form: str) -> None:
    """Print where a new package is and how to ask it something."""
    command = f"kervan route Mine Town --package {path}"
    if form != "text":
        print_answer(_NEW_SCHEMA, {"package": name, "path": str(path), "command": command}, form)
        return
    say(f"{path} is a small corridor with invented figures; README.md in it says what each file is.")
    say(f"Try: {command}")


def _renamed(file: str, text: str, name: str) -> str:
    if file == "package.toml":
        text = text.replace('name = "starter"', f'name = "{name}"')
        return text.replace('title = "A corridor to start from"', f'title = "{name}"')
    return text.replace("--package NAME", f"--package {name}") if file == "README.md" else text
