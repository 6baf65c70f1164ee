"""What a reader of one format gives: columns, and the rows that it could not take apart."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

BLOCK_ROWS = 1 << 15
BLOCK_BYTES = 1 << 22

Lines = list[bytes]
Names = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of rows and broken rows that stood among them."""

    batch: pa.RecordBatch
    broken: Lines
    bodies: pa.StringArray | None = None  # the members of each row, where they are written already
