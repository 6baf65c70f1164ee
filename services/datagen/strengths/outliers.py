"""A few rows whose values are far larger, or far smaller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from datagen.draws import F64, Draws
from datagen.generators.base import Generator, Rows
from datagen.modifiers.numbers import doubles


@dataclass(frozen=True)
class Outliers:
    """1 but for a share of `rate` of the rows; each of those draws its magnitude."""

    rate: float
    mode: Literal["spike", "drop"]
    magnitude: Generator
    clamp: tuple[float, float] | None  # of the magnitude
    place: int  # among the column's modifiers: each draws its own rows
    reads: tuple[str, ...] = ()

    def of(self, rows: Rows, draws: Draws) -> F64:
        factors = np.ones(len(rows))
        hit = np.flatnonzero(draws.chance(self.rate, f"outliers.{self.place}"))
        if len(hit):
            picked = rows.numbers[hit]
            inner = replace(draws, column=f"{draws.column}.outliers.{self.place}", start=0, stop=len(hit))
            drawn = self.magnitude.values(Rows(0, len(hit), picked=picked), replace(inner, picked=picked))
            magnitudes = doubles(drawn)[0]
            factors[hit] = outlier_factor(self.mode, np.clip(magnitudes, *(self.clamp or (-np.inf, np.inf))))
        return factors


def outlier_factor(mode: Literal["spike", "drop"], magnitudes: F64) -> F64:
    """1 + magnitude, or 1 - magnitude and never below 0."""
    result: F64 = 1.0 + magnitudes if mode == "spike" else np.maximum(1.0 - magnitudes, 0.0)
    return result
