"""What a generator draws from, beneath what rules between columns and targets of the whole have put around it."""

from __future__ import annotations

from collections.abc import Mapping

from datagen.compile import compile_schema
from datagen.constrained.bounded import BoundedCount, BoundedInstant, BoundedNumber
from datagen.constrained.choice import BoundedChoice
from datagen.constrained.copied import Copied
from datagen.constrained.repeated import Repeated
from datagen.generators.axis import Axis
from datagen.generators.base import Generator
from datagen.generators.choice import Choice
from datagen.generators.counts import PoissonCount
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.ordered import Ordered
from datagen.generators.placed import Placed
from datagen.model import Column, Dataset
from validate.laws import Law, LognormalLaw, NormalLaw, PoissonLaw, UniformLaw

Columns = Mapping[tuple[str, str], Column]


def columns_of(dataset: Dataset) -> Columns:
    return {(table.name, column.name): column for table in dataset.tables for column in table.columns}


def steered_columns(dataset: Dataset, sample: int | None) -> Columns:
    """The same, their weights and locations moved to the targets that the document has."""
    if not dataset.targets:
        return columns_of(dataset)
    plan = compile_schema(dataset, sample)
    return {(name, column.name): column for name, table in plan.tables.items() for column in table.columns}


def inner(generator: Generator) -> Generator:
    match generator:
        case BoundedNumber(kind=kind) | BoundedCount(kind=kind) | BoundedInstant(kind=kind):
            return inner(kind)
        case Repeated(inner=kind):
            return inner(kind)
        case Ordered(instant=instant) | Placed(instant=instant):
            return instant
        case Axis(plan=plan, format=form):
            return Instant(plan.window, plan.curve, form)
        case _:
            return generator


def is_narrowed(generator: Generator) -> bool:
    """Whether a draw is narrowed by other values, row by row."""
    limits = getattr(generator, "limits", None)
    return isinstance(generator, Copied) or bool(limits is not None and limits.beside)


def law_of_generator(generator: Generator) -> Law | None:
    match generator:
        case Normal(mean=mean, stddev=spread):
            return NormalLaw(mean, spread)
        case Lognormal(mean=mean, stddev=spread):
            return LognormalLaw(mean, spread)
        case Uniform(min=low, max=high):
            return UniformLaw(low, high)
        case PoissonCount(mean=mean):
            return PoissonLaw(mean)
        case _:
            return None


def weights_of(generator: Generator) -> tuple[tuple[object, ...], tuple[float, ...]] | None:
    match generator:
        case Choice(choices=choices, weights=weights):
            return choices, weights
        case BoundedChoice(choices=choices, weights=weights):
            return tuple(choices.to_pylist()), weights
        case _:
            return None
