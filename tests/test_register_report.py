"""The scoreboard of a register on the page of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

import kervan as kv
from drawn_register import drawn
from kervan.errors import UnknownName
from kervan.register import store
from kervan.register.exchange import write
from kervan.report import report_html
from kervan.report.promises import promises_of


def test_the_section_says_what_the_scoreboard_says() -> None:
    with drawn() as register:
        found = promises_of(register.ledger)
    assert found["title"] == "Three promises, one of them shown to be delivered"
    # The latest source is of 20 May 2025: nothing is due yet.
    assert found["lede"].startswith("As the register knew on 20 May 2025: 0 overdue, and 0 of which")
    assert "Score +0.50, from -0.25 to +0.75: 2 of 4 pairs" in found["lede"]
    stand, strict, promises, calls = found["grids"]
    assert [row[:2] for row in stand.rows] == [("delivered", "1"), ("claimed", "1"), ("no evidence", "1")]
    assert strict.rows[0] == ("Parties for whom agreements are in force", "67%", "67% to 100%", "2 of 3")
    assert [row[0] for row in promises.rows] == ["A one-stop post", "Simplify transit", "Adopt rules", "An old plan"]
    assert [row[0] for row in calls.rows] == ["Work more closely"]


@pytest.mark.slow
def test_a_package_may_name_a_register_that_is_shipped_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "drawn"
    with drawn() as register:
        write(register, register.ledger, folder)
    net = kv.load("starter")
    monkeypatch.setattr(store, "shipped", lambda: {"drawn": folder})
    page = report_html(net, {"register": "drawn"})
    assert "A one-stop post" in page
    assert "Promises one by one" in page
    assert "Promises one by one" not in report_html(net, {})
    with pytest.raises(UnknownName, match="register for"):
        report_html(net, {"register": str(folder)})
