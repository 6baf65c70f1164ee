"""Values replaced by null with a probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import Draws, Flags
from datagen.generators.base import Rows
from datagen.refusals import fraction


@dataclass(frozen=True)
class Nulls:
    probability: float

    def __post_init__(self) -> None:
        fraction("null_prob", self.probability)

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        missing = draws.chance(self.probability, "null")
        return without(values, missing) if missing.any() else values


def without(values: pa.Array, missing: Flags) -> pa.Array:
    """The same values, null also where `missing` is set; no value is moved."""
    if pa.types.is_dictionary(values.type):
        return pa.DictionaryArray.from_arrays(without(values.indices, missing), values.dictionary)
    if values.null_count:
        missing = missing | values.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_struct(values.type):
        fields = [values.type.field(index) for index in range(values.type.num_fields)]
        members = [values.field(field.name) for field in fields]
        return pa.StructArray.from_arrays(members, fields=fields, mask=pa.array(missing))
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(values.type, len(values), [valid, *values.buffers()[1:]])
