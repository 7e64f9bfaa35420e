"""What the report and the sector agreements promise, propose and call for, and by what one would see it."""

from __future__ import annotations

import json

from .facts import REPORT
from .rows import FIVE, OTS, Rows

CALLED, PROPOSED, REAFFIRMED, PLANNED, UNDER_WAY, ADOPTED, BINDING = range(7)

#: Key, name, unit, better, definition, origin, item of the report.
_INDICATORS = (
    ("kz_ots_trade", "Trade of Kazakhstan with its OTS partners", "bn USD", "higher",
     "The report does not say who the partners are: the four other members, or observers too.", REPORT, "N01"),
    ("kz_ots_trade_share", "Share of the OTS partners in the foreign trade of Kazakhstan", "%", "higher",
     "Rounded to a whole per cent, so that the whole is 134 to 152 bn USD.", REPORT, "N02"),
    ("caspian_level", "Level of the Caspian Sea, Kazakh sector", "m (Baltic datum)", "neither", "Annual mean.", REPORT,
     "N03"),
    ("disasters", "Natural disasters a year", "number", "lower", "By type and state; no figure is given.", REPORT,
     "N04"),
    ("level_effects", "Effects of the falling sea on nature, economy and life", "not defined", "neither",
     "Draught at ports, dredging, fish, people moved; no figure is given.", REPORT, "N05"),
    ("intra_ots_trade", "Trade among the members", "bn USD", "higher", "Whether counted once or twice is not told.",
     "OF161", ""),
    ("kz_ots_freight", "Freight of Kazakhstan with OTS members", "Mt", "higher", "All modes.", "OF160", ""),
    ("titr_tonnes", "Freight on the Trans-Caspian route", "Mt", "higher", "As the ministry counts: all through "
     "Kazakhstan.",
     "REP26", ""),
    ("btc_tonnes", "Kazakh oil by the pipeline from Baku to Ceyhan", "Mt", "higher", "A year.", "N24X7", ""),
    ("in_force_share", "Share of pairs of agreement and party that are in force", "1", "higher",
     "Worked out by the register itself: the measure `bound` of strict implementation.", "KERVAN", ""),
    ("electronic_procedures", "Border procedures done electronically", "%", "higher", "Not published.", "KERVAN", ""),
)  # fmt: skip

#: Key, name, unit, better, measure, origin, destination, commodity: answered by the twin.
_TWIN = (
    ("almaty_bishkek_hours", "Mean hours of a lorry from Almaty to Bishkek", "h", "lower", "hours_mean", "KZ_ALMATY",
     "KG_BISHKEK", "truckload"),
    ("almaty_tashkent_hours", "Mean hours of a lorry from Almaty to Tashkent", "h", "lower", "hours_mean", "KZ_ALMATY",
     "UZ_TASHKENT", "truckload"),
    ("xian_poti_hours", "Mean hours of a container from Xi'an to Poti", "h", "lower", "hours_mean", "CN_XIAN",
     "GE_POTI",
     "container"),
    ("karamay_semey_hours", "Mean hours of a container from Karamay to Semey", "h", "lower", "hours_mean", "CN_KARAMAY",
     "KZ_SEMEY", "container"),
    ("atyrau_ceyhan_hours", "Mean hours of crude oil from Atyrau to Ceyhan", "h", "lower", "hours_mean", "KZ_ATYRAU",
     "TR_CEYHAN", "crude_oil"),
    ("eskene_sangachal_oil", "Cost of crude oil from Eskene to Sangachal", "USD", "lower", "cost", "KZ_ESKENE",
     "AZ_SANGACHAL", "crude_oil"),
    ("galkynysh_tbilisi_gas", "Cost of gas from Galkynysh to Tbilisi", "USD", "lower", "cost", "TM_GALKYNYSH",
     "GE_TBILISI", "gas"),
    ("almaty_baku_data", "Cost of data traffic from Almaty to Baku", "USD", "lower", "cost", "KZ_ALMATY", "AZ_BAKU",
     "data"),
)  # fmt: skip

#: Indicator, kind, when, value, origin, note, commitment.
_VALUES = (
    ("kz_ots_trade", "claim", "2024", 11.4, REPORT, "Said by the president of Kazakhstan.", "C25"),
    ("kz_ots_trade", "actual", "2024", 11.4, "OF157", "Said by the government.", ""),
    ("kz_ots_trade", "claim", "2024-01/2024-08", 10.4, "OF158", "", ""),
    ("kz_ots_trade", "claim", "", 13.0, "OF159", "Of which period is not told.", ""),
    ("kz_ots_trade_share", "claim", "2024", 8.0, REPORT, "", "C25"),
    ("kz_ots_freight", "claim", "2022", 31.0, "OF160", "", ""),
    ("kz_ots_freight", "claim", "2023", 40.0, "OF160", "", ""),
    ("intra_ots_trade", "claim", "2022", 33.0, "OF161", "", ""),
    ("intra_ots_trade", "claim", "2023", 42.0, "OF161", "", ""),
    ("intra_ots_trade", "claim", "2024", 45.0, "OF162", "Over this.", ""),
    ("caspian_level", "actual", "1995", -26.59, "KHM", "", ""),
    ("caspian_level", "actual", "2024", -29.2, "KHM", "", ""),
    ("caspian_level", "actual", "2025", -29.35, "KHM", "", ""),
    ("titr_tonnes", "baseline", "2024", 4.484, "REP26", "", "C18"),
    ("titr_tonnes", "actual", "2025", 4.119, "REP26", "", "C18"),
    ("titr_tonnes", "claim", "2024", 3.3, "AT2503", "By the association of the route, which counts less.", "C18"),
    ("btc_tonnes", "baseline", "2024", 1.4, "N24X7", "", "C20"),
)  # fmt: skip

#: Promises, proposals and calls of the report, each by the key of its item, by which the interventions of the twin
#: name it too: key, title, force, sector, parties, criterion, deadline and its basis, intervention,
#: indicator, note.
_REPORT = (
    ("C01", "More unity and strategic cooperation", CALLED, "politics", OTS, "", "", "", "", "",
     "Too general to be measured."),
    ("C02", "A permanent representative of Kazakhstan to the OTS", ADOPTED, "institutions",
     "KZ", "The post is filled, with a name and a day of accreditation", "", "", "", "", "Said to be done."),
    ("C03", "A permanent mission of Kazakhstan to the OTS", PLANNED, "institutions", "KZ",
     "The mission is open", "", "", "", "", ""),
    ("C04", "Host the fourteenth plenary session of TURKPA in Astana", PLANNED, "parliaments", "KZ",
     "The session is held in Astana", "2025-06", "the report: in June", "", "", ""),
    ("C05", "Aktau is the cultural capital of the Turkic world in 2025", ADOPTED, "culture", "KZ",
     "The title is given and the year is held", "2025", "the report: this year", "", "",
     "The title is given by TURKSOY, which the report does not name."),
    ("C06", "Events of the year of Aktau", UNDER_WAY, "culture", "KZ", "", "2025",
     "the report: this year", "", "", ""),
    ("C07", "A consultative platform of electoral bodies", ADOPTED, "elections", "KZ",
     "Rules are adopted and a meeting is held", "", "", "", "", "Said to be done."),
    ("C08", "Almaty is the youth capital from June", PLANNED, "youth", "KZ", "The title is handed over",
     "2025-06", "the report: starting in June", "", "", ""),
    ("C09", "Norms of all agreements are respected and strictly implemented", BINDING, "law",
     FIVE, "The four measures of strict implementation", "", "", "", "in_force_share",
     "Said as a norm; that agreements bind their parties holds whoever says it."),
    ("C12", "More cooperation in industry, transport and logistics, agriculture and digitalization",
     PROPOSED, "economy", OTS, "", "", "", "", "", ""),
    ("C13", "Digitalize border procedures with the Kyrgyz Republic", UNDER_WAY, "borders", "KZ;KG",
     "Share of declarations exchanged electronically, hours at the crossings", "", "", "J01", "almaty_bishkek_hours",
     "Both are in the Eurasian Economic Union."),
    ("C14", "Digitalize border procedures with Uzbekistan", UNDER_WAY, "borders", "KZ;UZ",
     "Share of declarations exchanged electronically, hours at the crossings", "", "", "J02", "almaty_tashkent_hours",
     "A pair of its own: Uzbekistan is not in the Eurasian Economic Union."),
    ("C15", "Simplify transit", UNDER_WAY, "transport", "KZ", "", "", "", "I36", "xian_poti_hours",
     "What is to be simpler is not told; of what is under way, eTIR is the nearest."),
    ("C16", "Modernize logistics infrastructure", UNDER_WAY, "transport", "KZ", "", "", "", "I29",
     "almaty_tashkent_hours", "Of the works that it may mean, later facts tell of road posts; the rail crossing stands "
     "alone."),
    ("C17", "A third railway crossing on the Chinese border", UNDER_WAY, "transport", "KZ",
     "Open to trains; tonnes a year", "2027", "plan at the start of the works; the report gives none", "I01",
     "karamay_semey_hours", "The Chinese party is not named in the report."),
    ("C18", "Make the Trans-Caspian International Transport Route a major link between East and West",
     REAFFIRMED, "transport", "KZ", "", "", "", "I44", "xian_poti_hours",
     "What makes a link major is not told; tonnes stand in the indicator titr_tonnes."),
    ("C19", "Diversify supply chains for oil, gas, uranium and other resources", CALLED, "energy", OTS,
     "", "", "", "", "", "Of the measures in the twin, oil by Baku (I42) and gas across the sea (J05) are the "
     "nearest."),
    ("C20", "Expand oil exports to Europe, with support of Azerbaijan", UNDER_WAY, "energy", "KZ",
     "Tonnes a year by Azerbaijan", "", "", "I42", "atyrau_ceyhan_hours", "Tonnes stand in the indicator btc_tonnes."),
    ("C21", "An oil pipeline across the Caspian Sea", CALLED, "energy", "", "", "", "", "J07",
     "eskene_sangachal_oil", "Only interest is told of; one sentence, two pipelines."),
    ("C22", "Coordinated action of several states for a gas pipeline across the Caspian Sea",
     CALLED, "energy", "", "", "", "", "J05", "galkynysh_tbilisi_gas", "The states are not named."),
    ("C23", "A fibre-optic cable on the bed of the Caspian Sea", PLANNED, "digital", "KZ",
     "In service: Gbit/s", "2026", "later plan of the builders; the report gives none", "I41", "almaty_baku_data",
     "Launch may mean the start of the works or of the service; Azerbaijan is not named in the report."),
    ("C25", "A special document on the growth of trade", PROPOSED, "trade", OTS,
     "The document is signed", "", "", "", "kz_ots_trade", ""),
    ("C26", "Advance cooperation in agriculture", CALLED, "agriculture", OTS, "", "", "", "", "", ""),
    ("C27", "Coordinate with the Islamic Organization for Food Security", CALLED, "agriculture", OTS,
     "An act of the two organizations", "", "", "", "", ""),
    ("C28", "Respond together to natural disasters", CALLED, "disasters", FIVE,
     "A joint mechanism is in force", "", "", "", "disasters", ""),
    ("C29", "Joint scientific research on the Caspian Sea", CALLED, "environment", OTS,
     "Projects with a budget", "", "", "", "caspian_level", "Whom the call means, members or observers too, is not "
     "told."),
    ("C30", "Common environmental strategies", CALLED, "environment", OTS,
     "A strategy is adopted", "", "", "", "level_effects", ""),
)  # fmt: skip

#: Beyond the report: key, origin, title, force, sector, parties, document, clause, event, made, criterion, deadline and
#: its basis, note.
_MORE = (
    ("uz_joins_fund", "OF038", "Uzbekistan joins the Turkic Culture and Heritage Fund", ADOPTED, "culture", "UZ",
     "uz_fund_decision", "", "budapest_2025", "2025-05-21", "Membership takes effect", "", "", ""),
    ("hu_director", "OF019", "An executive director of the office in Hungary", ADOPTED, "institutions", "SECRETARIAT",
     "hu_office_decision", "", "budapest_2025", "2025-05-21", "The post is filled", "", "", ""),
    ("etir_2025", "OF148", "eTIR works in all member states", ADOPTED, "borders", FIVE, "etir_roadmap", "",
     "customs_10",
     "2025-01-16", "Transports under eTIR in each member state", "2025", "the roadmap", ""),
    ("customs_pilot", "OF137", "Pilot of the simplified customs corridor", BINDING, "borders", FIVE, "customs_corridor",
     "customs_corridor.7", "", "2022-11-11", "The pilot of six months is held", "", "",
     "In force since November 2024."),
    ("tif_capital", "OF044", "Pay in 350 m USD to the Turkic Investment Fund", BINDING, "finance", FIVE,
     "tif_agreement",
     "", "extraordinary_2023", "2023-03-16", "70 m USD paid in by each", "", "",
     "In four payments: 5, 18, 23 and 24 m USD "
     "each; 150 m are callable."),
    ("tif_projects", "OF049", "Projects of the Turkic Investment Fund begin", PLANNED, "finance", "TIF", "", "",
     "tif_governors_2", "2025-12-06", "A first project is financed", "2026-01/2026-03", "the second Board of Governors",
     ""),
    ("transport_2027", "OF139", "Carry out the action plan of the Transport Connectivity Programme", ADOPTED,
     "transport",
     FIVE, "transport_plan", "", "summit_10", "2023-11-03", "", "2027", "the title of the plan", ""),
    ("strategy_to_2026", "OF141", "Carry out the OTS Strategy 2022-2026", ADOPTED, "institutions", FIVE,
     "strategy_2026",
     "", "summit_9", "2022-11-11", "", "2026", "the title of the strategy", ""),
    ("vision_to_2040", "OF140", "Carry out the Turkic World Vision 2040", ADOPTED, "institutions", FIVE, "vision_2040",
     "", "summit_8", "2021-11-12", "", "2040", "the title of the vision", ""),
    ("secretariat_strength", "OF017", "More staff and money for the Secretariat", ADOPTED, "institutions", FIVE,
     "secretariat_decision", "", "informal_2024", "2024-07-06", "Posts and budget before and after", "", "", ""),
    ("services_fta", "OF155", "Talks on free trade in services and investment", PROPOSED, "trade", FIVE, "", "",
     "trade_ministers_2023", "2023-09-14", "Talks begin", "", "", ""),
    ("turansez", "OF154", "Special economic zone TURANSEZ", PROPOSED, "trade", "KZ", "astana_declaration_2023",
     "astana_declaration_2023.50", "summit_10", "2023-11-03", "The zone is open", "", "", ""),
    ("e_permit_tm", "OF150", "Turkmenistan joins the electronic permit for lorries", PLANNED, "transport", "TM", "", "",
     "customs_10", "2025-01-16", "Permits are exchanged", "", "", ""),
    ("single_window", "OF151", "Single window and one-stop shop at borders", CALLED, "borders", OTS, "", "",
     "customs_11", "/2025-09-08", "An act of the OTS", "", "", "A topic of the meeting; no act was found."),
)  # fmt: skip

#: Commitment, key, what, by when, origin.
_MILESTONES = (
    ("C17", "memorandum", "Memorandum of the two sides", "2023-10-19", "OF164"),
    ("C17", "works", "Works begin", "2023-12", "OF164"),
    ("C17", "line", "The line is finished", "2027", "OF164"),
    ("C17", "service", "Trains run", "2028", "OF164"),
    ("C23", "ceremony", "Ceremony of a start", "2019-11", "OF163"),
    ("C23", "memorandum", "Memorandum", "2022-09", "OF163"),
    ("C23", "study", "Desk study is done", "2025-05-23", "OF163"),
    ("C23", "survey", "Survey of the sea", "2025-08", "OF163"),
    ("C23", "laid", "The cable is laid", "2026", "OF163"),
    ("C23", "service", "The cable is in service", "2026-07/2026-09", "FIB2512"),
    ("C16", "kazygurt", "Road posts Kazygurt and Temir-Baba open", "2025-12", "OF165"),
    ("C16", "zhibek_zholy", "Road post Zhibek Zholy opens", "2026-07", "OF165"),
    ("C08", "chosen", "Chosen by the ministers of youth and sport", "", "OF117"),
    ("C08", "handed_over", "The title is handed over", "2025-06", REPORT),
    ("C03", "act", "A decree or law", "", REPORT),
    ("C03", "open", "The mission opens", "", REPORT),
    ("tif_capital", "first", "First payment, 5 m USD each", "", "OF044"),
    ("tif_capital", "second", "Second payment, 18 m USD each", "", "OF044"),
    ("tif_capital", "third", "Third payment, 23 m USD each", "", "OF044"),
    ("tif_capital", "fourth", "Fourth payment, 24 m USD each", "", "OF044"),
)  # fmt: skip
#: Whose job a commitment is, where a source names it.
_OWNERS = {"tif_projects": "TIF", "hu_director": "SECRETARIAT"}


def add(rows: Rows) -> None:
    """Add indicators with their values, commitments and milestones."""
    for key, name, unit, better, definition, origin, item in _INDICATORS:
        rows.add("indicators", key, origin, span=item, name=name, unit=unit, better=better, definition=definition)
    for key, name, unit, better, measure, start, end, commodity in _TWIN:
        question = json.dumps([{"origin": start, "destination": end, "commodity_id": commodity}])
        rows.add("indicators", key, "KERVAN", name=name, unit=unit, better=better, engine="route", measure=measure,
                 package="trans_caspian", question=question,
                 definition="First itinerary that the twin finds for one unit of the cargo.")  # fmt: skip
    for number, (indicator, kind, when, value, origin, note, commitment) in enumerate(_VALUES, 1):
        rows.add("indicator_observations", f"value.{number:02d}", origin, note=note, indicator_id=indicator, kind=kind,
                 observed_on=when, value=value, commitment_id=commitment)  # fmt: skip
    for key, title, force, sector, parties, criterion, due, basis, intervention, indicator, note in _REPORT:
        rows.add("commitments", key, REPORT, span=key, note=note, title=title, force=force, sector=sector,
                 party_ids=parties, event_id="budapest_2025", speaker_id="tokayev", made_on="2025-05-21",
                 criterion=criterion, deadline=due, deadline_basis=basis, intervention_id=intervention,
                 indicator_id=indicator, instrument_id=_STANDS_IN.get(key, ""))  # fmt: skip
    for key, origin, title, force, sector, parties, document, clause, event, made, criterion, due, basis, note in _MORE:
        rows.add("commitments", key, origin, note=note, title=title, force=force, sector=sector, party_ids=parties,
                 instrument_id=document, provision_id=clause, event_id=event, made_on=made, criterion=criterion,
                 deadline=due, deadline_basis=basis, owner_id=_OWNERS.get(key, ""))  # fmt: skip
    for commitment, key, title, due, origin in _MILESTONES:
        rows.add("milestones", f"{commitment}.{key}", origin, commitment_id=commitment, title=title, due_on=due)


#: Document that a promise of the report stands in, or would be.
_STANDS_IN = {"C09": "all_agreements", "C25": "trade_document"}
