"""Registers in and out: which format a file is of, and one place that reads and writes each.

Every writer is a function of the tables; every text they write is escaped by the library of its format.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kervan._files import new_file
from kervan.errors import FormatError, InputError, UnknownName
from kervan.ledger import Rows
from kervan.register.store import Change, Register, shipped

__all__ = ["EXPORTS", "Export", "read", "write"]


@dataclass(frozen=True, slots=True)
class Export:
    """A format that a register is written in.

    Parameters
    ----------
    name
        What it is called.
    suffixes
        How its files end; empty for a folder.
    doc
        What it is for.
    text
        ``text(tables, name, of)``: the whole file; None where it is written otherwise.
    """

    name: str
    suffixes: tuple[str, ...]
    doc: str
    text: Callable[[Rows, str, str], str] | None = None


def _popolo(tables: Rows, _name: str, _of: str) -> str:
    from kervan.register.popolo import popolo

    return _json(popolo(tables))


def _iati(tables: Rows, name: str, _of: str) -> str:
    from kervan.register.iati import iati

    return iati(tables, name)


def _oc4ids(tables: Rows, name: str, _of: str) -> str:
    from kervan.register.oc4ids import oc4ids

    return _json(oc4ids(tables, name))


def _ical(tables: Rows, name: str, of: str) -> str:
    from kervan.register.ical import calendar

    return calendar(tables, name, of)


def _prov(tables: Rows, name: str, of: str) -> str:
    from kervan.register.prov import trail

    if not of:
        raise InputError("a trail is of one commitment: name it with --of")
    return _json(trail(tables, name, of))


#: Every format by name.
EXPORTS: Final[Mapping[str, Export]] = {
    entry.name: entry
    for entry in (
        Export("folder", (), "Folder of CSV tables with datapackage.json (Frictionless); read again without loss."),
        Export("xlsx", (".xlsx",), "Excel workbook, a sheet for each table; read again without loss."),
        Export("popolo", (".popolo.json",), "Popolo: persons, bodies, posts, memberships, events.", _popolo),
        Export("iati", (".xml",), "IATI 2.03: commitments as activities with their results.", _iati),
        Export("oc4ids", (".oc4ids.json",), "OC4IDS 0.9: commitments that are infrastructure projects.", _oc4ids),
        Export("ical", (".ics",), "iCalendar: meetings, deadlines and milestones, of one body if named.", _ical),
        Export("prov", (".prov.json",), "W3C PROV-JSON: the trail of one commitment.", _prov),
    )
}


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write(register: Register, tables: Rows, path: Path, *, to: str = "", of: str = "", overwrite: bool = False) -> str:
    """Write a register, whole or not at all, and return the format.

    Parameters
    ----------
    register
        The register.
    tables
        Its tables, as of the day that is wanted.
    path
        What to write.
    to
        Name of the format, where the path does not tell.
    of
        Key of a body or commitment, for formats that are about one.
    overwrite
        Whether what is there may be replaced.

    Raises
    ------
    UnknownName
        When there is no such format.
    FormatError
        When it cannot be written.
    """
    chosen = _chosen(path, to)
    if of and chosen.name not in ("ical", "prov"):
        raise InputError(f"--of is for ical and prov, and {chosen.name} holds all of a register")
    if chosen.text is not None:
        text = chosen.text(tables, register.name, of)
        with new_file(path, overwrite=overwrite) as scratch:
            scratch.write_text(text, encoding="utf-8", newline="")
        return chosen.name
    from kervan.register.files import read_meta, write_folder, write_workbook

    known = shipped()
    if chosen.name == "xlsx":
        write_workbook(tables, path, overwrite=overwrite)
    else:
        meta = read_meta(known[register.name]) if register.name in known else {"name": Path(register.name).stem}
        write_folder(tables, path, meta=meta, overwrite=overwrite)
    return chosen.name


def _chosen(path: Path, to: str) -> Export:
    if to:
        if to not in EXPORTS:
            raise UnknownName("format", to, EXPORTS)
        return EXPORTS[to]
    name = path.name.lower()
    for entry in EXPORTS.values():
        if any(name.endswith(suffix) for suffix in entry.suffixes):
            return entry
    if path.suffix:
        endings = ", ".join(suffix for entry in EXPORTS.values() for suffix in entry.suffixes)
        raise FormatError(f"{path}: say which format with --to, or let the name end in {endings}")
    return EXPORTS["folder"]


def read(source: str) -> list[Change]:
    """Return the rows of a shipped register, a folder of CSV tables, a CSV, a workbook or a Popolo file.

    Raises
    ------
    SchemaError
        With every problem of reading.
    FormatError
        When it is none of these.
    """
    known = shipped()
    path = known.get(source, Path(source))
    if path.suffix.lower() == ".json":
        from kervan.register.popolo import read_popolo

        return read_popolo(path)
    from kervan.register.files import read_changes

    return read_changes(path)
