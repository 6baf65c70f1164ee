"""The Spark session of every job: the same settings, so that the same rows give the same results everywhere.

What a cluster or `spark-submit` has set stays. Java's own options (heap, compiler, class archive) come from
SPARK_SUBMIT_OPTS, which the embedded demo sets for a quick start and real volumes leave alone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark import SparkConf
from pyspark.sql import SparkSession

LOOPBACK = "127.0.0.1"
SAME_EVERYWHERE = "-Duser.timezone=UTC -Duser.language=en -Duser.country=US -Dfile.encoding=UTF-8"

ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
UNLESS_SET = {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.debug.maxToStringFields": "1000",
    "spark.log.level": "ERROR",
}
LOCAL = {  # one machine: nothing listens to the network, nothing is spread over more tasks than there are cores
    "spark.master": "local[*]",
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": str(max(2, os.cpu_count() or 2)),
    "spark.driver.memory": "2g",
}


def start(name: str, *, event_log: Path | None = None) -> SparkSession:
    """A session called `name` in Spark's pages. With `event_log`, a local folder, its history goes there."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf()
    conf.setAppName(name)
    for key, value in {**UNLESS_SET, **(LOCAL if _is_local(conf) else {})}.items():
        conf.setIfMissing(key, value)
    for key, value in ALWAYS.items():
        conf.set(key, value)
    if _is_local(conf):
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    for role in ("driver", "executor"):
        conf.set(f"spark.{role}.extraJavaOptions", _java_options(conf.get(f"spark.{role}.extraJavaOptions", "")))
    if event_log is not None:
        event_log.mkdir(parents=True, exist_ok=True)
        conf.setIfMissing("spark.eventLog.enabled", "true")
        conf.setIfMissing("spark.eventLog.dir", event_log.resolve().as_uri())
    return SparkSession.builder.config(conf=conf).getOrCreate()


def _is_local(conf: SparkConf) -> bool:
    return str(conf.get("spark.master", "local")).startswith("local")


def _java_options(given: str | None) -> str:
    logging = Path(__file__).with_name("log4j2.properties").as_uri()
    return f"{given or ''} {SAME_EVERYWHERE} -Dlog4j2.configurationFile={logging}".strip()
