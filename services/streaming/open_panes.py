"""The panes that are still open, out of the query's own state after a committed batch."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from datagen.errors import DatagenError
from streaming.panes import GROUP, ROWS, START, TOTAL, WINDOW

AGGREGATE = 0  # the operator that stands last; the other one tells duplicates
COUNT, SUM = "count", "sum"


class StateError(DatagenError):
    """The state is not what this program writes."""


def open_panes(spark: SparkSession, checkpoint: str, batch: int, schema: pa.Schema) -> pa.Table:
    """Raises Spark's own error where the batch is so old that its state is gone."""
    state = spark.read.format("statestore").option("operatorId", AGGREGATE).option("batchId", batch).load(checkpoint)
    keys, values = (state.schema[name].dataType.fieldNames() for name in ("key", "value"))  # type: ignore[attr-defined]
    if keys[0] != WINDOW or values[0] != COUNT or (TOTAL in schema.names) != (SUM in values):
        raise StateError(f"{checkpoint}: state of {keys} and {values}")
    panes = state.select(
        F.col(f"key.{WINDOW}.start").alias(START),
        F.col("key")[keys[1]].alias(GROUP),
        F.col("value")[COUNT].alias(ROWS),
        *([F.col("value")[SUM].alias(TOTAL)] if SUM in values else []),
    )
    return panes.toArrow().cast(schema)
