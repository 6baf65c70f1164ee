"""Plans steered to their targets: weights or a location moved by the least that brings an expectation safely inside.

Safely is five standard errors of as many rows as the table has away from either bound, or the middle where the target
is narrower than that. Nothing is moved by more than a quarter of what it was; what that does not reach is an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from datagen.errors import UserError
from datagen.targets import MeanInRange, WeekendShare, Where

ERRORS = 5.0  # standard errors that are safe: beyond lies one run in 3 million
FURTHEST = 0.25  # of what it was
DIGITS = 6  # of what is moved, so that processors agree on it


@dataclass(frozen=True, slots=True)
class Moved:
    """One target that a plan was steered to."""

    where: Where
    table: str
    column: str
    before: float  # what was expected
    after: float  # what is expected now
    kind: str  # mean, weekend share

    def __str__(self) -> str:
        ends = f"from a {self.kind} of {self.before:.4g} to {self.after:.4g}"
        return f"{self.where.path}: {self.table}.{self.column} is moved {ends}"


def aim(expected: float, error: float, low: float, high: float) -> float | None:
    """Where an expectation with a standard error has to go; None where it is safely inside, or cannot be safer."""
    room = min(ERRORS * error, (high - low) / 2)
    wanted = min(max(expected, low + room), high - room)
    if wanted == expected:
        return None
    most = FURTHEST * abs(expected)
    return min(max(wanted, expected - most), expected + most)


def refused(target: WeekendShare | MeanInRange, expected: float, kind: str) -> UserError:
    name, bounds = f"{target.table}.{target.column}", f"{target.min:g} and {target.max:g}"
    return UserError(
        f"{target.where}: {name} has an expected {kind} of {expected:.4g}, which cannot be moved by a quarter or less "
        f"to lie between {bounds}; change its generator, or the target"
    )


def settled(number: float) -> float:
    """To as many digits as processors agree on."""
    return float(f"{number:.{DIGITS}g}")
