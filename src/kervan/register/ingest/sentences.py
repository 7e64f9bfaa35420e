"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kervan.register.ingest.words import listed

__all__ = ["Sentence", "sentences"]

#: Longer ones are cut at a blank: no statement of use is longer, and work per sentence stays bounded.
LONGEST: Final = 2_000

#: A dateline stands among the first characters of a text.
_HEAD: Final = 300

_PARAGRAPH: Final = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_LIST_MARK: Final = re.compile(
    r"[ \t]{0,20}(?:[-*•–]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])[ \t]+|[ \t]{0,20}#{1,6}[ \t]+"
)
#: "Aktau, 5 June 2022" on a line of its own, and the same before a dash at the head of a report.
_DATE_LINE: Final = re.compile(r"[^\n,.]{2,40},? (?:\d{1,2} [A-Z][a-z]{2,8}|[A-Z][a-z]{2,8} \d{1,2},?) \d{4}\s*$")
_DATELINE: Final = re.compile(r"[^\n.–—]{0,60}\b(?:19|20)\d\d\b[^\n.–—]{0,40}?(?:[–—]|:| -)\s")
_END: Final = re.compile(r"[.!?…]{1,3}[\"'”’»)\]]{0,3}(?=\s|$)|;(?=\s|$)")
_NEXT: Final = re.compile(r"\s+[\"'“‘«(\[]{0,3}[\w—–-]?")
_SHORT: Final = frozenset(
    listed("""
    mr mrs ms dr prof no nos art arts st vs etc e.g i.e u.s u.k u.n approx jan feb mar apr jun jul aug sep sept
    oct nov dec gen col lt hon rev inc ltd co p pp para paras vol fig ref
""")
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, an item of a list or a heading.

    Parameters
    ----------
    start
        Place of its first character, after the mark of a list.
    end
        Place after its last character.
    is_item
        Whether it begins an item of a list.
    stem
        The last words before its list, in small letters: "decides:".
    """

    start: int
    end: int
    is_item: bool
    stem: str


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text in order; headings and items of lists are sentences too.

    Parameters
    ----------
    text
        The text.
    """
    stem = ""
    for paragraph in _PARAGRAPH.finditer(text):
        for start, end in _lines(text, paragraph.start(), paragraph.end()):
            mark = _LIST_MARK.match(text, start, end)
            begin = mark.end() if mark else start
            if start < _HEAD and (dateline := _DATELINE.match(text, start, end)):
                yield from (Sentence(*part, is_item=False, stem="") for part in _trimmed(text, start, dateline.end()))
                begin = dateline.end()
            if not mark:
                stem = ""
            for number, (first, last) in enumerate(_parts(text, begin, end)):
                yield Sentence(first, last, bool(mark) and number == 0, stem if mark else "")
                if text[first:last].rstrip().endswith((":", ",")):
                    stem = text[max(first, last - 80) : last].lower()


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the blocks of a paragraph: its lines joined unless a line begins an item or the one before is short."""
    lines: list[tuple[int, int]] = []
    at = start
    widest = max(len(line) for line in text[start:end].split("\n"))
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        goes_on = (
            lines
            and not _LIST_MARK.match(text, at, stop)
            and not _DATE_LINE.match(text, at, stop)
            and lines[-1][1] - text.rfind("\n", 0, lines[-1][1]) - 1 > 0.6 * widest
            and text[lines[-1][1] - 1] not in ".;:!?"
        )
        lines.append((lines.pop()[0] if goes_on else at, stop))
        at = stop + 1
    return lines


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one block, without blanks around them."""
    at = start
    for found in _END.finditer(text, start, end):
        if found.end() < end and not _ends(text, found, end):
            continue
        yield from _trimmed(text, at, found.end())
        at = found.end()
    yield from _trimmed(text, at, end)


def _ends(text: str, found: re.Match[str], end: int) -> bool:
    """Whether a mark ends a sentence: what follows begins one, and it is not the point of a short form."""
    if found[0] == ";":
        return True
    if (after := _NEXT.match(text, found.end(), end)) and after[0][-1:].islower():
        return False
    if not found[0].startswith(".") or len(found[0]) > 1:
        return True
    before = text[max(0, found.start() - 10) : found.start()].split()
    word = before[-1].lstrip("(“\"'").lower() if before else ""
    return word not in _SHORT and not (len(word) == 1 and word.isalpha() and word not in "ai")


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what is left of a span without blanks around it, cut where it is too long."""
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        stop = end
        if stop - start > LONGEST:
            cut = text.rfind(" ", start, start + LONGEST)
            stop = cut if cut > start else start + LONGEST
        last = stop
        while last > start and text[last - 1].isspace():
            last -= 1
        if last > start:
            yield start, last
        start = stop
