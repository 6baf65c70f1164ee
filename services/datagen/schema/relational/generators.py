"""What an author may write of a generator: one model a kind, and the table of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, ConfigDict, Field, WithJsonSchema

from datagen.expression import MAX_LENGTH
from datagen.schema.fields import Written
from datagen.schema.relational.words import Frequency, Reference, Values, Weights, WeightsKind, Word
from datagen.schema.values import Fraction, Instant, Int64, Pair, Real, defined

MAX_LAMBDA = 1e9
Spread = Annotated[float, Field(ge=0, le=1e15)]
Lambda = Annotated[float, Field(ge=0, le=MAX_LAMBDA)]


class SequenceChoice(Written):
    start: Int64 = Field(1, description="the value of the first row")
    step: Int64 = Field(1, description="what each further row adds")


class ChoiceChoice(Written):
    choices: Values | None = Field(None, description="the values; or choices_ref")
    choices_ref: Reference | None = Field(None, description='"table.column": a draw of a row of that table')
    weights: Weights | None = Field(None, description="a weight for each value, relative to the others")
    weights_kind: WeightsKind | None = Field(
        None, description="uniform, zipf@alpha or head_tail@{head_share,tail_alpha}; uniform where none is given"
    )


class NormalParams(Written):
    mean: Real = Field(description="the middle of the bell", validation_alias=AliasChoices("mean", "mu"))
    std: Spread = Field(description="its width", validation_alias=AliasChoices("std", "sigma"))


class LognormalParams(Written):
    mean: Real = Field(description="the mean of the logarithm", validation_alias=AliasChoices("mean", "mu"))
    sigma: Spread = Field(
        description="the standard deviation of the logarithm", validation_alias=AliasChoices("sigma", "std")
    )


class UniformParams(Written):
    low: Real = Field(description="the least value")
    high: Real = Field(description="the greatest value")


class PoissonParams(Written):
    lambda_: Lambda = Field(alias="lambda", description="the mean count")


Params = NormalParams | LognormalParams | UniformParams | PoissonParams
PARAMS: Mapping[str, type[Params]] = MappingProxyType(
    {"normal": NormalParams, "lognormal": LognormalParams, "uniform": UniformParams, "poisson": PoissonParams}
)
DistributionName = Literal["normal", "lognormal", "uniform", "poisson"]


class DistributionChoice(Written):
    """`params` are judged by the model of the type."""

    type: DistributionName = Field(
        description="normal, lognormal, uniform or poisson", validation_alias=AliasChoices("type", "kind")
    )
    params: Annotated[dict[str, Any], WithJsonSchema({"anyOf": [defined(model.__name__) for model in PARAMS.values()]})]
    clamp: Pair | None = Field(None, description="[lowest, highest]: values are cut off there")


class Within(Written):
    start: Instant = Field(description="the first instant; without a zone it is UTC")
    end: Instant = Field(description="the last instant, inclusive; a bare date is the whole day")


class PatternChoice(Written):
    dimension: Literal["hour", "dow", "month"] = Field(description="of what the weights are")
    weights: Weights = Field(description="24 of the hours, 7 of the weekdays from Monday, or 12 of the months")


MAX_PATTERNS = 10
Patterns = Annotated[  # judged one by one
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                defined("PatternChoice"),
                {"type": "array", "items": defined("PatternChoice"), "maxItems": MAX_PATTERNS},
                {"type": "null"},
            ]
        }
    ),
]


class DatetimeSeriesChoice(Written):
    within: Annotated[Any, WithJsonSchema({"anyOf": [{"const": "timeframe"}, defined("Within")]})] = Field(
        "timeframe", description='"timeframe", or a start and an end of its own'
    )
    freq: Frequency | None = Field(
        None, description="the grid on which instants lie; the timeframe's where none is given, else whole seconds"
    )
    pattern: Patterns = Field(None, description="how busy each hour, weekday or month is; several multiply")


class FakerChoice(Written):
    """Further keys are the method's own arguments."""

    model_config = ConfigDict(extra="allow")

    method: Word = Field(description="what Faker calls it, such as name or email")
    locale: Word | None = Field(None, description="such as de_DE; en_US where none is given")
    locale_from: Word | None = Field(None, description="a column of country codes or city names")


class UniformPopularity(Written):
    kind: Literal["uniform"]


class ZipfPopularity(Written):
    kind: Literal["zipf"]
    alpha: Annotated[float, Field(ge=0, le=20)] = Field(description="the weight of rank k is k^-alpha")


class HeadTailPopularity(Written):
    kind: Literal["head_tail"]
    head_share: Fraction = Field(description="what the first fifth gets together")
    tail_alpha: Annotated[float, Field(ge=0, le=20)] = Field(description="the others get the rest, by k^-tail_alpha")


Popularity = UniformPopularity | ZipfPopularity | HeadTailPopularity
POPULARITIES: Mapping[str, type[Popularity]] = MappingProxyType(
    {"uniform": UniformPopularity, "zipf": ZipfPopularity, "head_tail": HeadTailPopularity}
)


THIS_KEY = "this_key"  # in place of the name of their key


class LookupChoice(Written):
    from_: Reference = Field(alias="from", description='"table.column": where the value stands')
    on: dict[str, Word] | None = Field(
        None,
        description="{this_key or their key: a column here}: the row that the column points at",
        min_length=1,
        max_length=1,
    )
    popularity: Annotated[
        Any,
        WithJsonSchema({"anyOf": [*(defined(model.__name__) for model in POPULARITIES.values()), {"type": "null"}]}),
    ] = Field(None, description="how often each row is drawn; uniform where none is given")


class ExpressionChoice(Written):
    code: Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)] = Field(
        description="arithmetic over this row's columns"
    )


class EnumListChoice(Written):
    values: Values = Field(description="the values; in a vocab one a row, in order, else a draw of one")


Generator = (
    SequenceChoice
    | ChoiceChoice
    | DistributionChoice
    | DatetimeSeriesChoice
    | FakerChoice
    | LookupChoice
    | ExpressionChoice
    | EnumListChoice
)
GENERATORS: Mapping[str, type[Generator]] = MappingProxyType(
    {
        "sequence": SequenceChoice,
        "choice": ChoiceChoice,
        "distribution": DistributionChoice,
        "datetime_series": DatetimeSeriesChoice,
        "faker": FakerChoice,
        "lookup": LookupChoice,
        "expression": ExpressionChoice,
        "enum_list": EnumListChoice,
    }
)
