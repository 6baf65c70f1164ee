"""Panes in Arrow, and the windows that they add up to."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql.types import DecimalType

from datagen.analysis import Stream
from pipeline.aggregates import RECORD_COUNT
from streaming.panes import GROUP, ROWS, START, TOTAL

SECOND_US = 1_000_000
INSTANT = pa.timestamp("us", tz="UTC")
WINDOW_START, WINDOW_END = "window_start", "window_end"


def pane_schema(total: pa.DataType | None) -> pa.Schema:
    fields = [(START, INSTANT), (GROUP, pa.string()), (ROWS, pa.int64())]
    return pa.schema([*fields, (TOTAL, total)] if total is not None else fields)


def window_schema(stream: Stream, total: pa.DataType | None) -> pa.Schema:
    """As readers know it. The columns that a schema's author named come first."""
    value = [(stream.value, total)] if total is not None else []
    fields = [(stream.group_by, pa.string()), *value, (RECORD_COUNT, pa.int64())]
    return pa.schema([*fields, (WINDOW_START, INSTANT), (WINDOW_END, INSTANT)])


def decimal_type(spark_type: DecimalType | None) -> pa.DataType | None:
    """The same in Arrow."""
    return None if spark_type is None else pa.decimal128(spark_type.precision, spark_type.scale)


def windows_of(panes: pa.Table, stream: Stream, schema: pa.Schema) -> pa.Table:
    """Every window that has a row in one of these panes, by start and group."""
    count = stream.window_s // stream.slide_s
    back_us = np.tile(np.arange(count, dtype=np.int64) * (stream.slide_s * SECOND_US), panes.num_rows)
    places = np.repeat(np.arange(panes.num_rows), count)
    starts_us = instants_us(panes, START)[places] - back_us
    spread = panes.take(pa.array(places)).set_column(0, START, pa.array(starts_us).cast(INSTANT))
    sums = [(name, "sum") for name in panes.schema.names if name in (ROWS, TOTAL)]
    grouped = spread.group_by([START, GROUP], use_threads=False).aggregate(sums)
    ends = pc.add(grouped[START], pa.scalar(stream.window_s * SECOND_US, pa.duration("us")))
    value = [grouped[f"{TOTAL}_sum"]] if len(sums) == 2 else []
    columns = [grouped[GROUP], *value, grouped[f"{ROWS}_sum"], grouped[START], ends]
    return in_order(pa.table([column.cast(field.type) for column, field in zip(columns, schema, strict=True)], schema))


def in_order(windows: pa.Table) -> pa.Table:
    group = windows.schema.names[0]
    return windows.sort_by([(WINDOW_START, "ascending"), (group, "ascending")]).combine_chunks()


def instants_us(table: pa.Table, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    column: np.ndarray[tuple[int], np.dtype[np.int64]] = table[name].cast(INSTANT).cast(pa.int64()).to_numpy()
    return column


def after(table: pa.Table, name: str, bound_us: int) -> pa.Table:
    """The rows whose instant is later."""
    return table.filter(pa.array(instants_us(table, name) > bound_us))


def until(table: pa.Table, name: str, bound_us: int) -> pa.Table:
    """The rows whose instant is not later."""
    return table.filter(pa.array(instants_us(table, name) <= bound_us))


def total(table: pa.Table, name: str) -> int:
    """The sum of a column of whole numbers."""
    return int(pc.sum(table[name]).as_py() or 0)
