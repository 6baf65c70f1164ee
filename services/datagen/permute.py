"""A keyed shuffle of 0..count-1 that needs no memory: the place of any number is computed from the number.

An alternating Feistel network over a pair of digits (left below `a`, right below `b`, a * b barely at or
above count); a result beyond the count walks on through the network until it falls inside, which keeps the whole
one-to-one (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
"""

from __future__ import annotations

import math

import numpy as np

from datagen.draws import U64, Draws, mix, scaled

LARGEST = 2**62
ROUNDS = 8


def shuffled(numbers: U64, count: int, draws: Draws, purpose: str = "shuffle") -> U64:
    """Where each of these numbers below count (at most 2^62) goes; different numbers go to different places."""
    left_size = math.isqrt(count - 1) + 1
    sizes = (left_size, -(-count // left_size))
    keys = [draws.key(f"{purpose}.{turn}") for turn in range(ROUNDS)]
    places = _network(numbers, sizes, keys)
    beyond = np.flatnonzero(places >= np.uint64(count))
    while len(beyond):
        places[beyond] = _network(places[beyond], sizes, keys)
        beyond = beyond[places[beyond] >= np.uint64(count)]
    return places


def _network(numbers: U64, sizes: tuple[int, int], keys: list[tuple[int, int]]) -> U64:
    right, left = np.divmod(numbers, np.uint64(sizes[0]))
    digits = (left, right)
    for turn, key in enumerate(keys):
        side = turn & 1
        size = np.uint64(sizes[side])
        digit = digits[side]
        digit += scaled(mix(digits[1 - side].copy(), key), sizes[side])
        digit -= size * (digit >= size)
    right *= np.uint64(sizes[0])
    right += left
    return right
