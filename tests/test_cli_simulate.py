"""The commands `simulate` and `compare`: what they print, how they end, and what they say of input that is wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from kervan.cli import app
from kervan.engines.simulate import engine as simulate_engine
from kervan.engines.simulate.summary import Summary
from kervan.formats import read, write
from kervan.result import Result

QUICK = ("-p", "starter", "-n", "2", "--threads", "1", "--lead-days", "10", "--tail-days", "20")
GAUGE = {"facility_id": "XB_PASS.gauge"}


def run(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == code, f"{done.output}\n{done.exception!r}"
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def simulated(*arguments: object) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run("simulate", *QUICK, *arguments, "--json").stdout)
    return content


def package(folder: Path, *edits: tuple[str, dict[str, str], dict[str, str]]) -> Path:
    """Write the starter with cells changed as text, right or wrong: (table, where, values)."""
    path = write(read("starter"), folder / "mine")
    for table, where, values in edits:
        file = path / f"{table}.csv"
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        rows = pd.Series(data=True, index=frame.index)
        for column, value in where.items():
            rows &= frame[column] == value
        assert rows.any()
        for column, value in values.items():
            frame.loc[rows, column] = value
        frame.to_csv(file, index=False)
    return path


# ── answers ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_year_for_people() -> None:
    done = run("simulate", *QUICK)
    assert done.stderr == ""
    assert "starter, 2025: 2 replications with seed 1" in done.stdout
    for words in ("From door to door", "Mine → Town", "9 of 10 h", "Where it chokes", "Gauge yard", "Lake ferries"):
        assert words in done.stdout


def test_json_has_the_shape_that_was_promised() -> None:
    content = simulated()
    row = content["od"][0]
    assert {"origin", "destination", "commodity", "mean_h", "p50_h", "p90_h", "p95_h", "half_width_h",
            "consignments"} <= set(row)  # fmt: skip
    assert (row["origin"], row["destination"], row["commodity"]) == ("XA_MINE", "XC_TOWN", "container")
    assert row["p50_h"] < row["p90_h"] < row["p95_h"]
    assert {"fleet_id", "cycle_h", "voyages_per_year", "load_frac"} <= set(content["fleets"][0])
    assert {"replications", "events", "seconds", "seed", "digest"} <= set(content["run"])
    assert {"facilities", "weeks"} <= set(content)


def test_the_same_seed_is_the_same_answer_whatever_the_threads() -> None:
    one, other = simulated(), simulated("--threads", "2")
    assert one["run"]["digest"] == other["run"]["digest"]
    for name in ("od", "facilities", "fleets", "weeks"):
        assert one[name] == other[name]
    assert simulated("--seed", "2")["run"]["digest"] != one["run"]["digest"]


def test_one_replication_has_no_interval_and_says_null() -> None:
    assert simulated("-n", "1")["od"][0]["half_width_h"] is None


def test_options_reach_the_engine() -> None:
    more = simulated("--volume-factor", "1.5")
    assert more["run"]["consignments"] / simulated()["run"]["consignments"] == pytest.approx(1.5, rel=0.1)
    assert simulated("--year", "2030")["od"][0]["demand_id"] == "mine-town.2030"
    assert simulated("--scenario", "electronic_border")["scenario"] == "electronic_border"
    assert [row["demand_id"] for row in simulated("--demand", "mine-town.2025")["od"]] == ["mine-town.2025"]


def test_a_half_width_is_reached() -> None:
    answer = run("simulate", "-p", "starter", "--half-width", "0.2", "--threads", "1", "--json")
    found = json.loads(answer.stdout)["run"]
    assert found["replications"] >= 5
    assert found["half_width_h"] <= 0.2 * found["mean_h"]


def test_csv_is_the_demand_rows() -> None:
    rows = list(csv.DictReader(io.StringIO(run("simulate", *QUICK, "--csv").stdout)))
    assert [row["demand_id"] for row in rows] == ["mine-town.2025"]
    assert float(rows[0]["mean_h"]) > 40


def test_a_result_is_saved_whole_and_a_taken_folder_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("simulate", *QUICK, "--save", tmp_path / "year")
    assert str(tmp_path / "year") in done.stderr
    assert Result.load(tmp_path / "year")["run"]["replications"].tolist() == [2]
    run("compare", "today", "electronic_border", *QUICK, "--save", tmp_path / "both")
    assert Result.load(tmp_path / "both").provenance.scenario == "today | electronic_border"
    monkeypatch.setattr(simulate_engine, "summaries_of", None)  # nothing may run
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    for command in (("simulate",), ("compare", "today", "electronic_border")):
        assert "not a saved result" in run(*command, *QUICK, "--save", tmp_path / "mine", code=2).stderr


def test_a_disruption_is_told_of() -> None:
    rows = '[[edits]]\nop = "add"\ntable = "disruptions"\nrows = [{ disruption_id = "strike", name = "A strike", ' \
        'facility_id = "XB_PASS.gauge", start_d = 100.0, length_d = 7.0, source_id = "invented", ' \
        'quality = "estimated" }]\n'  # fmt: skip
    Path("strike.toml").write_text(rows)
    text = run("simulate", *QUICK, "--scenario", "strike.toml").stdout
    assert "After a disruption" in text
    assert "A strike" in text


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_comparison_for_people_and_machines() -> None:
    done = run("compare", "today", "electronic_border", *QUICK)
    assert done.stderr == ""
    for words in ("a: today, 2025; b: electronic_border, 2025: 2 replications of each", "b is faster in 100%",
                  "From door to door", "Documents, entering", "Fleets"):  # fmt: skip
        assert words in done.stdout
    content = json.loads(run("compare", "today", "electronic_border", *QUICK, "--json").stdout)
    assert content["a"]["name"] == "today"
    assert content["total"]["difference_h"] < 0
    assert content["od"][0]["probability_b_faster_frac"] == 1
    rows = list(csv.DictReader(io.StringIO(run("compare", "today", "electronic_border", *QUICK, "--csv").stdout)))
    assert float(rows[0]["difference_h"]) == content["od"][0]["difference_h"]


# ── while it runs ───────────────────────────────────────────────────────────────────────────────────


def test_what_will_go_wrong_is_said_before_and_after(tmp_path: Path) -> None:
    path = package(tmp_path, ("steps", GAUGE, {"server_count": "1", "service_h": "20"}))
    done = run("simulate", *QUICK, "-p", path, "--json")
    assert re.match(r"Warning: unstable: utilisation [2-9]\.\d+ at steps XB_PASS\.gauge 1 \(Change of bogies\)",
                    done.stderr)  # fmt: skip
    notes = json.loads(done.stdout)["notes"]
    assert ("unstable", "XB_PASS.gauge 1") in {(note["kind"], note["place"]) for note in notes}
    shown = run("compare", "today", "electronic_border", *QUICK, "-p", path)
    assert "today: unstable" in shown.stderr
    assert "electronic_border: unstable" in shown.stdout


def test_ctrl_c_shows_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = simulate_engine.summaries_of

    def stopped_after_three(*arguments: Any) -> Iterator[Summary]:
        for number, one in enumerate(begin(*arguments)):
            if number == 3:
                raise KeyboardInterrupt
            yield one

    monkeypatch.setattr(simulate_engine, "summaries_of", stopped_after_three)
    content = json.loads(run("simulate", *QUICK, "-n", "9", "--json", code=130).stdout)
    assert content["run"]["replications"] == 3
    assert [note["kind"] for note in content["notes"]] == ["stopped"]
    # It is what three replications give.
    monkeypatch.setattr(simulate_engine, "summaries_of", begin)
    assert simulated("-n", "3")["od"] == content["od"]


def test_a_real_ctrl_c_ends_it_at_once() -> None:
    program = (
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # who runs the tests may ignore it
        "from kervan.engines.simulate.summary import Gathered\n"
        "plus, count = Gathered.plus, []\n"
        "def watched(self, one):\n"
        "    count.append(one)\n"
        "    if len(count) == 4:\n"
        "        print('stopped', time.time(), file=sys.stderr, flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return plus(self, one)\n"
        "Gathered.plus = watched\n"
        "from kervan.cli import main\n"
        "sys.argv = ['kervan', 'simulate', '-p', 'starter', '-n', '100000', '--threads', '2', '--json']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=600)
    ended = time.time()
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    # A second on an idle machine; a loaded test machine gets its slack.
    assert ended - float(done.stderr.split()[1]) < 10
    content = json.loads(done.stdout)
    assert 3 <= content["run"]["replications"] <= 4
    assert "stopped" in {note["kind"] for note in content["notes"]}


def test_ctrl_c_before_anything_is_finished_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*arguments: Any) -> Iterator[Summary]:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate_engine, "summaries_of", stopped)
    assert run("simulate", *QUICK, code=130).stdout == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_person_sees_a_bar_and_a_pipe_does_not() -> None:
    program = "import sys; from kervan.cli import main; sys.argv = ['kervan', *sys.argv[1:]]; main()"
    command = [sys.executable, "-c", program, "simulate", *QUICK, "--json"]
    ours, theirs = os.openpty()
    shown = b""
    with Path("answer.json").open("w") as answer, subprocess.Popen(command, stdout=answer, stderr=theirs):
        os.close(theirs)
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
    os.close(ours)
    assert json.loads(Path("answer.json").read_text(encoding="utf-8"))["run"]["replications"] == 2
    assert b"Replications" in shown
    assert b"2/2" in shown
    assert run("simulate", *QUICK).stderr == ""


# ── bad input ───────────────────────────────────────────────────────────────────────────────────────

SHUT = ("links", {"link_id": "lake.sea"}, {"status": "closed"})
#: Cells that are wrong, the exit code, and what the message must say: the row, and what is wrong with it.
WRONG: dict[str, tuple[list[tuple[str, dict[str, str], dict[str, str]]], int, list[str]]] = {
    "no servers": ([("steps", GAUGE, {"server_count": "0"})], 2, ["steps.csv, row 10, column server_count", "1 to"]),
    "a calendar that is not there": (
        [("steps", GAUGE, {"calendar_id": "nowhere"})], 2, ["steps.csv, row 10, column calendar_id", "calendars"]),
    "a calendar that never opens": (
        [("calendars", {}, {"closes_h": "8"})], 2, ["calendars.csv, row 2, column closes_h"]),
    "a negative time": ([("steps", GAUGE, {"service_h": "-1"})], 2, ["steps.csv, row 10, column service_h", "0 to"]),
    "an infinite time": ([("steps", GAUGE, {"service_h": "inf"})], 2, ["steps.csv, row 10", "finite"]),
    "no vehicles": ([("fleets", {}, {"vehicle_count": "0"})], 2, ["fleets ferries: 0 vehicles", "1 or more"]),
    "no draft": ([("fleets", {}, {"payload_frac": "0"})], 2, ["services lake.ferry to XC_PORT: capacity 0"]),
    "a ship too small": (
        [("services", {}, {"vehicle_capacity_count": "1"})], 2,
        ["demand mine-town.2025: a consignment of 2 does not fit into services lake.ferry to XC_PORT of 1"]),
    "a batch that never fills": (
        [("steps", GAUGE, {"batch_count": "9000"})], 2,
        ["steps XB_PASS.gauge 1 to XB_PORT", "never fill", "of 9000", "batch_timeout_h"]),
    "a ship that never fills": (
        [("services", {}, {"rule": "full_or_timeout", "timeout_h": "", "vehicle_capacity_count": "99999"}),
         ("fleets", {}, {"vehicle_capacity_count": "99999"})], 2,
        ["services lake.ferry to XC_PORT", "never fill", "of 99999", "timeout_h"]),
    "a fixed way through what is closed": (
        [("demand", {}, {"via_node_ids": "XB_PORT"}), SHUT], 2, ["demand mine-town.2025", "lake.sea (closed)"]),
    "no way at all": ([SHUT], 2, ["nothing can be simulated", "mine-town.2025", "lake.sea (closed)"]),
    "a fixed way past nowhere": ([("demand", {}, {"via_node_ids": "NOWHERE"})], 2, ["mine-town.2025", "'NOWHERE'"]),
    "no demand": ([("demand", {}, {"year": "2040"})], 2, ["no demand in 2025;", "2040"]),
    "a line of no capacity": (
        [("links", {"link_id": "pass.rail"}, {"capacity_per_year": "0"})], 2, ["links pass.rail", "close it"]),
    "a facility of no capacity": (
        [("facilities", GAUGE, {"capacity_per_year": "0"})], 2, ["facilities XB_PASS.gauge", "close it"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_row_is_named(name: str, tmp_path: Path) -> None:
    edits, code, says = WRONG[name]
    path = package(tmp_path, *edits)
    done = run("simulate", *QUICK, "-p", path, code=code)
    assert done.stdout == ""
    for words in says:
        assert words in done.stderr, done.stderr
    assert "program 0" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--half-width", "0"], "above 0 and 0.5 or less, not 0.0"),
        (["--half-width", "0.6"], "above 0 and 0.5 or less, not 0.6"),
        (["--half-width", "nan"], "not nan"),
        (["--half-width", "0.1", "-n", "2"], "--replications or --half-width, not both"),
        (["-n", "0"], "replications must be a whole number from 1"),
        (["--demand", "mine-twon.2025"], "did you mean 'mine-town.2025'"),
        (["--volume-factor", "0"], "volume_factor"),
        (["--volume-factor", "1e-9"], "no consignment begins"),
        (["--seed", "-1"], "seed must be a whole number"),
        (["--threads", "9999"], "threads must be a whole number"),
        (["--lead-days", "-1"], "lead_d must be a number of 0 or more"),
        (["--tail-days", "inf"], "tail_d must be a number"),
        (["--year", "9999"], "1900 to 2200"),
        (["--scenario", "nope"], "no scenario called 'nope'"),
        (["--json", "--csv"], "not both"),
    ],
)
def test_a_wrong_option_is_named(arguments: list[str], says: str) -> None:
    done = run("simulate", "-p", "starter", *arguments, code=2)
    assert done.stdout == ""
    assert says in done.stderr


@pytest.mark.slow
def test_a_flood_ends_with_an_error_that_names_the_place(tmp_path: Path) -> None:
    path = package(tmp_path, ("yards", {}, {"embargo_count": "0", "lift_count": "0"}))
    done = run("simulate", *QUICK, "-p", path, "-n", "1", "--volume-factor", "1e6", code=3)
    assert "unstable" in done.stderr  # said before
    assert "more than 5,000,000 consignments are under way; most wait at steps " in done.stderr


def test_a_comparison_names_the_scenario_that_is_wrong(tmp_path: Path) -> None:
    path = package(tmp_path)
    (path / "scenarios" / "broken.toml").write_text(
        '[[edits]]\nop = "set"\ntable = "fleets"\nwhere = { fleet_id = "ferries" }\nvalues = { vehicle_count = 0 }\n'
    )
    done = run("compare", "today", "broken", *QUICK, "-p", path, code=2)
    assert "broken: " in done.stderr
    assert "fleets ferries: 0 vehicles" in done.stderr
    assert "no scenario called" in run("compare", "today", "nope", *QUICK, code=2).stderr


def test_every_event_of_the_first_replication_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    simulated(*QUICK, "--events", str(path))
    events = pd.read_parquet(path)
    assert {"began", "joined_queue", "boarded", "finished"} <= set(events["event"])
    assert "exists already" in run("simulate", *QUICK, "--events", str(path), code=2).stderr
    assert "a file of events ends in" in run("simulate", *QUICK, "--events", "events.txt", code=2).stderr


def test_an_executor_that_is_none_is_refused() -> None:
    assert "executor must be threads or dask" in run("simulate", *QUICK, "--executor", "slurm", code=2).stderr
