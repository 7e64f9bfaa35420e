"""What was adopted, done, planned, begun, reaffirmed, proposed, called for or laid down as a duty: action units."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from kervan.register.ingest.blocked import blocked_spans, is_draft, is_negated
from kervan.register.ingest.candidate import Candidate
from kervan.register.ingest.forces import CUES, Cue, base_form, is_act
from kervan.register.ingest.sentences import Sentence
from kervan.register.ingest.times import time_of
from kervan.register.ingest.words import DOCUMENTS, even_lower

__all__ = ["Hit", "Unit", "actions_of", "hits_of", "units_of"]

_DOCUMENT: Final = re.compile(rf"\b{DOCUMENTS}\b")
_SPEECH: Final = (
    r"(?:said|says|reports|writes|announced|added|noted|stated|stressed|underlined|emphasi[sz]ed|told [a-z]+"
    r"|recalled|explained|reported|confirmed"
    r"|informed|declared|replied)"
)
#: A clause begins after one of these.
_CLAUSE: Final = re.compile(
    rf'[;:"]| [–—] | - |, (?:and|but|while|whereas|so|which|who|where|with)\b|,? but\b|\b{_SPEECH}(?: [a-z]+ on '
    rf"[a-z]+)?(?: that)? |\bthat |(?<!such )(?<!well )\bas (?=the |an? )"
)
_LEAD_IN: Final = re.compile(
    r"(?:in|on|at|by|from|since|during|after|before|under|according to|for|with|today|yesterday|as|following"
    r"|starting|addressing"
    r"|opening|speaking|while|within|over|to|given|asked|noting|thus|also|meanwhile|separately|earlier|moreover"
    r"|however)\b[^,]{0,150}, "
)
_LEFT_OVER: Final = re.compile(
    r"(?:(?:and|but|that|also|however|then|or|which|who|so|after|since|because|although|though),? |[\s,–—-])+"
)
#: What a unit does not hold any more.
_STOP: Final = re.compile(
    r'[";]|\((?![^()]{1,40}\))|:(?= )| [–—] | - |[.!?…]+$'
    r"|,? (?:but|while|whereas|although|though|because|which|who|where|according to|so that|whose)\b"
    rf"|, (?:he|she|they|it|we|as|since|after|before|so|in line|one of|both|despite|following|thus|subject to"
    rf"|among|then|including (?![a-z]+ing\b)|"
    rf"with|emphasi[sz]ing|(?:[\w\'.-]+ ){{0,7}}?{_SPEECH}\b|[a-z]+ed (?:by|in|on|at|for)\b|a |an |the (?!\w+ "
    rf"(?:and|or) )|(?!including\b)[a-z]+ing\b)"
)
_NEW_CLAUSE: Final = re.compile(
    r",? and (?:(?!that\b|which\b|who\b|to\b|and\b)[\w'-]+ ){0,8}?(?:is|are|was|were|has|have|had|will|shall|must"
    r"|can|may|would|could|did"
    r"|does|do|remains?|took|made|said)\b"
)
_COORDINATOR: Final = re.compile(r", and |, or |, |; | and ")
_NEXT_VERB: Final = re.compile(
    r", including (?P<gerund>[a-z]+ing)(?= )|(?:, and |, | and )(?:to )?(?P<verb>[a-z]+)(?= )"
)
_TO_VERB: Final = re.compile(r"\bto [a-z]+")
_INFINITIVE: Final = re.compile(
    r"\b(?:to|not|be|been|being|can|could|may|might|would|should|will|shall|must|did|does|do)(?: [a-z]+ly)? $"
)
_VERBAL: Final = ("the ", "has", "have", "will", "is ", "are ", "was ", "were ")
_NOUN_BEFORE: Final = re.compile(r"\b(?:a|an|the|his|her|its|their|our|this|these|of|newly|recently|as) $")
_STEM: Final = (
    (re.compile(r"\b(?:decid|resolv|agree|approv)"), "planned"),
    (re.compile(r"\b(?:call(?:s|ed)? (?:up)?on|invit|urg|encourag|recommend|request)"), "called_for"),
    (re.compile(r"\b(?:instruct|task|mandat|direct|oblig|undert|shall|must)"), "binding"),
)
_TO_ITEM: Final = re.compile(r"to (?P<verb>[a-z]+) ")
_AGENT: Final = re.compile(
    r"\bby (?P<who>(?:the )?(?!\d|end|the end|means|law)[^,;.]{2,80}?)(?= (?:in|on|at|from|with|for|to|by|and"
    r"|during|after)\b|[,;.]|$)"
)
#: In a clause that begins so, nothing has happened yet; or it is said in passing, and its comma ends it.
_NOT_YET: Final = re.compile(
    r"\b(?P<when>before|until|till|once|when|whenever|as soon as|by the time|prior to|after)\b"
)
_WAS_PAST: Final = re.compile(r"(?:was|were|had|has|have|came|[a-z]+ed)\b")
_THING: Final = re.compile(
    r"\b(?:steps?|measures?|investments?|corridor|route|agreement|document|this|it|system|initiative|move"
    r"|cooperation|memorandum|decision)"
    r" (?:also )?$"
)
_EFFECT: Final = re.compile(
    r"\b(?:ensure|improve|strengthen|reduce|support|facilitate|create|provide|enhance|promote|increase|attract"
    r"|make|open up|cut|expand)$"
)
_SUBORDINATE: Final = re.compile(r"\b(?:after|since|because|although|though) $")
_AND_BEFORE: Final = re.compile(r"\b(?:and|or) $")
_ITSELF: Final = re.compile(r"\b(?:be|been|is|are|was|were)\b")


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue where it stands in a sentence, places counted from the start of the sentence."""

    start: int
    end: int
    cue: Cue


@dataclass(frozen=True, slots=True)
class Unit:
    """An action unit in its sentence, places counted from the start of the sentence.

    Parameters
    ----------
    start
        Where it begins.
    end
        Where it ends.
    force
        Its force.
    clause
        Where its clause begins.
    cue
        Where the words begin that carry the force.
    cue_end
        Where they end.
    from_subject
        Whether it begins with its subject.
    """

    start: int
    end: int
    force: str
    clause: int
    cue: int
    cue_end: int
    from_subject: bool


def hits_of(lowered: str) -> list[Hit]:
    """Return the cues of a sentence, none within another, without those that are no verb of the clause.

    Parameters
    ----------
    lowered
        The sentence in small letters.
    """
    hits: list[Hit] = []
    for cue in CUES:
        for found in cue.pattern.finditer(lowered):
            start, end = found.start(), found.end()
            if any(hit.start < end and start < hit.end for hit in hits):
                continue
            if _INFINITIVE.search(lowered[max(0, start - 24) : start]) and not cue.from_subject:
                continue
            may_be_noun = cue.force not in ("binding", "reaffirmed", "under_way") and not found[0].startswith(_VERBAL)
            if may_be_noun and _NOUN_BEFORE.search(lowered[max(0, start - 12) : start]):
                continue
            hits.append(Hit(start, end, cue))
    hits.sort(key=lambda hit: hit.start)
    return [
        hit for number, hit in enumerate(hits) if not (number and _is_second_participle(lowered, hits[number - 1], hit))
    ]


def _is_second_participle(lowered: str, hit: Hit, later: Hit) -> bool:
    """Whether a later cue is only the second half of a passive: "must be respected and strictly implemented"."""
    return (
        later.cue.force in ("done", "adopted")
        and not later.cue.from_subject
        and bool(_ITSELF.search(lowered, hit.start, hit.end))
        and bool(_AND_BEFORE.search(lowered, hit.end, later.start))
        and not _STOP.search(lowered, hit.end, later.start)
    )


def units_of(lowered: str, *, stem: str = "") -> list[Unit]:
    """Return the action units of a sentence.

    Parameters
    ----------
    lowered
        The sentence in small letters.
    stem
        What stands before the list that the sentence is an item of.
    """
    units: list[Unit] = []
    blocked = blocked_spans(lowered)
    hits = hits_of(lowered)
    if first := _of_stem(lowered, stem):
        units.append(first)
    for number, hit in enumerate(hits):
        apart = _apart_from(lowered, hit)
        following = next((later for later in hits[number + 1 :] if later.start >= apart), None)
        if units and hit.start < units[-1].end:
            continue
        has_happened = hit.cue.force in ("adopted", "done", "under_way")
        if any(part.holds(hit.start, hit.end, has_happened=has_happened) for part in blocked):
            continue
        clause = _clause_start(lowered, hit.start, units[-1].end if units else 0)
        if is_negated(
            lowered[clause : hit.start],
            lowered[hit.start : hit.end],
            lowered[hit.end : hit.end + 12],
            allows_not=hit.cue.allows_not,
        ):
            continue
        if _is_to_come(lowered, clause, hit) or _is_effect(lowered, clause, hit):
            continue
        end = _unit_end(lowered, hit.end, following.start if following else len(lowered))
        if (
            _SUBORDINATE.search(lowered[: start_of(lowered, clause, hit)])
            and (comma := lowered.find(", ", hit.end, end)) > 0
        ):
            end = comma
        start = start_of(lowered, clause, hit) if hit.cue.from_subject else hit.start
        unit = Unit(start, end, hit.cue.force, clause, hit.start, hit.end, hit.cue.from_subject)
        if hit.cue.force == "adopted" and not _names_document(lowered, unit):
            continue
        units += _split(lowered, unit)
    return units


def start_of(lowered: str, clause: int, hit: Hit) -> int:
    """Return where the subject of a cue begins, after what leads into the clause; the cue where marks part the two."""
    if lowered[hit.start - 2 : hit.start] == ", ":
        return hit.start
    lead = _LEAD_IN.match(lowered, clause, hit.start)
    start = lead.end() if lead and lead.end() < hit.start else clause
    left = _LEFT_OVER.match(lowered, start, hit.start)
    return left.end() if left else start


def _is_to_come(lowered: str, clause: int, hit: Hit) -> bool:
    """Whether a cue stands in a clause of time that has yet to come: "after the agreement enters into force"."""
    found = _NOT_YET.search(lowered[max(clause - 8, 0) : hit.start].rpartition(",")[2])
    if not found:
        return False
    return found["when"] != "after" or not _WAS_PAST.match(lowered, hit.start)


def _is_effect(lowered: str, clause: int, hit: Hit) -> bool:
    """Whether a "will" tells what a thing brings about and not what somebody is going to do."""
    if hit.cue.force != "planned" or hit.cue.from_subject:
        return False
    before = lowered[clause : hit.start]
    if lowered[: hit.start].endswith(("which ", "that ", "who ")):
        return lowered.startswith("will", hit.start)
    return bool(_THING.search(before) and _EFFECT.search(lowered, hit.start, hit.end))


def _of_stem(lowered: str, stem: str) -> Unit | None:
    """Return the unit of an item "to approve ..." whose force stands before the list."""
    found = _TO_ITEM.match(lowered)
    force = next((force for pattern, force in _STEM if pattern.search(stem)), "") if found and stem else ""
    if not found or not force:
        return None
    if force == "planned" and found["verb"] in ("approve", "adopt", "endorse"):
        force = "adopted"
    return Unit(0, _unit_end(lowered, found.end(), len(lowered)), force, 0, 0, found.end() - 1, from_subject=False)


def _apart_from(lowered: str, hit: Hit) -> int:
    """Return the place from which a later cue is a statement of its own and not a part of what this one governs."""
    marks = (_COORDINATOR.search(lowered, hit.end), _STOP.search(lowered, hit.end))
    return min((found.end() for found in marks if found), default=len(lowered))


def _clause_start(lowered: str, place: int, least: int) -> int:
    """Return where the clause of a cue begins."""
    start = least
    for found in _CLAUSE.finditer(lowered, least, place):
        start = found.end()
    if least and start == least:
        coordinators = list(_COORDINATOR.finditer(lowered, least, place))
        start = coordinators[-1].end() if coordinators else start
    left = _LEFT_OVER.match(lowered, start, place)
    return left.end() if left else start


def _unit_end(lowered: str, start: int, following: int) -> int:
    """Return where what a cue governs ends."""
    end = len(lowered)
    for pattern in (_STOP, _NEW_CLAUSE):
        if found := pattern.search(lowered, start, end):
            end = found.start()
    if following < end:
        coordinators = list(_COORDINATOR.finditer(lowered, start, following))
        strong = [found for found in coordinators if found[0] != " and "]
        chosen = (strong or coordinators)[-1:] or []
        end = chosen[0].start() if chosen else end
    return len(lowered[:end].rstrip(" ,.;:!?…"))


def _names_document(lowered: str, unit: Unit) -> bool:
    """Whether an act of adoption has an instrument for its object, or its subject in the passive."""
    words = lowered[unit.start : unit.cue] if unit.from_subject else lowered[unit.cue_end : unit.end]
    is_relative = not unit.from_subject and re.search(
        rf"\b{DOCUMENTS} (?:[a-z]+ly )?$", lowered[max(0, unit.cue - 40) : unit.cue]
    )
    return bool(_DOCUMENT.search(words)) and not is_draft(words) and not is_relative


def _split(lowered: str, unit: Unit) -> Iterator[Unit]:
    """Yield a unit for each verb under the same force: "to simplify transit and build roads" are two."""
    cuts = [unit.start]
    marks: list[int] = []
    if _TO_VERB.search(lowered, unit.cue, unit.end) or lowered[unit.cue : unit.cue_end].startswith(
        ("will", "shall", "must", "should")
    ):
        for found in _NEXT_VERB.finditer(lowered, unit.cue_end, unit.end):
            word = found["verb"] or base_form(found["gerund"])
            if is_act(word) and lowered[found.end() : found.end() + 4] not in (" of ", " and"):
                marks.append(found.start())
                cuts.append(found.start("verb") if found["verb"] else found.start("gerund"))
    ends = [*marks, unit.end]
    for number, (start, end) in enumerate(zip(cuts, ends, strict=True)):
        last = len(lowered[:end].rstrip(" ,"))
        yield replace(unit, start=start, end=last, from_subject=unit.from_subject and not number)


def actions_of(text: str, part: Sentence, units: list[Unit], anchor: dt.date | None) -> Iterator[Candidate]:
    """Yield the action units of a sentence as candidates.

    Parameters
    ----------
    text
        The whole text.
    part
        The sentence.
    units
        Its units.
    anchor
        Day of the document.
    """
    for unit in units:
        start, end = part.start + unit.start, part.start + unit.end
        is_ahead = unit.force in ("planned", "under_way", "proposed", "called_for", "binding", "reaffirmed")
        words = text[start:end]
        # The words before belong to the first of several units under one force.
        before = text[part.start + unit.clause : start] if unit.start <= unit.cue else ""
        if unit.force == "adopted":
            words = _DATED_TITLE.sub("", words)
        yield Candidate(
            "action", unit.force, start, end, text[start:end], actor_guess=_actor(text, part, unit),
            time=time_of(words, anchor, is_ahead=is_ahead) or time_of(before, anchor, is_ahead=is_ahead),
        )  # fmt: skip


#: Years within the title of an instrument are not the time of its adoption.
_DATED_TITLE: Final = re.compile(r"(?:for|until|to|by) (?:the (?:period|years) )?(?:19|20)\d\d(?:[-–](?:19|20)\d\d)?")


def _actor(text: str, part: Sentence, unit: Unit) -> str:
    """Return who acts in the words of the text: the subject, or after a passive the words after "by"."""
    if not unit.from_subject:
        lead = _LEAD_IN.match(even_lower(text[part.start + unit.clause : part.start + unit.cue]))
        return text[part.start + unit.clause + (lead.end() if lead else 0) : part.start + unit.cue].strip(" ,\n")[:120]
    lowered = even_lower(text[part.start : part.end])
    if _ITSELF.search(lowered, unit.cue, unit.cue_end):
        found = _AGENT.search(lowered, unit.cue_end, unit.end)
        return text[part.start + found.start("who") : part.start + found.end("who")] if found else ""
    return text[part.start + unit.start : part.start + unit.cue].strip(" ,\n")[:120]
