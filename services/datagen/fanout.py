"""How many children each parent has, and which parent a child has: a function of row numbers, no table in memory.

Counts are inverse transforms of a draw keyed by the parent's row. Their running sum is held once a block of parents,
as far as anybody asked, and recomputed inside a block. What scales a fan-out turns the mean m of a parent into
factor * m + offset, never below 0; parents that it leaves as they are keep their counts.
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
from datagen.poisson import poisson_counts, poisson_masses
from datagen.weights import Weights, weigh

BLOCK_PARENTS = 1024  # one running sum is held for so many
STRETCH_BLOCKS = 64  # counted at a time
FEW_PARENTS = 1 << 18  # whose children are counted at once
SAMPLED_PARENTS = 1 << 15
ENDLESS = (1 << 63) - 1
MOST_CHILDREN = 1e9  # of one row
PURPOSE = "fanout"


class FanoutError(ValueError):
    """A fan-out that is too large."""


class Fanout(Protocol):
    """How many children each parent has."""

    def counts(self, draws: Draws) -> I64: ...

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        """Of parents whose means are scaled."""
        ...

    def words(self) -> str:
        """'about 8 each'"""
        ...


@dataclass(frozen=True)
class Exactly:
    count: int

    def counts(self, draws: Draws) -> I64:
        return np.full(draws.stop - draws.start, self.count, np.int64)

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        return _whole(self.counts(draws) * factors + offsets, draws)

    def words(self) -> str:
        return f"{self.count:,} each"


@dataclass(frozen=True)
class Between:
    """All counts from min to max are equally likely."""

    min: int
    max: int

    def counts(self, draws: Draws) -> I64:
        return draws.below(self.max - self.min + 1, PURPOSE).view(np.int64) + self.min

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        return _whole(self.counts(draws) * factors + offsets, draws)

    def words(self) -> str:
        return f"{self.min:,} to {self.max:,} each"


@dataclass(frozen=True)
class Poisson:
    """Counts around a mean, put on a bound where they lie beyond."""

    mean: float
    min: int = 0
    max: int | None = None

    def counts(self, draws: Draws) -> I64:
        return self._weights.pick(draws, purpose=PURPOSE).astype(np.int64)

    def scaled(self, draws: Draws, factors: F64, offsets: F64) -> I64:
        """Poisson around the scaled mean, put on the same bounds."""
        counts, means = self.counts(draws), factors * self.mean + offsets
        moved = np.flatnonzero(means != self.mean)
        drawn = poisson_counts(bounded_means(means[moved]), moved, draws, f"{PURPOSE}.scaled")
        counts[moved] = np.clip(drawn, self.min, self.max)
        return counts

    def words(self) -> str:
        bounds = [f"at least {self.min:,}"] if self.min else []
        bounds += [f"at most {self.max:,}"] if self.max is not None else []
        return f"about {self.mean:,.12g} each" + (f", {' and '.join(bounds)}" if bounds else "")

    @cached_property
    def _weights(self) -> Weights:
        counts, shares = poisson_masses(self.mean)
        codes = np.clip(counts.astype(np.int64), self.min, self.max)
        return weigh([(codes.tolist(), shares.tolist())])


def bounded_means(means: F64) -> F64:
    """FanoutError where a parent would have more children than anybody can use; never below 0."""
    if len(means) and means.max() > MOST_CHILDREN:
        raise FanoutError(
            f"a row would have about {means.max():.2g} children, and at most {MOST_CHILDREN:.0e} are made"
        )
    return np.maximum(means, 0.0)


def _whole(means: F64, draws: Draws) -> I64:
    """Rounded up as often as the fraction says, so that the mean stays."""
    counts: I64 = np.floor(bounded_means(means) + draws.uniform(f"{PURPOSE}.rounded")).astype(np.int64)
    return counts


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
