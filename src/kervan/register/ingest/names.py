"""Who: bodies by the words their names are made of, persons by the posts they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kervan.register.ingest.candidate import Candidate
from kervan.register.ingest.gazetteer import Known
from kervan.register.ingest.sentences import Sentence
from kervan.register.ingest.words import COUNTRIES, DOCUMENTS, Word, is_name_like, listed, words_of

__all__ = ["Names", "find_names"]

_BODIES: Final = frozenset(
    listed("""
    Academy Administration Agency Airlines Airways Alliance Assembly Association Authority Authorities Bank
    Board Bureau Center Centre Chamber Chambers Commission Committee Community Company Confederation Consortium
    Corporation Council Court Department Directorate Facility Federation Foundation Fund Group Holding
    Inspectorate Institute Institution League Lines Ministry Mission Nations Network Office Operator
    Organisation Organization Parliament Partnership Platform Police Railway Railways Secretariat Senate Service
    Shipping Society Tribunal Union University
""")
)
_HEADS: Final = (
    "President|Prime Minister|Minister|Secretary[- ]General|Secretary|Chair(?:man|woman|person)?"
    "|Director[- ]General|Director|Head"
    "|Governor|Mayor|Ambassador|Commissioner|Speaker|Chief Executive(?: Officer)?|CEO|Representative|Rector"
    "|Chancellor|Envoy"
    "|Coordinator|Manager|Rapporteur|Spokes(?:man|woman|person)|Chief|Adviser|Advisor|Judge|Senator|General Manager"
)
_HEAD: Final = re.compile(
    rf"\b(?:(?:Deputy|Vice|First|Acting|Former)[- ])*(?:{_HEADS})\b(?!\s+(?:Office|Summit|Meeting)\b)"
)
_LATER: Final = re.compile(
    rf",? (?:(?:as|the|a|an|its|their) )?(?=(?:[\w’'-]+ ){{0,4}}?(?P<head>{_HEADS}|{_HEADS.lower()})\b)", re.IGNORECASE
)
_SPEECH: Final = re.compile(
    r"\s+(?:also |then )?(?:said|told|noted|added|stressed|replied|announced|explained|stated|called|urged"
    r"|emphasi[sz]ed|underlined"
    r"|proposed|thanked|denied|recalled|suggested|warned|pointed)\b"
)
#: Legal forms, which end a name.
_FORMS: Final = frozenset(listed("CJSC OJSC JSC LLC LLP Ltd Inc PLC GmbH SA AG SE"))
#: No sentence names more.
_MOST_PLACES: Final = 400
_OF: Final = ("of", "for", "on", "to")
_IN_BRACKETS: Final = re.compile(r"\s?\(([A-Z][A-Za-z]{1,9})\)")
_ONE_WORD: Final = re.compile(r"\w+(?:-\w+)*")
_IS_DOCUMENT: Final = re.compile(rf"(?i){DOCUMENTS}")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a text.

    Parameters
    ----------
    organizations
        Names and abbreviations of bodies, each mention.
    persons
        Names of persons, each mention.
    posts
        Posts beside the name of the person who holds them.
    """

    organizations: tuple[Candidate, ...]
    persons: tuple[Candidate, ...]
    posts: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Names that something else has found, to be taken where the patterns have none.

    Parameters
    ----------
    organizations
        Places of names of bodies.
    persons
        Places of names of persons.
    """

    organizations: list[tuple[int, int]] = field(default_factory=list)
    persons: list[tuple[int, int]] = field(default_factory=list)


def find_names(text: str, parts: list[Sentence], known: list[Known], more: Found) -> Names:
    """Return the names of a text.

    Parameters
    ----------
    text
        The text.
    parts
        Its sentences.
    known
        The names of the gazetteer in it.
    more
        Names found by other means.
    """
    bodies = {(name.start, name.end) for name in known if name.kind == "organization"}
    people = {(name.start, name.end) for name in known if name.kind == "person"}
    places = [name for name in known if name.kind == "place"]
    posts: dict[tuple[int, int], str] = {}
    at = 0
    for part in parts:
        words = words_of(text, part.start, part.end)
        while at < len(places) and places[at].start < part.start:
            at += 1
        here = [name for name in places[at : at + _MOST_PLACES] if name.start < part.end]
        mine = list(_holders(text, part, words, here))
        taken = Cover(text, [span for pair in mine for span in pair], part.start, part.end)
        people |= {person for person, _ in mine} | {span for span in _speakers(text, words) if not taken.meets(span)}
        posts |= {post: text[slice(*person)] for person, post in mine}
        bodies |= set(_bodies(text, words))
    bodies, people = _with_more(text, bodies, people, set(posts), more)
    return Names(
        tuple(Candidate("body", "named", *span, text[slice(*span)]) for span in sorted(bodies)),
        tuple(Candidate("person", "named", *span, text[slice(*span)]) for span in sorted(people)),
        tuple(Candidate("person", "post", *span, text[slice(*span)], holder) for span, holder in sorted(posts.items())),
    )


def _with_more(
    text: str, bodies: set[tuple[int, int]], people: set[tuple[int, int]], posts: set[tuple[int, int]], more: Found
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return bodies and persons, none within another, with abbreviations, surnames and what others found."""
    taken = Cover(text, [*bodies, *people, *posts])
    people |= {span for span in more.persons if not taken.meets(span)}
    taken = Cover(text, [*bodies, *people, *posts])
    bodies = _outermost(bodies | {span for span in more.organizations if not taken.meets(span)})
    taken = Cover(text, bodies)
    bodies |= {span for span in _abbreviations(text, bodies) if not taken.meets(span)}
    taken = Cover(text, bodies)
    people = {span for span in _outermost(people) if not taken.meets(span)}
    taken = Cover(text, [*bodies, *people])
    return bodies, people | {span for span in _surnames(text, people) if not taken.meets(span)}


class Cover:
    """Which characters of a text, or of a part of it, some spans take.

    Parameters
    ----------
    text
        The text.
    spans
        The spans.
    start
        Where the part begins.
    end
        Where it ends; all of the text without it.
    """

    def __init__(self, text: str, spans: Iterable[tuple[int, int]], start: int = 0, end: int | None = None) -> None:
        self._start = start
        self._taken = bytearray((len(text) if end is None else end) - start)
        for first, last in spans:
            self._taken[first - start : last - start] = b"\1" * (last - first)

    def meets(self, span: tuple[int, int]) -> bool:
        """Whether one of the spans holds a character of this one."""
        return 1 in self._taken[span[0] - self._start : span[1] - self._start]


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _outermost(spans: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the spans that lie in no other; of two that cross, the earlier."""
    kept: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return set(kept)


# ── bodies ──────────────────────────────────────────────────────────────────────────────────────────


def _run(words: list[Word], at: int) -> int:
    """Return the place after the name-like words that begin at a place."""
    first = at
    while at < len(words) and (
        is_name_like(words[at]) or (first < at and words[at].text in ("'s", "’s") and words[at - 1].text == "People")
    ):
        at += 1
    return at


def _bodies(text: str, words: list[Word]) -> Iterator[tuple[int, int]]:
    """Yield the names that hold a word for a body, with what they are of, for or on."""
    at = 0
    while at < len(words):
        end = _run(words, at)
        if end == at:
            at += 1
            continue
        heads = [place for place in range(at, end) if words[place].text in _BODIES]
        heads += [place for place in range(at, end) if heads and words[place].text in _FORMS]
        begin = _joined_left(words, at) if heads else at
        stop = _joined_right(words, end) if heads else end
        is_document = heads and _IS_DOCUMENT.fullmatch(words[end - 1].text)
        if heads and not is_document and stop - begin > 1:
            begin = _past_posts(text, words, begin, heads[0])
            if stop == end and _HEAD.search(text, words[max(begin - 6, 0)].start, words[begin].start):
                stop = heads[-1] + 1  # the holder of a post in it follows
            yield words[begin].start, words[stop - 1].end
            at = stop
        else:
            at = end


def _past_posts(text: str, words: list[Word], begin: int, head: int) -> int:
    """Return where a body begins after a post that stands before it without a mark."""
    found = list(_HEAD.finditer(text, words[begin].start, words[head].start))
    return next((place for place in range(begin, head) if found and words[place].start >= found[-1].end()), begin)


def _joined_left(words: list[Word], at: int) -> int:
    """Return where a name begins of which one part stands before an "and": Culture and Heritage Fund."""
    if at >= 2 and words[at - 1].text == "and" and is_name_like(words[at - 2]):
        first = at - 2
        while first > 0 and is_name_like(words[first - 1]):
            first -= 1
        before = {word.text for word in words[first : at - 1]}
        is_list = first > 0 and words[first - 1].text in (",", "of", "for", "in", "between")
        if not before & (_BODIES | COUNTRIES) and not is_list:
            return first
    return at


def _joined_right(words: list[Word], at: int) -> int:
    """Return where a name ends that goes on with "of the", "for" or "on", and with "and" after these."""
    is_of = False
    while at < len(words):
        place = at + 1
        if words[at].text in _OF[:3]:
            place += place < len(words) and words[place].text == "the"
            is_of = True
        elif not (words[at].text == "and" and is_of):
            return at
        end = _run(words, place)
        if end == place or (words[at].text == "and" and _is_other(words[place:end])):
            return at
        at = end
    return at


def _is_other(run: list[Word]) -> bool:
    """Whether a run of names after "and" is a name of its own."""
    return bool({word.text for word in run} & (_BODIES | COUNTRIES)) or run[-1].text.isupper()


def _abbreviations(text: str, bodies: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield each mention of an abbreviation that a text itself gives in brackets after a name."""
    given = (_IN_BRACKETS.match(text, end) for _, end in bodies)
    yield from _mentions(text, {found[1] for found in given if found})


def _mentions(text: str, words: set[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of some words."""
    if words:
        for found in _ONE_WORD.finditer(text):
            if found[0] in words:
                yield found.span()


# ── persons and their posts ─────────────────────────────────────────────────────────────────────────


def _holders(
    text: str, part: Sentence, words: list[Word], places: list[Known]
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield persons with their posts: the post before the name, or after it."""
    starts = {word.start: place for place, word in enumerate(words)}
    held: list[tuple[int, int]] = []
    for found in _HEAD.finditer(text, part.start, part.end):
        first, after = starts.get(found.start()), _word_at(words, found.end())
        if first is None:
            continue
        while first > 0 and (
            is_name_like(words[first - 1])
            or (first > 1 and words[first - 1].text in ("'s", "’s") and is_name_like(words[first - 2]))
        ):
            first -= 1
        stop, name_end = _split(words, after, places)
        if name_end == stop:
            stop, begin, name_end = _after_comma(words, after)
        else:
            begin = stop
        if name_end > begin:
            person, post = (words[begin].start, words[name_end - 1].end), (words[first].start, words[stop - 1].end)
            held += [person, post]
            yield person, post
    for person, post in _appositions(text, words):
        if not any(_meet(person, other) or _meet(post, other) for other in held):
            yield person, post


def _word_at(words: list[Word], place: int) -> int:
    """Return the first word that begins at or after a place."""
    return next((number for number, word in enumerate(words) if word.start >= place), len(words))


def _split(words: list[Word], at: int, places: list[Known]) -> tuple[int, int]:
    """Return where a post ends and where the name after it ends; equal where no name follows."""
    while at + 1 < len(words) and words[at].text in (*_OF, "and"):
        place = at + 1 + (words[at + 1].text == "the")
        end = _run(words, place)
        if end == place:
            return at, at
        at = _complement(words, place, end, places)
    end = _run(words, at)
    end = min(end, at + 4)
    if end == at or words[at].text in _BODIES or (end - at == 1 and words[at].text in COUNTRIES):
        return at, at
    return at, end


def _after_comma(words: list[Word], at: int) -> tuple[int, int, int]:
    """Return the end of a post and the place of the name after its comma: "Georgia's Minister of Health, Nino B."."""
    stop = _post_end(words, at - 1)
    begin = stop + 1
    if stop >= len(words) or words[stop].text != "," or stop < at:
        return at, at, at
    end = _run(words, begin)
    name = {word.text for word in words[begin:end]}
    is_name = (
        2 <= end - begin <= 3 and not name & (_BODIES | COUNTRIES) and not any(_HEAD.fullmatch(word) for word in name)
    )
    return (stop, begin, end) if is_name else (at, at, at)


def _complement(words: list[Word], place: int, end: int, places: list[Known]) -> int:
    """Return where what a post is "of" ends: a known place, a state, or all but the last two words, the name."""
    heads = [number for number in range(place, end) if words[number].text in _BODIES | _FORMS]
    if heads:
        return heads[-1] + 1
    for known in places:
        if known.start == words[place].start:
            return _word_at(words, known.end)
    if words[place].text in COUNTRIES:
        return place + 1 + (end > place + 1 and words[place + 1].text in ("Republic", "Federation"))
    if end < len(words) and words[end].text in (*_OF, "and"):
        return end
    return max(end - 2, place + 1)


def _appositions(text: str, words: list[Word]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield persons whose post follows: "Name, Minister of Transport," and "Name as Chairman of the Board"."""
    at = 0
    while at < len(words):
        end = _run(words, at)
        if 2 <= end - at <= 4 and not {word.text for word in words[at:end]} & (_BODIES | COUNTRIES):
            later = _LATER.match(text, words[end - 1].end)
            if later and later[0].strip() and (later[0][0] == "," or later[0].split()[0] == "as"):
                begin = _word_at(words, later.end())
                if begin < len(words) and words[begin].text != "and" and (stop := _post_end(words, begin)) > begin:
                    yield (words[at].start, words[end - 1].end), (words[begin].start, words[stop - 1].end)
        at = max(end, at + 1)


def _post_end(words: list[Word], at: int) -> int:
    """Return where a post that follows a name ends: at a mark, or before a word that no post holds."""
    first, has_name = at, False
    while at < len(words) and at - first < 14:
        text = words[at].text
        has_name = has_name or (
            is_name_like(words[at]) and at > first and words[at - 1].text.lower() in (*_OF, "the", "and")
        )
        is_inside = is_name_like(words[at]) or text.lower() in (*_OF, "the", "and", "'s", "’s")
        if not is_inside and (has_name or not text.isalpha() or _is_verb(text)):
            break
        if text in ("and", "for") and not (at + 1 < len(words) and is_name_like(words[at + 1])):
            break
        at += 1
    while at > first and words[at - 1].text.lower() in (*_OF, "the", "and", "for"):
        at -= 1
    return at


def _is_verb(word: str) -> bool:
    """Whether a small word after a post is likely the verb or the adverbial of the sentence."""
    return word in (
        "has",
        "is",
        "was",
        "said",
        "told",
        "will",
        "who",
        "in",
        "at",
        "during",
        "by",
        "with",
    ) or word.endswith("ed")


def _speakers(text: str, words: list[Word]) -> Iterator[tuple[int, int]]:
    """Yield names of two or three words before a verb of speech."""
    at = 0
    while at < len(words):
        end = _run(words, at)
        is_free = not {word.text for word in words[at:end]} & (_BODIES | COUNTRIES) and not any(
            _HEAD.fullmatch(word.text) for word in words[at:end]
        )
        if end - at in (2, 3) and is_free and _SPEECH.match(text, words[end - 1].end):
            yield words[at].start, words[end - 1].end
        at = max(end, at + 1)


def _surnames(text: str, people: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the mentions of a known person by the last word of the name."""
    yield from _mentions(
        text, {text[start:end].rsplit(maxsplit=1)[-1] for start, end in people if " " in text[start:end]}
    )
