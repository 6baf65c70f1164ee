"""One of a list of values, by weights that depend on another column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.choice import Choice
from datagen.generators.scalars import common_type
from datagen.refusals import RefusalError


@dataclass(frozen=True)
class ConditionalChoice:
    on: str
    table: Mapping[str, Choice]  # by the CSV text of the column `on`; null is the empty text
    default: Choice | None  # None: a value that the table lacks ends the run

    def __post_init__(self) -> None:
        if not self.table and self.default is None:
            raise RefusalError("conditional_table", "conditional_table is empty; give a value or '_default'")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.on,)

    def arrow_type(self) -> pa.DataType:
        return common_type(tuple(value for choice in self.choices for value in choice.values))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Those of the table in its order, then the default where there is one."""
        return (*self.table.values(), *(() if self.default is None else (self.default,)))
