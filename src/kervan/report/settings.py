"""What the report is about: the section ``[report]`` of a package, or a sensible choice where it says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kervan.errors import FormatError, UnknownName, did_you_mean

if TYPE_CHECKING:
    from kervan.network import Network
    from kervan.scenario import Scenario

__all__ = ["Settings", "settings_of"]

_KNOWN: Final = (
    "origin", "destinations", "commodity", "quantity", "year", "month", "scenarios", "routes", "competitors", "pairs",
    "register",
)  # fmt: skip
_MOST_DESTINATIONS: Final = 4
_MOST_SCENARIOS: Final = 4
_MOST_ROUTES: Final = 20


@dataclass(frozen=True)
class Settings:
    """What is asked, checked against the network.

    Parameters
    ----------
    origin, destinations
        Ids of places.
    commodity_id, quantity
        What is sent.
    year
        The year to stand for.
    month
        Month of departure; 0 for the mean of the year.
    scenarios
        Scenarios side by side, the first what the others are set against.
    routes
        Name of a route to the places it passes.
    competitors
        Names of those that compete with the corridor.
    pairs
        Further journeys for the comparison of scenarios: origin, destination, and the only mode (blank: any).
    register
        Name of a register that comes with Kervan, whose scoreboard is shown; blank: none.
    is_chosen
        Whether the package says nothing, and the journey was chosen here.
    """

    origin: str
    destinations: tuple[str, ...]
    commodity_id: str
    quantity: float
    year: int
    month: int
    scenarios: tuple[Scenario, ...]
    routes: Mapping[str, tuple[str, ...]]
    competitors: frozenset[str]
    pairs: tuple[tuple[str, str, str], ...]
    is_chosen: bool
    register: str = ""

    @property
    def depart(self) -> str | None:
        """The departure as the route engine takes it."""
        return f"{self.year}-{self.month:02d}" if self.month else None

    @property
    def hub(self) -> tuple[str, ...]:
        """The places that all named routes of the corridor have in common, in order; what makes it one corridor."""
        own = [via for name, via in self.routes.items() if name not in self.competitors]
        if len(own) < 2:
            return ()
        return tuple(place for place in own[0] if all(place in via for via in own))

    def hub_between(self, start: str, end: str) -> tuple[str, ...]:
        """Return the places of the hub for a journey; none if it starts or ends in one."""
        return () if {start, end} & set(self.hub) else self.hub

    def is_rival(self, name: str, passed: Sequence[str]) -> bool:
        """Return whether a route competes with the corridor: it is said to, or does not pass the hub."""
        return name in self.competitors or not set(self.hub) <= set(passed)


def settings_of(
    net: Network, given: Mapping[str, Any] | None, scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None
) -> Settings:
    """Return the settings of a report, checked.

    Parameters
    ----------
    net
        The network.
    given
        Section ``[report]`` of its package.
    scenarios
        Its scenarios; None: not given, and those the settings name are passed over.

    Raises
    ------
    FormatError
        When a setting is not known or of the wrong sort.
    UnknownName
        When a place, commodity or scenario is not there.
    """
    given = dict(given or {})
    for key in given:
        if key not in _KNOWN:
            raise FormatError(f"package.toml, [report]: no setting {key!r}{did_you_mean(key, _KNOWN)}")
    commodity_id = _commodity(net, given.get("commodity"))
    chosen_origin, chosen_destinations = _busiest(net, commodity_id)
    origin = _place(net, given.get("origin", chosen_origin), "origin")
    wanted = _list(given, "destinations") or chosen_destinations
    destinations = [_place(net, name, "destinations") for name in wanted[:_MOST_DESTINATIONS]]
    routes = given.get("routes", {})
    if not isinstance(routes, Mapping):
        raise FormatError("package.toml, [report]: routes must name routes, each with a list of places")
    return Settings(
        origin=origin,
        destinations=tuple(dict.fromkeys(name for name in destinations if name != origin)),
        commodity_id=commodity_id,
        quantity=_number(given, "quantity", 1.0),
        year=int(_number(given, "year", float(net.year), at_least=1990.0, at_most=2100.0)),
        month=int(_number(given, "month", 0.0, at_least=0.0, at_most=12.0)),
        scenarios=_scenarios(given, scenarios),
        routes={
            str(name): tuple(_place(net, place, f"routes, {name}") for place in _list(routes, name))
            for name in list(routes)[:_MOST_ROUTES]
        },
        competitors=frozenset(map(str, _list(given, "competitors"))),
        pairs=tuple(_pair(net, item) for item in _list(given, "pairs")),
        is_chosen="origin" not in given,
        register=_register(given.get("register", "")),
    )


def _register(name: Any) -> str:
    """Return the name of a register that comes with Kervan: a package of others does not open files."""
    from kervan.register.store import shipped

    if name != "" and name not in shipped():
        raise UnknownName("register for [report]", str(name), shipped())
    return str(name)


def _list(given: Mapping[str, Any], key: str) -> list[Any]:
    value = given.get(key, [])
    if not isinstance(value, list | tuple):
        raise FormatError(f"package.toml, [report]: {key} must be a list, not {value!r}")
    return list(value)


def _number(given: Mapping[str, Any], key: str, default: float, at_least: float = 1e-9, at_most: float = 1e12) -> float:
    value = given.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not at_least <= value <= at_most:
        raise FormatError(f"package.toml, [report]: {key} must be a number from {at_least:g} on, not {value!r}")
    return float(value)


def _place(net: Network, name: Any, key: str) -> str:
    try:
        return net.find_node(str(name))
    except UnknownName as error:
        raise UnknownName(f"place for {key} in [report]", str(name), error.known) from None


def _pair(net: Network, item: Any) -> tuple[str, str, str]:
    if not isinstance(item, list | tuple) or len(item) not in (2, 3):
        raise FormatError(f"package.toml, [report]: a pair is origin, destination and perhaps a mode, not {item!r}")
    mode = str(item[2]) if len(item) == 3 else ""
    if mode and not (net["modes"]["mode"] == mode).any():
        raise UnknownName("mode", mode, net["modes"]["mode"])
    return _place(net, item[0], "pairs"), _place(net, item[1], "pairs"), mode


def _commodity(net: Network, given: Any) -> str:
    known = net["commodities"]["commodity_id"]
    if given is not None:
        if not (known == given).any():
            raise UnknownName("commodity", str(given), known)
        return str(given)
    demand = net["demand"]
    if not len(demand):
        return str(known.iloc[0])
    return str(demand["commodity_id"].value_counts().sort_index(kind="stable").idxmax())


def _busiest(net: Network, commodity_id: str) -> tuple[str, list[str]]:
    """Return the origin with the largest demand and where it goes; without demand two ends of the network."""
    demand = net["demand"]
    demand = demand[demand["commodity_id"] == commodity_id]
    if len(demand):
        flows = demand.groupby(["origin_node_id", "destination_node_id"])["volume_per_year"].sum()
        flows = flows.sort_values(ascending=False, kind="stable")
        origin = str(flows.index[0][0])
        return origin, [str(end) for start, end in flows.index if start == origin][:3]
    links = net.open_rows("links")
    ends = list(dict.fromkeys([*links["from_node_id"], *links["to_node_id"]])) or list(net["nodes"]["node_id"])
    return str(ends[0]), [str(ends[-1])]


def _scenarios(
    given: Mapping[str, Any], scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None
) -> tuple[Scenario, ...]:
    if scenarios is None:
        return ()
    found: Sequence[Scenario]
    found = list(scenarios.values()) if isinstance(scenarios, Mapping) else list(scenarios or ())
    by_name = {one.name: one for one in found}
    wanted = [str(name) for name in _list(given, "scenarios")] or list(by_name)[:_MOST_SCENARIOS]
    for name in wanted:
        if name not in by_name:
            raise UnknownName("scenario", name, by_name)
    return tuple(by_name[name] for name in wanted[:_MOST_SCENARIOS])
