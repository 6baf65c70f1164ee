"""Numbers multiplied by a factor, then moved by an offset."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.modifiers.numbers import column, doubles


@dataclass(frozen=True)
class Linear:
    factor: float = 1.0
    offset: float = 0.0

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        numbers, missing = doubles(values)
        numbers *= self.factor
        numbers += self.offset
        return column(numbers, missing)
