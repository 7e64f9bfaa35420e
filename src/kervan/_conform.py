"""How a raw table is brought to its declared shape, and what can be wrong with it.

Private to `schema`: the functions here read cells, keys, references and a few rules that need two
tables. All of them return problems; none raises.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd

from kervan.edtf import parse
from kervan.errors import InputError, Problem, did_you_mean, shown
from kervan.schema import _CONTROL, _ID, _MAX_JSON, _MAX_TEXT, MAX_PROBLEMS, Column, Table

EARTH_RADIUS_KM = 6371.0088
_HINTS_WORTH = 50_000  # names compared in search of a near one, before hints stop
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")


def conform_table(table: Table, frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the frame with the declared columns and every problem; see `Table.conform`."""
    headings = [str(heading) for heading in frame.columns]
    problems = _heading_problems(table, headings, file)
    columns: dict[str, Any] = {}
    index = pd.RangeIndex(len(frame))
    for column in table.columns:
        if headings.count(column.name) == 1:
            raw = frame.iloc[:, headings.index(column.name)]
            values, found = _conform_column(table, column, raw, file)
        else:
            values, found = _missing_column(table, column, len(frame), file)
        values.index = index  # the same object, or pandas aligns every column anew
        columns[column.name] = values
        problems += found
    conformed = pd.DataFrame(columns, index=index)
    unread = {problem.row - 2 for problem in problems if problem.column in table.key}
    problems += _key_problems(table, conformed, unread, file)
    return conformed, problems


def _heading_problems(table: Table, headings: list[str], file: str) -> list[Problem]:
    problems = []
    counts = Counter(headings)
    for name in list(counts)[:MAX_PROBLEMS]:
        if name not in table.names:
            message = f"no such column in {table.name}{did_you_mean(name, table.names)}"
            problems.append(Problem(table.name, 1, _shown(name), "", message, file))
        elif counts[name] > 1:
            problems.append(Problem(table.name, 1, name, "", "the column appears twice", file))
    return problems


def _missing_column(table: Table, column: Column, count: int, file: str) -> tuple[pd.Series[Any], list[Problem]]:
    if not column.is_required:
        return pd.Series([column.default] * count, dtype=column.dtype), []
    message = f"the column is missing; {column.doc[0].lower()}{column.doc[1:]}"
    filler = "" if column.dtype == "str" else 0
    values: pd.Series[Any] = pd.Series([filler] * count, dtype=column.dtype)
    return values, [Problem(table.name, 1, column.name, "", message, file)]


def _conform_column(
    table: Table, column: Column, raw: pd.Series[Any], file: str
) -> tuple[pd.Series[Any], list[Problem]]:
    """Return typed values; a cell that cannot be read keeps a neutral value and yields a problem."""
    if _is_clean(column, raw):
        values_as_given: pd.Series[Any] = pd.Series(raw.to_numpy(), dtype=column.dtype)
        return (values_as_given + 0.0 if column.kind == "float" else values_as_given), []  # no negative zero
    readers: dict[str, Callable[[Column, Any], tuple[Any, str]]] = {
        "id": _read_id, "text": _read_text, "choice": _read_choice, "int": _read_int,
        "float": _read_float, "flag": _read_flag, "json": _read_json, "date": _read_date,
        "ids": _read_ids,
    }  # fmt: skip
    read = readers[column.kind]
    neutral: Any = "" if column.dtype == "str" else 0
    cells = raw.tolist()
    # A column of text is read once for each distinct cell: most columns repeat a few.
    distinct = dict.fromkeys(cells) if set(map(type, cells)) <= {str} else {}
    memo: dict[Any, tuple[Any, str]] = {cell: _read_cell(column, cell, read) for cell in distinct}
    answers = [memo[cell] for cell in cells] if distinct else [_read_cell(column, cell, read) for cell in cells]
    values = [neutral if message else value for value, message in answers]
    problems = [
        Problem(table.name, row + 2, column.name, _shown(cells[row]), message, file)
        for row, message in _first_faults(answers)
    ]
    return pd.Series(values, dtype=column.dtype), problems


def _first_faults(answers: Sequence[tuple[Any, str]]) -> list[tuple[int, str]]:
    """Return the rows that could not be read with what is wrong, one more than are reported at most."""
    faults = ((row, message) for row, (_, message) in enumerate(answers) if message)
    return list(islice(faults, MAX_PROBLEMS + 1))


def _is_clean(column: Column, raw: pd.Series[Any]) -> bool:
    """Whether typed values (from a network or a Parquet file) can be taken as they are."""
    if not isinstance(raw.dtype, np.dtype):
        return False  # nullable and categorical columns are read cell by cell
    if column.kind == "flag":
        return raw.dtype.kind == "b"
    if raw.dtype.kind != "i" and not (raw.dtype.kind == "f" and column.kind == "float"):
        return False
    if column.kind not in ("int", "float"):
        return False
    values = raw.to_numpy()
    inside = (values >= column.at_least) & (values <= column.at_most) & np.isfinite(values)  # false for NaN
    return bool((inside | ((values == math.inf) & (column.default == math.inf))).all())


def _read_cell(column: Column, cell: Any, read: Callable[[Column, Any], tuple[Any, str]]) -> tuple[Any, str]:
    if _is_blank(cell):
        return (None, "must not be blank") if column.is_required else (column.default, "")
    return read(column, cell)


def _is_blank(cell: Any) -> bool:
    if isinstance(cell, float | np.floating):
        return math.isnan(cell)  # how readers of spreadsheets say "no cell"
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell is pd.NaT or cell is pd.NA


def _shown(cell: Any) -> str:
    try:
        text = "" if _is_blank(cell) else str(cell)
    except ValueError:  # a number of thousands of digits
        text = shown(cell)
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text if len(text) <= 80 else text[:79] + "…")


def _read_text(_column: Column, cell: Any) -> tuple[Any, str]:
    if isinstance(cell, dt.date | dt.time):
        return None, "is a date of the spreadsheet; format the cell as text"
    if not isinstance(cell, str | int | float | np.integer | np.floating):
        return None, "must be text"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # a spreadsheet turns the text 2025 into 2025.0
    try:
        text = str(cell).strip()
    except ValueError:
        return None, "is too large a number"
    if len(text) > _MAX_TEXT:
        return None, f"is longer than {_MAX_TEXT} characters"
    if _CONTROL.search(text):
        return None, "holds a control character"
    return text, ""


def _read_id(column: Column, cell: Any) -> tuple[Any, str]:
    text, message = _read_text(column, cell)
    if message:
        return None, message
    if not _ID.fullmatch(text):
        return None, "is not a key: letters, digits and _ . : + -, at most 80, starting with a letter or digit"
    return text, ""


def _read_ids(column: Column, cell: Any) -> tuple[Any, str]:
    text, message = _read_text(column, cell)
    if message:
        return None, message
    names = [name.strip() for name in text.split(";") if name.strip()]
    if len(set(names)) < len(names):
        return None, "names a key twice"
    if not names or not all(map(_ID.fullmatch, names)):
        return None, "is not keys separated by ; (letters, digits and _ . : + -, at most 80 each)"
    return ";".join(names), ""


def _read_choice(column: Column, cell: Any) -> tuple[Any, str]:
    text, message = _read_text(column, cell)
    if message:
        return None, message
    if text in column.choices:
        return text, ""
    return None, f"must be one of {', '.join(column.choices)}{_near(text, column.choices)}"


def _near(text: str, names: Iterable[str]) -> str:
    hint = did_you_mean(text, names)
    return hint if hint.startswith("; did") else ""


def _read_date(column: Column, cell: Any) -> tuple[Any, str]:
    text, message = _read_text(column, cell)
    if message:
        return None, message  # also a date of a spreadsheet, which makes up a day for a month
    try:
        return parse(text).text, ""
    except InputError as error:
        return None, str(error)


def _read_float(column: Column, cell: Any) -> tuple[Any, str]:
    number, message = _number(cell)
    if message:
        return None, message
    if number == math.inf and column.default == math.inf:
        return number, ""
    if not math.isfinite(number):
        return None, "must be a finite number"
    if not column.at_least <= number <= column.at_most:
        return None, f"must lie in {_range(column)}"
    return number + 0.0, ""  # no negative zero


def _read_int(column: Column, cell: Any) -> tuple[Any, str]:
    number, message = _number(cell)
    if message:
        return None, message
    if not math.isfinite(number) or number != int(number):
        return None, "must be a whole number"
    if not column.at_least <= number <= column.at_most:
        return None, f"must lie in {_range(column)}"
    return int(number), ""


def _number(cell: Any) -> tuple[float, str]:
    if isinstance(cell, bool | np.bool_):
        return 0.0, "must be a number, not true or false"
    if isinstance(cell, int | float | np.integer | np.floating):
        try:
            return float(cell), ""
        except OverflowError:
            return 0.0, "is too large a number"
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return 0.0, "is a date of the spreadsheet; format the cell as a number"
    text = str(cell).strip()
    if _NUMBER.fullmatch(text):
        number = float(text)
        return number, "is too large a number" if math.isinf(number) else ""
    if text.lower() in ("inf", "+inf", "infinity"):
        return math.inf, ""
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return 0.0, f"must be a number with a decimal point: {text.replace(',', '.')}?"
    if _DATE.fullmatch(text):
        return 0.0, "must be a number and looks like a date"
    return 0.0, "must be a number"


def _range(column: Column) -> str:
    unit = f" {column.unit}" if column.unit and column.unit not in ("1", "count", "year") else ""
    if math.isinf(column.at_most):
        return f"{column.at_least:g} or more{unit}"
    if math.isinf(column.at_least):
        return f"{column.at_most:g} or less{unit}"
    return f"{column.at_least:g} to {column.at_most:g}{unit}"


def _read_flag(_column: Column, cell: Any) -> tuple[Any, str]:
    if isinstance(cell, bool | np.bool_):
        return bool(cell), ""
    text = _shown(cell).strip().lower().removesuffix(".0")
    if text in _TRUE or text in _FALSE:
        return text in _TRUE, ""
    return None, "must be true or false"


def _read_json(_column: Column, cell: Any) -> tuple[Any, str]:
    try:
        text = cell if isinstance(cell, str) else json.dumps(cell)
        if len(text) > _MAX_JSON:
            return None, f"is longer than {_MAX_JSON} characters"
        value = json.loads(text, object_pairs_hook=_unrepeated)
        canonical = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        return None, f"is not JSON: {_shown(error)}"
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None, "must be a JSON list of objects"
    if len(canonical) > _MAX_JSON:
        return None, f"is longer than {_MAX_JSON} characters"
    if _CONTROL.search(canonical):
        return None, "holds a control character"
    return canonical, ""


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > len({name for name, _ in pairs}):
        raise ValueError("a name appears twice in an object")
    return dict(pairs)


def _key_problems(table: Table, frame: pd.DataFrame, unread: set[int], file: str) -> list[Problem]:
    """Return the rows whose key appeared before, among those whose key could be read."""
    key = list(table.key)
    if not unread and len(set(zip(*(frame[name].tolist() for name in key), strict=True))) == len(frame):
        return []
    readable = frame.drop(index=[row for row in unread if row >= 0])[key] if -1 not in unread else frame[key][:0]
    repeated = readable.index[readable.duplicated(key, keep="first")]
    if not len(repeated):
        return []
    first = readable.index.to_series().groupby([readable[name] for name in key], sort=False).transform("min")
    problems = []
    for row in repeated[:MAX_PROBLEMS]:
        value = ", ".join(str(readable.at[row, name]) for name in key)
        message = f"the key appears already in row {first[row] + 2}"
        problems.append(Problem(table.name, row + 2, key[0], value, message, file))
    return problems


def reference_problems(
    tables: Mapping[str, pd.DataFrame], spec: Mapping[str, Table], files: Mapping[str, str], changed: Collection[str]
) -> list[Problem]:
    """Return every cell that names a row which does not exist, where either table has changed."""
    problems: list[Problem] = []
    keys: dict[str, set[str]] = {}
    for table in spec.values():
        frame = tables[table.name]
        for column in table.columns:
            if not column.refers_to or column.refers_to not in spec or not len(frame):
                continue
            if table.name not in changed and column.refers_to not in changed:
                continue
            target = spec[column.refers_to]
            known = tables[target.name][target.key[0]]
            if target.name not in keys:
                keys[target.name] = {*known.tolist(), ""}
            cells = frame[column.name].tolist()
            if keys[target.name].issuperset(cells):
                continue
            is_list = column.kind == "ids"
            told = ((row, name) for row, cell in enumerate(cells) for name in (cell.split(";") if is_list else [cell]))
            names = list(islice(((row, name) for row, name in told if name not in keys[target.name]), MAX_PROBLEMS))
            hints = _hints([name for _, name in names], known)
            for row, name in names:
                message = f"no such row in {target.name}{hints.get(name, '')}"
                problems.append(Problem(table.name, row + 2, column.name, name, message, files.get(table.name, "")))
    return problems


def _hints(names: Sequence[str], known: pd.Series[str]) -> dict[str, str]:
    """Return the near names of the first few dangling ones; comparing all with all would take minutes."""
    choices = tuple(known.drop_duplicates())
    count = _HINTS_WORTH // max(len(choices), 1)
    return {name: _near(name, choices) for name in list(dict.fromkeys(names))[:count]}


def rule_problems(
    tables: Mapping[str, pd.DataFrame], files: Mapping[str, str], changed: Collection[str]
) -> list[Problem]:
    """Return what no single column can tell: lengths against coordinates, gauges, countries, order."""
    problems: list[Problem] = []
    due = [breach for rules, needs in _RULES for breach in (rules(tables) if needs & set(changed) else [])]
    for table, rows, column, message in due:
        frame = tables[table]
        for row in np.flatnonzero(np.asarray(rows))[:MAX_PROBLEMS]:
            value = str(frame[column].iloc[row])
            problems.append(Problem(table, int(row) + 2, column, value, message, files.get(table, "")))
    return problems


def great_circle_km(lon_a: Any, lat_a: Any, lon_b: Any, lat_b: Any) -> Any:
    """Return the great-circle distance in km (haversine, mean Earth radius) of arrays in degrees."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(np.asarray(x, float)) for x in (lon_a, lat_a, lon_b, lat_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))


_Breach = tuple[str, Any, str, str]


def _link_rules(tables: Mapping[str, pd.DataFrame]) -> list[_Breach]:
    links, nodes, modes = tables["links"], tables["nodes"].set_index("node_id"), tables["modes"].set_index("mode")
    start, end = nodes.loc[links["from_node_id"]], nodes.loc[links["to_node_id"]]
    straight = great_circle_km(start["lon_deg"], start["lat_deg"], end["lon_deg"], end["lat_deg"])
    slack = start["accuracy_km"].to_numpy() + end["accuracy_km"].to_numpy()
    has_gauge = modes.loc[links["mode"], "has_gauge"].to_numpy()
    scopes = set(tables["closures"]["scope"])
    return [
        ("links", links["from_node_id"] == links["to_node_id"], "to_node_id", "a link joins two different nodes"),
        ("links", links["length_km"].to_numpy() < 0.98 * straight - slack, "length_km",
         "is shorter than the straight line between its ends"),
        ("links", has_gauge & (links["gauge_mm"] == 0).to_numpy(), "gauge_mm", "a link of this mode needs its gauge"),
        ("links", ~has_gauge & (links["gauge_mm"] != 0).to_numpy(), "gauge_mm", "a link of this mode has no gauge"),
        ("links", ~links["closure_scope"].isin(scopes | {""}), "closure_scope", "no such scope in closures"),
        ("links", links["closes_year"] < links["opens_year"], "closes_year", "closes before it opens"),
    ]  # fmt: skip


def _facility_rules(tables: Mapping[str, pd.DataFrame]) -> list[_Breach]:
    posts = tables["facilities"]
    country = tables["nodes"].set_index("node_id")["country_code"].loc[posts["node_id"]].to_numpy()
    is_border, is_gauge = posts["kind"] == "border_post", posts["kind"] == "gauge_yard"
    before, after = posts["from_vehicle_kind"], posts["to_vehicle_kind"]
    mode_of = tables["vehicle_kinds"].set_index("vehicle_kind")["mode"]
    countries = {*tables["nodes"]["country_code"], ""}
    only_mode = (posts["from_mode"] == posts["to_mode"]) & ~is_border & ~is_gauge
    leaving, entering = posts["from_country_code"], posts["to_country_code"]
    ends_open = (posts["from_mode"] == "") | (posts["to_mode"] == "")
    return [
        ("facilities", is_border & ((leaving == "") | (entering == "") | (leaving == entering)), "from_country_code",
         "a border post names the two countries, from and to"),
        ("facilities", is_border & (leaving != "") & (leaving != country) & (entering != country), "node_id",
         "a border post stands in one of its two countries"),
        ("facilities", is_border & (ends_open | (posts["from_mode"] != posts["to_mode"])), "to_mode",
         "a border post keeps the mode: from_mode and to_mode are the same"),
        ("facilities", is_gauge & ((posts["from_gauge_mm"] == 0) | (posts["to_gauge_mm"] == 0)
                                   | (posts["from_gauge_mm"] == posts["to_gauge_mm"])), "from_gauge_mm",
         "a gauge yard names two different gauges"),
        ("facilities", ~is_gauge & (posts["from_gauge_mm"] != posts["to_gauge_mm"]), "kind",
         "only a gauge yard changes the gauge"),
        ("facilities", (posts["from_mode"] == "") & (posts["to_mode"] == ""), "from_mode",
         "a facility has a mode of arrival or of departure"),
        ("facilities", ends_open & (posts["kind"] != "terminal"), "kind",
         "only a terminal may leave from_mode or to_mode blank"),
        ("facilities", (before != "") & (before.map(mode_of) != posts["from_mode"]), "from_vehicle_kind",
         "this vehicle does not run on from_mode"),
        ("facilities", (after != "") & (after.map(mode_of) != posts["to_mode"]), "to_vehicle_kind",
         "this vehicle does not run on to_mode"),
        ("facilities", is_border & ~(leaving.isin(countries) & entering.isin(countries)), "to_country_code",
         "no place is in one of the two countries of this border post"),
        ("facilities", is_border & (before != "") & (after != "") & (before != after), "to_vehicle_kind",
         "a border post keeps the vehicle"),
        ("facilities", only_mode & ((before == "") | (after == "") | (before == after)), "to_vehicle_kind",
         "within one mode it must name the two vehicles it moves a consignment between"),
    ]  # fmt: skip


def _other_rules(tables: Mapping[str, pd.DataFrame]) -> list[_Breach]:
    steps, services, calendars = tables["steps"], tables["services"], tables["calendars"]
    kinds = tables["vehicle_kinds"].set_index("vehicle_kind")["mode"]
    link_mode = tables["links"].set_index("link_id")["mode"].loc[services["link_id"]].to_numpy()
    same = tables["carriage"].duplicated(["commodity_id", "vehicle_kind", "country_code"])
    return [
        ("steps", (steps["electronic_frac"] > 0) & (steps["electronic_service_h"] > steps["service_h"]),
         "electronic_service_h", "the electronic procedure takes longer than the paper one"),
        ("services", kinds.loc[services["vehicle_kind"]].to_numpy() != link_mode, "vehicle_kind",
         "this vehicle does not run on the mode of the link"),
        ("calendars", calendars["closes_h"] <= calendars["opens_h"], "closes_h", "closes before it opens"),
        ("carriage", same, "carriage_id", "the same commodity, vehicle and country appear already"),
    ]  # fmt: skip


def _traffic_rules(tables: Mapping[str, pd.DataFrame]) -> list[_Breach]:
    yards, seasons = tables["yards"], tables["seasons"]
    failures, disruptions = tables["failures"], tables["disruptions"]
    named = {
        "failures": sum((failures[name] != "").astype(int) for name in ("facility_id", "link_id")),
        "disruptions": sum((disruptions[name] != "").astype(int) for name in ("node_id", "facility_id", "link_id")),
    }
    year = seasons.groupby("season_id")["factor_frac"].agg(["size", "mean"])
    whole = year.index[(year["size"] == 12) & ((year["mean"] - 1).abs() < 1e-3)]
    scopes = set(tables["closures"]["scope"])
    return [
        ("failures", named["failures"] != 1, "facility_id", "names one thing: a facility or a link"),
        ("disruptions", named["disruptions"] != 1, "node_id", "names one thing: a place, a facility or a link"),
        ("yards", yards["embargo_count"] > yards["place_count"], "embargo_count", "more than there are places"),
        ("yards", (yards["embargo_count"] > 0) & (yards["lift_count"] >= yards["embargo_count"]), "lift_count",
         "an embargo is lifted at a lower number than it begins"),
        ("seasons", ~seasons["season_id"].isin(whole), "factor_frac",
         "a season has twelve months whose factors have the mean 1"),
        ("facilities", ~tables["facilities"]["closure_scope"].isin(scopes | {""}), "closure_scope",
         "no such scope in closures"),
    ]  # fmt: skip


#: Rules, and the tables they look at: they are asked again when one of these has changed.
_RULES: Final = (
    (_link_rules, {"links", "nodes", "modes", "closures"}),
    (_facility_rules, {"facilities", "nodes", "vehicle_kinds"}),
    (_other_rules, {"steps", "services", "calendars", "carriage", "links", "vehicle_kinds"}),
    (_traffic_rules, {"yards", "seasons", "failures", "disruptions", "facilities", "closures"}),
)
