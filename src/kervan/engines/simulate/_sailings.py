"""Services and fleets of a corridor as lanes, ports and vehicles that go round."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Final

from kervan.engines.simulate._when import Openings, Row, rows_of
from kervan.engines.simulate.model import Fleet, Lane, Law, Port, key_of
from kervan.errors import ParamsError

if TYPE_CHECKING:
    from kervan.network import Network

__all__ = ["Sailings", "size_in"]

#: A port without a row in ``berths`` has as many as come.
_NO_LIMIT: Final = 1_000_000
_ROOM: Final = 1e12
#: What a twenty-foot container takes at most (t): ISO 668, 30.48 t gross less a tare of 2.3 t.
_BOX_T: Final = 28.2


def size_in(unit: str, size_units: float, commodity: Row) -> float | None:
    """Return the size of a consignment in the unit of a capacity; None where the two cannot be compared."""
    if unit in ("wagon", "truck", "count"):
        return 1.0
    if unit == commodity["unit"]:
        return size_units
    mass_t = size_units * float(commodity["mass_t_per_unit"])
    if mass_t > 0 and unit in ("t", "TEU"):
        return mass_t if unit == "t" else float(math.ceil(mass_t / _BOX_T))
    return None


class Sailings:
    """The lanes of a corridor; a service gets its lanes when something first rides on it."""

    def __init__(self, net: Network, tables: Mapping[str, Mapping[str, Row]], openings: Openings) -> None:
        self._tables = tables
        berths = rows_of(net["berths"])
        self._berths = {(row["node_id"], row["vehicle_kind"]): int(row["berth_count"]) for row in berths}
        self._speeds = net["carriage"].groupby("vehicle_kind")["speed_km_per_h"].min().to_dict()
        self._openings = openings
        self._wanted: dict[str, None] = {}

    def lane(self, service_id: str, to_node_id: str) -> str:
        """Return the name of the lane of a service to a place."""
        self._wanted[service_id] = None
        return lane_name(service_id, to_node_id)

    def parts(self, open_services: Mapping[str, Row]) -> tuple[list[Lane], list[Fleet], list[Port]]:
        """Return lanes, fleets and ports: of the services that are ridden, and the others of their fleets.

        A service that nobody rides and that sails only when full never sails; one on the clock takes its share of the
        vehicles.
        """
        fleets = {open_services[name]["fleet_id"] for name in self._wanted} - {""}
        services = {
            name: row for name, row in open_services.items() if name in self._wanted or row["fleet_id"] in fleets
        }
        lanes = [lane for row in services.values() for lane in self._lanes(row)]
        found = [self._fleet(name, lanes) for name in sorted(fleets)]
        ports = sorted({port for lane in lanes if lane.fleet for port in (lane.from_port, lane.to_port)})
        return lanes, found, [Port(port, self._berth_count(port)) for port in ports]

    def _lanes(self, service: Row) -> list[Lane]:
        link = self._tables["links"][service["link_id"]]
        ways = [(link["from_node_id"], link["to_node_id"])]
        both = service["direction"] == link["direction"] == "both"
        return [self._lane(service, link, *way) for way in ([*ways, ways[0][::-1]] if both else ways)]

    def _lane(self, service: Row, link: Row, start: str, end: str) -> Lane:
        name, kind = lane_name(service["service_id"], end), service["vehicle_kind"]
        fleet = self._tables["fleets"].get(service["fleet_id"])
        capacity = service["vehicle_capacity_count"]
        if fleet is not None:
            capacity = min(capacity, fleet["vehicle_capacity_count"]) * fleet["payload_frac"]
        ports = {"from_port": f"{start} {kind}", "to_port": f"{end} {kind}"} if fleet is not None else {}
        is_full = service["rule"] == "full_or_timeout"
        headway = service["headway_h"]
        spread = 0.0 if service["rule"] == "timetable" else service["headway_cv_frac"]
        return Lane(
            name, min(capacity, _ROOM), Law.of("lognormal", self._crossing_h(link, kind), link["time_cv_frac"]),
            rule="full_or_timeout" if is_full else "clock",
            timeout_h=service["timeout_h"] if is_full else math.inf,
            headway=Law() if is_full else Law.of("gamma", headway, spread),
            # Departures of different services are not all at the same hour: a share of the headway that is its own.
            offset_h=0.0 if is_full else headway * (key_of(name) % 997) / 997,
            load_h=service["load_h"], unload_h=service["unload_h"], gates=self._openings.sailing(link),
            fleet=service["fleet_id"], **ports,
        )  # fmt: skip

    def _crossing_h(self, link: Row, vehicle_kind: str) -> float:
        """Return the mean hours of a crossing at the speed of the vehicle, where it has one of its own."""
        speed = min(self._speeds.get(vehicle_kind, math.inf), math.inf)
        length: float = link["length_km"]
        return float(length / (speed if math.isfinite(speed) else link["speed_km_per_h"]) + link["delay_h"])

    def _fleet(self, fleet_id: str, lanes: list[Lane]) -> Fleet:
        """Return a fleet; an empty voyage goes along the lanes of the fleet, the shortest way, either direction."""
        row = self._tables["fleets"][fleet_id]
        own = [lane for lane in lanes if lane.fleet == fleet_id]
        ports = sorted({port for lane in own for port in (lane.from_port, lane.to_port)})
        hours = {(a, b): 0.0 if a == b else math.inf for a, b in product(ports, ports)}
        for lane in own:
            for pair in ((lane.from_port, lane.to_port), (lane.to_port, lane.from_port)):
                hours[pair] = min(hours[pair], lane.crossing.mean_h)
        for middle, a, b in product(ports, ports, ports):
            hours[a, b] = min(hours[a, b], hours[a, middle] + hours[middle, b])
        spread = max(lane.crossing.cv_frac for lane in own)
        apart = sorted({a for (a, b), far in hours.items() if math.isinf(far)})
        if apart:
            raise ParamsError(f"fleet {fleet_id}: no services join its ports {', '.join(apart)}; make it two fleets")
        positioning = tuple(
            (a, b, Law.of("lognormal", hours[a, b], spread)) for a, b in product(ports, ports) if a != b
        )
        return Fleet(fleet_id, int(row["vehicle_count"]), row["policy"], positioning)

    def _berth_count(self, port: str) -> int:
        node_id, _, kind = port.partition(" ")
        return self._berths.get((node_id, kind), _NO_LIMIT)


def lane_name(service_id: str, to_node_id: str) -> str:
    """Return the name of the lane of a service to a place."""
    return f"{service_id} > {to_node_id}"
