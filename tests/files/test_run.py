"""The bytes of a set follow from its document alone."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.errors import UserError
from datagen.layout import Cut
from tests.files import shop
from tests.files.shop import DAYS, contents, listed, make, plan_of

OUTPUTS = [("csv", False), ("csv", True), ("jsonl", False), ("jsonl", True), ("parquet", False)]
ENDINGS = {("csv", False): "csv", ("csv", True): "csv.gz", ("jsonl", False): "jsonl", ("jsonl", True): "jsonl.gz"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.written(tmp_path_factory.mktemp("shop"))


def ending(output: tuple[str, bool]) -> str:
    return ENDINGS.get(output, "parquet")


@settings(deadline=None, max_examples=25)
@given(
    output=st.sampled_from(OUTPUTS),
    rows=st.integers(0, 300),
    workers=st.integers(1, 5),
    block_rows=st.integers(1, 400),
    single=st.booleans(),
)
def test_neither_workers_nor_blocks_change_a_byte(
    output: tuple[str, bool],
    rows: int,
    workers: int,
    block_rows: int,
    single: bool,
    document: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    overrides: dict[str, Any] = {"entity_count": rows, "output.format": output[0], "output.gzip": output[1]}
    plan, folder = plan_of(document, **overrides), tmp_path_factory.mktemp("sets")
    make(plan, folder / "plain", Cut(single_file=single))
    make(plan, folder / "other", Cut(single_file=single), workers=workers, block_rows=block_rows)
    assert contents(folder / "plain") == contents(folder / "other")
    assert listed(folder / "other").rows == rows


@pytest.mark.parametrize("output", OUTPUTS)
def test_many_rows_in_one_file_are_the_same_from_any_number_of_workers(
    output: tuple[str, bool], document: Path, tmp_path: Path
) -> None:
    overrides: dict[str, Any] = {"entity_count": 20_000, "output.format": output[0], "output.gzip": output[1]}
    plan = plan_of(document, **overrides)
    files = [tmp_path / f"{name}.{ending(output)}" for name in ("one", "four", "odd")]
    for file, workers, block_rows in zip(files, (1, 4, 3), (65_536, 65_536, 777), strict=True):
        make(plan, file, workers=workers, block_rows=block_rows)
    assert files[0].read_bytes() == files[1].read_bytes() == files[2].read_bytes()


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_day_made_alone_is_the_day_of_the_full_run(output: tuple[str, bool], document: Path, tmp_path: Path) -> None:
    plan = plan_of(document, **{"output.format": output[0], "output.gzip": output[1]})
    make(plan, tmp_path / "full")
    for day in reversed(DAYS):
        make(plan, tmp_path / "days", Cut(day=day))
        make(plan, tmp_path / f"alone.{ending(output)}", Cut(day=day))
        assert (tmp_path / f"alone.{ending(output)}").read_bytes() == (
            tmp_path / "full" / f"{day}.{ending(output)}"
        ).read_bytes()
    assert contents(tmp_path / "days") == contents(tmp_path / "full")
    assert listed(tmp_path / "days").rows == 400


def test_a_day_made_again_takes_the_place_of_the_one_that_is_there(document: Path, tmp_path: Path) -> None:
    plan = plan_of(document)
    make(plan, tmp_path / "set")
    before = contents(tmp_path / "set")
    (tmp_path / "set" / f"{DAYS[1]}.csv").write_text("spoilt")
    make(plan, tmp_path / "set", Cut(day=DAYS[1]))
    assert contents(tmp_path / "set") == before


def test_the_single_file_is_all_days_one_after_the_other(document: Path, tmp_path: Path) -> None:
    plan = plan_of(document)
    make(plan, tmp_path / "days")
    make(plan, tmp_path / "whole", Cut(single_file=True))
    make(plan, tmp_path / "shop.csv")
    days = [(tmp_path / "days" / f"{day}.csv").read_bytes() for day in DAYS]
    header, newline, _ = days[0].partition(b"\n")
    whole = header + newline + b"".join(day.partition(b"\n")[2] for day in days)
    assert (tmp_path / "whole" / "shop.csv").read_bytes() == (tmp_path / "shop.csv").read_bytes() == whole


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_rows_make_files_with_headers_alone(output: tuple[str, bool], document: Path, tmp_path: Path) -> None:
    plan = plan_of(document, **{"entity_count": 0, "output.format": output[0], "output.gzip": output[1]})
    result = make(plan, tmp_path / "set")
    found = listed(tmp_path / "set")
    assert (result.rows, result.files, [file.rows for file in found.files]) == (0, 5, [0] * 5)
    data = (tmp_path / "set" / found.files[0].path).read_bytes()
    names = [field["name"] for field in shop.DOCUMENT["schema"]["fields"]]
    if output[0] == "parquet":
        assert pq.read_table(io.BytesIO(data)).schema.names == names
    else:
        text = (gzip.decompress(data) if output[1] else data).decode()
        assert text == (",".join(names) + "\n" if output[0] == "csv" else "")


def test_without_a_time_axis_there_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "codes.json"
    path.write_text(json.dumps(shop.NO_AXIS))
    make(plan_of(path), tmp_path / "set")
    found = listed(tmp_path / "set")
    assert [(file.path, file.day, file.rows) for file in found.files] == [("codes.csv", None, 1000)]
    with pytest.raises(UserError, match="--date: codes has no time axis; name its event time in analysis"):
        make(plan_of(path), tmp_path / "set", Cut(day="2025-01-01"))
    with pytest.raises(UserError, match="--daily: codes has no time axis"):
        make(plan_of(path), tmp_path / "set", Cut(daily=True))


def test_what_is_read_back_is_the_same_in_every_format(document: Path, tmp_path: Path) -> None:
    for form in ("csv", "jsonl", "parquet"):
        make(plan_of(document, **{"output.format": form}), tmp_path / f"shop.{form}")
    from_csv = list(csv.DictReader(io.StringIO((tmp_path / "shop.csv").read_text(), newline="")))
    from_jsonl = [json.loads(line) for line in (tmp_path / "shop.jsonl").read_text().splitlines()]
    from_parquet = pq.read_table(tmp_path / "shop.parquet").to_pylist()
    for column in ("order_id", "city", "card", "line"):
        expected = [row[column] for row in from_parquet]
        assert [row[column] for row in from_jsonl] == expected
        assert [row[column] or None for row in from_csv] == expected
    assert [row["amount"] for row in from_jsonl] == [float(row["amount"]) for row in from_csv]


def test_the_manifest_says_how_the_set_was_made_and_nothing_of_the_run(document: Path, tmp_path: Path) -> None:
    plan = plan_of(document, **{"schema.fields.amount.precision": 1, "seed": 12})
    make(plan, tmp_path / "one")
    make(plan, tmp_path / "two", workers=3, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    text = (tmp_path / "one" / "_manifest.json").read_text()
    assert text == (tmp_path / "two" / "_manifest.json").read_text()
    raw = json.loads(text)
    files = raw.pop("files")
    assert list(raw.pop("versions")) == ["datagen", "numpy", "pyarrow", "isal"]
    assert raw == {
        "dataset": "shop",
        "format": "csv",
        "gzip": False,
        "seed": 12,
        "window": {"start": "2025-03-01", "end": "2025-03-05"},
        "draw_version": 1,
        "schema_sha256": plan.dataset.schema_sha256,
        "overrides": {"schema.fields.amount.precision": 1, "seed": 12},
    }
    assert list(files[0]) == ["path", "table", "rows", "bytes", "sha256", "day"]
    assert [(file["path"], file["table"], file["day"]) for file in files] == [(f"{d}.csv", "shop", d) for d in DAYS]


def test_the_run_says_when_where_and_how_it_was_done(document: Path, tmp_path: Path) -> None:
    instants = iter([datetime(2025, 1, 1, 12, tzinfo=UTC), datetime(2025, 1, 1, 12, 0, 2, tzinfo=UTC)])
    seconds = iter([0.0, 0.5, 2.5, 3.0])
    result = make(
        plan_of(document), tmp_path / "set", workers=2, clock=lambda: next(instants), monotonic=lambda: next(seconds)
    )
    run = json.loads((tmp_path / "set" / "_run.json").read_text())
    host, command, size = run.pop("host"), run.pop("command"), listed(tmp_path / "set").bytes
    assert (host != "", command != "") == (True, True)
    assert run == {
        "started_at": "2025-01-01T12:00:00.000Z",
        "finished_at": "2025-01-01T12:00:02.000Z",
        "seconds": 2.0,
        "workers": 2,
        "engine": "local",
        "rows": 400,
        "bytes": size,
    }
    assert (result.rows, result.bytes, result.files, result.seconds) == (400, size, 5, 3.0)


def test_a_full_run_replaces_the_set(document: Path, tmp_path: Path) -> None:
    make(plan_of(document), tmp_path / "set")
    make(plan_of(document, **{"output.format": "jsonl", "seed": 5}), tmp_path / "set", Cut(single_file=True))
    assert [file.path for file in listed(tmp_path / "set").files] == ["shop.jsonl"]


def test_days_of_another_document_do_not_mix_and_the_set_stays(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(plan_of(document, seed=12), tmp_path / "set")
    before = contents(tmp_path / "set")
    message = r"made from another effective document \(overrides seed=12; now no overrides\), so this day"
    with monkeypatch.context() as patch:
        patch.delattr("datagen.workers.Work.run")  # it is refused before the work
        with pytest.raises(UserError, match=message):
            make(plan_of(document), tmp_path / "set", Cut(day=DAYS[1]))
    assert contents(tmp_path / "set") == before
    make(plan_of(document), tmp_path / "set", Cut(day=DAYS[1]), clear_output=True)
    assert [file.path for file in listed(tmp_path / "set").files] == [f"{DAYS[1]}.csv"]


def test_no_day_is_added_to_a_set_that_is_one_file(document: Path, tmp_path: Path) -> None:
    make(plan_of(document), tmp_path / "set", Cut(single_file=True))
    with pytest.raises(UserError, match="is not cut by days, so no day can be added; make the set anew"):
        make(plan_of(document), tmp_path / "set", Cut(day=DAYS[0]))


def test_no_day_is_added_to_a_set_of_another_draw_version(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(plan_of(document), tmp_path / "set")
    monkeypatch.setattr("datagen.record.DRAW_VERSION", 2)
    with pytest.raises(UserError, match="was drawn by another version of datagen; make the whole set anew"):
        make(plan_of(document), tmp_path / "set", Cut(day=DAYS[0]))


def test_a_day_made_by_other_tools_is_said_and_both_versions_are_kept(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(plan_of(document), tmp_path / "set")
    now = listed(tmp_path / "set").versions["numpy"]
    monkeypatch.setattr("datagen.record.version_of", lambda tool: "9.9" if tool == "numpy" else "1")
    said: list[str] = []
    make(plan_of(document), tmp_path / "set", Cut(day=DAYS[0]), tell=said.append)
    assert said[0].startswith(f"{tmp_path / 'set'}: the other days were made by other versions of ")
    assert listed(tmp_path / "set").versions["numpy"] == f"{now}, 9.9"


@pytest.mark.parametrize(
    ("cut", "sentence"),
    [
        (Cut(day="2025-02-28"), "--date 2025-02-28: outside the window, which has 2025-03-01 to 2025-03-05"),
        (Cut(day="2025-3-1"), "--date 2025-3-1: is no day; write it like 2025-01-17"),
        (Cut(day="2025-03-01T00:00:00"), "is no day; write it like 2025-01-17"),
        (Cut(day="2025-03-01", single_file=True), "--single-file and --date contradict each other"),
        (Cut(daily=True, single_file=True), "--single-file and --daily contradict each other"),
        (Cut(table="orders"), "--table orders: no such table; give --table with one of shop"),
    ],
)
def test_what_the_plan_has_not_is_refused_before_anything_is_written(
    cut: Cut, sentence: str, document: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=sentence):
        make(plan_of(document), tmp_path / "deep" / "set", cut)
    assert list(tmp_path.iterdir()) == []


MEASURED = """
import resource, sys
from pathlib import Path
from tests.files.shop import make, plan_of
make(plan_of(Path(sys.argv[1]), entity_count=int(sys.argv[3])), sys.argv[2], workers=2, block_rows=8192)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_kilobytes(document: Path, where: Path, rows: int) -> int:
    command = [sys.executable, "-c", MEASURED, str(document), str(where), str(rows)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["set", "shop.csv.gz", "shop.parquet"])
def test_memory_does_not_grow_with_the_rows(name: str, tmp_path: Path) -> None:
    fields = [field for field in shop.DOCUMENT["schema"]["fields"] if field["name"] not in ("card", "line")]
    document = shop.written(tmp_path, schema={"fields": fields})
    little, much = (peak_kilobytes(document, tmp_path / str(rows) / name, rows) for rows in (300_000, 1_500_000))
    assert much < little + 20_000
