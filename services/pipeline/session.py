"""The Spark session every job starts from: UTC, loud about wrong values, quiet on the terminal, bound to this host.

What tunes the virtual machine is in SPARK_SUBMIT_OPTS, which Spark itself reads.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyspark import SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from datagen.errors import UserError

HERE = "127.0.0.1"
LOG4J = Path(__file__).with_name("log4j2.properties")
ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.legacy.parquet.nanosAsLong": "true",  # else no file with such a column can be opened
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
        "spark.sql.codegen.hugeMethodLimit": "8000",  # longer ones are never compiled by the JVM
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(1 << 17),
        "spark.sql.execution.arrow.maxBytesPerBatch": str(1 << 24),
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
OF_ITSELF = b"WARNING: "  # how Java begins what it says of its modules and options; faults begin otherwise
LAST_WORDS_S = 1.0
LOGGED_AND_RAISED = ("py4j", "SQLQueryContextLogger", "DataFrameQueryContextLogger")  # each error, with a traceback
JAVA_OPTIONS = "-Duser.timezone=UTC -Dfile.encoding=UTF-8"
PATIENT = (
    "-XX:+UseParallelGC -XX:Tier4InvocationThreshold=40000 -XX:Tier4MinInvocationThreshold=5000 "
    "-XX:Tier4CompileThreshold=120000 -XX:Tier4BackEdgeThreshold=320000"
)
JAVA_GIVEN = ("SPARK_SUBMIT_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")  # where it is said how Java is to run


def start(
    name: str,
    *,
    master: str | None = None,
    events: str | None = None,
    log: Path | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
    patient: bool = False,
) -> SparkSession:
    """A session of that name. `events` is the history server's folder, made where it is a path of this machine;
    `log` is the file that takes what Java says.

    `master` is all cores of this machine where neither it nor SPARK_MASTER is given. The Python of a cluster's
    executors is PYSPARK_PYTHON, else called as this one. A `patient` job has Java compile later, where it runs on this
    machine and nothing is said of how Java is to run. Raises UserError without Java.
    """
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    master = master or os.environ.get("SPARK_MASTER") or "local[*]"
    options = dict(ALWAYS)
    if master.startswith("local") or not os.environ.get("PYSPARK_PYTHON"):
        os.environ["PYSPARK_PYTHON"] = sys.executable
    if master.startswith("local"):
        os.environ["SPARK_LOCAL_IP"] = HERE
        if patient and not any(name in os.environ for name in JAVA_GIVEN):
            os.environ["SPARK_SUBMIT_OPTS"] = PATIENT
        options |= LOCAL
    if events is not None:
        options |= {"spark.eventLog.enabled": "true", "spark.eventLog.dir": _folder(events)}
    options["spark.driver.extraJavaOptions"] = f"{JAVA_OPTIONS} -Dlog4j2.configurationFile={LOG4J.as_uri()}"
    builder = SparkSession.builder.appName(name).master(master)
    for key, value in {**options, **settings}.items():
        builder = builder.config(key, value)
    with _quiet(log):
        return _started(builder, log)


def _folder(path: str) -> str:
    """As a URI."""
    if "://" in path:
        return path
    Path(path).mkdir(parents=True, exist_ok=True)
    return Path(path).absolute().as_uri()


def shield(spark: SparkSession) -> None:
    """From now on a signal to the whole process group does not end Java under our hands; it ends with this process."""
    java: Any = spark.sparkContext._jvm
    java.sun.misc.Signal.handle(java.sun.misc.Signal("TERM"), java.sun.misc.SignalHandler.SIG_IGN)


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
    """Java inherits the error stream it is started with: a file or a filter takes it. This process keeps its own."""
    for name in LOGGED_AND_RAISED:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.getLogger().addFilter(_is_not_of_py4j)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import pyspark.testing.utils  # noqa: F401  it warns of a newer pandas, once

    kept = os.dup(2)
    forwarder, taker = (None, _file(log)) if log else _filter(kept)
    try:
        os.dup2(taker, 2)
        os.close(taker)
        yield
    except UserError:
        os.dup2(kept, 2)
        if forwarder is not None:
            forwarder.join(LAST_WORDS_S)  # Java has ended, and what it said comes before what we say of it
        raise
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _is_not_of_py4j(record: logging.LogRecord) -> bool:
    """It logs, under no name, what it raises; and when all has ended, that Java is gone."""
    return record.module != "java_gateway"


def _file(log: Path) -> int:
    log.parent.mkdir(parents=True, exist_ok=True)
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)


def _filter(stream: int) -> tuple[threading.Thread, int]:
    """Where to write what goes on to a stream, but for lines that Java says of itself."""
    reader, writer = os.pipe()
    forwarder = threading.Thread(target=_forward, args=(reader, os.dup(stream)), daemon=True)
    forwarder.start()
    atexit.register(_hear_out, forwarder)
    return forwarder, writer


def _hear_out(forwarder: threading.Thread) -> None:
    """Java ends when its input does, and with it the stream it writes to."""
    gateway: Any = SparkContext._gateway
    if gateway is not None and gateway.proc is not None:
        gateway.proc.stdin.close()
    forwarder.join(LAST_WORDS_S)


def _forward(source: int, target: int) -> None:
    rest = b""
    with contextlib.suppress(OSError):  # nobody listens any more
        while chunk := os.read(source, 1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            os.write(target, b"".join(line + b"\n" for line in lines if not line.startswith(OF_ITSELF)))
        os.write(target, rest)
    os.close(source)
    os.close(target)
