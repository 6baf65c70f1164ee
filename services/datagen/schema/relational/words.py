"""The kinds of values that only the relational dialect has: references, weights by name, frequencies."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from datagen.frequency import FrequencyError, read_frequency
from datagen.schema.names import FIELD_NAME, is_field_name
from datagen.schema.values import MAX_TEXT, FieldName, Loose, Value, refuse
from datagen.shares import SharesError, read_shares

MAX_VALUES = 100_000  # that a document lists
MAX_FACTOR = 1e9


def split(reference: str) -> tuple[str, str]:
    """Table and column of "table.column"."""
    table, _, column = reference.partition(".")
    return table, column


def is_reference(text: str) -> bool:
    return all(map(is_field_name, split(text)))


def _reference(text: str) -> str:
    if not is_reference(text):
        refuse("is not a column of a table; write it like user.user_id")
    return text


Reference = Annotated[
    str, AfterValidator(_reference), WithJsonSchema({"type": "string", "pattern": rf"^{FIELD_NAME}\.{FIELD_NAME}$"})
]
Factor = Annotated[float, Field(ge=0, le=MAX_FACTOR)]
Values = Annotated[tuple[Value, ...], Loose, Field(min_length=1, max_length=MAX_VALUES)]
Word = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


def _weights(value: tuple[float, ...]) -> tuple[float, ...]:
    if value and not any(value):
        refuse("has no weight above 0; give at least one")
    return value


Weights = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1e12)], ...],
    Loose,
    Field(min_length=1, max_length=MAX_VALUES),
    AfterValidator(_weights),
]


def _weights_kind(text: str) -> str:
    try:
        read_shares(text)
    except SharesError as error:
        refuse(str(error))
    return text


WeightsKind = Annotated[
    str,
    AfterValidator(_weights_kind),
    WithJsonSchema({"type": "string", "examples": ["uniform", "zipf@1.2", "head_tail@{0.6,1.2}"]}),
]


def _frequency(text: str) -> str:
    try:
        read_frequency(text)
    except FrequencyError as error:
        refuse(str(error))
    return text


Frequency = Annotated[str, AfterValidator(_frequency), WithJsonSchema({"type": "string", "examples": ["H", "15min"]})]


def _version(value: Any) -> Any:
    if isinstance(value, bool) or not re.fullmatch(r"1(\.\d+)*", str(value)):
        refuse("is not a version that is known here; this is version 1.0")
    return str(value)


Version = Annotated[str, BeforeValidator(_version), WithJsonSchema({"type": ["string", "number"]})]
Names = Annotated[tuple[FieldName, ...], Loose, Field(max_length=1_000)]
Curve = Annotated[tuple[Factor, ...], Loose, Field(min_length=1, max_length=10_000)]
