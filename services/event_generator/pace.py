"""When each message is due on the wall: the event clock runs at a speed, or events at a rate, or nothing waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from event_generator.block import I64

SECOND_US = 1_000_000
LEAST_SLEEP_S = 0.01  # what falls due within goes together
MOST_SLEEP_S = 0.1  # so that a signal, an acknowledgement or the end of the time is noticed
MOST_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Time:
    """The clock on the wall, passed in."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    now_us: Callable[[], int]  # since 1970, UTC


@dataclass(frozen=True, slots=True)
class Tempo:
    """Exactly one of both, or neither: as fast as it goes."""

    speed: float | None = None  # event time for real time
    rate: float | None = None  # events a second


class Pace:
    """Begins to run with the first messages it is asked about: while nobody replays, the event clock stands still."""

    def __init__(self, tempo: Tempo, time: Time) -> None:
        self._tempo = tempo
        self._time = time
        self._begun: tuple[float, int] | None = None  # on the wall, and what was due then
        self._count = 0

    def walls(self, due: I64) -> NDArray[np.float64]:
        """The moment on the wall for each of these messages, which follow those asked about before."""
        if self._begun is None:
            self._begun = self._time.monotonic(), int(due[0])
        began, first = self._begun
        start, self._count = self._count, self._count + len(due)
        if self._tempo.rate:
            return began + np.arange(start, self._count) / self._tempo.rate
        if self._tempo.speed:
            return began + (due - first) / (SECOND_US * self._tempo.speed)
        return np.full(len(due), began)

    def ready(self, walls: NDArray[np.float64], place: int) -> int:
        """Up to where messages from `place` on may go now."""
        stop = int(np.searchsorted(walls, self._time.monotonic(), side="right"))
        return min(stop, place + MOST_AT_ONCE)

    def wait(self, wall: float, until: float = float("inf")) -> None:
        """Sleeps towards a moment, not far beyond another one."""
        left = min(wall, until) - self._time.monotonic()
        self._time.sleep(min(max(left, LEAST_SLEEP_S), MOST_SLEEP_S))

    def behind_s(self, wall: float) -> float:
        """How much too late it is for a message of that moment."""
        return max(0.0, self._time.monotonic() - wall) if self._tempo.rate or self._tempo.speed else 0.0
