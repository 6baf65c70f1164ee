"""Text by a pattern with tokens {A-Z}, {a-z} and number ranges such as {00-99}; the rest is literal."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from datagen.generators.base import Independent
from datagen.refusals import RefusalError

LONGEST_BYTES = 4096
LONGEST_NUMBER = 18  # digits
TOKEN = re.compile(r"\{(A-Z|a-z|[0-9]+-[0-9]+)\}")


@dataclass(frozen=True)
class Pattern(Independent):
    """Every text is of the same length: a number is zero-padded to the width of its longer bound."""

    pattern: str
    unique: bool  # every row of the table another text, for up to `capacity` rows

    def __post_init__(self) -> None:
        if len(self.pattern.encode()) > LONGEST_BYTES:
            raise RefusalError("pattern", f"pattern is longer than {LONGEST_BYTES} bytes; shorten it")
        for part in self._parts:
            if isinstance(part, Range):
                part.check(self.pattern)

    @property
    def capacity(self) -> int:
        """How many different texts there are."""
        return math.prod(part.size for part in self._parts if isinstance(part, Range))

    @cached_property
    def _parts(self) -> tuple[str | Range, ...]:
        pieces = TOKEN.split(self.pattern)  # literals at even places, tokens at odd ones
        parts = (Range.of(piece) if place % 2 else piece for place, piece in enumerate(pieces))
        return tuple(part for part in parts if part)

    def arrow_type(self) -> pa.DataType:
        return pa.string()


@dataclass(frozen=True, slots=True)
class Range:
    """A token: `size` texts of `width` characters, letters from `first` or numbers from `first`."""

    first: int
    size: int
    width: int
    letters: bool

    @staticmethod
    def of(token: str) -> Range:
        if token in ("A-Z", "a-z"):
            return Range(ord(token[0]), 26, 1, True)
        low, high = token.split("-")
        return Range(int(low), int(high) - int(low) + 1, max(len(low), len(high)), False)

    def check(self, pattern: str) -> None:
        if self.width > LONGEST_NUMBER:
            raise RefusalError("pattern", f"pattern={pattern} has a number of over {LONGEST_NUMBER} digits; split it")
        if self.size < 1:
            high = self.first + self.size - 1
            raise RefusalError("pattern", f"pattern={pattern} counts from {self.first} down to {high}; swap them?")
