"""What the groups of a tally are called, and by what rows are grouped."""

from __future__ import annotations

from pyspark.sql.types import BooleanType, LongType, StringType, StructField, StructType

from pipeline import aggregates
from pipeline.cells import BLOCK, FILE
from pipeline.cleansing import FATE, REASON, dimension
from pipeline.reading import Reading
from pipeline.times import DAY_US, SECOND_US

DUPLICATE, ODD = "duplicate", "odd"  # fates beside those of a judged row; ODD: to be judged again, by the full rules
DIFFERING = "differing"  # whether a repeat says another thing than the first one
DAY, SLOT = "day", "slot"  # microseconds since 1970, of a counted row
PLACED, TEXT = "placed", "text"  # where a row stands that is put aside, and what it says
SOURCE = "source"  # which frame a row came from
FIRST_ROW, ABSENT = "first_row", "absent"
OF_SLOTS = "of_slots"


def by_day(reading: Reading) -> list[str]:
    return [FILE, BLOCK, FATE, REASON, DIFFERING, PLACED, TEXT, DAY, *map(dimension, reading.dimensions)]


def by_slot(reading: Reading) -> list[str]:
    stream = reading.analysis.stream
    return [SLOT] if stream is None else [SLOT, dimension(stream.group_by)]


def slide_us(reading: Reading) -> int:
    stream = reading.analysis.stream
    return DAY_US if stream is None else stream.slide_s * SECOND_US


def schema(reading: Reading) -> StructType:
    """Keys of both kinds of groups, what `aggregates.partial` adds up, and what the account needs."""
    texts = {FILE, FATE, REASON, TEXT, *map(dimension, reading.dimensions)}
    keys = list(dict.fromkeys([*by_day(reading), *by_slot(reading)]))
    types = {DIFFERING: BooleanType(), **dict.fromkeys(texts, StringType())}
    return StructType(
        [
            *(StructField(name, types.get(name, LongType())) for name in keys),
            *aggregates.partial_fields(reading),
            StructField(FIRST_ROW, LongType()),
            StructField(ABSENT, LongType()),
            StructField(OF_SLOTS, BooleanType()),
        ]
    )
