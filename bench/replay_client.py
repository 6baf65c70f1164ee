"""One client that fills a topic: python -m bench.replay_client KIND EXTRACTS ADDRESS TOPIC ROWS FOLDER."""

from __future__ import annotations

import csv
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from bench.run import ROOT, measured
from datagen.schema import read_schema
from event_generator import columns, extracts
from event_generator.delivery import Delivery
from event_generator.emission import Emission, Numbered
from event_generator.envelope import Epoch, Partitioner
from event_generator.options import Options
from event_generator.pace import Time
from event_generator.reading import blocks
from event_generator.replay import replay

SCHEMA = ROOT / "schemas" / "card_transactions.json"


def documented(source: Path, address: str, topic: str) -> None:
    """As the library's documentation shows it: a dictionary a row, and a serializer."""
    producer = KafkaProducer(bootstrap_servers=address, value_serializer=lambda value: json.dumps(value).encode())
    for path in sorted(source.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                producer.send(topic, row)
    producer.flush()
    producer.close()


def values(source: Path) -> Iterator[bytes]:
    """The messages that the replay would send."""
    analysis = read_schema(SCHEMA).analysis
    found = extracts.find(source, analysis.dataset, analysis.table)
    looked_at = columns.of_analysis(analysis, None)
    numbered = (Numbered(block, Epoch(0, 0), 0) for file in found.files for block in blocks(file, looked_at))
    for messages in Emission(Delivery(), Partitioner(1)).messages(numbered, None):
        yield from messages.values


def tuned(address: str, topic: str, prepared: list[bytes]) -> None:
    """The best that is known to do with it when somebody else has made the messages."""
    settings: dict[str, Any] = {"linger_ms": 50, "batch_size": 1 << 18, "compression_type": "lz4"}
    producer = KafkaProducer(bootstrap_servers=address, acks="all", enable_idempotence=True, **settings)
    for value in prepared:
        producer.send(topic, value)
    producer.flush()
    producer.close()


def ours(source: Path, address: str, topic: str, folder: Path) -> None:
    asked = Options(schema=SCHEMA, input=source, servers=address, topic=topic, state=folder, speed=0, quiet=True)
    replay(asked, Time(time.monotonic, time.sleep, lambda: time.time_ns() // 1000))


def work_of(kind: str, source: Path, address: str, topic: str, folder: Path) -> Callable[[], object]:
    if kind == "documented":
        return partial(documented, source, address, topic)
    if kind == "tuned":
        return partial(tuned, address, topic, list(values(source)))
    return partial(ours, source, address, topic, folder)


def main(kind: str, source: Path, address: str, topic: str, rows: int, folder: Path) -> None:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    folder.mkdir(parents=True, exist_ok=True)
    measured(rows, work_of(kind, source, address, topic, folder), folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]), Path(sys.argv[6]))
