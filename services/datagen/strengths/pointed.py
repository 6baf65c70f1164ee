"""A strength of the row that another one points at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datagen.draws import F64, Draws
from datagen.generators.base import Links, Rows
from datagen.pointers import Pointer
from datagen.strengths.base import Strength


@dataclass(frozen=True)
class Pointed:
    """1 where a row points at none."""

    pointer: Pointer
    table: str
    strength: Strength

    @property
    def reads(self) -> tuple[str, ...]:
        return self.pointer.reads

    def of(self, rows: Rows, draws: Draws) -> F64:
        found = self.pointer.rows(rows, draws)
        there = found >= 0
        if there.all():
            return self.strength.of(rows_at(rows.others, self.table, found, self.strength.reads), draws)
        factors = np.ones(len(rows))
        if there.any():
            factors[there] = self.strength.of(
                rows_at(rows.others, self.table, found[there], self.strength.reads), draws
            )
        return factors


def rows_at(links: Links, table: str, numbers: np.ndarray, names: tuple[str, ...]) -> Rows:
    """Rows of a table by their numbers, with these columns of them made."""
    columns = {name: links.column(table, name, numbers) for name in dict.fromkeys(names)}
    return Rows(0, len(numbers), columns, numbers, table, links)
