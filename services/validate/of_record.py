"""What a document of the record dialect declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from datagen.generators.pattern import TOKEN
from datagen.model import Dataset, Table
from datagen.schema import fields as written
from datagen.schema.build import curve
from datagen.schema.faults import Faults
from datagen.schema.record import read_record
from datagen.schema.relational.rules import Constraints
from datagen.timeline import Window
from validate.declared import (
    Counting,
    Declared,
    DeclaredColumn,
    DeclaredTable,
    Depending,
    FromRow,
    Kind,
    Numbers,
    OneOf,
    Points,
    Source,
    Texts,
    Times,
)
from validate.laws import ExponentialLaw, LognormalLaw, NormalLaw, UniformLaw, WholeLaw

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DEFAULT_PRECISION = 6


def declared_record(dataset: Dataset, sample: int | None = None) -> Declared:
    (table,) = dataset.tables
    fields = read_record(dict(dataset.document), Faults(dataset.document, {}, {}))
    columns = {
        field.name: _column(field.model, table, dataset.window) for field in fields if field.name and field.model
    }
    made = DeclaredTable(table.name, columns, table.rows)
    generators = {(table.name, column.name): column for column in table.columns}
    return Declared({table.name: made}, dataset.window, Constraints(), (), generators, sample=sample)


def kind_of(type_: pa.DataType) -> Kind:
    tests: tuple[tuple[Callable[[pa.DataType], bool], Kind], ...] = (
        (pa.types.is_boolean, "bool"),
        (pa.types.is_integer, "int"),
        (pa.types.is_floating, "float"),
        (pa.types.is_timestamp, "time"),
        (pa.types.is_date, "date"),
        (pa.types.is_struct, "object"),
    )
    return next((kind for test, kind in tests if test(type_)), "text")


def _column(model: written.FieldBase, table: Table, window: Window) -> DeclaredColumn:
    made = next(column for column in table.columns if column.name == model.name)
    source = _source(model, window)
    kind: Kind = "time" if isinstance(source, Times) else kind_of(made.arrow_type())
    float_ = isinstance(model, written.FloatBase)
    precision = getattr(model, "precision", None)
    return DeclaredColumn(
        name=model.name,
        kind=kind,
        source=source,
        null_share=_null_share(model, source),
        nullable=_null_share(model, source) != 0,
        precision=(DEFAULT_PRECISION if precision is None else precision) if float_ else None,
        bounds=_bounds(model),
        clamped=float_ and getattr(model, "clamp", None) is not None,
        drawn=isinstance(source, Numbers),
        time_format=source.format if isinstance(source, Times) else "iso",
    )


def _null_share(model: written.FieldBase, source: Source) -> float | None:
    own = model.null_prob
    if isinstance(source, OneOf):
        listed = sum(weight for value, weight in zip(source.values, source.weights, strict=True) if value is None)
        return own + (1 - own) * listed / sum(source.weights)
    return None if isinstance(model, written.MapField | written.ConditionalField) else own


def _bounds(model: written.FieldBase) -> tuple[float | None, float | None]:
    match model:
        case written.FloatBase(clamp=(low, high)):
            return low, high
        case written.IntField(min=low, max=high) | written.UniformField(min=low, max=high):
            return low, high
        case written.ExponentialField():
            return 0.0, None
        case _:
            return None, None


def _source(model: written.FieldBase, window: Window) -> Source:
    return SOURCES[type(model)](model, window)


def one_of(choices: tuple[written.Choice, ...]) -> OneOf:
    return OneOf(tuple(entry.value for entry in choices), tuple(entry.weight for entry in choices))


def _depending(model: written.ConditionalField) -> Depending:
    table = {text: one_of(choices) for text, choices in model.conditional_table.items()}
    otherwise = table.pop("_default", None)
    return Depending(model.conditional_on, table, otherwise)


def _times(model: written.DatetimeBase, window: Window) -> Times:
    return Times(window, curve(model), None, model.format)


def pattern(text: str, unique: bool) -> Texts:
    """The regular expression of a pattern with tokens, each number a group of it."""
    regex, numbers = "", []
    for place, piece in enumerate(TOKEN.split(text)):
        if place % 2 == 0:
            regex += re.escape(piece)
        elif piece in ("A-Z", "a-z"):
            regex += f"[{piece}]"
        else:
            low, _, high = piece.partition("-")
            regex += f"([0-9]{{{max(len(low), len(high))}}})"
            numbers.append((int(low), int(high)))
    return Texts(regex, tuple(numbers), unique, text)


SOURCES: Mapping[type[written.FieldBase], Callable[[Any, Window], Source]] = {
    written.UuidField: lambda model, window: Texts(UUID, (), True, "uuid, version 4"),
    written.SequenceField: lambda model, window: Counting(model.start, model.step),
    written.IntField: lambda model, window: Numbers(WholeLaw(model.min, model.max, model.skew)),
    written.UniformField: lambda model, window: Numbers(UniformLaw(model.min, model.max)),
    written.NormalField: lambda model, window: Numbers(NormalLaw(model.mean, model.stddev)),
    written.LognormalField: lambda model, window: Numbers(LognormalLaw(model.mean, model.stddev)),
    written.ExponentialField: lambda model, window: Numbers(ExponentialLaw(model.lambda_)),
    written.BoolField: lambda model, window: OneOf((True, False), (model.p_true, 1 - model.p_true)),
    written.CategoryField: lambda model, window: one_of(model.choices),
    written.ConditionalField: lambda model, window: _depending(model),
    written.StringField: lambda model, window: pattern(model.pattern, model.unique),
    written.UniformDatetimeField: _times,
    written.RampDatetimeField: _times,
    written.SeasonalDatetimeField: _times,
    written.GeoField: lambda model, window: Points(model.bbox, model.as_object),
    written.ConcatField: lambda model, window: FromRow(model.parts),
    written.MapField: lambda model, window: FromRow((model.from_field,)),
}
