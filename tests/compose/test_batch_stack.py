"""The batch stack on a real engine: what the page shows and what lies in HDFS is what DuckDB counts in the extracts."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest

from datagen.schema import read_schema
from tests.compose.files import ONE_SHOTS, ROOT, services
from tests.compose.stacks import Stack, until
from tests.recounts import Recount, fetched, value

pytestmark = [pytest.mark.docker, pytest.mark.slow]
CARDS, SENSORS = "schemas/card_transactions.json", "schemas/iot_sensors.json"
ROWS = 200_000


def recount(stack: Stack) -> Recount:
    analysis = read_schema(ROOT / stack.settings["SCHEMA"]).analysis
    return Recount(analysis, [f"{stack.data}/input/{analysis.dataset}/*.csv"])


def check_page(stack: Stack) -> None:
    """Every figure of the page, over all days."""
    days = sorted(day for (day,) in recount(stack).by("day"))
    told = stack.page(f"/api/overview?from={days[0]}&to={days[-1]}")
    (sums,) = recount(stack).by().values()
    assert sums["record_count"] == ROWS
    tiles = {tile["metric"]: Decimal(tile["value"]) for tile in told["tiles"]}
    assert tiles == {name: value(name, told["figures"][name], sums) for name in tiles}
    assert tiles
    assert stack.page("/api/quality")["rows"]["counted"] == ROWS


def check_hdfs(stack: Stack, target: Path) -> None:
    """The run in HDFS that is named there, by day and dimensions."""
    analysis = recount(stack).analysis
    root = f"/data/output/{analysis.dataset}/batch"
    run = stack.page("/api/status")["run"]["id"]
    until(stack.hdfs_serves, "HDFS to serve")
    found = stack.hdfs(f"{root}/runs/{run}", target)
    names = [one.name for one in analysis.dimensions]
    date = f"{analysis.timestamp_field}_date"
    rows = fetched(
        f"select {date}::varchar, {', '.join(names)}, record_count"
        f" from read_parquet('{found}/parquet/*/*.parquet', hive_partitioning = true)"
    )
    expected = {key: sums["record_count"] for key, sums in recount(stack).by("day", *names).items()}
    assert {tuple(row[:-1]): row[-1] for row in rows} == expected
    assert (found / "quality.json").read_text() == next(stack.data.rglob(f"{run}/quality.json")).read_text()


def test_everything_is_well_and_what_ends_has_ended_well(batch: Stack) -> None:
    assert batch.states().keys() == services("batch").keys()
    assert batch.all_well()


def test_page_and_hdfs_hold_what_another_engine_counts(batch: Stack, tmp_path: Path) -> None:
    check_page(batch)
    check_hdfs(batch, tmp_path / "run")


def test_what_is_written_to_the_host_belongs_to_the_folders_owner(batch: Stack) -> None:
    for room in (batch.data / "input", batch.data / "output"):
        owners = {(one.lstat().st_uid, one.lstat().st_gid) for one in [room, *room.rglob("*")]}
        assert owners == {(room.stat().st_uid, room.stat().st_gid)}
    assert os.getuid() != 0 or (batch.data / "output").stat().st_uid == 4321


@pytest.mark.parametrize("service", sorted(services("batch").keys() - ONE_SHOTS))
def test_no_process_is_root_or_has_a_capability_or_may_write_to_the_image(batch: Stack, service: str) -> None:
    told = batch.in_container(service, "cat", "/proc/1/status", "/proc/1/mountinfo")
    assert "\nCapEff:\t0000000000000000\n" in told
    assert "\nUid:\t0\t" not in told
    assert " / / ro," in told


def test_the_master_knows_both_workers_and_the_history_server_the_job(batch: Stack) -> None:
    workers = batch.ask("BATCH_SPARK_PORT", "/json/")["workers"]
    assert sorted(one["host"] for one in workers if one["state"] == "ALIVE") == ["spark-worker-1", "spark-worker-2"]
    (job, *_) = until(lambda: batch.ask("BATCH_HISTORY_PORT", "/api/v1/applications?status=completed"), "the job")
    assert job["name"] == "batch.schema_driven_pipeline"


def test_a_second_start_keeps_the_data_and_publishes_again(batch: Stack) -> None:
    before = batch.page("/api/status")["run"]["id"]
    made = (batch.data / "input/card_transactions/_manifest.json").stat().st_mtime_ns
    batch.up()
    assert (batch.data / "input/card_transactions/_manifest.json").stat().st_mtime_ns == made
    assert batch.page("/api/status")["run"]["id"] > before
    assert "holds the same set already" in batch.logs("batch-job")
    check_page(batch)


@pytest.mark.parametrize("service", ["datanode", "namenode", "spark-worker-1", "spark-master", "history", "dashboard"])
def test_what_is_killed_at_rest_comes_back_with_all_that_it_had(batch: Stack, service: str, tmp_path: Path) -> None:
    batch.kill_and_wait(service)
    until(batch.all_well, "all to be well")
    check_page(batch)
    check_hdfs(batch, tmp_path / "run")


@pytest.mark.parametrize("service", ["datanode", "spark-worker-1", "spark-master"])
def test_what_is_killed_under_the_job_does_not_keep_it_from_its_end(batch: Stack, service: str, tmp_path: Path) -> None:
    before = batch.page("/api/status")["run"]["id"]
    said = batch.logs("batch-job").count("reading ")
    batch.run("start", "batch-job")
    until(lambda: batch.logs("batch-job").count("reading ") > said, "the job to read")
    batch.kill_and_wait(service)
    until(lambda: batch.states()["batch-job"][0] == "exited" and batch.all_well(), "the job to end well")
    assert batch.page("/api/status")["run"]["id"] > before
    check_page(batch)
    check_hdfs(batch, tmp_path / "run")


def test_another_schema_is_another_business(batch: Stack, tmp_path: Path) -> None:
    begun = batch.inspect("namenode")["State"]["StartedAt"]
    batch.up(SCHEMA=SENSORS)
    check_page(batch)
    check_hdfs(batch, tmp_path / "sensors")
    assert batch.inspect("namenode")["State"]["StartedAt"] == begun
    batch.up(SCHEMA=CARDS)
    check_page(batch)


def test_a_schema_that_is_not_in_the_image_is_told_with_the_way_out(batch: Stack) -> None:
    with pytest.raises(CalledProcessError):
        batch.up(SCHEMA="schemas/elsewhere.json")
    assert "SCHEMA=schemas/elsewhere.json: not in the image; put the file below schemas/" in batch.logs("generator")
    batch.up(SCHEMA=CARDS)
    assert batch.all_well()


def test_after_stop_and_start_all_is_as_before(batch: Stack, tmp_path: Path) -> None:
    batch.run("stop")
    batch.run("start")
    until(batch.all_well, "all to be well")
    check_page(batch)
    check_hdfs(batch, tmp_path / "run")


@pytest.mark.parametrize(
    ("gone", "service", "said"),
    [
        ("data", "datanode", "the NameNode's names are there, the DataNode's blocks are not; `docker compose -f"),
        ("name", "namenode", "the DataNode's blocks are there, the NameNode's names are not; `docker compose -f"),
    ],
)
def test_half_a_reset_is_told_with_the_way_out(batch: Stack, gone: str, service: str, said: str) -> None:
    batch.in_container("namenode", "rm", "-r", f"/var/lib/demo/hdfs/{gone}/current")
    batch.run("stop")
    with pytest.raises(CalledProcessError):
        batch.up()
    assert said in batch.logs(service)
    batch.compose.stop()
    assert batch.volumes() == []
    batch.up()
    check_page(batch)


def names(found: Any) -> list[str]:
    return sorted(one.name for one in found)


def test_taking_it_down_leaves_data_alone(batch: Stack) -> None:
    batch.compose.stop()
    assert batch.volumes() == []
    assert batch.states() == {}
    assert "card_transactions" in names((batch.data / "output").iterdir())
    batch.up()
    check_page(batch)
