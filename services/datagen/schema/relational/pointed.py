"""Declared foreign keys, made what they are called: columns that point at rows of their target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from datagen.schema.json_text import Path
from datagen.schema.relational.circles import Place
from datagen.schema.relational.document import EnumRule
from datagen.schema.relational.generators import ChoiceChoice, EnumListChoice, LookupChoice, SequenceChoice
from datagen.schema.relational.order import reads_of
from datagen.schema.relational.pointing import source_of
from datagen.schema.relational.rules import Constraints
from datagen.schema.relational.tables import declared_rows
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable

Tables = Mapping[str, WrittenTable]


def with_foreign_keys(tables: Tables, constraints: Constraints) -> tuple[dict[str, WrittenTable], Constraints]:
    """Tables in which each foreign key reads its target, whatever its generator was.

    What lists its values keeps those that are keys of the target, and so does what would put the target's table before
    one that it reads; steps that are the target's own stay.
    """
    made = dict(tables)
    enums: list[tuple[Path, EnumRule]] = list(constraints.enum)
    for path, foreign in constraints.foreign_keys:
        place, target = split(foreign.from_), split(foreign.to)
        if not all(name in made and column in made[name].columns for name, column in (place, target)):
            continue  # which is a fault of its own
        column = made[place[0]].columns[place[1]]
        if leads_to(column, target, made) or _is_alike(place, target, made):
            continue
        listed = isinstance(column.generator, ChoiceChoice | EnumListChoice) and source_of(column) is None
        if listed or _reads(target[0], place[0], made):
            enums.append((path, EnumRule.model_validate({"attr": foreign.from_, "enum_ref": foreign.to})))
            continue
        lookup = LookupChoice.model_validate({"from": foreign.to})
        pointer = replace(column, kind="lookup", generator=lookup, drawn=None, modifiers=(), popularity=None)
        made[place[0]] = made[place[0]].with_column(pointer)
    return made, replace(constraints, enum=tuple(enums))


def _reads(table: str, other: str, tables: Tables) -> bool:
    """Whether a table reads another, directly or through others."""
    reads, seen, left = reads_of(tables), {table}, [table]
    while left:
        for name in reads.get(left.pop(), {}):
            if name not in seen:
                seen.add(name)
                left.append(name)
    return other in seen and other != table


def leads_to(column: WrittenColumn, target: Place, tables: Tables) -> bool:
    """Whether a column reads the target, directly or through others that do."""
    seen: set[Place] = set()
    source = source_of(column)
    while source is not None and source != target and source not in seen:
        seen.add(source)
        owner = tables.get(source[0])
        made = owner.columns.get(source[1]) if owner else None
        source = source_of(made) if made else None
    return source is not None and source == target


def _is_alike(place: Place, target: Place, tables: Tables) -> bool:
    """Whether two columns count in the same steps, the target over as many rows or more."""
    if place == target:
        return True
    one, other = tables[place[0]], tables[target[0]]
    steps = one.columns[place[1]], other.columns[target[1]]
    if not all(isinstance(column.generator, SequenceChoice) and not column.modifiers for column in steps):
        return False
    same = steps[0].generator == steps[1].generator
    return same and not one.fans_out and not other.fans_out and declared_rows(one) <= declared_rows(other)
