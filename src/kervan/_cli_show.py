"""The command `show`: tables, columns, and whatever has a key or a name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kervan._cli_output import (
    Field,
    number,
    print_csv,
    print_json,
    print_record,
    print_table,
    records,
    say,
)
from kervan.errors import InputError, UnknownName, shown
from kervan.schema import TABLES, Column

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Network

__all__ = ["show"]

_SCHEMA: Final = "kervan.show/1"
_ROWS_SHOWN: Final = 30
_COLUMNS_SHOWN: Final = 10
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def show(net: Network, what: str, where: Sequence[str], form: str) -> None:
    """Print what is asked for: ``tables``, ``columns``, the name of a table, or a key or name.

    Parameters
    ----------
    net
        The network.
    what
        What to show.
    where
        Conditions ``column=value`` on the rows of a table.
    form
        ``"json"``, ``"csv"`` or ``"text"``.

    Raises
    ------
    UnknownName
        When nothing is called so; the nearest is offered.
    """
    if what in TABLES:
        _show_table(what, _selected(net[what], what, where), form)
    elif where and what not in ("tables", "columns"):
        raise InputError(f"--where is for a table, and {what!r} is none: {', '.join(TABLES)}")
    elif what == "tables":
        _show_rows(_among(_tables(net), where), [Field("table", "table"), Field("rows", "rows", number()),
                                  Field("a_row_is", "a row is", most=70)], form)  # fmt: skip
    elif what == "columns":
        fields = [
            Field("table", "table"), Field("column", "column"), Field("kind", "kind", drop=3), Field("unit", "unit"),
            Field("blank_means", "blank means", drop=2), Field("range", "range", most=60, drop=1),
            Field("doc", "meaning", most=80),
        ]  # fmt: skip
        _show_rows(_among(_columns(), where), fields, form)
    else:
        _show_record(net, what, form)


def _among(rows: list[dict[str, Any]], where: Sequence[str]) -> list[dict[str, Any]]:
    for condition in where:
        name, equals, value = condition.partition("=")
        if not equals or name not in rows[0]:
            raise UnknownName("column (write column=value)", name, rows[0])
        rows = [row for row in rows if str(row[name]) == value] or rows[:0]
    return rows


def _tables(net: Network) -> list[dict[str, Any]]:
    return [{"table": name, "rows": len(net[name]), "a_row_is": TABLES[name].doc} for name in net]


def _columns() -> list[dict[str, Any]]:
    return [
        {
            "table": table.name, "column": column.name, "kind": column.kind, "unit": column.unit,
            "blank_means": _blank(column), "range": _range(column), "doc": column.doc,
        }
        for table in TABLES.values()
        for column in table.columns
    ]  # fmt: skip


def _blank(column: Column) -> str:
    if column.is_required:
        return "must be filled"
    if column.default == math.inf:
        return "not known, or no limit"
    return str(column.default) or "none"


def _range(column: Column) -> str:
    if column.choices:
        return ", ".join(column.choices)
    if column.refers_to:
        return f"a row of {column.refers_to}"
    if column.kind not in ("int", "float"):
        return ""
    low = "" if math.isinf(column.at_least) else f"{column.at_least:g}"
    high = "" if math.isinf(column.at_most) else f"{column.at_most:g}"
    return f"{low} to {high}" if low and high else f"{low} or more" if low else ""


def _selected(frame: pd.DataFrame, table: str, where: Sequence[str]) -> pd.DataFrame:
    for condition in where:
        name, equals, value = condition.partition("=")
        if not equals or name not in TABLES[table].names:
            raise UnknownName(f"column of {table} (write column=value)", name, TABLES[table].names)
        wanted = _wanted(TABLES[table][name], value)
        frame = frame[frame[name].map(_cell) == wanted]
    return frame


def _wanted(column: Column, value: str) -> str:
    """Return a value as the cells of its column are shown; one that no cell can have is an error.

    A blank one asks for what is blank or not known.
    """
    if value and column.kind in ("int", "float"):
        if not _NUMBER.fullmatch(value):
            raise InputError(f"--where: {column.name} is compared with a number, not with {shown(value)}")
        return _cell(float(value)) or value
    choices = ("true", "false") if column.kind == "flag" else column.choices
    if choices and value not in choices:
        raise UnknownName(f"{column.name} (--where)", value, choices)
    return value


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if math.isfinite(value) else ""
    return str(value)


def _show_table(name: str, frame: pd.DataFrame, form: str) -> None:
    if form == "json":
        print_json({"schema": _SCHEMA, "table": name, "rows": records(frame)})
        return
    if form == "csv":
        print_csv(frame)
        return
    spec = TABLES[name]
    # What every row leaves at its default says nothing on a screen.
    told = [c for c in spec.columns if c.is_required or any(value != c.default for value in frame[c.name].tolist())]
    kept = [c for c in told if c.name not in ("note", "how_read", "edits")]
    numbers = ("int", "float")
    fields = [
        Field(c.name, c.name, _cell if c.kind in numbers else None, most=32, drop=place)
        for place, c in enumerate(kept[:_COLUMNS_SHOWN])
    ]
    print_table(records(frame.head(_ROWS_SHOWN)), fields, f"{name}: {len(frame)} rows")
    left = []
    if len(frame) > _ROWS_SHOWN:
        left.append(f"{len(frame) - _ROWS_SHOWN} more rows")
    if len(spec.columns) > len(fields):
        left.append(f"{len(spec.columns) - len(fields)} more columns")
    if left:
        say(f"… and {' and '.join(left)}: --csv shows all of them, --where column=value fewer rows.")


def _show_rows(rows: list[dict[str, Any]], fields: Sequence[Field], form: str) -> None:
    import pandas as pd

    if form == "json":
        print_json({"schema": _SCHEMA, "rows": rows})
    elif form == "csv":
        print_csv(pd.DataFrame(rows))
    else:
        print_table(rows, fields)


def _show_record(net: Network, what: str, form: str) -> None:
    found = _records(net, what)
    if not found:
        node_id = _place(net, what)
        found = {"nodes": _records(net, node_id)["nodes"]}
        what = node_id
    if form == "json":
        around = _around(net, what) if "nodes" in found else {}
        print_json({"schema": _SCHEMA, "key": what, "found": found, "around": around})
        return
    if form == "csv":
        import pandas as pd

        if len(found) > 1:
            raise InputError(f"{what} is in {' and '.join(found)}: show one of them with --where, or give --json")
        for rows in found.values():
            print_csv(pd.DataFrame(rows))
        return
    for table, rows in found.items():
        for row in rows:
            print_record(_told(table, row), f"{what} ({table})")
            _show_source(net, row)
    if "nodes" in found:
        for table, rows in _around(net, what).items():
            _show_around(table, rows)


def _place(net: Network, what: str) -> str:
    """Return the node of this name, or raise with the nearest of every key there is."""
    try:
        return net.find_node(what)
    except UnknownName as error:
        if "single place" in error.kind:
            raise
        keys = {str(key) for table in TABLES.values() for key in net[table.name][table.key[0]].tolist()}
        raise UnknownName("table, key or place", what, {*keys, *error.known, *TABLES, "tables", "columns"}) from None


def _records(net: Network, key: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows whose key begins with this value, by table."""
    found = {}
    for table in TABLES.values():
        frame = net[table.name]
        rows = frame[frame[table.key[0]] == key]
        if len(rows):
            found[table.name] = records(rows)
    return found


def _around(net: Network, node_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return the links, facilities and services of a place."""
    links = net["links"]
    links = links[(links["from_node_id"] == node_id) | (links["to_node_id"] == node_id)]
    services = net["services"]
    return {
        "links": records(links),
        "facilities": records(net["facilities"].query("node_id == @node_id")),
        "services": records(services[services["link_id"].isin(links["link_id"])]),
    }


def _told(table: str, row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the filled cells of a row with their units."""
    pairs = []
    for column in TABLES[table].columns:
        value = row[column.name]
        if column.is_required or value != column.default:
            unit = f" {column.unit}" if column.unit not in ("", "1", "count", "year") else ""
            pairs.append((column.name, f"{_cell(value) or '-'}{unit}"))
    return pairs


def _show_source(net: Network, row: Mapping[str, Any]) -> None:
    if "quality" not in row:
        return
    source = net["sources"].set_index("source_id").loc[row["source_id"]]
    year = f", {source['year']}" if source["year"] else ""
    say(f"  from {source['publisher']}: {source['title']}{year} (grade {source['grade']}) {source['url']}".rstrip())


def _show_around(table: str, rows: list[dict[str, Any]]) -> None:
    shown = {
        "links": [Field("link_id", "link"), Field("mode", "mode"), Field("length_km", "km", number()),
                  Field("speed_km_per_h", "km/h", number()), Field("status", "status"), Field("quality", "quality")],
        "facilities": [Field("facility_id", "facility"), Field("name", "name"), Field("kind", "kind"),
                       Field("status", "status")],
        "services": [Field("service_id", "service"), Field("name", "name"), Field("rule", "leaves by"),
                     Field("headway_h", "every h", number(1))],
    }  # fmt: skip
    if rows:
        print_table(rows, shown[table], table)
