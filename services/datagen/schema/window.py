"""The span of time in which all instants lie."""

from __future__ import annotations

from datagen.schema.document import TimeWindow
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show
from datagen.schema.values import instant_us, is_bare_date
from datagen.timeline import DAY_US, Window

MAX_DAYS = 36_525  # 100 years


WINDOW: Path = ("time_window",)


def read_window(written: TimeWindow, faults: Faults) -> Window | None:
    """Microseconds of both ends, inclusive; an end that is a bare date is the last instant of that day."""
    start = instant_us(written.start)
    end = instant_us(written.end) + (DAY_US - 1 if is_bare_date(written.end) else 0)
    span = f"start={show(written.start)}", f"end={show(written.end)}"
    if start > end:
        faults.add(WINDOW, f"{span[0]} is after {span[1]}; swap them?")
        return None
    if end - start >= MAX_DAYS * DAY_US:
        faults.add(WINDOW, f"{span[0]} to {span[1]} is longer than {MAX_DAYS:,} days; shorten it")
        return None
    return Window(start, end)
