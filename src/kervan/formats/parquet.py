"""A folder of Parquet files: the same tables with units and meanings in the metadata of each field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._files import file_fault, new_folder, shown_size
from kervan.errors import FormatError, Problem
from kervan.formats._package import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Package, RawTable
from kervan.formats.package import files_in, read_companions, write_companions
from kervan.schema import TABLES, Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_table", "is_parquet", "read", "read_table", "write"]

_MAX_UNPACKED_BYTES: Final = 300_000_000
_BATCH_ROWS: Final = 20_000


def is_parquet(path: Path) -> bool:
    """Whether a folder is of this format."""
    return path.is_dir() and any(path.glob("*.parquet"))


def read(path: Path) -> Package:
    """Return what a folder of Parquet files holds, with every problem of reading it."""
    package = read_companions(path)
    tables = {file.stem: read_table(file, path) for file in files_in(path, "*.parquet")}
    return replace(package, tables=tables)


def read_table(file: Path, root: Path) -> RawTable:
    """Return one table, read within bounds, with what is wrong with it; the file must not lead out of ``root``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fault = file_fault(file, root)
    if fault:
        return RawTable.broken(file.stem, file.name, fault)
    try:
        texts = [field.name for field in pq.read_schema(file) if pa.types.is_string(field.type)]
        # Texts stay as a file holds them, each once, until it is known how long they are together.
        with pq.ParquetFile(file, read_dictionary=texts) as content:
            described = content.metadata
            unpacked = sum(described.row_group(i).total_byte_size for i in range(described.num_row_groups))
            fault = _too_large(described.num_rows, described.num_columns, unpacked)
            batches: list[pa.RecordBatch] = []
            for batch in () if fault else content.iter_batches(batch_size=_BATCH_ROWS):
                batches.append(batch)
                unpacked = unpacked * (len(batches) > 1) + sum(map(_unpacked, batch.columns))
                fault = _too_large(len(batches) * _BATCH_ROWS, 0, unpacked)
                if fault:
                    break
            if fault:
                return RawTable.broken(file.stem, file.name, fault)
            table = pa.Table.from_batches(batches) if batches else content.read()
        frame, problems = _plain(table, file)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        return RawTable.broken(file.stem, file.name, f"cannot be read as Parquet: {str(error)[:150]}")
    return RawTable(frame, file.name, problems=tuple(problems))


def _too_large(rows: int, columns: int, unpacked: float) -> str:
    """Return why a table of this size is not read, or nothing."""
    if rows <= MAX_ROWS and columns <= MAX_COLUMNS and rows * columns <= MAX_CELLS and unpacked <= _MAX_UNPACKED_BYTES:
        return ""
    return f"is too large to read: {rows:,} rows, {shown_size(unpacked)} unpacked"


def _unpacked(column: Any) -> int:
    """Return how many bytes a column has when every text stands for itself."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type) or not pa.types.is_string(column.type.value_type):
        return int(column.nbytes)
    lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    return int(pc.sum(lengths).as_py() or 0) + 8 * len(column)


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
