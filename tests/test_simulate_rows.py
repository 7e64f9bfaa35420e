"""Parts of a model are called by the rows of the tables that they stand for."""

from __future__ import annotations

import pytest

import kervan as kv
from kervan.engines.simulate.corridor import Corridor
from kervan.engines.simulate.load import chances_of
from kervan.engines.simulate.model import Branch, Law, Ride, Travel
from kervan.engines.simulate.params import SimulateParams
from kervan.engines.simulate.rows import by_row, ready, row_of
from kervan.errors import ParamsError, SolveError
from kervan.network import Network


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    """The starter with everything that can have a name: a limit, a batch, a door, a strike."""
    net = kv.load("starter")
    steps, places, links = net["steps"], net["facilities"], net["links"]
    gauge = steps["facility_id"] == "XB_PASS.gauge"
    crane = steps["facility_id"] == "XB_PORT.rail-sea"
    strike = {
        "disruption_id": "strike", "name": "Strike", "node_id": "", "facility_id": "", "link_id": "pass-port.rail",
        "start_d": 10.0, "length_d": 1.0, "note": "", "source_id": "invented", "quality": "estimated",
    }  # fmt: skip
    changed = net.replace(
        steps=steps.assign(batch_count=steps["batch_count"].where(~crane, 3),
                           server_count=steps["server_count"].where(~gauge, 9999)),
        facilities=places.assign(capacity_per_year=places["capacity_per_year"].where(
            places["facility_id"] != "XA_PASS.XA-XB.rail", 1e5)),
        links=links.assign(capacity_per_year=links["capacity_per_year"].where(links["link_id"] != "pass.rail", 1e5)),
        disruptions=type(steps)([strike]),
    )  # fmt: skip
    return ready(changed, SimulateParams())


ROWS = {
    ("station", "XA_PASS.XA-XB.rail 1"): "steps XA_PASS.XA-XB.rail 1 (Customs, leaving)",
    ("station", "XA_PASS.XA-XB.rail capacity"): "facilities XA_PASS.XA-XB.rail, capacity_per_year",
    ("station", "pass.rail line"): "links pass.rail, capacity_per_year",
    ("station", "pass-port.rail open"): "links pass-port.rail",
    ("station", "XB_PASS.gauge open"): "facilities XB_PASS.gauge",
    ("station", "embargo XB_PORT.sea"): "yards XB_PORT.sea",
    ("gate", "calendar port_office"): "calendars port_office",
    ("gate", "weather lake"): "closures lake",
    ("gate", "failure XB_PASS.gauge.breakdown"): "failures XB_PASS.gauge.breakdown",
    ("gate", "disruption strike"): "disruptions strike",
    ("lane", "lake.ferry > XC_PORT"): "services lake.ferry to XC_PORT",
    ("lane", "XB_PORT.rail-sea 1 > XC_PORT"): "steps XB_PORT.rail-sea 1 to XC_PORT",
    ("fleet", "ferries"): "fleets ferries",
    ("port", "XB_PORT ship"): "berths XB_PORT ship",
    ("yard", "XB_PORT.sea"): "yards XB_PORT.sea",
    ("source", "mine-town.2025"): "demand mine-town.2025",
}


@pytest.mark.parametrize(("part", "row"), ROWS.items())
def test_a_part_is_called_by_its_row(corridor: Corridor, part: tuple[str, str], row: str) -> None:
    kind, name = part
    assert name in {one.name for one in getattr(corridor.model, f"{kind}s")}
    assert row_of(corridor, kind, name) == row


def test_every_part_has_a_row(corridor: Corridor) -> None:
    tables = set(kv.TABLES)
    for kind in ("station", "gate", "lane", "fleet", "port", "yard", "source"):
        for part in getattr(corridor.model, f"{kind}s"):
            assert row_of(corridor, kind, part.name).split()[0] in tables, part.name


def test_messages_of_the_model_name_rows(corridor: Corridor) -> None:
    found = by_row(corridor, SolveError(
        "deadlock, found after 1.0 h: those who hold yard XB_PORT.sea, embargo embargo XB_PORT.sea, "
        "station XA_PASS.XA-XB.rail 1, station XA_PASS.XA-XB.rail 12, port XB_PORT ship, fleet ferries wait"
    ))  # fmt: skip
    assert isinstance(found, SolveError)
    assert str(found) == (
        "deadlock, found after 1.0 h: those who hold yards XB_PORT.sea, embargoes of yards XB_PORT.sea, "
        "steps XA_PASS.XA-XB.rail 1 (Customs, leaving), station XA_PASS.XA-XB.rail 12, berths XB_PORT ship, "
        "fleets ferries wait"
    )
    found = by_row(corridor, ParamsError("- source mine-town.2025: program 0, operation 9: too large for lane "
                                         "lake.ferry > XC_PORT of 1"))  # fmt: skip
    assert str(found) == "- demand mine-town.2025: too large for services lake.ferry to XC_PORT of 1"
    found = by_row(corridor, SolveError("after 9.0 h more than 10 events have been taken"))
    assert "; the busiest is " in str(found)
    assert "utilisation 0." in str(found)


def test_events_are_bounded_with_a_place() -> None:
    with pytest.raises(SolveError, match=r"more than 1,000 events .* the busiest is steps XB_PORT.rail-sea 1 \(Crane"):
        kv.run(kv.load("starter"), "simulate", SimulateParams(replications=1, threads=1, max_events=1000))


def test_a_train_that_fills_now_and_then_is_let_run() -> None:
    net = kv.load("starter")

    def batched(count: int) -> Network:
        return net.replace(steps=net["steps"].assign(batch_count=count, batch_timeout_h=float("inf")))

    assert ready(batched(1000), SimulateParams())
    with pytest.raises(ParamsError, match="never fill"):
        ready(batched(1000), SimulateParams(volume_factor=0.1))


def test_the_chance_of_an_operation_follows_its_branches() -> None:
    ride, rest = Ride("x"), Travel("t", Law())
    program = (Branch("a", 0.25, 3), ride, Branch("end", 1.0, 5), ride, rest)
    assert chances_of(program) == [1.0, 0.75, 0.75, 0.25, 0.25]
    assert chances_of((rest, Branch("back", 0.5, 0), ride)) == [1.0, 1.0, 1.0]
