"""What a table and a column are: a name with its unit, a range, a default, a reference, a meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import pandas as pd

    from kervan.errors import Problem

__all__ = ["REQUIRED", "UNITS", "Column", "Table"]

Kind = Literal["id", "text", "choice", "int", "float", "flag", "json", "date", "ids"]

REQUIRED: Final = object()
#: Canonical units and the suffix a column name must end in (results may also say ``hours_mean``). A unit that is
#: not here does not exist.
UNITS: Final[dict[str, str]] = {
    "km": "_km",
    "km/h": "_km_per_h",
    "h": "_h",
    "h/km": "_h_per_km",
    "mm": "_mm",
    "m": "_m",
    "deg": "_deg",
    "1": "_frac",
    "count": "_count",
    "year": "year",
    "t/unit": "_t_per_unit",
    "USD": "_usd",
    "USD/t": "_usd_per_t",
    "USD/unit": "_usd_per_unit",
    "USD/(unit h)": "_usd_per_unit_h",
    "USD/(unit km)": "_usd_per_unit_km",
    "kg CO2e": "_kg",
    "kg CO2e/(t km)": "_kg_per_t_km",
    "unit/year": "_per_year",
    "unit": "_units",
    "d": "_d",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name with unit, kind, range, default, reference and meaning.

    Parameters
    ----------
    name
        ``<quantity>_<unit>``; the suffix must agree with ``unit``.
    kind
        ``id`` (a short stable key), ``text``, ``choice``, ``int``, ``float``, ``flag``, ``json``, ``date`` (a partial
        date, see `kervan.edtf`) or ``ids`` (keys separated by ``;``).
    doc
        What it means, one sentence.
    unit
        A key of `UNITS`; empty for a number without unit and for text.
    default
        What a blank cell becomes; `REQUIRED` when it must be filled.
    at_least, at_most
        Inclusive range of a number.
    choices
        The values of a ``choice``.
    refers_to
        Name of the table whose key this column must be in (blank allowed if the default is blank).

    Raises
    ------
    ValueError
        When name and unit disagree: such a column cannot be defined.
    """

    name: str
    kind: Kind
    doc: str
    unit: str = ""
    default: Any = REQUIRED
    at_least: float = -math.inf
    at_most: float = math.inf
    choices: tuple[str, ...] = ()
    refers_to: str = ""

    def __post_init__(self) -> None:
        if self.unit and self.unit not in UNITS:
            raise ValueError(f"column {self.name}: unit {self.unit!r} is not in UNITS")
        ending = max((suffix for suffix in UNITS.values() if self.name.endswith(suffix)), key=len, default="")
        says_hours = self.unit == "h" and self.name.startswith("hours_")
        if self.unit and UNITS[self.unit] != ending and not says_hours:
            raise ValueError(f"column {self.name}: a name in {self.unit} ends in {UNITS[self.unit]!r}")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"column {self.name}: a choice has choices, and nothing else has")

    @property
    def is_required(self) -> bool:
        """Whether a blank cell is a problem."""
        return self.default is REQUIRED

    @property
    def dtype(self) -> str:
        """The pandas dtype of the column in memory."""
        return {"int": "int64", "float": "float64", "flag": "bool"}.get(self.kind, "str")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, key, meaning and columns.

    Parameters
    ----------
    name
        Plural noun; the file is ``<name>.csv``.
    key
        Columns whose values together name a row.
    doc
        "a row is …".
    columns
        The columns in file order.
    is_required
        Whether a package without it is incomplete; other tables may be missing and are then empty.
    """

    name: str
    key: tuple[str, ...]
    doc: str
    columns: tuple[Column, ...]
    is_required: bool = False

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def empty(self) -> pd.DataFrame:
        """Return the table with its columns, dtypes and no row."""
        import pandas as pd

        return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})

    def conform(self, frame: pd.DataFrame, file: str = "") -> tuple[pd.DataFrame, list[Problem]]:
        """Return ``frame`` with the declared columns, dtypes and defaults, and every problem met.

        Parameters
        ----------
        frame
            Raw table: cells of text (as read from a file) or already typed. Row *i* of the frame is
            line *i* + 2 of its file.
        file
            Name of the file, for the problems.

        Returns
        -------
        tuple
            The conformed table and the problems; where there are problems the table must not be used.
        """
        from kervan._conform import conform_table

        return conform_table(self, frame, file)
