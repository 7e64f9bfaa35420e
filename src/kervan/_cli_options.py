"""Options that many commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from kervan.errors import InputError

__all__ = ["Csv", "Json", "form_of"]

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV for machines.")]


def form_of(*, as_json: bool, as_csv: bool) -> str:
    """Return the form that was asked for: ``"json"``, ``"csv"`` or ``"text"``.

    Raises
    ------
    InputError
        When both were.
    """
    if as_json and as_csv:
        raise InputError("give --json or --csv, not both")
    return "json" if as_json else "csv" if as_csv else "text"
