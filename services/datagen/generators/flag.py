"""True with a probability, else false."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent
from datagen.refusals import fraction


@dataclass(frozen=True)
class Flag(Independent):
    p_true: float

    def __post_init__(self) -> None:
        fraction("p_true", self.p_true)

    def arrow_type(self) -> pa.DataType:
        return pa.bool_()
