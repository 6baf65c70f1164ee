"""Instants out of the cells of a column: a block at a time where all are written alike, else text by text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from event_generator.block import I64, Flags

PLAIN = pa.timestamp("us")
UNITS_US = {"epoch_s": 1_000_000, "epoch_ms": 1_000}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999  # the years 1 to 9999, which ISO 8601 can write
ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?: ?(?:(Z)|([+-])(\d\d)(?::?(\d\d))?))?)?\s*"
)
WHOLE = re.compile(r"\s*[+-]?\d{1,18}\s*")


def instants(column: pa.Array, time_format: str) -> tuple[I64, Flags]:
    """Microseconds since 1970, UTC, and which of them are there; the others are 0."""
    made = _typed(column, time_format) if not pa.types.is_string(column.type) else _texts(column, time_format)
    flags = np.asarray(made.is_valid().to_numpy(zero_copy_only=False), np.bool_)
    values = np.asarray(pc.fill_null(made, 0).to_numpy(zero_copy_only=False), np.int64)
    flags &= (values >= FIRST_US) & (values <= LAST_US)
    return np.where(flags, values, 0), flags


def _typed(column: pa.Array, time_format: str) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _typed(column.dictionary_decode(), time_format)
    if pa.types.is_string(kind):
        return _texts(column, time_format)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return pc.cast(column, pa.timestamp("us", kind.tz if pa.types.is_timestamp(kind) else None), safe=False).cast(
            pa.int64()
        )
    if pa.types.is_integer(kind) and time_format in UNITS_US:
        return pc.multiply(column.cast(pa.int64()), UNITS_US[time_format])
    return _texts(column.cast(pa.string()), time_format)


def _texts(column: pa.Array, time_format: str) -> pa.Array:
    if time_format == "iso":
        for plain in ("", r"Z?\s*$"):
            try:
                bare = pc.replace_substring_regex(column, plain, "") if plain else column
                return pc.cast(bare, PLAIN).cast(pa.int64())
            except pa.ArrowInvalid:
                continue
    return _one_by_one(column, _reader(time_format))


def _one_by_one(column: pa.Array, read: Callable[[str], int | None]) -> pa.Array:
    """Each different text once."""
    coded = pc.dictionary_encode(column)
    values = [None if text is None else read(text) for text in coded.dictionary.to_pylist()]
    return pa.array(values, pa.int64()).take(coded.indices)


def _reader(time_format: str) -> Callable[[str], int | None]:
    if time_format == "iso":
        return iso_us
    if time_format in UNITS_US:
        unit = UNITS_US[time_format]
        return lambda text: int(text) * unit if WHOLE.fullmatch(text) else iso_us(text)
    return lambda text: _by_pattern(text.strip(), time_format)


def _by_pattern(text: str, pattern: str) -> int | None:
    try:
        found = datetime.strptime(text, pattern)  # noqa: DTZ007  # a zone is in the pattern, or it is UTC
    except ValueError:
        return iso_us(text)
    return _microseconds(found if found.tzinfo else found.replace(tzinfo=UTC))


def iso_us(text: str) -> int | None:
    """What ISO 8601 says, with T or a space, any fraction, Z, an offset or neither (UTC); None where it is none."""
    match = ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.group(1, 2, 3, 4, 5, 6))
    micro = int((match[7] or "0")[:6].ljust(6, "0"))
    offset = timedelta(hours=int(match[10] or 0), minutes=int(match[11] or 0))
    try:
        found = datetime(year, month, day, hour, minute, second, micro, UTC)
        return _microseconds(found) - (-1 if match[9] == "-" else 1) * (offset // timedelta(microseconds=1))
    except ValueError:
        return None


def _microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)
