"""Records whose id was seen before. The first counts, by file name and then line; the others are told apart here.

A narrow pass over hashes finds whether there is any; only then are rows looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from batch.groups import DIFFERING
from batch.scan import Frame
from pipeline.cells import BLOCK, FILE, RECORD, ROW, SORT, cell
from pipeline.cleansing import COUNTED, FATE, Rules, judge, values
from pipeline.reading import Reading
from pipeline.texts import is_blank

IDENTITY, HASH, CONTENT = "identity", "hash", "content"
READ, REST = "read", "rest"  # the values of columns that are read, and what the others say
PLACE = (FILE, BLOCK, ROW)


def duplicates(frames: Sequence[Frame], reading: Reading, rules: Rules) -> DataFrame | None:
    """Place and `differing` of every repeat; None where there is none, or no id."""
    if reading.id is None:
        return None
    name = cell(reading.id)
    hashes = _union([frame.cells.where(_has_id(name)).select(_hash(F.col(name)).alias(HASH)) for frame in frames])
    twice = hashes.groupBy(HASH).agg(F.count(F.lit(1)).alias("rows")).where("rows > 1").select(HASH).cache()
    try:
        if twice.isEmpty():
            return None
        found = _repeats(_union([_candidates(frame, name, twice, reading, rules) for frame in frames])).cache()
        return None if found.isEmpty() else found
    finally:
        twice.unpersist()


def _has_id(name: str) -> Column:
    return (F.col(SORT) == RECORD) & ~is_blank(F.col(name).cast("string"))


def _hash(identity: Column) -> Column:
    return F.xxhash64(identity.cast("string"))


def _candidates(frame: Frame, name: str, twice: DataFrame, reading: Reading, rules: Rules) -> DataFrame:
    """Rows whose hash occurs twice, as far as they count."""
    hashed = frame.cells.withColumns({IDENTITY: F.col(name).cast("string"), HASH: _hash(F.col(name))})
    alike = hashed.where(_has_id(name)).join(twice, HASH, "left_semi").drop(HASH)
    read = (value.alias(name) for name, value in values(alike, reading).items())
    content = F.struct(F.to_json(F.struct(*read)).alias(READ), frame.rest.alias(REST))
    judged = judge(alike.withColumn(CONTENT, content), reading, rules)
    return judged.where(F.col(FATE) == COUNTED).select(*PLACE, CONTENT, IDENTITY)


def _repeats(rows: DataFrame) -> DataFrame:
    order = Window.partitionBy(IDENTITY).orderBy(*PLACE)
    numbered = rows.withColumns({"number": F.row_number().over(order), "first": F.first(CONTENT).over(order)})
    return numbered.where("number > 1").select(*PLACE, (F.col(CONTENT) != F.col("first")).alias(DIFFERING))


def _union(frames: Sequence[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)
