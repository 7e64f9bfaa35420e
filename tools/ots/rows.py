"""Rows of the register as they are gathered: each names its table, its key and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kervan.register.store import Change

from .facts import REPORT, Facts

#: The members, in the order of the English alphabet.
MEMBERS = ("AZ", "KZ", "KG", "TR", "UZ")
FIVE = ";".join(MEMBERS)
FOUR = "AZ;KZ;KG;TR"
OTS = "OTS"


class Rows:
    """A list of rows that grows; where each comes from is told by a fact, an item of the report, or a source."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.changes: list[Change] = []

    def add(self, table: str, key: str, origin: str, *, note: str = "", span: str = "", **cells: Any) -> None:
        """Add a row.

        Parameters
        ----------
        table
            Its table.
        key
            Its key.
        origin
            A fact (``OF045``), ``REPORT``, or a source.
        note
            What a reader should know.
        span
            The item of the report in whose words it stands.
        cells
            Its cells.
        """
        is_fact = origin in self.facts.rows
        grounds = {
            "source_id": self.facts.source(origin) if is_fact else origin,
            "span_id": self.facts.span(span) if span else "",
            "note": " ".join(filter(None, (note, self.facts.caution(origin) if is_fact else ""))),
        }
        assert not span or grounds["source_id"] == REPORT, (table, key)
        names = {"sources", "spans"}
        self.changes.append(Change(table, key, cells if table in names else {**cells, **grounds}))

    def date(self, fact: str) -> str:
        """Return the date of a fact as exactly as it is known."""
        return self.facts.date(fact)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)
