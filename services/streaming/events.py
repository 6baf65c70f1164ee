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
from pipeline.cells import BLANK, BLOCK, MISSING, RAW, ROW, cell
from pipeline.cleansing import COUNTED, FATE, INSTANT, QUARANTINED, REASON, Rules
from pipeline.reading import Reading, reading_of
from pipeline.times import DAY_US
from streaming import usual_messages
from streaming.fields import (
    CLOCK_US,
    HEARTBEAT,
    IDENTITY,
    KEY,
    MESSAGE,
    OFFSET,
    PARTITION,
    SENT,
    TIMESTAMP,
    USUAL,
    VALUE,
)
from streaming.usual_messages import Spelling

REPLAYED = f"{REPLAY} struct<{ID} string, {EPOCH} bigint, {SOURCE_TIME} string, {CLOCK} string>"
AHEAD = f"{EVENT_TIME}: more than a day ahead of the message's own clock"
EMPTY = "an empty message"
ODD = "a message that is not spelled as usual"


@dataclass(frozen=True, slots=True)
class Judging:
    """What is read of a message, and how strictly."""

    reading: Reading
    narrow: Reading  # the group and the value alone, which is all that windows need
    rules: Rules
    spelling: Spelling | None  # of usual messages, which need not go through the rules
    only_usual: bool = False  # leave the rules out of the plan; ODD is raised for a message that needs them


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
    spoken_of = replace(reading, analysis=spoken, time=time)
    rules = cleansing.rules_of(analysis, strict=False)
    return Judging(spoken_of, _narrow(spoken_of), rules, usual_messages.spelling(spoken_of))


def judge(records: DataFrame, judging: Judging) -> DataFrame:
    """Records as events: MESSAGE, RAW, FATE, REASON, INSTANT, EPOCH, IDENTITY, SOURCE_TIME, and repaired values.

    Of the values there are those of the narrow reading; of all it is told whether they were repaired. Where only usual
    messages are read, there is no MESSAGE, RAW or REASON.
    """
    told = records.where(~F.col(KEY).eqNullSafe(F.lit(bytearray(FINGERPRINT_KEY))))
    if judging.spelling is None:
        return _judged(told, judging, None)
    seen = usual_messages.looked_at(told, judging.spelling, judging.reading, judging.narrow, judging.rules)
    if judging.only_usual:
        usual = seen.select(F.coalesce(F.col(USUAL), F.raise_error(F.lit(ODD))).alias(USUAL))
        return usual.select(f"{USUAL}.*")
    return _with_usual(_judged(seen, judging, USUAL), judging)


def _judged(records: DataFrame, judging: Judging, beside: str | None) -> DataFrame:
    cells = cells_json.cells(_lines(records, beside), judging.reading)
    judged = cleansing.judge(cells.withColumns(_identity(judging.reading)), judging.reading, judging.rules)
    heartbeat = _is_heartbeat(judging)
    ahead = F.col(INSTANT) - F.col(CLOCK_US) > DAY_US
    fate = F.when(heartbeat & ~ahead, HEARTBEAT).when((F.col(FATE) == COUNTED) & ~ahead, COUNTED).otherwise(QUARANTINED)
    others = F.coalesce(F.col(REASON), F.when(F.col(FATE) == BLANK, EMPTY), F.lit(AHEAD))
    reason = F.when(heartbeat, AHEAD).otherwise(others)
    return judged.withColumns({FATE: fate, REASON: F.when(fate == QUARANTINED, reason)})


def _with_usual(judged: DataFrame, judging: Judging) -> DataFrame:
    """What usual messages say, in place of what the rules made of nothing."""
    usual = F.col(MESSAGE)[USUAL]

    def told(name: str, value: Column) -> Column:
        return F.when(usual.isNotNull(), value).otherwise(F.col(name)).alias(name)

    return judged.select(
        MESSAGE,
        RAW,
        F.when(usual.isNull(), F.col(REASON)).alias(REASON),
        *(told(name, usual[name]) for name in usual_messages.said(judging.reading, judging.narrow)),
    )


def _narrow(reading: Reading) -> Reading:
    stream = reading.analysis.stream
    assert stream is not None  # there is a timestamp, and a dimension to group by
    return replace(
        reading,
        dimensions=(stream.group_by,),
        numbers=tuple(one for one in reading.sums if one.name == stream.value),
        measures=tuple(one for one in reading.measures if one.name == stream.value),
        counted_flags=(),
    )


def _lines(records: DataFrame, beside: str | None) -> DataFrame:
    """Messages as lines of JSON."""
    text = F.col(VALUE).cast("string")
    sent = F.from_json(text, REPLAYED)[REPLAY]
    told = records.withColumns({RAW: text, SENT: sent})
    message = [PARTITION, OFFSET, TIMESTAMP, KEY, SENT, *([beside] if beside else [])]
    return told.select(
        RAW,
        F.struct(*message).alias(MESSAGE),
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
