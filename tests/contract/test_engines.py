"""What every engine owes: one answer to one question, the network left alone, the declared tables without NaN."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kervan as kv
from kervan.engines import Engine, engine
from kervan.network import Network
from kervan.result import Result

#: Parameters for `mini_corridor` and for its January; an engine without them here breaks the first test.
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "route": [
        {"origin": "A", "destination": "T", "commodity_id": "box"},
        {
            "origin": "T",
            "destination": "P",
            "commodity_id": "box",
            "quantity": 12.5,
            "depart": "2026-01",
            "epsilon": 0.1,
        },
    ],
    "simulate": [{"replications": 2, "lead_d": 20.0, "tail_d": 20.0, "threads": 1}],
}
#: Tables in which there may be nothing to say.
MAY_BE_EMPTY = {("simulate", table) for table in ("recovery", "notes", "fleets")}
NAMES = sorted(kv.ENGINES)
CASES = [pytest.param(name, item, id=f"{name}-{i}") for name in NAMES for i, item in enumerate(EXAMPLES.get(name, []))]


def asked(net: Network, name: str, params: dict[str, Any]) -> Result:
    return kv.run(net, name, engine(name).params(**params))


def test_every_engine_has_an_example() -> None:
    assert set(EXAMPLES) == set(kv.ENGINES)


@pytest.mark.parametrize("name", NAMES)
def test_the_record_is_whole(name: str) -> None:
    found = engine(name)
    assert isinstance(found, Engine)
    assert found.name == name
    assert name.isidentifier()
    assert name.islower()
    assert found.doc.endswith(".")
    assert inspect.getdoc(found.solve)
    assert list(inspect.signature(found.solve).parameters) == ["net", "params"]


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_frozen_documented_and_validate_themselves(name: str) -> None:
    params = engine(name).params
    assert dataclasses.is_dataclass(params)
    assert params.__dataclass_params__.frozen
    assert "__post_init__" in vars(params)
    documented = {
        word.strip() for line in (inspect.getdoc(params) or "").splitlines() if not line.startswith(" ")
        for word in line.split(",")
    }  # fmt: skip
    assert {field.name for field in dataclasses.fields(params)} <= documented
    assert params.__name__ == f"{name.capitalize()}Params"


@pytest.mark.parametrize("name", NAMES)
def test_every_output_has_a_meaning_and_measured_columns_a_unit(name: str) -> None:
    for table, spec in engine(name).outputs.items():
        assert spec.name == table
        assert spec.doc
        assert set(spec.key) <= set(spec.names)
        for column in spec.columns:
            assert column.doc.endswith(".")
            if column.kind == "float":
                assert column.unit, f"{table}.{column.name} has no unit"


@pytest.mark.parametrize(("name", "params"), CASES)
def test_the_tables_are_those_declared_and_hold_what_they_declare(
    name: str, params: dict[str, Any], mini_corridor: Network
) -> None:
    result = asked(mini_corridor, name, params)
    spec = engine(name).outputs
    assert list(result) == list(spec)
    for table, declared in spec.items():
        frame = result[table]
        assert list(frame.columns) == list(declared.names)
        assert len(frame) or (name, table) in MAY_BE_EMPTY
        assert not frame.isna().any(axis=None)
        assert not frame.duplicated(list(declared.key)).any()
        for column in declared.columns:
            values = frame[column.name]
            assert str(values.dtype) == column.dtype
            if column.kind in ("float", "int"):
                assert values.between(column.at_least, column.at_most).all()
            if column.choices:
                assert values.isin(column.choices).all()


@pytest.mark.parametrize(("name", "params"), CASES)
def test_the_same_question_has_the_same_answer(name: str, params: dict[str, Any], mini_corridor: Network) -> None:
    fresh = Network.of(meta=mini_corridor.meta, **{table: mini_corridor[table] for table in mini_corridor})
    one, again, other = (asked(net, name, params) for net in (mini_corridor, mini_corridor, fresh))
    for table in one:
        pd.testing.assert_frame_equal(one[table], again[table], check_exact=True)
        pd.testing.assert_frame_equal(one[table], other[table], check_exact=True)


@pytest.mark.parametrize(("name", "params"), CASES)
def test_the_network_and_its_arcs_are_left_alone(name: str, params: dict[str, Any], mini_corridor: Network) -> None:
    before = {table: mini_corridor[table].copy(deep=True) for table in mini_corridor}
    months = (0, 1)
    arcs = {month: mini_corridor.arcs("box", month).table.copy(deep=True) for month in months}
    result = asked(mini_corridor, name, params)
    for table in result:  # what a reader does to an answer stays with the reader
        frame = result[table]
        if len(frame):
            frame.iloc[:, 0] = frame.iloc[0, 0]
    for table, frame in before.items():
        pd.testing.assert_frame_equal(frame, mini_corridor[table], check_exact=True)
    for month in months:
        pd.testing.assert_frame_equal(arcs[month], mini_corridor.arcs("box", month).table, check_exact=True)


@pytest.mark.parametrize(("name", "params"), CASES)
def test_an_answer_can_be_saved_loaded_and_told_as_json(
    name: str, params: dict[str, Any], mini_corridor: Network, tmp_path: Path
) -> None:
    result = asked(mini_corridor, name, params)
    back = Result.load(result.save(tmp_path / name))
    assert back.provenance.engine == name
    for table in result:
        pd.testing.assert_frame_equal(result[table], back[table], check_exact=True)
        assert back.units(table) == result.units(table)
        for column in result.units(table):
            says_so = "infinite" in result.spec[table][column].doc
            assert says_so or np.isfinite(result[table][column]).all(), f"{table}.{column}"
    json.dumps(dataclasses.asdict(result.provenance), allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_of_another_engine_are_refused(name: str, mini_corridor: Network) -> None:
    with pytest.raises(kv.InputError, match="Params"):
        kv.run(mini_corridor, name, object())
    needed = [
        f.name
        for f in dataclasses.fields(engine(name).params)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if needed:
        with pytest.raises(kv.InputError, match=needed[0]):
            kv.run(mini_corridor, name)
