"""Doubles rounded to decimal digits exactly: the double nearest to the decimal that is nearest to the double."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

import numpy as np

from datagen.draws import F64

MOST_DIGITS = 15
EXACT_BELOW = 2.0**53  # above it doubles are further apart than the digits that are asked for
SPLIT = 2.0**27 + 1  # halves a double into parts whose products are exact (Veltkamp, Dekker)


def rounded(values: F64, digits: int) -> F64:
    """To so many digits after the point (0 to 15), half to even, never -0.0.

    A product with a power of ten may fall on a half that the exact product misses; only there is the
    error of the product needed to know the side.
    """
    scale = 10.0**digits
    if max(values.max(initial=0.0), -values.min(initial=0.0)) >= EXACT_BELOW / scale:
        large = np.abs(values) >= EXACT_BELOW / scale
        return np.where(large, values, rounded(np.where(large, 0.0, values), digits))
    scaled = values * scale
    whole = np.rint(scaled)
    ties = np.flatnonzero(np.abs(scaled - whole) == 0.5)
    if len(ties):
        whole[ties] += _correction(values[ties], scale, scaled[ties], whole[ties])
    whole /= scale
    whole += 0.0
    return whole


def inside(low: float, high: float, digits: int) -> tuple[float, float]:
    """The least and greatest decimal of so many digits between two bounds; the wrong way round where there is none."""
    return _on_grid(low, digits, ROUND_CEILING), _on_grid(high, digits, ROUND_FLOOR)


def _on_grid(bound: float, digits: int, rounding: str) -> float:
    """By the decimal that the author wrote, which is the shortest that reads back as the bound."""
    written = Decimal(repr(bound))
    step = Decimal(1).scaleb(-digits)
    with localcontext(prec=400):
        return float(written.quantize(step, rounding)) + 0.0


def _correction(values: F64, scale: float, product: F64, whole: F64) -> F64:
    """What to add where the exact product lies on the other side of the half than the even neighbour."""
    error = _product_error(values, scale, product)
    side = product - whole  # +0.5: rounded down to even; -0.5: rounded up to even
    step: F64 = np.where((error > 0) & (side > 0), 1.0, 0.0) - np.where((error < 0) & (side < 0), 1.0, 0.0)
    return step


def _product_error(values: F64, scale: float, product: F64) -> F64:
    """values * scale - product, exactly."""
    high = SPLIT * values
    high -= high - values
    low = values - high
    scale_high = SPLIT * scale
    scale_high -= scale_high - scale
    scale_low = scale - scale_high
    return ((high * scale_high - product) + high * scale_low + low * scale_high) + low * scale_low
