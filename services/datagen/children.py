"""Which rows of a child table are those of which parent: a function of row numbers, no table in memory.

The running sum of how many children each parent has is held once a block of parents, as far as anybody asked, and
recomputed inside a block.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from datagen.count import Count, RunningSum
from datagen.draws import F64, I64, Draws
from datagen.errors import UserError
from datagen.family import Family
from datagen.fanout import Exactly, Fanout, FanoutError

BLOCK_PARENTS = 1024  # one running sum is held for so many
STRETCH_BLOCKS = 64  # counted at a time
FEW_PARENTS = 1 << 18  # whose children are counted at once
SAMPLED_PARENTS = 1 << 15
ENDLESS = (1 << 63) - 1


class Scale(Protocol):
    def of(self, draws: Draws) -> tuple[F64, F64]:
        """Factor and offset for each of the parents that are drawn for."""
        ...


@dataclass(frozen=True, eq=False)
class Children:
    """Which rows of a child table are those of which parent, in order of the parents' rows; and a `Count` of them.

    UserError, from whatever counts, where a parent would have more than anybody can use.
    """

    seed: int
    table: str  # the child
    fanout: Fanout
    parents: Count
    scale: Scale | None = None

    @cached_property
    def rows(self) -> int:
        if self._each is not None:
            return self._each * self.parents.rows
        return int(self._begins.reaching(ENDLESS)[-1])

    def upto(self, rows: int) -> int:
        if (each := self._each) is not None:
            return min(rows, each * self.parents.upto(-(-rows // max(each, 1))))
        return min(rows, int(self._begins.reaching(rows)[-1]))

    @property
    def soon(self) -> bool:
        if self._each is not None:
            return self.parents.soon
        return self._begins.complete or (self.parents.soon and self.parents.rows <= FEW_PARENTS)

    @property
    def about(self) -> int:
        return self.rows if self.soon else self._expected

    @cached_property
    def _expected(self) -> int:
        if self._each is not None:
            return self._each * self.parents.about
        numbers = _sampled(self.parents)
        counts = self._counted(Draws(self.seed, self.table, "", 0, len(numbers), picked=numbers))
        return round(float(counts.mean()) * self.parents.about)

    def words(self) -> str:
        return self.fanout.words() + (", scaled" if self.scale is not None else "")

    @property
    def _each(self) -> int | None:
        """How many children every parent has; None where they differ."""
        return self.fanout.count if isinstance(self.fanout, Exactly) and self.scale is None else None

    def of_span(self, start: int, stop: int) -> Family:
        """Of the children start..stop."""
        if self._each is not None or stop <= start:
            return self.of_rows(np.arange(start, stop, dtype=np.int64))
        begins = self._begins.reaching(stop - 1)
        block = int(np.searchsorted(begins, start, side="right")) - 1
        last = int(np.searchsorted(begins, max(stop - 1, start), side="right")) - 1
        first_parent = block * BLOCK_PARENTS
        counts = self._counts(first_parent, self.parents.upto((last + 1) * BLOCK_PARENTS))
        edges = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=edges[1:])
        edges += begins[block]
        shown = np.diff(edges.clip(start, stop))
        place = np.repeat(np.arange(len(counts)), shown)
        return Family(place + first_parent, edges[place], counts[place])

    def of_rows(self, rows: I64) -> Family:
        """Of any children, in any order."""
        if (each := self._each) is not None:
            parents = rows // max(each, 1)
            return Family(parents, parents * each, np.full(len(rows), each, np.int64))
        begins = self._begins.reaching(int(rows.max(initial=0)))
        blocks, which = np.unique(np.searchsorted(begins, rows, side="right") - 1, return_inverse=True)
        family = Family(*(np.empty(len(rows), np.int64) for _ in range(3)))
        for begin in range(0, len(blocks), STRETCH_BLOCKS):
            chosen = np.flatnonzero((which >= begin) & (which < begin + STRETCH_BLOCKS))
            self._fill(family, chosen, rows[chosen], blocks[begin : begin + STRETCH_BLOCKS], begins)
        return family

    def _fill(self, family: Family, places: I64, rows: I64, blocks: I64, begins: I64) -> None:
        """For children that all lie in these blocks."""
        parents = (blocks[:, None] * BLOCK_PARENTS + np.arange(BLOCK_PARENTS)).ravel()
        parents = parents[parents < self.parents.upto(int(parents.max(initial=0)) + 1)]
        counts = self._counted(Draws(self.seed, self.table, "", 0, len(parents), picked=parents))
        ends = np.cumsum(counts)
        offset = begins[blocks] - np.concatenate([[0], ends])[:-1][::BLOCK_PARENTS][: len(blocks)]
        ends += np.repeat(offset, BLOCK_PARENTS)[: len(ends)]
        found = np.searchsorted(ends, rows, side="right")
        family.parents[places] = parents[found]
        family.first[places] = ends[found] - counts[found]
        family.counts[places] = counts[found]

    def _counts(self, start: int, stop: int) -> I64:
        return self._counted(Draws(self.seed, self.table, "", start, stop))

    def _counted(self, draws: Draws) -> I64:
        try:
            return self.fanout.counts(draws) if self.scale is None else self.fanout.scaled(draws, *self.scale.of(draws))
        except FanoutError as error:
            raise UserError(f"{self.table}: {error}; lower what scales its fan-out") from error

    @cached_property
    def _begins(self) -> RunningSum:
        """The first child of each block of parents, and behind the last."""
        return RunningSum(self._sizes)

    def _sizes(self, block: int) -> I64:
        """How many children each of the next blocks of parents has."""
        start = block * BLOCK_PARENTS
        stop = self.parents.upto(start + STRETCH_BLOCKS * BLOCK_PARENTS)
        if stop <= start:
            return np.zeros(0, np.int64)
        sizes: I64 = np.add.reduceat(self._counts(start, stop), np.arange(0, stop - start, BLOCK_PARENTS))
        return sizes


def _sampled(parents: Count) -> I64:
    """Some of many parents: evenly spread where they can be counted soon, else the first."""
    if not parents.soon:
        return np.arange(parents.upto(SAMPLED_PARENTS), dtype=np.int64)
    return np.arange(SAMPLED_PARENTS, dtype=np.int64) * parents.rows // SAMPLED_PARENTS
