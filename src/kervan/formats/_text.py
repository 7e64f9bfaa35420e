"""Delimited text in and out: every cell a text on the way in, the shortest exact form on the way out."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._files import file_fault
from kervan.errors import Problem
from kervan.formats._package import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, RawTable
from kervan.schema import MAX_PROBLEMS

if TYPE_CHECKING:
    import pandas as pd

    from kervan.schema import Table

__all__ = ["csv_text", "decoded", "parse_table", "read_table", "shown_cells"]

_NEEDS_QUOTES: Final = re.compile(r'[",\r\n]')
_EMPTY: Final = "is empty; the first line must name the columns"
_TOO_LARGE: Final = f"is too large: at most {MAX_ROWS:,} rows, {MAX_COLUMNS} columns and {MAX_CELLS:,} cells are read"
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?\r?\n')
_MOST_DELIMITERS: Final = 200_000  # in one line; a text in quotation marks may have many
_DELIMITERS: Final = (",", ";", "\t")
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decoded(content: bytes, table: str, file: str) -> tuple[str, list[Problem]]:
    """Return the text of a file, and where it is not text.

    UTF-8 is expected, with or without a byte order mark; UTF-16 and UTF-32 are read by their mark. Other
    encodings cannot be told apart, so they are a problem of each line that needs one, never a guess.
    """
    mark, encoding = next((pair for pair in _BOMS if content.startswith(pair[0])), (b"", "utf-8"))
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return "", _undecoded(content.removeprefix(mark) if encoding == "utf-8" else b"", encoding, table, file)
    problems: list[Problem] = []
    if "\0" in text:
        for row, line in enumerate(text.split("\n"), 1):
            if "\0" in line and len(problems) <= MAX_PROBLEMS:
                problems.append(Problem(table, row, "", "", "holds a NUL character; save the file as UTF-8 text", file))
    return text, problems


def _undecoded(content: bytes, encoding: str, table: str, file: str) -> list[Problem]:
    if not content:
        return [Problem(table, 0, "", "", f"is not the {encoding.upper()} text its first bytes promise", file)]
    problems = []
    for row, line in enumerate(content.split(b"\n"), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            around = line[max(0, error.start - 20) : error.start + 20].decode("ascii", "replace")
            message = "is not UTF-8 text; save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"
            problems.append(Problem(table, row, "", around, message, file))
        if len(problems) > MAX_PROBLEMS:
            break
    return problems


def read_table(path: Path, table: str, names: Collection[str], root: Path | None = None) -> RawTable:
    """Return the cells of a delimited file as text, with the line of each row and every problem.

    Parameters
    ----------
    path
        The file.
    table
        The table it holds, for the problems.
    names
        Column names that may be met; they tell the delimiter (comma, semicolon or tab).
    root
        The folder the file must lie in.
    """
    fault = file_fault(path, root)
    if fault:
        return RawTable.broken(table, path.name, fault)
    try:
        content = path.read_bytes()
    except OSError as error:
        return RawTable.broken(table, path.name, f"cannot be read: {error.strerror}")
    text, problems = decoded(content, table, path.name)
    if problems:
        return RawTable(_frame([], []), path.name, problems=tuple(problems))
    return parse_table(text, table, path.name, names)


def parse_table(text: str, table: str, file: str, names: Collection[str]) -> RawTable:
    """Return the cells of delimited text; see `read_table`."""
    if not text.strip():
        return RawTable.broken(table, file, _EMPTY)
    told = _SEPARATOR.match(text)  # a first line that Excel writes
    text = text[told.end() :] if told else text
    if not text.strip():
        return RawTable.broken(table, file, _EMPTY)
    delimiter = told[1] if told else _delimiter(text, names)
    problems: list[Problem] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for line, cells in _lines_of(text, delimiter, 1 if told else 0):
            rows.append(cells)
            lines.append(line)
    except _Unreadable as error:
        return RawTable(_frame([], []), file, problems=(Problem(table, error.line, "", "", error.message, file),))
    if not rows:
        return RawTable.broken(table, file, _EMPTY)
    heading = [name.strip() for name in rows[0]]
    while not heading[-1]:
        heading.pop()  # spreadsheets leave empty cells at the end of every line
    width = len(heading)
    for cells, line in zip(rows[1:], lines[1:], strict=True):
        if len(cells) != width:
            is_wrong = len(cells) < width or any(cell.strip() for cell in cells[width:])
            if is_wrong and len(problems) <= MAX_PROBLEMS:
                message = f"has {len(cells)} cells where the heading has {width}"
                problems.append(Problem(table, line, "", cells[0][:80] if cells else "", message, file))
            cells[width:] = []
            cells.extend([""] * (width - len(cells)))
    return RawTable(_frame(heading, rows[1:]), file, lines[1:], problems=tuple(problems))


class _Unreadable(Exception):
    """What keeps the rest of a text from being read, and the line where it stands; 0: the whole text."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def _lines_of(text: str, delimiter: str, before: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, with the line where each begins, as long as they are not too many."""
    if any(line.count(delimiter) > _MOST_DELIMITERS for line in text.split("\n")):
        raise _Unreadable(0, _TOO_LARGE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    end, rows, count = before, 0, 0
    try:
        for cells in reader:
            start, end = end + 1, before + reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            rows, count = rows + 1, count + len(cells)
            if rows > MAX_ROWS or len(cells) > MAX_COLUMNS or count > MAX_CELLS:
                raise _Unreadable(0, _TOO_LARGE)
            yield start, cells
    except csv.Error as error:
        message = f"cannot be read as delimited text from here: {error}; is a quotation mark left open?"
        raise _Unreadable(end + 1, message) from None


def _frame(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    import pandas as pd

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(heading)
    # A heading may repeat a name: the frame is built by position, and the schema reports it.
    frame = pd.DataFrame(dict(enumerate(map(list, columns))), dtype="object")
    frame.columns = pd.Index(list(heading), dtype="object")
    return frame


def _delimiter(text: str, names: Collection[str]) -> str:
    first = next(line for line in text.splitlines() if line.strip())

    def known(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"') for cell in first.split(delimiter)]
        return sum(cell in names for cell in cells), len(cells)

    return max(_DELIMITERS, key=known)


def shown_cells(table: Table, name: str, values: pd.Series[Any]) -> list[str]:
    """Return the cells of one column as text: floats in their shortest exact form, the unknown blank."""
    column = table[name]
    if column.kind == "float":
        blank = column.default == math.inf
        return ["" if blank and math.isinf(value) else _shown_float(value) for value in values.tolist()]
    if column.kind == "flag":
        return ["true" if value else "false" for value in values.tolist()]
    return [str(value) for value in values.tolist()]


def _shown_float(value: float) -> str:
    text = repr(float(value))
    return text.removesuffix(".0")


def csv_text(heading: Sequence[str], columns: Sequence[Sequence[str]]) -> str:
    r"""Return columns of text as CSV with ``\n`` line ends.

    Examples
    --------
    >>> csv_text(["a", "b"], [["1"], ["x,y"]])
    'a,b\n1,"x,y"\n'
    """
    rows = list(zip(*columns, strict=True))
    lines = [",".join(map(_quoted, heading))]
    lines += [",".join(map(_quoted, cells)) if len(cells) > 1 else _quoted(cells[0]) or '""' for cells in rows]
    return "\n".join(lines) + "\n"


def _quoted(cell: str) -> str:
    # The csv module leaves a lone carriage return bare, and then cannot read it.
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell
