"""The job killed at any moment, driver or Java or both: what is published stays whole, and ends the same."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.streaming.conftest import Stream, heartbeat, rows_of, sale

pytestmark = [pytest.mark.spark, pytest.mark.kafka, pytest.mark.slow]
KILLS = int(os.environ.get("KILLS", "3"))
SLICE = 300  # messages sent before each start
EACH_S = 20  # of event time between two sales
PATIENCE_S = 300
FIRST = 1_735_725_600  # 2025-01-01T10:00:00Z

Windows = dict[tuple[str, float], tuple[Decimal, int]]


def start(shop: Stream, *more: str) -> subprocess.Popen[bytes]:
    return shop.started("--trigger", "300 ms", "--batch-rows", "120", *more)


def sales(first: int, count: int) -> Iterator[dict[str, Any] | bytes]:
    """In order of time, some twice, some wrong."""
    for number in range(first, first + count):
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(FIRST + number * EACH_S))
        made = sale(number, at, city=("Pune", "Delhi")[number % 2], amount=number % 7 + 0.25)
        yield made
        if number % 20 == 0:
            yield made
        if number % 50 == 0:
            yield b"junk"


def recounted(count: int) -> Windows:
    """What the first so many sales come to, by hand."""
    sums: dict[tuple[str, float], Decimal] = Counter()  # type: ignore[assignment]
    rows: Counter[tuple[str, float]] = Counter()
    for number in range(count):
        pane = (FIRST + number * EACH_S) // 900 * 900
        for back in range(4):
            window = ("Pune", "Delhi")[number % 2], float(pane - back * 900)
            sums[window] += Decimal(number % 7) + Decimal("0.25")
            rows[window] += 1
    return {window: (sums[window], rows[window]) for window in rows}


def windows(folder: Path) -> Windows:
    found = rows_of(folder)
    by_key = {(row["city"], row["window_start"].timestamp()): (row["amount"], row["record_count"]) for row in found}
    assert len(by_key) == len(found), "a window twice"
    return by_key


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
    shop.send(heartbeat(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(FIRST + sent * EACH_S + 5_000))))
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
