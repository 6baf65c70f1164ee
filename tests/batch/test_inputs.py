"""What there is to read: a set's manifest, or every extract below a folder; and waiting for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from batch.inputs import Input, NotThereError, file_key, find, wait
from datagen.cli import main
from datagen.errors import UserError
from pipeline.storage import Storage
from tests.files.scattered import VISITS, manifest_of, written

pytestmark = pytest.mark.spark
GALLERY = Path(__file__).parents[2] / "schemas"
Look = Callable[[], Input]


@pytest.fixture
def look(spark: SparkSession, tmp_path: Path) -> Look:
    """Looks into a folder that is not there yet."""
    return lambda: find(Storage(spark), str(tmp_path / "in"), lambda manifest: manifest.dataset)


def generate(folder: Path, rows: int = 100) -> None:
    schema = str(GALLERY / "iot_sensors.json")
    main(["generate", schema, "-o", str(folder), "--rows", str(rows), "--seed", "1", "--format", "csv", "--quiet"])


def names(found: Input) -> list[str]:
    return [extract.entry.name for extract in found.extracts]


def test_every_extract_below_a_folder_is_read_in_the_order_of_names(look: Look, tmp_path: Path) -> None:
    unread = (".x.csv", "_x.csv", "x.csv.tmp", "notes.txt", "_sub/x.csv", ".sub/x.csv", "csv", "x.parquet.gz")
    read = ("10.csv", "9.csv.gz", "a/2.jsonl", "a/b/c.parquet", "b.jsonl.gz", "Ü.csv")
    for name in (*unread, *read):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).touch()
    found = look()
    assert names(found) == list(read)
    assert [(extract.format, extract.gzip) for extract in found.extracts[:3]] == [
        ("csv", False),
        ("csv", True),
        ("jsonl", False),
    ]


def test_one_file_may_be_named_alone(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "b.csv").touch()
    assert names(find(Storage(spark), str(tmp_path / "b.csv"), str)) == ["b.csv"]


def test_of_a_set_the_files_of_its_manifest_are_read(look: Look, tmp_path: Path) -> None:
    generate(tmp_path / "in")
    (tmp_path / "in" / "stray.csv").touch()
    found = look()
    assert found.made
    assert names(found) == [file.path for file in found.made.manifest.files]
    assert "stray.csv" not in names(found)


def test_of_several_tables_every_file_of_the_one_is_read_also_that_of_no_day(
    spark: SparkSession, tmp_path: Path
) -> None:
    schema = written(tmp_path, VISITS)
    assert main(["generate", str(schema), "-o", str(tmp_path / "in"), "--daily", "--quiet"]) == 0
    found = find(Storage(spark), str(tmp_path / "in"), lambda _: "visit")
    listed = [file for file in manifest_of(tmp_path / "in").files if file.table == "visit"]
    assert names(found) == [file.path for file in listed]
    assert names(found)[-1] == "visit/no-day.csv"
    assert found.generated_rows == sum(file.rows for file in listed)


def test_what_is_found_is_equal_until_anything_changes(look: Look, tmp_path: Path) -> None:
    generate(tmp_path / "in")
    before = look()
    assert look() == before
    generate(tmp_path / "in")
    assert names(look()) == names(before)
    generate(tmp_path / "in", 101)
    assert look() != before


def first_file(folder: Path) -> Path:
    manifest = json.loads((folder / "_manifest.json").read_text())
    return folder / str(manifest["files"][0]["path"])


def test_a_set_with_a_file_cut_off_or_gone_is_refused(look: Look, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    generate(folder)
    file = first_file(folder)
    size = file.stat().st_size
    with file.open("ab") as out:
        out.truncate(size - 1)
    with pytest.raises(UserError, match=rf"{file}: {size - 1:,} bytes of the {size:,} that _manifest.json lists;"):
        look()
    file.unlink()
    with pytest.raises(UserError, match=f"{file}: _manifest.json lists it, but it is not there; make the set anew"):
        look()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 1}'])
def test_a_manifest_that_is_none_is_refused(text: str, look: Look, tmp_path: Path) -> None:
    generate(tmp_path / "in")
    (tmp_path / "in" / "_manifest.json").write_text(text)
    with pytest.raises(UserError, match=r"_manifest\.json: .*; make the set anew, or remove it to read every file"):
        look()


def test_nothing_to_read_is_told_with_what_is_there(look: Look, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    with pytest.raises(NotThereError, match=f"{folder}: not there; make data with `datagen generate`"):
        look()
    folder.mkdir()
    with pytest.raises(NotThereError, match=f"{folder}: no file in it; make data with `datagen generate`"):
        look()
    (folder / "sales.xlsx").touch()
    with pytest.raises(
        NotThereError, match=r"no extract in it, only sales\.xlsx; save them as \.csv, \.jsonl or \.parq"
    ):
        look()


class Time:
    """A clock that moves when somebody sleeps; what is due by then happens."""

    def __init__(self, due: float, happens: Callable[[], object]) -> None:
        self.now, self._due, self._happens = 0.0, due, happens
        self.said: list[tuple[float, str]] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        if self.now >= self._due:
            self._due = float("inf")
            self._happens()

    def say(self, text: str) -> None:
        self.said.append((self.now, text))


def test_waiting_tells_at_once_and_every_half_minute_what_it_waits_for(look: Look, tmp_path: Path) -> None:
    time = Time(float("inf"), lambda: None)
    with pytest.raises(NotThereError, match="not there"):
        wait(look, 70, time.say, monotonic=time.monotonic, sleep=time.sleep)
    assert time.now == 70
    assert [(now, text.partition(":")[0]) for now, text in time.said] == [
        (0, "waiting for input, at most 70 s more"),
        (30, "waiting for input, at most 40 s more"),
        (60, "waiting for input, at most 10 s more"),
    ]
    assert str(tmp_path / "in") in time.said[0][1]


def test_waiting_ends_when_files_come(look: Look, tmp_path: Path) -> None:
    time = Time(42, lambda: generate(tmp_path / "in"))
    found = wait(look, 300, time.say, monotonic=time.monotonic, sleep=time.sleep)
    assert found.extracts
    assert time.now == 42


def test_with_no_patience_nothing_is_said(look: Look) -> None:
    time = Time(float("inf"), lambda: None)
    with pytest.raises(NotThereError):
        wait(look, 0, time.say, monotonic=time.monotonic, sleep=time.sleep)
    assert (time.said, time.now) == ([], 0)


def test_a_broken_set_is_not_waited_for(look: Look, tmp_path: Path) -> None:
    generate(tmp_path / "in")
    first_file(tmp_path / "in").unlink()
    time = Time(5, lambda: shutil.rmtree(tmp_path / "in"))
    with pytest.raises(UserError, match="not there; make the set anew"):
        wait(look, 300, time.say, monotonic=time.monotonic, sleep=time.sleep)
    assert time.now == 0


def test_a_local_file_has_one_key_however_its_uri_is_spelt() -> None:
    assert {file_key(f"file:{slashes}a/b.csv") for slashes in ("/", "//", "///")} == {"file:/a/b.csv"}
    assert file_key("hdfs://host/a") == "hdfs://host/a"
