"""From what was written of a column to the generator and the modifiers that make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import ceil, floor
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from datagen.expression import parse
from datagen.expression_kinds import kind_of
from datagen.expression_tree import columns as columns_in
from datagen.fakes import DEFAULT_LOCALE
from datagen.frequency import Fixed, read_frequency
from datagen.generators.base import Generator, Scalar
from datagen.generators.choice import Choice
from datagen.generators.computed import Computed
from datagen.generators.counts import PoissonCount
from datagen.generators.faked import Faked, kind_of_method
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.listed import Listed
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.generators.placed import Placed
from datagen.generators.sequence import Sequence
from datagen.grid import Grid
from datagen.modifiers import Cast, Jitter, Limited, Linear, Nulls, Remapped, Rounded
from datagen.modifiers.base import Modifier
from datagen.schema.relational import generators as written
from datagen.schema.relational import modifiers as changes
from datagen.schema.relational.acting import Scene
from datagen.schema.relational.behaving import segment_shares
from datagen.schema.relational.circles import first_series
from datagen.schema.relational.columns import KINDS
from datagen.schema.relational.different import of_different
from datagen.schema.relational.parts import Drawn
from datagen.schema.relational.rowfinding import Finder
from datagen.schema.relational.weighing import popularity_of, shared, shares_of
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenModifier, WrittenTable
from datagen.schema.values import instant_us
from datagen.schema.window import ends
from datagen.timeline import Pattern, Window

TYPES: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "int": pa.int64(),
        "float": pa.float64(),
        "string": pa.string(),
        "bool": pa.bool_(),
        "datetime": pa.timestamp("us", tz="UTC"),
        "date": pa.date32(),
    }
)
PRECISION = 6
SECOND = Fixed(1_000_000)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the columns of one table."""

    table: WrittenTable
    finder: Finder
    window: Window
    freq: str | None
    unique: frozenset[str]  # columns in which no value may stand twice
    scene: Scene

    def generator(self, column: WrittenColumn) -> Generator:
        """Raises RefusalError for what the kind cannot do."""
        staged = self.scene.staged(self.table, column)
        return BUILDERS[type(column.generator)](self, column) if staged is None else staged

    def series(self, column: WrittenColumn) -> Generator:
        choice = column.generator
        assert isinstance(choice, written.DatetimeSeriesChoice)
        window = Window(*ends(column.within.start, column.within.end)) if column.within else self.window
        named = choice.freq or self.freq
        grid = Grid(window, read_frequency(named) if named else SECOND)
        instant = Instant(
            window, _pattern(grid, [*(pattern for _, pattern in column.patterns), *_seasons(column)]), "iso"
        )
        first = column.name == first_series(self.table)
        if first and (staged := self.scene.stage_time(self.table, instant)) is not None:
            return staged
        by, since = self.scene.reweighted(self.table, column), self.scene.since(self.table)
        if by or since:
            return Placed(instant, self.table.fans_out and first, by, since)
        return Ordered(instant) if self.table.fans_out and first else instant

    def lookup(self, column: WrittenColumn) -> Generator:
        choice = column.generator
        assert isinstance(choice, written.LookupChoice)
        name, source = split(choice.from_)
        pointer = self.finder.pointer(self.table, column, name, popularity_of(column.popularity))
        return Lookup(name, source, self.finder.type_of(name, source), pointer)

    def choice(self, column: WrittenColumn) -> Generator:
        choice = column.generator
        assert isinstance(choice, written.ChoiceChoice)
        if choice.choices_ref is not None:
            name, source = split(choice.choices_ref)
            pointer = self.finder.drawn(name, shares_of(choice))
            return Lookup(name, source, self.finder.type_of(name, source), pointer)
        assert choice.choices is not None
        weights = choice.weights or tuple(shares_of(choice).weights(len(choice.choices)).tolist())
        shares = segment_shares(self.table, column.name)
        return Choice(scalars(choice.choices, column), shared(choice.choices, tuple(weights), shares))

    def enum_list(self, column: WrittenColumn) -> Generator:
        choice = column.generator
        assert isinstance(choice, written.EnumListChoice)
        values = scalars(choice.values, column)
        vocab = self.table.model is not None and self.table.model.kind == "vocab"
        shares = segment_shares(self.table, column.name)
        return Listed(values) if vocab else Choice(values, shared(choice.values, (1.0,) * len(values), shares))

    def expression(self, column: WrittenColumn) -> Generator:
        choice = column.generator
        assert isinstance(choice, written.ExpressionChoice)
        tree = parse(choice.code)
        models = {name: self.table.columns[name].model for name in columns_in(tree)}
        kinds = {name: KINDS.get(model.type, "text") for name, model in models.items() if model}
        return Computed(tree, kind_of(tree, kinds))

    def faker(self, column: WrittenColumn) -> Generator:
        choice = column.generator
        assert isinstance(choice, written.FakerChoice)
        given = choice.model_extra or {}
        if column.name in self.unique and (made := of_different(choice)) is not None:
            return made
        locale = choice.locale or DEFAULT_LOCALE
        arguments = tuple(
            (key, tuple(value) if isinstance(value, list) else value) for key, value in sorted(given.items())
        )
        kind = kind_of_method(choice.method, given, locale)
        return Faked(choice.method, arguments, locale, choice.locale_from, kind, self.window.end_us)


def modifiers(column: WrittenColumn, generator: Generator, maker: Maker) -> tuple[Modifier, ...]:
    """In the order in which they are applied: those written, how parents behave, the clamp, the cast, the nulls."""
    model = column.model
    assert model is not None
    found = [_modifier(modifier, place, column, maker) for place, modifier in enumerate(column.modifiers)]
    made: list[Modifier] = [modifier for modifier in found if modifier is not None]
    made += maker.scene.behaviour(maker.table, column)
    kind = TYPES[model.type]
    clamp = column.drawn.choice.clamp if column.drawn else None
    limit = _limit(clamp, whole=model.type == "int") if clamp is not None else None
    cast = Cast(kind) if generator.arrow_type() != kind or made or (limit and model.type == "int") else None
    rounding = Rounded(PRECISION if model.precision is None else model.precision) if model.type == "float" else None
    last = (cast, rounding, limit) if model.type == "float" else (limit, cast)
    made += [modifier for modifier in last if modifier is not None]
    if model.null_prob > 0:
        made.append(Nulls(model.null_prob))
    return tuple(made)


def _limit(clamp: tuple[float, ...], whole: bool) -> Limited:
    return Limited(ceil(clamp[0]), floor(clamp[1])) if whole else Limited(*clamp)


def _modifier(modifier: WrittenModifier, place: int, column: WrittenColumn, maker: Maker) -> Modifier | None:
    """None for what is done elsewhere."""
    match modifier.args:
        case changes.MultiplyArgs(factor=factor):
            return Linear(factor=factor)
        case changes.AddArgs(value=value):
            return Linear(offset=value) if value else None
        case changes.ClampArgs(min=least, max=greatest):
            return Limited(least, greatest)
        case changes.JitterArgs(std=std, mode=mode):
            return Jitter(std, mode, place)
        case changes.MapValuesArgs(mapping=mapping) if mapping:
            return Remapped(MappingProxyType(dict(mapping)))
        case _:
            drawn = distribution(modifier.magnitude) if modifier.magnitude else None
            return maker.scene.modifier(maker.table, column, modifier, place, drawn)


def scalars(values: tuple[Any, ...], column: WrittenColumn) -> tuple[Scalar, ...]:
    """Values as the column's generator holds them: instants in microseconds, whole numbers without a point."""
    assert column.model is not None
    kind = column.model.type
    if kind in ("datetime", "date"):
        return tuple(None if value is None else instant_us(value) for value in values)
    if kind == "int":
        return tuple(None if value is None else int(value) for value in values)
    return values


def _drawn(maker: Maker, column: WrittenColumn) -> Generator:
    assert column.drawn is not None
    return distribution(column.drawn)


def distribution(drawn: Drawn) -> Generator:
    match drawn.params:
        case written.NormalParams(mean=mean, std=std):
            return Normal(mean, std)
        case written.LognormalParams(mean=mean, sigma=sigma):
            return Lognormal(mean, sigma)
        case written.UniformParams(low=low, high=high):
            return Uniform(low, high)
        case written.PoissonParams(lambda_=mean):
            return PoissonCount(mean)


def _pattern(grid: Grid, patterns: list[written.PatternChoice]) -> Pattern:
    def product(dimension: str, count: int) -> tuple[float, ...]:
        listed = [pattern.weights for pattern in patterns if pattern.dimension == dimension]
        return reduce(lambda one, other: tuple(a * b for a, b in zip(one, other, strict=True)), listed, (1.0,) * count)

    return Pattern(grid, product("hour", 24), product("dow", 7), product("month", 12))


def _seasons(column: WrittenColumn) -> list[written.PatternChoice]:
    """Seasonality of an instant reweights its draw."""
    return [modifier.args for modifier in column.modifiers if isinstance(modifier.args, changes.SeasonalityArgs)]


BUILDERS: Mapping[type[Any], Callable[[Maker, WrittenColumn], Generator]] = MappingProxyType(
    {
        written.SequenceChoice: lambda maker, column: Sequence(column.generator.start, column.generator.step),  # type: ignore[union-attr]
        written.ChoiceChoice: Maker.choice,
        written.DistributionChoice: _drawn,
        written.DatetimeSeriesChoice: Maker.series,
        written.FakerChoice: Maker.faker,
        written.LookupChoice: Maker.lookup,
        written.ExpressionChoice: Maker.expression,
        written.EnumListChoice: Maker.enum_list,
    }
)
