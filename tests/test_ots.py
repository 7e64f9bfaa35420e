"""The shipped register of the Organization of Turkic States: what it must hold, and no more than is known."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import kervan as kv
from kervan.edtf import parse
from kervan.register import views
from kervan.register.derive import Item, delivery_of
from kervan.register.files import read_changes, read_meta
from kervan.register.schema import PROMISED_FROM, REGISTER, key_of
from kervan.register.store import Register, opened, shipped
from kervan.register.worth import worth

ROOT = Path(__file__).resolve().parent.parent
#: The facts lie beside a checkout of the project, and nowhere for a user.
FACTS = next((folder for place in (ROOT.parent, ROOT.parent.parent)
              if (folder := place / "shared" / "facts" / "institutions").is_dir()), None)  # fmt: skip
TEXT_SHA256 = "1fed5fd3710870c7737bfe19f6fa330c0a606b8c85335ac8782d57113ea59ae5"
SUMMIT, AS_OF = date(2025, 5, 21), date(2026, 11, 23)
MEMBERS = {"AZ", "KZ", "KG", "TR", "UZ"}

Row = dict[str, Any]


@cache
def tables() -> dict[str, dict[str, Row]]:
    with opened("ots") as register:
        return {name: {row[key_of(name)]: row for row in register.rows(name)} for name in REGISTER}


@pytest.fixture(scope="module")
def ots() -> Any:
    with opened("ots") as register:
        yield register


def test_it_comes_with_kervan_and_is_read_without_a_problem() -> None:
    assert "ots" in shipped()
    rows = Counter(change.table for change in read_changes(shipped()["ots"]))
    assert rows == {name: len(found) for name, found in tables().items() if found}
    assert set(REGISTER) == set(rows)
    assert read_meta(shipped()["ots"])["licence"] == "CC-BY-4.0"


@pytest.mark.parametrize(("table", "at_least"), [
    ("sources", 110), ("spans", 60), ("organizations", 40), ("persons", 17), ("posts", 20), ("memberships", 75),
    ("events", 65), ("instruments", 55), ("party_actions", 100), ("commitments", 40), ("evidence", 35),
    ("conflicts", 24), ("milestones", 20),
])  # fmt: skip
def test_it_is_as_large_as_what_is_known(table: str, at_least: int) -> None:
    assert len(tables()[table]) >= at_least


# ── the organization ────────────────────────────────────────────────────────────────────────────────


def holding(register: Register, body: str, on: date, role: str) -> set[str]:
    return {row["who"] for row in views.members(register.ledger, body, on) if row["role"] == role and row["holds"]}


def test_members_and_observers_are_those_of_the_day(ots: Register) -> None:
    assert holding(ots, "OTS", SUMMIT, "member") == MEMBERS
    assert holding(ots, "OTS", SUMMIT, "observer") == {"HU", "TM", "TRNC", "ECO"}
    assert holding(ots, "OTS", date(2019, 10, 14), "member") == MEMBERS - {"UZ"}
    assert holding(ots, "OTS", date(2018, 9, 15), "observer") == set()  # of Hungary the month is known
    assert holding(ots, "TURKPA", SUMMIT, "member") == MEMBERS - {"UZ"}


def test_there_was_one_secretary_general_at_a_time_and_one_chair(ots: Register) -> None:
    for day, who, chair in ((date(2012, 6, 1), "akinci", None), (date(2016, 6, 1), "hasan", None),
                            (date(2020, 6, 1), "amreyev", None), (SUMMIT, "omuraliev", "KG"),
                            (date(2024, 6, 1), "omuraliev", "KZ"), (date(2026, 1, 1), "omuraliev", "AZ")):  # fmt: skip
        assert holding(ots, "SECRETARIAT", day, "secretary_general") == {who}
        assert holding(ots, "OTS", day, "chair") == ({chair} if chair else set())


def test_summits_are_numbered_without_a_gap_and_in_order_of_time() -> None:
    summits = sorted((row for row in tables()["events"].values() if row["series_id"] == "summits"),
                     key=lambda row: row["ordinal"])  # fmt: skip
    assert [row["ordinal"] for row in summits] == list(range(1, 14))
    days = [parse(row["held_on"]).earliest for row in summits[:-1]]  # of the last only the year is known
    assert days == sorted(days)
    kinds = Counter(row["series_id"] for row in tables()["events"].values() if row["kind"] == "summit")
    assert kinds == {"summits_tss": 2, "summits": 13, "summits_extraordinary": 2, "summits_informal": 4}


def test_an_agreement_is_signed_before_anything_else_is_done_with_it() -> None:
    for act in tables()["party_actions"].values():
        signed = tables()["instruments"][act["instrument_id"]]["adopted_on"]
        if act["done_on"] and signed:
            assert parse(act["done_on"]).latest >= parse(signed).earliest, act["action_id"]


def test_laws_carry_their_numbers() -> None:
    acts = tables()["party_actions"].values()
    numbers = {(row["instrument_id"], row["reference"]) for row in acts if row["reference"]}
    assert numbers >= {
        ("nakhchivan", "Law 341-IV"), ("nakhchivan", "Law 5989"), ("nakhchivan_protocol", "Law 191-VIII"),
        ("combined_freight", "Law 99-VIII"), ("customs_corridor", "Law 129-VIII"), ("tif_agreement", "Law 7470"),
        ("academy_agreement", "Law 241-V"), ("fund_finance", "Resolution 842"),
    }  # fmt: skip


def test_in_force_is_for_whom_a_source_says_so_and_for_nobody_else(ots: Register) -> None:
    states = {instrument["instrument_id"]: {item.party_id for _, item, _ in pairs if item.state == "in_force"}
              for instrument, pairs in views.forces(ots.ledger, AS_OF)}  # fmt: skip
    assert states["customs_corridor"] == states["nakhchivan"] == MEMBERS
    for open_one in ("civil_protection", "depa", "tif_agreement", "combined_freight", "nakhchivan_protocol"):
        assert states[open_one] == set()
    (since,) = {item.since for instrument, pairs in views.forces(ots.ledger, AS_OF) for _, item, _ in pairs
                if instrument["instrument_id"] == "customs_corridor"}  # fmt: skip
    assert since == (date(2024, 11, 29), date(2024, 11, 29))


def test_what_is_known_only_from_the_day_of_a_report_has_no_day() -> None:
    for table, column, key in (("events", "held_on", "fund_board_3"), ("instruments", "adopted_on", "trade_mou"),
                               ("party_actions", "done_on", "civil_protection.KG.ratified"),
                               ("party_actions", "done_on", "tif_agreement.KG.ratified")):  # fmt: skip
        found = parse(tables()[table][key][column])
        assert found.precision == "interval"
        assert found.earliest < found.latest


# ── the report of May 2025 ──────────────────────────────────────────────────────────────────────────

#: The items of one report that a register must hold, by the table in which they stand.
HEADLINES = {
    "events": {"B01": "budapest_2025", "B02": "turkpa_14", "B03": "platform_1"},
    "organizations": {"K01": "OTS", "K04": "PLATFORM", "K06": "IOFS", "K08": "MISSION_KZ"},
    "aliases": {"K03": "TURKPA", "K05": "FUND"},
    "persons": {"D01": "tokayev", "D02": "orban", "D03": "aliyev", "D06": "japarov", "D07": "erdogan",
                "D08": "mirziyoyev", "D09": "omuraliev"},
    "posts": {"D10": "rep_kz", "K07": "sg_ots"},
    "instruments": {"F01": "budapest_declaration", "F02": "afghanistan_statement", "F03": "uz_fund_decision",
                    "F04": "sg_term_decision", "F05": "all_agreements", "F06": "trade_document"},
    "indicators": {"N01": "kz_ots_trade", "N02": "kz_ots_trade_share", "N03": "caspian_level", "N04": "disasters"},
    "commitments": {f"C{number:02d}": f"C{number:02d}" for number in (
        1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30)},
}  # fmt: skip
#: Force of each promise, proposal and call of the report.
FORCES = {
    0: {"C01", "C19", "C21", "C22", "C26", "C27", "C28", "C29", "C30"}, 1: {"C12", "C25"}, 2: {"C18"},
    3: {"C03", "C04", "C08", "C23"}, 4: {"C06", "C13", "C14", "C15", "C16", "C17", "C20"}, 5: {"C02", "C05", "C07"},
    6: {"C09"},
}  # fmt: skip


@pytest.mark.parametrize("table", HEADLINES)
def test_every_headline_of_the_report_stands_in_the_register_with_its_words(table: str) -> None:
    named = {row["span_id"]: row for row in tables()[table].values() if row["span_id"]}
    for item, key in HEADLINES[table].items():
        row = named[f"REPORT.{item}"]
        about = row["organization_id"] if table == "aliases" else row[key_of(table)]
        assert about == key
        assert row["source_id"] == "REPORT"


def test_promises_and_calls_keep_the_force_with_which_they_were_said() -> None:
    said = {key: row for key, row in tables()["commitments"].items() if row["source_id"] == "REPORT"}
    assert {force: {key for key, row in said.items() if row["force"] == force} for force in range(7)} == FORCES
    assert all(row["made_on"] == "2025-05-21" and row["speaker_id"] == "tokayev" for row in said.values())


def test_what_the_report_does_not_say_is_missing_and_not_made_up() -> None:
    said = [row for row in tables()["commitments"].values() if row["source_id"] == "REPORT"]
    assert {row["owner_id"] for row in said} == {""}
    from_the_report = {row["commitment_id"] for row in said if row["deadline_basis"].startswith("the report")}
    assert from_the_report == {"C04", "C05", "C06", "C08"}
    assert all(len(row["deadline"]) < len("2025-06-01") for row in said)
    assert {row["to_date"] for row in tables()["memberships"].values() if row["post_id"] == "rep_kz"} == set()


def test_the_two_borders_are_two_commitments_of_two_pairs() -> None:
    pairs = {key: (row["party_ids"], row["intervention_id"]) for key, row in tables()["commitments"].items()}
    assert (pairs["C13"], pairs["C14"]) == (("KZ;KG", "J01"), ("KZ;UZ", "J02"))


def test_a_quotation_is_a_few_words_at_its_place_in_one_text() -> None:
    spans = list(tables()["spans"].values())
    assert {row["text_sha256"] for row in spans} == {TEXT_SHA256}
    for row in spans:
        assert len(row["quote"]) == row["end_offset"] - row["start_offset"]
        assert len(row["quote"].split()) <= 6
    for one, other in combinations(spans, 2):  # where two overlap, they say the same
        start, end = max(one["start_offset"], other["start_offset"]), min(one["end_offset"], other["end_offset"])
        if start < end:
            texts = {row["quote"][start - row["start_offset"] : end - row["start_offset"]] for row in (one, other)}
            assert len(texts) == 1
    quoted = set().union(*(range(row["start_offset"], row["end_offset"]) for row in spans))
    assert len(quoted) < 0.5 * max(row["end_offset"] for row in spans)  # passages, and not the report


# ── honesty ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("table", [name for name in REGISTER if name not in ("sources", "spans")])
def test_every_row_names_a_source_with_a_grade(table: str) -> None:
    for row in tables()[table].values():
        source = tables()["sources"][row["source_id"]]
        assert source["grade"] in "ABCD"
        if row["span_id"]:
            assert tables()["spans"][row["span_id"]]["source_id"] == row["source_id"]


def test_what_is_recalled_says_so() -> None:
    recalled = [row for name in REGISTER if name not in ("sources", "spans") for row in tables()[name].values()
                if row["source_id"] == "RECALL"]  # fmt: skip
    assert recalled
    assert all("Recalled" in row["note"] for row in recalled)


def test_delivered_rests_on_a_sound_item_or_two_of_independent_origin(ots: Register) -> None:
    found = {row["id"]: row["status"] for row in views.commitments(ots.ledger, AS_OF)}
    for key, status in found.items():
        commitment = tables()["commitments"][key]
        own = {*commitment["party_ids"].split(";"), commitment["owner_id"]} - {""}
        items = [row for row in tables()["evidence"].values()
                 if (row["commitment_id"], row["stance"], row["shows"]) == (key, "supports", "delivery")
                 and not row["milestone_id"]]  # fmt: skip
        origins = {row["independence_group"] or row["source_id"] for row in items if row["said_by_id"] not in own}
        is_shown = any(row["grade"] <= 2 for row in items) or len(origins) >= 2
        assert (status == "delivered") == is_shown, key
    assert {key for key, status in found.items() if status == "delivered"} == {"C04", "C05", "C07", "C08"}
    assert found["C02"] == "claimed"
    assert found["C03"] == found["uz_joins_fund"] == found["etir_2025"] == "no_evidence"
    assert "not_started" not in found.values()


def test_the_word_of_the_party_alone_delivers_nothing() -> None:
    assert delivery_of([Item("supports", "delivery", 4, "trend.OF069", True)], ["KZ"]) == "claimed"


def test_where_nothing_was_found_no_score_is_given() -> None:
    with_evidence = {row["commitment_id"] for row in tables()["evidence"].values()}
    for row in tables()["assessments"].values():
        assert tables()["commitments"][row["commitment_id"]]["force"] >= PROMISED_FROM  # calls are never scored
        assert row["rationale"]
        if row["commitment_id"] not in with_evidence:
            assert (row["judgement"], row["score"]) == ("cannot_tell", "none")


@pytest.mark.parametrize(("table", "key"), [
    ("memberships", "OTS.UZ"), ("events", "summit_6"), ("events", "budapest_2025"), ("instruments", "platform_rules"),
    ("organizations", "TIF"), ("instruments", "nakhchivan_protocol"), ("instruments", "customs_corridor"),
    ("indicators", "kz_ots_trade"), ("indicators", "kz_ots_freight"), ("commitments", "C08"), ("commitments", "C17"),
    ("commitments", "C23"),
])  # fmt: skip
def test_claims_that_differ_are_both_kept(table: str, key: str) -> None:
    assert any((row["about_table"], row["about_id"]) == (table, key) for row in tables()["conflicts"].values())


# ── the platform of electoral bodies ────────────────────────────────────────────────────────────────


def test_the_platform_has_members_a_meeting_and_rules_and_no_invented_person(ots: Register) -> None:
    assert holding(ots, "PLATFORM", SUMMIT, "member") == {f"CEC_{state}" for state in MEMBERS}
    delegates = [row for row in views.members(ots.ledger, "PLATFORM", date(2025, 5, 14)) if row["role"] == "delegate"]
    assert [(row["who"], row["on_behalf_of"], row["holds"]) for row in delegates] == [("abdirov", "CEC_KZ", True)]
    agenda = [row for row in tables()["agenda_items"].values() if row["event_id"] == "platform_1"]
    assert {row["instrument_id"] for row in agenda} == {"platform_rules"}
    came = {row["organization_id"] for row in tables()["attendance"].values() if row["event_id"] == "platform_1"}
    assert came >= {f"CEC_{state}" for state in {*MEMBERS, "HU"}} | {"AWEB"}


# ── the twin, and questions ─────────────────────────────────────────────────────────────────────────


def test_the_twin_and_the_register_name_each_other() -> None:
    interventions = kv.load("trans_caspian")["interventions"]
    named = {row["intervention_id"] for row in tables()["commitments"].values()} - {""}
    assert named <= set(interventions["intervention_id"])
    assert set(interventions["commitment_id"]) - {""} <= set(tables()["commitments"])
    assert named == {"I01", "I29", "I36", "I41", "I42", "I44", "J01", "J02", "J05", "J07"}


@pytest.mark.parametrize("key", ["C13", "C14", "C17", "C23"])
def test_a_promise_with_an_effect_is_worth_something_in_the_twin(ots: Register, key: str) -> None:
    found = worth(ots.ledger, key)
    assert found.difference is not None
    assert found.difference < 0


def test_a_pipeline_that_is_not_there_has_no_answer_without_it(ots: Register) -> None:
    found = worth(ots.ledger, "C22")
    assert (found.year, found.without, found.difference) == (2035, None, None)
    assert found.kept is not None


def test_the_scoreboard_is_what_the_page_on_it_says(ots: Register) -> None:
    board = views.scoreboard(ots.ledger, AS_OF)
    page = " ".join((ROOT / "docs" / "explanation" / "turkic-states.md").read_text(encoding="utf-8").split())
    statuses, strict = board.statuses, board.strict
    assert (
        f"{board.promises} promises: {statuses['delivered']} delivered, {statuses['claimed']} claimed, "
        f"{statuses['under_way']} under way, and {statuses['no_evidence']} without evidence" in page
    )
    assert f"{board.calls} calls and proposals, of which {board.taken_up} were taken up" in page
    assert f"{board.missing['owner']} have no owner" in page
    bound = strict["bound"]
    assert f"in force for {bound.count} of {bound.of} pairs" in page
    assert sum(statuses.values()) == board.promises


# ── against the facts, where they are at hand ───────────────────────────────────────────────────────


def test_quotations_and_tables_are_those_of_the_facts(tmp_path: Path) -> None:
    """Without the facts the hash of the text stands for it; with them the words are looked up and the tables built."""
    if FACTS is None:
        assert len(TEXT_SHA256) == 64
        return
    text = (FACTS / "summit_report_2025_05_21.txt").read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    assert hashlib.sha256(text.encode()).hexdigest() == TEXT_SHA256
    for row in tables()["spans"].values():
        assert text[row["start_offset"] : row["end_offset"]] == row["quote"], row["span_id"]
    with (FACTS / "ots_facts.csv").open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    count = Counter(row["category"] for row in facts)
    events = tables()["events"].values()
    assert sum(row["kind"] == "summit" for row in events) == count["summit"]
    found = [row for row in facts if row["category"].endswith("capital") and row["status"] != "not found"]
    assert sum(row["kind"] == "designation" for row in events) == len(found)
    built = subprocess.run([sys.executable, "-W", "error", str(ROOT / "tools" / "build_ots.py"), str(FACTS),
                            str(tmp_path / "ots")], capture_output=True, text=True, check=False)  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    for file in sorted(shipped()["ots"].iterdir()):
        assert (tmp_path / "ots" / file.name).read_bytes() == file.read_bytes(), file.name
