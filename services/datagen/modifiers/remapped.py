"""Values replaced by those that a table holds for their text; others stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.draws import Draws
from datagen.generators.base import Rows, Scalar
from datagen.generators.keys import Keys
from datagen.generators.scalars import Catalogue
from datagen.text.scalars import texts


@dataclass(frozen=True)
class Remapped:
    """The result has the type that holds the table's values and the others; of numbers and texts that is text."""

    mapping: Mapping[str, Scalar]  # by the CSV text of the value

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        codes = self._keys.codes(values)
        found = codes < len(self.mapping)
        plain = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
        new = self._catalogue.column(self._codes[np.minimum(codes, len(self.mapping) - 1)])
        new = new.dictionary_decode() if pa.types.is_dictionary(new.type) else new
        if not found.any():
            return plain
        if new.type != plain.type:
            new, plain = _alike(new, plain)
        return pc.if_else(pa.array(found), new, plain)

    @cached_property
    def _keys(self) -> Keys:
        return Keys(tuple(self.mapping))

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(tuple(self.mapping.values()))

    @cached_property
    def _codes(self) -> np.ndarray:
        return np.array(self._catalogue.codes, np.int64)


def _alike(one: pa.Array, other: pa.Array) -> tuple[pa.Array, pa.Array]:
    numbers = [pa.types.is_integer(array.type) or pa.types.is_floating(array.type) for array in (one, other)]
    if all(numbers):
        return one.cast(pa.float64()), other.cast(pa.float64())
    return _text(one), _text(other)


def _text(array: pa.Array) -> pa.Array:
    text = texts(array)
    return text.dictionary_decode() if pa.types.is_dictionary(text.type) else text
