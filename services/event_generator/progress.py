"""How a replay goes, for people: a line that changes on a terminal, a line now and then elsewhere; standard error."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TextIO

import numpy as np

LINE_S = 5.0
CHANGE_S = 0.5


@dataclass(frozen=True, slots=True)
class State:
    sent: int
    acknowledged: int
    clock_us: int  # the event clock
    behind_s: float


class Progress:
    def __init__(self, now: float, out: TextIO | None = None, quiet: bool = False) -> None:
        self._out = out or sys.stderr
        self._quiet = quiet or self._out is None
        self._changes = not self._quiet and self._out.isatty()
        self._told_at, self._told_sent = now, 0
        self._open = False

    def say(self, line: str) -> None:
        """A line that stays."""
        if self._out is not None:
            self._out.write(f"{self._clear()}{line}\n")
            self._out.flush()

    def due(self, now: float) -> bool:
        return not self._quiet and now - self._told_at >= (CHANGE_S if self._changes else LINE_S)

    def show(self, state: State, now: float) -> None:
        if self._quiet:
            return
        per_second = (state.sent - self._told_sent) / max(now - self._told_at, 1e-9)
        self._told_at, self._told_sent = now, state.sent
        line = line_of(state, per_second)
        if self._changes:
            self._out.write(f"{self._clear()}{line}")
            self._out.flush()
            self._open = True
        else:
            self.say(line)

    def end(self) -> None:
        if self._open:
            self._out.write("\n")
            self._open = False

    def _clear(self) -> str:
        return "\r\x1b[K" if self._open else ""


def line_of(state: State, per_second: float) -> str:
    """`12,345 sent, 12,300 acknowledged, 2,000/s, event clock 2025-01-17 09:30:00, behind by 0.0 s`"""
    return (
        f"{state.sent:,} sent, {state.acknowledged:,} acknowledged, {per_second:,.0f}/s, "
        f"event clock {instant(state.clock_us)}, behind by {state.behind_s:.1f} s"
    )


def instant(event_us: int) -> str:
    return str(np.datetime_as_string(np.datetime64(event_us, "us"), unit="s")).replace("T", " ")
