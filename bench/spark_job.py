"""The batch job on a set: python -m bench.spark_job INPUT OUTPUT ROWS with|without (the check for duplicates)"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from pyspark.sql import SparkSession

from batch import inputs
from batch.inputs import Input
from batch.job import Job
from batch.pipeline_batch import NAME
from bench import cards
from bench.run import measured
from datagen.schema import read_schema
from pipeline.runs import Runs, utc_now
from pipeline.session import start
from pipeline.storage import Storage


def write(spark: SparkSession, source: Path, target: Path, identified: bool) -> None:
    dataset = read_schema(cards.SCHEMA)
    if not identified:
        dataset = replace(dataset, analysis=replace(dataset.analysis, id_field=None))
    storage = Storage(spark)

    def find() -> Input:
        return inputs.find(storage, str(source), lambda _: dataset.analysis.table)

    runs = Runs(storage, str(target))
    Job(spark, storage, dataset, runs, strict=False, say=lambda _: None, clock=utc_now).run(find)


if __name__ == "__main__":
    SOURCE, TARGET, ROWS, IDENTIFIED = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "with"
    SESSION = start(NAME, events=str(TARGET.with_name("events")))
    measured(ROWS, lambda: write(SESSION, SOURCE, TARGET, IDENTIFIED), TARGET)
    SESSION.stop()
