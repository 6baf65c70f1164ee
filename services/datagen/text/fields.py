"""Columns as pieces of a line, in the words of a dialect."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.text.digits import decimals, whole
from datagen.text.instants import instants
from datagen.text.lines import Lines
from datagen.text.parts import Flags, Part, Places
from datagen.text.quoting import csv_part, json_part, plain_part
from datagen.text.shortest import shortest
from datagen.text.words import Piece, Vocabulary, Words, fused, literal, or_else, shown, switch, vocabulary

CHUNK_ROWS = 1 << 16  # rows at a time; what is made for fewer stays in cache, but costs more calls
LONGEST_DICTIONARY = 1024  # a longer one is spelled out row by row
FALSE_TRUE = vocabulary(b"false", b"true")


@dataclass(frozen=True, eq=False)
class Dialect:
    """How one format writes a value."""

    null: bytes
    pointed: bool  # whole doubles keep a point and a zero, so that a reader gets back doubles
    around: bytes  # what stands on both sides of text and instants
    text: Callable[[pa.StringArray], Part]  # what stands between
    quoted: bool  # an object is a field in quotes, with those in it doubled


PLAIN = Dialect(b"", False, b"", plain_part, False)  # CSV before anything is quoted
CSV = Dialect(b"", False, b"", csv_part, True)
CSV_ALONE = Dialect(b'""', False, b"", csv_part, True)  # the only column: a blank line would be no row
JSON = Dialect(b"null", True, b'"', json_part, False)

Columns = Sequence[pa.Array]
Row = Callable[[Columns], Iterable[Piece]]


def append_rows(lines: Lines, columns: Columns, row: Row) -> Places:
    """Write one line a row of these equally long columns; returns the byte where each begins."""
    rows = len(columns[0])
    starts = [
        lines.append(fused(row([column.slice(first, CHUNK_ROWS) for column in columns])), min(CHUNK_ROWS, rows - first))
        for first in range(0, rows, CHUNK_ROWS)
    ]
    return np.concatenate(starts) if starts else np.zeros(0, np.intp)


def strings(columns: Columns, row: Row, valid: Flags | None = None) -> pa.StringArray:
    """The line of each row as a text; null where not valid."""
    lines = Lines()
    return lines.strings(append_rows(lines, columns, row), valid)


def pieces(array: pa.Array, dialect: Dialect) -> list[Piece]:
    """What writes this column of at least one row. ValueError where a number or an instant has no text."""
    flags = valid_flags(array)
    if flags is None:
        return _values(array, None, dialect)
    if not flags.any():
        return [literal(dialect.null)]
    made = _values(array, flags, dialect)
    if len(made) == 1 and isinstance(made[0], Words):
        return [or_else(made[0], flags, dialect.null)]
    absent = [switch(dialect.null, b"", flags)] if dialect.null else []
    return [*absent, *shown(made, flags)]


def valid_flags(array: pa.Array) -> Flags | None:
    """Which values are not null; None where all are."""
    if array.null_count == 0:
        return None
    if array.null_count == len(array):
        return np.zeros(len(array), np.bool_)
    return _bits(array, 0)


def _values(array: pa.Array, flags: Flags | None, dialect: Dialect) -> list[Piece]:
    """The same, whatever stands where a value is null."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _looked_up(array, flags, dialect)
    if pa.types.is_boolean(kind):
        return [Words(FALSE_TRUE, _bits(array, 1).astype(np.intp))]
    if pa.types.is_integer(kind):
        return [whole(_numbers(_of_type(array, pa.int64()), np.int64, flags))]
    if pa.types.is_floating(kind):
        return [_double(_numbers(_of_type(array, pa.float64()), np.float64, flags), dialect.pointed)]
    if pa.types.is_struct(kind):
        return _object(array, dialect)
    around = literal(dialect.around)
    if pa.types.is_timestamp(kind):
        return [around, instants(_numbers(_of_type(array, pa.timestamp("us", kind.tz)), np.int64, flags)), around]
    return [around, dialect.text(_of_type(array, pa.string())), around]


def _of_type(array: pa.Array, kind: pa.DataType) -> pa.Array:
    return array if array.type == kind else array.cast(kind)


def _double(values: NDArray[np.float64], pointed: bool) -> Part:
    part = decimals(values, pointed=pointed)
    return plain_part(shortest(values, pointed=pointed)) if part is None else part


def _numbers(array: pa.Array, dtype: type[Any], flags: Flags | None) -> NDArray[Any]:
    width = np.dtype(dtype).itemsize
    values = np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * width)
    return values if flags is None else np.where(flags, values, dtype(0))


def _bits(array: pa.Array, buffer: int) -> Flags:
    first, skipped = divmod(array.offset, 8)
    raw = np.frombuffer(array.buffers()[buffer], np.uint8, -(-(skipped + len(array)) // 8), first)
    return np.unpackbits(raw, bitorder="little")[skipped : skipped + len(array)].view(np.bool_)


def _looked_up(array: pa.DictionaryArray, flags: Flags | None, dialect: Dialect) -> list[Piece]:
    words = array.dictionary
    if not 0 < len(words) <= LONGEST_DICTIONARY:
        return pieces(array.dictionary_decode(), dialect)
    raw = tuple(None if buffer is None else buffer.to_pybytes() for buffer in words.buffers())
    codes = _numbers(array, array.type.index_type.to_pandas_dtype(), flags).astype(np.intp)
    return [Words(_vocabulary(dialect, words.type, len(words), words.offset, raw), codes)]


@lru_cache(maxsize=256)
def _vocabulary(
    dialect: Dialect, kind: pa.DataType, count: int, offset: int, raw: tuple[bytes | None, ...]
) -> Vocabulary:
    buffers = [None if part is None else pa.py_buffer(part) for part in raw]
    words = pa.Array.from_buffers(kind, count, buffers, offset=offset)
    text = strings([words], lambda columns: pieces(columns[0], dialect))
    return Vocabulary(tuple(text.cast(pa.binary()).to_pylist()))


def _object(array: pa.StructArray, dialect: Dialect) -> list[Piece]:
    """Compact JSON."""
    if not dialect.quoted:
        return _members(array, b'"')
    if all(map(_has_no_quotes, array.type)):
        return [literal(b'"'), *_members(array, b'""'), literal(b'"')]
    return [dialect.text(strings([array], lambda columns: _members(columns[0], b'"')))]


def _has_no_quotes(member: pa.Field) -> bool:
    kind = member.type
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind))


def _members(array: pa.StructArray, quote: bytes) -> list[Piece]:
    made: list[Piece] = []
    for place, (member, values) in enumerate(zip(array.type, array.flatten(), strict=True)):
        name = json.dumps(member.name, ensure_ascii=False).encode().replace(b'"', quote)
        made += [literal((b"," if place else b"{") + name + b":"), *pieces(values, JSON)]
    return [*made, literal(b"}" if made else b"{}")]
