"""A small business, its extracts, a clock that only sleeping moves, and what a topic holds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from datagen.analysis import Analysis
from datagen.schema import read_schema
from event_generator.options import Options
from event_generator.pace import Time
from event_generator.replay import replay
from tests.brokers import TestBroker
from tests.brokers import broker as broker
from tests.brokers import own_broker as own_broker

DOCUMENT: dict[str, Any] = {
    "name": "shop",
    "seed": 7,
    "entity_count": 10,
    "time_window": {"start": "2025-01-01", "end": "2025-01-31"},
    "schema": {
        "fields": [
            {"name": "id", "type": "uuid"},
            {"name": "at", "type": "datetime"},
            {"name": "city", "type": "category", "choices": ["Pune", "Delhi"]},
            {"name": "amount", "type": "float", "min": 0, "max": 90, "precision": 2},
            {"name": "items", "type": "int"},
            {"name": "paid", "type": "bool"},
        ]
    },
    "analysis": {"id_field": "id", "aliases": {"city": ["town"], "at": ["when"]}},
}
HEADER = "id,at,city,amount,items,paid"


@dataclass
class Timeline:
    """A clock that stands still but for sleeping."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now += seconds

    @property
    def time(self) -> Time:
        return Time(lambda: self.now, self.sleep, lambda: time.time_ns() // 1000)


REAL = Time(time.monotonic, time.sleep, lambda: time.time_ns() // 1000)


@dataclass(frozen=True)
class Shop:
    """A schema and a folder of extracts."""

    folder: Path

    @property
    def schema(self) -> Path:
        return self.folder / "shop.json"

    @property
    def input(self) -> Path:
        return self.folder / "input"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def analysis(self) -> Analysis:
        return read_schema(self.schema).analysis

    def write(self, name: str, *lines: str, header: str | None = HEADER) -> Path:
        path = self.input / name
        path.write_text("".join(f"{line}\n" for line in ([header] if header else []) + list(lines)), "utf-8")
        return path

    def events(self, count: int, start: int = 0, name: str = "one.csv") -> None:
        """A row a minute."""
        rows = [
            f"id-{number},2025-01-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00,"
            f"{'Pune' if number % 3 else 'Delhi'},{number / 4:.2f},{number},{'true' if number % 2 else 'false'}"
            for number in range(start, start + count)
        ]
        self.write(name, *rows)

    def options(self, broker: TestBroker, **others: Any) -> Options:
        given = {"schema": self.schema, "input": self.input, "state": self.state, "servers": broker.address}
        return Options(
            **{**given, "speed": 0.0, "wait_s": 0.0, "patience_s": 20.0, "topic": broker.topic("shop"), **others}
        )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.input.mkdir()
    made.schema.write_text(json.dumps(DOCUMENT))
    return made


@dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    key: bytes | None
    value: bytes

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.value)  # type: ignore[no-any-return]

    @property
    def identity(self) -> tuple[int, str | None]:
        told = self.event["_replay"]
        return told["epoch"], told["id"]


def records(address: str, topic: str) -> list[Record]:
    """All that a topic holds, by partition and offset."""
    with closing(KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)) as consumer:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        found: list[Record] = []
        while any(consumer.position(place) < ends[place] for place in places):
            for place, read in consumer.poll(timeout_ms=200).items():
                found += [Record(place.partition, one.offset, one.key, one.value) for one in read]
    return sorted(found, key=lambda record: (record.partition, record.offset))


Sent = Callable[[Options], list[Record]]


@pytest.fixture
def sent(broker: TestBroker) -> Sent:
    """Replays, and gives what the topic then holds but for the record that bears the fingerprint."""

    def run(options: Options) -> list[Record]:
        replay(options, REAL)
        assert options.topic
        return [record for record in records(broker.address, options.topic) if record.key != b"_fingerprint"]

    return run
