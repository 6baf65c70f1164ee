"""CSV: exactly the bytes that Python would write a value at a time, and what Python and DuckDB read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.text import fields
from datagen.text.csv import CsvEncoder
from tests.text.plainly import batches, csv_text, plain_text, rows_of, with_nulls

LAW = settings(deadline=None, max_examples=150)
AWKWARD = [
    "",
    None,
    " a ",
    "a,b",
    'say "x"',
    "two\nlines",
    "cr\r",
    "back\\slash",
    "tab\t",
    "ü😀\u2028",
    "null",
    "#",
    "1e3",
]


def encoded(batch: pa.RecordBatch) -> bytes:
    return bytes(CsvEncoder(batch.schema).encode(batch))


@LAW
@given(batches())
def test_every_value_is_written_as_python_would_write_it(batch: pa.RecordBatch) -> None:
    assert encoded(batch) == csv_text(rows_of(batch))


@LAW
@given(batches(), st.integers(1, 7))
def test_the_size_of_a_chunk_changes_no_byte(batch: pa.RecordBatch, chunk: int) -> None:
    whole = encoded(batch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "CHUNK_ROWS", chunk)
        assert encoded(batch) == whole


@LAW
@given(batches())
def test_pythons_csv_module_reads_the_texts_back(batch: pa.RecordBatch) -> None:
    read = list(csv.reader(io.StringIO(encoded(batch).decode(), newline="")))
    assert read == [[plain_text(value) for value in row] for row in rows_of(batch)]


@settings(deadline=None, max_examples=30)
@given(st.lists(batches(), min_size=2, max_size=4))
def test_an_encoder_is_used_again_without_a_trace_of_what_it_wrote(several: list[pa.RecordBatch]) -> None:
    encoder = CsvEncoder(several[0].schema)
    for batch in several:
        if batch.num_columns > 1 and several[0].num_columns > 1:
            assert bytes(encoder.encode(batch)) == csv_text(rows_of(batch))


def test_a_field_is_quoted_where_that_needs_it_and_nowhere_else() -> None:
    batch = pa.record_batch({"n": list(range(len(AWKWARD))), "text": AWKWARD})
    assert encoded(batch).decode() == (
        '0,""\n1,\n2, a \n3,"a,b"\n4,"say ""x"""\n5,"two\nlines"\n6,"cr\r"\n7,back\\slash\n8,tab\t\n'
        "9,ü😀\u2028\n10,null\n11,#\n12,1e3\n"
    )


def test_a_row_of_one_column_is_never_a_blank_line() -> None:
    batch = pa.record_batch({"text": ["", None, "a"]})
    assert encoded(batch) == b'""\n""\na\n'


def test_an_object_is_compact_json_in_quotes() -> None:
    batch = pa.record_batch({"n": [1, 2], "at": [{"lat": 41.0, "lon": -0.5}, {"lat": None, "lon": 1e-7}]})
    assert encoded(batch).decode() == ('1,"{""lat"":41.0,""lon"":-0.5}"\n2,"{""lat"":null,""lon"":0.0000001}"\n')


def test_the_header_names_the_columns() -> None:
    assert CsvEncoder(pa.schema([("a", pa.int64()), ("b", pa.string())])).header() == b"a,b\n"


def test_duckdb_reads_every_text_and_can_tell_null_from_empty(tmp_path: Path) -> None:
    batch = pa.record_batch({"n": list(range(len(AWKWARD))), "text": AWKWARD})
    path = tmp_path / "awkward.csv"
    path.write_bytes(CsvEncoder(batch.schema).header() + encoded(batch))
    options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false"
    read = duckdb.execute(f"from read_csv('{path}', {options}, new_line = '\\n', strict_mode = false)").fetchall()
    assert read == [(str(number), text) for number, text in enumerate(AWKWARD)]


def test_what_lies_under_a_null_is_never_looked_at() -> None:
    valid = [True, False]
    odd = pa.array([2**62, 2**62], pa.timestamp("us", "UTC"))
    codes = pa.DictionaryArray.from_arrays(with_nulls(pa.array([0, 99], pa.int8()), valid), ["a"], safe=False)
    columns = [with_nulls(pa.array([1.0, float("nan")]), valid), with_nulls(odd, [False, False]), codes]
    assert encoded(pa.record_batch([*columns, pa.array([1, 2])], list("abcd"))) == b"1,,a,1\n,,,2\n"


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN or infinite"):
        encoded(pa.record_batch({"x": [1.0, float("nan")]}))


def test_an_instant_outside_the_years_1_to_9999_is_refused() -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        encoded(pa.record_batch({"at": pa.array([2**62], pa.timestamp("us", "UTC"))}))
