"""Files in, networks out, and back: a registry of formats, `load` and `save`.

The native format is a folder of CSV files with ``package.toml`` (see `kervan.formats.package`). A format
is a frozen record with two functions; to add one, write ``formats/<name>.py`` and name it in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kervan._files import exists, path_of
from kervan.errors import FormatError, UnknownName
from kervan.formats._package import Package

if TYPE_CHECKING:
    from kervan.network import Meta, Network
    from kervan.result import Result
    from kervan.scenario import Scenario

__all__ = [
    "FORMATS",
    "Format",
    "Package",
    "find",
    "load",
    "read",
    "read_meta",
    "report_settings",
    "save",
    "scenarios",
    "scenarios_of",
    "shipped",
    "simulated",
    "write",
]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how its files are called, and how they are read and written.

    Parameters
    ----------
    name
        What it is called.
    suffixes
        How its files end; empty for a folder.
    doc
        What it is for, one sentence.
    read
        ``read(path) -> Package``; never raises for what is wrong with the content; None: cannot be read.
    write
        ``write(package, path, overwrite=...)`` of a checked package, whole or not at all.
    """

    name: str
    suffixes: tuple[str, ...]
    doc: str
    read: Callable[[Path], Package] | None
    write: Callable[..., None]


def _lazy(module: str, function: str) -> Callable[..., Any]:
    """Return a function that imports its module when it is first called."""

    def call(*args: Any, **options: Any) -> Any:
        return getattr(import_module(f"kervan.formats.{module}"), function)(*args, **options)

    return call


#: Every format by name; the first is the native one.
FORMATS: Final[Mapping[str, Format]] = {
    entry.name: entry
    for entry in (
        Format("package", (), "Folder of CSV files with package.toml, the native format.",
               _lazy("package", "read"), _lazy("package", "write")),
        Format("parquet", (), "Folder of Parquet files, with units and meanings in the metadata of each field.",
               _lazy("parquet", "read"), _lazy("parquet", "write")),
        Format("xlsx", (".xlsx",), "Excel workbook, a sheet for each table.",
               _lazy("xlsx", "read"), _lazy("xlsx", "write")),
        Format("gmns", (), "GMNS 0.96 folder (node.csv, link.csv ...); what GMNS cannot carry in files kervan_*.",
               _lazy("gmns", "read"), _lazy("gmns", "write")),
        Format("geojson", (".geojson",), "Nodes and links as GeoJSON, for a map program; written only.",
               None, _lazy("geojson", "write")),
    )
}  # fmt: skip


def shipped() -> dict[str, Path]:
    """Return the folder of every package that comes with Kervan, by name."""
    import kervan.corridors

    root = Path(next(iter(kervan.corridors.__path__)))
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / "package.toml").is_file()}


def find(name_or_path: str | Path) -> Path:
    """Return where a package is: the name of a shipped one, or a path.

    Raises
    ------
    UnknownName
        When it is neither; the nearest name is offered.
    """
    path, text = path_of(name_or_path), str(name_or_path)
    if isinstance(name_or_path, str) and text.isidentifier():
        known = shipped()
        if text in known:
            return known[text]
    try:
        if exists(path):
            return path
    except FormatError:
        pass  # nothing can be called so
    raise UnknownName("package or file", text, shipped())


def read(name_or_path: str | Path) -> Package:
    """Return what a package holds, not yet checked, with the problems of reading it.

    Parameters
    ----------
    name_or_path
        Name of a shipped package, or path of a folder or file in one of `FORMATS`.

    Raises
    ------
    UnknownName
        When there is no such package.
    FormatError
        When it is of no format that can be read.
    """
    path = find(name_or_path)
    chosen = _format_of(path)
    if chosen.read is None:
        raise FormatError(f"{path}: {chosen.name} can be written but not read")
    return chosen.read(path)


def load(name_or_path: str | Path) -> Network:
    """Read a package: a shipped one by name, or a folder or file.

    Parameters
    ----------
    name_or_path
        Name of a shipped package ("trans_caspian"), or path of a folder or file in one of `FORMATS`.

    Raises
    ------
    UnknownName
        When there is no such package.
    SchemaError
        With every problem of the package.

    Examples
    --------
    >>> load("starter").meta.name
    'starter'
    """
    return read(name_or_path).network()


def save(net: Network, path: str | Path, *, to: str = "", overwrite: bool = False) -> Path:
    """Write a network as a package.

    Parameters
    ----------
    net
        The network.
    path
        The file or folder to make; how it ends tells the format, and a folder is a native package.
    to
        Name of the format, where the path does not tell.
    overwrite
        Whether what is there may be replaced.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    FormatError
        When it cannot be written.
    """
    return write(Package.of(net), path, to=to, overwrite=overwrite)


def write(package: Package, path: str | Path, *, to: str = "", overwrite: bool = False) -> Path:
    """Write a package with its report settings and scenarios; see `save`.

    Raises
    ------
    SchemaError
        When the package has a problem.
    FormatError
        When it cannot be written.
    """
    from kervan.errors import SchemaError

    path = path_of(path)
    chosen = _format_for(path, to)
    if overwrite and path.is_dir() and any(path.iterdir()) and _format_of(path) is not chosen:
        raise FormatError(
            f"{path} is a folder of format {_format_of(path).name}, not {chosen.name}; choose another name"
        )
    tables, problems = package.checked()
    if problems:
        raise SchemaError(problems, package.where)
    from dataclasses import replace

    from kervan.formats._package import RawTable

    clean = replace(package, tables={name: RawTable(frame) for name, frame in tables.items()})
    chosen.write(clean, path, overwrite=overwrite)
    return path


def _format_of(path: Path) -> Format:
    """Return the format of what is there.

    Raises
    ------
    FormatError
        When it is of none.
    """
    if not path.is_dir():
        return _by_suffix(path)
    from kervan.formats.gmns import is_gmns
    from kervan.formats.parquet import is_parquet

    if is_gmns(path):
        return FORMATS["gmns"]
    return FORMATS["parquet"] if is_parquet(path) else FORMATS["package"]


def _by_suffix(path: Path) -> Format:
    for entry in FORMATS.values():
        if path.suffix.lower() in entry.suffixes:
            return entry
    known = ", ".join(suffix for entry in FORMATS.values() for suffix in entry.suffixes)
    raise FormatError(
        f"{path}: no format for a file that ends in {path.suffix or 'nothing'}; give a folder, or {known}"
    )


def _format_for(path: Path, to: str) -> Format:
    """Return the format to write: the one named, else that of the suffix, else a folder."""
    if to:
        if to not in FORMATS:
            raise UnknownName("format", to, FORMATS)
        chosen = FORMATS[to]
        if chosen.suffixes and path.suffix.lower() not in chosen.suffixes:
            raise FormatError(f"{path}: a file of format {to} ends in {' or '.join(chosen.suffixes)}")
        return chosen
    return _by_suffix(path) if path.suffix else FORMATS["package"]


def read_meta(name_or_path: str | Path) -> Meta:
    """Return what a package says of itself, without reading its tables if it is a folder."""
    return _described(name_or_path).meta


def report_settings(name_or_path: str | Path) -> dict[str, Any]:
    """Return the section ``[report]`` of a package; empty if it has none."""
    return dict(_described(name_or_path).report)


def scenarios(name_or_path: str | Path) -> dict[str, Scenario]:
    """Return the scenarios of a package by name.

    Raises
    ------
    ScenarioError
        When one of them is not a scenario.
    """
    return scenarios_of(_described(name_or_path))


def scenarios_of(package: Package) -> dict[str, Scenario]:
    """Return the scenarios of a package that has been read; see `scenarios`."""
    from kervan._toml import toml_of
    from kervan.errors import ScenarioError
    from kervan.scenario import Scenario

    found = {}
    for name, text in package.scenarios.items():
        try:
            content = toml_of(text)
        except FormatError as error:
            raise ScenarioError(f"{name}.toml: {error}") from None
        found[name] = Scenario.from_mapping(content, name)
    return found


def simulated(name_or_path: str | Path) -> dict[str, Result]:
    """Return the simulations kept in a package, by name of the scenario; a package of one file keeps none.

    They lie in folders ``simulated/<scenario>``, as `kervan.Result.save` writes them, ``today`` being the network as
    it is. No format carries them along, since they answer for the tables they were made from, and for no others.

    Raises
    ------
    FormatError
        When a folder there is not a simulation that a report can show.
    """
    from kervan.formats._simulated import read_simulated

    path = find(name_or_path)
    return read_simulated(path) if path.is_dir() else {}


def _described(name_or_path: str | Path) -> Package:
    from kervan.errors import SchemaError
    from kervan.formats.package import read_companions

    path = find(name_or_path)
    is_plain = path.is_dir() and _format_of(path).name in ("package", "parquet")
    package = read_companions(path) if is_plain else read(path)
    if package.problems:
        raise SchemaError(package.problems, package.where)
    return package
