"""Of which UTC day each row of a table is, where its rows are not in the order of time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from datagen.constrained.bounded import BoundedInstant
from datagen.constrained.copied import Copied
from datagen.constrained.repeated import Repeated
from datagen.draws import I64
from datagen.generators.base import Generator
from datagen.generators.instant import Instant
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.generators.placed import Placed
from datagen.generators.staged import StageTime
from datagen.moments import instants_of
from datagen.plan import Plan
from datagen.timeline import DAY_US, Window

FIRST_DAY = int(np.datetime64("0001-01-01", "D").astype(np.int64))  # since 1970, as all days here
NO_DAY = int(np.datetime64("9999-12-31", "D").astype(np.int64)) + 1  # of rows without an instant; behind every day


def days_of(values: pa.Array) -> I64:
    """The day of each of a column's datetimes or dates; NO_DAY where there is none, or none in the years 1 to 9999."""
    instants, there = instants_of(values)
    days = instants // DAY_US
    days[~there | (days < FIRST_DAY) | (days > NO_DAY)] = NO_DAY
    return days


def days_of_rows(plan: Plan, table: str, column: str, start: int, stop: int) -> I64:
    """The day of each of the rows start..stop; of the table nothing is made but what the column needs."""
    return days_of(plan.reach.made(plan.tables[table], column, plan.reach.rows(table, start, stop)))


def day_of(date: str) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))


def date_of(day: int) -> str | None:
    """YYYY-MM-DD; None for NO_DAY."""
    return None if day == NO_DAY else str(np.datetime64(day, "D"))


def window_days(window: Window) -> range:
    """Every day that a window touches."""
    return range(window.start_us // DAY_US, window.end_us // DAY_US + 1)


def window_of(plan: Plan, table: str, column: str) -> Window:
    """In which a column's instants are drawn, be it in another table that it looks up; else the timeframe."""
    found = _drawn_in(plan, table, plan.tables[table].column(column).generator)
    return plan.dataset.window if found is None else found


def _drawn_in(plan: Plan, table: str, generator: Generator) -> Window | None:
    match generator:
        case Instant(window=window):
            return window
        case Ordered(instant=inner) | Placed(instant=inner) | StageTime(instant=inner):
            return _drawn_in(plan, table, inner)
        case BoundedInstant(kind=inner) | Repeated(inner=inner):
            return _drawn_in(plan, table, inner)
        case Copied(column=name):
            return _drawn_in(plan, table, plan.tables[table].column(name).generator)
        case Lookup(table=other, column=name):
            return _drawn_in(plan, other, plan.tables[other].column(name).generator)
        case _:
            return None
