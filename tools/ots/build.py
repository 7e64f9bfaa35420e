"""Put the rows together, check and record them, and write them as a folder of tables."""

from __future__ import annotations

import csv
from pathlib import Path

from kervan.ledger import open_ledger
from kervan.register.files import write_folder
from kervan.register.projection import projection
from kervan.register.store import Change, Register, record

from . import bodies, documents, judgements, meetings, promises
from .facts import Facts
from .rows import Rows

META = {
    "name": "ots",
    "title": "The Organization of Turkic States: bodies, meetings, documents, promises and what is known of them",
    "licence": "CC-BY-4.0",
    "attribution": "Kervan contributors, from published facts; every row names its source",
}  # fmt: skip
#: Sources of the shipped corridor that are used here too.
_CORRIDOR = ("AT2503", "FIB2512", "KHM", "N24X7", "PPL2312", "REP26")
#: Sources found beside the table of facts: key, publisher, title, day, address, grade, language.
_ADDED = (
    ("24.TURKPA14", "24.kg quoting the parliament of the Kyrgyz Republic", "Sessions of TURKPA in Astana ended, the "
     "next to "
     "be in the Kyrgyz Republic", "2025-06-13",
     "https://24.kg/english/332556_Next_plenary_session_of_TurkPA_to_be_held_in_Kyrgyzstan/", "C", "en"),
    ("24.AKTAU", "24.kg quoting TURKSOY", "Preparations for the year of Aktau", "2025-02-10",
     "https://24.kg/english/319393_Aktau_named_cultural_capital_of_Turkic_world/", "C", "en"),
    ("astanatimes.AKTAU", "The Astana Times quoting the Ministry of Culture and Information of Kazakhstan",
     "Aktau given the title at the meeting of TURKSOY in Ashgabat", "2024-11-19",
     "https://astanatimes.com/2024/11/aktau-named-cultural-capital-of-turkic-world-for-2025/", "C", "en"),
    ("qazinform.AKTAU", "Qazinform", "Gift of the Mangystau region to TURKSOY; the year of Aktau opened on 5 April",
     "2025-10-17", "https://qazinform.com/news/kazakhstans-mangystau-region-presents-a-special-gift-to-turksoy-de3746",
     "C",
     "en"),
    ("azernews.AKTAU", "Azernews quoting TURKSOY", "Closing of the year of Aktau on 28 November", "2025-12-01",
     "https://www.azernews.az/region/250945.html", "C", "en"),
    ("turkicstates.AKTAU", "Organization of Turkic States", "Deputy Secretary General at the closing of the year of "
     "Aktau "
     "(the page misprints the year)", "",
     "https://www.turkicstates.org/en/news/ots-deputy-secretary-general-participated-in-the-closing-ceremony-of-the-event-"
     "aktau-cultural-capital-of-the-turkic-world", "B", "en"),
    ("vestikavkaza.ALMATY", "Vestnik Kavkaza quoting the Ministry of Culture and Information of Kazakhstan",
     "Almaty announced as youth capital", "2025-06-13", "https://en.vestikavkaza.ru/material/175862", "C", "en"),
    ("astanatimes.ALMATY", "The Astana Times", "Festival in Almaty: the title of youth capital handed over",
     "2025-08-19",
     "https://astanatimes.com/2025/08/almaty-named-youth-capital-of-turkic-world-2025/", "C", "en"),
    ("qazinform.ALMATY", "Qazinform", "Messages to the youth festival in Almaty", "2025-08-19",
     "https://qazinform.com/news/almaty-is-spiritual-center-of-kazakhstan-and-entire-turkic-world-president-5792c0",
     "C",
     "en"),
    ("report.ALMATY", "Report.az quoting the Secretary General of the OTS", "The title passes from Lankaran to Almaty",
     "2025-08-19", "https://report.az/ru/v-regione/molodezhnaya-stolica-tyurkskogo-mira-simvolicheski-perenesena-iz-"
     "lyankyarana-v-almaty/", "C", "ru"),
    ("aweb.APCEA", "Association of World Election Bodies", "Its Secretary General at the founding of the platform in "
     "Turkistan", "2025-05-23", "http://www.aweb.org/eng/bbs/B0000013/view.do?gubun=1&menuNo=300040&nttId=16522", "B",
     "en"),
    ("trend.CORRIDOR", "Trend quoting the Secretary General of the OTS", "Tenth meeting of the heads of customs: the "
     "customs corridor is in force, a pilot is prepared", "2025-01-16",
     "https://en.trend.az/business/economy/3993889.html",
     "C", "en"),
    ("sitefabrikasi.EOM", "Copy of the page of the Organization of Turkic States",
     "Observers at the elections of November "
     "2021 in the Kyrgyz Republic", "",
     "https://demo10.sitefabrikasi.com/en/news/international-election-observation-mission-of-the-organization-of-turkic-"
     "states-monitored-parliamentary-elections-in-kyrgyzstan", "C", "en"),
)  # fmt: skip
#: Facts that are no row of their own, and why.
LEFT_OUT = {
    "OF061": "no act of Türkiye or Uzbekistan was found: there is nothing to record",
    "OF067": "no act of the two organizations was found",
    "OF115": "no youth capital of 2023 was found",
    "OF132": "no entry into force was found",
}  # fmt: skip

#: Kinds of items of the report that are told with others: a place, a number or a date is a cell of a row, and a
#: statement that promises nothing is none.
_TOLD_WITH_OTHERS = {"place", "statement", "sector", "number", "date"}
#: Other items that are no passage of their own, and why.
_NO_PASSAGE = {
    "A01": "the report is a source", "A02": "the place of its date", "A03": "the press office is a source",
    "K02": "the members are memberships", "K09": "no body: whom it means is not told", "K10": "no body",
    "K11": "no body",
}  # fmt: skip


def assembled(facts: Facts, corridor: Path) -> list[Change]:
    """Return every row of the register, those that others refer to first.

    Parameters
    ----------
    facts
        The facts folder.
    corridor
        The folder of the shipped corridor, some of whose sources are used here too.
    """
    rows = Rows(facts)
    for part in (bodies, meetings, documents, promises, judgements):
        part.add(rows)
    unused = set(facts.rows) - facts.used - set(LEFT_OUT)
    if unused:
        raise ValueError(f"facts that no row rests on: {', '.join(sorted(unused))}")
    told = {key for key, (kind, _) in facts.items.items() if kind not in _TOLD_WITH_OTHERS} - set(_NO_PASSAGE)
    if told - facts.quoted:
        raise ValueError(f"items of the report that no row tells: {', '.join(sorted(told - facts.quoted))}")
    named = {change.cells.get(column) for change in rows for column in ("source_id", "other_source_id")}
    sources = [*facts.sources(), *_corridor_sources(corridor), *_added_sources()]
    kept = [row for row in sources if row["source_id"] in named or row["source_id"] == "AKORDA"]
    return [*(Change("sources", row["source_id"], row) for row in kept),
            *(Change("spans", row["span_id"], row) for row in facts.spans()), *rows]  # fmt: skip


def _corridor_sources(corridor: Path) -> list[dict[str, str]]:
    with (corridor / "sources.csv").open(encoding="utf-8", newline="") as file:
        found = {row["source_id"]: row for row in csv.DictReader(file)}
    names = {"year": "published_on"}
    return [{names.get(name, name): cell for name, cell in found[key].items()} for key in _CORRIDOR]


def _added_sources() -> list[dict[str, str]]:
    names = ("source_id", "publisher", "title", "published_on", "url", "grade", "language")
    return [dict(zip(names, row, strict=True)) | {"how_read": "excerpt of a stored page"} for row in _ADDED]


def write(changes: list[Change], out: Path) -> None:
    """Record the rows in memory, which checks them, and write the folder.

    Raises
    ------
    SchemaError
        With everything that is wrong with the rows; nothing is written then.
    """
    with open_ledger("", (projection(),)) as ledger:
        record(Register(ledger, META["name"], is_in_memory=True), changes, actor="kervan")
        write_folder(ledger, out, meta=META, overwrite=True)
