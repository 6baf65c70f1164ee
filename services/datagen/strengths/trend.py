"""Growth over the years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from datagen.draws import F64, Draws
from datagen.generators.base import Rows
from datagen.moments import Moment
from datagen.timeline import DAY_US

YEAR_US = 365 * DAY_US
Shape = Literal["linear", "exponential", "logarithmic"]


@dataclass(frozen=True)
class Trend:
    """Measured from `start_us`; 1 where a row has no instant."""

    shape: Shape
    growth: float  # per year; of linear and exponential
    a: float  # of logarithmic
    b: float
    start_us: int
    moment: Moment

    @property
    def reads(self) -> tuple[str, ...]:
        return self.moment.reads

    def of(self, rows: Rows, draws: Draws) -> F64:
        instants, there = self.moment.instants(rows)
        found = trend_factor(self.shape, (instants - self.start_us) / YEAR_US, self.growth, self.a, self.b)
        found[~there] = 1.0
        return found


def trend_factor(shape: Shape, years: F64, growth: float = 0.0, a: float = 0.0, b: float = 0.0) -> F64:
    """1 + g*t, (1 + g)^t or 1 + a*ln(1 + b*t), t in years of 365 days, taken as 0 before the start; never below 0."""
    t: F64 = np.maximum(years, 0.0)
    if shape == "linear":
        factor = 1.0 + growth * t
    elif shape == "exponential":
        factor = np.power(1.0 + growth, t)
    else:
        factor = 1.0 + a * np.log1p(b * t)
    result: F64 = np.maximum(factor, 0.0)
    return result
