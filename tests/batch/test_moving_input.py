"""Input that changes while it is read, and two jobs at once."""

from __future__ import annotations

import itertools
import json
import os
import re
from pathlib import Path

import pytest

from datagen.errors import UserError
from tests.batch.conftest import Shop
from tests.batch.process import SENSORS, ended, generate, job, whole

pytestmark = pytest.mark.spark
AGAIN = "the input changed while it was read; starting over"


@pytest.fixture
def sensors(shop: Shop) -> Shop:
    """A set of 500 rows, committed by the generator."""
    shop.input.rmdir()
    generate(shop.input, 500)
    return shop


def test_a_set_committed_while_it_is_read_is_read_from_the_start(sensors: Shop) -> None:

    def commit() -> None:
        sensors.happens.clear()
        generate(sensors.input, 600)

    sensors.happens["reading "] = commit
    quality = sensors.run(SENSORS)
    assert sensors.said.count(AGAIN) == 1
    assert quality["rows"]["counted"] == 600
    manifest = json.loads((sensors.input / "_manifest.json").read_text())
    assert quality["input"]["generated_rows"] == sum(file["rows"] for file in manifest["files"]) == 600


def test_input_that_never_rests_is_given_up_and_the_old_run_stays(sensors: Shop) -> None:
    sensors.run(SENSORS)
    before = sensors.runs()
    sizes = itertools.count(501)
    sensors.happens["reading "] = lambda: generate(sensors.input, next(sizes))
    with pytest.raises(UserError, match="the input kept changing while it was read; run this again when the generator"):
        sensors.run(SENSORS)
    assert sensors.said.count(AGAIN) == 3
    assert sensors.runs() == before
    assert whole(sensors.published.parent) == 500


def test_a_file_that_grows_or_comes_while_others_are_read_is_counted(shop: Shop) -> None:
    line = "{id},2025-01-05,Pune,1.00,2,true"
    shop.rows(line.format(id="a"), name="a.csv")
    files = iter(["b.csv", "a.csv"])

    def change() -> None:
        for name in itertools.islice(files, 1):
            shop.rows(line.format(id=name), line.format(id=f"more of {name}"), name=name)

    shop.happens["reading "] = change
    quality = shop.run()
    assert shop.said.count(AGAIN) == 2
    assert {file["file"]: file["counted"] for file in quality["files"]} == {"a.csv": 2, "b.csv": 2}


@pytest.mark.slow
def test_a_second_job_refuses_and_names_the_first(sensors: Shop, tmp_path: Path) -> None:
    sensors.output = tmp_path / "out"
    (tmp_path / "in").symlink_to(sensors.input)
    second: list[tuple[int, str]] = []

    def start_another() -> None:
        with job(tmp_path, "--wait", "0") as process:
            second.append(ended(process))

    sensors.happens["reading "] = start_another
    sensors.run(SENSORS)
    ((code, said),) = second
    assert code == 2
    lock = tmp_path / "out" / "iot_sensors" / "batch" / ".lock"
    held = rf"{lock}: held by process {os.getpid()} on .+ \(.+\); wait for it to end, or end it, and run this again"
    assert re.fullmatch(held, said.splitlines()[-1])
    assert len(sensors.runs()) == 1
    assert whole(lock.parent) == 500
