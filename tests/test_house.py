"""What must not be in any tracked file, and what every fragment and decision must have."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
FRAGMENTS = sorted(path for path in (ROOT / "changes").glob("*") if path.name != "README.md")
BINARY = {".png", ".jpg", ".parquet", ".xlsx", ".pdf", ".woff2", ".gz", ".zip"}

# Written so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(home|work|Users|root)/\w|C:\\+User[s]"),
    "a host that serves packages": re.compile(r"pyp[i]\.(org|python)|pythonhoste[d]|artifactor[y]|index-ur[l]"),
    "work left undone": re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b|raise NotImplemente[d]"),
    "how it was written": re.compile(r"(?i)\b(chatgp[t]|claud[e]|copilo[t]|language mode[l]s?|LL[M]s?)\b"),
}


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:  # a source archive has no history
        folders = [ROOT / name for name in ("src", "tests", "docs", "tools", "changes")]
        return tuple(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix not in BINARY and "__pycache__" not in path.parts]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_holds(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_text_files_end_in_one_newline_and_have_no_trailing_blank() -> None:
    for path in texts():
        if path.suffix in (".py", ".md", ".toml", ".json") or not path.suffix:
            text = path.read_text(encoding="utf-8")
            assert text == "" or text.endswith("\n"), path
            assert not text.endswith("\n\n"), path
            assert "\r" not in text, path


@pytest.mark.parametrize("name", [
    "README.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "Makefile", ".ci/run", "changes/README.md", "docs/README.md",
    "docs/explanation/design.md", "docs/explanation/extended-graph.md", "src/kervan/py.typed",
])  # fmt: skip
def test_the_house_has(name: str) -> None:
    assert (ROOT / name).is_file()


def test_there_are_decisions_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 5


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_fits_a_page_and_says_context_options_decision_cost(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {int(path.name[:4])}\. \S", text)
    places = [text.find(f"**{part}.**") for part in ("Context", "Options", "Decision", "Cost")]
    assert -1 not in places
    assert places == sorted(places)
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_named_by_topic_and_kind_and_is_short(path: Path) -> None:
    assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed|data)\.md", path.name)
    text = path.read_text(encoding="utf-8").strip()
    assert text.endswith(".")
    assert len(text) <= 600


def test_make_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    described = set(re.findall(r"^([a-z]+):.*## .+$", makefile, re.MULTILINE))
    assert described == {"help", "setup", "check", "fix", "test", "docs", "bench", "report"}
    assert set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()) == described  # type: ignore[index]


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    script, readme = ((ROOT / name).read_text(encoding="utf-8") for name in (".ci/run", "README.md"))
    command = "pip install '.[test]' && pytest"
    assert command in readme
    assert command.replace("install", "install --quiet") in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
