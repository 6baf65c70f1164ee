"""A stream of messages of which the usual ones come judged out of Arrow; all others keep their text, for the rules.

Python works in a process of its own, which takes a second to start and pays for itself from some 100,000 messages on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import (
    BinaryType,
    DataType,
    DecimalType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from datagen.messages import EPOCH, SOURCE_TIME
from pipeline import aggregates
from pipeline.cleansing import INSTANT, UNKNOWN, Rules
from pipeline.decimals import DIGITS
from pipeline.reading import Reading
from pipeline.usual import Indices, UsualRows, mask
from streaming.usual_messages import UsualEvents, UsualMessages

VALUE = "value"
USUAL = "usual"  # a struct, null where the message is not usual
PLACE: tuple[tuple[str, DataType], ...] = (
    ("partition", IntegerType()),
    ("offset", LongType()),
    ("timestamp", TimestampType()),
    ("key", BinaryType()),
)
IDENTITY, GROUP, TOTAL, REPAIRS = "identity", "group", "total", "repairs"


def looked_at(records: DataFrame, reading: Reading, narrow: Reading, rules: Rules) -> DataFrame:
    """PLACE, VALUE where the message is not usual, and USUAL: what it says, with bits for what was repaired."""
    schema = _schema(narrow)
    judged = records.select(*(name for name, _ in PLACE), VALUE).mapInArrow(
        _Work(reading, narrow, rules, schema), schema
    )
    said = [field.name for field in schema.fields[len(PLACE) + 1 :]]
    usual = F.when(F.col(IDENTITY).isNotNull(), F.struct(*said))
    return judged.select(*(name for name, _ in PLACE), VALUE, usual.alias(USUAL))


def was_repaired(repairs: Column, name: str, reading: Reading) -> Column:
    return repairs.bitwiseAND(1 << aggregates.repairable(reading).index(name)) != 0


class _Work:
    """What a worker does, sent to it as it stands here."""

    def __init__(self, reading: Reading, narrow: Reading, rules: Rules, schema: StructType) -> None:
        self.reading, self.narrow, self.rules, self.schema = reading, narrow, rules, schema

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        usual = UsualMessages(self.reading, self.rules)
        schema = to_arrow_schema(self.schema, timezone="UTC")
        for batch in batches:
            yield self._judged(batch, usual, schema)

    def _judged(self, batch: pa.RecordBatch, usual: UsualMessages, schema: pa.Schema) -> pa.RecordBatch:
        """All messages in their order."""
        values = batch.column(VALUE)
        parts = list(usual.events(values))
        spots = np.full(batch.num_rows, -1)
        spots[np.concatenate([np.zeros(0, np.int64), *(part.places for part in parts)])] = np.arange(
            sum(len(part.places) for part in parts)
        )
        taken = pa.array(spots, mask=spots < 0)
        said = pa.concat_tables(
            [schema.empty_table().select(schema.names[len(PLACE) + 1 :]), *(self._said(part, schema) for part in parts)]
        )
        places = [batch.column(name) for name, _ in PLACE]
        odd = pc.if_else(pa.array(spots < 0), values, None)
        columns = [*places, odd, *(column.combine_chunks().take(taken) for column in said.columns)]
        return pa.RecordBatch.from_arrays(
            [column.cast(field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
        )

    def _said(self, events: UsualEvents, schema: pa.Schema) -> pa.Table:
        rows = events.rows
        groups = rows.dimensions[self.narrow.dimensions[0]]
        words = pa.concat_arrays([groups.texts.cast(pa.string()), pa.array([UNKNOWN])])
        columns = {
            IDENTITY: events.identities,
            EPOCH: pa.array(events.epochs),
            INSTANT: pa.array(rows.instants),
            SOURCE_TIME: pa.array(events.sources),
            GROUP: words.take(pa.array(np.where(groups.codes < 0, len(groups.texts), groups.codes))),
            REPAIRS: pa.array(self._repairs(rows)),
        }
        values = {**rows.numbers, **rows.measures}
        for total in aggregates.totals(self.narrow):
            columns[TOTAL] = values[total.name].fill_null(0)
        names = schema.names[len(PLACE) + 1 :]
        return pa.table([columns[name].cast(schema.field(name).type) for name in names], names)

    def _repairs(self, rows: UsualRows) -> Indices:
        there = {
            **{name: words.codes >= 0 for name, words in rows.dimensions.items()},
            **{name: mask(column.is_valid()) for name, column in {**rows.numbers, **rows.measures}.items()},
            **{name: flag.there for name, flag in rows.flags.items()},
        }
        bits = np.zeros(len(rows.places), np.int64)
        for bit, name in enumerate(aggregates.repairable(self.reading)):
            bits |= (~there[name]).astype(np.int64) << bit
        return bits


def _schema(narrow: Reading) -> StructType:
    sums = [
        StructField(TOTAL, LongType() if one.type == aggregates.WHOLE else DecimalType(DIGITS, _scale(one.type)))
        for one in aggregates.totals(narrow)
    ]
    said = {
        IDENTITY: StringType(),
        EPOCH: LongType(),
        INSTANT: LongType(),
        SOURCE_TIME: LongType(),
        GROUP: StringType(),
    }
    fields = [*PLACE, (VALUE, BinaryType()), *said.items(), (REPAIRS, LongType())]
    return StructType([*(StructField(name, kind) for name, kind in fields), *sums])


def _scale(decimal: str) -> int:
    return int(decimal.removesuffix(")").partition(",")[2])
