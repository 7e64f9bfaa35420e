"""The extended graph: the arcs a consignment of one commodity can take.

Vertices are (place, mode, vehicle kind, gauge), with half-vertices between a border post and the border
and two gates for every place. See ``docs/decisions/0001-extended-graph.md`` for what each arc means, and
``docs/explanation/extended-graph.md`` for the formulas. All engines run on this one expansion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from kervan._grounds import GROUNDS, QUALITY_OF_RANK, joined, ranks, shared_out, sources, with_doors, worst
from kervan._moments import closed_hours, closure_wait, departure_wait, looked_up, step_moments
from kervan.errors import UnknownName

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ARC_COLUMNS", "GROUNDS", "QUALITY_OF_RANK", "Arcs", "expand", "is_open"]

#: UN/LOCODE's code for international waters: the country of a sailing from one country to another.
AT_SEA: Final = "XZ"

#: Columns of `Arcs.table`.
ARC_COLUMNS: Final = (
    "tail", "head", "kind", "from_node_id", "to_node_id", "country_code", "mode", "vehicle_kind", "link_id",
    "facility_id", "service_id", "length_km", "moving_h", "waiting_h", "procedure_h", "variance_h2",
    "cost_usd_per_unit", "emission_kg_per_unit", "capacity_per_year", "capacity_unit", "quality_rank", "source_ids",
    *GROUNDS,
)  # fmt: skip

_VERTEX: Final = ["node_id", "mode", "vehicle_kind", "gauge_mm", "toward_node_id", "role"]
_FLOATS: Final = (
    "length_km", "moving_h", "waiting_h", "procedure_h", "variance_h2", "cost_usd_per_unit", "emission_kg_per_unit",
    "capacity_per_year", *GROUNDS,
)  # fmt: skip
_INTS: Final = ("tail", "head", "quality_rank", "gauge_mm")


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """The extended graph of one commodity in one month; its tables are handed out as copies on write.

    Parameters
    ----------
    commodity_id
        What is carried.
    month
        Month of departure 1 ... 12, or 0 for the mean of the year.
    """

    commodity_id: str
    month: int
    _vertices: pd.DataFrame = field(repr=False)
    _table: pd.DataFrame = field(repr=False)
    _gates: Mapping[tuple[str, str], int] = field(repr=False)

    @property
    def vertices(self) -> pd.DataFrame:
        """One row a vertex: ``node_id, mode, vehicle_kind, gauge_mm, toward_node_id, role``."""
        return self._vertices.copy(deep=False)

    @property
    def table(self) -> pd.DataFrame:
        """One row an arc, columns `ARC_COLUMNS`; ``tail`` and ``head`` are positions in `vertices`.

        Times in hours (means; ``variance_h2`` is the variance of their sum), money in USD and emissions
        in kg CO2e per unit of the commodity. ``source_ids`` are separated by ``;``, each once. The columns
        `GROUNDS` share time, money and emission out by the quality of the rows they rest on.
        """
        return self._table.copy(deep=False)

    def gate(self, node_id: str, role: str) -> int:
        """Return the vertex of the ``"gate_out"`` or ``"gate_in"`` of a place; -1 if nothing is carried there."""
        return self._gates.get((role, node_id), -1)

    def array(self, name: str) -> NDArray[Any]:
        """Return one column of the table as a read-only array."""
        return self._table[name].to_numpy()

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return len(self._vertices)


def is_open(frame: pd.DataFrame, year: int) -> pd.Series[bool]:
    """Return which rows of a table with a lifetime are in use in ``year``.

    Parameters
    ----------
    frame
        A table with ``status``, ``opens_year`` and ``closes_year``.
    year
        A row counts when it is not closed and ``opens_year <= year < closes_year``.
    """
    return (frame["status"] != "closed") & (frame["opens_year"] <= year) & (year < frame["closes_year"])


def expand(tables: Mapping[str, pd.DataFrame], year: int, commodity_id: str, month: int = 0) -> Arcs:
    """Expand the tables of a network into the arcs one commodity can take.

    Parameters
    ----------
    tables
        Conformed tables of a network.
    year
        What is open then takes part.
    commodity_id
        What is carried.
    month
        Month of departure, for closures; 0 takes the mean of the year.

    Raises
    ------
    UnknownName
        When there is no such commodity.
    """
    commodities = tables["commodities"].set_index("commodity_id")
    if commodity_id not in commodities.index:
        raise UnknownName("commodity", commodity_id, commodities.index)
    mass = float(commodities["mass_t_per_unit"].loc[commodity_id])
    ways = _ways(tables, year, commodity_id)
    stands = _stands(ways)
    handled = _FacilityArcs(tables, year, commodity_id, mass)
    posts = handled.posts(ways)
    passed = [_border_arcs(handled, ways, posts), handled.changes(stands), handled.access(stands)]
    parts = [
        _moving_arcs(tables, ways, posts, mass, month),
        handled.timed(pd.concat([part for part in passed if len(part)] or passed, ignore_index=True)),
    ]
    return _numbered(commodity_id, month, [part for part in parts if len(part)])


# ── ways: directed links × vehicles that carry the commodity ────────────────────────────────────────


def _ways(tables: Mapping[str, pd.DataFrame], year: int, commodity_id: str) -> pd.DataFrame:
    """Return one row for each open link, direction, vehicle kind and, where there is one, service."""
    links = tables["links"]
    links = links[is_open(links, year)].drop(columns=["status", "opens_year", "closes_year", "note"])
    forward = links.assign(is_forward=True)
    back = links[links["direction"] == "both"].rename(
        columns={"from_node_id": "to_node_id", "to_node_id": "from_node_id"}
    )
    ways = pd.concat([forward, back.assign(is_forward=False)], ignore_index=True)
    country = tables["nodes"].set_index("node_id")["country_code"]
    ways["from_country"] = country.loc[ways["from_node_id"]].to_numpy()
    ways["to_country"] = country.loc[ways["to_node_id"]].to_numpy()
    ways = ways.merge(_terms(tables, commodity_id), on="mode", how="inner")
    ways = _best_terms(ways)
    return _with_services(tables, ways, year)


def _terms(tables: Mapping[str, pd.DataFrame], commodity_id: str) -> pd.DataFrame:
    """Return the carriage rows of the commodity with mode and emission of their vehicle."""
    carriage = tables["carriage"]
    kinds = tables["vehicle_kinds"][["vehicle_kind", "mode", "emission_kg_per_t_km", "source_id", "quality"]]
    terms = carriage[carriage["commodity_id"] == commodity_id].drop(columns=["note", "commodity_id"])
    terms = terms.rename(
        columns={
            "speed_km_per_h": "carriage_speed_km_per_h", "country_code": "terms_country",
            "source_id": "carriage_source", "quality": "carriage_quality",
        }
    )  # fmt: skip
    kinds = kinds.rename(columns={"source_id": "kind_source", "quality": "kind_quality"})
    return terms.merge(kinds, on="vehicle_kind", how="left", validate="many_to_one")


def _best_terms(ways: pd.DataFrame) -> pd.DataFrame:
    """Keep, for each way and vehicle, the terms of its country, else the general ones."""
    fits = (ways["terms_country"] == ways["from_country"]) | (ways["terms_country"] == "")
    ways = ways[fits].assign(is_general=ways["terms_country"] == "")
    ways = ways.sort_values("is_general", kind="stable")
    ways = ways.drop_duplicates(["link_id", "is_forward", "vehicle_kind"], keep="first")
    return ways.sort_index().drop(columns=["is_general"])


def _with_services(tables: Mapping[str, pd.DataFrame], ways: pd.DataFrame, year: int) -> pd.DataFrame:
    services = tables["services"]
    begun = services[services["opens_year"] <= year]  # a service that has ended still bars free travel
    served = set(zip(begun["link_id"], begun["vehicle_kind"], strict=True))
    services = services[is_open(services, year)]
    services = services.rename(
        columns={"direction": "service_direction", "source_id": "service_source", "quality": "service_quality"}
    )
    texts = ["service_id", "rule", "service_source", "service_quality", "service_direction"]
    numbers = ["headway_h", "headway_cv_frac", "timeout_h", "load_h", "unload_h", "cost_usd_per_t"]
    services = services[["link_id", "vehicle_kind", *texts, *numbers]]
    ways = ways.merge(services, on=["link_id", "vehicle_kind"], how="left", validate="many_to_many")
    runs = ways["is_forward"] | (ways["service_direction"] == "both")
    has_service = ways["service_id"].notna()
    needs = tables["modes"].set_index("mode")["needs_service"].loc[ways["mode"]].to_numpy()
    is_served = pd.Series(
        [pair in served for pair in zip(ways["link_id"], ways["vehicle_kind"], strict=True)],
        index=ways.index,
        dtype=bool,
    )
    keep = (has_service & runs) | (~has_service & ~needs & ~is_served)
    ways = ways[keep].reset_index(drop=True)
    return ways.fillna(dict.fromkeys(texts, "") | dict.fromkeys(numbers, 0.0))


def _stands(ways: pd.DataFrame) -> pd.DataFrame:
    """Return the distinct (place, mode, vehicle kind, gauge) at the ends of ways."""
    ends = [
        ways[[f"{side}_node_id", "mode", "vehicle_kind", "gauge_mm"]].set_axis(_VERTEX[:4], axis=1)
        for side in ("from", "to")
    ]
    return pd.concat(ends, ignore_index=True).drop_duplicates(ignore_index=True)


def _moving_arcs(
    tables: Mapping[str, pd.DataFrame], ways: pd.DataFrame, posts: pd.DataFrame, mass: float, month: int
) -> pd.DataFrame:
    """Return travel and service arcs."""
    closure = closure_wait(tables["closures"], month)
    closure_h, closure_h2 = (looked_up(closure[name], ways["closure_scope"]) for name in closure)
    closure_rank = ranks(tables["closures"], "scope", ways["closure_scope"])
    ways = ways.assign(closure_source=sources(tables["closures"], "scope", ways["closure_scope"]))
    has_own_speed = np.isfinite(ways["carriage_speed_km_per_h"])
    speed = ways["carriage_speed_km_per_h"].where(has_own_speed, ways["speed_km_per_h"])
    moving = ways["length_km"] / speed
    along = ways["delay_h_per_km"] * ways["length_km"]
    wait, wait_h2 = departure_wait(ways)
    variance = (
        (ways["time_cv_frac"] * moving) ** 2
        + (ways["delay_cv_frac"] * along) ** 2
        + ways["delay_h"] ** 2
        + (wait_h2 - wait**2).clip(lower=0)
        + (closure_h2 - closure_h**2).clip(lower=0)
    )
    rate = ways["cost_usd_per_unit_km"] * ways["length_km"]
    fare = ways["cost_usd_per_t"] * mass
    emission = ways["emission_kg_per_t_km"] * mass * ways["length_km"]
    way, terms, service = (
        worst(ways, *names) for names in (("quality",), ("quality", "carriage_quality"), ("service_quality",))
    )
    load_h = ways["load_h"] + ways["unload_h"]
    grounds: dict[str, list[tuple[pd.Series[float], pd.Series[Any]]]] = {
        "h": [(moving, terms.where(has_own_speed, way)), (along, terms), (ways["delay_h"], way),
              (wait + load_h, service), (closure_h, closure_rank)],
        "usd": [(rate, terms), (fare, service)],
        "kg": [(emission, worst(ways, "quality", "kind_quality"))],
    }  # fmt: skip
    is_service = ways["service_id"] != ""
    sails = tables["modes"].set_index("mode")["needs_service"].loc[ways["mode"]].to_numpy(dtype=bool)
    is_abroad = sails & (ways["from_country"] != ways["to_country"]).to_numpy(dtype=bool)
    arcs = ways[["link_id", "service_id", "mode", "vehicle_kind", "from_node_id", "to_node_id", "gauge_mm"]].assign(
        kind=np.where(is_service, "service", "travel"),
        facility_id="",
        country_code=np.where(is_abroad, AT_SEA, ways["from_country"]),
        length_km=ways["length_km"],
        moving_h=moving,
        waiting_h=along + ways["delay_h"] + wait + closure_h,
        procedure_h=load_h,
        variance_h2=variance,
        cost_usd_per_unit=rate + fare,
        emission_kg_per_unit=emission,
        capacity_per_year=ways["capacity_per_year"],
        capacity_unit=ways["capacity_unit"],
        quality_rank=np.maximum(
            worst(ways, "quality", "carriage_quality", "kind_quality", "service_quality"), closure_rank
        ),
        source_ids=joined(
            *(ways[f"{of}_source"] for of in ("carriage", "kind", "service", "closure")), first=ways["source_id"]
        ),
        **shared_out(grounds),
    )
    for side, other in (("from", "to"), ("to", "from")):
        arcs[f"{side}_toward"] = np.where(posts[f"{side}_post"], ways[f"{other}_node_id"], "")
    return _ended(arcs, "from_node_id", "from_toward", "to_node_id", "to_toward")


def _ended(arcs: pd.DataFrame, tail: str, tail_toward: str, head: str, head_toward: str) -> pd.DataFrame:
    """Give arcs whose vehicle and gauge stay the same their tail and head vertex keys."""
    for end, node, toward in (("tail", tail, tail_toward), ("head", head, head_toward)):
        vertex: dict[str, Any] = {
            "node_id": arcs[node], "mode": arcs["mode"], "vehicle_kind": arcs["vehicle_kind"],
            "gauge_mm": arcs["gauge_mm"], "toward_node_id": arcs[toward],
            "role": np.where(arcs[toward] == "", "stand", "border"),
        }  # fmt: skip
        arcs = arcs.assign(**{f"{end}_{name}": value for name, value in vertex.items()})
    return arcs


# ── facilities ──────────────────────────────────────────────────────────────────────────────────────


def _border_arcs(handled: _FacilityArcs, ways: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Return the arcs through exit posts (stand to half-vertex) and entry posts (half-vertex to stand)."""
    parts = []
    for side, other in (("from", "to"), ("to", "from")):
        at = ways[posts[f"{side}_post"].to_numpy()]
        at = at[
            [f"{side}_node_id", f"{other}_node_id", "mode", "vehicle_kind", "gauge_mm", "from_country", "to_country"]
        ]
        at = at.set_axis(["node_id", "toward", *at.columns[2:]], axis=1).drop_duplicates()
        arcs = handled.through_posts(at).assign(blank="")
        toward = ("blank", "toward") if side == "from" else ("toward", "blank")
        parts.append(_ended(arcs, "node_id", toward[0], "node_id", toward[1]).drop(columns=["blank", "toward"]))
    return pd.concat(parts, ignore_index=True)


class _FacilityArcs:
    """The facilities of one expansion, and the time and money of passing them."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], year: int, commodity_id: str, mass: float) -> None:
        facilities = tables["facilities"].drop(columns=["note", "name"])
        back = facilities[facilities["direction"] == "both"].rename(columns=_swapped)
        both = pd.concat([facilities, back], ignore_index=True)
        both["is_open"] = is_open(both, year)
        self._all = both
        self._year = year
        steps = tables["steps"]
        steps = steps[steps["commodity_id"].isin(["", commodity_id])].drop(columns=["note", "commodity_id"])
        self._steps = with_doors(steps, tables["calendars"])
        self._closed = closed_hours(tables["calendars"])
        self._country = tables["nodes"].set_index("node_id")["country_code"]
        self._needs_service = tables["modes"].set_index("mode")["needs_service"]
        self._mass = mass

    def posts(self, ways: pd.DataFrame) -> pd.DataFrame:
        """Return for each way whether a border post (open or not) stands at its from and its to end."""
        posts = self._all[self._all["kind"] == "border_post"]
        known = set(
            zip(posts["node_id"], posts["from_mode"], posts["from_country_code"], posts["to_country_code"], strict=True)
        )
        answer = {}
        for side in ("from", "to"):
            keys = zip(ways[f"{side}_node_id"], ways["mode"], ways["from_country"], ways["to_country"], strict=True)
            answer[f"{side}_post"] = np.array([key in known for key in keys], dtype=bool)
        return pd.DataFrame(answer, index=ways.index)

    def through_posts(self, at: pd.DataFrame) -> pd.DataFrame:
        """Return the arcs through open border posts for rows (node, toward, mode, vehicle, gauge, countries)."""
        posts = self._all[(self._all["kind"] == "border_post") & self._all["is_open"]]
        posts = posts.drop(columns=["from_gauge_mm", "to_gauge_mm"])
        arcs = at.merge(
            posts, how="inner", left_on=["node_id", "mode", "from_country", "to_country"],
            right_on=["node_id", "from_mode", "from_country_code", "to_country_code"],
        )  # fmt: skip
        admitted = _admits(arcs["from_vehicle_kind"], arcs["vehicle_kind"])
        admitted &= _admits(arcs["to_vehicle_kind"], arcs["vehicle_kind"])
        arcs = arcs[admitted]
        return arcs.assign(kind="border", before=arcs["vehicle_kind"], after=arcs["vehicle_kind"])

    def changes(self, stands: pd.DataFrame) -> pd.DataFrame:
        """Return gauge changes and transfers between vehicles at one place."""
        both = self._all[(self._all["from_mode"] != "") & (self._all["to_mode"] != "") & self._all["is_open"]]
        both = both[both["kind"] != "border_post"]
        tails, heads = (stands.add_prefix(f"{end}_") for end in ("tail", "head"))
        arcs = both.merge(tails, left_on=["node_id", "from_mode"], right_on=["tail_node_id", "tail_mode"])
        arcs = arcs.merge(heads, left_on=["node_id", "to_mode"], right_on=["head_node_id", "head_mode"])
        before, after = arcs["tail_vehicle_kind"], arcs["head_vehicle_kind"]
        same_mode = arcs["from_mode"] == arcs["to_mode"]
        is_gauge = arcs["kind"] == "gauge_yard"
        named = (arcs["from_vehicle_kind"] != "") & (arcs["to_vehicle_kind"] != "")
        gauge_fits = (arcs["tail_gauge_mm"] == arcs["from_gauge_mm"]) & (arcs["head_gauge_mm"] == arcs["to_gauge_mm"])
        same_gauge = arcs["tail_gauge_mm"] == arcs["head_gauge_mm"]
        keeps = (before == after) | named
        changes = ~(same_gauge & (before == after))
        fits = np.where(is_gauge, gauge_fits & keeps, (~same_mode | (keeps & same_gauge)) & changes)
        admitted = _admits(arcs["from_vehicle_kind"], before) & _admits(arcs["to_vehicle_kind"], after)
        # First choose, then assign: a column assigned to a frame without rows would bring its rows along.
        arcs = arcs[fits & admitted]
        before, after = arcs["tail_vehicle_kind"], arcs["head_vehicle_kind"]
        return arcs.assign(
            kind=arcs["kind"].replace("gauge_yard", "gauge_change"), mode=arcs["to_mode"], vehicle_kind=after,
            before=before, after=after,
            tail_toward_node_id="", head_toward_node_id="", tail_role="stand", head_role="stand",
        )  # fmt: skip

    def access(self, stands: pd.DataFrame) -> pd.DataFrame:
        """Return the arcs from the gate-out of a place onto a vehicle and from a vehicle into its gate-in."""
        return pd.concat([self._gate_arcs(stands, "gate_out"), self._gate_arcs(stands, "gate_in")], ignore_index=True)

    def _gate_arcs(self, stands: pd.DataFrame, role: str) -> pd.DataFrame:
        """Return free access where no terminal has been opened for the mode, else access through open ones."""
        is_start = role == "gate_out"
        outside, inside = ("from", "to") if is_start else ("to", "from")
        gates = self._all[(self._all["kind"] == "terminal") & (self._all[f"{outside}_mode"] == "")]
        begun = gates[gates["opens_year"] <= self._year]
        guarded = set(zip(begun["node_id"], begun[f"{inside}_mode"], strict=True))
        is_guarded = np.array(
            [key in guarded for key in zip(stands["node_id"], stands["mode"], strict=True)], dtype=bool
        )
        needs = self._needs_service.loc[stands["mode"]].to_numpy(dtype=bool)
        free = stands[~is_guarded & ~needs].assign(facility_id="", quality="observed", source_id="")
        through = stands[is_guarded].merge(
            gates[gates["is_open"]].drop(columns=["from_gauge_mm", "to_gauge_mm"]),
            left_on=["node_id", "mode"], right_on=["node_id", f"{inside}_mode"],
        )  # fmt: skip
        through = through[_admits(through[f"{inside}_vehicle_kind"], through["vehicle_kind"])]
        arcs = pd.concat([free.assign(kind="access"), through.assign(kind="terminal")], ignore_index=True)
        gate, stand = ("tail", "head") if is_start else ("head", "tail")
        ends: dict[str, Any] = {
            f"{stand}_{name}": arcs[name] for name in ("node_id", "mode", "vehicle_kind", "gauge_mm")
        }
        ends |= {f"{gate}_node_id": arcs["node_id"], f"{gate}_mode": "", f"{gate}_vehicle_kind": ""}
        ends |= {f"{gate}_gauge_mm": 0, f"{gate}_role": role, f"{stand}_role": "stand"}
        ends |= {"before": arcs["vehicle_kind"], "after": arcs["vehicle_kind"]}
        whole: pd.DataFrame = arcs.assign(**ends, tail_toward_node_id="", head_toward_node_id="")
        return whole

    def timed(self, arcs: pd.DataFrame) -> pd.DataFrame:
        """Add time, money and provenance of the steps that apply to each arc."""
        arcs = arcs.assign(
            link_id="", service_id="", arc=np.arange(len(arcs)),
            from_node_id=arcs["node_id"], to_node_id=arcs["node_id"],
            country_code=self._country.loc[arcs["node_id"]].to_numpy(),
        )  # fmt: skip
        steps = arcs[["arc", "facility_id", "before", "after"]].merge(self._steps, on="facility_id")
        applies = (steps["vehicle_kind"] == "") | (steps["vehicle_kind"] == steps["before"])
        steps = steps[applies | (steps["vehicle_kind"] == steps["after"])]
        moments = step_moments(steps, self._closed, self._mass)
        sums = {
            name: np.bincount(steps["arc"], weights=moments[name], minlength=len(arcs))
            for name in ("waiting_h", "procedure_h", "variance_h2", "cost_usd_per_unit")
        }
        step_rank = worst(steps, "quality").to_numpy()
        rank = worst(arcs, "quality").to_numpy(copy=True)
        np.maximum.at(rank, steps["arc"].to_numpy(), step_rank)
        measures = {"h": moments["waiting_h"] + moments["procedure_h"], "usd": moments["cost_usd_per_unit"]}
        grounds: dict[str, NDArray[Any]] = dict.fromkeys(GROUNDS, np.zeros(len(arcs)))
        for unit, amount in measures.items():
            for number, quality in enumerate(QUALITY_OF_RANK):
                weights = np.where(step_rank == number, amount, 0.0)
                grounds[f"{quality}_{unit}"] = np.bincount(steps["arc"], weights=weights, minlength=len(arcs))
        sources: list[list[str]] = [[] for _ in range(len(arcs))]
        for arc, source_id in zip(steps["arc"], steps["source_id"], strict=True):
            sources[arc].append(source_id)
        step_sources = pd.Series([";".join(names) for names in sources], index=arcs.index, dtype="str")
        return arcs.fillna({"capacity_per_year": np.inf, "capacity_unit": ""}).assign(
            **sums, **grounds, length_km=0.0, moving_h=0.0, emission_kg_per_unit=0.0, quality_rank=rank,
            source_ids=joined(step_sources, first=arcs["source_id"]),
        )  # fmt: skip


def _swapped(name: str) -> str:
    """Return the column name of the opposite direction: ``from_mode`` for ``to_mode``."""
    if name.startswith("from_"):
        return "to_" + name.removeprefix("from_")
    return "from_" + name.removeprefix("to_") if name.startswith("to_") else name


def _admits(wanted: pd.Series[str], vehicle_kind: pd.Series[str]) -> pd.Series[bool]:
    return (wanted == "") | (wanted == vehicle_kind)


# ── numbering ───────────────────────────────────────────────────────────────────────────────────────


def _numbered(commodity_id: str, month: int, parts: list[pd.DataFrame]) -> Arcs:
    """Give every vertex a number and return the arcs between numbers, sorted by tail."""
    if not parts:
        nothing = _typed(pd.DataFrame(columns=list(ARC_COLUMNS)))
        return Arcs(commodity_id, month, _typed(pd.DataFrame(columns=_VERTEX)), nothing, {})
    arcs = pd.concat(parts, ignore_index=True)
    ends = [arcs[[f"{end}_{name}" for name in _VERTEX]].set_axis(_VERTEX, axis=1) for end in ("tail", "head")]
    keys = pd.concat(ends, ignore_index=True)
    numbers = keys.groupby(_VERTEX, sort=True).ngroup().to_numpy()
    vertices = keys.assign(number=numbers).drop_duplicates("number").sort_values("number")
    vertices = _typed(vertices.drop(columns="number").reset_index(drop=True))
    arcs = arcs.assign(tail=numbers[: len(arcs)], head=numbers[len(arcs) :])
    arcs = arcs.sort_values(
        ["tail", "head", "kind", "link_id", "facility_id", "service_id"], kind="stable", ignore_index=True
    )
    table = _typed(arcs[list(ARC_COLUMNS)])
    is_gate = vertices["role"].str.startswith("gate")
    gates = {
        (role, node_id): int(number)
        for number, role, node_id in zip(
            vertices.index[is_gate], vertices.loc[is_gate, "role"], vertices.loc[is_gate, "node_id"], strict=True
        )
    }
    return Arcs(commodity_id, month, vertices, table, gates)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the dtype of each of its columns, also when it has no row."""
    dtypes = dict.fromkeys(_FLOATS, "float64") | dict.fromkeys(_INTS, "int64")
    return frame.astype({name: dtypes.get(name, "str") for name in frame.columns})
