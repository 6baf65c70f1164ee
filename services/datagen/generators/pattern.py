"""Text by a pattern with tokens {A-Z}, {a-z} and number ranges such as {00-99}; the rest is literal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.draws import U64, Draws
from datagen.generators.base import Kind, Rows
from datagen.generators.joined import evenly
from datagen.permute import LARGEST, shuffled
from datagen.refusals import RefusalError

LONGEST_BYTES = 1024
LONGEST_NUMBER = 18  # digits
TOKEN = re.compile(r"\{(A-Z|a-z|[0-9]+-[0-9]+)\}")
ONE_DRAW = 2**32  # tokens share a draw while their sizes multiply to less


@dataclass(frozen=True, slots=True)
class Token:
    """A place of `width` bytes that holds one of `size` texts: letters from `first` on, or numbers."""

    place: int
    width: int
    first: int
    size: int
    letters: bool

    def write(self, characters: NDArray[np.uint8], value: U64) -> None:
        """The texts of these values, 0-based, into their place of each row."""
        value = value + np.uint64(self.first)
        if self.letters:
            characters[:, self.place] = value
            return
        stop = self.place + self.width
        while stop > self.place:
            digits = min(4, stop - self.place)
            if stop - digits > self.place:
                value, limb = np.divmod(value, np.uint64(10_000))
            else:
                limb = value
            target = characters[:, stop - digits : stop].view(f"V{digits}")[:, 0]
            target[:] = np.take(decimals(digits), limb.view(np.int64))
            stop -= digits


@dataclass(frozen=True)
class Pattern(Kind):
    """Every text is of the same length: a number is zero-padded to the width of its longer bound."""

    pattern: str
    unique: bool  # every row of the table another text, for up to `capacity` rows

    def __post_init__(self) -> None:
        if len(self.pattern.encode()) > LONGEST_BYTES:
            raise RefusalError("pattern", f"pattern is longer than {LONGEST_BYTES} bytes; shorten it")
        for token in self._tokens:
            if token.width > LONGEST_NUMBER:
                raise RefusalError("pattern", f"pattern={self.pattern} has over {LONGEST_NUMBER} digits in a number")
            if token.size < 1:
                high = token.first + token.size - 1
                raise RefusalError("pattern", f"pattern={self.pattern} counts from {token.first} down to {high}; swap?")

    @property
    def capacity(self) -> int:
        """How many different texts there are (of more than 2^62: how many of them `unique` makes use of)."""
        return math.prod(token.size for token in self._shuffled)

    def check_rows(self, rows: int) -> None:
        if self.unique and rows > self.capacity:
            raise RefusalError(
                "unique", f"unique: {rows} rows from {self.capacity} different texts; widen a token of the pattern"
            )

    def arrow_type(self) -> pa.DataType:
        return pa.string()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        characters = np.empty((len(rows), len(self._template)), np.uint8)
        characters[:] = self._template
        for tokens, numbers in self._numbers(rows, draws):
            for token in reversed(tokens[1:]):
                numbers, value = np.divmod(numbers, np.uint64(token.size))
                token.write(characters, value)
            tokens[0].write(characters, numbers)
        return evenly(characters)

    def _numbers(self, rows: Rows, draws: Draws) -> Iterator[tuple[tuple[Token, ...], U64]]:
        """Groups of tokens, and for each row the number of their texts taken together."""
        if self.unique and self._shuffled:
            yield self._shuffled, shuffled(rows.numbers.view(np.uint64), self.capacity, draws)
        for group in self._drawn:
            yield group, draws.below(math.prod(token.size for token in group), f"value.{group[0].place}")

    @cached_property
    def _pieces(self) -> tuple[bytes | Token, ...]:
        """The literals and tokens in order."""
        pieces: list[bytes | Token] = []
        place = 0
        for index, text in enumerate(TOKEN.split(self.pattern)):  # literals at even indices, tokens at odd ones
            piece = _token(text, place) if index % 2 else text.encode()
            pieces.append(piece)
            place += piece.width if isinstance(piece, Token) else len(piece)
        return tuple(pieces)

    @cached_property
    def _tokens(self) -> tuple[Token, ...]:
        return tuple(piece for piece in self._pieces if isinstance(piece, Token))

    @cached_property
    def _template(self) -> NDArray[np.uint8]:
        text = b"".join(bytes(piece.width) if isinstance(piece, Token) else piece for piece in self._pieces)
        return np.frombuffer(text, np.uint8)

    @cached_property
    def _shuffled(self) -> tuple[Token, ...]:
        """The largest tokens whose texts taken together can be shuffled as one; all of them where that is possible."""
        chosen: list[Token] = []
        count = 1
        for token in sorted(self._tokens, key=lambda token: -token.size):
            if count * token.size <= LARGEST:
                count *= token.size
                chosen.append(token)
        return tuple(chosen)

    @cached_property
    def _drawn(self) -> tuple[tuple[Token, ...], ...]:
        """The tokens that are drawn, in groups that share a draw."""
        groups: list[list[Token]] = []
        count = ONE_DRAW
        for token in self._tokens:
            if self.unique and token in self._shuffled:
                continue
            if count * token.size >= ONE_DRAW:
                groups.append([])
                count = 1
            groups[-1].append(token)
            count *= token.size
        return tuple(tuple(group) for group in groups)


def _token(text: str, place: int) -> Token:
    if text in ("A-Z", "a-z"):
        return Token(place, 1, ord(text[0]), 26, letters=True)
    low, high = text.split("-")
    return Token(place, max(len(low), len(high)), int(low), int(high) - int(low) + 1, letters=False)


@cache
def decimals(digits: int) -> NDArray[np.void]:
    """0, 1, 2, … as texts of so many digits."""
    numbers = np.arange(10**digits)[:, None] // 10 ** np.arange(digits)[::-1] % 10 + ord("0")
    return numbers.astype(np.uint8).view(f"V{digits}").ravel()
