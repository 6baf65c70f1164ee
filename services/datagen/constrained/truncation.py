"""Distributions cut to a span: drawn by inverse transform of the share that lies inside, so that the shape stays.

With F the distribution, a truncated draw is F^-1(F(low) + u (F(high) - F(low))) for a uniform u. Where nothing lies
inside, the draw is the end of the distribution that is nearest, and the caller puts it on the bound.
"""

from __future__ import annotations

import numpy as np

from datagen.draws import F64, Draws
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.normal import quantiles, shares_below

Continuous = Normal | Lognormal | Uniform
LEAST_SHARE = 1e-300


def truncated(kind: Continuous, draws: Draws, low: F64, high: F64) -> F64:
    """A draw a row, between its bounds (inclusive, low <= high)."""
    return at_shares(kind, draws.uniform() if isinstance(kind, Uniform) else draws.open_uniform(), low, high)


def at_shares(kind: Continuous, shares: F64, low: F64 | float, high: F64 | float) -> F64:
    """The values below which these shares of what lies between two bounds lie."""
    low, high = np.broadcast_to(low, shares.shape), np.broadcast_to(high, shares.shape)
    if isinstance(kind, Uniform):
        least, most = np.clip(low, kind.min, kind.max), np.clip(high, kind.min, kind.max)
        found: F64 = least + shares * (most - least)
        return np.minimum(found, most)
    deviates = _deviates(shares, *_standard(kind, low, high))
    deviates *= kind.stddev
    deviates += kind.mean
    return np.exp(deviates, out=deviates) if isinstance(kind, Lognormal) else deviates


def mass(kind: Continuous, low: float, high: float) -> float:
    """The share of a distribution between two bounds, inclusive."""
    if isinstance(kind, Uniform):
        if kind.min == kind.max:
            return float(low <= kind.min <= high)
        return max(0.0, min(high, kind.max) - max(low, kind.min)) / (kind.max - kind.min)
    bounds = _standard(kind, np.array([low]), np.array([high]))
    if kind.stddev == 0:
        return float(bounds[0][0] <= 0 <= bounds[1][0])
    least, most = bounds
    if least[0] > 0:
        least, most = -most, -least
    return float(shares_below(most)[0] - shares_below(least)[0])


def _standard(kind: Normal | Lognormal, low: F64, high: F64) -> tuple[F64, F64]:
    """The bounds in standard deviations from the mean."""
    bounds = [low, high]
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(kind, Lognormal):
            bounds = [np.log(np.maximum(bound, 0.0)) for bound in bounds]
        if kind.stddev == 0:
            return np.where(bounds[0] > kind.mean, np.inf, -np.inf), np.where(bounds[1] < kind.mean, -np.inf, np.inf)
        return (bounds[0] - kind.mean) / kind.stddev, (bounds[1] - kind.mean) / kind.stddev


def _deviates(unit: F64, low: F64, high: F64) -> F64:
    """Standard normal deviates between two bounds; spans above the middle are mirrored, where shares are exact."""
    mirrored = low > 0
    least, most = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    below, above = shares_below(least), shares_below(most)
    unit = np.where(mirrored, 1.0 - unit, unit)
    share = below + unit * (above - below)
    deviates = quantiles(np.clip(share, LEAST_SHARE, 1.0 - 2.0**-53))
    most, least = np.clip(most, -40.0, 40.0), np.clip(least, -40.0, 40.0)
    deviates = np.clip(deviates, least, most)
    return np.where(mirrored, -deviates, deviates)
