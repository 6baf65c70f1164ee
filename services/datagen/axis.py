"""The time axis: how many rows each hour of the window has, and so which rows are a day's.

Each hour draws a Poisson count around its share of the rows; the sum is then brought to the row total
by drawing what is missing from the curve, or by taking out what is over uniformly among all. Poisson
counts given their sum are multinomial, and so they stay: the counts are those of rows thrown one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datagen.draws import Draws, scaled
from datagen.poisson import poisson_counts
from datagen.timeline import DAY_US, F64, HOUR_US, I64, Curve, Window, hour_edges, hour_masses, place_within


@dataclass(frozen=True, slots=True)
class Day:
    date: str  # YYYY-MM-DD, UTC
    start_row: int
    stop_row: int  # half-open


@dataclass(frozen=True, slots=True, eq=False)
class AxisPlan:
    """Rows in the order of time: rows first_rows[h]..first_rows[h + 1] lie between edges[h] and edges[h + 1]."""

    column: str
    window: Window
    curve: Curve
    edges: I64
    first_rows: I64

    def days(self) -> tuple[Day, ...]:
        """Every UTC day that the window touches, in order, also those without rows."""
        days = np.arange(self.window.start_us // DAY_US, self.window.end_us // DAY_US + 1)
        hours = np.searchsorted(self.edges, days * DAY_US)
        bounds = [*self.first_rows[hours].tolist(), int(self.first_rows[-1])]
        dates = days.astype("datetime64[D]").astype(str).tolist()
        return tuple(Day(*day) for day in zip(dates, bounds[:-1], bounds[1:], strict=True))

    def instants(self, start: int, stop: int, unit: F64) -> I64:
        """Microseconds since 1970 of rows start..stop; the k-th of an hour's n rows lies at (k + unit) / n of it."""
        first = int(np.searchsorted(self.first_rows, start, side="right")) - 1
        last = int(np.searchsorted(self.first_rows, stop, side="left"))
        bounds = self.first_rows[first : last + 1]
        of_range = np.diff(bounds.clip(start, stop))  # how many rows of each hour are asked for
        hour = np.repeat(np.arange(len(of_range)), of_range)
        share = (np.arange(start, stop) - bounds[hour]) + unit
        share /= np.diff(bounds)[hour]
        edges = self.edges[first : last + 1]
        return place_within(self.curve, self.window, edges[hour], np.diff(edges)[hour], share)

    def instants_at(self, rows: I64, unit: F64) -> I64:
        """The same for any rows in any order."""
        hour = np.searchsorted(self.first_rows, rows, side="right") - 1
        share = (rows - self.first_rows[hour]) + unit
        share /= np.diff(self.first_rows)[hour]
        return place_within(self.curve, self.window, self.edges[hour], np.diff(self.edges)[hour], share)


def lay_out(column: str, window: Window, curve: Curve, rows: int, draws: Draws) -> AxisPlan:
    """The axis of `rows` rows along a curve with a mass above 0 in the window; a pure function of its arguments."""
    edges = hour_edges(window)
    masses = hour_masses(curve, edges)
    counts = _counts(masses, edges[:-1] // HOUR_US, rows, draws)
    first_rows = np.zeros(len(edges), np.int64)
    np.cumsum(counts, out=first_rows[1:])
    return AxisPlan(column, window, curve, edges, first_rows)


def _counts(masses: F64, hours: I64, rows: int, draws: Draws) -> I64:
    cumulated = np.cumsum(masses)
    counts = poisson_counts(rows * (masses / cumulated[-1]), hours, draws, "axis.count")
    over = int(counts.sum()) - rows
    if over < 0:
        bits = draws.at(np.arange(-over), "axis.missing")
        at = (bits >> np.uint64(11)) * (2.0**-53 * cumulated[-1])
        last = int(np.flatnonzero(masses)[-1])
        counts += np.bincount(np.minimum(np.searchsorted(cumulated, at, side="right"), last), minlength=len(counts))
    elif over:
        places = _distinct_below(int(counts.sum()), over, draws)
        counts -= np.bincount(np.searchsorted(np.cumsum(counts), places, side="right"), minlength=len(counts))
    return counts


def _distinct_below(count: int, wanted: int, draws: Draws) -> I64:
    """`wanted` different numbers of 0..count-1, every such set as likely as any other."""
    tries = wanted + wanted // 8 + 16
    while True:
        numbers, order = np.unique(scaled(draws.at(np.arange(tries), "axis.surplus"), count), return_index=True)
        if len(numbers) >= wanted:
            return numbers[np.argsort(order)[:wanted]].astype(np.int64)
        tries *= 2
