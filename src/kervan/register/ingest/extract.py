"""From a text to candidates, with patterns alone or with a parse."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kervan.errors import ParamsError, shown
from kervan.register.ingest.actions import actions_of, units_of
from kervan.register.ingest.amounts import amounts
from kervan.register.ingest.candidate import Candidate
from kervan.register.ingest.confidence import CONFIDENCE
from kervan.register.ingest.events import events_of
from kervan.register.ingest.gazetteer import Gazetteer, Known
from kervan.register.ingest.instruments import documents_of, listed_documents
from kervan.register.ingest.names import Found, find_names
from kervan.register.ingest.sentences import Sentence, sentences
from kervan.register.ingest.syntax import Parse, parses
from kervan.register.ingest.times import anchor_of
from kervan.register.ingest.words import even_lower

#: What a known name of each kind can be the name of.
_KINDS: Final = {"organization": ("body", "named"), "person": ("person", "named"), "post": ("person", "post")}
__all__ = ["ENGINES", "extract"]

#: How a text is read: by patterns alone, or with the parse and the names of the extra ``text``.
ENGINES: Final = ("patterns", "spacy")


def extract(
    text: str, gazetteer: Gazetteer, *, engine: str = "patterns", written_on: dt.date | None = None
) -> tuple[Candidate, ...]:
    """Return what a text in English may hold for the register, in the order of the text.

    Parameters
    ----------
    text
        The text.
    gazetteer
        The names that are known.
    engine
        One of `ENGINES`.
    written_on
        Day of the text, to which "last year" is counted; without it, the first full date in its head.

    Raises
    ------
    ParamsError
        When there is no such engine, or it needs the extra ``text`` and that is not installed.

    Examples
    --------
    >>> found = extract("Baku, 5 May 2025. Georgia will open a bridge in June. No treaty was signed.", Gazetteer())
    >>> [(one.kind, one.class_, one.quote, one.time) for one in found]
    [('action', 'planned', 'will open a bridge in June', '2025-06')]
    """
    if engine not in ENGINES:
        raise ParamsError(f"engine is one of {', '.join(ENGINES)}, not {shown(engine)}")
    parts = list(sentences(text))
    known = list(gazetteer.find(text))
    anchor = written_on or anchor_of(text)
    parsed = parses(text, parts) if engine == "spacy" else []
    found = list(_statements(text, parts, parsed, anchor))
    titles = [(one.start, one.end) for one in found if one.kind == "document"]
    more = Found(
        [
            span
            for one in parsed
            for span in one.organizations()
            if not any(a < span[1] and span[0] < b for a, b in titles)
        ],
        [span for one in parsed for span in one.persons()],
    )
    names = find_names(text, parts, known, more)
    found += [*names.organizations, *names.persons, *names.posts]
    starts = [name.start for name in known]
    found = [_finished(one, known[bisect_left(starts, one.start) : bisect_left(starts, one.end)]) for one in found]
    return tuple(sorted(found, key=lambda one: (one.start, -one.end, one.kind, one.class_)))


def _statements(text: str, parts: list[Sentence], parsed: list[Parse], anchor: dt.date | None) -> Iterator[Candidate]:
    """Yield actions, documents, events and amounts sentence by sentence."""
    has_adopted = False
    for number, part in enumerate(parts):
        units = units_of(even_lower(text[part.start : part.end]), stem=part.stem)
        if parsed:
            units = parsed[number].reviewed(units)
        yield from actions_of(text, part, units, anchor)
        if has_adopted:
            yield from listed_documents(text, part)
        for unit in units:
            if unit.force == "adopted":
                yield from documents_of(text, part, unit)
        has_adopted = any(unit.force == "adopted" for unit in units)
        yield from events_of(text, part, units, anchor)
        yield from amounts(text, part.start, part.end)


def _finished(found: Candidate, known: list[Known]) -> Candidate:
    """Return a candidate with its confidence and the known entries whose names begin in it."""
    is_statement = found.kind in ("action", "event", "document")
    inside = [
        key
        for name in known
        if name.end <= found.end and (is_statement or _KINDS.get(name.kind) == (found.kind, found.class_))
        for key in name.ids
    ]
    return replace(found, confidence=CONFIDENCE[found.kind, found.class_], links=tuple(dict.fromkeys(inside)))
