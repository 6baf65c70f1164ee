"""Doubles: uniform, normal, log-normal, exponential, each by inverse transform of one uniform."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import F64, Draws
from datagen.generators.base import Kind, Rows
from datagen.refusals import RefusalError, finite, not_negative, ordered, positive

FURTHEST_NORMAL = 8.3  # no draw lies further from the mean, in standard deviations
LOG_OF_LARGEST = math.log(sys.float_info.max)


class _Float(Kind):
    def arrow_type(self) -> pa.DataType:
        return pa.float64()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return pa.array(self.drawn(draws))

    def drawn(self, draws: Draws) -> F64:
        raise NotImplementedError


@dataclass(frozen=True)
class Uniform(_Float):
    min: float
    max: float

    def __post_init__(self) -> None:
        ordered("min", self.min, "max", self.max)

    def drawn(self, draws: Draws) -> F64:
        unit = draws.uniform()
        span = self.max - self.min
        if math.isinf(span):
            return (1.0 - unit) * self.min + unit * self.max
        unit *= span
        unit += self.min
        return np.minimum(unit, self.max, out=unit)


@dataclass(frozen=True)
class Normal(_Float):
    mean: float
    stddev: float

    def __post_init__(self) -> None:
        finite("mean", self.mean)
        not_negative("stddev", self.stddev)
        if not math.isfinite(abs(self.mean) + FURTHEST_NORMAL * self.stddev):
            raise RefusalError("stddev", f"stddev={self.stddev} around mean={self.mean} leaves the range of doubles")

    def drawn(self, draws: Draws) -> F64:
        deviate = draws.normal()
        deviate *= self.stddev
        deviate += self.mean
        return deviate


@dataclass(frozen=True)
class Lognormal(_Float):
    mean: float  # of the logarithm
    stddev: float  # of the logarithm

    def __post_init__(self) -> None:
        finite("mean", self.mean)
        not_negative("stddev", self.stddev)
        if self.mean + FURTHEST_NORMAL * self.stddev > LOG_OF_LARGEST:
            raise RefusalError(
                "mean",
                f"mean={self.mean} and stddev={self.stddev} are those of the logarithm and leave the range of doubles; "
                f"a median of {self.mean} is mean={math.log(max(self.mean, 1)):.4g}",
            )

    def drawn(self, draws: Draws) -> F64:
        deviate = draws.normal()
        deviate *= self.stddev
        deviate += self.mean
        return np.exp(deviate, out=deviate)


@dataclass(frozen=True)
class Exponential(_Float):
    rate: float  # 1 / mean

    def __post_init__(self) -> None:
        positive("lambda", self.rate)
        if not math.isfinite(40 / self.rate):
            raise RefusalError("lambda", f"lambda={self.rate} is so small that values leave the range of doubles")

    def drawn(self, draws: Draws) -> F64:
        unit = draws.open_uniform()
        np.log(unit, out=unit)
        unit /= -self.rate
        return unit
