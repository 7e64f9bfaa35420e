"""Registers as files: a folder of CSV tables with ``datapackage.json``, or a workbook; in and out without loss.

A cell that a spreadsheet would take for a formula goes out with an apostrophe before it, and comes back without.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._files import MAX_FILE_BYTES, file_fault, new_file, new_folder
from kervan.errors import FormatError, Problem, SchemaError, did_you_mean
from kervan.formats._package import RawTable
from kervan.register.schema import REGISTER, key_of
from kervan.register.store import Change, Row

if TYPE_CHECKING:
    from kervan.ledger import Rows

__all__ = ["read_changes", "write_folder", "write_workbook"]

_GUARDED: Final = re.compile(r"'*[=+\-@\t\r]")
_META: Final = "register.toml"
_MOST_FILES: Final = 200


def read_changes(path: Path) -> list[Change]:
    """Return the rows of a folder of CSV tables, of one CSV table, or of a workbook, as additions.

    Raises
    ------
    SchemaError
        With every problem of reading.
    FormatError
        When it is none of the three.
    """
    tables = {name: raw for name, raw in _tables(path).items() if not name.startswith("_")}
    problems = [problem for raw in tables.values() for problem in raw.problems]
    problems += [
        Problem(name, 0, "", "", f"no such table in a register{did_you_mean(name, REGISTER)}", raw.file)
        for name, raw in tables.items()
        if name not in REGISTER
    ]
    for name, raw in tables.items():
        if name in REGISTER and len(raw.frame.columns) and key_of(name) not in raw.frame.columns:
            problems.append(Problem(name, 1, key_of(name), "", "the column is missing; it names the row", raw.file))
    if problems:
        raise SchemaError(problems, path.name or str(path))
    return [change for name in REGISTER if name in tables for change in _changes(name, tables[name])]


def _tables(path: Path) -> dict[str, RawTable]:
    if path.is_dir():
        files = sorted(file for file in path.glob("*.csv") if not file.name.startswith("."))[:_MOST_FILES]
        if not files:
            raise FormatError(f"{path} holds no CSV tables; see the reference of the register for the format")
        return {file.stem: _csv(file, path) for file in files}
    fault = file_fault(path, limit=MAX_FILE_BYTES)
    if fault:
        raise FormatError(f"{path}: {fault}")
    if path.suffix.lower() == ".csv":
        return {path.stem: _csv(path, None)}
    if path.suffix.lower() == ".xlsx":
        from kervan.formats.xlsx import read_sheets

        return read_sheets(path)
    raise FormatError(f"{path}: give a folder of CSV tables, a .csv, an .xlsx or a Popolo .json")


def _csv(file: Path, root: Path | None) -> RawTable:
    from kervan.formats._text import read_table

    names = REGISTER[file.stem].names if file.stem in REGISTER else [n for t in REGISTER.values() for n in t.names]
    raw = read_table(file, file.stem, names, root)
    frame = raw.frame.map(unguarded) if len(raw.frame) else raw.frame
    return RawTable(frame, raw.file, raw.lines, raw.headings, raw.problems)


def _changes(name: str, raw: RawTable) -> Iterator[Change]:
    columns = [str(column) for column in raw.frame.columns]
    if len(set(columns)) < len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise SchemaError([Problem(name, 1, twice, "", "the column appears twice", raw.file)], raw.file)
    cells = zip(*(raw.frame[column].tolist() for column in columns), strict=True) if columns else iter(())
    for place, values in enumerate(cells):
        row = dict(zip(columns, values, strict=True))
        key = row[key_of(name)]
        line = raw.lines[place] if raw.lines else place + 2
        yield Change(name, "" if key is None else str(key).strip(), row, line=line, file=raw.file)


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> guarded("=1+1"), unguarded(guarded("=1+1"))
    ("'=1+1", '=1+1')
    """
    return f"'{cell}" if _GUARDED.match(cell) else cell


def unguarded(cell: Any) -> Any:
    """Return a cell without the apostrophe that `guarded` put before it."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and _GUARDED.match(cell) else cell


def _exported(tables: Rows) -> Iterator[tuple[str, list[Row]]]:
    for table in REGISTER.values():
        yield table.name, tables.rows(table.name, order=table.key)


def _texts(name: str, rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    return [[_text(column.kind, row[column.name]) for column in REGISTER[name].columns] for row in rows]


def _text(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "flag":
        return "true" if value else "false"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def write_folder(tables: Rows, path: Path, *, meta: Mapping[str, str], overwrite: bool = False) -> None:
    """Write every table as CSV with ``register.toml`` and ``datapackage.json``, whole or not at all.

    Parameters
    ----------
    tables
        The tables of a register.
    path
        The folder to make.
    meta
        What the register is: ``name``, and where there are any ``title``, ``licence``, ``attribution``.
    overwrite
        Whether a folder that is there may be replaced.

    Raises
    ------
    FormatError
        When it cannot be written.
    """
    from kervan.formats._package import toml_text
    from kervan.formats._text import csv_text

    with new_folder(path, overwrite=overwrite) as folder:
        for name, rows in _exported(tables):
            is_text = [column.kind == "text" for column in REGISTER[name].columns]
            lines = [[guarded(cell) if is_free else cell for cell, is_free in zip(line, is_text, strict=True)]
                     for line in _texts(name, rows)]  # fmt: skip
            columns = list(zip(*lines, strict=True)) or [()] * len(is_text)
            (folder / f"{name}.csv").write_text(csv_text(REGISTER[name].names, columns), encoding="utf-8", newline="\n")
        (folder / _META).write_text(toml_text({"register": dict(meta)}), encoding="utf-8", newline="\n")
        text = json.dumps(descriptor(meta), indent=1, ensure_ascii=False)
        (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def descriptor(meta: Mapping[str, str]) -> dict[str, Any]:
    """Return the Frictionless Data Package descriptor of a register folder."""
    from kervan.formats.frictionless import resources

    content: dict[str, Any] = {"profile": "tabular-data-package", "name": meta["name"].lower().replace("_", "-")}
    content["title"] = meta.get("title") or meta["name"]
    if meta.get("licence"):
        content["licenses"] = [{"name": re.sub(r"[^\w.\-]", "-", meta["licence"])}]
    if meta.get("attribution"):
        content["contributors"] = [{"title": meta["attribution"], "role": "author"}]
    return content | {"resources": resources(REGISTER)}


def read_meta(folder: Path) -> dict[str, str]:
    """Return what a register folder says of itself; its name alone if it says nothing."""
    from kervan._toml import MAX_TOML_BYTES, toml_of

    file = folder / _META
    if file_fault(file, folder, MAX_TOML_BYTES):
        return {"name": folder.name}
    section = toml_of(file.read_text(encoding="utf-8")).get("register", {})
    told = {key: value for key, value in section.items() if isinstance(value, str)}
    return {"name": folder.name} | told


def write_workbook(tables: Rows, path: Path, *, overwrite: bool = False) -> None:
    """Write every table as a sheet of a workbook, text as text and never as a formula.

    Raises
    ------
    FormatError
        When it cannot be written.
    """
    import openpyxl

    from kervan.formats.xlsx import write_table

    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, rows in _exported(tables):
        table = REGISTER[name]
        cells = {column.name: [_cell(column.kind, row[column.name]) for row in rows] for column in table.columns}
        write_table(book.create_sheet(name), table, cells)
    content = io.BytesIO()
    book.save(content)
    with new_file(path, overwrite=overwrite) as scratch:
        scratch.write_bytes(content.getbuffer())


def _cell(kind: str, value: Any) -> Any:
    if value is None:
        return ""
    return bool(value) if kind == "flag" else value
