"""A set goes to another file system, and a run comes from it, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from pipeline.runs import Run, Runs
from pipeline.storage import Storage
from pipeline.transfer import copy_run, put_set

pytestmark = pytest.mark.spark


def folder(root: Path, **files: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / name.replace("__", "/")).parent.mkdir(exist_ok=True)
        (root / name.replace("__", "/")).write_text(text)
    return root


def contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


class Failing(Storage):
    """Copies some files, and then no more."""

    left = 1

    def copy(self, source: str, target: str) -> None:
        if not self.left:
            raise OSError("no space left")
        self.left -= 1
        super().copy(source, target)


def test_a_set_is_put_in_place_of_the_one_that_stands_there(spark: SparkSession, tmp_path: Path) -> None:
    there = folder(tmp_path / "there/shop", old="1", _manifest="{}")
    here = folder(tmp_path / "here/shop", a="1", day__b="2")
    (here / "_manifest.json").write_text("{}")
    (here / "_run.json").write_text("{}")
    put_set(Storage(spark), here, str(there), lambda _: None)
    assert contents(there) == {"a": "1", "day/b": "2", "_manifest.json": "{}", "_run.json": "{}"}
    assert [path.name for path in there.parent.iterdir()] == ["shop"]


def test_a_set_with_the_same_manifest_is_left_as_it_is(spark: SparkSession, tmp_path: Path) -> None:
    here, there = folder(tmp_path / "here/shop", a="1"), folder(tmp_path / "there/shop", a="as it was")
    for side in (here, there):
        (side / "_manifest.json").write_text('{"seed": 1}')
    said: list[str] = []
    put_set(Storage(spark), here, str(there), said.append)
    assert (there / "a").read_text() == "as it was"
    assert said == [f"{there} holds the same set already"]


def test_where_there_is_nothing_here_what_is_there_stays(spark: SparkSession, tmp_path: Path) -> None:
    there = folder(tmp_path / "there/shop", a="1")
    put_set(Storage(spark), tmp_path / "here/shop", str(there), lambda _: None)
    assert contents(there) == {"a": "1"}


def test_a_set_that_cannot_be_put_there_whole_leaves_the_old_one(spark: SparkSession, tmp_path: Path) -> None:
    here, there = folder(tmp_path / "here/shop", a="1", b="2"), folder(tmp_path / "there/shop", a="old")
    with pytest.raises(OSError, match="no space left"):
        put_set(Failing(spark), here, str(there), lambda _: None)
    assert contents(there.parent) == {"shop/a": "old"}


def test_what_a_killed_one_left_half_done_is_removed(spark: SparkSession, tmp_path: Path) -> None:
    here = folder(tmp_path / "here/shop", a="1")
    folder(tmp_path / "there/.shop.0123456789ab", a="half")
    put_set(Storage(spark), here, str(tmp_path / "there/shop"), lambda _: None)
    assert contents(tmp_path / "there") == {"shop/a": "1"}


def published(spark: SparkSession, root: Path, fingerprint: str = "f" * 8) -> Run:
    runs = Runs(Storage(spark), str(root))
    run = runs.begin()
    folder(Path(run.folder), **{"csv__part-0.csv": "x\n1\n", "quality.json": json.dumps({"fingerprint": fingerprint})})
    runs.publish(run, fingerprint)
    return run


def test_a_run_is_copied_whole_and_named(spark: SparkSession, tmp_path: Path) -> None:
    run = published(spark, tmp_path / "far")
    copy = copy_run(Storage(spark), run, str(tmp_path / "near"))
    assert copy.id == run.id
    assert contents(Path(copy.folder)) == contents(Path(run.folder))
    pointer = json.loads((tmp_path / "near/current.json").read_text())
    assert (pointer["run"], pointer["fingerprint"]) == (run.id, "f" * 8)
    assert (tmp_path / "near/current").resolve() == Path(copy.folder)


def test_a_run_that_cannot_be_copied_whole_leaves_the_one_before(spark: SparkSession, tmp_path: Path) -> None:
    first = copy_run(Storage(spark), published(spark, tmp_path / "far"), str(tmp_path / "near"))
    second = published(spark, tmp_path / "far")
    with pytest.raises(OSError, match="no space left"):
        copy_run(Failing(spark), second, str(tmp_path / "near"))
    assert json.loads((tmp_path / "near/current.json").read_text())["run"] == first.id
    assert [path.name for path in (tmp_path / "near/runs").iterdir()] == [first.id]
