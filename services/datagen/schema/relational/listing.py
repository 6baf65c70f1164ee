"""Columns whose segments are given shares, made draws of listed values where the list is known.

A share can be given to a value that is drawn from a list. A draw of a row of a vocab is one of the vocab's values, and
segments whose shares are all there is are a list of their own, in place of what Faker would say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isclose
from typing import Any

from datagen.schema.relational.behaving import segment_shares, segments_of
from datagen.schema.relational.generators import ChoiceChoice, EnumListChoice, FakerChoice, LookupChoice
from datagen.schema.relational.pointing import source_of
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable


def with_listed_segments(tables: Mapping[str, WrittenTable]) -> dict[str, WrittenTable]:
    found = {name: segment_column(table, tables) for name, table in tables.items()}
    return {name: table.with_column(column) if (column := found[name]) else table for name, table in tables.items()}


def segment_column(table: WrittenTable, tables: Mapping[str, WrittenTable]) -> WrittenColumn | None:
    """The column that tells a table's segments, a draw of listed values where shares can make it one."""
    segments = segments_of(table)
    column = table.columns.get(segments.segment_column) if segments else None
    shares = segment_shares(table, column.name) if column else {}
    listed = _listed(column, table, shares, tables) if column and shares else None
    return replace(column, kind="choice", generator=listed, popularity=None) if column and listed else column


def _listed(
    column: WrittenColumn, table: WrittenTable, shares: Mapping[str, float], tables: Mapping[str, WrittenTable]
) -> ChoiceChoice | None:
    match column.generator:
        case ChoiceChoice(choices_ref=str(reference), weights_kind=kind):
            return _choice(_values(reference, column, table, tables), kind)
        case LookupChoice(from_=reference, on=on) if not on and column.popularity is None:
            return _choice(_values(reference, column, table, tables), None)
        case FakerChoice() if _is_text(column) and isclose(sum(shares.values()), 1, abs_tol=1e-6):
            return _choice(tuple(shares), None)
        case _:
            return None


def _choice(values: tuple[Any, ...], kind: str | None) -> ChoiceChoice | None:
    return ChoiceChoice.model_validate({"choices": values, "weights_kind": kind}) if values else None


def _values(
    reference: str, column: WrittenColumn, table: WrittenTable, tables: Mapping[str, WrittenTable]
) -> tuple[Any, ...]:
    """All values of a vocab's column in the order of its rows; none where the row that is drawn matters elsewhere."""
    name, source = split(reference)
    found = tables[name].columns.get(source) if name in tables else None
    if found is None or not isinstance(found.generator, EnumListChoice) or _is_read(name, table, column):
        return ()
    vocab, model = tables[name].model, found.model
    if vocab is None or vocab.kind != "vocab" or model is None or column.model is None:
        return ()
    if model.type != column.model.type or model.null_prob or found.modifiers:
        return ()
    return found.generator.values[: vocab.rows]


def _is_read(name: str, table: WrittenTable, but: WrittenColumn) -> bool:
    """Whether a row of that table is known to one of this by anything but a column."""
    others = (column for column in table.columns.values() if column.name != but.name)
    return name in table.parents or any(_reads(column, name) for column in others)


def _reads(column: WrittenColumn, name: str) -> bool:
    source = source_of(column)
    return source is not None and source[0] == name


def _is_text(column: WrittenColumn) -> bool:
    return column.model is not None and column.model.type == "string"
