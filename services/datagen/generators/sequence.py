"""Whole numbers in even steps: start + row * step."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent
from datagen.refusals import int64


@dataclass(frozen=True)
class Sequence(Independent):
    start: int
    step: int

    def __post_init__(self) -> None:
        int64("start", self.start)
        int64("step", self.step)

    def arrow_type(self) -> pa.DataType:
        return pa.int64()
