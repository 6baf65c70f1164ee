"""Has each parent as many children as declared? Counts of children, their mean and their spread.

Parents are counted by how many children they have. The share of parents with at most k is the mean of independent
trials, as in distributions.py; the mean is held by Bernstein's inequality, and so is the spread, as the mean of squared
distances from the declared mean.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datagen.fanout import Between, Exactly, Fanout, Poisson
from datagen.poisson import poisson_masses
from datagen.schema.relational import modifiers as written
from validate import strengths
from validate.bounds import F64, between, of_mean, off
from validate.declared import Declared, DeclaredTable, Parent
from validate.findings import Finding, Picture, skipped, verdict
from validate.store import Store, quoted
from validate.strengths import RowStrength, UnreadableError

DIGITS = (4, 2)  # of factors that are told apart, first finely
MOST_GROUPS = 5_000
CHECKED = 20  # numbers of children at which shares are compared
SHOWN = 40


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for table in declared.tables.values():
        parent = table.parent
        if parent is None or table.stages is not None or not store.has(table.name):
            continue
        if parent.column is None or not store.has(table.name, parent.column) or not store.has(parent.table, parent.key):
            yield skipped(
                "fanout", "behaviour", (table.name, None), parent.fanout.words(), "no column leads to the parent"
            )
        elif declared.cut_off(table.name, store.rows(table.name)):
            said = parent.fanout.words()
            yield skipped("fanout", "behaviour", (table.name, None), said, "the sample ends amid the parents")
        elif why := declared.lacking(table.name, parent.table):
            yield skipped("fanout", "behaviour", (table.name, None), parent.fanout.words(), why)
        elif store.rows(parent.table):
            yield from _of_table(table, parent, declared, store)


def _of_table(table: DeclaredTable, parent: Parent, declared: Declared, store: Store) -> Iterator[Finding]:
    words = parent.fanout.words()
    try:
        scales = scaling(table, parent, declared, store)
    except UnreadableError as error:
        yield skipped("fanout", "behaviour", (table.name, None), words, str(error))
        return
    groups = _groups(table, parent, strengths.source(declared.tables[parent.table], store), scales, store)
    if groups is None:
        yield skipped("fanout", "behaviour", (table.name, None), words, "its parents differ in too many ways")
        return
    factors, offsets, children, parents = groups
    laws = {
        (factor, offset): law(parent.fanout, factor, offset)
        for factor, offset in set(zip(factors.tolist(), offsets.tolist(), strict=True))
    }
    sizes = dict.fromkeys(laws, 0.0)
    for factor, offset, count in zip(factors.tolist(), offsets.tolist(), parents.tolist(), strict=True):
        sizes[factor, offset] += count
    total = parents.sum()
    scaled = " with segments, ages and effects" if scales else ""
    yield _shares(table, words + scaled, laws, sizes, children, parents)
    means = {key: float(values @ weights) for key, (values, weights) in laws.items()}
    spreads = {key: float((values - means[key]) ** 2 @ weights) for key, (values, weights) in laws.items()}
    reach = max(
        float(np.abs(values[weights > 1e-9 / total] - means[key]).max()) for key, (values, weights) in laws.items()
    )
    yield _mean(table, sizes, means, spreads, reach, children, parents)
    own = np.array([means[key] for key in zip(factors.tolist(), offsets.tolist(), strict=True)])
    yield _spread(table, laws, sizes, means, spreads, reach, float((children - own) ** 2 @ parents / total))


def scaling(table: DeclaredTable, parent: Parent, declared: Declared, store: Store) -> list[RowStrength]:
    """What scales the mean, by the parent's row, which is `c` here."""
    above = declared.tables[parent.table]
    found: list[RowStrength] = []
    for change in table.effects:
        if isinstance(change.args, written.EffectArgs):
            at = strengths.moment(above, declared, store)
            if any(name not in above.columns for name in change.args.on):
                raise UnreadableError("its effects are looked for by columns of the child")
            found.append(strengths.effect(change.args, above, at, declared, store))
    if above.segments is not None:
        strengths.need(store, above.name, above.segments.segment_column)
        named = [(name, entry.fanout_multiplier) for name, entry in strengths.entries(above.segments)]
        found += strengths.segment(above.segments.segment_column, named, "c")
    for multiplier in above.vintage.age_based_multipliers.values() if above.vintage else ():
        if "fanout" in strengths.applies_to(multiplier):
            assert above.vintage is not None
            strengths.need(store, above.name, above.vintage.created_at_column)
            found.append(strengths.age(above.vintage.created_at_column, multiplier, declared.window.end_us, "c"))
    return found


def _groups(
    table: DeclaredTable, parent: Parent, source: str, scales: list[RowStrength], store: Store
) -> tuple[F64, F64, F64, F64] | None:
    """Factor, offset, number of children, how many parents; None where parents differ in too many ways."""
    factor, offset = "1.0", "0.0"
    for strength in scales:
        if strength.op == "mul":
            factor, offset = f"({factor}) * {strength.sql}", f"({offset}) * {strength.sql}"
        else:
            offset = f"({offset}) + {strength.sql}"
    key, column = quoted(parent.key), quoted(parent.column or "")
    numbers = f"(select {column}::varchar k, count(*) n from {quoted(table.name)} group by 1) n"
    for digits in DIGITS:
        rows = store.all(
            f"select round({factor}, {digits}), round({offset}, {digits}), coalesce(n.n, 0), count(*) "
            f"{source} left join {numbers} on c.{key}::varchar = n.k group by all"
        )
        listed = np.array(rows, np.float64).reshape(len(rows), 4)
        if len(np.unique(listed[:, :2], axis=0)) <= MOST_GROUPS:
            return listed[:, 0], listed[:, 1], listed[:, 2], listed[:, 3]
    return None


def law(fanout: Fanout, factor: float, offset: float) -> tuple[F64, F64]:
    """Numbers of children and the share of each, of a parent whose mean is scaled."""
    if isinstance(fanout, Poisson):
        values, weights = poisson_masses(max(fanout.mean * factor + offset, 0.0))
        values = np.clip(values, fanout.min, np.inf if fanout.max is None else fanout.max)
        weights = weights / weights.sum()
    elif isinstance(fanout, Between):
        plain = np.arange(fanout.min, fanout.max + 1, dtype=np.float64)
        values, weights = _whole(plain * factor + offset)
    else:
        assert isinstance(fanout, Exactly)
        values, weights = _whole(np.array([fanout.count * factor + offset]))
    different, place = np.unique(values, return_inverse=True)
    return different, np.bincount(place.ravel(), weights, len(different)).astype(np.float64)


def _whole(means: F64) -> tuple[F64, F64]:
    """Rounded up as often as the fraction says."""
    means = np.maximum(means, 0.0)
    low = np.floor(means)
    rest = means - low
    each = 1.0 / len(means)
    return np.concatenate([low, low + 1]), np.concatenate([(1 - rest) * each, rest * each])


Laws = dict[tuple[float, float], tuple[F64, F64]]
Sizes = dict[tuple[float, float], float]


def _shares(table: DeclaredTable, words: str, laws: Laws, sizes: Sizes, children: F64, parents: F64) -> Finding:
    total = parents.sum()
    numbers = np.unique(np.concatenate([children, *(values for values, _ in laws.values())]))
    declared = np.zeros(len(numbers))
    for key, (values, weights) in laws.items():
        places = np.searchsorted(numbers, values)
        declared += sizes[key] / total * np.bincount(places, weights, len(numbers))
    made = np.bincount(np.searchsorted(numbers, children), parents, len(numbers)) / total
    below, found = np.cumsum(declared), np.cumsum(made)
    chosen = np.unique(
        np.searchsorted(below, np.linspace(0, 1, CHECKED + 1)[1:-1] * below[-1]).clip(0, len(numbers) - 1)
    )
    wrong = off(found[chosen], below[chosen], total, len(chosen) + 2)
    impossible = made[declared <= 0].sum()
    worst = int(chosen[np.argmax(np.abs(found[chosen] - below[chosen]))])
    low, high = between(float(below[worst]), total, len(chosen) + 2)
    shown = np.flatnonzero((declared > 1e-4) | (made > 0))
    step = max(1, -(-len(shown) // SHOWN))
    starts = shown[::step]
    return Finding(
        "fanout",
        "behaviour",
        table.name,
        None,
        words,
        f"{found[worst]:.2%} with at most {numbers[worst]:,.0f}, {below[worst]:.2%} declared",
        verdict(not wrong.any() and impossible * total < 0.5),
        int(total),
        f"{low:.2%} to {high:.2%} there",
        {"declared": float(below[worst]), "made": float(found[worst]), "least": low, "greatest": high},
        (),
        Picture(
            "fanout",
            tuple(f"{numbers[k]:,.0f}" for k in starts),
            tuple(float(declared[shown[k : k + step]].sum()) for k in range(0, len(shown), step)),
            tuple(float(made[shown[k : k + step]].sum()) for k in range(0, len(shown), step)),
        ),
    )


def _mean(
    table: DeclaredTable,
    sizes: Sizes,
    means: dict[tuple[float, float], float],
    spreads: dict[tuple[float, float], float],
    reach: float,
    children: F64,
    parents: F64,
) -> Finding:
    total = float(parents.sum())
    declared = sum(sizes[key] * mean for key, mean in means.items()) / total
    variance = sum(sizes[key] * spread for key, spread in spreads.items()) / total
    made, allowed = float(children @ parents / total), of_mean(variance, reach, total)
    return _measured(table, "fanout_mean", declared, made, allowed, total)


def _spread(
    table: DeclaredTable,
    laws: Laws,
    sizes: Sizes,
    means: dict[tuple[float, float], float],
    spreads: dict[tuple[float, float], float],
    reach: float,
    made: float,
) -> Finding:
    """Of squared distances from the mean: their variance is the fourth moment less the variance squared."""
    total = sum(sizes.values())
    declared = sum(sizes[key] * spread for key, spread in spreads.items()) / total
    fourth = sum(
        sizes[key] * (float((values - means[key]) ** 4 @ weights) - spreads[key] ** 2)
        for key, (values, weights) in laws.items()
    )
    allowed = of_mean(fourth / total, reach**2, total)
    low, high = np.sqrt(max(declared - allowed, 0.0)), np.sqrt(declared + allowed)
    root, found = float(np.sqrt(declared)), float(np.sqrt(made))
    return Finding(
        "fanout_spread",
        "behaviour",
        table.name,
        None,
        f"std {root:.4g}",
        f"std {found:.4g}",
        verdict(abs(made - declared) <= allowed + 1e-9),
        int(total),
        f"{low:.4g} to {high:.4g}",
        {"declared": root, "made": found, "least": float(low), "greatest": float(high)},
    )


def _measured(table: DeclaredTable, rule: str, declared: float, made: float, allowed: float, rows: float) -> Finding:
    return Finding(
        rule,
        "behaviour",
        table.name,
        None,
        f"{declared:.4g} each",
        f"{made:.4g} each",
        verdict(abs(made - declared) <= allowed + 1e-9),
        int(rows),
        f"{declared - allowed:.4g} to {declared + allowed:.4g}",
        {"declared": declared, "made": made, "least": declared - allowed, "greatest": declared + allowed},
    )
