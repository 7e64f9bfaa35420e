"""The reference is what the declarations say; a page that is stale fails here."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "tools" / "make_reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_no_page_is_stale(maker: ModuleType) -> None:
    assert maker.stale() == [], "run `make docs`"


def test_every_part_has_its_page(maker: ModuleType) -> None:
    written = {path.name for path in (ROOT / "docs" / "reference").iterdir()}
    assert written >= {"README.md", *(f"{name}.md" for name in maker.PAGES)}


def test_pages_say_something_of_everything(maker: ModuleType) -> None:
    for name, text in maker.pages().items():
        for line in text.splitlines():
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)][1:-1]
            assert not cells or cells[0], f"{name}: {line}"
        assert "None of" not in text
        assert "<factory>" not in text
        assert not re.search(r"0x[0-9a-f]{6,}", text), f"{name} shows an address in memory"


def test_docstrings_are_read_by_section(maker: ModuleType) -> None:
    def example(a: int, b: int) -> int:
        """Add two numbers.

        Second paragraph with ``code``.

        Parameters
        ----------
        a, b
            The numbers,
            both of them.

        Returns
        -------
        int
            The sum.
        """
        return a + b

    assert maker.summary(example) == "Add two numbers."
    text = maker.body(example)
    assert "Second paragraph with `code`." in text
    assert "* `a`: The numbers, both of them.\n* `b`: The numbers, both of them." in text
    assert "Returns: The sum." in text
    assert maker.signature("example", example) == "example(a: int, b: int) -> int"


def test_a_cell_never_breaks_its_row(maker: ModuleType) -> None:
    assert maker.grid(["a"], [["x | y\nz"]]) == "| a |\n| --- |\n| x \\| y z |"
