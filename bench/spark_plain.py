"""What the batch job publishes of card_transactions, by an ordinary Spark program that reads once and checks nothing.

python -m bench.spark_plain INPUT OUTPUT ROWS
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.run import measured
from pipeline.session import start

SCHEMA = """event_id string, event_time timestamp, city string, channel string, merchant_cat string, card_id string,
    amount double, is_international boolean, is_chip boolean, is_contactless boolean, label_fraud boolean, key string"""
DIMENSIONS = ("city", "channel", "merchant_cat")
FLAGS = ("is_international", "is_chip", "is_contactless", "label_fraud")


def write(spark: SparkSession, source: Path, target: Path) -> None:
    rows = spark.read.csv(str(source), header=True, schema=SCHEMA, escape='"')
    summed = rows.groupBy(F.to_date("event_time").alias("event_time_date"), *DIMENSIONS).agg(
        F.count("*").alias("record_count"),
        F.sum("amount").alias("sum_amount"),
        *(F.sum(F.col(flag).cast("int")).alias(f"count_{flag}") for flag in FLAGS),
    )
    groups = with_rates(summed).cache()
    groups.write.partitionBy("event_time_date").parquet(str(target / "parquet"))
    groups.coalesce(1).write.csv(str(target / "csv"), header=True)
    sums = ("record_count", "sum_amount", *(f"count_{flag}" for flag in FLAGS))
    totals = groups.agg(*(F.sum(name).alias(name) for name in sums))
    with_rates(totals).coalesce(1).write.csv(str(target / "kpis"), header=True)


def with_rates(groups: DataFrame) -> DataFrame:
    rates = {f"rate_{flag}": F.col(f"count_{flag}") / F.col("record_count") for flag in FLAGS}
    return groups.withColumns({"avg_amount": F.col("sum_amount") / F.col("record_count"), **rates})


if __name__ == "__main__":
    SOURCE, TARGET, ROWS = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    SESSION = start("bench.plain")
    measured(ROWS, lambda: write(SESSION, SOURCE, TARGET), TARGET)
    SESSION.stop()
