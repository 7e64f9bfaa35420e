"""The engine `simulate`: a year of the whole corridor, as often as it takes, summed up.

``docs/explanation/simulating-a-corridor.md`` says how tables become a model and how sure the numbers are,
``docs/explanation/simulation.md`` what the model does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kervan.engines import Engine
from kervan.engines.simulate._estimates import enough, replications_needed
from kervan.engines.simulate.corridor import Corridor
from kervan.engines.simulate.outputs import OUTPUTS
from kervan.engines.simulate.params import SimulateParams
from kervan.engines.simulate.rows import by_row, ready, warnings_of
from kervan.engines.simulate.summary import Gathered, Summary
from kervan.engines.simulate.tabulated import Answer, tables_of
from kervan.errors import Infeasible, ParamsError, SolveError

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Network

__all__ = [
    "ENGINE", "LEAST", "Progress", "gather", "simulate_json", "solve", "summaries_of", "watched",
]  # fmt: skip

#: Fewest replications before an interval is believed.
LEAST: Final = 5


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulation is.

    Parameters
    ----------
    done, expected
        Replications done, and how many it will take as far as one can tell.
    warnings
        What is already known to go wrong, in words.
    """

    done: int
    expected: int
    warnings: tuple[str, ...] = ()


Watch = Callable[[Progress], None]


def solve(net: Network, params: SimulateParams) -> dict[str, pd.DataFrame]:
    """Return door-to-door times, queues, fleets, weeks, and what disruptions do.

    Raises
    ------
    ParamsError
        When there is no demand, or a part of the corridor cannot be simulated; the row is named.
    SolveError
        When a bound is passed, or at a deadlock.
    """
    return watched(net, params, lambda _: None)


def watched(net: Network, params: SimulateParams, watch: Watch) -> dict[str, pd.DataFrame]:
    """Do what `solve` does, and tell ``watch`` after each replication how far it is.

    Ctrl-C ends it within a second; what is finished is summed up, and a note says so.
    """
    corridor = ready(net, params)
    whole, was_stopped = gather(corridor, params, watch)
    calm = None
    if len(net["disruptions"]) and not was_stopped:
        # The same replications without the disruptions: with common random numbers they differ only by these.
        base = ready(net.replace(disruptions=net["disruptions"].iloc[:0]), params)
        calm, was_stopped = gather(base, replace(params, replications=whole.count), watch)
    answer = Answer(net, params, corridor, whole, calm if not was_stopped else None, was_stopped=was_stopped)
    return tables_of(answer)


def gather(corridor: Corridor, params: SimulateParams, watch: Watch) -> tuple[Gathered, bool]:
    """Return replications put together, and whether Ctrl-C ended them early.

    Raises
    ------
    SolveError
        When a replication cannot be finished.
    KeyboardInterrupt
        When it comes before the first replication is done.
    """
    whole, most = Gathered(), params.replications or params.most_replications
    watch(Progress(0, most, warnings_of(corridor)))
    try:
        for one in summaries_of(corridor, params, most):
            whole = whole.plus(one)
            watch(Progress(whole.count, _expected(whole, params)))
            if params.replications is None and _is_enough(whole, params):
                break
    except KeyboardInterrupt:
        if not whole.count:
            raise
        return whole, True
    return whole, False


def summaries_of(corridor: Corridor, params: SimulateParams, count: int, first: int = 0) -> Iterator[Summary]:
    """Yield the summaries of so many replications, in their order, as soon as each is done.

    Raises
    ------
    ParamsError
        When the model cannot run; rows of the tables are named.
    SolveError
        When a replication cannot be finished.
    """
    from kervan.engines.simulate.replicate import summaries_of as made
    from kervan.engines.simulate.units import Unit, executor_of

    whole = Unit(corridor.model, corridor.window, first, count, params.seed, params.max_events, params.max_alive)
    try:
        with executor_of(params.executor, params.threads) as executor:
            yield from made(whole, executor)
    except (ParamsError, SolveError) as error:
        raise by_row(corridor, error) from None


def _is_enough(whole: Gathered, params: SimulateParams) -> bool:
    return whole.count >= LEAST and enough(
        whole.means_h, half_width_frac=params.half_width_frac, confidence=params.confidence, least=LEAST
    )


def _expected(whole: Gathered, params: SimulateParams) -> int:
    """Return how many replications it will take, as far as those that are done tell."""
    if params.replications is not None:
        return params.replications
    if whole.count < LEAST:
        return LEAST
    try:
        found = replications_needed(whole.means_h, half_width_frac=params.half_width_frac, confidence=params.confidence)
    except Infeasible:
        return params.most_replications
    return max(whole.count, min(found, params.most_replications))


ENGINE: Final = Engine(
    name="simulate",
    doc="A year of all consignments at once: queues, ships, weather, and how surely each arrives.",
    params=SimulateParams,
    outputs=OUTPUTS,
    solve=solve,
    watched=watched,
)


def simulate_json(result: Any) -> dict[str, Any]:
    """Return a result of this engine as plain values for machines, schema ``kervan.simulate/1``."""
    from kervan.engines.simulate.tabulated import plain

    return plain(result)
