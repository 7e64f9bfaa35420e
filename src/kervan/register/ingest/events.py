"""Meetings with a date, a place or an ordinal, held or planned."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from kervan.register.ingest.actions import Unit
from kervan.register.ingest.blocked import blocked_spans, is_negated
from kervan.register.ingest.candidate import Candidate
from kervan.register.ingest.sentences import Sentence
from kervan.register.ingest.times import time_of
from kervan.register.ingest.words import Word, even_lower, is_name_like, listed, words_of

__all__ = ["events_of"]

_HEADS: Final = frozenset(
    listed("""
    summit meeting session conference forum ceremony seminar symposium congress workshop exhibition roundtable
    plenary festival consultations gathering
""")
)
_ORDINAL: Final = re.compile(
    r"(?:\d{1,3}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|thirteenth"
    r"|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|inaugural|founding)"
)
#: Words before which a name of an event begins.
_OUTSIDE: Final = frozenset(
    listed("""
    a an the its their our his her this that these those of in at for to on with by and or from during after
    before next last hold held host hosted hosts attend attended opened will was is are were be been annual
    upcoming recent as regular
""")
)
_AHEAD: Final = re.compile(
    r"\b(?:will|would|to be held|(?:is|are) (?:scheduled|planned|expected|due|set|to)|to (?:hold|host|convene"
    r"|meet)|upcoming|forthcoming)\b"
)
_PAST: Final = re.compile(
    r"\b(?:took place|(?:was|were|been) (?:held|hosted|convened|opened)|held|ended|concluded|hosted|gathered"
    r"|convened|met|opened|attended|signed|as part of|communiqué of|at the|within|during|for the)\b"
)
_AT: Final = re.compile(
    r"\b(?:at|for|during|within|of|following|after) (?:an? |the |its |their |our )?$", re.IGNORECASE
)
_SAID_AT: Final = re.compile(
    r"\b(?:said|told|noted|stated|announced|added|spoke|speaking|remarks)(?: \w+){0,2} (?:at|during) (?:the |an? )?$"
)
_WHERE: Final = re.compile(r"\b(?:in|hosted by) [A-Z]")
_HELD: Final = re.compile(r"\b(?:held|host|hosted|sidelines|take place|took place|takes place)\b")
_MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE_AFTER: Final = re.compile(
    rf",? (?:in|on|for) (?:\d{{1,2}} )?(?:(?:{_MONTHS})(?: \d{{1,2}})?(?:,? \d{{4}})?|\d{{4}})\b"
)
_PLACE_AFTER: Final = re.compile(r"(?: held)? in (?!(?:" + _MONTHS + r")\b)[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?")
_MOST: Final = 6


def events_of(text: str, part: Sentence, units: list[Unit], anchor: dt.date | None) -> Iterator[Candidate]:
    """Yield the events of a sentence.

    Parameters
    ----------
    text
        The whole text.
    part
        The sentence.
    units
        Its action units: what is planned in one is planned here.
    anchor
        Day of the document.
    """
    words = words_of(text, part.start, part.end)
    lowered = even_lower(text[part.start : part.end])
    blocked = blocked_spans(lowered)
    at = 0
    while at < len(words):
        if words[at].text.lower() not in _HEADS:
            at += 1
            continue
        first = _begin(words, at)
        at += at + 1 < len(words) and words[at + 1].text.lower() in _HEADS  # a plenary session
        last = _end(words, at)
        start, end = words[first].start, _with_place_and_date(text, words[last].end, part.end)
        place = words[at].start - part.start
        if not any(span.holds(place, place) for span in blocked) and (
            found := _event(text, part, (start, end), words[first : at + 1], units, anchor)
        ):
            yield found
        at = last + 1


def _begin(words: list[Word], head: int) -> int:
    """Return the first word of the name that ends in a head."""
    first = head
    while first > 0 and head - first < _MOST:
        word = words[first - 1].text
        if not (word[0].isalnum() or word in ("-",)) or word.lower() in _OUTSIDE:
            break
        first -= 1
    return first


def _end(words: list[Word], head: int) -> int:
    """Return the last word of what the event is of or on."""
    last = head
    while last + 1 < len(words) and words[last + 1].text in ("of", "on", "between", "for", "from"):
        at = last + 2 + (last + 2 < len(words) and words[last + 2].text in ("the", "its"))
        stop = at
        while stop < len(words) and stop - at < _MOST and words[stop].text.isalpha() and not _ends_name(words[stop]):
            stop += 1
        if stop == at or any(character.isdigit() for character in words[at].text):
            break
        last = stop - 1
    return last


def _ends_name(word: Word) -> bool:
    """Whether a word after the name of an event is no part of it."""
    text = word.text.lower()
    return not is_name_like(word) and (
        text
        in _OUTSIDE
        | {
            "due",
            "took",
            "takes",
            "ended",
            "concluded",
            "adopted",
            "opened",
            "began",
            "which",
            "who",
            "under",
            "where",
            "on",
        }
    )


def _with_place_and_date(text: str, end: int, limit: int) -> int:
    """Return the end of a name with the place and the date that follow it directly."""
    for pattern in (_DATE_AFTER, _PLACE_AFTER, _DATE_AFTER):
        if found := pattern.match(text, end, limit):
            end = found.end()
    return end


def _event(
    text: str, part: Sentence, span: tuple[int, int], name: list[Word], units: list[Unit], anchor: dt.date | None
) -> Candidate | None:
    """Return the event of a span, or None where it has neither date, place nor ordinal, or the sentence denies it."""
    start, end = span
    clause_start, clause_end = _clause(text, part, start, end)
    clause = text[clause_start:clause_end]
    lowered = even_lower(clause)
    if len(name) == 1 and end == name[0].end:
        return None
    if is_negated(lowered[: end - clause_start], "", lowered[end - clause_start :], allows_not=False):
        return None
    around = [unit.force for unit in units if unit.start < end - part.start and start - part.start < unit.end]
    is_place = bool(_AT.search(text, max(part.start, start - 24), start))
    is_ahead = "planned" in around
    if (
        is_place
        and not _SAID_AT.search(even_lower(text[part.start : start])[-60:])
        and _AHEAD.search(lowered)
        and not time_of(clause, anchor, is_ahead=is_ahead)
    ):
        return None
    if not is_place and (
        set(around) & {"proposed", "called_for", "binding"} or (not around and _AHEAD.search(lowered))
    ):
        return None
    time = time_of(clause, anchor, is_ahead=is_ahead)
    has_ordinal = any(_ORDINAL.fullmatch(word.text.lower()) for word in name)
    has_place = len(name) > 1 and bool(_WHERE.search(clause) and _HELD.search(lowered))
    if not (has_ordinal or (time and (is_ahead or _PAST.search(lowered))) or has_place):
        return None
    return Candidate("event", "planned" if is_ahead else "held", start, end, text[start:end], time=time)


def _clause(text: str, part: Sentence, start: int, end: int) -> tuple[int, int]:
    """Return the clause around a span: between semicolons, and commas before a new subject."""
    breaks = re.compile(r";|, (?:which|who|where|while|but)\b|\. ")
    first, last = part.start, part.end
    for found in breaks.finditer(text, part.start, part.end):
        if found.end() <= start:
            first = found.end()
        elif found.start() >= end:
            last = found.start()
            break
    return first, last
