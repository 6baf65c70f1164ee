"""Normal noise around an instant that stays in its cell of a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import I64, Draws
from datagen.generators.base import Rows
from datagen.grid import Grid
from datagen.modifiers.nulls import without
from datagen.moments import INSTANT, instants_of


@dataclass(frozen=True)
class TimeJitter:
    """Noise that leads out of the cell is reflected at its edges, as often as it takes.

    A cell is from one point of the grid to the next; the last one ends with the window.
    """

    std_us: float
    cells: Grid
    place: int  # among the column's modifiers: each draws its own noise

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        instants, there = instants_of(values)
        begin, end = self.cells.around(instants)
        noise = np.rint(draws.normal(f"time_jitter.{self.place}") * self.std_us).astype(np.int64)
        moved = pa.array(begin + reflected(instants - begin + noise, end - begin)).view(INSTANT)
        return moved if there.all() else without(moved, ~there)


def reflected(offsets: I64, lengths: I64) -> I64:
    """Offsets folded into 0 to length - 1, as between two mirrors."""
    folded = offsets % (2 * lengths)
    return np.where(folded < lengths, folded, 2 * lengths - 1 - folded)
