"""Where it chokes: simulated years on the page are those of these very tables, and every number is the result's."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import kervan as kv
from kervan.drawing.numbers import plain, span
from kervan.engines.simulate.kept import KEPT, kept, worst_queues
from kervan.engines.simulate.outputs import OUTPUTS
from kervan.errors import FormatError
from kervan.formats import load, report_settings, save, scenarios, shipped, simulated
from kervan.network import Network
from kervan.report import report_html, simulations
from kervan.result import Result
from test_report import HOSTILE, Page

PARAMS = kv.SimulateParams(replications=3, seed=7, lead_d=10.0, tail_d=20.0, threads=1)
ABOUT: Mapping[str, Any] = {"settings": report_settings("starter"), "scenarios": scenarios("starter")}
page_of = partial(report_html, load("starter"), **ABOUT)


@pytest.fixture(scope="module")
def years() -> dict[str, Result]:
    return simulations(load("starter"), PARAMS, **ABOUT)


@pytest.fixture(scope="module")
def page(years: dict[str, Result]) -> Page:
    return Page(page_of(simulated=years))


def with_table(result: Result, name: str, /, **columns: Any) -> Result:
    """Return a result in which some columns of a table are others."""
    tables = {one: result[one] for one in result}
    return Result(result.provenance, result.spec, tables | {name: tables[name].assign(**columns)})


def noted(result: Result, kind: str, place: str, message: str) -> Result:
    notes = pd.DataFrame({"number": [1], "kind": [kind], "place": [place], "message": [message]})
    tables = {one: result[one] for one in result}
    return Result(result.provenance, result.spec, tables | {"notes": notes})


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────


def test_the_headline_names_the_queue_in_which_most_wait(years: dict[str, Result], page: Page) -> None:
    facilities = years["today"]["facilities"]
    worst = facilities.loc[facilities["mean_queue_count"].idxmax()]
    names = load("starter")["facilities"].set_index("facility_id")["name"]
    expected = f"Where it chokes: {names[worst['facility_id']]}, a wait of {span(worst['mean_wait_h'])} on average"
    assert expected.replace("\u00a0", " ") in page.words.replace("\u00a0", " ")
    assert not page.wrong


def test_the_numbers_of_the_tables_are_those_of_the_results(years: dict[str, Result], page: Page) -> None:
    for row in worst_queues(years["today"]["facilities"]).to_dict("records"):
        assert plain(row["p95_wait_h"]) in page.words
        assert f"{row['utilisation_frac']:.0%}" in page.words
    for result in years.values():
        row = result["od"].iloc[0]
        assert f"{row['mean_h'] / 24:.2f}" in page.words.replace("\u00a0", " ")
        assert f"{row['p90_h'] / 24:.1f} ({row['p90_low_h'] / 24:.1f}–{row['p90_high_h'] / 24:.1f})" in page.words
        for level in (50, 90, 95):
            assert f" {plain(row[f'p{level}_h'])} " in page.words
        assert f"{result['run']['events'].iloc[0]:,} events" in page.words


def test_every_drawing_of_the_year_has_a_name_and_a_table(page: Page) -> None:
    named = [attrs.get("aria-labelledby") or "" for tag, attrs in page.elements if tag == "svg"]
    for key in ("queues", "times"):
        assert [f"{key}-{size}-t {key}-{size}-d" for size in "wmn"] == [one for one in named if one.startswith(key)]
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") >= tags.count("figure")
    captions = ("Consignments that wait, week by week", "From door to door under each scenario, simulated",
                "Fleets: voyages and cycle", "Longest waits for a ship")  # fmt: skip
    for words in captions:
        assert words in page.words


def test_the_weeks_of_the_table_are_those_of_the_year(years: dict[str, Result], page: Page) -> None:
    weeks = years["today"]["weeks"]
    days = pd.to_datetime(weeks["begins"].unique())
    shown = [day for day in days if f"{day.day} {day:%B %Y}" in page.words]
    assert {day.year for day in shown} == {2025}
    assert 51 <= len(shown) <= 53


def test_what_is_kept_shows_the_same_page(years: dict[str, Result], page: Page) -> None:
    small = {name: kept(result) for name, result in years.items()}
    assert page_of(simulated=small) == page_of(simulated=years)
    assert all(set(one) == set(KEPT) for one in small.values())
    assert len(small["today"]["weeks"]) < len(years["today"]["weeks"])


def test_a_queue_that_grows_without_end_is_told_in_words(years: dict[str, Result]) -> None:
    station = years["today"]["facilities"]["station"].iloc[0]
    told = {**years, "today": noted(years["today"], "unstable", station, "utilisation 1.3 is asked of it")}
    words = Page(page_of(simulated=told)).words
    assert "Under “Today” not all can be served." in words
    assert "utilisation 1.3 is asked of it" in words


def test_no_time_is_given_where_many_never_arrive(years: dict[str, Result]) -> None:
    # One demand row: the mean of the whole, which the lede tells, must not be that of the row.
    late = with_table(with_table(years["today"], "od", unfinished_frac=0.78), "run", mean_h=9_999.0)
    words = Page(page_of(simulated={"today": noted(late, "unfinished", "mine-town.2025", "78% …")})).words
    assert "78% not arrived" in words
    assert f"{late['od']['mean_h'].iloc[0] / 24:.2f} ±" not in words.replace("\u00a0", " ")


def test_one_replication_has_no_interval(years: dict[str, Result]) -> None:
    words = {"half_width_h": math.inf, "p50_low_h": math.inf, "p50_high_h": math.inf, "p90_low_h": math.inf,
             "p90_high_h": math.inf, "p95_low_h": math.inf, "p95_high_h": math.inf}  # fmt: skip
    page = Page(page_of(simulated={"today": with_table(years["today"], "od", **words)}))
    assert not page.wrong
    assert "inf" not in " ".join(page.texts).split()
    assert "nan" not in page.words


def test_names_in_a_year_are_text_and_never_markup(years: dict[str, Result]) -> None:
    hostile = with_table(years["today"], "facilities", name=HOSTILE)
    hostile = with_table(hostile, "services", lane=HOSTILE + hostile["services"]["lane"])
    hostile = with_table(hostile, "fleets", fleet_id=HOSTILE)
    text = page_of(simulated={"today": noted(hostile, "unstable", HOSTILE, HOSTILE)})
    assert "<script" not in text
    assert HOSTILE in "".join(Page(text).texts)


# ── what is not shown ───────────────────────────────────────────────────────────────────────────────


def test_a_year_of_other_tables_is_not_shown_and_told(years: dict[str, Result]) -> None:
    net = load("starter")
    other = net.replace(steps=net["steps"].assign(service_h=net["steps"]["service_h"] * 1.5))
    words = Page(report_html(other, **ABOUT, simulated=years)).words
    assert "Where it chokes is not simulated yet" in words
    assert "“Today”; " in words
    assert "simulated with other data than these, so not shown" in words


def test_a_scenario_without_its_year_is_told_beside_those_that_have_one(years: dict[str, Result]) -> None:
    words = Page(page_of(simulated={"today": years["today"]})).words
    assert "not simulated." in words
    assert "Where it chokes: " in words


def test_without_a_year_the_page_says_how_to_make_one() -> None:
    words = Page(page_of()).words
    assert "kervan report --simulate --package starter" in words
    assert "kervan simulate --package starter --scenario today --save" in words


def test_without_demand_there_is_nothing_to_simulate(one_link: Network) -> None:
    assert "The package has no demand" in Page(report_html(one_link)).words


# ── kept beside a package ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def package(years: dict[str, Result], tmp_path: Path) -> Path:
    folder = save(load("starter"), tmp_path / "corridor")
    for name, result in years.items():
        kept(result).save(folder / "simulated" / name)
    return folder


def test_what_is_saved_beside_a_package_is_read_back(package: Path, years: dict[str, Result]) -> None:
    back = simulated(package)
    assert set(back) == set(years)
    for name, result in back.items():
        for table in KEPT:
            pd.testing.assert_frame_equal(result[table], kept(years[name])[table])
    assert page_of(simulated=back) == page_of(simulated=years)


def test_simulated_and_saved_again_it_gives_the_same_bytes(years: dict[str, Result], tmp_path: Path) -> None:
    again = simulations(load("starter"), PARAMS, {**ABOUT["settings"], "scenarios": ["today"]}, ABOUT["scenarios"])
    one, two = (kept(part["today"]).save(tmp_path / name) for name, part in (("one", years), ("two", again)))
    for file in one.iterdir():
        assert file.read_bytes() == (two / file.name).read_bytes()


def test_a_package_without_years_has_none(tmp_path: Path) -> None:
    assert simulated("starter") == {}
    book = tmp_path / "corridor.xlsx"
    save(load("starter"), book)
    assert simulated(book) == {}


def test_years_do_not_travel_to_other_formats(package: Path, tmp_path: Path) -> None:
    save(load(package), tmp_path / "again")
    assert not (tmp_path / "again" / "simulated").exists()


def _spoiled(package: Path, table: str, /, **columns: Any) -> None:
    folder = package / "simulated" / "today"
    with_table(Result.load(folder), table, **columns).save(folder)


@pytest.mark.parametrize(("table", "columns"), [
    ("weeks", {"begins": "tomorrow"}),
    ("weeks", {"mean_queue_count": math.inf}),
    ("od", {"mean_h": math.nan}),
    ("od", {"mean_h": -1.0}),
    ("facilities", {"name": 1.0}),
    ("facilities", {"servers": "two"}),
    ("fleets", {"more": 1.0}),
])  # fmt: skip
def test_a_year_that_holds_what_cannot_be_there_is_refused(package: Path, table: str, columns: dict[str, Any]) -> None:
    if "more" in columns:
        folder = package / "simulated" / "today"
        content = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        content["tables"][table] = content["tables"]["run"]
        (folder / "result.json").write_text(json.dumps(content), encoding="utf-8")
        (folder / "fleets.parquet").write_bytes((folder / "run.parquet").read_bytes())
    else:
        _spoiled(package, table, **columns)
    with pytest.raises(FormatError, match=f"simulated/today is not a simulation that can be shown: .*{table}"):
        simulated(package)


def test_a_year_of_another_engine_is_refused(package: Path, years: dict[str, Result]) -> None:
    other = replace(years["today"].provenance, engine="route")
    Result(other, {name: OUTPUTS[name] for name in KEPT}, {name: years["today"][name] for name in KEPT}).save(
        package / "simulated" / "today")  # fmt: skip
    with pytest.raises(FormatError, match="it is a result of 'route'"):
        simulated(package)


@pytest.mark.parametrize("params", [{"seed": "one"}, {"confidence": 7.0}, {"colour": "red"}, {"demand_ids": 3}])
def test_a_year_with_parameters_of_nothing_is_refused(
    package: Path, years: dict[str, Result], params: dict[str, Any]
) -> None:
    result = kept(years["today"])
    provenance = replace(result.provenance, params={**result.provenance.params, **params})
    Result(provenance, result.spec, {name: result[name] for name in result}).save(package / "simulated" / "today")
    with pytest.raises(FormatError, match="its parameters are not those of a simulation"):
        simulated(package)


def test_a_folder_that_is_no_result_is_refused(package: Path) -> None:
    (package / "simulated" / "notes").mkdir()
    with pytest.raises(FormatError, match=r"result\.json"):
        simulated(package)


def test_a_table_that_is_too_large_is_not_read(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kervan.formats import parquet

    monkeypatch.setattr(parquet, "MAX_ROWS", 20)
    with pytest.raises(FormatError, match="too large to read"):
        simulated(package)


def test_a_link_that_leads_out_of_the_package_is_not_followed(package: Path, tmp_path: Path) -> None:
    (package / "simulated" / "today").rename(tmp_path / "elsewhere")
    (package / "simulated" / "today").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FormatError, match="leads out of the package"):
        simulated(package)


def test_too_many_folders_are_not_read(tmp_path: Path) -> None:
    folder = save(load("starter"), tmp_path / "corridor")
    for number in range(21):
        (folder / "simulated" / f"s{number}").mkdir(parents=True)
    with pytest.raises(FormatError, match="at most 20"):
        simulated(folder)


# ── the shipped corridor ────────────────────────────────────────────────────────────────────────────


def test_the_shipped_years_are_of_the_shipped_tables() -> None:
    """Whoever changes a table or scenario of the corridor runs the tool that this names."""
    net, known = load("trans_caspian"), scenarios("trans_caspian")
    command = "run `python tools/simulate_trans_caspian.py`"
    years = simulated("trans_caspian")
    assert set(years) == set(report_settings("trans_caspian")["scenarios"]), command
    for name, result in years.items():
        assert result.provenance.package_digest == known[name].apply(net).digest, f"{name}: {command}"
        assert result.provenance.params["volume_factor"] == 1.0
        assert not result.provenance.params["demand_ids"]


def test_the_shipped_years_are_small() -> None:
    folder = shipped()["trans_caspian"] / "simulated"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 1_000_000
