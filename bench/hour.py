"""An hour of events, replayed at twenty times its speed through the streaming job: whose memory grows?"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import psutil

from bench import cards
from bench.claims import Claim, at_least, at_most, table
from bench.live import live
from bench.replay import broker
from bench.run import MB, ROOT, command
from demo.child import Child

TOPIC = "hour"
HEAP = "512m"  # of the job: a larger one is still filling when the hour is over
BEGIN = datetime(2025, 1, 6, 9)  # noqa: DTZ001  # the schema's own zone
SPEED = 20
ROWS = 720_000  # 200 a second of their own time, 4,000 of ours
LOOK_S = 1.0
PATIENCE_S = 300.0
GROWTH = 1.1  # from the middle third to the last
REPLAY = ROOT / "services" / "event_generator" / "kafka_event_producer.py"


@dataclass(frozen=True, slots=True)
class Sizes:
    """MB of each part at each look, while events came."""

    events: int
    shown: int  # in windows on the page at the end
    parts: dict[str, list[float]]


def measure(share: float, folder: Path, tell: Callable[[str], None]) -> Sizes:
    """Of a share of the hour."""
    minutes, rows = round(60 * share), round(ROWS * share)
    span = [
        "--start",
        "2025-01-06T09:00:00",
        "--end",
        f"2025-01-06T{9 + (minutes - 1) // 60:02}:{(minutes - 1) % 60:02}:59",
    ]
    command(["datagen", "generate", cards.SCHEMA, "--rows", rows, *span, "--quiet", "-o", folder / "input"])
    sizes: dict[str, list[float]] = {"replay": [], "streaming job": [], "page": []}
    with broker(folder) as address, live(folder, address, TOPIC, HEAP) as running:
        replay = _replay(folder, address)
        try:
            tell(f"{rows:,} events of {minutes} minutes at {SPEED} times their speed")
            deadline = time.monotonic() + minutes * 60 / SPEED + PATIENCE_S
            while replay.ended() is None and time.monotonic() < deadline:
                for name, child in (("replay", replay), ("streaming job", running.job), ("page", running.page)):
                    sizes[name].append(_resident_mb(child.pid))
                time.sleep(LOOK_S)
            while (shown := running.shown()) < rows and time.monotonic() < deadline:
                time.sleep(LOOK_S)
        finally:
            replay.end(grace_s=10)
    return Sizes(rows, shown, sizes)


def _replay(folder: Path, address: str) -> Child:
    words: list[str | Path] = [sys.executable, REPLAY, "--schema", cards.SCHEMA, "--input", folder / "input"]
    words += ["--bootstrap-servers", address, "--topic", TOPIC, "--state", folder / "position", "--speed", str(SPEED)]
    return Child("replay", [*words, "--quiet"], log=folder / "replay.log", env={**os.environ}, cwd=ROOT)


def _resident_mb(pid: int) -> float:
    """Of a process and all below it; 0 where it has ended."""
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return sum(process.memory_info().rss for process in tree) / MB
    except psutil.NoSuchProcess:
        return 0.0


def thirds(sizes: list[float]) -> tuple[float, float, float]:
    """The median of each third."""
    third = len(sizes) // 3
    return median(sizes[:third]), median(sizes[third : 2 * third]), median(sizes[2 * third :])


def results_table(sizes: Sizes) -> str:
    rows = [(name, *(f"{size:.0f}" for size in thirds(mine)), f"{max(mine):.0f}") for name, mine in sizes.parts.items()]
    return table(("MB, median of a third", "first", "second", "last", "peak"), rows)


def claims(sizes: Sizes) -> list[Claim]:
    grown = [
        at_most(f"{name}: the last third to the second", last / middle, GROWTH, " x")
        for name, (_, middle, last) in ((name, thirds(mine)) for name, mine in sizes.parts.items())
    ]
    return [at_least("share of the events in windows on the page", sizes.shown / sizes.events, 1), *grown]
