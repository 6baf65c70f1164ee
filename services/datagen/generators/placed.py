"""Instants along a curve that effects reweight, row by row, and that begins anew at an instant of another row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from datagen.bounds import Since
from datagen.draws import F64, I64, Draws, Flags
from datagen.errors import UserError
from datagen.generators.base import Kind, Rows
from datagen.generators.instant import Instant, instant_type
from datagen.generators.ordered import ordered_shares
from datagen.readings import Reading
from datagen.timeline import HOUR_US, Pattern, hour_edges

if TYPE_CHECKING:
    from datagen.effects import EffectIndex, EffectTable


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
        since, bound = self.since.instants(rows, draws) if self.since else (None, None)
        indices = [part.effects.index(rows.others) for part in self.by]
        for groups, chosen in self._cases(rows, indices):
            at = self._curve(groups, indices)
            if at is None:
                raise UserError(f"{draws.table}.{draws.column}: effects leave no instant with a weight above 0")
            if since is None or bound is None:
                instants[chosen] = at.placed(shares[chosen])
            else:
                instants[chosen] = at.placed_since(shares[chosen], since[chosen], bound[chosen])
        return pa.array(instants).view(self.arrow_type())

    def _cases(self, rows: Rows, indices: Sequence[EffectIndex]) -> list[tuple[tuple[int, ...], I64]]:
        """The keys of effects that occur, each with its rows."""
        columns = [
            index.groups([reading.values(rows) for reading in part.on], len(rows))
            for part, index in zip(self.by, indices, strict=True)
        ]
        if all((column == column[0]).all() for column in columns if len(column)):
            return [(tuple(int(column[0]) for column in columns), np.arange(len(rows)))] if len(rows) else []
        different, which = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        cuts = np.cumsum(np.bincount(which.ravel(), minlength=len(different)))[:-1]
        return list(zip(map(tuple, different.tolist()), np.split(order, cuts), strict=True))

    def _curve(self, groups: tuple[int, ...], indices: Sequence[EffectIndex]) -> _Curve | None:
        """None where all weights are 0."""
        curve = self.instant.curve
        assert isinstance(curve, Pattern)
        edges = self._edges(indices)
        begins = edges[:-1]
        weights = curve.weights(begins // HOUR_US)
        for part, index, group in zip(self.by, indices, groups, strict=True):
            strengths = index.strengths(np.full(len(begins), group, np.int64), begins)
            strengths[np.isnan(strengths)] = part.default
            weights = weights * strengths if part.op == "mul" else weights + strengths
            np.maximum(weights, 0.0, out=weights)
        masses = weights * np.diff(curve.points.below(edges))
        return _Curve(curve, edges, np.concatenate([[0.0], np.cumsum(masses)])) if masses.any() else None

    def _edges(self, indices: Sequence[EffectIndex]) -> I64:
        window = self.instant.window
        times = [index.times[(index.times > window.start_us) & (index.times <= window.end_us)] for index in indices]
        return np.unique(np.concatenate([self._hours, *times])) if times else self._hours

    @cached_property
    def _hours(self) -> I64:
        return hour_edges(self.instant.window)


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    pattern: Pattern
    edges: I64
    cumulated: F64  # at each edge; the last is the whole

    def placed(self, shares: F64) -> I64:
        """The points below which these shares of the whole lie."""
        return self._at(shares * self.cumulated[-1])

    def placed_since(self, shares: F64, since: I64, bound: Flags) -> I64:
        """The same of what lies behind `since`, for rows that are bound by it."""
        points, whole = self.pattern.points, self.cumulated[-1]
        inside = np.clip(since, self.edges[0], self.edges[-1] - 1)
        cell = np.searchsorted(self.edges, inside, side="right") - 1
        before, after = points.below(self.edges[cell]), points.below(self.edges[cell + 1])
        passed = (points.below(inside) - before) / np.maximum(after - before, 1)
        low = self.cumulated[cell] + passed * (self.cumulated[cell + 1] - self.cumulated[cell])
        low[~bound | (since < self.edges[0])] = 0.0
        low[bound & (since >= self.edges[-1])] = whole
        found = self._at(np.minimum(low + shares * (whole - low), whole))
        early = np.flatnonzero(bound & ((found < since) | (low >= whole)))
        found[early] = since[early]
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
