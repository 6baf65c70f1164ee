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
from validate.as_written import law_of
from validate.bounds import F64, between, off
from validate.chain import Chain, Limit, Noise, Outliers, Scale, Shift, Step, Strength, quantile
from validate.declared import Declared, DeclaredColumn, DeclaredTable, Numbers, OneOf
from validate.findings import Finding, Picture, skipped, verdict
from validate.laws import Law, StepLaw
from validate.store import Store, quoted
from validate.strengths import RowStrength, UnreadableError

SHARES = np.array([1e-4, 1e-3, 0.01, 0.03, *np.arange(0.05, 0.96, 0.05), 0.97, 0.99, 0.999, 0.9999])
BARS = 26
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
    usual = held[int(np.argmax(counts))]
    edges, bins = _edges(chain, column, usual), _bins(chain, column, usual)
    both = np.concatenate([edges, bins])
    expected, made = _expected(chain, both, counts, held, column), _made(table, column, both, store)
    cut = len(edges)
    shown = _picture(bins, expected[cut:], made[cut:])
    words, total = _words(law, column, rows), int(counts.sum())
    return _finding(place, words, (edges, expected[:cut], made[:cut]), total, chain.by_chance, shown)


def chained(
    table: DeclaredTable, column: DeclaredColumn, law: Law, declared: Declared, store: Store
) -> tuple[Chain, list[RowStrength]]:
    """The law with all that is done to it, and the strengths of its rows. UnreadableError where one cannot be told."""
    parts: list[Step | RowStrength] = [_part(change, table, declared, store) for change in column.changes]
    parts += strengths.values(table, column, declared, store)
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
            return strengths.by_row(change, table, declared, store)


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
    low, high = column.bounds
    bounds = [low] if low is not None else []
    bounds += [high - _digit(column)] if high is not None else []
    return _snapped(np.concatenate([_quantiles(chain, SHARES, strengths_), bounds]), column)


def _bins(chain: Chain, column: DeclaredColumn, strengths_: F64) -> F64:
    """The edges of a picture's bars, which are of one width."""
    first, last = _quantiles(chain, np.array([0.002, 0.998]), strengths_)
    low, high = column.bounds
    first = first if low is None else max(first, low)
    last = last if high is None else min(last, high)
    width = max((last - first) / BARS, _digit(column))
    width = np.ceil(width) if column.kind == "int" else width
    return _snapped(np.arange(first - width, last + width, width), column)


def _quantiles(chain: Chain, shares: F64, strengths_: F64) -> F64:
    steps = tuple(step for step in chain.steps if not isinstance(step, Noise | Outliers))
    plain = Chain(chain.law, steps)
    return quantile(lambda x: plain.below(x, np.tile(strengths_, (len(x), 1))), shares)


def _digit(column: DeclaredColumn) -> float:
    """What a last digit is worth."""
    return 1.0 if column.kind == "int" else 10.0 ** -(column.precision or 0)


def _snapped(edges: F64, column: DeclaredColumn) -> F64:
    """Half a last digit above what can be written."""
    snapped = (np.floor(edges / _digit(column)) + 0.5) * _digit(column)
    kept: F64 = np.unique(snapped[np.isfinite(snapped)])
    return kept


def _picture(edges: F64, declared: F64, made: F64) -> Picture:
    return Picture(
        "histogram",
        tuple(f"{edge:.4g}" for edge in edges),
        tuple(np.diff(declared, prepend=0.0, append=1.0).tolist()),
        tuple(np.diff(made, prepend=0.0, append=1.0).tolist()),
    )


def _expected(chain: Chain, edges: F64, counts: F64, held: F64, column: DeclaredColumn) -> F64:
    """The mean chance of a row to lie at or below each edge, of what its range leaves."""
    low, high = column.within
    step = _digit(column)
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
    place: tuple[str, str], words: str, shares: tuple[F64, F64, F64], rows: int, noisy: bool, shown: Picture
) -> Finding:
    """`shares` are the edges, and which share lies at or below each, declared and made."""
    edges, declared, made = shares
    slack = NODE_SLACK if noisy else 0.0
    gaps = np.abs(made - declared)
    near = np.where(gaps <= slack, declared, made - np.sign(made - declared) * slack)
    wrong = off(near, declared, rows)
    worst = int(np.argmax(np.where(wrong, gaps + 1, gaps)))
    low, high = between(float(declared[worst]), rows, len(edges))
    figures = {"edge": float(edges[worst]), "declared": float(declared[worst]), "made": float(made[worst])}
    return Finding(
        "distribution",
        "behaviour",
        *place,
        words,
        f"{made[worst]:.2%} at or below {edges[worst]:,.6g}, {declared[worst]:.2%} declared",
        verdict(not wrong.any()),
        rows,
        f"{max(0.0, low - slack):.2%} to {min(1.0, high + slack):.2%} there",
        figures | {"least": low - slack, "greatest": high + slack},
        (),
        shown,
    )


def _words(law: Law, column: DeclaredColumn, rows: list[RowStrength]) -> str:
    changed = [change.transform for change in column.changes] + [one.words for one in rows if one.words == "segments"]
    return law.words() + (f", then {', '.join(changed)}" if changed else "")
