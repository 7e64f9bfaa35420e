"""The command `report`: build the page, say where it is, open nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kervan._cli_output import print_answer, safe, say
from kervan._files import exists
from kervan.errors import FormatError

__all__ = ["write"]


def write(package: str, output: Path, form: str = "text", *, pdf: bool, simulate: bool = False) -> None:
    """Write the report of a package and print where it is.

    Parameters
    ----------
    package
        Name or path of the package.
    output
        The page to write.
    form
        ``"json"``, ``"csv"`` or ``"text"``.
    pdf
        Whether to print it to a PDF beside it as well.
    simulate
        Whether to simulate its years now, and not to show those that the package keeps.

    Raises
    ------
    FormatError
        When the page cannot be written.
    """
    from kervan.formats import read, scenarios_of, simulated
    from kervan.report import simulations, write_report

    if exists(output) and output.is_dir():
        raise FormatError(f"{output} is a folder; name the page to write, such as {output / 'report.html'}")
    content = read(package)
    net = content.network()
    about: Any = {"settings": content.report, "scenarios": scenarios_of(content), "progress": _progress()}
    try:
        years = simulations(net, **about) if simulate else simulated(package)
        page = write_report(net, output, **about, simulated=years)
    except OSError as error:
        raise FormatError(f"{output} cannot be written: {error.strerror}") from None
    finally:
        _clear()
    if form == "text":
        say(f"The report is at {page.resolve()}")
    written = None
    if pdf:
        from kervan.report.pdf import write_pdf

        written = write_pdf(page, page.with_suffix(".pdf")).resolve()
        if form == "text":
            say(f"and as a PDF at {written}")
    if form != "text":
        answer = {
            "package": net.meta.name,
            "page": str(page.resolve()),
            "pdf": None if written is None else str(written),
        }
        print_answer("kervan.report/1", answer, form)


def _progress() -> Callable[[str], None] | None:
    """Return what shows the work on a terminal, one line over the other; elsewhere nothing does."""
    if not sys.stderr.isatty():
        return None

    def show(line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{safe(line)[:100]}")
        sys.stderr.flush()

    return show


def _clear() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
