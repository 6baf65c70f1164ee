"""Rows to the bytes of a file, in two halves: what each worker does by itself, and what goes in the file's order.

Worker count and block size change no byte: text is text however it is cut, and gzip members and
row groups have sizes of their own.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import pyarrow as pa

from datagen.plan import Plan, TablePlan
from datagen.rows import generate
from datagen.sinks.durable import Target


class Press(Protocol):
    """One worker's own, for one table: makes rows into what a file takes."""

    def made(self, start: int, stop: int) -> Any:
        """What `File.take` takes, valid until the next call."""
        ...


class File(Protocol):
    """One file's own: takes what was made in the order of rows, from one worker at a time."""

    def take(self, made: Any) -> None: ...

    def finish(self) -> None:
        """Everything is given to the target, which stays open."""
        ...

    def abandon(self) -> None:
        """Nothing more is given to the target, whatever is still held back."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """How the files of one table are made."""

    press: Callable[[], Press]
    file: Callable[[Target], File]


MakeRows = Callable[[int, int], pa.RecordBatch]  # of start, stop


def format_of(plan: Plan, table: TablePlan, rows: MakeRows | None = None) -> Format:
    """The format that the data set's output names; of the table's rows, or of what `rows` gives."""
    output, schema = plan.dataset.output, table.arrow_schema
    make = rows or partial(generate, plan, table.name)
    if output.format == "parquet":
        return Format(lambda: RowPress(make), lambda target: ParquetFile(schema, target))
    encoder = _encoder(output.format)
    header = encoder(schema).header()
    file = GzipFile if output.gzip else TextFile
    return Format(lambda: TextPress(make, encoder(schema)), lambda target: file(target, header))


class Encoder(Protocol):
    def header(self) -> bytes: ...

    def encode(self, batch: pa.RecordBatch) -> memoryview: ...


def _encoder(name: str) -> Callable[[pa.Schema], Encoder]:
    if name == "jsonl":
        from datagen.text.jsonl import JsonlEncoder

        return JsonlEncoder
    from datagen.text.csv import CsvEncoder

    return CsvEncoder


class RowPress:
    def __init__(self, rows: MakeRows) -> None:
        self._rows = rows

    def made(self, start: int, stop: int) -> pa.RecordBatch:
        return self._rows(start, stop)


class TextPress:
    def __init__(self, rows: MakeRows, encoder: Encoder) -> None:
        self._rows, self._encoder = rows, encoder

    def made(self, start: int, stop: int) -> memoryview:
        return self._encoder.encode(self._rows(start, stop))


class TextFile:
    def __init__(self, target: Target, header: bytes) -> None:
        self._target = target
        target.write(header)

    def take(self, made: memoryview) -> None:
        self._target.write(made)

    def finish(self) -> None:
        """Nothing is held back."""

    def abandon(self) -> None:
        """Nothing is held back."""


class GzipFile:
    def __init__(self, target: Target, header: bytes) -> None:
        from datagen.text.gzip import GzipWriter

        self._writer = GzipWriter(target)
        self._writer.write(header)

    def take(self, made: memoryview) -> None:
        self._writer.write(made)

    def finish(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        """What is held back is given only by `finish`."""


class ParquetFile:
    def __init__(self, schema: pa.Schema, target: Target) -> None:
        from datagen.text.parquet import ParquetWriter

        self._gate = Gate(target)
        self._writer = ParquetWriter(schema, self._gate)

    def take(self, made: pa.RecordBatch) -> None:
        self._writer.write(made)

    def finish(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        """Arrow's writer ends its file when it is freed; by then the gate is shut."""
        self._gate.shut = True


class Gate(io.RawIOBase):
    """Lets bytes through until it is shut, and then forgets them; closing it leaves the target open."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.shut = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return memoryview(data).nbytes if self.shut else self._target.write(data)
