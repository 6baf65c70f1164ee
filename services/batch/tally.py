"""One pass over all rows: partial aggregates by day and dimensions, by slot of the stream, and each row put aside.

A row that is not counted is a group of its own, so the same pass says where it stands and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from batch.duplicates import PLACE
from batch.groups import (
    ABSENT,
    DAY,
    DIFFERING,
    DUPLICATE,
    FIRST_ROW,
    ODD,
    OF_SLOTS,
    PLACED,
    SLOT,
    SOURCE,
    TEXT,
    by_day,
    by_slot,
    slide_us,
)
from batch.scan import Frame
from batch.usual_tally import tally_usual
from pipeline import aggregates, cells_csv
from pipeline.cells import BLOCK, FILE, HEADER, MISSING, RAW, ROW
from pipeline.cleansing import COUNTED, FATE, INSTANT, QUARANTINED, REASON, Rules, dimension, judge
from pipeline.reading import Reading
from pipeline.times import DAY_US


def tally(frames: Sequence[Frame], reading: Reading, rules: Rules, repeats: DataFrame | None) -> DataFrame:
    """Groups of rows, of two kinds told apart by `of_slots`; their sums as `aggregates.partial` has them.

    Rows of fate ODD are to be tallied again.
    """
    return _union(
        [
            _tallied(frame, reading, rules, repeats).withColumn(SOURCE, F.lit(place))
            for place, frame in enumerate(frames)
        ]
    )


def tally_again(
    tallied: DataFrame, frames: Sequence[Frame], reading: Reading, rules: Rules, repeats: DataFrame | None
) -> DataFrame:
    """The rows that were ODD, by the full rules; out of their texts."""
    odd = tallied.where(F.col(FATE) == ODD)
    made = []
    for place, frame in enumerate(frames):
        if frame.header is not None:
            texts = odd.where(F.col(SOURCE) == place)
            lines = texts.select(F.col(TEXT).alias(RAW), FILE, BLOCK, F.col(PLACED).alias(ROW))
            cells = cells_csv.cells(lines, frame.header, reading, whole=False)
            made.append(_judged(cells, reading, rules, repeats).withColumn(SOURCE, F.lit(place)))
    return _union(made)


def united(parts: Sequence[DataFrame]) -> DataFrame:
    """Everything that was tallied, each row once."""
    return _union(parts).where(F.col(OF_SLOTS) | (F.col(FATE) != ODD))


def _tallied(frame: Frame, reading: Reading, rules: Rules, repeats: DataFrame | None) -> DataFrame:
    if frame.lines is None or frame.header is None:
        return _judged(frame.cells, reading, rules, repeats)
    return tally_usual(_marked(frame.lines, repeats), frame.header, reading, rules)


def _judged(cells: DataFrame, reading: Reading, rules: Rules, repeats: DataFrame | None) -> DataFrame:
    marked = _marked(judge(cells, reading, rules), repeats)
    repeat = (F.col(FATE) == COUNTED) & F.col(DIFFERING).isNotNull()
    return _grouped(marked.withColumn(FATE, F.when(repeat, DUPLICATE).otherwise(F.col(FATE))), reading)


def _marked(rows: DataFrame, repeats: DataFrame | None) -> DataFrame:
    """With DIFFERING where a row repeats another, else null."""
    if repeats is None:
        return rows.withColumn(DIFFERING, F.lit(None).cast("boolean"))
    return rows.join(repeats, list(PLACE), "left")


def _grouped(fated: DataFrame, reading: Reading) -> DataFrame:
    counted, aside = F.col(FATE) == COUNTED, F.col(FATE).isin(QUARANTINED, HEADER)
    keyed = fated.withColumns(
        {
            DAY: F.when(counted, _floor(DAY_US)),
            SLOT: F.when(counted, _floor(slide_us(reading))),
            PLACED: F.when(aside, F.col(ROW)),
            TEXT: F.when(aside, F.col(RAW)),
            **{dimension(name): F.when(counted, F.col(dimension(name))) for name in reading.dimensions},
        }
    )
    sets = [list(map(F.col, by_day(reading))), list(map(F.col, by_slot(reading)))]
    keys = list(dict.fromkeys([*by_day(reading), *by_slot(reading)]))
    grouped = keyed.groupingSets(sets, *map(F.col, keys)).agg(
        *aggregates.partial(reading),
        F.min(ROW).alias(FIRST_ROW),
        F.bit_and(MISSING).alias(ABSENT),
        F.grouping(FILE).cast("boolean").alias(OF_SLOTS),
    )
    return grouped.where(~F.col(OF_SLOTS) | F.col(SLOT).isNotNull())


def results(tallied: DataFrame, reading: Reading) -> DataFrame:
    """One row for each day and values of the dimensions, in that order; in one partition, as one file wants them."""
    keys = [DAY, *map(dimension, reading.dimensions)]
    groups = _counted(tallied).groupBy(*keys).agg(*aggregates.merged(reading))
    day = F.date_format(_instant(DAY), "yyyy-MM-dd").alias(reading.date)
    named = groups.select(day, *_dimensions(reading), *aggregates.published(reading))
    return named.coalesce(1).sortWithinPartitions(reading.date, *reading.dimensions)


def kpis(tallied: DataFrame, reading: Reading) -> DataFrame:
    """One row with everything added up, by the same expressions; and the first and last instant counted."""
    return _counted(tallied).agg(*aggregates.merged(reading))


def slots(tallied: DataFrame, reading: Reading) -> DataFrame:
    """One row for each slide of the stream's windows and value of what they are grouped by."""
    stream = reading.analysis.stream
    group = [] if stream is None else [F.col(dimension(stream.group_by)).alias(stream.group_by)]
    summed = tallied.where(F.col(OF_SLOTS)).groupBy(*by_slot(reading)).agg(*aggregates.merged(reading))
    rows = summed.select(_instant(SLOT).alias("slot_start"), *group, *aggregates.published(reading))
    return rows.coalesce(1).sortWithinPartitions(*rows.columns[: 1 + len(group)])


def put_aside(tallied: DataFrame) -> DataFrame:
    """Every quarantined row and every header: file, block, row, fate, reason, text."""
    rows = tallied.where(~F.col(OF_SLOTS) & F.col(FATE).isin(QUARANTINED, HEADER))
    return rows.select(FILE, BLOCK, PLACED, FATE, REASON, F.make_valid_utf8(TEXT).alias(TEXT))


def _union(frames: Sequence[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)


def _counted(tallied: DataFrame) -> DataFrame:
    return tallied.where(~F.col(OF_SLOTS) & (F.col(FATE) == COUNTED))


def _dimensions(reading: Reading) -> list[Column]:
    return [F.col(dimension(name)).alias(name) for name in reading.dimensions]


def _floor(unit_us: int) -> Column:
    return F.col(INSTANT) - F.pmod(F.col(INSTANT), F.lit(unit_us))


def _instant(name: str) -> Column:
    return F.timestamp_micros(F.col(name))
