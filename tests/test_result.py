"""`Result`: what an engine found, with units, and the folder it is kept in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kervan.errors import FormatError, UnknownName
from kervan.result import Provenance, Result
from kervan.schema import Column, Table

SPEC = {
    "stages": Table(
        "stages",
        ("stage",),
        "a stage",
        (Column("stage", "int", "Place in the order."), Column("length_km", "float", "Length.", unit="km"),
         Column("mode", "text", "Mode.")),
    ),
    "nothing": Table("nothing", (), "no row", (Column("name", "text", "A name."),)),
}  # fmt: skip


def provenance(**changed: Any) -> Provenance:
    parts: dict[str, Any] = {
        "engine": "route", "params": {"origin": "A", "k": 3}, "package": "test", "package_version": "1",
        "package_digest": "ab", "scenario": "", "scenario_digest": "", "year": 2025, "seed": None,
        "kervan_version": "0", "wall_time_s": 0.5,
    }  # fmt: skip
    return Provenance(**parts | changed)


def result() -> Result:
    stages = pd.DataFrame({"stage": [1, 2], "length_km": [100.0, 2.5], "mode": ["rail", "море"]})
    return Result(provenance(), SPEC, {"stages": stages, "nothing": pd.DataFrame({"name": pd.Series([], dtype="str")})})


def test_tables_are_handed_out_as_copies() -> None:
    answer = result()
    stages = answer["stages"]
    stages["length_km"] = 0.0
    stages.loc[0, "mode"] = "x"
    assert answer["stages"]["length_km"].tolist() == [100.0, 2.5]
    assert answer["stages"]["mode"].tolist() == ["rail", "море"]
    assert list(answer) == ["stages", "nothing"]


def test_a_table_that_does_not_exist_is_named() -> None:
    for ask in (result().__getitem__, result().units):
        with pytest.raises(UnknownName, match="no table called 'stage'; did you mean 'stages'"):
            ask("stage")


def test_units_come_from_the_declaration() -> None:
    assert result().units("stages") == {"length_km": "km"}


def test_results_are_compared_by_identity_and_never_raise() -> None:
    one, two = result(), result()
    assert one != two
    assert one == one  # noqa: PLR0124
    assert len({one, two}) == 2


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    answer = result()
    folder = answer.save(tmp_path / "deep" / "answer")
    again = Result.load(folder)
    assert again.provenance == answer.provenance
    assert list(again) == list(answer)
    for name in answer:
        pd.testing.assert_frame_equal(again[name], answer[name])
        assert again.units(name) == answer.units(name)
    assert sorted(path.name for path in folder.iterdir()) == ["nothing.parquet", "result.json", "stages.parquet"]
    assert [path.name for path in folder.parent.iterdir()] == ["answer"]  # no scratch left


def test_units_and_meanings_travel_with_the_parquet_file(tmp_path: Path) -> None:
    result().save(tmp_path / "answer")
    field = pq.read_schema(tmp_path / "answer" / "stages.parquet").field("length_km")
    assert field.metadata == {b"unit": b"km", b"doc": b"Length."}


def test_a_result_may_be_saved_again_but_never_over_anything_else(tmp_path: Path) -> None:
    answer = result()
    answer.save(tmp_path / "answer")
    answer.save(tmp_path / "answer")
    (tmp_path / "answer" / "thesis.txt").write_text("years of work")
    with pytest.raises(FormatError, match="is not a saved result; choose another name"):
        answer.save(tmp_path / "answer")
    assert (tmp_path / "answer" / "thesis.txt").read_text() == "years of work"
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for name in ("file", "folder"):
        with pytest.raises(FormatError, match="choose another name"):
            answer.save(tmp_path / name)


def test_a_save_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = Result(provenance(), SPEC, {"stages": pd.DataFrame({"undeclared": [1]})})
    with pytest.raises(KeyError):
        broken.save(tmp_path / "answer")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_save_leaves_the_earlier_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = result().save(tmp_path / "answer")
    rename, calls = Path.rename, []

    def interrupted(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        result().save(folder)
    assert Result.load(folder).provenance == provenance()
    assert [path.name for path in tmp_path.iterdir()] == ["answer"]


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "file/x"])
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FormatError):
        result().save(tmp_path / name)
    with pytest.raises(FormatError):
        Result.load(tmp_path / name)


@pytest.mark.parametrize("place", [None, 5, b"x", ["x"]])
def test_what_is_no_path_is_told(place: Any) -> None:
    for ask in (result().save, Result.load):
        with pytest.raises(FormatError, match="give the path as a text or a Path"):
            ask(place)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda folder: (folder / "result.json").unlink(), "is not a saved result"),
        (lambda folder: (folder / "result.json").write_text("{"), "is not a saved result"),
        (lambda folder: (folder / "result.json").write_text("[]"), "is not a saved result"),
        (lambda folder: (folder / "result.json").write_text("[" * 100_000), "is not a saved result"),
        (lambda folder: (folder / "result.json").write_bytes(b"\xff\xfe"), "is not a saved result"),
        (lambda folder: edit_json(folder, schema="kervan.result/99"), "says schema 'kervan.result/99'"),
        (lambda folder: edit_json(folder, provenance={"engine": "route"}), "is not a saved result"),
        (lambda folder: edit_json(folder, tables={"../../etc": []}), "is not a table name"),
        (lambda folder: edit_json(folder, tables={"absent": []}), "is not a saved result"),
        (lambda folder: edit_json(folder, tables={"stages": []}), "are not those result.json declares"),
        (lambda folder: edit_json(folder, tables={}), "declares no table"),
        (lambda folder: edit_json(folder, provenance={**kept(folder), "wall_time_s": [1]}), "wall_time_s"),
        (lambda folder: edit_json(folder, provenance={**kept(folder), "wall_time_s": float("nan")}), "wall_time_s"),
        (lambda folder: edit_json(folder, provenance={**kept(folder), "year": "2025"}), "year of the provenance"),
        (lambda folder: edit_json(folder, provenance={**kept(folder), "params": [1]}), "params of the provenance"),
        (lambda folder: edit_json(folder, provenance={**kept(folder), "engine": None}), "engine of the provenance"),
        (lambda folder: text_in(folder, "length_km"), "length_km does not hold numbers"),
        (lambda folder: (folder / "result.json").unlink() or os.mkfifo(folder / "result.json"), "is not a plain file"),
        (lambda folder: (folder / "stages.parquet").write_bytes(b"PAR1junk"), "is not a saved result"),
    ],
)
def test_a_folder_that_is_not_a_result_is_refused(tmp_path: Path, change: Any, why: str) -> None:
    folder = result().save(tmp_path / "answer")
    change(folder)
    with pytest.raises(FormatError, match=why):
        Result.load(folder)


def kept(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_text())["provenance"]
    return found


def text_in(folder: Path, column: str) -> None:
    frame = pq.read_table(folder / "stages.parquet").to_pandas()
    frame[column] = "soon"
    frame.to_parquet(folder / "stages.parquet")


def edit_json(folder: Path, **parts: Any) -> None:
    path = folder / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | parts))


def test_it_shows_itself() -> None:
    assert repr(result()) == "<Result of route on test 2025: stages 2, nothing 0>"
