"""What is asked of a simulation of a corridor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kervan.engines._params import names, number, whole
from kervan.errors import ParamsError, shown

__all__ = ["EXECUTORS", "SimulateParams"]

EXECUTORS: Final = ("threads", "dask")
_MOST_SEED: Final = 2**32 - 1


@dataclass(frozen=True)
class SimulateParams:
    """How long, how often and how surely a year of a corridor is simulated.

    A run begins ``lead_d`` days before the year of the network and ends ``tail_d`` days after it. Counted are the
    consignments that begin within the year.

    Parameters
    ----------
    replications
        How many; None: as many as ``half_width_frac`` takes, at most ``most_replications``.
    half_width_frac
        Half-width of the interval of the mean time from door to door, as a share of it, that is asked for.
    most_replications
        How many at most.
    confidence
        Of all intervals.
    seed
        Of all random numbers; the same seed gives the same bits, with any number of threads.
    threads
        How many replications run at a time; 0: as many as there are cores.
    executor
        Where they run: ``threads`` of this process, or a ``dask`` cluster.
    lead_d, tail_d
        Days before the year, in which the corridor fills, and after it, in which the last consignments arrive.
    alternatives
        Among how many ways at most the consignments of a demand row choose.
    volume_factor
        By which all demand is multiplied.
    demand_ids
        Demand rows to simulate; empty: all.
    max_events, max_alive
        Most events of a replication, and most consignments under way: what passes them is given up with an error.

    Raises
    ------
    ParamsError
        When a parameter lies outside its range.
    """

    replications: int | None = None
    half_width_frac: float = 0.02
    most_replications: int = 100
    confidence: float = 0.95
    seed: int = 1
    threads: int = 0
    executor: Literal["threads", "dask"] = "threads"
    lead_d: float = 45.0
    tail_d: float = 45.0
    alternatives: int = 3
    volume_factor: float = 1.0
    demand_ids: tuple[str, ...] = ()
    max_events: int = 1_000_000_000
    max_alive: int = 5_000_000

    def __post_init__(self) -> None:
        if self.replications is not None:
            whole(self, "replications", 1, 1_000_000)
        number(self, "half_width_frac", above=0.0, at_most=0.5)
        whole(self, "most_replications", 2, 1_000_000)
        number(self, "confidence", at_least=0.5, at_most=0.9999)
        whole(self, "seed", 0, _MOST_SEED)
        whole(self, "threads", 0, 256)
        if self.executor not in EXECUTORS:
            raise ParamsError(f"executor must be {' or '.join(EXECUTORS)}, not {shown(self.executor)}")
        number(self, "lead_d", at_most=3650)
        number(self, "tail_d", at_most=3650)
        whole(self, "alternatives", 1, 50)
        number(self, "volume_factor", above=0.0, at_most=1e6)
        names(self, "demand_ids")
        whole(self, "max_events", 1, 10**12)
        whole(self, "max_alive", 1, 10**9)
