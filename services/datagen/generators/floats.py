"""Doubles: uniform, normal, log-normal, exponential, each by inverse transform of one uniform."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent
from datagen.refusals import RefusalError, finite, not_negative, ordered, positive

FURTHEST_NORMAL = 8.3  # no draw lies further from the mean, in standard deviations
LOG_OF_LARGEST = math.log(sys.float_info.max)


class _Float(Independent):
    def arrow_type(self) -> pa.DataType:
        return pa.float64()


@dataclass(frozen=True)
class Uniform(_Float):
    min: float
    max: float

    def __post_init__(self) -> None:
        ordered("min", self.min, "max", self.max)


@dataclass(frozen=True)
class Normal(_Float):
    mean: float
    stddev: float

    def __post_init__(self) -> None:
        finite("mean", self.mean)
        not_negative("stddev", self.stddev)
        if not math.isfinite(abs(self.mean) + FURTHEST_NORMAL * self.stddev):
            raise RefusalError("stddev", f"stddev={self.stddev} around mean={self.mean} leaves the range of doubles")


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


@dataclass(frozen=True)
class Exponential(_Float):
    rate: float  # 1 / mean

    def __post_init__(self) -> None:
        positive("lambda", self.rate)
        if not math.isfinite(40 / self.rate):
            raise RefusalError("lambda", f"lambda={self.rate} is so small that values leave the range of doubles")
