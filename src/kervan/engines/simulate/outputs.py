"""The tables of a simulation, declared."""

from __future__ import annotations

import math
from typing import Final

from kervan.schema import Column, Table

__all__ = ["OUTPUTS"]


def _h(name: str, doc: str) -> Column:
    return Column(name, "float", doc, unit="h", at_least=0)


def _share(name: str, doc: str, at_most: float = math.inf) -> Column:
    return Column(name, "float", doc, unit="1", at_least=0, at_most=at_most)


def _yearly(name: str, doc: str) -> Column:
    return Column(name, "float", doc, unit="unit/year", at_least=0)


def _mean_count(name: str, doc: str) -> Column:
    return Column(name, "float", doc, unit="count", at_least=0)


_HALF: Final = "Half of its interval; infinite for one replication."
_DEMAND: Final = Column("demand_id", "id", "The demand row.")
_PARTS: Final = (
    _h("moving_h", "Mean hours in motion."),
    _h("waiting_h", "Mean hours waiting: in queues, for a ship or train, for an opening, for the weather, on the way."),
    _h("procedure_h", "Mean hours in procedures: customs, handling, loading and unloading."),
)


def _quantile(level: int) -> tuple[Column, Column, Column]:
    return (
        _h(f"p{level}_h", f"Hours that {level} of a hundred consignments keep."),
        _h(f"p{level}_low_h", "Low end of its interval."),
        _h(f"p{level}_high_h", "High end of its interval; infinite where there are too few."),
    )


OD: Final = Table("od", ("demand_id",), "a demand row, from door to door", (
    _DEMAND,
    Column("origin_node_id", "id", "From where."),
    Column("destination_node_id", "id", "To where."),
    Column("commodity_id", "id", "What."),
    Column("consignments", "int", "Consignments measured, of all replications.", at_least=0),
    _share("unfinished_frac", "Share of those begun in the whole run that had not arrived at its end.", 1.0),
    _h("mean_h", "Mean hours from door to door; infinite if none arrived."),
    _h("half_width_h", _HALF),
    *_quantile(50), *_quantile(90), *_quantile(95), *_PARTS,
))  # fmt: skip

STAGES: Final = Table("stages", ("demand_id", "way", "stage"), "a part of a way of a demand row", (
    _DEMAND,
    Column("way", "int", "Number of the way, from 1 in order of generalised cost.", at_least=1),
    Column("stage", "int", "Place in the way, from 1; ways out of queues come last.", at_least=1),
    _share("share_frac", "Share of the volume of the row that chooses the way.", 1.0),
    Column("kind", "text", "What is done; origin: held back before it begins."),
    Column("from_node_id", "id", "Where it starts."),
    Column("to_node_id", "id", "Where it ends; the same place for a stop."),
    Column("mode", "id", "What it moves on; for a stop, what it leaves on.", default=""),
    Column("vehicle_kind", "id", "In or on what; for a stop, in what it leaves.", default=""),
    Column("facility_id", "id", "The facility of a stop; blank on the way.", default=""),
    Column("service_id", "id", "The service of a sailing; blank otherwise.", default=""),
    _yearly("consignments_per_year", "Consignments that pass it."),
    *_PARTS,
))  # fmt: skip

FACILITIES: Final = Table("facilities", ("station",), "a queue: a step of a facility, a limit of throughput, a line", (
    Column("station", "text", "Key of the queue."),
    Column("facility_id", "id", "The facility; blank for a line.", default=""),
    Column("link_id", "id", "The link; blank for a facility.", default=""),
    Column("node_id", "id", "The place.", default=""),
    Column("step_no", "int", "The step; 0 for a limit of the whole.", at_least=0),
    Column("name", "text", "Name of the step."),
    Column("servers", "int", "Parallel servers; 0: as many as come, only a door.", at_least=0),
    _share("open_frac", "Share of the hours in which it is open.", 1.0),
    _share("offered_frac", "Work that comes to it / work it can do while open; above 1 its queue grows without end."),
    _share("utilisation_frac", "Busy server hours / server hours open."),
    _share("utilisation_half_width_frac", _HALF),
    _h("mean_wait_h", "Mean wait of those served."),
    _h("wait_half_width_h", _HALF),
    _h("p95_wait_h", "Wait that 95 of a hundred do not exceed."),
    _mean_count("mean_queue_count", "Mean number waiting."),
    _mean_count("longest_queue_count", "Longest queue of the year, mean over replications."),
    _yearly("throughput_per_year", "Consignments served."),
    _yearly("throughput_half_width_per_year", _HALF),
    _yearly("capacity_per_year", "Consignments it can serve while open; infinite for a door."),
))  # fmt: skip

SERVICES: Final = Table("services", ("lane",), "a service one way, or trains that form", (
    Column("lane", "text", "Key: the service and where it goes."),
    Column("fleet_id", "id", "Whose vehicles; blank: always there.", default=""),
    _yearly("voyages_per_year", "Departures with or without load."),
    _yearly("voyages_half_width_per_year", _HALF),
    _share("load_frac", "Load / capacity of the voyages."),
    _h("mean_wait_h", "Mean wait for departure of those who boarded."),
    _h("wait_half_width_h", _HALF),
    _mean_count("mean_queue_count", "Mean size waiting, in the unit of the capacity."),
))  # fmt: skip

FLEETS: Final = Table("fleets", ("fleet_id",), "a fleet and how its vehicles spend the year", (
    Column("fleet_id", "id", "The fleet."),
    Column("vehicles", "int", "How many.", at_least=1),
    _yearly("voyages_per_year", "Laden voyages of all its vehicles."),
    _yearly("voyages_half_width_per_year", _HALF),
    _yearly("empty_per_year", "Voyages without load, to where there is some."),
    _share("load_frac", "Load / capacity of the laden voyages."),
    _h("cycle_h", "Out and back: twice the hours of its vehicles / all voyages; idle hours too."),
    _h("cycle_half_width_h", _HALF),
    *(_share(f"{name}_frac", f"Share of the hours {doc}.", 1.0) for name, doc in (
        ("idle", "without a task"), ("anchor", "waiting for a berth"), ("loading", "loading"),
        ("weather", "loaded, kept by the weather"), ("sailing", "sailing"), ("unloading", "unloading"))),
))  # fmt: skip

WEEKS: Final = Table("weeks", ("station", "week"), "a queue in a week", (
    Column("station", "text", "Key of the queue."),
    Column("week", "int", "Week of the run, from 0."),
    Column("begins", "text", "Its first instant, UTC."),
    _mean_count("arrived_count", "Consignments that came."),
    _mean_count("served_count", "Services begun."),
    _mean_count("mean_queue_count", "Mean number waiting."),
    _mean_count("queue_half_width_count", _HALF),
    _mean_count("longest_queue_count", "Longest queue, mean over replications."),
))  # fmt: skip

DAYS: Final = Table("days", ("day",), "a day of the run", (
    Column("day", "int", "Day of the year, from 0; negative before it."),
    _mean_count("began_count", "Consignments that began and arrived some time."),
    _mean_count("arrived_count", "Consignments that arrived."),
    _h("mean_h", "Mean door-to-door hours of those that began."),
    _h("welch_h", "The same, smoothed over a fortnight by the method of Welch."),
))  # fmt: skip

RECOVERY: Final = Table("recovery", ("disruption_id",), "what a disruption does to the whole, against none", (
    Column("disruption_id", "id", "The disruption."),
    Column("name", "text", "Its name."),
    Column("start_d", "float", "Day of the year on which it begins.", unit="d", at_least=0),
    Column("length_d", "float", "How long it lasts.", unit="d", at_least=0),
    _mean_count("peak_backlog_count", "Most consignments that would have arrived by then without it."),
    Column("peak_d", "float", "Day of the year of that peak.", unit="d"),
    Column("recovery_d", "float", "Days from its end until the backlog is gone; infinite if it is not by the end of "
           "the run.", unit="d", at_least=0),
))  # fmt: skip

NOTES: Final = Table("notes", ("number",), "something a reader must know", (
    Column("number", "int", "From 1.", at_least=1),
    Column("kind", "choice", "What about.", choices=(
        "unstable", "left_out", "unsettled", "unfinished", "stopped", "interval")),
    Column("place", "text", "What it concerns: a queue, a demand row."),
    Column("message", "text", "In words."),
))  # fmt: skip

RUN: Final = Table("run", ("seed",), "the whole", (
    Column("seed", "int", "Seed of all random numbers.", at_least=0),
    Column("replications", "int", "How many.", at_least=1),
    Column("events", "int", "Events of all of them.", at_least=0),
    Column("consignments", "int", "Consignments that began in all of them.", at_least=0),
    _h("mean_h", "Mean door-to-door hours of all consignments measured."),
    _h("half_width_h", _HALF),
    Column("settled_d", "int", "Days of the run after which MSER-5 finds it settled; -1: not within it."),
    Column("digest", "text", "Of the bits of all other tables."),
))  # fmt: skip

#: Tables of a result.
OUTPUTS: Final[dict[str, Table]] = {
    table.name: table
    for table in (OD, STAGES, FACILITIES, SERVICES, FLEETS, WEEKS, DAYS, RECOVERY, NOTES, RUN)
}  # fmt: skip
