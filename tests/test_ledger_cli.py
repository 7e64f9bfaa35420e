"""`kervan ledger`: what people and machines see, and that bad input is told in words."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kervan.cli import app
from kervan.ledger import Draft, open_ledger


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_ledger("border.db") as ledger:
        for number in range(5):
            at = f"2025-05-2{number}T10:00:00+06:00"
            ledger.append("border", [Draft("truck.arrived", f"AA-{number}", {"post": number, "km": 1.5}, "post 1", at)])


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["ledger", *arguments])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


def answer(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["ledger", *arguments, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_a_log_is_shown_and_narrowed_down() -> None:
    shown = run("log", "border.db")
    assert all(text in shown for text in ("border/1", "border/5", "truck.arrived", "AA-4", "post 1"))
    assert [event["id"] for event in answer("log", "border.db", "--limit", "2")["events"]] == ["border/4", "border/5"]
    assert [event["id"] for event in answer("log", "border.db", "--subject", "AA-1")["events"]] == ["border/2"]
    assert answer("log", "border.db", "--type", "truck.left")["events"] == []
    assert answer("log", "border.db", "--until", "2020-01-01")["events"] == []
    assert len(answer("log", "border.db", "--stream", "border", "--limit", "0")["events"]) == 5
    assert "No events." in run("log", "border.db", "--stream", "rail")
    heading, *rows = run("log", "border.db", "--csv").splitlines()
    assert heading.startswith("id,stream,sequence,type")
    assert '"{""km"":1.5,""post"":0}"' in rows[0]


def test_the_whole_way_from_a_key_to_a_verified_export() -> None:
    run("key", "customs.example/border")
    assert stat.S_IMODE(Path("border.key").stat().st_mode) == 0o600 or sys.platform == "win32"
    assert "PRIVATE" not in run("checkpoint", "border.db", "border", "border.txt", "--key", "border.key")
    run("export", "border.db", "border", "border.jsonl")
    found = answer("verify", "border.jsonl", "--key", "border.pub", "--checkpoint", "border.txt")
    assert (found["events"], found["vouched"], found["problem_count"]) == (5, 5, 0)
    assert "The first 5 events are those that were signed." in run("verify", "border.jsonl", "--key", "border.pub")
    # Without a key it says what it cannot know.
    assert "only --key or --checkpoint can tell" in run("verify", "border.jsonl")


def test_proofs_are_written_and_verified() -> None:
    run("key", "customs.example/border")
    run("checkpoint", "border.db", "border", "border.txt", "--key", "border.key")
    run("proof", "border.db", "border/2", "event.json")
    run("proof", "border.db", "border", "growth.json", "--from", "3")
    for name, kind in (("event.json", "inclusion"), ("growth.json", "consistency")):
        found = answer("verify", name, "--key", "border.pub", "--checkpoint", "border.txt")
        assert (found["kind"], found["vouched"], found["problem_count"]) == (kind, 5, 0)
    run("proof", "border.db", "border/2", "unsigned.json", "--size", "3")
    assert answer("verify", "unsigned.json")["vouched"] == 0
    assert answer("verify", "unsigned.json", "--key", "border.pub", code=4)["problems"][0]["message"].startswith(
        "it has no"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"AA-1"', '"AA-7"'), ('"size": 5', '"size": 6'), ('"sequence": 2', '"sequence": 3'),
        ('"kind": "inclusion"', '"kind": "consistency"'), ('"path": [', '"path": ["00",'),
        ('"size": 5', '"size": true'),
        ('"stream": "border"', '"stream": "rail"'), ('"event": {', '"event": null, "x": {'), ("customs", "custom"),
    ],
)  # fmt: skip
def test_a_proof_that_was_altered_does_not_hold(before: str, after: str) -> None:
    run("key", "customs.example/border")
    run("checkpoint", "border.db", "border", "border.txt", "--key", "border.key")
    run("proof", "border.db", "border/2", "event.json")
    text = Path("event.json").read_text(encoding="utf-8")
    assert before in text
    Path("event.json").write_text(text.replace(before, after, 1), encoding="utf-8")
    assert "not to be trusted" in run("verify", "event.json", "--key", "border.pub", code=4)


def test_what_was_altered_is_told_by_line_and_the_exit_code_is_that_of_the_ledger() -> None:
    run("export", "border.db", "border", "border.jsonl")
    text = Path("border.jsonl").read_text(encoding="utf-8")
    Path("bad.jsonl").write_text(text.replace("AA-2", "AA-9"), encoding="utf-8")
    shown = run("verify", "bad.jsonl", code=4)
    assert "is not the hash of this event" in shown
    assert "bad.jsonl is not to be trusted: 2 problems" in shown
    assert [problem["line"] for problem in answer("verify", "bad.jsonl", code=4)["problems"]] == [4, 7]
    assert run("verify", "bad.jsonl", "--csv", code=4).splitlines()[1].startswith("4,hash,")


def test_nothing_is_overwritten_unless_asked_to() -> None:
    run("export", "border.db", "border", "border.jsonl")
    before = Path("border.jsonl").read_bytes()
    assert "exists already" in run("export", "border.db", "border", "border.jsonl", code=2)
    run("export", "border.db", "border", "border.jsonl", "--force")
    assert Path("border.jsonl").read_bytes() == before
    run("key", "customs.example/border")
    assert "exists already" in run("key", "customs.example/border", code=2)
    Path("border.txt").write_text("mine", encoding="utf-8")
    assert "exists already" in run("checkpoint", "border.db", "border", "border.txt", "--key", "border.key", code=2)
    with open_ledger("border.db") as ledger:
        assert ledger.checkpoints("border") == []  # nor was it signed in vain


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["log", "none.db"], 2, "there is no ledger at none.db"),
        (["log", "."], 2, "is a folder"),
        (["log", "border.db", "--until", "soon"], 2, "is not a moment"),
        (["log", "border.db", "--json", "--csv"], 2, "not both"),
        (["export", "border.db", "rail", "x.jsonl"], 2, "no stream called 'rail'"),
        (["verify", "none.jsonl"], 2, "there is no such file"),
        (["verify", "."], 2, "is a folder"),
        (["verify", "border.db"], 4, "is not text in UTF-8"),
        (["verify", "empty"], 4, "is empty"),
        (["verify", "text", "--key", "none.pub"], 2, "there is no such file"),
        (["verify", "text", "--checkpoint", "text"], 2, "this is not a checkpoint"),
        (["checkpoint", "border.db", "border", "x.txt", "--key", "text"], 2, "this is not a private key"),
        (["checkpoint", "border.db", "border", "x.txt", "--key", "other.key"], 2, "does not sign 'border'"),
        (["checkpoint", "border.db", "rail", "x.txt", "--key", "rail.key"], 2, "there is nothing to sign"),
        (["proof", "border.db", "border/6", "x.json"], 2, "border has 1 to 5"),
        (["proof", "border.db", "border/0", "x.json"], 2, "there is no event"),
        (["proof", "border.db", "rail/1", "x.json"], 2, "there is no event 'rail/1'"),
        (["proof", "border.db", "border/4", "x.json", "--size", "3"], 2, "has no leaf 3"),
        (["proof", "border.db", "border", "x.json"], 2, "name an event"),
        (["proof", "border.db", "border", "x.json", "--from", "0"], 2, "cannot be compared"),
        (["proof", "border.db", "border", "x.json", "--from", "9"], 2, "cannot be compared"),
        (["proof", "border.db", "border", "x.json", "--from", "4", "--size", "-1"], 2, "cannot be compared"),
        (["key", "customs example/border"], 2, "cannot name a log"),
        (["key", "a+b"], 2, "cannot name a log"),
    ],
)
def test_what_is_wrong_is_told_in_words(arguments: list[str], code: int, message: str) -> None:
    Path("text").write_text("hello\n", encoding="utf-8")
    Path("empty").touch()
    run("key", "customs.example/other")
    run("key", "customs.example/rail")
    before = {path.name for path in Path().iterdir()}
    assert message in " ".join(run(*arguments, code=code).split())
    assert {path.name for path in Path().iterdir()} - {"border.db-wal", "border.db-shm"} == before


def test_keys_that_were_damaged_are_found() -> None:
    run("key", "customs.example/border")
    run("export", "border.db", "border", "border.jsonl")
    for name in ("border.pub", "border.key"):
        text = Path(name).read_text(encoding="utf-8")
        Path(name).write_text(text.replace("customs", "custom"), encoding="utf-8")
    assert "is damaged" in run("verify", "border.jsonl", "--key", "border.pub", code=2)
    assert "is damaged" in run("checkpoint", "border.db", "border", "x.txt", "--key", "border.key", code=2)
    assert "this is not a public key" in run("verify", "border.jsonl", "--key", "border.key", code=2)


def test_without_cryptography_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "pip install 'kervan[sign]'" in run("key", "customs.example/border", code=2)
    run("export", "border.db", "border", "border.jsonl")
    run("verify", "border.jsonl")  # needs none
