"""Days of tables that are not in the order of time, by tasks: one is a task's file, all of them are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import Row

from datagen.commands.generate import How
from datagen.errors import UserError
from datagen.layout import Cut, extracts
from datagen.request import Request, prepare
from datagen.sinks.durable import Written
from datagen_spark.desks import NearDesk
from datagen_spark.generate import Cluster, made_on
from datagen_spark.job import checked
from datagen_spark.tasks import Maker, versions
from pipeline.stopping import Stop
from tests.files.scattered import DAYS, VISITS, plan_of, written
from tests.files.shop import make

DAY = Cut(day=DAYS[1])


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    return written(tmp_path, VISITS)


def test_a_task_makes_the_file_of_a_day_that_the_local_engine_makes_and_counts_its_rows(
    visits: Path, tmp_path: Path
) -> None:
    plan = plan_of(visits)
    make(plan, tmp_path / "local", DAY)
    parts = extracts(plan, DAY)
    for folder in ("set/visit", "tasks"):
        (tmp_path / folder).mkdir(parents=True)
    desk = NearDesk(str(tmp_path / "set"), str(tmp_path / "tasks"))
    maker = Maker(json.dumps(plan.dataset.document), versions(), parts, 50, desk)
    receipts = [
        row for batch in maker(iter([pa.record_batch([range(len(parts))], ["id"])])) for row in batch.to_pylist()
    ]
    listed = json.loads((tmp_path / "local" / "_manifest.json").read_text())["files"]
    told = sorted(({key: file[key] for key in ("path", "rows", "bytes", "sha256")} for file in listed), key=str)
    assert sorted(receipts, key=str) == told
    for file in listed:
        assert (tmp_path / "set" / file["path"]).read_bytes() == (tmp_path / "local" / file["path"]).read_bytes()


def test_receipts_tell_how_many_rows_a_day_has(visits: Path) -> None:
    parts = extracts(plan_of(visits), DAY)
    rows = [Row(path=part.path, rows=part.rows if part.day is None else 17, bytes=5, sha256="") for part in parts]
    assert checked(parts, rows, lambda _: 5)[f"visit/{DAYS[1]}.csv"] == Written(5, "", 17)
    with pytest.raises(AssertionError, match="receipts of 3 files for 3"):
        checked(parts, [Row(path=row.path, rows=row.rows + 1, bytes=5, sha256="") for row in rows], lambda _: 5)


def test_all_days_are_refused_before_a_cluster_is_asked(visits: Path, tmp_path: Path) -> None:
    stop = Stop()
    cluster, request = Cluster("spark://nowhere:1", stop), Request(visits, str(tmp_path / "set"), cut=Cut(daily=True))
    sentence = (
        "--daily: visit is not in the order of time, and is cut into all of its days on one machine; "
        "leave --engine spark out, or give --date"
    )
    with pytest.raises(UserError, match=sentence):
        made_on(cluster, prepare(request, {}), request, How(), stop)
    assert not cluster.started
    assert not (tmp_path / "set").exists()
