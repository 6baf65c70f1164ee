"""Is each row of another table drawn as often as declared? Which ones are the popular rows is not declared.

So rows are counted by how often they are drawn. With the shares p_r of the ranks, the share of rows drawn at most c of
n times is in the mean that of P(Binomial(n, p_r) <= c) over the ranks; the counts of a multinomial are negatively
associated, and so are these, for which the inequality of bounds.py holds. Where all rows are alike, each is held to its
own share as well. Beside it, the k rows drawn most often: they
come to no less than the true first k, and to more only as far as the best of all sets of k does, of which there are
at most (e N / k)^k.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from datagen.shares import Shares, Uniform
from validate.bounds import F64, between, off
from validate.declared import Declared, DeclaredColumn, DeclaredTable, DrawnRow
from validate.findings import Finding, Picture, skipped, verdict
from validate.laws import standard_normal
from validate.store import Store, quoted

MOST_RANKS = 1 << 20
CHECKED = 15
APPROXIMATE = 2e-3  # what the binomial's approximation may be off
BARS = 24


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for table in declared.tables.values():
        for column in table.columns.values():
            source = column.source
            if not isinstance(source, DrawnRow) or not store.has(table.name, column.name):
                continue
            place, said = (table.name, column.name), f"{words(source.shares)} over the rows of {source.table}"
            if not store.has(source.table, source.column):
                yield skipped("popularity", "behaviour", place, said, f"{source.table} could not be read")
            elif declared.tables[source.table].key != source.column:
                yield skipped("popularity", "behaviour", place, said, f"{source.column} does not tell its rows apart")
            elif place in declared.narrowed:
                yield skipped("popularity", "behaviour", place, said, "a rule between columns narrows it")
            else:
                yield from _of_column(table, column, source, said, store)


def words(shares: Shares) -> str:
    if isinstance(shares, Uniform):
        return "uniform"
    parts = ", ".join(f"{name} {getattr(shares, name):g}" for name in type(shares).__dataclass_fields__)
    return f"{type(shares).__name__.lower()}, {parts}"


def _of_column(
    table: DeclaredTable, column: DeclaredColumn, source: DrawnRow, said: str, store: Store
) -> Iterator[Finding]:
    place = (table.name, column.name)
    times, rows = _drawn(table, column, source, store)
    count, total = int(rows.sum()), float(times @ rows)
    if not count or not total or (count > MOST_RANKS and not isinstance(source.shares, Uniform)):
        yield skipped("popularity", "behaviour", place, said, "there is nothing to count" if not total else "too many")
        return
    weights = np.ones(1) if isinstance(source.shares, Uniform) else source.shares.weights(count)
    shares = weights / (weights.sum() * (count if len(weights) == 1 else 1))
    yield _spread(place, said, times, rows, shares, total)
    if len(shares) == count and count > 1:
        for top in sorted({1, -(-count // 100), -(-count // 5)}):
            if top < count:
                yield _top(place, times, rows, np.sort(shares)[::-1], top, total)


def _drawn(table: DeclaredTable, column: DeclaredColumn, source: DrawnRow, store: Store) -> tuple[F64, F64]:
    """How often rows are drawn, and how many are that often; ascending."""
    ours, theirs = quoted(column.name), quoted(source.column)
    counted = f"(select {ours}::varchar k, count(*) n from {quoted(table.name)} where {ours} is not null group by 1) n"
    rows = store.all(
        f"select coalesce(n.n, 0) times, count(*) from {quoted(source.table)} p "
        f"left join {counted} on p.{theirs}::varchar = n.k group by 1 order by 1"
    )
    listed = np.array(rows, np.float64).reshape(len(rows), 2)
    return listed[:, 0], listed[:, 1]


def _spread(place: tuple[str, str], said: str, times: F64, rows: F64, shares: F64, total: float) -> Finding:
    count = rows.sum()
    found = np.cumsum(rows) / count
    asked = np.unique(np.floor(np.quantile(total * shares, np.linspace(0.02, 0.98, CHECKED))))
    spread = np.sqrt(total * shares.max())
    asked = np.unique(np.concatenate([asked, np.floor(asked + spread), np.maximum(np.floor(asked - spread), 0)]))
    declared = np.array([binomial(int(times_), total, shares).mean() for times_ in asked])
    made = np.array(
        [found[at - 1] if (at := int(np.searchsorted(times, limit, side="right"))) else 0.0 for limit in asked]
    )
    gap = np.abs(made - declared)
    near = np.where(gap <= APPROXIMATE, declared, made - np.sign(made - declared) * APPROXIMATE)
    wrong = off(near, declared, count)
    alike = off(times / total, np.full(len(times), 1 / count), total, int(count)) if len(shares) == 1 else wrong[:0]
    worst = int(np.argmax(np.where(wrong, gap + 1, gap)))
    low, high = between(float(declared[worst]), count, len(asked))
    return Finding(
        "popularity",
        "behaviour",
        *place,
        said,
        f"{made[worst]:.2%} of the rows drawn at most {asked[worst]:,.0f} times, {declared[worst]:.2%} declared",
        verdict(not wrong.any() and not alike.any()),
        int(total),
        f"{max(0.0, low - APPROXIMATE):.2%} to {min(1.0, high + APPROXIMATE):.2%} there",
        {"declared": float(declared[worst]), "made": float(made[worst]), "least": low, "greatest": high},
        (),
        _picture(times, rows, shares, total),
    )


def binomial(times: int, total: float, shares: F64) -> F64:
    """P(Binomial(total, share) <= times): Peizer and Pratt (1968), good to about three digits; 0 times is exact."""
    if times >= total:
        return np.ones(len(shares))
    if times <= 0:
        return np.exp(total * np.log1p(-np.minimum(shares, 1 - 1e-12)))
    p, q = np.clip(shares, 1e-300, 1 - 1e-12), np.clip(1 - shares, 1e-12, 1.0)
    s, t, n = times + 0.5, total - times - 0.5, total
    d = times + 2 / 3 - (n + 1 / 3) * p + 0.02 * (q / (times + 1) - p / max(n - times, 1) + (q - 0.5) / (n + 1))
    distance = s * np.log(s / (n * p)) + t * np.log(t / (n * q))
    root = np.sqrt(2 / (1 + 1 / (6 * n)) * np.maximum(distance, 0.0))
    apart = np.abs(s - n * p)
    z = np.where(apart < 1e-9, d / np.sqrt(n * p * q), d / np.maximum(apart, 1e-9) * root)
    return standard_normal(z)


def _top(place: tuple[str, str], times: F64, rows: F64, shares: F64, top: int, total: float) -> Finding:
    """The share of the draws that go to the `top` rows drawn most often."""
    left, drawn = float(top), 0.0
    for often, many in zip(times[::-1], rows[::-1], strict=True):
        taken = min(left, many)
        drawn, left = drawn + taken * often, left - taken
        if left <= 0:
            break
    declared, made = float(shares[:top].sum()), drawn / total
    subsets = top * math.log(math.e * len(shares) / top)
    low, high = between(declared, total)[0], between(declared, total, 1, subsets)[1]
    which = "the row" if top == 1 else f"the {top:,} rows"
    return Finding(
        "popularity_top",
        "behaviour",
        *place,
        f"{declared:.2%} to {which} drawn most often",
        f"{made:.2%}",
        verdict(low - 1e-12 <= made <= high + 1e-12),
        int(total),
        f"{low:.2%} to {high:.2%}",
        {"declared": declared, "made": made, "least": low, "greatest": high, "top": top},
    )


def _picture(times: F64, rows: F64, shares: F64, total: float) -> Picture:
    """The share of the draws that go to each stretch of ranks, of the rows in the order of how often they are drawn."""
    count = int(rows.sum())
    cuts = np.unique(np.round(np.geomspace(1, count, BARS)).astype(int))
    ranked = np.sort(shares)[::-1] if len(shares) == count else np.full(count, 1.0 / count)
    cumulated = np.concatenate([[0.0], np.cumsum(ranked)])
    below = np.concatenate([[0.0], np.cumsum(rows[::-1])])
    drawn = np.concatenate([[0.0], np.cumsum((times * rows)[::-1])]) / total
    made = np.interp(np.concatenate([[0], cuts]), below, drawn)
    labels = tuple(f"rank {first + 1:,} to {last:,}" for first, last in zip([0, *cuts[:-1]], cuts, strict=True))
    return Picture("shares", labels, tuple(np.diff(cumulated[[0, *cuts]]).tolist()), tuple(np.diff(made).tolist()))
