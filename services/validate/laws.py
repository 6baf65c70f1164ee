"""How numbers are spread: for each distribution of the language, which share lies at or below a number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from datagen.poisson import poisson_masses
from validate.bounds import F64

_ERF = np.frompyfunc(math.erf, 1, 1)


class Law(Protocol):
    def below(self, x: F64) -> F64:
        """P(value <= x), element by element."""
        ...

    def words(self) -> str: ...


def standard_normal(x: F64) -> F64:
    shares: F64 = 0.5 * (1.0 + np.asarray(_ERF(x / math.sqrt(2.0)), np.float64))
    return shares


@dataclass(frozen=True)
class NormalLaw:
    mean: float
    spread: float

    def below(self, x: F64) -> F64:
        if self.spread == 0:
            return (x >= self.mean).astype(np.float64)
        return standard_normal((x - self.mean) / self.spread)

    def words(self) -> str:
        return f"normal, mean {self.mean:g}, std {self.spread:g}"


@dataclass(frozen=True)
class LognormalLaw:
    mean: float  # of the logarithm
    spread: float  # of the logarithm

    def below(self, x: F64) -> F64:
        logarithms = np.log(np.maximum(x, 1e-300))
        return np.where(x > 0, NormalLaw(self.mean, self.spread).below(logarithms), 0.0)

    def words(self) -> str:
        return f"lognormal, mean {self.mean:g}, sigma {self.spread:g}"


@dataclass(frozen=True)
class UniformLaw:
    low: float
    high: float

    def below(self, x: F64) -> F64:
        if self.high == self.low:
            return (x >= self.low).astype(np.float64)
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def words(self) -> str:
        return f"uniform, {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class ExponentialLaw:
    rate: float

    def below(self, x: F64) -> F64:
        return np.where(x > 0, -np.expm1(-self.rate * np.maximum(x, 0.0)), 0.0)

    def words(self) -> str:
        return f"exponential, lambda {self.rate:g}"


@dataclass(frozen=True)
class WholeLaw:
    """min + floor((max - min + 1) u^skew)."""

    least: int
    greatest: int
    skew: float = 1.0

    def below(self, x: F64) -> F64:
        count = float(self.greatest) - float(self.least) + 1.0
        reached = np.clip((np.floor(x) - self.least + 1.0) / count, 0.0, 1.0)
        shares: F64 = reached ** (1.0 / self.skew)
        return shares

    def words(self) -> str:
        leaning = "" if self.skew == 1 else f", skew {self.skew:g}"
        return f"whole numbers, {self.least:,} to {self.greatest:,}{leaning}"


@dataclass(frozen=True)
class StepLaw:
    """Numbers with a weight each."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def below(self, x: F64) -> F64:
        order = np.argsort(self.values)
        values = np.array(self.values, np.float64)[order]
        sums = np.concatenate([[0.0], np.cumsum(np.array(self.weights)[order])])
        shares: F64 = sums[np.searchsorted(values, x, side="right")] / sums[-1]
        return shares

    def words(self) -> str:
        return f"{len(self.values):,} values by weight"


@dataclass(frozen=True)
class PoissonLaw:
    mean: float

    def below(self, x: F64) -> F64:
        counts, shares = poisson_masses(self.mean)
        return StepLaw(tuple(counts), tuple(shares)).below(x)

    def words(self) -> str:
        return f"poisson, lambda {self.mean:g}"


@dataclass(frozen=True)
class WithinLaw:
    """A law of which only what lies between two bounds is drawn."""

    law: Law
    least: float
    greatest: float

    def below(self, x: F64) -> F64:
        before = self.law.below(np.array([np.nextafter(self.least, -np.inf)]))[0]
        until = self.law.below(np.array([self.greatest]))[0]
        if until <= before:
            return (x >= self.least).astype(np.float64)
        shares: F64 = np.clip((self.law.below(np.clip(x, None, self.greatest)) - before) / (until - before), 0.0, 1.0)
        return shares

    def words(self) -> str:
        return f"{self.law.words()}, from {self.least:g} to {self.greatest:g}"
