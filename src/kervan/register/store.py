"""Open a register and record in it: rows are checked together, and all of them are recorded or none.

A register is a ledger whose state tables are those of `kervan.register.schema`. It lies in a file, a PostgreSQL
database, or, for one that comes with Kervan, in memory.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from kervan.errors import InputError, Problem, SchemaError, UnknownName, did_you_mean
from kervan.ledger import Draft, Event, Ledger, Rows, open_ledger, replay
from kervan.register.candidates import CANDIDATES
from kervan.register.projection import STREAM, body_of, projection, subject_of
from kervan.register.rules import Given, problems_of
from kervan.register.schema import REGISTER, key_of
from kervan.schema import MAX_PROBLEMS, Table

__all__ = [
    "STREAM",
    "Change",
    "Register",
    "folder_of",
    "last_assessment",
    "next_key",
    "now_text",
    "opened",
    "record",
    "shipped",
    "subject_of",
    "view",
]

Row = dict[str, Any]
Action = Literal["added", "changed", "corrected", "withdrawn"]
#: Events of one transaction; a larger set of rows is recorded in several, and can be resumed by recording it again.
_BATCH: Final = 10_000


@dataclass(frozen=True)
class Register:
    """An open register.

    Parameters
    ----------
    ledger
        Its events, and its tables as they are now.
    name
        What it is called.
    is_in_memory
        Whether it was read from a folder of tables: nothing recorded in it would last.
    """

    ledger: Ledger
    name: str
    is_in_memory: bool = False

    def rows(self, table: str, where: Mapping[str, Any] | None = None, order: Sequence[str] = ()) -> list[Row]:
        """Return rows of a table as they are now."""
        return self.ledger.rows(table, where, order)

    def get(self, table: str, key: str) -> Row | None:
        """Return one row as it is now, or None."""
        name = CANDIDATES.key[0] if table == CANDIDATES.name else key_of(table)
        found = self.ledger.rows(table, {name: key})
        return found[0] if found else None


def shipped() -> dict[str, Path]:
    """Return the folder of every register that comes with Kervan, by name."""
    import kervan.registers

    root = Path(next(iter(kervan.registers.__path__)))
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / "sources.csv").is_file()}


def folder_of(where: str) -> Path | None:
    """Return the folder of tables that a name or path names; None where it names something else."""
    known = shipped()
    if where in known:
        return known[where]
    return Path(where) if "://" not in where and Path(where).is_dir() else None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def now_text() -> str:
    """Return the present moment as an event records it."""
    return _now().isoformat(timespec="seconds").replace("+00:00", "Z")


@contextmanager
def opened(where: str, *, must_exist: bool = True, clock: Callable[[], dt.datetime] = _now) -> Iterator[Register]:
    """Open a register: one that comes with Kervan by its name, a folder of tables, a file, or a database by its URL.

    A folder of tables is read into memory, and what is recorded in it is lost.

    Parameters
    ----------
    where
        Name, path or URL.
    must_exist
        Refuse to make one where there is none.
    clock
        Gives the present moment, with its zone.

    Raises
    ------
    UnknownName
        When there is none of this name.
    """
    known = shipped()
    folder = folder_of(where)
    if folder is not None:
        from kervan.register.files import read_changes

        with open_ledger("", (projection(),), clock) as ledger:
            register = Register(ledger, folder.name, is_in_memory=True)
            record(register, read_changes(folder), actor=folder.name)
            yield register
        return
    if must_exist and "://" not in where and not Path(where).is_file():
        raise UnknownName("register (give a name, a folder, a file or a URL)", where, known)
    with open_ledger(where, (projection(),), clock, must_exist=must_exist) as ledger:
        yield Register(ledger, where.rpartition("@")[2])


def view(register: Register, known_on: dt.date | None = None, on: dt.date | None = None) -> Rows:
    """Return the tables of a register: as they are, as they were known on a day, or as of a day.

    Parameters
    ----------
    register
        The register.
    known_on
        Only what was recorded by the end of this day (UTC).
    on
        Only what had come true by this day, as far as one knows; see `kervan.register.projection`.
    """
    until = on if on is not None and on < _now().date() else None
    if known_on is None and until is None:
        return register.ledger
    recorded_until = known_on.isoformat() if known_on else ""
    return replay(projection(until), register.ledger.events(STREAM, recorded_until=recorded_until))


@dataclass(frozen=True)
class Change:
    """A row to record.

    Parameters
    ----------
    table
        Its table.
    key
        Its key.
    cells
        Cells as text or typed: all of a new row, those that differ of another, none of one that is withdrawn.
    action
        ``added``; ``changed`` (it is different now); ``corrected`` (it was recorded wrongly); ``withdrawn``.
    corrects
        Id of the event that was wrong; the last one about the row if not given.
    line, file
        Where it was read.
    """

    table: str
    key: str
    cells: Mapping[str, Any] = field(default_factory=dict)
    action: Action = "added"
    corrects: str = ""
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class _Planned:
    """A change that can be recorded: the row as it was and as it will be."""

    change: Change
    before: Row | None
    after: Row | None
    is_sound: bool = True


def record(
    register: Register,
    changes: Iterable[Change],
    actor: str,
    expected: Mapping[str, int] | None = None,
    also: Sequence[Draft] = (),
) -> tuple[Event, ...]:
    """Check changes together and record all of them, or none.

    A row to add that is there already with the same cells is passed over, so that an import can be repeated.

    Parameters
    ----------
    register
        The register.
    changes
        What to record.
    actor
        Who says so.
    expected
        ``table/key`` to the version that the writer saw; another one is refused.
    also
        Other events of the same transaction.

    Raises
    ------
    SchemaError
        With every problem.
    """
    by_table: dict[str, list[Change]] = {}
    for change in changes:
        by_table.setdefault(change.table, []).append(change)
    problems: list[Problem] = []
    planned: list[_Planned] = []
    for table, listed in by_table.items():
        if table in REGISTER:
            found, faults = _planned(table, listed, register)
            planned += found
            problems += faults
        else:
            hint = did_you_mean(table, REGISTER)
            problems.append(Problem(table, 0, "", "", f"no such table in a register{hint}", listed[0].file))
    order = {name: place for place, name in enumerate(REGISTER)}
    planned.sort(key=lambda item: order[item.change.table])
    given = [Given(item.change.table, item.after, item.change.line, item.change.file, item.is_sound)
             for item in planned if item.after is not None]  # fmt: skip
    problems += [*problems_of(given, register), *_still_needed(planned, register)]
    if problems:
        raise SchemaError(problems[:MAX_PROBLEMS], "what was to be recorded")
    at = now_text()
    drafts = [*(_draft(item, actor, at) for item in planned), *also]
    events: list[Event] = []
    for start in range(0, len(drafts), _BATCH):
        part = drafts[start : start + _BATCH]
        events += register.ledger.append(STREAM, part, _of(expected, part))
    return tuple(events)


def _of(expected: Mapping[str, int] | None, drafts: Sequence[Draft]) -> dict[str, int]:
    subjects = {draft.subject for draft in drafts}
    return {subject: version for subject, version in (expected or {}).items() if subject in subjects}


def _planned(name: str, changes: Sequence[Change], register: Register) -> tuple[list[_Planned], list[Problem]]:
    """Return the changes of one table with the row before and after each, and what is wrong with them."""
    table, key = REGISTER[name], key_of(name)
    before = {change.key: register.get(name, change.key) for change in changes}
    problems: list[Problem] = []
    kept: list[Change] = []
    for change in changes:
        if (before[change.key] is None) != (change.action == "added") and change.action != "added":
            message = f"no such row in {name}, so that it cannot be {change.action}"
            problems.append(Problem(name, change.line, key, change.key[:80], message, change.file))
        else:
            kept.append(change)
    whole = [change for change in kept if change.action != "withdrawn"]
    cells = [{**_cells(table, before[c.key] if c.action != "added" else None), **c.cells, key: c.key} for c in whole]
    conformed, faults, is_sound = _conformed(name, cells, whole)
    rows = zip(conformed, is_sound, strict=True)
    planned = [
        _Planned(change, before[change.key], *((None,) if change.action == "withdrawn" else next(rows)))
        for change in kept
    ]
    found, more = _new(name, planned)
    return found, [*problems, *faults, *more]


def _cells(table: Table, row: Row | None) -> Row:
    return {name: row[name] for name in table.names} if row else {}


def _conformed(name: str, cells: list[Row], changes: Sequence[Change]) -> tuple[list[Row], list[Problem], list[bool]]:
    """Return rows with the declared columns, every problem at the line it was read from, and which rows have none."""
    import pandas as pd

    from kervan.formats._package import RawTable

    if not cells:
        return [], [], []
    frame = pd.DataFrame(cells, dtype="object")
    file, lines = changes[0].file, [change.line for change in changes]
    table, problems = REGISTER[name].conform(frame, file)
    raw = RawTable(frame, file, lines)
    bad = {problem.row for problem in problems}
    rows = [dict(zip(table.columns, row, strict=True)) for row in zip(*(table[c].tolist() for c in table), strict=True)]
    is_sound = [not bad & {0, 1, place} for place in range(2, len(rows) + 2)]
    return rows, [raw.placed(problem) for problem in problems], is_sound


def _new(name: str, planned: Sequence[_Planned]) -> tuple[list[_Planned], list[Problem]]:
    """Leave out what is there already; what is there with other cells, or would change nothing, is a problem."""
    kept: list[_Planned] = []
    problems: list[Problem] = []
    for item in planned:
        change = item.change
        if item.before is None or item.after is None or not item.is_sound:
            kept.append(item)
            continue
        body = _difference(REGISTER[name], item.before, item.after)
        if change.action == "added" and body:
            message = f"is there already, with another {', '.join(body)}; change or correct it instead"
            problems.append(Problem(name, change.line, key_of(name), change.key, message, change.file))
        elif change.action != "added" and not body:
            message = f"nothing to be {change.action}: the row has these cells already"
            problems.append(Problem(name, change.line, key_of(name), change.key, message, change.file))
        elif change.action != "added":
            kept.append(item)
    return kept, problems


def _difference(table: Table, before: Row, after: Row) -> Row:
    """Return the cells that differ, null for those that are blank now."""
    old, new = ({name: _stored(row[name]) for name in table.names} for row in (before, after))
    return {name: new[name] for name in table.names if old[name] != new[name]}


def _stored(value: Any) -> Any:
    if isinstance(value, float) and math.isinf(value):
        return None
    return int(value) if isinstance(value, bool) else value


def _draft(item: _Planned, actor: str, at: str) -> Draft:
    change, table = item.change, REGISTER[item.change.table]
    if change.action == "added" and item.after:
        body = body_of(table, item.after)
    else:
        body = _difference(table, item.before, item.after) if item.before and item.after else {}
    wrong = change.corrects or (str(item.before["ledger_event"]) if item.before else "")
    corrects = wrong if change.action in ("corrected", "withdrawn") else ""
    return Draft(f"{change.table}.{change.action}", subject_of(change.table, change.key), body, actor, at, corrects)


def next_key(register: Register, table: str, prefix: str) -> str:
    """Return the first free key of a table that is a prefix and a number."""
    number = 1
    while register.get(table, f"{prefix}{number}"):
        number += 1
    return f"{prefix}{number}"


def last_assessment(register: Register, commitment_id: str, party_id: str) -> str:
    """Return the key of the judgement that counts for a commitment and party.

    Raises
    ------
    InputError
        When nobody has judged them yet.
    """
    found = register.ledger.rows("commitment_scores", {"commitment_id": commitment_id, "party_id": party_id})
    if not found:
        raise InputError(f"nobody has judged {commitment_id} for {party_id} yet: give a first score")
    return str(found[0]["assessment_id"])


def _still_needed(planned: Sequence[_Planned], register: Register) -> list[Problem]:
    """Return the rows to withdraw that others refer to."""
    gone = {(item.change.table, item.change.key): item.change for item in planned if item.after is None}
    problems = []
    for (name, key), change in gone.items():
        for table in REGISTER.values():
            for column in table.columns:
                if column.refers_to != name:
                    continue
                like = "LIKE" if column.kind == "ids" else "="
                wanted = f"{table.key[0]} AS found, {column.name} AS named"
                sql = f"SELECT {wanted} FROM {table.name} WHERE {column.name} {like} :key"  # noqa: S608 - declared names
                rows = register.ledger.query(sql, {"key": f"%{key}%" if like == "LIKE" else key})
                held = [row["found"] for row in rows
                        if key in row["named"].split(";") and (table.name, row["found"]) not in gone]  # fmt: skip
                if held:
                    message = f"is named by {table.name} {held[0]!r} ({column.name}); withdraw that first"
                    problems.append(Problem(name, change.line, key_of(name), key, message, change.file))
    return problems
