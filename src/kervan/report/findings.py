"""Headlines: each says what the numbers say, and nothing that was not computed from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kervan.drawing.countries import AT_SEA, country_name
from kervan.drawing.numbers import count, days, hours, kg, km, percent, round_figures, span, usd

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Network
    from kervan.report.story import Journey, Outcome, Story, Trip, Way

__all__ = [
    "BAND_FRAC", "FIRM", "by_country", "checks_headline", "checks_lede", "dek", "emission_note", "firm_frac",
    "headline", "holders", "hours_headline", "map_headline", "quality_shares", "scenario_effect", "scenario_headline",
    "scenario_lede", "scope_of", "scope_words", "trip_headline", "trip_lede", "trust_headline",
]  # fmt: skip

#: Qualities that are somebody's measurement or publication as it stands.
FIRM: Final = ("observed", "published")
#: A figure is near when it differs by no more than this share.
BAND_FRAC: Final = 0.2
_TIMES: Final = ["hours_moving", "hours_waiting", "hours_procedure"]
_NOTICED: Final = 0.005


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def still_hours(way: Way) -> float:
    """Return the hours in which nothing moves."""
    return float(way.row["hours_waiting"]) + float(way.row["hours_procedure"])


def headline(story: Story) -> str:
    """Return the first line of the page."""
    trip = next((trip for trip in story.trips if trip.ways), None)
    if trip is None:
        ends = " or ".join(trip.name for trip in story.trips) or "anywhere"
        return f"No route leads from {story.origin_name} to {ends}"
    whole, still = trip.main.hours, still_hours(trip.main)
    cargo = _sentence(story.cargo)
    first = f"{cargo} takes {days(whole)} from {story.origin_name} to {trip.name}"
    if still < 0.05 * whole:
        return f"{first}, and hardly ever stands still"
    return f"{first}, and stands still for {days(still, unit=False)} of them"


def dek(story: Story) -> str:
    """Return the sentence below the headline."""
    trip = next((trip for trip in story.trips if trip.ways), None)
    if trip is None:
        return story.trips[0].trouble if story.trips else "The package has no journey to show."
    way = trip.main
    firm = firm_frac(way.grounds, "hours")
    return (
        f"{_sentence(by_way(way.name))} it costs {usd(way.usd)} and emits {kg(way.kg)} of CO₂e "
        f"({scope_words(way.row['emission_scope'])}); one journey in ten "
        f"takes longer than {days(float(way.row['hours_p90']))}. {percent(firm)} of the hours come straight from "
        "observed or published figures; the rest is estimated or claimed."
    )


def scope_words(scope: str) -> str:
    """Return the ISO 14083 scope of an emission in words.

    Examples
    --------
    >>> scope_words("ttw"), scope_words("mixed")
    ('tank to wheel', 'part tank to wheel, part well to wheel')
    """
    return _SCOPES.get(scope, scope)


_SCOPES: Final = {
    "ttw": "tank to wheel", "wtw": "well to wheel", "mixed": "part tank to wheel, part well to wheel",
    "none": "no emission counted",
}  # fmt: skip


def scope_of(ways: Sequence[Way]) -> str:
    """Return the scope that the emissions of some ways have together."""
    scopes = {str(way.row["emission_scope"]) for way in ways} - {"none"}
    return "mixed" if len(scopes) > 1 else next(iter(scopes), "none")


def emission_note(net: Network, trips: Sequence[Trip]) -> str:
    """Return what the emissions on the page count and what they leave out, read off the stages and the factors."""
    stages = [trip.main.stages for trip in trips]
    scope = scope_of([way for trip in trips for way in trip.ways])
    words = [f"CO₂e: greenhouse gases as CO₂ equivalent, {scope_words(scope)}."]
    if scope != "wtw":
        words.append("Tank to wheel counts what vehicles burn under way, not the making and delivery of their fuel.")
    silent = {
        str(kind) for part in stages for kind, size in part.groupby("kind")["emission_kg"].sum().items()
        if size == 0 and kind in _STANDS
    }  # fmt: skip
    if silent:
        words.append(
            f"Not counted, for want of factors: {_listed([_STANDS[k] for k in _STANDS if k in silent], len(_STANDS))}."
        )
    kinds = net["vehicle_kinds"].set_index("vehicle_kind")
    used = dict.fromkeys(kind for part in stages for kind in part.loc[part["emission_kg"] > 0, "vehicle_kind"])
    for kind in used:
        row = kinds.loc[kind]
        note = f": {row['note']}" if row["note"] else ""
        words.append(f"{row['name']}, {1000 * row['emission_kg_per_t_km']:.3g} g a tonne-kilometre{note}.")
    return " ".join(words)


_STANDS: Final = {
    "border": "border posts", "gauge_change": "changes of gauge", "port": "ports", "transload": "transfers",
    "terminal": "terminals",
}  # fmt: skip


def the_way(name: str) -> str:
    """Return a route as it is named in a sentence: names of corridors with their article.

    Examples
    --------
    >>> the_way("Northern route"), the_way("Dostyk – Aktau – Alat")
    ('the Northern route', 'Dostyk – Aktau – Alat')
    """
    first = name.split(maxsplit=1)[0] if name.split() else ""
    if first in _COMMON:
        return f"the {name}"
    return f"the {name[:1].lower()}{name[1:]}" if first in _PLAIN else name


def by_way(name: str) -> str:
    """Return how one goes by a route.

    Examples
    --------
    >>> by_way("Middle Corridor by Kuryk"), by_way("Ocean"), by_way("Aktau – Alat")
    ('on the Middle Corridor by Kuryk', 'by the ocean', 'by Aktau – Alat')
    """
    first = name.split(maxsplit=1)[0] if name.split() else ""
    return f"{'on' if first in _COMMON else 'by'} {the_way(name)}"


_COMMON: Final = frozenset({"Middle", "Northern", "Southern", "Eastern", "Western", "Central"})
_PLAIN: Final = frozenset({"Ocean", "Road", "Sea", "Railway"})


# ── one trip ────────────────────────────────────────────────────────────────────────────────────────


def holders(stages: pd.DataFrame) -> dict[str, float]:
    """Return hours by what holds the cargo: the sea with its ports, borders, gauge changes, handling, and each mode.

    A port is counted to the sea where the stage before or after it is a sailing.
    """
    found: dict[str, float] = {}
    kinds = stages["kind"].tolist()
    for number, row in enumerate(stages.to_dict("records")):
        size = float(row["hours_moving"]) + float(row["hours_waiting"]) + float(row["hours_procedure"])
        beside = kinds[max(number - 1, 0) : number + 2]
        if row["kind"] == "service":
            name = "sea" if row["mode"] == "sea" else str(row["mode"])
        elif row["kind"] in ("port", "transload", "terminal"):
            name = "sea" if "service" in beside else "handling"
        elif row["kind"] in ("border", "gauge_change"):
            name = {"border": "borders", "gauge_change": "gauge changes"}[str(row["kind"])]
        else:
            name = str(row["mode"])
        found[name] = found.get(name, 0.0) + size
    return found


_HOLDS: Final = {
    "sea": "The sea and its ports take {part} of {whole}",
    "borders": "Borders take {part} of {whole}",
    "gauge changes": "Changing gauge takes {part} of {whole}",
    "handling": "Terminals and transfers take {part} of {whole}",
}


def trip_headline(trip: Trip, *, is_first: bool = True) -> str:
    """Return what a trip is about: what takes most of its hours besides the open line, or how its best rival fares."""
    if not trip.ways:
        return f"No route to {trip.name}"
    parts = holders(trip.main.stages)
    held = {name: size for name, size in parts.items() if name in _HOLDS}
    whole = trip.main.hours
    if not held or max(held.values()) < 0.08 * whole:
        mode, size = max(parts.items(), key=lambda item: item[1])
        return f"To {trip.name}: {hours(size)} of {hours(whole)} pass on {mode.replace('_', ' ')}"
    rival = next((way for way in trip.ways if way.is_rival), None)
    if rival is not None and not is_first:
        return _against(trip, rival)
    name, size = max(held.items(), key=lambda item: item[1])
    return f"To {trip.name}: {_lower(_HOLDS[name]).format(part=_number(size), whole=hours(whole))}"


def _against(trip: Trip, rival: Way) -> str:
    late, dear = trip.main.hours - rival.hours, trip.main.usd - rival.usd
    time = f"{span(abs(late))} {'slower' if late > 0 else 'quicker'}"
    money = f"{usd(round_figures(abs(dear), 2))} {'dearer' if dear > 0 else 'cheaper'}"
    joint = "and" if (late > 0) == (dear > 0) else "but"
    return f"To {trip.name} the corridor is {time} {joint} {money} than {the_way(rival.name)}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _number(value: float) -> str:
    return hours(value).split("\u00a0")[0]


def trip_lede(trip: Trip) -> str:
    """Return how the routes compare."""
    if not trip.ways:
        return trip.trouble
    ways, main = trip.ways, trip.main
    if len(ways) == 1:
        return f"One route is worth taking: {the_way(main.name)}."
    quick, cheap, clean = (min(ways, key=key) for key in (_hours, _usd, _kg))
    routes = count(len(ways), "route")
    if main is quick and main is cheap:
        words = f"{_sentence(the_way(main.name))} is the quickest and the cheapest of {routes}."
    elif main is quick:
        words = (
            f"{_sentence(the_way(main.name))} is the quickest of {routes}; the cheapest, {the_way(cheap.name)}, costs "
            f"{usd(cheap.usd)}."
        )
    else:
        words = f"Of {routes}, the quickest is {the_way(quick.name)}: {days(quick.hours)} for {usd(quick.usd)}"
        if cheap is quick:
            words += ", which is also the cheapest."
        else:
            words += f". The cheapest is {the_way(cheap.name)}: {usd(cheap.usd)} and {days(cheap.hours)}."
    if clean not in (quick, cheap):
        words += f" The least CO₂e, {kg(clean.kg)}, is emitted {by_way(clean.name)}."
    return words


def _hours(way: Way) -> float:
    return way.hours


def _usd(way: Way) -> float:
    return way.usd


def _kg(way: Way) -> float:
    return way.kg


# ── hours, scenarios, checks, quality ───────────────────────────────────────────────────────────────


def map_headline(trips: Sequence[Trip]) -> str:
    """Return how far the first trip goes, and through what."""
    trip = trips[0]
    stages = trip.main.stages
    lands = [code for code in dict.fromkeys(stages.loc[stages["length_km"] > 0, "country_code"]) if code != AT_SEA]
    sailings = int((stages["kind"] == "service").sum())
    parts = [count(len(lands), "country", "countries")]
    if sailings:
        parts.append(count(sailings, "sailing"))
    gauges = int((stages["kind"] == "gauge_change").sum())
    if gauges:
        parts.append(count(gauges, "change of gauge", "changes of gauge"))
    ends = f"{km(float(trip.main.row['length_km']))} to {trip.name}"
    return f"{ends}, through {' and '.join([', '.join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)}"


def by_country(stages: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the stages of each country in the order of the first entry; sailings are at sea."""
    codes = list(dict.fromkeys(stages["country_code"]))
    return [(code, stages[stages["country_code"] == code]) for code in codes]


def hours_headline(trip: Trip) -> str:
    """Return which country (or sea) takes most."""
    sizes = {code: float(part[_TIMES].to_numpy().sum()) for code, part in by_country(trip.main.stages)}
    code, size = max(sizes.items(), key=lambda item: item[1])
    name = "The sea" if code == AT_SEA else country_name(code)
    share = size / trip.main.hours if trip.main.hours else 0.0
    return f"{name} takes {percent(share)} of the hours to {trip.name}"


def scenario_headline(journeys: Sequence[Journey]) -> str:
    """Return the largest saving, and what it does for the first journey."""
    if not journeys or len(journeys[0].outcomes) < 2:
        return "No scenarios to set side by side"
    first = journeys[0]
    gains = [
        (outcome.hours - first.outcomes[0].hours, outcome.scenario)
        for outcome in first.outcomes[1:] if math.isfinite(outcome.hours)
    ]  # fmt: skip
    saved, scenario = min(gains, default=(0.0, ""))
    whole = first.outcomes[0].hours
    if saved < -_NOTICED * whole:
        share = f"{percent(-saved / whole)} of the {span(whole)}"
        return f"{scenario_words(scenario)} takes {span(-saved)} off {first.name}, {share} it takes"
    return f"None of the scenarios makes {first.name} shorter"


def scenario_words(title: str) -> str:
    """Return the title of a scenario up to its first colon, as the subject of a sentence.

    Examples
    --------
    >>> scenario_words("2030: what is agreed and being built"), scenario_words("Digital posts")
    ('“2030”', '“Digital posts”')
    """
    return f"“{title.split(':', maxsplit=1)[0].strip()}”"


def scenario_lede(journeys: Sequence[Journey]) -> str:
    """Return how the comparison is made."""
    if not journeys or len(journeys[0].outcomes) < 2:
        return ""
    kept = [journey.name for journey in journeys if journey.is_corridor]
    words = "Each journey takes the best route that there is under the scenario, time and money weighed together"
    if kept:
        words += f"; {_listed(kept)} keep{'s' if len(kept) == 1 else ''} to the corridor"
    return f"{words}. The change is against “{journeys[0].outcomes[0].scenario}”."


def scenario_effect(journeys: Sequence[Journey], scenario: str) -> str:
    """Return where a scenario saves most, where time is given for money, and where it changes nothing."""
    found = [(journey, one) for journey in journeys for one in journey.outcomes[1:] if one.scenario == scenario]
    found = [(journey, one) for journey, one in found if math.isfinite(one.hours)]
    if not found:
        return ""
    parts = []
    share, best = min((one.hours / journey.outcomes[0].hours - 1, journey.name) for journey, one in found)
    if share < -_NOTICED:
        parts.append(f"Saves most from {best}: {percent(-share)} of the time.")
    for journey, one in found:
        base = journey.outcomes[0]
        if one.hours > base.hours * (1 + _NOTICED) and one.usd < base.usd:
            parts.append(f"{journey.name} takes {span(one.hours - base.hours)} longer, by a route that costs "
                         f"{usd(round_figures(base.usd - one.usd, 2))} less.")  # fmt: skip
    same = [journey.name for journey, one in found if _is_unmoved(journey, one)]
    little = [
        journey.name for journey, one in found
        if not _is_unmoved(journey, one) and abs(one.hours / journey.outcomes[0].hours - 1) < _LITTLE
        and abs(one.usd / (journey.outcomes[0].usd or 1) - 1) < _LITTLE
    ]  # fmt: skip
    if len(same) == len(found):
        parts.append("Changes the time and cost of none of these journeys.")
    elif same:
        parts.append(f"Changes nothing for {_listed(same)}.")
    if little:
        parts.append(f"Less than 1% for {_listed(little)}.")
    return " ".join(parts)


_LITTLE: Final = 0.01
_NO_HOURS: Final = 0.05
_NO_USD: Final = 1.0


def _is_unmoved(journey: Journey, one: Outcome) -> bool:
    base = journey.outcomes[0]
    return abs(one.hours - base.hours) < _NO_HOURS and abs(one.usd - base.usd) < _NO_USD


def _listed(names: Sequence[str], most: int = 4) -> str:
    shown = list(names[:most]) + ([f"{len(names) - most} more"] if len(names) > most else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def checks_headline(checks: pd.DataFrame) -> str:
    """Return how the model's times of journeys lie to the published ones it was not set by."""
    tested = _tested(checks)
    if not len(tested):
        return "There is no published figure to test the model by"
    times = tested[tested["quantity"] == "transit_time"]
    if not len(times):
        return f"The model comes within {percent(BAND_FRAC)} of {_near(tested)} of {len(tested)} published figures"
    differences = times["difference_frac"]
    below, above = int((differences < 0).sum()), int((differences > 0).sum())
    if below == above:
        return f"Of {len(times)} published journeys the model makes as many faster as slower"
    word, most = ("faster", below) if below > above else ("slower", above)
    middle = percent(abs(float(differences.median())))
    return f"The model is {word} than published in {most} of {len(times)} journeys, by {middle} at the median"


def checks_lede(checks: pd.DataFrame, band: float = BAND_FRAC) -> str:
    """Return how many figures of each kind the model meets; lengths, which test the map alone, by themselves."""
    tested = _tested(checks)
    if not len(tested):
        return ""
    parts = []
    for names, words in _TESTED:
        rows = tested[tested["quantity"].isin(names)]
        if len(rows):
            parts.append(f"{_near(rows, band)} of {len(rows)} {words}")
    lengths = tested[tested["quantity"] == "length"]
    others = tested[tested["quantity"] != "length"]
    text = ""
    if parts:
        inside = int(others["is_within_range"].sum())
        text = (
            f"Of published figures that the model was not set by, it comes within {percent(band)} of "
            f"{_listed(parts, len(parts))}; {inside} of these {len(others)} lie{'s' * (inside == 1)} in the range "
            "published."
        )
    if len(lengths):
        text += f" Lengths test the map and not the model: {_near(lengths, band)} of {len(lengths)}."
    return text.strip()


_TESTED: Final = (
    (("transit_time",), "times of journeys"), (("freight_cost",), "prices of journeys"),
    (("facility_time",), "times at posts"), (("facility_cost",), "charges at posts"), (("speed",), "speeds"),
)  # fmt: skip


def _tested(checks: pd.DataFrame) -> pd.DataFrame:
    return checks[checks["role"] == "validation"] if len(checks) else checks


def _near(rows: pd.DataFrame, band: float = BAND_FRAC) -> int:
    return int((rows["difference_frac"].abs() <= band).sum())


def quality_shares(grounds: pd.DataFrame, measure: str) -> dict[str, float]:
    """Return how much of the hours, dollars or kilograms of an itinerary rests on each quality."""
    column = {"hours": "hours_mean", "usd": "cost_usd", "kg": "emission_kg"}[measure]
    return {str(quality): float(size) for quality, size in zip(grounds["quality"], grounds[column], strict=True)}


def firm_frac(grounds: pd.DataFrame, measure: str) -> float:
    """Return the share of a headline number that comes straight from observed or published figures."""
    shares = quality_shares(grounds, measure)
    whole = sum(shares.values())
    return sum(shares[quality] for quality in FIRM) / whole if whole else 0.0


def trust_headline(trip: Trip) -> str:
    """Return how much of the hours of a trip comes straight from a figure somebody measured or published."""
    firm = firm_frac(trip.main.grounds, "hours")
    return f"{percent(firm)} of the hours to {trip.name} come straight from observed or published figures"
