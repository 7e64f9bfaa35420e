"""Whatever is recorded in whatever order, what is kept up along the way is what the rows come to."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drawn_register import drawn
from kervan.errors import SchemaError
from kervan.ledger import replay
from kervan.register.derive import Item, delivery_of, score_of
from kervan.register.projection import STREAM, projection
from kervan.register.schema import REGISTER
from kervan.register.store import Change, Register, record

SETTINGS = settings(deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
PARTIES = ("XA", "XB")

EVIDENCE = st.fixed_dictionaries({
    "stance": st.sampled_from(["supports", "contradicts"]), "shows": st.sampled_from(["delivery", "progress"]),
    "grade": st.integers(1, 5), "independence_group": st.sampled_from(["", "one", "two"]),
    "said_by_id": st.sampled_from(["", "XA", "CEC_XA"]), "party_id": st.sampled_from(["", *PARTIES]),
    "summary": st.just("As told"), "commitment_id": st.just("C_POST"),
    "source_id": st.sampled_from(["office", "agency"]),
})  # fmt: skip
ASSESSMENT = st.fixed_dictionaries({
    "party_id": st.sampled_from(PARTIES), "assessed_on": st.sampled_from(["2025", "2025-06", "2025-06-12"]),
    "score": st.sampled_from(["-1", "0", "+1"]), "judgement": st.just("under_way"), "rationale": st.just("So it is"),
    "assessor": st.just("One"), "commitment_id": st.just("C_POST"), "source_id": st.just("office"),
})  # fmt: skip
STEP = st.one_of(
    st.tuples(st.just("evidence"), st.just("added"), EVIDENCE),
    st.tuples(st.just("evidence"), st.sampled_from(["corrected", "withdrawn"]), EVIDENCE),
    st.tuples(st.just("assessments"), st.just("added"), ASSESSMENT),
    st.tuples(st.just("assessments"), st.sampled_from(["corrected", "withdrawn"]), ASSESSMENT),
    st.tuples(st.just("commitments"), st.just("changed"),
              st.fixed_dictionaries({"owner_id": st.sampled_from(["", "CEC_XA"])})),
)  # fmt: skip


def take(register: Register, steps: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Record what can be recorded of drawn steps: those that correct or withdraw take the last row there is."""
    for number, (table, action, cells) in enumerate(steps):
        keys = [row[REGISTER[table].key[0]] for row in register.rows(table)]
        key = f"d{number}" if action == "added" else "C_POST" if table == "commitments" else max(keys, default="")
        try:
            record(register, [Change(table, key, {} if action == "withdrawn" else cells, action)], "drawn")  # type: ignore[arg-type]
        except SchemaError:
            continue  # nothing to change, or nothing there


def expected_status(register: Register, key: str) -> str:
    commitment = register.get("commitments", key)
    assert commitment is not None
    parties = commitment["party_ids"].split(";")
    own = {*parties, commitment["owner_id"]} - {""}
    items = [Item(row["stance"], row["shows"], row["grade"], row["independence_group"] or row["source_id"],
                  row["said_by_id"] in own, row["party_id"])
             for row in register.rows("evidence", {"commitment_id": key})]  # fmt: skip
    return delivery_of(items, parties)


@SETTINGS
@given(st.lists(STEP, max_size=8))
def test_status_and_scores_kept_up_are_those_of_the_rows(steps: list[tuple[str, str, dict[str, Any]]]) -> None:
    with drawn() as register:
        take(register, steps)
        state = register.rows("commitment_states", {"commitment_id": "C_POST"})[0]
        assert state["status"] == expected_status(register, "C_POST")
        evidence = register.rows("evidence", {"commitment_id": "C_POST"})
        assert state["evidence_count"] == len(evidence)
        scores = [score_of(row["score"], row["second_assessor"], row["second_score"]) for row in _counted(register)]
        assert (state["judged"], state["score_sum"], state["low_sum"]) == (
            len(scores), sum(score or 0.0 for score, _, _, _ in scores), sum(low for _, low, _, _ in scores)
        )  # fmt: skip


def _counted(register: Register) -> list[dict[str, Any]]:
    """Return the last judgement of each party, the one recorded later where two are of the same day."""
    last: dict[str, dict[str, Any]] = {}
    days = {"2025": "2025-12-31", "2025-06": "2025-06-30"}
    rows = register.rows("assessments", {"commitment_id": "C_POST"})
    for row in sorted(rows, key=lambda row: (days.get(row["assessed_on"], row["assessed_on"]),
                                             int(row["ledger_event"].split("/")[1]))):  # fmt: skip
        last[row["party_id"]] = row
    return list(last.values())


@SETTINGS
@given(st.lists(STEP, max_size=6))
def test_the_same_events_give_the_same_tables_wherever_they_are_replayed(
    steps: list[tuple[str, str, dict[str, Any]]],
) -> None:
    with drawn() as register:
        take(register, steps)
        copy = replay(projection(), register.ledger.events(STREAM))
        for name in (*REGISTER, "commitment_states", "commitment_scores", "commitment_tallies"):
            assert json.dumps(copy.rows(name)) == json.dumps(register.rows(name))
