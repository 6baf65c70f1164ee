"""What a row of a table of stages tells of its stage: its number, its name, its time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.draws import I64, Draws, to_open_unit
from datagen.generators.base import Kind, Rows
from datagen.generators.instant import Instant
from datagen.generators.scalars import Catalogue
from datagen.moments import INSTANT, Moment
from datagen.timeline import HOUR_US

SECOND_US = 1_000_000


@dataclass(frozen=True)
class StageIndex(Kind):
    """From 0."""

    def arrow_type(self) -> pa.DataType:
        return pa.int64()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return pa.array(ordinals(rows))


@dataclass(frozen=True)
class StageName(Kind):
    names: tuple[str, ...]

    def arrow_type(self) -> pa.DataType:
        return pa.string()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return self._catalogue.column(np.array(self._catalogue.codes)[ordinals(rows)])

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.names)


@dataclass(frozen=True)
class StageTime(Kind):
    """The first stage is at the parent's first datetime; each further one an exponential time later.

    Where no row above has a datetime the first stage is a draw of `instant`. Times between stages are whole seconds.
    """

    instant: Instant
    start: Moment  # of the parent
    mean_hours: float

    def arrow_type(self) -> pa.DataType:
        return INSTANT

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        family = rows.family()
        begun = self._begun(rows, family.first, draws)
        ordinal = ordinals(rows)
        passed = np.zeros(len(rows))
        for stage in range(1, int(ordinal.max(initial=0)) + 1):
            later = np.flatnonzero(ordinal >= stage)
            unit = to_open_unit(replace(draws, start=0, stop=len(later), picked=family.first[later] + stage).u64("gap"))
            passed[later] -= np.log(unit)
        seconds = np.floor(passed * (self.mean_hours * HOUR_US / SECOND_US)).astype(np.int64)
        return pa.array(begun + seconds * SECOND_US).view(INSTANT)

    def _begun(self, rows: Rows, first: I64, draws: Draws) -> I64:
        begun, there = self.start.instants(rows)
        if there.all() and self.start.reading is not None:
            return begun
        drawn = self.instant.values(Rows(0, len(rows)), replace(draws, start=0, stop=len(rows), picked=first))
        own: I64 = drawn.cast(pa.int64()).to_numpy(zero_copy_only=False)
        return own if self.start.reading is None else np.where(there, begun, own)


def ordinals(rows: Rows) -> I64:
    """The place of each row among its parent's, from 0."""
    return rows.numbers - rows.family().first
