"""One of a list of values, by weights that depend on another column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import pyarrow as pa

from datagen.draws import Draws
from datagen.errors import UserError
from datagen.generators.base import Kind, Rows, Scalar
from datagen.generators.choice import Choice
from datagen.generators.keys import Keys
from datagen.generators.scalars import Catalogue, check_mixed
from datagen.refusals import RefusalError
from datagen.text.scalars import texts
from datagen.weights import Weights, weigh


@dataclass(frozen=True)
class ConditionalChoice(Kind):
    on: str
    table: Mapping[str, Choice]  # by the CSV text of the column `on`; null is the empty text
    default: Choice | None  # None: a value that the table lacks ends the run

    def __post_init__(self) -> None:
        if not self.table and self.default is None:
            raise RefusalError("conditional_table", "conditional_table is empty; give a value or '_default'")
        check_mixed({"conditional_table": self._values})

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.on,)

    def arrow_type(self) -> pa.DataType:
        return self._catalogue.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        """UserError where a value is neither in the table nor covered by a default."""
        case = self._keys.codes(rows.columns[self.on])
        if self.default is None and len(case) and (missing := case == len(self.table)).any():
            self._refuse(rows, draws, int(missing.argmax()))
        return self._catalogue.column(self._weights.pick(draws, case))

    def _refuse(self, rows: Rows, draws: Draws, row: int) -> None:
        text = texts(rows.columns[self.on][row : row + 1])[0].as_py() or ""
        raise UserError(
            f"{draws.table}.{draws.column}: {self.on}={text} is not in conditional_table, "
            "which has no '_default'; add one of them"
        )

    @property
    def _cases(self) -> tuple[Choice, ...]:
        return (*self.table.values(), *(() if self.default is None else (self.default,)))

    @property
    def _values(self) -> tuple[Scalar, ...]:
        return tuple(value for choice in self._cases for value in choice.choices)

    @cached_property
    def _keys(self) -> Keys:
        return Keys(tuple(self.table))

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self._values)

    @cached_property
    def _weights(self) -> Weights:
        codes = iter(self._catalogue.codes)
        return weigh([(list(islice(codes, len(choice.choices))), choice.weights) for choice in self._cases])
