"""Random small models that use every feature of the simulation, with many things at the same instant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from kervan.engines.simulate.model import (
    Branch,
    Embargo,
    Enter,
    Failures,
    Fleet,
    Gate,
    Hours,
    Lane,
    Law,
    Leave,
    Model,
    Operation,
    Outages,
    Port,
    Program,
    Ride,
    Source,
    Spells,
    Station,
    Travel,
    Visit,
    Yard,
)  # fmt: skip

__all__ = ["feed_forward_models", "laws", "models"]

STATIONS, YARDS, PORTS = ("Papers", "Crane", "Gauge"), ("Apron", "Siding"), ("East", "West", "South")
GATES = ("Day", "Storm", "Breakdown", "Strike")
LANES, FLEETS = ("Ferry", "Feeder", "Block train"), ("Ships", "Barges")
KEYS = ("road", "desk", "yard track")

_hours = st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 6.0])
_later = st.integers(1, 3)
_shares = st.sampled_from([0.0, 0.3, 0.5, 1.0])


@st.composite
def laws(draw: Any, *, most_h: float = 6.0, least_h: float = 0.0) -> Law:
    """Return a law, oftener than not deterministic with whole hours."""
    kind = draw(st.sampled_from(["deterministic"] * 5 + ["exponential", "lognormal", "gamma", "empirical"]))
    mean_h = draw(st.integers(max(1, int(least_h)), int(most_h))) * 1.0
    if kind == "deterministic":
        return Law.of(kind, 0.0 if least_h == 0 and draw(st.integers(0, 4)) == 0 else mean_h)
    if kind == "empirical":
        return Law.empirical([0.5 * mean_h, mean_h, mean_h, 2 * mean_h])
    return Law.of(kind, mean_h, draw(st.sampled_from([0.3, 1.0, 1.6])))


# ── programs ────────────────────────────────────────────────────────────────────────────────────────
# A program is made of blocks that never jump out of the yard they are in. A label is first a number of blocks ahead
# (or back), and becomes an operation when all is laid out.


@st.composite
def _visits(draw: Any, parts: Model) -> Visit:
    patience = draw(st.none() | st.none() | laws())
    divert = draw(st.sampled_from([float("inf"), float("inf"), 0.0, 2.0]))
    return Visit(
        draw(st.sampled_from(parts.stations)).name, draw(laws()), key=draw(st.sampled_from(["", "", *KEYS])),
        share=draw(st.sampled_from([1.0, 1.0, 0.5])), electronic=draw(_shares), electronic_law=draw(laws(most_h=2.0)),
        patience=patience, divert_above_h=divert,
        otherwise=draw(_later) if patience or divert < float("inf") or draw(st.booleans()) else None,
    )  # fmt: skip


_branches = st.builds(Branch, st.sampled_from(KEYS), st.sampled_from([0.2, 0.4]), st.integers(-2, 3))
_Block = Operation | tuple[str, int | None, list[Any], str, list[Any]]


@st.composite
def _blocks(draw: Any, parts: Model, yards: tuple[str, ...], least: int, most: int) -> list[_Block]:
    kinds = ["visit"] * 4 + ["travel", "branch"] + ["ride"] * 2 * bool(parts.lanes) + ["yard"] * 5 * bool(yards)
    blocks: list[_Block] = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=least, max_size=most)):
        if kind == "visit":
            blocks.append(draw(_visits(parts)))
        elif kind == "travel":
            stops = draw(laws(most_h=3.0)), draw(laws(most_h=3.0))
            blocks.append(Travel(draw(st.sampled_from(KEYS)), draw(laws()), *(stops if draw(st.booleans()) else ())))
        elif kind == "branch":
            blocks.append(draw(_branches))
        elif kind == "ride":
            size = draw(st.sampled_from([None, None, 1.0, 2.7]))
            blocks.append(Ride(draw(st.sampled_from(parts.lanes)).name, size))
        else:
            first = draw(st.sampled_from(yards))
            others = tuple(yard for yard in yards if yard != first)
            then = draw(st.sampled_from(["", *others]))
            if parts.lanes and draw(st.integers(0, 2)) == 0:
                ride = Ride(draw(st.sampled_from(parts.lanes)).name, draw(st.sampled_from([None, 1.0])), leaves=first)
                blocks.append((first, None, [draw(st.builds(Travel, st.sampled_from(KEYS), laws())), ride], "", []))
                continue
            inner = draw(_blocks(parts, () if then else others, 1, 2))
            second = draw(_blocks(parts, (), 0, 2)) if then else []
            blocks.append((first, draw(st.none() | st.none() | _later), inner, then, second))
    return blocks


def _length(block: _Block) -> int:
    if not isinstance(block, tuple):
        return 1
    _, _, inner, then, second = block
    return 2 + 2 * bool(then) + sum(map(_length, [*inner, *second])) - _leaves_by_ride(inner)


def _leaves_by_ride(inner: list[_Block]) -> bool:
    return isinstance(inner[-1], Ride) and bool(inner[-1].leaves)


def _laid_out(blocks: list[_Block], start: int = 0) -> list[Operation]:
    """Return the operations of blocks, the first of them at ``start``."""
    starts = [start + sum(map(_length, blocks[:n])) for n in range(len(blocks) + 1)]
    done: list[Operation] = []
    for n, one in enumerate(blocks):
        ahead = [starts[min(max(n + by, 0), len(blocks))] for by in range(-2, 4)]
        match one:
            case Visit():
                where = None if one.otherwise is None else ahead[one.otherwise + 2]
                done.append(Visit(**{name: getattr(one, name) for name in Visit.__slots__} | {"otherwise": where}))
            case Branch():
                done.append(Branch(one.key, one.chance, ahead[one.to + 2]))
            case tuple():
                first, otherwise, inner, then, second = one
                done.append(Enter(first, None if otherwise is None else ahead[otherwise + 2]))
                done += _laid_out(inner, starts[n] + 1)
                done += [Enter(then), Leave(first)] if then else []
                done += _laid_out(second, start + len(done))
                done += [] if _leaves_by_ride(inner) else [Leave(then or first)]
            case _:
                done.append(one)
    return done


# ── parts ───────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def _gates(draw: Any, yards: tuple[Yard, ...]) -> tuple[Gate, ...]:
    spans = st.lists(st.integers(0, 56), min_size=2, max_size=6, unique=True).map(sorted)
    means = st.sampled_from([4.0, 12.0, 40.0])
    gates: list[Gate] = []
    for name in draw(st.lists(st.sampled_from(GATES), unique=True, max_size=3)):
        edges = draw(spans)
        if name == "Day":
            pairs = tuple((3.0 * a, 3.0 * b) for a, b in zip(edges[::2], edges[1::2], strict=False))
            pairs += ((pairs[-1][1], 168.0),) if pairs[-1][1] < 168 and draw(st.booleans()) else ()
            gates.append(Hours(name, pairs, draw(st.sampled_from([0.0, 0.0, 5.0, 30.5, 100.1]))))
        elif name == "Storm":
            pieces = [(0.0, 4 * draw(means), draw(means)), (50.0, draw(means), draw(means))]
            gates.append(Spells(name, tuple(pieces[: draw(_later)])))
        elif name == "Breakdown":
            gates.append(Failures(name, draw(laws(least_h=10.0, most_h=40.0)), draw(laws(least_h=1.0))))
        else:
            gates.append(
                Outages(name, tuple((1.0 * a, 1.0 * b) for a, b in zip(edges[::2], edges[1::2], strict=False)))
            )
    for yard in draw(st.lists(st.sampled_from(yards), max_size=2)) if yards else []:
        high = draw(st.integers(1, yard.places))
        gates.append(Embargo(f"Embargo {len(gates)}", yard.name, high, draw(st.integers(0, high - 1))))
    return tuple(gates)


@st.composite
def _lanes(draw: Any, gates: list[str], fleets: list[str]) -> tuple[Lane, ...]:
    lanes = []
    for number in range(draw(st.integers(len(fleets), 3))):
        fleet = fleets[number] if number < len(fleets) else draw(st.sampled_from(["", *fleets]))
        ends = draw(st.permutations(PORTS))
        rule = draw(st.sampled_from(["full_or_timeout", "full_or_timeout", "clock"]))
        lanes.append(Lane(
            LANES[number], draw(st.sampled_from([3.0, 4.0, 7.5])), draw(laws()), rule=rule,
            timeout_h=draw(st.sampled_from([4.0, 12.0, 12.0, float("inf")])),
            headway=draw(laws(least_h=4.0, most_h=20.0)), offset_h=draw(_hours), load_h=draw(_hours),
            unload_h=draw(_hours), gates=draw(_some(gates)), fleet=fleet,
            from_port=ends[0] if fleet else "", to_port=ends[1] if fleet else "",
        ))  # fmt: skip
    return tuple(lanes)


def _some(names: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=2).map(tuple) if names else st.just(())


@st.composite
def _sources(draw: Any, parts: Model, horizon_h: float) -> tuple[Source, ...]:
    yards = tuple(yard.name for yard in parts.yards)
    sources = []
    for name in ("Cotton", "Copper", "Boxes")[: draw(st.integers(1, 3))]:
        programs: list[Program] = [tuple(_laid_out(draw(_blocks(parts, yards, 1, 5)))) for _ in range(draw(_later))]
        shares = [0.3, 0.2][: len(programs) - 1]
        season = [(0.0, draw(st.sampled_from([1.0, 0.0, 0.7]))), (24.0, 0.0), (40.0, 1.5)]
        group = draw(st.sampled_from([1, 1, 2, 3]))
        least_h = max(2.0, group * horizon_h / 60)
        sources.append(Source(
            name, draw(laws(least_h=least_h, most_h=3 * least_h)),
            tuple(zip([1.0 - sum(shares), *shares], programs, strict=True)),
            season=draw(st.sampled_from([((0.0, 1.0),), tuple(season), (season[0], season[2])])),
            offset_h=draw(_hours), group=group, size=draw(st.sampled_from([1.0, 1.0, 2.0, 0.1, 2.7])),
            priority=draw(st.integers(0, 3)), most=draw(st.sampled_from([None, 30, 9])),
        ))  # fmt: skip
    return tuple(sources)


@st.composite
def models(draw: Any) -> tuple[Model, float]:
    """Return a model and a horizon; some models are not valid (a lane that cannot fill), to be left out."""
    horizon_h = draw(st.sampled_from([60.0, 168.0, 200.0, 400.0]))
    yards = tuple(Yard(name, draw(st.integers(1, 6))) for name in YARDS[: draw(st.sampled_from([0, 1, 2, 2]))])
    gates = draw(_gates(yards))
    names = [gate.name for gate in gates]
    stations = tuple(
        Station(
            name, draw(st.sampled_from([1, 1, 2, 3, None])), draw(_some(names)),
            draw(st.sampled_from(["finish", "interrupt", "restart"])),
        )
        for name in STATIONS[: draw(st.integers(1, 3))]
    )  # fmt: skip
    used = FLEETS[: draw(st.integers(0, 2))]
    lanes = draw(_lanes(names, list(used)))
    legs = tuple((a, b, draw(laws(least_h=1.0))) for a in PORTS for b in PORTS if a != b)
    policies = st.sampled_from(["longest", "rotation"])
    fleets = tuple(Fleet(name, draw(st.integers(1, 3)), draw(policies), legs) for name in used)
    ports = tuple(Port(name, draw(st.integers(1, 2))) for name in PORTS)
    parts = Model((), stations, gates, yards, lanes, fleets, ports)
    return Model(draw(_sources(parts, horizon_h)), stations, gates, yards, lanes, fleets, ports), horizon_h


# ── models without feedback ─────────────────────────────────────────────────────────────────────────


@st.composite
def _one_way(draw: Any, places: list[Any]) -> Program:
    """Return a program that passes some of the places, in their order."""
    ops: list[Operation] = []
    for place in [one for one in places if draw(st.integers(0, 3))]:
        if draw(st.booleans()):
            ops.append(Travel(draw(st.sampled_from(KEYS)), *draw(_lengths)))
        if draw(st.integers(0, 3)) == 0:
            ops.append(Branch(draw(st.sampled_from(KEYS)), 0.4, len(ops) + draw(_later)))
        if isinstance(place, Lane):
            ops.append(Ride(place.name, draw(st.sampled_from([None, None, 0.7]))))
        else:
            ops.append(Visit(
                place.name, draw(laws(least_h=1.0)), key=draw(st.sampled_from(["", *KEYS])),
                share=draw(st.sampled_from([1.0, 1.0, 0.5])), electronic=draw(_shares),
                electronic_law=draw(laws(least_h=1.0, most_h=2.0)),
            ))  # fmt: skip
    return tuple(replace(op, to=min(op.to, len(ops))) if isinstance(op, Branch) else op for op in ops)


_SEASONS = (((0.0, 1.0),), ((0.0, 0.0), (40.0, 1.5)), ((0.0, 0.7), (24.0, 0.0), (40.0, 1.5)))
_lengths = st.one_of(
    st.tuples(laws(least_h=1.0)), st.tuples(laws(least_h=1.0)), st.tuples(laws(), laws(least_h=1.0), laws())
)


@st.composite
def feed_forward_models(draw: Any) -> tuple[Model, float]:
    """Return a model in which nobody goes back, and a horizon; some models are not valid, to be left out."""
    horizon_h = draw(st.sampled_from([60.0, 168.0, 400.0, 700.5]))
    gates = draw(_gates(()))
    names = [gate.name for gate in gates]
    stations = tuple(
        Station(
            name, draw(st.sampled_from([1, 1, 1, 2, 3, 30, None])), draw(_some(names)),
            draw(st.sampled_from(["finish", "finish", "interrupt", "restart"])),
        )
        for name in STATIONS[: draw(st.integers(1, 3))]
    )  # fmt: skip
    lanes = tuple(
        replace(lane, crossing=draw(laws(least_h=1.0)), headway=draw(laws(least_h=4.0, most_h=20.0)))
        for lane in draw(_lanes(names, []))
    )
    places = draw(st.permutations([*stations, *lanes]))
    sources = []
    for name in ("Cotton", "Copper", "Boxes")[: draw(st.integers(1, 3))]:
        programs = [draw(_one_way(places)) for _ in range(draw(_later))]
        shares = [0.3, 0.2][: len(programs) - 1]
        sources.append(Source(
            name, draw(laws(least_h=1.0, most_h=8.0)), tuple(zip([1.0 - sum(shares), *shares], programs, strict=True)),
            season=draw(st.sampled_from(_SEASONS)), offset_h=draw(_hours), group=draw(st.sampled_from([1, 1, 2, 5])),
            size=draw(st.sampled_from([1.0, 0.1, 2.7])), most=draw(st.sampled_from([None, None, 30])),
        ))  # fmt: skip
    return Model(tuple(sources), stations, gates, lanes=lanes), horizon_h
