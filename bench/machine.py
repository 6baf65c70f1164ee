"""What a benchmark ran on, and how much of it others used meanwhile."""

from __future__ import annotations

import os
import platform
import resource
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

GIB = 1 << 30


def described(packages: tuple[str, ...]) -> str:
    """One sentence."""
    cores, memory = os.cpu_count(), psutil.virtual_memory().total / GIB
    tools = ", ".join(f"{name} {version(name)}" for name in packages)
    today = datetime.now(UTC).date().isoformat()
    return (
        f"{today}, {_processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {tools}."
    )


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text("utf-8").splitlines() if listed.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


class Others:
    """The processor time that neither this process nor its children used, in cores."""

    def __init__(self) -> None:
        self._since, self._busy, self._own = time.monotonic(), _busy_s(), _own_s()

    def cores(self) -> float:
        others = (_busy_s() - self._busy) - (_own_s() - self._own)
        return max(0.0, others) / (time.monotonic() - self._since)


def _busy_s() -> float:
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)


def _own_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
