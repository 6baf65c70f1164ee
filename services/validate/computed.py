"""Is what follows from other columns, of the row or of another, what follows from them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.model import Column
from datagen.modifiers import Cast, Clamp, Limited, Linear, Remapped, Rounded
from datagen.text.scalars import texts
from validate import lookups, strengths
from validate.declared import Declared, DeclaredColumn, DeclaredTable, FromRow, ReadAbove, ReadRow
from validate.findings import Finding, counted, skipped
from validate.store import Store, quoted
from validate.unwrapped import inner
from validate.values import joined

CERTAIN = (Cast, Clamp, Limited, Linear, Remapped, Rounded)  # changes that leave nothing to chance
EXAMPLES = 3


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for table in declared.tables.values():
        for column in table.columns.values():
            if not store.has(table.name, column.name):
                continue
            if isinstance(column.source, FromRow):
                yield _from_row(table, column, column.source, declared.generators[table.name, column.name], store)
            elif isinstance(column.source, ReadAbove):
                yield _read_above(table, column, column.source, declared, store)
            elif isinstance(column.source, ReadRow) and column.source.ours != column.name:
                changed = column.changes or list(strengths.scaled(table, column, declared))
                yield (lookups.changed if changed else _read)(table, column, column.source, declared, store)


def _read_above(
    table: DeclaredTable, column: DeclaredColumn, source: ReadAbove, declared: Declared, store: Store
) -> Finding:
    place, said = (table.name, column.name), f"{source.table}.{source.column} of the row above"
    way = joined(table.name, source.table, declared, store)
    if way is None or not store.has(source.table, source.column):
        return skipped("lookup", "values", place, said, f"no column leads to {source.table}")
    ours, theirs = f"{quoted(table.name)}.{quoted(column.name)}", f"{quoted(source.table)}.{quoted(source.column)}"
    wrong = f"{ours} is not null and {ours}::varchar is distinct from {theirs}::varchar"
    (count,) = store.row(f"select count_if({wrong}) from {way[1]}")
    listed = store.all(f"select {ours}::varchar from {way[1]} where {wrong} limit {EXAMPLES}") if count else []
    examples = tuple(str(value) for (value,) in listed)
    return counted("lookup", "values", place, said, store.rows(table.name), count, examples)


def _read(table: DeclaredTable, column: DeclaredColumn, source: ReadRow, declared: Declared, store: Store) -> Finding:
    """The value of the other row; where a null may come of itself, a null is no fault."""
    place = (table.name, column.name)
    said = f"{source.table}.{source.column} where {source.theirs} is {source.ours}"
    if place in declared.narrowed:
        return skipped("lookup", "values", place, said, "a rule between columns narrows it row by row")
    if not (store.has(source.table, source.column, source.theirs) and store.has(table.name, source.ours)):
        return skipped("lookup", "values", place, said, "one of the columns could not be read")
    if why := declared.lacking(source.table):
        return skipped("lookup", "values", place, said, why)
    ours, theirs = f"c.{quoted(column.name)}", f"p.{quoted(source.column)}"
    way = f"{quoted(table.name)} c left join {quoted(source.table)} p "
    way += f"on c.{quoted(source.ours)}::varchar = p.{quoted(source.theirs)}::varchar"
    wrong = f"{ours} is not null and {ours}::varchar is distinct from {theirs}::varchar"
    if table.parent is not None and source.ours == table.parent.column:  # a child has its parent, even untold
        wrong += f" and c.{quoted(source.ours)} is not null"
    (count,) = store.row(f"select count_if({wrong}) from {way}")
    told = f"{ours}::varchar || ' for ' || coalesce({theirs}::varchar, 'nothing')"
    listed = store.all(f"select {told} from {way} where {wrong} limit {EXAMPLES}")
    examples = tuple(str(value) for (value,) in listed) if count else ()
    return counted("lookup", "values", place, said, store.rows(table.name), count, examples)


def _from_row(table: DeclaredTable, column: DeclaredColumn, source: FromRow, made: Column, store: Store) -> Finding:
    """Made again from the columns it reads and compared, a block at a time; half a last digit is no difference."""
    place, said = (table.name, column.name), f"follows from {', '.join(source.reads) or 'nothing'}"
    if not store.has(table.name, *source.reads):
        return skipped("computed", "values", place, said, "a column that it reads could not be read")
    if any(table.columns[name].time_format != "iso" for name in source.reads):
        return skipped("computed", "values", place, said, "it reads a time as text")
    names = dict.fromkeys((*source.reads, column.name))
    wrong, rows, examples = 0, 0, []
    for batch in store.batches(f"select {', '.join(map(quoted, names))} from {quoted(table.name)}"):
        columns = {name: _as_made(batch.column(name), table.columns[name]) for name in names}
        off = _differs(columns[column.name], _again(made, columns, len(batch)), column)
        wrong, rows = wrong + int(off.sum()), rows + len(batch)
        examples += [str(value) for value in columns[column.name].filter(pa.array(off)).slice(0, EXAMPLES).to_pylist()]
    return counted("computed", "values", place, said, rows, wrong, tuple(examples[:EXAMPLES]))


def _as_made(values: pa.Array, column: DeclaredColumn) -> pa.Array:
    if column.kind == "time":
        return values.cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    return values


def _again(made: Column, columns: dict[str, pa.Array], rows: int) -> pa.Array:
    draws = Draws(0, "", made.name, 0, rows)
    span = Rows(0, rows, columns)
    values = inner(made.generator).values(span, draws)
    for modifier in (*getattr(made.generator, "modifiers", ()), *made.modifiers):
        if isinstance(modifier, CERTAIN):
            values = modifier.apply(values, span, draws)
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _differs(found: pa.Array, again: pa.Array, column: DeclaredColumn) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """A null is a difference only where none is declared."""
    there = found.is_valid().to_numpy(zero_copy_only=False)
    nulls = again.is_null().to_numpy(zero_copy_only=False)
    if column.kind in ("float", "int"):
        one, other = (array.cast(pa.float64()).fill_null(0.0).to_numpy() for array in (found, again))
        apart = np.abs(one - other) > 0.51 * 10.0 ** -(column.precision or 0) + 1e-9 * np.abs(other)
    else:
        one, other = (_plain(array) for array in (found, again))
        apart = pc.fill_null(pc.not_equal(one, other), False).to_numpy(zero_copy_only=False)
    differs: np.ndarray[Any, np.dtype[np.bool_]] = there & (nulls | apart)
    return differs


def _plain(array: pa.Array) -> pa.Array:
    text = texts(array)
    return (text.dictionary_decode() if pa.types.is_dictionary(text.type) else text).cast(pa.string()).fill_null("")
