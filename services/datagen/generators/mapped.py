"""The value that a table holds for another column's text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows, Scalar
from datagen.generators.keys import Keys
from datagen.generators.scalars import Catalogue, check_mixed, check_values
from datagen.weights import Codes


@dataclass(frozen=True)
class Mapped(Kind):
    from_field: str
    mapping: Mapping[str, Scalar]  # by the CSV text of `from_field`; null is the empty text
    default: Scalar

    def __post_init__(self) -> None:
        check_values("map", tuple(self.mapping.values()))
        check_values("default", (self.default,))
        check_mixed({"map": tuple(self.mapping.values()), "default": (self.default,)})

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.from_field,)

    def arrow_type(self) -> pa.DataType:
        return self._catalogue.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return self._catalogue.column(np.take(self._codes, self._keys.codes(rows.columns[self.from_field])))

    @cached_property
    def _keys(self) -> Keys:
        return Keys(tuple(self.mapping))

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue((*self.mapping.values(), self.default))

    @cached_property
    def _codes(self) -> Codes:
        """Of each key's value, then of the default."""
        return np.array(self._catalogue.codes, np.min_scalar_type(-len(self._catalogue.codes) - 1))
