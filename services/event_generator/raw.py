"""What a reader of one format gives: columns, and the rows that it could not take apart."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

BLOCK_ROWS = 1 << 15
BLOCK_BYTES = 1 << 22

Lines = list[bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of rows and broken rows that stood among them."""

    batch: pa.RecordBatch
    broken: Lines
    is_json: bool = False  # every column holds values as JSON
