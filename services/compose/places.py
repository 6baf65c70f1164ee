"""Where things are in a container."""

from __future__ import annotations

from pathlib import Path

INPUT, OUTPUT = Path("data/input"), Path("data/output")  # of the host
VOLUMES = Path("/var/lib/demo")
HDFS, KAFKA = VOLUMES / "hdfs", VOLUMES / "kafka"
MASTER = VOLUMES / "master"  # what a master that is killed finds again: workers and jobs
SCRATCH = VOLUMES / "scratch"  # shuffles and spills, a folder each host
STREAM = VOLUMES / "stream"  # input/, output/, state/ as below data/
