"""How many bytes a set will come to, from a sample of its rows."""

from __future__ import annotations

import os
from collections.abc import Sequence

from datagen.formats import Format, format_of
from datagen.layout import Extract
from datagen.plan import Plan
from datagen.sinks.durable import Target

SAMPLE_ROWS = 4096  # spread over a table in as many pieces
PIECES = 8


def estimated_bytes(plan: Plan, extracts: Sequence[Extract]) -> dict[str, int]:
    """For each table the bytes of its extracts, within a few percent."""
    tables = dict.fromkeys(extract.table for extract in extracts)
    return {table: _of_table(plan, [extract for extract in extracts if extract.table == table]) for table in tables}


def _of_table(plan: Plan, extracts: Sequence[Extract]) -> int:
    table = plan.tables[extracts[0].table]
    form = format_of(plan, table)
    empty = _written(form, [])
    rows = sum(extract.rows for extract in extracts)
    spans = _spread(extracts[0].start, extracts[-1].stop)
    sampled = sum(stop - start for start, stop in spans)
    a_row = (_written(form, spans) - empty) / sampled if sampled else 0.0
    return len(extracts) * empty + round(a_row * rows)


def _spread(start: int, stop: int) -> list[tuple[int, int]]:
    rows = stop - start
    if rows <= SAMPLE_ROWS:
        return [(start, stop)] if rows else []
    size = SAMPLE_ROWS // PIECES
    firsts = [start + piece * (rows - size) // (PIECES - 1) for piece in range(PIECES)]
    return [(first, first + size) for first in firsts]


def _written(form: Format, spans: Sequence[tuple[int, int]]) -> int:
    target = Target(os.open(os.devnull, os.O_WRONLY), durable=False)
    try:
        file, press = form.file(target), form.press()
        for span in spans:
            file.take(press.made(*span))
        file.finish()
        return target.bytes
    finally:
        target.close()
