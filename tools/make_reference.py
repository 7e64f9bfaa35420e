"""Write docs/reference from the declarations: tables, engines, edits, indicators, formats, errors, commands, names.

Run from the root of a checkout::

    python tools/make_reference.py          # writes the pages
    python tools/make_reference.py --check  # exit code 1 if one is stale

A page whose part of the library is not there is left out.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTICE = "<!-- Written by tools/make_reference.py from the declarations. Do not edit: run `make docs`. -->\n\n"
_SECTION = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", re.MULTILINE)


# ── docstrings ──────────────────────────────────────────────────────────────────────────────────────


def sections(thing: Any) -> dict[str, str]:
    """Return the sections of a numpydoc docstring by heading; the text before the first is ""."""
    parts = _SECTION.split(inspect.getdoc(thing) or "")
    return {"": parts[0].strip(), **dict(zip(parts[1::2], map(str.rstrip, parts[2::2]), strict=True))}


def entries(section: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each entry of a section like Parameters."""
    for found in re.finditer(r"^(\S.*)\n((?:[ ]+.*\n?|\n)+)", section + "\n", re.MULTILINE):
        text = " ".join(found[2].split())
        for name in found[1].split(", "):
            yield name.strip().lstrip("*"), ticked(text)


def summary(thing: Any) -> str:
    """Return the first paragraph of a docstring on one line."""
    return ticked(" ".join(sections(thing)[""].split("\n\n")[0].split()))


def ticked(text: str) -> str:
    """Return reStructuredText literals as Markdown ones."""
    return re.sub(r"(?<!`)``(?!`)", "`", text)


def body(thing: Any) -> str:
    """Return a docstring as Markdown."""
    lines = []
    for heading, text in sections(thing).items():
        if heading == "Examples":
            lines.append(f"```pycon\n{text}\n```")
        elif heading in ("Parameters", "Raises"):
            lines.append(f"{heading}:\n\n" + "\n".join(f"* `{name}`: {about}" for name, about in entries(text)))
        elif heading == "Returns":
            lines.append("Returns: " + "; ".join(about for _, about in entries(text)))
        else:
            lines.append(f"**{heading}**\n\n{text}" if heading else re.sub(r"::\n\n", ":\n\n", text))
    return ticked("\n\n".join(lines))


# ── Markdown ────────────────────────────────────────────────────────────────────────────────────────


def cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def grid(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(cell, row)) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def code(value: Any) -> str:
    return f"`{value}`" if value != "" else ""


def column_rows(table: Any, page: str = "tables") -> Iterator[tuple[str, ...]]:
    """Yield name, kind, unit, default, range and meaning of every column of a table."""
    from kervan.schema import REQUIRED

    for column in table.columns:
        ends = [("≥", column.at_least), ("≤", column.at_most)]
        span = ", ".join(f"{sign} {end:g}" for sign, end in ends if math.isfinite(end))
        default = "**must be filled**" if column.default is REQUIRED else code(column.default) or "blank"
        doc = column.doc + (f" One of: {', '.join(column.choices)}." if column.choices else "")
        doc += f" Refers to [{column.refers_to}]({page}.md#{column.refers_to})." if column.refers_to else ""
        yield f"`{column.name}`", column.kind, column.unit, default, span, doc.replace("<", "&lt;")


_COLUMN_HEAD = ("column", "kind", "unit", "blank means", "range", "meaning")


def fields_grid(kind: Any) -> str:
    """Return the fields of a dataclass with their types, defaults and the text of the docstring."""
    told = dict(entries(sections(kind).get("Parameters", "")))
    rows = []
    for field in dataclasses.fields(kind):
        default = "**must be given**" if field.default is dataclasses.MISSING else code(repr(field.default))
        if field.default is dataclasses.MISSING and field.default_factory is not dataclasses.MISSING:
            default = code(repr(field.default_factory()))
        rows.append((f"`{field.name}`", code(field.type), default, told.get(field.name, "")))
    return grid(("name", "type", "default", "meaning"), rows)


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────


def tables_page() -> str:
    from kervan.schema import QUALITIES, STATUSES, TABLES, UNITS

    about = (
        "A package is a folder of CSV files, one for each table. Tables marked *needed* must be there and have a row; "
        "the others may be left out. A blank cell becomes what the column says under *blank means*.\n\n"
        f"Every row of data says where it comes from (`source_id`) and how far to trust it: {', '.join(QUALITIES)}. "
        f"The state of a thing is one of {', '.join(STATUSES)}; it is in use in a year when it is not closed and "
        "`opens_year` ≤ year < `closes_year`."
    )
    index = [
        (f"[{t.name}](#{t.name})", t.doc, ", ".join(map(code, t.key)), "needed" if t.is_required else "")
        for t in TABLES.values()
    ]
    parts = [f"# Tables\n\n{about}", grid(("table", "a row is", "key", ""), index)]
    parts += [f"## {t.name}\n\nA row is {t.doc}.\n\n" + grid(_COLUMN_HEAD, column_rows(t)) for t in TABLES.values()]
    parts.append("## Units\n\nThe unit of a number is the end of its column's name. A unit not here does not exist.")
    parts.append(grid(("unit", "name ends in"), [(unit, code(ending)) for unit, ending in UNITS.items()]))
    return "\n\n".join(parts)


def register_page() -> str:
    from kervan.register.schema import FORCES, REGISTER

    about = (
        "A register is a ledger of events; its tables are what the events come to. As files it is a folder of CSV "
        "files, one for each table, named `<table>.csv`, UTF-8, the first line naming the columns; a file that has no "
        "rows may be left out, and so may a column whose cells are all blank. A file `register.toml` may say "
        "what it is: a section `[register]` with `name`, `title`, `licence` and `attribution`. `kervan register "
        "import FOLDER` reads it whole or not at all; `kervan register export FOLDER` writes it, with a "
        "`datapackage.json` generated from the declarations below. A workbook (`.xlsx`) has a sheet for "
        "each table instead.\n\n"
        "Every row names its source (`source_id`). A date is a partial date (EDTF level 1): `2025`, `2025-06`, "
        "`2025-06-12`, `2025-06/2025-08`, `2025-06/..`, `202X`, `2025-06-12?`; a day that is not known is not made up. "
        "A spreadsheet makes a day out of a month: format such cells as text. A column of kind `ids` holds keys "
        "separated by `;`. A text is plain: one that holds HTML, begins like a formula, or turns the direction of "
        "writing is refused. A cell of a CSV file that begins with an apostrophe before `=`, `+`, `-` or `@` stands "
        "for the text behind it.\n\n"
        f"The forces of a commitment: {', '.join(f'{number} {force}' for number, force in enumerate(FORCES))}. Below 2 "
        "something was only called for or proposed: it is checked for uptake and never scored. Overdue, in force and "
        "delivered are worked out, and nowhere a column."
    )
    index = [(f"[{t.name}](#{t.name})", t.doc, code(t.key[0])) for t in REGISTER.values()]
    parts = [f"# Register\n\n{about}", grid(("table", "a row is", "key"), index)]
    parts += [f"## {t.name}\n\nA row is {t.doc}.\n\n" + grid(_COLUMN_HEAD, column_rows(t, "register"))
              for t in REGISTER.values()]  # fmt: skip
    return "\n\n".join(parts)


def engines_page() -> str:
    from kervan.engines import ENGINES, engine

    parts = ["# Engines\n\n`kervan.run(net, name, params)` runs one and returns a `Result`."]
    for name in ENGINES:
        found = engine(name)
        parts += [f"## {name}\n\n{found.doc}", f"### Parameters: `{found.params.__name__}`", fields_grid(found.params)]
        for table in found.outputs.values():
            rows = [(f"`{column.name}`", column.unit, column.doc) for column in table.columns]
            parts += [f"### Table `{table.name}`\n\nA row is {table.doc}.", grid(("column", "unit", "meaning"), rows)]
    return "\n\n".join(parts)


def edits_page() -> str:
    from kervan.scenario import EDITS, Scenario

    parts = [f"# Edits\n\n{summary(sys.modules['kervan.scenario'])}"]
    parts += [f"## {op}\n\n{summary(kind)}\n\n{fields_grid(kind)}" for op, kind in EDITS.items()]
    parts.append(f"## Scenario\n\n{summary(Scenario)}\n\n{fields_grid(Scenario)}")
    return "\n\n".join(parts)


def indicators_page() -> str:
    from kervan.indicators import INDICATORS

    rows = [(f"`{i.name}`", i.unit, i.doc, ", ".join(map(code, i.needs))) for i in INDICATORS.values()]
    return "# Indicators\n\n`kervan.measure(net, result)` computes them all.\n\n" + grid(
        ("name", "unit", "meaning", "needs"), rows
    )


def formats_page() -> str:
    from kervan.formats import FORMATS
    from kervan.formats.eventlog import EVENT_FORMATS

    rows = [
        (f"`{f.name}`", ", ".join(map(code, f.suffixes)) or "folder", f.doc, "both ways" if f.read else "written only")
        for f in FORMATS.values()
    ]
    packages = grid(("name", "files end in", "what it is", ""), rows)
    events = grid(("files end in", "what it is"), [(code(f.suffix), f.doc) for f in EVENT_FORMATS.values()])
    return (
        f"# Formats\n\n`kervan convert FROM TO` turns one into another.\n\n{packages}\n\n"
        f"## Events of a simulation\n\n`write_events` writes them: [how to](../howto/export-events.md).\n\n{events}"
    )


def errors_page() -> str:
    from kervan import errors

    kinds = [getattr(errors, name) for name in errors.__all__]
    rows = [
        (f"`{k.__name__}`", ", ".join(code(b.__name__) for b in k.__bases__), k.exit_code, k.http_status, summary(k))
        for k in kinds
        if inspect.isclass(k) and issubclass(k, errors.KervanError)
    ]
    tree = (inspect.getdoc(errors) or "").split("::\n")[1].rsplit("\n\n", 1)[0]
    return f"# Errors\n\n{summary(errors)}\n\n```text\n{inspect.cleandoc(tree)}\n```\n\n" + grid(
        ("error", "is a", "exit code", "HTTP status", "when"), rows
    )


def commands_page() -> str:
    from typer.main import get_command

    from kervan import cli

    codes = ticked(" ".join(sections(cli)[""].split("\n\n")[1].split()))
    return f"# Commands\n\n{codes}\n\n" + "\n\n".join(commands(get_command(cli.app), "kervan"))


def commands(command: Any, name: str) -> Iterator[str]:
    """Yield the section of a command and of those under it."""
    rows = []
    for given in command.params:
        is_option = given.param_type_name == "option"
        shown = ", ".join((*given.opts, *given.secondary_opts)) if is_option else given.metavar or given.name.upper()
        default = given.default
        has_default = default not in (None, False, (), "") and not callable(default) and is_option
        if given.name != "help":
            rows.append((code(shown), getattr(given, "help", "") or "", code(default) if has_default else ""))
    text = " ".join((command.help or "").split())
    yield f"## {name}\n\n{text}" + ("\n\n" + grid(("give", "meaning", "default"), rows) if rows else "")
    for inner in getattr(command, "commands", {}).values():
        yield from commands(inner, f"{name} {inner.name}")


def public_page() -> str:
    import kervan

    parts = ["# Public names\n\nWhat `import kervan` offers. Everything else may change without notice."]
    for name in kervan.__all__:
        value = getattr(kervan, name)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            held = ", ".join(map(code, value))
            parts.append(f"## {name}\n\n{comment_above(kervan._HOME[name], name)}\n\nNames: {held}.")
            continue
        parts += [f"## {name}", f"```text\n{signature(name, value)}\n```", body(value)]
        for inner, function in methods(value) if inspect.isclass(value) else ():
            parts += [f"### {name}.{inner}", f"```text\n{signature(inner, function)}\n```", body(function)]
    return "\n\n".join(parts)


def signature(name: str, value: Any) -> str:
    """Return the call as one would write it."""
    if inspect.isclass(value) and issubclass(value, Exception):
        return f"class {name}({', '.join(base.__name__ for base in value.__bases__)})"
    try:
        call = inspect.signature(value)
    except ValueError:
        return f"{name}(...)"
    given = [
        part for part in call.parameters.values() if part.name not in ("self", "cls") and not part.name.startswith("_")
    ]
    shown = call.replace(parameters=given, return_annotation=() if inspect.isclass(value) else call.return_annotation)
    shown = str(shown).removesuffix(" -> ()")
    return f"{name}{shown}".replace("'", "")


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods a class defines itself."""
    for name, value in vars(kind).items():
        function = value.__func__ if isinstance(value, classmethod) else value
        if inspect.isfunction(function) and not name.startswith("_") and inspect.getdoc(function):
            yield name, function


def comment_above(module: str, name: str) -> str:
    """Return the ``#:`` comment above the assignment of a name."""
    lines = inspect.getsource(importlib.import_module(module)).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{name}:"))
    told = []
    while lines[at - 1].startswith("#: "):
        at -= 1
        told.insert(0, lines[at].removeprefix("#: "))
    return ticked(" ".join(told))


PAGES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "tables": ("kervan.schema", tables_page),
    "register": ("kervan.register.schema", register_page),
    "engines": ("kervan.engines.route", engines_page),
    "edits": ("kervan.scenario", edits_page),
    "indicators": ("kervan.indicators", indicators_page),
    "formats": ("kervan.formats", formats_page),
    "errors": ("kervan.errors", errors_page),
    "commands": ("kervan.cli", commands_page),
    "public": ("kervan", public_page),
}


def pages() -> dict[str, str]:
    """Return the text of every page by file name."""
    found = {}
    for name, (module, write) in PAGES.items():
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if not str(error.name).startswith("kervan"):
                raise
            continue
        found[f"{name}.md"] = NOTICE + write().rstrip() + "\n"
    others = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
    about = {name: text for name, text in (others | found).items() if name != "README.md"}
    rows = [(f"[{name[:-3]}]({name})", text.split("\n\n")[2].split(":\n")[0]) for name, text in about.items()]
    found["README.md"] = NOTICE + "# Reference\n\n" + grid(("page", "about"), rows) + "\n"
    return found


def stale() -> list[str]:
    """Return the names of pages that differ from the declarations."""
    return [
        name
        for name, text in pages().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    if "--check" in sys.argv[1:]:
        old = stale()
        print("\n".join(f"stale: {name}" for name in old) or "the reference is up to date")
        return 1 if old else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
