"""What every generator obeys, and what it may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from datagen.draws import Draws


Scalar = str | int | float | bool | None  # what an author may list as a value


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows start..stop (half-open, 0-based) of a table, and the columns of them made so far."""

    start: int
    stop: int
    columns: Mapping[str, pa.Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.stop - self.start


class Generator(Protocol):
    """A frozen dataclass whose attributes are all the kind needs; it refuses what it cannot do where it is made."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns of the same table that this one is a function of."""
        ...

    def check_rows(self, rows: int) -> None:
        """RefusalError where the kind cannot make so many rows."""
        ...

    def arrow_type(self) -> pa.DataType: ...

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        """One value a row, of arrow_type() or a dictionary of it. Uses no state but its arguments."""
        ...


class Kind:
    """What most generators have in common: they read no other column and make any number of rows."""

    @property
    def reads(self) -> tuple[str, ...]:
        return ()

    def check_rows(self, rows: int) -> None:
        """Nothing to refuse."""
