"""Is everything there? Columns, types, row counts, keys, uniqueness, and keys that point at nothing."""

from __future__ import annotations

from collections.abc import Iterator

from datagen.schema.relational.words import split
from validate.declared import Counting, Declared, DeclaredTable, DrawnRow, ReadRow, RowAbove, Texts
from validate.distinct import repeated
from validate.findings import Finding, Trouble, counted, skipped, verdict
from validate.sources import Sources
from validate.store import Store, quoted

EXAMPLES = 3


def check(declared: Declared, store: Store, sources: Sources) -> Iterator[Finding]:
    for table in declared.tables.values():
        if table.name in sources.left_out:
            yield skipped("file", "structure", (table.name, None), "a file", "the manifest leaves this table out")
        elif table.name not in store.loaded:
            told = "; ".join(trouble.message for trouble in troubles(table.name, store, sources)) or "no file"
            yield Finding("file", "structure", table.name, None, "a file", told, "broken")
        else:
            yield from _of_table(table, declared, store, sources)


def troubles(table: str, store: Store, sources: Sources) -> list[Trouble]:
    return [trouble for trouble in (*sources.troubles, *store.troubles) if trouble.table == table]


def _of_table(table: DeclaredTable, declared: Declared, store: Store, sources: Sources) -> Iterator[Finding]:
    yield from _files(table, store, sources)
    yield _columns(table, store)
    for name in store.loaded[table.name].columns:
        yield _type(table, name, store)
    yield from _rows(table, declared, store, sources)
    for name in _unique(table, declared):
        if store.has(table.name, name):
            yield unique(table.name, name, store, "primary_key" if name == table.key else "unique")
    for column in table.columns.values():
        if isinstance(column.source, Counting) and store.has(table.name, column.name):
            yield _counting(table, column.name, column.source, declared, store)
        if isinstance(column.source, RowAbove) and store.has(table.name, column.name, column.source.column):
            yield _hierarchy(table, column.name, column.source.column, declared, store)
    for one, other in _foreign_keys(table, declared):
        yield foreign_key(one, other, declared, store)


def _files(table: DeclaredTable, store: Store, sources: Sources) -> Iterator[Finding]:
    found = troubles(table.name, store, sources)
    loaded = store.loaded[table.name]
    if found or loaded.rejected:
        made = [f"{trouble.file}: {trouble.message}" for trouble in found]
        made += [f"{loaded.rejected:,} lines are no rows of so many fields"] if loaded.rejected else []
        yield Finding("file", "structure", table.name, None, "whole files", "; ".join(made[:EXAMPLES]), "broken")
    else:
        made_ = f"{len(loaded.files)} read"
        yield Finding("file", "structure", table.name, None, "whole files", made_, "holds", loaded.rows)


def _columns(table: DeclaredTable, store: Store) -> Finding:
    loaded = store.loaded[table.name]
    more = f", {len(loaded.extra)} more: {', '.join(loaded.extra[:EXAMPLES])}" if loaded.extra else ""
    lacking = f"without {', '.join(loaded.missing)}" if loaded.missing else f"all {len(loaded.columns)}"
    declared = f"{len(table.columns)} columns"
    return Finding(
        "columns", "structure", table.name, None, declared, lacking + more, verdict(not loaded.missing), loaded.rows
    )


def _type(table: DeclaredTable, name: str, store: Store) -> Finding:
    kind = table.columns[name].kind
    (wrong,) = store.row(f"select count_if({quoted('!' + name)}) from {quoted(table.name)}")
    return counted("type", "structure", (table.name, name), kind, store.rows(table.name), wrong)


def _rows(table: DeclaredTable, declared: Declared, store: Store, sources: Sources) -> Iterator[Finding]:
    made = store.rows(table.name)
    place = (table.name, None)
    if table.name in sources.days or troubles(table.name, store, sources):
        return
    if sources.manifest is not None and sources.manifest.files and table.parent is not None:
        listed = sum(file.rows for file in sources.manifest.files if file.table == table.name)
        yield Finding(
            "rows", "structure", *place, f"{listed:,} by the manifest", f"{made:,}", verdict(made == listed), made
        )
    elif (rows := declared.rows(table.name)) is not None:
        yield Finding("rows", "structure", *place, f"{rows:,}", f"{made:,}", verdict(made == rows), made)


def _unique(table: DeclaredTable, declared: Declared) -> list[str]:
    places = [split(reference) for _, reference in declared.rules.unique]
    names = [table.key, *(column for name, column in places if name == table.name)]
    names += [name for name, column in table.columns.items() if _promises(column.source)]
    return list(dict.fromkeys(name for name in names if name is not None))


def _promises(source: object) -> bool:
    """Whether a column promises that no value stands twice."""
    return isinstance(source, Texts) and source.unique


def unique(table: str, column: str, store: Store, rule: str) -> Finding:
    """No value stands twice; a key is never null."""
    name = quoted(column)
    again, examples = repeated(table, column, store, EXAMPLES)
    nulls = 0
    if rule == "primary_key":
        (nulls,) = store.row(f"select count(*) from {quoted(table)} where {name} is null")
    said = "unique, never null" if rule == "primary_key" else "unique"
    return counted(rule, "structure", (table, column), said, store.rows(table), again + nulls, examples)


def _counting(table: DeclaredTable, name: str, source: Counting, declared: Declared, store: Store) -> Finding:
    """Each of start, start + step, ... once: right ends, right steps, and as many different ones as rows."""
    said = f"{source.start:,}, {source.start + source.step:,}, …" if source.step else f"{source.start:,}"
    if why := declared.lacking(table.name):
        return skipped("sequence", "structure", (table.name, name), said, why)
    value = f"try_cast({quoted(name)} as bigint)"
    start, step = source.start, source.step
    rows = store.rows(table.name)
    last = start + step * (rows - 1)
    inside = f"{value} between {min(start, last)} and {max(start, last)}"
    fits = f"{inside} and ({value} - {start}) % {abs(step) or 1} = 0"
    (wrong,) = store.row(
        f"select count(*) - count_if({fits}) from {quoted(table.name)} where {quoted(name)} is not null"
    )
    return counted("sequence", "structure", (table.name, name), said, rows, wrong)


def _foreign_keys(table: DeclaredTable, declared: Declared) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Those that a constraint names, and the columns that hold the key of another row."""
    rules = [(split(rule.from_), split(rule.to)) for _, rule in declared.rules.foreign_keys]
    found = [pair for pair in rules if pair[0][0] == table.name]
    for column in table.columns.values():
        match column.source:
            case ReadRow(table=other, column=key, ours=ours) if ours == column.name:
                found.append(((table.name, column.name), (other, key)))
            case DrawnRow(table=other, column=key):
                found.append(((table.name, column.name), (other, key)))
            case RowAbove(column=key):
                found.append(((table.name, column.name), (table.name, key)))
    return list(dict.fromkeys(found))


def foreign_key(one: tuple[str, str], other: tuple[str, str], declared: Declared, store: Store) -> Finding:
    """Every value that is not null stands in the other column."""
    said = f"in {other[0]}.{other[1]}"
    if not (store.has(*one) and store.has(*other)):
        return skipped("foreign_key", "structure", one, said, "one of the columns could not be read")
    if why := declared.lacking(other[0]):
        return skipped("foreign_key", "structure", one, said, why)
    ours, theirs = f"c.{quoted(one[1])}::varchar", f"p.{quoted(other[1])}::varchar"
    lost = f"from {quoted(one[0])} c anti join {quoted(other[0])} p on {ours} = {theirs} where {ours} is not null"
    (wrong,) = store.row(f"select count(*) {lost}")
    shown = store.all(f"select distinct {ours} {lost} limit {EXAMPLES}") if wrong else []
    examples = tuple(text for (text,) in shown)
    return counted("foreign_key", "structure", one, said, store.rows(one[0]), wrong, examples)


def _hierarchy(table: DeclaredTable, name: str, key: str, declared: Declared, store: Store) -> Finding:
    """Every row is reached from a row without one above: no circle, and nothing that points outside."""
    said = f"rows of {table.name}, no circle"
    if why := declared.lacking(table.name):
        return skipped("hierarchy", "structure", (table.name, name), said, why)
    t, k, above = quoted(table.name), quoted(key), quoted(name)
    reached = (
        f"with recursive r as (select {k} as k from {t} where {above} is null "
        f"union select c.{k} from {t} c join r on c.{above} = r.k) select count(*) from r"
    )
    (found,) = store.row(reached)
    rows = store.rows(table.name)
    return counted("hierarchy", "structure", (table.name, name), said, rows, rows - found)
