"""Decide on candidates: each decision is an event, and an accepted candidate becomes rows in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kervan._files import file_fault
from kervan.errors import FormatError, InputError, Problem, SchemaError, shown
from kervan.ledger import Draft, Event, Rows
from kervan.register.candidates import CANDIDATES
from kervan.register.projection import STREAM, body_of, subject_of
from kervan.register.schema import FORCES, INSTRUMENT_KINDS
from kervan.register.store import Change, Register, now_text, record

__all__ = [
    "decided",
    "known_names",
    "open_candidates",
    "proposal",
    "propose",
    "read_decisions",
    "rows_of",
]

Row = dict[str, Any]

_MAX_BYTES: Final = 20_000_000
_VERBS: Final = ("accept", "edit", "split", "reject")
#: The table that each kind of candidate is meant for.
_TABLE: Final = {
    "document": "instruments", "event": "events", "body": "organizations", "person": "persons",
    "action": "commitments", "amount": "indicator_observations", "percentage": "indicator_observations",
}  # fmt: skip
_DONE: Final = "done"


def propose(register: Register, candidates: Sequence[Mapping[str, Any]], actor: str) -> tuple[Event, ...]:
    """Record candidates, rows of `kervan.register.candidates.CANDIDATES`, as open; those known already are passed over.

    Raises
    ------
    SchemaError
        With every problem of a candidate; nothing is recorded then.
    """
    import pandas as pd

    frame = pd.DataFrame([dict(candidate) for candidate in candidates], dtype="object")
    table, problems = CANDIDATES.conform(frame)
    rows: list[Row] = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    sources = {row["source_id"] for row in rows} - {""}
    problems += [Problem("candidates", 0, "source_id", name, "no such source", "")
                 for name in sorted(sources) if register.get("sources", name) is None]  # fmt: skip
    for line, row in enumerate(rows, 2):
        if row["end_offset"] - row["start_offset"] != len(row["quote"]):
            message = "is not as long as its places are apart"
            problems.append(Problem("candidates", line, "quote", row["quote"][:80], message))
    if problems:
        raise SchemaError(problems, "the candidates")
    rows = [row for row in rows if register.get(CANDIDATES.name, str(row["candidate_id"])) is None]
    drafts = [_draft("added", str(row["candidate_id"]), body_of(CANDIDATES, row), actor) for row in rows]
    return register.ledger.append(STREAM, drafts) if drafts else ()


def rows_of(sha256: str, source_id: str, found: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return what was found in a text as rows for `propose`; the same find in the same text has the same key.

    Parameters
    ----------
    sha256
        SHA-256 of the text, in hexadecimal.
    source_id
        The source whose text it is.
    found
        Candidates as ``kervan register ingest --json`` prints them.
    """
    rows = []
    for one in found:
        place = f"{one['start']}-{one['end']}"
        rows.append({
            "candidate_id": f"{sha256[:12]}.{place}.{one['kind']}.{one['class']}", "source_id": source_id,
            "text_sha256": sha256, "kind": one["kind"], "class": one["class"], "start_offset": one["start"],
            "end_offset": one["end"], "quote": one["quote"], "actor_guess": one["actor_guess"], "time": one["time"],
            "value": one["value"], "unit": one["unit"], "confidence": one["confidence"],
            "links": ";".join(one["links"]),
        })  # fmt: skip
    return rows


def known_names(tables: Rows) -> list[dict[str, str]]:
    """Return the names that a register knows, with their aliases parted by ``|``: rows for a gazetteer."""
    others: dict[tuple[str, str], list[str]] = {}
    for row in tables.rows("aliases"):
        for column in ("organization_id", "person_id"):
            others.setdefault((column, row[column]), []).append(row["name"])
    rows = []
    for kind, table, column, name in (("organization", "organizations", "organization_id", "name"),
                                      ("person", "persons", "person_id", "name"),
                                      ("post", "posts", "post_id", "title")):  # fmt: skip
        for row in tables.rows(table):
            aliases = "|".join(others.get((column, row[column]), []))
            rows.append({"kind": kind, "id": subject_of(table, row[column]), "name": row[name], "aliases": aliases})
    return rows


def open_candidates(register: Register) -> list[Row]:
    """Return the candidates that wait for a decision, in the order of their texts."""
    return register.rows(CANDIDATES.name, {"state": "open"}, order=("text_sha256", "start_offset"))


def read_decisions(path: Path) -> list[Row]:
    """Return decisions from a JSON file: a list of objects, or an object with the list ``decisions``.

    Raises
    ------
    FormatError
        When it is not such a file.
    """
    if fault := file_fault(path, limit=_MAX_BYTES):
        raise FormatError(f"{path}: {fault}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is not JSON: {str(error)[:100]}") from None
    listed = content.get("decisions") if isinstance(content, dict) else content
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise FormatError(f"{path}: give a list of decisions, each an object with candidate and decision")
    return listed


def decided(register: Register, decisions: Iterable[Mapping[str, Any]], actor: str) -> tuple[Event, ...]:
    """Record decisions, all of them or none.

    Parameters
    ----------
    register
        The register.
    decisions
        Each names its ``candidate`` and the ``decision``: ``accept`` with ``rows`` (a list of ``table``, ``key`` and
        ``cells``; `proposal` if not given), ``edit`` with ``cells``, ``split`` with ``into`` (a list of cells), or
        ``reject`` with a ``reason``.
    actor
        Who decides.

    Raises
    ------
    SchemaError
        With every problem.
    """
    changes: list[Change] = []
    drafts: list[Draft] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    for line, decision in enumerate(decisions, 1):
        try:
            found, more = _one(register, decision, actor, taken)
        except InputError as error:
            problems.append(Problem("decisions", line, "", str(decision.get("candidate", ""))[:80], str(error)))
            continue
        changes += [change for change in found if (change.table, change.key) not in {(c.table, c.key) for c in changes}]
        drafts += more
    if problems:
        raise SchemaError(problems, "the decisions")
    return record(register, changes, actor, also=drafts)


def _one(
    register: Register, decision: Mapping[str, Any], actor: str, taken: set[str]
) -> tuple[list[Change], list[Draft]]:
    """Return the rows and the events of one decision."""
    key, verb = str(decision.get("candidate", "")), decision.get("decision")
    candidate = register.get(CANDIDATES.name, key)
    if verb not in _VERBS:
        raise InputError(f"a decision is {', '.join(_VERBS)}, not {shown(verb)}")
    if candidate is None or candidate["state"] != "open" or key in taken:
        raise InputError("there is no such candidate" if candidate is None else "the candidate is decided already")
    if verb == "edit":
        return [], [_draft("edited", key, _cells(decision.get("cells"), candidate), actor)]
    taken.add(key)
    if verb == "reject":
        return [], [_draft("rejected", key, {"reason": str(decision.get("reason", ""))}, actor)]
    if verb == "split":
        return [], _split(candidate, decision.get("into"), actor)
    rows = decision.get("rows")
    given = _given(rows) if rows is not None else proposal(candidate)
    became = [subject_of(change.table, change.key) for change in given]
    return [_span(candidate), *given], [_draft("accepted", key, {"became": became}, actor)]


def _given(rows: Any) -> list[Change]:
    if not isinstance(rows, list) or not rows:
        raise InputError("rows is a list of objects with table, key and cells")
    changes = []
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("cells"), dict):
            raise InputError("each of rows is an object with table, key and cells")
        changes.append(Change(str(row.get("table")), str(row.get("key")), row["cells"]))
    return changes


def _cells(cells: Any, candidate: Row) -> Row:
    """Return edited cells of a candidate, checked with the rest of it."""
    if not isinstance(cells, dict) or not cells or {"candidate_id", "state", "became", "from_id"} & set(cells):
        raise InputError("cells is an object with the cells of the candidate that change")
    whole = {name: candidate[name] for name in CANDIDATES.names} | cells
    row = _conformed(whole)
    return {name: row[name] for name in cells}


def _split(candidate: Row, into: Any, actor: str) -> list[Draft]:
    if not isinstance(into, list) or len(into) < 2 or not all(isinstance(cells, dict) for cells in into):
        raise InputError("into is a list of two or more objects with the cells that differ")
    key = str(candidate["candidate_id"])
    base = {name: candidate[name] for name in CANDIDATES.names}
    parts = [_conformed({**base, **cells, "candidate_id": f"{key}.{number}", "from_id": key, "state": "open"})
             for number, cells in enumerate(into, 1)]  # fmt: skip
    added = [_draft("added", row["candidate_id"], body_of(CANDIDATES, row), actor) for row in parts]
    return [_draft("split", key, {}, actor), *added]


def _conformed(cells: Row) -> Row:
    import pandas as pd

    frame, problems = CANDIDATES.conform(pd.DataFrame([cells], dtype="object"))
    if problems:
        raise InputError("; ".join(f"{problem.column}: {problem.message}" for problem in problems))
    row: Row = {str(name): value for name, value in frame.to_dict("records")[0].items()}
    if row["end_offset"] - row["start_offset"] != len(row["quote"]):
        raise InputError("the quote is not as long as its places are apart")
    return {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}


def _span(candidate: Row) -> Change:
    key = f"{candidate['candidate_id']}.span"
    cells = {name: candidate[name] for name in ("source_id", "start_offset", "end_offset", "quote", "text_sha256")}
    return Change("spans", key, cells)


def proposal(candidate: Row) -> list[Change]:
    """Return the rows that a candidate would become, as far as it says; what it does not say stays blank.

    Raises
    ------
    InputError
        When it says too little to become a row by itself.
    """
    table = _TABLE.get(candidate["kind"], "")
    title = " ".join(candidate["quote"].split())
    own = {"source_id": candidate["source_id"], "span_id": f"{candidate['candidate_id']}.span"}
    key, sort = candidate["candidate_id"], candidate["class"].replace("_", " ")
    if table == "commitments":
        force = FORCES.index(sort) if sort in FORCES else FORCES.index("planned")
        basis = {"deadline": candidate["time"], "deadline_basis": "the text"} if candidate["time"] else {}
        rows = [Change(table, key, {"title": title, "force": force, **basis, **own})]
        if sort == _DONE:
            told = {"commitment_id": key, "grade": 4, "summary": title, **own}
            rows.append(Change("evidence", f"{key}.e1", told))
        return rows
    if table == "instruments":
        words = f"{sort} {title}".casefold().replace("memorandum", "mou")
        what = next((kind for kind in INSTRUMENT_KINDS if kind.replace("_", " ") in words), "other")
        return [Change(table, key, {"title": title, "kind": what, "adopted_on": candidate["time"], **own})]
    if table == "events":
        state = "held" if sort == "held" else "announced"
        return [Change(table, key, {"name": title, "kind": "other", "held_on": candidate["time"], "status": state,
                                    **own})]  # fmt: skip
    if sort == "post":
        raise InputError("a candidate that is a post needs its rows: say of which body it is a post, and who holds it")
    if table in ("organizations", "persons"):
        more = {"kind": "other"} if table == "organizations" else {}
        return [Change(table, key, {"name": title, **more, **own})]
    raise InputError(f"a candidate of kind {candidate['kind']} needs its rows: say which indicator it is a value of")


def _draft(action: str, key: str, body: Row, actor: str) -> Draft:
    return Draft(f"{CANDIDATES.name}.{action}", subject_of(CANDIDATES.name, key), body, actor, now_text())
