"""Meetings: summits and their series, sessions of the other bodies, titles given to cities, and who attended."""

from __future__ import annotations

from .facts import REPORT
from .rows import MEMBERS, OTS, Rows

#: Key, whose meetings, name, origin.
_SERIES = (
    ("summits_tss", OTS, "Summits of the heads of Turkic speaking states", "OF070"),
    ("summits", OTS, "Summits of the Organization of Turkic States", "OF072"),
    ("summits_informal", OTS, "Informal summits of the Organization of Turkic States", "OF080"),
    ("summits_extraordinary", OTS, "Extraordinary summits of the Organization of Turkic States", "OF079"),
    ("turkpa_plenary", "TURKPA", "Plenary sessions of TURKPA", "OF026"),
    ("platform_meetings", "PLATFORM", "Meetings of the platform of electoral bodies", REPORT),
    ("coordination", "COORDINATION", "Meetings of the Coordination Committee", "OF020"),
    ("coordination_old", OTS, "Coordination meetings of Turkic institutions (older series)", "OF021"),
    ("tif_governors", "TIF", "Meetings of the Board of Governors", "OF048"),
    ("fund_board", "FUND", "Meetings of the board of the Foundation", "OF040"),
    ("tcci_assembly", "TCCI", "General assemblies", "OF052"),
    ("customs_heads", OTS, "Meetings of the heads of customs administrations", "OF148"),
    ("trade_ministers", OTS, "Meetings of ministers of economy and trade", "OF156"),
    ("youth_ministers", OTS, "Meetings of ministers of youth and sport", "OF116"),
    ("cultural_capitals", "TURKSOY", "Cultural capitals of the Turkic world", "OF100"),
    ("youth_capitals", OTS, "Youth capitals of the Turkic world", "OF114"),
    ("other_titles", OTS, "Other titles of cities", "OF118"),
)  # fmt: skip

#: Fact, key, series, ordinal, host, country of the place, status, note.
_SUMMITS = (
    ("OF070", "tss_9", "summits_tss", 9, "AZ", "AZ", "held", ""),
    ("OF071", "tss_10", "summits_tss", 10, "TR", "TR", "held", ""),
    ("OF072", "summit_1", "summits", 1, "KZ", "KZ", "held", ""),
    ("OF073", "summit_2", "summits", 2, "KG", "KG", "held", ""),
    ("OF074", "summit_3", "summits", 3, "AZ", "AZ", "held", ""),
    ("OF075", "summit_4", "summits", 4, "TR", "TR", "held", "One source puts it in 2013, wrongly."),
    ("OF076", "summit_5", "summits", 5, "KZ", "KZ", "held", ""),
    ("OF077", "summit_6", "summits", 6, "KG", "KG", "held", "Three years after the fifth."),
    ("OF078", "summit_7", "summits", 7, "AZ", "AZ", "held", ""),
    ("OF079", "extraordinary_2020", "summits_extraordinary", 0, "AZ", "", "held", "By video."),
    ("OF080", "informal_2021", "summits_informal", 0, "KZ", "", "held", "By video."),
    ("OF081", "summit_8", "summits", 8, "TR", "TR", "held", ""),
    ("OF082", "summit_9", "summits", 9, "UZ", "UZ", "held", "Also called the first summit of the OTS by its new name."),
    ("OF083", "extraordinary_2023", "summits_extraordinary", 0, "TR", "TR", "held", ""),
    ("OF084", "summit_10", "summits", 10, "KZ", "KZ", "held", ""),
    ("OF085", "informal_2024", "summits_informal", 0, "AZ", "AZ", "held", "Türkiye was represented by its "
     "vice-president."),
    ("OF086", "summit_11", "summits", 11, "KG", "KG", "held", ""),
    ("OF088", "summit_12", "summits", 12, "AZ", "AZ", "held", ""),
    ("OF089", "informal_2026", "summits_informal", 0, "KZ", "KZ", "announced",
     "Theme as proposed; no outcome was found."),
    ("OF090", "summit_13", "summits", 13, "TR", "TR", "announced", "No report of it was found."),
)  # fmt: skip

#: Fact or source, key, kind, series, ordinal, body, host, place, country, date ("": that of the fact), name, note.
_MEETINGS = (
    ("OF020", "coordination_4", "meeting", "coordination", 4, "COORDINATION", "", "Istanbul", "TR", "",
     "Fourth meeting of the Coordination Committee", ""),
    ("OF021", "coordination_old_4", "meeting", "coordination_old", 4, OTS, "", "Baku", "AZ", "",
     "Fourth coordination meeting of Turkic institutions", "The same number as in 2024, in another series."),
    ("OF024", "turkpa_1", "session", "turkpa_plenary", 1, "TURKPA", "AZ", "Baku", "AZ", "",
     "First plenary session of TURKPA", ""),
    ("OF048", "tif_governors_1", "meeting", "tif_governors", 1, "TIF", "TR", "Istanbul", "TR", "",
     "First meeting of the Board of Governors of the Turkic Investment Fund", "The fund was launched."),
    ("OF049", "tif_governors_2", "meeting", "tif_governors", 2, "TIF", "KG", "Bishkek", "KG", "",
     "Second meeting of the Board of Governors of the Turkic Investment Fund", ""),
    ("OF040", "fund_board_3", "meeting", "fund_board", 3, "FUND", "KG", "Bishkek", "KG", "",
     "Third meeting of the board of the Turkic Culture and Heritage Foundation", "The day is that of the report."),
    ("OF052", "tcci_assembly_1", "session", "tcci_assembly", 1, "TCCI", "TR", "Istanbul", "TR", "",
     "First General Assembly of the Turkic chambers and opening of their secretariat", ""),
    ("OF053", "tcci_extraordinary", "session", "tcci_assembly", 0, "TCCI", "", "", "", "",
     "Extraordinary General Assembly of the Turkic chambers", "By video."),
    ("OF054", "tcci_assembly_3", "session", "tcci_assembly", 3, "TCCI", "KZ", "Astana", "KZ", "",
     "Third General Assembly of the Turkic chambers", ""),
    ("OF065", "competition_founding", "meeting", "", 0, "COMPETITION", "", "", "", "",
     "Founding of the Turkic States Competition Council", ""),
    ("OF148", "customs_10", "meeting", "customs_heads", 10, OTS, "AZ", "Baku", "AZ", "2025-01-16",
     "Tenth meeting of the heads of customs administrations", ""),
    ("OF149", "customs_11", "meeting", "customs_heads", 11, OTS, "", "", "", "",
     "Eleventh meeting of the heads of customs administrations", "The day is that of the report."),
    ("OF155", "trade_ministers_2023", "meeting", "trade_ministers", 0, OTS, "", "", "", "",
     "Meeting of the ministers of trade, September 2023", ""),
    ("OF156", "trade_ministers_14", "meeting", "trade_ministers", 14, OTS, "KZ", "Turkistan", "KZ", "",
     "Fourteenth meeting of ministers of economy and trade", "The day is that of the report."),
    ("OF116", "youth_ministers_7", "meeting", "youth_ministers", 7, OTS, "", "", "", "/2024",
     "Seventh meeting of ministers of youth and sport", "It chose the youth capital of 2024; the day is not told."),
    ("OF117", "youth_ministers_8", "meeting", "youth_ministers", 8, OTS, "", "", "", "/2025-06-13",
     "Eighth meeting of ministers of youth and sport", "It chose Almaty; the day is not told."),
    ("astanatimes.ALMATY", "almaty_ceremony", "ceremony", "", 0, OTS, "KZ", "Almaty", "KZ", "2025-08-18",
     "Handing over of the title of youth capital to Almaty", "At the opening of the fourth youth festival."),
    ("azernews.AKTAU", "aktau_closing", "ceremony", "", 0, "TURKSOY", "KZ", "Aktau", "KZ", "2025-11-28",
     "Closing of the year of Aktau, the title handed on to Andijan", ""),
    ("qazinform.AKTAU", "aktau_opening", "ceremony", "", 0, "TURKSOY", "KZ", "Aktau", "KZ", "2025-04-05",
     "Opening of the year of Aktau", ""),
    ("aweb.APCEA", "platform_conference", "conference", "", 0, "PLATFORM", "CEC_KZ", "Turkistan", "KZ", "/2025-05-23",
     "Conference on the development of electoral systems, held with the founding meeting", "The day is not told."),
)  # fmt: skip

#: City capitals: fact to key of the series and who gives the title.
_TITLES = {"cultural capital": ("cultural_capitals", "TURKSOY"), "youth capital": ("youth_capitals", OTS),
           "other capital": ("other_titles", OTS)}  # fmt: skip

_SPEAKERS = (
    ("tokayev", "KZ", "speaker", "B04"), ("aliyev", "AZ", "speaker", "D04"), ("orban", "HU", "speaker", "D05"),
    ("japarov", "KG", "speaker", ""), ("erdogan", "TR", "speaker", ""), ("mirziyoyev", "UZ", "speaker", ""),
    ("omuraliev", "SECRETARIAT", "speaker", "B05"),
)  # fmt: skip


def add(rows: Rows) -> None:
    """Add the series, the events, the attendance and the agenda items."""
    for key, body, name, origin in _SERIES:
        rows.add("event_series", key, origin, organization_id=body, name=name)
    _summits(rows)
    for origin, key, kind, series, ordinal, body, host, place, country, date, name, note in _MEETINGS:
        held = date or rows.date(origin)
        rows.add("events", key, origin, note=note, name=name, kind=kind, series_id=series, ordinal=ordinal,
                 organization_id=body, host_id=host, held_on=held, place=place, country_code=country,
                 status="held")  # fmt: skip
    rows.add("events", "trade_ministers_15", "OF156", note="Expected in the second half of 2026.",
             name="Fifteenth meeting of ministers of economy and trade", kind="meeting", series_id="trade_ministers",
             ordinal=15, organization_id=OTS, host_id="AZ", held_on="2026-07/2026-12", country_code="AZ",
             status="announced")  # fmt: skip
    rows.add("events", "turkpa_15", "24.TURKPA14", note="Decided at the fourteenth, as its host parliament says.",
             name="Next plenary session of TURKPA", kind="session", series_id="turkpa_plenary", ordinal=15,
             organization_id="TURKPA", host_id="KG", held_on="2026", country_code="KG", status="announced")  # fmt: skip
    _budapest(rows)
    _titles(rows)
    _platform(rows)


def _summits(rows: Rows) -> None:
    """Add the summits since 2009, with place and theme from the facts."""
    for fact, key, series, ordinal, host, country, status, note in _SUMMITS:
        place, _, rest = rows.facts.rows[fact]["value"].partition(";")
        theme = rest.split(";")[0].strip() if rest.count(";") else ""
        label = rows.facts.rows[fact]["subject"].replace(" (planned)", "")
        name = {"TSS": f"Summit {ordinal} of Turkic speaking states", "Summit": f"Summit {ordinal}"}.get(
            label.split()[0], f"{label} summit")  # fmt: skip
        told = f"Theme: {theme}." if theme else ""
        town = "" if place.startswith("video") or status == "announced" else place
        rows.add("events", key, fact, note=" ".join(filter(None, (told, note))), kind="summit", series_id=series,
                 name=f"{name}, {town or rows.date(fact)[:4]}", ordinal=ordinal, organization_id=OTS, host_id=host,
                 held_on=rows.date(fact), place=town, country_code=country, status=status)  # fmt: skip


def _budapest(rows: Rows) -> None:
    """Add the summit of the report, its speeches, and the two meetings that it tells of."""
    rows.add("events", "budapest_2025", REPORT, span="B01", name="Informal summit, Budapest", kind="summit",
             series_id="summits_informal", organization_id=OTS, host_id="HU", held_on="2025-05-21", place="Budapest",
             country_code="HU", status="held", note="The first in an observer state; under the chairmanship of the "
             "Kyrgyz "
             "Republic. Theme: meeting point of East and West. Another source has it on 20 and 21 May.")  # fmt: skip
    rows.facts.source("OF087")
    rows.add("events", "turkpa_14", REPORT, span="B02", name="Fourteenth plenary session of TURKPA, Astana",
             kind="session", series_id="turkpa_plenary", ordinal=14, organization_id="TURKPA", host_id="KZ",
             held_on=rows.date("OF026"), place="Astana", country_code="KZ", status="held",
             note="Announced for June; the days are those of the later reports.")  # fmt: skip
    rows.add("events", "platform_1", REPORT, span="B03", name="Founding meeting of the platform of electoral bodies",
             kind="meeting", series_id="platform_meetings", ordinal=1, organization_id="PLATFORM", host_id="CEC_KZ",
             held_on=rows.date("OF055"), place="Turkistan", country_code="KZ", status="held",
             note="The report gives no day; it is that of the other reports.")  # fmt: skip
    rows.add("attendance", "budapest_2025.host", REPORT, span="", event_id="budapest_2025", person_id="orban",
             organization_id="HU", role="host", status="attended")  # fmt: skip
    for name, body, role, item in _SPEAKERS:
        rows.add("attendance", f"budapest_2025.{name}", REPORT, span=item, event_id="budapest_2025", person_id=name,
                 organization_id=body, role=role, status="attended")  # fmt: skip
    documents = (("budapest_declaration", "F01"), ("afghanistan_statement", "F02"), ("uz_fund_decision", "F03"),
                 ("sg_term_decision", "F04"))  # fmt: skip
    for number, (instrument, _) in enumerate(documents, 1):
        rows.add("agenda_items", f"budapest_2025.{number}", REPORT, span="B06" if number == 1 else "",
                 event_id="budapest_2025", item_no=number, title="Adoption of documents", instrument_id=instrument,
                 outcome="Adopted", note="The report lists four of several; the order is its own.")  # fmt: skip


def _titles(rows: Rows) -> None:
    """Add the cities that were given a title, each for its year or from its day."""
    for fact, row in rows.facts.rows.items():
        if row["category"] not in _TITLES or row["status"] == "not found":
            continue
        series, body = _TITLES[row["category"]]
        title = row["category"] if row["category"] != "other capital" else row["attribute"]
        year = row["value"] if row["value"].isdigit() else ""
        held = year or rows.date(fact)
        note = "The date is the year of the title." if year and row["date_precision"] == "year" else ""
        if row["subject"] == "Khiva":
            held, note = "2020/2021", "Held the title for two years."
        country = row["parties"].split()[0]
        rows.add("events", f"title.{fact}", fact, note=note, name=f"{row['subject']}: {title}", kind="designation",
                 series_id=series, organization_id=body, held_on=held, place=row["subject"], country_code=country,
                 status="held")  # fmt: skip


def _platform(rows: Rows) -> None:
    """Add who came to the founding meeting of the platform of electoral bodies, and what was before it."""
    for state in MEMBERS:
        rows.add("attendance", f"platform_1.CEC_{state}", "aweb.APCEA", event_id="platform_1",
                 organization_id=f"CEC_{state}",
                 role="host" if state == "KZ" else "delegate", status="attended")  # fmt: skip
    for key, person, body, role in (("CEC_HU", "", "CEC_HU", "observer"), ("abdirov", "abdirov", "CEC_KZ", "chair"),
                                    ("jang", "jang", "AWEB", "guest"), ("SECRETARIAT", "", "SECRETARIAT", "guest"),
                                    ("TURKPA", "", "TURKPA", "guest"), ("ACADEMY", "", "ACADEMY",
                                     "guest")):  # fmt: skip
        rows.add("attendance", f"platform_1.{key}", "aweb.APCEA", event_id="platform_1", person_id=person,
                 organization_id=body, role=role, status="attended")  # fmt: skip
    rows.add("agenda_items", "platform_1.1", "OF055", event_id="platform_1", item_no=1,
             title="Rules of the platform", instrument_id="platform_rules", outcome="Approved",
             note="No agenda was found: the item is what the reports say was decided.")  # fmt: skip
    rows.add("agenda_items", "platform_1.2", "aweb.APCEA", event_id="platform_1", item_no=2,
             title="Aims: exchange of information, new electoral technology, joint observation, training and research",
             instrument_id="platform_rules", outcome="Set out in the rules")  # fmt: skip
