"""One program of a benchmark: a process of its own that says what it used."""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, PIPE, Popen

import psutil

ROOT = Path(__file__).parents[1]
MB = 1_000_000
ROW_BYTES = 170  # about
LOOK_S = 0.1
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Used:
    """By the work itself, without the start of the interpreter and its imports; memory is its peak."""

    rows: int
    seconds: float
    cpu_s: float
    rss_bytes: int
    bytes: int  # written

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds

    @property
    def rows_per_cpu_second(self) -> float:
        return self.rows / self.cpu_s


def median_of(used: Sequence[Used], figure: str) -> float:
    """Over the rounds."""
    return float(median(getattr(one, figure) for one in used))


def faster(these: Sequence[Used], those: Sequence[Used]) -> float:
    """How many times as many rows a second as those; the median over the rounds, each of which met one mood."""
    rounds = zip(these, those, strict=True)
    return float(median(this.rows_per_second / that.rows_per_second for this, that in rounds))


def measured(rows: int, work: Callable[[], object], output: Path, made: Callable[[], int] | None = None) -> None:
    """Do the work and print what it used, for `run` to read; `made` tells the rows where they were not as asked."""
    _warm(output.with_name("warm"), rows * ROW_BYTES)
    cpu, wall = _cpu_s(), time.perf_counter()
    work()
    seconds, cpu = time.perf_counter() - wall, _cpu_s() - cpu
    written = [output] if output.is_file() else [path for path in output.rglob("*") if path.is_file()]
    rss = max(_peak_bytes(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS_UNIT)
    used = Used(made() if made else rows, seconds, cpu, rss, sum(path.stat().st_size for path in written))
    sys.stdout.write(json.dumps(asdict(used)) + "\n")


def _warm(path: Path, size: int) -> None:
    """Leave the page cache as many pages to give as the work will write.

    A virtual machine gives idle pages back to its host within seconds, and to touch them anew costs several times more
    than to write them.
    """
    os.sync()
    block = bytes(MB)
    with path.open("wb") as file:
        for _ in range(size // MB):
            file.write(block)
    path.unlink()


def _peak_bytes() -> int:
    """Of this process. What the system tells of a process's life begins with the size of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line[:6] == "VmHWM:")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


def _cpu_s() -> float:
    """Of this process and of all that it started, whether it still runs, as Spark does, or has ended."""
    tree = [psutil.Process(), *psutil.Process().children(recursive=True)]
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = sum(times.user + times.system for times in (process.cpu_times() for process in tree))
    return float(running + ended.ru_utime + ended.ru_stime)


def run(program: str, arguments: Sequence[object]) -> Used:
    """What `python -m bench.<program>` printed last. RuntimeError where it failed."""
    command = [sys.executable, "-m", f"bench.{program}", *map(str, arguments)]
    done = Popen(command, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True)
    with forks_watched(done.pid) as together:
        out, err = done.communicate()
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{err[-2000:]}")
    used = Used(**json.loads(out.splitlines()[-1]))
    return replace(used, rss_bytes=max(used.rss_bytes, *together))


@dataclass(frozen=True, slots=True)
class Ended:
    """A whole process, its start included."""

    seconds: float
    cpu_s: float
    rss_bytes: int


def command(arguments: Sequence[object]) -> Ended:
    """`python -m` with these arguments, all of it. RuntimeError where it failed."""
    wall = time.perf_counter()
    process = Popen([sys.executable, "-m", *map(str, arguments)], cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
    with forks_watched(process.pid) as together:
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, arguments))} ended with {process.returncode}")
    return Ended(
        time.perf_counter() - wall, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss * RSS_UNIT, *together)
    )


@contextmanager
def forks_watched(pid: int) -> Iterator[list[int]]:
    """Bytes that a process and its forks were seen to take together, their common pages counted once."""
    seen, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_S):
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                forks = [child for child in process.children() if child.cmdline() == process.cmdline()]
                if forks:
                    seen.append(sum(each.memory_full_info().pss for each in (process, *forks)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()
