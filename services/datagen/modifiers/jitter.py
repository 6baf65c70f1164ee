"""Normal noise, added or in proportion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.modifiers.numbers import column, doubles


@dataclass(frozen=True)
class Jitter:
    std: float
    mode: Literal["add", "mul"]  # value + noise, or value * (1 + noise)
    place: int  # among the column's modifiers: each draws its own noise

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        numbers, missing = doubles(values)
        noise = draws.normal(f"jitter.{self.place}")
        noise *= self.std
        if self.mode == "add":
            numbers += noise
        else:
            noise += 1.0
            numbers *= noise
        return column(numbers, missing)
