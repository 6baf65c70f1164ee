"""CSV by RFC 4180: UTF-8, LF, a header, and a field in quotes only where it needs them."""

from __future__ import annotations

import pyarrow as pa

from datagen.text.fields import CSV, CSV_ALONE, Columns, append_rows, pieces
from datagen.text.lines import Lines
from datagen.text.words import Piece, literal, separated

NEWLINE = literal(b"\n")


class CsvEncoder:
    """Batches of one schema to CSV. It keeps its buffer, so each worker has its own."""

    def __init__(self, schema: pa.Schema) -> None:
        self._names = schema.names
        self._dialect = CSV if len(schema.names) > 1 else CSV_ALONE
        self._lines = Lines()

    def header(self) -> bytes:
        return bytes(self.encode(pa.record_batch([[name] for name in self._names], self._names)))

    def encode(self, batch: pa.RecordBatch) -> memoryview:
        """The lines of a batch, valid until the next call. ValueError where a value has no text."""
        self._lines.clear()
        append_rows(self._lines, batch.columns, self._row)
        return self._lines.view()

    def _row(self, columns: Columns) -> list[Piece]:
        return [*separated((pieces(column, self._dialect) for column in columns), b","), NEWLINE]
