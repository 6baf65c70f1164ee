"""How many rows each day file will have, before any is made, where rows are not in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from datagen.days import date_of, day_of, days_of_rows, window_days, window_of
from datagen.draws import I64
from datagen.layout import Extract, Scattered
from datagen.plan import Plan

SPAN_ROWS = 2048
SPANS = 64  # spread over a larger table; a smaller one is looked at whole


def foreseen(
    plan: Plan, parts: Sequence[Extract], exactly: Callable[[str], bool] = lambda _: False
) -> tuple[Extract, ...]:
    """The parts with a file a day in place of what is yet to be cut; of a large table the days' rows are estimates.

    `exactly` says of which tables all rows are to be counted. Which rows of the table a part names is then without
    meaning: as many as the day has.
    """
    return tuple(
        made
        for part in parts
        for made in (_days(plan, part, exactly(part.table)) if isinstance(part, Scattered) else [part])
    )


def _days(plan: Plan, part: Scattered, exactly: bool) -> Iterator[Extract]:
    rows = part.rows if exactly else part.about
    counts = dict.fromkeys(window_days(window_of(plan, part.table, part.column)), 0)
    counts |= _counted(plan, part, rows)
    if part.day is not None:
        counts = {day_of(part.day): counts[day_of(part.day)]}
    start = part.start
    for day in sorted(counts):
        yield part.of(date_of(day), start, start + counts[day])
        start += counts[day]


def _counted(plan: Plan, part: Scattered, rows: int) -> dict[int, int]:
    """By a sample where the table is large; then the sum is that of all rows."""
    days = np.concatenate([days_of_rows(plan, part.table, part.column, *span) for span in _spans(part, rows)])
    there, counts = np.unique(days, return_counts=True)
    return dict(zip(there.tolist(), _scaled(counts, rows).tolist(), strict=True))


def _spans(part: Scattered, rows: int) -> Iterator[tuple[int, int]]:
    if rows <= SPANS * SPAN_ROWS or not part.soon:  # further on is what is not counted yet
        yield part.start, part.span(part.start, SPANS * SPAN_ROWS)[0]
        return
    for place in range(SPANS):
        start = part.start + place * (rows - SPAN_ROWS) // (SPANS - 1)
        yield start, start + SPAN_ROWS


def _scaled(counts: I64, rows: int) -> I64:
    """Whole numbers in the same proportion whose sum is `rows`."""
    ends = np.round(np.cumsum(counts) * (rows / max(1, counts.sum()))).astype(np.int64)
    whole: I64 = np.diff(ends, prepend=0)
    return whole
