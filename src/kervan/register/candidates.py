"""Candidates: what was found in a text and waits for somebody's decision. Nothing of them is in the register.

``candidates.added`` proposes one, ``.edited`` changes its cells, ``.split`` gives it up for others, ``.accepted``
names the rows that it became, ``.rejected`` says why it became none.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

from kervan.errors import InputError, UnknownName
from kervan.ledger import Event, State
from kervan.schema import Column, Table

__all__ = ["CANDIDATES", "CANDIDATE_KINDS", "DECISIONS", "decide"]

#: What may be found in a text.
CANDIDATE_KINDS: Final = ("document", "event", "body", "person", "amount", "percentage", "action", "other")
#: What may be decided on a candidate that is open.
DECISIONS: Final = ("accepted", "edited", "split", "rejected")

CANDIDATES: Final = Table("candidates", ("candidate_id",), "something found in a text, waiting for a decision", (
    Column("candidate_id", "id", "Stable key."),
    Column("source_id", "id", "The source whose text it is.", refers_to="sources"),
    Column("text_sha256", "text", "SHA-256 of that text, in hexadecimal."),
    Column("kind", "choice", "What sort of thing.", choices=CANDIDATE_KINDS),
    Column("class", "text", "Sort of document, or force of an action, as found.", default=""),
    Column("start_offset", "int", "Place of its first character in the text, from 0.", at_least=0),
    Column("end_offset", "int", "Place after its last character.", at_least=1),
    Column("quote", "text", "The characters between them."),
    Column("actor_guess", "text", "Who acts, as far as can be guessed.", default=""),
    Column("time", "text", "When, as a partial date.", default=""),
    Column("value", "float", "The amount or share.", default=math.inf),
    Column("unit", "text", "Its unit.", default=""),
    Column("confidence", "float", "How sure the finder is, from 0 to 1.", default=math.inf, at_least=0, at_most=1),
    Column("links", "text", "Keys of rows it may be about, separated by ;: suggestions.", default=""),
    Column("from_id", "id", "The candidate it was split from.", default=""),
    Column("state", "choice", "What was decided.", default="open", choices=("open", "accepted", "split", "rejected")),
    Column("became", "text", "Rows it became, a list of table/key as JSON.", default="[]"),
    Column("reason", "text", "Why it was rejected.", default=""),
))  # fmt: skip


def decide(event: Event, key: str, action: str, state: State) -> None:
    """Change the state table of candidates by an event about one of them.

    Raises
    ------
    InputError
        When there is no such decision, or the candidate is not open any more.
    """
    old = state.get(CANDIDATES.name, key)
    cells: dict[str, Any] = dict(event.body)
    if action == "added":
        if old is not None:
            raise InputError(f"the candidate {key!r} is there already")
        old = {column.name: _blank(column) for column in CANDIDATES.columns}
    elif action not in DECISIONS:
        raise InputError(f"a candidate is {', '.join(DECISIONS)}, not {action}")
    elif old is None or old["state"] != "open":
        raise InputError(f"the candidate {key!r} {'was ' + str(old['state']) if old else 'is not there'}")
    elif action != "edited":
        cells["state"] = action
    if "became" in cells:
        cells["became"] = json.dumps(cells["became"])
    unknown = set(cells) - set(CANDIDATES.names)
    if unknown:
        raise UnknownName("column of candidates", min(unknown), CANDIDATES.names)
    state.put(CANDIDATES.name, {**old, **cells, "candidate_id": key, "ledger_event": event.id})


def _blank(column: Column) -> Any:
    if column.is_required:
        return 0 if column.dtype != "str" else ""
    return None if column.default == math.inf else column.default
