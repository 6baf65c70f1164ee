"""Whole numbers between two bounds, all equally likely, or leaning to one end."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent
from datagen.refusals import int64, ordered, positive


@dataclass(frozen=True)
class UniformInt(Independent):
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
