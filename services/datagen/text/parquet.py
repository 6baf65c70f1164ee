"""Parquet, snappy: text, int64, double, bool, timestamp[us, UTC] and structs; row groups of a size of their own.

A row group is encoded from all of its rows at once and the words of its dictionaries are put in order,
so that the blocks in which rows arrive change no byte. No clock stands in the file.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagen.text.gzip import Sink

ROW_GROUP_ROWS = 1 << 17
SAMPLE_ROWS, REPEATS = 4096, 4  # a dictionary where so many rows hold a quarter as many values, or fewer
LONGEST_DICTIONARY = 1024  # as words of text; a longer one is spelled out
WORDS = pa.dictionary(pa.int32(), pa.string())


class ParquetWriter:
    """Batches of one schema to a sink. `close` writes what is left and the footer, and leaves the sink open."""

    def __init__(self, schema: pa.Schema, sink: Sink) -> None:
        self._schema = schema  # of the values; batches may hold text as a dictionary of it
        self._file = pa.PythonFile(sink, "w")
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0  # of those waiting

    def write(self, batch: pa.RecordBatch) -> None:
        while self._rows + batch.num_rows >= ROW_GROUP_ROWS:
            missing = ROW_GROUP_ROWS - self._rows
            self._waiting.append(batch.slice(0, missing))
            self._write_row_group()
            batch = batch.slice(missing)
        if batch.num_rows:
            self._waiting.append(batch)
            self._rows += batch.num_rows

    def close(self) -> None:
        if self._waiting:
            self._write_row_group()
        self._opened(self._schema.empty_table()).close()

    def _write_row_group(self) -> None:
        places = range(len(self._schema))
        columns = [_whole([batch.column(place) for batch in self._waiting]) for place in places]
        self._waiting, self._rows = [], 0
        writer = self._opened(pa.table(columns, self._schema.names))
        formed = [_as(column, kind) for column, kind in zip(columns, writer.schema.types, strict=True)]
        writer.write_table(pa.table(formed, writer.schema), row_group_size=ROW_GROUP_ROWS)

    def _opened(self, first: pa.Table) -> pq.ParquetWriter:
        """The writer; the first row group shows which columns repeat themselves."""
        if self._writer is None:
            sample = first.slice(0, SAMPLE_ROWS)
            self._writer = pq.ParquetWriter(
                self._file,
                first.schema,
                compression="snappy",
                use_dictionary=[name for name in first.column_names if _repeats(sample[name])],
                write_statistics=[field.name for field in first.schema if field.type not in (pa.string(), WORDS)],
                store_schema=False,  # readers see text, not the dictionaries it came in
            )
        return self._writer


def _repeats(sample: pa.ChunkedArray) -> bool:
    """Whether few of the values are different, so that a dictionary is worth its look-ups."""
    if pa.types.is_dictionary(sample.type):
        return True
    return not pa.types.is_nested(sample.type) and pc.count_distinct(sample).as_py() <= len(sample) // REPEATS


def _whole(chunks: Sequence[pa.Array]) -> pa.Array:
    """One array, the same however the rows are cut; a dictionary of text where all chunks are short ones."""
    if all(_has_words(chunk) for chunk in chunks):
        return _in_order(chunks)
    return pa.concat_arrays([_spelled(chunk) for chunk in chunks])


def _has_words(chunk: pa.Array) -> bool:
    kind = chunk.type
    words = pa.types.is_dictionary(kind) and kind.value_type == pa.string()
    return bool(words and len(chunk.dictionary) <= LONGEST_DICTIONARY)


def _spelled(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _in_order(chunks: Sequence[pa.DictionaryArray]) -> pa.DictionaryArray:
    """One array whose dictionary has the words that are used, sorted."""
    words = pa.array(sorted({word for chunk in chunks for word in _used(chunk)}), pa.string())
    places = [pc.take(pc.index_in(chunk.dictionary, words), chunk.indices) for chunk in chunks]
    return pa.DictionaryArray.from_arrays(pa.concat_arrays(places), words)


def _used(chunk: pa.DictionaryArray) -> list[str]:
    used = np.bincount(chunk.indices.drop_null().to_numpy(), minlength=len(chunk.dictionary)) > 0
    words: list[str] = chunk.dictionary.filter(pa.array(used)).drop_null().to_pylist()
    return words


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """The column in the form that the first row group had."""
    if column.type == kind:
        return column
    return _in_order([column.dictionary_encode()]) if kind == WORDS else _spelled(column)
