"""The wheel: what is inside, and that it works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import kervan

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "kervan"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as pip does, with the build back end of the extra ``test`` so that no network is needed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-index", "--no-build-isolation"]
    built = subprocess.run([*command, "-w", str(folder)], capture_output=True, text=True, check=False, cwd=folder)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("kervan-*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def outside(unpacked: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python away from the checkout, with the unpacked wheel before everything else."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
    path = os.pathsep.join([str(unpacked), sysconfig.get_paths()["purelib"]])
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env=clean | {"PYTHONPATH": path}
    )


def test_the_wheel_holds_what_the_source_holds_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if name.startswith("kervan/")}
    there = {
        f"kervan/{path.relative_to(SOURCE).as_posix()}"
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == there
    for needed in (
        "py.typed",
        "report/basemap.json",
        "corridors/trans_caspian/nodes.csv",
        "corridors/starter/package.toml",
    ):
        assert f"kervan/{needed}" in inside
    for kind in (".csv", ".toml", ".py", ".json", ".j2", ".css"):
        wanted = {name for name in there if name.endswith(kind)}
        assert wanted <= inside


def test_the_wheel_says_what_it_is(unpacked: Path) -> None:
    info = next(unpacked.glob("kervan-*.dist-info"))
    metadata = (info / "METADATA").read_text(encoding="utf-8")
    assert f"Version: {kervan.__version__}\n" in metadata
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata
    for name in ("LICENSE", "NOTICE"):
        assert (info / "licenses" / name).read_bytes() == (ROOT / name).read_bytes()
    assert (info / "entry_points.txt").read_text().strip() == "[console_scripts]\nkervan = kervan.cli:main"


def test_it_works_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import kervan, sys; print(kervan.__file__); sys.argv = ['kervan', 'check']; import kervan.cli as c; c.main()"
    )
    ran = outside(unpacked, tmp_path, "-c", code)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert Path(ran.stdout.splitlines()[0]).is_relative_to(unpacked)
    assert list(tmp_path.iterdir()) == []


def test_a_route_is_found_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from kervan.cli import main; "
        "sys.argv = ['kervan', 'route', 'CN_XIAN', 'GE_POTI', '--commodity', 'container', '--csv']; main()"
    )
    ran = outside(unpacked, tmp_path, "-c", code)
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) > 1


def test_the_licence_is_the_whole_apache_text() -> None:
    import hashlib

    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"  # LICENSE-2.0.txt of apache.org


def test_the_build_takes_every_page_and_test_into_the_source_archive() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["license-files"] == ["LICENSE", "NOTICE"]
    assert {"/src", "/tests", "/docs"} <= set(project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])
