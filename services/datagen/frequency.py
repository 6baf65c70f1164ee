"""Frequencies as pandas names them, old and new, in either case: the step of a grid of instants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from datagen.timeline import DAY_US, HOUR_US

MINUTE_US = 60_000_000
SECOND_US = 1_000_000

Calendar = Literal["business", "week", "month", "semimonth", "quarter", "year"]
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MAX_MULTIPLE = 10_000


class FrequencyError(ValueError):
    """The text is no frequency. The message follows "name=value "."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A step of always the same length."""

    step_us: int


@dataclass(frozen=True, slots=True)
class OfCalendar:
    """A step from one day of the calendar to another, `multiple` at a time."""

    unit: Calendar
    multiple: int
    at_start: bool = False  # of its month, quarter or year; else at its end
    business: bool = False  # the nearest working day inside
    anchor: int = 0  # a week's weekday from Monday; the month in which a quarter or year ends, or starts, from January


Frequency = Fixed | OfCalendar

# Upper case; where case tells two apart (MS and ms, M and min), `_EXACT` is asked first.
_FIXED = {
    "D": DAY_US,
    "H": HOUR_US,
    "T": MINUTE_US,
    "MIN": MINUTE_US,
    "S": SECOND_US,
    "L": 1_000,
    "U": 1,
    "US": 1,
    "N": 1,  # nothing here is finer than a microsecond
    "NS": 1,
}
_EXACT = {"ms": Fixed(1_000)}
_UNITS: dict[str, tuple[Calendar, bool]] = {  # unit, at its start
    "B": ("business", False),
    "C": ("business", False),
    "W": ("week", False),
    "M": ("month", False),
    "ME": ("month", False),
    "MS": ("month", True),
    "SM": ("semimonth", False),
    "SME": ("semimonth", False),
    "SMS": ("semimonth", True),
    "Q": ("quarter", False),
    "QE": ("quarter", False),
    "QS": ("quarter", True),
    "Y": ("year", False),
    "YE": ("year", False),
    "YS": ("year", True),
    "A": ("year", False),
    "AS": ("year", True),
}
_TEXT = re.compile(r"(?P<multiple>[0-9]{0,5}) ?(?P<unit>[A-Za-z]{1,4})(?:-(?P<anchor>[A-Za-z]{3}))?")
KNOWN = "min, T, H, D, B, W, M, MS, Q, Y, with a number before it as in 15min"


def read_frequency(text: str) -> Frequency:
    """Raises FrequencyError."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise FrequencyError(f"is no frequency; known: {KNOWN}")
    multiple = int(match["multiple"] or 1)
    if not 1 <= multiple <= MAX_MULTIPLE:
        raise FrequencyError(f"must be from 1 to {MAX_MULTIPLE:,} times its unit")
    if match["anchor"] is None and (fixed := _fixed(match["unit"])):
        return Fixed(multiple * fixed)
    return _of_calendar(match["unit"].upper(), multiple, (match["anchor"] or "").upper())


def _fixed(unit: str) -> int | None:
    return _EXACT[unit].step_us if unit in _EXACT else _FIXED.get(unit.upper())


def _of_calendar(name: str, multiple: int, anchor: str) -> OfCalendar:
    business = len(name) > 1 and name[0] == "B" and name[1:] in _UNITS and name[1:] not in ("B", "C", "W")
    unit = _UNITS.get(name[1:] if business else name)
    if unit is None:
        raise FrequencyError(f"is no frequency; known: {KNOWN}")
    kind, at_start = unit
    return OfCalendar(kind, multiple, at_start, business, _anchor(kind, at_start, anchor))


def _anchor(kind: Calendar, at_start: bool, anchor: str) -> int:
    """As pandas has it: weeks end on Sunday, years in December or start in January."""
    if kind == "week":
        return _place(anchor or "SUN", WEEKDAYS)
    if kind in ("quarter", "year"):
        return _place(anchor or ("JAN" if at_start else "DEC"), MONTHS)
    if anchor:
        raise FrequencyError(f"has -{anchor}, which has no meaning with this unit; leave it out")
    return 0


def _place(anchor: str, names: tuple[str, ...]) -> int:
    if anchor not in names:
        raise FrequencyError(f"has -{anchor}; known: {', '.join(names)}")
    return names.index(anchor)
