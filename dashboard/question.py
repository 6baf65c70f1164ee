"""What the address asks: a span of days, values of dimensions, a figure. Everything wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from web.figures import Figure, lead
from web.parameters import Parameters

WHERE = "where."  # no column's name has a dot, so no dimension can be taken for another parameter
MAX_VALUES = 200  # of one dimension
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WEEKS = 4  # of the span a page opens with, at most


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, UTC as in the files; both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> Period | None:
        """The period of the same length that ends the day before; None before the calendar begins."""
        try:
            return Period(self.first - timedelta(self.days), self.first - timedelta(1))
        except OverflowError:
            return None

    def within(self, other: Period) -> bool:
        return other.first <= self.first and self.last <= other.last

    def dates(self) -> list[date]:
        return [self.first + timedelta(day) for day in range(self.days)]


@dataclass(frozen=True, slots=True)
class Question:
    extent: Period  # from the first day of the run to its last
    period: Period | None  # what of the extent is asked for; None where that is no day of it
    where: Mapping[str, tuple[str, ...]]  # dimension -> the values that count, one of them
    opening: bool  # whether the address names no day

    def previous(self) -> Period | None:
        """What the period is compared with: the equal one before it, if the run has all its days."""
        before = self.period.before() if self.period else None
        return before if before and before.within(self.extent) else None


def opening_period(extent: Period) -> Period:
    """The last four whole weeks, or fewer, so that as many days before them are there to compare with."""
    weeks = min(WEEKS, extent.days // 14)
    length = 7 * weeks or max(1, extent.days // 2)
    return Period(extent.last - timedelta(length - 1), extent.last)


class Address(Parameters):
    """That of the batch page."""

    def __init__(self, arguments: MultiDict[str, str], dimensions: Collection[str]) -> None:
        super().__init__(arguments)
        self.dimensions = dimensions

    def question(self, extent: Period) -> Question:
        first, last = self.day("from"), self.day("to")
        where = {name: self.values(name) for name in self.dimensions if WHERE + name in self.arguments}
        if first and last and first > last:
            self.reasons.append(f"from={first} is after to={last}; swap them")
        opening = first is None and last is None
        period = opening_period(extent) if opening else _cut(first, last, extent)
        return Question(extent, period, where, opening)

    def day(self, key: str) -> date | None:
        text = self.one(key)
        if text is None:
            return None
        with suppress(ValueError):
            if DAY.fullmatch(text):
                return date.fromisoformat(text)
        self.reasons.append(f"{key}={text} is not a day; write it as 2025-02-01")
        return None

    def values(self, dimension: str) -> tuple[str, ...]:
        key = WHERE + dimension
        self.read.add(key)
        values = tuple(dict.fromkeys(self.arguments.getlist(key)))
        if len(values) > MAX_VALUES:
            self.reasons.append(f"{key} names {len(values)} values; at most {MAX_VALUES} can be asked for")
        return values

    def figure(self, known: tuple[Figure, ...]) -> Figure:
        name = self.choice("metric", [figure.name for figure in known])
        return next((figure for figure in known if figure.name == name), lead(known))

    def close(self, others: Sequence[str] = ()) -> None:
        super().close([*(WHERE + name for name in self.dimensions), *others])


def _cut(first: date | None, last: date | None, extent: Period) -> Period | None:
    """The days asked for, as far as the run has them."""
    first, last = max(first or extent.first, extent.first), min(last or extent.last, extent.last)
    return Period(first, last) if first <= last else None
