"""What follows from what is recorded, as functions of rows: delivery, entry into force, scores. Never typed.

Every answer about days has bounds, as the dates it rests on may be partial.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Any, Final, NamedTuple

from kervan.edtf import Edtf, parse
from kervan.register.schema import UNDECIDED

__all__ = [
    "FINISHED",
    "SETTLED",
    "STATUSES",
    "Days",
    "Force",
    "Item",
    "Measure",
    "best_grade",
    "days_between",
    "delivery",
    "delivery_of",
    "entry_into_force",
    "middle",
    "read_date",
    "score_of",
]

#: Every delivery status there is, with what it means.
STATUSES: Final[Mapping[str, str]] = {
    "delivered": "shown by evidence of grade 1 or 2, or by two independent items",
    "claimed": "said to be delivered, and not shown",
    "disputed": "evidence of like weight speaks for and against delivery",
    "under_way": "work has begun, as some evidence says",
    "not_delivered": "evidence says that it was not delivered",
    "not_started": "evidence says that work has not begun",
    "no_evidence": "no evidence was found, which says nothing of the thing itself",
    "superseded": "another commitment took its place",
    "withdrawn": "it was given up",
}
#: Nothing is due any more.
SETTLED: Final = ("delivered", "superseded", "withdrawn")
#: It is not counted among the promises any more.
FINISHED: Final = ("superseded", "withdrawn")
#: Up to this grade one item is enough.
_SOUND: Final = 2
_ENOUGH: Final = 2  # independent items that are enough

read_date = lru_cache(maxsize=65_536)(parse)


class Item(NamedTuple):
    """An item of evidence, as far as the status depends on it."""

    stance: str
    shows: str
    grade: int
    group: str
    is_own_word: bool
    party: str = ""


def delivery_of(items: Sequence[Item], parties: Sequence[str]) -> str:
    """Return the status of a commitment of several parties: what holds for all of them, else how far they are.

    Examples
    --------
    >>> delivery_of([Item("supports", "delivery", 2, "gazette", False, "KZ")], ["KZ", "KG"])
    'under_way'
    """
    if not any(item.party for item in items):
        return delivery(items)
    found = {delivery([item for item in items if item.party in ("", party)]) for party in parties}
    if len(found) == 1:
        return found.pop()
    if "disputed" in found:
        return "disputed"
    return "under_way" if found & {"delivered", "claimed", "under_way"} else min(found - {"no_evidence"})


def delivery(items: Iterable[Item]) -> str:
    """Return the delivery status that the evidence on a commitment comes to.

    Examples
    --------
    >>> delivery([]), delivery([Item("supports", "delivery", 4, "ministry", True)])
    ('no_evidence', 'claimed')
    """
    held = list(items)
    done, undone = _weight(held, "supports", "delivery"), _weight(held, "contradicts", "delivery")
    begun, idle = _weight(held, "supports", "progress"), _weight(held, "contradicts", "progress")
    if done:
        if undone >= done:
            return "disputed" if undone == done else "not_delivered"
        return "delivered" if done == _PROVEN else "claimed"
    if begun > idle:
        return "under_way"
    if undone:
        return "not_delivered"
    if begun or idle:
        return "disputed" if begun == idle else "not_started"
    return "no_evidence"


_CLAIMED, _PROVEN = 1, 2


def _weight(items: Sequence[Item], stance: str, shows: str) -> int:
    """Return 2 for what is shown, 1 for what is said, 0 for what nobody says."""
    told = [item for item in items if item.stance == stance and item.shows == shows]
    groups = {item.group for item in told if not item.is_own_word}
    if any(item.grade <= _SOUND for item in told) or len(groups) >= _ENOUGH:
        return _PROVEN
    return _CLAIMED if told else 0


def best_grade(items: Iterable[Item]) -> int | None:
    """Return the best grade of what supports delivery, or progress if nothing does; None without either."""
    told = [item for item in items if item.stance == "supports"]
    grades = [item.grade for item in told if item.shows == "delivery"] or [item.grade for item in told]
    return min(grades, default=None)


def score_of(first: str, second_assessor: str, second: str) -> tuple[float | None, float, float, bool]:
    """Return a score, its bounds, and whether two assessors agree on it.

    A score that is none, or on which two assessors differ, is no score: it only has bounds.

    Examples
    --------
    >>> score_of("+1", "B", "0"), score_of("none", "", "")
    ((None, 0.0, 1.0, False), (None, -1.0, 1.0, False))
    """
    given = [first, *([second] if second_assessor and second else [])]
    low = min(-1.0 if score == UNDECIDED else float(score) for score in given)
    high = max(1.0 if score == UNDECIDED else float(score) for score in given)
    is_score = low == high
    return (low if is_score else None), low, high, is_score and len(given) == 2


# ── entry into force ────────────────────────────────────────────────────────────────────────────────


class Days(NamedTuple):
    """The earliest and the latest day that something may have happened."""

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, text: str) -> Days:
        """Return the days a date may be; any day at all for a blank one."""
        if not text:
            return cls(dt.date.min, dt.date.max)
        found: Edtf = read_date(text)
        return cls(found.earliest, found.latest)

    def later(self, days: int) -> Days:
        """Return the days so many days later."""
        return Days(_later(self.first, days), _later(self.last, days))

    def happened(self, on: dt.date) -> bool | None:
        """Return whether it has happened by a day; None where that cannot be said."""
        return True if self.last <= on else False if self.first > on else None


def _later(day: dt.date, days: int) -> dt.date:
    if day in (dt.date.min, dt.date.max):
        return day  # not known stays not known
    return day + dt.timedelta(days)


@dataclass(frozen=True, slots=True)
class Force:
    """Whether a document is in force for a party.

    Parameters
    ----------
    party_id
        The party.
    state
        ``in_force``, ``not_yet`` (the day is known and to come), ``no_act_found``, ``left`` or ``cannot_say``.
    since
        The days on which it may have entered into force; None where there is none.
    basis
        ``rule`` (worked out), ``published`` (a source says so) or ``none``.
    is_contradicted
        Whether what was worked out and what was published cannot both be true.
    """

    party_id: str
    state: str
    since: Days | None
    basis: str
    is_contradicted: bool = False


def entry_into_force(
    instrument: Mapping[str, Any],
    rule: Mapping[str, Any] | None,
    actions: Iterable[Mapping[str, Any]],
    on: dt.date,
) -> list[Force]:
    """Return for each party whether a document is in force on a day, from its rule and the acts of the parties.

    Parameters
    ----------
    instrument
        Its row of ``instruments``.
    rule
        Its row of ``force_rules``, if there is one.
    actions
        Its rows of ``party_actions``.
    on
        The day.
    """
    acts: dict[tuple[str, str], Days] = {}
    for action in actions:
        name = (action["party_id"], action["kind"])
        days = Days.of(action["done_on"])
        acts[name] = min(acts[name], days) if name in acts else days
    named = [party for party in instrument["party_ids"].split(";") if party]
    parties = list(dict.fromkeys([*named, *(party for party, _ in acts)]))
    trigger = _trigger(instrument, rule, acts, named or parties) if rule else None
    return [_for_party(party, rule, trigger, acts, on) for party in parties]


def _trigger(
    instrument: Mapping[str, Any],
    rule: Mapping[str, Any],
    acts: Mapping[tuple[str, str], Days],
    parties: Sequence[str],
) -> Days | None:
    """Return when the condition of the rule is met, without its delay; None: it is not."""
    if rule["kind"] == "on_date":
        return Days.of(rule["force_on"])
    if rule["kind"] == "on_signature":
        return Days.of(instrument["adopted_on"]) if instrument["adopted_on"] else None
    done = [days for (_, kind), days in acts.items() if kind == rule["action"]]
    count = rule["party_count"] or len(parties)
    if not count or len(done) < count:
        return None
    # The n-th act lies between the n-th of the earliest and the n-th of the latest days.
    return Days(sorted(days.first for days in done)[count - 1], sorted(days.last for days in done)[count - 1])


def _for_party(
    party: str,
    rule: Mapping[str, Any] | None,
    trigger: Days | None,
    acts: Mapping[tuple[str, str], Days],
    on: dt.date,
) -> Force:
    published = acts.get((party, "in_force"))
    since = _since(party, rule, trigger, acts) if rule else None
    clash = bool(since and published and (since.first > published.last or published.first > since.last))
    basis = "rule" if since else "published" if published else "none"
    since = since or published
    left = acts.get((party, "withdrew"))
    if left and left.happened(on):
        return Force(party, "left", since, basis, clash)
    if since is None:
        return Force(party, "no_act_found" if rule else "cannot_say", None, "rule" if rule else "none")
    state = {True: "in_force", False: "not_yet", None: "cannot_say"}[since.happened(on)]
    return Force(party, state, since, basis, clash)


def _since(
    party: str, rule: Mapping[str, Any], trigger: Days | None, acts: Mapping[tuple[str, str], Days]
) -> Days | None:
    if trigger is None:
        return None
    general = trigger.later(rule["delay_days"])
    if rule["kind"] != "after_actions":
        return general
    own = acts.get((party, rule["action"])) or acts.get((party, "acceded"))
    if own is None:
        return None
    later = own.later(rule["later_delay_days"])
    if own.last <= trigger.first:
        return general
    if own.first > trigger.last:
        return Days(max(general.first, later.first), max(general.last, later.last))
    return Days(min(general.first, later.first), max(general.last, later.last))


# ── numbers with bounds ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its bounds and what it was counted over.

    Parameters
    ----------
    value
        The number; None where nothing was counted.
    low, high
        Its bounds, given what is not known.
    count, of
        How many it rests on, out of how many.
    unit
        ``1`` for a share, ``day`` for days.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int
    of: int
    unit: str = "1"


def days_between(start: Days, end: Days) -> tuple[int, int] | None:
    """Return the fewest and the most days from one to the other; None where one of them is not known."""
    if dt.date.min in (*start, *end) or dt.date.max in (*start, *end):
        return None
    return (end.first - start.last).days, (end.last - start.first).days


def middle(spans: Sequence[tuple[int, int]], of: int) -> Measure:
    """Return the median of numbers of days that have bounds."""
    if not spans:
        return Measure(None, None, None, 0, of, "day")
    low, high = median(low for low, _ in spans), median(high for _, high in spans)
    value = median((low + high) / 2 for low, high in spans)
    return Measure(float(value), float(low), float(high), len(spans), of, "day")
