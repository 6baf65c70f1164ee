"""The span of time in which all instants lie."""

from __future__ import annotations

from datagen.schema.document import TimeWindow
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show
from datagen.schema.values import DATE, instant_us, is_bare_date, iso_instant
from datagen.timeline import DAY_US, Window

MAX_DAYS = 36_525  # 100 years


WINDOW: Path = ("time_window",)


def read_window(written: TimeWindow, faults: Faults, path: Path = WINDOW) -> Window | None:
    """Microseconds of both ends, inclusive; an end that is a bare date is the last instant of that day."""
    start, end = ends(written.start, written.end)
    span = f"start={show(written.start)}", f"end={show(written.end)}"
    if start > end:
        faults.add(path, f"{span[0]} is after {span[1]}; swap them?")
        return None
    if end - start >= MAX_DAYS * DAY_US:
        faults.add(path, f"{span[0]} to {span[1]} is longer than {MAX_DAYS:,} days; shorten it")
        return None
    return Window(start, end)


def ends(start: str, end: str) -> tuple[int, int]:
    """The first and the last instant of a span as it is written."""
    return instant_us(start), instant_us(end) + (DAY_US - 1 if is_bare_date(end) else 0)


def written_window(window: Window) -> dict[str, str]:
    """One way of writing a window, however its author wrote it: whole days as dates, else instants in UTC."""
    start, end = iso_instant(window.start_us), iso_instant(window.end_us)
    if window.start_us % DAY_US == 0 and (window.end_us + 1) % DAY_US == 0:
        return {"start": start[:DATE], "end": end[:DATE]}
    return {"start": start, "end": end}
