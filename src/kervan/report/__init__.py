"""The report: a corridor as one self-contained HTML page that a newspaper could print.

No file is read but the package given, nothing is fetched, and no number stands on the page that was not
computed from the network. ``docs/explanation/report.md`` says what each figure shows.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kervan.network import Network
    from kervan.scenario import Scenario

__all__ = ["report_html", "write_report"]


def report_html(
    net: Network,
    settings: Mapping[str, Any] | None = None,
    scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None = None,
    progress: Callable[[str], None] | None = None,
) -> str:
    """Return the report on a network as the text of an HTML page.

    Parameters
    ----------
    net
        The network.
    settings
        What to show first: the section ``[report]`` of the package (see `kervan.formats.report_settings`).
        Without it the largest demand is shown.
    scenarios
        Scenarios to set side by side (see `kervan.formats.scenarios`).
    progress
        Called with a line of text before each part of the work.

    Raises
    ------
    InputError
        When a setting is wrong.
    """
    from kervan.report.page import context
    from kervan.report.settings import settings_of
    from kervan.report.story import gather
    from kervan.scenario import at

    def say(line: str) -> None:
        if progress is not None:
            progress(line)

    chosen = settings_of(net, settings, scenarios)
    story = gather(at(net, chosen.year) if chosen.year != net.year else net, chosen, say)
    say("drawing")
    return _rendered(context(story))


def write_report(
    net: Network,
    path: str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write the report on a network to a file, whole or not at all.

    Parameters
    ----------
    net
        The network.
    path
        The file to write; one that is there is replaced.
    settings, scenarios, progress
        See `report_html`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        When a setting is wrong.
    OSError
        When the file cannot be written.
    """
    path = Path(path)
    page = report_html(net, settings, scenarios, progress)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    finally:
        Path(scratch).unlink(missing_ok=True)
    return path


def _rendered(values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("kervan.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html.j2").render(values)
