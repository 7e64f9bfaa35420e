"""What the report tells, as tables: the journeys, the scenarios, the checks and the sources, all computed here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from kervan.drawing.maps import short_name
from kervan.engines import run
from kervan.errors import NoPath, ScenarioError, SolveError
from kervan.report.settings import Settings
from kervan.report.years import AS_IT_IS, NO_YEARS, Years, fresh_years

if TYPE_CHECKING:
    from kervan.network import Network
    from kervan.result import Provenance, Result
    from kervan.scenario import Scenario

__all__ = ["Journey", "Outcome", "Story", "Trip", "Way", "gather"]

Progress = Callable[[str], None]
HOURS: Final = ("hours_moving", "hours_waiting", "hours_procedure")
_STRETCH: Final = 2.0
_DETOUR: Final = 1.3  # a named route of the corridor that is longer than so many times the shortest does not lead there
_MOST_WAYS: Final = 7


@dataclass(frozen=True)
class Way:
    """One itinerary of a trip.

    Parameters
    ----------
    number
        From 1 on the page.
    name
        What people call it.
    row
        Its row of the table ``itineraries``.
    stages
        Its stages, with ``from_name`` and ``to_name``.
    grounds
        Its time, money and emissions by the quality of what they rest on.
    node_ids, modes
        Every place it passes, and the mode between each and the next.
    is_rival
        Whether it competes with the corridor.
    is_named
        Whether the settings name it.
    """

    number: int
    name: str
    row: Mapping[str, Any]
    stages: pd.DataFrame
    grounds: pd.DataFrame
    node_ids: tuple[str, ...]
    modes: tuple[str, ...]
    is_rival: bool = False
    is_named: bool = False

    @property
    def hours(self) -> float:
        """Mean hours."""
        return float(self.row["hours_mean"])

    @property
    def km(self) -> float:
        """Length."""
        return float(self.row["length_km"])

    @property
    def usd(self) -> float:
        """Money for the whole consignment."""
        return float(self.row["cost_usd"])

    @property
    def kg(self) -> float:
        """Emissions of the whole consignment."""
        return float(self.row["emission_kg"])


@dataclass(frozen=True)
class Trip:
    """The ways to one destination, the main one first; ``trouble`` says why there is none."""

    destination: str
    name: str
    ways: tuple[Way, ...]
    provenance: Provenance | None = None
    trouble: str = ""

    @property
    def main(self) -> Way:
        """The way the page speaks of."""
        return self.ways[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A journey under one scenario; infinite where there is no way."""

    scenario: str
    hours: float
    p90: float
    usd: float
    label: str
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Journey:
    """A journey under every scenario; ``is_corridor`` says that it keeps to the corridor."""

    name: str
    outcomes: tuple[Outcome, ...]
    is_corridor: bool = False


@dataclass(frozen=True)
class Story:
    """All the page tells."""

    net: Network
    settings: Settings
    origin_name: str
    cargo: str
    trips: tuple[Trip, ...]
    journeys: tuple[Journey, ...]
    scenario_troubles: tuple[str, ...]
    checks: pd.DataFrame
    checks_trouble: str
    years: Years = NO_YEARS


def gather(
    net: Network, settings: Settings, progress: Progress, simulated: Mapping[str, Result] | None = None
) -> Story:
    """Return everything the page tells, computed from the network.

    Parameters
    ----------
    net
        The network.
    settings
        What is asked.
    progress
        Called with a line before each part.
    simulated
        Simulated years by name of the scenario.
    """
    names = {
        node_id: short_name(name) for node_id, name in zip(net["nodes"]["node_id"], net["nodes"]["name"], strict=True)
    }
    trips = []
    for destination in settings.destinations:
        progress(f"routes to {names[destination]}")
        trips.append(_trip(net, settings, destination, names))
    changed, troubles = _changed(net, settings, progress)
    journeys = _journeys(net, settings, names, changed)
    progress("simulated years")
    years = fresh_years(changed or [(AS_IT_IS, net)], simulated or {})
    progress("published figures against the model")
    checks, checks_trouble = _checks(net)
    return Story(net, settings, names[settings.origin], cargo_words(net, settings), tuple(trips), journeys, troubles,
                 checks, checks_trouble, years)  # fmt: skip


def cargo_words(net: Network, settings: Settings) -> str:
    """Return what is sent, in words: "a forty-foot box" or "1,000 t of grain and flour"."""
    commodities = net["commodities"].set_index("commodity_id")
    unit, name = (str(commodities.at[settings.commodity_id, column]) for column in ("unit", "name"))
    if unit == "TEU" and settings.quantity in (1.0, 2.0):
        return "a twenty-foot box" if settings.quantity == 1.0 else "a forty-foot box"
    return f"{settings.quantity:,g} {unit} of {name[:1].lower() + name[1:]}"


# ── trips ───────────────────────────────────────────────────────────────────────────────────────────


def _params(settings: Settings, origin: str, destination: str, **more: Any) -> Any:
    from kervan.engines.route import RouteParams

    return RouteParams(
        origin=origin, destination=destination, commodity_id=settings.commodity_id, quantity=settings.quantity,
        depart=settings.depart, **more,
    )  # fmt: skip


def _trip(net: Network, settings: Settings, destination: str, names: Mapping[str, str]) -> Trip:
    try:
        result = run(net, "route", _params(settings, settings.origin, destination))
    except NoPath as error:
        return Trip(destination, names[destination], (), trouble=str(error))
    found = _ways(net, result, settings, names)
    passed = {way.name for way in found}
    for name, via in settings.routes.items():
        inner = _between(via, settings.origin, destination)
        if name in passed or not inner:
            continue
        try:
            more = run(net, "route", _params(settings, settings.origin, destination, via=inner, alternatives=1))
        except SolveError:
            continue
        ways = [way for way in _ways(net, more, settings, names) if _is_in_order(inner, _ridden(way.node_ids))]
        own = [way.km for way in found if not settings.is_rival(way.name, way.node_ids)]
        is_rival, most = name in settings.competitors, _DETOUR * min(own, default=math.inf)
        found += [replace(way, name=name) for way in ways if is_rival or (way.km <= most and _ends_once(way))]
    return Trip(destination, names[destination], _chosen(found, settings), result.provenance)


def _ways(net: Network, result: Result, settings: Settings, names: Mapping[str, str]) -> list[Way]:
    ways = []
    stages, grounds = result["stages"], result["grounds"]
    for row in result["itineraries"].to_dict("records"):
        part = stages[stages["itinerary"] == row["itinerary"]].reset_index(drop=True)
        part = part.assign(from_name=part["from_node_id"].map(names), to_name=part["to_node_id"].map(names))
        rests_on = grounds[grounds["itinerary"] == row["itinerary"]].reset_index(drop=True)
        node_ids, modes = _passed(net, part)
        ridden, ends = _ridden(node_ids), (node_ids[0], node_ids[-1])
        fits = (name for name, via in settings.routes.items() if _is_in_order(_between(via, *ends), ridden))
        ways.append(Way(0, next(fits, ""), {str(k): v for k, v in row.items()}, part, rests_on, node_ids, modes))
    return ways


def _passed(net: Network, stages: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return every place of an itinerary in order, and the mode between each and the next."""
    links = net["links"]
    ends = dict(zip(links["link_id"], zip(links["from_node_id"], links["to_node_id"], strict=True), strict=True))
    nodes: list[str] = [str(stages["from_node_id"].iloc[0])] if len(stages) else []
    modes: list[str] = []
    for start, link_ids, mode in zip(stages["from_node_id"], stages["link_ids"], stages["mode"], strict=True):
        at = start
        for link_id in filter(None, link_ids.split(";")):
            one, two = ends[link_id]
            at = two if at == one else one
            nodes.append(at)
            modes.append(mode)
    return tuple(nodes), tuple(modes)


def _ends_once(way: Way) -> bool:
    """Return whether a way comes to its destination only at its end."""
    return way.node_ids.index(way.node_ids[-1]) == len(way.node_ids) - 1


def _between(via: Sequence[str], origin: str, destination: str) -> tuple[str, ...]:
    return tuple(place for place in via if place not in (origin, destination))


def _ridden(node_ids: Sequence[str]) -> list[str]:
    """Return the places a way passes on; one it goes to and back from on the same line is not among them."""
    turns = {place + 1 for place in range(len(node_ids) - 2) if node_ids[place] == node_ids[place + 2]}
    return [node_id for place, node_id in enumerate(node_ids) if place not in turns]


def _is_in_order(via: Sequence[str], passed: Sequence[str]) -> bool:
    rest = iter(passed)
    return bool(via) and all(any(place == one for one in rest) for place in via)


def _chosen(found: Sequence[Way], settings: Settings) -> tuple[Way, ...]:
    """Return the ways worth showing: the best of each name, in order of generalised cost, one of the corridor first.

    A route that the settings name is always among them; others are as many as there is room for.
    """
    found = sorted(found, key=lambda way: way.row["generalised_cost_usd"])
    if not found:
        return ()
    most = _STRETCH * found[0].row["generalised_cost_usd"]
    seen: set[Any] = set()
    kept = []
    for way in found:
        key = way.name or way.row["label"]
        same = (way.node_ids, way.modes)
        is_dear = way.row["generalised_cost_usd"] > most and not way.row["is_pareto"]
        if {key, same} & seen or (is_dear and way.name not in settings.routes):
            continue
        seen |= {key, same}
        rival, named = settings.is_rival(way.name, way.node_ids), way.name in settings.routes
        kept.append(replace(way, name=key, is_rival=rival, is_named=named))
    own = [way for way in kept if way.is_named and not way.is_rival]
    main = (own or kept)[0]
    room = _MOST_WAYS - sum(way.is_named for way in kept)
    rest = []
    for way in kept:
        room -= not way.is_named
        if way is not main and (way.is_named or room >= 0):
            rest.append(way)
    return tuple(replace(way, number=number) for number, way in enumerate([main, *rest], 1))


# ── scenarios ───────────────────────────────────────────────────────────────────────────────────────


def _changed(
    net: Network, settings: Settings, progress: Progress
) -> tuple[list[tuple[Scenario, Network]], tuple[str, ...]]:
    """Return each scenario with the network under it, and what is wrong with those that cannot be applied."""
    changed: list[tuple[Scenario, Network]] = []
    troubles = []
    for scenario in settings.scenarios:
        progress(f"scenario {scenario.title or scenario.name}")
        try:
            changed.append((scenario, scenario.apply(net)))
        except ScenarioError as error:
            troubles.append(str(error))
    return changed, tuple(troubles)


def _journeys(
    net: Network, settings: Settings, names: Mapping[str, str], changed: Sequence[tuple[Scenario, Network]]
) -> tuple[Journey, ...]:
    asked = [
        _Asked(settings.origin, end, via=settings.hub_between(settings.origin, end)) for end in settings.destinations
    ]
    beside = settings.pairs or [(*pair, "") for pair in _border_pairs(net, [other for _, other in changed], settings)]
    asked += [_Asked(start, end, mode=mode) for start, end, mode in beside]
    journeys = []
    for one in dict.fromkeys(asked):
        found = tuple(_outcome(other, settings, one, scenario) for scenario, other in changed)
        if found and math.isfinite(found[0].hours):
            by = f" by {one.mode}" if one.mode else ""
            journeys.append(Journey(f"{names[one.start]}–{names[one.end]}{by}", found, bool(one.via)))
    return tuple(journeys)


@dataclass(frozen=True, slots=True)
class _Asked:
    start: str
    end: str
    via: tuple[str, ...] = ()
    mode: str = ""


def _outcome(net: Network, settings: Settings, one: _Asked, scenario: Scenario) -> Outcome:
    title = scenario.title or scenario.name
    modes = (one.mode,) if one.mode else ()
    try:
        result = run(net, "route", _params(settings, one.start, one.end, via=one.via, modes=modes, alternatives=1))
    except SolveError:
        return Outcome(title, math.inf, math.inf, math.inf, "")
    first, stages = result["itineraries"].iloc[0], result["stages"]
    used = tuple(dict.fromkeys(stages.loc[stages["length_km"] > 0, "mode"]))
    return Outcome(title, float(first["hours_mean"]), float(first["hours_p90"]), float(first["cost_usd"]),
                   str(first["label"]), used)  # fmt: skip


def _border_pairs(net: Network, others: Sequence[Network], settings: Settings) -> list[tuple[str, str]]:
    """Return journeys between the nearest cities on both sides of borders whose posts a scenario changes."""
    from kervan.drawing.geo import great_circle_km

    before = net["steps"]
    touched: set[str] = set()
    for other in others:
        same = other["steps"].merge(before, how="left", indicator=True)
        touched |= set(same.loc[same["_merge"] == "left_only", "facility_id"])
    posts = net["facilities"]
    posts = posts[posts["facility_id"].isin(touched) & (posts["kind"] == "border_post")]
    sides = {tuple(sorted(pair)) for pair in zip(posts["from_country_code"], posts["to_country_code"], strict=True)}
    nodes = net["nodes"]
    cities = nodes[nodes["kind"] == "city"]
    found = []
    for one, two in sorted(sides):
        near, far = (cities[cities["country_code"] == code] for code in (one, two))
        if not len(near) or not len(far):
            continue
        both = near.merge(far, how="cross", suffixes=("", "_2"))
        apart = great_circle_km(both["lon_deg"], both["lat_deg"], both["lon_deg_2"], both["lat_deg_2"])
        pair = both.iloc[int(apart.argmin())]
        found.append((str(pair["node_id"]), str(pair["node_id_2"])))
    return [pair for pair in found if pair[0] != settings.origin][:5]


# ── checks ──────────────────────────────────────────────────────────────────────────────────────────


def _checks(net: Network) -> tuple[pd.DataFrame, str]:
    from kervan.validation import validate

    if not len(net["observations"]):
        return pd.DataFrame(), "The package holds no observation, so nothing is compared."
    table = validate(net)
    table = table[table["status"] == "ok"].reset_index(drop=True)
    if not len(table):
        return table, "No observation of the package speaks of a journey that a route answers."
    return table, ""
