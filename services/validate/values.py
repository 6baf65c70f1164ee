"""Does every value keep to what is declared of it? Nulls, bounds, precision, texts, lists, rules between columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datagen.schema.relational.words import split
from datagen.schema.values import instant_us
from validate import strengths
from validate.bounds import between
from validate.declared import (
    Declared,
    DeclaredColumn,
    DeclaredTable,
    Depending,
    OneOf,
    Points,
    Texts,
    Times,
    Unjudged,
)
from validate.findings import Finding, counted, skipped, verdict
from validate.literals import instant, literal, shown
from validate.store import Store, quoted, text

EXAMPLES = 3
FEW = 10_000  # values that are listed


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for table in declared.tables.values():
        for column in table.columns.values():
            if store.has(table.name, column.name):
                yield from _of_column(table, column, declared, store)
    yield from _rules(declared, store)


def _of_column(table: DeclaredTable, column: DeclaredColumn, declared: Declared, store: Store) -> Iterator[Finding]:
    yield from _nulls(table, column, store)
    place = (table.name, column.name)
    if column.bounds != (None, None) and (column.clamped or not list(strengths.scaled(table, column, declared))):
        yield bounds("bounds", place, *column.bounds, store)
    if column.precision is not None:
        yield _precision(place, column.precision, store)
    match column.source:
        case Unjudged(why=why) if why:
            yield skipped("values", "values", place, "its values", why)
        case Texts() as source:
            yield _texts(place, source, store)
        case OneOf() | Depending() as source if not column.changes:
            yield from _listed(place, column, source, store)
        case Points() as source:
            yield _points(place, source, store)
        case Times() as source if column.kind in ("time", "date"):
            yield from _times(place, column, source, place in declared.narrowed, store)


def broken(rule: str, place: tuple[str, str | None], declared: str, wrong: str, shown: str, store: Store) -> Finding:
    """Rows where `wrong` (SQL) is true break a rule; `shown` is what is told of them."""
    (count,) = store.row(f"select count_if({wrong}) from {quoted(place[0])}")
    listed = store.all(f"select ({shown})::varchar from {quoted(place[0])} where {wrong} limit {EXAMPLES}")
    examples = tuple(str(value) for (value,) in listed) if count else ()
    return counted(rule, "values", place, declared, store.rows(place[0]), count, examples)


def _nulls(table: DeclaredTable, column: DeclaredColumn, store: Store) -> Iterator[Finding]:
    name, rows = quoted(column.name), store.rows(table.name)
    if not column.nullable or column.null_share == 0:
        yield broken("not_null", (table.name, column.name), "no nulls", f"{name} is null", "'null'", store)
    elif column.null_share is not None and rows:
        (nulls,) = store.row(f"select count(*) - count({name}) from {quoted(table.name)}")
        low, high = between(column.null_share, rows)
        share = nulls / rows
        yield Finding(
            "null_share",
            "values",
            table.name,
            column.name,
            f"{column.null_share:.2%}",
            f"{share:.2%}",
            verdict(low <= share <= high),
            rows,
            f"{low:.2%} to {high:.2%}",
            {"declared": column.null_share, "made": share, "least": low, "greatest": high},
        )


def _bound(value: Any, kind: str) -> Any:
    """Of a time in microseconds."""
    return instant_us(value) if kind in ("time", "date") and isinstance(value, str) else value


def bounds(rule: str, place: tuple[str, str], low: Any, high: Any, store: Store, kind: str = "") -> Finding:
    name = quoted(place[1])
    sides = [f"{name} < {literal(low, kind)}"] if low is not None else []
    sides += [f"{name} > {literal(high, kind)}"] if high is not None else []
    tell = instant if kind in ("time", "date") else shown
    said = f"{tell(low)} to {tell(high)}" if low is not None and high is not None else ""
    said = said or (f"at least {tell(low)}" if high is None else f"at most {tell(high)}")
    return broken(rule, place, said, " or ".join(sides), name, store)


def _precision(place: tuple[str, str], digits: int, store: Store) -> Finding:
    name = quoted(place[1])
    finer = f"abs({name} - round({name}, {digits})) > greatest(1e-{digits + 5}, abs({name}) * 1e-14)"
    return broken("precision", place, f"{digits} digits after the point", finer, name, store)


def _texts(place: tuple[str, str], source: Texts, store: Store) -> Finding:
    name = quoted(place[1])
    wrong = f"not regexp_full_match({name}, {text(source.regex)})"
    for number, (low, high) in enumerate(source.numbers, 1):
        part = f"try_cast(regexp_extract({name}, {text(source.regex)}, {number}) as bigint)"
        wrong += f" or {part} not between {low} and {high}"
    return broken("pattern", place, source.words, f"coalesce({wrong}, false)", name, store)


def _listed(
    place: tuple[str, str], column: DeclaredColumn, source: OneOf | Depending, store: Store
) -> Iterator[Finding]:
    cases = [source] if isinstance(source, OneOf) else [*source.table.values()]
    cases += [source.otherwise] if isinstance(source, Depending) and source.otherwise else []
    possible = {value for case in cases for value, weight in zip(case.values, case.weights, strict=True) if weight > 0}
    listed = [value for value in possible if value is not None]
    if 0 < len(listed) <= FEW:
        yield enum(place, column, listed, store)


def enum(place: tuple[str, str], column: DeclaredColumn, listed: list[Any], store: Store) -> Finding:
    name = quoted(place[1])
    values = ", ".join(literal(value, column.kind) for value in listed)
    some = ", ".join(sorted(shown(value) for value in listed)[:EXAMPLES])
    said = f"one of {len(listed)}: {some}{', …' if len(listed) > EXAMPLES else ''}"
    return broken("enum", place, said, f"{name} is not null and {name} not in ({values})", name, store)


def _points(place: tuple[str, str], source: Points, store: Store) -> Finding:
    lat0, lon0, lat1, lon1 = source.box
    name = quoted(place[1])
    parts = (f"{name}.lat", f"{name}.lon")
    if not source.as_object:
        parts = tuple(f"try_cast(split_part({name}, ',', {side}) as double)" for side in (1, 2))  # type: ignore[assignment]
    inside = f"{parts[0]} between {min(lat0, lat1)} and {max(lat0, lat1)} and "
    inside += f"{parts[1]} between {min(lon0, lon1)} and {max(lon0, lon1)}"
    said = f"{min(lat0, lat1):g} to {max(lat0, lat1):g}, {min(lon0, lon1):g} to {max(lon0, lon1):g}"
    return broken("bounds", place, said, f"{name} is not null and not coalesce({inside}, false)", name, store)


def _times(
    place: tuple[str, str], column: DeclaredColumn, source: Times, narrowed: bool, store: Store
) -> Iterator[Finding]:
    """Where a rule between columns moved an instant on, it may lie behind the end of its window."""
    name, window = quoted(place[1]), source.window
    day = column.kind == "date"
    start, end = (f"make_timestamp({instant})" for instant in (window.start_us, window.end_us))
    if day:
        start, end = f"cast({start} as date)", f"cast({end} as date)"
    late = "" if narrowed else f" or {name} > {end}"
    coarse = {"epoch_s": 1_000_000, "epoch_ms": 1_000}.get(column.time_format, 1 if column.time_format == "iso" else 0)
    if coarse != 1:
        start = f"date_trunc('{'second' if coarse else 'day'}', {start})"
    low, high = store.row(f"select {start}::varchar, {end}::varchar")
    yield broken("window", place, f"{low} to {high}", f"{name} < {start}{late}", name, store)
    jittered = any(change.transform == "time_jitter" for change in column.changes)
    if source.step_us and source.step_us > 1 and column.kind == "time" and column.time_format == "iso":
        if narrowed or jittered:
            return
        beside = f"(epoch_us({name}) - {window.start_us}) % {source.step_us} <> 0"
        said = f"every {source.step_us / 1e6:,g} s"
        yield broken("grid", place, said, beside, name, store)


def _rules(declared: Declared, store: Store) -> Iterator[Finding]:
    for _, range_ in declared.rules.ranges:
        place = split(range_.attr)
        if store.has(*place):
            kind = declared.tables[place[0]].columns[place[1]].kind
            yield bounds("range", place, _bound(range_.min, kind), _bound(range_.max, kind), store, kind)
    for _, pattern in declared.rules.pattern:
        place = split(pattern.attr)
        if store.has(*place):
            name = quoted(place[1])
            wrong = f"{name} is not null and not regexp_matches({name}, {text(pattern.regex)})"
            yield broken("pattern", place, pattern.regex, wrong, name, store)
    for _, enum_ in declared.rules.enum:
        place = split(enum_.attr)
        if store.has(*place):
            yield _enum_rule(place, enum_, declared, store)
    for _, rule in declared.rules.inequalities:
        yield _inequality(rule, declared, store)


def _enum_rule(place: tuple[str, str], rule: Any, declared: Declared, store: Store) -> Finding:
    if rule.values is not None:
        column = declared.tables[place[0]].columns[place[1]]
        return enum(place, column, [value for value in rule.values if value is not None], store)
    other = split(rule.enum_ref)
    if not store.has(*other):
        return skipped("enum", "values", place, f"in {rule.enum_ref}", "that column could not be read")
    ours, theirs = f"c.{quoted(place[1])}::varchar", f"p.{quoted(other[1])}::varchar"
    lost = f"from {quoted(place[0])} c anti join {quoted(other[0])} p on {ours} = {theirs} where {ours} is not null"
    (wrong,) = store.row(f"select count(*) {lost}")
    listed = store.all(f"select distinct {ours} {lost} limit {EXAMPLES}") if wrong else []
    examples = tuple(str(value) for (value,) in listed)
    return counted("enum", "values", place, f"in {rule.enum_ref}", store.rows(place[0]), wrong, examples)


def _inequality(rule: Any, declared: Declared, store: Store) -> Finding:
    """Of one row, or of a row and the one above it that it belongs to."""
    left, right = split(rule.left), split(rule.right)
    said = f"{rule.left} {rule.op} {rule.right}"
    if not (store.has(*left) and store.has(*right)):
        return skipped("inequality", "values", left, said, "one of the columns could not be read")
    op = "=" if rule.op == "==" else rule.op
    if left[0] == right[0]:
        one, other = quoted(left[1]), quoted(right[1])
        wrong = f"not ({one} {op} {other})"
        return broken("inequality", left, said, f"coalesce({wrong}, false)", f"{one} || ' and ' || {other}", store)
    way = joined(left[0], right[0], declared, store) or joined(right[0], left[0], declared, store)
    if way is None:
        return skipped("inequality", "values", left, said, "no column leads from one table to the other")
    child = left if way[0] == left[0] else right
    one, other = f"{quoted(left[0])}.{quoted(left[1])}", f"{quoted(right[0])}.{quoted(right[1])}"
    kept = f"coalesce(not ({one} {op} {other}), false)"
    (wrong_rows,) = store.row(f"select count_if({kept}) from {way[1]}")
    listed = store.all(f"select ({one} || ' and ' || {other}) from {way[1]} where {kept} limit {EXAMPLES}")
    examples = tuple(str(value) for (value,) in listed) if wrong_rows else ()
    return counted("inequality", "values", child, said, store.rows(child[0]), wrong_rows, examples)


def joined(child: str, above: str, declared: Declared, store: Store) -> tuple[str, str] | None:
    """The child's name and the SQL of it beside its ancestor; None where no columns that could be read lead there."""
    steps, name = quoted(child), child
    for _ in declared.tables:
        parent = declared.tables[name].parent
        if parent is None or parent.column is None:
            return None
        if not (store.has(name, parent.column) and store.has(parent.table, parent.key)):
            return None
        steps += f" join {quoted(parent.table)} on {quoted(name)}.{quoted(parent.column)}::varchar = "
        steps += f"{quoted(parent.table)}.{quoted(parent.key)}::varchar"
        if parent.table == above:
            return child, steps
        name = parent.table
    return None
