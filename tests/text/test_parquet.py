"""Parquet: the values and their types, whatever the batches they came in."""

from __future__ import annotations

import io
from itertools import pairwise
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.text import parquet
from datagen.text.parquet import ParquetWriter
from tests.text.plainly import NAMES, POINT, arrays, rows_of

LAW = settings(deadline=None, max_examples=80)
KINDS = (pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us", "UTC"), POINT)


@st.composite
def batches(draw: st.DrawFn) -> pa.RecordBatch:
    rows = draw(st.integers(0, 60))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    return pa.record_batch([draw(arrays(rows, kind)) for kind in kinds], names=NAMES[: len(kinds)])


def plain(schema: pa.Schema) -> pa.Schema:
    """As a plan declares it: dictionaries are a matter of the batches."""
    return pa.schema(
        [(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type) for field in schema]
    )


def written(batch: pa.RecordBatch, cuts: list[int]) -> bytes:
    sink = io.BytesIO()
    writer = ParquetWriter(plain(batch.schema), sink)
    bounds = [0, *sorted(cut for cut in cuts if cut < batch.num_rows), batch.num_rows]
    for start, stop in pairwise(bounds):
        writer.write(batch.slice(start, stop - start))
    writer.close()
    return sink.getvalue()


@LAW
@given(batches(), st.lists(st.integers(0, 60), max_size=5))
def test_the_blocks_that_rows_come_in_change_no_byte(batch: pa.RecordBatch, cuts: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_ROWS", 16)
        assert written(batch, cuts) == written(batch, [])


@LAW
@given(batches())
def test_values_and_types_come_back(batch: pa.RecordBatch) -> None:
    table = pq.read_table(io.BytesIO(written(batch, [])))
    assert table.schema == plain(batch.schema)
    assert [tuple(row.values()) for row in table.to_pylist()] == rows_of(batch)


@LAW
@given(st.lists(st.sampled_from(["b", "a", None, "é"]), max_size=60), st.randoms(use_true_random=False))
def test_the_words_of_a_dictionary_may_come_in_any_order(texts: list[str | None], random: Random) -> None:
    words = ["a", "b", "é", "unused"]
    schema = pa.schema([("text", pa.string())])
    files = []
    for size in (60, 7):
        sink = io.BytesIO()
        writer = ParquetWriter(schema, sink)
        for start in range(0, len(texts), size):
            random.shuffle(words)
            codes = pa.array([text and words.index(text) for text in texts[start : start + size]], pa.int8())
            writer.write(pa.record_batch([pa.DictionaryArray.from_arrays(codes, words)], schema.names))
        writer.close()
        files.append(sink.getvalue())
    assert files[0] == files[1]
    assert pq.read_table(io.BytesIO(files[0]))["text"].to_pylist() == texts


def test_text_may_be_spelled_out_in_one_row_group_and_coded_in_the_next() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_ROWS", 2)
        for first, second in (("array", "dictionary"), ("dictionary", "array")):
            sink = io.BytesIO()
            writer = ParquetWriter(pa.schema([("text", pa.string())]), sink)
            for form in (first, second):
                text = pa.array(["x", "y"])
                writer.write(pa.record_batch([text if form == "array" else text.dictionary_encode()], ["text"]))
            writer.close()
            assert pq.read_table(io.BytesIO(sink.getvalue()))["text"].to_pylist() == ["x", "y", "x", "y"]


def test_row_groups_are_of_one_size_and_columns_are_snappy() -> None:
    sink = io.BytesIO()
    writer = ParquetWriter(pa.schema([("n", pa.int64())]), sink)
    for start in range(0, 300_000, 50_000):
        writer.write(pa.record_batch({"n": list(range(start, start + 50_000))}))
    writer.close()
    metadata = pq.read_metadata(io.BytesIO(sink.getvalue()))
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    assert [group.num_rows for group in groups] == [131_072, 131_072, 37_856]
    assert {group.column(0).compression for group in groups} == {"SNAPPY"}


def test_a_file_without_rows_has_its_columns() -> None:
    schema = pa.schema([("a", pa.string()), ("at", POINT)])
    sink = io.BytesIO()
    ParquetWriter(schema, sink).close()
    assert pq.read_table(io.BytesIO(sink.getvalue())).schema == schema


def test_a_column_has_a_dictionary_where_it_repeats_itself() -> None:
    rows = 20_000
    columns = {"few": [row % 50 for row in range(rows)], "many": list(range(rows)), "text": ["ab", "c"] * (rows // 2)}
    metadata = pq.read_metadata(io.BytesIO(written(pa.record_batch(columns), [])))
    encodings = [metadata.row_group(0).column(place).encodings for place in range(3)]
    assert ["RLE_DICTIONARY" in each for each in encodings] == [True, False, True]
