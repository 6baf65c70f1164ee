"""A law with what is done to its numbers afterwards: which share lies at or below a number, row by row.

The changes are undone from the last to the first: P(change(v) <= x) = P(v <= change^-1(x)). Noise is averaged over
quantiles of equal weight; what differs from row to row (a season, a trend, an effect, a segment) is given as strengths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from datagen.normal import quantiles
from validate.bounds import F64
from validate.laws import Law

NODES = 401  # of a noise


@dataclass(frozen=True)
class Scale:
    factor: float


@dataclass(frozen=True)
class Shift:
    offset: float


@dataclass(frozen=True)
class Limit:
    low: float
    high: float


@dataclass(frozen=True)
class Noise:
    spread: float
    mode: Literal["add", "mul"]


@dataclass(frozen=True)
class Outliers:
    rate: float
    mode: Literal["spike", "drop"]
    magnitude: Law
    clamp: tuple[float, float] | None


@dataclass(frozen=True)
class Strength:
    place: int  # among the strengths of a row
    op: Literal["mul", "add"]


Step = Scale | Shift | Limit | Noise | Outliers | Strength


@dataclass(frozen=True)
class Chain:
    law: Law
    steps: tuple[Step, ...] = ()

    @property
    def by_chance(self) -> bool:
        return any(isinstance(step, Noise | Outliers) for step in self.steps)

    def below(self, x: F64, strengths: F64) -> F64:
        """P(value <= x) for each x of shape (n,), of a row with these strengths, of shape (n, how many)."""
        return self._below(x, strengths, len(self.steps))

    def _below(self, x: F64, strengths: F64, steps: int) -> F64:
        if steps == 0:
            return self.law.below(x)

        def before(at: F64) -> F64:
            return self._below(at, strengths, steps - 1)

        match self.steps[steps - 1]:
            case Scale(factor):
                return scaled(before, x, np.full(len(x), factor))
            case Shift(offset):
                return before(x - offset)
            case Limit(low, high):
                return np.where(x < low, 0.0, np.where(x >= high, 1.0, before(x)))
            case Noise() as noise:
                return noisy(noise, before, x)
            case Outliers() as outliers:
                return self._with_outliers(outliers, before, x)
            case Strength(place, op):
                given = strengths[:, place]
                return scaled(before, x, given) if op == "mul" else before(x - given)

    def _with_outliers(self, step: Outliers, before: Callable[[F64], F64], x: F64) -> F64:
        magnitudes = inverse(step.magnitude, NODES)
        magnitudes = np.clip(magnitudes, *step.clamp) if step.clamp else magnitudes
        factors = 1 + magnitudes if step.mode == "spike" else np.maximum(1 - magnitudes, 0.0)
        hit = np.mean([scaled(before, x, np.full(len(x), factor)) for factor in factors], axis=0)
        shares: F64 = (1 - step.rate) * before(x) + step.rate * hit
        return shares


def noisy(noise: Noise, before: Callable[[F64], F64], x: F64) -> F64:
    deviates = [noise.spread * node for node in nodes(NODES)]
    if noise.mode == "add":
        shares = [before(x - deviate) for deviate in deviates]
    else:
        shares = [scaled(before, x, np.full(len(x), 1 + deviate)) for deviate in deviates]
    mean: F64 = np.mean(shares, axis=0)
    return mean


def scaled(before: Callable[[F64], F64], x: F64, factors: F64) -> F64:
    """P(factor * v <= x): turned round where the factor is negative, a step at 0 where it is 0."""
    safe = np.where(factors == 0, 1.0, factors)
    at = x / safe
    shares = before(np.where(factors < 0, np.nextafter(at, -np.inf), at))
    turned: F64 = np.where(factors == 0, (x >= 0).astype(np.float64), np.where(factors < 0, 1.0 - shares, shares))
    return turned


@lru_cache(maxsize=4)
def nodes(count: int) -> tuple[float, ...]:
    """Standard normal deviates of equal weight."""
    return tuple(quantiles((np.arange(count) + 0.5) / count).tolist())


def inverse(law: Law, count: int) -> F64:
    """Numbers of equal weight."""
    return quantile(lambda x: law.below(x), (np.arange(count) + 0.5) / count)


def quantile(below: Callable[[F64], F64], shares: F64) -> F64:
    """The least numbers at or below which these shares lie, by bisection."""
    low, high = np.full(len(shares), -1.0), np.full(len(shares), 1.0)
    for _ in range(60):
        low = np.where(below(low) >= shares, low * 4, low)
        high = np.where(below(high) < shares, high * 4, high)
    for _ in range(80):
        middle = (low + high) / 2
        reached = below(middle) >= shares
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high
