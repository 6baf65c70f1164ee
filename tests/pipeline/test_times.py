"""Instants out of text, against Python's datetime: every format, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from datagen.generators.strftime import DIRECTIVES, Strftime
from datagen.timeline import Window
from pipeline.times import LONGER, instant_us
from tests.pipeline.asking import VALUE, answers

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PATTERNS = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%d/%m/%y %H:%M",
    "%d %b %Y %H:%M:%S %z",
    "%B %d, %Y %I:%M %p",
    "%Y%j%H%M%S",
    "%Y.%j",
    "%a, %d %b %Y %T %Z",
    "%A, %B %d %Y %R",
    "%FT%T%z",
    "%F",
    "%I%p:%M:%S on %m|%d|%Y",
    "100%% at %H h %M, %d.%m.%Y (%j)",
    "%f%S%M%H%d%m%Y",
    "[%y] (%b) {%d} ^$.*+?\\ %H",
)
DAY = "2025-01-05"
ISO = {  # text -> the same as Python reads it
    DAY: DAY,
    f"{DAY}T10:00": f"{DAY}T10:00",
    f"{DAY} 10:00:59": f"{DAY}T10:00:59",
    f"{DAY}T10:00:59.5": f"{DAY}T10:00:59.500",
    f"{DAY}T10:00:59.123456789": f"{DAY}T10:00:59.123456",
    f"{DAY}T10:00:59Z": f"{DAY}T10:00:59+00:00",
    f"{DAY} 10:00:59 Z": f"{DAY}T10:00:59+00:00",
    f"{DAY}T10:00Z": f"{DAY}T10:00+00:00",
    f"{DAY}T10:00:59+05:30": f"{DAY}T10:00:59+05:30",
    f"{DAY}T10:00:59 -05:30": f"{DAY}T10:00:59-05:30",
    f"{DAY}T10:00:59.25+0530": f"{DAY}T10:00:59.250+05:30",
    f"{DAY}T10:00:59-08": f"{DAY}T10:00:59-08:00",
    f"  {DAY}T10:00:59\t": f"{DAY}T10:00:59",
    "2024-02-29T23:59:59.999999": "2024-02-29T23:59:59.999999",
    "1969-12-31T23:59:59.999999Z": "1969-12-31T23:59:59.999999+00:00",
    "0001-01-01": "0001-01-01",
    "9999-12-31T23:59:59": "9999-12-31T23:59:59",
}
NO_TIMES = (
    *("", " ", "now", "today", "epoch", "x", "2025", "2025-01", "2025-1-5", "20250105", "05/01/2025", "+2025-01-05"),
    *("12025-01-05", "2025-02-30", "2025-13-01", "2025-00-10", "2025-01-00", "10:00:00", f"{DAY}T", f"{DAY}T10"),
    *(f"{DAY}T24:00:00", f"{DAY}T10:60:00", f"{DAY}T10:00:60", f"{DAY}T10:00:59.", f"{DAY}T1:00:00", f"{DAY}  10:00"),
    *(f"{DAY}T10:00:59+25:00", f"{DAY}T10:00:59+5", f"{DAY}T10:00:59 Europe/Paris", f"{DAY}T10:00:59 CET"),
    *(f"{DAY}T10:00:59ZZ", f"{DAY}T10:00:59Z x", f"{DAY}\n2025-01-06", "\u0662025-01-05", f"{DAY}T10:00:59.1234567891"),
)
COUNTS = {"0": 0, "1736071200": 1736071200, "-1": -1, "+7": 7, " 12 ": 12, "007": 7}
NO_COUNTS = ("1e9", "1.5", "1_000", "٣", "--1", "9" * 19, "0x10", "999999999999999999", "1 2")


def micros(instant: datetime) -> int:
    """Without a zone: UTC."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def spelled_out(pattern: str) -> str:
    """Python reads none of the longer directives."""
    for longer, meant in LONGER.items():
        pattern = pattern.replace(longer, meant)
    return pattern


def instants(count: int) -> Iterator[datetime]:
    """Of this century's first part, so that two digits of a year tell which; the edges of days and years too."""
    draw = random.Random(11)
    yield from (datetime(2000, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, 23, 59, 59, 999_999, UTC))
    yield from (datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2025, 3, 1, 0, 30, tzinfo=UTC))
    for _ in range(count):
        zone = timezone(timedelta(minutes=draw.randrange(-12 * 60, 14 * 60)))
        yield (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=draw.uniform(0, 68 * 365 * 86_400))).astimezone(
            zone
        )


def test_the_patterns_here_use_every_directive_there_is() -> None:
    assert set(DIRECTIVES) <= {letter for pattern in PATTERNS for letter in pattern + "F"}


@pytest.mark.spark
def test_a_pattern_reads_what_pythons_strptime_reads(spark: SparkSession) -> None:
    written = []
    for instant in instants(150):
        zoned = [instant if "%z" in pattern else instant.astimezone(UTC) for pattern in PATTERNS]
        written.append([one.strftime(spelled_out(pattern)) for one, pattern in zip(zoned, PATTERNS, strict=True)])
    window = Window(micros(datetime(2020, 1, 1, tzinfo=UTC)), micros(datetime(2029, 12, 31, tzinfo=UTC)))
    drawn = np.array(random.Random(12).choices(range(window.start_us, window.end_us), k=50))
    generated = [Strftime(pattern, window).texts(drawn).to_pylist() for pattern in PATTERNS]
    written += map(list, zip(*generated, strict=True))
    questions = {pattern: instant_us(F.get(VALUE, F.lit(at)), pattern) for at, pattern in enumerate(PATTERNS)}
    for texts, row in zip(written, answers(spark, written, questions, "array<string>"), strict=True):
        python = [micros(datetime.strptime(t, spelled_out(p))) for t, p in zip(texts, PATTERNS, strict=True)]  # noqa: DTZ007
        assert list(row.values()) == python, texts


@pytest.mark.spark
def test_iso_is_read_in_every_column_and_nothing_else_is_a_time(spark: SparkSession) -> None:
    texts = [*ISO, *NO_TIMES]
    formats = ("iso", "epoch_s", "epoch_ms", "%d.%m.%y")
    found = answers(spark, texts, {name: instant_us(F.col(VALUE), name) for name in formats})
    expected = {**{text: micros(datetime.fromisoformat(same)) for text, same in ISO.items()}, **dict.fromkeys(NO_TIMES)}
    for text, row in zip(texts, found, strict=True):
        if text in ("2025", "20250105"):  # a count of seconds elsewhere
            row = {"iso": row["iso"]}
        assert row == dict.fromkeys(row, expected[text]), text


@pytest.mark.spark
def test_epochs_are_whole_counts_of_their_unit(spark: SparkSession) -> None:
    texts = [*COUNTS, *NO_COUNTS[:-2], *NO_COUNTS[-1:]]
    found = answers(spark, texts, {unit: instant_us(F.col(VALUE), unit) for unit in ("epoch_s", "epoch_ms")})
    for text, row in zip(texts, found, strict=True):
        count = COUNTS.get(text)
        assert row == {"epoch_s": count and count * 1_000_000, "epoch_ms": count and count * 1_000}, text


WRONG = {  # pattern -> texts that do not fit it
    "%d/%m/%y": ("31/02/25", "1/1/25", "01/13/25", "00/01/25", "01/01/2025", "01-01-25", "x01/01/25", "01/01/25x"),
    "%Y%j": ("2025000", "2025367", "202512"),
    "%b %d %Y": ("Foo 01 2025", "anF 01 2025", "January 01 2025", "Jan 32 2025"),
    "%F %I:%M %p": (f"{DAY} 13:00 PM", f"{DAY} 00:30 AM", f"{DAY} 01:00 XM", f"{DAY} 01:60 AM"),
    "%F %H:%M:%S": (f"{DAY} 24:00:00", f"{DAY} 10:00:60", f"{DAY} 10:60:00"),
    "%F %T%z": (f"{DAY} 10:00:00+5", f"{DAY} 10:00:00 UTC"),
}


@pytest.mark.spark
def test_what_does_not_fit_a_pattern_is_no_time(spark: SparkSession) -> None:
    texts = [text for wrong in WRONG.values() for text in wrong]
    found = answers(spark, texts, {pattern: instant_us(F.col(VALUE), pattern) for pattern in WRONG})
    read = dict(zip(texts, found, strict=True))
    told = {(pattern, text): read[text][pattern] for pattern, wrong in WRONG.items() for text in wrong}
    assert {place: instant for place, instant in told.items() if instant is not None} == {}
