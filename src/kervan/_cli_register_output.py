"""How the answers of ``kervan register`` are shown: on a terminal, as JSON and as CSV."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from kervan._cli_output import Field, number, print_csv, print_json, print_record, print_table, say
from kervan.register import views
from kervan.register.derive import STATUSES, Measure
from kervan.register.schema import FORCES

if TYPE_CHECKING:
    from kervan.ledger import Event, Rows
    from kervan.register.store import Register
    from kervan.register.worth import Worth

__all__ = [
    "print_candidates",
    "print_commitments",
    "print_due",
    "print_found",
    "print_log",
    "print_scoreboard",
    "print_timeline",
    "print_worth",
    "review_by_keyboard",
]

Row = dict[str, Any]

_SHOWN: Final = 30
_STRICT: Final = {
    "bound": "parties for whom agreements are in force",
    "speed": "days from signature to force",
    "put_to_work": "days from force to first use",
    "proven": "promises delivered, with evidence that shows it",
}


def _measure(measure: Measure) -> Row:
    return asdict(measure)


def print_scoreboard(tables: Rows, on: dt.date, form: str) -> None:
    """Print how a register stands on a day."""
    if form == "csv":
        print_commitments(views.commitments(tables, on), on, form, "scoreboard")
        return
    board = views.scoreboard(tables, on)
    if form == "json":
        print_json({
            "schema": "kervan.register/1", "on": on.isoformat(), "commitments": views.commitments(tables, on),
            "statuses": board.statuses, "overdue": board.overdue, "perhaps_overdue": board.perhaps_overdue,
            "missing": board.missing,
            "scores": {**_measure(board.score), "agreed": board.agreed, "calls": board.calls,
                       "taken_up": board.taken_up},
            "strict": {name: measure.value for name, measure in board.strict.items()},
            "strict_detail": {name: _measure(measure) for name, measure in board.strict.items()},
        })  # fmt: skip
        return
    say(
        f"{board.promises} promises on {on}: {board.overdue} overdue, {board.perhaps_overdue} whose day cannot be told."
    )
    rows = [{"status": name.replace("_", " "), "count": board.statuses[name], "means": meaning}
            for name, meaning in STATUSES.items() if board.statuses.get(name)]  # fmt: skip
    print_table(rows, [Field("status", "status"), Field("count", "promises", number()),
                       Field("means", "which means", most=60)])  # fmt: skip
    missing = ", ".join(f"{count} without {name}" for name, count in board.missing.items())
    say(f"Missing: {missing}.")
    say(f"Calls and proposals: {board.calls}, of which {board.taken_up} were taken up; they are not scored.")
    score = board.score
    if score.of:
        mean = "-" if score.value is None else f"{score.value:+.2f}"
        span = f"from {score.low:+.2f} to {score.high:+.2f}"
        say(f"Score: {mean} ({span}), over {score.count} of {score.of} pairs of promise and party; "
            f"two assessors agree on {board.agreed}.")  # fmt: skip
    print_table([_strict_row(name, measure) for name, measure in board.strict.items()],
                [Field("what", "strict implementation", most=60), Field("value", "value"),
                 Field("range", "from and to"), Field("over", "counted over")])  # fmt: skip


def _strict_row(name: str, measure: Measure) -> Row:
    def told(value: float | None) -> str:
        if value is None:
            return "-"
        return f"{value:.0%}" if measure.unit == "1" else f"{value:,.0f} days"

    span = "" if measure.low == measure.high else f"{told(measure.low)} to {told(measure.high)}"
    return {"what": f"{name.replace('_', ' ')}: {_STRICT[name]}", "value": told(measure.value), "range": span,
            "over": f"{measure.count} of {measure.of}"}  # fmt: skip


def _flat(row: Mapping[str, Any]) -> Row:
    return {name: ";".join(value) if isinstance(value, list) else value for name, value in row.items()}


def print_commitments(rows: Sequence[Row], on: dt.date, form: str, what: str) -> None:
    """Print commitments with what was worked out for them."""
    import pandas as pd

    if form == "json":
        print_json({"schema": f"kervan.register.{what}/1", "on": on.isoformat(), "commitments": rows})
    elif form == "csv":
        print_csv(pd.DataFrame([_flat(row) for row in rows], dtype="object"))
    else:
        _table_of_commitments(rows, f"{what} on {on}: {len(rows)}")


def _table_of_commitments(rows: Sequence[Row], title: str) -> None:
    if not rows:
        say(f"{title}.")
        return
    told = [
        {**row, "who": row["owner"] or ";".join(row["parties"]) or "owner missing", "force": FORCES[row["force"]],
         "status": row["status"].replace("_", " "), "deadline": row["deadline"] or "deadline missing",
         "late": {True: "overdue", None: "cannot say", False: ""}[row["overdue"]]}
        for row in rows[:_SHOWN]
    ]  # fmt: skip
    print_table(told, [Field("deadline", "by"), Field("id", "id"), Field("title", "what", most=60),
                       Field("who", "who", most=30), Field("force", "force", drop=2), Field("status", "status"),
                       Field("late", "late", drop=1)], title)  # fmt: skip
    if len(rows) > _SHOWN:
        say(f"… and {len(rows) - _SHOWN} more: --csv shows all of them.")


def print_due(found: Mapping[str, list[Row]], on: dt.date, days: int, form: str) -> None:
    """Print who must do what by when."""
    import pandas as pd

    if form == "json":
        print_json({"schema": "kervan.register.due/1", "on": on.isoformat(), "days": days, **found})
        return
    promises = [{"kind": "commitment", "id": row["id"], "title": row["title"], "date": row["deadline"],
                 "who": row["owner"] or ";".join(row["parties"])} for row in found["commitments"]]  # fmt: skip
    steps = [{"kind": "milestone", "id": row["milestone_id"], "title": row["title"], "date": row["due_on"],
              "who": row["owner_id"]} for row in found["milestones"]]  # fmt: skip
    meetings = [{"kind": "meeting", "id": row["event_id"], "title": row["name"], "date": row["held_on"],
                 "who": row["host_id"] or row["organization_id"]} for row in found["events"]]  # fmt: skip
    rows = sorted([*promises, *steps, *meetings], key=lambda row: (row["date"], row["id"]))
    if form == "csv":
        print_csv(pd.DataFrame(rows, columns=["kind", "id", "title", "date", "who"], dtype="object"))
        return
    fields = [Field("date", "by"), Field("kind", "kind"), Field("id", "id"), Field("title", "what", most=60),
              Field("who", "who", most=30)]  # fmt: skip
    if rows:
        print_table([{**row, "who": row["who"] or "owner missing"} for row in rows[:_SHOWN]], fields,
                    f"due from {on}, {days} days on: {len(rows)}")  # fmt: skip
    else:
        say(f"Nothing is due from {on}, {days} days on.")
    if len(rows) > _SHOWN:
        say(f"… and {len(rows) - _SHOWN} more: --csv shows all of them.")


_HIDDEN: Final = ("ledger_event", "first_day", "last_day")


def print_found(tables: Rows, key: str, on: dt.date, form: str) -> None:
    """Print a row with what is worked out for it and all that refers to it."""
    found = views.find(tables, key)
    told = [(item, _worked_out(tables, item, on), list(views.around(tables, item))) for item in found]
    if form == "json":
        print_json({"schema": "kervan.register.show/1", "on": on.isoformat(), "found": [
            {"table": item.table, "row": item.row, **more,
             "around": [{"table": table, "column": column, "rows": rows} for table, column, rows in near]}
            for item, more, near in told
        ]})  # fmt: skip
        return
    for item, more, near in told:
        pairs = [(name, value) for name, value in item.row.items() if value not in ("", None) and name not in _HIDDEN]
        print_record(pairs, f"{item.key} ({item.table})")
        for name, content in more.items():
            _print_worked_out(name, content)
        for table, column, rows in near:
            _print_near(table, column, rows)


def _worked_out(tables: Rows, item: views.Found, on: dt.date) -> dict[str, Any]:
    if item.table == "commitments":
        return {"state": views.commitments(tables, on, "c.commitment_id = :key", key=item.key)[0]}
    if item.table == "organizations":
        return {"members": views.members(tables, item.key, on)}
    if item.table == "instruments":
        each = [pairs for row, pairs in views.forces(tables, on) if row["instrument_id"] == item.key]
        return {"force": [
            {"party_id": force.party_id, "state": force.state, "basis": force.basis,
             "since_first": force.since.first.isoformat() if force.since else None,
             "since_last": force.since.last.isoformat() if force.since else None,
             "is_contradicted": force.is_contradicted}
            for pairs in each for _, force, _ in pairs
        ]}  # fmt: skip
    return {}


def _print_worked_out(name: str, content: Any) -> None:
    if name == "state":
        late = {True: "overdue", None: "it cannot be said whether it is overdue", False: "not overdue"}
        grade = f", best evidence of grade {content['evidence_grade']}" if content["evidence_grade"] else ""
        say(
            f"  {content['status'].replace('_', ' ')}: {STATUSES[content['status']]}{grade}; {late[content['overdue']]}"
        )
        if content["missing"]:
            say(f"  missing: {', '.join(content['missing'])}")
    elif name == "members" and content:
        told = [{**row, "holds": {True: "yes", False: "no", None: "cannot say"}[row["holds"]]} for row in content]
        print_table(told, [Field("name", "member", most=50), Field("role", "role"), Field("post", "post"),
                           Field("on_behalf_of", "for"), Field("from", "from"), Field("to", "to"),
                           Field("holds", "on that day")], "members")  # fmt: skip
    elif name == "force" and content:
        told = [{**row, "since": "" if row["since_first"] is None else row["since_first"]
                 if row["since_first"] == row["since_last"] else f"{row['since_first']} to {row['since_last']}",
                 "state": row["state"].replace("_", " ") + (", contradicted" if row["is_contradicted"] else "")}
                for row in content]  # fmt: skip
        print_table(told, [Field("party_id", "party"), Field("state", "in force"), Field("since", "since"),
                           Field("basis", "basis")], "in force")  # fmt: skip


def _print_near(table: str, column: str, rows: Sequence[Row]) -> None:
    shown = ("title", "name", "summary", "role", "kind", "judgement", "status", "stance", "grade", "score", "rationale")
    key = next(iter(rows[0]))
    names = [name for name in shown if any(row.get(name) not in ("", None) for row in rows)][:5]
    dates = [name for name in rows[0] if name.endswith(("_on", "_date")) or name == "deadline"][:1]
    fields = [Field(key, "key"), *(Field(name, name.replace("_", " "), most=50) for name in (*dates, *names))]
    print_table(rows[:_SHOWN], fields, f"{table} ({column})")
    if len(rows) > _SHOWN:
        say(f"… and {len(rows) - _SHOWN} more: --json shows all of them.")


def print_timeline(rows: Sequence[Row], form: str) -> None:
    """Print dated things in order of time."""
    import pandas as pd

    names = ["date", "table", "id", "what", "title", "party_id", "source_id"]
    if form == "json":
        print_json({"schema": "kervan.register.timeline/1", "rows": rows})
    elif form == "csv":
        print_csv(pd.DataFrame(list(rows), columns=names, dtype="object"))
    else:
        told = [{**row, "date": row["date"] or "not known"} for row in rows]
        print_table(told, [Field("date", "date"), Field("what", "what"), Field("title", "of what", most=70),
                           Field("party_id", "party", drop=2), Field("id", "id", drop=1)])  # fmt: skip


def print_log(events: Iterable[Event], form: str) -> None:
    """Print what was recorded."""
    import pandas as pd

    rows = [{"id": event.id, "recorded_at": event.recorded_at, "actor": event.actor, "type": event.type,
             "subject": event.subject, "corrects": event.corrects, "body": dict(event.body)}
            for event in events]  # fmt: skip
    if form == "json":
        print_json({"schema": "kervan.register.log/1", "events": rows})
        return
    names = ["id", "recorded_at", "actor", "type", "subject", "corrects"]
    if form == "csv":
        print_csv(pd.DataFrame([{name: row[name] for name in names} for row in rows], columns=names, dtype="object"))
        return
    last = rows[-_SHOWN:]
    print_table(last, [Field("id", "event"), Field("recorded_at", "recorded"), Field("actor", "by"),
                       Field("type", "what"), Field("subject", "of what"),
                       Field("corrects", "corrects", drop=1)])  # fmt: skip
    if len(rows) > len(last):
        say(f"The last {len(last)} of {len(rows)}: --csv shows all of them.")


def print_worth(found: Worth, form: str) -> None:
    """Print the difference that a commitment makes in the twin."""
    if form == "json":
        print_json({"schema": "kervan.register.worth/1", **asdict(found)})
        return
    say(f"{found.commitment_id}: {found.title}")
    say(f"is {found.intervention_id}, {found.intervention}; its figures are {found.quality}.")
    if found.year:
        say(f"Both for {found.year}, when it is at work, with what else is committed by then.")
    rows = []
    for name, value, title in (("without", found.without, "without it"), ("kept", found.kept, "kept"),
                               ("difference", found.difference, "difference")):  # fmt: skip
        rows.append(
            {"what": title, "value": found.reasons.get(name, "-") if value is None else f"{value:,.2f} {found.unit}"}
        )
    print_table(rows, [Field("what", found.measure), Field("value", f"by {found.engine} on {found.package}", most=90)])
    if found.difference is not None and found.better != "neither":
        is_better = (found.difference > 0) == (found.better == "higher")
        say("Nothing changes." if not found.difference else "That is better." if is_better else "That is worse.")
    if found.grounds:
        shares = ", ".join(f"{share:.0%} {name}" for name, share in found.grounds.items() if share)
        say(f"The answer rests on figures that are {shares}.")


# ── candidates ──────────────────────────────────────────────────────────────────────────────────────


def print_candidates(candidates: Sequence[Row]) -> None:
    """Print the open candidates as JSON, in the form in which decisions are given back."""
    print_json({"schema": "kervan.register.candidates/1", "candidates": candidates})


def review_by_keyboard(register: Register, actor: str) -> None:
    """Show each open candidate and ask for a decision; every answer is recorded at once."""
    from kervan.register.review import open_candidates

    waiting = open_candidates(register)
    say(f"{len(waiting)} candidates are open. a accept, r reject, e edit, s split, n next, q quit.")
    for place, candidate in enumerate(waiting, 1):
        told = [(name, value) for name, value in candidate.items()
                if value not in ("", None, "[]") and name not in ("state", *_HIDDEN)]  # fmt: skip
        print_record(told, f"{place} of {len(waiting)}")
        if not _decide(register, candidate, actor):
            return


def _decide(register: Register, candidate: Row, actor: str) -> bool:
    """Ask until a candidate is decided or passed over; return whether to go on."""
    from kervan._cli_output import complain
    from kervan.errors import KervanError
    from kervan.register.review import decided

    while True:
        answer = _asked("a/r/e/s/n/q")
        if answer in ("q", ""):
            return False
        if answer == "n":
            return True
        decision = _decision(candidate, answer)
        if decision is None:
            continue
        try:
            events = decided(register, [{"candidate": candidate["candidate_id"], **decision}], actor)
        except KervanError as error:
            complain(error)
            continue
        say(f"  {', '.join(event.type for event in events)}")
        if answer != "e":
            return True


def _decision(candidate: Row, answer: str) -> Row | None:
    if answer == "a":
        return {"decision": "accept"}
    if answer == "r":
        return {"decision": "reject", "reason": _asked("why")}
    if answer == "e":
        name = _asked("which cell")
        return {"decision": "edit", "cells": {name: _asked(f"{name} is {candidate.get(name, '')}; new")}}
    if answer == "s":
        place = _asked("split after how many characters of the quote")
        if place.isdigit() and 0 < int(place) < len(candidate["quote"]):
            return {"decision": "split", "into": list(_halves(candidate, int(place)))}
    say("  a accept, r reject, e edit, s split, n next, q quit")
    return None


def _halves(candidate: Row, place: int) -> Iterator[Row]:
    """Yield the two parts of a quote with their places in the text, without blanks at their ends."""
    quote, start = candidate["quote"], candidate["start_offset"]
    for first, last in ((0, place), (place, len(quote))):
        part = quote[first:last]
        begins = start + first + len(part) - len(part.lstrip())
        yield {"quote": part.strip(), "start_offset": begins, "end_offset": begins + len(part.strip())}


def _asked(prompt: str) -> str:
    sys.stdout.write(f"{prompt}: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip()
