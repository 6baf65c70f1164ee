"""A column of a row, or of one that it fans out from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from datagen.generators.base import Rows


@dataclass(frozen=True)
class Reading:
    column: str
    table: str | None = None  # None: the row's own
    through: tuple[str, ...] = ()  # tables that are climbed through

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,) if self.table is None else ()

    def values(self, rows: Rows) -> pa.Array:
        if self.table is None:
            return rows.columns[self.column]
        found = rows.family().parents
        for table in self.through:
            found = rows.others.parents(table, found)
        return rows.others.column(self.table, self.column, found)
