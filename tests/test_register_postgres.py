"""The register on a real PostgreSQL answers what it answers on SQLite."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drawn_register import ON, drawn
from kervan.ledger import Rows
from kervan.register import views
from kervan.register.exchange import EXPORTS
from kervan.register.schema import REGISTER
from kervan.register.store import Change, Register, record, view


def answers(register: Register) -> dict[str, Any]:
    """Return every answer of a register, as texts."""
    record(register, [Change("evidence", "e1", {"grade": 2}, "corrected")], "tests")
    record(register, [Change("evidence", "e3", action="withdrawn")], "tests")
    return {name: asked(tables) for name, tables in {"now": register.ledger, "then": view(register, on=ON)}.items()}


def asked(tables: Rows) -> dict[str, str]:
    found = {name: repr(tables.rows(name)) for name in (*REGISTER, "commitment_states", "commitment_scores")}
    found["scoreboard"] = repr(views.scoreboard(tables, ON))
    found["commitments"] = json.dumps(views.commitments(tables, ON))
    found["overdue"] = json.dumps(views.overdue(tables, ON))
    found["due"] = json.dumps(views.due(tables, ON))
    found["members"] = json.dumps(views.members(tables, "platform", ON))
    found["timeline"] = json.dumps(views.timeline(tables, "transit"))
    found["around"] = repr(list(views.around(tables, views.find(tables, "XA")[0])))
    for name, entry in EXPORTS.items():
        if entry.text is not None:
            found[name] = entry.text(tables, "drawn", "C_POST" if name == "prov" else "")
    return found


@pytest.mark.slow
def test_postgresql_and_sqlite_give_the_same_answers(postgres: str) -> None:
    with drawn() as register:
        expected = answers(register)
    with drawn(postgres) as register:
        found = answers(register)
    for when, each in expected.items():
        for name, text in each.items():
            assert found[when][name] == text, (when, name)
