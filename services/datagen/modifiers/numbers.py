"""What modifiers of numbers share: a column as doubles with the rows that have one, and back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from datagen.draws import F64, Flags


def doubles(values: pa.Array) -> tuple[F64, Flags | None]:
    """A fresh array, anything finite where a value is null; and the nulls, None where there are none."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if values.null_count == 0:
        return values.to_numpy(zero_copy_only=False).astype(np.float64), None
    missing = values.is_null().to_numpy(zero_copy_only=False)
    return values.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64), missing


def column(values: F64, missing: Flags | None) -> pa.Array:
    return pa.array(values, pa.float64(), mask=missing)
