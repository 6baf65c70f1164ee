"""The kinds of values a document is made of, beyond what JSON has: names, scalars, instants, spans of time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from datagen.refusals import INT64_MAX, INT64_MIN
from datagen.schema.names import FIELD_NAME, is_field_name, show

MAX_TEXT = 1_000  # characters of one value
MAX_LABEL = 200
MAX_MAGNITUDE = 1e15  # of a float: beyond it, rounding to a few digits means nothing
MAX_WEIGHT = 1e12
DATE = len("2025-01-31")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 1900, 2199

_DURATION = re.compile(r"([0-9]{1,9}) ?(seconds?|minutes?|hours?|days?|weeks?|s|min|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)

Scalar = str | int | float | bool | None


def defined(name: str) -> dict[str, Any]:
    """In a JSON Schema, the place of the model of that name, which `jsonschema.py` puts there."""
    return {"model": name}


def refuse(rule: str) -> NoReturn:
    """Refuses the value at hand: `rule` follows "name=value " in the message."""
    raise PydanticCustomError("rule", "{rule}", {"rule": rule})


def whole(value: Any) -> Any:
    """JSON has one kind of number: 5.0 and 1e6 are whole."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53 else value


def _scalar(value: Any) -> Any:
    if isinstance(value, dict | list):
        refuse("must be text, a number, true, false or null")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        refuse(f"has {len(value):,} characters; at most {MAX_TEXT:,}")
    if isinstance(value, int) and not INT64_MIN <= value <= INT64_MAX:
        refuse("does not fit a 64-bit integer")
    if isinstance(value, float) and abs(value) > MAX_MAGNITUDE:
        refuse(f"is too large; at most {MAX_MAGNITUDE:g}")
    return value


def _field_name(value: str) -> str:
    if not is_field_name(value):
        refuse("is not a name: letters, digits and _, at most 63, not beginning with a digit")
    return value


def _table(value: Any) -> Any:
    if isinstance(value, dict) and (long := [key for key in value if len(key) > MAX_TEXT]):
        refuse(f"has a key of {len(long[0]):,} characters; at most {MAX_TEXT:,}")
    return value


Int64 = Annotated[
    int,
    Field(ge=INT64_MIN, le=INT64_MAX),
    BeforeValidator(whole),
    WithJsonSchema({"type": "integer", "minimum": INT64_MIN, "maximum": INT64_MAX}),
]
Real = Annotated[float, Field(ge=-MAX_MAGNITUDE, le=MAX_MAGNITUDE)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Digits = Annotated[
    int, Field(ge=0, le=15), BeforeValidator(whole), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 15})
]
Weight = Annotated[float, Field(ge=0, le=MAX_WEIGHT)]
Value = Annotated[
    Any,
    AfterValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"], "maxLength": MAX_TEXT}),
]
Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL)]
FieldName = Annotated[
    str, AfterValidator(_field_name), WithJsonSchema({"type": "string", "pattern": f"^{FIELD_NAME}$"})
]


def _pair(value: tuple[float, ...]) -> tuple[float, ...]:
    if len(value) != 2:
        refuse("must be two numbers, [lowest, highest]")
    if value[0] > value[1]:
        refuse("has its lowest value above its highest; swap them?")
    return value


def _box(value: tuple[float, ...]) -> tuple[float, ...]:
    if len(value) != 4:
        refuse("must be four numbers, [lat0, lon0, lat1, lon1]")
    return value


def _reals_schema(count: int) -> WithJsonSchema:
    item = {"type": "number", "minimum": -MAX_MAGNITUDE, "maximum": MAX_MAGNITUDE}
    return WithJsonSchema({"type": "array", "items": item, "minItems": count, "maxItems": count})


Loose = Strict(False)  # a JSON list where Python has a tuple

Pair = Annotated[tuple[Real, ...], Loose, AfterValidator(_pair), _reals_schema(2)]
Box = Annotated[tuple[Real, ...], Loose, AfterValidator(_box), _reals_schema(4)]


def instant_us(text: str) -> int:
    """Microseconds since 1970 of an ISO 8601 instant; without a zone UTC, a bare date its midnight. ValueError."""
    if _INSTANT.fullmatch(text) is None:
        raise ValueError("is not an instant; write it like 2025-01-31T06:00:00")
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("is no day or time of the calendar") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return (moment - EPOCH) // timedelta(microseconds=1)


def is_bare_date(text: str) -> bool:
    return len(text) == DATE


def iso_instant(us: int) -> str:
    """An instant as ISO 8601, UTC, with a fraction only where there is one."""
    return (EPOCH + timedelta(microseconds=us)).replace(tzinfo=None).isoformat()


def _checked_instant(text: str) -> str:
    try:
        instant_us(text)
    except ValueError as error:
        refuse(str(error))
    return text


Instant = Annotated[
    str, AfterValidator(_checked_instant), WithJsonSchema({"type": "string", "pattern": f"^{_INSTANT.pattern}$"})
]


def seconds(text: str) -> int:
    """Seconds of a span of time such as '15 minutes'. ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("is not a span of time; write it like '15 minutes' or '1 hour'")
    return int(match[1]) * _SECONDS[match[2][0]]


def _checked_span(text: str) -> str:
    try:
        seconds(text)
    except ValueError as error:
        refuse(str(error))
    return text


Span = Annotated[
    str,
    AfterValidator(_checked_span),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["15 minutes", "1 hour"]}),
]


def shown(name: str, value: object) -> str:
    return f"{name}={show(value)}"
