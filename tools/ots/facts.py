"""The facts folder: its table, the items of one summit report, and the sources of both."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kervan.register.ingest.document import read_document

from .publishers import PUBLISHERS, grade_of, host_of

#: Where the report's words come from, what it reports on, our own judgement, and what was recalled.
REPORT, OFFICE, DESK, RECALL = "REPORT", "AKORDA", "KERVAN", "RECALL"
#: A quotation is no longer than this.
MOST_WORDS = 6
#: Quotations that stand in the text twice, and not first where they are meant.
_PLACE = {"N08": "held its first meeting"}
_ITEM = re.compile(r'^\| ([A-Z]\d\d) \| (\w+) \| ([^|]*) \| "([^"]*)" \|', re.MULTILINE)
_IN_ADDRESS = re.compile(r"/(20\d\d)[/-](\d\d)(?:[/-](\d\d))?(?=[/-]|$)")

Cells = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """The facts folder ``institutions``, and which of its rows were used."""

    folder: Path
    used: set[str] = field(default_factory=set)
    quoted: set[str] = field(default_factory=set)

    @cached_property
    def rows(self) -> dict[str, dict[str, str]]:
        """Return the rows of the table by their key."""
        with (self.folder / "ots_facts.csv").open(encoding="utf-8", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    @cached_property
    def items(self) -> dict[str, tuple[str, str]]:
        """Return kind and words of every item of the summit report."""
        text = (self.folder / "summit_2025_05_21.md").read_text(encoding="utf-8")
        return {key: (kind, words) for key, kind, _, words in _ITEM.findall(text)}

    @cached_property
    def report(self) -> tuple[str, str]:
        """Return the text of the summit report as it is read for candidates, and its SHA-256."""
        document = read_document(self.folder / "summit_report_2025_05_21.txt")
        return document.text, document.sha256

    def date(self, fact: str) -> str:
        """Return the date of a fact as exactly as it is known.

        A day that is only the day of the report is an interval that ends on it: it had happened by then.
        """
        row = self.rows[fact]
        start, end = row["date_start"], row["date_end"]
        if "date of report" in row["note"]:
            return f"/{start}"
        return f"{start}/{end}" if start and end and start != end else start

    def source(self, fact: str) -> str:
        """Return the key of the source of a fact."""
        self.used.add(fact)
        row = self.rows[fact]
        if row["confidence"] == "D":
            return RECALL
        return _key(row["source_url"], self._first) if row["source_url"] else DESK

    @cached_property
    def _first(self) -> dict[str, str]:
        """Return the first fact that names each address."""
        found: dict[str, str] = {}
        for key, row in self.rows.items():
            found.setdefault(row["source_url"], key)
        return found

    def caution(self, fact: str) -> str:
        """Return what a reader should know of a fact that is weakly supported."""
        return {"C": "Weakly supported.", "D": "Recalled, not checked against a document."}.get(
            self.rows[fact]["confidence"], ""
        )

    def span(self, item: str) -> str:
        """Return the key of the passage of an item of the report, and note that it is quoted."""
        if item not in self.items:
            raise KeyError(f"no item {item} in the report")
        self.quoted.add(item)
        return f"{REPORT}.{item}"

    def spans(self) -> list[Cells]:
        """Return a row for each passage that was quoted: a few words, with their place in the text."""
        text, sha256 = self.report
        found = []
        for item in sorted(self.quoted):
            words = " ".join(self.items[item][1].split()[:MOST_WORDS])
            start = text.index(words, text.index(_PLACE[item]) if item in _PLACE else 0)
            found.append({
                "span_id": f"{REPORT}.{item}", "source_id": REPORT, "start_offset": start,
                "end_offset": start + len(words), "quote": words, "text_sha256": sha256,
            })  # fmt: skip
        return found

    def sources(self) -> list[Cells]:
        """Return a row for each address of the table, for the report and for ourselves."""
        found = [*_own(self.report[1])]
        for url in self._first:
            about = [row for row in self.rows.values() if row["source_url"] == url and row["confidence"] != "D"]
            if len(url) < 2 or not about:  # a lone dash stands for "not found"
                continue
            publisher = PUBLISHERS[host_of(url)]
            subjects = list(dict.fromkeys(row["subject"] for row in about))
            more = f"; and {len(subjects) - 3} more" if subjects[3:] else ""
            found.append({
                "source_id": _key(url, self._first), "publisher": publisher[0], "url": url, "grade": grade_of(url),
                "title": "Read for: " + "; ".join(subjects[:3]) + more,
                "published_on": _published(url, about), "language": publisher[1],
                "how_read": "excerpt of a stored page",
            })  # fmt: skip
        return found


def _key(url: str, first: dict[str, str]) -> str:
    """Return a short stable key: the publisher's word and the first fact that names the address."""
    return f"{host_of(url).split('.')[-2]}.{first[url]}"


def _published(url: str, about: list[dict[str, str]]) -> str:
    """Return the day of publication where the address or the table tells it."""
    for row in about:
        if "date of report" in row["note"]:
            return row["date_start"]
    found = _IN_ADDRESS.search(url)
    return "-".join(part for part in found.groups() if part) if found else ""


def _own(sha256: str) -> list[Cells]:
    """Return the sources that the table of facts does not name."""
    return [
        {"source_id": DESK, "publisher": "Kervan", "title": "Judgement and search made for this register; what was "
         "looked for and not found, and how two claims were weighed", "published_on": "2026-11-23", "grade": "D",
         "language": "en", "how_read": "reasoning"},
        {"source_id": RECALL, "publisher": "Kervan", "title": "Recalled from general knowledge, not checked against a "
         "document", "grade": "D", "language": "en", "how_read": "recalled"},
        {"source_id": OFFICE, "publisher": "Press office of the President of Kazakhstan (Akorda)",
         "title": "Remarks at "
         "the informal summit in Budapest", "published_on": "2025-05-21", "grade": "B", "publisher_id": "KZ",
         "how_read": "not read; cited by the report"},
        {"source_id": REPORT, "publisher": "News report datelined Astana, publisher not named in the copy read",
         "title": "Report on the informal summit of the Organization of Turkic States in Budapest",
         "published_on": "2025-05-21", "grade": "C", "language": "en", "derived_from_id": OFFICE,
         "text_sha256": sha256, "how_read": "text read"},
    ]  # fmt: skip
