"""The instant of a row, on which what changes over time is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from datagen.draws import I64, Flags
from datagen.readings import Reading
from datagen.timeline import DAY_US

if TYPE_CHECKING:
    from datagen.generators.base import Rows

INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Moment:
    """That of a column; without one the same instant for all rows."""

    reading: Reading | None = None
    fixed_us: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        return self.reading.reads if self.reading else ()

    def instants(self, rows: Rows) -> tuple[I64, Flags]:
        """Microseconds since 1970, and which rows have one; a row without has any."""
        if self.reading is None:
            return np.full(len(rows), self.fixed_us, np.int64), np.ones(len(rows), np.bool_)
        return instants_of(self.reading.values(rows))


def instants_of(values: pa.Array) -> tuple[I64, Flags]:
    """The same of a column of datetimes, or of dates, each of which is its midnight in UTC."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    there = values.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_date(values.type):
        days = values.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
        return days.astype(np.int64) * DAY_US, there
    return values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64), there
