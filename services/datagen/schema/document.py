"""What an author may write around the fields: the document in the record dialect, and `analysis`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from datagen.schema.fields import Written
from datagen.schema.names import FIELD_NAME, SLUG, is_slug, show, slug
from datagen.schema.values import (
    Digits,
    FieldName,
    Fraction,
    Instant,
    Int64,
    Label,
    Loose,
    Span,
    defined,
    refuse,
    whole,
)

MAX_ROWS = 10_000_000_000
MAX_FIELDS = 1_000
DEFAULT_ROWS = 1_000
MAX_EXPRESSION = 2_000
MAX_ENTRIES = MAX_FIELDS
MAX_DELAY_S = 366 * 86_400
Seconds = Annotated[float, Field(ge=0, le=MAX_DELAY_S)]


def _dataset_name(value: str) -> str:
    if not is_slug(value):
        meant = slug(value)
        refuse(
            "is not a dataset's name: a-z, 0-9 and _, at most 63, first a letter"
            + (f"; did you mean {show(meant)}?" if meant else "")
        )
    return value


RowCount = Annotated[
    int,
    Field(ge=0, le=MAX_ROWS),
    BeforeValidator(whole),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_ROWS}),
]
DatasetName = Annotated[str, AfterValidator(_dataset_name), WithJsonSchema({"type": "string", "pattern": f"^{SLUG}$"})]


def _currency(value: str) -> str:
    if re.fullmatch("[A-Z]{3}", value) is None:
        refuse("is not a currency; write its three capital letters, such as EUR")
    return value


Currency = Annotated[str, AfterValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})]


class TimeWindow(Written):
    start: Instant = Field(description="the first instant; without a zone it is UTC")
    end: Instant = Field(description="the last instant, inclusive; a bare date is the whole day")


class OutputChoice(Written):
    format: Literal["csv", "jsonl", "parquet"] = Field("csv", description="the kind of file")
    gzip: bool = Field(False, description="whether csv and jsonl files are compressed")


class LateChoice(Written):
    rate: Fraction = Field(0.0, description="the share of events that are sent late")
    delay_s: Seconds = Field(0.0, description="by how much event time")


class RateChoice(Written):
    rate: Fraction = Field(0.0, description="the share of events")


class DisorderChoice(Written):
    seconds: Seconds = Field(0.0, description="by how much event time events may be out of order")


class DeliveryChoice(Written):
    late: LateChoice | None = Field(None, description="events that are sent late")
    duplicate: RateChoice | None = Field(None, description="events that are sent twice")
    corrupt: RateChoice | None = Field(None, description="events that nobody can read")
    disorder: DisorderChoice | None = Field(None, description="events that are sent out of order")


class Entry(Written):
    name: FieldName = Field(description="the field")
    label: Label | None = Field(None, description="what people call it")
    unit: Label | None = Field(None, description="its unit")
    format: Literal["money", "number", "percent"] | None = Field(None, description="how it is written")
    polarity: Literal["good", "bad"] | None = Field(None, description="whether more of it is good or bad")


class MeasureEntry(Entry):
    name: FieldName = Field(description="what the number is called")
    expression: Annotated[str, Field(min_length=1, max_length=MAX_EXPRESSION)] = Field(
        description="arithmetic over this row's columns"
    )
    precision: Digits = Field(6, description="digits kept after the point")


def entries_schema(name: str, pattern: str = f"^{FIELD_NAME}$") -> WithJsonSchema:
    named = {"type": "string", "pattern": pattern}
    items = defined(name) if name == "MeasureEntry" else {"anyOf": [named, defined(name)]}
    return WithJsonSchema({"type": "array", "items": items, "maxItems": MAX_ENTRIES})


# Lists whose entries are judged one by one, each a name or an object.
Entries = Annotated[tuple[Any, ...], Loose, Field(max_length=MAX_ENTRIES), entries_schema("Entry")]
Measures = Annotated[tuple[Any, ...], Loose, Field(max_length=MAX_ENTRIES), entries_schema("MeasureEntry")]


class StreamChoice(Written):
    window: Span = Field("1 hour", description="the length of a window")
    slide: Span = Field("15 minutes", description="how far apart windows begin")
    watermark: Span = Field("15 minutes", description="how late an event may come")
    group_by: FieldName | None = Field(None, description="a dimension; the first where none is given")
    value: FieldName | None = Field(None, description="a measure or numeric field; the first where none is given")


class AnalysisChoice(Written):
    name: Label | None = Field(None, description="the dataset's name for people")
    title: Label | None = Field(None, description="what stands above the pages")
    currency: Currency | None = Field(None, description="ISO 4217, such as INR")
    id_field: FieldName | None = Field(None, description="names a row, so that repeats are found")
    timestamp_field: FieldName | None = Field(None, description="event time")
    dimensions: Entries | None = Field(None, description="what rows are grouped by, coarse first")
    numeric_fields: Entries | None = Field(None, description="what is summed and averaged")
    boolean_fields: Entries | None = Field(None, description="what is counted and turned into rates")
    measures: Measures = Field((), description="numbers derived from a row")
    aliases: dict[str, Annotated[tuple[FieldName, ...], Loose, Field(max_length=100)]] = Field(
        default_factory=dict, description="other names a column may bear in the input"
    )
    timezone: Label = Field("UTC", description="in which the pages show times; nothing else")
    stream: Annotated[Any, WithJsonSchema({"anyOf": [defined("StreamChoice"), {"type": "null"}]})] = Field(
        None, description="how the stream is cut into windows"
    )


class Fields(Written):
    """Each field is judged by the model of its own kind."""

    fields: Annotated[tuple[Annotated[Any, WithJsonSchema(defined("Field"))], ...], Loose] = Field(
        min_length=1, max_length=MAX_FIELDS, description="the columns, in order"
    )


class Document(Written):
    """The outermost object; `schema` and `analysis` are judged by models of their own."""

    name: DatasetName | None = Field(
        None, description="the dataset's name on disk; the file's name where none is given"
    )
    seed: Int64 | None = Field(None, description="the same seed gives the same rows; drawn where none is given")
    entity_count: RowCount = Field(DEFAULT_ROWS, description="how many rows")
    time_window: TimeWindow | None = Field(None, description="the 30 whole days before today where none is given")
    output: OutputChoice | None = Field(None, description="what kind of files")
    delivery: DeliveryChoice | None = Field(None, description="faults of transport, for the replay alone")
    schema_: Annotated[Any, WithJsonSchema(defined("Fields"))] = Field(
        alias="schema", description="what the rows are made of"
    )
    analysis: Annotated[Any, WithJsonSchema({"anyOf": [defined("AnalysisChoice"), {"type": "null"}]})] = Field(
        None, description="what may be asked of the rows"
    )
