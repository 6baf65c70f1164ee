"""How the location of a generator, or the weekend weights of instants, are moved by a number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from datagen.constrained.bounded import BoundedCount, BoundedInstant, BoundedNumber
from datagen.constrained.choice import BoundedChoice
from datagen.constrained.repeated import Repeated
from datagen.generators.base import Generator
from datagen.generators.choice import Choice
from datagen.generators.counts import PoissonCount
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.ordered import Ordered
from datagen.generators.placed import Placed
from datagen.targets import SATURDAY
from datagen.timeline import Pattern

Move = Callable[[float], Generator]
Movement = tuple[Move, tuple[float, float]]  # and between which numbers it may move


def movement(generator: Generator) -> Movement | None:
    """How a generator's location is moved by a number; None where it follows from others."""
    match generator:
        case BoundedNumber(kind=kind) | BoundedCount(kind=kind) | BoundedInstant(kind=kind):
            return _inside(movement(kind), lambda moved: replace(generator, kind=moved))
        case Repeated(inner=kind):
            return _inside(movement(kind), lambda moved: replace(generator, inner=moved))
        case Ordered(instant=instant) | Placed(instant=instant):
            return _inside(movement(instant), lambda moved: replace(generator, instant=moved))
        case Instant(curve=Pattern(weekdays=weekdays) as curve):
            return (lambda at: replace(generator, curve=replace(curve, weekdays=_weekend(weekdays, at)))), (-2.0, 2.0)
        case Choice(choices=choices, weights=weights) if all(map(_is_number, choices)):
            return _tilted(generator, choices, weights)
        case BoundedChoice(choices=choices, weights=weights):
            return _tilted(generator, tuple(choices.to_pylist()), weights)
        case _:
            return _of_distribution(generator)


def _inside(found: Movement | None, put: Callable[[Any], Generator]) -> Movement | None:
    """Of a generator that holds another one."""
    if found is None:
        return None
    move, ends = found
    return (lambda at: put(move(at))), ends


def _of_distribution(generator: Generator) -> Movement | None:
    match generator:
        case Normal(mean=mean, stddev=spread):
            reach = abs(mean) + 4 * spread
            return (lambda at: replace(generator, mean=mean + at)), (-reach, reach)
        case Lognormal(mean=mean):
            return (lambda at: replace(generator, mean=mean + at)), (-2.0, 2.0)
        case Uniform(min=low, max=high):
            reach = max(abs(low), abs(high)) + (high - low)
            return (lambda at: Uniform(low + at, high + at)), (-reach, reach)
        case PoissonCount(mean=mean):
            return (lambda at: PoissonCount(mean * (1 + at))), (-0.99, 2.0)
        case _:
            return None


def _tilted(
    generator: Choice | BoundedChoice, choices: tuple[object, ...], weights: tuple[float, ...]
) -> Movement | None:
    """Weights times e^(t z), z the value in spreads from the middle: of all weights with that mean the nearest."""
    numbers = np.array([float(value) if isinstance(value, int | float) else math.nan for value in choices])
    spread = np.nanmax(numbers) - np.nanmin(numbers) if not np.isnan(numbers).all() else 0.0
    if spread == 0:
        return None
    scores = np.nan_to_num((numbers - np.nanmean(numbers)) / spread)

    def move(at: float) -> Generator:
        return replace(generator, weights=tuple((np.array(weights) * np.exp(at * scores)).tolist()))

    return move, (-20.0, 20.0)


def _weekend(weekdays: tuple[float, ...], at: float) -> tuple[float, ...]:
    """The weights of Saturday and Sunday times e^at."""
    return (*weekdays[:SATURDAY], *(weight * math.exp(at) for weight in weekdays[SATURDAY:]))


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, int | float)
