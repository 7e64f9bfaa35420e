"""The command `route`: one consignment, its itineraries and the stages of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kervan._cli_output import Field, number, print_csv, print_json, print_table, records, say
from kervan.errors import InputError, ParamsError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from kervan.engines.route import RouteParams
    from kervan.network import Network
    from kervan.result import Result
    from kervan.scenario import Scenario

__all__ = ["Question", "answer", "print_route"]

_HOURS: Final = (
    Field("hours_moving", "moving h", number(1), drop=1),
    Field("hours_waiting", "waiting h", number(1), drop=1),
    Field("hours_procedure", "procedure h", number(1), drop=1),
)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked on the command line; places may be names.

    Parameters
    ----------
    origin, destination
        Places, by id or by a name that is unique.
    commodity_id
        What is sent; empty: the only commodity of the package.
    quantity
        How much, in units of the commodity.
    depart
        Date or month of departure.
    year
        Year to stand for.
    via, avoid
        Places to pass in order, and not to touch.
    alternatives
        How many itineraries at most.
    wishes
        Further parameters of the route engine by their names there: modes, bounds, prices.
    """

    origin: str
    destination: str
    commodity_id: str
    quantity: float = 1.0
    depart: str | None = None
    year: int | None = None
    via: Sequence[str] = ()
    avoid: Sequence[str] = ()
    alternatives: int = 5
    wishes: Mapping[str, Any] = field(default_factory=dict)


def answer(net: Network, question: Question, scenario: Scenario | None) -> Result:
    """Run the route engine.

    Raises
    ------
    UnknownName
        When a place or commodity is not known; the nearest is offered.
    ParamsError
        When a number is out of its range, or several things are wrong; all of them are said.
    NoPath
        When nothing goes there; the message says why.
    """
    from kervan._cli_scenario import at_year
    from kervan.engines import run

    return run(net, "route", _params(net, question), at_year(scenario, question.year))


def _params(net: Network, question: Question) -> RouteParams:
    """Return what was asked as the engine takes it; everything that is wrong with it is said at once."""
    from kervan.engines.route import RouteParams

    wrong: list[InputError] = []

    def tried(find: Callable[[], str], instead: str) -> str:
        try:
            return find()
        except InputError as error:
            wrong.append(error)
            return instead

    def place(name: str, instead: str) -> str:
        return tried(lambda: net.find_node(name), instead)

    origin, destination = place(question.origin, "?"), place(question.destination, "??")
    via = tuple(place(name, f"via {number}") for number, name in enumerate(question.via))
    avoid = tuple(place(name, f"avoid {number}") for number, name in enumerate(question.avoid))
    commodity_id = tried(lambda: _commodity(net, question.commodity_id), "?")
    try:
        params = RouteParams(
            origin=origin, destination=destination, commodity_id=commodity_id, quantity=question.quantity,
            depart=question.depart, via=via, avoid=avoid, alternatives=question.alternatives, **question.wishes,
        )  # fmt: skip
    except ParamsError as error:
        wrong.append(error)
    if len(wrong) > 1:
        raise ParamsError("\n".join(map(str, wrong)))
    if wrong:
        raise wrong[0]
    return params


def _commodity(net: Network, commodity_id: str) -> str:
    known = net["commodities"]["commodity_id"].tolist()
    if commodity_id and commodity_id not in known:
        raise UnknownName("commodity", commodity_id, known)
    return commodity_id or _only_commodity(net)


def _only_commodity(net: Network) -> str:
    known = net["commodities"]["commodity_id"].tolist()
    if len(known) == 1:
        return str(known[0])
    raise ParamsError(f"say what is sent with --commodity: {', '.join(known)}")


def print_route(net: Network, result: Result, form: str, itinerary: int) -> None:
    """Print the itineraries and the stages of one of them.

    Parameters
    ----------
    net
        The network, for names.
    result
        What the engine answered.
    form
        ``"json"``, ``"csv"`` (the stages of every itinerary) or ``"text"``.
    itinerary
        Number of the itinerary whose stages are shown.

    Raises
    ------
    ParamsError
        When there is no such itinerary.
    """
    from kervan.engines.route import route_json

    if form == "json":
        print_json(route_json(result))
        return
    if form == "csv":
        print_csv(result["stages"])
        return
    found = result["itineraries"]
    if itinerary not in found["itinerary"].tolist():
        raise ParamsError(f"there are itineraries 1 to {len(found)}, not {itinerary}")
    params = result.provenance.params
    names = dict(zip(net["nodes"]["node_id"], net["nodes"]["name"], strict=True))
    unit = net["commodities"].set_index("commodity_id")["unit"].loc[params["commodity_id"]]
    sent = f"{params['quantity']:g} {unit} of {params['commodity_id']}"
    where = f"{names[params['origin']]} to {names[params['destination']]}"
    scenario = f", {result.provenance.scenario}" if result.provenance.scenario else ""
    _print_itineraries(records(found), f"{where}: {sent}, {result.provenance.year}{scenario}")
    stages = result["stages"]
    _print_stages(records(stages[stages["itinerary"] == itinerary]), names, itinerary)
    say(f"Means and, for the time, the hours that half and nine of ten keep. CO2 equivalent, {_scopes(found)}.")


_SCOPES: Final = {
    "ttw": "tank to wheel (the making and delivery of the fuel is not counted)", "wtw": "well to wheel",
    "mixed": "part tank to wheel, part well to wheel", "none": "of which none is counted",
}  # fmt: skip


def _scopes(itineraries: pd.DataFrame) -> str:
    """Return in words what the emissions of these itineraries count."""
    found = [scope for scope in dict.fromkeys(itineraries["emission_scope"]) if scope != "none"]
    return _SCOPES["mixed" if len(found) > 1 else found[0] if found else "none"]


def _print_itineraries(rows: list[dict[str, Any]], title: str) -> None:
    fields = [
        Field("itinerary", "no", number()), Field("label", "by", most=44), Field("hours_mean", "mean h", number(1)),
        Field("hours_p50", "half h", number(1), drop=6), Field("hours_p90", "9 of 10 h", number(1)), *_HOURS,
        Field("cost_usd", "USD", number()), Field("emission_kg", "kg CO2e", number()),
        Field("length_km", "km", number(), drop=7), Field("quality", "rests on", drop=8),
    ]  # fmt: skip
    print_table(rows, fields, title)


def _print_stages(rows: list[dict[str, Any]], names: dict[str, str], itinerary: int) -> None:
    for row in rows:
        start, end = (names.get(row[f"{side}_node_id"], row[f"{side}_node_id"]) for side in ("from", "to"))
        row["where"] = start if start == end else f"{start} → {end}"
    fields = [
        Field("where", "stage", most=44), Field("kind", "kind", drop=5), Field("mode", "mode", drop=7),
        Field("country_code", "in", drop=8), Field("length_km", "km", number(), drop=6), *_HOURS,
        Field("cost_usd", "USD", number()), Field("emission_kg", "kg CO2e", number(), drop=4),
        Field("quality", "rests on", drop=9),
    ]  # fmt: skip
    print_table(rows, fields, f"Stages of itinerary {itinerary}")
