"""JSON Lines: one compact object a row, UTF-8, LF; every column is there, null as null."""

from __future__ import annotations

import json

import pyarrow as pa

from datagen.text.fields import JSON, Columns, append_rows, pieces
from datagen.text.lines import Lines
from datagen.text.words import Piece, literal


class JsonlEncoder:
    """Batches of one schema to JSON Lines. It keeps its buffer, so each worker has its own."""

    def __init__(self, schema: pa.Schema) -> None:
        names = [json.dumps(name, ensure_ascii=False) for name in schema.names]
        self._keys = [literal(f"{',' if place else '{'}{name}:".encode()) for place, name in enumerate(names)]
        self._end = literal(b"}\n")
        self._lines = Lines()

    def header(self) -> bytes:
        return b""

    def encode(self, batch: pa.RecordBatch) -> memoryview:
        """The lines of a batch, valid until the next call. ValueError where a value has no text."""
        self._lines.clear()
        append_rows(self._lines, batch.columns, self._row)
        return self._lines.view()

    def _row(self, columns: Columns) -> list[Piece]:
        made: list[Piece] = []
        for key, column in zip(self._keys, columns, strict=True):
            made += [key, *pieces(column, JSON)]
        return [*made, self._end]
