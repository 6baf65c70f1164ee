"""The Dataset that a relational document without faults describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from datagen.fanout import Between, Exactly, Fanout, Poisson
from datagen.model import Column, Offspring, Table
from datagen.refusals import RefusalError
from datagen.schema.faults import Faults, dotted
from datagen.schema.json_text import Path
from datagen.schema.relational.acting import Scene
from datagen.schema.relational.behaving import stages_of
from datagen.schema.relational.making import TYPES, Maker, modifiers
from datagen.schema.relational.nodes import FanoutChoice
from datagen.schema.relational.order import reads_of
from datagen.schema.relational.pointing import Pointing
from datagen.schema.relational.read import Relational
from datagen.schema.relational.rowfinding import Finder
from datagen.schema.relational.tables import declared_rows, expected_rows
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable
from datagen.stages import Stages
from datagen.timeline import Window


def build_tables(document: dict[str, Any], read: Relational, window: Window, faults: Faults) -> tuple[Table, ...]:
    """In the order of making; what a generator refuses is noted."""
    types = {
        (table.name, column.name): TYPES[column.model.type]
        for table in read.tables.values()
        for column in table.columns.values()
        if column.model
    }
    pointing = Pointing(read.tables)
    finder, scene = Finder(read.tables, pointing, types), Scene(read.tables, pointing, window, read.freq)
    reads, expected = reads_of(read.tables), expected_rows(read.order, read.tables)
    tables = []
    for name in read.order:
        table = read.tables[name]
        maker = Maker(table, finder, window, read.freq, unique_columns(table, read), scene)
        columns = [_column(document, maker, column, faults) for column in table.columns.values()]
        acts = scene.fanout_acts(table) if table.fans_out else ()
        offspring = Offspring(table.parents[0], _fanout(table), acts) if table.fans_out else None
        others = tuple(other for other in reads[name] if offspring is None or other != offspring.parent)
        rows = round(expected[name]) if offspring else declared_rows(table)
        key = table.model.pk if table.model else None
        tables.append(Table(name, rows, tuple(made for made in columns if made), None, key, offspring, others))
    return tuple(tables)


def unique_columns(table: WrittenTable, read: Relational) -> frozenset[str]:
    """The key, and what a constraint names."""
    places = [split(reference) for _, reference in read.constraints.unique]
    key = [table.model.pk] if table.model else []
    return frozenset([*key, *(column for name, column in places if name == table.name)])


def _column(document: Any, maker: Maker, column: WrittenColumn, faults: Faults) -> Column | None:
    """The column, or None where its generator refuses."""
    try:
        generator = maker.generator(column)
        made = Column(column.name, generator, modifiers(column, generator, maker), dotted(document, column.path))
        if not maker.table.fans_out:
            generator.check_rows(declared_rows(maker.table))
    except RefusalError as refusal:
        faults.add(_refused(document, column, refusal.key), refusal.message)
        return None
    return made


def _refused(document: Any, column: WrittenColumn, key: str) -> Path:
    """Where the refused key stands, or the generator where it stands nowhere."""
    inside = column.generator_path
    value = document
    for part in inside:
        value = value[part]
    return (*inside, key) if isinstance(value, Mapping) and key in value else inside


def _fanout(table: WrittenTable) -> Fanout:
    assert table.model is not None
    stages = stages_of(table)
    if stages is not None:
        return Stages(tuple(stage.transition_rate for stage in stages.stages))
    choice: FanoutChoice | None = table.model.fanout
    if choice is None:
        return Exactly(1)
    if choice.distribution == "uniform":
        least, most = choice.min or 0, choice.max or 0
        return Exactly(least) if least == most else Between(least, most)
    return Poisson(choice.lambda_ or 0.0, choice.min or 0, choice.max)


def with_axis(tables: tuple[Table, ...], name: str | None, axis: str | None) -> tuple[Table, ...]:
    """The table that is analysed has its rows laid out along its time, where they are not those of parents."""
    return tuple(
        replace(table, axis=axis) if table.name == name and table.offspring is None else table for table in tables
    )
