"""Ctrl-C and SIGTERM end the job: the old run is whole, of the new one nothing is left, and no process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.batch.process import ended, generate, group_lives, heard, job, whole

pytestmark = [pytest.mark.spark, pytest.mark.slow]
PATIENCE_S = 20.0  # with Java's end, on a machine that has other things to do


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which 500 rows are published, and 1,000 wait to be."""
    folder = tmp_path_factory.mktemp("stop")
    generate(folder / "in", 500)
    with job(folder, "--wait", "0") as process:
        code, said = ended(process)
    assert code == 0, said
    generate(folder / "in", 1_000)
    return folder


@pytest.fixture
def place(published: Path, tmp_path: Path) -> Path:
    shutil.copytree(published, tmp_path / "place", symlinks=True)
    return tmp_path / "place"


def waits(process: subprocess.Popen[str], place: Path) -> None:
    heard(process, "waiting for input")


def reads(process: subprocess.Popen[str], place: Path) -> None:
    heard(process, "reading ")


def writes(process: subprocess.Popen[str], place: Path) -> None:
    heard(process, "reading ")
    until = monotonic() + 60
    while len(runs(place)) < 2 and monotonic() < until:
        sleep(0.01)


def runs(place: Path) -> list[str]:
    return os.listdir(place / "out" / "iot_sensors" / "batch" / "runs")


@pytest.mark.parametrize(
    ("moment", "send", "number"),
    [
        (waits, os.kill, signal.SIGINT),
        (reads, os.kill, signal.SIGINT),
        (writes, os.killpg, signal.SIGTERM),
    ],
)
def test_a_signal_ends_the_job_cleanly(
    moment: Callable[[subprocess.Popen[str], Path], None], send: Callable[[int, int], None], number: int, place: Path
) -> None:
    if moment is waits:
        shutil.rmtree(place / "in")
    before = runs(place)
    with job(place, "--wait", "60") as process:
        moment(process, place)
        send(process.pid, number)
        code, said = ended(process)
        assert not group_lives(process.pid, PATIENCE_S)
    assert code == 128 + number
    assert said.splitlines()[-1].endswith("  stopped")
    assert "Traceback" not in said
    assert runs(place) == before
    assert whole(place / "out" / "iot_sensors" / "batch") == 500
