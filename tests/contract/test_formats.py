"""What every format owes, whatever it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kervan.errors import FormatError, KervanError, SchemaError
from kervan.formats import (
    FORMATS,
    Format,
    Package,
    load,
    read,
    read_meta,
    report_settings,
    save,
    scenarios,
    write,
)
from kervan.network import Network

BOTH_WAYS = [entry for entry in FORMATS.values() if entry.read is not None]


def target(folder: Path, entry: Format) -> Path:
    return folder / f"out{next(iter(entry.suffixes), '')}"


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("entry", FORMATS.values(), ids=FORMATS)
def test_it_is_described(entry: Format) -> None:
    assert entry.doc.endswith(".")
    assert FORMATS[entry.name] is entry
    assert all(suffix.startswith(".") for suffix in entry.suffixes)


@pytest.mark.parametrize("entry", FORMATS.values(), ids=FORMATS)
def test_writing_leaves_the_network_alone_and_nothing_else_behind(
    entry: Format, mini_corridor: Network, tmp_path: Path
) -> None:
    before = {name: mini_corridor[name].copy(deep=True) for name in mini_corridor}
    written = save(mini_corridor, target(tmp_path, entry), to=entry.name)
    assert left_behind(tmp_path) == [written.name]
    assert all(mini_corridor[name].equals(before[name]) for name in mini_corridor)


@pytest.mark.parametrize("entry", FORMATS.values(), ids=FORMATS)
def test_what_is_there_is_not_overwritten_unless_asked(entry: Format, one_link: Network, tmp_path: Path) -> None:
    path = save(one_link, target(tmp_path, entry), to=entry.name)
    files = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(FormatError, match="exists already"):
        save(one_link, path, to=entry.name)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == files
    assert save(one_link, path, to=entry.name, overwrite=True) == path
    assert left_behind(tmp_path) == [path.name]


@pytest.mark.parametrize("entry", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("is_there", [False, True], ids=["new", "over an old one"])
def test_a_write_that_fails_half_way_leaves_everything_as_it_was(
    entry: Format, one_link: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    path = target(tmp_path, entry)
    if is_there:
        save(one_link, path, to=entry.name)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace" if entry.suffixes else "rename", full)
    with pytest.raises(FormatError, match="No space left"):
        save(one_link, path, to=entry.name, overwrite=True)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    assert left_behind(tmp_path) == ([path.name] if is_there else [])


@pytest.mark.parametrize("entry", FORMATS.values(), ids=FORMATS)
def test_a_place_that_cannot_be_written_is_said_so(entry: Format, one_link: Network, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    with pytest.raises(FormatError, match="cannot be written"):
        save(one_link, target(tmp_path / "file" / "deeper", entry), to=entry.name)


@pytest.mark.parametrize("entry", FORMATS.values(), ids=FORMATS)
def test_a_package_with_problems_is_not_written(entry: Format, tmp_path: Path) -> None:
    from dataclasses import replace

    package = read("starter")
    broken = replace(package.tables["links"], frame=package.tables["links"].frame.assign(length_km="-1"))
    with pytest.raises(SchemaError, match="length_km"):
        write(replace(package, tables={**package.tables, "links": broken}), target(tmp_path, entry), to=entry.name)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("entry", BOTH_WAYS, ids=lambda entry: entry.name)
def test_everything_an_arc_can_be_comes_back(entry: Format, mini_corridor: Network, tmp_path: Path) -> None:
    back = load(save(mini_corridor, target(tmp_path, entry), to=entry.name))
    assert back.digest == mini_corridor.digest
    assert back.arcs("box").table.equals(mini_corridor.arcs("box").table)


@pytest.mark.parametrize("entry", BOTH_WAYS, ids=lambda entry: entry.name)
@pytest.mark.parametrize("junk", [b"", b"\x00" * 100, b"PK\x03\x04 not a zip", b"\xff\xfe\x00", b"a,b\n1\n" * 3, b"{}"])
def test_junk_in_place_of_its_files_is_a_list_of_problems(
    entry: Format, one_link: Network, tmp_path: Path, junk: bytes
) -> None:
    path = save(one_link, target(tmp_path, entry), to=entry.name)
    for file in [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]:
        file.write_bytes(junk)
    with pytest.raises(KervanError) as raised:
        load(path)
    assert 0 < len(str(raised.value)) < 10_000
    assert read(path).checked()[1]


@pytest.mark.parametrize("entry", BOTH_WAYS, ids=lambda entry: entry.name)
def test_a_network_that_stands_for_another_year_still_does(entry: Format, one_link: Network, tmp_path: Path) -> None:
    later = one_link.replace(year=2040)
    back = load(save(later, target(tmp_path, entry), to=entry.name))
    assert (back.year, back.meta.base_year) == (2040, 2025)
    assert back == later


@pytest.mark.parametrize("entry", BOTH_WAYS, ids=lambda entry: entry.name)
def test_settings_and_scenarios_can_be_asked_for_alone(entry: Format, tmp_path: Path) -> None:
    path = write(read("starter"), target(tmp_path, entry), to=entry.name)
    assert read_meta(path) == read_meta("starter")
    assert report_settings(path) == report_settings("starter")
    assert scenarios(path) == scenarios("starter")


def test_every_format_is_offered_by_the_command_line() -> None:
    import inspect

    from kervan import cli

    assert all(name in inspect.getsource(cli.convert) for name in FORMATS)


def test_packages_are_values() -> None:
    package = read("starter")
    assert isinstance(package, Package)
    assert json.dumps(dict(package.report))
    with pytest.raises(AttributeError):
        package.where = "elsewhere"  # type: ignore[misc]
