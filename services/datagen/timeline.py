"""Spans of time, the curves that say how busy each hour of them is, and instants drawn from both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from datagen.refusals import RefusalError, not_negative

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time; both ends are inclusive instants in microseconds since 1970-01-01 UTC."""

    start_us: int
    end_us: int

    @property
    def length_us(self) -> int:
        """How many whole microseconds lie in it: 1 where start is end."""
        return self.end_us - self.start_us + 1


@dataclass(frozen=True, slots=True)
class Flat:
    """Every instant is as likely as any other."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """Density that grows linearly from zero at the window's start (up), or falls to zero at its end (down)."""

    direction: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Relative weights of the hours of a day times those of the days of a week, in UTC."""

    hour_of_day: tuple[float, ...]  # 24
    day_of_week: tuple[float, ...]  # 7, from Monday

    def __post_init__(self) -> None:
        for key, weights, count in (("hour_of_day", self.hour_of_day, 24), ("day_of_week", self.day_of_week, 7)):
            if len(weights) != count:
                raise RefusalError(key, f"{key} has {len(weights)} weights, not {count}")
            for weight in weights:
                not_negative(key, weight)
            if math.fsum(weights) == 0:
                raise RefusalError(key, f"{key} has no weight above 0; give at least one")


I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


class Points(Protocol):
    """Instants of a window on which alone something can happen, numbered from 0."""

    def below(self, instants: I64) -> I64:
        """How many points lie before each of these instants."""
        ...

    def at(self, numbers: I64) -> I64: ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """Relative weights of hours, weekdays and months, multiplied, over the points of a grid, in UTC."""

    points: Points
    hours: tuple[float, ...] = (1.0,) * 24
    weekdays: tuple[float, ...] = (1.0,) * 7  # from Monday
    months: tuple[float, ...] = (1.0,) * 12

    def weights(self, hours: I64) -> F64:
        """Of hours since 1970."""
        days = hours // 24
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
        by_hour, by_weekday = np.array(self.hours), np.array(self.weekdays)
        weights: F64 = by_hour[hours % 24] * by_weekday[(days + 3) % 7]
        weights *= np.array(self.months)[months]
        return weights


Curve = Flat | Ramp | Profile | Pattern


def hour_edges(window: Window) -> I64:
    """The window cut at every full hour UTC: n + 1 instants, of which the last is the first after the window."""
    first_hour, last_hour = window.start_us // HOUR_US, window.end_us // HOUR_US
    edges = np.arange(first_hour, last_hour + 2, dtype=np.int64) * HOUR_US
    edges[0], edges[-1] = window.start_us, window.end_us + 1
    return edges


def hour_masses(curve: Curve, edges: I64) -> F64:
    """How much of the curve lies between two edges each; relative, not normalised."""
    lengths: F64 = np.diff(edges) / HOUR_US
    if isinstance(curve, Flat):
        return lengths
    if isinstance(curve, Ramp):
        return lengths * _mean_density(curve, edges)
    hours = edges[:-1] // HOUR_US
    if isinstance(curve, Pattern):
        return curve.weights(hours) * np.diff(curve.points.below(edges))
    days = hours // 24
    by_hour, by_weekday = np.array(curve.hour_of_day), np.array(curve.day_of_week)
    weights: F64 = by_hour[hours % 24] * by_weekday[(days + 3) % 7]  # 1970-01-01 was a Thursday
    return lengths * weights


def _mean_density(ramp: Ramp, edges: I64) -> F64:
    middles: F64 = (edges[:-1] - edges[0] + (edges[1:] - edges[0])) / (2.0 * (edges[-1] - edges[0]))
    return middles if ramp.direction == "up" else 1.0 - middles


def place_within(curve: Curve, window: Window, left: I64 | int, length: I64 | int, share: F64) -> I64:
    """The instants below which `share` of the curve between left and left + length lies; never falls as share grows.

    Shares are in [0, 1); each instant is a whole microsecond before left + length.
    """
    if isinstance(curve, Pattern):
        return _point_within(curve.points, left, length, share)
    offset = _ramp_offset(curve, window, left, length, share) if isinstance(curve, Ramp) else share * length
    whole: I64 = offset.astype(np.int64)  # cuts; offsets are never negative
    np.minimum(whole, length - 1, out=whole)
    whole += left
    return whole


def _point_within(points: Points, left: I64 | int, length: I64 | int, share: F64) -> I64:
    """The points between two instants are equally likely; there is at least one."""
    begin = np.asarray(left, np.int64)
    first = points.below(begin)
    count = points.below(begin + length) - first
    number: I64 = (share * count).astype(np.int64)
    np.minimum(number, count - 1, out=number)
    return points.at(number + first)


def _ramp_offset(ramp: Ramp, window: Window, left: I64 | int, length: I64 | int, share: F64) -> F64:
    """Solves the quadratic that the integral of a linear density is."""
    rising = ramp.direction == "up"
    near = np.asarray(left - window.start_us if rising else window.end_us + 1 - left, np.float64)
    far = near + length if rising else near - length
    offset: F64 = np.abs(np.sqrt(near * near + share * ((far - near) * (far + near))) - near)
    return offset
