"""What a document declares and is not made yet, by the key that says so: refused when rows are made, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from datagen.schema.faults import dotted
from datagen.schema.json_text import Path
from datagen.schema.relational.behaving import segment_shares, segments_of, stages_of
from datagen.schema.relational.circles import first_series
from datagen.schema.relational.generators import ChoiceChoice, EnumListChoice
from datagen.schema.relational.look import NUMBERS
from datagen.schema.relational.read import Relational
from datagen.schema.relational.written import WrittenColumn, WrittenTable


def unmade(read: Relational, document: object) -> tuple[str, ...]:
    """A sentence each."""
    return tuple(f"{dotted(document, path)}: {what} is checked, but not made yet" for path, what in _found(read))


def _found(read: Relational) -> Iterator[tuple[Path, str]]:
    for table in read.tables.values():
        yield from _of_behaviours(table)
        for column in table.columns.values():
            yield from _of_column(column, table)


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
