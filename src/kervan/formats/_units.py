"""Columns in other units, converted to the canonical one when a file is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from kervan.schema import UNITS

if TYPE_CHECKING:
    from kervan.schema import Table

__all__ = ["OTHER_SUFFIXES", "converted", "heading_in"]

_MILE, _NAUTICAL, _POUND = Fraction("1.609344"), Fraction("1.852"), Fraction("0.45359237")

#: Suffix of the schema to the suffixes that are read for it, each with what one of them is worth.
OTHER_SUFFIXES: Final[Mapping[str, Mapping[str, Fraction]]] = {
    "_km": {"_m": Fraction(1, 1000), "_mi": _MILE, "_nmi": _NAUTICAL},
    "_km_per_h": {
        "_mi_per_h": _MILE, "_mph": _MILE, "_kn": _NAUTICAL, "_m_per_s": Fraction("3.6"), "_kmh": Fraction(1),
    },
    "_h": {"_min": Fraction(1, 60), "_s": Fraction(1, 3600), "_d": Fraction(24), "_days": Fraction(24)},
    "_h_per_km": {"_min_per_km": Fraction(1, 60), "_h_per_mi": 1 / _MILE, "_min_per_mi": 1 / (60 * _MILE)},
    "_mm": {"_cm": Fraction(10), "_m": Fraction(1000), "_in": Fraction("25.4")},
    "_m": {"_ft": Fraction("0.3048")},
    "_frac": {"_pct": Fraction(1, 100), "_percent": Fraction(1, 100)},
    "_t_per_unit": {"_kg_per_unit": Fraction(1, 1000), "_lb_per_unit": _POUND / 1000},
    "_usd": {"_kusd": Fraction(1000), "_musd": Fraction(10**6), "_busd": Fraction(10**9)},
    "_usd_per_t": {"_usd_per_kg": Fraction(1000)},
    "_usd_per_unit_h": {"_usd_per_unit_d": Fraction(1, 24), "_usd_per_unit_day": Fraction(1, 24)},
    "_usd_per_unit_km": {"_usd_per_unit_mi": 1 / _MILE},
    "_kg": {"_g": Fraction(1, 1000), "_t": Fraction(1000), "_kt": Fraction(10**6)},
    "_kg_per_t_km": {"_g_per_t_km": Fraction(1, 1000), "_g_per_t_mi": 1 / (1000 * _MILE)},
    "_per_year": {"_per_month": Fraction(12), "_per_day": Fraction(365)},
}  # fmt: skip

_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def heading_in(table: Table, heading: str, given: Collection[str]) -> tuple[str, Fraction] | None:
    """Return the column a heading in another unit stands for and its factor, or None.

    A heading that is a column of its own, and one whose column is also given, stands for itself.

    Examples
    --------
    >>> from kervan.schema import TABLES
    >>> heading_in(TABLES["links"], "delay_min", [])
    ('delay_h', Fraction(1, 60))
    """
    if heading in table.names:
        return None
    for suffix, others in OTHER_SUFFIXES.items():
        for other, factor in others.items():
            name = heading.removesuffix(other) + suffix
            is_column = heading.endswith(other) and name in table.names and name not in given
            # A dollar per mile is not a mile: the suffix must be the whole unit of the column.
            if is_column and UNITS.get(table[name].unit) == suffix:
                return name, factor
    return None


def converted(cell: Any, factor: Fraction) -> Any:
    """Return a cell times a factor, exactly rounded; what is not a number stays, for the schema to report.

    Examples
    --------
    >>> converted("90", Fraction(1, 60)), converted("soon", Fraction(24))
    (1.5, 'soon')
    """
    is_text = isinstance(cell, str) and _NUMBER.fullmatch(cell.strip())
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool) and cell - cell == 0
    if not is_text and not is_number:
        return cell
    try:
        return float(Fraction(cell.strip() if is_text else cell) * factor)
    except (OverflowError, ValueError):  # too large, or too many digits: in any unit
        return cell
