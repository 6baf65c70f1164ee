"""What an author may write of a node's behaviours: segments, vintage, stages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from datagen.schema.fields import Written
from datagen.schema.relational.words import Curve, Factor, Word
from datagen.schema.values import FieldName, Fraction, Loose, Real, defined

Columns = Annotated[tuple[Word, ...], Loose, Field(min_length=1, max_length=1_000)]


class Behavior(Written):
    fanout_multiplier: Factor = Field(1.0, description="what the fan-out of such a row is multiplied by")
    value_multiplier: Factor = Field(1.0, description="what its children's values are multiplied by")
    applies_to_columns: Columns | None = Field(None, description="the children's columns that are multiplied")


class Segment(Behavior):
    base_probability: Fraction | None = Field(None, description="the share that the segment should have")


class SegmentBehavior(Written):
    segment_column: FieldName = Field(description="the column that tells the segment")
    behaviors: dict[str, Behavior] = Field(default_factory=dict, description="what each segment does")
    segments: dict[str, Segment] = Field(default_factory=dict, description="the share that each should have")
    applies_to_columns: Columns | None = Field(None, description="the children's columns that are multiplied")


class CurveParams(Written):
    a: Real = Field(description="a of the curve")
    b: Real = Field(description="b of the curve")


class CurveChoice(Written):
    curve_type: Literal["logarithmic", "exponential", "linear"] = Field(
        description="a + b * ln(age + 1), a * e^(b * age) or a + b * age"
    )
    params: CurveParams = Field(description="a and b")


class AgeMultiplier(Written):
    curve: Annotated[
        Any,
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1},
                    defined("CurveChoice"),
                ]
            }
        ),
    ] = Field(description="a list by rounded age, or a curve_type with its params")
    time_unit: Literal["day", "month", "year"] = Field("month", description="of the age: a month is 30 days")
    applies_to: Annotated[
        Any, WithJsonSchema({"anyOf": [{"const": "fanout"}, {"type": "array", "items": {"type": "string"}}]})
    ] = Field("fanout", description='"fanout", or a list of children\'s columns')


class CurveList(Written):
    """A curve that is a list, under a key so that it is judged like any other."""

    curve: Curve


class ColumnList(Written):
    applies_to: Columns


class VintageBehavior(Written):
    created_at_column: FieldName = Field(description="the datetime from which the age counts")
    age_based_multipliers: dict[str, AgeMultiplier] = Field(default_factory=dict, description="what age does")


class Stage(Written):
    stage_name: Word = Field(description="what the stage is called")
    transition_rate: Fraction = Field(1.0, description="the share of rows that go on to the next stage")


class StageVariation(Written):
    transition_multiplier: Factor = Field(1.0, description="what the rates of the segment are multiplied by")


class StageConfig(Written):
    stages: Annotated[tuple[Stage, ...], Loose, Field(min_length=1, max_length=100)] = Field(
        description="the stages, in order"
    )
    segment_variation: dict[str, StageVariation] = Field(
        default_factory=dict, description="of the parent's segments, how readily each goes on"
    )
    mean_hours: Annotated[float, Field(gt=0, le=1e6)] = Field(24.0, description="the mean time from stage to stage")
