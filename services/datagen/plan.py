"""Plan: a data set in which nothing is left to decide; what `rows.generate` works from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from datagen.axis import AxisPlan, Day
from datagen.children import Children
from datagen.count import Count
from datagen.errors import UserError
from datagen.model import Column, Dataset
from datagen.reach import Reach


@dataclass(frozen=True)
class TablePlan:
    name: str
    count: Count
    columns: tuple[Column, ...]  # in the order they are written
    making: tuple[Column, ...]  # the same, each after those it reads
    axis: AxisPlan | None
    arrow_schema: pa.Schema  # of the values; `rows.generate` may give text as a dictionary of it
    key: str | None = None
    children: Children | None = None  # None: it fans out from no table
    parent: str | None = None  # the table it fans out from
    others: tuple[str, ...] = ()  # the tables it draws from
    _needed: dict[str, tuple[Column, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rows(self) -> int:
        """How many it has; to count them may take seconds where they follow from millions of others."""
        return self.count.rows

    def column(self, name: str) -> Column:
        """KeyError where there is none."""
        for column in self.making:
            if column.name == name:
                return column
        raise KeyError(name)

    def needed(self, name: str) -> tuple[Column, ...]:
        """The column and what it reads, each after those it reads."""
        if name not in self._needed:
            wanted = {name}
            for column in reversed(self.making):
                if column.name in wanted:
                    wanted.update(column.reads)
            self._needed[name] = tuple(column for column in self.making if column.name in wanted)
        return self._needed[name]

    def days(self) -> tuple[Day, ...]:
        """Every UTC day of the window with its rows, also days without any; () where there is no axis."""
        return () if self.axis is None else self.axis.days()


@dataclass(frozen=True)
class Plan:
    dataset: Dataset
    tables: Mapping[str, TablePlan]  # parents before children
    reach: Reach = field(compare=False, repr=False)
    steered: tuple[str, ...] = ()  # sentences: what was moved so that targets are met
    sample: int | None = None  # at most so many rows of each table; None where all are

    def refuse_unmade(self) -> None:
        """UserError where the document declares what is not made yet: rows without it are not what was declared."""
        unmade = self.dataset.unmade
        if unmade:
            rest = f" (and {len(unmade) - 1} more)" if len(unmade) > 1 else ""
            raise UserError(f"{unmade[0]}{rest}; remove it to make rows without it")
