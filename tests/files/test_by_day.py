"""Tables whose rows are not in the order of time are cut by days all the same, and no row is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.errors import UserError
from datagen.layout import Cut
from tests.files import scattered
from tests.files.scattered import BEYOND, DAYS, EMPTY, LINES, VISITS, by_day, contents, manifest_of, plan_of, written
from tests.files.shop import make
from tests.gallery import GALLERY

OUTPUTS = {"csv": ("csv", False), "csv.gz": ("csv", True), "jsonl": ("jsonl", False), "jsonl.gz": ("jsonl", True)}
OUTPUTS |= {"parquet": ("parquet", False)}
DAILY = Cut(daily=True)
DOCUMENTS: dict[str, tuple[Any, str, str]] = {  # with the analysed table and its time
    "a choice, with nulls and days beyond": (VISITS, "visit", "seen_at"),
    "a lookup of a lookup": (LINES, "line", "ordered"),
    "days": (LINES | {"analysis": {"table": "line", "timestamp_field": "sent"}}, "line", "sent"),
    "shop": (json.loads(GALLERY["shop"].read_text()), "order_line", "ordered_at"),
    "bank": (json.loads(GALLERY["bank"].read_text()), "payment", "paid_at"),
    "funnel": (json.loads(GALLERY["funnel"].read_text()), "milestone", "reached_at"),
    "users_events": (json.loads(GALLERY["users_events"].read_text()), "event", "event_ts"),
}


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("clinic"), VISITS)


def output(ending: str) -> dict[str, Any]:
    form, gzip = OUTPUTS[ending]
    return {"output__format": form, "output__gzip": gzip}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_day_files_are_the_rows_of_the_table_in_their_order_each_in_its_day(name: str, tmp_path: Path) -> None:
    document, table, column = DOCUMENTS[name]
    plan = plan_of(written(tmp_path, document), **output("csv"))
    make(plan, tmp_path / "whole")
    make(plan, tmp_path / "days", DAILY, workers=2)
    whole, days = contents(tmp_path / "whole"), contents(tmp_path / "days")
    expected = by_day(whole.pop(f"{table}.csv"), column)
    found = {path: scattered.rows_of(days[path]) for path in days if path.startswith(f"{table}/")}
    assert {path: rows for path, rows in found.items() if rows} == {
        f"{table}/{day or 'no-day'}.csv": rows for day, rows in expected.items()
    }
    others = whole.keys() - {"_manifest.json", ".metadata.json"}
    assert {path: days[path] for path in others} == {path: whole[path] for path in others}
    assert days.keys() - found.keys() == whole.keys()


def test_every_day_of_the_window_has_a_file_and_so_has_any_other_that_occurs(visits: Path, tmp_path: Path) -> None:
    make(plan_of(visits), tmp_path / "set", DAILY)
    found = {file.path: file for file in manifest_of(tmp_path / "set").files if file.table == "visit"}
    assert sorted(found) == sorted(f"visit/{name}.csv" for name in (*DAYS, *BEYOND, "no-day"))
    assert [file.day for file in found.values()] == [*sorted((*DAYS, *BEYOND)), None]
    assert (found[f"visit/{EMPTY}.csv"].rows, found["visit/no-day.csv"].rows > 0) == (0, True)
    header = b"visit_id,patient_id,town,seen_at,bill,paid\n"
    assert (tmp_path / "set" / "visit" / f"{EMPTY}.csv").read_bytes() == header


@pytest.mark.parametrize("ending", OUTPUTS)
def test_no_rows_make_files_with_headers_alone(ending: str, visits: Path, tmp_path: Path) -> None:
    plan = plan_of(visits, nodes__patient__rows=0, **output(ending))
    make(plan, tmp_path / "set", DAILY)
    make(plan, tmp_path / f"day.{ending}", Cut(day=EMPTY, table="visit"))
    make(plan_of(visits, **output(ending)), tmp_path / "some", DAILY)
    header = contents(tmp_path / "some")[f"visit/{EMPTY}.{ending}"]
    found = {path: data for path, data in contents(tmp_path / "set").items() if path.startswith("visit/")}
    assert found == {f"visit/{day}.{ending}": header for day in DAYS}
    assert (tmp_path / f"day.{ending}").read_bytes() == header


@pytest.mark.parametrize("ending", OUTPUTS)
def test_a_day_made_alone_is_the_day_of_the_full_run(ending: str, visits: Path, tmp_path: Path) -> None:
    plan = plan_of(visits, **output(ending))
    make(plan, tmp_path / "full", DAILY)
    full = contents(tmp_path / "full")
    for day in DAYS:
        make(plan, tmp_path / "set" / day, Cut(day=day), workers=2, block_rows=50)
        make(plan, tmp_path / f"{day}.{ending}", Cut(day=day, table="visit"), block_rows=7)
        alone = contents(tmp_path / "set" / day)
        assert (tmp_path / f"{day}.{ending}").read_bytes() == full[f"visit/{day}.{ending}"]
        parts = {"_manifest.json", ".metadata.json", f"visit/{day}.{ending}", f"patient.{ending}", f"drug.{ending}"}
        assert alone.keys() == parts
        assert all(alone[part] == full[part] for part in parts if part[0] not in "._")
        listed = {file.path: file for file in manifest_of(tmp_path / "full").files}
        assert all(listed[file.path] == file for file in manifest_of(tmp_path / "set" / day).files)


@pytest.mark.parametrize("name", ["shop", "bank", "funnel", "days"])
def test_a_day_of_a_business_made_alone_is_the_day_of_the_full_run(name: str, tmp_path: Path) -> None:
    document, table, _ = DOCUMENTS[name]
    plan = plan_of(written(tmp_path, document), **output("parquet"))
    make(plan, tmp_path / "full", Cut(daily=True, table=table))
    listed = [file for file in manifest_of(tmp_path / "full").files if file.rows]
    for file in (listed[0], max(listed, key=lambda file: file.rows)):
        make(plan, tmp_path / "day.parquet", Cut(day=file.day, table=table))
        assert (tmp_path / "day.parquet").read_bytes() == (tmp_path / "full" / file.path).read_bytes()


@settings(deadline=None, max_examples=20)
@given(ending=st.sampled_from(sorted(OUTPUTS)), workers=st.integers(1, 4), block_rows=st.integers(1, 600))
def test_neither_workers_nor_blocks_change_a_byte(
    ending: str, workers: int, block_rows: int, visits: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plan, folder = plan_of(visits, **output(ending)), tmp_path_factory.mktemp("sets")
    make(plan, folder / "plain", DAILY)
    make(plan, folder / "other", DAILY, workers=workers, block_rows=block_rows)
    assert contents(folder / "plain") == contents(folder / "other")


def test_a_day_of_many_rows_has_whole_row_groups_whatever_the_blocks(tmp_path: Path) -> None:
    plan = plan_of(written(tmp_path, VISITS), nodes__patient__rows=60_000, output__format="parquet")
    for name, workers, block_rows in (("one", 1, 65_536), ("three", 3, 9_999)):
        make(plan, tmp_path / name, Cut(daily=True, table="visit"), workers=workers, block_rows=block_rows)
    assert contents(tmp_path / "one") == contents(tmp_path / "three")
    make(plan, tmp_path / "day.parquet", Cut(day=DAYS[1], table="visit"), workers=2)
    file = tmp_path / "one" / "visit" / f"{DAYS[1]}.parquet"
    assert (tmp_path / "day.parquet").read_bytes() == file.read_bytes()
    shape = pq.ParquetFile(file).metadata
    assert shape.num_rows > 100_000  # two instants of seven, of nine tenths of 420,000 rows
    assert shape.num_row_groups == -(-shape.num_rows // (1 << 17))


def test_a_table_without_a_parent_is_cut_by_a_time_that_is_no_axis(tmp_path: Path) -> None:
    visit = {"id": "visit", "kind": "entity", "pk": "visit_id", "rows": 300, "columns": [
        VISITS["nodes"][1]["columns"][0], VISITS["nodes"][1]["columns"][3]]}  # fmt: skip
    plan = plan_of(written(tmp_path, VISITS, nodes=[visit], analysis=None))
    make(plan, tmp_path / "whole")
    make(plan, tmp_path / "days", DAILY)
    (whole,) = manifest_of(tmp_path / "whole").files
    assert (whole.path, whole.rows) == ("clinic.csv", 300)
    days = contents(tmp_path / "days")
    expected = by_day((tmp_path / "whole" / "clinic.csv").read_bytes(), "seen_at")
    found = {path: scattered.rows_of(data) for path, data in days.items() if path.endswith(".csv")}
    assert {path: rows for path, rows in found.items() if rows} == {
        f"{day or 'no-day'}.csv": rows for day, rows in expected.items()
    }


def test_the_window_is_that_in_which_the_instants_are_drawn(tmp_path: Path) -> None:
    """Also where they are looked up."""
    document = json.loads(json.dumps(LINES))
    order = document["nodes"][4]
    order["columns"][3]["generator"] = {"datetime_series": {"within": {"start": "2023-06-01", "end": "2023-06-04"}}}
    plan = plan_of(written(tmp_path, document))
    make(plan, tmp_path / "set", Cut(daily=True, table="line"))
    days = [file.day for file in manifest_of(tmp_path / "set").files]
    assert days == ["2023-06-01", "2023-06-02", "2023-06-03", "2023-06-04"]
    with pytest.raises(UserError, match="outside the window, which has 2023-06-01 to 2023-06-04; rows beyond it come"):
        make(plan, tmp_path / "set", Cut(day="2024-01-01"))


def test_beside_a_table_along_its_time_axis_the_others_are_whole(tmp_path: Path) -> None:
    event = {"id": "event", "kind": "entity", "pk": "event_id", "rows": 200, "columns": [
        VISITS["nodes"][1]["columns"][0] | {"name": "event_id"},
        {"name": "at", "type": "datetime", "generator": {"datetime_series": {}}}]}  # fmt: skip
    nodes = [VISITS["nodes"][0], event]
    document = VISITS | {"nodes": nodes, "analysis": {"table": "event", "timestamp_field": "at"}}
    plan = plan_of(written(tmp_path, document))
    make(plan, tmp_path / "full", DAILY)
    full = contents(tmp_path / "full")
    days = {f"event/{day}.csv" for day in DAYS}
    assert full.keys() == {"patient.csv", *days, "_manifest.json", ".metadata.json"}
    make(plan, tmp_path / "set", Cut(day=DAYS[2]))
    alone = contents(tmp_path / "set")
    assert {path: full[path] for path in ("patient.csv", f"event/{DAYS[2]}.csv")}.items() <= alone.items()
    assert alone.keys() == full.keys() - days | {f"event/{DAYS[2]}.csv"}


MEASURED = """
import resource, sys
from pathlib import Path
from datagen.layout import Cut
from datagen.progress import Tally
from tests.files.scattered import plan_of
from tests.files.shop import make
from tests.files.test_space import LIMITED
plan = plan_of(Path(sys.argv[1]), nodes__patient__rows=int(sys.argv[3]), output__format="parquet")
make(plan, sys.argv[2], Cut(daily=True, table="visit"), workers=2, block_rows=8192)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_kilobytes(document: Path, where: Path, patients: int) -> int:
    command = [sys.executable, "-c", MEASURED, str(document), str(where), str(patients)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    document = written(tmp_path, over_a_year())
    little, much = (peak_kilobytes(document, tmp_path / str(patients), patients) for patients in (60_000, 300_000))
    assert much < little + 20_000


def over_a_year() -> dict[str, Any]:
    """Visits over a year, of which each day has a little."""
    document: dict[str, Any] = json.loads(json.dumps(VISITS))
    document["timeframe"] = {"start": "2023-01-01", "end": "2023-12-31"}
    document["nodes"][1]["columns"][3]["generator"] = {"datetime_series": {}}
    return document
