"""Effect tables: which row of one holds for a key at an instant, by sorted intervals.

The instants at which anything of a key begins or ends cut time into stretches, on each of which one row holds, or
none; a row of data finds its stretch by bisection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.draws import F64, I64
from datagen.modifiers.numbers import doubles
from datagen.moments import instants_of
from datagen.text.scalars import texts
from datagen.timeline import DAY_US

if TYPE_CHECKING:
    from datagen.generators.base import Links

MAX_EFFECTS = 1 << 18  # rows of a table of effects: it is held whole


@dataclass(frozen=True)
class EffectTable:
    """Where a table says for whom, from when to when and how strongly its effects hold."""

    table: str
    key: str  # the primary key: of several that match, the row with the lowest holds
    on: tuple[str, ...]
    start: str
    end: str  # inclusive; of a date, the whole day
    field: str

    def index(self, links: Links) -> EffectIndex:
        """Made once for a plan."""
        return links.once(self, lambda: self._index(links))

    def _index(self, links: Links) -> EffectIndex:
        numbers = np.arange(links.count(self.table), dtype=np.int64)

        def column(name: str) -> pa.Array:
            values = links.column(self.table, name, numbers)
            return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values

        ends = column(self.end)
        last, has_end = instants_of(ends)
        first, has_start = instants_of(column(self.start))
        last = last + (DAY_US - 1 if pa.types.is_date(ends.type) else 0)
        strengths, missing = doubles(column(self.field))
        strengths[np.zeros(len(numbers), np.bool_) if missing is None else missing] = np.nan
        ranked = pc.array_sort_indices(column(self.key)).to_numpy(zero_copy_only=False).astype(np.int64)
        sets, group = _grouped([column(name) for name in self.on], len(numbers))
        kept = ranked[(has_start & has_end & (first <= last) & (group >= 0))[ranked]]
        return EffectIndex.of(sets, group[kept], first[kept], last[kept] + 1, strengths[kept])


Sets = tuple[pa.Array, ...]  # of each key, the different texts


@dataclass(frozen=True, eq=False)
class EffectIndex:
    sets: Sets
    known: I64  # keys that have effects: the code of each, in order
    times: I64  # instants at which an effect of any key begins or has ended, in order
    edges: I64  # key and instant as one number, in order: the beginnings of stretches
    held: F64  # of each stretch; NaN where nothing holds

    @classmethod
    def of(cls, sets: Sets, group: I64, start: I64, stop: I64, strengths: F64) -> EffectIndex:
        """Of effects that hold from start to stop (half-open), those that come first before the others."""
        known, group = np.unique(group, return_inverse=True)
        times = np.unique(np.concatenate([start, stop]))
        width = len(times) + 1
        begin = group * width + 1 + np.searchsorted(times, start)
        end = group * width + 1 + np.searchsorted(times, stop)
        edges = np.unique(np.concatenate([begin, end]))
        held = _painted(np.searchsorted(edges, begin), np.searchsorted(edges, end), strengths, len(edges))
        return cls(sets, known, times, edges, held)

    def groups(self, columns: Sequence[pa.Array], count: int) -> I64:
        """The key of each row by its columns; -1 where it has no effects."""
        if not len(self.known):
            return np.full(count, -1, np.int64)
        places = [_places(column, known) for column, known in zip(columns, self.sets, strict=True)]
        codes = _codes(places, self.sets, count)
        found = np.minimum(np.searchsorted(self.known, codes), len(self.known) - 1)
        return np.where((self.known[found] == codes) & (codes >= 0), found, -1).astype(np.int64)

    def strengths(self, groups: I64, instants: I64) -> F64:
        """What holds for each key at each instant; NaN where nothing does."""
        if not len(self.edges):
            return np.full(len(groups), np.nan)
        width = len(self.times) + 1
        asked = groups * width + np.searchsorted(self.times, instants, side="right")
        stretch = np.searchsorted(self.edges, asked, side="right") - 1
        found = self.held[np.maximum(stretch, 0)]
        found[stretch < 0] = np.nan  # behind the last effect of a key comes a stretch without one
        return found


def _painted(begin: I64, end: I64, strengths: F64, count: int) -> F64:
    """Each stretch has the first that covers it; each is passed once, by pointers to the next that is free."""
    free = list(range(count + 1))
    winners = np.full(count, -1, np.int64)
    for effect, (place, stop) in enumerate(zip(begin.tolist(), end.tolist(), strict=True)):
        place = _next(free, place)
        while place < stop:
            winners[place] = effect
            free[place] = place + 1
            place = _next(free, place)
    return np.where(winners >= 0, np.append(strengths, np.nan)[winners], np.nan)


def _next(free: list[int], place: int) -> int:
    while free[place] != place:
        free[place] = free[free[place]]
        place = free[place]
    return place


def _grouped(columns: Sequence[pa.Array], count: int) -> tuple[Sets, I64]:
    sets = tuple(pc.unique(_text(column)).drop_null() for column in columns)
    return sets, _codes([_places(column, known) for column, known in zip(columns, sets, strict=True)], sets, count)


def _places(column: pa.Array, known: pa.Array) -> I64:
    found = pc.index_in(_text(column), value_set=known, skip_nulls=True)
    places: I64 = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _codes(places: Sequence[I64], sets: Sets, count: int) -> I64:
    """All keys as one number; -1 where one of them is unknown."""
    codes, absent = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    for found, known in zip(places, sets, strict=True):
        codes = codes * max(len(known), 1) + np.maximum(found, 0)
        absent |= found < 0
    codes[absent] = -1
    return codes


def _text(column: pa.Array) -> pa.Array:
    """Keys are compared by their text; a whole number has the same as an int and as a float."""
    text = texts(column)
    return text.dictionary_decode() if pa.types.is_dictionary(text.type) else text
