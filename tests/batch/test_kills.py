"""The job killed at any moment, driver and Java together or the driver alone: readers have a whole run."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from batch.pipeline_batch import __file__ as JOB
from datagen.cli import main

pytestmark = [pytest.mark.spark, pytest.mark.slow]
GALLERY = Path(__file__).parents[2] / "schemas"
KILLS = 4


def start(folder: Path) -> subprocess.Popen[bytes]:
    options = [
        "--schema",
        str(GALLERY / "iot_sensors.json"),
        "--input",
        str(folder / "in"),
        "--output",
        str(folder / "out"),
    ]
    command = [sys.executable, str(JOB), *options, "--events", str(folder / "events"), "--wait", "0"]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)


def let_run(job: subprocess.Popen[bytes], seconds: float) -> None:
    """That long, or until it ends."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        job.wait(seconds)


def whole(batch: Path) -> int:
    """Reads what the pointer names; gives how many rows were counted. Fails where anything is missing."""
    pointer: dict[str, Any] = json.loads((batch / "current.json").read_text())
    run = batch / pointer["path"]
    quality: dict[str, Any] = json.loads((run / "quality.json").read_text())
    assert quality["run"] == pointer["run"]
    (part,) = (run / "csv").glob("part-*.csv")
    lines = part.read_text().splitlines()
    assert len(lines) - 1 == quality["output"]["aggregated_rows"]
    place = lines[0].split(",").index("record_count")
    counted = sum(int(line.split(",")[place]) for line in lines[1:])
    assert counted == quality["rows"]["counted"]
    return counted


def test_a_reader_has_the_old_run_or_the_new_one_whole_whenever_the_job_is_killed(tmp_path: Path) -> None:
    def make(rows: int) -> None:
        main(
            [
                "generate",
                str(GALLERY / "iot_sensors.json"),
                "-o",
                str(tmp_path / "in"),
                "--rows",
                str(rows),
                "--quiet",
            ]
        )

    make(1_000)
    first = start(tmp_path)
    assert first.wait(300) == 0, (tmp_path / "log").read_text()
    batch = tmp_path / "out" / "iot_sensors" / "batch"
    assert whole(batch) == 1_000
    make(2_000)
    runs = batch / "runs"
    chance = random.Random(7)
    for kill in range(KILLS):
        known = set(runs.iterdir())
        job = start(tmp_path)
        while not (set(runs.iterdir()) - known) and job.poll() is None:  # what comes before it writes changes nothing
            let_run(job, 0.05)
        with_java = kill % 2 == 0
        let_run(job, chance.random() * 4)
        if with_java:
            with contextlib.suppress(ProcessLookupError):  # it had ended
                os.killpg(job.pid, signal.SIGKILL)
        else:
            job.kill()
        job.wait(60)
        assert whole(batch) in (1_000, 2_000)
    last = start(tmp_path)
    assert last.wait(300) == 0, (tmp_path / "log").read_text()
    assert whole(batch) == 2_000
    assert len(list(runs.iterdir())) <= 2 + KILLS
