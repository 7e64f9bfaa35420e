"""The native format: a folder of CSV files, ``package.toml``, ``scenarios/*.toml`` and ``datapackage.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from kervan._files import file_fault, new_folder
from kervan._toml import MAX_TOML_BYTES
from kervan.errors import Problem
from kervan.formats._package import Package, RawTable, meta_toml, named_scenarios, parsed_meta
from kervan.formats._text import csv_text, decoded, read_table, shown_cells
from kervan.formats._units import OTHER_SUFFIXES
from kervan.formats.frictionless import descriptor
from kervan.schema import TABLES, Table

__all__ = [
    "files_in",
    "headings_of",
    "read",
    "read_companions",
    "table_text",
    "write",
    "write_companions",
]

META_FILE: Final = "package.toml"
SCENARIOS: Final = "scenarios"
_MAX_ENTRIES: Final = 500


def read(path: Path) -> Package:
    """Return what a package folder holds, with every problem of reading it.

    Parameters
    ----------
    path
        The folder.
    """
    package = read_companions(path)
    tables: dict[str, RawTable] = {}
    for file in files_in(path, "*.csv"):
        name = file.stem
        tables[name] = read_table(file, name, headings_of(name), root=path)
    return replace(package, tables=tables)


def read_companions(path: Path, meta_file: str = META_FILE, sections: tuple[str, ...] = ()) -> Package:
    """Return the metadata, report settings and scenarios of a folder, without tables.

    Parameters
    ----------
    path
        The folder.
    meta_file
        Name of the file with the metadata.
    sections
        Sections that file may have besides those of a package.
    """
    text, problems = _toml(path / meta_file, path, "package")
    package = parsed_meta(text, meta_file, path.name, sections) if not problems else _nameless()
    texts: list[tuple[str, str]] = []
    for file in files_in(path / SCENARIOS, "*.toml"):
        content, found = _toml(file, path, SCENARIOS)
        problems += found
        texts += [] if found else [(file.stem, content)]
    scenarios, found = named_scenarios(texts)
    problems += found
    return replace(package, scenarios=scenarios, problems=(*package.problems, *problems), where=path.name or str(path))


def _nameless() -> Package:
    from kervan.network import Meta

    return Package(Meta(), {})


def _toml(file: Path, root: Path, table: str) -> tuple[str, list[Problem]]:
    fault = file_fault(file, root, MAX_TOML_BYTES)
    if fault:
        if table == "package" and "no such" in fault:
            fault = "is missing; its section [package] gives name, base_year and price_year"
        return "", [Problem(table, 0, "", "", fault, file.name)]
    return decoded(file.read_bytes(), table, file.name)


def files_in(folder: Path, pattern: str) -> Iterator[Path]:
    """Yield the files of a folder in order of name, without hidden ones."""
    for count, file in enumerate(sorted(folder.glob(pattern))):
        if count >= _MAX_ENTRIES:
            return
        if not file.name.startswith("."):
            yield file


def headings_of(table: str) -> set[str]:
    """Return every heading that a table may have, those in other units too."""
    if table not in TABLES:
        return {name for spec in TABLES.values() for name in spec.names}
    names = set(TABLES[table].names)
    for name in TABLES[table].names:
        for suffix, others in OTHER_SUFFIXES.items():
            if name.endswith(suffix):
                names |= {name.removesuffix(suffix) + other for other in others}
    return names


def write(package: Package, path: Path, *, overwrite: bool = False) -> None:
    """Write a checked package as a folder, whole or not at all.

    Parameters
    ----------
    package
        The package; its tables are conformed.
    path
        The folder to make.
    overwrite
        Whether a package that is there may be replaced; other files of it are kept.

    Raises
    ------
    FormatError
        When the folder is there or cannot be written.
    """
    with new_folder(path, overwrite=overwrite) as folder:
        write_companions(package, folder)
        for name, table in TABLES.items():
            (folder / f"{name}.csv").write_text(table_text(package, table), encoding="utf-8", newline="\n")
        text = json.dumps(descriptor(package.meta), indent=1, ensure_ascii=False)
        (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def table_text(package: Package, table: Table) -> str:
    """Return one conformed table as CSV text; a table that is not given has its heading only."""
    frame = package.tables[table.name].frame if table.name in package.tables else table.empty()
    return csv_text(table.names, [shown_cells(table, name, frame[name]) for name in table.names])


def write_companions(package: Package, folder: Path, meta_file: str = META_FILE) -> None:
    """Write the metadata, report settings and scenarios of a package into a folder."""
    (folder / meta_file).write_text(meta_toml(package), encoding="utf-8", newline="\n")
    if package.scenarios:
        (folder / SCENARIOS).mkdir(exist_ok=True)
    for name, text in package.scenarios.items():
        (folder / SCENARIOS / f"{Path(name).name}.toml").write_text(text, encoding="utf-8", newline="\n")
