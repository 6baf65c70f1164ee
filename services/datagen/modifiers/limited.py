"""Numbers cut off at one bound or two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.modifiers.numbers import column, doubles


@dataclass(frozen=True)
class Limited:
    min: float | None = None
    max: float | None = None

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        numbers, missing = doubles(values)
        low = -np.inf if self.min is None else self.min
        return column(np.clip(numbers, low, np.inf if self.max is None else self.max), missing)
