"""What the constraints say of each column: collected from the document, and carried to where the value is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa

from datagen.constrained.limits import Decimals, Instants, Scale
from datagen.generators.choice import Choice
from datagen.generators.instant import Instant
from datagen.generators.listed import Listed
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.generators.sequence import Sequence
from datagen.model import Column, Table
from datagen.modifiers import Cast, Limited, Nulls, Rounded
from datagen.pointers import ByColumn, Drawn, Parent
from datagen.schema.json_text import Path
from datagen.schema.relational.circles import Place
from datagen.schema.relational.making import PRECISION, TYPES
from datagen.schema.relational.rules import Constraints
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenTable
from datagen.schema.values import instant_us
from datagen.timeline import DAY_US

SHOWN = (Cast, Nulls, Rounded)  # modifiers that leave a value what it is


@dataclass
class Rules:
    """Of one column; bounds are inclusive, on its scale."""

    paths: list[Path] = field(default_factory=list)
    low: float | None = None
    high: float | None = None
    values: list[tuple[Any, ...]] = field(default_factory=list)
    sources: list[Place] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)

    def least(self, low: float) -> None:
        self.low = low if self.low is None else max(self.low, low)

    def most(self, high: float) -> None:
        self.high = high if self.high is None else min(self.high, high)

    @property
    def bounds(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def lists(self) -> bool:
        return bool(self.values or self.sources or self.patterns)


@dataclass(frozen=True)
class Book:
    """The tables of a document, written and made, by name."""

    tables: Mapping[str, Table]
    written: Mapping[str, WrittenTable]

    def column(self, place: Place) -> Column:
        return next(column for column in self.tables[place[0]].columns if column.name == place[1])

    def type(self, place: Place) -> pa.DataType:
        return TYPES[self._kind(place)]

    def scale(self, place: Place) -> Scale | None:
        """None for flags and for texts that do not tell instants."""
        model = self.written[place[0]].columns[place[1]].model
        match self._kind(place):
            case "int":
                return Decimals(0)
            case "float":
                return Decimals(PRECISION if model is None or model.precision is None else model.precision)
            case "datetime":
                return Instants(1)
            case "date":
                return Instants(DAY_US)
            case _:
                told = isinstance(self.column(place).generator, Instant | Ordered)
                return Instants(1) if told else None

    def _kind(self, place: Place) -> str:
        model = self.written[place[0]].columns[place[1]].model
        assert model is not None
        return model.type

    def source(self, place: Place) -> tuple[Place, Literal["parent", "drawn", "other"]] | None:
        """Where a lookup that changes nothing reads its value, and how it finds the row; None for what is no such."""
        column = self.column(place)
        if not isinstance(column.generator, Lookup) or not all(isinstance(made, SHOWN) for made in column.modifiers):
            return None
        found, pointer = (column.generator.table, column.generator.column), column.generator.pointer
        if isinstance(pointer, Parent) or self._by_parent(place[0], pointer):
            return found, "parent"
        return found, "drawn" if isinstance(pointer, Drawn) else "other"

    def _by_parent(self, table: str, pointer: object) -> bool:
        """Whether a column by which a row is found is the key of a row that this fans out from."""
        if not isinstance(pointer, ByColumn):
            return False
        other = self.column((table, pointer.column)).generator
        return isinstance(other, Lookup) and other.table == pointer.table and isinstance(other.pointer, Parent)

    def rooted(self, place: Place) -> Place:
        """The column of a row that this fans out from, where a column only shows its value."""
        while (source := self.source(place)) is not None and source[1] == "parent":
            place = source[0]
        return place

    def carried(self, place: Place, small: int) -> Place:
        """The column whose values have to be narrowed so that this one's are."""
        while (source := self.source(place)) is not None:
            other = source[0]
            stays = source[1] == "drawn" and self.tables[other[0]].rows <= small
            if stays and not isinstance(self.column(other).generator, Sequence):
                break
            place = other
        return place

    def leads(self, place: Place, to: Place) -> bool:
        """Whether all values of a column are values of another."""
        while place != to:
            source = self.source(place)
            if source is None:
                return False
            place = source[0]
        return True


def collected(rules: Constraints, book: Book, small: int) -> dict[Place, Rules]:
    """The rules of each column that has any, inequalities left out."""
    found: dict[Place, Rules] = {}

    def of(attr: str, path: Path) -> Rules:
        made = found.setdefault(book.carried(split(attr), small), Rules())
        made.paths.append(path)
        return made

    for path, bounds in rules.ranges:
        made, scale = of(bounds.attr, path), book.scale(book.carried(split(bounds.attr), small))
        if scale is not None and bounds.min is not None:
            made.least(least(scale, bounds.min))
        if scale is not None and bounds.max is not None:
            made.most(most(scale, bounds.max))
    for path, pattern in rules.pattern:
        of(pattern.attr, path).patterns.append(pattern.regex)
    for path, enum in rules.enum:
        if enum.values is not None:
            of(enum.attr, path).values.append(enum.values)
        elif enum.enum_ref is not None and not book.leads(split(enum.attr), split(enum.enum_ref)):
            _refer(of(enum.attr, path), split(enum.enum_ref), book)
    return found


def _refer(rules: Rules, source: Place, book: Book) -> None:
    column = book.column(source)
    if isinstance(column.generator, Listed) and all(isinstance(made, SHOWN) for made in column.modifiers):
        rules.values.append(column.generator.listed)
    else:
        rules.sources.append(source)


def least(scale: Scale, bound: Any, strictly: bool = False) -> float:
    """The least value of a scale at or above a bound, or above it."""
    return _measure(scale, bound, strictly, up=True)


def most(scale: Scale, bound: Any, strictly: bool = False) -> float:
    return _measure(scale, bound, strictly, up=False)


def _measure(scale: Scale, bound: Any, strictly: bool, up: bool) -> float:
    value = instant_us(bound) if isinstance(bound, str) else bound
    array = pa.array([value], pa.int64() if isinstance(scale, Instants) else pa.float64()).to_numpy().copy()
    found: float = (scale.at_least(array, strictly) if up else scale.at_most(array, strictly))[0].item()
    return found


def hard(book: Book, place: Place) -> tuple[float | None, float | None]:
    """Between which values a column's choices lie, or its clamp puts them; None for no bound."""
    column, scale = book.column(place), book.scale(place)
    last = next((made for made in reversed(column.modifiers) if not isinstance(made, SHOWN)), None)
    if scale is None:
        return None, None
    if isinstance(last, Limited):
        return (
            None if last.min is None else least(scale, last.min),
            None if last.max is None else most(scale, last.max),
        )
    if last is not None or not isinstance(column.generator, Choice):
        return None, None
    pairs = zip(column.generator.choices, column.generator.weights, strict=True)
    numbers = [float(value) for value, weight in pairs if weight and isinstance(value, int | float)]
    return (least(scale, min(numbers)), most(scale, max(numbers))) if numbers else (None, None)
