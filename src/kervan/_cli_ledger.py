"""The command `ledger`: read a log, write and verify what proves it."""

# ruff: noqa: FBT002 - the parameters of a command are its options
from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kervan._cli_options import Csv, Json, form_of
from kervan.errors import BrokenChain, FormatError, InputError

if TYPE_CHECKING:
    from kervan.ledger import Event, Ledger
    from kervan.ledger.checkpoints import Checkpoint

__all__ = ["ledger_app"]

_SCHEMA: Final = "kervan.ledger-{}/1"
_MAX_KEY_BYTES: Final = 10_000
_MOST_SHOWN: Final = 50

ledger_app = typer.Typer(
    help="Read a ledger, and write or verify what proves it.", no_args_is_help=True, rich_markup_mode=None
)
_Place = Annotated[str, typer.Argument(metavar="LEDGER", help="The file of the ledger, or postgresql://...")]
_Stream = Annotated[str, typer.Argument(help="Name of the log in it.")]
_Output = Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")]
_Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
_Keys = Annotated[
    list[Path] | None, typer.Option("--key", help="File of a public key that must have signed; may be repeated.")
]
_Trusted = Annotated[
    list[Path] | None, typer.Option("--checkpoint", help="File of a checkpoint to agree with; may be repeated.")
]


def _opened(place: str) -> Ledger:
    from kervan.ledger import open_ledger

    return open_ledger(place, must_exist=True)


def _read(path: Path) -> str:
    """Return a small text: a key or a checkpoint."""
    from kervan._files import file_fault

    if fault := file_fault(path, limit=_MAX_KEY_BYTES):
        raise FormatError(f"{path}: {fault}")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise FormatError(f"{path} cannot be read as text") from None


def _answer(command: str, content: Mapping[str, Any], form: str) -> None:
    """Print one record: for machines, or for people as names and values."""
    from kervan._cli_output import print_answer, print_record

    if form == "text":
        print_record(content.items())
    else:
        print_answer(_SCHEMA.format(command), content, form)


@ledger_app.command()
def log(
    place: _Place,
    stream: Annotated[str, typer.Option("--stream", help="Only this log.")] = "",
    subject: Annotated[str, typer.Option("--subject", help="Only events about this thing.")] = "",
    kind: Annotated[str, typer.Option("--type", help="Only events of this type.")] = "",
    until: Annotated[str, typer.Option("--until", help="Only what was recorded by then: a day or a moment.")] = "",
    limit: Annotated[int, typer.Option("--limit", help="The newest so many; 0 for all.", min=0)] = _MOST_SHOWN,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show the events of a ledger, the newest last."""
    from kervan._cli_output import Field, number, print_csv, print_json, print_table, say

    form = form_of(as_json=as_json, as_csv=as_csv)
    with _opened(place) as ledger:
        found = ledger.events(stream, subject=subject, type=kind, recorded_until=until)
        events = list(deque(found, maxlen=limit or None))
    if form == "json":
        print_json({"schema": _SCHEMA.format("log"), "events": [asdict(event) for event in events]})
    elif form == "csv":
        import pandas as pd

        from kervan.ledger import Event

        print_csv(pd.DataFrame([_flat(event) for event in events], columns=list(Event.__dataclass_fields__)))
    elif not events:
        say("No events.")
    else:
        fields = [Field("id", "event"), Field("recorded_at", "recorded"), Field("type", "type"),
                  Field("subject", "subject"), Field("actor", "actor"), Field("bytes", "body, bytes", number()),
                  Field("corrects", "corrects", drop=1)]  # fmt: skip
        print_table([_flat(event) | {"bytes": len(_flat(event)["body"].encode())} for event in events], fields)


def _flat(event: Event) -> dict[str, Any]:
    from kervan.ledger._canonical import canonical

    return asdict(event) | {"body": canonical(event.body)}


@ledger_app.command()
def export(
    place: _Place, stream: _Stream, output: _Output, force: _Force = False, as_json: Json = False, as_csv: Csv = False
) -> None:
    """Write a log to a file that proves itself."""
    form = form_of(as_json=as_json, as_csv=as_csv)
    with _opened(place) as ledger:
        count = ledger.export(stream, output, overwrite=force)
    _answer("export", {"stream": stream, "events": count, "path": str(output)}, form)


@ledger_app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An export or a proof; no database is needed.")],
    keys: _Keys = None,
    trusted: _Trusted = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Verify an export, every byte of it, or a proof; exit code 4 if anything is wrong."""
    from kervan._files import file_fault
    from kervan.ledger.checkpoints import parse_checkpoint
    from kervan.ledger.exports import MAX_EXPORT_BYTES

    form = form_of(as_json=as_json, as_csv=as_csv)
    if fault := file_fault(file, limit=MAX_EXPORT_BYTES):
        raise FormatError(f"{file}: {fault}")
    known = [_read(path).strip() for path in keys or ()]
    given = [parse_checkpoint(_read(path)) for path in trusted or ()]
    found = _verified_proof(file, known, given) if _is_proof(file) else _verified_export(file, known, given)
    _print_verified(found, form)
    if found["problem_count"]:
        count = found["problem_count"]
        raise BrokenChain(f"{file.name} is not to be trusted: {count} problem{'s' * (count != 1)}")


def _is_proof(file: Path) -> bool:
    """Whether a file begins as a proof does; an export begins with its format."""
    with file.open("rb") as content:
        return b'"kervan.ledger-proof/' in content.read(200)


def _verified_export(file: Path, keys: Iterable[str], trusted: Iterable[Checkpoint]) -> dict[str, Any]:
    from kervan.ledger.exports import verify as verified

    report = verified(file, keys, trusted)
    problems = [
        {"line": problem.row, "column": problem.column, "value": problem.value, "message": problem.message}
        for problem in report.problems
    ]
    return {
        "file": file.name, "kind": "export", "stream": report.stream, "events": report.events, "root": report.root,
        "checkpoints": len(report.checkpoints), "vouched": report.vouched, "problem_count": report.problem_count,
        "problems": problems,
    }  # fmt: skip


def _verified_proof(file: Path, keys: Iterable[str], trusted: Iterable[Checkpoint]) -> dict[str, Any]:
    from kervan.ledger.proofs import check_proof, read_proof

    proof, known, given = read_proof(file), list(keys), list(trusted)
    faults = check_proof(proof, known, given)
    size = proof["size"] if isinstance(proof.get("size"), int) else 0
    problems = [{"line": 0, "column": "", "value": "", "message": fault} for fault in faults]
    return {
        "file": file.name, "kind": str(proof.get("kind")), "stream": str(proof.get("stream")), "events": size,
        "root": str(proof.get("root")), "checkpoints": int(proof.get("checkpoint") is not None),
        "vouched": size if (known or given) and not faults else 0, "problem_count": len(faults), "problems": problems,
    }  # fmt: skip


def _print_verified(found: Mapping[str, Any], form: str) -> None:
    import pandas as pd

    from kervan._cli_output import Field, number, print_csv, print_json, print_record, print_table, say

    problems = found["problems"]
    if form == "json":
        print_json({"schema": _SCHEMA.format("verify"), **found})
    elif form == "csv":
        print_csv(pd.DataFrame(problems, columns=["line", "column", "value", "message"]))
    else:
        print_record([(name, value) for name, value in found.items() if name not in ("problems", "problem_count")])
        if problems:
            fields = [Field("line", "line", number()), Field("column", "field"), Field("message", "problem", most=80),
                      Field("value", "found")]  # fmt: skip
            print_table(problems[:_MOST_SHOWN], fields)
        else:
            say(_verdict(found))


def _verdict(found: Mapping[str, Any]) -> str:
    """Say what follows where no problem was found, and no more than that."""
    what = "The file is whole: nothing in it was altered, dropped, added or moved." if found["kind"] == "export" else (
        "The proof holds.")  # fmt: skip
    if not found["vouched"]:
        return f"{what} That nobody wrote all of it anew, only --key or --checkpoint can tell."
    return f"{what} The first {found['vouched']} events are those that were signed."


@ledger_app.command()
def checkpoint(
    place: _Place,
    stream: _Stream,
    output: _Output,
    key: Annotated[Path, typer.Option("--key", help="File of the private key.")],
    force: _Force = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Sign what a log holds now, and write the signed checkpoint."""
    form = form_of(as_json=as_json, as_csv=as_csv)
    private = _read(key).strip()
    _check_free(output, force=force)
    with _opened(place) as ledger:
        signed = ledger.checkpoint(stream, private)
    _write(output, signed.note, force=force)
    content = {"stream": stream, "origin": signed.origin, "events": signed.size, "root": signed.root.hex()}
    _answer("checkpoint", {**content, "path": str(output)}, form)


@ledger_app.command()
def proof(
    place: _Place,
    what: Annotated[str, typer.Argument(help="An event, as register/17, or with --from a log.")],
    output: _Output,
    old_size: Annotated[
        int | None, typer.Option("--from", help="Prove that the log begins with what its first so many events were.")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", help="Of the first so many events; else of the newest checkpoint, or all.")
    ] = None,
    force: _Force = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write the proof that an event is in a log, or that a log only grew."""
    import json

    from kervan.ledger.proofs import prove_event, prove_growth

    form = form_of(as_json=as_json, as_csv=as_csv)
    if ("/" in what) == (old_size is not None):
        raise InputError("name an event, as register/17, or a log and with --from its older size")
    with _opened(place) as ledger:
        found = prove_event(ledger, what, size) if old_size is None else prove_growth(ledger, what, old_size, size)
    _write(output, json.dumps(found, ensure_ascii=False, indent=1) + "\n", force=force)
    _answer("proof", {name: found[name] for name in ("kind", "stream", "size", "root")} | {"path": str(output)}, form)


@ledger_app.command()
def key(
    name: Annotated[str, typer.Argument(help="Name of the log, ending in its stream: ministry.example/register.")],
    folder: Annotated[Path, typer.Option("--in", help="Where to write the two files.")] = Path(),
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Make a pair of keys: the private one signs checkpoints, the public one is given to everybody."""
    from kervan.ledger.checkpoints import new_key

    form = form_of(as_json=as_json, as_csv=as_csv)
    private, public = new_key(name)
    stream = name.rpartition("/")[2]
    paths = [folder / f"{stream}.key", folder / f"{stream}.pub"]
    for path in paths:
        _check_free(path, force=False)
    _write(paths[0], f"{private}\n", force=False, is_secret=True)
    _write(paths[1], f"{public}\n", force=False)
    _answer("key", {"name": name, "public_key": public, "private": str(paths[0]), "public": str(paths[1])}, form)


def _check_free(path: Path, *, force: bool) -> None:
    from kervan._files import exists

    if exists(path) and not force:
        raise FormatError(f"{path} exists already; choose another name or overwrite it")


def _write(path: Path, text: str, *, force: bool, is_secret: bool = False) -> None:
    from kervan._files import new_file

    with new_file(path, overwrite=force) as scratch:
        if is_secret:
            os.chmod(scratch, 0o600)  # noqa: PTH101 - before anything is in it
        scratch.write_text(text, encoding="utf-8", newline="\n")
