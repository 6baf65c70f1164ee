"""What a document declares and is not made yet, by the key that says so: refused when rows are made, never ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from datagen.schema.faults import dotted
from datagen.schema.json_text import Path
from datagen.schema.relational.behaving import segment_shares, segments_of, stages_of
from datagen.schema.relational.circles import Place, first_series
from datagen.schema.relational.different import of_different
from datagen.schema.relational.generators import (
    ChoiceChoice,
    EnumListChoice,
    FakerChoice,
    LookupChoice,
    SequenceChoice,
)
from datagen.schema.relational.look import NUMBERS
from datagen.schema.relational.pointing import source_of
from datagen.schema.relational.read import Relational
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable


def unmade(read: Relational, document: object) -> tuple[str, ...]:
    """A sentence each."""
    return tuple(f"{dotted(document, path)}: {what} is checked, but not made yet" for path, what in _found(read))


def _found(read: Relational) -> Iterator[tuple[Path, str]]:
    for table in read.tables.values():
        yield from _of_table(table, read.tables)
        for column in table.columns.values():
            yield from _of_column(column, table)
    yield from _of_constraints(read)


def _of_table(table: WrittenTable, tables: Mapping[str, WrittenTable]) -> Iterator[tuple[Path, str]]:
    key = table.columns[table.model.pk] if table.model else None
    if key is not None and not _is_unique(key, table):
        yield key.generator_path, f"a key by '{key.kind}'"
    yield from _of_behaviours(table)


def _of_behaviours(table: WrittenTable) -> Iterator[tuple[Path, str]]:
    segments = segments_of(table)
    column = table.columns.get(segments.segment_column) if segments else None
    if column is not None and segment_shares(table, column.name) and not _is_chosen(column, table):
        yield (*table.path, "segment_behavior", "segments"), f"shares of segments of a column by '{column.kind}'"


def _is_chosen(column: WrittenColumn, table: WrittenTable) -> bool:
    """Whether a column is a draw of values that the document lists."""
    match column.generator:
        case ChoiceChoice(choices=tuple()):
            return True
        case EnumListChoice():
            return table.model is not None and table.model.kind != "vocab"
        case _:
            return False


def _of_column(column: WrittenColumn, table: WrittenTable) -> Iterator[tuple[Path, str]]:
    """On an instant, a season or an effect reweights its draw; one that is not drawn here has none."""
    if column.model is None or column.model.type in NUMBERS:
        return
    staged = stages_of(table) is not None and column.name == first_series(table)
    for modifier in column.modifiers:
        if modifier.transform in ("seasonality", "effect") and (column.kind != "datetime_series" or staged):
            kind = "stages" if staged else column.kind
            yield (*modifier.path, "transform"), f"'{modifier.transform}' of instants by '{kind}'"


def _of_constraints(read: Relational) -> Iterator[tuple[Path, str]]:
    rules = read.constraints
    for path, reference in rules.unique:
        table, name = split(reference)
        made = read.tables[table].columns[name]
        if not _is_unique(made, read.tables[table]):
            yield path, f"a unique column by '{made.kind}'"
    for path, foreign in rules.foreign_keys:
        name, column = split(foreign.from_)
        if not _leads_to(read.tables[name].columns[column], split(foreign.to), read):
            yield path, "a foreign key that is no lookup of its target"


def _is_unique(column: WrittenColumn, table: WrittenTable) -> bool:
    """Whether no value of a column stands twice, by the way it is made."""
    model = table.model
    if column.modifiers or model is None:
        return False
    match column.generator:
        case SequenceChoice():
            return True
        case EnumListChoice(values=values):
            return model.kind == "vocab" and len(set(map(str, values))) == len(values)
        case FakerChoice() as choice:
            return of_different(choice) is not None
        case LookupChoice(from_=reference, on=None):
            alone = table.fans_out and model.fanout is None
            return alone and split(reference)[0] == table.parents[0]
        case _:
            return False


def _leads_to(column: WrittenColumn, target: Place, read: Relational) -> bool:
    """Whether a column reads the target, directly or through others that do."""
    seen: set[Place] = set()
    source = source_of(column)
    while source is not None and source != target and source not in seen:
        seen.add(source)
        source = source_of(read.tables[source[0]].columns[source[1]])
    return source == target
