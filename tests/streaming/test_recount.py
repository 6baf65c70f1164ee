"""Two implementations, one answer: what is published is what another engine makes of what the broker holds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kafka import KafkaConsumer, TopicPartition
from pyspark.sql import functions as F

from event_generator.kafka_event_producer import __file__ as REPLAY
from tests.gallery import GALLERY, SOME, made
from tests.recounts import published_windows, windows_of
from tests.streaming.conftest import Stream, rows_of, sale

pytestmark = [pytest.mark.spark, pytest.mark.kafka]
DELAY = timedelta(minutes=15)


def replayed(stream: Stream, rows: int, *faults: str) -> int:
    """The extracts of a schema, made and sent by the replay, as fast as it goes; how many rows they hold."""
    extracts = made(stream.schema, stream.folder / "input", rows, "parquet")
    options = [
        "--schema",
        str(stream.schema),
        "--input",
        str(extracts.folder),
        "--bootstrap-servers",
        stream.broker.address,
    ]
    options += ["--state", str(stream.folder / "replay"), "--speed", "0", "--quiet", *faults]
    subprocess.run([sys.executable, REPLAY, *options], check=True, cwd=stream.folder)
    return extracts.rows


def held(stream: Stream) -> list[bytes]:
    """The values of a topic's one partition, in order."""
    place = TopicPartition(stream.topic, 0)
    with closing(KafkaConsumer(bootstrap_servers=stream.broker.address, enable_auto_commit=False)) as consumer:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        values: list[bytes] = []
        while len(values) < end:
            values += [record.value for record in consumer.poll(timeout_ms=1000).get(place, [])]
    return values


@pytest.mark.parametrize("name", SOME)
def test_windows_equal_a_recount_by_another_engine(name: str, new_stream: Callable[..., Stream]) -> None:
    stream = new_stream(SOME[name])
    rows = replayed(stream, 3000)
    progress = stream.run()
    assert progress["rows"] == {"read": rows, "windowed": rows, "late": 0, "quarantined": 0, "duplicate": 0}
    assert progress["balanced"]
    assert progress["windows"]["open"] == 0, "the replay's last message closes all"
    events = [json.loads(value) for value in held(stream)]
    assert published_windows(stream.analysis, stream.output) == recounted(
        stream, [event for event in events if event["_replay"]["id"] is not None]
    )


def recounted(stream: Stream, events: list[dict[str, Any]]) -> list[Any]:
    source = stream.folder / "held.parquet"
    pq.write_table(pa.Table.from_pylist([{**event, "_replay": None} for event in events]), source)
    return windows_of(stream.analysis, source)


def test_windows_are_those_that_sparks_own_sliding_window_gives(shop: Stream) -> None:
    times = [f"2025-01-01T{10 + n // 60:02}:{n % 60:02}:30.000000Z" for n in range(0, 300, 7)]
    shop.send(*(sale(n, at, city="Pune" if n % 3 else "Delhi", amount=n / 4) for n, at in enumerate(times)))
    shop.run()
    frame = shop.spark.createDataFrame(
        [(at, "Pune" if n % 3 else "Delhi", n / 4) for n, at in enumerate(times)], "at string, city string, v double"
    )
    window = F.window(F.col("at").cast("timestamp"), "1 hour", "15 minutes")
    sums = frame.groupBy("city", window).agg(F.sum("v"), F.count("*"))
    own = {(row[0], row[1]["start"].timestamp()): (row[2], row[3]) for row in sums.collect()}
    found = {
        (row["city"], row["window_start"].timestamp()): (float(row["amount"]), row["record_count"])
        for row in [*shop.closed(), *shop.open()]
    }
    assert found == own


def test_fates_under_planted_faults_are_those_of_a_plain_model(new_stream: Callable[..., Stream]) -> None:
    stream = new_stream(GALLERY["iot_sensors"])
    replayed(stream, 800, "--late", "0.05:120h", "--duplicate", "0.05", "--corrupt", "0.02")
    progress = stream.run(batch_rows=100)
    values = held(stream)
    assert progress["rows"] == modelled(values, 100)
    assert min(progress["rows"].values()) > 0
    assert progress["balanced"]
    truth = [json.loads(line) for path in stream.folder.rglob("truth.jsonl") for line in path.read_text().splitlines()]
    assert truth
    quarantined = {row["offset"] for row in rows_of(stream.output / "quarantine")}
    assert quarantined == {place for place, value in enumerate(values) if not readable(value)}


def readable(value: bytes) -> bool:
    try:
        return isinstance(json.loads(value), dict)
    except ValueError:
        return False


def modelled(values: list[bytes], batch_rows: int) -> dict[str, int]:
    """One message after the other: late by the greatest event time of all batches but the last two."""
    rows = {"read": 0, "windowed": 0, "late": 0, "quarantined": 0, "duplicate": 0}
    seen: dict[tuple[int, str], datetime] = {}
    never = datetime.fromisoformat("1970-01-01T00:00:00Z")
    clock, late_at, closed_at = never, never, never
    for place, value in enumerate(values):
        if place % batch_rows == 0:
            late_at, closed_at = closed_at, max(closed_at, clock - DELAY if clock > never else never)
            seen = {key: expires for key, expires in seen.items() if expires > late_at}
        if not readable(value):
            rows["read"] += 1
            rows["quarantined"] += 1
            continue
        event = json.loads(value)
        when, sent = datetime.fromisoformat(event["event_time"]), event["_replay"]
        clock = max(clock, when)
        if sent["id"] is None:
            continue
        rows["read"] += 1
        key = (sent["epoch"], str(sent["id"]))
        fate = "late" if when <= late_at else "duplicate" if key in seen else "windowed"
        rows[fate] += 1
        if fate == "windowed":
            seen[key] = when + DELAY
    return rows
