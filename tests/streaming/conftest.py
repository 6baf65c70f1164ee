"""A small business with a topic of its own, and the job over it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from pyspark.sql import SparkSession

from datagen.analysis import Analysis
from datagen.messages import topic_name
from datagen.schema import read_schema
from streaming.job import Job, Roots
from streaming.query import Source
from streaming.streaming_sales_aggregator import __file__ as JOB
from streaming.topics import SERVERS, Kafka
from tests.brokers import TestBroker
from tests.brokers import broker as broker
from tests.brokers import own_broker as own_broker

SHOP: dict[str, Any] = {
    "name": "shop",
    "entity_count": 10,
    "time_window": {"start": "2025-01-01", "end": "2025-01-31"},
    "schema": {
        "fields": [
            {"name": "sale", "type": "uuid"},
            {"name": "at", "type": "datetime"},
            {"name": "city", "type": "category", "choices": ["Pune", "Delhi"]},
            {"name": "amount", "type": "float", "min": 0, "max": 90, "precision": 2},
            {"name": "items", "type": "int"},
            {"name": "paid", "type": "bool"},
        ]
    },
    "analysis": {
        "id_field": "sale",
        "aliases": {"city": ["town"], "at": ["sold_at"]},
        "stream": {"window": "1 hour", "slide": "15 minutes", "watermark": "15 minutes", "value": "amount"},
    },
}
SEEDS = itertools.count(int.from_bytes(os.urandom(4)))  # another seed is another fingerprint, and so another topic


def instant(text: str) -> str:
    """`10:05` of the first of January, or a whole instant, as the replay writes it."""
    return f"2025-01-01T{text}:00.000000Z" if len(text) == 5 else text


def sale(number: object, at: str, *, epoch: int = 0, clock: str | None = None, **values: object) -> dict[str, Any]:
    """A message of the replay."""
    when = instant(at)
    row = {"sale": f"s{number}", "at": when, "city": "Pune", "amount": 1.25, "items": 1, "paid": True, **values}
    sent = {"id": row["sale"], "epoch": epoch, "source_time": when, "clock": instant(clock) if clock else when}
    return {**row, "event_time": when, "_replay": sent}


def heartbeat(at: str, epoch: int = 0) -> dict[str, Any]:
    when = instant(at)
    return {"event_time": when, "_replay": {"id": None, "epoch": epoch, "source_time": None, "clock": when}}


class Stream:
    """One schema, its topic and its folders."""

    def __init__(self, spark: SparkSession, broker: TestBroker, folder: Path, schema: Path, topic: str | None) -> None:
        self.spark, self.broker, self.folder, self.schema = spark, broker, folder, schema
        self.analysis: Analysis = read_schema(schema).analysis
        self.given = topic
        self.topic = topic or topic_name(self.analysis)
        self.said: list[str] = []

    @property
    def output(self) -> Path:
        return self.folder / "output" / self.analysis.dataset / f"stream-{self.analysis.fingerprint[:8]}"

    @property
    def state(self) -> str:
        return f"{self.analysis.dataset}-{self.analysis.fingerprint[:8]}"

    def make_topic(self, partitions: int = 1) -> None:
        with closing(KafkaAdminClient(bootstrap_servers=self.broker.address)) as admin:
            settings = {"retention.ms": "-1", "max.message.bytes": "4000000"}
            asked = {"num_partitions": partitions, "replication_factor": 1, "configs": settings}
            admin.create_topics({self.topic: asked}, wait_for_metadata=True)

    def remove_topic(self) -> None:
        with closing(KafkaAdminClient(bootstrap_servers=self.broker.address)) as admin:
            admin.delete_topics([self.topic])

    def send(self, *messages: Mapping[str, Any] | bytes | None, key: bytes | None = None, partition: int = 0) -> None:
        settings = {"bootstrap_servers": self.broker.address, "acks": "all", "enable_idempotence": True}
        with closing(KafkaProducer(**settings, linger_ms=20, max_request_size=4_000_000)) as producer:
            for message in messages:
                value = json.dumps(message).encode() if isinstance(message, Mapping) else message
                beside = b"-" if value is None else None  # Kafka wants the one or the other
                producer.send(self.topic, value=value, key=key or beside, partition=partition)
            producer.flush()

    def job(self, **others: Any) -> Job:
        state = self.folder / "state"
        given: dict[str, Any] = {
            "spark": self.spark,
            "analysis": self.analysis,
            "kafka": Kafka(self.spark, {SERVERS: self.broker.address}),
            "topic_given": self.given,
            "source": Source("earliest", fail_on_data_loss=True, batch_rows=others.pop("batch_rows", 200_000)),
            "roots": Roots(str(self.folder / "output"), f"{state}/checkpoints", f"{state}/sink", f"{state}/ledger"),
            "link": None,
            "trigger_s": None,
            "patience_s": 0.0,
            "say": self.said.append,
            "stopped": lambda: False,
        }
        return Job(**{**given, **others})

    def run(self, **others: Any) -> dict[str, Any]:
        """Reads all there is. Gives progress.json."""
        self.job(**others).run()
        return self.progress()

    def started(self, *options: str) -> subprocess.Popen[bytes]:
        """The job as a process and a group of its own; what it says goes to the end of `log`."""
        command = [sys.executable, str(JOB), "--schema", str(self.schema), "--bootstrap-servers", self.broker.address]
        command += ["--output", "output", "--state", "state", *options]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def progress(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.output / "progress.json").read_text())
        return told

    def closed(self) -> list[dict[str, Any]]:
        return rows_of(self.output / "closed")

    def open(self) -> list[dict[str, Any]]:
        return rows_of(self.output / "open")

    def quarantine(self) -> list[dict[str, Any]]:
        return rows_of(self.output / "quarantine")


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """What a plain reader of Parquet finds in a folder."""
    files = sorted(folder.glob("*.parquet"))
    rows: list[dict[str, Any]] = pa.concat_tables(map(pq.read_table, files)).to_pylist() if files else []
    return rows


def at(text: str) -> datetime:
    return datetime.fromisoformat(instant(text)).astimezone(UTC)


@pytest.fixture
def new_stream(spark: SparkSession, broker: TestBroker, tmp_path: Path) -> Callable[..., Stream]:
    """A stream with a topic already made; `document` in place of the shop's, or changes to its `analysis.stream`."""

    def new(
        document: dict[str, Any] | Path | None = None,
        *,
        partitions: int = 1,
        topic: str | None = None,
        **stream: object,
    ) -> Stream:
        seed = next(SEEDS)
        folder = tmp_path / str(seed)
        folder.mkdir()
        raw = json.loads(document.read_text()) if isinstance(document, Path) else document or SHOP
        raw = {**raw, "seed": seed}
        raw["analysis"] = {**raw["analysis"], "stream": {**raw["analysis"]["stream"], **stream}}
        schema = folder / "schema.json"
        schema.write_text(json.dumps(raw))
        made = Stream(spark, broker, folder, schema, topic)
        made.make_topic(partitions)
        return made

    return new


@pytest.fixture
def shop(new_stream: Callable[..., Stream]) -> Stream:
    return new_stream()
