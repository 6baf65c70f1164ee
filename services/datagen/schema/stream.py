"""How the stream is cut into windows: spans of time that fit into each other, and what is grouped and summed."""

from __future__ import annotations

from math import gcd

from datagen.analysis import Stream
from datagen.schema.document import StreamChoice
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show, suggest
from datagen.schema.values import seconds

WEEK_S = 604_800
MAX_SPAN_S = 366 * 86_400
MAX_WINDOWS = 1_000  # that one event lies in

STREAM: Path = ("analysis", "stream")


def read_stream(choice: StreamChoice, dimensions: list[str], values: list[str], faults: Faults) -> Stream:
    """`values` are the measures, then the numeric fields; `dimensions` is not empty."""
    window_s, slide_s = seconds(choice.window), seconds(choice.slide)
    watermark_s = seconds(choice.watermark)
    _check_spans(choice, window_s, slide_s, watermark_s, faults)
    group_by = choice.group_by or dimensions[0]
    if group_by not in dimensions:
        faults.add((*STREAM, "group_by"), f"group_by={show(group_by)} is no dimension; {suggest(group_by, dimensions)}")
    value = choice.value or next(iter(values), None)
    if value is not None and value not in values:
        faults.add(
            (*STREAM, "value"),
            f"value={show(value)} is neither a measure nor a numeric field; {suggest(value, values)}",
        )
    return Stream(window_s, slide_s, watermark_s, group_by, value)


def _check_spans(choice: StreamChoice, window_s: int, slide_s: int, watermark_s: int, faults: Faults) -> None:
    for key, span_s, least in (("window", window_s, 1), ("slide", slide_s, 1), ("watermark", watermark_s, 0)):
        if not least <= span_s <= MAX_SPAN_S:
            faults.add((*STREAM, key), f"{key}={show(getattr(choice, key))} must be from {least} second to 366 days")
            return
    slide = f"slide={show(choice.slide)}"
    if slide_s > window_s:
        faults.add(
            (*STREAM, "slide"), f"{slide} is longer than window={show(choice.window)}; events would fall between"
        )
    elif window_s % slide_s or WEEK_S % slide_s:
        whole = f"window={show(choice.window)}" if window_s % slide_s else "a week"
        faults.add((*STREAM, "slide"), f"{slide} does not divide {whole}; try {_fitting(window_s, slide_s)}")
    elif window_s // slide_s > MAX_WINDOWS:
        faults.add(
            (*STREAM, "slide"), f"{slide} puts each event into {window_s // slide_s:,} windows; at most {MAX_WINDOWS:,}"
        )


def _fitting(window_s: int, slide_s: int) -> str:
    """The span nearest to `slide_s` that divides the window and a week."""
    common = gcd(window_s, WEEK_S)
    low = [divisor for divisor in range(1, int(common**0.5) + 1) if common % divisor == 0]
    every = [span for divisor in low for span in (divisor, common // divisor)]
    fitting = [span for span in every if span % 60 == 0 and slide_s >= 60] or every
    return show(span_text(min(fitting, key=lambda span: (abs(span - slide_s), span))))


def span_text(span_s: int) -> str:
    """'15 minutes'"""
    for unit, unit_s in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if span_s % unit_s == 0:
            count = span_s // unit_s
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError(span_s)
