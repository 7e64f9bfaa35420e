"""A route as a profile: what has been used up (hours, dollars) after so many kilometres, stop by stop.

This is the time-distance and cost-distance method of UNESCAP: travel is a slope, a border or a port is a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kervan.drawing.countries import AT_SEA, country_name

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Band", "Leg", "Profile", "Stop", "bands", "profile", "stops"]

#: What a stop of each kind is called.
DOING: Final = {
    "border": "border",
    "gauge_change": "gauge change",
    "port": "port",
    "transload": "transfer",
    "terminal": "terminal",
    "service": "waiting for the ship and loading",
    "access": "",
}
_SAME_PLACE_FRAC: Final = 0.012


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight piece of a profile: a slope on a mode, or a step at a place.

    Parameters
    ----------
    is_step
        Whether it stands still.
    mode
        Of a slope; of a step, the mode it leads onto.
    kind
        Kind of the stage.
    place
        Name of the place of a step.
    from_km, to_km, low, high
        Its two ends: kilometres from the start, and hours or dollars used up.
    country_code
        Where.
    """

    is_step: bool
    mode: str
    kind: str
    place: str
    from_km: float
    to_km: float
    low: float
    high: float
    country_code: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One route as legs."""

    name: str
    number: int
    legs: tuple[Leg, ...]
    is_main: bool = False

    @property
    def km(self) -> float:
        """Its length."""
        return self.legs[-1].to_km if self.legs else 0.0

    @property
    def total(self) -> float:
        """Hours or dollars at its end."""
        return self.legs[-1].high if self.legs else 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Steps next to one another, told as one: where, how much in all, and of what."""

    place: str
    km: float
    low: float
    high: float
    parts: tuple[tuple[str, float], ...]

    @property
    def size(self) -> float:
        """Hours or dollars it takes."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a route in one country."""

    country_code: str
    from_km: float
    to_km: float

    @property
    def name(self) -> str:
        """Name of the country."""
        return country_name(self.country_code)


def profile(stages: pd.DataFrame, measure: str, name: str, number: int, *, is_main: bool = False) -> Profile:
    """Return the profile of one itinerary.

    Parameters
    ----------
    stages
        Its stages in order, with ``from_name`` and ``to_name``.
    measure
        "hours" or "usd".
    name, number
        Of the route.
    is_main
        Whether it is the one drawn strong.
    """
    legs: list[Leg] = []
    km = used = 0.0
    for row in stages.to_dict("records"):
        length = float(row["length_km"])
        for is_step, size in _pieces(row, measure):
            step_km = 0.0 if is_step else length
            if size > 0 or step_km > 0:
                legs.append(
                    Leg(is_step, row["mode"], row["kind"], row["from_name"], km, km + step_km, used, used + size,
                        row["country_code"])
                )  # fmt: skip
            km, used = km + step_km, used + size
    return Profile(name, number, tuple(legs), is_main)


def _pieces(row: dict[Any, Any], measure: str) -> list[tuple[bool, float]]:
    """Return what a stage uses up standing, then moving."""
    moves = float(row["length_km"]) > 0
    if measure == "usd":
        return [(not moves, float(row["cost_usd"]))]
    still = float(row["hours_waiting"]) + float(row["hours_procedure"])
    moving = float(row["hours_moving"])
    if row["kind"] == "service":
        return [(True, still), (False, moving)]
    return [(not moves, still + moving)]


def stops(one: Profile, least: float) -> list[Stop]:
    """Return the steps of a profile, neighbours put together, that take at least so much."""
    groups: list[list[Leg]] = []
    near = one.km * _SAME_PLACE_FRAC
    for leg in one.legs:
        if not leg.is_step:
            continue
        if groups and leg.from_km - groups[-1][-1].to_km <= near:
            groups[-1].append(leg)
        else:
            groups.append([leg])
    found = [_stop(group) for group in groups]
    return [stop for stop in found if stop.size >= least]


def _stop(group: Sequence[Leg]) -> Stop:
    largest = max(group, key=lambda leg: leg.high - leg.low)
    parts: dict[str, float] = {}
    for leg in group:
        words = DOING.get(leg.kind, leg.kind.replace("_", " "))
        parts[words] = parts.get(words, 0.0) + leg.high - leg.low
    size = sum(parts.values())
    middle = sum((leg.from_km) * (leg.high - leg.low) for leg in group) / (size or 1)
    ordered = tuple(sorted(((words, part) for words, part in parts.items() if words), key=lambda item: -item[1]))
    low = group[0].low
    return Stop(largest.place, middle, low, low + size, ordered)


def bands(one: Profile) -> list[Band]:
    """Return the countries a profile runs through, in order."""
    found: list[Band] = []
    for leg in one.legs:
        if leg.is_step or leg.to_km == leg.from_km:
            continue
        code = AT_SEA if leg.mode == "sea" else leg.country_code
        if found and found[-1].country_code == code:
            found[-1] = Band(code, found[-1].from_km, leg.to_km)
        else:
            found.append(Band(code, leg.from_km, leg.to_km))
    return found
