"""What an author may write of a modifier: one model a transform, and the table of transforms."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from datagen.schema.fields import Written
from datagen.schema.relational.generators import PatternChoice
from datagen.schema.relational.words import Word
from datagen.schema.values import FieldName, Fraction, Real, Value, defined

Positive = Annotated[float, Field(ge=0, le=1e15)]


class MultiplyArgs(Written):
    factor: Real = Field(description="what the value is multiplied by")


class AddArgs(Written):
    value: Real = Field(description="what is added to the value")


class ClampArgs(Written):
    min: Real | None = Field(None, description="the least value; none where none is given")
    max: Real | None = Field(None, description="the greatest value; none where none is given")


class JitterArgs(Written):
    std: Positive = Field(description="the standard deviation of the noise")
    mode: Literal["add", "mul"] = Field("add", description="add: value + noise; mul: value * (1 + noise)")


class MapValuesArgs(Written):
    mapping: dict[str, Value] = Field(description="values as text, each with what it becomes")


class SeasonalityArgs(PatternChoice):
    """As a pattern: on a datetime column it reweights the draw, on a number it scales."""


class TimeJitterArgs(Written):
    std_minutes: Positive = Field(description="the standard deviation of the noise, in minutes")


class OutliersArgs(Written):
    rate: Fraction = Field(description="the share of rows")
    mode: Literal["spike", "drop"] = Field("spike", description="spike: * (1 + magnitude); drop: * (1 - magnitude)")
    magnitude_dist: Annotated[Any, WithJsonSchema(defined("DistributionChoice"))] = Field(
        description="the distribution of the magnitude"
    )


class TrendParams(Written):
    a: Real = Field(description="a of 1 + a * ln(1 + b * t)")
    b: Positive = Field(description="b of 1 + a * ln(1 + b * t)")


class TrendArgs(Written):
    type: Literal["linear", "exponential", "logarithmic"] = Field(description="the shape of the growth")
    growth_rate: Annotated[float, Field(gt=-1, le=1_000)] | None = Field(None, description="g, per year")
    params: TrendParams | None = Field(None, description="a and b of logarithmic")
    time_reference: FieldName | None = Field(
        None, description="the column whose time counts; the first datetime where none is given"
    )


class EffectWindow(Written):
    start_col: FieldName = Field(description="the effect table's column with the first instant")
    end_col: FieldName = Field(description="the one with the last, inclusive")


class EffectMap(Written):
    field: FieldName = Field(description="the effect table's column with the strength")
    op: Literal["mul", "add"] = Field("mul", description="how the strength is applied")
    default: Real | None = Field(None, description="where no effect matches; 1 for mul and 0 for add")


class EffectArgs(Written):
    effect_table: FieldName = Field(description="the table of effects")
    on: dict[str, Word] = Field(default_factory=dict, description="{local column: theirs}; may be empty")
    window: EffectWindow = Field(description="from when to when an effect holds")
    map: EffectMap = Field(description="what it does")


Args = (
    MultiplyArgs
    | AddArgs
    | ClampArgs
    | JitterArgs
    | MapValuesArgs
    | SeasonalityArgs
    | TimeJitterArgs
    | OutliersArgs
    | TrendArgs
    | EffectArgs
)
TRANSFORMS: Mapping[str, type[Args]] = MappingProxyType(
    {
        "multiply": MultiplyArgs,
        "add": AddArgs,
        "clamp": ClampArgs,
        "jitter": JitterArgs,
        "map_values": MapValuesArgs,
        "seasonality": SeasonalityArgs,
        "time_jitter": TimeJitterArgs,
        "outliers": OutliersArgs,
        "trend": TrendArgs,
        "effect": EffectArgs,
    }
)


class ModifierChoice(Written):
    """`args` are judged by the model of the transform."""

    transform: str = Field(description="what is done", json_schema_extra={"enum": list(TRANSFORMS)})
    args: dict[str, Any] = Field(default_factory=dict, description="with what")
