"""The one declaration: every table and column with unit, range, default and reference.

Everything else about the tables is a projection of this module: validation (`check`), empty templates
(`Table.empty`), the reference page, Parquet metadata and `datapackage.json`. To add a column, add one
`Column` here.

Blank cells live in files only. A blank becomes the declared default when a file is read; a column
without a default must be filled. For quantities that may be unknown or unlimited the default is
infinity (a capacity that does not bind, a cost that is not known), never NaN.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from kervan._column import REQUIRED, UNITS, Column, Table
from kervan.errors import Problem, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MAX_PROBLEMS", "REQUIRED", "TABLES", "UNITS", "UNKNOWN_SERVERS", "Column", "Table", "check", "units_of",
]  # fmt: skip

MAX_PROBLEMS: Final = 1000
_MAX_TEXT: Final = 2_000
_MAX_JSON: Final = 100_000
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+\-]{0,79}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # and halves of characters

#: The largest number of a unit that is believed, where a column does not say less. Sums along a route are exact in
#: multiples of the largest arc times 2⁻⁵⁰: one absurd price would round every other price away.
_LARGEST: Final = {
    "km": 40_000.0, "km/h": 1e9, "h": 87_600.0, "count": 1e9, "t/unit": 1e4, "USD": 1e15, "USD/t": 1e6,
    "USD/unit": 1e12, "USD/(unit h)": 1e9, "USD/(unit km)": 1e6, "unit/year": 1e15, "unit": 1e9, "d": 3660.0,
}  # fmt: skip

#: Canonical units of commodities, capacities and observations (text columns that name a unit).
QUANTITY_UNITS: Final = (
    "1", "Gbit/s", "MCM", "TEU", "TEU/year", "USD", "USD/FEU", "USD/TEU", "USD/t", "count", "count/day",
    "count/month", "count/year", "h", "kg/(t km)", "km", "km/h", "m", "m3", "m3/year", "ms", "t", "t/year",
)  # fmt: skip

QUALITIES: Final = ("observed", "published", "claimed", "estimated")
STATUSES: Final = ("existing", "construction", "planned", "proposed", "closed")
NEVER: Final = 9999
#: As many servers as come: how many there are is not known.
UNKNOWN_SERVERS: Final = 9999


def _source() -> tuple[Column, Column, Column]:
    return (
        Column("note", "text", "What a reader should know about the row.", default=""),
        Column("source_id", "id", "Where the row comes from.", refers_to="sources"),
        Column("quality", "choice", "How far it can be trusted.", choices=QUALITIES),
    )


def _lifetime() -> tuple[Column, Column, Column]:
    return (
        Column("status", "choice", "State of the thing today.", default="existing", choices=STATUSES),
        Column(
            "opens_year", "int", "First year of use; 9999: not before an intervention opens it.",
            unit="year", default=0, at_least=0, at_most=NEVER,
        ),
        Column(
            "closes_year", "int", "First year out of use.", unit="year", default=NEVER, at_least=0, at_most=NEVER,
        ),
    )  # fmt: skip


def _capacity(doc: str) -> tuple[Column, Column]:
    return (
        _number("capacity_per_year", doc, "unit/year", default=math.inf),
        Column(
            "capacity_unit", "choice", "Unit of the capacity (Gbit/s is a sustained rate).",
            default="t", choices=("t", "TEU", "m3", "Gbit/s", "count"),
        ),
    )  # fmt: skip


def _number(
    name: str, doc: str, unit: str, default: Any = REQUIRED, at_least: float = 0.0, at_most: float | None = None
) -> Column:
    most = _LARGEST.get(unit, math.inf) if at_most is None else at_most
    return Column(name, "float", doc, unit=unit, default=default, at_least=at_least, at_most=most)


def _ref(name: str, table: str, doc: str, default: Any = REQUIRED) -> Column:
    return Column(name, "id", doc, default=default, refers_to=table)


_CV = "Coefficient of variation (standard deviation / mean)"
_LAWS = ("deterministic", "exponential", "lognormal", "gamma")
_DIRECTION = Column(
    "direction", "choice", "both: the reverse exists with the same values.", default="forward",
    choices=("forward", "both"),
)  # fmt: skip


def _gauge(name: str, doc: str) -> Column:
    return Column(name, "int", doc + "; 0 where there is none.", unit="mm", default=0, at_least=0, at_most=2000)


def _country(name: str, doc: str) -> Column:
    return Column(name, "id", doc + " (ISO 3166-1 alpha-2).", default="")


_TABLES: Final = (
    Table("nodes", ("node_id",), "a place", (
        Column("node_id", "id", "Stable key, by custom <country>_<NAME>."),
        Column("name", "text", "Name in English."),
        Column("kind", "choice", "What it is.", choices=(
            "city", "terminal", "port", "border", "yard", "junction", "field", "plant", "market", "landing")),
        Column("country_code", "id", "ISO 3166-1 alpha-2."),
        Column("lon_deg", "float", "Longitude, WGS 84.", unit="deg", at_least=-180, at_most=180),
        Column("lat_deg", "float", "Latitude, WGS 84.", unit="deg", at_least=-90, at_most=90),
        _number("accuracy_km", "How far the point may lie from the thing.", "km", default=1.0),
        Column("aliases", "text", "Other names, separated by |.", default=""),
        *_source(),
    ), is_required=True),
    Table("modes", ("mode",), "a kind of way", (
        Column("mode", "id", "rail, road, sea, pipeline, fibre, ..."),
        Column("name", "text", "Name shown to people."),
        Column("has_gauge", "flag", "Whether its links and vehicles have a track gauge.", default=False),
        Column("needs_service", "flag", "Whether its links can be used only by a service (ships).", default=False),
        *_source(),
    ), is_required=True),
    Table("vehicle_kinds", ("vehicle_kind",), "a kind of vehicle or carrier on one mode", (
        Column("vehicle_kind", "id", "block_train, wagon, truck, container_ship, rail_ferry, ..."),
        _ref("mode", "modes", "The mode it runs on."),
        Column("name", "text", "Name shown to people."),
        _number("emission_kg_per_t_km", "Emission factor, CO2 equivalent.", "kg CO2e/(t km)", at_most=10),
        Column("emission_scope", "choice", "ISO 14083 scope of the factor: well-to-wheel, or tank-to-wheel only.",
               choices=("wtw", "ttw")),
        *_source(),
    ), is_required=True),
    Table("links", ("link_id",), "a way between two places", (
        Column("link_id", "id", "Stable key."),
        _ref("from_node_id", "nodes", "Where it starts."),
        _ref("to_node_id", "nodes", "Where it ends."),
        _ref("mode", "modes", "The kind of way."),
        Column("direction", "choice", "both: can be used either way with the same values.", default="both",
               choices=("forward", "both")),
        _number("length_km", "Length along the way.", "km", at_most=40_000),
        _number("speed_km_per_h", "Speed while moving, without delay.", "km/h", at_least=0.1, at_most=1e9),
        _number("delay_h", "Mean time lost at a known local bottleneck of the link.", "h", default=0.0, at_most=8760),
        _number("time_cv_frac", _CV + " of the moving time.", "1", default=0.1, at_most=10),
        *_capacity("Largest flow in a year, both directions; blank: does not bind or is not known."),
        _gauge("gauge_mm", "Track gauge"),
        Column("track_count", "int", "Number of tracks; 0 where it has none.", unit="count", default=0, at_least=0,
               at_most=20),
        Column("electrification", "choice", "Traction of a railway.", default="unknown",
               choices=("yes", "no", "partly", "unknown")),
        Column("closure_scope", "id", "Weather scope that stops it (see closures).", default=""),
        *_lifetime(), *_source(),
    ), is_required=True),
    Table("facilities", ("facility_id",), "where a flow must stop", (
        Column("facility_id", "id", "Stable key."),
        _ref("node_id", "nodes", "Where it is."),
        Column("name", "text", "Name shown to people."),
        Column("kind", "choice", "What it does.", choices=(
            "border_post", "port", "gauge_yard", "transload", "terminal")),
        _ref("from_mode", "modes", "Mode of arrival; blank: the consignment starts here.", ""),
        _ref("to_mode", "modes", "Mode of departure; blank: the consignment ends here.", ""),
        _ref("from_vehicle_kind", "vehicle_kinds", "Only from this vehicle; blank: any.", ""),
        _ref("to_vehicle_kind", "vehicle_kinds",
             "Only to this vehicle; blank: any (the same one, if the mode stays).", ""),
        _country("from_country_code", "Country being left, for a border post"),
        _country("to_country_code", "Country being entered, for a border post"),
        _gauge("from_gauge_mm", "Gauge of arrival, for a gauge yard"),
        _gauge("to_gauge_mm", "Gauge of departure, for a gauge yard"),
        _DIRECTION,
        *_capacity("Largest throughput in a year; blank: does not bind or is not known."),
        Column("closure_scope", "id", "Weather scope that stops its work (see closures).", default=""),
        *_lifetime(), *_source(),
    )),
    Table("steps", ("facility_id", "step_no"), "one procedure inside a facility, in order", (
        _ref("facility_id", "facilities", "The facility."),
        Column("step_no", "int", "Place in the order, from 1.", at_least=1, at_most=99),
        Column("name", "text", "Name shown to people."),
        Column("kind", "choice", "What is done.", choices=(
            "documents", "customs", "phytosanitary", "weighing", "inspection", "gauge_change", "transload", "berth",
            "crane", "loading", "unloading", "storage", "formation", "handover", "security")),
        _ref("vehicle_kind", "vehicle_kinds", "Only for this vehicle; blank: all.", ""),
        _ref("commodity_id", "commodities", "Only for this commodity; blank: all.", ""),
        Column("server_count", "int", "Parallel servers (lanes, cranes, officers); blank (9999): not known, the "
               "measured wait holds and no queue is simulated.", unit="count", default=UNKNOWN_SERVERS, at_least=1,
               at_most=UNKNOWN_SERVERS),
        Column("at_closing", "choice", "What becomes of work in progress when it closes: finished, interrupted and "
               "gone on with, or begun anew by the next shift.", default="finish",
               choices=("finish", "interrupt", "restart")),
        _number("service_h", "Mean time of the procedure itself.", "h", at_most=8760),
        _number("service_cv_frac", _CV + " of the procedure.", "1", default=0.5, at_most=10),
        Column("service_law", "choice", "Law of the procedure time.", default="gamma", choices=_LAWS),
        _number("wait_h", "Mean wait before the procedure as measured (the simulator makes its own).", "h", default=0.0,
                at_most=8760),
        _number("wait_cv_frac", _CV + " of that wait.", "1", default=1.0, at_most=10),
        _number("share_frac", "Share of consignments that pass this step (risk channel).", "1", default=1.0, at_most=1),
        _number("electronic_frac", "Share lodged electronically before arrival.", "1", default=0.0, at_most=1),
        _number("electronic_service_h", "Mean time of the procedure for that share.", "h", default=0.0, at_most=8760),
        _ref("calendar_id", "calendars", "Opening hours; blank: always open.", ""),
        Column("batch_count", "int", "Consignments that go through it together (a train that forms at so many wagons).",
               unit="count", default=1, at_least=1, at_most=10_000),
        _number("batch_timeout_h", "Longest wait of the first of a batch; blank: until it is full.", "h",
                default=math.inf),
        _number("patience_h", "Mean of the longest wait (exponential) after which a consignment takes another way; "
                "blank: it stays.", "h", default=math.inf),
        _number("divert_above_h", "Expected wait above which a consignment takes another way; blank: never.", "h",
                default=math.inf),
        _number("cost_usd_per_t", "Money paid for the step.", "USD/t", default=0.0),
        *_source(),
    )),
    Table("calendars", ("calendar_id", "weekday", "opens_h"), "one opening of a place in the week, local time", (
        Column("calendar_id", "id", "Which calendar."),
        Column("weekday", "int", "0 Monday ... 6 Sunday.", at_least=0, at_most=6),
        _number("opens_h", "Hour of opening.", "h", at_most=24),
        _number("closes_h", "Hour of closing, after opening.", "h", at_most=24),
        Column("utc_offset_h", "float", "Local time minus UTC.", unit="h", default=0.0, at_least=-14, at_most=14),
        *_source(),
    )),
    Table("fleets", ("fleet_id",), "ships, train sets or wagons shared by services", (
        Column("fleet_id", "id", "Stable key."),
        Column("name", "text", "Name shown to people."),
        _ref("vehicle_kind", "vehicle_kinds", "What they are."),
        Column("vehicle_count", "int", "How many.", unit="count", at_least=0, at_most=1_000_000),
        _number("vehicle_capacity_count", "Units one vehicle carries at full draft.", "count"),
        Column("capacity_unit", "choice", "What is counted.", choices=("TEU", "t", "wagon", "truck", "m3")),
        _number("payload_frac", "Share of that capacity usable today (draft).", "1", default=1.0, at_most=1),
        Column("policy", "choice", "Which service a free vehicle takes: that with the longest queue, or each in turn.",
               default="longest", choices=("longest", "rotation")),
        *_lifetime(), *_source(),
    )),
    Table("services", ("service_id",), "vehicles that batch on a link", (
        Column("service_id", "id", "Stable key."),
        Column("name", "text", "Name shown to people."),
        _ref("link_id", "links", "The link it runs on."),
        _ref("vehicle_kind", "vehicle_kinds", "What it runs."),
        _ref("fleet_id", "fleets", "Whose vehicles; blank: not modelled.", ""),
        Column("direction", "choice", "both: runs either way.", default="both", choices=("forward", "both")),
        _number("vehicle_capacity_count", "Units one vehicle carries.", "count", default=math.inf),
        Column("capacity_unit", "choice", "What is counted.", default="t",
               choices=("TEU", "t", "wagon", "truck", "m3")),
        Column("rule", "choice", "When a vehicle leaves.", choices=("full_or_timeout", "timetable", "headway")),
        _number("headway_h", "Mean time between departures.", "h", at_most=8760),
        _number("headway_cv_frac", _CV + " of the time between departures.", "1", default=1.0, at_most=10),
        _number("timeout_h", "Longest wait for a full load, for full_or_timeout.", "h", default=math.inf),
        _number("load_h", "Time from boarding to departure.", "h", default=0.0, at_most=8760),
        _number("unload_h", "Time from arrival to release.", "h", default=0.0, at_most=8760),
        _number("cost_usd_per_t", "Fare of one trip.", "USD/t", default=0.0),
        *_lifetime(), *_source(),
    )),
    Table("closures", ("closure_id",), "weather and other off-times of a scope in one month", (
        Column("closure_id", "id", "Stable key."),
        Column("scope", "id", "What stops together (caspian, black_sea, ...)."),
        Column("month", "int", "1 ... 12.", at_least=1, at_most=12),
        _number("open_h", "Mean length of an open spell.", "h", at_least=0.01),
        _number("closed_h", "Mean length of a closed spell.", "h"),
        *_source(),
    )),
    Table("berths", ("node_id", "vehicle_kind"), "berths of a port for vehicles of one kind", (
        _ref("node_id", "nodes", "The port."),
        _ref("vehicle_kind", "vehicle_kinds", "What moors there."),
        Column("berth_count", "int", "How many at a time.", unit="count", at_least=1, at_most=10_000),
        *_source(),
    )),
    Table("yards", ("yard_id",), "a limited number of places for what is to leave a node", (
        Column("yard_id", "id", "Stable key."),
        _ref("node_id", "nodes", "Where it is."),
        _ref("to_mode", "modes", "For what leaves on this mode; blank: on any.", ""),
        Column("place_count", "int", "Consignments it holds; whoever finds none waits where it is, and blocks it.",
               unit="count", at_least=1, at_most=1_000_000),
        Column("embargo_count", "int", "Number inside at which loading for it is embargoed at the origins; 0: never.",
               unit="count", default=0, at_least=0, at_most=1_000_000),
        Column("lift_count", "int", "Number inside at which the embargo is lifted.", unit="count", default=0,
               at_least=0, at_most=1_000_000),
        *_source(),
    )),
    Table("failures", ("failure_id",), "breakdowns of a facility or a link", (
        Column("failure_id", "id", "Stable key."),
        _ref("facility_id", "facilities", "What breaks down; blank: a link.", ""),
        _ref("link_id", "links", "What breaks down; blank: a facility.", ""),
        _number("up_h", "Mean time to failure (exponential).", "h", at_least=0.01),
        _number("down_h", "Mean time to repair.", "h", at_least=0.001, at_most=8760),
        _number("down_cv_frac", _CV + " of the repair.", "1", default=1.0, at_most=10),
        Column("down_law", "choice", "Law of the repair time.", default="exponential", choices=_LAWS),
        *_source(),
    )),
    Table("disruptions", ("disruption_id",), "something closed for a while, as a question asks", (
        Column("disruption_id", "id", "Stable key."),
        Column("name", "text", "Name shown to people."),
        _ref("node_id", "nodes", "A place whose facilities all close; blank: none.", ""),
        _ref("facility_id", "facilities", "A facility that closes; blank: none.", ""),
        _ref("link_id", "links", "A link that closes; blank: none.", ""),
        _number("start_d", "Day of the year on which it begins, from 0.", "d", at_most=366),
        _number("length_d", "How many days it lasts.", "d", at_least=0.01, at_most=366),
        *_source(),
    )),
    Table("seasons", ("season_id", "month"), "how much of a flow falls into a month", (
        Column("season_id", "id", "Which season."),
        Column("month", "int", "1 ... 12.", at_least=1, at_most=12),
        _number("factor_frac", "Flow of the month as a multiple of the mean of the year.", "1", at_most=12),
        *_source(),
    )),
    Table("commodities", ("commodity_id",), "what moves", (
        Column("commodity_id", "id", "Stable key."),
        Column("name", "text", "Name shown to people."),
        Column("unit", "choice", "What one unit is.", choices=("TEU", "t", "m3", "Gbit/s")),
        _number("mass_t_per_unit", "Gross mass of a unit.", "t/unit"),
        _number("value_usd_per_unit", "Value of the goods; blank: not known.", "USD/unit", default=math.inf),
        _number("value_of_time_usd_per_unit_h", "What an hour is worth to the shipper.", "USD/(unit h)", default=0.0),
        _number("choice_scale_usd_per_unit", "Scale of the logit choice of a route: a generalised cost higher by it "
                "divides the share by e; 0: all take the cheapest.", "USD/unit", default=0.0),
        *_source(),
    ), is_required=True),
    Table("carriage", ("carriage_id",), "that a vehicle carries a commodity, and on what terms", (
        Column("carriage_id", "id", "Stable key."),
        _ref("commodity_id", "commodities", "What is carried."),
        _ref("vehicle_kind", "vehicle_kinds", "By what."),
        _country("country_code", "Where the row holds; blank: wherever no row names the country"),
        _number("cost_usd_per_unit_km", "Freight rate.", "USD/(unit km)"),
        _number("speed_km_per_h", "Speed while moving; blank: the speed of the link.", "km/h", default=math.inf,
                at_least=0.1),
        _number("delay_h_per_km", "Time lost along the way (stops, marshalling, rest) per km.", "h/km", default=0.0,
                at_most=1),
        _number("delay_cv_frac", _CV + " of that loss over a link.", "1", default=1.0, at_most=10),
        _number("shipment_units", "Most units of the commodity in one consignment on it (a wagon, a truck, a parcel "
                "of a pipeline); blank: no limit.", "unit", default=math.inf, at_least=1e-6),
        *_source(),
    ), is_required=True),
    Table("demand", ("demand_id",), "who wants what, where, when", (
        Column("demand_id", "id", "Stable key."),
        _ref("origin_node_id", "nodes", "From where."),
        _ref("destination_node_id", "nodes", "To where."),
        _ref("commodity_id", "commodities", "What."),
        Column("year", "int", "When.", unit="year", at_least=1990, at_most=2100),
        _number("volume_per_year", "How much, in units of the commodity (data: sustained Gbit/s).", "unit/year"),
        Column("kind", "choice", "What sort of figure; assumed: ours, or of an earlier year.", choices=(
            "observed", "claimed", "planned", "forecast", "assumed")),
        Column("alternative", "text", "The route outside the network it could take.", default=""),
        _number("alternative_cost_usd_per_unit", "Its cost; blank: not known.", "USD/unit", default=math.inf),
        _number("alternative_time_h", "Its time; blank: not known.", "h", default=math.inf),
        Column("arrival", "choice", "Whether consignments come at random (Poisson) or on schedule.", default="poisson",
               choices=("poisson", "scheduled")),
        Column("group_count", "int", "Consignments that come together (a block train of so many wagons).", unit="count",
               default=1, at_least=1, at_most=1_000),
        Column("priority", "int", "0 is served first, 3 last.", default=1, at_least=0, at_most=3),
        _ref("season_id", "seasons", "Its season; blank: the same all the year.", ""),
        Column("via_node_ids", "text", "Places it passes, separated by ;: fixes its route.", default=""),
        *_source(),
    )),
    Table("interventions", ("intervention_id",), "a project or measure, with the edits it makes", (
        Column("intervention_id", "id", "Stable key."),
        Column("title", "text", "What it is."),
        Column("country_codes", "text", "Countries concerned, separated by ;.", default=""),
        Column("status", "choice", "How sure it is.", choices=(
            "done", "construction", "agreed", "planned", "proposed")),
        Column("year", "int", "First year of effect; 9999: no date.", unit="year", default=NEVER, at_least=1990,
               at_most=NEVER),
        _number("capex_usd", "Capital cost; blank: not known.", "USD", default=math.inf),
        Column("claim", "text", "The effect its promoters claim, in words.", default=""),
        Column("commitment_id", "id", "The commitment it fulfils (see the register).", default=""),
        Column("edits", "json", "The edits, a JSON list; empty: the effect is not quantified.", default="[]"),
        *_source(),
    )),
    Table("observations", ("observation_id",), "something measured or published", (
        Column("observation_id", "id", "Stable key."),
        Column("quantity", "choice", "What was measured.", choices=(
            "transit_time", "facility_time", "facility_cost", "freight_cost", "length", "speed", "volume", "capacity",
            "queue", "throughput", "closure", "level", "draft", "emission_factor", "price", "other")),
        Column("place", "text", "Where, as people say it."),
        _ref("node_id", "nodes", "The place, for a point quantity.", ""),
        _ref("origin_node_id", "nodes", "Start of the route it speaks of.", ""),
        _ref("destination_node_id", "nodes", "End of that route.", ""),
        Column("via_node_ids", "text", "Nodes the route passes, separated by ;.", default=""),
        Column("avoid_node_ids", "text", "Nodes the route does not touch, separated by ;.", default=""),
        _ref("facility_id", "facilities", "The facility it speaks of.", ""),
        _ref("commodity_id", "commodities", "What moved.", ""),
        _ref("vehicle_kind", "vehicle_kinds", "How it moved.", ""),
        Column("year", "int", "When; 0: not stated.", unit="year", default=0, at_least=0, at_most=2100),
        Column("period", "text", "The period in words.", default=""),
        Column("value", "float", "The figure; the middle where a range is given."),
        Column("value_low", "float", "Low end; blank: none given.", default=math.inf),
        Column("value_high", "float", "High end; blank: none given.", default=math.inf),
        Column("unit", "choice", "Canonical unit of the three.", choices=QUANTITY_UNITS),
        Column("kind", "choice", "What sort of figure.", choices=("observed", "claimed", "planned", "forecast")),
        Column("role", "choice", "validation: compared with the model; calibration: used to set it; context: neither.",
               default="context", choices=("validation", "calibration", "context")),
        Column("measure", "choice", "What of a simulated year answers it; none: nothing.", default="none", choices=(
            "none", "stage_hours", "facility_hours", "longest_queue", "mean_queue", "voyage_hours", "voyage_load",
            "voyages_per_vehicle", "departures_per_day", "carried_per_day")),
        *_source(),
    )),
    Table("sources", ("source_id",), "where a number comes from", (
        Column("source_id", "id", "Stable key."),
        Column("publisher", "text", "Who published it."),
        Column("title", "text", "What it is."),
        Column("year", "int", "Year of publication; 0: not stated.", unit="year", default=0, at_least=0, at_most=2100),
        Column("url", "text", "Where it was found.", default=""),
        Column("grade", "choice", "A official statistics or measurement; B official statement or reviewed study; "
               "C press quoting a named source; D recalled or reasoned.", choices=("A", "B", "C", "D")),
        Column("how_read", "text", "What of it was read.", default=""),
    ), is_required=True),
)  # fmt: skip

#: Every table of a package by name, in the order of reading.
TABLES: Final[Mapping[str, Table]] = {table.name: table for table in _TABLES}


def units_of(table: Table) -> dict[str, str]:
    """Return the unit of every column of ``table`` that has one."""
    return {column.name: column.unit for column in table.columns if column.unit}


def check(
    tables: Mapping[str, pd.DataFrame],
    spec: Mapping[str, Table] = TABLES,
    files: Mapping[str, str] | None = None,
    sound: Collection[str] = (),
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Conform every table to the schema and report every problem at once; never raise, never guess.

    Parameters
    ----------
    tables
        Raw tables by name; a table that is missing is empty, which is a problem if it is required.
    spec
        The declaration to check against.
    files
        File name of each table, for the problems.
    sound
        Names of tables that were checked together before and are taken as they are; references and rules
        between one of them and another table are checked again.

    Returns
    -------
    tuple
        The conformed tables (all of ``spec``) and the problems, at most `MAX_PROBLEMS` and a last one
        that counts the rest.

    Examples
    --------
    >>> _, problems = check({})
    >>> print(problems[0])
    nodes: the table is missing or empty; a package needs it
    """
    from kervan._conform import reference_problems, rule_problems

    files = files or {}
    problems = [
        Problem(name, 0, "", "", f"no such table in the schema{did_you_mean(name, spec)}", files.get(name, ""))
        for name in tables
        if name not in spec
    ]
    conformed: dict[str, pd.DataFrame] = {}
    for name, table in spec.items():
        given = tables.get(name)
        if given is not None and name in sound:
            conformed[name] = given
        elif given is None or (not len(given) and not len(given.columns)):
            conformed[name] = table.empty()
        else:
            conformed[name], found = table.conform(given, files.get(name, ""))
            problems += found
        if table.is_required and not len(conformed[name]):
            message = "the table is missing or empty; a package needs it"
            problems.append(Problem(name, 0, "", "", message, files.get(name, "")))
    changed = spec.keys() - set(sound)
    problems += reference_problems(conformed, spec, files, changed)
    if not problems and spec is TABLES:
        problems += rule_problems(conformed, files, changed)
    return conformed, _bounded(problems)


def _bounded(problems: Iterable[Problem]) -> list[Problem]:
    found = list(problems)
    if len(found) <= MAX_PROBLEMS:
        return found
    rest = len(found) - MAX_PROBLEMS
    return [*found[:MAX_PROBLEMS], Problem("", 0, "", "", f"and {rest} more problems of the same package")]
