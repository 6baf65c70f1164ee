"""Doubles rounded to decimal digits as `datagen.rounding` does it: exactly, half to even."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

EXACT_BELOW = 2.0**53  # above it doubles are further apart than the digits that are asked for
SPLIT = 2.0**27 + 1  # halves a double into parts whose products are exact (Veltkamp, Dekker)


def rounded(value: Column, digits: int) -> Column:
    """The double nearest to the decimal nearest to `value`. Name a column, not a formula: it is read many times."""
    scale = 10.0**digits
    product = value * scale
    whole = F.rint(product)
    side = product - whole  # +0.5: rounded down to even; -0.5: rounded up to even
    error = _product_error(value, scale, product)
    missed = F.when((side > 0) & (error > 0), 1.0).when((side < 0) & (error < 0), -1.0).otherwise(0.0)
    nearest = F.when(F.abs(side) == 0.5, whole + missed).otherwise(whole) / scale + 0.0
    return F.when(F.abs(value) < EXACT_BELOW / scale, nearest).otherwise(value)


def _product_error(value: Column, scale: float, product: Column) -> Column:
    """value * scale - product, exactly."""
    high = SPLIT * value - (SPLIT * value - value)
    low = value - high
    scale_high = SPLIT * scale - (SPLIT * scale - scale)
    scale_low = scale - scale_high
    return ((high * scale_high - product) + high * scale_low + low * scale_high) + low * scale_low
