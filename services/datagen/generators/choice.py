"""One of a list of values, by weight."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent, Scalar
from datagen.generators.scalars import common_type
from datagen.refusals import RefusalError, not_negative


@dataclass(frozen=True)
class Choice(Independent):
    """Weights are relative and exact: no probability is rounded to a table's width."""

    values: tuple[Scalar, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise RefusalError("choices", "choices is empty; give at least one value")
        if len(self.values) != len(self.weights):
            raise RefusalError("choices", f"choices has {len(self.values)} values and {len(self.weights)} weights")
        for weight in self.weights:
            not_negative("weight", weight)
        if math.fsum(self.weights) == 0:
            raise RefusalError("weight", "weight is 0 for every choice; give at least one a weight above 0")

    def arrow_type(self) -> pa.DataType:
        return common_type(self.values)
