"""What was promised about the corridor, and what the evidence says: the scoreboard of a register on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kervan.drawing.numbers import count
from kervan.register import views
from kervan.register.derive import STATUSES, Measure
from kervan.register.schema import FORCES, PROMISED_FROM
from kervan.register.store import opened
from kervan.report.grid import Grid, Head

if TYPE_CHECKING:
    import datetime as dt

    from kervan.ledger import Rows

__all__ = ["promises_of", "promises_section"]

_STRICT: Final = {
    "bound": "Parties for whom agreements are in force",
    "speed": "From signature to force, the median",
    "put_to_work": "From force to the first use, the median",
    "proven": "Promises that evidence shows to be delivered",
}


def promises_section(register: str) -> dict[str, Any]:
    """Return what the template shows of a register: headline, text and tables.

    The day is that of the latest source of the register: the page is the same whenever it is made.

    Parameters
    ----------
    register
        Its name, file or URL.

    Raises
    ------
    UnknownName
        When there is none.
    """
    with opened(register) as found:
        return promises_of(found.ledger)


def promises_of(tables: Rows) -> dict[str, Any]:
    """Return the section of the tables of a register; see `promises_section`."""
    day = views.known_until(tables)
    board, lines = views.scoreboard(tables, day), views.commitments(tables, day)
    shown = board.statuses.get("delivered", 0)
    proven = count(shown, "of them", "of them") if shown else "none of them"
    title = f"{count(board.promises, 'promise')}, {proven} shown to be delivered"
    return {
        "title": title[0].upper() + title[1:],
        "lede": _lede(board, day),
        "grids": [
            Grid("How they stand", (Head("Status", is_number=False), Head("Promises"),
                                    Head("Which means", is_number=False)),
                 [(_plain(name), str(board.statuses[name]), meaning) for name, meaning in STATUSES.items()
                  if board.statuses.get(name)]),
            Grid("Strict implementation", (Head("Measure", is_number=False), Head("Value"), Head("From and to"),
                                           Head("Counted over")),
                 [_strict(words, board.strict[name]) for name, words in _STRICT.items()]),
            Grid("Promises one by one", (Head("What", is_number=False), Head("Who", is_number=False), Head("By"),
                                         Head("Status", is_number=False), Head("Missing", is_number=False)),
                 [_line(row) for row in lines if row["force"] >= PROMISED_FROM]),
            Grid("Calls and proposals, which nobody promised", (
                Head("What", is_number=False), Head("Force", is_number=False), Head("Status", is_number=False)),
                 [(row["title"], FORCES[row["force"]], _plain(row["status"])) for row in lines
                  if row["force"] < PROMISED_FROM]),
        ],
    }  # fmt: skip


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _lede(board: views.Scoreboard, day: dt.date) -> str:
    score = board.score
    told = [f"As the register knew on {day.day} {day:%B %Y}: {board.overdue} overdue, and {board.perhaps_overdue} "
            "of which the day cannot be told.",
            f"{board.missing['owner']} have no owner, {board.missing['deadline']} no deadline, "
            f"{board.missing['measure']} no measure.",
            f"Of {count(board.calls, 'call and proposal', 'calls and proposals')} {board.taken_up} were taken up; "
            "they are not scored."]  # fmt: skip
    if score.value is not None and score.low is not None and score.high is not None:
        told.append(f"Score {score.value:+.2f}, from {score.low:+.2f} to {score.high:+.2f}: "
                    f"{score.count} of {score.of} pairs of promise and party are scored.")  # fmt: skip
    return " ".join(told)


def _strict(words: str, measure: Measure) -> tuple[str, str, str, str]:
    def told(value: float | None) -> str:
        if value is None:
            return "–"
        return f"{value:.0%}" if measure.unit == "1" else count(round(value), "day")

    span = "" if measure.low == measure.high else f"{told(measure.low)} to {told(measure.high)}"
    return words, told(measure.value), span, f"{measure.count} of {measure.of}"


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    late = {True: ", overdue", None: ", perhaps overdue", False: ""}[row["overdue"]]
    who = row["owner"] or ", ".join(row["parties"]) or "–"
    return row["title"], who, row["deadline"] or "–", _plain(row["status"]) + late, ", ".join(row["missing"])
