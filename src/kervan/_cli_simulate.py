"""The commands `simulate` and `compare`: a year of all consignments at once, and what a scenario changes in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._cli_output import Field, complain, number, print_csv, print_json, print_table, records, say
from kervan.errors import FormatError, InputError

if TYPE_CHECKING:
    import pandas as pd

    from kervan.engines.simulate.engine import Progress
    from kervan.engines.simulate.params import SimulateParams
    from kervan.network import Network
    from kervan.result import Result
    from kervan.scenario import Scenario

__all__ = ["INTERRUPTED", "Asked", "compare", "simulate", "was_stopped", "watching"]

#: What a shell says of a program that Ctrl-C ended: 128 and the number of SIGINT.
INTERRUPTED: Final = 130
_ROWS, _WORST, _NOTES, _PLACES = 20, 10, 12, 3

Watch = Callable[["Progress"], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked on the command line.

    Parameters
    ----------
    wishes
        Parameters of the engine by their names there; None keeps the default.
    year
        Year to stand for.
    save
        Folder to save the result to.
    events
        File to write the events of the first replication to.
    """

    wishes: Mapping[str, Any] = field(default_factory=dict)
    year: int | None = None
    save: Path | None = None
    events: Path | None = None

    def params(self) -> SimulateParams:
        """Return what was asked as the engine takes it.

        Raises
        ------
        ParamsError
            When a number is out of its range.
        InputError
            When both a number of replications and a half-width are given.
        """
        from kervan.engines.simulate.params import SimulateParams

        given = {name: value for name, value in self.wishes.items() if value is not None}
        if {"replications", "half_width_frac"} <= set(given):
            raise InputError("give --replications or --half-width, not both")
        return SimulateParams(**given)


def simulate(net: Network, scenario: Scenario | None, asked: Asked, form: str) -> Result:
    """Simulate a network under a scenario, print the result, and save it if that was asked for.

    Raises
    ------
    InputError
        When what was asked or a row of the tables is wrong.
    SolveError
        When a bound is passed, or at a deadlock.
    FormatError
        When the result cannot be saved; that is said before anything is simulated.
    """
    from kervan._cli_scenario import at_year
    from kervan.engines import run
    from kervan.engines.simulate.engine import simulate_json

    params, edits = asked.params(), at_year(scenario, asked.year)
    _make_room(asked)
    with watching() as watch:
        result = run(net, "simulate", params, edits, watch=watch)
    if form == "json":
        print_json(simulate_json(result))
    elif form == "csv":
        print_csv(result["od"])
    else:
        _print_year(net, result)
    _save(result, asked)
    if asked.events is not None and not was_stopped(result):
        _write_events(edits.apply(net) if edits is not None else net, params, asked.events)
    return result


def compare(net: Network, scenarios: tuple[Scenario, Scenario], asked: Asked, form: str) -> Result:
    """Compare two scenarios of a network, print what differs, and save it if that was asked for.

    Raises
    ------
    InputError
        When what was asked or a row of the tables is wrong.
    SolveError
        When a bound is passed, or at a deadlock.
    FormatError
        When the result cannot be saved; that is said before anything is simulated.
    """
    from kervan._cli_scenario import at_year
    from kervan.engines.simulate.compare import compare_json, compared

    params = asked.params()
    _make_room(asked)
    first, second = (at_year(scenario, asked.year) or scenario for scenario in scenarios)
    with watching() as watch:
        result = compared(net, (first, second), params, watch)
    if form == "json":
        print_json(compare_json(result))
    elif form == "csv":
        print_csv(result["od"])
    else:
        _print_comparison(net, result)
    _save(result, asked)
    return result


def was_stopped(result: Result) -> bool:
    """Whether Ctrl-C ended a simulation, so that its result is of what was finished by then."""
    return "stopped" in set(result["notes"]["kind"])


def _make_room(asked: Asked) -> None:
    if asked.save is not None:
        from kervan.result import room_for

        room_for(asked.save)
    if asked.events is not None:
        from kervan.formats.eventlog import event_format

        event_format(asked.events)
        if asked.events.exists():
            raise FormatError(f"{asked.events} exists already; choose another name")


def _save(result: Result, asked: Asked) -> None:
    if asked.save is not None:
        complain(f"Saved to {result.save(asked.save)}")


def _write_events(net: Network, params: SimulateParams, path: Path) -> None:
    """Write the events of the first replication."""
    from kervan.engines.simulate.eventlog import log_of
    from kervan.engines.simulate.rows import ready
    from kervan.engines.simulate.run import run_traced
    from kervan.formats.eventlog import write_events

    corridor = ready(net, params)
    traced = run_traced(corridor.model, corridor.clock.horizon_h, seed=params.seed)
    complain(f"Events in {write_events(log_of(traced, corridor.model), path, start=corridor.clock.start)}")


# ── while it runs ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def watching() -> Iterator[Watch]:
    """Give what an engine tells its progress to: warnings once each, and a bar where a person looks on."""
    told: set[str] = set()

    def warn(progress: Progress) -> None:
        new = [words for words in progress.warnings if words not in told]
        told.update(new)
        for words in new[:_NOTES]:
            complain(f"Warning: {words}")
        if len(new) > _NOTES:
            complain(f"Warning: and {len(new) - _NOTES} more; the notes of the result have them all")

    if not sys.stderr.isatty():
        yield warn
        return
    with _bar() as move:

        def watch(progress: Progress) -> None:
            warn(progress)
            move(progress)

        yield watch


@contextmanager
def _bar() -> Iterator[Watch]:
    """Give what moves a bar on the error stream: replications done, of how many, and the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("Replications"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def move(progress: Progress) -> None:
            bar.update(task, completed=progress.done, total=progress.expected)

        yield move


# ── a year, for people ──────────────────────────────────────────────────────────────────────────────


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _range(row: Mapping[str, Any], level: int) -> str:
    """Return a quantile with the ends of its interval, where they are known."""
    show = number(1)
    ends = [show(row[f"p{level}_{end}_h"]) for end in ("low", "high")]
    return show(row[f"p{level}_h"]) + (f" ({ends[0]} to {ends[1]})" if "-" not in ends else "")


def _names(net: Network, table: str, key: str) -> dict[str, str]:
    return dict(zip(net[table][key], net[table]["name"], strict=True))


def _print_year(net: Network, result: Result) -> None:
    run, ran = result["run"].iloc[0], result.provenance
    under = f", {ran.scenario}" if ran.scenario else ""
    say(
        f"{ran.package}, {ran.year}{under}: {run['replications']:,} replications with seed {run['seed']}, "
        f"{run['consignments']:,} consignments, {run['events']:,} events, {ran.wall_time_s:,.1f} s"
    )
    say(f"Door to door on average {_plus_minus(run['mean_h'], run['half_width_h'])} h")
    say()
    _print_demand(net, result)
    _print_places(net, result)
    _print_fleets(net, result)
    _print_recovery(result)
    _print_notes(result["notes"])


def _plus_minus(value: float, half_width: float, digits: int = 1) -> str:
    show = number(digits)
    return f"{show(value)} ± {show(half_width)}"


def _print_demand(net: Network, result: Result) -> None:
    od, count = result["od"], int(result["run"]["replications"].iloc[0])
    names = _names(net, "nodes", "node_id")
    od = od.assign(
        where=[f"{names.get(a, a)} → {names.get(b, b)}" for a, b in zip(od["origin_node_id"], od["destination_node_id"],
                                                                         strict=True)],
        yearly=od["consignments"] / count,
    )  # fmt: skip
    od = od.assign(**{f"p{level}": [_range(row, level) for row in records(od)] for level in (50, 90, 95)})
    fields = [
        Field("where", "from → to", most=44), Field("commodity_id", "what", most=24),
        Field("demand_id", "row", most=40, drop=6), Field("yearly", "a year", number()),
        Field("mean_h", "mean h", number(1)),
        Field("half_width_h", "±", number(1)), Field("p50", "half h", str, drop=3), Field("p90", "9 of 10 h", str),
        Field("p95", "19 of 20 h", str, drop=1), Field("moving_h", "moving h", number(1), drop=5),
        Field("waiting_h", "waiting h", number(1), drop=2), Field("procedure_h", "procedure h", number(1), drop=4),
    ]  # fmt: skip
    largest = od.sort_values(["yearly", "demand_id"], ascending=[False, True])
    if len(od) <= _ROWS:
        print_table(records(largest), fields, "From door to door")
        return
    print_table(records(largest.head(_WORST)), fields, "From door to door: the largest")
    slowest = od.sort_values(["mean_h", "demand_id"], ascending=[False, True])
    print_table(records(slowest.head(_WORST)), fields, "From door to door: the slowest")
    say(f"{len(od)} demand rows; --csv or --json has them all.\n")


def _place(net: Network) -> Callable[[Mapping[str, Any]], str]:
    """Return the function that names where a queue is: its facility, or the ends of its link."""
    facilities, nodes = _names(net, "facilities", "facility_id"), _names(net, "nodes", "node_id")
    links = net["links"].set_index("link_id")

    def show(row: Mapping[str, Any]) -> str:
        if row["facility_id"]:
            node = nodes.get(row["node_id"], row["node_id"])
            name = facilities.get(row["facility_id"], row["facility_id"])
            return name if name.startswith(node) else f"{node}: {name}"
        if row["link_id"] in links.index:
            ends = [links.at[row["link_id"], f"{end}_node_id"] for end in ("from", "to")]
            return " → ".join(nodes.get(str(end), str(end)) for end in ends)
        return str(row["station"])

    return show


def _print_places(net: Network, result: Result) -> None:
    """Print the queues in which most consignments wait, on average over the year."""
    place = _place(net)
    worst = result["facilities"].sort_values(["mean_queue_count", "station"], ascending=[False, True]).head(_WORST)
    rows = [row | {"place": place(row)} for row in records(worst[worst["mean_queue_count"] > 0])]
    fields = [
        Field("place", "where", most=44), Field("name", "step", most=24),
        Field("servers", "servers", lambda count: number()(count) if count else "-", drop=3),
        Field("open_frac", "open", _percent, drop=1), Field("utilisation_frac", "busy", _percent),
        Field("mean_wait_h", "mean wait h", number(1)),
        Field("wait_half_width_h", "±", number(1), drop=4), Field("p95_wait_h", "19 of 20 wait h", number(1), drop=2),
        Field("mean_queue_count", "mean queue", number(1)), Field("longest_queue_count", "longest", number()),
        Field("throughput_per_year", "served a year", number(), drop=5),
        Field("capacity_per_year", "can serve", number(), drop=6),
    ]  # fmt: skip
    if rows:
        print_table(rows, fields, "Where it chokes: the longest queues")


def _print_fleets(net: Network, result: Result) -> None:
    names = _names(net, "fleets", "fleet_id")
    rows = [row | {"name": names.get(row["fleet_id"], row["fleet_id"])} for row in records(result["fleets"])]
    fields = [
        Field("name", "fleet"), Field("vehicles", "vehicles", number()),
        Field("voyages_per_year", "laden voyages a year", number()),
        Field("voyages_half_width_per_year", "±", number(), drop=4), Field("empty_per_year", "empty", number(), drop=3),
        Field("load_frac", "full", _percent), Field("cycle_h", "out and back h", number(1)),
        Field("idle_frac", "idle", _percent, drop=1), Field("anchor_frac", "for a berth", _percent, drop=2),
        Field("weather_frac", "weather", _percent, drop=2),
    ]  # fmt: skip
    if rows:
        print_table(rows, fields, "Fleets")


def _print_recovery(result: Result) -> None:
    fields = [
        Field("name", "disruption"), Field("start_d", "from day", number()), Field("length_d", "days", number()),
        Field("peak_backlog_count", "most behind", number()), Field("peak_d", "on day", number()),
        Field("recovery_d", "days to recover", number(1)),
    ]  # fmt: skip
    if len(result["recovery"]):
        print_table(records(result["recovery"]), fields, "After a disruption")


def _print_notes(notes: pd.DataFrame) -> None:
    """Print the notes, those that say the same of many places as one; what was left out comes last."""
    told: dict[tuple[str, str], list[str]] = {}
    for row in sorted(records(notes), key=lambda row: row["kind"] == "left_out"):
        told.setdefault((row["kind"], row["message"]), []).append(row["place"])
    for (kind, message), places in list(told.items())[:_NOTES]:
        named = ", ".join(place for place in places[:_PLACES] if place)
        more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
        say(f"Note, {kind.replace('_', ' ')}{': ' if named else ''}{named}{more}: {message}")
    if len(told) > _NOTES:
        say(f"and {len(told) - _NOTES} notes more; --json has them all.")


# ── a comparison, for people ────────────────────────────────────────────────────────────────────────


def _chance(row: Mapping[str, Any]) -> str:
    low, high = row["probability_low_frac"], row["probability_high_frac"]
    return f"{row['probability_b_faster_frac']:.0%} ({low:.0%} to {high:.0%})"


_HOURS: Final = (
    Field("a_h", "a h", number(1)), Field("b_h", "b h", number(1)), Field("difference_h", "b - a h", number(2)),
    Field("half_width_h", "±", number(2)), Field("chance", "b faster", str),
)  # fmt: skip


def _print_comparison(net: Network, result: Result) -> None:
    a, b = records(result["scenarios"])
    total = records(result["total"])[0]
    say(
        f"a: {a['name']}, {a['year']}; b: {b['name']}, {b['year']}: {total['replications']:,} replications of each "
        f"with the same random numbers, seed {total['seed']}, {result.provenance.wall_time_s:,.1f} s"
    )
    say(f"Door to door on average {total['a_h']:,.1f} h in a, {total['b_h']:,.1f} h in b; b - a: "
        f"{_plus_minus(total['difference_h'], total['half_width_h'], 2)} h; b is faster in {_chance(total)} "
        "of the years")  # fmt: skip
    say()
    names = _names(net, "nodes", "node_id")
    fields = [Field("where", "from → to", most=44), Field("commodity_id", "what", most=24), *_HOURS,
              Field("p90_difference_h", "9 of 10: b - a h", number(2), drop=1),
              Field("p90_half_width_h", "±", number(2), drop=1)]  # fmt: skip
    od = [
        row | {"chance": _chance(row), "where": " → ".join(
            names.get(row[f"{end}_node_id"], row[f"{end}_node_id"]) for end in ("origin", "destination"))}
        for row in _most(result["od"], "difference_h", _ROWS)
    ]  # fmt: skip
    if od:
        print_table(od, fields, _titled("From door to door", len(od), len(result["od"])))
    _print_waits(net, result)
    moved = _most(result["fleets"], "voyages_difference_per_year", _WORST)
    if moved:
        print_table(moved, _FLEET_FIELDS, _titled("Fleets", len(moved), len(result["fleets"])))
    _print_notes(result["notes"])


_FLEET_FIELDS: Final = (
    Field("fleet_id", "fleet"), Field("voyages_a_per_year", "a voyages a year", number()),
    Field("voyages_b_per_year", "b", number()), Field("voyages_difference_per_year", "b - a", number(1)),
    Field("voyages_half_width_per_year", "±", number(1)), Field("cycle_a_h", "a cycle h", number(1), drop=2),
    Field("cycle_b_h", "b", number(1), drop=2), Field("cycle_difference_h", "b - a", number(1), drop=1),
    Field("cycle_half_width_h", "±", number(1), drop=1),
)  # fmt: skip


def _print_waits(net: Network, result: Result) -> None:
    place = _place(net)
    most = _most(result["facilities"], "difference_h", _WORST)
    rows = [row | {"place": place(row), "chance": _chance(row)} for row in most]
    fields = [Field("place", "where", most=44), Field("name", "step", most=24), *_HOURS,
              Field("utilisation_a_frac", "a busy", _percent, drop=1),
              Field("utilisation_b_frac", "b busy", _percent, drop=1)]  # fmt: skip
    if rows:
        print_table(rows, fields, _titled("Waits in queues", len(rows), len(result["facilities"])))


def _most(frame: pd.DataFrame, column: str, count: int) -> Sequence[dict[str, Any]]:
    """Return the rows that differ most."""
    order = frame[column].abs().sort_values(ascending=False, kind="stable").index
    return records(frame.loc[order[:count]])


def _titled(title: str, shown: int, count: int) -> str:
    return title if shown == count else f"{title}: the {shown} that differ most, of {count}"
