"""What the writers must write, a value at a time with Python's own means, and columns to try them on."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

INSTANT = pa.timestamp("us", "UTC")
POINT = pa.struct([("lat", pa.float64()), ("lon", pa.float64())])
NOTE = pa.struct([("text", pa.string()), ("flag", pa.bool_()), ("at", INSTANT), ("count", pa.int64())])
FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999  # of the years 1 to 9999


NAMES = ("a", "_", "Total_2", "city", "is_x", "key")


def plain_text(value: Any) -> str:
    """The CSV text of a value before it is quoted; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return decimal_text(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat()
    return json_text(value) if isinstance(value, dict) else str(value)


def decimal_text(value: float) -> str:
    """The digits of repr, which are the fewest that give the value back, without its exponent."""
    text = format(Decimal(repr(value)), "f").removesuffix(".0")
    return "0" if text == "-0" else text


def csv_field(value: Any) -> str:
    text = plain_text(value)
    if value is not None and (text == "" or any(character in text for character in ',"\r\n')):
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_text(rows: Sequence[Sequence[Any]]) -> bytes:
    lines = (",".join(map(csv_field, row)) or '""' for row in rows)
    return "".join(line + "\n" for line in lines).encode()


def json_text(value: Any) -> str:
    if isinstance(value, float):
        text = decimal_text(value)
        return text if "." in text else text + ".0"
    if isinstance(value, datetime):
        return f'"{plain_text(value)}"'
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(key)}:{json_text(member)}" for key, member in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def jsonl_text(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    return "".join(json_text(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()


def rows_of(batch: pa.RecordBatch) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


Value = st.SearchStrategy[Any]

TEXTS: tuple[Value, ...] = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(',"\r\n\\ \t\x00\x1f\x7f;|ab\u2028ü😀', max_size=8),
    st.text("ab", max_size=3).map(lambda text: text * 90),
    st.sampled_from(["", "x" * 3000, "y"]),
    st.from_regex(r"[a-z]{4}-[0-9]{4}", fullmatch=True),
)
WHOLE: tuple[Value, ...] = (
    st.integers(0, 20),
    st.integers(1000, 9999),
    st.integers(10_000, 99_999),
    st.integers(-99_999, 999_999),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 9, 10, 9_999, 10_000, 99_999_999, 100_000_000, 2**63 - 1, -1, -9_999, -10_000, -(2**63)]),
)
MONEY = st.integers(0, 9_999_99).map(lambda cents: cents / 100)
DOUBLES: tuple[Value, ...] = (
    MONEY,
    st.integers(-99_999_99, 99_999_99).map(lambda cents: cents / 100),
    st.integers(-5, 20_000).map(float),
    st.integers(0, 99_999).map(lambda tenths: tenths / 10),
    st.integers(0, 10**11 - 1).map(lambda thousandths: thousandths / 1000),
    st.floats(-1e8, 1e8).map(lambda value: round(value, 6)),
    st.sampled_from([0.0, -0.0, 1e300, -1e300, 5e-324, 1e15, 1e16, -1e-7, 0.1 + 0.2, math.pi * 1e20, 2.0**53 + 2, 0.5]),
    st.floats(allow_nan=False, allow_infinity=False),
)
INSTANTS: tuple[Value, ...] = (
    st.integers(1_735_689_600, 1_767_225_600).map(lambda second: second * 1_000_000),
    st.integers(1_735_689_600_000_000, 1_767_225_600_000_000),
    st.integers(FIRST_US, LAST_US),
    st.sampled_from([FIRST_US, LAST_US, -1, 0, 1, 999_999]),
)
POINTS = st.fixed_dictionaries({"lat": st.none() | st.one_of(DOUBLES), "lon": MONEY})
NOTES = st.fixed_dictionaries(
    {"text": st.none() | st.one_of(TEXTS), "flag": st.booleans(), "at": INSTANTS[1], "count": st.none() | WHOLE[3]}
)
KINDS: dict[pa.DataType, tuple[Value, ...]] = {
    pa.string(): TEXTS,
    pa.int64(): WHOLE,
    pa.float64(): DOUBLES,
    pa.bool_(): (st.booleans(),),
    INSTANT: INSTANTS,
    POINT: (POINTS,),
    NOTE: (NOTES,),
    pa.null(): (st.none(),),
}


@st.composite
def arrays(draw: st.DrawFn, rows: int, kind: pa.DataType | None = None) -> pa.Array:
    """A column of one sort of values, cut from a longer one; its buffers hold something where values are null."""
    kind = draw(st.sampled_from(list(KINDS))) if kind is None else kind
    sort = draw(st.sampled_from([*KINDS[kind], st.one_of(KINDS[kind])]))
    pool = pa.array(draw(st.lists(sort, min_size=1, max_size=8)), kind)
    random = Random(draw(st.integers(0, 2**32)))
    places = pa.array(random.choices(range(len(pool)), k=rows + 9), pa.int32())
    form = draw(st.sampled_from(["array", "dictionary", "dictionary with a null"]))
    if form == "array" or pa.types.is_nested(kind) or pa.types.is_null(kind):
        array = pool.take(places)
    else:
        words = pool if form == "dictionary" else pa.concat_arrays([pa.nulls(1, kind), pool])
        array = pa.DictionaryArray.from_arrays(places, words)
    if draw(st.booleans()):
        share = draw(st.sampled_from([0.1, 0.9, 1.0]))
        array = with_nulls(array, [random.random() > share for _ in range(len(array))])
    return array.slice(random.randrange(10), rows)


def with_nulls(array: pa.Array, valid: Sequence[bool]) -> pa.Array:
    """Null where not valid; the values stay in the buffers."""
    if pa.types.is_null(array.type):
        return array
    bits = pa.py_buffer(np.packbits(np.array(valid, np.bool_), bitorder="little"))
    if pa.types.is_struct(array.type):
        members = [array.field(place) for place in range(array.type.num_fields)]
        return pa.Array.from_buffers(array.type, len(array), [bits], children=members)
    if pa.types.is_dictionary(array.type):
        return pa.DictionaryArray.from_arrays(with_nulls(array.indices, valid), array.dictionary)
    return pa.Array.from_buffers(array.type, len(array), [bits, *array.buffers()[1:]])


@st.composite
def batches(draw: st.DrawFn, most_rows: int = 30) -> pa.RecordBatch:
    rows = draw(st.integers(0, most_rows))
    columns = draw(st.lists(arrays(rows), min_size=1, max_size=6))
    return pa.record_batch(columns, names=NAMES[: len(columns)])
