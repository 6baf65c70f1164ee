"""The Spark job: a task a file, and its receipts, which are believed only after a look."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from pyspark.sql import Row, SparkSession

from datagen.errors import UserError
from datagen.layout import Extract, Scattered
from datagen.plan import Plan
from datagen.run import Options
from datagen.sinks.durable import Written
from datagen.workers import Receipts
from datagen_spark.desks import Desk
from datagen_spark.tasks import SCHEMA, Maker, versions
from datagen_spark.watch import watched
from pipeline.stopping import Stop


class Job:
    def __init__(self, spark: SparkSession, options: Options, quiet: bool, stop: Stop) -> None:
        self.options = replace(options, workers=spark.sparkContext.defaultParallelism)
        self._spark, self._quiet, self._stop = spark, quiet, stop

    def run(self, plan: Plan, parts: Sequence[Extract], desk: Desk, size: Callable[[str], int]) -> Receipts:
        """All parts are made. `size` gives the bytes of a file as the driver finds it."""
        document = json.dumps(plan.dataset.document, ensure_ascii=False)
        largest_first = tuple(sorted((part.counted() for part in parts), key=lambda part: -part.rows))
        maker = Maker(document, versions(), largest_first, self.options.block_rows, desk)
        self._stop.check()
        with self._stop.cancelling(self._spark):
            rows = receipts_of(self._spark, maker, None if self._quiet else self.options.tell)
        self._stop.check()
        return checked(parts, rows, size)


def receipts_of(spark: SparkSession, maker: Maker, tell: Callable[[str], None] | None = None) -> list[Row]:
    """Runs a task a part."""
    count = len(maker.parts)
    with watched(spark, count, tell):
        return spark.range(0, count, 1, count).mapInArrow(maker, SCHEMA).collect()


def checked(parts: Sequence[Extract], rows: Sequence[Row], size: Callable[[str], int]) -> Receipts:
    """The receipts by path. UserError where a file is not as its receipt says."""
    counted = {part.path for part in parts if isinstance(part, Scattered)}  # only whoever made them knows their rows
    told = [(str(row.path), -1 if row.path in counted else int(row.rows)) for row in rows]
    if sorted(told) != sorted((part.path, -1 if part.path in counted else part.rows) for part in parts):
        raise AssertionError(f"receipts of {len(told)} files for {len(parts)}")
    for row in rows:
        if (found := size(row.path)) != row.bytes:
            raise UserError(f"{row.path}: has {found} bytes, not the {row.bytes} that were written; run this again")
    return {row.path: Written(row.bytes, row.sha256, row.rows) for row in rows}
