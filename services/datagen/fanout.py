"""How many children each parent has: the inverse transform of a draw keyed by the parent's row.

What scales a fan-out turns the mean m of a parent into factor * m + offset, never below 0; parents that it leaves as
they are keep their counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from datagen.draws import F64, I64, Draws
from datagen.poisson import poisson_counts, poisson_masses
from datagen.weights import Weights, weigh

MOST_CHILDREN = 1e9  # of one row
PURPOSE = "fanout"


class FanoutError(ValueError):
    """A fan-out that is too large."""


class Fanout(Protocol):
    """How many children each parent has."""

    def counts(self, draws: Draws) -> I64: ...

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        """Of parents whose means are scaled."""
        ...

    def words(self) -> str:
        """'about 8 each'"""
        ...


@dataclass(frozen=True)
class Exactly:
    count: int

    def counts(self, draws: Draws) -> I64:
        return np.full(draws.stop - draws.start, self.count, np.int64)

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        return _whole(self.counts(draws) * factors + offsets, draws)

    def words(self) -> str:
        return f"{self.count:,} each"


@dataclass(frozen=True)
class Between:
    """All counts from min to max are equally likely."""

    min: int
    max: int

    def counts(self, draws: Draws) -> I64:
        return draws.below(self.max - self.min + 1, PURPOSE).view(np.int64) + self.min

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        return _whole(self.counts(draws) * factors + offsets, draws)

    def words(self) -> str:
        return f"{self.min:,} to {self.max:,} each"


@dataclass(frozen=True)
class Poisson:
    """Counts around a mean, put on a bound where they lie beyond."""

    mean: float
    min: int = 0
    max: int | None = None

    def counts(self, draws: Draws) -> I64:
        return self._weights.pick(draws, purpose=PURPOSE).astype(np.int64)

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        """Poisson around the scaled mean, put on the same bounds."""
        counts, means = self.counts(draws), factors * self.mean + offsets
        moved = np.flatnonzero(means != self.mean)
        drawn = poisson_counts(bounded_means(means[moved]), moved, draws, f"{PURPOSE}.scaled")
        counts[moved] = np.clip(drawn, self.min, self.max)
        return counts

    def words(self) -> str:
        bounds = [f"at least {self.min:,}"] if self.min else []
        bounds += [f"at most {self.max:,}"] if self.max is not None else []
        return f"about {self.mean:,.12g} each" + (f", {' and '.join(bounds)}" if bounds else "")

    @cached_property
    def _weights(self) -> Weights:
        counts, shares = poisson_masses(self.mean)
        codes = np.clip(counts.astype(np.int64), self.min, self.max)
        return weigh([(codes.tolist(), shares.tolist())])


def bounded_means(means: F64) -> F64:
    """FanoutError where a parent would have more children than anybody can use; never below 0."""
    if len(means) and means.max() > MOST_CHILDREN:
        raise FanoutError(
            f"a row would have about {means.max():.2g} children, and at most {MOST_CHILDREN:.0e} are made"
        )
    return np.maximum(means, 0.0)


def _whole(means: F64, draws: Draws) -> I64:
    """Rounded up as often as the fraction says, so that the mean stays."""
    counts: I64 = np.floor(bounded_means(means) + draws.uniform(f"{PURPOSE}.rounded")).astype(np.int64)
    return counts
