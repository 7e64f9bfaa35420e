"""The commands of ``kervan register``: parse, call one function of `kervan.register`, show."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - the parameters of a command are its options
from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kervan._cli_options import Csv, Json, form_of
from kervan.errors import InputError

if TYPE_CHECKING:
    from kervan.ledger import Event
    from kervan.register.store import Register

__all__ = ["register_app"]

_HELP: Final = "Who promised what, what the evidence says, and what keeping it is worth; alone: the scoreboard."
register_app = typer.Typer(help=_HELP, invoke_without_command=True, rich_markup_mode=None)

_DEFAULT: Final = "ots"
_TOLD_SINGLY: Final = 8
_Where = Annotated[
    str,
    typer.Option(
        "--register", "-r", help="Name of a shipped register, a folder of tables, a file, or the URL of a database."
    ),
]
_On = Annotated[str, typer.Option("--on", help="The day for which it is asked, as 2025-06-30; today if not given.")]
_Known = Annotated[str, typer.Option("--known-on", help="Only what had been recorded by the end of this day.")]
_Actor = Annotated[str, typer.Option("--actor", help="Who says so; the name you are logged in with if not given.")]
_Source = Annotated[str, typer.Option("--source", help="Key of the source.")]


def _day(text: str, option: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} takes a day, as 2025-06-30, not {text[:40]!r}") from None


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@contextmanager
def _tables(where: str, on: str, known_on: str = "") -> Iterator[tuple[Any, dt.date]]:
    """Open the tables of a register as of a day, with the day."""
    from kervan.register.store import opened, view

    day, known = _day(on, "--on"), _day(known_on, "--known-on")
    with opened(where) as register:
        yield view(register, known, day), day or known or _today()


@contextmanager
def _writable(where: str, *, must_exist: bool = True) -> Iterator[Register]:
    from kervan.register.store import folder_of, opened

    if folder_of(where) is not None:
        raise InputError(
            f"{where} is a folder of tables, in which nothing is recorded; make a register of it: "
            f"kervan register import {where} --register my-register.db"
        )
    is_new = "://" not in where and not Path(where).exists()
    try:
        with opened(where, must_exist=must_exist) as register:
            yield register
    except BaseException:
        if is_new:  # nothing was recorded: no empty register is left behind
            Path(where).unlink(missing_ok=True)
        raise


def _who(actor: str) -> str:
    if actor:
        return actor
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise InputError("say who you are: --actor NAME") from None


def _cells(given: list[str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or name in cells:
            raise InputError(f"write each cell once, as column=value, not {pair[:60]!r}")
        cells[name] = value
    return cells


def _recorded(events: tuple[Event, ...], form: str) -> None:
    from kervan._cli_output import print_json, say

    if form == "json":
        told = [{"id": event.id, "type": event.type, "subject": event.subject} for event in events]
        print_json({"schema": "kervan.register.recorded/1", "events": told})
        return
    if len(events) <= _TOLD_SINGLY:
        for event in events:
            say(f"{event.id}: {event.type} {event.subject}")
    else:
        for kind, count in Counter(event.type for event in events).items():
            say(f"{kind}: {count}")
    say(f"{len(events)} recorded" if events else "nothing new: all of it was recorded before")


# ── questions ───────────────────────────────────────────────────────────────────────────────────────


@register_app.callback(invoke_without_command=True)
def _scoreboard_command(
    context: typer.Context,
    where: _Where = _DEFAULT,
    on: _On = "",
    known_on: _Known = "",
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    from kervan._cli_register_output import print_scoreboard

    form = form_of(as_json=as_json, as_csv=as_csv)
    with _tables(where, on, known_on) as (tables, day):
        print_scoreboard(tables, day, form)


@register_app.command()
def due(
    where: _Where = _DEFAULT,
    days: Annotated[int, typer.Option("--days", min=0, max=36_500, help="How many days to look ahead.")] = 90,
    on: _On = "",
    known_on: _Known = "",
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List who must do what by when: promises, milestones and meetings of the days to come."""
    from kervan._cli_register_output import print_due
    from kervan.register import views

    form = form_of(as_json=as_json, as_csv=as_csv)
    with _tables(where, on, known_on) as (tables, day):
        print_due(views.due(tables, day, days), day, days, form)


@register_app.command()
def overdue(
    where: _Where = _DEFAULT, on: _On = "", known_on: _Known = "", as_json: Json = False, as_csv: Csv = False
) -> None:
    """List promises whose deadline has passed and whose delivery is not shown."""
    from kervan._cli_register_output import print_commitments
    from kervan.register import views

    form = form_of(as_json=as_json, as_csv=as_csv)
    with _tables(where, on, known_on) as (tables, day):
        print_commitments(views.overdue(tables, day), day, form, "overdue")


@register_app.command()
def show(
    key: Annotated[str, typer.Argument(help="Key of a row, or table/key.")],
    where: _Where = _DEFAULT,
    on: _On = "",
    known_on: _Known = "",
    as_json: Json = False,
) -> None:
    """Show a row with all that refers to it: a commitment, body, document, meeting, person, ..."""
    from kervan._cli_register_output import print_found

    with _tables(where, on, known_on) as (tables, day):
        print_found(tables, key, day, form_of(as_json=as_json, as_csv=False))


@register_app.command()
def timeline(
    key: Annotated[str, typer.Argument(help="Key of a row; all meetings and documents if not given.")] = "",
    where: _Where = _DEFAULT,
    on: _On = "",
    known_on: _Known = "",
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List what is dated about a row, in order of time."""
    from kervan._cli_register_output import print_timeline
    from kervan.register import views

    form = form_of(as_json=as_json, as_csv=as_csv)
    with _tables(where, on, known_on) as (tables, _):
        print_timeline(views.timeline(tables, key), form)


@register_app.command()
def log(
    key: Annotated[str, typer.Argument(help="table/key of a row; all events if not given.")] = "",
    where: _Where = _DEFAULT,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List what was recorded, by whom and when."""
    from kervan._cli_register_output import print_log
    from kervan.register.store import STREAM, opened

    form = form_of(as_json=as_json, as_csv=as_csv)
    with opened(where) as register:
        print_log(register.ledger.events(STREAM, subject=key), form)


@register_app.command()
def worth(
    commitment: Annotated[str, typer.Argument(help="Key of a commitment.")],
    where: _Where = _DEFAULT,
    as_json: Json = False,
) -> None:
    """Run the twin with and without what a commitment promises, and show the difference."""
    from kervan._cli_register_output import print_worth
    from kervan.register.worth import worth as valued

    with _tables(where, "") as (tables, _):
        print_worth(valued(tables, commitment), form_of(as_json=as_json, as_csv=False))


# ── recording ───────────────────────────────────────────────────────────────────────────────────────


@register_app.command()
def add(
    table: Annotated[str, typer.Argument(help="A table, such as commitments; see docs/reference/register.md.")],
    key: Annotated[str, typer.Argument(help="Key of the new row.")],
    cells: Annotated[list[str] | None, typer.Argument(metavar="COLUMN=VALUE...", help="Its cells.")] = None,
    where: _Where = _DEFAULT,
    actor: _Actor = "",
    as_json: Json = False,
) -> None:
    """Add a row. The register is made if it is a file that is not there."""
    from kervan.register.store import Change, record

    with _writable(where, must_exist=False) as register:
        _recorded(
            record(register, [Change(table, key, _cells(cells or []))], _who(actor)),
            form_of(as_json=as_json, as_csv=False),
        )


@register_app.command()
def change(
    table: Annotated[str, typer.Argument(help="The table.")],
    key: Annotated[str, typer.Argument(help="Key of the row.")],
    cells: Annotated[list[str] | None, typer.Argument(metavar="COLUMN=VALUE...", help="Cells that differ.")] = None,
    correct: Annotated[bool, typer.Option("--correct", help="It was recorded wrongly, and did not change.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="The row should never have been recorded.")] = False,
    corrects: Annotated[str, typer.Option("--corrects", help="Id of the wrong event; the last one otherwise.")] = "",
    expect: Annotated[int | None, typer.Option("--expect", help="Events about the row that you have seen.")] = None,
    where: _Where = _DEFAULT,
    actor: _Actor = "",
    as_json: Json = False,
) -> None:
    """Change a row, correct it, or withdraw it; what was recorded before stays in the log."""
    from kervan.register.store import Change, record, subject_of

    if correct and withdraw:
        raise InputError("give --correct or --withdraw, not both")
    action: Any = "withdrawn" if withdraw else "corrected" if correct or corrects else "changed"
    with _writable(where) as register:
        expected = None if expect is None else {subject_of(table, key): expect}
        made = Change(table, key, _cells(cells or []), action, corrects)
        _recorded(record(register, [made], _who(actor), expected), form_of(as_json=as_json, as_csv=False))


@register_app.command()
def evidence(
    commitment: Annotated[str, typer.Argument(help="Key of the commitment.")],
    summary: Annotated[str, typer.Option("--summary", help="What it says.")],
    grade: Annotated[int, typer.Option("--grade", help="1 checked on the spot ... 5 unattributed.")],
    source: _Source,
    happened: Annotated[str, typer.Option("--happened", help="When, as a partial date.")] = "",
    contradicts: Annotated[bool, typer.Option("--contradicts", help="It speaks against.")] = False,
    progress: Annotated[bool, typer.Option("--progress", help="It shows work begun, not delivery.")] = False,
    said_by: Annotated[str, typer.Option("--said-by", help="Key of the organization that says so.")] = "",
    party: Annotated[str, typer.Option("--party", help="The party it is about; all if not given.")] = "",
    milestone: Annotated[str, typer.Option("--milestone", help="The milestone it is about.")] = "",
    group: Annotated[str, typer.Option("--group", help="Word shared by items of one origin.")] = "",
    where: _Where = _DEFAULT,
    actor: _Actor = "",
    as_json: Json = False,
) -> None:
    """Add evidence for or against a commitment."""
    from kervan.register.store import Change, next_key, record

    cells = {
        "commitment_id": commitment, "summary": summary, "grade": grade, "source_id": source, "happened_on": happened,
        "stance": "contradicts" if contradicts else "supports", "shows": "progress" if progress else "delivery",
        "said_by_id": said_by, "party_id": party, "milestone_id": milestone, "independence_group": group,
    }  # fmt: skip
    with _writable(where) as register:
        made = Change("evidence", next_key(register, "evidence", f"{commitment}.e"), cells)
        _recorded(record(register, [made], _who(actor)), form_of(as_json=as_json, as_csv=False))


@register_app.command()
def assess(
    commitment: Annotated[str, typer.Argument(help="Key of the commitment.")],
    party: Annotated[str, typer.Argument(help="Key of the party.")],
    score: Annotated[str, typer.Option("--score", help="-1 not kept, 0 partly, +1 kept, none.")],
    judgement: Annotated[str, typer.Option("--judgement", help="delivered, under_way, ..., cannot_tell.")] = "",
    rationale: Annotated[str, typer.Option("--rationale", help="Why.")] = "",
    source: _Source = "",
    second: Annotated[bool, typer.Option("--second", help="A second, independent score of the last one.")] = False,
    assessed: Annotated[str, typer.Option("--as-of", help="As of when; today if not given.")] = "",
    where: _Where = _DEFAULT,
    actor: _Actor = "",
    as_json: Json = False,
) -> None:
    """Judge a commitment for one party; a second assessor scores the same judgement again."""
    from kervan.register.store import Change, last_assessment, next_key, record

    name, score = _who(actor), {"1": "+1"}.get(score, score)
    with _writable(where) as register:
        if second:
            key = last_assessment(register, commitment, party)
            made = Change("assessments", key, {"second_assessor": name, "second_score": score}, "changed")
        else:
            cells = {
                "commitment_id": commitment, "party_id": party, "score": score, "judgement": judgement,
                "rationale": rationale, "assessor": name, "source_id": source,
                "assessed_on": assessed or _today().isoformat(),
            }  # fmt: skip
            made = Change("assessments", next_key(register, "assessments", f"{commitment}.a"), cells)
        _recorded(record(register, [made], name), form_of(as_json=as_json, as_csv=False))


@register_app.command()
def ingest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text in English: txt, html or md.")],
    source: Annotated[str, typer.Option("--source", help="Key of its source: record the candidates, for review.")] = "",
    engine: Annotated[str, typer.Option("--engine", help="patterns, or spacy with the extra [text].")] = "patterns",
    where: _Where = _DEFAULT,
    actor: _Actor = "",
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show what a text may hold for the register; with --source it waits there for review."""
    from kervan._cli_ingest import print_candidates as shown
    from kervan.register.ingest import Gazetteer
    from kervan.register.review import known_names, propose, rows_of
    from kervan.register.store import opened

    form = form_of(as_json=as_json, as_csv=as_csv)
    with _writable(where) if source else opened(where) as register:
        found = shown(file, Gazetteer.of(known_names(register.ledger)), engine, form)
        events = propose(register, rows_of(found["sha256"], source, found["candidates"]), _who(actor)) if source else ()
    if source and form == "text":
        from kervan._cli_output import say

        say(f"{len(events)} of them are new, and wait for review")


@register_app.command()
def review(
    decisions: Annotated[
        Path | None, typer.Argument(metavar="[DECISIONS.json]", help="Decisions as JSON; asked for if not given.")
    ] = None,
    where: _Where = _DEFAULT,
    actor: _Actor = "",
    as_json: Json = False,
) -> None:
    """Accept, edit, split or reject what was found in texts; nothing enters the register otherwise."""
    from kervan._cli_register_output import print_candidates, review_by_keyboard
    from kervan.register.review import decided, open_candidates, read_decisions

    form = form_of(as_json=as_json, as_csv=False)
    with _writable(where) as register:
        if decisions is not None:
            _recorded(decided(register, read_decisions(decisions), _who(actor)), form)
        elif as_json:
            print_candidates(open_candidates(register))
        else:
            review_by_keyboard(register, _who(actor))


# ── files ───────────────────────────────────────────────────────────────────────────────────────────


@register_app.command("import")
def import_(
    source: Annotated[str, typer.Argument(metavar="IN", help="A shipped register, a folder, .csv, .xlsx or .json.")],
    where: _Where = _DEFAULT,
    actor: _Actor = "",
    as_json: Json = False,
) -> None:
    """Record the rows of a folder of CSV tables, a workbook or a Popolo file: all of them, or none."""
    from kervan.register.exchange import read
    from kervan.register.store import record

    changes = read(source)
    with _writable(where, must_exist=False) as register:
        _recorded(record(register, changes, _who(actor)), form_of(as_json=as_json, as_csv=False))


@register_app.command()
def export(
    target: Annotated[Path, typer.Argument(metavar="OUT", help="What to write.")],
    to: Annotated[
        str, typer.Option("--to", help="folder, xlsx, popolo, iati, oc4ids, ical or prov; else by how OUT ends.")
    ] = "",
    of: Annotated[str, typer.Option("--of", help="Only this body (ical) or commitment (prov).")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    where: _Where = _DEFAULT,
    on: _On = "",
    known_on: _Known = "",
    as_json: Json = False,
) -> None:
    """Write a register, or a part of it, in the format of others."""
    from kervan._cli_output import print_json, say
    from kervan.register.exchange import write
    from kervan.register.store import opened, view

    form, day, known = form_of(as_json=as_json, as_csv=False), _day(on, "--on"), _day(known_on, "--known-on")
    with opened(where) as register:
        written = write(register, view(register, known, day), target, to=to, of=of, overwrite=force)
    if form == "json":
        print_json({"schema": "kervan.register.export/1", "path": str(target), "format": written})
    else:
        say(f"{target}: {written}")
