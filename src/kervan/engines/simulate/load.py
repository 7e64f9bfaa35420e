"""How much work comes to each station, before anything is simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kervan.engines.simulate.model import WEEK_H, Branch, Failures, Gate, Hours, Model, Program, Spells, Visit

__all__ = ["Load", "chances_of", "loads_of"]

_MOST_CHANCE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """Work that comes to a station.

    Parameters
    ----------
    per_h
        Consignments that come in an hour.
    service_h
        Their mean service; 0 if none comes.
    open_frac
        Share of the hours in which it is open, as far as that is known beforehand.
    servers
        How many; infinite for as many as come.
    """

    per_h: float
    service_h: float
    open_frac: float
    servers: float

    @property
    def offered_frac(self) -> float:
        """Work that comes / work that can be done: above 1 the queue grows without end."""
        room = self.servers * self.open_frac
        return self.per_h * self.service_h / room if room > 0 else math.inf

    @property
    def capacity_per_h(self) -> float:
        """Consignments that can be served in an hour, the closed ones counted; infinite without a limit."""
        return self.servers * self.open_frac / self.service_h if self.service_h > 0 else math.inf


def loads_of(model: Model) -> dict[str, Load]:
    """Return the load of each station of a model.

    Each consignment is followed through its program, branches by their chance; whoever leaves a queue is counted as
    served there. Jumps back are not followed.
    """
    coming = {station.name: [0.0, 0.0] for station in model.stations}
    for source in model.sources:
        rate = source.group / source.headway.mean_h
        for share, program in source.programs:
            for op, chance in zip(program, chances_of(program), strict=True):
                if isinstance(op, Visit):
                    per_h = rate * share * chance * op.share
                    kept = coming[op.station]
                    kept[0] += per_h
                    kept[1] += per_h * _mean_h(op)
    gates = {gate.name: open_frac(gate) for gate in model.gates}
    return {
        station.name: Load(
            per_h=coming[station.name][0],
            service_h=coming[station.name][1] / coming[station.name][0] if coming[station.name][0] > 0 else 0.0,
            open_frac=_all_open(station.gates, gates),
            servers=math.inf if station.servers is None else float(station.servers),
        )
        for station in model.stations
    }


def chances_of(program: Program) -> list[float]:
    """Return the chance that each operation of a program is come to; jumps back are not followed."""
    chances = [1.0, *[0.0] * len(program)]
    for place, op in enumerate(program):
        jumps = isinstance(op, Branch) and op.to > place
        if isinstance(op, Branch) and jumps:
            chances[op.to] += chances[place] * op.chance
        chances[place + 1] += chances[place] * (1 - op.chance if isinstance(op, Branch) and jumps else 1)
    return [min(chance, _MOST_CHANCE) for chance in chances[:-1]]


def _mean_h(visit: Visit) -> float:
    return (1 - visit.electronic) * visit.law.mean_h + visit.electronic * visit.electronic_law.mean_h


def _all_open(names: tuple[str, ...], gates: Mapping[str, float]) -> float:
    """Return the share of hours in which all gates are open, taken as independent."""
    return math.prod(gates[name] for name in names)


def open_frac(gate: Gate) -> float:
    """Return the share of hours in which a gate is open; 1 where only the run will tell."""
    match gate:
        case Hours():
            return sum(end - start for start, end in gate.spans_h) / WEEK_H
        case Spells():
            shares = [up / (up + down) for _, up, down in gate.pieces_h]
            return sum(shares) / len(shares)
        case Failures():
            return gate.up.mean_h / (gate.up.mean_h + gate.down.mean_h)
        case _:
            return 1.0
