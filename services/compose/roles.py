"""What a container of the one image may be, by the word it is started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from compose import generator, hdfs, jobs, kafka, spark
from compose.business import INPUT, OUTPUT, STREAM
from compose.java import Command


@dataclass(frozen=True)
class Role:
    """`start` does the work and gives its exit code, or gives the command that this process becomes."""

    start: Callable[[Mapping[str, str]], Command | int]
    mounted: tuple[Path, ...] = ()  # folders of the host; it becomes their owner
    handed: tuple[Path, ...] = ()  # folders of volumes that it writes to as that owner


ROLES: Mapping[str, Role] = {
    "namenode": Role(hdfs.namenode),
    "datanode": Role(hdfs.datanode),
    "spark-master": Role(spark.master),
    "spark-worker": Role(spark.worker),
    "history": Role(spark.history),
    "kafka": Role(kafka.broker),
    "generator": Role(generator.generate, (INPUT,)),
    "stream-generator": Role(generator.generate_for_stream, (INPUT,), (STREAM / "input",)),
    "batch-job": Role(jobs.batch_job, (OUTPUT, INPUT), (spark.SCRATCH / "batch-job",)),
    "dashboard": Role(jobs.dashboard, (OUTPUT, INPUT)),
    "topic": Role(jobs.topic),
    "event-generator": Role(jobs.event_generator, (INPUT,), (STREAM / "state",)),
    "streaming-job": Role(jobs.streaming_job),
    "streaming-dashboard": Role(jobs.streaming_dashboard, (OUTPUT,)),
}
