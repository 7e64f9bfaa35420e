"""The commands of ``kervan register``, as people, machines and a keyboard use them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drawn_register import drawn
from kervan.cli import app
from kervan.errors import SchemaError
from kervan.register.review import decided, known_names, open_candidates, propose, rows_of
from kervan.register.store import Register, opened

TEXT = "The ministers adopted the Joint Declaration. The post will open in June. Signed and sealed."
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
ON = ["--on", "2025-07-15"]


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A register file, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    with drawn("drawn.db"):
        pass
    return "drawn.db"


def run(*arguments: str, code: int = 0, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["register", *arguments], input=typed, terminal_width=160)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return str(result.output)


def answer(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def test_the_scoreboard_is_what_machines_were_promised(where: str) -> None:
    found = answer("-r", where, *ON)
    wanted = {"id", "title", "force", "parties", "deadline", "deadline_basis", "status", "evidence_grade", "score",
              "intervention_id", "indicator_id", "source_id"}  # fmt: skip
    assert all(wanted <= set(row) for row in found["commitments"])
    assert set(found["strict"]) == {"bound", "speed", "put_to_work", "proven"}
    post = next(row for row in found["commitments"] if row["id"] == "C_POST")
    shown = [post[name] for name in ("force", "parties", "deadline", "status", "evidence_grade", "score")]
    assert shown == [6, ["XA", "XB"], "2025-06", "claimed", 4, 0.0]
    assert (found["scores"]["value"], found["scores"]["count"], found["scores"]["of"]) == (0.5, 2, 4)


def test_people_read_words(where: str) -> None:
    told = run("-r", where, *ON)
    assert "3 promises on 2025-07-15: 1 overdue, 1 whose day cannot be told." in told
    assert "Score: +0.50 (from -0.25 to +0.75)" in told
    assert "C_POST" in run("overdue", "-r", where, *ON)
    assert "Second meeting" in run("due", "-r", where, *ON)
    assert "Nothing is due" in run("due", "-r", where, "--on", "2040-01-01")
    assert "cannot say" in run("show", "platform", "-r", where, *ON)
    assert "no act found" in run("show", "transit", "-r", where, *ON)
    assert "claimed: said to be delivered, and not shown" in run("show", "C_POST", "-r", where, *ON)
    assert "first_use" in run("timeline", "transit", "-r", where)
    assert "sources.added" in run("log", "sources/office", "-r", where)
    assert "That is better." in run("worth", "C_POST", "-r", where)


@pytest.mark.parametrize("command", [[], ["due"], ["overdue"], ["timeline"], ["log"]])
def test_every_list_is_csv_too(where: str, command: list[str]) -> None:
    on = [] if command == ["log"] else ON if command != ["timeline"] else []
    rows = list(csv.DictReader(io.StringIO(run(*command, "-r", where, *on, "--csv"))))
    assert rows


@pytest.mark.parametrize("command", [["due"], ["overdue"], ["show", "C_POST"], ["timeline", "C_POST"], ["log"],
                                     ["worth", "C_POST"], ["review"]])  # fmt: skip
def test_every_answer_is_json_with_its_name(where: str, command: list[str]) -> None:
    assert answer(*command, "-r", where)["schema"].startswith("kervan.register.")


@pytest.mark.parametrize(("arguments", "why"), [
    (["due", "--on", "2025-06"], "--on takes a day"),
    (["--json", "--csv"], "--json or --csv"),
    (["show", "C_POTS"], "did you mean 'C_POST'"),
    (["add", "commitments", "n", "title"], "column=value"),
    (["add", "commitments", "n", "title=<b>x</b>", "force=3", "source_id=office"], "holds HTML"),
    (["change", "commitments", "C_POST", "--correct", "--withdraw"], "not both"),
    (["change", "commitments", "C_POST", "force=5", "--expect", "7"], "version"),
    (["assess", "C_SILENT", "XC", "--score", "0", "--second"], "nobody has judged"),
    (["evidence", "C_NONE", "--summary", "s", "--grade", "3", "--source", "office"], "no 'C_NONE' in commitments"),
    (["import", "nowhere.csv"], "there is no such file"),
    (["export", "x.docx"], "say which format"),
    (["review", "nothing.json"], "no such file"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_the_exit_code_says_so(where: str, arguments: list[str], why: str) -> None:
    result = CliRunner().invoke(app, ["register", *arguments, "-r", where], terminal_width=160)
    assert result.exit_code in (2, 4)
    assert why in result.output + result.stderr
    with opened(where) as register:
        assert register.get("commitments", "n") is None


def test_a_secretariat_works_through_a_day(where: str) -> None:
    run("add", "commitments", "C_NEW", "title=Share the voter lists", "force=5", "party_ids=XA", "source_id=office",
        "-r", where, "--actor", "desk")  # fmt: skip
    run("evidence", "C_NEW", "--summary", "Shared, it says", "--grade", "4", "--source", "agency", "--said-by", "XA",
        "-r", where, "--actor", "desk")  # fmt: skip
    assert answer("show", "C_NEW", "-r", where)["found"][0]["state"]["status"] == "claimed"
    run("evidence", "C_NEW", "--summary", "Not shared", "--grade", "1", "--source", "agency", "--contradicts",
        "-r", where, "--actor", "desk")  # fmt: skip
    assert answer("show", "C_NEW", "-r", where)["found"][0]["state"]["status"] == "not_delivered"
    run("assess", "C_NEW", "XA", "--score", "-1", "--judgement", "not_delivered", "--rationale", "Checked", "--source",
        "agency", "-r", where, "--actor", "one")  # fmt: skip
    run("assess", "C_NEW", "XA", "--score", "1", "--second", "-r", where, "--actor", "two")
    row = answer("show", "assessments/C_NEW.a1", "-r", where)["found"][0]["row"]
    assert (row["score"], row["second_score"], row["second_assessor"]) == ("-1", "+1", "two")
    assert answer("show", "C_NEW", "-r", where)["found"][0]["state"]["score"] is None  # the two differ
    run("change", "evidence", "C_NEW.e2", "--withdraw", "-r", where, "--actor", "desk")
    assert answer("show", "C_NEW", "-r", where)["found"][0]["state"]["status"] == "claimed"
    events = [event["type"] for event in answer("log", "-r", where)["events"]][-6:]
    assert events == ["commitments.added", "evidence.added", "evidence.added", "assessments.added",
                      "assessments.changed", "evidence.withdrawn"]  # fmt: skip


def test_a_register_is_carried_to_another_place(where: str) -> None:
    assert "folder" in run("export", "folder", "-r", where)
    recorded = answer("import", "folder", "-r", "copy.db")["events"]
    assert len(recorded) > 40
    assert "nothing new" in run("import", "folder", "-r", "copy.db")
    one, other = answer("-r", where, *ON), answer("-r", "copy.db", *ON)
    assert one == other


def test_a_bad_import_leaves_no_register_behind(where: str) -> None:
    Path("persons.csv").write_text("person_id,name,source_id\na,<b>A</b>,none\n", encoding="utf-8")
    before = sorted(path.name for path in Path().iterdir())
    result = CliRunner().invoke(app, ["register", "import", "persons.csv", "-r", "new.db"])
    assert result.exit_code == 2
    assert "2 problems" in result.stderr
    assert sorted(path.name for path in Path().iterdir()) == before


# ── review ──────────────────────────────────────────────────────────────────────────────────────────


def candidate(key: str, quote: str, kind: str = "action", sort: str = "planned", **more: Any) -> dict[str, Any]:
    start = TEXT.index(quote)
    return {"candidate_id": key, "source_id": "office", "text_sha256": SHA, "kind": kind, "class": sort,
            "start_offset": start, "end_offset": start + len(quote), "quote": quote, "confidence": 0.9,
            **more}  # fmt: skip


CANDIDATES = [
    candidate("k1", "the Joint Declaration", "document", "adopted", time="2025-05-21"),
    candidate("k2", "The post will open in June", time="2025-06"),
    candidate("k3", "Signed and sealed", sort="done"),
]


@pytest.fixture
def proposed(where: str) -> str:
    with opened(where) as register:
        propose(register, CANDIDATES, "finder")
    return where


def kinds_of(register: Register) -> list[str]:
    return [event.type for event in register.ledger.events("register") if event.type.startswith("candidates.")][3:]


def test_nothing_of_a_candidate_is_in_the_register_before_a_decision(proposed: str) -> None:
    with opened(proposed) as register:
        assert len(open_candidates(register)) == 3
        assert register.get("commitments", "k2") is None
        assert not register.rows("spans")


def test_decisions_as_json_are_all_recorded_or_none(proposed: str) -> None:
    decisions = [
        {"candidate": "k1", "decision": "accept"},
        {"candidate": "k2", "decision": "accept", "rows": [{"table": "commitments", "key": "C_OPEN", "cells": {
            "title": "Open the post", "force": 3, "party_ids": "XA", "deadline": "2025-06",
            "deadline_basis": "the text", "source_id": "office", "span_id": "k2.span"}}]},
        {"candidate": "k3", "decision": "reject", "reason": "an idiom"},
    ]  # fmt: skip
    Path("bad.json").write_text(json.dumps([*decisions, {"candidate": "k3", "decision": "accept"},
                                            {"candidate": "k9", "decision": "maybe"}]), encoding="utf-8")  # fmt: skip
    result = CliRunner().invoke(app, ["register", "review", "bad.json", "-r", proposed, "--actor", "desk"])
    assert result.exit_code == 2
    assert "is decided already" in result.stderr
    assert "a decision is accept, edit, split, reject" in result.stderr
    with opened(proposed) as register:
        assert len(open_candidates(register)) == 3
    Path("good.json").write_text(json.dumps({"decisions": decisions}), encoding="utf-8")
    run("review", "good.json", "-r", proposed, "--actor", "desk")
    with opened(proposed) as register:
        assert open_candidates(register) == []
        assert kinds_of(register) == ["candidates.accepted", "candidates.accepted", "candidates.rejected"]
        document = register.get("instruments", "k1")
        assert document is not None
        assert (document["kind"], document["adopted_on"], document["span_id"]) == (
            "declaration",
            "2025-05-21",
            "k1.span",
        )
        passage = register.get("spans", "k2.span")
        assert passage is not None
        assert TEXT[passage["start_offset"] : passage["end_offset"]] == passage["quote"]
        assert json.loads(register.get("candidates", "k2")["became"]) == ["commitments/C_OPEN"]  # type: ignore[index]
        assert register.get("candidates", "k3")["reason"] == "an idiom"  # type: ignore[index]


def test_a_candidate_is_decided_by_keyboard(proposed: str) -> None:
    keys = ["n", "e", "quote", "x", "e", "class", "adopted", "a", "s", "99", "s", "6", "q"]
    told = run("review", "-r", proposed, "--actor", "desk", typed="\n".join(keys) + "\n")
    assert "3 candidates are open" in told
    with opened(proposed) as register:
        assert kinds_of(register) == ["candidates.edited", "candidates.accepted", "candidates.split",
                                      "candidates.added", "candidates.added"]  # fmt: skip
        made = register.get("commitments", "k2")
        assert made is not None
        assert (made["force"], made["deadline"]) == (5, "2025-06")
        waiting = {row["candidate_id"]: row["quote"] for row in open_candidates(register)}
        assert waiting == {"k1": "the Joint Declaration", "k3.1": "Signed", "k3.2": "and sealed"}


def test_what_was_done_is_a_claim_and_not_delivered(proposed: str) -> None:
    with opened(proposed) as register:
        decided(register, [{"candidate": "k3", "decision": "accept"}], "desk")
        rows = register.rows("commitment_states", {"commitment_id": "k3"})
        assert [row["status"] for row in rows] == ["claimed"]


def test_a_candidate_of_a_source_that_is_not_there_is_refused(where: str) -> None:
    with opened(where) as register:
        with pytest.raises(SchemaError, match="no such source"):
            propose(register, [{**CANDIDATES[0], "source_id": "none"}], "finder")
        with pytest.raises(SchemaError, match="must be one of"):
            propose(register, [{**CANDIDATES[0], "kind": "promise"}], "finder")
        assert open_candidates(register) == []


def test_what_a_reader_of_texts_prints_becomes_candidates_once(where: str) -> None:
    found = [{"kind": "action", "class": "under_way", "start": 45, "end": 71, "quote": TEXT[45:71], "actor_guess": "",
              "time": "2025-06", "value": None, "unit": "", "confidence": 0.8, "links": ["XA", "C_POST"]}]  # fmt: skip
    with opened(where) as register:
        assert len(propose(register, rows_of(SHA, "office", found), "finder")) == 1
        assert propose(register, rows_of(SHA, "office", found), "finder") == ()
        (waiting,) = open_candidates(register)
        assert (waiting["links"], waiting["value"]) == ("XA;C_POST", None)
        decided(register, [{"candidate": waiting["candidate_id"], "decision": "accept"}], "desk")
        made = register.get("commitments", waiting["candidate_id"])
        assert made is not None
        assert made["force"] == 4
        with pytest.raises(SchemaError, match="not as long as its places"):
            propose(register, rows_of(SHA, "office", [{**found[0], "end": 72}]), "finder")


def test_the_names_that_a_register_knows_come_with_their_aliases(where: str) -> None:
    with opened(where) as register:
        names = {row["id"]: row for row in known_names(register.ledger)}
    platform = names["organizations/platform"]
    assert (platform["kind"], platform["aliases"]) == ("organization", "Платформа ЦИК")
    assert (names["persons/ada"]["kind"], names["posts/sec"]["kind"]) == ("person", "post")


NEWS = "Alania City, 5 May 2025. Alania will open a second post by 2027. The ministers signed a memorandum on tariffs."


def test_a_text_is_read_and_its_candidates_wait_for_review(where: str) -> None:
    Path("news.txt").write_text(NEWS, encoding="utf-8")
    found = answer("ingest", "news.txt", "-r", where)
    assert set(found) == {"sha256", "candidates"}
    wanted = {"kind", "class", "start", "end", "quote", "actor_guess", "time", "value", "unit", "confidence"}
    assert all(wanted <= set(one) for one in found["candidates"])
    assert all(NEWS[one["start"] : one["end"]] == one["quote"] for one in found["candidates"])
    with opened(where) as register:
        assert open_candidates(register) == []  # only shown
    assert "wait for review" in run("ingest", "news.txt", "--source", "agency", "-r", where, "--actor", "reader")
    with opened(where) as register:
        waiting = open_candidates(register)
        assert len(waiting) == len(found["candidates"])
        assert any("organizations/XA" in row["links"] for row in waiting)
        assert not register.rows("spans")
    result = CliRunner().invoke(app, ["register", "ingest", "news.txt", "--source", "none", "-r", where])
    assert result.exit_code == 2
    assert "no such source" in result.stderr


def test_a_folder_of_tables_is_asked_like_a_register_and_nothing_is_recorded_in_it(where: str) -> None:
    run("export", "folder", "-r", where)
    assert answer("-r", "folder", *ON) == answer("-r", where, *ON)
    result = CliRunner().invoke(app, ["register", "add", "persons", "x", "name=X", "source_id=office", "-r", "folder"])
    assert result.exit_code == 2
    assert "make a register of it" in result.stderr
