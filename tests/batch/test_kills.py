"""The job killed at any moment, driver and Java together or the driver alone: readers have a whole run."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from tests.batch.process import ended, generate, job, whole

pytestmark = [pytest.mark.spark, pytest.mark.slow]
KILLS = 2


def let_run(process: subprocess.Popen[str], seconds: float) -> None:
    """That long, or until it ends."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def publish(folder: Path) -> None:
    with job(folder, "--wait", "0") as process:
        code, said = ended(process)
    assert code == 0, said


def test_a_reader_has_the_old_run_or_the_new_one_whole_whenever_the_job_is_killed(tmp_path: Path) -> None:
    generate(tmp_path / "in", 1_000)
    publish(tmp_path)
    batch = tmp_path / "out" / "iot_sensors" / "batch"
    assert whole(batch) == 1_000
    generate(tmp_path / "in", 2_000)
    runs = batch / "runs"
    chance = random.Random(7)
    for kill in range(KILLS):
        known = set(runs.iterdir())
        with job(tmp_path, "--wait", "0") as process:
            while not (set(runs.iterdir()) - known) and process.poll() is None:  # nothing is written before
                let_run(process, 0.05)
            let_run(process, chance.random() * 4)
            if kill % 2:
                process.kill()
            else:
                with contextlib.suppress(ProcessLookupError):  # it had ended
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
            assert whole(batch) in (1_000, 2_000)
    publish(tmp_path)
    assert whole(batch) == 2_000
    assert len(list(runs.iterdir())) <= 2 + KILLS
