"""Instants inside a window, drawn independently of each other along a curve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.generators.strftime import Strftime, check_pattern
from datagen.refusals import RefusalError
from datagen.timeline import HOUR_US, I64, Curve, Pattern, Profile, Window, hour_edges, hour_masses, place_within
from datagen.weights import Weights, weigh

EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}  # in microseconds
LONGEST_HOURS = 24 * 366 * 400


def instant_type(format: str) -> pa.DataType:
    if format == "iso":
        return pa.timestamp("us", tz="UTC")
    return pa.int64() if format in EPOCHS else pa.string()


def formatted(instants: I64, format: str, window: Window) -> pa.Array:
    """Microseconds since 1970 as the column's format has them; what is finer than it is cut."""
    if format == "iso":
        return pa.array(instants).view(instant_type(format))
    if format in EPOCHS:
        return pa.array(instants // EPOCHS[format])
    return Strftime(format, window).texts(instants)


def _has_mass(curve: Profile | Pattern, window: Window) -> bool:
    """Whether anything can lie in the window."""
    if isinstance(curve, Pattern) and min((*curve.hours, *curve.weekdays, *curve.months)) > 0:
        first, last = curve.points.below(np.array([window.start_us, window.end_us + 1]))
        return bool(first < last)
    return bool(hour_masses(curve, hour_edges(window)).any())


@dataclass(frozen=True)
class Instant(Kind):
    window: Window
    curve: Curve
    format: str  # iso, epoch_s, epoch_ms or a strftime pattern

    def __post_init__(self) -> None:
        if self.window.start_us > self.window.end_us:
            raise RefusalError("time_window", "time_window ends before it starts; swap start and end?")
        if self.window.length_us > LONGEST_HOURS * HOUR_US:
            raise RefusalError("time_window", "time_window is longer than 400 years; shorten it")
        if instant_type(self.format) == pa.string():
            check_pattern(self.format)
        if isinstance(self.curve, Profile | Pattern) and not _has_mass(self.curve, self.window):
            raise RefusalError(
                *(
                    (
                        "pattern",
                        "pattern has no weight above 0 for any point of its grid; give one, or widen the window",
                    )
                    if isinstance(self.curve, Pattern)
                    else ("profile", "profile has no weight above 0 for any hour of time_window; give one, or widen it")
                )
            )

    def arrow_type(self) -> pa.DataType:
        return instant_type(self.format)

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return formatted(self._drawn(draws), self.format, self.window)

    def _drawn(self, draws: Draws) -> I64:
        share = draws.uniform()
        if not isinstance(self.curve, Profile | Pattern):
            return place_within(self.curve, self.window, self.window.start_us, self.window.length_us, share)
        hour = self._hours.pick(draws, purpose="hour")
        edges = self._edges
        return place_within(self.curve, self.window, edges[hour], np.diff(edges)[hour], share)

    @cached_property
    def _edges(self) -> I64:
        return hour_edges(self.window)

    @cached_property
    def _hours(self) -> Weights:
        masses = hour_masses(self.curve, self._edges)
        return weigh([(range(len(masses)), masses.tolist())])
