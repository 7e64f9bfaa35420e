"""Documents adopted: instruments of which the text says that they were adopted, signed, approved or ratified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kervan.register.ingest.actions import Unit
from kervan.register.ingest.blocked import is_draft
from kervan.register.ingest.candidate import Candidate
from kervan.register.ingest.sentences import Sentence
from kervan.register.ingest.words import DOCUMENTS, even_lower

__all__ = ["documents_of", "listed_documents"]

_HEAD: Final = re.compile(rf"\b{DOCUMENTS}\b")
_ITEM: Final = re.compile(r",? and (?=(?:an?|the) )|, (?=(?:an?|the) )")
_LEAD: Final = re.compile(
    r"\s*(?:(?:on (?:mon|tues|wednes|thurs|fri|satur|sun)day|also|to approve|to adopt|to endorse|of) )*(?:(?:an?"
    r"|the|this|that|these|its|their|our) )?"
)
_TAIL: Final = re.compile(
    r" (?:(?<!aimed )(?<!aiming )at (?:the|a|its|their)|during|by (?!law)|on (?:mon|tues|wednes|thurs|fri|satur"
    r"|sun|\d)|in (?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december|(?:19|20)\d\d)|the (?:day|week|month|year) before|last (?:week|month"
    r"|year)|this (?:week|month|year)|today|yesterday|with immediate effect)\b"
)
_BARE: Final = re.compile(
    rf"(?:(?:\d+|two|three|four|five|six|several|key|new|joint|bilateral|number of|other|relevant|following|final"
    rf"|important|common|all|many|some) )*{DOCUMENTS}"
)
_LIST: Final = re.compile(
    r"^(?:these|they|those|among (?:them|these)|the (?:documents|list))(?: \w+){0,3}? (?:included?|are|were"
    r"|comprised?)[: ]"
)


def _items(text: str, lowered: str, start: int, end: int, offset: int) -> Iterator[Candidate]:
    """Yield the instruments among the items of a list."""
    at = start
    for cut in [*_ITEM.finditer(lowered, start, end), None]:
        stop = cut.start() if cut else end
        first = _LEAD.match(lowered, at, stop)
        begin = first.end() if first else at
        tail = _TAIL.search(lowered, begin, stop)
        last = len(lowered[: tail.start() if tail else stop].rstrip(" ,.;"))
        words = lowered[begin:last]
        head = _HEAD.search(words)
        if head and not _BARE.fullmatch(words) and not is_draft(words[: head.end()]) and not words.startswith("no "):
            yield Candidate("document", "adopted", offset + begin, offset + last, text[offset + begin : offset + last])
        at = cut.end() if cut else end


def documents_of(text: str, part: Sentence, unit: Unit) -> Iterator[Candidate]:
    """Yield the instruments that an act of adoption names.

    Parameters
    ----------
    text
        The whole text.
    part
        The sentence of the act.
    unit
        The act.
    """
    lowered = even_lower(text[part.start : part.end])
    span = (unit.start, unit.cue) if unit.from_subject else (unit.cue_end, unit.end)
    yield from _items(text, lowered, *span, part.start)


def listed_documents(text: str, part: Sentence) -> Iterator[Candidate]:
    """Yield the instruments of a sentence that lists what the sentence before it said was adopted.

    Parameters
    ----------
    text
        The whole text.
    part
        The sentence: "These included ...".
    """
    lowered = even_lower(text[part.start : part.end])
    if found := _LIST.match(lowered):
        yield from _items(text, lowered, found.end(), len(lowered), part.start)
