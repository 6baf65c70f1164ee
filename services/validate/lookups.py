"""Numbers read from another row and then changed in ways that leave nothing to chance: made again and compared."""

from __future__ import annotations

from datagen.schema.relational import modifiers as written
from datagen.schema.relational.written import WrittenModifier
from validate import strengths
from validate.declared import Declared, DeclaredColumn, DeclaredTable, ReadRow
from validate.findings import Finding, counted, skipped
from validate.store import Store, quoted
from validate.strengths import UnreadableError

EXAMPLES = 3


def changed(table: DeclaredTable, column: DeclaredColumn, source: ReadRow, declared: Declared, store: Store) -> Finding:
    """Off by no more than the last digit, and a millionth."""
    place = (table.name, column.name)
    words = ", ".join(change.transform for change in column.changes) or "segments and ages"
    said = f"{source.table}.{source.column} where {source.theirs} is {source.ours}, then {words}"
    if not (store.has(source.table, source.column, source.theirs) and store.has(table.name, source.ours)):
        return skipped("lookup", "values", place, said, "one of the columns could not be read")
    if why := declared.lacking(source.table):
        return skipped("lookup", "values", place, said, why)
    try:
        value = _value(f"o.{quoted(source.column)}::double", table, column, declared, store)
    except UnreadableError as error:
        return skipped("lookup", "values", place, said, str(error))
    low, high = column.within
    value = f"greatest({value}, {low!r})" if low is not None else value
    value = f"least({value}, {high!r})" if high is not None else value
    digit = 1.0 if column.kind == "int" else 10.0 ** -(column.precision or 0)
    ours = f"c.{quoted(column.name)}"
    way = f"{strengths.source(table, store)} left join {quoted(source.table)} o "
    way += f"on c.{quoted(source.ours)}::varchar = o.{quoted(source.theirs)}::varchar"
    rows = f"(select {ours}::double v, {value} w {way} where {ours} is not null)"
    wrong = f"w is null or abs(v - w) > {0.51 * digit!r} + 1e-6 * abs(w)"
    (count,) = store.row(f"select count_if({wrong}) from {rows}")
    listed = store.all(
        f"select v || ' for ' || coalesce(w::varchar, 'nothing') from {rows} where {wrong} limit {EXAMPLES}"
    )
    examples = tuple(str(text) for (text,) in listed) if count else ()
    return counted("lookup", "values", place, said, store.rows(table.name), count, examples)


def _value(value: str, table: DeclaredTable, column: DeclaredColumn, declared: Declared, store: Store) -> str:
    """SQL of the value after every change, in order. UnreadableError where one depends on what cannot be read."""
    for change in column.changes:
        value = _after(value, change, table, declared, store)
    for strength in strengths.values(table, column, declared, store):
        value = f"({value}) * {strength.sql}"
    return value


def _after(value: str, change: WrittenModifier, table: DeclaredTable, declared: Declared, store: Store) -> str:
    match change.args:
        case written.MultiplyArgs(factor=factor):
            return f"({value}) * {factor!r}"
        case written.AddArgs(value=offset):
            return f"({value}) + {offset!r}"
        case written.ClampArgs(min=low, max=high):
            value = f"greatest({value}, {low!r})" if low is not None else value
            return f"least({value}, {high!r})" if high is not None else value
        case _:
            strength = strengths.by_row(change, table, declared, store, exact=True)
            return f"({value}) {'*' if strength.op == 'mul' else '+'} {strength.sql}"
