"""What takes the force from a statement: negation, condition, denial, hearsay, question, draft."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["Blocked", "blocked_spans", "is_draft", "is_negated"]

_SEGMENT: Final = re.compile(r";|,? but\b|, (?:while|whereas|yet)\b|, and (?=[a-z]+ )|\. ")
_STRONG: Final = re.compile(r";|,? but\b|, (?:while|whereas|yet)\b|\. ")

#: A condition takes the force from all of its clause, and at the head of a sentence from the clause after it.
_CONDITION: Final = re.compile(
    r"\b(?:if|unless|in case of|in the event|on condition|conditional (?:up)?on|subject to|as long as|depend(?:s"
    r"|ing)? (?:up)?on"
    r"|assuming|contingent|providing that|provided that|otherwise|pending|were to|once [a-z]+ed)\b"
    r"|^(?:should|were|had|provided)\b|(?<=, )provided\b|\binto force (?:when|once|after|upon|as soon as|\d+ days)\b"
)
_HEARSAY: Final = re.compile(
    r"\b(?:reportedly|allegedly|supposedly|apparently|unconfirmed|purportedly|rumou?r(?:s|ed)?|gossip"
    r"|speculat(?:ion|ions|ed)"
    r"|(?:media|press|newspapers?|news agencies|websites?|bloggers?|tabloids?) (?:have |had |has )?(?:reported"
    r"|reports?|claim(?:s|ed)?|wrote|said)"
    r"|(?:unnamed|anonymous|unidentified|informed|diplomatic) (?:sources?|officials?)|sources (?:said|say|close"
    r"|claim(?:ed)?)"
    r"|it (?:is|was|has been) (?:widely )?(?:reported|said|rumou?red|claimed|believed|alleged|understood)"
    r"|(?:is|are|was|were) (?:widely )?(?:believed|said|reported|rumou?red|alleged|thought|understood) to"
    r"|critics?|opposition|opponents?|contrary to|social media|claim(?:s|ed) (?:that|to)|insinuat\w+"
    r"|(?:analysts?|experts?|observers?|economists?|commentators?) (?:say|said|believe|expect|think|predict)"
    r"|according to (?:unnamed|anonymous|media|press reports|rumou?rs|reports|some))\b"
)
_DENIAL: Final = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed)?|refut(?:es?|ed)|rul(?:es|ed) out|doubt(?:s"
    r"|ed)?|declin(?:es|ed) to"
    r"|refus(?:es?|ed)|postpon(?:es?|ed)|cancel(?:s|led|ed)?|fail(?:s|ed)? to|unable to|untrue|abandon(?:s|ed)"
    r"|shelved|stopped short"
    r"|neither|whether|no longer|yet to|await(?:s|ing)?|not (?:yet|been)|far from|instead of|rather than|nor"
    r"|hop(?:es?|ed|ing) (?:that|to|for)|wish(?:es|ed)? (?:that|to))\b"
)
#: The same words at the end of a clause deny what stands before them.
_UNTRUE: Final = re.compile(
    r"\b(?:untrue|false|unfounded|was postponed|were postponed|been postponed|was cancelled|were cancelled|been "
    r"cancelled|remains open)\b"
)
_NOT: Final = re.compile(
    r"\b(?:no(?!\.? ?\d)|none|neither|nobody|nothing|nor|not(?! only)|never|hardly|cannot|without(?! (?:prejudice"
    r"|delay|exception))|(?<!a )few|nowhere|lacks?|half of|refus\w+|declin\w+ to|fail\w* to)\b|n't\b"
)
_NO_OBJECT: Final = re.compile(r" ?(?:no(?!\.? ?\d)|none|nothing|neither|nobody|not|zero)\b")
_DRAFT: Final = re.compile(r"\b(?:draft|so-called|future|possible|proposed|planned|potential|would-be)\b")


def _around(pattern: re.Pattern[str], lowered: str, place: int) -> tuple[int, int]:
    """Return the segment of a sentence around a place."""
    start, end = 0, len(lowered)
    for found in pattern.finditer(lowered):
        if found.end() <= place:
            start = found.end()
        elif found.start() >= place:
            end = found.start()
            break
    return start, end


@dataclass(frozen=True, slots=True)
class Blocked:
    """A part of a sentence in which nothing counts as said.

    Parameters
    ----------
    start
        Where it begins.
    end
        Where it ends.
    condition
        Where the condition begins that blocks it; -1 where something else does. What has happened before it stands.
    """

    start: int
    end: int
    condition: int = -1

    def holds(self, start: int, end: int, *, has_happened: bool = False) -> bool:
        """Whether a cue counts for nothing here."""
        return self.start <= start < self.end and not (has_happened and end <= self.condition)


def blocked_spans(lowered: str) -> list[Blocked]:
    """Return the parts of a sentence in which nothing counts as said.

    Parameters
    ----------
    lowered
        The sentence in small letters.
    """
    if lowered.rstrip("\"') ").endswith("?"):
        return [Blocked(0, len(lowered))]
    spans = []
    for found in _CONDITION.finditer(lowered):
        is_first = not lowered[: found.start()].strip(" \"'(")
        spans.append(Blocked(*_around(_STRONG if is_first else _SEGMENT, lowered, found.start()), found.start()))
    spans += [Blocked(*_around(_STRONG, lowered, found.start())) for found in _HEARSAY.finditer(lowered)]
    spans += [
        Blocked(found.start(), _around(_STRONG, lowered, found.start())[1]) for found in _DENIAL.finditer(lowered)
    ]
    spans += [Blocked(*_around(_SEGMENT, lowered, found.start())) for found in _UNTRUE.finditer(lowered)]
    return spans


def is_negated(before: str, cue: str, after: str, *, allows_not: bool) -> bool:
    """Whether the words of a clause take the force from a cue in it.

    Parameters
    ----------
    before
        The clause up to the cue, in small letters.
    cue
        The cue itself.
    after
        What follows it.
    allows_not
        Whether a "not" within the cue leaves its force.
    """
    if _NOT.search(before) or (not allows_not and _NOT.search(cue)):
        return True
    return bool(_NO_OBJECT.match(after))


def is_draft(words: str) -> bool:
    """Whether an instrument is spoken of that does not stand yet."""
    return bool(_DRAFT.search(words))
