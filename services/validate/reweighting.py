"""How busy each hour should be where effects reweight an instant's draw, or where it begins at a parent's instant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from datagen.schema.relational.modifiers import EffectArgs
from datagen.timeline import DAY_US, HOUR_US, I64, Pattern, hour_edges
from validate import strengths
from validate.bounds import F64
from validate.declared import Declared, DeclaredColumn, DeclaredTable, Times
from validate.store import Store, quoted
from validate.strengths import UnreadableError

MOST_CASES = 5_000
MOST_EFFECTS = 20_000


def masses(
    table: DeclaredTable,
    column: DeclaredColumn,
    source: Times,
    curve: Pattern,
    effects: Sequence[EffectArgs],
    declared: Declared,
    store: Store,
) -> F64:
    """The mean over the rows of the chance of each hour, each row's own weights normalised by themselves."""
    held = [_read(args, declared, store) for args in effects]
    hours = hour_edges(source.window)
    times = [np.concatenate([rows[:, 0], rows[:, 1]]) for _, rows, _ in held]
    inside = np.concatenate(times) if times else np.zeros(0, np.int64)
    inside = inside[(inside > hours[0]) & (inside < hours[-1])]
    edges = np.unique(np.concatenate([hours, inside]))
    plain, points = curve.weights(edges[:-1] // HOUR_US), np.diff(curve.points.below(edges))
    place = np.searchsorted(hours, edges[:-1], side="right") - 1
    total = np.zeros(len(hours) - 1)
    for keys, count in _cases(table, column, effects, store):
        weights = plain.copy()
        for args, (on, rows, fields), key in zip(effects, held, keys, strict=True):
            chosen = np.array([other == key for other in on], np.bool_) if args.on else np.ones(len(on), np.bool_)
            found = _painted(edges, rows[chosen], fields[chosen], args)
            weights = weights * found if args.map.op == "mul" else weights + found
            np.maximum(weights, 0.0, out=weights)
        cell = weights * points
        if cell.sum() > 0:
            total += count * np.bincount(place, cell / cell.sum(), len(total))
    return total


def _read(args: EffectArgs, declared: Declared, store: Store) -> tuple[list[tuple[str, ...]], I64, F64]:
    """Keys, spans (half-open) and fields of the effects, the lowest primary key first."""
    other = declared.tables[args.effect_table]
    names = (other.key, args.window.start_col, args.window.end_col, args.map.field, *args.on.values())
    if not store.has(other.name, *names):
        raise UnreadableError(f"{other.name} could not be read")
    end = f"epoch_us({quoted(args.window.end_col)}::timestamp)"
    end += f" + {DAY_US - 1}" if other.columns[args.window.end_col].kind == "date" else ""
    keys = "".join(f", {quoted(name)}::varchar" for name in args.on.values())
    start, field = f"epoch_us({quoted(args.window.start_col)}::timestamp)", f"{quoted(args.map.field)}::double"
    rows = store.all(
        f"select {start}, {end} + 1, {field}{keys} "
        f"from {quoted(other.name)} order by {quoted(other.key or '')} limit {MOST_EFFECTS + 1}"
    )
    if len(rows) > MOST_EFFECTS:
        raise UnreadableError(f"{other.name} has more than {MOST_EFFECTS:,} effects")
    kept = [row for row in rows if None not in row[:3] and row[0] < row[1]]
    spans = np.array([row[:2] for row in kept], np.int64).reshape(len(kept), 2)
    return [tuple(row[3:]) for row in kept], spans, np.array([row[2] for row in kept], np.float64)


def _painted(edges: I64, spans: I64, fields: F64, args: EffectArgs) -> F64:
    """What holds from each edge on; the first effect that covers it wins."""
    neutral = 1.0 if args.map.op == "mul" else 0.0
    found = np.full(len(edges) - 1, neutral if args.map.default is None else args.map.default)
    for (start, stop), strength in zip(reversed(spans.tolist()), reversed(fields.tolist()), strict=True):
        first, last = np.searchsorted(edges[:-1], start), np.searchsorted(edges[:-1], stop)
        found[first:last] = strength
    return found


def _cases(
    table: DeclaredTable, column: DeclaredColumn, effects: Sequence[EffectArgs], store: Store
) -> list[tuple[list[tuple[str, ...]], int]]:
    """The keys under which rows look for effects, and how many rows do."""
    locals_ = [[strengths.own(name, table) for name in args.on] for args in effects]
    flat = [f"{name}::varchar" for names in locals_ for name in names]
    keys = "".join(f"{name}, " for name in flat)
    source = (
        strengths.source(table, store)
        if any(name.startswith("p.") for name in flat)
        else f"from {quoted(table.name)} c"
    )
    rows = store.all(
        f"select {keys}count(*) {source} where c.{quoted(column.name)} is not null group by all limit {MOST_CASES + 1}"
    )
    if len(rows) > MOST_CASES:
        raise UnreadableError("its rows differ in too many keys")
    found = []
    for row in rows:
        rest, keyed = list(row[:-1]), []
        for names in locals_:
            keyed.append(tuple(rest[: len(names)]))
            rest = rest[len(names) :]
        found.append((keyed, int(row[-1])))
    return found


def since(table: DeclaredTable, above: DeclaredTable, plain: F64, edges: I64, store: Store) -> F64:
    """Children are drawn from what the curve leaves behind the parent's instant: the mean over the rows."""
    assert above.vintage is not None
    created = above.vintage.created_at_column
    if table.parent is None or table.parent.column is None or not store.has(above.name, created):
        raise UnreadableError(f"no column leads to {above.name}.{created}")
    at = f"epoch_us(p.{quoted(created)}::timestamp)"
    rows = store.all(f"select {at}, count(*) {strengths.source(table, store)} group by 1")
    cumulated = np.concatenate([[0.0], np.cumsum(plain)])
    total, starts = np.zeros(len(plain)), np.zeros(len(plain) + 1)
    for instant, count in rows:
        begun = edges[0] if instant is None else min(max(instant, int(edges[0])), int(edges[-1]) - 1)
        hour = int(np.searchsorted(edges, begun, side="right")) - 1
        part = plain[hour] * (edges[hour + 1] - begun) / (edges[hour + 1] - edges[hour])
        left = cumulated[-1] - cumulated[hour + 1] + part
        if left <= 0:
            total[hour] += count  # nothing is left: the instant is the parent's own
            continue
        total[hour] += count * part / left
        starts[hour + 1] += count / left
    total += plain * np.cumsum(starts)[:-1]
    return total
