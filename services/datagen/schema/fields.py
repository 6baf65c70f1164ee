"""What an author may write of a field, one model a kind, and the table of kinds.

A kind with variants (a float by its `distribution`) has one model for each, so that a key of another variant is
refused and not ignored. The JSON Schema for editors, the reference in docs/ and the messages come from these models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from datagen.schema.values import (
    MAX_TEXT,
    Box,
    Digits,
    FieldName,
    Fraction,
    Int64,
    Loose,
    Pair,
    Real,
    Value,
    Weight,
    defined,
    refuse,
)

MAX_CHOICES = 10_000
MAX_PARTS = 100
NOTE = "a note for people"
NOTE = "a note for people"
HOURS = tuple(str(hour) for hour in range(24))
WEEKDAYS = tuple(str(day) for day in range(7))


class Written(BaseModel):
    """Any object of a document: frozen, closed to unknown keys, with room for notes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=False, protected_namespaces=())

    description: Any = Field(None, exclude=True, description=NOTE)
    comment: Any = Field(None, exclude=True, description=NOTE)
    dialect: Any = Field(None, alias="$schema", exclude=True, description=NOTE)


class FieldBase(Written):
    name: FieldName = Field(description="the column's name")
    null_prob: Fraction = Field(0.0, description="the share of rows in which the value is null")


class UuidField(FieldBase):
    type: Literal["uuid"]


class SequenceField(FieldBase):
    type: Literal["id_sequence"]
    start: Int64 = Field(1, description="the value of the first row")
    step: Int64 = Field(1, description="what each further row adds")


class IntField(FieldBase):
    type: Literal["int"]
    min: Int64 = Field(0, description="the least value, inclusive")
    max: Int64 = Field(100, description="the greatest value, inclusive")
    skew: Annotated[float, Field(gt=0, le=1_000)] = Field(
        1.0, description="above 1 favours small values, below 1 great ones"
    )


class FloatBase(FieldBase):
    type: Literal["float"]
    precision: Digits | None = Field(None, description="digits kept after the point; 6 where none is given")
    clamp: Pair | None = Field(None, description="[lowest, highest]: values are cut off there")


class UniformField(FloatBase):
    distribution: Literal["uniform"] = "uniform"
    min: Real = Field(description="the least value")
    max: Real = Field(description="the greatest value")


class NormalField(FloatBase):
    distribution: Literal["normal"]
    mean: Real = Field(description="the middle of the bell")
    stddev: Annotated[Real, Field(ge=0)] = Field(description="its width")


class LognormalField(FloatBase):
    distribution: Literal["lognormal"]
    mean: Real = Field(description="the mean of the value's natural logarithm")
    stddev: Annotated[Real, Field(ge=0)] = Field(description="the standard deviation of its natural logarithm")


class ExponentialField(FloatBase):
    distribution: Literal["exponential"]
    lambda_: Annotated[Real, Field(gt=0)] = Field(alias="lambda", description="the rate; the mean is 1 / lambda")


class BoolField(FieldBase):
    type: Literal["bool"]
    p_true: Fraction = Field(0.5, description="the share of true")


class Choice(Written):
    value: Value = Field(description="what a row gets")
    weight: Weight = Field(1.0, description="how often it comes, relative to the others")


def _as_choice(entry: Any) -> Any:
    return entry if isinstance(entry, dict) else {"value": entry}


def _choice_schema() -> dict[str, Any]:
    plain = {"type": ["string", "number", "boolean", "null"], "maxLength": MAX_TEXT}
    return {"anyOf": [plain, defined("Choice")]}


ChoiceEntry = Annotated[Choice, BeforeValidator(_as_choice), WithJsonSchema(_choice_schema())]


def _weighed(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    if not any(choice.weight > 0 for choice in choices):
        refuse("has weight 0 for every value; give at least one a weight above 0")
    return choices


Choices = Annotated[
    tuple[ChoiceEntry, ...], Loose, Field(min_length=1, max_length=MAX_CHOICES), AfterValidator(_weighed)
]


class CategoryField(FieldBase):
    type: Literal["category"]
    choices: Choices = Field(description="the values, plain or with a weight; or give conditional_on")


class ConditionalField(FieldBase):
    type: Literal["category"]
    conditional_on: FieldName = Field(description="a field above, whose value decides which choices there are")
    conditional_table: Annotated[dict[str, Choices], Field(min_length=1, max_length=MAX_CHOICES)] = Field(
        description="that field's values, each with its choices; _default for all others"
    )


class StringField(FieldBase):
    type: Literal["string"]
    pattern: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)] = Field(description="text with tokens")
    unique: bool = Field(False, description="no value twice")


class DatetimeBase(FieldBase):
    type: Literal["datetime"]
    format: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        "iso", description="iso, epoch_s, epoch_ms or a strftime pattern"
    )


class UniformDatetimeField(DatetimeBase):
    mode: Literal["uniform"] = "uniform"


class RampDatetimeField(DatetimeBase):
    mode: Literal["ramp"]
    direction: Literal["up", "down"] = Field("up", description="whether rows grow or fade over the window")


def _weights_schema(keys: tuple[str, ...]) -> dict[str, Any]:
    weight = {"type": "number", "minimum": 0}
    return {"type": "object", "properties": dict.fromkeys((*keys, "_default"), weight), "additionalProperties": False}


class Profile(Written):
    hour_of_day: Annotated[dict[str, Weight], WithJsonSchema(_weights_schema(HOURS))] = Field(
        default_factory=dict, description='weights of the hours "0" to "23", in UTC; _default (1) for the others'
    )
    day_of_week: Annotated[dict[str, Weight], WithJsonSchema(_weights_schema(WEEKDAYS))] = Field(
        default_factory=dict, description='weights of the days "0" (Monday) to "6"; _default (1) for the others'
    )


class SeasonalDatetimeField(DatetimeBase):
    mode: Literal["seasonality"]
    profile: Profile = Field(description="how busy each hour and weekday is")


class GeoField(FieldBase):
    type: Literal["geo"]
    bbox: Box = Field(description="[lat0, lon0, lat1, lon1]")
    precision: Digits = Field(6, description="digits kept after the point")
    as_object: bool = Field(True, description='{"lat", "lon"}; else the text "lat,lon"')


class ConcatField(FieldBase):
    type: Literal["derived_concat"]
    parts: Annotated[tuple[FieldName, ...], Loose, Field(min_length=1, max_length=MAX_PARTS)] = Field(
        description="fields above, joined as text"
    )
    sep: Annotated[str, Field(max_length=100)] = Field("-", description="what stands between them")


class MapField(FieldBase):
    type: Literal["derived_map"]
    from_field: FieldName = Field(description="a field above, whose value is looked up")
    map: dict[str, Value] = Field(description="its values as text, each with what it becomes")
    default: Value = Field(None, description="what any other value becomes")


@dataclass(frozen=True, slots=True)
class Variants:
    """Models of one kind, told apart by the value of a key."""

    key: str
    default: str
    models: Mapping[str, type[FieldBase]]


KINDS: Mapping[str, type[FieldBase] | Variants] = MappingProxyType(
    {
        "uuid": UuidField,
        "id_sequence": SequenceField,
        "int": IntField,
        "float": Variants(
            "distribution",
            "uniform",
            {
                "uniform": UniformField,
                "normal": NormalField,
                "lognormal": LognormalField,
                "exponential": ExponentialField,
            },
        ),
        "bool": BoolField,
        "category": CategoryField,  # ConditionalField where `conditional_on` or `conditional_table` stands
        "string": StringField,
        "datetime": Variants(
            "mode",
            "uniform",
            {"uniform": UniformDatetimeField, "ramp": RampDatetimeField, "seasonality": SeasonalDatetimeField},
        ),
        "geo": GeoField,
        "derived_concat": ConcatField,
        "derived_map": MapField,
    }
)
