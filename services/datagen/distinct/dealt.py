"""Listed values, each dealt to one row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.permute import shuffled
from datagen.refusals import RefusalError


@dataclass(frozen=True, eq=False)
class Dealt(Kind):
    """The order is a keyed shuffle; weights have no meaning where nothing comes twice."""

    listed: pa.Array  # different values without nulls

    @property
    def capacity(self) -> int:
        return len(self.listed)

    def check_rows(self, rows: int) -> None:
        if rows > len(self.listed):
            raise RefusalError(
                "choices",
                f"unique: {rows:,} rows from {len(self.listed):,} different choices; list more, or have fewer rows",
            )

    def arrow_type(self) -> pa.DataType:
        return self.listed.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        keyed = Draws(draws.seed, draws.table, draws.column, 0, 0)
        places = shuffled(rows.numbers.astype(np.uint64), len(self.listed), keyed)
        return self.listed.take(pa.array(places.view(np.int64)))
