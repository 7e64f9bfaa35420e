"""The report in a real browser: nothing fetched, nothing cut off, no sideways scrolling, and no complaint of axe.

Needs a Chromium: its path in KERVAN_CHROMIUM, or one on PATH. Without one the tests are skipped; with
KERVAN_REQUIRE_BROWSER=1 they fail instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kervan.formats import load, report_settings, scenarios
from kervan.report import write_report
from kervan.report.pdf import _FLAGS, NoBrowser, chromium_path, write_pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).with_name("axe.min.js")
WIDTHS = (1280, 800, 390)


def _missing(reason: str) -> None:
    if os.environ.get("KERVAN_REQUIRE_BROWSER") == "1":
        pytest.fail(f"KERVAN_REQUIRE_BROWSER=1, and {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        executable = chromium_path()
        from playwright.sync_api import sync_playwright
    except (NoBrowser, ImportError) as error:
        _missing(str(error))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", params=["starter", "trans_caspian"])
def page_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = request.param
    path = tmp_path_factory.mktemp("report") / f"{name}.html"
    return write_report(load(name), path, settings=report_settings(name), scenarios=scenarios(name))


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Any, page_file: Path) -> Iterator[Any]:
    # The page forbids scripts; the tests bring their own.
    context = browser.new_context(viewport={"width": request.param, "height": 900}, bypass_csp=True)
    opened = context.new_page()
    opened.goto(page_file.as_uri())
    yield opened
    context.close()


def test_axe_finds_nothing(page: Any) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.add_script_tag(path=AXE)
    answer = page.evaluate("async () => await axe.run(document, {resultTypes: ['violations']})")
    found = [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in answer["violations"]
    ]
    assert not found, "\n".join(found)


def test_the_page_does_not_scroll_sideways(page: Any) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= shown


def test_no_word_of_a_figure_is_cut_off(page: Any) -> None:
    cut = page.evaluate(
        """() => [...document.querySelectorAll('svg[role=img] text')].filter(one => one.getClientRects().length)
            .filter(one => {
                const word = one.getBoundingClientRect(), box = one.closest('svg[role=img]').getBoundingClientRect();
                return word.left < box.left - 1 || word.right > box.right + 1
                    || word.top < box.top - 2 || word.bottom > box.bottom + 3;
            }).map(one => one.textContent)"""
    )
    assert not cut


def test_words_on_the_map_do_not_run_into_each_other(page: Any) -> None:
    clashes = page.evaluate(
        """() => {
            const out = [];
            for (const map of document.querySelectorAll('svg[id^=map], svg[aria-labelledby^=map]')) {
                const words = [...map.querySelectorAll('text')].filter(one => one.getClientRects().length)
                    .map(one => [one.textContent, one.getBoundingClientRect()]);
                for (let i = 0; i < words.length; i++) for (let j = i + 1; j < words.length; j++) {
                    const [a, p] = words[i], [b, q] = words[j];
                    const x = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                    const y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                    if (x > 2 && y > 3) out.push(a + ' / ' + b);
                }
            }
            return out;
        }"""
    )
    assert not clashes


def test_the_keyboard_reaches_the_skip_link_first_and_then_the_tables(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert "SUMMARY" in reached


def test_nothing_is_fetched_and_nothing_is_wrong_in_the_console(browser: Any, page_file: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_file.as_uri(), wait_until="networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    context.close()
    assert [url for url in asked if not url.startswith(("file://", "data:"))] == []
    assert [url for url in asked if url.startswith("file://")] == [page_file.as_uri()]
    assert not said


def test_it_prints_to_a4_pages(page_file: Path, tmp_path: Path, browser: Any) -> None:
    browser.version  # noqa: B018 - asks for the browser, so that the test is skipped where there is none
    pdf = tmp_path / "report.pdf"
    script = f"from kervan.report.pdf import write_pdf; write_pdf({str(page_file)!r}, {str(pdf)!r})"
    # The synchronous interface of playwright cannot be nested, so the PDF is written by another process.
    import subprocess
    import sys

    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(content) > 20_000
    assert list(tmp_path.iterdir()) == [pdf]


def test_a_missing_browser_is_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERVAN_CHROMIUM", str(tmp_path / "no-such-thing"))
    with pytest.raises(NoBrowser, match="no such file"):
        write_pdf(tmp_path / "a.html", tmp_path / "a.pdf")
