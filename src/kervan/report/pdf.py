"""The report as a PDF: a Chromium that is on the machine prints the page. Needs the extra ``[pdf]``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from kervan.errors import KervanError

__all__ = ["NoBrowser", "chromium_path", "write_pdf"]

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_FLAGS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_FOOT: Final = (
    '<div style="font:7pt Helvetica,Arial,sans-serif;color:#5f5c57;width:100%;padding:0 13mm;text-align:right">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


class NoBrowser(KervanError):
    """There is no Chromium, or nothing to drive it with."""

    exit_code = 2
    http_status = 501


def chromium_path() -> str:
    """Return the path of a Chromium: that in ``KERVAN_CHROMIUM``, else the first on the search path.

    Raises
    ------
    NoBrowser
        When there is none.
    """
    named = os.environ.get("KERVAN_CHROMIUM", "")
    if named:
        if Path(named).is_file():
            return named
        raise NoBrowser(f"KERVAN_CHROMIUM names {named!r}, and no such file is there")
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise NoBrowser(
        "a PDF needs Chromium or Chrome, and none is on the search path; install one, or name it in KERVAN_CHROMIUM"
    )


def write_pdf(html_path: str | Path, pdf_path: str | Path) -> Path:
    """Print a report to a PDF of A4 pages, whole or not at all; lists of sources are opened for print.

    Parameters
    ----------
    html_path
        The page, as `kervan.report.write_report` wrote it.
    pdf_path
        The file to write; one that is there is replaced.

    Returns
    -------
    Path
        The PDF.

    Raises
    ------
    NoBrowser
        When there is no Chromium, it does not start, or the package ``playwright`` is missing.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise NoBrowser("a PDF needs the package playwright: pip install 'kervan[pdf]'") from None
    html_path, pdf_path = Path(html_path).resolve(), Path(pdf_path)
    executable = chromium_path()
    scratch = pdf_path.with_name(f".{pdf_path.name}.{os.getpid()}.tmp")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
            page = browser.new_page()
            page.goto(html_path.as_uri())
            page.evaluate("for (const one of document.querySelectorAll('details.sources')) one.open = true")
            page.pdf(
                path=scratch, format="A4", print_background=True, prefer_css_page_size=True, outline=True, tagged=True,
                display_header_footer=True, header_template="<span></span>", footer_template=_FOOT,
            )  # fmt: skip
            browser.close()
        scratch.replace(pdf_path)
    except Error as error:
        raise NoBrowser(f"{executable} could not print the page: {str(error).splitlines()[0]}") from None
    finally:
        scratch.unlink(missing_ok=True)
    return pdf_path
