"""What a document declares of its tables, as one model of both dialects: what the checks read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from datagen.fanout import Fanout
from datagen.generators.base import Scalar
from datagen.schema.fields import Written
from datagen.schema.relational.behaviors import SegmentBehavior, StageConfig, VintageBehavior
from datagen.schema.relational.rules import Constraints
from datagen.schema.relational.written import WrittenModifier
from datagen.shares import Shares
from datagen.timeline import Curve, Window
from validate.laws import Law

Kind = Literal["int", "float", "text", "bool", "time", "date", "object"]


@dataclass(frozen=True)
class Numbers:
    """Numbers that follow a law, before any change."""

    law: Law


@dataclass(frozen=True)
class OneOf:
    """Values by weight; ordered where each row has the next one."""

    values: tuple[Scalar, ...]
    weights: tuple[float, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Depending:
    """Values by weights that the text of another column decides."""

    on: str
    table: Mapping[str, OneOf]
    otherwise: OneOf | None


@dataclass(frozen=True)
class Counting:
    start: int
    step: int


@dataclass(frozen=True)
class Times:
    window: Window
    curve: Curve
    step_us: int | None = None  # of a grid of one step, counted from the window's start
    format: str = "iso"


@dataclass(frozen=True)
class Texts:
    regex: str
    numbers: tuple[tuple[int, int], ...]  # between which bounds each group of the expression lies
    unique: bool
    words: str  # the pattern as it was written


@dataclass(frozen=True)
class Points:
    box: tuple[float, float, float, float]  # latitudes and longitudes of two corners
    as_object: bool


@dataclass(frozen=True)
class DrawnRow:
    """The value on a draw of the rows of a table."""

    table: str
    column: str
    shares: Shares


@dataclass(frozen=True)
class ReadRow:
    """The value on the row whose `theirs` is this row's `ours`."""

    table: str
    column: str
    theirs: str
    ours: str


@dataclass(frozen=True)
class ReadAbove:
    """The value on the row of a table further up that it fans out from, by way of those between."""

    table: str
    column: str


@dataclass(frozen=True)
class RowAbove:
    """A key of the own table, without circles."""

    column: str


@dataclass(frozen=True)
class FromRow:
    """A function of other columns of the row, that can be made again."""

    reads: tuple[str, ...]


@dataclass(frozen=True)
class Unjudged:
    """What follows no law that could be held against it."""

    why: str


Source = (
    Numbers
    | OneOf
    | Depending
    | Counting
    | Times
    | Texts
    | Points
    | DrawnRow
    | ReadRow
    | ReadAbove
    | RowAbove
    | FromRow
    | Unjudged
)


@dataclass(frozen=True)
class DeclaredColumn:
    name: str
    kind: Kind
    source: Source
    null_share: float | None = 0.0  # None: nulls also come with what is read, and are not counted
    nullable: bool = True
    precision: int | None = None
    bounds: tuple[float | None, float | None] = (None, None)  # of a number, after all changes
    clamped: bool = False  # whether what lies beyond the bounds is put on them
    drawn: bool = False  # from a distribution
    within: tuple[float | None, float | None] = (None, None)  # of a range: what lies beyond is never drawn
    changes: tuple[WrittenModifier, ...] = ()
    time_format: str = "iso"


@dataclass(frozen=True)
class Parent:
    table: str
    key: str
    column: str | None  # of the child, that holds the parent's key
    fanout: Fanout


@dataclass(frozen=True)
class Beside:
    """Another table that a row names a row of, and that is listed among its parents."""

    table: str
    key: str
    column: str  # of the row, that holds the other's key


@dataclass(frozen=True)
class DeclaredTable:
    name: str
    columns: Mapping[str, DeclaredColumn]
    rows: int | None  # None: they follow from the parent's
    key: str | None = None
    parent: Parent | None = None
    beside: tuple[Beside, ...] = ()
    effects: tuple[WrittenModifier, ...] = ()  # on the fan-out
    segments: SegmentBehavior | None = None
    vintage: VintageBehavior | None = None
    stages: StageConfig | None = None

    @property
    def series(self) -> tuple[str, ...]:
        """The columns whose instants are drawn."""
        return tuple(name for name, column in self.columns.items() if isinstance(column.source, Times))

    @property
    def first_time(self) -> str | None:
        """The first datetime or date, at which what changes with time is read."""
        return next((name for name, column in self.columns.items() if column.kind in ("time", "date")), None)


@dataclass(frozen=True)
class Declared:
    """A document's tables, rules and targets."""

    tables: Mapping[str, DeclaredTable]
    window: Window
    rules: Constraints
    targets: tuple[Written, ...]
    generators: Mapping[tuple[str, str], Any] = field(default_factory=dict)  # model.Column, to make FromRow again
    narrowed: frozenset[tuple[str, str]] = frozenset()  # columns that a rule between columns has narrowed
    sample: int | None = None  # at most so many rows of each table were made; None: all
    some_days: frozenset[str] = frozenset()  # tables of which only some days are there

    def rows(self, table: str) -> int | None:
        """How many there should be; None where they follow from the parent's."""
        declared = self.tables[table].rows
        return declared if declared is None or self.sample is None else min(declared, self.sample)

    def lacking(self, *tables: str) -> str | None:
        """Why nothing can be said that takes all rows of these tables; None where all are there."""
        found = next((table for table in tables if table in self.some_days), None)
        return f"only some days of {found} are there" if found else None

    def cut_off(self, table: str, made: int) -> bool:
        """Whether a sample ends before the last child of the last parent."""
        return self.sample is not None and made >= self.sample
