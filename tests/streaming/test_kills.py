"""The job killed at any moment, driver or Java or both: what is published stays whole, and ends the same."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.streaming.conftest import Stream
from tests.streaming.sales import Windows, closing_beat, recounted, sales, windows

pytestmark = [pytest.mark.spark, pytest.mark.kafka, pytest.mark.slow]
KILLS = int(os.environ.get("KILLS", "2"))
SLICE = 300  # messages sent before each start
PATIENCE_S = 300


def start(shop: Stream, *more: str) -> subprocess.Popen[bytes]:
    return shop.started("--trigger", "300 ms", "--batch-rows", "120", *more)


class Reader(threading.Thread):
    """Reads the closed windows again and again; none may ever change or go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.ended, self.reads = folder, threading.Event(), 0
        self.seen: Windows = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.ended.wait(0.05):
            found = windows(self.folder)
            changed = [key for key, value in self.seen.items() if found.get(key) != value]
            if changed:
                self.wrong.append(f"{changed[0]} was {self.seen[changed[0]]}, is {found.get(changed[0])}")
            self.seen = found
            self.reads += 1


def kill(job: subprocess.Popen[bytes], which: str) -> None:
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
        java = psutil.Process(job.pid).children(recursive=True)
        if which == "driver":
            job.kill()
        elif which == "both":
            os.killpg(job.pid, signal.SIGKILL)
        else:
            for process in java:
                process.kill()
    job.wait(60)


def test_published_windows_equal_a_recount_whenever_the_job_is_killed(shop: Stream) -> None:
    chance = random.Random(int(os.environ.get("KILL_SEED", "5")))
    reader = Reader(shop.output / "closed")
    reader.start()
    sent = 0
    for number in range(KILLS):
        shop.send(*sales(sent, SLICE))
        sent += SLICE
        job = start(shop)
        committed = len(list((shop.folder / "state").glob("checkpoints/*/offsets/*")))
        deadline = time.monotonic() + PATIENCE_S
        while len(list((shop.folder / "state").glob("checkpoints/*/offsets/*"))) == committed:
            assert job.poll() is None, (shop.folder / "log").read_text()
            assert time.monotonic() < deadline, (shop.folder / "log").read_text()
            time.sleep(0.02)
        time.sleep(chance.random() * 4)
        kill(job, ("both", "driver", "java")[number % 3])
    shop.send(closing_beat(sent))
    last = start(shop, "--once", "--batch-rows", "10000")
    assert last.wait(PATIENCE_S) == 0, (shop.folder / "log").read_text()
    reader.ended.set()
    reader.join()
    assert reader.wrong == []
    assert reader.reads > KILLS
    assert windows(shop.output / "closed") == recounted(sent)
    assert shop.open() == []
    progress = shop.progress()
    twice, junk = len(range(0, sent, 20)), len(range(0, sent, 50))
    assert progress["rows"] == {
        "read": sent + twice + junk,
        "windowed": sent,
        "late": 0,
        "quarantined": junk,
        "duplicate": twice,
    }
    assert progress["balanced"]
    assert len(shop.quarantine()) == junk
