"""How far publishing has come, and the files that people read.

Windows never change once they are closed, so a day's file only ever gains; what a killed publisher added to it beyond
the noted reach is made again, the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.times import DAY_US, SECOND_US
from streaming.ledger import Entry
from streaming.shelves import Shelf
from streaming.windows import WINDOW_END, WINDOW_START, in_order, instants_us, until

STATE = "published.json"
OPEN = "open/windows.parquet"


@dataclass
class Reached:
    """Kept with the ledger."""

    batch: int = -1
    closed_us: int = 0  # every window that ends at or before it is in a day's file
    files: int = 0  # of the sink, that were read
    tail: int = 0  # the first of them that a window still needs
    pane_rows: int = 0  # rows in all panes of those files
    windows: int = 0  # closed
    first_start_us: int | None = None
    last_end_us: int | None = None
    account: Entry = field(default_factory=Entry)
    history: list[dict[str, Any]] = field(default_factory=list)


def read_reached(ledger: Shelf) -> Reached:
    try:
        told = json.loads(ledger.read(STATE))
    except FileNotFoundError:
        return Reached()
    return Reached(**{**told, "account": Entry(**told["account"])})


def write_reached(ledger: Shelf, reached: Reached) -> None:
    ledger.put(STATE, json.dumps(asdict(reached)).encode())


def add_closed(output: Shelf, windows: pa.Table, before_us: int) -> None:
    """Puts windows that have closed since `before_us` into the files of their days, the oldest first."""
    days = instants_us(windows, WINDOW_START) // DAY_US
    for day in np.unique(days):
        name = f"closed/{datetime.fromtimestamp(int(day) * DAY_US // SECOND_US, UTC):%Y-%m-%d}.parquet"
        known = [until(table, WINDOW_END, before_us) for table in _existing(output, name)]
        added = windows.filter(pa.array(days == day))
        output.put(name, parquet(in_order(pa.concat_tables([*known, added]))))


def parquet(table: pa.Table) -> bytes:
    """The bytes of a file."""
    target = BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def _existing(output: Shelf, name: str) -> Iterator[pa.Table]:
    try:
        yield pq.read_table(BytesIO(output.read(name)))
    except FileNotFoundError:
        return
