"""The report: a corridor as one self-contained HTML page that a newspaper could print.

No file is read but the package given, nothing is fetched, and no number stands on the page that was not
computed from the network. ``docs/explanation/report.md`` says what each figure shows.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kervan.engines.simulate.params import SimulateParams
    from kervan.network import Network
    from kervan.report.settings import Settings
    from kervan.result import Result
    from kervan.scenario import Scenario

__all__ = ["report_html", "simulations", "write_report"]

#: Replications of a year, where nothing else is asked.
_REPLICATIONS: Final = 10


def report_html(
    net: Network,
    settings: Mapping[str, Any] | None = None,
    scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None = None,
    progress: Callable[[str], None] | None = None,
    simulated: Mapping[str, Result] | None = None,
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
    simulated
        Years simulated under the scenarios, by their names (see `kervan.formats.simulated` and `simulations`); one
        computed from other data than those of the page is not shown.

    Raises
    ------
    InputError
        When a setting is wrong.
    """
    from kervan.report.page import context
    from kervan.report.story import gather

    say = progress or _silent
    standing, chosen = _asked(net, settings, scenarios)
    story = gather(standing, chosen, say, simulated)
    say("drawing")
    return _rendered(context(story))


def write_report(
    net: Network,
    path: str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None = None,
    progress: Callable[[str], None] | None = None,
    simulated: Mapping[str, Result] | None = None,
) -> Path:
    """Write the report on a network to a file, whole or not at all.

    Parameters
    ----------
    net
        The network.
    path
        The file to write; one that is there is replaced.
    settings, scenarios, progress, simulated
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
    page = report_html(net, settings, scenarios, progress, simulated)
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


def simulations(
    net: Network,
    params: SimulateParams | None = None,
    settings: Mapping[str, Any] | None = None,
    scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Result]:
    """Simulate the year of the report under each of its scenarios, to be shown on the page; this takes minutes.

    Parameters
    ----------
    net
        The network.
    params
        How often and how surely; without it ten replications with seed 1.
    settings, scenarios
        See `report_html`.
    progress
        Called with a line of text after each replication.

    Returns
    -------
    dict[str, Result]
        The years by name of the scenario.

    Raises
    ------
    InputError
        When a setting is wrong, there is no demand, or a part of the corridor cannot be simulated.
    SolveError
        When a bound is passed, or at a deadlock.
    """
    from kervan.engines.simulate.params import SimulateParams
    from kervan.report.years import AS_IT_IS, made_years

    standing, chosen = _asked(net, settings, scenarios)
    asked = params or SimulateParams(replications=_REPLICATIONS)
    return made_years(standing, chosen.scenarios or (AS_IT_IS,), asked, progress or _silent)


def _asked(
    net: Network, settings: Mapping[str, Any] | None, scenarios: Mapping[str, Scenario] | Iterable[Scenario] | None
) -> tuple[Network, Settings]:
    """Return the network of the year of the report, and its settings."""
    from kervan.report.settings import settings_of
    from kervan.scenario import at

    chosen = settings_of(net, settings, scenarios)
    return at(net, chosen.year) if chosen.year != net.year else net, chosen


def _silent(line: str) -> None:
    del line


def _rendered(values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("kervan.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html.j2").render(values)
