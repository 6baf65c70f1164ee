"""Numbers and instants of which no two are alike, in the shape of their distribution.

The unit interval is cut into so many equal cells that each holds at least one value of the column's scale as a whole:
half as many as the likeliest value's share goes into 1. A row's cell is a keyed shuffle of its number, and its value
a draw from the cell, put among those that belong to that cell alone. Uniform values are shuffled themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa

from datagen.draws import F64, I64, Draws
from datagen.generators.base import Kind, Rows
from datagen.permute import LARGEST, shuffled
from datagen.refusals import RefusalError


class Ladder(Protocol):
    """The values of a scale, numbered in order, and which of them a share of the distribution reaches."""

    @property
    def evenly(self) -> tuple[int, int] | None:
        """The first number and how many, where all values are equally likely."""
        ...

    @property
    def likeliest(self) -> float:
        """At least the share of any one value."""
        ...

    def rung(self, shares: F64) -> I64:
        """The number of the value at each share of [0, 1]; never falls as shares grow."""
        ...

    def column(self, numbers: I64) -> pa.Array: ...

    def arrow_type(self) -> pa.DataType: ...


@dataclass(frozen=True)
class Spaced(Kind):
    ladder: Ladder
    key: str  # what an author may change to have more room

    def check_rows(self, rows: int) -> None:
        if rows > self.capacity:
            raise RefusalError(
                self.key,
                f"unique: {rows:,} rows from about {self.capacity:,} values that can be told apart; "
                "widen it, or have fewer rows",
            )

    @cached_property
    def capacity(self) -> int:
        """For how many rows there are different values."""
        even = self.ladder.evenly
        if even is not None:
            return min(max(even[1], 0), LARGEST)
        return max(1, min(int(0.5 / max(self.ladder.likeliest, 1e-18)), 1 << 50))

    def arrow_type(self) -> pa.DataType:
        return self.ladder.arrow_type()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        keyed = Draws(draws.seed, draws.table, draws.column, 0, 0)
        cells = shuffled(rows.numbers.astype(np.uint64), self.capacity, keyed)
        even = self.ladder.evenly
        if even is not None:
            return self.ladder.column(cells.view(np.int64) + even[0])
        at = cells.astype(np.float64)
        below, above = (self.ladder.rung(self._shares(at + end)) for end in (0.0, 1.0))
        found = self.ladder.rung(self._shares(at + draws.uniform("within")))
        return self.ladder.column(np.clip(found, below + 1, np.maximum(above, below + 1)))

    def _shares(self, cells: F64) -> F64:
        """Where cells begin; the first and the last lose a quarter, so that no value lies endlessly far out."""
        return np.clip(cells, 0.25, self.capacity - 0.25) / self.capacity
