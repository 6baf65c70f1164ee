"""From what was written of a field to the generator and the modifiers that make its column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from datagen.generators.base import Generator
from datagen.generators.choice import Choice
from datagen.generators.concat import Concat
from datagen.generators.conditional import ConditionalChoice
from datagen.generators.flag import Flag
from datagen.generators.floats import Exponential, Lognormal, Normal, Uniform
from datagen.generators.geo import Geo
from datagen.generators.instant import Instant
from datagen.generators.mapped import Mapped
from datagen.generators.pattern import Pattern
from datagen.generators.sequence import Sequence
from datagen.generators.uniform_int import UniformInt
from datagen.generators.uuid import Uuid
from datagen.modifiers.base import Modifier
from datagen.modifiers.clamp import Clamp
from datagen.modifiers.nulls import Nulls
from datagen.modifiers.rounded import Rounded
from datagen.schema import fields as written
from datagen.schema.visible import OTHERWISE
from datagen.timeline import Curve, Flat, Profile, Ramp, Window

DEFAULT_PRECISION = 6


def generator(model: written.FieldBase, window: Window) -> Generator:
    """Raises RefusalError for what the kind cannot do."""
    return BUILDERS[type(model)](model, window)


def modifiers(model: written.FieldBase) -> tuple[Modifier, ...]:
    """In the order in which they are applied. Raises RefusalError."""
    found: list[Modifier] = []
    if isinstance(model, written.FloatBase):
        if model.clamp is not None:
            found.append(Clamp(*model.clamp))
        found.append(Rounded(DEFAULT_PRECISION if model.precision is None else model.precision))
    if model.null_prob > 0:
        found.append(Nulls(model.null_prob))
    return tuple(found)


def choice(choices: tuple[written.Choice, ...]) -> Choice:
    return Choice(tuple(entry.value for entry in choices), tuple(entry.weight for entry in choices))


def _conditional(model: written.ConditionalField, window: Window) -> Generator:
    table = {text: choice(choices) for text, choices in model.conditional_table.items()}
    default = table.pop(OTHERWISE, None)
    return ConditionalChoice(model.conditional_on, MappingProxyType(table), default)


def curve(model: written.DatetimeBase) -> Curve:
    match model:
        case written.RampDatetimeField(direction=direction):
            return Ramp(direction)
        case written.SeasonalDatetimeField(profile=profile):
            return Profile(
                _weights(profile.hour_of_day, written.HOURS), _weights(profile.day_of_week, written.WEEKDAYS)
            )
        case _:
            return Flat()


def _weights(given: Mapping[str, float], keys: tuple[str, ...]) -> tuple[float, ...]:
    otherwise = given.get(OTHERWISE, 1.0)
    return tuple(given.get(key, otherwise) for key in keys)


def _instant(model: written.DatetimeBase, window: Window) -> Generator:
    return Instant(window, curve(model), model.format)


def _mapped(model: written.MapField, window: Window) -> Generator:
    return Mapped(model.from_field, MappingProxyType(dict(model.map)), model.default)


def _geo(model: written.GeoField, window: Window) -> Generator:
    lat0, lon0, lat1, lon1 = model.bbox
    return Geo(lat0, lon0, lat1, lon1, model.precision, model.as_object)


# What makes each kind; every model of fields.py stands here once.
BUILDERS: Mapping[type[written.FieldBase], Callable[[Any, Window], Generator]] = MappingProxyType(
    {
        written.UuidField: lambda model, window: Uuid(),
        written.SequenceField: lambda model, window: Sequence(model.start, model.step),
        written.IntField: lambda model, window: UniformInt(model.min, model.max, model.skew),
        written.UniformField: lambda model, window: Uniform(model.min, model.max),
        written.NormalField: lambda model, window: Normal(model.mean, model.stddev),
        written.LognormalField: lambda model, window: Lognormal(model.mean, model.stddev),
        written.ExponentialField: lambda model, window: Exponential(model.lambda_),
        written.BoolField: lambda model, window: Flag(model.p_true),
        written.CategoryField: lambda model, window: choice(model.choices),
        written.ConditionalField: _conditional,
        written.StringField: lambda model, window: Pattern(model.pattern, model.unique),
        written.UniformDatetimeField: _instant,
        written.RampDatetimeField: _instant,
        written.SeasonalDatetimeField: _instant,
        written.GeoField: _geo,
        written.ConcatField: lambda model, window: Concat(model.parts, model.sep),
        written.MapField: _mapped,
    }
)
