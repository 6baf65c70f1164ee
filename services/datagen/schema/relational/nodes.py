"""What an author may write of a table and its columns."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, WithJsonSchema

from datagen.schema.document import MAX_FIELDS, RowCount
from datagen.schema.fields import Written
from datagen.schema.relational.behaviors import SegmentBehavior, StageConfig, VintageBehavior
from datagen.schema.relational.generators import GENERATORS, Lambda
from datagen.schema.relational.words import Names
from datagen.schema.values import Digits, FieldName, Fraction, Loose, defined
from datagen.schema.wording import ANNOTATIONS

MAX_FANOUT = 1_000_000_000
DEFAULT_ROWS = 1_000
ColumnType = Literal["int", "float", "string", "bool", "datetime", "date"]
Count = Annotated[int, Field(ge=0, le=MAX_FANOUT)]

_GENERATOR_SCHEMA = {
    "type": "object",
    "properties": {
        **{kind: defined(model.__name__) for kind, model in GENERATORS.items()},
        **dict.fromkeys(sorted(ANNOTATIONS), True),
    },
    "additionalProperties": False,
    "oneOf": [{"required": [kind]} for kind in GENERATORS],
}
_COLUMNS_SCHEMA = {"type": "array", "items": defined("ColumnChoice"), "maxItems": MAX_FIELDS}
_MODIFIERS_SCHEMA = {"type": "array", "items": defined("ModifierChoice"), "maxItems": 100}
Columns = Annotated[tuple[Any, ...], Loose, Field(max_length=MAX_FIELDS), WithJsonSchema(_COLUMNS_SCHEMA)]
Modifiers = Annotated[tuple[Any, ...], Loose, Field(max_length=100), WithJsonSchema(_MODIFIERS_SCHEMA)]


def _or_none(model: type[Written]) -> Any:
    return WithJsonSchema({"anyOf": [defined(model.__name__), {"type": "null"}]})


class FanoutChoice(Written):
    distribution: Literal["poisson", "uniform"] = Field("poisson", description="how rows a parent are counted")
    lambda_: Lambda | None = Field(None, alias="lambda", description="the mean of poisson")
    min: Count | None = Field(None, description="the fewest rows a parent")
    max: Count | None = Field(None, description="the most rows a parent")


class ColumnChoice(Written):
    """`generator` and `modifiers` are judged by models of their own."""

    name: FieldName = Field(description="the column's name")
    type: ColumnType = Field(description="int, float, string, bool, datetime or date")
    nullable: bool = Field(True, description="whether nulls may stand in it; null_prob makes them")
    null_prob: Fraction = Field(0.0, description="the share of rows in which the value is null")
    precision: Digits | None = Field(None, description="of a float: digits kept after the point; 6 where none is given")
    generator: Annotated[Any, WithJsonSchema(_GENERATOR_SCHEMA)] = Field(description="exactly one generator")
    modifiers: Modifiers = Field((), description="applied in order")


class NodeChoice(Written):
    """`columns`, `modifiers` and the behaviours are judged by models of their own."""

    id: FieldName = Field(description="the table's name")
    kind: Literal["entity", "fact", "vocab"] = Field(description="entity, fact or vocab")
    pk: FieldName = Field(description="the primary key, a column")
    rows: RowCount | None = Field(
        None,
        description="how many rows; 1000 where none is given",
        validation_alias=AliasChoices("rows", "row_count"),
    )
    parents: Names = Field((), description="the first one fans out; the others are drawn from")
    fanout: FanoutChoice | None = Field(None, description="how many rows a row of the first parent has")
    columns: Columns = Field(description="the columns, in order")
    modifiers: Modifiers = Field((), description="effects that scale the fan-out")
    segment_behavior: Annotated[Any, _or_none(SegmentBehavior)] = Field(
        None, description="how segments of this table's rows behave"
    )
    vintage_behavior: Annotated[Any, _or_none(VintageBehavior)] = Field(None, description="how this table's rows age")
    stage_config: Annotated[Any, _or_none(StageConfig)] = Field(
        None, description="the stages that a parent's rows go through"
    )
