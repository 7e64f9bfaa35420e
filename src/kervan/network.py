"""`Network`: validated, immutable tables with a content digest, and their expansion into arcs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import pandas as pd

from kervan.arcs import Arcs, expand, is_open
from kervan.errors import ParamsError, SchemaError, UnknownName, shown
from kervan.schema import _CONTROL, TABLES, check

if TYPE_CHECKING:
    from kervan.schema import Table

__all__ = ["Meta", "Network"]


@dataclass(frozen=True, slots=True)
class Meta:
    """What a package says of itself (``package.toml``, section ``[package]``).

    Parameters
    ----------
    name, title, version, description
        Of the package.
    licence
        Of its data.
    base_year
        The year its tables describe.
    price_year
        The year of its US dollars.
    attribution
        Whom to name when the data are used.
    """

    name: str = "unnamed"
    title: str = ""
    version: str = "0"
    description: str = ""
    licence: str = ""
    base_year: int = 2025
    price_year: int = 2025
    attribution: str = ""

    def __post_init__(self) -> None:
        for what in ("name", "title", "version", "description", "licence", "attribution"):
            text = getattr(self, what)
            if not isinstance(text, str) or _CONTROL.search(text):
                raise ParamsError(f"{what} must be text without control characters, not {shown(text)}")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,60}", self.name):
            raise ParamsError(f"package name {shown(self.name)} must be letters, digits, _ and -")
        for what in ("base_year", "price_year"):
            object.__setattr__(self, what, _whole_year(what, getattr(self, what)))


def _whole_year(what: str, year: Any) -> int:
    if isinstance(year, bool) or not isinstance(year, Integral) or not 1900 <= int(year) <= 2200:
        raise ParamsError(f"{what} must be a whole year from 1900 to 2200, not {shown(year)}")
    return int(year)


@dataclass(frozen=True)
class Network:
    """A corridor: the tables of `kervan.schema`, checked, without NaN, and never changed in place.

    Tables are handed out as copies on write, so changing one leaves the network as it was.
    Build one with `Network.of` or read a package with `kervan.load`.

    Parameters
    ----------
    meta
        What the package says of itself.
    year
        The year it stands for: what is open then takes part in the engines.
    """

    meta: Meta
    year: int
    _tables: Mapping[str, pd.DataFrame] = field(repr=False)
    _arcs: dict[tuple[str, int], Arcs] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "year", _whole_year("year", self.year))

    @classmethod
    def of(cls, *, meta: Meta | None = None, year: int | None = None, **tables: pd.DataFrame) -> Network:
        """Return the network of these tables.

        Parameters
        ----------
        meta
            What the package says of itself.
        year
            The year to stand for; the base year of the package if not given.
        **tables
            Tables by name; those not given are empty.

        Raises
        ------
        SchemaError
            With every problem of the tables.

        Examples
        --------
        >>> Network.of(nodes=TABLES["nodes"].empty())
        Traceback (most recent call last):
        ...
        kervan.errors.SchemaError: 7 problems in the tables:
          • nodes: the table is missing or empty; a package needs it
          ...
        """
        meta = meta or Meta()
        conformed, problems = check(tables)
        if problems:
            raise SchemaError(problems)
        return cls(meta, meta.base_year if year is None else year, conformed)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if not isinstance(name, str) or name not in self._tables:
            raise UnknownName("table", name, self._tables)
        return self._tables[name].copy(deep=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.digest == other.digest

    def replace(self, *, year: int | None = None, **tables: pd.DataFrame) -> Network:
        """Return a network with some tables (and the year) replaced, checked again as a whole.

        Raises
        ------
        SchemaError
            With every problem of the result.
        """
        new_year = self.year if year is None else year
        if not tables:
            return Network(self.meta, new_year, self._tables)
        conformed, problems = check({**self._tables, **tables}, sound=self._tables.keys() - tables.keys())
        if problems:
            raise SchemaError(problems)
        return Network(self.meta, new_year, conformed)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content (tables, metadata, year), independent of the file format it came from."""
        whole = hashlib.sha256(repr((self.meta, self.year)).encode())
        for name in sorted(self._tables):
            whole.update(name.encode() + b"\0" + _frame_digest(TABLES[name], self._tables[name]))
        return whole.hexdigest()

    def arcs(self, commodity_id: str, month: int = 0) -> Arcs:
        """Return the extended graph of one commodity (see `kervan.arcs`), expanded once and kept.

        Parameters
        ----------
        commodity_id
            What is carried.
        month
            Month of departure 1 ... 12; 0 takes the mean of the year.

        Raises
        ------
        UnknownName
            When there is no such commodity.
        ParamsError
            When the month is not one.
        """
        if month not in range(13):
            raise ParamsError(f"month must be 0 (mean of the year) to 12, not {shown(month)}")
        key = (commodity_id, int(month))
        if key not in self._arcs:
            self._arcs[key] = expand(self._tables, self.year, commodity_id, month)
        return self._arcs[key]

    def open_rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a table that are in use in the year of the network."""
        frame = self[name]
        return frame[is_open(frame, self.year)] if "opens_year" in frame.columns else frame

    def find_node(self, name: str) -> str:
        """Return the id of the one place with this id, name or alias (case does not matter).

        Raises
        ------
        UnknownName
            When no place, or more than one, is called that; the nearest are offered.
        """
        nodes = self._tables["nodes"]
        if not isinstance(name, str):
            raise UnknownName("place", name, nodes["node_id"])
        if (nodes["node_id"] == name).any():
            return name
        wanted = _folded(name)
        hits = sorted(self._place_names.get(wanted) or self._first_words.get(wanted) or set())
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise UnknownName(f"single place ({' and '.join(hits)} are all called so)", name, hits)
        known = [*nodes["node_id"], *nodes["name"], *(alias for text in nodes["aliases"] for alias in text.split("|"))]
        raise UnknownName("place", name, {text for text in known if text})

    @cached_property
    def _place_names(self) -> dict[str, set[str]]:
        """Ids of the places of each id, name and alias."""
        return _grouped([(node_id, node_id) for node_id in self._tables["nodes"]["node_id"]] + self._spoken_names())

    @cached_property
    def _first_words(self) -> dict[str, set[str]]:
        """Ids of the places whose name or alias starts with a word: Aktau for "Aktau (port)"."""
        return _grouped([(re.split(r"[ ,(]", name)[0], node_id) for name, node_id in self._spoken_names()])

    def _spoken_names(self) -> list[tuple[str, str]]:
        nodes = self._tables["nodes"]
        return [
            (text.strip(), node_id)
            for node_id, name, aliases in zip(nodes["node_id"], nodes["name"], nodes["aliases"], strict=True)
            for text in (name, *aliases.split("|"))
        ]

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(frame)} {name}" for name, frame in self._tables.items() if len(frame))
        return f"<Network {self.meta.name} {self.meta.version}, year {self.year}: {counts}>"

    def _repr_html_(self) -> str:
        from kervan.drawing import network_html

        return network_html(self.meta.title or self.meta.name, self.year, self._tables)


def _folded(text: str) -> str:
    return re.sub(r"[\s_\-]+", " ", text.replace("’", "'")).strip().casefold()


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for name, node_id in pairs:
        if name:
            groups.setdefault(_folded(name), set()).add(node_id)
    return groups


def _frame_digest(table: Table, frame: pd.DataFrame) -> bytes:
    """Digest of a table; the order of rows counts, the format of the file does not."""
    digest = hashlib.sha256()
    stored = {"int64": "<i8", "float64": "<f8", "bool": "|b1"}
    for column in table.columns:
        values: Any = frame[column.name]
        if column.dtype == "str":
            content = "\x1f".join(values.tolist()).encode()
        else:
            content = values.to_numpy().astype(stored[column.dtype]).tobytes()
        digest.update(column.name.encode() + b"\0" + content + b"\0")
    return digest.digest()
