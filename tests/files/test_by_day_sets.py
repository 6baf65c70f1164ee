"""Sets of which a table that is not in the order of time is cut by days: grown, refused, planned, unfinished."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from datagen import foresight
from datagen.compile import compile_schema
from datagen.errors import UserError
from datagen.layout import Cut
from datagen.progress import Tally
from datagen.schema import read_schema
from datagen.sinks.faults import NoSpaceError
from tests.files.command import Run
from tests.files.conftest import Mount
from tests.files.scattered import BEYOND, DAYS, LINES, VISITS, contents, manifest_of, plan_of, written
from tests.files.shop import make
from tests.files.test_space import LIMITED

DAILY = Cut(daily=True)


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("clinic"), VISITS)


def test_a_day_is_put_into_the_set_and_every_other_file_stays(visits: Path, tmp_path: Path) -> None:
    plan = plan_of(visits)
    make(plan, tmp_path / "set", DAILY)
    before = contents(tmp_path / "set")
    for spoilt in (f"visit/{DAYS[1]}.csv", "patient.csv"):
        (tmp_path / "set" / spoilt).write_text("spoilt")
    make(plan, tmp_path / "set", Cut(day=DAYS[1]))
    assert contents(tmp_path / "set") == before
    make(plan, tmp_path / "set", Cut(day=DAYS[2], table="visit"))
    assert contents(tmp_path / "set") == before


def test_a_set_grows_by_days_in_any_order(visits: Path, tmp_path: Path) -> None:
    plan = plan_of(visits)
    make(plan, tmp_path / "full", DAILY)
    make(plan, tmp_path / "set", Cut(day=DAYS[4], table="visit"))
    for day in (DAYS[0], DAYS[3]):
        make(plan, tmp_path / "set", Cut(day=day))
    full, grown = contents(tmp_path / "full"), contents(tmp_path / "set")
    assert sorted(path for path in grown if path.startswith("visit/")) == [
        f"visit/{day}.csv" for day in (DAYS[0], DAYS[3], DAYS[4])
    ]
    assert all(full[path] == grown[path] for path in grown if path[0] not in "._")


def test_what_no_day_of_the_window_holds_is_told_with_a_day(visits: Path, tmp_path: Path) -> None:
    make(plan_of(visits), tmp_path / "full", DAILY)
    files = {file.path: file.rows for file in manifest_of(tmp_path / "full").files}
    without, beyond = files["visit/no-day.csv"], sum(files[f"visit/{day}.csv"] for day in BEYOND)
    said: list[str] = []
    make(plan_of(visits), tmp_path / "day", Cut(day=DAYS[0]), tell=said.append, block_rows=33)
    assert said == [
        f"visit: {without} rows have no day and {beyond} rows lie beyond the window; --daily makes their files"
    ]


ANALYSIS = VISITS["analysis"]


@pytest.mark.parametrize(
    ("arguments", "analysis", "sentence"),
    [
        (["--date", "2024-05-06"], ANALYSIS, "--date 2024-05-06: outside the window, which has 2024-05-01 to "
         "2024-05-05; rows beyond it come with --daily"),
        (["--date", BEYOND[0]], ANALYSIS, "outside the window, which has 2024-05-01 to 2024-05-05"),
        (["--daily", "--table", "drug"], ANALYSIS, "--daily: drug is of no day: the event time of clinic is "
         "visit.seen_at; leave --daily out, or give --table visit"),
        (["--daily"], {"table": "drug", "dimensions": ["visit_id"]}, "--daily: drug has no time axis; name its event "
         "time in analysis.timestamp_field"),
        (["--date", DAYS[0]], None, "--date: clinic has no event time; name a table in analysis.table and its datetime "
         "column in analysis.timestamp_field, or leave --date out"),
        (["--date", DAYS[0], "-o", "day.csv"], ANALYSIS, "there are several tables; give --table with one of "
         "patient, visit, drug"),
        (["--daily", "--table", "visit", "-o", "-"], ANALYSIS, "--daily makes a file a day, which one file cannot"),
    ],
)  # fmt: skip
def test_what_cannot_be_cut_is_one_message_and_exit_2(
    arguments: list[str], analysis: Any, sentence: str, run: Run, tmp_path: Path, work: Path
) -> None:
    said = run("generate", written(tmp_path, VISITS, analysis=analysis), *arguments)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert list(work.iterdir()) == []


def test_no_day_is_put_into_a_set_whose_table_is_one_file(visits: Path, tmp_path: Path) -> None:
    make(plan_of(visits), tmp_path / "set")
    before = contents(tmp_path / "set")
    with pytest.raises(UserError, match="is not cut by days, so no day can be added; make the set anew with --daily"):
        make(plan_of(visits), tmp_path / "set", Cut(day=DAYS[0]))
    assert contents(tmp_path / "set") == before


def test_no_day_is_put_into_a_sample(visits: Path, tmp_path: Path) -> None:
    make(compile_schema(read_schema(visits), sample=90), tmp_path / "set", DAILY)
    before = contents(tmp_path / "set")
    assert sum(file.rows for file in manifest_of(tmp_path / "set").files if file.table == "visit") == 90
    with pytest.raises(UserError, match="set: holds the first 90 rows of each table; make the whole set anew"):
        make(plan_of(visits), tmp_path / "set", Cut(day=DAYS[0]))
    assert contents(tmp_path / "set") == before


def test_a_day_takes_seed_and_window_from_the_set(run: Run, tmp_path: Path, work: Path) -> None:
    schema = written(tmp_path, LINES, seed=None, timeframe=None)
    assert run("generate", schema, "-o", "set", "--daily").code == 0
    before = contents(work / "set")
    day = manifest_of(work / "set").files[5].day
    assert run("generate", schema, "-o", "set", "--date", str(day)).code == 0
    assert contents(work / "set") == before


def test_a_day_goes_to_standard_output(run: Run, visits: Path, work: Path) -> None:
    assert run("generate", visits, "-o", "set", "--daily").code == 0
    said = run("generate", visits, "-o", "-", "--date", DAYS[1], "--table", "visit")
    assert said.out.encode() == (work / "set" / "visit" / f"{DAYS[1]}.csv").read_bytes()


def test_the_files_of_a_set_are_told_from_strangers(visits: Path, tmp_path: Path) -> None:
    make(plan_of(visits), tmp_path / "set", DAILY)
    (tmp_path / "set" / "_manifest.json").unlink()
    with pytest.raises(UserError, match="holds extracts that no manifest lists"):
        make(plan_of(visits), tmp_path / "set", DAILY)
    make(plan_of(visits), tmp_path / "set", DAILY, clear_output=True)
    assert manifest_of(tmp_path / "set").rows > 0


def foretold(run: Run, schema: Path, *arguments: str) -> dict[str, Any]:
    said = run("plan", schema, "--json", *arguments)
    assert said.code == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def test_plan_tells_files_and_rows_of_days(run: Run, visits: Path, tmp_path: Path) -> None:
    make(plan_of(visits), tmp_path / "set", DAILY)
    made = manifest_of(tmp_path / "set")
    told = foretold(run, visits, "--daily")
    assert (told["files"], told["rows"]) == (len(made.files), made.rows)
    assert told["bytes"] == pytest.approx(made.bytes, rel=0.1)
    table = told["tables"][1]
    assert {day["day"]: day["rows"] for day in table["days"]} == {
        file.day: file.rows for file in made.files if file.day is not None
    }
    assert (table["cut_by"], table["time_axis"], table["files"]) == ("seen_at", None, 8)
    assert ", 7 days of seen_at of 0 to " in run("plan", visits, "--daily").out
    alone = foretold(run, visits, "--date", DAYS[1])
    assert [day["day"] for day in alone["tables"][1]["days"]] == [DAYS[1]]
    assert alone["tables"][1]["rows"] == next(file.rows for file in made.files if file.day == DAYS[1])


def test_of_a_large_table_plan_estimates_the_days(
    run: Run, visits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = {day["day"]: day["rows"] for day in foretold(run, visits, "--daily")["tables"][1]["days"]}
    monkeypatch.setattr(foresight, "SPANS", 8)
    monkeypatch.setattr(foresight, "SPAN_ROWS", 40)
    table = foretold(run, visits, "--daily")["tables"][1]
    assert table["rows"] == plan_of(visits).tables["visit"].rows
    assert table["files"] == 8
    for day in table["days"]:  # 320 of about 420 rows; sigma of a seventh of them is 7
        assert abs(day["rows"] - exact[day["day"]]) < 40


def test_progress_ends_with_every_row_counted_once(visits: Path, tmp_path: Path) -> None:
    tallies: list[Tally] = []
    make(plan_of(visits), tmp_path / "set", DAILY, watch=tallies.append, workers=2, block_rows=10)
    assert [(tally.rows, tally.total_rows) for tally in tallies] == [(manifest_of(tmp_path / "set").rows,) * 2]


def test_a_limit_on_the_size_of_files_is_told_of_what_is_put_aside(tmp_path: Path) -> None:
    schema, output = written(tmp_path, VISITS), str(tmp_path / "out" / "set")
    command = [sys.executable, "-c", LIMITED, "generate", str(schema), "--scale", "9", "-o", output, "--daily"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{output}: the file grew beyond what is allowed here (ulimit -f)" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_disk_without_room_for_what_is_put_aside_keeps_the_old_set(tmp_path: Path, mount: Mount) -> None:
    disk, schema = mount(tmp_path / "disk", "size=1m"), written(tmp_path, VISITS)
    make(plan_of(schema), disk / "set", DAILY)
    before = contents(disk / "set")
    with pytest.raises(NoSpaceError, match=r"disk/set: no space left: about \d.* needed, .* free; nothing was publ"):
        make(plan_of(schema, nodes__patient__rows=4_000), disk / "set", DAILY, workers=2, block_rows=999)
    assert contents(disk / "set") == before
    assert os.listdir(disk) == ["set"]


def test_nothing_is_left_where_the_cut_fails(visits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    descriptors = len(os.listdir("/dev/fd"))
    for place in ("datagen.by_day.cut_by_day", "datagen.spool.Spool.rows"):
        with monkeypatch.context() as patch:
            patch.setattr(place, broken)
            with pytest.raises(ZeroDivisionError, match="ours"):
                make(plan_of(visits), tmp_path / "out" / "set", DAILY, workers=2)
    assert not (tmp_path / "out").exists()
    assert len(os.listdir("/dev/fd")) == descriptors
