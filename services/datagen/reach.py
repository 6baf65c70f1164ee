"""What a row may see of other tables: a parent, any column at any row, the row that a column points at."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from datagen.children import Children
from datagen.count import Count
from datagen.draws import I64, Draws
from datagen.family import Family
from datagen.generators.base import KeptT, Rows
from datagen.generators.lookup import Lookup
from datagen.model import Column
from datagen.modifiers.nulls import Nulls

SMALL_ROWS = 1 << 16  # a table of at most so many rows is made whole, a column at a time, and kept


class Seen(Protocol):
    """What is to be known of a table's plan."""

    @property
    def name(self) -> str: ...

    @property
    def rows(self) -> int: ...

    @property
    def count(self) -> Count: ...

    @property
    def key(self) -> str | None: ...

    @property
    def children(self) -> Children | None: ...

    @property
    def arrow_schema(self) -> pa.Schema: ...

    def column(self, name: str) -> Column: ...

    def needed(self, name: str) -> tuple[Column, ...]: ...


class Reach:
    """The tables of one plan; see `generators.base.Links`."""

    def __init__(self, seed: int, tables: Mapping[str, Seen]) -> None:
        self._seed, self._tables = seed, tables
        self._whole: dict[tuple[str, str], pa.Array] = {}
        self._kept_once: dict[Hashable, Any] = {}

    def rows(self, table: str, start: int, stop: int) -> Rows:
        return Rows(start, stop, {}, None, table, self)

    def picked(self, table: str, numbers: I64) -> Rows:
        """Rows by their numbers; those in one run are as good as a span."""
        if len(numbers) and numbers[-1] - numbers[0] + 1 == len(numbers) and bool((np.diff(numbers) == 1).all()):
            return self.rows(table, int(numbers[0]), int(numbers[-1]) + 1)
        return Rows(0, len(numbers), {}, numbers, table, self)

    def family(self, table: str, rows: Rows) -> Family:
        children = self._tables[table].children
        assert children is not None, f"{table} has no parent"
        return children.of_span(rows.start, rows.stop) if rows.picked is None else children.of_rows(rows.picked)

    def count(self, table: str) -> int:
        return self._tables[table].rows

    def parents(self, table: str, numbers: I64) -> I64:
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))  # neighbours are often the same row
        found = self.family(table, self.picked(table, numbers[starts])).parents
        return np.repeat(found, np.diff(starts, append=len(numbers)))

    def column(self, table: str, name: str, numbers: I64) -> pa.Array:
        plan = self._tables[table]
        absent = numbers < 0
        few = plan.count.upto(SMALL_ROWS + 1)
        if few == 0 or absent.all():
            return pa.nulls(len(numbers), plan.arrow_schema.field(name).type)
        if few <= SMALL_ROWS:
            return self._kept(plan, name).take(_places(numbers, absent))
        if absent.any():
            there = np.flatnonzero(~absent)
            place = np.full(len(numbers), -1)
            place[there] = np.arange(len(there))
            return self.column(table, name, numbers[there]).take(_places(place, absent))
        starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
        runs = numbers[starts]  # neighbours that are the same row are made once
        values = self.made(plan, name, self.picked(table, runs))
        if len(runs) == len(numbers):
            return values
        return values.take(pa.array(np.repeat(np.arange(len(runs)), np.diff(starts, append=len(numbers)))))

    def pointed(self, table: str, name: str, rows: Rows, wanted: str) -> I64:
        plan = self._tables[table]
        column = plan.column(name)
        if table == wanted and name == plan.key:
            return rows.numbers
        generator = column.generator
        assert isinstance(generator, Lookup), f"{table}.{name} points at no row"
        draws = self.draws(plan, column, rows)
        found = generator.pointed(rows, draws, wanted)
        for modifier in column.modifiers:
            if isinstance(modifier, Nulls):
                found = np.where(draws.chance(modifier.probability, "null"), -1, found)
        return found

    def chained(self, table: str, name: str, numbers: I64, wanted: str) -> I64:
        there = np.flatnonzero(numbers >= 0)
        found = np.full(len(numbers), -1, np.int64)
        if len(there):
            found[there] = self.pointed(table, name, self.picked(table, numbers[there]), wanted)
        return found

    def once(self, key: Hashable, make: Callable[[], KeptT]) -> KeptT:
        if key not in self._kept_once:  # two threads may both make it, and make the same
            self._kept_once[key] = make()
        kept: KeptT = self._kept_once[key]
        return kept

    def made(self, plan: Seen, name: str, rows: Rows) -> pa.Array:
        """One column, and what it reads of its own row."""
        columns = dict(rows.columns)
        inside = Rows(rows.start, rows.stop, columns, rows.picked, rows.table, self, rows.families)
        for column in plan.needed(name):
            columns[column.name] = self.values(plan, column, inside)
        return columns[name]

    def values(self, plan: Seen, column: Column, rows: Rows) -> pa.Array:
        """A column whose reads are made."""
        draws = self.draws(plan, column, rows)
        values = column.generator.values(rows, draws)
        for modifier in column.modifiers:
            values = modifier.apply(values, rows, draws)
        return values

    def draws(self, plan: Seen, column: Column, rows: Rows) -> Draws:
        return Draws(self._seed, plan.name, column.name, rows.start, rows.stop, picked=rows.picked)

    def _kept(self, plan: Seen, name: str) -> pa.Array:
        key = (plan.name, name)
        if key not in self._whole:
            self._whole[key] = self.made(plan, name, self.rows(plan.name, 0, plan.rows))
        return self._whole[key]


def _places(numbers: I64, absent: np.ndarray) -> pa.Array:
    return pa.array(numbers, mask=absent) if absent.any() else pa.array(numbers)
