"""What queues are called and rest on, and numbers with their interval: shared by the tables of a simulated year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kervan.drawing.maps import short_name
from kervan.drawing.numbers import plain

if TYPE_CHECKING:
    import pandas as pd

    from kervan.network import Network

__all__ = ["Places", "Row", "around", "records"]

#: How the station of a yard's embargo is called, and what the limits of a whole facility or line are called here.
_EMBARGO: Final = "embargo "
_LIMITS: Final = {"Capacity": "Capacity of the whole", "Line": "Capacity of the line", "Opening": "Opening hours"}
Row = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a table."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True)
class Places:
    """What places are called: nodes, facilities, and links by their ends."""

    nodes: dict[str, str]
    facilities: dict[str, str]
    links: dict[str, str]
    yards: dict[str, str]
    quality: dict[tuple[str, int], str]

    @classmethod
    def of(cls, net: Network) -> Places:
        """Return what the places of a network are called."""
        nodes = {row["node_id"]: short_name(row["name"]) for row in records(net["nodes"])}
        quality = {(row["facility_id"], 0): row["quality"] for row in records(net["facilities"])}
        quality |= {(row["link_id"], 0): row["quality"] for row in records(net["links"])}
        quality |= {(row["facility_id"], row["step_no"]): row["quality"] for row in records(net["steps"])}
        return cls(
            nodes,
            {row["facility_id"]: row["name"] for row in records(net["facilities"])},
            {row["link_id"]: f"{nodes[row['from_node_id']]}–{nodes[row['to_node_id']]}" for row in records(
                net["links"])},
            {row["yard_id"]: nodes[row["node_id"]] for row in records(net["yards"])},
            quality,
        )  # fmt: skip

    def place(self, row: Row) -> str:
        """Return where a queue is."""
        found = self.facilities.get(row["facility_id"]) or self.links.get(row["link_id"])
        yard = str(row["station"]).removeprefix(_EMBARGO)
        if not found and yard != row["station"]:
            return f"Bound for {self.yards.get(yard, yard)}, whose yard is full"
        return found or self.nodes.get(row["node_id"], str(row["station"]))

    def step(self, row: Row) -> str:
        """Return at what a queue stands."""
        if str(row["station"]).startswith(_EMBARGO):
            return "Embargo"
        return str(row["name"]) if row["step_no"] else _LIMITS.get(row["name"], str(row["name"]))

    def rests_on(self, row: Row) -> str:
        """Return the quality of the row of the tables that a queue comes from."""
        return self.quality.get((row["facility_id"] or row["link_id"], int(row["step_no"])), "")


def around(value: float, half_width: float) -> str:
    r"""Return a number with half of its interval, both to two figures of that and at most two decimals.

    Examples
    --------
    >>> around(38.04, 1.23), around(98381.0, 3210.0), around(4.0, float("inf")), around(float("inf"), 1.0)
    ('38.0\xa0±\xa01.2', '98,400\xa0±\xa03,200', '4', '–')
    """
    if not math.isfinite(value):
        return "–"
    if not math.isfinite(half_width) or not half_width:
        return plain(value)
    digits = min(1 - math.floor(math.log10(half_width)), 2)
    shown = (f"{round(one, digits):,.{max(digits, 0)}f}" for one in (value, half_width))
    return "\u00a0±\u00a0".join(shown)
