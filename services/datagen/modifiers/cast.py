"""A column made to be of its declared type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.draws import Draws
from datagen.errors import UserError
from datagen.generators.base import Rows
from datagen.modifiers.numbers import doubles
from datagen.moments import INSTANT
from datagen.refusals import INT64_MAX, INT64_MIN
from datagen.text.scalars import texts
from datagen.timeline import DAY_US


@dataclass(frozen=True)
class Cast:
    """Doubles become whole numbers by rounding half to even, instants their day in UTC, anything its text."""

    type: pa.DataType

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        """UserError where a value cannot be of the type."""
        if values.type == self.type or (pa.types.is_dictionary(values.type) and values.type.value_type == self.type):
            return values
        try:
            return _cast(values, self.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            place = f"{draws.table}.{draws.column}"
            raise UserError(f"{place}: holds what is no {self.type}: {error}; choose another type") from error


def _cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        return texts(values)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_date(kind) and pa.types.is_integer(values.type):
        values = values.cast(INSTANT)  # listed days are held in microseconds
    if pa.types.is_integer(kind) and pa.types.is_floating(values.type):
        return _whole(values)
    if pa.types.is_date(kind) and pa.types.is_integer(values.type):
        values = values.cast(INSTANT)
    if pa.types.is_date(kind) and values.type == INSTANT:
        days = pc.fill_null(values.cast(pa.int64()), 0).to_numpy() // DAY_US
        mask = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
        return pa.array(days.astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())
    if kind == INSTANT and pa.types.is_date(values.type):
        return values.cast(pa.timestamp("us")).cast(pa.int64()).cast(INSTANT)
    return values.cast(kind)


def _whole(values: pa.Array) -> pa.Array:
    """Numbers beyond 64 bits become the last that fits."""
    numbers, missing = doubles(values)
    np.rint(numbers, out=numbers)
    whole = np.clip(numbers, float(INT64_MIN), float(2**63 - 1024)).astype(np.int64)
    whole[numbers > float(2**63 - 1024)] = INT64_MAX
    return pa.array(whole, pa.int64(), mask=missing)
