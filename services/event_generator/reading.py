"""One file as blocks of rows, in its own order, with bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.errors import UserError
from datagen.model import TextFormat
from datagen.sinks.faults import told
from event_generator.block import I64, Block, Flags
from event_generator.cells import as_json, bodies
from event_generator.columns import RESERVED, Columns, find, fold
from event_generator.extracts import Extract
from event_generator.from_csv import csv_batches
from event_generator.from_jsonl import jsonl_batches
from event_generator.from_parquet import parquet_batches
from event_generator.raw import Lines, Names, Read
from event_generator.times import instants

READERS: Mapping[TextFormat, Callable[[Extract, Columns, Names], Iterator[Read]]] = MappingProxyType(
    {"csv": csv_batches, "jsonl": jsonl_batches, "parquet": parquet_batches}
)


def blocks(extract: Extract, columns: Columns, before_us: int | None = None) -> Iterator[Block]:
    """`before_us` is for rows without a readable time before the first with one: else they have that one's.

    UserError where it is no file of its kind, or ends too soon.
    """
    record, last_us = 1, before_us
    with _readable(extract):
        for read in READERS[extract.format](extract, columns, None):
            block = _block(read, extract, columns, record, last_us)
            if block is not None:
                record, last_us = record + len(block), int(block.times[-1])
                yield block


def look(extract: Extract, columns: Columns) -> Iterator[tuple[int, I64]]:
    """How many rows a batch has, and the instants of those that have one; nothing else is read. UserError as above."""
    with _readable(extract):
        for read in READERS[extract.format](extract, columns, frozenset(columns.time)):
            times, there, _ = _times(read, columns)
            yield read.batch.num_rows + len(read.broken), times[there]


@contextmanager
def _readable(extract: Extract) -> Iterator[None]:
    try:
        with told(extract.path):
            yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, EOFError, OSError) as error:
        first = str(error).splitlines()[0].rstrip(". ")
        raise UserError(f"{extract.path}: cannot be read as {extract.format}: {first}; make it anew") from error


def _block(read: Read, extract: Extract, columns: Columns, record: int, last_us: int | None) -> Block | None:
    """The rows of a batch, the broken ones behind the others."""
    batch, lines = read.batch, read.broken
    rows = batch.num_rows
    if rows + len(lines) == 0:
        return None
    parts = [_whole_lines(lines, extract, record + rows)] if lines else []
    if rows:
        parts.insert(0, _rows(read, extract, columns, record))
    joined = [pa.concat_arrays(arrays) for arrays in zip(*(part[:4] for part in parts), strict=True)]
    times = np.concatenate([part[4] for part in parts])
    there = np.concatenate([part[5] for part in parts])
    whole = np.arange(rows + len(lines)) >= rows
    body, stamps, ids, keys = joined
    return Block(body, whole, filled(times, there, last_us), stamps, ids, keys)


Parts = tuple[pa.Array, pa.Array, pa.Array, pa.Array, I64, Flags]


def _rows(read: Read, extract: Extract, columns: Columns, record: int) -> Parts:
    batch = read.batch
    body = _bodies(batch, columns) if read.bodies is None else read.bodies
    times, there, stamps = _times(read, columns)
    return body, stamps, _ids(read, extract, columns, record), _texts(read, columns.key), times, there


def _bodies(batch: pa.RecordBatch, columns: Columns) -> pa.Array:
    names = batch.schema.names
    sent = [place for place, name in enumerate(names) if fold(name) not in RESERVED]
    kinds = [columns.kind(names[place]) for place in sent]
    return bodies([names[place] for place in sent], [batch.column(place) for place in sent], kinds, batch.num_rows)


def _whole_lines(lines: Lines, extract: Extract, record: int) -> Parts:
    """Broken rows: they have no time of their own, and no key."""
    nothing = pa.nulls(len(lines), pa.string())
    ids = [f"{extract.name}:{record + place}" for place in range(len(lines))]
    body = pa.array(lines, pa.binary()).view(pa.string())
    return body, nothing, pa.array(ids), nothing, np.zeros(len(lines), np.int64), np.zeros(len(lines), np.bool_)


def _times(read: Read, columns: Columns) -> tuple[I64, Flags, pa.Array]:
    """The instants, which are there, and the JSON of what stands for those that are not."""
    rows, place = read.batch.num_rows, find(columns.time, read.batch.schema.names)
    if place is None:
        return np.zeros(rows, np.int64), np.zeros(rows, np.bool_), pa.array(["null"] * rows)
    column = read.batch.column(place)
    times, there = instants(column, columns.time_format)
    if there.all():
        return times, there, pa.nulls(rows, pa.string())
    written = as_json(column if pa.types.is_string(column.type) else column.cast(pa.string()))
    return times, there, pc.if_else(pa.array(there), pa.scalar(None, pa.string()), written)


def _ids(read: Read, extract: Extract, columns: Columns, record: int) -> pa.Array:
    found = _texts(read, columns.id)
    blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(found), ""), True)
    if not pc.any(blank).as_py():
        return found
    numbers = pc.cast(pa.array(np.arange(record, record + len(found))), pa.string())
    return pc.if_else(blank, pc.binary_join_element_wise(extract.name, numbers, ":"), found)


def _texts(read: Read, names: tuple[str, ...]) -> pa.Array:
    """A column as plain text; nulls where it is not there."""
    place = find(names, read.batch.schema.names)
    if place is None:
        return pa.nulls(read.batch.num_rows, pa.string())
    column = read.batch.column(place)
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def filled(times: I64, there: Flags, last_us: int | None) -> I64:
    """The instants, with that of the row before where there is none; before the first one that of the first."""
    if there.all():
        return times
    places = np.where(there, np.arange(len(times)), -1)
    known = np.maximum.accumulate(places)
    first = int(np.argmax(there)) if there.any() else None
    before = last_us if last_us is not None else int(times[first]) if first is not None else 0
    return np.where(known >= 0, times[np.maximum(known, 0)], before)
