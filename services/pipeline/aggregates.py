"""One row's values to sums, counts and rates: the same expressions for batch, stream and KPIs.

Sums are exact: bigint for whole numbers, decimal for all others. `partial` is what a group keeps,
`merged` adds groups up, `published` names the columns as readers know them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, LongType, StructField

from pipeline.cleansing import INSTANT, flag, measure, number, repaired
from pipeline.decimals import DIGITS
from pipeline.reading import Reading

ROWS, FIRST, LAST = "rows", "first", "last"
RECORD_COUNT = "record_count"


@dataclass(frozen=True, slots=True)
class Total:
    """Something that is summed: where it stands in a judged row, and the type of its sum."""

    name: str
    column: str
    type: LongType | DecimalType


def totals(reading: Reading) -> tuple[Total, ...]:
    """Numeric fields, then measures."""
    return (
        *(
            Total(one.name, number(one.name), LongType() if one.whole else DecimalType(DIGITS, one.scale))
            for one in reading.sums
        ),
        *(Total(one.name, measure(one.name), DecimalType(DIGITS, one.scale)) for one in reading.measures),
    )


def repairable(reading: Reading) -> tuple[str, ...]:
    """Everything whose absence is repaired."""
    return (*reading.dimensions, *(total.name for total in totals(reading)), *reading.counted_flags)


def partial(reading: Reading) -> list[Column]:
    """Aggregates over judged rows."""
    rows, *sums = rows_and_sums(reading)
    return [
        rows,
        F.min(INSTANT).alias(FIRST),
        F.max(INSTANT).alias(LAST),
        *sums,
        *(F.count_if(flag(name)).alias(count_of(name)) for name in reading.counted_flags),
        *(F.count_if(repaired(name)).alias(repaired(name)) for name in repairable(reading)),
    ]


def rows_and_sums(reading: Reading) -> list[Column]:
    """As much of `partial` as needs nothing of a judged row but what is summed."""
    sums = (F.sum(total.column).cast(total.type).alias(sum_of(total.name)) for total in totals(reading))
    return [F.count(F.lit(1)).alias(ROWS), *sums]


def partial_fields(reading: Reading) -> list[StructField]:
    """What `partial` makes."""
    whole = LongType()
    return [
        *(StructField(name, whole) for name in (ROWS, FIRST, LAST)),
        *(StructField(sum_of(total.name), total.type) for total in totals(reading)),
        *(StructField(count_of(name), whole) for name in reading.counted_flags),
        *(StructField(repaired(name), whole) for name in repairable(reading)),
    ]


def merged(reading: Reading) -> list[Column]:
    """Aggregates over the rows that `partial` made, giving rows of the same kind."""
    return [
        F.sum(ROWS).alias(ROWS),
        F.min(FIRST).alias(FIRST),
        F.max(LAST).alias(LAST),
        *(F.sum(sum_of(total.name)).cast(total.type).alias(sum_of(total.name)) for total in totals(reading)),
        *(F.sum(count_of(name)).alias(count_of(name)) for name in reading.counted_flags),
        *(F.sum(repaired(name)).alias(repaired(name)) for name in repairable(reading)),
    ]


def published(reading: Reading) -> Iterator[Column]:
    """The columns that readers know, of the rows that `partial` or `merged` made."""
    rows = F.col(ROWS).cast("double")
    yield F.col(ROWS).alias(RECORD_COUNT)
    for total in totals(reading):
        yield F.col(sum_of(total.name)).alias(f"sum_{total.name}")
    for total in totals(reading):
        yield (F.col(sum_of(total.name)).cast("double") / rows).alias(f"avg_{total.name}")
    for name in reading.counted_flags:
        yield F.col(count_of(name)).alias(f"count_{name}")
    for name in reading.counted_flags:
        yield (F.col(count_of(name)).cast("double") / rows).alias(f"rate_{name}")


def sum_of(name: str) -> str:
    return f"sum:{name}"


def count_of(name: str) -> str:
    return f"count:{name}"
