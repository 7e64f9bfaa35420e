"""Words with their places, and the closed lists of words that several rules share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["COUNTRIES", "DOCUMENTS", "FUNCTION_WORDS", "Word", "even_lower", "is_name_like", "listed", "words_of"]


def listed(text: str) -> list[str]:
    """Return the words of a list that is written in lines for people."""
    return text.split()


_WORD: Final = re.compile(r"\w+(?:[-’'](?!s\b)\w+)*|[’']s\b|[^\w\s]")

#: Words that can begin a sentence with a capital and are no part of a name.
FUNCTION_WORDS: Final = frozenset(
    listed("""
    the a an in on at by of for to from with within without and or but nor if unless while when as after before
    during since this that these those it its he his she her we our they their i you your who which what where
    no not none neither each every all any some many most several both such other another also there here
    starting under over about between among according today yesterday following given should were provided
    january february march april june july august september october november december jan feb mar apr aug sept
    sep oct nov dec monday tuesday wednesday thursday friday saturday sunday opening addressing speaking asked
    recalling welcoming noting article decision note press release date done joint final
""")
)

#: States of the region and their neighbours, with the adjective: a post is often "of" one, or named by one.
COUNTRIES: Final = frozenset(
    listed("""
    Afghanistan Albania Armenia Austria Azerbaijan Bahrain Belarus Belgium Bulgaria China Croatia Cyprus Czechia
    Denmark Egypt Estonia Finland France Georgia Germany Greece Hungary India Indonesia Iran Iraq Israel Italy
    Japan Jordan Kazakhstan Korea Kuwait Kyrgyzstan Latvia Lebanon Lithuania Luxembourg Malaysia Malta Moldova
    Mongolia Montenegro Netherlands Norway Oman Pakistan Poland Portugal Qatar Romania Russia Serbia Singapore
    Slovakia Slovenia Spain Sweden Switzerland Syria Tajikistan Turkey Türkiye Turkmenistan Ukraine Uzbekistan
    Vietnam Afghan Armenian Azerbaijani Azeri Belarusian Bulgarian Chinese Georgian German Greek Hungarian
    Indian Iranian Japanese Kazakh Korean Kyrgyz Moldovan Mongolian Pakistani Polish Romanian Russian Serbian
    Tajik Turkish Turkmen Ukrainian Uzbek Europe European Asia Asian
""")
)

#: What an instrument can be called.
DOCUMENTS: Final = (
    r"(?:agreements?|memorand(?:ums?|a)|mous?|protocols?|declarations?|charters?|conventions?|treat(?:y|ies)"
    r"|statements?|decisions?"
    r"|resolutions?|(?:action |work |master )?plans?|programmes?|programs?|strateg(?:y|ies)|concepts?|road ?maps?"
    r"|rules of procedure"
    r"|rules|regulations?|statutes?|terms of reference|contracts?|communiqu[eé]s?|documents?|laws?|acts?"
    r"|guidelines|framework"
    r"|codes?|policy|policies|pacts?|accords?|arrangements?|letters? of intent|annex(?:es)?|amendments?"
    r"|procedures?|budget|vision"
    r"|constitution|articles of association|list|calendar|standards?|instruments?|deals?)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a mark with its place in the text."""

    start: int
    end: int
    text: str


def words_of(text: str, start: int, end: int) -> list[Word]:
    """Return the words and marks of a span; the possessive ``'s`` is one of its own."""
    return [Word(found.start(), found.end(), found[0]) for found in _WORD.finditer(text, start, end)]


#: A short title in quotation marks is a name, not speech.
_TITLE: Final = re.compile(r"[“\"«„](?=[A-Z])([^“”\"«»„\n]{2,120}[^“”\"«»„\n,.!?])[”\"»“]")


def even_lower(text: str) -> str:
    """Return text in small letters and plain marks, each in its place; the marks around a title are set apart."""
    text = _TITLE.sub(r"`\1`", text)
    lowered = "".join(sign.lower()[:1] for sign in text)
    return lowered.translate(
        {ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', 0xA0: " ", ord("\n"): " ", ord("\t"): " "}
    )


def is_name_like(word: Word) -> bool:
    """Whether a word is written as a part of a name."""
    return word.text[0].isupper() and word.text.lower() not in FUNCTION_WORDS
