"""Instants of children, in the order of time within each parent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa

from datagen.draws import F64, I64, Draws, mix
from datagen.family import Family
from datagen.generators.base import Kind, Rows
from datagen.generators.instant import Instant, instant_type
from datagen.timeline import hour_edges, hour_masses, place_within

MOST_SORTED = 4096  # children of one parent whose draws are sorted; of more, each has a stretch of its own
STRETCH_ROWS = 1 << 20  # draws sorted at a time
UNIT_BITS = np.uint64(18)  # what sorting takes of a draw's 64 bits to tell parents apart
PURPOSE = "place"


@dataclass(frozen=True)
class Ordered(Kind):
    """The k-th child has the k-th least of as many draws as its parent has children, along the curve of `instant`."""

    instant: Instant

    def arrow_type(self) -> pa.DataType:
        return instant_type(self.instant.format)

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        shares = ordered_shares(rows.numbers, rows.family(), draws)
        return pa.array(self.placed(shares)).view(self.arrow_type())

    @property
    def cut(self) -> tuple[I64, F64]:
        """The edges of the hours, and how much of the curve lies before each."""
        return self._edges, self._cumulated

    def placed(self, shares: F64) -> I64:
        """The instants below which these shares of the curve lie."""
        edges, cumulated = self._edges, self._cumulated
        at = shares * cumulated[-1]
        hour = np.searchsorted(cumulated, at, side="right") - 1
        np.minimum(hour, self._last, out=hour)
        within = (at - cumulated[hour]) / (cumulated[hour + 1] - cumulated[hour])
        np.clip(within, 0.0, 1.0, out=within)
        lengths = np.diff(edges)[hour]
        return place_within(self.instant.curve, self.instant.window, edges[hour], lengths, within)

    @cached_property
    def _edges(self) -> I64:
        return hour_edges(self.instant.window)

    @cached_property
    def _cumulated(self) -> F64:
        return np.concatenate([[0.0], np.cumsum(hour_masses(self.instant.curve, self._edges))])

    @cached_property
    def _last(self) -> int:
        """The last hour in which anything can lie."""
        return int(np.flatnonzero(np.diff(self._cumulated))[-1])


def ordered_shares(rows: I64, family: Family, draws: Draws) -> F64:
    """For each row a number in [0, 1); within a parent they never fall, whatever rows are asked for."""
    shares = np.empty(len(rows))
    many = family.counts > MOST_SORTED
    if many.any():
        shares[many] = _stretched(rows[many], _of(family, many), draws)
    few = np.flatnonzero(~many)
    if len(few):
        starts, which = np.unique(family.first[few], return_index=True)
        counts = family.counts[few][which]
        for begin, end in _stretches(counts):
            inside = few[(family.first[few] >= starts[begin]) & (family.first[few] <= starts[end - 1])]
            shares[inside] = _sorted(rows[inside], starts[begin:end], counts[begin:end], draws)
    return shares


def _of(family: Family, chosen: np.ndarray) -> Family:
    return Family(family.parents[chosen], family.first[chosen], family.counts[chosen])


def _stretched(rows: I64, family: Family, draws: Draws) -> F64:
    unit = mix(rows.astype(np.uint64), draws.key(PURPOSE)) >> np.uint64(11)
    return ((rows - family.first) + unit * 2.0**-53) / family.counts


def _stretches(counts: I64) -> list[tuple[int, int]]:
    """Spans of parents with about as many children as are sorted at a time."""
    ends = np.cumsum(counts)
    cuts = np.searchsorted(ends, np.arange(STRETCH_ROWS, ends[-1] + STRETCH_ROWS, STRETCH_ROWS), side="right")
    edges = np.unique(np.concatenate([[0], cuts, [len(counts)]])).tolist()
    return list(pairwise(edges))


def _sorted(rows: I64, starts: I64, counts: I64, draws: Draws) -> F64:
    """For rows that all are children of these parents."""
    ends = np.cumsum(counts)
    begins = ends - counts
    parent = np.repeat(np.arange(len(counts)), counts)
    children = np.arange(ends[-1]) - begins[parent] + starts[parent]
    bits = mix(children.astype(np.uint64), draws.key(PURPOSE)) >> UNIT_BITS
    bits |= parent.astype(np.uint64) << (np.uint64(64) - UNIT_BITS)
    bits.sort()
    bits &= np.uint64((1 << (64 - int(UNIT_BITS))) - 1)
    family = np.searchsorted(starts, rows, side="right") - 1
    shares: F64 = bits[begins[family] + rows - starts[family]] * 2.0 ** -(64 - int(UNIT_BITS))
    return shares
