"""A column of another row, of another table or of the own one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from datagen.draws import I64, Draws
from datagen.generators.base import Kind, Rows

if TYPE_CHECKING:
    from datagen.pointers import Pointer


@dataclass(frozen=True)
class Lookup(Kind):
    """The value there, and with it the row: what the other column points at, this one points at as well."""

    table: str
    column: str
    type: pa.DataType  # of the other column
    pointer: Pointer

    @property
    def reads(self) -> tuple[str, ...]:
        return self.pointer.reads

    def arrow_type(self) -> pa.DataType:
        return self.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return rows.others.column(self.table, self.column, self.pointer.rows(rows, draws))

    def pointed(self, rows: Rows, draws: Draws, wanted: str) -> I64:
        """The rows of `wanted`: the table itself, or one that its column points at in turn."""
        found = self.pointer.rows(rows, draws)
        return found if wanted == self.table else rows.others.chained(self.table, self.column, found, wanted)
