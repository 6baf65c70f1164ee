"""The weight of the hour, weekday or month in which a row's instant lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from datagen.draws import F64, I64, Draws
from datagen.generators.base import Rows
from datagen.moments import Moment
from datagen.timeline import DAY_US, HOUR_US

Dimension = Literal["hour", "dow", "month"]


@dataclass(frozen=True)
class Season:
    """As it is written, not relative to the other weights; 1 where a row has no instant."""

    dimension: Dimension
    weights: tuple[float, ...]  # 24, 7 from Monday, or 12
    moment: Moment

    @property
    def reads(self) -> tuple[str, ...]:
        return self.moment.reads

    def of(self, rows: Rows, draws: Draws) -> F64:
        instants, there = self.moment.instants(rows)
        found = np.array(self.weights, np.float64)[places(self.dimension, instants)]
        found[~there] = 1.0
        return found


def places(dimension: Dimension, instants: I64) -> I64:
    """Which hour (0 to 23), weekday (0 is Monday) or month (0 is January) of UTC each instant lies in."""
    if dimension == "hour":
        return instants // HOUR_US % 24
    days = instants // DAY_US
    if dimension == "dow":
        return (days + 3) % 7  # 1970-01-01 was a Thursday
    months: I64 = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return months
