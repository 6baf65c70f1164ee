"""The session of the programs of the stream's benchmark: the connector at hand, the same partitions."""

from __future__ import annotations

import os

from pyspark.sql import SparkSession

from pipeline.session import start
from streaming.connector import class_path
from streaming.spark_settings import settings


def session(*, patient: bool) -> SparkSession:
    return start("bench.stream", settings=settings(class_path(os.environ), local=True), patient=patient)
