"""How often each rank of a list comes: shares by name, `uniform`, `zipf@alpha`, `head_tail@{head_share,tail_alpha}`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from datagen.draws import F64

_NUMBER = r"([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
_ZIPF = re.compile(rf"zipf@\{{?\s*(?:\"?alpha\"?\s*[:=])?\s*{_NUMBER}\s*\}}?")
_HEAD_TAIL = re.compile(
    rf"head_tail@\{{?\s*(?:\"?head_share\"?\s*[:=])?\s*{_NUMBER}\s*,\s*(?:\"?tail_alpha\"?\s*[:=])?\s*{_NUMBER}\s*\}}?"
)
MAX_ALPHA = 20.0
HEAD_FRACTION = 5  # one value of so many is of the head


class SharesError(ValueError):
    """The text names no shares. The message follows "name=value "."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every rank as often as any other."""

    def weights(self, count: int) -> F64:
        return np.ones(count)


@dataclass(frozen=True, slots=True)
class Zipf:
    """The weight of rank k, from 1, is k^-alpha."""

    alpha: float

    def weights(self, count: int) -> F64:
        return powers(count, self.alpha)


@dataclass(frozen=True, slots=True)
class HeadTail:
    """The first ceil(n/5) ranks get `head_share` together, in equal parts; the others the rest, by k^-tail_alpha."""

    head_share: float
    tail_alpha: float

    def weights(self, count: int) -> F64:
        """One value alone is all head, and gets everything."""
        head = -(-count // HEAD_FRACTION)
        if head == count:
            return np.ones(count)
        tail = powers(count - head, self.tail_alpha)
        tail *= (1.0 - self.head_share) / tail.sum()
        return np.concatenate([np.full(head, self.head_share / head), tail])


Shares = Uniform | Zipf | HeadTail


def powers(count: int, alpha: float) -> F64:
    """k^-alpha for k from 1 to count."""
    weights: F64 = np.arange(1, count + 1, dtype=np.float64) ** -alpha
    return weights


def read_shares(text: str) -> Shares:
    """Raises SharesError."""
    if text == "uniform":
        return Uniform()
    if match := _ZIPF.fullmatch(text):
        return Zipf(_alpha(float(match[1])))
    if match := _HEAD_TAIL.fullmatch(text):
        share = float(match[1])
        if not 0 <= share <= 1:
            raise SharesError("has a head_share outside 0 to 1")
        return HeadTail(share, _alpha(float(match[2])))
    raise SharesError(f"is none of {', '.join(KNOWN)}")


def _alpha(alpha: float) -> float:
    if alpha > MAX_ALPHA:
        raise SharesError(f"has an alpha above {MAX_ALPHA:g}, with which nothing but the first is left")
    return alpha


KNOWN = ("uniform", "zipf@1.2", "head_tail@{0.6,1.2}")
