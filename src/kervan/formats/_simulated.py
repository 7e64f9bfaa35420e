"""Simulations kept beside a package: ``simulated/<scenario>/``, each a saved result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan.engines.simulate.kept import KEPT
from kervan.engines.simulate.outputs import OUTPUTS
from kervan.errors import FormatError, shown
from kervan.formats.package import files_in
from kervan.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from kervan.schema import Table

__all__ = ["SIMULATED", "read_simulated"]

#: Name of the folder.
SIMULATED: Final = "simulated"
_MOST: Final = 20
_MOST_FILES: Final = 20


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
    from kervan.formats.parquet import read_table

    where = f"{SIMULATED}/{folder.name}"
    if not folder.resolve().is_relative_to(package.resolve()):
        raise FormatError(f"{where} is a link that leads out of the package")
    files = list(files_in(folder, "*.parquet"))
    # Each is read within bounds first: a small file can unpack to anything.
    faults = [f"{problem.column or file.name} {problem.message}" for file in files[:_MOST_FILES]
              for problem in read_table(file, package).problems]  # fmt: skip
    if len(files) > _MOST_FILES:
        faults.append(f"holds {len(files)} tables")
    if not faults:
        result = Result.load(folder)
        if result.provenance.engine != "simulate":
            faults.append(f"is a result of {shown(result.provenance.engine)}")
        else:
            faults += [fault for name in KEPT for fault in _faults(result, OUTPUTS[name])]
    if faults:
        raise FormatError(f"{where} is not a simulation that can be shown: {faults[0]}; "
                          f"make it again with `kervan simulate --save`, or remove the folder")  # fmt: skip
    return result


def _faults(result: Result, table: Table) -> list[str]:
    """Return what is wrong with a table: it is another than this version of Kervan writes."""
    if table.name not in result:
        return [f"it has no table {table.name}"]
    frame = result[table.name]
    if set(frame.columns) != set(table.names):
        return [f"the columns of its table {table.name} are not those that this version of Kervan writes"]
    return [
        f"{table.name}.{column.name} does not hold {'text' if column.dtype == 'str' else 'numbers'}"
        for column in table.columns
        if not _is_as_declared(frame[column.name], is_text=column.dtype == "str")
    ]


def _is_as_declared(values: pd.Series[Any], *, is_text: bool) -> bool:
    if is_text:
        return all(isinstance(value, str) for value in values)
    return values.dtype.kind in "iuf" and not values.isna().any()
