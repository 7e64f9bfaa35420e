"""The command `register ingest`: what a communiqué may hold for the register, on the terminal and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kervan._cli_output import Field, number, print_csv, print_json, print_table, say

if TYPE_CHECKING:
    from pathlib import Path

    from kervan.register.ingest import Gazetteer

__all__ = ["print_candidates"]

_FIELDS: Final = (
    Field("kind", "kind"),
    Field("class", "class"),
    Field("quote", "quote", most=60),
    Field("actor_guess", "who, as a guess", most=30, drop=2),
    Field("time", "when", drop=1),
    Field("value", "value", number(2), drop=3),
    Field("unit", "unit", drop=3),
    Field("confidence", "confidence", number(2), drop=4),
)
_COLUMNS: Final = (
    "kind", "class", "start", "end", "quote", "actor_guess", "time", "value", "unit", "confidence", "links",
)  # fmt: skip


def print_candidates(path: Path, gazetteer: Gazetteer, engine: str, form: str) -> dict[str, Any]:
    """Read a document, print what it may hold as a table, JSON or CSV, and return it as its JSON.

    Parameters
    ----------
    path
        The document: txt, md or html.
    gazetteer
        The names that are known.
    engine
        How it is read: ``patterns`` or ``spacy``.
    form
        ``table``, ``json`` or ``csv``.
    """
    from kervan.register.ingest import as_json, extract, read_document

    document = read_document(path)
    found = extract(document.text, gazetteer, engine=engine)
    answer = as_json(document.sha256, found)
    if form == "json":
        print_json(answer)
    elif form == "csv":
        import pandas as pd

        rows = [{**row, "links": " ".join(row["links"])} for row in answer["candidates"]]
        print_csv(pd.DataFrame(rows, columns=list(_COLUMNS)))
    elif not found:
        say("nothing was found that the register could take")
    else:
        print_table(answer["candidates"], _FIELDS)
        say(f"{len(found)} candidates; none is in the register before somebody has accepted it")
    return answer
