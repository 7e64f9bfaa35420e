"""What changes a network: a `Scenario` is a named, ordered list of edits, and nothing else changes one.

Edits select rows by equality or membership only, never by an expression, because they also come from
files and from the web. An edit that touches nothing, or leaves a reference dangling, is an error.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from kervan._files import file_fault, path_of
from kervan._toml import MAX_TOML_BYTES, toml_of
from kervan.errors import FormatError, ScenarioError, SchemaError, UnknownName, did_you_mean, shown
from kervan.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Network

__all__ = ["COMMITTED", "EDITS", "Add", "Close", "Edit", "Remove", "Scale", "Scenario", "Set", "at", "edit_from"]

#: Statuses of interventions that `at` counts on.
COMMITTED: Final = ("done", "construction", "agreed")
_MAX_EDITS: Final = 10_000

Where = Mapping[str, Any]


class Edit(Protocol):
    """One change to one table."""

    op: ClassVar[str]

    @property
    def table(self) -> str:
        """Name of the table it changes."""

    def apply(self, net: Network) -> dict[str, pd.DataFrame]:
        """Return the changed table by name."""


def _table(name: str) -> None:
    if not isinstance(name, str) or name not in TABLES:
        raise UnknownName("table", name, TABLES)


def _columns(table: str, names: Sequence[str], what: str) -> None:
    for name in names:
        if name not in TABLES[table].names:
            raise ScenarioError(f"{what}: no column {shown(name)} in {table}{did_you_mean(name, TABLES[table].names)}")


def _check_where(op: str, table: str, where: Where) -> None:
    """Refuse columns that do not exist and values that cannot be in them."""
    _table(table)
    if not isinstance(where, Mapping):
        raise ScenarioError(f"{op}: where takes a table of column and value, not {shown(where)}")
    _columns(table, list(where), f"{op}: where")
    for name, wanted in where.items():
        column = TABLES[table][name]
        what, types = _IN_WHERE.get(column.kind, ("text", (str,)))
        for value in _listed(wanted):
            is_right = isinstance(value, types) and isinstance(value, bool) == (column.kind == "flag")
            if not is_right or not _is_storable(value):
                raise ScenarioError(f"{op}: where: {name} is compared with {what}, not with {shown(value)}")


_IN_WHERE: Final[dict[str, tuple[str, tuple[type, ...]]]] = {
    "int": ("a number", (int, float)),
    "float": ("a number", (int, float)),
    "flag": ("true or false", (bool,)),
}


def _is_storable(value: Any) -> bool:
    """Whether a cell can hold a value: not a number that is none, nor one of more than 64 bits."""
    if isinstance(value, float):
        return not math.isnan(value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _listed(wanted: Any) -> list[Any]:
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]


def _selected(net: Network, table: str, where: Where) -> tuple[pd.DataFrame, pd.Series[bool]]:
    """Return the table and which of its rows match; matching none, or a value in no row, is an error."""
    import pandas as pd

    frame = net[table]
    mask = pd.Series([True] * len(frame), index=frame.index, dtype=bool)
    for name, wanted in where.items():
        values = _listed(wanted)
        unknown = [value for value in values if not (frame[name] == value).any()]
        if unknown:
            hint = did_you_mean(str(unknown[0]), frame[name].astype("str").unique())
            raise ScenarioError(f"{table} has no row with {name} {', '.join(map(shown, unknown[:5]))}{hint}")
        mask &= frame[name].isin(values)
    if not mask.any():
        raise ScenarioError(f"no row of {table} matches {shown(dict(where))}")
    return frame, mask


def _check_cells(op: str, table: str, cells: Mapping[str, Any], what: str) -> None:
    """Refuse what is not one value: a list would be spread over the rows, and NaN would become the default."""
    if not isinstance(cells, Mapping):
        raise ScenarioError(f"{op}: {what} takes a table of column and value, not {shown(cells)}")
    _columns(table, list(cells), f"{op}: {what}")
    for name, value in cells.items():
        if value is not None and not (isinstance(value, str | int | float | bool) and _is_storable(value)):
            raise ScenarioError(f"{op}: {name} takes one number or text, not {shown(value)}")


def _assigned(frame: pd.DataFrame, mask: pd.Series[bool], values: Mapping[str, Any]) -> pd.DataFrame:
    changed = frame.astype(dict.fromkeys(values, "object"))
    for name, value in values.items():
        changed.loc[mask, name] = value
    return changed


@dataclass(frozen=True)
class Add:
    """Add rows to a table.

    Parameters
    ----------
    table
        Which table.
    rows
        The rows; columns left out take their default.
    """

    op: ClassVar[str] = "add"
    table: str
    rows: tuple[Mapping[str, Any], ...]

    def __post_init__(self) -> None:
        _table(self.table)
        if not self.rows:
            raise ScenarioError("add: there is no row")
        if not isinstance(self.rows, list | tuple):
            raise ScenarioError(f"add: rows takes a list of rows, not {shown(self.rows)}")
        for row in self.rows:
            _check_cells("add", self.table, row, "rows")

    def apply(self, net: Network) -> dict[str, pd.DataFrame]:
        """Return the table with the rows at its end."""
        import pandas as pd

        spec = TABLES[self.table]
        known = {column.name for column in spec.columns if any(column.name in row for row in self.rows)}
        cells = {
            column.name: [row.get(column.name, None if column.is_required else column.default) for row in self.rows]
            for column in spec.columns
            if column.name in known or not column.is_required
        }
        added = pd.DataFrame(cells, dtype="object")
        return {self.table: pd.concat([net[self.table].astype("object"), added], ignore_index=True)}


@dataclass(frozen=True)
class Set:
    """Set columns of the rows that match to given values.

    Parameters
    ----------
    table
        Which table.
    where
        Column to value, or to a list of values.
    values
        Column to new value.
    """

    op: ClassVar[str] = "set"
    table: str
    where: Where
    values: Mapping[str, Any]

    def __post_init__(self) -> None:
        _check_where("set", self.table, self.where)
        if not self.values:
            raise ScenarioError("set: there is no value")
        _check_cells("set", self.table, self.values, "values")

    def apply(self, net: Network) -> dict[str, pd.DataFrame]:
        """Return the table with the values set."""
        frame, mask = _selected(net, self.table, self.where)
        return {self.table: _assigned(frame, mask, self.values)}


@dataclass(frozen=True)
class Scale:
    """Multiply number columns of the rows that match.

    Parameters
    ----------
    table
        Which table.
    where
        Column to value, or to a list of values.
    factors
        Column to factor.
    """

    op: ClassVar[str] = "scale"
    table: str
    where: Where
    factors: Mapping[str, float]

    def __post_init__(self) -> None:
        _check_where("scale", self.table, self.where)
        if not self.factors:
            raise ScenarioError("scale: there is no factor")
        if not isinstance(self.factors, Mapping):
            raise ScenarioError(f"scale: factors takes a table of column and number, not {shown(self.factors)}")
        _columns(self.table, list(self.factors), "scale: factors")
        for name, factor in self.factors.items():
            if TABLES[self.table][name].kind != "float":
                raise ScenarioError(f"scale: {name} is not a measured quantity; use set")
            is_number = isinstance(factor, int | float) and not isinstance(factor, bool) and _is_storable(factor)
            if not is_number or not 0 <= factor < math.inf:
                raise ScenarioError(f"scale: the factor of {name} must be a number of 0 or more, not {shown(factor)}")

    def apply(self, net: Network) -> dict[str, pd.DataFrame]:
        """Return the table with the columns multiplied."""
        frame, mask = _selected(net, self.table, self.where)
        for name, factor in self.factors.items():
            before = frame.loc[mask, name]
            if (before == float("inf")).all():
                raise ScenarioError(f"scale: {name} is blank (not known) in every row that matches; use set")
            frame[name] = frame[name].where(~mask, before * factor if factor else 0.0)
        return {self.table: frame}


@dataclass(frozen=True)
class Remove:
    """Remove the rows that match.

    Parameters
    ----------
    table
        Which table.
    where
        Column to value, or to a list of values.
    """

    op: ClassVar[str] = "remove"
    table: str
    where: Where

    def __post_init__(self) -> None:
        _check_where("remove", self.table, self.where)
        if not self.where:
            raise ScenarioError("remove: say which rows with where")

    def apply(self, net: Network) -> dict[str, pd.DataFrame]:
        """Return the table without the rows."""
        frame, mask = _selected(net, self.table, self.where)
        return {self.table: frame[~mask].reset_index(drop=True)}


@dataclass(frozen=True)
class Close:
    """Close links, facilities or services: they stay in the tables and carry nothing.

    Parameters
    ----------
    table
        Which table.
    where
        Column to value, or to a list of values.
    """

    op: ClassVar[str] = "close"
    table: str
    where: Where

    def __post_init__(self) -> None:
        _check_where("close", self.table, self.where)
        if "status" not in TABLES[self.table].names or "opens_year" not in TABLES[self.table].names:
            can = [name for name, table in TABLES.items() if "opens_year" in table.names]
            raise ScenarioError(f"close: rows of {self.table} cannot be closed, those of {', '.join(can)} can")
        if not self.where:
            raise ScenarioError("close: say which rows with where")

    def apply(self, net: Network) -> dict[str, pd.DataFrame]:
        """Return the table with the rows closed."""
        frame, mask = _selected(net, self.table, self.where)
        if (frame.loc[mask, "status"] == "closed").all():
            raise ScenarioError(f"every row of {self.table} that matches {dict(self.where)} is closed already")
        return {self.table: _assigned(frame, mask, {"status": "closed"})}


#: Every kind of edit by its ``op``.
EDITS: Final[dict[str, type[Add] | type[Set] | type[Scale] | type[Remove] | type[Close]]] = {
    "add": Add,
    "set": Set,
    "scale": Scale,
    "remove": Remove,
    "close": Close,
}


def edit_from(item: Mapping[str, Any]) -> Edit:
    """Return the edit that a mapping (from TOML or JSON) describes.

    Raises
    ------
    InputError
        When the operation or one of its parts is not known or missing.

    Examples
    --------
    >>> edit_from({"op": "close", "table": "links", "where": {"link_id": "a-b.rail"}})
    Close(table='links', where={'link_id': 'a-b.rail'})
    """
    if not isinstance(item, Mapping):
        raise ScenarioError(f"an edit is a table with op and table, not {shown(item)}")
    op = item.get("op")
    if not isinstance(op, str) or op not in EDITS:
        raise UnknownName("edit", op if isinstance(op, str) else shown(op), EDITS)
    kind = EDITS[op]
    parts = {name: value for name, value in item.items() if name != "op"}
    wanted = set(kind.__dataclass_fields__) - {"op"}
    if set(parts) != wanted:
        raise ScenarioError(
            f"{op} needs {', '.join(sorted(wanted))}, and has {', '.join(map(str, parts)) or 'nothing'}"
        )
    for name in wanted - {"table"}:
        is_right = isinstance(parts[name], list) if name == "rows" else isinstance(parts[name], Mapping)
        if not is_right:
            raise ScenarioError(f"{op}: {name} must be a {'list of tables' if name == 'rows' else 'table'}")
    if not isinstance(parts["table"], str):
        raise ScenarioError(f"{op}: table must be a name")
    if "rows" in parts:
        if not all(isinstance(row, Mapping) for row in parts["rows"]):
            raise ScenarioError("add: each row must be a table of column and value")
        parts["rows"] = tuple(parts["rows"])
    return kind(**parts)


@dataclass(frozen=True)
class Scenario:
    """A named, ordered list of edits.

    Parameters
    ----------
    name
        Short name, a key.
    edits
        Edits, applied in order after everything else.
    title, description
        For people.
    year
        The year to stand for; interventions that are committed by then take effect. None: the year of
        the network, and no intervention by itself.
    interventions
        Further interventions to apply, whatever their status and year.
    without
        Interventions that do not happen: a commitment broken.

    Examples
    --------
    >>> Scenario("no_ferry", (Close("services", {"service_id": "a-b.rail_ferry"}),)).name
    'no_ferry'
    """

    name: str
    edits: tuple[Edit, ...] = ()
    title: str = ""
    description: str = ""
    year: int | None = None
    interventions: tuple[str, ...] = ()
    without: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for what in ("name", "title", "description"):
            if not isinstance(getattr(self, what), str):
                raise ScenarioError(f"the {what} of a scenario is a text, not {shown(getattr(self, what))}")
        year: Any = self.year
        if year is not None and (isinstance(year, bool) or not isinstance(year, Integral)):
            raise ScenarioError(f"{self.name}: year must be a whole number, not {shown(self.year)}")
        for what, kind in (("edits", "edits"), ("interventions", "intervention ids"), ("without", "intervention ids")):
            value = getattr(self, what)
            if not isinstance(value, list | tuple):
                raise ScenarioError(f"{self.name}: {what} must be a list of {kind}, not {shown(value)}")
            is_right = all(isinstance(item, str if what != "edits" else tuple(EDITS.values())) for item in value)
            if not is_right:
                raise ScenarioError(f"{self.name}: {what} must be a list of {kind}, not {shown(value)}")
            object.__setattr__(self, what, tuple(value))

    def apply(self, net: Network) -> Network:
        """Return the network with the edits made; ``net`` stays as it is.

        Raises
        ------
        ScenarioError
            Naming the scenario and the edit that touches nothing or breaks the tables.
        """
        if not hasattr(net, "meta"):
            raise ScenarioError(f"{self.name}: apply it to a Network, not {shown(net)}")
        self._check_against(net)
        happened: tuple[str, ...] = ()
        if self.year is not None:
            happened = tuple(i for i in _committed(net, self.year) if i not in self.without)
            net = net.replace(year=self.year)
        for intervention_id in dict.fromkeys((*happened, *self.interventions)):
            edits = _intervention_edits(net, intervention_id, self.name)
            net = _apply_all(net, edits, f"{self.name}, intervention {intervention_id}", must_change=False)
        return _apply_all(net, self.edits, self.name)

    def _check_against(self, net: Network) -> None:
        """Refuse interventions that do not exist or contradict each other, and a second journey in time."""
        for name in (*self.interventions, *self.without):
            if not (net["interventions"]["intervention_id"] == name).any():
                known = net["interventions"]["intervention_id"]
                raise ScenarioError(f"{self.name}: no intervention called {name!r}{did_you_mean(name, known)}")
        both = set(self.interventions) & set(self.without)
        if both:
            raise ScenarioError(f"{self.name}: {', '.join(sorted(both))} is in interventions and in without")
        if self.without and self.year is None:
            raise ScenarioError(f"{self.name}: without needs a year; without one no intervention happens by itself")
        if self.year is not None and net.year != net.meta.base_year:
            raise ScenarioError(
                f"{self.name}: the network stands for {net.year} already; apply a scenario with a year to "
                f"that of the base year {net.meta.base_year}, or its interventions would happen twice"
            )

    @property
    def digest(self) -> str:
        """SHA-256 of what the scenario does (not of its title)."""
        parts = [self.year, list(self.interventions), list(self.without)]
        parts += [[edit.op, _plain(edit)] for edit in self.edits]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()

    @classmethod
    def from_toml(cls, path: str | Path) -> Scenario:
        """Read a scenario from a TOML file.

        Raises
        ------
        ScenarioError
            When the file is not such a scenario; the message names the file and the edit.
        """
        try:
            path = path_of(path)
        except FormatError as error:
            raise ScenarioError(str(error)) from None
        fault = file_fault(path, limit=MAX_TOML_BYTES)
        if fault:
            raise ScenarioError(f"{path.name[:80]}: cannot be read as TOML: {fault}")
        try:
            content = toml_of(path.read_text(encoding="utf-8-sig"))
        except (FormatError, OSError, UnicodeDecodeError) as error:
            what = "" if isinstance(error, FormatError) else "cannot be read as TOML: "
            raise ScenarioError(f"{path.name}: {what}{error}") from None
        return cls.from_mapping(content, path.stem)

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any], name: str = "") -> Scenario:
        """Return the scenario a mapping describes; its keys are the fields of `Scenario`, edits have an ``op``."""
        if not isinstance(content, Mapping):
            raise ScenarioError(f"a scenario is a table of name, edits and so on, not {shown(content)}")
        name = _text(content, "name", name)
        known = ("name", "title", "description", "year", "interventions", "without", "edits")
        for key in content:
            if key not in known:
                raise ScenarioError(f"{name}: no field {shown(key)} in a scenario{did_you_mean(key, known)}")
        items = content.get("edits", [])
        if not isinstance(items, list) or len(items) > _MAX_EDITS:
            raise ScenarioError(f"{name}: edits must be a list of at most {_MAX_EDITS} edits")
        edits = []
        for number, item in enumerate(items, 1):
            try:
                edits.append(edit_from(item))
            except (ScenarioError, UnknownName) as error:
                raise ScenarioError(f"{name}, edit {number}: {error}") from None
        year = content.get("year")
        if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 1990 <= year <= 2100):
            raise ScenarioError(f"{name}: year must be a whole number from 1990 to 2100, not {shown(year)}")
        return cls(
            name=name,
            edits=tuple(edits),
            title=_text(content, "title"),
            description=_text(content, "description"),
            year=year,
            interventions=_names(content, "interventions", name),
            without=_names(content, "without", name),
        )


def _text(content: Mapping[str, Any], key: str, otherwise: str = "") -> str:
    value = content.get(key, otherwise)
    return value if isinstance(value, str) else shown(value)


def _names(content: Mapping[str, Any], key: str, scenario: str) -> tuple[str, ...]:
    value = content.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ScenarioError(f"{scenario}: {key} must be a list of intervention ids")
    return tuple(value)


def at(net: Network, year: int) -> Network:
    """Return the network of another year, with every committed intervention that takes effect by then.

    Parameters
    ----------
    net
        A network; its interventions of status `COMMITTED` and of a year after the base year and up to
        ``year`` are applied in order of year.
    year
        The year to stand for.

    Raises
    ------
    ScenarioError
        When an edit of an intervention touches nothing or breaks the tables.
    """
    return Scenario(f"at {shown(year)}", year=year).apply(net)


def _committed(net: Network, year: int) -> tuple[str, ...]:
    frame = net["interventions"]
    due = frame["status"].isin(COMMITTED) & (frame["year"] > net.meta.base_year) & (frame["year"] <= year)
    chosen = frame[due].sort_values(["year", "intervention_id"], kind="stable")
    return tuple(chosen["intervention_id"])


def _intervention_edits(net: Network, intervention_id: str, scenario: str) -> tuple[Edit, ...]:
    frame = net["interventions"]
    items = json.loads(frame.loc[frame["intervention_id"] == intervention_id, "edits"].iloc[0])
    try:
        return tuple(edit_from(item) for item in items)
    except (ScenarioError, UnknownName) as error:
        raise ScenarioError(f"{scenario}, intervention {intervention_id}: {error}") from None


def _apply_all(net: Network, edits: Sequence[Edit], name: str, *, must_change: bool = True) -> Network:
    """Return the network with edits made.

    One that changes no cell is an error: whoever wrote it believes otherwise. Not so in an intervention, whose
    effect the tables may hold already, or another intervention may have brought.
    """
    for number, edit in enumerate(edits, 1):
        place = f"{name}, edit {number} ({edit.op})"
        try:
            tables = edit.apply(net)
            before, net = net, net.replace(year=None, **tables)
        except SchemaError as error:
            raise ScenarioError(f"{place}: {error}") from None
        except (ScenarioError, UnknownName) as error:
            raise ScenarioError(f"{place}: {error}") from None
        if must_change and all(net[table].equals(before[table]) for table in tables):
            raise ScenarioError(f"{place}: changes nothing; every cell of {', '.join(tables)} has that value already")
    return net


def _plain(edit: Edit) -> Any:
    return asdict(edit)  # type: ignore[call-overload]
