"""What is kept of a simulation beside a package: what a page shows of it, small enough to travel with the tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kervan.engines.simulate.outputs import OUTPUTS
from kervan.result import Result

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KEPT", "MOST_QUEUES", "kept", "worst_queues"]

#: Tables that are kept; hours by stage and by day are not, nor weeks but those of the worst queues.
KEPT: Final = ("od", "facilities", "services", "fleets", "weeks", "recovery", "notes", "run")
#: How many queues are worst.
MOST_QUEUES: Final = 10


def worst_queues(facilities: pd.DataFrame, most: int = MOST_QUEUES) -> pd.DataFrame:
    """Return the queues in which most consignments wait, on average over the year, the longest first.

    By Little's law that is also the order of the hours that all consignments together lose in them.

    Parameters
    ----------
    facilities
        Table ``facilities`` of a simulation.
    most
        How many at most; queues in which nobody waits are not among them.
    """
    waits = facilities[facilities["mean_queue_count"] > 0]
    order = waits.sort_values(["mean_queue_count", "station"], ascending=[False, True], kind="stable")
    return order.head(most).reset_index(drop=True)


def kept(result: Result) -> Result:
    """Return what is kept of a simulation; saved twice it gives the same files, as how long it took is left out.

    Parameters
    ----------
    result
        A result of the engine `simulate`.
    """
    worst = set(worst_queues(result["facilities"])["station"])
    tables = {name: result[name] for name in KEPT}
    tables["weeks"] = tables["weeks"][tables["weeks"]["station"].isin(worst)].reset_index(drop=True)
    waits = (tables["facilities"]["mean_queue_count"] > 0) | tables["facilities"]["station"].isin(_told(result))
    tables["facilities"] = tables["facilities"][waits].reset_index(drop=True)
    provenance = replace(result.provenance, wall_time_s=0.0)
    return Result(provenance, {name: OUTPUTS[name] for name in KEPT}, tables)


def _told(result: Result) -> set[str]:
    """Return the places that the notes speak of."""
    return set(result["notes"]["place"])
