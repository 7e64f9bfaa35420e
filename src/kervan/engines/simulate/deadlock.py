"""Deadlock: who can never go on, whatever the others do; see "Deadlock" in ``docs/explanation/simulation.md``.

Everything is suspected at first. Who waits for a suspect is suspected too, and a thing with a holder who is not is
acquitted, until there is none such: what is left is stuck. The suspicions stand in a block of their own, three tables
with the addresses of the run: whether a thing is suspected, how many of its holders are, and whether an embargo keeps
it shut.
"""

from __future__ import annotations

from kervan.engines.simulate import layout as at
from kervan.engines.simulate.model import MOST_PRIORITIES
from kervan.engines.simulate.parts import njit
from kervan.engines.simulate.world import integers

__all__ = ["find_stuck"]


@njit(error_model="numpy")
def find_stuck(words, table):  # type: ignore[no-untyped-def]
    """Write into a table of 3 * `layout.UNITS` zeros which yards, gates, stations, fleets and ports are stuck."""
    m, s = integers(words), integers(table)
    for first, size, count in _kinds(m):
        for place in range(count):
            s[first + size * place] = 1
    changed = True
    while changed:
        _count_holders(m, s, m[at.UNITS])
        changed = _acquit(m, s, m[at.UNITS])


@njit(error_model="numpy")
def _kinds(m):  # type: ignore[no-untyped-def]
    return (
        (m[at.STATIONS], at.ST_SIZE, m[at.STATION_COUNT]),
        (m[at.GATES], at.GA_SIZE, m[at.GATE_COUNT]),
        (m[at.YARDS], at.YA_SIZE, m[at.YARD_COUNT]),
        (m[at.LANES], at.LA_SIZE, m[at.LANE_COUNT]),
        (m[at.FLEETS], at.FL_SIZE, m[at.FLEET_COUNT]),
        (m[at.PORTS], at.PO_SIZE, m[at.PORT_COUNT]),
    )


@njit(error_model="numpy")
def _count_holders(m, s, holders):  # type: ignore[no-untyped-def]
    """Count of each thing how many of its holders wait for a suspect."""
    for first, size, count in _kinds(m):
        for place in range(count):
            s[holders + first + size * place] = 0
            s[2 * holders + first + size * place] = 0
    for place in range(m[at.GATE_COUNT]):
        _keep_shut(m, s, 2 * holders, m[at.GATES] + at.GA_SIZE * place)
    for place in range(m[at.YARD_COUNT]):
        yard = m[at.YARDS] + at.YA_SIZE * place
        if s[yard]:
            _suspect_all(m, s, holders, m[yard + at.YA_FIRST])
    for place in range(m[at.STATION_COUNT]):
        _count_at_station(m, s, holders, m[at.STATIONS] + at.ST_SIZE * place)
    for place in range(m[at.LANE_COUNT]):
        _count_at_lane(m, s, holders, m[at.LANES] + at.LA_SIZE * place)
    _count_vehicles(m, s, holders)


@njit(error_model="numpy")
def _count_vehicles(m, s, holders):  # type: ignore[no-untyped-def]
    for place in range(m[at.PORT_COUNT]):
        port = m[at.PORTS] + at.PO_SIZE * place
        if s[port]:
            _suspect_voyages(m, s, holders, m[port + at.PO_FIRST])
    for place in range(m[at.VEHICLE_COUNT]):
        vehicle = m[m[at.VEHICLES] + place]
        fleet = m[vehicle + at.VE_FLEET]
        # So that the sum is 0 if all are suspected: those of voyages have been counted.
        stands_by = m[fleet + at.FL_POLICY] and m[vehicle + at.VE_STATE] == at.IDLE
        s[holders + fleet] -= 0 if stands_by and s[2 * holders + m[vehicle + at.VE_LANE]] else 1


@njit(error_model="numpy")
def _keep_shut(m, s, kept, gate):  # type: ignore[no-untyped-def]
    """Write what an embargo under suspicion keeps shut."""
    if s[gate] and m[gate + at.GA_KIND] == at.EMBARGO and m[gate + at.GA_SHUT]:
        for number in range(m[gate + at.GA_STATION_COUNT]):
            s[kept + m[m[gate + at.GA_STATIONS] + number]] = 1
        for number in range(m[gate + at.GA_LANE_COUNT]):
            s[kept + m[m[gate + at.GA_LANES] + number]] = 1


@njit(error_model="numpy")
def _count_at_station(m, s, holders, station):  # type: ignore[no-untyped-def]
    kept = s[2 * holders + station]
    if kept or s[station]:
        for priority in range(MOST_PRIORITIES):
            unit = m[station + at.ST_FIRST + priority]
            while unit >= 0:
                if m[unit + at.UN_PATIENCE] < 0:
                    _suspect(m, s, holders, unit)
                unit = m[unit + at.UN_NEXT]
    if kept:  # a station that finishes at closing keeps no list of its services
        unit = m[station + at.ST_HELD_FIRST]
        while unit >= 0:
            _suspect(m, s, holders, unit)
            s[holders + station] += 1
            unit = m[unit + at.UN_NEXT]


@njit(error_model="numpy")
def _count_at_lane(m, s, holders, lane):  # type: ignore[no-untyped-def]
    kept, fleet = s[2 * holders + lane], m[lane + at.LA_FLEET]
    if kept or (fleet >= 0 and s[fleet]):
        _suspect_all(m, s, holders, m[lane + at.LA_FIRST])
    if kept:
        voyage = m[lane + at.LA_HELD_FIRST]
        while voyage >= 0:
            s[holders + m[lane + at.LA_FROM]] += 1
            voyage = m[voyage + at.VO_NEXT]
        _suspect_voyages(m, s, holders, m[lane + at.LA_HELD_FIRST])


@njit(error_model="numpy")
def _suspect_voyages(m, s, holders, voyage):  # type: ignore[no-untyped-def]
    """Suspect the vehicles of a queue, and who is aboard."""
    while voyage >= 0:
        s[holders + m[m[voyage + at.VO_VEHICLE] + at.VE_FLEET]] += 1
        unit = m[voyage + at.VO_FIRST]
        while unit >= 0:
            _suspect(m, s, holders, unit)
            left = m[m[unit + at.UN_OP] + at.OP_LEAVES]
            if left >= 0:  # given back as the loading ended
                s[holders + left] -= 1
            unit = m[unit + at.UN_NEXT]
        voyage = m[voyage + at.VO_NEXT]


@njit(error_model="numpy")
def _suspect_all(m, s, holders, unit):  # type: ignore[no-untyped-def]
    """Suspect the consignments of a queue."""
    while unit >= 0:
        _suspect(m, s, holders, unit)
        unit = m[unit + at.UN_NEXT]


@njit(error_model="numpy")
def _suspect(m, s, holders, unit):  # type: ignore[no-untyped-def]
    """Count a consignment where it holds a place or, blocked, a server."""
    yards = m[m[unit + at.UN_OP] + at.OP_YARDS]
    for place in range(m[yards]):
        s[holders + m[yards + 1 + place]] += 1
    if m[unit + at.UN_HOLDS] >= 0:
        s[holders + m[unit + at.UN_HOLDS]] += 1


@njit(error_model="numpy")
def _acquit(m, s, holders):  # type: ignore[no-untyped-def]
    """Acquit what has a holder that is not suspected; return whether there was any."""
    changed = False
    for place in range(m[at.YARD_COUNT]):
        yard = m[at.YARDS] + at.YA_SIZE * place
        changed |= _keep(s, yard, s[holders + yard] >= m[yard + at.YA_PLACES])
        gate = m[yard + at.YA_EMBARGO]
        while gate >= 0:
            changed |= _keep(s, gate, m[gate + at.GA_SHUT] and s[holders + yard] > m[gate + at.GA_LOW])
            gate = m[gate + at.GA_NEXT]
    for place in range(m[at.STATION_COUNT]):
        station = m[at.STATIONS] + at.ST_SIZE * place
        changed |= _keep(s, station, s[holders + station] >= m[station + at.ST_SERVERS])
    for place in range(m[at.PORT_COUNT]):
        port = m[at.PORTS] + at.PO_SIZE * place
        changed |= _keep(s, port, s[holders + port] >= m[port + at.PO_BERTHS])
    for place in range(m[at.FLEET_COUNT]):
        fleet = m[at.FLEETS] + at.FL_SIZE * place
        changed |= _keep(s, fleet, s[holders + fleet] >= 0)
    return changed


@njit(error_model="numpy")
def _keep(s, thing, is_kept):  # type: ignore[no-untyped-def]
    if is_kept or s[thing] == 0:
        return False
    s[thing] = 0
    return True
