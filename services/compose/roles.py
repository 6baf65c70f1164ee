"""What a container of the one image may be, by the word it is started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from compose.java import Command
from compose.places import INPUT, OUTPUT, SCRATCH, STREAM

Start = Callable[[Mapping[str, str]], Command | int]


@dataclass(frozen=True)
class Role:
    """`module:function` does the work and gives its exit code, or gives the command that this process becomes.

    It is imported when it is started: a daemon does not wait for what a job needs.
    """

    at: str
    mounted: tuple[Path, ...] = ()  # folders of the host; it becomes their owner
    handed: tuple[Path, ...] = ()  # folders of volumes that it writes to as that owner

    def start(self, environ: Mapping[str, str]) -> Command | int:
        return self.function(environ)

    @property
    def function(self) -> Start:
        module, _, name = self.at.partition(":")
        return cast(Start, getattr(import_module(module), name))


ROLES: Mapping[str, Role] = {
    "namenode": Role("compose.hdfs:namenode"),
    "datanode": Role("compose.hdfs:datanode"),
    "spark-master": Role("compose.spark:master"),
    "spark-worker": Role("compose.spark:worker"),
    "history": Role("compose.spark:history"),
    "kafka": Role("compose.kafka:broker"),
    "generator": Role("compose.generator:generate", (INPUT,)),
    "stream-generator": Role("compose.generator:generate_for_stream", (INPUT,), (STREAM / "input",)),
    "batch-job": Role("compose.jobs:batch_job", (OUTPUT, INPUT), (SCRATCH / "batch-job",)),
    "dashboard": Role("compose.jobs:dashboard", (OUTPUT, INPUT)),
    "topic": Role("compose.jobs:topic"),
    "event-generator": Role("compose.jobs:event_generator", (INPUT,), (STREAM / "state",)),
    "streaming-job": Role("compose.jobs:streaming_job"),
    "streaming-dashboard": Role("compose.jobs:streaming_dashboard", (OUTPUT,)),
}
