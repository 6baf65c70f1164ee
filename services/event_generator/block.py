"""Rows on their way from a file to messages: what of them never changes is already text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

SCHEMA = pa.schema(
    [
        ("body", pa.string()),
        ("whole", pa.bool_()),
        ("time", pa.int64()),
        ("stamp", pa.string()),
        ("id", pa.string()),
        ("key", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows in the order of their file. All columns are equally long and at least one row."""

    body: pa.StringArray  # the members of each row's object, without braces; of a broken row its bytes
    whole: Flags  # a broken row: no object, sent as it was read
    times: I64  # microseconds since 1970, UTC; of a row without a readable time that of the one before
    stamps: pa.StringArray  # the JSON that stood for a time where none could be read, else null
    ids: pa.StringArray  # which row it is: what the id column says, else file and record
    keys: pa.StringArray  # of the message; null where it has none

    def __len__(self) -> int:
        return len(self.times)

    @property
    def timed(self) -> Flags:
        """Which rows have a readable time."""
        return np.asarray(self.stamps.is_null().to_numpy(zero_copy_only=False), np.bool_) & ~self.whole

    def batch(self) -> pa.RecordBatch:
        whole, times = pa.array(self.whole), pa.array(self.times)
        return pa.record_batch([self.body, whole, times, self.stamps, self.ids, self.keys], SCHEMA)

    def slice(self, start: int, stop: int) -> Block:
        return of_batch(self.batch().slice(start, stop - start))


def of_batch(batch: pa.RecordBatch) -> Block:
    body, whole, times, stamps, ids, keys = batch.columns
    flags = np.asarray(whole.to_numpy(zero_copy_only=False), np.bool_)
    return Block(body, flags, times.to_numpy(), stamps, ids, keys)
