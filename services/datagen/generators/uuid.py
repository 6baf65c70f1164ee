"""Random identifiers: RFC 4122 version 4 text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.generators.joined import evenly

TEMPLATE = np.frombuffer(b"00000000-0000-0000-0000-000000000000", np.uint8)
HALVES = (
    ("high", (0, 4, 9, 14)),
    ("low", (19, 24, 28, 32)),
)  # 64 bits each, and where their four times four digits stand
KEPT = {"high": np.uint64(0xFF0F_FFFF_FFFF_FFFF), "low": np.uint64(0xFFFF_FFFF_FFFF_FF3F)}  # little-endian
FIXED = {"high": np.uint64(0x0040_0000_0000_0000), "low": np.uint64(0x80)}  # version 4, variant 10


@dataclass(frozen=True)
class Uuid(Kind):
    """122 random bits a row, 16 at a time through a table of four hex digits."""

    def arrow_type(self) -> pa.DataType:
        return pa.string()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        characters = np.empty((len(rows), len(TEMPLATE)), np.uint8)
        characters[:] = TEMPLATE
        for half, places in HALVES:
            bits = draws.u64(half)
            bits &= KEPT[half]
            bits |= FIXED[half]
            lanes = bits.view("<u2").reshape(-1, 4)
            for lane, place in enumerate(places):
                digits = np.take(hex_digits(), lanes[:, lane])
                characters[:, place : place + 4].view("<u4")[:, 0] = digits
        return evenly(characters)


@cache
def hex_digits() -> NDArray[np.uint32]:
    """Four hex digits for each 16 bits, lower byte first."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    value = np.arange(1 << 16)
    return digits[np.stack([value >> shift & 15 for shift in (4, 0, 12, 8)], axis=1)].view("<u4").ravel()
