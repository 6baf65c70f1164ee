"""Steps on a terminal: what is being done, for how long, and what came of it. Plain lines where there is no terminal.

Only the standard library: the set-up shows its steps here before any package is installed.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

LABEL_COLUMNS = 15
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
TICK_S = 0.1
GREEN, RED, DIM, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"


def seconds_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 20 else f"{seconds:.0f} s"


def bytes_text(size: float) -> str:
    """Decimal units, two or three figures: 987 B, 3.1 MB, 1.3 GB."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


@dataclass
class Step:
    """One line of the picture. `note` may change while the step runs."""

    label: str
    started: float
    note: str = ""


class Screen:
    """Where steps are shown. Several may run at once; the finished stay, in the order of finishing."""

    def __init__(
        self,
        out: TextIO | None = None,
        *,
        live: bool | None = None,
        colour: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.out = out or sys.stdout
        terminal = self.out.isatty() and os.environ.get("TERM") != "dumb"
        self.live = terminal if live is None else live
        self.colour = (terminal and not os.environ.get("NO_COLOR")) if colour is None else colour
        self.clock = clock
        self.marks = "✓✗…" if _encodable("✓✗…⠋", self.out) else "+x-"
        self._running: list[Step] = []
        self._drawn = 0
        self._ticks = 0
        self._lock = threading.RLock()
        self._quiet = threading.Event()

    def begin(self, label: str) -> Step:
        """Shows a step as running, until `finish` or `fail`."""
        step = Step(label, self.clock())
        with self._lock:
            self._running.append(step)
            if not self.live:
                self._write(f"  {self.marks[2]} {label}\n")
            elif len(self._running) == 1:
                self._quiet = threading.Event()
                threading.Thread(target=self._tick, args=(self._quiet,), daemon=True).start()
        return step

    def finish(self, step: Step, label: str, note: str = "") -> None:
        self._end(step, self.marks[0], GREEN, label, note)

    def fail(self, step: Step, label: str = "", note: str = "") -> None:
        self._end(step, self.marks[1], RED, label or step.label, note)

    def report(self, good: bool, label: str, note: str) -> None:
        """A finding: a line that took no time."""
        mark, colour = (self.marks[0], GREEN) if good else (self.marks[1], RED)
        self.say(f"  {self._paint(mark, colour)} {label:<{LABEL_COLUMNS}} {note}")

    def drop(self, step: Step) -> None:
        """Forgets a step that came to no end of its own."""
        with self._lock:
            self._erase()
            self._forget(step)
            self._draw()

    @contextmanager
    def step(self, running: str, done: str) -> Iterator[Step]:
        """A step as long as the block; its note is what the block left in it. A block that raises has failed."""
        step = self.begin(running)
        try:
            yield step
        except BaseException:
            self.fail(step)
            raise
        self.finish(step, done, step.note)

    def doing(self, step: Step, what: str) -> None:
        """What a step is busy with: its note on a terminal, a line of its own elsewhere."""
        step.note = what
        if not self.live:
            self._write(f"    {what}\n")

    def say(self, text: str = "") -> None:
        """Lines for good, above what is running."""
        with self._lock:
            self._erase()
            self._write(text + "\n")
            self._draw()

    def _end(self, step: Step, mark: str, colour: str, label: str, note: str) -> None:
        with self._lock:
            self._erase()
            self._forget(step)
            line = self._line(mark, label, self.clock() - step.started, note)
            self._write(line.replace(mark, self._paint(mark, colour), 1) + "\n")
            self._draw()

    def _forget(self, step: Step) -> None:
        self._running.remove(step)
        if not self._running:
            self._quiet.set()

    def _tick(self, quiet: threading.Event) -> None:
        while not quiet.wait(TICK_S):
            with self._lock:
                self._ticks += 1
                self._erase()
                self._draw()

    def _draw(self) -> None:
        """The running steps, cut to the terminal's width so that each stays one line."""
        if not self.live:
            return
        width = shutil.get_terminal_size().columns - 1
        mark = SPINNER[self._ticks % len(SPINNER)] if self.marks[0] == "✓" else "|/-\\"[self._ticks % 4]
        for step in self._running:
            line = self._line(mark, step.label, self.clock() - step.started, step.note)
            self._write(self._paint(line[:width], DIM) + "\n")
        self._drawn = len(self._running)

    def _erase(self) -> None:
        if self._drawn:
            self._write(f"\x1b[{self._drawn}A\r\x1b[J")
            self._drawn = 0

    def _line(self, mark: str, label: str, seconds: float, note: str) -> str:
        return f"  {mark} {label:<{LABEL_COLUMNS}}{seconds_text(seconds):>8}   {note}".rstrip()

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if self.colour else text

    def _write(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()


def _encodable(text: str, out: TextIO) -> bool:
    try:
        text.encode(out.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
