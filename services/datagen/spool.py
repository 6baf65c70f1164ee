"""Rows put aside on the disk by day, and read again in the order of days.

What comes in is cut by day at once, so that each row is made, sorted and written once; of a year's days every piece is
a few hundred rows. Memory holds a few numbers a piece.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa

from datagen.draws import I64
from datagen.rows import joined
from datagen.sinks.durable import Bytes, Target, Written, write_all


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one day, in their order."""

    day: int
    rows: int
    data: pa.Buffer  # a record batch as Arrow's format for streams has it


def cut_by_day(batch: pa.RecordBatch, days: I64) -> list[Piece]:
    """A batch of plain columns and the day of each of its rows as pieces, in the order of days."""
    order = np.argsort(days, kind="stable")
    days, batch = days[order], batch.take(pa.array(order))
    starts = np.flatnonzero(np.diff(days, prepend=days[:1] - 1))
    rows = np.diff(starts, append=len(days))
    spans = zip(days[starts].tolist(), starts.tolist(), rows.tolist(), strict=True)
    return [Piece(day, count, batch.slice(start, count).serialize()) for day, start, count in spans]


class Spool:
    """A file without a name: pieces are taken in the order of their blocks, then rows are read."""

    def __init__(self, descriptor: int, schema: pa.Schema) -> None:
        self._descriptor, self._schema = descriptor, schema
        self._days, self._rows, self._sizes = (array("q") for _ in range(3))

    def target(self) -> Target:
        """Where the pieces go."""
        return _Unnamed(os.dup(self._descriptor), durable=False)

    def note(self, piece: Piece) -> None:
        """The piece is what was written next."""
        self._days.append(piece.day)
        self._rows.append(piece.rows)
        self._sizes.append(piece.data.size)

    def spans(self) -> dict[int, tuple[int, int]]:
        """Of each day that has rows, in order, which they are, counted through all days."""
        pieces = self._pieces
        days, starts = np.unique(pieces.days, return_index=True)
        edges = [*pieces.first_rows[starts].tolist(), int(pieces.first_rows[-1])]
        return {day: (edges[place], edges[place + 1]) for place, day in enumerate(days.tolist())}

    def rows(self, start: int, stop: int) -> pa.RecordBatch:
        """Rows start..stop, counted through all days; within a day in the order in which they were taken."""
        edges = self._pieces.first_rows
        first, last = np.searchsorted(edges, start, "right") - 1, np.searchsorted(edges, stop, "left")
        if start >= stop:
            return pa.record_batch([pa.nulls(0, field.type) for field in self._schema], self._schema)
        batches = [self._read(piece) for piece in range(first, last)]
        return joined(pa.Table.from_batches(batches, self._schema).slice(start - int(edges[first]), stop - start))

    def _read(self, piece: int) -> pa.RecordBatch:
        size, place = int(self._pieces.sizes[piece]), int(self._pieces.places[piece])
        data = bytearray(size)
        view = memoryview(data)
        while len(view):
            read = os.preadv(self._descriptor, [view], place)
            view, place = view[read:], place + read
        return pa.ipc.read_record_batch(pa.py_buffer(data), self._schema)

    @cached_property
    def _pieces(self) -> _Pieces:
        days, rows, sizes = (np.array(numbers, np.int64) for numbers in (self._days, self._rows, self._sizes))
        order = np.argsort(days, kind="stable")
        places = np.cumsum(sizes) - sizes
        first_rows = np.concatenate([[0], np.cumsum(rows[order])])
        return _Pieces(days[order], first_rows, places[order], sizes[order])


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """All pieces in the order of days."""

    days: I64
    first_rows: I64  # and, behind them, how many rows there are
    places: I64  # where they begin in the file
    sizes: I64


class _Unnamed(Target):
    """Bytes that nobody else reads need no digest."""

    def write(self, data: Bytes, /) -> int:
        view = memoryview(data).cast("B")
        write_all(self.descriptor, view)
        self.bytes += len(view)
        return len(view)

    def finish(self) -> Written:
        return Written(self.bytes, "")


class SpoolFile:
    """See `formats.File`."""

    def __init__(self, spool: Spool, target: Target) -> None:
        self._spool, self._target = spool, target

    def take(self, made: Sequence[Piece]) -> None:
        for piece in made:
            self._target.write(piece.data)
            self._spool.note(piece)

    def finish(self) -> None:
        """Nothing is held back."""

    def abandon(self) -> None:
        """Nothing is held back."""


@contextmanager
def open_spool(folder: Path, schema: pa.Schema) -> Iterator[Spool]:
    """A spool on the disk of a folder; it is gone with this, or with the process."""
    with TemporaryFile(dir=folder, buffering=0) as file:
        yield Spool(file.fileno(), schema)
