"""The register as state tables of a ledger: one for each declared table, and what is worked out along the way.

An event ``<table>.added`` holds the cells of a new row, ``.changed`` those that are different now, ``.corrected``
those that were recorded wrongly, ``.withdrawn`` says that the row should never have been. Its subject is
``<table>/<key>``. Cells that are blank are not in the body.

The delivery status of each commitment and the score of each commitment and party are kept up with every event, so
that a scoreboard need not read the evidence again.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from kervan.errors import InputError, UnknownName
from kervan.ledger import Event, Projection, State
from kervan.ledger import Table as StateTable
from kervan.register.candidates import CANDIDATES, decide
from kervan.register.derive import FINISHED, SETTLED, Item, best_grade, delivery_of, read_date, score_of
from kervan.register.schema import PROMISED_FROM, REGISTER
from kervan.schema import Column, Table

__all__ = ["ACTIONS", "STREAM", "body_of", "projection", "subject_of"]

STREAM: Final = "register"
ACTIONS: Final = ("added", "changed", "corrected", "withdrawn")
_VERSION: Final = 1
_KINDS: Final = {"int": "integer", "flag": "integer", "float": "real?"}

Row = dict[str, Any]

#: Columns that rows are looked up by.
_INDICES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "spans": (("source_id",),),
    "organizations": (("parent_id",),),
    "aliases": (("organization_id",), ("person_id",)),
    "posts": (("organization_id",),),
    "memberships": (("organization_id",), ("person_id",), ("member_organization_id",)),
    "event_series": (("organization_id",),),
    "events": (("organization_id",), ("series_id",), ("last_day",)),
    "agenda_items": (("event_id",), ("instrument_id",)),
    "attendance": (("event_id",),),
    "instruments": (("event_id",), ("organization_id",), ("needs_force",)),
    "relations": (("to_commitment_id",), ("from_commitment_id",), ("to_instrument_id",), ("from_instrument_id",)),
    "party_actions": (("instrument_id",),),
    "provisions": (("instrument_id",),),
    "force_rules": (("instrument_id",),),
    "commitments": (("instrument_id",), ("event_id",), ("owner_id",), ("indicator_id",)),
    "milestones": (("commitment_id",), ("last_day",)),
    "indicator_observations": (("indicator_id",), ("commitment_id",)),
    "evidence": (("commitment_id",),),
    "assessments": (("commitment_id", "party_id"),),
    "conflicts": (("about_id",),),
}
#: The date by which rows are asked for: its first and last day are kept beside it.
_DAYS: Final = {"events": "held_on", "milestones": "due_on"}
#: When a row of these tables came to be true; such a row is left out of the register as of an earlier day.
_TRUE_FROM: Final = {
    "commitments": "made_on", "instruments": "adopted_on", "evidence": "happened_on", "assessments": "assessed_on",
    "party_actions": "done_on",
}  # fmt: skip
#: Of these it must be sure that they were true by then: a promise is not kept before its time.
_MUST_BE_SURE: Final = ("evidence", "assessments", "party_actions")

_STATE: Final = StateTable(
    {
        "commitment_id": "text", "force": "integer", "is_promise": "integer", "party_count": "integer",
        "status": "text", "is_open": "integer", "grade": "integer?", "evidence_count": "integer",
        "due_first": "text", "due_last": "text", "no_owner": "integer", "no_deadline": "integer",
        "no_measure": "integer", "judged": "integer", "scored": "integer", "score_sum": "real", "low_sum": "real",
        "high_sum": "real", "agreed": "integer",
    },
    ("commitment_id",),
    (("is_promise", "is_open", "due_last"), ("is_promise", "status", "due_last")),
)  # fmt: skip
#: Of each commitment, what its status depends on: apart, so that the table above stays narrow.
_TALLIES: Final = StateTable({"commitment_id": "text", "tally": "text"}, ("commitment_id",))
_SCORES: Final = StateTable(
    {
        "commitment_id": "text", "party_id": "text", "assessment_id": "text", "assessed_last": "text",
        "score": "real?", "low": "real", "high": "real", "is_agreed": "integer",
    },
    ("commitment_id", "party_id"),
)  # fmt: skip


def subject_of(table: str, key: str) -> str:
    """Return the subject of an event about a row."""
    return f"{table}/{key}"


def body_of(table: Table, row: Mapping[str, Any]) -> Row:
    """Return the cells of a conformed row that are not blank, as values of JSON."""
    body: Row = {}
    for column in table.columns:
        value = row[column.name]
        if column.is_required or value != column.default:
            body[column.name] = value.item() if hasattr(value, "item") else value
    return body


def projection(until: dt.date | None = None) -> Projection:
    """Return the state tables of a register; those of an earlier day, as far as one knows when things came true.

    Parameters
    ----------
    until
        Leave out evidence, judgements and acts of parties that are not surely of this day or earlier, and promises
        and documents that are surely later.
    """
    tables = {table.name: _state_table(table) for table in (*REGISTER.values(), CANDIDATES)}

    def apply(event: Event, state: State) -> None:
        _apply(event, state, until)

    return Projection(
        STREAM, _VERSION,
        {**tables, "commitment_states": _STATE, "commitment_tallies": _TALLIES, "commitment_scores": _SCORES},
        apply, (STREAM,),
    )  # fmt: skip


def _state_table(table: Table) -> StateTable:
    columns: dict[str, Any] = {column.name: _KINDS.get(column.kind, "text") for column in table.columns}
    if table.name in _DAYS:
        columns |= {"first_day": "text", "last_day": "text"}
    return StateTable(columns | {"ledger_event": "text"}, table.key, _INDICES.get(table.name, ()))


def _apply(event: Event, state: State, until: dt.date | None) -> None:
    name, _, action = event.type.rpartition(".")
    key = event.subject.partition("/")[2]
    if name == CANDIDATES.name:
        decide(event, key, action, state)
        return
    if name not in REGISTER or action not in ACTIONS:
        raise InputError(f"a register has no event {event.type!r}")
    old = state.get(name, key)
    if (old is None) == (action != "added"):
        if until is not None and action != "added":
            return  # of a row that was left out
        raise InputError(f"{name} {key!r} {'is there already' if old else 'is not there'}")
    new = None if action == "withdrawn" else _row(REGISTER[name], {**(old or {}), **event.body}, key, event.id)
    if new is not None and until is not None and not _is_true(name, new, until, state):
        new = None
    if new is None:
        state.delete(name, key)
    else:
        state.put(name, new)
    follow = _FOLLOW.get(name)
    if follow and (old or new):
        follow(old, new, state)


def _row(table: Table, cells: Mapping[str, Any], key: str, event_id: str) -> Row:
    blank = _BLANK[table.name]
    if not cells.keys() <= blank.keys():
        raise UnknownName(f"column of {table.name}", min(set(cells) - set(blank)), table.names)
    row = {**blank, **cells}
    if None in cells.values():
        row |= {name: blank[name] for name, value in cells.items() if value is None}
    row[table.key[0]] = key
    if table.name in _DAYS:
        row["first_day"], row["last_day"] = _days(row[_DAYS[table.name]])
    row["ledger_event"] = event_id
    return row


def _blank(column: Column) -> Any:
    if column.is_required:
        return 0 if column.dtype != "str" else ""
    return None if column.default == math.inf else column.default


#: A row of each table with every cell blank.
_BLANK: Final[Mapping[str, Row]] = {
    table.name: {column.name: _blank(column) for column in table.columns}
    | ({"first_day": "", "last_day": ""} if table.name in _DAYS else {})
    | {"ledger_event": ""}
    for table in REGISTER.values()
}


def _days(text: str) -> tuple[str, str]:
    """Return the first and the last day a date may be, as texts that sort; blank for a blank one."""
    if not text:
        return "", ""
    found = read_date(text)
    return found.earliest.isoformat(), found.latest.isoformat()


def _is_true(table: str, row: Row, until: dt.date, state: State) -> bool:
    """Whether a row was true by a day, as far as its date says; without one, that of its source."""
    if table not in _TRUE_FROM:
        return True
    text = row[_TRUE_FROM[table]]
    if not text and table in _MUST_BE_SURE:
        source = state.get("sources", row["source_id"])
        text = source["published_on"] if source else ""
    if not text:
        return table not in _MUST_BE_SURE
    found = read_date(text)
    return (found.latest if table in _MUST_BE_SURE else found.earliest) <= until


# ── what is kept up along the way ───────────────────────────────────────────────────────────────────


def _after_commitment(old: Row | None, new: Row | None, state: State) -> None:
    key = (new or old or {})["commitment_id"]
    if new is None:
        state.delete("commitment_states", key)
        state.delete("commitment_tallies", key)
        return
    held = state.get("commitment_tallies", key)
    _put_state(new, json.loads(held["tally"]) if held else [], state)


def _after_evidence(old: Row | None, new: Row | None, state: State) -> None:
    for row, step in ((old, -1), (new, 1)):
        if row is None:
            continue
        key = row["commitment_id"]
        commitment, held = state.get("commitments", key), state.get("commitment_tallies", key)
        if commitment is not None:  # else it was left out, as it was made later
            tally = _counted(json.loads(held["tally"]) if held else [], _entry(row), step)
            state.put("commitment_tallies", {"commitment_id": key, "tally": json.dumps(tally)})
            _put_state(commitment, tally, state)


def _counted(tally: list[list[Any]], entry: list[Any], step: int) -> list[list[Any]]:
    """Return the tally of evidence, sorted entries with their number, with one more or one fewer of an entry."""
    numbers = {tuple(held[:-1]): held[-1] for held in tally}
    numbers[tuple(entry)] = numbers.get(tuple(entry), 0) + step
    return [[*held, number] for held, number in sorted(numbers.items()) if number]


def _entry(row: Row) -> list[Any]:
    """Return what the status depends on; delivery of a milestone is progress of the whole."""
    shows, stance = row["shows"], row["stance"]
    if row["milestone_id"]:
        shows = "progress" if stance == "supports" else "milestone"
    group = row["independence_group"] or row["source_id"]
    return [stance, shows, row["grade"], group, row["said_by_id"], row["party_id"]]


def _put_state(commitment: Row, tally: list[list[Any]], state: State) -> None:
    parties = [party for party in commitment["party_ids"].split(";") if party]
    own = {*parties, commitment["owner_id"]} - {""}
    items = [Item(stance, shows, grade, group, said_by in own, party)
             for stance, shows, grade, group, said_by, party, _ in tally]  # fmt: skip
    status = delivery_of(items, parties)
    if commitment["superseded_by_id"] or commitment["withdrawn_on"]:
        status = "superseded" if commitment["superseded_by_id"] else "withdrawn"
    first, last = _days(commitment["deadline"])
    is_promise = commitment["force"] >= PROMISED_FROM and status not in FINISHED
    before = state.get("commitment_states", commitment["commitment_id"]) or _UNJUDGED
    state.put("commitment_states", {
        "commitment_id": commitment["commitment_id"], "force": commitment["force"], "is_promise": int(is_promise),
        "party_count": len(parties), "status": status, "is_open": int(status not in SETTLED),
        "grade": best_grade(items), "evidence_count": sum(held[-1] for held in tally), "due_first": first,
        "due_last": last, "no_owner": int(not commitment["owner_id"]), "no_deadline": int(not commitment["deadline"]),
        "no_measure": int(not commitment["criterion"] and not commitment["indicator_id"]),
        **{name: before[name] for name in _UNJUDGED},
    })  # fmt: skip


_UNJUDGED: Final = {"judged": 0, "scored": 0, "score_sum": 0.0, "low_sum": 0.0, "high_sum": 0.0, "agreed": 0}


def _after_assessment(old: Row | None, new: Row | None, state: State) -> None:
    pairs = dict.fromkeys((row["commitment_id"], row["party_id"]) for row in (old, new) if row)
    for pair in pairs:
        before = state.get("commitment_scores", pair)
        if old is None and new is not None:
            if before is not None and _assessed(new) < before["assessed_last"]:
                continue
            latest: Row | None = new
        else:
            rows = state.rows("assessments", {"commitment_id": pair[0], "party_id": pair[1]})
            latest = max(rows, key=lambda row: (_assessed(row), _sequence(row)), default=None)
        after = _scored(pair, latest) if latest else None
        if after is None:
            state.delete("commitment_scores", pair)
        else:
            state.put("commitment_scores", after)
        _sum_up(pair[0], before, after, state)


def _scored(pair: tuple[str, str], latest: Row) -> Row:
    score, low, high, is_agreed = score_of(latest["score"], latest["second_assessor"], latest["second_score"])
    return {
        "commitment_id": pair[0], "party_id": pair[1], "assessment_id": latest["assessment_id"],
        "assessed_last": _assessed(latest), "score": score, "low": low, "high": high, "is_agreed": int(is_agreed),
    }  # fmt: skip


def _sum_up(key: str, before: Row | None, after: Row | None, state: State) -> None:
    """Keep the sums of a commitment's scores; scores are whole numbers, so that sums are exact in any order."""
    sums = state.get("commitment_states", key)
    if sums is None:
        return
    for row, step in ((before, -1), (after, 1)):
        if row is not None:
            sums["judged"] += step
            sums["scored"] += step * (row["score"] is not None)
            sums["score_sum"] += step * (row["score"] or 0.0)
            sums["low_sum"] += step * row["low"]
            sums["high_sum"] += step * row["high"]
            sums["agreed"] += step * row["is_agreed"]
    state.put("commitment_states", sums)


def _assessed(row: Row) -> str:
    return _days(row["assessed_on"])[1]


def _sequence(row: Row) -> int:
    return int(row["ledger_event"].rpartition("/")[2])


_FOLLOW: Final[Mapping[str, Callable[[Row | None, Row | None, State], None]]] = {
    "commitments": _after_commitment,
    "evidence": _after_evidence,
    "assessments": _after_assessment,
}
