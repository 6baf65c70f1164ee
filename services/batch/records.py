"""Records that go over several lines, put together: a quoted field of CSV may hold line ends.

Only files that have such records come this way; all others are read a line at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.cells import BLOCK, FILE, RAW, ROW

QUOTE, COMMA = b'"', b","
LONGEST_BYTES = 1 << 20  # of a record; a quote that is not closed by then was never meant to open one
COLUMNS = f"{FILE} string, {BLOCK} bigint, {ROW} bigint, {RAW} binary"
BATCH_ROWS = 4_096

Line = tuple[str, bytes]  # the file and the text of a line, its LF cut off; a CR stays
Record = tuple[str, int, bytes]  # the file, the number of its first line, the text without its line end


def whole_records(lines: DataFrame) -> DataFrame:
    """The records of whole files out of their lines, numbered by their first line from 1."""
    ordered = (
        lines.select(FILE, BLOCK, ROW, F.col(RAW).cast("binary").alias(RAW))
        .repartition(F.col(FILE))
        .sortWithinPartitions(FILE, BLOCK, ROW)
    )
    put_together = ordered.mapInArrow(_batches, COLUMNS)
    return put_together.withColumn(RAW, F.col(RAW).cast("string"))


def records(lines: Iterable[Line]) -> Iterator[Record]:
    """Lines of one file after the other, put together where a quoted field goes on.

    A quote that is never closed does not swallow what follows: its line stands alone, and reading goes on
    with the next.
    """
    ahead: deque[Line] = deque()
    source = iter(lines)
    number, current = 0, None
    while (first := _next(ahead, source)) is not None:
        file, text = first
        number = number + 1 if file == current else 1
        current = file
        taken = _rest(file, text, ahead, source) if _opens(text) else []
        yield file, number, b"\n".join([text, *(line for _, line in taken)]).removesuffix(b"\r")
        number += len(taken)


def _next(ahead: deque[Line], source: Iterator[Line]) -> Line | None:
    return ahead.popleft() if ahead else next(source, None)


def _rest(file: str, text: bytes, ahead: deque[Line], source: Iterator[Line]) -> list[Line]:
    """The lines that belong to a record whose first line leaves a quote open; none where it is never closed."""
    taken: list[Line] = []
    size = len(text)
    while size <= LONGEST_BYTES and (line := _next(ahead, source)) is not None:
        taken.append(line)
        if line[0] != file:
            break
        size += len(line[1]) + 1
        if not _opens(line[1], inside=True):
            return taken
    ahead.extendleft(reversed(taken))
    return []


def _opens(text: bytes, *, inside: bool = False) -> bool:
    """Whether a line ends inside a quoted field, given whether it begins in one."""
    place = 0
    while True:
        if not inside and text[place : place + 1] != QUOTE:
            place = text.find(COMMA, place) + 1
            if not place:
                return False
            continue
        place = _closed(text, place if inside else place + 1)
        if place < 0:
            return True
        inside = False
        place = text.find(COMMA, place) + 1
        if not place:
            return False


def _closed(text: bytes, place: int) -> int:
    """Behind the quote that ends a field, doubled ones passed over; -1 where there is none."""
    while (place := text.find(QUOTE, place)) >= 0:
        if text[place + 1 : place + 2] != QUOTE:
            return place + 1
        place += 2
    return -1


def _batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    made: list[Record] = []
    for record in records(_lines(batches)):
        made.append(record)
        if len(made) == BATCH_ROWS:
            yield _batch(made)
            made = []
    if made:
        yield _batch(made)


def _lines(batches: Iterable[pa.RecordBatch]) -> Iterator[Line]:
    for batch in batches:
        yield from zip(batch.column(FILE).to_pylist(), batch.column(RAW).to_pylist(), strict=True)


def _batch(made: list[Record]) -> pa.RecordBatch:
    files, numbers, texts = zip(*made, strict=True)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(files, pa.string()),
            pa.array([0] * len(made), pa.int64()),
            pa.array(numbers, pa.int64()),
            pa.array(texts, pa.binary()),
        ],
        names=[FILE, BLOCK, ROW, RAW],
    )
