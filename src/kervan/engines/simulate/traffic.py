"""What travels in a year, in which consignments, and on which ways."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kervan.engines.route import RouteParams, ways_of
from kervan.engines.simulate._when import rows_of
from kervan.engines.simulate.params import SimulateParams
from kervan.errors import ParamsError, SolveError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from kervan.arcs import Arcs
    from kervan.network import Network

__all__ = ["Flow", "LeftOut", "Way", "demand_of", "traffic_of"]

#: Ways that fewer take are not simulated; their share goes to the others.
_LEAST_SHARE: Final = 0.01
_RELATION: Final = ["origin_node_id", "destination_node_id", "commodity_id"]


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways of a flow.

    Parameters
    ----------
    share
        Share of the volume that takes it.
    rows
        Its arcs, as rows of the arc table of the commodity.
    size_units
        Units of the commodity in one consignment: the least that a vehicle on the way takes.
    vehicle_kind
        That vehicle.
    """

    share: float
    rows: tuple[int, ...]
    size_units: float
    vehicle_kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A demand row and its ways.

    Parameters
    ----------
    demand
        The row.
    arcs
        Extended graph of its commodity.
    ways
        At least one; the shares add up to 1.
    """

    demand: Mapping[str, Any]
    arcs: Arcs
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A demand row that is not simulated, and why."""

    demand_id: str
    reason: str


def demand_of(net: Network, params: SimulateParams) -> pd.DataFrame:
    """Return the demand rows of the year of a network.

    A relation (origin, destination, commodity) without a row of that year keeps those of the base year.

    Raises
    ------
    ParamsError
        When there is none.
    UnknownName
        When a demand row that was asked for is not among them.
    """
    demand = net["demand"]
    own, base = demand[demand["year"] == net.year], demand[demand["year"] == net.meta.base_year]
    known = set(own[_RELATION].itertuples(index=False, name=None))
    is_missing = [relation not in known for relation in base[_RELATION].itertuples(index=False, name=None)]
    chosen = own if net.year == net.meta.base_year else _joined(own, base[is_missing])
    chosen = chosen[chosen["volume_per_year"] > 0]
    if not len(chosen):
        years = ", ".join(str(year) for year in sorted(set(demand["year"]))) or "none"
        wanted = " or ".join(str(year) for year in dict.fromkeys((net.year, net.meta.base_year)))
        raise ParamsError(f"there is no demand in {wanted}; the table has rows of {years}")
    for name in params.demand_ids:
        if name not in set(chosen["demand_id"]):
            raise UnknownName(f"demand row of {net.year}", name, chosen["demand_id"])
    return chosen[chosen["demand_id"].isin(params.demand_ids)] if params.demand_ids else chosen


def _joined(own: pd.DataFrame, carried: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([own, carried]).sort_index(ignore_index=True)


def traffic_of(net: Network, params: SimulateParams) -> tuple[list[Flow], list[LeftOut]]:
    """Return the flows of a year, and the demand rows that are not simulated.

    Ways are those of the engine ``route`` with the measured waits of today. A way takes the share
    ``exp(-(c - least c) / s)`` over the sum of these, the logit of McFadden (1974): ``c`` its generalised cost,
    ``s`` the ``choice_scale_usd_per_unit`` of the commodity; with ``s = 0`` all take the least.

    Raises
    ------
    ParamsError
        When there is no demand, or a demand row whose way is fixed cannot take it.
    """
    flows: list[Flow] = []
    left: list[LeftOut] = []
    wrong: list[str] = []
    sizes = _sizes(net)
    scales = dict(zip(net["commodities"]["commodity_id"], net["commodities"]["choice_scale_usd_per_unit"], strict=True))
    for demand in rows_of(demand_of(net, params)):
        via = tuple(name for name in demand["via_node_ids"].split(";") if name)
        asked = RouteParams(
            origin=demand["origin_node_id"], destination=demand["destination_node_id"],
            commodity_id=demand["commodity_id"], via=via, alternatives=1 if via else params.alternatives,
        )  # fmt: skip
        try:
            arcs, chosen = ways_of(net, asked)
        except (SolveError, ParamsError, UnknownName) as error:
            told = f"demand {demand['demand_id']}: {error}"
            wrong.append(told) if via else left.append(LeftOut(demand["demand_id"], str(error)))
            continue
        kinds = arcs.table["vehicle_kind"].to_numpy()
        rows = [tuple(one.rows) for one in chosen]
        least = [
            min((sizes.get((asked.commodity_id, kind), math.inf), kind) for kind in kinds[list(row)]) for row in rows
        ]
        shares = _shares([one.generalised_usd for one in chosen], scales[asked.commodity_id])
        ways = tuple(
            Way(share, row, size, kind) for share, row, (size, kind) in zip(shares, rows, least, strict=True) if share
        )
        if any(math.isinf(way.size_units) for way in ways):
            left.append(LeftOut(demand["demand_id"], "a continuous flow: no vehicle on its way has a shipment size"))
        else:
            flows.append(Flow(demand, arcs, ways))
    if wrong:
        raise ParamsError("\n".join(wrong))
    if not flows:
        raise ParamsError("nothing can be simulated:\n" + "\n".join(f"{one.demand_id}: {one.reason}" for one in left))
    return flows, left


def _sizes(net: Network) -> dict[tuple[str, str], float]:
    """Return the most units of a commodity in one consignment on a vehicle kind; the least of its countries."""
    least: dict[tuple[str, str], float] = {}
    for row in rows_of(net["carriage"]):
        key = row["commodity_id"], row["vehicle_kind"]
        least[key] = min(least.get(key, math.inf), row["shipment_units"])
    return least


def _shares(costs: Sequence[float], scale: float) -> list[float]:
    """Return the logit share of each way, 0 for those that hardly anyone takes."""
    above = np.array(costs) - min(costs)
    weights = np.exp(-above / scale) if scale > 0 else (np.arange(len(costs)) == int(np.argmin(above))).astype(float)
    shares = weights / weights.sum()
    kept = np.where(shares >= min(_LEAST_SHARE, shares.max()), shares, 0.0)
    found: list[float] = (kept / kept.sum()).tolist()
    return found
