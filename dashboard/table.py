"""The aggregated rows: a page of them as JSON, all of them as CSV that a spreadsheet may open without harm."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.cube import Cube
from dashboard.question import Address, Question

PAGE_ROWS, MAX_PAGE_ROWS = 10, 200
MAX_PAGE = 10**8
BATCH_ROWS = 2000
# What makes a spreadsheet compute a cell; the full-width forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Order = tuple[str, bool]  # column, whether the largest comes first


def read_order(address: Address, cube: Cube) -> Order:
    """`sort=column` or, largest first, `sort=-column`; the newest day first where none is given."""
    name = address.choice("sort", [sign + column for column in cube.columns for sign in ("", "-")])
    if name is None:
        return cube.day, True
    return name.removeprefix("-"), name.startswith("-")


def read_page(address: Address) -> slice:
    page = address.number("page", 1, 1, MAX_PAGE)
    size = address.number("size", PAGE_ROWS, 1, MAX_PAGE_ROWS)
    return slice((page - 1) * size, page * size)


def page_of_rows(cube: Cube, question: Question, order: Order, page: slice) -> dict[str, Any]:
    count, size = cube.size(question), page.stop - page.start
    last = max(0, count - 1) // size * size  # who asks for more gets the last page
    start = min(page.start, last)
    rows = cube.rows(question, *order, slice(start, start + size))
    return {
        "columns": cube.columns,
        "rows": [[_json(value) for value in row] for row in rows],
        "count": count,
        "start": start,
        "size": size,
        "sort": ("-" if order[1] else "") + order[0],
    }


def csv_of_rows(cube: Cube, question: Question, order: Order) -> Iterator[str]:
    """RFC 4180, in pieces; numbers as plain decimals, text that a spreadsheet would compute behind an apostrophe."""
    yield _lines([cube.columns])
    for batch in cube.batches(question, *order, BATCH_ROWS):
        yield _lines([[_cell(value) for value in row] for row in batch])


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _json(value: Any) -> Any:
    """Numbers as exact text, so that no reader rounds them; what is not a number as null."""
    if isinstance(value, float):
        return _plain(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, int | date) else value


def _cell(value: Any) -> str:
    text = _json(value)
    if text is None:
        return ""
    return f"'{text}" if isinstance(value, str) and value.startswith(FORMULA) else text


def _plain(value: float) -> str | None:
    """The shortest text that reads as this number, never with an exponent."""
    if not math.isfinite(value):
        return None
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text
