"""Day files of a table whose rows are not in the order of time; see layout.Scattered.

One day is picked out of the table: of all rows the days are made, of the rows of the day everything. All days are cut
from one pass over the table by way of the disk, where rows wait until those of their day are together. Either way the
rows of a day keep the order they have in the table, and so the file is the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen import processes
from datagen.days import NO_DAY, date_of, day_of, days_of, days_of_rows, window_days, window_of
from datagen.formats import Format, format_of
from datagen.layout import Extract, Scattered
from datagen.plan import Plan
from datagen.progress import Tally
from datagen.rows import generate, generate_picked, joined, plain, spans
from datagen.sinks.durable import Target
from datagen.spool import Piece, Spool, SpoolFile, cut_by_day, open_spool
from datagen.workers import Receipts, Work, in_turn

Made = tuple[Sequence[Extract], Receipts]
OpenTarget = Callable[[Extract], Target]


@dataclass(frozen=True, slots=True)
class How:
    """What changes no byte, and whom to tell."""

    workers: int
    block_rows: int
    tally: Tally
    tell: Callable[[str], None] = lambda _: None
    begun: Callable[[], object] = lambda: None  # called when the work has begun
    may_fork: bool = False


def make(plan: Plan, parts: Sequence[Extract], open_target: OpenTarget, how: How, scratch: Path | None = None) -> Made:
    """Make all parts, and give what was made: each day for itself. All days of a table take room in `scratch`."""
    scattered = next((part for part in parts if isinstance(part, Scattered)), None)  # only one table is analysed
    if scattered is None:
        return parts, _shared_out(plan, parts, open_target, how)
    how.begun()
    if scattered.day is not None:
        return parts, _with_one_day(plan, parts, scattered, open_target, how)
    assert scratch is not None, "all days of a table are cut on a disk"
    with open_spool(scratch, plan.tables[scattered.table].arrow_schema) as spool:
        return _with_all_days(plan, parts, scattered, spool, open_target, how)


def _with_one_day(plan: Plan, parts: Sequence[Extract], day: Scattered, open_target: OpenTarget, how: How) -> Receipts:
    picker = Picker(plan, day)
    receipts = _work(plan, parts, {day.table: picker.format()}, open_target, how)
    if told := picker.left_out():
        how.tell(told)
    return {**receipts, day.path: replace(receipts[day.path], rows=picker.rows)}


def _with_all_days(
    plan: Plan, parts: Sequence[Extract], every: Scattered, spool: Spool, open_target: OpenTarget, how: How
) -> Made:
    how = replace(how, tally=_Twice(how.tally, every.about))
    put_aside = Format(lambda: _Cutter(plan, every), lambda target: SpoolFile(spool, target))
    _work(plan, [every], {every.table: put_aside}, lambda _: spool.target(), how)
    parts = [*(part for part in parts if part is not every), *_days_in(plan, every, spool)]
    form = format_of(plan, plan.tables[every.table], spool.rows)
    return parts, _work(plan, parts, {every.table: form}, open_target, how)


def _shared_out(plan: Plan, parts: Sequence[Extract], open_target: OpenTarget, how: How) -> Receipts:
    """Make these, by several processes where that is worth it."""
    costs = [part.about * len(plan.tables[part.table].columns) for part in parts]
    blocks = sum(part.about for part in parts) // how.block_rows
    count = processes.worth(costs, blocks, how.workers) if how.may_fork else 1
    if count == 1:
        how.begun()
        return _work(plan, parts, {}, open_target, how)
    formats = _formats(plan, parts, {})

    def make_work(extracts: Iterator[Extract], tally: Tally) -> Work:
        return Work(extracts, formats, open_target, how.block_rows, tally)

    return processes.run(parts, make_work, how.tally, count, how.workers, how.begun)


def _work(
    plan: Plan, parts: Sequence[Extract], known: Mapping[str, Format], open_target: OpenTarget, how: How
) -> Receipts:
    """Make these by threads; of the tables of `known` in that format."""
    work = Work(iter(in_turn(parts)), _formats(plan, parts, known), open_target, how.block_rows, how.tally)
    workers = min(how.workers, sum(max(1, -(-part.about // how.block_rows)) for part in parts))
    return work.run(workers, spare=workers > 1)  # a single worker waits for the disk itself


def _formats(plan: Plan, parts: Sequence[Extract], known: Mapping[str, Format]) -> dict[str, Format]:
    tables = {part.table for part in parts}
    return {name: known.get(name) or format_of(plan, plan.tables[name]) for name in tables}


class Picker:
    """Those rows of a table that are of one day."""

    def __init__(self, plan: Plan, part: Scattered) -> None:
        assert part.day is not None, "all days are no day"
        self._plan, self._part = plan, part
        self._table = plan.tables[part.table]
        self._day, self._window = day_of(part.day), window_days(window_of(plan, part.table, part.column))
        self._lock = threading.Lock()
        self.rows = 0  # picked so far
        self._undated = self._beyond = 0

    def format(self) -> Format:
        return format_of(self._plan, self._table, self._picked)

    def left_out(self) -> str | None:
        """A sentence on the rows that no day of the window has; None where there are none."""
        told = [f"{self._undated:,} rows have no day"] if self._undated else []
        told += [f"{self._beyond:,} rows lie beyond the window"] if self._beyond else []
        return f"{self._part.table}: {' and '.join(told)}; --daily makes their files" if told else None

    def _picked(self, start: int, stop: int) -> pa.RecordBatch:
        """Of the rows start..stop."""
        batches = [self._of_span(*span) for span in spans(start, stop)]
        return joined(pa.Table.from_batches(batches, self._table.arrow_schema))

    def _of_span(self, start: int, stop: int) -> pa.RecordBatch:
        part = self._part
        days = days_of_rows(self._plan, part.table, part.column, start, stop)
        undated = int((days == NO_DAY).sum())
        outside = int(((days < self._window.start) | (days >= self._window.stop)).sum())
        numbers = np.flatnonzero(days == self._day) + start
        with self._lock:
            self.rows += len(numbers)
            self._undated += undated
            self._beyond += outside - undated
        return plain(generate_picked(self._plan, part.table, numbers), self._table.arrow_schema)


class _Cutter:
    """See `formats.Press`: rows of a table as pieces for a spool."""

    def __init__(self, plan: Plan, part: Scattered) -> None:
        self._plan, self._part = plan, part
        self._schema = plan.tables[part.table].arrow_schema
        self._place = self._schema.names.index(part.column)

    def made(self, start: int, stop: int) -> list[Piece]:
        batch = plain(generate(self._plan, self._part.table, start, stop), self._schema)
        return cut_by_day(batch, days_of(batch.column(self._place)))


def _days_in(plan: Plan, part: Scattered, spool: Spool) -> list[Extract]:
    """A file for every day of the window, and for any other that has rows; one for the rows without a day."""
    there = spool.spans()
    days = {*window_days(window_of(plan, part.table, part.column)), *there}
    return [part.of(date_of(day), *there.get(day, (0, 0))) for day in sorted(days)]


class _Twice(Tally):
    """Counts for another tally where some rows are handled twice: put aside, and written. Each time is a share."""

    def __init__(self, tally: Tally, again: int) -> None:
        super().__init__(tally.total_rows + again)
        self._tally, self._all = tally, threading.Lock()

    def add(self, rows: int, written_bytes: int) -> None:
        with self._all:
            super().add(rows, written_bytes)
            counted = self.rows * self._tally.total_rows // max(1, self.total_rows)
            self._tally.add(counted - self._tally.rows, written_bytes)
