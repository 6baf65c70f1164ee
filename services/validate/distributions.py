"""Are numbers spread as declared? The share at or below each of some twenty edges, against the law's.

Each row is a draw of its own law (a season or a segment may scale it), so the share of rows at or below an edge is the
mean of independent trials whose mean chance is known: `bounds` says how far off it may be. Edges lie half a last digit
from what can be written, so that rounding moves nothing across them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datagen.schema.relational import modifiers as written
from datagen.schema.relational.parts import Drawn
from datagen.schema.relational.written import WrittenModifier
from validate import strengths
from validate.bounds import F64, between, off
from validate.chain import Chain, Limit, Noise, Outliers, Scale, Shift, Step, Strength, quantile
from validate.declared import Declared, DeclaredColumn, DeclaredTable, Numbers, OneOf
from validate.findings import Finding, Picture, skipped, verdict
from validate.laws import Law, StepLaw
from validate.of_tables import law_of
from validate.store import Store, quoted
from validate.strengths import RowStrength, UnreadableError

SHARES = np.array([1e-4, 1e-3, 0.01, 0.03, *np.arange(0.05, 0.96, 0.05), 0.97, 0.99, 0.999, 0.9999])
MOST_GROUPS = 20_000
FEW_GROUPS = 1_000
FINE, COARSE = 6, 3  # digits of strengths that are told apart
NODE_SLACK = 1.5e-3  # of the quantiles that stand for a noise


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for table in declared.tables.values():
        for column in table.columns.values():
            law = _law(column)
            if law is not None and store.has(table.name, column.name) and store.rows(table.name):
                yield _spread(table, column, law, declared, store)


def _law(column: DeclaredColumn) -> Law | None:
    """That of a distribution, or of listed numbers that are changed."""
    if column.kind not in ("int", "float"):
        return None
    match column.source:
        case Numbers(law=law):
            return law
        case OneOf(values=values, weights=weights) if column.changes and not column.source.ordered:
            listed = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
            return StepLaw(tuple(float(value) for value, _ in listed), tuple(weight for _, weight in listed))
    return None


def _spread(table: DeclaredTable, column: DeclaredColumn, law: Law, declared: Declared, store: Store) -> Finding:
    place = (table.name, column.name)
    if place in declared.narrowed:
        return skipped("distribution", "behaviour", place, law.words(), "a rule between columns narrows it row by row")
    try:
        chain, rows = chained(table, column, law, declared, store)
    except UnreadableError as error:
        return skipped("distribution", "behaviour", place, law.words(), str(error))
    groups = _groups(table, column, rows, store)
    if groups is None:
        return skipped("distribution", "behaviour", place, law.words(), "its rows differ in too many ways")
    counts, held = groups
    if not len(counts) or not counts.sum():
        return skipped("distribution", "behaviour", place, law.words(), "there is no value")
    edges = _edges(chain, column, held[int(np.argmax(counts))] if held.shape[1] else np.ones(0))
    declared_shares = _expected(chain, edges, counts, held, column)
    made = _made(table, column, edges, store)
    return _finding(place, _words(law, column, rows), edges, declared_shares, made, int(counts.sum()), chain.by_chance)


def chained(
    table: DeclaredTable, column: DeclaredColumn, law: Law, declared: Declared, store: Store
) -> tuple[Chain, list[RowStrength]]:
    """The law with all that is done to it, and the strengths of its rows. UnreadableError where one cannot be told."""
    parts: list[Step | RowStrength] = [_part(change, table, declared, store) for change in column.changes]
    parts += strengths.values(table, column, declared)
    if column.clamped:
        parts.append(_limit(*column.bounds))
    rows = [part for part in parts if isinstance(part, RowStrength)]
    places = iter(range(len(rows)))
    steps = [Strength(next(places), part.op) if isinstance(part, RowStrength) else part for part in parts]
    return Chain(law, tuple(steps)), rows


def _part(change: WrittenModifier, table: DeclaredTable, declared: Declared, store: Store) -> Step | RowStrength:
    match change.args:
        case written.MultiplyArgs(factor=factor):
            return Scale(factor)
        case written.AddArgs(value=offset):
            return Shift(offset)
        case written.ClampArgs(min=low, max=high):
            return _limit(low, high)
        case written.JitterArgs(std=spread, mode=mode):
            return Noise(spread, mode)
        case written.OutliersArgs() as args if change.magnitude is not None:
            return _outliers(args, change.magnitude)
        case _:
            return _by_row(change, table, declared, store)


def _by_row(change: WrittenModifier, table: DeclaredTable, declared: Declared, store: Store) -> RowStrength:
    at = strengths.moment(table, declared)
    match change.args:
        case written.SeasonalityArgs() as args:
            return strengths.season(args, at)
        case written.TrendArgs() as args:
            reference = strengths.moment(table, declared, args.time_reference)
            return strengths.trend(args, reference, declared.window.start_us)
        case written.EffectArgs() as args:
            return strengths.effect(args, table, at, declared, store)
        case _:
            raise UnreadableError(f"it is changed by {change.transform}")


def _limit(low: float | None, high: float | None) -> Limit:
    return Limit(-np.inf if low is None else low, np.inf if high is None else high)


def _outliers(args: written.OutliersArgs, magnitude: Drawn) -> Outliers:
    clamp = magnitude.choice.clamp
    return Outliers(args.rate, args.mode, law_of(magnitude), (clamp[0], clamp[1]) if clamp else None)


def _groups(
    table: DeclaredTable, column: DeclaredColumn, rows: list[RowStrength], store: Store
) -> tuple[F64, F64] | None:
    """How many rows have the same strengths, and which; None where they differ in too many ways."""
    source, there = strengths.source(table, store), f"where c.{quoted(column.name)} is not null"
    if not rows:
        (count,) = store.row(f"select count(*) {source.partition(' left join')[0]} {there}")
        return np.array([float(count)]), np.ones((1, 0))
    for digits in (FINE, COARSE):
        parts = ", ".join(f"round({strength.sql}, {digits})" for strength in rows)
        found = store.all(f"select {parts}, count(*) {source} {there} group by all limit {MOST_GROUPS + 1}")
        if len(found) <= (FEW_GROUPS if digits == FINE else MOST_GROUPS):
            listed = np.array(found, np.float64).reshape(len(found), -1)
            return listed[:, -1], listed[:, :-1]
    return None


def _edges(chain: Chain, column: DeclaredColumn, strengths_: F64) -> F64:
    """Where shares are counted: by the law without noise, at the most frequent strengths, and beside the bounds."""
    steps = tuple(step for step in chain.steps if not isinstance(step, Noise | Outliers))
    plain = Chain(chain.law, steps)
    found = quantile(lambda x: plain.below(x, np.tile(strengths_, (len(x), 1))), SHARES)
    step = 1.0 if column.kind == "int" else 10.0 ** -(column.precision or 0)
    low, high = column.bounds
    bounds = [low] if low is not None else []
    bounds += [high - step] if high is not None else []
    snapped = (np.floor(np.concatenate([found, bounds]) / step) + 0.5) * step
    kept: F64 = np.unique(snapped[np.isfinite(snapped)])
    return kept


def _expected(chain: Chain, edges: F64, counts: F64, held: F64, column: DeclaredColumn) -> F64:
    """The mean chance of a row to lie at or below each edge, of what its range leaves."""
    low, high = column.within
    step = 1.0 if column.kind == "int" else 10.0 ** -(column.precision or 0)
    asked = np.concatenate([edges, [] if low is None else [low - step / 2], [] if high is None else [high + step / 2]])
    x, rows = np.tile(asked, len(counts)), np.repeat(held, len(asked), axis=0)
    shares = chain.below(x, rows).reshape(len(counts), len(asked))
    least = shares[:, len(edges)] if low is not None else np.zeros(len(counts))
    most = shares[:, -1] if high is not None else np.ones(len(counts))
    room = np.where(most > least, most - least, 1.0)
    inside = np.clip((shares[:, : len(edges)] - least[:, None]) / room[:, None], 0.0, 1.0)
    expected: F64 = counts @ inside / counts.sum()
    return expected


def _made(table: DeclaredTable, column: DeclaredColumn, edges: F64, store: Store) -> F64:
    name = quoted(column.name)
    counted = ", ".join(f"count_if({name} <= {edge!r})" for edge in edges.tolist())
    *below, there = store.row(f"select {counted}, count({name}) from {quoted(table.name)}")
    shares: F64 = np.array(below, np.float64) / there
    return shares


def _finding(
    place: tuple[str, str], words: str, edges: F64, declared: F64, made: F64, rows: int, noisy: bool
) -> Finding:
    slack = NODE_SLACK if noisy else 0.0
    near = np.where(np.abs(made - declared) <= slack, declared, made - np.sign(made - declared) * slack)
    wrong = off(near, declared, rows)
    gaps = np.abs(made - declared)
    allowed = np.array([max(share - between(share, rows, len(edges))[0], 1e-12) for share in declared])
    worst = int(np.argmax(np.where(wrong, gaps + 1, gaps)))
    low, high = between(float(declared[worst]), rows, len(edges))
    told = f"{made[worst]:.2%} at or below {edges[worst]:,.6g}, {declared[worst]:.2%} declared"
    inner = np.flatnonzero((edges > -np.inf) & (allowed > 0))
    picture = Picture(
        "histogram",
        tuple(f"{edge:.6g}" for edge in edges[inner]),
        tuple(np.diff(declared[inner], prepend=0.0, append=1.0).tolist()),
        tuple(np.diff(made[inner], prepend=0.0, append=1.0).tolist()),
    )
    figures = {"edge": float(edges[worst]), "declared": float(declared[worst]), "made": float(made[worst])}
    tolerance = f"{low - slack:.2%} to {high + slack:.2%} there"
    return Finding(
        "distribution",
        "behaviour",
        *place,
        words,
        told,
        verdict(not wrong.any()),
        rows,
        tolerance,
        figures | {"least": low - slack, "greatest": high + slack},
        (),
        picture,
    )


def _words(law: Law, column: DeclaredColumn, rows: list[RowStrength]) -> str:
    changed = [change.transform for change in column.changes] + [one.words for one in rows if one.words == "segments"]
    return law.words() + (f", then {', '.join(changed)}" if changed else "")
