"""The names that are known: persons, bodies, posts and places, from the register or from a file."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kervan._files import file_fault, path_of
from kervan.errors import FormatError, Problem, SchemaError, shown

__all__ = ["KINDS", "Gazetteer", "Known"]

#: What a known name can be the name of.
KINDS: Final = ("person", "organization", "post", "place")
_WORD: Final = re.compile(r"\w+(?:-\w+)*")
_MOST_WORDS: Final = 16
_MAX_NAMES_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """A known name where it stands in a text.

    Parameters
    ----------
    kind
        What it names, one of `KINDS`.
    id
        The entries that have this name, most often one.
    start
        Place of its first character.
    end
        Place after its last character.
    """

    kind: str
    ids: tuple[str, ...]
    start: int
    end: int


def _folded(word: str) -> str:
    """Return a word without accents, its first letter's case kept: ``Türkiye`` and ``Turkiye`` are one name."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("ı", "i")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names and aliases, to be found in a text in one pass.

    Make one with `Gazetteer.of`.

    Parameters
    ----------
    names
        The words of each name, with its kind and the entries that have it.
    """

    names: Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    longest: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> Gazetteer:
        """Return a gazetteer of rows with ``kind``, ``id``, ``name`` and, parted by ``|``, ``aliases``.

        Parameters
        ----------
        rows
            One for each entry; blanks in ``aliases`` are left out.

        Raises
        ------
        SchemaError
            When a row has no name or id, or a kind that is none of `KINDS`.
        """
        names: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}
        problems: list[Problem] = []
        for number, row in enumerate(rows, 2):
            kind, key = row.get("kind", ""), row.get("id", "")
            if kind not in KINDS:
                problems.append(Problem("names", number, "kind", shown(kind), f"a kind is one of {', '.join(KINDS)}"))
            problems += [
                Problem("names", number, column, "", "must not be empty")
                for column in ("id", "name")
                if not row.get(column, "").strip()
            ]
            for name in (row.get("name", ""), *row.get("aliases", "").split("|")):
                words = tuple(_folded(word) for word in _WORD.findall(name))
                if words and len(words) <= _MOST_WORDS:
                    first, ids = names.get(words, (kind, ()))
                    names[words] = (first, ids if key in ids else (*ids, key))
        if problems:
            raise SchemaError(problems, "the names")
        longest: dict[str, int] = {}
        for words in names:
            longest[words[0]] = max(len(words), longest.get(words[0], 0))
        return cls(names, longest)

    @classmethod
    def read(cls, path: str | Path) -> Gazetteer:
        """Return a gazetteer of a CSV file with the columns ``kind``, ``id``, ``name`` and ``aliases``.

        Parameters
        ----------
        path
            The file, in UTF-8.

        Raises
        ------
        FormatError
            When there is no such file, it is too large or not UTF-8, or a column is missing.
        SchemaError
            As `Gazetteer.of` does.
        """
        path = path_of(path)
        if fault := file_fault(path, limit=_MAX_NAMES_BYTES):
            raise FormatError(f"{path.name}: {fault}")
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, restval="", strict=True)
                missing = {"kind", "id", "name"} - set(reader.fieldnames or ())
                if missing:
                    raise FormatError(f"{path.name}: there is no column {', '.join(sorted(missing))}")
                return cls.of(reader)
        except (UnicodeDecodeError, csv.Error) as error:
            raise FormatError(f"{path.name}: is not a CSV file in UTF-8: {error}") from error

    def find(self, text: str) -> Iterator[Known]:
        """Yield the known names in a text from left to right, the longest at each place, none within another."""
        words = [(found.start(), found.end(), _folded(found[0])) for found in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            for count in range(min(self.longest.get(words[at][2], 0), len(words) - at), 0, -1):
                known = self.names.get(tuple(word for _, _, word in words[at : at + count]))
                if known and "\n\n" not in text[words[at][0] : words[at + count - 1][1]]:
                    yield Known(known[0], known[1], words[at][0], words[at + count - 1][1])
                    at += count
                    break
            else:
                at += 1
