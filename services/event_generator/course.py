"""The course of a replay: which rows, in which order, of which epoch, at which instants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from event_generator.block import Block
from event_generator.emission import Numbered
from event_generator.envelope import Epoch
from event_generator.source import Rows, Span

SECOND_US = 1_000_000
WEEK_US = 7 * 86_400 * SECOND_US


def shift_to(now_us: int, last_us: int) -> int:
    """Whole weeks, so that the last event lies within the seven days before now."""
    return (now_us - last_us) // WEEK_US * WEEK_US


def period(span: Span, margin_us: int) -> int:
    """Whole weeks from one epoch to the next, so that it begins after everything of the one before."""
    return -(-(span.last_us - span.first_us + margin_us + 1) // WEEK_US) * WEEK_US


@dataclass(frozen=True, slots=True)
class Course:
    """All passes over the rows."""

    rows_of: Callable[[int], Rows]  # by epoch
    rows: int  # of each
    shift_us: int  # of the first
    period_us: int
    loops: bool

    def epoch(self, number: int) -> Epoch:
        return Epoch(number, self.shift_us + number * self.period_us)

    def blocks(self, first_row: int) -> Iterator[Numbered]:
        """From a row on, counted over all epochs."""
        number, start = divmod(first_row, max(1, self.rows))
        while self.rows and (number == 0 or self.loops or start):
            epoch = self.epoch(number)
            for row, block in self.rows_of(number)(start):
                yield Numbered(block, epoch, number * self.rows + row)
            number, start = number + 1, 0


def present(rows: Rows, began_us: int, per_second: float) -> Rows:
    """Rows without instants, at those at which they are sent."""

    def read(first_row: int) -> Iterator[tuple[int, Block]]:
        for row, block in rows(first_row):
            after = np.arange(row - first_row, row - first_row + len(block)) / per_second
            times = began_us + (after * SECOND_US).astype(np.int64)
            yield row, replace(block, times=times, stamps=pa.nulls(len(block), pa.string()))

    return read
