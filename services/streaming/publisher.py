"""After a commit: closed windows into their days' files, open ones beside them, and how things stand.

What is published follows from what Spark has committed. Whoever is killed when, the next publisher begins where the
last one is noted to have got to, and makes the same files.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pyarrow as pa
from pyspark.sql import SparkSession

from datagen.analysis import Stream
from streaming.books import Books
from streaming.checkpoint import Checkpoint, Span
from streaming.ledger import Entry
from streaming.observed import Observed
from streaming.open_panes import open_panes
from streaming.panes import ROWS
from streaming.published import OPEN, Reached, add_closed, parquet, read_reached, write_reached
from streaming.shelves import Shelf
from streaming.sink import Sink
from streaming.tail import Tail
from streaming.windows import (
    SECOND_US,
    WINDOW_END,
    WINDOW_START,
    after,
    instants_us,
    pane_schema,
    total,
    until,
    window_schema,
    windows_of,
)

HISTORY = 120


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand after a batch."""

    span: Span
    watermark_us: int
    committed_ms: int
    reached: Reached
    open_windows: int
    balanced: bool


@dataclass(frozen=True)
class Places:
    """Where Spark keeps what the publisher reads, and where it writes."""

    checkpoint: Shelf
    sink: Shelf
    ledger: Shelf
    output: Shelf


class Publisher:
    def __init__(
        self, spark: SparkSession, places: Places, stream: Stream, value: pa.DataType | None, books: Books
    ) -> None:
        self._spark, self._places, self._stream, self._books = spark, places, stream, books
        self._panes, self._windows = pane_schema(value), window_schema(stream, value)
        self._checkpoint = Checkpoint(places.checkpoint)
        self.reached = read_reached(places.ledger)
        at = self.reached
        self._tail = Tail(Sink(places.sink), self._panes, at.tail, at.files, at.batch)
        self._forget_panes(at.closed_us)

    def publish(self, observed: Mapping[int, Observed]) -> Standing | None:
        """Everything up to the newest commit; None where nothing is committed yet."""
        newest = self._checkpoint.newest()
        if newest is None:
            return None
        before, span = self.reached, self._checkpoint.span(newest)
        opened = open_panes(self._spark, self._places.checkpoint.path, newest, self._panes)
        pane_rows = before.pane_rows + self._tail.read(newest)
        in_panes = pane_rows + total(opened, ROWS)
        account = self._settled(newest, observed, in_panes)
        windows = windows_of(pa.concat_tables([self._tail.panes(), opened]), self._stream, self._windows)
        closed = after(until(windows, WINDOW_END, span.closed_us), WINDOW_END, before.closed_us)
        still_open = after(windows, WINDOW_END, span.closed_us)
        add_closed(self._places.output, closed, before.closed_us)
        self._places.output.put(OPEN, parquet(still_open))
        self._forget_panes(span.closed_us)
        self.reached = self._further(newest, span, pane_rows, closed, account, observed)
        write_reached(self._places.ledger, self.reached)
        self._books.forget(newest)
        balanced = account.adds_up and account.windowed == in_panes
        told = self._checkpoint.next_watermark_us(newest), self._checkpoint.committed_ms(newest)
        return Standing(span, *told, self.reached, still_open.num_rows, balanced)

    def _settled(self, newest: int, observed: Mapping[int, Observed], in_panes: int) -> Entry:
        """The account of everything up to a batch."""
        before = self.reached
        unbooked = in_panes - before.account.windowed
        account = Entry()
        account.add(before.account)
        for entry in self._books.settle(range(before.batch + 1, newest + 1), observed, unbooked):
            account.add(entry)
        return account

    def _forget_panes(self, closed_us: int) -> None:
        """Those that are in no window but closed ones."""
        self._tail.prune(closed_us - self._stream.window_s * SECOND_US)

    def _further(
        self,
        batch: int,
        span: Span,
        pane_rows: int,
        closed: pa.Table,
        account: Entry,
        observed: Mapping[int, Observed],
    ) -> Reached:
        before = self.reached
        starts, ends = instants_us(closed, WINDOW_START), instants_us(closed, WINDOW_END)
        history = deque(before.history, HISTORY)
        history.extend(asdict(told.rates) for _, told in sorted(observed.items()))
        first = int(starts.min()) if len(starts) else None
        return Reached(
            batch=batch,
            closed_us=span.closed_us,
            files=self._tail.files,
            tail=self._tail.first,
            pane_rows=pane_rows,
            windows=before.windows + closed.num_rows,
            first_start_us=before.first_start_us if before.first_start_us is not None else first,
            last_end_us=int(ends.max()) if len(ends) else before.last_end_us,
            account=account,
            history=list(history),
        )
