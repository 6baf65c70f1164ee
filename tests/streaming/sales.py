"""Sales at even distances, and what their windows come to by hand."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.streaming.conftest import heartbeat, rows_of, sale

EACH_S = 20  # of event time between two sales
FIRST = 1_735_725_600  # 2025-01-01T10:00:00Z

Windows = dict[tuple[str, float], tuple[Decimal, int]]


def sales(first: int, count: int) -> Iterator[dict[str, Any] | bytes]:
    """In order of time, some twice, some wrong."""
    for number in range(first, first + count):
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(FIRST + number * EACH_S))
        made = sale(number, at, city=("Pune", "Delhi")[number % 2], amount=number % 7 + 0.25)
        yield made
        if number % 20 == 0:
            yield made
        if number % 50 == 0:
            yield b"junk"


def recounted(count: int) -> Windows:
    """What the first so many sales come to, by hand."""
    sums: dict[tuple[str, float], Decimal] = Counter()  # type: ignore[assignment]
    rows: Counter[tuple[str, float]] = Counter()
    for number in range(count):
        pane = (FIRST + number * EACH_S) // 900 * 900
        for back in range(4):
            window = ("Pune", "Delhi")[number % 2], float(pane - back * 900)
            sums[window] += Decimal(number % 7) + Decimal("0.25")
            rows[window] += 1
    return {window: (sums[window], rows[window]) for window in rows}


def windows(folder: Path) -> Windows:
    found = rows_of(folder)
    by_key = {(row["city"], row["window_start"].timestamp()): (row["amount"], row["record_count"]) for row in found}
    assert len(by_key) == len(found), "a window twice"
    return by_key


def closing_beat(count: int) -> dict[str, Any]:
    """A heartbeat that closes every window of the first so many sales."""
    return heartbeat(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(FIRST + count * EACH_S + 5_000)))
