"""From the tables of a corridor to a model: its demand as sources, arcs as operations, steps as stations.

``docs/explanation/simulating-a-corridor.md`` says which row becomes what.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kervan._moments import closure_wait
from kervan.arcs import is_open
from kervan.engines.simulate._program import Detour, Stage, Written
from kervan.engines.simulate._sailings import Sailings, size_in
from kervan.engines.simulate._stops import Stops, passing
from kervan.engines.simulate._when import Clock, Openings, Row, rows_of
from kervan.engines.simulate.model import (
    Embargo,
    Gate,
    Lane,
    Law,
    Model,
    Operation,
    Source,
    Station,
    Visit,
    Yard,
    key_of,
)
from kervan.engines.simulate.params import SimulateParams
from kervan.engines.simulate.summary import Window
from kervan.engines.simulate.traffic import Flow, LeftOut, Way, traffic_of
from kervan.errors import ParamsError

if TYPE_CHECKING:
    from kervan.network import Network

__all__ = ["Corridor", "corridor_of"]

_YEAR_H: Final = 8760.0
_RECORDS: Final = ("calendars", "closures", "failures", "disruptions")
_KEYED: Final = {
    "links": "link_id", "facilities": "facility_id", "services": "service_id", "fleets": "fleet_id",
    "commodities": "commodity_id", "seasons": "season_id",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """A corridor as a model, and what its parts stand for.

    Parameters
    ----------
    model
        What is simulated.
    clock
        When.
    demand_ids
        The demand row of each source.
    stages
        For each source, for each of its programs, the stage of each operation.
    flows, left_out
        What is simulated, and what is not.
    stops
        What each station stands for: facility, step, what passes it at most in an hour open.
    """

    model: Model
    clock: Clock
    demand_ids: tuple[str, ...]
    stages: tuple[tuple[tuple[Stage, ...], ...], ...]
    flows: tuple[Flow, ...]
    left_out: tuple[LeftOut, ...]
    stops: Mapping[str, Mapping[str, Any]]

    @property
    def window(self) -> Window:
        """What is counted of a run: the year, and its demand rows as groups."""
        order = {name: place for place, name in enumerate(dict.fromkeys(self.demand_ids))}
        groups = tuple(order[name] for name in self.demand_ids)
        return Window(self.clock.warm_h, self.clock.until_h, self.clock.horizon_h, groups)


def corridor_of(net: Network, params: SimulateParams) -> Corridor:
    """Return the model of a network.

    Raises
    ------
    ParamsError
        When there is no demand, or a part cannot be simulated; all that is wrong is said, with its row.
    """
    flows, left_out = traffic_of(net, params)
    return _Builder(net, params).corridor(flows, left_out)


class _Builder:
    """The parts of a model while it is put together."""

    def __init__(self, net: Network, params: SimulateParams) -> None:
        self._params = params
        self._clock = Clock(net.year, params.lead_d, params.tail_d)
        self._rows = {name: _keyed(net, name) for name in _KEYED}
        lists = {name: rows_of(net[name]) for name in _RECORDS}
        self._openings = Openings(lists, self._clock)
        self._sailings = Sailings(net, self._rows, self._openings)
        self._stops = Stops(net, self._rows["facilities"], self._openings)
        self._yards = rows_of(net["yards"])
        services = net["services"]
        self._services = {row["service_id"]: row for row in rows_of(services[is_open(services, net.year)])}
        self._seasons = _seasons(net)
        closed = closure_wait(net["closures"], 0)
        self._closure = {scope: (row["closure_h"], row["closure_h2"]) for scope, row in closed.iterrows()}
        self._wrong: list[str] = []

    def corridor(self, flows: Sequence[Flow], left_out: Sequence[LeftOut]) -> Corridor:
        """Return the whole."""
        sources: list[Source] = []
        stages: list[tuple[tuple[Stage, ...], ...]] = []
        demand_ids: list[str] = []
        for flow in flows:
            for source, own in self._sources(flow):
                sources.append(source)
                stages.append(own)
                demand_ids.append(flow.demand["demand_id"])
        if self._wrong:
            raise ParamsError("\n".join(dict.fromkeys(self._wrong)))
        lanes, fleets, ports = self._sailings.parts(self._services)
        lanes += self._stops.trains()
        yards, gates, stations = self._yard_parts()
        needing: list[Station | Lane] = [*stations, *lanes]
        used = {name for part in needing for name in part.gates}
        gates = [gate for gate in (*self._openings.gates.values(), *gates) if gate.name in used]
        model = Model(
            tuple(sources), tuple(sorted(stations, key=_name)), tuple(sorted(gates, key=_name)),
            tuple(yards), tuple(sorted(lanes, key=_name)), tuple(fleets), tuple(ports),
        )  # fmt: skip
        return Corridor(
            model, self._clock, tuple(demand_ids), tuple(stages), tuple(flows), tuple(left_out), self._stops.described()
        )

    def _yard_parts(self) -> tuple[list[Yard], list[Gate], list[Station]]:
        """Return yards, their embargoes, and the stations of all."""
        yards = [Yard(row["yard_id"], row["place_count"]) for row in self._yards]
        gates: list[Gate] = []
        stations = self._stops.stations()
        for row in self._yards:
            if row["embargo_count"]:
                name = f"embargo {row['yard_id']}"
                gates.append(Embargo(name, row["yard_id"], row["embargo_count"], row["lift_count"]))
                stations.append(Station(name, None, (name,)))
        return yards, gates, stations

    # ── demand ──────────────────────────────────────────────────────────────────────────────────────

    def _sources(self, flow: Flow) -> Iterable[tuple[Source, tuple[tuple[Stage, ...], ...]]]:
        """Yield a source for each size of consignment, with the stages of its programs."""
        demand = flow.demand
        sizes = sorted({way.size_units for way in flow.ways})
        for size in sizes:
            ways = [way for way in flow.ways if way.size_units == size]
            share = sum(way.share for way in ways)
            name = demand["demand_id"] if len(sizes) == 1 else f"{demand['demand_id']} by {ways[0].vehicle_kind}"
            written = [self._program(flow, way) for way in ways]
            group = demand["group_count"]
            volume = demand["volume_per_year"] * share * self._params.volume_factor
            headway_h = _YEAR_H * size * group / volume
            law = Law.of("exponential" if demand["arrival"] == "poisson" else "deterministic", headway_h)
            programs = tuple((way.share / share, ops) for way, (ops, _) in zip(ways, written, strict=True))
            source = Source(
                name, law, programs, season=self._season(demand["season_id"]), group=group,
                # Scheduled departures of different rows are not all at the same hour.
                offset_h=0.0 if demand["arrival"] == "poisson" else headway_h * (key_of(name) % 997) / 997,
                priority=demand["priority"],
            )  # fmt: skip
            yield source, tuple(own for _, own in written)

    def _season(self, season_id: str) -> tuple[tuple[float, float], ...]:
        factors = self._seasons.get(season_id)
        if factors is None:
            return ((0.0, 1.0),)
        pieces = [(start_h, factors[month]) for start_h, month in self._clock.months()]
        # The last piece lasts for ever, so something must arrive in it.
        return tuple(pieces) if pieces[-1][1] > 0 else (*pieces[:-1], (pieces[-1][0], 1e-6))

    # ── programs ────────────────────────────────────────────────────────────────────────────────────

    def _program(self, flow: Flow, way: Way) -> tuple[tuple[Operation, ...], tuple[Stage, ...]]:
        """Return the operations of a way and the stage of each; ways out of its queues come last."""
        written = Written(flow.demand, way)
        for name in self._embargoes(flow, way.rows):
            written.stand(Stage.origin(flow.demand))
            written.put(Visit(name, Law()))
        self._write(written, flow, way.rows, may_leave=True)
        for detour in written.detours:
            rows = self._other_way(flow, detour)
            if not rows:
                written.give_up(detour)
                continue
            written.begin(detour)
            self._write(written, flow, rows, may_leave=False)
        return written.finished()

    def _write(self, written: Written, flow: Flow, rows: Sequence[int], *, may_leave: bool) -> None:
        """Write arcs one after the other."""
        arcs = _arc_rows(flow, rows)
        written.hold("")
        for place, arc in enumerate(arcs):
            if arc["kind"] == "access":
                continue
            if arc["facility_id"]:
                self._enter_yard(written, arcs, place)
                self._stops.write(
                    written, arc, self._rows["commodities"][flow.demand["commodity_id"]], may_leave=may_leave
                )
            elif arc["service_id"]:
                self._sail(written, arc, flow)
            else:
                self._travel(written, arc, flow)
        written.rest()

    def _enter_yard(self, written: Written, arcs: Sequence[Row], place: int) -> None:
        """At the first facility of a node that the consignment will leave, take a place of its yard."""
        node_id = arcs[place]["from_node_id"]
        before = arcs[place - 1] if place else None
        if before is not None and before["facility_id"] and before["from_node_id"] == node_id:
            return
        leaving = next((arc for arc in arcs[place:] if arc["from_node_id"] != arc["to_node_id"]), None)
        yard = None if leaving is None or leaving["from_node_id"] != node_id else self._yard(node_id, leaving["mode"])
        if yard is not None:
            written.enter(yard["yard_id"], Stage.of(arcs[place]))

    def _yard(self, node_id: str, mode: str) -> Row | None:
        fits = (row for row in self._yards if row["node_id"] == node_id and row["to_mode"] in ("", mode))
        return next(fits, None)

    def _embargoes(self, flow: Flow, rows: Sequence[int]) -> list[str]:
        """Return the stations at which a consignment waits at its origin while a yard of its way is under embargo."""
        places = {(arc["from_node_id"], arc["mode"]) for arc in _arc_rows(flow, rows) if not arc["facility_id"]}
        yards = [self._yard(*place) for place in sorted(places)]
        return [f"embargo {yard['yard_id']}" for yard in yards if yard is not None and yard["embargo_count"]]

    def _sail(self, written: Written, arc: Row, flow: Flow) -> None:
        service = self._services[arc["service_id"]]
        commodity = self._commodity(flow)
        size = size_in(service["capacity_unit"], written.size_units, commodity)
        if size is None:
            self._wrong.append(
                f"services {service['service_id']}: its capacity in {service['capacity_unit']} says nothing of "
                f"{commodity['commodity_id']} in {commodity['unit']}"
            )
            return
        written.stand(Stage.of(arc))
        if service["rule"] != "full_or_timeout" and service["headway_h"] == 0:
            self._pend_moving(written, arc)
            written.pend("procedure", service["load_h"] + service["unload_h"], 0.0, arc["link_id"])
            return
        written.ride(self._sailings.lane(service["service_id"], arc["to_node_id"]), size)

    def _commodity(self, flow: Flow) -> Row:
        return self._rows["commodities"][flow.demand["commodity_id"]]

    def _travel(self, written: Written, arc: Row, flow: Flow) -> None:
        link = self._rows["links"][arc["link_id"]]
        commodity = self._commodity(flow)
        written.leave_yard()
        written.stand(Stage.of(arc))
        gates = self._openings.link(link)
        size = size_in(link["capacity_unit"], written.size_units, commodity)
        if math.isfinite(link["capacity_per_year"]) and size is not None:
            law = passing(f"links {link['link_id']}", link, size)
            written.put(Visit(self._stops.line(link, gates), law))
        elif gates:
            place = {"link_id": link["link_id"], "node_id": link["from_node_id"]}
            written.put(Visit(self._stops.door(f"{link['link_id']} open", gates, **place), Law()))
        moving_var = self._pend_moving(written, arc)
        closure_h, closure_h2 = self._closure.get(link["closure_scope"], (0.0, 0.0))
        waiting = max(0.0, arc["waiting_h"] - closure_h)
        variance = arc["variance_h2"] - moving_var - (closure_h2 - closure_h**2)
        written.pend("waiting", waiting, max(0.0, variance), arc["link_id"])

    def _pend_moving(self, written: Written, arc: Row) -> float:
        variance: float = (self._rows["links"][arc["link_id"]]["time_cv_frac"] * arc["moving_h"]) ** 2
        written.pend("moving", arc["moving_h"], variance, arc["link_id"])
        return variance

    def _other_way(self, flow: Flow, detour: Detour) -> list[int]:
        """Return the arcs of the cheapest way on from where a queue is left, without the facility it is in."""
        from kervan.engines._graph import graph_of

        graph = graph_of(flow.arcs)
        commodity = self._commodity(flow)
        weight = graph.cost @ [commodity["value_of_time_usd_per_unit_h"], 1.0, 0.0]
        facility = flow.arcs.table["facility_id"].to_numpy()[graph.arc]
        weight[facility == detour.facility_id] = math.inf
        goal = flow.arcs.gate(flow.demand["destination_node_id"], "gate_in")
        tree = graph.tree(weight, detour.vertex)
        if not math.isfinite(tree.distance[goal]):
            return []
        return [int(graph.arc[place]) for place in tree.path(goal)]


def _name(part: Station | Gate | Any) -> str:
    return str(part.name)


def _keyed(net: Network, name: str) -> dict[str, Row]:
    return {str(row[_KEYED[name]]): row for row in rows_of(net[name])}


def _seasons(net: Network) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for row in rows_of(net["seasons"]):
        found.setdefault(row["season_id"], {})[row["month"]] = row["factor_frac"]
    return found


def _arc_rows(flow: Flow, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Return arcs as records, with the vehicles before and after, and the next place."""
    vertices = flow.arcs.vertices["vehicle_kind"].to_numpy()
    found = rows_of(flow.arcs.table.iloc[list(rows)])
    toward = ""
    for row in reversed(found):
        toward = row["to_node_id"] if row["to_node_id"] != row["from_node_id"] else toward
        row |= {"before": vertices[row["tail"]] or row["vehicle_kind"], "after": row["vehicle_kind"], "toward": toward}
    return found
