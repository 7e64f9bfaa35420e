"""Facilities of a corridor as stations: steps with servers, doors, limits of throughput, trains that form."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from kervan.engines.simulate._program import Stage, Written
from kervan.engines.simulate._sailings import size_in
from kervan.engines.simulate._when import Openings, Row, rows_of
from kervan.engines.simulate.model import Lane, Law, Station, Visit
from kervan.errors import ParamsError
from kervan.schema import UNKNOWN_SERVERS

if TYPE_CHECKING:
    from kervan.network import Network

__all__ = ["Stops", "passing"]

_YEAR_H: Final = 8760.0


class Stops:
    """The stations of a corridor, each made when something first comes to it."""

    def __init__(self, net: Network, facilities: Mapping[str, Row], openings: Openings) -> None:
        self._facilities = facilities
        self._openings = openings
        self._steps: dict[str, list[Row]] = {}
        for step in rows_of(net["steps"].sort_values(["facility_id", "step_no"])):
            self._steps.setdefault(step["facility_id"], []).append(step)
        self._stations: dict[str, Station] = {}
        self._trains: dict[str, Lane] = {}
        self._meaning: dict[str, dict[str, Any]] = {}

    def stations(self) -> list[Station]:
        """Return the stations."""
        return list(self._stations.values())

    def trains(self) -> list[Lane]:
        """Return the lanes of trains that form."""
        return list(self._trains.values())

    def described(self) -> dict[str, dict[str, Any]]:
        """Return what each station stands for: facility or link, step, place and name."""
        return dict(self._meaning)

    def line(self, link: Row, gates: tuple[str, ...]) -> str:
        """Return the station at which a link with a known capacity is entered."""
        return self._station(f"{link['link_id']} line", 1, gates, "finish", node_id=link["from_node_id"],
                             link_id=link["link_id"], name="Line")  # fmt: skip

    def door(self, name: str, gates: tuple[str, ...], **meaning: Any) -> str:
        """Return a station that holds nobody while its gates are open."""
        return self._station(name, None, gates, "finish", **meaning)

    def write(self, written: Written, arc: Row, commodity: Row, *, may_leave: bool) -> None:
        """Write what a consignment does in the facility of an arc."""
        facility = self._facilities[arc["facility_id"]]
        written.stand(Stage.of(arc))
        gates = self._openings.facility(facility)
        steps = [step for step in self._steps.get(facility["facility_id"], ()) if _applies(step, arc, commodity)]
        self._throughput(written, facility, commodity)
        if gates and not any(_is_station(step) for step in steps):
            written.put(Visit(self.door(f"{facility['facility_id']} open", gates, **_where(facility)), Law()))
        doors: set[str] = set()
        for step in steps:
            if step["batch_count"] > 1:
                written.train(self._train(step, facility, arc))
            elif _is_station(step):
                self._queue(written, step, facility, arc, gates, may_leave=may_leave)
            else:
                self._delay(written, step, facility, doors)

    def _throughput(self, written: Written, facility: Row, commodity: Row) -> None:
        """Write the limit of a facility, one server that takes each consignment for its share of the capacity."""
        size = size_in(facility["capacity_unit"], written.size_units, commodity)
        if math.isfinite(facility["capacity_per_year"]) and size is not None:
            name = self._station(f"{facility['facility_id']} capacity", 1, (), "finish", **_where(facility),
                                 name="Capacity")  # fmt: skip
            written.put(Visit(name, passing(f"facilities {facility['facility_id']}", facility, size)))

    def _queue(
        self, written: Written, step: Row, facility: Row, arc: Row, gates: tuple[str, ...], *, may_leave: bool
    ) -> None:
        """Write a step whose servers are known: its queue is simulated."""
        opening = self._openings.calendar(step["calendar_id"])
        name = self._station(
            f"{facility['facility_id']} {step['step_no']}", int(step["server_count"]), (*gates, *opening),
            step["at_closing"], **_where(facility), step_no=step["step_no"], name=step["name"],
        )  # fmt: skip
        leaves = may_leave and (math.isfinite(step["patience_h"]) or math.isfinite(step["divert_above_h"]))
        patience = Law.of("exponential", step["patience_h"]) if math.isfinite(step["patience_h"]) else None
        visit = Visit(
            name, Law.of(step["service_law"], step["service_h"], step["service_cv_frac"]), share=step["share_frac"],
            electronic=step["electronic_frac"],
            electronic_law=Law.of(step["service_law"], step["electronic_service_h"], step["service_cv_frac"]),
            patience=patience if leaves else None, divert_above_h=step["divert_above_h"] if leaves else math.inf,
        )  # fmt: skip
        if leaves:
            written.may_leave(visit, facility["facility_id"], arc["tail"])
        else:
            written.put(visit)

    def _delay(self, written: Written, step: Row, facility: Row, doors: set[str]) -> None:
        """Write a step whose servers are not known: a door, the measured wait, and the procedure.

        Follows the moments of ``docs/explanation/extended-graph.md``, "Procedures"; the wait takes what is left of the
        variance of both.
        """
        opening = self._openings.calendar(step["calendar_id"])
        if opening and step["calendar_id"] not in doors:
            doors.add(step["calendar_id"])
            name = f"{facility['facility_id']} {step['calendar_id']}"
            written.put(Visit(self.door(name, opening, **_where(facility)), Law()))
        share, wait = step["share_frac"], step["wait_h"]
        electronic = step["electronic_frac"]
        mean = (1 - electronic) * step["service_h"] + electronic * step["electronic_service_h"]
        second = (1 - electronic) * step["service_h"] ** 2 + electronic * step["electronic_service_h"] ** 2
        second *= 1 + step["service_cv_frac"] ** 2
        wait_second = wait**2 * (1 + step["wait_cv_frac"] ** 2)
        whole = share * (second + wait_second + 2 * mean * wait) - (share * (mean + wait)) ** 2
        own = max(0.0, share * second - (share * mean) ** 2)
        key = f"{facility['facility_id']} {step['step_no']}"
        written.pend("procedure", share * mean, own if wait > 0 else max(0.0, whole), key)
        written.pend("waiting", share * wait, max(0.0, whole - own), key)

    def _train(self, step: Row, facility: Row, arc: Row) -> str:
        """Return the lane of a batch: it goes when so many are there, or the first has waited long enough."""
        name = f"{facility['facility_id']} {step['step_no']} > {arc['toward']}"
        count, timeout_h = float(step["batch_count"]), step["batch_timeout_h"]
        lane = Lane(name, count, Law(), timeout_h=timeout_h, load_h=step["service_h"])
        return self._trains.setdefault(name, lane).name

    def _station(self, key: str, servers: int | None, gates: tuple[str, ...], at_closing: Any, **meaning: Any) -> str:
        self._stations.setdefault(key, Station(key, servers, gates, at_closing))
        self._meaning.setdefault(key, meaning)
        return key


def passing(place: str, row: Row, size: float) -> Law:
    """Return how long one consignment takes up a facility or a line with a limit, each by its share of the capacity.

    Raises
    ------
    ParamsError
        When the capacity is 0; the message names the place.
    """
    if not row["capacity_per_year"] > 0:
        raise ParamsError(f"{place}: capacity_per_year is 0, so that nothing ever passes; close it instead")
    return Law.of("deterministic", size * _YEAR_H / row["capacity_per_year"])


def _applies(step: Row, arc: Row, commodity: Row) -> bool:
    return step["vehicle_kind"] in ("", arc["before"], arc["after"]) and step["commodity_id"] in (
        "", commodity["commodity_id"],
    )  # fmt: skip


def _is_station(step: Row) -> bool:
    return bool(step["server_count"] < UNKNOWN_SERVERS)


def _where(facility: Row) -> dict[str, Any]:
    return {"facility_id": facility["facility_id"], "node_id": facility["node_id"]}
