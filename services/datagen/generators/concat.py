"""The CSV texts of other columns, joined."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.generators.joined import joined
from datagen.refusals import RefusalError


@dataclass(frozen=True)
class Concat(Kind):
    parts: tuple[str, ...]  # column names; null is the empty text
    sep: str

    def __post_init__(self) -> None:
        if not self.parts:
            raise RefusalError("parts", "parts is empty; name at least one field")

    @property
    def reads(self) -> tuple[str, ...]:
        return self.parts

    def arrow_type(self) -> pa.DataType:
        return pa.string()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return joined([rows.columns[name] for name in self.parts], self.sep)
