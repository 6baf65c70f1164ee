"""Whole numbers in even steps that have to lie between bounds."""

from __future__ import annotations

from dataclasses import dataclass

from datagen.generators.sequence import Sequence
from datagen.refusals import RefusalError


@dataclass(frozen=True)
class BoundedSequence(Sequence):
    low: float | None
    high: float | None

    def check_rows(self, rows: int) -> None:
        super().check_rows(rows)
        ends = (self.start, self.start + (rows - 1) * self.step) if rows else ()
        for key, value in zip(("start", "step"), ends, strict=False):
            if self.low is not None and value < self.low:
                raise RefusalError(key, f"sequence reaches {value} in {rows:,} rows, below its range; move start")
            if self.high is not None and value > self.high:
                raise RefusalError(key, f"sequence reaches {value} in {rows:,} rows, above its range; have fewer rows")
