"""The multiplier of an age, by a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from datagen.draws import F64, Draws
from datagen.generators.base import Rows
from datagen.moments import instants_of
from datagen.timeline import DAY_US

UNITS_US = {"day": DAY_US, "month": 30 * DAY_US, "year": 365 * DAY_US}


@dataclass(frozen=True)
class Steps:
    """A value for each age, rounded half to even; the last one holds on."""

    values: tuple[float, ...]

    def at(self, ages: F64) -> F64:
        places = np.minimum(np.rint(ages), len(self.values) - 1).astype(np.int64)
        found: F64 = np.array(self.values, np.float64)[places]
        return found


@dataclass(frozen=True)
class Curve:
    """a + b*ln(age + 1), a*e^(b*age) or a + b*age; never below 0, and at most 1e9."""

    kind: Literal["logarithmic", "exponential", "linear"]
    a: float
    b: float

    def at(self, ages: F64) -> F64:
        if self.kind == "logarithmic":
            found = self.a + self.b * np.log1p(ages)
        elif self.kind == "linear":
            found = self.a + self.b * ages
        else:
            found = self.a * np.exp(np.minimum(self.b * ages, 700.0))
        result: F64 = np.clip(found, 0.0, 1e9)
        return result


@dataclass(frozen=True)
class Age:
    """Of the instant in a column, at `end_us`, in units; 0 for one that lies behind it, and 1 times for none."""

    column: str
    unit_us: int
    curve: Steps | Curve
    end_us: int

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def of(self, rows: Rows, draws: Draws) -> F64:
        created, there = instants_of(rows.columns[self.column])
        factors = self.curve.at(np.maximum((self.end_us - created) / self.unit_us, 0.0))
        factors[~there] = 1.0
        return factors
