"""Do the whole's targets hold? Shares of weekends, means, and what several influences come to together.

A target is missed where what was made lies outside by more than sampling explains: for a share by the inequality of
bounds.py, for a mean by 5.2 standard errors, for errors over cells by their own expectation of sampling: a cell of
share p of n rows is off by sqrt(2 / pi) of its standard error sqrt((1 - p) / (n p)) in the mean, and the mean over
the cells by 5.2 of its own standard errors more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from datagen.schema.relational import document as written
from datagen.schema.relational import modifiers as changes
from datagen.timeline import HOUR_US, I64, Pattern
from validate import profiles
from validate.bounds import F64, between
from validate.declared import Declared, DeclaredTable, Times
from validate.findings import Finding, Picture, skipped, verdict
from validate.store import Store, quoted
from validate.strengths import UnreadableError

CUT_OFF = "the sample ends amid the children of a parent, who are in the order of time"
SIGMAS = 5.2  # two-sided once in five million: the central limit's error has room up to once in a million
MEAN_OFF = math.sqrt(2 / math.pi)
COUNTED_FROM = 0.003  # the least expected share of a cell that counts for `mape`
SHOWN = 48
DIMENSIONS = ("dow", "hour", "month")


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for target in declared.targets:
        match target:
            case written.WeekendShare():
                found = _weekend(target, store)
            case written.MeanInRange():
                found = _mean(target, store)
            case written.CompositeEffect():
                found = _composite(target, declared, store)
            case _:
                continue
        table = declared.tables[target.table]
        if table.parent is not None and declared.cut_off(table.name, store.rows(table.name)):
            found = skipped(found.rule, found.family, (found.table, found.column), found.declared, CUT_OFF)
        if why := declared.lacking(target.table):
            found = skipped(found.rule, found.family, (found.table, found.column), found.declared, why)
        yield found


def _weekend(target: written.WeekendShare, store: Store) -> Finding:
    place, said = (target.table, target.timestamp), f"{target.min:.2%} to {target.max:.2%}"
    if not store.has(*place):
        return skipped("weekend_share", "behaviour", place, said, "the column could not be read")
    name = quoted(target.timestamp)
    weekend, rows = store.row(f"select count_if(isodow({name}) >= 6), count({name}) from {quoted(target.table)}")
    if not rows:
        return skipped("weekend_share", "behaviour", place, said, "there is no instant")
    share = weekend / rows
    low, high = between(target.min, rows)[0], between(target.max, rows)[1]
    return _between("weekend_share", place, (target.min, target.max), share, (low, high), rows, ".2%")


def _mean(target: written.MeanInRange, store: Store) -> Finding:
    place, said = (target.table, target.column), f"{target.min:,.6g} to {target.max:,.6g}"
    if not store.has(*place):
        return skipped("mean_in_range", "behaviour", place, said, "the column could not be read")
    name = quoted(target.column)
    query = f"select avg({name}), coalesce(stddev_samp({name}), 0), count({name}) from {quoted(target.table)}"
    mean, deviation, rows = store.row(query)
    if not rows:
        return skipped("mean_in_range", "behaviour", place, said, "there is no value")
    error = SIGMAS * deviation / math.sqrt(rows)
    low, high = target.min - error, target.max + error
    return _between("mean_in_range", place, (target.min, target.max), mean, (low, high), rows, ",.6g")


def _between(
    rule: str,
    place: tuple[str, str],
    declared: tuple[float, float],
    made: float,
    allowed: tuple[float, float],
    rows: int,
    form: str,
) -> Finding:
    """A figure that lies between two, or outside by no more than sampling explains; `form` is how it is written."""
    (least, greatest), (low, high) = declared, allowed
    return Finding(
        rule,
        "behaviour",
        *place,
        f"{least:{form}} to {greatest:{form}}",
        f"{made:{form}}",
        verdict(low <= made <= high),
        rows,
        f"{low:{form}} to {high:{form}}",
        {"declared_least": least, "declared_greatest": greatest, "made": made, "least": low, "greatest": high},
    )


def _composite(target: written.CompositeEffect, declared: Declared, store: Store) -> Finding:
    table = declared.tables[target.table]
    place, names = (target.table, table.first_time), dimensions(target, table)
    counted = target.metric not in table.columns
    said = f"{target.metric} by {' x '.join(names)}"
    column = table.columns.get(table.first_time or "")
    if column is None or not isinstance(column.source, Times) or not store.has(target.table, column.name):
        return skipped("composite_effect", "behaviour", place, said, "there is no instant that follows a curve")
    if not counted and not store.has(target.table, target.metric):
        return skipped("composite_effect", "behaviour", place, said, f"{target.metric} could not be read")
    hours, edges, rows = profiles.counts((target.table, column.name), column.source, store)
    try:
        masses = profiles.expected(table, column, column.source, edges, declared, store)
    except UnreadableError as error:
        return skipped("composite_effect", "behaviour", place, said, str(error))
    made, variation = rows, 0.0
    if not counted:
        masses = masses * _of_metric(table, target.metric, hours)
        made, variation = _sums(target, column.name, hours, store)
    cells = _cells(names, hours)
    expected = np.bincount(cells, masses)
    there = expected > 0
    expected, found = expected[there] / expected.sum(), np.bincount(cells, made, len(there))[there]
    if found.sum() <= 0 or rows.sum() <= 0:
        return skipped("composite_effect", "behaviour", place, said, "there is nothing to sum")
    labels = _labels(names, np.flatnonzero(there))
    return _errors(target, place, said, expected, found / found.sum(), float(rows.sum()), variation, labels)


def dimensions(target: written.CompositeEffect, table: DeclaredTable) -> tuple[str, ...]:
    """Those that the influences name; else those of which the columns have weights; else weekday and hour."""
    named: set[str] = set()
    for influence in target.influences:
        more = influence.model_extra or {}
        given = more.get("dimensions")
        listed = given if isinstance(given, list) else [more.get("dimension")]
        named |= {name for name in listed if isinstance(name, str)}
    if not named & set(DIMENSIONS):
        named = _weighed(target, table)
    return tuple(name for name in DIMENSIONS if name in named) or ("dow", "hour")


def _weighed(target: written.CompositeEffect, table: DeclaredTable) -> set[str]:
    column, metric = table.columns.get(table.first_time or ""), table.columns.get(target.metric)
    source, named = column.source if column else None, set()
    if isinstance(source, Times) and isinstance(source.curve, Pattern):
        weights = {"hour": source.curve.hours, "dow": source.curve.weekdays, "month": source.curve.months}
        named = {name for name, listed in weights.items() if len(set(listed)) > 1}
    for change in metric.changes if metric else ():
        named |= {change.args.dimension} if isinstance(change.args, changes.SeasonalityArgs) else set()
    return named


def _of_metric(table: DeclaredTable, metric: str, hours: I64) -> F64:
    """What the metric's own seasons multiply each hour by."""
    factors = np.ones(len(hours))
    for change in table.columns[metric].changes:
        if isinstance(change.args, changes.SeasonalityArgs):
            factors *= np.array(change.args.weights, np.float64)[_part(change.args.dimension, hours)]
    return factors


def _sums(target: written.CompositeEffect, time: str, hours: I64, store: Store) -> tuple[F64, float]:
    """The metric summed by hour, and its squared variation a row."""
    at, name = f"epoch_us({quoted(time)}::timestamp)", quoted(target.metric)
    sums = np.zeros(len(hours))
    for hour, total in store.all(
        f"select floor({at} / {HOUR_US})::bigint, sum({name}) from {quoted(target.table)} "
        f"where {quoted(time)} is not null and {name} is not null group by 1"
    ):
        if hours[0] <= hour <= hours[-1]:
            sums[hour - hours[0]] += total
    query = f"select avg({name}), coalesce(stddev_samp({name}), 0) from {quoted(target.table)}"
    mean, deviation = store.row(query)
    return sums, (deviation / mean) ** 2 if mean else 0.0


def _part(dimension: str, hours: I64) -> I64:
    if dimension == "hour":
        return hours % 24
    if dimension == "dow":
        return (hours // 24 + 3) % 7
    months: I64 = (hours // 24).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return months


SIZES = {"dow": 7, "hour": 24, "month": 12}
NAMES = {"dow": profiles.WEEKDAYS, "hour": tuple(f"{hour:02}" for hour in range(24)), "month": profiles.MONTHS}


def _cells(names: tuple[str, ...], hours: I64) -> I64:
    cells = np.zeros(len(hours), np.int64)
    for name in names:
        cells = cells * SIZES[name] + _part(name, hours)
    return cells


def _labels(names: tuple[str, ...], cells: I64) -> list[str]:
    labels = []
    for cell in cells.tolist():
        parts: list[str] = []
        for name in reversed(names):
            cell, part = divmod(cell, SIZES[name])
            parts.insert(0, NAMES[name][part])
        labels.append(" ".join(parts))
    return labels


def _errors(
    target: written.CompositeEffect,
    place: tuple[str, str | None],
    said: str,
    expected: F64,
    made: F64,
    rows: float,
    variation: float,
    labels: list[str],
) -> Finding:
    """`mae` over all cells, `mape` over those of at least COUNTED_FROM."""
    tolerance = target.tolerance or written.Tolerance.model_validate({})
    spreads = np.sqrt(expected * (1 - expected + variation) / rows)
    large = expected >= COUNTED_FROM
    mae = float(np.abs(made - expected).mean())
    mape = float((np.abs(made - expected)[large] / expected[large]).mean()) if large.any() else 0.0
    of_mae, of_mape = sampling(spreads), sampling(spreads[large] / expected[large])
    allowed_mape = tolerance.mape if tolerance.mape is None or tolerance.mape <= 1 else tolerance.mape / 100
    plain = tolerance.mae is None and allowed_mape is None
    most_mae = of_mae + (tolerance.mae or 0.0)
    most_mape = of_mape + (allowed_mape or 0.0)
    holds = (plain or tolerance.mae is None or mae <= most_mae) and (allowed_mape is None or mape <= most_mape)
    holds = holds and (not plain or mape <= most_mape)
    order = np.argsort(-expected)[:SHOWN]
    order.sort()
    picture = Picture(
        "profile",
        tuple(labels[k] for k in order),
        tuple(float(expected[k]) for k in order),
        tuple(float(made[k]) for k in order),
    )
    asked = f"mape at most {allowed_mape:.2%}" if allowed_mape is not None else ""
    asked += f"{', ' if asked else ''}mae at most {tolerance.mae:.4g}" if tolerance.mae is not None else ""
    figures = {"mae": mae, "mape": mape, "sampling_mae": of_mae, "sampling_mape": of_mape}
    return Finding(
        "composite_effect",
        "behaviour",
        *place,
        f"{said}: {asked or 'as the weights say'}",
        f"mape {mape:.2%}, mae {mae:.4g}",
        verdict(holds),
        int(rows),
        f"mape at most {most_mape:.2%}, mae at most {most_mae:.4g}, with sampling",
        figures,
        (),
        picture,
    )


def sampling(spreads: F64) -> float:
    """What the mean of absolute errors of these standard errors may come to by chance."""
    if not len(spreads):
        return 0.0
    own = math.sqrt(1 - MEAN_OFF**2) * float(np.sqrt((spreads**2).sum())) / len(spreads)
    return MEAN_OFF * float(spreads.mean()) + SIGMAS * own
