"""The streaming job on a topic: python -m bench.stream_job ADDRESS TOPIC OUTPUT ROWS"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from bench import cards
from bench.run import measured
from bench.stream_session import session
from datagen.schema import read_schema
from streaming.job import Job, Roots
from streaming.query import Source
from streaming.streaming_sales_aggregator import BATCH_ROWS
from streaming.topics import SERVERS, Kafka


def stream(spark: SparkSession, address: str, topic: str, target: Path) -> None:
    Job(
        spark=spark,
        analysis=read_schema(cards.SCHEMA).analysis,
        kafka=Kafka(spark, {SERVERS: address}),
        topic_given=topic,
        source=Source("earliest", fail_on_data_loss=True, batch_rows=BATCH_ROWS),
        roots=Roots(*(str(target / name) for name in ("output", "checkpoints", "sink", "ledger"))),
        link=None,
        trigger_s=None,
        patience_s=0,
        say=lambda _: None,
        stopped=lambda: False,
    ).run()


def check(target: Path, rows: int) -> None:
    """AssertionError where the account is another than what was sent."""
    (told,) = (target / "output").rglob("progress.json")
    progress = json.loads(told.read_text("utf-8"))
    assert progress["balanced"], progress
    assert progress["rows"]["windowed"] == rows, progress["rows"]


if __name__ == "__main__":
    ADDRESS, TOPIC, TARGET, ROWS = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    SESSION = session(patient=True)
    measured(ROWS, lambda: stream(SESSION, ADDRESS, TOPIC, TARGET), TARGET)
    check(TARGET, ROWS)
    SESSION.stop()
