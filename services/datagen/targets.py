"""What a document wants of a table as a whole, and the shares that follow from its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from datagen.draws import F64, I64
from datagen.timeline import Curve, Window, hour_edges, hour_masses

SATURDAY = 5
Dimension = Literal["hour", "dow", "month"]
SIZES: dict[Dimension, int] = {"hour": 24, "dow": 7, "month": 12}
SMALL_SHARE = 0.003  # cells with a lesser expected share are left out of the mean relative error


@dataclass(frozen=True, slots=True)
class Where:
    """Where a target stands in the document."""

    path: str
    line: int  # 0 where it is not of a file

    def __str__(self) -> str:
        return f"line {self.line}: {self.path}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class WeekendShare:
    """The share of rows whose instant lies on Saturday or Sunday, UTC."""

    where: Where
    table: str
    column: str
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class MeanInRange:
    """The mean of a column's values, nulls left out."""

    where: Where
    table: str
    column: str
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class CompositeEffect:
    """The shares of the cells of `dimensions`, of rows or of the sum of `metric`; see `cell_shares`."""

    where: Where
    table: str
    metric: str | None  # None: rows are counted
    timestamp: str
    dimensions: tuple[Dimension, ...]
    mae: float | None
    mape: float | None  # a fraction


Target = WeekendShare | MeanInRange | CompositeEffect


def weekend_share(curve: Curve, window: Window) -> float:
    """The share of a curve's mass that lies on Saturdays and Sundays of the window, UTC."""
    edges = hour_edges(window)
    masses = hour_masses(curve, edges)
    return float(masses[weekday_of(edges[:-1]) >= SATURDAY].sum() / masses.sum())


def weekday_of(instants: I64) -> I64:
    """From 0, Monday; 1970-01-01 was a Thursday."""
    return (instants // (24 * 3_600_000_000) + 3) % 7


def cells(instants: I64, dimensions: Sequence[Dimension]) -> I64:
    """The cell of each instant (microseconds since 1970, UTC), numbered with the last dimension running fastest."""
    hours = instants // 3_600_000_000
    parts: dict[Dimension, I64] = {
        "hour": hours % 24,
        "dow": weekday_of(instants),
        "month": (hours // 24).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12,
    }
    number = np.zeros(len(instants), np.int64)
    for dimension in dimensions:
        number = number * SIZES[dimension] + parts[dimension]
    return number


def cell_shares(
    curve: Curve, window: Window, dimensions: Sequence[Dimension], factors: F64 | None = None
) -> tuple[I64, F64]:
    """The cells that a window has, ascending, and the share that each should have; shares add up to 1.

    A cell's share is the sum over its hours of (the product of the weights of hour, weekday and month) times (how
    many points of the grid the hour has) times (`factors`: the mean effect on the metric in that hour, of all hours of
    the window in order; 1 where none is given), over the same sum of all cells. Over rows the weights are those of the
    timestamp's curve; of a metric that is summed the factors hold its own seasonality and effects too.
    """
    edges = hour_edges(window)
    masses = hour_masses(curve, edges)
    if factors is not None:
        masses = masses * factors
    there, which = np.unique(cells(edges[:-1], dimensions), return_inverse=True)
    sums = np.bincount(which, weights=masses, minlength=len(there))
    return there, sums / sums.sum()


def cell_errors(expected: F64, made: F64) -> tuple[float, float]:
    """The mean absolute error of shares, and the mean relative one of cells with an expected share of 0.3 % or more."""
    apart = np.abs(made - expected)
    large = expected >= SMALL_SHARE
    relative = float((apart[large] / expected[large]).mean()) if large.any() else 0.0
    return float(apart.mean()), relative
