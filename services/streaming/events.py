"""Messages to events: judged by the rules of the batch job, told from heartbeats, each with its identity.

The query and whoever looks at a batch afterwards judge by these same functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from datagen.analysis import Analysis, InputColumn
from datagen.messages import CLOCK, EPOCH, EVENT_TIME, FINGERPRINT_KEY, ID, REPLAY, SOURCE_TIME
from pipeline import cells_json, cleansing
from pipeline.cells import BLANK, BLOCK, FILE, MISSING, RAW, ROW, cell
from pipeline.cleansing import COUNTED, FATE, INSTANT, QUARANTINED, REASON, Rules
from pipeline.reading import Reading, reading_of
from pipeline.times import DAY_US

HEARTBEAT = "heartbeat"  # a fate beside COUNTED and QUARANTINED: moves the watermark, is no row and is not counted
MESSAGE = FILE  # a struct: where the message stands, and what its sender says of it
PARTITION, OFFSET, TIMESTAMP, KEY, SENT = "partition", "offset", "timestamp", "key", "sent"
IDENTITY = "identity"  # with the epoch, what tells an event from its repeats; null in a heartbeat
CLOCK_US = "clock_us"  # the message's own clock
SHIFT_US = "shift_us"  # by how much the event was moved in time; null where the sender does not say
REPLAYED = f"{REPLAY} struct<{ID} string, {EPOCH} bigint, {SOURCE_TIME} string, {CLOCK} string>"
AHEAD = f"{EVENT_TIME}: more than a day ahead of the message's own clock"
EMPTY = "an empty message"


@dataclass(frozen=True, slots=True)
class Judging:
    """What is read of a message, and how strictly."""

    reading: Reading
    rules: Rules


def judging_of(analysis: Analysis) -> Judging:
    """As the batch job reads, but for the time: a message says when it happens now. UserError without a timestamp."""
    reading = reading_of(analysis)
    own = reading.time
    time = replace(own, name=EVENT_TIME)
    rest = tuple(column for column in analysis.columns if column.name not in (EVENT_TIME, REPLAY))
    others = (own.name, *analysis.aliases.get(own.name, ()))
    spoken = replace(
        analysis,
        columns=(*rest, time, InputColumn(REPLAY, "object")),  # the order in which the replay writes them
        aliases={**analysis.aliases, EVENT_TIME: tuple(name for name in others if name != EVENT_TIME)},
    )
    return Judging(replace(reading, analysis=spoken, time=time), cleansing.rules_of(analysis, strict=False))


def judge(records: DataFrame, judging: Judging) -> DataFrame:
    """Kafka's records as events: MESSAGE, RAW, FATE, REASON, INSTANT, EPOCH, IDENTITY, SHIFT_US and judged values."""
    cells = cells_json.cells(_lines(records), judging.reading)
    judged = cleansing.judge(cells.withColumns(_identity(judging.reading)), judging.reading, judging.rules)
    heartbeat = _is_heartbeat(judging)
    ahead = F.col(INSTANT) - F.col(CLOCK_US) > DAY_US
    fate = F.when(heartbeat & ~ahead, HEARTBEAT).when((F.col(FATE) == COUNTED) & ~ahead, COUNTED).otherwise(QUARANTINED)
    others = F.coalesce(F.col(REASON), F.when(F.col(FATE) == BLANK, EMPTY), F.lit(AHEAD))
    reason = F.when(heartbeat, AHEAD).otherwise(others)
    return judged.withColumns({FATE: fate, REASON: F.when(fate == QUARANTINED, reason)})


def _lines(records: DataFrame) -> DataFrame:
    """Messages as lines of JSON. The one that names the topic's fingerprint is no message."""
    text = F.col("value").cast("string")
    sent = F.from_json(text, REPLAYED)[REPLAY]
    told = records.where(~F.col("key").eqNullSafe(F.lit(bytearray(FINGERPRINT_KEY)))).withColumns(
        {RAW: text, SENT: sent}
    )
    return told.select(
        RAW,
        F.struct(PARTITION, OFFSET, TIMESTAMP, KEY, SENT).alias(MESSAGE),
        F.col(PARTITION).cast("bigint").alias(BLOCK),
        F.col(OFFSET).alias(ROW),
    )


def _identity(reading: Reading) -> dict[str, Column]:
    place = F.concat_ws(":", _said(PARTITION), _said(OFFSET))
    known = (_told(ID), *((F.col(cell(reading.id)).cast("string"),) if reading.id is not None else ()))
    clock = F.unix_micros(_told(CLOCK).try_cast("timestamp"))
    return {
        EPOCH: F.coalesce(_told(EPOCH), F.lit(0).cast("bigint")),
        IDENTITY: F.coalesce(*known, place),
        CLOCK_US: F.coalesce(clock, F.unix_micros(_said(TIMESTAMP))),
        SOURCE_TIME: F.unix_micros(_told(SOURCE_TIME).try_cast("timestamp")),
    }


def shift_us() -> Column:
    """How far from its own time an event is replayed; null where its sender does not say."""
    return F.col(INSTANT) - F.col(SOURCE_TIME)


def _is_heartbeat(judging: Judging) -> Column:
    """A message with a time and a sender, and nothing of a row."""
    names = judging.reading.names
    row = sum(1 << place for place, name in enumerate(names) if name != EVENT_TIME)
    believed = F.col(INSTANT).between(judging.rules.first_us, judging.rules.last_us)
    sent = _told(EPOCH).isNotNull() & _told(ID).isNull()
    return F.coalesce(sent & (F.col(MISSING) == row) & believed, F.lit(False))


def _said(name: str) -> Column:
    return F.col(MESSAGE)[name]


def _told(name: str) -> Column:
    return F.col(MESSAGE)[SENT][name]
