"""How the command line shows things: tables on a terminal, JSON and CSV for machines, and nothing unsafe.

Texts of a package come from others. Control characters and marks that turn the direction of writing are
replaced before they reach a terminal, and nothing in them is read as markup.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = [
    "Field",
    "complain",
    "console",
    "is_terminal",
    "number",
    "print_answer",
    "print_csv",
    "print_json",
    "print_record",
    "print_table",
    "safe",
    "say",
]

_UNSAFE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_PIPE_WIDTH: Final = 160
_LEAST: Final = 22
_UNKNOWN: Final = "-"


def safe(text: object) -> str:
    r"""Return text without what could move the cursor, colour or turn what is shown.

    Examples
    --------
    >>> safe("a\x1b[31mb")
    'a�[31mb'
    """
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", str(text))


def is_terminal() -> bool:
    """Whether people read what is printed."""
    return sys.stdout.isatty()


def console() -> Console:
    """Return the terminal, or a wide page where the output is not one."""
    from rich.console import Console

    return Console(
        width=None if is_terminal() else _PIPE_WIDTH, markup=False, highlight=False, emoji=False, soft_wrap=False
    )


def say(*parts: object) -> None:
    """Print one line for people."""
    sys.stdout.write(" ".join(safe(part) for part in parts) + "\n")


def complain(message: object) -> None:
    """Print what is wrong on the error stream."""
    sys.stderr.write(safe(message) + "\n")


def print_json(content: Any) -> None:
    """Print JSON: no infinity (an unknown is null), and on a terminal ASCII only."""
    text = json.dumps(_plain(content), ensure_ascii=is_terminal(), allow_nan=False, indent=1)
    sys.stdout.write(text + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()  # a number of numpy
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_csv(frame: pd.DataFrame) -> None:
    """Print a table as CSV: every column and row, numbers in their shortest exact form, unknowns blank."""
    from kervan.formats._text import csv_text

    columns = [[_csv_cell(value) for value in frame[name].tolist()] for name in frame.columns]
    text = csv_text([str(name) for name in frame.columns], columns)
    sys.stdout.write("\n".join(safe(line) for line in text.split("\n")) if is_terminal() else text)


def print_answer(schema: str, answer: Mapping[str, Any], form: str) -> None:
    """Print one record as JSON under its schema, or as CSV of one row."""
    import pandas as pd

    if form == "json":
        print_json({"schema": schema, **answer})
    else:
        print_csv(pd.DataFrame([dict(answer)], dtype=object))


def _csv_cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if math.isfinite(value) else ""
    return "" if value is None else str(value)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True, slots=True)
class Field:
    """A column as it is shown.

    Parameters
    ----------
    name
        Its name in the table.
    title
        Its heading.
    show
        How a value becomes text; numbers are set to the right.
    most
        Largest width; longer texts are wrapped.
    drop
        On a narrow page the columns with the largest number go first; 0 stays.
    """

    name: str
    title: str
    show: Callable[[Any], str] | None = None
    most: int = 40
    drop: int = 0


def number(digits: int = 0) -> Callable[[Any], str]:
    """Return a function that shows a number with so many decimals, and what is not known as a dash.

    Examples
    --------
    >>> number(1)(1234.56), number()(float("inf"))
    ('1,234.6', '-')
    """

    def show(value: Any) -> str:
        return f"{float(value):,.{digits}f}" if value is not None and math.isfinite(float(value)) else _UNKNOWN

    return show


def print_table(rows: Iterable[Mapping[str, Any]], fields: Sequence[Field], title: str = "") -> None:
    """Print rows as a table; columns for which the page is too narrow are left out and named below it."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    page = console()
    cells = [
        [field.show(row[field.name]) if field.show else _one_line(row[field.name]) for field in fields] for row in rows
    ]
    widths = [max([len(field.title), *(len(line[n]) for line in cells)]) for n, field in enumerate(fields)]
    kept = _fitting(fields, widths, page.width)
    table = Table(
        title=Text(safe(title), style="bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    for n in kept:
        least = widths[n] if fields[n].show else min(widths[n], _LEAST)
        table.add_column(
            Text(fields[n].title), justify="right" if fields[n].show else "left", overflow="fold", min_width=least,
            no_wrap=fields[n].show is not None, max_width=None if fields[n].show else fields[n].most,
        )  # fmt: skip
    for line in cells:
        table.add_row(*[Text(line[n]) for n in kept])
    page.print(table)
    left = [field.title for n, field in enumerate(fields) if n not in kept]
    if left:
        say(f"Left out for want of room: {', '.join(left)}. A wider page, --csv or --json shows them.")


def _fitting(fields: Sequence[Field], widths: Sequence[int], width: int) -> list[int]:
    """Return the columns to keep on a page of this width."""
    kept = list(range(len(fields)))

    def needed() -> int:
        return sum((widths[n] if fields[n].show else min(widths[n], _LEAST)) + 2 for n in kept)

    while needed() > width and any(fields[n].drop for n in kept):
        kept.remove(max(kept, key=lambda n: fields[n].drop))
    return kept


def print_record(pairs: Iterable[tuple[str, Any]], title: str = "") -> None:
    """Print names and values below one another."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(Text(name, style="dim"), Text(_one_line(value)))
    page = console()
    if title:
        page.print(Text(safe(title), style="bold"))
    page.print(grid)


def _one_line(value: Any) -> str:
    if isinstance(value, float):
        return _csv_cell(value) or _UNKNOWN
    return safe(re.sub(r"\s+", " ", str(_csv_cell(value)))).strip()
