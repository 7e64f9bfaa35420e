"""A table as the page shows it: caption, headings with units, and cells that are text already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Grid", "Head", "link_to"]


@dataclass(frozen=True, slots=True)
class Head:
    """Heading of a column.

    Parameters
    ----------
    name
        What it holds.
    unit
        Of its numbers.
    is_number
        Whether it stands right.
    """

    name: str
    unit: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class Grid:
    """A table: its first column names the row.

    Parameters
    ----------
    caption
        What it shows.
    heads
        Its columns.
    rows
        Its cells, as text or markup.
    strong
        Numbers of the rows to set in bold.
    groups
        Headings above the headings, each over so many columns.
    """

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Any]]
    strong: frozenset[int] = field(default=frozenset())
    groups: Sequence[tuple[str, int]] = ()

    def __bool__(self) -> bool:
        return bool(self.rows)


def link_to(url: str) -> str:
    """Return an address if it is one that a page may lead to (http or https), else nothing.

    Examples
    --------
    >>> link_to("https://example.org/a"), link_to("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""
