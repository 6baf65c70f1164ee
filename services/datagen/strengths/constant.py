"""The same strength for every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datagen.draws import F64, Draws
from datagen.generators.base import Rows


@dataclass(frozen=True)
class Constant:
    strength: float

    @property
    def reads(self) -> tuple[str, ...]:
        return ()

    def of(self, rows: Rows, draws: Draws) -> F64:
        return np.full(len(rows), self.strength)
