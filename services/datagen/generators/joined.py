"""Text columns put together from pieces, without a Python object a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.text.lines import Lines
from datagen.text.parts import Grid, Places, Span, fields_of
from datagen.text.scalars import texts
from datagen.text.words import MOST_WORDS, Piece, Words, fused, vocabulary

LONGEST_COLUMN_BYTES = 2**31 - 1  # of one block; Arrow counts them in 32 bits


def joined(pieces: Sequence[Piece], rows: int) -> pa.Array:
    """One text a row: its cells, one after the other."""
    lines = Lines()
    starts = lines.append(fused(pieces), rows)
    text = lines.view()
    if len(text) > LONGEST_COLUMN_BYTES:
        raise OverflowError(f"{rows} rows of one column make {len(text)} bytes of text")
    offsets = np.empty(rows + 1, np.int32)
    offsets[:-1], offsets[-1] = starts, len(text)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text))


def evenly(characters: NDArray[np.uint8]) -> pa.Array:
    """Texts of one length: a row of bytes each."""
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(characters))


def piece_of(column: pa.Array) -> Piece:
    """The CSV texts of a column; null is the empty text."""
    text = texts(column)
    if pa.types.is_dictionary(text.type):
        if len(text.dictionary) < MOST_WORDS:
            return _words(text)
        text = text.dictionary_decode()
    return _cells(text)


def _words(text: pa.DictionaryArray) -> Words:
    listed = [value.encode() for value in text.dictionary.to_pylist()]
    codes = text.indices
    if codes.null_count:
        codes = codes.cast(pa.int64()).fill_null(len(listed))
        listed.append(b"")
    return Words(vocabulary(*listed), codes.to_numpy(zero_copy_only=False).astype(np.intp))


def _cells(text: pa.StringArray) -> Grid | Span:
    _, offsets_buffer, data = text.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[text.offset : text.offset + len(text) + 1]
    starts: Places = offsets[:-1].astype(np.intp)
    lengths: Places = np.diff(offsets).astype(np.intp)
    source = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    if text.null_count:
        lengths *= text.is_valid().to_numpy(zero_copy_only=False)
    width = int(lengths.max(initial=0))
    if width and width == lengths.min() and not text.null_count and int(starts[0]) == 0:
        return Grid(fields_of(source, len(text), width, width), width)
    return Span(np.concatenate([source, np.zeros(width, np.uint8)]), starts, lengths)
