"""Whatever is written is read again as it was: every format, random networks and the shipped ones."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kervan.formats import FORMATS, Package, load, read, shipped, write
from kervan.network import Network
from property.strategies import networks

BOTH_WAYS = [name for name, entry in FORMATS.items() if entry.read is not None]
SCENARIOS = {"a_b": 'title = "ü = \\"x\\""\r\n[[edits]]\nop = "close"\n', "long": "# " + "x" * 70_000 + "\n"}
REPORT = {"origin": "N0", "list": ["a", "b"], "routes": {"Über, alles": ["N0"]}, "quantity": 2.0, "is_it": True}


def target(folder: str, name: str) -> Path:
    return Path(folder) / f"out{next(iter(FORMATS[name].suffixes), '')}"


@pytest.mark.slow
@pytest.mark.parametrize("name", BOTH_WAYS)
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a whole network takes minutes and shows no more
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(net=networks())
def test_a_random_network_comes_back_as_it_was(name: str, net: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Package.of(net), target(folder, name), to=name)
        back = load(path)
        for table in net:
            assert back[table].equals(net[table]), table
        assert back.meta == net.meta
        assert back.digest == net.digest


@pytest.mark.parametrize("corridor", sorted(shipped()))
@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_shipped_corridor_comes_back_with_its_scenarios_and_report_settings(
    name: str, corridor: str, tmp_path: Path
) -> None:
    package = read(corridor)
    back = read(write(package, target(str(tmp_path), name), to=name))
    assert back.network().digest == package.network().digest
    assert back.meta == package.meta
    assert back.report == package.report
    assert back.scenarios == package.scenarios


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_awkward_scenarios_and_settings_come_back(name: str, tmp_path: Path) -> None:
    from dataclasses import replace

    package = replace(read("starter"), scenarios=SCENARIOS, report=REPORT, year=2041)
    back = read(write(package, target(str(tmp_path), name), to=name))
    assert back.scenarios == SCENARIOS
    assert back.report == REPORT
    assert back.network().year == 2041


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_what_was_read_is_written_the_same_again(name: str, tmp_path: Path) -> None:
    if name == "xlsx":
        pytest.skip("a workbook holds the time it was written")
    first = write(read("starter"), target(str(tmp_path / "1"), name), to=name)
    second = write(read(first), target(str(tmp_path / "2"), name), to=name)
    files = sorted(file.relative_to(first) for file in first.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(second) for file in second.rglob("*") if file.is_file())
    assert len(files) > 15
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file
