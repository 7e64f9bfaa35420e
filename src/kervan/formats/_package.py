"""`Package`: what a file or folder holds, before and after it is checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from kervan._toml import toml_of
from kervan.errors import FormatError, KervanError, Problem, SchemaError, did_you_mean, shown
from kervan.schema import _CONTROL, _ID, MAX_PROBLEMS, TABLES

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Meta, Network

__all__ = [
    "MAX_CELLS",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "Package",
    "RawTable",
    "meta_toml",
    "named_scenarios",
    "parsed_meta",
    "parsed_report",
    "toml_text",
]

#: Rows, columns and cells of a table that are read at most.
MAX_ROWS: Final = 500_000
MAX_COLUMNS: Final = 500
MAX_CELLS: Final = 10_000_000
_SECTIONS: Final = ("package", "network", "report")
_YEARS: Final = ("base_year", "price_year")
_REPEATED: Final = re.compile(r"(the key appears already in row )(\d+)")
_TOML_KEY: Final = re.compile(r"[A-Za-z0-9_\-]+")


@dataclass(frozen=True)
class RawTable:
    """A table as it was read: cells, where they stood, and what could not be read.

    Parameters
    ----------
    frame
        Cells as text or already typed.
    file
        Name of the file (or sheet), for the problems.
    lines
        Line of each row in the file; empty: row *i* is line *i* + 2.
    headings
        Heading as given, for the columns that were renamed while reading.
    problems
        What could not be read.
    """

    frame: pd.DataFrame
    file: str = ""
    lines: Sequence[int] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @classmethod
    def broken(cls, table: str, file: str, message: str) -> RawTable:
        """Return a table that could not be read at all."""
        import pandas as pd

        return cls(pd.DataFrame(), file, problems=(Problem(table, 0, "", "", message, file),))

    def in_canonical_units(self, table: str) -> RawTable:
        """Return the table with columns in other units renamed and converted."""
        from kervan.formats._units import converted, heading_in

        if table not in TABLES or not set(self.frame.columns) - set(TABLES[table].names):
            return self
        names: list[str] = []
        given = {*map(str, self.frame.columns)}
        headings = dict(self.headings)
        columns: dict[int, Any] = {}
        for position, heading in enumerate(map(str, self.frame.columns)):
            cells = self.frame.iloc[:, position]
            found = heading_in(TABLES[table], heading, given)
            if found:
                given.add(found[0])
                name, factor = found
                headings[name] = heading
                cells = cells.astype("object").map(lambda cell, factor=factor: converted(cell, factor))
            names.append(found[0] if found else heading)
            columns[position] = cells
        import pandas as pd

        frame = pd.DataFrame(columns)
        frame.columns = pd.Index(names, dtype="object")
        return replace(self, frame=frame, headings=headings)

    def placed(self, problem: Problem) -> Problem:
        """Return a problem of the schema with the line and heading of the file."""
        row = problem.row
        message = problem.message
        if row >= 2 and self.lines:
            row = self._line(row)
            message = _REPEATED.sub(lambda match: f"{match[1]}{self._line(int(match[2]))}", message)
        column = self.headings.get(problem.column, problem.column)
        if column != problem.column:
            message += f" (read as {problem.column})"
        return replace(problem, row=row, column=column, message=message)

    def _line(self, row: int) -> int:
        return self.lines[row - 2] if row - 2 < len(self.lines) else row


@dataclass(frozen=True)
class Package:
    """What a file or folder holds: metadata, tables, report settings and scenarios.

    Parameters
    ----------
    meta
        What the package says of itself.
    tables
        Its tables by name, unchecked.
    year
        The year it stands for; None: its base year.
    report
        Settings of the report (section ``[report]`` of ``package.toml``).
    scenarios
        Text of each scenario (TOML) by name.
    problems
        What could not be read, apart from the tables.
    where
        What was read, for messages.
    is_unread
        Whether nothing could be read, so that its tables are not also missing.
    """

    meta: Meta
    tables: Mapping[str, RawTable]
    year: int | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
    scenarios: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    where: str = "the package"
    is_unread: bool = False

    @classmethod
    def of(cls, net: Network, other: Package | None = None) -> Package:
        """Return the package of a network, with the report settings and scenarios of another if given."""
        tables = {name: RawTable(net[name]) for name in net}
        report, scenarios = (other.report, other.scenarios) if other else ({}, {})
        return cls(net.meta, tables, net.year, report, scenarios, where=net.meta.name)

    def checked(self) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
        """Return the conformed tables and every problem, with file and line."""
        from kervan.schema import check

        if self.is_unread:
            return {name: table.empty() for name, table in TABLES.items()}, list(self.problems)
        raw = {name: table.in_canonical_units(name) for name, table in self.tables.items()}
        unread = {name for name, table in raw.items() if table.problems and not len(table.frame.columns)}
        tables, found = check(
            {name: table.frame for name, table in raw.items()}, files={n: t.file for n, t in raw.items()}
        )
        read = [*self.problems, *(problem for table in raw.values() for problem in table.problems)]
        # A table that could not be read is not also missing, and nothing that refers to it is dangling.
        hidden = _about(unread)
        said = {(p.file, p.row, p.column) for p in read if p.row}
        problems = list(read)
        for problem in found:
            placed = raw[problem.table].placed(problem) if problem.table in raw else problem
            spot = (placed.file, placed.row)
            if not (hidden(problem) or {(*spot, ""), (*spot, placed.column)} & said):
                problems.append(placed)
        if len(problems) > MAX_PROBLEMS + 1:
            rest = len(problems) - MAX_PROBLEMS
            problems = [*problems[:MAX_PROBLEMS], Problem("", 0, "", "", f"and at least {rest} more problems")]
        return tables, problems

    def network(self) -> Network:
        """Return the network of the package.

        Raises
        ------
        SchemaError
            With every problem of the package.
        """
        from kervan.network import Network

        tables, problems = self.checked()
        if problems:
            raise SchemaError(problems, self.where)
        return Network(self.meta, self.meta.base_year if self.year is None else self.year, tables)


def _about(unread: set[str]) -> Any:
    def hidden(problem: Problem) -> bool:
        if problem.table in unread:
            return True
        if problem.table not in TABLES or problem.column not in TABLES[problem.table].names:
            return False
        target = TABLES[problem.table][problem.column].refers_to
        return target in unread and problem.message.startswith("no such row in ")

    return hidden


# ── package.toml ────────────────────────────────────────────────────────────────────────────────────


def parsed_meta(text: str, file: str, name: str, sections: tuple[str, ...] = ()) -> Package:
    """Return a package without tables from the text of ``package.toml``.

    Parameters
    ----------
    text
        TOML with a section ``[package]`` (the fields of `Meta`) and, if wanted, ``[network]`` (the
        ``year`` it stands for) and ``[report]``.
    file
        Name of the file, for the problems.
    name
        Name of the package where the text does not give one.
    sections
        Sections that may be there besides, and are not read.
    """
    from kervan.network import Meta

    try:
        content = toml_of(text)
    except FormatError as error:
        return Package(Meta(), {}, problems=(_fault(file, "", str(error)),))
    known = (*_SECTIONS, *sections)
    problems = [_fault(file, key, f"no such section{did_you_mean(key, known)}") for key in content if key not in known]
    parts = {key: content.get(key, {}) for key in _SECTIONS}
    for key, section in parts.items():
        if not isinstance(section, dict):
            problems.append(_fault(file, key, "must be a section"))
            parts[key] = {}
    if "package" not in content:
        problems.append(_fault(file, "package", "the section [package] is missing; it names the package"))
    given = {"name": name, **parts["package"]}
    meta, found = _meta(given, file)
    year = parts["network"].get("year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2200):
        problems.append(_fault(file, "network.year", "must be a year from 1900 to 2200", year))
        year = None
    return Package(meta, {}, year, parts["report"], problems=(*problems, *found))


def parsed_report(text: str, file: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the report settings of a text that has the section ``[report]`` alone."""
    try:
        content = toml_of(text)
    except FormatError as error:
        return {}, [_fault(file, "", str(error))]
    if set(content) - {"report"} or not isinstance(content.get("report", {}), dict):
        return {}, [_fault(file, "", "must have the section [report] alone")]
    return content.get("report", {}), []


def _meta(given: Mapping[str, Any], file: str) -> tuple[Meta, list[Problem]]:
    from kervan.network import Meta

    problems: list[Problem] = []
    known: dict[str, Any] = {}
    kinds = {entry.name: type(entry.default) for entry in fields(Meta)}
    for key, value in given.items():
        if key not in kinds:
            problems.append(_fault(file, f"package.{key}", f"no such field{did_you_mean(key, kinds)}"))
        elif type(value) is not kinds[key]:
            wanted = "a text in quotes" if kinds[key] is str else "a whole number"
            problems.append(_fault(file, f"package.{key}", f"must be {wanted}", value))
        else:
            known[key] = value
    missing = "is missing; a package says which year its figures are of"
    problems += [_fault(file, f"package.{key}", missing) for key in _YEARS if key not in given]
    try:
        return Meta(**known), problems
    except KervanError as error:
        return Meta(), [*problems, _fault(file, "package", str(error))]


def _fault(file: str, column: str, message: str, value: Any = "") -> Problem:
    return Problem("package", 0, column[:80], (value if isinstance(value, str) else shown(value))[:80], message, file)


def named_scenarios(found: Iterable[tuple[Any, Any]], file: str = "") -> tuple[dict[str, str], list[Problem]]:
    """Return scenario texts by name, without those whose name is not a key, repeats, or whose text is none.

    Parameters
    ----------
    found
        Names and texts, as they were read.
    file
        Where they were read; the name of the file of each if empty.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for given, content in found:
        name, text = "" if given is None else str(given).strip(), "" if content is None else str(content)
        where = file or f"{name[:80]}.toml"
        if not _ID.fullmatch(name):
            message = "is not a name of a scenario: letters, digits and _ . : + -, starting with a letter or digit"
        elif name.casefold() in {other.casefold() for other in texts}:
            message = "the name of a scenario appears twice (capitals do not count)"
        elif _CONTROL.search(text):
            message = "the text of the scenario holds a control character"
        else:
            texts[name] = text
            continue
        shown_name = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name[:80])
        problems.append(Problem("scenarios", 0, "", shown_name, message, where))
    return texts, problems


def meta_toml(package: Package) -> str:
    """Return the text of ``package.toml``."""
    content: dict[str, Any] = {"package": asdict(package.meta)}
    if package.year is not None and package.year != package.meta.base_year:
        content["network"] = {"year": package.year}
    if package.report:
        content["report"] = dict(package.report)
    return toml_text(content)


def toml_text(content: Mapping[str, Mapping[str, Any]]) -> str:
    r"""Return sections as TOML text; what lies deeper becomes inline tables.

    Examples
    --------
    >>> toml_text({"package": {"name": "x", "base_year": 2025}})
    '[package]\nname = "x"\nbase_year = 2025\n'
    """
    parts = []
    for section, values in content.items():
        lines = [f"[{_toml_key(section)}]", *(f"{_toml_key(k)} = {_toml_value(v)}" for k, v in values.items())]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _toml_key(key: str) -> str:
    return key if _TOML_KEY.fullmatch(key) else _toml_string(key)


def _toml_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match[0]):04x}", escaped) + '"'


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _toml_string(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml_key(str(k))} = {_toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    return str(value.isoformat()) if hasattr(value, "isoformat") else _toml_string(str(value))
