"""Every code block of the documentation is run, in order, in a folder of its own.

* ``python`` blocks share one namespace a page; ``pycon`` blocks are compared with the output they show.
* In ``console`` blocks the lines after ``$`` are run and the output shown, if any, is compared; ``...``
  stands for anything. ``bash`` blocks are run line by line. ``# exit code 2`` at the end of a line is checked.
* A ``toml`` or ``csv`` block after "Save this as `name`" is saved under that name.

What sets a machine up is not run, and counted: see `NOT_RUN`.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import kervan

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

#: Lines that set a machine up, by page, and how many there are: a line more or less is noticed.
NOT_RUN = {"README.md": 3, "CONTRIBUTING.md": 1, "docs/howto/simulate-on-a-cluster.md": 1}
SET_UP = re.compile(r"(pip install|make\b|pytest\b)")
LANGUAGES = {"python", "pycon", "console", "bash", "toml", "csv", "text", "json"}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[\w-]*)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_SAVE_AS = re.compile(r"[Ss]ave (?:this|it) as `([\w./-]+)`[^`]*\Z")


def blocks(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, language, code and the text before it of every fenced block."""
    end = 0
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 2
        code = re.sub(rf"^{found['indent']}", "", found["code"], flags=re.MULTILINE)
        yield line, found["language"], code, text[end : found.start()]
        end = found.end()


def kervan_command(arguments: list[str]) -> tuple[int, str]:
    """Run the command line in this process and return exit code and output."""
    from kervan.cli import main

    out, before = io.StringIO(), sys.argv
    sys.argv = ["kervan", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main()
        code: Any = 0
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv = before
    return int(code), out.getvalue()


def run_line(line: str) -> tuple[int, str]:
    """Run the kervan commands of a shell line; return how many parts set the machine up, and the output."""
    command, _, comment = line.partition("  #")
    expected = int(re.search(r"exit code (\d)", comment)[1]) if "exit code" in comment else 0  # type: ignore[index]
    skipped, output = 0, ""
    for part in command.split("&&"):
        words = shlex.split(part)
        if words[:1] == ["kervan"]:
            code, printed = kervan_command(words[1:])
            assert code == expected, f"{line}\n{printed}"
            output += printed
        else:
            assert SET_UP.match(part.strip()), f"neither a command of kervan nor a known set-up: {part.strip()!r}"
            skipped += 1
    return skipped, output


def run_console(code: str) -> int:
    """Run a console session and compare what it shows; return how many lines were not run."""
    skipped = 0
    for session in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        line, _, shown = session.partition("\n")
        not_run, printed = run_line(line)
        skipped += not_run
        if shown.strip():
            assert doctest.OutputChecker().check_output(shown.strip() + "\n", printed.strip() + "\n", FLAGS), (
                f"{line}\nshown:\n{shown}\nprinted:\n{printed}"
            )
    return skipped


def run_python(code: str, names: dict[str, Any], place: str) -> None:
    """Run a block; an expression at its end is shown as in a notebook."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), names)  # noqa: S102 - that is what the test is for
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), place, "eval"), names)  # noqa: S307
        assert repr(value)
        assert value is not False, f"{place}: the last line is False"


def run_session(code: str, names: dict[str, Any], place: str) -> None:
    """Run a session of ``>>>`` lines and compare the output."""
    test = doctest.DocTestParser().get_doctest(code, names, place, place, 0)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=report.write, clear_globs=False)
    names |= test.globs
    assert not runner.failures, report.getvalue()


SLOW = {"README.md", "docs/tutorial/first-steps.md"}  # they write the report


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in NAMES])
def test_the_blocks_of_a_page_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": f"page_{len(name)}"}
    monkeypatch.setitem(sys.modules, names["__name__"], SimpleNamespace(**names))  # type: ignore[arg-type] # dataclasses ask
    skipped = 0
    for line, language, code, before in blocks((ROOT / name).read_text(encoding="utf-8")):
        place = f"{name}, line {line}"
        assert language in LANGUAGES, f"{place}: no such language as {language!r}"
        if saved := _SAVE_AS.search(before):
            path = tmp_path / saved[1]
            assert path.resolve().is_relative_to(tmp_path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, encoding="utf-8")
        elif language == "python" and ">>>" not in code:
            run_python(code, names, place)
        elif language in ("python", "pycon") and not name.startswith("docs/reference"):
            run_session(code, names, place)
        elif language == "console":
            skipped += run_console(code)
        elif language == "bash":
            skipped += sum(run_line(text)[0] for text in code.splitlines() if text.strip() and text[0] != "#")
    assert skipped == NOT_RUN.get(name, 0)


@pytest.mark.parametrize("name", NAMES)
def test_links_within_the_documentation_lead_somewhere(name: str) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")
                for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}  # fmt: skip
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        assert ((ROOT / name).parent / path).exists(), f"{name} links to {target}"
        if anchor and not path:
            assert anchor in headings, f"{name} links to {target}"


def source_modules() -> list[str]:
    folder = Path(kervan.__file__).parent
    names = [".".join(("kervan", *path.relative_to(folder).with_suffix("").parts)) for path in folder.rglob("*.py")]
    return sorted(name.removesuffix(".__init__") for name in names if ">>>" in source(name))


def source(module: str) -> str:
    path = Path(kervan.__file__).parent.joinpath(*module.split(".")[1:])
    return path.with_suffix(".py").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", source_modules())
def test_examples_in_docstrings_are_true(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    failures, tried = doctest.testmod(importlib.import_module(module), optionflags=FLAGS)
    assert tried
    assert not failures
