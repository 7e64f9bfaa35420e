"""What is found in a text: a candidate for the register, with its exact place in the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["CLASSES", "FORCES", "Candidate", "as_json"]

#: The force of an action unit, from what has been adopted to what binds.
FORCES: Final = ("adopted", "done", "planned", "under_way", "reaffirmed", "proposed", "called_for", "binding")

#: The kinds of candidate, each with its classes.
CLASSES: Final = {
    "action": FORCES,
    "document": ("adopted",),
    "event": ("held", "planned"),
    "body": ("named",),
    "person": ("named", "post"),
    "amount": ("money", "quantity"),
    "percentage": ("share",),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One proposal for the register; nothing enters before somebody has looked at it.

    Parameters
    ----------
    kind
        One of `CLASSES`.
    class_
        One of the classes of the kind.
    start
        Place of its first character in the text.
    end
        Place after its last character.
    quote
        The words themselves: ``text[start:end]``.
    actor_guess
        Who seems to act, in the words of the text; for a post, the person who holds it; empty where nobody is named.
    time
        When, as EDTF level 1; empty where the text does not say.
    value
        The number of an amount; None where there is none or its writing has two readings.
    unit
        Unit of the value: a currency (ISO 4217), ``frac`` for a percentage, or the unit as the text has it.
    confidence
        How often candidates of this kind and class were right on the development texts, from 0 to 1.
    links
        Entries of the register that this may be about, as suggestions.
    """

    kind: str
    class_: str
    start: int
    end: int
    quote: str
    actor_guess: str = ""
    time: str = ""
    value: float | None = None
    unit: str = ""
    confidence: float = 0.0
    links: tuple[str, ...] = ()


def as_json(sha256: str, candidates: Iterable[Candidate]) -> dict[str, Any]:
    """Return candidates as the machine output of ``kervan register ingest``.

    Parameters
    ----------
    sha256
        SHA-256 of the text in UTF-8, in hexadecimal.
    candidates
        What was found in it.
    """
    return {
        "sha256": sha256,
        "candidates": [
            {
                "kind": found.kind,
                "class": found.class_,
                "start": found.start,
                "end": found.end,
                "quote": found.quote,
                "actor_guess": found.actor_guess,
                "time": found.time,
                "value": found.value,
                "unit": found.unit,
                "confidence": found.confidence,
                "links": list(found.links),
            }
            for found in candidates
        ],
    }
