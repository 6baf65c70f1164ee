"""Which columns of the extract the jobs read, and as what. Names come from `Analysis`; none is spelled here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datagen.analysis import Analysis, InputColumn, Measure
from datagen.errors import UserError
from datagen.expression import parse
from datagen.expression_tree import Node, columns

ROUNDED_TO = 6  # digits of a number whose author declared no precision


@dataclass(frozen=True, slots=True)
class NumberColumn:
    name: str
    whole: bool
    scale: int  # digits after the point that a sum keeps; 0 where whole
    exact: bool  # more digits than `scale` are wrong; otherwise they are rounded away
    summed: bool  # a numeric field; otherwise only measures read it


@dataclass(frozen=True, slots=True)
class DerivedMeasure:
    name: str
    scale: int
    node: Node


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of every row. `texts` and the unsummed rest are read by measures only."""

    analysis: Analysis
    time: InputColumn
    id: str | None
    dimensions: tuple[str, ...]
    numbers: tuple[NumberColumn, ...]
    counted_flags: tuple[str, ...]
    flags: tuple[str, ...]  # the counted ones first
    texts: tuple[str, ...]
    measures: tuple[DerivedMeasure, ...]

    @property
    def sums(self) -> tuple[NumberColumn, ...]:
        return tuple(number for number in self.numbers if number.summed)

    @property
    def names(self) -> tuple[str, ...]:
        """Every column that is read, once."""
        return tuple(dict.fromkeys(self._names()))

    @property
    def date(self) -> str:
        """What the day of the timestamp is called in the results."""
        return f"{self.time.name}_date"

    def accepted(self, name: str) -> tuple[str, ...]:
        """The names under which a column may come, folded, the best first."""
        return tuple(dict.fromkeys(map(fold, (name, *self.analysis.aliases.get(name, ())))))

    def _names(self) -> Iterator[str]:
        if self.id is not None:
            yield self.id
        yield self.time.name
        yield from self.dimensions
        yield from (number.name for number in self.numbers)
        yield from self.flags
        yield from self.texts


def fold(name: str) -> str:
    """A header name or JSON key as it is compared."""
    return name.strip().lower()


def reading_of(analysis: Analysis) -> Reading:
    """Raises UserError where the analysis has no timestamp to group by."""
    if analysis.timestamp_field is None:
        raise UserError(f"{analysis.dataset}: no column holds a time; the jobs need a datetime field to group by day")
    measures = tuple(_measure(measure) for measure in analysis.measures)
    derived = sorted({name for measure in measures for name in columns(measure.node)})
    summed = tuple(number.name for number in analysis.numeric_fields)
    counted = tuple(flag.name for flag in analysis.boolean_fields)
    dimensions = tuple(dimension.name for dimension in analysis.dimensions)

    def unread(kinds: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in derived if analysis.column(name).kind in kinds and name not in known)

    numbers = (*summed, *unread(("int", "float"), summed))
    return Reading(
        analysis=analysis,
        time=analysis.column(analysis.timestamp_field),
        id=analysis.id_field,
        dimensions=dimensions,
        numbers=tuple(_number(analysis.column(name), summed=name in summed) for name in numbers),
        counted_flags=counted,
        flags=(*counted, *unread(("bool",), counted)),
        texts=unread(("text",), ()),
        measures=measures,
    )


def _number(column: InputColumn, *, summed: bool) -> NumberColumn:
    if column.kind == "int":
        return NumberColumn(column.name, whole=True, scale=0, exact=True, summed=summed)
    scale = ROUNDED_TO if column.precision is None else column.precision
    return NumberColumn(column.name, whole=False, scale=scale, exact=column.precision is not None, summed=summed)


def _measure(measure: Measure) -> DerivedMeasure:
    return DerivedMeasure(measure.name, measure.precision, parse(measure.expression))
