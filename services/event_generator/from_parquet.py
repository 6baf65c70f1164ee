"""Parquet, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.parquet as pq

from event_generator.columns import Columns, fold
from event_generator.extracts import Extract
from event_generator.raw import BLOCK_ROWS, Names, Read


def parquet_batches(extract: Extract, columns: Columns, only: Names = None) -> Iterator[Read]:
    """`only` names the columns to read, folded; all where it is None."""
    with pq.ParquetFile(extract.path) as file:
        names = file.schema_arrow.names
        wanted = names if only is None else [name for name in names if fold(name) in only] or names[:1]
        for batch in file.iter_batches(BLOCK_ROWS, columns=wanted):
            yield Read(batch, [])
