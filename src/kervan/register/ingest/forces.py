"""The words that carry the force of a statement: one table, read from the top, the first that fits wins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kervan.register.ingest.words import listed

__all__ = ["ACTS", "CUES", "Cue", "base_form", "is_act"]

#: Verbs of acts that can be finished and so can keep a promise. Irregular forms are in `_PAST`.
_FINISHED: Final = listed("""
    abolish accredit acquire allocate appoint award build close commission complete conduct connect construct
    contribute create deliver deploy designate digitalise digitalize develop digitise digitize disburse dispatch
    donate earmark elect electrify equip establish exempt expand extend finalise finalize form found grant hand
    implement inaugurate install introduce invest issue join launch lay lift lower modernise modernize name
    nominate open pay proclaim provide publish purchase put ratify rebuild reconstruct recruit release remove
    renovate reopen repair repeal restore set secure sell send ship simplify supply train transfer upgrade waive
""")
#: Verbs of acts that are promised, asked for or under way; their past alone does not say that something is finished.
_OTHERS: Final = listed("""
    accede accelerate accept adopt align allow amend apply appeal assess assist attract avoid begin boost carry
    close collect compare conduct consider consult continue convene coordinate cooperate cut deepen define
    develop diversify double draft draw enable encourage end enhance ensure exchange expand explore export
    extend facilitate fill finance finish foster fund give harmonise harmonize hold host identify implement
    improve include increase inform invite keep lead lower maintain make measure meet mobilise mobilize monitor
    move negotiate notify offer order organise organize participate prepare prevent produce promote protect
    provide raise reduce regulate reinforce report respect respond review run send share sign start step
    streamline strengthen study submit support synchronise take test transport turn update use withdraw work
""")
_PAST: Final = {
    "build": "built", "send": "sent", "rebuild": "rebuilt", "lay": "laid", "pay": "paid", "put": "put", "set": "set",
    "sell": "sold",
}  # fmt: skip

#: Base forms of the verbs that a coordination may go on with.
ACTS: Final = frozenset(_FINISHED) | frozenset(_OTHERS)


def _past(verb: str) -> str:
    """Return the past participle, which for these verbs is also the past."""
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + verb[-1] * (verb in ("transfer", "equip", "ship")) + "ed"


def _gerund(verb: str) -> str:
    """Return the form in -ing."""
    if verb.endswith("e"):
        return verb[:-1] + "ing"
    return verb + verb[-1] * (verb in ("transfer", "equip", "ship", "put", "set", "cut", "run", "begin")) + "ing"


_GERUNDS: Final = {_gerund(verb): verb for verb in sorted(ACTS)}


def base_form(word: str) -> str:
    """Return the base form of a known verb in -ing, or the word itself.

    Examples
    --------
    >>> base_form("opening"), base_form("open")
    ('open', 'open')
    """
    return _GERUNDS.get(word, word)


def is_act(word: str) -> bool:
    """Whether a word is a known verb of an act, in its base form."""
    return word in ACTS


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that carry a force.

    Parameters
    ----------
    force
        The force they carry.
    from_subject
        Whether the unit begins with the subject, since that is what is promised, and not with the words themselves.
    pattern
        The words, in small letters.
    allows_not
        Whether a "not" among them leaves the force as it is: a duty not to do something is a duty.
    """

    force: str
    from_subject: bool
    pattern: re.Pattern[str]
    allows_not: bool = False


_DONE: Final = "|".join(sorted({_past(verb) for verb in _FINISHED}))
_A: Final = (
    r"(?:(?:also|now|already|further|jointly|again|then|recently|soon|still|hereby|therefore|just|once"
    r"|[a-z]{2,14}ly) ){0,2}"
)
_HAVE: Final = r"(?:(?:has|have|had) )"
_BE: Final = r"(?:(?:is|are|was|were|has been|have been|had been) )"
#: In the present only with "hereby": "is signed" may tell a rule, or what is to come.
_WAS: Final = r"(?:(?:was|were|has been|have been|had been|(?:is|are)(?= hereby\b)) )"
_OWN: Final = r"(?:its|their|our|his|her|the)"
_SIGNED: Final = r"(?:signed|inked|adopted|approved|endorsed|ratified|concluded(?! (?:with|in|on|at|by)\b))"
#: Not an act but a state, a change in figures, or talk.
_STATIVE: Final = (
    r"(?:being|growing|rising|falling|gaining|increasing|declining|becoming|facing|considering|discussing"
    r"|expecting|waiting|hoping"
    r"|looking|going|leaving|losing|depending|playing|having|living|talking|showing|attending|visiting|meeting"
    r"|speaking|thinking"
    r"|wanting|lacking|suffering|celebrating|marking|getting|coming|standing|remaining|seeking|planning|calling"
    r"|urging|proposing"
    r"|asking|trying|awaiting|missing|pending|interesting|during|including|according|changing|taking(?! (?:steps"
    r"|measures|action))"
    r"|making|holding|inviting|encouraging|intending|aiming)"
)
_MODAL_STATE: Final = (
    r"(?:not|be able|allow|help|enable|make it|contribute|depend|remain|mean|benefit|see|need|require|cost|bring"
    r"|boost|know|have to"
    r"|never|no longer|likely|probably|give|serve|lead to|result|face|continue to be|increase|grow|rise|fall"
    r"|reach|play|show)"
)
_MEET: Final = (
    r"(?:completed?|open(?:ed)?|start(?:ed)?|begin|launch(?:ed)?|h[eo]ld|take place|finish(?:ed)?|commence|ready"
    r"|signed|adopted)"
)


def _cue(force: str, pattern: str, *, from_subject: bool = False, allows_not: bool = False) -> Cue:
    return Cue(force, from_subject, re.compile(rf"\b(?:{pattern})"), allows_not)


CUES: Final = (
    # ── binding ──
    _cue("binding", rf"(?:shall|must)(?: not)? {_A}be(?:en)? {_A}[a-z]+", from_subject=True, allows_not=True),
    _cue("binding", rf"shall(?: not)? {_A}[a-z]+|must(?! have\b)(?: not)? {_A}[a-z]+", allows_not=True),
    _cue(
        "binding",
        rf"{_BE}{_A}(?:instructed|tasked|mandated|directed|entrusted|obliged|required|bound)(?: to\b| with\b)",
        from_subject=True,
    ),
    _cue("binding", rf"{_HAVE}?(?:undertakes?|undertook|undertaken) (?:not )?to\b", allows_not=True),
    _cue(
        "binding",
        rf"{_HAVE}?{_A}(?:instruct(?:s|ed)|task(?:s|ed)|mandate[sd]|direct(?:s|ed)|entrust(?:s|ed)|oblige[sd]"
        rf"|order(?:s|ed)|require[sd]) (?=[^,;.]{{2,90}} to\b)",
    ),
    _cue("binding", rf"{_HAVE}?{_A}(?:instruct(?:s|ed)|order(?:s|ed)|direct(?:s|ed)) to\b"),
    _cue("binding", r"(?:^|(?<=we ))(?:instruct|task|mandate|direct|entrust|oblige|require) (?=[^,;.]{2,90} to\b)"),
    # ── called for ──
    _cue(
        "called_for",
        rf"{_BE}{_A}(?:invited|encouraged|urged|asked|requested|recommended|called (?:up)?on) to (?!attend|visit"
        rf"|take part|join the)",
        from_subject=True,
    ),
    _cue("called_for", rf"{_HAVE}?{_A}call(?:s|ed|ing)? (?:for|on|upon)\b"),
    _cue(
        "called_for",
        rf"{_HAVE}?{_A}(?:urg(?:e|es|ed|ing)|encourag(?:e|es|ed|ing)|advocat(?:e|es|ed)|recommend(?:s|ed)?) "
        rf"(?!(?:by|whether)\b)",
    ),
    _cue(
        "called_for",
        rf"{_HAVE}?{_A}(?:appeal(?:s|ed)? (?:to|for)\b|(?:invit(?:e|es|ed)|ask(?:s|ed)?|request(?:s|ed)?) "
        rf"(?=[^,;.]{{2,90}} to (?!attend|visit)))",
    ),
    _cue(
        "called_for",
        rf"{_HAVE}?{_A}(?:stress|emphasi[sz]|underlin|underscor|highlight|reiterat|point)(?:e|es|ed|s|ing)?(?: "
        rf"(?:on|to|out))? (?:the|a) (?:[a-z]+ )?(?:need|necessity)\b",
    ),
    _cue("called_for", rf"should (?:not )?{_A}(?!have\b)[a-z]+", allows_not=True),
    _cue(
        "called_for",
        r"(?:(?<=we )|(?<=countries )|(?<=states )|(?<=members )|(?<=parties ))(?:all |jointly |also )?need to\b",
    ),
    _cue("called_for", r"it is (?:necessary|essential|imperative|time) to\b"),
    # ── reaffirmed ──
    _cue(
        "reaffirmed",
        rf"{_HAVE}?{_A}(?:re-?affirm(?:s|ed|ing)?|reiterat(?:e|es|ed|ing)|re-?confirm(?:s|ed)?|restat(?:e|es"
        rf"|ed)) (?!the (?:importance|significance|role)\b|(?:its|their|our|his|her) (?:[a-z]+ )?(?:condolences"
        rf"|gratitude|satisfaction|appreciation|thanks|concern))",
    ),
    _cue(
        "reaffirmed",
        rf"{_HAVE}?{_A}(?:confirm(?:s|ed)?|renew(?:s|ed)?) {_OWN} (?:[a-z]+ )?(?:commitment|intention|adherence"
        rf"|resolve|determination|pledge)\b",
    ),
    _cue("reaffirmed", r"remain(?:s|ed)? (?:firmly |fully )?committed to\b"),
    # ── proposed ──
    _cue("proposed", rf"{_HAVE}?{_A}(?:propos(?:e|es|ed|ing)|suggest(?:s|ed)) (?!by\b)"),
    _cue(
        "proposed",
        rf"{_HAVE}?{_A}(?:(?:puts?|putting) forward|tabled? (?:a |the )?(?:proposal|initiative|draft)|(?:came"
        rf"|come) up with (?:an?|the) (?:[a-z]+ )?(?:initiative|proposal|idea)|initiated (?:the|a)\b|offer(?:s"
        rf"|ed) to\b)",
    ),
    _cue("proposed", rf"{_BE}{_A}(?:proposed|suggested)\b", from_subject=True),
    # ── adopted ──
    _cue(
        "planned",
        rf"{_HAVE}?{_A}approve[sd]? (?:the |a )?(?:creation|establishment|construction|launch|introduction"
        rf"|opening) of\b",
    ),
    _cue("adopted", rf"{_WAS}{_A}{_SIGNED}\b", from_subject=True),
    _cue("adopted", rf"{_HAVE}?{_A}(?:enter(?:s|ed)?|came|comes) into force\b", from_subject=True),
    _cue("adopted", rf"{_HAVE}?{_A}(?:{_SIGNED}|acceded to)\b(?! and sealed)"),
    _cue("adopted", r"(?:approves|adopts|endorses)\b"),
    _cue("adopted", r"(?<=with )(?:the )?(?:signing(?: of)?|(?:adoption|ratification|approval) of)\b(?! ceremony)"),
    # ── under way ──
    _cue("planned", r"plans (?:are )?(?:under ?way|in place|exist) to\b"),
    _cue("under_way", rf"(?:is|are) {_A}taking (?:steps|measures|action) to\b|(?:is|are) in the process of\b"),
    _cue("under_way", rf"(?:has|have) been {_A}(?!{_STATIVE}\b)[a-z]{{2,20}}ing\b"),
    _cue("under_way", rf"(?:is|are) {_A}being {_A}[a-z]+", from_subject=True),
    _cue(
        "under_way",
        rf"(?:(?:is|are|remains?|were|was) )?{_A}(?:under ?way|ongoing|in progress|under (?:construction"
        rf"|development|preparation|negotiation|reconstruction)|in preparation)\b",
        from_subject=True,
    ),
    _cue("under_way", rf"(?:is|are) {_A}(?!{_STATIVE}\b)[a-z]{{2,20}}ing\b"),
    _cue(
        "under_way",
        rf"{_HAVE}{_A}(?:begun|started|commenced|embarked on)(?= (?:(?:the |its |their )?(?:[a-z]+ )?(?:works?"
        rf"|construction|laying|implementation|dredging|building|preparations?|negotiations|testing)|to)\b)",
    ),
    _cue(
        "under_way",
        r"(?:began|started|commenced) (?=(?:(?:the |its |their )?(?:[a-z]+ )?(?:works?|construction|laying"
        r"|implementation|dredging|building|preparations?|negotiations|testing)|to)\b)",
    ),
    _cue(
        "under_way",
        rf"(?:works?|construction|negotiations|preparations?|dredging|implementation|talks|survey "
        rf"work)\b[^,;.]{{0,60}}? (?:{_HAVE}{_A}(?:begun|started|commenced)|continues?|began|started|is "
        rf"continuing|are continuing)\b",
        from_subject=True,
    ),
    _cue("under_way", r"(?<='s )efforts to\b", from_subject=True),
    # ── planned ──
    _cue(
        "planned",
        rf"will {_A}be {_A}(?!able\b|a\b|the\b)[a-z]+(?:ed|t|n|ld|d)\b|will {_A}(?:take place|enter into force)\b"
        rf"|will open(?= (?:in|on|by|at|its)\b)",
        from_subject=True,
    ),
    _cue("planned", rf"(?:will|'ll) {_A}(?!{_MODAL_STATE}\b)[a-z]+"),
    _cue(
        "planned",
        rf"{_BE}{_A}(?:(?:scheduled|planned|due|set|slated|envisaged|projected) (?:to|for|in|on|next|this)\b"
        rf"|expected to (?:be )?{_MEET}\b|to be [a-z]+(?:ed|t|n|ld)\b)",
        from_subject=True,
    ),
    _cue(
        "planned",
        rf"{_HAVE}?{_A}(?:plan(?:s|ned)?|intend(?:s|ed)?|agree[sd]?|decide[sd]?|resolve[sd]?|pledge[sd]?|vow(?:s"
        rf"|ed)?|promise[sd]?|aim(?:s|ed)?|expects?|undert[a-z]+|volunteer(?:s|ed)?) (?:not )?to\b",
    ),
    _cue(
        "planned",
        rf"{_HAVE}?{_A}(?:agree[sd]? (?:up)?on (?:the |an? )|(?:takes?|took|taken|made|passed) (?:a|the) "
        rf"decision (?:to|on)\b)",
    ),
    _cue("planned", rf"{_HAVE}?{_A}(?:pledge[sd]?|promise[sd]?) (?=[$€£\d])"),
    _cue("planned", rf"(?:is|are) {_A}(?:planning|intending|going|aiming) to\b"),
    _cue(
        "planned",
        rf"{_HAVE}?(?:(?<!is )(?<!are )commit(?:s|ted)?|bind|binds|bound)(?: (?:themselves|itself|ourselves"
        rf"|himself|herself))? to\b",
    ),
    _cue(
        "planned",
        rf"{_HAVE}?{_A}announc(?:e|es|ed|ing) (?:the |a |an |{_OWN} )?(?:upcoming |forthcoming )?(?:launch|start"
        rf"|creation|establishment|opening|construction|beginning|plans?|intention|laying|introduction)(?: of| "
        rf"to)\b",
    ),
    # ── done ──
    _cue(
        "done",
        rf"{_HAVE}?{_A}(?:went into (?:operation|service)|became operational|c[ao]me (?:into operation|on stream)"
        rf"|kicked off|rolled out|set up|carried out)\b",
    ),
    _cue("done", rf"{_WAS}{_A}(?:{_DONE})\b", from_subject=True),
    _cue(
        "done",
        rf"{_HAVE}?{_A}(?:(?:{_DONE})\b(?! (?:by|to|under|within|for|at|with|and|in|on)\b)|(?:re)?opened\b|joined\b)",
    ),
    _cue(
        "done",
        rf"(?<=include ){_A}(?:appointing|launching|opening|establishing|completing|creating|allocating|building"
        rf"|introducing)\b",
    ),
)
