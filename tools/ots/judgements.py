"""What later facts say of the promises, and what we hold of it: one assessor, and no second one yet."""

from __future__ import annotations

from .facts import DESK
from .rows import MEMBERS, Rows

#: As of when the facts were searched.
AS_OF = "2026-11-23"
ASSESSOR = "Kervan"

#: Commitment, what it shows (-: contradicts), grade, origin, who says so, group, when, summary, party, milestone.
_EVIDENCE = (
    ("C02", "delivery", 4, "OF069", "KZ", "", "/2025-05-21",
     "Its president says that a representative was appointed; neither name nor decree is told.", "", ""),
    ("C04", "progress", 3, "OF026", "TURKPA", "turkpa", "2025-06-09", "The session is announced for 11 and 12 "
     "June.", "", ""),
    ("C04", "delivery", 3, "24.TURKPA14", "PARLIAMENT_KG", "", "/2025-06-13",
     "The parliament of the Kyrgyz Republic tells that the sessions in Astana ended.", "", ""),
    ("C04", "delivery", 3, "OF027", "", "", "2025-06-12",
     "At the session in Astana the chair passed from Azerbaijan to Kazakhstan.", "", ""),
    ("C05", "delivery", 4, "astanatimes.AKTAU", "KZ", "", "/2024-11-18",
     "Its ministry says that Aktau was given the title in Ashgabat.", "", ""),
    ("C05", "delivery", 3, "azernews.AKTAU", "TURKSOY", "turksoy", "2025-11-28",
     "TURKSOY tells that the year of Aktau was closed and the title handed on.", "", ""),
    ("C05", "delivery", 3, "24.AKTAU", "TURKSOY", "turksoy", "/2025-02-10",
     "TURKSOY tells that Aktau was declared the cultural capital of 2025.", "", ""),
    ("C05", "delivery", 3, "turkicstates.AKTAU", "SECRETARIAT", "ots_secretariat", "2025-11-28",
     "The Secretariat of the OTS was at the closing of the year of Aktau.", "", ""),
    ("C06", "delivery", 4, "azernews.AKTAU", "KZ", "", "/2025-11-28",
     "Its minister counts more than 30 international events.", "", ""),
    ("C06", "delivery", 3, "turkicstates.AKTAU", "SECRETARIAT", "ots_secretariat", "2025-11-28",
     "The Secretariat of the OTS tells of the events and their closing.", "", ""),
    ("C07", "delivery", 3, "aweb.APCEA", "AWEB", "", "/2025-05-23",
     "A guest, the world association of election bodies, tells that the platform was established and its rules signed.",
     "", ""),
    ("C07", "delivery", 3, "OF056", "", "", "/2025-05-14",
     "A newspaper of Kazakhstan tells that the rules were signed by the heads of the electoral bodies.", "", ""),
    ("C07", "delivery", 5, "OF055", "", "", "2025-05-14",
     "An opinion channel tells of the founding meeting and of five members.", "", ""),
    ("C08", "progress", 4, "vestikavkaza.ALMATY", "KZ", "", "/2025-06-13",
     "Its ministry says that the title passed to Almaty at the closing in Lankaran.", "", "C08.chosen"),
    ("C08", "delivery", 3, "report.ALMATY", "SECRETARIAT", "ots_secretariat", "2025-08",
     "The Secretary General of the OTS tells that the title passed from Lankaran to Almaty on the day.", "", ""),
    ("C08", "delivery", 3, "astanatimes.ALMATY", "", "", "2025-08-18",
     "The key was handed over by the city of Lankaran at the festival in Almaty.", "", ""),
    ("C09", "progress", 3, "OF136", "SECRETARIAT", "", "2024-11-29",
     "The agreement on the customs corridor is in force for all five.", "", ""),
    ("C09", "-delivery", 3, "OF137", "SECRETARIAT", "", "2025-09-08",
     "Its pilot was still to be launched 283 days later.", "", ""),
    ("C13", "progress", 3, "OF149", "SECRETARIAT", "", "/2025-09-08",
     "The heads of customs of all members declare to bring in eTIR; of this border nothing is told.", "", ""),
    ("C14", "progress", 3, "OF165", "", "", "2025-12",
     "New road posts open, with a crossing of about 30 minutes; how much is electronic is not told.", "", ""),
    ("C15", "progress", 3, "OF149", "SECRETARIAT", "", "/2025-09-08", "Declaration on eTIR.", "", ""),
    ("C15", "-delivery", 3, "OF137", "SECRETARIAT", "", "2025-09-08",
     "The pilot of the customs corridor was still to be launched.", "", ""),
    ("C16", "delivery", 3, "OF165", "", "", "2025-12-12", "Kazygurt and Temir-Baba opened.", "",
     "C16.kazygurt"),
    ("C17", "delivery", 3, "OF164", "", "", "2023-12", "Works began.", "", "C17.works"),
    ("C17", "progress", 3, "PPL2312", "", "", "2023-12", "Works on 272 km began.", "", ""),
    ("C18", "progress", 4, "REP26", "KZ", "", "2025",
     "77,000 containers of twenty feet in 2025, 36 % more; but tonnes fell by 8 % to 4.12 Mt.", "", ""),
    ("C23", "progress", 3, "OF163", "", "", "2025-08", "The survey of the sea began.", "", "C23.survey"),
    ("C23", "progress", 3, "FIB2512", "", "", "2025", "Service is planned for the third quarter of 2026.",
     "", ""),
    ("C25", "progress", 3, "OF156", "", "", "/2026-02-21",
     "A memorandum on partnership in trade was signed, with a roadmap; nobody says that it is the document meant.", "",
     ""),
    ("C28", "progress", 3, "OF058", "", "", "2025-06-13", "Its parliament approved the agreement.", "AZ", ""),
    ("C28", "progress", 3, "OF059", "", "", "/2025-11-01", "Its president signed the law.", "KG", ""),
    ("C28", "progress", 3, "OF060", "", "", "2026-03-11", "Its senate approved the agreement.", "KZ", ""),
    ("customs_pilot", "-delivery", 3, "OF137", "SECRETARIAT", "", "2025-09-08", "It was still to be launched.", "", ""),
    ("customs_pilot", "progress", 4, "trend.CORRIDOR", "SECRETARIAT", "", "2025-01-16",
     "The Secretary General says that the pilot is being prepared.", "", ""),
    ("transport_2027", "progress", 4, "OF022", "SECRETARIAT", "", "/2026-11-23",
     "A committee of ministers and a working group are at "
     "it.", "", ""),
)  # fmt: skip

#: Commitment, party, judgement, score, why.
_ASSESSMENTS = (
    ("C02", "KZ", "cannot_tell", "none", "Said by the party alone; no name and no decree was found."),
    ("C03", "KZ", "cannot_tell", "none", "No opening was found. That does not say that nothing was begun."),
    ("C04", "KZ", "delivered", "+1", "Held in Astana on 11 and 12 June 2025, as two independent reports show."),
    ("C05", "KZ", "delivered", "+1", "The title was given and the year held to its closing, as TURKSOY and the "
     "OTS Secretariat say."),
    ("C06", "KZ", "partly_delivered", "0", "Events were held; without a list of what was to be held it cannot "
     "be said that all were."),
    ("C07", "KZ", "delivered", "+1", "Founded with rules on 14 May 2025, as a guest from outside and the "
     "press show. Who signed is open."),
    ("C08", "KZ", "partly_delivered", "0", "The title passed, but by two reports in August and not from June."),
    ("C13", "KZ", "cannot_tell", "none", "Nothing was found on this border."),
    ("C13", "KG", "cannot_tell", "none", "Nothing was found on this border."),
    ("C14", "KZ", "under_way", "0", "New posts work; how far procedures are electronic is not published."),
    ("C14", "UZ", "cannot_tell", "none", "The reports speak of the Kazakh side."),
    ("C15", "KZ", "cannot_tell", "none", "What was to be simpler was not said, so that it cannot be measured."),
    ("C16", "KZ", "under_way", "0", "Two road posts opened; the list of works is not told."),
    ("C17", "KZ", "under_way", "0", "In works since December 2023; the date has slipped once."),
    ("C18", "KZ", "cannot_tell", "none", "Boxes rose and tonnes fell; what a major link is was not said."),
    ("C20", "KZ", "cannot_tell", "none", "Tonnes after the speech were not found."),
    ("C23", "KZ", "under_way", "0", "Study and survey are done; no laying was found."),
    *(("customs_pilot", party, "under_way", "0", "In preparation, and ten months after entry into force not launched; "
    "no "
       "day was set.") for party in MEMBERS),
    ("etir_2025", "KZ", "cannot_tell", "none", "Whether eTIR worked in all members by the end of 2025 was not found."),
    ("uz_joins_fund", "UZ", "cannot_tell", "none", "No act of entry was found; what has to follow at home is not "
     "told."),
)  # fmt: skip


def add(rows: Rows) -> None:
    """Add the evidence and the assessments."""
    for number, item in enumerate(_EVIDENCE, 1):
        commitment, shows, grade, origin, who, group, when, summary, party, milestone = item
        rows.add("evidence", f"evidence.{number:02d}", origin, commitment_id=commitment, milestone_id=milestone,
                 stance="contradicts" if shows.startswith("-") else "supports", shows=shows.lstrip("-"), grade=grade,
                 independence_group=group, said_by_id=who, happened_on=when, summary=summary,
                 party_id=party)  # fmt: skip
    for commitment, party, judgement, score, why in _ASSESSMENTS:
        rows.add("assessments", f"{commitment}.{party}", DESK, commitment_id=commitment, party_id=party,
                 assessed_on=AS_OF, judgement=judgement, score=score, rationale=why, assessor=ASSESSOR)  # fmt: skip
