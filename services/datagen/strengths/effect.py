"""What an effect table says of a row at its instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datagen.draws import F64, Draws
from datagen.effects import EffectTable
from datagen.generators.base import Rows
from datagen.moments import Moment
from datagen.readings import Reading


@dataclass(frozen=True)
class Effect:
    """The strength on the matching row, `default` where none matches or its strength is null."""

    effects: EffectTable
    on: tuple[Reading, ...]  # columns here, in the order of the effect table's keys
    default: float
    moment: Moment

    @property
    def reads(self) -> tuple[str, ...]:
        return (*(name for reading in self.on for name in reading.reads), *self.moment.reads)

    def of(self, rows: Rows, draws: Draws) -> F64:
        index = self.effects.index(rows.others)
        instants, there = self.moment.instants(rows)
        groups = index.groups([reading.values(rows) for reading in self.on], len(rows))
        groups[~there] = -1
        found = index.strengths(groups, instants)
        found[np.isnan(found)] = self.default
        return found
