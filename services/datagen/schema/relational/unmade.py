"""What a document declares and is not made yet, by the key that says so: refused when rows are made, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from datagen.schema.faults import dotted
from datagen.schema.json_text import Path
from datagen.schema.relational.look import NUMBERS
from datagen.schema.relational.read import Relational
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


def _of_table(table: WrittenTable) -> Iterator[tuple[Path, str]]:
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
