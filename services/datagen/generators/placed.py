"""Instants along a curve that effects reweight, row by row, and that begins anew at an instant of another row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from datagen.bounds import Since
from datagen.draws import F64, I64, Draws
from datagen.errors import UserError
from datagen.generators.base import Kind, Links, Rows
from datagen.generators.instant import Instant, instant_type
from datagen.generators.ordered import ordered_shares
from datagen.readings import Reading
from datagen.timeline import HOUR_US, Pattern, hour_edges

if TYPE_CHECKING:
    from datagen.effects import EffectIndex, EffectTable


MOST_KEPT = 64  # curves


@dataclass(frozen=True)
class Reweighting:
    """An instant's weight is multiplied by what an effect table holds there, or moved by it; never below 0."""

    effects: EffectTable
    on: tuple[Reading, ...]  # columns here, in the order of the effect table's keys
    default: float  # where nothing holds
    op: Literal["mul", "add"]


@dataclass(frozen=True)
class Placed(Kind):
    """A draw of the instant's curve with every weight changed by each of `by` in turn, from `since` on.

    Where the curve leaves nothing behind `since`, the instant is that of `since`.
    """

    instant: Instant  # along a Pattern
    ordered: bool  # in the order of time within each parent, where all children share a curve
    by: tuple[Reweighting, ...] = ()
    since: Since | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        since = self.since.reads if self.since else ()
        on = (name for part in self.by for reading in part.on for name in reading.reads)
        return tuple(dict.fromkeys((*on, *since)))

    def arrow_type(self) -> pa.DataType:
        return instant_type(self.instant.format)

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        shares = ordered_shares(rows.numbers, rows.family(), draws) if self.ordered else draws.uniform()
        instants = np.empty(len(rows), np.int64)
        since = self._since(rows, draws)
        ground = rows.others.once(self, lambda: self._ground(rows.others))
        for groups, chosen in self._cases(rows, ground):
            at = self._kept_curve(groups, ground, rows.others)
            if at is None:
                raise UserError(f"{draws.table}.{draws.column}: effects leave no instant with a weight above 0")
            instants[chosen] = at.placed(shares[chosen], None if since is None else since[chosen])
        return pa.array(instants).view(self.arrow_type())

    def _since(self, rows: Rows, draws: Draws) -> I64 | None:
        if self.since is None:
            return None
        since, there = self.since.instants(rows, draws)
        return np.where(there, since, self.instant.window.start_us)

    def _cases(self, rows: Rows, ground: _Ground) -> list[tuple[tuple[int, ...], I64]]:
        """The keys of effects that occur, each with its rows."""
        columns = [
            index.groups([reading.values(rows) for reading in part.on], len(rows))
            for part, index in zip(self.by, ground.indices, strict=True)
        ]
        if all((column == column[0]).all() for column in columns if len(column)):
            return [(tuple(int(column[0]) for column in columns), np.arange(len(rows)))] if len(rows) else []
        different, which = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        cuts = np.cumsum(np.bincount(which.ravel(), minlength=len(different)))[:-1]
        return list(zip(map(tuple, different.tolist()), np.split(order, cuts), strict=True))

    def _kept_curve(self, groups: tuple[int, ...], ground: _Ground, links: Links) -> _Curve | None:
        """Made once where there are few."""
        if math.prod(len(index.known) + 1 for index in ground.indices) > MOST_KEPT:
            return self._curve(groups, ground)
        return links.once((self, groups), lambda: self._curve(groups, ground))

    def _curve(self, groups: tuple[int, ...], ground: _Ground) -> _Curve | None:
        """None where all weights are 0."""
        weights = ground.weights
        for part, index, ranks, group in zip(self.by, ground.indices, ground.ranks, groups, strict=True):
            strengths = index.held_at(group, ranks)
            strengths[np.isnan(strengths)] = part.default
            weights = weights * strengths if part.op == "mul" else weights + strengths
            np.maximum(weights, 0.0, out=weights)
        masses = weights * ground.counts
        if not masses.any():
            return None
        return _Curve(ground.pattern, ground.edges, np.concatenate([[0.0], np.cumsum(masses)]))

    def _ground(self, links: Links) -> _Ground:
        pattern, window = self.instant.curve, self.instant.window
        assert isinstance(pattern, Pattern)
        indices = tuple(part.effects.index(links) for part in self.by)
        times = [index.times[(index.times > window.start_us) & (index.times <= window.end_us)] for index in indices]
        edges = np.unique(np.concatenate([hour_edges(window), *times]))
        begins = edges[:-1]
        ranks = tuple(index.ranks(begins) for index in indices)
        counts = np.diff(pattern.points.below(edges))
        return _Ground(pattern, edges, pattern.weights(begins // HOUR_US), counts, indices, ranks)


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """The window cut at full hours, and wherever an effect begins or ends."""

    pattern: Pattern
    edges: I64
    weights: F64  # of each piece, before effects
    counts: I64  # points of the grid in it
    indices: tuple[EffectIndex, ...]
    ranks: tuple[I64, ...]  # of the beginnings of the pieces, in each index


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    pattern: Pattern
    edges: I64
    cumulated: F64  # at each edge; the last is the whole

    def placed(self, shares: F64, since: I64 | None) -> I64:
        """The points below which these shares lie of the whole, or of what is left of it at `since`."""
        whole = self.cumulated[-1]
        if since is None:
            return self._at(shares * whole)
        before = self._before(since)
        found = self._at(np.minimum(before + shares * (whole - before), whole))
        return np.maximum(found, since)  # where nothing is left, what is found lies before

    def _before(self, instants: I64) -> F64:
        """How much lies before each instant."""
        points = self.pattern.points
        inside = np.clip(instants, self.edges[0], self.edges[-1] - 1)
        cell = np.searchsorted(self.edges, inside, side="right") - 1
        first, stop = points.below(self.edges[cell]), points.below(self.edges[cell + 1])
        passed = (points.below(inside) - first) / np.maximum(stop - first, 1)
        found: F64 = self.cumulated[cell] + passed * (self.cumulated[cell + 1] - self.cumulated[cell])
        return found

    def _at(self, masses: F64) -> I64:
        cumulated, points = self.cumulated, self.pattern.points
        last = int(np.flatnonzero(np.diff(cumulated))[-1])
        cell = np.minimum(np.searchsorted(cumulated, masses, side="right") - 1, last)
        share = (masses - cumulated[cell]) / (cumulated[cell + 1] - cumulated[cell])
        first = points.below(self.edges[cell])
        count = points.below(self.edges[cell + 1]) - first
        number = np.clip((np.clip(share, 0.0, 1.0) * count).astype(np.int64), 0, count - 1)
        return points.at(first + number)
