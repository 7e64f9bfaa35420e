"""The command line: parse, call one function, show.

Exit codes: 0 all is well; 2 the input is wrong; 3 the question has no answer; 4 the ledger refuses; 130 Ctrl-C ended
it (what ``simulate`` and ``compare`` had finished by then is printed); 141 nobody reads the pipe any more; 1 a bug.
What is wrong goes to the error stream in words; ``--json`` and ``--csv`` are for machines.
"""

# ruff: noqa: FBT001, FBT002, PLR0913, PLR0917 - the parameters of a command are its options
from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from kervan._cli_ledger import ledger_app
from kervan._cli_options import Csv, Json, form_of
from kervan._cli_register import register_app
from kervan.errors import InputError, KervanError

if TYPE_CHECKING:
    from kervan.network import Network
    from kervan.scenario import Scenario

__all__ = ["app", "main"]


class _Group(TyperGroup):
    """The commands; what they raise on purpose becomes a message and an exit code, in this one place."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was given."""
        try:
            return super().invoke(ctx)
        except KervanError as error:
            from kervan._cli_output import complain

            complain(f"Error: {error}")
            raise typer.Exit(error.exit_code) from None


app = typer.Typer(
    cls=_Group,
    help="Kervan: an open digital twin of a transport corridor.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
scenario_app = typer.Typer(help="List, show and compare scenarios.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(scenario_app, name="scenario")
app.add_typer(ledger_app, name="ledger")
app.add_typer(register_app, name="register")

_Package = Annotated[str, typer.Option("--package", "-p", help="Name of a shipped package, or path of another.")]
_Commodity = Annotated[str, typer.Option("--commodity", "-c", help="What is sent.")]
_Quantity = Annotated[float, typer.Option("--quantity", "-q", help="How much, in units of the commodity.")]
_Depart = Annotated[
    str | None,
    typer.Option("--depart", help="Date or month of departure, for its weather; --year is that of the network."),
]
_Year = Annotated[int | None, typer.Option("--year", help="Year to stand for, with what is agreed by then.")]
_Replications = Annotated[int | None, typer.Option("--replications", "-n", help="How many; else as it takes.")]
_HalfWidth = Annotated[
    float | None,
    typer.Option("--half-width", help="Half-width of the interval to reach, as a share of the mean time: 0.02."),
]
_Seed = Annotated[int | None, typer.Option("--seed", help="Of all random numbers; the same seed, the same answer.")]
_Threads = Annotated[int | None, typer.Option("--threads", help="Replications at a time; 0: one a core.")]
_Demand = Annotated[list[str] | None, typer.Option("--demand", help="A demand row, no other; may be repeated.")]
_VolumeFactor = Annotated[float | None, typer.Option("--volume-factor", help="By which all demand is multiplied.")]
_LeadDays = Annotated[float | None, typer.Option("--lead-days", help="Days before the year, in which it fills.")]
_TailDays = Annotated[float | None, typer.Option("--tail-days", help="Days after it, for the last to arrive.")]
_Executor = Annotated[
    str | None, typer.Option("--executor", help="Where replications run: threads, or a dask cluster.")
]
_Save = Annotated[Path | None, typer.Option("--save", help="Folder to save the whole result to, as Parquet.")]
_DEFAULT = "trans_caspian"
#: What a shell says of a program that a closed pipe ended: 128 and the number of SIGPIPE.
_READER_GONE = 141
_CANNOT_WRITE = 2


def main() -> None:
    """Run the command line (the entry point ``kervan``)."""
    if sys.stdout is None:  # closed before we began
        if sys.stderr is not None:
            sys.stderr.write("Error: there is nowhere to write to: the output is closed\n")
        raise SystemExit(_CANNOT_WRITE)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except (SystemExit, OSError) as stop:
        fault = stop if isinstance(stop, OSError) else stop.__context__
        if not isinstance(fault, BrokenPipeError) and not isinstance(stop, OSError):
            raise
        # What is still buffered must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(fault, BrokenPipeError):  # whoever read has gone, as `head` does: no fault of ours
            raise SystemExit(_READER_GONE) from None
        from kervan._cli_output import complain

        complain(f"Error: what was asked cannot be written or read: {fault}")
        raise SystemExit(_CANNOT_WRITE) from None


def _loaded(package: str) -> Network:
    from kervan.formats import load

    return load(package)


def _scenario(package: str, name: str | None) -> Scenario | None:
    from kervan._cli_scenario import named

    return named(package, name) if name is not None else None


def _version(value: bool) -> None:
    if value:
        import kervan

        typer.echo(f"kervan {kervan.__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say on the error stream what runs.")] = False,
) -> None:
    del version  # its callback has acted
    if verbose:
        import logging

        logging.basicConfig(level=logging.INFO, format="%(message)s")


@app.command()
def report(
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path("kervan-report.html"),
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print it to a PDF beside the page.")] = False,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Simulate its years now (minutes), not those the package keeps.")
    ] = False,
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write the report: one self-contained page that opens in any browser."""
    from kervan._cli_report import write

    write(package, output, form_of(as_json=as_json, as_csv=as_csv), pdf=pdf, simulate=simulate)


@app.command()
def route(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="Where from: an id, or a name that is unique.")],
    destination: Annotated[str, typer.Argument(metavar="TO", help="Where to.")],
    commodity: _Commodity = "",
    quantity: _Quantity = 1.0,
    depart: _Depart = None,
    year: _Year = None,
    scenario: Annotated[str | None, typer.Option("--scenario", "-s", help="Name of a scenario, or its file.")] = None,
    via: Annotated[
        list[str] | None, typer.Option("--via", help="A place to pass, in this order; may be repeated.")
    ] = None,
    avoid: Annotated[list[str] | None, typer.Option("--avoid", help="A place not to touch; may be repeated.")] = None,
    mode: Annotated[list[str] | None, typer.Option("--mode", help="A mode to use, no other; may be repeated.")] = None,
    vehicle: Annotated[
        list[str] | None,
        typer.Option("--vehicle", help="A vehicle kind to use, no other of its mode; repeatable."),
    ] = None,
    max_hours: Annotated[float | None, typer.Option("--max-hours", help="Most mean hours.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", help="Most USD for the whole consignment.")] = None,
    max_emission: Annotated[float | None, typer.Option("--max-emission", help="Most kg of CO2e for the whole.")] = None,
    value_of_time: Annotated[
        float | None, typer.Option("--value-of-time", help="USD an hour is worth for a unit; else the commodity's.")
    ] = None,
    carbon_price: Annotated[float, typer.Option("--carbon-price", help="USD for a tonne of CO2e.")] = 0.0,
    similarity: Annotated[
        float, typer.Option("--similarity", help="Largest share of their hours that two itineraries have in common.")
    ] = 0.7,
    epsilon: Annotated[float, typer.Option("--epsilon", help="Above 0: a part of the Pareto set, found faster.")] = 0.0,
    alternatives: Annotated[int, typer.Option("--alternatives", "-k", help="How many itineraries at most.")] = 5,
    itinerary: Annotated[int, typer.Option("--itinerary", "-i", help="Whose stages to show.")] = 1,
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Find the ways of one consignment: hours, money, emissions, and how sure they are."""
    from kervan._cli_route import Question, answer, print_route

    form = form_of(as_json=as_json, as_csv=as_csv)
    net = _loaded(package)
    wishes = {
        "modes": tuple(mode or ()), "vehicle_kinds": tuple(vehicle or ()), "max_hours": max_hours,
        "max_cost_usd": max_cost, "max_emission_kg": max_emission, "value_of_time_usd_per_unit_h": value_of_time,
        "carbon_price_usd_per_t": carbon_price, "similarity": similarity, "epsilon": epsilon,
    }  # fmt: skip
    question = Question(
        origin, destination, commodity, quantity, depart, year, via or (), avoid or (), alternatives, wishes
    )
    print_route(net, answer(net, question, _scenario(package, scenario)), form, itinerary)


@app.command()
def simulate(
    scenario: Annotated[str | None, typer.Option("--scenario", "-s", help="Name of a scenario, or its file.")] = None,
    year: _Year = None,
    replications: _Replications = None,
    half_width: _HalfWidth = None,
    seed: _Seed = None,
    threads: _Threads = None,
    demand: _Demand = None,
    volume_factor: _VolumeFactor = None,
    lead_days: _LeadDays = None,
    tail_days: _TailDays = None,
    executor: _Executor = None,
    events: Annotated[
        Path | None, typer.Option("--events", help="File for all events of the first replication: .parquet, .xes ...")
    ] = None,
    save: _Save = None,
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Simulate a year of all consignments: queues, ships, weather, and how surely each arrives."""
    from kervan import _cli_simulate as shell

    form = form_of(as_json=as_json, as_csv=as_csv)
    wishes = {
        "replications": replications, "half_width_frac": half_width, "seed": seed, "threads": threads,
        "demand_ids": tuple(demand or ()), "volume_factor": volume_factor, "lead_d": lead_days, "tail_d": tail_days,
        "executor": executor,
    }  # fmt: skip
    asked = shell.Asked(wishes, year, save, events)
    result = shell.simulate(_loaded(package), _scenario(package, scenario), asked, form)
    if shell.was_stopped(result):
        raise typer.Exit(shell.INTERRUPTED)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario or its file; today: the network as it is.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    year: _Year = None,
    replications: _Replications = None,
    half_width: _HalfWidth = None,
    seed: _Seed = None,
    threads: _Threads = None,
    demand: _Demand = None,
    volume_factor: _VolumeFactor = None,
    lead_days: _LeadDays = None,
    tail_days: _TailDays = None,
    executor: _Executor = None,
    save: _Save = None,
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Simulate two scenarios with the same random numbers: what differs, and how surely B is better."""
    from kervan import _cli_simulate as shell
    from kervan._cli_scenario import named

    form = form_of(as_json=as_json, as_csv=as_csv)
    wishes = {
        "replications": replications, "half_width_frac": half_width, "seed": seed, "threads": threads,
        "demand_ids": tuple(demand or ()), "volume_factor": volume_factor, "lead_d": lead_days, "tail_d": tail_days,
        "executor": executor,
    }  # fmt: skip
    scenarios = named(package, first), named(package, second)
    result = shell.compare(_loaded(package), scenarios, shell.Asked(wishes, year, save), form)
    if shell.was_stopped(result):
        raise typer.Exit(shell.INTERRUPTED)


@app.command()
def check(
    named: Annotated[str, typer.Argument(metavar="[PACKAGE]", help="The same as --package.")] = "",
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Check a package: every problem at once, with file, row and what would be right."""
    from kervan._cli_package import check as checked

    if named and package != _DEFAULT:
        raise InputError(f"check one package: {named} or {package}")
    code = checked(named or package, form_of(as_json=as_json, as_csv=as_csv))
    if code:
        raise typer.Exit(code)


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="tables, columns, a table, or a key or name.")] = "tables",
    where: Annotated[list[str] | None, typer.Option("--where", help="column=value; may be repeated.")] = None,
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show a table, or one place, link, facility, source, ... with its source."""
    from kervan._cli_show import show as shown

    shown(_loaded(package), what, where or (), form_of(as_json=as_json, as_csv=as_csv))


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="Name of a shipped package, or a path.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="What to write; how it ends tells the format.")],
    to: Annotated[str, typer.Option("--to", help="package, parquet, xlsx, gmns or geojson.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write a package in another format."""
    from kervan._cli_package import convert as converted

    converted(source, target, to, form_of(as_json=as_json, as_csv=as_csv), force=force)


@app.command()
def validate(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also list the figures without an answer.")] = False,
    simulate: Annotated[
        int, typer.Option("--simulate", min=0, help="Simulate the year so many times, for the figures it answers.")
    ] = 0,
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Set published figures beside the model's own answers."""
    from kervan._cli_package import print_validation

    form = form_of(as_json=as_json, as_csv=as_csv)
    print_validation(_loaded(package), form, is_full=verbose, replications=simulate)


@app.command()
def sources(package: _Package = _DEFAULT, as_json: Json = False, as_csv: Csv = False) -> None:
    """List the sources, and how many rows rest on each."""
    from kervan._cli_package import print_sources

    form = form_of(as_json=as_json, as_csv=as_csv)
    print_sources(_loaded(package), form)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What to call it: letters, digits, _ and -.")],
    folder: Annotated[Path, typer.Option("--in", help="Where to make it.")] = Path(),
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write a small commented package to start from."""
    from kervan._cli_package import new as made
    from kervan._cli_package import print_new

    form = form_of(as_json=as_json, as_csv=as_csv)
    print_new(name, made(name, folder), form)


@scenario_app.command("list")
def scenario_list(package: _Package = _DEFAULT, as_json: Json = False, as_csv: Csv = False) -> None:
    """List the scenarios of a package."""
    from kervan._cli_scenario import print_list

    print_list(_loaded(package), package, form_of(as_json=as_json, as_csv=as_csv))


@scenario_app.command("show")
def scenario_show(
    name: Annotated[str, typer.Argument(help="Name of a scenario, or its file.")],
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show a scenario, edit by edit."""
    from kervan._cli_scenario import named, print_scenario

    print_scenario(_loaded(package), named(package, name), form_of(as_json=as_json, as_csv=as_csv))


@scenario_app.command("diff")
def scenario_diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario or its file; today: the network as it is.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    origin: Annotated[str | None, typer.Option("--from", help="Also compare the ways from this place ...")] = None,
    destination: Annotated[str | None, typer.Option("--to", help="... to this one.")] = None,
    commodity: _Commodity = "",
    quantity: _Quantity = 1.0,
    depart: _Depart = None,
    package: _Package = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Compare two scenarios: which cells differ, and what changes for a consignment."""
    from kervan._cli_route import Question
    from kervan._cli_scenario import named, print_difference

    form = form_of(as_json=as_json, as_csv=as_csv)
    if (origin is None) != (destination is None):
        raise InputError("give both --from and --to, or neither")
    net = _loaded(package)
    question = (
        Question(net.find_node(origin), net.find_node(destination), commodity, quantity, depart)
        if origin is not None and destination is not None
        else None
    )
    print_difference(net, named(package, first), named(package, second), question, form)


if __name__ == "__main__":
    main()
