"""A small drawn register that the tests of it share. Everything in it is invented.

::

    XA, XB, XC (states) ── sign ── transit agreement (in force 30 days after the second deposit)
     │                                 └── C_POST  one-stop post, due 2025-06   (evidence: the party's own word)
     └── platform of election commissions ── meetings 1 (held), 2 (2025-09-18 10:00), agenda, delegates
                                           └── C_RULES  rules of procedure   (evidence: two independent reports)
    C_CALL  a call, taken up by C_RULES       C_SILENT  a promise without anything
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kervan.ledger import open_ledger
from kervan.register.projection import projection
from kervan.register.store import Change, Register, record

ON = dt.date(2025, 7, 15)

_ROWS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "sources": {
        "gazette": {"publisher": "Gazette of XA", "title": "Law 7", "grade": "A", "published_on": "2025-05-02"},
        "agency": {"publisher": "Agency", "title": "Report of a meeting", "grade": "C", "published_on": "2025-05-20",
                   "url": "https://example.org/report?a=1&b=<2>", "derived_from_id": "office"},
        "office": {"publisher": "Press office", "title": "Speech", "grade": "B", "published_on": "2025-05-20"},
    },
    "organizations": {
        "XA": {"name": "Alania", "kind": "state", "country_code": "XA"},
        "XB": {"name": "Borania", "kind": "state", "country_code": "XB"},
        "XC": {"name": "Cenia", "kind": "state", "country_code": "XC"},
        "CEC_XA": {"name": "Election Commission of Alania", "kind": "electoral_body", "parent_id": "XA"},
        "CEC_XB": {"name": "Election Commission of Borania", "kind": "electoral_body", "parent_id": "XB"},
        "platform": {"name": "Platform of Election Commissions", "kind": "platform", "founded_on": "2025-05-14",
                     "url": "https://example.org/platform"},
    },
    "persons": {"ada": {"name": "Ada Alan"}, "bo": {"name": "Bo Boran"}},
    "aliases": {"a1": {"organization_id": "platform", "name": "Платформа ЦИК", "language": "ru"}},
    "posts": {"sec": {"organization_id": "platform", "title": "Secretary"}},
    "memberships": {
        "m1": {"member_organization_id": "CEC_XA", "organization_id": "platform", "role": "member",
               "from_date": "2025-05-14"},
        "m2": {"member_organization_id": "CEC_XB", "organization_id": "platform", "role": "member",
               "from_date": "2025-07"},
        "m3": {"person_id": "ada", "organization_id": "platform", "post_id": "sec", "role": "secretary",
               "on_behalf_of_id": "CEC_XA", "from_date": "2025-05-14", "to_date": "2025-06"},
        "m4": {"person_id": "bo", "organization_id": "platform", "role": "delegate", "on_behalf_of_id": "CEC_XB",
               "from_date": "2025-05-14"},
    },
    "event_series": {"meetings": {"organization_id": "platform", "name": "Meetings of the platform"}},
    "events": {
        "meet1": {"name": "First meeting", "kind": "meeting", "series_id": "meetings", "ordinal": 1,
                  "organization_id": "platform", "host_id": "XA", "held_on": "2025-05-14", "status": "held"},
        "meet2": {"name": "Second meeting; rules, and more", "kind": "meeting", "series_id": "meetings", "ordinal": 2,
                  "organization_id": "platform", "held_on": "2025-09-18", "start_time": "10:00", "end_time": "12:30",
                  "time_zone": "Asia/Almaty", "place": "Turkistan", "status": "scheduled"},
        "forum": {"name": "Forum", "kind": "conference", "organization_id": "platform", "held_on": "2025-10",
                  "status": "announced"},
    },
    "agenda_items": {"ag1": {"event_id": "meet2", "item_no": 1, "title": "Rules of procedure"}},
    "attendance": {"at1": {"event_id": "meet1", "person_id": "ada", "organization_id": "CEC_XA", "status": "attended"}},
    "instruments": {
        "transit": {"title": "Transit agreement", "kind": "agreement", "adopted_on": "2022-11-11",
                    "party_ids": "XA;XB;XC", "needs_force": "true"},
        "rules": {"title": "Rules of procedure", "kind": "rules", "adopted_on": "2025-05-14",
                  "organization_id": "platform"},
    },
    "party_actions": {
        "pa1": {"instrument_id": "transit", "party_id": "XA", "kind": "deposited", "done_on": "2024-03-01"},
        "pa2": {"instrument_id": "transit", "party_id": "XB", "kind": "deposited", "done_on": "2024-05"},
        "pa3": {"instrument_id": "transit", "party_id": "XA", "kind": "first_use", "done_on": "2024-12-01"},
        "pa4": {"instrument_id": "transit", "party_id": "XA", "kind": "ratified", "done_on": "2024-02-01",
                "reference": "Law 7"},
    },
    "provisions": {"p4": {"instrument_id": "transit", "number": "4(2)", "summary": "One post for both."}},
    "force_rules": {"fr": {"instrument_id": "transit", "kind": "after_actions", "action": "deposited",
                           "party_count": 2, "delay_days": 30, "later_delay_days": 30}},
    "commitments": {
        "C_POST": {"title": "A one-stop post", "force": 6, "party_ids": "XA;XB", "instrument_id": "transit",
                   "provision_id": "p4", "made_on": "2022-11-11", "deadline": "2025-06", "deadline_basis": "the text",
                   "criterion": "One stop instead of two", "intervention_id": "two_sailings", "indicator_id": "wait",
                   "budget_usd": "1500000"},
        "C_RULES": {"title": "Adopt rules", "force": 5, "party_ids": "XA", "owner_id": "CEC_XA", "made_on": "2025-05",
                    "deadline": "2025-12-31", "deadline_basis": "the text", "criterion": "Adopted?"},
        "C_CALL": {"title": "Work more closely", "force": 0, "party_ids": "XA;XB;XC", "made_on": "2025-05-20"},
        "C_SILENT": {"title": "Simplify transit", "force": 3, "party_ids": "XC", "made_on": "2025-05-20",
                     "deadline": "2025-07", "deadline_basis": "a later plan"},
        "C_GONE": {"title": "An old plan", "force": 3, "party_ids": "XA", "superseded_by_id": "C_POST"},
    },
    "milestones": {"ms": {"commitment_id": "C_RULES", "title": "Draft", "due_on": "2025-08", "owner_id": "CEC_XA"}},
    "relations": {"r1": {"kind": "implements", "from_commitment_id": "C_RULES", "to_commitment_id": "C_CALL"}},
    "indicators": {"wait": {"name": "Hours from mine to town", "unit": "h", "better": "lower", "engine": "route",
                            "measure": "hours_mean", "package": "starter",
                            "question": '[{"origin":"XA_MINE","destination":"XC_TOWN","commodity_id":"container"}]'}},
    "indicator_observations": {
        "o1": {"indicator_id": "wait", "commitment_id": "C_POST", "kind": "baseline", "observed_on": "2024",
               "value": "50.5"},
        "o2": {"indicator_id": "wait", "commitment_id": "C_POST", "kind": "target", "observed_on": "2026-06",
               "value": "44"},
    },
    "evidence": {
        "e1": {"commitment_id": "C_POST", "grade": 4, "said_by_id": "XA", "summary": "The post is open",
               "happened_on": "2025-05-20"},
        "e2": {"commitment_id": "C_RULES", "grade": 3, "independence_group": "one", "summary": "Rules were adopted",
               "happened_on": "2025-05-14"},
        "e3": {"commitment_id": "C_RULES", "grade": 3, "independence_group": "two", "summary": "Rules were adopted",
               "happened_on": "2025-05-14"},
    },
    "assessments": {
        "as1": {"commitment_id": "C_RULES", "party_id": "XA", "assessed_on": "2025-06-01", "judgement": "delivered",
                "score": "+1", "rationale": "Both reports agree", "assessor": "One", "second_assessor": "Two",
                "second_score": "+1"},
        "as2": {"commitment_id": "C_POST", "party_id": "XA", "assessed_on": "2025-06-01", "judgement": "under_way",
                "score": "0", "rationale": "Only its own word", "assessor": "One"},
    },
    "conflicts": {"k1": {"about_table": "events", "about_id": "meet1", "claim": "Five attended",
                         "other_claim": "Six attended", "other_source_id": "agency"}},
}  # fmt: skip


def changes() -> list[Change]:
    """Return the rows of the register as additions."""
    return [
        Change(table, key, {"source_id": "office", **cells} if table != "sources" else cells)
        for table, rows in _ROWS.items()
        for key, cells in rows.items()
    ]


@contextmanager
def drawn(where: str = "") -> Iterator[Register]:
    """Open the register, in memory or in a file."""
    with open_ledger(where, (projection(),)) as ledger:
        register = Register(ledger, "drawn")
        record(register, changes(), "tests")
        yield register
