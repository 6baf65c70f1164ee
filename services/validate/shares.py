"""Does each value come as often as its weight says? One share a value, of those rows that have one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.schema.relational import modifiers as written
from validate.bounds import between, off
from validate.declared import Declared, DeclaredColumn, DeclaredTable, Depending, OneOf
from validate.findings import Finding, Picture, skipped, verdict
from validate.literals import plain, shown
from validate.store import Store, quoted

SHOWN = 40  # bars of a picture
MOST_VALUES = 100_000


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for table in declared.tables.values():
        for column in table.columns.values():
            if not store.has(table.name, column.name) or not store.rows(table.name):
                continue
            match column.source:
                case OneOf() as source if not source.ordered and not _scaled(table, column, declared):
                    yield _weights(table, column, source, declared, store)
                case Depending() as source:
                    yield _depending(table, column, source, store)


def _scaled(table: DeclaredTable, column: DeclaredColumn, declared: Declared) -> bool:
    """Whether numbers are changed; their spread is judged then."""
    return column.kind in ("int", "float") and bool(column.changes)


def _weights(table: DeclaredTable, column: DeclaredColumn, source: OneOf, declared: Declared, store: Store) -> Finding:
    place = (table.name, column.name)
    weights = allowed(place, changed(source, column), declared)
    said = f"{len(weights):,} values by weight"
    if weights is None or any(change.transform != "map_values" for change in column.changes):
        return skipped("weights", "behaviour", place, said, "what is done to it follows no weights")
    if not weights:
        return skipped("weights", "behaviour", place, said, "every value is null")
    name = quoted(column.name)
    rows = store.all(f"select {as_key(column)}, count(*) from {quoted(table.name)} where {name} is not null group by 1")
    total = sum(weights.values())
    cells = [(value, weight / total, "") for value, weight in weights.items()]
    return judged(place, said, cells, [("", value, count) for value, count in rows])


def changed(source: OneOf, column: DeclaredColumn) -> dict[Any, float]:
    """The weight of each value, of those that are one; mapped ones are what they become."""
    mapping: Mapping[str, Any] = {}
    for change in column.changes:
        if isinstance(change.args, written.MapValuesArgs):
            mapping = change.args.mapping
    weights: dict[Any, float] = {}
    for value, weight in zip(source.values, source.weights, strict=True):
        became = mapping.get(plain(value), value) if value is not None else None
        if became is not None and weight > 0:
            key = keyed(became, column)
            weights[key] = weights.get(key, 0.0) + weight
    return weights


def allowed(place: tuple[str, str], weights: dict[Any, float], declared: Declared) -> dict[Any, float]:
    """What ranges, lists and patterns leave of the values."""
    name = ".".join(place)
    kept = dict(weights)
    for _, range_ in declared.rules.ranges:
        if range_.attr == name:
            low, high = range_.min, range_.max
            kept = {value: weight for value, weight in kept.items() if _inside(value, low, high)}
    for _, enum in declared.rules.enum:
        if enum.attr == name and enum.values is not None:
            listed = {plain(value) for value in enum.values}
            kept = {value: weight for value, weight in kept.items() if plain(value) in listed}
    for _, pattern in declared.rules.pattern:
        if pattern.attr == name and kept:
            found = pc.match_substring_regex(pa.array([plain(value) for value in kept]), pattern.regex).to_pylist()
            kept = {value: weight for (value, weight), fits in zip(kept.items(), found, strict=True) if fits}
    return kept


def _inside(value: Any, low: Any, high: Any) -> bool:
    if isinstance(value, str) or isinstance(low, str) or isinstance(high, str):
        return True
    return (low is None or value >= low) and (high is None or value <= high)


def keyed(value: Any, column: DeclaredColumn) -> Any:
    """A declared value as `as_key` gives it back."""
    if column.kind == "text":
        return plain(value)
    return float(value) if column.kind in ("int", "float") and not isinstance(value, bool) else value


def as_key(column: DeclaredColumn) -> str:
    name = quoted(column.name)
    if column.kind in ("time", "date"):
        return f"epoch_us({name}::timestamp)"
    return f"{name}::double" if column.kind in ("int", "float") else name


def _depending(table: DeclaredTable, column: DeclaredColumn, source: Depending, store: Store) -> Finding:
    place, said = (table.name, column.name), f"by {source.on}, {len(source.table):,} cases"
    if not store.has(table.name, source.on):
        return skipped("weights", "behaviour", place, said, f"{source.on} could not be read")
    if table.columns[source.on].kind in ("float", "object", "time"):
        return skipped("weights", "behaviour", place, said, f"{source.on} has no few texts")
    name, on = quoted(column.name), f"coalesce({quoted(source.on)}::varchar, '')"
    rows = store.all(
        f"select {on}, {as_key(column)}, count(*) from {quoted(table.name)} where {name} is not null group by all"
    )
    if len(rows) > MOST_VALUES:
        return skipped("weights", "behaviour", place, said, f"{source.on} has too many values")
    cells = []
    for case in {case for case, _, _ in rows}:
        one_of = source.table.get(case, source.otherwise)
        weights = changed(one_of, column) if one_of is not None else {}
        total = sum(weights.values())
        cells += [(value, weight / total, case) for value, weight in weights.items()]
    return judged(place, said, cells, rows)


def judged(
    place: tuple[str, str],
    said: str,
    cells: Sequence[tuple[Any, float, str]],
    rows: Sequence[tuple[str, Any, int]],
    rule: str = "weights",
) -> Finding:
    """`cells` are value, share and case, `rows` case, value and count; a value without a cell has share 0."""
    totals: dict[str, int] = {}
    counts: dict[tuple[str, Any], int] = {}
    for case, value, count in rows:
        totals[case] = totals.get(case, 0) + count
        counts[case, value] = counts.get((case, value), 0) + count
    shares = {(case, value): share for value, share, case in cells if case in totals}
    keys = list({**shares, **dict.fromkeys(counts)})
    if not keys:
        return skipped(rule, "behaviour", place, said, "there is no value")
    declared = np.array([shares.get(key, 0.0) for key in keys])
    sizes = np.array([totals[key[0]] for key in keys], np.float64)
    made = np.array([counts.get(key, 0) for key in keys]) / sizes
    wrong = np.array(
        [
            bool(off(np.array([m]), np.array([d]), n, len(keys))[0])
            for m, d, n in zip(made, declared, sizes, strict=True)
        ]
    )
    gaps = np.abs(made - declared) * np.sqrt(sizes)
    worst = int(np.argmax(np.where(wrong, gaps + 1e9, gaps)))
    low, high = between(float(declared[worst]), float(sizes[worst]), len(keys))
    case, value = keys[worst]
    which = f"{case} → {shown(value)}" if case else shown(value)
    order = np.argsort(-declared, kind="stable")[:SHOWN]
    return Finding(
        rule,
        "behaviour",
        *place,
        said,
        f"{which}: {made[worst]:.2%}, {declared[worst]:.2%} declared",
        verdict(not wrong.any()),
        int(sum(totals.values())),
        f"{low:.2%} to {high:.2%} there",
        {"declared": float(declared[worst]), "made": float(made[worst]), "least": low, "greatest": high},
        (),
        Picture(
            "shares",
            tuple(f"{keys[k][0]} → {shown(keys[k][1])}" if keys[k][0] else shown(keys[k][1]) for k in order),
            tuple(float(declared[k]) for k in order),
            tuple(float(made[k]) for k in order),
        ),
    )
