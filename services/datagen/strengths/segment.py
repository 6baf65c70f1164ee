"""The multiplier of the segment that a column tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from datagen.draws import F64, Draws
from datagen.generators.base import Rows
from datagen.generators.keys import Keys


@dataclass(frozen=True)
class Segment:
    """1 for a segment that is not named."""

    column: str
    names: tuple[str, ...]
    multipliers: tuple[float, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def of(self, rows: Rows, draws: Draws) -> F64:
        factors: F64 = np.array([*self.multipliers, 1.0])[self._keys.codes(rows.columns[self.column])]
        return factors

    @cached_property
    def _keys(self) -> Keys:
        return Keys(self.names)
