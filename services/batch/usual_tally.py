"""The tally of usual lines of CSV by Arrow, a batch at a time: the same groups as `tally` makes, only more of them.

A line that is not usual comes out by itself, ODD, for the full rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import to_arrow_schema

from batch import groups
from batch.groups import ABSENT, DAY, DIFFERING, DUPLICATE, FIRST_ROW, ODD, OF_SLOTS, PLACED, SLOT, TEXT
from pipeline import aggregates
from pipeline.aggregates import FIRST, LAST, ROWS
from pipeline.cells import BLANK, BLOCK, FILE, HEADER, RAW, ROW
from pipeline.cells_csv import Header, missing_bits
from pipeline.cleansing import COUNTED, FATE, UNKNOWN, Rules, dimension, repaired
from pipeline.reading import Reading
from pipeline.times import DAY_US
from pipeline.usual import UsualLines
from pipeline.usual_values import Indices, UsualRows, Words, ints, mask

NOT_A_REPEAT = -1
Columns = dict[str, Any]  # arrays of one length


def tally_usual(lines: DataFrame, header: Header, reading: Reading, rules: Rules) -> DataFrame:
    """Groups of lines that share a header, with DIFFERING where they repeat another; as `groups.schema` has them."""
    work = _Tally(header, reading, rules)
    return lines.select(FILE, BLOCK, ROW, DIFFERING, RAW).mapInArrow(work, groups.schema(reading))


class _Tally:
    """What a worker does, sent to it as it stands here."""

    def __init__(self, header: Header, reading: Reading, rules: Rules) -> None:
        self.header, self.reading, self.rules = header, reading, rules

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        lines = UsualLines(self.header, self.reading, self.rules)
        schema = to_arrow_schema(groups.schema(self.reading))
        for batch in batches:
            for columns in self._groups(batch, lines):
                yield _shaped(columns, schema)

    def _groups(self, batch: pa.RecordBatch, lines: UsualLines) -> Iterator[Columns]:
        left = np.ones(batch.num_rows, bool)
        origin = {
            FILE: batch.column(FILE).dictionary_encode(),
            BLOCK: ints(batch.column(BLOCK)),
            ROW: ints(batch.column(ROW)),
            DIFFERING: ints(batch.column(DIFFERING).cast(pa.int64()).fill_null(NOT_A_REPEAT)),
        }
        for rows in lines.look(batch.column(RAW)):
            left[rows.places] = False
            yield from self._of_usual(rows, origin)
        if left.any():
            yield self._of_others(batch.filter(pa.array(left)))

    def _of_usual(self, rows: UsualRows, origin: Columns) -> Iterator[Columns]:
        places = rows.places
        keys = {
            FILE: ints(origin[FILE].indices)[places],
            BLOCK: origin[BLOCK][places],
            DIFFERING: origin[DIFFERING][places],
            DAY: rows.instants - rows.instants % DAY_US,
            SLOT: rows.instants - rows.instants % groups.slide_us(self.reading),
            **{dimension(name): words.codes for name, words in rows.dimensions.items()},
        }
        table = pa.table({**keys, **self._values(rows), ROW: origin[ROW][places]})
        repeats = keys[DIFFERING] != NOT_A_REPEAT
        if repeats.any():
            yield self._named(self._added_up(table.filter(pa.array(repeats)), [FILE, BLOCK, DIFFERING]), rows, origin)
            table = table.filter(pa.array(~repeats))
        days = [FILE, BLOCK, DAY, *map(dimension, self.reading.dimensions)]
        yield self._named(self._added_up(table, days), rows, origin)
        yield self._named(self._added_up(table, groups.by_slot(self.reading)), rows, origin)

    def _values(self, rows: UsualRows) -> Columns:
        """What is added up; a repair only where there is one."""
        there = {
            **{name: words.codes >= 0 for name, words in rows.dimensions.items()},
            **{name: mask(column.is_valid()) for name, column in {**rows.numbers, **rows.measures}.items()},
            **{name: flag.there for name, flag in rows.flags.items()},
        }
        return {
            FIRST: rows.instants,
            **{aggregates.sum_of(name): column for name, column in {**rows.numbers, **rows.measures}.items()},
            **{aggregates.count_of(name): flag.data.astype(np.int64) for name, flag in rows.flags.items()},
            **{repaired(name): (~found).astype(np.int64) for name, found in there.items() if not found.all()},
        }

    def _added_up(self, table: pa.Table, keys: list[str]) -> Columns:
        kept = [name for name in table.column_names if name not in (*self._keys(), FIRST, ROW)]
        asked = [(FIRST, "min"), (FIRST, "max"), (FIRST, "count"), (ROW, "min"), *((name, "sum") for name in kept)]
        made = table.group_by(keys, use_threads=False).aggregate(asked)
        return {
            **{name: made[name] for name in keys},
            **{name: made[f"{name}_sum"] for name in kept},
            FIRST: made[f"{FIRST}_min"],
            LAST: made[f"{FIRST}_max"],
            ROWS: made[f"{FIRST}_count"],
            FIRST_ROW: made[f"{ROW}_min"],
        }

    def _keys(self) -> tuple[str, ...]:
        return (FILE, BLOCK, DIFFERING, DAY, SLOT, *map(dimension, self.reading.dimensions))

    def _named(self, made: Columns, rows: UsualRows, origin: Columns) -> Columns:
        """Codes as the texts they stand for, and zeros where nothing was to be added up."""
        of_slots, repeats = SLOT in made, DIFFERING in made
        named = dict(made)
        count = len(made[ROWS])
        if FILE in made:
            named[FILE] = origin[FILE].dictionary.take(made[FILE].combine_chunks())
        for name, words in rows.dimensions.items():
            if dimension(name) in made:
                named[dimension(name)] = _texts(words, made[dimension(name)])
        if repeats:
            named[DIFFERING] = pc.equal(made[DIFFERING], 1)
        for name in aggregates.repairable(self.reading):
            named.setdefault(repaired(name), np.zeros(count, np.int64))
        if not of_slots:
            named[FATE] = pa.array([DUPLICATE if repeats else COUNTED]).take(pa.array(np.zeros(count, np.int64)))
        named[ABSENT] = np.full(count, missing_bits(self.header, self.reading))
        named[OF_SLOTS] = np.full(count, of_slots)
        return named

    def _of_others(self, batch: pa.RecordBatch) -> Columns:
        """Each for itself; blank ones need no text."""
        raw = batch.column(RAW).view(pa.binary())
        blank = mask(pc.equal(pc.binary_length(pc.ascii_trim(_latin(raw), " ")), 0))
        header = mask(pc.equal(raw, self.header.line.encode()))
        count = batch.num_rows
        fates = pa.array([ODD, HEADER, BLANK]).take(pa.array(np.where(blank, 2, np.where(header, 1, 0))))
        return {
            FILE: batch.column(FILE),
            BLOCK: batch.column(BLOCK),
            FATE: fates,
            PLACED: pc.if_else(pa.array(blank), None, batch.column(ROW)),
            TEXT: pc.if_else(pa.array(blank), None, batch.column(RAW)),
            ROWS: np.ones(count, np.int64),
            FIRST_ROW: batch.column(ROW),
            ABSENT: np.full(count, missing_bits(self.header, self.reading)),
            OF_SLOTS: np.zeros(count, bool),
        }


def _latin(raw: pa.Array) -> pa.Array:
    """Bytes as text without a look at them, for functions of ASCII alone."""
    return raw.view(pa.string())


def _texts(words: Words, codes: pa.ChunkedArray) -> pa.Array:
    """What codes stand for; the last of the texts is for those that are absent."""
    texts = pa.concat_arrays([words.texts, pa.array([UNKNOWN])])
    places: Indices = ints(codes.combine_chunks())
    return texts.take(pa.array(np.where(places < 0, len(words.texts), places)))


def _shaped(columns: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
    """In the order and types of the schema, null where nothing is said."""
    count = len(columns[ROWS])
    return pa.RecordBatch.from_arrays(
        [_column(columns.get(field.name), field, count) for field in schema], schema=schema
    )


def _column(values: Any, field: pa.Field, count: int) -> pa.Array:
    if values is None:
        return pa.nulls(count, field.type)
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    cast = whole if whole.type == field.type else whole.cast(field.type)
    return (
        cast.fill_null(0) if pa.types.is_decimal(field.type) or field.name.startswith(aggregates.sum_of("")) else cast
    )
