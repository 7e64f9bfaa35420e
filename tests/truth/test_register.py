"""The register against answers worked out by hand: delivery, entry into force, scores, strict implementation."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest

from drawn_register import ON, drawn
from kervan.register.derive import Days, Item, delivery, delivery_of, entry_into_force, score_of
from kervan.register.views import scoreboard

D = dt.date


def item(stance: str, shows: str, grade: int, group: str = "g", *, own: bool = False, party: str = "") -> Item:
    return Item(stance, shows, grade, group, own, party)


FOR, AGAINST = "supports", "contradicts"
DONE, BEGUN = "delivery", "progress"


@pytest.mark.parametrize(("items", "status"), [
    ([], "no_evidence"),
    ([item(FOR, DONE, 1)], "delivered"),
    ([item(FOR, DONE, 2)], "delivered"),
    ([item(FOR, DONE, 2, own=True)], "delivered"),  # a gazette is a record, whoever prints it
    ([item(FOR, DONE, 3)], "claimed"),
    ([item(FOR, DONE, 3, "a"), item(FOR, DONE, 5, "b")], "delivered"),
    ([item(FOR, DONE, 3, "a"), item(FOR, DONE, 3, "a")], "claimed"),  # one origin twice
    ([item(FOR, DONE, 4, own=True)], "claimed"),
    ([item(FOR, DONE, 4, "a", own=True), item(FOR, DONE, 4, "b", own=True)], "claimed"),  # its own word twice
    ([item(FOR, DONE, 4, "a", own=True), item(FOR, DONE, 3, "b")], "claimed"),  # one independent item
    ([item(FOR, DONE, 2), item(AGAINST, DONE, 4)], "delivered"),
    ([item(FOR, DONE, 2), item(AGAINST, DONE, 1)], "disputed"),
    ([item(FOR, DONE, 4), item(AGAINST, DONE, 4)], "disputed"),
    ([item(FOR, DONE, 4), item(AGAINST, DONE, 1)], "not_delivered"),
    ([item(AGAINST, DONE, 3)], "not_delivered"),
    ([item(AGAINST, DONE, 3), item(FOR, BEGUN, 4)], "under_way"),
    ([item(FOR, BEGUN, 5)], "under_way"),
    ([item(AGAINST, BEGUN, 3)], "not_started"),
    ([item(AGAINST, BEGUN, 3), item(FOR, BEGUN, 3)], "disputed"),
])  # fmt: skip
def test_the_delivery_status_is_that_of_the_table(items: list[Item], status: str) -> None:
    assert delivery(items) == status
    assert delivery(reversed(items)) == status


def test_a_commitment_of_two_parties_is_delivered_when_both_have() -> None:
    one, other = item(FOR, DONE, 2, party="XA"), item(FOR, DONE, 2, party="XB")
    assert delivery_of([one], ["XA", "XB"]) == "under_way"
    assert delivery_of([one, other], ["XA", "XB"]) == "delivered"
    assert delivery_of([item(FOR, DONE, 2)], ["XA", "XB"]) == "delivered"
    assert delivery_of([one, item(AGAINST, DONE, 2, party="XB")], ["XA", "XB"]) == "under_way"
    assert delivery_of([item(AGAINST, DONE, 2, party="XB")], ["XA", "XB"]) == "not_delivered"


def test_nothing_but_sound_or_independent_evidence_is_ever_delivered() -> None:
    kinds = [item(s, w, g, n, own=o) for s, w, g, n, o in product(
        (FOR, AGAINST), (DONE, BEGUN), (2, 3, 4), ("a", "b"), (True, False))]  # fmt: skip
    for pair in product(kinds, repeat=2):
        if delivery(pair) == "delivered":
            done = [one for one in pair if one.stance == FOR and one.shows == DONE]
            sound = any(one.grade <= 2 for one in done)
            assert sound or len({one.group for one in done if not one.is_own_word}) == 2


# ── entry into force ────────────────────────────────────────────────────────────────────────────────


def act(party: str, kind: str, done_on: str) -> dict[str, str]:
    return {"party_id": party, "kind": kind, "done_on": done_on}


def rule(**cells: Any) -> dict[str, Any]:
    return {"kind": "after_actions", "action": "notified", "party_count": 3, "delay_days": 30, "force_on": "",
            "later_delay_days": 0, **cells}  # fmt: skip


PACT = {"party_ids": "AZ;KZ;KG;TR", "adopted_on": "2009-10-03"}


LATER = D(2025, 1, 1)


def states(actions: list[dict[str, str]], given: dict[str, Any] | None, on: dt.date = LATER) -> dict[str, Any]:
    return {force.party_id: force for force in entry_into_force(PACT, given, actions, on)}


def test_the_thirtieth_day_after_the_third_notification() -> None:
    # A pact of 3 October 2009; notifications of 1 February, 10 June and 18 October 2010: 18 October + 30 days.
    acts = [
        act("TR", "notified", "2010-06-10"),
        act("AZ", "notified", "2010-02-01"),
        act("KZ", "notified", "2010-10-18"),
    ]
    found = states(acts, rule())
    assert {party: (force.state, force.since) for party, force in found.items()} == {
        "AZ": ("in_force", Days(D(2010, 11, 17), D(2010, 11, 17))),
        "KZ": ("in_force", Days(D(2010, 11, 17), D(2010, 11, 17))),
        "TR": ("in_force", Days(D(2010, 11, 17), D(2010, 11, 17))),
        "KG": ("no_act_found", None),
    }
    assert states(acts, rule(), D(2010, 11, 16))["KZ"].state == "not_yet"


def test_with_two_of_three_acts_nobody_is_bound() -> None:
    acts = [act("TR", "notified", "2010-06-10"), act("AZ", "notified", "2010-02-01")]
    assert {force.state for force in states(acts, rule()).values()} == {"no_act_found"}


def test_a_party_that_acts_later_is_bound_later() -> None:
    acts = [act(party, "notified", f"2010-0{month}-01") for party, month in (("AZ", 1), ("KZ", 2), ("TR", 3))]
    found = states([*acts, act("KG", "notified", "2011-05-01")], rule(later_delay_days=60))
    assert found["KG"].since == Days(D(2011, 6, 30), D(2011, 6, 30))
    assert found["AZ"].since == Days(D(2010, 3, 31), D(2010, 3, 31))


def test_dates_of_a_month_give_bounds_and_no_day() -> None:
    acts = [act("AZ", "notified", "2010-02"), act("KZ", "notified", "2010-03"), act("TR", "notified", "2010")]
    found = states(acts, rule(), D(2010, 7, 1))["AZ"]
    # the third act is of March at the earliest, of December at the latest
    assert found.since == Days(D(2010, 3, 31), D(2011, 1, 30))
    assert found.state == "cannot_say"


def test_all_parties_is_the_last_of_them_and_signature_is_the_day_itself() -> None:
    acts = [act(party, "ratified", f"2010-0{n}-01") for n, party in enumerate(("AZ", "KZ", "KG", "TR"), 1)]
    found = states(acts, rule(action="ratified", party_count=0, delay_days=0))
    assert {force.since for force in found.values()} == {Days(D(2010, 4, 1), D(2010, 4, 1))}
    assert states([], rule(kind="on_signature", delay_days=0))["AZ"].since == Days(D(2009, 10, 3), D(2009, 10, 3))
    assert states([], rule(kind="on_date", force_on="2010-01"))["AZ"].since == Days(D(2010, 1, 31), D(2010, 3, 2))


def test_without_a_rule_what_was_published_counts_and_says_so() -> None:
    found = states([act("AZ", "in_force", "2010-11-17")], None)
    assert (found["AZ"].state, found["AZ"].basis) == ("in_force", "published")
    assert (found["KZ"].state, found["KZ"].basis) == ("cannot_say", "none")


def test_a_published_day_that_the_rule_excludes_is_a_contradiction() -> None:
    acts = [act(party, "notified", "2010-02-01") for party in ("AZ", "KZ", "TR")]
    assert states([*acts, act("AZ", "in_force", "2010-03-03")], rule())["AZ"].is_contradicted is False
    assert states([*acts, act("AZ", "in_force", "2010-02-10")], rule())["AZ"].is_contradicted is True


def test_a_party_that_withdrew_has_left() -> None:
    acts = [act(party, "notified", "2010-02-01") for party in ("AZ", "KZ", "TR")]
    assert states([*acts, act("AZ", "withdrew", "2020-01-01")], rule())["AZ"].state == "left"


@pytest.mark.parametrize(("given", "expected"), [
    (("+1", "", ""), (1.0, 1.0, 1.0, False)),
    (("0", "B", "0"), (0.0, 0.0, 0.0, True)),
    (("-1", "B", "+1"), (None, -1.0, 1.0, False)),
    (("none", "", ""), (None, -1.0, 1.0, False)),
    (("+1", "B", "none"), (None, -1.0, 1.0, False)),
])  # fmt: skip
def test_a_score_that_two_do_not_share_is_none_and_has_bounds(given: Any, expected: Any) -> None:
    assert score_of(*given) == expected


# ── the drawn register, by hand ─────────────────────────────────────────────────────────────────────


def test_the_scoreboard_of_the_drawn_register() -> None:
    with drawn() as register:
        board = scoreboard(register.ledger, ON)
    assert (board.promises, board.statuses) == (3, {"claimed": 1, "delivered": 1, "no_evidence": 1})
    assert (board.overdue, board.perhaps_overdue) == (1, 1)  # C_POST; C_SILENT is due in July, and it is July
    assert board.missing == {"owner": 2, "deadline": 0, "measure": 1}
    assert (board.calls, board.taken_up) == (1, 1)
    # four pairs of promise and party: +1, 0 and two without a score
    assert (board.score.value, board.score.low, board.score.high) == (0.5, -0.25, 0.75)
    assert (board.score.count, board.score.of, board.agreed) == (2, 4, 1)


def test_the_four_measures_of_the_drawn_register() -> None:
    # Deposits of 1 March and of May 2024, 30 days: in force between 31 May and 30 June 2024 for two of three parties.
    # From 11 November 2022 that is 567 to 597 days; to the first use on 1 December 2024, 154 to 184.
    with drawn() as register:
        strict = scoreboard(register.ledger, ON).strict
    assert (strict["bound"].value, strict["bound"].high) == (pytest.approx(2 / 3), 1.0)
    assert (strict["speed"].value, strict["speed"].low, strict["speed"].high) == (582, 567, 597)
    assert (strict["put_to_work"].low, strict["put_to_work"].high, strict["put_to_work"].count) == (154, 184, 1)
    assert (strict["proven"].value, strict["proven"].count, strict["proven"].of) == (pytest.approx(1 / 3), 1, 3)
