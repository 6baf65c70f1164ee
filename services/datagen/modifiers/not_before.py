"""Instants that are never before one of another row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.bounds import Since
from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.modifiers.nulls import without
from datagen.moments import INSTANT, instants_of


@dataclass(frozen=True)
class NotBefore:
    """What noise led before it is put on it."""

    since: Since

    @property
    def reads(self) -> tuple[str, ...]:
        return self.since.reads

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        instants, there = instants_of(values)
        since, bound = self.since.instants(rows, draws)
        late = pa.array(np.where(bound, np.maximum(instants, since), instants)).view(INSTANT)
        return late if there.all() else without(late, ~there)
