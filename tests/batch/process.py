"""The job as a process in a group of its own, as `demo` starts it, and what a reader finds where it published."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from batch.pipeline_batch import __file__ as JOB
from datagen.cli import main

GALLERY = Path(__file__).parents[2] / "schemas"
SENSORS = GALLERY / "iot_sensors.json"


def generate(folder: Path, rows: int) -> None:
    assert main(["generate", str(SENSORS), "-o", str(folder), "--rows", str(rows), "--seed", "1", "--quiet"]) == 0


@contextlib.contextmanager
def job(
    folder: Path, *options: str, schema: Path = SENSORS, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """The job over `folder`/in; what it says comes by `stderr`. Nothing of it is left at the end."""
    named = {"schema": schema, "input": folder / "in", "output": folder / "out", "events": folder / "events"}
    flags = [part for name, path in named.items() for part in (f"--{name}", str(path))]
    process = subprocess.Popen(
        [sys.executable, str(JOB), *flags, *options],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **(environ or {})},
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def heard(process: subprocess.Popen[str], words: str) -> str:
    """What it said until it said that. Fails where it ends before."""
    said = ""
    assert process.stderr
    for line in process.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it never said {words!r}, but:\n{said}")


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code and the rest of what it said."""
    _, rest = process.communicate(timeout=120)
    return process.returncode, rest


def group_lives(pid: int, patience_s: float) -> bool:
    """Whether anything of a process group is left after that long."""
    until = monotonic() + patience_s
    while monotonic() < until:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return False
        sleep(0.05)
    return True


def whole(batch: Path) -> int:
    """Reads what the pointer names; gives how many rows were counted. Fails where anything is missing."""
    pointer: dict[str, Any] = json.loads((batch / "current.json").read_text())
    run = batch / pointer["path"]
    quality: dict[str, Any] = json.loads((run / "quality.json").read_text())
    assert quality["run"] == pointer["run"]
    (part,) = (run / "csv").glob("part-*.csv")
    lines = part.read_text().splitlines()
    assert len(lines) - 1 == quality["output"]["aggregated_rows"]
    place = lines[0].split(",").index("record_count")
    counted = sum(int(line.split(",")[place]) for line in lines[1:])
    assert counted == quality["rows"]["counted"]
    return counted
