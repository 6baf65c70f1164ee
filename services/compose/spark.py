"""Master, workers and history server, from the Spark that pip's pyspark carries."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from compose import hdfs, places
from compose.java import SMALL, Command
from compose.say import say

MASTER = "spark://spark-master:7077"
HEAP = "192m"
EVENTS = "/spark-logs"  # in HDFS
DEAD_AFTER_S = 20  # of a worker that says nothing; so long a master that starts waits for those it knew
CORES, MEMORY = "1", "768m"


def master(_: Mapping[str, str]) -> Command:
    return _daemon(
        "master.Master",
        *("--host", socket.gethostname(), "--port", "7077", "--webui-port", "8080"),
        options={
            "spark.deploy.recoveryMode": "FILESYSTEM",
            "spark.deploy.recoveryDirectory": str(places.MASTER),
            "spark.master.rest.enabled": "false",
        },
    )


def worker(environ: Mapping[str, str]) -> Command:
    cores, memory = environ.get("WORKER_CORES") or CORES, environ.get("WORKER_MEMORY") or MEMORY
    return _daemon(
        "worker.Worker",
        *("--host", socket.gethostname(), "--webui-port", "8081", "--work-dir", str(empty_scratch() / "work")),
        *("--cores", cores, "--memory", memory, MASTER),
        options={"spark.worker.cleanup.enabled": "true"},  # of jobs that have ended
    )


def history(_: Mapping[str, str]) -> Command:
    hdfs.make_folder(EVENTS, say)
    return _daemon(
        "history.HistoryServer",
        options={
            "spark.history.fs.logDirectory": f"hdfs://namenode:8020{EVENTS}",
            "spark.history.fs.update.interval": "10s",
        },
    )


def empty_scratch() -> Path:
    """This host's own folder, without what it left there when it was killed."""
    folder = places.SCRATCH / socket.gethostname()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    os.environ["SPARK_LOCAL_DIRS"] = str(folder)
    return folder


def _daemon(name: str, *words: str, options: Mapping[str, str]) -> Command:
    """Spark's own script adds what its virtual machine must be told."""
    always = {"spark.ui.reverseProxy": "true", "spark.worker.timeout": str(DEAD_AFTER_S)}
    told = [f"-D{key}={value}" for key, value in {**always, **options}.items()]
    os.environ.update(SPARK_DAEMON_MEMORY=HEAP, SPARK_DAEMON_JAVA_OPTS=" ".join([*SMALL, *told]))
    return (f"{os.environ['SPARK_HOME']}/bin/spark-class", f"org.apache.spark.deploy.{name}", *words)
