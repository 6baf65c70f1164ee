"""Numbers as decimal digits, four at a time by table."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from datagen.text.parts import Bytes, Flags, Grid, Part, Places, Span, fields_of

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]

GROUP, GROUP_SIZE = 4, 10_000
SIGN = 4  # bytes before the digits, of which the last may become the sign
MOST_EXACT = 1e15  # a double is nearest to at most one decimal of up to 15 digits
POWERS = 10 ** np.arange(20, dtype=np.uint64)

COUNTED = np.arange(GROUP_SIZE)
DIGITS: Bytes = np.stack([48 + COUNTED // 10**power % 10 for power in (3, 2, 1, 0)], axis=1).astype(np.uint8)
PADDED = DIGITS.view("<u4").ravel()  # 42 as 0042
COUNT: Places = 1 + np.sum(COUNTED[:, np.newaxis] >= [10, 100, 1000], axis=1)  # digits that 42 needs
BITS = 8 * COUNT.astype(np.uint64)
SHIFTED = PADDED.astype("<u8") >> (8 * GROUP - BITS)  # 42 alone
ENDING: Places = np.max((ord("0") < DIGITS) * np.arange(1, GROUP + 1), axis=1)  # 4200 has 2


def whole(values: I64) -> Part:
    """Whole numbers."""
    low, high = int(values.min()), int(values.max())
    if low >= 0 and high < GROUP_SIZE**2:
        words, lengths = _words(values, high)
        width = len(str(high))
        return Grid(fields_of(words, len(words), width, 8), width if width == len(str(low)) else lengths)
    magnitudes = np.abs(values).view(np.uint64)
    layout = _Layout(len(values), _groups(max(high, -low)), 0)
    layout.put(magnitudes, layout.groups, SIGN)
    return layout.part(magnitudes, values < 0 if low < 0 else None, 0)


def decimals(values: F64, *, pointed: bool) -> Part | None:
    """Doubles in their shortest form; None where one of them has over 15 digits or is not finite.

    `pointed`: a whole number keeps its point and a zero.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        for precision in range(_precision(values[:32]), 16):
            scaled = np.rint(values * 10.0**precision)
            if not np.all(np.abs(scaled) < MOST_EXACT):
                return None
            if np.all(scaled / 10.0**precision == values):
                return _decimals(scaled.astype(np.int64), precision, pointed)
    return None


def _precision(some: F64) -> int:
    """The digits after the point that these values need, at most 15."""
    powers = 10.0 ** np.arange(15)
    enough = np.all(np.rint(some[:, np.newaxis] * powers) / powers == some[:, np.newaxis], axis=0)
    return int(np.argmax(np.append(enough, True)))


def _decimals(scaled: I64, precision: int, pointed: bool) -> Part:
    negative = scaled < 0 if scaled.min() < 0 else None
    magnitudes = np.abs(scaled).view(np.uint64)
    units = magnitudes // POWERS[precision]
    rest = magnitudes - units * POWERS[precision]
    if negative is None and precision < GROUP and units.max() < GROUP_SIZE**2:
        return _short(units.view(np.int64), rest.view(np.int64), precision, pointed)
    fraction = max(_groups(10**precision - 1), int(pointed)) if precision or pointed else 0
    layout = _Layout(len(scaled), _groups(int(units.max())), fraction)
    layout.put(units, layout.groups, SIGN)
    tails: int | Places = 0
    if fraction:
        rest *= POWERS[GROUP * fraction - precision]
        tails = _tails(layout.put(rest, fraction, layout.point + 1), pointed)
    return layout.part(units, negative, tails)


def _words(values: I64, high: int) -> tuple[U64, Places]:
    """Up to eight digits each as the bytes of a word, and how many they are."""
    if high < GROUP_SIZE:
        return SHIFTED.take(values), COUNT.take(values)
    upper = values // GROUP_SIZE
    lower = values - upper * GROUP_SIZE
    words, lengths = SHIFTED.take(lower), COUNT.take(lower)
    longer = np.flatnonzero(upper)
    upper, lower = upper[longer], lower[longer]
    lengths[longer] = COUNT.take(upper) + GROUP
    words[longer] = SHIFTED.take(upper) | PADDED.take(lower).astype(np.uint64) << BITS.take(upper)
    return words, lengths


def _short(units: I64, rest: I64, precision: int, pointed: bool) -> Part:
    """Up to eight digits before the point and three behind it: two words a cell, of which the second may stay away."""
    high = int(units.max())
    words, lengths = _words(units, high)
    fractions, fraction_lengths = _fractions(precision, pointed)
    behind, shift = fractions.take(rest), lengths.view(np.uint64) << np.uint64(3)
    words |= behind << shift  # a shift by all 64 bits leaves nothing
    lengths += fraction_lengths.take(rest)
    width = int(lengths.max())
    if width <= 8:
        return Grid(fields_of(words, len(words), width, 8), lengths)
    return Grid(fields_of(np.stack([words, behind >> (64 - shift)], axis=1), len(words), width, 16), lengths)


@lru_cache(maxsize=8)
def _fractions(precision: int, pointed: bool) -> tuple[NDArray[np.uint64], Places]:
    """What stands behind the digits of the units, for each rest: .5 for 50."""
    texts = [f".{rest:0{precision}}".rstrip("0").rstrip("." if not pointed else "") for rest in range(10**precision)]
    texts = [text + "0" if text == "." else text for text in texts]
    words = [int.from_bytes(text.encode(), "little") for text in texts]
    return np.array(words, np.uint64), np.array([len(text) for text in texts], np.intp)


def _tails(groups: list[I64], pointed: bool) -> Places:
    """How many bytes of the point and the digits behind it are needed."""
    tails = np.full(len(groups[0]), 2 if pointed else 0, np.intp)
    for place, group in enumerate(groups):
        tails = np.where(group != 0, 1 + GROUP * place + ENDING.take(group), tails)
    return tails


def _groups(largest: int) -> int:
    return -(-len(str(largest)) // GROUP)


class _Layout:
    """Records of: room for a sign, groups of digits, and where there is a fraction a point and its groups."""

    def __init__(self, rows: int, groups: int, fraction: int) -> None:
        self.rows, self.groups = rows, groups
        self.point = SIGN + GROUP * groups
        self.stride = self.point + (1 + GROUP * fraction if fraction else 0)
        self.source: Bytes = np.empty((rows + 1) * self.stride, np.uint8)
        if fraction:
            fields_of(self.source, rows, 1, self.stride, self.point)[:] = np.void(b".")

    def put(self, numbers: U64, groups: int, offset: int) -> list[I64]:
        """Write numbers with all their zeros; returns their groups, the highest first."""
        split: list[I64] = []
        for place in range(groups - 1, -1, -1):
            upper = numbers // np.uint64(GROUP_SIZE) if place else numbers
            group = (numbers - upper * np.uint64(GROUP_SIZE) if place else numbers).view(np.int64)
            np.ndarray((self.rows,), "<u4", self.source, offset + GROUP * place, (self.stride,))[:] = PADDED.take(group)
            split.insert(0, group)
            numbers = upper
        return split

    def part(self, units: U64, negative: Flags | None, tails: int | Places) -> Part:
        """The records without the zeros before their units, with a sign where negative, and so much of the fraction."""
        shortest, longest = len(str(int(units.min()))), len(str(int(units.max())))
        if shortest == longest and negative is None and isinstance(tails, int):
            width = longest + tails
            return Grid(fields_of(self.source, self.rows, width, self.stride, self.point - longest), width)
        lengths = np.full(self.rows, shortest, np.intp)
        for power in range(shortest, longest):
            lengths += units >= POWERS[power]
        starts = np.arange(self.point, self.point + self.rows * self.stride, self.stride)
        starts -= lengths
        if negative is not None:
            starts -= negative
            lengths += negative
            self.source[starts[negative]] = ord("-")
        lengths += tails
        return Span(self.source, starts, lengths)
