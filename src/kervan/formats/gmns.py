"""GMNS 0.96 out and in (General Modeling Network Specification, Zephyr Foundation).

GMNS has places for nodes, links and who may use them; it has none for border posts, services, prices or
sources. Those travel in the same folder: as columns ``kervan_*`` of ``node.csv`` and ``link.csv``, and as
files ``kervan_<table>.csv``, so that a round trip loses nothing and a GMNS reader sees a plain network.

A GMNS network of somebody else has no such files. ``kervan_package.toml`` beside it then says what GMNS
leaves open (see the how-to); what is still missing is reported, never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._files import file_fault, new_folder
from kervan._toml import MAX_TOML_BYTES, toml_of
from kervan.errors import Problem, did_you_mean, shown
from kervan.formats._package import Package, RawTable
from kervan.formats._text import csv_text, read_table, shown_cells
from kervan.formats._units import converted
from kervan.formats.package import files_in, headings_of, read_companions, table_text, write_companions
from kervan.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VERSION", "is_gmns", "read", "write"]

VERSION: Final = "0.96"
META_FILE: Final = "kervan_package.toml"
_OWN: Final = "kervan_"
#: GMNS bounds the free speed of a link; a faster one (light in a fibre) goes into a column of its own.
_MAX_SPEED_KM_PER_H: Final = 200.0

#: Our column to the GMNS field that carries it.
_NODE_FIELDS: Final = {
    "node_id": "node_id", "name": "name", "lon_deg": "x_coord", "lat_deg": "y_coord", "kind": "node_type",
}  # fmt: skip
_LINK_FIELDS: Final = {
    "link_id": "link_id", "from_node_id": "from_node_id", "to_node_id": "to_node_id", "direction": "directed",
    "length_km": "length", "mode": "facility_type", "speed_km_per_h": "free_speed",
}  # fmt: skip
_SPEED: Final = f"{_OWN}speed_km_per_h"

_LENGTHS: Final = {
    "km": Fraction(1), "kilometer": Fraction(1), "kilometre": Fraction(1), "kilometers": Fraction(1),
    "kilometres": Fraction(1), "mi": Fraction("1.609344"), "mile": Fraction("1.609344"),
    "miles": Fraction("1.609344"), "m": Fraction(1, 1000), "meter": Fraction(1, 1000), "meters": Fraction(1, 1000),
    "metre": Fraction(1, 1000), "metres": Fraction(1, 1000), "ft": Fraction("0.0003048"),
    "feet": Fraction("0.0003048"), "foot": Fraction("0.0003048"),
}  # fmt: skip
_SPEEDS: Final = {
    "km/h": Fraction(1), "kph": Fraction(1), "kmph": Fraction(1), "kmh": Fraction(1), "km_per_h": Fraction(1),
    "kilometers per hour": Fraction(1), "mph": Fraction("1.609344"), "mi/h": Fraction("1.609344"),
    "miles per hour": Fraction("1.609344"), "m/s": Fraction("3.6"), "ft/s": Fraction("1.09728"),
}  # fmt: skip
_DEGREES: Final = re.compile(r"(epsg:)?4326|wgs[ _]?84|(ogc:)?crs84", re.IGNORECASE)


def is_gmns(path: Path) -> bool:
    """Whether a folder is a GMNS network."""
    return (path / "node.csv").is_file() and (path / "link.csv").is_file()


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────


def write(package: Package, path: Path, *, overwrite: bool = False) -> None:
    """Write a checked package as a GMNS folder with its companion files, whole or not at all.

    Raises
    ------
    FormatError
        When the folder is there or cannot be written.
    """
    texts = {
        "node.csv": _node_text(package.tables["nodes"].frame),
        "link.csv": _link_text(package),
        "use_definition.csv": _use_text(package.tables["vehicle_kinds"].frame),
        "config.csv": _config_text(package.meta.name),
    }
    for name, table in TABLES.items():
        if name not in ("nodes", "links"):
            texts[f"{_OWN}{name}.csv"] = table_text(package, table)
    with new_folder(path, overwrite=overwrite) as folder:
        write_companions(package, folder, META_FILE)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")


def _node_text(frame: pd.DataFrame) -> str:
    return _text("nodes", frame, _NODE_FIELDS, {})


def _link_text(package: Package) -> str:
    frame = package.tables["links"].frame
    kinds = package.tables["vehicle_kinds"].frame
    uses = {mode: ",".join(part["vehicle_kind"]) for mode, part in kinds.groupby("mode", sort=False)}
    speeds = shown_cells(TABLES["links"], "speed_km_per_h", frame["speed_km_per_h"])
    is_slow = (frame["speed_km_per_h"] <= _MAX_SPEED_KM_PER_H).tolist()
    cells = {
        "directed": ["true" if direction == "forward" else "false" for direction in frame["direction"]],
        "free_speed": [speed if slow else "" for speed, slow in zip(speeds, is_slow, strict=True)],
        "allowed_uses": [uses.get(mode, "") for mode in frame["mode"]],
        _SPEED: ["" if slow else speed for speed, slow in zip(speeds, is_slow, strict=True)],
    }
    return _text("links", frame, _LINK_FIELDS, cells)


def _text(table: str, frame: pd.DataFrame, fields: Mapping[str, str], cells: Mapping[str, Sequence[str]]) -> str:
    """Return a table as GMNS text: its own fields first, the others of ours behind a prefix."""
    spec = TABLES[table]
    columns = {fields.get(name, f"{_OWN}{name}"): shown_cells(spec, name, frame[name]) for name in spec.names}
    columns |= {name: list(values) for name, values in cells.items()}
    order = sorted(columns, key=lambda name: name.startswith(_OWN))
    return csv_text(order, [columns[name] for name in order])


def _use_text(kinds: pd.DataFrame) -> str:
    heading = ["use", "persons_per_vehicle", "pce", "special_conditions", "description"]
    count = len(kinds)
    # GMNS asks for both numbers; a freight vehicle carries no passengers, and its equivalent is not known: 1.
    texts = {name: kinds[name].tolist() for name in ("vehicle_kind", "mode", "name")}
    return csv_text(heading, [texts["vehicle_kind"], ["0"] * count, ["1"] * count, texts["mode"], texts["name"]])


def _config_text(name: str) -> str:
    config = {
        "dataset_name": name, "short_length": "m", "long_length": "km", "speed": "km/h", "crs": "EPSG:4326",
        "geometry_field_format": "WKT", "currency": "USD", "version_number": VERSION, "id_type": "string",
    }  # fmt: skip
    return csv_text(list(config), [[value] for value in config.values()])


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Config:
    length: Fraction = Fraction(1)
    speed: Fraction = Fraction(1)
    problems: tuple[Problem, ...] = ()


def read(path: Path) -> Package:
    """Return what a GMNS folder holds, with every problem of reading it."""
    config = _config(path)
    package, defaults = _companions(path)
    tables: dict[str, RawTable] = {}
    for file in files_in(path, f"{_OWN}*.csv"):
        name = file.stem.removeprefix(_OWN)
        tables[name] = read_table(file, name, headings_of(name), root=path)
    nodes = _renamed(_gmns_table(path, "node", "nodes", _NODE_FIELDS), "nodes", _NODE_FIELDS)
    links = _renamed(_gmns_table(path, "link", "links", _LINK_FIELDS), "links", _LINK_FIELDS)
    tables["nodes"] = _filled(nodes, "nodes", defaults.get("nodes", {}))
    tables["links"] = _filled(_links(links, config), "links", defaults.get("links", {}))
    return replace(package, tables=tables, problems=(*config.problems, *package.problems), where=path.name)


def _config(path: Path) -> _Config:
    """Return the units of ``config.csv``; without that file lengths are km and speeds km/h, as GMNS has no default."""
    file = path / "config.csv"
    if not file.is_file():
        return _Config()
    raw = read_table(file, "config", {"dataset_name", "long_length", "speed", "crs"}, root=path)
    if raw.problems:
        return _Config(problems=raw.problems)
    repeated = [str(name)[:80] for name, count in Counter(raw.frame.columns).items() if count > 1]
    if repeated or not len(raw.frame):
        message = "the column appears twice" if repeated else "has a heading and no row below it with the units"
        return _Config(problems=(Problem("config", 1, ", ".join(repeated[:5]), "", message, file.name),))
    row = {str(k): str(v).strip() for k, v in zip(raw.frame.columns, raw.frame.iloc[0], strict=True)}
    problems = []

    def unit(field: str, known: Mapping[str, Fraction]) -> Fraction:
        given = row.get(field, "")
        if given and given.lower() not in known:
            message = f"no unit Kervan knows{did_you_mean(given, known)}"
            problems.append(Problem("config", 2, field, given, message, file.name))
        return known.get(given.lower(), Fraction(1))

    length, speed = unit("long_length", _LENGTHS), unit("speed", _SPEEDS)
    if row.get("crs") and not _DEGREES.fullmatch(row["crs"]):
        message = "coordinates must be degrees of WGS 84 (EPSG:4326); convert them first"
        problems.append(Problem("config", 2, "crs", row["crs"][:80], message, file.name))
    return _Config(length, speed, tuple(problems))


def _companions(path: Path) -> tuple[Package, dict[str, dict[str, Any]]]:
    """Return the metadata and the section ``[defaults]`` of ``kervan_package.toml``."""
    from kervan.network import Meta

    if not (path / META_FILE).is_file():
        message = "is missing; it gives name, base_year and price_year, and what GMNS leaves open (see the how-to)"
        return Package(Meta(), {}, problems=(Problem("package", 0, "", "", message, META_FILE),)), {}
    package = read_companions(path, META_FILE, sections=("defaults",))
    if file_fault(path / META_FILE, path, MAX_TOML_BYTES):
        return package, {}  # said already
    try:
        content = toml_of((path / META_FILE).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return package, {}  # said already
    defaults = content.get("defaults", {})
    problems = []
    if not isinstance(defaults, dict):
        problems.append(Problem("package", 0, "defaults", shown(defaults), "must be a section", META_FILE))
    usable: dict[str, dict[str, Any]] = {}
    for table, values in defaults.items() if isinstance(defaults, dict) else ():
        if table not in ("nodes", "links") or not isinstance(values, dict):
            problems.append(
                Problem("package", 0, f"defaults.{table}", "", "defaults are for nodes or links", META_FILE)
            )
            continue
        usable[table] = {name: value for name, value in values.items() if isinstance(value, str | int | float)}
        for name, value in values.items():
            message = "" if name in usable[table] else "must be one text, number or flag"
            if name not in TABLES[table].names:
                message = f"no such column in {table}{did_you_mean(name, TABLES[table].names)}"
            if message:
                given = "" if name in usable[table] else shown(value)
                problems.append(Problem("package", 0, f"defaults.{table}.{name}", given, message, META_FILE))
    return replace(package, problems=(*package.problems, *problems)), usable


def _gmns_table(path: Path, file: str, table: str, fields: Mapping[str, str]) -> RawTable:
    names = {*fields.values(), *(f"{_OWN}{name}" for name in TABLES[table].names)}
    return read_table(path / f"{file}.csv", table, names, root=path)


def _renamed(raw: RawTable, table: str, fields: Mapping[str, str]) -> RawTable:
    """Return the columns that Kervan has a place for, under its names; the rest of GMNS is left out."""
    ours = {field: name for name, field in fields.items()}
    ours |= {f"{_OWN}{name}": name for name in TABLES[table].names if name not in fields}
    repeated = [name for name, count in Counter(raw.frame.columns).items() if count > 1]
    if repeated:
        found = [Problem(table, 1, str(name)[:80], "", "the column appears twice", raw.file) for name in repeated]
        return replace(raw, frame=raw.frame.iloc[:, :0], problems=(*raw.problems, *found))
    kept = [column for column in raw.frame.columns if column in ours or column == _SPEED]
    unknown = [c for c in raw.frame.columns if str(c).startswith(_OWN) and c not in ours and c != _SPEED]
    problems = [
        Problem(table, 1, str(c), "", f"no such column in {table}{did_you_mean(str(c), ours)}", raw.file)
        for c in unknown
    ]
    headings = {ours[column]: str(column) for column in kept if column in ours}
    frame = raw.frame.loc[:, kept].rename(columns=ours)
    return replace(raw, frame=frame, headings=headings, problems=(*raw.problems, *problems))


def _links(raw: RawTable, config: _Config) -> RawTable:
    frame = raw.frame.copy()
    if "direction" in frame.columns:
        words = {"true": "forward", "1": "forward", "t": "forward", "yes": "forward"}
        words |= {"false": "both", "0": "both", "f": "both", "no": "both"}
        frame["direction"] = [words.get(cell.strip().lower(), cell) for cell in frame["direction"]]
    for name, factor in (("length_km", config.length), ("speed_km_per_h", config.speed)):
        if name in frame.columns and factor != 1:
            frame[name] = frame[name].map(lambda cell, factor=factor: converted(cell, factor)).astype("object")
    if _SPEED in frame.columns:
        given = frame.pop(_SPEED)
        slow = frame["speed_km_per_h"] if "speed_km_per_h" in frame.columns else given.map(lambda _: "")
        frame["speed_km_per_h"] = slow.where(slow.map(lambda cell: str(cell).strip() != ""), given)
    return replace(raw, frame=frame)


def _filled(raw: RawTable, table: str, defaults: Mapping[str, Any]) -> RawTable:
    """Return the table with its blanks filled from the defaults; a place without a name is called by its key."""
    frame = raw.frame.copy()
    if not len(frame.columns):
        return raw
    known = {name: value for name, value in defaults.items() if name in TABLES[table].names}
    fillers: dict[str, Any] = {name: [value] * len(frame) for name, value in known.items()}
    if table == "nodes" and "node_id" in frame.columns:
        fillers.setdefault("name", list(frame["node_id"]))
    for name, values in fillers.items():
        if name not in frame.columns:
            frame[name] = ""
        is_blank = frame[name].map(lambda cell: str(cell).strip() == "").tolist()
        cells = frame[name].tolist()
        frame[name] = [v if blank else cell for v, blank, cell in zip(values, is_blank, cells, strict=True)]
    return replace(raw, frame=frame.astype("object"))
