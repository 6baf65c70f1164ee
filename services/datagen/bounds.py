"""Before which instant nothing of a row may happen, by a row that it points at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datagen.draws import I64, Draws, Flags
from datagen.moments import instants_of

if TYPE_CHECKING:
    from datagen.generators.base import Rows
    from datagen.pointers import Pointer


@dataclass(frozen=True)
class Since:
    """The instant in a column of the other row."""

    pointer: Pointer
    table: str
    column: str

    @property
    def reads(self) -> tuple[str, ...]:
        return self.pointer.reads

    def instants(self, rows: Rows, draws: Draws) -> tuple[I64, Flags]:
        """Microseconds since 1970, and for which rows there is one."""
        return instants_of(rows.others.column(self.table, self.column, self.pointer.rows(rows, draws)))
