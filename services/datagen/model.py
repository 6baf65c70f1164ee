"""Dataset, Table, Column: what both dialects of the schema language become.

A document in the record dialect is the one-table case. Everything here is frozen and holds no
default that is still to be decided; `compile.py` turns it into a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from datagen.analysis import Analysis
from datagen.fanout import Fanout
from datagen.generators.base import Generator
from datagen.modifiers.base import Modifier
from datagen.modifiers.cast import Cast
from datagen.modifiers.reading import reads_of
from datagen.modifiers.scaled import Scaled
from datagen.targets import Target
from datagen.timeline import Window as Window

TextFormat = Literal["csv", "jsonl", "parquet"]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is made: drawn by `generator`, then changed by each modifier in turn."""

    name: str
    generator: Generator
    modifiers: tuple[Modifier, ...]
    path: str  # where it stands in the document, for messages: schema.fields.amount

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns of the same table that this one is a function of."""
        return tuple(dict.fromkeys((*self.generator.reads, *reads_of(self.modifiers))))

    def arrow_type(self) -> pa.DataType:
        """What the last cast makes of it."""
        casts = [modifier.type for modifier in self.modifiers if isinstance(modifier, Cast)]
        return casts[-1] if casts else self.generator.arrow_type()


@dataclass(frozen=True, slots=True)
class Offspring:
    """How a table's rows follow from those of another."""

    parent: str
    fanout: Fanout
    acts: tuple[Scaled, ...] = ()  # what scales it, by the parent's row


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    rows: int  # of a table with offspring, about how many; compile.py counts them
    columns: tuple[Column, ...]  # in the order they are written
    axis: str | None  # the datetime column along which rows are laid out; None: rows have no order in time
    key: str | None = None  # the primary key, where one is declared
    offspring: Offspring | None = None  # None: the rows are as many as declared
    others: tuple[str, ...] = ()  # the tables it draws from, beside the one it fans out from


@dataclass(frozen=True, slots=True)
class Output:
    format: TextFormat
    gzip: bool


@dataclass(frozen=True, slots=True)
class Dataset:
    name: str  # slug [a-z][a-z0-9_]{0,62}
    seed: int
    window: Window
    output: Output
    tables: tuple[Table, ...]  # parents before children
    analysis: Analysis
    document: Mapping[str, Any]  # the effective document: overrides applied, defaults of the top level filled in
    schema_sha256: str  # of `document` as canonical JSON
    overrides: Mapping[str, Any]  # path -> value: what replaced a value of the file
    drawn: frozenset[str]  # of "seed", "time_window": those the document did not name and no override gave
    targets: tuple[Target, ...] = ()
    unmade: tuple[str, ...] = ()  # sentences: what the document declares and is not made yet

    @property
    def relational(self) -> bool:
        """Whether the document tells of nodes."""
        return "nodes" in self.document

    @property
    def span(self) -> dict[str, str]:
        """The window as texts: start and end, as in the effective document."""
        written = self.document["timeframe" if self.relational else "time_window"]
        return {"start": written["start"], "end": written["end"]}

    def table(self, name: str) -> Table:
        """The table of that name. KeyError where there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)
