"""A program while it is written: operations, the stage of each, delays that nobody queues for, ways out of queues."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from kervan.engines.simulate._when import Row
from kervan.engines.simulate.model import Branch, Enter, Law, Leave, Operation, Ride, Travel, Visit
from kervan.engines.simulate.traffic import Way

__all__ = ["Detour", "Stage", "Written"]

_PARTS: Final = ("moving", "waiting", "procedure")


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a way: a ride, a sailing or a stop.

    Parameters
    ----------
    kind
        As in the stages of the engine ``route``; ``origin`` for what happens before the first.
    from_node_id, to_node_id
        Where it begins and ends.
    mode, vehicle_kind
        On what; for a stop, on what it leaves.
    facility_id, service_id
        The facility of a stop, the service of a sailing; else blank.
    """

    kind: str
    from_node_id: str
    to_node_id: str
    mode: str
    vehicle_kind: str
    facility_id: str
    service_id: str

    @classmethod
    def of(cls, arc: Row) -> Self:
        """Return the stage of an arc."""
        return cls(*(arc[name] for name in ("kind", "from_node_id", "to_node_id", "mode", "vehicle_kind",
                                            "facility_id", "service_id")))  # fmt: skip

    @classmethod
    def origin(cls, demand: Row) -> Self:
        """Return the stage before the way begins."""
        return cls("origin", demand["origin_node_id"], demand["origin_node_id"], "", "", "", "")

    def goes_on_in(self, other: Stage) -> bool:
        """Whether another stage is only more of this one: the same vehicle on the next link."""
        same = self.kind == other.kind == "travel" and self.vehicle_kind == other.vehicle_kind
        return same and self.to_node_id == other.from_node_id


@dataclass(frozen=True, slots=True)
class Detour:
    """A queue that may be left.

    Parameters
    ----------
    place, visit
        Its operation.
    facility_id
        What the other way avoids.
    vertex
        Where it begins, in the extended graph.
    yard
        A yard whose place is held there; blank: none.
    """

    place: int
    visit: Visit
    facility_id: str
    vertex: int
    yard: str


class Written:
    """One program while it is written."""

    def __init__(self, demand: Mapping[str, Any], way: Way) -> None:
        self.demand = demand
        self.size_units = way.size_units
        self.detours: list[Detour] = []
        self._ops: list[Operation] = []
        self._stages = [Stage.origin(demand)]
        self._stage_of: list[int] = []
        self._ends: list[int] = []
        self._pending: dict[str, list[float]] = {}
        self._keys: list[str] = []
        self._yard = ""

    def hold(self, yard: str) -> None:
        """Say which yard is held."""
        self._yard = yard

    def stand(self, stage: Stage) -> None:
        """Go on in a stage."""
        current = self._stages[-1]
        if current.goes_on_in(stage):
            self._stages[-1] = replace(current, to_node_id=stage.to_node_id)
        elif stage != current:
            self.rest()
            self._stages.append(stage)

    def pend(self, part: str, mean_h: float, variance_h2: float, key: str) -> None:
        """Add hours that nobody queues for: moving, waiting or procedure; they pass in one operation."""
        if mean_h > 0:
            kept = self._pending.setdefault(part, [0.0, 0.0])
            kept[0] += mean_h
            kept[1] += variance_h2
            self._keys.append(key)

    def rest(self) -> None:
        """Write what is pending as one operation whose three parts have the sums of means and variances."""
        if not self._pending:
            return
        laws = {}
        for part in _PARTS:
            mean, variance = self._pending.get(part, (0.0, 0.0))
            kind = "lognormal" if part == "moving" else "gamma"
            laws[part] = Law.of(kind, mean, math.sqrt(variance) / mean if mean > 0 else 0.0)
        key = f"{self._keys[0]} ... {self._keys[-1]}"
        self._pending, self._keys = {}, []
        self._add(Travel(key, laws["moving"], laws["waiting"], laws["procedure"]))

    def put(self, op: Visit | Ride) -> int:
        """Write an operation, after what is pending; return its place."""
        self.rest()
        self._add(op)
        return len(self._ops) - 1

    def enter(self, yard: str, stage: Stage) -> None:
        """Take a place of a yard."""
        self.stand(stage)
        self.rest()
        self._add(Enter(yard))
        self._yard = yard

    def leave_yard(self) -> None:
        """Give the place back, if one is held."""
        if self._yard:
            self.rest()
            self._add(Leave(self._yard))
            self._yard = ""

    def ride(self, lane: str, size: float) -> None:
        """Board a lane; a place in a yard is given back then."""
        self.put(Ride(lane, size, leaves=self._yard))
        self._yard = ""

    def train(self, lane: str) -> None:
        """Go through with a batch; a place in a yard is kept."""
        self.put(Ride(lane, 1.0))

    def may_leave(self, visit: Visit, facility_id: str, vertex: int) -> None:
        """Write a visit whose queue may be left."""
        self.detours.append(Detour(self.put(visit), visit, facility_id, vertex, self._yard))

    def begin(self, detour: Detour) -> None:
        """Begin the way on from a queue that is left."""
        self.rest()
        self._ends.append(len(self._ops))
        self._add(Branch("end", 1.0, 0))  # where to is known at the end
        self._ops[detour.place] = replace(detour.visit, otherwise=len(self._ops))
        if detour.yard:
            self._add(Leave(detour.yard))

    def give_up(self, detour: Detour) -> None:
        """Let a queue be stayed in, where there is no other way."""
        self._ops[detour.place] = replace(detour.visit, patience=None, divert_above_h=math.inf)

    def finished(self) -> tuple[tuple[Operation, ...], tuple[Stage, ...]]:
        """Return the operations and their stages."""
        self.rest()
        for place in self._ends:
            self._ops[place] = Branch("end", 1.0, len(self._ops))
        return tuple(self._ops), tuple(self._stages[place] for place in self._stage_of)

    def _add(self, op: Operation) -> None:
        self._ops.append(op)
        self._stage_of.append(len(self._stages) - 1)
