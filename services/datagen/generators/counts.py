"""Whole numbers of a Poisson distribution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.fanout import Poisson
from datagen.generators.base import Kind, Rows
from datagen.refusals import not_negative


@dataclass(frozen=True)
class PoissonCount(Kind):
    mean: float

    def __post_init__(self) -> None:
        not_negative("lambda", self.mean)

    def arrow_type(self) -> pa.DataType:
        return pa.int64()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return pa.array(self._counted.counts(draws).astype(np.int64))

    @cached_property
    def _counted(self) -> Poisson:
        return Poisson(self.mean)
