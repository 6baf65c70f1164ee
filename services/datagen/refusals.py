"""How a generator or modifier refuses a value: the key, the broken rule and a way out.

Both dialects build the same dataclasses, so they refuse alike; the reader of the document knows the
line the key stands in and makes a `Problem` of the refusal.
"""

from __future__ import annotations

import math

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


class RefusalError(ValueError):
    """A value that cannot be used. `key` is the name the author wrote; `message` names value, rule and way out."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        self.message = message
        super().__init__(message)


def finite(key: str, value: float) -> None:
    if not math.isfinite(value):
        raise RefusalError(key, f"{key}={value} is not a finite number")


def ordered(low_key: str, low: float, high_key: str, high: float) -> None:
    finite(low_key, low)
    finite(high_key, high)
    if low > high:
        raise RefusalError(low_key, f"{low_key}={low} is above {high_key}={high}; swap them?")


def positive(key: str, value: float) -> None:
    finite(key, value)
    if value <= 0:
        raise RefusalError(key, f"{key}={value} must be above 0")


def not_negative(key: str, value: float) -> None:
    finite(key, value)
    if value < 0:
        raise RefusalError(key, f"{key}={value} must not be below 0")


def fraction(key: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise RefusalError(key, f"{key}={value} must be between 0 and 1")


def int64(key: str, value: int) -> None:
    if not INT64_MIN <= value <= INT64_MAX:
        raise RefusalError(key, f"{key}={value} does not fit a 64-bit integer ({INT64_MIN} to {INT64_MAX})")
