"""The first rows: a table on a terminal, CSV for a program."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

import click
import pyarrow as pa

from datagen.layout import chosen
from datagen.request import Request, prepare
from datagen.rows import generate
from datagen.text.csv import CsvEncoder
from datagen.text.scalars import texts

BLOCK_ROWS = 1 << 14


def run(request: Request, rows: int) -> None:
    plan = prepare(request).plan
    plan.refuse_unmade()
    table = chosen(plan, request.cut.table)
    rows = table.count.upto(rows)
    spans = [(start, min(start + BLOCK_ROWS, rows)) for start in range(0, rows, BLOCK_ROWS)]
    if os.isatty(1):
        for span in spans:
            click.echo(laid_out(generate(plan, table.name, *span), shutil.get_terminal_size().columns), nl=False)
        return
    encoder = CsvEncoder(table.arrow_schema)
    click.echo(encoder.header(), nl=False)
    for span in spans:
        click.echo(bytes(encoder.encode(generate(plan, table.name, *span))), nl=False)


def laid_out(batch: pa.RecordBatch, width: int) -> str:
    """Aligned columns where they fit, else a block a row."""
    names = batch.schema.names
    columns = [["" if text is None else text for text in texts(column).to_pylist()] for column in batch.columns]
    widths = [max(map(len, [name, *column])) for name, column in zip(names, columns, strict=True)]
    lines = [names, *map(list, zip(*columns, strict=True))]
    if sum(widths) + 2 * (len(widths) - 1) <= width:
        return "".join(_line(line, widths) for line in lines)
    return "\n".join(_block(names, line) for line in lines[1:])


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(texts, widths, strict=True)).rstrip() + "\n"


def _block(names: Sequence[str], texts: Sequence[str]) -> str:
    width = max(map(len, names))
    return "".join(f"{name:<{width}}  {text}\n" for name, text in zip(names, texts, strict=True))
