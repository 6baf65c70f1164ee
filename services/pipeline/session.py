"""The Spark session every job starts from: UTC, loud about wrong values, quiet on the terminal, bound to this host.

What tunes the virtual machine stays out of here: Spark itself reads SPARK_SUBMIT_OPTS.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from datagen.errors import UserError

HERE = "127.0.0.1"
LOG4J = Path(__file__).with_name("log4j2.properties")
ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
        "spark.sql.codegen.hugeMethodLimit": "8000",  # longer ones are never compiled by the JVM
        "spark.ui.showConsoleProgress": "false",
        "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",  # no .crc file beside every file
    }
)
LOCAL: Mapping[str, str] = MappingProxyType(
    {
        "spark.driver.host": HERE,
        "spark.driver.bindAddress": HERE,
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "8",
    }
)
JAVA_OPTIONS = "-Duser.timezone=UTC -Dfile.encoding=UTF-8"


def start(
    name: str,
    *,
    master: str | None = None,
    events: Path | None = None,
    log: Path | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> SparkSession:
    """A session of that name. `events` is the history server's folder, `log` the file that takes what Java says.

    `master` is all cores of this machine where neither it nor SPARK_MASTER is given. Raises UserError without Java.
    """
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    master = master or os.environ.get("SPARK_MASTER") or "local[*]"
    options = dict(ALWAYS)
    if master.startswith("local"):
        os.environ["SPARK_LOCAL_IP"] = HERE
        options |= LOCAL
    if events is not None:
        events.mkdir(parents=True, exist_ok=True)
        options |= {"spark.eventLog.enabled": "true", "spark.eventLog.dir": events.absolute().as_uri()}
    options["spark.driver.extraJavaOptions"] = f"{JAVA_OPTIONS} -Dlog4j2.configurationFile={LOG4J.as_uri()}"
    builder = SparkSession.builder.appName(name).master(master)
    for key, value in {**options, **settings}.items():
        builder = builder.config(key, value)
    with _quiet(log):
        return _started(builder, log)


def _started(builder: SparkSession.Builder, log: Path | None) -> SparkSession:
    try:
        return builder.getOrCreate()
    except PySparkException as error:
        if error.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
        told = f"; what it said is in {log}" if log else ""
        raise UserError(f"Java did not start{told}; `demo doctor` tells what is wrong with it") from error


@contextmanager
def _quiet(log: Path | None) -> Iterator[None]:
    """Java inherits the error stream it is started with: a file takes it, and this process keeps its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import pyspark.testing.utils  # noqa: F401  it warns of a newer pandas, once

        if log is None:
            yield
            return
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(2)
    try:
        with log.open("wb") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
