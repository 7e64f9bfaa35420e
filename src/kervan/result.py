"""`Result`: labelled tables with units, and the provenance that makes them answerable."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kervan._files import MAX_FILE_BYTES, exists, file_fault, new_folder, path_of
from kervan.errors import FormatError, UnknownName, shown
from kervan.schema import Column, Table, units_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Provenance", "Result", "room_for"]

_SCHEMA = "kervan.result/1"
_MAX_JSON_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Provenance:
    """What ran, on what, with which parameters and seed.

    Parameters
    ----------
    engine
        Name of the engine.
    params
        Its parameters as plain values.
    package, package_version, package_digest
        The network it ran on; the digest is that of the network after the scenario.
    scenario, scenario_digest
        The scenario applied, if any.
    year
        The year the network stood for.
    seed
        Seed of the random numbers; None where there are none.
    kervan_version
        Version of this library.
    wall_time_s
        How long the engine ran.
    """

    engine: str
    params: Mapping[str, Any]
    package: str
    package_version: str
    package_digest: str
    scenario: str
    scenario_digest: str
    year: int
    seed: int | None
    kervan_version: str
    wall_time_s: float


@dataclass(frozen=True, eq=False)
class Result:
    """The answer of an engine: declared tables with units, and provenance.

    Parameters
    ----------
    provenance
        What ran, on what.
    spec
        Declaration of each table (columns with unit and meaning).

    Notes
    -----
    A result of `kervan.run` may know the tables ``nodes`` and ``links`` it was computed on, so that a notebook shows a
    map; they are not saved with it.
    """

    provenance: Provenance
    spec: Mapping[str, Table]
    _tables: Mapping[str, pd.DataFrame] = field(repr=False)
    _places: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if not isinstance(name, str) or name not in self._tables:
            raise UnknownName("table", name, self._tables)
        return self._tables[name].copy(deep=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def units(self, name: str) -> dict[str, str]:
        """Return the unit of every column of a table that has one."""
        if not isinstance(name, str) or name not in self.spec:
            raise UnknownName("table", name, self.spec)
        return units_of(self.spec[name])

    def save(self, folder: str | Path) -> Path:
        """Write the result to a folder: a Parquet file for each table and ``result.json``.

        The folder appears whole or not at all; an earlier result of the same name is replaced.

        Raises
        ------
        FormatError
            When the folder exists already and holds anything but a result, or cannot be written.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = room_for(folder)
        with new_folder(folder, overwrite=exists(folder), keep=False) as scratch:
            for name, frame in self._tables.items():
                units, table = self.units(name), pa.Table.from_pandas(frame, preserve_index=False)
                docs = {column.name: column.doc for column in self.spec[name].columns}
                fields = [f.with_metadata({"unit": units.get(f.name, ""), "doc": docs[f.name]}) for f in table.schema]
                pq.write_table(table.cast(pa.schema(fields)), scratch / f"{name}.parquet")
            content = {
                "schema": _SCHEMA,
                "provenance": asdict(self.provenance),
                "tables": {name: [asdict_column(c) for c in self.spec[name].columns] for name in self._tables},
            }
            (scratch / "result.json").write_text(json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8")
        return folder

    @classmethod
    def load(cls, folder: str | Path) -> Result:
        """Read a result written by `save`.

        Raises
        ------
        FormatError
            When the folder is not a saved result.
        """
        import pyarrow.parquet as pq

        folder = path_of(folder)
        try:
            content = json.loads(_checked(folder / "result.json", _MAX_JSON_BYTES).read_text(encoding="utf-8"))
            if content.get("schema") != _SCHEMA:
                raise FormatError(f"{folder}: result.json says schema {shown(content.get('schema'))}, not {_SCHEMA!r}")
            spec = {
                name: Table(name, (), "", tuple(Column(**column) for column in columns))
                for name, columns in content["tables"].items()
            }
            if not spec:
                raise FormatError(f"{folder}: result.json declares no table")
            tables = {}
            for name, table in spec.items():
                if not name.isidentifier():
                    raise FormatError(f"{folder}: {shown(name)} is not a table name")
                tables[name] = pq.read_table(_checked(folder / f"{name}.parquet")).to_pandas()
                _check_columns(tables[name], table, f"{folder}: {name}.parquet")
            provenance = Provenance(**content["provenance"])
            _check_provenance(provenance)
        except FormatError:
            raise
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise FormatError(f"{folder} is not a saved result: {str(error)[:200]}") from None
        return cls(provenance, spec, tables)

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {len(frame)}" for name, frame in self._tables.items())
        return f"<Result of {self.provenance.engine} on {self.provenance.package} {self.provenance.year}: {counts}>"

    def _repr_html_(self) -> str:
        from kervan.drawing import result_html

        return result_html(self.provenance, self.spec, self._tables, self._places)


def room_for(folder: str | Path) -> Path:
    """Return the path of a folder that a result may be saved to: nothing is there, or a result that it replaces.

    Raises
    ------
    FormatError
        When something else is there.
    """
    folder = path_of(folder)
    if exists(folder) and not _is_saved_result(folder):
        raise FormatError(f"{folder} exists and is not a saved result; choose another name")
    return folder


def _checked(file: Path, limit: int = MAX_FILE_BYTES) -> Path:
    """Return a file that may be read."""
    fault = file_fault(file, limit=limit)
    if fault:
        raise OSError(f"{file.name} {fault}")
    return file


def _check_columns(frame: pd.DataFrame, table: Table, where: str) -> None:
    """Refuse columns that are not declared, or hold text where a number is meant, or the other way round."""
    if set(frame.columns) != set(table.names):
        raise FormatError(f"{where}: its columns are not those result.json declares")
    for column in table.columns:
        kind = frame[column.name].dtype.kind
        is_number = kind in "iufb"
        if not is_number and (column.unit or kind not in "OUT"):
            raise FormatError(f"{where}: {column.name} does not hold {'numbers' if column.unit else 'text or numbers'}")


def _check_provenance(given: Provenance) -> None:
    """Refuse provenance whose parts are of another type than `Provenance` says."""
    for name in ("engine", "package", "package_version", "package_digest", "scenario", "scenario_digest",
                 "kervan_version"):  # fmt: skip
        _check_part(name, getattr(given, name), str)
    _check_part("params", given.params, Mapping)
    _check_part("year", given.year, int)
    _check_part("seed", 0 if given.seed is None else given.seed, int)
    _check_part("wall_time_s", given.wall_time_s, int | float)
    if not 0 <= given.wall_time_s < math.inf:
        raise ValueError(f"wall_time_s cannot be {shown(given.wall_time_s)}")


def _check_part(name: str, value: Any, kind: Any) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{name} of the provenance cannot be {shown(value)}")


def _is_saved_result(folder: Path) -> bool:
    """Whether a folder holds a saved result and nothing else, and so may be written over."""
    if not (folder / "result.json").is_file():
        return False
    return all(path.name == "result.json" or path.suffix == ".parquet" for path in folder.iterdir())


def asdict_column(column: Column) -> dict[str, Any]:
    """Return the parts of a column that a saved result needs."""
    return {"name": column.name, "kind": "text", "unit": column.unit, "doc": column.doc}
