"""Stages that the rows of a parent go through: how many each reaches, which one a row is, and when.

A row goes on from stage k with probability min(1, rate_k * multiplier), so the share of parents that reach the stage n
is the product of the first n of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datagen.draws import F64, I64, Draws
from datagen.fanout import PURPOSE


@dataclass(frozen=True)
class Stages:
    """A fan-out of one row for each stage that is reached; what scales it scales the rates of going on."""

    rates: tuple[float, ...]  # of each stage, the share that goes on to the next; that of the last means nothing

    def counts(self, draws: Draws) -> I64:
        count = draws.stop - draws.start
        return self.scaled(draws, np.ones(count), np.zeros(count))

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        unit = draws.uniform(PURPOSE)
        counts = np.ones(len(unit), np.int64)
        for reached in reach_shares(self.rates, factors, offsets)[1:]:
            counts += unit < reached
        return counts

    def words(self) -> str:
        return f"1 to {len(self.rates):,} stages each"


def reach_shares(rates: tuple[float, ...], factors: F64, offsets: F64 | float = 0.0) -> list[F64]:
    """For each stage the probability that a parent reaches it; 1 for the first."""
    reached = [np.ones(len(factors))]
    for rate in rates[:-1]:
        reached.append(reached[-1] * np.clip(rate * factors + offsets, 0.0, 1.0))
    return reached
