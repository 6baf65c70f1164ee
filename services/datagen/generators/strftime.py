"""Instants as text by a strftime pattern, in UTC and in English whatever the locale."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

import pyarrow as pa

from datagen.generators.joined import composed
from datagen.refusals import RefusalError
from datagen.text.words import Vocabulary, Words
from datagen.timeline import DAY_US, HOUR_US, I64, Window

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

OF_DAY: dict[str, Callable[[date], str]] = {
    "Y": lambda day: f"{day.year:04}",
    "y": lambda day: f"{day.year % 100:02}",
    "m": lambda day: f"{day.month:02}",
    "d": lambda day: f"{day.day:02}",
    "j": lambda day: f"{day.timetuple().tm_yday:03}",
    "b": lambda day: MONTHS[day.month - 1][:3],
    "B": lambda day: MONTHS[day.month - 1],
    "a": lambda day: WEEKDAYS[day.weekday()][:3],
    "A": lambda day: WEEKDAYS[day.weekday()],
    "F": lambda day: day.isoformat(),
}
OF_HOUR: dict[str, Callable[[int], str]] = {
    "H": lambda hour: f"{hour:02}",
    "I": lambda hour: f"{(hour + 11) % 12 + 1:02}",
    "p": lambda hour: "AM" if hour < 12 else "PM",
}
OF_CLOCK: dict[str, tuple[tuple[int, int, int], ...]] = {  # parts: one of how many microseconds, how many, digits
    "M": ((60_000_000, 60, 2),),
    "S": ((1_000_000, 60, 2),),
    "f": ((1_000, 1_000, 3), (1, 1_000, 3)),
}
ALWAYS = {"%": "%", "Z": "UTC", "z": "+0000"}
LONGER = {"%T": "%H:%M:%S", "%R": "%H:%M"}
DIRECTIVES = "".join([*OF_DAY, *OF_HOUR, *OF_CLOCK, *(name[1] for name in LONGER), *ALWAYS])
DIRECTIVE = re.compile("%?.", re.DOTALL)
LONGEST = 200  # characters


def check_pattern(pattern: str) -> None:
    """RefusalError where a pattern has an unknown directive or none."""
    used = re.findall("%.?", pattern, re.DOTALL)
    for directive in used:
        if len(directive) < 2 or directive[1] not in DIRECTIVES:
            known = " ".join(f"%{letter}" for letter in DIRECTIVES)
            raise RefusalError("format", f"format={pattern} has the unknown directive '{directive}'; known: {known}")
    if not any(directive[1] not in ALWAYS for directive in used):
        raise RefusalError("format", f"format={pattern} tells no time; use iso, epoch_s, epoch_ms or e.g. %Y-%m-%d")
    if len(pattern) > LONGEST:
        raise RefusalError("format", f"format is longer than {LONGEST} characters; shorten it")


@dataclass(frozen=True)
class Strftime:
    """A checked pattern for the instants of a window; what is finer than its finest directive is cut."""

    pattern: str
    window: Window

    def texts(self, instants: I64) -> pa.Array:
        return composed([Words(words, part.of(instants)) for part, words in self._words], len(instants))

    @cached_property
    def _words(self) -> tuple[tuple[Part, Vocabulary], ...]:
        """Neighbours that tell the same part of an instant are one: its vocabulary has a text for each value."""
        days = Part(DAY_US, self.window.start_us // DAY_US, self.window.end_us // DAY_US + 1)
        cells = [cell for directive in DIRECTIVE.findall(self._spelled_out()) for cell in _cells(directive, days)]
        runs = [(part, [text for _, text in run]) for part, run in groupby(cells, key=lambda cell: cell[0])]
        return tuple((part, _vocabulary(part, texts)) for part, texts in runs)

    def _spelled_out(self) -> str:
        return DIRECTIVE.sub(lambda found: LONGER.get(found[0], found[0]), self.pattern)


@dataclass(frozen=True, slots=True)
class Part:
    """What an instant is on one scale: how many whole units have passed, first..stop, or since the next larger unit."""

    unit_us: int
    first: int
    stop: int

    def of(self, instants: I64) -> I64 | None:
        """The place of each instant's value on the scale, 0-based; None on a scale of one."""
        if self.stop - self.first == 1:
            return None
        passed = instants // self.unit_us
        return passed - self.first if self.unit_us == DAY_US else passed % self.stop


Cell = tuple[Part, Callable[[int], str]]
NOTHING = Part(1, 0, 1)


def _cells(directive: str, days: Part) -> list[Cell]:
    """The texts that a directive, or a character that is none, writes one after the other."""
    name = directive[1:]
    if name in OF_DAY:
        return [(days, lambda day: OF_DAY[name](date(1970, 1, 1) + timedelta(day)))]
    if name in OF_HOUR:
        return [(Part(HOUR_US, 0, 24), OF_HOUR[name])]
    if name in OF_CLOCK:
        return [(Part(unit, 0, count), f"{{:0{digits}}}".format) for unit, count, digits in OF_CLOCK[name]]
    always = ALWAYS[name] if name else directive
    return [(NOTHING, lambda _: always)]


def _vocabulary(part: Part, texts: list[Callable[[int], str]]) -> Vocabulary:
    return Vocabulary(tuple("".join(text(value) for text in texts).encode() for value in range(part.first, part.stop)))
