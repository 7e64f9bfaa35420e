"""The error tree: what it promises to callers, shells and other processes."""

from __future__ import annotations

import inspect
import pickle

import pytest

from kervan import errors
from kervan.errors import (
    InputError,
    KervanError,
    LedgerError,
    Problem,
    SchemaError,
    SolveError,
    UnknownName,
    did_you_mean,
)

TREE = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KervanError)
]  # every class of the tree


def test_the_module_lists_every_public_name() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if getattr(value, "__module__", "") == "kervan.errors" and not name.startswith("_")
    }
    assert set(errors.__all__) == defined
    assert errors.__all__ == sorted(errors.__all__)


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_branch_has_its_exit_code_and_http_status(kind: type[KervanError]) -> None:
    branch = {InputError: (2, 422), SolveError: (3, 409), LedgerError: (4, 409)}
    expected = next((codes for root, codes in branch.items() if issubclass(kind, root)), (1, 500))
    assert (kind.exit_code, kind.http_status) == expected


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_the_tree_in_the_docstring_names_every_error(kind: type[KervanError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__doc__


def test_errors_are_also_the_builtins_a_caller_would_expect() -> None:
    assert issubclass(InputError, ValueError)
    assert issubclass(SolveError, RuntimeError)
    assert issubclass(UnknownName, KeyError)


def test_a_problem_names_its_place_and_what_would_be_right() -> None:
    problem = Problem("links", 7, "mode", "rial", "no such row in modes; did you mean 'rail'?", "links.csv")
    assert str(problem) == "links.csv, row 7, column mode: no such row in modes; did you mean 'rail'? ('rial')"
    assert str(Problem("links", 0, "", "", "is missing")) == "links: is missing"


def test_a_schema_error_keeps_all_problems_and_shows_the_first_twenty() -> None:
    problems = [Problem("links", row, "mode", "", "must not be blank") for row in range(2, 102)]
    error = SchemaError(problems, "corridor x")
    lines = str(error).splitlines()
    assert error.problems == tuple(problems)
    assert lines[0] == "100 problems in corridor x:"
    assert len(lines) == 22
    assert lines[-1] == "  … and 80 more"
    assert str(SchemaError(problems[:1])).startswith("1 problem in the tables:")


def test_an_unknown_name_offers_the_nearest_and_reads_as_a_sentence() -> None:
    error = UnknownName("engine", "asign", ["route", "assign"])
    assert str(error) == "no engine called 'asign'; did you mean 'assign'?"
    assert (error.kind, error.name, error.known) == ("engine", "asign", ("assign", "route"))


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("AKTOW", ["Aktau"], "; did you mean 'Aktau'?"),  # case does not matter
        ("zzz", ["a", "b"], "; there is 'a', 'b'"),
        ("zzz", [], ""),
        ("zzz", [f"name{i}" for i in range(13)], ""),
        ("", ["a"], "; there is 'a'"),
        ("rail" * 1_000_000, ["rail"], "; there is 'rail'"),  # and does not take minutes
    ],
)
def test_did_you_mean(name: str, known: list[str], hint: str) -> None:
    assert did_you_mean(name, known) == hint


@pytest.mark.parametrize(
    "error",
    [
        SchemaError([Problem("links", 2, "mode", "x", "no")], "corridor x"),
        UnknownName("node", "AKTOW", ["AKTAU"]),
        errors.NoPath("no path from A to B"),
        errors.ScenarioError("half, edit 2 (scale): no row"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_from_one_process_to_another(error: KervanError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert {**vars(copy)} == {**vars(error)}
