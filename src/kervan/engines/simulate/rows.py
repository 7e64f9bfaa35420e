"""A corridor that is ready to run, and its parts by the rows of the tables that they stand for, for messages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kervan.engines.simulate.corridor import Corridor, corridor_of
from kervan.engines.simulate.load import chances_of, loads_of
from kervan.engines.simulate.model import Ride
from kervan.errors import KervanError, ParamsError

if TYPE_CHECKING:
    from kervan.engines.simulate.params import SimulateParams
    from kervan.network import Network

__all__ = ["by_row", "ready", "row_of", "warnings_of"]

#: A station with more work than this share of what it can do is told of before the run.
_FULL: Final = 1.0
#: First word of the name of a gate to the table it comes from.
_GATES: Final = {
    "calendar": "calendars", "weather": "closures", "failure": "failures", "disruption": "disruptions",
    "embargo": "yards",
}  # fmt: skip
#: Where a program is wrong, in words of the model that say nothing to who knows the tables.
_OPERATION: Final = re.compile(r"program \d+, operation \d+: ")
_KINDS: Final = ("station", "gate", "lane", "source", "fleet", "port", "yard")


def ready(net: Network, params: SimulateParams) -> Corridor:
    """Return the model of a network, if it can come to an end.

    Raises
    ------
    ParamsError
        When there is no demand, or a part cannot be simulated; all that is wrong is said, with its row.
    """
    corridor = corridor_of(net, params)
    wrong = list(_never_full(corridor))
    if wrong:
        raise ParamsError("\n".join(wrong))
    return corridor


def _never_full(corridor: Corridor) -> Iterator[str]:
    """Yield, for each lane that waits until it is full and never is in the whole run, the words that say so."""
    coming: dict[str, float] = {}
    for source in corridor.model.sources:
        rate = source.group / source.headway.mean_h * corridor.clock.horizon_h
        for share, program in source.programs:
            for op, chance in zip(program, chances_of(program), strict=True):
                if isinstance(op, Ride):
                    size = source.size if op.size is None else op.size
                    coming[op.lane] = coming.get(op.lane, 0.0) + rate * share * chance * size
    for lane in corridor.model.lanes:
        comes = coming.get(lane.name, 0.0)
        waits = lane.rule == "full_or_timeout" and math.isinf(lane.timeout_h)
        if waits and 0 < comes < lane.capacity:
            column = "batch_timeout_h" if _is_train(lane.name) else "timeout_h"
            yield (
                f"{row_of(corridor, 'lane', lane.name)}: it goes only when full and can never fill: all that comes "
                f"in the run takes {comes:.3g} of {lane.capacity:g}; give it a {column}, or more demand"
            )


def warnings_of(corridor: Corridor) -> tuple[str, ...]:
    """Return, for each station with more work than it can do, the words that say so, the worst first."""
    loads = sorted(loads_of(corridor.model).items(), key=lambda item: -item[1].offered_frac)
    return tuple(
        f"unstable: utilisation {load.offered_frac:.3g} at {row_of(corridor, 'station', name)}, its queue grows "
        "without end"
        for name, load in loads
        if load.offered_frac > _FULL
    )


def by_row(corridor: Corridor, error: KervanError) -> KervanError:
    """Return an error of the model as one that names the rows of the tables."""
    parts = [(kind, part.name) for kind in _KINDS for part in getattr(corridor.model, f"{kind}s")]
    rows = {f"{kind} {name}": row_of(corridor, kind, name) for kind, name in parts}
    rows |= {f"embargo {name}": f"embargoes of {row}" for (_, name), row in zip(parts, list(rows.values()), strict=True)
             if name.startswith("embargo ")}  # fmt: skip
    rows |= {f"at {name}": f"at {row_of(corridor, kind, name)}" for kind, name in parts if kind == "station"}
    names = "|".join(re.escape(name) for name in sorted(rows, key=len, reverse=True))
    words = _OPERATION.sub("", str(error))
    words = re.sub(rf"\b({names})(?![\w.])", lambda found: rows[found[1]], words)
    if " events have been taken" in words:
        name, load = max(loads_of(corridor.model).items(), key=lambda item: item[1].offered_frac)
        words += f"; the busiest is {row_of(corridor, 'station', name)}, utilisation {load.offered_frac:.3g}"
    return type(error)(words)


def row_of(corridor: Corridor, kind: str, name: str) -> str:
    """Return the table and key of the row that a part of the model stands for.

    Parameters
    ----------
    corridor
        The corridor.
    kind
        ``station``, ``gate``, ``lane``, ``source``, ``fleet``, ``port`` or ``yard``.
    name
        Name of the part.
    """
    head, _, rest = name.partition(" ")
    if kind == "gate":
        return f"{_GATES[head]} {rest}" if head in _GATES else name
    if kind == "station":
        return _station_row(corridor, name)
    if kind == "lane":
        return ("steps " if _is_train(name) else "services ") + name.replace(" > ", " to ")
    if kind == "source":
        return f"demand {head}"
    return f"{ {'fleet': 'fleets', 'port': 'berths', 'yard': 'yards'}[kind] } {name}"


def _is_train(lane: str) -> bool:
    """Whether a lane is a batch of a step, named by facility and number, and not a service, which has one name."""
    return " " in lane.partition(" > ")[0]


def _station_row(corridor: Corridor, name: str) -> str:
    meaning = corridor.stops.get(name)
    if meaning is None:
        return row_of(corridor, "gate", name)  # an embargo is a station with a gate of its name
    if meaning.get("step_no"):
        return f"steps {meaning['facility_id']} {meaning['step_no']} ({meaning['name']})"
    is_link = bool(meaning.get("link_id"))
    place = f"links {meaning['link_id']}" if is_link else f"facilities {meaning.get('facility_id', name)}"
    return f"{place}, capacity_per_year" if meaning.get("name") in ("Line", "Capacity") else place
