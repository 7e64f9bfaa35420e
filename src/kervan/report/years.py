"""Simulated years: those kept in a package that answer for its tables as they are, or made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kervan.drawing.numbers import count
from kervan.engines import run
from kervan.errors import ScenarioError
from kervan.scenario import Scenario

if TYPE_CHECKING:
    from kervan.engines.simulate.engine import Progress as SimulationProgress
    from kervan.engines.simulate.params import SimulateParams
    from kervan.network import Network
    from kervan.result import Result

__all__ = ["AS_IT_IS", "NO_YEARS", "Year", "Years", "fresh_years", "made_years"]

Progress = Callable[[str], None]
Changed = Sequence[tuple[Scenario, "Network"]]

#: The network as it is, where a package has no scenario.
AS_IT_IS: Final = Scenario("today", title="Today")


@dataclass(frozen=True)
class Year:
    """A simulated year under one scenario: what that is called, the network under it, and the result."""

    title: str
    net: Network
    result: Result


@dataclass(frozen=True)
class Years:
    """The years that may be shown, the first what the others are set against, and what is said of the rest."""

    shown: tuple[Year, ...] = ()
    troubles: tuple[str, ...] = ()


#: Nothing simulated, nothing to say.
NO_YEARS: Final = Years()


def fresh_years(changed: Changed, given: Mapping[str, Result]) -> Years:
    """Return the results that were computed from these very networks.

    Parameters
    ----------
    changed
        Each scenario and the network under it.
    given
        Results by name of the scenario.
    """
    shown, stale, missing = [], [], []
    for scenario, net in changed:
        title = scenario.title or scenario.name
        result = given.get(scenario.name)
        if result is None:
            missing.append(title)
        elif result.provenance.package_digest != net.digest:
            stale.append(title)
        else:
            shown.append(Year(title, net, result))
    troubles = []
    if stale:
        troubles.append(f"{_listed(stale)}: simulated with other data than these, so not shown.")
    if missing and shown:
        troubles.append(f"{_listed(missing)}: not simulated.")
    return Years(tuple(shown), tuple(troubles))


def _listed(titles: Sequence[str]) -> str:
    return "; ".join(f"“{title}”" for title in titles)


def made_years(
    net: Network, scenarios: Sequence[Scenario], params: SimulateParams, progress: Progress
) -> dict[str, Result]:
    """Return a year simulated under each scenario, by name of the scenario; the same random numbers serve all.

    Parameters
    ----------
    net
        The network.
    scenarios
        The scenarios; one that cannot be applied is passed over, as the page tells of it.
    params
        How often, how surely, with which seed.
    progress
        Called with a line after each replication.

    Notes
    -----
    Ctrl-C ends it: what is finished by then is returned.

    Raises
    ------
    ParamsError
        When there is no demand, or a part of the corridor cannot be simulated.
    SolveError
        When a bound is passed, or at a deadlock.
    """
    made = {}
    for scenario in scenarios:

        def watch(at: SimulationProgress, title: str = scenario.title or scenario.name) -> None:
            progress(f"simulating {title}: {at.done} of {count(at.expected, 'replication')}")

        try:
            made[scenario.name] = run(net, "simulate", params, scenario, watch=watch)
        except ScenarioError:
            continue
        if "stopped" in set(made[scenario.name]["notes"]["kind"]):
            break
    return made
