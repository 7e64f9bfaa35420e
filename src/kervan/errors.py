"""One tree of errors; every branch has an exit code (command line) and an HTTP status (web).

::

    KervanError                      exit  http
    ├── InputError (ValueError)         2   422   the caller can fix it
    │   ├── SchemaError                            .problems: every problem of an input, at once
    │   ├── ScenarioError                          names the scenario and the edit
    │   ├── ParamsError                            a parameter outside its declared range
    │   ├── FormatError                            a file that is not what it claims to be
    │   └── UnknownName (KeyError)                 "no node called 'AKTOW'; did you mean 'AKTAU'?"
    ├── SolveError (RuntimeError)       3   409   the question has no answer
    │   ├── NoPath
    │   ├── Infeasible
    │   └── NotConverged
    └── LedgerError                     4   409
        ├── BrokenChain
        ├── IllegalMove
        ├── KeyReused
        └── StaleVersion

A message says what is wrong, where, and what would be right. Anything else that escapes is a bug.
"""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "BrokenChain",
    "FormatError",
    "IllegalMove",
    "Infeasible",
    "InputError",
    "KervanError",
    "KervanWarning",
    "KeyReused",
    "LedgerError",
    "NoPath",
    "NotConverged",
    "ParamsError",
    "Problem",
    "ScenarioError",
    "SchemaError",
    "SolveError",
    "StaleVersion",
    "UnknownName",
    "did_you_mean",
    "shown",
]


_LONGEST: Final = 100


class KervanError(Exception):
    """Root of every error Kervan raises on purpose."""

    exit_code: int = 1
    http_status: int = 500


class InputError(KervanError, ValueError):
    """Something the caller gave is wrong, and the caller can put it right."""

    exit_code = 2
    http_status = 422


class ScenarioError(InputError):
    """A scenario or one of its edits cannot be applied."""


class ParamsError(InputError):
    """A parameter of an engine lies outside its declared range."""


class FormatError(InputError):
    """A file cannot be read as the format it claims to be."""


class SolveError(KervanError, RuntimeError):
    """The question is well put and has no answer."""

    exit_code = 3
    http_status = 409


class NoPath(SolveError):
    """No itinerary joins origin and destination; the message says why."""


class Infeasible(SolveError):
    """No plan meets every constraint."""


class NotConverged(SolveError):
    """An iteration ended before the gap asked for was reached."""


class LedgerError(KervanError):
    """The event log refuses a move or fails its own proof."""

    exit_code = 4
    http_status = 409


class BrokenChain(LedgerError):
    """An event was altered, dropped, inserted or reordered."""


class IllegalMove(LedgerError):
    """An event does not follow from the state before it."""


class KeyReused(LedgerError):
    """An idempotency key stands for other events already."""


class StaleVersion(LedgerError):
    """Somebody else has recorded something about the same subject meanwhile.

    Parameters
    ----------
    stale
        Subject to the version expected and the version found.
    message
        Both values, in words.
    """

    def __init__(self, stale: Mapping[str, tuple[int, int]], message: str) -> None:
        self.stale = dict(stale)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.stale, str(self))


class KervanWarning(UserWarning):
    """Rare: something the caller should know, though the result stands."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with an input, with its place and what would be right.

    Parameters
    ----------
    table
        Name of the table (or other part of the input) it was found in.
    row
        Line of the row in its file, counting the heading as line 1; 0 when the whole table is meant.
    column
        Name of the column; empty when the whole row is meant.
    value
        The value found, as text, cut to 80 characters.
    message
        What is wrong and what would be right.
    file
        Name of the file it came from, when there is one.
    """

    table: str
    row: int
    column: str
    value: str
    message: str
    file: str = ""

    def __str__(self) -> str:
        place = self.file or self.table
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        shown = f" ({self.value!r})" if self.value else ""
        return f"{place}: {self.message}{shown}"


class SchemaError(InputError):
    """A package or table breaks the schema; ``problems`` lists every breach found.

    Parameters
    ----------
    problems
        All problems, in table and row order.
    title
        What was being read, for the first line of the message.
    """

    _SHOWN = 20

    def __init__(self, problems: Sequence[Problem], title: str = "the tables") -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.title = title
        lines = [f"{len(self.problems)} problem{'s' * (len(self.problems) != 1)} in {title}:"]
        lines += [f"  • {problem}" for problem in self.problems[: self._SHOWN]]
        if len(self.problems) > self._SHOWN:
            lines.append(f"  … and {len(self.problems) - self._SHOWN} more")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:  # an error may cross from one process to another
        return type(self), (self.problems, self.title)


class UnknownName(InputError, KeyError):
    """A name that is not in its registry or table.

    Parameters
    ----------
    kind
        What the name was meant to name, in the singular ("node", "engine").
    name
        The name given.
    known
        The names that exist; the nearest is offered.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        self.kind, self.name = kind, name
        self.known = tuple(sorted(map(str, known)))
        self.message = f"no {kind} called {shown(name)}{did_you_mean(name, self.known)}"
        super().__init__(self.message)

    def __str__(self) -> str:  # KeyError would show the repr
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.kind, self.name, self.known)


def shown(value: object) -> str:
    """Return any value as a short text for a message, whatever it is and however large.

    Examples
    --------
    >>> shown("soon"), shown(10**5000), shown([1] * 1000)
    ("'soon'", 'a very large whole number', '[1, 1, 1, 1, 1, 1, ...]')
    """
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = _LONGEST
    brief.maxdict = brief.maxlist
    try:
        return brief.repr(value)
    except Exception:  # noqa: BLE001 - the repr of a value of others may raise anything
        is_whole = isinstance(value, int)
        return "a very large whole number" if is_whole else f"a {type(value).__name__} that cannot be shown"


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return ``"; did you mean …?"`` for the known names nearest to ``name``, or the short list of all.

    Examples
    --------
    >>> did_you_mean("asign", ["assign", "route"])
    "; did you mean 'assign'?"
    """
    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in names}
    asked = name[:_LONGEST].casefold() if isinstance(name, str) else ""
    near = difflib.get_close_matches(asked, list(folded), n=3, cutoff=0.6)
    if near:
        return f"; did you mean {' or '.join(repr(folded[key]) for key in near)}?"
    if 0 < len(names) <= 12:
        return f"; there is {', '.join(repr(candidate) for candidate in names)}"
    return ""
