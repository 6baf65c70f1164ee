"""Single columns of a document of many tables, as they are written."""

from __future__ import annotations

from math import ceil, floor

from datagen.generators.base import Scalar
from datagen.schema.relational import generators as written
from datagen.schema.relational.behaving import segment_shares
from datagen.schema.relational.making import scalars
from datagen.schema.relational.parts import Drawn
from datagen.schema.relational.weighing import shared, shares_of
from datagen.schema.relational.written import WrittenColumn, WrittenTable
from validate.declared import Counting, Numbers, OneOf, Source, Texts, Times
from validate.laws import Law, LognormalLaw, NormalLaw, PoissonLaw, UniformLaw

BY_ROW = ("effect", "trend", "seasonality")


def scalar(value: object) -> Scalar:
    return value if isinstance(value, str | int | float | bool) else None


def certain(column: WrittenColumn) -> bool:
    """Whether the changes of a number leave nothing to chance."""
    known = ("multiply", "add", "clamp", *BY_ROW)
    number = column.model is not None and column.model.type in ("int", "float")
    return number and all(modifier.transform in known for modifier in column.modifiers)


def with_segments(source: Source, table: WrittenTable, column: WrittenColumn) -> Source:
    """Segments that are given a share have it; the others share the rest by their weights."""
    shares = segment_shares(table, column.name)
    if not shares or not isinstance(source, OneOf):
        return source
    return OneOf(source.values, shared(source.values, source.weights, shares), source.ordered)


def choice_of(column: WrittenColumn) -> Source:
    choice = column.generator
    assert isinstance(choice, written.ChoiceChoice)
    assert choice.choices is not None
    weights = choice.weights or tuple(shares_of(choice).weights(len(choice.choices)).tolist())
    return OneOf(scalars(choice.choices, column), tuple(weights))


def law_of(drawn: Drawn) -> Law:
    """Of a distribution as it is written, its clamp left out."""
    match drawn.params:
        case written.NormalParams(mean=mean, std=spread):
            return NormalLaw(mean, spread)
        case written.LognormalParams(mean=mean, sigma=spread):
            return LognormalLaw(mean, spread)
        case written.UniformParams(low=low, high=high):
            return UniformLaw(low, high)
        case written.PoissonParams(lambda_=mean):
            return PoissonLaw(mean)


def bounds_of(column: WrittenColumn) -> tuple[float | None, float | None]:
    drawn = column.drawn
    whole = column.model is not None and column.model.type == "int"
    if drawn is not None and drawn.choice.clamp is not None:
        low, high = drawn.choice.clamp
        return (ceil(low), floor(high)) if whole else (low, high)
    if drawn is not None and isinstance(drawn.params, written.UniformParams) and not column.modifiers and not whole:
        return drawn.params.low, drawn.params.high
    return None, None


def null_share_of(own: float, source: Source) -> float | None:
    match source:
        case OneOf(values=values, weights=weights):
            listed = sum(weight for value, weight in zip(values, weights, strict=True) if value is None)
            return own + (1 - own) * listed / sum(weights)
        case Numbers() | Counting() | Times() | Texts():
            return own
        case _:
            return None
