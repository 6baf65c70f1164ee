"""What a document declares and is not made yet, by the key that says so: refused when rows are made, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from datagen.schema.faults import dotted
from datagen.schema.json_text import Path
from datagen.schema.relational.circles import Place
from datagen.schema.relational.different import of_different
from datagen.schema.relational.generators import EnumListChoice, FakerChoice, LookupChoice, SequenceChoice
from datagen.schema.relational.look import NUMBERS
from datagen.schema.relational.pointing import source_of
from datagen.schema.relational.read import Relational
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable

LATER = ("time_jitter", "outliers", "trend", "effect")


def unmade(read: Relational, document: object) -> tuple[str, ...]:
    """A sentence each."""
    return tuple(f"{dotted(document, path)}: {what} is checked, but not made yet" for path, what in _found(read))


def _found(read: Relational) -> Iterator[tuple[Path, str]]:
    for table in read.tables.values():
        yield from _of_table(table)
        for column in table.columns.values():
            yield from _of_column(column)
    yield from _of_constraints(read)


def _of_table(table: WrittenTable) -> Iterator[tuple[Path, str]]:
    key = table.columns[table.model.pk] if table.model else None
    if key is not None and not _is_unique(key, table):
        yield key.generator_path, f"a key by '{key.kind}'"
    if table.effects:
        yield (*table.path, "modifiers"), "an effect on a fan-out"
    for behaviour in ("segment_behavior", "vintage_behavior", "stage_config"):
        if getattr(table.model, behaviour) is not None:
            yield (*table.path, behaviour), f"'{behaviour}'"


def _of_column(column: WrittenColumn) -> Iterator[tuple[Path, str]]:
    number = column.model is not None and column.model.type in NUMBERS
    for modifier in column.modifiers:
        if modifier.transform == "outliers" and not number:
            continue  # of an instant they have no meaning
        if modifier.transform in LATER or (modifier.transform == "seasonality" and column.kind != "datetime_series"):
            yield (*modifier.path, "transform"), f"the transform '{modifier.transform}'"


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
