"""Parquet, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.parquet as pq

from event_generator.columns import Columns
from event_generator.extracts import Extract
from event_generator.raw import BLOCK_ROWS, Read


def parquet_batches(extract: Extract, columns: Columns) -> Iterator[Read]:
    with pq.ParquetFile(extract.path) as file:
        for batch in file.iter_batches(BLOCK_ROWS):
            yield Read(batch, [])
