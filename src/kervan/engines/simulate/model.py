"""The model of a simulation, as data.

What every part does is said in ``docs/explanation/simulation.md``; here is what it is made of. Times are
hours. A model checks itself: whatever cannot be run is refused with the name of the part.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

__all__ = [
    "Branch", "Embargo", "Enter", "Failures", "Fleet", "Gate", "Hours", "Lane", "Law", "Leave", "Model", "Operation",
    "Outages", "Port", "Program", "Ride", "Source", "Spells", "Station", "Travel", "Visit", "Yard", "key_of",
]  # fmt: skip

WEEK_H: Final = 168.0
MOST_PRIORITIES: Final = 4
LAWS: Final = ("deterministic", "exponential", "lognormal", "gamma", "empirical")


def key_of(name: str) -> int:
    """Return the 32-bit key of a name, by which draws are told apart; never 0.

    Examples
    --------
    >>> key_of("KZ_DOSTYK.rail")
    3836240909
    """
    return zlib.crc32(name.encode()) or 1


@dataclass(frozen=True, slots=True)
class Law:
    """A law of a time that is never negative.

    Parameters
    ----------
    kind
        One of `LAWS`.
    mean_h
        Its mean.
    cv_frac
        Standard deviation / mean; 1 for an exponential law, 0 for a deterministic one, and 0 makes any law
        deterministic.
    quantiles_h
        Of an empirical law: at least two values, the quantiles at equal steps of probability from 0 to 1.
    """

    kind: str = "deterministic"
    mean_h: float = 0.0
    cv_frac: float = 0.0
    quantiles_h: tuple[float, ...] = ()

    @staticmethod
    def of(kind: str, mean_h: float, cv_frac: float = 0.0) -> Law:
        """Return a law, deterministic where it has no spread."""
        if kind == "exponential":
            return Law(kind, mean_h, 1.0) if mean_h > 0 else Law()
        return Law(kind, mean_h, cv_frac) if cv_frac > 0 and mean_h > 0 else Law("deterministic", mean_h)

    @staticmethod
    def empirical(quantiles_h: Sequence[float]) -> Law:
        """Return the law with these quantiles, linear between them."""
        values = tuple(float(value) for value in quantiles_h)
        pairs = list(pairwise(values))
        mean = sum((a + b) / 2 for a, b in pairs) / len(pairs) if pairs else math.nan
        square = sum((a * a + a * b + b * b) / 3 for a, b in pairs) / len(pairs) if pairs else math.nan
        spread = math.sqrt(max(0.0, square - mean * mean))
        return Law("empirical", mean, spread / mean if mean > 0 else 0.0, values)


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: spans ``(from, to)`` of a week, sorted and apart; ``offset_h``: when in the week a run starts."""

    name: str
    spans_h: tuple[tuple[float, float], ...]
    offset_h: float = 0.0


@dataclass(frozen=True, slots=True)
class Spells:
    """Weather: pieces ``(from, mean open, mean closed)``, the first from 0; both exponential."""

    name: str
    pieces_h: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Failures:
    """Breakdowns: a law of the time to failure, and one of the time to repair."""

    name: str
    up: Law
    down: Law


@dataclass(frozen=True, slots=True)
class Outages:
    """Named disruptions: closed ``(from, to)``, sorted and apart."""

    name: str
    spans_h: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Embargo:
    """Closed when the yard holds ``high``, open again when it has fallen to ``low``."""

    name: str
    yard: str
    high: int
    low: int


Gate = Hours | Spells | Failures | Outages | Embargo


# ── where things happen ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Station:
    """Servers with one queue.

    Parameters
    ----------
    name
        Its key.
    servers
        How many; None for as many as come.
    gates
        Names of those it needs open.
    at_closing
        What becomes of services in progress.
    """

    name: str
    servers: int | None = 1
    gates: tuple[str, ...] = ()
    at_closing: Literal["finish", "interrupt", "restart"] = "finish"


@dataclass(frozen=True, slots=True)
class Yard:
    """A limited number of places."""

    name: str
    places: int


@dataclass(frozen=True, slots=True)
class Lane:
    """A crossing that takes many consignments at once, one way.

    Parameters
    ----------
    name
        Its key.
    capacity
        Size it takes.
    crossing
        Law of the time from departure to arrival.
    rule
        ``full_or_timeout`` or ``clock``.
    timeout_h
        Longest wait of the first in the queue; infinite for none. Only with ``full_or_timeout``.
    headway, offset_h
        Law between departure times, and the first. Only with ``clock``.
    load_h, unload_h
        Loading and unloading.
    gates
        Names of those it needs open to depart.
    fleet, from_port, to_port
        Whose vehicles, between which of its ports; blank: vehicles are always there.
    """

    name: str
    capacity: float
    crossing: Law
    rule: Literal["full_or_timeout", "clock"] = "full_or_timeout"
    timeout_h: float = math.inf
    headway: Law = field(default_factory=Law)
    offset_h: float = 0.0
    load_h: float = 0.0
    unload_h: float = 0.0
    gates: tuple[str, ...] = ()
    fleet: str = ""
    from_port: str = ""
    to_port: str = ""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Vehicles that serve lanes in a cycle.

    Parameters
    ----------
    name
        Its key.
    vehicles
        How many.
    policy
        ``longest`` or ``rotation``.
    positioning
        Law of an empty voyage from one port to another, for every two ports of its lanes that differ.
    """

    name: str
    vehicles: int
    policy: Literal["longest", "rotation"] = "longest"
    positioning: tuple[tuple[str, str, Law], ...] = ()


@dataclass(frozen=True, slots=True)
class Port:
    """Berths that vehicles of several fleets may share."""

    name: str
    berths: int


# ── what a consignment does ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Visit:
    """A service at a station.

    Parameters
    ----------
    station
        Where.
    law
        How long.
    key
        Place of the draws; blank: the station.
    share
        Share of consignments that must.
    electronic, electronic_law
        Share that has another law, and that law.
    patience, otherwise, divert_above_h
        Law of the longest wait (None: no end); expected wait above which it does not join; where it goes on then.
    """

    station: str
    law: Law
    key: str = ""
    share: float = 1.0
    electronic: float = 0.0
    electronic_law: Law = field(default_factory=Law)
    patience: Law | None = None
    divert_above_h: float = math.inf
    otherwise: int | None = None


@dataclass(frozen=True, slots=True)
class Travel:
    """A move that nobody else hinders; on its way it may stop, or pass a procedure where nobody queues.

    Parameters
    ----------
    key
        Place of the draws.
    law
        How long it moves.
    waiting, procedure
        How long it waits, and how long its procedures take, besides; by default not at all.
    """

    key: str
    law: Law
    waiting: Law = field(default_factory=Law)
    procedure: Law = field(default_factory=Law)


@dataclass(frozen=True, slots=True)
class Ride:
    """A crossing by a lane.

    Parameters
    ----------
    lane
        Which.
    size
        In the unit of its capacity; None: that of the source.
    leaves
        A yard whose place is given back when the loading ends; blank: none.
    """

    lane: str
    size: float | None = None
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class Enter:
    """Takes a place of a yard; where it goes on if there is none (None: it waits)."""

    yard: str
    otherwise: int | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Gives a place back."""

    yard: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Goes on at ``to`` with this chance, else at the next operation."""

    key: str
    chance: float
    to: int


Operation = Visit | Travel | Ride | Enter | Leave | Branch
Program = tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Makes consignments.

    Parameters
    ----------
    name
        Its key.
    headway
        Law of the time between arrivals (mean above 0), in operational time: hours weighted by the season.
    programs
        ``(share, program)``; the shares add up to 1.
    season
        Pieces ``(from_h, factor)``, the first from 0, sorted: an hour of the piece is worth ``factor`` of an
        operational hour. The last factor is above 0.
    offset_h
        Operational time before the first headway; with a deterministic law, the first arrival is at offset + headway.
    group
        How many arrive at once.
    size
        Of one, in the unit of the lanes it rides.
    priority
        0 is served first.
    most
        Arrivals (of groups) at most; None: as many as the horizon allows.
    """

    name: str
    headway: Law
    programs: tuple[tuple[float, Program], ...]
    season: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    offset_h: float = 0.0
    group: int = 1
    size: float = 1.0
    priority: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """All parts of a simulation; `kervan.engines.simulate.check` says whether they fit together.

    Parameters
    ----------
    sources, stations, gates, yards, lanes, fleets, ports
        The parts; the place in these tuples is the serial number that breaks ties.
    """

    sources: tuple[Source, ...]
    stations: tuple[Station, ...] = ()
    gates: tuple[Gate, ...] = ()
    yards: tuple[Yard, ...] = ()
    lanes: tuple[Lane, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    ports: tuple[Port, ...] = ()
