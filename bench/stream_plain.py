"""The windows of card_transactions by an ordinary streaming program that checks nothing.

python -m bench.stream_plain ADDRESS TOPIC OUTPUT ROWS [tuned]
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from bench.run import measured
from bench.stream_session import session

SCHEMA = "event_time timestamp, city string, amount double"


def stream(spark: SparkSession, address: str, topic: str, target: Path) -> None:
    source = spark.readStream.format("kafka").option("kafka.bootstrap.servers", address).option("subscribe", topic)
    records = source.option("startingOffsets", "earliest").load()
    events = records.select(F.from_json(F.col("value").cast("string"), SCHEMA).alias("event")).select("event.*")
    windows = (
        events.withWatermark("event_time", "15 minutes")
        .groupBy(F.window("event_time", "1 hour", "15 minutes"), "city")
        .agg(F.sum("amount").alias("amount"), F.count("*").alias("record_count"))
    )
    sink = windows.writeStream.format("parquet").outputMode("append").option("path", str(target / "windows"))
    sink.option("checkpointLocation", str(target / "checkpoint")).trigger(availableNow=True).start().awaitTermination()


if __name__ == "__main__":
    ADDRESS, TOPIC, TARGET, ROWS = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    SESSION = session(patient=sys.argv[5:] == ["tuned"])
    measured(ROWS, lambda: stream(SESSION, ADDRESS, TOPIC, TARGET), TARGET)
    SESSION.stop()
