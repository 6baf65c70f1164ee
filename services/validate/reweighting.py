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

MOST_CASES = 200_000
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
    for keys, begun in _cases(table, column, effects, since_of(table, declared, store), store).items():
        weights = plain.copy()
        for args, (on, rows, fields), key in zip(effects, held, keys, strict=True):
            chosen = np.array([other == key for other in on], np.bool_) if args.on else np.ones(len(on), np.bool_)
            found = _painted(edges, rows[chosen], fields[chosen], args)
            weights = weights * found if args.map.op == "mul" else weights + found
            np.maximum(weights, 0.0, out=weights)
        cell = np.bincount(place, weights * points, len(total)).astype(np.float64)
        if cell.sum() > 0:
            total += _begun(cell, hours, begun)
    return total


def since_of(table: DeclaredTable, declared: Declared, store: Store) -> str | None:
    """SQL of the instant of the parent that ages, before which its children have none; None where there is none."""
    above = declared.tables[table.parent.table] if table.parent else None
    if above is None or above.vintage is None or table.parent is None:
        return None
    created = above.vintage.created_at_column
    strengths.need_beside(store, table, "p", created)
    return f"p.{quoted(created)}::timestamp"


def _begun(cell: F64, edges: I64, begun: Sequence[tuple[float | None, int]]) -> F64:
    """So many rows from each of these instants on, drawn from what the curve leaves behind it; None bounds none."""
    cumulated = np.concatenate([[0.0], np.cumsum(cell)])
    total, starts = np.zeros(len(cell)), np.zeros(len(cell) + 1)
    for instant, count in begun:
        since = min(max(edges[0] if instant is None else instant, float(edges[0])), float(edges[-1] - 1))
        hour = int(np.searchsorted(edges, since, side="right")) - 1
        part = cell[hour] * (edges[hour + 1] - since) / (edges[hour + 1] - edges[hour])
        left = cumulated[-1] - cumulated[hour + 1] + part
        if left <= 0:
            total[hour] += count  # nothing is left: the instant is the parent's own
            continue
        total[hour] += count * part / left
        starts[hour + 1] += count / left
    total += cell * np.cumsum(starts)[:-1]
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


Keys = tuple[tuple[str, ...], ...]


def _cases(
    table: DeclaredTable, column: DeclaredColumn, effects: Sequence[EffectArgs], since: str | None, store: Store
) -> dict[Keys, list[tuple[float | None, int]]]:
    """The keys under which rows look for effects; for each, from when on its rows are (by the hour) and how many."""
    locals_ = [[strengths.own(name, table, store) for name in args.on] for args in effects]
    flat = [f"{name}::varchar" for names in locals_ for name in names]
    keys = "".join(f"{name}, " for name in flat)
    beside = since is not None or any(name.startswith("p.") for name in flat)
    source = strengths.source(table, store) if beside else f"from {quoted(table.name)} c"
    begun = f"date_trunc('hour', {since})" if since else "0"
    mean = f"avg(epoch_us({since}))" if since else "null"
    rows = store.all(
        f"select {keys}{begun} h, {mean}, count(*) {source} where c.{quoted(column.name)} is not null group by "
        f"{keys}h limit {MOST_CASES + 1}"
    )
    if len(rows) > MOST_CASES:
        raise UnreadableError("its rows differ in too many keys")
    found: dict[Keys, list[tuple[float | None, int]]] = {}
    for row in rows:
        rest, keyed = list(row[:-3]), []
        for names in locals_:
            keyed.append(tuple(rest[: len(names)]))
            rest = rest[len(names) :]
        found.setdefault(tuple(keyed), []).append((row[-2], int(row[-1])))
    return found
