"""The value that a table holds for another column's text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Scalar
from datagen.generators.scalars import common_type


@dataclass(frozen=True)
class Mapped:
    from_field: str
    mapping: Mapping[str, Scalar]  # by the CSV text of `from_field`; null is the empty text
    default: Scalar

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.from_field,)

    def arrow_type(self) -> pa.DataType:
        return common_type((*self.mapping.values(), self.default))
