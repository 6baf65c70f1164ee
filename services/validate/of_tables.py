"""What a document of many tables declares."""

from __future__ import annotations

from collections.abc import Iterator

from datagen.expression import parse
from datagen.expression_tree import columns as read_by
from datagen.frequency import Fixed, read_frequency
from datagen.generators.instant import Instant
from datagen.generators.lookup import Lookup
from datagen.model import Dataset
from datagen.pointers import Above, ByColumn, ByValue, Drawn
from datagen.schema.faults import Faults
from datagen.schema.relational import generators as written
from datagen.schema.relational.behaviors import SegmentBehavior, StageConfig, VintageBehavior
from datagen.schema.relational.circles import first_series
from datagen.schema.relational.different import of_different
from datagen.schema.relational.making import PRECISION, TYPES, scalars
from datagen.schema.relational.pointing import Pointing, source_of
from datagen.schema.relational.read import Relational, read_relational
from datagen.schema.relational.tables import declared_rows
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable
from validate.as_written import BY_ROW, bounds_of, certain, choice_of, law_of, null_share_of, scalar, with_segments
from validate.declared import (
    Beside,
    Counting,
    Declared,
    DeclaredColumn,
    DeclaredTable,
    DrawnRow,
    FromRow,
    Numbers,
    OneOf,
    Parent,
    ReadAbove,
    ReadRow,
    RowAbove,
    Source,
    Texts,
    Times,
    Unjudged,
)
from validate.of_record import UUID, kind_of, pattern
from validate.unwrapped import Columns, columns_of, inner, law_of_generator, steered_columns, weights_of

BY_CHANCE = ("jitter", "outliers", "time_jitter")


def declared_tables(dataset: Dataset, sample: int | None = None) -> Declared:
    """Of a sample, the first so many rows of each table are."""
    document = dict(dataset.document)
    read = read_relational(document, Faults(document, {}, {}))
    columns = columns_of(dataset)
    reader = Reader(read, dataset, columns, steered_columns(dataset, sample))
    tables = {name: reader.table(read.tables[name]) for name in read.order}
    narrowed = frozenset(split(side) for _, rule in read.constraints.inequalities for side in (rule.left, rule.right))
    targets = tuple(target for _, target in read.targets)
    return Declared(tables, dataset.window, read.constraints, targets, columns, narrowed, sample)


class Reader:
    def __init__(self, read: Relational, dataset: Dataset, columns: Columns, steered: Columns) -> None:
        self.read, self.dataset, self.made, self.steered = read, dataset, columns, steered
        self.pointing = Pointing(read.tables)
        self.ranges = {rule.attr: (rule.min, rule.max) for _, rule in read.constraints.ranges}
        self.unique = {reference for _, reference in read.constraints.unique}

    def table(self, table: WrittenTable) -> DeclaredTable:
        model = table.model
        assert model is not None
        segments, vintage, stages = model.segment_behavior, model.vintage_behavior, model.stage_config
        return DeclaredTable(
            name=table.name,
            columns={name: self.column(table, column) for name, column in table.columns.items()},
            rows=None if table.fans_out else declared_rows(table),
            key=model.pk,
            parent=self.parent(table) if table.fans_out else None,
            beside=tuple(self.beside(table)),
            effects=table.effects,
            segments=None if segments is None else SegmentBehavior.model_validate(segments),
            vintage=None if vintage is None else VintageBehavior.model_validate(vintage),
            stages=None if stages is None else StageConfig.model_validate(stages),
        )

    def parent(self, table: WrittenTable) -> Parent:
        name = table.parents[0]
        offspring = self.dataset.table(table.name).offspring
        assert offspring is not None
        return Parent(name, self.key(name), self.pointer(table, name), offspring.fanout)

    def beside(self, table: WrittenTable) -> Iterator[Beside]:
        for name in table.parents[1:] if table.fans_out else table.parents:
            if pointers := self.pointing.pointers(table, name):
                yield Beside(name, self.key(name), pointers[0])

    def key(self, table: str) -> str:
        model = self.read.tables[table].model
        assert model is not None
        return model.pk

    def pointer(self, table: WrittenTable, wanted: str) -> str | None:
        """The column that holds the key of the row of `wanted` that a row belongs to."""
        found = next(iter(self.pointing.pointers(table, wanted)), None)
        key = self.key(table.name)
        return found or (key if source_of(table.columns[key]) == (wanted, self.key(wanted)) else None)

    def column(self, table: WrittenTable, column: WrittenColumn) -> DeclaredColumn:
        model = column.model
        assert model is not None
        source = self.moved(with_segments(self.source(table, column), table, column), table, column)
        kind = "time" if isinstance(source, Times) and model.type != "date" else kind_of(TYPES[model.type])
        return DeclaredColumn(
            name=column.name,
            kind=kind,
            source=source,
            null_share=null_share_of(model.null_prob, source),
            nullable=model.nullable and column.name != self.key(table.name),
            precision=(PRECISION if model.precision is None else model.precision) if model.type == "float" else None,
            bounds=bounds_of(column),
            clamped=column.drawn is not None and column.drawn.choice.clamp is not None,
            drawn=column.drawn is not None,
            within=self.within(table, column) if kind in ("int", "float") else (None, None),
            changes=column.modifiers,
        )

    def within(self, table: WrittenTable, column: WrittenColumn) -> tuple[float | None, float | None]:
        low, high = self.ranges.get(f"{table.name}.{column.name}", (None, None))
        return (None if low is None else float(low), None if high is None else float(high))

    def source(self, table: WrittenTable, column: WrittenColumn) -> Source:
        staged = table.model is not None and table.model.stage_config is not None
        if staged and column.name in ("stage_name", "stage_index", first_series(table)):
            return Unjudged("")  # stages.py judges it
        match column.generator:
            case written.SequenceChoice(start=start, step=step) if not column.modifiers:
                return Counting(start, step)
            case written.ChoiceChoice(choices=tuple()):
                return choice_of(column)
            case written.EnumListChoice(values=values):
                listed = scalars(values, column)
                vocab = table.model is not None and table.model.kind == "vocab"
                return OneOf(listed, (1.0,) * len(listed), vocab)
            case written.DistributionChoice() if column.drawn is not None:
                return Numbers(law_of(column.drawn))
            case written.DatetimeSeriesChoice():
                return self.times(table, column)
            case written.ExpressionChoice(code=code):
                unsure = any(modifier.transform in (*BY_CHANCE, *BY_ROW) for modifier in column.modifiers)
                return Unjudged("it is changed by chance") if unsure else FromRow(tuple(sorted(read_by(parse(code)))))
            case written.FakerChoice() as choice:
                return self.fake(table, column, choice)
            case written.LookupChoice() | written.ChoiceChoice():
                return self.row(table, column)
            case _:
                return Unjudged("nothing is known of its values")

    def moved(self, source: Source, table: WrittenTable, column: WrittenColumn) -> Source:
        """What a target moved stands where it was moved to."""
        place = table.name, column.name
        before, after = (inner(columns[place].generator) for columns in (self.made, self.steered))
        if isinstance(source, Numbers) and before != after:
            return Numbers(law_of_generator(after) or source.law)
        listed, old = weights_of(after), weights_of(before)
        if isinstance(source, OneOf) and listed is not None and old is not None and listed[1] != old[1]:
            return OneOf(tuple(map(scalar, listed[0])), listed[1], source.ordered)
        return source

    def times(self, table: WrittenTable, column: WrittenColumn) -> Source:
        instant = inner(self.steered[table.name, column.name].generator)
        if not isinstance(instant, Instant):
            return Unjudged("its instants follow from another column")
        assert isinstance(column.generator, written.DatetimeSeriesChoice)
        named = column.generator.freq or self.read.freq
        step = read_frequency(named) if named else Fixed(1_000_000)
        return Times(instant.window, instant.curve, step.step_us if isinstance(step, Fixed) else None)

    def fake(self, table: WrittenTable, column: WrittenColumn, choice: written.FakerChoice) -> Source:
        unique = f"{table.name}.{column.name}" in self.unique or column.name == self.key(table.name)
        made = of_different(choice) if unique and not column.modifiers else None
        if choice.method == "uuid4" and not column.modifiers:
            return Texts(UUID, (), unique, "uuid, version 4")
        return (
            pattern(made.pattern, True)
            if made is not None and hasattr(made, "pattern")
            else Unjudged(f"Faker's {choice.method} follows no law of its own")
        )

    def row(self, table: WrittenTable, column: WrittenColumn) -> Source:
        """Of a lookup, or a draw of a row."""
        generator = inner(self.made[table.name, column.name].generator)
        if (column.modifiers and not certain(column)) or not isinstance(generator, Lookup):
            return Unjudged("it is read from another row and changed")
        pointer, name, key = generator.pointer, generator.table, self.key(generator.table)
        match pointer:
            case Drawn() | Above() if column.modifiers:
                return Unjudged("it is read from another row and changed")
            case Drawn(shares=shares):
                return DrawnRow(name, generator.column, shares)
            case Above():
                return RowAbove(generator.column)
            case ByColumn(column=ours):
                leads = self.resolved(table.name, ours) == (name, key)
                return ReadRow(name, generator.column, key, ours) if leads else Unjudged("no column holds its key")
            case ByValue(column=ours, key=theirs):
                return ReadRow(name, generator.column, theirs, ours) if theirs == key else Unjudged("keys may repeat")
            case _:
                via = column.name if generator.column == key else self.pointer(table, name)
                if via is not None:
                    return ReadRow(name, generator.column, key, via)
                changed = Unjudged("it is read from a row further up and changed")
                return changed if column.modifiers else ReadAbove(name, generator.column)

    def resolved(self, table: str, column: str) -> tuple[str, str]:
        """The column that is read in the end."""
        place = table, column
        for _ in range(len(self.made)):
            generator = inner(self.made[place].generator)
            if not isinstance(generator, Lookup) or place == (generator.table, generator.column):
                break
            place = generator.table, generator.column
            if place[1] == self.key(place[0]):
                break
        return place
