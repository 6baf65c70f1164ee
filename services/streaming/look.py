"""A second look at some batches: their messages are read again by their offsets and judged as the query judged them.

It tells what the query's own observation cannot: which messages were wrong and why, and how many came late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from datagen.messages import EPOCH
from pipeline import aggregates
from pipeline.cells import RAW
from pipeline.cleansing import COUNTED, FATE, INSTANT, QUARANTINED, REASON, repaired
from pipeline.reading import Reading
from streaming.checkpoint import Span
from streaming.events import Judging, judge
from streaming.fields import HEARTBEAT, KEY, MESSAGE, OFFSET, PARTITION, TIMESTAMP
from streaming.panes import CLOCK, FIRST, LAST, ROWS, SHIFT, spans
from streaming.topics import Kafka

LATE, BATCH = "late", "batch"


@dataclass
class Seen:
    """What a second look counted in one batch."""

    read: int = 0
    good: int = 0
    heartbeats: int = 0
    quarantined: int = 0
    late: int = 0
    clock_us: int | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    epochs: dict[int, Mapping[str, int | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """Batches that follow each other."""

    kafka: Kafka
    topic: str
    spans: Sequence[Span]
    judging: Judging

    def counted(self) -> dict[int, Seen]:
        """By batch."""
        reading = self.judging.reading
        good = F.col(FATE) == COUNTED
        groups = (
            self._judged()
            .groupBy(BATCH, FATE, REASON, F.when(good, F.col(EPOCH)).alias(EPOCH))
            .agg(
                F.count(F.lit(1)).alias(ROWS),
                F.count_if(LATE).alias(LATE),
                F.max(INSTANT).alias(CLOCK),
                *spans(good),
                *(F.count_if(repaired(name)).alias(repaired(name)) for name in aggregates.repairable(reading)),
            )
        )
        seen = {span.batch: Seen() for span in self.spans}
        for group in groups.collect():
            _add(seen[group[BATCH]], group, reading)
        return seen

    def put_aside(self) -> DataFrame:
        """The quarantined: batch, topic, partition, offset, timestamp, reason, and key and value as they came."""
        message = F.col(MESSAGE)
        return (
            self._judged()
            .where(F.col(FATE) == QUARANTINED)
            .select(
                BATCH,
                F.lit(self.topic).alias("topic"),
                *(message[name].alias(name) for name in (PARTITION, OFFSET, TIMESTAMP)),
                F.col(REASON).alias("reason"),
                message[KEY].alias("key"),
                F.col(RAW).cast("binary").alias("value"),
            )
            .coalesce(1)
            .sortWithinPartitions(BATCH, PARTITION, OFFSET)
        )

    def _judged(self) -> DataFrame:
        records = self.kafka.batch(self.topic, self.spans[0].start, self.spans[-1].stop)
        bounds_us: Column = F.lit(None).cast("bigint")
        batches: Column = F.lit(None).cast("bigint")
        for span in reversed(self.spans):
            inside = reduce(Column.__or__, (_before(key, stop) for key, stop in span.stop.items()))
            bounds_us = F.when(inside, span.late_us).otherwise(bounds_us)
            batches = F.when(inside, span.batch).otherwise(batches)
        return judge(records, self.judging).withColumns({LATE: F.col(INSTANT) <= bounds_us, BATCH: batches})


def _before(partition: int, stop: int) -> Column:
    message = F.col(MESSAGE)
    return (message[PARTITION] == partition) & (message[OFFSET] < stop)


def _add(seen: Seen, group: Row, reading: Reading) -> None:
    rows, fate = group[ROWS], group[FATE]
    if fate == QUARANTINED:
        seen.quarantined += rows
        seen.reasons[group[REASON]] += rows
    else:
        seen.clock_us = max(filter(None, (seen.clock_us, group[CLOCK])), default=None)
    if fate == HEARTBEAT:
        seen.heartbeats += rows
        return
    seen.read += rows
    if fate == COUNTED:
        seen.good += rows
        seen.late += group[LATE]
        seen.epochs[group[EPOCH]] = {name: group[name] for name in (FIRST, LAST, SHIFT)}
        seen.repaired.update({name: group[repaired(name)] for name in aggregates.repairable(reading)})
