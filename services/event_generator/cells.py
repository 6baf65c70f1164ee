"""Columns of an extract as the members of JSON objects, each value in its own type; written in columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from datagen.text.fields import JSON, append_rows, pieces, strings
from datagen.text.lines import Lines
from datagen.text.quoting import plain_part
from datagen.text.words import Piece, literal

# What JSON takes for a number. Digits go through as they are: no sum changes on the way.
NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
BOOLEANS = pa.array(["true", "false"])


def bodies(names: Sequence[str], columns: Sequence[pa.Array], kinds: Sequence[str], rows: int) -> pa.StringArray:
    """`"city":"Pune","amount":12.50` of each row; empty texts where there is no column."""
    keys = [json.dumps(name, ensure_ascii=False) for name in names]
    keyed = [literal(f"{',' if place else ''}{key}:".encode()) for place, key in enumerate(keys)]
    written = [_written(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    if not written:
        return pa.array([""] * rows, pa.string())

    def row(slices: Sequence[pa.Array]) -> Iterable[Piece]:
        for key, column, (_, plain) in zip(keyed, slices, written, strict=True):
            yield key
            yield from [plain_part(column)] if plain else pieces(column, JSON)

    lines = Lines()
    return lines.strings(append_rows(lines, [column for column, _ in written], row))


def _written(column: pa.Array, kind: str) -> tuple[pa.Array, bool]:
    """What `pieces` writes as JSON, or texts that are JSON already."""
    if not pa.types.is_string(column.type):
        return _writable(column)
    if kind in ("int", "float"):
        return _json_where(column, pc.match_substring_regex(column, NUMBER)), True
    if kind == "bool":
        return _json_where(column, pc.is_in(column, BOOLEANS)), True
    if kind == "object":
        return _json_where(column, pa.array([text is not None and _is_json(text) for text in column.to_pylist()])), True
    return column, False


def _json_where(column: pa.Array, is_json: pa.Array) -> pa.StringArray:
    """The texts, those that are no JSON in quotes; null where there is none."""
    is_json = pc.fill_null(is_json, True)
    if not pc.all(is_json).as_py():
        column = pc.if_else(is_json, column, as_json(column))
    return pc.fill_null(column, "null") if column.null_count else column


def as_json(column: pa.Array) -> pa.StringArray:
    """Each value of at least one row as JSON."""
    return strings([column], lambda columns: pieces(columns[0], JSON))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _writable(column: pa.Array) -> tuple[pa.Array, bool]:
    """Types that `pieces` knows stay; decimals keep their digits; anything else goes through Python."""
    kind = column.type
    if pa.types.is_decimal(kind):
        return pc.fill_null(column.cast(pa.string()), "null"), True
    if pa.types.is_floating(kind):
        finite = pc.fill_null(pc.is_finite(column), True)
        if pc.all(finite).as_py():
            return column, False
        return _json_where(column.cast(pa.string()), finite), True
    if pa.types.is_timestamp(kind) and kind.unit != "us":
        return column.cast(pa.timestamp("us", kind.tz), safe=False), False
    if _is_known(kind):
        return column, False
    return pa.array([json.dumps(value, ensure_ascii=False, default=str) for value in column.to_pylist()]), True


def _is_known(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return bool(pa.types.is_string(kind.value_type))
    if pa.types.is_struct(kind):
        return all(not pa.types.is_floating(member.type) and _is_known(member.type) for member in kind)
    known = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_timestamp, pa.types.is_string)
    return pa.types.is_large_string(kind) or any(test(kind) for test in known)
