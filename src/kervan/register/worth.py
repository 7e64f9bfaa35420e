"""What keeping a commitment is worth: the twin with and without the intervention that it is.

The engine and the indicator are those that the commitment's indicator names; nothing here knows one of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kervan.errors import InputError, ScenarioError, SolveError, UnknownName
from kervan.ledger import Rows
from kervan.register.views import find
from kervan.schema import NEVER

if TYPE_CHECKING:
    from kervan.network import Network
    from kervan.result import Result
    from kervan.scenario import Scenario

__all__ = ["Worth", "worth"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Worth:
    """The difference that a commitment makes in the twin.

    Parameters
    ----------
    commitment_id, title
        The commitment.
    intervention_id, intervention
        The intervention of the twin, and its title.
    package, engine, measure, unit
        The package, the engine that ran on it, and the indicator that was read, with its unit.
    better
        Which way is better: ``higher``, ``lower`` or ``neither``.
    question
        The parameters of the engine.
    year
        The year for which both ran, which is the first in which the intervention is at work; None for the year that
        the package describes.
    without, kept
        The indicator without the intervention and with it; None where the question has no answer then.
    difference
        What keeping the commitment changes; None where one of the two has no answer.
    reasons
        Why there is no answer, by ``without`` and ``kept``.
    quality
        Quality of the intervention's figures.
    grounds
        Share of the answer with the intervention that rests on numbers of each quality, where the engine tells.
    digests
        Digest of the network that ran, by ``without`` and ``kept``.
    """

    commitment_id: str
    title: str
    intervention_id: str
    intervention: str
    package: str
    engine: str
    measure: str
    unit: str
    better: str
    question: Mapping[str, Any]
    year: int | None
    without: float | None
    kept: float | None
    difference: float | None
    reasons: Mapping[str, str]
    quality: str
    grounds: Mapping[str, float]
    digests: Mapping[str, str]


def worth(tables: Rows, commitment_id: str) -> Worth:
    """Run the twin with and without the intervention of a commitment.

    Parameters
    ----------
    tables
        The tables of a register.
    commitment_id
        Its key.

    Raises
    ------
    InputError
        When the commitment names no intervention, or no indicator that the twin answers.
    """
    from kervan.engines import engine
    from kervan.formats import load
    from kervan.indicators import INDICATORS
    from kervan.scenario import Scenario

    commitment, indicator = _asked(tables, commitment_id)
    if indicator["measure"] not in INDICATORS:
        raise UnknownName(
            f"indicator of the twin (named by {indicator['indicator_id']})", indicator["measure"], INDICATORS
        )
    net = load(indicator["package"])
    found = net["interventions"].query("intervention_id == @commitment['intervention_id']").to_dict("records")
    if not found:
        raise UnknownName(f"intervention in {indicator['package']}", commitment["intervention_id"],
                          net["interventions"]["intervention_id"])  # fmt: skip
    if found[0]["edits"] == "[]":
        raise InputError(f"the effect of {commitment['intervention_id']} ({found[0]['title']}) is not quantified")
    question = _question(indicator)
    try:
        params = engine(indicator["engine"]).params(**question)
    except TypeError as error:
        raise InputError(
            f"the question of {indicator['indicator_id']} does not fit {indicator['engine']}: {error}"
        ) from None
    name, year = commitment["intervention_id"], _year(net, found[0])
    kept = Scenario(f"with {name}", year=year, interventions=(name,))
    without = Scenario(f"without {name}", year=year, without=(name,)) if year else None
    answers = {"without": _answer(net, indicator, params, without), "kept": _answer(net, indicator, params, kept)}
    values = {name: answer.value for name, answer in answers.items()}
    both = None not in values.values()
    return Worth(
        commitment_id, commitment["title"], commitment["intervention_id"], found[0]["title"], indicator["package"],
        indicator["engine"], indicator["measure"], INDICATORS[indicator["measure"]].unit, indicator["better"], question,
        year, values["without"], values["kept"], (values["kept"] or 0.0) - (values["without"] or 0.0) if both else None,
        {name: answer.reason for name, answer in answers.items() if answer.reason}, found[0]["quality"],
        answers["kept"].grounds, {name: answer.digest for name, answer in answers.items()},
    )  # fmt: skip


def _asked(tables: Rows, commitment_id: str) -> tuple[Row, Row]:
    commitment = find(tables, f"commitments/{commitment_id}")[0].row
    if not commitment["intervention_id"]:
        raise InputError(f"{commitment_id} names no intervention of the twin, so that its worth cannot be told")
    if not commitment["indicator_id"]:
        raise InputError(f"{commitment_id} names no indicator, so that it is not said what it is to change")
    indicator = find(tables, f"indicators/{commitment['indicator_id']}")[0].row
    if not indicator["engine"]:
        raise InputError(f"the twin does not answer {indicator['indicator_id']} ({indicator['name']})")
    return commitment, indicator


def _year(net: Network, intervention: Mapping[str, Any]) -> int | None:
    """Return the first year in which an intervention is at work, where that is later than the package describes.

    In the year of the package a line that opens later would be closed with the intervention too.
    """
    opening = [edit["values"]["opens_year"] for edit in json.loads(intervention["edits"])
               if "opens_year" in edit.get("values", {})]  # fmt: skip
    opening += [row.get("opens_year", 0) for edit in json.loads(intervention["edits"]) for row in edit.get("rows", [])]
    years = [int(year) for year in opening if net.meta.base_year < int(year) < NEVER]
    return max(years, default=None)


def _question(indicator: Row) -> dict[str, Any]:
    asked = json.loads(indicator["question"])
    if len(asked) != 1:
        raise InputError(f"the question of {indicator['indicator_id']} is a list of one object, not of {len(asked)}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in asked[0].items()}


@dataclass(frozen=True, slots=True)
class _Answer:
    value: float | None
    reason: str
    grounds: Mapping[str, float]
    digest: str


def _answer(net: Network, indicator: Row, params: Any, scenario: Scenario | None) -> _Answer:
    """Return the indicator of one run; a question without an answer is told, and no error."""
    from kervan.engines import run
    from kervan.indicators import INDICATORS

    try:
        changed = net if scenario is None else scenario.apply(net)
    except ScenarioError as error:
        raise InputError(f"{scenario.name if scenario else ''}: {error}") from None
    try:
        result = run(changed, indicator["engine"], params)
    except SolveError as error:
        return _Answer(None, str(error), {}, changed.digest)
    measure = INDICATORS[indicator["measure"]]
    if not set(measure.needs) <= set(result):
        raise InputError(f"{indicator['engine']} does not answer {measure.name}: it has no {', '.join(measure.needs)}")
    value = measure.value(changed, result)
    if not isinstance(value, int | float):
        raise InputError(f"{measure.name} is broken down into parts; name an indicator that is one number")
    told = float(value) if math.isfinite(value) else None
    return _Answer(told, "" if told is not None else "it is not finite", _grounds(changed, result, measure.unit),
                   changed.digest)  # fmt: skip


def _grounds(net: Network, result: Result, unit: str) -> dict[str, float]:
    """Return the share of the answer that rests on numbers of each quality, where there is an indicator of it."""
    from kervan.indicators import INDICATORS

    name = {"h": "hours_quality_frac", "USD": "cost_quality_frac", "kg CO2e": "emission_quality_frac"}.get(unit, "")
    if name not in INDICATORS or not set(INDICATORS[name].needs) <= set(result):
        return {}
    shares = INDICATORS[name].value(net, result)
    return (
        {}
        if isinstance(shares, int | float)
        else dict(zip(shares["quality"], map(float, shares["value"]), strict=True))
    )
