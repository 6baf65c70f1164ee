"""Whole numbers in even steps: start + row * step."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.refusals import INT64_MAX, INT64_MIN, RefusalError, int64


@dataclass(frozen=True)
class Sequence(Kind):
    start: int
    step: int

    def __post_init__(self) -> None:
        int64("start", self.start)
        int64("step", self.step)

    def check_rows(self, rows: int) -> None:
        last = self.start + max(rows - 1, 0) * self.step
        if not INT64_MIN <= last <= INT64_MAX:
            raise RefusalError("step", f"step={self.step} from start={self.start} leaves 64 bits within {rows} rows")

    def arrow_type(self) -> pa.DataType:
        return pa.int64()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        numbers = rows.numbers
        numbers *= self.step
        numbers += self.start
        return pa.array(numbers)
