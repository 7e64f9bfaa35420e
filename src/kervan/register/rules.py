"""What must be true of rows before they are recorded; every problem at once, and nothing is stored with one.

The declared columns are checked by `kervan.schema`; here are references into what is recorded already, plain
texts, and what needs two cells, two rows or two tables.
"""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from kervan.edtf import before, parse, period
from kervan.errors import InputError, Problem, did_you_mean
from kervan.register.schema import REGISTER, UNDECIDED, key_of
from kervan.schema import MAX_PROBLEMS

__all__ = ["Given", "Known", "problems_of", "text_fault"]

Row = Mapping[str, Any]

_MARKUP: Final = re.compile(r"<[A-Za-z!/?][^>]{0,500}>|&(#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,10});")
_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?!\d[\d.,]*( ?%)?$)(?=\S)")
_TURNING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_DEEPEST: Final = 1000
#: Verbatim text: not ours to refuse, and escaped wherever it goes.
_VERBATIM: Final = ("quote",)


class Known(Protocol):
    """What is recorded already."""

    def get(self, table: str, key: str) -> Row | None:
        """Return the row of a table with this key, or None."""

    def rows(self, table: str, where: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows whose columns have these values."""


class Given(NamedTuple):
    """A conformed row to be recorded, its place in the file it was read from, and whether its cells could be read."""

    table: str
    row: Row
    line: int = 0
    file: str = ""
    is_sound: bool = True

    @property
    def key(self) -> str:
        """Its key."""
        return str(self.row[key_of(self.table)])


Found = Iterator[tuple[str, str]]  # column and what is wrong


@dataclass(frozen=True)
class _Both:
    """The given rows over those recorded; the given ones are indexed by a column when it is first asked for."""

    given: Mapping[tuple[str, str], Row]
    known: Known
    _index: dict[tuple[str, str], dict[str, list[Row]]] = field(default_factory=dict)

    def get(self, table: str, key: str) -> Row | None:
        if not key:
            return None
        return self.given.get((table, key)) or self.known.get(table, key)

    def rows(self, table: str, column: str, value: str) -> Iterator[Row]:
        """Yield the rows of a table that refer to something."""
        if not value:
            return
        index = self._index.get((table, column))
        if index is None:
            index = self._index[table, column] = {}
            for (name, _), row in self.given.items():
                if name == table:
                    index.setdefault(row[column], []).append(row)
        yield from index.get(value, ())
        key = key_of(table)
        found = self.known.rows(table, {column: value})
        yield from (row for row in found if (table, row[key]) not in self.given)


def problems_of(given: Iterable[Given], known: Known) -> list[Problem]:
    """Return everything wrong with rows, seen together with what is recorded.

    Parameters
    ----------
    given
        The rows, conformed to their columns.
    known
        What is recorded already.
    """
    rows = list(given)
    both = _Both({(item.table, item.key): item.row for item in rows}, known)
    problems: list[Problem] = []
    for item in rows:
        for column, message in _faults(item, both) if item.is_sound else ():
            value = str(item.row[column])[:80] if column else ""
            value = _TURNING.sub("\N{REPLACEMENT CHARACTER}", value)
            problems.append(Problem(item.table, item.line, column, value, message, item.file))
        if len(problems) > MAX_PROBLEMS:
            break
    return problems[: MAX_PROBLEMS + 1]


def _faults(item: Given, both: _Both) -> Found:
    table = REGISTER[item.table]
    for column in table.columns:
        value = item.row[column.name]
        if column.kind == "text" and value and (fault := text_fault(value, is_verbatim=column.name in _VERBATIM)):
            yield column.name, fault
        elif column.name.endswith("country_code") and value and not _COUNTRY.fullmatch(value):
            yield column.name, "is not a country code of two capitals (ISO 3166-1 alpha-2)"
        elif column.name == "text_sha256" and value and not _HASH.fullmatch(value):
            yield column.name, "is not a SHA-256 in 64 hexadecimal digits"
        if column.refers_to and value:
            yield from _references(column.name, column.refers_to, value.split(";"), both)
    rule = _RULES.get(item.table)
    if rule:
        yield from rule(item.row, both)


def text_fault(text: str, *, is_verbatim: bool = False) -> str:
    """Return what is wrong with a text, or nothing.

    Examples
    --------
    >>> text_fault("<b>bold</b>"), text_fault("=1+1"), text_fault("8 % < 9 %")
    ('holds HTML; give plain text', 'begins like a formula; begin with a word', '')
    """
    if _TURNING.search(text):
        return "holds a mark that turns the direction of writing; remove it"
    if is_verbatim:
        return ""
    if _MARKUP.search(text):
        return "holds HTML; give plain text"
    return "begins like a formula; begin with a word" if _FORMULA.match(text) else ""


def _references(column: str, table: str, keys: Iterable[str], both: _Both) -> Found:
    for key in keys:
        if both.get(table, key) is None:
            near = did_you_mean(key, [name for kind, name in both.given if kind == table][:500])
            yield column, f"no {key!r} in {table}{near if near.startswith('; did') else ''}"


# ── rules of tables ─────────────────────────────────────────────────────────────────────────────────


def _order(row: Row, start: str, end: str) -> Found:
    """Refuse an end that is surely before its beginning."""
    if row[start] and row[end]:
        try:
            period(row[start], row[end])
        except InputError:
            yield end, f"{row[end]} is before {start} {row[start]}"


def _one_of(row: Row, *columns: str) -> Found:
    given = [name for name in columns if row[name]]
    if len(given) != 1:
        yield columns[0], f"give one of {', '.join(columns)}" + (f", not {len(given)}" if given else "")


def _chain(table: str, column: str, row: Row, both: _Both) -> Found:
    """Refuse a row that leads back to itself."""
    start = row[key_of(table)]
    at: str = row[column]
    for _ in range(_DEEPEST):
        if at == start:
            yield column, f"leads back to {start!r}: a circle"
            return
        found = both.get(table, at)
        if found is None:
            return
        at = found[column]


def _span(row: Row, both: _Both) -> Found:
    length = row["end_offset"] - row["start_offset"]
    if length <= 0:
        yield "end_offset", "is not after start_offset"
    elif len(row["quote"]) != length:
        yield "quote", f"has {len(row['quote'])} characters where the places are {length} apart"
    source = both.get("sources", row["source_id"])
    if source and source["text_sha256"] not in ("", row["text_sha256"]):
        yield "text_sha256", "is not that of the text of its source"


def _source(row: Row, both: _Both) -> Found:
    yield from _chain("sources", "derived_from_id", row, both)


def _organization(row: Row, both: _Both) -> Found:
    yield from _order(row, "founded_on", "dissolved_on")
    yield from _chain("organizations", "parent_id", row, both)


def _alias(row: Row, _both: _Both) -> Found:
    yield from _one_of(row, "organization_id", "person_id", "series_id")


def _post(row: Row, _both: _Both) -> Found:
    yield from _order(row, "from_date", "to_date")


def _membership(row: Row, both: _Both) -> Found:
    yield from _order(row, "from_date", "to_date")
    yield from _one_of(row, "person_id", "member_organization_id")
    if row["member_organization_id"] == row["organization_id"]:
        yield "member_organization_id", "a body is no member of itself"
    post = both.get("posts", row["post_id"])
    if post and post["organization_id"] != row["organization_id"]:
        yield "post_id", f"is a post of {post['organization_id']}"


def _event(row: Row, both: _Both) -> Found:
    for name in ("start_time", "end_time"):
        if row[name] and not _TIME.fullmatch(row[name]):
            yield name, "is not a time of day, as 09:30"
    if row["end_time"] and row["end_time"] < row["start_time"]:
        yield "end_time", "is before start_time"
    if row["start_time"] and not row["time_zone"]:
        yield "time_zone", "a time needs its zone, as Asia/Almaty"
    if row["time_zone"] and row["time_zone"] not in zoneinfo.available_timezones():
        yield "time_zone", f"there is no such time zone{did_you_mean(row['time_zone'], zoneinfo.available_timezones())}"
    if row["ordinal"] and not row["series_id"]:
        yield "ordinal", "a number needs its series"
    if row["ordinal"] and row["series_id"]:
        same = [other for other in both.rows("events", "series_id", row["series_id"])
                if other["ordinal"] == row["ordinal"] and other["event_id"] != row["event_id"]]  # fmt: skip
        if same:
            yield "ordinal", f"is the number of {same[0]['event_id']!r} in this series too"


def _attendance(row: Row, _both: _Both) -> Found:
    if not row["person_id"] and not row["organization_id"]:
        yield "person_id", "give a person, an organization, or both"


def _instrument(row: Row, _both: _Both) -> Found:
    yield from _order(row, "adopted_on", "expires_on")


def _relation(row: Row, both: _Both) -> Found:
    yield from _one_of(row, "from_instrument_id", "from_commitment_id")
    yield from _one_of(row, "to_instrument_id", "to_commitment_id")
    start, end = (row[f"{end}_instrument_id"] or row[f"{end}_commitment_id"] for end in ("from", "to"))
    if start == end:
        yield "to_instrument_id", f"{row['kind']} itself"
    elif row["kind"] == "supersedes" and _leads(row, both):
        yield "to_instrument_id", f"{end!r} supersedes {start!r} already: a circle"


def _leads(row: Row, both: _Both) -> bool:
    """Whether what is superseded leads, by superseding, back to what supersedes it."""
    start = (row["from_instrument_id"], row["from_commitment_id"])
    open_ends, seen = [(row["to_instrument_id"], row["to_commitment_id"])], set[tuple[str, str]]()
    while open_ends and len(seen) < _DEEPEST:
        at = open_ends.pop()
        if at == start:
            return True
        if at in seen:
            continue
        seen.add(at)
        column, value = ("from_instrument_id", at[0]) if at[0] else ("from_commitment_id", at[1])
        open_ends += [(edge["to_instrument_id"], edge["to_commitment_id"])
                      for edge in both.rows("relations", column, value) if edge["kind"] == "supersedes"]  # fmt: skip
    return False


def _among(row: Row, column: str, allowed: str, of: str) -> Found:
    parties = set(allowed.split(";")) - {""}
    for name in row[column].split(";"):
        if parties and name and name not in parties:
            yield column, f"{name!r} is no party of {of}, whose parties are {', '.join(sorted(parties))}"


def _party_action(row: Row, both: _Both) -> Found:
    instrument = both.get("instruments", row["instrument_id"])
    if instrument and row["kind"] != "acceded":
        yield from _among(row, "party_id", instrument["party_ids"], row["instrument_id"])


def _force_rule(row: Row, both: _Both) -> Found:
    if (row["kind"] == "on_date") != bool(row["force_on"]):
        yield "force_on", "is given for the kind on_date, and for no other"
    instrument = both.get("instruments", row["instrument_id"])
    parties = [party for party in (instrument or {}).get("party_ids", "").split(";") if party]
    if parties and row["party_count"] > len(parties):
        yield "party_count", f"is more than the {len(parties)} parties of {row['instrument_id']}"
    if any(other["rule_id"] != row["rule_id"] for other in both.rows("force_rules", "instrument_id",
                                                                    row["instrument_id"])):  # fmt: skip
        yield "instrument_id", f"{row['instrument_id']!r} has a rule already"


def _commitment(row: Row, both: _Both) -> Found:
    yield from _chain("commitments", "superseded_by_id", row, both)
    if row["made_on"] and row["deadline"] and before(parse(row["deadline"]), parse(row["made_on"])):
        yield "deadline", f"is over before the commitment was made ({row['made_on']})"
    yield from _order(row, "made_on", "withdrawn_on")
    if row["deadline"] and not row["deadline_basis"]:
        yield "deadline_basis", "say where the deadline comes from"
    instrument = both.get("instruments", row["instrument_id"])
    if instrument:
        yield from _among(row, "party_ids", instrument["party_ids"], row["instrument_id"])
    provision = both.get("provisions", row["provision_id"])
    if provision and provision["instrument_id"] != row["instrument_id"]:
        yield "provision_id", f"is a provision of {provision['instrument_id']}"


def _indicator(row: Row, _both: _Both) -> Found:
    given = [bool(row[name]) for name in ("engine", "measure", "package")]
    if any(given) and not all(given):
        yield "engine", "give engine, measure and package together, or none of them"


def _observation(row: Row, _both: _Both) -> Found:
    low, high = (row[name] for name in ("value_low", "value_high"))
    if low != math.inf and low > row["value"]:
        yield "value_low", f"is above the value {row['value']:g}"
    if high < row["value"]:
        yield "value_high", f"is below the value {row['value']:g}"


def _evidence(row: Row, both: _Both) -> Found:
    commitment = both.get("commitments", row["commitment_id"])
    if commitment:
        yield from _among(row, "party_id", commitment["party_ids"], row["commitment_id"])
    milestone = both.get("milestones", row["milestone_id"])
    if milestone and milestone["commitment_id"] != row["commitment_id"]:
        yield "milestone_id", f"is a milestone of {milestone['commitment_id']}"


def _assessment(row: Row, both: _Both) -> Found:
    commitment = both.get("commitments", row["commitment_id"])
    if commitment and not commitment["party_ids"]:
        yield "party_id", f"{row['commitment_id']} has no responsible party; name it there first"
    elif commitment:
        yield from _among(row, "party_id", commitment["party_ids"], row["commitment_id"])
    if bool(row["second_score"]) != bool(row["second_assessor"]):
        yield "second_assessor", "a second score needs its assessor, and a second assessor a score"
    if row["second_assessor"] and row["second_assessor"].casefold() == row["assessor"].casefold():
        yield "second_assessor", "is the first assessor"
    if (row["judgement"] == "cannot_tell") != (row["score"] == UNDECIDED):
        yield "score", "is none where the judgement is cannot_tell, and only there"


def _conflict(row: Row, both: _Both) -> Found:
    if both.get(row["about_table"], row["about_id"]) is None:
        yield "about_id", f"no {row['about_id']!r} in {row['about_table']}"


_RULES: Final[Mapping[str, Callable[[Row, _Both], Found]]] = {
    "sources": _source, "spans": _span, "organizations": _organization, "aliases": _alias, "posts": _post,
    "memberships": _membership, "events": _event, "attendance": _attendance, "instruments": _instrument,
    "relations": _relation, "party_actions": _party_action, "force_rules": _force_rule, "commitments": _commitment,
    "indicators": _indicator, "indicator_observations": _observation, "evidence": _evidence,
    "assessments": _assessment, "conflicts": _conflict,
}  # fmt: skip
