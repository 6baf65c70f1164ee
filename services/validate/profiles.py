"""Are instants as busy by hour, weekday, month and course of the window as the curve says?

Rows are counted by the hours since 1970 in which they lie. Each hour's chance follows from the curve and the grid, and
where effects reweight the draw or a parent's instant cuts it off, from the mean of the rows' own chances.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datagen.schema.relational import modifiers as written
from datagen.timeline import DAY_US, HOUR_US, I64, Pattern, hour_edges, hour_masses
from validate import reweighting
from validate.bounds import F64, between, off
from validate.declared import Declared, DeclaredColumn, DeclaredTable, Times
from validate.findings import Finding, Picture, skipped, verdict
from validate.sources import Sources
from validate.store import Store, quoted
from validate.strengths import UnreadableError

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SECTIONS = 12


def check(declared: Declared, store: Store, sources: Sources) -> Iterator[Finding]:
    for table in declared.tables.values():
        for column in table.columns.values():
            source = column.source
            if isinstance(source, Times) and store.has(table.name, column.name) and column.kind in ("time", "date"):
                yield from _of_column(table, column, source, declared, store, sources)


def _of_column(
    table: DeclaredTable, column: DeclaredColumn, source: Times, declared: Declared, store: Store, sources: Sources
) -> Iterator[Finding]:
    place = (table.name, column.name)
    if place in declared.narrowed or (table.stages is not None and table.first_time == column.name):
        why = "a rule between columns narrows it row by row" if place in declared.narrowed else "it follows the stages"
        yield skipped("profile", "behaviour", place, "its curve", why)
        return
    if table.parent is not None and declared.cut_off(table.name, store.rows(table.name)):
        why = "the sample ends amid the children of a parent, who are in the order of time"
        yield skipped("profile", "behaviour", place, "its curve", why)
        return
    hours, edges, made = counts(place, source, store)
    if not made.sum():
        yield skipped("profile", "behaviour", place, "its curve", "there is no instant")
        return
    try:
        masses = expected(table, column, source, edges, declared, store)
    except UnreadableError as error:
        yield skipped("profile", "behaviour", place, "its curve", str(error))
        return
    days = sources.days.get(table.name)
    if days is not None and column.name == (sources.dataset.analysis.timestamp_field):
        listed = np.array(sorted(days), "datetime64[D]").astype(np.int64)
        masses = np.where(np.isin(hours // 24, listed), masses, 0.0)
    masses = _within(place, masses, edges, declared)
    if not masses.sum():
        yield skipped("profile", "behaviour", place, "its curve", "the curve leaves no instant")
        return
    yield from _dimensions(place, column, source, hours, made, masses / masses.sum())


def counts(place: tuple[str, str], source: Times, store: Store) -> tuple[I64, I64, F64]:
    """Hours since 1970 that the window touches, their edges, and how many rows lie in each."""
    edges = hour_edges(source.window)
    hours: I64 = edges[:-1] // HOUR_US
    made = np.zeros(len(hours))
    at = f"epoch_us({quoted(place[1])}::timestamp)"
    for hour, count in store.all(
        f"select floor({at} / {HOUR_US})::bigint, count(*) from {quoted(place[0])} "
        f"where {quoted(place[1])} is not null group by 1"
    ):
        if hours[0] <= hour <= hours[-1]:
            made[hour - hours[0]] += count
    return hours, edges, made


def expected(
    table: DeclaredTable, column: DeclaredColumn, source: Times, edges: I64, declared: Declared, store: Store
) -> F64:
    """What each hour's rows should come to, relative to each other. UnreadableError where that cannot be told."""
    effects = [change.args for change in column.changes if isinstance(change.args, written.EffectArgs)]
    ages = column.name in table.series and reweighting.since_of(table, declared, store) is not None
    if (effects or ages) and isinstance(source.curve, Pattern):
        return reweighting.masses(table, column, source, source.curve, effects, declared, store)
    return hour_masses(source.curve, edges)


def _within(place: tuple[str, str], masses: F64, edges: I64, declared: Declared) -> F64:
    """What a declared range leaves, an hour at a time."""
    from datagen.schema.values import instant_us

    for _, rule in declared.rules.ranges:
        if rule.attr == ".".join(place):
            if isinstance(rule.min, str):
                masses = np.where(edges[1:] > instant_us(rule.min), masses, 0.0)
            if isinstance(rule.max, str):
                masses = np.where(edges[:-1] <= instant_us(rule.max), masses, 0.0)
    return masses


def _dimensions(
    place: tuple[str, str], column: DeclaredColumn, source: Times, hours: I64, made: F64, shares: F64
) -> Iterator[Finding]:
    days = hours // 24
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    sections = (np.arange(len(hours)) * SECTIONS // len(hours)).astype(np.int64)
    coarse = _cell_us(column, source)
    if coarse <= HOUR_US:
        yield _profile("profile_hour", place, hours % 24, tuple(f"{hour:02}" for hour in range(24)), made, shares)
    if coarse <= DAY_US:
        yield _profile("profile_weekday", place, (days + 3) % 7, WEEKDAYS, made, shares)
        yield _profile("profile_month", place, months % 12, MONTHS, made, shares)
        if len(hours) >= SECTIONS * 24:
            starts = np.searchsorted(sections, np.arange(SECTIONS))
            labels = tuple(days[starts].astype("datetime64[D]").astype(str).tolist())
            yield _profile("profile_course", place, sections, labels, made, shares)


def _cell_us(column: DeclaredColumn, source: Times) -> int:
    """What an instant may be moved by, or is cut to."""
    jittered = any(change.transform == "time_jitter" for change in column.changes)
    if column.kind == "date":
        return DAY_US
    if jittered:
        return source.step_us or 2 * DAY_US
    texts = column.time_format not in ("iso", "epoch_s", "epoch_ms")
    return DAY_US if texts and not any(part in column.time_format for part in ("%H", "%I", "%T", "%R")) else 0


def _profile(rule: str, place: tuple[str, str], cells: I64, labels: tuple[str, ...], made: F64, shares: F64) -> Finding:
    """One share for each label, of the hours that belong to it."""
    total = made.sum()
    counted = np.bincount(cells, made, len(labels)) / total
    declared = np.bincount(cells, shares, len(labels)).astype(np.float64)
    wrong = off(counted, declared, total)
    gaps = np.abs(counted - declared)
    worst = int(np.argmax(np.where(wrong, gaps + 1, gaps)))
    low, high = between(float(declared[worst]), total, len(labels))
    return Finding(
        rule,
        "behaviour",
        *place,
        f"{labels[worst]} {declared[worst]:.2%}",
        f"{labels[worst]} {counted[worst]:.2%}",
        verdict(not wrong.any()),
        int(total),
        f"{low:.2%} to {high:.2%}",
        {"declared": float(declared[worst]), "made": float(counted[worst]), "least": low, "greatest": high},
        (),
        Picture("profile", labels, tuple(declared.tolist()), tuple(counted.tolist())),
    )
