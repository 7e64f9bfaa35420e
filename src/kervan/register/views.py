"""Questions to a register: what is due, overdue, kept, claimed or unproven; who belongs where; what happened when.

Each takes the tables (`kervan.register.store.view`) and the day for which it is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kervan.edtf import covers, period
from kervan.errors import UnknownName
from kervan.ledger import Rows
from kervan.register.derive import Days, Force, Measure, days_between, entry_into_force, middle, read_date
from kervan.register.schema import REGISTER, key_of

__all__ = [
    "Found",
    "Scoreboard",
    "around",
    "commitments",
    "due",
    "find",
    "forces",
    "known_until",
    "members",
    "overdue",
    "scoreboard",
    "timeline",
]

Row = dict[str, Any]

_LINE: Final = """
SELECT c.commitment_id, c.title, c.force, c.party_ids, c.owner_id, c.deadline, c.deadline_basis, s.status, s.grade,
       s.scored, s.score_sum,
       c.intervention_id, c.indicator_id, c.source_id, s.is_promise, s.is_open, s.due_first, s.due_last,
       s.no_owner, s.no_deadline, s.no_measure, s.evidence_count
FROM commitments c JOIN commitment_states s ON s.commitment_id = c.commitment_id
"""
#: A call or a proposal is taken up when another document or promise answers it, or evidence shows a beginning.
_TAKEN_UP: Final = """(s.status IN ('delivered', 'under_way') OR EXISTS (SELECT 1 FROM relations r
    WHERE r.to_commitment_id = s.commitment_id AND r.kind IN ('implements', 'fulfils')))"""
_IN_PLAY: Final = "s.status NOT IN ('superseded', 'withdrawn')"


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """How a register stands on a day.

    Parameters
    ----------
    on
        The day.
    promises
        Commitments that were promised, not given up or superseded.
    statuses
        Number of these by delivery status.
    overdue
        Promises whose deadline has passed and whose delivery is not shown.
    perhaps_overdue
        Those whose deadline is a month or year that has begun: one cannot say.
    missing
        Promises without ``owner``, ``deadline`` or ``measure``.
    calls
        Calls and proposals.
    taken_up
        Those that were taken up.
    score
        Mean score of the promises over their parties, with its bounds; calls and proposals are not in it.
    agreed
        Scores on which two assessors agree.
    strict
        The four measures of strict implementation: ``bound``, ``speed``, ``put_to_work``, ``proven``.
    """

    on: dt.date
    promises: int
    statuses: Mapping[str, int]
    overdue: int
    perhaps_overdue: int
    missing: Mapping[str, int]
    calls: int
    taken_up: int
    score: Measure
    agreed: int
    strict: Mapping[str, Measure]


def scoreboard(tables: Rows, on: dt.date) -> Scoreboard:
    """Return how a register stands on a day."""
    sums = tables.query(
        """SELECT status, COUNT(*) AS number, SUM(no_owner) AS owner, SUM(no_deadline) AS deadline,
           SUM(no_measure) AS measure, SUM(party_count) AS pairs, SUM(judged) AS judged, SUM(scored) AS scored,
           SUM(score_sum) AS score_sum, SUM(low_sum) AS low_sum, SUM(high_sum) AS high_sum, SUM(agreed) AS agreed,
           SUM(CASE WHEN is_open = 1 AND due_last <> '' AND due_last < :day THEN 1 ELSE 0 END) AS overdue,
           SUM(CASE WHEN is_open = 1 AND due_first <> '' AND due_first < :day AND due_last >= :day THEN 1 ELSE 0 END)
           AS perhaps FROM commitment_states WHERE is_promise = 1 GROUP BY status""",
        {"day": on.isoformat()},
    )
    calls = tables.query(
        f"""SELECT COUNT(*) AS number, SUM(CASE WHEN {_TAKEN_UP} THEN 1 ELSE 0 END) AS taken
        FROM commitment_states s WHERE s.is_promise = 0 AND {_IN_PLAY}"""  # noqa: S608 - constants of this module
    )[0]

    def total(name: str) -> int:
        return sum(int(row[name] or 0) for row in sums)  # scores are whole, and so are their sums

    statuses = {row["status"]: int(row["number"]) for row in sums}
    pairs = [pair for _, each in forces(tables, on) for pair in each]
    return Scoreboard(
        on, total("number"), statuses, total("overdue"), total("perhaps"),
        {name: total(name) for name in ("owner", "deadline", "measure")}, int(calls["number"]),
        int(calls["taken"] or 0), _score(total), total("agreed"), _strict(pairs, statuses),
    )  # fmt: skip


def _score(total: Callable[[str], int]) -> Measure:
    """Return the mean score with its bounds: a party without a score may stand anywhere from -1 to +1."""
    of, scored = total("pairs"), total("scored")
    if not of:
        return Measure(None, None, None, 0, 0)
    unjudged = of - total("judged")
    low, high = (total("low_sum") - unjudged) / of, (total("high_sum") + unjudged) / of
    return Measure(total("score_sum") / scored if scored else None, low, high, scored, of)


def known_until(tables: Rows) -> dt.date:
    """Return the day of the latest source of a register: up to then it may know something."""
    days = [row["published_on"] for row in tables.rows("sources") if row["published_on"]]
    ends = [found.latest for found in map(read_date, days) if found.latest < dt.date.max]
    return max(ends, default=dt.date(1970, 1, 1))


Pair = tuple[Days, Force, Days | None]


def forces(tables: Rows, on: dt.date) -> list[tuple[Row, list[Pair]]]:
    """Return every document that binds only once it is in force, with signature, force and first use for each party."""
    rules = {row["instrument_id"]: row for row in tables.rows("force_rules")}
    acts: dict[str, list[Row]] = {}
    for act in tables.query(
        """SELECT a.instrument_id, a.party_id, a.kind, a.done_on FROM party_actions a
           JOIN instruments i ON i.instrument_id = a.instrument_id WHERE i.needs_force = 1 ORDER BY a.action_id"""
    ):
        acts.setdefault(act["instrument_id"], []).append(act)
    found = []
    for instrument in tables.rows("instruments", {"needs_force": 1}):
        key = instrument["instrument_id"]
        own = acts.get(key, [])
        each = entry_into_force(instrument, rules.get(key), own, on)
        signed = Days.of(instrument["adopted_on"])
        dates = {(act["party_id"], act["kind"]): Days.of(act["done_on"]) for act in own}
        pairs = [(dates.get((item.party_id, "signed"), signed), item, dates.get((item.party_id, "first_use")))
                 for item in each]  # fmt: skip
        found.append((instrument, pairs))
    return found


def _strict(pairs: Sequence[Pair], statuses: Mapping[str, int]) -> dict[str, Measure]:
    """Return the four measures of strict implementation."""
    states = [item.state for _, item, _ in pairs]
    in_force = [(signed, item.since, used) for signed, item, used in pairs if item.state == "in_force" and item.since]
    bound, open_states = states.count("in_force"), states.count("cannot_say") + states.count("no_act_found")
    spans = [span for signed, since, _ in in_force if (span := days_between(signed, since))]
    used = [span for _, since, use in in_force if use and (span := days_between(since, use))]
    promises, proven = sum(statuses.values()), statuses.get("delivered", 0)
    unsure = sum(statuses.get(name, 0) for name in ("claimed", "disputed", "no_evidence", "under_way"))
    return {
        "bound": _share(bound, open_states, len(states)),
        "speed": middle(spans, len(states)),
        "put_to_work": middle(used, bound),
        "proven": _share(proven, unsure, promises),
    }


def _share(sure: int, perhaps: int, of: int) -> Measure:
    if not of:
        return Measure(None, None, None, 0, 0)
    return Measure(sure / of, sure / of, (sure + perhaps) / of, sure, of)


# ── commitments ─────────────────────────────────────────────────────────────────────────────────────


def commitments(tables: Rows, on: dt.date, where: str = "1 = 1", **parameters: Any) -> list[Row]:
    """Return commitments, the nearest deadlines first, with what is worked out for each.

    Parameters
    ----------
    tables
        The tables of a register.
    on
        The day for which it is asked.
    where
        A condition of SQL on ``c`` (commitments) and ``s`` (their states), with ``:name`` for parameters.
    """
    sql = f"{_LINE} WHERE {where} ORDER BY CASE WHEN s.due_last = '' THEN 1 ELSE 0 END, s.due_last, c.commitment_id"
    return [_told(row, on) for row in tables.query(sql, parameters)]


def _told(row: Row, on: dt.date) -> Row:
    day = on.isoformat()
    is_open = bool(row["is_promise"] and row["is_open"] and row["due_last"])
    is_overdue = row["due_last"] < day if is_open else False
    perhaps = is_open and not is_overdue and row["due_first"] < day
    return {
        "id": row["commitment_id"], "title": row["title"], "force": row["force"],
        "parties": [party for party in row["party_ids"].split(";") if party], "owner": row["owner_id"] or None,
        "deadline": row["deadline"] or None, "deadline_basis": row["deadline_basis"] or None,
        "status": row["status"], "evidence_grade": row["grade"],
        "score": float(row["score_sum"]) / row["scored"] if row["scored"] else None,
        "intervention_id": row["intervention_id"] or None, "indicator_id": row["indicator_id"] or None,
        "source_id": row["source_id"], "overdue": None if perhaps else is_overdue,
        "missing": [name for name in ("owner", "deadline", "measure") if row[f"no_{name}"]],
    }  # fmt: skip


def overdue(tables: Rows, on: dt.date) -> list[Row]:
    """Return the promises whose deadline has passed for sure and whose delivery is not shown."""
    condition = "s.is_promise = 1 AND s.is_open = 1 AND s.due_last <> '' AND s.due_last < :day"
    return commitments(tables, on, condition, day=on.isoformat())


def due(tables: Rows, on: dt.date, days: int = 90) -> dict[str, list[Row]]:
    """Return who must do what by when: promises, milestones and meetings whose date may lie in the days to come."""
    span = {"day": on.isoformat(), "end": (on + dt.timedelta(days)).isoformat()}
    condition = "s.is_promise = 1 AND s.is_open = 1 AND s.due_last >= :day AND s.due_first <= :end"
    steps = tables.query(
        """SELECT m.milestone_id, m.commitment_id, m.title, m.due_on, m.owner_id, m.source_id FROM milestones m
           JOIN commitment_states s ON s.commitment_id = m.commitment_id
           WHERE s.is_open = 1 AND m.last_day >= :day AND m.first_day <= :end AND NOT EXISTS (
             SELECT 1 FROM evidence e WHERE e.commitment_id = m.commitment_id AND e.milestone_id = m.milestone_id
             AND e.stance = 'supports' AND e.shows = 'delivery' AND e.grade <= 2)
           ORDER BY m.last_day, m.milestone_id""",
        span,
    )
    meetings = tables.query(
        """SELECT event_id, name, held_on, start_time, time_zone, place, organization_id, host_id, status FROM events
           WHERE status NOT IN ('held', 'cancelled') AND last_day >= :day AND first_day <= :end
           ORDER BY last_day, event_id""",
        span,
    )
    return {"commitments": commitments(tables, on, condition, **span), "milestones": steps, "events": meetings}


# ── bodies, rows and what is around them ────────────────────────────────────────────────────────────


def members(tables: Rows, organization_id: str, on: dt.date) -> list[Row]:
    """Return the memberships of a body, each with whether it holds on a day: True, False, or None (cannot say)."""
    found = []
    for row in tables.rows("memberships", {"organization_id": organization_id}, order=("role",)):
        holds = covers(period(row["from_date"], row["to_date"]), on)
        name = _name(tables, "persons", row["person_id"]) or _name(
            tables, "organizations", row["member_organization_id"]
        )
        post = tables.rows("posts", {"post_id": row["post_id"]})
        found.append({
            "membership_id": row["membership_id"], "who": row["person_id"] or row["member_organization_id"],
            "name": name, "role": row["role"], "post": post[0]["title"] if post else "",
            "on_behalf_of": row["on_behalf_of_id"], "from": row["from_date"], "to": row["to_date"], "holds": holds,
            "source_id": row["source_id"],
        })  # fmt: skip
    return found


def _name(tables: Rows, table: str, key: str) -> str:
    rows = tables.rows(table, {key_of(table): key}) if key else []
    return str(rows[0]["name"]) if rows else ""


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the register, and its table."""

    table: str
    row: Row

    @property
    def key(self) -> str:
        """Its key."""
        return str(self.row[key_of(self.table)])


def find(tables: Rows, key: str) -> list[Found]:
    """Return the rows with a key, or the one of ``table/key``.

    Raises
    ------
    UnknownName
        When there is none.
    """
    name, _, inner = key.partition("/")
    places = {name: inner} if inner and name in REGISTER else dict.fromkeys(REGISTER, key)
    found = [Found(table, row) for table, wanted in places.items()
             for row in tables.rows(table, {key_of(table): wanted})]  # fmt: skip
    if not found:
        known = [
            row[key_of(table)]
            for table in ("commitments", "organizations", "instruments", "events", "persons")
            for row in tables.query(f"SELECT {key_of(table)} FROM {table} LIMIT 2000")  # noqa: S608 - declared names
        ]
        raise UnknownName("row of the register", key, known)
    return found


def around(tables: Rows, found: Found) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield the rows that refer to a row: their table, the column that refers, and the rows."""
    for table in REGISTER.values():
        for column in table.columns:
            if column.refers_to != found.table:
                continue
            if column.kind == "ids":
                sql = f"SELECT * FROM {table.name} WHERE ';' || {column.name} || ';' LIKE :key ORDER BY {table.key[0]}"  # noqa: S608
                likely = tables.query(sql, {"key": f"%;{found.key};%"})  # _ stands for any character
                rows = [row for row in likely if found.key in row[column.name].split(";")]
            else:
                rows = tables.rows(table.name, {column.name: found.key}, order=table.key)
            if rows:
                yield table.name, column.name, rows


#: The dates of a row that belong on a timeline, and how each is told.
_DATED: Final[Mapping[str, Mapping[str, str]]] = {
    "organizations": {"founded_on": "founded", "dissolved_on": "dissolved"},
    "memberships": {"from_date": "begins", "to_date": "ends"},
    "events": {"held_on": ""},
    "instruments": {"adopted_on": "adopted", "expires_on": "expires"},
    "party_actions": {"done_on": ""},
    "commitments": {"made_on": "made", "deadline": "deadline", "withdrawn_on": "withdrawn"},
    "milestones": {"due_on": "due"},
    "indicator_observations": {"observed_on": ""},
    "evidence": {"happened_on": ""},
    "assessments": {"assessed_on": "assessed"},
}
_LABELS: Final = ("title", "name", "summary", "kind", "judgement")


def timeline(tables: Rows, key: str = "") -> list[Row]:
    """Return what is dated about a row, or all meetings and documents, in order of time; undated rows last."""
    if key:
        rows = [(item.table, item.row) for item in find(tables, key)]
        rows += [(table, row) for item in find(tables, key) for table, _, near in around(tables, item) for row in near]
    else:
        rows = [(table, row) for table in ("events", "instruments") for row in tables.rows(table)]
    told: dict[tuple[str, str, str], Row] = {}
    for table, row in rows:
        for column, what in _DATED.get(table, {}).items():
            if row[column] or column in ("held_on", "happened_on", "done_on"):
                told[table, row[key_of(table)], column] = {
                    "date": row[column], "table": table, "id": row[key_of(table)],
                    "what": what or str(row.get("status") or row.get("stance") or row.get("kind")),
                    "title": next((str(row[name]) for name in _LABELS if row.get(name)), ""),
                    "party_id": str(row.get("party_id", "")), "source_id": row["source_id"],
                }  # fmt: skip
    return sorted(told.values(), key=_when)


def _when(row: Row) -> tuple[bool, dt.date, dt.date, str]:
    if not row["date"]:
        return True, dt.date.max, dt.date.max, row["id"]
    found = read_date(row["date"])
    return False, found.earliest, found.latest, row["id"]
