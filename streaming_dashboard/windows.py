"""The windows of a stream in memory. A day of closed ones is read again only when its file was replaced.

Columns are renamed on the way in, so that nothing behind this file knows what a schema's author called them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagen.analysis import Stream as Cut
from web.database import database
from web.folder import Identity, UnreadableError, identity
from web.streams import PROGRESS, Stream

GROUP, TOTAL, ROWS, START, STOP = "grp", "total", "rows", "start_s", "stop_s"
RECORDS, WINDOW_START, WINDOW_END = "record_count", "window_start", "window_end"
NO_VALUE = pa.decimal128(38, 0)


@dataclass
class Snapshot:
    """Windows as they were published at one moment: GROUP, TOTAL (null where nothing is summed), ROWS, START, STOP."""

    closed: pa.Table
    open: pa.Table
    told: Identity | None  # the `progress.json` that speaks of just these windows; None while a commit is published

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._database = database()
        self._database.register("closed", self.closed)
        self._database.register("open", self.open)

    def ask(self, sql: str, bound: dict[str, Any] | None = None, **tables: pa.Table) -> list[tuple[Any, ...]]:
        """Rows of `closed`, `open` and other tables under their names. Safe from several threads."""
        with self._lock:
            for name, table in tables.items():
                self._database.register(name, table)
            return self._database.execute(sql, bound or {}).fetchall()


@dataclass
class Windows:
    """Reads one stream's windows, again and again."""

    stream: Stream
    cut: Cut
    _known: dict[Path, tuple[Identity, pa.Table]] = field(default_factory=dict)

    def version(self) -> tuple[Any, ...]:
        """Changes when any window does."""
        files = (*self.stream.days(), self.stream.open_windows, self.stream.folder / PROGRESS)
        return tuple((path.name, identity(path)) for path in files)

    def read(self) -> Snapshot:
        """Open windows first: whoever closes one between the two reads is believed."""
        told = identity(self.stream.folder / PROGRESS)
        opened = self._table(self.stream.open_windows)
        days = [self._table(path) for path in self.stream.days()]
        closed = pa.concat_tables([table for table in days if table is not None] or [self._nothing()])
        opened = self._nothing() if opened is None else opened
        reached = pc.max(closed[STOP]).as_py()
        if reached is not None:
            opened = opened.filter(pc.greater(opened[STOP], reached))
        return Snapshot(closed, opened, told if self._unmoved(told) else None)

    def _unmoved(self, told: Identity | None) -> bool:
        """Whether `progress.json` is still the same, and no window was written after it."""
        written = [mark[0] for mark, _ in self._known.values()]
        return (
            told is not None and told == identity(self.stream.folder / PROGRESS) and max(written, default=0) <= told[0]
        )

    def _table(self, path: Path) -> pa.Table | None:
        mark = identity(path)
        if mark is None:
            return None
        known = self._known.get(path)
        if known is None or known[0] != mark:
            known = self._known[path] = mark, self._read(path)
        return known[1]

    def _read(self, path: Path) -> pa.Table:
        name = str(path.relative_to(self.stream.folder))
        columns = [self.cut.group_by, *([self.cut.value] if self.cut.value else []), RECORDS, WINDOW_START, WINDOW_END]
        try:
            found = pq.ParquetFile(path).read()
            lacking = [column for column in columns if column not in found.schema.names]
            if lacking:
                raise UnreadableError(f"{name} of {self.stream.called}: no column {', '.join(lacking)}")
            return self._renamed(found)
        except (OSError, pa.ArrowException) as error:
            raise UnreadableError(f"{name} of {self.stream.called}: {_why(error)}") from error

    def _renamed(self, found: pa.Table) -> pa.Table:
        value = found[self.cut.value] if self.cut.value else pa.nulls(found.num_rows, NO_VALUE)
        starts, stops = (seconds(found[name]) for name in (WINDOW_START, WINDOW_END))
        columns = [found[self.cut.group_by].cast(pa.string()), value, found[RECORDS].cast(pa.int64()), starts, stops]
        return pa.table(columns, names=[GROUP, TOTAL, ROWS, START, STOP])

    def _nothing(self) -> pa.Table:
        """A table without a row, of the types that the others have."""
        known = next((table for _, table in self._known.values()), None)
        if known is not None:
            return known.slice(0, 0)
        types = (pa.string(), NO_VALUE, pa.int64(), pa.int64(), pa.int64())
        return pa.schema(zip((GROUP, TOTAL, ROWS, START, STOP), types, strict=True)).empty_table()


def seconds(instants: pa.ChunkedArray) -> pa.ChunkedArray:
    """Since 1970."""
    return pc.divide(instants.cast(pa.timestamp("us", "UTC")).cast(pa.int64()), 1_000_000)


def _why(error: Exception) -> str:
    return str(error).partition("\n")[0]
