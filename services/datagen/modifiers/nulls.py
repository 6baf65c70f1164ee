"""Values replaced by null with a probability."""

from __future__ import annotations

from dataclasses import dataclass

from datagen.refusals import fraction


@dataclass(frozen=True)
class Nulls:
    probability: float

    def __post_init__(self) -> None:
        fraction("null_prob", self.probability)
