"""The one query: a topic to panes in Parquet, exactly once."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql.streaming.query import StreamingQuery

from streaming.events import Judging
from streaming.panes import Cut, panes
from streaming.spark_settings import query_options
from streaming.topics import Kafka, Topic


@dataclass(frozen=True, slots=True)
class Source:
    """Where a first start begins, what happens where messages are gone, and how much a batch may take at once."""

    starting_offsets: str
    fail_on_data_loss: bool
    batch_rows: int  # of a topic with one partition


def start(
    kafka: Kafka,
    topic: Topic,
    source: Source,
    judging: Judging,
    cut: Cut,
    places: tuple[str, str],
    trigger_s: float | None,
) -> StreamingQuery:
    """`places` are checkpoint and sink. Without a trigger it ends when all that is there now has been read."""
    checkpoint, sink = places
    limit = source.batch_rows if topic.partitions == 1 else None
    options = query_options(source.starting_offsets, source.fail_on_data_loss, limit)
    reader = (
        kafka.spark.readStream.format("kafka").options(**kafka.options(), **options).option("subscribe", topic.name)
    )
    writer = (
        panes(reader.load(), judging, cut)
        .writeStream.format("parquet")
        .outputMode("append")
        .option("path", sink)
        .option("checkpointLocation", checkpoint)
    )
    if trigger_s is None:
        return writer.trigger(availableNow=True).start()
    return writer.trigger(processingTime=f"{round(trigger_s * 1000)} milliseconds").start()
