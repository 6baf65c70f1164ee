"""The heart: rows of a table from their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from datagen.draws import I64
from datagen.generators.base import Rows
from datagen.memory import keep_freed_memory
from datagen.plan import Plan, TablePlan

BLOCK_ROWS = 1 << 16  # temporaries of a column of a block stay in cache


def generate(plan: Plan, table: str, start: int, stop: int) -> pa.RecordBatch:
    """Rows start..stop of a table. Same arguments, same rows: on any worker, in any order, in any slicing.

    The columns are those of the table plan's arrow_schema, in its order; text columns may be
    dictionary arrays.
    """
    keep_freed_memory()
    made = plan.tables[table]
    blocks = [_block(plan, made, plan.reach.rows(table, *span)) for span in spans(start, stop)]
    if len(blocks) == 1:
        return blocks[0]
    columns = [_joined([block.column(place) for block in blocks]) for place in range(len(made.columns))]
    return pa.record_batch(columns, names=made.arrow_schema.names)


def generate_picked(plan: Plan, table: str, numbers: I64) -> pa.RecordBatch:
    """Rows of a table by their numbers, in any order; at most about BLOCK_ROWS. As `generate` makes them."""
    return _block(plan, plan.tables[table], plan.reach.picked(table, numbers))


def spans(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """At least one, of at most BLOCK_ROWS."""
    yield start, min(start + BLOCK_ROWS, stop)
    for first in range(start + BLOCK_ROWS, stop, BLOCK_ROWS):
        yield first, min(first + BLOCK_ROWS, stop)


def plain(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch of the schema's own types: what is given as a dictionary is spelled out."""
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in batch.columns
    ]
    return pa.record_batch(columns, schema)


def joined(rows: pa.Table) -> pa.RecordBatch:
    """The rows of a table of at least one batch as one."""
    return pa.record_batch([column.combine_chunks() for column in rows.columns], rows.schema)


def _joined(parts: list[pa.Array]) -> pa.Array:
    """One array; dictionaries that differ from block to block are spelled out."""
    kind = parts[0].type
    if pa.types.is_dictionary(kind) and any(not part.dictionary.equals(parts[0].dictionary) for part in parts[1:]):
        return pa.concat_arrays([part.dictionary_decode() for part in parts])
    return pa.concat_arrays(parts)


def _block(plan: Plan, table: TablePlan, rows: Rows) -> pa.RecordBatch:
    columns: dict[str, pa.Array] = {}
    inside = replace(rows, columns=columns)
    for column in table.making:
        columns[column.name] = plan.reach.values(table, column, inside)
    names = table.arrow_schema.names
    return pa.record_batch([columns[name] for name in names], names=names)
