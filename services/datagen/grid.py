"""Grids of instants: those of a window that lie a whole number of steps from its start, or on days of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from datagen.frequency import Fixed, Frequency, OfCalendar
from datagen.timeline import DAY_US, I64, Window

MOST_AROUND_US = 400 * 366 * DAY_US
DAYS_OF_SEMIMONTH = 15  # the middle of a month, as pandas has it
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Grid:
    """The instants of a window at a frequency, numbered from 0."""

    window: Window
    frequency: Frequency

    def below(self, instants: I64) -> I64:
        """How many points lie before each of these instants."""
        if isinstance(self.frequency, Fixed):
            step = self.frequency.step_us
            passed: I64 = np.minimum(instants, self.window.end_us + 1) - self.window.start_us
            return -(np.minimum(-passed, 0) // step)
        return np.searchsorted(self._points, instants, side="left").astype(np.int64)

    def at(self, numbers: I64) -> I64:
        """The instants of these points."""
        if isinstance(self.frequency, Fixed):
            return self.window.start_us + numbers * self.frequency.step_us
        chosen: I64 = self._points[numbers]
        return chosen

    def around(self, instants: I64) -> tuple[I64, I64]:
        """From which point to before which next one each instant lies: none is led out of the window, nor into it."""
        if isinstance(self.frequency, Fixed):
            step = self.frequency.step_us
            begin = self.window.start_us + (instants - self.window.start_us) // step * step
            end = begin + step
        else:
            edges = np.concatenate([[np.iinfo(np.int64).min], self._points, [np.iinfo(np.int64).max]])
            place = np.searchsorted(edges, instants, side="right") - 1
            begin, end = edges[place], edges[place + 1]
        first, after = self.window.start_us, self.window.end_us + 1
        begin = np.where(instants >= first, np.maximum(begin, first), begin)
        begin = np.where(instants >= after, np.maximum(begin, after), begin)
        end = np.where(instants < after, np.minimum(end, after), end)
        end = np.where(instants < first, np.minimum(end, first), end)
        return np.maximum(begin, instants - MOST_AROUND_US), np.minimum(end, instants + MOST_AROUND_US)

    @cached_property
    def _points(self) -> I64:
        assert isinstance(self.frequency, OfCalendar)
        time_of_day = self.window.start_us % DAY_US
        days = _days(self.frequency, self.window)[:: self.frequency.multiple]
        points = days * DAY_US + time_of_day
        inside: I64 = points[(points >= self.window.start_us) & (points <= self.window.end_us)]
        return inside


def _days(frequency: OfCalendar, window: Window) -> I64:
    """Days since 1970 on which the frequency falls, from the window's first day on."""
    first, last = window.start_us // DAY_US, window.end_us // DAY_US
    days = np.arange(first, last + 1, dtype=np.int64)
    weekdays = (days + 3) % 7  # 1970-01-01 was a Thursday
    if frequency.unit in ("business", "week"):
        chosen: I64 = days[weekdays < 5 if frequency.unit == "business" else weekdays == frequency.anchor]
        return chosen
    found: I64 = (
        _semimonthly(frequency, first, last) if frequency.unit == "semimonth" else _monthly(frequency, first, last)
    )
    return found[(found >= first) & (found <= last)]


def _monthly(frequency: OfCalendar, first: int, last: int) -> I64:
    months = _months(first, last)
    every = MONTHS_OF[frequency.unit]
    months = months[(months % 12 - frequency.anchor) % every == 0] if every > 1 else months
    return _business(_starts(months) if frequency.at_start else _starts(months + 1) - 1, frequency)


def _semimonthly(frequency: OfCalendar, first: int, last: int) -> I64:
    months = _months(first, last)
    starts, middles = _starts(months), _starts(months) + DAYS_OF_SEMIMONTH - 1
    both = [starts, middles] if frequency.at_start else [middles, _starts(months + 1) - 1]
    return _business(np.sort(np.concatenate(both)), frequency)


def _months(first: int, last: int) -> I64:
    """Months since 1970 that touch these days."""
    ends = np.array([first, last], "datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.arange(ends[0], ends[1] + 1, dtype=np.int64)


def _starts(months: I64) -> I64:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _business(days: I64, frequency: OfCalendar) -> I64:
    """Where a weekend is hit, the next working day, or at an end the one before."""
    if not frequency.business:
        return days
    beyond = (days + 3) % 7 - 4  # 1 on Saturday, 2 on Sunday
    moved: I64 = np.where(beyond > 0, days + 3 - beyond if frequency.at_start else days - beyond, days)
    return moved
