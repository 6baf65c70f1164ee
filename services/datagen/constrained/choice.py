"""One of a list of values, by weight, between bounds that differ from row to row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.constrained.bounded import places_between
from datagen.constrained.limits import Limits, Number
from datagen.draws import F64, Draws
from datagen.errors import UserError
from datagen.generators.base import Kind, Rows


@dataclass(frozen=True, eq=False)
class BoundedChoice(Kind):
    limits: Limits
    choices: pa.Array  # of the column's type, numbers or times
    weights: tuple[float, ...]  # above 0

    @property
    def reads(self) -> tuple[str, ...]:
        return self.limits.reads

    def arrow_type(self) -> pa.DataType:
        return self.choices.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        """UserError where a row's bounds leave no choice."""
        place = f"{draws.table}.{draws.column}"
        low, high = self.limits.of(rows, place)
        measures, cumulated = self._ascending
        places, empty = places_between(measures, cumulated, low, high, draws.uniform())
        if empty.any():
            row = int(np.flatnonzero(empty)[0])
            raise UserError(
                f"{place}: row {rows.numbers[row]}: none of its choices lies within its bounds; add a choice"
            )
        missing = draws.chance(self._null_share, "null_choice") if self._null_share else None
        return self._sorted.take(pa.array(places, mask=missing))

    @cached_property
    def _there(self) -> np.ndarray:
        there: np.ndarray = self.choices.is_valid().to_numpy(zero_copy_only=False)
        return there

    @cached_property
    def _null_share(self) -> float:
        weights = np.array(self.weights)
        return float(weights[~self._there].sum() / weights.sum())

    @cached_property
    def _order(self) -> np.ndarray:
        places = np.flatnonzero(self._there)
        measures, _ = self.limits.scale.measured(self.choices.take(pa.array(places)))
        return places[np.argsort(measures, kind="stable")]

    @cached_property
    def _sorted(self) -> pa.Array:
        return self.choices.take(pa.array(self._order))

    @cached_property
    def _ascending(self) -> tuple[Number, F64]:
        """The measures of the choices in their order, and their masses summed up."""
        measures, _ = self.limits.scale.measured(self._sorted)
        masses = np.array(self.weights)[self._order]
        return measures, np.concatenate([[0.0], np.cumsum(masses / masses.sum())])
