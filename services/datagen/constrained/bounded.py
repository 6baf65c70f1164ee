"""Numbers and instants drawn from what their distribution leaves between bounds that may differ from row to row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.constrained.limits import FIRST_US, LAST_US, Limits, Number
from datagen.constrained.truncation import Continuous, truncated
from datagen.draws import F64, Draws
from datagen.frequency import Fixed
from datagen.generators.base import Kind, Rows
from datagen.generators.counts import PoissonCount
from datagen.generators.instant import Instant
from datagen.generators.ordered import Ordered, ordered_shares
from datagen.grid import Grid
from datagen.modifiers import Cast, Limited, Linear, Rounded
from datagen.modifiers.base import Modifier
from datagen.poisson import poisson_masses
from datagen.timeline import DAY_US, I64, Pattern, hour_edges, hour_masses, place_within


def can_be_traced(modifiers: Sequence[Modifier]) -> bool:
    """Whether `before` knows which drawn values lead between two bounds."""
    return all(
        isinstance(modifier, Limited | Rounded)
        or (isinstance(modifier, Linear) and modifier.factor != 0)
        or (isinstance(modifier, Cast) and (pa.types.is_integer(modifier.type) or pa.types.is_floating(modifier.type)))
        for modifier in modifiers
    )


def before(modifiers: Sequence[Modifier], low: F64, high: F64) -> tuple[F64, F64]:
    """The bounds of a value before these modifiers, of one that lies between `low` and `high` after them."""
    for modifier in reversed(modifiers):
        if isinstance(modifier, Rounded):
            low, high = low - 0.5 * 10.0**-modifier.precision, high + 0.5 * 10.0**-modifier.precision
        elif isinstance(modifier, Cast) and pa.types.is_integer(modifier.type):
            low, high = low - 0.5, high + 0.5
        elif isinstance(modifier, Linear):
            ends = (low - modifier.offset) / modifier.factor, (high - modifier.offset) / modifier.factor
            low, high = ends if modifier.factor > 0 else ends[::-1]
        elif isinstance(modifier, Limited):
            low = low if modifier.min is None else np.where(low <= modifier.min, -np.inf, low)
            high = high if modifier.max is None else np.where(high >= modifier.max, np.inf, high)
    return low, high


@dataclass(frozen=True)
class Bounded(Kind):
    """What lies beyond all that the distribution leaves is put on the bound."""

    limits: Limits
    modifiers: tuple[Modifier, ...]  # applied to the draw; the bounds are those of the result
    type: pa.DataType

    @property
    def reads(self) -> tuple[str, ...]:
        return self.limits.reads

    def arrow_type(self) -> pa.DataType:
        return self.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        low, high = self.limits.of(rows, f"{draws.table}.{draws.column}")
        values = self.drawn(rows, draws, low, high)
        for modifier in self.modifiers:
            values = modifier.apply(values, rows, draws)
        return self.limits.clipped(values, low, high)

    def drawn(self, rows: Rows, draws: Draws, low: Number, high: Number) -> pa.Array:
        raise NotImplementedError


@dataclass(frozen=True)
class BoundedNumber(Bounded):
    kind: Continuous

    def drawn(self, rows: Rows, draws: Draws, low: Number, high: Number) -> pa.Array:
        return pa.array(truncated(self.kind, draws, *before(self.modifiers, low, high)))


@dataclass(frozen=True)
class BoundedCount(Bounded):
    kind: PoissonCount

    def drawn(self, rows: Rows, draws: Draws, low: Number, high: Number) -> pa.Array:
        counts, cumulated = self._counts
        places, _ = places_between(counts, cumulated, *before(self.modifiers, low, high), draws.uniform())
        return pa.array(counts[places].astype(np.int64))

    @cached_property
    def _counts(self) -> tuple[F64, F64]:
        counts, shares = poisson_masses(self.kind.mean)
        return counts, np.concatenate([[0.0], np.cumsum(shares)])


def places_between(values: Number, cumulated: F64, low: Number, high: Number, unit: F64) -> tuple[I64, np.ndarray]:
    """A place of ascending values a row, by their masses, between bounds; and where none lies there, the nearest."""
    first = np.searchsorted(values, low, side="left")
    stop = np.searchsorted(values, high, side="right")
    empty = first >= stop
    share = cumulated[first] + unit * (cumulated[np.maximum(stop, first)] - cumulated[first])
    found = np.searchsorted(cumulated, share, side="right") - 1
    found = np.clip(found, first, np.maximum(stop - 1, first))
    return np.minimum(found, len(values) - 1), empty


@dataclass(frozen=True)
class BoundedInstant(Bounded):
    """Where the window has no point of the grid left, the next one beyond it; where the bounds have none, a bound.

    Children whose bounds are their parent's stay in the order of time.
    """

    kind: Instant | Ordered

    def drawn(self, rows: Rows, draws: Draws, low: Number, high: Number) -> pa.Array:
        if pa.types.is_date(self.type):
            high = np.where(high < LAST_US, high + (DAY_US - 1), high)
        unit = ordered_shares(rows.numbers, rows.family(), draws) if isinstance(self.kind, Ordered) else draws.uniform()
        before_low, before_high = self._share_before(low), self._share_before(np.minimum(high, LAST_US - 1) + 1)
        found = self._placed(before_low + unit * (before_high - before_low))
        outside = np.flatnonzero((found < low) | (found > high) | (before_low >= before_high))
        found[outside] = self._nearest(low[outside], high[outside])
        return pa.array(found).view(pa.timestamp("us", tz="UTC"))

    @property
    def _instant(self) -> Instant:
        return self.kind.instant if isinstance(self.kind, Ordered) else self.kind

    @cached_property
    def _edges(self) -> I64:
        return hour_edges(self._instant.window)

    @cached_property
    def _cumulated(self) -> F64:
        return np.concatenate([[0.0], np.cumsum(hour_masses(self._instant.curve, self._edges))])

    def _share_before(self, instants: I64) -> F64:
        """How much of the curve lies before each instant."""
        edges, curve = self._edges, self._instant.curve
        assert isinstance(curve, Pattern)
        inside = np.clip(instants, edges[0], edges[-1])
        hour = np.minimum(np.searchsorted(edges, inside, side="right") - 1, len(edges) - 2)
        points = curve.points.below(edges)
        passed, count = curve.points.below(inside) - points[hour], np.diff(points)[hour]
        share: F64 = passed / np.maximum(count, 1)
        return self._cumulated[hour] + share * np.diff(self._cumulated)[hour]

    def _placed(self, at: F64) -> I64:
        edges, cumulated = self._edges, self._cumulated
        hour = np.clip(np.searchsorted(cumulated, at, side="right") - 1, 0, self._last)
        width = cumulated[hour + 1] - cumulated[hour]
        within = np.clip((at - cumulated[hour]) / np.where(width > 0, width, 1.0), 0.0, 1.0)
        curve = self._instant.curve
        assert isinstance(curve, Pattern)
        there = np.diff(curve.points.below(edges))[hour] > 0  # an hour without points has none to place
        found = edges[hour].copy()
        some = np.flatnonzero(there)
        lengths = np.diff(edges)[hour[some]]
        found[some] = place_within(curve, self._instant.window, edges[hour[some]], lengths, within[some])
        return found

    @cached_property
    def _last(self) -> int:
        return int(np.flatnonzero(np.diff(self._cumulated))[-1])

    def _nearest(self, low: I64, high: I64) -> I64:
        """The first point at or after the lower bound, else the last before the upper; else a bound itself."""
        curve = self._instant.curve
        assert isinstance(curve, Pattern)
        assert isinstance(curve.points, Grid)
        bound = np.where(low > FIRST_US, low, high)
        if not isinstance(curve.points.frequency, Fixed):
            return bound
        origin, step = curve.points.window.start_us, curve.points.frequency.step_us
        after, prior = origin - ((origin - low) // step) * step, origin + ((high - origin) // step) * step
        point = np.where(low > FIRST_US, after, prior)
        return np.where((point >= low) & (point <= high), point, bound)
