"""What tasks make is what the local engine makes, wherever it is put and however it is cut."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pyspark.sql import SparkSession

from datagen.errors import UserError
from datagen.layout import Cut, extracts
from datagen_spark import faults, job
from datagen_spark.desks import NearDesk
from datagen_spark.tasks import Maker, versions
from tests.datagen_spark.conftest import Making
from tests.files.conftest import Mount
from tests.files.shop import DAYS, contents, listed, make, plan_of

pytestmark = pytest.mark.spark
FAR = pytest.mark.parametrize("far", [False, True], ids=["shared folder", "by Hadoop"])
CASES = [
    pytest.param("csv", False, Cut(), 1 << 16, id="csv a day"),
    pytest.param("jsonl", True, Cut(single_file=True), 37, id="one jsonl.gz, in blocks of 37 rows"),
    pytest.param("parquet", False, Cut(), 11, id="parquet a day, in blocks of 11 rows"),
]


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def locally(document: Path, folder: Path, cut: Cut = Cut(), **overrides: Any) -> dict[str, bytes]:  # noqa: B008
    make(plan_of(document, **overrides), folder, cut)
    return contents(folder)


@FAR
@pytest.mark.parametrize(("form", "gzip", "cut", "block_rows"), CASES)
def test_files_and_manifest_are_those_of_the_local_engine(
    form: str, gzip: bool, cut: Cut, block_rows: int, far: bool, document: Path, tmp_path: Path, by_tasks: Making
) -> None:
    asked = {"output.format": form, "output.gzip": gzip}
    expected = locally(document, tmp_path / "local", cut, **asked)
    folder = tmp_path / "tasks" / "shop"
    by_tasks(folder, cut, far=far, block_rows=block_rows, format=form, gzip=gzip)
    assert contents(folder) == expected
    assert listed(folder).rows == 400
    assert beside(folder) == []
    assert json.loads((folder / "_run.json").read_text())["engine"] == "spark"


@FAR
def test_a_day_is_added_to_the_set_that_is_there(far: bool, document: Path, tmp_path: Path, by_tasks: Making) -> None:
    expected = locally(document, tmp_path / "local")
    folder = tmp_path / "tasks" / "shop"
    for day in (DAYS[3], DAYS[0], *DAYS):
        by_tasks(folder, Cut(day=day), far=far)
    assert contents(folder) == expected
    assert beside(folder) == []


@FAR
def test_what_was_not_made_here_is_refused_and_stays(far: bool, tmp_path: Path, by_tasks: Making) -> None:
    folder = tmp_path / "tasks" / "shop"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=r"shop: holds what was not made here: notes\.txt; give a new folder"):
        by_tasks(folder, far=far)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert beside(folder) == []


@FAR
def test_a_set_of_another_document_takes_no_day(far: bool, document: Path, tmp_path: Path, by_tasks: Making) -> None:
    folder = tmp_path / "tasks" / "shop"
    before = locally(document, folder)
    with pytest.raises(UserError, match="was made from another effective document"):
        by_tasks(folder, Cut(day=DAYS[0]), far=far, rows=300)
    assert contents(folder) == before
    assert beside(folder) == []


@FAR
def test_a_full_disk_is_told_and_the_old_set_stays(
    far: bool, document: Path, tmp_path: Path, by_tasks: Making, mount: Mount
) -> None:
    folder = mount(tmp_path / "disk", "size=512k") / "shop"
    before = locally(document, folder)
    with pytest.raises(Exception, match=r"(?i)no space left") as caught:
        by_tasks(folder, far=far, rows=20_000)
    assert "no space left" in str(faults.told(caught.value, "local[2]"))
    assert contents(folder) == before
    assert beside(folder) == []


@dataclass(frozen=True, slots=True)
class Elsewhere(Maker):
    """Bears the name of a module that this machine has and executors have not."""


def a_maker(document: Path, folder: Path) -> Maker:
    plan = plan_of(document)
    for room in ("set", "tasks"):
        (folder / room).mkdir(exist_ok=True)
    desk = NearDesk(str(folder / "set"), str(folder / "tasks"))
    return Maker(json.dumps(plan.dataset.document), versions(), extracts(plan, Cut()), 1 << 16, desk)


def test_an_executor_without_the_project_is_told(
    spark: SparkSession, document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("datagen_spark.only_here")
    module.Elsewhere = Elsewhere  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(Elsewhere, "__module__", module.__name__)
    maker = a_maker(document, tmp_path)
    fields = {name: getattr(maker, name) for name in maker.__dataclass_fields__}
    with pytest.raises(Exception, match="only_here") as caught:
        job.receipts_of(spark, Elsewhere(**fields))
    told = faults.told(caught.value, "spark://one:7077")
    assert str(told).startswith("spark://one:7077: an executor's Python has not got this project; install it there")


def test_an_executor_with_other_versions_is_refused(spark: SparkSession, document: Path, tmp_path: Path) -> None:
    maker = replace(a_maker(document, tmp_path), versions={**versions(), "numpy": "0.1"})
    with pytest.raises(Exception, match="numpy") as caught:
        job.receipts_of(spark, maker)
    assert "in place of 0.1; give executors the packages that this machine has" in str(faults.told(caught.value, ""))
    assert list((tmp_path / "set").iterdir()) == []
