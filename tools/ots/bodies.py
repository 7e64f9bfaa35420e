"""Bodies, persons, posts, and who belongs where."""

from __future__ import annotations

from .facts import REPORT
from .rows import FOUR, MEMBERS, OTS, Rows

_STATES = {
    "AZ": ("Azerbaijan", "OF001", "E16"), "KZ": ("Kazakhstan", "OF002", "E03"),
    "KG": ("Kyrgyz Republic", "OF003", "E08"), "TR": ("Türkiye", "OF004", "E18"), "UZ": ("Uzbekistan", "OF006", "E09"),
    "HU": ("Hungary", "OF007", "E17"), "TM": ("Turkmenistan", "OF008", ""), "CN": ("China", "OF164", ""),
}  # fmt: skip

#: Key, name, kind, parent, seat, fact of founding ("": not told), fact of the row.
_BODIES = (
    ("HEADS", "Council of Heads of State", "organ", OTS, "", "OF012", "OF012"),
    ("CFM", "Council of Foreign Ministers", "organ", OTS, "", "OF013", "OF013"),
    ("SENIOR", "Senior Officials Committee", "organ", OTS, "", "OF014", "OF014"),
    ("ELDERS", "Council of Elders", "organ", OTS, "", "", "OF015"),
    ("SECRETARIAT", "OTS Secretariat", "organ", OTS, "Istanbul", "OF016", "OF016"),
    ("OFFICE_HU", "OTS Representation Office in Hungary", "mission", "SECRETARIAT", "Budapest", "OF018", "OF018"),
    ("COORDINATION", "Coordination Committee of Turkic Cooperation Organizations", "platform", "", "", "", "OF020"),
    ("TRANSPORT", "Transport Coordination Committee", "organ", OTS, "", "", "OF022"),
    ("TURKPA", "Parliamentary Assembly of Turkic States", "parliament", "", "Baku", "OF023", "OF023"),
    ("TURKSOY", "International Organization of Turkic Culture", "international", "", "Ankara", "OF029", "OF029"),
    ("ACADEMY", "Turkic Academy", "international", "", "Astana", "", "OF033"),
    ("FUND", "Turkic Culture and Heritage Foundation", "fund", "", "Baku", "OF035", "OF035"),
    ("TIF", "Turkic Investment Fund", "fund", "", "", "", "OF043"),
    ("TCCI", "Union of Turkic Chambers of Commerce and Industry", "association", "", "Istanbul", "OF051", "OF051"),
    ("CIVIL", "OTS Civil Protection Mechanism", "organ", OTS, "Istanbul", "", "OF057"),
    ("DROUGHT", "Drought Prevention Institute", "agency", OTS, "", "", "OF062"),
    ("BANKS", "Council of Central (National) Banks", "organ", OTS, "", "", "OF063"),
    ("GREEN_FINANCE", "Turkic Green Finance Council", "organ", OTS, "", "", "OF064"),
    ("COMPETITION", "Turkic States Competition Council", "organ", OTS, "", "OF065", "OF065"),
    ("YURTA", "Union of International Road Transport Associations in the Turkic region (YURTA)", "association", OTS, "",
     "OF066", "OF066"),
    ("LOGISTICS", "Alliance of Logistics Centers and Cargo Carriers of Turkic States", "association", OTS, "", "OF066",
     "OF066"),
    ("ECO", "Economic Cooperation Organization", "international", "", "", "", "OF011"),
    ("WCO", "World Customs Organization", "international", "", "Brussels", "", "OF153"),
)  # fmt: skip

#: Key of the electoral body, name, country, city of its seat. The cities are capitals: not told by the facts, so blank.
_ELECTORAL = (
    ("CEC_AZ", "Central Election Commission of Azerbaijan", "AZ"),
    ("CEC_KZ", "Central Election Commission of Kazakhstan", "KZ"),
    ("CEC_KG", "Central Election Commission of the Kyrgyz Republic", "KG"),
    ("CEC_TR", "Supreme Election Council of Türkiye", "TR"),
    ("CEC_UZ", "Central Election Commission of Uzbekistan", "UZ"),
)  # fmt: skip

#: Key, name, name to sort by, country served, origin, item of the report.
_PERSONS = (
    ("tokayev", "Kassym-Jomart Tokayev", "Tokayev", "KZ", REPORT, "D01"),
    ("orban", "Viktor Orbán", "Orban", "HU", REPORT, "D02"),
    ("aliyev", "Ilham Aliyev", "Aliyev", "AZ", REPORT, "D03"),
    ("japarov", "Sadyr Japarov", "Japarov", "KG", REPORT, "D06"),
    ("erdogan", "Recep Tayyip Erdoğan", "Erdogan", "TR", REPORT, "D07"),
    ("mirziyoyev", "Shavkat Mirziyoyev", "Mirziyoyev", "UZ", REPORT, "D08"),
    ("omuraliev", "Kubanychbek Omuraliev", "Omuraliev", "KG", REPORT, "D09"),
    ("akinci", "Halil Akıncı", "Akinci", "TR", "OF095", ""),
    ("hasan", "Ramil Hasan", "Hasan", "AZ", "OF028", ""),
    ("amreyev", "Baghdad Amreyev", "Amreyev", "KZ", "OF097", ""),
    ("yildirim", "Binali Yıldırım", "Yildirim", "TR", "OF015", ""),
    ("er", "Mehmet Süreyya Er", "Er", "", "OF028", ""),
    ("raev", "Sultan Raev", "Raev", "", "OF032", ""),
    ("afandiyeva", "Gunay Afandiyeva", "Afandiyeva", "", "OF039", ""),
    ("raimkulova", "Aktoty Raimkulova", "Raimkulova", "", "OF039", ""),
    ("abdirov", "Nurlan Abdirov", "Abdirov", "KZ", "aweb.APCEA", ""),
    ("jang", "In-sik Jang", "Jang", "", "aweb.APCEA", ""),
)  # fmt: skip

#: Column, body or person, other name, language, origin, item of the report.
_ALIASES = (
    ("organization_id", OTS, "Cooperation Council of Turkic Speaking States", "en", "OF122", ""),
    ("organization_id", OTS, "Turkic Council", "en", "OF006", ""),
    ("organization_id", "FUND", "Turkic Culture and Heritage Fund", "en", REPORT, "K05"),
    ("organization_id", "TURKPA", "Turkic States Parliamentary Assembly", "en", REPORT, "K03"),
    ("organization_id", "PLATFORM", "Advisory Platform of the Central Election Authorities (APCEA)", "en", "aweb.APCEA",
     ""),
    ("organization_id", "PLATFORM", "consultative platform of electoral bodies", "en", REPORT, ""),
    ("organization_id", "KG", "Kyrgyzstan", "en", "OF003", ""),
    ("organization_id", "TR", "Turkey", "en", "OF155", ""),
    ("organization_id", "TURKSOY", "TÜRKSOY", "tr", "OF032", ""),
    ("person_id", "omuraliev", "Kubanıçbek Ömüraliyev", "az", "report.ALMATY", ""),
    ("person_id", "omuraliev", "Kubanychbek Omuraliyev", "en", "qazinform.ALMATY", ""),
    ("person_id", "japarov", "Sadyr Zhaparov", "en", "sitefabrikasi.EOM", ""),
    ("person_id", "erdogan", "Recep Tayyip Erdogan", "en", REPORT, ""),
    ("person_id", "hasan", "Ramil Hasanov", "en", "OF096", ""),
)  # fmt: skip

#: Key, body, title, since when, origin, item of the report, note.
_POSTS = (
    ("sg_ots", "SECRETARIAT", "Secretary General", "", REPORT, "K07", ""),
    ("rep_kz", OTS, "Permanent Representative of Kazakhstan to the OTS", "", REPORT, "D10", "The holder is not named."),
    ("director_hu", "OFFICE_HU", "Executive Director", "", "OF019", "", "To be appointed, by a decision of May 2025."),
    ("chair_ots", OTS, "Chairmanship-in-Office", "", "OF091", "", ""),
    ("chair_elders", "ELDERS", "Chairman of the Council of Elders", "", "OF015", "", ""),
    ("sg_turkpa", "TURKPA", "Secretary General", "", "OF028", "", ""),
    ("chair_turkpa", "TURKPA", "Chair", "", "OF027", "", "Rotates yearly, in the English alphabetical order."),
    ("sg_turksoy", "TURKSOY", "Secretary General", "", "OF032", "", ""),
    ("president_fund", "FUND", "President", "", "OF039", "", ""),
    ("president_tif", "TIF", "President", "", "OF050", "", ""),
    ("chair_tcci", "TCCI", "Chair", "", "OF054", "", ""),
    ("chair_competition", "COMPETITION", "Chair", "", "OF065", "", "For three years at a time."),
    ("president_kz", "KZ", "President", "", REPORT, "", ""),
    ("president_az", "AZ", "President", "", REPORT, "", ""),
    ("president_kg", "KG", "President", "", REPORT, "", ""),
    ("president_tr", "TR", "President", "", REPORT, "", ""),
    ("president_uz", "UZ", "President", "", REPORT, "", ""),
    ("pm_hu", "HU", "Prime Minister", "", REPORT, "", ""),
    ("chair_cec_kz", "CEC_KZ", "Chairman", "", "aweb.APCEA", "", ""),
    ("sg_aweb", "AWEB", "Secretary General", "", "aweb.APCEA", "", ""),
)  # fmt: skip

#: Known to hold it on a day, with beginning and end not known: day.
_SEEN = "Known to hold it on the day given; when it began and whether it goes on is not known."


def add(rows: Rows) -> None:
    """Add the bodies, persons, posts and memberships."""
    _organizations(rows)
    for key, name, sort_name, country, origin, span in _PERSONS:
        rows.add("persons", key, origin, span=span, name=name, sort_name=sort_name, country_code=country)
    for number, (column, key, name, language, origin, item) in enumerate(_ALIASES, 1):
        rows.add("aliases", f"alias.{number:02d}", origin, span=item, name=name, language=language, **{column: key})
    for key, body, title, since, origin, span, note in _POSTS:
        rows.add("posts", key, origin, span=span, note=note, organization_id=body, title=title, from_date=since)
    _members(rows)
    _holders(rows)
    _platform(rows)


def _organizations(rows: Rows) -> None:
    rows.add("organizations", OTS, REPORT, span="K01", name="Organization of Turkic States", kind="international",
             seat="Istanbul", founded_on=rows.date("OF122"), url="https://www.turkicstates.org")  # fmt: skip
    for key, (name, fact, _) in _STATES.items():
        rows.add("organizations", key, fact, name=name, kind="state", country_code=key)
    rows.add("organizations", "TRNC", "OF009", name="Turkish Republic of Northern Cyprus", kind="territory",
             note="Not recognised by the United Nations; some lists of observers omit it. Its place here implies no "
             "opinion on its status.")  # fmt: skip
    for key, name, kind, parent, seat, founded, fact in _BODIES:
        rows.add("organizations", key, fact, name=name, kind=kind, parent_id=parent, seat=seat,
                 founded_on=rows.date(founded) if founded else "", note=_NOTES.get(key, ""))  # fmt: skip
    rows.add("organizations", "IOFS", REPORT, span="K06", name="Islamic Organization for Food Security",
             kind="international", seat="Astana")  # fmt: skip
    rows.add("organizations", "MISSION_KZ", REPORT, span="K08", name="Permanent Mission of Kazakhstan to the OTS",
             kind="mission", country_code="KZ", parent_id="KZ", note="Planned; no opening was found.")  # fmt: skip
    rows.add("organizations", "PLATFORM", REPORT, span="K04", kind="platform", parent_id=OTS,
             name="Consultative Platform of Central Election Authorities", founded_on=rows.date("OF055"),
             note="Proposed at the tenth summit. Called so in the reports of its founding; the report of the summit "
             "gives no "
             "name.")  # fmt: skip
    for key, name, country in _ELECTORAL:
        rows.add("organizations", key, "aweb.APCEA", name=name, kind="electoral_body", country_code=country)
    rows.add("organizations", "CEC_HU", "OF056", name="National election authority of Hungary", kind="electoral_body",
             country_code="HU", note="Its name is not told.")  # fmt: skip
    rows.add("organizations", "AWEB", "aweb.APCEA", name="Association of World Election Bodies", kind="international")
    rows.add("organizations", "PARLIAMENT_KG", "24.TURKPA14", name="Parliament of the Kyrgyz Republic",
             kind="parliament", country_code="KG", parent_id="KG")  # fmt: skip


_NOTES = {
    "ACADEMY": "Proposed 2009-10-03, opened 2010-05-25, agreement 2012-08-23, host agreement 2020-11-16; ratifications "
    "were complete in 2021, nine years after signature, and it worked in full from 2022.",
    "FUND": "Also called a fund; the idea was adopted in 2009.",
    "HEADS": "Highest organ.",
    "TCCI": "Took the place of the Turkic Business Council of 2011.",
    "SECRETARIAT": "By a decision of July 2024 it is to have more staff and money.",
    "CFM": "Informal meetings beside the General Assembly of the United Nations since 2011.",
    "TRANSPORT": "Ministers, a working group, and a sub-group for digitalisation; since when is not told.",
}  # fmt: skip


def _members(rows: Rows) -> None:
    """Add who belongs to which body: members and observers, each from its own fact."""
    since = {"AZ": "OF001", "KZ": "OF002", "KG": "OF003", "TR": "OF004", "UZ": "OF006"}
    for state, fact in since.items():
        rows.add("memberships", f"OTS.{state}", fact, member_organization_id=state, organization_id=OTS, role="member",
                 from_date=rows.date(fact))  # fmt: skip
    for body, fact in {"HU": "OF007", "TM": "OF008", "TRNC": "OF009", "ECO": "OF011"}.items():
        rows.add("memberships", f"OTS.{body}", fact, member_organization_id=body, organization_id=OTS, role="observer",
                 from_date=rows.date(fact))  # fmt: skip
    for state in FOUR.split(";"):
        rows.add("memberships", f"TURKPA.{state}", "OF025", member_organization_id=state, organization_id="TURKPA",
                 role="member", from_date=rows.date("OF023"),
                 note="Founding party; a member in October 2025.")  # fmt: skip
        rows.add("memberships", f"FUND.{state}", "OF035", member_organization_id=state, organization_id="FUND",
                 role="member", from_date=rows.date("OF035"))  # fmt: skip
        rows.add("memberships", f"ACADEMY.{state}", "OF033", member_organization_id=state, organization_id="ACADEMY",
                 role="member", from_date=rows.date("OF033"))  # fmt: skip
        rows.add("memberships", f"TCCI.{state}", "OF051", member_organization_id=state, organization_id="TCCI",
                 role="member", from_date=rows.date("OF051"))  # fmt: skip
    for state in (*MEMBERS, "TM"):
        rows.add("memberships", f"TURKSOY.{state}", "OF029", member_organization_id=state, organization_id="TURKSOY",
                 role="member", from_date=rows.date("OF029"))  # fmt: skip
    rows.add("memberships", "TCCI.TM", "OF053", member_organization_id="TM", organization_id="TCCI", role="member",
             from_date=rows.date("OF053"))  # fmt: skip
    for state in MEMBERS:
        rows.add("memberships", f"TIF.{state}", "OF043", member_organization_id=state, organization_id="TIF",
                 role="member", from_date=rows.date("OF043"), note="From signature of the agreement.")  # fmt: skip
        rows.add("memberships", f"COMPETITION.{state}", "OF065", member_organization_id=state,
                 organization_id="COMPETITION", role="member", from_date=rows.date("OF065"))  # fmt: skip
    for body in ("OTS", "TURKPA", "TURKSOY", "ACADEMY", "FUND"):
        rows.add("memberships", f"COORDINATION.{body}", "OF020", member_organization_id=body,
                 organization_id="COORDINATION", role="member", from_date=_by(rows.date("OF020")),
                 to_date=_from(rows.date("OF020")), note="At its fourth meeting.")  # fmt: skip


def _by(day: str) -> str:
    return f"/{day}"


def _from(day: str) -> str:
    return f"{day}/"


def _holders(rows: Rows) -> None:
    """Add who holds a post, and who chairs what."""
    for name, post, state in (("tokayev", "president_kz", "KZ"), ("aliyev", "president_az", "AZ"),
                              ("japarov", "president_kg", "KG"), ("erdogan", "president_tr", "TR"),
                              ("mirziyoyev", "president_uz", "UZ"), ("orban", "pm_hu", "HU")):  # fmt: skip
        _seen(rows, name, post, state, "head", REPORT, "2025-05-21")
    secretaries = (("akinci", "OF095", "2010", "2014", "First holder."), ("hasan", "OF096", "2014", "2018", "Second."),
                   ("amreyev", "OF097", "2018", "2022-11-14", "Third holder; the year it began is recalled."),
                   ("omuraliev", "OF098", "2022-11-14", "", "Fourth holder, appointed on 2022-11-11 for three years; "
                    "the "
                    "term was extended in May 2025, to which day is not told; in office on 2026-02-21."))  # fmt: skip
    for name, fact, start, end, note in secretaries:
        rows.add("memberships", f"sg_ots.{name}", fact, person_id=name, organization_id="SECRETARIAT", post_id="sg_ots",
                 role="secretary_general", from_date=start, to_date=end, note=note)  # fmt: skip
    chairs = (("UZ", "OF094"), ("KZ", "OF093"), ("KG", "OF091"), ("AZ", "OF092"))
    for state, fact in chairs:
        start, _, end = rows.date(fact).partition("/")
        rows.add("memberships", f"chair_ots.{state}", fact, member_organization_id=state, organization_id=OTS,
                 post_id="chair_ots", role="chair", from_date=start, to_date=end)  # fmt: skip
    rows.add("memberships", "chair_turkpa.AZ", "OF027", member_organization_id="AZ", organization_id="TURKPA",
             post_id="chair_turkpa", role="chair", to_date=rows.date("OF027"))  # fmt: skip
    rows.add("memberships", "chair_turkpa.KZ", "OF027", member_organization_id="KZ", organization_id="TURKPA",
             post_id="chair_turkpa", role="chair", from_date=rows.date("OF027"), to_date="2025-10-18/",
             note="Rotates yearly; when it passed on is not known.")  # fmt: skip
    rows.add("memberships", "chair_tcci.KZ", "OF054", member_organization_id="KZ", organization_id="TCCI",
             post_id="chair_tcci", role="chair", from_date=rows.date("OF054"), to_date="2026/")  # fmt: skip
    rows.add("memberships", "chair_competition.TR", "OF065", member_organization_id="TR", organization_id="COMPETITION",
             post_id="chair_competition", role="chair", from_date="2024-01", to_date="2027-01",
             note="For three years.")  # fmt: skip
    _seen(rows, "yildirim", "chair_elders", "ELDERS", "chair", "OF015", "2023")
    _seen(rows, "er", "sg_turkpa", "TURKPA", "secretary_general", "OF028", "2024-01")
    _seen(rows, "hasan", "sg_turkpa", "TURKPA", "secretary_general", "OF028", rows.date("OF028"))
    _seen(rows, "raev", "sg_turksoy", "TURKSOY", "secretary_general", "OF032", rows.date("OF032"))
    _seen(rows, "raimkulova", "president_fund", "FUND", "head", "OF039", rows.date("OF039"))
    rows.add("memberships", "president_fund.afandiyeva", "OF039", person_id="afandiyeva", organization_id="FUND",
             post_id="president_fund", role="head", to_date=_by(rows.date("OF039")),
             note="The holder before.")  # fmt: skip
    rows.add("memberships", "president_tif.amreyev", "OF050", person_id="amreyev", organization_id="TIF",
             post_id="president_tif", role="head", from_date=rows.date("OF050"),
             note="Appointed before the agreement on the fund was signed.")  # fmt: skip
    _seen(rows, "abdirov", "chair_cec_kz", "CEC_KZ", "chair", "aweb.APCEA", "2025-05-14")
    _seen(rows, "jang", "sg_aweb", "AWEB", "secretary_general", "aweb.APCEA", "2025-05-14")


def _seen(rows: Rows, person: str, post: str, body: str, role: str, origin: str, day: str) -> None:
    """Add that somebody was seen in a post on a day; before and after is not known."""
    rows.add("memberships", f"{post}.{person}", origin, person_id=person, organization_id=body, post_id=post, role=role,
             from_date=_by(day), to_date=_from(day), note=_SEEN)  # fmt: skip


def _platform(rows: Rows) -> None:
    """Add the members of the platform of electoral bodies; of their delegates one is named."""
    for key, _, _ in _ELECTORAL:
        rows.add("memberships", f"PLATFORM.{key}", "aweb.APCEA", member_organization_id=key, organization_id="PLATFORM",
                 role="member", from_date=rows.date("OF055"))  # fmt: skip
    rows.add("memberships", "PLATFORM.CEC_HU", "OF056", member_organization_id="CEC_HU", organization_id="PLATFORM",
             role="other", from_date=rows.date("OF056"),
             note="One report has Hungary among the signatories of the rules, another among the guests; see the "
             "conflict. "
             "Hungary is an observer of the OTS, and what it is here is open.")  # fmt: skip
    rows.add("memberships", "PLATFORM.abdirov", "aweb.APCEA", person_id="abdirov", organization_id="PLATFORM",
             role="delegate", on_behalf_of_id="CEC_KZ", from_date="/2025-05-14", to_date="2025-05-14/",
             note="Led the founding meeting as chairman of the commission that hosted it. Whom the other members sent "
             "is "
             "not told.")  # fmt: skip
