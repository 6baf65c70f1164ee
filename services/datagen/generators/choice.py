"""One of a list of values, by weight."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows, Scalar
from datagen.generators.scalars import Catalogue, check_mixed, check_values, common_type
from datagen.refusals import RefusalError, not_negative
from datagen.weights import Weights, weigh


@dataclass(frozen=True)
class Choice(Kind):
    """Weights are relative and exact: no probability is rounded to the width of a table."""

    choices: tuple[Scalar, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.choices:
            raise RefusalError("choices", "choices is empty; give at least one value")
        if len(self.choices) != len(self.weights):
            raise RefusalError("choices", f"choices has {len(self.choices)} values and {len(self.weights)} weights")
        check_values("value", self.choices)
        check_mixed({"choices": self.choices})
        for weight in self.weights:
            not_negative("weight", weight)
        if not any(self.weights):
            raise RefusalError("weight", "weight is 0 for every choice; give at least one a weight above 0")

    def arrow_type(self) -> pa.DataType:
        return common_type(self.choices)

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return self._catalogue.column(self._weights.pick(draws))

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.choices)

    @cached_property
    def _weights(self) -> Weights:
        return weigh([(self._catalogue.codes, self.weights)])
