"""One pass over all rows: partial aggregates by day and dimensions, by slot of the stream, and each row put aside.

A row that is not counted is a group of its own, so the same pass says where it stands and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from batch.duplicates import DIFFERING, PLACE
from pipeline import aggregates
from pipeline.cells import BLOCK, FILE, HEADER, MISSING, RAW, ROW
from pipeline.cleansing import COUNTED, FATE, INSTANT, QUARANTINED, REASON, Rules, dimension, judge
from pipeline.reading import Reading
from pipeline.times import DAY_US, SECOND_US

DUPLICATE = "duplicate"
DAY, SLOT = "day", "slot"  # microseconds since 1970, of a counted row
FIRST_ROW, ABSENT = "first_row", "absent"
PLACED, TEXT = "placed", "text"  # where a row stands that is put aside, and what it says
OF_SLOTS = "of_slots"


def tally(frames: Sequence[DataFrame], reading: Reading, rules: Rules, repeats: DataFrame | None) -> DataFrame:
    """Groups of rows, of two kinds told apart by `of_slots`; their sums as `aggregates.partial` has them."""
    judged = reduce(DataFrame.unionByName, [judge(frame, reading, rules) for frame in frames])
    fated = judged.withColumn(DIFFERING, F.lit(None).cast("boolean")) if repeats is None else _marked(judged, repeats)
    counted, aside = F.col(FATE) == COUNTED, F.col(FATE).isin(QUARANTINED, HEADER)
    keyed = fated.withColumns(
        {
            DAY: F.when(counted, _floor(DAY_US)),
            SLOT: F.when(counted, _floor(_slide_us(reading))),
            PLACED: F.when(aside, F.col(ROW)),
            TEXT: F.when(aside, F.col(RAW)),
        }
    )
    by_day = [FILE, BLOCK, FATE, REASON, DIFFERING, PLACED, TEXT, DAY, *map(dimension, reading.dimensions)]
    by_slot = [SLOT, *_slot_group(reading)]
    keys = list(dict.fromkeys([*by_day, *by_slot]))
    sets = [list(map(F.col, by_day)), list(map(F.col, by_slot))]
    grouped = keyed.groupingSets(sets, *map(F.col, keys)).agg(
        *aggregates.partial(reading),
        F.min(ROW).alias(FIRST_ROW),
        F.bit_and(MISSING).alias(ABSENT),
        F.grouping(FILE).cast("boolean").alias(OF_SLOTS),
    )
    return grouped.where(~F.col(OF_SLOTS) | F.col(SLOT).isNotNull())


def results(tallied: DataFrame, reading: Reading) -> DataFrame:
    """One row for each day and values of the dimensions, in that order."""
    keys = [DAY, *map(dimension, reading.dimensions)]
    groups = _counted(tallied).groupBy(*keys).agg(*aggregates.merged(reading))
    day = F.date_format(_instant(DAY), "yyyy-MM-dd").alias(reading.date)
    named = groups.select(day, *_dimensions(reading), *aggregates.published(reading))
    return named.orderBy(reading.date, *reading.dimensions)


def kpis(tallied: DataFrame, reading: Reading) -> DataFrame:
    """One row with everything added up, by the same expressions; and the first and last instant counted."""
    return _counted(tallied).agg(*aggregates.merged(reading))


def slots(tallied: DataFrame, reading: Reading) -> DataFrame:
    """One row for each slide of the stream's windows and value of what they are grouped by."""
    stream = reading.analysis.stream
    group = [] if stream is None else [F.col(dimension(stream.group_by)).alias(stream.group_by)]
    rows = tallied.where(F.col(OF_SLOTS)).select(
        _instant(SLOT).alias("slot_start"), *group, *aggregates.published(reading)
    )
    return rows.orderBy(*rows.columns[: 1 + len(group)])


def put_aside(tallied: DataFrame) -> DataFrame:
    """Every quarantined row and every header: file, block, row, fate, reason, text."""
    rows = tallied.where(~F.col(OF_SLOTS) & F.col(FATE).isin(QUARANTINED, HEADER))
    return rows.select(FILE, BLOCK, PLACED, FATE, REASON, F.make_valid_utf8(TEXT).alias(TEXT))


def _marked(judged: DataFrame, repeats: DataFrame) -> DataFrame:
    """Counted rows that are repeats get that fate."""
    joined = judged.join(repeats, list(PLACE), "left")
    return joined.withColumn(FATE, F.when(F.col(DIFFERING).isNotNull(), DUPLICATE).otherwise(F.col(FATE)))


def _counted(tallied: DataFrame) -> DataFrame:
    return tallied.where(~F.col(OF_SLOTS) & (F.col(FATE) == COUNTED))


def _dimensions(reading: Reading) -> list[Column]:
    return [F.col(dimension(name)).alias(name) for name in reading.dimensions]


def _slot_group(reading: Reading) -> list[str]:
    stream = reading.analysis.stream
    return [] if stream is None else [dimension(stream.group_by)]


def _slide_us(reading: Reading) -> int:
    stream = reading.analysis.stream
    return DAY_US if stream is None else stream.slide_s * SECOND_US


def _floor(unit_us: int) -> Column:
    return F.col(INSTANT) - F.pmod(F.col(INSTANT), F.lit(unit_us))


def _instant(name: str) -> Column:
    return F.timestamp_micros(F.col(name))
