"""The one declaration of the register: bodies, meetings, documents, promises, evidence, judgements.

The tables are declared with the same `Table` and `Column` as a network; checking, state tables, the file format and
the reference page follow from it. Every row but a source itself names its source. Dates are partial dates
(`kervan.edtf`); a blank date is not known. What can be worked out (overdue, in force, delivered) is nowhere a column.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from kervan.schema import REQUIRED, Column, Table

__all__ = ["FORCES", "INSTRUMENT_KINDS", "PROMISED_FROM", "REGISTER", "UNDECIDED", "key_of"]

#: Force of an action, weakest first; its place in this list is the number in the table.
FORCES: Final = ("called for", "proposed", "reaffirmed", "planned", "under way", "adopted", "binding")

#: From this force on something was promised; what is below was only called for or proposed.
PROMISED_FROM: Final = 2

#: Score of an assessment that comes to none.
UNDECIDED: Final = "none"

INSTRUMENT_KINDS: Final = (
    "treaty", "agreement", "protocol", "charter", "decision", "resolution", "declaration", "statement", "mou",
    "strategy", "programme", "action_plan", "roadmap", "rules", "law", "other",
)  # fmt: skip

_MEMBER_ROLES: Final = (
    "member", "observer", "associate", "partner", "chair", "deputy_chair", "head", "secretary_general", "secretary",
    "delegate", "representative", "staff", "other",
)  # fmt: skip


def _id(name: str, doc: str = "Stable key.") -> Column:
    return Column(name, "id", doc)


def _ref(name: str, table: str, doc: str, default: Any = "") -> Column:
    return Column(name, "id", doc, default=default, refers_to=table)


def _refs(name: str, table: str, doc: str) -> Column:
    return Column(name, "ids", doc + ", keys separated by ;", default="", refers_to=table)


def _text(name: str, doc: str, default: Any = "") -> Column:
    return Column(name, "text", doc, default=default)


def _date(name: str, doc: str, default: Any = "") -> Column:
    return Column(name, "date", doc, default=default)


def _choice(name: str, doc: str, choices: tuple[str, ...], default: Any = REQUIRED) -> Column:
    return Column(name, "choice", doc, default=default, choices=choices)


def _number(name: str, doc: str, default: Any = math.inf) -> Column:
    return Column(name, "float", doc, default=default)


def _count(name: str, doc: str, default: Any = REQUIRED, at_least: int = 0, at_most: int = 1_000_000_000) -> Column:
    return Column(name, "int", doc, default=default, at_least=at_least, at_most=at_most)


def _grounds() -> tuple[Column, Column, Column]:
    return (
        _text("note", "What a reader should know about the row."),
        _ref("source_id", "sources", "Where the row comes from.", REQUIRED),
        _ref("span_id", "spans", "The passage of the source, where it is marked."),
    )


_TABLES: Final = (
    Table("sources", ("source_id",), "a document something was read in", (
        _id("source_id"),
        _text("publisher", "Who published it.", REQUIRED),
        _text("title", "What it is.", REQUIRED),
        _date("published_on", "When it was published."),
        _text("url", "Where it was found."),
        _choice("grade", "A official text or measurement; B official statement or reviewed study; C press quoting a "
                "named source; D recalled or reasoned.", ("A", "B", "C", "D")),
        _text("language", "Language tag (BCP 47), such as en or kk."),
        _ref("publisher_id", "organizations", "The publisher, where it is in the register."),
        _ref("derived_from_id", "sources", "The source it reports on."),
        _text("text_sha256", "SHA-256 of the text that spans count in, in hexadecimal."),
        _text("how_read", "What of it was read."),
    )),
    Table("spans", ("span_id",), "a passage of a source", (
        _id("span_id"),
        _ref("source_id", "sources", "The source.", REQUIRED),
        _count("start_offset", "Place of its first character in the text, from 0."),
        _count("end_offset", "Place after its last character.", at_least=1),
        _text("quote", "The characters between them, a short quotation.", REQUIRED),
        _text("text_sha256", "SHA-256 of the text the places count in, in hexadecimal.", REQUIRED),
    )),
    Table("organizations", ("organization_id",), "a state, body, agency, company or other that can act", (
        _id("organization_id"),
        _text("name", "Name in English.", REQUIRED),
        _choice("kind", "What it is.", (
            "state", "territory", "international", "organ", "platform", "parliament", "court", "electoral_body",
            "ministry", "agency", "bank", "fund", "company", "association", "mission", "other")),
        Column("country_code", "id", "ISO 3166-1 alpha-2 of its country, for a national one.", default=""),
        _ref("parent_id", "organizations", "The body it is part of."),
        _text("seat", "City of its seat."),
        _date("founded_on", "When it came into being."),
        _date("dissolved_on", "When it ceased to be; blank: it exists."),
        _text("url", "Its own page."),
        *_grounds(),
    )),
    Table("persons", ("person_id",), "a person who holds or held a public post", (
        _id("person_id"),
        _text("name", "Name in English, as most often written.", REQUIRED),
        _text("sort_name", "Name to sort by."),
        Column("country_code", "id", "ISO 3166-1 alpha-2 of the country served.", default=""),
        *_grounds(),
    )),
    Table("aliases", ("alias_id",), "another name of an organization, person or event series", (
        _id("alias_id"),
        _ref("organization_id", "organizations", "Whose name it is ..."),
        _ref("person_id", "persons", "... or whose ..."),
        _ref("series_id", "event_series", "... or whose: one of the three."),
        _text("name", "The other name, as written.", REQUIRED),
        _text("language", "Language tag (BCP 47)."),
        *_grounds(),
    )),
    Table("posts", ("post_id",), "an office in an organization", (
        _id("post_id"),
        _ref("organization_id", "organizations", "Where.", REQUIRED),
        _text("title", "Title of the office.", REQUIRED),
        _date("from_date", "Since when it exists."),
        _date("to_date", "Until when; blank: it exists."),
        *_grounds(),
    )),
    Table("memberships", ("membership_id",), "that somebody belongs to a body or holds a post, for a time", (
        _id("membership_id"),
        _ref("person_id", "persons", "Who: a person ..."),
        _ref("member_organization_id", "organizations", "... or an organization."),
        _ref("organization_id", "organizations", "Of what.", REQUIRED),
        _ref("post_id", "posts", "In which post."),
        _choice("role", "As what.", _MEMBER_ROLES),
        _ref("on_behalf_of_id", "organizations", "For whom a person sits there."),
        _date("from_date", "Since when; blank: not known."),
        _date("to_date", "Until when; blank: it goes on."),
        *_grounds(),
    )),
    Table("event_series", ("series_id",), "meetings that are counted together", (
        _id("series_id"),
        _ref("organization_id", "organizations", "Whose meetings.", REQUIRED),
        _text("name", "What they are called.", REQUIRED),
        *_grounds(),
    )),
    Table("events", ("event_id",), "a meeting, ceremony or other event, held or to be held", (
        _id("event_id"),
        _text("name", "What it is called.", REQUIRED),
        _choice("kind", "What it is.", ("summit", "session", "meeting", "conference", "ceremony", "visit", "speech",
                "opening", "designation", "exercise", "other")),
        _ref("series_id", "event_series", "The series it belongs to."),
        _count("ordinal", "Its number in the series; 0: not counted.", 0, at_most=10_000),
        _ref("organization_id", "organizations", "Whose event."),
        _ref("host_id", "organizations", "Who hosts."),
        _date("held_on", "When it is held, or is to be."),
        _text("start_time", "Hour of beginning, local time, as 09:30."),
        _text("end_time", "Hour of ending, local time."),
        _text("time_zone", "Time zone of both, as Asia/Almaty."),
        _text("place", "City or hall."),
        Column("country_code", "id", "ISO 3166-1 alpha-2 of the place.", default=""),
        _choice("status", "How far it is.", ("announced", "scheduled", "held", "postponed", "cancelled")),
        _text("url", "Its own page."),
        *_grounds(),
    )),
    Table("agenda_items", ("item_id",), "a point on the agenda of an event", (
        _id("item_id"),
        _ref("event_id", "events", "The event.", REQUIRED),
        _count("item_no", "Its place on the agenda, from 1.", at_least=1, at_most=1000),
        _text("title", "What it is about.", REQUIRED),
        _ref("presenter_id", "persons", "Who presents it."),
        _ref("instrument_id", "instruments", "The document before it, or decided under it."),
        _text("outcome", "What came of it, in words."),
        *_grounds(),
    )),
    Table("attendance", ("attendance_id",), "that somebody attends an event", (
        _id("attendance_id"),
        _ref("event_id", "events", "The event.", REQUIRED),
        _ref("person_id", "persons", "Who: a person ..."),
        _ref("organization_id", "organizations", "... for this organization, or the organization itself."),
        _choice("role", "As what.", ("host", "chair", "speaker", "delegate", "observer", "guest", "secretary"),
                "delegate"),
        _choice("status", "Whether.", ("invited", "announced", "attended", "absent")),
        *_grounds(),
    )),
    Table("instruments", ("instrument_id",), "a document that was adopted, signed or proposed", (
        _id("instrument_id"),
        _text("title", "Its title in English.", REQUIRED),
        _choice("kind", "What it is.", INSTRUMENT_KINDS),
        _date("adopted_on", "When it was adopted or signed; blank: not yet, or not known."),
        _ref("event_id", "events", "Where it was."),
        _ref("organization_id", "organizations", "The body whose document it is."),
        _refs("party_ids", "organizations", "Its parties or signatories"),
        _ref("depositary_id", "organizations", "Who keeps the instruments of ratification."),
        Column("needs_force", "flag", "Whether it binds only once it is in force.", default=False),
        _date("expires_on", "When its term ends; blank: not limited, or not known."),
        _text("reference", "Its number."),
        _text("url", "Its text."),
        *_grounds(),
    )),
    Table("relations", ("relation_id",), "how one document or promise bears on another", (
        _id("relation_id"),
        _choice("kind", "The first ... the second.", ("amends", "implements", "supersedes", "fulfils")),
        _ref("from_instrument_id", "instruments", "The first: a document ..."),
        _ref("from_commitment_id", "commitments", "... or a promise."),
        _ref("to_instrument_id", "instruments", "The second: a document ..."),
        _ref("to_commitment_id", "commitments", "... or a promise."),
        *_grounds(),
    )),
    Table("party_actions", ("action_id",), "what a party did with a document", (
        _id("action_id"),
        _ref("instrument_id", "instruments", "The document.", REQUIRED),
        _ref("party_id", "organizations", "The party.", REQUIRED),
        _choice("kind", "What it did; notified: told the depositary; in_force: a source says it is in force for it; "
                "first_use: first applied it.", ("signed", "approved", "ratified", "acceded", "notified", "deposited",
                "in_force", "first_use", "reservation", "withdrew")),
        _date("done_on", "When; blank: not known."),
        _text("reference", "Number of the law, decree or note."),
        *_grounds(),
    )),
    Table("provisions", ("provision_id",), "an article or paragraph of a document", (
        _id("provision_id"),
        _ref("instrument_id", "instruments", "The document.", REQUIRED),
        _text("number", "Its number, as 4(2).", REQUIRED),
        _text("heading", "Its heading."),
        _text("summary", "What it says, in short."),
        *_grounds(),
    )),
    Table("force_rules", ("rule_id",), "the rule by which a document enters into force", (
        _id("rule_id"),
        _ref("instrument_id", "instruments", "The document.", REQUIRED),
        _choice("kind", "on_signature: when it is signed; on_date: on a date of its own; after_actions: so many days "
                "after so many parties have acted.", ("on_signature", "on_date", "after_actions")),
        _date("force_on", "The date, for on_date."),
        _choice("action", "The act that counts, for after_actions.", ("signed", "approved", "ratified", "notified",
                "deposited"), "deposited"),
        _count("party_count", "How many parties must have acted; 0: all of them.", 0, at_most=1000),
        _count("delay_days", "Days from the last of these acts.", 0, at_most=3660),
        _count("later_delay_days", "Days from its own act, for a party that acts later.", 0, at_most=3660),
        _text("words", "The words of the rule."),
        *_grounds(),
    )),
    Table("commitments", ("commitment_id",), "something promised, planned, proposed or called for", (
        _id("commitment_id"),
        _text("title", "What, in one line.", REQUIRED),
        _count("force", "0 called for, 1 proposed, 2 reaffirmed, 3 planned or announced, 4 under way, 5 adopted, "
               "6 binding norm.", at_most=6),
        _text("sector", "Field it belongs to."),
        _refs("party_ids", "organizations", "Who is responsible"),
        _ref("owner_id", "organizations", "The unit that must do it; blank: the owner is missing."),
        _ref("instrument_id", "instruments", "The document it stands in."),
        _ref("provision_id", "provisions", "The place in it."),
        _ref("event_id", "events", "Where it was said."),
        _ref("speaker_id", "persons", "Who said it."),
        _date("made_on", "When it was made."),
        _text("criterion", "How one will know that it is done; blank: the measure is missing."),
        _date("deadline", "By when; blank: the deadline is missing."),
        _text("deadline_basis", "Where the deadline comes from: the text itself, a later plan, ..."),
        Column("intervention_id", "id", "The intervention of the twin that it is.", default=""),
        _ref("indicator_id", "indicators", "What it is to change."),
        _number("budget_usd", "Money set aside; blank: not known."),
        _ref("superseded_by_id", "commitments", "The promise that took its place."),
        _date("withdrawn_on", "When it was given up."),
        *_grounds(),
    )),
    Table("milestones", ("milestone_id",), "a step on the way of a commitment", (
        _id("milestone_id"),
        _ref("commitment_id", "commitments", "The commitment.", REQUIRED),
        _text("title", "What.", REQUIRED),
        _date("due_on", "By when."),
        _ref("owner_id", "organizations", "Who must do it."),
        *_grounds(),
    )),
    Table("indicators", ("indicator_id",), "a quantity by which effects are told", (
        _id("indicator_id"),
        _text("name", "What is measured.", REQUIRED),
        _text("unit", "Unit, as people write it.", REQUIRED),
        _choice("better", "Which way is better.", ("higher", "lower", "neither")),
        _text("definition", "How it is measured: scope, partners, flow."),
        Column("engine", "id", "Engine of the twin that answers it; blank: the twin does not.", default=""),
        Column("measure", "id", "Name of the indicator in `kervan.indicators`.", default=""),
        Column("package", "id", "Shipped package the twin runs on.", default=""),
        Column("question", "json", "Parameters of the engine, a list of one object.", default="[]"),
        *_grounds(),
    )),
    Table("indicator_observations", ("observation_id",), "a value of an indicator", (
        _id("observation_id"),
        _ref("indicator_id", "indicators", "The indicator.", REQUIRED),
        _ref("commitment_id", "commitments", "The commitment whose baseline or target it is."),
        _ref("party_id", "organizations", "For whom."),
        _choice("kind", "What sort of figure.", ("baseline", "target", "actual", "claim")),
        _date("observed_on", "For when."),
        _number("value", "The figure, in the unit of the indicator.", REQUIRED),
        _number("value_low", "Low end; blank: none given."),
        _number("value_high", "High end; blank: none given."),
        *_grounds(),
    )),
    Table("evidence", ("evidence_id",), "something that speaks for or against the delivery of a commitment", (
        _id("evidence_id"),
        _ref("commitment_id", "commitments", "The commitment.", REQUIRED),
        _ref("milestone_id", "milestones", "The milestone it is about."),
        _ref("party_id", "organizations", "The party it is about; blank: all."),
        _choice("stance", "Which way it speaks.", ("supports", "contradicts"), "supports"),
        _choice("shows", "Of what it speaks: that the thing was delivered, or that work has begun.",
                ("delivery", "progress"), "delivery"),
        _count("grade", "1 measured or checked on the spot by an independent party; 2 official record (gazette, "
               "depositary, statistics); 3 named independent report; 4 statement of a party; 5 unattributed or "
               "recalled.", at_least=1, at_most=5),
        _text("independence_group", "Items that go back to one origin share a word; blank: its source."),
        _ref("said_by_id", "organizations", "Who says so."),
        _date("happened_on", "When what it tells of happened."),
        _text("summary", "What it says.", REQUIRED),
        *_grounds(),
    )),
    Table("assessments", ("assessment_id",), "a judgement on a commitment for one party", (
        _id("assessment_id"),
        _ref("commitment_id", "commitments", "The commitment.", REQUIRED),
        _ref("party_id", "organizations", "For which party.", REQUIRED),
        _date("assessed_on", "As of when.", REQUIRED),
        _choice("judgement", "What the assessor holds to be so.", ("delivered", "partly_delivered", "under_way",
                "not_delivered", "not_started", "taken_up", "not_taken_up", "cannot_tell")),
        _choice("score", "-1 not kept, 0 partly, +1 kept; none: it cannot be told.", ("-1", "0", "+1", UNDECIDED)),
        _text("rationale", "Why.", REQUIRED),
        _text("assessor", "Who judged.", REQUIRED),
        _text("second_assessor", "Who judged again, not knowing the first score; blank: nobody yet."),
        _choice("second_score", "The second score.", ("", "-1", "0", "+1", UNDECIDED), ""),
        *_grounds(),
    )),
    Table("conflicts", ("conflict_id",), "two claims that cannot both be true", (
        _id("conflict_id"),
        _choice("about_table", "Table of what they are about.", (
            "organizations", "memberships", "events", "instruments", "party_actions", "commitments", "indicators")),
        Column("about_id", "id", "Its key."),
        _text("claim", "One claim.", REQUIRED),
        _text("other_claim", "The other claim.", REQUIRED),
        _ref("other_source_id", "sources", "Where the other comes from.", REQUIRED),
        _text("resolution", "How it was settled; blank: it is open."),
        *_grounds(),
    )),
)  # fmt: skip

#: Every table of the register by name, in the order of the documentation.
REGISTER: Final[Mapping[str, Table]] = {table.name: table for table in _TABLES}


def key_of(table: str) -> str:
    """Return the column that names a row of a table; each table has one."""
    return REGISTER[table].key[0]
