"""What is recorded: drafts, events, how an event is written down, and its hash.

The hash of an event is the SHA-256 of a zero byte and its canonical JSON, all fields but the hash itself. That is
the hash of a leaf in the tree of RFC 6962, section 2.1, so the chain and the tree stand on the same numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from kervan.errors import BrokenChain, InputError, Problem, SchemaError, shown
from kervan.ledger._canonical import canonical, faults, id_fault, quoted

__all__ = [
    "FIELDS",
    "FIRST_HASH",
    "INSTANT",
    "MAX_BODY_BYTES",
    "MAX_DRAFTS",
    "Draft",
    "Event",
    "draft_problems",
    "event_id",
    "hash_of",
    "instant",
    "record",
    "records",
    "stamp",
]

#: Columns of the table of events, as `event_of` reads them.
FIELDS: Final = "stream, sequence, type, subject, actor, event_at, recorded_at, body, corrects, previous_hash, hash"
#: What the first event of a stream gives as the hash before it.
FIRST_HASH: Final = "0" * 64
#: Largest body, written as canonical JSON.
MAX_BODY_BYTES: Final = 1_000_000
#: Most events of one transaction.
MAX_DRAFTS: Final = 10_000

#: A moment with its zone, as a pattern.
INSTANT: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
)
_STREAM: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
_INSTANT: Final = re.compile(INSTANT)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is not recorded yet.

    Parameters
    ----------
    type
        What happened, in lower-case words with dots: ``commitment.added``.
    subject
        Id of the thing it is about.
    body
        What is said of it: values of JSON.
    actor
        Who says so.
    event_at
        When it happened, with its zone (RFC 3339): ``2025-05-21T10:00:00+02:00``.
    corrects
        Id of the event of the same stream that this one puts right.
    """

    type: str
    subject: str
    body: Mapping[str, Any]
    actor: str
    event_at: str
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is recorded.

    Parameters
    ----------
    id
        Stream and sequence: ``register/17``.
    stream
        The log it is in.
    sequence
        Its place there, from 1 without a gap.
    type, subject, actor, event_at, body, corrects
        As in `Draft`.
    recorded_at
        When it was recorded, in UTC; never earlier than that of the event before it.
    previous_hash
        Hash of the event before it; zeros before the first.
    hash
        Hash of all the other fields.
    """

    id: str
    stream: str
    sequence: int
    type: str
    subject: str
    actor: str
    event_at: str
    recorded_at: str
    body: Mapping[str, Any]
    corrects: str
    previous_hash: str
    hash: str


def event_id(stream: str, sequence: int) -> str:
    """Return the id of the event at a place of a stream."""
    return f"{stream}/{sequence}"


def record(stream: str, sequence: int, draft: Draft | Event, body: str, recorded_at: str, previous_hash: str) -> str:
    """Return the canonical JSON of an event whose body is canonical JSON already."""
    return (
        f'{{"actor":{quoted(draft.actor)},"body":{body},"corrects":{quoted(draft.corrects)},'
        f'"event_at":"{draft.event_at}","id":"{stream}/{sequence}","previous_hash":"{previous_hash}",'
        f'"recorded_at":"{recorded_at}","sequence":{sequence},"stream":"{stream}",'
        f'"subject":{quoted(draft.subject)},"type":"{draft.type}"}}'
    )


def hash_of(text: str) -> str:
    """Return the hash of an event written as canonical JSON."""
    return sha256(b"\0" + text.encode()).hexdigest()


def stamp(moment: datetime) -> str:
    """Return a moment in UTC, always as long, so that texts sort as the moments do.

    Raises
    ------
    InputError
        When the moment has no zone.
    """
    if moment.tzinfo is None:
        raise InputError(f"a clock of a ledger gives moments with a zone, not {moment}")
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def instant(text: object, *, may_be_day: bool = False) -> datetime:
    """Return the moment that RFC 3339 writes so; for a day its last microsecond in UTC.

    Raises
    ------
    InputError
        When it is none, has no zone, or cannot be.
    """
    fault = _instant_fault(text)
    if not fault:
        return datetime.fromisoformat(str(text))
    if may_be_day and isinstance(text, str) and _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise InputError(f"there is no such day as {text}") from None
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    raise InputError(f"{shown(text)} {fault}")


def _instant_fault(text: object) -> str:
    example = "2025-05-21T10:00:00+02:00"
    if not isinstance(text, str):
        return f"is not a moment; write it as {example}"
    if not _INSTANT.fullmatch(text):
        lacks_zone = re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?", text, re.ASCII)
        return f"{'has no zone' if lacks_zone else 'is not a moment'}; write it as {example}"
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return "is a moment that cannot be"
    return ""


def stream_fault(stream: object) -> str:
    """Return what is wrong with the name of a stream, or nothing."""
    if isinstance(stream, str) and _STREAM.fullmatch(stream):
        return ""
    return f"{shown(stream)} cannot name a stream: small letters, digits, '.', '_' and '-', at most 64"


def checked(stream: str, drafts: Sequence[Draft]) -> list[str]:
    """Return the body of every draft as canonical JSON.

    Raises
    ------
    SchemaError
        With every problem of every draft.
    """
    if fault := stream_fault(stream):
        raise InputError(fault)
    if not all(isinstance(draft, Draft) for draft in drafts):
        raise InputError("what is appended to a ledger is a list of drafts of events")
    if not 0 < len(drafts) <= MAX_DRAFTS:
        raise InputError(f"{len(drafts)} events at once; give 1 to {MAX_DRAFTS:,}")
    bodies: list[str] = []
    problems = [problem for row, draft in enumerate(drafts, 1) for problem in draft_problems(draft, row, bodies)]
    if problems:
        raise SchemaError(problems, f"the events for {stream}")
    return bodies


def draft_problems(draft: Draft, row: int = 0, bodies: list[str] | None = None) -> Iterable[Problem]:
    """Yield what is wrong with a draft; give its body as canonical JSON to ``bodies`` if that can be written."""

    def problem(column: str, message: str, value: object) -> Problem:
        return Problem("event", row, column, _cut(value), message)

    for column in ("subject", "actor"):
        if fault := id_fault(getattr(draft, column)):
            yield problem(column, fault, getattr(draft, column))
    if not (isinstance(draft.type, str) and len(draft.type) <= 100 and _TYPE.fullmatch(draft.type)):
        yield problem("type", "is not a type: small letters, digits and _, with dots between words", draft.type)
    if fault := _instant_fault(draft.event_at):
        yield problem("event_at", fault, draft.event_at)
    if fault := id_fault(draft.corrects, may_be_empty=True):
        yield problem("corrects", fault, draft.corrects)
    yield from _body_problems(draft.body, problem, bodies)


def _body_problems(body: object, problem: Any, bodies: list[str] | None) -> Iterable[Problem]:
    if not isinstance(body, Mapping):
        yield problem("body", "is not an object of JSON", body)
        return
    found = faults(body)
    yield from (problem(f"body.{place}" if place else "body", what, value) for place, what, value in found)
    if found:
        return
    text = canonical(body)
    if len(text.encode()) > MAX_BODY_BYTES:
        yield problem("body", f"is {len(text.encode()):,} bytes; at most {MAX_BODY_BYTES:,} are recorded", "")
    elif bodies is not None:
        bodies.append(text)


def _cut(value: object) -> str:
    return (value if isinstance(value, str) else shown(value))[:_SHOWN]


def records(events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """Yield every event of a stream as canonical JSON, with its hash, and verify on the way that they are a chain.

    Raises
    ------
    BrokenChain
        At the first event that is not what was recorded.
    """
    before = FIRST_HASH
    for sequence, event in enumerate(events, 1):
        text = record(event.stream, sequence, event, canonical(event.body), event.recorded_at, event.previous_hash)
        if event.sequence != sequence or event.previous_hash != before or hash_of(text) != event.hash:
            raise BrokenChain(
                f"{event.id} is not what was recorded: it, or what comes before it, was altered, dropped or added in "
                "the database. The last export or checkpoint tells how far the log can be trusted"
            )
        before = event.hash
        yield text, before


def event_of(row: Sequence[Any]) -> Event:
    """Return the event that a row of the table of events holds, its columns those of `FIELDS`."""
    stream, sequence, kind, subject, actor, event_at, recorded_at, body, corrects, previous_hash, own_hash = row
    return Event(
        f"{stream}/{sequence}", stream, sequence, kind, subject, actor, event_at, recorded_at, json.loads(body),
        corrects, previous_hash, own_hash,
    )  # fmt: skip
