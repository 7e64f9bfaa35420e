"""An Excel workbook, out and in without loss: a sheet for each table, and one that explains them.

Text stays text, whatever it begins with; a formula is a problem, never an answer. Before a workbook is
opened its parts are counted and measured, so that a small file cannot unpack into a large one.
"""

from __future__ import annotations

import datetime as dt
import io
import lzma
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from kervan._files import file_fault, new_file, shown_size
from kervan.errors import FormatError, Problem
from kervan.formats._package import (
    MAX_COLUMNS,
    Package,
    RawTable,
    named_scenarios,
    parsed_meta,
    parsed_report,
    toml_text,
)
from kervan.schema import MAX_PROBLEMS, TABLES, Column, Table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["read", "read_sheets", "write", "write_table"]

ABOUT: Final = "README"
_REPORT, _SCENARIOS = "report", "scenarios"
_MAX_PARTS: Final = 2_000
_MAX_UNPACKED_BYTES: Final = 100_000_000
_MAX_RATIO: Final = 300
_MAX_ROWS: Final = 200_000
_MAX_CELLS: Final = 5_000_000
_MAX_CHARACTERS: Final = 32_767  # of one cell, by the format
_MAX_CELL: Final = 32_000
_MORE: Final = re.compile(r"(.+) \((\d{1,3})\)")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NEEDS_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\r\ufffe\uffff]")


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────


def read(path: Path) -> Package:
    """Return what a workbook holds, with every problem of reading it."""
    from kervan.network import Meta

    try:
        sheets = read_sheets(path)
    except FormatError as error:
        problem = Problem("package", 0, "", "", str(error), path.name)
        return Package(Meta(), {}, problems=(problem,), where=path.name, is_unread=True)
    package = _about(sheets.pop(ABOUT, None), path)
    settings, found = _toml_texts(sheets.pop(_REPORT, None))
    texts, more = _toml_texts(sheets.pop(_SCENARIOS, None))
    report, faults = parsed_report(settings.get("report", ""), f"{path.name}[{_REPORT}]")
    return replace(
        package,
        tables={name: sheet for name, sheet in sheets.items() if not name.startswith("_")},
        report=report,
        scenarios=texts,
        problems=(*package.problems, *found, *more, *faults),
        where=path.name,
    )


def read_sheets(path: Path) -> dict[str, RawTable]:
    """Return the sheets of a workbook by name, the problems of each with it.

    Raises
    ------
    FormatError
        When it cannot be read as a workbook at all, or must not be.
    """
    if fault := file_fault(path) or _zip_fault(path):
        raise FormatError(fault)
    left = _Left(_MAX_CELLS)
    try:
        return {name: _sheet(path.name, name, rows, left) for name, rows in _rows_of_sheets(path)}
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever a malformed part makes it trip over
        message = f"cannot be read as an Excel workbook: {type(error).__name__}: {str(error)[:150]}"
        raise FormatError(message) from None


def _zip_fault(path: Path) -> str:
    """Return why a file must not be opened as a workbook, or nothing."""
    with path.open("rb") as handle:
        start = handle.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "is an old .xls or a workbook with a password; save it as .xlsx without one"
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > _MAX_PARTS:
                return f"has {len(parts)} parts; a workbook of at most {_MAX_PARTS} is read"
            if unpacked > _MAX_UNPACKED_BYTES:
                return f"would unpack to {shown_size(unpacked)}; at most {shown_size(_MAX_UNPACKED_BYTES)} are read"
            for part in parts:
                if part.file_size > 1_000_000 and part.file_size > _MAX_RATIO * max(part.compress_size, 1):
                    return f"part {part.filename[:60]!r} unpacks to more than {_MAX_RATIO} times its size"
                if part.flag_bits & 1:
                    return "has a password; save it without one"
                with archive.open(part) as content:
                    head = content.read(4096).replace(b"\0", b"")
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    return f"part {part.filename[:60]!r} declares a document type, which no workbook needs"
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError) as error:
        return f"is not an Excel workbook (.xlsx): {str(error)[:100]}"
    return ""


def _rows_of_sheets(path: Path) -> Iterator[tuple[str, Iterator[Sequence[Any]]]]:
    """Yield the name and the rows of cells of every sheet."""
    with path.open("rb") as handle, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl does not keep (pictures, extensions) is not read anyway
        book = _book(handle)
        try:
            for sheet in book.worksheets:
                if hasattr(sheet, "reset_dimensions"):
                    sheet.reset_dimensions()  # the extent a file claims is not to be trusted
                yield sheet.title, iter(sheet.iter_rows())
        finally:
            book.close()


def _book(handle: IO[bytes]) -> Any:
    """Return the open workbook; a sheet that is a chart has no cells and is not looked at."""
    from openpyxl.chartsheet import Chartsheet
    from openpyxl.reader.excel import ExcelReader

    class Reader(ExcelReader):  # type: ignore[misc,unused-ignore]
        def read_chartsheet(self, sheet: Any, rel: Any) -> None:
            """Keep the place of a sheet that is a chart, and nothing of it."""
            del rel
            book: Any = self.wb
            book._sheets.append(Chartsheet(parent=book, title=sheet.name))

    reader = Reader(handle, read_only=True, data_only=False, keep_links=False)
    reader.read()
    return reader.wb


@dataclass
class _Left:
    """How many cells of a workbook may still be read."""

    cells: int


def _sheet(book: str, name: str, rows: Iterator[Sequence[Any]], left: _Left) -> RawTable:
    """Return one sheet as a raw table: the first row that is not blank is the heading."""
    import pandas as pd

    file = f"{book}[{name}]"
    heading: list[str] = []
    table: list[list[Any]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    for line, cells in enumerate(rows, 1):
        left.cells -= len(cells)
        if line > _MAX_ROWS or len(cells) > MAX_COLUMNS or left.cells < 0:
            limit = f"at most {_MAX_ROWS:,} rows and {MAX_COLUMNS} columns are read, {_MAX_CELLS:,} cells in all"
            return RawTable.broken(name, file, f"is too large: {limit}")
        values = [_value(cell) for cell in cells]
        if all(value is None or (isinstance(value, str) and not value.strip()) for value in values):
            continue
        if len(problems) <= MAX_PROBLEMS:
            problems += _row_faults(name, file, line, cells, heading)
        if heading:
            table.append((values + [None] * len(heading))[: len(heading)])
            lines.append(line)
        else:
            heading = ["" if value is None else str(value).strip() for value in values]
            heading = heading[: max(position for position, text in enumerate(heading, 1) if text)]
    columns = [list(column) for column in zip(*table, strict=True)] or [[] for _ in heading]
    frame = pd.DataFrame(dict(enumerate(columns)), dtype="object")
    frame.columns = pd.Index(heading, dtype="object")
    return _joined(RawTable(frame, file, lines, problems=tuple(problems)))


def _row_faults(name: str, file: str, line: int, cells: Sequence[Any], heading: Sequence[str]) -> list[Problem]:
    problems = []
    for position, cell in enumerate(cells):
        column = heading[position] if position < len(heading) else ""
        if isinstance(cell.value, str) and len(cell.value) > _MAX_CHARACTERS:
            message = f"holds more than {_MAX_CHARACTERS:,} characters, more than a cell can"
        elif cell.data_type == "f":
            message = "holds a formula, which is not evaluated; paste its value instead"
        elif cell.data_type == "e":
            message = "holds an error of the spreadsheet"
        elif heading and cell.value is not None and position >= len(heading):
            message = "has a cell to the right of the last heading"
        else:
            continue
        problems.append(Problem(name, line, column, str(_value(cell))[:80], message, file))
    return problems


def _value(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, str):
        # One longer than a cell can be is told, and not unfolded: many cells may share it.
        return _ESCAPED.sub(
            lambda match: chr(int(match[1], 16)), value if len(value) <= _MAX_CHARACTERS else value[:80]
        )
    is_known = value is None or isinstance(value, int | float | dt.date | dt.time | dt.timedelta)
    return value if is_known else str(getattr(value, "text", value))


def _joined(raw: RawTable) -> RawTable:
    """Join the columns ``name (2)``, ``name (3)`` … to ``name``: a cell of Excel holds 32,767 characters."""
    names = list(raw.frame.columns)
    more = [name for name in names if (found := _MORE.fullmatch(name)) and names.count(found[1]) == 1]
    if not more:
        return raw
    frame = raw.frame.copy()
    for name in sorted(more, key=lambda name: int(_MORE.fullmatch(name)[2])):  # type: ignore[index]
        first = name.rsplit(" (", 1)[0]
        frame[first] = [
            cell if more_text is None else f"{cell}{more_text}"
            for cell, more_text in zip(frame[first], frame[name], strict=True)
        ]
    return replace(raw, frame=frame.drop(columns=more))


def _about(sheet: RawTable | None, path: Path) -> Package:
    """Return the metadata of the sheet README: rows of field and value."""
    from kervan.network import Meta

    file = f"{path.name}[{ABOUT}]"
    known = {**asdict(Meta()), "year": 0}
    found: dict[str, Any] = {}
    if sheet is None:
        fault = "the sheet is missing; it gives name, base_year and price_year of the package"
        return Package(Meta(), {}, problems=(Problem("package", 0, ABOUT, "", fault, file),))
    for row in sheet.frame.itertuples(index=False):
        field, value = (*row, None, None)[:2]
        if isinstance(field, str) and field.strip() in known:
            is_whole = isinstance(value, float) and value.is_integer()
            found[field.strip()] = int(value) if is_whole and isinstance(value, float) else value
    network = {"year": found.pop("year")} if isinstance(found.get("year"), int) else {}
    # A number typed where a text is meant (a version 1) is that text; a text left blank is blank.
    given = {
        key: ("" if value is None else str(value)) if isinstance(known[key], str) else value
        for key, value in found.items()
        if value is not None or isinstance(known[key], str)
    }
    sections = {"package": given, "network": network}
    package = parsed_meta(toml_text(sections), file, path.stem)
    return replace(package, problems=(*sheet.problems, *package.problems))


def _toml_texts(sheet: RawTable | None) -> tuple[dict[str, str], list[Problem]]:
    """Return the texts of a sheet with the columns name and toml."""
    if sheet is None or not len(sheet.frame):
        return {}, []
    if not {"name", "toml"} <= set(sheet.frame.columns):
        return {}, [Problem("package", 1, "", "", "must have the columns name and toml", sheet.file)]
    if any(list(sheet.frame.columns).count(name) > 1 for name in ("name", "toml")):
        return {}, [Problem("package", 1, "", "", "must have the columns name and toml once", sheet.file)]
    texts, problems = named_scenarios(zip(sheet.frame["name"], sheet.frame["toml"], strict=True), sheet.file)
    return texts, [*sheet.problems, *problems]


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────


def write(package: Package, path: Path, *, overwrite: bool = False) -> None:
    """Write a checked package as a workbook, whole or not at all.

    Raises
    ------
    FormatError
        When the file is there or cannot be written.
    """
    import openpyxl

    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    _write_about(book.create_sheet(ABOUT), package)
    for name, table in TABLES.items():
        frame = package.tables[name].frame if name in package.tables else table.empty()
        write_table(book.create_sheet(name), table, {c.name: frame[c.name].tolist() for c in table.columns})
    for title, texts in (
        (_REPORT, {"report": toml_text({"report": package.report})} if package.report else {}),
        (_SCENARIOS, package.scenarios),
    ):
        if texts:
            _write_texts(book.create_sheet(title), texts)
    content = io.BytesIO()
    book.save(content)
    with new_file(path, overwrite=overwrite) as scratch:
        scratch.write_bytes(content.getbuffer())


def _write_about(sheet: Worksheet, package: Package) -> None:
    from openpyxl.styles import Font

    rows: list[tuple[str, Any]] = [
        ("field", "value"),
        *asdict(package.meta).items(),
        ("year", package.meta.base_year if package.year is None else package.year),
        ("", ""),
        (
            "How to use",
            "One sheet a table; the first row names the columns, and a note on each says its unit and meaning.",
        ),
        ("", "A blank cell means the default of its column. Numbers are numbers, all else is text. No formulas."),
        ("", "Read it again with: kervan check --package FILE.xlsx, or kervan convert FILE.xlsx FOLDER"),
        ("", "A sheet whose name begins with _ is yours and is not read."),
    ]
    for line, (field, value) in enumerate(rows, 1):
        for position, part in enumerate([field, *_parts(value)], 1):
            _put(sheet.cell(line, position), part)
            if position > 2:
                _put(sheet.cell(1, position), f"value ({position - 1})")
    for column, width in (("A", 16), ("B", 100)):
        sheet.column_dimensions[column].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)


def write_table(sheet: Worksheet, table: Table, cells: Mapping[str, Sequence[Any]]) -> None:
    """Write the cells of a declared table into a sheet, with headings that say what each column means."""
    position = 0
    for column in table.columns:
        values = [_parts(value) for value in cells[column.name]]
        longest = max((len(parts[0]) for parts in values if parts and isinstance(parts[0], str)), default=0)
        for part in range(max(1, *map(len, values)) if values else 1):
            position += 1
            heading = column.name if part == 0 else f"{column.name} ({part + 1})"
            _write_heading(sheet, position, heading, column, longest, len(values))
            for line, parts in enumerate(values, 2):
                if part < len(parts):
                    _put(sheet.cell(line, position), parts[part])
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _write_heading(sheet: Worksheet, position: int, heading: str, column: Column, longest: int, row_count: int) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(position)
    cell = sheet.cell(1, position)
    _put(cell, heading)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E6ECF0" if column.is_required else "F5F5F5")
    cell.comment = Comment(_explained(column), "Kervan", width=320, height=140)
    sheet.column_dimensions[letter].width = min(60, max(len(heading) + 2, longest + 1 if longest < 60 else 60))
    if column.dtype == "str":
        sheet.column_dimensions[letter].number_format = "@"  # what is typed below stays text
    choices = column.choices or (("TRUE", "FALSE") if column.kind == "flag" else ())
    if choices and len(",".join(choices)) <= 250:
        rule = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=not column.is_required)
        rule.error, rule.errorTitle = f"one of {', '.join(choices)}"[:250], column.name[:32]
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{row_count + 500}")


def _explained(column: Column) -> str:
    lines = [column.doc]
    if column.unit:
        lines.append(f"Unit: {column.unit}")
    if column.choices:
        lines.append(f"One of: {', '.join(column.choices)}")
    if column.refers_to:
        lines.append(f"A row of {column.refers_to}")
    if column.is_required:
        lines.append("Must be filled.")
    elif column.default not in ("", math.inf):
        lines.append(f"Blank: {column.default}")
    return "\n".join(lines)


def _parts(value: Any) -> list[Any]:
    """Return a value as the contents of one cell, or of several where a text is too long for one; blank: none."""
    if not isinstance(value, str):
        return [] if isinstance(value, float) and math.isinf(value) else [value]
    size = _MAX_CELL if len(_escaped(value)) <= len(value) + 700 else _MAX_CELL // 7
    return [value[start : start + size] for start in range(0, len(value), size)]


def _escaped(text: str) -> str:
    """Return text as a workbook stores it: ``_x000D_`` stands for a character that XML would not keep."""
    return _NEEDS_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def _write_texts(sheet: Worksheet, texts: Mapping[str, str]) -> None:
    rows = [[name, *_parts(text)] for name, text in texts.items()]
    for position in range(max(map(len, rows))):
        heading = ("name", "toml")[position] if position < 2 else f"toml ({position})"
        _put(sheet.cell(1, position + 1), heading)
        for line, row in enumerate(rows, 2):
            if position < len(row):
                _put(sheet.cell(line, position + 1), row[position])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 120


def _put(cell: Any, value: Any) -> None:
    """Put a value in a cell as what it is: text never as formula, a number with every digit."""
    if isinstance(value, str):
        cell.value = _escaped(value)
        cell.data_type = "s"
        cell.number_format = "@"
        if value[:1] in ("=", "+", "-", "@", "'"):
            cell.quotePrefix = True
        return
    cell.value = value
    if isinstance(value, float):
        cell._value = repr(value)
