"""The register: what is recorded, what is refused, and what was known and true when."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from drawn_register import ON, changes, drawn
from kervan.errors import InputError, KervanError, SchemaError, UnknownName
from kervan.ledger import open_ledger
from kervan.register import views
from kervan.register.projection import STREAM, projection
from kervan.register.schema import REGISTER, key_of
from kervan.register.store import Change, Register, opened, record, view
from kervan.register.worth import worth


def messages(register: Register, *made: Change) -> list[str]:
    """Return the problems of changes; nothing may have been recorded."""
    before = list(register.ledger.events(STREAM))
    with pytest.raises(SchemaError) as caught:
        record(register, made, "tests")
    assert list(register.ledger.events(STREAM)) == before
    return [str(problem) for problem in caught.value.problems]


def status(register: Register, key: str) -> str:
    return str(register.rows("commitment_states", {"commitment_id": key})[0]["status"])


# ── declared ────────────────────────────────────────────────────────────────────────────────────────


def test_every_table_has_one_key_and_refers_to_tables_that_exist() -> None:
    for table in REGISTER.values():
        assert len(table.key) == 1
        for column in table.columns:
            assert not column.refers_to or column.refers_to in REGISTER
    typed = {column.name for table in REGISTER.values() for column in table.columns}
    assert not typed & {"overdue", "in_force", "delivery_status", "is_overdue"}


def test_every_row_but_sources_spans_names_its_source() -> None:
    for table in REGISTER.values():
        if table.name != "sources":
            assert table["source_id"].is_required


# ── recorded ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_recorded_is_read_back_and_recording_it_again_changes_nothing() -> None:
    with drawn() as register:
        assert register.get("commitments", "C_POST")["deadline"] == "2025-06"  # type: ignore[index]
        assert record(register, changes(), "tests") == ()


def test_a_change_keeps_what_it_does_not_name_and_a_correction_names_the_wrong_event() -> None:
    with drawn() as register:
        added = next(event for event in register.ledger.events(STREAM) if event.subject == "evidence/e1")
        (changed,) = record(register, [Change("commitments", "C_POST", {"owner_id": "XA", "note": ""}, "changed")], "a")
        assert (changed.type, changed.body, changed.corrects) == ("commitments.changed", {"owner_id": "XA"}, "")
        (corrected,) = record(register, [Change("evidence", "e1", {"grade": 2}, "corrected")], "a")
        assert (corrected.corrects, corrected.body) == (added.id, {"grade": 2})
        assert status(register, "C_POST") == "delivered"
        (blanked,) = record(register, [Change("commitments", "C_POST", {"budget_usd": ""}, "changed")], "a")
        assert blanked.body == {"budget_usd": None}
        assert register.get("commitments", "C_POST")["budget_usd"] is None  # type: ignore[index]


def test_what_is_withdrawn_counts_no_more() -> None:
    with drawn() as register:
        record(register, [Change("evidence", "e3", action="withdrawn")], "a")
        assert status(register, "C_RULES") == "claimed"
        assert register.get("evidence", "e3") is None
        record(register, [Change("assessments", "as1", action="withdrawn")], "a")
        assert not register.rows("commitment_scores", {"commitment_id": "C_RULES"})


def test_the_latest_judgement_of_a_party_counts() -> None:
    with drawn() as register:
        later = {"commitment_id": "C_POST", "party_id": "XA", "assessed_on": "2025-07-01", "judgement": "not_delivered",
                 "score": "-1", "rationale": "Nothing seen", "assessor": "One", "source_id": "office"}  # fmt: skip
        record(register, [Change("assessments", "as3", later)], "a")
        earlier = {**later, "assessed_on": "2025-01", "score": "+1", "judgement": "delivered"}
        record(register, [Change("assessments", "as4", earlier)], "a")
        scores = register.rows("commitment_scores", {"commitment_id": "C_POST"})
        assert [(row["score"], row["assessment_id"]) for row in scores] == [(-1.0, "as3")]
        record(register, [Change("assessments", "as3", action="withdrawn")], "a")
        assert register.rows("commitment_scores", {"commitment_id": "C_POST"})[0]["assessment_id"] == "as2"


def test_a_stale_edit_is_refused() -> None:
    with drawn() as register:
        made = [Change("commitments", "C_POST", {"owner_id": "XA"}, "changed")]
        record(register, made, "one", expected={"commitments/C_POST": 1})
        other = [Change("commitments", "C_POST", {"owner_id": "XB"}, "changed")]
        with pytest.raises(KervanError, match="version"):
            record(register, other, "two", expected={"commitments/C_POST": 1})
        assert register.get("commitments", "C_POST")["owner_id"] == "XA"  # type: ignore[index]


def test_a_rebuilt_register_is_the_same_to_the_byte(tmp_path: Path) -> None:
    with drawn(str(tmp_path / "r.db")) as register:
        record(register, [Change("evidence", "e1", {"grade": 2}, "corrected")], "a")
        before = {
            name: json.dumps(register.rows(name)) for name in (*REGISTER, "commitment_states", "commitment_scores")
        }
        register.ledger.rebuild(STREAM)
        assert {name: json.dumps(register.rows(name)) for name in before} == before


# ── known when, true when ───────────────────────────────────────────────────────────────────────────


def test_what_was_known_on_a_day_can_be_asked() -> None:
    at = [dt.datetime(2025, 6, 1, tzinfo=dt.UTC)]
    with open_ledger("", (projection(),), clock=lambda: at[0]) as ledger:
        register = Register(ledger, "clocked")
        record(register, changes(), "tests")
        at[0] = dt.datetime(2025, 8, 1, tzinfo=dt.UTC)
        record(register, [Change("evidence", "e1", {"grade": 1}, "corrected")], "tests")

        def known(day: dt.date | None) -> str:
            tables = view(register, known_on=day)
            return str(tables.rows("commitment_states", {"commitment_id": "C_POST"})[0]["status"])

        assert known(None) == "delivered"
        assert known(dt.date(2025, 7, 31)) == "claimed"
        assert known(dt.date(2025, 8, 1)) == "delivered"
        assert view(register, known_on=dt.date(2025, 5, 1)).rows("commitments") == []


def test_as_of_a_day_only_what_had_surely_come_true_counts() -> None:
    with drawn() as register:

        def on(*day: int) -> dict[str, str]:
            rows = view(register, on=dt.date(*day)).rows("commitment_states")
            return {row["commitment_id"]: row["status"] for row in rows}

        assert on(2025, 5, 19)["C_POST"] == "no_evidence"
        assert on(2025, 5, 20)["C_POST"] == "claimed"
        assert "C_CALL" not in on(2025, 5, 19)  # it was made on the 20th
        assert on(2025, 5, 10).keys() >= {"C_RULES"}  # made in May: it may have been
        assert on(2025, 5, 13).get("C_RULES") == "no_evidence"
        assert on(2025, 5, 14)["C_RULES"] == "delivered"


def test_evidence_of_a_month_counts_when_the_month_is_over() -> None:
    told = {"commitment_id": "C_SILENT", "grade": 1, "summary": "Seen", "happened_on": "2025-06", "source_id": "office"}
    with drawn() as register:
        record(register, [Change("evidence", "n", told)], "a")
        for day, expected in ((29, "no_evidence"), (30, "delivered")):
            rows = view(register, on=dt.date(2025, 6, day)).rows("commitment_states", {"commitment_id": "C_SILENT"})
            assert [row["status"] for row in rows] == [expected]


# ── asked ───────────────────────────────────────────────────────────────────────────────────────────


def test_overdue_is_sure_and_due_is_possible() -> None:
    with drawn() as register:

        def late(day: dt.date) -> list[str]:
            return [row["id"] for row in views.overdue(register.ledger, day)]

        assert late(dt.date(2025, 6, 30)) == []  # the last day of June is not past
        assert late(dt.date(2025, 7, 1)) == ["C_POST"]
        assert late(dt.date(2025, 8, 1)) == ["C_POST", "C_SILENT"]  # C_RULES is delivered
        lines = {row["id"]: row for row in views.commitments(register.ledger, dt.date(2025, 6, 10))}
        assert lines["C_POST"]["overdue"] is None
        assert lines["C_SILENT"]["overdue"] is False
        assert lines["C_CALL"]["overdue"] is False
        assert lines["C_SILENT"]["missing"] == ["owner", "measure"]
        soon = views.due(register.ledger, ON, 30)
        assert [row["id"] for row in soon["commitments"]] == ["C_SILENT"]
        assert soon["milestones"] == []  # of a promise that is delivered
        assert [row["event_id"] for row in views.due(register.ledger, ON, 90)["events"]] == ["meet2", "forum"]


def test_members_on_a_date_are_sure_or_not() -> None:
    with drawn() as register:

        def holds(*day: int) -> dict[str, bool | None]:
            return {
                row["membership_id"]: row["holds"] for row in views.members(register.ledger, "platform", dt.date(*day))
            }

        assert holds(2025, 5, 13) == {"m1": False, "m2": False, "m3": False, "m4": False}
        assert holds(2025, 6, 15) == {"m1": True, "m2": False, "m3": None, "m4": True}
        assert holds(2025, 7, 15) == {"m1": True, "m2": None, "m3": False, "m4": True}


def test_a_timeline_is_in_order_of_time_and_keeps_what_has_no_date() -> None:
    with drawn() as register:
        rows = views.timeline(register.ledger, "transit")
        assert [row["id"] for row in rows if row["table"] == "party_actions"] == ["pa4", "pa1", "pa2", "pa3"]
        everything = views.timeline(register.ledger)
        assert {row["table"] for row in everything} == {"events", "instruments"}
        cells = {"instrument_id": "transit", "party_id": "XC", "kind": "approved", "source_id": "agency"}
        record(register, [Change("party_actions", "pa9", cells)], "a")
        assert views.timeline(register.ledger, "transit")[-1]["id"] == "pa9"


def test_a_row_is_found_with_all_that_refers_to_it() -> None:
    with drawn() as register:
        (found,) = views.find(register.ledger, "XA")
        near = {(table, column) for table, column, _ in views.around(register.ledger, found)}
        assert {("instruments", "party_ids"), ("commitments", "party_ids"), ("events", "host_id")} <= near
        with pytest.raises(UnknownName, match="did you mean 'C_POST'"):
            views.find(register.ledger, "C_POTS")


def test_worth_is_the_difference_that_the_twin_shows() -> None:
    import kervan as kv

    with drawn() as register:
        found = worth(register.ledger, "C_POST")
        question = kv.RouteParams(origin="XA_MINE", destination="XC_TOWN", commodity_id="container")
        net = kv.load("starter")
        kept = kv.Scenario("kept", interventions=("two_sailings",))
        hours = [float(kv.run(net, "route", question, scenario)["itineraries"]["hours_mean"].iloc[0])
                 for scenario in (None, kept)]  # fmt: skip
        assert (found.without, found.kept, found.difference) == (*hours, hours[1] - hours[0])
        assert found.difference < 0  # type: ignore[operator]
        assert (found.unit, found.quality, sum(found.grounds.values())) == ("h", "estimated", pytest.approx(1))
        assert found.digests["without"] != found.digests["kept"]


@pytest.mark.parametrize(("key", "why"), [
    ("C_RULES", "names no intervention"), ("C_NONE", "no row of the register"),
])  # fmt: skip
def test_what_has_no_worth_in_the_twin_says_why(key: str, why: str) -> None:
    with drawn() as register, pytest.raises(InputError, match=why):
        worth(register.ledger, key)


# ── refused ─────────────────────────────────────────────────────────────────────────────────────────

NEW = {"title": "A new one", "force": 3, "party_ids": "XA", "source_id": "office"}


@pytest.mark.parametrize(("table", "key", "cells", "why"), [
    ("commitments", "n", {**NEW, "deadline": "2025-02-30", "deadline_basis": "x"}, "no 30 February"),
    ("commitments", "n", {**NEW, "deadline": "2022", "deadline_basis": "x", "made_on": "2025"}, "is over before"),
    ("commitments", "n", {**NEW, "deadline": "2026"}, "say where the deadline comes from"),
    ("commitments", "n", {**NEW, "force": 7}, "must lie in 0 to 6"),
    ("commitments", "n", {**NEW, "instrument_id": "transit", "party_ids": "XA;CEC_XA"}, "is no party of transit"),
    ("commitments", "n", {**NEW, "party_ids": "XA;XA"}, "names a key twice"),
    ("commitments", "n", {**NEW, "party_ids": "XQ"}, "no 'XQ' in organizations"),
    ("commitments", "n", {**NEW, "superseded_by_id": "n"}, "leads back to 'n': a circle"),
    ("commitments", "n", {**NEW, "title": "<script>alert(1)</script>"}, "holds HTML"),
    ("commitments", "n", {**NEW, "title": "a &lt;b&gt;"}, "holds HTML"),
    ("commitments", "n", {**NEW, "title": "=HYPERLINK(1)"}, "begins like a formula"),
    ("commitments", "n", {**NEW, "title": "+1+cmd|' /C calc'!A0"}, "begins like a formula"),
    ("commitments", "n", {**NEW, "title": "@SUM(A1)"}, "begins like a formula"),
    ("commitments", "n", {**NEW, "title": "abc\u202edef"}, "turns the direction of writing"),
    ("commitments", "n", {**NEW, "title": "abc\x00def"}, "control character"),
    ("commitments", "n", {**NEW, "titel": "x"}, "did you mean 'title'"),
    ("commitments", "C_POST", NEW, "is there already"),
    ("commitments", "a b", NEW, "is not a key"),
    ("commitment", "n", NEW, "did you mean 'commitments'"),
    ("memberships", "n", {"person_id": "ada", "organization_id": "platform", "role": "member", "from_date": "2025-07",
                          "to_date": "2025-06", "source_id": "office"}, "is before from_date"),
    ("memberships", "n", {"organization_id": "platform", "role": "member", "source_id": "office"}, "give one of"),
    ("memberships", "n", {"member_organization_id": "platform", "organization_id": "platform", "role": "member",
                          "source_id": "office"}, "no member of itself"),
    ("relations", "n", {"kind": "supersedes", "from_instrument_id": "rules", "to_instrument_id": "rules",
                        "source_id": "office"}, "supersedes itself"),
    ("party_actions", "n", {"instrument_id": "transit", "party_id": "CEC_XA", "kind": "signed", "source_id": "office"},
     "is no party of transit"),
    ("events", "n", {"name": "x", "kind": "meeting", "series_id": "meetings", "ordinal": 1, "status": "held",
                     "source_id": "office"}, "is the number of 'meet1'"),
    ("events", "n", {"name": "x", "kind": "meeting", "start_time": "25:00", "time_zone": "Asia/Almati",
                     "status": "held", "source_id": "office"}, "is not a time of day"),
    ("assessments", "n", {"commitment_id": "C_POST", "party_id": "XC", "assessed_on": "2025", "judgement": "delivered",
                          "score": "+1", "rationale": "r", "assessor": "One", "source_id": "office"}, "no party of"),
    ("assessments", "n", {"commitment_id": "C_POST", "party_id": "XA", "assessed_on": "2025", "judgement": "delivered",
                          "score": "+1", "rationale": "r", "assessor": "One", "second_assessor": "one",
                          "second_score": "0", "source_id": "office"}, "is the first assessor"),
    ("evidence", "n", {"commitment_id": "C_POST", "milestone_id": "ms", "grade": 3, "summary": "s",
                       "source_id": "office"}, "is a milestone of C_RULES"),
    ("spans", "n", {"source_id": "office", "start_offset": 5, "end_offset": 9, "quote": "abc",
                    "text_sha256": "0" * 64}, "has 3 characters where the places are 4 apart"),
    ("indicator_observations", "n", {"indicator_id": "wait", "kind": "actual", "value": 5, "value_low": 6,
                                     "source_id": "office"}, "is above the value"),
    ("force_rules", "n", {"instrument_id": "rules", "kind": "on_date", "source_id": "office"}, "for the kind on_date"),
    ("conflicts", "n", {"about_table": "events", "about_id": "nowhere", "claim": "a", "other_claim": "b",
                        "other_source_id": "agency", "source_id": "office"}, "no 'nowhere' in events"),
])  # fmt: skip
def test_a_bad_row_is_refused_in_words_and_nothing_is_stored(table: str, key: str, cells: Any, why: str) -> None:
    with drawn() as register:
        found = messages(register, Change("commitments", "fine", NEW), Change(table, key, cells))
        assert any(why in message for message in found), found


def test_every_problem_is_told_at_once_with_its_line() -> None:
    made = [
        Change("commitments", "n1", {**NEW, "title": "<b>", "party_ids": "XQ"}, line=7, file="commitments.csv"),
        Change("evidence", "n2", {"commitment_id": "n1", "grade": 9, "summary": "s", "source_id": "office"}, line=3,
               file="evidence.csv"),
        Change("evidence", "n2", {"commitment_id": "n1", "grade": 1, "summary": "s", "source_id": "office"}, line=4,
               file="evidence.csv"),
    ]  # fmt: skip
    with drawn() as register:
        found = messages(register, *made)
    assert len(found) == 4
    assert any(message.startswith("commitments.csv, row 7, column title: holds HTML") for message in found)
    assert any(message.startswith("commitments.csv, row 7, column party_ids: no 'XQ'") for message in found)
    assert any(message.startswith("evidence.csv, row 3, column grade: must lie in 1 to 5") for message in found)
    assert any("row 4" in message and "the key appears already in row 3" in message for message in found)


def test_superseding_in_a_circle_is_refused_however_long_it_is() -> None:
    def edge(key: str, start: str, end: str) -> Change:
        cells = {"kind": "supersedes", "from_commitment_id": start, "to_commitment_id": end, "source_id": "office"}
        return Change("relations", key, cells)

    with drawn() as register:
        record(register, [edge("s1", "C_POST", "C_RULES"), edge("s2", "C_RULES", "C_SILENT")], "a")
        assert any("a circle" in message for message in messages(register, edge("s3", "C_SILENT", "C_POST")))
        made = [Change("commitments", "C_POST", {"superseded_by_id": "C_RULES"}, "changed"),
                Change("commitments", "C_RULES", {"superseded_by_id": "C_GONE"}, "changed")]  # fmt: skip
        assert any("leads back to 'C_POST'" in message for message in messages(register, *made))


def test_what_others_name_cannot_be_withdrawn() -> None:
    with drawn() as register:
        found = messages(register, Change("organizations", "XA", action="withdrawn"))
        assert any("is named by commitments" in message and "(party_ids)" in message for message in found)
        gone = messages(register, Change("commitments", "C_NONE", action="withdrawn"))
        assert any("no such row" in message for message in gone)


def test_a_change_that_changes_nothing_is_told() -> None:
    with drawn() as register:
        found = messages(register, Change("commitments", "C_POST", {"force": 6}, "changed"))
        assert any("nothing to be changed" in message for message in found)


def test_a_register_that_is_not_there_is_not_made_by_asking(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="no register"), opened(str(tmp_path / "none.db")):
        pass
    assert not list(tmp_path.iterdir())


def test_no_key_of_a_declared_table_is_called_like_the_event_of_the_ledger() -> None:
    assert all(
        "ledger_event" not in table.names and key_of(table.name) != "ledger_event" for table in REGISTER.values()
    )
