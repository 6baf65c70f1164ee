"""Randomness by counter: the draw of a row is a function of seed, table, column, purpose and row number.

A key is BLAKE2b of those names; the draw of row i is a strong mix of key and i (the finaliser of
SplitMix64 with its input gamma, the second half of the key added between its rounds, so that two
columns are different permutations and not one sequence shifted). Every further draw of a column has a
purpose of its own. Nothing here holds a state, so any range of rows can be made anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from datagen.normal import quantiles

DRAW_VERSION = 1  # a change of any drawn value is a new version

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
U16 = NDArray[np.uint16]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
LOW_32 = np.uint64(0xFFFFFFFF)
S11, S12, S27, S30, S31, S32, S48 = (np.uint64(bits) for bits in (11, 12, 27, 30, 31, 32, 48))


@lru_cache(maxsize=65536)
def draw_key(seed: int, table: str, column: str, purpose: str) -> tuple[int, int]:
    """128 bits for one purpose of one column, as two halves."""
    digest = blake2b(digest_size=16)
    for part in (str(DRAW_VERSION), str(seed), table, column, purpose):
        text = part.encode()
        digest.update(len(text).to_bytes(8, "little"))
        digest.update(text)
    raw = digest.digest()
    return int.from_bytes(raw[:8], "little"), int.from_bytes(raw[8:], "little")


def mix(counters: U64, key: tuple[int, int]) -> U64:
    """64 random bits for each counter, in place of the counters."""
    x = counters
    x *= np.uint64(GAMMA)
    x += np.uint64(key[0])
    shifted = x >> S30
    x ^= shifted
    x *= MIX_1
    x += np.uint64(key[1])
    np.right_shift(x, S27, out=shifted)
    x ^= shifted
    x *= MIX_2
    np.right_shift(x, S31, out=shifted)
    x ^= shifted
    return x


@dataclass(frozen=True, slots=True)
class Draws:
    """What one column draws for rows start..stop (half-open), or for the rows `picked`, in any order."""

    seed: int
    table: str
    column: str
    start: int
    stop: int
    picked: I64 | None = field(default=None, kw_only=True)  # row numbers; then start is 0 and stop how many
    again: int = field(default=0, kw_only=True)  # each is a further draw of the same rows

    def key(self, purpose: str) -> tuple[int, int]:
        return draw_key(self.seed, self.table, self.column, f"{purpose}.again.{self.again}" if self.again else purpose)

    def u64(self, purpose: str = "value") -> U64:
        """64 bits a row."""
        if self.picked is not None:
            return mix(self.picked.astype(np.uint64), self.key(purpose))
        return mix(np.arange(self.start, self.stop, dtype=np.uint64), self.key(purpose))

    def at(self, rows: NDArray[np.int64], purpose: str) -> U64:
        """64 bits for each of these places, counted from `start`: the same as u64(purpose)[rows]."""
        if self.picked is not None:
            return mix(self.picked[rows].astype(np.uint64), self.key(purpose))
        counters = rows.astype(np.uint64)
        counters += np.uint64(self.start)
        return mix(counters, self.key(purpose))

    def u16(self, purpose: str = "value") -> U16:
        """16 bits a row: four rows share one 64-bit mix, a quarter of its cost."""
        if self.picked is not None:
            return self._picked_u16(self.picked, purpose)
        first = self.start >> 2
        counters = np.arange(first, (self.stop + 3) >> 2, dtype=np.uint64)
        lanes = mix(counters, self.key(purpose)).astype("<u8", copy=False).view("<u2")
        return lanes[self.start - 4 * first : self.stop - 4 * first]

    def _picked_u16(self, picked: I64, purpose: str) -> U16:
        lanes = mix((picked >> 2).astype(np.uint64), self.key(purpose))
        lanes >>= ((picked & 3) << 4).astype(np.uint64)
        return lanes.astype(np.uint16)

    def uniform(self, purpose: str = "value") -> F64:
        """Multiples of 2^-53 in [0, 1)."""
        bits = self.u64(purpose)
        bits >>= S11
        unit = bits.view(np.int64).astype(np.float64)  # the signed conversion is the faster
        unit *= 2.0**-53
        return unit

    def open_uniform(self, purpose: str = "value") -> F64:
        """Odd multiples of 2^-53 in (0, 1), so that neither end is ever met."""
        return to_open_unit(self.u64(purpose))

    def normal(self, purpose: str = "value") -> F64:
        """Standard normal deviates by inverse transform; none lies beyond 8.3."""
        return quantiles(self.open_uniform(purpose))

    def below(self, count: int, purpose: str = "value") -> U64:
        """Whole numbers in 0..count-1, count up to 2^64; none is likelier than another by more than count in 2^64."""
        return scaled(self.u64(purpose), count)

    def chance(self, probability: float, purpose: str = "value") -> Flags:
        """True with this probability, exact to 2^-64: 16 bits decide, further bits only where those meet the bound."""
        bound = round_to_bits(probability)
        high = np.uint16(min(bound >> 48, 0xFFFF))
        lanes = self.u16(purpose)
        if bound > MASK:
            return np.ones(len(lanes), np.bool_)
        hits: Flags = lanes < high
        unsure = np.flatnonzero(lanes == high)
        if len(unsure):
            hits[unsure] = self.at(unsure, purpose + ".low") >> np.uint64(16) < np.uint64(bound & (2**48 - 1))
        return hits


def to_open_unit(bits: U64) -> F64:
    """Odd multiples of 2^-53 in (0, 1) from the upper 52 bits; the bits are lost."""
    bits >>= S12
    unit = bits.view(np.int64).astype(np.float64)  # the signed conversion is the faster
    unit *= 2.0**-52
    unit += 2.0**-53
    return unit


def round_to_bits(probability: float) -> int:
    """A probability as a whole number of 2^-64, from 0 to 2^64."""
    numerator, denominator = probability.as_integer_ratio()
    return (numerator << 64) // denominator


def scaled(bits: U64, count: int) -> U64:
    """The upper 64 bits of bits * count, in place where count is below 2^32."""
    if count > MASK:
        return bits
    low = bits & LOW_32
    bits >>= S32
    if count <= 0xFFFFFFFF:
        factor = np.uint64(count)
        bits *= factor
        low *= factor
        low >>= S32
        bits += low
        bits >>= S32
        return bits
    factor_high, factor_low = np.uint64(count >> 32), np.uint64(count & 0xFFFFFFFF)
    middle = bits * factor_low
    middle += (low * factor_low) >> S32
    cross = low * factor_high
    cross += middle & LOW_32
    bits *= factor_high
    bits += middle >> S32
    bits += cross >> S32
    return bits
