"""The command `scenario`: list, show, and the difference that two of them make."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._cli_output import Field, number, print_csv, print_json, print_record, print_table, records, say
from kervan._files import exists
from kervan.errors import ScenarioError, SolveError, UnknownName
from kervan.schema import NEVER, TABLES

if TYPE_CHECKING:
    import pandas as pd

    from kervan._cli_route import Question
    from kervan.network import Network
    from kervan.scenario import Scenario

__all__ = ["at_year", "differing_cells", "named", "print_difference", "print_list", "print_scenario"]

#: The name of the network as it is, when no scenario of the package is called so.
TODAY: Final = "today"
_LIST_SCHEMA, _SHOW_SCHEMA, _DIFF_SCHEMA = "kervan.scenarios/1", "kervan.scenario/1", "kervan.scenario-diff/1"
_CELLS_SHOWN: Final = 60
_TOTALS: Final = (
    "hours_mean",
    "hours_p90",
    "hours_moving",
    "hours_waiting",
    "hours_procedure",
    "cost_usd",
    "emission_kg",
)


def named(package: str, name: str) -> Scenario:
    """Return a scenario of a package by name, or of a TOML file by path.

    Raises
    ------
    UnknownName
        When there is neither; the nearest is offered.
    """
    from kervan.formats import scenarios
    from kervan.scenario import Scenario

    path = Path(name)
    if path.suffix == ".toml" and exists(path):
        return Scenario.from_toml(path)
    known = scenarios(package)
    if name in known:
        return known[name]
    if name == TODAY:
        return Scenario(TODAY, title="The network as it is")
    raise UnknownName("scenario", name, {*known, TODAY})


def at_year(scenario: Scenario | None, year: int | None) -> Scenario | None:
    """Return a scenario, or none, as it stands in a year; None leaves the year as it is."""
    from kervan.scenario import Scenario

    return scenario if year is None else replace(scenario or Scenario(f"at {year}"), year=year)


def print_list(net: Network, package: str, form: str) -> None:
    """Print the scenarios of a package, with what each takes into effect and how many cells it changes."""
    import pandas as pd

    from kervan.formats import scenarios

    rows = [
        {
            "name": name, "title": scenario.title, "year": scenario.year, "edits": len(scenario.edits),
            "interventions": len(scenario.interventions), "without": len(scenario.without),
            "effective": len(_taken(net, scenario)), "cells": _cell_count(net, scenario),
            "description": scenario.description,
        }
        for name, scenario in scenarios(package).items()
    ]  # fmt: skip
    if form == "json":
        print_json({"schema": _LIST_SCHEMA, "scenarios": rows})
    elif form == "csv":
        print_csv(pd.DataFrame(rows))
    else:
        fields = [
            Field("name", "scenario"), Field("title", "title", most=60), Field("year", "year", _year),
            Field("edits", "own edits", number()), Field("effective", "interventions in effect", number()),
            Field("cells", "cells changed", number()),
        ]  # fmt: skip
        print_table(rows, fields)


def _cell_count(net: Network, scenario: Scenario) -> int | None:
    try:
        return len(differing_cells(net, scenario.apply(net)))
    except ScenarioError:
        return None  # `kervan check` says what is wrong with it


def _year(year: int | None) -> str:
    return "-" if year is None else "no date" if year == NEVER else str(year)


def _taken(net: Network, scenario: Scenario) -> pd.DataFrame:
    """Return the interventions that take effect under a scenario: those its year brings, and those it names."""
    from kervan.scenario import COMMITTED

    frame = net["interventions"]
    due = frame["year"].between(net.meta.base_year + 1, scenario.year or 0) & frame["status"].isin(COMMITTED)
    return frame[(due & ~frame["intervention_id"].isin(scenario.without))
                 | frame["intervention_id"].isin(scenario.interventions)]  # fmt: skip


def print_scenario(net: Network, scenario: Scenario, form: str) -> None:
    """Print a scenario edit by edit, and the interventions that its year makes take effect.

    As CSV, a row an intervention that takes effect and one an edit, in the order in which they are made.
    """
    effects = records(_taken(net, scenario)[["intervention_id", "title", "status", "year", "edits"]])
    edits = [{"op": edit.op, **asdict(edit)} for edit in scenario.edits]  # type: ignore[call-overload]
    if form == "json":
        described = {"name": scenario.name, "title": scenario.title, "description": scenario.description}
        shown = [{name: value for name, value in row.items() if name != "edits"} for row in effects]
        more = {"year": scenario.year, "without": scenario.without, "interventions": shown, "edits": edits}
        print_json({"schema": _SHOW_SCHEMA, **described, **more})
        return
    if form == "csv":
        _print_scenario_csv(effects, edits)
        return
    pairs = [("title", scenario.title), ("description", scenario.description), ("year", scenario.year or "")]
    pairs += [("without", ", ".join(scenario.without))]
    pairs += [(f"edit {place}", f"{edit['op']} {edit['table']}: {_edit_words(edit)}")
              for place, edit in enumerate(edits, 1)]  # fmt: skip
    print_record([pair for pair in pairs if pair[1] != ""], scenario.name)
    if effects:
        for row in effects:
            row["modelled"] = "not modelled" if row["edits"] == "[]" else "by its edits"
        fields = [Field("intervention_id", "intervention"), Field("title", "title", most=70),
                  Field("status", "status"), Field("year", "year", _year), Field("modelled", "effect")]  # fmt: skip
        print_table(effects, fields, "Interventions that take effect")


def _edit_words(edit: dict[str, Any]) -> str:
    rest = {name: value for name, value in edit.items() if name not in ("op", "table")}
    return json.dumps(rest, ensure_ascii=False, default=str)


def _print_scenario_csv(effects: list[dict[str, Any]], edits: list[dict[str, Any]]) -> None:
    import pandas as pd

    rows = [{"intervention_id": row["intervention_id"], "title": row["title"], "status": row["status"],
             "year": row["year"], "op": "", "table": "", "edit": row["edits"]} for row in effects]  # fmt: skip
    rows += [{"intervention_id": "", "title": "", "status": "", "year": None, "op": edit["op"], "table": edit["table"],
              "edit": _edit_words(edit)} for edit in edits]  # fmt: skip
    columns = ["intervention_id", "title", "status", "year", "op", "table", "edit"]
    print_csv(pd.DataFrame(rows, columns=columns, dtype=object))


def differing_cells(before: Network, after: Network) -> list[dict[str, Any]]:
    """Return every cell that differs between two networks: table, key, column, both values, and what happened."""
    cells: list[dict[str, Any]] = []
    for name, table in TABLES.items():
        left, right = (_keyed(net[name], table.key) for net in (before, after))
        for key in {**left, **right}:
            old, new = left.get(key), right.get(key)
            if old == new:
                continue
            if old is None or new is None:
                change = "added" if old is None else "removed"
                cells.append({"table": name, "key": key, "column": "", "a": None, "b": None, "change": change})
                continue
            cells += [
                {"table": name, "key": key, "column": column, "a": old[column], "b": new[column], "change": "changed"}
                for column in table.names
                if old[column] != new[column]
            ]
    return cells


def _keyed(frame: pd.DataFrame, key: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    return {" ".join(str(row[name]) for name in key): row for row in records(frame)}


def print_difference(net: Network, first: Scenario, second: Scenario, question: Question | None, form: str) -> None:
    """Print the cells that differ between two scenarios and, for a consignment, what changes on its way."""
    import pandas as pd

    before, after = first.apply(net), second.apply(net)
    cells = differing_cells(before, after)
    totals = [_totals(question, changed) for changed in (before, after)] if question else []
    if form == "json":
        routes = {"a": totals[0], "b": totals[1]} if totals else None
        years = {"a": before.year, "b": after.year}
        print_json({"schema": _DIFF_SCHEMA, "a": first.name, "b": second.name, "years": years, "cells": cells,
                    "route": routes})  # fmt: skip
        return
    if form == "csv":
        print_csv(pd.DataFrame(cells, columns=["table", "key", "column", "a", "b", "change"]))
        return
    say(f"{first.name} stands for {before.year}, {second.name} for {after.year}: {len(cells)} cells and rows differ.")
    if cells:
        fields = [
            Field("table", "table"), Field("key", "row", most=44), Field("column", "column"),
            Field("a", first.name, most=24), Field("b", second.name, most=24), Field("change", "change"),
        ]  # fmt: skip
        print_table([_told(cell) for cell in cells[:_CELLS_SHOWN]], fields)
    if len(cells) > _CELLS_SHOWN:
        say(f"… and {len(cells) - _CELLS_SHOWN} more: --csv shows all of them.")
    if totals:
        _print_totals(totals, first.name, second.name)


def _told(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell as people read it: nothing for none, and no year that means there is no date."""
    is_year = any(column.name == cell["column"] and column.unit == "year" for column in TABLES[cell["table"]].columns)
    shown = {side: "" if cell[side] is None else cell[side] for side in ("a", "b")}
    return {**cell, **{side: "no date" if is_year and value == NEVER else value for side, value in shown.items()}}


def _totals(question: Question, changed: Network) -> dict[str, Any]:
    """Return the totals of the quickest, cheapest and cleanest way, or why there is none."""
    from kervan._cli_route import answer

    try:
        found = records(answer(changed, question, None)["itineraries"])
    except SolveError as error:
        return {"reason": str(error)}
    best = {}
    for aim, column in (("quickest", "hours_mean"), ("cheapest", "cost_usd"), ("cleanest", "emission_kg")):
        row = min(found, key=itemgetter(column))
        best[aim] = {"label": row["label"], **{name: float(row[name]) for name in _TOTALS}}
    return best


def _print_totals(totals: list[dict[str, Any]], first: str, second: str) -> None:
    for name, found in zip((first, second), totals, strict=True):
        if "reason" in found:
            say(f"{name}: {found['reason']}")
            return
    rows = []
    for aim in totals[0]:
        for column in _TOTALS:
            a, b = totals[0][aim][column], totals[1][aim][column]
            rows.append({"way": aim, "what": column, "a": a, "b": b, "change": b - a})
    fields = [Field("way", "way"), Field("what", "total"), Field("a", first, number(1)),
              Field("b", second, number(1)), Field("change", "change", lambda value: f"{value:+,.1f}")]  # fmt: skip
    print_table(rows, fields, "What changes on the way")
