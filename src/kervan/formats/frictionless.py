"""``datapackage.json``: the schema of the tables as a Frictionless Data Package, a projection of `TABLES`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from kervan.schema import TABLES, Column, Table

if TYPE_CHECKING:
    from kervan.network import Meta

__all__ = ["descriptor", "resources", "table_schema"]

_TYPES: Final = {
    "id": "string", "text": "string", "choice": "string", "int": "integer", "float": "number", "flag": "boolean",
    "json": "array", "date": "string", "ids": "string",
}  # fmt: skip


def descriptor(meta: Meta) -> dict[str, Any]:
    """Return the Data Package descriptor of a package folder.

    Parameters
    ----------
    meta
        What the package says of itself.
    """
    content: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": meta.name.lower().replace("_", "-"),
        "title": meta.title or meta.name,
        "description": meta.description,
        "version": meta.version,
    }
    if meta.licence:
        content["licenses"] = [{"name": "".join(c if c.isalnum() or c in "-._" else "-" for c in meta.licence)}]
    if meta.attribution:
        content["contributors"] = [{"title": meta.attribution, "role": "author"}]
    return content | {"resources": resources(TABLES)}


def resources(tables: Mapping[str, Table]) -> list[dict[str, Any]]:
    """Return the description of a folder's CSV files, one for each declared table."""
    return [
        {
            "profile": "tabular-data-resource",
            "name": table.name,
            "path": f"{table.name}.csv",
            "title": f"A row is {table.doc}.",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": table_schema(table, tables),
        }
        for table in tables.values()
    ]


def table_schema(table: Table, tables: Mapping[str, Table] = TABLES) -> dict[str, Any]:
    """Return the Table Schema of one table among those it refers to.

    Examples
    --------
    >>> table_schema(TABLES["closures"])["primaryKey"]
    ['closure_id']
    """
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    references = [
        {
            "fields": [column.name],
            "reference": {"resource": column.refers_to, "fields": [tables[column.refers_to].key[0]]},
        }
        for column in table.columns
        if column.refers_to and column.kind == "id"
    ]
    if references:
        schema["foreignKeys"] = references
    return schema


def _field(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {"name": column.name, "type": _TYPES[column.kind], "description": column.doc}
    if column.unit:
        described["unit"] = column.unit
    if not column.is_required and column.default not in (math.inf, ""):
        described["default"] = column.default
    limits: dict[str, Any] = {}
    if column.is_required:
        limits["required"] = True
    if column.choices:
        limits["enum"] = list(column.choices)
    if column.kind in ("int", "float"):
        if math.isfinite(column.at_least):
            limits["minimum"] = column.at_least
        if math.isfinite(column.at_most):
            limits["maximum"] = column.at_most
    if limits:
        described["constraints"] = limits
    return described
