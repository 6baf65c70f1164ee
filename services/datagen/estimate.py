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

Spans = list[tuple[int, int]]


def estimated_bytes(plan: Plan, extracts: Sequence[Extract]) -> dict[str, int]:
    """For each table the bytes of its extracts, within a few percent."""
    tables = dict.fromkeys(extract.table for extract in extracts)
    return {table: _of_table(plan, [extract for extract in extracts if extract.table == table]) for table in tables}


def _of_table(plan: Plan, extracts: Sequence[Extract]) -> int:
    form = format_of(plan, plan.tables[extracts[0].table])
    rows = sum(extract.about for extract in extracts)
    count = plan.tables[extracts[0].table].count  # where it is not soon known, further on is what is not counted yet
    files = _sample(extracts, rows) if count.soon else [[(0, count.upto(SAMPLE_ROWS))]]
    sampled = sum(stop - start for spans in files for start, stop in spans)
    empty = _written(form, [])
    beyond = sum(_written(form, spans) - empty for spans in files)
    return len(extracts) * empty + (round(beyond * rows / sampled) if sampled else 0)


def _sample(extracts: Sequence[Extract], rows: int) -> list[Spans]:
    """Some of the files where they are small, since a file has a price of its own; else pieces of all rows as one."""
    if rows <= SAMPLE_ROWS * len(extracts):
        some = [extracts[place * len(extracts) // PIECES] for place in range(PIECES)]
        return [[(extract.start, extract.stop)] for extract in dict.fromkeys(some)]
    size = SAMPLE_ROWS // PIECES
    firsts = [extracts[0].start + piece * (rows - size) // (PIECES - 1) for piece in range(PIECES)]
    return [[(first, first + size) for first in firsts]]


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
