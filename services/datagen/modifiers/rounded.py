"""Doubles rounded to a number of digits after the point, half to even, without a negative zero."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.modifiers.numbers import column, doubles
from datagen.refusals import RefusalError
from datagen.rounding import MOST_DIGITS, rounded


@dataclass(frozen=True)
class Rounded:
    precision: int

    def __post_init__(self) -> None:
        if not 0 <= self.precision <= MOST_DIGITS:
            raise RefusalError("precision", f"precision={self.precision} must be between 0 and {MOST_DIGITS}")

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        if values.null_count:
            numbers, missing = doubles(values)
            return column(rounded(numbers, self.precision), missing)
        return pa.array(rounded(values.to_numpy(), self.precision))
