"""Documents: treaties and sector agreements with what each party did, decisions, declarations, and their rules."""

from __future__ import annotations

from .facts import DESK, REPORT
from .rows import FIVE, FOUR, OTS, Rows

#: Declarations of summits: event, title, kind, fact.
_DECLARATIONS = (
    ("tss_9", "Nakhchivan Declaration", "declaration", "OF070"),
    ("tss_10", "Declaration of the tenth summit of Turkic speaking states", "declaration", "OF071"),
    ("summit_1", "Almaty Declaration", "declaration", "OF072"),
    ("summit_2", "Bishkek Declaration (2012)", "declaration", "OF073"),
    ("summit_3", "Gabala Declaration (2013)", "declaration", "OF074"),
    ("summit_4", "Bodrum Declaration", "declaration", "OF075"),
    ("summit_5", "Astana Declaration (2015)", "declaration", "OF076"),
    ("summit_6", "Cholpon-Ata Declaration", "declaration", "OF077"),
    ("summit_7", "Baku Declaration", "declaration", "OF078"),
    ("informal_2021", "Turkistan Declaration", "declaration", "OF080"),
    ("summit_8", "Istanbul Declaration", "declaration", "OF081"),
    ("summit_9", "Samarkand Declaration", "declaration", "OF082"),
    ("summit_10", "Astana Act", "other", "OF084"),
    ("summit_10", "Astana Declaration (2023)", "declaration", "OF154"),
    ("informal_2024", "Karabakh Declaration", "declaration", "OF085"),
    ("summit_11", "Bishkek Declaration (2024)", "declaration", "OF086"),
    ("summit_12", "Gabala Declaration (2025)", "declaration", "OF088"),
)  # fmt: skip
#: Those whose name was not seen in a source: it is the custom of naming after the place.
_UNSEEN = ("OF074", "OF075", "OF076")

#: Key, title, kind, fact, parties, whether it binds only once in force, event, date ("": that of the fact), note.
_DOCUMENTS = (
    ("nakhchivan", "Nakhchivan Agreement on the Cooperation Council of Turkic Speaking States", "treaty", "OF122",
     FIVE, True, "tss_9", "", "Not limited in time, and open to accession: Uzbekistan joined in 2019."),
    ("nakhchivan_protocol", "Protocol amending the Nakhchivan Agreement", "protocol", "OF126", FIVE, True, "summit_9",
     "",
     "The name of the organization, and observers."),
    ("combined_freight", "Agreement on International Combined Freight Transport", "agreement", "OF129", FIVE, True,
     "summit_9", "", "Foresees a joint transport committee. Whether it is in force was not found."),
    ("customs_corridor", "Agreement on a Simplified Customs Corridor", "agreement", "OF133", FIVE, True, "summit_9", "",
     ""),
    ("tif_agreement", "Agreement establishing the Turkic Investment Fund", "agreement", "OF043", FIVE, True,
     "extraordinary_2023", "", ""),
    ("civil_protection", "Agreement on the Civil Protection Mechanism", "agreement", "OF057", FIVE, True, "summit_11",
     "",
     "Idea of November 2021, decision of March 2023; a council of ministers meets every year."),
    ("depa", "Digital Economy Partnership Agreement (DEPA)", "agreement", "OF142", FIVE, True, "summit_11", "",
     "A joint committee (art. 25), disputes (art. 27), the English text prevails (art. 32)."),
    ("turkpa_agreement", "Agreement establishing TURKPA", "agreement", "OF023", FOUR, True, "", "", ""),
    ("turksoy_agreement", "Agreement establishing TURKSOY", "agreement", "OF029", f"{FIVE};TM", True, "", "", ""),
    ("academy_agreement", "Agreement establishing the Turkic Academy", "agreement", "OF033", FOUR, True, "summit_2",
     "2012-08-23", "Ratifications were complete in 2021."),
    ("fund_charter", "Charter of the Turkic Culture and Heritage Foundation", "charter", "OF035", FOUR, True,
     "summit_2",
     "", ""),
    ("fund_finance", "Agreement on the financial rules of the Foundation", "agreement", "OF036", FOUR, True, "summit_6",
     "", "The source says it was signed in Bishkek."),
    ("fund_scale", "Protocol on the scale of contributions to the Foundation", "protocol", "OF037", "AZ;KZ;TR", True,
     "",
     "", "Parties as far as told: those that approved it."),
    ("finance_protocol", "Protocol on the financial rules of the OTS", "protocol", "OF127", "TR", True, "",
     "2022-11-10",
     "Of the parties only Türkiye is told."),
    ("tcci_statute", "Statute of the Union of Turkic Chambers of Commerce and Industry", "charter", "OF051", FOUR,
     False,
     "", "", ""),
    ("platform_rules", "Rules of the platform of electoral bodies", "rules", "OF055",
     "CEC_AZ;CEC_KZ;CEC_KG;CEC_TR;CEC_UZ", False, "platform_1", "", "Who signed is told in two ways; see the "
     "conflict."),
    ("drought_mou", "Memorandum on the Drought Prevention Institute", "mou", "OF062", "", False, "summit_9", "", ""),
    ("banks_mou", "Memorandum on the Council of Central (National) Banks", "mou", "OF063", FIVE, False, "summit_11", "",
     ""),
    ("green_finance_mou", "Memorandum on the Turkic Green Finance Council", "mou", "OF064", FIVE, False, "summit_11",
     "",
     ""),
    ("wco_mou", "Memorandum with the World Customs Organization", "mou", "OF153", "OTS;WCO", False, "", "", ""),
    ("ports_mou", "Memorandum of Sister Ports", "mou", "OF152", "AZ;KZ;TR;UZ", False, "", "",
     "Baku, Aktau and Samsun in 2013; Kuryk on 2019-04-17; Mersin and the Uzbek dry ports in 2021."),
    ("secretariat_decision", "Decision to strengthen the Secretariat", "decision", "OF017", FIVE, False,
     "informal_2024",
     "", "Staff and budget are to grow."),
    ("hu_office_decision", "Decision on an executive director of the office in Hungary", "decision", "OF019", "", False,
     "budapest_2025", "", "Not among the four documents that the report lists."),
    ("turksoy_decision", "Decision on the strengthening of TURKSOY", "decision", "OF031", "", False, "summit_12", "",
     ""),
    ("representatives_rules", "Regulation on permanent representatives to the OTS", "rules", "OF068", FIVE, False,
     "summit_11", "", "Ordered in November 2023. What a permanent representative stands on."),
    ("eco_decision", "Decision to make the Economic Cooperation Organization an observer", "decision", "OF011", "",
     False,
     "summit_10", "", ""),
    ("trade_strategy", "Trade Facilitation Strategy", "strategy", "OF138", FIVE, False, "summit_9", "", ""),
    ("transport_programme", "Transport Connectivity Programme", "programme", "OF139", FIVE, False, "summit_9",
     "2022-11-11", ""),
    ("transport_plan", "Action plan 2023-2027 of the Transport Connectivity Programme", "action_plan", "OF139", FIVE,
     False, "summit_10", "2023-11-03", ""),
    ("vision_2040", "Turkic World Vision 2040", "strategy", "OF140", FIVE, False, "summit_8", "2021-11-12", ""),
    ("strategy_2026", "OTS Strategy 2022-2026", "strategy", "OF141", FIVE, False, "summit_9", "2022-11-11",
     "A successor is due."),
    ("charter_world", "Charter of the Turkic World", "charter", "OF146", FIVE, False, "summit_11", "", ""),
    ("green_vision", "Turkic Green Vision", "strategy", "OF147", FIVE, False, "summit_11", "", ""),
    ("etir_roadmap", "Roadmap for eTIR", "roadmap", "OF148", FIVE, False, "customs_10", "2025-01-16", ""),
    ("etir_declaration", "Joint declaration on annex 11 of the TIR Convention (eTIR)", "declaration", "OF149", FIVE,
     False, "customs_11", "", "The day is that of the report; with two memoranda, on risk and on laboratories."),
    ("trade_mou", "Memorandum on partnership in trade", "mou", "OF156", FIVE, False, "trade_ministers_14", "",
     "With a roadmap; the day is that of the report."),
)  # fmt: skip
_ENDS = {"transport_plan": "2027", "strategy_2026": "2026", "vision_2040": "2040"}

#: Document, party, what it did, date ("": not told; "=": that of the fact), number, fact, note.
_ACTS = (
    ("nakhchivan", "KZ", "ratified", "2010-09-27", "Law 341-IV", "OF002", ""),
    ("nakhchivan", "TR", "ratified", "2010-06-09", "Law 5989", "OF004", ""),
    ("nakhchivan", "UZ", "acceded", "=", "", "OF005", "The president ratified the agreement."),
    ("nakhchivan", "UZ", "in_force", "=", "", "OF006", "Accepted as a member at the seventh summit."),
    *(("nakhchivan", party, "in_force", "=", "", "OF124", "The laws of Türkiye and Kazakhstan fit the day.")
      for party in FOUR.split(";")),
    ("nakhchivan_protocol", "TR", "ratified", "=", "", "OF127", "Approved by the president."),
    ("nakhchivan_protocol", "KZ", "ratified", "=", "Law 191-VIII", "OF128", "924 days after signature."),
    ("nakhchivan_protocol", "KZ", "reservation", "=", "Law 191-VIII", "OF010",
     "A declaration, not a reservation: to observe is no act of recognition, and Kazakhstan decides who takes part in "
     "events on its soil."),
    ("finance_protocol", "TR", "ratified", "=", "", "OF127", ""),
    ("combined_freight", "KZ", "ratified", "=", "Law 99-VIII", "OF130", "594 days after signature."),
    ("combined_freight", "KZ", "reservation", "=", "Law 99-VIII", "OF130", "To article 4(4)."),
    ("combined_freight", "AZ", "approved", "", "", "OF131", "The day is not in what was read."),
    ("customs_corridor", "KZ", "ratified", "=", "Law 129-VIII", "OF134", "682 days after signature."),
    *(("customs_corridor", party, "in_force", "=", "", "OF136", "Announced by the organization.")
      for party in FIVE.split(";")),
    ("tif_agreement", "KZ", "approved", "=", "", "OF045", "By the upper house; a later signature was not found."),
    ("tif_agreement", "TR", "ratified", "=", "Law 7470", "OF046", "In the gazette."),
    ("tif_agreement", "KG", "ratified", "=", "", "OF047", "The day is that of the report."),
    ("civil_protection", "AZ", "approved", "=", "", "OF058", "By the parliament, in one reading."),
    ("civil_protection", "KG", "ratified", "=", "", "OF059", "The day is that of the report."),
    ("civil_protection", "KZ", "approved", "=", "", "OF060", "By the upper house; the head of the report says "
     "ratified, "
     "and the signature of the president is a later step."),
    ("depa", "AZ", "approved", "=", "", "OF143", "By the parliament, 132 days after signature."),
    ("depa", "TR", "ratified", "=", "", "OF144", "In the gazette, 591 days after signature."),
    ("turksoy_agreement", "UZ", "ratified", "=", "", "OF030", "29 years after signature."),
    ("academy_agreement", "KZ", "ratified", "=", "Law 241-V", "OF034", ""),
    *(("turkpa_agreement", party, "in_force", "/2025-10-18", "", "OF025", "In force by then; since when is not told.")
      for party in FOUR.split(";")),
    *(("turksoy_agreement", party, "in_force", "/2022-11-10", "", "OF030", "In force by then; since when is not told.")
      for party in (*FOUR.split(";"), "TM")),
    *(("academy_agreement", party, "in_force", "/2021", "", "OF033", "All had ratified by 2021; the day is not told.")
      for party in FOUR.split(";")),
    *(("fund_charter", party, "in_force", "/2019-11-08", "", "OF035", "In force by then; since when is not told.")
      for party in FOUR.split(";")),
    ("fund_finance", "KZ", "approved", "2019-11-08", "Resolution 842", "OF036", ""),
    ("fund_finance", "KZ", "in_force", "", "", "OF036", "Since when is not told."),
    *(("fund_scale", party, "approved", "", "", "OF037", "The day is not told.") for party in ("AZ", "KZ", "TR")),
)  # fmt: skip

#: Conflicts: key, table, row, one claim, its origin, the other claim, its origin, how it was settled.
_CONFLICTS = (
    ("uz_since", "memberships", "OTS.UZ", "Uzbekistan became a member on 2019-10-15, when it was accepted", "OF006",
     "Uzbekistan became a member on 2019-09-14, by the act of its president", "OF005", ""),
    ("summit_6_day", "events", "summit_6", "Held on 2 and 3 September 2018", "OF077", "Held on 3 September 2018",
     "OF007",
     ""),
    ("summit_11_count", "events", "summit_11", "Fourteen documents by the list", "OF086",
     "Sixteen documents, says the Secretary General", DESK, ""),
    ("budapest_days", "events", "budapest_2025", "Held on 21 May 2025", REPORT, "Held on 20 and 21 May 2025", "OF087",
     ""),
    ("platform_signers", "instruments", "platform_rules", "Five members approved the rules", "OF055",
     "Hungary signed them too", "OF056", ""),
    ("platform_hungary", "memberships", "PLATFORM.CEC_HU", "Hungary signed the rules", "OF056",
     "Hungary was there as an observer state", "aweb.APCEA", ""),
    ("tif_origin", "organizations", "TIF", "Proposed by Azerbaijan in March 2021", "OF041",
     "Proposed by Kazakhstan in September 2015", "OF042", ""),
    ("tif_turkmenistan", "organizations", "TIF", "Turkmenistan is a member of the fund", "OF049",
     "Turkmenistan is an observer", "OF049", "Both stand in one text: an error of that text. It is not a signatory."),
    ("nakhchivan_protocol_ratified", "instruments", "nakhchivan_protocol",
     "Kazakhstan has ratified the protocol, says its president on 2025-05-21", "OF069",
     "The law is of 2025-05-23", "OF128", "The text of the law is the better source: 2025-05-23."),
    ("customs_corridor_early", "instruments", "customs_corridor", "All members had ratified by 2024-05-25", "OF135",
     "The law of Kazakhstan is of 2024-09-23", "OF134",
     "Written after the vote of the lower house only; the text of the law is the better source."),
    ("depa_year", "instruments", "depa", "Signed in 2025", "OF145", "Signed on 2024-11-06", "OF142",
     "An error of the first source."),
    ("sg_act", "instruments", "sg_term_decision", "An agreement extends the term", REPORT,
     "A decision of the heads of state extends the term", "OF099", ""),
    ("unece_misprint", "organizations", "OTS", "An electronic system worked with UNICEF", "OF150",
     "It is the UNECE that is meant", DESK, "UNECE: it keeps the TIR Convention."),
    ("kz_trade_year", "indicators", "kz_ots_trade", "11.4 bn USD is the trade of 2024", "OF157",
     "11.4 bn USD is the trade of 2023", DESK, "2024: so says the government, and the summit in 2025 calls it last "
     "year."),
    ("kz_trade_months", "indicators", "kz_ots_trade", "11.4 bn USD in all of 2024", "OF157",
     "10.4 bn USD in eight months of 2024", "OF158", ""),
    ("kz_trade_13", "indicators", "kz_ots_trade", "11.4 bn USD", "OF157", "About 13 bn USD, of a period not told",
     "OF159", ""),
    ("kz_freight", "indicators", "kz_ots_freight", "From 31 to 40 Mt, which is 29 % more", "OF160",
     "It grew by 15 %, says the same text", "OF160", ""),
    ("intra_trade", "indicators", "intra_ots_trade", "Over 45 bn USD in 2024", "OF162",
     "Over 1,000 bn USD, which is the trade with all the world", DESK, "Two scopes: trade among members, and of "
     "members."),
    ("titr_scope", "indicators", "titr_tonnes", "4.48 Mt in 2024, says the ministry", "REP26",
     "3.3 Mt in 2024, says the association of the route", "AT2503",
     "Two scopes: all cargo through Kazakhstan, and what crossed the sea by its ports and those of Azerbaijan."),
    ("almaty_start", "commitments", "C08", "The title passed in June 2025", "vestikavkaza.ALMATY",
     "The title was handed over in August 2025", "astanatimes.ALMATY", ""),
    ("crossing_date", "commitments", "C17", "To be finished in 2027", "PPL2312",
     "To be finished at the end of 2027 and in service in early 2028", "OF164", ""),
    ("crossing_length", "commitments", "C17", "272 km", "PPL2312", "297 km", "OF164", ""),
    ("cable_date", "commitments", "C23", "Complete at the end of 2026", "OF163",
     "In service in the third quarter of 2026", "FIB2512", ""),
    ("cable_length", "commitments", "C23", "380 km from Sumgait to Aktau", "OF163",
     "340 km from Aktau to Siyazan, and 330 km from Kuryk to Buzovna", "FIB2512", ""),
)  # fmt: skip


def add(rows: Rows) -> None:
    """Add documents, acts of parties, provisions, rules, relations and conflicts."""
    for event, title, kind, fact in _DECLARATIONS:
        note = "The name was not seen in a source: summits name theirs after the place." if fact in _UNSEEN else ""
        held = rows.date(fact).rpartition("/")[2]
        key = title.lower().replace(" ", "_").translate(str.maketrans("", "", "()"))
        rows.add("instruments", key, fact, note=note, title=title, kind=kind, adopted_on=held, event_id=event,
                 organization_id=OTS)  # fmt: skip
    for key, title, kind, fact, parties, needs_force, event, date, note in _DOCUMENTS:
        signed = date or rows.date(fact)
        rows.add("instruments", key, fact, note=note, title=title, kind=kind, adopted_on=signed, event_id=event,
                 organization_id=_owner(key), party_ids=parties, needs_force=needs_force, expires_on=_ENDS.get(key,
                 ""))  # fmt: skip
        for party in parties.split(";") if needs_force and parties else ():
            if (key, party) not in (("nakhchivan", "UZ"), ("fund_scale", party), ("finance_protocol", party)):
                rows.add("party_actions", f"{key}.{party}.signed", fact, instrument_id=key, party_id=party,
                         kind="signed", done_on=signed)  # fmt: skip
    for key, party, kind, date, number, fact, note in _ACTS:
        rows.add("party_actions", f"{key}.{party}.{kind}", fact, note=note, instrument_id=key, party_id=party,
                 kind=kind,
                 done_on=rows.date(fact) if date == "=" else date, reference=number)  # fmt: skip
    _budapest(rows)
    _clauses(rows)
    for key, table, about, claim, origin, other, other_origin, settled in _CONFLICTS:
        is_fact = other_origin in rows.facts.rows
        rows.add("conflicts", key, origin, about_table=table, about_id=about, claim=claim, other_claim=other,
                 other_source_id=rows.facts.source(other_origin) if is_fact else other_origin,
                 resolution=settled)  # fmt: skip


def _owner(key: str) -> str:
    owners = {"turkpa": "TURKPA", "turksoy_agreement": "TURKSOY", "academy": "ACADEMY", "fund": "FUND", "tif": "TIF",
              "tcci": "TCCI", "platform": "PLATFORM"}  # fmt: skip
    return next((body for start, body in owners.items() if key.startswith(start)), OTS)


def _budapest(rows: Rows) -> None:
    """Add the documents that the report lists, proposes or means as a class."""
    four = (
        ("budapest_declaration", "Budapest Declaration", "declaration", "F01", "71 points, as another source counts."),
        ("afghanistan_statement", "Statement on Afghanistan", "statement", "F02", ""),
        ("uz_fund_decision", "Decision approving the accession of Uzbekistan to the Turkic Culture and Heritage Fund",
         "decision", "F03", "What has to follow at home is not told, and no entry was found."),
        ("sg_term_decision", "Extension of the term of the Secretary General", "decision", "F04",
         "By how much is not told; other reports call it a decision, this one an agreement."),
    )  # fmt: skip
    for key, title, kind, item, note in four:
        rows.add("instruments", key, REPORT, span=item, note=note, title=title, kind=kind, adopted_on="2025-05-21",
                 event_id="budapest_2025", organization_id=OTS)  # fmt: skip
    rows.facts.source("OF038")
    rows.add("instruments", "trade_document", REPORT, span="F06", title="Special document on the growth of trade",
             kind="other", organization_id=OTS, note="Proposed; it was not there yet.")  # fmt: skip
    rows.add("instruments", "all_agreements", REPORT, span="F05", title="All agreements made within the OTS",
             kind="other", organization_id=OTS, party_ids=FIVE,
             note="A class and no document: the agreements of this register stand for it.")  # fmt: skip


def _clauses(rows: Rows) -> None:
    """Add the clauses, the rule of entry into force, and how documents bear on one another."""
    rows.add("force_rules", "nakhchivan.rule", "OF123", instrument_id="nakhchivan", kind="after_actions",
             action="notified", party_count=3, delay_days=30,
             words="Thirtieth day after the depositary receives the third notification",
             note="Notifications were not found, so that the published day is used.")  # fmt: skip
    rows.add("provisions", "nakhchivan.force", "OF123", instrument_id="nakhchivan", number="entry into force",
             summary="Thirty days after the third notification.",
             note="The number of the article was not read.")  # fmt: skip
    rows.add("provisions", "nakhchivan.disputes", "OF125", instrument_id="nakhchivan", number="disputes",
             summary="Settled by consultations and negotiations only; there is no court.",
             note="So strict implementation rests on being watched.")  # fmt: skip
    rows.add("provisions", "customs_corridor.7", "OF137", instrument_id="customs_corridor", number="7",
             heading="Pilot", summary="A pilot of six months.")  # fmt: skip
    rows.add("provisions", "combined_freight.4-4", "OF130", instrument_id="combined_freight", number="4(4)",
             summary="Kazakhstan made a reservation to it.")  # fmt: skip
    rows.add("provisions", "astana_declaration_2023.50", "OF154", instrument_id="astana_declaration_2023", number="50",
             heading="TURANSEZ", summary="Endorses the idea of a special economic zone.")  # fmt: skip
    for number, summary in (("25", "A joint committee."), ("27", "Settlement of disputes."),
                            ("32", "The English text prevails.")):  # fmt: skip
        rows.add("provisions", f"depa.{number}", "OF144", instrument_id="depa", number=number, summary=summary)
    for kind, start, end, fact in (("amends", "nakhchivan_protocol", "nakhchivan", "OF126"),
                                   ("implements", "transport_plan", "transport_programme", "OF139")):  # fmt: skip
        rows.add("relations", f"{start}.{kind}.{end}", fact, kind=kind, from_instrument_id=start, to_instrument_id=end)
