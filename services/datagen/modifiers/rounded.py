"""Doubles rounded to a number of digits after the point, half to even, without a negative zero."""

from __future__ import annotations

from dataclasses import dataclass

from datagen.refusals import RefusalError

MOST_DIGITS = 15


@dataclass(frozen=True)
class Rounded:
    precision: int

    def __post_init__(self) -> None:
        if not 0 <= self.precision <= MOST_DIGITS:
            raise RefusalError("precision", f"precision={self.precision} must be between 0 and {MOST_DIGITS}")
