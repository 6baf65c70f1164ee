"""Publishing that dies at any of its steps: the next one makes the same, and no reader sees anything else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.storage import Storage
from streaming.books import Books
from streaming.checkpoint import Checkpoint
from streaming.events import judging_of
from streaming.observed import Observed, Rates
from streaming.panes import (
    BEATS,
    CLOCK,
    FIRST,
    GOOD,
    HIGH_EPOCH,
    LAST,
    LOW_EPOCH,
    READ,
    SHIFT,
    cut_of,
    published_type,
)
from streaming.publisher import Places, Publisher, Standing
from streaming.shelves import DiskShelf, shelf
from streaming.sink import Sink
from streaming.topics import SERVERS, Kafka
from streaming.windows import decimal_type
from tests.streaming.conftest import Stream, heartbeat, rows_of, sale

pytestmark = [pytest.mark.spark, pytest.mark.kafka]


class DiesError(Exception):
    """The power is out."""


class DyingShelf(DiskShelf):
    """Ends everything before the so-manieth file is put in place."""

    left = 0

    def take(self, made: str, name: str) -> None:
        DyingShelf.left -= 1
        if DyingShelf.left == 0:
            raise DiesError(name)
        super().take(made, name)


class Half:
    """The publishing half of a job, over a checkpoint and a sink that are already there."""

    def __init__(self, shop: Stream, folder: Path, kind: type[DiskShelf] = DiskShelf) -> None:
        self.shop, self.folder = shop, folder
        state = shop.folder / "state"
        self.places = Places(
            checkpoint=shelf(Storage(shop.spark), f"{state}/checkpoints/{shop.state}"),
            sink=shelf(Storage(shop.spark), f"{state}/sink/{shop.state}"),
            ledger=kind(folder / "ledger"),
            output=kind(folder / "output"),
        )

    def publish(self, observed: Mapping[int, Observed] | None = None) -> Standing:
        judging = judging_of(self.shop.analysis)
        cut = cut_of(judging)
        checkpoint = Checkpoint(self.places.checkpoint)
        kafka = Kafka(self.shop.spark, {SERVERS: self.shop.broker.address})
        books = Books(self.places.ledger, self.places.output, checkpoint, kafka, self.shop.topic, judging)
        value = decimal_type(published_type(cut))
        standing = Publisher(self.shop.spark, self.places, cut.stream, value, books).publish(observed or {})
        assert standing is not None
        return standing

    def published(self) -> dict[str, Any]:
        folders = ("closed", "open", "quarantine")
        return {name: rows_of(self.folder / "output" / name) for name in folders}

    def days(self) -> set[str]:
        return {path.name for path in (self.folder / "output" / "closed").glob("*")}


def test_whatever_step_it_dies_at_the_next_publisher_makes_the_same(shop: Stream, tmp_path: Path) -> None:
    shop.send(sale(1, "22:00"), sale(2, "23:10"), sale(2, "23:10"), b"junk")
    shop.run()
    began = tmp_path / "began"
    Half(shop, began).publish()
    shop.send(sale(3, "2025-01-02T01:00:00Z"), sale(4, "22:01"), b"junk", heartbeat("2025-01-02T02:10:00Z"))
    shop.run()
    whole = Half(shop, copy(began, tmp_path / "whole"))
    standing = whole.publish()
    assert whole.published() == {"closed": shop.closed(), "open": shop.open(), "quarantine": shop.quarantine()}
    assert whole.days() == {"2025-01-01.parquet", "2025-01-02.parquet"}
    for step in range(1, 99):
        dying = Half(shop, copy(began, tmp_path / str(step)), DyingShelf)
        DyingShelf.left = step
        try:
            dying.publish()
        except DiesError:
            DyingShelf.left = 0
        else:
            break
        keys = [(row["city"], row["window_start"]) for row in dying.published()["closed"]]
        assert len(set(keys)) == len(keys), "a window twice"
        again = dying.publish()
        assert dying.published() == whole.published()
        assert again.balanced
        assert replace(again.reached, history=[]) == replace(standing.reached, history=[])
    assert step >= 7


def copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target


def test_a_batch_that_was_never_told_of_is_looked_at_again_and_comes_to_the_same(shop: Stream, tmp_path: Path) -> None:
    shop.send(sale(1, "10:00"), sale(1, "10:00"), b"junk", sale(2, "12:00"), sale(3, "10:30", city=None))
    progress = shop.run(batch_rows=2)
    standing = Half(shop, tmp_path / "again").publish()
    account = standing.reached.account
    assert {name: getattr(account, name) for name in progress["rows"]} == progress["rows"]
    assert account.repaired == progress["repaired"] == {"city": 1}
    assert account.reasons == progress["reasons"]
    assert standing.balanced


@pytest.mark.parametrize(("good", "passed"), [(6, 6), (4, 4), (3, 6), (6, 3), (3, 3)])
def test_what_a_task_that_ran_again_counted_again_is_told_by_the_panes(
    good: int, passed: int, shop: Stream, tmp_path: Path
) -> None:
    """Of three events. Spark adds what a lost task had counted to what its second run counts."""
    shop.send(sale(1, "10:00"), sale(2, "10:10"), sale(3, "12:00"))
    progress = shop.run()
    judged = {READ: good, GOOD: good, BEATS: 0, CLOCK: 0, LOW_EPOCH: 0, HIGH_EPOCH: 0}
    told = Observed({**judged, FIRST: 0, LAST: 0, SHIFT: None}, passed, None, Rates("", 0, 0.0, 0.0, 0))
    standing = Half(shop, tmp_path / "again").publish({0: told})
    account = standing.reached.account
    assert standing.balanced
    assert {name: getattr(account, name) for name in progress["rows"]} == progress["rows"]
    assert (account.read, account.windowed, account.duplicate) == (3, 3, 0)


def test_a_batch_in_the_sink_that_was_not_committed_runs_again_whole(shop: Stream) -> None:
    """Or Spark would skip it, and with it the watermark that its messages bring."""
    shop.send(sale(1, "10:00"), heartbeat("12:00"))
    shop.run()
    closed = shop.closed()
    checkpoint = shop.folder / "state" / "checkpoints" / shop.state
    sink = shop.folder / "state" / "sink" / shop.state
    for folder in (checkpoint / "commits", checkpoint / "offsets", sink / "_spark_metadata"):
        (folder / "1").unlink()
        (folder / ".1.crc").unlink()
    (checkpoint / "commits" / "0").unlink()  # killed after batch 0 came into the sink
    (checkpoint / "commits" / ".0.crc").unlink()
    for path in (shop.folder / "state" / "ledger" / shop.state).glob("*.json"):
        if path.name != "_mark.json":
            path.unlink()
    progress = shop.run()
    assert progress["windows"] | {"open": 0} == progress["windows"]
    assert shop.closed() == closed
    assert len(closed) == 4
    assert progress["rows"]["read"] == 1
    assert progress["balanced"]


def test_the_sinks_log_is_read_over_its_compactions(tmp_path: Path) -> None:
    log = tmp_path / "_spark_metadata"
    log.mkdir()

    def write(name: str, *files: str) -> None:
        lines = [json.dumps({"path": f"file:///elsewhere/{file}", "action": "add"}) for file in files]
        (log / name).write_text("\n".join(["v1", *lines]))

    sink = Sink(DiskShelf(tmp_path))
    assert sink.newest() is None
    write("0", "a%20b")
    write("1")
    assert sink.files(1, 0) == ["a b"]
    write("2.compact", "a%20b", "c")
    write("3", "d", "e")
    (log / "0").unlink()
    (log / ".3.crc").touch()
    assert sink.files(3, 0) == ["a b", "c", "d", "e"]
    assert sink.files(2, 1) == ["c"]
    assert sink.files(3, 2) == ["d", "e"]
    assert sink.newest() == 3
    with pytest.raises(Exception, match="not every batch up to 1"):
        sink.files(1, 0)
    (tmp_path / "d").touch()
    sink.undo(3)
    assert sink.newest() == 2
    assert not (tmp_path / "d").exists()


def test_a_file_is_put_in_place_whole_and_from_outside_its_folder(tmp_path: Path) -> None:
    made = DiskShelf(tmp_path)
    made.put("closed/a", b"one")
    made.put("closed/a", b"two")
    assert made.read("closed/a") == b"two"
    assert made.names("closed") == ["a"]
    assert made.names("nowhere") == []
    assert made.names(".making") == []
    made.remove("closed/a")
    made.remove("closed/a")
    assert made.names("closed") == []


def test_a_stream_goes_on_where_it_stopped(new_stream: Callable[..., Stream]) -> None:
    shop = new_stream(window="30 minutes", slide="10 minutes", watermark="0 seconds")
    for hour in range(10, 14):
        shop.send(*(sale(f"{hour}{minute}", f"{hour}:{minute}") for minute in range(10, 60, 3)))
        shop.run()
    assert shop.progress()["balanced"]
    assert shop.progress()["rows"]["windowed"] == 4 * 17
    found = [*shop.closed(), *shop.open()]
    assert sum(row["record_count"] for row in found) == 4 * 17 * 3
    assert len({(row["city"], row["window_start"]) for row in found}) == len(found)
