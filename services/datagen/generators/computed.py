"""What an expression makes of other columns of the row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.expression_kinds import ValueKind
from datagen.expression_tree import Node, columns
from datagen.expression_values import Values, evaluate, evaluate_text
from datagen.generators.base import Kind, Rows
from datagen.text.scalars import texts

TYPES: dict[ValueKind, pa.DataType] = {"number": pa.float64(), "flag": pa.bool_(), "text": pa.string()}


@dataclass(frozen=True)
class Computed(Kind):
    node: Node
    kind: ValueKind

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(sorted(self._reads))

    @cached_property
    def _reads(self) -> frozenset[str]:
        return columns(self.node)

    def arrow_type(self) -> pa.DataType:
        return TYPES[self.kind]

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        read = {name: readable(rows.columns[name]) for name in self._reads}
        if self.kind == "text":
            return evaluate_text(self.node, read, len(rows))
        made = evaluate(self.node, read, len(rows))
        return pa.array(made.data, self.arrow_type(), mask=~made.there)


def readable(column: pa.Array) -> Values | pa.Array:
    """A column as an expression reads it: numbers and flags as values, anything else as text."""
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        text = texts(column)
        return text.dictionary_decode() if pa.types.is_dictionary(text.type) else text
    there = column.is_valid().to_numpy(zero_copy_only=False)
    filled = column.fill_null(False if pa.types.is_boolean(kind) else 0)
    data = filled.to_numpy(zero_copy_only=False)
    return Values(data if data.dtype == np.bool_ else data.astype(np.float64), there)
