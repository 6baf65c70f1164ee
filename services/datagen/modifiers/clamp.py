"""Numbers cut off at two bounds."""

from __future__ import annotations

from dataclasses import dataclass

from datagen.refusals import ordered


@dataclass(frozen=True)
class Clamp:
    min: float
    max: float

    def __post_init__(self) -> None:
        ordered("min", self.min, "max", self.max)
