"""How many rows a table has, counted no further than somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from datagen.draws import I64


class Count(Protocol):
    @property
    def rows(self) -> int:
        """All there are."""
        ...

    def upto(self, rows: int) -> int:
        """So many, or all there are where they are fewer."""
        ...

    @property
    def soon(self) -> bool:
        """Whether all of them are counted, or will be in no time."""
        ...

    @property
    def about(self) -> int:
        """All there are; near it where that is not known soon."""
        ...


@dataclass(frozen=True, slots=True)
class Declared:
    rows: int
    soon: bool = field(default=True, init=False)

    def upto(self, rows: int) -> int:
        return min(rows, self.rows)

    @property
    def about(self) -> int:
        return self.rows


@dataclass(frozen=True, slots=True)
class First:
    """The first so many rows."""

    count: Count
    most: int
    soon: bool = field(default=True, init=False)

    @property
    def rows(self) -> int:
        return self.count.upto(self.most)

    def upto(self, rows: int) -> int:
        return self.count.upto(min(rows, self.most))

    @property
    def about(self) -> int:
        return self.rows


@dataclass(eq=False)
class RunningSum:
    """Where blocks begin whose sizes are worked out in order, a few at a time, when somebody asks that far.

    Any number of threads may ask; one of them works.
    """

    sizes: Callable[[int], I64]  # of the blocks from this one on, some of them; none where there are no more
    complete: bool = False
    _known: I64 = field(default_factory=lambda: np.zeros(1, np.int64))  # a view; readers see a whole one
    _room: I64 = field(default_factory=lambda: np.zeros(64, np.int64))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def reaching(self, place: int) -> I64:
        """The beginning of each block, and the end of the last; at least up to the block that holds `place`."""
        while not self.complete and self._known[-1] <= place:
            with self._lock:
                if not self.complete and self._known[-1] <= place:
                    self._work()
        return self._known

    def _work(self) -> None:
        known = len(self._known)
        sizes = self.sizes(known - 1)
        if not len(sizes):
            self.complete = True
            return
        if known + len(sizes) > len(self._room):
            self._room = np.concatenate([self._known, np.zeros(known + len(sizes), np.int64)])
        self._room[known : known + len(sizes)] = self._known[-1] + np.cumsum(sizes)
        self._known = self._room[: known + len(sizes)]
