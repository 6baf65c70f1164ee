"""Whole numbers between two bounds, all equally likely, or leaning to one end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import MASK, U64, Draws
from datagen.generators.base import Kind, Rows
from datagen.refusals import int64, ordered, positive


@dataclass(frozen=True)
class UniformInt(Kind):
    min: int  # inclusive
    max: int  # inclusive
    skew: float = 1.0  # min + floor((max - min + 1) * u ** skew): above 1 leans to min, below 1 to max

    def __post_init__(self) -> None:
        int64("min", self.min)
        int64("max", self.max)
        ordered("min", self.min, "max", self.max)
        positive("skew", self.skew)

    def arrow_type(self) -> pa.DataType:
        return pa.int64()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        count = self.max - self.min + 1
        numbers = draws.below(count) if self.skew == 1 else self._skewed(count, draws)
        numbers += np.uint64(self.min & MASK)  # modulo 2^64, which is what int64 makes of a negative min
        return pa.array(numbers.view(np.int64))

    def _skewed(self, count: int, draws: Draws) -> U64:
        unit = draws.uniform()
        unit **= self.skew
        unit *= count
        np.minimum(unit, np.nextafter(float(count), 0.0), out=unit)
        return np.minimum(unit.astype(np.uint64), np.uint64(count - 1))
