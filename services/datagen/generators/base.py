"""What every generator obeys, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import pyarrow as pa

from datagen.family import Family

if TYPE_CHECKING:
    from datagen.draws import I64, Draws


KeptT = TypeVar("KeptT")
Scalar = str | int | float | bool | None  # what an author may list as a value


class Links(Protocol):
    """What a table's rows may see of the rest of the data set."""

    def family(self, table: str, rows: Rows) -> Family: ...

    def count(self, table: str) -> int:
        """How many rows a table has."""
        ...

    def parents(self, table: str, numbers: I64) -> I64:
        """The rows that these fan out from."""
        ...

    def column(self, table: str, name: str, numbers: I64) -> pa.Array:
        """A column of any table at these rows; null where the number is negative."""
        ...

    def pointed(self, table: str, name: str, rows: Rows, wanted: str) -> I64:
        """The rows of `wanted` that a column points at; -1 where it points at none."""
        ...

    def chained(self, table: str, name: str, numbers: I64, wanted: str) -> I64:
        """The same for a column of other rows, by their numbers; -1 where the number is negative."""
        ...

    def once(self, key: Hashable, make: Callable[[], KeptT]) -> KeptT:
        """What is a function of the key and the data set, made once and kept."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows start..stop (half-open, 0-based) of a table, or those `picked`, and the columns of them made so far."""

    start: int
    stop: int
    columns: Mapping[str, pa.Array] = field(default_factory=dict)
    picked: I64 | None = None  # row numbers in any order; then start is 0 and stop how many
    table: str = ""
    links: Links | None = None
    families: list[Family] = field(default_factory=list)  # the family of these rows, once it is known

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def numbers(self) -> I64:
        """The number of each row; a fresh array."""
        return np.arange(self.start, self.stop, dtype=np.int64) if self.picked is None else self.picked.copy()

    @property
    def others(self) -> Links:
        assert self.links is not None, "rows of a table by itself see no other"
        return self.links

    def family(self) -> Family:
        if not self.families:
            self.families.append(self.others.family(self.table, self))
        return self.families[0]


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
