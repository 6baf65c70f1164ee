"""A disk that fills up under the job, and a topic of several partitions."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from tests.files.conftest import Mount, mount
from tests.streaming.conftest import Stream
from tests.streaming.sales import closing_beat, recounted, sales, windows

__all__ = ["mount"]

pytestmark = [pytest.mark.spark, pytest.mark.kafka]
PATIENCE_S = 240


def fill(disk: Path, filler: Path) -> None:
    """To the last block."""
    blocks = os.statvfs(disk)
    filler.write_bytes(bytes(blocks.f_bavail * blocks.f_frsize))
    assert os.statvfs(disk).f_bavail == 0


@pytest.mark.long
def test_a_full_disk_ends_the_job_with_a_sentence_and_nothing_is_lost(shop: Stream, mount: Mount) -> None:
    disk = mount(shop.folder / "state", "size=24m")
    shop.send(*sales(0, 200))
    assert shop.started("--once").wait(PATIENCE_S) == 0, shop.log()
    before = windows(shop.output / "closed")
    assert before
    filler = disk / "filler"
    fill(disk, filler)
    shop.send(*sales(200, 200))
    assert shop.started("--once").wait(PATIENCE_S) == 2, shop.log()
    said = shop.log()
    last = said.splitlines()[-1]
    assert last.startswith(f"{disk}")
    assert ": no space left; make room and start this again" in last
    assert said.count("another spelling") == 1  # of the first run alone
    assert windows(shop.output / "closed") == before
    filler.unlink()
    shop.send(closing_beat(400))
    assert shop.started("--once").wait(PATIENCE_S) == 0, shop.log()
    assert windows(shop.output / "closed") == recounted(400)
    assert shop.progress()["balanced"]


def test_several_partitions_come_to_the_same_windows(new_stream: Callable[..., Stream]) -> None:
    shop = new_stream(partitions=3)
    for first in (0, 300):
        partitions = cycle(range(3))
        parted: dict[int, list[object]] = {}
        for message in sales(first, 300):
            parted.setdefault(next(partitions), []).append(message)
        for partition, messages in parted.items():
            shop.send(*messages, partition=partition)  # type: ignore[arg-type]
        shop.run()
    for partition in range(3):
        shop.send(closing_beat(600), partition=partition)
    progress = shop.run()
    assert windows(shop.output / "closed") == recounted(600)
    twice, junk = len(range(0, 600, 20)), len(range(0, 600, 50))
    assert progress["rows"] == {
        "read": 600 + twice + junk,
        "windowed": 600,
        "late": 0,
        "quarantined": junk,
        "duplicate": twice,
    }
    assert progress["balanced"]
