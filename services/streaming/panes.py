"""Events to panes: tumbling spans of one slide, each group's rows and sum; windows are sums of panes.

A pane closes when the watermark passes its end, and so does a window when its last pane closes: the same windows as
Spark's own sliding ones, with a fraction of the state. The batch job's slots are the same panes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, LongType

from datagen.analysis import Stream
from datagen.messages import EPOCH
from pipeline import aggregates
from pipeline.aggregates import RECORD_COUNT
from pipeline.cleansing import COUNTED, FATE, INSTANT, QUARANTINED, dimension, repaired
from pipeline.decimals import DIGITS
from pipeline.reading import Reading
from streaming.events import Judging, judge, shift_us
from streaming.fields import HEARTBEAT, IDENTITY

LAYOUT = 2  # of the state; another number where a query could not go on from it
JUDGED, PASSED = "judged", "passed"  # what is counted before duplicates and late events are dropped, and after
TIME, WINDOW, START, GROUP, ROWS, TOTAL = "time", "window", "start", "group", "rows", "total"
READ, GOOD, BEATS, CLOCK = "read", "good", "heartbeats", "clock_us"
LOW_EPOCH, HIGH_EPOCH, FIRST, LAST, SHIFT = "low_epoch", "high_epoch", "first_us", "last_us", "shift_us"
REPAIRED = "repaired:"
SIGN = ("sign_0", "sign_1")  # what repeats of an event have in common


@dataclass(frozen=True, slots=True)
class Cut:
    """How events become panes."""

    stream: Stream
    narrow: Reading  # the group and the value alone
    total: LongType | DecimalType | None  # the type of a pane's sum


def cut_of(judging: Judging) -> Cut:
    stream = judging.reading.analysis.stream
    assert stream is not None  # there is a timestamp, and a dimension to group by
    sums = aggregates.totals(judging.narrow)
    return Cut(stream, judging.narrow, sums[0].type if sums else None)


def published_type(cut: Cut) -> DecimalType | None:
    """What a window's sum is published as."""
    return DecimalType(DIGITS, 0) if isinstance(cut.total, LongType) else cut.total


def panes(records: DataFrame, judging: Judging, cut: Cut) -> DataFrame:
    """A stream of Kafka's records to START, GROUP, ROWS, TOTAL of every pane that the watermark has closed."""
    judged = judge(records, judging)
    observed = judged.observe(JUDGED, *told(judging.reading))
    events = observed.where(F.col(FATE) != QUARANTINED).select(
        *_sign(),
        F.timestamp_micros(INSTANT).alias(TIME),
        *_kept(cut),
    )
    timed = events.withWatermark(TIME, f"{cut.stream.watermark_s} seconds")
    unique = timed.dropDuplicatesWithinWatermark(list(SIGN))
    rows = unique.observe(PASSED, F.count(SIGN[0]).alias(ROWS)).where(F.col(SIGN[0]).isNotNull())
    grouped = rows.groupBy(F.window(TIME, f"{cut.stream.slide_s} seconds"), dimension(cut.stream.group_by))
    return _named(grouped.agg(*aggregates.rows_and_sums(cut.narrow)), cut)


def told(reading: Reading) -> list[Column]:
    """What is counted of judged messages, as whole numbers."""
    good = F.col(FATE) == COUNTED
    believed = F.col(FATE) != QUARANTINED
    return [
        F.count_if(F.col(FATE) != HEARTBEAT).alias(READ),
        F.count_if(good).alias(GOOD),
        F.count_if(F.col(FATE) == HEARTBEAT).alias(BEATS),
        F.max(F.when(believed, F.col(INSTANT))).alias(CLOCK),
        F.min(F.when(good, F.col(EPOCH))).alias(LOW_EPOCH),
        F.max(F.when(good, F.col(EPOCH))).alias(HIGH_EPOCH),
        *spans(good),
        *(F.count_if(good & F.col(repaired(name))).alias(REPAIRED + name) for name in aggregates.repairable(reading)),
    ]


def spans(good: Column) -> list[Column]:
    """From when to when events happen, and how far they were moved."""
    return [
        F.min(F.when(good, F.col(INSTANT))).alias(FIRST),
        F.max(F.when(good, F.col(INSTANT))).alias(LAST),
        F.max(F.when(good, shift_us())).alias(SHIFT),
    ]


def _sign() -> Iterator[Column]:
    """128 bits for epoch and identity, which make the smallest of keys; none for a heartbeat."""
    for place, name in enumerate(SIGN):
        yield F.when(F.col(FATE) == COUNTED, F.xxhash64(F.lit(place), EPOCH, IDENTITY)).alias(name)


def _kept(cut: Cut) -> list[str]:
    return [dimension(cut.stream.group_by), *(total.column for total in aggregates.totals(cut.narrow))]


def _named(grouped: DataFrame, cut: Cut) -> DataFrame:
    published = grouped.select(
        F.col(f"{WINDOW}.start").alias(START),
        F.col(dimension(cut.stream.group_by)).alias(GROUP),
        *aggregates.published(cut.narrow),
    )
    sums = [F.col(f"sum_{cut.stream.value}").alias(TOTAL)] if cut.total else []
    return published.select(START, GROUP, F.col(RECORD_COUNT).alias(ROWS), *sums)
