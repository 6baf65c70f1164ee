"""The value of another column of the row, made to be of this column's type."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows


@dataclass(frozen=True)
class Copied(Kind):
    column: str
    type: pa.DataType

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def arrow_type(self) -> pa.DataType:
        return self.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return rows.columns[self.column]
