"""Simulations kept beside a package: ``simulated/<scenario>/``, each a saved result."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan.engines.simulate.kept import KEPT
from kervan.engines.simulate.outputs import OUTPUTS
from kervan.engines.simulate.params import SimulateParams
from kervan.errors import FormatError, ParamsError, shown
from kervan.formats.package import files_in
from kervan.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from kervan.schema import Column, Table

__all__ = ["SIMULATED", "read_simulated"]

#: Name of the folder.
SIMULATED: Final = "simulated"
_MOST: Final = 20
_MOST_FILES: Final = 20
_LARGEST: Final = 1e15  # a count is drawn, so it must be finite


def read_simulated(package: Path) -> dict[str, Result]:
    """Return the simulations in the folder of a package, by name of their folder; none is no error.

    Raises
    ------
    FormatError
        When a folder is not a simulation that a report can show, or there are too many.
    """
    root = package / SIMULATED
    folders = [path for path in files_in(root, "*") if path.is_dir()]
    if len(folders) > _MOST:
        raise FormatError(f"{root} holds {len(folders)} folders; at most {_MOST} simulations are read")
    return {path.name: _read(path, package) for path in folders}


def _read(folder: Path, package: Path) -> Result:
    where = f"{SIMULATED}/{folder.name}"
    if not folder.resolve().is_relative_to(package.resolve()):
        raise FormatError(f"{where} is a link that leads out of the package")
    fault = _too_much(folder, package)
    if not fault:
        result = Result.load(folder)
        fault = _fault(result)
    if fault:
        raise FormatError(f"{where} is not a simulation that can be shown: {fault}; make it again with "
                          "`kervan simulate --save`, or remove the folder")  # fmt: skip
    return result


def _too_much(folder: Path, package: Path) -> str:
    """Return what of a folder cannot be read within bounds, as a small file can unpack to anything, or nothing."""
    from kervan.formats.parquet import read_table

    files = list(files_in(folder, "*.parquet"))
    if len(files) > _MOST_FILES:
        return f"it holds {len(files)} tables"
    faults = (f"{file.name} {problem.message}" for file in files for problem in read_table(file, package).problems)
    return next(faults, "")


def _fault(result: Result) -> str:
    """Return why a result is not a simulation as this version of Kervan writes it, or nothing."""
    if result.provenance.engine != "simulate":
        return f"it is a result of {shown(result.provenance.engine)}"
    try:
        given = dict(result.provenance.params)
        SimulateParams(**{**given, "demand_ids": tuple(given.get("demand_ids", ()))})
    except (TypeError, ParamsError) as error:
        return f"its parameters are not those of a simulation: {error}"
    fault = next((fault for name in KEPT if (fault := _table_fault(result, OUTPUTS[name]))), "")
    if not fault and len(result["run"]) != 1:
        fault = f"its table run has {len(result['run'])} rows, not one"
    return fault


def _table_fault(result: Result, table: Table) -> str:
    if table.name not in result:
        return f"it has no table {table.name}"
    frame = result[table.name]
    if set(frame.columns) != set(table.names):
        return f"the columns of its table {table.name} are not those that this version of Kervan writes"
    return next(
        (f"{table.name}.{column.name} holds what cannot be there" for column in table.columns
         if not _is_as_declared(column, frame[column.name])), "",
    )  # fmt: skip


def _is_as_declared(column: Column, values: pd.Series[Any]) -> bool:
    if column.name == "begins":
        return all(isinstance(value, str) and _is_instant(value) for value in values)
    if column.dtype == "str":
        return all(isinstance(value, str) for value in values)
    if values.dtype.kind not in "iuf":
        return False
    most = _LARGEST if column.unit == "count" and "half_width" not in column.name else column.at_most
    return bool(values.between(column.at_least, most).all())


def _is_instant(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
