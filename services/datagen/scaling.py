"""What scales a fan-out: strengths of the parent's row that multiply or move the mean, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datagen.draws import F64, Draws
from datagen.effects import EffectTable
from datagen.generators.base import Links
from datagen.generators.placed import Placed
from datagen.modifiers.scaled import Scaled
from datagen.strengths.effect import Effect
from datagen.strengths.pointed import Pointed, rows_at


@dataclass(frozen=True, eq=False)
class Scaling:
    """Of the rows of one table; a mean becomes factor * mean + offset."""

    table: str
    acts: tuple[Scaled, ...]
    links: Links

    def of(self, draws: Draws) -> tuple[F64, F64]:
        """Factor and offset for each of the rows that are drawn for."""
        numbers = np.arange(draws.start, draws.stop, dtype=np.int64) if draws.picked is None else draws.picked
        reads = tuple(name for act in self.acts for name in act.reads)
        rows = rows_at(self.links, self.table, numbers, reads)
        factors, offsets = np.ones(len(numbers)), np.zeros(len(numbers))
        for act in self.acts:
            strengths = act.strength.of(rows, draws)
            if act.op == "mul":
                factors *= strengths
                offsets *= strengths
            else:
                offsets += strengths
        return factors, offsets


def effects_of(part: object) -> tuple[EffectTable, ...]:
    """The tables of effects that a generator or a modifier reads."""
    if isinstance(part, Placed):
        return tuple(by.effects for by in part.by)
    strength = part.strength if isinstance(part, Scaled) else None
    inner = strength.strength if isinstance(strength, Pointed) else strength
    return (inner.effects,) if isinstance(inner, Effect) else ()
