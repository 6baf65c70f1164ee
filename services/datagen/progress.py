"""How far a run is, for people: a bar on a terminal, plain lines elsewhere, both on standard error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from datagen.sinks.faults import size_text

QUIET_S = 1.0  # a run that is over by then shows nothing on the way
LINES_S = 5.0  # between two plain lines


@dataclass(slots=True)
class Tally:
    """What was written so far; workers add to it."""

    total_rows: int
    rows: int = 0
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rows: int, written_bytes: int) -> None:
        with self._lock:
            self.rows += rows
            self.bytes += written_bytes

    def expected_bytes(self) -> int | None:
        """What the whole comes to, by what was written so far; None before anything was."""
        return self.bytes * self.total_rows // self.rows if self.rows else None


Shown = Callable[[Tally], None]


@contextmanager
def shown(tally: Tally, quiet: bool, stream: TextIO | None = None) -> Iterator[None]:
    """Show how far the tally is while the body runs."""
    out = stream or sys.stderr
    if quiet or out is None:
        yield
        return
    ended = threading.Event()
    watch = _bar if out.isatty() else _lines
    watcher = threading.Thread(target=watch, args=(tally, ended, out), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _lines(tally: Tally, ended: threading.Event, out: TextIO) -> None:
    started = time.monotonic()
    while not ended.wait(LINES_S):
        seconds = time.monotonic() - started
        out.write(f"{seconds:5.0f} s  {tally.rows:,} of {tally.total_rows:,} rows, {size_text(tally.bytes)}\n")
        out.flush()


def _bar(tally: Tally, ended: threading.Event, out: TextIO) -> None:
    if ended.wait(QUIET_S):
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=out), transient=True) as bar:
        task = bar.add_task("", total=tally.total_rows)
        while not ended.wait(0.1):
            bar.update(task, completed=tally.rows, description=f"{tally.rows:,} rows, {size_text(tally.bytes)}")
