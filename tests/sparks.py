"""One Spark session for all tests of jobs, with the Kafka connector where set-up brought it.

A JVM keeps the class path that it was started with.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from datagen.errors import UserError
from pipeline import session
from streaming.connector import class_path
from streaming.spark_settings import settings


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    try:
        for_streams = settings(class_path(os.environ), local=True)
    except UserError:
        for_streams = {"spark.sql.shuffle.partitions": "2"}
    started = session.start("tests", master="local[2]", settings=for_streams)
    yield started
    started.stop()
