"""The closed panes that a window which is still open may need: the end of what the sink has committed."""

from __future__ import annotations

import pyarrow as pa

from streaming.panes import ROWS, START
from streaming.sink import Sink
from streaming.windows import after, total


class Tail:
    """Reads every file of the sink once. `first` and `files` tell where a later one may begin again."""

    def __init__(self, sink: Sink, schema: pa.Schema, first: int, files: int, batch: int) -> None:
        self._sink, self._schema = sink, schema
        self.files = first
        self._parts: list[tuple[int, pa.Table]] = []
        if files > first:
            self._append(sink.files(batch, first)[: files - first])

    @property
    def first(self) -> int:
        """The first file that is still needed."""
        return min((place for place, _ in self._parts), default=self.files)

    def read(self, batch: int) -> int:
        """Takes in what was committed up to a batch. Gives how many rows are in those panes."""
        before = len(self._parts)
        self._append(self._sink.files(batch, self.files))
        return sum(total(panes, ROWS) for _, panes in self._parts[before:])

    def panes(self) -> pa.Table:
        return pa.concat_tables([self._schema.empty_table(), *(panes for _, panes in self._parts)])

    def prune(self, start_us: int) -> None:
        """Forgets panes that begin at or before it."""
        kept = ((place, after(panes, START, start_us)) for place, panes in self._parts)
        self._parts = [(place, panes) for place, panes in kept if panes.num_rows]

    def _append(self, names: list[str]) -> None:
        for name in names:
            self._parts.append((self.files, self._sink.read(name).cast(self._schema)))
            self.files += 1
