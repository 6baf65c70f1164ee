"""Poisson counts: by inversion where few are expected, else by transformed rejection, exact at any mean.

Hörmann, "The transformed rejection method for generating Poisson random variables" (1993), algorithm PTRS.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from datagen.draws import F64, Draws, to_open_unit

I64 = NDArray[np.int64]

FEW = 10.0  # the method of rejection is for means from here on
MOST_OF_FEW = 100  # a count above has a probability below 1e-60 there
STIRLING_FROM = 16
LEAST_PROBABILITY = 1e-24  # no draw meets a rarer count
LOG_FACTORIALS = np.array([math.lgamma(count + 1) for count in range(STIRLING_FROM)])


def poisson_counts(means: F64, places: I64, draws: Draws, purpose: str) -> I64:
    """One count for each mean; the draws are those of its place."""
    counts = np.zeros(len(means), np.int64)
    few = np.flatnonzero(means < FEW)
    counts[few] = _inverted(means[few], _unit(draws, places[few], purpose))
    left = np.flatnonzero(means >= FEW)
    attempt = 0
    while len(left):
        across = _unit(draws, places[left], f"{purpose}.{attempt}.across") - 0.5
        height = _unit(draws, places[left], f"{purpose}.{attempt}.height")
        tried, accepted = _tried(means[left], across, height)
        counts[left[accepted]] = tried[accepted].astype(np.int64)
        left = left[~accepted]
        attempt += 1
    return counts


def _unit(draws: Draws, places: I64, purpose: str) -> F64:
    return to_open_unit(draws.at(places, purpose))


def _inverted(means: F64, unit: F64) -> I64:
    counts = np.zeros(len(means), np.int64)
    term = np.exp(-means)
    unit = unit - term
    left = np.arange(len(means))
    for count in range(1, MOST_OF_FEW):
        left = left[unit[left] > 0]
        if not len(left):
            break
        counts[left] = count
        term[left] *= means[left] / count
        unit[left] -= term[left]
    return counts


def _tried(means: F64, across: F64, height: F64) -> tuple[F64, NDArray[np.bool_]]:
    """What the transformation gives for a point of the unit square, and whether it is kept."""
    b = 0.931 + 2.53 * np.sqrt(means)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    inside = 0.5 - np.abs(across)
    counts = np.floor((2 * a / inside + b) * across + means + 0.43)
    surely = (inside >= 0.07) & (height <= 0.9277 - 3.6224 / (b - 2))
    possibly = (counts >= 0) & ((inside >= 0.013) | (height <= inside))
    density = np.log(height * inverse_alpha / (a / (inside * inside) + b))
    return counts, surely | (possibly & (density <= log_probability(np.maximum(counts, 0.0), means)))


def poisson_masses(mean: float) -> tuple[F64, F64]:
    """The counts that a draw may meet, in order, and the share of each."""
    if mean == 0:
        return np.zeros(1), np.ones(1)
    reach = 12 * math.sqrt(mean) + 60
    counts = np.arange(max(0, math.floor(mean - reach)), math.ceil(mean + reach) + 1, dtype=np.float64)
    shares = np.exp(log_probability(counts, np.full(len(counts), mean)))
    kept = shares > LEAST_PROBABILITY
    return counts[kept], shares[kept]


def log_probability(counts: F64, means: F64) -> F64:
    """Of so many at this mean; written so that nothing large is subtracted from its like."""
    many = np.maximum(counts, STIRLING_FROM)
    beyond = many - means
    series = (1 / 12 - (1 / 360 - 1 / (1260 * many * many)) / (many * many)) / many
    by_stirling = beyond - many * np.log1p(beyond / means) - 0.5 * np.log(2 * math.pi * many) - series
    few = np.minimum(counts, STIRLING_FROM - 1)
    by_table = few * np.log(means) - means - LOG_FACTORIALS[few.astype(np.int64)]
    logarithm: F64 = np.where(counts < STIRLING_FROM, by_table, by_stirling)
    return logarithm
