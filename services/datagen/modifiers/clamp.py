"""Doubles cut off at two bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.refusals import ordered


@dataclass(frozen=True)
class Clamp:
    min: float
    max: float

    def __post_init__(self) -> None:
        ordered("min", self.min, "max", self.max)

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        return pa.array(np.clip(values.to_numpy(), self.min, self.max))
