"""What an author may write around the tables: the document itself, constraints, targets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, WithJsonSchema

from datagen.schema.document import DeliveryChoice, OutputChoice, TimeWindow
from datagen.schema.fields import Written
from datagen.schema.names import FIELD_NAME
from datagen.schema.relational.words import Frequency, Names, Reference, Values, Version, Word
from datagen.schema.values import Fraction, Int64, Loose, Real, Value, defined

MAX_TABLES = 500
MAX_RULES = 10_000


class Metadata(Written):
    """Further keys are notes."""

    model_config = ConfigDict(extra="allow")

    name: Word | None = Field(None, description="the dataset's name; the file's name where none is given")


class Timeframe(TimeWindow):
    freq: Frequency | None = Field(None, description="the grid of datetime columns that name none")


class ForeignKey(Written):
    from_: Reference = Field(alias="from", description="the column that points")
    to: Reference = Field(description="the key it points at")


class Range(Written):
    attr: Reference = Field(description="the column")
    min: Value = Field(None, description="the least value; an instant for a datetime")
    max: Value = Field(None, description="the greatest value; an instant for a datetime")


class Inequality(Written):
    left: Reference = Field(description="a column")
    op: Literal["<", "<=", ">", ">=", "=="] = Field(description="how it is to the other")
    right: Reference = Field(description="the other")


class PatternRule(Written):
    attr: Reference = Field(description="the column")
    regex: Word = Field(description="what its texts look like")


class EnumRule(Written):
    attr: Reference = Field(description="the column")
    values: Values | None = Field(None, description="what it may be; or enum_ref")
    enum_ref: Reference | None = Field(None, description='"table.column" that lists what it may be')


def _rules(items: dict[str, Any]) -> Any:
    return WithJsonSchema({"type": "array", "items": items, "maxItems": MAX_RULES})


_REFERENCE = {"type": "string", "pattern": rf"^{FIELD_NAME}\.{FIELD_NAME}$"}
Rules = Annotated[tuple[Any, ...], Loose, Field(max_length=MAX_RULES)]


class ConstraintsChoice(Written):
    """The rules of each list are judged one by one, by RULES."""

    unique: Annotated[Rules, _rules(_REFERENCE)] = Field((), description="columns in which no value stands twice")
    foreign_keys: Annotated[Rules, _rules(defined("ForeignKey"))] = Field((), description="columns that point at a key")
    ranges: Annotated[Rules, _rules(defined("Range"))] = Field((), description="bounds of columns")
    inequalities: Annotated[Rules, _rules(defined("Inequality"))] = Field(
        (), description="of two columns of a row, or of a row and its parent"
    )
    pattern: Annotated[Rules, _rules(defined("PatternRule"))] = Field((), description="regular expressions of columns")
    enum: Annotated[Rules, _rules(defined("EnumRule"))] = Field((), description="what columns may be")


RULES: dict[str, type[Written]] = {
    "foreign_keys": ForeignKey,
    "ranges": Range,
    "inequalities": Inequality,
    "pattern": PatternRule,
    "enum": EnumRule,
}


class WeekendShare(Written):
    table: Word = Field(description="the table")
    timestamp: Word = Field(description="its datetime column")
    min: Fraction = Field(0.0, description="the least share of rows on Saturday and Sunday")
    max: Fraction = Field(1.0, description="the greatest")


class MeanInRange(Written):
    table: Word = Field(description="the table")
    column: Word = Field(description="its column")
    min: Real = Field(description="the least mean")
    max: Real = Field(description="the greatest")


class Influence(Written):
    """What else an influence says is a note: the modifiers of the columns say what it is."""

    model_config = ConfigDict(extra="allow")

    kind: Word = Field(description="seasonality, effect, outliers ...")


class Tolerance(Written):
    mae: Annotated[float, Field(ge=0)] | None = Field(None, description="the mean absolute error that is allowed")
    mape: Annotated[float, Field(ge=0)] | None = Field(
        None, description="the mean relative error; above 1 a percentage, else a fraction"
    )


class CompositeEffect(Written):
    table: Word = Field(description="the table")
    metric: Word = Field("count", description="a column that is summed; any other word counts rows")
    influences: Annotated[tuple[Influence, ...], Loose, Field(max_length=100)] = Field(
        (), description="what shapes the metric"
    )
    tolerance: Tolerance | None = Field(None, description="how far the shares may be off")


TARGETS: dict[str, type[Written]] = {
    "weekend_share": WeekendShare,
    "mean_in_range": MeanInRange,
    "composite_effect": CompositeEffect,
}


def _one_or_more(model: type[Written]) -> Any:
    one = defined(model.__name__)
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one}, {"type": "null"}]})


class Targets(Written):
    """Each an object, or a list of them; they are judged one by one."""

    weekend_share: Annotated[Any, _one_or_more(WeekendShare)] = Field(None, description="rows on Saturday and Sunday")
    mean_in_range: Annotated[Any, _one_or_more(MeanInRange)] = Field(None, description="the mean of a column")
    composite_effect: Annotated[Any, _one_or_more(CompositeEffect)] = Field(None, description="the shares of cells")


class RelationalDocument(Written):
    """The outermost object; tables and `analysis` are judged by models of their own."""

    version: Version = Field("1.0", description="of the language")
    metadata: Metadata | None = Field(None, description="the dataset's name, and notes")
    seed: Int64 | None = Field(None, description="the same seed gives the same rows; drawn where none is given")
    timeframe: Timeframe | None = Field(None, description="the 30 whole days before today where none is given")
    output: OutputChoice | None = Field(None, description="what kind of files")
    delivery: DeliveryChoice | None = Field(None, description="faults of transport, for the replay alone")
    nodes: Annotated[tuple[Annotated[Any, WithJsonSchema(defined("NodeChoice"))], ...], Loose] = Field(
        min_length=1, max_length=MAX_TABLES, description="the tables"
    )
    constraints: Annotated[Any, WithJsonSchema({"anyOf": [defined("ConstraintsChoice"), {"type": "null"}]})] = Field(
        None, description="what holds of every row"
    )
    targets: Annotated[Any, WithJsonSchema({"anyOf": [defined("Targets"), {"type": "null"}]})] = Field(
        None, description="what holds of the whole"
    )
    dag: Annotated[tuple[Names, ...], Loose, Field(max_length=MAX_TABLES)] | None = Field(
        None, description="the tables in the order of making, level by level"
    )
    analysis: Annotated[Any, WithJsonSchema({"anyOf": [defined("TableAnalysisChoice"), {"type": "null"}]})] = Field(
        None, description="what may be asked of the rows of one table"
    )
