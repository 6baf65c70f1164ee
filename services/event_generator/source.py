"""The rows of all files in the order of their instants, numbered from 0, from any row on.

Files that are in order one after the other are read as they are; others are put in order once, on disk, by DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from datagen.draws import Draws
from event_generator.block import SCHEMA, Block, of_batch
from event_generator.columns import Columns
from event_generator.extracts import Extract, Extracts
from event_generator.raw import BLOCK_ROWS
from event_generator.reading import blocks, look

PLACE = pa.field("place", pa.uint64())  # by which the sorted file is ordered
MEMORY = "256MB"


@dataclass(frozen=True, slots=True)
class Span:
    """What one look at the instants of all rows tells."""

    rows: int
    first_us: int
    last_us: int
    files: tuple[tuple[Extract, int], ...]  # in the order of time, each with its rows
    in_order: bool
    timed: int  # rows with a readable instant


def survey(extracts: Extracts, columns: Columns) -> Span:
    """Reads the instants of every file once."""
    looks = [_look(extract, columns) for extract in extracts.files]
    timed = [look for look in looks if look.times]
    if not timed:
        return Span(sum(look.rows for look in looks), 0, 0, tuple((look.extract, look.rows) for look in looks), True, 0)
    first, last = min(look.times[0] for look in timed), max(look.times[1] for look in timed)
    looks.sort(key=lambda look: look.times or (last, last))
    followed = all(one.times[1] <= other.times[0] for one, other in pairwise(look for look in looks if look.times))
    files = tuple((look.extract, look.rows) for look in looks if look.rows)
    rows, in_time = sum(look.rows for look in looks), sum(look.timed for look in looks)
    return Span(rows, first, last, files, followed and all(look.in_order for look in timed), in_time)


@dataclass(frozen=True, slots=True)
class _Look:
    extract: Extract
    rows: int
    timed: int  # rows with a readable instant
    times: tuple[int, ...]  # the first and the last, of rows that have one; empty where none has
    in_order: bool


def _look(extract: Extract, columns: Columns) -> _Look:
    rows, timed, in_order = 0, 0, True
    times: tuple[int, ...] = ()
    for count, known in look(extract, columns):
        rows, timed = rows + count, timed + len(known)
        if len(known):
            in_order &= bool((known[1:] >= known[:-1]).all()) and (not times or times[-1] <= int(known[0]))
            low, high = int(known.min()), int(known.max())
            times = (min(times[0], low), max(times[1], high)) if times else (low, high)
    return _Look(extract, rows, timed, times, in_order)


Rows = Callable[[int], Iterator[tuple[int, Block]]]  # blocks from a row on, each with its first row's number


def from_files(span: Span, extracts: Extracts, columns: Columns) -> Rows:
    """The files one after the other."""

    def read(first_row: int) -> Iterator[tuple[int, Block]]:
        number, before_us = 0, span.first_us
        for extract, rows in span.files:
            if number + rows > first_row:
                extracts.require_same()
                for start, block in _from(blocks(extract, columns, before_us), number, first_row):
                    before_us = int(block.times[-1])
                    yield start, block
            number += rows
        extracts.require_same()

    return read


def from_sorted(path: Path) -> Rows:
    def read(first_row: int) -> Iterator[tuple[int, Block]]:
        with pq.ParquetFile(path) as file:
            batches = file.iter_batches(BLOCK_ROWS, columns=SCHEMA.names)
            yield from _from((of_batch(batch) for batch in batches), 0, first_row)

    return read


def _from(read: Iterator[Block], number: int, first_row: int) -> Iterator[tuple[int, Block]]:
    for block in read:
        skipped = max(0, first_row - number)
        if skipped < len(block):
            yield number + skipped, block.slice(skipped, len(block)) if skipped else block
        number += len(block)


def put_in_order(path: Path, span: Span, extracts: Extracts, columns: Columns, shuffle: int | None = None) -> None:
    """Writes all rows to a file in the order of their instants, or in one that a seed draws."""
    import duckdb

    unsorted, fresh = path.with_name(f".{path.name}.unsorted"), path.with_name(f".{path.name}.fresh")
    try:
        with pq.ParquetWriter(unsorted, SCHEMA.append(PLACE), compression="zstd") as writer:
            for number, block in from_files(span, extracts, columns)(0):
                writer.write_batch(_placed(block, number, shuffle))
        with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": f"{fresh}.spill"}) as base:
            base.execute("SET preserve_insertion_order = true")
            rows = "SELECT * FROM read_parquet($source, file_row_number = true)"
            base.execute(
                f"COPY ({rows} ORDER BY {PLACE.name}, file_row_number) "
                "TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768)",
                {"source": str(unsorted), "target": str(fresh)},
            )
        fresh.replace(path)
    finally:
        unsorted.unlink(missing_ok=True)
        fresh.unlink(missing_ok=True)


def _placed(block: Block, number: int, shuffle: int | None) -> pa.RecordBatch:
    if shuffle is None:
        places = (block.times.view(np.uint64)) ^ np.uint64(1 << 63)  # below 1970 is before
    else:
        places = Draws(shuffle, "replay", "order", number, number + len(block)).u64()
    return block.batch().append_column(PLACE, pa.array(places, pa.uint64()))
