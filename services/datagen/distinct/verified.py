"""Columns whose kind does not promise that no value stands twice: all rows of them are made and looked at."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow.compute as pc

from datagen.constrained.allowed import plain
from datagen.errors import UserError
from datagen.plan import TablePlan
from datagen.reach import Reach

MOST_ROWS = 1 << 18


def verify(table: TablePlan, columns: Iterable[str], reach: Reach) -> None:
    """UserError where a value stands twice, or where there are too many rows to look."""
    for name in columns:
        column = table.column(name)
        if table.count.upto(MOST_ROWS + 1) > MOST_ROWS:
            told = f"only a look at all {table.rows:,} rows could tell, and at most {MOST_ROWS:,} are looked at"
            raise UserError(f"{column.path}: unique: {told}; take a sequence, uuid4 or bothify")
        values = plain(reach.made(table, name, reach.rows(table.name, 0, table.rows))).drop_null()
        different = pc.count_distinct(values).as_py()
        if different < len(values):
            raise UserError(
                f"{column.path}: unique: {len(values):,} values, of which {different:,} are different; "
                "take a sequence, uuid4 or bothify, or leave it out of unique"
            )
