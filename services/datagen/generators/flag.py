"""True with a probability, else false."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.refusals import fraction


@dataclass(frozen=True)
class Flag(Kind):
    p_true: float

    def __post_init__(self) -> None:
        fraction("p_true", self.p_true)

    def arrow_type(self) -> pa.DataType:
        return pa.bool_()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return pa.array(draws.chance(self.p_true))
