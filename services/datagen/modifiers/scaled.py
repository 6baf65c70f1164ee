"""Numbers multiplied by a strength of their row, or moved by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.modifiers.numbers import column, doubles
from datagen.strengths.base import Strength


@dataclass(frozen=True)
class Scaled:
    strength: Strength
    op: Literal["mul", "add"] = "mul"

    @property
    def reads(self) -> tuple[str, ...]:
        return self.strength.reads

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        numbers, missing = doubles(values)
        strengths = self.strength.of(rows, draws)
        if self.op == "mul":
            numbers *= strengths
        else:
            numbers += strengths
        return column(numbers, missing)
