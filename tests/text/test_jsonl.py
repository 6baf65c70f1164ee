"""JSON Lines: exactly the bytes of json.dumps but for numbers, which never have an exponent."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.text import fields
from datagen.text.jsonl import JsonlEncoder
from tests.text.plainly import batches, jsonl_text, plain_text, rows_of

LAW = settings(deadline=None, max_examples=150)


def encoded(batch: pa.RecordBatch) -> bytes:
    return bytes(JsonlEncoder(batch.schema).encode(batch))


@LAW
@given(batches(), st.integers(1, 40))
def test_every_row_is_the_object_that_python_would_write(batch: pa.RecordBatch, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "CHUNK_ROWS", chunk)
        assert encoded(batch) == jsonl_text(batch.schema.names, rows_of(batch))


@LAW
@given(batches())
def test_pythons_json_module_reads_the_values_back(batch: pa.RecordBatch) -> None:
    lines = encoded(batch).decode().split("\n")[:-1]
    assert [json.loads(line) for line in lines] == json.loads(json.dumps(batch.to_pylist(), default=plain_text))


def test_a_whole_double_keeps_its_point() -> None:
    batch = pa.record_batch({"x": [12.0, 0.5, -0.0, 1e21, None]})
    assert encoded(batch) == b'{"x":12.0}\n{"x":0.5}\n{"x":0.0}\n{"x":1000000000000000000000.0}\n{"x":null}\n'


def test_a_null_object_is_null_and_not_an_object_of_nulls() -> None:
    batch = pa.record_batch({"at": [{"lat": 1.5}, None, {"lat": None}]})
    assert encoded(batch) == b'{"at":{"lat":1.5}}\n{"at":null}\n{"at":{"lat":null}}\n'


def test_every_character_that_json_escapes_is_escaped() -> None:
    characters = [chr(code) for code in range(0x80)]
    batch = pa.record_batch({"x": characters, "all": ["".join(characters)] * len(characters)})
    assert encoded(batch) == jsonl_text(["x", "all"], rows_of(batch))
