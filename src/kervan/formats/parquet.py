"""A folder of Parquet files: the same tables with units and meanings in the metadata of each field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._files import file_fault, new_folder, shown_size
from kervan.errors import FormatError, Problem
from kervan.formats._package import Package, RawTable
from kervan.formats.package import files_in, read_companions, write_companions
from kervan.schema import TABLES, Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_table", "is_parquet", "read", "write"]

_MAX_ROWS: Final = 5_000_000
_MAX_UNPACKED_BYTES: Final = 1_000_000_000


def is_parquet(path: Path) -> bool:
    """Whether a folder is of this format."""
    return path.is_dir() and any(path.glob("*.parquet"))


def read(path: Path) -> Package:
    """Return what a folder of Parquet files holds, with every problem of reading it."""
    package = read_companions(path)
    tables = {file.stem: _read_table(file, path) for file in files_in(path, "*.parquet")}
    return replace(package, tables=tables)


def _read_table(file: Path, root: Path) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fault = file_fault(file, root)
    if fault:
        return RawTable.broken(file.stem, file.name, fault)
    try:
        with pq.ParquetFile(file) as content:
            described = content.metadata
            unpacked = sum(described.row_group(i).total_byte_size for i in range(described.num_row_groups))
            if described.num_rows > _MAX_ROWS or unpacked > _MAX_UNPACKED_BYTES:
                size = f"{described.num_rows:,} rows, {shown_size(unpacked)} unpacked"
                return RawTable.broken(file.stem, file.name, f"is too large to read: {size}")
            table = content.read()
        frame, problems = _plain(table, file)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        return RawTable.broken(file.stem, file.name, f"cannot be read as Parquet: {str(error)[:150]}")
    return RawTable(frame, file.name, problems=tuple(problems))


def _plain(table: pa.Table, file: Path) -> tuple[Any, list[Problem]]:
    """Return the columns as a frame; a column of another kind than text, number or flag is a problem."""
    import pandas as pd
    import pyarrow as pa

    columns: dict[int, Any] = {}
    problems = []
    for position, entry in enumerate(table.schema):
        kind, column = entry.type, table.column(position)
        if pa.types.is_dictionary(kind):
            kind, column = kind.value_type, column.cast(kind.value_type)
        if pa.types.is_decimal(kind):
            kind, column = pa.float64(), column.cast(pa.float64())
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or column.null_count:
            columns[position] = pd.Series(column.to_pylist(), dtype="object")
        else:
            columns[position] = column.to_pandas()
        is_plain = (
            pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind)
            or pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)
            or pa.types.is_temporal(kind)
        )  # fmt: skip
        if not is_plain:
            message = f"holds {kind}; only text, numbers and flags can be read"
            problems.append(Problem(file.stem, 1, entry.name, "", message, file.name))
            columns[position] = pd.Series([None] * len(column), dtype="object")
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))
    frame.columns = pd.Index(table.schema.names, dtype="object")
    return frame, problems


def write(package: Package, path: Path, *, overwrite: bool = False) -> None:
    """Write a checked package as a folder of Parquet files, whole or not at all.

    Raises
    ------
    FormatError
        When the folder is there or cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with new_folder(path, overwrite=overwrite) as folder:
        write_companions(package, folder)
        for name, table in TABLES.items():
            frame = package.tables[name].frame if name in package.tables else table.empty()
            try:
                pq.write_table(arrow_table(table, frame), folder / f"{name}.parquet")
            except pa.ArrowException as error:
                raise FormatError(f"{path}: {name} cannot be written as Parquet: {error}") from None


def arrow_table(table: Table, frame: Any) -> pa.Table:
    """Return a conformed table as an Arrow table with unit and meaning in the metadata of each field."""
    import pyarrow as pa

    kinds = {"int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(), "str": pa.string()}
    fields = [
        pa.field(column.name, kinds[column.dtype], metadata={"unit": column.unit, "doc": column.doc})
        for column in table.columns
    ]
    arrays = [
        pa.array(frame[column.name].tolist() if column.dtype == "str" else frame[column.name].to_numpy(), field.type)
        for column, field in zip(table.columns, fields, strict=True)
    ]
    schema = pa.schema(fields, metadata={"kervan.table": table.name, "doc": f"A row is {table.doc}."})
    return pa.Table.from_arrays(arrays, schema=schema)
