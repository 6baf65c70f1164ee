"""The scales on which distributions and curves are told apart value by value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.constrained.bounded import before
from datagen.constrained.limits import Decimals
from datagen.constrained.truncation import Continuous, at_shares, mass
from datagen.draws import F64, I64
from datagen.generators.floats import Lognormal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.ordered import Ordered
from datagen.modifiers import Linear
from datagen.timeline import DAY_US, Pattern


@dataclass(frozen=True)
class OfNumbers:
    """The decimals between two bounds, of a distribution that is multiplied and moved."""

    kind: Continuous
    steps: tuple[Linear, ...]
    scale: Decimals
    low: float  # of the result; infinite where there is none
    high: float
    type: pa.DataType

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """The bounds of the draw."""
        low, high = before(self.steps, np.array([self.low]), np.array([self.high]))
        return float(low[0]), float(high[0])

    @property
    def _factor(self) -> float:
        return math.prod(step.factor for step in self.steps)

    @property
    def evenly(self) -> tuple[int, int] | None:
        if not isinstance(self.kind, Uniform):
            return None
        ends = max(self.kind.min, self._ends[0]), min(self.kind.max, self._ends[1])
        low, high = sorted(self._results(np.array(ends)).tolist())
        first, last = math.ceil(round(low / self.scale.step, 6)), math.floor(round(high / self.scale.step, 6))
        return first, last - first + 1

    @property
    def likeliest(self) -> float:
        share = mass(self.kind, *self._ends)
        assert not isinstance(self.kind, Uniform)
        spread = self.kind.stddev
        if spread == 0 or share <= 0:
            return 1.0
        density = 1.0 / (spread * math.sqrt(2 * math.pi))
        if isinstance(self.kind, Lognormal):
            density *= math.exp(spread * spread / 2 - self.kind.mean)
        return min(1.0, density * self.scale.step / abs(self._factor) / share)

    def rung(self, shares: F64) -> I64:
        shares = shares if self._factor > 0 else 1.0 - shares
        found = self._results(at_shares(self.kind, shares, *self._ends)) / self.scale.step
        return np.rint(np.clip(found, -(2.0**62), 2.0**62)).astype(np.int64)

    def _results(self, drawn: F64) -> F64:
        for step in self.steps:
            drawn = drawn * step.factor + step.offset
        return drawn

    def column(self, numbers: I64) -> pa.Array:
        if pa.types.is_integer(self.type):
            return pa.array(numbers)
        return pa.array(numbers / 10.0**self.scale.digits + 0.0)

    def arrow_type(self) -> pa.DataType:
        return self.type


@dataclass(frozen=True)
class OfInstants:
    """The points of a grid, or the days of a window, along a curve."""

    kind: Instant
    daily: bool

    @property
    def _curve(self) -> Pattern:
        assert isinstance(self.kind.curve, Pattern)
        return self.kind.curve

    @cached_property
    def _masses(self) -> tuple[I64, F64]:
        """Of each hour the number of its first point, and of each day its number, with what lies in it."""
        ordered = Ordered(self.kind)
        edges, cumulated = ordered.cut
        if self.daily:
            days, first = np.unique(edges[:-1] // DAY_US, return_index=True)
            return days, np.append(cumulated[first], cumulated[-1])
        return self._curve.points.below(edges[:-1]), cumulated

    @property
    def evenly(self) -> tuple[int, int] | None:
        curve = self._curve
        if self.daily or len({*curve.hours}) > 1 or len({*curve.weekdays}) > 1 or len({*curve.months}) > 1:
            return None
        first, last = curve.points.below(np.array([self.kind.window.start_us, self.kind.window.end_us + 1]))
        return int(first), int(last - first)

    @property
    def likeliest(self) -> float:
        _, cumulated = self._masses
        masses = np.diff(cumulated)
        if not self.daily:
            edges, _ = Ordered(self.kind).cut
            masses = masses / np.maximum(np.diff(self._curve.points.below(edges)), 1)
        return float(masses.max() / cumulated[-1])

    def rung(self, shares: F64) -> I64:
        instants = Ordered(self.kind).placed(np.minimum(shares, 1.0 - 2.0**-53))
        return instants // DAY_US if self.daily else self._curve.points.below(instants)

    def column(self, numbers: I64) -> pa.Array:
        instants = numbers * DAY_US if self.daily else self._curve.points.at(numbers)
        return pa.array(instants).view(pa.timestamp("us", tz="UTC"))

    def arrow_type(self) -> pa.DataType:
        return pa.timestamp("us", tz="UTC")
