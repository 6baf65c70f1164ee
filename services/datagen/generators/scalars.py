"""The values an author may list, and the one type that holds them all."""

from __future__ import annotations

import pyarrow as pa

from datagen.generators.base import Scalar


def common_type(values: tuple[Scalar, ...]) -> pa.DataType:
    """int64, double (ints may stand among floats) or bool where all values but nulls are of that kind; else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    if kinds and kinds <= {int, float}:
        return pa.float64()
    return pa.string()
