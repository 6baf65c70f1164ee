"""The values of a list in order, one a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows, Scalar
from datagen.generators.scalars import Catalogue, check_values
from datagen.refusals import RefusalError
from datagen.weights import Codes


@dataclass(frozen=True)
class Listed(Kind):
    listed: tuple[Scalar, ...]

    def __post_init__(self) -> None:
        check_values("values", self.listed)

    def check_rows(self, rows: int) -> None:
        if rows > len(self.listed):
            raise RefusalError("values", f"values has {len(self.listed)} values for {rows} rows; give one a row")

    def arrow_type(self) -> pa.DataType:
        return self._catalogue.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return self._catalogue.column(self._codes[rows.numbers])

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.listed)

    @cached_property
    def _codes(self) -> Codes:
        return np.array(self._catalogue.codes, np.int64)
