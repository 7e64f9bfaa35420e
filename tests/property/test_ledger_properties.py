"""No change of an export goes unseen, canonical JSON has one form, and whatever is recorded comes back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kervan.errors import SchemaError
from kervan.ledger import Draft, open_ledger
from kervan.ledger import exports as exports_module
from kervan.ledger._canonical import MAX_SAFE, canonical, faults
from kervan.ledger.checkpoints import new_key
from kervan.ledger.events import draft_problems, records
from kervan.ledger.exports import Report, verify
from kervan.ledger.merkle import root

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
AT = "2025-05-21T10:00:00+02:00"

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE, MAX_SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(TEXTS, VALUES, max_size=5)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """An export with everything in it, and the public key of its checkpoints."""
    folder = tmp_path_factory.mktemp("export")
    private, public = new_key("ministry.example/register")
    with open_ledger(folder / "a.db", clock=lambda: datetime(2025, 6, 1, tzinfo=UTC)) as ledger:
        for number in range(12):
            body = {"n": number, "x": number / 7, "title": "Bakı–Tbilisi «дорога»" if number % 3 else "road", "l": [{}]}
            corrects = "register/1" if number == 5 else ""
            ledger.append("register", [Draft("road.opened", f'R-"{number}"\\', body, "anna", AT, corrects)] * 2)
            if number in (3, 7):
                ledger.checkpoint("register", private)
        ledger.checkpoint("register", new_key("ministry.example/register")[0])  # somebody else's
        ledger.export("register", folder / "a.jsonl")
    return (folder / "a.jsonl").read_bytes(), public


def problems(content: bytes, folder: Path, **given: Any) -> Report:
    path = folder / "altered.jsonl"
    path.write_bytes(content)
    return verify(path, **given)


def test_an_export_as_it_was_written_has_no_problem(export: tuple[bytes, str], tmp_path: Path) -> None:
    report = problems(export[0], tmp_path)
    assert (report.problem_count, report.events, len(report.checkpoints)) == (0, 24, 3)
    assert problems(export[0], tmp_path, keys=[export[1]]).problem_count == 1  # the checkpoint of somebody else
    assert problems(export[0], tmp_path, keys=[export[1]]).vouched == 16


def test_no_byte_can_be_changed_dropped_or_doubled(tmp_path: Path) -> None:
    # Every byte of a small file, not a sample.
    with open_ledger(tmp_path / "a.db", clock=lambda: datetime(2025, 6, 1, tzinfo=UTC)) as ledger:
        ledger.append("a", [Draft("x", "ü", {"n": [1.5, {}]}, "b", AT)])
        ledger.append("a", [Draft("y", "c", {}, "d", AT, "a/1")])
        ledger.checkpoint("a", new_key("a")[0])
        ledger.export("a", tmp_path / "a.jsonl")
    content = (tmp_path / "a.jsonl").read_bytes()
    for place in range(len(content)):
        before, after = content[:place], content[place + 1 :]
        for changed in (bytes([content[place] ^ 1]), bytes([content[place] ^ 32]), b"", content[place : place + 1] * 2):
            if before + changed + after != content:
                assert problems(before + changed + after, tmp_path).problem_count, (place, changed)


@SETTINGS
@given(st.data())
def test_no_alteration_goes_unseen(export: tuple[bytes, str], tmp_path: Path, data: st.DataObject) -> None:
    content = export[0]
    lines = content.splitlines(keepends=True)
    first, last = sorted((data.draw(st.integers(0, len(content))), data.draw(st.integers(0, len(content)))))
    one, other = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    moved = [*lines[:one], *lines[one + 1 :]]
    moved.insert(other, lines[one])
    swapped = list(lines)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    changed = data.draw(
        st.sampled_from(
            [
                content[:first] + data.draw(st.binary(max_size=8)) + content[last:],  # altered, dropped, inserted bytes
                content[:first] + content[first:last] * 2 + content[last:],
                content[:first],
                b"".join([*lines[:one], *lines[one + 1 :]]),  # a line dropped
                b"".join([*lines[:one], lines[other], *lines[one:]]),  # inserted
                b"".join(moved),
                b"".join(swapped),
                b"".join(lines[:one] + lines[one:][::-1]),
                content.replace(b"\n", b"\r\n"),
                content.replace(b"ministry.example", b"ministry.exemple"),
                b"\xef\xbb\xbf" + content,
                content + b"\n",
            ]
        )
    )
    if changed != content:
        report = problems(changed, tmp_path)
        assert report.problem_count
        assert all(problem.row <= changed.count(b"\n") + 1 for problem in report.problems)


def rewritten(content: bytes, change: Callable[[list[dict[str, Any]]], None]) -> bytes:
    """An export whose events were changed and hashed anew by somebody who knows how it is done."""
    lines = content.decode().splitlines(keepends=True)
    events = [json.loads(line)["event"] for line in lines if line.startswith('{"event"')]
    change(events)
    before, out = "0" * 64, []
    for event in events:
        event["previous_hash"] = before
        text = canonical(event)
        before = sha256(b"\0" + text.encode()).hexdigest()
        out.append(f'{{"event":{text},"hash":"{before}"}}\n')
    leaves = [bytes.fromhex(line[-67:-3]) for line in out]
    end = {"checkpoints": 0, "events": len(out), "head": before, "rest": sha256(lines[0].encode()).hexdigest(),
           "root": root(leaves).hex()}  # fmt: skip
    return "".join([lines[0], *out, f"{canonical(end)}\n"]).encode()


def test_a_log_written_anew_is_whole_and_only_a_checkpoint_from_elsewhere_tells(
    export: tuple[bytes, str], tmp_path: Path
) -> None:
    # What a chain of hashes cannot tell, and signatures are for.
    signed = problems(export[0], tmp_path).checkpoints
    forged = rewritten(export[0], lambda events: events[2]["body"].update(n=99))
    assert problems(forged, tmp_path).problem_count == 0
    report = problems(forged, tmp_path, trusted=[signed[0]])
    assert [problem.column for problem in report.problems] == ["checkpoint"]
    shorter = rewritten(export[0], lambda events: events.__delitem__(slice(5, None)))
    assert "covers 8" in problems(shorter, tmp_path, trusted=[signed[0]]).problems[0].message


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda events: events[3].update(sequence=9), "sequence"),
        (lambda events: events[3].update(id="register/7"), "sequence"),
        (lambda events: events.insert(3, dict(events[9])), "sequence"),
        (lambda events: events[3].update(recorded_at="2024-06-01T00:00:00.000000Z"), "recorded_at"),
        (lambda events: events[3].update(recorded_at="2026-99-01T00:00:00.000000Z"), "event_at"),
        (lambda events: events[3].update(event_at="2025-02-30T00:00:00Z"), "event_at"),
        (lambda events: events[3].update(corrects="register/4"), "corrects"),
        (lambda events: events[3].update(corrects="border/1"), "corrects"),
        (lambda events: events[3].update(stream="border"), "stream"),
        (lambda events: events[3].update(subject="a\u202eb"), "subject"),
        (lambda events: events[3].update(actor=""), "actor"),
        (lambda events: events[3]["body"].update(n="a\u202eb"), "body"),
        (lambda events: events[3].update(event_at="2025-05-21"), ""),
        (lambda events: events[3].update(type="No"), ""),
        (lambda events: events[3].update(more=1), ""),
        (lambda events: events[3].pop("corrects"), ""),
        (lambda events: events[3].update(body=[1]), ""),
    ],
)  # fmt: skip
def test_an_event_that_no_ledger_records_is_found_though_its_hashes_hold(
    export: tuple[bytes, str], tmp_path: Path, change: Callable[[list[dict[str, Any]]], None], column: str
) -> None:
    report = problems(rewritten(export[0], change), tmp_path)
    assert (5, column) in {(problem.row, problem.column) for problem in report.problems}


@pytest.mark.parametrize(
    ("body", "is_right"),
    [
        ('{"a":1}', True),
        ('{"a":1.5,"b":1e+21,"é":"\\n"}', True),
        ('{"a": 1}', False),
        ('{"b":1,"a":1}', False),
        ('{"a":1,"a":1}', False),
        ('{"a":1.0}', False),
        ('{"a":1e21}', False),
        ('{"a":-0}', False),
        ('{"a":01}', False),
        ('{"a":NaN}', False),
        ('{"a":9007199254740993}', False),
        ('{"a":"\\u0041"}', False),
        ('{"a":"\\/"}', False),
        ('{"a":"\\u202e"}', False),
        ('{"a":"\\ud800"}', False),
        ('{"a":1},{"b":2}', False),
        ('{"a":1},{"b":[{}', False),
        ('{"\ufb33":1,"😀":1}', False),
        ('{"😀":1,"\ufb33":1}', True),
        ("{" + '"a":[' * 40 + "]" * 40 + "}", False),
        ("{" + '"a":{' * 5000 + "}" * 5000 + "}", False),
    ],
)
@pytest.mark.parametrize("is_alone", [False, True])
def test_a_body_is_canonical_json_or_it_is_found(
    tmp_path: Path, body: str, is_right: bool, is_alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_alone:  # line by line, as where the quick look at many of them is in doubt
        monkeypatch.setattr(exports_module._Reading, "_are_faultless", lambda *_: False)
    head, before, out = '{"format":"kervan.ledger/1","stream":"a"}\n', "0" * 64, []
    for number, text in enumerate(('{"z":0}', body, "{}]}" if body.endswith("[{}") else "{}"), 1):
        event = (
            f'{{"actor":"a","body":{text},"corrects":"","event_at":"{AT}","id":"a/{number}","previous_hash":"{before}",'
            f'"recorded_at":"2025-06-01T00:00:00.000000Z","sequence":{number},"stream":"a","subject":"s","type":"t"}}'
        )
        before = sha256(b"\0" + event.encode()).hexdigest()
        out.append(f'{{"event":{event},"hash":"{before}"}}\n')
    leaves = [bytes.fromhex(line[-67:-3]) for line in out]
    end = {"checkpoints": 0, "events": 3, "head": before, "rest": sha256(head.encode()).hexdigest(),
           "root": root(leaves).hex()}  # fmt: skip
    report = problems("".join([head, *out, f"{canonical(end)}\n"]).encode(), tmp_path)
    found = {(problem.row, problem.column) for problem in report.problems}
    assert (not found) if is_right else (3, "body") in found


@SETTINGS
@given(VALUES)
def test_canonical_json_is_that_of_the_reference(value: Any) -> None:
    if faults(value):
        return
    text = canonical(value)
    assert text == rfc8785.dumps(value).decode()
    assert canonical(json.loads(text)) == text


@settings(SETTINGS, max_examples=40)
@given(st.lists(BODIES, min_size=1, max_size=3), TEXTS, TEXTS)
def test_what_is_recorded_comes_back_and_verifies(bodies: list[Any], subject: str, actor: str) -> None:
    drafts = [Draft("thing.seen", subject, body, actor, AT) for body in bodies]
    wrong = [problem for draft in drafts for problem in draft_problems(draft)]
    with tempfile.TemporaryDirectory() as folder, open_ledger(f"{folder}/a.db") as ledger:
        if wrong:
            with pytest.raises(SchemaError) as caught:
                ledger.append("a", drafts)
            assert len(caught.value.problems) == len(wrong)
            assert ledger.streams() == {}
            return
        events = ledger.append("a", drafts)
        assert list(ledger.events("a")) == list(events)
        assert [(event.subject, event.actor) for event in events] == [(subject, actor)] * len(bodies)
        assert [canonical(event.body) for event in events] == [canonical(body) for body in bodies]
        assert [own for _, own in records(events)] == [event.hash for event in events]
        ledger.export("a", f"{folder}/a.jsonl")
        assert verify(f"{folder}/a.jsonl").problems == ()


@SETTINGS
@given(st.one_of(st.binary(max_size=300), TEXTS.map(str.encode), VALUES.map(lambda value: json.dumps(value).encode())))
def test_whatever_a_file_holds_the_verifier_answers(tmp_path: Path, content: bytes) -> None:
    assert problems(content, tmp_path).problem_count


def test_a_file_is_read_line_by_line_whatever_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports_module, "MAX_LINE_BYTES", 1000)
    content = b"x" * 999 + b"\n" + b"y" * 5000 + b"\n" + b"z\n"
    report = problems(content, tmp_path)
    assert [problem.row for problem in report.problems] == [1, 2, 3, 3]
    assert "longer than 1,000" in report.problems[1].message
    monkeypatch.setattr(exports_module, "MOST_PROBLEMS", 5)
    report = problems(b"?\n" * 5000, tmp_path)
    assert (len(report.problems), report.problem_count) == (5, 5001)
