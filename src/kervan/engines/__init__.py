"""The engines, and `run`: the one place that validates, times and stamps.

An engine is a frozen record with a pure function ``solve(net, params) -> {table: DataFrame}``. To add
one, write ``engines/<verb>.py`` and name it in `ENGINES`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from kervan.errors import ParamsError, UnknownName, shown
from kervan.result import Provenance, Result

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import DataclassInstance

    from kervan.network import Network
    from kervan.scenario import Scenario
    from kervan.schema import Table

__all__ = ["ENGINES", "Engine", "engine", "run", "stamp"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: its name, parameters, declared tables and pure function.

    Parameters
    ----------
    name
        A verb.
    doc
        What it answers, one sentence.
    params
        Frozen dataclass of its parameters, validating itself.
    outputs
        Declaration of every table it returns.
    solve
        ``solve(net, params) -> {table: DataFrame}``; no input is changed, nothing is read or written.
    watched
        Of an engine that takes long: ``solve`` with a third argument, which is called with its progress.
    """

    name: str
    doc: str
    params: type
    outputs: Mapping[str, Table]
    solve: Callable[[Network, Any], dict[str, pd.DataFrame]]
    watched: Callable[[Network, Any, Callable[[Any], None]], dict[str, pd.DataFrame]] | None = None


#: Engine name to the module that holds its ``ENGINE``; a module is imported when it is first used.
ENGINES: Final[dict[str, str]] = {
    "route": "kervan.engines.route",
    "simulate": "kervan.engines.simulate.engine",
}


def engine(name: str) -> Engine:
    """Return the engine of this name.

    Raises
    ------
    UnknownName
        When there is none; the nearest name is offered.
    """
    if not isinstance(name, str) or name not in ENGINES:
        raise UnknownName("engine", name, ENGINES)
    found: Engine = import_module(ENGINES[name]).ENGINE
    return found


def run(
    net: Network, name: str, params: Any = None, scenario: Scenario | None = None, *,
    watch: Callable[[Any], None] | None = None,
) -> Result:  # fmt: skip
    """Run an engine on a network, under a scenario if one is given.

    Parameters
    ----------
    net
        The network; it is left as it is.
    name
        Name of the engine.
    params
        Its parameters; None takes the defaults where there are any.
    scenario
        Edits to make first.
    watch
        Called with the progress of an engine that takes long.

    Raises
    ------
    ParamsError
        When the parameters are of another engine, or not given where some are needed.
    SolveError
        When the question has no answer.
    """
    from kervan.network import Network
    from kervan.scenario import Scenario

    chosen = engine(name)
    if not isinstance(net, Network):
        raise ParamsError(f"run takes a Network (kervan.load reads one), not {shown(net)}")
    if params is None:
        needed = [f.name for f in fields(chosen.params) if f.default is MISSING and f.default_factory is MISSING]
        if needed:
            raise ParamsError(f"{name} needs {chosen.params.__name__} with {', '.join(needed)}")
        params = chosen.params()
    if not isinstance(params, chosen.params):
        raise ParamsError(f"{name} takes {chosen.params.__name__}, not {type(params).__name__}")
    if scenario is not None and not isinstance(scenario, Scenario):
        raise ParamsError(f"scenario takes a Scenario or None, not {shown(scenario)}")
    changed = scenario.apply(net) if scenario is not None else net
    start = time.perf_counter()
    if watch is not None and chosen.watched is not None:
        tables = chosen.watched(changed, params, watch)
    else:
        tables = chosen.solve(changed, params)
    wall_time_s = time.perf_counter() - start
    provenance = stamp(name, changed, params, wall_time_s, (scenario,) if scenario is not None else ())
    _log.info("%s on %s (%d): %.3f s", name, changed.meta.name, changed.year, wall_time_s)
    return Result(provenance, chosen.outputs, tables, {"nodes": changed["nodes"], "links": changed["links"]})


def stamp(name: str, net: Network, params: Any, wall_time_s: float, scenarios: Sequence[Scenario]) -> Provenance:
    """Return the provenance of an answer.

    Parameters
    ----------
    name
        What ran.
    net
        The network it ran on, with the edits of its scenario.
    params
        Its parameters, a dataclass.
    wall_time_s
        How long it took.
    scenarios
        None, the one that was applied, or those that were compared.
    """
    import kervan

    return Provenance(
        engine=name,
        params=asdict(cast("DataclassInstance", params)),
        package=net.meta.name,
        package_version=net.meta.version,
        package_digest=net.digest,
        scenario=" | ".join(one.name for one in scenarios),
        scenario_digest=" | ".join(one.digest for one in scenarios),
        year=net.year,
        seed=getattr(params, "seed", None),
        kervan_version=kervan.__version__,
        wall_time_s=wall_time_s,
    )
